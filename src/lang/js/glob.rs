//! Mentions of many modules at once: `import.meta.glob('./*.js')`, `import(`./pages/${name}.js`)`, `require('./' + name)`.
//! Each becomes the default import of a module that `graph` makes of the files it finds.

use super::rewrite::literal;
use serde::{Deserialize, Serialize};
use swc_core::ecma::ast::*;

/// What a module that stands for many files is called, before the [`Glob`] as JSON.
pub const GLOB_PREFIX: &str = "plimsoll:glob:";

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum GlobKind {
    /// `import.meta.glob(…)`: an object of modules, or of functions that load them.
    Meta,
    /// `import()` with a pattern: a function from path to promise.
    Import,
    /// `require()` with a pattern: a function from path to exports.
    Require,
}

/// Which files are meant and how they are wanted. Patterns are relative to the file that mentions them, or start with `/`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Glob {
    pub kind: GlobKind,
    /// Those that start with `!` take files away.
    pub patterns: Vec<String>,
    #[serde(default)]
    pub eager: bool,
    /// Only this export of each module.
    #[serde(default)]
    pub import: Option<String>,
    /// Added to each path, with its `?`.
    #[serde(default)]
    pub query: String,
    /// Folder that patterns and keys are relative to.
    #[serde(default)]
    pub base: Option<String>,
    /// `node_modules` and hidden files too.
    #[serde(default)]
    pub exhaustive: bool,
}

impl Glob {
    pub fn specifier(&self) -> String {
        format!("{GLOB_PREFIX}{}", serde_json::to_string(self).unwrap_or_default())
    }

    pub fn from_specifier(specifier: &str) -> Option<Glob> {
        serde_json::from_str(specifier.strip_prefix(GLOB_PREFIX)?).ok()
    }

    fn new(kind: GlobKind, patterns: Vec<String>) -> Glob {
        Glob { kind, patterns, eager: false, import: None, query: String::new(), base: None, exhaustive: false }
    }
}

/// The pattern of a computed path that starts with `./` or `../`: what is not literal stands for anything in one folder,
/// and right after a slash for anything below it.
pub(super) fn computed(kind: GlobKind, path: &Expr) -> Option<Glob> {
    let mut pieces = Vec::new();
    pieces_of(path, &mut pieces);
    let dynamic = pieces.iter().any(Option::is_none);
    let first = pieces.first()?.as_deref()?;
    let local = first.starts_with("./") || first.starts_with("../");
    // `'./' + anything` would mean every file there is.
    if !dynamic || !local || pieces.len() < 2 {
        return None;
    }
    let mut pattern = String::new();
    for piece in &pieces {
        match piece {
            Some(text) if text.contains(['*', '?', '[', ']', '{', '}', '!']) => return None,
            Some(text) => pattern.push_str(text),
            None if pattern.ends_with('/') => pattern.push_str("**/*"),
            None if pattern.ends_with('*') => {}
            None => pattern.push('*'),
        }
    }
    Some(Glob::new(kind, vec![pattern]))
}

/// Literal pieces, and `None` for the rest; neighbours of a kind are one.
fn pieces_of(expression: &Expr, out: &mut Vec<Option<String>>) {
    let mut push = |piece: Option<String>| match (out.last_mut(), piece) {
        (Some(Some(last)), Some(text)) => last.push_str(&text),
        (Some(None), None) => {}
        (_, Some(text)) if text.is_empty() => {}
        (_, piece) => out.push(piece),
    };
    match expression {
        Expr::Bin(binary) if binary.op == BinaryOp::Add => {
            pieces_of(&binary.left, out);
            pieces_of(&binary.right, out);
        }
        Expr::Paren(inner) => pieces_of(&inner.expr, out),
        Expr::Tpl(template) => {
            for (at, quasi) in template.quasis.iter().enumerate() {
                push(quasi.cooked.as_ref().and_then(|text| text.as_str()).map(str::to_string));
                if at < template.exprs.len() {
                    push(None);
                }
            }
        }
        other => push(literal(other)),
    }
}

/// Whether a call is `import.meta.glob(…)`.
pub(super) fn is_meta_glob(call: &CallExpr) -> bool {
    let Some(member) = call.callee.as_expr().and_then(|callee| callee.as_member()) else { return false };
    matches!(&*member.obj, Expr::MetaProp(meta) if meta.kind == MetaPropKind::ImportMeta)
        && member.prop.as_ident().is_some_and(|name| &*name.sym == "glob")
}

/// What `import.meta.glob(…)` asks for, when it can be read without running it.
pub(super) fn meta(call: &CallExpr) -> Option<Glob> {
    let patterns = match &*call.args.first()?.expr {
        Expr::Array(array) => {
            array.elems.iter().map(|element| literal(&element.as_ref()?.expr)).collect::<Option<Vec<_>>>()?
        }
        other => vec![literal(other)?],
    };
    let mut glob = Glob::new(GlobKind::Meta, patterns);
    let Some(options) = call.args.get(1) else { return Some(glob) };
    for property in &options.expr.as_object()?.props {
        let pair = property.as_prop()?.as_key_value()?;
        let key = match &pair.key {
            PropName::Ident(name) => name.sym.to_string(),
            PropName::Str(text) => text.value.as_str()?.to_string(),
            _ => return None,
        };
        let flag = || match &*pair.value {
            Expr::Lit(Lit::Bool(value)) => Some(value.value),
            _ => None,
        };
        match key.as_str() {
            "eager" => glob.eager = flag()?,
            "exhaustive" => glob.exhaustive = flag()?,
            "import" => glob.import = Some(literal(&pair.value)?).filter(|name| name != "*"),
            "base" => glob.base = Some(literal(&pair.value)?),
            "query" | "as" => glob.query = query(&pair.value)?,
            _ => return None,
        }
    }
    Some(glob)
}

/// `'?raw'`, `'raw'`, `{ raw: true, width: 100 }`.
fn query(value: &Expr) -> Option<String> {
    let text = match value {
        Expr::Object(object) => {
            let pair = |property: &PropOrSpread| {
                let pair = property.as_prop()?.as_key_value()?;
                let key = pair.key.as_ident()?.sym.to_string();
                match &*pair.value {
                    Expr::Lit(Lit::Str(text)) if text.value.is_empty() => Some(key),
                    Expr::Lit(Lit::Bool(on)) => on.value.then_some(key),
                    Expr::Lit(Lit::Num(number)) => Some(format!("{key}={}", number.value)),
                    other => Some(format!("{key}={}", literal(other)?)),
                }
            };
            object.props.iter().map(pair).collect::<Option<Vec<_>>>()?.join("&")
        }
        other => literal(other)?,
    };
    let text = text.trim_start_matches('?');
    Some(if text.is_empty() { String::new() } else { format!("?{text}") })
}

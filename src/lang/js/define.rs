//! `--define`: dotted names replaced by expressions, where the first name is not bound in the file.

use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use swc_core::atoms::Atom;
use swc_core::common::{BytePos, DUMMY_SP, Span, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::parser::{EsSyntax, Lexer, Parser, StringInput, Syntax};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

/// The defines that the text of one file can hold.
pub(super) struct Defines<'a> {
    /// By last segment: (whole name split at dots, parsed value).
    by_last: FxHashMap<&'a str, Vec<(Vec<&'a str>, Expr)>>,
    unresolved: SyntaxContext,
}

impl<'a> Defines<'a> {
    /// Only those whose last segment occurs in `source` are parsed.
    /// `declared`: what the file declares at its top level; identifiers in values mean that before they mean globals.
    /// `common_js`: `module` and `exports` are variables of every such file, and no globals.
    pub fn new(
        define: &'a BTreeMap<String, String>,
        source: &str,
        unresolved: SyntaxContext,
        declared: &FxHashMap<Atom, SyntaxContext>,
        common_js: bool,
    ) -> Self {
        let mut by_last: FxHashMap<&str, Vec<(Vec<&str>, Expr)>> = FxHashMap::default();
        // Most names are of `import.meta.env`, which most files do not mention.
        let meta = std::cell::LazyCell::new(|| source.contains("meta"));
        for (name, value) in define.iter().filter(|(name, _)| !name.starts_with("import.meta.") || *meta) {
            let segments: Vec<&str> = name.split('.').collect();
            let last = segments.last().copied().unwrap_or_default();
            if source.contains(last)
                && !(common_js && matches!(segments.first(), Some(&("module" | "exports"))))
                && let Some(mut value) = parse_value(value, unresolved)
            {
                if !declared.is_empty() && !value.is_lit() {
                    value.visit_mut_with(&mut Local { declared, unresolved });
                }
                by_last.entry(last).or_default().push((segments, value));
            }
        }
        Defines { by_last, unresolved }
    }

    /// The value for an expression that is a defined name.
    pub fn replace(&self, expression: &Expr) -> Option<Expr> {
        if self.by_last.is_empty() {
            return None;
        }
        let (last, span) = match expression {
            Expr::Ident(name) => (&*name.sym, name.span),
            Expr::Member(member) => (property(&member.prop)?, member.span),
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => (property(&member.prop)?, member.span),
                OptChainBase::Call(_) => return None,
            },
            _ => return None,
        };
        let (_, value) = self.by_last.get(last)?.iter().find(|(segments, _)| self.matches(expression, segments))?;
        let mut value = value.clone();
        value.visit_mut_with(&mut Respan(span));
        Some(value)
    }

    fn matches(&self, expression: &Expr, segments: &[&str]) -> bool {
        let Some((last, rest)) = segments.split_last() else { return false };
        match expression {
            Expr::Ident(name) => rest.is_empty() && name.ctxt == self.unresolved && &*name.sym == *last,
            Expr::MetaProp(meta) => meta.kind == MetaPropKind::ImportMeta && *last == "meta" && rest == ["import"],
            Expr::Member(member) => property(&member.prop) == Some(*last) && self.matches(&member.obj, rest),
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => {
                    property(&member.prop) == Some(*last) && self.matches(&member.obj, rest)
                }
                OptChainBase::Call(_) => false,
            },
            Expr::Paren(inner) => self.matches(&inner.expr, segments),
            _ => false,
        }
    }
}

fn property(property: &MemberProp) -> Option<&str> {
    match property {
        MemberProp::Ident(name) => Some(&name.sym),
        MemberProp::Computed(computed) => match &*computed.expr {
            Expr::Lit(Lit::Str(text)) => text.value.as_str(),
            _ => None,
        },
        MemberProp::PrivateName(_) => None,
    }
}

/// Parses a define's value; identifiers in it are globals.
fn parse_value(value: &str, unresolved: SyntaxContext) -> Option<Expr> {
    let lexer = Lexer::new(
        Syntax::Es(EsSyntax::default()),
        EsVersion::EsNext,
        StringInput::new(value, BytePos(1), BytePos(1 + value.len() as u32)),
        None,
    );
    let mut expression = *Parser::new_from(lexer).parse_expr().ok()?;
    expression.visit_mut_with(&mut Global(unresolved));
    Some(expression)
}

/// True when `value` can stand for a define: used when options are checked.
pub fn is_expression(value: &str) -> bool {
    swc_core::common::GLOBALS
        .set(&swc_core::common::Globals::new(), || parse_value(value, SyntaxContext::empty()).is_some())
}

/// Names that the file declares.
struct Local<'a> {
    declared: &'a FxHashMap<Atom, SyntaxContext>,
    unresolved: SyntaxContext,
}

impl VisitMut for Local<'_> {
    fn visit_mut_ident(&mut self, ident: &mut Ident) {
        if ident.ctxt == self.unresolved
            && let Some(context) = self.declared.get(&ident.sym)
        {
            ident.ctxt = *context;
        }
    }
}

struct Global(SyntaxContext);

impl VisitMut for Global {
    fn visit_mut_ident(&mut self, ident: &mut Ident) {
        ident.ctxt = self.0;
    }
}

/// The value takes the place of the name in the source map; inside it, nothing has a place.
struct Respan(Span);

impl VisitMut for Respan {
    fn visit_mut_span(&mut self, span: &mut Span) {
        *span = if self.0 == DUMMY_SP { DUMMY_SP } else { self.0 };
    }
}

/// `a.b.c` as an expression on globals, for the compressor's list of pure functions.
pub(super) fn path_expression(path: &str, unresolved: SyntaxContext) -> Option<Box<Expr>> {
    parse_value(path, unresolved).map(Box::new)
}

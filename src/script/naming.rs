//! Names. Top-level symbols of a chunk share one scope; nested bindings get names per function, starting at the same
//! letters again and again, which compresses far better than one sequence for all.

use super::Context;
use crate::lang::js::{LocalSym, ModuleObject};
use crate::model::SymbolRef;
use rustc_hash::{FxHashMap, FxHashSet};

/// Words that can never be a binding in a strict module, and a few that would surprise.
const RESERVED: [&str; 61] = [
    "arguments",
    "as",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "from",
    "function",
    "get",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "of",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "set",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "require",
    "module",
    "exports",
    "NaN",
    "Infinity",
    "globalThis",
];

pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// The sequence of short names over an alphabet ordered by how often its characters occur anyway.
pub struct Alphabet {
    first: Vec<u8>,
    rest: Vec<u8>,
}

impl Alphabet {
    /// `histogram`: how often each byte occurs in the text around the names.
    pub fn new(histogram: &[u32; 256]) -> Self {
        let letters: Vec<u8> = (b'a'..=b'z').chain(b'A'..=b'Z').chain([b'$', b'_']).collect();
        let by_use = |mut bytes: Vec<u8>| {
            bytes.sort_by_key(|byte| std::cmp::Reverse(histogram[*byte as usize]));
            bytes
        };
        let first = by_use(letters.clone());
        let rest = by_use(letters.into_iter().chain(b'0'..=b'9').collect());
        Alphabet { first, rest }
    }

    /// How many names have one letter, and how many have two.
    pub fn sizes(&self) -> (usize, usize) {
        (self.first.len(), self.first.len() * self.rest.len())
    }

    /// Name number `number`, shortest first. Of neighbours the last character differs: names that are given one after
    /// the other start alike.
    pub fn name(&self, number: usize) -> String {
        let (mut length, mut at, mut count) = (1, number, self.first.len());
        while at >= count {
            at -= count;
            count *= self.rest.len();
            length += 1;
        }
        let mut out = vec![0; length];
        for place in out.iter_mut().skip(1).rev() {
            *place = self.rest[at % self.rest.len()];
            at /= self.rest.len();
        }
        out[0] = self.first[at];
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// Gives names one after the other, short or original.
pub enum Style<'a> {
    Short(&'a Alphabet),
    Original,
    /// For a text that is compressed once more: unlike any other name.
    Numbered,
}

/// Of [`Style::Numbered`] names; a number follows.
pub const NUMBERED: &str = "P$";

/// Up to this many mentions, an import keeps the name that the other chunk gives it: where all names of one letter are
/// free for it, and where none is. Measured on an app of 250 chunks, in brotli: more often is worse, since names then
/// are no longer given in the order of the code; never is 0.2 % worse.
const SELDOM: [u32; 2] = [4, 1];

/// The top-level names of a chunk.
pub struct Wanted {
    pub symbol: SymbolRef,
    pub original: String,
    pub count: u32,
    /// Must keep the original name if it is free.
    pub pinned: bool,
    /// What another chunk exports it as.
    pub alias: Option<String>,
    /// Breaks ties: order of evaluation.
    pub rank: (u32, LocalSym),
}

/// The most mentioned get the shortest names. Among those with names of one length, neighbours in the code are neighbours
/// in the alphabet, and symbols of the same name (of copies of a package) stand together: measured in brotli against the
/// order of use, ten copies of three.js are 5 % smaller for it and a bundle of react-dom, antd, three and others 0.1 %.
fn in_classes(wanted: &mut [Wanted], sizes: &[usize]) {
    wanted.sort_by_key(|want| (std::cmp::Reverse(want.count), want.rank));
    let mut first: FxHashMap<String, (u32, LocalSym)> = FxHashMap::default();
    for want in wanted.iter() {
        let rank = first.entry(want.original.clone()).or_insert(want.rank);
        *rank = want.rank.min(*rank);
    }
    let mut rest = wanted;
    for size in sizes.iter().copied().chain([usize::MAX]) {
        let (class, others) = rest.split_at_mut(size.min(rest.len()));
        class.sort_by_cached_key(|want| (first[&want.original], want.rank));
        rest = others;
    }
}

/// Names for the top level of a chunk; `taken` holds globals.
pub fn top_level(mut wanted: Vec<Wanted>, taken: &FxHashSet<&str>, style: &Style<'_>) -> FxHashMap<SymbolRef, String> {
    let mut used: FxHashSet<String> = FxHashSet::default();
    let mut out = FxHashMap::default();
    wanted.sort_by_key(|want| (!want.pinned, want.rank));
    let free =
        |name: &str, used: &FxHashSet<String>| !taken.contains(name) && !used.contains(name) && !is_reserved(name);
    let (pinned, mut rest): (Vec<Wanted>, Vec<Wanted>) = wanted.into_iter().partition(|want| want.pinned);
    for want in pinned {
        let name = original_name(&want.original, |name| free(name, &used));
        used.insert(name.clone());
        out.insert(want.symbol, name);
    }
    match style {
        Style::Original => {
            for want in rest {
                let name = original_name(&want.original, |name| free(name, &used));
                used.insert(name.clone());
                out.insert(want.symbol, name);
            }
        }
        Style::Numbered => {
            let numbered = |(at, want): (usize, Wanted)| (want.symbol, format!("{NUMBERED}{at}"));
            out.extend(rest.into_iter().enumerate().map(numbered));
        }
        Style::Short(alphabet) => {
            // One letter is left to nested functions: their parameters are `e, t, n` everywhere, whatever the function
            // mentions from outside.
            let (one, two) = alphabet.sizes();
            let many = rest.len() > one;
            let mut number = if many { one } else { 0 };
            // `x` in the import statement is shorter than `x as y`.
            rest.retain(|want| {
                let alias = want.alias.as_ref().filter(|alias| free(alias, &used));
                let Some(alias) = alias.filter(|_| want.count <= SELDOM[usize::from(many)]) else { return true };
                used.insert(alias.clone());
                out.insert(want.symbol, alias.clone());
                false
            });
            in_classes(&mut rest, &[one - number, two]);
            for want in rest {
                let name = loop {
                    let name = alphabet.name(number);
                    number += 1;
                    if free(&name, &used) {
                        break name;
                    }
                };
                out.insert(want.symbol, name);
            }
        }
    }
    out
}

/// `original`, else `original$1`, `original$2`, …
fn original_name(original: &str, free: impl Fn(&str) -> bool) -> String {
    let base = clean(original);
    if free(&base) {
        return base;
    }
    (1..).map(|number| format!("{base}${number}")).find(|name| free(name)).unwrap_or(base)
}

/// A valid identifier close to `text`.
pub fn clean(text: &str) -> String {
    let mut out: String =
        text.chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '$' { c } else { '_' }).collect();
    if out.is_empty() || out.starts_with(|c: char| c.is_numeric()) {
        out.insert(0, '_');
    }
    out
}

/// Names of a module's nested bindings, by symbol number minus `first`. `name_of` gives the names of everything else.
pub fn nested<'n>(
    object: &ModuleObject,
    first: LocalSym,
    style: &Style<'_>,
    name_of: impl Fn(LocalSym) -> Option<&'n str>,
) -> Vec<String> {
    let mut names: Vec<String> = vec![String::new(); object.extra_names.len()];
    let mut taken: FxHashSet<String> = FxHashSet::default();
    for scope in &object.scopes {
        taken.clear();
        for symbol in &scope.captures {
            let own = symbol.checked_sub(first).and_then(|at| names.get(at as usize)).filter(|name| !name.is_empty());
            match own {
                Some(name) => {
                    taken.insert(name.clone());
                }
                None => {
                    if let Some(name) = name_of(*symbol) {
                        taken.insert(name.to_string());
                    }
                }
            }
        }
        taken.extend(scope.globals.iter().map(|global| object.globals[*global as usize].clone()));
        let mut number = 0;
        for symbol in &scope.declares {
            let at = (*symbol - first) as usize;
            let original = &object.extra_names[at];
            let name = match style {
                // `arguments` and friends keep their names: they are not ours to give.
                _ if object.pinned || original == "arguments" => original.clone(),
                Style::Original | Style::Numbered => {
                    original_name(original, |name| !taken.contains(name) && !is_reserved(name))
                }
                Style::Short(alphabet) => loop {
                    let name = alphabet.name(number);
                    number += 1;
                    if !taken.contains(&name) && !is_reserved(&name) {
                        break name;
                    }
                },
            };
            if !matches!(style, Style::Short(_)) || object.pinned {
                taken.insert(name.clone());
            }
            names[at] = name;
        }
    }
    names
}

/// How often each byte occurs in the objects of a chunk.
pub fn histogram<'o>(objects: impl Iterator<Item = &'o ModuleObject>) -> [u32; 256] {
    let mut out = [0u32; 256];
    for object in objects {
        for byte in object.text.bytes() {
            out[byte as usize] += 1;
        }
        // What stands at a hole is no text.
        out[b'_' as usize] = out[b'_' as usize].saturating_sub(object.holes.len() as u32);
    }
    out
}

/// The source name of a symbol that linking knows.
pub fn original(context: &Context<'_>, symbol: SymbolRef) -> String {
    use crate::lang::js::sym;
    let module = &context.graph.modules[symbol.module];
    let facts = &module.facts;
    let stem = || stem(&module.name);
    match symbol.symbol {
        sym::NAMESPACE => format!("{}_exports", stem()),
        sym::WRAPPER if context.linked.modules[symbol.module].wrap == crate::model::Wrap::CommonJs => {
            format!("require_{}", stem())
        }
        sym::WRAPPER => format!("init_{}", stem()),
        sym::INTEROP | sym::INTEROP_NODE | sym::RAW => format!("import_{}", stem()),
        sym::DEFAULT => format!("{}_default", stem()),
        other if other < facts.first_declared() => "import_lazy".into(),
        other => match facts.declared(other) {
            Some(declared) => declared.name.clone(),
            None => context.objects[symbol.module]
                .as_ref()
                .and_then(|object| object.extra_names.get((other - facts.symbol_count()) as usize))
                .cloned()
                .unwrap_or_else(|| "value".into()),
        },
    }
}

fn stem(name: &str) -> String {
    let path = name.split('?').next().unwrap_or(name);
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or(file);
    clean(if stem == "index" { parts.next().unwrap_or(stem) } else { stem })
}

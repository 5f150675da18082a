//! Names. Top-level symbols of a chunk share one scope; nested bindings get names per function, starting at the same
//! letters again and again, which compresses far better than one sequence for all.

use super::Context;
use crate::lang::js::{LocalSym, ModuleObject};
use crate::model::SymbolRef;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

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
    name.len() > 1 && RESERVED.contains(&name)
}

/// The sequence of short names over an alphabet ordered by how often its characters occur anyway.
pub struct Alphabet {
    first: Vec<u8>,
    rest: Vec<u8>,
    /// Where each byte stands in `first` and in `rest`.
    places: [[u8; 256]; 2],
    /// The first names.
    table: Vec<String>,
}

/// Names that are given again and again.
const TABLE: usize = 256;

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
        let mut places = [[u8::MAX; 256]; 2];
        for (places, bytes) in places.iter_mut().zip([&first, &rest]) {
            bytes.iter().zip(0..).for_each(|(byte, at)| places[*byte as usize] = at);
        }
        let mut made = Alphabet { first, rest, places, table: Vec::new() };
        made.table = (0..TABLE).map(|number| made.name(number)).collect();
        made
    }

    /// The number of a name, if it has one that counts.
    fn number(&self, name: &str) -> Option<usize> {
        // Longer names have numbers that nobody reaches.
        const LONGEST: usize = 4;
        let (head, tail) = name.as_bytes().split_first().filter(|(_, tail)| tail.len() < LONGEST)?;
        let [first, rest] = &self.places;
        let mut at = Some(usize::from(first[*head as usize])).filter(|at| *at < self.first.len())?;
        let (mut shorter, mut count) = (0, self.first.len());
        for byte in tail {
            let place = usize::from(rest[*byte as usize]);
            if place >= self.rest.len() {
                return None;
            }
            at = at * self.rest.len() + place;
            shorter += count;
            count *= self.rest.len();
        }
        Some(shorter + at)
    }

    /// As [`Alphabet::name`].
    fn short(&self, number: usize) -> Cow<'_, str> {
        self.table.get(number).map_or_else(|| Cow::Owned(self.name(number)), |name| Cow::Borrowed(name.as_str()))
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
pub fn nested<'n, 'a>(
    object: &ModuleObject,
    first: LocalSym,
    style: &Style<'a>,
    name_of: impl Fn(LocalSym) -> Option<&'n str>,
) -> Vec<Cow<'a, str>> {
    match style {
        Style::Short(alphabet) if !object.pinned => short(object, first, alphabet, name_of),
        _ => original_nested(object, first, name_of),
    }
}

/// The names that they have in the source, or close to it.
fn original_nested<'n, 'a>(
    object: &ModuleObject,
    first: LocalSym,
    name_of: impl Fn(LocalSym) -> Option<&'n str>,
) -> Vec<Cow<'a, str>> {
    let mut names: Vec<Cow<'a, str>> = vec![Cow::Borrowed(""); object.extra_names.len()];
    let mut taken: FxHashSet<String> = FxHashSet::default();
    for scope in &object.scopes {
        taken.clear();
        for symbol in &scope.captures {
            let own = symbol.checked_sub(first).and_then(|at| names.get(at as usize)).filter(|name| !name.is_empty());
            match own {
                Some(name) => {
                    taken.insert(name.to_string());
                }
                None => taken.extend(name_of(*symbol).map(str::to_string)),
            }
        }
        taken.extend(scope.globals.iter().map(|global| object.globals[*global as usize].clone()));
        for symbol in &scope.declares {
            let at = (*symbol - first) as usize;
            let original = &object.extra_names[at];
            let name = match stays(original) || object.pinned {
                true => original.clone(),
                false => original_name(original, |name| !taken.contains(name) && !is_reserved(name)),
            };
            taken.insert(name.clone());
            names[at] = name.into();
        }
    }
    names
}

/// `arguments` and friends keep their names: they are not ours to give.
fn stays(original: &str) -> bool {
    original == "arguments"
}

/// The shortest that are free, by number: most of what is asked is whether one of the first is taken.
fn short<'n, 'a>(
    object: &ModuleObject,
    first: LocalSym,
    alphabet: &'a Alphabet,
    name_of: impl Fn(LocalSym) -> Option<&'n str>,
) -> Vec<Cow<'a, str>> {
    const NEAR: usize = 256;
    let mut names: Vec<Cow<'a, str>> = vec![Cow::Borrowed(""); object.extra_names.len()];
    let mut numbers = vec![usize::MAX; object.extra_names.len()];
    // By number, the latest scope in which it is taken.
    let mut near = [0u32; NEAR];
    let mut far: Vec<usize> = Vec::new();
    for (scope, turn) in object.scopes.iter().zip(1..) {
        far.clear();
        let mut take = |number: usize| match near.get_mut(number) {
            Some(taken) => *taken = turn,
            None => far.push(number),
        };
        for symbol in &scope.captures {
            let own =
                symbol.checked_sub(first).and_then(|at| numbers.get(at as usize)).filter(|own| **own != usize::MAX);
            match own {
                Some(own) => take(*own),
                None => name_of(*symbol).and_then(|name| alphabet.number(name)).into_iter().for_each(&mut take),
            }
        }
        let globals = scope.globals.iter().filter_map(|global| alphabet.number(&object.globals[*global as usize]));
        globals.for_each(&mut take);
        let mut number = 0;
        for symbol in &scope.declares {
            let at = (*symbol - first) as usize;
            if stays(&object.extra_names[at]) {
                names[at] = Cow::Owned(object.extra_names[at].clone());
                continue;
            }
            loop {
                let free = near.get(number).map_or_else(|| !far.contains(&number), |taken| *taken != turn);
                let name = alphabet.short(number);
                number += 1;
                if free && !is_reserved(&name) {
                    (names[at], numbers[at]) = (name, number - 1);
                    break;
                }
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_number() {
        let mut histogram = [0; 256];
        histogram[b'e' as usize] = 7;
        let alphabet = Alphabet::new(&histogram);
        for number in (0..300).chain([3509, 3510, 3511, 200_000]) {
            let name = alphabet.name(number);
            assert_eq!((alphabet.number(&name), &*alphabet.short(number)), (Some(number), name.as_str()));
        }
        assert_eq!(["", "1a", "é", "a-b", "abcdefgh"].map(|name| alphabet.number(name)), [None; 5]);
    }
}

//! Which place of the source each part of a compiled sheet comes from.
//!
//! In: the source as its author wrote it, and what was made of it. Out: pairs of places ([`CssOrigin`]). No step of the
//! compiler is asked: what rules ask for, the conditions around them, names and values of declarations say it. So there is
//! one way for all of lowering, nesting and shortening, and a place that is told holds what stands in the output, or the
//! rule or the shorthand that it was made from.

use super::compile::CssPiece;
use super::lex::{Kind, Token, tokens, unescape};
use super::names::{ModuleNames, Naming};
use super::outline::{Block, Declaration, Outline, Selector, Word, unprefixed};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// From a byte of a [`CssPiece::Text`] to one of the source.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CssOrigin {
    pub piece: u32,
    pub at: u32,
    pub source: u32,
    /// What is called otherwise in the source.
    pub name: Option<String>,
}

/// `local`: the name of a CSS module and how its names are made, as for `scan`.
pub fn origins(source: &str, body: &[CssPiece], local: Option<(&str, &ModuleNames)>) -> Vec<CssOrigin> {
    let (text, starts) = flat(body);
    let names =
        local.map_or_else(BTreeMap::new, |(sheet, names)| renamed(source, &Naming { sheet, names, values: &[] }));
    let from = Outline::of(source, &BTreeMap::new());
    let to = Outline::of(&text, &names);
    let matcher = Matcher::new(&from);
    let mut found = matcher.all(&to);
    found.sort_by_key(|place| place.at);
    found.dedup_by_key(|place| place.at);
    let originally = |place: &Place| names.get(&name_at(&text, place.at)?).cloned();
    let origin = |place: Place| {
        let piece = starts.partition_point(|(start, _)| *start <= place.at).checked_sub(1)?;
        let (start, piece) = starts[piece];
        let name = originally(&place);
        Some(CssOrigin { piece, at: place.at - start, source: place.source, name })
    };
    found.into_iter().filter_map(origin).collect()
}

/// The text with something in place of URLs, and where its pieces start.
fn flat(body: &[CssPiece]) -> (String, Vec<(u32, u32)>) {
    let mut text = String::new();
    let mut starts = Vec::new();
    for (number, piece) in body.iter().enumerate() {
        match piece {
            CssPiece::Text(part) => {
                starts.push((text.len() as u32, number as u32));
                text.push_str(part);
            }
            CssPiece::Url(_) => text.push_str("url(u)"),
            CssPiece::UrlString(_) => text.push_str("\"u\""),
        }
    }
    (text, starts)
}

/// By final name: the local name in the source.
fn renamed(source: &str, naming: &Naming<'_>) -> BTreeMap<String, String> {
    let bytes = source.as_bytes();
    // `color:`, unless it is `.color:hover`. What is called `--color` keeps its name unless it is asked for.
    let is_property = |token: &Token| {
        let before = (token.start as usize).checked_sub(1).and_then(|at| bytes.get(at));
        bytes.get(token.end as usize) == Some(&b':') && before != Some(&b'.')
    };
    let is_named = |token: &&Token| !is_property(token) || token.text(source).starts_with("--") && naming.names.dashed;
    let tokens = tokens(source);
    let names: BTreeSet<String> = tokens
        .iter()
        .filter(is_named)
        .filter_map(|token| match token.kind {
            Kind::Ident => Some(unescape(token.text(source))),
            Kind::Hash => Some(unescape(&token.text(source)[1..])),
            _ => None,
        })
        .collect();
    names.into_iter().map(|name| (naming.of(&name), name)).filter(|(made, name)| made != name).collect()
}

/// The name of a class or id, or of an animation, that starts at a place.
fn name_at(text: &str, at: u32) -> Option<String> {
    let rest = text.get(at as usize..)?.trim_start_matches(['.', '#']);
    let line = &rest[..rest.find(['{', '}', ';', ',', ' ']).unwrap_or(rest.len())];
    let first = tokens(line).into_iter().next().filter(|token| token.kind == Kind::Ident)?;
    Some(unescape(first.text(line)))
}

/// A pair of bytes.
struct Place {
    at: u32,
    source: u32,
}

/// A selector of the source: its block, and which of the block's.
type Reference = (usize, usize);

struct Matcher<'a> {
    from: &'a Outline,
    /// By the whole of its words.
    whole: FxHashMap<String, Vec<Reference>>,
    /// By each of its words.
    single: FxHashMap<&'a str, Vec<Reference>>,
    conditions: Vec<Vec<&'a str>>,
}

/// Selectors that share only common words are compared with so many others.
const LIKE: usize = 400;

impl<'a> Matcher<'a> {
    fn new(from: &'a Outline) -> Matcher<'a> {
        let mut out =
            Matcher { from, whole: FxHashMap::default(), single: FxHashMap::default(), conditions: conditions(from) };
        for (number, block) in from.blocks.iter().enumerate() {
            for (at, selector) in block.selectors.iter().enumerate() {
                out.whole.entry(key(block, selector)).or_default().push((number, at));
                for word in &selector.whole {
                    let known = out.single.entry(word.text.as_str()).or_default();
                    if known.last() != Some(&(number, at)) {
                        known.push((number, at));
                    }
                }
            }
        }
        out
    }

    fn all(&self, to: &Outline) -> Vec<Place> {
        let around = conditions(to);
        let mut used: BTreeSet<Reference> = BTreeSet::new();
        let mut out = Vec::new();
        for (number, block) in to.blocks.iter().enumerate() {
            let around = &around[number];
            let mut pool: BTreeSet<usize> = BTreeSet::new();
            let mut best = None;
            for selector in &block.selectors {
                let like = self.like(block, selector);
                pool.extend(like.iter().map(|(number, _)| *number));
                // One that is taken already may be another's.
                let rank = |reference: &&Reference| {
                    let other = &self.from.blocks[reference.0];
                    let rank = (
                        common(around, &self.conditions[reference.0]),
                        shared(block, other),
                        !used.contains(*reference),
                    );
                    (rank, std::cmp::Reverse(**reference))
                };
                let Some(found) = like.iter().max_by_key(rank) else { continue };
                used.insert(*found);
                best.get_or_insert(found.0);
                self.selector(block, selector, *found, &mut out);
            }
            let anchor = best.map(|block| self.from.blocks[block].at);
            for declaration in &block.declarations {
                let source = self.declaration(declaration, around, &pool);
                let source = source.or_else(|| self.anywhere(declaration)).or(anchor);
                out.extend(source.map(|source| Place { at: declaration.at, source }));
            }
        }
        out
    }

    /// Those that ask for the same, else for what comes nearest.
    fn like(&self, block: &Block, selector: &Selector) -> Vec<Reference> {
        if let Some(same) = self.whole.get(&key(block, selector)) {
            return same.clone();
        }
        let of_word = |word: &Word| self.single.get(word.text.as_str()).map(Vec::as_slice);
        let rare = selector.whole.iter().filter_map(of_word).min_by_key(|list| list.len()).unwrap_or_default();
        let mut best = (0, Vec::new());
        for reference in rare.iter().take(LIKE) {
            let other = &self.from.blocks[reference.0];
            if other.rule != block.rule {
                continue;
            }
            let words = texts(&other.selectors[reference.1].whole);
            let score = common(&texts(&selector.whole), &words);
            match score.cmp(&best.0) {
                std::cmp::Ordering::Greater => best = (score, vec![*reference]),
                std::cmp::Ordering::Equal => best.1.push(*reference),
                std::cmp::Ordering::Less => {}
            }
        }
        best.1
    }

    /// Places of the words of one selector: the last of both belong together, whatever rules are around them.
    fn selector(&self, block: &Block, selector: &Selector, (number, at): Reference, out: &mut Vec<Place>) {
        let other = &self.from.blocks[number];
        if block.rule.is_some() {
            out.push(Place { at: block.at, source: other.at });
        }
        let words = &other.selectors[at].whole;
        let mut end = words.len();
        let mut first = None;
        for word in selector.own.iter().rev() {
            let Some(found) = words[..end].iter().rposition(|other| other.text == word.text) else { continue };
            end = found;
            first = Some((word.at, words[found].at));
            if matches!(block.rule.as_deref(), None | Some("keyframes" | "container")) {
                out.push(Place { at: word.at, source: words[found].at });
            }
        }
        // What a selector starts with may have no like: `&`, or a word that another stands for.
        if block.rule.is_none()
            && let Some(start) = selector.own.first()
            && first.is_none_or(|(at, _)| at != start.at)
        {
            let begins = other.selectors[at].own.first().map(|word| word.at);
            let like = first.map(|(_, source)| source).filter(|_| start.text != "&");
            let source = like.or(begins).unwrap_or(other.at);
            out.push(Place { at: start.at, source });
        }
    }

    fn declaration(&self, declaration: &Declaration, around: &[&str], pool: &BTreeSet<usize>) -> Option<u32> {
        let mut best = None;
        for number in pool {
            let conditions = common(around, &self.conditions[*number]);
            for other in &self.from.blocks[*number].declarations {
                let relation = relation(&declaration.name, &other.name);
                if relation == 0 {
                    continue;
                }
                // Of equal ones the last counts.
                let rank = (conditions, relation, common(&texts_of(declaration), &texts_of(other)), other.at);
                best = best.max(Some(rank));
            }
        }
        best.map(|(.., at)| at)
    }

    /// A declaration that another rule gave.
    fn anywhere(&self, declaration: &Declaration) -> Option<u32> {
        let all = self.from.blocks.iter().flat_map(|block| &block.declarations);
        let mut same = all.filter(|other| other.name == declaration.name && other.value == declaration.value);
        same.next().map(|other| other.at)
    }
}

fn key(block: &Block, selector: &Selector) -> String {
    let rule = block.rule.as_deref().unwrap_or_default();
    let mut out = format!("@{rule}");
    for word in &selector.whole {
        out.push('\0');
        out.push_str(&word.text);
    }
    out
}

/// By block: the words of all at-rules around it, steps of animations with their names.
fn conditions(outline: &Outline) -> Vec<Vec<&str>> {
    let mut out: Vec<Vec<&str>> = Vec::with_capacity(outline.blocks.len());
    for block in &outline.blocks {
        let mut words = Vec::new();
        if let Some(parent) = block.parent {
            words.extend_from_slice(&out[parent]);
            if let Some(rule) = &outline.blocks[parent].rule {
                words.push(rule.as_str());
                words.extend(outline.blocks[parent].selectors.iter().flat_map(|selector| texts(&selector.whole)));
            }
        }
        out.push(words);
    }
    out
}

fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

fn texts_of(declaration: &Declaration) -> Vec<&str> {
    declaration.value.iter().map(String::as_str).collect()
}

/// How much of two lists is the same, whatever the order: 1000 is all.
fn common(one: &[&str], other: &[&str]) -> usize {
    if one == other {
        return 1000;
    }
    let mut rest: Vec<&str> = other.to_vec();
    let mut shared = 0;
    for word in one {
        if let Some(at) = rest.iter().position(|other| other == word) {
            rest.swap_remove(at);
            shared += 1;
        }
    }
    shared * 2 * 999 / (one.len() + other.len()).max(1)
}

/// How many declarations of one block the other has, the same value counting twice.
fn shared(one: &Block, other: &Block) -> usize {
    let count = |declaration: &Declaration| {
        let same = other.declarations.iter().filter(|other| other.name == declaration.name);
        same.map(|other| 1 + usize::from(other.value == declaration.value)).max().unwrap_or(0)
    };
    one.declarations.iter().map(count).sum()
}

/// Shorthands that do not begin as what they set.
const SHORTHANDS: [(&str, &[&str]); 8] = [
    ("inset", &["top", "right", "bottom", "left"]),
    ("gap", &["row-gap", "column-gap", "grid-gap", "grid-row-gap", "grid-column-gap"]),
    ("place-items", &["align-items", "justify-items"]),
    ("place-content", &["align-content", "justify-content"]),
    ("place-self", &["align-self", "justify-self"]),
    ("font", &["line-height"]),
    ("inline-size", &["width", "height"]),
    ("block-size", &["width", "height"]),
];

/// 3: one property; 2: but for a vendor's prefix; 1: one may set the other; 0: nothing.
fn relation(one: &str, other: &str) -> u8 {
    if one == other {
        return 3;
    }
    if one.starts_with("--") || other.starts_with("--") {
        return 0;
    }
    let (one, other) = (unprefixed(one), unprefixed(other));
    if one == other {
        return 2;
    }
    let stem = |name| str::split(name, '-').next();
    let begins =
        |text: &str, name: &str| text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let sets =
        |short: &str, long: &str| SHORTHANDS.iter().any(|(name, all)| begins(short, name) && all.contains(&long));
    u8::from(stem(one) == stem(other) || sets(one, other) || sets(other, one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::LanguageTarget;
    use crate::lang::css::{CompileOptions, Sheet, compile};

    /// Each place as the text there and in the source.
    fn pairs(source: &str, local: bool, engines: &[(&str, u32)]) -> Vec<(String, String)> {
        let engines = engines.iter().map(|(name, major)| (name.to_string(), major << 16)).collect();
        let target = LanguageTarget { engines, ..LanguageTarget::default() };
        let options = CompileOptions { target, minify: true, names: ModuleNames::new(true) };
        let sheet = Sheet { source, name: "a.css", local, name_hash: "a.css", unused: &[] };
        let compiled = compile(sheet, &options);
        assert!(compiled.problems.is_empty(), "{:?}", compiled.problems);
        let body = compiled.value.body;
        let word = |text: &str| {
            let end = text[1..]
                .find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_'))
                .map_or(text.len(), |at| at + 1);
            text[..end].to_string()
        };
        let pair = |origin: CssOrigin| {
            let CssPiece::Text(text) = &body[origin.piece as usize] else { panic!("no text") };
            let here = origin.name.map_or_else(|| word(&text[origin.at as usize..]), |name| format!(".{name}"));
            (here, word(&source[origin.source as usize..]))
        };
        origins(source, &body, local.then_some(("a.css", &options.names))).into_iter().map(pair).collect()
    }

    /// Everything leads to its like.
    fn same(source: &str, local: bool, engines: &[(&str, u32)], expected: &str) {
        let found = pairs(source, local, engines);
        assert!(found.iter().all(|(one, other)| one == other || one.starts_with('&')), "{found:?}");
        let words: Vec<&str> = found.iter().map(|(one, _)| one.as_str()).collect();
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn words_and_properties() {
        same(".a{color:#ff0000}\n.b .c:hover{top:0px}", false, &[], ".a color .b .c :hover top");
        same("@media print{.a{top:0}}.a{top:1px}", false, &[], "@media .a top .a top");
        same(".card{color:red}.card i{top:0}", true, &[], ".card color .card i top");
    }

    #[test]
    fn merged_and_nested() {
        let chrome = [("chrome", 130)];
        same(".nav{top:0}.nav i{left:0}.nav i:hover{right:0}", false, &chrome, ".nav top i left & :hover right");
        same(".a{color:red;& .b{top:0}}", false, &[("chrome", 90)], ".a color .a .b top");
        let found = pairs(".a{color:red}.b{color:red}", false, &[]);
        let words: Vec<&str> = found.iter().map(|(_, word)| word.as_str()).collect();
        assert_eq!(words, [".a", ".b", "color"]);
    }

    #[test]
    fn what_was_made_of_something_else_leads_there() {
        let found = pairs(".a{margin-top:1px;margin-right:1px;margin-bottom:1px;margin-left:1px}", false, &[]);
        assert_eq!(found[1], ("margin".to_string(), "margin-left".to_string()));
        let found = pairs(".a{user-select:none}", false, &[("safari", 15)]);
        assert_eq!(found[1].1, "user-select");
    }
}

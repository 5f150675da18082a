//! Shorter selectors, and nested rules that need not be nested.

use super::blocks::{Node, write};
use super::gaps::{call_end, split_list};
use super::lex::{Kind, Token, tokens};

/// A list without the selectors that stand in it twice, also in the lists of `:is()` and its like. Selectors 4, 4.1: an
/// element matches a list if it matches one of it.
pub(super) fn without_twins(list: &str) -> String {
    if !list.contains([',', '(']) {
        return list.to_string();
    }
    let mut out: Vec<String> = Vec::new();
    for selector in split_list(list) {
        let selector = inner_lists(selector.trim());
        for selector in opened(&selector).unwrap_or_else(|| vec![selector.clone()]) {
            if !out.contains(&selector) {
                out.push(selector);
            }
        }
    }
    out.join(",")
}

/// `without_twins` for the arguments of functions that take lists.
fn inner_lists(selector: &str) -> String {
    let tokens = tokens(selector);
    let mut out = String::with_capacity(selector.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        out.push_str(token.text(selector));
        if token.kind == Kind::Function
            && matches!(token.name(selector).as_str(), "is" | "where" | "not" | "has")
            && let Some(end) = call_end(&tokens, at)
        {
            let inside = &selector[token.end as usize..tokens[end].start as usize];
            let mut kept: Vec<String> = Vec::new();
            for part in split_list(inside) {
                let part = inner_lists(part.trim());
                if !kept.contains(&part) {
                    kept.push(part);
                }
            }
            out.push_str(&kept.join(","));
            at = end;
            continue;
        }
        at += 1;
    }
    out
}

/// The branches of a selector that is nothing but `:is(…)`. Only where all of them weigh the same (else the heaviest
/// counts for all: Selectors 4, section 17), and where no browser knows one and not the other: in `:is()` that is
/// forgiven, in a rule's list it is not.
fn opened(selector: &str) -> Option<Vec<String>> {
    let tokens = tokens(selector);
    let is = tokens.get(1).filter(|token| token.kind == Kind::Function && token.name(selector) == "is")?;
    if tokens[0].text(selector) != ":" || call_end(&tokens, 1)? + 1 != tokens.len() {
        return None;
    }
    let inside = &selector[is.end as usize..selector.len() - 1];
    let branches: Vec<String> = split_list(inside).into_iter().map(|part| part.trim().to_string()).collect();
    let weight = weight(&branches[0])?;
    branches.iter().all(|branch| self::weight(branch) == Some(weight)).then_some(branches)
}

/// Pseudo-classes that every browser knows (CSS 2, Selectors 3).
pub(super) const KNOWN: [&str; 12] = [
    "active",
    "checked",
    "disabled",
    "empty",
    "enabled",
    "first-child",
    "focus",
    "hover",
    "last-child",
    "link",
    "root",
    "visited",
];

/// (ids, classes, types) of a selector of which every browser knows all.
fn weight(selector: &str) -> Option<(usize, usize, usize)> {
    let mut out = (0, 0, 0);
    let mut before = "";
    for token in tokens(selector) {
        let text = token.text(selector);
        match (token.kind, before) {
            (Kind::Hash, _) => out.0 += 1,
            (Kind::Ident, ".") => out.1 += 1,
            (Kind::Ident, ":") if KNOWN.contains(&text) => out.1 += 1,
            (Kind::Ident, "" | " " | ">" | "+" | "~") => out.2 += 1,
            (Kind::Other, _) if matches!(text, "." | ">" | "+" | "~") => {}
            (Kind::Other, last) if text == ":" && last != ":" => {}
            (Kind::Other, "" | " " | ">" | "+" | "~") if text == "*" => {}
            (Kind::Space, _) => {}
            _ => return None,
        }
        before = text;
    }
    (!selector.is_empty()).then_some(out)
}

/// A selector of a nested rule without the `&` it starts with. CSS Nesting 1, section 3.1: a selector without `&` is
/// read as if it had one and a space in front, one that starts with a combinator in any case.
pub(super) fn relaxed(selector: &str) -> &str {
    let Some(rest) = selector.strip_prefix('&') else { return selector };
    let (rest, combinator) = match rest.as_bytes().first() {
        Some(b' ') => (&rest[1..], false),
        Some(b'>' | b'+' | b'~') => (rest, true),
        _ => return selector,
    };
    let starts = tokens(rest);
    let Some(first) = starts.first() else { return selector };
    // `--name:…` would be a custom property.
    let is_start = match first.kind {
        Kind::Ident => !first.text(rest).starts_with("--"),
        Kind::Hash | Kind::Open(b'[') => true,
        Kind::Other => combinator || matches!(first.text(rest), "." | ":" | "*"),
        _ => false,
    };
    let names_parent = starts.iter().any(|token| token.kind == Kind::Other && token.text(rest) == "&");
    if is_start && !names_parent { rest } else { selector }
}

/// What stands behind the `&` of a nested selector that may be appended to the selector of the rule around it.
pub(super) fn suffix(selector: &str) -> Option<&str> {
    let rest = selector.strip_prefix('&')?;
    let tokens = tokens(rest);
    let first = tokens.first()?;
    let joins = match first.kind {
        Kind::Space | Kind::Open(b'[') | Kind::Hash => true,
        Kind::Other => matches!(first.text(rest), "." | ":" | ">" | "+" | "~"),
        _ => false,
    };
    let names_parent = tokens.iter().any(|token| token.text(rest) == "&" || is_host(token, rest));
    (joins && !names_parent).then_some(rest)
}

fn is_host(token: &Token, text: &str) -> bool {
    matches!(token.kind, Kind::Ident | Kind::Function)
        && matches!(token.name(text).as_str(), "host" | "host-context" | "slotted")
}

/// Whether `&` in a rule of this selector is just this selector: it is one, and names no pseudo-element (`&` cannot
/// stand for those), no host of a shadow tree, and no visited link (browsers hide those in ways of their own).
pub(super) fn stands_for_itself(selector: &str) -> bool {
    let tokens = tokens(selector);
    let mut before = "";
    for token in &tokens {
        let text = token.text(selector);
        let element = before == ":"
            && (text == ":"
                || ["before", "after", "first-line", "first-letter"].contains(&token.name(selector).as_str()));
        let link = before == ":" && ["any-link", "link", "visited"].contains(&token.name(selector).as_str());
        if element || link || is_host(token, selector) {
            return false;
        }
        before = text;
    }
    split_list(selector).len() == 1 && !selector.is_empty()
}

/// The rules that a rule with nothing but nested rules is, each with its whole selector, where that is no longer. The
/// selectors match the same elements with the same weight: of one selector `:is()`, which `&` means, weighs as much.
pub(super) fn unnested(prelude: &str, body: &[Node]) -> Option<Vec<Node>> {
    if body.is_empty() || !stands_for_itself(prelude) {
        return None;
    }
    let mut flat = Vec::new();
    let mut nested = String::new();
    for node in body {
        let Node::Rule { prelude: inner, body } = node else { return None };
        let parts = split_list(inner);
        let whole: Option<Vec<String>> =
            parts.iter().map(|part| suffix(part).map(|rest| format!("{prelude}{rest}"))).collect();
        nested.push_str(&parts.iter().map(|part| relaxed(part)).collect::<Vec<_>>().join(","));
        flat.push(Node::Rule { prelude: whole?.join(","), body: body.clone() });
        nested.push_str(&write(&[Node::Rule { prelude: String::new(), body: body.clone() }], false));
    }
    let is_shorter = write(&flat, false).len() <= prelude.len() + 2 + nested.len();
    is_shorter.then_some(flat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::css::blocks::read;

    #[test]
    fn twins() {
        assert_eq!(without_twins("a,b,a"), "a,b");
        assert_eq!(without_twins(".a .b,.c,.a .b"), ".a .b,.c");
        assert_eq!(without_twins("a:is(.b,.c,.b),d:not(e,e)"), "a:is(.b,.c),d:not(e)");
        assert_eq!(without_twins("a:where(:is(b,b),c)"), "a:where(:is(b),c)");
        assert_eq!(without_twins("[a=\"b,c\"],[a=\"b,c\"]"), "[a=\"b,c\"]");
        for kept in ["a,A", "a:nth-child(2n+1 of b,b)", "a b,a>b"] {
            assert_eq!(without_twins(kept), kept);
        }
    }

    #[test]
    fn lists_of_equal_weight() {
        assert_eq!(without_twins(":is(a,b)"), "a,b");
        assert_eq!(without_twins("c,:is(.a:hover,.b .c,.b .c)"), "c,.a:hover,.b .c");
        for kept in [
            ":is(a,.b)",
            ":is(.a,:new)",
            ":is(a,b) c",
            "c:is(a,b)",
            ":where(a,b)",
            ":is(a::before,b)",
            ":is()",
            ":is([a],[b i])",
        ] {
            assert_eq!(without_twins(kept), kept);
        }
    }

    #[test]
    fn parents_that_go_without_saying() {
        assert_eq!(relaxed("& .a"), ".a");
        assert_eq!(relaxed("&>a"), ">a");
        assert_eq!(relaxed("& a:hover"), "a:hover");
        assert_eq!(relaxed("&~[b=\"&\"]"), "~[b=\"&\"]");
        assert_eq!(relaxed("& *"), "*");
        for kept in ["&", "&:hover", "&.a", "& .a &", "& .a:not(& b)", ".a &", "& --a:hover", "& &", "&&"] {
            assert_eq!(relaxed(kept), kept);
        }
    }

    fn flat(text: &str) -> String {
        let nodes = read(text).unwrap();
        let Node::Rule { prelude, body } = &nodes[0] else { unreachable!() };
        unnested(prelude, body).map_or_else(|| text.to_string(), |nodes| write(&nodes, false))
    }

    #[test]
    fn rules_that_only_nest() {
        assert_eq!(flat("a{&:hover{b:c}}"), "a:hover{b:c}");
        assert_eq!(flat(".a .b{& .c{b:c}}"), ".a .b .c{b:c}");
        assert_eq!(flat("a{&:x{b:c}&:y{d:e}}"), "a:x{b:c}a:y{d:e}");
        assert_eq!(flat("a{&>b,&+c{d:e}}"), "a>b,a+c{d:e}");
        for kept in [
            "a,b{&:hover{c:d}}",
            "a{b:c;&:hover{d:e}}",
            "a{@media print{b:c}}",
            "a::before{&:hover{b:c}}",
            "a:after{&:hover{b:c}}",
            ":host{&.a{b:c}}",
            "a{.b &{c:d}}",
            "a{&b{c:d}}",
            "a{& .b &{c:d}}",
            ".long .name{& .a{b:c}& .d{e:f}}",
            "a{&{b:c}}",
        ] {
            assert_eq!(flat(kept), kept);
        }
    }
}

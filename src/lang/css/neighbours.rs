//! Neighbours that say the same: one rule of two.
//!
//! lightningcss joins rules before it lowers them, and only selectors that its tables say all targets know. What stands
//! side by side after that, and what an `@supports` without its condition leaves, is joined here. Nothing is moved past
//! anything else.

use super::blocks::Node;
use super::gaps::{call_end, split_list};
use super::lex::{Kind, tokens};
use super::selectors::KNOWN;
use std::collections::BTreeSet;

/// Joins what may be joined in one list of rules. `recent`: as in [`super::tighten::Abilities`].
pub(super) fn joined(nodes: Vec<Node>, recent: bool) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match out.pop() {
            Some(last) => out.extend(pair(last, node, recent)),
            None => out.push(node),
        }
    }
    out
}

fn pair(first: Node, second: Node, recent: bool) -> Vec<Node> {
    match (first, second) {
        (Node::Rule { prelude, mut body }, Node::Rule { prelude: other, body: more })
            if prelude == other && only_declares(&body) =>
        {
            body.extend(more);
            vec![Node::Rule { prelude, body: super::tighten::without_repeated(body, recent) }]
        }
        (Node::Rule { prelude, body }, Node::Rule { prelude: other, body: same })
            if body == same && only_declares(&body) && known_alike(&prelude, &other, recent) =>
        {
            vec![Node::Rule { prelude: super::selectors::without_twins(&format!("{prelude},{other}")), body }]
        }
        // A layer without a name is another one each time.
        (
            Node::At { name, prelude, body: Some(mut body) },
            Node::At { name: same, prelude: other, body: Some(more) },
        ) if name == same && prelude == other && is_condition(&name, &prelude) => {
            body.extend(more);
            vec![Node::At { name, prelude, body: Some(joined(body, recent)) }]
        }
        (first, second) => vec![first, second],
    }
}

fn is_condition(name: &str, prelude: &str) -> bool {
    !prelude.is_empty() && matches!(name, "media" | "supports" | "container" | "layer")
}

fn only_declares(body: &[Node]) -> bool {
    !body.is_empty() && body.iter().all(is_declaration)
}

pub(super) fn is_declaration(node: &Node) -> bool {
    match node {
        Node::Declaration { .. } => true,
        Node::Raw(text, _) => text.starts_with("--"),
        _ => false,
    }
}

/// Whether a browser knows all selectors of both lists or drops both rules. Selectors 4, section 18: one selector that a
/// browser does not know makes it drop the whole rule, so all must ask for the same of what it might not know.
fn known_alike(first: &str, second: &str, recent: bool) -> bool {
    let mut all = split_list(first).into_iter().chain(split_list(second)).map(|selector| asked(selector, recent));
    let first = all.next();
    all.all(|other| Some(other) == first)
}

/// Pseudo-elements that all browsers with [`super::tighten::Abilities::recent`] know.
const ELEMENTS: [&str; 8] =
    ["after", "backdrop", "before", "file-selector-button", "first-letter", "first-line", "placeholder", "selection"];

/// What of a selector some browser might not know. Text of a function is taken whole.
fn asked(selector: &str, recent: bool) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let tokens = tokens(selector);
    let (mut at, mut colons) = (0, 0);
    while let Some(token) = tokens.get(at) {
        let text = token.text(selector);
        let mut end = at;
        let is_known = match token.kind {
            Kind::Ident if colons == 1 => KNOWN.contains(&text) || matches!(text, "after" | "before"),
            Kind::Ident if colons == 2 => recent && (ELEMENTS.contains(&text) || is_forgiven(text)),
            Kind::Ident | Kind::Hash | Kind::Space => true,
            Kind::Open(b'[') => {
                end = call_end(&tokens, at).unwrap_or(at);
                let mut inside = tokens[at..end].iter();
                // A flag may stand behind the value.
                inside.all(|token| token.kind != Kind::Space && token.text(selector) != "|")
                    && !matches!(tokens[end.saturating_sub(2)].kind, Kind::String)
            }
            Kind::Function => {
                end = call_end(&tokens, at).unwrap_or(at);
                false
            }
            Kind::Other => matches!(text, "." | ":" | ">" | "+" | "~" | "*" | "&"),
            _ => false,
        };
        colons = if text == ":" { colons + 1 } else { 0 };
        if !is_known {
            out.insert(selector[token.start as usize..tokens[end].end as usize].to_string());
        }
        at = end + 1;
    }
    out
}

/// Selectors 4, section 3.9.1 (and Firefox since 63): a `::-webkit-` name that a browser does not know is no error.
/// Firefox makes an exception for scroll bars.
fn is_forgiven(name: &str) -> bool {
    name.starts_with("-webkit-") && !name.starts_with("-webkit-scrollbar")
}

#[cfg(test)]
mod tests {
    use super::super::blocks::{read, write};
    use super::*;

    fn of(text: &str) -> String {
        write(&joined(read(text).unwrap(), true), false)
    }

    #[test]
    fn one_rule_of_two() {
        assert_eq!(of("a{b:c}a{d:e}a{f:g}"), "a{b:c;d:e;f:g}");
        assert_eq!(of("a{b:c}a{d:e;&:hover{f:g}}"), "a{b:c;d:e;&:hover{f:g}}");
        assert_eq!(of("a{b:c}d{b:c}.e>f:hover{b:c}"), "a,d,.e>f:hover{b:c}");
        assert_eq!(of("a{b:c}::file-selector-button{b:c}"), "a,::file-selector-button{b:c}");
        assert_eq!(of("::-webkit-x{b:c}d::-webkit-y{b:c}"), "::-webkit-x,d::-webkit-y{b:c}");
        assert_eq!(of("a::-moz-x{b:c}d::-moz-x{b:c}"), "a::-moz-x,d::-moz-x{b:c}");
        assert_eq!(of("a:not(b c){b:c}d:not(b c){b:c}"), "a:not(b c),d:not(b c){b:c}");
        assert_eq!(of("[a=b]{b:c}[d]{b:c}"), "[a=b],[d]{b:c}");
        assert_eq!(of("@media print{a{b:c}}@media print{a{d:e}}"), "@media print{a{b:c;d:e}}");
        assert_eq!(of("@layer x{a{b:c}}@layer x{d{b:c}}"), "@layer x{a,d{b:c}}");
    }

    #[test]
    fn what_stays_apart() {
        for kept in [
            "a{b:c}d{b:e}",
            "a{b:c}d{e:f}g{b:c}",
            "a{b:c}d::-moz-x{b:c}",
            "a::-moz-x{b:c}d::-moz-y{b:c}",
            "a{b:c}::-webkit-scrollbar{b:c}",
            "a{b:c}::-webkit-x(y){b:c}",
            "a{b:c}d:new{b:c}",
            "a{b:c}d:is(e){b:c}",
            "a:not(b){b:c}d:not(e){b:c}",
            "a{b:c}[d=\"e\"i]{b:c}",
            "a{b:c}[d=e i]{b:c}",
            "a{b:c}x|d{b:c}",
            "a{&:hover{b:c}}d{&:hover{b:c}}",
            "a{&:hover{b:c}}a{d:e}",
            "a{}d{}",
            "@layer{a{b:c}}@layer{d{b:c}}",
            "@media print{a{b:c}}@media screen{d{b:c}}",
            "@keyframes x{a{b:c}}@keyframes x{d{b:c}}",
            "@font-face{a:b}@font-face{a:b}",
        ] {
            assert_eq!(of(kept), kept);
        }
        assert_eq!(write(&joined(read("a{b:c}::-webkit-x{b:c}").unwrap(), false), false), "a{b:c}::-webkit-x{b:c}");
    }
}

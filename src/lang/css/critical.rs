//! The part of a sheet that says something of the elements that a page has before any script runs.
//!
//! In: the minified text of a sheet, and what is in the page. Out: the same rules in the same order without those that
//! ask for an element, class or id that is not there. What is kept may still match nothing: the sheet itself follows.

use super::blocks::{Node, is_keyframes, read, write};
use super::gaps::{call_end, split_list};
use super::lex::{Kind, tokens, unescape};
use crate::lang::html::DocumentNames;

/// `None`: the text is not understood, or has imports, which cannot stand further down, or layers without a name, which
/// would be others the second time.
pub fn critical(text: &str, names: &DocumentNames) -> Option<String> {
    let nodes = read(&without_comments(text))?;
    if nodes.iter().any(stands_once) {
        return None;
    }
    let kept = within(nodes, names);
    // Fonts and animations count where a rule that stays mentions them.
    let said = write(&kept.iter().filter(|node| mentioned(node).is_none()).cloned().collect::<Vec<_>>(), false);
    let stays = |node: &Node| mentioned(node).is_none_or(|name| said.contains(&name));
    let kept: Vec<Node> = kept.into_iter().filter(stays).collect();
    Some(write(&kept, false))
}

fn stands_once(node: &Node) -> bool {
    match node {
        Node::Raw(text, _) => text.starts_with("@import"),
        Node::At { name, prelude, body: Some(body) } => {
            (name == "layer" && prelude.is_empty()) || body.iter().any(stands_once)
        }
        Node::Rule { body, .. } => body.iter().any(stands_once),
        _ => false,
    }
}

fn without_comments(text: &str) -> String {
    let tokens = tokens(text);
    tokens.iter().filter(|token| token.kind != Kind::Comment).map(|token| token.text(text)).collect()
}

/// The name by which rules mention a font or an animation.
fn mentioned(node: &Node) -> Option<String> {
    let Node::At { name, prelude, body: Some(body) } = node else { return None };
    if is_keyframes(name) {
        return Some(prelude.clone());
    }
    let family = body.iter().find_map(|node| match node {
        Node::Declaration { name, value } if name == "font-family" => Some(value.trim_matches(['"', '\'']).to_string()),
        _ => None,
    });
    family.filter(|_| name == "font-face")
}

fn within(nodes: Vec<Node>, names: &DocumentNames) -> Vec<Node> {
    let mut out = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Rule { prelude, body } => {
                if split_list(&prelude).into_iter().any(|selector| may_match(selector, names)) {
                    out.push(Node::Rule { prelude, body: within(body, names) });
                }
            }
            Node::At { name, prelude, body: Some(body) } if is_condition(&name) => {
                let body = within(body, names);
                let is_layer = name == "layer";
                // Order among layers is that of their first mention.
                let body = if body.is_empty() && is_layer && !prelude.is_empty() { None } else { Some(body) };
                let says = body.as_ref().is_none_or(|body| !body.is_empty()) || is_layer;
                if says && prelude != "print" {
                    out.push(Node::At { name, prelude, body });
                }
            }
            Node::At { name, .. } if matches!(name.as_str(), "page" | "position-try" | "counter-style") => {}
            Node::Raw(text, _) if text.starts_with("@charset") => {}
            other => out.push(other),
        }
    }
    out
}

fn is_condition(name: &str) -> bool {
    matches!(name, "media" | "supports" | "container" | "layer" | "scope" | "starting-style")
}

/// Whether all that a selector asks for is there. What stands in `:not()` and its like, in attributes and pseudo-classes is
/// not looked at.
fn may_match(selector: &str, names: &DocumentNames) -> bool {
    let tokens = tokens(selector);
    let (mut at, mut before) = (0, "");
    while let Some(token) = tokens.get(at) {
        let text = token.text(selector);
        let is_there = match (token.kind, before) {
            (Kind::Hash, _) => names.ids.contains(&unescape(&text[1..])),
            (Kind::Ident, ".") => names.classes.contains(&unescape(text)),
            (Kind::Ident, ":" | "|") => true,
            (Kind::Ident, _) => names.elements.contains(&text.to_ascii_lowercase()),
            _ => true,
        };
        if !is_there {
            return false;
        }
        if matches!(token.kind, Kind::Function | Kind::Open(_)) {
            at = call_end(&tokens, at).unwrap_or(tokens.len());
        }
        before = text;
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::html::Document;

    fn of(text: &str) -> String {
        let names = Document::parse("<!doctype html><html><body class='dark'><div id=root class='a b'></div>").names();
        critical(text, &names).unwrap_or_else(|| "nothing".to_string())
    }

    #[test]
    fn what_a_page_has_from_the_start() {
        assert_eq!(
            of(":root{--a:b}*{c:d}p{e:f}.a{g:h}.a .c{i:j}#root,.x{k:l}"),
            ":root{--a:b}*{c:d}.a{g:h}#root,.x{k:l}"
        );
        assert_eq!(
            of("@media (width>1px){.c{a:b}}@media print{.a{b:c}}@layer x{.c{a:b}}@layer y{.a:not(.c){b:c}}"),
            "@layer x;@layer y{.a:not(.c){b:c}}"
        );
        assert_eq!(of(".a{b:c;&:hover{d:e}.c{f:g}}"), ".a{b:c;&:hover{d:e}}");
        let fonts =
            "@font-face{font-family:One;src:x}@font-face{font-family:Two;src:x}@keyframes s{to{a:b}}.a{font:1px One}";
        assert_eq!(of(fonts), "@font-face{font-family:One;src:x}.a{font:1px One}");
        assert_eq!(of("@import \"x\";.a{b:c}"), "nothing");
        assert_eq!(of("@media screen{@layer{.a{b:c}}}"), "nothing");
    }
}

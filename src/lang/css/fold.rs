//! Neighbours whose selectors start alike, as one rule with nested ones.
//!
//! CSS Nesting 1, section 3: `&` is `:is()` of the selector around it, and nested rules come behind its declarations. Of
//! one selector that is the selector itself, so that `a{b:c}a:hover{d:e}` is `a{b:c;&:hover{d:e}}`. A browser that does not
//! know the selector around drops all of them either way.

use super::blocks::{Node, write};
use super::gaps::split_list;
use super::lex::{Kind, tokens};
use super::selectors::{relaxed, stands_for_itself, suffix};

/// Rules are nested this deep at most: of the sheets measured none gains by more, and browsers recurse.
const DEPTH: usize = 4;

/// Folds the rules of one list where that makes it shorter, and then what is nested in them.
pub(super) fn folded(nodes: Vec<Node>) -> Vec<Node> {
    folded_to(DEPTH, nodes)
}

fn folded_to(depth: usize, nodes: Vec<Node>) -> Vec<Node> {
    if depth == 0 {
        return nodes;
    }
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len());
    let mut rest = nodes.into_iter().peekable();
    while let Some(node) = rest.next() {
        let Node::Rule { prelude, body } = node else {
            out.push(node);
            continue;
        };
        let first = Node::Rule { prelude, body };
        let mut run = vec![first];
        let Some(parent) = parent_of(&run[0], rest.peek()) else {
            out.append(&mut run);
            continue;
        };
        while let Some(next) = rest.next_if(|next| nested_in(&parent, next).is_some()) {
            run.push(next);
        }
        out.extend(fold(&parent, run, depth));
    }
    out
}

/// The selector that two neighbours share: the whole of the first, or what precedes its first combinator.
fn parent_of(first: &Node, second: Option<&Node>) -> Option<String> {
    let (Node::Rule { prelude, .. }, second) = (first, second?) else { return None };
    if !stands_for_itself(prelude) {
        return None;
    }
    if nested_in(prelude, second).is_some() {
        return Some(prelude.clone());
    }
    let is_combinator =
        |kind: Kind, text: &str| kind == Kind::Space || (kind == Kind::Other && matches!(text, ">" | "+" | "~"));
    let tokens = tokens(prelude);
    let own = usize::from(prelude.starts_with('&')) * 2;
    let mut depth = 0usize;
    let end = tokens.iter().enumerate().position(|(at, token)| {
        match token.kind {
            Kind::Function | Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && at >= own && is_combinator(token.kind, token.text(prelude))
    })?;
    let parent = &prelude[..tokens[end].start as usize];
    (nested_in(parent, second).is_some() && parent != "&" && !parent.is_empty()).then(|| parent.to_string())
}

/// The selectors of a rule as ones nested in a rule of `parent`.
fn nested_in(parent: &str, node: &Node) -> Option<String> {
    let Node::Rule { prelude, body } = node else { return None };
    if body.iter().any(looks_for_itself) {
        return None;
    }
    let nested: Option<Vec<String>> = split_list(prelude)
        .into_iter()
        .map(|part| {
            let own = format!("&{}", part.strip_prefix(parent)?);
            suffix(&own).is_some().then_some(own)
        })
        .collect();
    Some(nested?.join(","))
}

/// Whether a rule in it has a `&` inside of `:has()`. Chromium (156) remembers what `:has()` found by the text of what is
/// asked, so that two rules in one, whose `&` differ, may take the answer of the other.
fn looks_for_itself(node: &Node) -> bool {
    match node {
        Node::Rule { prelude, body } => {
            prelude.contains(":has(") && prelude.contains('&') || body.iter().any(looks_for_itself)
        }
        Node::At { body: Some(body), .. } => body.iter().any(looks_for_itself),
        _ => false,
    }
}

/// Some neighbours in one rule, if that is shorter.
fn fold(parent: &str, run: Vec<Node>, depth: usize) -> Vec<Node> {
    let plain = write(&run, false).len();
    let original = run.clone();
    let mut inside = Vec::new();
    let mut nested = Vec::new();
    for node in run {
        let own = nested_in(parent, &node);
        let Node::Rule { prelude, body } = node else { continue };
        match own {
            Some(own) => nested.push(Node::Rule { prelude: own, body }),
            None if prelude == parent => inside = body,
            None => return original,
        }
    }
    inside.extend(folded_to(depth - 1, nested));
    let whole = vec![Node::Rule { prelude: parent.to_string(), body: inside }];
    if write(&relaxed_all(whole.clone()), false).len() < plain { whole } else { original }
}

/// As it will be written.
fn relaxed_all(nodes: Vec<Node>) -> Vec<Node> {
    let nested = |node: Node| match node {
        Node::Rule { prelude, body } => {
            let short: Vec<&str> = split_list(&prelude).into_iter().map(relaxed).collect();
            Node::Rule { prelude: short.join(","), body: relaxed_all(body) }
        }
        other => other,
    };
    nodes.into_iter().map(nested).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::css::blocks::read;

    fn of(text: &str) -> String {
        write(&relaxed_all(folded(read(text).unwrap())), false)
    }

    #[test]
    fn neighbours() {
        assert_eq!(of("nav{a:b}nav:hover{c:d}"), "nav{a:b;&:hover{c:d}}");
        assert_eq!(of(".nav{a:b}.nav i{c:d}.nav i:hover{e:f}"), ".nav{a:b;i{c:d;&:hover{e:f}}}");
        assert_eq!(of(".a .b{c:d}.a .e,.a>.f{g:h}"), ".a{.b{c:d}.e,>.f{g:h}}");
        assert_eq!(of(".card{a:b}.card::before{c:d}i{e:f}"), ".card{a:b;&::before{c:d}}i{e:f}");
    }

    #[test]
    fn what_stays_apart() {
        for kept in [
            "a{b:c}a:hover{d:e}",
            ".a{b:c}.ab{d:e}",
            ".nav{a:b}i{c:d}.nav:hover{e:f}",
            ".nav{a:b}.nav i,i{c:d}",
            ".nav,i{a:b}.nav:hover{c:d}",
            ".nav::before{a:b}.nav::before:hover{c:d}",
            ".nav{a:b}.nav{c:d}",
            ".nav:visited{a:b}.nav:visited:hover{c:d}",
            ":host{a:b}:host(.x){c:d}",
            ".nav\\:x{a:b}.nav\\:xy{c:d}",
            ".a .b{i:has(&){c:d}}.a .e{i:has(&){f:g}}",
        ] {
            assert_eq!(of(kept), kept);
        }
    }
}

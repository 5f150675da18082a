//! What only browsers before the targets read: names with the prefixes of engines that are gone.
//!
//! lightningcss leaves out prefixes that its tables know. These here it hands through, as all that it does not know.

use super::blocks::Node;
use super::gaps::{call_end, split_list};
use super::lex::{Kind, tokens};
use super::neighbours::is_declaration;

/// Pseudo-elements of Internet Explorer and Edge before 79 that Edge did not take along to Chromium, as it did
/// `::-ms-clear` and `::-ms-reveal`.
const GONE: [&str; 12] = [
    "-ms-browse",
    "-ms-check",
    "-ms-expand",
    "-ms-fill",
    "-ms-fill-lower",
    "-ms-fill-upper",
    "-ms-thumb",
    "-ms-ticks-after",
    "-ms-ticks-before",
    "-ms-tooltip",
    "-ms-track",
    "-ms-value",
];

/// Properties, and starts of properties, that Firefox knows without its prefix, and with it as another name of the same.
const MOZILLA: [&str; 6] = ["animation", "box-sizing", "column-", "columns", "transform", "transition"];

/// Whether every browser drops a rule with this selector: Selectors 4, section 18, asks that of a list of which it does
/// not know one.
pub(super) fn matches_nothing(list: &str) -> bool {
    split_list(list).into_iter().any(|selector| {
        let tokens = tokens(selector);
        let (mut at, mut colons) = (0, 0);
        while let Some(token) = tokens.get(at) {
            let text = token.text(selector);
            match token.kind {
                // What is in there may be forgiven.
                Kind::Function | Kind::Open(_) => at = call_end(&tokens, at).unwrap_or(at),
                Kind::Ident if colons == 2 && GONE.contains(&text) => return true,
                _ => {}
            }
            colons = if text == ":" { colons + 1 } else { 0 };
            at += 1;
        }
        false
    })
}

/// Without the declarations that no browser of the targets reads, or reads once more further down.
pub(super) fn without_gone(nodes: Vec<Node>) -> Vec<Node> {
    let kept: Vec<bool> = (0..nodes.len()).map(|at| !is_gone(&nodes[at], &nodes[at + 1..])).collect();
    nodes.into_iter().zip(kept).filter_map(|(node, kept)| kept.then_some(node)).collect()
}

fn is_gone(node: &Node, rest: &[Node]) -> bool {
    let Node::Declaration { name, value } = node else { return false };
    if ["-khtml-", "-o-"].iter().any(|prefix| name.starts_with(prefix)) {
        return true;
    }
    if name.starts_with("-ms-") {
        // Edge had this one until 2024.
        return name != "-ms-high-contrast-adjust";
    }
    // Firefox reads lengths in the matrix of the prefixed property only.
    let Some(plain) = name.strip_prefix("-moz-").filter(|_| !value.contains("matrix")) else { return false };
    MOZILLA.iter().any(|known| plain.starts_with(known))
        && rest
            .iter()
            .take_while(|node| is_declaration(node))
            .any(|later| matches!(later, Node::Declaration { name, value: same } if name == plain && same == value))
}

#[cfg(test)]
mod tests {
    use super::super::blocks::{read, write};
    use super::*;

    fn of(text: &str) -> String {
        write(&without_gone(read(text).unwrap()), true)
    }

    #[test]
    fn declarations() {
        assert_eq!(of("-o-object-fit:a;object-fit:a;-ms-flex-align:b;-khtml-opacity:1"), "object-fit:a");
        assert_eq!(of("-moz-column-gap:0;b:c;column-gap:0"), "b:c;column-gap:0");
        assert_eq!(of("-moz-transition:all 1s!important;transition:all 1s!important"), "transition:all 1s!important");
        for kept in [
            "-webkit-transform:a;transform:a",
            "-moz-column-gap:0;column-gap:1px",
            "column-gap:0;-moz-column-gap:0",
            "-moz-column-gap:0",
            "-moz-appearance:none;appearance:none",
            "-moz-transform:matrix(1,0,0,1,0,0);transform:matrix(1,0,0,1,0,0)",
            "-moz-column-gap:0;&:hover{b:c}column-gap:0",
            "-ms-high-contrast-adjust:none",
            "--o-x:y;o-x:y",
        ] {
            assert_eq!(of(kept), kept);
        }
    }

    #[test]
    fn selectors() {
        for gone in ["::-ms-track", "a,b::-ms-expand", "a b::-ms-thumb:hover"] {
            assert!(matches_nothing(gone), "{gone}");
        }
        for kept in [
            "::-ms-clear",
            ":is(a::-ms-track,b)",
            ":not(::-ms-track)",
            "[a=\"::-ms-track\"]",
            ":-ms-track",
            ".-ms-track",
            "a::-moz-x",
        ] {
            assert!(!matches_nothing(kept), "{kept}");
        }
    }
}

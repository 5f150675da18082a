//! Classes and ids that a sheet asks for, and the selectors that ask for some of them.

use super::gaps::call_end;
use super::lex::{Kind, Token, tokens, unescape};
use std::collections::BTreeSet;

/// Every class and id that a selector of the sheet may ask for. A colour is no id, and counts as one: nobody asks for it.
pub fn asked(source: &str) -> BTreeSet<String> {
    let tokens = tokens(source);
    (0..tokens.len()).filter_map(|at| name(source, &tokens, at)).collect()
}

/// The class or id that a token ends.
fn name(source: &str, tokens: &[Token], at: usize) -> Option<String> {
    let text = tokens[at].text(source);
    match tokens[at].kind {
        Kind::Hash => Some(unescape(&text[1..])),
        Kind::Ident if at.checked_sub(1).is_some_and(|at| tokens[at].text(source) == ".") => Some(unescape(text)),
        _ => None,
    }
}

/// Selectors that ask for one of `names`, each with its place. Not where it stands in `:not()` and its like, which ask for
/// something else.
pub fn asking(source: &str, names: &BTreeSet<&str>) -> Vec<(u32, String)> {
    let tokens = tokens(source);
    let mut out = Vec::new();
    let (mut start, mut at) = (None, 0);
    let mut asks = false;
    while let Some(token) = tokens.get(at) {
        let ends_selector = token.text(source) == "," || token.kind == Kind::Open(b'{');
        match token.kind {
            Kind::Space | Kind::Comment if start.is_none() => {}
            Kind::Semicolon | Kind::Close(b'}') => (start, asks) = (None, false),
            _ if ends_selector => {
                if let Some(from) = start.filter(|_| asks) {
                    let text = &source[from as usize..token.start as usize];
                    out.push((from, text.split_whitespace().collect::<Vec<_>>().join(" ")));
                }
                (start, asks) = (None, false);
            }
            Kind::Function | Kind::Open(_) => {
                start = start.or(Some(token.start));
                at = call_end(&tokens, at).unwrap_or(at);
            }
            _ => {
                start = start.or(Some(token.start));
                asks |= name(source, &tokens, at).is_some_and(|name| names.contains(name.as_str()));
            }
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_who_asks_for_them() {
        let source = "/* c */ .a > .b,\n#c:not(.d) { color: #fff; top: 0 }\n@media print { .sm\\:x .a { top: .5px } }";
        let names: Vec<String> = asked(source).into_iter().collect();
        assert_eq!(names, ["a", "b", "c", "d", "fff", "sm:x"]);
        let asking = |names: &[&str]| {
            let found = super::asking(source, &names.iter().copied().collect());
            found.into_iter().map(|(at, text)| format!("{at} {text}")).collect::<Vec<_>>()
        };
        assert_eq!(asking(&["b"]), ["8 .a > .b"]);
        assert_eq!(asking(&["c", "sm:x"]), ["17 #c:not(.d)", "67 .sm\\:x .a"]);
        assert!(asking(&["d", "fff"]).is_empty());
    }
}

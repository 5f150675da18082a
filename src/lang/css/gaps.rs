//! White space that means nothing, in values and in the conditions of at-rules.
//!
//! CSS Syntax 3 (section 4) says where two tokens stay two without white space between them. Grammars ask for it in two
//! places only: around `+` and `-` of math functions, and before a `(` that would make a function of a word.

use super::lex::{Kind, Token, tokens};

/// Where a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gaps {
    /// The value of a declaration.
    Value,
    /// A list of media queries, or what is like one: comparisons and `(name:value)`.
    Queries,
}

/// A text without the white space that means nothing. `None`: some of it might mean something, or the text is none that
/// the lexer is sure of.
pub(super) fn tight(text: &str, place: Gaps) -> Option<String> {
    let tokens = tokens(text);
    if tokens.iter().any(|token| !is_plain(token, text)) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Space {
            out.push_str(token.text(text));
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        if let (Some(before), Some(after)) = (before, tokens.get(at + 1))
            && !needless(Side::of(before, text), Side::of(after, text), place)
        {
            out.push(' ');
        }
    }
    Some(out)
}

/// Arguments of `if()`, of functions that sheets define and of Internet Explorer's are compared or run as text.
fn is_plain(token: &Token, text: &str) -> bool {
    match token.kind {
        Kind::Bad | Kind::Comment | Kind::Cdx | Kind::AtKeyword | Kind::Open(b'{') | Kind::Close(b'}') => false,
        Kind::Function => {
            let name = token.name(text);
            !(name.starts_with("--") || matches!(name.as_str(), "if" | "expression" | "style" | "scroll-state"))
        }
        Kind::Ident => token.name(text) != "progid",
        _ => true,
    }
}

/// One of two tokens around white space.
#[derive(Clone, Copy)]
struct Side {
    kind: Kind,
    first: u8,
}

impl Side {
    fn of(token: &Token, text: &str) -> Side {
        Side { kind: token.kind, first: token.text(text).as_bytes()[0] }
    }

    fn is(self, delimiters: &[u8]) -> bool {
        self.kind == Kind::Other && delimiters.contains(&self.first)
    }

    /// A token that ends where it ends, whatever follows.
    fn ends(self) -> bool {
        matches!(self.kind, Kind::Close(_) | Kind::String | Kind::Url)
    }
}

fn needless(before: Side, after: Side, place: Gaps) -> bool {
    let joints: &[u8] = if place == Gaps::Queries { b",!<>=:" } else { b",!" };
    if before.is(joints) || after.is(joints) {
        return true;
    }
    if matches!(before.kind, Kind::Open(_) | Kind::Function) || matches!(after.kind, Kind::Close(_)) {
        return true;
    }
    if before.is(b"*/") {
        // Together `/` and `*` would open a comment.
        return !after.is(b"*/+-");
    }
    if after.is(b"*/") {
        return !before.is(b"*/+-");
    }
    // A sign may be an operator: `calc(var(--a) - 1px)`.
    if before.is(b"+-") || matches!(after.first, b'+' | b'-') {
        return false;
    }
    match after.kind {
        Kind::Hash | Kind::String | Kind::Open(b'[') => {
            before.ends() || before.is(b"%") || matches!(before.kind, Kind::Ident | Kind::Number | Kind::Hash)
        }
        Kind::Ident | Kind::Function | Kind::Number | Kind::Url => before.ends(),
        // `and(` is a function, `)(` is not.
        Kind::Open(b'(') => place == Gaps::Queries && before.ends(),
        _ => false,
    }
}

/// The condition of `@supports`: white space around its parentheses goes, declarations and functions in it stay as they
/// are. `None` as for [`tight`].
pub(super) fn tight_condition(text: &str) -> Option<String> {
    let tokens = tokens(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1);
        let is_declaration = token.kind == Kind::Open(b'(')
            && next.is_some_and(|token| !matches!(token.kind, Kind::Open(_) | Kind::Function))
            && !next.is_some_and(|token| token.kind == Kind::Ident && token.name(text) == "not");
        match token.kind {
            Kind::Function => at = copy_call(text, &tokens, at, &mut out)?,
            _ if is_declaration => at = copy_call(text, &tokens, at, &mut out)?,
            Kind::Space => {
                let after_close = at.checked_sub(1).is_some_and(|at| matches!(tokens[at].kind, Kind::Close(_)));
                if !after_close && next.is_some() {
                    out.push(' ');
                }
                at += 1;
            }
            Kind::Open(b'(') | Kind::Close(b')') | Kind::Ident => {
                out.push_str(token.text(text));
                at += 1;
            }
            _ => return None,
        }
    }
    Some(out)
}

/// Copies a bracket or function at `at` and all that is in it. Returns what follows it.
fn copy_call(text: &str, tokens: &[Token], at: usize, out: &mut String) -> Option<usize> {
    let end = call_end(tokens, at)?;
    out.push_str(&text[tokens[at].start as usize..tokens[end].end as usize]);
    Some(end + 1)
}

/// The token that closes the bracket or function at `at`.
pub(super) fn call_end(tokens: &[Token], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (offset, token) in tokens[at..].iter().enumerate() {
        match token.kind {
            Kind::Function | Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + offset);
        }
    }
    None
}

/// Splits at the commas that are in no bracket.
pub(super) fn split_list(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut start) = (0usize, 0usize);
    for token in tokens(text) {
        match token.kind {
            Kind::Function | Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth = depth.saturating_sub(1),
            Kind::Other if depth == 0 && token.text(text) == "," => {
                out.push(&text[start..token.start as usize]);
                start = token.end as usize;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        tight(text, Gaps::Value).unwrap_or_else(|| format!("as it was: {text}"))
    }

    fn queries(text: &str) -> String {
        tight(text, Gaps::Queries).unwrap_or_else(|| format!("as it was: {text}"))
    }

    #[test]
    fn values() {
        assert_eq!(value("url(a.png) no-repeat"), "url(a.png)no-repeat");
        assert_eq!(value("1px solid #fff"), "1px solid#fff");
        assert_eq!(value("10% #fff #000"), "10%#fff#000");
        assert_eq!(value("0 0 4px #0003, inset 0 1px red"), "0 0 4px#0003,inset 0 1px red");
        assert_eq!(value("\"a\" \"b\" 'c' d"), "\"a\"\"b\"'c'd");
        assert_eq!(value("counter(x) \". \""), "counter(x)\". \"");
        assert_eq!(value("[a b] 1fr [c] auto / 2fr"), "[a b]1fr[c]auto/2fr");
        assert_eq!(value("calc(var(--a) * 2 / 3)"), "calc(var(--a)*2/3)");
        assert_eq!(value("calc(2 * -1px)"), "calc(2*-1px)");
        assert_eq!(value("var(--a, b c) d"), "var(--a,b c)d");
        assert_eq!(value("red !important"), "red!important");
    }

    #[test]
    fn values_that_stay() {
        for kept in [
            "1px solid red",
            "0 -1px",
            "calc(var(--a) - 1px + (2px - 1px))",
            "var(--a) -1px",
            "a (b)",
            "rect(0 0 0 0)",
            "auto 50% auto",
            "\"a  b\"",
            "50% 50%",
            "a / / * b",
        ] {
            let kept = if kept.contains("/ /") { "a// *b" } else { kept };
            assert_eq!(value(kept), kept);
        }
        for refused in ["if(style(--a: b): c; else: d)", "--own(a , b)", "a /**/ b", "progid:a(b , c)", "{a , b}"] {
            assert_eq!(tight(refused, Gaps::Value), None, "{refused}");
        }
    }

    #[test]
    fn media() {
        assert_eq!(queries("(width>=1px) and (height<2px)"), "(width>=1px)and (height<2px)");
        assert_eq!(queries("screen and (color), print"), "screen and (color),print");
        assert_eq!(queries("not all and (monochrome)"), "not all and (monochrome)");
        assert_eq!(queries("not (color)"), "not (color)");
        assert_eq!(queries("(calc(1px + 2px) <= width < 9px)"), "(calc(1px + 2px)<=width<9px)");
        assert_eq!(queries("--small (color), (hover)"), "--small (color),(hover)");
        assert_eq!(tight("style(--a: b , c)", Gaps::Queries), None);
    }

    #[test]
    fn supports() {
        let tight = |text: &str| tight_condition(text).unwrap_or_default();
        assert_eq!(tight("(a:b) and (c:d e)"), "(a:b)and (c:d e)");
        assert_eq!(tight("((a:b) or (c:d)) and (not (e:f))"), "((a:b)or (c:d))and (not (e:f))");
        assert_eq!(tight("not (--a: (b) and (c))"), "not (--a: (b) and (c))");
        assert_eq!(tight("selector(a (b) c) or (d:e)"), "selector(a (b) c)or (d:e)");
        assert_eq!(tight("not selector(a > b)"), "not selector(a > b)");
    }

    #[test]
    fn lists() {
        assert_eq!(split_list("a,b(c,d),\",\",[e,f]"), ["a", "b(c,d)", "\",\"", "[e,f]"]);
        assert_eq!(split_list(""), [""]);
    }
}

//! `@property` rules that browsers skip.

use super::anatomy::Span;
use super::gaps::call_end;
use super::lex::{Kind, Token, tokens};
use super::scan::blank;

/// A rule, from its at-keyword to its `}`, and the descriptor that it lacks.
pub(super) struct Incomplete {
    pub span: Span,
    pub name: String,
    pub lacks: &'static str,
}

/// Properties and Values 1, section 3: without `syntax` and `inherits`, and for all but the universal syntax without
/// `initial-value`, the rule is invalid and ignored. lightningcss refuses the whole sheet.
pub(super) fn incomplete_properties(source: &str) -> Vec<Incomplete> {
    let mut out = Vec::new();
    // At-keywords ignore case, and nobody escapes them.
    if !source.to_ascii_lowercase().contains("@property") {
        return out;
    }
    let tokens = tokens(source);
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != Kind::AtKeyword || token.name(source) != "property" {
            continue;
        }
        let rest = &tokens[at + 1..];
        let plain = |token: &&Token| matches!(token.kind, Kind::Space | Kind::Comment | Kind::Ident);
        let open = at + 1 + rest.iter().take_while(plain).count();
        let is_open = tokens.get(open).is_some_and(|token| token.kind == Kind::Open(b'{'));
        let Some(end) = is_open.then(|| call_end(&tokens, open)).flatten() else { continue };
        let name = rest.iter().find(|token| token.kind == Kind::Ident).map_or("", |token| token.text(source));
        if let Some(lacks) = lacking(source, &tokens[open + 1..end]) {
            out.push(Incomplete { span: (token.start, tokens[end].end), name: name.to_string(), lacks });
        }
    }
    out
}

/// A sheet without those rules; its other lines stay where they are.
pub(super) fn without_incomplete_properties(text: &mut String, source: &str) {
    for rule in incomplete_properties(source) {
        blank(text, rule.span);
    }
}

fn lacking(source: &str, body: &[Token]) -> Option<&'static str> {
    let body: Vec<&Token> = body.iter().filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment)).collect();
    // The token behind the colon of a descriptor.
    let value = |name: &str| {
        let starts = |at: usize| at == 0 || body[at - 1].kind == Kind::Semicolon;
        let at = (0..body.len()).find(|at| {
            starts(*at)
                && body[*at].kind == Kind::Ident
                && body[*at].name(source) == name
                && body.get(at + 1).is_some_and(|token| token.text(source) == ":")
        })?;
        Some(body.get(at + 2).map_or("", |token| token.text(source)))
    };
    let Some(syntax) = value("syntax") else { return Some("syntax") };
    if value("inherits").is_none() {
        return Some("inherits");
    }
    let universal = syntax.trim_matches(['"', '\'']).trim() == "*";
    (!universal && value("initial-value").is_none()).then_some("initial-value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_lack_something() {
        let lacks = |body: &str| {
            let source = format!("a{{}}@property --a{{{body}}}b{{}}");
            let found = incomplete_properties(&source);
            found
                .first()
                .map(|rule| (rule.name.clone(), rule.lacks, &source[rule.span.0 as usize..][..9] == "@property"))
        };
        let expected = |lacks| Some(("--a".to_string(), lacks, true));
        assert_eq!(lacks("/* nothing */"), expected("syntax"));
        assert_eq!(lacks("inherits: false; initial-value: 1px"), expected("syntax"));
        assert_eq!(lacks("syntax: '<length>'; initial-value: 1px"), expected("inherits"));
        assert_eq!(lacks("syntax: '<length>'; inherits: true"), expected("initial-value"));
        assert_eq!(lacks("SYNTAX: '*'; inherits: true;"), None);
        assert_eq!(lacks("syntax: '<length>'; inherits: true; initial-value: 0px"), None);
    }
}

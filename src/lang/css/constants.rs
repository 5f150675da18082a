//! `@value` of CSS modules: names for pieces of text, of the sheet's own or of another one.

use super::anatomy::{Anatomy, Span};
use super::lex::{Kind, Token, tokens, unescape};
use super::scan::blank;

/// What an `@value` statement says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ValueStatement {
    /// `@value name: text;`
    Own { name: String, text: String },
    /// `@value a, b as c from "./file.css";` Names there, and here.
    Import { names: Vec<(String, String)>, specifier: String, start: u32, end: u32 },
}

/// The statements of a sheet, in order.
pub fn value_statements(source: &str) -> Vec<ValueStatement> {
    if !source.contains("@value") {
        return Vec::new();
    }
    Anatomy::of(source).values.into_iter().filter_map(|span| statement(source, span)).collect()
}

fn statement(source: &str, (start, end): Span) -> Option<ValueStatement> {
    let text = &source[start as usize..end as usize];
    let text = text.trim_start_matches("@value").trim_end().trim_end_matches(';').trim();
    if let Some((names, from)) = text.rsplit_once(|c: char| c.is_whitespace()).and_then(|(before, file)| {
        let names = before.trim_end().strip_suffix("from").filter(|names| names.ends_with(char::is_whitespace))?;
        Some((names.trim(), file))
    }) && from.len() > 1
        && from.starts_with(['"', '\''])
    {
        let names = names.trim_start_matches('(').trim_end_matches(')').split(',').map(|name| {
            let mut words = name.split_whitespace();
            let there = words.next().unwrap_or_default().to_string();
            let here = words.nth(1).map_or_else(|| there.clone(), str::to_string);
            (there, here)
        });
        let names = names.filter(|(name, _)| !name.is_empty()).collect();
        return Some(ValueStatement::Import { names, specifier: unescape(&from[1..from.len() - 1]), start, end });
    }
    let length = text.find(|c: char| c == ':' || c.is_whitespace()).unwrap_or(text.len());
    let (name, rest) = text.split_at(length);
    let rest = rest.trim_start().strip_prefix(':').unwrap_or(rest);
    let text = rest.split(['\n', '\r', '\x0c']).map(str::trim).collect::<Vec<_>>().join(" ").trim().to_string();
    (!name.is_empty()).then(|| ValueStatement::Own { name: name.to_string(), text })
}

/// A sheet with the texts in the place of the names, and without the statements. Lines stay where they are.
pub fn with_values(source: &str, values: &[(String, String)]) -> String {
    let mut text = source.to_string();
    for span in Anatomy::of(source).values {
        blank(&mut text, span);
    }
    replaced(&text, values, true)
}

/// The text of a value, of which other values are part.
pub fn value_text(text: &str, values: &[(String, String)]) -> String {
    replaced(text, values, false)
}

fn replaced(source: &str, values: &[(String, String)], sheet: bool) -> String {
    let tokens = tokens(source);
    let mut out = String::with_capacity(source.len());
    for (at, token) in tokens.iter().enumerate() {
        let value = (token.kind == Kind::Ident).then(|| values.iter().rfind(|(name, _)| name == token.text(source)));
        match value.flatten() {
            Some((_, text)) if !sheet || is_use(source, &tokens, at, text) => out.push_str(text),
            _ => out.push_str(token.text(source)),
        }
    }
    out
}

/// Not the name of a property, and nothing in a selector that would make it none.
fn is_use(source: &str, tokens: &[Token], at: usize, text: &str) -> bool {
    let solid = |token: &&Token| !matches!(token.kind, Kind::Space | Kind::Comment);
    let before = tokens[..at].iter().rfind(solid);
    let after = tokens[at + 1..].iter().find(solid);
    let starts =
        before.is_none_or(|token| matches!(token.kind, Kind::Semicolon | Kind::Open(b'{') | Kind::Close(b'}')));
    if starts && after.is_some_and(|token| token.text(source) == ":") {
        return false;
    }
    let is_name =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_class = at > 0 && tokens[at - 1].text(source) == ".";
    is_name || !(is_class || starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(source: &str) -> Vec<(String, String)> {
        let text = |statement| match statement {
            ValueStatement::Own { name, text } => Some((name, text)),
            ValueStatement::Import { .. } => None,
        };
        value_statements(source).into_iter().filter_map(text).collect()
    }

    #[test]
    fn statements_of_either_kind() {
        assert_eq!(
            own("@value a: #f00;@value b 1px\n solid;"),
            [("a".to_string(), "#f00".to_string()), ("b".to_string(), "1px solid".to_string())]
        );
        let found = value_statements("@value x, y as z from './v.css';@value (m, n) from \"w.css\";");
        let [ValueStatement::Import { names, specifier, .. }, ValueStatement::Import { names: more, .. }] = &found[..]
        else {
            panic!("{found:?}")
        };
        let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
        assert_eq!((names, specifier.as_str()), (&vec![pair("x", "x"), pair("y", "z")], "./v.css"));
        assert_eq!(*more, [pair("m", "m"), pair("n", "n")]);
    }

    #[test]
    fn names_become_texts_where_they_are_used() {
        let source = "@value red: #f00;\n@value wide: (min-width: 9px);@value name: other;\n\
                      .red{color:red;red:1;border:1px solid red}@media wide{.name{top:0}}a{content:'red'}";
        assert_eq!(
            with_values(source, &own(source)).trim_start(),
            ".red{color:#f00;red:1;border:1px solid #f00}@media (min-width: 9px){.other{top:0}}a{content:'red'}"
        );
        assert_eq!(with_values(source, &own(source)).lines().count(), 3);
        assert_eq!(value_text("a b", &[("a".to_string(), "1px".to_string())]), "1px b");
    }
}

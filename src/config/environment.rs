//! `.env` files: `NAME=value` lines that reach `import.meta.env`.
//!
//! The dialect is dotenv's: `export` is allowed, values may be quoted (`'`, `"`, `` ` ``) and then span lines, `#` starts
//! a comment, `$NAME`, `${NAME}` and `${NAME:-otherwise}` are expanded except in single quotes, `\$` is a dollar sign.

use super::file::shown;
use super::raw::absolute;
use crate::diag::{Diagnostic, Location};
use crate::fs::Files;
use std::collections::BTreeMap;
use std::path::Path;

/// Read by plimsoll itself: they say where things are on this machine and must not get into an output.
const OWN_VARIABLES: [&str; 3] = ["PLIMSOLL_BINARY", "PLIMSOLL_REQUIRE_BROWSER", "PLIMSOLL_SHUFFLE"];

/// Where the files are.
pub(super) struct Place<'a> {
    pub root: &'a Path,
    pub cwd: &'a Path,
    pub mode: &'a str,
    pub files: &'a dyn Files,
}

/// The variables with one of the prefixes. Files from general to special, then the environment, which wins.
pub(super) fn variables(
    place: &Place,
    prefixes: &[String],
    environment: &BTreeMap<String, String>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, String> {
    let Place { root, cwd, mode, files } = place;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for name in [".env".to_string(), ".env.local".to_string(), format!(".env.{mode}"), format!(".env.{mode}.local")] {
        let path = absolute(root, &name);
        let Ok(bytes) = files.read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for line in parse(&text, &shown(&path, cwd), problems) {
            let known = |name: &str| environment.get(name).or_else(|| found.get(name)).cloned();
            let value = if line.literal { line.value } else { expand(&line.value, known) };
            found.insert(line.name, value);
        }
    }
    found.extend(environment.iter().map(|(name, value)| (name.clone(), value.clone())));
    found.retain(|name, _| {
        let wanted = prefixes.iter().any(|prefix| !prefix.is_empty() && name.starts_with(prefix.as_str()));
        wanted && is_name(name) && !OWN_VARIABLES.contains(&name.as_str())
    });
    found
}

struct Line {
    name: String,
    value: String,
    /// In single quotes: nothing is expanded.
    literal: bool,
}

fn parse(text: &str, file: &str, problems: &mut Vec<Diagnostic>) -> Vec<Line> {
    let mut out = Vec::new();
    let mut at = 0;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    while at < text.len() {
        let end = text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length);
        let line = &text[at..end];
        let start = at;
        at = end + 1;
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let named = content.strip_prefix("export ").unwrap_or(content).split_once('=');
        let Some((name, _)) = named.filter(|(name, _)| is_name(name.trim())) else {
            problems.push(
                Diagnostic::warning("invalid-env-line", "not a `NAME=value` line; it is ignored")
                    .at(Location::span(file, text, start as u32, end as u32))
                    .hint("start a comment with `#`"),
            );
            continue;
        };
        let from = start + line.find('=').map_or(0, |equals| equals + 1);
        let (value, literal, after) = value(text, from, end);
        at = after + 1;
        out.push(Line { name: name.trim().to_string(), value, literal });
    }
    out
}

/// The value that starts at `from`; where its line ends. Quoted values may go past `end`.
fn value(text: &str, from: usize, end: usize) -> (String, bool, usize) {
    let trimmed = text[from..end].trim_start();
    let begin = end - trimmed.len();
    if let Some(quote) = trimmed.chars().next().filter(|first| matches!(first, '\'' | '"' | '`')) {
        let mut escaped = false;
        let closing = text[begin + 1..].char_indices().find(|(_, c)| {
            let found = *c == quote && !escaped;
            escaped = *c == '\\' && !escaped && quote == '"';
            found
        });
        if let Some((length, _)) = closing {
            let inner = &text[begin + 1..begin + 1 + length];
            let close = begin + 1 + length;
            let after = text[close..].find(['\n', '\r']).map_or(text.len(), |rest| close + rest);
            let value = if quote == '"' { unescape(inner) } else { inner.to_string() };
            return (value, quote == '\'', after);
        }
    }
    let plain =
        match trimmed.char_indices().find(|(at, c)| *c == '#' && (*at == 0 || trimmed[..*at].ends_with([' ', '\t']))) {
            Some((comment, _)) => &trimmed[..comment],
            None => trimmed,
        };
    (plain.trim_end().to_string(), false, end)
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(kept @ ('"' | '\\'))) => out.push(kept),
            _ => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    out
}

/// Replaces `$NAME` and `${NAME}` by what `known` says; unknown names become nothing.
fn expand(text: &str, known: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        if let Some(kept) = before.strip_suffix('\\') {
            out.push_str(kept);
            out.push('$');
            rest = &from[1..];
            continue;
        }
        out.push_str(before);
        let after = &from[1..];
        if let Some((inner, tail)) = after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            let (name, otherwise) = inner.split_once(":-").unwrap_or((inner, ""));
            out.push_str(&known(name).filter(|value| !value.is_empty()).unwrap_or_else(|| otherwise.to_string()));
            rest = tail;
        } else {
            let length = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            if length == 0 || after.starts_with(|c: char| c.is_ascii_digit()) {
                out.push('$');
            } else {
                out.push_str(&known(&after[..length]).unwrap_or_default());
            }
            rest =
                if length == 0 || after.starts_with(|c: char| c.is_ascii_digit()) { after } else { &after[length..] };
        }
    }
    out.push_str(rest);
    out
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let lines = parse(text, ".env", &mut problems);
        assert_eq!(problems, []);
        lines.into_iter().map(|line| (line.name, line.value)).collect()
    }

    #[test]
    fn the_dialect_of_dotenv() {
        let text =
            "A=1\n# no\nexport B = two words # comment\nC=\"x\\ny # kept\"\nD='$A'\nE=`a\nb`\r\nF=\nG=a#b\nH=\"un\n";
        let pairs = read(text);
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "x\ny # kept"),
            ("D", "$A"),
            ("E", "a\nb"),
            ("F", ""),
            ("G", "a#b"),
            ("H", "\"un"),
        ];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_string(), value.to_string())));
    }

    #[test]
    fn expansion() {
        let known = |name: &str| (name == "A").then(|| "1".to_string());
        assert_eq!(expand("$A-${A}-${B:-2}-$B-\\$A-$-5$", known), "1-1-2--$A-$-5$");
    }

    #[test]
    fn a_line_without_a_name_is_pointed_at() {
        let mut problems = Vec::new();
        assert!(parse("A=1\nnonsense\n", ".env", &mut problems).len() == 1);
        assert_eq!(problems[0].location.as_ref().map(|place| place.line), Some(2));
    }
}

//! `--define`, `process.env.NODE_ENV` and `import.meta.env`: names of the program that stand for expressions.

use super::options::{Mode, Platform};
use super::raw::{Given, Values};
use crate::diag::Diagnostic;
use std::collections::BTreeMap;

/// What `import.meta.env` is made from.
pub(super) struct Ambient<'a> {
    pub mode: Mode,
    pub platform: Platform,
    pub public_path: &'a str,
    /// Of the `.env` files and the environment.
    pub variables: BTreeMap<String, String>,
}

/// Expressions by dotted name; what the user defines wins.
pub(super) fn defines(
    values: &Values,
    ambient: &Ambient,
    problems: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let wrong: Vec<Diagnostic> = values.all("define").iter().filter_map(problem).collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    problems.extend(values.all("define").iter().filter_map(suspicion));
    let mut out = own(ambient);
    out.extend(values.map("define"));
    let members: Vec<String> = out
        .iter()
        .filter_map(|(name, value)| {
            let member = name.strip_prefix("import.meta.env.").filter(|member| !member.contains('.'))?;
            Some(format!("{}: {value}", json(member)))
        })
        .collect();
    let object = format!("{{{}}}", members.join(", "));
    out.entry("import.meta.env".to_string()).or_insert(object);
    Ok(out)
}

fn own(ambient: &Ambient) -> BTreeMap<String, String> {
    let production = ambient.mode == Mode::Production;
    let mode = if production { "production" } else { "development" };
    let base = match ambient.public_path {
        "" => "./".to_string(),
        path => crate::base::join_url(path, ""),
    };
    let mut out = BTreeMap::new();
    // A program for Node reads its environment when it runs.
    if ambient.platform == Platform::Browser {
        out.insert("process.env.NODE_ENV".to_string(), json(mode));
    }
    for (name, value) in &ambient.variables {
        out.insert(format!("import.meta.env.{name}"), json(value));
    }
    let mut constant = |name: &str, value: String| out.insert(format!("import.meta.env.{name}"), value);
    constant("MODE", json(mode));
    constant("DEV", (!production).to_string());
    constant("PROD", production.to_string());
    constant("BASE_URL", json(&base));
    constant("SSR", (ambient.platform == Platform::Node).to_string());
    out
}

/// A JavaScript string literal.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A light check, so that a slip is pointed at where it was typed; the scanner parses the expression itself.
fn problem(given: &Given) -> Option<Diagnostic> {
    let (name, value) = given.pair()?;
    if !is_path(name) {
        let message = format!("{} cannot replace `{name}`", given.called());
        return Some(
            given.refuse(message).note("a name is made of identifiers and dots: `DEBUG`, `process.env.NODE_ENV`"),
        );
    }
    if value.trim().is_empty() {
        let message = format!("{} gives `{name}` no value", given.called());
        return Some(given.refuse(message).hint(format!("for an empty text, `{name}='\"\"'`")));
    }
    if is_path(value) || serde_json::from_str::<serde_json::Value>(value).is_ok() || is_balanced(value) {
        return None;
    }
    let message = format!("the value of `{name}` is no JavaScript expression: `{value}`");
    Some(given.refuse(message).hint(format!("for a text, quote it twice: `{name}='\"{}\"'`", value.replace('"', ""))))
}

/// The shell ate the quotes: `NODE_ENV=production` would mean a variable of that name.
fn suspicion(given: &Given) -> Option<Diagnostic> {
    let (name, value) = given.pair()?;
    let is_text = name.starts_with("process.env.") || name.starts_with("import.meta.env.");
    let keyword = ["true", "false", "null", "undefined", "NaN", "Infinity"].contains(&value);
    if !is_text || keyword || !is_path(value) || value.contains('.') {
        return None;
    }
    let problem =
        Diagnostic::warning("suspicious-define", format!("`{name}` becomes the variable `{value}`, not a text"))
            .hint(format!("for a text, quote it twice: `{name}='\"{value}\"'`"));
    Some(match &given.source {
        super::raw::Source::File { location, .. } => problem.at(location.clone()),
        super::raw::Source::Argument => problem,
    })
}

/// Identifiers with dots between them.
pub(super) fn is_path(text: &str) -> bool {
    text.split('.').all(|part| {
        let mut chars = part.chars();
        chars.next().is_some_and(|first| first.is_alphabetic() || first == '_' || first == '$')
            && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '$')
    })
}

/// Every bracket and quote is closed, and it is not two words.
fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(c) => return false,
            '"' | '\'' | '`' => loop {
                match chars.next() {
                    Some('\\') => drop(chars.next()),
                    Some(other) if other == c => break,
                    Some(_) => {}
                    None => return false,
                }
            },
            _ => {}
        }
    }
    let two_words = || text.split_whitespace().count() > 1 && text.split_whitespace().all(is_path);
    open.is_empty()
        && (!two_words() || ["typeof", "void", "new"].iter().any(|word| text.trim_start().starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for good in ["void 0", "{\"a\":[1]}", "()=>{}", "'a)b'", "a.b", "-1"] {
            assert!(is_balanced(good), "{good}");
        }
        for bad in ["foo bar", "(1", "'x", "[1)"] {
            assert!(!is_balanced(bad), "{bad}");
        }
        assert!(is_path("process.env.A") && !is_path("a..b") && !is_path("1a") && !is_path(""));
    }
}

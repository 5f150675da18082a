//! Budget files.

use crate::config::BudgetSource;
use crate::diag::{Diagnostic, Location, Noted};
use crate::model::FileKind;
use globset::{Glob, GlobMatcher};
use serde_json::{Map, Value};

/// 1 MB for the initial load of every page, 1 MB for all scripts and style sheets.
const DEFAULT: &str = include_str!("../../budgets/default.json");

const UNITS: [(&str, u64); 5] = [("B", 1), ("kB", 1000), ("KiB", 1024), ("MB", 1_000_000), ("MiB", 1 << 20)];

/// Kinds by the name they have in a budget file, and in words.
const KINDS: [(&str, FileKind, &str); 10] = [
    ("document", FileKind::Document, "documents"),
    ("script", FileKind::Script, "scripts"),
    ("stylesheet", FileKind::Stylesheet, "stylesheets"),
    ("image", FileKind::Image, "images"),
    ("font", FileKind::Font, "fonts"),
    ("media", FileKind::Media, "media"),
    ("map", FileKind::Map, "source maps"),
    ("data", FileKind::Data, "data files"),
    ("server", FileKind::Server, "server files"),
    ("other", FileKind::Other, "other files"),
];

pub enum Measure {
    /// For each page on its own.
    InitialLoad {
        pages: GlobMatcher,
        pattern: String,
    },
    Total {
        types: Vec<FileKind>,
    },
}

pub struct Limit {
    pub measure: Measure,
    /// Bytes; exactly this much is still allowed.
    pub max: u64,
}

/// The limits, or none of them and an `invalid-budget`.
pub fn read(source: &BudgetSource) -> Noted<Vec<Limit>> {
    let (name, text) = match source {
        BudgetSource::Default => ("budgets/default.json".to_string(), Ok(DEFAULT.to_string())),
        BudgetSource::File(path) => {
            (crate::base::normalize_slashes(&path.to_string_lossy()), std::fs::read_to_string(path))
        }
    };
    let parsed = match text {
        Ok(text) => parse(&name, &text),
        Err(error) => Err(invalid(format!("cannot read the budget file {name}: {error}"))
            .at(Location::file(&name))
            .hint("give the path of a budget file, or --budget none")),
    };
    match parsed {
        Ok(limits) => Noted::clean(limits),
        Err(problem) => Noted::new(Vec::new(), vec![problem]),
    }
}

fn parse(name: &str, text: &str) -> Result<Vec<Limit>, Diagnostic> {
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = serde_json::from_str(text).map_err(|error| syntax(name, text, &error))?;
    limits(&value).map_err(|problem| problem.at(Location::file(name)))
}

fn syntax(name: &str, text: &str, error: &serde_json::Error) -> Diagnostic {
    let message = error.to_string();
    // The place is in the location.
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    let line_text = text.lines().nth(error.line().saturating_sub(1)).unwrap_or("").to_string();
    // serde_json counts bytes, and from 0 where a line has just begun.
    let before = line_text.as_bytes().get(..error.column().saturating_sub(1)).unwrap_or(line_text.as_bytes());
    let column = String::from_utf8_lossy(before).chars().count() as u32 + 1;
    invalid(format!("the budget file is not JSON: {what}"))
        .at(Location { file: name.to_string(), line: error.line() as u32, column, length: 1, line_text })
        .hint(EXAMPLE)
}

const EXAMPLE: &str =
    r#"a budget file looks like {"limits": [{"measure": "initial-load", "pages": "*", "max": "1 MB"}]}"#;

fn invalid(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("invalid-budget", message)
}

fn limits(value: &Value) -> Result<Vec<Limit>, Diagnostic> {
    let object = value.as_object().ok_or_else(|| invalid("the budget file is not an object").hint(EXAMPLE))?;
    known_keys(object, "the budget file", &["limits"])?;
    let list = object.get("limits").and_then(Value::as_array);
    let list = list.ok_or_else(|| invalid("the budget file has no list \"limits\"").hint(EXAMPLE))?;
    list.iter().enumerate().map(|(index, value)| limit(value, &format!("limits[{index}]"))).collect()
}

fn limit(value: &Value, place: &str) -> Result<Limit, Diagnostic> {
    let object = value.as_object().ok_or_else(|| invalid(format!("{place} is not an object")).hint(EXAMPLE))?;
    let measure = match object.get("measure").and_then(Value::as_str) {
        Some("initial-load") => {
            known_keys(object, place, &["measure", "pages", "max"])?;
            pages(object.get("pages"), place)?
        }
        Some("total") => {
            known_keys(object, place, &["measure", "types", "max"])?;
            Measure::Total { types: types(object.get("types"), place)? }
        }
        _ => {
            let given = shown(object.get("measure"));
            return Err(invalid(format!("{place}.measure is {given}")).hint("write \"initial-load\" or \"total\""));
        }
    };
    let max = object.get("max").and_then(Value::as_str).and_then(size).ok_or_else(|| {
        invalid(format!("{place}.max is {}", shown(object.get("max")))).hint(format!(
            "write a number and a unit such as \"1 MB\"; units are {}",
            UNITS.map(|unit| unit.0).join(", ")
        ))
    })?;
    Ok(Limit { measure, max })
}

fn known_keys(object: &Map<String, Value>, place: &str, known: &[&str]) -> Result<(), Diagnostic> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => {
            Err(invalid(format!("{place} has an unknown key {key:?}"))
                .hint(format!("allowed here: {}", known.join(", "))))
        }
        None => Ok(()),
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "missing".to_string(), Value::to_string)
}

fn pages(value: Option<&Value>, place: &str) -> Result<Measure, Diagnostic> {
    let pattern = match value {
        None => Some("*"),
        Some(value) => value.as_str(),
    };
    let matcher = pattern.and_then(|pattern| Some((pattern, Glob::new(pattern).ok()?.compile_matcher())));
    let (pattern, pages) = matcher.ok_or_else(|| {
        invalid(format!("{place}.pages is {}", shown(value)))
            .hint("write a pattern of paths such as \"*\" or \"blog/*.html\"")
    })?;
    Ok(Measure::InitialLoad { pages, pattern: pattern.to_string() })
}

/// Without `types`: all that browsers load.
fn types(value: Option<&Value>, place: &str) -> Result<Vec<FileKind>, Diagnostic> {
    let Some(value) = value else { return Ok(all_types()) };
    let kind = |value: &Value| KINDS.iter().find(|kind| Some(kind.0) == value.as_str()).map(|kind| kind.1);
    let kinds: Option<Vec<FileKind>> = value.as_array().and_then(|list| list.iter().map(kind).collect());
    kinds.filter(|kinds| !kinds.is_empty()).ok_or_else(|| {
        invalid(format!("{place}.types is {value}"))
            .hint(format!("write a list of {}", KINDS.map(|kind| kind.0).join(", ")))
    })
}

fn all_types() -> Vec<FileKind> {
    KINDS.iter().map(|kind| kind.1).filter(|kind| !matches!(kind, FileKind::Map | FileKind::Server)).collect()
}

/// `1 MB`, `170kB`, `1.5 MiB` in bytes.
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = (&text[..at], text[at..].trim_start());
    let factor = UNITS.iter().find(|known| known.0 == unit)?.1;
    let bytes = number.parse::<f64>().ok()? * factor as f64;
    // Beyond that not every whole number has a double.
    (bytes < (1u64 << 53) as f64).then(|| bytes.round() as u64)
}

/// `all scripts and stylesheets`.
pub fn subject_of(types: &[FileKind]) -> String {
    if types == all_types() {
        return "all files".to_string();
    }
    let words: Vec<&str> = KINDS.iter().filter(|kind| types.contains(&kind.1)).map(|kind| kind.2).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("all {} and {last}", rest.join(", ")),
        _ => format!("all {}", words.join("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        assert_eq!(size("1 MB"), Some(1_000_000));
        assert_eq!(size("1.5MiB"), Some(1_572_864));
        assert_eq!(size("170 kB"), Some(170_000));
        assert_eq!(size("2 KiB"), Some(2048));
        assert_eq!(size("0 B"), Some(0));
        for bad in ["1", "MB", "", "1 mb", "-1 B", "1e3 B", "inf B", "1.2.3 B", "99999999999999 MB"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    fn problem(text: &str) -> Diagnostic {
        parse("b.json", text).err().expect("is refused")
    }

    #[test]
    fn bad_files_say_what_is_allowed() {
        let bad = problem(r#"{"limits":[{"measure":"total","types":["scripts"],"max":"1 MB"}]}"#);
        assert_eq!(bad.code, "invalid-budget");
        assert!(bad.message.contains("limits[0].types") && bad.hint.unwrap().contains("script, stylesheet"));
        let bad = problem(r#"{"limits":[{"measure":"total","pages":"*","max":"1 MB"}]}"#);
        assert!(bad.message.contains("\"pages\"") && bad.hint.unwrap().contains("measure, types, max"));
        assert!(problem(r#"{"limit":[]}"#).hint.unwrap().contains("limits"));
        assert!(problem(r#"{"limits":[{"measure":"sum","max":"1 B"}]}"#).hint.unwrap().contains("initial-load"));
        assert!(problem(r#"{"limits":[{"measure":"total","max":5}]}"#).hint.unwrap().contains("KiB"));
        assert!(
            problem(r#"{"limits":[{"measure":"initial-load","pages":"[","max":"1 B"}]}"#).message.contains("pages")
        );
    }

    #[test]
    fn syntax_errors_have_a_place() {
        let place = problem("{\n  \"limits\": x\n}").location.unwrap();
        assert_eq!((place.line, place.column, place.line_text.as_str()), (2, 13, "  \"limits\": x"));
    }

    #[test]
    fn the_default_is_valid() {
        let limits = read(&BudgetSource::Default).value;
        assert_eq!(limits.iter().map(|limit| limit.max).collect::<Vec<_>>(), [1_000_000, 1_000_000]);
    }
}

//! What the output must run on: `--target`, else browserslist, else Baseline.

use super::file::{parse, shown};
use super::raw::{Given, absolute, listed};
use crate::diag::{Diagnostic, Location, nearest};
use crate::fs::Files;
use crate::lang::LanguageTarget;
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use std::path::Path;

/// Engines that a target may name.
const ENGINES: [&str; 11] =
    ["chrome", "edge", "firefox", "safari", "ios", "opera", "samsung", "android", "node", "deno", "ie"];

/// Baseline, widely available on 2026-11-30: the engines that have all that every engine had 30 months before. A fixed
/// list: the live query moves with the calendar, and the same sources must give the same bytes tomorrow. It is raised with
/// a version of plimsoll.
const BASELINE: [(&str, u32); 5] = [
    ("chrome", 125 << 16),
    ("edge", 125 << 16),
    ("firefox", 126 << 16),
    ("ios", 17 << 16 | 5 << 8),
    ("safari", 17 << 16 | 5 << 8),
];

pub(super) fn baseline() -> LanguageTarget {
    let engines = BASELINE.iter().map(|(name, version)| (name.to_string(), *version)).collect();
    LanguageTarget { engines, ..LanguageTarget::default() }
}

/// `es2022`, `chrome120`, `safari16.4`, `esnext`, `baseline-widely-available`. Of several versions of one engine the
/// lowest counts.
pub(super) fn named(given: &[Given]) -> Result<LanguageTarget, Vec<Diagnostic>> {
    let mut target = LanguageTarget::default();
    let mut problems = Vec::new();
    for given in given {
        for word in given.text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            if let Err(problem) = add(&mut target, word, given) {
                problems.push(problem);
            }
        }
    }
    if problems.is_empty() { Ok(target) } else { Err(problems) }
}

fn add(target: &mut LanguageTarget, word: &str, given: &Given) -> Result<(), Diagnostic> {
    let lower = word.to_lowercase();
    let unknown = || given.refuse(format!("{} does not know `{word}`", given.called()));
    match lower.as_str() {
        "esnext" => {
            target.next = true;
            return Ok(());
        }
        "baseline-widely-available" => {
            for (name, version) in BASELINE {
                lower_to(target, name, version);
            }
            return Ok(());
        }
        _ => {}
    }
    let split = lower.find(|c: char| c.is_ascii_digit()).unwrap_or(lower.len());
    let (name, version) = lower.split_at(split);
    let name = name.trim_end_matches([' ', '-', '_', '@']);
    if name == "es" {
        let year = match version.parse::<u16>() {
            Ok(edition @ 6..=16) => 2009 + edition,
            Ok(year @ 2015..=2025) => year,
            _ => return Err(unknown().note("editions go from `es2015` to `es2025`; `esnext` is everything")),
        };
        target.es = Some(target.es.map_or(year, |old| old.min(year)));
        return Ok(());
    }
    if !ENGINES.contains(&name) {
        let problem = unknown().note(format!(
            "a target is an edition (`es2022`) or an engine with its version (`chrome120`): {}",
            listed(&ENGINES)
        ));
        return Err(match nearest(name, ENGINES, 1).pop() {
            Some(near) => problem.hint(format!("did you mean `{near}{version}`?")),
            None => problem,
        });
    }
    let Some(version) = parse_version(version) else {
        return Err(unknown().hint(format!("name a version, as in `{name}{}`", example(name))));
    };
    lower_to(target, name, version);
    Ok(())
}

fn example(name: &str) -> &'static str {
    match name {
        "node" | "samsung" => "20",
        "safari" | "ios" => "16.4",
        "ie" => "11",
        _ => "120",
    }
}

fn lower_to(target: &mut LanguageTarget, name: &str, version: u32) {
    target.engines.entry(name.to_string()).and_modify(|old| *old = (*old).min(version)).or_insert(version);
}

/// `major << 16 | minor << 8 | patch`.
fn parse_version(text: &str) -> Option<u32> {
    let mut parts = [0u32; 3];
    for (count, part) in text.split('.').enumerate() {
        let number: u32 = part.parse().ok()?;
        if count == 3 || number > if count == 0 { 0xFFFF } else { 0xFF } {
            return None;
        }
        parts[count] = number;
    }
    Some(parts[0] << 16 | parts[1] << 8 | parts[2])
}

/// What browserslist says for this project: the nearest `.browserslistrc`, `browserslist` or `package.json` with the
/// field, from `root` upwards. `None`: nothing is said.
pub(super) fn browserslist(
    root: &Path,
    cwd: &Path,
    mode: &str,
    files: &dyn Files,
) -> Result<Option<LanguageTarget>, Diagnostic> {
    for folder in root.ancestors() {
        for name in [".browserslistrc", "browserslist"] {
            let path = absolute(folder, name);
            if let (true, Ok(bytes)) = (files.is_file(&path), files.read(&path)) {
                let queries = list_file(&String::from_utf8_lossy(&bytes), mode);
                return query(&queries, Location::file(shown(&path, cwd))).map(Some);
            }
        }
        let path = absolute(folder, "package.json");
        let Ok(bytes) = files.read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let shown = shown(&path, cwd);
        let package = match parse(text, &shown) {
            Ok(Some(Value::Object(package))) => package,
            Err(problem) if folder == root => return Err(problem),
            _ => continue,
        };
        if let Some(field) = package.get("browserslist") {
            let place = Location::span(shown, text, field.value.start() as u32, field.value.end() as u32);
            let queries = package_field(&field.value, mode).ok_or_else(|| {
                Diagnostic::error("invalid-browserslist", "`browserslist` is a list of queries").at(place.clone())
            })?;
            return query(&queries, place).map(Some);
        }
    }
    Ok(None)
}

/// The section of the mode, else `[defaults]` or what stands before any section.
fn list_file(text: &str, mode: &str) -> Vec<String> {
    let mut general = Vec::new();
    let mut special = Vec::new();
    let mut sections: Vec<String> = vec!["defaults".to_string()];
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        if let Some(names) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections = names.split_whitespace().map(str::to_string).collect();
        } else if !line.is_empty() {
            if sections.iter().any(|section| section == mode) {
                special.push(line.to_string());
            } else if sections.iter().any(|section| section == "defaults") {
                general.push(line.to_string());
            }
        }
    }
    if special.is_empty() { general } else { special }
}

fn package_field(value: &Value, mode: &str) -> Option<Vec<String>> {
    match value {
        Value::StringLit(text) => Some(vec![text.value.to_string()]),
        Value::Array(array) => {
            array.elements.iter().map(|element| element.as_string_lit().map(|text| text.value.to_string())).collect()
        }
        Value::Object(object) => section(object, mode),
        _ => None,
    }
}

fn section(object: &Object, mode: &str) -> Option<Vec<String>> {
    match object.get(mode).or_else(|| object.get("defaults")) {
        Some(property) if property.value.as_object().is_none() => package_field(&property.value, mode),
        Some(_) => None,
        None => Some(vec!["defaults".to_string()]),
    }
}

fn query(queries: &[String], place: Location) -> Result<LanguageTarget, Diagnostic> {
    let found = browserslist::resolve(queries, &browserslist::Opts::default()).map_err(|error| {
        Diagnostic::error("invalid-browserslist", format!("browserslist cannot answer `{}`", queries.join(", ")))
            .at(place)
            .note(error.to_string())
            .hint("or name targets with `--target`")
    })?;
    let mut target = LanguageTarget::default();
    for browser in found {
        // Proxy browsers and those without version history (Opera Mini, UC, …) have no language level to aim at.
        let name = match browser.name() {
            "and_chr" => "chrome",
            "and_ff" => "firefox",
            "ios_saf" => "ios",
            "op_mob" => "opera",
            other if ENGINES.contains(&other) => other,
            _ => continue,
        };
        let lowest = browser.version().split('-').next().unwrap_or("");
        if let Some(version) = parse_version(lowest) {
            lower_to(&mut target, name, version);
        }
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::flags::flag;
    use crate::config::raw::Source;

    fn target(text: &str) -> Result<LanguageTarget, Vec<Diagnostic>> {
        named(&[Given { flag: flag("target").unwrap(), text: text.to_string(), source: Source::Argument }])
    }

    #[test]
    fn lists_of_targets() {
        let found = target("es2020, chrome120,safari16.4,chrome100,node20.1.2").unwrap();
        assert_eq!(found.es, Some(2020));
        assert_eq!(found.engines["chrome"], 100 << 16);
        assert_eq!(found.engines["safari"], 16 << 16 | 4 << 8);
        assert_eq!(found.engines["node"], 20 << 16 | 1 << 8 | 2);
        assert_eq!(target("es6").unwrap().es, Some(2015));
        assert_eq!(target("esnext").unwrap(), LanguageTarget { next: true, ..LanguageTarget::default() });
        assert_eq!(target("baseline-widely-available").unwrap(), baseline());
    }

    #[test]
    fn a_wrong_target_names_what_was_meant() {
        assert_eq!(target("crome120").unwrap_err()[0].hint.as_deref(), Some("did you mean `chrome120`?"));
        assert!(target("es5").is_err());
        assert!(target("chrome").unwrap_err()[0].hint.as_deref().unwrap().contains("chrome120"));
        assert!(target("chrome1.2.3.4").is_err());
    }

    #[test]
    fn sections_of_a_browserslist_file() {
        let text = "# all\nchrome 100\n[production staging]\nchrome 110\n[development]\nlast 1 chrome version # new\n";
        assert_eq!(list_file(text, "production"), ["chrome 110"]);
        assert_eq!(list_file(text, "development"), ["last 1 chrome version"]);
        assert_eq!(list_file("chrome 100", "production"), ["chrome 100"]);
    }

    #[test]
    fn queries_become_the_lowest_versions() {
        let found =
            query(&["chrome 100-102, ios_saf 15.2-15.3, op_mini all".to_string()], Location::file("x")).unwrap();
        assert_eq!(found.engines.get("chrome"), Some(&(100 << 16)));
        assert_eq!(found.engines.get("ios"), Some(&(15 << 16 | 2 << 8)));
        assert_eq!(found.engines.len(), 2);
        assert_eq!(query(&["chrom 1".to_string()], Location::file("x")).unwrap_err().code, "invalid-browserslist");
    }
}

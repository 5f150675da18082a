//! The `performance` of a webpack configuration (version 5), as JSON.
//!
//! Every file but source maps is held to `maxAssetSize`, and what an entry loads at once to `maxEntrypointSize`: raw
//! bytes, 250,000 where nothing is said, and exactly that passes. `hints` says what follows: a warning (as in production
//! without it), an error, or nothing.

use super::json::{Document, Node, Object, Value};
use super::size_limit::every_kind;
use super::{Bound, Count, Limit, Measure, Names, Types};
use crate::diag::{Diagnostic, Noted};
use crate::model::{FileKind, SizeOf};

const SECTION: &str = "performance";
const DEFAULT: u64 = 250_000;
const SIZES: [&str; 2] = ["maxAssetSize", "maxEntrypointSize"];
/// Checks of how modules came together; those from webpack 5.110 on.
const CHECKS: [&str; 19] = [
    "all",
    "cacheEffectiveness",
    "circularDependencies",
    "conflictingResourceHints",
    "duplicateModules",
    "duplicatePackages",
    "dynamicExports",
    "entrypointOverlap",
    "missingSideEffects",
    "osDependentRules",
    "redundantDynamicImports",
    "scopeHoistingBailouts",
    "splitChunksCapped",
    "unsplitVendors",
    "unusedAliases",
    "unusedDefines",
    "unusedExternals",
    "unusedReexports",
    "unusedRules",
];

/// An object with `performance`.
pub fn is_it(_: &Document<'_>, root: &Node) -> bool {
    root.peek(SECTION).is_some()
}

/// One limit for each file and one for each entry; what only webpack can check is a problem each.
pub fn limits(document: &Document<'_>, root: &Node) -> Result<Noted<Vec<Limit>>, Diagnostic> {
    let Some(section) = root.peek(SECTION) else {
        let problem = document.refuse(root, "the configuration has no \"performance\"");
        return Err(problem.hint(r#"write {"performance": {"maxAssetSize": 250000, "maxEntrypointSize": 250000}}"#));
    };
    let nothing = |node: &Node, why: &str| {
        let hint = "to check it, write \"hints\": \"error\"";
        Noted::new(Vec::new(), vec![unsupported(document, node, format!("{why}: nothing is checked")).hint(hint)])
    };
    if let Value::Bool(false) = section.value {
        return Ok(nothing(section, "performance is false"));
    }
    let known: Vec<&str> = SIZES.iter().chain(&CHECKS).copied().chain(["hints", "assetFilter"]).collect();
    let object = document.object(section, SECTION, &known)?;
    let sizes = SIZES.map(|key| max(document, object, key));
    let hints = hints(document, root, object)?;
    let mut found = Noted::clean(Vec::new());
    others(document, object, &mut found.problems)?;
    for (size, key) in sizes.into_iter().zip(SIZES) {
        found.value.push(limit(document, object.get(key).unwrap_or(section), key, size?, hints));
    }
    match hints {
        Hints::None => Ok(nothing(object.get("hints").unwrap_or(section), "performance.hints is false")),
        Hints::Development => Ok(nothing(section, "performance has no hints in mode development")),
        Hints::Warning | Hints::Error => Ok(found),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hints {
    None,
    /// `None`, because of the mode.
    Development,
    Warning,
    Error,
}

fn hints(document: &Document<'_>, root: &Node, object: Object<'_>) -> Result<Hints, Diagnostic> {
    let Some(node) = object.get("hints") else {
        let mode = root.peek("mode").map(|mode| &mode.value);
        let is_production = match mode {
            Some(Value::Text(mode)) => mode == "production",
            _ => true,
        };
        return Ok(if is_production { Hints::Warning } else { Hints::Development });
    };
    if let Value::Bool(false) = node.value {
        return Ok(Hints::None);
    }
    let words = ["warning", "error", "stats"];
    let word = document.word(node, "performance.hints", &words).map_err(|problem| match node.value {
        Value::Bool(true) => problem.hint("write false, \"warning\" or \"error\""),
        _ => problem,
    })?;
    Ok(if word == "error" { Hints::Error } else { Hints::Warning })
}

fn max(document: &Document<'_>, object: Object<'_>, key: &str) -> Result<u64, Diagnostic> {
    let Some(node) = object.get(key) else { return Ok(DEFAULT) };
    let number = document.number(node, &format!("performance.{key}"));
    number.map(|number| number.floor() as u64).map_err(|problem| problem.hint("write bytes, such as 250000"))
}

fn limit(document: &Document<'_>, node: &Node, key: &str, most: u64, hints: Hints) -> Limit {
    let most = Some(Bound::Absolute(most));
    let measure = if key == "maxAssetSize" {
        let mut types = every_kind();
        types.kinds.retain(|kind| *kind != FileKind::Map);
        Measure::EachFile { files: Names::all(), types }
    } else {
        let types = Types::of(&[FileKind::Script, FileKind::Stylesheet]);
        Measure::Entry { entries: Names::all(), types, count: Count::Bytes }
    };
    Limit {
        name: None,
        measure,
        size: SizeOf::Raw,
        max: most.filter(|_| hints == Hints::Error),
        warn: most.filter(|_| hints != Hints::Error),
        min: None,
        min_warn: None,
        ratchet: false,
        place: document.place(node),
        folder: None,
    }
}

/// What is no limit of sizes.
fn others(document: &Document<'_>, object: Object<'_>, problems: &mut Vec<Diagnostic>) -> Result<(), Diagnostic> {
    if let Some(node) = object.get("assetFilter") {
        let message =
            "performance.assetFilter is a function of webpack's, and no JSON: all files but source maps count";
        let hint = "leave files out in a budget file of plimsoll's own: {\"measure\": \"file\", \"files\": [\"*\", \"!*.wasm\"]}";
        problems.push(unsupported(document, node, message.into()).hint(hint));
    }
    for key in CHECKS {
        let Some(node) = object.get(key) else { continue };
        if !document.bool(node, &format!("performance.{key}"))? {
            continue;
        }
        let message = format!("performance.{key} is not checked: it is about how webpack put modules together");
        let hint = match key {
            "duplicatePackages" | "all" => "plimsoll's own budget files have {\"measure\": \"duplicate-packages\"}",
            _ => "leave it to webpack",
        };
        problems.push(unsupported(document, node, message).hint(hint));
    }
    Ok(())
}

fn unsupported(document: &Document<'_>, node: &Node, message: String) -> Diagnostic {
    Diagnostic::warning("budget-unsupported", message).at(document.place(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Noted<Vec<Limit>>, Diagnostic> {
        let document = Document { name: "webpack.json", text };
        let root = document.parse()?;
        limits(&document, &root)
    }

    fn bounds(text: &str) -> Vec<(Option<Bound>, Option<Bound>)> {
        read(text).unwrap().value.iter().map(|limit| (limit.warn, limit.max)).collect()
    }

    #[test]
    fn files_and_entries_are_limited() {
        let most = |bytes| Some(Bound::Absolute(bytes));
        assert_eq!(bounds(r#"{"entry": "a", "performance": {}}"#), [(most(250_000), None); 2]);
        let text = r#"{"performance": {"hints": "error", "maxAssetSize": 100.9, "maxEntrypointSize": 400000}}"#;
        assert_eq!(bounds(text), [(None, most(100)), (None, most(400_000))]);
        let found = read(text).unwrap().value;
        let Measure::EachFile { files, types } = &found[0].measure else { panic!("each file") };
        assert!(files.is_all() && types.has(FileKind::Image) && types.has(FileKind::Data) && !types.has(FileKind::Map));
        assert!(matches!(&found[1].measure, Measure::Entry { entries, .. } if entries.is_all()));
        assert!(found.iter().all(|limit| limit.size == SizeOf::Raw));
        assert_eq!(bounds(r#"{"performance": {"hints": "stats"}}"#).len(), 2);
    }

    #[test]
    fn without_hints_nothing_is_checked() {
        for text in [
            r#"{"performance": false}"#,
            r#"{"performance": {"hints": false}}"#,
            r#"{"mode": "development", "performance": {}}"#,
        ] {
            let found = read(text).unwrap();
            assert!(found.value.is_empty() && found.problems.len() == 1, "{text}");
        }
        assert_eq!(bounds(r#"{"mode": "development", "performance": {"hints": "warning"}}"#).len(), 2);
    }

    #[test]
    fn what_only_webpack_checks_is_said() {
        let text = r#"{"performance": {"assetFilter": "x", "duplicatePackages": true, "unusedRules": false}}"#;
        let found = read(text).unwrap();
        assert_eq!((found.value.len(), found.problems.len()), (2, 2));
        assert!(found.problems.iter().all(|it| it.code == "budget-unsupported" && !it.is_error() && it.hint.is_some()));
    }

    #[test]
    fn mistakes_have_a_place_and_a_way_out() {
        let bad = read("{\"performance\": {\n\"maxAsetSize\": 1}}").err().unwrap();
        assert_eq!((bad.hint.as_deref(), bad.location.unwrap().line), (Some("did you mean \"maxAssetSize\"?"), 2));
        let hint = |text: &str| read(text).err().unwrap().hint.unwrap();
        assert!(hint(r#"{"performance": {"maxAssetSize": "1 MB"}}"#).contains("250000"));
        assert!(hint(r#"{"performance": {"maxAssetSize": -1}}"#).contains("250000"));
        assert!(hint(r#"{"performance": {"maxAssetSize": 9007199254740992}}"#).contains("250000"));
        assert!(hint(r#"{"performance": {"hints": "warn"}}"#).contains("warning"));
        assert!(hint(r#"{"performance": {"hints": true}}"#).contains("false"));
        assert!(read(r#"{"performance": {"all": 1}}"#).is_err() && read(r#"{"performance": true}"#).is_err());
    }
}

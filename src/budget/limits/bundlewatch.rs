//! bundlewatch's configuration (version 0.4): an object with `files`, or `bundlewatch` in a package.json.
//!
//! Every file that a path matches is judged by itself, as gzip unless `compression` or `defaultCompression` says
//! otherwise. KB is 1024 bytes, in any case of letters; exactly the size passes. A file that several paths match has the
//! limit of the last one. Paths start where the command runs; in `*` there is no `/`. `normalizeFilenames` and `ci` are
//! for comparisons with other builds, which never fail bundlewatch: they are read and left.

use super::json::{Document, MOST, Node, Value};
use super::size_limit::{every_kind, unknown_syntax};
use super::{Base, Bound, Limit, Measure, Names};
use crate::diag::{Diagnostic, Noted};
use crate::model::SizeOf;

/// In a package.json.
const SECTION: &str = "bundlewatch";
const KEYS: [&str; 6] =
    ["$schema", "files", "defaultCompression", "normalizeFilenames", "bundlewatchServiceHost", "ci"];
const FILE_KEYS: [&str; 3] = ["path", "maxSize", "compression"];
const COMPRESSIONS: [&str; 3] = ["gzip", "brotli", "none"];
const UNITS: &str =
    "write a number and a unit: \"100 KB\" is 102,400 bytes; also B, MB, GB, each 1024 of the one before";
const EXAMPLE: &str = r#"write {"files": [{"path": "dist/*.js", "maxSize": "100 KB"}]}"#;

/// An object with `files` of objects, or a package.json with `bundlewatch`.
pub fn is_it(_: &Document<'_>, root: &Node) -> bool {
    if root.peek(SECTION).is_some() {
        return true;
    }
    match root.peek("files").map(|files| &files.value) {
        // A package.json has `files` too: names.
        Some(Value::List(list)) => list.iter().any(|node| FILE_KEYS.iter().any(|key| node.peek(key).is_some())),
        _ => false,
    }
}

/// The limits of all paths; what bundlewatch itself does not compare is a problem each.
pub fn limits(document: &Document<'_>, root: &Node) -> Result<Noted<Vec<Limit>>, Diagnostic> {
    let (section, what) = match root.peek(SECTION) {
        Some(section) => (section, SECTION),
        None => (root, "the configuration of bundlewatch"),
    };
    // In a package.json the list may stand for itself.
    let (list, compression) = match &section.value {
        Value::List(_) => (section, "gzip"),
        _ => {
            let object = document.object(section, what, &KEYS)?;
            for key in ["normalizeFilenames", "bundlewatchServiceHost"] {
                if let Some(node) = object.get(key).filter(|node| !matches!(node.value, Value::Null)) {
                    document.text(node, key)?;
                }
            }
            let compression = object.get("defaultCompression");
            let compression =
                compression.map(|node| document.word(node, "defaultCompression", &COMPRESSIONS)).transpose()?;
            let missing = || document.refuse(section, format!("{what} has no list \"files\"")).hint(EXAMPLE);
            (object.get("files").ok_or_else(missing)?, compression.unwrap_or("gzip"))
        }
    };
    let files = document.list(list, "\"files\"")?;
    if files.is_empty() {
        return Err(document.refuse(list, "\"files\" is empty").hint(EXAMPLE));
    }
    let mut found = Noted::clean(Vec::new());
    let read = |(index, node)| Watched::read(document, node, index, compression, &mut found.problems);
    let watched = files.iter().enumerate().map(read).collect::<Result<Vec<Watched<'_>>, _>>()?;
    for (index, file) in watched.iter().enumerate() {
        found.value.extend(file.limit(document, &watched[index + 1..], &mut found.problems)?);
    }
    Ok(found)
}

/// An element of `files`.
struct Watched<'a> {
    node: &'a Node,
    what: String,
    path: &'a str,
    size: SizeOf,
    max: Option<u64>,
}

impl<'a> Watched<'a> {
    fn read(
        document: &Document<'_>,
        node: &'a Node,
        index: usize,
        compression: &str,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<Self, Diagnostic> {
        let what = format!("files[{index}]");
        let object = document.object(node, &what, &FILE_KEYS)?;
        let Some(path) = object.get("path") else {
            return Err(document.refuse(node, format!("{what} has no \"path\"")).hint(EXAMPLE));
        };
        let path = document.text(path, &format!("{what}.path"))?;
        let own = object.get("compression");
        let own = own.map(|node| document.word(node, &format!("{what}.compression"), &COMPRESSIONS)).transpose()?;
        let size = match own.unwrap_or(compression) {
            "brotli" => SizeOf::Brotli,
            "none" => SizeOf::Raw,
            _ => SizeOf::Gzip,
        };
        let max = match object.get("maxSize") {
            Some(node) => max_size(document, node, &format!("{what}.maxSize"), problems)?,
            None => {
                let message = format!("{what} has no \"maxSize\", so bundlewatch lets {path:?} have any size");
                problems.push(unsupported(document, node, message).hint("write one, such as \"maxSize\": \"100 KB\""));
                None
            }
        };
        Ok(Watched { node, what, path, size, max })
    }

    /// `later`: paths whose files are no longer this one's.
    fn limit(
        &self,
        document: &Document<'_>,
        later: &[Watched<'_>],
        problems: &mut Vec<Diagnostic>,
    ) -> Result<Option<Limit>, Diagnostic> {
        let not_checked =
            |why: String| unsupported(document, self.node, format!("{} is not checked: {why}", self.what));
        if let Some(last) = later.iter().find(|last| last.path == self.path) {
            let why = format!("{} has the same path, and bundlewatch takes the last", last.what);
            problems.push(not_checked(why).hint("leave one of them"));
            return Ok(None);
        }
        let strange = std::iter::once(self).chain(later).find_map(|it| Some((it.path, unknown_syntax(it.path)?)));
        if let Some((pattern, why)) = strange {
            let why = format!("{why} in {pattern:?} is not understood here");
            problems.push(not_checked(why).hint("write it with *, ?, [ab], {a,b} and **, or as several paths"));
            return Ok(None);
        }
        if self.path.starts_with('!') {
            problems.push(not_checked("bundlewatch has no paths that take files out".into()).hint("leave it out"));
            return Ok(None);
        }
        let others: Vec<String> = later.iter().map(|later| format!("!{}", later.path)).collect();
        let patterns = std::iter::once(self.path).chain(others.iter().map(String::as_str));
        let names = Names::of(patterns, true).map_err(|why| {
            let problem = document.refuse(self.node, format!("{}.path is no pattern: {why}", self.what));
            problem.hint("a [ has a ] after it, and a { a }")
        })?;
        let names = Names { written: self.path.to_string(), ..names }.based(Base::WorkingFolder);
        Ok(Some(Limit {
            name: None,
            measure: Measure::EachFile { files: names, types: every_kind() },
            size: self.size,
            max: self.max.map(Bound::Absolute),
            warn: None,
            // An empty file is one that bundlewatch could not read.
            min: (self.size == SizeOf::Raw).then_some(1),
            min_warn: None,
            ratchet: false,
            place: document.place(self.node),
            folder: None,
        }))
    }
}

fn max_size(
    document: &Document<'_>,
    node: &Node,
    what: &str,
    problems: &mut Vec<Diagnostic>,
) -> Result<Option<u64>, Diagnostic> {
    if matches!(node.value, Value::Number(_)) {
        let number = document.number(node, what).map_err(|problem| problem.hint(UNITS))?;
        let message = format!("{what} is a number, which bundlewatch compares with nothing");
        let hint = format!("write a text with a unit: \"{number} B\"");
        problems.push(unsupported(document, node, message).hint(hint));
        return Ok(None);
    }
    let text = document.text(node, what).map_err(|problem| problem.hint(UNITS))?;
    let refuse = |why: String| document.refuse(node, format!("{what} is {text:?}: {why}")).hint(UNITS);
    let most = bytes(text).map_err(refuse)?;
    if most == 0 {
        let message = format!("{what} is 0, which bundlewatch takes for no limit");
        problems.push(unsupported(document, node, message).hint("write \"1 B\", or forbid the files otherwise"));
        return Ok(None);
    }
    Ok(Some(most))
}

/// What bundlewatch reads a size as, fractions of bytes cut off; or why that is not what was meant.
fn bytes(text: &str) -> Result<u64, String> {
    if text.starts_with('-') {
        return Err("a size is not below 0".into());
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let at = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, unit) = (&unsigned[..at], unsigned[at..].trim_start_matches(' '));
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && !number.ends_with('.');
    let number: f64 = number.parse().ok().filter(|_| is_number).ok_or("it does not begin with a number")?;
    let power = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "kb" => 1,
        "mb" => 2,
        "gb" => 3,
        "tb" => 4,
        "pb" => 5,
        _ => return Err(format!("bundlewatch has no unit {unit:?}, and takes it for {} bytes", number.floor())),
    };
    let bytes = (number * 1024f64.powi(power)).floor();
    if bytes >= MOST { Err("that is beyond 2^53 bytes".into()) } else { Ok(bytes as u64) }
}

fn unsupported(document: &Document<'_>, node: &Node, message: String) -> Diagnostic {
    Diagnostic::warning("budget-unsupported", message).at(document.place(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Noted<Vec<Limit>>, Diagnostic> {
        let document = Document { name: "bundlewatch.config.json", text };
        let root = document.parse()?;
        limits(&document, &root)
    }

    fn problem(text: &str) -> Diagnostic {
        read(text).expect_err("is refused")
    }

    fn names(limit: &Limit) -> &Names {
        match &limit.measure {
            Measure::EachFile { files, .. } => files,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sizes_are_those_of_bundlewatch() {
        for (text, size) in [
            ("100kB", 102_400),
            ("100 KB", 102_400),
            ("1.5mb", 1_572_864),
            ("100", 100),
            ("100 B", 100),
            ("1.9 B", 1),
            ("0.001 KB", 1),
        ] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for bad in ["10 KiB", "10 k", "KB", "", "-1 KB", " 1 KB", "1,5 KB", "9999 PB"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
        assert!(bytes("10 KiB").unwrap_err().contains("10 bytes"));
    }

    #[test]
    fn each_file_has_the_last_limit_that_matches() {
        let text = r#"{"files": [{"path": "./dist/*.js", "maxSize": "100 KB"},
            {"path": "dist/vendor.js", "maxSize": "500 KB", "compression": "brotli"},
            {"path": "dist/*.css", "maxSize": "1 KB", "compression": "none"}],
            "normalizeFilenames": "^.+?(\\.\\w+)\\.(?:js|css)$", "ci": {"trackBranches": ["main"]}}"#;
        let found = read(text).unwrap();
        assert!(found.problems.is_empty());
        let sizes: Vec<_> = found.value.iter().map(|limit| (limit.size, limit.min)).collect();
        assert_eq!(sizes, [(SizeOf::Gzip, None), (SizeOf::Brotli, None), (SizeOf::Raw, Some(1))]);
        let scripts = names(&found.value[0]);
        assert!(scripts.has("dist/app.js") && !scripts.has("dist/vendor.js") && !scripts.has("dist/sub/app.js"));
        assert_eq!((scripts.written.as_str(), scripts.base), ("./dist/*.js", Base::WorkingFolder));
        assert!(names(&found.value[1]).has("dist/vendor.js"));
    }

    #[test]
    fn a_package_may_have_an_object_or_a_list() {
        let list = r#"{"name": "x", "files": ["dist"], "bundlewatch": [{"path": "a.js", "maxSize": "1kB"}]}"#;
        assert_eq!(read(list).unwrap().value[0].max, Some(Bound::Absolute(1024)));
        let object =
            r#"{"bundlewatch": {"files": [{"path": "a.js", "maxSize": "1kB"}], "defaultCompression": "none"}}"#;
        assert_eq!(read(object).unwrap().value[0].size, SizeOf::Raw);
    }

    #[test]
    fn what_bundlewatch_lets_pass_is_said() {
        let text = r#"{"files": [{"path": "a.js"}, {"path": "b.js", "maxSize": 500}, {"path": "c.js", "maxSize": "0 KB"},
            {"path": "d.js", "maxSize": "1 KB"}, {"path": "d.js", "maxSize": "2 KB"}, {"path": "!e.js", "maxSize": "1 B"}]}"#;
        let found = read(text).unwrap();
        let max: Vec<_> = found.value.iter().map(|limit| limit.max).collect();
        assert_eq!(max, [None, None, None, Some(Bound::Absolute(2048))]);
        assert_eq!(found.problems.len(), 5);
        assert!(found.problems.iter().all(|it| it.code == "budget-unsupported" && !it.is_error() && it.hint.is_some()));
        assert!(found.problems[1].hint.as_ref().unwrap().contains("500 B"));
        let strange = read(r#"{"files": [{"path": "a+(b).js", "maxSize": "1 KB"}]}"#).unwrap();
        assert_eq!((strange.value.len(), strange.problems.len()), (0, 1));
    }

    #[test]
    fn mistakes_have_a_place_and_a_way_out() {
        let bad = problem("{\"files\": [{\"path\": \"a.js\",\n\"maxsize\": \"1 KB\"}]}");
        assert_eq!((bad.hint.as_deref(), bad.location.unwrap().line), (Some("did you mean \"maxSize\"?"), 2));
        assert!(problem(r#"{"files": []}"#).hint.unwrap().contains("maxSize"));
        assert!(problem(r#"{"bundlewatch": {}}"#).message.contains("files"));
        assert!(problem(r#"{"files": [{"maxSize": "1 KB"}]}"#).message.contains("path"));
        let bad = problem(r#"{"files": [{"path": "a", "maxSize": "10 KiB"}]}"#);
        assert!(bad.message.contains("10 bytes") && bad.hint.unwrap().contains("102,400"));
        assert!(problem(r#"{"files": [{"path": "a", "maxSize": "1 KB", "compression": "zstd"}]}"#).hint.is_some());
        assert!(problem(r#"{"files": [{"path": "a"}], "defaultCompression": "br"}"#).hint.unwrap().contains("brotli"));
        assert!(problem(r#"{"files": [{"path": "a["}]}"#).message.contains("no pattern"));
    }

    #[test]
    fn is_told_from_other_objects() {
        let is = |text: &str| {
            let document = Document { name: "b.json", text };
            is_it(&document, &document.parse().unwrap())
        };
        assert!(is(r#"{"files": [{"path": "a"}]}"#) && is(r#"{"bundlewatch": []}"#));
        assert!(!is(r#"{"files": ["dist"]}"#) && !is("{}") && !is("[]") && !is(r#"{"limits": []}"#));
    }
}

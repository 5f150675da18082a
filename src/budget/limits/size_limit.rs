//! size-limit's configuration (version 14): a list of checks, or `size-limit` in a package.json.
//!
//! A check adds up the files of its patterns, compressed one by one: Brotli unless `gzip` is true or `brotli` is false.
//! kB is 1000 bytes and KiB 1024, in any case of letters; exactly the limit passes. Patterns start at the configuration's
//! folder; in `*` there is no `/`, and what names a folder, as `dist` or `dist/*` may, means all that is below it. What
//! size-limit would bundle or run is not a file of this build.

use super::json::{Document, MOST, Node, Object, Value};
use super::{Base, Bound, Count, Limit, Measure, Names, Types};
use crate::diag::{Diagnostic, Noted};
use crate::model::{FileKind, SizeOf};

/// In a package.json.
const SECTION: &str = "size-limit";
/// What says how a bundle is made, and why no built file is it.
const BUNDLING: [(&str, &str); 7] = [
    ("import", "bundles a part of the module's exports"),
    ("entry", "measures entries of a webpack build of its own"),
    ("config", "bundles with a configuration of its own"),
    ("modifyWebpackConfig", "bundles with a configuration of its own"),
    ("modifyEsbuildConfig", "bundles with a configuration of its own"),
    ("modifyRolldownConfig", "bundles with a configuration of its own"),
    ("ignore", "bundles without some of the dependencies"),
];
const KEYS: [&str; 24] = [
    "path",
    "limit",
    "name",
    "gzip",
    "brotli",
    "import",
    "ignore",
    "entry",
    "config",
    "modifyWebpackConfig",
    "modifyEsbuildConfig",
    "modifyRolldownConfig",
    "webpack",
    "rolldown",
    "disablePlugins",
    "running",
    "time",
    "message",
    "module",
    "hidePassed",
    "highlightLess",
    "compareWith",
    "uiReports",
    "disableModuleConcatenation",
];
/// Packages that make size-limit bundle what a path names.
const BUNDLERS: [&str; 5] = [
    "@size-limit/webpack",
    "@size-limit/esbuild",
    "@size-limit/rolldown",
    "@size-limit/preset-big-lib",
    "@size-limit/preset-small-lib",
];
const UNITS: &str = "write a number and a unit: \"10 kB\" is 10,000 bytes, \"10 KiB\" 10,240; also B, MB, MiB, GB, GiB";

/// A list of objects with `limit` or a relative `path`, or a package.json with `size-limit`.
pub fn is_it(_: &Document<'_>, root: &Node) -> bool {
    let Value::List(list) = &root.value else { return root.peek(SECTION).is_some() };
    let is_check = |node: &Node| match node.peek("path").map(|path| &path.value) {
        Some(Value::Text(path)) => !path.starts_with('/') && node.peek("maxSize").is_none(),
        Some(Value::List(_)) => true,
        _ => false,
    };
    list.iter().any(|node| node.peek("limit").is_some()) || list.iter().any(is_check)
}

/// The limits of the checks; those that size-limit bundles, runs or times for are a problem each.
pub fn limits(document: &Document<'_>, root: &Node) -> Result<Noted<Vec<Limit>>, Diagnostic> {
    let (list, what) = match root.peek(SECTION) {
        Some(section) => (section, SECTION.to_string()),
        None => (root, "checks".to_string()),
    };
    let checks = document.list(list, &format!("{what:?}"))?;
    if checks.is_empty() {
        let problem = document.refuse(list, "size-limit has nothing to check");
        return Err(problem.hint(r#"a check looks like {"path": "dist/*.js", "limit": "10 kB"}"#));
    }
    let mut found = Noted::clean(Vec::new());
    let bundler = bundler(root);
    for (index, node) in checks.iter().enumerate() {
        let check = Check { document, what: format!("{what}[{index}]"), bundler };
        found.value.extend(check.limit(node, &mut found.problems)?);
    }
    Ok(found)
}

/// The plugin that bundles, if this is a package.json that has one.
fn bundler(root: &Node) -> Option<&'static str> {
    let fields = ["dependencies", "devDependencies", "optionalDependencies"];
    let has = |name: &&str| fields.iter().any(|field| root.peek(field).is_some_and(|it| it.peek(name).is_some()));
    BUNDLERS.into_iter().find(has)
}

struct Check<'a> {
    document: &'a Document<'a>,
    /// The check, in messages.
    what: String,
    bundler: Option<&'static str>,
}

impl Check<'_> {
    /// `None`: it says nothing of built files, and a problem says why.
    fn limit(&self, node: &Node, problems: &mut Vec<Diagnostic>) -> Result<Option<Limit>, Diagnostic> {
        let object = self.document.object(node, &self.what, &KEYS)?;
        let name = object.get("name").map(|name| self.document.text(name, &self.sub("name"))).transpose()?;
        let size = self.size(object)?;
        let max = self.max(object, problems)?;
        let unbundled = self.is_unbundled(object)?;
        if max == Max::Time || (!unbundled && self.needs_bundle(object, problems)) {
            return Ok(None);
        }
        let Some(files) = self.files(object, problems)? else { return Ok(None) };
        if !unbundled && let Some(bundler) = self.bundler {
            let message = format!("{} is checked as it was built, where size-limit bundles it once more", self.what);
            let hint = "the numbers differ by what that adds; \"webpack\": false or \"disablePlugins\" ends it";
            problems.push(self.unsupported(node, message).note(format!("because of {bundler}")).hint(hint));
        }
        Ok(Some(Limit {
            name: name.map(str::to_string),
            measure: Measure::Total { files, types: every_kind(), count: Count::Bytes },
            size,
            max: if let Max::Bytes(most) = max { Some(Bound::Absolute(most)) } else { None },
            warn: None,
            min: None,
            min_warn: None,
            ratchet: false,
            place: self.document.place(node),
            folder: None,
        }))
    }

    fn sub(&self, key: &str) -> String {
        format!("{}.{key}", self.what)
    }

    fn unsupported(&self, node: &Node, message: String) -> Diagnostic {
        Diagnostic::warning("budget-unsupported", message).at(self.document.place(node))
    }

    fn flag(&self, object: Object<'_>, key: &str) -> Result<Option<bool>, Diagnostic> {
        object.get(key).map(|node| self.document.bool(node, &self.sub(key))).transpose()
    }

    fn size(&self, object: Object<'_>) -> Result<SizeOf, Diagnostic> {
        Ok(match (self.flag(object, "gzip")?, self.flag(object, "brotli")?) {
            (Some(true), _) => SizeOf::Gzip,
            (_, Some(false)) => SizeOf::Raw,
            _ => SizeOf::Brotli,
        })
    }

    fn max(&self, object: Object<'_>, problems: &mut Vec<Diagnostic>) -> Result<Max, Diagnostic> {
        let Some(node) = object.get("limit") else { return Ok(Max::None) };
        let what = self.sub("limit");
        let text = match &node.value {
            Value::Number(_) => {
                let most = self.document.number(node, &what).map_err(|problem| problem.hint(UNITS))?;
                if most == 0.0 {
                    let message = format!("{what} is 0, which size-limit takes for no limit");
                    problems.push(self.unsupported(node, message).hint("write \"0 B\" if nothing is allowed"));
                    return Ok(Max::None);
                }
                return Ok(Max::Bytes(most.floor() as u64));
            }
            Value::Text(text) if text.is_empty() => return Ok(Max::None),
            Value::Text(text) => text,
            _ => return Err(self.document.refuse(node, format!("{what} is {}", node.kind())).hint(UNITS)),
        };
        if text.contains(['s', 'S']) {
            let message = format!("{what} is {text:?}: times are not checked, because no browser runs the files here");
            let hint = "limit their size: at size-limit's slow 3G, 50 KiB load in a second";
            problems.push(self.unsupported(node, message).hint(hint));
            return Ok(Max::Time);
        }
        let bytes =
            bytes(text).map_err(|why| self.document.refuse(node, format!("{what} is {text:?}: {why}")).hint(UNITS));
        bytes.map(Max::Bytes)
    }

    /// The check says itself that files are measured as they are.
    fn is_unbundled(&self, object: Object<'_>) -> Result<bool, Diagnostic> {
        if self.flag(object, "webpack")? == Some(false) || self.flag(object, "rolldown")? == Some(false) {
            return Ok(true);
        }
        let Some(node) = object.get("disablePlugins") else { return Ok(false) };
        let what = self.sub("disablePlugins");
        let names: Vec<&str> = self
            .document
            .list(node, &what)?
            .iter()
            .map(|name| self.document.text(name, &what))
            .collect::<Result<_, _>>()?;
        Ok(names.iter().any(|name| BUNDLERS.contains(name)))
    }

    fn needs_bundle(&self, object: Object<'_>, problems: &mut Vec<Diagnostic>) -> bool {
        let Some((key, node, why)) = BUNDLING.iter().find_map(|(key, why)| Some((key, object.get(key)?, why))) else {
            return false;
        };
        let message = format!("{} is not checked: with {key:?} size-limit {why}, which no built file is", self.what);
        let hint = "limit the built files: leave it out and let \"path\" name them, or keep size-limit for this one";
        problems.push(self.unsupported(node, message).hint(hint));
        true
    }

    fn files(&self, object: Object<'_>, problems: &mut Vec<Diagnostic>) -> Result<Option<Names>, Diagnostic> {
        let what = self.sub("path");
        let Some(node) = object.get("path") else {
            let message = format!("{} is not checked: without \"path\" it is about the package's main file", self.what);
            problems
                .push(self.unsupported(object.node, message).hint("write the built files: \"path\": \"dist/*.js\""));
            return Ok(None);
        };
        let patterns = match &node.value {
            Value::Text(text) => vec![text.as_str()],
            Value::List(list) => list.iter().map(|node| self.document.text(node, &what)).collect::<Result<_, _>>()?,
            _ => {
                let problem = self.document.refuse(node, format!("{what} is {}", node.shown()));
                return Err(problem.hint("write a path or a pattern such as \"dist/*.js\", or a list of them"));
            }
        };
        if patterns.iter().all(|pattern| pattern.is_empty() || pattern.starts_with('!')) {
            let problem = self.document.refuse(node, format!("{what} names no files"));
            return Err(problem.hint("write a pattern that does not begin with !"));
        }
        if let Some((pattern, why)) = patterns.iter().find_map(|pattern| Some((pattern, unknown_syntax(pattern)?))) {
            let message = format!("{} is not checked: {why} in {pattern:?} is not understood here", self.what);
            problems.push(self.unsupported(node, message).hint("write it with *, ?, [ab], {a,b} and **, or as a list"));
            return Ok(None);
        }
        // What names a folder is all that is below it.
        let patterns: Vec<&str> = patterns.iter().map(|pattern| pattern.trim_end_matches('/')).collect();
        let below: Vec<String> = patterns.iter().map(|pattern| format!("{pattern}/**")).collect();
        let all = patterns.iter().copied().chain(below.iter().map(String::as_str));
        let names = Names::of(all, true).map_err(|why| {
            self.document.refuse(node, format!("{what} is no pattern: {why}")).hint("a [ has a ] after it, and a { a }")
        })?;
        if let Some(pattern) = patterns.iter().find(|pattern| takes_copies(pattern, &names)) {
            let message =
                format!("{} counts no copies made for servers (.br, .gz, .zst), where size-limit does", self.what);
            let problem = self.unsupported(node, message).note(format!("because {pattern:?} is their name too"));
            problems.push(
                problem.hint("write which files are meant, such as \"dist/**/*.js\", or add \"!**/*.{br,gz,zst}\""),
            );
        }
        Ok(Some(Names { written: patterns.join(", "), ..names }.based(Base::BudgetFile)))
    }
}

/// Whether compressed copies of what a pattern names have names of the pattern too.
fn takes_copies(pattern: &str, names: &Names) -> bool {
    let (folder, last) = pattern.rsplit_once('/').map_or(("", pattern), |(folder, last)| (folder, last));
    let is_folder = !last.contains(['.', '*']);
    if !(is_folder || last.ends_with('*')) {
        return false;
    }
    let [folder, last] = [folder, last].map(|part| part.trim_start_matches("./").replace('*', "a"));
    let copy = format!("{folder}/{last}{}a.js.br", if is_folder { "/" } else { "" });
    names.has(copy.trim_start_matches(['.', '/']))
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Max {
    None,
    Bytes(u64),
    Time,
}

/// What size-limit reads a size as, fractions of bytes cut off; or why it cannot.
fn bytes(text: &str) -> Result<u64, String> {
    if text.starts_with('-') {
        return Err("a size is not below 0".into());
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let at = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, unit) = (&unsigned[..at], unsigned[at..].trim_start_matches(' '));
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && !number.ends_with('.');
    let number: f64 = number.parse().ok().filter(|_| is_number).ok_or("it does not begin with a number")?;
    let factor = factor(unit).ok_or_else(|| format!("there is no unit {unit:?}"))?;
    let bytes = (number * factor).floor();
    if bytes >= MOST { Err("that is beyond 2^53 bytes".into()) } else { Ok(bytes as u64) }
}

fn factor(unit: &str) -> Option<f64> {
    let unit = unit.to_ascii_lowercase();
    if unit.is_empty() {
        return Some(1.0);
    }
    let prefix = unit.strip_suffix('b')?;
    let (prefix, base) = match prefix.strip_suffix('i') {
        Some(prefix) => (prefix, 1024.0f64),
        None => (prefix, 1000.0),
    };
    let power = match prefix {
        "" => 0,
        _ => ["k", "m", "g", "t", "p", "e", "z", "y"].iter().position(|known| *known == prefix)? + 1,
    };
    Some(base.powi(power as i32))
}

/// What minimatch understands in a pattern and globs here do not.
pub fn unknown_syntax(pattern: &str) -> Option<&'static str> {
    let follows =
        |first: char, second: &str| pattern.match_indices(first).any(|(at, _)| pattern[at + 1..].starts_with(second));
    if ['@', '?', '+', '*', '!'].into_iter().any(|sign| follows(sign, "(")) {
        return Some("a group in ( )");
    }
    if follows('[', "[:") {
        return Some("a class in [: :]");
    }
    let inside = |(at, _): (usize, &str)| pattern[at..].split('}').next().is_some_and(|it| it.contains(".."));
    pattern.match_indices('{').any(inside).then_some("a range in { }")
}

/// Files of every kind: maps and what servers read too.
pub fn every_kind() -> Types {
    Types::of(&[
        FileKind::Document,
        FileKind::Script,
        FileKind::Stylesheet,
        FileKind::Image,
        FileKind::Font,
        FileKind::Media,
        FileKind::Map,
        FileKind::Data,
        FileKind::Server,
        FileKind::Other,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Noted<Vec<Limit>>, Diagnostic> {
        let document = Document { name: ".size-limit.json", text };
        let root = document.parse()?;
        limits(&document, &root)
    }

    fn problem(text: &str) -> Diagnostic {
        read(text).expect_err("is refused")
    }

    fn names(limit: &Limit) -> &Names {
        match &limit.measure {
            Measure::Total { files, .. } => files,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sizes_are_those_of_size_limit() {
        for (text, size) in [
            ("10 kB", 10_000),
            ("10KB", 10_000),
            ("10 kb", 10_000),
            ("10 KiB", 10_240),
            ("1.5 MB", 1_500_000),
            ("1 mib", 1 << 20),
            ("100 B", 100),
            ("100", 100),
            ("1.9 B", 1),
            ("+2 kB", 2000),
            ("1.005 kB", 1004),
            ("0 B", 0),
        ] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for bad in ["", "kB", "10 K", "1,5 kB", "-1 kB", " 1 kB", "1 kB ", "1e3 B", ".5 kB", "1. kB", "1 XB", "1 YB"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn checks_add_up_files() {
        let text = r#"[{"name": "app", "path": ["dist/*.js", "!dist/vendor.js"], "limit": "10 kB", "webpack": false},
            {"path": "./dist/app.css", "limit": "2 KiB", "gzip": true}, {"path": "dist", "limit": 500, "brotli": false},
            {"path": "dist/app.js"}]"#;
        let found = read(text).unwrap();
        assert_eq!(found.problems.len(), 1);
        let max: Vec<_> = found.value.iter().map(|limit| (limit.max, limit.size)).collect();
        let bytes = |most| Some(Bound::Absolute(most));
        assert_eq!(max[..2], [(bytes(10_000), SizeOf::Brotli), (bytes(2048), SizeOf::Gzip)]);
        assert_eq!(max[2..], [(bytes(500), SizeOf::Raw), (None, SizeOf::Brotli)]);
        let [app, sheet, folder] = [0, 1, 2].map(|at| names(&found.value[at]));
        assert!(app.has("dist/a.js") && !app.has("dist/vendor.js") && !app.has("dist/sub/a.js") && !app.has("a.js"));
        assert!(sheet.has("dist/app.css") && folder.has("dist/sub/a.js") && !folder.has("distant/a.js"));
        assert_eq!((app.written.as_str(), app.base), ("dist/*.js, !dist/vendor.js", Base::BudgetFile));
    }

    #[test]
    fn what_is_bundled_or_timed_is_said() {
        let text = r#"[{"path": "a.js", "import": "{ a }", "limit": "1 kB"}, {"path": "a.js", "limit": "500 ms"},
            {"path": "a.js", "limit": "1 s"}, {"path": "a.js", "ignore": ["react"], "limit": "1 kB"},
            {"limit": "1 kB"}, {"path": "dist/@(a|b).js", "limit": "1 kB"}, {"entry": "main", "limit": "1 kB"},
            {"path": "dist/{1..3}.js", "limit": "1 kB"}]"#;
        let found = read(text).unwrap();
        assert!(found.value.is_empty());
        assert_eq!(found.problems.len(), 8);
        assert!(found.problems.iter().all(|it| it.code == "budget-unsupported" && !it.is_error() && it.hint.is_some()));
        assert!(found.problems[0].message.contains("\"import\"") && found.problems[1].message.contains("500 ms"));
        let plain = r#"[{"path": "a.js", "import": "{ a }", "webpack": false, "limit": "1 kB"}]"#;
        assert!(read(plain).unwrap().problems.is_empty());
    }

    #[test]
    fn copies_for_servers_are_not_counted() {
        let problems = |path: &str| read(&format!(r#"[{{"path": {path}, "limit": "1 kB"}}]"#)).unwrap().problems.len();
        for path in [r#""dist""#, r#""dist/**""#, r#""./dist/*""#, r#""dist/app.*""#, r#"["dist", "!dist/a.js"]"#] {
            assert_eq!(problems(path), 1, "{path}");
        }
        for path in [r#""dist/*.js""#, r#""dist/app.js""#, r#"["dist", "!**/*.{br,gz}"]"#, r#""dist/**/*.{js,css}""#] {
            assert_eq!(problems(path), 0, "{path}");
        }
    }

    #[test]
    fn a_package_says_which_plugins_there_are() {
        let package = |plugin: &str, more: &str| {
            format!(
                r#"{{"name": "x", "size-limit": [{{"path": "a.js", "limit": "1 kB"{more}}}],
                "devDependencies": {{"{plugin}": "14"}}}}"#
            )
        };
        assert!(read(&package("@size-limit/file", "")).unwrap().problems.is_empty());
        let found = read(&package("@size-limit/preset-small-lib", "")).unwrap();
        assert_eq!((found.value.len(), found.problems.len()), (1, 1));
        let off = r#", "disablePlugins": ["@size-limit/esbuild"]"#;
        assert!(read(&package("@size-limit/esbuild", off)).unwrap().problems.is_empty());
    }

    #[test]
    fn mistakes_have_a_place_and_a_way_out() {
        let bad = problem("[{\"path\": \"a.js\",\n\"limits\": \"1 kB\"}]");
        assert_eq!((bad.hint.as_deref(), bad.location.unwrap().line), (Some("did you mean \"limit\"?"), 2));
        assert!(problem("[]").hint.unwrap().contains("limit"));
        assert!(problem(r#"[{"path": 1}]"#).hint.unwrap().contains("pattern"));
        assert!(problem(r#"[{"path": "!a"}]"#).hint.unwrap().contains('!'));
        assert!(problem(r#"[{"path": "a[", "limit": "1 kB"}]"#).message.contains("no pattern"));
        assert!(problem(r#"[{"path": "a", "limit": "1 XB"}]"#).hint.unwrap().contains("KiB"));
        assert!(problem(r#"[{"path": "a", "limit": -1}]"#).message.contains("below 0"));
        assert!(problem(r#"[{"path": "a", "limit": "9 YB"}]"#).message.contains("2^53"));
        assert!(problem(r#"[{"path": "a", "gzip": "yes"}]"#).message.contains("true or false"));
        assert!(problem(r#"[{"files": "a", "limit": "1 B"}]"#).hint.unwrap().contains("path"));
        assert!(problem(r#"{"size-limit": {"limit": "1 kB"}}"#).message.contains("must be a list"));
    }

    #[test]
    fn is_told_from_other_lists() {
        let is = |text: &str| {
            let document = Document { name: "b.json", text };
            is_it(&document, &document.parse().unwrap())
        };
        assert!(
            is(r#"[{"path": "a.js", "limit": "1 kB"}]"#) && is(r#"{"size-limit": []}"#) && is(r#"[{"path": ["a"]}]"#)
        );
        assert!(!is("[]") && !is("{}") && !is(r#"[{"path": "/"}]"#) && !is(r#"[{"type": "initial"}]"#));
    }
}

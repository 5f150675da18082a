//! Angular's budgets: those of an angular.json, or a bare list of them.
//!
//! As its application builder has it since version 19.1: raw bytes of scripts and style sheets without source maps, kb is
//! 1000 bytes, exactly the limit passes on both sides. `initial` is what the page loads at once. A percentage is of the
//! budget's own `baseline`; with a baseline every other size is a distance from it too.

use super::json::{Document, MOST, Node, Object, Value};
use super::{Bound, Count, Limit, Measure, Names, Pages, Types};
use crate::diag::{Diagnostic, Noted};
use crate::model::{FileKind, SizeOf};

const TYPES: [&str; 7] = ["initial", "bundle", "all", "allScript", "any", "anyScript", "anyComponentStyle"];
const THRESHOLDS: [&str; 6] = ["maximumWarning", "maximumError", "minimumWarning", "minimumError", "warning", "error"];
const UNITS: &str = "write a number and a unit: \"500kb\" is 500,000 bytes; also b, mb, gb, or % of \"baseline\"";

/// An angular.json whose projects have budgets, or a list of objects with a type or a threshold.
pub fn is_it(_: &Document<'_>, root: &Node) -> bool {
    match &root.value {
        Value::List(list) => list.iter().any(|node| {
            let has = |key: &str| node.peek(key).is_some();
            TYPES.iter().any(|word| is_text(node.peek("type"), word))
                || (has("type") && THRESHOLDS.iter().any(|key| has(key)))
        }),
        _ => !projects(root).is_empty(),
    }
}

/// The limits of the budgets; what is there only inside of Angular's compiler is a problem each.
pub fn limits(document: &Document<'_>, root: &Node) -> Result<Noted<Vec<Limit>>, Diagnostic> {
    let list = match &root.value {
        Value::List(_) => root,
        _ => only_project(document, root)?,
    };
    let mut found = Noted::clean(Vec::new());
    for (index, node) in document.list(list, "\"budgets\"")?.iter().enumerate() {
        let budget = Budget { document, what: format!("budgets[{index}]") };
        found.value.extend(budget.limit(node, &mut found.problems)?);
    }
    Ok(found)
}

fn is_text(node: Option<&Node>, text: &str) -> bool {
    matches!(node.map(|node| &node.value), Some(Value::Text(written)) if written == text)
}

/// Projects with budgets, and the lists that may hold for each: one, unless that cannot be told.
fn projects(root: &Node) -> Vec<(&str, Vec<&Node>)> {
    let Some(Value::Object(projects)) = root.peek("projects").map(|node| &node.value) else { return Vec::new() };
    let found = projects.iter().map(|project| (project.key.as_str(), budgets_of(&project.value)));
    found.filter(|project| !project.1.is_empty()).collect()
}

/// The budgets of configuration `production`, else those of the options, else of every other configuration.
fn budgets_of(project: &Node) -> Vec<&Node> {
    let targets = project.peek("architect").or_else(|| project.peek("targets"));
    let Some(build) = targets.and_then(|targets| targets.peek("build")) else { return Vec::new() };
    let configurations = build.peek("configurations");
    let production = configurations.and_then(|all| all.peek("production")).and_then(|it| it.peek("budgets"));
    let options = build.peek("options").and_then(|options| options.peek("budgets"));
    match (production.or(options), configurations.map(|all| &all.value)) {
        (Some(list), _) => vec![list],
        (None, Some(Value::Object(all))) => all.iter().filter_map(|one| one.value.peek("budgets")).collect(),
        (None, _) => Vec::new(),
    }
}

fn only_project<'n>(document: &Document<'_>, root: &'n Node) -> Result<&'n Node, Diagnostic> {
    let projects = projects(root);
    let bare = "write the budgets that hold for this build into a file of their own: \
        [{\"type\": \"initial\", \"maximumError\": \"1mb\"}]";
    match projects.as_slice() {
        [] => Err(document.refuse(root, "no project has budgets").hint(bare)),
        [(_, lists)] if lists.len() == 1 => Ok(lists[0]),
        [(name, lists)] => {
            let message = format!("project {name:?} has budgets in {} configurations", lists.len());
            Err(document.refuse(lists[0], message).note("none of them is production").hint(bare))
        }
        [_, (_, lists), ..] => {
            let names: Vec<String> = projects.iter().map(|project| format!("{:?}", project.0)).collect();
            let message = format!("{} projects have budgets: {}", names.len(), names.join(", "));
            Err(document.refuse(lists[0], message).hint(bare))
        }
    }
}

/// What a budget allows, in bytes that need not be whole.
#[derive(Default)]
struct Thresholds {
    max: Option<f64>,
    warn: Option<f64>,
    min: Option<f64>,
    min_warn: Option<f64>,
}

impl Thresholds {
    /// Of several maximums the lowest counts, of several minimums the highest.
    fn add(&mut self, is_error: bool, is_max: bool, bytes: f64) {
        let (place, of): (_, fn(f64, f64) -> f64) = match (is_error, is_max) {
            (true, true) => (&mut self.max, f64::min),
            (false, true) => (&mut self.warn, f64::min),
            (true, false) => (&mut self.min, f64::max),
            (false, false) => (&mut self.min_warn, f64::max),
        };
        *place = Some(place.map_or(bytes, |other| of(other, bytes)));
    }
}

struct Budget<'a> {
    document: &'a Document<'a>,
    /// The budget, in messages.
    what: String,
}

impl Budget<'_> {
    /// `None`: there is nothing to check, and a problem says why.
    fn limit(&self, node: &Node, problems: &mut Vec<Diagnostic>) -> Result<Option<Limit>, Diagnostic> {
        let known: Vec<&str> = ["type", "name", "baseline"].iter().chain(&THRESHOLDS).copied().collect();
        let object = self.document.object(node, &self.what, &known)?;
        let Some(word) = object.get("type") else {
            let problem = self.document.refuse(node, format!("{} has no \"type\"", self.what));
            return Err(problem.hint(format!("write one of: {}", TYPES.join(", "))));
        };
        let word = self.document.word(word, &self.sub("type"), &TYPES)?;
        let name = object.get("name").map(|name| self.document.text(name, &self.sub("name"))).transpose()?;
        let Thresholds { max, warn, min, min_warn } = self.thresholds(object)?;
        if [max, warn, min, min_warn].iter().all(Option::is_none) {
            let message = format!("{} limits nothing, and Angular checks nothing", self.what);
            let hint = "write how much is allowed, as in \"maximumError\": \"1mb\"";
            problems.push(self.unsupported(node, message).hint(hint));
            return Ok(None);
        }
        let Some(measure) = self.measure(node, word, name, problems)? else { return Ok(None) };
        // Sizes are whole: what is above a fraction is above what is below it.
        let most = |bytes: f64| Bound::Absolute(bytes.floor() as u64);
        let least = |bytes: f64| Some(bytes.ceil() as u64).filter(|_| bytes > 0.0);
        Ok(Some(Limit {
            name: None,
            measure,
            size: SizeOf::Raw,
            max: max.map(most),
            warn: warn.map(most),
            min: min.and_then(least),
            min_warn: min_warn.and_then(least),
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

    fn measure(
        &self,
        node: &Node,
        word: &str,
        name: Option<&str>,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<Option<Measure>, Diagnostic> {
        let scripts = || Types::of(&[FileKind::Script]);
        let both = || Types::of(&[FileKind::Script, FileKind::Stylesheet]);
        let (files, count) = (Names::all(), Count::Bytes);
        Ok(Some(match (word, name) {
            ("initial", _) => Measure::InitialLoad { pages: Pages::all(), types: both(), count },
            ("all", _) => Measure::Total { files, types: both(), count },
            ("allScript", _) => Measure::Total { files, types: scripts(), count },
            ("any", _) => Measure::EachFile { files, types: both() },
            ("anyScript", _) => Measure::EachFile { files, types: scripts() },
            ("bundle", Some(name)) if !name.is_empty() => {
                Measure::Total { files: self.bundle(node, name)?, types: both(), count }
            }
            ("bundle", _) => {
                let message = format!("{} is of a bundle without a name, and Angular checks nothing", self.what);
                problems.push(self.unsupported(node, message).hint("write which: \"name\": \"main\""));
                return Ok(None);
            }
            _ => {
                let message = format!(
                    "{} is not checked: styles of components are inside of scripts when they are built, and only \
                     Angular's compiler sees them",
                    self.what
                );
                let hint = "limit the scripts that they are in: {\"type\": \"anyScript\", \"maximumError\": \"200kb\"}";
                problems.push(self.unsupported(node, message).hint(hint));
                return Ok(None);
            }
        }))
    }

    /// Files of this name without their hash, in any folder.
    fn bundle(&self, node: &Node, name: &str) -> Result<Names, Diagnostic> {
        let mut literal = String::new();
        for letter in name.chars() {
            match letter {
                '*' | '?' | '[' | ']' | '{' | '}' => literal.extend(['[', letter, ']']),
                _ => literal.push(letter),
            }
        }
        let patterns = ["js", "css"].map(|ending| format!("**/{literal}.{ending}"));
        let names = Names::of(patterns.iter().map(String::as_str), true).map_err(|why| {
            self.document.refuse(node, format!("{} is {name:?}, which names no file: {why}", self.sub("name")))
        })?;
        Ok(Names { written: name.to_string(), ..names })
    }

    fn thresholds(&self, object: Object<'_>) -> Result<Thresholds, Diagnostic> {
        let baseline = match self.given(object, "baseline")? {
            Some(("", _)) | None => 0.0,
            Some((text, node)) => match self.size(node, "baseline", text)? {
                Size::Bytes(bytes) => bytes,
                Size::Percent(_) => {
                    let problem = self.document.refuse(node, format!("{} is {text:?}", self.sub("baseline")));
                    return Err(problem.hint("a baseline is a size, such as \"500kb\""));
                }
            },
        };
        let mut out = Thresholds::default();
        for key in THRESHOLDS {
            let Some((text, node)) = self.given(object, key)?.filter(|given| !given.0.is_empty()) else { continue };
            let bytes = match self.size(node, key, text)? {
                Size::Bytes(bytes) => bytes,
                Size::Percent(percent) if baseline > 0.0 => baseline * percent / 100.0,
                Size::Percent(_) => {
                    let message = format!("{} is {text:?}, and there is no \"baseline\"", self.sub(key));
                    return Err(self.document.refuse(node, message).hint("write one: \"baseline\": \"500kb\""));
                }
            };
            if baseline + bytes >= MOST {
                return Err(self.document.refuse(node, format!("{} is beyond 2^53 bytes", self.sub(key))).hint(UNITS));
            }
            let is_error = key.ends_with("rror");
            // A baseline of 0 is none.
            let least = if baseline > 0.0 { baseline - bytes } else { bytes };
            if !key.starts_with("min") {
                out.add(is_error, true, baseline + bytes);
            }
            if !key.starts_with("max") {
                out.add(is_error, false, least);
            }
        }
        Ok(out)
    }

    fn given<'n>(&self, object: Object<'n>, key: &str) -> Result<Option<(&'n str, &'n Node)>, Diagnostic> {
        let Some(node) = object.get(key) else { return Ok(None) };
        let text = self.document.text(node, &self.sub(key)).map_err(|problem| match &node.value {
            Value::Number(written) => problem.hint(format!("write \"{written}b\" for bytes, or \"{written}kb\"")),
            _ => problem.hint(UNITS),
        })?;
        Ok(Some((text, node)))
    }

    fn size(&self, node: &Node, key: &str, text: &str) -> Result<Size, Diagnostic> {
        size(text)
            .map_err(|why| self.document.refuse(node, format!("{} is {text:?}: {why}", self.sub(key))).hint(UNITS))
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Size {
    Bytes(f64),
    Percent(f64),
}

fn size(text: &str) -> Result<Size, String> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err("a size is not below 0".into());
    }
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..at], text[at..].trim_start_matches([' ', '\t']));
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && !number.ends_with('.');
    let number: f64 = number.parse().ok().filter(|_| is_number).ok_or("it does not begin with a number")?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "%" => return Ok(Size::Percent(number)),
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        _ => return Err(format!("there is no unit {unit:?}")),
    };
    if number * factor >= MOST { Err("that is beyond 2^53 bytes".into()) } else { Ok(Size::Bytes(number * factor)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Noted<Vec<Limit>>, Diagnostic> {
        let document = Document { name: "angular.json", text };
        let root = document.parse()?;
        limits(&document, &root)
    }

    fn problem(text: &str) -> Diagnostic {
        read(text).expect_err("is refused")
    }

    /// (max, warn, min, min_warn) of the only budget.
    fn bounds(budget: &str) -> [Option<u64>; 4] {
        let found = read(&format!("[{{\"type\": \"all\", {budget}}}]")).unwrap();
        let of = |bound: Option<Bound>| match bound {
            Some(Bound::Absolute(bytes)) => Some(bytes),
            _ => None,
        };
        let limit = &found.value[0];
        [of(limit.max), of(limit.warn), limit.min, limit.min_warn]
    }

    #[test]
    fn sizes_are_decimal() {
        for (text, bytes) in
            [("500kb", 5e5), ("1 MB", 1e6), ("1.5\tkB", 1500.0), (" 2gb ", 2e9), ("7", 7.0), ("7 B", 7.0), ("0.5", 0.5)]
        {
            assert_eq!(size(text), Ok(Size::Bytes(bytes)), "{text}");
        }
        assert_eq!(size("10 %"), Ok(Size::Percent(10.0)));
        for bad in ["", "kb", "-1kb", "+1kb", "1kib", "1 tb", ".5kb", "1.kb", "1e3", "9007200gb"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn thresholds_are_those_of_angular() {
        assert_eq!(
            bounds(r#""maximumWarning": "5kb", "maximumError": "1mb""#),
            [Some(1_000_000), Some(5000), None, None]
        );
        assert_eq!(bounds(r#""minimumWarning": "1.5b", "minimumError": "1b""#), [None, None, Some(1), Some(2)]);
        // Without a baseline both sides are the size itself.
        assert_eq!(bounds(r#""error": "5kb""#), [Some(5000), None, Some(5000), None]);
        assert_eq!(bounds(r#""baseline": "1mb", "warning": "10%""#), [None, Some(1_100_000), None, Some(900_000)]);
        assert_eq!(bounds(r#""baseline": "1mb", "maximumError": "100kb""#), [Some(1_100_000), None, None, None]);
        assert_eq!(bounds(r#""baseline": "1mb", "error": "200%""#), [Some(3_000_000), None, None, None]);
        assert_eq!(bounds(r#""baseline": "0kb", "error": "1kb""#), [Some(1000), None, Some(1000), None]);
        let two = bounds(r#""baseline": "1kb", "error": "1kb", "maximumError": "2kb", "minimumError": "0.5kb""#);
        assert_eq!(two, [Some(2000), None, Some(500), None]);
    }

    #[test]
    fn types_are_measures() {
        let of = |budget: &str| {
            let found = read(&format!("[{{{budget}, \"maximumError\": \"1kb\"}}]")).unwrap();
            let measure = found.value.into_iter().next().map(|limit| limit.measure);
            (measure, found.problems.len())
        };
        let both = Types::of(&[FileKind::Script, FileKind::Stylesheet]);
        let initial = of(r#""type": "initial""#);
        assert!(
            matches!(&initial.0, Some(Measure::InitialLoad { pages, types, .. }) if pages.is_all() && *types == both)
        );
        assert!(
            matches!(of(r#""type": "all""#).0, Some(Measure::Total { files, types, .. }) if files.is_all() && types == both)
        );
        let scripts = Types::of(&[FileKind::Script]);
        assert!(matches!(of(r#""type": "allScript""#).0, Some(Measure::Total { types, .. }) if types == scripts));
        assert!(matches!(of(r#""type": "any""#).0, Some(Measure::EachFile { types, .. }) if types == both));
        assert!(matches!(of(r#""type": "anyScript""#).0, Some(Measure::EachFile { types, .. }) if types == scripts));
        let Some(Measure::Total { files, .. }) = of(r#""type": "bundle", "name": "main""#).0 else { panic!("a total") };
        assert!(
            files.has("main.js") && files.has("assets/main.css") && !files.has("main.map") && !files.has("domain.js")
        );
        let Some(Measure::Total { files, .. }) = of(r#""type": "bundle", "name": "a[1]""#).0 else { panic!("a total") };
        assert!(files.has("a[1].js") && !files.has("a1.js"));
        for silent in [r#""type": "bundle""#, r#""type": "anyComponentStyle""#] {
            assert!(matches!(of(silent), (None, 1)), "{silent}");
        }
        assert_eq!(read(r#"[{"type": "all"}]"#).unwrap().problems.len(), 1);
    }

    #[test]
    fn production_comes_before_options() {
        let list = |most: &str| format!(r#"{{"budgets": [{{"type": "all", "maximumError": "{most}"}}]}}"#);
        let most = |text: &str| read(text).unwrap().value[0].max;
        let build = |inside: &str| format!(r#"{{"projects": {{"app": {{"architect": {{"build": {{{inside}}}}}}}}}}}"#);
        let (one, two) = (list("1b"), list("2b"));
        let text = build(&format!(r#""options": {one}, "configurations": {{"production": {two}}}"#));
        assert_eq!(most(&text), Some(Bound::Absolute(2)));
        assert_eq!(most(&build(&format!(r#""options": {one}"#))), Some(Bound::Absolute(1)));
        let text = build(&format!(r#""options": {{}}, "configurations": {{"development": {{}}, "staging": {two}}}"#));
        assert_eq!(most(&text), Some(Bound::Absolute(2)));
        let text = build(&format!(r#""configurations": {{"a": {one}, "b": {two}}}"#));
        assert!(problem(&text).message.contains("2 configurations"));
        let project = |name: &str| format!(r#""{name}": {{"targets": {{"build": {{"options": {one}}}}}}}"#);
        let bad = problem(&format!(r#"{{"projects": {{{}, {}, "lib": {{}}}}}}"#, project("app"), project("admin")));
        assert!(bad.message.contains("\"app\", \"admin\"") && bad.hint.is_some());
        assert_eq!(most(&format!(r#"{{"projects": {{{}, "lib": {{}}}}}}"#, project("app"))), Some(Bound::Absolute(1)));
    }

    #[test]
    fn mistakes_have_a_place_and_a_way_out() {
        let bad = problem("[{\"type\": \"all\",\n\"maxError\": \"1kb\"}]");
        assert_eq!(bad.location.unwrap().line, 2);
        assert!(bad.hint.unwrap().contains("maximumError"));
        assert!(problem(r#"[{"maximumError": "1kb"}]"#).hint.unwrap().contains("initial"));
        assert!(problem(r#"[{"type": "al", "maximumError": "1kb"}]"#).hint.unwrap().contains("\"all\""));
        assert!(problem(r#"[{"type": "all", "maximumError": 500}]"#).hint.unwrap().contains("500kb"));
        assert!(problem(r#"[{"type": "all", "maximumError": "1kib"}]"#).hint.unwrap().contains("500kb"));
        assert!(problem(r#"[{"type": "all", "maximumError": "-1kb"}]"#).message.contains("below 0"));
        assert!(problem(r#"[{"type": "all", "maximumError": "10%"}]"#).hint.unwrap().contains("baseline"));
        assert!(problem(r#"[{"type": "all", "baseline": "10%", "error": "1kb"}]"#).hint.unwrap().contains("500kb"));
        assert!(problem(r#"{"projects": {}}"#).message.contains("no project"));
    }

    #[test]
    fn is_told_from_other_files() {
        let is = |text: &str| {
            let document = Document { name: "b.json", text };
            is_it(&document, &document.parse().unwrap())
        };
        assert!(is(r#"[{"type": "initial"}]"#) && is(r#"[{"type": "inital", "maximumError": "1mb"}]"#));
        assert!(!is("[]") && !is("{}") && !is(r#"[{"path": "/"}]"#) && !is(r#"{"projects": {"a": {}}}"#));
        assert!(is(r#"{"projects": {"a": {"architect": {"build": {"options": {"budgets": []}}}}}}"#));
    }
}

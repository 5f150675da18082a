//! Lighthouse's budget.json, as version 11 takes it (`--budget-path`; version 12 has no budgets any more).
//!
//! Sizes are KiB as transferred, and exactly the limit passes. Of all budgets whose path a page has, the last one holds,
//! whatever it limits. Paths are those of a robots.txt. What only a browser sees is not here: response headers, which
//! Lighthouse adds to every transfer, requests that scripts make, and times.

use super::json::{Document, MOST, Node, Object, Value};
use super::{Bound, Count, Limit, Measure, Pages, Types};
use crate::diag::{Diagnostic, Noted};
use crate::model::{FileKind, SizeOf};

const KEYS: [&str; 5] = ["path", "options", "resourceSizes", "resourceCounts", "timings"];
const THIRD_PARTY: &str = "third-party";
const RESOURCES: [&str; 9] =
    ["total", "document", "script", "stylesheet", "image", "media", "font", "other", THIRD_PARTY];
const METRICS: [&str; 8] = [
    "first-contentful-paint",
    "interactive",
    "first-meaningful-paint",
    "max-potential-fid",
    "total-blocking-time",
    "speed-index",
    "largest-contentful-paint",
    "cumulative-layout-shift",
];

/// A list of objects, one of which has what no other format has; or all have nothing but a path from `/`.
pub fn is_it(_: &Document<'_>, root: &Node) -> bool {
    let Value::List(list) = &root.value else { return false };
    let is_bare = |node: &Node| match (&node.value, node.peek("path").map(|path| &path.value)) {
        (Value::Object(properties), Some(Value::Text(path))) => properties.len() == 1 && path.starts_with('/'),
        _ => false,
    };
    list.iter().any(|node| KEYS[1..].iter().any(|key| node.peek(key).is_some()))
        || (!list.is_empty() && list.iter().all(is_bare))
}

/// The limits of a budget.json; what a build cannot tell is a problem each.
pub fn limits(document: &Document<'_>, root: &Node) -> Result<Noted<Vec<Limit>>, Diagnostic> {
    let list = document.list(root, "the list of budgets")?;
    let path = |(index, node): (usize, &Node)| path_of(document, node, &format!("budgets[{index}]"));
    let paths = list.iter().enumerate().map(path).collect::<Result<Vec<String>, _>>()?;
    let mut found = Noted::clean(Vec::new());
    for (index, node) in list.iter().enumerate() {
        let pages = Pages::Robots { path: paths[index].clone(), later: paths[index + 1..].to_vec() };
        let mut budget = Budget { document, what: format!("budgets[{index}]"), pages, found: &mut found };
        budget.read(node)?;
    }
    Ok(found)
}

/// The path of a budget, `/` if it has none.
fn path_of(document: &Document<'_>, node: &Node, what: &str) -> Result<String, Diagnostic> {
    let object = document.object(node, what, &KEYS)?;
    let Some(node) = object.get("path") else { return Ok("/".into()) };
    let path = document.text(node, &format!("{what}.path"))?;
    let wrong = if !path.starts_with('/') {
        "it must begin with /"
    } else if path.matches('*').count() > 1 {
        "it may have one * only"
    } else if path.matches('$').count() > 1 || path.find('$').is_some_and(|at| at + 1 < path.len()) {
        "it may have one $, at its end"
    } else {
        return Ok(path.to_string());
    };
    let problem = document.refuse(node, format!("{what}.path is {path:?}: {wrong}"));
    Err(problem
        .hint("paths are as in a robots.txt: \"/blog\" is all that begins with it, \"/*.html$\" all that ends so"))
}

struct Budget<'a, 'd> {
    document: &'a Document<'d>,
    /// The budget, in messages.
    what: String,
    pages: Pages,
    found: &'a mut Noted<Vec<Limit>>,
}

impl Budget<'_, '_> {
    fn read(&mut self, node: &Node) -> Result<(), Diagnostic> {
        let object = self.document.object(node, &self.what, &KEYS)?;
        let hosts = self.hosts(object)?;
        for (key, count) in [("resourceSizes", Count::Bytes), ("resourceCounts", Count::Requests)] {
            if let Some(list) = object.get(key) {
                self.resources(list, key, count, hosts)?;
            }
        }
        object.get("timings").map_or(Ok(()), |list| self.timings(list))
    }

    /// Whether the budget says which hosts are not third parties.
    fn hosts(&self, object: Object<'_>) -> Result<bool, Diagnostic> {
        let Some(options) = object.get("options") else { return Ok(false) };
        let what = format!("{}.options", self.what);
        let options = self.document.object(options, &what, &["firstPartyHostnames"])?;
        let Some(list) = options.get("firstPartyHostnames") else { return Ok(false) };
        let what = format!("{what}.firstPartyHostnames");
        for (index, node) in self.document.list(list, &what)?.iter().enumerate() {
            let host = self.document.text(node, &format!("{what}[{index}]"))?;
            let bare = host.strip_prefix("*.").unwrap_or(host);
            if host.is_empty() || bare.contains(['/', ':', '*']) {
                let problem = self.document.refuse(node, format!("{what}[{index}] is {host:?}, which is no host name"));
                return Err(problem.hint("write \"example.com\" or \"*.example.com\": no scheme, port or path"));
            }
        }
        Ok(true)
    }

    /// `resourceSizes` or `resourceCounts`.
    fn resources(&mut self, list: &Node, key: &str, count: Count, hosts: bool) -> Result<(), Diagnostic> {
        for (node, word, budget) in self.entries(list, key, "resourceType", &RESOURCES)? {
            if word == THIRD_PARTY {
                self.third_party(node, key, hosts);
                continue;
            }
            let most = if count == Count::Bytes { budget * 1024.0 } else { budget };
            if most >= MOST {
                let problem = self.document.refuse(node, format!("{}.{key} allows more than 2^53 bytes", self.what));
                return Err(problem.hint("sizes are in KiB"));
            }
            let measure = Measure::InitialLoad { pages: self.pages.clone(), types: types(word), count };
            self.found.value.push(Limit {
                name: None,
                measure,
                size: SizeOf::Transferred,
                // Sizes and counts are whole: a fraction above is never reached.
                max: Some(Bound::Absolute(most.floor() as u64)),
                warn: None,
                min: None,
                min_warn: None,
                ratchet: false,
                place: self.document.place(node),
                folder: None,
            });
        }
        Ok(())
    }

    fn third_party(&mut self, node: &Node, key: &str, hosts: bool) {
        let message = format!(
            "{}.{key}: third-party files are not checked, because a build does not know what other hosts send",
            self.what
        );
        let mut problem = self.unsupported(node, message).hint(
            "measure them with Lighthouse 11, or limit how many there are in a budget file of plimsoll's own: \
             {\"measure\": \"initial-load\", \"of\": \"requests\", \"types\": [\"third-party\"], \"max\": 5}",
        );
        if hosts {
            problem = problem.note("firstPartyHostnames says which hosts these are, and is of no use here either");
        }
        self.found.problems.push(problem);
    }

    fn timings(&mut self, list: &Node) -> Result<(), Diagnostic> {
        let entries = self.entries(list, "timings", "metric", &METRICS)?;
        let metrics: Vec<&str> = entries.iter().map(|entry| entry.1).collect();
        if metrics.is_empty() {
            return Ok(());
        }
        let message = format!(
            "{}.timings: {} {} not checked, because times are of a browser that loads the page",
            self.what,
            metrics.join(", "),
            if metrics.len() == 1 { "is" } else { "are" }
        );
        let problem =
            self.unsupported(list, message).hint("measure them with Lighthouse, as assertions of Lighthouse CI");
        self.found.problems.push(problem);
        Ok(())
    }

    /// The objects of a list, each with one of `words` under `key`, no word twice, and a number.
    fn entries<'n>(
        &self,
        list: &'n Node,
        list_key: &str,
        key: &str,
        words: &[&'static str],
    ) -> Result<Vec<(&'n Node, &'static str, f64)>, Diagnostic> {
        let mut out: Vec<(&Node, &str, f64)> = Vec::new();
        let list_what = format!("{}.{list_key}", self.what);
        for (index, node) in self.document.list(list, &list_what)?.iter().enumerate() {
            let what = format!("{list_what}[{index}]");
            let object = self.document.object(node, &what, &[key, "budget"])?;
            let need = |key: &str, hint: String| {
                object.get(key).ok_or_else(|| self.document.refuse(node, format!("{what} has no {key:?}")).hint(hint))
            };
            let word_node = need(key, format!("write one of: {}", words.join(", ")))?;
            let word = self.document.word(word_node, &format!("{what}.{key}"), words)?;
            let budget = need("budget", format!("write a number: {}", unit(list_key)))?;
            let budget = self
                .document
                .number(budget, &format!("{what}.budget"))
                .map_err(|problem| problem.hint(format!("write a number without a unit: {}", unit(list_key))))?;
            if out.iter().any(|entry| entry.1 == word) {
                let problem = self.document.refuse(word_node, format!("{list_what} has {word:?} twice"));
                return Err(problem.hint("leave one of them, or give the other budget a path of its own"));
            }
            out.push((node, word, budget));
        }
        Ok(out)
    }

    fn unsupported(&self, node: &Node, message: String) -> Diagnostic {
        Diagnostic::warning("budget-unsupported", message).at(self.document.place(node))
    }
}

fn unit(list: &str) -> &'static str {
    match list {
        "resourceSizes" => "sizes are in KiB",
        "resourceCounts" => "requests are counted",
        _ => "times are in milliseconds",
    }
}

/// The files of a resource type. Lighthouse has "other" for what is none of the kinds that it names.
fn types(resource: &str) -> Types {
    let kinds: &[FileKind] = match resource {
        "document" => &[FileKind::Document],
        "script" => &[FileKind::Script],
        "stylesheet" => &[FileKind::Stylesheet],
        "image" => &[FileKind::Image],
        "media" => &[FileKind::Media],
        "font" => &[FileKind::Font],
        "other" => &[FileKind::Data, FileKind::Other],
        _ => return Types::all(),
    };
    Types::of(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Noted<Vec<Limit>>, Diagnostic> {
        let document = Document { name: "budget.json", text };
        let root = document.parse()?;
        limits(&document, &root)
    }

    fn problem(text: &str) -> Diagnostic {
        read(text).expect_err("is refused")
    }

    #[test]
    fn sizes_are_kibibytes_and_counts_are_requests() {
        let text = r#"[{"path": "/*", "resourceSizes": [{"resourceType": "script", "budget": 125},
            {"resourceType": "total", "budget": 0.5}],
            "resourceCounts": [{"resourceType": "font", "budget": 2.5}]}]"#;
        let found = read(text).unwrap();
        assert!(found.problems.is_empty());
        let max: Vec<_> = found.value.iter().map(|limit| limit.max).collect();
        assert_eq!(max, [128_000, 512, 2].map(|most| Some(Bound::Absolute(most))));
        let Measure::InitialLoad { types, count, .. } = &found.value[2].measure else { panic!("a load") };
        assert_eq!((types, *count), (&Types::of(&[FileKind::Font]), Count::Requests));
    }

    #[test]
    fn the_last_budget_of_a_page_holds() {
        let text = r#"[{"resourceSizes": [{"resourceType": "script", "budget": 100}]},
            {"path": "/blog/*.html$", "resourceSizes": [{"resourceType": "script", "budget": 50}]},
            {"path": "/free"}]"#;
        let found = read(text).unwrap().value;
        let of = |page: &str| -> Vec<_> {
            let has = |limit: &&Limit| match &limit.measure {
                Measure::InitialLoad { pages, .. } => pages.has(page),
                _ => false,
            };
            found.iter().filter(has).map(|limit| limit.max).collect()
        };
        assert_eq!(of("index.html"), [Some(Bound::Absolute(102_400))]);
        assert_eq!(of("blog/a.html"), [Some(Bound::Absolute(51_200))]);
        assert!(of("free/index.html").is_empty());
    }

    #[test]
    fn what_a_build_cannot_tell_is_said() {
        let text = r#"[{"path": "/", "options": {"firstPartyHostnames": ["a.example", "*.b.example"]},
            "timings": [{"metric": "interactive", "budget": 3000}, {"metric": "speed-index", "budget": 1}],
            "resourceCounts": [{"resourceType": "third-party", "budget": 5}]}]"#;
        let found = read(text).unwrap();
        assert!(found.value.is_empty());
        let told: Vec<_> = found.problems.iter().map(|problem| (problem.code.as_str(), problem.is_error())).collect();
        assert_eq!(told, [("budget-unsupported", false); 2]);
        assert!(found.problems[0].message.contains("third-party") && !found.problems[0].notes.is_empty());
        assert!(found.problems[1].message.contains("interactive, speed-index are"));
        assert_eq!(found.problems[1].location.as_ref().unwrap().line, 2);
    }

    #[test]
    fn mistakes_are_those_of_lighthouse() {
        assert!(problem("{}").message.contains("must be a list"));
        assert!(problem("[3]").message.contains("must be an object"));
        let bad = problem("[{\n\"resourceSize\": []}]");
        assert_eq!((bad.hint.as_deref(), bad.location.unwrap().line), (Some("did you mean \"resourceSizes\"?"), 2));
        for path in ["x", "/*a*", "/$a", "/a$$"] {
            assert!(problem(&format!("[{{\"path\": {path:?}}}]")).message.contains("path"), "{path}");
        }
        for host in ["https://a", "a:80", "*", "a.*", "", "*.*.a", "a/b"] {
            let text = format!(r#"[{{"options": {{"firstPartyHostnames": [{host:?}]}}}}]"#);
            assert!(problem(&text).message.contains("host name"), "{host}");
        }
        let size = |entry: &str| problem(&format!(r#"[{{"resourceSizes": [{entry}]}}]"#));
        let bad = size(r#"{"resourceType": "scripts", "budget": 1}"#);
        assert!(bad.hint.unwrap().contains("\"script\""));
        assert!(size(r#"{"resourceType": "script"}"#).hint.unwrap().contains("KiB"));
        assert!(size(r#"{"resourceType": "script", "budget": "1 KB"}"#).hint.unwrap().contains("KiB"));
        assert!(size(r#"{"resourceType": "script", "budget": -1}"#).message.contains("below 0"));
        assert!(size(r#"{"resourceType": "script", "budget": 8796093022208}"#).message.contains("2^53"));
        assert!(size(r#"{"budget": 1}"#).hint.unwrap().contains("stylesheet"));
        let twice = r#"{"resourceType": "script", "budget": 1}, {"resourceType": "script", "budget": 2}"#;
        assert!(size(twice).message.contains("twice"));
        assert!(problem(r#"[{"timings": [{"metric": "tti", "budget": 1}]}]"#).hint.unwrap().contains("interactive"));
    }

    #[test]
    fn is_told_from_other_lists() {
        let is = |text: &str| {
            let document = Document { name: "b.json", text };
            is_it(&document, &document.parse().unwrap())
        };
        assert!(is(r#"[{"path": "/"}, {"timings": []}]"#) && is(r#"[{"path": "/"}]"#));
        assert!(!is("[]") && !is("{}") && !is(r#"[{"path": "a.js", "limit": "1 kB"}]"#));
        assert!(!is(r#"[{"type": "initial", "maximumError": "1mb"}]"#));
    }
}

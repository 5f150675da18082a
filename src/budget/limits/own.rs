//! plimsoll's own format.

use super::json::{Document, Node, Object, Value};
use super::{Bound, Count, Limit, Measure, Names, Pages, Types, units};
use crate::diag::Diagnostic;
use crate::model::{FileKind, SizeOf};
use serde_json::json;

pub const EXAMPLE: &str =
    r#"a budget file looks like {"limits": [{"measure": "initial-load", "pages": "*", "max": "1 MB"}]}"#;

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
const THIRD_PARTY: &str = "third-party";

/// Measures, and what else each can have.
const MEASURES: [(&str, &[&str]); 12] = [
    ("initial-load", &["pages", "types", "of"]),
    ("async-load", &["pages", "types", "of"]),
    ("route", &["pages", "routes", "types", "of"]),
    ("total", &["types", "of", "files"]),
    ("entry", &["entries", "types", "of"]),
    ("file", &["files", "types"]),
    ("largest-image", &["files"]),
    ("package", &["packages", "pages"]),
    ("duplicate-packages", &[]),
    ("forbidden-packages", &["packages", "instead"]),
    ("service-worker-install", &[]),
    ("service-worker-update", &[]),
];
const COMMON: [&str; 6] = ["measure", "name", "size", "max", "warn", "ratchet"];
const SIZES: [(&str, SizeOf); 5] = [
    ("transferred", SizeOf::Transferred),
    ("raw", SizeOf::Raw),
    ("gzip", SizeOf::Gzip),
    ("brotli", SizeOf::Brotli),
    ("zstd", SizeOf::Zstd),
];

/// All that browsers load.
pub fn loaded_kinds() -> Vec<FileKind> {
    KINDS.iter().map(|kind| kind.1).filter(|kind| !matches!(kind, FileKind::Map | FileKind::Server)).collect()
}

/// `scripts and stylesheets`; nothing of all files.
pub fn types_in_words(types: &Types) -> Option<String> {
    if types.kinds == loaded_kinds() || KINDS.iter().all(|kind| types.has(kind.1)) {
        return None;
    }
    let mut words: Vec<&str> = KINDS.iter().filter(|kind| types.has(kind.1)).map(|kind| kind.2).collect();
    if types.third_party {
        words.push("files of other hosts");
    }
    Some(match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.join(""),
    })
}

pub fn limits(document: &Document<'_>, root: &Node) -> Result<Vec<Limit>, Diagnostic> {
    let with_example = |problem: Diagnostic| if problem.hint.is_some() { problem } else { problem.hint(EXAMPLE) };
    let object = document.object(root, "the budget file", &["$schema", "limits"]).map_err(with_example)?;
    let Some(list) = object.get("limits") else {
        return Err(document.refuse(root, "the budget file has no list \"limits\"").hint(EXAMPLE));
    };
    let list = document.list(list, "\"limits\"").map_err(with_example)?;
    let at = |(index, node): (usize, &Node)| Reader { document, what: format!("limits[{index}]") }.limit(node);
    list.iter().enumerate().map(at).collect()
}

struct Reader<'a> {
    document: &'a Document<'a>,
    /// The limit, in messages.
    what: String,
}

impl Reader<'_> {
    fn limit(&self, node: &Node) -> Result<Limit, Diagnostic> {
        let names = MEASURES.map(|measure| measure.0);
        let Some(measure) = node.peek("measure") else {
            // A key that was meant to be it is unknown to every measure.
            let all: Vec<&str> = COMMON.iter().copied().chain(MEASURES.iter().flat_map(|it| it.1).copied()).collect();
            self.document.object(node, &self.what, &all)?;
            return Err(self
                .document
                .refuse(node, format!("{} has no \"measure\"", self.what))
                .hint(format!("write one of: {}", names.join(", "))));
        };
        let word = self.document.word(measure, &self.sub("measure"), &names)?;
        let own = MEASURES.iter().find(|measure| measure.0 == word).map_or(&[][..], |measure| measure.1);
        let known: Vec<&str> = COMMON.iter().chain(own).copied().collect();
        let object = self.document.object(node, &self.what, &known)?;
        let counted = matches!(word, "duplicate-packages" | "forbidden-packages");
        let count = if counted { Count::Requests } else { self.count(object)? };
        let mut limit = Limit {
            name: object
                .get("name")
                .map(|node| self.document.text(node, &self.sub("name")))
                .transpose()?
                .map(Into::into),
            measure: self.measure(word, object, count)?,
            size: self.size(object)?,
            max: self.bound(object, "max", count)?,
            warn: self.bound(object, "warn", count)?,
            min: None,
            min_warn: None,
            ratchet: self.flag(object, "ratchet")?,
            place: self.document.place(node),
            folder: None,
        };
        self.complete(&mut limit, word, node)?;
        Ok(limit)
    }

    /// Something must be limited.
    fn complete(&self, limit: &mut Limit, word: &str, node: &Node) -> Result<(), Diagnostic> {
        if limit.max.is_some() || limit.warn.is_some() || limit.ratchet {
            return Ok(());
        }
        if matches!(word, "duplicate-packages" | "forbidden-packages") {
            limit.max = Some(Bound::Absolute(0));
            return Ok(());
        }
        let problem = self.document.refuse(node, format!("{} has no \"max\", \"warn\" or \"ratchet\"", self.what));
        Err(problem.hint(r#"write how much is allowed, as in "max": "170 kB" or "max": "+2 %""#))
    }

    fn sub(&self, key: &str) -> String {
        format!("{}.{key}", self.what)
    }

    fn count(&self, object: Object<'_>) -> Result<Count, Diagnostic> {
        let Some(node) = object.get("of") else { return Ok(Count::Bytes) };
        let word = self.document.word(node, &self.sub("of"), &["bytes", "requests"])?;
        Ok(if word == "bytes" { Count::Bytes } else { Count::Requests })
    }

    fn size(&self, object: Object<'_>) -> Result<SizeOf, Diagnostic> {
        let Some(node) = object.get("size") else { return Ok(SizeOf::Transferred) };
        let word = self.document.word(node, &self.sub("size"), &SIZES.map(|size| size.0))?;
        Ok(SIZES.iter().find(|size| size.0 == word).map_or(SizeOf::Transferred, |size| size.1))
    }

    fn flag(&self, object: Object<'_>, key: &str) -> Result<bool, Diagnostic> {
        object.get(key).map_or(Ok(false), |node| self.document.bool(node, &self.sub(key)))
    }

    fn bound(&self, object: Object<'_>, key: &str, count: Count) -> Result<Option<Bound>, Diagnostic> {
        let Some(node) = object.get(key) else { return Ok(None) };
        let what = self.sub(key);
        let found = match (&node.value, count) {
            (Value::Number(_), Count::Requests) => {
                let number = self.document.number(node, &what)?;
                if number.fract() == 0.0 { Ok(Bound::Absolute(number as u64)) } else { Err("a count is whole".into()) }
            }
            (Value::Text(text), Count::Requests) => match units::bound(text) {
                Ok(bound @ Bound::Percent(_)) => Ok(bound),
                _ => Err(r#"requests are counted: write a number, or "+5 %""#.to_string()),
            },
            (Value::Text(text), Count::Bytes) => units::bound(text),
            (Value::Number(_), Count::Bytes) => {
                Err(format!("the unit is missing: write \"{} kB\", or \"of\": \"requests\"", node.shown()))
            }
            _ => Err("write a number and a unit, such as \"1 MB\"".to_string()),
        };
        found.map(Some).map_err(|hint| self.document.refuse(node, format!("{what} is {}", node.shown())).hint(hint))
    }

    fn measure(&self, word: &str, object: Object<'_>, count: Count) -> Result<Measure, Diagnostic> {
        let types = || self.types(object.get("types"));
        let names = |key: &str, strict: bool| self.names(object.get(key), key, strict);
        let pages = || names("pages", false).map(Pages::Named);
        Ok(match word {
            "initial-load" => Measure::InitialLoad { pages: pages()?, types: types()?, count },
            "async-load" => Measure::AsyncLoad { pages: pages()?, types: types()?, count },
            "route" => Measure::Route { pages: pages()?, routes: names("routes", false)?, types: types()?, count },
            "total" => Measure::Total { files: names("files", false)?, types: types()?, count },
            "entry" => Measure::Entry { entries: names("entries", false)?, types: types()?, count },
            "file" => Measure::EachFile { files: names("files", false)?, types: types()? },
            "largest-image" => {
                Measure::EachFile { files: names("files", false)?, types: Types::of(&[FileKind::Image]) }
            }
            "package" => Measure::EachPackage { packages: names("packages", false)?, pages: pages()? },
            "forbidden-packages" => {
                let instead = object.get("instead").map(|node| self.document.text(node, &self.sub("instead")));
                if object.get("packages").is_none() {
                    let problem = self.document.refuse(object.node, format!("{} names no packages", self.what));
                    return Err(problem.hint(r#"write "packages": ["moment", "lodash"]"#));
                }
                let instead = instead.transpose()?.map(str::to_string);
                Measure::ForbiddenPackages { packages: names("packages", false)?, instead }
            }
            "service-worker-install" => Measure::WorkerInstall,
            "service-worker-update" => Measure::WorkerUpdate,
            _ => Measure::DuplicatePackages,
        })
    }

    /// A pattern, or a list of them; all names without.
    fn names(&self, node: Option<&Node>, key: &str, strict: bool) -> Result<Names, Diagnostic> {
        let Some(node) = node else { return Ok(Names::all()) };
        let what = self.sub(key);
        let patterns = match &node.value {
            Value::Text(text) => vec![text.as_str()],
            Value::List(list) if !list.is_empty() => {
                list.iter().map(|node| self.document.text(node, &what)).collect::<Result<_, _>>()?
            }
            _ => {
                let problem = self.document.refuse(node, format!("{what} is {}", node.shown()));
                return Err(problem.hint("write a pattern such as \"blog/*.html\", or a list of them"));
            }
        };
        Names::of(patterns, strict).map_err(|why| {
            let problem = self.document.refuse(node, format!("{what} is no pattern: {why}"));
            problem.hint("in a pattern * stands for anything, ? for one character, [ab] for one of them")
        })
    }

    /// Without `types`: all that browsers load.
    fn types(&self, node: Option<&Node>) -> Result<Types, Diagnostic> {
        let Some(node) = node else { return Ok(Types::all()) };
        let what = self.sub("types");
        let list = self.document.list(node, &what)?;
        let words: Vec<&str> = KINDS.iter().map(|kind| kind.0).chain([THIRD_PARTY]).collect();
        if list.is_empty() {
            return Err(self.document.refuse(node, format!("{what} is empty")).hint(words.join(", ")));
        }
        let mut types = Types::of(&[]);
        for (index, node) in list.iter().enumerate() {
            let word = self.document.word(node, &format!("{what}[{index}]"), &words)?;
            types.third_party |= word == THIRD_PARTY;
            types.kinds.extend(KINDS.iter().find(|kind| kind.0 == word).map(|kind| kind.1));
        }
        types.kinds.sort_unstable();
        types.kinds.dedup();
        Ok(types)
    }
}

/// The JSON schema of budget files.
pub fn schema() -> serde_json::Value {
    let text = json!({ "type": "string" });
    let patterns = json!({ "anyOf": [text, { "type": "array", "items": text, "minItems": 1 }] });
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.0).chain([THIRD_PARTY]).collect();
    let bound = json!({
        "description": "\"170 kB\", \"1 MiB\", against the baseline \"+2 %\" or \"+10 kB\"; of requests a number",
        "anyOf": [{ "type": "string" }, { "type": "integer", "minimum": 0 }]
    });
    let property = |key: &str| match key {
        "types" => json!({ "type": "array", "items": { "enum": kinds }, "minItems": 1 }),
        "of" => json!({ "enum": ["bytes", "requests"] }),
        "instead" => text.clone(),
        _ => patterns.clone(),
    };
    let form = |(name, keys): &(&str, &[&str])| {
        let mut properties = serde_json::Map::new();
        properties.insert("measure".into(), json!({ "const": name }));
        properties.insert("name".into(), text.clone());
        properties.insert("size".into(), json!({ "enum": SIZES.map(|size| size.0) }));
        properties.insert("max".into(), bound.clone());
        properties.insert("warn".into(), bound.clone());
        properties.insert("ratchet".into(), json!({ "type": "boolean" }));
        properties.extend(keys.iter().map(|key| ((*key).to_string(), property(key))));
        json!({ "type": "object", "properties": properties, "required": ["measure"], "additionalProperties": false })
    };
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "plimsoll budget",
        "type": "object",
        "additionalProperties": false,
        "required": ["limits"],
        "properties": {
            "$schema": text,
            "limits": { "type": "array", "items": { "anyOf": MEASURES.iter().map(form).collect::<Vec<_>>() } }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Limit>, Diagnostic> {
        let document = Document { name: "b.json", text };
        limits(&document, &document.parse()?)
    }

    fn problem(text: &str) -> Diagnostic {
        read(text).expect_err("is refused")
    }

    #[test]
    fn bad_files_say_what_is_allowed_and_where() {
        let bad = problem("{\"limits\":[\n{\"measure\":\"total\",\n \"types\":[\"scripts\"],\"max\":\"1 MB\"}]}");
        assert_eq!((bad.code.as_str(), bad.location.as_ref().unwrap().line), ("invalid-budget", 3));
        assert!(bad.message.contains("limits[0].types[0]") && bad.hint.unwrap().contains("\"script\""));
        let bad = problem(r#"{"limits":[{"measure":"total","pages":"*","max":"1 MB"}]}"#);
        assert!(bad.message.contains("\"pages\"") && bad.hint.unwrap().contains("types"));
        let bad = problem("{\"limits\":[{\"measure\":\"total\",\n\"mx\":\"1 MB\"}]}");
        assert_eq!((bad.hint.as_deref(), bad.location.unwrap().line), (Some("did you mean \"max\"?"), 2));
        assert_eq!(problem(r#"{"limit":[]}"#).hint.as_deref(), Some("did you mean \"limits\"?"));
        assert!(problem(r#"{"limits":[{"measure":"sum","max":"1 B"}]}"#).hint.unwrap().contains("initial-load"));
        assert!(problem(r#"{"limits":[{"measure":"total","max":5}]}"#).hint.unwrap().contains("5 kB"));
        assert!(problem(r#"{"limits":[{"measure":"total","max":"-5 kB"}]}"#).hint.unwrap().contains("below 0"));
        assert!(problem(r#"{"limits":[{"measure":"total","max":"5 KB"}]}"#).hint.unwrap().contains("kB"));
        assert!(problem(r#"{"limits":[{"measure":"total"}]}"#).hint.unwrap().contains("max"));
        let bad = problem(r#"{"limits":[{"measure":"initial-load","pages":"[","max":"1 B"}]}"#);
        assert!(bad.message.contains("pages"));
        assert!(problem(r#"{"limits":[{"measure":"total","max":"1 B","max":"2 B"}]}"#).message.contains("twice"));
    }

    #[test]
    fn syntax_errors_have_a_place() {
        let place = problem("{\n  \"limits\": x\n}").location.unwrap();
        assert_eq!((place.line, place.line_text.as_str()), (2, "  \"limits\": x"));
    }

    #[test]
    fn requests_and_sizes_against_a_baseline() {
        let text = r#"{"limits":[{"measure":"initial-load","of":"requests","max":12,"warn":"+10 %"},
            {"measure":"package","packages":["react*","!react-dom"],"size":"raw","max":"+2 kB"},
            {"measure":"duplicate-packages"},{"measure":"total","ratchet":true}]}"#;
        let limits = read(text).unwrap();
        assert_eq!((limits[0].max, limits[0].warn), (Some(Bound::Absolute(12)), Some(Bound::Percent(10.0))));
        assert_eq!((limits[1].max, limits[1].size), (Some(Bound::More(2000)), SizeOf::Raw));
        assert_eq!(limits[2].max, Some(Bound::Absolute(0)));
        assert!(limits[3].ratchet);
    }

    #[test]
    fn the_schema_knows_every_measure() {
        let schema = schema();
        assert_eq!(schema["properties"]["limits"]["items"]["anyOf"].as_array().unwrap().len(), MEASURES.len());
    }
}

//! The page of `plimsoll report`: the built application (`app/`) with its data in it.

use super::terminal::kind_name;
use crate::model::{Asked, Emitted, EmittedFile, FileKind, Inventory, Past, Role, Unit, Verdict};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Made of `app/` by plimsoll itself; `tests/report.rs` holds that it is what the sources build to.
const APP: &str = include_str!("app.html");

/// Where the data goes.
const PLACE: &str = r#"<script type="application/json" id="data">{}</script>"#;

/// And what few readers look at.
const MORE: &str = r#"<script type="application/octet-stream" id="more"></script>"#;

/// Importers and names that are told of one source.
const IMPORTERS_MAX: usize = 50;
const ASKS_MAX: usize = 20;

/// What a page loads: indices of files, which one mentions each, and how.
pub struct PageData {
    pub path: String,
    pub loads: Vec<(usize, usize, &'static str)>,
    pub routes: Vec<(String, Vec<usize>)>,
    pub install: Option<u64>,
}

/// A file of a baseline: its bytes raw, as gzip and as Brotli.
pub struct BeforeFile {
    pub name: String,
    pub kind: FileKind,
    pub bytes: u64,
    pub gz: Option<u64>,
    pub br: Option<u64>,
}

/// A baseline; of sources and packages raw bytes.
pub struct BeforeData {
    pub label: String,
    pub files: Vec<BeforeFile>,
    pub sources: BTreeMap<String, u64>,
    pub packages: BTreeMap<String, u64>,
}

/// Everything that the page shows.
pub struct PageInput<'a> {
    pub project: &'a str,
    pub emitted: &'a Emitted,
    /// Of the files, without hashes.
    pub names: Vec<String>,
    pub inventory: Option<&'a Inventory>,
    /// By source: bytes of Brotli that go with it.
    pub alone: &'a BTreeMap<String, u64>,
    pub pages: Vec<PageData>,
    pub verdict: Option<&'a Verdict>,
    pub before: Option<BeforeData>,
    pub past: Option<&'a Past>,
    /// Makes a gzip of bytes.
    pub pack: &'a dyn Fn(&[u8]) -> Vec<u8>,
}

/// One self-contained document.
pub fn page(input: &PageInput<'_>) -> String {
    // In a script element only `<` could end it.
    let data = data(input).to_string().replace('<', "\\u003c");
    let html = APP.replacen(PLACE, &format!(r#"<script type="application/json" id="data">{data}</script>"#), 1);
    let more =
        input.inventory.map(|inventory| STANDARD.encode((input.pack)(details(inventory).to_string().as_bytes())));
    match more {
        Some(more) => html.replacen(MORE, &format!("{}{more}</script>", MORE.trim_end_matches("</script>")), 1),
        None => html,
    }
}

/// Importers of every source and the names that are asked of it, by index: `[[importers, names], …]`. Half of all data.
fn details(inventory: &Inventory) -> Value {
    let of = |source: &crate::model::Source| {
        let importers: Vec<Value> = source.importers.iter().take(IMPORTERS_MAX).map(asked).collect();
        let asks: Vec<&String> = source.asks.iter().take(ASKS_MAX).collect();
        let first = source.why.as_ref().map(|why| {
            let is_it = |it: &Asked| (it.by, it.line) == (why.by, why.line) && it.specifier == why.specifier;
            let at = source.importers.iter().take(IMPORTERS_MAX).position(is_it);
            at.map_or_else(|| asked(why), |at| json!(at))
        });
        json!([importers, asks, first])
    };
    inventory.sources.iter().map(of).collect()
}

/// The data by itself, version 1.
pub fn data(input: &PageInput<'_>) -> Value {
    let empty = Inventory::default();
    let inventory = input.inventory.unwrap_or(&empty);
    let index: BTreeMap<&str, usize> =
        input.emitted.files.iter().enumerate().map(|(at, file)| (file.path.as_str(), at)).collect();
    let at = |facts: u32| inventory.files.get(facts as usize).and_then(|file| index.get(file.path.as_str()).copied());
    let files: Vec<Value> = input
        .emitted
        .files
        .iter()
        .zip(&input.names)
        .map(|(file, name)| file_data(file, name, inventory, &at))
        .collect();
    let images: Vec<Value> = inventory
        .images
        .iter()
        .filter_map(|image| {
            Some(json!({
                "file": at(image.file)?, "source": image.source, "before": image.before, "after": image.after,
                "width": image.width, "height": image.height,
            }))
        })
        .collect();
    let packages: Vec<Value> = inventory
        .packages
        .iter()
        .map(|package| {
            let asked: Vec<Value> =
                package.asked_by.iter().take(IMPORTERS_MAX).map(|it| json!([it.by, it.line, it.specifier])).collect();
            json!({ "name": package.name, "version": package.version, "askedBy": asked })
        })
        .collect();
    json!({
        "version": 1,
        "tool": concat!("plimsoll ", env!("CARGO_PKG_VERSION")),
        "project": input.project,
        "files": files,
        "sources": sources(inventory, input.alone),
        "packages": packages,
        "pages": pages(input, inventory),
        "images": images,
        "verdict": input.verdict.map(verdict),
        "baseline": input.before.as_ref().map(before),
        "history": input.past.map(history).unwrap_or_default(),
        "forecast": input.past.map(forecast),
    })
}

fn copy(file: &EmittedFile, encoding: &str) -> Option<u64> {
    file.sidecars.iter().find(|copy| copy.encoding == encoding).map(|copy| copy.bytes)
}

fn file_data(file: &EmittedFile, name: &str, inventory: &Inventory, at: &dyn Fn(u32) -> Option<usize>) -> Value {
    let facts = inventory.file(&file.path);
    let role = match facts.map(|facts| facts.role) {
        Some(Role::Page) => "page",
        Some(Role::Entry) => "entry",
        Some(Role::Async) => "async",
        Some(Role::Shared) => "shared",
        Some(Role::Worker) => "worker",
        Some(Role::Asset) => "asset",
        _ => "none",
    };
    let parts: Vec<u64> = facts
        .map(|facts| facts.parts.iter().flat_map(|part| [u64::from(part.0), part.1]).collect())
        .unwrap_or_default();
    let all = |list: &[u32]| list.iter().filter_map(|it| at(*it)).collect::<Vec<usize>>();
    json!({
        "path": file.path, "name": name, "kind": kind_name(file.kind), "bytes": file.bytes,
        "gz": copy(file, "gz"), "br": copy(file, "br"), "zst": copy(file, "zst"),
        "role": role, "parts": parts,
        "imports": facts.map(|facts| all(&facts.imports)).unwrap_or_default(),
        "lazy": facts.map(|facts| all(&facts.lazy)).unwrap_or_default(),
    })
}

fn asked(it: &Asked) -> Value {
    json!([it.by, it.line, it.specifier, u8::from(it.lazy)])
}

fn sources(inventory: &Inventory, alone: &BTreeMap<String, u64>) -> Vec<Value> {
    let source = |source: &crate::model::Source| {
        let mut value = json!({
            "name": source.name,
            "package": source.package.map_or(-1, i64::from),
            "bytes": source.bytes,
        });
        // Most have none of these, and twenty thousand of them take long to read.
        let mut more = |key: &str, given: Value, is_there: bool| {
            if let Some(object) = value.as_object_mut().filter(|_| is_there) {
                object.insert(key.to_string(), given);
            }
        };
        more("pinned", json!(source.pinned), source.pinned.is_some());
        more("common", true.into(), source.common_js);
        let alone = alone.get(&source.name);
        more("alone", json!(alone), alone.is_some());
        value
    };
    inventory.sources.iter().map(source).collect()
}

fn pages(input: &PageInput<'_>, inventory: &Inventory) -> Vec<Value> {
    let by_name: BTreeMap<&str, usize> =
        inventory.sources.iter().enumerate().map(|(at, source)| (source.name.as_str(), at)).collect();
    let page = |page: &PageData| {
        let routes: Vec<Value> = page
            .routes
            .iter()
            .map(|(name, files)| json!({ "name": name, "source": by_name.get(name.as_str()), "files": files }))
            .collect();
        json!({ "path": page.path, "loads": page.loads, "routes": routes, "install": page.install })
    };
    input.pages.iter().map(page).collect()
}

fn verdict(verdict: &Verdict) -> Value {
    let lines: Vec<Value> = verdict
        .lines
        .iter()
        .map(|line| {
            let advice: Vec<Value> = line
                .advice
                .iter()
                .map(|it| {
                    let at = it.at.as_ref().map(|at| format!("{}:{}", at.file, at.line));
                    json!({ "text": it.text, "at": at, "saves": it.saves, "detail": it.details.join("; ") })
                })
                .collect();
            let unit = match line.unit {
                Unit::Bytes => "bytes",
                Unit::Requests => "requests",
                Unit::Packages => "packages",
            };
            json!({
                "subject": line.line.subject, "unit": unit, "size": line.size.word(), "actual": line.actual,
                "limit": line.line.limit, "warn": line.warn, "notes": line.notes, "state": line.state, "advice": advice,
            })
        })
        .collect();
    json!({ "passed": verdict.passed(), "lines": lines })
}

fn before(before: &BeforeData) -> Value {
    let files: Vec<Value> = before
        .files
        .iter()
        .map(|file| {
            let BeforeFile { name, kind, bytes, gz, br } = file;
            json!({ "name": name, "kind": kind_name(*kind), "bytes": bytes, "gz": gz, "br": br })
        })
        .collect();
    let pairs = |map: &BTreeMap<String, u64>| map.iter().map(|(name, bytes)| json!([name, bytes])).collect::<Vec<_>>();
    json!({
        "label": before.label, "files": files, "sources": pairs(&before.sources), "packages": pairs(&before.packages),
    })
}

fn history(past: &Past) -> Vec<Value> {
    let build = |build: &crate::model::PastBuild| {
        let flags: Vec<String> = build
            .steps
            .iter()
            .map(|(subject, by)| format!("{subject}: a step of {}{by}", if *by > 0 { "+" } else { "" }))
            .collect();
        let flag = (!flags.is_empty()).then(|| flags.join("; "));
        json!({ "label": build.label, "values": build.values, "flag": flag })
    };
    past.builds.iter().map(build).collect()
}

fn forecast(past: &Past) -> Vec<Value> {
    let one = |it: &crate::model::Forecast| json!({ "subject": it.subject, "perBuild": it.per_build, "crossesIn": it.crosses_in, "limit": it.limit });
    past.forecasts.iter().map(one).collect()
}

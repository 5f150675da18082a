//! Modules that are made for a file because of how it is asked for: `?worker`, `?init`, WebAssembly, JSON by attribute.

use super::project::Place;
use super::wasm;
use crate::config::Platform;
use crate::diag::Diagnostic;
use crate::lang::js::{ExportTarget, ModuleFacts, SymbolKind};
use crate::model::Loader;
use std::collections::BTreeMap;
use std::path::Path;

/// What made modules import to instantiate WebAssembly. No file can be named so.
pub(super) const WASM_MODULE: &str = "plimsoll:wasm";
/// Of the module that gives out a file's default export only.
pub(super) const ONLY_DEFAULT: &str = "?default";

/// Whether the text of a script is made here, and is an ES module whatever its file is called.
pub(super) fn is_made(place: &Place, loader: Loader) -> bool {
    loader == Loader::Js
        && (place.query.as_ref() == ONLY_DEFAULT
            || parts(&place.query).any(|part| matches!(part, "init" | "worker" | "sharedworker"))
            || super::loaders::extension(&place.path) == "wasm")
}

fn parts(query: &str) -> impl Iterator<Item = &str> {
    query.strip_prefix('?').unwrap_or("").split('#').next().unwrap_or("").split('&')
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `"./name"` of a file, for a module that stands beside it.
fn beside(path: &Path) -> String {
    quote(&format!("./{}", path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()))
}

/// The module that a query asks for, if it is one of those that are made.
pub(super) fn by_query(path: &Path, query: &str) -> Option<Result<String, Diagnostic>> {
    if query.is_empty() {
        return None;
    }
    let has = |name: &str| parts(query).any(|part| part == name);
    let address = format!("new URL({}, import.meta.url)", beside(path));
    let shared = has("sharedworker");
    if !shared && !has("worker") {
        return has("init").then(|| {
            Ok(format!(
                "import {{ load }} from \"{WASM_MODULE}\";\n\
                 export default (imports) => load({address}, imports);\n"
            ))
        });
    }
    if has("inline") {
        let problem = Diagnostic::error("inline-worker", "workers cannot be inlined")
            .note("a worker in a data URL has no address, so that nothing it mentions could be found")
            .hint("?worker builds it as a file of its own");
        return Some(Err(problem));
    }
    if has("url") {
        return Some(Ok(format!("export default __plimsoll_worker_url__({address}).href;\n")));
    }
    let class = if shared { "SharedWorker" } else { "Worker" };
    Some(Ok(format!("export default function (options) {{ return new {class}({address}, {{ ...options }}); }}\n")))
}

/// The module of a file's default export alone: what an attribute promises of JSON.
pub(super) fn only_default(path: &Path, attribute: &str) -> String {
    format!("export {{ default }} from {} with {{ type: {} }};\n", beside(path), quote(attribute))
}

/// How WebAssembly gets to run. A server that sends it under another type is no reason to fail.
pub(super) fn wasm_loader(platform: Platform) -> &'static str {
    match platform {
        Platform::Node => {
            "import { readFile } from 'node:fs/promises';\n\
             export const load = async (url, imports) => \
             (await WebAssembly.instantiate(await readFile(url), imports)).instance;\n"
        }
        _ => {
            "export const load = async (url, imports) => {\n\
             const response = await fetch(url);\n\
             const type = response.headers.get('Content-Type') || '';\n\
             const streams = WebAssembly.instantiateStreaming && type.startsWith('application/wasm');\n\
             const loaded = streams ? WebAssembly.instantiateStreaming(response, imports) : \
             WebAssembly.instantiate(await response.arrayBuffer(), imports);\n\
             return (await loaded).instance;\n\
             };\n"
        }
    }
}

/// A WebAssembly file as an ES module: it imports its imports and exports its exports.
pub(super) fn wasm_module(path: &Path, found: &wasm::Interface) -> String {
    let mut out = format!("import {{ load }} from \"{WASM_MODULE}\";\n");
    let mut objects: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (at, (module, name)) in found.imports.iter().enumerate() {
        out.push_str(&format!("import {{ {} as i{at} }} from {};\n", quote(name), quote(module)));
        objects.entry(module).or_default().push(format!("{}: i{at}", quote(name)));
    }
    let objects: Vec<String> =
        objects.iter().map(|(module, members)| format!("{}: {{ {} }}", quote(module), members.join(", "))).collect();
    let imports = objects.join(", ");
    out.push_str(&format!(
        "const {{ exports: wasm }} = await load(new URL({}, import.meta.url), {{ {imports} }});\n",
        beside(path)
    ));
    if found.exports.iter().any(|(_, kind)| *kind == wasm::GLOBAL) {
        // Not every type of global can be read.
        out.push_str("const value = (global) => { try { return global.value; } catch { return global; } };\n");
    }
    for (at, (name, kind)) in found.exports.iter().enumerate() {
        let member = format!("wasm[{}]", quote(name));
        let member = if *kind == wasm::GLOBAL { format!("value({member})") } else { member };
        out.push_str(&format!("const e{at} = {member};\nexport {{ e{at} as {} }};\n", quote(name)));
    }
    out
}

/// By record: whether all that a module takes from it is its default export.
pub(super) fn take_only_default(facts: &ModuleFacts) -> Vec<bool> {
    let mut defaults = vec![false; facts.records.len()];
    let mut others = vec![false; facts.records.len()];
    let mut take = |record: u32, is_default: bool| {
        let of = if is_default { &mut defaults } else { &mut others };
        of[record as usize] = true;
    };
    for symbol in &facts.symbols {
        match &symbol.kind {
            SymbolKind::Import { record, name } => take(*record, name == "default"),
            SymbolKind::Namespace { record } => take(*record, false),
            _ => {}
        }
    }
    for export in &facts.exports {
        match &export.target {
            ExportTarget::From { record, name } => take(*record, name == "default"),
            ExportTarget::NamespaceFrom { record } => take(*record, false),
            ExportTarget::Symbol(_) => {}
        }
    }
    facts.stars.iter().for_each(|record| take(*record, false));
    defaults.into_iter().zip(others).map(|(default, other)| default && !other).collect()
}

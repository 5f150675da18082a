//! esbuild's metafile: what went in, what came out, and which part of what came from where. Tools that draw bundles
//! read it.

use crate::base::{ChunkId, SheetId, relative_path};
use crate::config::Options;
use crate::lang::js::ImportKind;
use crate::model::{ChunkKind, ChunkPlan, ModuleGraph, OutputKey, Sealed, SealedFile, Target};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The whole metafile. Output paths are relative to the project root, as in `dist/main.js`.
pub fn metafile(graph: &ModuleGraph, plan: &ChunkPlan, sealed: &Sealed, options: &Options) -> Value {
    let outdir = relative_path(&options.root, &options.outdir);
    let prefix = if outdir.is_empty() { String::new() } else { format!("{outdir}/") };
    let outputs = Outputs { graph, plan, sealed, prefix };
    let entries = sealed.files.iter().map(|file| (outputs.path(&file.path), outputs.output(file)));
    json!({ "inputs": inputs(graph), "outputs": entries.collect::<Map<_, _>>() })
}

/// Made by the build: no file.
fn is_ours(name: &str) -> bool {
    name.starts_with("plimsoll:")
}

#[derive(Default)]
struct Input {
    bytes: usize,
    imports: Vec<Value>,
    format: Option<&'static str>,
}

/// Files by name. A file that scripts import as a style sheet or an asset is one input, though the graph has a module
/// and the file itself; what was made by us (`plimsoll:…`) is none.
fn inputs(graph: &ModuleGraph) -> Map<String, Value> {
    let mut inputs: BTreeMap<&str, Input> = BTreeMap::new();
    for module in graph.modules.iter() {
        let input = inputs.entry(&module.name).or_default();
        input.bytes = module.source.len();
        let records = module.facts.records.iter().zip(&module.targets);
        input.imports.extend(
            records.filter_map(|(record, target)| import(graph, target, import_kind(record.kind), &record.specifier)),
        );
        input.format = module.source_is_file.then_some(match module.facts.source_type {
            crate::lang::js::SourceType::Esm => "esm",
            crate::lang::js::SourceType::CommonJs => "cjs",
        });
    }
    for style in graph.styles.iter() {
        let input = inputs.entry(&style.name).or_default();
        *input = Input { bytes: style.source.len(), ..Input::default() };
        let imports = style.facts.imports.iter().map(|it| &it.specifier).zip(&style.imports);
        let urls = style.facts.urls.iter().map(|it| &it.specifier).zip(&style.urls);
        input.imports.extend(imports.filter_map(|(text, target)| import(graph, target, "import-rule", text)));
        input.imports.extend(urls.filter_map(|(text, target)| import(graph, target, "url-token", text)));
    }
    for asset in graph.assets.iter() {
        *inputs.entry(&asset.name).or_default() = Input { bytes: asset.bytes.len(), ..Input::default() };
    }
    inputs
        .into_iter()
        .filter(|(name, _)| !is_ours(name))
        .map(|(name, input)| {
            let mut value = json!({ "bytes": input.bytes, "imports": input.imports });
            if let Some(format) = input.format {
                value["format"] = json!(format);
            }
            (name.to_string(), value)
        })
        .collect()
}

fn import(graph: &ModuleGraph, target: &Target, kind: &str, original: &str) -> Option<Value> {
    let path = match target {
        Target::Module(id) => &graph.modules[*id].name,
        Target::Style(id) => &graph.styles[*id].name,
        Target::Asset(id) => &graph.assets[*id].name,
        Target::Page(id) => &graph.pages[*id].name,
        Target::Worker(entry) => &graph.modules[graph.entries.get(*entry)?.module].name,
        Target::External(specifier) => return Some(json!({ "path": specifier, "kind": kind, "external": true })),
        Target::Disabled => return Some(json!({ "path": format!("(disabled):{original}"), "kind": kind })),
        Target::Unresolved | Target::Unasked => return None,
    };
    Some(json!({ "path": path, "kind": kind, "original": original }))
}

fn import_kind(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Import => "import-statement",
        ImportKind::Dynamic => "dynamic-import",
        ImportKind::Require => "require-call",
        ImportKind::RequireResolve => "require-resolve",
        ImportKind::Url | ImportKind::Worker | ImportKind::ServiceWorker => "url-token",
    }
}

struct Outputs<'a> {
    graph: &'a ModuleGraph,
    plan: &'a ChunkPlan,
    sealed: &'a Sealed,
    /// The output directory as seen from the root, with a slash, or nothing.
    prefix: String,
}

impl Outputs<'_> {
    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    fn output(&self, file: &SealedFile) -> Value {
        // A source may give several parts; what is no input may give none.
        let mut parts: BTreeMap<&str, u64> = BTreeMap::new();
        for part in file.contributions.iter().filter(|part| !is_ours(&part.source)) {
            *parts.entry(&part.source).or_default() += part.bytes;
        }
        let parts: Map<String, Value> =
            parts.into_iter().map(|(source, bytes)| (source.to_string(), json!({ "bytesInOutput": bytes }))).collect();
        let mut value = json!({
            "imports": self.imports(file),
            "exports": file.exports,
            "inputs": parts,
            "bytes": file.bytes.len(),
        });
        if let Some(name) = self.entry_point(&file.key) {
            value["entryPoint"] = json!(name);
        }
        if let OutputKey::Chunk(id) = &file.key
            && let Some(own) = self.main_sheet(*id)
            && let Some(style) = self.sealed.files.iter().find(|other| other.key == OutputKey::Style(own))
        {
            value["cssBundle"] = json!(self.path(&style.path));
        }
        value
    }

    /// The file of style sheets that a chunk brings itself.
    fn main_sheet(&self, chunk: ChunkId) -> Option<SheetId> {
        let is_main = |id: &SheetId| {
            let sheet = &self.plan.sheets[*id];
            sheet.is_main && sheet.chunk == chunk
        };
        self.plan.chunks[chunk].sheets.iter().copied().find(is_main)
    }

    fn imports(&self, file: &SealedFile) -> Vec<Value> {
        let by_path = |path: &String| {
            let at = self.sealed.files.binary_search_by(|other| other.path.cmp(path)).ok()?;
            Some(&self.sealed.files[at])
        };
        let statics: BTreeSet<ChunkId> = match &file.key {
            OutputKey::Chunk(id) => self.plan.chunks[*id].static_imports.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        let kind = |other: &SealedFile| match (&file.key, &other.key) {
            (_, OutputKey::Map(_) | OutputKey::Legal(_)) => None,
            (OutputKey::Chunk(_), OutputKey::Chunk(id)) if statics.contains(id) => Some("import-statement"),
            (OutputKey::Chunk(_), OutputKey::Chunk(_)) => Some("dynamic-import"),
            (OutputKey::Style(_) | OutputKey::PageStyle(..), _) => Some("url-token"),
            _ => Some("file-loader"),
        };
        let mentions = file.mentions.iter().filter_map(by_path);
        let own = mentions.filter_map(|other| Some(json!({ "path": self.path(&other.path), "kind": kind(other)? })));
        own.chain(self.externals(&file.key)).collect()
    }

    /// What the modules of a chunk import and the build left alone.
    fn externals(&self, key: &OutputKey) -> Vec<Value> {
        let OutputKey::Chunk(id) = key else { return Vec::new() };
        let modules = self.plan.chunks[*id].modules.iter().map(|id| &self.graph.modules[*id]);
        let records = modules
            .filter(|module| !is_ours(&module.name))
            .flat_map(|module| module.facts.records.iter().zip(&module.targets));
        let found: BTreeSet<(&str, &str)> = records
            .filter_map(|(record, target)| match target {
                Target::External(specifier) => Some((specifier.as_str(), import_kind(record.kind))),
                _ => None,
            })
            .collect();
        let told = |(path, kind): (&str, &str)| json!({ "path": path, "kind": kind, "external": true });
        found.into_iter().filter(|(_, kind)| *kind != "url-token").map(told).collect()
    }

    fn entry_point(&self, key: &OutputKey) -> Option<&str> {
        match key {
            OutputKey::Chunk(id) => match self.plan.chunks.get(*id)?.kind {
                ChunkKind::Entry(entry) => Some(&self.graph.modules[self.graph.entries.get(entry)?.module].name),
                ChunkKind::Dynamic(module) => Some(&self.graph.modules[module].name),
                ChunkKind::Shared => None,
            },
            OutputKey::Page(id) => Some(&self.graph.pages[*id].name),
            _ => None,
        }
    }
}

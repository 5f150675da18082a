//! References of code to other outputs, and how long they will be.

use super::Context;
use crate::base::{AssetId, ChunkId, relative_url};
use crate::model::{ChunkKind, EntryKind, NameTemplate, OutputKey};

const HASH: &str = "XXXXXXXX";

/// The name of a chunk's script.
pub fn chunk_name(context: &Context<'_>, chunk: ChunkId) -> NameTemplate {
    let found = &context.plan.chunks[chunk];
    let options = context.options;
    let (template, full) = match found.kind {
        ChunkKind::Entry(entry) => {
            let kind = context.graph.entries[entry].kind;
            if let (Some(file), EntryKind::User) = (&options.outfile, kind) {
                return NameTemplate {
                    template: file.clone(),
                    dir: String::new(),
                    name: String::new(),
                    ext: String::new(),
                };
            }
            // Nobody outside names a worker: its file may as well be hashed. A service worker is known by its name.
            let template = if kind == EntryKind::ServiceWorker {
                "[dir]/[name]"
            } else if kind == EntryKind::User || options.site {
                options.entry_names.as_str()
            } else {
                options.chunk_names.as_str()
            };
            (template, found.name.as_str())
        }
        _ => (options.chunk_names.as_str(), found.name.as_str()),
    };
    let (dir, name) = full.rsplit_once('/').unwrap_or(("", full));
    NameTemplate { template: template.to_string(), dir: dir.into(), name: name.into(), ext: ".js".into() }
}

fn asset_path(context: &Context<'_>, asset: AssetId) -> String {
    let found = &context.graph.assets[asset];
    if let Some(name) = &found.fixed_name {
        return name.clone();
    }
    let file = found.name.split('?').next().unwrap_or(&found.name).rsplit('/').next().unwrap_or_default();
    let (name, ext) = file.rsplit_once('.').map_or((file, String::new()), |(name, ext)| (name, format!(".{ext}")));
    let template =
        NameTemplate { template: context.options.asset_names.clone(), dir: String::new(), name: name.into(), ext };
    template.fill(HASH)
}

/// Length of the path from one chunk to another output, as the splicer foresees it for the source map.
pub fn relative_length(context: &Context<'_>, from: ChunkId, to: &OutputKey) -> usize {
    relative_url(&chunk_name(context, from).fill(HASH), &path(context, to)).len()
}

pub fn path(context: &Context<'_>, key: &OutputKey) -> String {
    match key {
        OutputKey::Chunk(chunk) => chunk_name(context, *chunk).fill(HASH),
        OutputKey::Style(sheet) => {
            let sheet = &context.plan.sheets[*sheet];
            let mut name = chunk_name(context, sheet.chunk);
            if !sheet.is_main {
                name.template.clone_from(&context.options.chunk_names);
            }
            let name = name.fill(HASH);
            name.strip_suffix(".js").unwrap_or(&name).to_string() + ".css"
        }
        OutputKey::Asset(asset) => asset_path(context, *asset),
        _ => String::new(),
    }
}

//! Declarations of CSS modules for TypeScript, where they are asked for.

use crate::config::Options;
use crate::lang::css;
use crate::model::{Contribution, FileKind, ModuleGraph, NameTemplate, OutputKey, Piece, RenderedFile};

/// One file for each CSS module of the project itself, named like it: `card.module.css.d.ts`.
pub(super) fn files(graph: &ModuleGraph, options: &Options) -> Vec<RenderedFile> {
    let Some(folder) = &options.css_modules.types else { return Vec::new() };
    let own = graph.styles.iter().filter(|style| style.local && style.is_file && !style.name.contains("node_modules/"));
    let file = |style: &crate::model::Style| {
        let parts = [folder.as_str(), style.name.split('?').next().unwrap_or(&style.name)];
        let path = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/") + ".d.ts";
        let text = css::declarations(&style.facts);
        let contribution = Contribution::whole(&style.name, None, text.len() as u64);
        RenderedFile {
            key: OutputKey::Named(path.clone()),
            // Nobody asks a host for them.
            kind: FileKind::Server,
            name: NameTemplate { template: path, dir: String::new(), name: String::new(), ext: String::new() },
            body: vec![Piece::Text(text.into_bytes())],
            contributions: vec![contribution],
            exports: Vec::new(),
        }
    };
    own.map(file).collect()
}

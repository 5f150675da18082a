//! Graphs of sheets for the tests of this stage.

mod linking;
mod printing;

use super::*;
use crate::base::{AssetId, ChunkId, IndexVec, ModuleId, SheetId};
use crate::config::{LegalComments, Minify};
use crate::lang::LanguageTarget;
use crate::lang::html::{HtmlFacts, HtmlRef};
use crate::model::{Asset, AssetKind, Chunk, Origin, Package, Page, RefStyle, Sheet, Style};
use std::sync::Arc;

/// A graph of sheets that name each other by file name. Images are assets, `http:` is external.
fn graph(files: &[(&str, &str)]) -> ModuleGraph {
    let mut graph = ModuleGraph::default();
    let style_id = |name: &str| files.iter().position(|(known, _)| *known == name).map(|at| StyleId(at as u32));
    for (at, (name, source)) in files.iter().enumerate() {
        let local = name.ends_with(".module.css");
        let scanned = css::scan(source, name, local, name, &css::ModuleNames::new(true));
        assert!(!scanned.problems.iter().any(Diagnostic::is_error), "{:?}", scanned.problems);
        let facts = scanned.value.unwrap();
        let imports = facts.imports.iter().map(|import| match style_id(&import.specifier) {
            Some(id) => Target::Style(id),
            None => Target::External(import.specifier.clone()),
        });
        let imports: Vec<Target> = imports.collect();
        let urls = facts.urls.iter().map(|url| match url.specifier.starts_with("http") {
            true => Target::External(url.specifier.clone()),
            false => Target::Asset(asset(&mut graph.assets, url.specifier.split(['?', '#']).next().unwrap())),
        });
        let urls: Vec<Target> = urls.collect();
        let importer = files.iter().take(at).position(|(_, text)| text.contains(name));
        let package = name.contains("node_modules").then(|| Package { name: "pkg".into(), version: "1.2.3".into() });
        graph.styles.push(Style {
            name: name.to_string(),
            path: format!("/project/{name}").into(),
            source: Arc::from(*source),
            source_hash: crate::base::ContentHash::of(source.as_bytes()),
            is_file: true,
            written: None,
            local,
            facts: Arc::new(facts),
            imports,
            urls,
            package,
            origin: importer.map_or(Origin::Entry, |at| Origin::Style(StyleId(at as u32))),
        });
    }
    graph
}

fn asset(assets: &mut IndexVec<AssetId, Asset>, name: &str) -> AssetId {
    if let Some((id, _)) = assets.iter_ids().find(|(_, asset)| asset.name == name) {
        return id;
    }
    assets.push(Asset {
        name: name.to_string(),
        path: format!("/project/{name}").into(),
        kind: AssetKind::Png,
        bytes: Arc::from(*b"x"),
        hash: crate::base::ContentHash::of(b"x"),
        references: Vec::new(),
        fixed_name: None,
        package: None,
        origin: Origin::Entry,
    })
}

fn plan(kind: ChunkKind, name: &str, styles: &[u32]) -> ChunkPlan {
    let styles = styles.iter().map(|id| StyleId(*id)).collect();
    let sheets = vec![SheetId(0)];
    let chunk = Chunk { kind, name: name.into(), modules: Vec::new(), static_imports: Vec::new(), sheets };
    let sheets = IndexVec::from(vec![Sheet { chunk: ChunkId(0), is_main: true, styles }]);
    ChunkPlan { chunks: IndexVec::from(vec![chunk]), sheets, ..ChunkPlan::default() }
}

/// References as `<asset name>`.
fn text(graph: &ModuleGraph, pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => String::from_utf8(text.clone()).unwrap(),
            Piece::Ref(OutputKey::Asset(id), style) => format!("<{}{:?}>", graph.assets[*id].name, style),
            Piece::Ref(other, _) => format!("<{other:?}>"),
        })
        .collect()
}

fn render_with(graph: &ModuleGraph, roots: &[u32], options: &Options) -> Noted<RenderedStyles> {
    render(graph, &Linked::default(), &plan(ChunkKind::Entry(0), "main", roots), options, &Cache::new(None))
}

/// The minified sheet of the first file (or of `roots`), without problems.
fn linked_roots(files: &[(&str, &str)], roots: &[u32]) -> String {
    let graph = graph(files);
    let noted = render_with(&graph, roots, &Options::for_tests());
    assert!(noted.problems.is_empty(), "{:?}", noted.problems);
    text(&graph, &noted.value.files[0].body)
}

fn linked(files: &[(&str, &str)]) -> String {
    linked_roots(files, &[0])
}

//! Stage 8: pages, as they are shipped.
//!
//! In: `ModuleGraph`, `ChunkPlan`, `ImageSets`, `InlineStyles`, `CriticalStyles`. Out: one `RenderedFile` per page and per web app
//! manifest, and the script that registers the service worker.
//! Invariants: no final URL is written here, only references; what a page loads first is what its entries need, each
//! once; nothing is put before the declaration of the character encoding.
//! Not here: finding references in HTML and printing it (`lang::html`), names of files (`seal`), the worker (`pwa`).
//! Start at: `edits.rs`.

mod edits;
mod head;
mod manifest;
mod registration;
#[cfg(test)]
mod tests;

use crate::config::Options;
use crate::diag::{Diagnostic, Location, Noted};
use crate::lang::html::{Document, HtmlPiece};
use crate::model::{
    AssetKind, ChunkPlan, Contribution, CriticalStyles, FileKind, ImageSets, InlineStyles, ModuleGraph, NameTemplate,
    OutputKey, Page, Piece, RefStyle, RenderedFile, Span,
};
use rayon::prelude::*;

/// A place in a page for the URL of an output.
type Hole = (OutputKey, RefStyle);
type Pieces = Vec<HtmlPiece<Hole>>;

/// What every page is made from.
#[derive(Clone, Copy)]
struct Site<'a> {
    graph: &'a ModuleGraph,
    plan: &'a ChunkPlan,
    images: &'a ImageSets,
    inline: &'a InlineStyles,
    critical: &'a CriticalStyles,
    options: &'a Options,
    /// Every page gets the script that registers the service worker.
    registers: bool,
}

/// Renders every page and web app manifest of the graph.
pub fn render(
    graph: &ModuleGraph,
    plan: &ChunkPlan,
    images: &ImageSets,
    (inline, critical): (&InlineStyles, &CriticalStyles),
    options: &Options,
) -> Noted<Vec<RenderedFile>> {
    let mut problems = Vec::new();
    let registers = registration::wanted(graph, options).take(&mut problems);
    let site = Site { graph, plan, images, inline, critical, options, registers };
    let ids: Vec<_> = graph.pages.ids().collect();
    let pages: Vec<Noted<RenderedFile>> = ids.into_par_iter().map(|id| render_page(site, id)).collect();
    let mut files: Vec<RenderedFile> = pages.into_iter().map(|page| page.take(&mut problems)).collect();
    // A manifest with a name of its own is copied as it is, with the other files of that kind.
    let made = |asset: &crate::model::Asset| asset.kind == AssetKind::WebManifest && asset.fixed_name.is_none();
    for (id, asset) in graph.assets.iter_ids().filter(|(_, asset)| made(asset)) {
        files.push(manifest::render(id, asset, options));
    }
    if registers {
        files.push(registration::script(options));
    }
    Noted::new(files, problems)
}

fn render_page(site: Site<'_>, id: crate::base::PageId) -> Noted<RenderedFile> {
    let page = &site.graph.pages[id];
    let document = Document::parse(&page.source);
    let mut problems = Vec::new();
    if document.mentions().len() == page.targets.len() {
        problems.extend(base_problem(site.options, page, &document));
    } else {
        let message = format!("the references of {} were counted differently by two stages", page.name);
        problems.push(Diagnostic::error("internal", message).at(Location::file(page.name.clone())));
    }
    let body = to_pieces(document.rewrite(&edits::of_page(site, id, &document)));
    let span = Span::of(&body);
    let contribution = Contribution { spans: vec![span], ..Contribution::whole(&page.name, None, span.end.bytes) };
    let file = RenderedFile {
        key: OutputKey::Page(id),
        kind: FileKind::Document,
        name: fixed(&page.output),
        body,
        contributions: vec![contribution],
        exports: Vec::new(),
    };
    Noted::new(file, problems)
}

/// `<base href>` moves what relative URLs are relative to.
fn base_problem(options: &Options, page: &Page, document: &Document<'_>) -> Option<Diagnostic> {
    let (start, end) = document.base_href().filter(|_| options.public_path.is_empty())?;
    Some(
        Diagnostic::warning("base-href", "relative URLs and <base href> do not go together")
            .at(Location::span(page.name.clone(), &page.source, start, end))
            .note("without a public path every URL of the build is relative to the file that mentions it")
            .hint("remove <base>, or give the place of the site: --public-path /"),
    )
}

fn to_pieces(pieces: Pieces) -> Vec<Piece> {
    let piece = |piece| match piece {
        HtmlPiece::Text(text) => Piece::Text(text.into_bytes()),
        HtmlPiece::Hole((key, style)) => Piece::Ref(key, style),
    };
    pieces.into_iter().map(piece).collect()
}

/// A name that is a path, without a hash.
fn fixed(path: &str) -> NameTemplate {
    NameTemplate { template: path.to_string(), dir: String::new(), name: String::new(), ext: String::new() }
}

/// What leads from a file named by `name` up to the output directory: nothing, `../`, …
fn way_up(name: &NameTemplate) -> String {
    "../".repeat(name.fill("hash").matches('/').count())
}

/// Files under the public path belong to another origin than the pages.
fn is_cross_origin(options: &Options) -> bool {
    let path = options.public_path.as_str();
    path.starts_with("//") || path.contains("://")
}

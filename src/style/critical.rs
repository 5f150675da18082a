//! What each page needs of its sheets before any script runs, to stand in the page itself (`--critical-css`).

use crate::base::{PageId, SheetId};
use crate::config::Options;
use crate::lang::css;
use crate::lang::html::Document;
use crate::model::{ChunkPlan, CriticalStyles, EntryKind, ModuleGraph, OutputKey, Piece, RefStyle, RenderedFile};
use std::collections::BTreeMap;

/// By page; one is left out where styles stand in its body, or where a sheet cannot be taken apart. `page` loads the sheets
/// of the others last, in the same order.
pub(super) fn of_pages(
    graph: &ModuleGraph,
    plan: &ChunkPlan,
    files: &[RenderedFile],
    options: &Options,
) -> CriticalStyles {
    if !options.critical_css {
        return CriticalStyles::new();
    }
    let bodies: BTreeMap<&OutputKey, &[Piece]> = files.iter().map(|file| (&file.key, file.body.as_slice())).collect();
    let mut out = CriticalStyles::new();
    for (id, page) in graph.pages.iter_ids() {
        let document = Document::parse(&page.source);
        let Some(last) = document.last_sheets() else { continue };
        let names = document.names();
        let linked = last.into_iter().map(|number| OutputKey::PageStyle(id, number as u32));
        let keys: Vec<OutputKey> = linked.chain(sheets(graph, plan, id).into_iter().map(OutputKey::Style)).collect();
        let part = |key: &OutputKey| {
            let Some(body) = bodies.get(key) else { return Some(Vec::new()) };
            let (text, references) = flat(body);
            Some(pieces(&css::critical(&text, &names)?, &references))
        };
        let parts: Option<Vec<Vec<Piece>>> = keys.iter().map(part).collect();
        if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
            let mut parts = parts.concat();
            parts.iter_mut().for_each(super::close_no_style);
            out.insert(id, parts);
        }
    }
    out
}

/// Those that the scripts of a page bring, in order.
fn sheets(graph: &ModuleGraph, plan: &ChunkPlan, page: PageId) -> Vec<SheetId> {
    let entries = graph.entries.iter().zip(&plan.entry_chunks).filter(|(entry, _)| entry.kind == EntryKind::Page(page));
    let mut out = Vec::new();
    for sheet in entries.filter_map(|(_, chunk)| plan.chunks.get(*chunk)).flat_map(|chunk| &chunk.sheets) {
        if !out.contains(sheet) {
            out.push(*sheet);
        }
    }
    out
}

type Reference = (OutputKey, RefStyle);

/// A number stands behind it, and a `z`.
const HOLE: &str = "plimref";

/// The text of a body with words in place of its references.
fn flat(body: &[Piece]) -> (String, Vec<Reference>) {
    let mut text = String::new();
    let mut references = Vec::new();
    for piece in body {
        match piece {
            Piece::Text(bytes) => text.push_str(&String::from_utf8_lossy(bytes)),
            Piece::Ref(key, style) => {
                text.push_str(&format!("{HOLE}{}z", references.len()));
                references.push((key.clone(), *style));
            }
        }
    }
    (text, references)
}

fn pieces(text: &str, references: &[Reference]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(HOLE) {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let number = after[..digits].parse::<usize>().ok();
        out.push(Piece::Text(before.into()));
        match (number.and_then(|number| references.get(number)), after[digits..].strip_prefix('z')) {
            (Some((key, style)), Some(after)) => {
                out.push(Piece::Ref(key.clone(), *style));
                rest = after;
            }
            _ => {
                out.push(Piece::Text(HOLE.into()));
                rest = after;
            }
        }
    }
    out.push(Piece::Text(rest.into()));
    out
}

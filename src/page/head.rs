//! What a page must load that its author did not write.

use super::edits::{html_piece, url};
use super::{Hole, Pieces, Site, registration};
use crate::base::{ChunkId, PageId};
use crate::config::Format;
use crate::lang::html::HtmlPiece;
use crate::model::{OutputKey, Piece, RefStyle};

/// `integrity` on what the page loads. Off: a CDN that recompresses, or a host that adds a line to scripts, would turn
/// a working site into a blank one, and on the page's own origin whoever can change the script can change the page.
const INTEGRITY: bool = false;

/// Markup for the end of the head: style sheets (rendering waits for them), modules that the entries import (so that
/// they are not found one after the other), the registration of the service worker.
///
/// With critical styles, these stand in the head, and the sheets, those of `last` before the others, at the end of the
/// body: nothing waits for them but what follows, and no script is needed that a policy could forbid.
pub(super) fn additions(site: Site<'_>, page: PageId, entries: &[ChunkId], last: Vec<OutputKey>) -> (Pieces, Pieces) {
    let separator = if site.options.minified() { "" } else { "\n" };
    let mut head = Head { pieces: Vec::new(), separator };
    let mut body = Head { pieces: Vec::new(), separator };
    let mut loaded: Vec<ChunkId> = Vec::new();
    for entry in entries {
        let needed = site.plan.chunks[*entry].static_imports.iter().chain([entry]);
        for chunk in needed {
            if !loaded.contains(chunk) {
                loaded.push(*chunk);
            }
        }
    }
    let mut applied = last;
    for sheet in entries.iter().flat_map(|entry| &site.plan.chunks[*entry].sheets) {
        if !applied.contains(&OutputKey::Style(*sheet)) {
            applied.push(OutputKey::Style(*sheet));
        }
    }
    if let Some(critical) = site.critical.get(&page) {
        head.style(critical);
        for sheet in applied {
            head.link("preload\" as=\"style", sheet.clone());
            body.link("stylesheet", sheet);
        }
    } else {
        applied.into_iter().for_each(|sheet| head.link("stylesheet", sheet));
    }
    if site.options.format == Format::Esm {
        for chunk in loaded.iter().filter(|chunk| !entries.contains(chunk)) {
            head.link("modulepreload", OutputKey::Chunk(*chunk));
        }
    }
    if site.registers {
        head.element("<script defer src=\"", registration::key(), "\"></script>");
    }
    (head.pieces, body.pieces)
}

struct Head {
    pieces: Pieces,
    separator: &'static str,
}

impl Head {
    /// Module scripts are always fetched with CORS; a preload or a style sheet that is not would be fetched twice.
    fn link(&mut self, rel: &str, key: OutputKey) {
        let start = format!("<link rel=\"{rel}\" crossorigin href=\"");
        if INTEGRITY {
            let integrity = HtmlPiece::Hole((key.clone(), RefStyle::Integrity));
            self.element(&start, key, "\" integrity=\"");
            self.pieces.extend([integrity, HtmlPiece::Text(format!("\">{}", self.separator))]);
        } else {
            self.element(&start, key, &format!("\">{}", self.separator));
        }
    }

    fn style(&mut self, text: &[Piece]) {
        self.pieces.push(HtmlPiece::Text("<style>".to_string()));
        self.pieces.extend(text.iter().map(html_piece));
        self.pieces.push(HtmlPiece::Text(format!("</style>{}", self.separator)));
    }

    fn element(&mut self, start: &str, key: OutputKey, end: &str) {
        let text = |text: &str| HtmlPiece::<Hole>::Text(text.to_string());
        self.pieces.extend([text(start), url(key), text(end)]);
    }
}

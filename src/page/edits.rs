//! What becomes of each reference of a page.

use super::{Hole, Pieces, Site, head};
use crate::base::{AssetId, ChunkId, ModuleId, PageId, join_url, relative_url};
use crate::config::Format;
use crate::lang::html::{Document, Edit, Edits, HtmlPiece, HtmlRefKind, Mention};
use crate::model::{EntryKind, OutputKey, Piece, RefStyle, Target};
use std::collections::BTreeMap;

/// All that is to change in a page.
pub(super) fn of_page(site: Site<'_>, id: PageId, document: &Document<'_>) -> Edits<Hole> {
    let mut editor = Editor { site, id, entries: Vec::new() };
    let targets = &site.graph.pages[id].targets;
    let mut references = BTreeMap::new();
    for (number, (mention, target)) in document.mentions().iter().zip(targets).enumerate() {
        if let Some(edit) = editor.edit(number as u32, mention, target) {
            references.insert(number, edit);
        }
    }
    let last = match site.critical.contains_key(&id) {
        true => document.last_sheets().unwrap_or_default(),
        false => Vec::new(),
    };
    // They stand at the end of the body.
    references.extend(last.iter().map(|number| (*number, Edit { remove: true, ..Edit::default() })));
    let last = last.into_iter().map(|number| OutputKey::PageStyle(id, number as u32)).collect();
    let (head_end, body_end) = head::additions(site, id, &editor.entries, last);
    Edits {
        references,
        head_end,
        body_end,
        variables: variables(&site.options.define),
        minify: site.options.minified(),
    }
}

/// `import.meta.env.NAME` as `%NAME%`.
fn variables(define: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let variable = |(name, expression): (&String, &String)| {
        let name = name.strip_prefix("import.meta.env.")?;
        let value = match serde_json::from_str(expression).ok()? {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Some((name.to_string(), value))
    };
    define.iter().filter_map(variable).collect()
}

struct Editor<'a> {
    site: Site<'a>,
    id: PageId,
    /// Chunks of the module scripts so far.
    entries: Vec<ChunkId>,
}

impl Editor<'_> {
    /// `None`: left as it is.
    fn edit(&mut self, number: u32, mention: &Mention, target: &Target) -> Option<Edit<Hole>> {
        match (mention.reference.kind, target) {
            (HtmlRefKind::InlineScript | HtmlRefKind::Script { .. }, Target::Module(module)) => {
                self.script(mention, *module)
            }
            (HtmlRefKind::Stylesheet, Target::Style(_)) => {
                Some(replaced(vec![url(OutputKey::PageStyle(self.id, number))]))
            }
            (HtmlRefKind::InlineStyle | HtmlRefKind::StyleAttribute, _) => {
                let pieces = self.site.inline.get(&(self.id, number))?;
                Some(replaced(pieces.iter().map(html_piece).collect()))
            }
            (_, Target::Asset(asset)) => Some(self.asset(mention, *asset)),
            (_, Target::Module(module)) => {
                let chunk = self.chunk(*module)?;
                Some(replaced(vec![url(OutputKey::Chunk(chunk))]))
            }
            (_, Target::Page(page)) => Some(replaced(self.page(mention, *page))),
            _ => None,
        }
    }

    /// A module script loads the chunk of its entry. Naming a module twice runs it once, so its second script goes.
    fn script(&mut self, mention: &Mention, module: ModuleId) -> Option<Edit<Hole>> {
        let chunk = self.chunk(module)?;
        if self.entries.contains(&chunk) {
            return Some(Edit { remove: true, ..Edit::default() });
        }
        self.entries.push(chunk);
        let src = ("src".to_string(), Some(vec![url(OutputKey::Chunk(chunk))]));
        let has = |name: &str| mention.attribute_value(name).is_some();
        let mut edit = Edit { empty: true, ..Edit::default() };
        if self.site.options.format == Format::Esm {
            if !has("crossorigin") {
                edit.set.push(("crossorigin".into(), None));
            }
        } else {
            // Not a module any more: `defer` keeps it running after the page is parsed, as modules do.
            edit.unset.push("type".into());
            if !has("async") {
                edit.set.push(("defer".into(), None));
            }
        }
        edit.set.push(src);
        Some(edit)
    }

    fn chunk(&self, module: ModuleId) -> Option<ChunkId> {
        let (graph, plan) = (self.site.graph, self.site.plan);
        let of = |kind: Option<EntryKind>| {
            let is_it =
                |entry: &crate::model::Entry| entry.module == module && kind.is_none_or(|kind| entry.kind == kind);
            graph.entries.iter().position(is_it).and_then(|at| plan.entry_chunks.get(at).copied())
        };
        let known = |chunk: &ChunkId| plan.chunks.get(*chunk).is_some();
        of(Some(EntryKind::Page(self.id)))
            .filter(known)
            .or_else(|| of(None).filter(known))
            .or_else(|| plan.chunk_of.get(module).copied().flatten())
    }

    fn asset(&self, mention: &Mention, asset: AssetId) -> Edit<Hole> {
        let mut value = vec![url(OutputKey::Asset(asset))];
        let (_, query, fragment) = parts(&mention.reference.specifier);
        // A name with a hash needs no query to defeat caches.
        let query = if self.site.graph.assets[asset].fixed_name.is_some() { query } else { "" };
        if !query.is_empty() || !fragment.is_empty() {
            value.push(HtmlPiece::Text(format!("{query}{fragment}")));
        }
        let mut edit = replaced(value);
        if let Some((width, height)) = self.dimensions(mention, asset) {
            edit.set.push(("width".into(), Some(vec![HtmlPiece::Text(width.to_string())])));
            edit.set.push(("height".into(), Some(vec![HtmlPiece::Text(height.to_string())])));
        }
        edit
    }

    /// The size to note on an `<img>`, so that the page does not jump when it arrives. Not where the page says how
    /// large it is, or where another file may be shown in its place.
    fn dimensions(&self, mention: &Mention, asset: AssetId) -> Option<(u32, u32)> {
        let plain = mention.element == "img" && mention.attribute == "src" && !mention.art_directed;
        let said = ["width", "height", "srcset", "sizes"].iter().any(|name| mention.attribute_value(name).is_some());
        let styled = mention.attribute_value("style").is_some_and(|style| {
            let style = style.to_ascii_lowercase();
            ["width", "height", "aspect-ratio", "inline-size", "block-size"].iter().any(|name| style.contains(name))
        });
        if !plain || said || styled {
            return None;
        }
        let image = self.site.images.get(asset)?.as_ref()?;
        (image.width > 0 && image.height > 0).then_some((image.width, image.height))
    }

    /// A link to another page: written as the author did, to the file or to its folder.
    fn page(&self, mention: &Mention, page: PageId) -> Pieces {
        let (path, query, fragment) = parts(&mention.reference.specifier);
        let suffix = HtmlPiece::Text(format!("{query}{fragment}"));
        if path.ends_with(".html") || path.ends_with(".htm") {
            return vec![url(OutputKey::Page(page)), suffix];
        }
        let output = &self.site.graph.pages[page].output;
        let folder = &output[..output.rfind('/').map_or(0, |slash| slash + 1)];
        let address = match self.site.options.public_path.as_str() {
            "" => relative_url(&self.site.graph.pages[self.id].output, folder),
            public => join_url(public, folder),
        };
        vec![HtmlPiece::Text(address), suffix]
    }
}

fn replaced(value: Pieces) -> Edit<Hole> {
    Edit { value: Some(value), ..Edit::default() }
}

pub(super) fn url(key: OutputKey) -> HtmlPiece<Hole> {
    HtmlPiece::Hole((key, RefStyle::Public))
}

pub(super) fn html_piece(piece: &Piece) -> HtmlPiece<Hole> {
    match piece {
        Piece::Text(text) => HtmlPiece::Text(String::from_utf8_lossy(text).into_owned()),
        Piece::Ref(key, style) => HtmlPiece::Hole((key.clone(), *style)),
    }
}

/// Path, `?query` and `#fragment`.
fn parts(url: &str) -> (&str, &str, &str) {
    let (rest, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    (path, query, fragment)
}

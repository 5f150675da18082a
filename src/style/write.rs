//! Ordered sheets to one body of text and references.

use super::order::{Condition, Entry, Item, Layer};
use crate::base::StyleId;
use crate::config::{LegalComments, Options};
use crate::lang::css::{self, CompiledCss, CssOrigin, CssPiece};
use crate::model::{ChunkPlan, ModuleGraph, OutputKey, Piece, RefStyle, Span, Spot, Style, Target};
use std::collections::BTreeMap;

/// A linked sheet before it has a name.
#[derive(Default)]
pub(super) struct Body {
    pub pieces: Vec<Piece>,
    /// Bytes of text that each sheet gave, in order of appearance.
    pub bytes: Vec<(StyleId, Span)>,
    /// In order of place.
    pub marks: Vec<Mark>,
}

/// Where a byte of a body comes from.
pub(super) struct Mark {
    /// Which of the pieces, and the byte in its text.
    pub piece: usize,
    pub at: usize,
    /// `None`: what follows comes from no sheet.
    pub from: Option<(StyleId, CssOrigin)>,
}

pub(super) struct Writer<'a> {
    pub graph: &'a ModuleGraph,
    pub plan: &'a ChunkPlan,
    pub compiled: &'a BTreeMap<StyleId, CompiledCss>,
    /// Empty where no source map is asked for.
    pub origins: &'a BTreeMap<StyleId, Vec<CssOrigin>>,
    pub options: &'a Options,
}

impl Writer<'_> {
    /// `file`: with banner and footer, and `@charset` where it is needed; a sheet in a page has neither.
    pub fn body(&self, entries: &[Entry], file: bool) -> Body {
        let mut out = Out { newline: if self.options.minified() { "" } else { "\n" }, ..Out::default() };
        if file && let Some(banner) = self.options.banner.get("css") {
            out.line(banner);
        }
        let top = self.write_top(entries, &mut out);
        self.write_namespaces(entries, &mut out);
        self.write_group(&entries[top..], 0, &mut out);
        self.write_legal_at_end(entries, &mut out);
        if file && let Some(footer) = self.options.footer.get("css") {
            out.end_line();
            out.line(footer);
        }
        let mut body = out.finish();
        if file && body.pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if !text.is_ascii())) {
            // Without it a browser may read the file in the encoding of the page. It must be the very first.
            match body.pieces.first_mut() {
                Some(Piece::Text(text)) => {
                    drop(text.splice(0..0, CHARSET.bytes()));
                    let first = body.marks.iter_mut().filter(|mark| mark.piece == 0);
                    first.for_each(|mark| mark.at += CHARSET.len());
                }
                _ => {
                    body.pieces.insert(0, Piece::Text(CHARSET.into()));
                    body.marks.iter_mut().for_each(|mark| mark.piece += 1);
                }
            }
        }
        body
    }

    /// Imports that stay imports, and the layer statements before them. Returns how many entries that were.
    fn write_top(&self, entries: &[Entry], out: &mut Out) -> usize {
        let Some(last) = entries.iter().rposition(|entry| matches!(entry.item, Item::External(_))) else { return 0 };
        let minify = self.options.minified();
        let mut imported = false;
        for entry in &entries[..=last] {
            let statement = match &entry.item {
                Item::External(url) => import(url, &entry.conditions, minify),
                Item::Layers(names) => early_layers(names, &entry.conditions, minify),
                Item::Sheet(_) => continue,
            };
            // After a layer statement that follows an import, imports are ignored.
            let is_import = statement.starts_with("@import");
            let statement =
                if imported && !is_import { wrap(statement, &[Condition::default()], minify) } else { statement };
            imported |= is_import;
            out.text(&statement);
            out.newline();
        }
        last + 1
    }

    fn write_namespaces(&self, entries: &[Entry], out: &mut Out) {
        let mut seen: Vec<&String> = Vec::new();
        for entry in entries {
            let Item::Sheet(id) = entry.item else { continue };
            for namespace in self.compiled.get(&id).into_iter().flat_map(|sheet| &sheet.namespaces) {
                if !seen.contains(&namespace) {
                    seen.push(namespace);
                    out.text(namespace);
                    out.newline();
                }
            }
        }
    }

    /// Writes entries that share their first `depth` conditions, which are open already. Neighbours in the same
    /// condition share one block: for an anonymous layer that is a must.
    fn write_group(&self, entries: &[Entry], depth: usize, out: &mut Out) {
        let mut at = 0;
        while at < entries.len() {
            let Some(condition) = entries[at].conditions.get(depth) else {
                self.write_item(&entries[at].item, out);
                at += 1;
                continue;
            };
            let same = |entry: &&Entry| entry.conditions.get(depth) == Some(condition);
            let end = at + entries[at..].iter().take_while(same).count();
            let group = &entries[at..end];
            let only_declares = group.iter().all(|entry| {
                entry.conditions.len() == depth + 1 && matches!(&entry.item, Item::Layers(names) if names.is_empty())
            });
            let blocks = out.open(condition, only_declares);
            if !only_declares {
                self.write_group(group, depth + 1, out);
            }
            for _ in 0..blocks {
                out.text("}");
                out.newline();
            }
            at = end;
        }
    }

    fn write_item(&self, item: &Item, out: &mut Out) {
        match item {
            Item::Layers(names) if names.is_empty() => {}
            Item::Layers(names) => {
                out.text(&format!("@layer {};", names.join(if out.newline.is_empty() { "," } else { ", " })));
                out.newline();
            }
            Item::Sheet(id) => self.write_sheet(*id, out),
            // All of them are in the top.
            Item::External(_) => {}
        }
    }

    fn write_sheet(&self, id: StyleId, out: &mut Out) {
        let (Some(sheet), style) = (self.compiled.get(&id), &self.graph.styles[id]) else { return };
        if self.options.legal_comments == LegalComments::Inline {
            sheet.legal.iter().for_each(|comment| out.line(&closed(comment)));
        }
        if sheet.body.is_empty() {
            return;
        }
        if !out.newline.is_empty() {
            out.line(&format!("/* {} */", style.name.replace("*/", "* /")));
        }
        let start = out.spot();
        let mut origins = self.origins.get(&id).map_or(&[][..], Vec::as_slice);
        for (number, piece) in sheet.body.iter().enumerate() {
            let own = origins.partition_point(|origin| origin.piece as usize <= number);
            out.mark(id, &origins[..own]);
            origins = &origins[own..];
            pieces(style, std::slice::from_ref(piece), self).into_iter().for_each(|piece| out.piece(piece));
        }
        out.end_marks();
        out.by_sheet.push((id, Span { start, end: out.spot() }));
        out.newline();
    }

    fn write_legal_at_end(&self, entries: &[Entry], out: &mut Out) {
        if !matches!(self.options.legal_comments, LegalComments::Eof | LegalComments::Linked) {
            return;
        }
        let mut seen: Vec<&String> = Vec::new();
        for entry in entries {
            let Item::Sheet(id) = entry.item else { continue };
            for comment in self.compiled.get(&id).into_iter().flat_map(|sheet| &sheet.legal) {
                if !seen.contains(&comment) {
                    seen.push(comment);
                    out.end_line();
                    out.line(&closed(comment));
                }
            }
        }
    }
}

const CHARSET: &str = "@charset \"UTF-8\";";

/// A comment that the end of the file cut off.
fn closed(comment: &str) -> String {
    if comment.len() > 3 && comment.ends_with("*/") { comment.to_string() } else { format!("{comment}*/") }
}

#[derive(Default)]
struct Out {
    pieces: Vec<Piece>,
    text: String,
    written: u64,
    /// After every construct; empty in minified output.
    newline: &'static str,
    by_sheet: Vec<(StyleId, Span)>,
    refs: u32,
    marks: Vec<Mark>,
}

impl Out {
    /// Places in the text that is written next.
    fn mark(&mut self, id: StyleId, origins: &[CssOrigin]) {
        let (piece, start) = (self.pieces.len(), self.text.len());
        let mark =
            |origin: &CssOrigin| Mark { piece, at: start + origin.at as usize, from: Some((id, origin.clone())) };
        self.marks.extend(origins.iter().map(mark));
    }

    fn end_marks(&mut self) {
        if self.marks.last().is_some_and(|last| last.from.is_some()) {
            self.marks.push(Mark { piece: self.pieces.len(), at: self.text.len(), from: None });
        }
    }

    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn newline(&mut self) {
        self.text.push_str(self.newline);
    }

    /// On a line of its own, minified or not.
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn end_line(&mut self) {
        let starts_line = self.text.ends_with('\n') || (self.text.is_empty() && self.pieces.is_empty());
        if !starts_line {
            self.text.push('\n');
        }
    }

    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Text(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
            reference => {
                self.flush();
                self.refs += 1;
                self.pieces.push(reference);
            }
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.written += self.text.len() as u64;
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text).into_bytes()));
        }
    }

    fn spot(&self) -> Spot {
        Spot { bytes: self.written + self.text.len() as u64, mentions: self.refs }
    }

    /// Opens the blocks of a condition and returns how many. `only_declares`: nothing goes into its layer.
    fn open(&mut self, condition: &Condition, only_declares: bool) -> usize {
        let space = if self.newline.is_empty() { "" } else { " " };
        let mut blocks = 0;
        for (name, prelude) in [("media", &condition.media), ("supports", &condition.supports)] {
            if !prelude.is_empty() {
                // `@media(…)` is shorter by one, as in lightningcss's own output.
                let gap = if space.is_empty() && prelude.starts_with('(') { "" } else { " " };
                self.text(&format!("@{name}{gap}{prelude}{space}{{"));
                self.newline();
                blocks += 1;
            }
        }
        let name = match &condition.layer {
            None => return blocks,
            Some(Layer::Named(name)) => format!(" {name}"),
            Some(Layer::Anonymous(_)) => String::new(),
        };
        if only_declares {
            self.text(&format!("@layer{name};"));
        } else {
            self.text(&format!("@layer{name}{space}{{"));
            blocks += 1;
        }
        self.newline();
        blocks
    }

    fn finish(mut self) -> Body {
        self.flush();
        Body { pieces: self.pieces, bytes: self.by_sheet, marks: self.marks }
    }
}

/// Fills the slots of compiled text.
pub(super) fn pieces(style: &Style, body: &[CssPiece], writer: &Writer) -> Vec<Piece> {
    let mut out = Vec::new();
    for piece in body {
        let (index, whole) = match piece {
            CssPiece::Text(text) => {
                out.push(Piece::Text(text.clone().into_bytes()));
                continue;
            }
            CssPiece::Url(index) => (*index as usize, true),
            CssPiece::UrlString(index) => (*index as usize, false),
        };
        let specifier = style.facts.urls.get(index).map_or("", |url| url.specifier.as_str());
        let literal = |url: &str| {
            let minify = writer.options.minified();
            Piece::Text(if whole { css::url_token(url, minify) } else { css::string_token(url) }.into_bytes())
        };
        let key = match style.urls.get(index) {
            Some(Target::Asset(id)) => OutputKey::Asset(*id),
            Some(Target::Page(id)) => OutputKey::Page(*id),
            Some(Target::External(url)) => {
                out.push(literal(url));
                continue;
            }
            _ => {
                out.push(literal(specifier));
                continue;
            }
        };
        out.extend(reference(key, suffix(specifier), whole, writer));
    }
    out
}

/// `?query` and `#fragment` of a URL, which the output keeps: `#iefix`, the id of an SVG symbol.
fn suffix(specifier: &str) -> &str {
    let suffix = specifier.find(['?', '#']).map_or("", |at| &specifier[at..]);
    // Said to us, not to the server.
    let ours = ["?url", "?raw", "?inline"].iter().find_map(|query| suffix.strip_prefix(query));
    ours.filter(|rest| rest.is_empty() || rest.starts_with('#')).unwrap_or(suffix)
}

/// `url(…)` or a string around a mention of another output.
fn reference(key: OutputKey, suffix: &str, whole: bool, writer: &Writer) -> [Piece; 3] {
    let options = writer.options;
    // The file's final name is made of these.
    let name = match key {
        OutputKey::Asset(id) => writer.graph.assets.get(id).map_or("", |asset| asset.name.as_str()),
        _ => "",
    };
    let plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~/@+$[]?=&#:%!,*".contains(&byte));
    let unquoted = options.minified()
        && !name.is_empty()
        && [name, suffix, &options.asset_names, &options.public_path].iter().all(|text| plain(text));
    let (open, close) = match (whole, unquoted) {
        (true, true) => ("url(", ")"),
        (true, false) => ("url(\"", "\")"),
        (false, _) => ("\"", "\""),
    };
    let style = if options.public_path.is_empty() { RefStyle::Relative } else { RefStyle::Public };
    let mut inside = css::string_token(suffix);
    inside.truncate(inside.len() - 1);
    let end = format!("{}{close}", &inside[1..]);
    [Piece::Text(open.into()), Piece::Ref(key, style), Piece::Text(end.into_bytes())]
}

/// An import that stays one. `@import` takes one set of conditions: each further one needs a sheet around it.
fn import(url: &str, conditions: &[Condition], minify: bool) -> String {
    match conditions.split_last() {
        None => import_statement(url, &Condition::default(), minify),
        Some((last, outer)) => wrap(import_statement(url, last, minify), outer, minify),
    }
}

/// Layers that must be declared before an import.
fn early_layers(names: &[String], conditions: &[Condition], minify: bool) -> String {
    let innermost = conditions.iter().rposition(|rest| !rest.media.is_empty() || !rest.supports.is_empty());
    let outer = innermost.map_or(0, |at| at + 1);
    let mut parents: Vec<&str> = Vec::new();
    for condition in &conditions[outer..] {
        if let Some(Layer::Named(name)) = &condition.layer {
            parents.push(name);
        }
    }
    let full = |name: &String| parents.iter().copied().chain([name.as_str()]).collect::<Vec<_>>().join(".");
    let statement = match (names.is_empty(), parents.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("@layer {};", parents.join(".")),
        (false, _) => format!("@layer {};", names.iter().map(full).collect::<Vec<_>>().join(",")),
    };
    wrap(statement, &conditions[..outer], minify)
}

fn wrap(mut statement: String, outer: &[Condition], minify: bool) -> String {
    for condition in outer.iter().rev() {
        let url = format!("data:text/css,{}", percent_encoded(&statement));
        statement = import_statement(&url, condition, minify);
    }
    statement
}

/// Strings and parentheses end where they end: only a word needs white space behind it (CSS Syntax 3, section 4.3).
fn import_statement(url: &str, condition: &Condition, minify: bool) -> String {
    let mut parts = vec!["@import".to_string(), css::string_token(url)];
    match &condition.layer {
        None => {}
        Some(Layer::Named(name)) => parts.push(format!("layer({name})")),
        Some(Layer::Anonymous(_)) => parts.push("layer".to_string()),
    }
    if !condition.supports.is_empty() {
        let declaration = minify.then(|| lone_declaration(&condition.supports)).flatten();
        parts.push(format!("supports({})", declaration.unwrap_or(&condition.supports)));
    }
    if !condition.media.is_empty() {
        parts.push(condition.media.clone());
    }
    let mut out = String::new();
    for part in parts {
        let word = out.ends_with(|c: char| c != '"' && c != ')') && !part.starts_with('"');
        if !out.is_empty() && (!minify || word) {
            out.push(' ');
        }
        out.push_str(&part);
    }
    out + ";"
}

/// `display:grid` of `(display:grid)`: `supports()` takes it without parentheses of its own (CSS Cascade 5, section 2).
fn lone_declaration(condition: &str) -> Option<&str> {
    let inside = condition.strip_prefix('(')?.strip_suffix(')')?;
    let name = inside.split(':').next()?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_name && name.len() < inside.len() && !inside.contains(['(', ')', '"', '\\'])).then_some(inside)
}

fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'%' | b'"' | b'#' | b'\\' | 0..=0x1f | 0x7f.. => out.push_str(&format!("%{byte:02X}")),
            _ => out.push(byte as char),
        }
    }
    out
}

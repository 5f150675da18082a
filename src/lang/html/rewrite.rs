//! Prints a page with some of its references replaced.

use super::mentions::{IGNORE, Mention, Site, variable};
use super::minify::{self, Action};
use super::tokens::{Attribute, Kind, TextKind, Token};
use super::{HtmlPiece, entities};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of the element of one reference. The default leaves it as it is.
#[derive(Clone, Debug)]
pub struct Edit<T> {
    /// Replaces the URL, the style attribute or the text of the element.
    pub value: Option<Vec<HtmlPiece<T>>>,
    /// Attributes added or replaced; `None` is an attribute without value.
    pub set: Vec<(String, Option<Vec<HtmlPiece<T>>>)>,
    pub unset: Vec<String>,
    /// Drops the text between the tags.
    pub empty: bool,
    /// Drops the element (those that can hold no other element: scripts, styles, links).
    pub remove: bool,
}

impl<T> Default for Edit<T> {
    fn default() -> Self {
        Edit { value: None, set: Vec::new(), unset: Vec::new(), empty: false, remove: false }
    }
}

/// All that is to change in a page.
#[derive(Clone, Debug)]
pub struct Edits<T> {
    /// By number of the mention.
    pub references: BTreeMap<usize, Edit<T>>,
    /// Markup put at the end of the head, be its end written or implied.
    pub head_end: Vec<HtmlPiece<T>>,
    /// The same of the body.
    pub body_end: Vec<HtmlPiece<T>>,
    /// `%NAME%` → value.
    pub variables: BTreeMap<String, String>,
    pub minify: bool,
}

impl<T> Default for Edits<T> {
    fn default() -> Self {
        Edits {
            references: BTreeMap::new(),
            head_end: Vec::new(),
            body_end: Vec::new(),
            variables: BTreeMap::new(),
            minify: false,
        }
    }
}

/// Browsers look for the character encoding in this many bytes.
const CHARSET_WINDOW: usize = 1024;
/// What a URL that is not known yet is taken to need.
const ASSUMED_URL: usize = 160;

pub(super) fn print<T: Clone>(
    source: &str,
    tokens: &[Token],
    mentions: &[Mention],
    edits: &Edits<T>,
) -> Vec<HtmlPiece<T>> {
    let head = head(source, tokens);
    let actions = if edits.minify { minify::plan(source, tokens, head.end) } else { vec![Action::Keep; tokens.len()] };
    let mut by_token: BTreeMap<usize, Vec<(&Mention, &Edit<T>)>> = BTreeMap::new();
    for (number, edit) in &edits.references {
        if let Some(mention) = mentions.get(*number) {
            by_token.entry(mention.token).or_default().push((mention, edit));
        }
    }
    let mut printer = Printer { source, tokens, edits, by_token, actions, out: Out::default(), charset_end: 0 };
    printer.run(&head, false);
    if printer.charset_end > CHARSET_WINDOW {
        printer.out = Out::default();
        printer.run(&head, true);
    }
    printer.out.pieces
}

/// The first token behind the head.
pub(super) fn head_end(source: &str, tokens: &[Token]) -> usize {
    head(source, tokens).end
}

/// The parts of the head, as token numbers.
struct Head {
    /// The first token after the last one that belongs to the head: where additions go.
    end: usize,
    /// After `<head>`, or before the first element of a head that has no tag.
    start: usize,
    charset: Option<usize>,
}

/// Walks the page as a browser builds it: the head ends at `</head>`, `<body>` or whatever else cannot be in a head.
fn head(source: &str, tokens: &[Token]) -> Head {
    let mut found = Head { end: 0, start: 0, charset: None };
    let mut content_of: Option<&str> = None;
    for (at, token) in tokens.iter().enumerate() {
        found.end = at;
        let text = &source[token.start..token.end];
        match (&token.kind, content_of) {
            (Kind::Close { name }, Some(open)) if name == open => content_of = None,
            (_, Some(_)) => {}
            (Kind::Open { name, .. }, None) if matches!(name.as_str(), "html" | "head") => found.start = at + 1,
            (Kind::Open { name, attributes, .. }, None) => match name.as_str() {
                "title" | "style" | "script" | "noscript" | "template" => content_of = Some(name),
                "meta" | "link" | "base" | "basefont" | "bgsound" => {
                    if name == "meta" && found.charset.is_none() && declares_charset(source, attributes) {
                        found.charset = Some(at);
                    }
                }
                _ => return found,
            },
            (Kind::Text(_), None) if text.trim_matches(['\u{FEFF}', ' ', '\t', '\n', '\r', '\x0C']).is_empty() => {}
            (Kind::Doctype, None) => found.start = at + 1,
            (Kind::Comment, None) => {}
            _ => return found,
        }
    }
    found.end = tokens.len();
    found
}

fn declares_charset(source: &str, attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let value = attribute.value.map_or("", |(start, end)| &source[start..end]);
        attribute.name == "charset"
            || (attribute.name == "http-equiv" && value.trim().eq_ignore_ascii_case("content-type"))
    })
}

struct Out<T> {
    pieces: Vec<HtmlPiece<T>>,
    /// Length so far, unknown URLs taken for long.
    length: usize,
}

impl<T> Default for Out<T> {
    fn default() -> Self {
        Out { pieces: Vec::new(), length: 0 }
    }
}

impl<T: Clone> Out<T> {
    fn text(&mut self, text: &str) {
        self.length += text.len();
        match self.pieces.last_mut() {
            Some(HtmlPiece::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(HtmlPiece::Text(text.to_string())),
        }
    }
    fn hole(&mut self, hole: &T) {
        self.length += ASSUMED_URL;
        self.pieces.push(HtmlPiece::Hole(hole.clone()));
    }
    fn pieces(&mut self, pieces: &[HtmlPiece<T>], quote: impl Fn(&str) -> String) {
        for piece in pieces {
            match piece {
                HtmlPiece::Text(text) => self.text(&quote(text)),
                HtmlPiece::Hole(hole) => self.hole(hole),
            }
        }
    }
}

struct Printer<'a, T> {
    source: &'a str,
    tokens: &'a [Token],
    edits: &'a Edits<T>,
    by_token: BTreeMap<usize, Vec<(&'a Mention, &'a Edit<T>)>>,
    actions: Vec<Action>,
    out: Out<T>,
    /// Where the declaration of the character encoding ended.
    charset_end: usize,
}

impl<T: Clone> Printer<'_, T> {
    /// `hoist` puts the declaration of the character encoding first in the head.
    fn run(&mut self, head: &Head, hoist: bool) {
        let ends = |token: &Token| matches!(token.close_name(), Some("body" | "html"));
        let body_end = self.tokens.iter().rposition(|token| token.close_name() == Some("body"));
        let body_end = body_end.or_else(|| self.tokens.iter().rposition(ends)).filter(|at| *at >= head.end);
        let mut at = 0;
        while at < self.tokens.len() {
            if hoist && at == head.start {
                at = self.hoist(head, at);
            }
            if at == head.end {
                self.out.pieces(&self.edits.head_end, str::to_string);
            }
            if body_end == Some(at) {
                self.out.pieces(&self.edits.body_end, str::to_string);
            }
            let next = if hoist && head.charset == Some(at) { at + 1 } else { self.token(at) };
            if head.charset == Some(at) && !hoist {
                self.charset_end = self.out.length;
            }
            at = next;
        }
        if head.end >= self.tokens.len() {
            self.out.pieces(&self.edits.head_end, str::to_string);
        }
        if body_end.is_none() {
            self.out.pieces(&self.edits.body_end, str::to_string);
        }
    }

    fn hoist(&mut self, head: &Head, at: usize) -> usize {
        if let Some(charset) = head.charset {
            self.token(charset);
        }
        at
    }

    /// Prints one token, or an element that is edited as a whole, and returns the number of the next.
    fn token(&mut self, at: usize) -> usize {
        let token = &self.tokens[at];
        let text = &self.source[token.start..token.end];
        match (&token.kind, &self.actions[at]) {
            (_, Action::Drop) => {}
            (Kind::Open { name, attributes, self_closing, foreign }, _) => {
                return self.element(at, name, attributes, *self_closing && *foreign);
            }
            (_, Action::Text(text)) => self.substituted(&text.clone(), entities::escape_text),
            (Kind::Text(TextKind::Data), _) => self.substituted(text, entities::escape_text),
            (Kind::Text(TextKind::Raw), _) => self.substituted(text, str::to_string),
            (Kind::Close { name }, _) if self.edits.minify => self.out.text(&format!("</{name}>")),
            _ => self.out.text(text),
        }
        at + 1
    }

    fn element(&mut self, at: usize, name: &str, attributes: &[Attribute], closed: bool) -> usize {
        let edits = self.by_token.get(&at).cloned().unwrap_or_default();
        if edits.iter().any(|(_, edit)| edit.remove) {
            return self.after_element(at, name);
        }
        self.open_tag(at, name, attributes, closed, &edits);
        let content = edits.iter().find(|(mention, edit)| mention.site == Site::Content && edit.value.is_some());
        if let Some(value) = content.and_then(|(_, edit)| edit.value.as_ref()) {
            self.out.pieces(value, |text| guard_end_tag(text, name));
            return self.after_text(at);
        }
        if edits.iter().any(|(_, edit)| edit.empty) { self.after_text(at) } else { at + 1 }
    }

    fn after_text(&self, at: usize) -> usize {
        let rest = &self.tokens[at + 1..];
        at + 1 + rest.iter().take_while(|token| matches!(token.kind, Kind::Text(_))).count()
    }

    fn after_element(&self, at: usize, name: &str) -> usize {
        if minify::is_void(name) {
            return at + 1;
        }
        let next = self.after_text(at);
        next + usize::from(self.tokens.get(next).and_then(Token::close_name) == Some(name))
    }

    fn open_tag(
        &mut self,
        at: usize,
        name: &str,
        attributes: &[Attribute],
        closed: bool,
        edits: &[(&Mention, &Edit<T>)],
    ) {
        let token = &self.tokens[at];
        let name_end = token.start + 1 + name.len();
        self.out.text(&self.source[token.start..name_end]);
        let mut gap_start = name_end;
        let mut unquoted = false;
        let mut written = BTreeSet::new();
        for (index, attribute) in attributes.iter().enumerate() {
            let gap = if self.edits.minify { " " } else { &self.source[gap_start..attribute.name_range.0] };
            gap_start = attribute.end();
            if !self.dropped(name, attribute, edits) {
                self.out.text(if gap.is_empty() { " " } else { gap });
                unquoted = self.attribute(index, attribute, edits);
                written.insert(attribute.name.clone());
            }
        }
        for (added, value) in edits.iter().flat_map(|(_, edit)| &edit.set) {
            if written.insert(added.clone()) {
                self.out.text(" ");
                unquoted = self.written(added, value.as_deref());
            }
        }
        let tail = &self.source[gap_start..token.end];
        match (self.edits.minify, closed) {
            (true, true) => self.out.text(if unquoted { " />" } else { "/>" }),
            (true, false) => self.out.text(">"),
            _ if unquoted && tail.starts_with('/') => self.out.text(&format!(" {tail}")),
            _ => self.out.text(tail),
        }
    }

    fn dropped(&self, element: &str, attribute: &Attribute, edits: &[(&Mention, &Edit<T>)]) -> bool {
        let value = attribute.value.map_or("", |(start, end)| &self.source[start..end]);
        IGNORE.contains(&attribute.name.as_str())
            || edits.iter().any(|(_, edit)| edit.unset.contains(&attribute.name))
            || (self.edits.minify && minify::redundant(element, attribute, value))
    }

    /// Prints one attribute of the page. True if it ends without a quote.
    fn attribute(&mut self, index: usize, attribute: &Attribute, edits: &[(&Mention, &Edit<T>)]) -> bool {
        let set = edits.iter().flat_map(|(_, edit)| &edit.set).find(|(name, _)| *name == attribute.name);
        if let Some((name, value)) = set {
            return self.written(name, value.as_deref());
        }
        if let Some(value) = self.new_value(index, attribute, edits) {
            let name = &self.source[attribute.name_range.0..attribute.name_range.1];
            return self.written(name, Some(&value));
        }
        let text = &self.source[attribute.name_range.0..attribute.end()];
        let quote = if attribute.quoted { entities::escape_quoted } else { entities::escape_bare };
        // Between name and value there may be white space.
        match attribute.value {
            Some((start, _)) if self.edits.minify => {
                let name = &self.source[attribute.name_range.0..attribute.name_range.1];
                let value = &self.source[start - usize::from(attribute.quoted)..attribute.end()];
                self.out.text(name);
                if attribute.quoted || !value.is_empty() {
                    self.out.text("=");
                    self.substituted(value, quote);
                }
            }
            _ => self.substituted(text, quote),
        }
        !attribute.quoted && attribute.value.is_some()
    }

    fn written(&mut self, name: &str, value: Option<&[HtmlPiece<T>]>) -> bool {
        self.out.text(name);
        if let Some(value) = value {
            self.out.text("=\"");
            self.out.pieces(value, entities::escape);
            self.out.text("\"");
        }
        false
    }

    /// The value of an attribute with the edits of its mentions put in; `None` when there are none.
    fn new_value(
        &self,
        index: usize,
        attribute: &Attribute,
        edits: &[(&Mention, &Edit<T>)],
    ) -> Option<Vec<HtmlPiece<T>>> {
        let (start, end) = attribute.value?;
        let old = entities::decode(&self.source[start..end]);
        let mut out = Vec::new();
        let mut at = 0;
        let mut changed = false;
        for (mention, edit) in edits {
            let Some(value) = &edit.value else { continue };
            match mention.site {
                Site::Value { attribute } if attribute == index => return Some(value.clone()),
                Site::Candidate { attribute, start, end } if attribute == index => {
                    out.push(HtmlPiece::Text(old[at..start].to_string()));
                    out.extend(value.iter().cloned());
                    at = end;
                    changed = true;
                }
                _ => {}
            }
        }
        out.push(HtmlPiece::Text(old[at..].to_string()));
        changed.then_some(out)
    }

    /// Prints text with `%NAME%` replaced where the name is known.
    fn substituted(&mut self, text: &str, quote: fn(&str) -> String) {
        let mut rest = text;
        while let Some((range, name)) = variable(rest) {
            match self.edits.variables.get(name) {
                Some(value) => {
                    self.out.text(&rest[..range.start]);
                    self.out.text(&quote(value));
                    rest = &rest[range.end..];
                }
                None => {
                    // The closing sign may open another name.
                    self.out.text(&rest[..range.end - 1]);
                    rest = &rest[range.end - 1..];
                }
            }
        }
        self.out.text(rest);
    }
}

/// A style sheet may hold `</style` in a string; there the slash can be written `\/`.
fn guard_end_tag(text: &str, name: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let end = format!("</{name}");
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = lower[at..].find(&end).map(|found| found + at) {
        out.push_str(&text[at..found]);
        out.push_str("<\\/");
        at = found + 2;
    }
    out.push_str(&text[at..]);
    out
}

//! Which bytes of a page no reader would miss.
//!
//! Only what no style sheet is likely to bring back: white space at the edges of blocks and beside table parts and
//! headings, runs of white space (to one space), comments, attributes that repeat a default. A space between two
//! inline elements, or between two blocks that are often set side by side (`div`, `li`), stays one space.

use super::tokens::{Attribute, Kind, TextKind, Token};

/// What to print for a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Action {
    Keep,
    Drop,
    /// This text instead.
    Text(String),
}

/// One action per token. Tokens before `body_start` are the head, where white space means nothing.
pub(super) fn plan(source: &str, tokens: &[Token], body_start: usize) -> Vec<Action> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut verbatim: Option<Verbatim> = None;
    let mut before = Edge::Firm;
    for (at, token) in tokens.iter().enumerate() {
        let text = &source[token.start..token.end];
        let action = match &token.kind {
            Kind::Text(TextKind::Data) if verbatim.is_none() => {
                let next = next_edge(source, tokens, at);
                collapse(text, before, next, at < body_start)
            }
            Kind::Comment if verbatim.is_none() && droppable(text) => Action::Drop,
            _ => Action::Keep,
        };
        before = match (&token.kind, &action) {
            (_, Action::Drop) => before,
            (Kind::Text(_), Action::Text(text)) if text.ends_with(' ') => Edge::Space,
            _ => edge_after(token),
        };
        Verbatim::step(&mut verbatim, source, token);
        out.push(action);
    }
    out
}

/// What lies beside a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Edge {
    /// White space here is never seen.
    Firm,
    /// A space was just printed.
    Space,
    Inline,
}

/// White space after the start of any block is at the start of a line, where it is not shown; after its end only
/// if the block cannot well be set inline.
fn edge_after(token: &Token) -> Edge {
    match &token.kind {
        Kind::Open { name, .. } if is_block(name) || name == "br" => Edge::Firm,
        Kind::Close { name } if is_firm(name) => Edge::Firm,
        Kind::Doctype => Edge::Firm,
        _ => Edge::Inline,
    }
}

fn edge_before(token: &Token) -> Edge {
    match &token.kind {
        Kind::Open { name, .. } if is_firm(name) || name == "br" => Edge::Firm,
        Kind::Close { name } if is_block(name) => Edge::Firm,
        _ => Edge::Inline,
    }
}

fn next_edge(source: &str, tokens: &[Token], at: usize) -> Edge {
    tokens[at + 1..]
        .iter()
        .find(|token| !matches!(token.kind, Kind::Comment) || !droppable(&source[token.start..token.end]))
        .map_or(Edge::Firm, edge_before)
}

fn collapse(text: &str, before: Edge, next: Edge, in_head: bool) -> Action {
    let space = |c: char| c.is_ascii_whitespace();
    if text.chars().all(space) && (in_head || before != Edge::Inline || next == Edge::Firm) {
        return Action::Drop;
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split(space).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if out.is_empty() {
        return Action::Text(" ".to_string());
    }
    if text.starts_with(space) && before == Edge::Inline {
        out.insert(0, ' ');
    }
    if text.ends_with(space) && next != Edge::Firm {
        out.push(' ');
    }
    Action::Text(out)
}

/// First words of comments by which Knockout, Lit and Qwik find their places in a page again.
const PLACES: [&str; 7] = ["ko", "/ko", "lit-part", "/lit-part", "lit-node", "qv", "/qv"];

/// Conditional comments, licences (`<!--!`), server-side includes and one-word marks that a server or a test fills
/// in (`<!--app-html-->`, `<!-- app-html -->`) are read by someone, and so is a comment that says nothing: React, Vue and
/// Svelte keep texts apart by it.
fn droppable(comment: &str) -> bool {
    let Some(body) = comment.strip_prefix("<!--") else { return false };
    let body = body.strip_suffix("-->").unwrap_or(body);
    let mut words = body.split_whitespace();
    let Some(first) = words.next() else { return false };
    let mark = !body.contains(|c: char| c.is_whitespace())
        || words.next().is_none() && first.contains(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ',' | '?'));
    let lower = body.trim_start().to_ascii_lowercase();
    let read = body.starts_with(['!', '#']) || lower.starts_with("[if") || lower.contains("[endif]");
    !(mark || read || PLACES.contains(&first))
}

/// The element whose content is left as it is, and how many of that name are open.
struct Verbatim {
    name: String,
    depth: usize,
}

impl Verbatim {
    fn step(state: &mut Option<Verbatim>, source: &str, token: &Token) {
        match (&token.kind, state.as_mut()) {
            (Kind::Open { name, self_closing, foreign, .. }, Some(open)) if *name == open.name => {
                open.depth += usize::from(!(*self_closing && *foreign));
            }
            (Kind::Close { name }, Some(open)) if *name == open.name => {
                open.depth -= 1;
                if open.depth == 0 {
                    *state = None;
                }
            }
            (Kind::Open { name, attributes, self_closing, foreign }, None) => {
                let childless = is_void(name) || (*self_closing && *foreign);
                if !childless && keeps_space(source, name, attributes) {
                    *state = Some(Verbatim { name: name.clone(), depth: 1 });
                }
            }
            _ => {}
        }
    }
}

fn keeps_space(source: &str, name: &str, attributes: &[Attribute]) -> bool {
    const NAMES: [&str; 10] = ["pre", "textarea", "listing", "xmp", "plaintext", "code", "samp", "kbd", "svg", "math"];
    let value = |attribute: &Attribute| attribute.value.map_or("", |(start, end)| &source[start..end]);
    NAMES.contains(&name)
        || attributes.iter().any(|attribute| match attribute.name.as_str() {
            "contenteditable" | "xml:space" => true,
            "style" => value(attribute).contains("white-space"),
            "class" => {
                ["whitespace-pre", "pre-wrap", "pre-line", "preserve"].iter().any(|c| value(attribute).contains(c))
            }
            _ => false,
        })
}

/// True for attributes that say what holds without them.
pub(super) fn redundant(element: &str, attribute: &Attribute, value: &str) -> bool {
    match (element, attribute.name.as_str()) {
        ("script", "type") => super::mentions::is_javascript_type(value),
        ("style" | "link", "type") => super::mentions::is_css_type(value),
        _ => false,
    }
}

pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

fn is_firm(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "head"
            | "body"
            | "title"
            | "table"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "td"
            | "th"
            | "caption"
            | "colgroup"
            | "col"
            | "ul"
            | "ol"
            | "dl"
            | "p"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "form"
            | "fieldset"
            | "hr"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "address"
            | "aside"
            | "details"
            | "option"
            | "optgroup"
    )
}

fn is_block(name: &str) -> bool {
    is_firm(name) || matches!(name, "div" | "li" | "dt" | "dd" | "nav" | "dialog" | "summary" | "search" | "menu")
}

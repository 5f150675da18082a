//! SVG: the same drawing in fewer characters.
//!
//! Only rewrites that are exact: what no renderer looks at goes (comments, editors' data, white space between elements,
//! the XML declaration), and values are spelled shorter (`0.500` → `.5`,
//! `#ff0000` → `red`). No rounding; ids, titles, classes, `viewBox`, structure and order stay, so other
//! files, style sheets and scripts find what they look for. The parser that proves a file well-formed (roxmltree) reads
//! the result again; anything unexpected and the file is kept as it is.
//! Not here: rounding, merging, removal of hidden elements, renaming: they need a renderer as judge.

mod css;
mod decimal;
mod markup;
mod path;
mod values;

use super::{Coded, Corrupt};
use crate::diag::{Diagnostic, Location};
use markup::Caution;
use roxmltree::{Document, Node, ParsingOptions};

/// Part of the cache key: raised when other text would come out.
pub const ENCODER: &str = "svg 1";

const SVG: &str = "http://www.w3.org/2000/svg";

/// Deeper files are kept as they are: parsers of such files recurse.
const MAX_DEPTH: usize = 256;

/// Width and height by the attributes of the root, else by its `viewBox`.
pub fn measure(file: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(file).ok()?;
    size(parse(text).ok()?.root_element())
}

/// Never fails: a broken drawing is kept, with a warning.
pub fn encode(source: &[u8]) -> Result<Coded, Corrupt> {
    let kept = Coded::kept((0, 0));
    let Ok(text) = std::str::from_utf8(source) else {
        // UTF-16 and declared encodings are for the browser; bytes without a declaration must be UTF-8.
        let known = source.starts_with(&[0xFF, 0xFE]) || source.starts_with(&[0xFE, 0xFF]) || declares_encoding(source);
        return Ok(if known { kept } else { kept.noting(invalid("it is not UTF-8 text")) });
    };
    if depth(text) > MAX_DEPTH {
        return Ok(kept);
    }
    let document = match parse(text) {
        Ok(document) => document,
        Err(error) => {
            let (line, place) = (error.pos().row, error.pos().col);
            let line_text = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default().to_string();
            let location = Location { file: String::new(), line, column: place, length: 1, line_text };
            return Ok(kept.noting(invalid(&without_place(&error.to_string())).at(location)));
        }
    };
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return Ok(kept.noting(invalid(&format!("its root element is <{}>, not <svg>", root.tag_name().name()))));
    }
    let kept = Coded::kept(size(root).unwrap_or_default());
    if root.tag_name().namespace() != Some(SVG) {
        let what = format!("its root element lacks xmlns=\"{SVG}\": browsers show nothing when it is used as an image");
        return Ok(kept.noting(invalid(&what)));
    }
    let minified = caution(&document).and_then(|caution| markup::minify(text, caution));
    Ok(match minified.filter(|minified| same_landmarks(&document, minified)) {
        Some(minified) => kept.smaller(minified.into_bytes(), source),
        None => kept,
    })
}

fn parse(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    Document::parse_with_options(text, ParsingOptions { allow_dtd: true, ..ParsingOptions::default() })
}

/// How deep elements are nested, at most: counted without parsing, because the parser recurses.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for (at, _) in text.match_indices('<') {
        match text.as_bytes().get(at + 1) {
            Some(b'/') => now = now.saturating_sub(1),
            Some(b'!' | b'?') => {}
            _ => {
                let end = text[at..].find('>').map_or(text.len(), |length| at + length);
                now += usize::from(!text[at..end].ends_with('/'));
                most = most.max(now);
            }
        }
    }
    most
}

fn declares_encoding(source: &[u8]) -> bool {
    let head = &source[..source.len().min(200)];
    head.starts_with(b"<?xml") && head.windows(8).any(|window| window == b"encoding")
}

fn invalid(what: &str) -> Diagnostic {
    Diagnostic::warning("invalid-svg", format!("this SVG is kept as it is: {what}")).hint("open it in a browser to see")
}

/// The parser ends its messages with `at line:column`, which the location says already.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at ").map_or(message, |(what, _)| what).to_string()
}

fn size(root: Node) -> Option<(u32, u32)> {
    let length = |name| values::pixels(root.attribute(name)?);
    let view: Vec<f64> = root
        .attribute("viewBox")
        .unwrap_or_default()
        .split([' ', ',', '\t', '\n', '\r'])
        .filter_map(|n| n.parse().ok())
        .collect();
    let view = match view[..] {
        [_, _, width, height] if width > 0.0 && height > 0.0 => Some((width, height)),
        _ => None,
    };
    // With one length given, the ratio of the `viewBox` gives the other.
    let (width, height) = match (length("width"), length("height"), view) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width * h / w),
        (None, Some(height), Some((w, h))) => (height * w / h, height),
        (None, None, Some(view)) => view,
        _ => return None,
    };
    let whole = |value: f64| (value.is_finite() && (0.5..1e9).contains(&value)).then(|| value.round() as u32);
    Some((whole(width)?, whole(height)?))
}

/// What of the file forbids which rewrite; `None`: all of them.
fn caution(document: &Document) -> Option<Caution> {
    let mut caution = Caution::default();
    for node in document.descendants() {
        if node.pi().is_some_and(|instruction| instruction.target == "xml-stylesheet") {
            caution = Caution { structure: true, attributes: true };
        }
        // A script may count nodes and read attributes as they stand.
        let handlers = node.attributes().any(|attribute| attribute.name().starts_with("on"));
        if handlers || node.tag_name().name() == "script" {
            return None;
        }
        if node.tag_name().name() == "style" {
            let text: String = node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect();
            // Selectors that count elements or siblings, and those that read attributes.
            let counting = [":first", ":last", ":nth", ":only", ":empty", ":has", ":not", "+", "~", "@import"];
            caution.structure |= counting.into_iter().any(|part| text.contains(part));
            caution.attributes |= text.contains('[') || text.contains("@import");
        }
    }
    Some(caution)
}

/// The result is well-formed and has the same ids, texts and number of elements, but for those that were to go.
fn same_landmarks(before: &Document, after: &str) -> bool {
    let Ok(after) = parse(after) else { return false };
    let shown = |node: &Node| {
        let hidden = |node: &Node| {
            let name = node.tag_name();
            name.namespace().is_some_and(markup::is_editor)
                || (name.name() == "metadata" && name.namespace() == Some(SVG))
        };
        !node.ancestors().any(|ancestor| hidden(&ancestor))
    };
    let landmarks = |document: &Document| -> Vec<(String, Option<String>, Option<String>)> {
        let elements = document.descendants().filter(|node| node.is_element() && shown(node));
        elements
            .map(|node| {
                let text = matches!(node.tag_name().name(), "text" | "tspan" | "title" | "desc" | "textPath");
                let id = node.attribute("id").map(str::to_string);
                (node.tag_name().name().to_string(), id, node.text().filter(|_| text).map(str::to_string))
            })
            .collect()
    };
    // Editors' elements stay where a style sheet counts elements: then they are filtered on both sides.
    landmarks(before) == landmarks(&after)
}

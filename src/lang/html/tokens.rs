//! The page as a flat list of tokens, each a byte range of the source, without gaps: printing every token's range
//! gives the source back.
//!
//! lol_html is used as a tokenizer that knows where it is (rewriting is done by our own printer, because a URL that
//! does not exist yet cannot be written into an attribute).

use lol_html::html_content::{Element, TextType};
use lol_html::{HtmlRewriter, Settings, doc_comments, doc_text, doctype, element};
use std::cell::RefCell;

#[derive(Clone, Debug)]
pub(super) struct Attribute {
    /// Lower case.
    pub name: String,
    /// As written.
    pub name_range: (usize, usize),
    /// Without quotes; `None` for `<div hidden>`.
    pub value: Option<(usize, usize)>,
    pub quoted: bool,
}

impl Attribute {
    /// Where the attribute ends in the source, with its closing quote.
    pub fn end(&self) -> usize {
        self.value.map_or(self.name_range.1, |(_, end)| end + usize::from(self.quoted))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TextKind {
    /// White space may be collapsed where the element allows it.
    Data,
    /// Scripts, styles, titles, `textarea`, CDATA: every byte counts.
    Raw,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Open {
        name: String,
        attributes: Vec<Attribute>,
        self_closing: bool,
        /// Inside `svg` or `math`.
        foreign: bool,
    },
    Close {
        name: String,
    },
    Text(TextKind),
    Comment,
    Doctype,
    /// What the tokenizer has no name for: an unfinished tag at the end, CDATA brackets.
    Opaque,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    pub fn open_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Open { name, .. } => Some(name),
            _ => None,
        }
    }
    pub fn close_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Close { name } => Some(name),
            _ => None,
        }
    }
}

/// The tokens of a page, in source order, without gaps.
pub(super) fn tokenize(source: &str) -> Vec<Token> {
    open_noscript(source, flat(source))
}

/// The tokens with `<noscript>` content as one text.
fn flat(source: &str) -> Vec<Token> {
    let mut found = lex(source);
    found.sort_by_key(|token| (token.start, token.end));
    let mut out: Vec<Token> = Vec::with_capacity(found.len() * 2);
    let mut at = 0;
    for token in found {
        // A range that lies behind, or off the text, would be a tokenizer's slip: leave those bytes alone.
        if token.start < at || token.end > source.len() || !source.is_char_boundary(token.start) {
            continue;
        }
        fill_gap(source, at, token.start, &mut out);
        at = token.end;
        match (out.last_mut(), &token.kind) {
            (Some(Token { kind: Kind::Text(a), end, .. }), Kind::Text(b)) if a == b => *end = token.end,
            _ => out.push(token),
        }
    }
    fill_gap(source, at, source.len(), &mut out);
    out
}

/// What lol_html reports: start tags, text, comments, doctypes. End tags are found in the gaps by [`fill_gap`].
fn lex(source: &str) -> Vec<Token> {
    let found = RefCell::new(Vec::new());
    let note = |kind: Kind, range: std::ops::Range<usize>| {
        if range.start < range.end {
            found.borrow_mut().push(Token { kind, start: range.start, end: range.end });
        }
    };
    let settings = Settings::new()
        .with_strict(false)
        .append_element_content_handler(element!("*", |element| {
            note(open(source, element), element.source_location().bytes());
            Ok(())
        }))
        .append_document_content_handler(doc_text!(|text| {
            let kind = if text.text_type() == TextType::Data { TextKind::Data } else { TextKind::Raw };
            note(Kind::Text(kind), text.source_location().bytes());
            Ok(())
        }))
        .append_document_content_handler(doc_comments!(|comment| {
            note(Kind::Comment, comment.source_location().bytes());
            Ok(())
        }))
        .append_document_content_handler(doctype!(|doctype| {
            note(Kind::Doctype, doctype.source_location().bytes());
            Ok(())
        }));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    // An error ends the list early; the rest of the page then passes through untouched.
    if rewriter.write(source.as_bytes()).is_ok() {
        let _ = rewriter.end();
    }
    found.take()
}

fn open(source: &str, element: &Element<'_, '_>) -> Kind {
    let attributes = element
        .attributes()
        .iter()
        .filter_map(|attribute| {
            let name_range = attribute.name_source_location()?.bytes();
            let value = attribute.value_source_location().map(|value| (value.bytes().start, value.bytes().end));
            let quote = value.and_then(|(start, _)| source.as_bytes().get(start.wrapping_sub(1)));
            Some(Attribute {
                name: attribute.name(),
                name_range: (name_range.start, name_range.end),
                value,
                quoted: matches!(quote, Some(b'"' | b'\'')),
            })
        })
        .collect();
    Kind::Open {
        name: element.tag_name(),
        attributes,
        self_closing: element.is_self_closing(),
        foreign: element.namespace_uri() != "http://www.w3.org/1999/xhtml",
    }
}

/// Between two reported tokens there are only end tags, or nothing that we know.
fn fill_gap(source: &str, mut at: usize, end: usize, out: &mut Vec<Token>) {
    while at < end {
        match end_tag(&source[at..end]) {
            Some((name, length)) => {
                out.push(Token { kind: Kind::Close { name }, start: at, end: at + length });
                at += length;
            }
            None => {
                out.push(Token { kind: Kind::Opaque, start: at, end });
                return;
            }
        }
    }
}

/// `</name …>` at the start of `text`: the name in lower case and the length.
fn end_tag(text: &str) -> Option<(String, usize)> {
    let rest = text.strip_prefix("</")?;
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name_end = rest.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')?;
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().skip(name_end) {
        match (quote, byte) {
            (None, b'>') => return Some((rest[..name_end].to_ascii_lowercase(), at + 3)),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The content of `<noscript>` reaches us as text, as a browser with scripts sees it. For a browser without, it is
/// markup whose references must work too.
fn open_noscript(source: &str, tokens: Vec<Token>) -> Vec<Token> {
    if !tokens.iter().any(|token| token.open_name() == Some("noscript")) {
        return tokens;
    }
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let inside = out.last().and_then(Token::open_name) == Some("noscript");
        if !inside || !matches!(token.kind, Kind::Text(TextKind::Raw)) {
            out.push(token);
            continue;
        }
        let base = token.start;
        // One level deep: the element cannot be nested, and a page of nothing but its start tags must not recurse.
        out.extend(flat(&source[token.start..token.end]).into_iter().map(|inner| shifted(inner, base)));
    }
    out
}

fn shifted(mut token: Token, by: usize) -> Token {
    token.start += by;
    token.end += by;
    if let Kind::Open { attributes, .. } = &mut token.kind {
        for attribute in attributes {
            attribute.name_range.0 += by;
            attribute.name_range.1 += by;
            if let Some((start, end)) = &mut attribute.value {
                *start += by;
                *end += by;
            }
        }
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(source: &str) -> String {
        tokenize(source).iter().map(|token| &source[token.start..token.end]).collect()
    }

    #[test]
    fn every_byte_is_in_one_token() {
        let source = "<!DOCTYPE html>\n<!-- c --><html><head><title>a &amp; b</title><script>if (a < b) '<p>'</script>\
            </head ><body class=x data-y='\"z\"' hidden>é😀<p>1<p>2<svg viewBox=\"0 0 1 1\"><path d='M0'/><![CDATA[x]]></svg>\
            <noscript><img src=a.png></noscript></DIV x=\">\"></body></html>";
        assert_eq!(printed(source), source);
        for end in (0..source.len()).filter(|end| source.is_char_boundary(*end)) {
            assert_eq!(printed(&source[..end]), &source[..end]);
        }
    }

    #[test]
    fn tags_and_attributes_are_where_they_are() {
        let source = "<p><IMG Src='a&amp;b.png' alt='' hidden x=1></p>";
        let tokens = tokenize(source);
        let Kind::Open { name, attributes, .. } = &tokens[1].kind else { panic!("{tokens:?}") };
        assert_eq!(name, "img");
        let text = |range: (usize, usize)| &source[range.0..range.1];
        let shown: Vec<_> = attributes
            .iter()
            .map(|a| (a.name.as_str(), text(a.name_range), a.value.map(text), a.quoted, &source[..a.end()]))
            .map(|(name, written, value, quoted, upto)| (name, written, value, quoted, upto.len()))
            .collect();
        assert_eq!(
            shown,
            [
                ("src", "Src", Some("a&amp;b.png"), true, 25),
                ("alt", "alt", Some(""), true, 32),
                ("hidden", "hidden", None, false, 39),
                ("x", "x", Some("1"), false, 43),
            ]
        );
        assert_eq!(tokens[2].close_name(), Some("p"));
    }

    #[test]
    fn noscript_is_markup() {
        let source = "<head><noscript><link rel=stylesheet href=n.css></noscript></head>";
        let names: Vec<_> = tokenize(source).iter().filter_map(|t| t.open_name().map(str::to_string)).collect();
        assert_eq!(names, ["head", "noscript", "link"]);
    }
}

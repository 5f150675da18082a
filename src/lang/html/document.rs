//! A page, taken apart.

use super::mentions::{self, Mention};
use super::rewrite::{self, Edits};
use super::tokens::{self, Kind, Token};
use super::{HtmlFacts, HtmlRefKind, entities, minify};
use crate::diag::{Diagnostic, Location, Noted};
use std::collections::BTreeSet;

/// A piece of a rewritten page: markup, or a place for something not known yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HtmlPiece<T> {
    Text(String),
    Hole(T),
}

/// A page and its references.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    mentions: Vec<Mention>,
}

/// Elements, classes and ids that a page has as it is sent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DocumentNames {
    pub elements: BTreeSet<String>,
    pub classes: BTreeSet<String>,
    pub ids: BTreeSet<String>,
}

impl<'a> Document<'a> {
    pub fn parse(source: &'a str) -> Self {
        let tokens = tokens::tokenize(source);
        let mentions = mentions::collect(source, &tokens);
        Document { source, tokens, mentions }
    }

    /// In document order: the same number and order as the references of [`scan`].
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// The page with `edits` made. Text given in an edit is plain: it is escaped here.
    pub fn rewrite<T: Clone>(&self, edits: &Edits<T>) -> Vec<HtmlPiece<T>> {
        rewrite::print(self.source, &self.tokens, &self.mentions, edits)
    }

    /// Numbers of the mentions of style sheets that may be loaded last, behind all other styles of the head: links that
    /// say nothing but what they link. `None`: styles stand in the body, where nothing may be put behind them.
    pub fn last_sheets(&self) -> Option<Vec<usize>> {
        let head = rewrite::head_end(self.source, &self.tokens);
        let mut out = Vec::new();
        for (number, mention) in self.mentions.iter().enumerate() {
            match mention.reference.kind {
                HtmlRefKind::Stylesheet | HtmlRefKind::InlineStyle if mention.token >= head => return None,
                HtmlRefKind::InlineStyle => out.clear(),
                HtmlRefKind::Stylesheet => {
                    const PLAIN: [&str; 4] = ["rel", "href", "type", "crossorigin"];
                    if mention.attributes.iter().all(|(name, _)| PLAIN.contains(&name.as_str())) {
                        out.push(number);
                    } else {
                        out.clear();
                    }
                }
                _ => {}
            }
        }
        Some(out)
    }

    /// What selectors may ask for.
    pub fn names(&self) -> DocumentNames {
        let mut names = DocumentNames::default();
        names.elements.extend(["html", "head", "body"].map(str::to_string));
        for token in &self.tokens {
            let Kind::Open { name, attributes, .. } = &token.kind else { continue };
            names.elements.insert(name.to_ascii_lowercase());
            for attribute in attributes {
                let value = attribute.value.map_or("", |(start, end)| &self.source[start..end]);
                let value = entities::decode(value);
                match attribute.name.as_str() {
                    "id" => drop(names.ids.insert(value.to_string())),
                    "class" => names.classes.extend(value.split_ascii_whitespace().map(str::to_string)),
                    _ => {}
                }
            }
        }
        names
    }

    /// The byte range of the first `<base href>`, which changes what relative URLs mean.
    pub fn base_href(&self) -> Option<(u32, u32)> {
        let base = |token: &&Token| match &token.kind {
            Kind::Open { name, attributes, .. } => name == "base" && attributes.iter().any(|a| a.name == "href"),
            _ => false,
        };
        self.tokens.iter().find(base).map(|token| (token.start as u32, token.end as u32))
    }
}

/// What a page mentions. `name` is the file's, for messages.
pub fn scan(source: &str, name: &str) -> Noted<HtmlFacts> {
    let document = Document::parse(source);
    let problems = unfinished(&document, name).into_iter().collect();
    let refs = document.mentions.into_iter().map(|mention| mention.reference).collect();
    Noted::new(HtmlFacts { refs }, problems)
}

/// A tag, script or style that the file ends in the middle of: browsers swallow the rest of the page silently.
fn unfinished(document: &Document<'_>, name: &str) -> Option<Diagnostic> {
    let last = document.tokens.last()?;
    let text = &document.source[last.start..last.end];
    let starts_tag = text.starts_with('<') && text[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let place = |token: &Token| Location::span(name, document.source, token.start as u32, token.end as u32);
    if matches!(last.kind, Kind::Opaque) && starts_tag {
        return Some(
            Diagnostic::warning("html-unfinished", "the file ends inside a tag")
                .at(place(last))
                .note("browsers ignore everything from here on")
                .hint("close the tag with `>`"),
        );
    }
    let open = document.tokens.iter().rev().find(|token| !matches!(token.kind, Kind::Text(_) | Kind::Opaque))?;
    let element = open.open_name()?;
    let holds_text = matches!(element, "script" | "style" | "textarea" | "title");
    (holds_text && !minify::is_void(element)).then(|| {
        Diagnostic::warning("html-unfinished", format!("<{element}> is never closed"))
            .at(place(open))
            .note("browsers take the rest of the file for its content")
            .hint(format!("add `</{element}>`"))
    })
}

//! A finished tree → text with holes.
//!
//! Minified code is written by a printer of our own ([`code`]), which knows where parentheses are needed and leaves the
//! tree as it is: swc's, with the two walks that it needs before it, takes twice as long. Readable code, with its
//! comments, and what only swc's printer knows (JSX, decorators) are printed by that ([`readable`]).

mod code;
mod literals;
mod readable;
mod shapes;
mod statements;
#[cfg(test)]
mod tests;
mod text;

pub(super) use literals::number;

use super::draft::PartEnd;
use super::facts::LocalSym;
use super::mangle::split_mark;
use super::object::{Hole, HoleKind, Mapping};
use crate::base::LineIndex;
use code::Printer;
use rustc_hash::FxHashMap;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{BytePos, SourceMap, sync::Lrc};
use swc_core::ecma::ast::{EsVersion, Id, Stmt};
use text::Text;

/// The position of what comes from no source, among what does.
const MADE_UP: BytePos = BytePos(u32::MAX / 2);

/// Where a place in the text comes from.
type Mark = (BytePos, u32);

/// Text, holes and mappings of one module.
pub(super) struct Printed {
    pub text: String,
    pub holes: Vec<Hole>,
    pub mappings: Vec<Mapping>,
    pub properties: Vec<String>,
    /// Where the statements end, if that is asked for.
    pub ends: Vec<PartEnd>,
}

pub(super) struct PrintOptions<'a> {
    pub source: &'a str,
    pub base: BytePos,
    pub minify: bool,
    /// Marked property names become holes.
    pub properties: bool,
    pub positions: Positions,
    pub target: EsVersion,
    /// Where statements end is told. Not for comments.
    pub parts: bool,
}

/// What mappings say of the source.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Positions {
    None,
    Lines,
    /// The byte, as `line`.
    Offsets,
}

/// What a printer wrote.
struct Raw {
    text: String,
    holes: Vec<Hole>,
    marks: Vec<Mark>,
    properties: Vec<String>,
    ends: Ends,
}

/// Where statements end.
#[derive(Default)]
struct Ends {
    parts: Vec<PartEnd>,
    /// In the marks.
    marks: Vec<usize>,
}

impl Ends {
    fn push(&mut self, text: usize, holes: usize, marks: usize) {
        self.parts.push(PartEnd { text: text as u32, holes: holes as u32, ..PartEnd::default() });
        self.marks.push(marks);
    }
}

/// Prints statements; `symbols` are the names that become holes. Comments are printed unless the code is minified. `None`
/// only if the printer fails, which needs a broken tree.
pub(super) fn print(
    body: Vec<Stmt>,
    symbols: &FxHashMap<Id, LocalSym>,
    source_map: &Lrc<SourceMap>,
    comments: &SingleThreadedComments,
    options: &PrintOptions<'_>,
) -> Option<Printed> {
    let short = options.minify.then(|| minified(&body, symbols, options)).flatten();
    let raw = match short {
        Some(raw) => raw,
        None => readable::print(body, symbols, source_map.clone(), comments, options)?,
    };
    Some(mapped(raw, options))
}

/// `None`: there is something in it that only the other printer knows.
fn minified(body: &[Stmt], symbols: &FxHashMap<Id, LocalSym>, options: &PrintOptions<'_>) -> Option<Raw> {
    let maps = options.positions != Positions::None;
    let mut printer = Printer {
        out: Text::new(options.source.len() / 2, maps, options.properties),
        symbols,
        source: maps.then_some((options.source, options.base)),
        target: options.target,
        without_in: false,
        statement_start: usize::MAX,
        arrow_start: usize::MAX,
        failed: false,
    };
    let mut ends = Ends::default();
    for statement in body {
        printer.statement(statement);
        if options.parts {
            printer.out.commit();
            ends.push(printer.out.at(), printer.out.holes.len(), printer.out.marks.len());
        }
    }
    printer.out.commit();
    let Text { text, holes, marks, properties, .. } = printer.out;
    (!printer.failed).then_some(Raw { text, holes, marks, properties, ends })
}

/// Writes text in which marked property names (`mangle.rs`) are holes.
fn put_marked(mut text: &str, out: &mut String, holes: &mut Vec<Hole>, properties: &mut Vec<String>) {
    while let Some((before, name, behind)) = split_mark(text) {
        out.push_str(before);
        let known = properties.iter().position(|property| property == name);
        let number = known.unwrap_or_else(|| {
            properties.push(name.to_string());
            properties.len() - 1
        });
        holes.push(Hole { at: out.len() as u32, symbol: number as u32, kind: HoleKind::Property });
        out.push('_');
        text = behind;
    }
    out.push_str(text);
}

fn mapped(raw: Raw, options: &PrintOptions<'_>) -> Printed {
    let Raw { text, holes, marks, properties, ends } = raw;
    let Ends { parts: mut ends, marks: bounds } = ends;
    let mut mapper = Mapper::new(&holes, options);
    if options.parts {
        let mut start = 0;
        let mut begins = 0;
        for (end, mark) in ends.iter_mut().zip(bounds) {
            let first = mapper.out.len();
            // Where a statement ends is no part of it.
            mapper.map(&marks[start..mark], end.text);
            mapper.begin(first, begins);
            end.mappings = mapper.out.len() as u32;
            (start, begins) = (mark, end.text);
        }
    } else {
        mapper.map(&marks, u32::MAX);
    }
    let mappings = mapper.out;
    Printed { text, holes, mappings, properties, ends }
}

/// From positions of the printer to mappings.
struct Mapper<'a> {
    options: &'a PrintOptions<'a>,
    holes: &'a [Hole],
    index: Option<LineIndex>,
    out: Vec<Mapping>,
}

impl<'a> Mapper<'a> {
    fn new(holes: &'a [Hole], options: &'a PrintOptions<'a>) -> Self {
        let index = (options.positions == Positions::Lines).then(|| LineIndex::new(options.source));
        Mapper { options, holes, index, out: Vec::new() }
    }

    /// A statement whose mappings are those from `first` on begins at `at`: it does not come from where the one before it
    /// came from.
    fn begin(&mut self, first: usize, at: u32) {
        let maps = self.out.get(first).is_some_and(|mapping| mapping.at == at);
        if !maps && first.checked_sub(1).is_some_and(|last| self.out[last].line != Mapping::NOWHERE) {
            self.out.insert(first, Mapping { at, line: Mapping::NOWHERE, column: 0 });
        }
    }

    /// `end`: of the text that they are about.
    fn map(&mut self, positions: &[(BytePos, u32)], end: u32) {
        let Mapper { options, holes, index, out } = self;
        let mut places = index.as_ref().map(|index| index.places(options.source));
        let source = options.source.as_bytes();
        let first = out.len();
        out.reserve(positions.len() + 1);
        for (position, at) in positions.iter().filter(|(_, at)| *at < end) {
            if *position == MADE_UP {
                if out.last().is_some_and(|last| last.line != Mapping::NOWHERE && last.at != *at) {
                    out.push(Mapping { at: *at, line: Mapping::NOWHERE, column: 0 });
                }
                continue;
            }
            let Some(offset) = position.0.checked_sub(options.base.0).filter(|offset| starts_token(source, *offset))
            else {
                continue;
            };
            let (line, column) = match &mut places {
                Some(places) => places.utf16(offset),
                None => (offset, 0),
            };
            // Of several at one place the last, innermost one counts.
            if out.last().is_some_and(|last| last.at == *at) {
                out.pop();
            }
            // A name has a mapping of its own: the map says what it was.
            let named = || holes.binary_search_by_key(at, |hole| hole.at).is_ok();
            if !out[first.min(out.len())..].last().is_some_and(|last| last.line == line && last.column == column)
                || named()
            {
                out.push(Mapping { at: *at, line, column });
            }
        }
    }
}

/// The printer also tells where things end: what follows does not come from there.
fn starts_token(source: &[u8], offset: u32) -> bool {
    let at = |offset: usize| source.get(offset).copied();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80;
    let Some(here) = at(offset as usize) else { return false };
    let inside = is_word(here) && (offset as usize).checked_sub(1).and_then(at).is_some_and(is_word);
    !here.is_ascii_whitespace() && !inside
}

//! Text by swc's printer: readable, with comments, or of what the other printer does not know.

use super::super::decorators;
use super::super::facts::LocalSym;
use super::super::object::{Hole, HoleKind};
use super::{Ends, MADE_UP, Mark, Positions, PrintOptions, Raw, put_marked};
use rustc_hash::FxHashMap;
use std::io::Result;
use swc_core::atoms::Atom;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{BytePos, SourceMap, Span, Spanned, sync::Lrc};
use swc_core::ecma::ast::*;
use swc_core::ecma::codegen::text_writer::WriteJs;
use swc_core::ecma::codegen::{Config, Emitter, Node};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// Puts sentinels in the place of names.
struct Renamer<'a> {
    symbols: &'a FxHashMap<Id, LocalSym>,
    /// For source maps: the text of the file, and where it starts.
    source: Option<(&'a str, BytePos)>,
}

impl Renamer<'_> {
    /// Whether the source does not have the name where the mention comes from: compilers and compressors coin names.
    fn is_coined(&self, ident: &Ident) -> bool {
        let Some((source, base)) = self.source else { return false };
        let text = ident.span.lo.0.checked_sub(base.0).and_then(|at| source.get(at as usize..));
        !text.is_some_and(|text| text.starts_with(ident.sym.as_str()))
    }
}

impl VisitMut for Renamer<'_> {
    noop_visit_mut_type!();

    fn visit_mut_ident(&mut self, ident: &mut Ident) {
        if let Some(symbol) = self.symbols.get(&ident.to_id()) {
            let kind = if self.is_coined(ident) { HoleKind::Coined } else { HoleKind::Name };
            ident.sym = sentinel(*symbol, kind);
        }
    }

    /// A coined variable comes from where its value comes from.
    fn visit_mut_var_declarator(&mut self, declarator: &mut VarDeclarator) {
        if let (Pat::Ident(name), Some(init), Some(_)) = (&mut declarator.name, &declarator.init, self.source)
            && name.span.is_dummy()
        {
            let from = init.span().lo;
            let lo = if from.is_dummy() { MADE_UP } else { from };
            name.span = Span::new(lo, lo);
        }
        declarator.visit_mut_children_with(self);
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        match property {
            Prop::Shorthand(ident) => {
                if let Some(symbol) = self.symbols.get(&ident.to_id()) {
                    ident.sym = sentinel(*symbol, HoleKind::Shorthand);
                }
            }
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_assign_pat_prop(&mut self, property: &mut AssignPatProp) {
        if let Some(symbol) = self.symbols.get(&property.key.id.to_id()) {
            property.key.id.sym = sentinel(*symbol, HoleKind::Shorthand);
        }
        property.value.visit_mut_with(self);
    }

    fn visit_mut_labeled_stmt(&mut self, labeled: &mut LabeledStmt) {
        labeled.body.visit_mut_with(self);
    }
    fn visit_mut_break_stmt(&mut self, _: &mut BreakStmt) {}
    fn visit_mut_continue_stmt(&mut self, _: &mut ContinueStmt) {}
}

/// `None` only if the printer fails, which needs a broken tree.
pub(super) fn print(
    body: Vec<Stmt>,
    symbols: &FxHashMap<Id, LocalSym>,
    source_map: Lrc<SourceMap>,
    comments: &SingleThreadedComments,
    options: &PrintOptions<'_>,
) -> Option<Raw> {
    let mut script = Script { body, ..Script::default() };
    script.visit_mut_with(&mut fixer(Some(comments)));
    if options.minify {
        decorators::spaced(&mut script.body);
    }
    let source = (options.positions != Positions::None).then_some((options.source, options.base));
    script.visit_mut_with(&mut Renamer { symbols, source });
    let mut writer = Writer {
        text: String::with_capacity(options.source.len() / if options.minify { 2 } else { 1 }),
        minify: options.minify,
        map: options.positions != Positions::None,
        marked: options.properties,
        ..Writer::default()
    };
    let config = Config::default().with_minify(options.minify).with_target(options.target);
    let comments = (!options.minify).then_some(comments);
    let mut emitter = Emitter {
        cfg: config,
        cm: source_map,
        comments: comments.map(|comments| comments as &dyn swc_core::common::comments::Comments),
        wr: &mut writer,
    };
    let mut ends = Ends::default();
    if options.parts {
        for statement in &script.body {
            statement.emit_with(&mut emitter).ok()?;
            emitter.wr.commit_pending_semi().ok()?;
            let Writer { text, holes, positions, .. } = &*emitter.wr;
            ends.push(text.len(), holes.len(), positions.len());
        }
    } else {
        script.emit_with(&mut emitter).ok()?;
        writer.commit_pending_semi().ok()?;
    }
    let Writer { text, holes, positions, properties, .. } = writer;
    Some(Raw { text, holes, marks: positions, properties, ends })
}

#[derive(Default)]
struct Writer {
    text: String,
    holes: Vec<Hole>,
    positions: Vec<Mark>,
    indent: usize,
    line_start: bool,
    pending_semi: bool,
    marks_before_semi: usize,
    minify: bool,
    map: bool,
    marked: bool,
    properties: Vec<String>,
    /// Where a statement begins of which nothing has come from the source yet.
    unsourced: Option<u32>,
}

impl Writer {
    fn mark(&mut self, position: BytePos) {
        if self.map && !position.is_dummy() {
            let indent = if self.line_start && !self.minify { 2 * self.indent } else { 0 };
            self.positions.push((position, (self.text.len() + indent) as u32));
            self.unsourced = None;
        }
    }

    /// Before text is written: whether a statement begins with it that nothing from the source has led to.
    fn begin(&mut self, text: &str) {
        let is_word = |first: char| first.is_alphabetic() || matches!(first, '_' | '$' | '\u{1}'..='\u{3}');
        if self.map && text.starts_with(is_word) && self.text.trim_end().ends_with([';', '{', '}']) {
            let at = self.text.len() as u32;
            self.unsourced = self.positions.last().is_none_or(|last| last.1 != at).then_some(at);
        }
    }

    /// A name or literal from nowhere: so is the statement that begins with it, which would else seem to come from where
    /// the one before it ends.
    fn made_up(&mut self) {
        if let Some(at) = self.unsourced.take() {
            self.positions.push((MADE_UP, at));
        }
    }

    fn put(&mut self, span: Option<Span>, text: &str) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if self.line_start && !self.minify {
            for _ in 0..self.indent {
                self.text.push_str("  ");
            }
        }
        self.line_start = false;
        self.begin(text);
        match span {
            Some(span) if span.is_dummy() => self.made_up(),
            Some(span) => self.mark(span.lo),
            None => {}
        }
        if self.marked {
            put_marked(text, &mut self.text, &mut self.holes, &mut self.properties);
        } else {
            self.text.push_str(text);
        }
        Ok(())
    }
}

impl WriteJs for Writer {
    fn increase_indent(&mut self) -> Result<()> {
        self.commit_pending_semi()?;
        self.indent += 1;
        Ok(())
    }
    fn decrease_indent(&mut self) -> Result<()> {
        // A semicolon before `}` can go: it is decided when the brace is written.
        if !self.minify {
            self.commit_pending_semi()?;
        }
        self.indent -= 1;
        Ok(())
    }
    fn write_semi(&mut self, _: Option<Span>) -> Result<()> {
        if self.minify {
            self.pending_semi = true;
            self.marks_before_semi = self.positions.len();
            return Ok(());
        }
        self.put(None, ";")
    }
    fn write_space(&mut self) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(None, " ")
    }
    fn write_keyword(&mut self, span: Option<Span>, text: &'static str) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(span, text)
    }
    fn write_operator(&mut self, span: Option<Span>, text: &str) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(span, text)
    }
    fn write_param(&mut self, text: &str) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(None, text)
    }
    fn write_property(&mut self, text: &str) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(None, text)
    }
    fn write_line(&mut self) -> Result<()> {
        if self.minify {
            return Ok(());
        }
        if !self.line_start && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line_start = true;
        Ok(())
    }
    fn write_lit(&mut self, span: Span, text: &str) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(Some(span), text)
    }
    fn write_comment(&mut self, text: &str) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(None, text)
    }
    fn write_str_lit(&mut self, span: Span, text: &str) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(Some(span), text)
    }
    fn write_str(&mut self, text: &str) -> Result<()> {
        self.commit_pending_semi()?;
        self.put(None, text)
    }
    fn write_symbol(&mut self, span: Span, text: &str) -> Result<()> {
        self.commit_pending_semi()?;
        let Some((symbol, kind)) = read_sentinel(text) else { return self.put(Some(span), text) };
        if self.line_start && !self.minify {
            for _ in 0..self.indent {
                self.text.push_str("  ");
            }
        }
        self.line_start = false;
        self.begin(text);
        if span.is_dummy() {
            self.made_up();
        }
        self.mark(span.lo);
        self.holes.push(Hole { at: self.text.len() as u32, symbol, kind });
        self.text.push('_');
        Ok(())
    }
    fn write_punct(&mut self, span: Option<Span>, text: &'static str, commit_pending_semi: bool) -> Result<()> {
        // A decorator may start a statement.
        if commit_pending_semi || text == "@" {
            self.commit_pending_semi()?;
        } else {
            self.pending_semi = false;
        }
        self.put(span, text)
    }
    fn care_about_srcmap(&self) -> bool {
        self.map
    }
    fn add_srcmap(&mut self, position: BytePos) -> Result<()> {
        self.mark(position);
        Ok(())
    }
    fn commit_pending_semi(&mut self) -> Result<()> {
        if self.pending_semi {
            self.pending_semi = false;
            self.put(None, ";")?;
            // Marks made while the semicolon was pending belong to what follows it.
            for (_, at) in &mut self.positions[self.marks_before_semi..] {
                *at = self.text.len() as u32;
            }
        }
        Ok(())
    }
    fn can_ignore_invalid_unicodes(&mut self) -> bool {
        true
    }
}

/// A name as [`Atom`] text that the writer recognises as a hole: a control character, then the symbol in base 64.
/// At most 7 bytes, so that it is stored inline and never interned.
fn sentinel(symbol: LocalSym, kind: HoleKind) -> Atom {
    let mut text = String::with_capacity(7);
    text.push(match kind {
        HoleKind::Shorthand => SHORTHAND,
        HoleKind::Coined => COINED,
        _ => NAME,
    });
    let mut rest = symbol;
    loop {
        text.push((b'0' + (rest & 63) as u8) as char);
        rest >>= 6;
        if rest == 0 {
            break;
        }
    }
    Atom::from(text)
}

const NAME: char = '\u{1}';
const SHORTHAND: char = '\u{2}';
const COINED: char = '\u{3}';

/// The symbol and what is to be written, when `text` is a sentinel.
fn read_sentinel(text: &str) -> Option<(LocalSym, HoleKind)> {
    let bytes = text.as_bytes();
    let kind = match bytes.first()? {
        1 => HoleKind::Name,
        2 => HoleKind::Shorthand,
        3 => HoleKind::Coined,
        _ => return None,
    };
    let symbol = bytes[1..].iter().rev().fold(0u32, |symbol, byte| (symbol << 6) | u32::from(byte - b'0'));
    Some((symbol, kind))
}

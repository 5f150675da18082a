//! The size pass: a chunk is joined under names that only this pass knows, compressed as one program, and only then
//! named and written.

use super::super::Context;
use super::super::canon::{EXTERNAL, Externals};
use super::super::glue::Glue;
use super::super::naming::{self, Alphabet, NUMBERED, Style};
use super::super::output::{Joined, Output, REFERENCE};
use super::{CHUNK, ChunkExports, Uses, Writer, home, names, pieces};
use crate::base::{ChunkId, ModuleId, trace};
use crate::cache::Cache;
use crate::config::{Format, LegalComments, SourceMapMode};
use crate::lang::js::{HoleKind, LocalSym, Mapping, ModuleObject, Whole, compress_whole, shorthand_key};
use crate::lang::sourcemap::NOWHERE;
use crate::model::{RenderedFile, Spot, SymbolRef};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Top-level bindings that the pass has made: the symbol is the object's.
pub const WHOLE: ModuleId = ModuleId(u32::MAX - 3);

/// Changes whenever the pass would give other objects for the same texts.
const VERSION: u32 = 5;

/// A chunk after the pass.
struct Compressed {
    object: ModuleObject,
    /// By symbol number of the object.
    symbols: Vec<SymbolRef>,
    joined: Joined,
}

/// `None`: the chunk is to be written without the pass.
pub fn render(
    context: &Context<'_>,
    externals: &Externals,
    exports: &ChunkExports,
    uses: &Uses,
    id: ChunkId,
    cache: &Cache,
) -> Option<Vec<RenderedFile>> {
    let modules = || context.plan.chunks[id].modules.iter();
    let mut objects = modules().filter_map(|module| context.objects[*module].as_ref());
    let unlike = |name: &String| !name.starts_with(NUMBERED) && !name.starts_with(REFERENCE);
    let plain = objects.all(|object| !object.pinned && object.globals.iter().all(unlike));
    let strict = context.options.format == Format::Esm || modules().all(|id| context.graph.modules[*id].facts.strict);
    if !plain || !strict {
        return None;
    }
    let placeholders = Arc::new(names(context, externals, exports, uses, id, Default::default(), &Style::Numbered));
    let alphabet = Arc::new(Alphabet::new(&[0; 256]));
    let mut first = Writer::new(context, externals, exports, uses, id, placeholders, alphabet, Output::joined());
    if context.options.format != Format::Esm {
        first.external_requires();
    }
    first.modules();
    let Writer { names: placeholders, sources, map_names, map_name_numbers, ends, legal, out, .. } = first;
    let joined = out.into_joined()?;
    let compressed = compress(context, exports, uses, id, &placeholders, joined, cache)?;
    let uses = uses_after(context, exports, uses, id, &compressed);
    let alphabet = Arc::new(Alphabet::new(&naming::histogram(std::iter::once(&compressed.object))));
    let globals = compressed.object.globals.iter().map(String::as_str).collect();
    let names = Arc::new(names(context, externals, exports, &uses, id, globals, &Style::Short(&alphabet)));
    let out = Output::new(context.options.sourcemap != SourceMapMode::None);
    let mut writer = Writer::new(context, externals, exports, &uses, id, names, alphabet, out);
    writer.sources = sources;
    writer.map_names = map_names;
    writer.map_name_numbers = map_name_numbers;
    writer.ends = ends;
    writer.legal = legal;
    writer.head();
    // They are part of the text.
    writer.requires.clear();
    if context.options.legal_comments == LegalComments::Inline {
        for comment in std::mem::take(&mut writer.legal) {
            writer.out.end_line();
            writer.out.push(&comment);
            writer.out.end_line();
        }
    }
    writer.whole(&compressed);
    writer.foot();
    Some(writer.finish())
}

fn compress(
    context: &Context<'_>,
    exports: &ChunkExports,
    uses: &Uses,
    id: ChunkId,
    placeholders: &FxHashMap<SymbolRef, String>,
    joined: Joined,
    cache: &Cache,
) -> Option<Compressed> {
    let is_name = |name: &str| name.strip_prefix(NUMBERED).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    let mut named: Vec<(SymbolRef, &String)> =
        placeholders.iter().filter(|(_, name)| is_name(name)).map(|(symbol, name)| (*symbol, name)).collect();
    named.sort_unstable();
    let symbols: Vec<SymbolRef> = named.iter().map(|(symbol, _)| *symbol).collect();
    let mut names: Vec<String> = named.iter().map(|(_, name)| (*name).clone()).collect();
    names.extend((0..joined.references.len()).map(|at| format!("{REFERENCE}{at}")));
    let esm = context.options.format == Format::Esm;
    let is_foreign = |symbol: &SymbolRef| match symbol.module {
        EXTERNAL => esm,
        CHUNK => true,
        _ => home(context, *symbol).is_some_and(|home| home != id),
    };
    let numbers = |wanted: &dyn Fn(&SymbolRef) -> bool| -> Vec<LocalSym> {
        symbols.iter().zip(0..).filter(|(symbol, _)| wanted(symbol)).map(|(_, at)| at).collect()
    };
    let mut foreign = numbers(&is_foreign);
    foreign.extend(symbols.len() as LocalSym..names.len() as LocalSym);
    let outside: Vec<SymbolRef> = mentioned_outside(exports, uses, id).collect();
    let keep = numbers(&|symbol| outside.contains(symbol) && !is_foreign(symbol));
    let whole = Whole { text: &joined.text, names: &names, foreign: &foreign, keep: &keep, is_piece: false };
    let of_piece = |piece: &Whole<'_>| {
        let _span = trace::span("piece", &context.plan.chunks[id].name);
        cached(piece, context, cache)
    };
    let in_pieces = || in_pieces(&whole, &joined.ends, of_piece);
    let object = in_pieces().or_else(|| cached(&whole, context, cache))?;
    Some(Compressed { object, symbols, joined })
}

/// `None`: the text is one piece, or must be.
fn in_pieces(
    whole: &Whole<'_>,
    ends: &[usize],
    compressed: impl Fn(&Whole<'_>) -> Option<ModuleObject> + Sync,
) -> Option<ModuleObject> {
    let ranges = pieces::ranges(whole.text, ends);
    if ranges.len() < 2 {
        return None;
    }
    let numbers: FxHashMap<&str, LocalSym> = whole.names.iter().map(String::as_str).zip(0..).collect();
    let mentioned = |range: &Range<usize>| pieces::mentioned(&whole.text[range.clone()], &numbers);
    let mentioned: Vec<Vec<LocalSym>> = ranges.par_iter().map(mentioned).collect();
    let mut users = vec![0u32; whole.names.len()];
    mentioned.iter().flatten().for_each(|symbol| users[*symbol as usize] += 1);
    let one = |(range, symbols): (Range<usize>, Vec<LocalSym>)| {
        let names: Vec<String> = symbols.iter().map(|symbol| whole.names[*symbol as usize].clone()).collect();
        let numbers = |wanted: &dyn Fn(LocalSym) -> bool| -> Vec<LocalSym> {
            symbols.iter().zip(0..).filter(|(symbol, _)| wanted(**symbol)).map(|(_, at)| at).collect()
        };
        let foreign = numbers(&|symbol| whole.foreign.binary_search(&symbol).is_ok());
        let keep = numbers(&|symbol| users[symbol as usize] > 1 || whole.keep.binary_search(&symbol).is_ok());
        let start = range.start;
        let piece = Whole { text: &whole.text[range], names: &names, foreign: &foreign, keep: &keep, is_piece: true };
        let object = compressed(&piece)?;
        Some(pieces::Piece { start, symbols, object })
    };
    let done: Option<Vec<pieces::Piece>> = ranges.into_par_iter().zip(mentioned).map(one).collect();
    Some(pieces::joined(done?, whole.names.len()))
}

fn cached(whole: &Whole<'_>, context: &Context<'_>, cache: &Cache) -> Option<ModuleObject> {
    let language = context.options.language();
    // The compressor counts some things in few bits: what is too much for it stays as it is.
    let make = || catch_unwind(AssertUnwindSafe(|| compress_whole(whole, &language))).ok().flatten();
    if context.options.cache_dir.is_none() {
        return make();
    }
    let language_key = postcard::to_stdvec(&language).unwrap_or_default();
    let tables = (whole.names, whole.foreign, whole.keep, whole.is_piece);
    let tables = postcard::to_stdvec(&tables).unwrap_or_default();
    let key = Cache::key("whole", VERSION, &[whole.text.as_bytes(), &tables, &language_key]);
    if let Some(found) = cache.get(key).and_then(|bytes| postcard::from_bytes(&bytes).ok()) {
        return found;
    }
    let object = make();
    if let Ok(bytes) = postcard::to_stdvec(&object) {
        cache.put(key, &bytes);
    }
    object
}

/// Symbols of this chunk that stand in its export clause, its last statements, or in other chunks.
fn mentioned_outside<'u>(
    exports: &'u ChunkExports,
    uses: &'u Uses,
    id: ChunkId,
) -> impl Iterator<Item = SymbolRef> + 'u {
    let glue = uses.tail.glue.iter().filter_map(|piece| match piece {
        Glue::Name(symbol) => Some(*symbol),
        Glue::Text(_) => None,
    });
    let exported = uses.tail.exports.iter().map(|(symbol, _)| *symbol);
    glue.chain(exported).chain(exports[id.0 as usize].keys().copied())
}

/// What is still mentioned.
fn uses_after(
    context: &Context<'_>,
    exports: &ChunkExports,
    uses: &Uses,
    id: ChunkId,
    compressed: &Compressed,
) -> Uses {
    let object = &compressed.object;
    let mut counts: FxHashMap<SymbolRef, u32> = FxHashMap::default();
    for (at, symbol) in compressed.symbols.iter().enumerate() {
        let count = object.counts[at];
        if count > 0 || object.declared.binary_search(&(at as LocalSym)).is_ok() {
            counts.insert(*symbol, count);
        }
    }
    let first = object.counts.len() - object.extra_names.len();
    for at in 0..object.extra_top_level as usize {
        let symbol = SymbolRef { module: WHOLE, symbol: (first + at) as LocalSym };
        counts.insert(symbol, object.counts[first + at]);
    }
    for symbol in mentioned_outside(exports, uses, id) {
        *counts.entry(symbol).or_default() += 1;
    }
    // Members of other chunks, where chunks are objects.
    if context.options.format == Format::Cjs {
        let foreign = |symbol: &&SymbolRef| home(context, **symbol).is_some_and(|home| home != id);
        counts.extend(uses.counts.keys().filter(foreign).map(|symbol| (*symbol, 1)));
        counts.retain(|symbol, _| symbol.module != CHUNK);
    }
    Uses { counts, lazy: uses.lazy.clone(), tail: uses.tail.clone(), urls: None }
}

/// The module that the text comes from, as far as the compressor knows, and where it began.
struct Owner {
    module: Option<ModuleId>,
    since: Spot,
}

impl Writer<'_> {
    /// The object's text with its holes filled, as [`Writer::splice`] does it for one module.
    fn whole(&mut self, compressed: &Compressed) {
        let object = &compressed.object;
        let first = (object.counts.len() - object.extra_names.len()) as LocalSym;
        let alphabet = Arc::clone(&self.alphabet);
        let nested = {
            let top = |symbol: LocalSym| self.whole_name(compressed, symbol, first);
            naming::nested(object, first, &Style::Short(&alphabet), top)
        };
        let mut mappings = object.mappings.iter().peekable();
        let mut owner = Owner { module: None, since: self.out.mark() };
        let mut at = 0usize;
        for hole in &object.holes {
            let end = hole.at as usize;
            self.stretch(compressed, (at, end), hole.kind == HoleKind::Coined, &mut mappings, &mut owner);
            if hole.symbol >= first + object.extra_top_level {
                let name = nested[(hole.symbol - first) as usize].clone();
                let key = &object.extra_names[(hole.symbol - first) as usize];
                if hole.kind == HoleKind::Shorthand && *key != name {
                    self.out.push(&format!("{}:", shorthand_key(key)));
                }
                self.out.push(&name);
            } else if let Some(name) = self.whole_name(compressed, hole.symbol, first) {
                let name = name.to_string();
                self.out.push(&name);
            } else {
                let number = hole.symbol as usize - compressed.symbols.len();
                let (key, style, length) = compressed.joined.references[number].clone();
                self.out.push("\"");
                self.out.push_ref(key, style, length);
                self.out.push("\"");
            }
            at = end + 1;
        }
        self.stretch(compressed, (at, object.text.len()), false, &mut mappings, &mut owner);
        self.hand_over(&mut owner, None);
    }

    /// Text without holes, and the tokens in it and at its end, where a name may follow that the source does not have.
    fn stretch<'m>(
        &mut self,
        compressed: &Compressed,
        (mut at, end): (usize, usize),
        coined: bool,
        mappings: &mut std::iter::Peekable<impl Iterator<Item = &'m Mapping>>,
        owner: &mut Owner,
    ) {
        let mapped = self.context.options.sourcemap != SourceMapMode::None;
        let text = &compressed.object.text;
        while let Some(mapping) = mappings.next_if(|mapping| mapping.at as usize <= end) {
            let place = (mapping.at as usize).max(at);
            self.out.push(&text[at..place]);
            at = place;
            if mapping.line != Mapping::NOWHERE {
                let before = self.ends.partition_point(|(end, _)| *end <= mapping.line as usize);
                let module = self.ends.get(before).map(|(_, module)| *module);
                self.hand_over(owner, module);
            }
            if !mapped {
                continue;
            }
            // The token of the joined text that the byte belongs to.
            let behind = compressed.joined.tokens.partition_point(|token| token.column <= mapping.line);
            match behind.checked_sub(1).and_then(|at| compressed.joined.tokens.get(at)) {
                Some(token) if token.source != NOWHERE && mapping.line != Mapping::NOWHERE => {
                    let name = if coined && place == end { u32::MAX } else { token.name };
                    self.out.token(token.source, token.source_line, token.source_column, name);
                }
                _ => self.out.unmapped(),
            }
        }
        self.out.push(&text[at..end]);
    }

    /// What was written so far is `owner`'s; what follows comes from `module`.
    fn hand_over(&mut self, owner: &mut Owner, module: Option<ModuleId>) {
        if owner.module == module && module.is_some() {
            return;
        }
        if let Some(id) = owner.module {
            self.out.since(owner.since, self.extents.entry(id).or_default());
        }
        *owner = Owner { module, since: self.out.mark() };
    }

    fn whole_name(&self, compressed: &Compressed, symbol: LocalSym, first: LocalSym) -> Option<&str> {
        let symbol = match compressed.symbols.get(symbol as usize) {
            Some(symbol) => *symbol,
            None if symbol >= first && symbol < first + compressed.object.extra_top_level => {
                SymbolRef { module: WHOLE, symbol }
            }
            None => return None,
        };
        self.names.get(&symbol).map(String::as_str)
    }
}

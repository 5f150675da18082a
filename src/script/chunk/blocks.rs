//! The modules of a large chunk, written in blocks on all cores and put together as if one had been written after the
//! other.

use super::super::Context;
use super::super::naming::Alphabet;
use super::super::output::Output;
use super::{ChunkExports, Externals, Uses, Writer};
use crate::base::{ChunkId, ModuleId};
use crate::config::{LegalComments, SourceMapMode};
use crate::model::SymbolRef;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Of objects. Smaller blocks are put together as often as they are written.
const BLOCK_BYTES: usize = 1 << 17;

/// Blocks that are there at once, twice: while some are put together, the next are written. Their mappings are not
/// encoded yet and take three times their text.
const WAVE: usize = 6;

/// What all blocks of a chunk have in common.
struct Seed<'a> {
    context: &'a Context<'a>,
    externals: &'a Externals,
    exports: &'a ChunkExports,
    uses: &'a Uses,
    id: ChunkId,
    names: Arc<FxHashMap<SymbolRef, String>>,
    alphabet: Arc<Alphabet>,
}

impl<'a> Seed<'a> {
    fn write(&self, block: &[ModuleId], write: fn(&mut Writer<'a>, ModuleId)) -> Writer<'a> {
        let out = Output::part(self.context.options.sourcemap != SourceMapMode::None);
        let (names, alphabet) = (Arc::clone(&self.names), Arc::clone(&self.alphabet));
        let Seed { context, externals, exports, uses, id, .. } = *self;
        let mut part = Writer::new(context, externals, exports, uses, id, names, alphabet, out);
        block.iter().for_each(|module| write(&mut part, *module));
        part
    }
}

impl<'a> Writer<'a> {
    /// Writes modules in order. `write` must not look at what has been written before.
    pub(super) fn each(&mut self, modules: &[ModuleId], write: fn(&mut Writer<'a>, ModuleId)) {
        let blocks = if self.parts() { self.blocks(modules) } else { Vec::new() };
        if blocks.len() < 2 {
            return modules.iter().for_each(|module| write(self, *module));
        }
        let Writer { context, externals, exports, uses, id, .. } = *self;
        let (names, alphabet) = (Arc::clone(&self.names), Arc::clone(&self.alphabet));
        let seed = Seed { context, externals, exports, uses, id, names, alphabet };
        let mut written: Vec<Writer<'a>> = Vec::new();
        for wave in blocks.chunks(WAVE) {
            let ready = std::mem::take(&mut written);
            let write_wave = || wave.par_iter().map(|block| seed.write(block, write)).collect();
            ((), written) = rayon::join(|| ready.into_iter().for_each(|part| self.append(part)), write_wave);
        }
        written.into_iter().for_each(|part| self.append(part));
    }

    /// Whether what a module comes to does not depend on what stands before it: where lines are broken and comments
    /// written, it does.
    fn parts(&self) -> bool {
        self.minified() && !self.out.is_joined() && self.context.options.legal_comments != LegalComments::Inline
    }

    fn blocks<'m>(&self, modules: &'m [ModuleId]) -> Vec<&'m [ModuleId]> {
        let mut bytes = 0;
        let mut fits = |module: &ModuleId| {
            bytes += self.context.objects[*module].as_ref().map_or(0, |object| object.text.len());
            let fits = bytes < BLOCK_BYTES;
            bytes = if fits { bytes } else { 0 };
            fits
        };
        modules.chunk_by(|_, next| fits(next)).collect()
    }

    fn append(&mut self, part: Writer<'a>) {
        let Writer { out, sources, map_names, extents, legal, .. } = part;
        let start = self.out.mark();
        let first_source = self.sources.len() as u32;
        self.sources.extend(sources);
        let names: Vec<u32> = map_names.iter().map(|name| self.map_number(name)).collect();
        self.out.append(out, first_source, &names);
        for (module, extent) in extents {
            self.extents.entry(module).or_default().add(extent, start);
        }
        for comment in legal {
            if !self.legal.contains(&comment) {
                self.legal.push(comment);
            }
        }
    }
}

//! One chunk: which names it mentions, what it imports and exports, and its bytes.

mod blocks;
mod body;
mod foot;
mod head;
mod pieces;
mod preloads;
mod whole;

use super::Context;
use super::canon::{Canon, EXTERNAL, Externals, canon};
use super::glue::{self, Glue, TEMPORARY, Tail};
use super::naming::{self, Alphabet, Style, Wanted};
use super::output::{Extent, Output, property};
use super::urls;
use crate::base::{ChunkId, ModuleId, trace};
use crate::cache::Cache;
use crate::config::{Format, Minify, SourceMapMode};
use crate::lang::js::{Helper, LocalSym};
use crate::model::{OutputKey, RefStyle, RenderedFile, SymbolRef, Target};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;
use whole::WHOLE;

/// Variables for other chunks, where chunks are objects: the symbol is the chunk's number.
const CHUNK: ModuleId = ModuleId(u32::MAX - 2);

/// What a chunk mentions at its top level.
pub struct Uses {
    counts: FxHashMap<SymbolRef, u32>,
    /// Of chunks that are loaded where they are mentioned.
    lazy: FxHashSet<SymbolRef>,
    tail: Tail,
    urls: Option<preloads::Table>,
}

pub fn uses(context: &Context<'_>, externals: &Externals, id: ChunkId) -> Uses {
    let mut counts: FxHashMap<SymbolRef, u32> = FxHashMap::default();
    let mut lazy = FxHashSet::default();
    let mut tail = glue::tail(context, externals, id);
    let urls = preloads::table(context, externals, id, &mut tail.temporaries);
    counts.extend(urls.iter().map(|table| (table.symbol, table.lists + 1)));
    let mention = |glue: &[Glue], counts: &mut FxHashMap<SymbolRef, u32>| {
        for piece in glue {
            if let Glue::Name(symbol) = piece {
                *counts.entry(*symbol).or_default() += 1;
            }
        }
    };
    for module in &context.plan.chunks[id].modules {
        let Some(object) = &context.objects[*module] else { continue };
        let linked = context.graph.modules[*module].facts.symbol_count();
        for (symbol, count) in object.counts.iter().enumerate() {
            let symbol = symbol as LocalSym;
            let own = SymbolRef { module: *module, symbol };
            let found = if symbol >= linked {
                (symbol < linked + object.extra_top_level).then_some(own)
            } else if *count == 0 {
                object.declared.binary_search(&symbol).is_ok().then_some(own)
            } else {
                match canon(context, externals, *module, symbol) {
                    Canon::Symbol(symbol) => Some(symbol),
                    Canon::Lazy(symbol) if home(context, symbol) == Some(id) => Some(symbol),
                    Canon::Lazy(symbol) => {
                        lazy.insert(symbol);
                        None
                    }
                    _ => None,
                }
            };
            if let Some(found) = found {
                *counts.entry(found).or_default() += count;
            }
        }
        mention(&glue::namespace(context, externals, *module), &mut counts);
        mention(&glue::call(context, *module), &mut counts);
    }
    mention(&tail.glue, &mut counts);
    if context.options.format != Format::Esm {
        for helper in external_helpers(context, id, &counts) {
            *counts.entry(helper).or_default() += 1;
        }
    }
    for (symbol, _) in &tail.exports {
        *counts.entry(*symbol).or_default() += 1;
    }
    Uses { counts, lazy, tail, urls }
}

/// Helpers that the statements about external modules call, where the format has no `import`.
fn external_helpers(context: &Context<'_>, id: ChunkId, counts: &FxHashMap<SymbolRef, u32>) -> Vec<SymbolRef> {
    let external = |module: &ModuleId| {
        context.graph.modules[*module].targets.iter().any(|target| matches!(target, Target::External(_)))
    };
    let mentioned = counts.keys().any(|symbol| symbol.module == EXTERNAL);
    if !mentioned && !context.plan.chunks[id].modules.iter().any(external) {
        return Vec::new();
    }
    let wanted: &[Helper] =
        if context.options.format == Format::Iife { &[Helper::TO_ESM, Helper::REQUIRE] } else { &[Helper::TO_ESM] };
    let symbol = |helper: &Helper| {
        let module = context.graph.runtime?;
        Some(SymbolRef { module, symbol: context.graph.helper_symbol(*helper)? })
    };
    wanted.iter().filter_map(symbol).collect()
}

/// By chunk: symbols that other chunks import, and the names under which they are exported.
pub type ChunkExports = Vec<BTreeMap<SymbolRef, String>>;

pub fn exports(context: &Context<'_>, uses: &[Uses]) -> ChunkExports {
    let mut wanted: ChunkExports = vec![BTreeMap::new(); uses.len()];
    for (at, chunk) in uses.iter().enumerate() {
        for symbol in chunk.counts.keys().chain(&chunk.lazy) {
            if let Some(home) = home(context, *symbol).filter(|home| home.0 as usize != at) {
                wanted[home.0 as usize].insert(*symbol, String::new());
            }
        }
    }
    let alphabet = Alphabet::new(&[0; 256]);
    for (at, symbols) in wanted.iter_mut().enumerate() {
        let mut taken: FxHashSet<String> = uses[at].tail.exports.iter().map(|(_, name)| name.clone()).collect();
        let mut order: Vec<SymbolRef> = symbols.keys().copied().collect();
        order.sort_by_key(|symbol| (context.linked.modules[symbol.module].order, symbol.symbol));
        let mut aliases = (0..).map(|number| alphabet.name(number));
        for symbol in order {
            let name = if context.options.minified() {
                aliases.find(|name| !taken.contains(name)).unwrap_or_default()
            } else {
                let original = naming::clean(&naming::original(context, symbol));
                let free = |name: &String| !taken.contains(name);
                let mut names =
                    std::iter::once(original.clone()).chain((1..).map(|number| format!("{original}${number}")));
                names.find(free).unwrap_or(original)
            };
            taken.insert(name.clone());
            symbols.insert(symbol, name);
        }
    }
    wanted
}

fn home(context: &Context<'_>, symbol: SymbolRef) -> Option<ChunkId> {
    if [EXTERNAL, TEMPORARY, CHUNK, WHOLE].contains(&symbol.module) {
        return None;
    }
    context.plan.chunk_of[symbol.module]
}

/// A chunk being written.
struct Writer<'a> {
    context: &'a Context<'a>,
    externals: &'a Externals,
    exports: &'a ChunkExports,
    uses: &'a Uses,
    id: ChunkId,
    names: Arc<FxHashMap<SymbolRef, String>>,
    alphabet: Arc<Alphabet>,
    /// The name that is written, kept for its room.
    name_buffer: String,
    out: Output,
    sources: Vec<ModuleId>,
    map_names: Vec<String>,
    map_name_numbers: FxHashMap<String, u32>,
    /// Bytes by module.
    extents: FxHashMap<ModuleId, Extent>,
    /// Where modules end in a text for another pass, in order.
    ends: Vec<(usize, ModuleId)>,
    legal: Vec<String>,
    /// Externals, quoted, of which `export *` stands where they are imported.
    passed_on: Vec<String>,
    /// `require` calls of externals, waiting for the helpers to be declared.
    requires: Vec<String>,
}

pub fn render(
    context: &Context<'_>,
    externals: &Externals,
    exports: &ChunkExports,
    uses: &Uses,
    id: ChunkId,
    cache: &Cache,
) -> Vec<RenderedFile> {
    let _span = trace::span("chunk", &context.plan.chunks[id].name);
    if context.options.minify == Minify::Max
        && let Some(files) = whole::render(context, externals, exports, uses, id, cache)
    {
        return files;
    }
    let objects = || context.plan.chunks[id].modules.iter().filter_map(|module| context.objects[*module].as_deref());
    let alphabet = Alphabet::new(&naming::histogram(objects()));
    let style = if context.options.minified() { Style::Short(&alphabet) } else { Style::Original };
    let modules = &context.plan.chunks[id].modules;
    let writes_namespaces = modules.iter().any(|module| context.linked.modules[*module].plain_namespace);
    let of_glue: &[&str] = if writes_namespaces { &["Object", "Symbol"] } else { &[] };
    let globals = objects().flat_map(|object| object.globals.iter().map(String::as_str)).chain(of_glue.iter().copied());
    let globals = globals.collect();
    let names = names(context, externals, exports, uses, id, globals, &style);
    let out = Output::new(context.options.sourcemap != SourceMapMode::None);
    let (names, alphabet) = (Arc::new(names), Arc::new(alphabet));
    let mut writer = Writer::new(context, externals, exports, uses, id, names, alphabet, out);
    writer.head();
    writer.modules();
    writer.foot();
    writer.finish()
}

fn names(
    context: &Context<'_>,
    externals: &Externals,
    exports: &ChunkExports,
    uses: &Uses,
    id: ChunkId,
    mut taken: FxHashSet<&str>,
    style: &Style<'_>,
) -> FxHashMap<SymbolRef, String> {
    if context.options.format == Format::Cjs && !exports[id.0 as usize].is_empty() {
        taken.insert("Object");
    }
    // Other chunks are objects, unless they are ES modules.
    let foreign = |symbol: &SymbolRef| {
        let other = home(context, *symbol).filter(|home| *home != id);
        other.filter(|_| context.options.format == Format::Cjs)
    };
    let mut counts: BTreeMap<SymbolRef, u32> = BTreeMap::new();
    for (symbol, count) in &uses.counts {
        let chunk = foreign(symbol).map(|chunk| SymbolRef { module: CHUNK, symbol: chunk.0 });
        *counts.entry(chunk.unwrap_or(*symbol)).or_default() += count;
    }
    let esm = context.options.format == Format::Esm;
    let alias = |symbol: SymbolRef| {
        let other = home(context, symbol).filter(|home| *home != id && esm)?;
        exports[other.0 as usize].get(&symbol).cloned()
    };
    let wanted = counts
        .into_iter()
        .map(|(symbol, count)| Wanted { alias: alias(symbol), ..wanted(context, externals, uses, symbol, count) });
    let wanted = wanted.collect();
    let mut names = naming::top_level(wanted, &taken, style);
    for symbol in uses.counts.keys() {
        if let Some(chunk) = foreign(symbol) {
            let object = names.get(&SymbolRef { module: CHUNK, symbol: chunk.0 }).cloned().unwrap_or_default();
            let alias = exports[chunk.0 as usize].get(symbol).map_or("", String::as_str);
            names.insert(*symbol, member(&object, alias));
        }
    }
    names
}

/// `object.name`
fn member(object: &str, name: &str) -> String {
    let key = property(name);
    if key.starts_with('"') { format!("{object}[{key}]") } else { format!("{object}.{key}") }
}

/// What naming must know of a symbol.
fn wanted(context: &Context<'_>, externals: &Externals, uses: &Uses, symbol: SymbolRef, count: u32) -> Wanted {
    let (original, order, pinned) = match symbol.module {
        EXTERNAL => {
            let (specifier, name) = &externals.names[symbol.symbol as usize];
            let base = if name.starts_with('*') || name == "default" { specifier.as_str() } else { name };
            (base.rsplit('/').next().unwrap_or(base).to_string(), u32::MAX, false)
        }
        TEMPORARY => (uses.tail.temporaries[symbol.symbol as usize].clone(), u32::MAX, false),
        WHOLE => (String::new(), u32::MAX, false),
        CHUNK => (format!("{}_chunk", context.plan.chunks[ChunkId(symbol.symbol)].name), u32::MAX, false),
        module => {
            let pinned = context.objects[module].as_ref().is_some_and(|object| object.pinned)
                && symbol.symbol >= context.graph.modules[module].facts.first_declared();
            (naming::original(context, symbol), context.linked.modules[module].order, pinned)
        }
    };
    Wanted { symbol, original, count, pinned, alias: None, rank: (order, symbol.symbol) }
}

impl<'a> Writer<'a> {
    #[expect(clippy::too_many_arguments, reason = "what a chunk is written from; two callers")]
    fn new(
        context: &'a Context<'a>,
        externals: &'a Externals,
        exports: &'a ChunkExports,
        uses: &'a Uses,
        id: ChunkId,
        names: Arc<FxHashMap<SymbolRef, String>>,
        alphabet: Arc<Alphabet>,
        out: Output,
    ) -> Self {
        Writer {
            context,
            externals,
            exports,
            uses,
            id,
            names,
            alphabet,
            name_buffer: String::new(),
            out,
            sources: Vec::new(),
            map_names: Vec::new(),
            map_name_numbers: FxHashMap::default(),
            extents: FxHashMap::default(),
            ends: Vec::new(),
            legal: Vec::new(),
            passed_on: Vec::new(),
            requires: Vec::new(),
        }
    }

    fn minified(&self) -> bool {
        self.context.options.minified()
    }

    fn name(&self, symbol: SymbolRef) -> &str {
        self.names.get(&symbol).map_or("undefined", String::as_str)
    }

    fn glue(&mut self, glue: &[Glue]) {
        if !glue.is_empty() {
            self.out.unmapped();
        }
        for piece in glue {
            match piece {
                Glue::Text(text) => self.out.push(text),
                Glue::Name(symbol) => {
                    let name = self.name(*symbol).to_string();
                    self.out.push(&name);
                }
            }
        }
        if !self.minified() && !glue.is_empty() {
            self.out.end_line();
        }
    }

    fn line(&mut self, text: &str) {
        self.out.push(text);
        if !self.minified() {
            self.out.end_line();
        }
    }

    fn reference(&mut self, key: OutputKey, style: RefStyle) {
        let length = urls::relative_length(self.context, self.id, &key);
        self.out.push_ref(key, style, length);
    }
}

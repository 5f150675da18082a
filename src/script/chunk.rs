//! One chunk: which names it mentions, what it imports and exports, and its bytes.

use super::Context;
use super::canon::{Canon, EXTERNAL, Externals, canon};
use super::glue::{self, Glue, TEMPORARY, Tail};
use super::naming::{self, Alphabet, Style, Wanted};
use super::output::{Output, property, quote};
use super::urls;
use crate::base::{ChunkId, ModuleId, relative_path};
use crate::config::{Format, LegalComments, SourceMapMode};
use crate::lang::js::{Helper, HoleKind, LocalSym, ModuleObject};
use crate::lang::sourcemap;
use crate::model::{
    ChunkKind, Contribution, FileKind, NameTemplate, OutputKey, Piece, RefStyle, RenderedFile, SymbolRef, Target, Wrap,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Variables for other chunks, where chunks are objects: the symbol is the chunk's number.
const CHUNK: ModuleId = ModuleId(u32::MAX - 2);

/// What a chunk mentions at its top level.
pub struct Uses {
    counts: FxHashMap<SymbolRef, u32>,
    /// Of chunks that are loaded where they are mentioned.
    lazy: FxHashSet<SymbolRef>,
    tail: Tail,
}

pub fn uses(context: &Context<'_>, externals: &Externals, id: ChunkId) -> Uses {
    let mut counts: FxHashMap<SymbolRef, u32> = FxHashMap::default();
    let mut lazy = FxHashSet::default();
    let tail = glue::tail(context, externals, id);
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
    Uses { counts, lazy, tail }
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
        let mut number = 0;
        for symbol in order {
            let name = if context.options.minified() {
                loop {
                    let name = alphabet.name(number);
                    number += 1;
                    if !taken.contains(&name) {
                        break name;
                    }
                }
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
    if [EXTERNAL, TEMPORARY, CHUNK].contains(&symbol.module) {
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
    names: FxHashMap<SymbolRef, String>,
    alphabet: Alphabet,
    out: Output,
    sources: Vec<ModuleId>,
    map_names: Vec<String>,
    map_name_numbers: FxHashMap<String, u32>,
    /// Bytes by module.
    bytes: FxHashMap<ModuleId, u64>,
    legal: Vec<String>,
    /// `require` calls of externals, waiting for the helpers to be declared.
    requires: Vec<String>,
}

pub fn render(
    context: &Context<'_>,
    externals: &Externals,
    exports: &ChunkExports,
    uses: &Uses,
    id: ChunkId,
) -> Vec<RenderedFile> {
    let objects = || context.plan.chunks[id].modules.iter().filter_map(|module| context.objects[*module].as_ref());
    let alphabet = Alphabet::new(&naming::histogram(objects()));
    let mut writer = Writer {
        names: names(context, externals, exports, uses, id, &alphabet),
        context,
        externals,
        exports,
        uses,
        id,
        alphabet,
        out: Output::new(context.options.sourcemap != SourceMapMode::None),
        sources: Vec::new(),
        map_names: Vec::new(),
        map_name_numbers: FxHashMap::default(),
        bytes: FxHashMap::default(),
        legal: Vec::new(),
        requires: Vec::new(),
    };
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
    alphabet: &Alphabet,
) -> FxHashMap<SymbolRef, String> {
    let mut taken: FxHashSet<&str> = FxHashSet::default();
    for module in &context.plan.chunks[id].modules {
        if let Some(object) = &context.objects[*module] {
            taken.extend(object.globals.iter().map(String::as_str));
        }
    }
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
    let wanted = counts.into_iter().map(|(symbol, count)| wanted(context, externals, uses, symbol, count)).collect();
    let style = if context.options.minified() { Style::Short(alphabet) } else { Style::Original };
    let mut names = naming::top_level(wanted, &taken, &style);
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
        CHUNK => (format!("{}_chunk", context.plan.chunks[ChunkId(symbol.symbol)].name), u32::MAX, false),
        module => {
            let pinned = context.objects[module].as_ref().is_some_and(|object| object.pinned)
                && symbol.symbol >= context.graph.modules[module].facts.first_declared();
            (naming::original(context, symbol), context.linked.modules[module].order, pinned)
        }
    };
    Wanted { symbol, original, count, pinned, rank: (order, symbol.symbol) }
}

impl Writer<'_> {
    fn minified(&self) -> bool {
        self.context.options.minified()
    }

    fn name(&self, symbol: SymbolRef) -> &str {
        self.names.get(&symbol).map_or("undefined", String::as_str)
    }

    fn glue(&mut self, glue: &[Glue]) {
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

    fn head(&mut self) {
        let context = self.context;
        if let Some((root, _)) = glue::root(context, self.id)
            && let Some(hashbang) = &context.graph.modules[root].facts.hashbang
        {
            self.out.push(&format!("#!{}\n", hashbang.trim_start_matches("#!")));
        }
        let banner = context.options.banner.get("js").map_or("", String::as_str);
        // A `#!` is one only at the very start, and a directive only before every statement.
        let hashbang_ends = if banner.starts_with("#!") { banner.find('\n').unwrap_or(banner.len()) } else { 0 };
        let (hashbang, banner) = banner.split_at(hashbang_ends);
        if self.out.written() == 0 {
            self.out.push(hashbang);
            self.out.end_line();
        }
        if context.options.format == Format::Cjs {
            self.use_strict();
        }
        self.out.push(banner.trim_start_matches('\n'));
        self.out.end_line();
        match context.options.format {
            Format::Esm => self.imports(),
            Format::Cjs => {
                self.chunk_getters();
                self.chunk_imports(&mut Vec::new());
                self.external_requires();
            }
            Format::Iife => {
                if let Some(name) = &context.options.global_name {
                    self.out.push(&super::global_name::target(name));
                }
                self.out.push("(()=>{");
                self.use_strict();
                if !self.minified() {
                    self.out.end_line();
                }
                self.external_requires();
            }
        }
    }

    /// Only when every module says so: a sloppy module must not become strict by sharing a file.
    fn use_strict(&mut self) {
        let modules = &self.context.plan.chunks[self.id].modules;
        if modules.iter().all(|module| self.context.graph.modules[*module].facts.strict) {
            self.line("\"use strict\";");
        }
    }

    /// Import statements, in the order in which the modules here first ask for what is outside: other modules of the
    /// build stand in chunks, the rest is external.
    fn imports(&mut self) {
        let context = self.context;
        let mut by_specifier: BTreeMap<&str, Vec<(SymbolRef, &str)>> = BTreeMap::new();
        for symbol in self.uses.counts.keys().filter(|symbol| symbol.module == EXTERNAL) {
            let (specifier, name) = &self.externals.names[symbol.symbol as usize];
            by_specifier.entry(specifier).or_default().push((*symbol, name));
        }
        // External specifiers, each with the chunks that are asked for before it.
        let mut order: Vec<(&str, Vec<ChunkId>)> = Vec::new();
        let mut before: Vec<ChunkId> = Vec::new();
        for module in &context.plan.chunks[self.id].modules {
            let found = &context.graph.modules[*module];
            for record in &found.facts.import_order {
                match &found.targets[*record as usize] {
                    Target::Module(target) => {
                        before.extend(context.plan.chunk_of[*target].filter(|chunk| *chunk != self.id));
                    }
                    Target::External(specifier)
                        if order.iter().all(|(known, _)| known != specifier)
                            && (!found.is_helper() || by_specifier.contains_key(specifier.as_str())) =>
                    {
                        order.push((specifier, before.clone()));
                    }
                    _ => {}
                }
            }
        }
        for specifier in by_specifier.keys() {
            if order.iter().all(|(known, _)| known != specifier) {
                order.push((specifier, before.clone()));
            }
        }
        let rank = |specifier: &str| context.linked.externals.get(specifier).copied().unwrap_or(u32::MAX);
        order.sort_by_key(|(specifier, _)| rank(specifier));
        let mut lines = Vec::new();
        for (specifier, before) in order {
            let mut symbols = by_specifier.remove(specifier).unwrap_or_default();
            symbols.sort_by_key(|(symbol, _)| symbol.symbol);
            lines.push((before, self.external_import(specifier, &symbols)));
        }
        self.chunk_imports(&mut lines);
    }

    fn external_import(&self, specifier: &str, symbols: &[(SymbolRef, &str)]) -> Vec<String> {
        let from = quote(specifier);
        let with = self.attribute(specifier);
        let named: Vec<String> = symbols
            .iter()
            .filter(|(_, name)| *name != "*")
            .map(|(symbol, name)| {
                let local = self.name(*symbol);
                if local == *name { local.to_string() } else { format!("{} as {local}", property(name)) }
            })
            .collect();
        let mut out: Vec<String> = symbols
            .iter()
            .filter(|(_, name)| *name == "*")
            .map(|(symbol, _)| format!("import*as {} from{from}{with};", self.name(*symbol)))
            .collect();
        if !named.is_empty() {
            out.push(format!("import{{{}}}from{from}{with};", named.join(",")));
        }
        if out.is_empty() {
            out.push(format!("import{from}{with};"));
        }
        out
    }

    /// The attribute with which the chunk's modules import an external.
    fn attribute(&self, specifier: &str) -> String {
        let modules = self.context.plan.chunks[self.id].modules.iter().map(|id| &self.context.graph.modules[*id]);
        let mut records = modules.flat_map(|module| module.facts.records.iter().zip(&module.targets));
        let found = records.find_map(|(record, target)| match target {
            Target::External(found) if found == specifier => record.attribute.as_deref(),
            _ => None,
        });
        found.map_or_else(String::new, |kind| format!("with{{type:{}}}", quote(kind)))
    }

    /// `var import_x = __toESM(require("x"))`, in the order in which they are evaluated.
    fn external_requires(&mut self) {
        let context = self.context;
        let mut found: Vec<(u32, String, bool)> = Vec::new();
        let mut add = |specifier: &str, node: bool| {
            if !found.iter().any(|(_, known, as_node)| known == specifier && *as_node == node) {
                let rank = context.linked.externals.get(specifier).copied().unwrap_or(u32::MAX);
                found.push((rank, specifier.to_string(), node));
            }
        };
        for module in context.plan.chunks[self.id].modules.iter().map(|id| &context.graph.modules[*id]) {
            for record in &module.facts.import_order {
                if let Target::External(specifier) = &module.targets[*record as usize] {
                    add(specifier, module.node_esm);
                }
            }
        }
        // Names that come here from modules in other chunks.
        let mut mentioned: Vec<u32> =
            self.uses.counts.keys().filter(|symbol| symbol.module == EXTERNAL).map(|symbol| symbol.symbol).collect();
        mentioned.sort_unstable();
        for (specifier, name) in mentioned.into_iter().map(|symbol| &self.externals.names[symbol as usize]) {
            add(specifier, name == "*cjs-node");
        }
        found.sort_by_key(|(rank, ..)| *rank);
        for (_, specifier, node) in found {
            let name = if node { "*cjs-node" } else { "*cjs" };
            let require = self.require_call(&specifier);
            let symbol = self.externals.symbol(&specifier, name);
            // The helpers are declared by the runtime module, which comes first.
            self.requires.push(match symbol.and_then(|symbol| self.names.get(&symbol)) {
                Some(name) => {
                    let helper = self.helper_name(Helper::TO_ESM);
                    let node = if node { ",1" } else { "" };
                    format!("var {name}={helper}({require}{node});")
                }
                None => format!("{require};"),
            });
        }
    }

    fn require_call(&self, specifier: &str) -> String {
        let callee = if self.context.options.format == Format::Iife {
            self.helper_name(Helper::REQUIRE)
        } else {
            "require".to_string()
        };
        format!("{callee}({})", quote(specifier))
    }

    fn helper_name(&self, helper: Helper) -> String {
        let found = self.context.graph.runtime.zip(self.context.graph.helper_symbol(helper));
        found.map_or("undefined".into(), |(module, symbol)| self.name(SymbolRef { module, symbol }).to_string())
    }

    /// Chunks whose names are needed, and those that must merely run before; in order of evaluation. `external`:
    /// statements about what is not in the build, each with the chunks that come before it.
    fn chunk_imports(&mut self, external: &mut Vec<(Vec<ChunkId>, Vec<String>)>) {
        let context = self.context;
        let mut by_chunk: BTreeMap<ChunkId, Vec<SymbolRef>> = BTreeMap::new();
        for symbol in self.uses.counts.keys() {
            if let Some(home) = home(context, *symbol).filter(|home| *home != self.id) {
                by_chunk.entry(home).or_default().push(*symbol);
            }
        }
        let order = &context.plan.chunks[self.id].static_imports;
        // Chunks that an earlier import has already brought.
        let mut covered: FxHashSet<ChunkId> = FxHashSet::default();
        for (at, chunk) in order.iter().enumerate() {
            self.external_lines(external, &order[at..]);
            let next = order[at..].iter().position(|next| by_chunk.contains_key(next)).map(|next| at + next);
            let brings = |next: usize| {
                order[at..next].iter().all(|id| context.plan.chunks[order[next]].static_imports.contains(id))
            };
            match by_chunk.remove(chunk) {
                Some(symbols) => self.chunk_import(*chunk, symbols),
                None if covered.contains(chunk) || !has_effects(context, *chunk) || next.is_some_and(brings) => {
                    continue;
                }
                None => self.chunk_import(*chunk, Vec::new()),
            }
            covered.extend(&context.plan.chunks[*chunk].static_imports);
        }
        self.external_lines(external, &[]);
        for (chunk, symbols) in by_chunk {
            self.chunk_import(chunk, symbols);
        }
        if context.options.sourcemap != SourceMapMode::None {
            self.out.end_line();
        }
    }

    /// Statements whose chunks are all behind.
    fn external_lines(&mut self, external: &mut Vec<(Vec<ChunkId>, Vec<String>)>, ahead: &[ChunkId]) {
        while external.first().is_some_and(|(before, _)| before.iter().all(|chunk| !ahead.contains(chunk))) {
            for line in external.remove(0).1 {
                self.line(&line);
            }
        }
    }

    fn chunk_import(&mut self, chunk: ChunkId, mut symbols: Vec<SymbolRef>) {
        let exports = &self.exports[chunk.0 as usize];
        symbols.sort_by_key(|symbol| exports.get(symbol));
        if self.context.options.format == Format::Cjs {
            let name = self.names.get(&SymbolRef { module: CHUNK, symbol: chunk.0 });
            let start = name.map_or_else(String::new, |name| format!("var {name}="));
            self.out.push(&format!("{start}require(\""));
            self.reference(OutputKey::Chunk(chunk), RefStyle::Relative);
            self.line("\");");
            return;
        }
        let names: Vec<String> = symbols
            .iter()
            .filter_map(|symbol| {
                let (alias, local) = (exports.get(symbol)?, self.name(*symbol));
                Some(if alias == local { alias.clone() } else { format!("{} as {local}", property(alias)) })
            })
            .collect();
        if names.is_empty() {
            self.out.push("import\"");
        } else {
            self.out.push(&format!("import{{{}}}from\"", names.join(",")));
        }
        self.reference(OutputKey::Chunk(chunk), RefStyle::Relative);
        self.line("\";");
    }

    /// What other chunks read of a CommonJS chunk, there before it asks for others: chunks may form circles.
    fn chunk_getters(&mut self) {
        let exports = &self.exports[self.id.0 as usize];
        if exports.is_empty() {
            return;
        }
        let getter = |(symbol, alias): (&SymbolRef, &String)| {
            format!("{}:{{enumerable:true,get:()=>{}}}", property(alias), self.name(*symbol))
        };
        let mut getters: Vec<String> = exports.iter().map(getter).collect();
        getters.sort();
        let line = format!("Object.defineProperties(exports,{{{}}});", getters.join(","));
        self.line(&line);
    }

    fn reference(&mut self, key: OutputKey, style: RefStyle) {
        let length = urls::relative_length(self.context, self.id, &key);
        self.out.push_ref(key, style, length);
    }

    /// What runs only when called is declared before anything runs; then everything runs in order.
    fn modules(&mut self) {
        let context = self.context;
        let modules = &context.plan.chunks[self.id].modules;
        let is_runtime = |id: ModuleId| context.graph.modules[id].is_helper();
        let is_wrapped = |id: ModuleId| context.linked.modules[id].wrap != Wrap::None;
        for id in modules.iter().copied().filter(|id| is_runtime(*id)) {
            self.module(id);
        }
        for id in modules.iter().copied() {
            let start = self.out.written();
            let namespace = glue::namespace(context, self.externals, id);
            self.glue(&namespace);
            *self.bytes.entry(id).or_default() += self.out.written() - start;
        }
        for id in modules.iter().copied().filter(|id| is_wrapped(*id)) {
            self.module(id);
        }
        self.flush_requires();
        for id in modules.iter().copied().filter(|id| !is_runtime(*id)) {
            if is_wrapped(id) {
                let start = self.out.written();
                let call = glue::call(context, id);
                self.glue(&call);
                *self.bytes.entry(id).or_default() += self.out.written() - start;
            } else {
                self.module(id);
            }
        }
    }

    fn module(&mut self, id: ModuleId) {
        let context = self.context;
        let Some(object) = &context.objects[id] else { return };
        let start = self.out.written();
        if !self.minified() && !object.text.is_empty() {
            self.out.end_line();
            self.out.push(&format!("// {}\n", context.graph.modules[id].name.replace(['\n', '\r'], " ")));
        }
        self.inline_legal(object);
        self.splice(id, object);
        self.out.end_statement();
        if !self.minified() {
            self.out.end_line();
        }
        *self.bytes.entry(id).or_default() += self.out.written() - start;
    }

    /// Bytes of every module of the chunk, in order of evaluation.
    fn contributions(&self) -> Vec<Contribution> {
        let context = self.context;
        let modules = context.plan.chunks[self.id].modules.iter();
        let counted = modules.map(|id| (*id, self.bytes.get(id).copied().unwrap_or_default()));
        let told = |(id, bytes): (ModuleId, u64)| {
            let module = &context.graph.modules[id];
            let package = module.package.as_ref().map(|package| format!("{}@{}", package.name, package.version));
            let why = super::why::why(context.graph, id);
            Contribution { source: module.name.clone(), package: package.unwrap_or_default(), bytes, why }
        };
        counted.filter(|(_, bytes)| *bytes > 0).map(told).collect()
    }

    fn flush_requires(&mut self) {
        for line in std::mem::take(&mut self.requires) {
            self.line(&line);
        }
    }

    fn inline_legal(&mut self, object: &ModuleObject) {
        for comment in &object.legal_comments {
            match self.context.options.legal_comments {
                LegalComments::Inline => {
                    self.out.end_line();
                    self.out.push(comment);
                    self.out.end_line();
                }
                LegalComments::Eof | LegalComments::Linked => {
                    if !self.legal.contains(comment) {
                        self.legal.push(comment.clone());
                    }
                }
                LegalComments::None => {}
            }
        }
    }

    /// Copies the object's text and fills its holes.
    fn splice(&mut self, id: ModuleId, object: &ModuleObject) {
        let linked = self.context.graph.modules[id].facts.symbol_count();
        let nested = self.nested_names(id, object, linked);
        let source = self.map_source(id);
        let mut holes = object.holes.iter().peekable();
        let mut mappings = object.mappings.iter().peekable();
        let mut at = 0u32;
        loop {
            let next_hole = holes.peek().map_or(u32::MAX, |hole| hole.at);
            let next_mapping = if source.is_some() { mappings.peek().map_or(u32::MAX, |map| map.at) } else { u32::MAX };
            let next = next_hole.min(next_mapping).min(object.text.len() as u32);
            self.out.push(&object.text[at as usize..next as usize]);
            at = next;
            if next_mapping == next
                && let (Some(mapping), Some(source)) = (mappings.next(), source)
            {
                let hole = holes.peek().filter(|hole| hole.at == next);
                let name = hole.map_or(u32::MAX, |hole| self.map_name(id, object, hole.symbol, linked, &nested));
                self.out.token(source, mapping.line, mapping.column, name);
                continue;
            }
            let Some(hole) = holes.next_if(|hole| hole.at == next) else { break };
            let behind = &object.text[at as usize + 1..];
            let called = behind.starts_with(['(', '`']) || behind.starts_with("?.(");
            self.fill(id, object, hole.symbol, hole.kind, linked, &nested, called);
            at += 1;
        }
    }

    fn nested_names(&self, id: ModuleId, object: &ModuleObject, linked: LocalSym) -> Vec<String> {
        let style = if self.minified() { Style::Short(&self.alphabet) } else { Style::Original };
        // Of a member of another chunk, the object is what must not be hidden.
        let object_of = |name: &'_ str| name.find(['.', '[']).unwrap_or(name.len());
        let top = |symbol: LocalSym| self.symbol_name(id, object, symbol, linked).map(|name| &name[..object_of(name)]);
        naming::nested(object, linked, &style, top)
    }

    /// The name of a top-level symbol as this module mentions it.
    fn symbol_name(&self, id: ModuleId, object: &ModuleObject, symbol: LocalSym, linked: LocalSym) -> Option<&str> {
        let canonical = if symbol >= linked {
            if symbol >= linked + object.extra_top_level {
                return None;
            }
            SymbolRef { module: id, symbol }
        } else {
            match canon(self.context, self.externals, id, symbol) {
                Canon::Symbol(symbol) => symbol,
                Canon::Lazy(symbol) if home(self.context, symbol) == Some(self.id) => symbol,
                _ => return None,
            }
        };
        self.names.get(&canonical).map(String::as_str)
    }

    #[expect(clippy::too_many_arguments, reason = "one hole and everything that decides what is written there")]
    fn fill(
        &mut self,
        id: ModuleId,
        object: &ModuleObject,
        symbol: LocalSym,
        kind: HoleKind,
        linked: LocalSym,
        nested: &[String],
        called: bool,
    ) {
        let name: String = if symbol >= linked + object.extra_top_level {
            nested[(symbol - linked) as usize].clone()
        } else if let Some(name) = self.symbol_name(id, object, symbol, linked) {
            let imported = symbol >= self.context.graph.modules[id].facts.first_declared();
            // A member of another chunk is called without it as `this`.
            if called && imported && name.contains(['.', '[']) { format!("(0,{name})") } else { name.to_string() }
        } else {
            match canon(self.context, self.externals, id, symbol) {
                Canon::Url(record) => return self.record_url(id, record),
                Canon::Deps(record) => return self.record_deps(id, record),
                Canon::Lazy(symbol) => return self.lazy(symbol),
                Canon::Asset => return self.asset_url(id),
                _ => "void 0".into(),
            }
        };
        if kind == HoleKind::Shorthand {
            let key = self.source_name(id, object, symbol, linked);
            if key != name {
                self.out.push(&format!("{}:", property(&key)));
            }
        }
        self.out.push(&name);
    }

    /// `require("./chunk.js").name`
    fn lazy(&mut self, symbol: SymbolRef) {
        let Some(chunk) = home(self.context, symbol) else { return self.out.push("void 0") };
        let alias = self.exports[chunk.0 as usize].get(&symbol).cloned().unwrap_or_default();
        self.out.push("require(\"");
        self.reference(OutputKey::Chunk(chunk), RefStyle::Relative);
        self.out.push(&member("\")", &alias));
    }

    fn source_name(&self, id: ModuleId, object: &ModuleObject, symbol: LocalSym, linked: LocalSym) -> String {
        if symbol >= linked {
            return object.extra_names[(symbol - linked) as usize].clone();
        }
        let facts = &self.context.graph.modules[id].facts;
        facts.declared(symbol).map_or_else(String::new, |declared| declared.name.clone())
    }

    fn map_source(&mut self, id: ModuleId) -> Option<u32> {
        let module = &self.context.graph.modules[id];
        if self.context.options.sourcemap == SourceMapMode::None || !module.source_is_file {
            return None;
        }
        self.sources.push(id);
        Some(self.sources.len() as u32 - 1)
    }

    fn map_name(
        &mut self,
        id: ModuleId,
        object: &ModuleObject,
        symbol: LocalSym,
        linked: LocalSym,
        nested: &[String],
    ) -> u32 {
        let source = self.source_name(id, object, symbol, linked);
        let now = if symbol >= linked + object.extra_top_level {
            nested[(symbol - linked) as usize].as_str()
        } else {
            self.symbol_name(id, object, symbol, linked).unwrap_or_default()
        };
        if source.is_empty() || source == now {
            return u32::MAX;
        }
        if let Some(number) = self.map_name_numbers.get(&source) {
            return *number;
        }
        let number = self.map_names.len() as u32;
        self.map_names.push(source.clone());
        self.map_name_numbers.insert(source, number);
        number
    }

    fn record_url(&mut self, id: ModuleId, record: u32) {
        let key = match &self.context.graph.modules[id].targets[record as usize] {
            Target::Module(target) => {
                self.context.plan.dynamic_chunks.get(target).map(|chunk| OutputKey::Chunk(*chunk))
            }
            Target::Worker(entry) => self.context.plan.entry_chunks.get(*entry).map(|chunk| OutputKey::Chunk(*chunk)),
            Target::Asset(asset) => Some(OutputKey::Asset(*asset)),
            _ => None,
        };
        self.out.push("\"");
        match key {
            Some(key) => self.reference(key, RefStyle::Relative),
            None => {
                let specifier = quote(&self.context.graph.modules[id].facts.records[record as usize].specifier);
                self.out.push(&specifier[1..specifier.len() - 1]);
            }
        }
        self.out.push("\"");
    }

    fn record_deps(&mut self, id: ModuleId, record: u32) {
        self.out.push("[");
        if let Target::Module(target) = &self.context.graph.modules[id].targets[record as usize]
            && let Some(chunk) = self.context.plan.dynamic_chunks.get(target)
        {
            let found = super::plans::preloads(self.context.plan, Some(self.id), *chunk);
            for (at, (chunk, style)) in found.into_iter().enumerate() {
                self.out.push(if at > 0 { ",\"" } else { "\"" });
                let key = if style { OutputKey::Style(chunk) } else { OutputKey::Chunk(chunk) };
                self.reference(key, RefStyle::Relative);
                self.out.push("\"");
            }
        }
        self.out.push("]");
    }

    fn asset_url(&mut self, id: ModuleId) {
        self.out.push("\"");
        if let Some(asset) = self.context.graph.modules[id].asset {
            let key = OutputKey::Asset(asset);
            let length = self.context.options.public_path.len() + urls::path(self.context, &key).len();
            let style = if self.context.options.public_path.is_empty() { RefStyle::Relative } else { RefStyle::Public };
            self.out.push_ref(key, style, length);
        }
        self.out.push("\"");
    }

    fn foot(&mut self) {
        let glue = self.uses.tail.glue.clone();
        self.out.end_statement();
        self.glue(&glue);
        match self.context.options.format {
            Format::Esm => self.export_clause(),
            Format::Cjs => {}
            Format::Iife => {
                self.out.push("})();");
                self.out.end_line();
            }
        }
        if let Some(footer) = self.context.options.footer.get("js") {
            self.out.end_line();
            self.out.push(footer);
            self.out.end_line();
        }
        if self.context.options.legal_comments == LegalComments::Eof {
            for comment in std::mem::take(&mut self.legal) {
                self.out.end_line();
                self.out.push(&comment);
            }
        }
        self.out.end_line();
    }

    fn export_clause(&mut self) {
        let mut names: Vec<String> = Vec::new();
        let clause = |local: &str, exported: &str| {
            if local == exported { local.to_string() } else { format!("{local} as {}", property(exported)) }
        };
        for (symbol, exported) in &self.uses.tail.exports {
            names.push(clause(self.name(*symbol), exported));
        }
        for (symbol, alias) in &self.exports[self.id.0 as usize] {
            names.push(clause(self.name(*symbol), alias));
        }
        names.sort();
        for star in self.uses.tail.stars.clone() {
            self.line(&format!("export*from{star};"));
        }
        if !names.is_empty() {
            self.line(&format!("export{{{}}};", names.join(",")));
        }
    }

    fn finish(self) -> Vec<RenderedFile> {
        let contributions = self.contributions();
        let Writer { context, id, out, sources, map_names, uses, legal, .. } = self;
        let (mut body, tokens) = out.finish();
        let name = urls::chunk_name(context, id);
        let key = OutputKey::Chunk(id);
        let mut files = Vec::new();
        if context.options.legal_comments == LegalComments::Linked && !legal.is_empty() {
            files.push(legal_file(context, id, &legal));
            body.push(Piece::Text(b"/*! For license information see ".to_vec()));
            body.push(Piece::Ref(OutputKey::Legal(id), RefStyle::FileName));
            body.push(Piece::Text(b" */\n".to_vec()));
        }
        if context.options.sourcemap != SourceMapMode::None {
            let map = map_text(context, &name, &sources, &map_names, &tokens);
            match context.options.sourcemap {
                SourceMapMode::Inline => {
                    let text =
                        format!("//# sourceMappingURL=data:application/json;base64,{}\n", base64(map.as_bytes()));
                    body.push(Piece::Text(text.into_bytes()));
                }
                mode => {
                    let map_key = OutputKey::Map(Box::new(key.clone()));
                    if mode == SourceMapMode::Linked {
                        body.push(Piece::Text(b"//# sourceMappingURL=".to_vec()));
                        body.push(Piece::Ref(map_key.clone(), RefStyle::FileName));
                        body.push(Piece::Text(b"\n".to_vec()));
                    }
                    files.push(map_file(map_key, &name, map));
                }
            }
        }
        let mut exports: Vec<String> = uses.tail.exports.iter().map(|(_, name)| name.clone()).collect();
        exports.sort();
        files.push(RenderedFile { key, kind: FileKind::Script, name, body, contributions, exports });
        files
    }
}

fn map_file(key: OutputKey, script: &NameTemplate, map: String) -> RenderedFile {
    let name = NameTemplate { ext: format!("{}.map", script.ext), ..script.clone() };
    let body = vec![Piece::Text(map.into_bytes())];
    RenderedFile { key, kind: FileKind::Map, name, body, contributions: Vec::new(), exports: Vec::new() }
}

fn legal_file(context: &Context<'_>, id: ChunkId, legal: &[String]) -> RenderedFile {
    let name = urls::chunk_name(context, id);
    let name = NameTemplate { ext: format!("{}.LEGAL.txt", name.ext), ..name };
    let body = vec![Piece::Text((legal.join("\n") + "\n").into_bytes())];
    let (contributions, exports) = (Vec::new(), Vec::new());
    RenderedFile { key: OutputKey::Legal(id), kind: FileKind::Data, name, body, contributions, exports }
}

fn map_text(
    context: &Context<'_>,
    name: &NameTemplate,
    sources: &[ModuleId],
    names: &[String],
    tokens: &[sourcemap::Token],
) -> String {
    let path = context.options.outdir.join(name.fill("XXXXXXXX"));
    let folder = path.parent().unwrap_or(&context.options.outdir);
    let modules = || sources.iter().map(|module| &context.graph.modules[*module]);
    let paths: Vec<String> = modules().map(|module| relative_path(folder, &module.path)).collect();
    let contents: Vec<&str> = modules().map(|module| &*module.source).collect();
    let ignore: Vec<u32> = modules()
        .enumerate()
        .filter(|(_, module)| module.name.contains("node_modules/"))
        .map(|(at, _)| at as u32)
        .collect();
    let contents = context.options.sources_content.then_some(contents.as_slice());
    sourcemap::encode(&paths, contents, names, &ignore, tokens)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            out.push(if at <= group.len() { DIGITS[(bits >> (18 - 6 * at)) as usize & 63] as char } else { '=' });
        }
    }
    out
}

/// Loading the chunk does something beyond declaring.
fn has_effects(context: &Context<'_>, chunk: ChunkId) -> bool {
    matches!(context.plan.chunks[chunk].kind, ChunkKind::Entry(_))
        || context.plan.chunks[chunk].modules.iter().any(|id| {
            let link = &context.linked.modules[*id];
            match link.wrap {
                Wrap::CommonJs | Wrap::Esm => link.eager,
                Wrap::None => context.graph.modules[*id]
                    .facts
                    .parts
                    .iter()
                    .zip(&link.live_parts)
                    .any(|(part, live)| part.side_effects && *live),
            }
        })
}

//! What stands before the modules of a chunk: directives, banners, and what comes from elsewhere.

use super::super::Context;
use super::super::canon::EXTERNAL;
use super::super::glue;
use super::super::output::{property, quote};
use super::{CHUNK, Writer, home};
use crate::base::ChunkId;
use crate::config::{Format, SourceMapMode};
use crate::lang::js::Helper;
use crate::model::{ChunkKind, OutputKey, RefStyle, SymbolRef, Target, Wrap};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

impl Writer<'_> {
    pub(super) fn head(&mut self) {
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
        self.directives();
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
                    self.out.push(&super::super::global_name::target(name));
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

    /// `"use client"` and its like of the module that the chunk is named for.
    fn directives(&mut self) {
        let context = self.context;
        let root = glue::root(context, self.id);
        for text in root.into_iter().flat_map(|(root, _)| &context.graph.modules[root].facts.directives) {
            self.line(&format!("{};", quote(text)));
        }
    }

    /// Only when every module says so: a sloppy module must not become strict by sharing a file.
    pub(super) fn use_strict(&mut self) {
        let modules = &self.context.plan.chunks[self.id].modules;
        if modules.iter().all(|module| self.context.graph.modules[*module].facts.strict) {
            self.line("\"use strict\";");
        }
    }

    /// Import statements, in the order in which the modules here first ask for what is outside: other modules of the
    /// build stand in chunks, the rest is external.
    pub(super) fn imports(&mut self) {
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
            if symbols.is_empty() && self.uses.tail.stars.contains(&quote(specifier)) {
                self.passed_on.push(quote(specifier));
            }
        }
        self.chunk_imports(&mut lines);
    }

    pub(super) fn external_import(&self, specifier: &str, symbols: &[(SymbolRef, &str)]) -> Vec<String> {
        let from = quote(specifier);
        let with = self.attribute(specifier);
        let default = symbols.iter().find(|(_, name)| *name == "default").map(|(symbol, _)| self.name(*symbol));
        let named: Vec<String> = symbols
            .iter()
            .filter(|(_, name)| !matches!(*name, "*" | "default"))
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
        match (default, named.is_empty()) {
            (Some(default), true) => out.push(format!("import {default} from{from}{with};")),
            (Some(default), false) => out.push(format!("import {default},{{{}}}from{from}{with};", named.join(","))),
            (None, true) => {}
            (None, false) => out.push(format!("import{{{}}}from{from}{with};", named.join(","))),
        }
        if out.is_empty() {
            // `export *` stands in the place of the import.
            let names = if self.uses.tail.stars.contains(&from) { "export*from" } else { "import" };
            out.push(format!("{names}{from}{with};"));
        }
        out
    }

    /// The attribute with which the chunk's modules import an external.
    pub(super) fn attribute(&self, specifier: &str) -> String {
        let modules = self.context.plan.chunks[self.id].modules.iter().map(|id| &self.context.graph.modules[*id]);
        let mut records = modules.flat_map(|module| module.facts.records.iter().zip(&module.targets));
        let found = records.find_map(|(record, target)| match target {
            Target::External(found) if found == specifier => record.attribute.as_deref(),
            _ => None,
        });
        found.map_or_else(String::new, |kind| format!("with{{type:{}}}", quote(kind)))
    }

    /// `var import_x = __toESM(require("x"))`, in the order in which they are evaluated.
    pub(super) fn external_requires(&mut self) {
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

    pub(super) fn require_call(&self, specifier: &str) -> String {
        let callee = if self.context.options.format == Format::Iife {
            self.helper_name(Helper::REQUIRE)
        } else {
            "require".to_string()
        };
        format!("{callee}({})", quote(specifier))
    }

    pub(super) fn helper_name(&self, helper: Helper) -> String {
        let found = self.context.graph.runtime.zip(self.context.graph.helper_symbol(helper));
        found.map_or("undefined".into(), |(module, symbol)| self.name(SymbolRef { module, symbol }).to_string())
    }

    /// Chunks whose names are needed, and those that must merely run before; in order of evaluation. `external`:
    /// statements about what is not in the build, each with the chunks that come before it.
    pub(super) fn chunk_imports(&mut self, external: &mut Vec<(Vec<ChunkId>, Vec<String>)>) {
        let context = self.context;
        let mut by_chunk: BTreeMap<ChunkId, Vec<SymbolRef>> = BTreeMap::new();
        for symbol in self.uses.counts.keys() {
            if let Some(home) = home(context, *symbol).filter(|home| *home != self.id) {
                by_chunk.entry(home).or_default().push(*symbol);
            }
        }
        let order = &context.plan.chunks[self.id].static_imports;
        let acting: FxHashSet<ChunkId> = order.iter().copied().filter(|id| has_effects(context, *id)).collect();
        let acts = |id: ChunkId| acting.contains(&id);
        // What needs this chunk too may count on it for the rest.
        let own = self.id;
        let circular = |id: ChunkId| context.plan.chunks[id].static_imports.contains(&own);
        // Chunks that an earlier import has already brought.
        let mut covered: FxHashSet<ChunkId> = FxHashSet::default();
        for (at, chunk) in order.iter().enumerate() {
            self.external_lines(external, &order[at..]);
            let next = order[at..].iter().position(|next| by_chunk.contains_key(next)).map(|next| at + next);
            // All of them, in this order.
            let brings = |next: usize| {
                let wanted: Vec<ChunkId> = order[at..next].iter().copied().filter(|id| acts(*id)).collect();
                let brought = context.plan.chunks[order[next]].static_imports.iter().copied();
                !circular(order[next]) && brought.filter(|id| wanted.contains(id)).eq(wanted.iter().copied())
            };
            match by_chunk.remove(chunk) {
                Some(symbols) => self.chunk_import(*chunk, symbols),
                None if covered.contains(chunk) || !acts(*chunk) || next.is_some_and(brings) => {
                    continue;
                }
                None => self.chunk_import(*chunk, Vec::new()),
            }
            if !circular(*chunk) {
                covered.extend(&context.plan.chunks[*chunk].static_imports);
            }
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
    pub(super) fn external_lines(&mut self, external: &mut Vec<(Vec<ChunkId>, Vec<String>)>, ahead: &[ChunkId]) {
        while external.first().is_some_and(|(before, _)| before.iter().all(|chunk| !ahead.contains(chunk))) {
            for line in external.remove(0).1 {
                self.line(&line);
            }
        }
    }

    pub(super) fn chunk_import(&mut self, chunk: ChunkId, mut symbols: Vec<SymbolRef>) {
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
    pub(super) fn chunk_getters(&mut self) {
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
}

/// Loading the chunk does something beyond declaring: statements that act, calls of modules in their place or by importers,
/// which also wait there for what was started in its place.
fn has_effects(context: &Context<'_>, chunk: ChunkId) -> bool {
    let is_called = |target: &Target| match target {
        Target::Module(target) => {
            let link = &context.linked.modules[*target];
            link.included && link.wrap != Wrap::None && (!link.eager || link.asynchronous)
        }
        _ => false,
    };
    matches!(context.plan.chunks[chunk].kind, ChunkKind::Entry(_))
        || context.plan.chunks[chunk].modules.iter().any(|id| {
            let link = &context.linked.modules[*id];
            match link.wrap {
                Wrap::CommonJs | Wrap::Esm => link.eager,
                Wrap::None => {
                    let module = &context.graph.modules[*id];
                    let mut imports = module.facts.import_order.iter().map(|record| &module.targets[*record as usize]);
                    link.acts.iter().zip(&link.live_parts).any(|(acts, live)| *acts && *live) || imports.any(is_called)
                }
            }
        })
}

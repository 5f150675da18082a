//! The modules of a chunk: their texts, with the holes filled.

use super::super::canon::{Canon, canon};
use super::super::glue;
use super::super::naming::{self, Alphabet, Style};
use super::super::output::{property, quote};
use super::super::urls;
use super::{Writer, home, member};
use crate::base::ModuleId;
use crate::config::{LegalComments, SourceMapMode};
use crate::lang::js::{HoleKind, LocalSym, Mapping, ModuleObject, shorthand_key};
use crate::model::{OutputKey, RefStyle, Spot, SymbolRef, Target, Wrap};
use std::borrow::Cow;
use std::sync::Arc;

impl<'a> Writer<'a> {
    /// What runs only when called is declared before anything runs; then everything runs in order.
    pub(super) fn modules(&mut self) {
        let context = self.context;
        let modules = &context.plan.chunks[self.id].modules;
        let is_runtime = |id: ModuleId| context.graph.modules[id].is_helper();
        let is_wrapped = |id: ModuleId| context.linked.modules[id].wrap != Wrap::None;
        for id in modules.iter().copied().filter(|id| is_runtime(*id)) {
            self.module(id);
        }
        self.url_table();
        for id in modules.iter().copied() {
            let start = self.out.mark();
            let namespace = glue::namespace(context, self.externals, id);
            self.glue(&namespace);
            self.belongs(start, id);
        }
        let wrapped: Vec<ModuleId> = modules.iter().copied().filter(|id| is_wrapped(*id)).collect();
        self.each(&wrapped, Writer::module);
        self.flush_requires();
        let entered_later = glue::entered_later(context, self.id);
        let run = modules.iter().copied().filter(|id| !is_runtime(*id) && !entered_later.contains(id));
        let run: Vec<ModuleId> = run.collect();
        self.each(&run, Writer::run);
    }

    /// Where the module is evaluated.
    fn run(&mut self, id: ModuleId) {
        if self.context.linked.modules[id].wrap == Wrap::None {
            return self.module(id);
        }
        let start = self.out.mark();
        let call = glue::call(self.context, id);
        self.glue(&call);
        self.belongs(start, id);
    }

    pub(super) fn module(&mut self, id: ModuleId) {
        let context = self.context;
        let Some(object) = &context.objects[id] else { return };
        let start = self.out.mark();
        if !self.minified() && !object.text.is_empty() {
            self.out.end_line();
            self.out.push(&format!("// {}\n", context.graph.modules[id].name.replace(['\n', '\r'], " ")));
        }
        self.out.unmapped();
        self.inline_legal(object);
        self.splice(id, object);
        self.out.end_statement();
        if !self.minified() {
            self.out.end_line();
        }
        self.belongs(start, id);
    }

    /// What was written since `start` is the module's.
    pub(super) fn belongs(&mut self, start: Spot, id: ModuleId) {
        self.out.since(start, self.extents.entry(id).or_default());
        if let Some(end) = self.out.joined_bytes() {
            self.ends.push((end, id));
        }
    }

    pub(super) fn flush_requires(&mut self) {
        for line in std::mem::take(&mut self.requires) {
            self.line(&line);
        }
    }

    pub(super) fn inline_legal(&mut self, object: &ModuleObject) {
        for comment in &object.legal_comments {
            match self.context.options.legal_comments {
                LegalComments::Inline if !self.out.is_joined() => {
                    self.out.end_line();
                    self.out.push(comment);
                    self.out.end_line();
                }
                LegalComments::Inline | LegalComments::Eof | LegalComments::Linked => {
                    if !self.legal.contains(comment) {
                        self.legal.push(comment.clone());
                    }
                }
                LegalComments::None => {}
            }
        }
    }

    /// Copies the object's text and fills its holes.
    pub(super) fn splice(&mut self, id: ModuleId, object: &ModuleObject) {
        let linked = self.context.graph.modules[id].facts.symbol_count();
        let alphabet = Arc::clone(&self.alphabet);
        let nested = self.nested_names(id, object, linked, &alphabet);
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
                let name = hole.map_or(u32::MAX, |hole| match hole.kind {
                    HoleKind::Property => self.map_property(&object.properties[hole.symbol as usize]),
                    HoleKind::Coined => u32::MAX,
                    _ => self.map_name(id, object, hole.symbol, linked, &nested),
                });
                if mapping.line == Mapping::NOWHERE {
                    self.out.unmapped();
                } else {
                    self.out.token(source, mapping.line, mapping.column, name);
                }
                continue;
            }
            let Some(hole) = holes.next_if(|hole| hole.at == next) else { break };
            if hole.kind == HoleKind::Property {
                let name = &object.properties[hole.symbol as usize];
                self.out.push(self.context.property(name));
                at += 1;
                continue;
            }
            let behind = &object.text[at as usize + 1..];
            let called = behind.starts_with(['(', '`']) || behind.starts_with("?.(");
            self.fill(id, object, hole.symbol, hole.kind, linked, &nested, called);
            at += 1;
        }
    }

    fn nested_names<'n>(
        &self,
        id: ModuleId,
        object: &ModuleObject,
        linked: LocalSym,
        alphabet: &'n Alphabet,
    ) -> Vec<Cow<'n, str>> {
        let style = if self.minified() { Style::Short(alphabet) } else { Style::Original };
        // Of a member of another chunk, the object is what must not be hidden.
        let object_of = |name: &'_ str| name.find(['.', '[']).unwrap_or(name.len());
        let name = |symbol: LocalSym| {
            self.symbol_name(id, object, symbol, linked)
                .or_else(|| (symbol < linked).then(|| self.urls_name(id, symbol))?)
        };
        let top = |symbol: LocalSym| name(symbol).map(|name| &name[..object_of(name)]);
        naming::nested(object, linked, &style, top)
    }

    /// The name of a top-level symbol as this module mentions it.
    pub(super) fn symbol_name(
        &self,
        id: ModuleId,
        object: &ModuleObject,
        symbol: LocalSym,
        linked: LocalSym,
    ) -> Option<&str> {
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
    pub(super) fn fill(
        &mut self,
        id: ModuleId,
        object: &ModuleObject,
        symbol: LocalSym,
        kind: HoleKind,
        linked: LocalSym,
        nested: &[Cow<'_, str>],
        called: bool,
    ) {
        let mut name = std::mem::take(&mut self.name_buffer);
        name.clear();
        if symbol >= linked + object.extra_top_level {
            name.push_str(&nested[(symbol - linked) as usize]);
        } else if let Some(known) = self.symbol_name(id, object, symbol, linked) {
            let imported = symbol >= self.context.graph.modules[id].facts.first_declared();
            // A member of another chunk is called without it as `this`.
            let alone = called && imported && known.contains(['.', '[']);
            name.push_str(if alone { "(0," } else { "" });
            name.push_str(known);
            name.push_str(if alone { ")" } else { "" });
        } else {
            match canon(self.context, self.externals, id, symbol) {
                Canon::Url(record) => return self.record_url(id, record),
                Canon::Deps(record) => return self.record_deps(id, record),
                Canon::Lazy(symbol) => return self.lazy(symbol),
                Canon::Asset => return self.asset_url(id),
                _ => name.push_str("void 0"),
            }
        }
        if kind == HoleKind::Shorthand {
            let key = self.source_name(id, object, symbol, linked);
            if key != name {
                self.out.push(&format!("{}:", shorthand_key(&property(key))));
            }
        }
        self.out.push(&name);
        self.name_buffer = name;
    }

    /// `require("./chunk.js").name`
    pub(super) fn lazy(&mut self, symbol: SymbolRef) {
        let Some(chunk) = home(self.context, symbol) else { return self.out.push("void 0") };
        let alias = self.exports[chunk.0 as usize].get(&symbol).cloned().unwrap_or_default();
        self.out.push("require(\"");
        self.reference(OutputKey::Chunk(chunk), RefStyle::Relative);
        self.out.push(&member("\")", &alias));
    }

    fn source_name<'o>(&self, id: ModuleId, object: &'o ModuleObject, symbol: LocalSym, linked: LocalSym) -> &'o str
    where
        'a: 'o,
    {
        if symbol >= linked {
            return &object.extra_names[(symbol - linked) as usize];
        }
        let facts = &self.context.graph.modules[id].facts;
        facts.declared(symbol).map_or("", |declared| &declared.name)
    }

    pub(super) fn map_source(&mut self, id: ModuleId) -> Option<u32> {
        let module = &self.context.graph.modules[id];
        if self.context.options.sourcemap == SourceMapMode::None || !module.source_is_file {
            return None;
        }
        self.sources.push(id);
        Some(self.sources.len() as u32 - 1)
    }

    pub(super) fn map_name(
        &mut self,
        id: ModuleId,
        object: &ModuleObject,
        symbol: LocalSym,
        linked: LocalSym,
        nested: &[Cow<'_, str>],
    ) -> u32 {
        let source = self.source_name(id, object, symbol, linked);
        let now = if symbol >= linked + object.extra_top_level {
            &*nested[(symbol - linked) as usize]
        } else {
            self.symbol_name(id, object, symbol, linked).unwrap_or_default()
        };
        if source.is_empty() || source == now {
            return u32::MAX;
        }
        self.map_number(source)
    }

    /// What a property was called, if it is called something else.
    fn map_property(&mut self, name: &str) -> u32 {
        if self.context.property(name) == name { u32::MAX } else { self.map_number(name) }
    }

    pub(super) fn map_number(&mut self, source: &str) -> u32 {
        if let Some(number) = self.map_name_numbers.get(source) {
            return *number;
        }
        let number = self.map_names.len() as u32;
        self.map_names.push(source.to_string());
        self.map_name_numbers.insert(source.to_string(), number);
        number
    }

    pub(super) fn record_url(&mut self, id: ModuleId, record: u32) {
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

    pub(super) fn asset_url(&mut self, id: ModuleId) {
        self.out.push("\"");
        if let Some(asset) = self.context.graph.modules[id].asset {
            let key = OutputKey::Asset(asset);
            let length = self.context.options.public_path.len() + urls::path(self.context, &key).len();
            let style = if self.context.options.public_path.is_empty() { RefStyle::Relative } else { RefStyle::Public };
            self.out.push_ref(key, style, length);
        }
        self.out.push("\"");
    }
}

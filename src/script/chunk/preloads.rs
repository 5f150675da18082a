//! What a chunk preloads with the chunks that its `import()` loads: where several share URLs, these are written once.

use super::super::canon::{Canon, Externals, canon};
use super::super::glue::TEMPORARY;
use super::super::{Context, plans};
use super::Writer;
use crate::base::{ChunkId, ModuleId};
use crate::lang::js::LocalSym;
use crate::model::{OutputKey, RefStyle, SymbolRef, Target};
use rustc_hash::{FxHashMap, FxHashSet};

/// URLs that lists give by number: `[0,3].map(urls)`.
pub struct Table {
    /// The function from number to URL.
    pub symbol: SymbolRef,
    pub keys: Vec<OutputKey>,
    pub lists: u32,
}

/// What the record's chunk needs that this chunk has not loaded.
fn list(context: &Context<'_>, id: ChunkId, module: ModuleId, record: u32) -> Vec<OutputKey> {
    let Target::Module(target) = &context.graph.modules[module].targets[record as usize] else { return Vec::new() };
    let Some(chunk) = context.plan.dynamic_chunks.get(target) else { return Vec::new() };
    plans::preloads(context.plan, Some(id), *chunk)
}

/// `None`: lists of URLs are shorter. `temporaries`: as of the chunk's tail; gets the name of the function.
pub fn table(
    context: &Context<'_>,
    externals: &Externals,
    id: ChunkId,
    temporaries: &mut Vec<String>,
) -> Option<Table> {
    let mut lists: Vec<Vec<OutputKey>> = Vec::new();
    for module in context.plan.chunks[id].modules.iter().copied() {
        let Some(object) = &context.objects[module] else { continue };
        let linked = context.graph.modules[module].facts.symbol_count();
        for (symbol, count) in object.counts.iter().enumerate().take(linked as usize) {
            if *count > 0
                && let Canon::Deps(record) = canon(context, externals, module, symbol as LocalSym)
            {
                let all = list(context, id, module, record);
                lists.extend(std::iter::repeat_n(all, *count as usize));
            }
        }
    }
    let mut seen: FxHashSet<&OutputKey> = FxHashSet::default();
    let keys: Vec<OutputKey> = lists.iter().flatten().filter(|key| seen.insert(*key)).cloned().collect();
    // A URL costs about 20 bytes more than a number, the function and its calls as much as these.
    let repeated = lists.iter().map(Vec::len).sum::<usize>() - keys.len();
    if repeated * 20 < 30 + 7 * lists.len() {
        return None;
    }
    temporaries.push("urls".into());
    let symbol = SymbolRef { module: TEMPORARY, symbol: temporaries.len() as u32 - 1 };
    Some(Table { symbol, keys, lists: lists.len() as u32 })
}

impl Writer<'_> {
    /// Before everything that may load something.
    pub(super) fn url_table(&mut self) {
        let Some(table) = &self.uses.urls else { return };
        let name = self.name(table.symbol).to_string();
        self.out.unmapped();
        self.out.push(&format!("var {name}=(urls=>at=>urls[at])(["));
        self.url_list(&table.keys);
        self.out.push("]);");
        if !self.minified() {
            self.out.end_line();
        }
    }

    /// The name of the table's function, if it stands where the module mentions `symbol`.
    pub(super) fn urls_name(&self, id: ModuleId, symbol: LocalSym) -> Option<&str> {
        let table = self.uses.urls.as_ref()?;
        let here = || matches!(canon(self.context, self.externals, id, symbol), Canon::Deps(_));
        self.names.get(&table.symbol).filter(|_| here()).map(String::as_str)
    }

    fn url_list(&mut self, keys: &[OutputKey]) {
        for (at, key) in keys.iter().enumerate() {
            self.out.push(if at > 0 { ",\"" } else { "\"" });
            self.reference(key.clone(), RefStyle::Relative);
            self.out.push("\"");
        }
    }

    /// What to preload with the record's chunk.
    pub(super) fn record_deps(&mut self, id: ModuleId, record: u32) {
        let keys = list(self.context, self.id, id, record);
        self.out.unmapped();
        self.out.push("[");
        let Some(table) = &self.uses.urls else {
            self.url_list(&keys);
            self.out.push("]");
            return;
        };
        let number: FxHashMap<&OutputKey, usize> = table.keys.iter().enumerate().map(|(at, key)| (key, at)).collect();
        let numbers: Vec<String> = keys.iter().map(|key| number[key].to_string()).collect();
        let name = self.name(table.symbol).to_string();
        self.out.push(&format!("{}].map({name})", numbers.join(",")));
    }
}

//! Constants that are calculated from constants, of other modules too. Whether those are there when the language
//! calculates them is not asked: see the assumptions in ARCHITECTURE.md.

use super::bind::Bindings;
use crate::base::ModuleId;
use crate::lang::js::{Constant, Formula, LocalSym};
use crate::model::{ExportBinding, ModuleGraph, SymbolRef};
use rustc_hash::FxHashMap;

/// By symbol: what it is.
pub type Calculated = FxHashMap<SymbolRef, Constant>;

pub fn calculated(graph: &ModuleGraph, bindings: &Bindings) -> Calculated {
    let mut search = Search { graph, bindings, formulas: FxHashMap::default(), values: FxHashMap::default() };
    let mut order = Vec::new();
    for (module, found) in graph.modules.iter_ids() {
        for (symbol, formula) in &found.facts.formulas {
            let symbol = SymbolRef { module, symbol: *symbol };
            search.formulas.insert(symbol, formula);
            order.push(symbol);
        }
    }
    for symbol in &order {
        search.calculate(*symbol);
    }
    let values = search.values.into_iter();
    values.filter_map(|(symbol, value)| Some((symbol, value?))).collect()
}

struct Search<'a> {
    graph: &'a ModuleGraph,
    bindings: &'a Bindings,
    formulas: FxHashMap<SymbolRef, &'a Formula>,
    /// `None`: it is not known, or not yet.
    values: FxHashMap<SymbolRef, Option<Constant>>,
}

impl Search<'_> {
    /// Without recursion: a chain of constants may be as long as there are modules.
    fn calculate(&mut self, symbol: SymbolRef) {
        let mut stack = vec![symbol];
        while let Some(symbol) = stack.last().copied() {
            let Some(formula) = self.formulas.get(&symbol).copied() else { return };
            let begun = self.values.insert(symbol, None).is_some();
            let mut names = Vec::new();
            formula.names(&mut names);
            let targets = names.into_iter().filter_map(|name| self.target(symbol.module, name));
            let open = |target: &SymbolRef| self.formulas.contains_key(target) && !self.values.contains_key(target);
            let next: Vec<SymbolRef> = if begun { Vec::new() } else { targets.filter(open).collect() };
            if next.is_empty() {
                stack.pop();
                let value = formula.value(&|name| self.value(self.target(symbol.module, name)?));
                self.values.insert(symbol, value);
            } else {
                stack.extend(next);
            }
        }
    }

    fn value(&self, target: SymbolRef) -> Option<Constant> {
        match self.values.get(&target) {
            Some(value) => value.clone(),
            None => self.graph.constant(target).cloned(),
        }
    }

    /// The symbol that declares what a name of a module stands for.
    fn target(&self, module: ModuleId, symbol: LocalSym) -> Option<SymbolRef> {
        let own = SymbolRef { module, symbol };
        let Some(at) = symbol.checked_sub(self.graph.modules[module].facts.first_declared()) else { return Some(own) };
        match self.bindings[module].get(at as usize)? {
            None => Some(own),
            Some(ExportBinding::Symbol(target)) => Some(*target),
            Some(_) => None,
        }
    }
}

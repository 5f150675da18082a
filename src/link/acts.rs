//! Which parts do something by themselves: calls of imported functions do, unless those are known to do nothing, and
//! arithmetic with imported names, unless all of them are constants.

use super::bind::Bindings;
use super::constants::Calculated;
use crate::base::{IndexVec, ModuleId};
use crate::lang::js::{LocalSym, Part};
use crate::model::{ExportBinding, ModuleGraph, SymbolRef};
use rustc_hash::FxHashSet;

/// By module and part.
pub type Acts = IndexVec<ModuleId, Vec<bool>>;

pub fn acts(graph: &ModuleGraph, bindings: &Bindings, calculated: &Calculated) -> Acts {
    let pure = pure_functions(graph, bindings);
    let of_module = |(id, module): (ModuleId, &crate::model::Module)| {
        let harmless = |symbol: &LocalSym| imported(graph, bindings, id, *symbol).is_some_and(|f| pure.contains(&f));
        // One declaration is one part.
        let known = |part: &Part| match part.declares[..] {
            [symbol] => calculated.contains_key(&SymbolRef { module: id, symbol }),
            _ => false,
        };
        let acts = |part: &Part| (part.side_effects || !part.pure_calls.iter().all(harmless)) && !known(part);
        module.facts.parts.iter().map(acts).collect()
    };
    graph.modules.iter_ids().map(of_module).collect()
}

/// Those whose calls have no effects: all that may be, without those that call others, until nothing changes. Functions
/// that call each other do no more than what else they do.
fn pure_functions(graph: &ModuleGraph, bindings: &Bindings) -> FxHashSet<SymbolRef> {
    let candidates = || {
        let functions = |(module, found): (ModuleId, &'_ crate::model::Module)| {
            let all: Vec<(SymbolRef, Vec<LocalSym>)> = found
                .facts
                .pure_functions
                .iter()
                .map(|(symbol, calls)| (SymbolRef { module, symbol: *symbol }, calls.clone()))
                .collect();
            all
        };
        graph.modules.iter_ids().flat_map(functions)
    };
    let mut pure: FxHashSet<SymbolRef> = candidates().map(|(function, _)| function).collect();
    let mut doubtful: Vec<(SymbolRef, Vec<LocalSym>)> = candidates().filter(|(_, calls)| !calls.is_empty()).collect();
    loop {
        let before = doubtful.len();
        doubtful.retain(|(function, calls)| {
            let harmless = calls
                .iter()
                .all(|symbol| imported(graph, bindings, function.module, *symbol).is_some_and(|f| pure.contains(&f)));
            if !harmless {
                pure.remove(function);
            }
            harmless
        });
        if doubtful.len() == before {
            return pure;
        }
    }
}

/// The declared symbol that an imported one stands for.
fn imported(graph: &ModuleGraph, bindings: &Bindings, module: ModuleId, symbol: LocalSym) -> Option<SymbolRef> {
    let at = symbol - graph.modules[module].facts.first_declared();
    match bindings[module].get(at as usize) {
        Some(Some(ExportBinding::Symbol(target))) => Some(*target),
        _ => None,
    }
}

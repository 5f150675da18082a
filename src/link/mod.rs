//! Stage 3: binds names across modules and decides what lives.
//!
//! In: `ModuleGraph`. Out: `Linked`: what every imported name means, how each module stands in its chunk, which parts
//! live, and in which order modules are evaluated.
//! Invariants: nothing here reads source text or trees; the result depends only on the graph and the options; cycles of
//! any kind (imports, stars, `require`) terminate.
//! Not here: which module goes to which chunk (`split`), code (`script`).
//! Start at: [`link`].

mod bind;
mod exports;
mod live;
mod order;
mod wraps;

use crate::config::Options;
use crate::diag::Noted;
use crate::model::{Linked, ModuleGraph, Repairs};

/// Links the entries with the given indices (all of them for a split build). `repairs` is what the order of evaluation
/// is known to demand; empty at first.
pub fn link(graph: &ModuleGraph, options: &Options, entries: &[usize], repairs: &Repairs) -> Noted<Linked> {
    let mut problems = Vec::new();
    let common_js = wraps::common_js(graph);
    let mut resolver = exports::Exports::new(graph, &common_js);
    let bindings = bind::bind(graph, &mut resolver, &mut problems);
    let all_exports = bind::all_exports(graph, &mut resolver);
    let wraps = wraps::wraps(graph, options, &common_js, repairs);
    let asynchronous = wraps::asynchronous(graph);
    let in_place = wraps::in_place(graph, repairs, &wraps);
    let inputs = live::Inputs {
        graph,
        options,
        entries,
        common_js: &common_js,
        wraps: &wraps,
        asynchronous: &asynchronous,
        in_place: &in_place,
        bindings,
        exports: all_exports,
    };
    let mut linked = live::live(inputs);
    order::order(graph, repairs, &in_place, &mut linked);
    Noted::new(linked, problems)
}

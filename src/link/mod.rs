//! Stage 3: binds names across modules and decides what lives.
//!
//! In: `ModuleGraph`. Out: `Linked`: what every imported name means, how each module stands in its chunk, which parts
//! live, and in which order modules are evaluated.
//! Invariants: nothing here reads source text or trees; the result depends only on the graph and the options; cycles of
//! any kind (imports, stars, `require`) terminate.
//! Not here: which module goes to which chunk (`split`), code (`script`).
//! Start at: [`link`].

mod acts;
mod bind;
mod common_js;
mod exports;
mod live;
mod order;
mod wraps;
mod zones;

use crate::config::Options;
use crate::diag::{Diagnostic, Location, Noted};
use crate::lang::js::ImportKind;
use crate::model::{Linked, ModuleGraph, Repairs, Target};

/// `require` gives its result at once: what it names may not wait for a top-level await.
fn required_while_waiting(graph: &ModuleGraph, linked: &Linked) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (id, link) in linked.modules.iter_ids().filter(|(_, link)| link.included) {
        let module = &graph.modules[id];
        let live = module.facts.parts.iter().zip(&link.live_parts).filter(|(_, live)| **live);
        for record in live.flat_map(|(part, _)| part.records.iter().copied()) {
            let found = &module.facts.records[record as usize];
            let Target::Module(target) = &module.targets[record as usize] else { continue };
            if found.kind != ImportKind::Require || !linked.modules[*target].asynchronous {
                continue;
            }
            let message = format!("\"{}\" cannot be required: it waits for a top-level await", found.specifier);
            let place = Location::span(&module.name, &module.source, found.start, found.end);
            let problem = if found.guarded {
                Diagnostic::warning("require-of-async-module", message)
            } else {
                Diagnostic::error("require-of-async-module", message)
            };
            let chain = if graph.modules[*target].facts.top_level_await {
                format!("the await is in {}", graph.modules[*target].name)
            } else {
                format!("the await is in what {} imports", graph.modules[*target].name)
            };
            out.push(problem.at(place).note(chain).hint("load it with import(), which gives a promise"));
        }
    }
    out
}

/// Links the entries with the given indices (all of them for a split build). `repairs` is what the order of evaluation
/// is known to demand; empty at first.
pub fn link(graph: &ModuleGraph, options: &Options, entries: &[usize], repairs: &Repairs) -> Noted<Linked> {
    let mut problems = Vec::new();
    let common_js = wraps::common_js(graph);
    let mut resolver = exports::Exports::new(graph, &common_js);
    let bindings = bind::bind(graph, &mut resolver, &mut problems);
    let all_exports = bind::all_exports(graph, &mut resolver);
    let acts = acts::acts(graph, &bindings);
    let wraps = wraps::wraps(graph, options, &common_js, repairs);
    let asynchronous = wraps::asynchronous(graph);
    let in_place = wraps::in_place(graph, repairs, &wraps);
    let circles = zones::circles(graph, &[ImportKind::Import, ImportKind::Require]);
    let inputs = live::Inputs {
        graph,
        options,
        entries,
        common_js: &common_js,
        wraps: &wraps,
        asynchronous: &asynchronous,
        in_place: &in_place,
        circles: &circles,
        bindings,
        acts,
        exports: all_exports,
    };
    let mut linked = live::live(inputs);
    order::order(graph, repairs, &in_place, &mut linked);
    order::circles(&zones::circles(graph, &[ImportKind::Import]), &mut linked);
    problems.extend(required_while_waiting(graph, &linked));
    Noted::new(linked, problems)
}

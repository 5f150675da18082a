//! Stage 3: binds names across modules and decides what lives.
//!
//! In: `ModuleGraph`. Out: `Linked`: what every imported name means, how each module stands in its chunk, which parts
//! live, and in which order modules are evaluated.
//! Invariants: nothing here reads source text or trees; the result depends only on the graph and the options; cycles of
//! any kind (imports, stars, `require`) terminate.
//! Not here: which module goes to which chunk (`split`), code (`script`).
//! Start at: [`prepare`], then [`Program::link`].

mod acts;
mod bind;
mod common_js;
mod constants;
mod exports;
mod live;
mod order;
mod wraps;
mod zones;

use crate::base::{IndexVec, Lists, ModuleId};
use crate::config::Options;
use crate::diag::{Diagnostic, Location, Noted};
use crate::lang::js::{ImportKind, LocalSym};
use crate::model::{Linked, ModuleGraph, Repairs, Target, Wrap};
use std::rc::Rc;

/// `require` gives its result at once: what it names may not wait for a top-level await.
fn required_while_waiting(graph: &ModuleGraph, linked: &Linked) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (id, link) in linked.modules.iter_ids().filter(|(_, link)| link.included) {
        let module = &graph.modules[id];
        for record in module.facts.import_order.iter().filter(|_| link.wrap == Wrap::CommonJs) {
            let found = &module.facts.records[*record as usize];
            if let Target::Module(target) = module.targets[*record as usize]
                && linked.modules[target].asynchronous
            {
                let message =
                    format!("\"{}\" cannot be imported by CommonJS: it waits for a top-level await", found.specifier);
                let place = Location::span(&module.name, &module.source, found.start, found.end);
                let hint = "load it with import(), or say `export` instead of `module.exports`";
                out.push(Diagnostic::error("require-of-async-module", message).at(place).hint(hint));
            }
        }
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

/// A program before it is linked: what repairs of the order of evaluation do not change. Made once, linked as often as
/// the order demands.
pub struct Program<'a> {
    graph: &'a ModuleGraph,
    options: &'a Options,
    entries: &'a [usize],
    exports: exports::Exports<'a>,
    bindings: bind::Bindings,
    acts: acts::Acts,
    calculated: constants::Calculated,
    quiet: Vec<ModuleId>,
    asynchronous: IndexVec<ModuleId, bool>,
    /// Circles of imports and `require`, and of imports alone.
    circles: IndexVec<ModuleId, Option<u32>>,
    import_circles: IndexVec<ModuleId, Option<u32>>,
    /// By module: (symbol, part that declares or changes it), sorted.
    declaring: Lists<ModuleId, (LocalSym, u32)>,
}

/// Binds all names for the entries with the given indices (all of them for a split build).
pub fn prepare<'a>(graph: &'a ModuleGraph, options: &'a Options, entries: &'a [usize]) -> Noted<Program<'a>> {
    let mut problems = Vec::new();
    let common_js = Rc::new(wraps::common_js(graph));
    let mut exports = exports::Exports::new(graph, common_js);
    let bindings = bind::bind(graph, &mut exports, &mut problems);
    let calculated = constants::calculated(graph, &bindings);
    let acts = acts::acts(graph, &bindings, &calculated);
    let circles = zones::circles(graph, &[ImportKind::Import, ImportKind::Require]);
    let program = Program {
        graph,
        options,
        entries,
        quiet: wraps::quiet_loads(graph, options, &exports.common_js, &acts, &circles),
        exports,
        acts,
        calculated,
        bindings,
        asynchronous: wraps::asynchronous(graph),
        circles,
        import_circles: zones::circles(graph, &[ImportKind::Import]),
        declaring: live::declaring(graph),
    };
    Noted::new(program, problems)
}

impl Program<'_> {
    /// `repairs` is what the order of evaluation is known to demand; empty at first.
    pub fn link(&mut self, repairs: &Repairs) -> Noted<Linked> {
        let (graph, options) = (self.graph, self.options);
        let wraps = wraps::wraps(graph, options, &self.exports.common_js, &self.quiet, repairs);
        let in_place = wraps::in_place(graph, repairs, &wraps);
        let mut linked = live::live(self, &wraps, &in_place);
        order::order(graph, &self.quiet, repairs, &in_place, &mut linked);
        order::circles(&self.import_circles, &mut linked);
        let problems = required_while_waiting(graph, &linked);
        Noted::new(linked, problems)
    }
}

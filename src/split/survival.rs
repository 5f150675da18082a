//! Which roots are only ever loaded when the evaluation of another one has succeeded.
//!
//! A chunk that may fail holds nothing for others, which would lose it. But what is loaded by an `import()` that is only
//! ever reached when nothing has failed has nothing to lose: where a page's own script has failed, its routes are not
//! asked for. The language stops at the first error: what is evaluated after everything that may fail, and is in no circle
//! of imports through which it could be called before, has done nothing.

use super::Root;
use super::effects;
use super::hazards::{self, Imports};
use super::reach::{self, Bits, Reach};
use crate::base::{IndexVec, ModuleId};
use crate::lang::js::ImportKind;
use crate::model::{ChunkKind, Linked, ModuleGraph, Target, Wrap};

/// By root: the roots that have been evaluated to their end, without an error, when it is loaded.
pub(super) struct Survival(Vec<Bits>);

pub(super) struct Inputs<'a> {
    pub graph: &'a ModuleGraph,
    pub linked: &'a Linked,
    pub imports: &'a Imports,
    pub roots: &'a [Root],
    pub reach: &'a Reach,
    /// As [`effects::failing`].
    pub failing: &'a IndexVec<ModuleId, bool>,
}

impl Survival {
    pub fn new(inputs: &Inputs<'_>) -> Self {
        let Inputs { graph, linked, roots, reach, failing, .. } = *inputs;
        let none = || Bits::new(roots.len());
        if !failing.iter().any(|fails| *fails) {
            return Survival(roots.iter().map(|_| none()).collect());
        }
        let origins: IndexVec<ModuleId, bool> =
            graph.modules.ids().map(|id| failing[id] && is_origin(graph, linked, failing, id)).collect();
        let last: Vec<Bits> = roots.iter().map(|root| behind_errors(inputs, &origins, root)).collect();
        let importers = reach::importers(linked, roots);
        let is_dynamic = |root: &Root| matches!(root.kind, ChunkKind::Dynamic(_));
        let start = |(root, importers): (&Root, &Vec<ModuleId>)| {
            if is_dynamic(root) && !importers.is_empty() { Bits::full(roots.len()) } else { none() }
        };
        let mut out: Vec<Bits> = roots.iter().zip(&importers).map(start).collect();
        loop {
            let before = out.clone();
            for (at, importers) in importers.iter().enumerate() {
                for importer in importers {
                    for holder in reach.of(*importer).ones() {
                        let mut known = before[holder].clone();
                        if last[holder].has(importer.0 as usize) {
                            known.set(holder);
                        }
                        out[at].meet(&known);
                    }
                }
            }
            if out == before {
                return Survival(out);
            }
        }
    }

    /// The second root has been evaluated without an error when the first is loaded.
    pub fn follows(&self, root: usize, other: usize) -> bool {
        root != other && self.0[root].has(other)
    }

    /// The module that may fail has not, when the root is loaded.
    pub fn survived(&self, root: usize, needed_by: &Bits) -> bool {
        self.0[root].meets(needed_by)
    }
}

/// It fails by itself or by what it requires, at a time that only the program knows; not by what it imports.
fn is_origin(graph: &ModuleGraph, linked: &Linked, failing: &IndexVec<ModuleId, bool>, id: ModuleId) -> bool {
    let module = &graph.modules[id];
    let mut records = module.facts.records.iter().zip(&module.targets);
    linked.modules[id].wrap == Wrap::CommonJs
        || effects::throws(graph, linked, id)
        || records.any(|(record, target)| {
            record.kind == ImportKind::Require && matches!(target, Target::Module(target) if failing[*target])
        })
}

/// What a root evaluates after everything that may fail, and what nobody can have called before.
fn behind_errors(inputs: &Inputs<'_>, origins: &IndexVec<ModuleId, bool>, root: &Root) -> Bits {
    let Inputs { graph, linked, imports, .. } = *inputs;
    let mut out = Bits::new(graph.modules.len());
    // Others go on where one that waits has failed.
    if linked.modules[root.module].asynchronous {
        return out;
    }
    let order = hazards::expected(graph, imports, root.module);
    let behind = order.iter().rev().take_while(|id| !origins[**id]);
    behind.filter(|id| !linked.modules[**id].in_circle).for_each(|id| out.set(id.0 as usize));
    out
}

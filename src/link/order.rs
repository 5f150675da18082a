//! The order of evaluation: depth first along static imports, as the language gives it, entry after entry; then what
//! is required, then the targets of `import()`, in the order in which they are met. Quiet ones of the latter that are not
//! wrapped stand first: whoever loads them finds their values there.

use crate::base::{IndexVec, ModuleId};
use crate::lang::js::ImportKind;
use crate::model::{Linked, ModuleGraph, ModuleLink, Repairs, Target, Wrap};
use std::collections::{BTreeMap, VecDeque};

pub fn order(
    graph: &ModuleGraph,
    quiet: &[ModuleId],
    repairs: &Repairs,
    in_place: &IndexVec<ModuleId, bool>,
    linked: &mut Linked,
) {
    let mut walk = Walk {
        graph,
        visited: vec![false; graph.modules.len()],
        order: Vec::new(),
        externals: BTreeMap::new(),
        required: VecDeque::new(),
        roots: VecDeque::new(),
    };
    if let Some(runtime) = graph.runtime {
        walk.visit(runtime, linked);
    }
    for injected in &graph.injected {
        walk.visit(*injected, linked);
    }
    for id in quiet.iter().filter(|id| linked.modules[**id].wrap == Wrap::None) {
        walk.visit(*id, linked);
    }
    for entry in linked.entries.clone() {
        walk.visit(graph.entries[entry].module, linked);
    }
    while let Some(root) = walk.required.pop_front().or_else(|| walk.roots.pop_front()) {
        walk.visit(root, linked);
    }
    // Modules reached only through bindings of unevaluated barrels.
    for id in graph.modules.ids() {
        walk.visit(id, linked);
    }
    for (at, id) in walk.order.iter().enumerate() {
        linked.modules[*id].order = at as u32;
    }
    linked.order = walk.order;
    linked.externals = walk.externals;
    eager(graph, repairs, in_place, linked);
    sort_dependencies(linked);
}

/// What an import statement leads to.
#[derive(Clone, Copy)]
enum Child {
    Module(ModuleId),
    /// By record.
    External(u32),
}

struct Walk<'a> {
    graph: &'a ModuleGraph,
    visited: Vec<bool>,
    order: Vec<ModuleId>,
    externals: BTreeMap<String, u32>,
    required: VecDeque<ModuleId>,
    roots: VecDeque<ModuleId>,
}

impl Walk<'_> {
    /// Post-order without recursion: a long chain of imports must not exhaust the stack.
    fn visit(&mut self, root: ModuleId, linked: &Linked) {
        if std::mem::replace(&mut self.visited[root.0 as usize], true) {
            return;
        }
        let mut stack = vec![(root, self.children(root, linked), 0)];
        while let Some((module, children, at)) = stack.last_mut() {
            match children.get(*at).copied() {
                Some(Child::External(record)) => {
                    *at += 1;
                    let Target::External(name) = &self.graph.modules[*module].targets[record as usize] else {
                        continue;
                    };
                    let next = self.externals.len() as u32;
                    self.externals.entry(name.clone()).or_insert(next);
                }
                Some(Child::Module(child)) => {
                    *at += 1;
                    if !std::mem::replace(&mut self.visited[child.0 as usize], true) {
                        let children = self.children(child, linked);
                        stack.push((child, children, 0));
                    }
                }
                None => {
                    if linked.modules[*module].included {
                        self.order.push(*module);
                    }
                    stack.pop();
                }
            }
        }
    }

    /// Imports in source order. What is required runs in the middle of its importer, at a time that only the program
    /// knows: it is noted for later, as are the targets of `import()`.
    fn children(&mut self, id: ModuleId, linked: &Linked) -> Vec<Child> {
        let module = &self.graph.modules[id];
        let link = &linked.modules[id];
        let mut out = Vec::new();
        for record in &module.facts.import_order {
            match module.targets[*record as usize] {
                Target::Module(target) => out.push(Child::Module(target)),
                Target::External(_) => out.push(Child::External(*record)),
                _ => {}
            }
        }
        for (at, part) in module.facts.parts.iter().enumerate() {
            for record in part.records.iter().filter(|_| link.live_parts[at]) {
                let Target::Module(target) = module.targets[*record as usize] else { continue };
                match module.facts.records[*record as usize].kind {
                    ImportKind::Dynamic => self.roots.push_back(target),
                    _ => self.required.push_back(target),
                }
            }
        }
        out
    }
}

/// Wrapped modules that are called in their place.
fn eager(graph: &ModuleGraph, repairs: &Repairs, in_place: &IndexVec<ModuleId, bool>, linked: &mut Linked) {
    for id in graph.modules.ids() {
        if !linked.modules[id].included || linked.modules[id].wrap != Wrap::None {
            continue;
        }
        for record in &graph.modules[id].facts.import_order {
            if let Target::Module(target) = graph.modules[id].targets[*record as usize] {
                linked.modules[target].eager |= in_place[target] && linked.modules[target].included;
            }
        }
    }
    for id in graph.modules.ids() {
        let link = &mut linked.modules[id];
        // Re-exports of CommonJS through barrels that are not evaluated themselves.
        let read = link.needs_interop || link.needs_interop_node || link.needs_raw;
        let repaired = repairs.wrapped.contains(&id);
        link.eager |= link.included && in_place[id] && (read || repaired);
        link.concurrent = link.asynchronous && repaired;
    }
}

/// A circle of imports is entered where the language enters it: at the member that is evaluated last. The others are
/// called by their importers. Members have a common number, for the error that they have in common.
pub fn circles(circles: &IndexVec<ModuleId, Option<u32>>, linked: &mut Linked) {
    let wrapped = |link: &ModuleLink| link.included && link.wrap == Wrap::Esm;
    let mut members: BTreeMap<u32, Vec<ModuleId>> = BTreeMap::new();
    for id in linked.order.iter().filter(|id| wrapped(&linked.modules[**id])) {
        if let Some(circle) = circles[*id] {
            members.entry(circle).or_default().push(*id);
        }
    }
    let mut members: Vec<Vec<ModuleId>> = members.into_values().filter(|members| members.len() > 1).collect();
    members.sort_by_key(|members| linked.modules[members[0]].order);
    for (at, members) in members.iter().enumerate() {
        for id in members {
            let link = &mut linked.modules[*id];
            link.circle = at as u32 + 1;
            link.eager &= members.last() == Some(id);
        }
    }
}

fn sort_dependencies(linked: &mut Linked) {
    let order: Vec<u32> = linked.modules.iter().map(|link| link.order).collect();
    for link in linked.modules.iter_mut() {
        link.dependencies.sort_by_key(|dependency| order[dependency.0 as usize]);
    }
}

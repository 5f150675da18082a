//! Temporal dead zones of modules that are functions: their variables stand outside the function and would be `undefined`
//! where the language has an error. Only in circles of imports can somebody look too early.

use crate::base::{IndexVec, Lists, ModuleId};
use crate::lang::js::{ImportKind, LocalSym, sym};
use crate::model::{CjsBinding, ExportBinding, ModuleGraph, SymbolRef, Target, Wrap};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// By module: the number of its circle of mentions of these kinds, if it is in one.
pub fn circles(graph: &ModuleGraph, kinds: &[ImportKind]) -> IndexVec<ModuleId, Option<u32>> {
    let count = graph.modules.len();
    let mut search = Search {
        edges: graph.modules.ids().map(|id| edges(graph, id, kinds)).collect(),
        index: vec![u32::MAX; count],
        low: vec![0; count],
        open: vec![false; count],
        stack: Vec::new(),
        next: 0,
        circles: vec![None; count],
        found: 0,
    };
    for id in 0..count as u32 {
        if search.index[id as usize] == u32::MAX {
            search.visit(id);
        }
    }
    search.circles.into_iter().collect()
}

fn edges<'a>(
    graph: &'a ModuleGraph,
    id: ModuleId,
    kinds: &'a [ImportKind],
) -> impl Iterator<Item = ModuleId> + use<'a> {
    let module = &graph.modules[id];
    let records = module.facts.records.iter().zip(&module.targets);
    let edge = move |(record, target): (&crate::lang::js::ImportRecord, &Target)| match target {
        Target::Module(target) if kinds.contains(&record.kind) => Some(*target),
        _ => None,
    };
    records.filter_map(edge)
}

/// Tarjan's strongly connected components, without recursion.
struct Search {
    edges: Lists<ModuleId, ModuleId>,
    index: Vec<u32>,
    low: Vec<u32>,
    open: Vec<bool>,
    stack: Vec<u32>,
    next: u32,
    circles: Vec<Option<u32>>,
    found: u32,
}

impl Search {
    fn enter(&mut self, id: u32) {
        self.index[id as usize] = self.next;
        self.low[id as usize] = self.next;
        self.next += 1;
        self.open[id as usize] = true;
        self.stack.push(id);
    }

    fn visit(&mut self, start: u32) {
        let mut work = vec![(start, 0usize)];
        self.enter(start);
        while let Some((id, at)) = work.last_mut() {
            let here = *id as usize;
            if let Some(next) = self.edges[ModuleId(*id)].get(*at).map(|next| next.0) {
                *at += 1;
                if self.index[next as usize] == u32::MAX {
                    self.enter(next);
                    work.push((next, 0));
                } else if self.open[next as usize] {
                    self.low[here] = self.low[here].min(self.index[next as usize]);
                }
                continue;
            }
            work.pop();
            if let Some((parent, _)) = work.last() {
                let parent = *parent as usize;
                self.low[parent] = self.low[parent].min(self.low[here]);
            }
            if self.low[here] == self.index[here] {
                self.close(here as u32);
            }
        }
    }

    fn close(&mut self, root: u32) {
        let from = self.stack.iter().rposition(|id| *id == root).unwrap_or(0);
        let members = self.stack.split_off(from);
        let alone = members.len() == 1 && !self.edges[ModuleId(root)].contains(&ModuleId(root));
        for id in members {
            self.open[id as usize] = false;
            self.circles[id as usize] = (!alone).then_some(self.found);
        }
        self.found += 1;
    }
}

/// What must be known of a module to tell what it may see too early.
pub struct Reader<'a> {
    pub graph: &'a ModuleGraph,
    pub wraps: &'a IndexVec<ModuleId, Wrap>,
    pub circles: &'a IndexVec<ModuleId, Option<u32>>,
    pub asynchronous: &'a IndexVec<ModuleId, bool>,
    /// By module of a circle: what it imports by ways outside of the circle.
    pub before: RefCell<FxHashMap<ModuleId, FxHashSet<ModuleId>>>,
}

impl Reader<'_> {
    /// Symbols of wrapped modules that a mention may read too early: by a module of the same circle, by one of any
    /// circle if the other waits, since who is in a circle is not always waited for, or by one that gets them through
    /// its circle alone.
    pub fn risky(&self, reader: ModuleId, binding: &ExportBinding) -> Option<SymbolRef> {
        let ExportBinding::Symbol(target) = binding else { return None };
        let circle = self.circles[reader]?;
        let lexical = || self.graph.modules[target.module].facts.is_lexical(target.symbol);
        if self.wraps[target.module] != Wrap::Esm || !lexical() {
            return None;
        }
        let early = self.circles[target.module] == Some(circle)
            || self.asynchronous[target.module]
            || !self.precedes(target.module, reader, circle);
        early.then_some(*target)
    }

    /// `reader` may be evaluated before `target`, whatever is wrapped.
    pub fn may_precede(&self, reader: ModuleId, target: ModuleId) -> bool {
        let Some(circle) = self.circles[reader].filter(|_| reader != target) else { return false };
        self.circles[target] == Some(circle) || !self.precedes(target, reader, circle)
    }

    pub fn in_circle(&self, module: ModuleId) -> bool {
        self.circles[module].is_some()
    }

    /// Whether `reader` imports `target`, directly or not, by a way that does not lead through its own circle: then it
    /// is evaluated later.
    fn precedes(&self, target: ModuleId, reader: ModuleId, circle: u32) -> bool {
        let mut before = self.before.borrow_mut();
        let found = before.entry(reader).or_insert_with(|| {
            let mut found = FxHashSet::default();
            let mut work = vec![reader];
            while let Some(id) = work.pop() {
                let outside = edges(self.graph, id, &[ImportKind::Import]);
                work.extend(outside.filter(|next| self.circles[*next] != Some(circle) && found.insert(*next)));
            }
            found
        });
        found.contains(&target)
    }

    /// Whether `reader` may look at a view of CommonJS before it is made: by the module that it comes through (`own`), which
    /// is of its circle or imported by that alone, or in the place of the CommonJS module.
    pub fn late(&self, reader: ModuleId, binding: &CjsBinding, own: bool) -> bool {
        let Some(circle) = self.circles[reader] else { return false };
        let (via, _) = binding.via;
        via != reader
            && binding.name != "*"
            && (self.circles[via] == Some(circle) || !self.precedes(via, reader, circle))
            && (own || !self.precedes(binding.module, reader, circle))
    }

    /// Own symbols that a wrapped module reads before it declares them.
    pub fn own(&self, id: ModuleId) -> BTreeSet<LocalSym> {
        if self.wraps[id] != Wrap::Esm {
            return BTreeSet::new();
        }
        let facts = &self.graph.modules[id].facts;
        facts.read_early.iter().copied().filter(|symbol| *symbol == sym::DEFAULT || facts.is_lexical(*symbol)).collect()
    }
}

//! Which roots need a module, as bit sets; and which of them can count on another root having loaded it.

use super::Root;
use super::hazards::{self, Imports};
use super::manual::Named;
use super::survival::Survival;
use crate::base::{IndexVec, ModuleId};
use crate::model::{ChunkKind, Linked, ModuleGraph};
use rustc_hash::{FxHashMap, FxHashSet};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bits(Vec<u64>);

impl Bits {
    pub fn new(roots: usize) -> Self {
        Bits(vec![0; roots.div_ceil(64).max(1)])
    }
    pub fn set(&mut self, root: usize) {
        self.0[root / 64] |= 1 << (root % 64);
    }
    pub(super) fn clear(&mut self, root: usize) {
        self.0[root / 64] &= !(1 << (root % 64));
    }
    pub fn has(&self, root: usize) -> bool {
        self.0[root / 64] >> (root % 64) & 1 == 1
    }
    pub(super) fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.0
            .iter()
            .enumerate()
            .flat_map(|(word, bits)| (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit))
    }
    pub fn join(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }
    pub fn full(roots: usize) -> Self {
        let mut out = Bits::new(roots);
        (0..roots).for_each(|root| out.set(root));
        out
    }
    pub fn meet(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word &= more);
    }
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
    /// How many both have.
    pub fn and(&self, other: &Bits) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a & b).count_ones()).sum()
    }
    /// Whether both have one.
    pub fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
    /// Whether all are in the other.
    pub fn is_within(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }
    /// Whether all are in one of the others.
    pub fn is_within_both(&self, a: &Bits, b: &Bits) -> bool {
        self.0.iter().zip(&a.0).zip(&b.0).all(|((own, a), b)| own & !(a | b) == 0)
    }
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
    /// How many are not in the other.
    pub fn without(&self, other: &Bits) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a & !b).count_ones()).sum()
    }
    /// The only root, if there is exactly one.
    pub fn single(&self) -> Option<usize> {
        if self.count() == 1 { self.ones().next() } else { None }
    }
}

pub struct Reach {
    /// By module.
    needed_by: IndexVec<ModuleId, Bits>,
    roots: usize,
}

impl Reach {
    pub fn new(linked: &Linked, roots: &[Root]) -> Self {
        Self::walk(linked, roots, None)
    }

    /// What the roots load, where a named chunk is loaded whole.
    pub fn with_chunks(linked: &Linked, roots: &[Root], named: &Named) -> Self {
        Self::walk(linked, roots, Some(named))
    }

    fn walk(linked: &Linked, roots: &[Root], named: Option<&Named>) -> Self {
        let mut needed_by: IndexVec<ModuleId, Bits> = linked.modules.iter().map(|_| Bits::new(roots.len())).collect();
        for (at, root) in roots.iter().enumerate() {
            let mut whole = vec![false; named.map_or(0, |named| named.members.len())];
            let mut work = vec![root.module];
            needed_by[root.module].set(at);
            while let Some(module) = work.pop() {
                let chunk = named.and_then(|named| Some((named, named.of[module]?)));
                let members = chunk.filter(|(_, chunk)| !std::mem::replace(&mut whole[*chunk], true));
                let members = members.map_or(&[][..], |(named, chunk)| &named.members[chunk]);
                for next in linked.modules[module].dependencies.iter().chain(members) {
                    if !needed_by[*next].has(at) {
                        needed_by[*next].set(at);
                        work.push(*next);
                    }
                }
            }
        }
        Reach { needed_by, roots: roots.len() }
    }

    /// The roots that need it.
    pub fn of(&self, module: ModuleId) -> &Bits {
        &self.needed_by[module]
    }

    pub fn needs(&self, root: usize, module: ModuleId) -> bool {
        self.needed_by[module].has(root)
    }

    /// Whether more than one root needs it.
    pub fn shared(&self, module: ModuleId) -> bool {
        self.needed_by[module].ones().nth(1).is_some()
    }

    /// Where each module goes: the roots that need it, without those that only ever load after another root in the
    /// set has brought it.
    ///
    /// Only when what remains is a chunk whose exports nobody sees as a namespace: a module added to such a chunk adds
    /// an export to it.
    pub fn place(
        &self,
        roots: &[Root],
        available: &[Option<Bits>],
        failing: &IndexVec<ModuleId, bool>,
        survival: &Survival,
    ) -> IndexVec<ModuleId, Bits> {
        // A chunk that fails is lost as a whole, and with it what others need of it.
        let mut fails = vec![false; roots.len()];
        for (_, bits) in self.needed_by.iter_ids().filter(|(id, _)| failing[*id]) {
            bits.ones().for_each(|root| fails[root] = true);
        }
        let survive =
            |bits: &Bits, root: usize| bits.ones().all(|other| other == root || survival.follows(other, root));
        let mut out = self.needed_by.clone();
        for (module, bits) in self.needed_by.iter_ids() {
            let mut reduced = bits.clone();
            for root in bits.ones() {
                if available[root].as_ref().is_some_and(|available| available.has(module.0 as usize)) {
                    reduced.clear(root);
                }
            }
            let kept = |root: usize| !fails[root] || survive(bits, root);
            let harmless = |root: usize| !roots[root].observed && kept(root) || bits.single() == Some(root);
            let harmless = reduced.single().is_none_or(harmless);
            if harmless && reduced.ones().next().is_some() {
                out[module] = reduced;
            }
        }
        let lost: FxHashSet<Bits> =
            out.iter_ids().filter(|(id, _)| failing[*id]).map(|(_, bits)| bits.clone()).collect();
        for (id, bits) in self.needed_by.iter_ids() {
            let may_lose = || !out[id].single().is_some_and(|root| survive(bits, root));
            if !failing[id] && out[id] != *bits && lost.contains(&out[id]) && may_lose() {
                out[id] = bits.clone();
            }
        }
        out
    }

    /// By root: the modules that it needs.
    fn held(&self, modules: usize) -> Vec<Bits> {
        let mut out: Vec<Bits> = vec![Bits::new(modules); self.roots];
        for (module, bits) in self.needed_by.iter_ids() {
            bits.ones().for_each(|root| out[root].set(module.0 as usize));
        }
        out
    }

    /// As [`Reach::available`]: the modules that are certainly evaluated before a root.
    pub fn done(
        &self,
        graph: &ModuleGraph,
        linked: &Linked,
        roots: &[Root],
        failing: &IndexVec<ModuleId, bool>,
        survival: &Survival,
    ) -> Vec<Option<Bits>> {
        let modules = graph.modules.len();
        let imports = graph.modules.iter().map(hazards::imports).collect();
        let importers = importers(linked, roots);
        let preceding = |(root, importers): (&Root, &Vec<ModuleId>)| {
            let mut all = importers.iter().filter(|importer| **importer != root.module);
            let mut common = all.next().map_or_else(|| Bits::new(modules), |id| preceding(&imports, modules, *id));
            all.for_each(|id| common.meet(&preceding(&imports, modules, *id)));
            common
        };
        let preceding: Vec<Bits> = roots.iter().zip(&importers).map(preceding).collect();
        // What the roots evaluate for certain: what they import, not what a `require()` that may never run loads; up to the
        // first that may fail, and all where it is known that nothing has.
        let evaluated = |root: &Root| {
            let order = hazards::expected(graph, &imports, root.module);
            let end = order.iter().position(|id| failing[*id]).unwrap_or(order.len());
            let bits = |ids: &[ModuleId]| {
                let mut out = Bits::new(modules);
                ids.iter().for_each(|id| out.set(id.0 as usize));
                out
            };
            (bits(&order[..end]), bits(&order))
        };
        let evaluated: Vec<(Bits, Bits)> = roots.iter().map(evaluated).collect();
        let held = |root, holder: usize| {
            let (cut, whole) = &evaluated[holder];
            if survival.follows(root, holder) { whole } else { cut }
        };
        self.before(graph, roots, &importers, held, &preceding)
    }

    /// By root: the modules that are certainly loaded before it (`None` for entries: nothing is).
    pub fn available(&self, graph: &ModuleGraph, linked: &Linked, roots: &[Root]) -> Vec<Option<Bits>> {
        let held = self.held(graph.modules.len());
        self.before(graph, roots, &importers(linked, roots), |_, holder| &held[holder], &[])
    }

    /// By root: the modules that `held` says, of a root and a holder, of every way there. A dynamic root comes after every root that holds one
    /// of its importers; what they all have, it has, and what `preceding` says of it. Not if an importer may still be
    /// waiting for it while it is evaluated: then it must not wait for the importer's chunk.
    fn before<'h>(
        &self,
        graph: &ModuleGraph,
        roots: &[Root],
        importers: &[Vec<ModuleId>],
        held: impl Fn(usize, usize) -> &'h Bits,
        preceding: &[Bits],
    ) -> Vec<Option<Bits>> {
        let modules = graph.modules.len();
        let awaits = |importers: &Vec<ModuleId>| importers.iter().any(|id| graph.modules[*id].facts.top_level_await);
        let awaited: Vec<bool> = importers.iter().map(awaits).collect();
        let holders = |importers: &Vec<ModuleId>| {
            let mut all = Bits::new(roots.len());
            importers.iter().for_each(|id| all.join(&self.needed_by[*id]));
            all
        };
        let holders: Vec<Bits> = importers.iter().map(holders).collect();
        let full = Bits(vec![u64::MAX; modules.div_ceil(64).max(1)]);
        let is_dynamic = |at: usize| matches!(roots[at].kind, ChunkKind::Dynamic(_));
        let mut available: Vec<Bits> =
            (0..self.roots).map(|at| if is_dynamic(at) { full.clone() } else { Bits::new(modules) }).collect();
        loop {
            let mut changed = false;
            for at in (0..self.roots).filter(|at| is_dynamic(*at)) {
                let mut common = full.clone();
                for holder in holders[at].ones().filter(|holder| *holder != at) {
                    let mut has = held(at, holder).clone();
                    has.join(&available[holder]);
                    preceding.get(at).into_iter().for_each(|more| has.join(more));
                    common.meet(&has);
                }
                if holders[at].count() == 0 || awaited[at] {
                    common = Bits::new(modules);
                }
                if common != available[at] {
                    available[at] = common;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        available.into_iter().enumerate().map(|(at, bits)| is_dynamic(at).then_some(bits)).collect()
    }
}

/// By root: the modules that have an `import()` of it.
pub(super) fn importers(linked: &Linked, roots: &[Root]) -> Vec<Vec<ModuleId>> {
    let mut out: Vec<Vec<ModuleId>> = vec![Vec::new(); roots.len()];
    let mut root_of: FxHashMap<ModuleId, usize> = FxHashMap::default();
    for (at, root) in roots.iter().enumerate() {
        if matches!(root.kind, ChunkKind::Dynamic(_)) {
            root_of.insert(root.module, at);
        }
    }
    for (module, link) in linked.modules.iter_ids().filter(|(_, link)| link.included) {
        for at in link.dynamic.iter().filter_map(|(_, target)| root_of.get(target)) {
            out[*at].push(module);
        }
    }
    out
}

/// What has been evaluated, without an error, when code of a module runs: all that it imports. In a circle functions may
/// be called before that.
fn preceding(imports: &Imports, modules: usize, module: ModuleId) -> Bits {
    let mut out = Bits::new(modules);
    let mut work = vec![module];
    while let Some(next) = work.pop() {
        for below in &imports[next] {
            if *below == module {
                return Bits::new(modules);
            }
            if !out.has(below.0 as usize) {
                out.set(below.0 as usize);
                work.push(*below);
            }
        }
    }
    out
}

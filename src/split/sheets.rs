//! Which style sheets are one file, and in which order those of a chunk apply.
//!
//! Without a bundler, sheets would apply in the order in which the language evaluates their imports. Sheets stand in files as
//! their modules stand in chunks; where that cannot be put in the right order for every root, files are taken apart. Two
//! CSS modules compete only when one's importer leads to the other: then who is given a class from outside may have both.

use super::Root;
use super::hazards::{self, Imports};
use super::reach::Bits;
use crate::base::{ChunkId, IndexVec, ModuleId, SheetId};
use crate::lang::js::ImportKind;
use crate::model::{ChunkPlan, Linked, ModuleGraph, Sheet, Target};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Of more sheets that one root loads, those of local names are taken to compete with none.
const COMPARED_MAX: usize = 1_500;

pub(super) struct Inputs<'a> {
    pub graph: &'a ModuleGraph,
    pub linked: &'a Linked,
    pub imports: &'a Imports,
    pub roots: &'a [Root],
    /// As [`super::reach::Reach::available`].
    pub available: &'a [Option<Bits>],
}

/// Some of the sheets of a chunk, by their modules, in order.
struct File {
    chunk: ChunkId,
    modules: Vec<ModuleId>,
}

/// The sheets that a root applies, in the order of the language, and which of them must stay in it.
struct Order {
    modules: Vec<ModuleId>,
    place: FxHashMap<ModuleId, usize>,
    /// Pairs of places, the earlier first.
    pairs: Vec<(u32, u32)>,
}

/// Fills in the files, and for each chunk the list of those that apply with it.
pub(super) fn lay_out(inputs: &Inputs<'_>, plan: &mut ChunkPlan) {
    let styled = |id: &ModuleId| inputs.graph.modules[*id].style.is_some();
    let of_chunk = |(id, chunk): (ChunkId, &crate::model::Chunk)| {
        let modules: Vec<ModuleId> = chunk.modules.iter().copied().filter(styled).collect();
        (!modules.is_empty()).then_some(File { chunk: id, modules })
    };
    let mut files: Vec<File> = plan.chunks.iter_ids().filter_map(of_chunk).collect();
    if files.is_empty() {
        return;
    }
    let orders = orders(inputs, plan);
    loop {
        let of = file_of(&files);
        let mut conflicts: BTreeSet<usize> = BTreeSet::new();
        orders.iter().for_each(|order| order.conflicts(&files, &of, &mut conflicts));
        let before = files.len();
        files = files
            .into_iter()
            .enumerate()
            .flat_map(|(at, file)| if conflicts.contains(&at) { runs(file, &orders) } else { vec![file] })
            .collect();
        if files.len() == before {
            break;
        }
    }
    let of = file_of(&files);
    let late = later(inputs.graph, &files, &of, &orders);
    for id in plan.chunks.ids().collect::<Vec<_>>() {
        let loaded = plan.chunks[id].static_imports.iter().copied().chain([id]);
        let all: Vec<usize> = loaded
            .flat_map(|chunk| files.iter().enumerate().filter(move |(_, file)| file.chunk == chunk).map(|(at, _)| at))
            .collect();
        let order = orders.get(id.0 as usize);
        let sorted = order.map_or_else(|| all.clone(), |order| order.sorted(&all, &of, &late));
        plan.chunks[id].sheets = sorted.into_iter().map(|at| SheetId(at as u32)).collect();
    }
    for (at, file) in files.iter().enumerate() {
        let is_main = files.get(at + 1).is_none_or(|next| next.chunk != file.chunk);
        let mut seen = FxHashSet::default();
        let styles = file.modules.iter().filter_map(|id| inputs.graph.modules[*id].style);
        let styles = styles.filter(|style| seen.insert(*style)).collect();
        plan.sheets.push(Sheet { chunk: file.chunk, is_main, styles });
    }
}

/// By file whose rules ask for local names only: the first root that applies it, and where.
fn later(
    graph: &ModuleGraph,
    files: &[File],
    of: &FxHashMap<ModuleId, usize>,
    orders: &[Order],
) -> FxHashMap<usize, (usize, usize)> {
    let local: Vec<bool> =
        files.iter().map(|file| file.modules.iter().all(|module| is_local(graph, *module))).collect();
    let mut out = FxHashMap::default();
    for (root, order) in orders.iter().enumerate() {
        for (place, id) in order.modules.iter().enumerate() {
            if let Some(file) = of.get(id).filter(|file| local[**file]) {
                out.entry(*file).or_insert((root, place));
            }
        }
    }
    out
}

/// All rules of the module's sheet ask for names of its own.
fn is_local(graph: &ModuleGraph, module: ModuleId) -> bool {
    graph.modules[module].style.is_some_and(|style| graph.styles[style].facts.is_local)
}

fn file_of(files: &[File]) -> FxHashMap<ModuleId, usize> {
    files.iter().enumerate().flat_map(|(at, file)| file.modules.iter().map(move |id| (*id, at))).collect()
}

/// By root.
fn orders(inputs: &Inputs<'_>, plan: &ChunkPlan) -> Vec<Order> {
    let Inputs { graph, linked, imports, roots, available } = *inputs;
    let lazy = lazily_loaded(inputs);
    let all = with_lazy(graph, imports, &lazy);
    let towards = towards_sheets(graph, &all);
    let look = |(at, root): (usize, &Root)| {
        let has = |id: &ModuleId| available[at].as_ref().is_some_and(|found| found.has(id.0 as usize));
        let applies = |id: &ModuleId| {
            graph.modules[*id].style.is_some()
                && linked.modules[*id].included
                && plan.chunk_of[*id].is_some()
                && !has(id)
        };
        let modules: Vec<ModuleId> = evaluated(inputs, &lazy, root.module).into_iter().filter(applies).collect();
        let place = modules.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let pairs = Rivals::new(graph, &all, &towards, &modules, &place).pairs();
        Order { modules, place, pairs }
    };
    roots.par_iter().enumerate().map(look).collect()
}

/// By module: what its `import()` loads into the same file, in order of mention. Without splitting that is everything.
fn lazily_loaded(inputs: &Inputs<'_>) -> FxHashMap<ModuleId, Vec<ModuleId>> {
    let Inputs { graph, linked, roots, .. } = *inputs;
    let roots: FxHashSet<ModuleId> = roots.iter().map(|root| root.module).collect();
    let mut out: FxHashMap<ModuleId, Vec<ModuleId>> = FxHashMap::default();
    for (id, module) in graph.modules.iter_ids().filter(|(id, _)| linked.modules[*id].included) {
        for (record, target) in module.facts.records.iter().zip(&module.targets) {
            if let (ImportKind::Dynamic, Target::Module(target)) = (record.kind, target)
                && linked.modules[*target].included
                && !roots.contains(target)
            {
                out.entry(id).or_default().push(*target);
            }
        }
    }
    out
}

fn with_lazy<'i>(
    graph: &ModuleGraph,
    imports: &'i Imports,
    lazy: &FxHashMap<ModuleId, Vec<ModuleId>>,
) -> Cow<'i, Imports> {
    if lazy.is_empty() {
        return Cow::Borrowed(imports);
    }
    let more = |id| lazy.get(&id).into_iter().flatten();
    Cow::Owned(graph.modules.ids().map(|id| imports[id].iter().chain(more(id)).copied()).collect())
}

/// What a root evaluates, in the order of the language, and after it what `import()` may load into the same file.
fn evaluated(inputs: &Inputs<'_>, lazy: &FxHashMap<ModuleId, Vec<ModuleId>>, root: ModuleId) -> Vec<ModuleId> {
    let mut out = hazards::expected(inputs.graph, inputs.imports, root);
    if lazy.is_empty() {
        return out;
    }
    let mut seen: FxHashSet<ModuleId> = out.iter().copied().collect();
    let mut at = 0;
    while let Some(id) = out.get(at).copied() {
        for target in lazy.get(&id).into_iter().flatten() {
            let more = hazards::expected(inputs.graph, inputs.imports, *target);
            out.extend(more.into_iter().filter(|id| seen.insert(*id)));
        }
        at += 1;
    }
    out
}

/// By module: it applies a sheet, or leads to one that does.
fn towards_sheets(graph: &ModuleGraph, imports: &Imports) -> IndexVec<ModuleId, bool> {
    let mut importers: IndexVec<ModuleId, Vec<ModuleId>> = graph.modules.iter().map(|_| Vec::new()).collect();
    for id in graph.modules.ids() {
        imports[id].iter().for_each(|to| importers[*to].push(id));
    }
    let mut work: Vec<ModuleId> = graph.modules.ids().filter(|id| graph.modules[*id].style.is_some()).collect();
    let mut out: IndexVec<ModuleId, bool> = graph.modules.iter().map(|module| module.style.is_some()).collect();
    while let Some(id) = work.pop() {
        for importer in &importers[id] {
            if !std::mem::replace(&mut out[*importer], true) {
                work.push(*importer);
            }
        }
    }
    out
}

/// Which of some sheets may apply to one element.
struct Rivals<'a> {
    imports: &'a Imports,
    towards: &'a IndexVec<ModuleId, bool>,
    modules: &'a [ModuleId],
    place: &'a FxHashMap<ModuleId, usize>,
    /// By place: its rules ask for names of its own.
    local: Vec<bool>,
    /// By place: the modules that import it.
    owners: Vec<Vec<ModuleId>>,
    /// By module: the places of the sheets that it leads to.
    below: RefCell<FxHashMap<ModuleId, Bits>>,
}

impl<'a> Rivals<'a> {
    fn new(
        graph: &ModuleGraph,
        imports: &'a Imports,
        towards: &'a IndexVec<ModuleId, bool>,
        modules: &'a [ModuleId],
        place: &'a FxHashMap<ModuleId, usize>,
    ) -> Self {
        let mut owners = vec![Vec::new(); modules.len()];
        if modules.len() > 1 {
            for id in graph.modules.ids().filter(|id| towards[*id]) {
                imports[id].iter().filter_map(|to| place.get(to)).for_each(|at| owners[*at].push(id));
            }
        }
        let local = modules.iter().map(|module| is_local(graph, *module)).collect();
        Rivals { imports, towards, modules, place, local, owners, below: RefCell::default() }
    }

    fn pairs(&self) -> Vec<(u32, u32)> {
        let count = self.modules.len();
        let mut out = Vec::new();
        for first in 0..count {
            for second in first + 1..count {
                let compete = !self.local[first]
                    || !self.local[second]
                    || count <= COMPARED_MAX && (self.leads(first, second) || self.leads(second, first));
                if compete {
                    out.push((first as u32, second as u32));
                }
            }
        }
        out
    }

    /// An importer of the one leads to the other.
    fn leads(&self, from: usize, to: usize) -> bool {
        self.owners[from].iter().any(|owner| {
            let mut below = self.below.borrow_mut();
            below.entry(*owner).or_insert_with(|| self.sheets_below(*owner)).has(to)
        })
    }

    fn sheets_below(&self, from: ModuleId) -> Bits {
        let mut out = Bits::new(self.modules.len());
        let mut seen = FxHashSet::from_iter([from]);
        let mut work = vec![from];
        while let Some(id) = work.pop() {
            for next in self.imports[id].iter().copied().filter(|next| self.towards[*next] && seen.insert(*next)) {
                self.place.get(&next).into_iter().for_each(|at| out.set(*at));
                work.push(next);
            }
        }
        out
    }
}

impl Order {
    /// Which file must come before which.
    fn edges(&self, of: &FxHashMap<ModuleId, usize>) -> BTreeSet<(usize, usize)> {
        let file = |place: u32| of.get(&self.modules[place as usize]).copied();
        let edge = |(first, second): &(u32, u32)| file(*first).zip(file(*second)).filter(|(a, b)| a != b);
        self.pairs.iter().filter_map(edge).collect()
    }

    /// Files that are in the wrong order inside, or must come both before and after another.
    fn conflicts(&self, files: &[File], of: &FxHashMap<ModuleId, usize>, out: &mut BTreeSet<usize>) {
        let inside: FxHashMap<ModuleId, usize> =
            files.iter().flat_map(|file| file.modules.iter().enumerate().map(|(at, id)| (*id, at))).collect();
        for (first, second) in &self.pairs {
            let (first, second) = (self.modules[*first as usize], self.modules[*second as usize]);
            if of.get(&first) == of.get(&second) && inside.get(&first) > inside.get(&second) {
                out.extend(of.get(&first));
            }
        }
        let edges = self.edges(of);
        let mut left: BTreeSet<usize> = edges.iter().flat_map(|(a, b)| [*a, *b]).collect();
        // What is in no circle goes, from either end.
        loop {
            let inner = |at: &usize| {
                edges.iter().any(|(a, b)| b == at && left.contains(a))
                    && edges.iter().any(|(a, b)| a == at && left.contains(b))
            };
            let kept: BTreeSet<usize> = left.iter().copied().filter(|at| inner(at)).collect();
            if kept.len() == left.len() {
                break;
            }
            left = kept;
        }
        out.extend(left);
    }

    /// Some files in an order that keeps all pairs; else as they come, by the first of their sheets that the root needs.
    /// `late`: as [`later`].
    fn sorted(
        &self,
        files: &[usize],
        of: &FxHashMap<ModuleId, usize>,
        late: &FxHashMap<usize, (usize, usize)>,
    ) -> Vec<usize> {
        let mut first: FxHashMap<usize, usize> = FxHashMap::default();
        for (place, id) in self.modules.iter().enumerate() {
            if let Some(file) = of.get(id) {
                first.entry(*file).or_insert(place);
            }
        }
        // What nobody here needs yet goes last, where it would come when somebody does; global rules, which apply at once,
        // stay behind the file before them.
        let mut last = 0;
        let mut left: Vec<((usize, usize, usize), usize)> = Vec::new();
        for file in files {
            let needed = first.get(file).copied();
            last = needed.unwrap_or(last);
            let key = match late.get(file).filter(|_| needed.is_none()) {
                Some((root, place)) => (usize::MAX, *root, *place),
                None => (last, 0, 0),
            };
            left.push((key, *file));
        }
        left.sort_by_key(|(key, _)| *key);
        let edges = self.edges(of);
        let mut out = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let is_free =
                |file: usize| !edges.iter().any(|(a, b)| *b == file && left.iter().any(|(_, other)| other == a));
            let next = left.iter().position(|(_, file)| is_free(*file)).unwrap_or(0);
            out.push(left.remove(next).1);
        }
        out
    }
}

/// A file taken apart: what stays together is loaded together by every root, one right after the other.
fn runs(file: File, orders: &[Order]) -> Vec<File> {
    let together = |a: ModuleId, b: ModuleId| {
        orders.iter().all(|order| match (order.place.get(&a), order.place.get(&b)) {
            (Some(a), Some(b)) => a + 1 == *b,
            (None, None) => true,
            _ => false,
        })
    };
    let mut out: Vec<File> = Vec::new();
    for id in file.modules {
        match out.last_mut() {
            Some(run) if run.modules.last().is_some_and(|last| together(*last, id)) => run.modules.push(id),
            _ => out.push(File { chunk: file.chunk, modules: vec![id] }),
        }
    }
    out
}

//! Small chunks are merged where the bytes that some visitors then load for nothing cost less than the requests saved.
//!
//! The cost model: a request costs as much as [`REQUEST`] bytes of source; every root is loaded equally often. Merging
//! `a` into `b` saves a request for every root that asks for both, and costs the bytes of `a` for every root that has
//! only `b`, and the other way round. Merges are made one at a time, the one that gains most first. Whatever a root
//! loads without needing it must not be noticed (`unneeded`), and must need nothing that the root does not load.

use super::Root;
use super::effects;
use super::manual::Named;
use super::reach::Bits;
use crate::base::{IndexVec, ModuleId};
use crate::model::{Linked, ModuleGraph};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What a request costs, in bytes of source (about a sixth of that is left after compression).
const REQUEST: u64 = 12_000;

/// Above this many groups nothing is merged: every pair is looked at.
const GROUPS_MAX: usize = 4_000;

/// Which chunk a group is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Place {
    /// The one of the root that alone needs it.
    Root(usize),
    /// One that these roots share.
    Shared(Bits),
    /// The one that the user named.
    Named(usize),
    /// One for what exactly these named chunks need, which these roots load. Helpers stand apart: they depend on
    /// nothing, so that they are there before anything runs.
    Below { named: Bits, roots: Bits, helpers: bool },
}

/// Modules that go to one chunk.
pub(super) struct Group {
    pub place: Place,
    /// The roots that ask for the chunk.
    pub roots: Bits,
    pub modules: Vec<ModuleId>,
    /// The roots that have it once they are loaded: those, and those that come after them.
    loaders: Bits,
    pub bytes: u64,
    /// The roots that may load it without needing it, as far as it goes itself.
    welcome: Bits,
    /// Those of them that load everything it needs.
    idle: Bits,
    /// The roots that are lost anyway when something fails that it needs: all, if nothing may.
    lost: Bits,
    /// Nothing goes with it: somebody sees all its exports, or it may fail itself, and what it holds with it; or the
    /// user says what it holds.
    closed: bool,
    alive: bool,
}

impl Group {
    /// A chunk of its own for some of the modules.
    pub fn piece(&self, modules: Vec<ModuleId>) -> Self {
        Group {
            place: self.place.clone(),
            roots: self.roots.clone(),
            modules,
            loaders: self.loaders.clone(),
            bytes: 0,
            welcome: self.welcome.clone(),
            idle: self.idle.clone(),
            lost: self.lost.clone(),
            closed: self.closed,
            alive: true,
        }
    }
}

pub(super) struct Inputs<'a> {
    pub graph: &'a ModuleGraph,
    pub linked: &'a Linked,
    pub roots: &'a [Root],
    pub placement: &'a IndexVec<ModuleId, Bits>,
    /// As [`super::reach::Reach::available`].
    pub available: &'a [Option<Bits>],
    /// By module: as [`super::unneeded::welcome`].
    pub welcome: &'a IndexVec<ModuleId, Bits>,
    /// By module: as [`super::unneeded::lost`].
    pub lost: &'a IndexVec<ModuleId, Bits>,
    pub named: &'a Named,
    /// Shared chunks below this many bytes are merged with the best partner whatever it costs.
    pub min_bytes: u64,
}

/// The groups of a plan, merged; each in order of evaluation, and they in the order of their first modules.
pub(super) fn groups(inputs: &Inputs<'_>) -> Vec<Group> {
    let mut groups = unmerged(inputs);
    let mut neighbours = neighbours(inputs, &groups);
    seat_helpers(&mut groups, &mut neighbours);
    // What was merged is loaded by more roots, so that more may load what needs it.
    while merge_all(inputs, &mut groups, &mut neighbours) {}
    let rank = |id: &ModuleId| inputs.linked.modules[*id].order;
    let mut out: Vec<Group> = groups.into_iter().filter(|group| group.alive).collect();
    out.iter_mut().for_each(|group| group.modules.sort_by_key(rank));
    out.sort_by_key(|group| group.modules.first().map(rank));
    out
}

/// Merges as long as it gains something; whether it did.
fn merge_all(inputs: &Inputs<'_>, groups: &mut [Group], needs: &mut [Vec<usize>]) -> bool {
    find_idle(groups, needs);
    let mut rows: Vec<Vec<Candidate>> = (0..groups.len()).into_par_iter().map(|at| row(inputs, groups, at)).collect();
    let mut best: Vec<Option<Candidate>> =
        (0..groups.len()).into_par_iter().map(|at| partner(groups, needs, at, &rows[at])).collect();
    let mut merged = false;
    loop {
        let found = (0..groups.len()).filter_map(|at| best[at].map(|(gain, other)| (gain, at, other)));
        let Some((_, from, into)) = found.max_by_key(|(gain, at, other)| (*gain, std::cmp::Reverse((*at, *other))))
        else {
            return merged;
        };
        // Merges since it was found may have led a way from one to the other.
        if makes_circle(groups, needs, from, into) {
            best[from] = partner(groups, needs, from, &rows[from]);
            continue;
        }
        merge(groups, needs, from, into);
        merged = true;
        best[from] = None;
        rows[from].clear();
        // In one thread: waking others takes longer. What two groups are worth to each other depends on nothing else.
        for at in (0..groups.len()).filter(|at| groups[*at].alive) {
            if at == into {
                rows[at] = row(inputs, groups, at);
                best[at] = partner(groups, needs, at, &rows[at]);
                continue;
            }
            rows[at].retain(|(_, other)| *other != from && *other != into);
            let open = is_open(inputs, &groups[at]);
            let new = open.then(|| value(inputs, groups, at, into)).flatten().map(|gain| (gain, into));
            rows[at].extend(new);
            if best[at].is_some_and(|(_, other)| other == from || other == into) {
                best[at] = partner(groups, needs, at, &rows[at]);
            } else if let Some(new) = new.filter(|new| Some(*new) > best[at])
                && !makes_circle(groups, needs, at, into)
            {
                // The merged group is the better one now.
                best[at] = Some(new);
            }
        }
    }
}

/// Which roots may load each group without needing it.
fn find_idle(groups: &mut [Group], needs: &[Vec<usize>]) {
    let idle = |at: usize| {
        let mut idle = groups[at].welcome.clone();
        let mut seen = vec![false; groups.len()];
        let mut work = vec![at];
        while let Some(next) = work.pop() {
            if idle.is_empty() {
                break;
            }
            for below in needs[next].iter().copied() {
                if !std::mem::replace(&mut seen[below], true) {
                    idle.meet(&groups[below].loaders);
                    work.push(below);
                }
            }
        }
        idle
    };
    let found: Vec<Bits> = (0..groups.len()).into_par_iter().map(idle).collect();
    groups.iter_mut().zip(found).for_each(|(group, idle)| group.idle = idle);
}

fn unmerged(inputs: &Inputs<'_>) -> Vec<Group> {
    let mut by_place: BTreeMap<Place, Vec<ModuleId>> = BTreeMap::new();
    for id in &inputs.linked.order {
        by_place.entry(place(inputs, *id)).or_default().push(*id);
    }
    let mut out: Vec<Group> = by_place.into_iter().map(|(place, modules)| group(inputs, place, modules)).collect();
    out.sort_by(|a, b| a.roots.cmp(&b.roots));
    out
}

fn place(inputs: &Inputs<'_>, id: ModuleId) -> Place {
    let (named, roots) = (inputs.named, &inputs.placement[id]);
    if let Some(chunk) = named.of[id] {
        Place::Named(chunk)
    } else if named.below[id].count() > 0 {
        let helpers = inputs.graph.modules[id].is_helper();
        Place::Below { named: named.below[id].clone(), roots: roots.clone(), helpers }
    } else {
        roots.single().map_or_else(|| Place::Shared(roots.clone()), Place::Root)
    }
}

fn group(inputs: &Inputs<'_>, place: Place, modules: Vec<ModuleId>) -> Group {
    let mut roots = inputs.placement[modules[0]].clone();
    modules.iter().for_each(|id| roots.join(&inputs.placement[*id]));
    let mut loaders = roots.clone();
    for (at, available) in inputs.available.iter().enumerate() {
        if available.as_ref().is_some_and(|found| modules.iter().all(|id| found.has(id.0 as usize))) {
            loaders.set(at);
        }
    }
    let mut lost = Bits::full(inputs.roots.len());
    modules.iter().for_each(|id| lost.meet(&inputs.lost[*id]));
    let is_shared = matches!(place, Place::Shared(_));
    let mut welcome = Bits::new(inputs.roots.len());
    if is_shared {
        welcome = inputs.welcome[modules[0]].clone();
        modules.iter().for_each(|id| welcome.meet(&inputs.welcome[*id]));
    }
    let open = is_shared || matches!(place, Place::Root(root) if !inputs.roots[root].observed);
    Group {
        roots,
        loaders,
        bytes: modules.iter().map(|id| loaded_bytes(inputs.graph, inputs.linked, *id)).sum(),
        idle: welcome.clone(),
        welcome,
        lost,
        closed: !open || modules.iter().any(|id| effects::throws(inputs.graph, inputs.linked, *id)),
        place,
        modules,
        alive: true,
    }
}

/// Helpers that a named chunk needs go with the first one that everybody who needs them loads: a file of their own would
/// be one more to load. Not where the chunk and others need each other: then nothing says which of them is there first.
fn seat_helpers(groups: &mut [Group], needs: &mut [Vec<usize>]) {
    for from in 0..groups.len() {
        if !matches!(groups[from].place, Place::Below { helpers: true, .. }) {
            continue;
        }
        let fits = |into: &usize| {
            let chunk = &groups[*into];
            matches!(chunk.place, Place::Named(_))
                && needs[*into].contains(&from)
                && groups[from].roots.without(&chunk.loaders) == 0
                && !makes_circle(groups, needs, from, *into)
                && !leads(groups, needs, *into, *into)
        };
        let mut seats: Vec<usize> = (0..groups.len()).filter(fits).collect();
        seats.sort_by(|a, b| groups[*a].place.cmp(&groups[*b].place));
        if let Some(into) = seats.first() {
            merge(groups, needs, from, *into);
        }
    }
}

/// Of the statements that are kept.
pub(super) fn bytes(graph: &ModuleGraph, linked: &Linked, id: ModuleId) -> u64 {
    let parts = &graph.modules[id].facts.parts;
    let live = parts.iter().zip(&linked.modules[id].live_parts).filter(|(_, live)| **live);
    live.map(|(part, _)| u64::from(part.rough_bytes())).sum()
}

/// Those, and the sheet that is loaded with them.
fn loaded_bytes(graph: &ModuleGraph, linked: &Linked, id: ModuleId) -> u64 {
    let sheet = graph.modules[id].style.map_or(0, |style| graph.styles[style].source.len() as u64);
    bytes(graph, linked, id) + sheet
}

/// By group: the groups that its modules need.
fn neighbours(inputs: &Inputs<'_>, groups: &[Group]) -> Vec<Vec<usize>> {
    let mut group_of: IndexVec<ModuleId, usize> = inputs.graph.modules.iter().map(|_| usize::MAX).collect();
    for (at, group) in groups.iter().enumerate() {
        group.modules.iter().for_each(|id| group_of[*id] = at);
    }
    let needs = |(at, group): (usize, &Group)| {
        let all = group.modules.iter().flat_map(|id| &inputs.linked.modules[*id].dependencies);
        let mut out: Vec<usize> = all.map(|id| group_of[*id]).filter(|to| *to != at && *to != usize::MAX).collect();
        out.sort_unstable();
        out.dedup();
        out
    };
    groups.iter().enumerate().map(needs).collect()
}

/// Whether it may go into another one.
fn is_open(inputs: &Inputs<'_>, group: &Group) -> bool {
    let most = REQUEST * group.roots.count() as u64;
    matches!(group.place, Place::Shared(_))
        && group.alive
        && !group.closed
        && (group.bytes < most || group.bytes < inputs.min_bytes)
}

/// What a group would gain by going into another one, and which.
type Candidate = (i64, usize);

/// The groups that a small one may go into.
fn row(inputs: &Inputs<'_>, groups: &[Group], at: usize) -> Vec<Candidate> {
    if groups.len() > GROUPS_MAX || !is_open(inputs, &groups[at]) {
        return Vec::new();
    }
    let candidate = |other| value(inputs, groups, at, other).map(|gain| (gain, other));
    (0..groups.len()).filter_map(candidate).collect()
}

/// The best of them that makes no circle.
fn partner(groups: &[Group], needs: &[Vec<usize>], at: usize, row: &[Candidate]) -> Option<Candidate> {
    let key = |(gain, other): &&Candidate| (*gain, std::cmp::Reverse(*other));
    let best = *row.iter().max_by_key(key)?;
    // Mostly the first that is looked at will do.
    if !makes_circle(groups, needs, at, best.1) {
        return Some(best);
    }
    let mut rest = row.to_vec();
    rest.sort_by_key(|candidate| std::cmp::Reverse(key(&candidate)));
    rest.into_iter().skip(1).find(|(_, other)| !makes_circle(groups, needs, at, *other))
}

/// What merging `at` into `other` is worth, in bytes of source; `None`: it must not or should not be done.
fn value(inputs: &Inputs<'_>, groups: &[Group], at: usize, other: usize) -> Option<i64> {
    let (from, into) = (&groups[at], &groups[other]);
    if at == other || !into.alive || into.closed {
        return None;
    }
    // Most pairs end here, before anything is counted.
    let (more, fewer) = (!into.loaders.is_within(&from.loaders), !from.loaders.is_within(&into.loaders));
    if more && !into.loaders.is_within_both(&from.loaders, &from.idle)
        || fewer && !from.loaders.is_within_both(&into.loaders, &into.idle)
        || !from.roots.meets(&into.loaders)
    {
        return None;
    }
    // What fails takes its chunk along, and all that the chunk holds.
    if !from.loaders.is_within(&into.lost) || !into.loaders.is_within(&from.lost) {
        return None;
    }
    let saved = from.roots.and(&into.loaders) as u64;
    let more = if more { into.loaders.without(&from.loaders) } else { 0 };
    let fewer = if fewer { from.loaders.without(&into.loaders) } else { 0 };
    let cost = from.bytes * more as u64 + into.bytes * fewer as u64;
    let gain = (REQUEST * saved) as i64 - cost as i64;
    (gain > 0 || from.bytes < inputs.min_bytes).then_some(gain)
}

/// A third group would both need the merged one and be needed by it: chunks in a circle start before what they need.
fn makes_circle(groups: &[Group], needs: &[Vec<usize>], a: usize, b: usize) -> bool {
    leads(groups, needs, a, b) || leads(groups, needs, b, a)
}

/// `from` needs `to` by way of a third group.
fn leads(groups: &[Group], needs: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; groups.len()];
    seen[from] = true;
    let mut work: Vec<usize> = needs[from].iter().copied().filter(|next| *next != to).collect();
    while let Some(next) = work.pop() {
        if next == to {
            return true;
        }
        if !std::mem::replace(&mut seen[next], true) {
            work.extend(&needs[next]);
        }
    }
    false
}

fn merge(groups: &mut [Group], needs: &mut [Vec<usize>], from: usize, into: usize) {
    let modules = std::mem::take(&mut groups[from].modules);
    let (roots, loaders) = (groups[from].roots.clone(), groups[from].loaders.clone());
    let bytes = groups[from].bytes;
    let (welcome, idle, lost) = (groups[from].welcome.clone(), groups[from].idle.clone(), groups[from].lost.clone());
    groups[from].alive = false;
    let group = &mut groups[into];
    group.modules.extend(modules);
    // A root's own chunk stays its chunk, whoever else asks for it.
    if !matches!(group.place, Place::Root(_)) {
        group.roots.join(&roots);
    }
    group.loaders.join(&loaders);
    group.bytes += bytes;
    group.welcome.meet(&welcome);
    group.idle.meet(&idle);
    group.lost.meet(&lost);
    let moved = std::mem::take(&mut needs[from]);
    needs[into].extend(moved);
    needs[into].sort_unstable();
    needs[into].dedup();
    for list in needs.iter_mut() {
        // Each is sorted.
        if let Ok(at) = list.binary_search(&from) {
            list.remove(at);
            if let Err(place) = list.binary_search(&into) {
                list.insert(place, into);
            }
        }
    }
    needs[into].retain(|to| *to != into);
}

//! Small chunks are merged where the bytes that some visitors then load for nothing cost less than the requests saved.
//!
//! The cost model: a request costs as much as [`REQUEST`] bytes of source; every root is loaded equally often. Merging
//! `a` into `b` saves a request for every root that asks for both, and costs the bytes of `a` for every root that has
//! only `b`, and the other way round. Merges are made one at a time, the one that gains most first. Whatever a root
//! loads without needing it must not be noticed: it is declarations, nothing more.

use super::Root;
use super::effects::Effect;
use super::reach::Bits;
use crate::base::{IndexVec, ModuleId};
use crate::model::{Linked, ModuleGraph};
use std::collections::BTreeMap;

/// What a request costs, in bytes of source (about a sixth of that is left after compression).
const REQUEST: u64 = 12_000;

/// Above this many groups nothing is merged: every pair is looked at.
const GROUPS_MAX: usize = 4_000;

/// Modules that go to one chunk.
pub(super) struct Group {
    /// The roots that ask for the chunk.
    pub roots: Bits,
    pub modules: Vec<ModuleId>,
    /// The roots that have it once they are loaded: those, and those that come after them.
    loaders: Bits,
    bytes: u64,
    /// Nobody notices when it is loaded.
    free: bool,
    /// Nothing goes with it: somebody sees all its exports, or it may fail, and what it holds with it.
    closed: bool,
    alive: bool,
}

pub(super) struct Inputs<'a> {
    pub graph: &'a ModuleGraph,
    pub linked: &'a Linked,
    pub roots: &'a [Root],
    pub placement: &'a IndexVec<ModuleId, Bits>,
    /// As [`super::reach::Reach::available`].
    pub available: &'a [Option<Bits>],
    pub effects: &'a IndexVec<ModuleId, Effect>,
    /// As [`super::effects::failing`].
    pub failing: &'a IndexVec<ModuleId, bool>,
    /// Shared chunks below this many bytes are merged with the best partner whatever it costs.
    pub min_bytes: u64,
}

/// The groups of a plan, merged; each in order of evaluation, and they in the order of their first modules.
pub(super) fn groups(inputs: &Inputs<'_>) -> Vec<Group> {
    let mut groups = unmerged(inputs);
    let mut neighbours = neighbours(inputs, &groups);
    let mut best: Vec<Option<(i64, usize)>> =
        (0..groups.len()).map(|at| partner(inputs, &groups, &neighbours, at)).collect();
    loop {
        let found = (0..groups.len()).filter_map(|at| best[at].map(|(gain, other)| (gain, at, other)));
        let Some((_, from, into)) = found.max_by_key(|(gain, at, other)| (*gain, std::cmp::Reverse((*at, *other))))
        else {
            break;
        };
        // Merges since it was found may have led a way from one to the other.
        if makes_circle(&groups, &neighbours, from, into) {
            best[from] = partner(inputs, &groups, &neighbours, from);
            continue;
        }
        merge(&mut groups, &mut neighbours, from, into);
        best[from] = None;
        for at in (0..groups.len()).filter(|at| groups[*at].alive) {
            if at == into || best[at].is_some_and(|(_, other)| other == from || other == into) {
                best[at] = partner(inputs, &groups, &neighbours, at);
            } else {
                // The merged group may now be the better one.
                best[at] = best[at].max(better(inputs, &groups, &neighbours, at, into, best[at]));
            }
        }
    }
    let rank = |id: &ModuleId| inputs.linked.modules[*id].order;
    let mut out: Vec<Group> = groups.into_iter().filter(|group| group.alive).collect();
    out.iter_mut().for_each(|group| group.modules.sort_by_key(rank));
    out.sort_by_key(|group| group.modules.first().map(rank));
    out
}

fn unmerged(inputs: &Inputs<'_>) -> Vec<Group> {
    let mut by_roots: BTreeMap<&Bits, Vec<ModuleId>> = BTreeMap::new();
    for id in &inputs.linked.order {
        by_roots.entry(&inputs.placement[*id]).or_default().push(*id);
    }
    let mut out: Vec<Group> = Vec::new();
    for (roots, modules) in by_roots {
        let single = roots.single();
        let mut loaders = roots.clone();
        for (at, available) in inputs.available.iter().enumerate() {
            if available.as_ref().is_some_and(|found| modules.iter().all(|id| found.has(id.0 as usize))) {
                loaders.set(at);
            }
        }
        let unnoticed = |id: &ModuleId| {
            let link = &inputs.linked.modules[*id];
            let module = &inputs.graph.modules[*id];
            inputs.effects[*id] == Effect::None && !link.asynchronous && module.style.is_none()
        };
        out.push(Group {
            roots: roots.clone(),
            loaders,
            bytes: modules.iter().map(|id| bytes(inputs, *id)).sum(),
            free: single.is_none() && modules.iter().all(unnoticed),
            closed: single.is_some_and(|root| inputs.roots[root].observed)
                || modules.iter().any(|id| inputs.failing[*id]),
            modules,
            alive: true,
        });
    }
    out
}

/// Of the statements that are kept.
fn bytes(inputs: &Inputs<'_>, id: ModuleId) -> u64 {
    let parts = &inputs.graph.modules[id].facts.parts;
    let live = parts.iter().zip(&inputs.linked.modules[id].live_parts).filter(|(_, live)| **live);
    live.map(|(part, _)| u64::from(part.bytes)).sum()
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

fn is_small(inputs: &Inputs<'_>, group: &Group) -> bool {
    let most = REQUEST * group.roots.count() as u64;
    group.roots.single().is_none() && !group.closed && (group.bytes < most || group.bytes < inputs.min_bytes)
}

fn partner(inputs: &Inputs<'_>, groups: &[Group], needs: &[Vec<usize>], at: usize) -> Option<(i64, usize)> {
    if !groups[at].alive || !is_small(inputs, &groups[at]) || groups.len() > GROUPS_MAX {
        return None;
    }
    let mut found: Vec<(i64, usize)> =
        (0..groups.len()).filter_map(|other| value(inputs, groups, at, other).map(|gain| (gain, other))).collect();
    found.sort_unstable_by_key(|(gain, other)| (std::cmp::Reverse(*gain), *other));
    found.into_iter().find(|(_, other)| !makes_circle(groups, needs, at, *other))
}

/// Merging `at` into `other`, if that gains more than what was the best until now.
fn better(
    inputs: &Inputs<'_>,
    groups: &[Group],
    needs: &[Vec<usize>],
    at: usize,
    other: usize,
    best: Option<(i64, usize)>,
) -> Option<(i64, usize)> {
    if !groups[at].alive || !is_small(inputs, &groups[at]) {
        return None;
    }
    let found = value(inputs, groups, at, other).map(|gain| (gain, other)).filter(|found| Some(*found) > best)?;
    (!makes_circle(groups, needs, at, other)).then_some(found)
}

/// What merging `at` into `other` is worth, in bytes of source; `None`: it must not or should not be done.
fn value(inputs: &Inputs<'_>, groups: &[Group], at: usize, other: usize) -> Option<i64> {
    let (from, into) = (&groups[at], &groups[other]);
    if at == other || !into.alive || into.closed {
        return None;
    }
    let more = into.loaders.without(&from.loaders);
    let fewer = from.loaders.without(&into.loaders);
    if (more > 0 && !from.free) || (fewer > 0 && !into.free) {
        return None;
    }
    let saved = from.roots.and(&into.loaders) as u64;
    let cost = from.bytes * more as u64 + into.bytes * fewer as u64;
    let gain = (REQUEST * saved) as i64 - cost as i64;
    (gain > 0 || from.bytes < inputs.min_bytes && saved > 0).then_some(gain)
}

/// A third group would both need the merged one and be needed by it: chunks in a circle start before what they need.
fn makes_circle(groups: &[Group], needs: &[Vec<usize>], a: usize, b: usize) -> bool {
    let leads = |from: usize, to: usize| {
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
    };
    leads(a, b) || leads(b, a)
}

fn merge(groups: &mut [Group], needs: &mut [Vec<usize>], from: usize, into: usize) {
    let modules = std::mem::take(&mut groups[from].modules);
    let (roots, loaders) = (groups[from].roots.clone(), groups[from].loaders.clone());
    let (bytes, free) = (groups[from].bytes, groups[from].free);
    groups[from].alive = false;
    let group = &mut groups[into];
    group.modules.extend(modules);
    // A root's own chunk stays its chunk, whoever else asks for it.
    if group.roots.single().is_none() {
        group.roots.join(&roots);
    }
    group.loaders.join(&loaders);
    group.bytes += bytes;
    group.free &= free;
    let moved = std::mem::take(&mut needs[from]);
    needs[into].extend(moved);
    for list in needs.iter_mut() {
        list.iter_mut().filter(|to| **to == from).for_each(|to| *to = into);
        list.sort_unstable();
        list.dedup();
    }
    needs[into].retain(|to| *to != into);
}

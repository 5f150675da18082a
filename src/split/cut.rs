//! Chunks that are too large are cut into pieces.
//!
//! The modules of a chunk are laid in a row, what is needed before what needs it, modules that need each other as one,
//! and the row is cut: a piece needs only pieces before it. Where it is cut is decided by the names of the modules near
//! the limit, so that a change moves the cuts beside it and leaves the others where they are.

use super::merge::{self, Group, Place};
use crate::base::{ContentHash, IndexVec, ModuleId};
use crate::model::{Linked, ModuleGraph};

/// Cuts every shared or named group of more than `max` bytes of source. A module is never cut, nor modules that need
/// each other.
pub(super) fn cut(graph: &ModuleGraph, linked: &Linked, groups: Vec<Group>, max: u64) -> Vec<Group> {
    let rank = |id: &ModuleId| linked.modules[*id].order;
    let mut out = Vec::new();
    for mut group in groups {
        if matches!(group.place, Place::Root(_)) || group.bytes <= max {
            out.push(group);
            continue;
        }
        let row = row(linked, &group.modules);
        let weigh = |unit: &Vec<ModuleId>| unit.iter().map(|id| merge::bytes(graph, linked, *id)).sum();
        let weights: Vec<u64> = row.iter().map(weigh).collect();
        let worth = |at: usize| ContentHash::of(graph.modules[row[at][0]].name.as_bytes());
        let mut ends = ends(&weights, max, worth);
        ends.pop();
        let mut start = 0;
        for end in ends.into_iter().chain([row.len()]) {
            let mut modules: Vec<ModuleId> = row[start..end].concat();
            modules.sort_by_key(rank);
            start = end;
            out.push(group.piece(modules));
        }
        group.modules.clear();
    }
    out.sort_by_key(|group| group.modules.first().map(rank));
    out
}

/// Where the pieces end, the last at the end of the row. Between half a limit and a whole one, the place that is worth
/// most is chosen.
fn ends<W: Ord>(weights: &[u64], max: u64, worth: impl Fn(usize) -> W) -> Vec<usize> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < weights.len() {
        let mut sum: u64 = 0;
        let fits = |weight: &&u64| {
            sum = sum.saturating_add(**weight);
            sum <= max
        };
        // One that is too large stands alone.
        let most = start + weights[start..].iter().take_while(fits).count().max(1);
        if most >= weights.len() {
            out.push(weights.len());
            break;
        }
        let mut sum: u64 = 0;
        let candidates = (start..most).filter_map(|at| {
            sum = sum.saturating_add(weights[at]);
            (at + 1 == most || sum > max / 2).then_some(at + 1)
        });
        let end = candidates.max_by_key(|at| (worth(*at), *at)).unwrap_or(most);
        out.push(end);
        start = end;
    }
    out
}

/// The modules as units that need only what stands before them: strongly connected components, by Tarjan's algorithm.
fn row(linked: &Linked, modules: &[ModuleId]) -> Vec<Vec<ModuleId>> {
    let mut here: IndexVec<ModuleId, bool> = linked.modules.iter().map(|_| false).collect();
    modules.iter().for_each(|id| here[*id] = true);
    let mut index: IndexVec<ModuleId, usize> = linked.modules.iter().map(|_| usize::MAX).collect();
    let mut low = index.clone();
    let mut out: Vec<Vec<ModuleId>> = Vec::new();
    let mut waiting: Vec<ModuleId> = Vec::new();
    let mut next = 0;
    for root in modules {
        if index[*root] != usize::MAX {
            continue;
        }
        let mut stack = vec![(*root, 0)];
        while let Some((id, at)) = stack.pop() {
            if at == 0 {
                (index[id], low[id]) = (next, next);
                next += 1;
                waiting.push(id);
            }
            let needed = linked.modules[id].dependencies.get(at).copied();
            // Of the one that was just returned from.
            if let Some(before) = at.checked_sub(1).map(|at| linked.modules[id].dependencies[at])
                && here[before]
            {
                low[id] = low[id].min(low[before]);
            }
            match needed {
                Some(needed) => {
                    stack.push((id, at + 1));
                    if here[needed] && index[needed] == usize::MAX {
                        stack.push((needed, 0));
                    }
                }
                None if low[id] == index[id] => {
                    let from = waiting.iter().rposition(|other| *other == id).unwrap_or(0);
                    let unit = waiting.split_off(from);
                    unit.iter().for_each(|id| low[*id] = usize::MAX);
                    out.push(unit);
                }
                None => {}
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_before_the_limit_and_cuts_stay_where_they_are() {
        let names: Vec<u32> = (0..200).map(|at: u32| at.wrapping_mul(2_654_435_761) >> 7).collect();
        let weights = vec![10; 200];
        let before = ends(&weights, 100, |at| names[at]);
        assert_eq!(*before.last().unwrap(), 200);
        let mut start = 0;
        for end in &before {
            assert!(end - start <= 10 && (end - start > 5 || *end == 200), "{before:?}");
            start = *end;
        }
        // One module more near the start: nearly all later cuts are before the same modules.
        let mut more = names.clone();
        more.insert(3, 77);
        let after = ends(&vec![10; 201], 100, |at| more[at]);
        let same = before.iter().filter(|end| after.contains(&(**end + 1))).count();
        assert!(same + 5 >= before.len(), "{before:?} {after:?}");
        assert_eq!(ends(&[500, 1, 1], 100, |at| at), [1, 3]);
    }
}

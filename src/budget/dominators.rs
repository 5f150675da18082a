//! Which sources are only there because of which other one.
//!
//! Dominators by the algorithm of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001): a source
//! dominates another if every chain of imports from an entry to that leads through it.

use crate::model::Inventory;

/// Imports that load at once, from the entries on.
pub struct Graph {
    /// By source: whom it imports.
    to: Vec<Vec<u32>>,
    /// Entries.
    roots: Vec<u32>,
}

impl Graph {
    /// Of sources that have weight, and those on the way to them.
    pub fn of(inventory: &Inventory, weight: &[u64]) -> Graph {
        let mut to = vec![Vec::new(); inventory.sources.len()];
        let mut roots = Vec::new();
        for (at, source) in inventory.sources.iter().enumerate() {
            for asked in source.importers.iter().filter(|asked| !asked.lazy) {
                to[asked.by as usize].push(at as u32);
            }
            if source.why.is_none() && (weight[at] > 0 || !to[at].is_empty()) {
                roots.push(at as u32);
            }
        }
        // A source that nobody imports at once is where a load begins too.
        for (at, source) in inventory.sources.iter().enumerate() {
            let imported = source.importers.iter().any(|asked| !asked.lazy);
            if source.why.is_some() && !imported && weight[at] > 0 {
                roots.push(at as u32);
            }
        }
        Graph { to, roots }
    }
}

pub struct Retained {
    /// By source: its immediate dominator; `u32::MAX`: an entry, or not reached.
    pub idom: Vec<u32>,
    /// By source: weight of all that it dominates, itself included.
    pub bytes: Vec<u64>,
}

impl Retained {
    /// `inner` is there because of `outer` alone.
    pub fn is_under(&self, inner: u32, outer: u32) -> bool {
        let mut at = inner;
        while at != u32::MAX {
            if at == outer {
                return true;
            }
            at = self.idom[at as usize];
        }
        false
    }
}

/// Who holds how much.
pub fn retained(graph: &Graph, weight: &[u64]) -> Retained {
    let count = graph.to.len();
    let root = count as u32;
    let order = postorder(graph, root);
    let mut number = vec![u32::MAX; count + 1];
    for (at, node) in order.iter().enumerate() {
        number[*node as usize] = at as u32;
    }
    let mut from: Vec<Vec<u32>> = vec![Vec::new(); count + 1];
    for node in order.iter().filter(|node| **node != root) {
        for next in &graph.to[*node as usize] {
            from[*next as usize].push(*node);
        }
    }
    graph.roots.iter().for_each(|entry| from[*entry as usize].push(root));
    let mut idom = vec![u32::MAX; count + 1];
    idom[root as usize] = root;
    let meet = |idom: &[u32], mut a: u32, mut b: u32| {
        while a != b {
            while number[a as usize] < number[b as usize] {
                a = idom[a as usize];
            }
            while number[b as usize] < number[a as usize] {
                b = idom[b as usize];
            }
        }
        a
    };
    let mut changed = true;
    while changed {
        changed = false;
        for node in order.iter().rev().filter(|node| **node != root) {
            let known = from[*node as usize].iter().copied().filter(|by| idom[*by as usize] != u32::MAX);
            let best = known.reduce(|a, b| meet(&idom, a, b));
            if let Some(best) = best.filter(|best| idom[*node as usize] != *best) {
                idom[*node as usize] = best;
                changed = true;
            }
        }
    }
    let mut bytes: Vec<u64> = weight.to_vec();
    bytes.push(0);
    for node in order.iter().filter(|node| **node != root) {
        let by = idom[*node as usize];
        if by != u32::MAX {
            bytes[by as usize] += bytes[*node as usize];
        }
    }
    bytes.pop();
    idom.pop();
    idom.iter_mut().filter(|by| **by == root).for_each(|by| *by = u32::MAX);
    Retained { idom, bytes }
}

/// From `root`, a node that leads to all entries.
fn postorder(graph: &Graph, root: u32) -> Vec<u32> {
    let mut order = Vec::new();
    let mut seen = vec![false; graph.to.len() + 1];
    seen[root as usize] = true;
    let mut stack: Vec<(u32, usize)> = vec![(root, 0)];
    while let Some((node, next)) = stack.pop() {
        let to = if node == root { &graph.roots } else { &graph.to[node as usize] };
        match to.get(next) {
            Some(child) => {
                stack.push((node, next + 1));
                if !std::mem::replace(&mut seen[*child as usize], true) {
                    stack.push((*child, 0));
                }
            }
            None => order.push(node),
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_on_what() {
        // 0 → 1 → 2, 0 → 3, 3 → 2, 1 → 4 → 5 → 4
        let to = vec![vec![1, 3], vec![2, 4], vec![], vec![2], vec![5], vec![4]];
        let retained = retained(&Graph { to, roots: vec![0] }, &[1, 10, 100, 1000, 10_000, 100_000]);
        assert_eq!(retained.idom, [u32::MAX, 0, 0, 0, 1, 4]);
        assert_eq!(retained.bytes, [111_111, 110_010, 100, 1000, 110_000, 100_000]);
        assert!(retained.is_under(5, 1) && !retained.is_under(2, 1));
    }
}

//! The order in which files can be sealed: whatever a file's bytes depend on comes before it.

use super::outputs::{Naming, Outputs};
use crate::model::{Piece, RefStyle};

/// Files that depend on one another; most groups have one member.
pub(super) struct Group {
    /// Ascending.
    pub members: Vec<usize>,
    /// More than one member, or one that mentions itself.
    pub cyclic: bool,
}

/// Groups by level: those of one level do not depend on each other, only on earlier levels.
pub(super) fn levels(outputs: &Outputs) -> Vec<Vec<Group>> {
    let edges: Vec<Vec<usize>> = (0..outputs.items.len()).map(|at| dependencies(outputs, at)).collect();
    let components = components(&edges);
    let mut level_of = vec![0; edges.len()];
    let mut levels: Vec<Vec<Group>> = Vec::new();
    // Components come with dependencies first, so the levels of all that a group needs are known.
    for mut members in components {
        members.sort_unstable();
        let outside = |to: &&usize| members.binary_search(to).is_err();
        let targets = || members.iter().flat_map(|at| &edges[*at]);
        let level = targets().filter(outside).map(|to| level_of[*to] + 1).max().unwrap_or(0);
        let cyclic = targets().any(|to| members.binary_search(to).is_ok());
        for at in &members {
            level_of[*at] = level;
        }
        levels.resize_with(levels.len().max(level + 1), Vec::new);
        levels[level].push(Group { members, cyclic });
    }
    levels
}

/// What must be sealed before (or together with) `at`. A fixed name can be mentioned without knowing the bytes.
fn dependencies(outputs: &Outputs, at: usize) -> Vec<usize> {
    let item = &outputs.items[at];
    let mut out = Vec::new();
    for (piece, target) in item.file.body.iter().zip(&item.targets) {
        let (Piece::Ref(_, style), Some(target)) = (piece, target) else { continue };
        let (named, suffix) = outputs.named_after(*target);
        if *style == RefStyle::Integrity {
            out.push(*target);
        } else if outputs.items[named].naming == Naming::Hashed && (named != at || suffix.is_empty()) {
            out.push(named);
        }
    }
    if let Naming::Derived(inner, _) = item.naming {
        out.push(inner);
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Strongly connected components (Tarjan's algorithm with its own stack: chains of mentions may be long), each after
/// all that it depends on.
fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut state = Tarjan {
        number: vec![UNSEEN; edges.len()],
        low: vec![0; edges.len()],
        on_stack: vec![false; edges.len()],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for root in 0..edges.len() {
        if state.number[root] != UNSEEN {
            continue;
        }
        state.enter(root);
        let mut path = vec![(root, 0)];
        while let Some((at, edge)) = path.last_mut() {
            let at = *at;
            if let Some(to) = edges[at].get(*edge).copied() {
                *edge += 1;
                if state.number[to] == UNSEEN {
                    state.enter(to);
                    path.push((to, 0));
                } else if state.on_stack[to] {
                    state.low[at] = state.low[at].min(state.number[to]);
                }
            } else {
                path.pop();
                if let Some((parent, _)) = path.last() {
                    state.low[*parent] = state.low[*parent].min(state.low[at]);
                }
                state.leave(at);
            }
        }
    }
    state.found
}

struct Tarjan {
    number: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Tarjan {
    fn enter(&mut self, at: usize) {
        self.number[at] = self.next;
        self.low[at] = self.next;
        self.next += 1;
        self.stack.push(at);
        self.on_stack[at] = true;
    }

    /// All that `at` reaches was seen; if it reaches nothing above itself, it closes a component.
    fn leave(&mut self, at: usize) {
        if self.low[at] != self.number[at] {
            return;
        }
        let from = self.stack.iter().rposition(|member| *member == at).unwrap_or(0);
        let members = self.stack.split_off(from);
        for member in &members {
            self.on_stack[*member] = false;
        }
        self.found.push(members);
    }
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn circles_and_their_order() {
        // 0 → 1 → 2 → 1, 2 → 3, 4 alone.
        let found = components(&[vec![1], vec![2], vec![1, 3], vec![], vec![]]);
        let sorted: Vec<Vec<usize>> = found
            .into_iter()
            .map(|mut members| {
                members.sort_unstable();
                members
            })
            .collect();
        assert_eq!(sorted, [vec![3], vec![1, 2], vec![0], vec![4]]);
    }

    #[test]
    fn a_long_chain_does_not_overflow() {
        let edges: Vec<Vec<usize>> = (0..200_000).map(|at| if at < 199_999 { vec![at + 1] } else { vec![] }).collect();
        assert_eq!(components(&edges).len(), 200_000);
    }
}

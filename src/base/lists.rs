//! Many short lists in one block of memory: edges of a graph, by the id of their start.

use super::Idx;
use std::marker::PhantomData;
use std::ops::Index;

/// A list of `T` for every `I`.
#[derive(Clone, Debug)]
pub struct Lists<I, T> {
    /// Where each list ends.
    ends: Vec<u32>,
    items: Vec<T>,
    id: PhantomData<fn(I) -> I>,
}

impl<I: Idx, T, Items: IntoIterator<Item = T>> FromIterator<Items> for Lists<I, T> {
    fn from_iter<Iter: IntoIterator<Item = Items>>(lists: Iter) -> Self {
        let mut items = Vec::new();
        let mut ends = Vec::new();
        for list in lists {
            items.extend(list);
            ends.push(items.len() as u32);
        }
        Lists { ends, items, id: PhantomData }
    }
}

impl<I: Idx, T> Index<I> for Lists<I, T> {
    type Output = [T];
    fn index(&self, id: I) -> &[T] {
        let at = id.index();
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.items[start as usize..self.ends[at] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ModuleId;

    #[test]
    fn every_list_is_found_by_its_id() {
        let lists: Lists<ModuleId, u8> = [vec![1, 2], vec![], vec![3]].into_iter().collect();
        assert_eq!(lists[ModuleId(0)], [1, 2]);
        assert!(lists[ModuleId(1)].is_empty());
        assert_eq!(lists[ModuleId(2)], [3]);
    }
}

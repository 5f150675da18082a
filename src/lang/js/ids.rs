//! Which identifiers of a module are symbols.

use super::facts::LocalSym;
use super::tree::{marked, marker_name};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::Id;

/// Symbols by identifier. Markers, which every module has many of and few mention, say their numbers themselves.
pub(super) struct Ids {
    declared: FxHashMap<Id, LocalSym>,
    marker: SyntaxContext,
    /// Numbers below this one are markers.
    markers: LocalSym,
}

impl Ids {
    /// `names`: how many will be declared, about.
    pub fn new(marker: SyntaxContext, markers: LocalSym, names: usize) -> Self {
        // Twice as many as there are names in most modules: growing is what filling a map costs.
        Ids { declared: FxHashMap::with_capacity_and_hasher(2 * names, Default::default()), marker, markers }
    }

    pub fn get(&self, id: &Id) -> Option<LocalSym> {
        if id.1 == self.marker
            && let Some(symbol) = marked(&id.0).filter(|symbol| *symbol < self.markers)
        {
            return Some(symbol);
        }
        self.declared.get(id).copied()
    }

    pub fn contains_key(&self, id: &Id) -> bool {
        self.get(id).is_some()
    }

    /// Whether it was not there.
    pub fn insert_new(&mut self, id: Id, symbol: LocalSym) -> bool {
        if id.1 == self.marker && self.get(&id).is_some() {
            return false;
        }
        match self.declared.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(symbol);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// Those of some symbols.
    pub fn of(&self, wanted: impl Fn(LocalSym) -> bool) -> impl Iterator<Item = (Id, LocalSym)> {
        let markers: Vec<LocalSym> = (0..self.markers).filter(|symbol| wanted(*symbol)).collect();
        let markers = markers.into_iter().map(|symbol| ((marker_name(symbol), self.marker), symbol));
        let declared = self.declared.iter().filter(move |(_, symbol)| wanted(**symbol));
        markers.chain(declared.map(|(id, symbol)| (id.clone(), *symbol)))
    }
}

//! The order of sheets that import each other, as the CSS specification and browsers have it.
//!
//! In: root sheets in order, and what each imports. Out: entries in the order in which they apply.
//! An import stands for the text of its target, wrapped in its conditions. Where a sheet occurs several times, a
//! later occurrence under the same or weaker conditions overrides all of an earlier one, so only the last stays; an
//! earlier one leaves behind the order of cascade layers it declared. Imports that cannot be linked are moved to the
//! top, the only place where CSS allows them.

use super::layers;
use crate::base::StyleId;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Layer {
    Named(String),
    /// Each import with a bare `layer` makes one of its own.
    Anonymous(u32),
}

/// Conditions of one import: preludes of at-rules, empty where there is none. The layer is innermost.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Condition {
    pub media: String,
    pub supports: String,
    pub layer: Option<Layer>,
}

impl Condition {
    pub fn is_empty(&self) -> bool {
        *self == Condition::default()
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Item {
    Sheet(StyleId),
    External(String),
    /// Layer names that must be declared here; none: only those of the conditions.
    Layers(Vec<String>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub item: Item,
    /// Outermost first.
    pub conditions: Vec<Condition>,
}

pub(super) enum Leads {
    Sheet(StyleId),
    External(String),
}

/// One `@import`.
pub(super) struct Import {
    pub to: Leads,
    pub condition: Condition,
}

/// What ordering needs to know of a sheet.
#[derive(Default)]
pub(super) struct Node {
    pub imports: Vec<Import>,
    /// Declared before the imports.
    pub early_layers: Vec<String>,
    /// Declared by the sheet's own rules.
    pub layers: Vec<String>,
    /// See [`crate::lang::css::CompiledCss`].
    pub first_counts: bool,
}

#[derive(Default)]
pub(super) struct Ordered {
    pub entries: Vec<Entry>,
    /// Import cycles as met, by the same cycle starting with its lowest id.
    pub cycles: BTreeMap<Vec<StyleId>, Vec<StyleId>>,
    /// Sheets whose imports were not followed any further, because they are too deep or too many.
    pub cut: Vec<StyleId>,
}

/// Imports nested deeper than this, more of them than that, or one sheet kept that often, are no style but an accident.
const DEEPEST: usize = 200;
const MOST: usize = 100_000;
const MOST_COPIES: usize = 200;

pub(super) fn order(roots: &[StyleId], nodes: &BTreeMap<StyleId, Node>) -> Ordered {
    let mut walk = Walk { nodes, layered: layered(nodes), ..Walk::new(nodes) };
    for root in roots.iter().rev() {
        walk.visit(*root, &mut Vec::new());
    }
    let mut entries = walk.entries;
    entries.reverse();
    name_split_layers(&mut entries);
    Ordered {
        entries: layers::without_redundant(hoist_externals(entries, nodes), nodes),
        cycles: walk.cycles,
        cut: walk.cut.into_iter().collect(),
    }
}

/// Walks backwards, last import first: the first occurrence met is the one that stays.
struct Walk<'a> {
    nodes: &'a BTreeMap<StyleId, Node>,
    /// Sheets with layers anywhere below them.
    layered: BTreeSet<StyleId>,
    entries: Vec<Entry>,
    chain: Vec<StyleId>,
    kept: BTreeMap<StyleId, Vec<Vec<Condition>>>,
    kept_externals: BTreeMap<String, Vec<Vec<Condition>>>,
    /// Sheets of which everything below is in `entries` already, under these conditions.
    done: BTreeSet<(StyleId, Vec<Condition>)>,
    /// By cycle, starting with the lowest id.
    cycles: BTreeMap<Vec<StyleId>, Vec<StyleId>>,
    cut: BTreeSet<StyleId>,
    anonymous: u32,
    visits: usize,
}

impl<'a> Walk<'a> {
    fn new(nodes: &'a BTreeMap<StyleId, Node>) -> Self {
        Walk {
            nodes,
            layered: BTreeSet::new(),
            entries: Vec::new(),
            chain: Vec::new(),
            kept: BTreeMap::new(),
            kept_externals: BTreeMap::new(),
            done: BTreeSet::new(),
            cycles: BTreeMap::new(),
            cut: BTreeSet::new(),
            anonymous: 0,
            visits: 0,
        }
    }

    fn visit(&mut self, id: StyleId, conditions: &mut Vec<Condition>) {
        if let Some(at) = self.chain.iter().position(|seen| *seen == id) {
            // Browsers stop here as well, but know the layer from now on.
            self.push(Item::Layers(Vec::new()), conditions);
            let cycle = self.chain[at..].to_vec();
            let lowest = (0..cycle.len()).min_by_key(|at| cycle[*at]).unwrap_or(0);
            let key = [&cycle[lowest..], &cycle[..lowest]].concat();
            self.cycles.entry(key).or_insert(cycle);
            return;
        }
        let nodes = self.nodes;
        let Some(node) = nodes.get(&id) else { return };
        if self.done.contains(&(id, conditions.clone())) {
            // All that a second walk could add: the layers it would stand in.
            self.push(Item::Layers(Vec::new()), conditions);
            return;
        }
        self.visits += 1;
        let kept = self.kept.get(&id).map_or(0, Vec::len);
        if self.chain.len() >= DEEPEST || self.visits > MOST || kept >= MOST_COPIES {
            self.cut.insert(id);
        }
        if !self.cut.is_empty() {
            return;
        }
        self.chain.push(id);
        self.add_sheet(id, node, conditions);
        for import in node.imports.iter().rev() {
            let depth = conditions.len();
            // A condition inside itself says nothing; a layer inside itself is another layer.
            let repeated = import.condition.layer.is_none() && conditions.contains(&import.condition);
            if !import.condition.is_empty() && !repeated {
                let mut condition = import.condition.clone();
                if let Some(Layer::Anonymous(number)) = &mut condition.layer {
                    *number = self.anonymous;
                    self.anonymous += 1;
                }
                conditions.push(condition);
            }
            match &import.to {
                Leads::Sheet(target) => self.visit(*target, conditions),
                Leads::External(url) => self.add_external(url, conditions),
            }
            conditions.truncate(depth);
        }
        if !node.early_layers.is_empty() {
            self.push(Item::Layers(node.early_layers.clone()), conditions);
        }
        self.chain.pop();
        // Where no sheet below declares a layer, a second walk would add no rule and no layer of its own.
        if !self.layered.contains(&id) {
            self.done.insert((id, conditions.clone()));
        }
    }

    fn add_sheet(&mut self, id: StyleId, node: &Node, conditions: &[Condition]) {
        let kept = self.kept.entry(id).or_default();
        if !node.first_counts && kept.iter().any(|later| overrides(later, conditions)) {
            self.push(Item::Layers(node.layers.clone()), conditions);
        } else {
            kept.push(conditions.to_vec());
            self.push(Item::Sheet(id), conditions);
        }
    }

    fn add_external(&mut self, url: &str, conditions: &[Condition]) {
        let kept = self.kept_externals.entry(url.to_string()).or_default();
        if kept.iter().any(|later| overrides(later, conditions)) {
            self.push(Item::Layers(Vec::new()), conditions);
        } else {
            kept.push(conditions.to_vec());
            self.push(Item::External(url.to_string()), conditions);
        }
    }

    fn push(&mut self, item: Item, conditions: &[Condition]) {
        let no_layer = || conditions.iter().all(|condition| condition.layer.is_none());
        if !matches!(&item, Item::Layers(names) if names.is_empty() && no_layer()) {
            self.entries.push(Entry { item, conditions: conditions.to_vec() });
        }
    }
}

/// Sheets that declare layers, or import something that does or into one.
fn layered(nodes: &BTreeMap<StyleId, Node>) -> BTreeSet<StyleId> {
    let own = |node: &Node| {
        node.first_counts
            || !node.layers.is_empty()
            || !node.early_layers.is_empty()
            || node.imports.iter().any(|import| import.condition.layer.is_some())
    };
    let mut importers: BTreeMap<StyleId, Vec<StyleId>> = BTreeMap::new();
    for (id, node) in nodes {
        for import in &node.imports {
            if let Leads::Sheet(target) = import.to {
                importers.entry(target).or_default().push(*id);
            }
        }
    }
    let mut queue: Vec<StyleId> = nodes.iter().filter(|(_, node)| own(node)).map(|(id, _)| *id).collect();
    let mut out = BTreeSet::new();
    while let Some(id) = queue.pop() {
        if out.insert(id) {
            queue.extend(importers.get(&id).into_iter().flatten());
        }
    }
    out
}

/// Whatever `earlier` lets through, `later` lets through as well, into the same layer.
fn overrides(later: &[Condition], earlier: &[Condition]) -> bool {
    if later.len() > earlier.len() {
        return false;
    }
    let weaker = |(a, b): (&Condition, &Condition)| {
        a.layer == b.layer
            && (a.supports == b.supports || a.supports.is_empty())
            && (a.media == b.media || a.media.is_empty())
    };
    later.iter().zip(earlier).all(weaker) && earlier[later.len()..].iter().all(|rest| rest.layer.is_none())
}

/// Layer statements that come first, then imports that stay imports, then the rest. The order of layers that something
/// declares before such an import is declared before it again.
fn hoist_externals(entries: Vec<Entry>, nodes: &BTreeMap<StyleId, Node>) -> Vec<Entry> {
    let hidden = |condition: &Condition| matches!(condition.layer, Some(Layer::Anonymous(_)));
    let is_leading = |entry: &&Entry| matches!(entry.item, Item::Layers(_)) && !entry.conditions.iter().any(hidden);
    let leading = entries.iter().take_while(is_leading).count();
    let Some(last) = entries.iter().rposition(|entry| matches!(entry.item, Item::External(_))) else {
        return entries;
    };
    let (mut top, mut rest) = (Vec::new(), Vec::new());
    for (at, entry) in entries.into_iter().enumerate() {
        let declared = match &entry.item {
            Item::Sheet(id) => nodes.get(id).map(|node| node.layers.clone()),
            Item::Layers(names) => Some(names.clone()),
            Item::External(_) => None,
        };
        let is_layered = |names: &Vec<String>| {
            !names.is_empty() || entry.conditions.iter().any(|condition| condition.layer.is_some())
        };
        match declared {
            _ if at < leading => top.push(entry),
            None => top.push(entry),
            Some(names) if at < last && is_layered(&names) && !entry.conditions.iter().any(hidden) => {
                top.push(Entry { item: Item::Layers(names), conditions: entry.conditions.clone() });
                if matches!(entry.item, Item::Sheet(_)) {
                    rest.push(entry);
                }
            }
            Some(_) => rest.push(entry),
        }
    }
    top.extend(rest);
    top
}

/// A layer without a name cannot be entered twice. Where moving an external import to the top takes it away from the
/// rest of its anonymous layer, the layer gets a name.
fn name_split_layers(entries: &mut [Entry]) {
    let mut uses: BTreeMap<u32, (usize, bool)> = BTreeMap::new();
    for entry in entries.iter() {
        for condition in &entry.conditions {
            if let Some(Layer::Anonymous(number)) = condition.layer {
                let (count, external) = uses.entry(number).or_default();
                *count += 1;
                *external |= matches!(entry.item, Item::External(_));
            }
        }
    }
    let split: Vec<u32> =
        uses.iter().filter(|(_, (count, external))| *count > 1 && *external).map(|(n, _)| *n).collect();
    for condition in entries.iter_mut().flat_map(|entry| &mut entry.conditions) {
        if let Some(Layer::Anonymous(number)) = condition.layer
            && let Ok(position) = split.binary_search(&number)
        {
            condition.layer = Some(Layer::Named(format!("_anonymous{position}")));
        }
    }
}

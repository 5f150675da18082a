//! Which layer statements are still needed once sheets are in order.

use super::order::{Condition, Entry, Item, Layer, Node};
use crate::base::StyleId;
use std::collections::{BTreeMap, BTreeSet};

/// Declared layers: by full name, the media and supports conditions under which each was declared.
type Declared = BTreeMap<String, Vec<Vec<(String, String)>>>;

/// Drops layer names that are declared already under the same or weaker conditions, and entries that are left with
/// nothing to say.
pub(super) fn without_redundant(entries: Vec<Entry>, nodes: &BTreeMap<StyleId, Node>) -> Vec<Entry> {
    let applied = anonymous(&entries);
    let mut declared = Declared::new();
    let mut out = Vec::with_capacity(entries.len());
    for (at, mut entry) in entries.iter().cloned().enumerate() {
        if let Item::Layers(names) = &mut entry.item {
            trim(names, &mut entry.conditions, &applied);
            let path = path(&entry.conditions);
            let conditions = plain(&entry.conditions);
            if names.is_empty() {
                let follows = entries.get(at + 1).is_some_and(|next| {
                    next.conditions.starts_with(&entry.conditions) && matches!(next.item, Item::Sheet(_))
                });
                if path.is_empty() || follows || is_declared(&declared, &path, &conditions) {
                    continue;
                }
            } else {
                names.retain(|name| !is_declared(&declared, &join(&path, name), &conditions));
                if names.is_empty() {
                    continue;
                }
            }
        }
        declare(&entry, nodes, &mut declared);
        out.push(entry);
    }
    out
}

/// Anonymous layers in which rules stand.
fn anonymous(entries: &[Entry]) -> BTreeSet<u32> {
    let rules = entries.iter().filter(|entry| !matches!(entry.item, Item::Layers(_)));
    rules.flat_map(|entry| &entry.conditions).filter_map(number).collect()
}

fn number(condition: &Condition) -> Option<u32> {
    match condition.layer {
        Some(Layer::Anonymous(number)) => Some(number),
        _ => None,
    }
}

/// An anonymous layer without rules hides what is declared in it; conditions around nothing declare nothing.
fn trim(names: &mut Vec<String>, conditions: &mut Vec<Condition>, applied: &BTreeSet<u32>) {
    let hides = |condition: &Condition| number(condition).is_some_and(|number| !applied.contains(&number));
    if let Some(at) = conditions.iter().position(hides) {
        conditions.truncate(at);
        names.clear();
    }
    if names.is_empty() {
        while conditions.last().is_some_and(|condition| condition.layer.is_none()) {
            conditions.pop();
        }
    }
}

fn path(conditions: &[Condition]) -> String {
    let mut out = String::new();
    for condition in conditions {
        match &condition.layer {
            Some(Layer::Named(name)) => out = join(&out, name),
            // No name has such a character.
            Some(Layer::Anonymous(number)) => out = join(&out, &format!("\0{number}")),
            None => {}
        }
    }
    out
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_string() } else { format!("{parent}.{name}") }
}

fn plain(conditions: &[Condition]) -> Vec<(String, String)> {
    conditions
        .iter()
        .filter(|condition| !condition.media.is_empty() || !condition.supports.is_empty())
        .map(|condition| (condition.media.clone(), condition.supports.clone()))
        .collect()
}

fn is_declared(declared: &Declared, path: &str, conditions: &[(String, String)]) -> bool {
    declared.get(path).is_some_and(|known| known.iter().any(|known| conditions.starts_with(known)))
}

fn declare(entry: &Entry, nodes: &BTreeMap<StyleId, Node>, declared: &mut Declared) {
    let path = path(&entry.conditions);
    let names: &[String] = match &entry.item {
        Item::Layers(names) => names,
        Item::Sheet(id) => nodes.get(id).map_or(&[], |node| &node.layers),
        Item::External(_) => &[],
    };
    let conditions = plain(&entry.conditions);
    // `a.b` declares `a` too.
    let prefixes = path.match_indices('.').map(|(at, _)| path[..at].to_string());
    let own = (!path.is_empty()).then(|| path.clone());
    let mut paths: Vec<String> = prefixes.chain(own).collect();
    // A sheet may declare its layers in a condition of its own: only statements are certain.
    if matches!(entry.item, Item::Layers(_)) {
        paths.extend(names.iter().map(|name| join(&path, name)));
    }
    for path in paths {
        if !is_declared(declared, &path, &conditions) {
            declared.entry(path).or_default().push(conditions.clone());
        }
    }
}

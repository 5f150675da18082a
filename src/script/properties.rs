//! What property names become (`--mangle-props`): one name for each, the same in every chunk, file and worker of a build.
//!
//! The most mentioned get the shortest names. Names of the cache file stay; no name is given that code mentions as
//! something else.

use super::naming::{self, Alphabet};
use crate::base::{IndexVec, ModuleId};
use crate::config::{Format, Options};
use crate::model::{EntryKind, Linked, ModuleGraph};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// Name → what it is now, for all that are shortened.
pub type PropertyNames = FxHashMap<String, String>;

/// The names for programs that share them.
pub fn property_names(graph: &ModuleGraph, programs: &[&Linked], options: &Options) -> PropertyNames {
    let mut included: IndexVec<ModuleId, bool> = graph.modules.iter().map(|_| false).collect();
    let mut fixed: BTreeSet<&str> = BTreeSet::new();
    for linked in programs {
        let seen = seen(graph, linked, options);
        for (id, link) in linked.modules.iter_ids().filter(|(_, link)| link.included) {
            included[id] = true;
            // The names that a module exports are those of an object, which anybody may have.
            if link.needs_namespace || seen.contains(&id) {
                fixed.extend(link.exports.keys().map(String::as_str));
            }
        }
    }
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut taken: FxHashSet<&str> = FxHashSet::default();
    for (id, module) in graph.modules.iter_ids().filter(|(id, _)| included[*id]) {
        let found = &module.facts.properties;
        taken.extend(found.kept.iter().map(String::as_str));
        // What is data, or made from what is no script, is read by names that nobody here gives.
        if !module.source_is_file && id != ModuleId(0) {
            fixed.extend(found.wanted.keys().map(String::as_str));
            fixed.extend(found.quoted.iter().map(String::as_str));
        }
        for (name, count) in &found.wanted {
            *counts.entry(name).or_default() += u64::from(*count);
        }
    }
    let known = &graph.kept_names;
    fixed.extend(known.iter().filter(|(_, name)| name.is_none()).map(|(name, _)| name.as_str()));
    taken.extend(known.values().flatten().map(String::as_str));
    taken.extend(counts.keys());
    taken.extend(&fixed);
    let mut order: Vec<(&str, u64)> = counts.iter().map(|(name, count)| (*name, *count)).collect();
    order.retain(|(name, _)| !fixed.contains(name));
    order.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let alphabet = Alphabet::new(&[0; 256]);
    let mut free = (0..).map(|number| alphabet.name(number));
    let mut out = PropertyNames::default();
    for (name, _) in order {
        let new = match known.get(name) {
            Some(Some(new)) => Some(new.clone()),
            _ => free.find(|new| !taken.contains(new.as_str()) && !naming::is_reserved(new)),
        };
        out.extend(new.map(|new| (name.to_string(), new)));
    }
    out
}

/// Modules whose exports are properties of what `import()` or a `require` from outside gives.
fn seen(graph: &ModuleGraph, linked: &Linked, options: &Options) -> FxHashSet<ModuleId> {
    let entries = linked.entries.iter().map(|entry| &graph.entries[*entry]);
    let users = entries.filter(|entry| entry.kind == EntryKind::User && options.format != Format::Esm);
    let dynamic = linked.modules.iter().flat_map(|link| link.dynamic.iter().map(|(_, target)| *target));
    users.map(|entry| entry.module).chain(dynamic).collect()
}

/// The text of `--mangle-cache` for the next build: what it said, and what was added.
pub fn kept_names(graph: &ModuleGraph, properties: &PropertyNames) -> String {
    let mut all = graph.kept_names.clone();
    all.extend(properties.iter().map(|(name, new)| (name.clone(), Some(new.clone()))));
    let value = |new: Option<String>| new.map_or(serde_json::Value::Bool(false), serde_json::Value::String);
    let object = all.into_iter().map(|(name, new)| (name, value(new))).collect();
    format!("{:#}\n", serde_json::Value::Object(object))
}

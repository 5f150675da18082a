//! What nobody on a page can match, of sheets for all elements (`--purge-css`).
//!
//! A name counts as read where it stands as a word in a page or in live code that the page may load. Names are put together
//! too: a word that ends in `-` or `_` keeps all names that begin so, and one behind a `}` those that end so
//! (`` `${size}-button` ``).

use crate::base::{ChunkId, NamePattern, PageId, StyleId};
use crate::config::Options;
use crate::lang::css;
use crate::model::{ChunkPlan, EntryKind, Linked, ModuleGraph, Target};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

/// By sheet: classes and ids that no page has on which it applies.
pub(super) fn unread(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
) -> BTreeMap<StyleId, Vec<String>> {
    let Some(purge) = &options.purge else { return BTreeMap::new() };
    let kept: Vec<NamePattern> = purge.keep.iter().filter_map(|pattern| NamePattern::new(pattern).ok()).collect();
    let asked = |id: StyleId| css::asked(&graph.styles[id].source);
    let global = graph.styles.ids().filter(|id| !graph.styles[*id].local);
    let mut left: BTreeMap<StyleId, BTreeSet<String>> = BTreeMap::new();
    let names: BTreeMap<StyleId, BTreeSet<String>> = global.map(|id| (id, asked(id))).collect();
    for root in roots(graph, plan) {
        let words = root.words(graph, linked, plan);
        for id in root.styles(graph, plan) {
            let Some(names) = names.get(&id) else { continue };
            let left = left.entry(id).or_insert_with(|| names.clone());
            left.retain(|name| !words.has(name));
        }
    }
    let without_kept = |(id, names): (StyleId, BTreeSet<String>)| {
        let names: Vec<String> =
            names.into_iter().filter(|name| !kept.iter().any(|pattern| pattern.matches(name))).collect();
        (!names.is_empty()).then_some((id, names))
    };
    left.into_iter().filter_map(without_kept).collect()
}

/// What went, one line for each selector.
pub(super) fn told(graph: &ModuleGraph, unread: &BTreeMap<StyleId, Vec<String>>) -> String {
    let mut out = String::new();
    for (id, names) in unread {
        let style = &graph.styles[*id];
        let lines = crate::base::LineIndex::new(&style.source);
        for (at, selector) in css::asking(&style.source, &names.iter().map(String::as_str).collect()) {
            let (line, column) = lines.human(&style.source, at);
            out.push_str(&format!("{}:{line}:{column}: {selector}\n", style.name));
        }
    }
    out
}

/// A page, or an entry that no page loads.
struct Root {
    page: Option<PageId>,
    chunks: Vec<ChunkId>,
}

fn roots(graph: &ModuleGraph, plan: &ChunkPlan) -> Vec<Root> {
    let mut out: Vec<Root> = graph.pages.ids().map(|id| Root { page: Some(id), chunks: Vec::new() }).collect();
    for (entry, chunk) in graph.entries.iter().zip(&plan.entry_chunks) {
        match entry.kind {
            EntryKind::Page(page) => out[page.0 as usize].chunks.push(*chunk),
            _ => out.push(Root { page: None, chunks: vec![*chunk] }),
        }
    }
    for root in &mut out {
        root.chunks = reached(graph, plan, &root.chunks);
    }
    out
}

/// Chunks that may be loaded from some.
fn reached(graph: &ModuleGraph, plan: &ChunkPlan, from: &[ChunkId]) -> Vec<ChunkId> {
    let mut out: Vec<ChunkId> = from.iter().copied().filter(|id| plan.chunks.get(*id).is_some()).collect();
    let mut seen: FxHashSet<ChunkId> = out.iter().copied().collect();
    let mut at = 0;
    while let Some(chunk) = out.get(at).and_then(|id| plan.chunks.get(*id)) {
        let dynamic =
            chunk.modules.iter().flat_map(|id| &graph.modules[*id].targets).filter_map(|target| match target {
                Target::Module(module) => plan.dynamic_chunks.get(module).copied(),
                _ => None,
            });
        let next: Vec<ChunkId> = dynamic.chain(chunk.static_imports.iter().copied()).collect();
        out.extend(next.into_iter().filter(|id| seen.insert(*id)));
        at += 1;
    }
    out
}

impl Root {
    fn styles(&self, graph: &ModuleGraph, plan: &ChunkPlan) -> BTreeSet<StyleId> {
        let of_page = self.page.into_iter().flat_map(|id| &graph.pages[id].targets).filter_map(|target| match target {
            Target::Style(id) => Some(*id),
            _ => None,
        });
        let sheets = self.chunks.iter().flat_map(|id| &plan.chunks[*id].sheets);
        super::compiled::reachable(graph, of_page.chain(sheets.flat_map(|id| plan.sheets[*id].styles.iter().copied())))
    }

    fn words<'g>(&self, graph: &'g ModuleGraph, linked: &Linked, plan: &ChunkPlan) -> Words<'g> {
        let mut words = Words::default();
        if let Some(page) = self.page {
            words.add(&graph.pages[page].source);
        }
        for id in self.chunks.iter().flat_map(|id| &plan.chunks[*id].modules) {
            let (module, live) = (&graph.modules[*id], &linked.modules[*id].live_parts);
            let parts = &module.facts.parts;
            let mut starts: Vec<u32> = parts.iter().map(|part| part.start).collect();
            starts.sort_unstable();
            let made = starts.last().is_none_or(|start| *start as usize >= module.source.len());
            if made || live.len() != parts.len() {
                words.add(&module.source);
                continue;
            }
            for (part, _) in parts.iter().zip(live).filter(|(_, live)| **live) {
                let next = starts.partition_point(|start| *start <= part.start);
                let end = starts.get(next).map_or(module.source.len(), |end| *end as usize);
                match module.source.get(part.start as usize..end) {
                    Some(text) => words.add(text),
                    None => words.add(&module.source),
                }
            }
        }
        words
    }
}

/// Words of texts.
#[derive(Default)]
struct Words<'t> {
    whole: FxHashSet<&'t str>,
    starts: BTreeSet<&'t str>,
    ends: BTreeSet<&'t str>,
    texts: Vec<&'t str>,
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii()
}

impl<'t> Words<'t> {
    fn add(&mut self, text: &'t str) {
        self.texts.push(text);
        let mut end = 0;
        for word in text.split(|c: char| !is_word(c)) {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            if word.is_empty() {
                continue;
            }
            self.whole.insert(word);
            let joint = |c: char| matches!(c, '-' | '_');
            if word.ends_with(joint) && word.len() > 1 {
                self.starts.insert(word);
            }
            if word.starts_with(joint) && word.len() > 1 && text[end..start].ends_with(['}', '"', '\'', '`']) {
                self.ends.insert(word);
            }
            end = start + word.len();
        }
    }

    fn has(&self, name: &str) -> bool {
        if name.chars().all(is_word) {
            return self.whole.contains(name)
                || self.starts.iter().any(|start| name.starts_with(start))
                || self.ends.iter().any(|end| name.ends_with(end));
        }
        // `md:w-1/2`: as it is, with nothing around it that could be part of a name.
        self.texts.iter().any(|text| {
            text.match_indices(name)
                .any(|(at, _)| !text[..at].ends_with(is_word) && !text[at + name.len()..].starts_with(is_word))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_names_that_are_put_together() {
        let mut words = Words::default();
        words.add("<p class=\"lead md:w-1/2\">`btn-${size} ${kind}--wide`, 'a_b'");
        for name in ["lead", "md:w-1/2", "btn-large", "x--wide", "a_b"] {
            assert!(words.has(name), "{name}");
        }
        for name in ["leads", "w-1/4", "btn", "wide"] {
            assert!(!words.has(name), "{name}");
        }
    }
}

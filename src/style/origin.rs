//! What each sheet gave to an output, and by which chain of imports it got there.

use super::write::Body;
use crate::base::{LineIndex, StyleId};
use crate::model::{Contribution, ModuleGraph, Origin, Target, WhyLink};

pub(super) fn contributions(graph: &ModuleGraph, body: &Body) -> Vec<Contribution> {
    let mut out: Vec<(StyleId, Contribution)> = Vec::new();
    for (id, span) in &body.bytes {
        let at = out.iter().position(|(known, _)| known == id).unwrap_or_else(|| {
            let style = &graph.styles[*id];
            let part = Contribution::whole(&style.name, style.package.as_ref(), 0);
            out.push((*id, Contribution { why: why(graph, *id), ..part }));
            out.len() - 1
        });
        let part = &mut out[at].1;
        part.bytes += span.end.bytes - span.start.bytes;
        part.spans.push(*span);
    }
    out.into_iter().map(|(_, part)| part).collect()
}

/// From an entry to the sheet.
fn why(graph: &ModuleGraph, id: StyleId) -> Vec<WhyLink> {
    let mut out = Vec::new();
    let mut sheet = Some(id);
    let mut origin = graph.styles[id].origin;
    // Origins lead to an entry; the bound is for a graph that is not as promised.
    for _ in 0..10_000 {
        origin = match origin {
            Origin::Entry => break,
            Origin::Page(page) => {
                let page = &graph.pages[page];
                let at = page.targets.iter().position(|target| leads_to(graph, target, sheet));
                if let Some(mention) = at.and_then(|at| page.facts.refs.get(at)) {
                    out.push(link(&page.name, &page.source, mention.start, &mention.specifier));
                }
                break;
            }
            Origin::Style(importer) => {
                let style = &graph.styles[importer];
                let at = style.imports.iter().position(|target| leads_to(graph, target, sheet));
                if let Some(import) = at.and_then(|at| style.facts.imports.get(at)) {
                    out.push(link(&style.name, &style.source, import.start, &import.specifier));
                }
                sheet = Some(importer);
                style.origin
            }
            Origin::Module(importer, record) => {
                let module = &graph.modules[importer];
                // The module that stands for the sheet itself is no step of the way.
                let stands_for_it = sheet.is_some() && module.style == sheet;
                if let Some(record) = module.facts.records.get(record as usize).filter(|_| !stands_for_it) {
                    out.push(link(&module.name, &module.source, record.start, &record.specifier));
                }
                if !stands_for_it {
                    sheet = None;
                }
                module.origin
            }
        };
    }
    out.reverse();
    out
}

fn leads_to(graph: &ModuleGraph, target: &Target, sheet: Option<StyleId>) -> bool {
    match (target, sheet) {
        (Target::Style(id), Some(sheet)) => *id == sheet,
        (Target::Module(id), Some(sheet)) => graph.modules[*id].style == Some(sheet),
        _ => false,
    }
}

fn link(file: &str, source: &str, offset: u32, specifier: &str) -> WhyLink {
    let line = LineIndex::line_in(source, offset) + 1;
    WhyLink { file: file.to_string(), line, specifier: specifier.to_string() }
}

//! Stage 6: style sheets.
//!
//! In: [`ModuleGraph`], [`Linked`], [`ChunkPlan`]. Out: [`RenderedStyles`]: one file per chunk with styles, one per sheet that a
//! page links, with source maps where they are asked for, and the pieces of sheets that stand in a page, critical ones among them.
//! Invariants: every sheet is compiled once; the order within a file is that of the plan, with imports before their
//! importer; no URL is final (assets are references); the same bytes from any number of threads.
//! Not here: the text of one sheet (`lang::css`), unresolved URLs (`graph`), HTML escaping (`page`).
//! Start at [`render`], then `order.rs`.

mod clash;
mod compiled;
mod critical;
mod layers;
mod map;
mod order;
mod origin;
mod purge;
mod declarations;
mod unused;
mod write;

use crate::base::{PageId, SheetId, StyleId};
use crate::cache::Cache;
use crate::config::{Options, SourceMapMode};
use crate::diag::{Diagnostic, Location, Noted};
use crate::lang::css::{self, CompileOptions};
use crate::lang::html::HtmlRefKind;
use crate::model::{
    ChunkKind, ChunkPlan, FileKind, Linked, ModuleGraph, NameTemplate, OutputKey, Piece, RenderedFile, RenderedStyles,
    Target,
};
use order::{Node, Ordered};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use write::Writer;

/// Links and prints every style sheet of the build.
pub fn render(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
    cache: &Cache,
) -> Noted<RenderedStyles> {
    let jobs = jobs(graph, plan);
    let compile = compiled::compile_options(options);
    let roots = jobs.iter().flat_map(|job| job.roots.iter().copied());
    let used = compiled::reachable(graph, roots);
    let unread = purge::unread(graph, linked, plan, options);
    let purged = if options.dumps("purge") { purge::told(graph, &unread) } else { String::new() };
    let mut unused = unused::unused(graph, linked);
    unused.extend(unread);
    let mut problems = Vec::new();
    let pack = compiled::pack(plan, options, cache);
    let maps = options.sourcemap != SourceMapMode::None;
    let compiled = compiled::compile_all(graph, &used, &unused, &compile, maps, pack.as_ref()).take(&mut problems);
    let compiled::Compiled { sheets: compiled, origins } = compiled;
    let nodes = compiled::nodes(graph, &compiled, &compile);
    let writer = Writer { graph, plan, compiled: &compiled, origins: &origins, options };

    let written: Vec<Written> = jobs.par_iter().map(|job| link(job, &nodes, &writer)).collect();
    let mut cycles = BTreeMap::new();
    let mut cut = BTreeSet::new();
    let mut out = RenderedStyles { purged, ..RenderedStyles::default() };
    for written in written {
        for (key, cycle) in written.cycles {
            cycles.entry(key).or_insert(cycle);
        }
        cut.extend(written.cut);
        match written.output {
            Output::File(file, map) => {
                out.files.push(*file);
                out.files.extend(map.map(|map| *map));
            }
            Output::Inline(place, pieces) => drop(out.inline.insert(place, pieces)),
        }
    }
    out.critical = critical::of_pages(graph, plan, &out.files, options);
    out.files.extend(declarations::files(graph, options));
    problems.extend(clash::clashes(graph, options));
    problems.extend(cycles.values().map(|cycle| circular(graph, cycle)));
    problems.extend(cut.iter().map(|id| too_many(graph, *id)));
    for (place, noted) in attributes(&writer, &compile) {
        out.inline.insert(place, noted.take(&mut problems));
    }
    Noted::new(out, problems)
}

/// A sheet to be made of others.
struct Job {
    roots: Vec<StyleId>,
    goal: Goal,
}

enum Goal {
    /// Of the chunk plan.
    Chunks(SheetId),
    /// `<link rel=stylesheet>`
    Linked(PageId, u32),
    /// `<style>`
    Inline(PageId, u32),
}

fn jobs(graph: &ModuleGraph, plan: &ChunkPlan) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (id, sheet) in plan.sheets.iter_ids() {
        jobs.push(Job { roots: sheet.styles.clone(), goal: Goal::Chunks(id) });
    }
    for (page, data) in graph.pages.iter_ids() {
        for (index, (mention, target)) in data.facts.refs.iter().zip(&data.targets).enumerate() {
            let Target::Style(style) = target else { continue };
            let goal = match mention.kind {
                HtmlRefKind::Stylesheet => Goal::Linked(page, index as u32),
                HtmlRefKind::InlineStyle => Goal::Inline(page, index as u32),
                _ => continue,
            };
            jobs.push(Job { roots: vec![*style], goal });
        }
    }
    jobs
}

enum Output {
    /// With its source map.
    File(Box<RenderedFile>, Option<Box<RenderedFile>>),
    Inline((PageId, u32), Vec<Piece>),
}

struct Written {
    output: Output,
    cycles: BTreeMap<Vec<StyleId>, Vec<StyleId>>,
    cut: Vec<StyleId>,
}

fn link(job: &Job, nodes: &BTreeMap<StyleId, Node>, writer: &Writer) -> Written {
    let Ordered { entries, cycles, cut } = order::order(&job.roots, nodes);
    let file = !matches!(job.goal, Goal::Inline(..));
    let mut body = writer.body(&entries, file);
    let (key, name) = match job.goal {
        Goal::Chunks(id) => (OutputKey::Style(id), Name::Chunks(id)),
        Goal::Linked(page, index) => (OutputKey::PageStyle(page, index), Name::Sheet(job.roots[0])),
        Goal::Inline(page, index) => {
            body.pieces.iter_mut().for_each(close_no_style);
            return Written { output: Output::Inline((page, index), body.pieces), cycles, cut };
        }
    };
    let contributions = origin::contributions(writer.graph, &body);
    let name = name_template(name, writer);
    let map = map::attach(&key, &name, &mut body, writer).map(Box::new);
    let file =
        RenderedFile { key, kind: FileKind::Stylesheet, name, body: body.pieces, contributions, exports: Vec::new() };
    Written { output: Output::File(Box::new(file), map), cycles, cut }
}

enum Name {
    Chunks(SheetId),
    Sheet(StyleId),
}

/// In a site all sheets are assets; else the sheet of an entry is named like the entry.
fn name_template(name: Name, writer: &Writer) -> NameTemplate {
    let options = writer.options;
    let (path, entry) = match name {
        Name::Chunks(id) => {
            let sheet = &writer.plan.sheets[id];
            let chunk = &writer.plan.chunks[sheet.chunk];
            (chunk.name.clone(), sheet.is_main && matches!(chunk.kind, ChunkKind::Entry(_)))
        }
        Name::Sheet(id) => {
            let name = &writer.graph.styles[id].name;
            let bare = name.split('?').next().unwrap_or(name);
            (bare.strip_suffix(".css").unwrap_or(bare).to_string(), false)
        }
    };
    let template = match (options.site, entry) {
        (true, _) => &options.asset_names,
        (false, true) => &options.entry_names,
        (false, false) => &options.chunk_names,
    };
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", &path));
    NameTemplate { template: template.clone(), dir: dir.into(), name: name.into(), ext: ".css".into() }
}

/// `</style` in a string would end the element.
fn close_no_style(piece: &mut Piece) {
    let Piece::Text(bytes) = piece else { return };
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(7).position(|window| window.eq_ignore_ascii_case(b"</style")) {
        at += found + 1;
        bytes.insert(at, b'\\');
    }
}

type Place = (PageId, u32);

/// `style="…"`
fn attributes(writer: &Writer, options: &CompileOptions) -> Vec<(Place, Noted<Vec<Piece>>)> {
    let mut places = Vec::new();
    for (page, data) in writer.graph.pages.iter_ids() {
        for (index, (mention, target)) in data.facts.refs.iter().zip(&data.targets).enumerate() {
            if let (HtmlRefKind::StyleAttribute, Target::Style(style)) = (mention.kind, target) {
                places.push(((page, index as u32), *style));
            }
        }
    }
    let compile = |(place, id): (Place, StyleId)| {
        let style = &writer.graph.styles[id];
        let noted = css::compile_attribute(&style.source, &style.name, options);
        (place, Noted::new(write::pieces(style, &noted.value, writer), noted.problems))
    };
    places.into_par_iter().map(compile).collect()
}

fn circular(graph: &ModuleGraph, cycle: &[StyleId]) -> Diagnostic {
    let name = |id: &StyleId| graph.styles[*id].name.as_str();
    let mut names: Vec<&str> = cycle.iter().map(name).collect();
    names.extend(cycle.first().map(name));
    let problem =
        Diagnostic::warning("circular-css-import", format!("style sheets import each other: {}", names.join(" → ")))
            .note("like browsers, the import that closes the circle is ignored")
            .hint("remove one of these imports");
    let (Some(last), Some(first)) = (cycle.last(), cycle.first()) else { return problem };
    let style = &graph.styles[*last];
    let at = style.imports.iter().position(|target| *target == Target::Style(*first));
    match at.and_then(|at| style.facts.imports.get(at)) {
        Some(import) => problem.at(Location::span(&style.name, &style.source, import.start, import.end)),
        None => problem.at(Location::file(&style.name)),
    }
}

fn too_many(graph: &ModuleGraph, id: StyleId) -> Diagnostic {
    Diagnostic::error("css-import-depth", "style sheets import each other too deeply or too often to be linked")
        .at(Location::file(&graph.styles[id].name))
        .hint("import each sheet once, from one place")
}

#[cfg(test)]
mod tests;

//! From what was linked to what `compile` must do with one module.

use crate::base::{ChunkId, IndexVec, ModuleId, SheetId};
use crate::config::{Format, Options};
use crate::lang::js::{
    BindingPlan, CompilePlan, Constant, INTEROP_EXPORT, ImportCall, ImportKind, LocalSym, ModuleWrap, NAMESPACE_EXPORT,
    RecordPlan, sym,
};
use crate::model::{ChunkPlan, EntryKind, ExportBinding, Linked, Loader, ModuleGraph, OutputKey, Target, Wrap};
use std::collections::BTreeSet;

/// One plan per included module.
pub fn plans(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
) -> IndexVec<ModuleId, CompilePlan> {
    let keep = kept(graph, linked, plan);
    let make = |(id, keep): (usize, BTreeSet<LocalSym>)| {
        let id = ModuleId(id as u32);
        if !linked.modules[id].included {
            return CompilePlan::default();
        }
        module_plan(graph, linked, plan, options, id, keep.into_iter().collect())
    };
    keep.into_vec().into_iter().enumerate().map(make).collect()
}

fn module_plan(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
    id: ModuleId,
    keep: Vec<LocalSym>,
) -> CompilePlan {
    let link = &linked.modules[id];
    let module = &graph.modules[id];
    let records = (0..module.facts.records.len() as u32)
        .map(|record| record_plan(graph, linked, plan, options, id, record))
        .collect();
    CompilePlan {
        imports: imports(graph, linked, id, &keep),
        wrap: match link.wrap {
            Wrap::None => ModuleWrap::None,
            Wrap::CommonJs => ModuleWrap::CommonJs,
            Wrap::Esm => ModuleWrap::Esm {
                asynchronous: link.asynchronous,
                waits: module.facts.top_level_await,
                circle: link.circle,
            },
        },
        in_circle: link.in_circle,
        shaken: module.facts.shaken,
        live_parts: link.live_parts.clone(),
        bindings: bindings(graph, linked, options, id),
        paths: link.mentioned.iter().copied().filter(|symbol| module.facts.path_base(*symbol).is_some()).collect(),
        records,
        keep,
        late: link.late_records.clone(),
        contested: link.contested.clone(),
        marked: link.marked.clone(),
        checked: link.checked.clone(),
        require_helper: options.format != Format::Cjs && link.helpers.contains(&crate::lang::js::Helper::REQUIRE),
        strict_output: options.format == Format::Esm,
        is_main: match graph.entries.iter().any(|entry| entry.kind == EntryKind::User && entry.module == id) {
            // The output is what the program is or is not; no other format has a `module` to compare.
            true if options.format == Format::Cjs => None,
            is_main => Some(is_main),
        },
    }
}

/// What the import statements of a module do: calls of wrapped modules, copies of what only the run time knows.
fn imports(graph: &ModuleGraph, linked: &Linked, id: ModuleId, keep: &[LocalSym]) -> Vec<ImportCall> {
    let module = &graph.modules[id];
    let stars = if linked.modules[id].needs_namespace { linked.modules[id].dynamic_stars.as_slice() } else { &[] };
    let viewed = viewed(graph, linked, id);
    let mut out = Vec::new();
    for record in module.facts.import_order.iter().copied() {
        if let Target::Module(target) = module.targets[record as usize]
            && linked.modules[target].included
        {
            let link = &linked.modules[target];
            let kept = || keep.binary_search(&module.facts.record_namespace(record)).is_ok();
            match link.wrap {
                Wrap::Esm if link.eager && linked.modules[id].wrap == Wrap::None && !link.asynchronous => {}
                Wrap::Esm => out.push(ImportCall::Init { record, asynchronous: link.asynchronous }),
                Wrap::CommonJs if linked.own_view(id, target) => {
                    let read = viewed.contains(&record) || stars.contains(&record) || kept();
                    let node = module.node_esm;
                    out.push(if read { ImportCall::Interop { record, node } } else { ImportCall::Require { record } });
                }
                _ => {}
            }
        }
        if stars.contains(&record) {
            out.push(ImportCall::Star { record, last: false });
        }
    }
    let last =
        out.iter_mut().rev().find_map(|call| if let ImportCall::Star { last, .. } = call { Some(last) } else { None });
    if let Some(last) = last {
        *last = true;
    }
    out
}

/// Records through which live code of the module reads CommonJS modules.
fn viewed(graph: &ModuleGraph, linked: &Linked, id: ModuleId) -> BTreeSet<u32> {
    let link = &linked.modules[id];
    let first = graph.modules[id].facts.first_declared();
    let own = |symbol: &LocalSym| match link.bindings.get((*symbol - first) as usize) {
        Some(Some(found)) => match found.base() {
            ExportBinding::CommonJs(binding) if binding.via.0 == id => Some(binding.via.1),
            _ => None,
        },
        _ => None,
    };
    link.mentioned.iter().filter_map(own).collect()
}

fn bindings(graph: &ModuleGraph, linked: &Linked, options: &Options, id: ModuleId) -> Vec<(LocalSym, BindingPlan)> {
    let link = &linked.modules[id];
    let first = graph.modules[id].facts.first_declared();
    let mut out: Vec<(LocalSym, BindingPlan)> = Vec::new();
    for (at, binding) in link.bindings.iter().enumerate() {
        let plan = match binding {
            Some(ExportBinding::CommonJs(binding)) => match linked.property(binding) {
                Some(name) => BindingPlan::Member { name: name.to_string(), foreign: false },
                None => continue,
            },
            Some(ExportBinding::Property { object, name }) => {
                let foreign = matches!(object.base(), ExportBinding::External { .. });
                BindingPlan::Member { name: name.clone(), foreign }
            }
            Some(ExportBinding::External { name, .. }) if options.format != Format::Esm && name != "*" => {
                BindingPlan::Member { name: name.clone(), foreign: true }
            }
            Some(ExportBinding::Literal(value)) => BindingPlan::Constant(value.clone()),
            Some(ExportBinding::Undefined) => BindingPlan::Constant(Constant::Undefined),
            _ => continue,
        };
        out.push((first + at as u32, plan));
    }
    out.extend(link.constants.iter().map(|(symbol, value)| (*symbol, BindingPlan::Constant(value.clone()))));
    out.sort_by_key(|(symbol, _)| *symbol);
    out
}

fn record_plan(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
    id: ModuleId,
    record: u32,
) -> RecordPlan {
    let module = &graph.modules[id];
    let found = &module.facts.records[record as usize];
    let helper = options.format != Format::Cjs;
    match (&module.targets[record as usize], found.kind) {
        (Target::Module(target), ImportKind::Require) => {
            let link = &linked.modules[*target];
            match link.wrap {
                _ if !link.included => RecordPlan::None,
                Wrap::CommonJs => RecordPlan::RequireCommonJs,
                wrap if graph.modules[*target].loader == Loader::Json => {
                    RecordPlan::RequireDefault { wrapped: wrap == Wrap::Esm }
                }
                wrap => RecordPlan::RequireEsm { wrapped: wrap == Wrap::Esm },
            }
        }
        (Target::Module(target), ImportKind::Dynamic) => dynamic(graph, linked, plan, options, id, *target),
        (Target::External(specifier), ImportKind::Require) => {
            RecordPlan::RequireExternal { specifier: specifier.clone(), helper }
        }
        (Target::Unresolved, ImportKind::Require) => {
            RecordPlan::RequireExternal { specifier: found.specifier.clone(), helper }
        }
        (Target::External(specifier), ImportKind::Dynamic) => {
            RecordPlan::DynamicExternal { specifier: specifier.clone() }
        }
        (Target::Unresolved, ImportKind::Dynamic) => RecordPlan::DynamicExternal { specifier: found.specifier.clone() },
        (Target::Disabled, ImportKind::Require) => RecordPlan::RequireDisabled,
        (Target::Disabled, ImportKind::Dynamic) => RecordPlan::DynamicDisabled,
        (Target::Asset(_) | Target::Worker(_), _) => RecordPlan::Url,
        (Target::External(specifier), ImportKind::RequireResolve) => {
            RecordPlan::ResolveRequire { specifier: specifier.clone(), helper }
        }
        (Target::Unresolved, ImportKind::RequireResolve) => {
            RecordPlan::ResolveRequire { specifier: found.specifier.clone(), helper }
        }
        (Target::External(specifier), _) => RecordPlan::ResolveExternal { specifier: specifier.clone() },
        (_, ImportKind::Url | ImportKind::Worker | ImportKind::ServiceWorker | ImportKind::RequireResolve) => {
            RecordPlan::ResolveExternal { specifier: found.specifier.clone() }
        }
        _ => RecordPlan::None,
    }
}

fn dynamic(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
    id: ModuleId,
    target: ModuleId,
) -> RecordPlan {
    let link = &linked.modules[target];
    let node = graph.modules[id].node_esm;
    if options.imports_chunks() {
        let Some(chunk) = plan.dynamic_chunks.get(&target) else { return RecordPlan::None };
        let preload = !preloads(plan, plan.chunk_of[id], *chunk).is_empty();
        let namespace = match link.wrap {
            Wrap::CommonJs if !node => Some(INTEROP_EXPORT),
            Wrap::CommonJs => Some(NAMESPACE_EXPORT),
            _ => link.needs_namespace.then_some(NAMESPACE_EXPORT),
        };
        return RecordPlan::DynamicChunk { preload, namespace };
    }
    match link.wrap {
        _ if !link.included => RecordPlan::None,
        Wrap::CommonJs => RecordPlan::DynamicCommonJs { node, chunk: options.splits() },
        wrap => RecordPlan::DynamicEsm { wrapped: wrap == Wrap::Esm, asynchronous: link.asynchronous },
    }
}

/// What should be fetched together with `chunk`, from code that runs in `from`: its static imports that `from` has not
/// loaded, and style sheets.
pub fn preloads(plan: &ChunkPlan, from: Option<ChunkId>, chunk: ChunkId) -> Vec<OutputKey> {
    let chunks = &plan.chunks;
    let loaded = |id: &ChunkId| from.is_some_and(|from| from == *id || chunks[from].static_imports.contains(id));
    let applied = |id: &SheetId| from.is_some_and(|from| chunks[from].sheets.contains(id));
    let scripts = chunks[chunk].static_imports.iter().copied().filter(|id| !loaded(id)).map(OutputKey::Chunk);
    let sheets = chunks[chunk].sheets.iter().copied().filter(|id| !applied(id)).map(OutputKey::Style);
    scripts.chain(sheets).collect()
}

/// By module: symbols of it that other modules or glue mention.
fn kept(graph: &ModuleGraph, linked: &Linked, plan: &ChunkPlan) -> IndexVec<ModuleId, BTreeSet<LocalSym>> {
    let mut out: IndexVec<ModuleId, BTreeSet<LocalSym>> = graph.modules.iter().map(|_| BTreeSet::new()).collect();
    let keep = |out: &mut IndexVec<ModuleId, BTreeSet<LocalSym>>, binding: &ExportBinding| match binding.base() {
        ExportBinding::Symbol(target) => {
            out[target.module].insert(target.symbol);
        }
        ExportBinding::CommonJs(binding) if linked.own_view(binding.via.0, binding.module) => {
            let symbol = graph.modules[binding.via.0].facts.record_namespace(binding.via.1);
            out[binding.via.0].insert(symbol);
        }
        _ => {}
    };
    for (id, link) in linked.modules.iter_ids().filter(|(_, link)| link.included) {
        let first = graph.modules[id].facts.first_declared();
        for symbol in &link.mentioned {
            if let Some(Some(binding)) = link.bindings.get((*symbol - first) as usize) {
                keep(&mut out, binding);
            }
        }
        if link.wrap != Wrap::None {
            out[id].insert(sym::WRAPPER);
        }
        let is_root = plan.dynamic_chunks.contains_key(&id);
        if link.needs_namespace && !link.dynamic_stars.is_empty() {
            out[id].insert(sym::NAMESPACE);
        }
        if link.needs_namespace || is_root {
            link.exports.values().for_each(|binding| keep(&mut out, binding));
        }
        if graph.modules[id].loader == Loader::Json {
            out[id].insert(sym::DEFAULT);
        }
        for helper in &link.helpers {
            if let (Some(runtime), Some(symbol)) = (graph.runtime, graph.helper_symbol(*helper)) {
                out[runtime].insert(symbol);
            }
        }
    }
    out
}

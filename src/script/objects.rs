//! Compiles every included module, through the cache.

use super::plans;
use crate::base::{IndexVec, ModuleId, longest_first, trace};
use crate::cache::Cache;
use crate::config::Options;
use crate::diag::Diagnostic;
use crate::lang::js::{CompilePlan, LanguageOptions, ModuleObject, compile as compile_module};
use crate::model::{ChunkPlan, Linked, ModuleGraph};

/// Changes whenever `compile` would give other objects for the same inputs.
const VERSION: u32 = 9;

pub fn compile(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
    cache: &Cache,
    problems: &mut Vec<Diagnostic>,
) -> IndexVec<ModuleId, Option<ModuleObject>> {
    let plans = plans::plans(graph, linked, plan, options);
    let language = LanguageOptions { inject: graph.injected_names.clone(), ..options.language() };
    let language_key = postcard::to_stdvec(&language).unwrap_or_default();
    let cached = options.cache_dir.is_some();
    let compiled: Vec<Result<ModuleObject, Vec<Diagnostic>>> = longest_first(
        &linked.order,
        |id| graph.modules[*id].source.len() as u64,
        |id| one(graph, *id, &plans[*id], &language, &language_key, cache, cached),
    );
    let mut out: IndexVec<ModuleId, Option<ModuleObject>> = graph.modules.iter().map(|_| None).collect();
    for (id, result) in linked.order.iter().copied().zip(compiled) {
        match result {
            Ok(object) => out[id] = Some(object),
            Err(found) => problems.extend(found),
        }
    }
    out
}

fn one(
    graph: &ModuleGraph,
    id: ModuleId,
    plan: &CompilePlan,
    language: &LanguageOptions,
    language_key: &[u8],
    cache: &Cache,
    cached: bool,
) -> Result<ModuleObject, Vec<Diagnostic>> {
    let module = &graph.modules[id];
    let _span = trace::span("compile", &module.name);
    let make = || compile_module(&module.source, &module.name, &module.parse, language, plan);
    if !cached {
        return make();
    }
    let parse = postcard::to_stdvec(&module.parse).unwrap_or_default();
    let plan_key = postcard::to_stdvec(plan).unwrap_or_default();
    let name: &[u8] = if module.parse.jsx_dev { module.name.as_bytes() } else { b"" };
    let key = Cache::key("object", VERSION, &[&module.source_hash.0, &parse, language_key, &plan_key, name]);
    if let Some(object) = cache.get(key).and_then(|bytes| postcard::from_bytes(&bytes).ok()) {
        return Ok(object);
    }
    let object = make()?;
    if let Ok(bytes) = postcard::to_stdvec(&object) {
        cache.put(key, &bytes);
    }
    Ok(object)
}

//! Compiles every included module, unless an earlier build did.

use super::plans;
use crate::base::{IndexVec, ModuleId, longest_first, trace};
use crate::cache::{Cache, Pack};
use crate::config::Options;
use crate::diag::Diagnostic;
use crate::lang::js::{CompilePlan, LanguageOptions, ModuleObject, compile as compile_module};
use crate::model::{ChunkPlan, Linked, ModuleGraph};

/// Changes whenever `compile` would give other objects for the same inputs.
const VERSION: u32 = 13;

/// Objects by module, and the pack in which they are to be stored.
pub fn compile<'c>(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
    cache: &'c Cache,
    problems: &mut Vec<Diagnostic>,
) -> (IndexVec<ModuleId, Option<ModuleObject>>, Option<Pack<'c>>) {
    let plans = plans::plans(graph, linked, plan, options);
    let language = LanguageOptions { inject: graph.injected_names.clone(), explain: false, ..options.language() };
    let language_key = postcard::to_stdvec(&language).unwrap_or_default();
    let entries = postcard::to_stdvec(&(&options.entries, &linked.entries)).unwrap_or_default();
    let root = options.root.to_string_lossy();
    let key = || Cache::key("objects", VERSION, &[root.as_bytes(), &entries, &language_key]);
    let pack = options.cache_dir.is_some().then(|| Pack::open(cache, key()));
    let compiled: Vec<Result<ModuleObject, Vec<Diagnostic>>> = longest_first(
        &linked.order,
        |id| graph.modules[*id].source.len() as u64,
        |id| one(graph, *id, &plans[*id], &language, &language_key, pack.as_ref()),
    );
    let mut out: IndexVec<ModuleId, Option<ModuleObject>> = graph.modules.iter().map(|_| None).collect();
    for (id, result) in linked.order.iter().copied().zip(compiled) {
        match result {
            Ok(object) => out[id] = Some(object),
            Err(found) => problems.extend(found),
        }
    }
    (out, pack)
}

fn one(
    graph: &ModuleGraph,
    id: ModuleId,
    plan: &CompilePlan,
    language: &LanguageOptions,
    language_key: &[u8],
    pack: Option<&Pack<'_>>,
) -> Result<ModuleObject, Vec<Diagnostic>> {
    let module = &graph.modules[id];
    let _span = trace::span("compile", &module.name);
    let make = || compile_module(&module.source, &module.name, &module.parse, language, plan);
    let Some(pack) = pack else { return make() };
    let parse = postcard::to_stdvec(&module.parse).unwrap_or_default();
    let plan_key = postcard::to_stdvec(plan).unwrap_or_default();
    let name: &[u8] = if module.parse.jsx_dev { module.name.as_bytes() } else { b"" };
    let key = Cache::key("object", VERSION, &[&module.source_hash.0, &parse, language_key, &plan_key, name]);
    if let Some(object) = pack.get(key).and_then(|bytes| postcard::from_bytes(bytes).ok()) {
        return Ok(object);
    }
    let object = make()?;
    if let Ok(bytes) = postcard::to_stdvec(&object) {
        pack.put(key, bytes);
    }
    Ok(object)
}

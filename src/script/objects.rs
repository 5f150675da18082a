//! Compiles every included module, unless an earlier build did, or it is equal to another in all that matters.

use super::plans;
use crate::base::{ContentHash, IndexVec, ModuleId, longest_first, trace};
use crate::cache::{Cache, Pack, Shelf};
use crate::config::Options;
use crate::diag::Diagnostic;
use crate::lang::js::{CompilePlan, LanguageOptions, ModuleObject, compile as compile_module};
use crate::model::{ChunkPlan, Linked, Module, ModuleGraph};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Changes whenever `compile` would give other objects for the same inputs.
const VERSION: u32 = 26;

/// What came of all modules.
pub struct Objects<'c> {
    pub all: IndexVec<ModuleId, Option<Arc<ModuleObject>>>,
    /// Of everything that each was made from; none where nothing is remembered.
    pub keys: IndexVec<ModuleId, Option<ContentHash>>,
    /// In which they are to be stored.
    pub pack: Option<Pack<'c>>,
    /// Where chunks made of them are.
    pub shelf: Option<Shelf<'c>>,
}

pub fn compile<'c>(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
    cache: &'c Cache,
    problems: &mut Vec<Diagnostic>,
) -> Objects<'c> {
    forget_trees(graph, linked);
    let plans = plans::plans(graph, linked, plan, options);
    let language = LanguageOptions { inject: graph.injected_names.clone(), explain: false, ..options.language() };
    let language_key = postcard::to_stdvec(&language).unwrap_or_default();
    let entries = postcard::to_stdvec(&(&options.entries, &linked.entries)).unwrap_or_default();
    let root = options.root.to_string_lossy();
    let key = || Cache::key("objects", VERSION, &[root.as_bytes(), &entries, &language_key]);
    let opens = options.cache_dir.is_some() && !cache.has_built();
    let pack = opens.then(|| Pack::open(cache, key()));
    // Nobody reads what a first build writes unless a second follows, which can write it as well.
    let again = pack.as_ref().is_some_and(|pack| !pack.is_new());
    let shelf = again.then(|| Shelf::open(cache, Cache::key("chunks-of", VERSION, &[&key().0])));
    let mut seen = FxHashSet::default();
    let hashes = linked.order.iter().map(|id| graph.modules[*id].source_hash);
    let twins = hashes.filter(|hash| !seen.insert(*hash)).collect();
    let memory = Memory { cache, pack: pack.as_ref(), twins, made: Mutex::default() };
    let compiled: Vec<Result<Made, Vec<Diagnostic>>> = longest_first(
        &linked.order,
        |id| graph.modules[*id].source.len() as u64,
        |id| one(graph, *id, &plans[*id], &language, &language_key, &memory),
    );
    // Drafts that several modules share.
    linked.order.iter().for_each(|id| graph.modules[*id].tree.clear());
    let mut out = Objects {
        all: graph.modules.iter().map(|_| None).collect(),
        keys: graph.modules.iter().map(|_| None).collect(),
        pack: None,
        shelf,
    };
    for (id, result) in linked.order.iter().copied().zip(compiled) {
        match result {
            Ok((object, key)) => (out.all[id], out.keys[id]) = (Some(object), key),
            Err(found) => problems.extend(found),
        }
    }
    Objects { pack, ..out }
}

/// Of modules that are not compiled.
fn forget_trees(graph: &ModuleGraph, linked: &Linked) {
    let mut lives = vec![false; graph.modules.len()];
    linked.order.iter().for_each(|id| lives[id.0 as usize] = true);
    let dead: Vec<&Module> =
        graph.modules.iter().zip(&lives).filter(|(_, lives)| !**lives).map(|(module, _)| module).collect();
    dead.into_par_iter().for_each(|module| module.tree.forget());
}

/// An object, and the hash of everything that it was made from.
type Made = (Arc<ModuleObject>, Option<ContentHash>);

/// Where objects are remembered.
struct Memory<'a> {
    cache: &'a Cache,
    pack: Option<&'a Pack<'a>>,
    /// Sources that several modules have: packages are often installed more than once.
    twins: FxHashSet<ContentHash>,
    /// Of those, the objects of this build.
    made: Mutex<FxHashMap<ContentHash, Arc<ModuleObject>>>,
}

fn one(
    graph: &ModuleGraph,
    id: ModuleId,
    plan: &CompilePlan,
    language: &LanguageOptions,
    language_key: &[u8],
    memory: &Memory<'_>,
) -> Result<Made, Vec<Diagnostic>> {
    let module = &graph.modules[id];
    let _span = trace::span("compile", &module.name);
    let make = || compile_module(&module.source, &module.name, &module.parse, language, plan, &module.tree);
    let Memory { cache, pack, twins, made } = memory;
    let is_twin = twins.contains(&module.source_hash);
    let remembers = pack.is_some() || cache.is_lasting();
    if !remembers && !is_twin {
        return Ok((make()?, None));
    }
    let parse = postcard::to_stdvec(&module.parse).unwrap_or_default();
    let plan_key = postcard::to_stdvec(plan).unwrap_or_default();
    let name: &[u8] = if module.parse.jsx_dev { module.name.as_bytes() } else { b"" };
    let key = Cache::key("object", VERSION, &[&module.source_hash.0, &parse, language_key, &plan_key, name]);
    let known = || made.lock().unwrap_or_else(PoisonError::into_inner);
    let of_twin = || if is_twin { known().get(&key).cloned() } else { None };
    if let Some(object) = cache.kept_value(key).or_else(of_twin) {
        return Ok((object, remembers.then_some(key)));
    }
    let stored = pack.and_then(|pack| postcard::from_bytes(pack.get(key)?).ok());
    let object = match stored {
        Some(object) => Arc::new(object),
        None => {
            let object = make()?;
            if let (Some(pack), Ok(bytes)) = (pack, postcard::to_stdvec(&*object)) {
                pack.put(key, bytes);
            }
            object
        }
    };
    cache.keep_value(key, &object);
    if is_twin {
        known().insert(key, Arc::clone(&object));
    }
    Ok((object, remembers.then_some(key)))
}

//! The graph of an earlier build, with what was asked of the disk to make it.
//!
//! It stands for the disk as it was; a later build finds which files have another content now. If there are none, the
//! graph is the same. If there are few, `graph` may be able to say what it is now. The graph that is kept is not renewed
//! for that: what changed since is found again each time.

use super::Cache;
use crate::base::{ContentHash, IndexVec};
use crate::config::Options;
use crate::fs::{Testimony, Upheld};
use crate::model::{Module, ModuleGraph};
use rayon::prelude::*;

/// Changes whenever the form does.
const VERSION: u32 = 1;

/// Modules that are read and written together.
const GROUP: usize = 128;

/// The memory of one way of building.
pub struct Graphs<'a> {
    cache: &'a Cache,
    key: ContentHash,
}

/// The graph that is kept, and what has changed since.
pub struct Basis {
    /// Of the graph, for what is made of it.
    pub id: ContentHash,
    pub upheld: Upheld,
    graph: Vec<u8>,
    at: usize,
}

impl<'a> Graphs<'a> {
    /// `program`: what tells this plimsoll from every other.
    pub fn new(cache: &'a Cache, program: &[u8], options: &Options) -> Option<Self> {
        // A build that looks into the folder around it must find there what the next one finds.
        let _ = std::fs::create_dir_all(options.cache_dir.as_ref()?);
        let options = postcard::to_stdvec(&super::whole::settled(options)).ok()?;
        Some(Graphs { cache, key: Cache::key("graph", VERSION, &[program, &options]) })
    }

    /// `None`: there is none, or more has changed than the content of files.
    pub fn recall(&self) -> Option<Basis> {
        let graph = self.cache.get(self.key)?;
        let (id, rest) = postcard::take_from_bytes::<ContentHash>(&graph).ok()?;
        let (testimony, rest) = postcard::take_from_bytes::<Testimony>(rest).ok()?;
        let upheld = testimony.uphold()?;
        Some(Basis { id, upheld, at: graph.len() - rest.len(), graph })
    }

    /// `whole`: the graph was made without problems, which would have to be told again. Else what can be known later is
    /// only that nothing has changed. Returns what its basis will be.
    pub fn keep(&self, graph: &ModuleGraph, testimony: &Testimony, whole: bool) -> Option<ContentHash> {
        let testimony = postcard::to_stdvec(testimony).ok()?;
        let mut id_parts: Vec<&[u8]> = vec![&testimony];
        let (rest, groups) = if whole { encode(graph)? } else { Default::default() };
        id_parts.push(&rest);
        let id = ContentHash::of_parts(&id_parts);
        let head = postcard::to_stdvec(&id).ok()?;
        let lengths: Vec<u64> = groups.iter().map(|group| group.len() as u64).collect();
        let lengths = postcard::to_stdvec(&lengths).ok()?;
        let mut parts: Vec<&[u8]> = vec![&head, &testimony, &lengths, &rest];
        parts.extend(groups.iter().map(Vec::as_slice));
        self.cache.put_joined(self.key, &parts);
        Some(id)
    }
}

/// Everything but the modules, and those in groups.
fn encode(graph: &ModuleGraph) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    let modules: Vec<&Module> = graph.modules.iter().collect();
    let groups = modules.par_chunks(GROUP).map(|group| postcard::to_stdvec(group).ok()).collect::<Option<_>>()?;
    let ModuleGraph { modules: _, styles, assets, pages, entries, runtime, injected, injected_names, watched } = graph;
    let none: [Module; 0] = [];
    // In the order of the fields, as the graph itself would be written.
    let rest = (&none[..], styles, assets, pages, entries, runtime, injected, injected_names, watched);
    Some((postcard::to_stdvec(&rest).ok()?, groups))
}

impl Basis {
    /// As it was; `None`: it was not kept.
    pub fn graph(&self) -> Option<ModuleGraph> {
        let (lengths, rest) = postcard::take_from_bytes::<Vec<u64>>(&self.graph[self.at..]).ok()?;
        if lengths.is_empty() {
            return None;
        }
        let (mut graph, mut rest) = postcard::take_from_bytes::<ModuleGraph>(rest).ok()?;
        let mut groups = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (group, more) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            groups.push(group);
            rest = more;
        }
        let groups = groups.into_par_iter().map(|group| postcard::from_bytes::<Vec<Module>>(group).ok());
        let modules: Vec<Vec<Module>> = groups.collect::<Option<_>>()?;
        graph.modules = IndexVec::from(modules.into_iter().flatten().collect::<Vec<_>>());
        Some(graph)
    }
}

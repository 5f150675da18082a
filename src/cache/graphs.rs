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
use std::time::Duration;

/// Changes whenever the form does.
const VERSION: u32 = 3;

/// As many files are rather read each time than all that is known of the disk written once more.
const FEW: u64 = 8;

/// As many paths are rather asked for.
const SOME: u64 = 500;

/// Modules that are read and written together.
const GROUP: usize = 128;

/// The memory of one way of building.
pub struct Graphs<'a> {
    cache: &'a Cache,
    /// Of what was asked of the disk, and of the graph. Apart, because an unchanged project needs only the first.
    asked: ContentHash,
    graph: ContentHash,
}

/// The graph that is kept, and what has changed since.
pub struct Basis<'a> {
    graphs: &'a Graphs<'a>,
    /// Of the graph, for what is made of it.
    pub id: ContentHash,
    pub upheld: Upheld,
}

impl<'a> Graphs<'a> {
    /// `program`: what tells this plimsoll from every other.
    pub fn new(cache: &'a Cache, program: &[u8], options: &Options) -> Option<Self> {
        // A build that looks into the folder around it must find there what the next one finds.
        let _ = std::fs::create_dir_all(options.cache_dir.as_ref()?);
        let options = postcard::to_stdvec(&super::whole::settled(options)).ok()?;
        let key = |stage: &str| Cache::key(stage, VERSION, &[program, &options]);
        Some(Graphs { cache, asked: key("asked"), graph: key("graph") })
    }

    /// `None`: there is none, or more has changed than the content of files. `began`: now, as time since 1970.
    pub fn recall(&self, began: Duration) -> Option<Basis<'_>> {
        let bytes = self.cache.get(self.asked)?;
        let (id, mut testimony): (ContentHash, Testimony) = postcard::from_bytes(&bytes).ok()?;
        let upheld = testimony.uphold(began)?;
        if upheld.renewed
            && (upheld.read > FEW || upheld.again > SOME)
            && let Ok(bytes) = postcard::to_stdvec(&testimony)
        {
            self.cache.put_joined(self.asked, &[&id.0, &bytes]);
        }
        Some(Basis { graphs: self, id, upheld })
    }

    /// `quiet`: the graph was made without problems, which would have to be told again. Else what can be known later is
    /// only that nothing has changed. Returns the identity of the basis that this will be.
    pub fn keep(&self, graph: &ModuleGraph, testimony: &Testimony, quiet: bool) -> Option<ContentHash> {
        let bytes = postcard::to_stdvec(testimony).ok()?;
        let id = ContentHash::of(&bytes);
        if quiet {
            let (rest, groups) = encode(graph)?;
            let lengths: Vec<u64> = groups.iter().map(|group| group.len() as u64).collect();
            let head = postcard::to_stdvec(&(id, lengths)).ok()?;
            let mut parts: Vec<&[u8]> = vec![&head, &rest];
            parts.extend(groups.iter().map(Vec::as_slice));
            self.cache.put_joined(self.graph, &parts);
        }
        self.cache.put_joined(self.asked, &[&id.0, &bytes]);
        Some(id)
    }
}

/// Everything but the modules, and those in groups.
fn encode(graph: &ModuleGraph) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    let modules: Vec<&Module> = graph.modules.iter().collect();
    let groups = modules.par_chunks(GROUP).map(|group| postcard::to_stdvec(group).ok()).collect::<Option<_>>()?;
    let ModuleGraph { modules: _, styles, assets, pages, entries, runtime, injected, injected_names, .. } = graph;
    let ModuleGraph { kept_names, watched, .. } = graph;
    let none: [Module; 0] = [];
    // In the order of the fields, as the graph itself would be written.
    let rest = (&none[..], styles, assets, pages, entries, runtime, injected, injected_names, kept_names, watched);
    Some((postcard::to_stdvec(&rest).ok()?, groups))
}

impl Basis<'_> {
    /// As it was; `None`: it was not kept.
    pub fn graph(&self) -> Option<ModuleGraph> {
        let bytes = self.graphs.cache.get(self.graphs.graph)?;
        let ((id, lengths), rest) = postcard::take_from_bytes::<(ContentHash, Vec<u64>)>(&bytes).ok()?;
        if id != self.id {
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

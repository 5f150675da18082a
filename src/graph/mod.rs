//! Stage 2. Finds every file that the build reaches, reads it once, and says what each mention in it leads to.
//!
//! In: [`Options`], the disk, the facts of earlier builds. Out: [`ModuleGraph`], whole even when there are problems.
//! Invariants: ids depend on the files alone, not on threads; a file is read and scanned once; a (folder, specifier,
//! kind of mention) is resolved once; the runtime is module 0; `targets` has an item for each record, import, URL or
//! reference of the facts.
//! Not here: what exports and imports are bound to (`link`), what any file becomes (`script`, `style`, `image`, `page`).
//! Start at `discover.rs` (a task per file), then `records.rs` (a mention and where it leads), `number.rs` (final ids).

mod asset;
mod browser_field;
mod css_text;
mod data_url;
mod demand;
mod discover;
mod entries;
mod explain;
mod externals;
mod glob;
mod kept_names;
mod loaders;
mod number;
mod packages;
mod page;
mod patch;
mod plugged;
mod project;
mod queries;
mod records;
mod resolve;
mod resolver_files;
mod scan_memory;
mod script;
mod shards;
mod sources;
mod style;
mod typescript;
mod values;
mod wasm;

#[cfg(test)]
mod tests;

pub use patch::patch;

use crate::cache::Cache;
use crate::config::Options;
use crate::diag::Noted;
use crate::fs::Files;
use crate::model::ModuleGraph;
use discover::Discovery;
use entries::{Entries, Starts};
use project::Project;
use rayon::slice::ParallelSliceMut as _;
use std::sync::Arc;

/// The graph of a build. Runs on the current rayon pool.
pub fn build(options: &Options, files: &Arc<dyn Files>, cache: &Cache) -> Noted<ModuleGraph> {
    let plugged = match plugged::open(options, files) {
        Ok(plugged) => plugged,
        // Hardly anything would be found.
        Err(bad) => {
            let (problem, path) = *bad;
            return Noted::new(ModuleGraph { watched: vec![path], ..ModuleGraph::default() }, vec![problem]);
        }
    };
    let shown = plugged.clone().map(|plugged| plugged as Arc<dyn Files>);
    let files = shown.as_ref().unwrap_or(files);
    let mut project = Project::new(options, files, plugged.clone(), cache);
    let mut entries = Entries::find(&project);
    let mut problems = std::mem::take(&mut entries.problems);
    project.pages = std::mem::take(&mut entries.outputs);
    project.inject(std::mem::take(&mut entries.inject), cache);
    let discovery = Discovery::new(project);
    let starts: Starts = rayon::scope(|scope| entries.start(&discovery, scope));
    let project = &discovery.project;
    // What was read is kept while it is put in order: either leaves a core idle.
    let assemble = || number::assemble(&discovery, &starts, &mut problems);
    let (mut graph, ()) = rayon::join(assemble, || project.memory.store());
    problems.extend(project.tsconfigs.problems());
    let more = project.packages.watched().into_iter().chain(project.tsconfigs.watched());
    let more = more.chain(project.resolution.watched());
    graph.watched.extend(more);
    if let Some(plugged) = &plugged {
        problems.extend(plugged::damaged(project, plugged));
        plugged::settle(plugged, &mut graph);
    }
    // By bytes: paths compare part by part, which takes long for tens of thousands.
    graph.watched.par_sort_unstable_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    graph.watched.dedup();
    graph.kept_names = kept_names::read(options, &**files).take(&mut problems);
    graph.injected_names = project.language.inject.clone();
    Noted::new(graph, problems)
}

//! Small projects in temporary folders, and what the graph of each must be.

mod sites;
mod demand;
mod loading;
mod messages;
mod numbering;
mod plugged;
mod resolving;

use crate::base::{Idx, ModuleId};
use crate::cache::Cache;
use crate::config::*;
use crate::diag::{Diagnostic, Noted};
use crate::fs::{Disk, Files};
use crate::model::{Module, ModuleGraph, Target};
use std::path::PathBuf;
use std::sync::Arc;

/// A project on disk, gone when dropped.
pub(super) struct Sample {
    folder: tempfile::TempDir,
    pub options: Options,
}

impl Sample {
    /// `src/main.js` is the entry unless `options.entries` is changed.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = options(folder.path().canonicalize().unwrap());
        let sample = Sample { folder, options };
        files.iter().for_each(|(path, text)| sample.write(path, text));
        sample
    }

    pub fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn build(&self) -> Noted<ModuleGraph> {
        super::build(&self.options, &(Arc::new(Disk) as Arc<dyn Files>), &Cache::new(self.options.cache_dir.clone()))
    }

    /// For projects without problems.
    pub fn graph(&self) -> ModuleGraph {
        let built = self.build();
        assert_eq!(built.problems, []);
        built.value
    }

    /// For projects with one problem.
    pub fn problem(&self) -> Diagnostic {
        let mut problems = self.build().problems;
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    }
}

fn options(root: PathBuf) -> Options {
    Options {
        entries: vec![(None, "src/main.js".to_string())],
        outbase: root.join("src"),
        outdir: root.join("dist"),
        root,
        site: false,
        minify: Minify::Off,
        entry_names: "[dir]/[name]".to_string(),
        chunk_names: "[name]-[hash]".to_string(),
        asset_names: "[name]-[hash]".to_string(),
        ..Options::for_tests()
    }
}

/// Names of all modules but the runtime, in the order of their ids.
pub(super) fn names(graph: &ModuleGraph) -> Vec<&str> {
    graph.modules.iter().skip(1).map(|module| module.name.as_str()).collect()
}

pub(super) fn module<'g>(graph: &'g ModuleGraph, name: &str) -> &'g Module {
    let found = graph.modules.iter().find(|module| module.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {:?}", names(graph)))
}

/// What each specifier of a module leads to: a file name, `external …`, `disabled`, `unresolved`.
pub(super) fn leads(graph: &ModuleGraph, name: &str) -> Vec<String> {
    let module = module(graph, name);
    assert_eq!(module.targets.len(), module.facts.records.len());
    let records = module.facts.records.iter().zip(&module.targets);
    records.map(|(record, target)| format!("{} → {}", record.specifier, describe(graph, target))).collect()
}

pub(super) fn describe(graph: &ModuleGraph, target: &Target) -> String {
    match target {
        Target::Module(id) => graph.modules[*id].name.clone(),
        Target::Style(id) => format!("style {}", graph.styles[*id].name),
        Target::Asset(id) => format!("asset {}", graph.assets[*id].name),
        Target::Page(id) => format!("page {}", graph.pages[*id].name),
        Target::Worker(entry) => format!("worker {}", graph.modules[graph.entries[*entry].module].name),
        Target::External(name) => format!("external {name}"),
        Target::Disabled => "disabled".to_string(),
        Target::Unresolved => "unresolved".to_string(),
        Target::Unasked => "unasked".to_string(),
    }
}

#[test]
fn the_runtime_is_module_0_and_nothing_of_it_is_kept_for_its_own_sake() {
    let graph = Sample::new(&[("src/main.js", "")]).graph();
    assert_eq!(graph.runtime, Some(ModuleId::from_usize(0)));
    let runtime = &graph.modules[ModuleId::from_usize(0)];
    assert_eq!(runtime.name, crate::lang::js::RUNTIME_NAME);
    assert!(!runtime.side_effects && !runtime.source_is_file);
}

//! The graph after the text of a few scripts has changed.
//!
//! Which modules there are and where their mentions lead depends on the texts only through facts. As long as these are
//! what they were, but for positions, everything else is.

use super::discover::hash;
use crate::base::ContentHash;
use crate::config::Options;
use crate::fs::{Files, physical};
use crate::lang::js::{self, LanguageOptions};
use crate::model::{Loader, Module, ModuleGraph};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Puts what is in the changed files now into the graph. `None`: one of them is more than the text of modules, or its
/// facts have changed, or there are problems to be told; the graph has to be made anew.
pub fn patch(
    mut graph: ModuleGraph,
    changed: &[(PathBuf, ContentHash)],
    options: &Options,
    files: &dyn Files,
) -> Option<ModuleGraph> {
    let language = LanguageOptions { inject: graph.injected_names.clone(), ..options.language() };
    for (path, content) in changed {
        if is_more_than_script(&graph, path) {
            return None;
        }
        // What is read must be what was found to have changed, or the memory of this build would be wrong.
        let bytes = files.read(path).ok().filter(|bytes| ContentHash::of(bytes) == *content)?;
        let text = String::from_utf8(bytes).ok()?;
        let source: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(&text).into();
        let mut found = false;
        for module in graph.modules.iter_mut().filter(|module| is_made_of(&module.path, path)) {
            rescan(module, &source, &language)?;
            found = true;
        }
        if !found {
            return None;
        }
    }
    Some(graph)
}

/// Something else than modules that are scripts as they stand in the file.
fn is_more_than_script(graph: &ModuleGraph, path: &Path) -> bool {
    let is_script = |module: &Module| {
        module.source_is_file && matches!(module.loader, Loader::Js | Loader::Jsx | Loader::Ts | Loader::Tsx)
    };
    graph.modules.iter().any(|module| is_made_of(&module.path, path) && !is_script(module))
        || graph.styles.iter().any(|style| is_made_of(&style.path, path))
        || graph.assets.iter().any(|asset| is_made_of(&asset.path, path))
        || graph.pages.iter().any(|page| is_made_of(&page.path, path))
}

/// The path is that of the file, or stands for it.
fn is_made_of(path: &Path, file: &Path) -> bool {
    path == file || (path.file_name() == file.file_name() && physical(path) == file)
}

fn rescan(module: &mut Module, source: &Arc<str>, language: &LanguageOptions) -> Option<()> {
    let scanned = js::scan_and_keep(source, &module.name, &module.parse, language, Some(&|| true));
    let (mut facts, tree) = scanned.value.filter(|_| scanned.problems.is_empty())?;
    let shape = facts.shape();
    if shape.is_none() || shape != module.shape {
        return None;
    }
    module.source_hash = hash(source);
    module.source = Arc::clone(source);
    module.facts = Arc::new(facts);
    module.tree = tree;
    Some(())
}

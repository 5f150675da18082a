//! The entries of the command line: which file each is, and what its output is called.

use super::demand::Want;
use super::discover::{Discovery, Early, Key};
use super::explain::no_file;
use super::externals::{is_bare, normalize};
use super::loaders;
use super::project::{Place, Project};
use super::records::no_loader;
use super::resolve::{Class, Folder, Resolved};
use crate::base::relative_path;
use crate::diag::Diagnostic;
use crate::model::Loader;
use rayon::Scope;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the build starts from, before anything is read.
#[derive(Default)]
pub(super) struct Entries {
    scripts: Vec<(Key, String)>,
    pages: Vec<Arc<Path>>,
    /// Output path of each page.
    pub outputs: FxHashMap<Arc<Path>, String>,
    pub inject: Vec<Key>,
    public: Vec<PathBuf>,
    pub problems: Vec<Diagnostic>,
}

/// The same, discovered.
#[derive(Default, Debug)]
pub(super) struct Starts {
    pub runtime: Early,
    pub injected: Vec<Early>,
    pub scripts: Vec<(Early, String)>,
    pub pages: Vec<Early>,
    pub public: Vec<Early>,
}

impl Entries {
    pub fn find(project: &Project) -> Self {
        let mut entries = Entries::default();
        let scope = project.packages.scope(&project.root);
        let from = Folder::new(&project.root, scope, None);
        for (name, specifier) in &project.options.entries {
            match locate(project, &from, specifier) {
                Some(place) if is_page(&place.path) => entries.page(project, &place.path, name.as_deref()),
                Some(place) => entries.script(project, place, name.as_deref(), specifier),
                None => entries.problems.push(missing(project, specifier)),
            }
        }
        for path in &project.options.inject {
            match locate(project, &from, &path.to_string_lossy()) {
                Some(place) => {
                    let loader = loaders::by_name(project.options, &place.path).unwrap_or(Loader::Js);
                    entries.inject.push(Key::Script { place, loader });
                }
                None => entries.problems.push(missing(project, &path.to_string_lossy())),
            }
        }
        let (public, problems) = super::asset::public_files(project);
        entries.public = public;
        entries.problems.extend(problems);
        entries
    }

    fn page(&mut self, project: &Project, path: &Arc<Path>, name: Option<&str>) {
        let Ok(inside) = path.strip_prefix(&project.root) else {
            let problem = Diagnostic::error(
                "entry-outside-root",
                format!("the page \"{}\" is outside the project root", project.name(path)),
            );
            let note = "a page keeps its path under the root in the output";
            self.problems.push(problem.note(note).hint("--root DIR names a folder that holds every page"));
            return;
        };
        if self.outputs.contains_key(path) {
            return;
        }
        let output = match name {
            Some(name) if is_page(Path::new(name)) => name.to_string(),
            Some(name) => format!("{name}.html"),
            None => crate::base::normalize_slashes(&inside.to_string_lossy()),
        };
        if self.outputs.values().any(|taken| *taken == output) {
            self.problems.push(
                Diagnostic::error("duplicate-output", format!("two pages would be written to \"{output}\""))
                    .hint("NAME=ENTRY gives a page another name"),
            );
            return;
        }
        self.outputs.insert(Arc::clone(path), output);
        self.pages.push(Arc::clone(path));
    }

    fn script(&mut self, project: &Project, place: Place, name: Option<&str>, specifier: &str) {
        let Some(loader) = loaders::choose(project.options, &place.path, &place.query, None) else {
            self.problems.push(no_loader(&project.name(&place.path), &place.path));
            return;
        };
        let name = match name {
            Some(name) => name.to_string(),
            None => entry_name(project, &place.path, specifier),
        };
        self.scripts.push((Key::Script { place, loader }, name));
    }

    /// Sends everything on its way.
    pub fn start<'s>(&self, discovery: &'s Discovery, scope: &Scope<'s>) -> Starts {
        let visit = |key: &Key| discovery.visit(scope, key.clone(), None);
        let whole = |key: &Key| {
            let script = visit(key);
            discovery.ask(scope, vec![(script, Want::All)]);
            script
        };
        let page = |path: &Arc<Path>| visit(&Key::Page { path: Arc::clone(path) });
        let asset = |path: &PathBuf| {
            let manifest = loaders::extension(path) == "webmanifest";
            visit(&Key::Asset { path: path.as_path().into(), manifest })
        };
        Starts {
            runtime: visit(&Key::Runtime),
            injected: discovery.project.inject.iter().map(whole).collect(),
            scripts: self.scripts.iter().map(|(key, name)| (whole(key), name.clone())).collect(),
            pages: self.pages.iter().map(page).collect(),
            public: self.public.iter().map(asset).collect(),
        }
    }
}

fn is_page(path: &Path) -> bool {
    matches!(loaders::extension(path).as_str(), "html" | "htm")
}

/// A path from the root, or what an import there would find.
fn locate(project: &Project, from: &Folder, specifier: &str) -> Option<Place> {
    let path = normalize(&project.root.join(specifier));
    if project.files.is_file(&path) {
        return Some(Place::file(&project.real(&path)));
    }
    let relative = format!("./{specifier}");
    let candidates = [relative.as_str(), specifier];
    let candidates = if is_bare(specifier) { &candidates[..] } else { &candidates[1..] };
    candidates.iter().find_map(|specifier| match &*project.resolution.resolve(from, Class::Import, true, specifier) {
        Resolved::File { path, query } => Some(Place::new(Arc::clone(path), query.clone())),
        _ => None,
    })
}

fn missing(project: &Project, specifier: &str) -> Diagnostic {
    let shown = match Path::new(specifier).strip_prefix(&project.options.root) {
        Ok(inside) => inside.to_string_lossy().into_owned(),
        Err(_) => specifier.to_string(),
    };
    let problem = Diagnostic::error("missing-entry", format!("there is no entry \"{shown}\""));
    no_file(project, problem, &project.root, &shown, &[]).hint("name a file, relative to the project root")
}

/// The path under the outbase without its extension; of a package its specifier.
fn entry_name(project: &Project, path: &Path, specifier: &str) -> String {
    if is_bare(specifier) && super::packages::in_node_modules(path) {
        return specifier.to_string();
    }
    let outbase = project.real(&project.options.outbase);
    let path = relative_path(&outbase, &path.with_extension(""));
    // No output may lie above the output folder.
    path.replace("../", "_.._/")
}

/// Names that no other entry has, even where case does not matter.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub fn unique(&mut self, name: &str) -> String {
        let numbered = |number: u32| if number < 2 { name.to_string() } else { format!("{name}-{number}") };
        let free = (1..).map(numbered).find(|name| self.0.insert(name.to_lowercase()));
        free.unwrap_or_else(|| name.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_do_not_meet() {
        let mut names = Names::default();
        assert_eq!(["a", "A", "a", "b"].map(|name| names.unique(name)), ["a", "A-2", "a-3", "b"]);
    }
}

//! Yarn Plug'n'Play: whether the project has a map of its packages, what is wrong with it, and why a package that it knows,
//! or does not know, could not be imported.

use super::project::{Project, real};
use super::resolve::split_package;
use crate::base::relative_path;
use crate::config::Options;
use crate::diag::{Diagnostic, Location, nearest};
use crate::fs::{BadManifest, Dependency, Files, PackageNumber, Plugged, physical};
use crate::model::ModuleGraph;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The disk with the packages of the map that the project has. `Err`: it cannot be read; with the file.
pub(super) fn open(
    options: &Options,
    files: &Arc<dyn Files>,
) -> Result<Option<Arc<Plugged>>, Box<(Diagnostic, PathBuf)>> {
    let root = real(options, &**files, &options.root);
    let opened = Plugged::open(files, &root, !options.preserve_symlinks);
    opened.map(|plugged| plugged.map(Arc::new)).map_err(|bad| {
        let BadManifest { path, reason, place } = bad;
        let name = relative_path(&root, &path);
        let text = files.read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let location = match place {
            Some((line, column)) => {
                let before: usize = text.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
                let offset = before as u32 + column.saturating_sub(1);
                Location::span(&*name, &text, offset, offset + 1)
            }
            None => Location::file(&*name),
        };
        let problem = Diagnostic::error("bad-pnp-map", format!("could not read Yarn's map of packages, \"{name}\""));
        let hint = "yarn install writes it anew; without Plug'n'Play, delete it";
        Box::new((problem.at(location).note(reason).hint(hint), path))
    })
}

/// What the stages after this one are told: paths that are the same on every machine, and files to watch that are there.
pub(super) fn settle(plugged: &Plugged, graph: &mut ModuleGraph) {
    let paths = graph.modules.iter_mut().map(|module| &mut module.path);
    let paths = paths.chain(graph.styles.iter_mut().map(|style| &mut style.path));
    let paths = paths.chain(graph.assets.iter_mut().map(|asset| &mut asset.path));
    for path in paths.chain(graph.pages.iter_mut().map(|page| &mut page.path)) {
        let shown = plugged.shown(path).into_owned();
        *path = shown;
    }
    for path in &mut graph.watched {
        *path = plugged.source(path);
    }
    graph.watched.extend(plugged.asked());
    graph.watched.push(plugged.manifest.path.clone());
}

/// Archives that something was asked of and that could not be read.
pub(super) fn damaged(project: &Project, plugged: &Plugged) -> Vec<Diagnostic> {
    let problem = |(path, reason): (PathBuf, String)| {
        let name = relative_path(&project.root, &path);
        Diagnostic::error("damaged-archive", format!("could not read the archive \"{name}\""))
            .at(Location::file(name))
            .note(reason)
            .hint("delete it, then: yarn install")
    };
    plugged.damaged().into_iter().map(problem).collect()
}

/// Why a package could not be imported by a file of this folder. `Err`: the map says nothing of the file, or the package is
/// there: at this place.
pub(super) fn explain(
    project: &Project,
    problem: Diagnostic,
    folder: &Path,
    specifier: &str,
) -> Result<Diagnostic, (Diagnostic, Option<PathBuf>)> {
    let Some(plugged) = project.plugged.as_deref() else { return Err((problem, None)) };
    let manifest = &plugged.manifest;
    let Some(importer) = manifest.owner(folder) else { return Err((problem, None)) };
    let (name, rest) = split_package(specifier);
    let external = format!("--external {name} leaves the import as it is");
    match manifest.dependency(importer, name) {
        Dependency::Undeclared if is_peer(project, plugged, importer, name) => {
            let (who, manifest) = (title(plugged, importer), manifest_name(project, plugged, importer));
            let problem = problem.note(format!("\"{name}\" is only a peer dependency of {who} ({manifest})"));
            Ok(problem.hint(format!("yarn add --dev {name}, or {external}")))
        }
        Dependency::Undeclared => {
            let problem = problem.note(format!(
                "\"{name}\" is not among the dependencies of {} ({})",
                title(plugged, importer),
                manifest_name(project, plugged, importer)
            ));
            let near = nearest(name, manifest.names(importer), 3);
            let names: Vec<String> = near.iter().map(|name| format!("{name}{rest}")).collect();
            let problem = super::explain::did_you_mean(problem, &names);
            Ok(problem.hint(format!("{}, or {external}", adding(project, plugged, importer, name))))
        }
        Dependency::Unprovided => {
            let who = title(plugged, importer);
            let problem =
                problem.note(format!("\"{name}\" is a peer dependency of {who}, and nobody who uses it has it"));
            Ok(problem.hint(format!("yarn add {name}, or {external}")))
        }
        Dependency::Package(number) => {
            let location = &manifest.package(number).location;
            if project.files.is_dir(location) {
                return Err((problem, Some(location.clone())));
            }
            let source = plugged.source(location);
            let there = if project.files.is_file(&source) { "cannot be read" } else { "is not there" };
            let shown = project.name(&physical(&source));
            let problem = problem.note(format!("\"{name}\" is in \"{shown}\", which {there}"));
            let map = project.name(&manifest.path);
            Ok(problem
                .hint(format!("yarn install, or delete \"{map}\" if packages are in node_modules now, or {external}")))
        }
    }
}

/// The package that the files of a folder belong to, by Yarn's map.
pub(super) fn importer(project: &Project, folder: &Path) -> Option<String> {
    let plugged = project.plugged.as_deref()?;
    Some(title(plugged, plugged.manifest.owner(folder)?))
}

fn title(plugged: &Plugged, package: PackageNumber) -> String {
    match plugged.manifest.package(package).name.as_str() {
        "" => "the project".to_string(),
        name => format!("\"{name}\""),
    }
}

fn manifest_name(project: &Project, plugged: &Plugged, package: PackageNumber) -> String {
    project.name(&plugged.manifest.package(package).location.join("package.json"))
}

/// Built by itself, a workspace has nobody above it who could provide what it wants to be provided.
fn is_peer(project: &Project, plugged: &Plugged, package: PackageNumber, name: &str) -> bool {
    let package = plugged.manifest.package(package);
    let text = project.files.read(&package.location.join("package.json")).ok().filter(|_| package.workspace);
    let manifest: serde_json::Value = text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    manifest["peerDependencies"].get(name).is_some()
}

/// How a package gets a dependency.
fn adding(project: &Project, plugged: &Plugged, importer: PackageNumber, name: &str) -> String {
    let package = plugged.manifest.package(importer);
    if !package.workspace {
        return format!(
            "under `packageExtensions` in .yarnrc.yml give \"{}@*\" the dependency \"{name}\"",
            package.name
        );
    }
    match plugged.manifest.owner(&project.root) {
        Some(here) if here != importer => format!("yarn workspace {} add {name}", package.name),
        _ => format!("yarn add {name}"),
    }
}

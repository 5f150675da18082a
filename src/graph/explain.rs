//! Why a specifier could not be resolved, what was near, and what to do about it.

use super::externals::{is_bare, normalize};
use super::plugged;
use super::project::Project;
use super::resolve::{Class, Folder, conditions, extensions, split_package};
use super::typescript::json_location;
use crate::config::Platform;
use crate::diag::{Diagnostic, nearest};
use oxc_resolver::ResolveError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A question that found no answer.
pub(super) struct Unresolved<'a> {
    pub folder: &'a Folder,
    pub specifier: &'a str,
    pub class: Class,
    pub error: Option<&'a ResolveError>,
}

impl Unresolved<'_> {
    pub fn explain(&self, project: &Project) -> Diagnostic {
        let problem = Diagnostic::error("unresolved-import", format!("could not resolve \"{}\"", self.specifier));
        let problem = match self.error {
            Some(ResolveError::PackagePathNotExported { subpath, package_json_path, .. }) => {
                self.not_exported(project, problem, subpath, package_json_path)
            }
            Some(ResolveError::PackageImportNotDefined(name, _)) => {
                problem.note(format!("the nearest package.json has no \"imports\" entry for \"{name}\""))
            }
            Some(ResolveError::Json(json)) => {
                let name = project.name(&json.path);
                let place = json_location(project.files, json, &name);
                problem.note(format!("{name}:{}:{} is not valid JSON: {}", place.line, place.column, json.message))
            }
            Some(ResolveError::MatchedAliasNotFound(..)) | Some(ResolveError::Recursion) => {
                problem.note("an alias or a \"browser\" map leads nowhere, or back to itself")
            }
            Some(
                error @ (ResolveError::InvalidPackageTarget(..)
                | ResolveError::InvalidPackageConfig(_)
                | ResolveError::InvalidPackageConfigDefault(_)
                | ResolveError::InvalidPackageConfigDirectory(_)
                | ResolveError::InvalidModuleSpecifier(..)
                | ResolveError::IOError(_)),
            ) => problem.note(relative_message(project, &error.to_string())),
            _ if self.specifier.starts_with('#') => problem.note(match plugged::importer(project, &self.folder.path) {
                Some(who) => format!(
                    "the nearest package.json maps it to a file that does not exist, or to a package that is not \
                         among the dependencies of {who}"
                ),
                None => "the nearest package.json maps it to a file or package that does not exist".to_string(),
            }),
            _ if is_bare(self.specifier) => return self.no_package(project, problem),
            _ => no_file(project, problem, &self.folder.path, self.specifier, &self.extensions(project)),
        };
        if problem.hint.is_some() {
            return problem;
        }
        problem.hint(format!("--external {} leaves the import as it is, for the run time to resolve", self.specifier))
    }

    fn extensions(&self, project: &Project) -> Vec<String> {
        extensions(project.options, self.class, self.folder.in_package)
    }

    fn not_exported(&self, project: &Project, problem: Diagnostic, subpath: &str, manifest: &Path) -> Diagnostic {
        let (package, rest) = split_package(self.specifier);
        let wanted = if rest.is_empty() { ".".to_string() } else { format!(".{rest}") };
        let subpath = if subpath.starts_with('.') { subpath } else { wanted.as_str() };
        let conditions = conditions(project.options, self.class).join(", ");
        let problem = problem.note(format!(
            "the package \"{package}\" does not export \"{subpath}\" under the conditions {conditions} ({})",
            project.name(manifest)
        ));
        let exported = exported_subpaths(project, manifest);
        let near = nearest(&wanted, exported.iter().map(String::as_str), 3);
        if !near.is_empty() {
            let names: Vec<String> = near.iter().map(|key| format!("{package}{}", &key[1..])).collect();
            return did_you_mean(problem, &names);
        }
        match exported.is_empty() {
            true => problem,
            false => {
                let shown: Vec<&str> = exported.iter().take(8).map(String::as_str).collect();
                problem.note(format!("it exports {}", shown.join(", ")))
            }
        }
    }

    fn no_package(&self, project: &Project, problem: Diagnostic) -> Diagnostic {
        let (package, rest) = split_package(self.specifier);
        let external = format!("--external {package} leaves the import as it is");
        let modules: Vec<PathBuf> = self.folder.path.ancestors().map(|folder| folder.join("node_modules")).collect();
        let bare = package.strip_prefix("node:").unwrap_or(package);
        if NODE_BUILTINS.binary_search(&bare).is_ok() && project.options.platform != Platform::Node {
            return problem
                .note(format!("\"{bare}\" is built into Node, and the output is meant for another platform"))
                .hint(format!("--platform node, or {external}, or an alias: --alias {package}=PACKAGE"));
        }
        let (problem, known) = match plugged::explain(project, problem, &self.folder.path, self.specifier) {
            Ok(problem) => return problem,
            Err(rest) => rest,
        };
        let mut usual = modules.iter().map(|modules| modules.join(package));
        let found = known.or_else(|| usual.find(|path| project.files.is_dir(path)));
        if let Some(found) = found {
            let name = project.name(&found);
            if rest.is_empty() {
                let problem = problem
                    .note(format!("\"{name}\" is there, but no file that its package.json names, and no index file"));
                return problem.hint(format!("install \"{package}\" again, or {external}"));
            }
            let inside = format!(".{rest}");
            let problem = no_file(project, problem, &found, &inside, &self.extensions(project));
            return problem.hint(external);
        }
        let installed = installed(project, &modules);
        let problem = problem.note(format!(
            "there is no package \"{package}\" in a node_modules folder of {} or above",
            folder_name(project, &self.folder.path)
        ));
        let near = nearest(package, installed.iter().map(String::as_str), 3);
        let names: Vec<String> = near.iter().map(|name| format!("{name}{rest}")).collect();
        did_you_mean(problem, &names).hint(format!("npm install {package}, or {external}"))
    }
}

/// A missing file of a page, sheet, manifest.
pub(super) fn reference(project: &Project, code: &str, folder: &Path, url: &str) -> Diagnostic {
    let problem = Diagnostic::error(code, format!("there is no file \"{url}\""));
    let plain = url.split(['?', '#']).next().unwrap_or(url);
    let problem = match plain.strip_prefix('/') {
        Some(rest) => no_file(project, problem, &project.root, rest, &[]),
        None => no_file(project, problem, folder, plain, &[]),
    };
    problem.hint(format!("--external \"{plain}\" leaves the URL as it is"))
}

/// What is near in the folder where the file should be.
pub(super) fn no_file(
    project: &Project,
    problem: Diagnostic,
    from: &Path,
    specifier: &str,
    extensions: &[String],
) -> Diagnostic {
    let plain = specifier.split(['?', '#']).next().unwrap_or(specifier);
    let path = normalize(&from.join(plain));
    let (Some(folder), Some(word)) = (path.parent(), path.file_name()) else { return problem };
    if !project.files.is_dir(folder) {
        return problem.note(format!("there is no folder {}", folder_name(project, folder)));
    }
    let name = project.name(&path);
    let problem = if project.files.is_dir(&path) {
        problem.note(format!("\"{name}\" is a folder without an index file"))
    } else if extensions.is_empty() {
        problem.note(format!("looked for \"{name}\""))
    } else {
        problem.note(format!("looked for \"{name}\", as it is and with {}", extensions.join(" ")))
    };
    let stems = !word.to_string_lossy().contains('.');
    let listed = project.files.list(folder).unwrap_or_default();
    let part = |path: &PathBuf| {
        let name = if stems { path.file_stem() } else { path.file_name() };
        name.map(|name| name.to_string_lossy().into_owned())
    };
    let names: BTreeSet<String> = listed.iter().filter_map(part).collect();
    let near = nearest(&word.to_string_lossy(), names.iter().map(String::as_str), 3);
    let head = plain.rfind('/').map_or("", |at| &plain[..=at]);
    let names: Vec<String> = near.iter().map(|name| format!("{head}{name}")).collect();
    did_you_mean(problem, &names)
}

pub(super) fn did_you_mean(problem: Diagnostic, names: &[String]) -> Diagnostic {
    if names.is_empty() {
        return problem;
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    problem.note(format!("did you mean {}?", quoted.join(" or ")))
}

fn folder_name(project: &Project, folder: &Path) -> String {
    let name = project.name(folder);
    if name.is_empty() { "the project root".to_string() } else { format!("\"{name}\"") }
}

/// A message of the resolver, with paths as seen from the root.
fn relative_message(project: &Project, message: &str) -> String {
    let root = project.root.to_string_lossy();
    message.replace(&format!("{root}/"), "")
}

fn exported_subpaths(project: &Project, manifest: &Path) -> BTreeSet<String> {
    let text = project.files.read(manifest).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let exports = value.get("exports").and_then(|exports| exports.as_object());
    exports.into_iter().flat_map(|map| map.keys()).filter(|key| key.starts_with('.')).cloned().collect()
}

/// Names of the packages that could be imported.
fn installed(project: &Project, modules: &[PathBuf]) -> BTreeSet<String> {
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut names = BTreeSet::new();
    for folder in modules {
        for path in project.files.list(folder).unwrap_or_default() {
            let outer = name(&path);
            if outer.starts_with('@') {
                let inner = project.files.list(&path).unwrap_or_default();
                names.extend(inner.iter().map(|path| format!("{outer}/{}", name(path))));
            } else if !outer.starts_with('.') {
                names.insert(outer);
            }
        }
    }
    names
}

/// Sorted. For messages only; the resolver has its own list.
const NODE_BUILTINS: [&str; 39] = [
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "test",
    "timers",
    "tls",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "zlib",
];

#[cfg(test)]
mod tests {
    #[test]
    fn builtins_can_be_searched() {
        assert!(super::NODE_BUILTINS.is_sorted());
    }
}

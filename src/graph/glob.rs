//! The modules that stand for many files: which files a pattern means, and the source that gives them out.

use super::discover::{Inline, hash};
use super::project::{Place, Project};
use super::resolve::{Class, extensions};
use crate::base::{normalize_slashes, relative_path};
use crate::diag::Diagnostic;
use crate::graph::externals::normalize;
use crate::lang::js::{Glob, GlobKind};
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folders below which nothing is looked for: a pattern that escapes into them means something else.
const DEPTH_MAX: usize = 64;

/// A module for the files that `glob`, mentioned in a file of `folder`, means.
pub(super) struct Expanded {
    pub place: Place,
    pub inline: Inline,
    /// Folders that were searched: a new file there changes the build.
    pub searched: Vec<PathBuf>,
    pub problem: Option<Diagnostic>,
}

pub(super) fn expand(project: &Project, folder: &Path, own: Option<&Path>, specifier: &str, glob: &Glob) -> Expanded {
    let mut search = Search { project, folder, glob, found: BTreeMap::new(), searched: Vec::new() };
    let mut problem = None;
    for pattern in glob.patterns.iter().filter(|pattern| !pattern.starts_with('!')) {
        let relative = pattern.starts_with("./") || pattern.starts_with("../") || pattern.starts_with('/');
        match search.pattern(pattern) {
            Some(matcher) if relative || glob.base.is_some() => search.collect(&matcher),
            _ => problem = Some(bad_pattern(pattern)),
        }
    }
    for pattern in glob.patterns.iter().filter_map(|pattern| pattern.strip_prefix('!')) {
        match search.pattern(pattern) {
            Some(matcher) => search.found.retain(|_, path| !matcher.is_match(path)),
            None => problem = Some(bad_pattern(pattern)),
        }
    }
    // What a file gives out of its folder is not the file itself.
    let own = own.filter(|_| glob.kind == GlobKind::Meta);
    search.found.retain(|_, path| Some(path.as_path()) != own);
    if search.found.is_empty() && problem.is_none() {
        let what = glob.patterns.join(", ");
        let found = Diagnostic::warning("empty-glob", format!("\"{what}\" matches no file"));
        problem = Some(found.hint("patterns are relative to the file they stand in; \"**\" goes into folders"));
    }
    let text = source(glob, &search);
    let key = format!("{specifier} {}", relative_path(&project.root, own.unwrap_or(folder)));
    let place = Place::new(folder.join("glob").into(), format!("glob:{}", hash(&key).short()));
    let inline = Inline { text: text.into(), host: None, attribute: false };
    Expanded { place, inline, searched: search.searched, problem }
}

fn bad_pattern(pattern: &str) -> Diagnostic {
    Diagnostic::error("bad-glob", format!("\"{pattern}\" is not a pattern of files"))
        .hint("start it with ./ or ../ (from this file) or / (from the project root)")
}

struct Search<'a, 'p> {
    project: &'a Project<'p>,
    folder: &'a Path,
    glob: &'a Glob,
    /// Key → file.
    found: BTreeMap<String, PathBuf>,
    searched: Vec<PathBuf>,
}

struct Matcher {
    start: PathBuf,
    absolute: bool,
    matcher: GlobMatcher,
}

impl Matcher {
    fn is_match(&self, path: &Path) -> bool {
        self.matcher.is_match(normalize_slashes(&path.to_string_lossy()))
    }
}

impl Search<'_, '_> {
    fn base(&self) -> PathBuf {
        match &self.glob.base {
            Some(base) => self.place(self.folder, base),
            None => self.folder.to_path_buf(),
        }
    }

    fn place(&self, from: &Path, path: &str) -> PathBuf {
        match path.strip_prefix('/') {
            Some(inside) => normalize(&self.project.root.join(inside)),
            None => normalize(&from.join(path)),
        }
    }

    /// The pattern as one of absolute paths, and the folder where looking for it starts: all that stands before the
    /// first special character.
    fn pattern(&self, pattern: &str) -> Option<Matcher> {
        let fixed = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
        let cut = pattern[..fixed].rfind('/').map_or(0, |at| at + 1);
        let start = self.place(&self.base(), if cut == 0 { "." } else { &pattern[..cut] });
        let text = format!("{}/{}", escape(&normalize_slashes(&start.to_string_lossy())), &pattern[cut..]);
        let matcher = GlobBuilder::new(&text).literal_separator(true).build().ok()?.compile_matcher();
        Some(Matcher { start, absolute: pattern.starts_with('/'), matcher })
    }

    fn collect(&mut self, matcher: &Matcher) {
        let mut work = vec![(matcher.start.clone(), 0)];
        while let Some((folder, depth)) = work.pop() {
            let Ok(entries) = self.project.files.list(&folder) else { continue };
            self.searched.push(folder);
            for path in entries {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                if !self.glob.exhaustive && (name == "node_modules" || name.starts_with('.')) {
                    continue;
                }
                if self.project.files.is_dir(&path) {
                    if depth < DEPTH_MAX {
                        work.push((path, depth + 1));
                    }
                } else if matcher.is_match(&path) {
                    self.found.insert(self.key(&path, matcher.absolute), path);
                }
            }
        }
    }

    fn key(&self, path: &Path, absolute: bool) -> String {
        if absolute {
            return format!("/{}", relative_path(&self.project.root, path));
        }
        dotted(relative_path(&self.base(), path))
    }
}

fn dotted(path: String) -> String {
    if path.starts_with("../") { path } else { format!("./{path}") }
}

fn escape(text: &str) -> String {
    let special = |c: char| if "*?[]{}!\\".contains(c) { format!("[{c}]") } else { c.to_string() };
    text.chars().map(special).collect()
}

/// Paths that `require` completes: without the extension, or of a folder with an index.
fn shorter<'s>(glob: &Glob, search: &'s Search<'_, '_>) -> BTreeMap<String, &'s PathBuf> {
    let mut out = BTreeMap::new();
    if glob.kind != GlobKind::Require {
        return out;
    }
    let extensions = extensions(search.project.options, Class::Require, false);
    let matchers: Vec<Matcher> = glob.patterns.iter().filter_map(|pattern| search.pattern(pattern)).collect();
    for extension in &extensions {
        for (key, path) in &search.found {
            let Some(bare) = key.strip_suffix(extension.as_str()) else { continue };
            for short in [Some(bare), bare.strip_suffix("/index")].into_iter().flatten() {
                let meant = normalize(&search.folder.join(short));
                if !search.found.contains_key(short) && matchers.iter().any(|matcher| matcher.is_match(&meant)) {
                    out.entry(short.to_string()).or_insert(path);
                }
            }
        }
    }
    out
}

/// The text of the module. What is wanted at once is imported; the rest is loaded by functions.
fn source(glob: &Glob, search: &Search<'_, '_>) -> String {
    let quote = |text: &str| serde_json::Value::from(text).to_string();
    let mut imports = String::new();
    let mut members = String::new();
    let shorter = shorter(glob, search);
    let found = search.found.iter().chain(shorter.iter().map(|(key, path)| (key, *path)));
    for (at, (key, path)) in found.enumerate() {
        let from = quote(&format!("{}{}", dotted(relative_path(search.folder, path)), glob.query));
        let value = match (glob.kind, &glob.import) {
            (GlobKind::Require, _) => format!("() => require({from})"),
            (GlobKind::Meta, import) if glob.eager => {
                let what = import.as_ref().map_or_else(|| "* as".to_string(), |name| format!("{{ {} as", quote(name)));
                let end = if import.is_some() { " }" } else { "" };
                imports.push_str(&format!("import {what} m{at}{end} from {from};\n"));
                format!("m{at}")
            }
            (_, Some(name)) => format!("() => import({from}).then((m) => m[{}])", quote(name)),
            (_, None) => format!("() => import({from})"),
        };
        members.push_str(&format!("  {}: {value},\n", quote(key)));
    }
    match glob.kind {
        GlobKind::Meta => format!("{imports}export default {{\n{members}}};\n"),
        kind => {
            let fail = |code: &str| {
                format!("Object.assign(new Error(\"Cannot find module '\" + path + \"'\"), {{ code: '{code}' }})")
            };
            let fail = match kind {
                GlobKind::Require => format!("throw {}", fail("MODULE_NOT_FOUND")),
                _ => format!("return Promise.reject({})", fail("ERR_MODULE_NOT_FOUND")),
            };
            format!(
                "const modules = {{ __proto__: null,\n{members}}};\n\
                 export default (path) => {{ const load = modules[path]; if (load) return load(); {fail}; }};\n"
            )
        }
    }
}

//! Where the project is and what its entries are.

use super::file::{self, ConfigFile, shown};
use super::raw::{RawOptions, absolute};
use crate::diag::{Diagnostic, Location, nearest};
use crate::fs::Files;
use std::path::{Path, PathBuf};

/// The project's place and its config file, before any other choice.
pub(super) struct Project {
    pub root: PathBuf,
    pub file: ConfigFile,
    /// Entries of the file start here.
    pub config_folder: PathBuf,
    /// Output name, and absolute path or specifier.
    pub entries: Vec<(Option<String>, String)>,
}

/// One entry before it is looked up.
struct Wanted {
    name: Option<String>,
    text: String,
    folder: PathBuf,
    place: Option<Location>,
}

/// What a directory may hold as its entry in `src`, likeliest first.
const INDEX_SUFFIXES: [&str; 10] = ["html", "tsx", "ts", "jsx", "js", "mts", "mjs", "cts", "cjs", "css"];

/// Suffixes by which a word is meant as a file, not as the name of a package.
const ENTRY_SUFFIXES: [&str; 10] = ["html", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "css"];

/// Finds the config file, the root and the entries.
pub(super) fn locate(raw: &RawOptions, cwd: &Path, files: &dyn Files) -> Result<Project, Vec<Diagnostic>> {
    let mut project = place(raw, cwd, files)?;
    let mut problems = Vec::new();
    for mut entry in wanted(raw, &project, cwd, files) {
        if entry.name.is_none() {
            let (name, text) = split_name(&entry.text, &entry.folder, files);
            (entry.name, entry.text) = (name, text.to_string());
        }
        match find(&entry, cwd, files) {
            Ok(found) => project.entries.push((entry.name, found)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(project) } else { Err(problems) }
}

/// Finds the config file and the root, and no entries.
pub(super) fn place(raw: &RawOptions, cwd: &Path, files: &dyn Files) -> Result<Project, Vec<Diagnostic>> {
    let folder = entry_folder(raw, cwd, files);
    let typed_root = raw.last("root").map(|given| absolute(cwd, &given.text));
    let config = match raw.last("config") {
        Some(given) => Some(absolute(cwd, &given.text)),
        None => file::find(folder.as_deref().or(typed_root.as_deref()).unwrap_or(cwd), files),
    };
    let file = match &config {
        Some(path) => file::read(path, cwd, files)?,
        None => ConfigFile::default(),
    };
    let config_folder = config.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    let file_root = file.given.iter().rev().find(|given| given.flag.name == "root");
    let file_root = file_root.zip(config_folder.as_ref()).map(|(given, folder)| absolute(folder, &given.text));
    let root = typed_root
        .or(file_root)
        .or_else(|| folder.clone())
        .or_else(|| config_folder.clone())
        .unwrap_or_else(|| cwd.to_path_buf());
    if !files.is_dir(&root) {
        let problem =
            Diagnostic::error("missing-root", format!("the project root `{}` is no directory", shown(&root, cwd)));
        return Err(vec![problem]);
    }
    let config_folder = config_folder.unwrap_or_else(|| cwd.to_path_buf());
    Ok(Project { root, file, config_folder, entries: Vec::new() })
}

/// The directory that was given as the only entry.
fn entry_folder(raw: &RawOptions, cwd: &Path, files: &dyn Files) -> Option<PathBuf> {
    match raw.entries.as_slice() {
        [only] => Some(absolute(cwd, only)).filter(|path| files.is_dir(path) && !files.is_file(path)),
        _ => None,
    }
}

/// The typed entries, else those of the file, else the root itself.
fn wanted(raw: &RawOptions, project: &Project, cwd: &Path, files: &dyn Files) -> Vec<Wanted> {
    let file = &project.file;
    let is_folder = entry_folder(raw, cwd, files).is_some();
    if !raw.entries.is_empty() && (!is_folder || file.entries.is_empty()) {
        let typed = |text: &String| Wanted { name: None, text: text.clone(), folder: cwd.to_path_buf(), place: None };
        return raw.entries.iter().map(typed).collect();
    }
    if file.entries.is_empty() {
        return vec![Wanted { name: None, text: ".".to_string(), folder: project.root.clone(), place: None }];
    }
    let written = |(name, text, place): &(Option<String>, String, Location)| Wanted {
        name: name.clone(),
        text: text.clone(),
        folder: project.config_folder.clone(),
        place: Some(place.clone()),
    };
    file.entries.iter().map(written).collect()
}

/// The file that an entry means, or its text when it may be a package.
fn find(entry: &Wanted, cwd: &Path, files: &dyn Files) -> Result<String, Diagnostic> {
    let path = absolute(&entry.folder, &entry.text);
    if files.is_file(&path) {
        return Ok(text_of(&path));
    }
    if files.is_dir(&path) {
        return index_of(&path, cwd, files).map_err(|problem| placed(problem, entry));
    }
    let suffix = path.extension().and_then(|suffix| suffix.to_str()).unwrap_or("");
    if !ENTRY_SUFFIXES.contains(&suffix) {
        let is_path = entry.text.starts_with('.') || Path::new(&entry.text).is_absolute();
        return Ok(if is_path { text_of(&path) } else { entry.text.clone() });
    }
    Err(placed(missing(&path, cwd, files), entry))
}

fn placed(problem: Diagnostic, entry: &Wanted) -> Diagnostic {
    match &entry.place {
        Some(place) => problem.at(place.clone()),
        None => problem,
    }
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn missing(path: &Path, cwd: &Path, files: &dyn Files) -> Diagnostic {
    let problem = Diagnostic::error("missing-entry", format!("there is no entry `{}`", shown(path, cwd)));
    let folder = path.parent().unwrap_or(Path::new("/"));
    let Ok(list) = files.list(folder) else {
        return problem.note(format!("there is no directory `{}` either", shown(folder, cwd)));
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let names: Vec<String> =
        list.iter().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
    let near = nearest(&name, names.iter().map(String::as_str), 1);
    // The same name with another suffix is the commonest slip, and further away than a typo.
    let stem = Path::new(&name).file_stem();
    let sibling = || names.iter().find(|other| Path::new(other).file_stem() == stem).cloned();
    match near.into_iter().next().or_else(sibling) {
        Some(near) => problem.hint(format!("did you mean `{}`?", shown(&folder.join(near), cwd))),
        None => problem,
    }
}

/// The entry of a directory: `index.html`, else `src/index.*`.
fn index_of(folder: &Path, cwd: &Path, files: &dyn Files) -> Result<String, Diagnostic> {
    let mut candidates = vec![folder.join("index.html")];
    candidates.extend(INDEX_SUFFIXES.iter().map(|suffix| folder.join("src").join(format!("index.{suffix}"))));
    let found = candidates.iter().find(|path| files.is_file(path));
    let shown = match shown(folder, cwd) {
        here if here.is_empty() => "the working directory".to_string(),
        there => format!("`{there}`"),
    };
    found.map(|path| text_of(path)).ok_or_else(|| {
        Diagnostic::error("missing-entry", format!("nothing to build in {shown}"))
            .note("looked for `plimsoll.json` with `entries`, `index.html`, and `src/index.*`")
            .hint("name an entry: `plimsoll build src/main.ts`")
    })
}

/// Takes `NAME=ENTRY` apart, unless a file has that very name.
fn split_name<'a>(text: &'a str, folder: &Path, files: &dyn Files) -> (Option<String>, &'a str) {
    match text.split_once('=').filter(|(name, path)| !name.is_empty() && !path.is_empty()) {
        Some((name, path)) if !files.is_file(&absolute(folder, text)) => (Some(name.to_string()), path),
        _ => (None, text),
    }
}

/// True for an HTML page.
pub(super) fn is_page(entry: &str) -> bool {
    entry.ends_with(".html")
}

/// The lowest folder that holds every script entry; `root` when there is none.
pub(super) fn common_folder(entries: &[(Option<String>, String)], root: &Path) -> PathBuf {
    let mut common: Option<PathBuf> = None;
    for (_, entry) in entries {
        let path = Path::new(entry);
        let Some(folder) = path.parent().filter(|_| path.is_absolute() && !is_page(entry)) else { continue };
        common = Some(match common {
            None => folder.to_path_buf(),
            Some(common) => {
                common.components().zip(folder.components()).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
            }
        });
    }
    common.unwrap_or_else(|| root.to_path_buf())
}

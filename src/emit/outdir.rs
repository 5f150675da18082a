//! May we clear this directory?

use crate::config::Options;
use crate::diag::Diagnostic;
use crate::model::Sealed;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// The file by which an output directory is known as ours: a first line with a version, then every path we wrote.
pub const MARKER: &str = ".plimsoll";

const MARKER_HEAD: &str = "plimsoll output 1";

/// Left by file managers; nobody misses them.
const LITTER: &[&str] = &[".DS_Store", "Thumbs.db", "desktop.ini"];

/// Where the history of the project may be: never cleared, marker or not.
const REPOSITORIES: &[&str] = &[".git", ".hg", ".svn", ".jj"];

pub(super) fn marker<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut paths: Vec<&str> = paths.collect();
    paths.sort_unstable();
    format!("{MARKER_HEAD}\n{}\n", paths.join("\n")).into_bytes()
}

/// The paths that an earlier build wrote into `directory`. Only such as stay inside it.
pub(super) fn marked_paths(directory: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(directory.join(MARKER)).unwrap_or_default();
    let is_inside = |path: &&str| {
        !path.starts_with('/') && !path.contains('\\') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
    };
    match text.split_once('\n') {
        Some((MARKER_HEAD, rest)) => rest.lines().filter(is_inside).map(str::to_string).collect(),
        _ => Vec::new(),
    }
}

/// The path with every symbolic link followed, as far as it exists: a linked output directory is replaced where it
/// is, and the link stays.
pub(super) fn resolve(path: &Path) -> PathBuf {
    fn follow(path: &Path, links: u32) -> PathBuf {
        if let Ok(found) = std::fs::canonicalize(path) {
            return found;
        }
        let parent = path.parent();
        match (std::fs::read_link(path), parent, path.file_name()) {
            (Ok(target), Some(parent), _) if links > 0 => follow(&parent.join(target), links - 1),
            (_, Some(parent), Some(name)) => follow(parent, links).join(name),
            _ => path.to_path_buf(),
        }
    }
    follow(path, 40)
}

/// What forbids writing to `options.outdir`; asked before the build starts and again before writing. Builds of scripts
/// alone clear nothing and may write anywhere.
pub fn check_outdir(options: &Options) -> Option<Diagnostic> {
    let directory = resolve(&options.outdir);
    if directory.exists() && !directory.is_dir() {
        let message = format!("the output directory {} is a file", options.outdir.display());
        return Some(Diagnostic::error("outdir-not-ours", message).hint("choose another with --outdir"));
    }
    if !options.site {
        return None;
    }
    has_sources(options, &directory).or_else(|| foreign_contents(options, &directory))
}

fn has_sources(options: &Options, directory: &Path) -> Option<Diagnostic> {
    let mut sources = vec![("the project root", options.root.clone())];
    sources.extend(options.public_dir.iter().map(|path| ("the public directory", path.clone())));
    for (_, entry) in &options.entries {
        let path = options.root.join(entry);
        if path.exists() {
            sources.push(("an entry", path));
        }
    }
    sources.into_iter().find(|(_, path)| resolve(path).starts_with(directory)).map(|(what, path)| {
        Diagnostic::error(
            "outdir-has-sources",
            format!("the output directory {} holds sources", options.outdir.display()),
        )
        .note(format!("it is or contains {what}, {}; building would delete it", path.display()))
        .hint("choose a folder for the output alone, such as --outdir dist")
    })
}

fn foreign_contents(options: &Options, directory: &Path) -> Option<Diagnostic> {
    let refuse = |why: String| {
        let message = format!("the output directory {} is not ours to clear", options.outdir.display());
        let hint = "empty it, or choose another with --outdir";
        Some(Diagnostic::error("outdir-not-ours", message).note(why).hint(hint))
    };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => return refuse(format!("it cannot be read: {error}")),
    };
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    if let Some(name) = names.iter().find(|name| REPOSITORIES.contains(&name.as_str())) {
        return refuse(format!("it is a working copy: it holds {name}"));
    }
    names.retain(|name| !LITTER.contains(&name.as_str()) && !super::in_place::is_temporary(name));
    if names.is_empty() || directory.join(MARKER).is_file() {
        return None;
    }
    let more = names.len().saturating_sub(3);
    let shown = names[..names.len().min(3)].join(", ");
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    refuse(format!("it holds {shown}{more}, and no {MARKER} file says that plimsoll wrote them"))
}

/// Refuses to write over what was read. `inputs` are the files the build depended on.
pub fn check_inputs(sealed: &Sealed, options: &Options, inputs: &[PathBuf]) -> Option<Diagnostic> {
    let directory = resolve(&options.outdir);
    // Following links costs some system calls for each path, and there may be tens of thousands of inputs: only those
    // are looked at that have the name of an output that is already there.
    let mut by_name: BTreeMap<&OsStr, Vec<&PathBuf>> = BTreeMap::new();
    for input in inputs {
        by_name.entry(input.file_name().unwrap_or_default()).or_default().push(input);
    }
    let is_input = |path: &PathBuf| {
        let same_name = path.file_name().and_then(|name| by_name.get(name));
        same_name.is_some_and(|inputs| {
            std::fs::canonicalize(path).is_ok_and(|path| inputs.iter().any(|input| resolve(input) == path))
        })
    };
    let path = sealed.files.iter().map(|file| directory.join(&file.path)).find(is_input)?;
    Some(
        Diagnostic::error("outdir-has-sources", format!("the output {} would overwrite a source", path.display()))
            .hint("choose another folder with --outdir, or another name with --outfile or --entry-names"),
    )
}

//! Which path gets which headers, whatever the format.

use crate::base::encode_url_path;
use crate::model::{FileKind, SealedFile};
use std::collections::BTreeMap;

pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
pub(super) const REVALIDATE: &str = "no-cache";

/// URL path, encoded, from `/`; ends with `/*` for everything in a folder and below it.
pub(super) type Rules = BTreeMap<String, Vec<(&'static str, &'static str)>>;

/// The rules besides the one for everything. No path is matched by two of them.
pub(super) fn rules(files: &[SealedFile]) -> Rules {
    let served: Vec<&SealedFile> = files.iter().filter(|file| file.kind != FileKind::Server).collect();
    let folders = folders(&served);
    let mut rules = Rules::new();
    for file in served {
        if let Some(folder) = hashed_folder(&file.path, &folders) {
            rules.insert(format!("/{}/*", encode_url_path(folder)), vec![("Cache-Control", IMMUTABLE)]);
            continue;
        }
        let mut headers = vec![("Cache-Control", if file.hashed { IMMUTABLE } else { REVALIDATE })];
        if file.path.ends_with(".webmanifest") {
            headers.push(("Content-Type", "application/manifest+json"));
        }
        for path in urls(file) {
            rules.insert(format!("/{}", encode_url_path(&path)), headers.clone());
        }
    }
    rules
}

/// Every folder, and whether all files in it and below have a hash.
fn folders<'a>(files: &[&'a SealedFile]) -> BTreeMap<&'a str, bool> {
    let mut folders = BTreeMap::new();
    for file in files {
        // A wildcard rule cannot add the type of a manifest.
        let coverable = file.hashed && !file.path.ends_with(".webmanifest");
        for (at, _) in file.path.match_indices('/') {
            *folders.entry(&file.path[..at]).or_insert(true) &= coverable;
        }
    }
    folders
}

/// The outermost folder of `path` that has only hashed files.
fn hashed_folder<'a>(path: &'a str, folders: &BTreeMap<&str, bool>) -> Option<&'a str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).find(|folder| folders.get(folder) == Some(&true))
}

/// The paths that lead to a file: a page has its clean ones too.
fn urls(file: &SealedFile) -> Vec<String> {
    let path = file.path.clone();
    let Some(stem) = path.strip_suffix(".html").filter(|_| file.kind == FileKind::Document) else { return vec![path] };
    match stem.strip_suffix("index").filter(|folder| folder.is_empty() || folder.ends_with('/')) {
        Some("") => vec![String::new(), path],
        Some(folder) => vec![folder.to_string(), folder.trim_end_matches('/').to_string(), path],
        None => vec![stem.to_string(), path],
    }
}

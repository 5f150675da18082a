//! Loading one file that is shipped as it is, and the references of a web app manifest.

use super::discover::{Body, Discovery, Importer, Node};
use super::project::Project;
use super::records::Mentions;
use super::resolve::Class;
use super::{loaders, sources};
use crate::base::{ContentHash, normalize_slashes};
use crate::diag::{Diagnostic, Location};
use crate::model::{Asset, AssetKind, Loader, Origin};
use rayon::Scope;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(super) fn load<'s>(discovery: &'s Discovery, scope: &Scope<'s>, path: &Path, manifest: bool) -> Node {
    let project = &discovery.project;
    let (bytes, mut problems) = match project.bytes(path) {
        Ok(bytes) => (bytes, Vec::new()),
        Err(problem) => (Vec::new(), vec![problem]),
    };
    let folder = project.folder(path);
    let public = public_name(project, path);
    let mut asset = Asset {
        name: project.name(path),
        path: path.to_path_buf(),
        kind: if manifest { AssetKind::WebManifest } else { loaders::asset_kind(path) },
        hash: ContentHash::of(&bytes),
        bytes: bytes.into(),
        references: Vec::new(),
        fixed_name: public.clone().or_else(|| copied_name(project, path)),
        package: folder.in_package.then(|| folder.scope.package.clone()).flatten(),
        origin: Origin::Entry,
    };
    let (mut links, mut missed) = (Vec::new(), Vec::new());
    // Files of the public folder are copied byte for byte.
    if manifest && public.is_none() && problems.is_empty() {
        let text = String::from_utf8_lossy(&asset.bytes).into_owned();
        match sources::parse_json(text.trim_start_matches('\u{feff}')) {
            Ok(value) => {
                let importer = Importer { name: &asset.name, source: &text, host: None, made: false, sheet: None };
                let mut mentions = Mentions::new(discovery, scope, &folder, importer);
                for (pointer, url) in references(&value) {
                    let (start, end) = place_of(&text, url);
                    links.push(mentions.reference(url, Class::Style, start, end));
                    asset.references.push((pointer, crate::model::Target::Unresolved));
                }
                let (found, tried) = mentions.finish();
                problems.extend(found);
                missed = tried;
            }
            Err(bad) => problems.push(bad_manifest(&asset.name, &text, &bad)),
        }
    }
    Node { links, problems, missed, ..Node::new(Body::Asset(Box::new(asset))) }
}

fn bad_manifest(name: &str, text: &str, bad: &sources::BadJson) -> Diagnostic {
    let offset = bad.offset(text);
    Diagnostic::error("bad-json", format!("\"{name}\" is not valid JSON: {}", bad.message)).at(Location::span(
        name,
        text,
        offset,
        offset + 1,
    ))
}

/// JSON pointers and URLs of the images of a web app manifest, in document order of the members named.
fn references(manifest: &Value) -> Vec<(String, &str)> {
    let mut out = Vec::new();
    images(&mut out, manifest, "", "icons");
    images(&mut out, manifest, "", "screenshots");
    let shortcuts = manifest.get("shortcuts").and_then(Value::as_array);
    for (at, shortcut) in shortcuts.into_iter().flatten().enumerate() {
        images(&mut out, shortcut, &format!("/shortcuts/{at}"), "icons");
    }
    out
}

fn images<'v>(out: &mut Vec<(String, &'v str)>, value: &'v Value, pointer: &str, member: &str) {
    let items = value.get(member).and_then(Value::as_array);
    for (at, item) in items.into_iter().flatten().enumerate() {
        if let Some(url) = item.get("src").and_then(Value::as_str) {
            out.push((format!("{pointer}/{member}/{at}/src"), url));
        }
    }
}

/// The byte range of a JSON string with its quotes; the whole file when it is written with escapes.
fn place_of(text: &str, url: &str) -> (u32, u32) {
    let quoted = Value::from(url).to_string();
    text.find(&quoted).map_or((0, 1), |at| (at as u32, (at + quoted.len()) as u32))
}

/// Path inside the output of a file of `--public-dir`.
fn public_name(project: &Project, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(project.public.as_deref()?).ok()?;
    Some(normalize_slashes(&inside.to_string_lossy()))
}

/// Path inside the output of a file with the loader `copy`.
fn copied_name(project: &Project, path: &Path) -> Option<String> {
    if loaders::by_name(project.options, path) != Some(Loader::Copy) {
        return None;
    }
    Some(copied_path(project, path))
}

/// Where a copied file goes: its path under the outbase.
pub(super) fn copied_path(project: &Project, path: &Path) -> String {
    let outbase = project.real(&project.options.outbase);
    let inside = path.strip_prefix(&outbase).ok().or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
    normalize_slashes(&inside.to_string_lossy())
}

/// Every file of the public folder, sorted. Symbolic links to folders above are not followed twice.
pub(super) fn public_files(project: &Project) -> (Vec<PathBuf>, Vec<Diagnostic>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    let mut folders: Vec<PathBuf> = project.public.iter().cloned().collect();
    while let Some(folder) = folders.pop() {
        if !seen.insert(project.files.canonicalize(&folder).unwrap_or_else(|_| folder.clone())) {
            continue;
        }
        match project.files.list(&folder) {
            Ok(list) => {
                for path in list {
                    if project.files.is_dir(&path) { folders.push(path) } else { files.push(path) }
                }
            }
            Err(error) => problems.push(
                Diagnostic::error("unreadable-file", format!("could not list \"{}\"", project.name(&folder)))
                    .note(error.to_string()),
            ),
        }
    }
    files.sort();
    (files, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_of_a_manifest() {
        let manifest = serde_json::json!({
            "icons": [{"src": "a.png"}, {"sizes": "1x1"}, {"src": "b.png"}],
            "screenshots": "no list",
            "shortcuts": [{"icons": [{"src": "c.png"}]}],
        });
        let found = references(&manifest);
        let expected = [("/icons/0/src", "a.png"), ("/icons/2/src", "b.png"), ("/shortcuts/0/icons/0/src", "c.png")];
        assert_eq!(found, expected.map(|(pointer, url)| (pointer.to_string(), url)));
    }
}

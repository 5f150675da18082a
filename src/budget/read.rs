//! `Emitted` from a directory that somebody built.

use crate::diag::{Diagnostic, Location, Noted};
use crate::model::{Emitted, EmittedFile, FileKind, Sidecar};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

const ENCODINGS: [&str; 3] = ["br", "gz", "zst"];

/// What is in `dir`, for `check`. Dot files, and links to folders, are no part of it. Nobody knows what the files are
/// made of: there are no contributions.
pub fn read_directory(dir: &Path) -> Noted<Option<Emitted>> {
    let shown = crate::base::normalize_slashes(&dir.to_string_lossy());
    if !dir.is_dir() {
        let problem = Diagnostic::error("missing-directory", format!("there is no directory {shown}"))
            .hint("build first, or give the directory: plimsoll check DIR");
        return Noted::new(None, vec![problem]);
    }
    let mut sizes = BTreeMap::new();
    if let Err(error) = list(dir, "", &mut sizes) {
        let problem = Diagnostic::error("unreadable-output", format!("cannot read the directory {shown}: {error}"))
            .at(Location::file(&shown));
        return Noted::new(None, vec![problem]);
    }
    Noted::clean(Some(Emitted { directory: dir.to_path_buf(), files: files(&sizes) }))
}

/// Bytes of a file of the directory.
pub fn bytes_of(emitted: &Emitted, path: &str) -> io::Result<Vec<u8>> {
    std::fs::read(emitted.directory.join(path))
}

fn list(folder: &Path, prefix: &str, sizes: &mut BTreeMap<String, u64>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{path}/"), sizes)?;
        } else if let Some(data) = std::fs::metadata(entry.path()).ok().filter(std::fs::Metadata::is_file) {
            sizes.insert(path, data.len());
        }
    }
    Ok(())
}

fn files(sizes: &BTreeMap<String, u64>) -> Vec<EmittedFile> {
    let is_copy = |path: &str| {
        path.rsplit_once('.').is_some_and(|(of, encoding)| ENCODINGS.contains(&encoding) && sizes.contains_key(of))
    };
    let copy = |path: &str, encoding: &str| {
        let bytes = *sizes.get(&format!("{path}.{encoding}"))?;
        Some(Sidecar { encoding: encoding.to_string(), bytes })
    };
    sizes
        .iter()
        .filter(|(path, _)| !is_copy(path))
        .map(|(path, bytes)| EmittedFile {
            path: path.clone(),
            kind: kind_of(path),
            bytes: *bytes,
            hashed: is_hashed(path),
            sidecars: ENCODINGS.iter().filter_map(|encoding| copy(path, encoding)).collect(),
            contributions: Vec::new(),
        })
        .collect()
}

fn kind_of(path: &str) -> FileKind {
    let name = path.rsplit('/').next().unwrap_or(path);
    if matches!(path, "_headers" | "_redirects" | "headers.json" | "Caddyfile") {
        return FileKind::Server;
    }
    match name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase().as_str() {
        "html" | "htm" | "xhtml" => FileKind::Document,
        "js" | "mjs" | "cjs" => FileKind::Script,
        "css" => FileKind::Stylesheet,
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "svg" | "ico" | "bmp" | "jxl" => FileKind::Image,
        "woff2" | "woff" | "ttf" | "otf" | "eot" => FileKind::Font,
        "mp4" | "webm" | "ogg" | "ogv" | "mp3" | "wav" | "m4a" | "mov" | "flac" | "opus" | "aac" => FileKind::Media,
        "map" => FileKind::Map,
        "json" | "webmanifest" | "txt" | "xml" | "csv" => FileKind::Data,
        "conf" | "caddy" => FileKind::Server,
        _ => FileKind::Other,
    }
}

/// The name has a content hash as the default templates write it: `name-ABCDEFGH.ext`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().and_then(|stem| stem.rsplit_once('-')).is_some_and(|(_, hash)| {
        hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte))
    })
}

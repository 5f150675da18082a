//! Which files are precached, and as what.

use crate::base::encode_url_path;
use crate::diag::Diagnostic;
use crate::model::{FileKind, SealedFile};
use std::collections::BTreeSet;

/// Larger files are left to the network: a first visit should not pay for them.
pub const MAX_PRECACHE_BYTES: usize = 5 * 1024 * 1024;

#[derive(serde::Serialize)]
struct Entry {
    url: String,
    revision: Option<String>,
}

/// The list as JSON that may stand in a script.
pub(super) fn precache_manifest(files: &[SealedFile], problems: &mut Vec<Diagnostic>) -> String {
    let fonts: BTreeSet<String> = files.iter().filter_map(|file| font_name(file, ".woff2")).collect();
    let mut entries = Vec::new();
    for file in files.iter().filter(|file| is_wanted(file)) {
        if font_name(file, ".woff").is_some_and(|name| fonts.contains(&name)) {
            continue;
        }
        if file.bytes.len() > MAX_PRECACHE_BYTES {
            problems.push(too_large(file));
            continue;
        }
        let revision = (!file.hashed).then(|| file.hash.hex());
        entries.push(Entry { url: encode_url_path(&file.path), revision });
    }
    serde_json::to_string(&entries).unwrap_or_else(|_| "[]".to_string())
}

fn is_wanted(file: &SealedFile) -> bool {
    match file.kind {
        FileKind::Document | FileKind::Script | FileKind::Stylesheet | FileKind::Font | FileKind::Image => true,
        FileKind::Data | FileKind::Other => file.path.ends_with(".webmanifest"),
        FileKind::Media | FileKind::Map | FileKind::Server => false,
    }
}

/// The path without the hash and the ending: `a-HASH1.woff` and `a-HASH2.woff2` are one font.
fn font_name(file: &SealedFile, ending: &str) -> Option<String> {
    let stem = file.path.strip_suffix(ending)?;
    if !file.hashed {
        return Some(stem.to_string());
    }
    let hash = file.hash.short();
    Some(if stem.contains(&hash) { stem.replacen(&hash, "", 1) } else { without_hash(stem) })
}

/// The hash in a name may cover more than the bytes (files in a circle), so it is known by its form too: 8 characters of
/// upper-case base 32 between separators.
fn without_hash(stem: &str) -> String {
    let is_hash =
        |part: &&str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b));
    match stem.split(['-', '.', '/', '_']).rfind(is_hash) {
        Some(hash) => stem.replacen(hash, "", 1),
        None => stem.to_string(),
    }
}

fn too_large(file: &SealedFile) -> Diagnostic {
    let size = file.bytes.len();
    Diagnostic::warning("precache-too-large", format!("{} is too large to precache: {size} bytes", file.path))
        .note(format!("files over {MAX_PRECACHE_BYTES} bytes are left to the network, and are missing without one"))
        .hint("make the file smaller or split it, or pass --service-worker off")
}

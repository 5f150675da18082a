//! The service worker: a built site that opens without a network.
//!
//! In: `Sealed`, `Options::service_worker`. Out: `Sealed` with `sw.js`, which precaches what a browser would load.
//!
//! Invariants:
//! - The precache list is in Workbox's entry format, `[{url, revision}]`, sorted by path; `revision` is null exactly for
//!   files whose path holds a hash.
//! - URLs are relative to the worker: the site works under any path.
//! - `sw.js` changes when, and only when, a precached file does.
//! - A `sw.js` of the project itself is never replaced.
//!
//! Not here: registering the worker (a page does), headers (`delivery`). Start at: [`extend`]; what runs in the browser
//! is `worker.js`.

mod manifest;

#[cfg(test)]
mod tests;

use crate::base::ContentHash;
use crate::config::Options;
use crate::diag::{Diagnostic, Noted};
use crate::model::{FileKind, OutputKey, Sealed, SealedFile};

pub use manifest::MAX_PRECACHE_BYTES;

const WORKER_PATH: &str = "sw.js";
const WORKER: &str = include_str!("worker.js");
const MANIFEST_MARKER: &str = "self.__PRECACHE";
const VERSION_MARKER: &str = "self.__VERSION";

/// Adds the service worker, if it is wanted and there is a page to serve.
pub fn extend(mut sealed: Sealed, options: &Options) -> Noted<Sealed> {
    if !options.service_worker || !sealed.files.iter().any(|file| file.kind == FileKind::Document) {
        return Noted::clean(sealed);
    }
    if sealed.files.iter().any(|file| file.path == WORKER_PATH) {
        let problem =
            Diagnostic::warning("service-worker-exists", "the site has a sw.js of its own, so none was generated")
                .hint("remove it to get the generated one, or pass --service-worker off");
        return Noted::new(sealed, vec![problem]);
    }
    let mut problems = Vec::new();
    let manifest = manifest::precache_manifest(&sealed.files, &mut problems);
    let worker = worker_file(&manifest);
    let at = sealed.files.partition_point(|file| file.path.as_str() < WORKER_PATH);
    sealed.files.insert(at, worker);
    Noted::new(sealed, problems)
}

fn worker_file(manifest: &str) -> SealedFile {
    let version = ContentHash::of(manifest.as_bytes()).short();
    // The version first: a file name in the list could look like the other marker.
    let text = WORKER.replacen(VERSION_MARKER, &format!("\"{version}\""), 1).replacen(MANIFEST_MARKER, manifest, 1);
    let bytes = text.into_bytes();
    SealedFile {
        key: OutputKey::Named(WORKER_PATH.to_string()),
        kind: FileKind::Script,
        path: WORKER_PATH.to_string(),
        hash: ContentHash::of(&bytes),
        bytes: bytes.into(),
        hashed: false,
        mentions: Vec::new(),
        contributions: Vec::new(),
        exports: Vec::new(),
    }
}

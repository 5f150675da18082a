//! Whole builds: everything that came of one, so that a build of an unchanged project does nothing but look whether it is
//! unchanged and put the files in place.
//!
//! One record for each way of building a project: another program, root, flag or variable has another key. The bytes of
//! the outputs are entries by their hash, shared by all records that have them.

use super::{Basis, Cache};
use crate::base::ContentHash;
use crate::config::{LogLevel, Options};
use crate::diag::Diagnostic;
use crate::model::{Contribution, FileKind, OutputKey, Sealed, SealedFile};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Changes whenever the form of a record does.
const VERSION: u32 = 2;

/// What a build made, before it was written.
#[derive(Debug)]
pub struct Whole {
    pub sealed: Sealed,
    /// What was told before anything was written.
    pub problems: Vec<Diagnostic>,
    /// Files whose content or absence the build depended on.
    pub watched: Vec<PathBuf>,
    pub metafile: Option<String>,
    /// The text of `--mangle-cache`.
    pub names: Option<String>,
    /// What it took to make.
    pub took: Duration,
}

#[derive(Serialize, Deserialize)]
struct Record<'a> {
    /// Of which graph, with which files changed since it was made.
    basis: ContentHash,
    changed: Vec<(PathBuf, ContentHash)>,
    #[serde(borrow)]
    files: Vec<KeptFile<'a>>,
    problems: Vec<Diagnostic>,
    watched: Vec<PathBuf>,
    metafile: Option<String>,
    names: Option<String>,
    took: Duration,
}

#[derive(Serialize, Deserialize)]
struct KeptFile<'a> {
    path: String,
    kind: FileKind,
    hashed: bool,
    hash: ContentHash,
    mentions: Vec<String>,
    /// They are many: read on all cores.
    contributions: &'a [u8],
    exports: Vec<String>,
}

/// The record of one way of building.
pub struct WholeBuilds<'a> {
    cache: &'a Cache,
    key: ContentHash,
}

impl<'a> WholeBuilds<'a> {
    /// `program`: what tells this plimsoll from every other.
    pub fn new(cache: &'a Cache, program: &[u8], options: &Options) -> Option<Self> {
        options.cache_dir.as_ref().filter(|_| options.dump.is_empty())?;
        let options = postcard::to_stdvec(&settled(options)).ok()?;
        Some(WholeBuilds { cache, key: Cache::key("build", VERSION, &[program, &options]) })
    }

    /// The latest build, if a new one would come to the same.
    pub fn recall(&self, basis: &Basis<'_>) -> Option<Whole> {
        let bytes = self.cache.get(self.key)?;
        let record: Record = postcard::from_bytes(&bytes).ok()?;
        if record.basis != basis.id || record.changed != basis.upheld.changed {
            return None;
        }
        // All are looked at: each that is damaged is found, and made anew.
        let files: Vec<Option<SealedFile>> = record.files.into_par_iter().map(|file| self.file(file)).collect();
        let files: Vec<SealedFile> = files.into_iter().collect::<Option<_>>()?;
        let Record { problems, watched, metafile, names, took, .. } = record;
        Some(Whole { sealed: Sealed { files }, problems, watched, metafile, names, took })
    }

    fn file(&self, kept: KeptFile<'_>) -> Option<SealedFile> {
        let KeptFile { path, kind, hashed, hash, mentions, contributions, exports } = kept;
        let bytes = self.cache.get(output_key(hash))?.into();
        let contributions: Vec<Contribution> = postcard::from_bytes(contributions).ok()?;
        let key = OutputKey::Named(path.clone());
        Some(SealedFile { key, kind, path, bytes, hashed, hash, mentions, contributions, exports })
    }

    /// `basis` and `changed`: of the graph that it was made from.
    pub fn keep(&self, whole: &Whole, basis: ContentHash, changed: &[(PathBuf, ContentHash)]) {
        let encode = |file: &SealedFile| postcard::to_stdvec(&file.contributions).ok();
        let contributions: Option<Vec<Vec<u8>>> = whole.sealed.files.par_iter().map(encode).collect();
        let Some(contributions) = contributions else { return };
        let files = whole.sealed.files.iter().zip(&contributions).map(|(file, contributions)| KeptFile {
            path: file.path.clone(),
            kind: file.kind,
            hashed: file.hashed,
            hash: file.hash,
            mentions: file.mentions.clone(),
            contributions,
            exports: file.exports.clone(),
        });
        let record = Record {
            basis,
            changed: changed.to_vec(),
            files: files.collect(),
            problems: whole.problems.clone(),
            watched: whole.watched.clone(),
            metafile: whole.metafile.clone(),
            names: whole.names.clone(),
            took: whole.took,
        };
        let Ok(bytes) = postcard::to_stdvec(&record) else { return };
        whole.sealed.files.par_iter().for_each(|file| self.cache.put_once(output_key(file.hash), &file.bytes));
        self.cache.put(self.key, &bytes);
    }
}

/// Without what changes nothing but what is said.
pub(super) fn settled(options: &Options) -> Options {
    Options {
        log_level: LogLevel::Info,
        json: false,
        timings: false,
        trace: None,
        cache_dir: None,
        cache_size: 0,
        ..options.clone()
    }
}

fn output_key(hash: ContentHash) -> ContentHash {
    Cache::key("output", VERSION, &[&hash.0])
}

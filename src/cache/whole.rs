//! Whole builds: everything that came of one, so that a build of an unchanged project does nothing but look whether it is
//! unchanged and put the files in place.
//!
//! One record for each way of building a project: another program, root, flag or variable has another key.

use super::outputs::{self, Place};
use super::{Basis, Cache};
use crate::base::ContentHash;
use crate::config::{Judging, LogLevel, Options, Proof};
use crate::diag::Diagnostic;
use crate::model::{Contribution, FileKind, OutputKey, Sealed, SealedFile};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Changes whenever the form of a record does.
const VERSION: u32 = 3;

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
    place: Place,
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
        let places: Vec<Place> = record.files.iter().map(|file| file.place).collect();
        let bytes = outputs::read(self.cache, &places)?;
        let files = record.files.into_par_iter().zip(bytes).map(|(file, bytes)| sealed(file, bytes));
        let files: Vec<SealedFile> = files.collect::<Option<_>>()?;
        let Record { problems, watched, metafile, names, took, .. } = record;
        Some(Whole { sealed: Sealed { files }, problems, watched, metafile, names, took })
    }

    /// Where the outputs of the latest build are, by hash.
    fn places(&self) -> FxHashMap<ContentHash, Place> {
        let found = self.cache.read(self.key);
        let record = found.as_ref().and_then(|(bytes, _)| postcard::from_bytes::<Record>(bytes).ok());
        record
            .map_or_else(FxHashMap::default, |record| record.files.iter().map(|file| (file.hash, file.place)).collect())
    }

    /// `basis` and `changed`: of the graph that it was made from.
    pub fn keep(&self, whole: &Whole, basis: ContentHash, changed: &[(PathBuf, ContentHash)]) {
        let encode = |file: &SealedFile| postcard::to_stdvec(&file.contributions).ok();
        let contributions: Option<Vec<Vec<u8>>> = whole.sealed.files.par_iter().map(encode).collect();
        let Some(contributions) = contributions else { return };
        let wanted: Vec<(ContentHash, &[u8])> =
            whole.sealed.files.iter().map(|file| (file.hash, &*file.bytes)).collect();
        let places = outputs::store(self.cache, &wanted, &self.places());
        let files = whole.sealed.files.iter().zip(places).zip(&contributions);
        let files = files.map(|((file, place), contributions)| KeptFile {
            path: file.path.clone(),
            kind: file.kind,
            hashed: file.hashed,
            hash: file.hash,
            place,
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
        self.cache.put(self.key, &bytes);
    }
}

fn sealed(kept: KeptFile<'_>, bytes: Arc<[u8]>) -> Option<SealedFile> {
    let KeptFile { path, kind, hashed, hash, place: _, mentions, contributions, exports } = kept;
    let contributions: Vec<Contribution> = postcard::from_bytes(contributions).ok()?;
    let key = OutputKey::Named(path.clone());
    Some(SealedFile { key, kind, path, bytes, hashed, hash, mentions, contributions, exports })
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
        judging: Judging::default(),
        proof: Proof::default(),
        ..options.clone()
    }
}

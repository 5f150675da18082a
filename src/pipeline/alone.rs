//! What a source costs by itself: the compressed file less the compressed file without it, by Brotli of quality 9, which takes
//! a tenth of the time of 11 and differs by a few percent.

use crate::emit;
use crate::model::{Inventory, Sealed, SealedFile};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Sources for which that is found out: the largest.
const SOURCES_MAX: usize = 20;

/// Files larger than this are left alone: Brotli takes more than a second for a megabyte.
const FILE_MAX: usize = 3_000_000;

/// By source: bytes of Brotli that would go with it, over all scripts and sheets. Its share of the compressed file says less: what
/// looks like the rest of a file costs little.
pub(super) fn alone(inventory: &Inventory, sealed: &Sealed) -> BTreeMap<String, u64> {
    let mut weight: BTreeMap<&str, u64> = BTreeMap::new();
    let own = |file: &&SealedFile| file.contributions.len() > 1 && file.bytes.len() <= FILE_MAX;
    for part in sealed.files.iter().filter(own).flat_map(|file| &file.contributions) {
        *weight.entry(&part.source).or_default() += part.bytes;
    }
    let known = |name: &str| inventory.sources.iter().any(|source| source.name == name);
    let mut largest: Vec<(&str, u64)> = weight.into_iter().filter(|(name, _)| known(name)).collect();
    largest.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    largest.truncate(SOURCES_MAX);
    let jobs: Vec<(&str, &SealedFile)> = largest
        .iter()
        .flat_map(|(name, _)| {
            let has = |file: &&SealedFile| own(file) && file.contributions.iter().any(|part| part.source == *name);
            sealed.files.iter().filter(has).map(|file| (*name, file))
        })
        .collect();
    let mut files: Vec<&SealedFile> = jobs.iter().map(|(_, file)| *file).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    let whole: BTreeMap<&str, u64> =
        files.par_iter().map(|file| (file.path.as_str(), emit::rough_size(&file.bytes))).collect();
    let cost = |(name, file): &(&str, &SealedFile)| {
        let all = whole.get(file.path.as_str()).copied().unwrap_or_default();
        ((*name).to_string(), all.saturating_sub(emit::rough_size(&without(file, name))))
    };
    let mut out: BTreeMap<String, u64> = BTreeMap::new();
    for (name, saved) in jobs.par_iter().map(cost).collect::<Vec<_>>() {
        *out.entry(name).or_default() += saved;
    }
    out
}

/// The file without what the source gave to it.
fn without(file: &SealedFile, source: &str) -> Vec<u8> {
    let parts = file.contributions.iter().filter(|part| part.source == source);
    let mut spans: Vec<(u64, u64)> =
        parts.flat_map(|part| &part.spans).map(|span| (span.start.bytes, span.end.bytes)).collect();
    spans.sort_unstable();
    let mut out = Vec::with_capacity(file.bytes.len());
    let mut at = 0usize;
    for (start, end) in spans {
        out.extend_from_slice(file.bytes.get(at..(start as usize).max(at)).unwrap_or_default());
        at = at.max(end as usize);
    }
    out.extend_from_slice(file.bytes.get(at..).unwrap_or_default());
    out
}

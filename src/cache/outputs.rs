//! The bytes of a build's outputs, many in one entry: to make a thousand files takes a file system longer than it took to
//! make what is in them.
//!
//! A block is written once. A later build writes blocks of what is new and goes on to use those that are there.

use super::Cache;
use crate::base::ContentHash;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Changes whenever the form of a block does.
const VERSION: u32 = 1;

/// A block is closed when it is this large: several are read and written side by side.
const BLOCK_BYTES: usize = 2 << 20;

/// Outputs in more blocks are written anew.
const BLOCKS_MAX: usize = 64;

/// Where the bytes of an output are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Place {
    block: ContentHash,
    start: u64,
    bytes: u64,
}

impl Place {
    pub(super) fn block(&self) -> ContentHash {
        self.block
    }

    /// Its part of the block.
    pub(super) fn of<'b>(&self, block: &'b [u8]) -> Option<&'b [u8]> {
        let start = usize::try_from(self.start).ok()?;
        block.get(start..start.checked_add(usize::try_from(self.bytes).ok()?)?)
    }
}

/// Stores outputs, each with the hash of its bytes. Where they are, in the same order; `known`: places of an earlier
/// build, by hash.
pub(super) fn store(
    cache: &Cache,
    outputs: &[(ContentHash, &[u8])],
    known: &FxHashMap<ContentHash, Place>,
) -> Vec<Place> {
    let used: BTreeSet<ContentHash> = outputs.iter().filter_map(|(hash, _)| Some(known.get(hash)?.block)).collect();
    let there: BTreeMap<ContentHash, u64> =
        used.into_iter().filter_map(|block| Some((block, cache.length(block)?))).collect();
    let mut places: FxHashMap<ContentHash, Place> = FxHashMap::default();
    for (hash, bytes) in outputs {
        let fits = |place: &&Place| there.contains_key(&place.block) && place.bytes == bytes.len() as u64;
        places.extend(known.get(hash).filter(fits).map(|place| (*hash, *place)));
    }
    let live: u64 = places.values().map(|place| place.bytes).sum();
    if there.len() > BLOCKS_MAX || live < there.values().sum::<u64>() / 2 {
        places.clear();
    }
    let mut new: Vec<(ContentHash, &[u8])> =
        outputs.iter().filter(|(hash, _)| !places.contains_key(hash)).copied().collect();
    new.sort_by_key(|(hash, _)| *hash);
    new.dedup_by_key(|(hash, _)| *hash);
    let made: Vec<Vec<(ContentHash, Place)>> = blocks(&new).into_par_iter().map(|block| write(cache, block)).collect();
    places.extend(made.into_iter().flatten());
    outputs.iter().filter_map(|(hash, _)| places.get(hash)).copied().collect()
}

/// Neighbours that make a block each.
fn blocks<'a, 'b>(mut outputs: &'a [(ContentHash, &'b [u8])]) -> Vec<&'a [(ContentHash, &'b [u8])]> {
    let mut out = Vec::new();
    while !outputs.is_empty() {
        let mut sum = 0;
        let full = |(_, bytes): &(ContentHash, &[u8])| {
            sum += bytes.len();
            sum >= BLOCK_BYTES
        };
        let count = outputs.iter().position(full).map_or(outputs.len(), |last| last + 1);
        let (block, rest) = outputs.split_at(count);
        out.push(block);
        outputs = rest;
    }
    out
}

fn write(cache: &Cache, outputs: &[(ContentHash, &[u8])]) -> Vec<(ContentHash, Place)> {
    let hashes: Vec<&[u8]> = outputs.iter().map(|(hash, _)| hash.0.as_slice()).collect();
    let block = Cache::key("outputs", VERSION, &hashes);
    let parts: Vec<&[u8]> = outputs.iter().map(|(_, bytes)| *bytes).collect();
    cache.put_joined(block, &parts);
    let mut start = 0;
    let place = |(hash, bytes): &(ContentHash, &[u8])| {
        let place = Place { block, start, bytes: bytes.len() as u64 };
        start += place.bytes;
        (*hash, place)
    };
    outputs.iter().map(place).collect()
}

/// The outputs at some places, in the same order. `None`: one is not there any more. All blocks are looked at, so that each
/// that is damaged is found.
pub(super) fn read(cache: &Cache, places: &[Place]) -> Option<Vec<Arc<[u8]>>> {
    let blocks: BTreeSet<ContentHash> = places.iter().map(|place| place.block).collect();
    let found: Vec<(ContentHash, Option<Vec<u8>>)> =
        blocks.into_par_iter().map(|block| (block, cache.get(block))).collect();
    let found: FxHashMap<ContentHash, Vec<u8>> =
        found.into_iter().map(|(block, bytes)| Some((block, bytes?))).collect::<Option<_>>()?;
    places.par_iter().map(|place| Some(place.of(&found[&place.block])?.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(texts: &[String]) -> Vec<(ContentHash, &[u8])> {
        texts.iter().map(|text| (ContentHash::of(text.as_bytes()), text.as_bytes())).collect()
    }

    #[test]
    fn a_later_build_writes_what_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_path_buf()));
        let mut texts: Vec<String> = (0..100).map(|at| format!("{at}").repeat(100_000)).collect();
        let mut known = FxHashMap::default();
        let mut large = 0;
        for round in 0..200 {
            let wanted = outputs(&texts);
            let before = cache.used().written_bytes;
            let places = store(&cache, &wanted, &known);
            let written = cache.used().written_bytes - before;
            large += u32::from(written > 500_000);
            let found = read(&cache, &places).unwrap();
            assert!(found.iter().map(|bytes| &**bytes).eq(wanted.iter().map(|(_, bytes)| *bytes)), "round {round}");
            known = wanted.iter().map(|(hash, _)| *hash).zip(places).collect();
            texts[round % 100] = format!("edited {round}");
        }
        assert!(large < 8, "mostly what is new is written, not {large} times all");
    }

    #[test]
    fn what_is_gone_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_path_buf()));
        let texts = ["one".to_string(), "two".to_string(), "one".to_string()];
        let wanted = outputs(&texts);
        let places = store(&cache, &wanted, &FxHashMap::default());
        cache.clear();
        assert_eq!(read(&cache, &places), None);
        let known = wanted.iter().map(|(hash, _)| *hash).zip(places).collect();
        let places = store(&cache, &wanted, &known);
        assert_eq!(read(&cache, &places).unwrap().len(), 3);
    }
}

//! `.br`, `.gz` and `.zst` copies of files that shrink.

use crate::base::ContentHash;
use crate::cache::Cache;
use crate::model::{FileKind, Sealed, SealedFile};
use rayon::prelude::*;
use std::io;

/// Smaller files fit into one packet anyway.
const MIN_BYTES: usize = 1024;

/// Text, and the few binary formats that are not compressed inside. Maps are for developers' tools, which nobody
/// waits for.
const ENDINGS: &[&str] = &[
    "html",
    "htm",
    "xhtml",
    "js",
    "mjs",
    "cjs",
    "css",
    "svg",
    "json",
    "webmanifest",
    "xml",
    "txt",
    "md",
    "csv",
    "vtt",
    "ics",
    "wasm",
    "ico",
    "ttf",
    "otf",
    "eot",
    "bmp",
];

/// A way to compress: its ending, a version that changes whenever its bytes would, and roughly how many seconds it
/// takes for a megabyte (brotli 1.2 measured; the others beside it).
struct Encoder {
    encoding: &'static str,
    version: u32,
    cost: f64,
    encode: fn(&[u8]) -> io::Result<Vec<u8>>,
}

/// In the order in which they are listed everywhere.
const ENCODERS: [Encoder; 3] = [
    Encoder { encoding: "br", version: 1, cost: 1.2, encode: brotli },
    Encoder { encoding: "gz", version: 1, cost: 0.15, encode: gzip },
    Encoder { encoding: "zst", version: 1, cost: 0.4, encode: zstandard },
];

/// A compressed copy of one file.
pub(super) struct Copy {
    pub encoding: &'static str,
    pub bytes: Vec<u8>,
}

/// The copies of one file.
pub(super) type Copies = Vec<Copy>;

/// For each file of `sealed` its copies in the asked encodings, as far as they pay. The longest jobs start first, so
/// that none of them is left to run alone at the end.
pub(super) fn precompress(sealed: &Sealed, encodings: &[String], cache: &Cache) -> Vec<Copies> {
    let wanted: Vec<&Encoder> =
        ENCODERS.iter().filter(|encoder| encodings.iter().any(|name| name == encoder.encoding)).collect();
    let mut jobs: Vec<(usize, &Encoder)> = Vec::new();
    for (at, file) in sealed.files.iter().enumerate().filter(|(_, file)| is_worth_trying(file)) {
        jobs.extend(wanted.iter().filter(|encoder| !is_taken(sealed, file, encoder.encoding)).map(|it| (at, *it)));
    }
    let cost = |(at, encoder): &(usize, &Encoder)| sealed.files[*at].bytes.len() as f64 * encoder.cost;
    jobs.sort_by(|a, b| cost(b).total_cmp(&cost(a)).then(a.0.cmp(&b.0)));
    // `par_bridge` hands out jobs one by one in this order; a split of the slice would not.
    let mut done: Vec<(usize, Copy)> = jobs
        .into_iter()
        .par_bridge()
        .filter_map(|(at, encoder)| {
            let bytes = compressed(&sealed.files[at].bytes, encoder, cache)?;
            Some((at, Copy { encoding: encoder.encoding, bytes }))
        })
        .collect();
    done.sort_by_key(|(at, copy)| (*at, copy.encoding));
    let mut out: Vec<Copies> = sealed.files.iter().map(|_| Vec::new()).collect();
    for (at, copy) in done {
        out[at].push(copy);
    }
    out
}

/// Bytes of a copy, if it pays.
pub(super) fn size(bytes: &[u8], encoding: &str, cache: &Cache) -> Option<u64> {
    let encoder = ENCODERS.iter().find(|encoder| encoder.encoding == encoding)?;
    compressed(bytes, encoder, cache).map(|copy| copy.len() as u64)
}

fn is_worth_trying(file: &SealedFile) -> bool {
    let ending = file.path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    file.bytes.len() > MIN_BYTES
        && !matches!(file.kind, FileKind::Map | FileKind::Server)
        && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The user ships a file of that name.
fn is_taken(sealed: &Sealed, file: &SealedFile, encoding: &str) -> bool {
    let path = format!("{}.{encoding}", file.path);
    sealed.files.binary_search_by(|other| other.path.as_str().cmp(&path)).is_ok()
}

/// `None` when it does not pay, which is remembered as well (as an empty entry).
fn compressed(bytes: &[u8], encoder: &Encoder, cache: &Cache) -> Option<Vec<u8>> {
    let key = Cache::key("precompress", encoder.version, &[encoder.encoding.as_bytes(), &ContentHash::of(bytes).0]);
    let found = cache.memo(key, || {
        (encoder.encode)(bytes).map(|small| if pays(bytes.len(), small.len()) { small } else { Vec::new() })
    });
    // An encoder that fails on bytes in memory leaves a file without that copy: nothing is wrong with the output.
    found.ok().filter(|small| !small.is_empty())
}

/// A copy costs a place on the disk and a line in every list: 20 bytes or 1 %, whichever is more, must come of it.
fn pays(before: usize, after: usize) -> bool {
    after + (before / 100).max(20) <= before
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    brotli_of(bytes, 11)
}

fn brotli_of(bytes: &[u8], quality: i32) -> io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: 22,
        size_hint: bytes.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut out = Vec::with_capacity(bytes.len() / 3);
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
    Ok(out)
}

/// Bytes of a Brotli of quality 9.
pub(super) fn rough(bytes: &[u8]) -> u64 {
    brotli_of(bytes, 9).map_or(bytes.len(), |copy| copy.len()) as u64
}

/// The header that libdeflate writes has no time and no name in it.
pub(super) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::best());
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor.gzip_compress(bytes, &mut out).map_err(io::Error::other)?;
    out.truncate(length);
    Ok(out)
}

/// Level 19 keeps its window within the 8 MB that browsers accept.
fn zstandard(bytes: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, 19)
}

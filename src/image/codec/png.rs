//! PNG: recompressed without loss by oxipng.
//!
//! Pixels stay as they are, those that nobody sees included; an animation stays one. Chunks that no browser heeds go.
//! The result is decoded again and compared; whatever differs is not used.

pub mod chunks;

use super::{Coded, Corrupt, Effort, too_large};
use crate::image::exif;
use crate::image::pixels::{self, Undecodable};
use chunks::Chunks;
use oxipng::{Deflater, FilterStrategy, Options, StripChunks};

/// Part of the cache key: a result of another encoder or other settings is not this one's.
pub fn encoder(effort: Effort) -> &'static str {
    match effort {
        Effort::Usual => "oxipng 10.2.1, none and brute 3, 10",
        Effort::Most => "oxipng 10.2.1, 4 up to 4 megapixels, else 3",
    }
}

/// Up to here preset 4, above it 3. Of 78 files (7.2 MB), CPU seconds and result: preset 2 19.8 and 57.3 %, 3 30.0 and
/// 56.3 %, 4 42.0 and 55.5 %, 5 124.8 and 55.4 %, 6 185.5 and 55.2 %.
const SLOW_PIXELS: u64 = 4_000_000;

/// With [`Effort::Usual`]. Nearly all of the time goes into the last compression, so the filters are those that find the
/// most: of 17 files (3.3 MB), CPU seconds and result: these filters at 9 5.6 and 50.7 %, at 10 9.0 and 47.3 %, at 11 17.5
/// and 46.5 %, at 12 27.4 and 45.7 %; presets 1 6.0 and 48.9 %, 2 12.3 and 48.2 %, 4 31.5 and 45.6 %.
const USUAL_COMPRESSION: u8 = 10;

/// Width and height as displayed, from the header.
pub fn measure(file: &[u8]) -> Option<(u32, u32)> {
    chunks::measure(file).map(|(width, height, orientation)| exif::displayed(width, height, orientation))
}

pub fn encode(source: &[u8], effort: Effort) -> Result<Coded, Corrupt> {
    let file = Chunks::read(source)?;
    let (width, height) = file.size();
    let kept = Coded::kept(exif::displayed(width, height, file.orientation()));
    if let Some(warning) = too_large(width, height, file.frames()) {
        return Ok(kept.noting(warning));
    }
    let wanted = file.for_display(None);
    let (before, profile) = match pixels::png(&wanted, file.animated()) {
        Ok(decoded) => decoded,
        Err(Undecodable::Corrupt(what)) => return Err(Corrupt(what)),
        Err(Undecodable::Unsupported) => return Ok(kept),
    };
    let wanted = match profile {
        Some(profile) => file.for_display(Some(&profile)),
        None => wanted,
    };
    let Ok(packed) = oxipng::optimize_from_memory(&wanted, &settings(u64::from(width) * u64::from(height), effort))
    else {
        return Ok(kept);
    };
    let same = packed.len() < source.len()
        && keeps_profile(&wanted, &packed)
        && pixels::png(&packed, file.animated()).is_ok_and(|(after, _)| after == before);
    Ok(if same { kept.smaller(packed, source) } else { kept })
}

/// A profile describes the numbers: it must not get lost when oxipng changes the colour type. For a known sRGB profile
/// oxipng writes an `sRGB` chunk.
fn keeps_profile(wanted: &[u8], packed: &[u8]) -> bool {
    let has = |file: &[u8], name| Chunks::read(file).is_ok_and(|file| file.find(name).is_some());
    !has(wanted, b"iCCP") || has(packed, b"iCCP") || has(packed, b"sRGB")
}

/// Without a time limit, and in one thread: the result depends on nothing but the bytes.
fn settings(pixels: u64, effort: Effort) -> Options {
    let kept = chunks::COLOR.into_iter().chain([b"eXIf", b"acTL", b"fcTL", b"fdAT"]).copied().collect();
    let settings = match effort {
        Effort::Most => Options::from_preset(if pixels <= SLOW_PIXELS { 4 } else { 3 }),
        Effort::Usual => Options {
            filters: [FilterStrategy::NONE, FilterStrategy::Brute { num_lines: 3, level: 1 }].into_iter().collect(),
            deflater: Deflater::Libdeflater { compression: USUAL_COMPRESSION },
            ..Options::from_preset(2)
        },
    };
    Options { strip: StripChunks::Keep(kept), optimize_alpha: false, ..settings }
}

//! Stage 7: images.
//!
//! In: [`ModuleGraph`] (its assets), [`Options::images`], the cache. Out: [`ImageSets`]: for each image its bytes, never
//! more than it had, and its size as displayed.
//! Invariants: what is shown stays the same. Recompressed pictures are decoded and compared with their source; one that
//! differs, or cannot be compared, is not used. Same bytes whatever the thread count: no time limits, one thread per
//! picture. The cache is asked before anything is decoded: key = source bytes, encoder and its settings, mode.
//! Damaged input is a diagnostic, never a panic.
//! Not here: which page shows an image (`page`), file names (`seal`), other sizes and formats of an image (none yet).
//! Start at: [`optimize`], then `codec/`.
//!
//! Modes: `Off` keeps all bytes and reads sizes from headers. `On` is lossless. `Lossy` also encodes photographs (JPEG)
//! anew; PNG stays lossless in it. `--minify=max` looks longer for the smallest file.

mod alternative;
mod codec;
mod exif;
mod format;
mod icc;
mod pixels;
#[cfg(test)]
mod tests;

pub use alternative::alternative;

use crate::base::{AssetId, IndexVec};
use crate::cache::Cache;
use crate::config::{ImageMode, Minify, Options};
use crate::diag::{Diagnostic, Location, Noted, sorted};
use crate::model::{Asset, ImageSets, ModuleGraph, OptimizedImage};
use codec::{Coded, Corrupt, Effort};
use format::Format;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Raised when this room would give other bytes for the same image and encoder.
const VERSION: u32 = 1;

/// Pictures with more pixels are encoded one at a time: each takes hundreds of megabytes.
const HEAVY_PIXELS: u64 = 24_000_000;

/// Makes every image of the graph as small as it can be without a visible change, and measures it.
pub fn optimize(graph: &ModuleGraph, options: &Options, cache: &Cache) -> Noted<ImageSets> {
    let mut order: Vec<(AssetId, Format)> = graph
        .assets
        .iter_ids()
        .filter_map(|(id, asset)| Format::promised(asset.kind).map(|promised| (id, promised)))
        .collect();
    // The largest takes longest: last, it would leave the other threads idle.
    order.sort_by_key(|(id, _)| (Reverse(graph.assets[*id].bytes.len()), *id));
    let effort = if options.minify == Minify::Max { Effort::Most } else { Effort::Usual };
    let wish = (options.images, effort);
    let turn = Mutex::new(());
    let done: Vec<(AssetId, OptimizedImage, Vec<Diagnostic>)> = order
        .into_iter()
        .par_bridge()
        .map(|(id, promised)| {
            // No codec waits for other work of the pool, so a waiting thread cannot be waited for.
            let heavy = is_heavy(&graph.assets[id]);
            let _turn = heavy.then(|| turn.lock().unwrap_or_else(PoisonError::into_inner));
            let (image, problems) = one(&graph.assets[id], promised, wish, cache);
            (id, image, problems)
        })
        .collect();
    let mut images: ImageSets = graph.assets.iter().map(|_| None).collect::<IndexVec<_, _>>();
    let mut problems = Vec::new();
    for (id, image, found) in done {
        images[id] = Some(image);
        problems.extend(found);
    }
    Noted::new(images, sorted(problems))
}

/// What is done to images, and how thoroughly.
type Wish = (ImageMode, Effort);

fn is_heavy(asset: &Asset) -> bool {
    // Of vector drawings the size says nothing, and reading it means parsing.
    let format = Format::found(&asset.bytes).filter(|format| matches!(format, Format::Png | Format::Jpeg));
    let (width, height) = format.and_then(|format| measure(format, &asset.bytes)).unwrap_or_default();
    u64::from(width) * u64::from(height) > HEAVY_PIXELS
}

fn one(asset: &Asset, promised: Format, wish: Wish, cache: &Cache) -> (OptimizedImage, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let coded = match Format::found(&asset.bytes) {
        // An SVG goes by its name: what is no XML is reported by its codec.
        None if promised == Format::Svg => code(asset, Format::Svg, wish, cache),
        None => {
            let (what, hint) = format::not_an_image(&asset.bytes);
            problems.push(corrupt(promised, &Corrupt(what)).hint(hint));
            Ok(Coded::kept((0, 0)))
        }
        Some(found) if found == promised => code(asset, found, wish, cache),
        Some(found) => {
            problems.extend(mismatch(promised, found));
            Ok(Coded::kept(measure(found, &asset.bytes).unwrap_or_default()))
        }
    };
    let coded = coded.unwrap_or_else(|damage| {
        problems.push(corrupt(promised, &damage).hint("export the image again, or restore it from version control"));
        Coded::kept((0, 0))
    });
    problems.extend(coded.problems);
    let problems = problems.into_iter().map(|problem| placed(problem, &asset.name)).collect();
    let bytes = coded.smaller.map_or_else(|| asset.bytes.clone(), Arc::from);
    (OptimizedImage { bytes, width: coded.width, height: coded.height }, problems)
}

/// The file a problem is in. A codec knows at most the line.
fn placed(problem: Diagnostic, file: &str) -> Diagnostic {
    let place = problem.location.clone().unwrap_or_else(|| Location::file(""));
    problem.at(Location { file: file.to_string(), ..place })
}

fn code(asset: &Asset, format: Format, (mode, effort): Wish, cache: &Cache) -> Result<Coded, Corrupt> {
    let encoder = match (format, mode) {
        (Format::Png, ImageMode::On | ImageMode::Lossy) => codec::png::encoder(effort),
        (Format::Jpeg, ImageMode::On | ImageMode::Lossy) => codec::jpeg::encoder(effort, mode == ImageMode::Lossy),
        (Format::Svg, ImageMode::On | ImageMode::Lossy) => codec::svg::ENCODER,
        _ => {
            let size = measure(format, &asset.bytes);
            return match (size, format) {
                (Some(size), _) => Ok(Coded::kept(size)),
                // A size is optional there, or rarely asked for.
                (None, Format::Svg | Format::Avif | Format::Ico) => Ok(Coded::kept((0, 0))),
                (None, _) => Err(Corrupt::new("the header is damaged")),
            };
        }
    };
    let key = Cache::key("image", VERSION, &[&asset.hash.0, encoder.as_bytes()]);
    if let Some(coded) = cache.get(key).and_then(|entry| Coded::from_entry(&entry)) {
        return Ok(coded);
    }
    // A fault of a codec must not cost the build: the image is then kept.
    let coded = catch_unwind(AssertUnwindSafe(|| match format {
        Format::Png => codec::png::encode(&asset.bytes, effort),
        Format::Jpeg => codec::jpeg::encode(&asset.bytes, effort, mode == ImageMode::Lossy),
        _ => codec::svg::encode(&asset.bytes),
    }));
    let coded = coded.unwrap_or_else(|_| {
        let what = format!("the {} encoder failed: this image is kept as it is", format.name());
        let kept = Coded::kept(measure(format, &asset.bytes).unwrap_or_default());
        Ok(kept.noting(Diagnostic::warning("image-encoder-failed", what).hint("please report it, with the image")))
    })?;
    // Codecs find problems before their real work: finding them again is cheap.
    if coded.problems.is_empty() {
        cache.put(key, &coded.to_entry());
    }
    Ok(coded)
}

/// Width and height as displayed, from headers alone.
fn measure(format: Format, bytes: &[u8]) -> Option<(u32, u32)> {
    match format {
        Format::Png => codec::png::measure(bytes),
        Format::Jpeg => codec::jpeg::measure(bytes),
        Format::Gif => codec::gif::measure(bytes),
        Format::Webp => codec::webp::measure(bytes),
        Format::Avif => codec::avif::measure(bytes),
        Format::Ico => codec::ico::measure(bytes),
        Format::Svg => codec::svg::measure(bytes),
    }
}

fn corrupt(promised: Format, damage: &Corrupt) -> Diagnostic {
    Diagnostic::error("corrupt-image", format!("this {} image cannot be decoded: {}", promised.name(), damage.0))
}

/// `None` for a picture named `.ico`: browsers take any there.
fn mismatch(promised: Format, found: Format) -> Option<Diagnostic> {
    if promised == Format::Ico && found != Format::Svg {
        return None;
    }
    let message = format!("the content is a {}, not a {} as the name says", found.name(), promised.name());
    let note = match found == Format::Svg || promised == Format::Svg {
        true => "a server takes the type of an SVG from its name: browsers will not show this file",
        false => "browsers show it all the same; the file is kept as it is",
    };
    let hint = format!("rename it to end in {}", found.extension());
    Some(Diagnostic::warning("image-type-mismatch", message).note(note).hint(hint))
}

//! What a user of the images stage would notice. Pictures are made here; metadata segments by hand.

use super::codec::png::chunks;
use super::{exif, icc, optimize};
use crate::base::ContentHash;
use crate::cache::Cache;
use crate::config::{ImageMode, Options};
use crate::diag::{Diagnostic, Noted};
use crate::model::{Asset, AssetKind, ImageSets, ModuleGraph, OptimizedImage, Origin};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;
use std::path::PathBuf;

mod jpeg;
mod limits;
mod png;
mod svg;

fn options(images: ImageMode) -> Options {
    Options { images, ..Options::for_tests() }
}

fn graph(files: &[(&str, AssetKind, Vec<u8>)]) -> ModuleGraph {
    let assets = files.iter().map(|(name, kind, bytes)| Asset {
        name: name.to_string(),
        path: PathBuf::from(name),
        kind: *kind,
        hash: ContentHash::of(bytes),
        bytes: bytes.clone().into(),
        references: Vec::new(),
        fixed_name: None,
        package: None,
        origin: Origin::Entry,
    });
    ModuleGraph { assets: assets.collect(), ..ModuleGraph::default() }
}

fn run(files: &[(&str, AssetKind, Vec<u8>)], mode: ImageMode) -> Noted<ImageSets> {
    optimize(&graph(files), &options(mode), &Cache::new(None))
}

/// One file, lossless.
fn only(kind: AssetKind, bytes: &[u8]) -> (OptimizedImage, Vec<Diagnostic>) {
    let name = format!("src/picture.{kind:?}").to_lowercase();
    let done = run(&[(&name, kind, bytes.to_vec())], ImageMode::On);
    let image = done.value.into_vec().remove(0).expect("an image has an entry");
    assert!(image.bytes.len() <= bytes.len(), "never larger");
    (image, done.problems)
}

/// One file that must pass without a problem.
fn clean(kind: AssetKind, bytes: &[u8]) -> OptimizedImage {
    let (image, problems) = only(kind, bytes);
    assert_eq!(problems, []);
    image
}

fn codes(problems: &[Diagnostic]) -> Vec<&str> {
    problems.iter().map(|problem| problem.code.as_str()).collect()
}

fn decode(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).expect("a whole image")
}

/// Smooth, with a little noise: compresses like a photograph.
fn photo(width: u32, height: u32) -> RgbImage {
    let mut seed = 1u32;
    RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (seed >> 28) as u8;
        Rgb([(x * 3 + y) as u8 ^ noise, (x + 2 * y) as u8 / 2 + noise, (40 + y / 2) as u8 + noise])
    })
}

fn photo_jpeg(width: u32, height: u32, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(&photo(width, height)).unwrap();
    out
}

fn as_png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.into().write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

/// Puts segments behind the start marker.
fn with_segments(jpeg: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    for (marker, body) in segments {
        out.extend([0xFF, *marker]);
        out.extend((body.len() as u16 + 2).to_be_bytes());
        out.extend(*body);
    }
    out.extend(&jpeg[2..]);
    out
}

/// An EXIF segment as a camera writes it: orientation, and where the picture was taken.
fn camera_exif(orientation: u8) -> Vec<u8> {
    let mut body = b"Exif\0\0".to_vec();
    body.extend(exif::only_orientation(orientation));
    body.extend(b"GPS 48.8584 N 2.2945 E, serial number 12345");
    body
}

fn icc_segment(profile: &[u8]) -> Vec<u8> {
    [b"ICC_PROFILE\0\x01\x01", profile].concat()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

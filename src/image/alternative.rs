//! Another encoding of an image, for advice: what it would be if its author exported it anew.

use super::codec::{self, Coded, Effort};
use super::format::Format;
use image::{DynamicImage, ImageEncoder, ImageReader};
use std::io::Cursor;

/// JPEG quality at which photographs of usual content look the same at usual sizes.
const QUALITY: u8 = 80;

/// Pictures with more pixels are not tried.
const PIXELS_MAX: u64 = 40_000_000;

/// The smallest of: JPEG of quality 80 where nothing is transparent (a JPEG as `--images lossy` writes it), lossless
/// WebP. With words for it; `None`: the picture cannot be read, or nothing is smaller.
pub fn alternative(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let format = Format::found(bytes)?;
    if format == Format::Jpeg {
        let Coded { smaller, .. } = codec::jpeg::encode(bytes, Effort::Usual, true).ok()?;
        return Some(("a JPEG of lower quality (`--images lossy`)".to_string(), smaller?.to_vec()));
    }
    if !matches!(format, Format::Png | Format::Webp) {
        return None;
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let (width, height) = reader.into_dimensions().ok()?;
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return None;
    }
    let picture = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.decode().ok()?;
    let opaque = !picture.color().has_alpha() || picture.to_rgba8().pixels().all(|pixel| pixel.0[3] == u8::MAX);
    let photo = opaque.then(|| jpeg(&picture)).flatten().map(|bytes| (format!("a JPEG of quality {QUALITY}"), bytes));
    let webp = (format == Format::Png).then(|| webp(&picture)).flatten();
    let webp = webp.map(|bytes| ("a lossless WebP".to_string(), bytes));
    let best = photo.into_iter().chain(webp).min_by_key(|(_, bytes)| bytes.len())?;
    (best.1.len() < bytes.len()).then_some(best)
}

fn jpeg(picture: &DynamicImage) -> Option<Vec<u8>> {
    let rgb = picture.to_rgb8();
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, QUALITY);
    encoder.write_image(rgb.as_raw(), rgb.width(), rgb.height(), image::ExtendedColorType::Rgb8).ok()?;
    let smaller = codec::jpeg::encode(&out, Effort::Usual, false)
        .ok()
        .and_then(|coded| coded.smaller)
        .map(|bytes| bytes.to_vec());
    Some(smaller.unwrap_or(out))
}

fn webp(picture: &DynamicImage) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    picture.write_with_encoder(image::codecs::webp::WebPEncoder::new_lossless(&mut out)).ok()?;
    Some(out)
}

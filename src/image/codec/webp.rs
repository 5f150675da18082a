//! WebP: kept as it is.

use crate::image::exif;
use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;
use std::io::Cursor;

/// Width and height as displayed.
pub fn measure(file: &[u8]) -> Option<(u32, u32)> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).ok()?;
    let (width, height) = decoder.dimensions();
    let orientation = decoder.orientation().map_or(1, image::metadata::Orientation::to_exif);
    Some(exif::displayed(width, height, orientation))
}

//! What a decoder sees: the proof that a re-encoded image is the same picture.
//!
//! Decoded by the `image` crate, which shares no code with the encoders. Only a hash is kept, so that no picture lies
//! in memory while an encoder works.

use crate::base::ContentHash;
use image::codecs::{jpeg::JpegDecoder, png::PngDecoder};
use image::{AnimationDecoder, ColorType, ImageDecoder, ImageError};
use std::io::Cursor;

/// Most memory for one decoded picture. One that needs more is kept as it is, since nothing could be proven.
const MAX_BYTES: u64 = 800 << 20;

/// Equal for equal pictures: size, every pixel (colour of invisible ones too) and every frame.
#[derive(PartialEq, Eq, Debug)]
pub struct Fingerprint(ContentHash);

/// Why there is no fingerprint.
pub enum Undecodable {
    /// The data are wrong: the decoder's words.
    Corrupt(String),
    /// Too large or of a rare kind: says nothing about the file.
    Unsupported,
}

impl From<ImageError> for Undecodable {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Decoding(error) => {
                let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                Undecodable::Corrupt(cause)
            }
            ImageError::IoError(_) => Undecodable::Corrupt("the image data end too early".to_string()),
            _ => Undecodable::Unsupported,
        }
    }
}

/// Of a JPEG.
pub fn jpeg(file: &[u8]) -> Result<Fingerprint, Undecodable> {
    Ok(Fingerprint(still(JpegDecoder::new(Cursor::new(file))?)?))
}

/// Of a PNG and, if it is animated, of all its frames. Also the colour profile.
pub fn png(file: &[u8], animated: bool) -> Result<(Fingerprint, Option<Vec<u8>>), Undecodable> {
    let mut decoder = PngDecoder::new(Cursor::new(file))?;
    let profile = decoder.icc_profile().ok().flatten();
    let mut hashes = still(decoder)?.0.to_vec();
    if animated {
        for frame in PngDecoder::new(Cursor::new(file))?.apng()?.into_frames() {
            let frame = frame?;
            let delay = frame.delay().numer_denom_ms();
            hashes.extend([frame.left(), frame.top(), delay.0, delay.1].into_iter().flat_map(u32::to_le_bytes));
            hashes.extend(ContentHash::of(frame.buffer()).0);
        }
    }
    Ok((Fingerprint(ContentHash::of(&hashes)), profile))
}

fn still(decoder: impl ImageDecoder) -> Result<ContentHash, Undecodable> {
    let (width, _) = decoder.dimensions();
    let color = decoder.color_type();
    let length = decoder.total_bytes();
    if length > MAX_BYTES {
        return Err(Undecodable::Unsupported);
    }
    let mut pixels = vec![0; length as usize];
    decoder.read_image(&mut pixels)?;
    let stride = width as usize * usize::from(color.bytes_per_pixel());
    let mut rows = width.to_le_bytes().to_vec();
    let mut wide = Vec::with_capacity(width as usize * 8);
    for row in pixels.chunks_exact(stride.max(1)) {
        wide.clear();
        widen(row, color, &mut wide).ok_or(Undecodable::Unsupported)?;
        rows.extend(ContentHash::of(&wide).0);
    }
    Ok(ContentHash::of(&rows))
}

/// Any colour type as 16-bit RGBA: a grey picture equals its RGB or palette twin.
fn widen(row: &[u8], color: ColorType, out: &mut Vec<u8>) -> Option<()> {
    // Eight bits twice are sixteen; all of a pixel at once, since photographs have millions.
    let whole = |[red, green, blue, alpha]: [u8; 4]| {
        let twice = |sample: u8| u64::from(sample) * 0x0101;
        (twice(red) | twice(green) << 16 | twice(blue) << 32 | twice(alpha) << 48).to_le_bytes()
    };
    match color {
        ColorType::Rgb8 => {
            let pixels = row.as_chunks::<3>().0.iter();
            pixels.for_each(|[red, green, blue]| out.extend_from_slice(&whole([*red, *green, *blue, 0xFF])));
            return Some(());
        }
        ColorType::Rgba8 => {
            row.as_chunks::<4>().0.iter().for_each(|pixel| out.extend_from_slice(&whole(*pixel)));
            return Some(());
        }
        ColorType::L8 => {
            row.iter().for_each(|grey| out.extend_from_slice(&whole([*grey, *grey, *grey, 0xFF])));
            return Some(());
        }
        _ => {}
    }
    let channels = usize::from(color.channel_count());
    let deep = match color {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => false,
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => true,
        _ => return None,
    };
    for pixel in row.chunks_exact(usize::from(color.bytes_per_pixel())) {
        let sample = |index: usize| match deep {
            true => [pixel[2 * index], pixel[2 * index + 1]],
            false => [pixel[index]; 2],
        };
        let rgb = if channels < 3 { [0, 0, 0] } else { [0, 1, 2] };
        rgb.into_iter().for_each(|index| out.extend(sample(index)));
        out.extend(if channels % 2 == 0 { sample(channels - 1) } else { [0xFF; 2] });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_the_same_in_every_type_that_can_say_it() {
        let wide = |row: &[u8], color| {
            let mut out = Vec::new();
            widen(row, color, &mut out).map(|()| out)
        };
        let expected = Some(vec![7, 7, 7, 7, 7, 7, 255, 255, 9, 9, 9, 9, 9, 9, 255, 255]);
        let rows: [(&[u8], ColorType); 7] = [
            (&[7, 9], ColorType::L8),
            (&[7, 255, 9, 255], ColorType::La8),
            (&[7, 7, 7, 9, 9, 9], ColorType::Rgb8),
            (&[7, 7, 7, 255, 9, 9, 9, 255], ColorType::Rgba8),
            (&[7, 7, 9, 9], ColorType::L16),
            (&[7, 7, 255, 255, 9, 9, 255, 255], ColorType::La16),
            (&[7, 7, 7, 7, 7, 7, 9, 9, 9, 9, 9, 9], ColorType::Rgb16),
        ];
        for (row, color) in rows {
            assert_eq!(wide(row, color), expected, "{color:?}");
        }
        assert_eq!(wide(&[1, 2, 3, 4], ColorType::Rgba8), Some(vec![1, 1, 2, 2, 3, 3, 4, 4]));
    }
}

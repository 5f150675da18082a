//! The chunks of a PNG file, and which of them a browser needs.

use crate::image::codec::Corrupt;
use crate::image::{exif, icc};

pub const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// One chunk.
#[derive(Clone, Copy)]
pub struct Chunk<'a> {
    pub name: [u8; 4],
    pub data: &'a [u8],
}

/// A file whose structure and checksums hold.
pub struct Chunks<'a> {
    chunks: Vec<Chunk<'a>>,
}

/// Needed to decode the picture, still or animated.
const PICTURE: [&[u8; 4]; 8] = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"];
/// Say how the numbers become colours.
pub const COLOR: [&[u8; 4]; 7] = [b"cICP", b"mDCV", b"cLLI", b"iCCP", b"sRGB", b"gAMA", b"cHRM"];

impl<'a> Chunks<'a> {
    /// Reads up to `IEND`; what follows it is not part of the picture. Ancillary chunks with a wrong checksum are
    /// left out, as browsers do.
    pub fn read(file: &'a [u8]) -> Result<Self, Corrupt> {
        let mut rest = file.strip_prefix(SIGNATURE).ok_or_else(|| Corrupt::new("the PNG signature is missing"))?;
        let mut chunks: Vec<Chunk> = Vec::new();
        while chunks.last().is_none_or(|chunk| chunk.name != *b"IEND") {
            let at = file.len() - rest.len();
            let Some((chunk, checksum, after)) = next(rest) else {
                return Err(truncated(rest, at, file.len()));
            };
            rest = after;
            if crc32(&[&chunk.name, chunk.data]) != checksum {
                if PICTURE.contains(&&chunk.name) {
                    return Err(Corrupt::new(format!("{} chunk at byte {at}: CRC mismatch", label(chunk.name))));
                }
                continue;
            }
            if chunks.is_empty() && (chunk.name != *b"IHDR" || chunk.data.len() != 13) {
                return Err(Corrupt::new("the IHDR chunk is missing"));
            }
            if (chunk.name == *b"fcTL" && chunk.data.len() != 26) || (chunk.name == *b"fdAT" && chunk.data.len() < 4) {
                return Err(Corrupt::new(format!("{} chunk at byte {at}: wrong length", label(chunk.name))));
            }
            chunks.push(chunk);
        }
        if !chunks.iter().any(|chunk| chunk.name == *b"IDAT") {
            return Err(Corrupt::new("there is no IDAT chunk, so no picture"));
        }
        Ok(Chunks { chunks })
    }

    pub fn find(&self, name: &[u8; 4]) -> Option<&'a [u8]> {
        self.chunks.iter().find(|chunk| chunk.name == *name).map(|chunk| chunk.data)
    }

    pub fn animated(&self) -> bool {
        self.find(b"acTL").is_some()
    }

    /// Frames of the animation, 1 for a still picture.
    pub fn frames(&self) -> u64 {
        self.chunks.iter().filter(|chunk| chunk.name == *b"fcTL").count().max(1) as u64
    }

    /// As stored.
    pub fn size(&self) -> (u32, u32) {
        let header = self.chunks[0].data;
        let long = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|byte| header[at + byte]));
        (long(0), long(4))
    }

    pub fn orientation(&self) -> u8 {
        self.find(b"eXIf").map_or(1, exif::orientation)
    }

    /// The same picture without what no browser shows: texts, times, thumbnails, editors' data. Of several statements
    /// about colour the one that browsers follow stays. `profile` is the unpacked content of `iCCP`.
    pub fn for_display(&self, profile: Option<&[u8]>) -> Vec<u8> {
        let intent = profile.filter(|profile| icc::is_srgb(profile)).map(|profile| [icc::rendering_intent(profile)]);
        let has_profile = self.find(b"iCCP").is_some();
        let has_space = has_profile || self.find(b"sRGB").is_some() || self.find(b"cICP").is_some();
        let orientation = exif::only_orientation(self.orientation());
        let mut out = SIGNATURE.to_vec();
        for chunk in &self.chunks {
            match &chunk.name {
                b"sRGB" if has_profile => {}
                b"gAMA" | b"cHRM" if has_space => {}
                b"iCCP" => match &intent {
                    Some(intent) => write(&mut out, *b"sRGB", intent),
                    None => write(&mut out, chunk.name, chunk.data),
                },
                b"eXIf" if self.orientation() != 1 => write(&mut out, *b"eXIf", &orientation),
                name if PICTURE.contains(&name) || COLOR.contains(&name) => write(&mut out, chunk.name, chunk.data),
                _ => {}
            }
        }
        out
    }
}

/// Width, height and orientation without looking at the picture data: `IHDR`, and `eXIf` if it comes before them.
pub fn measure(file: &[u8]) -> Option<(u32, u32, u8)> {
    let mut rest = file.strip_prefix(SIGNATURE)?;
    let (header, _, after) = next(rest)?;
    if header.name != *b"IHDR" || header.data.len() != 13 {
        return None;
    }
    let long = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|byte| header.data[at + byte]));
    rest = after;
    let mut orientation = 1;
    while let Some((chunk, _, after)) = next(rest) {
        match &chunk.name {
            b"eXIf" => orientation = exif::orientation(chunk.data),
            b"IEND" => break,
            _ => {}
        }
        rest = after;
    }
    Some((long(0), long(4), orientation))
}

/// The first chunk of `rest`, its checksum, and what follows; `None` when it is cut.
fn next(rest: &[u8]) -> Option<(Chunk<'_>, u32, &[u8])> {
    let (head, body) = rest.split_at_checked(8)?;
    let length = u32::from_be_bytes(head[..4].try_into().ok()?) as usize;
    let (data, body) = body.split_at_checked(length)?;
    let (checksum, after) = body.split_at_checked(4)?;
    let name = head[4..].try_into().ok()?;
    Some((Chunk { name, data }, u32::from_be_bytes(checksum.try_into().ok()?), after))
}

fn truncated(rest: &[u8], at: usize, length: usize) -> Corrupt {
    match rest.get(4..8) {
        Some(name) => {
            let name = label(name.try_into().unwrap_or_default());
            Corrupt::new(format!("the file ends inside the {name} chunk at byte {at} of {length}"))
        }
        None => Corrupt::new(format!("the file ends at byte {length} without an IEND chunk")),
    }
}

fn label(name: [u8; 4]) -> String {
    name.map(|byte| if byte.is_ascii_alphabetic() { byte as char } else { '?' }).iter().collect()
}

/// Appends one chunk with its length and checksum.
pub fn write(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    out.extend(name);
    out.extend(data);
    out.extend(crc32(&[&name, data]).to_be_bytes());
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xEDB8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
};

fn crc32(parts: &[&[u8]]) -> u32 {
    !parts
        .iter()
        .copied()
        .flatten()
        .fold(!0, |crc, byte| CRC_TABLE[((crc ^ u32::from(*byte)) & 0xFF) as usize] ^ (crc >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_is_the_standard_one() {
        assert_eq!(crc32(&[b"1234", b"56789"]), 0xCBF4_3926);
    }
}

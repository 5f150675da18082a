//! The marker segments of a JPEG file up to its first scan.

use crate::image::codec::Corrupt;
use crate::image::{exif, icc};

/// What the segments say.
#[derive(Debug)]
pub struct Segments<'a> {
    /// As stored.
    pub width: u32,
    pub height: u32,
    /// Bits per sample.
    pub precision: u8,
    /// The marker of the frame: 0xC0 baseline, 0xC1 extended, 0xC2 progressive.
    pub frame: u8,
    /// 1 to 8.
    pub orientation: u8,
    /// APP2 segments of the colour profile, in file order, with their heads.
    pub profile: Vec<&'a [u8]>,
    /// Holds further pictures (gain map, second view) that the index in APP2 finds by their position.
    pub multi_picture: bool,
    /// Scans of the whole file.
    pub scans: usize,
}

const ICC_HEAD: &[u8] = b"ICC_PROFILE\0";
const EXIF_HEAD: &[u8] = b"Exif\0\0";

impl<'a> Segments<'a> {
    pub fn read(file: &'a [u8]) -> Result<Self, Corrupt> {
        if !file.starts_with(&[0xFF, 0xD8]) {
            return Err(Corrupt::new("the JPEG start marker is missing"));
        }
        let mut found = Segments {
            width: 0,
            height: 0,
            precision: 0,
            frame: 0,
            orientation: 0,
            profile: Vec::new(),
            multi_picture: false,
            scans: file.windows(2).filter(|pair| *pair == [0xFF, 0xDA]).count(),
        };
        let mut at = 2;
        loop {
            // Fill bytes, and rubbish between segments, which decoders skip.
            let Some(skipped) = file.get(at..).and_then(|rest| rest.windows(2).position(marker_start)) else {
                return Err(Corrupt::new(format!("the file ends at byte {} before the picture data", file.len())));
            };
            let start = at + skipped;
            let marker = file[start + 1];
            at = start + 2;
            match marker {
                0xDA => break,
                0xD9 => return Err(Corrupt::new("there is no picture: the end marker comes before any scan")),
                // Without content.
                0x01 | 0xD0..=0xD8 => continue,
                _ => {}
            }
            let body = segment(file, at).ok_or_else(|| {
                Corrupt::new(format!("the file ends inside the {} segment at byte {start}", label(marker)))
            })?;
            at += 2 + body.len();
            found.note(marker, body)?;
        }
        match found.frame {
            0 => Err(Corrupt::new("the frame header (SOF) is missing")),
            _ => Ok(found),
        }
    }

    fn note(&mut self, marker: u8, body: &'a [u8]) -> Result<(), Corrupt> {
        match marker {
            // SOF, but not DHT, JPG, DAC.
            0xC0..=0xCF if ![0xC4, 0xC8, 0xCC].contains(&marker) && self.frame == 0 => {
                let [precision, h1, h0, w1, w0, ..] = *body else {
                    return Err(Corrupt::new("the frame header (SOF) is too short"));
                };
                (self.frame, self.precision) = (marker, precision);
                self.height = u32::from(u16::from_be_bytes([h1, h0]));
                self.width = u32::from(u16::from_be_bytes([w1, w0]));
            }
            0xE1 if self.orientation == 0 && body.starts_with(EXIF_HEAD) => {
                self.orientation = exif::orientation(&body[EXIF_HEAD.len()..]);
            }
            0xE2 if body.starts_with(ICC_HEAD) => self.profile.push(body),
            0xE2 if body.starts_with(b"MPF\0") => self.multi_picture = true,
            _ => {}
        }
        Ok(())
    }

    /// Width and height as displayed.
    pub fn displayed(&self) -> (u32, u32) {
        exif::displayed(self.width, self.height, self.orientation)
    }

    /// The segments without which the picture would look different: (marker, body).
    pub fn for_display(&self) -> Vec<(u8, Vec<u8>)> {
        let mut kept = Vec::new();
        if self.orientation > 1 {
            let mut body = EXIF_HEAD.to_vec();
            body.extend(exif::only_orientation(self.orientation));
            kept.push((0xE1, body));
        }
        if !icc::is_srgb(&self.whole_profile()) {
            kept.extend(self.profile.iter().map(|body| (0xE2, body.to_vec())));
        }
        kept
    }

    /// The profile's parts, put together by their numbers.
    fn whole_profile(&self) -> Vec<u8> {
        let mut parts: Vec<&[u8]> = self.profile.iter().map(|body| &body[ICC_HEAD.len()..]).collect();
        parts.sort_by_key(|part| part.first().copied());
        parts.into_iter().filter_map(|part| part.get(2..)).flatten().copied().collect()
    }
}

fn marker_start(pair: &[u8]) -> bool {
    pair[0] == 0xFF && pair[1] != 0xFF && pair[1] != 0
}

/// The body of the segment whose length stands at `at`.
fn segment(file: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(u16::from_be_bytes(file.get(at..at + 2)?.try_into().ok()?));
    file.get(at + 2..at + length)
}

fn label(marker: u8) -> String {
    match marker {
        0xC4 => "DHT".to_string(),
        0xDB => "DQT".to_string(),
        0xDD => "DRI".to_string(),
        0xC0..=0xCF => "SOF".to_string(),
        0xE0..=0xEF => format!("APP{}", marker - 0xE0),
        0xFE => "COM".to_string(),
        _ => format!("0x{marker:02X}"),
    }
}

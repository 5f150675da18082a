//! One module per format: bytes → smaller bytes that show the same, and the size.
//!
//! A codec does not know where its bytes came from: problems get their place from the caller.

pub mod avif;
pub mod gif;
pub mod ico;
pub mod jpeg;
pub mod png;
pub mod svg;
pub mod webp;

use crate::diag::Diagnostic;

/// How long is looked for the smallest file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effort {
    Usual,
    /// Of `--minify=max`: several times the time, for 1 to 4 % of an image.
    Most,
}

/// What a codec made of a file.
#[derive(Clone, Debug)]
pub struct Coded {
    /// `None`: the file could not be made smaller.
    pub smaller: Option<Vec<u8>>,
    /// As displayed; 0 when unknown.
    pub width: u32,
    pub height: u32,
    /// Without the name of the file.
    pub problems: Vec<Diagnostic>,
}

impl Coded {
    /// The file as it is.
    pub fn kept((width, height): (u32, u32)) -> Self {
        Coded { smaller: None, width, height, problems: Vec::new() }
    }

    /// `bytes` if they are fewer than `source` has.
    pub fn smaller(mut self, bytes: Vec<u8>, source: &[u8]) -> Self {
        self.smaller = Some(bytes).filter(|bytes| bytes.len() < source.len());
        self
    }

    /// For the cache: width, height, and the bytes after a 1, or a 0 for those of the source.
    pub fn to_entry(&self) -> Vec<u8> {
        let mut entry = [self.width.to_le_bytes(), self.height.to_le_bytes()].concat();
        entry.push(u8::from(self.smaller.is_some()));
        entry.extend(self.smaller.iter().flatten());
        entry
    }

    pub fn from_entry(entry: &[u8]) -> Option<Self> {
        let (head, bytes) = entry.split_at_checked(9)?;
        let long = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| head[at + byte]));
        let smaller = (head[8] == 1).then(|| bytes.to_vec());
        Some(Coded { smaller, width: long(0), height: long(4), problems: Vec::new() })
    }

    pub fn noting(mut self, problem: Diagnostic) -> Self {
        self.problems.push(problem);
        self
    }
}

/// The file is damaged: what is wrong, in words.
#[derive(Clone, Debug)]
pub struct Corrupt(pub String);

impl Corrupt {
    pub fn new(what: impl Into<String>) -> Self {
        Corrupt(what.into())
    }
}

/// Larger pictures are kept as they are: re-encoding one would take gigabytes.
pub const MAX_PIXELS: u64 = 100_000_000;

/// The warning for a picture over [`MAX_PIXELS`].
pub fn too_large(width: u32, height: u32, frames: u64) -> Option<Diagnostic> {
    let pixels = u64::from(width) * u64::from(height) * frames;
    (pixels > MAX_PIXELS).then(|| {
        let times = if frames > 1 { format!(", {frames} frames") } else { String::new() };
        Diagnostic::warning(
            "image-too-large",
            format!("{width} × {height} pixels{times}: kept as it is, not re-encoded"),
        )
        .note(format!("images of more than {} megapixels are not re-encoded", MAX_PIXELS / 1_000_000))
        .hint("resize it to the size at which it is shown")
    })
}

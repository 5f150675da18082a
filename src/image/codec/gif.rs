//! GIF: kept as it is.

/// Width and height of the logical screen.
pub fn measure(file: &[u8]) -> Option<(u32, u32)> {
    let short = |at: usize| Some(u32::from(u16::from_le_bytes(file.get(at..at + 2)?.try_into().ok()?)));
    Some((short(6)?, short(8)?))
}

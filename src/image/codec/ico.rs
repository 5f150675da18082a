//! ICO: kept as it is.

/// Width and height of the largest icon inside.
pub fn measure(file: &[u8]) -> Option<(u32, u32)> {
    let count = usize::from(u16::from_le_bytes(file.get(4..6)?.try_into().ok()?));
    // 0 stands for 256.
    let side = |byte: u8| if byte == 0 { 256 } else { u32::from(byte) };
    let entries = file.get(6..)?.chunks_exact(16).take(count);
    entries.map(|entry| (side(entry[0]), side(entry[1]))).max_by_key(|(width, height)| width * height)
}

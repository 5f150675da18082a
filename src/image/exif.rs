//! The one fact of EXIF that changes how an image is shown: its orientation.

/// Orientation tag of IFD 0.
const ORIENTATION: u16 = 0x0112;
/// TIFF type SHORT.
const SHORT: u16 = 3;

/// 1 to 8 as the EXIF standard counts; 1 (as stored) when the TIFF data say nothing or nonsense.
pub fn orientation(tiff: &[u8]) -> u8 {
    read_orientation(tiff).filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

fn read_orientation(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II\x2a\x00" => true,
        b"MM\x00\x2a" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let pair = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let long = |at: usize| -> Option<u32> {
        let four = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let directory = long(4)? as usize;
    let entries = short(directory)? as usize;
    (0..entries).map(|index| directory + 2 + 12 * index).find_map(|at| {
        let found = short(at)? == ORIENTATION && short(at + 2)? == SHORT && long(at + 4)? == 1;
        found.then(|| short(at + 8)).flatten().and_then(|value| u8::try_from(value).ok())
    })
}

/// TIFF data that hold the orientation and nothing else: 26 bytes.
pub fn only_orientation(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01".to_vec();
    tiff.extend(ORIENTATION.to_be_bytes());
    tiff.extend(SHORT.to_be_bytes());
    tiff.extend(1u32.to_be_bytes());
    tiff.extend([0, orientation, 0, 0]);
    // No further directory.
    tiff.extend([0; 4]);
    tiff
}

/// Orientations 5 to 8 turn the image by a quarter: width and height change places.
pub fn displayed(width: u32, height: u32, orientation: u8) -> (u32, u32) {
    if orientation >= 5 { (height, width) } else { (width, height) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_byte_orders_and_ignores_nonsense() {
        assert_eq!(orientation(&only_orientation(6)), 6);
        let little =
            b"II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00";
        assert_eq!(orientation(little), 3);
        assert_eq!(orientation(&only_orientation(9)), 1, "there are eight orientations");
        for end in 0..little.len() {
            let cut = orientation(&little[..end]);
            assert!(cut == 1 || cut == 3);
        }
        assert_eq!(orientation(b"II\x2a\x00\xff\xff\xff\xff"), 1, "a directory outside the data");
    }
}

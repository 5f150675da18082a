//! Is an ICC profile just sRGB? Then an image without it looks the same, because a browser takes sRGB for granted.
//!
//! Judged by what the profile computes (primaries and transfer curves), never by its name: names lie
//! (`sRGB-elle-V2-g10` is linear light).

/// Largest difference of a primary's XYZ (D50) coordinate: profiles in circulation differ by their rounding.
const PRIMARY_TOLERANCE: f64 = 0.003;
/// Largest difference of a transfer curve from sRGB's, counted in encoded values: half an 8-bit step.
const CURVE_TOLERANCE: f64 = 0.5 / 255.0;

/// sRGB's primaries, adapted to the profile connection space's D50 white.
const SRGB: [(&[u8; 4], [f64; 3]); 3] =
    [(b"rXYZ", [0.4361, 0.2225, 0.0139]), (b"gXYZ", [0.3851, 0.7169, 0.0971]), (b"bXYZ", [0.1431, 0.0606, 0.7141])];

/// True only when the profile is an RGB matrix profile with sRGB's primaries and curves.
pub fn is_srgb(profile: &[u8]) -> bool {
    looks_srgb(profile) == Some(true)
}

/// The rendering intent of the header: 0 to 3.
pub fn rendering_intent(profile: &[u8]) -> u8 {
    profile.get(67).copied().filter(|intent| *intent < 4).unwrap_or(0)
}

fn looks_srgb(profile: &[u8]) -> Option<bool> {
    if profile.get(16..20)? != b"RGB " || profile.get(20..24)? != b"XYZ " {
        return Some(false);
    }
    // Tables take precedence over matrix and curves, and may say anything.
    if [b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"cicp"].into_iter().any(|name| tag(profile, name).is_some()) {
        return Some(false);
    }
    for (name, wanted) in SRGB {
        let data = tag(profile, name)?;
        if data.get(..4)? != b"XYZ " {
            return Some(false);
        }
        for (index, wanted) in wanted.into_iter().enumerate() {
            if (fixed(data, 8 + 4 * index)? - wanted).abs() > PRIMARY_TOLERANCE {
                return Some(false);
            }
        }
    }
    for name in [b"rTRC", b"gTRC", b"bTRC"] {
        let data = tag(profile, name)?;
        for step in 0..=255u32 {
            let x = f64::from(step) / 255.0;
            if (linear_to_srgb(curve(data, x)?) - x).abs() > CURVE_TOLERANCE {
                return Some(false);
            }
        }
    }
    Some(true)
}

fn linear_to_srgb(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

fn tag<'a>(profile: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let count = (long(profile, 128)? as usize).min(100);
    (0..count).map(|index| 132 + 12 * index).find_map(|at| {
        (profile.get(at..at + 4)? == name).then_some(())?;
        let start = long(profile, at + 4)? as usize;
        profile.get(start..start.checked_add(long(profile, at + 8)? as usize)?)
    })
}

/// The value at `x` of a `curv` or `para` element.
fn curve(data: &[u8], x: f64) -> Option<f64> {
    match data.get(..4)? {
        b"curv" => {
            let count = long(data, 8)? as usize;
            match count {
                0 => Some(x),
                1 => Some(x.powf(f64::from(short(data, 12)?) / 256.0)),
                _ => {
                    let place = x * (count - 1) as f64;
                    let below = (place as usize).min(count - 2);
                    let at = |index: usize| Some(f64::from(short(data, 12 + 2 * index)?) / 65535.0);
                    let (low, high) = (at(below)?, at(below + 1)?);
                    Some(low + (high - low) * (place - below as f64))
                }
            }
        }
        b"para" => {
            let parameter = |index: usize| fixed(data, 12 + 4 * index);
            let g = parameter(0)?;
            match short(data, 8)? {
                0 => Some(x.powf(g)),
                3 => {
                    let (a, b, c, d) = (parameter(1)?, parameter(2)?, parameter(3)?, parameter(4)?);
                    Some(if x >= d { (a * x + b).powf(g) } else { c * x })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn short(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// s15Fixed16Number.
fn fixed(data: &[u8], at: usize) -> Option<f64> {
    Some(f64::from(long(data, at)? as i32) / 65536.0)
}

#[cfg(test)]
pub mod samples {
    //! Profiles made by hand.

    /// An RGB matrix profile with one parametric curve for all channels.
    pub fn matrix_profile(primaries: [[f64; 3]; 3], curve: &[f64; 5]) -> Vec<u8> {
        let fixed = |value: f64| ((value * 65536.0).round() as i32).to_be_bytes();
        let mut tags: Vec<([u8; 4], Vec<u8>)> = Vec::new();
        for (name, xyz) in [*b"rXYZ", *b"gXYZ", *b"bXYZ"].into_iter().zip(primaries) {
            let mut data = b"XYZ \0\0\0\0".to_vec();
            xyz.iter().for_each(|value| data.extend(fixed(*value)));
            tags.push((name, data));
        }
        for name in [*b"rTRC", *b"gTRC", *b"bTRC"] {
            let mut data = b"para\0\0\0\0\0\x03\0\0".to_vec();
            curve.iter().for_each(|value| data.extend(fixed(*value)));
            tags.push((name, data));
        }
        let mut profile = vec![0; 128];
        profile[16..20].copy_from_slice(b"RGB ");
        profile[20..24].copy_from_slice(b"XYZ ");
        profile[36..40].copy_from_slice(b"acsp");
        profile.extend((tags.len() as u32).to_be_bytes());
        let mut at = 132 + 12 * tags.len();
        for (name, data) in &tags {
            profile.extend(name);
            profile.extend((at as u32).to_be_bytes());
            profile.extend((data.len() as u32).to_be_bytes());
            at += data.len();
        }
        tags.iter().for_each(|(_, data)| profile.extend(data));
        let length = (profile.len() as u32).to_be_bytes();
        profile[..4].copy_from_slice(&length);
        profile
    }

    pub const SRGB_CURVE: [f64; 5] = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];

    pub fn srgb() -> Vec<u8> {
        matrix_profile([[0.4360, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7139]], &SRGB_CURVE)
    }

    /// Display P3: sRGB's curve, wider primaries.
    pub fn display_p3() -> Vec<u8> {
        matrix_profile([[0.5151, 0.2412, -0.0011], [0.2919, 0.6922, 0.0419], [0.1572, 0.0666, 0.7841]], &SRGB_CURVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_srgb_from_its_neighbours() {
        assert!(is_srgb(&samples::srgb()));
        assert!(!is_srgb(&samples::display_p3()));
        let primaries = [[0.4360, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7139]];
        let linear = samples::matrix_profile(primaries, &[1.0, 1.0, 0.0, 0.0, 0.0]);
        assert!(!is_srgb(&linear), "sRGB primaries with linear light");
        let power = samples::matrix_profile(primaries, &[2.2, 1.0, 0.0, 0.0, 0.0]);
        assert!(!is_srgb(&power), "a plain power of 2.2 differs in the shadows");
    }

    #[test]
    fn a_cut_profile_is_not_srgb() {
        let profile = samples::srgb();
        for end in 0..profile.len() {
            assert!(!is_srgb(&profile[..end]));
        }
    }
}

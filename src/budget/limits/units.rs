//! Sizes as people write them.

use super::Bound;

/// Every unit has one meaning: kB is 1000 bytes, KiB is 1024.
pub const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

/// `1 MB`, `170kB`, `1.5 MiB` in bytes; or what is wrong with it.
pub fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err("a size is not below 0".into());
    }
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..at], text[at..].trim());
    let known = UNITS.iter().find(|known| known.0 == unit);
    let Some((_, factor)) = known else { return Err(wrong_unit(unit)) };
    let Ok(number) = number.parse::<f64>() else { return Err("a size begins with a number".into()) };
    let bytes = number * *factor as f64;
    if bytes >= super::json::MOST {
        return Err("that is beyond 2^53 bytes".into());
    }
    Ok(bytes.round() as u64)
}

fn wrong_unit(unit: &str) -> String {
    let names = UNITS.map(|unit| unit.0).join(", ");
    if unit.is_empty() {
        return format!("the unit is missing: one of {names}");
    }
    let near = UNITS.iter().filter(|known| known.0.eq_ignore_ascii_case(unit)).map(|known| known.0).next();
    let near = near.map(str::to_string).or_else(|| crate::diag::nearest(unit, UNITS.map(|unit| unit.0), 1).pop());
    match near {
        Some(near) => format!("there is no unit {unit:?}; did you mean {near}? Units are {names}"),
        None => format!("there is no unit {unit:?}; units are {names}"),
    }
}

/// `1 MB`, or against a baseline `+2 %`, `+10 kB`.
pub fn bound(text: &str) -> Result<Bound, String> {
    let Some(more) = text.trim().strip_prefix('+') else { return size(text).map(Bound::Absolute) };
    match more.trim().strip_suffix('%') {
        Some(number) => match number.trim().parse::<f64>() {
            Ok(percent) if (0.0..=1000.0).contains(&percent) => Ok(Bound::Percent(percent)),
            _ => Err("write a percentage from +0 % to +1000 %".into()),
        },
        None => size(more).map(Bound::More),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        assert_eq!(size("1 MB"), Ok(1_000_000));
        assert_eq!(size("1.5MiB"), Ok(1_572_864));
        assert_eq!(size("170 kB"), Ok(170_000));
        assert_eq!(size("2 KiB"), Ok(2048));
        assert_eq!(size("0 B"), Ok(0));
        for bad in ["1", "MB", "", "1 mb", "-1 B", "1e3 B", "inf B", "1.2.3 B", "99999999999999 MB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
        assert!(size("1 kb").unwrap_err().contains("did you mean kB"));
        assert_eq!(bound("+5 %"), Ok(Bound::Percent(5.0)));
        assert_eq!(bound("+10kB"), Ok(Bound::More(10_000)));
        assert!(bound("+-5 %").is_err());
    }
}

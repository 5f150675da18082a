//! The window that pages are measured for: which conditions hold in it, and how long lengths are.
//!
//! A desktop's window of 1280 by 720 points with a pixel each, a mouse, light colours, and nothing asked for.

use super::split;

/// Pixels.
pub const WIDTH: f64 = 1280.0;
const HEIGHT: f64 = 720.0;

/// Whether a list of media queries holds. What is not known does not.
pub fn media_holds(list: &str) -> bool {
    let list = list.trim().to_ascii_lowercase();
    // No condition is so long, and each of its brackets is a call.
    let holds = |query: &str| query.len() < 1000 && query_holds(query.trim());
    list.is_empty() || split(&list, ',').into_iter().any(holds)
}

fn query_holds(query: &str) -> bool {
    let mut words = query.splitn(2, |c: char| c.is_ascii_whitespace() || c == '(');
    let first = words.next().unwrap_or("");
    let rest = || query[first.len()..].trim();
    match first {
        "only" => query_holds(rest()),
        "not" if rest().starts_with('(') => condition(query) == Some(true),
        "not" => !query_holds(rest()),
        "" => condition(query) == Some(true),
        "all" | "screen" => rest().strip_prefix("and").is_none_or(|rest| condition(rest.trim()) == Some(true)),
        _ => false,
    }
}

/// `(…) and (…)`, `(…) or (…)`, `not (…)`. `None`: not known.
fn condition(text: &str) -> Option<bool> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("not").filter(|rest| !rest.starts_with('-')) {
        return condition(rest).map(|holds| !holds);
    }
    if !text.starts_with('(') {
        return None;
    }
    let end = super::bracket_end(text)?;
    let inside = text[1..end - 1].trim();
    let first = if inside.starts_with('(') || inside.starts_with("not") { condition(inside) } else { feature(inside) };
    let rest = text[end..].trim();
    if let Some(rest) = rest.strip_prefix("and") {
        return match (first, condition(rest)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (first, second) => Some(first? && second?),
        };
    }
    if let Some(rest) = rest.strip_prefix("or") {
        return match (first, condition(rest)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (first, second) => Some(first? || second?),
        };
    }
    first.filter(|_| rest.is_empty())
}

fn feature(text: &str) -> Option<bool> {
    if let Some((name, value)) = text.split_once(':') {
        let (name, value) = (name.trim(), value.trim());
        if let Some(name) = name.strip_prefix("min-") {
            return Some(measured(name)? >= number(value)?);
        }
        if let Some(name) = name.strip_prefix("max-") {
            return Some(measured(name)? <= number(value)?);
        }
        return match measured(name) {
            Some(measured) => Some(measured == number(value)?),
            None => Some(word(name)? == value),
        };
    }
    if text.contains(['<', '>', '=']) {
        return range(text);
    }
    match measured(text) {
        Some(measured) => Some(measured > 0.0),
        None => Some(!matches!(word(text)?, "none" | "no-preference")),
    }
}

/// `width >= 40em`, `400px < width <= 900px`.
fn range(text: &str) -> Option<bool> {
    let mut holds = true;
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '=']) {
        let sign_end = at + 1 + usize::from(rest[at + 1..].starts_with('='));
        let (left, sign, right) = (rest[..at].trim(), &rest[at..sign_end], &rest[sign_end..]);
        let until = right.find(['<', '>', '=']).unwrap_or(right.len());
        let value = |text: &str| measured(text).or_else(|| number(text));
        let (left, other) = (value(left)?, value(right[..until].trim())?);
        holds &= match sign {
            "<" => left < other,
            "<=" => left <= other,
            ">" => left > other,
            ">=" => left >= other,
            _ => left == other,
        };
        rest = right;
    }
    Some(holds)
}

fn measured(name: &str) -> Option<f64> {
    Some(match name {
        "width" | "device-width" => WIDTH,
        "height" | "device-height" => HEIGHT,
        "aspect-ratio" | "device-aspect-ratio" => WIDTH / HEIGHT,
        "resolution" | "-webkit-device-pixel-ratio" | "device-pixel-ratio" => 1.0,
        "color" => 8.0,
        "color-index" | "monochrome" | "grid" => 0.0,
        _ => return None,
    })
}

fn word(name: &str) -> Option<&'static str> {
    Some(match name {
        "orientation" => "landscape",
        "prefers-color-scheme" => "light",
        "hover" | "any-hover" => "hover",
        "pointer" | "any-pointer" => "fine",
        "display-mode" => "browser",
        "scripting" => "enabled",
        "update" => "fast",
        "scan" => "progressive",
        "color-gamut" => "srgb",
        "dynamic-range" => "standard",
        "overflow-block" | "overflow-inline" => "scroll",
        "prefers-reduced-motion" | "prefers-contrast" | "prefers-reduced-transparency" | "prefers-reduced-data" => {
            "no-preference"
        }
        "forced-colors" | "inverted-colors" => "none",
        _ => return None,
    })
}

/// A length, a resolution, a ratio or a plain number.
fn number(text: &str) -> Option<f64> {
    if let Some((over, under)) = text.split_once('/') {
        return Some(over.trim().parse::<f64>().ok()? / under.trim().parse::<f64>().ok()?);
    }
    let with = |unit: &str, factor: f64| Some(text.strip_suffix(unit)?.trim().parse::<f64>().ok()? * factor);
    let resolution = with("dppx", 1.0)
        .or_else(|| with("dpi", 1.0 / 96.0))
        .or_else(|| with("x", 1.0).filter(|_| !text.ends_with("px")));
    resolution.or_else(|| text.parse().ok()).or_else(|| length(text))
}

/// Pixels of a length, with `calc()` and its like. `em` is that of the root.
pub fn length(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.len() > 1000 {
        return None;
    }
    if let Some(open) = text.find('(').filter(|_| text.ends_with(')')) {
        let inside = &text[open + 1..text.len() - 1];
        let parts = || split(inside, ',').into_iter().map(sum).collect::<Option<Vec<f64>>>();
        return match text[..open].to_ascii_lowercase().as_str() {
            "" | "calc" => sum(inside),
            "min" => parts()?.into_iter().reduce(f64::min),
            "max" => parts()?.into_iter().reduce(f64::max),
            "clamp" => match parts()?[..] {
                [low, wanted, high] => Some(wanted.min(high).max(low)),
                _ => None,
            },
            _ => None,
        };
    }
    let digits = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let factor = match text[digits..].to_ascii_lowercase().as_str() {
        "px" => 1.0,
        "" if number == 0.0 => 1.0,
        "vw" | "dvw" | "svw" | "lvw" | "vi" | "vmax" => WIDTH / 100.0,
        "vh" | "dvh" | "svh" | "lvh" | "vb" | "vmin" => HEIGHT / 100.0,
        "rem" | "em" => 16.0,
        "ch" | "ex" => 8.0,
        "pt" => 4.0 / 3.0,
        "cm" => 96.0 / 2.54,
        "mm" => 9.6 / 2.54,
        "in" => 96.0,
        _ => return None,
    };
    Some(number * factor)
}

/// Terms with ` + ` and ` - `; in each, at most factors that are numbers.
fn sum(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let (mut sign, mut start, mut depth) = (1.0, 0, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        let between =
            depth == 0 && text.as_bytes().get(at + 1) == Some(&b' ') && at > 0 && text.as_bytes()[at - 1] == b' ';
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'+' | b'-' if between => {
                total += sign * product(&text[start..at])?;
                (sign, start) = (if byte == b'-' { -1.0 } else { 1.0 }, at + 1);
            }
            _ => {}
        }
    }
    Some(total + sign * product(&text[start..])?)
}

fn product(text: &str) -> Option<f64> {
    let value = |text: &str| length(text).or_else(|| text.trim().parse().ok());
    let mut total = 1.0;
    for (at, factor) in split(text, '*').into_iter().enumerate() {
        let mut parts = split(factor, '/').into_iter();
        let first = value(parts.next()?)?;
        total = if at == 0 { first } else { total * first };
        for part in parts {
            total /= value(part).filter(|value| *value != 0.0)?;
        }
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_the_window() {
        for yes in [
            "",
            "all",
            "screen and (min-width: 48rem)",
            "print, (width>=48rem)",
            "only screen and (max-width: 1280px) and (orientation:landscape)",
            "(400px < width <= 1300px)",
            "not print",
            "not (hover: none)",
            "(min-width: 9999px) or (hover)",
            "not all and (monochrome)",
            "(min-resolution: 96dpi)",
            "(min-aspect-ratio: 16/9)",
            "((width > 1px) and (color))",
            "(prefers-color-scheme:light)",
        ] {
            assert!(media_holds(yes), "{yes}");
        }
        for no in [
            "print",
            "speech",
            "(max-width: 100px)",
            "screen and (-ms-high-contrast: active)",
            "(prefers-reduced-motion)",
            "(prefers-reduced-motion:reduce)",
            "not screen",
            "(min-resolution: 2dppx), (-webkit-min-device-pixel-ratio: 2)",
            "not (nonsense)",
            "(",
            "(width>",
        ] {
            assert!(!media_holds(no), "{no}");
        }
    }

    #[test]
    fn lengths() {
        for (text, expected) in [
            ("50vw", Some(640.0)),
            ("calc(50vw - 200px)", Some(440.0)),
            ("calc((100vw - 4rem) / 2)", Some(608.0)),
            ("min(400px, 100vw)", Some(400.0)),
            ("clamp(10px, 50vw, 20rem)", Some(320.0)),
            ("2 * 3", None),
            ("auto", None),
            ("", None),
        ] {
            assert_eq!(length(text), expected, "{text}");
        }
    }
}

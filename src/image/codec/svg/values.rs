//! Attribute values, spelled shorter.

use super::decimal::{Decimal, number_length};
use super::path;

/// Attributes of SVG elements that hold one number, with or without a unit.
const LENGTHS: [&str; 30] = [
    "x",
    "y",
    "width",
    "height",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "fx",
    "fy",
    "x1",
    "x2",
    "y1",
    "y2",
    "dx",
    "dy",
    "offset",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
    "stop-opacity",
    "flood-opacity",
    "stroke-width",
    "stroke-miterlimit",
    "stroke-dashoffset",
    "font-size",
    "markerWidth",
    "markerHeight",
    "stdDeviation",
];
const COLORS: [&str; 6] = ["fill", "stroke", "stop-color", "flood-color", "lighting-color", "color"];

/// A shorter value of the attribute `name` of the SVG element `element`, or the same.
pub fn minify(element: &str, name: &str, value: &str) -> String {
    // References could hold anything; an animated value is spelled by its animation.
    let shorter = match name {
        _ if value.contains('&') => None,
        "d" if element == "path" => path::minify(value),
        "points" | "viewBox" => numbers(value),
        "style" => Some(style(value)),
        "transform" | "gradientTransform" | "patternTransform" => transform(value),
        _ if LENGTHS.contains(&name) => length(value.trim(), true),
        _ if COLORS.contains(&name) => Some(color(value.trim())),
        _ => None,
    };
    shorter.filter(|shorter| shorter.len() < value.len()).unwrap_or_else(|| value.to_string())
}

/// A length in pixels; `None` for relative ones.
pub fn pixels(value: &str) -> Option<f64> {
    let value = value.trim();
    let (number, unit) = value.split_at(number_length(value));
    let factor = match unit {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 9.6 / 2.54,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// One number and its unit. A pixel is what a number without a unit means in attributes, not in style sheets.
fn length(value: &str, attribute: bool) -> Option<String> {
    let (number, unit) = value.split_at(number_length(value));
    if !unit.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'%') {
        return None;
    }
    let unit = if attribute && unit == "px" { "" } else { unit };
    Some(Decimal::parse(number)?.text() + unit)
}

/// A list of numbers.
fn numbers(value: &str) -> Option<String> {
    let mut out = String::new();
    let mut pieces = value.split([' ', ',', '\t', '\n', '\r']).filter(|piece| !piece.is_empty());
    // `10-20` is two numbers in a list; rare, and not worth it.
    pieces.try_for_each(|piece| {
        let text = Decimal::parse(piece)?.text();
        if !out.is_empty() && !text.starts_with('-') {
            out.push(' ');
        }
        out.push_str(&text);
        Some(())
    })?;
    Some(out)
}

/// `name(numbers) name(numbers)`.
fn transform(value: &str) -> Option<String> {
    let mut out = String::new();
    for call in value.trim().split_inclusive(')') {
        let (name, list) = call.strip_suffix(')')?.split_once('(')?;
        let name = name.trim_start_matches([',', ' ', '\t', '\n', '\r']).trim_end();
        let list = list.split([' ', ',', '\t', '\n', '\r']).filter(|piece| !piece.is_empty());
        let list: Vec<String> = list.map(|piece| Decimal::parse(piece).map(Decimal::text)).collect::<Option<_>>()?;
        out.push_str(&format!("{name}({})", list.join(" ")));
    }
    Some(out)
}

/// Declarations of a `style` attribute. One with strings, functions or comments is only trimmed.
fn style(value: &str) -> String {
    if value.contains(['"', '\'', '(', '/', '\\', '!', '{']) {
        return value.trim().to_string();
    }
    let declarations = value.split(';').filter_map(|declaration| {
        let (name, value) = declaration.split_once(':')?;
        let (name, value) = (name.trim(), value.split_whitespace().collect::<Vec<_>>().join(" "));
        let value = match name {
            _ if COLORS.contains(&name) => color(&value),
            _ if name.starts_with("--") => value,
            _ => length(&value, false).unwrap_or(value),
        };
        // Inkscape's own properties.
        (!name.starts_with("-inkscape-")).then(|| format!("{name}:{value}"))
    });
    declarations.collect::<Vec<_>>().join(";")
}

/// The shortest name of a colour; `value` if it is none of the common spellings.
fn color(value: &str) -> String {
    let Some([red, green, blue]) = rgb(value) else { return value.to_string() };
    let short = [red, green, blue].iter().all(|channel| channel >> 4 == channel & 15);
    let hex = match short {
        true => format!("#{:x}{:x}{:x}", red & 15, green & 15, blue & 15),
        false => format!("#{red:02x}{green:02x}{blue:02x}"),
    };
    let named = NAMES.into_iter().find(|(name, code)| *code == hex && name.len() < hex.len());
    named.map_or(hex, |(name, _)| name.to_string())
}

/// Names shorter than the code, and the two long names in common use.
const NAMES: [(&str, &str); 16] = [
    ("red", "#f00"),
    ("tan", "#d2b48c"),
    ("blue", "#00f"),
    ("gold", "#ffd700"),
    ("gray", "#808080"),
    ("navy", "#000080"),
    ("peru", "#cd853f"),
    ("pink", "#ffc0cb"),
    ("plum", "#dda0dd"),
    ("snow", "#fffafa"),
    ("teal", "#008080"),
    ("coral", "#ff7f50"),
    ("green", "#008000"),
    ("olive", "#808000"),
    ("black", "#000"),
    ("white", "#fff"),
];

fn rgb(value: &str) -> Option<[u8; 3]> {
    let lower = value.to_ascii_lowercase();
    if let Some((_, code)) = NAMES.into_iter().find(|(name, _)| *name == lower) {
        return rgb(code);
    }
    if let Some(code) = lower.strip_prefix('#') {
        let digits: Vec<u8> =
            code.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
        return match digits[..] {
            [r, g, b] => Some([r * 17, g * 17, b * 17]),
            [r1, r0, g1, g0, b1, b0] => Some([r1 * 16 + r0, g1 * 16 + g0, b1 * 16 + b0]),
            _ => None,
        };
    }
    let list = lower.strip_prefix("rgb(")?.strip_suffix(')')?;
    let channels: Vec<u8> = list.split(',').map(|channel| channel.trim().parse().ok()).collect::<Option<_>>()?;
    channels.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shorter_spellings() {
        for (element, name, long, short) in [
            ("rect", "x", "64.500", "64.5"),
            ("rect", "width", " 24.0px ", "24"),
            ("rect", "width", "100.0%", "100%"),
            ("svg", "viewBox", "0  0  24.0 24.00", "0 0 24 24"),
            ("polygon", "points", "0,0 10.0,-10.0", "0 0 10-10"),
            ("g", "transform", "translate(10.0, 0.50) , scale( 2 )", "translate(10 .5)scale(2)"),
            ("path", "fill", "#FF0000", "red"),
            ("path", "fill", "rgb(0, 128, 128)", "teal"),
            ("path", "stroke", "black", "#000"),
            ("path", "fill", "url(#a)", "url(#a)"),
            ("path", "style", "fill:#AABBCC; stroke-width: 0.50px ;", "fill:#abc;stroke-width:.5px"),
            ("path", "style", "fill:url(#a); color:red", "fill:url(#a); color:red"),
            ("glyph", "d", "M 0 0", "M 0 0"),
            ("rect", "x", "calc(1px)", "calc(1px)"),
            ("use", "id", " 1.0 ", " 1.0 "),
        ] {
            assert_eq!(minify(element, name, long), short, "{name}={long}");
        }
    }

    #[test]
    fn lengths_in_pixels() {
        assert_eq!(pixels("10mm").map(f64::round), Some(38.0));
        assert_eq!(pixels("100%"), None);
        assert_eq!(pixels("1em"), None);
    }
}

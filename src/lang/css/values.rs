//! Shorter spellings of values that lightningcss leaves as they were.

use super::gaps::{call_end, split_list};
use super::gradients::shorter_gradient;
use super::lex::{Kind, tokens};
use super::tighten::Abilities;

/// Initial values that are shorter than `initial`, as the modules of CSS define them for good. None of a property whose
/// initial value is the user's or the browser's.
const INITIAL: [(&str, &str); 36] = [
    ("align-self", "auto"),
    ("animation-name", "none"),
    ("background-image", "none"),
    ("bottom", "auto"),
    ("box-shadow", "none"),
    ("clear", "none"),
    ("column-gap", "normal"),
    ("cursor", "auto"),
    ("display", "inline"),
    ("filter", "none"),
    ("flex-basis", "auto"),
    ("flex-grow", "0"),
    ("flex-shrink", "1"),
    ("float", "none"),
    ("font-style", "normal"),
    ("font-weight", "400"),
    ("height", "auto"),
    ("left", "auto"),
    ("letter-spacing", "normal"),
    ("line-height", "normal"),
    ("margin", "0"),
    ("max-height", "none"),
    ("max-width", "none"),
    ("opacity", "1"),
    ("order", "0"),
    ("padding", "0"),
    ("pointer-events", "auto"),
    ("position", "static"),
    ("right", "auto"),
    ("text-indent", "0"),
    ("text-shadow", "none"),
    ("text-transform", "none"),
    ("top", "auto"),
    ("transform", "none"),
    ("width", "auto"),
    ("z-index", "auto"),
];

/// Initial values that browsers got later than the property: `min-width` was 0 before flexible boxes, `#0000` came with
/// CSS Color 4.
const INITIAL_NOW: [(&str, &str); 6] = [
    ("align-content", "normal"),
    ("align-items", "normal"),
    ("background-color", "#0000"),
    ("inset", "auto"),
    ("min-height", "auto"),
    ("min-width", "auto"),
];

/// A shorter value for a declaration, or the same one. `font`: it stands in `@font-face`.
pub(super) fn shorter(name: &str, value: &str, abilities: &Abilities, font: bool) -> String {
    if let Some(important) = value.strip_prefix("initial").filter(|rest| matches!(*rest, "" | "!important")) {
        let rows = INITIAL.iter().chain(INITIAL_NOW.iter().filter(|_| abilities.recent));
        let found = rows.clone().find(|(property, _)| *property == name);
        return found.map_or_else(|| value.to_string(), |(_, initial)| format!("{initial}{important}"));
    }
    if font && name == "unicode-range" {
        return ranges(value).filter(|found| found.len() <= value.len()).unwrap_or_else(|| value.to_string());
    }
    if name == "src" || !value.contains(['(', '\\', 'n', 'N']) {
        return value.to_string();
    }
    rewritten(value, abilities)
}

/// All functions, strings and angles of a value, from the inside out.
fn rewritten(value: &str, abilities: &Abilities) -> String {
    let tokens = tokens(value);
    let mut out = String::with_capacity(value.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let text = token.text(value);
        match token.kind {
            Kind::Function => {
                let Some(end) = call_end(&tokens, at) else { return value.to_string() };
                let inside = rewritten(&value[token.end as usize..tokens[end].start as usize], abilities);
                match call(&token.name(value), &inside, abilities) {
                    Some(shorter) => out.push_str(&shorter),
                    None => out.push_str(&format!("{text}{inside})")),
                }
                at = end;
            }
            Kind::String => out.push_str(&string(text)),
            Kind::Number => out.push_str(&degrees(text).unwrap_or_else(|| text.to_string())),
            _ => out.push_str(text),
        }
        at += 1;
    }
    out
}

fn call(name: &str, inside: &str, abilities: &Abilities) -> Option<String> {
    match name {
        // CSS Easing 1, section 2.2: a curve whose handles lie on its chord.
        "cubic-bezier" if inside == "0,0,1,1" => Some("linear".to_string()),
        "linear-gradient" | "radial-gradient" => {
            shorter_gradient(inside, abilities.recent).map(|inside| format!("{name}({inside})"))
        }
        "oklch" | "oklab" | "lch" | "lab" if abilities.recent => {
            lightness(inside, name.starts_with("ok")).map(|inside| format!("{name}({inside})"))
        }
        "color-mix" => mix(inside).map(|inside| format!("{name}({inside})")),
        _ => None,
    }
}

/// CSS Color 4, section 9.3: 100% of lightness is the number 100, of `oklab()` and `oklch()` 1.
fn lightness(inside: &str, unit: bool) -> Option<String> {
    let (percent, rest) = inside.split_once('%')?;
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    if !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) || percent.is_empty() || whole.len() > 2 {
        return None;
    }
    let number = if unit {
        let digits = format!("{whole:0>2}{part}");
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() { "0".to_string() } else { format!(".{digits}") }
    } else {
        percent.to_string()
    };
    // Without the `%` between them two numbers need white space.
    let gap = if rest.starts_with([' ', '/']) { "" } else { " " };
    Some(format!("{number}{gap}{rest}"))
}

/// CSS Color 5, section 3: hues go the shorter way, and two colours are mixed half and half, where nothing is said.
fn mix(inside: &str) -> Option<String> {
    let parts = split_list(inside);
    let [space, first, second] = parts[..] else { return None };
    let space = space.trim();
    let space = space.strip_suffix(" shorter hue").unwrap_or(space);
    let (first, second) = (first.trim(), second.trim());
    let unsaid = |text: &str| !text.contains('%');
    let (first, second) = match (half(first), half(second)) {
        // A variable might be the other percentage.
        _ if inside.contains("var(") || inside.contains("env(") => (first, second),
        (Some(first), Some(second)) => (first, second),
        (Some(first), None) if unsaid(second) => (first, second),
        (None, Some(second)) if unsaid(first) => (first, second),
        _ => (first, second),
    };
    Some(format!("{space},{first},{second}"))
}

/// A colour that is followed by `50%`.
fn half(text: &str) -> Option<&str> {
    let color = text.strip_suffix("50%")?;
    match color.as_bytes().last()? {
        b' ' => Some(color.trim_end()),
        b')' => Some(color),
        _ => None,
    }
}

/// A turn as degrees where that is shorter and exact.
fn degrees(text: &str) -> Option<String> {
    let turns = text.strip_suffix("turn")?;
    let thousandths = turns.parse::<f64>().ok()? * 1000.0;
    let degrees = thousandths * 0.36;
    let exact = thousandths.fract() == 0.0 && (thousandths as i64 * 36) % 100 == 0;
    let written = format!("{}deg", degrees.round() as i64);
    (exact && written.len() < text.len()).then_some(written)
}

/// CSS Syntax 3, section 4.3.7: one white space behind the digits of an escape belongs to it. It is needed only before
/// another digit or white space.
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let after = &rest[at + 1..];
        let digits = after.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        let taken = if digits == 0 { after.chars().next().map_or(0, char::len_utf8) } else { digits };
        out.push_str(&rest[..at + 1 + taken]);
        rest = &after[taken..];
        let mut next = rest.chars();
        if digits > 0
            && next.next() == Some(' ')
            && next.next().is_some_and(|c| !c.is_ascii_hexdigit() && !c.is_whitespace())
        {
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// `unicode-range` as the fewest ranges that cover the same (CSS Fonts 4, section 4.5: a set, in no order).
fn ranges(value: &str) -> Option<String> {
    let mut all: Vec<(u32, u32)> = value.split(',').map(|part| range(part.trim())).collect::<Option<_>>()?;
    all.sort_unstable();
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for (start, end) in all {
        match merged.last_mut() {
            Some(last) if start <= last.1.saturating_add(1) => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    Some(merged.into_iter().map(|(start, end)| written_range(start, end)).collect::<Vec<_>>().join(","))
}

fn range(text: &str) -> Option<(u32, u32)> {
    let text = text.strip_prefix("U+").or_else(|| text.strip_prefix("u+"))?;
    let (start, end) = match text.split_once('-') {
        Some((start, end)) => (start.to_string(), end.to_string()),
        None => (text.replace('?', "0"), text.replace('?', "F")),
    };
    let number = |digits: &str| {
        let valid = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    let (start, end) = (number(&start)?, number(&end)?);
    (start <= end && end <= 0x0010_ffff).then_some((start, end))
}

fn written_range(start: u32, end: u32) -> String {
    if start == end {
        return format!("U+{start:X}");
    }
    let plain = format!("U+{start:X}-{end:X}");
    for digits in 1..=5 {
        let mask = (1u32 << (4 * digits)) - 1;
        if start & mask == 0 && end & mask == mask && start | mask == end {
            let prefix =
                if start >> (4 * digits) == 0 { String::new() } else { format!("{:X}", start >> (4 * digits)) };
            return format!("U+{prefix}{}", "?".repeat(digits));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::super::support::Versions;
    use super::*;

    const NEW: Abilities = Abilities { recent: true, relaxed_nesting: true, versions: Versions::NONE };
    const OLD: Abilities = Abilities { recent: false, relaxed_nesting: false, versions: Versions::NONE };

    fn of(name: &str, value: &str) -> String {
        shorter(name, value, &NEW, false)
    }

    #[test]
    fn initial_values() {
        assert_eq!(of("min-width", "initial"), "auto");
        assert_eq!(of("margin", "initial!important"), "0!important");
        assert_eq!(shorter("min-width", "initial", &OLD, false), "initial");
        assert_eq!(shorter("opacity", "initial", &OLD, false), "1");
        for kept in ["color", "quotes", "font-family", "visibility", "min-block-size"] {
            assert_eq!(of(kept, "initial"), "initial");
        }
    }

    #[test]
    fn functions() {
        assert_eq!(of("transition", "color cubic-bezier(0,0,1,1)"), "color linear");
        assert_eq!(of("transform", "rotate(.25turn)"), "rotate(90deg)");
        assert_eq!(of("transform", "rotate(-.125turn)"), "rotate(-45deg)");
        assert_eq!(of("color", "oklch(70% .15 180)"), "oklch(.7 .15 180)");
        assert_eq!(of("color", "oklab(62.7955%.25 0/.5)"), "oklab(.627955 .25 0/.5)");
        assert_eq!(of("color", "oklch(5% 0 0)"), "oklch(.05 0 0)");
        assert_eq!(of("color", "lab(54.3% 80 69)"), "lab(54.3 80 69)");
        assert_eq!(
            of("color", "color-mix(in oklch shorter hue,red 50%,rgb(0 0 0)50%)"),
            "color-mix(in oklch,red,rgb(0 0 0))"
        );
        assert_eq!(of("color", "color-mix(in srgb,red 50%,blue)"), "color-mix(in srgb,red,blue)");
        for kept in [
            "cubic-bezier(0,0,1,.9)",
            "rotate(.5turn)",
            "rotate(.001turn)",
            "oklch(from red 50% c h)",
            "oklch(100% 0 0)",
            "oklch(calc(50%) 0 0)",
            "color-mix(in srgb,red 50%,blue 60%)",
            "color-mix(in srgb,red 50%,blue var(--a))",
            "color-mix(in srgb,red 150%,blue 150%)",
            "color-mix(in srgb,red,blue 50%,lime)",
            "color-mix(in hsl longer hue,red,blue)",
        ] {
            assert_eq!(of("x", kept), kept);
        }
        assert_eq!(shorter("color", "oklch(70% .15 180)", &OLD, false), "oklch(70% .15 180)");
    }

    #[test]
    fn escapes_in_strings() {
        assert_eq!(of("content", r#""\a ""#), r#""\a""#);
        assert_eq!(of("content", r#""\a x\22 y""#), r#""\ax\22y""#);
        for kept in [r#""\a b""#, r#""\a  ""#, r#""\\a ""#, r#""\g ""#] {
            assert_eq!(of("content", kept), kept);
        }
    }

    #[test]
    fn unicode_ranges() {
        let ranges = |value: &str| shorter("unicode-range", value, &NEW, true);
        assert_eq!(ranges("U+2,U+1"), "U+1-2");
        assert_eq!(ranges("U+10-1F,U+15-2F,U+40"), "U+10-2F,U+40");
        assert_eq!(ranges("U+4??,U+500-5FF"), "U+400-5FF");
        assert_eq!(ranges("U+0-FF"), "U+??");
        assert_eq!(ranges("U+100-10FFFF"), "U+100-10FFFF");
        for kept in ["U+5-2", "U+1,x", "U+110000", "U+1234567"] {
            assert_eq!(ranges(kept), kept);
        }
        assert_eq!(of("unicode-range", "U+2,U+1"), "U+2,U+1", "only in a font's rule");
    }
}

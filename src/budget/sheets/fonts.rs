//! Which file of a family a browser takes (CSS Fonts 4, section 5).

use super::{Said, first_url, split};
use std::collections::BTreeSet;

/// An `@font-face`.
#[derive(Clone)]
pub(super) struct Face {
    /// Lower case.
    family: String,
    weight: (f64, f64),
    italic: bool,
    ranges: Option<Vec<(u32, u32)>>,
    /// The first source that is a file of a known format.
    pub url: Option<String>,
}

/// What a text asks for.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Ask {
    pub families: Vec<String>,
    pub weight: f64,
    pub italic: bool,
}

impl Face {
    pub fn read(body: &str) -> Option<Face> {
        let said = Said::list(body);
        let get = |name: &str| said.iter().rev().find(|said| said.name == name).map(|said| said.value.as_str());
        let family = families(get("font-family")?).into_iter().next()?;
        let weights: Vec<f64> = get("font-weight").unwrap_or("").split_ascii_whitespace().filter_map(weight).collect();
        let weight = (*weights.first().unwrap_or(&400.0), *weights.last().unwrap_or(&400.0));
        let ranges =
            get("unicode-range").map(|list| list.split(',').filter_map(|range| bounds(range.trim())).collect());
        let known = |source: &&str| {
            let lower = source.to_ascii_lowercase();
            let format = lower.find("format(").map(|at| lower[at + 7..].split(')').next().unwrap_or("").to_string());
            let format = format.map(|format| format.replace(['"', '\'', ' '], "").replace("-variations", ""));
            lower.contains("url(")
                && format
                    .is_none_or(|it| matches!(it.as_str(), "woff2" | "woff" | "truetype" | "opentype" | "collection"))
        };
        let url = split(get("src")?, ',').into_iter().find(known).and_then(first_url);
        let url = url.filter(|url| !url.starts_with("data:"));
        Some(Face { family, weight, italic: is_italic(get("font-style").unwrap_or("")), ranges, url })
    }

    fn has_any(&self, used: &BTreeSet<u32>) -> bool {
        self.ranges.as_ref().is_none_or(|ranges| {
            ranges.iter().any(|(first, last)| first <= last && used.range(first..=last).next().is_some())
        })
    }
}

/// Names in lower case, generic ones too.
pub(super) fn families(list: &str) -> Vec<String> {
    let name = |name: &str| {
        let words: Vec<&str> = name.split_ascii_whitespace().collect();
        words.join(" ").trim_matches(['"', '\'']).replace('\\', "").to_lowercase()
    };
    split(list, ',').into_iter().map(name).filter(|name| !name.is_empty()).collect()
}

pub(super) fn weight(word: &str) -> Option<f64> {
    match word {
        "normal" => Some(400.0),
        "bold" | "bolder" => Some(700.0),
        "lighter" => Some(100.0),
        number => number.parse().ok().filter(|weight| (1.0..=1000.0).contains(weight)),
    }
}

pub(super) fn is_italic(value: &str) -> bool {
    value.starts_with("italic") || value.starts_with("oblique")
}

/// What the shorthand `font` says of one of its slots.
pub(super) fn of_shorthand(value: &str, slot: &str) -> String {
    let mut before = Vec::new();
    let mut rest = value.trim();
    // The size ends what comes in any order; a family follows it.
    while let Some((word, after)) = rest.split_once(|c: char| c.is_ascii_whitespace()) {
        let is_size = word.contains('/')
            || word.ends_with('%')
            || word.contains('(')
            || (word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
                && word.ends_with(|c: char| c.is_ascii_alphabetic()))
            || word.contains("small") && word != "small-caps"
            || word.contains("large")
            || word == "medium";
        rest = after.trim_start();
        if is_size {
            // `16px / 1.5 Family`
            if let Some(height) = rest.strip_prefix('/') {
                rest = height.trim_start().split_once(' ').map_or("", |(_, family)| family);
            }
            break;
        }
        before.push(word);
    }
    match slot {
        "font-family" => rest.to_string(),
        "font-weight" => {
            before.iter().find(|word| weight(word).is_some_and(|_| **word != "normal")).unwrap_or(&"normal").to_string()
        }
        _ => before.iter().find(|word| is_italic(word)).unwrap_or(&"normal").to_string(),
    }
}

const GENERIC: [&str; 13] = [
    "serif",
    "sans-serif",
    "monospace",
    "cursive",
    "fantasy",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
    "math",
    "emoji",
    "arial",
];

/// The faces that a text is shown with, by index: of its first family that is declared and has the characters used.
pub(super) fn chosen(faces: &[&Face], ask: &Ask, used: &BTreeSet<u32>) -> Vec<usize> {
    let mut out = Vec::new();
    for family in &ask.families {
        if GENERIC.contains(&family.as_str()) {
            break;
        }
        let of_family: Vec<usize> = (0..faces.len()).filter(|at| faces[*at].family == *family).collect();
        let styled =
            |italic: bool| of_family.iter().copied().filter(|at| faces[*at].italic == italic).collect::<Vec<_>>();
        let mut same_style = styled(ask.italic);
        if same_style.is_empty() {
            same_style = styled(!ask.italic);
        }
        let cost = |at: &usize| distance(faces[*at].weight, ask.weight);
        let Some(best) =
            same_style.iter().map(cost).min_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal))
        else {
            continue;
        };
        // Of several for the same, the last is asked first.
        for at in same_style.into_iter().rev().filter(|at| cost(at) == best) {
            if faces[at].has_any(used) {
                out.push(at);
            }
            if faces[at].ranges.is_none() {
                return out;
            }
        }
        if !out.is_empty() {
            break;
        }
    }
    out
}

/// How far a face is from the weight that is asked for: less is better.
fn distance((low, high): (f64, f64), wanted: f64) -> (u8, f64) {
    if (low..=high).contains(&wanted) {
        return (0, 0.0);
    }
    let above = low > wanted;
    let away = if above { low - wanted } else { wanted - high };
    let near = (400.0..=500.0).contains(&wanted);
    let rank = match above {
        true if near && low <= 500.0 => 1,
        true if wanted > 500.0 => 2,
        false if wanted < 400.0 || near => 2,
        _ => 3,
    };
    (rank, away)
}

/// `u+41`, `u+0-ff`, `u+4??`.
fn bounds(range: &str) -> Option<(u32, u32)> {
    let range = range.strip_prefix(['u', 'U'])?.strip_prefix('+')?;
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let hex = |text: &str, fill: &str| u32::from_str_radix(&text.replace('?', fill), 16).ok();
    Some((hex(first, "0")?, hex(last, "f")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_family() {
        let faces: Vec<Face> = [
            "font-family:F;src:local(x),url(1.eot) format('embedded-opentype'),url(1.woff2) format(\"woff2\"),url(no.woff)",
            "font-family:\"F\";font-weight:600;src:url(2.woff2)",
            "font-family:F;font-style:italic;src:url(3.woff2);unicode-range:U+??",
            "font-family:F;font-style:italic;src:url(4.woff2);unicode-range:U+4??",
            "font-family:V;font-weight:100 900;src:url(5.woff2)",
            "src:url(no.woff2)",
        ]
        .into_iter()
        .filter_map(Face::read)
        .collect();
        let all: Vec<&Face> = faces.iter().collect();
        let used: BTreeSet<u32> = (0x20..0x7f).collect();
        let of = |list: &str, weight: f64, italic: bool| {
            let ask = Ask { families: families(list), weight, italic };
            chosen(&all, &ask, &used).into_iter().filter_map(|at| faces[at].url.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("f,serif", 400.0, false), "1.woff2");
        assert_eq!(
            (of("F", 500.0, false), of("F", 700.0, false), of("F", 300.0, false)),
            ("1.woff2".into(), "2.woff2".into(), "1.woff2".into())
        );
        assert_eq!(of("F", 900.0, true), "3.woff2");
        assert_eq!((of("serif,F", 400.0, false), of("G,'V'", 250.0, true)), (String::new(), "5.woff2".into()));
    }

    #[test]
    fn the_shorthand() {
        for (font, family, weight, style) in [
            ("400 1rem/1.55 Inter,system-ui", "Inter,system-ui", "400", "normal"),
            ("italic bold 12px \"A B\"", "\"A B\"", "bold", "italic"),
            ("small-caps large/2 F", "F", "normal", "normal"),
            ("16px / 1.5 F , G", "F , G", "normal", "normal"),
            ("inherit", "inherit", "normal", "normal"),
        ] {
            let of = |slot: &str| of_shorthand(font, slot);
            assert_eq!(
                (of("font-family").as_str(), of("font-weight").as_str(), of("font-style").as_str()),
                (family, weight, style)
            );
        }
    }
}

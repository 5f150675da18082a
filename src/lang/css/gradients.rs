//! Colour stops of gradients that say what would be so without them.
//!
//! CSS Images 3, section 3.4.3: the first stop without a position is at 0%, the last at 100%, and a stop before one that
//! precedes it is moved to it. What lies before the first stop has its colour, what lies after the last has that one's:
//! so not in repeating gradients, which are left alone.

use super::gaps::{call_end, split_list};
use super::lex::{Kind, tokens};

/// A colour at a place in per cent, as it was written.
#[derive(Clone, PartialEq, Debug)]
struct Stop<'a> {
    color: &'a str,
    /// The number and its text without `%`.
    at: Option<(f64, &'a str)>,
}

/// The arguments of a gradient without what goes without saying. `None`: they are not understood, or no shorter.
/// `double_stops`: browsers know a colour with two positions.
pub(super) fn shorter_gradient(inside: &str, double_stops: bool) -> Option<String> {
    if inside.contains("var(") || inside.contains("env(") {
        return None;
    }
    let parts = split_list(inside);
    let start = usize::from(!is_color(parts[0]));
    let mut stops = Vec::new();
    for part in &parts[start..] {
        read(part.trim(), &mut stops)?;
    }
    if stops.len() < 2 || !parts[..start].iter().all(|part| is_prelude(part)) {
        return None;
    }
    let known: Vec<f64> = stops.iter().filter_map(|stop| stop.at.map(|(at, _)| at)).collect();
    if !known.is_sorted() || known.iter().any(|at| !(0.0..=100.0).contains(at)) {
        return None;
    }
    let stops = without_repeats(&stops);
    let mut out = parts[..start].join(",");
    write(&stops, double_stops, &mut out)?;
    (out.len() < inside.len()).then_some(out)
}

/// Words of what may stand before the stops: direction, shape, size and place.
const WORDS: [&str; 13] = [
    "at",
    "bottom",
    "center",
    "circle",
    "closest-corner",
    "closest-side",
    "ellipse",
    "farthest-corner",
    "farthest-side",
    "left",
    "right",
    "to",
    "top",
];

fn is_prelude(part: &str) -> bool {
    tokens(part).iter().all(|token| match token.kind {
        Kind::Ident => WORDS.contains(&token.name(part).as_str()),
        kind => matches!(kind, Kind::Number | Kind::Space) || token.text(part) == "%",
    })
}

fn is_color(part: &str) -> bool {
    let tokens = tokens(part);
    let Some(first) = tokens.first() else { return false };
    match first.kind {
        Kind::Hash => true,
        Kind::Ident => first.name(part) != "in" && !WORDS.contains(&first.name(part).as_str()),
        Kind::Function => matches!(
            first.name(part).as_str(),
            "rgb"
                | "rgba"
                | "hsl"
                | "hsla"
                | "hwb"
                | "lab"
                | "lch"
                | "oklab"
                | "oklch"
                | "color"
                | "color-mix"
                | "light-dark"
        ),
        _ => false,
    }
}

/// A colour with none, one or two positions in per cent (`0` is one too). `None` for anything else: lengths, sums,
/// hints between two colours.
fn read<'a>(part: &'a str, stops: &mut Vec<Stop<'a>>) -> Option<()> {
    if !is_color(part) {
        return None;
    }
    let tokens = tokens(part);
    let end = match tokens[0].kind {
        Kind::Function => call_end(&tokens, 0)?,
        _ => 0,
    };
    let color = &part[..tokens[end].end as usize];
    let mut positions = Vec::new();
    for text in part[tokens[end].end as usize..].split_whitespace() {
        let digits = text.strip_suffix('%').or_else(|| (text == "0").then_some(text))?;
        positions.push((digits.parse::<f64>().ok()?, digits));
    }
    match positions[..] {
        [] => stops.push(Stop { color, at: None }),
        [at] => stops.push(Stop { color, at: Some(at) }),
        [from, to] => stops.extend([from, to].map(|at| Stop { color, at: Some(at) })),
        _ => return None,
    }
    Some(())
}

/// Without stops between two, or at an end beside one, of the same colour.
fn without_repeats<'a>(stops: &[Stop<'a>]) -> Vec<Stop<'a>> {
    let mut kept: Vec<Stop> = Vec::new();
    for (index, stop) in stops.iter().enumerate() {
        let same = |other: Option<&Stop>| other.is_none_or(|other| other.color == stop.color && other.at.is_some());
        let before = index.checked_sub(1).and_then(|index| stops.get(index));
        let needless = stop.at.is_some() && same(before) && same(stops.get(index + 1));
        if !needless {
            kept.push(stop.clone());
        }
    }
    // Of one colour only, nothing is left: a gradient has two stops.
    if kept.len() < 2 { stops.to_vec() } else { kept }
}

fn write(stops: &[Stop], double_stops: bool, out: &mut String) -> Option<()> {
    let mut index = 0;
    let mut highest = 0.0;
    while let Some(stop) = stops.get(index) {
        let first = index == 0;
        let mut position = |at: Option<(f64, &str)>, first: bool, last: bool| -> String {
            let Some((at, text)) = at else { return String::new() };
            if (first && at == 0.0) || (last && at == 100.0 && highest < 100.0) {
                return String::new();
            }
            highest = at.max(highest);
            format!(" {text}%")
        };
        let pair = stops.get(index + 1).filter(|next| double_stops && next.color == stop.color);
        let pair = pair.filter(|next| next.at.is_some() && stop.at.is_some());
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(stop.color);
        match pair {
            Some(next) => {
                let at = stop.at?;
                let from = if first && at.0 == 0.0 { " 0".to_string() } else { position(stop.at, false, false) };
                out.push_str(&from);
                out.push_str(&position(next.at, false, false));
                index += 2;
            }
            None => {
                out.push_str(&position(stop.at, first, index + 1 == stops.len()));
                index += 1;
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(inside: &str) -> String {
        shorter_gradient(inside, true).unwrap_or_else(|| inside.to_string())
    }

    #[test]
    fn what_goes_without_saying() {
        assert_eq!(of("red 0%,blue 100%"), "red,blue");
        assert_eq!(of("to right,#fff 0%,#000 50%,#fff 100%"), "to right,#fff,#000 50%,#fff");
        assert_eq!(of("45deg,rgba(0,0,0,.5) 0%,#0000 80%"), "45deg,rgba(0,0,0,.5),#0000 80%");
        assert_eq!(of("red 0% 50%,blue 50% 100%"), "red 50%,blue 50%");
        assert_eq!(of("red 20%,blue 20% 60%,lime 60%"), "red 20%,blue 20% 60%,lime 60%");
        assert_eq!(of("#fff,red 25% 35%,red 50%,#000"), "#fff,red 25% 50%,#000");
        assert_eq!(of("red 0%,blue 0% 40%,lime 100%"), "red,blue 0% 40%,lime");
    }

    #[test]
    fn what_stays() {
        for kept in [
            "red,blue",
            "red 10px,blue 100%",
            "red 0%,50%,blue 100%",
            "red 80%,blue 20%",
            "red -10%,blue -10%",
            "red,blue 100%,lime 100%",
            "var(--a) 0%,blue 100%",
            "red calc(0% + 1px),blue 100%",
            "circle at 0 0,red 20%,blue 80%",
            "red 50%",
            "0% red,blue 0%,lime 100%",
            "in oklch,red 0%,blue 100%",
        ] {
            assert_eq!(of(kept), kept);
        }
        assert_eq!(shorter_gradient("blue,red 10% 20%,lime", false), None);
        assert_eq!(shorter_gradient("blue,red 10%,red 20%,lime", false), None);
    }
}

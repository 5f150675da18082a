//! Conditions of `@supports` that all browsers of the targets answer alike.
//!
//! In: the condition as printed, and the lowest versions of the targets. Out: true, false, or nothing where it is not
//! known. Every browser is asked by itself, and its later versions are taken to know what it knew: `not (a:b)` is false
//! for good once `a:b` is known. That something is never known is said of prefixes of other engines only.

use super::gaps::call_end;
use super::lex::{Kind, Token, tokens};
use crate::lang::LanguageTarget;

/// Lowest versions of the engines that [`FACTS`] speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Versions {
    chrome: Option<u32>,
    firefox: Option<u32>,
    safari: Option<u32>,
    /// A browser of which nothing is known here.
    others: bool,
}

impl Versions {
    /// No browser is named.
    pub const NONE: Versions = Versions { chrome: None, firefox: None, safari: None, others: false };

    pub fn of(target: &LanguageTarget) -> Versions {
        let mut out = Versions::default();
        for (engine, version) in &target.engines {
            let slot = match engine.as_str() {
                "chrome" | "edge" | "android" => &mut out.chrome,
                "firefox" => &mut out.firefox,
                "safari" | "ios" | "ios_saf" => &mut out.safari,
                "node" | "deno" => continue,
                _ => {
                    out.others = true;
                    continue;
                }
            };
            *slot = Some(slot.map_or(*version, |lowest| lowest.min(*version)));
        }
        out
    }

    /// Only engines that are made today, and Edge since it is one of them.
    pub fn are_later(&self) -> bool {
        let since = |lowest: Option<u32>, first: u32| lowest.is_none_or(|lowest| lowest >= first);
        let any = self.chrome.or(self.firefox).or(self.safari).is_some();
        any && !self.others && since(self.chrome, version(79, 0)) && since(self.firefox, version(71, 0))
    }
}

/// No version of an engine is known to have it.
const UNKNOWN: u32 = u32::MAX;
/// No version has it: the prefix is another engine's.
const NEVER: u32 = u32::MAX - 1;

const fn version(major: u32, minor: u32) -> u32 {
    major << 16 | minor << 8
}

/// (test, first versions of Chrome, Firefox and Safari that pass it), from the browsers' release notes. A test that ends
/// with `…` is the start of any value.
const FACTS: [(&str, u32, u32, u32); 31] = [
    ("--…", version(49, 0), version(31, 0), version(9, 1)),
    ("-moz-orient:inline", NEVER, version(21, 0), NEVER),
    ("-webkit-appearance:-apple-pay-button", UNKNOWN, UNKNOWN, version(11, 0)),
    ("-webkit-hyphens:none", NEVER, NEVER, version(5, 1)),
    ("aspect-ratio:1", version(88, 0), version(89, 0), version(15, 0)),
    ("background-image:linear-gradient(in lab,red,red)", version(111, 0), version(127, 0), version(16, 2)),
    ("color:color(display-p3 0 0 0)", version(111, 0), version(113, 0), version(15, 0)),
    ("color:color(display-p3 1 1 1)", version(111, 0), version(113, 0), version(15, 0)),
    ("color:color-mix(in lab,red,red)", version(111, 0), version(113, 0), version(16, 2)),
    ("color:color-mix(in oklab,red,red)", version(111, 0), version(113, 0), version(16, 2)),
    ("color:color-mix(in srgb,red,red)", version(111, 0), version(113, 0), version(16, 2)),
    ("color:light-dark(red,red)", version(123, 0), version(120, 0), version(17, 5)),
    ("color:oklch(0 0 0)", version(111, 0), version(113, 0), version(15, 4)),
    ("color:rgb(from red r g b)", version(119, 0), version(128, 0), version(16, 4)),
    ("contain-intrinsic-size:1px", version(83, 0), version(107, 0), version(17, 0)),
    ("container-type:inline-size", version(105, 0), version(110, 0), version(16, 0)),
    ("display:contents", version(65, 0), version(59, 0), version(11, 1)),
    ("display:flex", version(29, 0), version(28, 0), version(9, 0)),
    ("display:grid", version(57, 0), version(52, 0), version(10, 1)),
    ("font-variation-settings:normal", version(62, 0), version(62, 0), version(11, 0)),
    ("gap:1px", version(66, 0), version(61, 0), version(12, 0)),
    ("height:100dvh", version(108, 0), version(101, 0), version(15, 4)),
    ("inset:0", version(87, 0), version(66, 0), version(14, 1)),
    ("margin-trim:block", UNKNOWN, UNKNOWN, version(16, 4)),
    ("object-fit:cover", version(32, 0), version(36, 0), version(10, 0)),
    ("position:sticky", version(56, 0), version(59, 0), version(13, 0)),
    ("text-wrap:balance", version(114, 0), version(121, 0), version(17, 5)),
    ("width:fit-content", version(46, 0), version(94, 0), version(11, 0)),
    ("width:max-content", version(46, 0), version(66, 0), version(12, 1)),
    ("width:min-content", version(46, 0), version(66, 0), version(12, 1)),
    ("selector(:has(*))", version(105, 0), version(121, 0), version(15, 4)),
];

/// What all targets say of a condition. `None`: not all the same, or nobody knows.
pub(super) fn holds(condition: &str, versions: &Versions) -> Option<bool> {
    if versions.others {
        return None;
    }
    let engines = [versions.chrome, versions.firefox, versions.safari];
    let mut answers = engines.iter().enumerate().filter_map(|(engine, lowest)| {
        let lowest = (*lowest)?;
        Some(answer(condition, &|test| fact(test, engine, lowest)))
    });
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

/// A chain without the parts that say nothing: those of `or` that hold for no target, of `and` those that hold for all.
pub(super) fn without_known(condition: &str, versions: &Versions) -> Option<String> {
    let (parts, words) = chain(condition)?;
    let word = words.first().filter(|word| matches!(word.as_str(), "and" | "or"))?;
    if words.len() + 1 != parts.len() || words.iter().any(|other| other != word) {
        return None;
    }
    let idle = Some(word == "and");
    let kept: Vec<&str> = parts.iter().copied().filter(|part| holds(part, versions) != idle).collect();
    match kept[..] {
        _ if kept.len() == parts.len() => None,
        // The brackets around a chain go, those of a test stay.
        [only] => Some(match only.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
            Some(inside) if chain(inside).is_some_and(|(_, words)| words.len() == 1 && inside.starts_with('(')) => {
                inside.to_string()
            }
            _ => only.to_string(),
        }),
        _ => Some(kept.join(&format!(" {word} "))),
    }
}

/// The parts of a condition, and the words between and before them.
fn chain(condition: &str) -> Option<(Vec<&str>, Vec<String>)> {
    let tokens: Vec<Token> = tokens(condition).into_iter().filter(|token| token.kind != Kind::Space).collect();
    let (mut at, mut parts, mut words) = (0, Vec::new(), Vec::new());
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Ident => words.push(token.name(condition)),
            Kind::Open(b'(') | Kind::Function => {
                let end = call_end(&tokens, at)?;
                parts.push(&condition[token.start as usize..tokens[end].end as usize]);
                at = end;
            }
            _ => return None,
        }
        at += 1;
    }
    Some((parts, words))
}

fn fact(test: &str, engine: usize, lowest: u32) -> Option<bool> {
    let (_, chrome, firefox, safari) = FACTS.iter().find(|(known, ..)| match known.strip_suffix('…') {
        Some(start) => test.starts_with(start),
        None => *known == test,
    })?;
    match [*chrome, *firefox, *safari][engine] {
        NEVER => Some(false),
        since => (since != UNKNOWN && since <= lowest).then_some(true),
    }
}

/// CSS Conditional 3, section 6: `not`, or a chain of `and`, or one of `or`.
fn answer(condition: &str, fact: &dyn Fn(&str) -> Option<bool>) -> Option<bool> {
    let (parts, words) = chain(condition)?;
    let parts: Vec<Option<bool>> = parts.into_iter().map(|text| part(text, fact)).collect();
    match (&parts[..], words.first().map(String::as_str)) {
        ([only], None) => *only,
        ([only], Some("not")) if words.len() == 1 => only.map(|holds| !holds),
        (_, Some(word @ ("and" | "or"))) if words.len() + 1 == parts.len() && words.iter().all(|one| one == word) => {
            let decides = word == "or";
            match parts.contains(&Some(decides)) {
                true => Some(decides),
                false => parts.iter().all(Option::is_some).then_some(!decides),
            }
        }
        _ => None,
    }
}

/// `(…)` or `selector(…)`: a test, or a condition in brackets.
fn part(text: &str, fact: &dyn Fn(&str) -> Option<bool>) -> Option<bool> {
    let tokens: Vec<Token> = tokens(text).into_iter().filter(|token| token.kind != Kind::Space).collect();
    let [first, inside @ .., _] = &tokens[..] else { return None };
    if first.kind == Kind::Function {
        return fact(&plain(text, &tokens));
    }
    let is_test = inside.first()?.kind == Kind::Ident && inside.get(1)?.text(text) == ":";
    if is_test {
        return fact(&plain(text, inside));
    }
    answer(&text[inside.first()?.start as usize..inside.last()?.end as usize], fact)
}

/// A test with white space only where two words would run together.
fn plain(condition: &str, tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut end = tokens.first().map_or(0, |token| token.start);
    let mut joins = true;
    for token in tokens {
        let separates = matches!(token.kind, Kind::Close(_)) || matches!(token.text(condition), "," | ":");
        if token.start > end && !joins && !separates {
            out.push(' ');
        }
        out.push_str(token.text(condition));
        joins = matches!(token.kind, Kind::Function | Kind::Open(_)) || matches!(token.text(condition), "," | ":");
        end = token.end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLIER: Versions = Versions {
        chrome: Some(version(111, 0)),
        firefox: Some(version(114, 0)),
        safari: Some(version(16, 4)),
        others: false,
    };
    const LATER: Versions = Versions {
        chrome: Some(version(131, 0)),
        firefox: Some(version(133, 0)),
        safari: Some(version(18, 2)),
        others: false,
    };
    const OLD_ENGINES: &str = "(((-webkit-hyphens:none))and (not (margin-trim:block)))or ((-moz-orient:inline)and (not (color:rgb(from red r g b))))";

    #[test]
    fn what_all_targets_know() {
        for (condition, of_earlier, of_later) in [
            ("(color:color-mix(in lab, red, red))", Some(true), Some(true)),
            ("(color: color-mix( in lab,red , red ) )", Some(true), Some(true)),
            ("not (display:grid)", Some(false), Some(false)),
            ("(not (display:grid))or (x:y)", None, None),
            ("(display:grid)or (x:y)", Some(true), Some(true)),
            ("(display:grid)and (not (display:flex))and (x:y)", Some(false), Some(false)),
            ("(background-image:linear-gradient(in lab, red, red))", None, Some(true)),
            ("(not ((-webkit-appearance:-apple-pay-button)))or (contain-intrinsic-size:1px)", None, Some(true)),
            (OLD_ENGINES, None, Some(false)),
            ("(--any: thing)", Some(true), Some(true)),
            ("selector(:has(*))", None, Some(true)),
        ] {
            assert_eq!(holds(condition, &EARLIER), of_earlier, "{condition}");
            assert_eq!(holds(condition, &LATER), of_later, "{condition}");
        }
    }

    #[test]
    fn parts_that_say_nothing() {
        let of = |condition: &str| without_known(condition, &EARLIER);
        assert_eq!(of(OLD_ENGINES).as_deref(), Some("(-moz-orient:inline)and (not (color:rgb(from red r g b)))"));
        assert_eq!(of("(display:grid)and (x:y)").as_deref(), Some("(x:y)"));
        assert_eq!(of("(display:grid)and (x:y) and selector(a)").as_deref(), Some("(x:y) and selector(a)"));
        assert_eq!(of("(not (display:grid))or (not (x:y))").as_deref(), Some("(not (x:y))"));
        for kept in ["(x:y)and (y:z)", "not (x:y)", "(x:y)", "(display:grid)and (x:y)or (z:z)", "(display:grid)(x:y)"] {
            assert_eq!(of(kept), None, "{kept}");
        }
    }

    #[test]
    fn what_nobody_knows() {
        for condition in [
            "(display:gri d)",
            "(display:grid2)",
            "(margin-trim:block)",
            "not (margin-trim:block)",
            "(-webkit-hyphens:none)",
            "not (-moz-orient:inline)",
            "(display:grid)and (display:flex)or (display:flex)",
            "(display:grid)(display:flex)",
            "not not (display:grid)",
            "display:grid",
            "font-tech(color-colrv1)",
            "()",
            "",
        ] {
            assert_eq!(holds(condition, &LATER), None, "{condition}");
        }
        let with = |engine: &str| {
            let engines = vec![("chrome".to_string(), version(131, 0)), (engine.to_string(), version(11, 0))];
            Versions::of(&LanguageTarget { engines: engines.into_iter().collect(), ..LanguageTarget::default() })
        };
        assert_eq!(holds("(display:grid)", &with("node")), Some(true));
        assert_eq!(holds("(display:grid)", &with("ie")), None);
        assert_eq!(holds("(display:grid)", &with("safari")), Some(true));
        assert_eq!(holds("(position:sticky)", &with("safari")), None);
        assert_eq!(holds("(display:grid)", &Versions::NONE), None);
    }
}

//! Pictures and fonts that a document's sheets ask for, of the elements that it has before any script runs.
//!
//! What scripts put there is not known. Pictures are those of the elements that are there; fonts, of a page that runs
//! scripts, all that some rule asks for, since such a page says little before it has run.

use super::fonts::{self, Ask, Face, chosen, families, is_italic, of_shorthand};
use super::{PICTURES, Rule, Said, Sheet, bracket_end, slots, urls};
use crate::budget::measure::How;
use crate::budget::page::{Element, Page, Selector};
use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};

/// URLs, each with the number of the sheet that it stands in. `sheets` are in the order in which they apply; what an element
/// says itself stands in the sheet numbered `own`.
pub fn wanted(page: &Page, own: usize, sheets: &[(usize, &Sheet)]) -> Vec<(usize, String, How)> {
    let scene = Scene::new(page, own, sheets);
    let mut out = scene.fonts();
    out.extend(scene.pictures());
    let mut seen = BTreeSet::new();
    out.retain(|(by, url, _)| seen.insert((*by, url.clone())));
    out
}

struct Scene<'a> {
    page: &'a Page,
    own: usize,
    sheets: &'a [(usize, &'a Sheet)],
    rules: Vec<(usize, &'a Rule)>,
    layers: Vec<&'a str>,
    /// By slot or custom property: what sets it.
    setting: BTreeMap<&'a str, Setting<'a>>,
    /// Of each element.
    keys: Vec<BTreeSet<String>>,
    /// By element.
    inline: BTreeMap<usize, Vec<Said>>,
    shown: OnceCell<Vec<bool>>,
    fonts: OnceCell<Vec<Font>>,
    /// How many more properties a value may mention: they may mention each other without end.
    fuel: Cell<u32>,
}

/// Declarations with their rules, and which of them may be of an element with a key.
#[derive(Default)]
struct Setting<'a> {
    all: Vec<(usize, &'a Said)>,
    by_key: BTreeMap<String, BTreeSet<usize>>,
}

/// Family, weight and style that an element has.
type Font = [Option<String>; 3];

const FONT: [&str; 3] = ["font-family", "font-weight", "font-style"];

impl<'a> Scene<'a> {
    fn new(page: &'a Page, own: usize, sheets: &'a [(usize, &'a Sheet)]) -> Self {
        let containers = sheets.iter().any(|(_, sheet)| sheet.contains);
        let rules = sheets.iter().flat_map(|(by, sheet)| sheet.rules.iter().map(|rule| (*by, rule)));
        let rules: Vec<(usize, &Rule)> = rules.filter(|(_, rule)| containers || !rule.contained).collect();
        let mut layers: Vec<&str> = Vec::new();
        for layer in sheets.iter().flat_map(|(_, sheet)| &sheet.layers) {
            if !layers.contains(&layer.as_str()) {
                layers.push(layer);
            }
        }
        let mut setting: BTreeMap<&str, Setting> = BTreeMap::new();
        for (at, (_, rule)) in rules.iter().enumerate() {
            let keys: BTreeSet<String> = rule.selectors.iter().map(Selector::key).collect();
            for said in &rule.said {
                let own = said.name.starts_with("--").then_some(said.name.as_str());
                for slot in slots(&said.name).iter().copied().chain(own) {
                    let setting = setting.entry(slot).or_default();
                    for key in &keys {
                        setting.by_key.entry(key.clone()).or_default().insert(setting.all.len());
                    }
                    setting.all.push((at, said));
                }
            }
        }
        let keys = page.elements.iter().map(Element::keys).collect();
        let style = |(at, element): (usize, &Element)| Some((at, Said::list(element.get("style")?)));
        let inline = page.elements.iter().enumerate().filter_map(style).collect();
        let (shown, fonts, fuel) = (OnceCell::new(), OnceCell::new(), Cell::new(0));
        Scene { page, own, sheets, rules, layers, setting, keys, inline, shown, fonts, fuel }
    }

    /// The specificity with which a rule means an element, or what stands in it.
    fn weight(&self, rule: &Rule, at: usize, pseudo: Option<&str>) -> Option<u32> {
        let of_it = rule.selectors.iter().filter(|selector| selector.pseudo.as_deref() == pseudo);
        of_it.filter(|selector| selector.matches(self.page, at)).map(|selector| selector.weight).max()
    }

    fn declarations(&self, slot: &str) -> &[(usize, &'a Said)] {
        self.setting.get(slot).map_or(&[], |setting| &setting.all)
    }

    /// The declaration that decides on a slot, and where it stands.
    fn winner(&self, slot: &str, at: usize, pseudo: Option<&str>) -> Option<(usize, &Said)> {
        let sets = |said: &&Said| said.name == slot || slots(&said.name).contains(&slot);
        let inline = self.inline.get(&at).filter(|_| pseudo.is_none()).into_iter().flatten().filter(sets);
        let inline =
            inline.enumerate().map(|(order, said)| ((said.important, usize::MAX, u32::MAX, order), self.own, said));
        let of_rules = self.setting.get(slot).into_iter().flat_map(|setting| {
            let orders = self.keys[at].iter().filter_map(|key| setting.by_key.get(key)).flatten();
            orders.map(|order| (*order, &setting.all[*order]))
        });
        let of_rules = of_rules.filter_map(|(order, (rule, said))| {
            let (by, rule) = self.rules[*rule];
            let weight = self.weight(rule, at, pseudo)?;
            let rank = match &rule.layer {
                None => self.layers.len(),
                Some(layer) => self.layers.iter().position(|known| known == layer).unwrap_or(0),
            };
            // Of what is important, the first layer decides.
            let rank = if said.important { usize::MAX / 2 - rank } else { rank };
            Some(((said.important, rank, weight, order), by, *said))
        });
        of_rules.chain(inline).max_by_key(|it| it.0).map(|(_, by, said)| (by, said))
    }

    /// A value with custom properties in place.
    fn resolved(&self, value: &str, at: usize, depth: usize) -> String {
        if depth == 0 {
            self.fuel.set(1000);
        }
        let mut out = String::new();
        let mut rest = value;
        while let Some(start) = rest.find("var(") {
            let open = start + 3;
            let Some(end) = bracket_end(&rest[open..]).map(|end| open + end) else { break };
            out.push_str(&rest[..start]);
            let inside = &rest[open + 1..end - 1];
            let (name, fallback) = inside.split_once(',').unwrap_or((inside, ""));
            let lineage = std::iter::successors(Some(at), |at| self.page.elements[*at].parent);
            let found = lineage.into_iter().find_map(|at| Some((at, self.winner(name.trim(), at, None)?)));
            if depth < 8 && self.fuel.replace(self.fuel.get().saturating_sub(1)) > 0 {
                match found {
                    Some((at, (_, said))) => out.push_str(&self.resolved(&said.value, at, depth + 1)),
                    None => out.push_str(&self.resolved(fallback, at, depth + 1)),
                }
            }
            // Tokens on both sides stay apart.
            out.push(' ');
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }

    fn says(&self, slot: &str, at: usize, pseudo: Option<&str>) -> Option<String> {
        let (_, said) = self.winner(slot, at, pseudo)?;
        let value = self.resolved(&said.value, at, 0);
        Some(if said.name == "font" && !inherits(&value) {
            of_shorthand(&value, slot)
        } else {
            value.trim().to_string()
        })
    }

    /// Neither the element nor one that it stands in is taken out.
    fn is_shown(&self, at: usize) -> bool {
        let shown = self.shown.get_or_init(|| {
            let mut shown: Vec<bool> = Vec::new();
            for (at, element) in self.page.elements.iter().enumerate() {
                let within = element.parent.is_none_or(|parent| {
                    let outer = &self.page.elements[parent];
                    let closed = outer.name == "details" && outer.get("open").is_none() && element.name != "summary";
                    shown[parent] && !closed
                });
                let hides =
                    || self.says("display", at, None).map_or_else(|| is_hidden(element), |display| display == "none");
                shown.push(within && !hides());
            }
            shown
        });
        shown[at]
    }

    /// Whether there is such a thing in the element.
    fn is_made(&self, at: usize, pseudo: Option<&str>) -> bool {
        match pseudo {
            None | Some("first-line" | "first-letter" | "marker" | "placeholder" | "file-selector-button") => true,
            Some("before" | "after") => {
                let content = self.says("content", at, pseudo);
                content.is_some_and(|content| !matches!(content.as_str(), "none" | "normal" | "inherit" | "unset"))
                    && self.says("display", at, pseudo).as_deref() != Some("none")
            }
            Some(_) => false,
        }
    }

    /// Elements, and what stands in them, that a rule means.
    fn meant(&self, rule: &'a Rule) -> impl Iterator<Item = (usize, Option<&'a str>)> + '_ {
        rule.selectors.iter().flat_map(move |selector| {
            let all = 0..self.page.elements.len();
            all.filter(|at| selector.matches(self.page, *at)).map(|at| (at, selector.pseudo.as_deref()))
        })
    }

    fn pictures(&self) -> Vec<(usize, String, How)> {
        let mut out = Vec::new();
        for slot in PICTURES {
            let mut done = BTreeSet::new();
            let may_load = |value: &str| ["url(", "image-set(", "src(", "var("].iter().any(|call| value.contains(call));
            let loading = self.declarations(slot).iter().filter(|(_, said)| may_load(&said.value));
            let inline = self.inline.keys().map(|at| (*at, None));
            for (at, pseudo) in loading.flat_map(|(rule, _)| self.meant(self.rules[*rule].1)).chain(inline) {
                if !done.insert((at, pseudo)) {
                    continue;
                }
                let Some((by, said)) = self.winner(slot, at, pseudo).filter(|(_, said)| may_load(&said.value)) else {
                    continue;
                };
                let found = urls(&self.resolved(&said.value, at, 0));
                if !found.is_empty() && self.is_made(at, pseudo) && self.is_shown(at) {
                    out.extend(found.into_iter().map(|url| (by, url, How::Image)));
                }
            }
        }
        out
    }

    fn fonts(&self) -> Vec<(usize, String, How)> {
        let faces: Vec<(usize, &Face)> =
            self.sheets.iter().flat_map(|(by, sheet)| sheet.faces.iter().map(|face| (*by, face))).collect();
        if faces.is_empty() {
            return Vec::new();
        }
        let mut used: BTreeSet<u32> = self.page.text.chars().map(u32::from).collect();
        if self.page.scripted || self.page.text.contains('&') {
            used.extend((0x20..=0x7e).chain(0xa0..=0xff));
        }
        let mut asks = self.of_elements();
        if self.page.scripted {
            asks.extend(self.of_rules());
        }
        let declared: Vec<&Face> = faces.iter().map(|(_, face)| *face).collect();
        let mut out = BTreeSet::new();
        for ask in asks {
            out.extend(chosen(&declared, &ask, &used));
        }
        out.into_iter().filter_map(|at| Some((faces[at].0, faces[at].1.url.clone()?, How::Font))).collect()
    }

    /// What the texts of the document ask for.
    fn of_elements(&self) -> Vec<Ask> {
        let mut out: Vec<Ask> = Vec::new();
        let mut note = |ask: Ask| {
            if !ask.families.is_empty() && !out.contains(&ask) {
                out.push(ask);
            }
        };
        let fields = ["value", "placeholder"];
        for (at, element) in self.page.elements.iter().enumerate() {
            let says =
                element.says || (is_field(&element.name) && fields.iter().any(|name| element.get(name).is_some()));
            if says && self.is_shown(at) {
                note(self.ask(at, None));
            }
        }
        for (rule, said) in self.declarations("content") {
            let made = self.meant(self.rules[*rule].1).filter(|_| said.value.len() > 2);
            for (at, pseudo) in
                made.filter(|(at, pseudo)| pseudo.is_some() && self.is_made(*at, *pseudo) && self.is_shown(*at))
            {
                note(self.ask(at, pseudo));
            }
        }
        out
    }

    fn ask(&self, at: usize, pseudo: Option<&str>) -> Ask {
        let around = &self.fonts.get_or_init(|| self.all_fonts())[at];
        let of = |slot: usize| {
            let own = pseudo.and_then(|_| self.says(FONT[slot], at, pseudo));
            own.filter(|own| !inherits(own)).or_else(|| around[slot].clone())
        };
        Ask {
            families: families(&of(0).unwrap_or_default()),
            weight: of(1).and_then(|word| fonts::weight(&word)).unwrap_or(400.0),
            italic: of(2).is_some_and(|style| is_italic(&style)),
        }
    }

    fn all_fonts(&self) -> Vec<Font> {
        let mut out: Vec<Font> = Vec::new();
        for (at, element) in self.page.elements.iter().enumerate() {
            let name = element.name.as_str();
            let around = element.parent.map(|parent| out[parent].clone()).unwrap_or_default();
            let mut slot = 0;
            out.push(around.map(|around| {
                slot += 1;
                match self.says(FONT[slot - 1], at, None) {
                    Some(value) if inherits(&value) => around,
                    Some(value) => Some(value).filter(|value| value != "initial"),
                    None if is_field(name) => None,
                    None if slot == 2 && is_bold(name) => Some("bold".to_string()),
                    None if slot == 3 && is_slanted(name) => Some("italic".to_string()),
                    None => around,
                }
            }));
        }
        out
    }

    /// What the rules ask for, whether there are such elements yet or not: each family in the weights of its rule, and in
    /// those of rules without a family.
    fn of_rules(&self) -> Vec<Ask> {
        let said = |rule: &Rule, slot: &str| {
            let found = rule.said.iter().rev().find(|said| slots(&said.name).contains(&slot))?;
            let value = self.resolved(&found.value, 0, 0);
            let value = if found.name == "font" { of_shorthand(&value, slot) } else { value };
            Some(value).filter(|value| !inherits(value) && value != "initial")
        };
        let weight = |rule: &Rule| said(rule, "font-weight").and_then(|value| fonts::weight(value.trim()));
        let italic = |rule: &Rule| said(rule, "font-style").map(|value| is_italic(value.trim()));
        let (with, without): (Vec<&Rule>, Vec<&Rule>) =
            self.rules.iter().map(|(_, rule)| *rule).partition(|rule| said(rule, "font-family").is_some());
        let mut loose: Vec<(Option<f64>, Option<bool>)> = Vec::new();
        for rule in without {
            let asked = (weight(rule), italic(rule));
            if !loose.contains(&asked) {
                loose.push(asked);
            }
        }
        let mut out: Vec<Ask> = Vec::new();
        for rule in with {
            let families = families(&said(rule, "font-family").unwrap_or_default());
            let bold = !rule.selectors.is_empty() && rule.selectors.iter().all(|it| it.subject().is_some_and(is_bold));
            let own = (weight(rule).unwrap_or(if bold { 700.0 } else { 400.0 }), italic(rule).unwrap_or(false));
            let others = loose.iter().filter(|(weight, italic)| weight.is_some() || italic.is_some());
            let others = others.map(|(weight, italic)| (weight.unwrap_or(own.0), italic.unwrap_or(own.1)));
            for (weight, italic) in std::iter::once(own).chain(others) {
                let ask = Ask { families: families.clone(), weight, italic };
                if !out.contains(&ask) {
                    out.push(ask);
                }
            }
        }
        out
    }
}

fn inherits(value: &str) -> bool {
    matches!(value.trim(), "inherit" | "unset" | "revert" | "revert-layer")
}

fn is_hidden(element: &Element) -> bool {
    let name = element.name.as_str();
    element.get("hidden").is_some()
        || matches!(name, "head" | "script" | "style" | "title" | "template" | "datalist" | "area")
        || (name == "dialog" && element.get("open").is_none())
        || (name == "input" && element.get("type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden")))
}

/// Has a font of its own, whatever it stands in.
fn is_field(name: &str) -> bool {
    matches!(name, "button" | "input" | "select" | "textarea")
}

fn is_bold(name: &str) -> bool {
    matches!(name, "b" | "strong" | "th" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn is_slanted(name: &str) -> bool {
    matches!(name, "i" | "em" | "cite" | "dfn" | "var" | "address")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::page::page;

    fn of(html: &str) -> String {
        let page = page(html);
        let sheets: Vec<(usize, &Sheet)> = page.styles.iter().map(|(_, sheet)| (0, sheet)).collect();
        let found = wanted(&page, 0, &sheets);
        found.into_iter().map(|(_, url, _)| url).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pictures_of_what_is_there() {
        for (html, expected) in [
            ("<style>p{background:url(a)}b{background:url(no)}</style><p>", "a"),
            ("<style>p{background:url(no)}.b{background:none}</style><p class=b>", ""),
            ("<style>p.b{background:url(a)}p{background:none}</style><p class=b>", "a"),
            ("<style>@layer x{#i{background:url(no)!x}}p{background:url(a)}</style><p id=i>", "a"),
            ("<style>p{background:url(a)!important}</style><p style='background:url(no)'>", "a"),
            ("<style>div{display:none}p{background:url(no)}</style><div><p></div>", ""),
            ("<style>p{background:url(no)}i{background:url(b)}</style><p hidden></p><dialog><p></p></dialog><i>", "b"),
            (
                "<style>details,p{background:url(a)}p{background:url(no)}</style><details><summary></summary><p></details>",
                "a",
            ),
            ("<style>p::before{background:url(no)}p::after{content:'';background:url(a)}</style><p>", "a"),
            (
                "<style>p:hover{background:url(no)}p{cursor:url(a),auto;list-style:url(b);mask:url(#no)}</style><p>",
                "b a",
            ),
            ("<style>:root{--a:url(a)}p{background:var(--a)}i{background:var(--b,url(b))}</style><p><i>", "a b"),
            (
                "<style>p{background:image-set(url(no) 2x,url(a) 1x)}i{background:image-set('no' type('image/jxl'),'b')}</style><p><i>",
                "a b",
            ),
            ("<style>@media print{p{background:url(no)}}@media(width>=9px){p{background:url(a)}}</style><p>", "a"),
            (
                "<style>@supports not (a:b){p{background:url(no)}}@container(width>1px){p{cursor:url(no)}}</style><p>",
                "",
            ),
            (
                "<style>div{& p{background:url(a)}>i{background:url(b)}@media print{cursor:url(no)}}</style><div><p></p><i>",
                "a b",
            ),
            (
                "<style>p{background:url('data:image/png;base64,x'),url( 'a' )}/* i{background:url(no)} */</style><p><i>",
                "a",
            ),
            ("<style>:root{--c:red}p{background:var(--c)url(a)}</style><p>", "a"),
            ("<p style=\"background:url(a)\">", "a"),
        ] {
            assert_eq!(of(html), expected, "{html}");
        }
    }

    const FACES: &str = "@font-face{font-family:F;src:url(f)}@font-face{font-family:F;font-weight:700;src:url(f7)}\
        @font-face{font-family:G;src:url(g)}@font-face{font-family:G;src:url(g4);unicode-range:U+400-4ff}";

    #[test]
    fn fonts_of_what_is_said() {
        for (rest, expected) in [
            ("p{font-family:F}</style><p>x", "f"),
            ("p{font-family:F}</style><p>x<b>y</b>", "f f7"),
            ("p{font-family:F}</style><p></p>x", ""),
            ("p{font-family:F}</style><p hidden>x</p>", ""),
            ("p{font-family:serif,F}b{font:700 1px/1 F,serif}</style><p>x<b>y", "f7"),
            (":root{--f:G}p{font-family:var(--f)}</style><p>привет мир", "g g4"),
            ("body{font-family:F}</style><button>x</button>", ""),
            ("body{font-family:F}button{font:inherit}</style><button>x</button>", "f"),
            ("i::before{font-family:G;content:'xx'}</style><i></i>", "g"),
            ("p{font-family:F}.b{font-weight:600}</style><script></script>", "f f7"),
            ("h1{font-family:F}p{color:red}</style><script></script>", "f7"),
            ("p{color:red}</style><script></script><p>x", ""),
        ] {
            let html = format!("<style>{FACES}{rest}");
            assert_eq!(of(&html), expected, "{rest}");
        }
    }

    #[test]
    fn survives_what_is_deep_and_endless() {
        let laughs: String =
            (0..20).map(|at| format!("--a{at}:{};", format!("var(--a{})", at + 1).repeat(20))).collect();
        of(&format!("<style>p{{{laughs}--a20:;--b:var(--b);background:var(--a0)var(--b)url(x)}}</style><p>"));
        for part in ["(", "not ", "not(", ":not(", "{", "a{", "@media(", "@media x{", "calc(", "a>", "* ", "&", "["] {
            let deep = part.repeat(20_000);
            of(&format!("<style>{deep}</style><p>"));
            of(&format!(
                "<style>@media {deep}{{p{{cursor:url(x)}}}}{deep}{{cursor:url(x)}}</style><p style='cursor:{deep}'>"
            ));
            of(&format!("<img srcset='a 1w' sizes='{deep}'>"));
        }
        of(&format!("<style>* * * * * * *>i *{{cursor:url(x)}}</style>{}", "<div>".repeat(2000)));
    }

    #[test]
    fn survives_cut_off_input() {
        let html = "<style>@layer a{p:not(é,[x=\"é\"])::after{content:\"\\é\";background:var(--a,url('é'))}}@import url(é);\
            @font-face{font-family:É;src:url(é)}@media(width>1px{p{font:1px/2 É}}/* é */</style><p style='cursor:url(é'>é";
        for end in (0..=html.len()).filter(|end| html.is_char_boundary(*end)) {
            of(&html[..end]);
            of(&format!("{}</style><p class='é'>é", &html[..end]));
        }
    }
}

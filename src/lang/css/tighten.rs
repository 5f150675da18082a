//! What lightningcss prints, shorter: the same rules for the same elements.
//!
//! In: the minified text of a sheet or of declarations. Out: text of the same meaning. Every rule here holds by the
//! specifications of CSS, whatever the sheet; those that newer browsers only know wait for the targets ([`Abilities`]).
//! White space is in `gaps.rs`, selectors in `selectors.rs`, values in `values.rs`. Selectors keep their white space, it
//! is a combinator; custom properties and at-rules that nobody knows stay as they are.

use super::blocks::{Node, is_keyframes, read, write};
use super::fold::folded;
use super::gaps::{Gaps, tight, tight_condition};
use super::lex::{Kind, tokens};
use super::neighbours::{is_declaration, joined};
use super::prefixes::{matches_nothing, without_gone};
use super::selectors::{relaxed, unnested, without_twins};
use super::support::{Versions, holds, without_known};
use super::values::shorter;
use crate::lang::LanguageTarget;

/// What all browsers of the targets can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Abilities {
    /// CSS Color 4 with numbers as lightness, ranges of media features with two ends, colour stops with two positions.
    pub recent: bool,
    /// Nested selectors that start with a name.
    pub relaxed_nesting: bool,
    /// For the conditions of `@supports`.
    pub versions: Versions,
}

/// From which version on an engine has [`Abilities`]; the versions are those of the browsers' release notes.
const ENGINES: [(&str, u32, u32); 8] = [
    ("android", 111 << 16, 120 << 16),
    ("chrome", 111 << 16, 120 << 16),
    ("edge", 111 << 16, 120 << 16),
    ("firefox", 113 << 16, 117 << 16),
    ("ios", 16 << 16 | 4 << 8, 17 << 16 | 2 << 8),
    ("opera", 97 << 16, 106 << 16),
    ("safari", 16 << 16 | 4 << 8, 17 << 16 | 2 << 8),
    ("samsung", 22 << 16, 25 << 16),
];

impl Abilities {
    /// None of them where no browser is named: an edition of ECMAScript says nothing of CSS.
    pub fn of(target: &LanguageTarget) -> Abilities {
        let versions = Versions::of(target);
        let mut out = Abilities { recent: false, relaxed_nesting: false, versions };
        let mut all = Abilities { recent: true, relaxed_nesting: true, versions };
        for (engine, version) in &target.engines {
            let name = if engine == "ios_saf" { "ios" } else { engine.as_str() };
            if matches!(name, "node" | "deno") {
                continue;
            }
            let found = ENGINES.iter().find(|(known, ..)| *known == name);
            all.recent &= found.is_some_and(|(_, recent, _)| version >= recent);
            all.relaxed_nesting &= found.is_some_and(|(_, _, relaxed)| version >= relaxed);
            out = all;
        }
        out
    }
}

/// A whole sheet.
pub(super) fn tighten(text: &str, abilities: &Abilities) -> String {
    tightened(text, abilities, false)
}

/// The declarations of a `style` attribute.
pub(super) fn tighten_declarations(text: &str, abilities: &Abilities) -> String {
    tightened(text, abilities, true)
}

fn tightened(text: &str, abilities: &Abilities, block: bool) -> String {
    let Some(nodes) = read(text) else { return text.to_string() };
    let mut nodes = Pass { abilities, font: false, properties: true, selectors: true }.nodes(nodes);
    if abilities.relaxed_nesting {
        nodes = fold_all(nodes);
        relax(&mut nodes, false);
    }
    let out = write(&nodes, block);
    if out.len() <= text.len() { out } else { text.to_string() }
}

/// Folds rules, in conditions and layers too.
fn fold_all(nodes: Vec<Node>) -> Vec<Node> {
    let inside = |node| match node {
        Node::At { name, prelude, body: Some(body) } if name != "scope" && !is_keyframes(&name) => {
            Node::At { name, prelude, body: Some(fold_all(body)) }
        }
        other => other,
    };
    folded(nodes.into_iter().map(inside).collect())
}

#[derive(Clone, Copy)]
struct Pass<'a> {
    abilities: &'a Abilities,
    /// In `@font-face`.
    font: bool,
    /// Declarations are of properties, not of descriptors, which know no variables.
    properties: bool,
    /// Rules have selectors, and no steps of an animation.
    selectors: bool,
}

impl Pass<'_> {
    fn nodes(self, nodes: Vec<Node>) -> Vec<Node> {
        let mut out = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Node::Declaration { name, value } => {
                    let value = self.value(&name, &value);
                    out.push(Node::Declaration { name, value });
                }
                Node::Rule { prelude, body } => self.rule(prelude, body, &mut out),
                Node::At { name, prelude, body } => self.at_rule(name, &prelude, body, &mut out),
                raw => out.push(raw),
            }
        }
        let out = if self.abilities.versions.are_later() { without_gone(out) } else { out };
        let out = without_repeated(out, self.abilities.recent && self.properties);
        if self.selectors { joined(out, self.abilities.recent) } else { out }
    }

    fn value(self, name: &str, value: &str) -> String {
        // Browsers of the time when variables were new put their text in place of them.
        let is_old = !self.abilities.recent && (value.contains("var(") || value.contains("env("));
        let Some(value) = (!is_old).then(|| tight(value, Gaps::Value)).flatten() else { return value.to_string() };
        shorter(name, &value, self.abilities, self.font)
    }

    fn rule(self, prelude: String, body: Vec<Node>, out: &mut Vec<Node>) {
        let later = self.selectors && self.abilities.versions.are_later();
        if later && matches_nothing(&prelude) {
            return;
        }
        let prelude = if self.selectors { without_twins(&prelude) } else { prelude };
        let full = !body.is_empty();
        let body = Pass { properties: true, ..self }.nodes(body);
        if later && full && body.is_empty() {
            return;
        }
        match self.selectors.then(|| unnested(&prelude, &body)).flatten() {
            Some(rules) => out.extend(rules),
            None => out.push(Node::Rule { prelude, body }),
        }
    }

    fn at_rule(self, name: String, prelude: &str, body: Option<Vec<Node>>, out: &mut Vec<Node>) {
        let is_group =
            matches!(name.as_str(), "media" | "supports" | "container" | "layer" | "scope" | "starting-style");
        let inside = Pass {
            font: name == "font-face",
            properties: self.properties && is_group,
            // In a scope `&` is its root.
            selectors: self.selectors && !is_keyframes(&name) && name != "scope",
            ..self
        };
        // Neither names anything that could be asked for.
        if matches!(name.as_str(), "page" | "scope") && body.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        let full = body.as_ref().is_some_and(|body| !body.is_empty());
        let body = body.map(|body| inside.nodes(body));
        let is_condition = matches!(name.as_str(), "media" | "supports" | "container");
        if is_condition && full && body.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        if name == "supports"
            && let Some(body) = &body
            && !body.iter().any(is_statement)
            && let Some(holds) = holds(prelude, &self.abilities.versions)
        {
            out.extend(if holds { body.clone() } else { Vec::new() });
            return;
        }
        let known = if name == "supports" { without_known(prelude, &self.abilities.versions) } else { None };
        let prelude = known.as_deref().unwrap_or(prelude);
        let short = match name.as_str() {
            "media" | "custom-media" | "container" => tight(prelude, Gaps::Queries)
                .map(|prelude| if self.abilities.recent { with_intervals(&prelude) } else { prelude }),
            // Browsers before 2018 asked for white space around `and`.
            "supports" if self.abilities.recent => tight_condition(prelude),
            "scope" => tight_condition(prelude),
            _ => None,
        };
        out.push(Node::At { name, prelude: short.unwrap_or_else(|| prelude.to_string()), body });
    }
}

/// A statement of the top of a sheet, which means nothing in a block.
fn is_statement(node: &Node) -> bool {
    matches!(node, Node::Raw(text, true) if text.starts_with('@'))
}

/// Without declarations that stand once more, letter by letter, further down with nothing but declarations between: the
/// last one wins, or none is valid (Cascade 5, section 6.1).
///
/// A declaration of a property of which a later one asks for a variable goes too: that one is valid whatever the variable
/// turns out to be, and wins (Variables 1, section 3.1). Not for browsers that may not know variables.
pub(super) fn without_repeated(nodes: Vec<Node>, variables: bool) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len());
    for node in nodes {
        if is_declaration(&node) {
            let start = out.iter().rposition(|before| !is_declaration(before)).map_or(0, |at| at + 1);
            if let Some(at) = out[start..].iter().position(|before| *before == node) {
                out.remove(start + at);
            }
            if variables {
                let mut at = 0;
                out.retain(|before| {
                    at += 1;
                    at <= start || !overrides(&node, before)
                });
            }
        }
        out.push(node);
    }
    out
}

fn overrides(node: &Node, before: &Node) -> bool {
    let (Node::Declaration { name, value }, Node::Declaration { name: other, value: earlier }) = (node, before) else {
        return false;
    };
    let is_important = |value: &str| value.ends_with("!important");
    name == other && (is_important(value) || !is_important(earlier)) && asks_for_variables(value)
}

/// Whether a value has `var()` in it, and every one as the grammar has it.
fn asks_for_variables(value: &str) -> bool {
    let tokens = tokens(value);
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text(value) == text);
    let mut calls = (0..tokens.len())
        .filter(|at| tokens[*at].kind == Kind::Function && matches!(tokens[*at].name(value).as_str(), "var" | "env"))
        .map(|at| {
            let names = tokens.get(at + 1).is_some_and(|token| {
                token.kind == Kind::Ident && token.text(value).starts_with("--") && token.text(value).len() > 2
            });
            names && (is(at + 2, ")") || is(at + 2, ","))
        })
        .peekable();
    calls.peek().is_some() && calls.all(|valid| valid)
}

/// Takes the `&` from the start of nested selectors.
fn relax(nodes: &mut [Node], nested: bool) {
    for node in nodes {
        match node {
            Node::Rule { prelude, body } => {
                if nested {
                    let short: Vec<&str> = super::gaps::split_list(prelude).into_iter().map(relaxed).collect();
                    *prelude = short.join(",");
                }
                relax(body, true);
            }
            // In a scope `&` is its root; steps of animations have no selectors.
            Node::At { name, body: Some(body), .. } if name != "scope" && !is_keyframes(name) => relax(body, nested),
            _ => {}
        }
    }
}

/// Two ends of a range as one condition: Media Queries 4, section 2.4.3. `(width>=1px)and (width<=2px)` is
/// `(1px<=width<=2px)`.
fn with_intervals(list: &str) -> String {
    super::gaps::split_list(list)
        .into_iter()
        .map(|query| interval(query).unwrap_or_else(|| query.to_string()))
        .collect::<Vec<_>>()
        .join(",")
}

fn interval(query: &str) -> Option<String> {
    let (before, rest) = query.split_once('(')?;
    let mut features: Vec<String> = rest.strip_suffix(')')?.split(")and (").map(str::to_string).collect();
    if before.ends_with("not ") || features.iter().any(|feature| feature.contains(['(', ')'])) {
        return None;
    }
    let found = (0..features.len()).find_map(|low| {
        let (name, sign, least) = comparison(&features[low]).filter(|(_, sign, _)| sign.starts_with('>'))?;
        let (high, upper, most) = (0..features.len()).find_map(|high| {
            let (other, sign, most) = comparison(&features[high])?;
            (other == name && sign.starts_with('<')).then_some((high, sign, most))
        })?;
        let lower = if sign == ">=" { "<=" } else { "<" };
        Some((low, high, format!("{least}{lower}{name}{upper}{most}")))
    });
    let (low, high, merged) = found?;
    features[low.min(high)] = merged;
    features.remove(low.max(high));
    Some(format!("{before}({})", features.join(")and (")))
}

/// `width>=1px` in its parts.
fn comparison(feature: &str) -> Option<(&str, &str, &str)> {
    let at = feature.find(['<', '>', '='])?;
    let (name, rest) = feature.split_at(at);
    let length = if rest[1..].starts_with('=') { 2 } else { 1 };
    let (sign, value) = rest.split_at(length);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && tokens(name).len() == 1;
    (is_name && sign != "=" && !value.is_empty() && !value.contains(['<', '>', '='])).then_some((name, sign, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Abilities = Abilities { recent: true, relaxed_nesting: true, versions: Versions::NONE };
    const OLD: Abilities = Abilities { recent: false, relaxed_nesting: false, versions: Versions::NONE };

    fn new(text: &str) -> String {
        tighten(text, &NEW)
    }

    fn target(engines: &[(&str, u32)]) -> LanguageTarget {
        let engines = engines.iter().map(|(name, version)| (name.to_string(), *version)).collect();
        LanguageTarget { engines, ..LanguageTarget::default() }
    }

    #[test]
    fn abilities() {
        assert_eq!(Abilities::of(&target(&[])), OLD);
        assert_eq!(Abilities::of(&target(&[("node", 18 << 16)])), OLD);
        let of = |engines: &[(&str, u32)]| Abilities { versions: Versions::NONE, ..Abilities::of(&target(engines)) };
        assert_eq!(of(&[("chrome", 120 << 16), ("safari", 17 << 16 | 2 << 8)]), NEW);
        let earlier = [("chrome", 111 << 16), ("firefox", 114 << 16), ("ios", 16 << 16 | 4 << 8)];
        assert_eq!(of(&earlier), Abilities { recent: true, relaxed_nesting: false, versions: Versions::NONE });
        assert_eq!(of(&[("chrome", 130 << 16), ("ie", 11 << 16)]), OLD);
    }

    #[test]
    fn white_space() {
        assert_eq!(new("@media (width>=1px) and (color){a{b:c}}"), "@media(width>=1px)and (color){a{b:c}}");
        assert_eq!(new("@supports (a:b) and (c:d){a{b:c}}"), "@supports(a:b)and (c:d){a{b:c}}");
        assert_eq!(tighten("@supports (a:b) and (c:d){a{b:c}}", &OLD), "@supports(a:b) and (c:d){a{b:c}}");
        assert_eq!(new("@container x (width>1px){a{b:c}}"), "@container x (width>1px){a{b:c}}");
        assert_eq!(new("@container (width>1px){a{b:c}}"), "@container(width>1px){a{b:c}}");
        assert_eq!(new("@scope(.a > b) to (.c .d){a{b:c}}"), "@scope(.a > b)to (.c .d){a{b:c}}");
        assert_eq!(new("@custom-media --a (b), (c);"), "@custom-media --a (b),(c);");
        assert_eq!(new("@page{}@scope(.a){}a{b:url(c) d}"), "a{b:url(c)d}");
        assert_eq!(tighten("a{b:url(c) d;e:var(--f) g}", &OLD), "a{b:url(c)d;e:var(--f) g}");
        assert_eq!(tighten_declarations("a:url(b) c;d:e", &NEW), "a:url(b)c;d:e");
    }

    #[test]
    fn what_stays() {
        for kept in [
            "a [b] c>d{e:f}",
            "a{--b: c , d  #fff}",
            "@unknown a (b) and (c){d{e:url(f) g}}",
            "@container style(--a: b , c){a{b:c}}",
            "@media not (color){a{b:c}}",
            "@keyframes a{0%,0%,to{b:c}}",
            "@property --a{syntax:\"*\";inherits:false;initial-value:url(a) b}",
            "@font-feature-values A B{@swash{c:1}}",
            "@layer a,b;@layer c{}",
            "a{b:c;.d &{e:f}}",
            "@scope(.a){& .b{c:d}}",
            "& .a{b:c}",
            "@counter-style x{}",
            "@supports selector(a > b){a{b:c}}",
            "not css at all }",
        ] {
            assert_eq!(new(kept), kept);
        }
    }

    #[test]
    fn conditions_of_the_targets() {
        let target = target(&[("chrome", 111 << 16), ("firefox", 114 << 16), ("safari", 16 << 16 | 4 << 8)]);
        let of = |text: &str| tighten(text, &Abilities::of(&target));
        let mix = "@supports (color:color-mix(in lab, red, red))";
        assert_eq!(of(&format!(".a{{b:c}}{mix}{{.a{{b:var(--d)}}}}")), ".a{b:var(--d)}");
        assert_eq!(of(&format!(".a{{b:c;{mix}{{b:var(--d)}}}}")), ".a{b:var(--d)}");
        assert_eq!(of(&format!(".a{{b:c}}{mix}{{.a{{b:d}}}}")), ".a{b:c;b:d}");
        assert_eq!(of("@layer a{@supports not (display:grid){.a{b:c}}}"), "@layer a{}");
        assert_eq!(of(".a{-ms-b:c;&:hover{-o-d:e}}.f::-ms-track{g:h}"), "");
        assert_eq!(of("@media print{.a{-o-b:c}}@supports(x:y){.a::-ms-check{b:c}}"), "");
        for kept in [
            "@supports(margin-trim:block){.a{b:c}}",
            "@supports(display:grid){@import \"a\";.a{b:c}}",
            ".a{b:c}@supports(x:y){.a{b:var(--d)}}",
            ".a{}",
            "@keyframes a{0%{}to{b:c}}",
        ] {
            assert_eq!(of(kept), kept);
        }
        assert_eq!(new(&format!("{mix}{{.a{{b:c}}}}")), "@supports(color:color-mix(in lab, red, red)){.a{b:c}}");
    }

    #[test]
    fn variables_win() {
        assert_eq!(new("a{b:c;b:var(--d)}"), "a{b:var(--d)}");
        assert_eq!(new("a{b:c;d:e;b:f(var(--d,) 1px)!important}"), "a{d:e;b:f(var(--d,)1px)!important}");
        assert_eq!(
            new("@media print{a{@supports(x:y){b:c;b:var(--d)}}}"),
            "@media print{a{@supports(x:y){b:var(--d)}}}"
        );
        assert_eq!(new("@keyframes a{to{b:c;b:var(--d)}}"), "@keyframes a{to{b:var(--d)}}");
        assert_eq!(new("a{b:c!important;b:d;b:var(--d)}"), "a{b:c!important;b:var(--d)}");
        for kept in [
            "a{b:c;b:var(d)}",
            "a{b:c;b:var(--d e)}",
            "a{b:c;b:var(--d)var()}",
            "a{b:c;b:env(x)}",
            "a{b:c;b:\"var(--d)\"}",
            "a{b:c;&:d{e:f}b:var(--d)}",
            "a{--b:c;--b:var(--d)}",
            "a{b:c;b-e:var(--d)}",
            "@font-face{b:c;b:var(--d)}",
            "@media print{@counter-style a{b:c;b:var(--d)}}",
        ] {
            assert_eq!(new(kept), kept);
        }
        assert_eq!(tighten("a{b:c;b:var(--d)}", &OLD), "a{b:c;b:var(--d)}");
    }

    #[test]
    fn nesting() {
        assert_eq!(new(".a{b:c;& .d,&>e{f:g}}"), ".a{b:c;.d,>e{f:g}}");
        assert_eq!(new(".a{@media print{& b:hover{c:d}}}"), ".a{@media print{b:hover{c:d}}}");
        assert_eq!(tighten(".a{b:c;& .d{f:g}}", &OLD), ".a{b:c;& .d{f:g}}");
        assert_eq!(new(".a{& .b{& .c{d:e}}}"), ".a .b .c{d:e}");
        assert_eq!(new(".a{& .b{& .c{d:e}& .f{g:h}}}"), ".a .b{.c{d:e}.f{g:h}}");
        assert_eq!(new(".a{& .b,& .b{c:d}}"), ".a .b{c:d}");
        assert_eq!(new("a{b:c;--d:e;b:f;b:c;--d:e}"), "a{b:f;b:c;--d:e}");
        assert_eq!(new("a{b:c;&:d{e:f}b:c;b:c!important}"), "a{b:c;&:d{e:f}b:c;b:c!important}");
        assert_eq!(new("a,b{&:hover{c:d}}"), "a,b{&:hover{c:d}}");
    }

    #[test]
    fn intervals() {
        assert_eq!(new("@media (width>=1px) and (width<=2px){a{b:c}}"), "@media(1px<=width<=2px){a{b:c}}");
        assert_eq!(
            new("@media screen and (height<9em) and (color) and (height>2em),print{a{b:c}}"),
            "@media screen and (2em<height<9em)and (color),print{a{b:c}}"
        );
        for kept in [
            "(width>=1px)and (height<=2px)",
            "(width>=1px)or (width<=2px)",
            "not (width>=1px)",
            "(width>=1px)and (width>2px)",
            "(width>=calc(1px + 2px))and (width<=9px)",
            "(min-width:1px)and (max-width:2px)",
        ] {
            let text = format!("@media {kept}{{a{{b:c}}}}").replace("@media (", "@media(");
            assert_eq!(new(&text), text);
        }
        let old = "@media(width>=1px)and (width<=2px){a{b:c}}";
        assert_eq!(tighten(old, &OLD), old);
    }
}

//! Selectors, and whether an element of a document is one that they mean before anybody has touched the page.

use super::{Element, Page};
use crate::budget::sheets::{bracket_end, split};
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Joined {
    Within,
    Child,
    After,
    Next,
}

/// One selector: its parts from left to right, each with how it is joined to the one before.
#[derive(Clone, Debug)]
pub struct Selector {
    parts: Vec<(Joined, Vec<Simple>)>,
    /// `before` and its like: what stands in the element.
    pub pseudo: Option<String>,
    /// Specificity.
    pub weight: u32,
}

type List = Arc<Vec<Selector>>;

#[derive(Clone, Debug)]
enum Simple {
    Name(String),
    Attribute {
        name: String,
        sign: u8,
        value: String,
        loose: bool,
    },
    Is(List),
    Not(List),
    Has(List),
    Nth {
        step: i32,
        first: i32,
        last: bool,
        typed: bool,
    },
    Empty,
    Root,
    /// Of a state that only a visitor brings about, or of another browser.
    Never,
}

const ID: u32 = 1 << 16;
const CLASS: u32 = 1 << 8;

impl Selector {
    /// Those of a list that are understood. `parent`: what `&` means; a selector without it means what stands within.
    pub fn list(text: &str, parent: Option<&List>) -> Vec<Selector> {
        split(text, ',').into_iter().filter_map(|text| Selector::read(text.trim(), parent)).collect()
    }

    fn read(text: &str, parent: Option<&List>) -> Option<Selector> {
        // No sheet nests so deep.
        if text.matches('(').count() > 64 {
            return None;
        }
        let mut reader = Reader { text, at: 0, parent, nests: false };
        let mut out = Selector { parts: Vec::new(), pseudo: None, weight: 0 };
        let mut joined = reader.joined().unwrap_or(Joined::Within);
        loop {
            let mut part = Vec::new();
            while reader.simple(&mut part, &mut out)? {}
            if part.is_empty() && out.pseudo.is_none() {
                return None;
            }
            out.parts.push((joined, part));
            match reader.joined() {
                Some(next) if reader.at < text.len() => joined = next,
                _ => break,
            }
        }
        if let Some(parent) = parent.filter(|_| !reader.nests) {
            out.weight += heaviest(parent);
            out.parts.insert(0, (Joined::Within, vec![Simple::Is(parent.clone())]));
        }
        (reader.at >= text.len()).then_some(out)
    }

    /// The name of the elements that it means, if it says one.
    pub fn subject(&self) -> Option<&str> {
        let (_, part) = self.parts.last()?;
        part.iter().find_map(|simple| match simple {
            Simple::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// A word that every element that it means has, of [`Element::keys`]; empty: it asks for none.
    pub fn key(&self) -> String {
        let key = |simple: &Simple| match simple {
            Simple::Name(name) => Some(name.clone()),
            Simple::Attribute { name, sign: b'~', value, loose: false } if name == "class" => Some(format!(".{value}")),
            _ => None,
        };
        let part = self.parts.last().map(|(_, part)| part.as_slice()).unwrap_or_default();
        // Behind the name there is more to choose from.
        part.iter().rev().find_map(key).unwrap_or_default()
    }

    pub fn matches(&self, page: &Page, at: usize) -> bool {
        self.parts_match(page, at, self.parts.len(), None)
    }

    /// The first `count` parts end at an element around this one. If the nearest that the last part means stands in the
    /// wrong place, and may stand anywhere within, so do those further out.
    fn stands_within(&self, page: &Page, at: usize, count: usize) -> bool {
        let Some((joined, part)) = self.parts.get(count - 1) else { return true };
        for around in ancestors(page, at).filter(|at| part.iter().all(|simple| simple.matches(page, *at))) {
            let found = self.parts_match(page, around, count, None);
            if found || *joined == Joined::Within {
                return found;
            }
        }
        false
    }

    /// The first `count` parts end at the element. `scope`: where the first must stand, seen from that element.
    fn parts_match(&self, page: &Page, at: usize, count: usize, scope: Option<usize>) -> bool {
        let Some((joined, part)) = count.checked_sub(1).and_then(|last| self.parts.get(last)) else { return true };
        if !part.iter().all(|simple| simple.matches(page, at)) {
            return false;
        }
        let there = |at: usize| match (count, scope) {
            (1, Some(scope)) => at == scope,
            _ => self.parts_match(page, at, count - 1, scope),
        };
        if count == 1 && scope.is_none() {
            return true;
        }
        let element = &page.elements[at];
        match joined {
            Joined::Within if scope.is_none() => self.stands_within(page, at, count - 1),
            Joined::Within => ancestors(page, at).any(there),
            Joined::Child => element.parent.is_some_and(there),
            Joined::After => siblings_before(page, at).any(|at| there(*at)),
            Joined::Next => siblings_before(page, at).next_back().is_some_and(|at| there(*at)),
        }
    }
}

fn heaviest(list: &[Selector]) -> u32 {
    list.iter().map(|selector| selector.weight).max().unwrap_or(0)
}

fn ancestors(page: &Page, at: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(page.elements[at].parent, |at| page.elements[*at].parent)
}

fn siblings(page: &Page, at: usize) -> &[usize] {
    page.elements[at].parent.map_or(&[], |parent| &page.elements[parent].children)
}

fn siblings_before(page: &Page, at: usize) -> std::slice::Iter<'_, usize> {
    let all = siblings(page, at);
    let end = all.iter().position(|sibling| *sibling == at).unwrap_or(0);
    all[..end].iter()
}

impl Simple {
    fn matches(&self, page: &Page, at: usize) -> bool {
        let element = &page.elements[at];
        match self {
            Simple::Name(name) => element.name == *name,
            Simple::Attribute { name, sign, value, loose } => has(element, name, *sign, value, *loose),
            Simple::Is(list) => list.iter().any(|selector| selector.matches(page, at)),
            Simple::Not(list) => !list.iter().any(|selector| selector.matches(page, at)),
            Simple::Has(list) => {
                let holds = |selector: &Selector| {
                    let inside = |to: usize| to != at && selector.parts_match(page, to, selector.parts.len(), Some(at));
                    (0..page.elements.len()).any(inside)
                };
                list.iter().any(holds)
            }
            Simple::Nth { step, first, last, typed } => {
                let all = siblings(page, at).iter().filter(|it| !typed || page.elements[**it].name == element.name);
                let all: Vec<usize> = all.copied().collect();
                let place = all.iter().position(|sibling| *sibling == at).unwrap_or(0);
                let place = if *last { all.len().max(1) - place } else { place + 1 } as i32;
                let off = place - first;
                if *step == 0 { off == 0 } else { off % step == 0 && off / step >= 0 }
            }
            Simple::Empty => element.children.is_empty() && !element.says,
            Simple::Root => element.parent.is_none(),
            Simple::Never => false,
        }
    }
}

fn has(element: &Element, name: &str, sign: u8, value: &str, loose: bool) -> bool {
    let Some(given) = element.get(name) else { return false };
    if loose {
        let element =
            Element { attributes: vec![(name.to_string(), given.to_ascii_lowercase())], ..Element::default() };
        return has(&element, name, sign, &value.to_ascii_lowercase(), false);
    }
    let some = !value.is_empty();
    match sign {
        0 => true,
        b'=' => given == value,
        b'~' => given.split_ascii_whitespace().any(|word| word == value),
        b'|' => given == value || given.strip_prefix(value).is_some_and(|rest| rest.starts_with('-')),
        b'^' => some && given.starts_with(value),
        b'$' => some && given.ends_with(value),
        _ => some && given.contains(value),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    parent: Option<&'a List>,
    /// `&` stands in it.
    nests: bool,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn joined(&mut self) -> Option<Joined> {
        let start = self.at;
        let mut found = Joined::Within;
        while let byte @ (b' ' | b'\t' | b'\n' | b'\r' | b'>' | b'+' | b'~') = self.peek() {
            found = match byte {
                b'>' => Joined::Child,
                b'+' => Joined::Next,
                b'~' => Joined::After,
                _ => found,
            };
            self.at += 1;
        }
        (self.at > start).then_some(found)
    }

    /// A name, with its escapes as what they mean.
    fn name(&mut self) -> Option<String> {
        let mut out = String::new();
        let mut rest = self.text[self.at..].char_indices();
        let mut end = self.text.len();
        while let Some((offset, c)) = rest.next() {
            if c == '\\' {
                let hex: String = rest.as_str().chars().take(6).take_while(char::is_ascii_hexdigit).collect();
                if hex.is_empty() {
                    out.extend(rest.next().map(|(_, c)| c));
                } else {
                    out.extend(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32));
                    rest.nth(hex.len() - 1);
                    if rest.as_str().starts_with([' ', '\t', '\n']) {
                        rest.next();
                    }
                }
            } else if c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii() {
                out.push(c);
            } else {
                end = self.at + offset;
                break;
            }
        }
        self.at = end;
        Some(out).filter(|name| !name.is_empty())
    }

    /// What stands in the brackets that open here.
    fn inside(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let end = bracket_end(rest)?;
        self.at += end;
        Some(&rest[1..end - 1])
    }

    /// Reads one condition. `Some(false)`: there is none here. `None`: nothing that is understood.
    fn simple(&mut self, part: &mut Vec<Simple>, out: &mut Selector) -> Option<bool> {
        match self.peek() {
            b'*' => self.at += 1,
            b'&' => {
                self.at += 1;
                self.nests = true;
                let Some(parent) = self.parent else { return Some(true) };
                out.weight += heaviest(parent);
                part.push(Simple::Is(parent.clone()));
            }
            sign @ (b'.' | b'#') => {
                self.at += 1;
                let value = self.name()?;
                let (name, sign, weight) = if sign == b'.' { ("class", b'~', CLASS) } else { ("id", b'=', ID) };
                out.weight += weight;
                part.push(Simple::Attribute { name: name.into(), sign, value, loose: false });
            }
            b'[' => {
                out.weight += CLASS;
                part.push(attribute(self.inside()?));
            }
            b':' => self.pseudo(part, out)?,
            _ => match self.name() {
                Some(name) => {
                    out.weight += 1;
                    part.push(Simple::Name(name.to_ascii_lowercase()));
                }
                None => return Some(false),
            },
        }
        Some(true)
    }

    fn pseudo(&mut self, part: &mut Vec<Simple>, out: &mut Selector) -> Option<()> {
        self.at += 1;
        let double = self.peek() == b':';
        self.at += usize::from(double);
        let name = self.name()?.to_ascii_lowercase();
        let argument = if self.peek() == b'(' { Some(self.inside()?) } else { None };
        if double || matches!(name.as_str(), "before" | "after" | "first-line" | "first-letter") {
            out.weight += 1;
            out.pseudo = Some(name);
            return Some(());
        }
        let list = |parent| Arc::new(Selector::list(argument.unwrap_or(""), parent));
        let of_list = matches!(name.as_str(), "is" | "where" | "not" | "matches" | "-webkit-any");
        if of_list {
            self.nests |= argument.is_some_and(|text| text.contains('&'));
            // Without a `&`, what stands in brackets means any element.
            let found = list(self.parent.filter(|_| argument.is_some_and(|text| text.contains('&'))));
            out.weight += if name == "where" { 0 } else { heaviest(&found) };
            part.push(if name == "not" { Simple::Not(found) } else { Simple::Is(found) });
        } else if name == "has" {
            let found = list(None);
            out.weight += heaviest(&found);
            part.push(Simple::Has(found));
        } else {
            out.weight += CLASS;
            part.push(state(&name, argument));
        }
        Some(())
    }
}

fn state(name: &str, argument: Option<&str>) -> Simple {
    let given = |name: &str| Simple::Attribute { name: name.into(), sign: 0, value: String::new(), loose: false };
    let nth = |step, first, last, typed| Simple::Nth { step, first, last, typed };
    let is = |text: &str| Simple::Is(Arc::new(Selector::list(text, None)));
    match name {
        "root" | "scope" | "host" => Simple::Root,
        "empty" => Simple::Empty,
        "first-child" => nth(0, 1, false, false),
        "last-child" => nth(0, 1, true, false),
        "first-of-type" => nth(0, 1, false, true),
        "last-of-type" => nth(0, 1, true, true),
        "only-child" => is(":first-child:last-child"),
        "only-of-type" => is(":first-of-type:last-of-type"),
        "nth-child" | "nth-last-child" | "nth-of-type" | "nth-last-of-type" => {
            let (step, first) = steps(argument.unwrap_or(""));
            nth(step, first, name.contains("last"), name.ends_with("type"))
        }
        "link" | "any-link" => is("a[href],area[href]"),
        "checked" => is("[checked],[selected]"),
        "disabled" | "required" | "open" => given(name),
        "enabled" => is("button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea:not([disabled])"),
        "optional" => is("input:not([required]),select:not([required]),textarea:not([required])"),
        "placeholder-shown" => is("[placeholder]"),
        "read-write" => is("input,textarea,[contenteditable]"),
        "lang" => {
            Simple::Attribute { name: "lang".into(), sign: b'|', value: argument.unwrap_or("").into(), loose: true }
        }
        "dir" if argument == Some("ltr") => is(":not([dir=rtl])"),
        "dir" => is("[dir=rtl]"),
        "defined" | "valid" => is("*"),
        _ => Simple::Never,
    }
}

/// `2n+1`, `odd`, `-n + 3`, `4`.
fn steps(text: &str) -> (i32, i32) {
    let text = text.split(" of ").next().unwrap_or("").replace(' ', "").to_ascii_lowercase();
    let number = |text: &str| text.trim_start_matches('+').parse().ok();
    match (text.as_str(), text.split_once('n')) {
        ("odd", _) => (2, 1),
        ("even", _) => (2, 0),
        (_, Some((step, first))) => {
            let step = match step {
                "" | "+" => Some(1),
                "-" => Some(-1),
                step => number(step),
            };
            (step.unwrap_or(0), number(first).unwrap_or(0))
        }
        (first, None) => (0, number(first).unwrap_or(-1)),
    }
}

fn attribute(inside: &str) -> Simple {
    let (name, rest) = inside.split_at(inside.find('=').unwrap_or(inside.len()));
    let (name, sign) = match name.as_bytes().last() {
        _ if rest.is_empty() => (name, 0),
        Some(sign @ (b'~' | b'|' | b'^' | b'$' | b'*')) => (&name[..name.len() - 1], *sign),
        _ => (name, b'='),
    };
    let value = rest.get(1..).unwrap_or("").trim();
    let loose = [" i", "\"i", "'i", " I", "\"I", "'I"].iter().any(|end| value.ends_with(end));
    let value = if loose { value[..value.len() - 1].trim_end() } else { value };
    let value = value.trim_matches(['"', '\'']).replace('\\', "");
    Simple::Attribute { name: name.trim().to_ascii_lowercase(), sign, value, loose }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::page::page;

    #[test]
    fn who_is_meant() {
        let html = "<!doctype html><body class='dark x'><ul id=l><li class=a>1<li lang=de-AT>2<li><b></b><p>3</ul><a href=x>4</a>";
        let page = page(html);
        let meant = |text: &str| {
            let list = Selector::list(text, None);
            let found = (0..page.elements.len()).filter(|at| list.iter().any(|one| one.matches(&page, *at)));
            found.map(|at| page.elements[at].name.clone()).collect::<Vec<_>>().join(" ")
        };
        for (selector, expected) in [
            (":root", "html"),
            ("body.dark > #l .a", "li"),
            ("body.light li,b", "b"),
            ("li:nth-child(2n+1)", "li li"),
            ("li+li", "li li"),
            (".a~li:last-child", "li"),
            ("[lang|=de],[class~=a],[href=\"X\" i]", "li li a"),
            ("li:not(.a,:nth-child(2))", "li"),
            ("b:empty,p:empty", "b"),
            ("ul:has(p),p:has(b),li:has(> p),body:has(> p)", "ul li"),
            (":is(ul,ol) :where(b,i)", "b"),
            ("a:hover,li:focus,a:link", "a"),
            ("p:-moz-x,p:not(:hover)", "p"),
            (".\\61,.\\78", "body li"),
        ] {
            assert_eq!(meant(selector), expected, "{selector}");
        }
    }

    #[test]
    fn nested_and_weighed() {
        let page = page("<div class=a><p id=i>1</div>");
        let parent = Arc::new(Selector::list(".a,#x", None));
        for (text, expected) in [("p", true), ("&>p", true), ("& p", true), ("&.b", false), (":is(&,i) p", true)] {
            let list = Selector::list(text, Some(&parent));
            let found = (0..page.elements.len()).any(|at| list.iter().any(|one| one.matches(&page, at)));
            assert_eq!(found, expected, "{text}");
        }
        let weight = |text: &str| Selector::list(text, None)[0].weight;
        assert_eq!(weight("#a .b[c]:hover p::before"), ID + 3 * CLASS + 2);
        assert_eq!((weight(":where(#a) p"), weight(":is(#a,p)"), weight(":not(.a)")), (1, ID, CLASS));
        assert_eq!(Selector::list("p::before", None)[0].pseudo.as_deref(), Some("before"));
        for text in ["", "a >", "[", ":is(", "a::", "é\\", "\\", "&&", "a||b", "%"] {
            Selector::list(text, Some(&parent));
        }
    }
}

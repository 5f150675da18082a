//! What a document loads, and which of its elements a selector means: a tolerant scanner of tags and attributes.

mod selector;

pub use selector::Selector;

use super::measure::How;
use super::sheets::{Sheet, length, media_holds};
use super::{scripts, sheets};
use std::collections::BTreeSet;

#[derive(Default)]
struct Tag<'a> {
    /// Lower case.
    name: String,
    attributes: Vec<(String, String)>,
    /// Of `script` and `style`: what stands in it.
    text: &'a str,
    end: bool,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }
    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|given| given.eq_ignore_ascii_case(value))
    }
    /// The condition in `media` holds, if there is one.
    fn applies(&self) -> bool {
        self.get("media").is_none_or(media_holds)
    }
}

/// An element of the document as it is sent.
#[derive(Clone, Default)]
pub struct Element {
    pub parent: Option<usize>,
    /// Lower case.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// Text that is no white space stands right in it.
    pub says: bool,
    children: Vec<usize>,
}

impl Element {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Words by which selectors are looked up: the name, and classes with a dot. The empty one is everybody's.
    pub fn keys(&self) -> BTreeSet<String> {
        let classes = self.get("class").unwrap_or("").split_ascii_whitespace().map(|class| format!(".{class}"));
        classes.chain([String::new(), self.name.clone()]).collect()
    }
}

/// A document, before any script has run.
#[derive(Clone, Default)]
pub struct Page {
    /// What it loads by itself, in order.
    pub loads: Vec<(String, How)>,
    /// Its own styles, each with the number of loads before it.
    pub styles: Vec<(usize, Sheet)>,
    pub elements: Vec<Element>,
    /// All that it says.
    pub text: String,
    /// Scripts run in it: nobody knows what else will stand there.
    pub scripted: bool,
}

/// Reads a document: its elements, and URLs of scripts, preloads, style sheets, pictures that are not lazy and the icon, with
/// what inline modules and styles import.
pub fn page(html: &str) -> Page {
    let mut page = Page::default();
    let mut icons = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    let mut sources: Option<Option<String>> = None;
    while let Some((tag, start, end)) = next_tag(html, at) {
        page.says(&open, &html[at..start]);
        at = end;
        if tag.end {
            if tag.name == "picture" {
                sources = None;
            }
            close(&page.elements, &mut open, &tag.name);
            continue;
        }
        match tag.name.as_str() {
            "script" => page.script(&tag),
            "style" if tag.applies() => {
                let sheet = Sheet::read(tag.text);
                page.loads.extend(sheet.imports.iter().cloned());
                page.styles.push((page.loads.len(), sheet));
            }
            "link" => link(&tag, &mut page.loads, &mut icons),
            "picture" => sources = Some(None),
            "source" => {
                if let Some(chosen @ None) = &mut sources {
                    *chosen = source(&tag);
                }
            }
            _ => page.shown(&tag, sources.as_mut().and_then(Option::take)),
        }
        page.open(tag, &mut open);
    }
    page.says(&open, html.get(at..).unwrap_or(""));
    page.loads.extend(icon(&icons).into_iter().map(|url| (url, How::Image)));
    page
}

impl Page {
    fn script(&mut self, tag: &Tag) {
        let kind = tag.get("type").unwrap_or("").to_ascii_lowercase();
        let module = kind == "module";
        // `application/json` and the like are data; `nomodule` is for browsers of the past.
        let runs = module || kind.is_empty() || kind.ends_with("javascript") || kind.ends_with("ecmascript");
        if !runs || (!module && tag.get("nomodule").is_some()) {
            return;
        }
        self.scripted = true;
        match tag.get("src") {
            Some(src) => self.loads.push((src.to_string(), if module { How::Module } else { How::Script })),
            None if module => {
                self.loads.extend(scripts::imports(tag.text).into_iter().map(|url| (url, How::Import)));
            }
            None => {}
        }
    }

    /// Pictures. `source`: what a `<source>` before it has chosen.
    fn shown(&mut self, tag: &Tag, source: Option<String>) {
        let either = |first: &str| tag.get(first).or_else(|| tag.get("xlink:href"));
        let url = match tag.name.as_str() {
            "img" if tag.is("loading", "lazy") => None,
            "img" => source.or_else(|| picture(tag)),
            "input" if tag.is("type", "image") => tag.get("src").map(str::to_string),
            "video" => tag.get("poster").map(str::to_string),
            "image" | "use" | "feimage" => either("href").map(str::to_string),
            "object" => tag.get("data").map(str::to_string),
            "embed" => tag.get("src").map(str::to_string),
            "body" | "table" | "td" | "th" => tag.get("background").map(str::to_string),
            _ => None,
        };
        // `#…` is in the document.
        self.loads.extend(url.filter(|url| !url.starts_with('#')).map(|url| (url, How::Image)));
    }

    fn says(&mut self, open: &[usize], text: &str) {
        if let Some(at) = open.last().filter(|_| !text.trim().is_empty()) {
            self.elements[*at].says = true;
            self.text.push_str(text);
        }
    }

    fn push(&mut self, parent: Option<usize>, name: &str, attributes: Vec<(String, String)>) -> usize {
        let at = self.elements.len();
        if let Some(parent) = parent {
            self.elements[parent].children.push(at);
        }
        self.elements.push(Element { parent, name: name.to_string(), attributes, ..Element::default() });
        at
    }

    /// Puts an element in its place; `html`, `head` and `body` are there without tags.
    fn open(&mut self, tag: Tag, open: &mut Vec<usize>) {
        let name = tag.name.as_str();
        if self.elements.is_empty() && name != "html" {
            open.push(self.push(None, "html", Vec::new()));
        }
        let in_head = matches!(name, "head" | "meta" | "link" | "script" | "style" | "title" | "base");
        let body = self.elements.iter().position(|element| element.name == "body");
        if body.is_none() && !in_head && !matches!(name, "html" | "body") {
            open.truncate(1);
            let at = self.push(Some(0), "body", Vec::new());
            open.push(at);
        } else if open.is_empty() {
            open.extend(body);
        }
        for implied in implied_ends(name) {
            let top = open.last().map(|at| self.elements[*at].name.clone());
            if top.as_deref() == Some(*implied) {
                open.pop();
            }
        }
        if name == "body" {
            open.truncate(1);
        }
        let parent = open.last().copied();
        let is_void = VOID.contains(&name);
        let at = self.push(parent, name, tag.attributes);
        if !is_void && !matches!(self.elements[at].name.as_str(), "script" | "style") {
            open.push(at);
        }
    }
}

const VOID: [&str; 15] = [
    "area", "base", "br", "col", "embed", "hr", "image", "img", "input", "link", "meta", "path", "source", "track",
    "wbr",
];

/// Elements that end where this one starts.
fn implied_ends(name: &str) -> &'static [&'static str] {
    match name {
        "li" => &["p", "li"],
        "dt" | "dd" => &["p", "dt", "dd"],
        "tr" => &["td", "th", "tr"],
        "td" | "th" => &["td", "th"],
        "tbody" | "tfoot" => &["td", "th", "tr", "tbody", "thead"],
        "option" => &["option"],
        "body" => &["head"],
        "p" | "div" | "section" | "article" | "main" | "header" | "footer" | "nav" | "aside" | "ul" | "ol" | "dl"
        | "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "form" | "pre" | "blockquote" | "figure" | "hr" => &["p"],
        _ => &[],
    }
}

fn close(elements: &[Element], open: &mut Vec<usize>, name: &str) {
    // What follows `</body>` still stands in it.
    if matches!(name, "body" | "html") {
        return;
    }
    if let Some(at) = open.iter().rposition(|at| elements[*at].name == name) {
        open.truncate(at);
    }
}

fn link(tag: &Tag, urls: &mut Vec<(String, How)>, icons: &mut Vec<(String, Icon)>) {
    let rel = tag.get("rel").unwrap_or("").to_ascii_lowercase();
    let Some(href) = tag.get("href").map(str::to_string) else { return };
    let how = rel.split_ascii_whitespace().find_map(|word| match word {
        // A sheet for printing is fetched too, if later, and says nothing.
        "stylesheet" if tag.applies() && !rel.contains("alternate") => Some(How::Style),
        "stylesheet" => Some(How::Preload),
        "modulepreload" | "preload" if tag.applies() => Some(How::Preload),
        "prefetch" => Some(How::Preload),
        _ => None,
    });
    if rel.split_ascii_whitespace().any(|word| word == "icon") {
        if tag.applies() {
            icons.push((href, Icon::of(tag)));
        }
    } else if let Some(how) = how.filter(|_| tag.get("disabled").is_none()) {
        let chosen = tag.get("imagesrcset").filter(|_| tag.is("as", "image"));
        let chosen = chosen.and_then(|set| candidate(set, tag.get("imagesizes"), None));
        urls.push((chosen.unwrap_or(href), how));
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Icon {
    /// Drawn at any size.
    Vector,
    Unknown,
    Score(f64),
}

impl Icon {
    /// Icons are shown with 16 and 32 pixels: better from a larger one than from a smaller, and not from a huge one.
    fn of(tag: &Tag) -> Icon {
        let sizes = tag.get("sizes").unwrap_or("").to_ascii_lowercase();
        let path = tag.get("href").unwrap_or("").split(['?', '#']).next().unwrap_or("");
        if tag.is("type", "image/svg+xml") || path.ends_with(".svg") || sizes == "any" {
            return Icon::Vector;
        }
        let sizes: Vec<f64> =
            sizes.split_ascii_whitespace().filter_map(|size| size.split_once('x')?.0.parse().ok()).collect();
        let score = |size: f64, wanted: f64| match size / wanted {
            1.0 => 1.0,
            scale if scale < 1.0 => scale * 0.9,
            scale if scale > 8.0 => 0.01 / scale,
            scale => 1.0 / scale,
        };
        let best = |wanted: f64| sizes.iter().map(|size| score(*size, wanted)).fold(0.0, f64::max);
        if sizes.is_empty() { Icon::Unknown } else { Icon::Score(best(16.0) + best(32.0)) }
    }
}

/// The icons that a browser fetches: of those without a size it must look at one after the other, the last first.
fn icon(icons: &[(String, Icon)]) -> Vec<String> {
    let mut out = Vec::new();
    for (url, icon) in icons.iter().rev().filter(|(_, icon)| !matches!(icon, Icon::Score(_))) {
        out.push(url.clone());
        if *icon == Icon::Vector || url.ends_with(".ico") {
            return out;
        }
    }
    let score = |icon: &Icon| if let Icon::Score(score) = icon { *score } else { 0.0 };
    let best = icons.iter().rev().reduce(|best, next| if score(&next.1) > score(&best.1) { next } else { best });
    match best {
        None => vec!["/favicon.ico".to_string()],
        Some((url, _)) if out.is_empty() => vec![url.clone()],
        Some(_) => out,
    }
}

/// What a `<source>` of a picture gives, if the browser takes it.
fn source(tag: &Tag) -> Option<String> {
    let kind = tag.get("type").unwrap_or("").to_ascii_lowercase();
    let known = kind.is_empty() || sheets::shows(&kind);
    let set = tag.get("srcset").filter(|_| known && tag.applies())?;
    candidate(set, tag.get("sizes"), None)
}

fn picture(tag: &Tag) -> Option<String> {
    match tag.get("srcset") {
        Some(set) => candidate(set, tag.get("sizes"), tag.get("src")),
        None => tag.get("src").map(str::to_string),
    }
}

/// The candidate that a browser takes in the window that pages are measured for, with one pixel to the point. `src` stands
/// for a density of 1 if no other does.
fn candidate(set: &str, sizes: Option<&str>, src: Option<&str>) -> Option<String> {
    let mut candidates = candidates(set);
    let is_one = |size: &Size| matches!(size, Size::Width(_)) || matches!(size, Size::Density(1.0));
    if let Some(src) = src.filter(|src| !src.is_empty() && !candidates.iter().any(|(_, size)| is_one(size))) {
        candidates.push((src.to_string(), Size::Density(1.0)));
    }
    let wanted = slot(sizes.unwrap_or("100vw"));
    let density = |(_, size): &(String, Size)| match size {
        Size::Width(width) => width / wanted,
        Size::Density(density) => *density,
    };
    let enough = candidates.iter().filter(|it| density(it) >= 1.0).min_by(|a, b| density(a).total_cmp(&density(b)));
    let best = enough.or_else(|| candidates.iter().max_by(|a, b| density(a).total_cmp(&density(b))));
    best.map(|(url, _)| url.clone())
}

enum Size {
    Width(f64),
    Density(f64),
}

fn candidates(srcset: &str) -> Vec<(String, Size)> {
    let mut out = Vec::new();
    let mut rest = srcset;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let url = &rest[..end];
        if url.is_empty() {
            return out;
        }
        let (descriptor, after) = if url.ends_with(',') {
            ("", &rest[end..])
        } else {
            rest[end..].split_once(',').unwrap_or((&rest[end..], ""))
        };
        rest = after;
        let descriptor = descriptor.trim();
        let number = |suffix| descriptor.strip_suffix(suffix).and_then(|text: &str| text.parse::<f64>().ok());
        let size = number('w').map(Size::Width).or_else(|| number('x').map(Size::Density));
        out.push((url.trim_end_matches(',').to_string(), size.unwrap_or(Size::Density(1.0))));
    }
}

/// The width that `sizes` gives the image, in pixels.
fn slot(sizes: &str) -> f64 {
    for option in sheets::split(sizes, ',') {
        let option = option.trim();
        // The length is the last word, or a function.
        let start = sheets::last_word(option);
        let (condition, width) = option.split_at(start);
        if condition.trim().is_empty() || media_holds(condition) {
            return length(width).filter(|width| *width > 0.0).unwrap_or(sheets::WIDTH);
        }
    }
    sheets::WIDTH
}

/// The next tag from `at`, where it stands and where to go on. Comments, and elements whose content loads nothing, are
/// skipped.
fn next_tag(html: &str, mut at: usize) -> Option<(Tag<'_>, usize, usize)> {
    let bytes = html.as_bytes();
    loop {
        at += html.get(at..)?.find('<')?;
        if html[at..].starts_with("<!--") {
            at += 4 + html[at + 4..].find("-->")? + 3;
            continue;
        }
        let end = bytes.get(at + 1) == Some(&b'/');
        let start = at + 1 + usize::from(end);
        if !bytes.get(start).is_some_and(u8::is_ascii_alphabetic) {
            at += 1;
            continue;
        }
        let (mut tag, after) = start_tag(html, start);
        tag.end = end;
        let is_text =
            ["script", "style", "textarea", "title", "noscript", "template", "xmp"].contains(&tag.name.as_str());
        if end || !is_text {
            return Some((tag, at, after));
        }
        let close = closing(html, after, &tag.name);
        if matches!(tag.name.as_str(), "script" | "style") {
            tag.text = &html[after..close];
            return Some((tag, at, close));
        }
        at = close;
    }
}

/// Where `</name` stands, or the end.
fn closing(html: &str, from: usize, name: &str) -> usize {
    let is_close = |at: usize| {
        html.as_bytes()
            .get(at + 2..at + 2 + name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
    };
    html[from..].match_indices("</").map(|(at, _)| from + at).find(|at| is_close(*at)).unwrap_or(html.len())
}

fn start_tag(html: &str, start: usize) -> (Tag<'_>, usize) {
    let bytes = html.as_bytes();
    let until = |mut at: usize, stop: &dyn Fn(u8) -> bool| {
        while at < bytes.len() && !stop(bytes[at]) {
            at += 1;
        }
        at
    };
    let mut at = until(start, &|c| c.is_ascii_whitespace() || c == b'/' || c == b'>');
    let mut tag = Tag { name: html[start..at].to_ascii_lowercase(), ..Tag::default() };
    loop {
        at = until(at, &|c| !c.is_ascii_whitespace() && c != b'/');
        if at >= bytes.len() || bytes[at] == b'>' {
            return (tag, (at + 1).min(bytes.len()));
        }
        let name_end = until(at + 1, &|c| c.is_ascii_whitespace() || matches!(c, b'/' | b'>' | b'='));
        let name = html[at..name_end].to_ascii_lowercase();
        at = until(name_end, &|c| !c.is_ascii_whitespace());
        let mut value = "";
        if bytes.get(at) == Some(&b'=') {
            at = until(at + 1, &|c| !c.is_ascii_whitespace());
            if let Some(quote @ (b'"' | b'\'')) = bytes.get(at).copied() {
                let end = until(at + 1, &|c| c == quote);
                value = &html[at + 1..end];
                at = (end + 1).min(bytes.len());
            } else {
                let end = until(at, &|c| c.is_ascii_whitespace() || c == b'>');
                value = &html[at..end];
                at = end;
            }
        }
        tag.attributes.push((name, value.replace("&amp;", "&")));
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    fn loads(html: &str) -> Vec<String> {
        page(html).loads.into_iter().map(|(url, _)| url).filter(|url| url != "/favicon.ico").collect()
    }

    #[test]
    fn finds_what_loads_at_once() {
        let html = r#"<!doctype html><!-- <img src=no.png> --><title><img src=no.png></title>
            <LINK REL="StyleSheet" href='a.css?x=1&amp;y'><link rel=icon href=i.ico><link rel=modulepreload href=m.js>
            <script type=module>import "./i.js"; const s = "<img src=no.png>"</script><script nomodule src=no.js></script>
            <script type="application/json" src=no.js></script><script defer src=s.js></script><style>@import "b.css";</style>
            <noscript><img src=no.png></noscript><svg><use href='#no'/><image href=v.png /></svg>
            <link rel=stylesheet disabled href=no.css><link rel=preload media=print href=no.css><object data=o.svg></object>
            <img alt="a > b" src="e.png"/><img loading=LAZY src=no.png><a href=no.html>1 < 2</a><img src=last.png"#;
        assert_eq!(
            loads(html),
            ["a.css?x=1&y", "m.js", "./i.js", "s.js", "b.css", "v.png", "o.svg", "e.png", "last.png", "i.ico"]
        );
    }

    #[test]
    fn takes_the_candidate_of_a_wide_screen() {
        for (html, expected) in [
            ("<img srcset='a.png 400w, b.png 800w' sizes=160px src=c.png>", "a.png"),
            ("<img srcset='a.png 400w,b.png 1600w'>", "b.png"),
            ("<img srcset='a.png, b.png 2x'>", "a.png"),
            ("<img srcset='b.png 2x' src=a.png>", "a.png"),
            ("<img sizes='(max-width: 600px) 100vw, 50vw' srcset='a.png 600w, b.png 700w'>", "b.png"),
            (
                "<img sizes='(min-width: 9px) and (max-width: 2000px) calc(50vw - 200px), 100vw' srcset='a.png 450w, b.png 900w'>",
                "a.png",
            ),
            (
                "<picture><source type=image/jxl srcset=no><source srcset=a.avif type=image/avif><img src=no></picture><img src=b>",
                "a.avif b",
            ),
            (
                "<picture><source media='(min-width: 60em)' srcset=a><source srcset=no><img loading=eager src=no></picture>",
                "a",
            ),
            ("<picture><source media='print' srcset=no><img src=a></picture>", "a"),
            ("<link rel=preload as=image imagesrcset='a 400w, b 1300w' href=no>", "b"),
        ] {
            assert_eq!(loads(html).join(" "), expected, "{html}");
        }
    }

    #[test]
    fn takes_the_icon_of_a_desktop() {
        let one = |html: &str| page(html).loads.into_iter().map(|(url, _)| url).collect::<Vec<_>>().join(" ");
        for (html, expected) in [
            ("<p>", "/favicon.ico"),
            ("<link rel=icon href=data:,>", "data:,"),
            (
                "<link rel=icon sizes=16x16 href=no><link rel=icon sizes=32x32 href=a><link rel=icon sizes=192x192 href=no>",
                "a",
            ),
            ("<link rel=icon sizes=192x192 href=no><link rel='shortcut icon' href=a.svg>", "a.svg"),
            ("<link rel=icon sizes=16x16 href=a><link rel=icon sizes=192x192 href=no>", "a"),
            ("<link rel=icon href=a><link rel=icon sizes=32x32 href=no><link rel=apple-touch-icon href=no>", "a"),
        ] {
            assert_eq!(one(html), expected, "{html}");
        }
    }

    #[test]
    fn elements_stand_where_they_should() {
        let page = page("<meta><p>1<p>2<ul><li>3<li>4</ul><img><table><tr><td>5<td>6</table></body>7");
        let shown = |at: usize| {
            let element = &page.elements[at];
            format!("{}<{}", element.name, element.parent.map_or("", |at| page.elements[at].name.as_str()))
        };
        let all: Vec<String> = (0..page.elements.len()).map(shown).collect();
        assert_eq!(
            all.join(" "),
            "html< meta<html body<html p<body p<body ul<body li<ul li<ul img<body table<body tr<table td<tr td<tr"
        );
    }

    #[test]
    fn survives_cut_off_input() {
        let html = "<img src='é.png' x=\"><script>é</script><!-- <style></";
        for end in (0..=html.len()).filter(|end| html.is_char_boundary(*end)) {
            loads(&html[..end]);
        }
    }
}

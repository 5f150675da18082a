//! What a style sheet says that makes a browser load something: its imports, its fonts, and rules with pictures.

mod fonts;
mod media;
mod wanted;

pub use media::{WIDTH, length, media_holds};
pub use wanted::wanted;

use super::measure::How;
use super::page::Selector;
use fonts::Face;
use std::sync::Arc;

/// A sheet, as far as it leads to files, in the window that pages are measured for.
#[derive(Clone, Default)]
pub struct Sheet {
    pub imports: Vec<(String, How)>,
    faces: Vec<Face>,
    rules: Vec<Rule>,
    /// In the order in which they are first named.
    layers: Vec<String>,
    /// Some rule makes containers.
    contains: bool,
}

#[derive(Clone)]
struct Rule {
    selectors: Arc<Vec<Selector>>,
    said: Vec<Said>,
    layer: Option<String>,
    /// Only in a container.
    contained: bool,
}

/// A declaration.
#[derive(Clone)]
struct Said {
    name: String,
    value: String,
    important: bool,
}

/// Where a block stands.
#[derive(Clone, Default)]
struct Around {
    parent: Option<Arc<Vec<Selector>>>,
    layer: Option<String>,
    contained: bool,
}

impl Sheet {
    pub fn read(css: &str) -> Sheet {
        let mut sheet = Sheet::default();
        sheet.block(&without_comments(css), &Around::default(), 0);
        sheet
    }

    /// All that it may load when other elements are there.
    pub fn all(&self) -> Vec<String> {
        let said = self.rules.iter().flat_map(|rule| &rule.said);
        let pictures = said.flat_map(|said| urls(&said.value));
        self.faces.iter().filter_map(|face| face.url.clone()).chain(pictures).collect()
    }

    /// Statements up to the end. Blocks that are too deep are nobody's.
    fn block(&mut self, text: &str, around: &Around, depth: usize) {
        let place = self.rules.len();
        let mut own = Vec::new();
        let mut rest = text;
        while !rest.trim().is_empty() && depth < 50 {
            let end = statement_end(rest);
            let prelude = rest[..end].trim();
            if !rest[end..].starts_with('{') {
                match prelude.strip_prefix('@') {
                    Some(at_rule) => self.statement(at_rule),
                    None => own.extend(Said::read(prelude)),
                }
                rest = rest.get(end + 1..).unwrap_or("");
                continue;
            }
            let length = bracket_end(&rest[end..]).unwrap_or(rest.len() - end);
            let body = rest[end + 1..end + length].strip_suffix('}').unwrap_or(&rest[end + 1..end + length]);
            rest = &rest[end + length..];
            match prelude.strip_prefix('@') {
                Some(at_rule) => self.at_rule(at_rule, body, around, depth),
                None => {
                    let selectors = Arc::new(Selector::list(prelude, around.parent.as_ref()));
                    self.block(body, &Around { parent: Some(selectors), ..around.clone() }, depth + 1);
                }
            }
        }
        self.contains |= own.iter().any(|said| matches!(said.name.as_str(), "container" | "container-type"));
        own.retain(|said| !slots(&said.name).is_empty() || said.name.starts_with("--"));
        if let Some(selectors) = around.parent.clone().filter(|_| !own.is_empty()) {
            let (layer, contained) = (around.layer.clone(), around.contained);
            self.rules.insert(place, Rule { selectors, said: own, layer, contained });
        }
    }

    fn statement(&mut self, text: &str) {
        let (name, rest) = at_name(text);
        match name.as_str() {
            "import" => {
                let Some((url, condition)) = import_url(rest) else { return };
                let words = split(condition.trim(), ' ').into_iter().map(str::trim);
                let media: Vec<&str> = words
                    .filter(|word| *word != "layer" && !word.starts_with("layer(") && !word.starts_with("supports("))
                    .collect();
                // One that does not apply is fetched all the same.
                self.imports.push((url, if media_holds(&media.join(" ")) { How::Style } else { How::Preload }));
            }
            "layer" => rest.split(',').for_each(|name| self.layer(name.trim())),
            _ => {}
        }
    }

    fn layer(&mut self, name: &str) {
        if !self.layers.iter().any(|known| known == name) {
            self.layers.push(name.to_string());
        }
    }

    fn at_rule(&mut self, text: &str, body: &str, around: &Around, depth: usize) {
        let (name, prelude) = at_name(text);
        let mut around = around.clone();
        match name.as_str() {
            "media" if !media_holds(prelude) => return,
            "supports" if prelude.starts_with("not") => return,
            "font-face" => return self.faces.extend(Face::read(body)),
            "layer" => {
                let own = if prelude.is_empty() { format!("?{}", self.layers.len()) } else { prelude.to_string() };
                let name = around.layer.map_or(own.clone(), |outer| format!("{outer}.{own}"));
                self.layer(&name);
                around.layer = Some(name);
            }
            "container" => around.contained = true,
            "media" | "supports" | "scope" | "starting-style" => {}
            _ => return,
        }
        self.block(body, &around, depth + 1);
    }
}

impl Said {
    fn read(text: &str) -> Option<Said> {
        let (name, value) = text.split_once(':')?;
        let plain = value.trim();
        let marked = plain.rsplit_once('!').filter(|(_, word)| word.trim().eq_ignore_ascii_case("important"));
        let name = name.trim();
        let name = if name.starts_with("--") { name.to_string() } else { name.to_ascii_lowercase() };
        let value = marked.map_or(plain, |(value, _)| value.trim());
        Some(Said { name, value: value.to_string(), important: marked.is_some() })
    }

    /// Those of a `style="…"`.
    fn list(text: &str) -> Vec<Said> {
        split(text, ';').into_iter().filter_map(Said::read).collect()
    }
}

/// What a property sets, of all that leads to files or decides on it.
fn slots(property: &str) -> &'static [&'static str] {
    match property {
        "background" | "background-image" => &["background-image"],
        "list-style" | "list-style-image" => &["list-style-image"],
        "border-image" | "border-image-source" | "-webkit-border-image" => &["border-image-source"],
        "mask" | "mask-image" | "-webkit-mask" | "-webkit-mask-image" => &["mask-image"],
        "cursor" => &["cursor"],
        "content" => &["content"],
        "filter" => &["filter"],
        "clip-path" => &["clip-path"],
        "shape-outside" => &["shape-outside"],
        "display" => &["display"],
        "font" => &["font-family", "font-weight", "font-style"],
        "font-family" => &["font-family"],
        "font-weight" => &["font-weight"],
        "font-style" => &["font-style"],
        _ => &[],
    }
}

/// Slots whose values are pictures.
const PICTURES: [&str; 9] = [
    "background-image",
    "list-style-image",
    "border-image-source",
    "mask-image",
    "cursor",
    "content",
    "filter",
    "clip-path",
    "shape-outside",
];

/// Types of pictures that browsers show.
pub fn shows(kind: &str) -> bool {
    matches!(
        kind.trim().strip_prefix("image/"),
        Some(
            "png"
                | "apng"
                | "jpeg"
                | "jpg"
                | "gif"
                | "webp"
                | "avif"
                | "svg+xml"
                | "bmp"
                | "x-icon"
                | "vnd.microsoft.icon"
        )
    )
}

/// URLs of files in a value; of an `image-set()` the one for a pixel to the point.
fn urls(value: &str) -> Vec<String> {
    let lower = value.to_ascii_lowercase();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(open) = lower.get(at..).and_then(|rest| rest.find('(')).map(|open| at + open) {
        let name_start = lower[..open].rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).map_or(0, |at| at + 1);
        let name = &lower[name_start..open];
        let end = open + bracket_end(&value[open..]).unwrap_or(value.len() - open);
        match name.get(..).unwrap_or("") {
            "url" | "src" => {
                out.extend(first_url(&value[open - 3..end]));
                at = end;
            }
            name if name.ends_with("image-set") => {
                let inside = value[open + 1..end].strip_suffix(')').unwrap_or("");
                out.extend(of_set(inside));
                at = end;
            }
            _ => at = open + 1,
        }
    }
    out.retain(|url| !url.is_empty() && !url.starts_with("data:") && !url.starts_with('#'));
    out
}

fn of_set(inside: &str) -> Option<String> {
    let option = |text: &str| {
        let text = text.trim();
        let url = first_url(text).or_else(|| quoted(text))?;
        let lower = text.to_ascii_lowercase();
        let kind =
            lower.find("type(").map(|at| lower[at + 5..].split(')').next().unwrap_or("").replace(['"', '\''], ""));
        let density = lower.split_ascii_whitespace().find_map(|word| {
            let number = word.strip_suffix("dppx").or_else(|| word.strip_suffix('x'))?;
            number.parse::<f64>().ok()
        });
        kind.is_none_or(|kind| shows(&kind)).then_some((url, density.unwrap_or(1.0)))
    };
    let options: Vec<(String, f64)> = split(inside, ',').into_iter().filter_map(option).collect();
    let enough = options.iter().filter(|it| it.1 >= 1.0).reduce(|best, next| if next.1 < best.1 { next } else { best });
    enough
        .or_else(|| options.iter().reduce(|best, next| if next.1 > best.1 { next } else { best }))
        .map(|it| it.0.clone())
}

/// The name of an at-rule and what follows.
fn at_name(text: &str) -> (String, &str) {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(text.len());
    (text[..end].to_ascii_lowercase(), text[end..].trim())
}

/// Where the first `;`, `{` or `}` stands that is in no brackets and no text, or the end.
fn statement_end(text: &str) -> usize {
    ends(text, |byte| matches!(byte, b';' | b'{' | b'}')).next().unwrap_or(text.len())
}

/// The length of the text in brackets that `text` begins with.
pub fn bracket_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let (mut at, bytes) = (0, text.as_bytes());
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' | b'\'' => at += string_length(&bytes[at..]) - 1,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at).filter(|byte| **byte != bytes[0]) {
        at += if *byte == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Places of bytes that are in no brackets and no text.
fn ends(text: &str, is_end: impl Fn(u8) -> bool) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(byte) = bytes.get(at).copied() {
            let here = at;
            at += match byte {
                b'\\' => 2,
                b'"' | b'\'' => string_length(&bytes[at..]),
                byte if is_end(byte) => 1,
                b'(' | b'[' => bracket_end(&text[at..]).unwrap_or(bytes.len() - at),
                _ => 1,
            };
            if is_end(byte) {
                return Some(here);
            }
        }
        None
    })
}

/// The parts between signs that are in no brackets and no text.
pub fn split(text: &str, sign: char) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    for end in ends(text, |byte| char::from(byte) == sign) {
        out.push(&text[start..end]);
        start = end + 1;
    }
    out.push(&text[start..]);
    out
}

/// Where the last word starts, of words with brackets.
pub fn last_word(text: &str) -> usize {
    ends(text, |byte| byte.is_ascii_whitespace())
        .last()
        .map_or_else(|| text.find(')').filter(|_| text.starts_with('(')).map_or(0, |at| at + 1), |at| at + 1)
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let bytes = css.as_bytes();
    let (mut start, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' | b'\'' => at += string_length(&bytes[at..]),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                out.push_str(&css[start..at]);
                out.push(' ');
                at = css[at + 2..].find("*/").map_or(css.len(), |end| at + 2 + end + 2);
                start = at;
            }
            _ => at += 1,
        }
    }
    out.push_str(css.get(start..).unwrap_or(""));
    out
}

/// The URL of an `@import`, and what follows it.
fn import_url(rest: &str) -> Option<(String, &str)> {
    if rest.starts_with(['"', '\'']) {
        return Some((quoted(rest)?, &rest[string_length(rest.as_bytes())..]));
    }
    let open = rest.find('(')?;
    let end = open + bracket_end(&rest[open..])?;
    Some((first_url(&rest[..end])?, &rest[end..]))
}

fn quoted(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text[1..].split_once(quote).map(|(url, _)| url.to_string())
}

fn first_url(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let rest = text[lower.find("url(").or_else(|| lower.find("src("))? + 4..].trim_start();
    if rest.starts_with(['"', '\'']) {
        quoted(rest)
    } else {
        rest.split_once(')').map(|(url, _)| url.trim().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_all_files() {
        let css = r#"@charset "x";@import "a.css";@import url(b.css) print;@import url("c.css") layer(x) supports(a:b) screen;
            /* @import "no.css" */@font-face{font-family:F;src:url("1.woff2") format("woff2"),url(no.woff)}
            a{b:c}@media print{i{background:url(no.png)}}i{content:"}";background:url("x)y.png"),URL( z.png )}"#;
        let sheet = Sheet::read(css);
        let imports: Vec<(&str, How)> = sheet.imports.iter().map(|(url, how)| (url.as_str(), *how)).collect();
        assert_eq!(imports, [("a.css", How::Style), ("b.css", How::Preload), ("c.css", How::Style)]);
        assert_eq!(sheet.all(), ["1.woff2", "x)y.png", "z.png"]);
    }
}

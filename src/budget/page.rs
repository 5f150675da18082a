//! What a document loads: a tolerant scanner of tags and attributes.

use super::measure::How;
use super::{scripts, sheets};

struct Tag<'a> {
    /// Lower case.
    name: String,
    attributes: Vec<(String, String)>,
    /// Of `script` and `style`: what stands in it.
    text: &'a str,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }
    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|given| given.eq_ignore_ascii_case(value))
    }
}

/// URLs of scripts, preloads, style sheets and images that are not lazy, and what inline modules and styles load; how each
/// is loaded.
pub fn loads(html: &str) -> Vec<(String, How)> {
    let mut urls = Vec::new();
    let mut at = 0;
    while let Some((tag, end)) = next_tag(html, at) {
        at = end;
        match tag.name.as_str() {
            "script" => script(&tag, &mut urls),
            "style" => urls.extend(sheets::loads(tag.text)),
            "link" => link(&tag, &mut urls),
            "img" if !tag.is("loading", "lazy") => urls.extend(picture(&tag).map(|url| (url, How::Image))),
            "input" if tag.is("type", "image") => urls.extend(tag.get("src").map(|url| (url.to_string(), How::Image))),
            "video" => urls.extend(tag.get("poster").map(|url| (url.to_string(), How::Image))),
            _ => {}
        }
        if let Some(style) = tag.get("style") {
            urls.extend(sheets::images(style).into_iter().map(|url| (url, How::Image)));
        }
    }
    urls
}

fn link(tag: &Tag, urls: &mut Vec<(String, How)>) {
    let rel = tag.get("rel").unwrap_or("").to_ascii_lowercase();
    let how = rel.split_ascii_whitespace().find_map(|word| match word {
        "stylesheet" => Some(How::Style),
        "modulepreload" | "preload" => Some(How::Preload),
        _ => None,
    });
    // A sheet for printing is loaded too, if later.
    if let (Some(how), Some(url)) = (how, tag.get("href")) {
        urls.push((url.to_string(), how));
    }
}

/// The candidate that a browser takes on a screen of [`VIEWPORT`] with one pixel to the point.
fn picture(tag: &Tag) -> Option<String> {
    let candidates = tag.get("srcset").map(candidates).unwrap_or_default();
    let wanted = slot(tag.get("sizes").unwrap_or("100vw"));
    let density = |(_, size): &(String, Size)| match size {
        Size::Width(width) => width / wanted,
        Size::Density(density) => *density,
    };
    let enough = candidates.iter().filter(|it| density(it) >= 1.0).min_by(|a, b| density(a).total_cmp(&density(b)));
    let best = enough.or_else(|| candidates.iter().max_by(|a, b| density(a).total_cmp(&density(b))));
    best.map(|(url, _)| url.clone()).or_else(|| tag.get("src").map(str::to_string))
}

/// Pixels: the window that pages are measured for.
const VIEWPORT: f64 = 1280.0;

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

/// The width that `sizes` gives the image, in pixels. Conditions are those of a wide screen.
fn slot(sizes: &str) -> f64 {
    let length = |text: &str| {
        let text = text.trim();
        let number = |suffix: &str| text.strip_suffix(suffix).and_then(|text| text.trim().parse::<f64>().ok());
        number("px")
            .or_else(|| number("vw").map(|share| share * VIEWPORT / 100.0))
            .or_else(|| number("rem").or_else(|| number("em")).map(|size| size * 16.0))
    };
    for option in sizes.split(',') {
        let option = option.trim();
        let Some(end) = option.rfind(')').filter(|_| option.starts_with('(')) else {
            return length(option).filter(|width| *width > 0.0).unwrap_or(VIEWPORT);
        };
        let (condition, width) = (&option[1..end], &option[end + 1..]);
        let limit = condition.split_once(':').and_then(|(name, value)| Some((name.trim(), length(value)?)));
        let holds = match limit {
            Some(("max-width", limit)) => VIEWPORT <= limit,
            Some(("min-width", limit)) => VIEWPORT >= limit,
            _ => false,
        };
        if let (true, Some(width)) = (holds, length(width)) {
            return width.max(1.0);
        }
    }
    VIEWPORT
}

fn script(tag: &Tag, urls: &mut Vec<(String, How)>) {
    let kind = tag.get("type").unwrap_or("").to_ascii_lowercase();
    let module = kind == "module";
    // `application/json` and the like are data; `nomodule` is for browsers of the past.
    let runs = module || kind.is_empty() || kind.ends_with("javascript") || kind.ends_with("ecmascript");
    if !runs || (!module && tag.get("nomodule").is_some()) {
        return;
    }
    match tag.get("src") {
        Some(src) => urls.push((src.to_string(), if module { How::Module } else { How::Script })),
        None if module => urls.extend(scripts::imports(tag.text).into_iter().map(|url| (url, How::Import))),
        None => {}
    }
}

/// The next start tag from `at`, and where to go on. Comments, and elements whose content loads nothing, are skipped.
fn next_tag(html: &str, mut at: usize) -> Option<(Tag<'_>, usize)> {
    let bytes = html.as_bytes();
    loop {
        at += html[at..].find('<')?;
        if html[at..].starts_with("<!--") {
            at += 4 + html[at + 4..].find("-->")? + 3;
            continue;
        }
        if !bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) {
            at += 1;
            continue;
        }
        let (mut tag, end) = start_tag(html, at + 1);
        if !matches!(tag.name.as_str(), "script" | "style" | "textarea" | "title" | "noscript" | "template" | "xmp") {
            return Some((tag, end));
        }
        let close = closing(html, end, &tag.name);
        if matches!(tag.name.as_str(), "script" | "style") {
            tag.text = &html[end..close];
            return Some((tag, close));
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
    let mut tag = Tag { name: html[start..at].to_ascii_lowercase(), attributes: Vec::new(), text: "" };
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
    use super::loads;

    #[test]
    fn finds_what_loads_at_once() {
        let html = r#"<!doctype html><!-- <img src=no.png> --><title><img src=no.png></title>
            <LINK REL="StyleSheet" href='a.css?x=1&amp;y'><link rel=icon href=no.ico><link rel=modulepreload href=m.js>
            <script type=module>import "./i.js"; const s = "<img src=no.png>"</script><script nomodule src=no.js></script>
            <script type="application/json" src=no.js></script><script defer src=s.js></script>
            <style>@font-face{src:url(f.woff2)}</style><noscript><img src=no.png></noscript>
            <img alt="a > b" src="e.png"/><img loading=LAZY src=no.png><a href=no.html>1 < 2</a><img src=last.png"#;
        let urls: Vec<String> = loads(html).into_iter().map(|(url, _)| url).collect();
        assert_eq!(urls, ["a.css?x=1&y", "m.js", "./i.js", "s.js", "f.woff2", "e.png", "last.png"]);
    }

    #[test]
    fn takes_the_candidate_of_a_wide_screen() {
        let one = |html: &str| loads(html).into_iter().map(|(url, _)| url).collect::<Vec<_>>();
        assert_eq!(one("<img srcset='a.png 400w, b.png 800w' sizes=160px src=c.png>"), ["a.png"]);
        assert_eq!(one("<img srcset='a.png 400w,b.png 1600w'>"), ["b.png"]);
        assert_eq!(one("<img srcset='a.png, b.png 2x'>"), ["a.png"]);
        assert_eq!(one("<img sizes='(max-width: 600px) 100vw, 50vw' srcset='a.png 600w, b.png 700w'>"), ["b.png"]);
        assert_eq!(one("<p style=\"background: url(x.png)\">"), ["x.png"]);
    }

    #[test]
    fn survives_cut_off_input() {
        let html = "<img src='é.png' x=\"><script>é</script><!-- <style></";
        for end in (0..=html.len()).filter(|end| html.is_char_boundary(*end)) {
            loads(&html[..end]);
        }
    }
}

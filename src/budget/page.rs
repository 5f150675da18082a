//! What a document loads: a tolerant scanner of tags and attributes.

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

/// URLs of scripts, preloads, style sheets and images that are not lazy, and what inline modules and styles load.
pub fn loads(html: &str) -> Vec<String> {
    let mut urls = Vec::new();
    let mut at = 0;
    while let Some((tag, end)) = next_tag(html, at) {
        at = end;
        match tag.name.as_str() {
            "script" => script(&tag, &mut urls),
            "style" => urls.extend(sheets::loads(tag.text)),
            "link" => {
                let rel = tag.get("rel").unwrap_or("").to_ascii_lowercase();
                let loaded = |rel: &str| matches!(rel, "stylesheet" | "modulepreload" | "preload");
                if rel.split_ascii_whitespace().any(loaded) {
                    urls.extend(tag.get("href").map(str::to_string));
                }
            }
            "img" if !tag.is("loading", "lazy") => urls.extend(tag.get("src").map(str::to_string)),
            _ => {}
        }
    }
    urls
}

fn script(tag: &Tag, urls: &mut Vec<String>) {
    let kind = tag.get("type").unwrap_or("").to_ascii_lowercase();
    let module = kind == "module";
    // `application/json` and the like are data; `nomodule` is for browsers of the past.
    let runs = module || kind.is_empty() || kind.ends_with("javascript") || kind.ends_with("ecmascript");
    if !runs || (!module && tag.get("nomodule").is_some()) {
        return;
    }
    match tag.get("src") {
        Some(src) => urls.push(src.to_string()),
        None if module => urls.extend(scripts::imports(tag.text)),
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
        assert_eq!(loads(html), ["a.css?x=1&y", "m.js", "./i.js", "s.js", "f.woff2", "e.png", "last.png"]);
    }

    #[test]
    fn survives_cut_off_input() {
        let html = "<img src='é.png' x=\"><script>é</script><!-- <style></";
        for end in (0..=html.len()).filter(|end| html.is_char_boundary(*end)) {
            loads(&html[..end]);
        }
    }
}

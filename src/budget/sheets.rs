//! What a style sheet loads: its imports, and the fonts that a page in a Latin script needs.

use super::measure::How;

/// URLs of `@import`s, and of each `@font-face` whose family some rule asks for the first source, unless its
/// `unicode-range` is of other scripts.
pub fn loads(css: &str) -> Vec<(String, How)> {
    let css = without_comments(css);
    let lower = css.to_ascii_lowercase();
    let mut urls = Vec::new();
    for (at, rule) in lower.match_indices("@import") {
        urls.extend(import_url(css[at + rule.len()..].trim_start()).map(|url| (url, How::Style)));
    }
    for (at, _) in lower.match_indices("@font-face") {
        let Some(open) = css[at..].find('{') else { break };
        let body = &css[at + open + 1..];
        let body = &body[..body.find('}').unwrap_or(body.len())];
        if for_latin(body) {
            urls.extend(first_url(body).map(|url| (url, How::Font)));
        }
    }
    urls
}

/// URLs in a declaration.
pub fn images(declarations: &str) -> Vec<String> {
    let lower = declarations.to_ascii_lowercase();
    let urls = lower.match_indices("url(").filter_map(|(at, _)| first_url(&declarations[at..]));
    urls.filter(|url| !url.starts_with("data:")).collect()
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find("/*") {
        out.push_str(&rest[..at]);
        out.push(' ');
        rest = rest[at + 2..].find("*/").map_or("", |end| &rest[at + 2 + end + 2..]);
    }
    out.push_str(rest);
    out
}

fn import_url(rest: &str) -> Option<String> {
    if rest.starts_with(['"', '\'']) { quoted(rest) } else { first_url(&rest[..rest.find(';').unwrap_or(rest.len())]) }
}

fn quoted(text: &str) -> Option<String> {
    let quote = text.chars().next()?;
    text[1..].split_once(quote).map(|(url, _)| url.to_string())
}

fn first_url(text: &str) -> Option<String> {
    let rest = text[text.to_ascii_lowercase().find("url(")? + 4..].trim_start();
    if rest.starts_with(['"', '\'']) {
        quoted(rest)
    } else {
        rest.split_once(')').map(|(url, _)| url.trim().to_string())
    }
}

fn for_latin(face: &str) -> bool {
    let lower = face.to_ascii_lowercase();
    let Some(at) = lower.find("unicode-range") else { return true };
    let ranges = lower[at..].split_once(':').map_or("", |(_, value)| value).split(';').next().unwrap_or("");
    ranges.split(',').filter_map(|range| bounds(range.trim())).any(|(first, last)| {
        // The control characters in between are in many a symbol font's range.
        let touches = |low: u32, high: u32| first <= high && last >= low;
        touches(0x20, 0x7e) || touches(0xa0, 0xff)
    })
}

/// `u+41`, `u+0-ff`, `u+4??`.
fn bounds(range: &str) -> Option<(u32, u32)> {
    let range = range.strip_prefix("u+")?;
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let hex = |text: &str, fill: &str| u32::from_str_radix(&text.replace('?', fill), 16).ok();
    Some((hex(first, "0")?, hex(last, "f")?))
}

#[cfg(test)]
mod tests {
    use super::loads;

    #[test]
    fn latin_fonts_and_imports() {
        let css = r#"@import "a.css";@import url(b.css) print;/* @import "no.css" */
            @font-face{src:local(x),url("1.woff2") format("woff2"),url(no.woff)}
            @font-face{src:url(2.woff2);unicode-range:U+??}@font-face{src:url(no.woff2);unicode-range:U+100-2FF,U+4??}
            @FONT-FACE{unicode-range:U+0131, U+0000-00FF;src:url( '3.woff2' )}
            @font-face{src:url(no.woff2);unicode-range:U+0001-000C,U+2200}b{background:url(no.png)}"#;
        let urls: Vec<String> = loads(css).into_iter().map(|(url, _)| url).collect();
        assert_eq!(urls, ["a.css", "b.css", "1.woff2", "2.woff2", "3.woff2"]);
    }
}

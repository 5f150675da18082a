//! Paths and URLs as text, always with `/`.

use std::path::{Component, Path};

/// Back slashes become slashes.
pub fn normalize_slashes(path: &str) -> String {
    path.replace('\\', "/")
}

/// `path` as seen from the folder `from`, with `/` between parts and no leading `./`. Both must be absolute.
pub fn relative_path(from: &Path, path: &Path) -> String {
    if let (Some(from), Some(to)) = (plain(from), plain(path)) {
        return relative(from, to);
    }
    let parts = |path: &Path| -> Vec<String> {
        path.components()
            .filter(|part| !matches!(part, Component::CurDir))
            .map(|part| match part {
                Component::RootDir => String::new(),
                other => other.as_os_str().to_string_lossy().into_owned(),
            })
            .collect()
    };
    let (from, to) = (parts(from), parts(path));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut out: Vec<&str> = vec![".."; from.len() - shared];
    out.extend(to[shared..].iter().map(String::as_str));
    normalize_slashes(&out.join("/"))
}

/// The text of a path that has one part between every two slashes: most have.
fn plain(path: &Path) -> Option<&str> {
    let odd = |text: &str| ["//", "/./", "\\"].iter().any(|part| text.contains(part));
    path.to_str().filter(|text| text.starts_with('/') && !text.ends_with(['/', '.']) && !odd(text))
}

fn relative(from: &str, to: &str) -> String {
    let equal = from.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
    let ends = |text: &str, at: usize| text.as_bytes().get(at).is_none_or(|byte| *byte == b'/');
    let shared = (0..=equal).rev().find(|at| ends(from, *at) && ends(to, *at)).unwrap_or(0);
    let up = from.as_bytes()[shared..].iter().filter(|byte| **byte == b'/').count();
    let down = to[shared..].trim_start_matches('/');
    let mut out = "../".repeat(up);
    out.push_str(down);
    if down.is_empty() && up > 0 {
        out.pop();
    }
    out
}

/// The URL by which the output file `from` (path inside the output directory) reaches the output file `to`:
/// `./name`, `../name`. Suits JavaScript specifiers, which must start with a dot.
pub fn relative_url(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = from.len() - 1;
    let shared = from[..folders].iter().zip(&to[..to.len() - 1]).take_while(|(a, b)| a == b).count();
    let up = folders - shared;
    let mut out = if up == 0 { "./".to_string() } else { "../".repeat(up) };
    out.push_str(&to[shared..].join("/"));
    out
}

/// `base` (a public path such as `/`, `/app/`, `https://cdn.example/x`, or empty) followed by `path`.
pub fn join_url(base: &str, path: &str) -> String {
    if base.is_empty() || base.ends_with('/') { format!("{base}{path}") } else { format!("{base}/{path}") }
}

/// A path inside the output directory as it stands in a URL: what has a meaning of its own there, or in the HTML, CSS or
/// JavaScript around it, is percent-encoded.
pub fn encode_url_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@+!,=$:".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The path that a URL's path names, or `None` if it does not decode to UTF-8.
pub fn decode_url_path(path: &str) -> Option<String> {
    let mut out = Vec::with_capacity(path.len());
    let bytes = path.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        match hex.and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding() {
        assert_eq!(encode_url_path("a/b-c.js"), "a/b-c.js");
        assert_eq!(encode_url_path("a b/(é)#?.js"), "a%20b/%28%C3%A9%29%23%3F.js");
        assert_eq!(decode_url_path("a%20b/%28%C3%A9%29%23%3F.js").as_deref(), Some("a b/(é)#?.js"));
        assert_eq!(decode_url_path("100%.js").as_deref(), Some("100%.js"));
        assert_eq!(decode_url_path("%ff"), None);
    }

    #[test]
    fn urls() {
        assert_eq!(relative_url("index.html", "assets/a.js"), "./assets/a.js");
        assert_eq!(relative_url("assets/a.css", "assets/b.png"), "./b.png");
        assert_eq!(relative_url("a/b/c.js", "a/d.js"), "../d.js");
        assert_eq!(relative_path(Path::new("/p/app"), Path::new("/p/lib/x.ts")), "../lib/x.ts");
        for (from, path) in [
            ("/p/app", "/p/app/src/x.ts"),
            ("/p/app", "/p/apple/x.ts"),
            ("/p/app", "/p/app"),
            ("/p/app", "/p"),
            ("/p/app/deep", "/x"),
            ("/é/a", "/è/a"),
            ("/", "/a/b"),
            ("/a/.", "/a/b"),
        ] {
            let slowly =
                |path: &str| Path::new(path).components().skip(1).map(|part| part.as_os_str().to_owned()).collect();
            let (a, b): (Vec<_>, Vec<_>) = (slowly(from), slowly(path));
            let shared = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
            let up = a[shared..].iter().map(|_| "..".into());
            let expected: Vec<String> =
                up.chain(b[shared..].iter().map(|part| part.to_string_lossy().into())).collect();
            assert_eq!(relative_path(Path::new(from), Path::new(path)), expected.join("/"), "{from} {path}");
        }
        assert_eq!(join_url("/", "a.js"), "/a.js");
        assert_eq!(join_url("https://cdn.example/x", "a.js"), "https://cdn.example/x/a.js");
    }
}

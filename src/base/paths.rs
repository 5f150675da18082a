//! Paths and URLs as text, always with `/`.

use std::path::{Component, Path};

/// Back slashes become slashes.
pub fn normalize_slashes(path: &str) -> String {
    path.replace('\\', "/")
}

/// `path` as seen from the folder `from`, with `/` between parts and no leading `./`. Both must be absolute.
pub fn relative_path(from: &Path, path: &Path) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        assert_eq!(relative_url("index.html", "assets/a.js"), "./assets/a.js");
        assert_eq!(relative_url("assets/a.css", "assets/b.png"), "./b.png");
        assert_eq!(relative_url("a/b/c.js", "a/d.js"), "../d.js");
        assert_eq!(relative_path(Path::new("/p/app"), Path::new("/p/lib/x.ts")), "../lib/x.ts");
        assert_eq!(join_url("/", "a.js"), "/a.js");
        assert_eq!(join_url("https://cdn.example/x", "a.js"), "https://cdn.example/x/a.js");
    }
}

//! `--external`, `--packages external` and what is external by its nature.

use crate::base::normalize_slashes;
use std::path::{Component, Path, PathBuf};

pub(super) struct Externals {
    /// As written: matched against specifiers.
    names: Vec<Pattern>,
    /// Absolute: matched against resolved files.
    paths: Vec<Pattern>,
}

/// Text with at most one `*`, as in package exports.
struct Pattern {
    head: String,
    tail: Option<String>,
}

impl Pattern {
    fn new(text: &str) -> Self {
        match text.split_once('*') {
            Some((head, tail)) => Pattern { head: head.to_string(), tail: Some(tail.to_string()) },
            None => Pattern { head: text.to_string(), tail: None },
        }
    }

    fn matches(&self, text: &str) -> bool {
        match &self.tail {
            Some(tail) => text
                .strip_prefix(self.head.as_str())
                .is_some_and(|rest| rest.len() >= tail.len() && rest.ends_with(tail.as_str())),
            None => text == self.head,
        }
    }

    /// `react` stands for `react/jsx-runtime` too.
    fn matches_package(&self, text: &str) -> bool {
        let inside = || text.strip_prefix(self.head.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.matches(text) || (self.tail.is_none() && is_bare(&self.head) && inside())
    }
}

impl Externals {
    pub fn new(patterns: &[String], root: &Path) -> Self {
        let paths = patterns.iter().filter(|pattern| !is_bare(pattern));
        let absolute = |pattern: &String| {
            let path = normalize(&root.join(pattern));
            Pattern::new(&normalize_slashes(&path.to_string_lossy()))
        };
        Externals {
            names: patterns.iter().map(|pattern| Pattern::new(pattern)).collect(),
            paths: paths.map(absolute).collect(),
        }
    }

    pub fn name(&self, specifier: &str) -> bool {
        self.names.iter().any(|pattern| pattern.matches_package(specifier))
    }

    pub fn path(&self, path: &Path) -> bool {
        if self.paths.is_empty() {
            return false;
        }
        let path = normalize_slashes(&path.to_string_lossy());
        self.paths.iter().any(|pattern| pattern.matches(&path))
    }
}

/// Not a path: looked up in `node_modules`.
pub(super) fn is_bare(specifier: &str) -> bool {
    !specifier.starts_with(['.', '/', '\\']) && !Path::new(specifier).is_absolute()
}

/// `https://…`, `//cdn…`, `mailto:…`: nothing on this disk. One letter before the colon is a drive.
pub(super) fn is_url(specifier: &str) -> bool {
    if specifier.starts_with("//") {
        return true;
    }
    let Some((scheme, _)) = specifier.split_once(':') else { return false };
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.len() > 1 && scheme.as_bytes()[0].is_ascii_alphabetic() && scheme.bytes().all(letter)
}

/// `a/./b/../c` → `a/c`, without asking the disk.
pub(super) fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let externals = Externals::new(&["react".into(), "@app/*".into(), "./vendor/*.js".into()], Path::new("/p"));
        for (specifier, expected) in
            [("react", true), ("react/jsx-runtime", true), ("react-dom", false), ("@app/x/y", true), ("@apps/x", false)]
        {
            assert_eq!(externals.name(specifier), expected, "{specifier}");
        }
        assert!(externals.path(Path::new("/p/vendor/a.js")));
        assert!(!externals.path(Path::new("/p/vendor/a.ts")));
        assert!(
            is_url("https://a/b") && is_url("//a/b") && is_url("mailto:a@b") && !is_url("C:/x") && !is_url("./a:b")
        );
        assert_eq!(normalize(Path::new("/p/a/./../b")), Path::new("/p/b"));
    }
}

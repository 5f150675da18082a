//! From templates to paths that every file system and every URL can hold.

use crate::model::{NameTemplate, RenderedFile};
use std::collections::BTreeMap;

/// Longest `[name]` or directory in a hashed path, in bytes: file systems stop at 255 for the whole part, and suffixes
/// (`.map`, `.br`, a temporary name) come on top.
const LONGEST: usize = 120;

pub(super) fn has_hash(name: &NameTemplate) -> bool {
    name.template.contains("[hash]")
}

/// The path of a file whose name does not depend on its content: what the user wrote, as far as a disk can hold it.
pub(super) fn unhashed_path(name: &NameTemplate) -> String {
    safe_path(&expand(name, "", &|text| text.to_string()))
}

/// The path of a file whose content hashes to `hash`. Here the name is ours to choose, so it holds nothing that a URL
/// would have to encode except letters of other scripts.
pub(super) fn hashed_path(name: &NameTemplate, hash: &str) -> String {
    safe_path(&expand(name, hash, &plain))
}

/// For messages about a file that has no path yet.
pub(super) fn fallback_path(name: &NameTemplate) -> String {
    hashed_path(name, "hash")
}

fn expand(name: &NameTemplate, hash: &str, clean: &dyn Fn(&str) -> String) -> String {
    let ext = name.ext.trim_start_matches('.');
    let mut path = String::new();
    let mut rest = name.template.as_str();
    while let Some(open) = rest.find('[') {
        path.push_str(&rest[..open]);
        rest = &rest[open..];
        let parts = [
            ("[dir]", clean(&name.dir)),
            ("[name]", clean(&name.name)),
            ("[hash]", hash.into()),
            ("[ext]", ext.into()),
        ];
        match parts.iter().find(|(token, _)| rest.starts_with(token)) {
            Some((token, value)) => {
                let is_folder = *token == "[dir]";
                if is_folder && !path.is_empty() && !path.ends_with('/') {
                    path.push('/');
                }
                path.push_str(value);
                rest = &rest[token.len()..];
                if is_folder && !path.is_empty() && !path.ends_with('/') && !rest.starts_with('/') {
                    path.push('/');
                }
            }
            None => {
                path.push('[');
                rest = &rest[1..];
            }
        }
    }
    path.push_str(rest);
    let whole = !name.template.contains('[') && path.ends_with(&name.ext);
    if !name.template.contains("[ext]") && !ext.is_empty() && !whole {
        path.push('.');
        path.push_str(ext);
    }
    path
}

/// Letters, digits and `-_.~@+$` of each part; a run of anything else becomes one `_`.
fn plain(text: &str) -> String {
    let part = |part: &str| {
        let mut out = String::with_capacity(part.len());
        for c in part.chars() {
            if c.is_alphanumeric() || "-_.~@+$".contains(c) {
                out.push(c);
            } else if !out.ends_with('_') {
                out.push('_');
            }
        }
        let mut end = out.len().min(LONGEST);
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
        out
    };
    crate::base::normalize_slashes(text).split('/').map(part).collect::<Vec<_>>().join("/")
}

/// A path inside the output directory: `/` between parts, none empty, `.` or `..`, and nothing that Windows, macOS or
/// Linux refuse in a file name.
pub(super) fn safe_path(path: &str) -> String {
    let parts: Vec<String> = crate::base::normalize_slashes(path)
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .map(|part| if part == ".." { "_".to_string() } else { safe_part(part) })
        .collect();
    if parts.is_empty() { "_".to_string() } else { parts.join("/") }
}

fn safe_part(part: &str) -> String {
    let kept: String = part.chars().map(|c| if c.is_control() || "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let kept = kept.trim_end_matches([' ', '.']);
    let stem = kept.split('.').next().unwrap_or("").to_ascii_lowercase();
    let numbered = |word: &str| {
        stem.strip_prefix(word).is_some_and(|rest| rest.len() == 1 && matches!(rest.as_bytes()[0], b'1'..=b'9'))
    };
    let device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt");
    match (kept.is_empty(), device) {
        (true, _) => "_".to_string(),
        (false, true) => format!("_{kept}"),
        (false, false) => kept.to_string(),
    }
}

/// `path` with its last ending replaced by `ext` (with the dot).
pub(super) fn with_ending(path: &str, ext: &str) -> String {
    let file = path.rfind('/').map_or(0, |at| at + 1);
    let stem = path[file..].rfind('.').filter(|dot| *dot > 0).map_or(path, |dot| &path[..file + dot]);
    format!("{stem}{ext}")
}

/// A wish for a path.
pub(super) struct Claim {
    pub at: usize,
    pub path: String,
    /// Must not be changed.
    pub explicit: bool,
}

/// Gives `-2`, `-3`, … to claims that meet another's path, which they also do when only the case of letters differs:
/// some disks would keep one of the two. Explicit claims stay as they are.
pub(super) fn settle(claims: Vec<Claim>, files: &[RenderedFile]) -> Vec<(usize, String)> {
    let (explicit, free): (Vec<Claim>, Vec<Claim>) = claims.into_iter().partition(|claim| claim.explicit);
    let mut taken: BTreeMap<String, usize> =
        explicit.iter().map(|claim| (claim.path.to_lowercase(), claim.at)).collect();
    let mut settled = Vec::new();
    for claim in free {
        let same = |other: usize| files[other].body == files[claim.at].body;
        if taken.get(&claim.path.to_lowercase()).is_some_and(|other| same(*other)) {
            continue;
        }
        let ext = &files[claim.at].name.ext;
        let stem = claim.path.strip_suffix(ext.as_str()).unwrap_or(&claim.path);
        let ext = &claim.path[stem.len()..];
        let mut path = claim.path.clone();
        let mut number = 2;
        while taken.contains_key(&path.to_lowercase()) {
            path = format!("{stem}-{number}{ext}");
            number += 1;
        }
        taken.insert(path.to_lowercase(), claim.at);
        settled.push((claim.at, path));
    }
    settled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(template: &str, dir: &str, name: &str, ext: &str) -> NameTemplate {
        NameTemplate { template: template.into(), dir: dir.into(), name: name.into(), ext: ext.into() }
    }

    #[test]
    fn templates() {
        let path = |text: &str, dir: &str, name: &str| hashed_path(&template(text, dir, name, ".js"), "ABCD2345");
        assert_eq!(path("assets/[name]-[hash].[ext]", "", "main"), "assets/main-ABCD2345.js");
        assert_eq!(path("[dir]/[name]-[hash]", "admin", "app"), "admin/app-ABCD2345.js");
        assert_eq!(path("[dir]/[name]-[hash]", "", "app"), "app-ABCD2345.js");
        assert_eq!(path("[dir]/[name]-[hash]", "../../lib", "app"), "_/_/lib/app-ABCD2345.js");
        assert_eq!(path("[name]-[hash]", "", "a b (1)'\"#%&"), "a_b_1_-ABCD2345.js");
        assert_eq!(path("[what]/[name][hash]", "", "[name]"), "[what]/_name_ABCD2345.js");
    }

    #[test]
    fn names_that_are_the_users_own() {
        let path = |name: NameTemplate| unhashed_path(&name);
        assert_eq!(path(template("robots.txt", "", "robots", ".txt")), "robots.txt");
        assert_eq!(path(template("[dir]/[name]", "docs", "My Page", ".html")), "docs/My Page.html");
        assert_eq!(path(template("[dir]/[name]", "", "foo.js", ".js")), "foo.js.js");
        assert_eq!(path(template("/abs/../x?.txt", "", "", "")), "abs/_/x_.txt");
        assert_eq!(path(template("aux.js", "", "", "")), "_aux.js");
        assert_eq!(path(template("", "", "", "")), "_");
        assert_eq!(with_ending("a.b/out", ".css"), "a.b/out.css");
        assert_eq!(with_ending("a.b/out.js", ".css"), "a.b/out.css");
    }
}

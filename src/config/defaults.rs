//! What holds when nothing is said.

use super::options::{Mode, Platform};
use crate::model::Loader;
use std::collections::BTreeMap;

/// What the cache may grow to.
pub(super) const CACHE_BYTES: u64 = 2_000_000_000;

/// Loader names as typed.
pub(super) const LOADERS: [(&str, Loader); 14] = [
    ("js", Loader::Js),
    ("jsx", Loader::Jsx),
    ("ts", Loader::Ts),
    ("tsx", Loader::Tsx),
    ("json", Loader::Json),
    ("css", Loader::Css),
    ("local-css", Loader::LocalCss),
    ("text", Loader::Text),
    ("base64", Loader::Base64),
    ("dataurl", Loader::DataUrl),
    ("file", Loader::File),
    ("copy", Loader::Copy),
    ("binary", Loader::Binary),
    ("empty", Loader::Empty),
];

/// Suffix → loader.
pub(super) fn loaders() -> BTreeMap<String, Loader> {
    let languages = [
        (".js", Loader::Js),
        (".mjs", Loader::Js),
        (".cjs", Loader::Js),
        (".jsx", Loader::Jsx),
        (".ts", Loader::Ts),
        (".mts", Loader::Ts),
        (".cts", Loader::Ts),
        (".tsx", Loader::Tsx),
        (".json", Loader::Json),
        (".css", Loader::Css),
        (".module.css", Loader::LocalCss),
        (".txt", Loader::Text),
    ];
    // What a page or a style sheet shows, plays or offers: always a file of its own.
    let files = [
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".svg",
        ".webp",
        ".avif",
        ".ico",
        ".bmp",
        ".apng",
        ".woff",
        ".woff2",
        ".ttf",
        ".otf",
        ".eot",
        ".mp4",
        ".webm",
        ".ogg",
        ".oga",
        ".ogv",
        ".mp3",
        ".wav",
        ".flac",
        ".aac",
        ".m4a",
        ".mov",
        ".vtt",
        ".pdf",
        ".webmanifest",
    ];
    let languages = languages.into_iter().map(|(suffix, loader)| (suffix.to_string(), loader));
    languages.chain(files.into_iter().map(|suffix| (suffix.to_string(), Loader::File))).collect()
}

/// Conditions of package exports that hold besides `import`, `require` and `default`.
pub(super) fn conditions(given: Option<Vec<String>>, platform: Platform, mode: Mode) -> Vec<String> {
    let mode = if mode == Mode::Production { "production" } else { "development" };
    let usual = || {
        let module = (platform != Platform::Neutral).then_some("module");
        module.into_iter().chain([mode]).map(str::to_string).collect()
    };
    let mut out: Vec<String> = given.unwrap_or_else(usual);
    let own = match platform {
        Platform::Browser => "browser",
        Platform::Node => "node",
        Platform::Neutral => return out,
    };
    if !out.iter().any(|condition| condition == own) {
        out.push(own.to_string());
    }
    out
}

pub(super) fn main_fields(platform: Platform) -> Vec<String> {
    let fields: &[&str] = match platform {
        Platform::Browser => &["browser", "module", "main"],
        Platform::Node => &["main", "module"],
        Platform::Neutral => &[],
    };
    strings(fields)
}

pub(super) fn resolve_extensions() -> Vec<String> {
    strings(&[".tsx", ".ts", ".jsx", ".js", ".css", ".json"])
}

pub(super) fn env_prefixes() -> Vec<String> {
    strings(&["PLIMSOLL_", "VITE_"])
}

pub(super) fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| word.to_string()).collect()
}

/// Name templates of entries, chunks and assets.
pub(super) fn templates(site: bool) -> [&'static str; 3] {
    if site { ["assets/[name]-[hash]"; 3] } else { ["[dir]/[name]", "[name]-[hash]", "[name]-[hash]"] }
}

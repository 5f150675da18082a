//! Which loader a file gets, and what its name says of it.

use crate::config::Options;
use crate::model::{AssetKind, Loader};
use std::path::Path;

/// The loader of a mention: its query or import attribute decides before the file name. `None`: no loader is known.
pub(super) fn choose(options: &Options, path: &Path, query: &str, attribute: Option<&str>) -> Option<Loader> {
    match query.split('#').next().unwrap_or(query) {
        "?url" => return Some(Loader::File),
        "?raw" => return Some(Loader::Text),
        // A sheet is asked for in order to be applied by hand.
        "?inline" if is_sheet(options, path) => {
            return Some(Loader::CssText(by_name(options, path) == Some(Loader::LocalCss)));
        }
        "?inline" => return Some(Loader::DataUrl),
        _ => {}
    }
    match attribute {
        Some("json") => Some(Loader::Json),
        Some("text") => Some(Loader::Text),
        Some("bytes") => Some(Loader::Binary),
        Some("css") if is_sheet(options, path) => Some(Loader::CssSheet),
        _ => by_name(options, path),
    }
}

fn is_sheet(options: &Options, path: &Path) -> bool {
    matches!(by_name(options, path), Some(Loader::Css | Loader::LocalCss))
}

/// The longest suffix that `--loader` or the defaults know. In a site any file can be shipped as it is.
pub(super) fn by_name(options: &Options, path: &Path) -> Option<Loader> {
    // Most are scripts, and taking a path apart takes longer than all else here.
    if options.loaders.is_empty()
        && let Some(text) = path.to_str()
        && let Some(loader) = text.rfind('.').and_then(|at| script_loader(&text[at..]))
    {
        return Some(loader);
    }
    let name = path.file_name()?.to_string_lossy();
    let suffixes = || name.match_indices('.').map(|(at, _)| &name[at..]);
    let lower = name.to_ascii_lowercase();
    let named = suffixes()
        .find_map(|suffix| options.loaders.get(suffix).copied())
        .or_else(|| lower.match_indices('.').find_map(|(at, _)| default_loader(&lower[at..])));
    match named {
        Some(loader) => Some(loader),
        // Like Node: `bin/cli` is a script.
        None if suffixes().next().is_none() => Some(Loader::Js),
        // To ship it as it is would leave the page without its styles.
        None if options.site && language_of_sheets(path).is_none() => Some(Loader::File),
        None => None,
    }
}

/// A language that is compiled to CSS, and how.
pub(super) fn language_of_sheets(path: &Path) -> Option<(&'static str, &'static str)> {
    Some(match extension(path).as_str() {
        "scss" | "sass" => ("Sass", "npx sass in.scss out.css"),
        "less" => ("Less", "npx lessc in.less out.css"),
        "styl" | "stylus" => ("Stylus", "npx stylus in.styl"),
        _ => return None,
    })
}

/// WebAssembly for which the options name no loader.
pub(super) fn is_plain_wasm(options: &Options, path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let said = name.match_indices('.').any(|(at, _)| options.loaders.contains_key(&name[at..]));
    extension(path) == "wasm" && !said
}

/// Of suffixes that are part of no longer one.
fn script_loader(suffix: &str) -> Option<Loader> {
    Some(match suffix {
        ".js" | ".mjs" | ".cjs" => Loader::Js,
        ".jsx" => Loader::Jsx,
        ".ts" | ".mts" | ".cts" => Loader::Ts,
        ".tsx" => Loader::Tsx,
        _ => return None,
    })
}

fn default_loader(suffix: &str) -> Option<Loader> {
    if let Some(loader) = script_loader(suffix) {
        return Some(loader);
    }
    Some(match suffix {
        ".json" => Loader::Json,
        ".css" => Loader::Css,
        ".module.css" => Loader::LocalCss,
        ".txt" => Loader::Text,
        ".webmanifest" => Loader::File,
        other => match kind_of_extension(&other[1..]) {
            AssetKind::Other => return None,
            _ => Loader::File,
        },
    })
}

/// Lower-case extension without the dot, or nothing.
pub(super) fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

pub(super) fn asset_kind(path: &Path) -> AssetKind {
    kind_of_extension(&extension(path))
}

fn kind_of_extension(extension: &str) -> AssetKind {
    match extension {
        "png" | "apng" => AssetKind::Png,
        "jpg" | "jpeg" | "jfif" | "pjpeg" | "pjp" => AssetKind::Jpeg,
        "gif" => AssetKind::Gif,
        "svg" => AssetKind::Svg,
        "webp" => AssetKind::Webp,
        "avif" => AssetKind::Avif,
        "ico" | "cur" => AssetKind::Ico,
        "woff" | "woff2" | "ttf" | "otf" | "eot" => AssetKind::Font,
        "mp4" | "webm" | "ogv" | "mov" | "m4v" | "mp3" | "ogg" | "oga" | "wav" | "flac" | "aac" | "m4a" | "opus"
        | "vtt" => AssetKind::Media,
        "webmanifest" => AssetKind::WebManifest,
        "wasm" => AssetKind::Wasm,
        _ => AssetKind::Other,
    }
}

/// For `data:` URLs.
pub(super) fn mime(path: &Path) -> &'static str {
    match extension(path).as_str() {
        "png" | "apng" => "image/png",
        "jpg" | "jpeg" | "jfif" | "pjpeg" | "pjp" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" | "cur" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "eot" => "application/vnd.ms-fontobject",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "ogv" => "video/ogg",
        "mov" => "video/quicktime",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "aac" => "audio/aac",
        "m4a" => "audio/mp4",
        "vtt" => "text/vtt",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "json" | "map" => "application/json",
        "js" | "mjs" | "cjs" => "text/javascript",
        "css" => "text/css",
        "html" | "htm" => "text/html",
        "xml" => "text/xml",
        "txt" => "text/plain",
        "md" => "text/markdown",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

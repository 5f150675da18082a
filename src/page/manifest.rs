//! Web app manifests: icons and screenshots by their final names, addresses that still mean the same from the place
//! where the manifest is shipped.

use super::{is_cross_origin, way_up};
use crate::base::{AssetId, normalize_slashes, relative_path};
use crate::config::Options;
use crate::model::{
    Asset, Contribution, FileKind, NameTemplate, OutputKey, Piece, RefStyle, RenderedFile, Span, Target,
};
use serde_json::Value;

pub(super) fn render(id: AssetId, asset: &Asset, options: &Options) -> RenderedFile {
    let file = asset.name.split(['?', '#']).next().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or_default();
    let (name, ext) = file.rsplit_once('.').unwrap_or((file, "webmanifest"));
    let name = NameTemplate {
        template: options.asset_names.clone(),
        dir: String::new(),
        name: name.to_string(),
        ext: format!(".{ext}"),
    };
    let text = String::from_utf8_lossy(&asset.bytes);
    let text = text.trim_start_matches('\u{feff}');
    let body = match serde_json::from_str::<Value>(text) {
        Ok(mut json) => {
            rebase(&mut json, &folder(asset, options), &way_to_site(&name, options));
            with_references(json, asset, options)
        }
        // Said by `graph`.
        Err(_) => vec![Piece::Text(text.as_bytes().to_vec())],
    };
    let span = Span::of(&body);
    let contribution = Contribution { spans: vec![span], ..Contribution::whole(&asset.name, None, span.end.bytes) };
    RenderedFile {
        key: OutputKey::Asset(id),
        kind: FileKind::Data,
        name,
        body,
        contributions: vec![contribution],
        exports: Vec::new(),
    }
}

/// The JSON text cut at the URLs of outputs. They stand in it as marks that occur nowhere else while it is printed.
fn with_references(mut json: Value, asset: &Asset, options: &Options) -> Vec<Piece> {
    let mut mark = "\u{E000}".to_string();
    while String::from_utf8_lossy(&asset.bytes).contains(&mark) {
        mark.push('\u{E000}');
    }
    let mut keys = Vec::new();
    for (pointer, target) in &asset.references {
        if let (Target::Asset(icon), Some(value)) = (target, json.pointer_mut(pointer)) {
            *value = Value::String(format!("{mark}{}{mark}", keys.len()));
            keys.push(OutputKey::Asset(*icon));
        }
    }
    let text = if options.minified() { json.to_string() } else { format!("{json:#}\n") };
    let mut pieces = Vec::new();
    for (at, part) in text.split(mark.as_str()).enumerate() {
        match (at % 2, part.parse::<usize>().ok().and_then(|number| keys.get(number))) {
            (1, Some(key)) => pieces.push(Piece::Ref(key.clone(), RefStyle::Public)),
            _ => pieces.push(Piece::Text(part.as_bytes().to_vec())),
        }
    }
    pieces
}

/// The folder of the manifest as the site sees it: empty, or with a slash at its end.
fn folder(asset: &Asset, options: &Options) -> String {
    let folder = asset.path.parent().map(|folder| relative_path(&options.root, folder)).unwrap_or_default();
    let folder = normalize_slashes(&folder);
    if folder.is_empty() || folder.starts_with("..") { String::new() } else { format!("{folder}/") }
}

/// What to put before a path of the site so that it holds in a manifest named by `name`. `None`: pages lie elsewhere.
fn way_to_site(name: &NameTemplate, options: &Options) -> Option<String> {
    match options.public_path.as_str() {
        "" => Some(match way_up(name) {
            up if up.is_empty() => "./".to_string(),
            up => up,
        }),
        _ if is_cross_origin(options) => None,
        public => Some(crate::base::join_url(public, "")),
    }
}

/// Addresses of pages in a manifest are relative to the manifest, which moves to the folder of assets.
fn rebase(json: &mut Value, folder: &str, way: &Option<String>) {
    let Some(way) = way else { return };
    let mut change = |pointer: &str| {
        if let Some(Value::String(url)) = json.pointer_mut(pointer)
            && let Some(path) = resolved(folder, url)
        {
            *url = format!("{way}{path}");
        }
    };
    for pointer in ["/start_url", "/scope", "/share_target/action"] {
        change(pointer);
    }
    // More than the platforms show of each.
    const LISTED: usize = 64;
    for at in 0..LISTED {
        change(&format!("/shortcuts/{at}/url"));
        change(&format!("/file_handlers/{at}/action"));
        change(&format!("/protocol_handlers/{at}/url"));
    }
}

/// The path of the site that a relative URL in `folder` means, with its query; `None` for other URLs.
fn resolved(folder: &str, url: &str) -> Option<String> {
    let scheme = url.find(':').is_some_and(|colon| !url[..colon].contains(['/', '?', '#', '.']));
    if url.starts_with('/') || scheme || (url.is_empty() && folder.is_empty()) {
        return None;
    }
    let (path, suffix) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let whole = format!("{folder}{path}");
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let open = ["", ".", ".."].contains(&whole.rsplit('/').next().unwrap_or("")) && !parts.is_empty();
    Some(format!("{}{}{suffix}", parts.join("/"), if open { "/" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn relative_addresses_of_a_site() {
        let cases = [
            ("", ".", Some("")),
            ("", "./?source=pwa", Some("?source=pwa")),
            ("app/", ".", Some("app/")),
            ("app/", "../", Some("")),
            ("app/", "shop/#x", Some("app/shop/#x")),
            ("", "index.html", Some("index.html")),
            ("", "/", None),
            ("", "https://example.org/", None),
            ("", "web+x:y", None),
        ];
        for (folder, url, expected) in cases {
            assert_eq!(resolved(folder, url).as_deref(), expected, "{url} in {folder}");
        }
    }
}

//! Files that are shipped as bytes.

use crate::config::Options;
use crate::model::{
    Asset, AssetKind, Contribution, FileKind, ImageSets, ModuleGraph, NameTemplate, OutputKey, Piece, RenderedFile,
};

/// Images, fonts and everything else that is shipped as bytes. Web app manifests are rendered with the pages.
pub(super) fn assets(graph: &ModuleGraph, images: &ImageSets, options: &Options) -> Vec<RenderedFile> {
    let mut out = Vec::new();
    for (id, asset) in graph.assets.iter_ids() {
        if asset.kind == AssetKind::WebManifest && asset.fixed_name.is_none() {
            continue;
        }
        let bytes = match images.get(id) {
            Some(Some(image)) => image.bytes.to_vec(),
            _ => asset.bytes.to_vec(),
        };
        let contribution = Contribution::whole(&asset.name, asset.package.as_ref(), bytes.len() as u64);
        out.push(RenderedFile {
            key: OutputKey::Asset(id),
            kind: file_kind(asset.kind, &asset.name),
            name: asset_name(asset, options),
            body: vec![Piece::Text(bytes)],
            contributions: vec![contribution],
            exports: Vec::new(),
        });
    }
    out
}

fn asset_name(asset: &Asset, options: &Options) -> NameTemplate {
    if let Some(name) = &asset.fixed_name {
        let (template, empty) = (name.clone(), String::new);
        return NameTemplate { template, dir: empty(), name: empty(), ext: empty() };
    }
    let file = asset.name.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let (name, ext) = file.rsplit_once('.').map_or((file, String::new()), |(name, ext)| (name, format!(".{ext}")));
    NameTemplate { template: options.asset_names.clone(), dir: String::new(), name: name.into(), ext }
}

fn file_kind(kind: AssetKind, name: &str) -> FileKind {
    match kind {
        AssetKind::Png
        | AssetKind::Jpeg
        | AssetKind::Gif
        | AssetKind::Svg
        | AssetKind::Webp
        | AssetKind::Avif
        | AssetKind::Ico => FileKind::Image,
        AssetKind::Font => FileKind::Font,
        AssetKind::Media => FileKind::Media,
        AssetKind::WebManifest => FileKind::Data,
        AssetKind::Wasm | AssetKind::Other => match name.rsplit('.').next().unwrap_or_default() {
            "html" | "htm" => FileKind::Document,
            "js" | "mjs" => FileKind::Script,
            "css" => FileKind::Stylesheet,
            "json" | "txt" | "xml" => FileKind::Data,
            _ => FileKind::Other,
        },
    }
}

//! What a file is, by its first bytes. Browsers look at them too; only SVG goes by its name.

use crate::model::AssetKind;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Png,
    Jpeg,
    Gif,
    Webp,
    Avif,
    Ico,
    Svg,
}

impl Format {
    /// The image format that an asset's name promises; `None` for other assets.
    pub fn promised(kind: AssetKind) -> Option<Format> {
        Some(match kind {
            AssetKind::Png => Format::Png,
            AssetKind::Jpeg => Format::Jpeg,
            AssetKind::Gif => Format::Gif,
            AssetKind::Svg => Format::Svg,
            AssetKind::Webp => Format::Webp,
            AssetKind::Avif => Format::Avif,
            AssetKind::Ico => Format::Ico,
            AssetKind::Font | AssetKind::Media | AssetKind::WebManifest | AssetKind::Wasm | AssetKind::Other => {
                return None;
            }
        })
    }

    /// The image format of the content.
    pub fn found(bytes: &[u8]) -> Option<Format> {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => Some(Format::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Format::Jpeg),
            [b'G', b'I', b'F', b'8', ..] => Some(Format::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::Webp),
            [0, 0, 1 | 2, 0, ..] => Some(Format::Ico),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => is_avif(bytes).then_some(Format::Avif),
            _ => is_svg(bytes).then_some(Format::Svg),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Format::Png => "PNG",
            Format::Jpeg => "JPEG",
            Format::Gif => "GIF",
            Format::Webp => "WebP",
            Format::Avif => "AVIF",
            Format::Ico => "ICO",
            Format::Svg => "SVG",
        }
    }

    /// The usual extension.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Png => ".png",
            Format::Jpeg => ".jpg",
            Format::Gif => ".gif",
            Format::Webp => ".webp",
            Format::Avif => ".avif",
            Format::Ico => ".ico",
            Format::Svg => ".svg",
        }
    }
}

/// Among the brands of the file type box.
fn is_avif(bytes: &[u8]) -> bool {
    let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    let brands = bytes.get(8..length.min(bytes.len())).unwrap_or_default();
    brands.chunks_exact(4).any(|brand| brand == b"avif" || brand == b"avis")
}

fn is_svg(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    let first = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    first.starts_with(b"<") && !html(first) && head.windows(4).any(|window| window == b"<svg")
}

fn html(text: &[u8]) -> bool {
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

/// What a file is that is no image, and what to do about it.
pub fn not_an_image(bytes: &[u8]) -> (String, &'static str) {
    const EXPORT: &str = "export the image again, or restore it from version control";
    if bytes.is_empty() {
        return ("the file is empty".to_string(), EXPORT);
    }
    if bytes.starts_with(b"version https://git-lfs") {
        return ("the file is a Git LFS pointer, not the image itself".to_string(), "run `git lfs pull`");
    }
    if html(bytes.trim_ascii_start()) {
        return ("the file is an HTML page, perhaps an error page of a server".to_string(), "download the image again");
    }
    let head: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    (format!("the content is no image: it starts with the bytes {}", head.join(" ")), EXPORT)
}

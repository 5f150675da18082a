//! What becomes files.

use crate::base::{AssetId, ChunkId, ContentHash, IndexVec, PageId, SheetId};
use std::sync::Arc;

/// Identity of an output before it has a name. No final URL exists before `seal`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum OutputKey {
    Chunk(ChunkId),
    /// Style sheets that chunks bring.
    Style(SheetId),
    /// A style sheet that a page links itself: page and index of the reference.
    PageStyle(PageId, u32),
    Asset(AssetId),
    Page(PageId),
    /// The source map of another output.
    Map(Box<OutputKey>),
    /// Legal comments of a chunk.
    Legal(ChunkId),
    /// Made by `pwa`, `delivery` or the metafile: its fixed path.
    Named(String),
}

/// How a reference is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum RefStyle {
    /// `./x.js`, `../x.js`: relative to the file that mentions it.
    Relative,
    /// Public path + path; without a public path the same as `Relative`.
    Public,
    /// Path inside the output directory.
    Path,
    /// `sha384-…` of the bytes.
    Integrity,
    /// The last part of the path.
    FileName,
}

/// Bytes of an output, or a mention of another output.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Piece {
    Text(#[serde(with = "crate::base::as_bytes")] Vec<u8>),
    Ref(OutputKey, RefStyle),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    Document,
    Script,
    Stylesheet,
    Image,
    Font,
    Media,
    Map,
    /// JSON, manifests, text.
    Data,
    /// `_headers` and other files for servers, not for browsers.
    Server,
    Other,
}

/// `[dir]/[name]-[hash][ext]` and what stands for each.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct NameTemplate {
    /// With `[dir]`, `[name]`, `[hash]`, `[ext]`; `[ext]` is without the dot.
    pub template: String,
    pub dir: String,
    pub name: String,
    /// With the dot.
    pub ext: String,
}

impl NameTemplate {
    /// The path with `hash` in it, before anything is made of names that clash.
    pub fn fill(&self, hash: &str) -> String {
        let bare = self.ext.trim_start_matches('.');
        let folder = format!("/{}/", self.dir);
        let mut path = self.template.replace("[dir]", &folder).replace("[name]", &self.name).replace("[hash]", hash);
        if self.template.contains("[ext]") {
            path = path.replace("[ext]", bare);
        } else {
            path.push_str(&self.ext);
        }
        let parts = path.trim_start_matches("./").split('/').filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("/")
    }
}

/// One step of the way from an entry to a module.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct WhyLink {
    /// Name of the importing file.
    pub file: String,
    /// 1-based line of the import.
    pub line: u32,
    pub specifier: String,
}

/// What one source gave to an output.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Contribution {
    /// Module, style or asset name.
    pub source: String,
    /// `name@version`, or empty for the project's own files.
    pub package: String,
    /// Before `seal` without mentions of other outputs, whose length nobody knows.
    pub bytes: u64,
    /// The shortest import chain from an entry.
    pub why: Vec<WhyLink>,
    /// Where it stands in the file; nowhere in particular of a file that is its own as a whole.
    pub spans: Vec<Span>,
}

/// A part of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Span {
    pub start: Spot,
    pub end: Spot,
}

/// A place in a file: bytes of text before it, and mentions of other outputs. `seal` makes bytes of those too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Spot {
    pub bytes: u64,
    pub mentions: u32,
}

impl Span {
    /// Of a whole file.
    pub fn of(body: &[Piece]) -> Span {
        let mut end = Spot::default();
        for piece in body {
            match piece {
                Piece::Text(text) => end.bytes += text.len() as u64,
                Piece::Ref(..) => end.mentions += 1,
            }
        }
        Span { start: Spot::default(), end }
    }
}

impl Contribution {
    /// Of a source that nobody asked for: the whole of a file.
    pub fn whole(source: impl Into<String>, package: Option<&super::Package>, bytes: u64) -> Self {
        let package = package.map(|package| format!("{}@{}", package.name, package.version)).unwrap_or_default();
        Contribution { source: source.into(), package, bytes, why: Vec::new(), spans: Vec::new() }
    }
}

/// Made by `script`, `style`, `page` and the image files by `pipeline`. Read by `seal`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct RenderedFile {
    pub key: OutputKey,
    pub kind: FileKind,
    pub name: NameTemplate,
    pub body: Vec<Piece>,
    pub contributions: Vec<Contribution>,
    /// Exported names, for the metafile.
    pub exports: Vec<String>,
}

/// Final bytes and final name. Made by `seal`; `pwa` and `delivery` add files. Read by `emit`.
#[derive(Clone, Debug)]
pub struct SealedFile {
    pub key: OutputKey,
    pub kind: FileKind,
    /// Inside the output directory, `/` between parts.
    pub path: String,
    pub bytes: Arc<[u8]>,
    /// The path holds a hash of the content: may be cached for ever.
    pub hashed: bool,
    pub hash: ContentHash,
    /// Paths of the outputs it mentions, sorted.
    pub mentions: Vec<String>,
    pub contributions: Vec<Contribution>,
    pub exports: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Sealed {
    /// Sorted by path.
    pub files: Vec<SealedFile>,
}

/// A precompressed copy.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Sidecar {
    /// `br`, `gz` or `zst`.
    pub encoding: String,
    pub bytes: u64,
}

#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct EmittedFile {
    pub path: String,
    pub kind: FileKind,
    pub bytes: u64,
    pub hashed: bool,
    pub sidecars: Vec<Sidecar>,
    pub contributions: Vec<Contribution>,
}

/// Made by `emit`, or by reading a built directory (`check`). Read by `budget` and `report`.
#[derive(Clone, Debug, Default)]
pub struct Emitted {
    pub directory: std::path::PathBuf,
    /// Sorted by path.
    pub files: Vec<EmittedFile>,
}

/// An image after `image`. Read by `page` (sizes) and `pipeline` (bytes).
#[derive(Clone, Debug)]
pub struct OptimizedImage {
    /// Never more than the source has.
    pub bytes: Arc<[u8]>,
    /// As displayed (orientation applied), CSS pixels; 0 when unknown (SVG without size).
    pub width: u32,
    pub height: u32,
}

/// By asset: images have an entry, other assets `None`. Made by `image`.
pub type ImageSets = IndexVec<AssetId, Option<OptimizedImage>>;

/// Style sheets that stand in the page itself (`<style>`, `style="…"`), by page and index of the reference. Made by
/// `style`, read by `page`.
pub type InlineStyles = std::collections::BTreeMap<(PageId, u32), Vec<Piece>>;

/// What a page needs of its sheets from the start, by page (`--critical-css`). Made by `style`, read by `page`.
pub type CriticalStyles = std::collections::BTreeMap<PageId, Vec<Piece>>;

/// Made by `style`.
#[derive(Clone, Debug, Default)]
pub struct RenderedStyles {
    pub files: Vec<RenderedFile>,
    pub inline: InlineStyles,
    pub critical: CriticalStyles,
    /// What `--purge-css` took out, for people; empty unless that is asked for.
    pub purged: String,
}

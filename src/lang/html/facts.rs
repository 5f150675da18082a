//! What one page says of itself.

use serde::{Deserialize, Serialize};

/// Why a page mentions a URL.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum HtmlRefKind {
    /// `<script src>`; `module` for `type=module`.
    Script { module: bool },
    /// Text of `<script type=module>`: the specifier is empty, the text in `inline`.
    InlineScript,
    /// `<link rel=stylesheet href>`
    Stylesheet,
    /// Text of `<style>`.
    InlineStyle,
    /// `style="…"`
    StyleAttribute,
    /// `<img src>`, `<source srcset>`, `poster`, …: one per candidate of a `srcset`.
    Image,
    /// `<link rel=icon>`, `apple-touch-icon`, `mask-icon`.
    Icon,
    /// `<link rel=manifest>`: its icons and screenshots are references of their own.
    Manifest,
    /// `<video src>`, `<audio src>`, `<track src>`, `<link rel=preload>`, `og:image`, …
    Other,
    /// `<a href>` to another page of the project: never an error when it leads nowhere.
    Page,
}

/// One mention, in document order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HtmlRef {
    pub kind: HtmlRefKind,
    pub specifier: String,
    /// Source text of inline scripts and styles.
    pub inline: Option<String>,
    /// Byte range in the source, for messages: the attribute's value, or the text of the element.
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HtmlFacts {
    pub refs: Vec<HtmlRef>,
}

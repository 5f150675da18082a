//! What one style sheet says of itself.

use serde::{Deserialize, Serialize};

/// `@import`, with its conditions as source text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CssImport {
    pub specifier: String,
    /// `layer` is `Some("")`, `layer(a.b)` is `Some("a.b")`.
    pub layer: Option<String>,
    /// The condition inside `supports(…)`.
    pub supports: Option<String>,
    /// The media query list.
    pub media: Option<String>,
    /// Byte range in the source.
    pub start: u32,
    pub end: u32,
}

/// A `url()` or `image-set()` string, or `src()`, other than `data:` and fragments alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CssUrl {
    pub specifier: String,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CssFacts {
    pub imports: Vec<CssImport>,
    /// One per occurrence, in source order.
    pub urls: Vec<CssUrl>,
    /// A CSS module: JavaScript source text that exports its class names (default object and, where they are
    /// identifiers, named exports), importing the modules that `composes … from` names. `None` for a global sheet.
    pub script: Option<String>,
    /// A CSS module: by name that it exports, the names of its own that come with it, through `composes` too.
    pub classes: Vec<(String, Vec<String>)>,
    /// Names of `@value`, which the script exports too.
    pub values: Vec<String>,
    /// A CSS module whose rules all ask for names of its own: nobody notices it who does not use it.
    pub is_local: bool,
}

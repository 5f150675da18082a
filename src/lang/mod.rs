//! One file at a time: text ⇄ facts ⇄ object. Never two files, never the options of a whole build.
//!
//! The only home of the parsers, compressors and printers: `js` (swc), `css` (lightningcss), `html` (lol_html).

pub mod js;
pub mod css;
pub mod html;
pub mod sourcemap;

/// What the output must run on.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, serde::Serialize)]
pub struct LanguageTarget {
    /// Year of the ECMAScript edition (2015 … 2025), if one was named; `None` is esnext.
    pub es: Option<u16>,
    /// Engine (chrome, edge, firefox, safari, ios, opera, samsung, android, node) → lowest version,
    /// as `major << 16 | minor << 8 | patch`.
    pub engines: std::collections::BTreeMap<String, u32>,
    /// `esnext` was asked for by name: what no engine has yet stays for the tools that come after.
    pub next: bool,
}

impl LanguageTarget {
    /// Everything that an engine has may stay.
    pub fn is_latest(&self) -> bool {
        self.es.is_none() && self.engines.is_empty()
    }
}

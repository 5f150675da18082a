//! What all scripts of a build have in common, as `lang::js` wants to hear it.

use super::{CssModules, Format, LegalComments, Minify, Options, Platform, SourceMapMode};
use crate::lang::css::ModuleNames;
use crate::lang::js::{ImportMeta, LanguageOptions, MangleOptions};

impl Options {
    /// The same for `scan` (called by `graph`) and `compile` (called by `script`): both must see the same tree.
    pub fn language(&self) -> LanguageOptions {
        LanguageOptions {
            define: self.define.clone(),
            drop_console: self.drop_console,
            drop_debugger: self.drop_debugger,
            pure: self.pure.clone(),
            ignore_annotations: self.ignore_annotations,
            keep_names: self.keep_names,
            target: self.target.clone(),
            compress: matches!(self.minify, Minify::On | Minify::Max),
            thorough: self.minify == Minify::Max,
            minify_whitespace: self.minify != Minify::Off,
            source_map: self.sourcemap != SourceMapMode::None,
            legal_comments: self.legal_comments != LegalComments::None,
            tree_shaking: self.tree_shaking,
            shake_inside: self.shake_inside,
            node: self.platform == Platform::Node,
            import_meta: match (self.format, self.platform) {
                (Format::Esm, Platform::Node) => ImportMeta::NodeModule,
                (Format::Esm, _) => ImportMeta::Native,
                (Format::Cjs, Platform::Node | Platform::Neutral) => ImportMeta::NodeScript,
                _ => ImportMeta::Script,
            },
            inject: Vec::new(),
            mangle: self.mangle.as_ref().map(|mangle| MangleOptions {
                props: mangle.props.clone(),
                reserve: mangle.reserve.clone(),
                quoted: mangle.quoted,
            }),
            explain: self.dumps("shake"),
        }
    }

    /// Names of CSS modules; the same for `scan` and `compile`.
    pub fn module_names(&self) -> ModuleNames {
        let CssModules { names, dashed, .. } = &self.css_modules;
        let made = ModuleNames::new(self.minified());
        ModuleNames { pattern: names.clone().unwrap_or(made.pattern), dashed: *dashed }
    }
}

//! Options for the tests of stages.

use super::options::{
    Format, ImageMode, JsxOptions, LegalComments, LogLevel, Minify, Mode, Options, Packages, Platform, SourceMapMode,
};
use crate::lang::LanguageTarget;
use std::collections::BTreeMap;

impl Options {
    /// A site at `/project`, everything optional off.
    pub(crate) fn for_tests() -> Self {
        Options {
            entries: Vec::new(),
            root: "/project".into(),
            outbase: "/project".into(),
            outdir: "/project/dist".into(),
            outfile: None,
            site: true,
            format: Format::Esm,
            global_name: None,
            platform: Platform::Browser,
            mode: Mode::Production,
            minify: Minify::On,
            splitting: true,
            sourcemap: SourceMapMode::None,
            sources_content: true,
            target: LanguageTarget::default(),
            external: Vec::new(),
            packages: Packages::Bundle,
            define: BTreeMap::new(),
            alias: BTreeMap::new(),
            inject: Vec::new(),
            loaders: BTreeMap::new(),
            banner: BTreeMap::new(),
            footer: BTreeMap::new(),
            legal_comments: LegalComments::None,
            drop_console: false,
            drop_debugger: false,
            pure: Vec::new(),
            keep_names: false,
            ignore_annotations: false,
            tree_shaking: true,
            jsx: JsxOptions { mode: None, dev: false, import_source: None, factory: None, fragment: None },
            conditions: Vec::new(),
            main_fields: Vec::new(),
            resolve_extensions: Vec::new(),
            tsconfig: None,
            shuffle: None,
            preserve_symlinks: false,
            public_path: "/".into(),
            entry_names: "assets/[name]-[hash]".into(),
            chunk_names: "assets/[name]-[hash]".into(),
            asset_names: "assets/[name]-[hash]".into(),
            metafile: None,
            chunking: Default::default(),
            remote_cache: None,
            public_dir: None,
            precompress: Vec::new(),
            images: ImageMode::On,
            service_worker: false,
            headers: Vec::new(),
            budget: None,
            cache_dir: None,
            cache_size: 0,
            log_level: LogLevel::Info,
            json: false,
            timings: false,
            trace: None,
            dump: Vec::new(),
            silence: Vec::new(),
            deny: Vec::new(),
        }
    }
}

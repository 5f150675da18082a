//! The total answer: every stage reads this and nothing else.

use crate::diag::{Diagnostic, Severity};
use crate::lang::LanguageTarget;
use crate::model::Loader;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum Format {
    Esm,
    Cjs,
    Iife,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum Platform {
    Browser,
    Node,
    Neutral,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum Mode {
    Production,
    Development,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum Minify {
    Off,
    /// Names and white space.
    Fast,
    /// Each module compressed.
    On,
    /// And the whole chunk once more.
    Max,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum SourceMapMode {
    None,
    Linked,
    Inline,
    External,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum Packages {
    Bundle,
    External,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum LegalComments {
    None,
    Inline,
    Eof,
    Linked,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum JsxMode {
    Automatic,
    Classic,
    Preserve,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub struct JsxOptions {
    /// `None`: what the file's tsconfig says, else automatic.
    pub mode: Option<JsxMode>,
    pub dev: bool,
    pub import_source: Option<String>,
    pub factory: Option<String>,
    pub fragment: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum ImageMode {
    /// Lossless.
    On,
    Lossy,
    Off,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
pub enum LogLevel {
    Silent,
    Error,
    Warning,
    Info,
    Verbose,
}

/// Every choice of a build. Paths are absolute.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Options {
    /// Entries as given, in order: optional output name, and path or specifier.
    pub entries: Vec<(Option<String>, String)>,
    pub root: PathBuf,
    /// Lowest common folder of the script entries unless given.
    pub outbase: PathBuf,
    pub outdir: PathBuf,
    /// `--outfile`: the path inside `outdir` of the only entry.
    pub outfile: Option<String>,
    /// An entry is HTML: the defaults of a whole site.
    pub site: bool,
    pub format: Format,
    pub global_name: Option<String>,
    pub platform: Platform,
    pub mode: Mode,
    pub minify: Minify,
    pub splitting: bool,
    pub sourcemap: SourceMapMode,
    pub sources_content: bool,
    /// As given or found: `es2022`, `chrome120`, browserslist queries already resolved to `browser version` pairs.
    pub target: LanguageTarget,
    pub external: Vec<String>,
    pub packages: Packages,
    /// Expressions by dotted name. Holds `process.env.NODE_ENV` and `import.meta.env.*` as well.
    pub define: BTreeMap<String, String>,
    pub alias: BTreeMap<String, String>,
    pub inject: Vec<PathBuf>,
    /// By suffix with the dot, several dots allowed; the defaults are in here.
    pub loaders: BTreeMap<String, Loader>,
    /// By output kind (`js`, `css`).
    pub banner: BTreeMap<String, String>,
    pub footer: BTreeMap<String, String>,
    pub legal_comments: LegalComments,
    pub drop_console: bool,
    pub drop_debugger: bool,
    pub pure: Vec<String>,
    pub keep_names: bool,
    /// Statements of ES modules are shaken inside.
    pub shake_inside: bool,
    /// `None`: property names stay.
    pub mangle: Option<Mangling>,
    pub ignore_annotations: bool,
    pub tree_shaking: bool,
    pub jsx: JsxOptions,
    pub conditions: Vec<String>,
    pub main_fields: Vec<String>,
    pub resolve_extensions: Vec<String>,
    pub tsconfig: Option<PathBuf>,
    /// `PLIMSOLL_SHUFFLE`: files are read in an order made from this number, on which no output may depend.
    pub shuffle: Option<u64>,
    pub preserve_symlinks: bool,
    /// Empty: references are relative.
    pub public_path: String,
    pub entry_names: String,
    pub chunk_names: String,
    pub asset_names: String,
    pub chunking: Chunking,
    pub css_modules: CssModules,
    /// Pages hold what they need of their sheets from the start.
    pub critical_css: bool,
    /// `None`: rules of global sheets stay.
    pub purge: Option<Purge>,
    pub metafile: Option<PathBuf>,
    pub public_dir: Option<PathBuf>,
    /// `br`, `gz`, `zst`.
    pub precompress: Vec<String>,
    pub images: ImageMode,
    pub service_worker: bool,
    /// `netlify`, `json`, …
    pub headers: Vec<String>,
    pub budget: Option<BudgetSource>,
    pub judging: Judging,
    pub proof: Proof,
    /// `None`: no cache.
    pub cache_dir: Option<PathBuf>,
    /// Bytes that the cache may grow to.
    pub cache_size: u64,
    pub remote_cache: Option<String>,
    pub log_level: LogLevel,
    pub json: bool,
    pub timings: bool,
    pub trace: Option<PathBuf>,
    pub dump: Vec<String>,
    /// Warning names.
    pub silence: Vec<String>,
    pub deny: Vec<String>,
}

/// Which property names are shortened.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Mangling {
    /// Regular expressions ([`crate::base::NamePattern`]).
    pub props: String,
    pub reserve: Option<String>,
    pub quoted: bool,
    /// Names that stay from build to build.
    pub cache: Option<PathBuf>,
}

/// What the user says about CSS modules.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct CssModules {
    /// `None`: short where the output is minified, readable elsewhere.
    pub names: Option<String>,
    /// `--names` are local too.
    pub dashed: bool,
    /// Folder in the output directory for their declarations; empty: the output directory itself.
    pub types: Option<String>,
}

/// Rules of global sheets go that ask for what no page has.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Purge {
    /// Regular expressions ([`crate::base::NamePattern`]) of names that are kept.
    pub keep: Vec<String>,
}

/// What the user says about chunks.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Chunking {
    /// Chunk name and pattern ([`crate::base::PathPattern`]) of the modules it takes, in order.
    pub named: Vec<(String, String)>,
    pub min_bytes: Option<u64>,
    pub max_bytes: Option<u64>,
}

/// What a verdict is compared with, and where it is told.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Judging {
    /// A file, a built directory, or a revision of git.
    pub baseline: Option<String>,
    /// A verdict without advice, for somebody who waits: trying changes out takes as long as building.
    pub quick: bool,
    /// The baseline becomes what is there now.
    pub update: bool,
    pub because: Option<String>,
    /// Builds of the past, one on a line.
    pub history: Option<PathBuf>,
    /// What this build is called there.
    pub label: Option<String>,
    pub markdown: Option<PathBuf>,
    pub sarif: Option<PathBuf>,
    pub junit: Option<PathBuf>,
    pub badge: Option<PathBuf>,
    /// Workflow commands of GitHub on stdout.
    pub github: bool,
    /// `GITHUB_STEP_SUMMARY`
    pub summary: Option<PathBuf>,
    /// `GITHUB_WORKSPACE`: what paths in annotations are relative to.
    pub workspace: Option<PathBuf>,
}

/// What shows that a build is what it says.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Proof {
    /// It is linked again, in another order of the files.
    pub verify: bool,
    /// Hashes of what went in and came out.
    pub record: Option<PathBuf>,
    /// Ed25519, PKCS#8, PEM.
    pub sign_key: Option<PathBuf>,
    /// Its other half, to check a record.
    pub public_key: Option<PathBuf>,
    /// Where spans are sent.
    pub otlp: Option<String>,
    /// `TRACEPARENT`: the span that this build is part of.
    pub trace_parent: Option<String>,
}

/// Where the limits come from.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub enum BudgetSource {
    /// 1 MB for the initial load of every page, 1 MB for all scripts and styles.
    Default,
    File(PathBuf),
}

impl Options {
    pub fn production(&self) -> bool {
        self.mode == Mode::Production
    }
    /// Code is split: scripts that are no modules cannot load each other's chunks.
    pub fn splits(&self) -> bool {
        self.splitting && self.format != Format::Iife
    }
    /// `import()` loads a chunk whose exports are the module's.
    pub fn imports_chunks(&self) -> bool {
        self.splitting && self.format == Format::Esm
    }
    /// What a stage made is to be shown.
    pub fn dumps(&self, stage: &str) -> bool {
        self.dump.iter().any(|name| name == stage)
    }
    pub fn minified(&self) -> bool {
        self.minify != Minify::Off
    }

    /// Warnings after `--silence` and `--deny`: the silenced are gone, the denied are errors. Denying wins, so that
    /// `--silence all --deny NAME` keeps one. Twice does the same as once.
    pub fn sift(&self, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let named = |list: &[String], code: &str| list.iter().any(|name| name == code || name == "all");
        let judge = |mut problem: Diagnostic| {
            if problem.is_error() {
                return Some(problem);
            }
            let exactly = self.deny.contains(&problem.code);
            if exactly || (named(&self.deny, &problem.code) && !named(&self.silence, &problem.code)) {
                problem.severity = Severity::Error;
                return Some(problem);
            }
            (!named(&self.silence, &problem.code)).then_some(problem)
        };
        problems.into_iter().filter_map(judge).collect()
    }
}

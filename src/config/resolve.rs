//! Raw options and files → [`Options`]. Every default of the program is decided here.

mod judging;

use super::entries::{self, Project};
use super::file::shown;
use super::options::{
    Chunking, CssModules, Format, ImageMode, JsxMode, JsxOptions, LegalComments, LogLevel, Mangling, Minify, Mode,
    Options, Packages, Platform, Purge, SourceMapMode,
};
use super::raw::{RawOptions, Values, absolute, listed};
use super::{defaults, define, environment, targets};
use crate::base::{NamePattern, PathPattern};
use crate::diag::{Diagnostic, Noted, nearest};
use crate::fs::Files;
use crate::lang::LanguageTarget;
use crate::model::Loader;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Flags that are understood and kept, but that no stage reads yet.
const NOT_YET: [&str; 1] = ["remote-cache"];

/// Makes every choice. `Err`: it was used wrongly (exit status 2).
pub fn resolve(
    raw: &RawOptions,
    cwd: &Path,
    files: &dyn Files,
    environment: &BTreeMap<String, String>,
) -> Result<Noted<Options>, Vec<Diagnostic>> {
    settle(raw, entries::locate(raw, cwd, files)?, cwd, files, environment)
}

/// As [`resolve`] for what looks at a project without building it: there need be nothing to build.
pub fn resolve_without_entries(
    raw: &RawOptions,
    cwd: &Path,
    files: &dyn Files,
    environment: &BTreeMap<String, String>,
) -> Result<Noted<Options>, Vec<Diagnostic>> {
    settle(raw, entries::place(raw, cwd, files)?, cwd, files, environment)
}

fn settle(
    raw: &RawOptions,
    project: Project,
    cwd: &Path,
    files: &dyn Files,
    environment: &BTreeMap<String, String>,
) -> Result<Noted<Options>, Vec<Diagnostic>> {
    let (values, wrong) = Values::merge(&raw.given, &project.file.given, cwd);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut chooser = Chooser { values, project, cwd, files, environment, problems: Vec::new(), errors: Vec::new() };
    let options = chooser.choose();
    chooser.check(&options);
    if chooser.errors.is_empty() { Ok(Noted::new(options, chooser.problems)) } else { Err(chooser.errors) }
}

struct Chooser<'a> {
    values: Values,
    project: Project,
    cwd: &'a Path,
    files: &'a dyn Files,
    environment: &'a BTreeMap<String, String>,
    problems: Vec<Diagnostic>,
    errors: Vec<Diagnostic>,
}

impl Chooser<'_> {
    fn choose(&mut self) -> Options {
        let mode = self.pick("mode", &[("development", Mode::Development)], Mode::Production);
        let minify = self.minify(mode);
        let platform = self.platform();
        let site = self.project.entries.iter().any(|(_, entry)| entries::is_page(entry));
        let format = self.format();
        let (outdir, outfile) = self.output();
        let public_path = self.public_path(site);
        let [entry_names, chunk_names, asset_names] = self.templates(site);
        Options {
            site,
            format,
            platform,
            mode,
            global_name: self.global_name(format),
            minify,
            splitting: self.splitting(format, outfile.is_some()),
            sourcemap: self.sourcemap(),
            sources_content: self.on("sources-content", true),
            target: self.target(platform, mode),
            external: self.values.list("external").unwrap_or_default(),
            packages: self.pick("packages", &[("external", Packages::External)], Packages::Bundle),
            define: self.define(mode, platform, &public_path),
            alias: self.values.map("alias"),
            inject: self.values.paths("inject"),
            loaders: self.loaders(),
            banner: self.texts_by_kind("banner"),
            footer: self.texts_by_kind("footer"),
            legal_comments: self.legal_comments(),
            drop_console: self.drops("console"),
            drop_debugger: self.drops("debugger"),
            pure: self.values.list("pure").unwrap_or_default(),
            keep_names: self.on("keep-names", false),
            shake_inside: self.on("shake-inside", minify != Minify::Fast),
            mangle: self.mangling(),
            ignore_annotations: self.on("ignore-annotations", false),
            tree_shaking: self.on("tree-shaking", true),
            jsx: self.jsx(mode),
            conditions: defaults::conditions(self.values.list("conditions"), platform, mode),
            main_fields: self.values.list("main-fields").unwrap_or_else(|| defaults::main_fields(platform)),
            resolve_extensions: self.resolve_extensions(),
            tsconfig: self.existing_file("tsconfig"),
            shuffle: self.environment.get("PLIMSOLL_SHUFFLE").and_then(|text| text.parse().ok()),
            preserve_symlinks: self.on("preserve-symlinks", false),
            public_dir: self.public_dir(&outdir),
            public_path,
            entry_names,
            chunk_names,
            asset_names,
            chunking: self.chunking(),
            css_modules: self.css_modules(),
            critical_css: self.on("critical-css", false),
            purge: self.purge(),
            metafile: self.values.path("metafile"),
            precompress: self.words_or("precompress", if site { &["br", "gz", "zst"] } else { &[] }),
            images: self.images(site),
            service_worker: self.values.text("service-worker").map_or(site, |text| text == "on"),
            headers: self.words_or("headers", if site { &["netlify"] } else { &[] }),
            budget: self.budget(site),
            judging: self.judging(),
            proof: self.proof(),
            cache_dir: self.cache_dir(),
            cache_size: self.values.number("cache-size").unwrap_or(defaults::CACHE_BYTES),
            remote_cache: self.values.owned("remote-cache"),
            log_level: self.log_level(),
            json: self.on("json", false),
            timings: self.on("timings", false),
            trace: self.values.path("trace"),
            dump: self.values.words("dump").unwrap_or_default(),
            silence: self.values.list("silence").unwrap_or_default(),
            deny: self.values.list("deny").unwrap_or_default(),
            outbase: self.outbase(),
            root: self.project.root.clone(),
            entries: self.project.entries.clone(),
            outdir,
            outfile,
        }
    }

    // Readers of single values.

    fn pick<T: Copy>(&self, name: &str, words: &[(&str, T)], otherwise: T) -> T {
        let text = self.values.text(name);
        words.iter().find(|(word, _)| Some(*word) == text).map_or(otherwise, |(_, value)| *value)
    }

    fn on(&self, name: &str, otherwise: bool) -> bool {
        self.values.switch(name).unwrap_or(otherwise)
    }

    fn words_or(&self, name: &str, otherwise: &[&str]) -> Vec<String> {
        self.values.words(name).unwrap_or_else(|| defaults::strings(otherwise))
    }

    fn drops(&self, word: &str) -> bool {
        self.values.words("drop").is_some_and(|words| words.iter().any(|other| other == word))
    }

    /// Says no to the last value of a flag.
    fn refuse(&mut self, name: &str, message: &str, hint: &str) {
        let Some(given) = self.values.given(name) else { return };
        let problem = given.refuse(format!("{} {message}", given.called()));
        self.errors.push(if hint.is_empty() { problem } else { problem.hint(hint) });
    }

    // Output.

    fn platform(&self) -> Platform {
        self.pick("platform", &[("node", Platform::Node), ("neutral", Platform::Neutral)], Platform::Browser)
    }

    fn format(&self) -> Format {
        let otherwise = match self.values.text("format") {
            // A global name means something for one format only.
            None if self.values.text("global-name").is_some() => Format::Iife,
            _ => Format::Esm,
        };
        self.pick("format", &[("esm", Format::Esm), ("cjs", Format::Cjs), ("iife", Format::Iife)], otherwise)
    }

    fn global_name(&mut self, format: Format) -> Option<String> {
        let name = self.values.owned("global-name")?;
        if !define::is_path(name.split('[').next().unwrap_or("")) {
            self.refuse("global-name", "wants a name such as `MyLibrary` or `window.MyLibrary`", "");
        }
        (format == Format::Iife).then_some(name)
    }

    fn minify(&self, mode: Mode) -> Minify {
        let words = [("on", Minify::On), ("off", Minify::Off), ("fast", Minify::Fast), ("max", Minify::Max)];
        self.pick("minify", &words, if mode == Mode::Production { Minify::On } else { Minify::Off })
    }

    fn sourcemap(&self) -> SourceMapMode {
        let words = [
            ("linked", SourceMapMode::Linked),
            ("inline", SourceMapMode::Inline),
            ("external", SourceMapMode::External),
        ];
        self.pick("sourcemap", &words, SourceMapMode::None)
    }

    fn legal_comments(&self) -> LegalComments {
        let words =
            [("none", LegalComments::None), ("inline", LegalComments::Inline), ("linked", LegalComments::Linked)];
        self.pick("legal-comments", &words, LegalComments::Eof)
    }

    fn splitting(&mut self, format: Format, is_file: bool) -> bool {
        let can = format != Format::Iife && !is_file;
        if self.values.switch("splitting") == Some(true) && !can {
            let message = "wants several files, which an iife or a single output file cannot be";
            self.refuse("splitting", message, "use `--format esm` with `--outdir`");
        }
        self.on("splitting", can) && can
    }

    /// The output directory, and the file inside it for `--outfile`.
    fn output(&mut self) -> (PathBuf, Option<String>) {
        let file = self.values.given("outfile").cloned();
        let folder = self.values.given("outdir").cloned();
        if let (Some(file), Some(folder)) = (&file, &folder) {
            // A flag wins over the file's key, whichever of the two it is.
            if std::mem::discriminant(&file.source) == std::mem::discriminant(&folder.source) {
                self.refuse("outfile", "and an output directory exclude each other", "");
            } else if matches!(folder.source, super::raw::Source::Argument) {
                return (self.values.path("outdir").unwrap_or_default(), None);
            }
        }
        if let Some(path) = self.values.path("outfile") {
            if self.project.entries.len() > 1 {
                self.refuse("outfile", "suits one entry only", "use `--outdir` for several");
            } else if self.project.entries.iter().any(|(_, entry)| entries::is_page(entry)) {
                self.refuse("outfile", "suits one script or style sheet", "use `--outdir` for a page");
            }
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            return (path.parent().unwrap_or(Path::new("/")).to_path_buf(), name);
        }
        (self.values.path("outdir").unwrap_or_else(|| self.project.root.join("dist")), None)
    }

    fn outbase(&self) -> PathBuf {
        self.values.path("outbase").unwrap_or_else(|| entries::common_folder(&self.project.entries, &self.project.root))
    }

    fn texts_by_kind(&mut self, name: &str) -> BTreeMap<String, String> {
        let texts = self.values.map(name);
        if let Some(kind) = texts.keys().find(|kind| !["js", "css"].contains(&kind.as_str())) {
            self.refuse(name, &format!("knows the kinds `js` and `css`, not `{kind}`"), "");
        }
        texts
    }

    // Language.

    fn target(&mut self, platform: Platform, mode: Mode) -> LanguageTarget {
        if !self.values.all("target").is_empty() {
            return targets::named(self.values.all("target")).unwrap_or_else(|problems| {
                self.errors.extend(problems);
                LanguageTarget::default()
            });
        }
        if platform != Platform::Browser {
            return LanguageTarget::default();
        }
        match targets::browserslist(&self.project.root, self.cwd, mode_name(mode), self.files) {
            Ok(found) => found.unwrap_or_else(targets::baseline),
            Err(problem) => {
                self.errors.push(problem);
                LanguageTarget::default()
            }
        }
    }

    fn define(&mut self, mode: Mode, platform: Platform, public_path: &str) -> BTreeMap<String, String> {
        let prefixes = self.values.list("env-prefix").unwrap_or_else(defaults::env_prefixes);
        let variables = environment::variables(
            &environment::Place { root: &self.project.root, cwd: self.cwd, mode: mode_name(mode), files: self.files },
            &prefixes,
            self.environment,
            &mut self.problems,
        );
        let ambient = define::Ambient { mode, platform, public_path, variables };
        define::defines(&self.values, &ambient, &mut self.problems).unwrap_or_else(|problems| {
            self.errors.extend(problems);
            BTreeMap::new()
        })
    }

    fn jsx(&self, mode: Mode) -> JsxOptions {
        let words = [
            ("automatic", Some(JsxMode::Automatic)),
            ("classic", Some(JsxMode::Classic)),
            ("preserve", Some(JsxMode::Preserve)),
        ];
        JsxOptions {
            mode: self.pick("jsx", &words, None),
            dev: self.on("jsx-dev", mode == Mode::Development),
            import_source: self.values.owned("jsx-import-source"),
            factory: self.values.owned("jsx-factory"),
            fragment: self.values.owned("jsx-fragment"),
        }
    }

    fn mangling(&mut self) -> Option<Mangling> {
        for name in ["mangle-props", "reserve-props"] {
            let Some(Err(why)) = self.values.text(name).map(NamePattern::new) else { continue };
            let Some(given) = self.values.given(name) else { continue };
            let message = format!("{} is no regular expression: `{}`", given.called(), given.text);
            self.errors.push(given.refuse(message).note(why).hint("names that end with `_` are `_$`"));
        }
        let Some(props) = self.values.owned("mangle-props") else {
            for name in ["reserve-props", "mangle-quoted", "mangle-cache"] {
                if let Some(given) = self.values.given(name) {
                    let message = format!("{} has no effect without `--mangle-props`", given.called());
                    self.problems.push(Diagnostic::warning("ineffective-flag", message));
                }
            }
            return None;
        };
        Some(Mangling {
            props,
            reserve: self.values.owned("reserve-props"),
            quoted: self.on("mangle-quoted", false),
            cache: self.values.path("mangle-cache"),
        })
    }

    fn loaders(&mut self) -> BTreeMap<String, Loader> {
        let mut out = defaults::loaders();
        for given in self.values.all("loader") {
            let Some((suffix, kind)) = given.pair() else { continue };
            let found = defaults::LOADERS.iter().find(|(name, _)| *name == kind);
            if !suffix.starts_with('.') {
                let problem = given.refuse(format!("{} wants a suffix with its dot, not `{suffix}`", given.called()));
                self.errors.push(problem.hint(format!("did you mean `.{suffix}={kind}`?")));
            } else if let Some((_, loader)) = found {
                out.insert(suffix.to_string(), *loader);
            } else {
                let names = defaults::LOADERS.map(|(name, _)| name);
                let problem = given
                    .refuse(format!("there is no loader `{kind}`"))
                    .note(format!("it is one of {}", listed(&names)));
                self.errors.push(match nearest(kind, names, 1).pop() {
                    Some(near) => problem.hint(format!("did you mean `{suffix}={near}`?")),
                    None => problem,
                });
            }
        }
        out
    }

    // Resolution and names.

    fn resolve_extensions(&mut self) -> Vec<String> {
        let Some(extensions) = self.values.list("resolve-extensions") else { return defaults::resolve_extensions() };
        if let Some(wrong) = extensions.iter().find(|extension| !extension.starts_with('.')) {
            self.refuse("resolve-extensions", &format!("wants suffixes with their dot, not `{wrong}`"), "");
        }
        extensions
    }

    fn existing_file(&mut self, name: &str) -> Option<PathBuf> {
        let path = self.values.path(name)?;
        if !self.files.is_file(&path) {
            let message = format!("names a file that does not exist: `{}`", shown(&path, self.cwd));
            self.refuse(name, &message, "");
        }
        Some(path)
    }

    fn public_path(&self, site: bool) -> String {
        match self.values.text("public-path") {
            // What a page or a style sheet mentions is relative to it, whatever folder it is in.
            Some("." | "./") => String::new(),
            Some(path) => path.to_string(),
            None => if site { "/" } else { "" }.to_string(),
        }
    }

    fn templates(&mut self, site: bool) -> [String; 3] {
        let defaults = defaults::templates(site);
        let names = ["entry-names", "chunk-names", "asset-names"];
        std::array::from_fn(|at| {
            let template = self.values.owned(names[at]).unwrap_or_else(|| defaults[at].to_string());
            if let Some(message) = template_problem(&template) {
                self.refuse(names[at], &message, "the parts are `[dir]`, `[name]`, `[hash]` and `[ext]`");
            }
            template.trim_start_matches("./").trim_start_matches('/').to_string()
        })
    }

    fn chunking(&mut self) -> Chunking {
        let mut named = Vec::new();
        for given in self.values.all("chunk") {
            let Some((name, pattern)) = given.pair() else { continue };
            if let Err(why) = PathPattern::new(pattern) {
                let message = format!("{} has no pattern of paths: `{pattern}`", given.called());
                let problem = given.refuse(message).note(why);
                self.errors.push(problem.hint("write one such as `src/ui/**` or `node_modules/react/**`"));
            } else if name.split(['/', '\\']).any(|part| matches!(part, "" | "." | "..")) {
                let message = format!("{} has a name that no file can have: `{name}`", given.called());
                self.errors.push(given.refuse(message));
            }
            named.push((name.to_string(), pattern.to_string()));
        }
        Chunking {
            named,
            min_bytes: self.values.number("min-chunk-size"),
            max_bytes: self.values.number("max-chunk-size"),
        }
    }

    fn css_modules(&mut self) -> CssModules {
        let names = self.values.owned("css-names");
        if let Some(message) = names.as_deref().and_then(names_problem) {
            self.refuse("css-names", &message, "write one such as `[name]_[local]_[hash]`");
        }
        let types = self.values.owned("css-types").map(|folder| folder.replace('\\', "/"));
        let outside =
            |folder: &str| folder.starts_with('/') || folder.split('/').any(|part| part == ".." || part.contains(':'));
        if types.as_deref().is_some_and(outside) {
            let message = "must stay inside the output directory";
            self.refuse("css-types", message, "name a folder of it, such as `types`, or `.` for itself");
        }
        let types = types
            .map(|folder| folder.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/"));
        CssModules { names, dashed: self.on("css-dashed", false), types }
    }

    fn purge(&mut self) -> Option<Purge> {
        for given in self.values.all("purge-keep") {
            let Err(why) = NamePattern::new(&given.text) else { continue };
            let message = format!("{} is no regular expression: `{}`", given.called(), given.text);
            self.errors.push(given.refuse(message).note(why).hint("names that start with `js-` are `^js-`"));
        }
        let keep = self.values.list("purge-keep");
        if !self.on("purge-css", false) {
            if let Some(given) = self.values.given("purge-keep") {
                let message = format!("{} has no effect without `--purge-css`", given.called());
                self.problems.push(Diagnostic::warning("ineffective-flag", message));
            }
            return None;
        }
        Some(Purge { keep: keep.unwrap_or_default() })
    }

    // Site and session.

    fn public_dir(&mut self, outdir: &Path) -> Option<PathBuf> {
        if self.values.text("public-dir") == Some("none") {
            return None;
        }
        if let Some(path) = self.values.path("public-dir") {
            if !self.files.is_dir(&path) {
                let message = format!("names a directory that does not exist: `{}`", shown(&path, self.cwd));
                self.refuse("public-dir", &message, "");
            } else if outdir.starts_with(&path) {
                self.refuse("public-dir", "holds the output directory", "write somewhere else with `--outdir`");
            }
            return Some(path);
        }
        let path = self.project.root.join("public");
        // `--outdir public` is how many write; that folder is then an output, not a source.
        Some(path).filter(|path| self.files.is_dir(path) && !outdir.starts_with(path))
    }

    fn images(&self, site: bool) -> ImageMode {
        let words = [("on", ImageMode::On), ("lossy", ImageMode::Lossy), ("off", ImageMode::Off)];
        self.pick("images", &words, if site { ImageMode::On } else { ImageMode::Off })
    }

    fn cache_dir(&self) -> Option<PathBuf> {
        if !self.on("cache", true) {
            return None;
        }
        if let Some(path) = self.values.path("cache-dir") {
            return Some(path);
        }
        let modules = self.project.root.join("node_modules");
        if self.files.is_dir(&modules) {
            return Some(modules.join(".cache").join("plimsoll"));
        }
        let variable = |name: &str| self.environment.get(name).filter(|value| Path::new(value).is_absolute());
        let home = || variable("HOME").map(|home| absolute(Path::new(home), ".cache"));
        Some(variable("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?.join("plimsoll"))
    }

    fn log_level(&self) -> LogLevel {
        let words = [
            ("silent", LogLevel::Silent),
            ("error", LogLevel::Error),
            ("warning", LogLevel::Warning),
            ("verbose", LogLevel::Verbose),
        ];
        self.pick("log-level", &words, LogLevel::Info)
    }

    // What only the whole can be asked.

    fn check(&mut self, options: &Options) {
        for name in NOT_YET {
            if let Some(given) = self.values.given(name) {
                let message = format!("{} has no effect in this version", given.called());
                self.problems.push(Diagnostic::warning("ineffective-flag", message));
            }
        }
        for name in ["chunk", "max-chunk-size"].iter().filter(|_| !options.splits()) {
            if let Some(given) = self.values.given(name) {
                let message = format!("{} has no effect without code splitting", given.called());
                let hint = "split with `--format esm` or `--format cjs` and `--outdir`";
                self.problems.push(Diagnostic::warning("ineffective-flag", message).hint(hint));
            }
        }
        for (_, entry) in &options.entries {
            let path = Path::new(entry);
            if !path.is_absolute() {
                continue;
            }
            let shown = shown(path, self.cwd);
            if entries::is_page(entry) && !path.starts_with(&options.root) {
                let problem =
                    Diagnostic::error("entry-outside-root", format!("the page `{shown}` is outside the project root"))
                        .note(format!("the root is `{}`", options.root.to_string_lossy()))
                        .note("a page keeps its path under the root in the output")
                        .hint("name a root that holds it: `--root DIR`");
                self.errors.push(problem);
            }
        }
    }
}

fn mode_name(mode: Mode) -> &'static str {
    if mode == Mode::Production { "production" } else { "development" }
}

fn template_problem(template: &str) -> Option<String> {
    if template.split(['/', '\\']).any(|part| part == "..") {
        return Some(format!("must stay inside the output directory: `{template}`"));
    }
    let mut rest = template;
    while let Some(start) = rest.find('[') {
        let end = start + rest[start..].find(']')?;
        let part = &rest[start..=end];
        if !["[dir]", "[name]", "[hash]", "[ext]"].contains(&part) {
            return Some(format!("does not know `{part}`"));
        }
        rest = &rest[end + 1..];
    }
    template.trim_matches('/').is_empty().then(|| "is empty".to_string())
}

/// What is wrong with a pattern for names of CSS modules.
fn names_problem(template: &str) -> Option<String> {
    let mut text = template.to_string();
    for part in ["[dir]", "[name]", "[local]", "[hash]"] {
        text = text.replace(part, "");
    }
    if let Some(part) = text.find('[').and_then(|at| text[at..].split_inclusive(']').next()) {
        return Some(format!("does not know `{part}`: the parts are `[dir]`, `[name]`, `[local]` and `[hash]`"));
    }
    if let Some(wrong) = text.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
        return Some(format!("has `{wrong}`, which no name of a class can have"));
    }
    let tells = template.contains("[local]") || template.contains("[hash]");
    (!tells).then(|| "gives all classes of a file one name: it needs `[local]` or `[hash]`".to_string())
}

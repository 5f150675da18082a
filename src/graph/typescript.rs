//! tsconfig: which one a file belongs to, and what it says of reading the file.

use super::packages::Scope;
use super::resolver_files::Resolver;
use super::shards::{Shards, lock};
use crate::base::relative_path;
use crate::config::{JsxMode, Mode, Options};
use crate::diag::{Diagnostic, Location};
use crate::fs::Files;
use crate::lang::js::{JsxRuntime, ParseOptions, SourceTypeHint};
use crate::model::Loader;
use oxc_resolver::{JSONError, ResolveError, ResolveOptions, TsConfig};
use oxc_resolver::{TsconfigDiscovery, TsconfigOptions, TsconfigReferences};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

pub(super) struct TsConfigs<'a> {
    files: &'a dyn Files,
    root: PathBuf,
    finder: Resolver,
    /// `--tsconfig`: one for all files outside packages.
    manual: bool,
    nearest: Shards<PathBuf, Option<Arc<TsConfig>>>,
    read: Mutex<BTreeSet<PathBuf>>,
    problems: Mutex<BTreeMap<String, Diagnostic>>,
}

impl<'a> TsConfigs<'a> {
    /// `like`: the resolver whose cache is shared.
    pub fn new(options: &Options, files: &'a dyn Files, root: &Path, like: &Resolver) -> Self {
        let discovery = match &options.tsconfig {
            None => TsconfigDiscovery::Auto,
            Some(path) => TsconfigDiscovery::Manual(TsconfigOptions {
                config_file: path.clone(),
                references: TsconfigReferences::Auto,
            }),
        };
        let finder = ResolveOptions { tsconfig: Some(discovery), ..like.options().clone() };
        TsConfigs {
            files,
            root: root.to_path_buf(),
            finder: like.clone_with_options(finder),
            manual: options.tsconfig.is_some(),
            nearest: Shards::new(),
            read: Mutex::default(),
            problems: Mutex::default(),
        }
    }

    /// The tsconfig that includes the file, itself or by a project reference; else the nearest one. (The language
    /// server would let a file that nobody includes stand alone; a bundler's users expect their paths to work.)
    pub fn of(&self, file: &Path) -> Option<Arc<TsConfig>> {
        let found = match self.finder.find_tsconfig(file) {
            Ok(Some(config)) => Some(config),
            Ok(None) if self.manual => None,
            Ok(None) => file.parent().and_then(|folder| self.nearest(folder)),
            Err(error) => {
                self.report(&error);
                None
            }
        };
        if let Some(config) = &found {
            let mut read = lock(&self.read);
            if !read.contains(config.path()) {
                read.insert(config.path().to_path_buf());
            }
        }
        found
    }

    fn nearest(&self, folder: &Path) -> Option<Arc<TsConfig>> {
        if let Some(found) = self.nearest.get(folder) {
            return found;
        }
        let own = ["tsconfig.json", "jsconfig.json"].iter().map(|name| folder.join(name));
        let own = own.into_iter().find(|path| self.files.is_file(path));
        let found = match own.map(|path| self.finder.resolve_tsconfig(path)) {
            Some(Ok(config)) => Some(config),
            Some(Err(error)) => {
                self.report(&error);
                None
            }
            None => folder.parent().and_then(|parent| self.nearest(parent)),
        };
        self.nearest.insert(folder.to_path_buf(), found)
    }

    fn report(&self, error: &ResolveError) {
        let key = error.to_string();
        let mut problems = lock(&self.problems);
        if problems.contains_key(&key) {
            return;
        }
        let problem = match broken_json(error) {
            Some(json) => Diagnostic::error("bad-tsconfig", "the tsconfig is not valid JSON")
                .at(json_location(self.files, json, &relative_path(&self.root, &json.path)))
                .note(json.message.clone()),
            None if is_unreadable(error) => Diagnostic::error("bad-tsconfig", "a tsconfig could not be read")
                .note(key.clone())
                .hint("correct what `extends` names"),
            None => Diagnostic::warning("bad-tsconfig", "a tsconfig could not be read, the build goes on without it")
                .note(key.clone()),
        };
        problems.insert(key, problem);
    }

    pub fn problems(&self) -> Vec<Diagnostic> {
        lock(&self.problems).values().cloned().collect()
    }

    pub fn watched(&self) -> Vec<PathBuf> {
        lock(&self.read).iter().cloned().collect()
    }
}

/// What should be a tsconfig is there, but is no file that can be read.
fn is_unreadable(error: &ResolveError) -> bool {
    matches!(error, ResolveError::TsconfigNotFound(path) if path.is_dir() && path.extension().is_some())
}

fn broken_json(error: &ResolveError) -> Option<&JSONError> {
    match error {
        ResolveError::Json(json) => Some(json),
        _ => None,
    }
}

/// The place that a JSON error of the resolver speaks of.
pub(super) fn json_location(files: &dyn Files, json: &JSONError, name: &str) -> Location {
    let Ok(text) = files.read(&json.path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) else {
        return Location::file(name);
    };
    let bad = super::sources::BadJson { message: String::new(), line: json.line, column: json.column };
    let offset = bad.offset(&text);
    Location::span(name, &text, offset, offset + 1)
}

/// Everything about one file that `scan` and `compile` must agree on.
pub(super) fn parse_options(
    options: &Options,
    loader: Loader,
    path: &Path,
    scope: &Scope,
    config: Option<&TsConfig>,
    in_package: bool,
) -> ParseOptions {
    let typescript = matches!(loader, Loader::Ts | Loader::Tsx);
    let default = ParseOptions::default();
    let mut parse = ParseOptions {
        typescript,
        jsx: matches!(loader, Loader::Jsx | Loader::Tsx),
        source_type: source_type(path, scope),
        jsx_dev: options.jsx.dev,
        in_package,
        ..default
    };
    if let Some(config) = config {
        apply(&mut parse, config, options.mode);
    }
    let jsx = &options.jsx;
    if let Some(mode) = jsx.mode {
        parse.jsx_mode = match mode {
            JsxMode::Automatic => JsxRuntime::Automatic,
            JsxMode::Classic => JsxRuntime::Classic,
            JsxMode::Preserve => JsxRuntime::Preserve,
        };
    }
    parse.jsx_import_source = jsx.import_source.clone().or(parse.jsx_import_source);
    parse.jsx_factory = jsx.factory.clone().or(parse.jsx_factory);
    parse.jsx_fragment = jsx.fragment.clone().or(parse.jsx_fragment);
    parse
}

fn source_type(path: &Path, scope: &Scope) -> Option<SourceTypeHint> {
    match super::loaders::extension(path).as_str() {
        "mjs" | "mts" => Some(SourceTypeHint::Esm),
        "cjs" | "cts" => Some(SourceTypeHint::CommonJs),
        "js" | "jsx" | "ts" | "tsx" if scope.esm => Some(SourceTypeHint::Esm),
        _ => None,
    }
}

fn apply(parse: &mut ParseOptions, config: &TsConfig, mode: Mode) {
    let said = &config.compiler_options;
    match said.jsx.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("react") => parse.jsx_mode = JsxRuntime::Classic,
        Some("react-jsx") => parse.jsx_mode = JsxRuntime::Automatic,
        Some("react-jsxdev") => parse.jsx_dev |= mode == Mode::Development,
        // `preserve` is what frameworks tell the type checker, not what should be shipped.
        None if said.jsx_factory.is_some() => parse.jsx_mode = JsxRuntime::Classic,
        _ => {}
    }
    parse.jsx_import_source = said.jsx_import_source.clone();
    parse.jsx_factory = said.jsx_factory.clone();
    parse.jsx_fragment = said.jsx_fragment_factory.clone();
    if parse.typescript {
        parse.define_class_fields =
            said.use_define_for_class_fields.unwrap_or_else(|| defines_class_fields(said.target.as_deref()));
        parse.legacy_decorators = said.experimental_decorators.unwrap_or(false);
        parse.decorator_metadata = said.emit_decorator_metadata.unwrap_or(false);
        parse.verbatim_module_syntax = said.verbatim_module_syntax.or(said.preserve_value_imports).unwrap_or(false);
    }
}

/// TypeScript's default: by target, from ES2022 on; without a target a bundler's output is current.
fn defines_class_fields(target: Option<&str>) -> bool {
    let Some(target) = target.map(str::to_ascii_lowercase) else { return true };
    match target.strip_prefix("es") {
        Some("next") => true,
        Some(year) => year.parse::<u16>().is_ok_and(|year| year >= 2022),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::defines_class_fields;

    #[test]
    fn class_fields_by_target() {
        let answers = [None, Some("ESNext"), Some("ES2022"), Some("es2021"), Some("ES6"), Some("es5")];
        assert_eq!(answers.map(defines_class_fields), [true, true, true, false, false, false]);
    }
}

//! From a specifier to a file: externals, aliases, and `oxc_resolver` with the options that the mention calls for.

use super::browser_field::{BrowserFields, Instead};
use super::externals::{Externals, is_bare, is_url, normalize};
use super::packages::{Scope, in_node_modules};
use super::resolver_files::{Resolver, ResolverFiles};
use super::shards::lock;
use crate::base::relative_path;
use crate::config::{Mode, Options, Packages, Platform};
use crate::fs::{Files, Plugged};
use oxc_resolver::{AliasValue, ResolveContext, ResolveError, ResolveOptions, TsConfig, TsconfigDiscovery};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What kind of mention asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    Import,
    Require,
    /// `@import`, `url()`: a bare name is looked for beside the file first.
    Style,
}

#[derive(Debug)]
pub(super) enum Resolved {
    /// The query includes its `?`.
    File {
        path: Arc<Path>,
        query: Box<str>,
    },
    /// By this name.
    External(String),
    /// `"browser": { "x": false }`
    Disabled,
    Missing(ResolveError),
}

/// A folder as seen by the files in it that share a tsconfig: where specifiers start from.
pub(super) struct Folder {
    pub path: PathBuf,
    pub in_package: bool,
    pub scope: Arc<Scope>,
    pub tsconfig: Option<Arc<TsConfig>>,
    /// By resolver: what was asked before.
    answers: [Mutex<FxHashMap<Box<str>, Arc<Resolved>>>; RESOLVERS],
}

impl Folder {
    pub fn new(path: &Path, scope: Arc<Scope>, tsconfig: Option<Arc<TsConfig>>) -> Self {
        let in_package = in_node_modules(path);
        Folder { path: path.to_path_buf(), in_package, scope, tsconfig, answers: Default::default() }
    }
}

const RESOLVERS: usize = 6;
/// The `Resolver`s of packages follow those of the project.
const IN_PACKAGE: usize = 3;

/// The resolvers of a build. They share one cache of the disk.
pub(super) struct Resolution<'a> {
    options: &'a Options,
    files: Arc<dyn Files>,
    plugged: Option<Arc<Plugged>>,
    root: PathBuf,
    externals: Externals,
    /// Longest first.
    aliases: Vec<(&'a str, &'a str)>,
    resolvers: [Resolver; RESOLVERS],
    /// A package that is imported and required, and has `module` and `main` fields but no `exports`, must not be there
    /// twice: from the file of `module` to that of `main`.
    required: Mutex<BTreeMap<Arc<Path>, Arc<Path>>>,
    browser_fields: BrowserFields,
}

impl<'a> Resolution<'a> {
    pub fn new(options: &'a Options, files: &Arc<dyn Files>, plugged: Option<Arc<Plugged>>, root: &Path) -> Self {
        let disk = ResolverFiles(Arc::clone(files));
        let first = Resolver::new_with_file_system(disk, resolve_options(options, root, Class::Import, false));
        let more = |class, in_package| first.clone_with_options(resolve_options(options, root, class, in_package));
        let resolvers = [
            more(Class::Import, false),
            more(Class::Require, false),
            more(Class::Style, false),
            more(Class::Import, true),
            more(Class::Require, true),
            more(Class::Style, true),
        ];
        let mut aliases: Vec<_> = options.alias.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        aliases.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        Resolution {
            options,
            files: Arc::clone(files),
            plugged,
            root: root.to_path_buf(),
            externals: Externals::new(&options.external, root),
            aliases,
            resolvers,
            required: Mutex::default(),
            browser_fields: BrowserFields::new(files, extensions(options, Class::Import, false)),
        }
    }

    /// For reading tsconfigs with the same cache.
    pub fn resolver(&self) -> &Resolver {
        &self.resolvers[0]
    }

    /// Files that were read beside what the resolver read.
    pub fn watched(&self) -> Vec<PathBuf> {
        self.browser_fields.watched()
    }

    /// From the file of a package's `module` field to that of `main`, for packages that something requires.
    pub fn required(&self) -> BTreeMap<Arc<Path>, Arc<Path>> {
        lock(&self.required).clone()
    }

    pub fn is_external(&self, specifier: &str) -> bool {
        self.externals.name(specifier)
    }

    /// `typescript`: the importer is a TypeScript file, for which `.ts` goes before `.js`, even in a package.
    pub fn resolve(&self, folder: &Folder, class: Class, typescript: bool, specifier: &str) -> Arc<Resolved> {
        let which = class as usize + if folder.in_package && !typescript { IN_PACKAGE } else { 0 };
        if let Some(known) = lock(&folder.answers[which]).get(specifier) {
            return known.clone();
        }
        let resolved = Arc::new(self.answer(folder, class, which, specifier));
        lock(&folder.answers[which]).entry(specifier.into()).or_insert(resolved).clone()
    }

    fn answer(&self, folder: &Folder, class: Class, which: usize, specifier: &str) -> Resolved {
        let external = || Resolved::External(specifier.to_string());
        if self.externals.name(specifier) || is_remote(specifier) {
            return external();
        }
        // What runs the output under Plug'n'Play has it.
        if specifier == "pnpapi" && self.plugged.is_some() && self.options.platform == Platform::Node {
            return external();
        }
        if let Some(replaced) = self.alias(specifier) {
            if self.externals.name(&replaced) || is_remote(&replaced) {
                return Resolved::External(replaced);
            }
            return self.ask(&self.root, None, class, which, &replaced);
        }
        let packages_stay = self.options.packages == Packages::External
            && class != Class::Style
            && is_bare(specifier)
            && !specifier.starts_with('#');
        let tsconfig = folder.tsconfig.as_deref().filter(|config| has_paths(config));
        if packages_stay && tsconfig.is_none() {
            return external();
        }
        match self.ask(&folder.path, tsconfig, class, which, specifier) {
            // Only the project's own paths make a bare name the project's.
            Resolved::File { path, .. } if packages_stay && in_node_modules(&path) => external(),
            Resolved::Missing(_) if packages_stay => external(),
            answer => answer,
        }
    }

    fn ask(&self, from: &Path, config: Option<&TsConfig>, class: Class, which: usize, specifier: &str) -> Resolved {
        let resolver = &self.resolvers[which];
        let answer = match config {
            Some(config) => {
                resolver.resolve_with_context(from, specifier, Some(config), &mut ResolveContext::default())
            }
            None => resolver.resolve(from, specifier),
        };
        match answer {
            Ok(found) if self.is_leak(from, config, which, specifier, found.path()) => {
                Resolved::Missing(ResolveError::NotFound(specifier.to_string()))
            }
            Ok(found) => {
                if self.externals.path(found.path()) {
                    return Resolved::External(self.external_path(specifier, found.path()));
                }
                let exports = found.package_json().is_some_and(|package| package.exports().is_some());
                if class == Class::Require && !exports {
                    self.note_required(from, which, specifier, found.path());
                }
                if let Some(instead) = self.instead_of_file(&found, class, which) {
                    return instead;
                }
                // As for the platform, what follows the path makes another module of the file.
                let query = format!("{}{}", found.query().unwrap_or(""), found.fragment().unwrap_or("")).into();
                Resolved::File { path: self.settled(found.into_path_buf()).into(), query }
            }
            Err(ResolveError::Ignored(_)) => Resolved::Disabled,
            Err(ResolveError::Builtin { .. }) => Resolved::External(specifier.to_string()),
            Err(error) => {
                // A file that will be there at run time.
                let path = normalize(&from.join(specifier));
                if !is_bare(specifier) && self.externals.path(&path) {
                    return Resolved::External(self.external_path(specifier, &path));
                }
                literal(&*self.files, from, specifier)
                    .or_else(|| {
                        let uses_field = self.uses_browser_field(class);
                        let instead = uses_field.then(|| self.browser_fields.of_missing(from, specifier)).flatten();
                        self.instead(instead?, which)
                    })
                    .unwrap_or(Resolved::Missing(error))
            }
        }
    }

    /// Yarn's map does not let the importer have it. The paths of a tsconfig may lead anywhere.
    fn is_leak(&self, from: &Path, config: Option<&TsConfig>, which: usize, specifier: &str, found: &Path) -> bool {
        let Some(plugged) = self.plugged.as_deref().filter(|_| is_bare(specifier)) else { return false };
        let plain = specifier.split(['?', '#']).next().unwrap_or(specifier);
        let by_name = || {
            let again = self.resolvers[which].resolve(from, specifier);
            again.is_ok_and(|again| again.path() == found)
        };
        plugged.is_leak(from, split_package(plain).0, &plugged.settle(found)) && (config.is_none() || by_name())
    }

    /// Where links are not followed, those that only show Yarn's packages are, or a package would be there for each of its
    /// importers.
    fn settled(&self, path: PathBuf) -> PathBuf {
        match self.plugged.as_deref().filter(|_| self.options.preserve_symlinks) {
            Some(plugged) => plugged.settle(&path),
            None => path,
        }
    }

    fn uses_browser_field(&self, class: Class) -> bool {
        self.options.platform == Platform::Browser && class != Class::Style
    }

    /// What the `browser` field of its package says of a file that was found.
    fn instead_of_file(&self, found: &oxc_resolver::Resolution, class: Class, which: usize) -> Option<Resolved> {
        let package = found.package_json().filter(|_| self.uses_browser_field(class))?;
        self.instead(self.browser_fields.of_file(package.directory(), found.path())?, which)
    }

    fn instead(&self, instead: Instead, which: usize) -> Option<Resolved> {
        let (folder, specifier) = match instead {
            Instead::Disabled => return Some(Resolved::Disabled),
            Instead::Specifier(folder, specifier) => (folder, specifier),
        };
        let found = self.resolvers[which].resolve(folder, &specifier).ok()?;
        Some(Resolved::File { path: self.settled(found.into_path_buf()).into(), query: "".into() })
    }

    /// An external file keeps being found from the output's folder, whoever mentions it from wherever.
    fn external_path(&self, specifier: &str, path: &Path) -> String {
        if is_bare(specifier) {
            return specifier.to_string();
        }
        let relative = relative_path(&self.options.outdir, path);
        if relative.starts_with("../") { relative } else { format!("./{relative}") }
    }

    fn note_required(&self, from: &Path, which: usize, specifier: &str, main: &Path) {
        let package_itself = is_bare(specifier)
            && match specifier.strip_prefix('@') {
                Some(scoped) => scoped.matches('/').count() == 1,
                None => !specifier.contains('/'),
            };
        if !package_itself || !usual_browser_fields(self.options) {
            return;
        }
        let imported = self.resolvers[which - Class::Require as usize].resolve(from, specifier);
        if let Ok(imported) = imported
            && imported.path() != main
        {
            let (imported, main) = (self.settled(imported.into_path_buf()), self.settled(main.to_path_buf()));
            lock(&self.required).insert(imported.into(), main.into());
        }
    }

    fn alias(&self, specifier: &str) -> Option<String> {
        if specifier.starts_with('.') {
            return None;
        }
        let (to, rest) = self.aliases.iter().find_map(|(from, to)| {
            let rest = specifier.strip_prefix(from)?;
            (rest.is_empty() || rest.starts_with('/') || from.ends_with('/')).then_some((to, rest))
        })?;
        let target = if to.starts_with('.') {
            normalize(&self.root.join(to)).to_string_lossy().into_owned()
        } else {
            to.to_string()
        };
        Some(format!("{target}{rest}"))
    }
}

fn has_paths(config: &TsConfig) -> bool {
    let said = &config.compiler_options;
    said.paths.is_some() || said.base_url.is_some() || said.root_dirs.is_some()
}

fn is_remote(specifier: &str) -> bool {
    ["http:", "https:", "//"].iter().any(|scheme| specifier.starts_with(scheme)) && is_url(specifier)
}

/// A file whose very name has a `?` or a `#`.
fn literal(files: &dyn Files, from: &Path, specifier: &str) -> Option<Resolved> {
    if is_bare(specifier) || !specifier.contains(['?', '#']) {
        return None;
    }
    let path = normalize(&from.join(specifier));
    files.is_file(&path).then(|| Resolved::File { path: path.into(), query: "".into() })
}

/// A bare name as two parts: `@s/name` and `/sub/path` (or nothing).
pub(super) fn split_package(specifier: &str) -> (&str, &str) {
    let from = if specifier.starts_with('@') { specifier.find('/').map_or(0, |at| at + 1) } else { 0 };
    let end = specifier[from..].find('/').map_or(specifier.len(), |at| from + at);
    specifier.split_at(end)
}

/// The conditions of package exports that hold. Those of the options are complete; without any, the usual ones.
pub(super) fn conditions(options: &Options, class: Class) -> Vec<String> {
    let kind = match class {
        Class::Import => "import",
        Class::Require => "require",
        Class::Style => "style",
    };
    let mut all = vec![kind];
    if options.conditions.is_empty() {
        if options.platform != Platform::Neutral {
            all.push("module");
        }
        match options.platform {
            Platform::Browser => all.push("browser"),
            Platform::Node => all.push("node"),
            Platform::Neutral => {}
        }
        all.push(if options.mode == Mode::Production { "production" } else { "development" });
    }
    all.extend(options.conditions.iter().map(String::as_str));
    all.into_iter().map(str::to_string).collect()
}

/// What holds for a browser unless the user says otherwise.
const BROWSER_FIELDS: [&str; 3] = ["browser", "module", "main"];

/// The fields are the usual ones of a browser build, among which `module` is not for `require`.
fn usual_browser_fields(options: &Options) -> bool {
    let usual = options.main_fields.is_empty() || options.main_fields == BROWSER_FIELDS;
    usual && options.platform == Platform::Browser
}

fn main_fields(options: &Options, class: Class) -> Vec<String> {
    let fields: &[&str] = match (options.platform, class) {
        (_, Class::Style) => &["style"],
        // What is required gets CommonJS where the package has it.
        (_, Class::Require) if usual_browser_fields(options) => &["browser", "main", "module"],
        _ if !options.main_fields.is_empty() => return options.main_fields.clone(),
        (Platform::Browser, _) => &BROWSER_FIELDS,
        (Platform::Node, _) => &["main", "module"],
        (Platform::Neutral, _) => &[],
    };
    fields.iter().map(|field| field.to_string()).collect()
}

pub(super) fn extensions(options: &Options, class: Class, in_package: bool) -> Vec<String> {
    const USUAL: [&str; 6] = [".tsx", ".ts", ".jsx", ".js", ".css", ".json"];
    if class == Class::Style {
        return vec![".css".to_string()];
    }
    let mut all = options.resolve_extensions.clone();
    if all.is_empty() {
        all = USUAL.map(str::to_string).to_vec();
    }
    if in_package {
        // A package that ships its TypeScript beside what was compiled from it means the latter to be used.
        let script = |extension: &&String| TYPESCRIPT.contains(&extension.as_str()) || is_javascript(extension);
        let mut scripts: Vec<String> = all.iter().filter(script).cloned().collect();
        scripts.sort_by_key(|extension| TYPESCRIPT.contains(&extension.as_str()));
        let mut scripts = scripts.into_iter();
        for extension in all.iter_mut().filter(|extension| script(&&**extension)) {
            *extension = scripts.next().unwrap_or_default();
        }
    }
    all
}

const TYPESCRIPT: [&str; 4] = [".tsx", ".ts", ".mts", ".cts"];

fn is_javascript(extension: &str) -> bool {
    matches!(extension, ".jsx" | ".js" | ".mjs" | ".cjs")
}

fn resolve_options(options: &Options, root: &Path, class: Class, in_package: bool) -> ResolveOptions {
    let aliases = |pairs: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
        pairs.iter().map(|(from, to)| (from.to_string(), to.iter().map(|to| to.to_string()).collect())).collect()
    };
    // TypeScript sources name the file that will be compiled from them.
    let extension_alias = match (class, in_package) {
        (Class::Style, _) | (_, true) => Vec::new(),
        _ => aliases(&[
            (".js", &[".js", ".ts", ".tsx"]),
            (".jsx", &[".jsx", ".tsx"]),
            (".mjs", &[".mjs", ".mts"]),
            (".cjs", &[".cjs", ".cts"]),
        ]),
    };
    let alias: Vec<(String, Vec<AliasValue>)> = Vec::new();
    ResolveOptions {
        cwd: Some(root.to_path_buf()),
        tsconfig: Some(TsconfigDiscovery::Auto),
        alias,
        alias_fields: if options.platform == Platform::Browser {
            vec![vec!["browser".to_string()]]
        } else {
            Vec::new()
        },
        condition_names: conditions(options, class),
        extension_alias,
        extensions: extensions(options, class, in_package),
        main_fields: main_fields(options, class),
        prefer_relative: class == Class::Style,
        roots: vec![root.to_path_buf()],
        symlinks: !options.preserve_symlinks,
        node_path: false,
        builtin_modules: options.platform == Platform::Node && class != Class::Style,
        ..ResolveOptions::default()
    }
}

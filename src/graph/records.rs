//! From the mentions of a file to what they lead to.

use super::discover::{Discovery, Importer, Inline, Key, Link};
use super::explain::{self, Unresolved};
use super::externals::{is_bare, is_url, normalize};
use super::project::Place;
use super::resolve::{Class, Folder, Resolved};
use super::{data_url, loaders, queries};
use crate::diag::{Diagnostic, Severity};
use crate::lang::js::{Glob, HELPER_MODULE, INJECT_PREFIX, ImportKind, ImportRecord, helper_module};
use crate::model::{EntryKind, Loader, Module};
use rayon::Scope;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The mentions of one file, being followed.
pub(super) struct Mentions<'s, 'x, 'r, 'a> {
    pub(super) discovery: &'s Discovery<'a>,
    pub(super) scope: &'r Scope<'s>,
    pub(super) folder: &'x Folder,
    importer: Importer<'x>,
    pub typescript: bool,
    /// As [`Place::worker`] of the importer.
    pub worker: Option<Arc<str>>,
    /// The importer itself.
    pub file: Option<&'x Path>,
    /// Of the problem of a missing file.
    pub code: &'static str,
    problems: Vec<Diagnostic>,
    missed: Vec<PathBuf>,
}

/// Where a URL leads.
pub(super) enum Reference {
    File(Arc<Path>),
    External(String),
    Missing,
}

impl<'s, 'x, 'r, 'a> Mentions<'s, 'x, 'r, 'a> {
    pub fn new(discovery: &'s Discovery<'a>, scope: &'r Scope<'s>, folder: &'x Folder, importer: Importer<'x>) -> Self {
        let (problems, missed) = (Vec::new(), Vec::new());
        let code = "unresolved-reference";
        let (typescript, worker, file) = (false, None, None);
        Mentions { discovery, scope, folder, importer, typescript, worker, file, code, problems, missed }
    }

    /// The mentions are those of a script.
    pub fn of_script(&mut self, module: &Module, place: &'x Place) {
        self.typescript = matches!(module.loader, Loader::Ts | Loader::Tsx);
        self.worker = place.worker.clone();
        self.file = Some(&place.path);
    }

    pub fn finish(self) -> (Vec<Diagnostic>, Vec<PathBuf>) {
        (self.problems, self.missed)
    }

    /// A specifier of a script. `only_default`: all that the script wants of it is its default export.
    pub fn record(&mut self, record: &ImportRecord, only_default: bool) -> Link {
        match record.kind {
            ImportKind::Import | ImportKind::Dynamic => self.module(record, Class::Import, only_default),
            ImportKind::Require | ImportKind::RequireResolve => self.module(record, Class::Require, true),
            ImportKind::Url => self.url(record),
            ImportKind::Worker | ImportKind::ServiceWorker => self.worker(record),
        }
    }

    fn place(&self, path: Arc<Path>, query: impl Into<Box<str>>) -> Place {
        Place { worker: self.worker.clone(), ..Place::new(path, query) }
    }

    /// A script whose text was made.
    fn made(&self, place: Place, text: String) -> Link {
        let inline = Inline { text: text.into(), host: None, attribute: false };
        Link::To(self.discovery.visit(self.scope, Key::Script { place, loader: Loader::Js }, Some(inline)))
    }

    fn module(&mut self, record: &ImportRecord, class: Class, only_default: bool) -> Link {
        let specifier = record.specifier.as_str();
        if let Some(number) = specifier.strip_prefix(INJECT_PREFIX)
            && let Some(key) = number.parse().ok().and_then(|at: usize| self.discovery.project.inject.get(at))
        {
            return Link::To(self.discovery.visit(self.scope, key.clone(), None));
        }
        if let Some(helper) = specifier.strip_prefix(HELPER_MODULE)
            && let Some(text) = helper_module(helper)
        {
            let root = &self.discovery.project.root;
            return self.made(self.place(root.join("helper").into(), format!("helper:{helper}")), text);
        }
        if specifier == queries::WASM_MODULE {
            let project = &self.discovery.project;
            let text = queries::wasm_loader(project.options.platform).to_string();
            return self.made(self.place(project.root.join("helper").into(), "helper:wasm"), text);
        }
        if let Some(glob) = Glob::from_specifier(specifier) {
            return self.many(record, &glob);
        }
        if specifier.starts_with("data:") {
            return self.data_module(specifier);
        }
        let resolution = &self.discovery.project.resolution;
        let resolved = resolution.resolve(self.folder, class, self.typescript, specifier);
        match &*resolved {
            Resolved::File { path, query } => self.file(record, path, query, only_default),
            Resolved::External(name) => Link::External(name.clone()),
            Resolved::Disabled => self.disabled(specifier),
            Resolved::Missing(error) => {
                let severity = if record.guarded { Severity::Warning } else { Severity::Error };
                self.unresolved(specifier, class, Some(error), severity, record.start, record.end)
            }
        }
    }

    /// `"browser": { "x": false }`: an empty CommonJS module.
    fn disabled(&self, specifier: &str) -> Link {
        let root = &self.discovery.project.root;
        let place = self.place(root.join("disabled.cjs").into(), format!("disabled:{specifier}"));
        self.made(place, String::new())
    }

    /// A file that was found: what stands for it, depending on how it is asked for.
    fn file(&mut self, record: &ImportRecord, path: &Arc<Path>, query: &str, only_default: bool) -> Link {
        let project = &self.discovery.project;
        let attribute = record.attribute.as_deref();
        match queries::by_query(path, query) {
            Some(Ok(text)) => return self.made(self.place(Arc::clone(path), query), text),
            Some(Err(problem)) => {
                self.problems.push(problem.at(self.importer.location(record.start, record.end)));
                return Link::Unresolved;
            }
            None => {}
        }
        let loader = loaders::choose(project.options, path, query, attribute);
        match (loader, attribute) {
            (Some(Loader::Json), Some(attribute)) if !only_default => {
                let place = self.place(Arc::clone(path), queries::ONLY_DEFAULT);
                return self.made(place, queries::only_default(path, attribute));
            }
            (Some(Loader::Copy), _) => return self.copied(path),
            (Some(Loader::File), None) if query.is_empty() && loaders::is_plain_wasm(project.options, path) => {
                if let Some(link) = self.wasm(record, path, only_default) {
                    return link;
                }
            }
            _ => {}
        }
        self.script(path, query, attribute, record.start, record.end)
    }

    /// A file that is imported from where it is copied to.
    fn copied(&mut self, path: &Arc<Path>) -> Link {
        let name = format!("./{}", super::asset::copied_path(&self.discovery.project, path));
        match self.asset(Arc::clone(path), false) {
            Link::To(to) => Link::Copied { to, name },
            link => link,
        }
    }

    /// WebAssembly as a module; `None`: its address is wanted.
    fn wasm(&mut self, record: &ImportRecord, path: &Arc<Path>, only_default: bool) -> Option<Link> {
        let bytes = self.discovery.project.bytes(path).ok()?;
        let found = super::wasm::interface(&bytes);
        let has_default = found.iter().any(|found| found.exports.iter().any(|(name, _)| name == "default"));
        if only_default && !has_default {
            return None;
        }
        let Some(found) = found else {
            let name = self.discovery.project.name(path);
            let problem = Diagnostic::error("bad-wasm", format!("\"{name}\" is not a WebAssembly module"))
                .at(self.importer.location(record.start, record.end))
                .hint("import it with ?url to get the address of the file");
            self.problems.push(problem);
            return Some(Link::Unresolved);
        };
        Some(self.made(self.place(Arc::clone(path), ""), queries::wasm_module(path, &found)))
    }

    /// The module that stands for all files of a pattern.
    fn many(&mut self, record: &ImportRecord, glob: &Glob) -> Link {
        let project = &self.discovery.project;
        let super::glob::Expanded { mut place, inline, searched, problem } =
            super::glob::expand(project, &self.folder.path, self.file, &record.specifier, glob);
        place.worker.clone_from(&self.worker);
        self.missed.extend(searched);
        self.problems.extend(problem.map(|problem| problem.at(self.importer.location(record.start, record.end))));
        Link::To(self.discovery.visit(self.scope, Key::Script { place, loader: Loader::Js }, Some(inline)))
    }

    /// The module of a file, by the loader that it gets.
    pub fn script(&mut self, path: &Arc<Path>, query: &str, attribute: Option<&str>, start: u32, end: u32) -> Link {
        let project = &self.discovery.project;
        let Some(loader) = loaders::choose(project.options, path, query, attribute) else {
            self.problems.push(no_loader(&project.name(path), path).at(self.importer.location(start, end)));
            return Link::Unresolved;
        };
        let usual = attribute.is_none() || loaders::by_name(project.options, path) == Some(loader);
        // An attribute that changes the meaning makes another module, with another name.
        let query = match attribute {
            Some(kind) if !usual && query.is_empty() => format!("?type={kind}"),
            _ => query.to_string(),
        };
        let place = self.place(Arc::clone(path), query);
        Link::To(self.discovery.visit(self.scope, Key::Script { place, loader }, None))
    }

    /// A sheet in a language that browsers do not read.
    pub fn no_sheet(&mut self, path: &Path, start: u32, end: u32) -> Link {
        let name = self.discovery.project.name(path);
        self.problems.push(no_loader(&name, path).at(self.importer.location(start, end)));
        Link::Unresolved
    }

    fn data_module(&mut self, specifier: &str) -> Link {
        let external = || Link::External(specifier.to_string());
        let Some(url) = data_url::parse(specifier) else { return external() };
        let loader = match url.mime.as_str() {
            "text/javascript" | "application/javascript" => Loader::Js,
            "application/json" => Loader::Json,
            "text/css" => Loader::Css,
            _ => return external(),
        };
        let (mut place, inline) = data_place(&self.discovery.project.root, &url);
        place.worker.clone_from(&self.worker);
        Link::To(self.discovery.visit(self.scope, Key::Script { place, loader }, Some(inline)))
    }

    /// `new URL(…, import.meta.url)`: a file to be shipped as it is, scripts too.
    fn url(&mut self, record: &ImportRecord) -> Link {
        match self.locate(&record.specifier, Class::Import) {
            Reference::File(path) => self.asset(path, false),
            Reference::External(name) => Link::External(name),
            Reference::Missing if self.is_folder(&record.specifier) => Link::External(record.specifier.clone()),
            Reference::Missing => {
                let message = format!("there is no file \"{}\"", record.specifier);
                let problem = Diagnostic::warning("unresolved-new-url", message)
                    .at(self.importer.location(record.start, record.end))
                    .note("the URL stays as it is and is looked up at run time, relative to the output file");
                self.problems.push(problem);
                Link::Unresolved
            }
        }
    }

    fn is_folder(&self, specifier: &str) -> bool {
        self.discovery.project.files.is_dir(&normalize(&self.folder.path.join(specifier)))
    }

    fn worker(&mut self, record: &ImportRecord) -> Link {
        let module = record.attribute.as_deref() == Some("module");
        let service = record.kind == ImportKind::ServiceWorker;
        let link = match self.locate(&record.specifier, Class::Import) {
            Reference::File(path) => {
                let own = service.then(|| self.discovery.project.name(&path).into());
                let importer = self.worker.take();
                self.worker = own.or_else(|| importer.clone());
                let link = self.script(&path, "", None, record.start, record.end);
                self.worker = importer;
                link
            }
            Reference::External(name) => Link::External(name),
            Reference::Missing => {
                let specifier = &record.specifier;
                self.unresolved(specifier, Class::Import, None, Severity::Error, record.start, record.end)
            }
        };
        let kind = if service { EntryKind::ServiceWorker } else { EntryKind::Worker { module } };
        match link {
            Link::To(to) => Link::Worker { to, kind },
            link => link,
        }
    }

    pub fn asset(&mut self, path: Arc<Path>, manifest: bool) -> Link {
        let manifest = manifest || loaders::extension(&path) == "webmanifest";
        Link::To(self.discovery.visit(self.scope, Key::Asset { path, manifest }, None))
    }

    /// A URL in a sheet, a page, a manifest or `new URL`: relative to the file, to the root, or in the public folder.
    pub fn locate(&mut self, url: &str, class: Class) -> Reference {
        let project = &self.discovery.project;
        if url.is_empty() || url.starts_with('#') || url.starts_with('?') || is_url(url) {
            return Reference::External(url.to_string());
        }
        if project.resolution.is_external(url) {
            return Reference::External(url.to_string());
        }
        let bare_path = url.split(['?', '#']).next().unwrap_or(url);
        let decoded = String::from_utf8_lossy(&data_url::percent_decode(bare_path)).into_owned();
        let candidates = [url, bare_path, decoded.as_str()].map(|candidate| match candidate.strip_prefix('/') {
            Some(rest) => normalize(&project.root.join(rest)),
            None => normalize(&self.folder.path.join(candidate)),
        });
        if let Some(path) = candidates.iter().find(|path| project.files.is_file(path)) {
            return Reference::File(project.real(path).into());
        }
        if let (Some(rest), Some(public)) = (decoded.strip_prefix('/'), &project.public)
            && project.files.is_file(&normalize(&public.join(rest)))
        {
            return Reference::External(url.to_string());
        }
        let reference = self.look_up(url, bare_path, class);
        if matches!(reference, Reference::Missing) {
            self.missed.extend(candidates);
        }
        reference
    }

    /// A package's file: `pkg/font.woff2`, in sheets also `~pkg/font.woff2`.
    fn look_up(&self, url: &str, bare_path: &str, class: Class) -> Reference {
        let name = bare_path.strip_prefix('~').filter(|_| class == Class::Style).unwrap_or(bare_path);
        let project = &self.discovery.project;
        match &*project.resolution.resolve(self.folder, class, self.typescript, name) {
            Resolved::File { path, .. } => Reference::File(Arc::clone(path)),
            Resolved::External(_) => Reference::External(url.to_string()),
            Resolved::Disabled | Resolved::Missing(_) => Reference::Missing,
        }
    }

    /// A URL that becomes a file of the output, or the file's content where its loader says so.
    pub fn reference(&mut self, url: &str, class: Class, start: u32, end: u32) -> Link {
        match self.locate(url, class) {
            Reference::External(name) => Link::External(name),
            Reference::File(path) => {
                let project = &self.discovery.project;
                let query = url.find('?').map_or("", |at| url[at..].split('#').next().unwrap_or(""));
                let inline = query == "?inline" || loaders::by_name(project.options, &path) == Some(Loader::DataUrl);
                let bytes = inline.then(|| project.bytes(&path).ok()).flatten();
                match bytes {
                    Some(bytes) => Link::External(data_url::make(loaders::mime(&path), &bytes)),
                    None => self.asset(path, false),
                }
            }
            Reference::Missing => self.unresolved_reference(url, start, end),
        }
    }

    pub fn unresolved_reference(&mut self, url: &str, start: u32, end: u32) -> Link {
        let place = self.importer.location(start, end);
        let problem = explain::reference(&self.discovery.project, self.code, &self.folder.path, url).at(place);
        self.problems.push(problem);
        Link::Unresolved
    }

    pub fn unresolved(
        &mut self,
        specifier: &str,
        class: Class,
        error: Option<&oxc_resolver::ResolveError>,
        severity: Severity,
        start: u32,
        end: u32,
    ) -> Link {
        if !is_bare(specifier) {
            self.missed.push(normalize(&self.folder.path.join(specifier)));
        }
        let question = Unresolved { folder: self.folder, specifier, class, error };
        let mut problem = question.explain(&self.discovery.project).at(self.importer.location(start, end));
        problem.severity = severity;
        self.problems.push(problem);
        Link::Unresolved
    }
}

/// Where the text of a data URL is said to be: in the root, so that what it imports has a place to start from.
pub(super) fn data_place(root: &Path, url: &data_url::DataUrl) -> (Place, Inline) {
    let text = String::from_utf8_lossy(&url.bytes).into_owned();
    let query = format!("data:{}", super::discover::hash(&text).short());
    (Place::new(root.join("data").into(), query), Inline { text: text.into(), host: None, attribute: false })
}

pub(super) fn no_loader(name: &str, path: &Path) -> Diagnostic {
    let extension = loaders::extension(path);
    if let Some((language, command)) = loaders::language_of_sheets(path) {
        return Diagnostic::error("no-loader", format!("\"{name}\" is {language}, which plimsoll does not compile"))
            .note("browsers read CSS only; nesting, custom properties, `calc()` and `color-mix()` are CSS by now")
            .hint(format!("compile it before (`{command}`) and import the CSS"));
    }
    Diagnostic::error("no-loader", format!("no loader is known for \"{name}\"")).hint(format!(
        "--loader:.{extension}=file (or text, binary, dataurl, copy, empty) says how to treat such files"
    ))
}

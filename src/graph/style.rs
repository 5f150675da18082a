//! Loading one style sheet.

use super::discover::{Body, Discovery, Importer, Inline, Key, Link, Node, hash};
use super::project::{Place, Project};
use super::records::{Mentions, data_place};
use super::resolve::{Class, Resolved};
use super::{data_url, externals, values};
use crate::base::ContentHash;
use crate::diag::{Diagnostic, Severity};
use crate::lang::css;
use crate::lang::css::CssFacts;
use crate::model::{Origin, Style};
use rayon::Scope;
use std::sync::Arc;

/// A sheet's text and what it says.
pub(super) struct Sheet {
    pub source: Arc<str>,
    pub hash: ContentHash,
    pub facts: Arc<CssFacts>,
    /// As [`Style::written`].
    pub written: Option<String>,
    /// Reported by the sheet's own task, not by its module's.
    pub problems: Vec<Diagnostic>,
}

/// Reads and scans a sheet, once: its module (for class names) and its own task both ask.
pub(super) fn sheet(project: &Project, place: &Place, local: bool, inline: Option<&Inline>) -> Arc<Sheet> {
    let (cell, _) = project.sheets.get_or_make(&(place.clone(), local), Arc::default);
    Arc::clone(cell.get_or_init(|| Arc::new(read(project, place, local, inline))))
}

fn read(project: &Project, place: &Place, local: bool, inline: Option<&Inline>) -> Sheet {
    let (text, mut problems) = match inline {
        Some(inline) => (inline.text.to_string(), Vec::new()),
        None => match project.text(&place.path) {
            Ok((text, problem)) => (text, problem.into_iter().collect()),
            Err(problem) => (String::new(), vec![problem]),
        },
    };
    let name = project.place_name(place);
    let values = if local { values::of(project, place, &text, &name, &mut problems) } else { Vec::new() };
    let with_values = (!values.is_empty()).then(|| css::with_values(&text, &values));
    let (text, written) = match with_values {
        Some(made) => (made, Some(text)),
        None => (text, None),
    };
    let scanned = if inline.is_some_and(|inline| inline.attribute) {
        css::scan_attribute(&text, &name)
    } else if local {
        css::scan_module(&text, &name, &values, &project.options.module_names())
    } else {
        css::scan(&text, &name, local, &name, &project.options.module_names())
    };
    let facts = Arc::new(scanned.take(&mut problems).unwrap_or_default());
    Sheet { hash: hash(&text), source: text.into(), facts, written, problems }
}

pub(super) fn load<'s>(
    discovery: &'s Discovery,
    scope: &Scope<'s>,
    place: Place,
    local: bool,
    inline: Option<Inline>,
) -> Node {
    let project = &discovery.project;
    let sheet = sheet(project, &place, local, inline.as_ref());
    let folder = project.folder(&place.path);
    let name = project.place_name(&place);
    let made = inline.is_some();
    let host = inline.as_ref().and_then(|inline| inline.host.as_ref());
    let importer = Importer { name: &name, source: &sheet.source, host, made, sheet: None };
    let mut mentions = Mentions::new(discovery, scope, &folder, importer);
    mentions.code = "unresolved-url";
    let facts = &sheet.facts;
    let mut links: Vec<Link> = Vec::with_capacity(facts.imports.len() + facts.urls.len());
    // A `data:` URL is no base: what is relative to it leads nowhere.
    let is_data = made && host.is_none();
    let leads = |specifier: &str| !is_data || specifier.starts_with("data:") || externals::is_url(specifier);
    links.extend(facts.imports.iter().map(|import| match import.specifier.as_str() {
        specifier if leads(specifier) => mentions.sheet(specifier, import.start, import.end),
        _ => Link::Disabled,
    }));
    links.extend(facts.urls.iter().map(|url| mentions.reference(&url.specifier, Class::Style, url.start, url.end)));
    let (found, missed) = mentions.finish();
    let style = Style {
        path: place.path.to_path_buf(),
        source: Arc::clone(&sheet.source),
        source_hash: sheet.hash,
        is_file: !made,
        written: sheet.written.clone(),
        local,
        facts: Arc::clone(facts),
        imports: Vec::new(),
        urls: Vec::new(),
        package: folder.in_package.then(|| folder.scope.package.clone()).flatten(),
        origin: Origin::Entry,
        name,
    };
    let mut problems = sheet.problems.clone();
    problems.extend(found);
    Node { links, problems, missed, ..Node::new(Body::Style(Box::new(style))) }
}

impl Mentions<'_, '_, '_, '_> {
    /// `@import`
    pub fn sheet(&mut self, specifier: &str, start: u32, end: u32) -> Link {
        let project = &self.discovery.project;
        if specifier.starts_with("data:") {
            let Some(url) = data_url::parse(specifier).filter(|url| url.mime == "text/css") else {
                return Link::External(specifier.to_string());
            };
            let (place, inline) = data_place(&project.root, &url);
            return Link::To(self.discovery.visit(self.scope, Key::Style { place, local: false }, Some(inline)));
        }
        if externals::is_url(specifier) {
            return Link::External(specifier.to_string());
        }
        // `#part` of a URL says nothing of which file it is; alone it names the sheet itself.
        let file = specifier.split_once('#').map_or(specifier, |(file, _)| file);
        if file.is_empty() {
            return Link::Disabled;
        }
        let name = file.strip_prefix('~').unwrap_or(file);
        match &*project.resolution.resolve(self.folder, Class::Style, false, name) {
            Resolved::File { path, .. } => {
                if super::loaders::language_of_sheets(path).is_some() {
                    return self.no_sheet(path, start, end);
                }
                let place = Place::file(path);
                Link::To(self.discovery.visit(self.scope, Key::Style { place, local: false }, None))
            }
            Resolved::External(_) => Link::External(specifier.to_string()),
            Resolved::Disabled => Link::Disabled,
            Resolved::Missing(error) => self.unresolved(name, Class::Style, Some(error), Severity::Error, start, end),
        }
    }
}

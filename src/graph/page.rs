//! Loading one page: its scripts become entries, its styles and files become what they are.

use super::demand::Want;
use super::discover::{Body, Discovery, Host, Importer, Inline, Key, Link, Node};
use super::project::{Place, Project};
use super::records::{Mentions, Reference};
use super::resolve::Class;
use super::script;
use crate::lang::html;
use crate::lang::html::{HtmlFacts, HtmlRef, HtmlRefKind};
use crate::model::{Loader, Page};
use rayon::Scope;
use std::path::Path;
use std::sync::Arc;

pub(super) fn load<'s>(discovery: &'s Discovery, scope: &Scope<'s>, path: &Arc<Path>) -> Node {
    let project = &discovery.project;
    let mut problems = Vec::new();
    let source: Arc<str> = match project.text(path) {
        Ok((text, problem)) => {
            problems.extend(problem);
            text.into()
        }
        Err(problem) => {
            problems.push(problem);
            "".into()
        }
    };
    let name = project.name(path);
    let facts: HtmlFacts = html::scan(&source, &name).take(&mut problems);
    let folder = project.folder(path);
    let importer = Importer { name: &name, source: &source, host: None, made: false, sheet: None };
    let mut mentions = Mentions::new(discovery, scope, &folder, importer);
    let mut inline = Inlines { name: &name, path, source: &source, scripts: 0, styles: 0 };
    let links: Vec<Link> = facts.refs.iter().map(|mention| follow(&mut mentions, &mut inline, mention)).collect();
    let whole = |link: &Link| if let Link::To(to) = link { Some((*to, Want::All)) } else { None };
    discovery.ask(scope, links.iter().filter_map(whole).collect());
    let (found, missed) = mentions.finish();
    problems.extend(found);
    let output = project.pages.get(path).cloned().unwrap_or_else(|| name.clone());
    let page = Page { path: path.to_path_buf(), output, source, facts: Arc::new(facts), targets: Vec::new(), name };
    Node { links, problems, missed, ..Node::new(Body::Page(Box::new(page))) }
}

/// Numbers the scripts and styles that stand in the page itself.
struct Inlines<'a> {
    name: &'a str,
    path: &'a Arc<Path>,
    source: &'a Arc<str>,
    scripts: u32,
    styles: u32,
}

impl Inlines<'_> {
    fn script(&mut self, mention: &HtmlRef) -> (Key, Inline) {
        let place = Place::new(Arc::clone(self.path), format!("?script={}", self.scripts));
        self.scripts += 1;
        (Key::Script { place, loader: Loader::Js }, self.inline(mention, false))
    }

    fn style(&mut self, mention: &HtmlRef, attribute: bool) -> (Key, Inline) {
        let place = Place::new(Arc::clone(self.path), format!("?style={}", self.styles));
        self.styles += 1;
        (Key::Style { place, local: false }, self.inline(mention, attribute))
    }

    fn inline(&self, mention: &HtmlRef, attribute: bool) -> Inline {
        let text: Arc<str> = mention.inline.as_deref().unwrap_or("").into();
        let host: Option<Host> = script::host(self.name, self.source, &text, mention.start, mention.end);
        Inline { text, host, attribute }
    }
}

fn follow(mentions: &mut Mentions, inline: &mut Inlines, mention: &HtmlRef) -> Link {
    let (url, start, end) = (mention.specifier.as_str(), mention.start, mention.end);
    match mention.kind {
        HtmlRefKind::Script { module: true } => match mentions.locate(url, Class::Import) {
            Reference::File(path) => mentions.script(&path, "", None, start, end),
            Reference::External(name) => Link::External(name),
            Reference::Missing => mentions.unresolved_reference(url, start, end),
        },
        HtmlRefKind::InlineScript => {
            let (key, text) = inline.script(mention);
            Link::To(mentions.discovery.visit(mentions.scope, key, Some(text)))
        }
        HtmlRefKind::Stylesheet => match mentions.locate(url, Class::Style) {
            Reference::File(path) => {
                let key = Key::Style { place: Place::file(&path), local: false };
                Link::To(mentions.discovery.visit(mentions.scope, key, None))
            }
            Reference::External(name) => Link::External(name),
            Reference::Missing => mentions.unresolved_reference(url, start, end),
        },
        HtmlRefKind::InlineStyle | HtmlRefKind::StyleAttribute => {
            let (key, text) = inline.style(mention, mention.kind == HtmlRefKind::StyleAttribute);
            Link::To(mentions.discovery.visit(mentions.scope, key, Some(text)))
        }
        HtmlRefKind::Manifest => match mentions.locate(url, Class::Style) {
            Reference::File(path) => mentions.asset(path, true),
            Reference::External(name) => Link::External(name),
            Reference::Missing => mentions.unresolved_reference(url, start, end),
        },
        HtmlRefKind::Page => page_link(&mentions.discovery.project, &mentions.folder.path, mentions, url),
        HtmlRefKind::Script { module: false } | HtmlRefKind::Image | HtmlRefKind::Icon | HtmlRefKind::Other => {
            mentions.reference(url, Class::Style, start, end)
        }
    }
}

/// A link to another page of the build; anything else is none of our business.
fn page_link(project: &Project, folder: &Path, mentions: &Mentions, url: &str) -> Link {
    let external = || Link::External(url.to_string());
    if url.is_empty() || url.starts_with(['#', '?']) || super::externals::is_url(url) {
        return external();
    }
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let path = match path.strip_prefix('/') {
        Some(rest) => project.root.join(rest),
        None => folder.join(path),
    };
    let path = project.real(&path);
    let candidates = [path.join("index.html"), path];
    match candidates.iter().find_map(|path| project.pages.get_key_value(path.as_path())) {
        Some((page, _)) => {
            let key = Key::Page { path: Arc::clone(page) };
            Link::To(mentions.discovery.visit(mentions.scope, key, None))
        }
        None => external(),
    }
}

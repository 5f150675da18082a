//! The last step: breadth first from the entries, in the order of mentions, so that ids depend on the files alone.

use super::discover::{Body, Discovery, Early, Key, Link, Node};
use super::entries::{Names, Starts};
use super::project::Place;
use crate::base::{AssetId, Idx, ModuleId, PageId, StyleId};
use crate::diag::Diagnostic;
use crate::lang::html::HtmlRefKind;
use crate::model::{Entry, EntryKind, Loader, Module, ModuleGraph, Origin, Page, Target};
use rustc_hash::FxHashMap;
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

/// A final id.
#[derive(Clone, Copy)]
enum Final {
    Module(ModuleId),
    Style(StyleId),
    Asset(AssetId),
    Page(PageId),
}

struct Numbering {
    nodes: Vec<Option<Node>>,
    finals: Vec<Option<Final>>,
    origins: Vec<Origin>,
    /// Modules, styles, assets, pages so far.
    counts: [usize; 4],
    queue: VecDeque<Early>,
    /// In the order of their ids.
    order: Vec<Early>,
    /// Entries by module, with its early number.
    entries: Vec<(Early, EntryKind, String)>,
    workers: FxHashMap<(Early, EntryKind), usize>,
    /// Files of `module` fields that give way to those of `main`.
    instead: FxHashMap<Early, Early>,
}

pub(super) fn assemble(discovery: &Discovery, starts: &Starts, problems: &mut Vec<Diagnostic>) -> ModuleGraph {
    let nodes = discovery.take_found();
    let mut numbering = Numbering {
        finals: vec![None; nodes.len()],
        origins: vec![Origin::Entry; nodes.len()],
        nodes,
        counts: [0; 4],
        queue: VecDeque::new(),
        order: Vec::new(),
        entries: Vec::new(),
        workers: FxHashMap::default(),
        instead: instead(discovery),
    };
    numbering.walk(starts);
    numbering.finish(starts, problems)
}

/// One instance of a package that is both imported and required: the one that can be required.
fn instead(discovery: &Discovery) -> FxHashMap<Early, Early> {
    let early = |path: &std::sync::Arc<Path>| {
        let place = Place::new(path.clone(), "");
        [Loader::Js, Loader::Jsx, Loader::Ts, Loader::Tsx]
            .into_iter()
            .find_map(|loader| discovery.known(&Key::Script { place: place.clone(), loader }))
    };
    let pairs = discovery.project.resolution.required();
    pairs.iter().filter_map(|(module, main)| Some((early(module)?, early(main)?))).collect()
}

impl Numbering {
    fn walk(&mut self, starts: &Starts) {
        let scripts = starts.scripts.iter().map(|(script, _)| *script);
        let first = [starts.runtime].into_iter().chain(starts.injected.iter().copied()).chain(scripts);
        for start in first.chain(starts.pages.iter().copied()) {
            self.reach(start, Origin::Entry);
        }
        self.name_entries(starts);
        self.empty_queue();
        // Nothing mentions most of these; those that something mentions have their number by now.
        for start in &starts.public {
            self.reach(*start, Origin::Entry);
        }
        self.empty_queue();
    }

    /// Entries of the command line, then those of pages; those of workers follow as they are met.
    fn name_entries(&mut self, starts: &Starts) {
        let mut known = BTreeSet::new();
        for (script, name) in &starts.scripts {
            if known.insert(*script) {
                self.entries.push((*script, EntryKind::User, name.clone()));
            }
        }
        for page in &starts.pages {
            let Some(Final::Page(id)) = self.finals[*page as usize] else { continue };
            for (script, name) in self.page_scripts(*page) {
                if known.insert(script) {
                    self.entries.push((script, EntryKind::Page(id), name));
                }
            }
        }
    }

    /// Module scripts of a page, each with the name that its entry would like.
    fn page_scripts(&self, page: Early) -> Vec<(Early, String)> {
        let Some(Node { body: Body::Page(page), links, .. }) = &self.nodes[page as usize] else { return Vec::new() };
        let stem = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            name.split(['?', '.']).next().unwrap_or(name).to_string()
        };
        let entry = |(mention, link): (&crate::lang::html::HtmlRef, &Link)| match (mention.kind, link) {
            (HtmlRefKind::InlineScript, Link::To(script)) => Some((*script, stem(&page.name))),
            (HtmlRefKind::Script { module: true }, Link::To(script)) => Some((*script, stem(&mention.specifier))),
            _ => None,
        };
        page.facts.refs.iter().zip(links).filter_map(entry).collect()
    }

    fn resolve_instead(&self, early: Early) -> Early {
        self.instead.get(&early).copied().unwrap_or(early)
    }

    fn reach(&mut self, early: Early, origin: Origin) {
        let at = early as usize;
        if self.finals[at].is_some() {
            return;
        }
        // A task that panicked left nothing; rayon has already passed that on.
        let Some(node) = &self.nodes[at] else { return };
        let kind = match node.body {
            Body::Script(_) => 0,
            Body::Style(_) => 1,
            Body::Asset(_) => 2,
            Body::Page(_) => 3,
        };
        let number = self.counts[kind];
        self.counts[kind] += 1;
        self.finals[at] = Some(match kind {
            0 => Final::Module(ModuleId::from_usize(number)),
            1 => Final::Style(StyleId::from_usize(number)),
            2 => Final::Asset(AssetId::from_usize(number)),
            _ => Final::Page(PageId::from_usize(number)),
        });
        self.origins[at] = origin;
        self.order.push(early);
        self.queue.push_back(early);
    }

    fn empty_queue(&mut self) {
        while let Some(early) = self.queue.pop_front() {
            let Some(node) = &self.nodes[early as usize] else { continue };
            let (attached, links) = (node.attached, node.links.clone());
            let own = self.origins[early as usize];
            if let Some(attached) = attached {
                // The virtual module is only the way to it: whoever asked for one asked for the other.
                self.reach(attached, own);
            }
            for (at, link) in links.iter().enumerate() {
                let to = match link {
                    Link::To(to) | Link::Worker { to, .. } | Link::Copied { to, .. } => self.resolve_instead(*to),
                    _ => continue,
                };
                self.reach(to, self.origin(early, at as u32).unwrap_or(own));
                if let Link::Worker { kind, .. } = link {
                    self.worker(to, *kind);
                }
            }
        }
    }

    /// The origin of what the mention leads to. What a manifest mentions has the manifest's own.
    fn origin(&self, early: Early, mention: u32) -> Option<Origin> {
        match self.finals[early as usize]? {
            Final::Module(id) => Some(Origin::Module(id, mention)),
            Final::Style(id) => Some(Origin::Style(id)),
            Final::Page(id) => Some(Origin::Page(id)),
            Final::Asset(_) => None,
        }
    }

    fn worker(&mut self, script: Early, kind: EntryKind) {
        if self.workers.contains_key(&(script, kind)) {
            return;
        }
        let Some(Node { body: Body::Script(body), .. }) = &self.nodes[script as usize] else { return };
        let stem = body.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        self.workers.insert((script, kind), self.entries.len());
        self.entries.push((script, kind, stem.unwrap_or_else(|| "worker".to_string())));
    }

    fn target(&self, link: &Link) -> Target {
        match link {
            Link::To(early) => match self.finals[self.resolve_instead(*early) as usize] {
                Some(Final::Module(id)) => Target::Module(id),
                Some(Final::Style(id)) => Target::Style(id),
                Some(Final::Asset(id)) => Target::Asset(id),
                Some(Final::Page(id)) => Target::Page(id),
                None => Target::Unresolved,
            },
            Link::Worker { to, kind } => {
                let entry = self.workers.get(&(self.resolve_instead(*to), *kind));
                entry.map_or(Target::Unresolved, |entry| Target::Worker(*entry))
            }
            Link::External(name) | Link::Copied { name, .. } => Target::External(name.clone()),
            Link::Disabled => Target::Disabled,
            Link::Unresolved => Target::Unresolved,
            Link::Unasked => Target::Unasked,
        }
    }

    fn module(&self, early: Early) -> Option<ModuleId> {
        match self.finals[early as usize]? {
            Final::Module(id) => Some(id),
            _ => None,
        }
    }

    fn finish(mut self, starts: &Starts, problems: &mut Vec<Diagnostic>) -> ModuleGraph {
        let mut graph = ModuleGraph {
            runtime: self.module(starts.runtime),
            injected: starts.injected.iter().filter_map(|early| self.module(*early)).collect(),
            ..ModuleGraph::default()
        };
        let mut names = Names::default();
        for (early, kind, name) in std::mem::take(&mut self.entries) {
            let name = names.unique(&name);
            graph.entries.extend(self.module(early).map(|module| Entry { module, kind, name }));
        }
        let mut watched: Vec<PathBuf> = Vec::new();
        for early in std::mem::take(&mut self.order) {
            let Some(mut node) = self.nodes[early as usize].take() else { continue };
            problems.append(&mut node.problems);
            watched.extend(std::mem::take(&mut node.missed));
            self.place(&mut graph, node, early, &mut watched);
        }
        graph.watched = watched;
        graph
    }

    fn place(&self, graph: &mut ModuleGraph, node: Node, early: Early, watched: &mut Vec<PathBuf>) {
        let origin = self.origins[early as usize];
        let mut targets: Vec<Target> = node.links.iter().map(|link| self.target(link)).collect();
        let attached = node.attached.and_then(|attached| self.finals[attached as usize]);
        match node.body {
            Body::Script(module) => {
                watch_module(watched, &module);
                let (style, asset) = match attached {
                    Some(Final::Style(style)) => (Some(style), None),
                    Some(Final::Asset(asset)) => (None, Some(asset)),
                    _ => (None, None),
                };
                graph.modules.push(Module { targets, style, asset, origin, ..*module });
            }
            Body::Style(mut style) => {
                watched.push(style.path.clone());
                style.urls = targets.split_off(style.facts.imports.len());
                style.imports = targets;
                style.origin = origin;
                graph.styles.push(*style);
            }
            Body::Asset(mut asset) => {
                watched.push(asset.path.clone());
                let pointers = std::mem::take(&mut asset.references).into_iter().map(|(pointer, _)| pointer);
                asset.references = pointers.zip(targets).collect();
                asset.origin = origin;
                graph.assets.push(*asset);
            }
            Body::Page(page) => {
                watched.push(page.path.clone());
                graph.pages.push(Page { targets, ..*page });
            }
        }
    }
}

/// Files only: not the runtime, not data URLs.
fn watch_module(watched: &mut Vec<PathBuf>, module: &Module) {
    if !module.name.starts_with("plimsoll:") {
        watched.push(module.path.clone());
    }
}

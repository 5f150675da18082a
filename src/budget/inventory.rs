//! What is in the files of a build: which source gave which bytes, and why it is there.

use crate::base::{IndexVec, LineIndex, ModuleId, StyleId};
use crate::lang::js::{ImportKind, SourceType, SymbolKind};
use crate::model::{
    Asked, AssetKind, ChunkKind, ChunkPlan, Contribution, Emitted, EntryKind, ExportBinding, FileFacts, FileKind, GLUE,
    ImageFacts, ImageSets, Inventory, Linked, ModuleGraph, Origin, OutputKey, Package, PackageFacts, Role, Sealed,
    SealedFile, Source, Target, WhyLink,
};
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a statement that are told.
const STATEMENT_MAX: usize = 80;

/// A build, as far as its files can be explained by it.
pub struct Build<'a> {
    pub graph: &'a ModuleGraph,
    pub linked: &'a Linked,
    pub plan: &'a ChunkPlan,
    pub images: &'a ImageSets,
    pub sealed: &'a Sealed,
}

/// What is asked of a module that is imported without a name.
const FOR_EFFECTS: &str = "(its effects)";

/// Everything about every file of `sealed`.
pub fn inventory(build: &Build<'_>) -> Inventory {
    let mut maker = Maker { build, out: Inventory::default(), by_name: BTreeMap::new(), packages: BTreeMap::new() };
    maker.modules();
    maker.styles();
    maker.others();
    maker.files();
    maker.out
}

struct Maker<'a> {
    build: &'a Build<'a>,
    out: Inventory,
    /// Sources by name.
    by_name: BTreeMap<String, u32>,
    packages: BTreeMap<(String, String), u32>,
}

impl Maker<'_> {
    fn package(&mut self, package: Option<&Package>) -> Option<u32> {
        let package = package?;
        let key = (package.name.clone(), package.version.clone());
        let next = self.out.packages.len() as u32;
        let at = *self.packages.entry(key).or_insert(next);
        if at == next {
            let (name, version) = (package.name.clone(), package.version.clone());
            self.out.packages.push(PackageFacts { name, version, asked_by: Vec::new() });
        }
        Some(at)
    }

    fn source(&mut self, name: &str, package: Option<&Package>, bytes: u64) -> u32 {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        let at = self.out.sources.len() as u32;
        let package = self.package(package);
        self.out.sources.push(Source { name: name.to_string(), package, bytes, ..Source::default() });
        self.by_name.insert(name.to_string(), at);
        at
    }

    fn modules(&mut self) {
        let graph = self.build.graph;
        let ids: Vec<u32> = graph
            .modules
            .iter()
            .map(|module| self.source(&module.name, module.package.as_ref(), module.source.len() as u64))
            .collect();
        let included = |id: ModuleId| self.build.linked.modules.get(id).is_some_and(|link| link.included);
        let mut importers: IndexVec<ModuleId, Vec<Asked>> = graph.modules.iter().map(|_| Vec::new()).collect();
        for (id, module) in graph.modules.iter_ids().filter(|(id, _)| included(*id)) {
            let index = std::cell::OnceCell::new();
            let needed = self.needed_at_once(id);
            for (number, (record, target)) in module.facts.records.iter().zip(&module.targets).enumerate() {
                let to = match target {
                    Target::Module(to) => *to,
                    Target::Worker(entry) => graph.entries[*entry].module,
                    _ => continue,
                };
                if to == id {
                    continue;
                }
                let line = index.get_or_init(|| LineIndex::new(&module.source)).line(record.start) + 1;
                let lazy = !matches!(record.kind, ImportKind::Import | ImportKind::Require);
                importers[to].push(Asked {
                    by: ids[id.0 as usize],
                    line,
                    specifier: record.specifier.clone(),
                    lazy,
                    at_once: needed.contains(&(number as u32)),
                });
            }
        }
        let asks = self.asked_names();
        let mut lines: BTreeMap<ModuleId, LineIndex> = BTreeMap::new();
        for (id, module) in graph.modules.iter_ids() {
            let asked = std::mem::take(&mut importers[id]);
            self.packages_asked(ids[id.0 as usize], &asked);
            let why = match module.origin {
                Origin::Module(importer, record) => {
                    let by = &graph.modules[importer];
                    let record = by.facts.records.get(record as usize);
                    record.map(|record| Asked {
                        by: self.by_name[&by.name],
                        line: lines.entry(importer).or_insert_with(|| LineIndex::new(&by.source)).line(record.start)
                            + 1,
                        specifier: record.specifier.clone(),
                        lazy: !matches!(record.kind, ImportKind::Import | ImportKind::Require),
                        at_once: false,
                    })
                }
                _ => None,
            };
            let pinned = (asks[id].is_empty() && included(id)).then(|| self.pinned(id)).flatten();
            let source = &mut self.out.sources[ids[id.0 as usize] as usize];
            source.why = why;
            source.importers = asked;
            source.asks = asks[id].iter().cloned().collect();
            source.pinned = pinned;
            source.common_js = module.facts.source_type == SourceType::CommonJs;
        }
    }

    /// Records from which the module takes something while it is evaluated.
    fn needed_at_once(&self, id: ModuleId) -> BTreeSet<u32> {
        let (facts, link) = (&self.build.graph.modules[id].facts, &self.build.linked.modules[id]);
        let live = facts.parts.iter().zip(&link.live_parts).filter(|(_, live)| **live);
        let touched = live.flat_map(|(part, _)| {
            part.calls.iter().chain(&part.pure_calls).chain(&part.looks_at).chain(&part.alters).copied()
        });
        let record = |symbol: u32| {
            let mut at = symbol;
            // A member of a namespace of a namespace: this ends, or the facts would not.
            for _ in 0..16 {
                match facts.declared(at).map(|declared| &declared.kind)? {
                    SymbolKind::Import { record, .. } | SymbolKind::Namespace { record } => return Some(*record),
                    SymbolKind::Member { namespace, .. } | SymbolKind::Asked { namespace, .. } => at = *namespace,
                    SymbolKind::Local => return None,
                }
            }
            None
        };
        touched.filter_map(record).collect()
    }

    /// Imports from outside are who asks for a package.
    fn packages_asked(&mut self, source: u32, asked: &[Asked]) {
        let Some(package) = self.out.sources[source as usize].package else { return };
        let outside: Vec<Asked> = asked
            .iter()
            .filter(|asked| self.out.sources[asked.by as usize].package != Some(package))
            .cloned()
            .collect();
        self.out.packages[package as usize].asked_by.extend(outside);
    }

    /// By module: exports that live code of others mentions.
    fn asked_names(&self) -> IndexVec<ModuleId, BTreeSet<String>> {
        let (graph, linked) = (self.build.graph, self.build.linked);
        let mut out: IndexVec<ModuleId, BTreeSet<String>> = graph.modules.iter().map(|_| BTreeSet::new()).collect();
        for (id, link) in linked.modules.iter_ids().filter(|(_, link)| link.included) {
            let facts = &graph.modules[id].facts;
            let bare = facts.bare_imports();
            for (record, target) in graph.modules[id].targets.iter().enumerate() {
                let Target::Module(to) = target else { continue };
                match facts.records[record].kind {
                    ImportKind::Import if bare.contains(&(record as u32)) => out[*to].insert(FOR_EFFECTS.to_string()),
                    ImportKind::Import => false,
                    _ => out[*to].insert("*".to_string()),
                };
            }
            for symbol in &link.mentioned {
                let Some(at) = symbol.checked_sub(facts.first_declared()) else { continue };
                let asked = match facts.declared(*symbol).map(|declared| &declared.kind) {
                    Some(SymbolKind::Import { name, .. } | SymbolKind::Member { name, .. }) => name.clone(),
                    _ => "*".to_string(),
                };
                match link.bindings.get(at as usize).and_then(Option::as_ref).map(ExportBinding::base) {
                    Some(ExportBinding::Symbol(target)) if target.module != id => {
                        out[target.module].insert(asked);
                    }
                    Some(ExportBinding::Namespace(module)) if *module != id => {
                        out[*module].insert("*".to_string());
                    }
                    Some(ExportBinding::CommonJs(binding)) if binding.module != id => {
                        out[binding.module].insert(binding.name.clone());
                    }
                    _ => {}
                }
            }
        }
        out
    }

    /// The first statement that acts.
    fn pinned(&self, id: ModuleId) -> Option<(u32, String)> {
        let (module, link) = (&self.build.graph.modules[id], &self.build.linked.modules[id]);
        let part = (0..link.live_parts.len()).find(|at| link.live_parts[*at] && link.acts.get(*at) == Some(&true))?;
        let start = module.facts.parts.get(part)?.start as usize;
        let text = module.source.get(start..)?;
        let line = text.trim_start().lines().next().unwrap_or("");
        let mut told: String = line.chars().take(STATEMENT_MAX).collect();
        if told.len() < line.len() {
            told.push('…');
        }
        Some((LineIndex::line_in(&module.source, start as u32) + 1, told))
    }

    fn styles(&mut self) {
        let graph = self.build.graph;
        let ids: Vec<u32> = graph
            .styles
            .iter()
            .map(|style| self.source(&style.name, style.package.as_ref(), style.source.len() as u64))
            .collect();
        for (id, style) in graph.styles.iter_ids() {
            let index = LineIndex::new(&style.source);
            for (import, target) in style.facts.imports.iter().zip(&style.imports) {
                let Target::Style(to) = target else { continue };
                let line = index.line(import.start) + 1;
                let asked = Asked {
                    by: ids[id.0 as usize],
                    line,
                    specifier: import.specifier.clone(),
                    lazy: false,
                    at_once: false,
                };
                self.ask(ids[to.0 as usize], asked);
            }
            for (url, target) in style.facts.urls.iter().zip(&style.urls) {
                let Target::Asset(to) = target else { continue };
                let asset = &graph.assets[*to];
                let at = self.source(&asset.name, asset.package.as_ref(), asset.bytes.len() as u64);
                let line = index.line(url.start) + 1;
                let asked = Asked {
                    by: ids[id.0 as usize],
                    line,
                    specifier: url.specifier.clone(),
                    lazy: false,
                    at_once: false,
                };
                self.ask(at, asked);
            }
            self.style_of_module(id, ids[id.0 as usize]);
        }
    }

    /// A sheet that a script imports is asked for by who imports the module that stands for it.
    fn style_of_module(&mut self, id: StyleId, source: u32) {
        if let Origin::Module(by, record) = self.build.graph.styles[id].origin {
            let by = &self.build.graph.modules[by];
            if let Some(record) = by.facts.records.get(record as usize) {
                let line = LineIndex::line_in(&by.source, record.start) + 1;
                let asked = Asked {
                    by: self.by_name[&by.name],
                    line,
                    specifier: record.specifier.clone(),
                    lazy: false,
                    at_once: false,
                };
                if asked.by != source {
                    self.ask(source, asked);
                }
            }
        }
    }

    fn ask(&mut self, source: u32, asked: Asked) {
        let source = &mut self.out.sources[source as usize];
        if !source.importers.contains(&asked) {
            source.importers.push(asked.clone());
        }
        if source.why.is_none() {
            source.why = Some(asked);
        }
    }

    /// Assets of scripts and pages, pages themselves.
    fn others(&mut self) {
        let graph = self.build.graph;
        for asset in graph.assets.iter() {
            let at = self.source(&asset.name, asset.package.as_ref(), asset.bytes.len() as u64);
            if let Origin::Module(by, record) = asset.origin {
                let by = &graph.modules[by];
                if let Some(record) = by.facts.records.get(record as usize) {
                    let line = LineIndex::line_in(&by.source, record.start) + 1;
                    let lazy = false;
                    let by = self.by_name[&by.name];
                    if by != at {
                        self.ask(at, Asked { by, line, specifier: record.specifier.clone(), lazy, at_once: false });
                    }
                }
            }
        }
        for page in graph.pages.iter() {
            let by = self.source(&page.name, None, page.source.len() as u64);
            let index = LineIndex::new(&page.source);
            for (mention, target) in page.facts.refs.iter().zip(&page.targets) {
                let name = match target {
                    Target::Asset(id) => &graph.assets[*id].name,
                    Target::Style(id) => &graph.styles[*id].name,
                    Target::Module(id) => &graph.modules[*id].name,
                    _ => continue,
                };
                if let Some(at) = self.by_name.get(name).copied().filter(|at| *at != by) {
                    let line = index.line(mention.start) + 1;
                    self.ask(at, Asked { by, line, specifier: mention.specifier.clone(), lazy: false, at_once: true });
                }
            }
        }
    }

    fn files(&mut self) {
        let sealed = self.build.sealed;
        let at_path: BTreeMap<&str, u32> =
            sealed.files.iter().enumerate().map(|(at, file)| (file.path.as_str(), at as u32)).collect();
        let at_key: BTreeMap<&OutputKey, u32> =
            sealed.files.iter().enumerate().map(|(at, file)| (&file.key, at as u32)).collect();
        let glue = self.source(GLUE, None, 0);
        for file in &sealed.files {
            let (role, target) = self.role(file);
            let (imports, lazy) = self.leads_to(file, &at_path, &at_key);
            let parts = self.parts(file, glue);
            let bytes = file.bytes.len() as u64;
            self.out.files.push(FileFacts {
                path: file.path.clone(),
                kind: file.kind,
                role,
                target,
                imports,
                lazy,
                bytes,
                parts,
            });
        }
        for (id, asset) in self.build.graph.assets.iter_ids() {
            let (Some(Some(image)), Some(file)) = (self.build.images.get(id), at_key.get(&OutputKey::Asset(id))) else {
                continue;
            };
            self.out.images.push(ImageFacts {
                file: *file,
                source: asset.name.clone(),
                before: asset.bytes.len() as u64,
                after: image.bytes.len() as u64,
                width: image.width,
                height: image.height,
            });
        }
    }

    /// Every byte belongs to somebody.
    fn parts(&mut self, file: &SealedFile, glue: u32) -> Vec<(u32, u64)> {
        let mut parts: Vec<(u32, u64)> = Vec::new();
        let mut left = file.bytes.len() as u64;
        for part in &file.contributions {
            let bytes = part.bytes.min(left);
            left -= bytes;
            let at = self.by_name.get(&part.source).copied();
            let at = at.unwrap_or_else(|| self.source(&part.source, None, 0));
            match parts.iter_mut().find(|known| known.0 == at) {
                Some(known) => known.1 += bytes,
                None => parts.push((at, bytes)),
            }
        }
        if left > 0 {
            parts.push((glue, left));
        }
        parts
    }

    fn role(&self, file: &SealedFile) -> (Role, Option<u32>) {
        let graph = self.build.graph;
        match &file.key {
            OutputKey::Page(_) => (Role::Page, None),
            OutputKey::Chunk(id) => match self.build.plan.chunks.get(*id).map(|chunk| chunk.kind) {
                Some(ChunkKind::Entry(entry)) => match graph.entries[entry].kind {
                    EntryKind::Worker { .. } | EntryKind::ServiceWorker => (Role::Worker, None),
                    _ => (Role::Entry, None),
                },
                Some(ChunkKind::Dynamic(module)) => {
                    (Role::Async, self.by_name.get(&graph.modules[module].name).copied())
                }
                Some(ChunkKind::Shared) => (Role::Shared, None),
                // Of a program of its own.
                None => (Role::Entry, None),
            },
            OutputKey::Asset(id) if graph.assets[*id].kind != AssetKind::WebManifest => (Role::Asset, None),
            _ => (Role::None, None),
        }
    }

    /// What is loaded with a file, and what it mentions beyond that.
    fn leads_to(
        &self,
        file: &SealedFile,
        at_path: &BTreeMap<&str, u32>,
        at_key: &BTreeMap<&OutputKey, u32>,
    ) -> (Vec<u32>, Vec<u32>) {
        let mut imports = BTreeSet::new();
        if let OutputKey::Chunk(id) = &file.key
            && let Some(chunk) = self.build.plan.chunks.get(*id)
        {
            imports.extend(chunk.static_imports.iter().filter_map(|id| at_key.get(&OutputKey::Chunk(*id)).copied()));
            imports.extend(chunk.sheets.iter().filter_map(|id| at_key.get(&OutputKey::Style(*id)).copied()));
        }
        let mentioned: BTreeSet<u32> = file
            .mentions
            .iter()
            .filter_map(|path| at_path.get(path.as_str()).copied())
            .filter(|at| self.build.sealed.files[*at as usize].kind != FileKind::Map)
            .collect();
        if file.kind != FileKind::Script {
            return (mentioned.into_iter().collect(), Vec::new());
        }
        let lazy = mentioned.difference(&imports).copied().collect();
        (imports.into_iter().collect(), lazy)
    }
}

/// Puts what is known of a build into the files of a directory, if those are its files; whether they are.
pub fn explain(emitted: &mut Emitted, inventory: &Inventory) -> bool {
    let same = |file: &FileFacts| {
        let found = emitted.files.binary_search_by(|known| known.path.as_str().cmp(&file.path));
        found.is_ok_and(|at| emitted.files[at].bytes == file.bytes)
    };
    if !inventory.files.iter().all(same) {
        return false;
    }
    for file in &mut emitted.files {
        let Some(facts) = inventory.file(&file.path) else { continue };
        file.contributions = facts.parts.iter().map(|(at, bytes)| contribution(inventory, *at, *bytes)).collect();
        // The build knows better than the ending of the name.
        file.kind = facts.kind;
    }
    true
}

fn contribution(inventory: &Inventory, at: u32, bytes: u64) -> Contribution {
    let source = &inventory.sources[at as usize];
    let link = |asked: &Asked| WhyLink {
        file: inventory.sources[asked.by as usize].name.clone(),
        line: asked.line,
        specifier: asked.specifier.clone(),
    };
    Contribution {
        source: source.name.clone(),
        package: inventory.package_of(source),
        bytes,
        why: inventory.chain(at).into_iter().map(link).collect(),
        spans: Vec::new(),
    }
}

/// Anything of the package is in an output.
pub fn is_shipped(inventory: &Inventory, package: usize) -> bool {
    let is_of = |part: &(u32, u64)| part.1 > 0 && inventory.sources[part.0 as usize].package == Some(package as u32);
    inventory.files.iter().any(|file| file.parts.iter().any(is_of))
}

/// Packages that are shipped in more than one version: the versions of each.
pub fn duplicates(inventory: &Inventory) -> Vec<Vec<usize>> {
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, package) in inventory.packages.iter().enumerate() {
        by_name.entry(&package.name).or_default().push(at);
    }
    by_name.retain(|_, copies| copies.len() > 1);
    let shipped = |copies: Vec<usize>| copies.into_iter().filter(|at| is_shipped(inventory, *at)).collect::<Vec<_>>();
    by_name.into_values().map(shipped).filter(|copies| copies.len() > 1).collect()
}

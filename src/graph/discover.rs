//! Discovery: every file is a task, every mention of a new file starts one. Numbers given here depend on which thread
//! was first; `number` replaces them.

use super::demand::Asked;
use super::project::{Place, Project};
use super::shards::{Shards, lock};
use super::{asset, page, script, style};
use crate::base::{ContentHash, trace};
use crate::diag::{Diagnostic, Location};
use crate::lang::js;
use crate::model::{Asset, EntryKind, Loader, Module, Page, Style};
use rayon::Scope;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// What makes two mentions the same thing.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Key {
    Runtime,
    Script { place: Place, loader: Loader },
    Style { place: Place, local: bool },
    Asset { path: Arc<Path>, manifest: bool },
    Page { path: Arc<Path> },
}

impl Key {
    /// The file, for the trace.
    fn path(&self) -> Cow<'_, str> {
        match self {
            Key::Runtime => js::RUNTIME_NAME.into(),
            Key::Script { place, .. } | Key::Style { place, .. } => place.path.to_string_lossy(),
            Key::Asset { path, .. } | Key::Page { path } => path.to_string_lossy(),
        }
    }
}

/// Text that is not a file of its own.
#[derive(Clone, Debug)]
pub(super) struct Inline {
    pub text: Arc<str>,
    /// The page it stands in, and where.
    pub host: Option<Host>,
    /// The declarations of a `style="…"`.
    pub attribute: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Host {
    pub name: Arc<str>,
    pub source: Arc<str>,
    pub offset: u32,
}

/// Number of a thing during discovery.
pub(super) type Early = u32;

/// Where a mention leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Link {
    To(Early),
    Worker {
        to: Early,
        kind: EntryKind,
    },
    /// A file that is copied as it is and imported by its name in the output.
    Copied {
        to: Early,
        name: String,
    },
    External(String),
    Disabled,
    Unresolved,
    /// Not followed, since nobody asks for anything that comes through it.
    Unasked,
}

pub(super) enum Body {
    Script(Box<Module>),
    Style(Box<Style>),
    Asset(Box<Asset>),
    Page(Box<Page>),
}

/// A thing that was found. Links and targets of the body are in `links`, in the order of its mentions (styles: imports,
/// then URLs; assets: references).
pub(super) struct Node {
    pub body: Body,
    pub links: Vec<Link>,
    /// The style or asset that a virtual script stands for.
    pub attached: Option<Early>,
    pub problems: Vec<Diagnostic>,
    /// Files that were looked for and not found.
    pub missed: Vec<PathBuf>,
}

impl Node {
    pub fn new(body: Body) -> Self {
        Node { body, links: Vec::new(), attached: None, problems: Vec::new(), missed: Vec::new() }
    }
}

/// A thing to load.
struct Task {
    number: Early,
    key: Key,
    inline: Option<Inline>,
}

/// Tasks that wait to be chosen by chance; see [`crate::config::Options::shuffle`].
struct Shuffle {
    state: u64,
    waiting: Vec<Task>,
}

impl Shuffle {
    /// One of those that wait. Numbers by chance: SplitMix64.
    fn take(&mut self) -> Option<Task> {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let count = self.waiting.len() as u64;
        (count > 0).then(|| self.waiting.swap_remove((mixed % count) as usize))
    }
}

pub(super) struct Discovery<'a> {
    pub project: Project<'a>,
    shuffle: Option<Mutex<Shuffle>>,
    known: Shards<Key, Early>,
    next: AtomicU32,
    pub asked: Shards<Early, Arc<Mutex<Asked>>>,
    found: Mutex<Vec<(Early, Node)>>,
}

impl<'a> Discovery<'a> {
    pub fn new(project: Project<'a>) -> Self {
        let shuffle = project.options.shuffle.map(|state| Mutex::new(Shuffle { state, waiting: Vec::new() }));
        let (known, asked) = (Shards::new(), Shards::new());
        Discovery { project, shuffle, known, next: AtomicU32::new(0), asked, found: Mutex::default() }
    }

    /// The number of a thing; starts its task when it is new.
    pub fn visit<'s>(&'s self, scope: &Scope<'s>, key: Key, inline: Option<Inline>) -> Early {
        let (number, new) = self.known.get_or_make(&key, || self.next.fetch_add(1, Ordering::Relaxed));
        if new {
            self.start(scope, Task { number, key, inline });
        }
        number
    }

    fn start<'s>(&'s self, scope: &Scope<'s>, task: Task) {
        let Some(shuffle) = &self.shuffle else {
            scope.spawn(move |scope| self.run(scope, task));
            return;
        };
        lock(shuffle).waiting.push(task);
        // As many turns as tasks: whoever has one takes any task.
        scope.spawn(move |scope| {
            let taken = lock(shuffle).take();
            if let Some(task) = taken {
                self.run(scope, task);
            }
        });
    }

    fn run<'s>(&'s self, scope: &Scope<'s>, task: Task) {
        let span = trace::span("load", &task.key.path());
        let node = match task.key {
            Key::Runtime => Some(script::runtime(&self.project)),
            Key::Script { place, loader } => script::load(self, scope, task.number, place, loader, task.inline),
            Key::Style { place, local } => Some(style::load(self, scope, place, local, task.inline)),
            Key::Asset { path, manifest } => Some(asset::load(self, scope, &path, manifest)),
            Key::Page { path } => Some(page::load(self, scope, &path)),
        };
        drop(span);
        lock(&self.found).extend(node.map(|node| (task.number, node)));
    }

    pub fn known(&self, key: &Key) -> Option<Early> {
        self.known.get(key)
    }

    /// Everything found, by number. Call when no task is left.
    pub fn take_found(&self) -> Vec<Option<Node>> {
        let mut found: Vec<Option<Node>> = Vec::new();
        found.resize_with(self.next.load(Ordering::Relaxed) as usize, || None);
        for (number, node) in lock(&self.found).drain(..) {
            found[number as usize] = Some(node);
        }
        for (number, state) in self.asked.take() {
            if let Asked::Read(read) = std::mem::take(&mut *lock(&state)) {
                found[number as usize] = Some(read.into_node());
            }
        }
        found
    }
}

/// Who mentions something: for messages.
pub(super) struct Importer<'a> {
    pub name: &'a str,
    pub source: &'a str,
    pub host: Option<&'a Host>,
    /// `source` is made; positions in it mean nothing.
    pub made: bool,
    /// The sheet that it was made of.
    pub sheet: Option<&'a str>,
}

impl Importer<'_> {
    pub fn location(&self, start: u32, end: u32) -> Location {
        match self.host {
            Some(host) => Location::span(&*host.name, &host.source, host.offset + start, host.offset + end),
            None if self.made => self.in_sheet(start, end).unwrap_or_else(|| Location::file(self.name)),
            None => Location::span(self.name, self.source, start, end),
        }
    }
}

impl Importer<'_> {
    /// Where the sheet has the specifier that the script made of it has there, in quotes.
    fn in_sheet(&self, start: u32, end: u32) -> Option<Location> {
        let (sheet, quoted) = (self.sheet?, self.source.get(start as usize..end as usize)?);
        let specifier: String = serde_json::from_str(quoted).ok()?;
        let bare = specifier.strip_suffix("?inline").unwrap_or(&specifier);
        let spellings = [bare, bare.strip_prefix("./").unwrap_or(bare)];
        let found = spellings.iter().find_map(|text| sheet.find(text).map(|at| (at, text.len())));
        // It may be written with escapes.
        let near = || ["composes", "@import"].iter().find_map(|word| sheet.find(word).map(|at| (at, word.len())));
        let (at, length) = found.or_else(near).unwrap_or((0, 1));
        Some(Location::span(self.name, sheet, at as u32, (at + length) as u32))
    }
}

pub(super) fn hash(text: &str) -> ContentHash {
    ContentHash::of(text.as_bytes())
}

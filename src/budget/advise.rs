//! What would bring a line under its limit: candidates, to be tried out before anybody is told.
//!
//! Mistakes come first (two versions of a package, an `import()` that a static import makes useless, code that is only
//! there because nobody said that it may go), then choices (what could be loaded later, other encodings). What came since
//! the baseline, or stands on lines that git knows as new, comes before what was there.

use super::changed::Changed;
use super::dominators::{Graph, retained};
use super::inventory::duplicates;
use super::shares::share_of;
use crate::model::{Asked, Change, EmittedFile, FileKind, Growth, Inventory, Source, State, Unit, VerdictLine};
use std::collections::{BTreeMap, BTreeSet};

/// Candidates that are tried out for one line: each is a link and the compression of what changed.
const TRIED_MAX: usize = 8;

/// Of what could be loaded later, so many are compared with one another: the largest.
const CHOSEN_MAX: usize = 200;

/// And those that leave a file out, which costs nothing to try.
const LEFT_OUT_MAX: usize = 6;

/// Less is not worth a sentence: bytes, and the part of what is too much.
const WORTH_BYTES: u64 = 200;
const WORTH_SHARE: u64 = 50;

/// A candidate that holds more of the line than this is the program itself.
const WHOLE_PERCENT: u64 = 60;

/// Something that might help.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub change: Change,
    pub text: String,
    /// Name of the source and line.
    pub at: Option<(String, u32)>,
    pub details: Vec<String>,
    /// Bytes of the line's unit that it would save, roughly.
    pub guess: u64,
    class: Class,
    /// It came since the baseline.
    pub is_new: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Class {
    Mistake,
    Choice,
    Encoding,
    /// Of what may well be wanted at once: an image, a font.
    Later,
}

impl Candidate {
    /// The better one is less: what is new, what is enough, what is a mistake, what saves most.
    pub fn rank(&self, saves: u64, is_enough: bool) -> (bool, bool, u8, std::cmp::Reverse<u64>) {
        (!self.is_new, !is_enough, self.class as u8, std::cmp::Reverse(saves))
    }
}

/// Whether `saves` is worth being told of a line.
pub fn is_worth(line: &VerdictLine, saves: u64) -> bool {
    let over = line.actual.saturating_sub(line.line.limit);
    saves >= 1 && (line.unit != Unit::Bytes || saves >= WORTH_BYTES.max(over / WORTH_SHARE))
}

/// What might bring `line` down, the likeliest first.
pub fn candidates(
    line: &VerdictLine,
    files: &[EmittedFile],
    inventory: &Inventory,
    changed: &Changed,
) -> Vec<Candidate> {
    if line.state == State::Passed || line.unit == Unit::Requests {
        return Vec::new();
    }
    let advisor = Advisor::new(line, files, inventory);
    let mut out = advisor.duplicates();
    if line.unit == Unit::Bytes {
        out.extend(advisor.unneeded());
        out.extend(advisor.deferrable());
        out.extend(advisor.images());
        out.extend(advisor.fonts());
    }
    out.retain(|it| is_worth(line, it.guess));
    for candidate in &mut out {
        candidate.is_new |= candidate.at.as_ref().is_some_and(|(file, line)| changed.has(file, *line));
        candidate.is_new |= candidate.change.subject().is_some_and(|name| changed.is_new(name));
    }
    out.sort_by(|a, b| {
        let key = |it: &Candidate| (!it.is_new, it.class != Class::Mistake, std::cmp::Reverse(it.guess));
        key(a).cmp(&key(b)).then_with(|| a.change.cmp(&b.change))
    });
    let (mut tried, mut left_out) = (TRIED_MAX, LEFT_OUT_MAX);
    out.retain(|it| {
        let room = if it.class == Class::Later { &mut left_out } else { &mut tried };
        *room = room.saturating_sub(1);
        *room > 0
    });
    out
}

struct Advisor<'a> {
    line: &'a VerdictLine,
    inventory: &'a Inventory,
    /// By source: bytes of the line's size.
    weight: Vec<u64>,
    growth: BTreeMap<&'a str, &'a Growth>,
    /// Sources of the project that somebody loads lazily, by their folder.
    folders: BTreeMap<&'a str, Vec<u32>>,
}

impl<'a> Advisor<'a> {
    fn new(line: &'a VerdictLine, files: &[EmittedFile], inventory: &'a Inventory) -> Self {
        let mut weight = vec![0u64; inventory.sources.len()];
        let counted: BTreeMap<&str, u64> = line.files.iter().map(|file| (file.path.as_str(), file.bytes)).collect();
        for file in files {
            let (Some(bytes), Some(facts)) = (counted.get(file.path.as_str()), inventory.file(&file.path)) else {
                continue;
            };
            for (source, part) in &facts.parts {
                weight[*source as usize] += share_of(*part, file, *bytes);
            }
        }
        let growth = line.growth.iter().map(|growth| (growth.name.as_str(), growth)).collect();
        let mut folders: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (at, source) in inventory.sources.iter().enumerate() {
            if source.package.is_none() && source.importers.iter().any(|asked| asked.lazy) {
                folders.entry(folder(&source.name)).or_default().push(at as u32);
            }
        }
        Advisor { line, inventory, weight, growth, folders }
    }

    fn source(&self, at: u32) -> &'a Source {
        &self.inventory.sources[at as usize]
    }

    fn is_own(&self, at: u32) -> bool {
        self.source(at).package.is_none()
    }

    fn place(&self, asked: &Asked) -> Option<(String, u32)> {
        Some((self.source(asked.by).name.clone(), asked.line))
    }

    /// Any of these sources, or their packages, came or grew.
    fn is_new(&self, sources: &[u32]) -> bool {
        sources.iter().any(|at| {
            let source = self.source(*at);
            self.growth.contains_key(source.name.as_str())
                || self.growth.contains_key(self.inventory.package_of(source).as_str())
        })
    }

    /// Packages in several versions: the newest is kept.
    fn duplicates(&self) -> Vec<Candidate> {
        let copy = |copies: Vec<usize>| {
            let inventory = self.inventory;
            let version = |at: &usize| inventory.packages[*at].version.clone();
            let bytes = |at: usize| {
                let of = inventory.sources.iter().zip(&self.weight);
                of.filter(|(source, _)| source.package == Some(at as u32)).map(|(_, weight)| *weight).sum::<u64>()
            };
            let kept = *copies.iter().max_by_key(|at| version_key(&version(at)))?;
            let others: Vec<usize> = copies.iter().copied().filter(|at| *at != kept).collect();
            let guess: u64 =
                if self.line.unit == Unit::Packages { 1 } else { others.iter().map(|at| bytes(*at)).sum() };
            let name = &inventory.packages[kept].name;
            let details = copies.iter().filter_map(|at| {
                let asked = inventory.packages[*at].asked_by.first()?;
                let by = self.source(asked.by);
                let who = match inventory.package_of(by) {
                    package if package.is_empty() => String::new(),
                    package => format!(" ({package})"),
                };
                Some(format!("{name}@{} is asked for at {}:{}{who}", version(at), by.name, asked.line))
            });
            let asked = others.iter().find_map(|at| inventory.packages[*at].asked_by.first());
            let sources: Vec<u32> = (0..inventory.sources.len() as u32)
                .filter(|at| others.iter().any(|package| self.source(*at).package == Some(*package as u32)))
                .collect();
            Some(Candidate {
                text: format!(
                    "one version of {name} instead of {}: {} for all",
                    copies.iter().map(version).collect::<Vec<_>>().join(" and "),
                    version(&kept),
                ),
                at: asked.and_then(|asked| self.place(asked)),
                details: details.collect(),
                guess,
                class: Class::Mistake,
                is_new: self.is_new(&sources),
                change: Change::Dedupe {
                    name: name.clone(),
                    kept: version(&kept),
                    others: others.iter().map(version).collect(),
                },
            })
        };
        duplicates(self.inventory).into_iter().filter_map(copy).collect()
    }

    /// Sources of which nothing is used, there for a statement that acts; by package, the project's own one by one.
    fn unneeded(&self) -> Vec<Candidate> {
        let mut groups: BTreeMap<(Option<u32>, u32), Vec<u32>> = BTreeMap::new();
        for (at, source) in self.inventory.sources.iter().enumerate() {
            let at = at as u32;
            if self.weight[at as usize] > 0 && source.asks.is_empty() && source.why.is_some() && !is_asset(source) {
                let own = if source.package.is_some() { u32::MAX } else { at };
                groups.entry((source.package, own)).or_default().push(at);
            }
        }
        let candidate = |((package, _), sources): ((Option<u32>, u32), Vec<u32>)| {
            let first = *sources.iter().max_by_key(|at| self.weight[**at as usize])?;
            let pinned = sources.iter().find_map(|at| Some((*at, self.source(*at).pinned.as_ref()?)))?;
            // What they bring goes with them.
            let guess = sources.iter().map(|at| self.weight[*at as usize]).sum();
            let whole: Vec<u32> = match package {
                Some(package) => (0..self.inventory.sources.len() as u32)
                    .filter(|at| self.source(*at).package == Some(package))
                    .collect(),
                None => sources.clone(),
            };
            let asked = self.own_ask(pinned.0)?;
            let (line, statement) = pinned.1;
            let what = match package.map(|at| &self.inventory.packages[at as usize]) {
                Some(package) if sources.len() > 1 => format!("{} modules of {}", sources.len(), package.name),
                _ => self.source(first).name.clone(),
            };
            let remedy = match package {
                Some(_) => format!(
                    "import from the file that has it instead of {:?}, or say \"sideEffects\": false in its package.json",
                    asked.specifier
                ),
                None => "say \"sideEffects\" in package.json, or import what is used from its own file".to_string(),
            };
            Some(Candidate {
                text: format!("nothing is used of {what}: {remedy}"),
                at: self.place(asked),
                details: vec![format!("kept by {}:{line}: {statement}", self.source(pinned.0).name)],
                guess,
                class: Class::Mistake,
                is_new: self.is_new(&sources),
                change: Change::Pure { sources: whole.iter().map(|at| self.source(*at).name.clone()).collect() },
            })
        };
        groups.into_iter().filter_map(candidate).collect()
    }

    /// What could be loaded when it is needed: sources through which all ways lead to many bytes.
    fn deferrable(&self) -> Vec<Candidate> {
        let is_page = |file: &crate::model::CountedFile| file.kind == FileKind::Document;
        if !self.line.files.iter().any(is_page) && !self.line.line.subject.contains("entry ") {
            return Vec::new();
        }
        let graph = Graph::of(self.inventory, &self.weight);
        let retained = retained(&graph, &self.weight);
        let all: u64 = self.weight.iter().sum();
        let mut chosen: Vec<(u32, u64, bool)> = Vec::new();
        for at in 0..self.inventory.sources.len() as u32 {
            let bytes = retained.bytes[at as usize];
            let source = self.source(at);
            if bytes * 100 > all * WHOLE_PERCENT || !is_worth(self.line, bytes) {
                continue;
            }
            let outside = self.outside(at, &retained.idom);
            if outside.is_empty() {
                continue;
            }
            let lost = source.importers.iter().any(|asked| asked.lazy) || self.lazy_sibling(at).is_some();
            let from_own = outside.iter().any(|asked| self.is_own(asked.by));
            let of_script = source.name.rsplit('.').next().is_some_and(|ending| !matches!(ending, "html" | "htm"));
            if from_own && of_script && !is_asset(source) {
                chosen.push((at, bytes, lost));
            }
        }
        chosen.sort_by_key(|it| (!it.2, std::cmp::Reverse(it.1), it.0));
        chosen.truncate(CHOSEN_MAX);
        // The innermost of those that hold nearly the same.
        let holds_the_same = |(at, bytes, lost): &(u32, u64, bool)| {
            chosen.iter().any(|(inner, less, inner_lost)| {
                inner != at && *less * 10 >= bytes * 8 && retained.is_under(*inner, *at) && (!lost || *inner_lost)
            })
        };
        let innermost: Vec<_> = chosen.iter().filter(|it| it.2 || !holds_the_same(it)).copied().collect();
        innermost.into_iter().filter_map(|(at, bytes, lost)| self.defer(at, bytes, lost, &retained.idom)).collect()
    }

    /// A source of the same folder that the same importer loads with `import()`, as it does with more than one: what is
    /// imported at once beside them was hardly meant to be. With the line of that.
    fn lazy_sibling(&self, at: u32) -> Option<(u32, u32)> {
        let source = self.source(at);
        if source.package.is_some() {
            return None;
        }
        let at_once: BTreeSet<u32> = source
            .importers
            .iter()
            .filter(|asked| !asked.lazy && self.is_own(asked.by))
            .map(|asked| asked.by)
            .collect();
        let mut siblings = self.folders.get(folder(&source.name))?.iter().filter_map(|other| {
            let lazy = self.source(*other).importers.iter().find(|asked| asked.lazy && at_once.contains(&asked.by))?;
            (*other != at).then_some((*other, lazy.line))
        });
        let first = siblings.next()?;
        siblings.next().and(Some(first))
    }

    /// Static imports of it by what does not hang on it.
    fn outside(&self, at: u32, idom: &[u32]) -> Vec<&'a Asked> {
        let under = |mut node: u32| {
            while node != u32::MAX {
                if node == at {
                    return true;
                }
                node = idom[node as usize];
            }
            false
        };
        let reached = |asked: &&Asked| idom[asked.by as usize] != u32::MAX || self.source(asked.by).why.is_none();
        let importers = self.source(at).importers.iter().filter(|asked| !asked.lazy);
        importers.filter(reached).filter(|asked| !under(asked.by)).collect()
    }

    fn defer(&self, at: u32, bytes: u64, lost: bool, idom: &[u32]) -> Option<Candidate> {
        let outside = self.outside(at, idom);
        let source = self.source(at);
        let first = *outside.iter().find(|asked| self.is_own(asked.by))?;
        let at_once = outside.iter().any(|asked| asked.at_once);
        // What is called while the importer is evaluated cannot wait.
        if at_once && !lost {
            return None;
        }
        let package = self.inventory.package_of(source);
        let what = if package.is_empty() { source.name.clone() } else { package };
        let text = match source.importers.iter().find(|asked| asked.lazy) {
            Some(lazy) if lost => format!(
                "{what} is loaded at {}:{} with import(), and imported at once here: import it lazily",
                self.source(lazy.by).name,
                lazy.line
            ),
            _ if lost => match self.lazy_sibling(at) {
                Some((sibling, line)) => format!(
                    "import {what} lazily, as {} is at line {line}: it is loaded with every page now",
                    self.source(sibling).name
                ),
                None => format!("import {what} lazily"),
            },
            _ => format!("load {what} only when it is needed: import({:?}) instead of import", first.specifier),
        };
        let more = outside.iter().skip(1).take(4);
        let mut details: Vec<String> =
            more.map(|asked| format!("also imported at {}:{}", self.source(asked.by).name, asked.line)).collect();
        if !source.asks.is_empty() && source.asks.iter().all(|name| name != "*") {
            let names: Vec<&str> = source.asks.iter().take(5).map(String::as_str).collect();
            details.push(format!("asked for: {}", names.join(", ")));
        }
        let mut importers: Vec<String> = outside.iter().map(|asked| self.source(asked.by).name.clone()).collect();
        importers.sort();
        importers.dedup();
        Some(Candidate {
            text,
            at: self.place(first),
            details,
            guess: bytes,
            class: if lost { Class::Mistake } else { Class::Choice },
            is_new: self.is_new(&[at]) || self.hangs_new(at, idom),
            change: Change::Defer { target: source.name.clone(), importers },
        })
    }

    /// Most of what came since the baseline hangs on it.
    fn hangs_new(&self, at: u32, idom: &[u32]) -> bool {
        let under = |mut node: u32| {
            while node != u32::MAX && node != at {
                node = idom[node as usize];
            }
            node == at
        };
        let (mut new, mut here) = (0u64, 0u64);
        let mut seen = BTreeSet::new();
        for other in 0..self.inventory.sources.len() as u32 {
            let grown = self.is_new(&[other]);
            if grown && self.weight[other as usize] > 0 && seen.insert(other) {
                new += self.weight[other as usize];
                here += if under(other) { self.weight[other as usize] } else { 0 };
            }
        }
        new > 0 && here * 2 > new
    }

    /// The line is about what a page has from the start.
    fn is_initial_load(&self) -> bool {
        self.line.line.subject.contains("initial load of ")
    }

    fn images(&self) -> Vec<Candidate> {
        let mut out = Vec::new();
        for image in &self.inventory.images {
            let path = &self.inventory.files[image.file as usize].path;
            let Some(counted) = self.line.files.iter().find(|file| file.path == *path) else { continue };
            let Some(at) = self.inventory.sources.iter().position(|source| source.name == image.source) else {
                continue;
            };
            let asked = self.own_ask(at as u32);
            let candidate = |change: Change, text: String, guess: u64, class: Class| Candidate {
                change,
                text,
                at: asked.and_then(|asked| self.place(asked)),
                details: vec![format!("{} × {} pixels", image.width, image.height)],
                guess,
                class,
                is_new: self.growth.contains_key(image.source.as_str()),
            };
            let source = image.source.clone();
            let name = &image.source;
            if !name.ends_with(".svg") {
                let change = Change::Image { source: source.clone() };
                // What it will be nobody knows before it is encoded.
                out.push(candidate(change, format!("{name} in another encoding"), counted.bytes / 2, Class::Encoding));
            }
            // A background has no such attribute.
            let of_page = asked.is_some_and(|asked| self.source(asked.by).name.ends_with(".html"));
            if of_page && self.is_initial_load() {
                let text = format!("load {name} when it comes into view: loading=\"lazy\"");
                out.push(candidate(Change::Later { source }, text, counted.bytes, Class::Later));
            }
        }
        out
    }

    fn fonts(&self) -> Vec<Candidate> {
        let mut out = Vec::new();
        if !self.is_initial_load() {
            return out;
        }
        for file in self.line.files.iter().filter(|file| file.kind == FileKind::Font) {
            let Some(facts) = self.inventory.file(&file.path) else { continue };
            let Some((at, _)) = facts.parts.first() else { continue };
            let source = self.source(*at);
            let asked = self.own_ask(*at);
            let candidate = |change: Change, text: String, guess: u64, class: Class| Candidate {
                change,
                text,
                at: asked.and_then(|asked| self.place(asked)),
                details: self.asked_in(source),
                guess,
                class,
                is_new: self.growth.contains_key(source.name.as_str()),
            };
            let name = &source.name;
            let text =
                format!("do without {name} at the start: subset it, or give its face the unicode-range that is used");
            out.push(candidate(Change::Later { source: name.clone() }, text, file.bytes, Class::Later));
        }
        out
    }

    /// The last import on the way to a source that stands in the project itself.
    fn own_ask(&self, at: u32) -> Option<&'a Asked> {
        let chain = self.inventory.chain(at);
        chain.iter().rfind(|asked| self.is_own(asked.by)).or(chain.last()).copied()
    }

    fn asked_in(&self, source: &Source) -> Vec<String> {
        let asked = source.importers.iter().take(3);
        asked.map(|asked| format!("@font-face at {}:{}", self.source(asked.by).name, asked.line)).collect()
    }
}

fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_asset(source: &Source) -> bool {
    let ending = source.name.rsplit('.').next().unwrap_or_default();
    matches!(
        ending,
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "svg" | "ico" | "woff" | "woff2" | "ttf" | "otf"
    )
}

/// Numbers by value.
fn version_key(version: &str) -> Vec<u64> {
    version.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0)).collect()
}

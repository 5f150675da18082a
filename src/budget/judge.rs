//! Limits against what was measured.

use super::baseline::{Baseline, Parts, parts};
use super::limits::{Bound, Count, Limit, Measure, Names, Pages, Types, types_in_words};
use super::measure::{PageLoad, Site, stable_name};
use super::shares::{largest, share_of};
use crate::diag::{Diagnostic, Location, Noted};
use crate::model::{
    BudgetLine, CountedFile, EmittedFile, FileKind, Inventory, Role, SizeOf, State, Unit, Verdict, VerdictLine,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that limits are compared with.
pub struct Scene<'s, 'a> {
    pub site: &'s Site<'a>,
    /// Where the files are.
    pub directory: &'s std::path::Path,
    pub pages: Vec<PageLoad>,
    /// What is in the files, if anybody knows.
    pub inventory: Option<&'s Inventory>,
    pub baseline: Option<&'s Baseline>,
}

/// Compares. With no limits there are no lines.
pub fn judge(scene: &Scene<'_, '_>, limits: &[Limit]) -> Noted<Verdict> {
    let mut judging = Judging { scene, lines: Vec::new(), problems: Vec::new(), alone: BTreeSet::new(), parts: None };
    for limit in limits {
        let before = judging.lines.len();
        judging.limit(limit);
        if judging.lines.len() == before {
            judging.unmatched(limit);
        }
    }
    judging.without_baseline();
    Noted::new(Verdict { lines: judging.lines }, judging.problems)
}

struct Judging<'j, 's, 'a> {
    scene: &'j Scene<'s, 'a>,
    lines: Vec<VerdictLine>,
    problems: Vec<Diagnostic>,
    /// Subjects whose limits are relative to a baseline that has nothing of them.
    alone: BTreeSet<String>,
    /// Of the whole output, once somebody asks.
    parts: Option<Parts>,
}

/// What a limit is about, and how much of it there is.
struct Measured {
    subject: String,
    actual: u64,
    unit: Unit,
    files: Vec<usize>,
    notes: Vec<String>,
}

/// What a limit comes to.
struct Bounds {
    state: State,
    /// The number that it is held to.
    shown: Option<u64>,
    too_small: bool,
    /// It fails against the baseline alone.
    relative: bool,
    /// It is against a baseline that has nothing of it.
    unknown: bool,
    warn: Option<u64>,
}

impl Judging<'_, '_, '_> {
    fn limit(&mut self, limit: &Limit) {
        match &limit.measure {
            Measure::InitialLoad { pages, types, count } => self.each_page(pages, |judging, page, path| {
                let files = page.files.iter().map(|loaded| loaded.file).collect();
                judging.files(limit, &format!("initial load of {path}"), files, types, *count, page.elsewhere.len());
            }),
            Measure::AsyncLoad { pages, types, count } => self.each_page(pages, |judging, page, path| {
                let files = judging.scene.site.later(page);
                judging.files(limit, &format!("async load of {path}"), files, types, *count, 0);
            }),
            Measure::Route { pages, routes, types, count } => self.each_page(pages, |judging, page, path| {
                for (name, files) in judging.scene.routes(page).into_iter().filter(|route| routes.has(&route.0)) {
                    judging.files(limit, &format!("{name} on {path}"), files, types, *count, 0);
                }
            }),
            Measure::Total { files, types, count } => {
                let subject = total_subject(files, types);
                let all = self.scene.site.files.iter().enumerate();
                let chosen: Vec<usize> =
                    all.filter(|(at, _)| self.named(limit, files, *at)).map(|(at, _)| at).collect();
                if files.is_all() || !chosen.is_empty() {
                    // The subject names the types already.
                    let counted = chosen.into_iter().filter(|at| types.has(self.scene.site.files[*at].kind)).collect();
                    let types = Types { third_party: false, ..Types::all() };
                    self.files(limit, &subject, counted, &types, *count, 0);
                }
            }
            Measure::Entry { entries, types, count } => {
                for (name, file) in self.scene.entries().into_iter().filter(|entry| entries.has(&entry.0)) {
                    let files = self.scene.with_sheets(file);
                    self.files(limit, &format!("entry {name}"), files, types, *count, 0);
                }
            }
            Measure::EachFile { files, types } => self.each_file(limit, files, types),
            Measure::EachPackage { packages, pages } => self.each_package(limit, packages, pages),
            Measure::DuplicatePackages => self.duplicates(limit),
            Measure::ForbiddenPackages { packages, instead } => self.forbidden(limit, packages, instead.as_deref()),
            Measure::WorkerInstall | Measure::WorkerUpdate => self.worker(limit),
        }
    }

    fn each_page(&mut self, pages: &Pages, mut work: impl FnMut(&mut Self, &PageLoad, &str)) {
        let scene = self.scene;
        for page in &scene.pages {
            let path = &scene.site.files[page.page].path;
            if pages.has(path) {
                work(self, page, path);
            }
        }
    }

    /// Files of some types together.
    fn files(&mut self, limit: &Limit, what: &str, files: Vec<usize>, types: &Types, count: Count, elsewhere: usize) {
        let site = self.scene.site;
        let files: Vec<usize> = files.into_iter().filter(|at| types.has(site.files[*at].kind)).collect();
        let of_types = types_in_words(types).map(|words| format!(" ({words})")).unwrap_or_default();
        let (subject, actual, unit) = match count {
            Count::Bytes => {
                let bytes = files.iter().map(|at| site.size(*at, limit.size)).sum();
                (format!("{what}{of_types}{}", size_words(limit.size)), bytes, Unit::Bytes)
            }
            Count::Requests => {
                let elsewhere = if types.third_party { elsewhere } else { 0 };
                (format!("requests of {what}{of_types}"), (files.len() + elsewhere) as u64, Unit::Requests)
            }
        };
        self.push(limit, Measured { subject, actual, unit, files, notes: Vec::new() });
    }

    fn each_file(&mut self, limit: &Limit, names: &Names, types: &Types) {
        let site = self.scene.site;
        for (at, file) in site.files.iter().enumerate() {
            if types.has(file.kind) && self.named(limit, names, at) {
                let subject = format!("{}{}", stable_name(file), size_words(limit.size));
                let actual = site.size(at, limit.size);
                self.push(limit, Measured { subject, actual, unit: Unit::Bytes, files: vec![at], notes: Vec::new() });
            }
        }
    }

    /// By its path, or by what that is without the hash; by the path from the folder that the limit names.
    fn named(&self, limit: &Limit, names: &Names, at: usize) -> bool {
        let file = &self.scene.site.files[at];
        match &limit.folder {
            None => names.has(&file.path) || names.has(&stable_name(file)),
            Some(folder) => names.has(&crate::base::relative_path(folder, &self.scene.directory.join(&file.path))),
        }
    }

    fn each_package(&mut self, limit: &Limit, packages: &Names, pages: &Pages) {
        if self.scene.inventory.is_none() {
            return self.unknown(limit);
        }
        let size = limit.size;
        self.each_page(pages, |judging, page, path| {
            let mut bytes: BTreeMap<String, (u64, BTreeSet<usize>)> = BTreeMap::new();
            for loaded in &page.files {
                let file = &judging.scene.site.files[loaded.file];
                let counted = judging.scene.site.size(loaded.file, size);
                for part in file.contributions.iter().filter(|part| !part.package.is_empty()) {
                    let name = part.package.rsplit_once('@').map_or(part.package.as_str(), |(name, _)| name);
                    if packages.has(name) || packages.has(&part.package) {
                        let entry = bytes.entry(name.to_string()).or_default();
                        entry.0 += share_of(part.bytes, file, counted);
                        entry.1.insert(loaded.file);
                    }
                }
            }
            for (name, (actual, files)) in bytes {
                let subject = format!("package {name} on {path}{}", size_words(size));
                let files = files.into_iter().collect();
                judging.push(limit, Measured { subject, actual, unit: Unit::Bytes, files, notes: Vec::new() });
            }
        });
    }

    fn duplicates(&mut self, limit: &Limit) {
        let Some(inventory) = self.scene.inventory else { return self.unknown(limit) };
        let notes: Vec<String> = super::inventory::duplicates(inventory)
            .into_iter()
            .map(|copies| {
                let told = copies.iter().map(|at| {
                    let package = &inventory.packages[*at];
                    let asked = package.asked_by.first();
                    let by = asked.map(|asked| {
                        format!(", asked for at {}:{}", inventory.sources[asked.by as usize].name, asked.line)
                    });
                    format!("{}@{}{}", package.name, package.version, by.unwrap_or_default())
                });
                told.collect::<Vec<_>>().join("; ")
            })
            .collect();
        let actual = notes.len() as u64;
        let subject = "packages in several versions".to_string();
        self.push(limit, Measured { subject, actual, unit: Unit::Packages, files: Vec::new(), notes });
    }

    fn forbidden(&mut self, limit: &Limit, packages: &Names, instead: Option<&str>) {
        let Some(inventory) = self.scene.inventory else { return self.unknown(limit) };
        let mut notes = Vec::new();
        for (at, package) in inventory.packages.iter().enumerate() {
            let full = format!("{}@{}", package.name, package.version);
            let is_there = || super::inventory::is_shipped(inventory, at);
            if (packages.has(&package.name) || packages.has(&full)) && is_there() {
                let asked = package.asked_by.first();
                let by = asked.map(|asked| format!(" at {}:{}", inventory.sources[asked.by as usize].name, asked.line));
                let instead = instead.map(|instead| format!("; use {instead}")).unwrap_or_default();
                notes.push(format!("{full} is imported{}{instead}", by.unwrap_or_default()));
            }
        }
        let subject = format!("forbidden packages ({})", packages.written);
        let actual = notes.len() as u64;
        self.push(limit, Measured { subject, actual, unit: Unit::Packages, files: Vec::new(), notes });
    }

    /// A limit that needs to know what is in the files.
    fn unknown(&mut self, limit: &Limit) {
        let problem = Diagnostic::warning("unknown-contents", "nobody knows which packages are in these files");
        let hint = "run it where the sources are: the directory is compared with what they build to";
        self.problems.push(problem.at(limit.place.clone()).note("the limit is not checked").hint(hint));
    }

    fn worker(&mut self, limit: &Limit) {
        let Some(files) = self.scene.precached() else { return };
        let site = self.scene.site;
        let update = matches!(limit.measure, Measure::WorkerUpdate);
        let (subject, files) = if update {
            let Some(baseline) = self.scene.baseline else {
                self.alone.insert("update of the service worker".into());
                return;
            };
            let changed = |at: &usize| !baseline.has_file(&site.files[*at].path, site.files[*at].bytes);
            ("update of the service worker", files.into_iter().filter(changed).collect())
        } else {
            ("install of the service worker", files)
        };
        let actual = files.iter().map(|at| site.size(*at, limit.size)).sum();
        let subject = format!("{subject}{}", size_words(limit.size));
        self.push(limit, Measured { subject, actual, unit: Unit::Bytes, files, notes: Vec::new() });
    }

    fn push(&mut self, limit: &Limit, measured: Measured) {
        let Measured { subject, actual, unit, files, mut notes } = measured;
        let subject = limit.name.as_ref().map_or(subject.clone(), |name| format!("{name}: {subject}"));
        let Bounds { state, shown, too_small, relative, unknown, warn } = self.bounds(limit, &subject, actual);
        if unknown {
            self.alone.insert(subject.clone());
        }
        if too_small {
            notes.push("less than there must be".into());
        }
        let site = self.scene.site;
        let weighed: Vec<_> = files.iter().map(|at| (&site.files[*at], site.size(*at, limit.size))).collect();
        let counted = |(file, bytes): &(&EmittedFile, u64)| CountedFile {
            path: file.path.clone(),
            kind: file.kind,
            bytes: *bytes,
        };
        let mut counted: Vec<CountedFile> = weighed.iter().map(counted).collect();
        counted.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
        let (packages, sources) = if state == State::Passed { Default::default() } else { largest(&weighed) };
        let growth = match (state, self.scene.baseline) {
            (State::Passed, _) | (_, None) => Vec::new(),
            (_, Some(baseline)) => {
                let all = self.parts.get_or_insert_with(|| parts(site.files.iter()));
                baseline.growth(all, &weighed.iter().map(|it| it.0).collect::<Vec<_>>())
            }
        };
        self.lines.push(VerdictLine {
            baseline: self.scene.baseline.and_then(|baseline| baseline.values.get(&subject).copied()),
            // A ratchet that has no best yet holds whatever there is.
            line: BudgetLine { subject, limit: shown.unwrap_or(actual) },
            actual,
            passed: state != State::Failed,
            state,
            unit,
            size: limit.size,
            relative,
            ratchet: limit.ratchet,
            warn,
            place: Some(limit.place.clone()).filter(|place| !place.file.is_empty()),
            files: counted,
            packages,
            sources,
            notes,
            growth,
            advice: Vec::new(),
        });
    }

    /// What the limit comes to for a subject.
    fn bounds(&self, limit: &Limit, subject: &str, actual: u64) -> Bounds {
        let before = self.scene.baseline;
        let then = before.and_then(|baseline| baseline.values.get(subject).copied());
        let bound = |bound: &Bound| match (bound, then) {
            (Bound::Absolute(most), _) => Some(*most),
            (Bound::Percent(percent), Some(then)) => Some(then + (then as f64 * percent / 100.0).floor() as u64),
            (Bound::More(bytes), Some(then)) => Some(then + bytes),
            (_, None) => None,
        };
        let (max, warn) = (limit.max.as_ref().map(bound), limit.warn.as_ref().map(bound));
        let best = limit.ratchet.then(|| before.and_then(|baseline| baseline.best.get(subject).copied()));
        let unknown = [max, best, warn].contains(&Some(None));
        let lowest = [max.flatten(), best.flatten()].into_iter().flatten().min();
        let warn = warn.flatten();
        let too_small = limit.min.is_some_and(|min| actual < min);
        let failed = lowest.is_some_and(|most| actual > most) || too_small;
        let warned = warn.is_some_and(|most| actual > most) || limit.min_warn.is_some_and(|min| actual < min);
        let absolute = limit.max.is_some_and(|max| matches!(max, Bound::Absolute(most) if actual > most));
        let (state, shown) = match (failed, too_small, warned) {
            (true, true, _) => (State::Failed, limit.min),
            (true, false, _) => (State::Failed, lowest),
            (false, _, true) => (State::Warned, warn.filter(|most| actual > *most).or(limit.min_warn)),
            (false, _, false) => (State::Passed, lowest.or(warn).or(limit.min).or(limit.min_warn)),
        };
        let relative = failed && !absolute && !too_small;
        Bounds { state, shown, too_small, relative, unknown, warn }
    }

    /// A pattern that nothing has is likely a slip.
    fn unmatched(&mut self, limit: &Limit) {
        let scene = self.scene;
        let pages = || scene.pages.iter().map(|page| scene.site.files[page.page].path.clone()).collect::<Vec<_>>();
        let (what, written, there) = match &limit.measure {
            Measure::InitialLoad { pages: names, .. } | Measure::AsyncLoad { pages: names, .. } if !names.is_all() => {
                ("page", names.written().to_string(), pages())
            }
            Measure::Route { pages: names, .. } | Measure::EachPackage { pages: names, .. }
                if !names.is_all() && !scene.pages.iter().any(|page| names.has(&scene.site.files[page.page].path)) =>
            {
                ("page", names.written().to_string(), pages())
            }
            Measure::Route { routes, .. } if !routes.is_all() => {
                let all = scene.pages.iter().flat_map(|page| scene.routes(page)).map(|route| route.0);
                ("route", routes.written.clone(), all.collect::<BTreeSet<_>>().into_iter().collect())
            }
            Measure::Entry { entries, .. } if !entries.is_all() => {
                ("entry", entries.written.clone(), scene.entries().into_iter().map(|entry| entry.0).collect())
            }
            Measure::EachFile { files, .. } | Measure::Total { files, .. } if !files.is_all() => {
                ("file", files.written.clone(), scene.site.files.iter().map(stable_name).collect())
            }
            Measure::EachPackage { packages, .. } if !packages.is_all() && scene.inventory.is_some() => {
                let all = || scene.inventory.iter().flat_map(|it| &it.packages).map(|package| package.name.clone());
                // It may be there later.
                if all().any(|name| packages.has(&name)) {
                    return;
                }
                ("package", packages.written.clone(), all().collect::<BTreeSet<_>>().into_iter().collect())
            }
            _ => return,
        };
        self.problems.push(unmatched(&limit.place, what, &written, &there));
    }

    fn without_baseline(&mut self) {
        let Some(first) = self.alone.first() else { return };
        let more = match self.alone.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let message = format!("the baseline says nothing of \"{first}\"{more}, so limits against it are not checked");
        let problem = Diagnostic::warning("missing-baseline", message);
        self.problems.push(problem.hint("write one with `plimsoll check --update-baseline`"));
    }
}

/// A limit that can never be exceeded is a mistake of its file.
fn unmatched(place: &Location, what: &str, written: &str, there: &[String]) -> Diagnostic {
    let problem = Diagnostic::error("unmatched-budget", format!("no {what} matches {written:?}")).at(place.clone());
    let near = crate::diag::nearest(written, there.iter().map(String::as_str), 1).pop();
    let problem = match near {
        Some(near) => problem.hint(format!("did you mean {near:?}?")),
        None => problem.hint(format!("write a pattern of a {what}'s name, or \"*\" for all")),
    };
    let shown: Vec<&str> = there.iter().take(5).map(String::as_str).collect();
    if shown.is_empty() { problem } else { problem.note(format!("there are: {}", shown.join(", "))) }
}

fn size_words(size: SizeOf) -> String {
    if size == SizeOf::Transferred { String::new() } else { format!(", {}", size.word()) }
}

fn total_subject(files: &Names, types: &Types) -> String {
    let words = types_in_words(types).unwrap_or_else(|| "files".into());
    if files.is_all() { format!("all {words}") } else { format!("{words} {}", files.written) }
}

impl Scene<'_, '_> {
    /// What each `import()` that a page can reach adds to what it has from the start: by the name of the module.
    pub fn routes(&self, page: &PageLoad) -> Vec<(String, Vec<usize>)> {
        let first: BTreeSet<usize> = page.files.iter().map(|loaded| loaded.file).collect();
        let mut out: Vec<(String, Vec<usize>)> = Vec::new();
        for file in self.site.later(page) {
            let facts = self.facts(file);
            let name = match (facts, self.inventory) {
                (Some(facts), Some(inventory)) if facts.role == Role::Async => {
                    facts.target.and_then(|at| inventory.sources.get(at as usize)).map(|source| source.name.clone())
                }
                (None, _) if self.site.files[file].kind == FileKind::Script => {
                    Some(stable_name(&self.site.files[file]))
                }
                _ => None,
            };
            if let Some(name) = name {
                let files = self.with_sheets(file).into_iter().filter(|at| !first.contains(at)).collect();
                out.push((name, files));
            }
        }
        out.sort();
        out
    }

    fn facts(&self, file: usize) -> Option<&crate::model::FileFacts> {
        self.inventory?.file(&self.site.files[file].path)
    }

    /// A script, what it imports, and the sheets that come with it.
    fn with_sheets(&self, file: usize) -> Vec<usize> {
        let mut all: BTreeSet<usize> = self.site.with_imports(file).into_iter().collect();
        if let (Some(facts), Some(inventory)) = (self.facts(file), self.inventory) {
            let paths = facts.imports.iter().filter_map(|at| inventory.files.get(*at as usize));
            all.extend(paths.filter_map(|facts| self.site.at(&facts.path)));
        }
        all.into_iter().collect()
    }

    /// Scripts that stand for themselves, by name.
    pub fn entries(&self) -> Vec<(String, usize)> {
        let scripts = (0..self.site.files.len()).filter(|at| self.site.files[*at].kind == FileKind::Script);
        let is_entry = |at: &usize| match self.facts(*at) {
            Some(facts) => facts.role == Role::Entry,
            None => !self.site.is_imported(*at),
        };
        scripts.filter(is_entry).map(|at| (stable_name(&self.site.files[at]), at)).collect()
    }

    /// What the service worker loads when it is installed.
    pub fn precached(&self) -> Option<Vec<usize>> {
        let at = self.site.worker()?;
        Some(self.site.mentioned_later(at))
    }
}

//! Build, wait for a change that matters, build again.

use super::debounce::Debounce;
use crate::config::{self, Judging, Options, RawOptions};
use crate::diag::{Diagnostic, Noted};
use crate::fs::{Files, Recording};
use crate::pipeline::{self, Outcome, Services};
use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{EventKind, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime};

/// What is watched: the raw options, because a change of the config file makes other options of them.
pub struct Project {
    pub raw: RawOptions,
    pub cwd: PathBuf,
    pub environment: BTreeMap<String, String>,
}

/// What the loop tells.
pub enum Moment<'a> {
    /// A build ended, well or not.
    Built { options: &'a Options, outcome: &'a Outcome, changed: &'a [PathBuf], time: Duration },
    /// The options of the next build make no sense; it waits for the config to change.
    Misconfigured(&'a [Diagnostic]),
    /// Watching is impaired, but goes on.
    Impaired(&'a Diagnostic),
}

/// What the loop reacts to.
#[derive(Debug)]
enum Event {
    Changed {
        path: PathBuf,
        /// The file is there that was not, or was put in the place of another.
        appeared: bool,
        complete: bool,
    },
    /// Changes were lost: anything may be different.
    Lost,
    Failed(String),
}

/// Builds until `tell` breaks, or the system can no longer be watched.
pub fn watch(
    project: &Project,
    services: impl Fn(&Options) -> Services,
    mut tell: impl FnMut(Moment) -> ControlFlow<()>,
) -> Result<(), Diagnostic> {
    let (sender, events) = channel();
    let watcher = notify::recommended_watcher(move |event| {
        for event in translate(event) {
            // The loop ended.
            let _ = sender.send(event);
        }
    });
    let watcher = watcher.map_err(|error| {
        Diagnostic::error("cannot-watch", "the system refuses to watch files").note(error.to_string())
    })?;
    let mut session = Session { watcher, folders: BTreeMap::new(), events, clock: Instant::now() };
    let mut state: Option<(Options, Services)> = None;
    let mut scope = Scope::default();
    let mut changed: Vec<PathBuf> = Vec::new();
    loop {
        let begun = now();
        let started = Instant::now();
        let mut notes = Vec::new();
        if state.is_none() || changed.iter().any(|path| scope.config.contains(path)) {
            let recording = Recording::new(Arc::new(crate::fs::Disk));
            let resolved = config::resolve(&project.raw, &project.cwd, &recording, &project.environment);
            scope.config = recording.asked();
            state = match resolved {
                Ok(Noted { mut value, problems }) => {
                    notes = problems;
                    // What is tried out while somebody types is no build of the history.
                    value.judging =
                        Judging { baseline: value.judging.baseline.take(), quick: true, ..Judging::default() };
                    let services = match state {
                        Some((old, services)) if old.cache_dir == value.cache_dir => services,
                        _ => lasting(services(&value)),
                    };
                    Some((value, services))
                }
                Err(problems) => {
                    if tell(Moment::Misconfigured(&problems)).is_break() {
                        return Ok(());
                    }
                    None
                }
            };
        }
        if let Some((options, services)) = &state {
            let mut outcome = pipeline::build(options, services);
            outcome.problems.extend(notes);
            scope.after(options, &outcome);
            let moment = Moment::Built { options, outcome: &outcome, changed: &changed, time: started.elapsed() };
            if tell(moment).is_break() {
                return Ok(());
            }
        }
        if let Some(problem) = session.cover(&scope, &crate::fs::Disk)
            && tell(Moment::Impaired(&problem)).is_break()
        {
            return Ok(());
        }
        changed = session.next(&scope, begun)?.into_iter().collect();
        if changed.is_empty() {
            // Events were lost: the config may have changed as well.
            state = None;
        }
    }
}

fn lasting(services: Services) -> Services {
    Services { cache: services.cache.lasting(), ..services }
}

/// Which changes matter.
#[derive(Debug, Default)]
struct Scope {
    /// Files that the options depended on.
    config: BTreeSet<PathBuf>,
    /// Files that the latest build depended on.
    build: BTreeSet<PathBuf>,
    /// Set while the latest build has errors: then a file that appears anywhere below may be the missing one.
    root: Option<PathBuf>,
    outdir: PathBuf,
}

impl Scope {
    fn after(&mut self, options: &Options, outcome: &Outcome) {
        let failed = outcome.emitted.is_none() || outcome.problems.iter().any(Diagnostic::is_error);
        // A build that failed early knows little; what the one before it read still matters.
        if !failed || !outcome.watched.is_empty() {
            self.build = outcome.watched.iter().cloned().collect();
        }
        self.root = failed.then(|| options.root.clone());
        self.outdir = options.outdir.clone();
    }

    fn matters(&self, path: &Path, appeared: bool) -> bool {
        if self.config.contains(path) || self.build.contains(path) {
            return true;
        }
        // Nothing was recorded for a build that failed at once: any change may mend it.
        let unknown = self.build.is_empty();
        self.root.as_ref().is_some_and(|root| (appeared || unknown) && self.may_hold_sources(root, path))
    }

    /// Below the root, and neither output nor hidden (staging directories, editors' swap files, `.git`) nor installed.
    fn may_hold_sources(&self, root: &Path, path: &Path) -> bool {
        let Ok(inside) = path.strip_prefix(root) else { return false };
        let skipped = |part: std::path::Component| {
            let part = part.as_os_str().to_string_lossy();
            part.starts_with('.') || part == "node_modules"
        };
        !inside.components().any(skipped) && !path.starts_with(&self.outdir)
    }
}

struct Session<W> {
    watcher: W,
    /// Folder → when it began to be watched.
    folders: BTreeMap<PathBuf, SystemTime>,
    events: Receiver<Event>,
    clock: Instant,
}

impl<W: Watcher> Session<W> {
    /// Watches the folders of everything that matters. Folders, not files: an editor that saves by renaming puts another
    /// file in the place of the one that was watched.
    fn cover(&mut self, scope: &Scope, files: &dyn Files) -> Option<Diagnostic> {
        let mut wanted: BTreeSet<PathBuf> = BTreeSet::new();
        for path in scope.config.iter().chain(&scope.build) {
            let folder = path.ancestors().skip(1).find(|folder| files.is_dir(folder));
            wanted.extend(folder.map(Path::to_path_buf));
        }
        if let Some(root) = &scope.root {
            below(root, scope, files, &mut wanted);
        }
        let gone: Vec<PathBuf> = self.folders.keys().filter(|folder| !wanted.contains(*folder)).cloned().collect();
        for folder in gone {
            let _ = self.watcher.unwatch(&folder);
            self.folders.remove(&folder);
        }
        let mut refused: Option<(PathBuf, notify::Error)> = None;
        let mut count = 0;
        for folder in wanted {
            // A folder that was removed and made again needs a new watch; watching twice is free.
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.folders.entry(folder).or_insert_with(now)),
                Err(error) => {
                    count += 1;
                    refused.get_or_insert((folder, error));
                }
            }
        }
        let (folder, error) = refused?;
        let message = format!("{count} folders cannot be watched, among them `{}`", folder.to_string_lossy());
        Some(Diagnostic::warning("cannot-watch", message).note(error.to_string()))
    }

    /// Waits for the next changes that matter. None at all: some were lost.
    fn next(&mut self, scope: &Scope, begun: SystemTime) -> Result<BTreeSet<PathBuf>, Diagnostic> {
        let mut debounce = Debounce::default();
        for path in self.missed(scope, begun) {
            debounce.push(path, true, self.clock.elapsed());
        }
        loop {
            let now = self.clock.elapsed();
            if let Some(paths) = debounce.take(now) {
                return Ok(paths);
            }
            let event = match debounce.wait(now) {
                Some(wait) => self.events.recv_timeout(wait),
                None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match event {
                Ok(Event::Changed { path, appeared, complete }) => {
                    if scope.matters(&path, appeared) {
                        debounce.push(path, complete, self.clock.elapsed());
                    }
                }
                Ok(Event::Lost) => return Ok(BTreeSet::new()),
                Ok(Event::Failed(reason)) => {
                    return Err(Diagnostic::error("cannot-watch", "the system stopped watching files").note(reason));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Diagnostic::error("cannot-watch", "the system stopped watching files"));
                }
            }
        }
    }

    /// Files that changed after the build began and before their folder was watched.
    fn missed(&self, scope: &Scope, begun: SystemTime) -> Vec<PathBuf> {
        let fresh = |path: &&PathBuf| {
            let Some(since) = path.parent().and_then(|folder| self.folders.get(folder)) else { return false };
            // A folder changes whenever the output beside it is exchanged.
            let Some(data) = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file) else { return false };
            *since >= begun && data.modified().is_ok_and(|modified| modified >= begun && modified <= *since)
        };
        scope.config.iter().chain(&scope.build).filter(fresh).cloned().collect()
    }
}

/// The folders under `folder` that may come to hold a source.
fn below(folder: &Path, scope: &Scope, files: &dyn Files, into: &mut BTreeSet<PathBuf>) {
    /// Watches are a limited resource of the system.
    const FOLDERS_MAX: usize = 4096;
    if into.len() >= FOLDERS_MAX || !files.is_dir(folder) {
        return;
    }
    into.insert(folder.to_path_buf());
    let Some(root) = &scope.root else { return };
    for path in files.list(folder).unwrap_or_default() {
        if scope.may_hold_sources(root, &path) && !path.is_symlink() && files.is_dir(&path) {
            below(&path, scope, files, into);
        }
    }
}

/// What the system says, in our words. Reads and attribute changes are nothing: the build itself reads.
fn translate(event: notify::Result<notify::Event>) -> Vec<Event> {
    let event = match event {
        Ok(event) => event,
        Err(error) => {
            // A folder that went away while it was being watched is seen by its parent.
            return match error.kind {
                notify::ErrorKind::PathNotFound | notify::ErrorKind::WatchNotFound => Vec::new(),
                _ => vec![Event::Failed(error.to_string())],
            };
        }
    };
    if event.need_rescan() {
        return vec![Event::Lost];
    }
    let (appeared, complete) = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => (false, true),
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => return Vec::new(),
        EventKind::Create(CreateKind::Folder) => (true, true),
        EventKind::Create(_) => (true, false),
        EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => (true, true),
        EventKind::Modify(ModifyKind::Name(_)) | EventKind::Remove(_) => (false, false),
        EventKind::Modify(_) | EventKind::Any | EventKind::Other => (false, false),
    };
    event.paths.into_iter().map(|path| Event::Changed { path, appeared, complete }).collect()
}

/// The clock that file times are compared with.
#[expect(clippy::disallowed_methods, reason = "only the watch loop may look at the clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope {
            config: ["/p/plimsoll.json".into()].into(),
            build: ["/p/src/a.ts".into(), "/q/lib.ts".into()].into(),
            root: None,
            outdir: "/p/dist".into(),
        }
    }

    #[test]
    fn only_what_was_read_matters_after_a_good_build() {
        let scope = scope();
        assert!(scope.matters(Path::new("/p/src/a.ts"), false));
        assert!(scope.matters(Path::new("/q/lib.ts"), true));
        assert!(scope.matters(Path::new("/p/plimsoll.json"), false));
        assert!(!scope.matters(Path::new("/p/src/b.ts"), true));
    }

    #[test]
    fn after_a_failure_a_new_file_may_be_the_missing_one() {
        let scope = Scope { root: Some("/p".into()), ..scope() };
        assert!(scope.matters(Path::new("/p/src/b.ts"), true));
        assert!(!scope.matters(Path::new("/p/src/b.ts"), false));
        for noise in
            ["/p/dist/b.js", "/p/.dist.plimsoll-1/b.js", "/p/src/.b.ts.swp", "/p/node_modules/x/i.js", "/o/b.ts"]
        {
            assert!(!scope.matters(Path::new(noise), true), "{noise}");
        }
    }

    #[test]
    fn reading_is_no_change() {
        let read = notify::Event::new(EventKind::Access(AccessKind::Close(AccessMode::Read))).add_path("/p/a".into());
        assert!(translate(Ok(read)).is_empty());
        let written =
            notify::Event::new(EventKind::Access(AccessKind::Close(AccessMode::Write))).add_path("/p/a".into());
        assert!(matches!(translate(Ok(written)).as_slice(), [Event::Changed { complete: true, .. }]));
    }
}

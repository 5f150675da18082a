//! Limits, and the files that they are written in.
//!
//! `own.rs` reads plimsoll's own format; the others read what Lighthouse, Angular, size-limit, bundlewatch and webpack
//! have, and say the same with the same words. Start at: [`read`].

mod angular;
mod bundlewatch;
mod json;
mod lighthouse;
mod own;
mod size_limit;
mod units;
mod webpack;

use crate::base::normalize_slashes;
use crate::config::BudgetSource;
use crate::diag::{Diagnostic, Location, Noted};
use crate::model::{FileKind, SizeOf};
use globset::{GlobBuilder, GlobMatcher};
use json::{Document, Node};
use std::path::{Path, PathBuf};

pub use json::invalid;
pub use own::{schema, types_in_words};

/// 1 MB for the initial load of every page, 1 MB for all scripts and style sheets.
const DEFAULT: &str = include_str!("../../../budgets/default.json");

/// A budget file larger than this is no budget file.
const FILE_MAX: u64 = 4 << 20;

/// What is compared with what.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The author's word for it; else it is described.
    pub name: Option<String>,
    pub measure: Measure,
    /// How the bytes of a file are counted; nothing where requests or packages are.
    pub size: SizeOf,
    /// Exactly this much is still allowed.
    pub max: Option<Bound>,
    /// Above this there is a warning.
    pub warn: Option<Bound>,
    /// Below this something is missing.
    pub min: Option<u64>,
    pub min_warn: Option<u64>,
    /// It never rises but by `check --update-baseline --because`, and comes down with what is measured.
    pub ratchet: bool,
    /// In the budget file.
    pub place: Location,
    /// Where the paths of its files begin, if not in the output directory.
    pub folder: Option<PathBuf>,
}

/// A number that something must not exceed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Bound {
    /// Bytes, or a count.
    Absolute(u64),
    /// This much more than in the baseline, in hundredths.
    Percent(f64),
    /// This many bytes more than in the baseline.
    More(u64),
}

#[derive(Clone, Debug)]
pub enum Measure {
    /// What each page loads before anybody touches it.
    InitialLoad { pages: Pages, types: Types, count: Count },
    /// What each page may load later: everything behind `import()`.
    AsyncLoad { pages: Pages, types: Types, count: Count },
    /// What a page loads with one `import()` of it, by the name of the module.
    Route { pages: Pages, routes: Names, types: Types, count: Count },
    /// All files together.
    Total { files: Names, types: Types, count: Count },
    /// The scripts of an entry and all that they import at once, by the name of the output.
    Entry { entries: Names, types: Types, count: Count },
    /// Each file by itself.
    EachFile { files: Names, types: Types },
    /// The initial load that a package is part of: its share.
    EachPackage { packages: Names, pages: Pages },
    /// Packages that are there in more than one version.
    DuplicatePackages,
    /// Packages that must not be there; what to take instead.
    ForbiddenPackages { packages: Names, instead: Option<String> },
    /// What a service worker loads when it is installed.
    WorkerInstall,
    /// What it loads again after the baseline.
    WorkerUpdate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    Bytes,
    Requests,
}

/// Which kinds of files count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Types {
    pub kinds: Vec<FileKind>,
    /// Files of other hosts: they are requests, of a size that nobody knows here.
    pub third_party: bool,
}

impl Limit {
    /// It cannot be judged by the files alone.
    pub fn needs_inventory(&self) -> bool {
        matches!(
            self.measure,
            Measure::Route { .. }
                | Measure::Entry { .. }
                | Measure::EachPackage { .. }
                | Measure::DuplicatePackages
                | Measure::ForbiddenPackages { .. }
        )
    }
}

impl Types {
    pub fn of(kinds: &[FileKind]) -> Types {
        Types { kinds: kinds.to_vec(), third_party: false }
    }

    /// All that browsers load.
    pub fn all() -> Types {
        Types { third_party: true, ..Types::of(&own::loaded_kinds()) }
    }

    pub fn has(&self, kind: FileKind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// Where paths that patterns name begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Base {
    /// The output directory.
    #[default]
    Output,
    /// The folder of the budget file.
    BudgetFile,
    /// The folder that the tool would be started in: the project.
    WorkingFolder,
}

/// Some names.
#[derive(Clone, Debug)]
pub struct Names {
    globs: Vec<GlobMatcher>,
    not: Vec<GlobMatcher>,
    /// As they are written.
    pub written: String,
    pub base: Base,
}

impl Names {
    pub fn all() -> Names {
        Names { globs: Vec::new(), not: Vec::new(), written: "*".into(), base: Base::Output }
    }

    /// Patterns of names; those that begin with `!` take names out. In `*` a `/` counts as any other character unless
    /// `strict`.
    pub fn of<'p>(patterns: impl IntoIterator<Item = &'p str>, strict: bool) -> Result<Names, String> {
        let mut names = Names { written: String::new(), ..Names::all() };
        for pattern in patterns {
            if !names.written.is_empty() {
                names.written.push_str(", ");
            }
            names.written.push_str(pattern);
            let (list, glob) = match pattern.strip_prefix('!') {
                Some(rest) => (&mut names.not, rest),
                None => (&mut names.globs, pattern),
            };
            let glob = glob.trim_start_matches("./");
            let glob = GlobBuilder::new(glob)
                .literal_separator(strict)
                .empty_alternates(true)
                .build()
                .map_err(|error| error.to_string())?;
            list.push(glob.compile_matcher());
        }
        Ok(names)
    }

    pub fn based(self, base: Base) -> Names {
        Names { base, ..self }
    }

    pub fn has(&self, name: &str) -> bool {
        let any = self.globs.is_empty() || self.globs.iter().any(|glob| glob.is_match(name));
        any && !self.not.iter().any(|glob| glob.is_match(name))
    }

    pub fn is_all(&self) -> bool {
        self.written == "*"
    }
}

/// Some pages.
#[derive(Clone, Debug)]
pub enum Pages {
    /// By their path in the output directory.
    Named(Names),
    /// By the path of their URL, as in a robots.txt; those of later budgets are not these.
    Robots { path: String, later: Vec<String> },
}

impl Pages {
    pub fn all() -> Pages {
        Pages::Named(Names::all())
    }

    /// `page`: path in the output directory.
    pub fn has(&self, page: &str) -> bool {
        match self {
            Pages::Named(names) => names.has(page),
            Pages::Robots { path, later } => {
                let urls = urls_of(page);
                let any = |pattern: &String| urls.iter().any(|url| robots(pattern, url));
                any(path) && !later.iter().any(any)
            }
        }
    }

    pub fn written(&self) -> &str {
        match self {
            Pages::Named(names) => &names.written,
            Pages::Robots { path, .. } => path,
        }
    }

    pub fn is_all(&self) -> bool {
        match self {
            Pages::Named(names) => names.is_all(),
            Pages::Robots { path, .. } => path == "/",
        }
    }
}

/// The paths under which a server gives a page.
fn urls_of(page: &str) -> Vec<String> {
    let mut urls = vec![format!("/{page}")];
    if let Some(folder) = page.strip_suffix("index.html") {
        urls.push(format!("/{folder}"));
    } else if let Some(bare) = page.strip_suffix(".html") {
        urls.push(format!("/{bare}"));
    }
    urls
}

/// A pattern of a robots.txt: a beginning, with `*` for anything and `$` for the end.
fn robots(pattern: &str, path: &str) -> bool {
    let (pattern, ends) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let Some((before, after)) = pattern.split_once('*') else {
        return if ends { path == pattern } else { path.starts_with(pattern) };
    };
    let Some(rest) = path.strip_prefix(before) else { return false };
    if ends { rest.ends_with(after) } else { rest.contains(after) }
}

/// The limits, or none of them and an `invalid-budget`. `root`: the project's folder, for messages.
pub fn read(source: &BudgetSource, root: &Path) -> Noted<Vec<Limit>> {
    let (name, text) = match source {
        BudgetSource::Default => ("budgets/default.json".to_string(), Ok(DEFAULT.to_string())),
        BudgetSource::File(path) => {
            let inside = path.starts_with(root);
            let name = if inside {
                crate::base::relative_path(root, path)
            } else {
                normalize_slashes(&path.to_string_lossy())
            };
            (name, read_text(path))
        }
    };
    let parsed = match &text {
        Ok(text) => parse(&name, text.trim_start_matches('\u{feff}')),
        Err(why) => Err(invalid(format!("cannot read the budget file {name}: {why}"))
            .at(Location::file(&name))
            .hint("give the path of a budget file, or --budget none")),
    };
    match parsed {
        Ok(mut limits) => {
            for limit in &mut limits.value {
                limit.folder = folder(limit, source, root);
                if *source == BudgetSource::Default {
                    // No file of the project says so.
                    limit.place = Location::file("");
                }
            }
            limits
        }
        Err(problem) => Noted::new(Vec::new(), vec![problem]),
    }
}

/// Where the paths of its files begin, if not in the output directory.
fn folder(limit: &Limit, source: &BudgetSource, root: &Path) -> Option<PathBuf> {
    let (Measure::Total { files, .. } | Measure::EachFile { files, .. }) = &limit.measure else { return None };
    match (files.base, source) {
        (Base::Output, _) => None,
        (Base::BudgetFile, BudgetSource::File(path)) => path.parent().map(Path::to_path_buf),
        _ => Some(root.to_path_buf()),
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > FILE_MAX {
        return Err(format!("it has {size} bytes, and a budget file has at most {FILE_MAX}"));
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_string())
}

/// Tells the format by what is there.
fn parse(name: &str, text: &str) -> Result<Noted<Vec<Limit>>, Diagnostic> {
    let document = Document { name, text };
    let root = document.parse().map_err(|problem| problem.hint(own::EXAMPLE))?;
    type Reader = fn(&Document<'_>, &Node) -> Result<Noted<Vec<Limit>>, Diagnostic>;
    type Knows = fn(&Document<'_>, &Node) -> bool;
    let formats: [(Knows, Reader); 5] = [
        (lighthouse::is_it, lighthouse::limits),
        (angular::is_it, angular::limits),
        (size_limit::is_it, size_limit::limits),
        (bundlewatch::is_it, bundlewatch::limits),
        (webpack::is_it, webpack::limits),
    ];
    match formats.into_iter().find(|(is_it, _)| is_it(&document, &root)) {
        Some((_, limits)) => limits(&document, &root),
        None => own::limits(&document, &root).map(Noted::clean),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_patterns() {
        for (pattern, path, is) in [
            ("/", "/index.html", true),
            ("/admin", "/admin/index.html", true),
            ("/admin$", "/admin/index.html", false),
            ("/*.html$", "/a/b.html", true),
            ("/*.html$", "/a/b.htm", false),
            ("/a*c", "/abc/d", true),
            ("/a*c$", "/abc/d", false),
            ("/$", "/", true),
        ] {
            assert_eq!(robots(pattern, path), is, "{pattern} {path}");
        }
    }

    #[test]
    fn the_default_is_valid() {
        let limits = read(&BudgetSource::Default, Path::new("/")).value;
        let max: Vec<_> = limits.iter().map(|limit| limit.max).collect();
        assert_eq!(max, [Some(Bound::Absolute(1_000_000)); 2]);
    }
}

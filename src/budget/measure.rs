//! What a page loads before anybody touches it, followed through the files as they stand in the output directory.

use super::page::{Page, page};
use super::scripts;
use super::sheets::{Sheet, wanted};
use crate::base::decode_url_path;
use crate::diag::{Diagnostic, Location, Noted};
use crate::model::{EmittedFile, FileKind, SizeOf};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;

/// Bytes that go over the wire: Brotli if there is a copy, else gzip, else the file itself.
pub fn transferred(file: &EmittedFile) -> u64 {
    copy(file, "br").or_else(|| copy(file, "gz")).unwrap_or(file.bytes)
}

fn copy(file: &EmittedFile, encoding: &str) -> Option<u64> {
    file.sidecars.iter().find(|copy| copy.encoding == encoding).map(|copy| copy.bytes)
}

/// Gives the bytes of an output by its path.
pub type Contents<'a> = dyn Fn(&str) -> io::Result<Cow<'a, [u8]>> + Sync + 'a;

/// Compresses: bytes, and the ending of the copy that it would be. `None`: it would not be smaller.
pub type Compress<'a> = dyn Fn(&[u8], &str) -> Option<u64> + Sync + 'a;

/// Why a file is loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    Document,
    Script,
    Module,
    /// Fetched and no more: what is in it leads nowhere yet.
    Preload,
    Style,
    Font,
    Image,
    Import,
}

impl How {
    pub fn word(self) -> &'static str {
        match self {
            How::Document => "document",
            How::Script => "script",
            How::Module => "module",
            How::Preload => "preload",
            How::Style => "style",
            How::Font => "font",
            How::Image => "image",
            How::Import => "import",
        }
    }
}

/// A file that is loaded, by its index; and the one that mentions it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loaded {
    pub file: usize,
    pub by: usize,
    pub how: How,
}

/// What one page loads at once.
#[derive(Clone, Debug)]
pub struct PageLoad {
    /// The document's index.
    pub page: usize,
    /// In the order in which a browser comes to them, the document first.
    pub files: Vec<Loaded>,
    /// URLs on other hosts, without repetition.
    pub elsewhere: Vec<String>,
}

/// The files of an output, and what each mentions.
pub struct Site<'a> {
    pub files: &'a [EmittedFile],
    contents: &'a Contents<'a>,
    compress: &'a Compress<'a>,
    index: BTreeMap<&'a str, usize>,
    mentions: Vec<Mentions>,
}

/// What a file leads to, by index.
#[derive(Clone, Default)]
struct Mentions {
    loads: Vec<(usize, How)>,
    later: Vec<usize>,
    elsewhere: Vec<String>,
    page: Option<Page>,
    sheet: Option<Sheet>,
}

impl<'a> Site<'a> {
    /// Reads every document, script and sheet. `files` are sorted by path.
    pub fn new(files: &'a [EmittedFile], contents: &'a Contents<'a>, compress: &'a Compress<'a>) -> Noted<Self> {
        let index = files.iter().enumerate().map(|(at, file)| (file.path.as_str(), at)).collect();
        let mut site = Site { files, contents, compress, index, mentions: Vec::new() };
        let found: Vec<Noted<Mentions>> = files.par_iter().map(|file| site.mentions_of(file)).collect();
        let mut problems = Vec::new();
        site.mentions = found.into_iter().map(|found| found.take(&mut problems)).collect();
        Noted::new(site, problems)
    }

    /// Bytes of a file, counted in one of the ways.
    pub fn size(&self, at: usize, size: SizeOf) -> u64 {
        let file = &self.files[at];
        let encoding = match size {
            SizeOf::Transferred => return transferred(file),
            SizeOf::Raw => return file.bytes,
            SizeOf::Gzip => "gz",
            SizeOf::Brotli => "br",
            SizeOf::Zstd => "zst",
        };
        copy(file, encoding).unwrap_or_else(|| {
            let bytes = (self.contents)(&file.path).ok();
            bytes.and_then(|bytes| (self.compress)(&bytes, encoding)).unwrap_or(file.bytes)
        })
    }

    /// Per document: itself and the files that it loads.
    pub fn pages(&self) -> Vec<PageLoad> {
        let documents = (0..self.files.len()).into_par_iter().filter(|at| self.files[*at].kind == FileKind::Document);
        documents.map(|page| self.load(&[(page, How::Document)], page)).collect()
    }

    /// All that is loaded with `roots`. Other documents (in a frame, as an object) are loads of their own.
    fn load(&self, roots: &[(usize, How)], page: usize) -> PageLoad {
        let mut files: Vec<Loaded> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut elsewhere = BTreeSet::new();
        let mut read = BTreeSet::new();
        let mut open: VecDeque<Loaded> =
            roots.iter().map(|(file, how)| Loaded { file: *file, by: page, how: *how }).collect();
        while let Some(loaded) = open.pop_front() {
            if seen.insert(loaded.file) {
                files.push(loaded);
            }
            if loaded.how == How::Preload || !read.insert(loaded.file) {
                continue;
            }
            let mentions = &self.mentions[loaded.file];
            elsewhere.extend(mentions.elsewhere.iter().cloned());
            let loads = mentions.loads.iter().filter(|(file, _)| self.files[*file].kind != FileKind::Document);
            open.extend(loads.map(|(file, how)| Loaded { file: *file, by: loaded.file, how: *how }));
        }
        for (by, url, how) in self.asked_of_sheets(page) {
            match self.resolve(&self.files[by].path, &url) {
                Some(file) if seen.insert(file) => files.push(Loaded { file, by, how }),
                None if is_elsewhere(&url) => _ = elsewhere.insert(url),
                _ => {}
            }
        }
        PageLoad { page, files, elsewhere: elsewhere.into_iter().collect() }
    }

    /// What the sheets of a document ask for by its elements.
    fn asked_of_sheets(&self, page: usize) -> Vec<(usize, String, How)> {
        let Some(document) = &self.mentions[page].page else { return Vec::new() };
        let mut order = Vec::new();
        let mut own = document.styles.iter().peekable();
        for (number, (url, how)) in document.loads.iter().enumerate() {
            while let Some((_, sheet)) = own.next_if(|(place, _)| *place <= number) {
                order.push((page, sheet));
            }
            if let Some(at) = self.resolve(&self.files[page].path, url).filter(|_| *how == How::Style) {
                self.sheets_of(at, &mut BTreeSet::new(), &mut order);
            }
        }
        order.extend(own.map(|(_, sheet)| (page, sheet)));
        wanted(document, page, &order)
    }

    /// A sheet, after those that it imports.
    fn sheets_of<'s>(&'s self, at: usize, above: &mut BTreeSet<usize>, order: &mut Vec<(usize, &'s Sheet)>) {
        if !above.insert(at) {
            return;
        }
        let imports = self.mentions[at].loads.iter().filter(|(_, how)| *how == How::Style);
        imports.for_each(|(import, _)| self.sheets_of(*import, above, order));
        order.extend(self.mentions[at].sheet.as_ref().map(|sheet| (at, sheet)));
    }

    /// A script and all that it imports at once.
    pub fn with_imports(&self, file: usize) -> Vec<usize> {
        self.load(&[(file, How::Script)], file).files.iter().map(|loaded| loaded.file).collect()
    }

    /// What a page may load later, without what it has from the start: whatever its scripts mention, and theirs.
    pub fn later(&self, page: &PageLoad) -> Vec<usize> {
        let first: BTreeSet<usize> = page.files.iter().map(|loaded| loaded.file).collect();
        let mut seen = first.clone();
        let mut open: Vec<usize> = first.iter().copied().collect();
        while let Some(at) = open.pop() {
            let mentions = &self.mentions[at];
            // What it loads is no part of the page: see [`Self::worker`].
            if Some(at) == self.worker() {
                continue;
            }
            for file in mentions.later.iter().chain(mentions.loads.iter().map(|(file, _)| file)) {
                if self.files[*file].kind != FileKind::Document && seen.insert(*file) {
                    open.push(*file);
                }
            }
        }
        seen.difference(&first).copied().collect()
    }

    /// The service worker, which mentions everything that it keeps.
    pub fn worker(&self) -> Option<usize> {
        ["sw.js", "service-worker.js"].into_iter().find_map(|name| self.known(name))
    }

    /// The index of a path.
    pub fn at(&self, path: &str) -> Option<usize> {
        self.known(path)
    }

    /// Another script imports it at once.
    pub fn is_imported(&self, file: usize) -> bool {
        let is_script = |at: &usize| self.files[*at].kind == FileKind::Script;
        (0..self.files.len()).filter(is_script).any(|at| self.mentions[at].loads.iter().any(|(to, _)| *to == file))
    }

    /// Files whose paths a script has as texts.
    pub fn mentioned_later(&self, file: usize) -> Vec<usize> {
        self.mentions[file].later.clone()
    }

    fn mentions_of(&self, file: &EmittedFile) -> Noted<Mentions> {
        if !matches!(file.kind, FileKind::Document | FileKind::Script | FileKind::Stylesheet) {
            return Noted::clean(Mentions::default());
        }
        let bytes = match (self.contents)(&file.path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let problem = Diagnostic::error("unreadable-output", format!("cannot read {}: {error}", file.path))
                    .at(Location::file(&file.path))
                    .note("what it loads is not counted");
                return Noted::new(Mentions::default(), vec![problem]);
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut out = Mentions::default();
        let loads = match file.kind {
            FileKind::Document => {
                let page = page(&text);
                let all: Vec<String> = page.styles.iter().flat_map(|(_, sheet)| sheet.all()).collect();
                out.later = all.iter().filter_map(|url| self.resolve(&file.path, url)).collect();
                out.page.insert(page).loads.clone()
            }
            FileKind::Stylesheet => {
                let sheet = Sheet::read(&text);
                out.later = sheet.all().iter().filter_map(|url| self.resolve(&file.path, url)).collect();
                out.sheet.insert(sheet).imports.clone()
            }
            _ => {
                let found = scripts::mentions(&text);
                // Lists of what to preload hold paths inside of the directory.
                let later = |text: &String| self.resolve(&file.path, text).or_else(|| self.known(text));
                out.later = found.texts.iter().filter_map(later).collect();
                found.imports.into_iter().map(|url| (url, How::Import)).collect()
            }
        };
        out.later.sort_unstable();
        out.later.dedup();
        for (url, how) in loads {
            match self.resolve(&file.path, &url) {
                Some(at) => out.loads.push((at, how)),
                None if is_elsewhere(&url) => out.elsewhere.push(url),
                None => {}
            }
        }
        Noted::clean(out)
    }

    /// The file of the directory that `url` in the file `from` means.
    fn resolve(&self, from: &str, url: &str) -> Option<usize> {
        let url = url.trim().split(['?', '#']).next().unwrap_or("");
        if is_elsewhere(url) {
            return self.on_another_host(url);
        }
        if url.is_empty() || has_scheme(url) {
            return None;
        }
        let path = decode_url_path(url)?;
        let Some(mut rest) = path.strip_prefix('/') else {
            let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
            return self.known(&flat(&format!("{folder}/{path}")));
        };
        // Leading parts may be the public path, which is not a folder of the directory.
        loop {
            if let Some(known) = self.known(&flat(rest)) {
                return Some(known);
            }
            rest = rest.split_once('/')?.1;
        }
    }

    /// A file of the directory that is served by another host (`--public-path`): no other has its hash in its name.
    fn on_another_host(&self, url: &str) -> Option<usize> {
        let (_, rest) = url.split_once("//")?;
        let mut rest = rest.split_once('/')?.1;
        loop {
            let known = decode_url_path(rest).and_then(|path| self.known(&flat(&path)));
            if let Some(known) = known.filter(|at| self.files[*at].hashed) {
                return Some(known);
            }
            rest = rest.split_once('/')?.1;
        }
    }

    fn known(&self, path: &str) -> Option<usize> {
        self.index.get(path).copied()
    }
}

fn is_elsewhere(url: &str) -> bool {
    let url = url.trim();
    url.starts_with("//") || url.starts_with("http://") || url.starts_with("https://")
}

fn has_scheme(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// Without `.`, `..` and empty parts. As in a URL, nothing is above the top.
fn flat(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A path without its content hash: the same file in the next build.
pub fn stable_name(file: &EmittedFile) -> String {
    if !file.hashed {
        return file.path.clone();
    }
    let (folder, name) = file.path.rsplit_once('/').map_or(("", file.path.as_str()), |(folder, name)| (folder, name));
    let (stem, rest) = name.split_once('.').map_or((name, String::new()), |(stem, rest)| (stem, format!(".{rest}")));
    let is_hash = |hash: &str| hash.len() >= 6 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let bare = match stem.rsplit_once(['-', '_', '.']) {
        Some((bare, hash)) if is_hash(hash) => bare,
        _ => stem,
    };
    if folder.is_empty() { format!("{bare}{rest}") } else { format!("{folder}/{bare}{rest}") }
}

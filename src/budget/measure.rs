//! What a page loads before anybody touches it, followed through the files as they stand in the output directory.

use super::{page, scripts, sheets};
use crate::base::decode_url_path;
use crate::diag::{Diagnostic, Location, Noted};
use crate::model::{Emitted, EmittedFile, FileKind};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that go over the wire: Brotli if there is a copy, else gzip, else the file itself.
pub fn transferred(file: &EmittedFile) -> u64 {
    let copy = |encoding: &str| file.sidecars.iter().find(|copy| copy.encoding == encoding).map(|copy| copy.bytes);
    copy("br").or_else(|| copy("gz")).unwrap_or(file.bytes)
}

pub struct Site<'a> {
    emitted: &'a Emitted,
    files: BTreeMap<&'a str, &'a EmittedFile>,
}

impl<'a> Site<'a> {
    pub fn new(emitted: &'a Emitted) -> Self {
        Site { emitted, files: emitted.files.iter().map(|file| (file.path.as_str(), file)).collect() }
    }

    /// Per document: itself and the files it loads, by path.
    pub fn initial_loads(&self) -> Noted<Vec<(&'a str, Vec<&'a EmittedFile>)>> {
        let mut problems = Vec::new();
        let mut loads: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let found: Vec<_> =
            self.emitted.files.par_iter().map(|file| (file.path.as_str(), self.loads_of(file))).collect();
        for (path, found) in found {
            loads.insert(path, found.take(&mut problems));
        }
        let documents = self.files.values().filter(|file| file.kind == FileKind::Document);
        let pages = documents.map(|document| (document.path.as_str(), self.closure(&document.path, &loads))).collect();
        Noted::new(pages, problems)
    }

    /// All that is reached from `start`. Other documents (in a frame, as an object) are loads of their own.
    fn closure(&self, start: &'a str, loads: &BTreeMap<&'a str, Vec<&'a str>>) -> Vec<&'a EmittedFile> {
        let mut seen = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(path) = open.pop() {
            for next in loads.get(path).into_iter().flatten() {
                if self.files[next].kind != FileKind::Document && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen.into_iter().map(|path| self.files[path]).collect()
    }

    /// The files of the directory that this one loads by itself.
    fn loads_of(&self, file: &EmittedFile) -> Noted<Vec<&'a str>> {
        let find = match file.kind {
            FileKind::Document => page::loads,
            FileKind::Script => scripts::imports,
            FileKind::Stylesheet => sheets::loads,
            _ => return Noted::clean(Vec::new()),
        };
        let bytes = match std::fs::read(self.emitted.directory.join(&file.path)) {
            Ok(bytes) => bytes,
            Err(error) => {
                let problem = Diagnostic::error("unreadable-output", format!("cannot read {}: {error}", file.path))
                    .at(Location::file(&file.path))
                    .note("what it loads is not counted");
                return Noted::new(Vec::new(), vec![problem]);
            }
        };
        let urls = find(&String::from_utf8_lossy(&bytes));
        Noted::clean(urls.iter().filter_map(|url| self.resolve(&file.path, url)).collect())
    }

    /// The file of the directory that `url` in the file `from` means.
    fn resolve(&self, from: &str, url: &str) -> Option<&'a str> {
        let url = url.trim().split(['?', '#']).next().unwrap_or("");
        if url.is_empty() || url.starts_with("//") || has_scheme(url) {
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

    fn known(&self, path: &str) -> Option<&'a str> {
        self.files.get_key_value(path).map(|(path, _)| *path)
    }
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

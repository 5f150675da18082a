//! The files to seal: which of them are wanted, what each mention leads to, how each gets its name.

use super::name;
use crate::base::ContentHash;
use crate::config::Options;
use crate::diag::Diagnostic;
use crate::model::{OutputKey, Piece, RenderedFile};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Where a file's name comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Naming {
    /// Known before anything is hashed.
    Fixed(String),
    /// Its template has `[hash]`.
    Hashed,
    /// The name of that other file followed by this.
    Derived(usize, &'static str),
}

pub(super) struct Item {
    pub file: RenderedFile,
    /// One per piece of the body: the item it mentions.
    pub targets: Vec<Option<usize>>,
    pub naming: Naming,
    /// How many scripts, or sheets of scripts, before it have the same text and name. Each is a module of its own, or applies once
    /// more, and must keep its own name.
    pub twin: u32,
}

/// Sorted by key: positions do not depend on the order in which stages delivered.
pub(super) struct Outputs {
    pub items: Vec<Item>,
}

impl Outputs {
    pub fn collect(mut files: Vec<RenderedFile>, options: &Options, problems: &mut Vec<Diagnostic>) -> Self {
        files.sort_by(|a, b| a.key.cmp(&b.key));
        files.dedup_by(|later, first| {
            let twice = later.key == first.key;
            if twice && later.body != first.body {
                problems.push(Diagnostic::error(
                    "duplicate-output",
                    format!("the build made {} twice, with different contents", name::fallback_path(&first.name)),
                ));
            }
            twice
        });
        drop_unmentioned(&mut files);
        let index: BTreeMap<&OutputKey, usize> = files.iter().enumerate().map(|(at, file)| (&file.key, at)).collect();
        let targets: Vec<Vec<Option<usize>>> = files
            .iter()
            .map(|file| {
                file.body.iter().map(|piece| mentioned(piece).and_then(|key| index.get(key).copied())).collect()
            })
            .collect();
        report_dangling(&files, &targets, problems);
        let namings = namings(&files, &index, options);
        let twins = twins(&files);
        let items = files
            .into_iter()
            .zip(targets)
            .zip(namings)
            .zip(twins)
            .map(|(((file, targets), naming), twin)| Item { file, targets, naming, twin })
            .collect();
        Outputs { items }
    }

    /// The item whose name decides that of `at`, and what follows it.
    pub fn named_after(&self, at: usize) -> (usize, &'static str) {
        match self.items[at].naming {
            Naming::Derived(inner, suffix) => (inner, suffix),
            _ => (at, ""),
        }
    }

    /// The path holds a hash.
    pub fn hashed(&self, at: usize) -> bool {
        self.items[self.named_after(at).0].naming == Naming::Hashed
    }
}

fn twins(files: &[RenderedFile]) -> Vec<u32> {
    let mut seen: BTreeMap<ContentHash, u32> = BTreeMap::new();
    let twin = |file: &RenderedFile| {
        if !matches!(file.key, OutputKey::Chunk(_) | OutputKey::Style(_)) {
            return 0;
        }
        let pieces = file.body.iter().map(|piece| match piece {
            Piece::Text(text) => Cow::Borrowed(text.as_slice()),
            Piece::Ref(key, _) => Cow::Owned(format!("{key:?}").into_bytes()),
        });
        let parts: Vec<Cow<[u8]>> = pieces.chain([Cow::Owned(file.name.fill("").into_bytes())]).collect();
        let parts: Vec<&[u8]> = parts.iter().map(|part| &**part).collect();
        let count = seen.entry(ContentHash::of_parts(&parts)).or_default();
        *count += 1;
        *count - 1
    };
    files.iter().map(twin).collect()
}

fn mentioned(piece: &Piece) -> Option<&OutputKey> {
    match piece {
        Piece::Text(_) => None,
        Piece::Ref(key, _) => Some(key),
    }
}

/// Removes assets that can be reached from no other kind of output.
fn drop_unmentioned(files: &mut Vec<RenderedFile>) {
    let by_key: BTreeMap<&OutputKey, &RenderedFile> = files.iter().map(|file| (&file.key, file)).collect();
    let mut open: Vec<&RenderedFile> = files.iter().filter(|file| is_wanted_by_itself(file)).collect();
    let mut reached: BTreeSet<OutputKey> = open.iter().map(|file| file.key.clone()).collect();
    while let Some(file) = open.pop() {
        for key in file.body.iter().filter_map(mentioned) {
            if let Some(target) = by_key.get(key)
                && reached.insert(key.clone())
            {
                open.push(target);
            }
        }
    }
    files.retain(|file| reached.contains(&file.key));
}

fn is_wanted_by_itself(file: &RenderedFile) -> bool {
    !matches!(file.key, OutputKey::Asset(_)) || !file.name.template.contains('[')
}

fn report_dangling(files: &[RenderedFile], targets: &[Vec<Option<usize>>], problems: &mut Vec<Diagnostic>) {
    for (file, targets) in files.iter().zip(targets) {
        let missing: BTreeSet<&OutputKey> = file
            .body
            .iter()
            .zip(targets)
            .filter(|(_, target)| target.is_none())
            .filter_map(|(piece, _)| mentioned(piece))
            .collect();
        problems.extend(missing.into_iter().map(|key| {
            let path = name::fallback_path(&file.name);
            Diagnostic::error("missing-output", format!("{path} mentions {key:?}, which the build did not make"))
        }));
    }
}

fn namings(files: &[RenderedFile], index: &BTreeMap<&OutputKey, usize>, options: &Options) -> Vec<Naming> {
    let outfiles = outfiles(files, options);
    let mut claims = Vec::new();
    let mut namings: Vec<Naming> = Vec::with_capacity(files.len());
    for (at, file) in files.iter().enumerate() {
        namings.push(if let Some((inner, suffix)) = derived(&file.key, index) {
            Naming::Derived(inner, suffix)
        } else if let Some(path) = outfiles.get(&at) {
            claims.push(name::Claim { at, path: path.clone(), explicit: true });
            Naming::Fixed(path.clone())
        } else if name::has_hash(&file.name) {
            Naming::Hashed
        } else {
            let path = name::unhashed_path(&file.name);
            claims.push(name::Claim { at, path: path.clone(), explicit: is_explicit(file, options) });
            Naming::Fixed(path)
        });
    }
    for (at, path) in name::settle(claims, files) {
        namings[at] = Naming::Fixed(path);
    }
    namings
}

fn derived(key: &OutputKey, index: &BTreeMap<&OutputKey, usize>) -> Option<(usize, &'static str)> {
    match key {
        OutputKey::Map(inner) => Some((*index.get(&**inner)?, ".map")),
        OutputKey::Legal(chunk) => Some((*index.get(&OutputKey::Chunk(*chunk))?, ".LEGAL.txt")),
        _ => None,
    }
}

/// A user chose this path: it may not be changed behind their back.
fn is_explicit(file: &RenderedFile, options: &Options) -> bool {
    match file.key {
        OutputKey::Page(_) | OutputKey::Named(_) => true,
        OutputKey::Chunk(_) => file.name.template == options.entry_names && options.entry_names != options.chunk_names,
        _ => !file.name.template.contains('['),
    }
}

/// `--outfile`: the path of the only entry. Its style sheet gets the same path with its own ending; an entry that is
/// only a style sheet gets the path itself.
fn outfiles(files: &[RenderedFile], options: &Options) -> BTreeMap<usize, String> {
    let Some(outfile) = &options.outfile else { return BTreeMap::new() };
    let outfile = name::safe_path(outfile);
    let is_entry = |file: &RenderedFile| {
        [options.outfile.as_ref(), Some(&options.entry_names)].contains(&Some(&file.name.template))
    };
    let chunk_at = |file: &RenderedFile| match file.key {
        OutputKey::Chunk(id) if is_entry(file) => Some(id),
        _ => None,
    };
    let is_style = |file: &RenderedFile| matches!(file.key, OutputKey::Style(_));
    let entry = files.iter().filter_map(chunk_at).min();
    let ending = files.iter().find(|file| is_style(file)).map(|file| file.name.ext.as_str());
    let wants_style = ending.is_some_and(|ending| !ending.is_empty() && outfile.ends_with(ending));
    let mut out = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        match (entry, chunk_at(file)) {
            (Some(entry), Some(id)) if id == entry && !wants_style => drop(out.insert(at, outfile.clone())),
            (Some(_), None) if is_style(file) && is_entry(file) => {
                let path = if wants_style { outfile.clone() } else { name::with_ending(&outfile, &file.name.ext) };
                out.insert(at, path);
            }
            (None, None) if out.is_empty() && is_style(file) => {
                out.insert(at, outfile.clone());
            }
            _ => {}
        }
    }
    out
}

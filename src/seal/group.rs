//! Hashing and writing one group of files that depend on one another.
//!
//! A file alone is named by the hash of its bytes. In a circle no file can be named before the others, so each gets a
//! *colour* first: the hash of its text with a placeholder for every mention inside the group. Then, as in colour
//! refinement of graphs, each colour is hashed again with the colours of what its file mentions, until that separates
//! no more files. The group's hash is that of all colours in sorted order; a file's own is (group, colour). No step
//! looks at positions or ids, so the names do not depend on the order in which files came.

use super::name;
use super::order::Group;
use super::outputs::{Naming, Outputs};
use crate::base::{ContentHash, encode_url_path, join_url, relative_url};
use crate::config::Options;
use crate::diag::{Diagnostic, Noted};
use crate::model::{Piece, RefStyle};
use base64::Engine as _;
use sha2::Digest as _;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// What is sealed so far.
pub(super) struct Sealing<'a> {
    outputs: Outputs,
    options: &'a Options,
    paths: Vec<Option<String>>,
    bytes: Vec<Option<Arc<[u8]>>>,
    /// Computed when first asked for.
    integrity: Vec<OnceLock<String>>,
}

/// One sealed file.
pub(super) struct Done {
    at: usize,
    path: String,
    bytes: Arc<[u8]>,
    /// Of its mentions, in order.
    lengths: Vec<u32>,
}

impl<'a> Sealing<'a> {
    pub fn new(outputs: Outputs, options: &'a Options) -> Self {
        let fixed = |naming: &Naming| match naming {
            Naming::Fixed(path) => Some(path.clone()),
            _ => None,
        };
        let paths = outputs.items.iter().map(|item| fixed(&item.naming)).collect();
        let integrity = outputs.items.iter().map(|_| OnceLock::new()).collect();
        Sealing { options, paths, bytes: vec![None; outputs.items.len()], integrity, outputs }
    }

    pub fn store(&mut self, group: Vec<Done>) {
        for Done { at, path, bytes, lengths } in group {
            let file = &mut self.outputs.items[at].file;
            let mut before = vec![0u64];
            before.extend(lengths.iter().scan(0, |sum, length| {
                *sum += u64::from(*length);
                Some(*sum)
            }));
            for span in file.contributions.iter_mut().flat_map(|part| &mut part.spans) {
                for spot in [&mut span.start, &mut span.end] {
                    let mentions = std::mem::take(&mut spot.mentions) as usize;
                    spot.bytes += before.get(mentions).or(before.last()).copied().unwrap_or_default();
                }
            }
            for part in file.contributions.iter_mut().filter(|part| !part.spans.is_empty()) {
                part.bytes = part.spans.iter().map(|span| span.end.bytes - span.start.bytes).sum();
            }
            // Nobody asks for the pieces any more, and a source map is large.
            file.body = Vec::new();
            self.paths[at] = Some(path);
            self.bytes[at] = Some(bytes);
        }
    }

    /// Every file is sealed by now: each is in a group.
    pub fn finish(self) -> (Outputs, Vec<String>, Vec<Arc<[u8]>>) {
        let paths = self.paths.into_iter().map(Option::unwrap_or_default).collect();
        (self.outputs, paths, self.bytes.into_iter().map(|bytes| bytes.unwrap_or_else(|| Arc::from([]))).collect())
    }

    /// Names the members and writes their final bytes.
    pub fn seal_group(&self, group: &Group) -> Noted<Vec<Done>> {
        let hashes = if group.cyclic { self.cycle_hashes(&group.members) } else { self.single_hash(&group.members) };
        let mut names: BTreeMap<usize, String> = BTreeMap::new();
        for (at, hash) in group.members.iter().zip(&hashes) {
            names.insert(*at, self.own_path(*at, &hash.short(), &names));
        }
        let mut problems = Vec::new();
        if group.cyclic {
            problems.extend(self.integrity_in_cycle(&group.members, &names));
        }
        let write = |at: &usize| {
            let (bytes, lengths) = self.final_bytes(*at, &names);
            Done { at: *at, path: names[at].clone(), bytes, lengths }
        };
        Noted::new(group.members.iter().map(write).collect(), problems)
    }

    fn own_path(&self, at: usize, hash: &str, names: &BTreeMap<usize, String>) -> String {
        match &self.outputs.items[at].naming {
            Naming::Fixed(path) => path.clone(),
            Naming::Hashed => name::hashed_path(&self.outputs.items[at].file.name, hash),
            Naming::Derived(inner, suffix) => format!("{}{suffix}", self.path_of(*inner, names).unwrap_or_default()),
        }
    }

    /// The path of any item that is sealed or in `names`.
    fn path_of(&self, at: usize, names: &BTreeMap<usize, String>) -> Option<Cow<'_, str>> {
        let (named, suffix) = self.outputs.named_after(at);
        let path = names.get(&named).or(self.paths[named].as_ref())?;
        Some(Cow::Owned(format!("{path}{suffix}")))
    }

    /// The path as far as it is known before hashing: enough for the way from this file to others.
    fn nominal_path(&self, at: usize) -> String {
        self.own_path(at, "00000000", &BTreeMap::new())
    }

    fn single_hash(&self, members: &[usize]) -> Vec<ContentHash> {
        let hash_of = |at: usize| {
            if self.outputs.items[at].naming != Naming::Hashed {
                return ContentHash::of(&[]);
            }
            let (segments, _) = self.segments(at, &[]);
            let hash = ContentHash::of_joined(&segments.iter().map(|segment| &**segment).collect::<Vec<_>>());
            match self.outputs.items[at].twin {
                0 => hash,
                twin => ContentHash::of_parts(&[&hash.0, &twin.to_le_bytes()]),
            }
        };
        members.iter().map(|at| hash_of(*at)).collect()
    }

    fn cycle_hashes(&self, members: &[usize]) -> Vec<ContentHash> {
        let mut colours = Vec::with_capacity(members.len());
        let mut links = Vec::with_capacity(members.len());
        for at in members {
            let (segments, mentions) = self.segments(*at, members);
            let place = self.nominal_path(*at);
            let mut parts: Vec<&[u8]> = vec![place.as_bytes()];
            parts.extend(segments.iter().map(|segment| &**segment));
            colours.push(ContentHash::of_parts(&parts));
            links.push(mentions);
        }
        let mut distinct = colours.iter().collect::<BTreeSet<_>>().len();
        loop {
            let refined: Vec<ContentHash> = colours
                .iter()
                .zip(&links)
                .map(|(own, links)| {
                    let mut parts: Vec<&[u8]> = vec![&own.0];
                    parts.extend(links.iter().map(|member| &colours[*member].0[..]));
                    ContentHash::of_parts(&parts)
                })
                .collect();
            let now = refined.iter().collect::<BTreeSet<_>>().len();
            colours = refined;
            if now == distinct {
                break;
            }
            distinct = now;
        }
        let mut sorted: Vec<&[u8]> = colours.iter().map(|colour| &colour.0[..]).collect();
        sorted.sort_unstable();
        let group = ContentHash::of_parts(&sorted);
        colours.iter().map(|own| ContentHash::of_parts(&[&group.0, &own.0])).collect()
    }

    /// The text of `at` with mentions of sealed files written out. A mention of a member of the group gives a segment
    /// of its own, and the member's number in the second value; a mention of a file named after `at` itself (its map)
    /// gives nothing.
    fn segments(&self, at: usize, members: &[usize]) -> (Vec<Cow<'_, [u8]>>, Vec<usize>) {
        let item = &self.outputs.items[at];
        let from = self.nominal_path(at);
        let (mut segments, mut links) = (Vec::with_capacity(item.file.body.len()), Vec::new());
        for (piece, target) in item.file.body.iter().zip(&item.targets) {
            match (piece, target) {
                (Piece::Text(text), _) => segments.push(Cow::Borrowed(text.as_slice())),
                (Piece::Ref(..), None) => {}
                (Piece::Ref(_, style), Some(target)) => {
                    let (named, suffix) = self.outputs.named_after(*target);
                    let member = members.binary_search(&named).ok();
                    if named == at && !suffix.is_empty() {
                        // Follows from this file's own name.
                    } else if let Some(member) = member {
                        segments.push(Cow::Owned(format!("{style:?}{suffix}").into_bytes()));
                        links.push(member);
                    } else {
                        segments.push(Cow::Owned(self.spell(&from, *target, *style, &BTreeMap::new()).into_bytes()));
                    }
                }
            }
        }
        (segments, links)
    }

    fn final_bytes(&self, at: usize, names: &BTreeMap<usize, String>) -> (Arc<[u8]>, Vec<u32>) {
        let item = &self.outputs.items[at];
        if let [Piece::Text(text)] = item.file.body.as_slice() {
            return (Arc::from(text.as_slice()), Vec::new());
        }
        let spell = |(piece, target): (&'_ Piece, &Option<usize>)| match (piece, target) {
            (Piece::Ref(_, style), Some(target)) => self.spell(&names[&at], *target, *style, names).into_bytes(),
            _ => Vec::new(),
        };
        let spelled: Vec<Vec<u8>> = item.file.body.iter().zip(&item.targets).map(spell).collect();
        let parts = item.file.body.iter().zip(&spelled).map(|(piece, spelled)| match piece {
            Piece::Text(text) => text.as_slice(),
            Piece::Ref(..) => spelled.as_slice(),
        });
        let mentions = item.file.body.iter().zip(&spelled).filter(|(piece, _)| matches!(piece, Piece::Ref(..)));
        let lengths = mentions.map(|(_, spelled)| spelled.len() as u32).collect();
        (Arc::from(parts.collect::<Vec<&[u8]>>().concat()), lengths)
    }

    /// How the file at `from` writes its mention of `target`.
    fn spell(&self, from: &str, target: usize, style: RefStyle, names: &BTreeMap<usize, String>) -> String {
        if style == RefStyle::Integrity {
            // Without bytes: a member of the same circle, which was reported.
            return self.bytes[target]
                .as_deref()
                .map_or_else(String::new, |bytes| self.integrity[target].get_or_init(|| integrity(bytes)).clone());
        }
        let Some(path) = self.path_of(target, names) else { return String::new() };
        match style {
            RefStyle::Public if !self.options.public_path.is_empty() => {
                join_url(&self.options.public_path, &encode_url_path(&path))
            }
            RefStyle::Relative | RefStyle::Public => encode_url_path(&relative_url(from, &path)),
            RefStyle::Path => encode_url_path(&path),
            RefStyle::FileName | RefStyle::Integrity => encode_url_path(path.rsplit('/').next().unwrap_or(&path)),
        }
    }

    fn integrity_in_cycle(&self, members: &[usize], names: &BTreeMap<usize, String>) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for at in members {
            let item = &self.outputs.items[*at];
            for (piece, target) in item.file.body.iter().zip(&item.targets) {
                let (Piece::Ref(_, RefStyle::Integrity), Some(target)) = (piece, target) else { continue };
                let Some(mentioned) = names.get(target) else { continue };
                problems.push(
                    Diagnostic::error(
                        "integrity-cycle",
                        format!("{} holds the integrity of {mentioned}, whose content depends on it", names[at]),
                    )
                    .note("a hash of content that contains the hash cannot be computed; it was left empty"),
                );
            }
        }
        problems
    }
}

pub(super) fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", base64::engine::general_purpose::STANDARD.encode(sha2::Sha384::digest(bytes)))
}

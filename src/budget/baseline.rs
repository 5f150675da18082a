//! What was measured before, in a file that is committed.

use super::measure::{Site, stable_name};
use crate::diag::{Diagnostic, Location};
use crate::model::{EmittedFile, FileKind, Growth, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sources of the project that a baseline names; the largest.
const SOURCES_MAX: usize = 300;

/// What grew, as far as a failing line tells it.
const GROWTH_SHOWN: usize = 8;

/// Less than this is the jitter of compressors and names.
const GROWTH_MIN: i64 = 64;

/// A limit that was raised, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    pub subject: String,
    pub from: u64,
    pub to: u64,
    pub because: String,
}

/// An output, without its hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptFile {
    pub name: String,
    /// With the hash: the file of an installed service worker.
    pub path: String,
    pub kind: FileKind,
    pub bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gz: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub br: Option<u64>,
}

/// The numbers of one build.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub version: u32,
    /// By subject of the limits: bytes, or a count.
    pub values: BTreeMap<String, u64>,
    /// The lowest that each ever was: where ratchets stand.
    pub best: BTreeMap<String, u64>,
    pub files: Vec<KeptFile>,
    /// `name@version`: raw bytes.
    pub packages: BTreeMap<String, u64>,
    /// The project's own largest: raw bytes.
    pub sources: BTreeMap<String, u64>,
    /// Every time that a ratchet was let go, oldest first.
    #[serde(default)]
    pub raised: Vec<Raised>,
}

const VERSION: u32 = 1;

impl Baseline {
    /// The numbers of what stands in `site`, with the best of the baseline before.
    pub fn of(site: &Site<'_>, verdict: &Verdict, before: Option<&Baseline>) -> Baseline {
        let values = super::highest(verdict.lines.iter().map(|line| (&line.line.subject, line.actual)));
        let mut best = values.clone();
        for (subject, then) in before.iter().flat_map(|before| &before.best) {
            // What could not be measured this time is held where it was.
            best.entry(subject.clone()).and_modify(|now| *now = (*now).min(*then)).or_insert(*then);
        }
        let file = |file: &EmittedFile| KeptFile {
            name: stable_name(file),
            path: file.path.clone(),
            kind: file.kind,
            bytes: file.bytes,
            gz: file.sidecars.iter().find(|copy| copy.encoding == "gz").map(|copy| copy.bytes),
            br: file.sidecars.iter().find(|copy| copy.encoding == "br").map(|copy| copy.bytes),
        };
        let (packages, sources) = parts(site.files.iter());
        let mut sources: Vec<(String, u64)> = sources.into_iter().collect();
        sources.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        sources.truncate(SOURCES_MAX);
        Baseline {
            version: VERSION,
            values,
            best,
            files: site.files.iter().filter(|file| file.kind != FileKind::Map).map(file).collect(),
            packages,
            sources: sources.into_iter().collect(),
            raised: before.map(|before| before.raised.clone()).unwrap_or_default(),
        }
    }

    /// Lets ratchets go where what is measured is above them; those, or what must be said first.
    pub fn raise(&mut self, failed: &[(String, u64, u64)], because: Option<&str>) -> Result<(), Diagnostic> {
        for (subject, from, to) in failed {
            let Some(because) = because else {
                let message = format!("\"{subject}\" is {to} and was held at {from}");
                let problem = Diagnostic::error("unexplained-rise", message);
                return Err(problem.hint("say why with `--because \"…\"`; the reason is kept in the baseline"));
            };
            self.raised.push(Raised { subject: subject.clone(), from: *from, to: *to, because: because.to_string() });
            self.best.insert(subject.clone(), *to);
        }
        Ok(())
    }

    pub fn read(name: &str, text: &str) -> Result<Baseline, Diagnostic> {
        let problem = |message: String, line: usize, column: usize| {
            let line_text = text.lines().nth(line.saturating_sub(1)).unwrap_or("").to_string();
            let place = Location { file: name.into(), line: line as u32, column: column as u32, length: 1, line_text };
            Diagnostic::error("invalid-baseline", message)
                .at(place)
                .hint("write it anew with `plimsoll check --update-baseline`")
        };
        let read: Baseline = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
            problem(format!("the baseline cannot be read: {what}"), error.line(), error.column().max(1))
        })?;
        if read.version != VERSION {
            return Err(problem(format!("the baseline has version {}, not {VERSION}", read.version), 1, 1));
        }
        Ok(read)
    }

    /// As it is written: sorted, one number on a line, so that changes of it can be read.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    pub fn has_file(&self, path: &str, bytes: u64) -> bool {
        self.files.iter().any(|file| file.path == path && file.bytes == bytes)
    }

    /// What the output has more of than it had, as far as it is in `files`; most first. [`Parts`] of the whole output.
    pub fn growth(&self, (packages, sources): &Parts, files: &[&EmittedFile]) -> Vec<Growth> {
        if self.packages.is_empty() && self.sources.is_empty() {
            return Vec::new();
        }
        let (packages_here, sources_here) = parts(files.iter().copied());
        let all_sources_known = self.sources.len() < SOURCES_MAX;
        let mut out: Vec<Growth> = Vec::new();
        let mut compare = |now: &BTreeMap<String, u64>,
                           here: &BTreeMap<String, u64>,
                           then: &BTreeMap<String, u64>,
                           all_known: bool| {
            for (name, bytes) in now.iter().filter(|(name, _)| here.contains_key(*name)) {
                let before = then.get(name).copied();
                if before.is_none() && !all_known {
                    continue;
                }
                let bytes = *bytes as i64 - before.unwrap_or(0) as i64;
                if bytes >= GROWTH_MIN {
                    out.push(Growth { name: name.clone(), bytes, is_new: before.is_none() });
                }
            }
        };
        compare(packages, &packages_here, &self.packages, true);
        compare(sources, &sources_here, &self.sources, all_sources_known);
        out.extend(files.iter().filter_map(|file| self.new_asset(file)));
        out.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
        out.truncate(GROWTH_SHOWN);
        out
    }

    /// An image, a font and the like of a package that was not there.
    fn new_asset(&self, file: &EmittedFile) -> Option<Growth> {
        let source = file.contributions.first().filter(|part| !part.package.is_empty())?;
        let is_asset = matches!(file.kind, FileKind::Image | FileKind::Font | FileKind::Media);
        let name = stable_name(file);
        let is_new = is_asset && !self.files.iter().any(|known| known.name == name);
        is_new.then(|| Growth { name: source.source.clone(), bytes: file.bytes as i64, is_new: true })
    }
}

/// Raw bytes by package, and by source of the project.
pub type Parts = (BTreeMap<String, u64>, BTreeMap<String, u64>);

pub fn parts<'a>(files: impl Iterator<Item = &'a EmittedFile>) -> Parts {
    let (mut packages, mut sources) = (BTreeMap::new(), BTreeMap::new());
    for part in files.flat_map(|file| &file.contributions) {
        if part.package.is_empty() {
            *sources.entry(part.source.clone()).or_default() += part.bytes;
        } else {
            *packages.entry(part.package.clone()).or_default() += part.bytes;
        }
    }
    (packages, sources)
}

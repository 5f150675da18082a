//! The file of past builds: one build a line, and what their sizes say together.
//!
//! In: the text of the file, or the values of one subject, oldest first. Out: builds and problems, [`Trend`],
//! [`Step`]s. Nothing here reads or writes a file, and nothing asks for the time.
//!
//! A build is a line of JSON that stands by itself, so that git's `merge=union`, which keeps the lines of both sides,
//! makes a good file of two. What such a merge leaves behind is undone by [`parse`]: lines that came twice, and lines
//! of two branches in turns.

mod noise;
mod steps;
mod trend;

#[cfg(test)]
mod tests;

pub use steps::steps;
pub use trend::{crosses_in, trend};

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The only version of a line there is.
pub const VERSION: u32 = 1;

/// One build. Fields are in the order of their names, which is the order they are written in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(expecting = "a build such as {\"label\":\"1a2b3c\",\"values\":{\"scripts\":1000},\"version\":1}")]
pub struct Entry {
    /// A commit, or any name that tells builds apart: with the same label and values, two are one.
    pub label: String,
    /// Label of the build that this one followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<u64>,
    /// Subject → bytes, or how many.
    pub values: BTreeMap<String, u64>,
    /// [`VERSION`].
    pub version: u32,
}

/// What a file holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parsed {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// Line, from 1, and what is wrong with it: lower case, no full stop, no name of the file.
    pub problems: Vec<(usize, String)>,
}

/// Takes the text of a file, gives its builds and what is wrong with the other lines. Empty lines are fine.
///
/// Builds are in the order of their times if each has one, else in the order of the lines. Of builds with the same
/// label and values the first counts.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match line.trim() {
            "" => {}
            line => match read(line) {
                Ok(entry) => parsed.entries.push(entry),
                Err(problem) => parsed.problems.push((at + 1, problem)),
            },
        }
    }
    if parsed.entries.iter().all(|entry| entry.time.is_some()) {
        parsed.entries.sort_by_key(|entry| entry.time);
    }
    parsed.entries = once(parsed.entries);
    parsed
}

/// Takes a build, gives its line, the `\n` included. The same build gives the same bytes.
///
/// To add to a file, write this at its end. A file whose last line has no `\n` (somebody edited it) needs one first.
pub fn line(entry: &Entry) -> String {
    // Texts and whole numbers under textual keys: nothing that JSON cannot say.
    let mut line = serde_json::to_string(entry).unwrap_or_default();
    line.push('\n');
    line
}

fn once(entries: Vec<Entry>) -> Vec<Entry> {
    let mut seen = BTreeSet::new();
    let first: Vec<bool> = entries.iter().map(|entry| seen.insert((&entry.label, &entry.values))).collect();
    entries.into_iter().zip(first).filter_map(|(entry, first)| first.then_some(entry)).collect()
}

/// All that is sure about a line of whatever version.
#[derive(Deserialize)]
struct Mark {
    version: u64,
}

fn read(line: &str) -> Result<Entry, String> {
    // `|||||||` stands before the common ancestor where `merge.conflictStyle` is `diff3`.
    if let Some(mark) = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].into_iter().find(|mark| line.starts_with(mark)) {
        return Err(format!(
            "`{mark}` of an unfinished merge: delete the lines of the marks, keep the builds of both sides, and give \
             this file `merge=union` in .gitattributes, so that git does so by itself"
        ));
    }
    match serde_json::from_str::<Entry>(line) {
        Ok(entry) if entry.version == VERSION => Ok(entry),
        Ok(entry) => Err(unknown_version(entry.version.into())),
        Err(error) => match serde_json::from_str::<Mark>(line) {
            Ok(mark) if mark.version != u64::from(VERSION) => Err(unknown_version(mark.version)),
            _ => Err(broken(&error)),
        },
    }
}

fn unknown_version(version: u64) -> String {
    format!("version {version} of a build is not known here, only {VERSION}: a newer plimsoll wrote it, or a hand")
}

fn broken(error: &serde_json::Error) -> String {
    let message = error.to_string();
    // Each line is a text of its own for serde_json: its number is always 1.
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    format!("not a build: {what}, at byte {}", error.column())
}

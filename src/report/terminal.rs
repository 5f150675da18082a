//! The report of a build for people.

use super::paint::{Paint, count, fit, size, time};
use super::verdict::verdict_text;
use crate::config::{LogLevel, Options};
use crate::model::{CacheUse, Emitted, EmittedFile, FileKind, Past, Timings, Verdict};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Files shown of one kind; the rest is one line. A large application has hundreds of chunks.
const ROWS: usize = 30;

/// Where the table ends on wide terminals: beyond this, eyes lose the line between name and number.
const WIDEST: usize = 100;

/// Files by kind with their sizes raw and compressed, the time of each stage, the verdict. `width` is that of the
/// terminal in characters; 0 when unknown.
pub fn terminal(
    emitted: &Emitted,
    (verdict, past): (Option<&Verdict>, Option<&Past>),
    timings: &Timings,
    cache: &CacheUse,
    options: &Options,
    color: bool,
    width: usize,
) -> String {
    let width = if width == 0 { 80 } else { width.clamp(40, WIDEST) };
    let table = Table { paint: Paint(color), width, encoding: main_encoding(emitted) };
    let rows = if options.log_level >= LogLevel::Verbose { usize::MAX } else { ROWS };
    let mut kinds: BTreeMap<FileKind, Vec<&EmittedFile>> = BTreeMap::new();
    for file in &emitted.files {
        kinds.entry(file.kind).or_default().push(file);
    }
    let mut out = table.heading();
    for (kind, mut files) in kinds {
        files.sort_by(|a, b| b.bytes.cmp(&a.bytes).then(a.path.cmp(&b.path)));
        let group = format!("{} ({})", kind_name(kind), count(files.len(), "file"));
        out += &table.line(&group, sum(&files, raw), sum(&files, |file| table.served(file)), true);
        // One file too many would be replaced by a line that says so: show it instead.
        let shown = if files.len() <= rows.saturating_add(1) { files.len() } else { rows };
        for file in &files[..shown] {
            out += &table.line(&format!("  {}", file.path), file.bytes, table.served(file), false);
        }
        if let rest @ [_, ..] = &files[shown..] {
            let served = sum(rest, |file| table.served(file));
            out += &table.line(&format!("  … and {} more", rest.len()), sum(rest, raw), served, false);
        }
    }
    let all: Vec<&EmittedFile> = emitted.files.iter().collect();
    let total = format!("total ({})", count(all.len(), "file"));
    out += &table.line(&total, sum(&all, raw), sum(&all, |file| table.served(file)), true);
    if options.timings {
        out += &stage_times(timings, table.paint);
        out += &used(cache);
    }
    if let Some(verdict) = verdict {
        let _ = write!(out, "\n{}", verdict_text(verdict, past, color, width));
    }
    out
}

struct Table {
    paint: Paint,
    width: usize,
    /// The encoding of the last column; `None` when nothing was precompressed.
    encoding: Option<&'static str>,
}

const COLUMN: usize = 11;

impl Table {
    fn columns(&self) -> usize {
        if self.encoding.is_some() { 2 } else { 1 }
    }

    fn heading(&self) -> String {
        let name = self.width - COLUMN * self.columns();
        let last = self.encoding.map_or(String::new(), |encoding| format!("{encoding:>COLUMN$}"));
        self.paint.dim(&format!("{:<name$}{:>COLUMN$}{last}", "", "raw")) + "\n"
    }

    fn line(&self, name: &str, raw: u64, served: u64, bold: bool) -> String {
        let width = self.width - COLUMN * self.columns();
        let name = fit(name, width - 1);
        let last = self.encoding.map_or(String::new(), |_| format!("{:>COLUMN$}", size(served)));
        let line = format!("{name:<width$}{:>COLUMN$}{last}", size(raw));
        (if bold { self.paint.bold(&line) } else { line }) + "\n"
    }

    /// What goes over the wire: the copy of the column's encoding, or the file itself where there is none.
    fn served(&self, file: &EmittedFile) -> u64 {
        let copy = file.sidecars.iter().find(|sidecar| Some(sidecar.encoding.as_str()) == self.encoding);
        copy.map_or(file.bytes, |sidecar| sidecar.bytes)
    }
}

fn raw(file: &EmittedFile) -> u64 {
    file.bytes
}

fn sum(files: &[&EmittedFile], bytes: impl Fn(&EmittedFile) -> u64) -> u64 {
    files.iter().map(|file| bytes(file)).sum()
}

/// The best encoding that the build made.
fn main_encoding(emitted: &Emitted) -> Option<&'static str> {
    let is_there = |name: &&str| emitted.files.iter().flat_map(|file| &file.sidecars).any(|it| it.encoding == *name);
    ["br", "zst", "gz"].into_iter().find(is_there)
}

pub(super) fn kind_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Document => "document",
        FileKind::Script => "script",
        FileKind::Stylesheet => "stylesheet",
        FileKind::Image => "image",
        FileKind::Font => "font",
        FileKind::Media => "media",
        FileKind::Map => "map",
        FileKind::Data => "data",
        FileKind::Server => "server",
        FileKind::Other => "other",
    }
}

/// What memory of earlier builds was good for.
fn used(cache: &CacheUse) -> String {
    let mut out = String::new();
    if let Some(unchanged) = cache.unchanged {
        let (paths, files) = (unchanged.looked_at, count(unchanged.read as usize, "file"));
        let took = time(unchanged.took);
        let _ = writeln!(out, "nothing changed: {paths} paths looked at, {files} read; the build before took {took}");
    }
    let (read, written) = (size(cache.read_bytes), size(cache.written_bytes));
    let _ = writeln!(
        out,
        "cache: {} found ({read}), {} made ({written} stored), {} of work saved",
        cache.hits,
        cache.misses,
        time(cache.saved),
    );
    out
}

fn stage_times(timings: &Timings, paint: Paint) -> String {
    let mut out = String::from("\n");
    let longest = timings.stages.iter().map(|(stage, _)| stage.chars().count()).max().unwrap_or(0).max(5);
    for (stage, took) in &timings.stages {
        let _ = writeln!(out, "{stage:<longest$} {:>9}", time(*took));
    }
    let total = format!("{:<longest$} {:>9}", "total", time(timings.total()));
    out + &paint.bold(&total) + "\n"
}

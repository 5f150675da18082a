//! The verdict for people: one line for what holds, a table for what does not.

use super::paint::{Paint, fit, limit, size};
use super::terminal::kind_name;
use crate::model::{Verdict, VerdictLine};
use std::fmt::Write;

/// Limits that hold are shown up to this many, those with the least room first.
const HELD: usize = 5;

/// Files, packages and sources shown of a limit that does not hold.
const LARGEST: usize = 8;

/// What `check` prints, and the end of the report of a build.
pub fn verdict_text(verdict: &Verdict, color: bool, width: usize) -> String {
    let paint = Paint(color);
    let width = if width == 0 { 80 } else { width.clamp(40, 100) };
    let (mut held, broken): (Vec<&VerdictLine>, Vec<&VerdictLine>) = verdict.lines.iter().partition(|line| line.passed);
    held.sort_by_key(|line| line.line.limit.saturating_sub(line.actual));
    let mut out = String::new();
    for line in held.iter().take(HELD) {
        let (subject, actual, limit) = (&line.line.subject, size(line.actual), limit(line.line.limit));
        let _ = writeln!(out, "{}: {subject} {actual} of {limit}", paint.good("within budget"));
    }
    if held.len() > HELD {
        let more = held.len() - HELD;
        let limits = if more == 1 { "1 more limit".to_string() } else { format!("{more} more limits") };
        let _ = writeln!(out, "{}: {limits}, with more room", paint.good("within budget"));
    }
    for line in broken {
        out += &broken_line(line, paint, width);
    }
    out
}

fn broken_line(line: &VerdictLine, paint: Paint, width: usize) -> String {
    let over = line.actual.saturating_sub(line.line.limit);
    let (subject, actual, limit) = (&line.line.subject, size(line.actual), limit(line.line.limit));
    let mut out = format!("{}: {subject} {actual} of {limit}, {} too much\n", paint.bad("over budget"), size(over));
    let row = |bytes: u64, text: &str| format!("  {:>9}  {}\n", size(bytes), fit(text, width - 13));
    let mut section = |title: &str, rows: Vec<String>, all: usize| {
        if rows.is_empty() {
            return;
        }
        let _ = writeln!(out, "  {}", paint.bold(title));
        let shown = rows.len();
        out.extend(rows);
        if all > shown {
            let _ = writeln!(out, "  {:>9}  … and {} more", "", all - shown);
        }
    };
    let files = line.files.iter().take(LARGEST);
    let files = files.map(|file| row(file.bytes, &format!("{} ({})", file.path, kind_name(file.kind)))).collect();
    section("largest files, as transferred", files, line.files.len());
    let own = |package: &str| if package.is_empty() { "the project itself".to_string() } else { package.to_string() };
    let packages = line.packages.iter().take(LARGEST).map(|it| row(it.bytes, &own(&it.package))).collect();
    section("by package", packages, line.packages.len());
    let sources = line.sources.iter().take(LARGEST).map(|it| {
        let chain = if it.chain.is_empty() { String::new() } else { row_of_chain(&it.chain, width) };
        row(it.bytes, &it.source) + &chain
    });
    section("by source, and why it is there", sources.collect(), line.sources.len());
    out
}

/// Under the source, from the entry down. Of a long way the ends matter most: who began, and who asked.
fn row_of_chain(chain: &[String], width: usize) -> String {
    let indent = " ".repeat(13);
    let whole = chain.join(" > ");
    let room = width - indent.len();
    if whole.chars().count() <= room {
        return format!("{indent}{whole}\n");
    }
    let first = fit(&chain[0], room / 2);
    let left = room.saturating_sub(first.chars().count() + 3);
    format!("{indent}{first} > {}\n", fit(&chain[1..].join(" > "), left))
}

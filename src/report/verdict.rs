//! The verdict for people: one line for what holds, a table for what does not, and what would help.

use super::paint::{Paint, fit, limit, signed, size};
use super::terminal::kind_name;
use crate::model::{Advice, Past, State, Unit, Verdict, VerdictLine};
use std::fmt::Write;

/// Limits that hold are shown up to this many, those with the least room first.
const HELD: usize = 5;

/// Files, packages and sources shown of a limit that does not hold.
const LARGEST: usize = 8;

/// A forecast beyond this many builds is none.
const FORECAST_MAX: u32 = 200;

/// What `check` prints, and the end of the report of a build.
pub fn verdict_text(verdict: &Verdict, past: Option<&Past>, color: bool, width: usize) -> String {
    let paint = Paint(color);
    let width = if width == 0 { 80 } else { width.clamp(40, 100) };
    let (mut held, rest): (Vec<&VerdictLine>, Vec<&VerdictLine>) =
        verdict.lines.iter().partition(|line| line.state == State::Passed);
    held.sort_by_key(|line| line.line.limit.saturating_sub(line.actual));
    let mut out = String::new();
    for line in held.iter().take(HELD) {
        let _ = writeln!(out, "{}: {} {}", paint.good("within budget"), line.line.subject, of_limit(line));
    }
    if held.len() > HELD {
        let more = held.len() - HELD;
        let limits = if more == 1 { "1 more limit".to_string() } else { format!("{more} more limits") };
        let _ = writeln!(out, "{}: {limits}, with more room", paint.good("within budget"));
    }
    for line in rest {
        out += &broken_line(line, paint, width);
    }
    out + &past.map(past_text).unwrap_or_default()
}

/// `12.3 kB of 20 kB`.
pub(super) fn of_limit(line: &VerdictLine) -> String {
    match line.unit {
        Unit::Bytes => format!("{} of {}", size(line.actual), limit(line.line.limit)),
        Unit::Requests | Unit::Packages => format!("{} of {}", line.actual, line.line.limit),
    }
}

/// `12.3 kB too much`.
pub(super) fn excess(line: &VerdictLine) -> String {
    let (less, more) = (line.line.limit.saturating_sub(line.actual), line.actual.saturating_sub(line.line.limit));
    let (amount, word) = if less > 0 { (less, "too little") } else { (more, "too much") };
    match line.unit {
        Unit::Bytes => format!("{} {word}", size(amount)),
        Unit::Requests | Unit::Packages => {
            format!("{amount} {}", word.replace("much", "many").replace("little", "few"))
        }
    }
}

fn broken_line(line: &VerdictLine, paint: Paint, width: usize) -> String {
    let word = if line.state == State::Failed { paint.bad("over budget") } else { paint.bold("close to the limit") };
    let mut out = format!("{word}: {} {}, {}\n", line.line.subject, of_limit(line), excess(line));
    if let (Some(then), Unit::Bytes) = (line.baseline, line.unit) {
        let _ = writeln!(out, "  {} since the baseline, {}", signed(line.actual as i64 - then as i64), size(then));
    }
    for note in &line.notes {
        let _ = writeln!(out, "  {}", note);
    }
    for (number, advice) in line.advice.iter().enumerate() {
        out += &advice_text(advice, number, line.unit, paint, width);
    }
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
    let grown = line.growth.iter().take(LARGEST).map(|it| {
        let new = if it.is_new { " (new)" } else { "" };
        format!("  {:>9}  {}{new}\n", signed(it.bytes), fit(&it.name, width - 19))
    });
    section("more than in the baseline, raw", grown.collect(), line.growth.len());
    let files = line.files.iter().take(LARGEST);
    let files = files.map(|file| row(file.bytes, &format!("{} ({})", file.path, kind_name(file.kind)))).collect();
    section(&format!("largest files, {}", size_words(line)), files, line.files.len());
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

fn size_words(line: &VerdictLine) -> &'static str {
    match line.size {
        crate::model::SizeOf::Transferred => "as transferred",
        other => other.word(),
    }
}

/// What to do, where, and what it was measured to save.
fn advice_text(advice: &Advice, number: usize, unit: Unit, paint: Paint, width: usize) -> String {
    let saves = match unit {
        Unit::Bytes => format!("−{}", size(advice.saves)),
        Unit::Requests | Unit::Packages => format!("−{}", advice.saves),
    };
    let enough = if advice.is_enough { ", which is enough" } else { "" };
    let mut out = format!("  {}. {}: {}{enough}\n", number + 1, paint.bold(&advice.text), saves);
    if let Some(at) = &advice.at {
        let _ = writeln!(out, "     {}:{}  {}", at.file, at.line, fit(at.line_text.trim(), width.saturating_sub(20)));
    }
    for detail in &advice.details {
        let _ = writeln!(out, "     {detail}");
    }
    out
}

/// Steps and where things are going.
fn past_text(past: &Past) -> String {
    let mut out = String::new();
    let last = past.builds.len().saturating_sub(1);
    for (at, build) in past.builds.iter().enumerate() {
        for (subject, by) in &build.steps {
            let when = if at == last { "this build".to_string() } else { build.label.clone() };
            let _ = writeln!(out, "history: {subject} {} at {when}, out of the noise", signed(*by));
        }
    }
    for forecast in &past.forecasts {
        if let Some(builds) = forecast.crosses_in.filter(|builds| (1..=FORECAST_MAX).contains(builds)) {
            let _ = writeln!(
                out,
                "forecast: {} grows by {} a build and crosses {} in about {builds} builds",
                forecast.subject,
                size(forecast.per_build.max(0.0).round() as u64),
                limit(forecast.limit)
            );
        }
    }
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

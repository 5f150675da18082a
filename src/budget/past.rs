//! What the history says of a verdict.

use super::history::{self, Entry, VERSION};
use crate::diag::{Diagnostic, Location, Noted};
use crate::model::{Forecast, Past, PastBuild, Unit, Verdict};
use std::collections::BTreeMap;

/// Compressors jitter by less than this many bytes.
const BYTES_FLOOR: u64 = 512;

/// The history with the build that was just judged, and the line that says so; no line if it is the last one already.
pub fn past(
    name: &str,
    text: &str,
    label: &str,
    time: Option<u64>,
    verdict: &Verdict,
) -> Noted<(Past, Option<String>)> {
    let parsed = history::parse(text);
    let problems = parsed.problems.iter().map(|(line, message)| {
        let line_text = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().to_string();
        let place = Location { file: name.into(), line: *line as u32, column: 1, length: 1, line_text };
        Diagnostic::warning("invalid-history", message.clone()).at(place).note("the line is left out")
    });
    let problems = problems.collect();
    let mut entries = parsed.entries;
    let values: BTreeMap<String, u64> =
        verdict.lines.iter().map(|line| (line.line.subject.clone(), line.actual)).collect();
    let entry = Entry { label: label.to_string(), parent: None, time, values, version: VERSION };
    let same = |known: &Entry| known.label == entry.label && known.values == entry.values;
    let line = if entries.iter().any(same) {
        None
    } else {
        // A file whose last line has no end would get two builds in one line.
        let start = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let line = format!("{start}{}", history::line(&entry));
        entries.push(entry);
        Some(line)
    };
    Noted::new((told(&entries, verdict), line), problems)
}

fn told(entries: &[Entry], verdict: &Verdict) -> Past {
    let mut builds: Vec<PastBuild> = entries
        .iter()
        .map(|entry| PastBuild { label: entry.label.clone(), values: entry.values.clone(), steps: BTreeMap::new() })
        .collect();
    let mut forecasts = Vec::new();
    for line in &verdict.lines {
        let subject = &line.line.subject;
        let known: Vec<(usize, u64)> =
            entries.iter().enumerate().filter_map(|(at, entry)| Some((at, *entry.values.get(subject)?))).collect();
        let series: Vec<u64> = known.iter().map(|(_, value)| *value).collect();
        let floor = if line.unit == Unit::Bytes { BYTES_FLOOR } else { 1 };
        for step in history::steps(&series, floor) {
            builds[known[step.at].0].steps.insert(subject.clone(), step.by);
        }
        if let Some(trend) = history::trend(&series) {
            let crosses_in = history::crosses_in(&trend, line.actual, line.line.limit);
            let limit = line.line.limit;
            forecasts.push(Forecast { subject: subject.clone(), per_build: trend.per_build, crosses_in, limit });
        }
    }
    Past { builds, forecasts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BudgetLine, VerdictLine};

    #[test]
    fn a_build_is_added_once_and_a_step_is_told() {
        let verdict = |actual: u64| Verdict {
            lines: vec![VerdictLine {
                line: BudgetLine { subject: "all files".into(), limit: 200_000 },
                actual,
                passed: true,
                ..VerdictLine::default()
            }],
        };
        let mut text = String::new();
        for build in 0..12u64 {
            let actual = 100_000 + build * 40 + if build >= 9 { 9_000 } else { 0 };
            let (_, line) = past("h", &text, &format!("c{build}"), None, &verdict(actual)).value;
            text += &line.unwrap();
        }
        let (told, again) = past("h", &text, "c11", None, &verdict(100_000 + 11 * 40 + 9_000)).value;
        assert!(again.is_none());
        let flagged: Vec<&str> =
            told.builds.iter().filter(|build| !build.steps.is_empty()).map(|build| build.label.as_str()).collect();
        assert_eq!(flagged, ["c9"]);
        assert_eq!(told.builds.len(), 12);
    }
}

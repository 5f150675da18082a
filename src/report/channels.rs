//! The verdict for other programs: Markdown for a comment, workflow commands of GitHub, SARIF, JUnit, a badge.

use super::paint::{limit, signed, size};
use super::verdict::{excess, of_limit};
use crate::model::{Advice, Past, State, Unit, Verdict, VerdictLine};
use serde_json::{Value, json};
use std::fmt::Write;

/// By this line a bot finds its comment again.
const MARKER: &str = "<!-- plimsoll-budget -->";

/// Files and packages that a comment tells of one limit.
const ROWS: usize = 6;

/// For a comment of a pull request, and for `GITHUB_STEP_SUMMARY`.
pub fn markdown(title: &str, verdict: &Verdict, past: Option<&Past>) -> String {
    let mut out = format!("{MARKER}\n### {}\n\n", escaped(title));
    if verdict.lines.is_empty() {
        return out + "No limits.\n";
    }
    out += "| | what | now | limit | since the baseline |\n| --- | --- | ---: | ---: | ---: |\n";
    let mut lines: Vec<&VerdictLine> = verdict.lines.iter().collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.state));
    for line in &lines {
        let (word, number): (&str, &dyn Fn(u64) -> String) = (
            match line.state {
                State::Failed => "over",
                State::Warned => "close",
                State::Passed => "ok",
            },
            &|value| if line.unit == Unit::Bytes { size(value) } else { value.to_string() },
        );
        let most = if line.unit == Unit::Bytes { limit(line.line.limit) } else { line.line.limit.to_string() };
        let since = match (line.baseline, line.unit) {
            (Some(then), Unit::Bytes) => signed(line.actual as i64 - then as i64),
            (Some(then), _) => format!("{:+}", line.actual as i64 - then as i64),
            (None, _) => String::new(),
        };
        let (subject, actual) = (escaped(&line.line.subject), number(line.actual));
        let _ = writeln!(out, "| {word} | {subject} | {actual} | {most} | {since} |");
    }
    for line in lines.iter().filter(|line| line.state != State::Passed) {
        let _ = write!(out, "\n**{}**: {}\n\n", escaped(&line.line.subject), excess(line));
        for note in &line.notes {
            let _ = writeln!(out, "- {}", escaped(note));
        }
        for advice in &line.advice {
            let _ = writeln!(out, "- {}", advice_line(advice, line.unit));
        }
        if !line.packages.is_empty() {
            out += "\n<details><summary>Who is in it</summary>\n\n| bytes | package |\n| ---: | --- |\n";
            for share in line.packages.iter().take(ROWS) {
                let name = if share.package.is_empty() { "the project itself" } else { &share.package };
                let _ = writeln!(out, "| {} | {} |", size(share.bytes), escaped(name));
            }
            out += "\n</details>\n";
        }
    }
    for build in past.iter().flat_map(|past| past.builds.last()) {
        for (subject, by) in &build.steps {
            let _ = write!(out, "\nA step out of the noise: {} {}\n", escaped(subject), signed(*by));
        }
    }
    for forecast in past.iter().flat_map(|past| &past.forecasts) {
        if let Some(builds) = forecast.crosses_in.filter(|builds| (1..=200).contains(builds)) {
            let _ = write!(out, "\n{} crosses its limit in about {builds} builds.\n", escaped(&forecast.subject));
        }
    }
    out
}

fn advice_line(advice: &Advice, unit: Unit) -> String {
    let saves = if unit == Unit::Bytes { size(advice.saves) } else { advice.saves.to_string() };
    let at = advice.at.as_ref().map(|at| format!(" (`{}:{}`)", at.file, at.line)).unwrap_or_default();
    let enough = if advice.is_enough { ", which is enough" } else { "" };
    let details: String = advice.details.iter().map(|detail| format!("; {}", escaped(detail))).collect();
    format!("{}{at}: **−{saves}**{enough}{details}", escaped(&advice.text))
}

/// What Markdown and HTML would take for their own.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A verdict whose places are relative to another folder: `prefix` leads from there to the project.
pub fn moved(verdict: &Verdict, prefix: &str) -> Verdict {
    let mut verdict = verdict.clone();
    for line in &mut verdict.lines {
        let places = line.advice.iter_mut().filter_map(|advice| advice.at.as_mut()).chain(line.place.as_mut());
        places.for_each(|place| place.file = format!("{prefix}{}", place.file));
    }
    verdict
}

/// Annotations: on the line of the import that the first advice is about, else on that of the limit.
pub fn github(verdict: &Verdict) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    for line in verdict.lines.iter().filter(|line| line.state != State::Passed) {
        let level = if line.state == State::Failed { "error" } else { "warning" };
        let advice = line.advice.first();
        let place = advice.and_then(|advice| advice.at.as_ref()).or(line.place.as_ref());
        let place = place.filter(|place| place.line > 0).map(|place| {
            format!(" file={},line={},title={}", property(&place.file), place.line, property("over budget"))
        });
        let mut message = format!("{}: {}, {}", line.line.subject, of_limit(line), excess(line));
        for advice in &line.advice {
            let _ = write!(message, "\n{}", plain(advice, line.unit));
        }
        for note in &line.notes {
            let _ = write!(message, "\n{note}");
        }
        let _ = writeln!(out, "::{level}{}::{}", place.unwrap_or_default(), data(&message));
    }
    out
}

fn plain(advice: &Advice, unit: Unit) -> String {
    let saves = if unit == Unit::Bytes { size(advice.saves) } else { advice.saves.to_string() };
    let at = advice.at.as_ref().map(|at| format!(" ({}:{})", at.file, at.line)).unwrap_or_default();
    format!("{}{at}: −{saves}", advice.text)
}

/// SARIF 2.1.0: one result for each limit that does not hold.
pub fn sarif(_: &str, verdict: &Verdict, _: Option<&Past>) -> String {
    let broken = verdict.lines.iter().filter(|line| line.state != State::Passed);
    let results: Vec<Value> = broken.map(sarif_result).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "plimsoll",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": [{
                    "id": "over-budget",
                    "shortDescription": { "text": "A limit of the performance budget does not hold" }
                }]
            } },
            "columnKind": "unicodeCodePoints",
            "results": results
        }]
    });
    format!("{log:#}\n")
}

fn sarif_result(line: &VerdictLine) -> Value {
    let place = |place: &crate::diag::Location| {
        json!({
            "physicalLocation": {
                "artifactLocation": { "uri": crate::base::encode_url_path(&place.file) },
                "region": {
                    "startLine": place.line.max(1),
                    "startColumn": place.column.max(1),
                    "endColumn": place.column.max(1) + place.length.max(1)
                }
            }
        })
    };
    let mut text = format!("{}: {}, {}.", line.line.subject, of_limit(line), excess(line));
    for advice in &line.advice {
        let _ = write!(text, " {}.", plain(advice, line.unit));
    }
    for note in &line.notes {
        let _ = write!(text, " {note}.");
    }
    let first = line.advice.iter().find_map(|advice| advice.at.as_ref()).or(line.place.as_ref());
    let related = line.advice.iter().skip(1).filter_map(|advice| advice.at.as_ref()).map(place);
    json!({
        "ruleId": "over-budget",
        "ruleIndex": 0,
        "level": if line.state == State::Failed { "error" } else { "warning" },
        "message": { "text": text },
        "locations": first.into_iter().map(place).collect::<Vec<_>>(),
        "relatedLocations": related.collect::<Vec<_>>(),
        "partialFingerprints": { "subject/v1": line.line.subject }
    })
}

/// One test case for each limit.
pub fn junit(title: &str, verdict: &Verdict, _: Option<&Past>) -> String {
    let failed = verdict.lines.iter().filter(|line| line.state == State::Failed).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites tests=\"{}\" failures=\"{failed}\">", verdict.lines.len());
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">",
        xml(title),
        verdict.lines.len()
    );
    for line in &verdict.lines {
        let _ = write!(out, "    <testcase classname=\"budget\" name=\"{}\"", xml(&line.line.subject));
        let mut text = format!("{}, {}", of_limit(line), excess(line));
        for advice in &line.advice {
            let _ = write!(text, "\n{}", plain(advice, line.unit));
        }
        for note in &line.notes {
            let _ = write!(text, "\n{note}");
        }
        let _ = match line.state {
            State::Failed => writeln!(
                out,
                ">\n      <failure message=\"{}\" type=\"over-budget\">{}</failure>\n    </testcase>",
                xml(&excess(line)),
                xml(&text)
            ),
            State::Warned => writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", xml(&text)),
            State::Passed => writeln!(out, "/>"),
        };
    }
    out + "  </testsuite>\n</testsuites>\n"
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            // No document of XML may hold the other control characters.
            c if (c as u32) < 0x20 && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The limit with the least room, as a badge.
pub fn badge(_: &str, verdict: &Verdict, _: Option<&Past>) -> String {
    let room = |line: &&VerdictLine| {
        let most = line.line.limit.max(1) as f64;
        (std::cmp::Reverse(line.state), ((most - line.actual as f64) / most * 1e6) as i64)
    };
    let line = verdict.lines.iter().min_by_key(room);
    let (value, color) = match line {
        None => ("no limits".to_string(), "#5b6673"),
        Some(line) => {
            let color = match line.state {
                State::Passed => "#1f7a4d",
                State::Warned => "#8a5a00",
                State::Failed => "#b3261e",
            };
            (of_limit(line), color)
        }
    };
    let label = "budget";
    // Verdana at 11 px: about 7 px for a character.
    let width = |text: &str| text.chars().count() * 7 + 12;
    let (left, right) = (width(label), width(&value));
    let all = left + right;
    let text = |at: usize, text: &str| format!("<text x=\"{at}\" y=\"14\" text-anchor=\"middle\">{}</text>", xml(text));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" aria-label=\"{label}: {0}\"><title>{label}: {0}</title><clipPath id=\"r\"><rect width=\"{all}\" height=\"20\" rx=\"3\"/></clipPath><g clip-path=\"url(#r)\"><rect width=\"{left}\" height=\"20\" fill=\"#3b4550\"/><rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{color}\"/></g><g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">{1}{2}</g></svg>\n",
        xml(&value),
        text(left / 2, label),
        text(left + right / 2, &value),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Location;
    use crate::model::BudgetLine;

    fn verdict() -> Verdict {
        let place = Location { file: "src/a b.tsx".into(), line: 3, column: 1, length: 5, line_text: "x".into() };
        let advice = Advice {
            text: "load <moment> later".into(),
            at: Some(place),
            saves: 60_000,
            is_enough: true,
            details: vec!["100 %, really".into()],
        };
        Verdict {
            lines: vec![
                VerdictLine {
                    line: BudgetLine { subject: "initial load of index.html".into(), limit: 100_000 },
                    actual: 150_000,
                    passed: false,
                    state: State::Failed,
                    baseline: Some(140_000),
                    advice: vec![advice],
                    ..VerdictLine::default()
                },
                VerdictLine {
                    line: BudgetLine { subject: "all | files".into(), limit: 10 },
                    actual: 1,
                    passed: true,
                    ..VerdictLine::default()
                },
            ],
        }
    }

    #[test]
    fn markdown_has_the_worst_first_and_escapes() {
        let text = markdown("shop: budget", &verdict(), None);
        assert!(text.starts_with(MARKER));
        let over = text.find("| over | initial load of index.html | 150.0 kB | 100 kB | +10.0 kB |").unwrap();
        assert!(over < text.find("| ok | all \\| files |").unwrap());
        assert!(text.contains("load &lt;moment> later (`src/a b.tsx:3`): **−60.0 kB**, which is enough"));
    }

    #[test]
    fn annotations_stand_on_the_import() {
        let text = github(&verdict());
        assert!(text.starts_with("::error file=src/a b.tsx,line=3,title=over budget::initial load"), "{text}");
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("%0Aload <moment> later"));
    }

    #[test]
    fn sarif_and_junit_are_well_formed() {
        let log: Value = serde_json::from_str(&sarif("", &verdict(), None)).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "src/a%20b.tsx");
        assert_eq!(place["region"]["startLine"], 3);
        let text = junit("shop", &verdict(), None);
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("testcase")).count(), 2);
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("failure")).count(), 1);
        roxmltree::Document::parse(&badge("", &verdict(), None)).unwrap();
    }
}

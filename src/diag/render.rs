//! Problems as text.

use super::{Diagnostic, Severity};
use std::fmt::Write;

/// One problem for a terminal. `color` adds ANSI codes and no information.
pub fn render_terminal(problem: &Diagnostic, color: bool) -> String {
    let paint = |code: &str, text: &str| if color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() };
    let mut out = String::new();
    let (label, tone) = match problem.severity {
        Severity::Error => ("error", "1;31"),
        Severity::Warning => ("warning", "1;33"),
    };
    let _ = writeln!(out, "{}[{}]: {}", paint(tone, label), problem.code, problem.message);
    if let Some(place) = &problem.location {
        if place.line == 0 {
            let _ = writeln!(out, "  at {}", place.file);
        } else {
            let _ = writeln!(out, "  at {}:{}:{}", place.file, place.line, place.column);
            let (text, column) = excerpt(&place.line_text, place.column as usize);
            let number = place.line.to_string();
            let _ = writeln!(out, "  {number} | {text}");
            let marks = "^".repeat((place.length as usize).clamp(1, 60));
            let pad: String = text.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let _ = writeln!(out, "  {} | {}{}", " ".repeat(number.len()), pad, paint(tone, &marks));
        }
    }
    for note in &problem.notes {
        let _ = writeln!(out, "  note: {note}");
    }
    if let Some(hint) = &problem.hint {
        let _ = writeln!(out, "  hint: {hint}");
    }
    out
}

/// At most 120 characters of a line around `column` (1-based), and the column in that excerpt.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 120;
    let column = column.max(1);
    if line.chars().count() <= WIDTH {
        return (line.to_string(), column);
    }
    let from = column.saturating_sub(WIDTH / 2);
    (line.chars().skip(from).take(WIDTH).collect(), column - from)
}

/// The problems as a JSON array.
pub fn render_json(problems: &[Diagnostic]) -> serde_json::Value {
    serde_json::to_value(problems).unwrap_or(serde_json::Value::Null)
}

//! Everything that is printed goes through here.

use super::Exit;
use crate::config::{LogLevel, Options};
use crate::diag::{Diagnostic, render_json, render_terminal, sorted};
use std::io::{IsTerminal, Write};

/// To stdout. A reader that went away (`| head`) is no error.
pub(super) fn out(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// To stderr.
pub(super) fn err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Whether messages may have colour: on a terminal, unless `NO_COLOR` says otherwise.
#[expect(clippy::disallowed_methods, reason = "the one place that asks whether colour is wanted")]
fn color() -> bool {
    let quiet = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !quiet && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Problems by level, and how many were not shown.
pub(super) fn problems(problems: &[Diagnostic], level: LogLevel) {
    const SHOWN_MAX: usize = 50;
    let wanted = |problem: &&Diagnostic| {
        if problem.is_error() { level >= LogLevel::Error } else { level >= LogLevel::Warning }
    };
    let all = sorted(problems.to_vec());
    let shown: Vec<&Diagnostic> = all.iter().filter(wanted).collect();
    let limit = if level == LogLevel::Verbose { usize::MAX } else { SHOWN_MAX };
    let color = color();
    let mut text = String::new();
    for problem in shown.iter().take(limit) {
        text.push_str(&render_terminal(problem, color));
        text.push('\n');
    }
    if shown.len() > limit {
        text.push_str(&format!("{} more, see all with `--log-level verbose`\n\n", shown.len() - limit));
    }
    let errors = shown.iter().filter(|problem| problem.is_error()).count();
    let warnings = shown.len() - errors;
    if !shown.is_empty() {
        let counts = [(errors, "error"), (warnings, "warning")].map(|(count, what)| counted(count, what));
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        text.push_str(&format!("{}\n", counts.join(", ")));
    }
    err(&text);
}

/// `1 error`, `2 errors`; nothing of none.
pub(super) fn counted(count: usize, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    }
}

/// It was used wrongly.
pub(super) fn refuse(list: &[Diagnostic]) -> Exit {
    problems(list, LogLevel::Info);
    Exit::Usage
}

/// As [`refuse`] for verbs that may have been asked for JSON.
pub(super) fn refuse_as(list: &[Diagnostic], json: bool) -> Exit {
    if json {
        print_json(&serde_json::json!({ "ok": false, "problems": render_json(&sorted(list.to_vec())) }));
        return Exit::Usage;
    }
    refuse(list)
}

/// One JSON document on stdout.
pub(super) fn print_json(value: &serde_json::Value) {
    out(&format!("{value}\n"));
}

/// Text for people on stdout, unless they asked for quiet or for JSON.
pub(super) fn report(text: &str, options: &Options) {
    if !options.json && options.log_level >= LogLevel::Info && !text.is_empty() {
        out(text);
        if !text.ends_with('\n') {
            out("\n");
        }
    }
}

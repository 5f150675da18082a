//! What was typed or written down, not yet understood: flags as text, each with the place it comes from.

use super::flags::{Commas, Flag, Form};
use crate::diag::{Diagnostic, Location, nearest};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The command line after parsing: words and flags, nothing decided.
#[derive(Clone, Debug, Default)]
pub struct RawOptions {
    /// `ENTRY` or `NAME=ENTRY`, in order.
    pub entries: Vec<String>,
    /// In order; a later value of the same flag wins, or is added when the flag repeats.
    pub given: Vec<Given>,
}

impl RawOptions {
    /// Adds a flag as if it had been typed.
    pub fn with(mut self, flag: &str, text: &str) -> Self {
        if let Some(flag) = super::flags::flag(flag) {
            self.given.push(Given { flag, text: text.to_string(), source: Source::Argument });
        }
        self
    }

    pub(super) fn last(&self, name: &str) -> Option<&Given> {
        self.given.iter().rev().find(|given| given.flag.name == name)
    }
}

/// One value of one flag.
#[derive(Clone, Debug)]
pub struct Given {
    pub flag: &'static Flag,
    pub text: String,
    pub source: Source,
}

/// Where a value was found.
#[derive(Clone, Debug)]
pub enum Source {
    Argument,
    /// In the config file, whose folder relative paths start from.
    File {
        location: Location,
        folder: PathBuf,
    },
}

impl Given {
    /// `--mode` or `"mode"`, as the reader wrote it.
    pub(super) fn called(&self) -> String {
        match self.source {
            Source::Argument => format!("`--{}`", self.flag.name),
            Source::File { .. } => format!("`\"{}\"`", self.flag.key()),
        }
    }

    pub(super) fn refuse(&self, message: String) -> Diagnostic {
        let problem = Diagnostic::error("invalid-value", message);
        match &self.source {
            Source::Argument => problem,
            Source::File { location, .. } => problem.at(location.clone()),
        }
    }

    /// Splits `K=V`.
    pub(super) fn pair(&self) -> Option<(&str, &str)> {
        self.text.split_once('=').filter(|(key, _)| !key.is_empty())
    }

    /// `None` when the value suits the flag's form.
    fn problem(&self) -> Option<Diagnostic> {
        let called = self.called();
        let text = self.text.as_str();
        match self.flag.form {
            Form::Switch => self.expect_word(text, &["true", "false"]),
            Form::Dial(words, on, off) => {
                let mut allowed = vec![on, off];
                allowed.extend(words.iter().filter(|word| **word != on && **word != off));
                self.expect_word(text, &allowed)
            }
            Form::Choice(words) => self.expect_word(text, words),
            Form::Words(words) => {
                let mut allowed = words.to_vec();
                allowed.push("none");
                self.parts().iter().find_map(|part| self.expect_word(part, &allowed))
            }
            Form::Number(_) => text
                .parse::<u64>()
                .is_err()
                .then(|| self.refuse(format!("{called} wants a whole number of bytes, not `{text}`"))),
            Form::Map(shape) => {
                (self.pair().is_none()).then(|| self.refuse(format!("{called} wants `{shape}`, not `{text}`")))
            }
            Form::Path(shape) | Form::PathOrNone(shape) | Form::PathOr(shape, _) | Form::Paths(shape) => {
                text.is_empty().then(|| self.refuse(format!("{called} wants {shape}, not an empty text")))
            }
            Form::Text(_) | Form::List(..) => None,
        }
    }

    fn expect_word(&self, word: &str, allowed: &[&str]) -> Option<Diagnostic> {
        if allowed.contains(&word) {
            return None;
        }
        let problem = self.refuse(format!("{} does not take `{word}`", self.called()));
        let problem = problem.note(format!("it takes {}", listed(allowed)));
        Some(match nearest(word, allowed.iter().copied(), 1).pop() {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem,
        })
    }

    /// The separate values of a list flag.
    fn parts(&self) -> Vec<&str> {
        match self.flag.form {
            Form::Words(_) | Form::List(_, Commas::Separate) => {
                self.text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
            }
            _ => vec![self.text.as_str()],
        }
    }
}

/// `a, b or c`, each in backticks.
pub(super) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Flags and file together, flags first: the only thing that `resolve` asks. Every value has the form its flag wants.
pub(super) struct Values {
    by_flag: BTreeMap<&'static str, Vec<Given>>,
    cwd: PathBuf,
}

impl Values {
    /// A flag wins over the file's key. Of maps (`define`, `alias`, …) it wins entry by entry.
    pub(super) fn merge(typed: &[Given], file: &[Given], cwd: &Path) -> (Self, Vec<Diagnostic>) {
        let problems: Vec<Diagnostic> = file.iter().chain(typed).filter_map(Given::problem).collect();
        let mut by_flag: BTreeMap<&'static str, Vec<Given>> = BTreeMap::new();
        for given in file.iter().filter(|given| given.problem().is_none()) {
            by_flag.entry(given.flag.name).or_default().push(given.clone());
        }
        let mut seen: BTreeMap<&'static str, ()> = BTreeMap::new();
        for given in typed.iter().filter(|given| given.problem().is_none()) {
            let values = by_flag.entry(given.flag.name).or_default();
            let first = seen.insert(given.flag.name, ()).is_none();
            if !given.flag.repeats() {
                values.clear();
            } else if let Form::Map(_) = given.flag.form {
                let key = given.pair().map(|(key, _)| key.to_string());
                values.retain(|old| {
                    matches!(old.source, Source::Argument) || old.pair().map(|(key, _)| key.to_string()) != key
                });
            } else if first {
                values.clear();
            }
            values.push(given.clone());
        }
        (Values { by_flag, cwd: cwd.to_path_buf() }, problems)
    }

    /// Every value of a flag.
    pub(super) fn all(&self, name: &str) -> &[Given] {
        self.by_flag.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn given(&self, name: &str) -> Option<&Given> {
        self.all(name).last()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.given(name).map(|given| given.text.as_str())
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_string)
    }

    pub(super) fn switch(&self, name: &str) -> Option<bool> {
        self.text(name).map(|text| text == "true")
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        if self.all(name).is_empty() {
            return None;
        }
        let parts = self.all(name).iter().flat_map(Given::parts);
        Some(parts.filter(|part| !part.is_empty()).map(str::to_string).collect())
    }

    /// As [`Values::list`] for flags of fixed words; `none` empties the list.
    pub(super) fn words(&self, name: &str) -> Option<Vec<String>> {
        let mut out: Vec<String> = Vec::new();
        for word in self.list(name)? {
            match word.as_str() {
                "none" => out.clear(),
                _ if out.contains(&word) => {}
                _ => out.push(word),
            }
        }
        Some(out)
    }

    pub(super) fn map(&self, name: &str) -> BTreeMap<String, String> {
        let pairs = self.all(name).iter().filter_map(Given::pair);
        pairs.map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.given(name).map(|given| self.absolute(given))
    }

    pub(super) fn paths(&self, name: &str) -> Vec<PathBuf> {
        self.all(name).iter().map(|given| self.absolute(given)).collect()
    }

    fn absolute(&self, given: &Given) -> PathBuf {
        match &given.source {
            Source::Argument => absolute(&self.cwd, &given.text),
            Source::File { folder, .. } => absolute(folder, &given.text),
        }
    }
}

/// `text` as a path from `folder`, without `.` and `..`.
pub(super) fn absolute(folder: &Path, text: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in folder.join(text).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

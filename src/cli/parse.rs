//! argv → a verb and [`RawOptions`]. Knows the shape of flags, not their meaning.

use super::verbs::{LATER, Verb};
use crate::config::{Flag, Form, Given, RawOptions, Source, flag};
use crate::diag::{Diagnostic, nearest};
use std::ffi::OsStr;

/// What was asked for.
#[derive(Debug)]
pub(super) enum Parsed {
    Help(Option<Verb>),
    Version,
    Run(Verb, RawOptions),
}

/// Takes the words after the program's name apart.
pub(super) fn parse(words: &[String]) -> Result<Parsed, Vec<Diagnostic>> {
    let Some((first, rest)) = words.split_first() else { return Ok(Parsed::Help(None)) };
    match first.as_str() {
        "--help" | "-h" => return Ok(Parsed::Help(None)),
        "help" => return Ok(Parsed::Help(rest.first().and_then(|name| Verb::named(name)))),
        "--version" | "-v" | "-V" | "version" => return Ok(Parsed::Version),
        _ => {}
    }
    let Some(verb) = Verb::named(first) else { return Err(vec![unknown_verb(first)]) };
    let mut parser = Parser { verb, raw: RawOptions::default(), problems: Vec::new() };
    let before_dashes = rest.iter().take_while(|word| *word != "--");
    if before_dashes.clone().any(|word| word == "--help" || word == "-h") {
        return Ok(Parsed::Help(Some(verb)));
    }
    parser.words(rest);
    if parser.problems.is_empty() { Ok(Parsed::Run(verb, parser.raw)) } else { Err(parser.problems) }
}

/// An argument that is no text.
pub(super) fn not_unicode(word: &OsStr) -> Diagnostic {
    Diagnostic::error("invalid-argument", format!("an argument is not valid Unicode: `{}`", word.to_string_lossy()))
}

fn unknown_verb(word: &str) -> Diagnostic {
    if LATER.contains(&word) {
        return Diagnostic::error("unavailable-command", format!("`plimsoll {word}` is not part of this version"))
            .hint("`plimsoll --help` lists what is");
    }
    if word.starts_with('-') {
        return Diagnostic::error("missing-command", format!("a command comes before flags such as `{word}`"))
            .hint(format!("`plimsoll build {word}`"));
    }
    let problem = Diagnostic::error("unknown-command", format!("there is no command `{word}`"));
    match nearest(word, Verb::ALL.map(Verb::name), 1).pop() {
        Some(near) => problem.hint(format!("did you mean `plimsoll {near}`?")),
        None if std::path::Path::new(word).extension().is_some() || word == "." || word.contains('/') => {
            problem.hint(format!("to build it: `plimsoll build {word}`"))
        }
        None => problem.hint("`plimsoll --help` lists the commands"),
    }
}

struct Parser {
    verb: Verb,
    raw: RawOptions,
    problems: Vec<Diagnostic>,
}

impl Parser {
    fn words(&mut self, words: &[String]) {
        let mut rest = words;
        while let Some((word, after)) = rest.split_first() {
            rest = after;
            if word == "--" {
                after.iter().for_each(|word| self.operand(word));
                return;
            } else if let Some(flag) = word.strip_prefix("--") {
                rest = self.flag(flag, after);
            } else if word.len() > 1 && word.starts_with('-') {
                let problem = Diagnostic::error("unknown-flag", format!("there is no flag `{word}`"));
                self.problems.push(problem.hint("flags are spelled out: `--outdir`, `--minify`"));
            } else {
                self.operand(word);
            }
        }
    }

    fn operand(&mut self, word: &str) {
        if self.raw.entries.len() < self.verb.operands_max() {
            self.raw.entries.push(word.to_string());
            return;
        }
        let problem = Diagnostic::error("unexpected-argument", format!("`{word}` is one argument too many"));
        self.problems.push(problem.hint(format!("`plimsoll {} {}`", self.verb.name(), self.verb.operands())));
    }

    /// One flag without its dashes; returns the words after it and its value.
    fn flag<'a>(&mut self, text: &str, after: &'a [String]) -> &'a [String] {
        let (name, value) = split(text);
        if name == "version" {
            // Said of the program, wherever it stands.
            let problem = Diagnostic::error("unknown-flag", "`--version` stands alone");
            self.problems.push(problem.hint("`plimsoll --version`"));
            return after;
        }
        let (flag, negated) = match find(name) {
            Some(found) if self.verb.has(found.0) => found,
            _ => {
                self.unknown(name);
                // What follows an unknown flag is as likely its value as an entry: say one thing, not two.
                return after
                    .split_first()
                    .filter(|(next, _)| value.is_none() && !next.starts_with('-'))
                    .map_or(after, |(_, rest)| rest);
            }
        };
        if negated {
            if let Some(value) = value {
                let problem =
                    Diagnostic::error("invalid-value", format!("`--{name}` takes no value, and has `{value}`"));
                self.problems.push(problem);
            }
            self.push(flag, off(flag));
            return after;
        }
        if let Some(value) = value {
            self.push(flag, spelled(flag, value));
            return after;
        }
        match after.split_first() {
            // A bare flag takes the next word only if that can be nothing else.
            Some((next, rest)) if flag.is_bare() && takes(flag, next) => {
                self.push(flag, spelled(flag, next));
                rest
            }
            _ if flag.is_bare() => {
                self.push(flag, on(flag));
                after
            }
            Some((next, rest)) if !next.starts_with("--") => {
                self.push(flag, next.clone());
                rest
            }
            _ => {
                let problem = Diagnostic::error("missing-value", format!("`--{name}` has no value"));
                self.problems.push(problem.hint(format!("`--{name} {}`", super::help::placeholder(flag))));
                after
            }
        }
    }

    fn push(&mut self, flag: &'static Flag, text: String) {
        self.raw.given.push(Given { flag, text, source: Source::Argument });
    }

    fn unknown(&mut self, name: &str) {
        let problem = match flag(name) {
            Some(_) => {
                Diagnostic::error("unknown-flag", format!("`plimsoll {}` has no flag `--{name}`", self.verb.name()))
            }
            None => Diagnostic::error("unknown-flag", format!("there is no flag `--{name}`")),
        };
        let mut names: Vec<String> = Vec::new();
        for flag in self.verb.flags() {
            names.push(format!("--{}", flag.name));
            if flag.is_negatable() {
                names.push(format!("--no-{}", flag.name));
            }
        }
        let near = nearest(&format!("--{name}"), names.iter().map(String::as_str), 1).pop();
        self.problems.push(match near {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint(format!("`plimsoll {} --help` lists the flags", self.verb.name())),
        });
    }
}

/// `name=value`; of flags with `K=V` also `name:K=V`, as esbuild spells it.
fn split(text: &str) -> (&str, Option<&str>) {
    let at = text.find(['=', ':']).unwrap_or(text.len());
    let (name, rest) = text.split_at(at);
    let repeats = || find(name).is_some_and(|(flag, _)| flag.repeats());
    match rest.chars().next() {
        Some('=') => (name, Some(&rest[1..])),
        Some(':') if repeats() => (name, Some(&rest[1..])),
        Some(_) => text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value))),
        None => (text, None),
    }
}

/// The flag, and whether it was negated.
fn find(name: &str) -> Option<(&'static Flag, bool)> {
    if let Some(found) = flag(name) {
        return Some((found, false));
    }
    let found = flag(name.strip_prefix("no-")?).filter(|flag| flag.is_negatable())?;
    Some((found, true))
}

fn on(flag: &Flag) -> String {
    match flag.form {
        Form::Dial(_, on, _) => on.to_string(),
        Form::PathOr(_, bare) => bare.to_string(),
        _ => "true".to_string(),
    }
}

fn off(flag: &Flag) -> String {
    match flag.form {
        Form::Dial(_, _, off) => off.to_string(),
        Form::PathOr(..) => "none".to_string(),
        _ => "false".to_string(),
    }
}

/// `--minify=true` is `--minify`.
fn spelled(flag: &Flag, value: &str) -> String {
    match value {
        "true" if flag.is_bare() => on(flag),
        "false" if flag.is_bare() => off(flag),
        _ => value.to_string(),
    }
}

/// The next word is the value of a flag that needs none.
fn takes(flag: &Flag, word: &str) -> bool {
    let is_path = matches!(flag.form, Form::PathOr(..)) && !word.starts_with('-') && word.ends_with(".jsonl");
    is_path || flag.words().contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(line: &str) -> (Vec<String>, Vec<(String, String)>) {
        let words: Vec<String> = line.split(' ').map(str::to_string).collect();
        match parse(&words) {
            Ok(Parsed::Run(_, raw)) => {
                let given = raw.given.iter().map(|given| (given.flag.name.to_string(), given.text.clone())).collect();
                (raw.entries, given)
            }
            other => panic!("{line}: {other:?}"),
        }
    }

    fn problem(line: &str) -> Diagnostic {
        let words: Vec<String> = line.split(' ').map(str::to_string).collect();
        match parse(&words) {
            Err(mut problems) => problems.remove(0),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn both_spellings_of_a_value() {
        let expected = [("outdir", "out"), ("define", "A=1"), ("external", "react"), ("format", "cjs")];
        let expected = expected.map(|(name, text)| (name.to_string(), text.to_string()));
        let line = "build a.ts --outdir out --define=A=1 --external:react b.ts --format=cjs";
        let (entries, flags) = given(line);
        assert_eq!(entries, ["a.ts", "b.ts"]);
        assert_eq!(flags, expected);
    }

    #[test]
    fn flags_that_need_no_value() {
        let text = |line: &str| given(line).1.remove(0).1;
        assert_eq!(text("build --minify a.ts"), "on");
        assert_eq!(text("build --minify=max"), "max");
        assert_eq!(text("build --minify fast"), "fast");
        assert_eq!(text("build --no-minify"), "off");
        assert_eq!(text("build --sourcemap"), "linked");
        assert_eq!(text("build --sourcemap none"), "none");
        assert_eq!(text("build --tree-shaking=false"), "false");
        assert_eq!(given("build --splitting a.ts").0, ["a.ts"]);
        assert_eq!(given("build -- --odd.ts").0, ["--odd.ts"]);
    }

    #[test]
    fn slips_name_what_was_meant() {
        assert_eq!(problem("build --mnify").hint.as_deref(), Some("did you mean `--minify`?"));
        assert_eq!(problem("build --no-spliting x").hint.as_deref(), Some("did you mean `--no-splitting`?"));
        assert_eq!(problem("build --outdir").code, "missing-value");
        assert_eq!(problem("build --outdir --minify").code, "missing-value");
        assert_eq!(problem("biuld").hint.as_deref(), Some("did you mean `plimsoll build`?"));
        assert_eq!(problem("dev").code, "unavailable-command");
        assert_eq!(problem("src/app.ts").hint.as_deref(), Some("to build it: `plimsoll build src/app.ts`"));
        assert_eq!(problem("cache --minify").code, "unknown-flag");
        assert_eq!(problem("check a b").code, "unexpected-argument");
    }
}

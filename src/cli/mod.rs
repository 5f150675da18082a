//! The command line: argv in, exit status out. The only room that speaks to the terminal.
//!
//! In: argv, environment, working directory. Out: an [`Exit`].
//! Invariants: results go to stdout, everything else to stderr; nothing depends on colour; a panic anywhere becomes an
//! `internal-error` message.
//! Not here: what flags mean (`config`), what a build does (`pipeline`).
//! Start at [`run`]; a verb is one entry of `verbs.rs` and one file of `command/`.

mod verbs;
mod parse;
mod help;
mod completions;
mod schema;
mod speak;
mod progress;
mod crash;
mod command;

use std::ffi::OsString;
use std::process::ExitCode;
use verbs::Verb;

/// How a run ended: the exit status of every verb.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Done = 0,
    /// The build failed; problems are on stderr, nothing is half-written.
    Failed = 1,
    /// It was used wrongly.
    Usage = 2,
    /// Everything is written, and over the budget.
    OverBudget = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Runs the program. `arguments` is argv without the program's own name.
pub fn run(arguments: impl Iterator<Item = OsString>) -> Exit {
    let mut words = Vec::new();
    for argument in arguments {
        match argument.into_string() {
            Ok(word) => words.push(word),
            Err(word) => return speak::refuse(&[parse::not_unicode(&word)]),
        }
    }
    crash::guarded(|| dispatch(&words))
}

fn dispatch(words: &[String]) -> Exit {
    let parsed = match parse::parse(words) {
        Ok(parsed) => parsed,
        Err(problems) => return speak::refuse(&problems),
    };
    match parsed {
        parse::Parsed::Help(verb) => {
            speak::out(&verb.map_or_else(help::overview, help::of_verb));
            Exit::Done
        }
        parse::Parsed::Version => {
            speak::out(&format!("plimsoll {}\n", env!("CARGO_PKG_VERSION")));
            Exit::Done
        }
        parse::Parsed::Run(verb, raw) => match verb {
            Verb::Build => command::build::run(&raw),
            Verb::Watch => command::watch::run(&raw),
            Verb::Check => command::check::run(raw),
            Verb::Report => command::check::report(raw),
            Verb::Cache => command::cache::run(raw),
            Verb::Completions => command::print::completions(&raw),
            Verb::Schema => command::print::schema(&raw),
        },
    }
}

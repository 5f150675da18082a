//! The verbs, and which flags each has.

use crate::config::{FLAGS, Flag};

/// What plimsoll can be asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verb {
    Build,
    Watch,
    Check,
    Report,
    Cache,
    Completions,
    Schema,
}

/// Verbs of the contract that later versions have.
pub(super) const LATER: [&str; 3] = ["dev", "serve", "init"];

/// Flags of a build that change nothing of what `check` and `report` look at.
const ONLY_BUILD: [&str; 9] =
    ["metafile", "trace", "dump", "outfile", "mangle-cache", "timings", "otlp", "verify-determinism", "sign-key"];

impl Verb {
    pub(super) const ALL: [Verb; 7] =
        [Verb::Build, Verb::Watch, Verb::Check, Verb::Report, Verb::Cache, Verb::Completions, Verb::Schema];

    pub(super) fn name(self) -> &'static str {
        match self {
            Verb::Build => "build",
            Verb::Watch => "watch",
            Verb::Check => "check",
            Verb::Report => "report",
            Verb::Cache => "cache",
            Verb::Completions => "completions",
            Verb::Schema => "schema",
        }
    }

    pub(super) fn operands(self) -> &'static str {
        match self {
            Verb::Build | Verb::Watch => "[ENTRY...]",
            Verb::Check | Verb::Report => "[DIR]",
            Verb::Cache => "stats|prune|clear",
            Verb::Completions => "bash|zsh|fish",
            Verb::Schema => "[config|budget]",
        }
    }

    pub(super) fn doc(self) -> &'static str {
        match self {
            Verb::Build => "build a site or a bundle",
            Verb::Watch => "build, and again on every change",
            Verb::Check => "judge a built directory against its budget",
            Verb::Report => "write a page that shows what is in a built directory, and why",
            Verb::Cache => "show, trim or empty the results kept from earlier builds",
            Verb::Completions => "print completions for a shell",
            Verb::Schema => "print the JSON schema of plimsoll.json, or of budget files",
        }
    }

    /// More about the operands, for `--help`.
    pub(super) fn about(self) -> &'static str {
        match self {
            Verb::Build | Verb::Watch => {
                "ENTRY is an .html, .js, .ts, .jsx, .tsx or .css file, or a directory: its plimsoll.json, else index.html,\n\
                 else src/index.*. NAME=ENTRY names its output. Without ENTRY: the entries of plimsoll.json, else this directory."
            }
            Verb::Check => {
                "DIR is what a build wrote; without it, where the project's build writes. Flags of the build count here too, so\n\
                 that the sources can explain the files."
            }
            Verb::Report => {
                "DIR is what a build wrote; without it, where the project's build writes. The page goes to --outfile\n\
                 (plimsoll-report.html)."
            }
            Verb::Cache => {
                "stats: how much is kept, and where. prune: remove what was not used for longest, until --cache-size is kept.\nclear: remove everything."
            }
            Verb::Completions => {
                "For bash: plimsoll completions bash > ~/.local/share/bash-completion/completions/plimsoll"
            }
            Verb::Schema => "For an editor: plimsoll schema > plimsoll.schema.json, and \"$schema\" in plimsoll.json.",
        }
    }

    /// At most how many operands it takes.
    pub(super) fn operands_max(self) -> usize {
        match self {
            Verb::Build | Verb::Watch => usize::MAX,
            Verb::Check | Verb::Report | Verb::Cache | Verb::Completions | Verb::Schema => 1,
        }
    }

    pub(super) fn has(self, flag: &Flag) -> bool {
        match self {
            Verb::Build | Verb::Watch => true,
            Verb::Check => !ONLY_BUILD.contains(&flag.name),
            Verb::Report => !ONLY_BUILD.contains(&flag.name) || flag.name == "outfile",
            Verb::Cache => ["root", "config", "cache-dir", "cache-size", "json", "log-level"].contains(&flag.name),
            Verb::Completions | Verb::Schema => false,
        }
    }

    pub(super) fn flags(self) -> impl Iterator<Item = &'static Flag> {
        FLAGS.iter().filter(move |flag| self.has(flag))
    }

    pub(super) fn named(name: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|verb| verb.name() == name)
    }
}

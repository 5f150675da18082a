//! `plimsoll completions SHELL` and `plimsoll schema`.

use crate::cli::{Exit, completions, schema, speak};
use crate::config::RawOptions;
use crate::diag::{Diagnostic, nearest};

pub(in crate::cli) fn completions(raw: &RawOptions) -> Exit {
    let Some(shell) = raw.entries.first() else {
        let problem = Diagnostic::error("missing-argument", "completions for which shell?");
        return speak::refuse(&[problem.hint("`plimsoll completions bash`, `zsh` or `fish`")]);
    };
    if let Some(script) = completions::script(shell) {
        speak::out(&script);
        return Exit::Done;
    }
    let problem = Diagnostic::error("invalid-value", format!("there are no completions for `{shell}`"));
    let near = nearest(shell, completions::SHELLS, 1).pop();
    let hint =
        near.map_or("it is one of `bash`, `zsh` and `fish`".to_string(), |near| format!("did you mean `{near}`?"));
    speak::refuse(&[problem.hint(hint)])
}

pub(in crate::cli) fn schema(raw: &RawOptions) -> Exit {
    match raw.entries.first().map(String::as_str) {
        None | Some("config") => speak::out(&schema::schema()),
        Some("budget") => speak::out(&format!("{:#}\n", crate::budget::schema())),
        Some(other) => {
            let problem = Diagnostic::error("invalid-value", format!("there is no schema of `{other}`"));
            return speak::refuse(&[problem.hint("it is one of `config` and `budget`")]);
        }
    }
    Exit::Done
}

//! `--help`, from the table of flags.

use super::verbs::Verb;
use crate::config::{Flag, Form, Group};
use std::fmt::Write;

/// `plimsoll --help`.
pub(super) fn overview() -> String {
    let mut out = "plimsoll: builds a web front end and holds it to its budget\n\nUsage: plimsoll COMMAND [ARGUMENTS]\n\nCommands\n".to_string();
    for verb in Verb::ALL {
        let call = format!("{} {}", verb.name(), verb.operands());
        let _ = writeln!(out, "  {call:<27} {}", verb.doc());
    }
    out.push_str("\n`plimsoll COMMAND --help` lists its flags, `plimsoll --version` prints the version.\n");
    out.push_str("Exit status: 0 done, 1 the build failed, 2 bad usage, 3 over budget.\n");
    out
}

/// `plimsoll VERB --help`.
pub(super) fn of_verb(verb: Verb) -> String {
    let flags = if verb.flags().next().is_some() { " [FLAGS]" } else { "" };
    let mut out = format!("plimsoll {}: {}\n\n", verb.name(), verb.doc());
    let _ = writeln!(out, "{}", format!("Usage: plimsoll {} {}{flags}", verb.name(), verb.operands()).trim_end());
    let _ = writeln!(out, "\n{}", verb.about());
    for group in Group::ALL {
        let mut flags = verb.flags().filter(|flag| flag.group == group).peekable();
        if flags.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "\n{}", group.title());
        for flag in flags {
            line(&mut out, flag);
        }
    }
    if !flags.is_empty() {
        out.push_str("\nEvery flag but --config and --dump has a key of the same name in plimsoll.json (--public-dir: publicDir).\n");
    }
    out
}

fn line(out: &mut String, flag: &Flag) {
    let call = call(flag);
    let gap = if call.len() > 34 { format!("\n{:37}", "") } else { format!("{:1$}", "", 35 - call.len()) };
    let default = if flag.default.is_empty() { String::new() } else { format!(" ({})", flag.default) };
    let _ = writeln!(out, "  {call}{gap}{}{default}", flag.doc);
}

/// `--minify[=fast|max], --no-minify`.
fn call(flag: &Flag) -> String {
    match flag.form {
        Form::Switch => format!("--[no-]{}", flag.name),
        Form::Dial(words, ..) => format!("--[no-]{}[={}]", flag.name, words.join("|")),
        Form::PathOr(shape, _) => format!("--[no-]{}[={shape}]", flag.name),
        _ => format!("--{} {}", flag.name, placeholder(flag)),
    }
}

/// What stands for the value.
pub(super) fn placeholder(flag: &Flag) -> String {
    match flag.form {
        Form::Switch => "true|false".to_string(),
        Form::Dial(words, ..) | Form::Choice(words) => words.join("|"),
        Form::Words(words) => words.join(","),
        Form::PathOrNone(shape) => format!("{shape}|none"),
        Form::PathOr(shape, _) => shape.to_string(),
        Form::Text(shape) | Form::Path(shape) | Form::Number(shape) | Form::Paths(shape) | Form::Map(shape) => {
            shape.to_string()
        }
        Form::List(shape, _) => shape.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_flag_of_the_verb() {
        let text = of_verb(Verb::Build);
        for flag in crate::config::FLAGS {
            assert!(text.contains(flag.name), "{}", flag.name);
        }
        assert!(!of_verb(Verb::Check).contains("--metafile"));
        assert!(overview().contains("check [DIR]"));
    }
}

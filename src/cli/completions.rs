//! Shell completions, from the table of flags.

use super::verbs::Verb;
use crate::config::{Flag, Form};
use std::fmt::Write;

pub(super) const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// The script for a shell; `None` for a shell that is not known.
pub(super) fn script(shell: &str) -> Option<String> {
    match shell {
        "bash" => Some(bash()),
        "zsh" => Some(zsh()),
        "fish" => Some(fish()),
        _ => None,
    }
}

fn spellings(flag: &Flag) -> Vec<String> {
    let mut out = vec![format!("--{}", flag.name)];
    if flag.is_negatable() {
        out.push(format!("--no-{}", flag.name));
    }
    out
}

fn verbs() -> String {
    Verb::ALL.map(Verb::name).join(" ")
}

fn operands(verb: Verb) -> String {
    match verb {
        Verb::Cache | Verb::Completions => verb.operands().replace('|', " "),
        _ => String::new(),
    }
}

fn bash() -> String {
    let mut values = String::new();
    for flag in crate::config::FLAGS.iter().filter(|flag| !flag.words().is_empty() && !flag.is_bare()) {
        let words = flag.words().join(" ");
        let _ = writeln!(values, "    --{}) COMPREPLY=($(compgen -W '{words}' -- \"$word\")); return ;;", flag.name);
    }
    let mut flags = String::new();
    for verb in Verb::ALL {
        let words: Vec<String> = verb.flags().flat_map(spellings).collect();
        let _ = writeln!(flags, "    {}) words='{} {}' ;;", verb.name(), operands(verb), words.join(" "));
    }
    format!(
        "_plimsoll() {{\n  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" words=''\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    \
         COMPREPLY=($(compgen -W '{verbs} --help --version' -- \"$word\")); return\n  fi\n  \
         case \"${{COMP_WORDS[COMP_CWORD-1]}}\" in\n{values}  esac\n  case \"${{COMP_WORDS[1]}}\" in\n{flags}  esac\n  \
         case \"$word\" in\n    -*) COMPREPLY=($(compgen -W \"$words --help\" -- \"$word\")) ;;\n    \
         *) COMPREPLY=($(compgen -f -W \"$(printf '%s\\n' $words | grep -v '^-')\" -- \"$word\")) ;;\n  esac\n}}\n\
         complete -o filenames -F _plimsoll plimsoll\n",
        verbs = verbs(),
    )
}

fn zsh() -> String {
    let mut out = "#compdef plimsoll\n_plimsoll() {\n  local -a verbs\n  verbs=(\n".to_string();
    for verb in Verb::ALL {
        let _ = writeln!(out, "    '{}:{}'", verb.name(), verb.doc());
    }
    out.push_str("  )\n  if (( CURRENT == 2 )); then _describe command verbs; return; fi\n  case \"$words[2]\" in\n");
    for verb in Verb::ALL {
        let _ = writeln!(out, "    {}) _arguments \\", verb.name());
        for flag in verb.flags() {
            for spelling in spellings(flag) {
                let takes = if flag.is_bare() { String::new() } else { zsh_value(flag).to_string() };
                let repeat = if flag.repeats() { "*" } else { "" };
                let _ = writeln!(
                    out,
                    "      '{repeat}{spelling}[{}]{takes}' \\",
                    flag.doc.replace([':', '[', ']', '\''], " ")
                );
            }
        }
        let rest = if operands(verb).is_empty() { "_files".to_string() } else { format!("({})", operands(verb)) };
        let _ = writeln!(out, "      '*:argument:{rest}' ;;");
    }
    out.push_str("  esac\n}\n_plimsoll \"$@\"\n");
    out
}

fn zsh_value(flag: &Flag) -> String {
    match flag.form {
        Form::Path(_) | Form::PathOrNone(_) | Form::PathOr(..) | Form::Paths(_) => ":path:_files".to_string(),
        _ if !flag.words().is_empty() => format!(":value:({})", flag.words().join(" ")),
        _ => ":value:".to_string(),
    }
}

fn fish() -> String {
    let mut out = "complete -c plimsoll -n __fish_use_subcommand -l help -l version\n".to_string();
    for verb in Verb::ALL {
        let _ =
            writeln!(out, "complete -c plimsoll -f -n __fish_use_subcommand -a {} -d '{}'", verb.name(), verb.doc());
        let seen = format!("complete -c plimsoll -n '__fish_seen_subcommand_from {}'", verb.name());
        for flag in verb.flags() {
            for spelling in spellings(flag) {
                let long = spelling.trim_start_matches('-');
                let words = flag.words().join(" ");
                let takes = match (flag.is_bare(), words.is_empty()) {
                    (true, _) => String::new(),
                    (_, true) => " -r".to_string(),
                    (_, false) => format!(" -x -a '{words}'"),
                };
                let _ = writeln!(out, "{seen} -l {long}{takes} -d '{}'", flag.doc.replace('\'', "\\'"));
            }
        }
        if !operands(verb).is_empty() {
            let _ = writeln!(out, "{seen} -f -a '{}'", operands(verb));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_shell_knows_every_flag() {
        for shell in super::SHELLS {
            let script = super::script(shell).unwrap();
            for flag in crate::config::FLAGS {
                assert!(script.contains(flag.name), "{shell}: {}", flag.name);
            }
        }
    }
}

//! The command line as it is seen from outside: exit status, stdout, stderr.

mod support;

use std::process::Command;
use support::{plimsoll, project};

fn run(folder: &std::path::Path, arguments: &[&str]) -> support::Run {
    support::run(plimsoll(folder).args(arguments))
}

#[test]
fn help_and_version_are_results() {
    let folder = project(&[]);
    for arguments in [&[][..], &["--help"], &["help"], &["build", "--help"], &["help", "check"], &["watch", "-h"]] {
        let shown = run(folder.path(), arguments);
        assert_eq!((shown.status, shown.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(shown.stdout.contains("plimsoll"), "{arguments:?}");
    }
    let build = run(folder.path(), &["build", "--help"]).stdout;
    assert!(build.contains("--outdir DIR") && build.contains("--[no-]splitting"));
    let version = run(folder.path(), &["--version"]);
    assert_eq!(version.stdout, format!("plimsoll {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn bad_usage_is_status_2_and_names_what_was_meant() {
    let folder = project(&[("src/index.ts", "export {}")]);
    let cases: &[(&[&str], &str)] = &[
        (&["build", "--mnify"], "did you mean `--minify`?"),
        (&["build", "--outdir"], "`--outdir` has no value"),
        (&["build", "--format", "amd"], "it takes `esm`, `cjs` or `iife`"),
        (&["build", "src/indx.ts"], "did you mean `src/index.ts`?"),
        (&["biuld"], "did you mean `plimsoll build`?"),
        (&["dev"], "is not part of this version"),
        (&["build", "--config", "nothing.json"], "cannot read the configuration file `nothing.json`"),
        (&["check", "nothing"], "there is no directory"),
        (&["completions", "fihs"], "did you mean `fish`?"),
        (&["cache", "burn"], "does not know `burn`"),
    ];
    for (arguments, part) in cases {
        let refused = run(folder.path(), arguments);
        assert_eq!(refused.status, 2, "{arguments:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(part), "{arguments:?}: {}", refused.stderr);
        assert_eq!(refused.stdout, "", "{arguments:?}");
        assert!(!refused.stderr.contains('\x1b'), "colour only on a terminal");
    }
    assert!(!folder.path().join("dist").exists());
}

#[test]
fn an_unreadable_config_is_shown_with_its_line() {
    let folder = project(&[
        ("src/index.ts", ""),
        ("plimsoll.json", "{\n  // where\n  \"outdir\": \"out\",\n  \"minfy\": true\n}\n"),
    ]);
    let refused = run(folder.path(), &["build"]);
    assert_eq!(refused.status, 2);
    let expected = "error[unknown-key]: `\"minfy\"` is no setting of plimsoll\n  at plimsoll.json:4:3\n  4 |   \"minfy\": true\n    |   ^^^^^^^\n  hint: did you mean `\"minify\"`?\n";
    assert!(refused.stderr.starts_with(expected), "{}", refused.stderr);
}

#[test]
fn json_goes_to_stdout_alone() {
    let folder = project(&[("src/index.ts", "")]);
    let refused = run(folder.path(), &["build", "src/nothing.ts", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!((refused.status, refused.stderr.as_str()), (2, ""));
    assert_eq!((&value["ok"], &value["problems"][0]["code"]), (&false.into(), &"missing-entry".into()));
}

#[test]
fn a_schema_and_completions() {
    let folder = project(&[]);
    let schema: serde_json::Value = serde_json::from_str(&run(folder.path(), &["schema"]).stdout).unwrap();
    assert!(schema["properties"]["publicPath"].is_object());
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(folder.path(), &["completions", shell]).stdout.contains("legal-comments"));
    }
    if Command::new("bash").arg("--version").output().is_ok() {
        let script = run(folder.path(), &["completions", "bash"]).stdout;
        let ask = "COMP_WORDS=(plimsoll build --min); COMP_CWORD=2; _plimsoll; echo \"${COMPREPLY[@]}\"";
        let answered = Command::new("bash").args(["-c", &format!("{script}{ask}")]).output().unwrap();
        let words = String::from_utf8(answered.stdout).unwrap();
        assert_eq!(words.split_whitespace().collect::<Vec<_>>(), ["--minify", "--min-chunk-size"]);
    }
}

#[test]
fn the_cache_can_be_shown_and_emptied() {
    let folder = project(&[("kept/ab/0123456789abcdef0123456789abcd", "12345"), ("kept/notes.txt", "mine")]);
    let stats = run(folder.path(), &["cache", "stats", "--cache-dir", "kept", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&stats.stdout).unwrap();
    assert_eq!((&value["entries"], &value["bytes"]), (&1.into(), &5.into()));
    assert_eq!(run(folder.path(), &["cache", "clear", "--cache-dir", "kept"]).status, 0);
    assert!(!folder.path().join("kept/ab").exists());
    assert!(folder.path().join("kept/notes.txt").is_file(), "what is not ours stays");
}

/// What keeps a statement is said with its place, its text, the reason and the way back to an entry.
#[test]
fn dump_shake_says_what_keeps_each_statement() {
    let folder = project(&[
        (
            "src/main.js",
            "import { used } from './lib.js';\nimport * as all from './space.js';\nimport './side.js';\nexport function start(name) {\n  return used(name);\n}\nconst unused = 1;\nconsole.log(Object.keys(all));\n",
        ),
        (
            "src/lib.js",
            "import { deep } from './deep.js';\nexport const used = (name) => deep(name);\nexport const other = () => 1;\n",
        ),
        (
            "src/deep.js",
            "export function deep(name) { return 'a long text, so that not all of the statement is shown' + name; }\n",
        ),
        ("src/space.js", "export const a = [1];\n"),
        ("src/side.js", "window.side = 'set';\n"),
        ("src/gone.js", "export const gone = 1;\n"),
    ]);
    let flags = ["build", "src/main.js", "--dump", "shake", "--log-level", "silent"];
    let first = run(folder.path(), &flags);
    assert_eq!((first.status, first.stderr.as_str()), (0, ""));
    let expected = "\
src/deep.js: 1 of 1 statements kept, 95 of 95 bytes
  evaluated: imported by src/lib.js ← used by src/main.js:4:8 ← entry export start
  src/deep.js:1:8  function deep(name) { return 'a long text, so that not all o…
    used by src/lib.js:2:8 deep ← used by src/main.js:4:8 used ← entry export start
src/lib.js: 1 of 2 statements kept, 34 of 56 bytes
  evaluated: used by src/main.js:4:8 ← entry export start
  src/lib.js:2:8  const used = (name) => deep(name);
    used by src/main.js:4:8 used ← entry export start
src/space.js: 1 of 1 statements kept, 14 of 14 bytes
  evaluated: imported by src/main.js ← entry main
  src/space.js:1:8  const a = [1];
    namespace of src/space.js escapes at src/main.js:8:1 ← side effect: call of global console.log ← entry main
src/side.js: 1 of 1 statements kept, 20 of 20 bytes
  evaluated: imported by src/main.js ← entry main
  src/side.js:1:1  window.side = 'set';
    side effect: assignment to global window.side
src/main.js: 2 of 2 statements kept, 75 of 75 bytes
  evaluated: entry main
  src/main.js:4:8  function start(name) { return used(name); }
    entry export start
  src/main.js:8:1  console.log(Object.keys(all));
    side effect: call of global console.log
";
    let own = first.stdout.find("src/deep.js: ").map_or("", |at| &first.stdout[at..]);
    assert_eq!(own, expected);
    assert_eq!(run(folder.path(), &flags).stdout, first.stdout, "warm is cold");
    let json = run(folder.path(), &["build", "src/main.js", "--dump", "shake", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(value["dump"], first.stdout);
    assert_eq!(run(folder.path(), &["build", "src/main.js", "--dump", "shke"]).status, 2);
}

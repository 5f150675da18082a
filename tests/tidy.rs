//! The rules of the house (ARCHITECTURE.md), held by reading the sources as text.
//!
//! What is checked is what ships: test code may use any room to set a scene, unless a rule says otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each may use only those before it.
const GROUND: &[&str] = &["base", "fs", "diag", "lang", "model", "config", "cache"];
const STAGES: &[&str] = &[
    "graph", "link", "split", "script", "style", "image", "page", "seal", "pwa", "delivery", "emit", "budget", "report",
];
/// Not rooms: they name all others, or none.
const DOORS: &[&str] = &["lib", "main", "allocator"];

/// Crate → the rooms that may name it. Empty: every room.
const CRATES: &[(&str, &[&str])] = &[
    ("serde", &[]),
    ("serde_json", &[]),
    ("rayon", &[]),
    ("rustc_hash", &[]),
    // The encoding of what a stage puts into the cache; only the stage knows the type.
    ("postcard", &[]),
    // Emit hashes what it finds on disk, which is no content of a build.
    ("blake3", &["base", "emit"]),
    ("jsonc_parser", &["config", "budget"]),
    ("browserslist", &["config"]),
    ("regex", &["base"]),
    ("regress", &["base"]),
    ("memchr", &["base"]),
    ("globset", &["base", "graph", "budget"]),
    ("swc_core", &["lang"]),
    ("lightningcss", &["lang"]),
    ("lol_html", &["lang"]),
    ("oxc_resolver", &["graph"]),
    ("oxipng", &["image"]),
    // Of the same name as the stage, which `pipeline` uses.
    ("image", &["image", "pipeline"]),
    ("roxmltree", &["image"]),
    ("mozjpeg_sys", &["image"]),
    ("sha2", &["seal", "report"]),
    ("base64", &["seal", "report"]),
    ("ed25519_dalek", &["report"]),
    ("ureq", &["emit"]),
    ("brotli", &["emit"]),
    // Archives of packages are packed the same way as copies for servers.
    ("libdeflater", &["emit", "fs"]),
    ("zstd", &["emit"]),
    ("indicatif", &["cli"]),
    ("notify", &["dev"]),
    ("libmimalloc_sys", &["allocator"]),
];

/// Crates whose library has another name than the package.
const RENAMED: &[(&str, &str)] = &[("browserslist-rs", "browserslist")];

/// Files over 600 lines, each with the reason why it is one subject.
const LONG_FILES: &[(&str, &str)] = &[];

/// Functions over 70 lines, each with the reason why taking it apart would not help.
const LONG_FUNCTIONS: &[(&str, &str, &str)] = &[
    ("src/lang/js/rewrite.rs", "expression", "one arm per kind of expression, in one match"),
    ("src/config/resolve.rs", "choose", "one line per option, in one literal"),
];

fn may_import(from: &str, to: &str) -> bool {
    let rank = |name: &str| GROUND.iter().position(|room| *room == name);
    match (rank(from), rank(to)) {
        (Some(from), Some(to)) => to < from,
        (None, Some(_)) => true,
        _ if STAGES.contains(&from) => false,
        _ if from == "pipeline" => STAGES.contains(&to),
        _ => {
            matches!((from, to), ("cli", "pipeline" | "budget" | "report" | "dev") | ("dev", "pipeline"))
        }
    }
}

// Sources.

struct Source {
    /// From the project's folder, with `/`.
    path: String,
    /// Top-level folder or file of `src`.
    room: String,
    text: String,
    /// Without comments, texts and test code.
    code: String,
    is_test: bool,
}

#[expect(clippy::disallowed_methods, reason = "a test is told where the project is")]
fn project() -> PathBuf {
    // At run time, so that one build of this test can judge another checkout.
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

fn sources() -> Vec<Source> {
    let root = project();
    let mut paths = Vec::new();
    walk(&root.join("src"), &mut paths);
    let rust = paths.into_iter().filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"));
    let out: Vec<Source> = rust.map(|path| source(&root, &path)).collect();
    assert!(out.len() > 20, "the sources were not found");
    out
}

fn source(root: &Path, path: &Path) -> Source {
    let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let room = relative.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs").to_string();
    let text = std::fs::read_to_string(path).unwrap();
    let is_test = relative.ends_with("/tests.rs") || relative.contains("/tests/");
    let code = if is_test { String::new() } else { code_of(&text) };
    Source { path: relative, room, text, code, is_test }
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() {
            continue;
        } else if !path.is_dir() {
            into.push(path);
        } else if !["target", "node_modules", "dist", ".git"].contains(&name.as_str()) {
            walk(&path, into);
        }
    }
}

/// Blanks out comments and texts, keeps line ends, and stops at the tests, which come last in a file.
fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            text_length(text, at).unwrap_or_default()
        };
        if skipped == 0 {
            let c = rest.chars().next().unwrap();
            out.push(c);
            at += c.len_utf8();
        } else {
            out.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
            at += skipped;
        }
    }
    match out.find("#[cfg(test)]\nmod ").filter(|at| out[*at..].lines().nth(1).is_some_and(|line| line.ends_with('{')))
    {
        Some(tests) => out[..tests].to_string(),
        None => out,
    }
}

/// Length of the string or character literal at `at`, if there is one.
fn text_length(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let after_word = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r')).filter(|_| !after_word);
    if let Some(hashes) = raw.map(|raw| raw.len() - raw.trim_start_matches('#').len())
        && raw.is_some_and(|raw| raw[hashes..].starts_with('"'))
    {
        let open = rest.find('"')? + 1;
        let close = format!("\"{}", "#".repeat(hashes));
        return Some(rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len()));
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    if quote == '\'' {
        // A lifetime has no closing quote.
        let mut chars = rest.char_indices().skip(1);
        let (_, first) = chars.next()?;
        if first != '\\' {
            return chars.next().filter(|(_, c)| *c == '\'').map(|(end, _)| end + 1);
        }
    }
    let mut escaped = false;
    for (end, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return Some(end + 1);
        }
        escaped = c == '\\' && !escaped;
    }
    Some(rest.len())
}

/// Whether `word` stands in `code` as a whole path part; every place of it.
fn places<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        !code[..*at].ends_with(is_part) && (!word.ends_with(is_part) || !code[at + word.len()..].starts_with(is_part))
    })
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The rooms that code names: `crate::room` and `crate::{room, …}`.
fn imports(code: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for at in places(code, "crate::") {
        let rest = &code[at + "crate::".len()..];
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        let Some(group) = rest.strip_prefix('{') else {
            out.push((line_of(code, at), word(rest)));
            continue;
        };
        let mut depth = 0;
        let mut fresh = true;
        for (offset, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => fresh = true,
                c if fresh && depth == 0 && !c.is_whitespace() => {
                    out.push((line_of(code, at), word(&group[offset..])));
                    fresh = false;
                }
                _ => {}
            }
        }
    }
    out
}

#[track_caller]
fn none(rule: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

// Direction.

#[test]
fn data_flows_one_way() {
    let mut found = Vec::new();
    let all = sources();
    let rooms: BTreeSet<&str> = all.iter().map(|source| source.room.as_str()).collect();
    for source in all.iter().filter(|source| !DOORS.contains(&source.room.as_str())) {
        for (line, to) in imports(&source.code) {
            if rooms.contains(to.as_str()) && to != source.room && !may_import(&source.room, &to) {
                found.push(format!("{}:{line}: `{}` may not use `{to}`", source.path, source.room));
            }
        }
    }
    none("ground uses ground before it, a stage uses ground and itself, only `pipeline` knows stages", found);
}

#[test]
fn every_room_has_its_place() {
    let known: BTreeSet<&str> =
        GROUND.iter().chain(STAGES).chain(DOORS).chain(&["pipeline", "dev", "cli"]).copied().collect();
    let rooms: BTreeSet<String> = sources().into_iter().map(|source| source.room).collect();
    none(
        "a new room is ground or a stage: say which",
        rooms.into_iter().filter(|room| !known.contains(room.as_str())).collect(),
    );
}

#[test]
fn a_crate_has_one_home() {
    let manifest = std::fs::read_to_string(project().join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let mut found = Vec::new();
    for line in dependencies.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
        let package = line.split([' ', '=', '.']).next().unwrap();
        let renamed = RENAMED.iter().find(|(name, _)| *name == package).map(|(_, library)| library.to_string());
        let library = renamed.unwrap_or_else(|| package.replace('-', "_"));
        if !CRATES.iter().any(|(name, _)| *name == library) {
            found.push(format!("Cargo.toml: `{package}` has no home in tests/tidy.rs"));
        }
    }
    for source in sources() {
        for (name, rooms) in CRATES.iter().filter(|(_, rooms)| !rooms.is_empty()) {
            let path = format!("{name}::");
            for at in places(&source.code, &path).filter(|at| !source.code[..*at].ends_with("::")) {
                if !rooms.contains(&source.room.as_str()) {
                    found.push(format!("{}:{}: `{name}` lives in {rooms:?}", source.path, line_of(&source.code, at)));
                }
            }
        }
    }
    none("a third-party crate is named in one room", found);
}

// Abilities.

/// `words` may stand in `rooms` only.
fn confined(rule: &str, words: &[&str], rooms: &[&str]) {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !rooms.contains(&source.room.as_str())) {
        for word in words {
            for at in places(&source.code, word) {
                found.push(format!("{}:{}: `{word}`", source.path, line_of(&source.code, at)));
            }
        }
    }
    none(rule, found);
}

#[test]
fn only_cli_speaks() {
    confined(
        "stages return problems; only `cli` prints",
        &["println!", "eprintln!", "print!", "eprint!", "dbg!"],
        &["cli"],
    );
}

#[test]
fn environment_and_clock_have_their_rooms() {
    confined(
        "environment and working directory belong to `cli` and `config`",
        &["std::env", "env::var"],
        &["cli", "config", "main"],
    );
    // When an entry of the cache was last used.
    let rooms = ["cli", "config", "pipeline", "dev", "cache"];
    confined("the same bytes whatever the day: stages have no clock", &["SystemTime", "Instant"], &rooms);
}

#[test]
fn the_disk_has_its_rooms() {
    let writing = [
        "fs::write",
        "fs::create_dir",
        "fs::create_dir_all",
        "fs::rename",
        "fs::remove_file",
        "fs::remove_dir",
        "fs::remove_dir_all",
        "fs::copy",
        "fs::hard_link",
        "File::create",
        "OpenOptions",
    ];
    confined("only `emit` and `cache` write", &writing, &["emit", "cache"]);
    confined(
        "this room reads through `fs::Files`, or not at all",
        &["std::fs"],
        &["fs", "config", "graph", "cache", "emit", "budget", "dev"],
    );
}

#[test]
fn nothing_is_left_open() {
    confined("finish it, or leave it out", &["todo!", "unimplemented!"], &[]);
    let mut found = Vec::new();
    for source in sources() {
        let ignored = concat!("#[ign", "ore");
        found.extend(source.text.contains(ignored).then(|| format!("{}: a test that does not run", source.path)));
    }
    none("a test that is wrong today asserts what is true today", found);
}

// Shape.

#[test]
fn files_stay_readable() {
    let mut found = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        let listed = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        if lines > 600 && !listed {
            found.push(format!("{}: {lines} lines", source.path));
        } else if lines <= 600 && listed {
            found.push(format!("{}: {lines} lines, no longer long: take it off the list", source.path));
        }
    }
    none("a file over 600 lines is two subjects, or has a reason in tests/tidy.rs", found);
}

#[test]
fn functions_stay_readable() {
    let mut found = Vec::new();
    for source in sources() {
        for (name, line, length) in functions(&source.text) {
            let listed = LONG_FUNCTIONS.iter().any(|(path, other, _)| *path == source.path && *other == name);
            if length > 70 && !listed {
                found.push(format!("{}:{line}: `{name}` has {length} lines", source.path));
            }
        }
    }
    none("a function stops at 70 lines, or has a reason in tests/tidy.rs", found);
}

/// (name, line, lines) of every function. Formatted sources: a body ends at the indentation where it began.
fn functions(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((before, after)) = line.split_once("fn ") else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        let is_definition = before
            .split_whitespace()
            .all(|word| word.starts_with("pub") || word.ends_with(')') || ["const", "async"].contains(&word));
        let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let end = format!("{indent}}}");
        if is_definition
            && !name.is_empty()
            && let Some(length) = lines[at..].iter().position(|line| *line == end)
            && !line.ends_with([';', '}'])
        {
            out.push((name, at + 1, length + 1));
        }
    }
    out
}

#[test]
fn rooms_say_what_they_are() {
    let mut found = Vec::new();
    for source in sources() {
        let is_room = STAGES.iter().any(|stage| source.path == format!("src/{stage}/mod.rs"));
        if !is_room || source.text.lines().count() < 5 {
            continue;
        }
        let doc: String = source.text.lines().take_while(|line| line.starts_with("//!")).collect();
        for heading in ["In:", "Out:", "Invariants:", "Not here:", "Start at"] {
            found.extend(
                (!doc.contains(heading)).then(|| format!("{}: the first comment has no `{heading}`", source.path)),
            );
        }
    }
    none("a room opens with In / Out / Invariants / Not here / Start at", found);
}

#[test]
fn names_say_something() {
    let empty = ["utils", "util", "helpers", "helper", "common", "misc", "manager", "types", "impls"];
    let is_empty = |source: &&Source| {
        source.path.trim_end_matches(".rs").split('/').any(|part| empty.contains(&part)) && !source.is_test
    };
    none("this name says nothing", sources().iter().filter(is_empty).map(|source| source.path.clone()).collect());
}

#[test]
fn the_map_shows_every_room() {
    let Ok(map) = std::fs::read_to_string(project().join("ARCHITECTURE.md")) else { return };
    let rooms = GROUND
        .iter()
        .chain(STAGES)
        .filter(|room| !map.contains(&format!("{room}/")) && !map.contains(&format!("`{room}`")));
    none("ARCHITECTURE.md leaves out", rooms.map(|room| room.to_string()).collect());
}

// What is committed.

/// Text files of the repository, by path.
fn tracked() -> BTreeMap<String, String> {
    let root = project();
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(&root).output();
    let paths: Vec<PathBuf> = match listed {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {
            let names = String::from_utf8_lossy(&output.stdout).into_owned();
            names.split('\0').filter(|name| !name.is_empty()).map(|name| root.join(name)).collect()
        }
        _ => {
            let mut paths = Vec::new();
            walk(&root, &mut paths);
            paths
        }
    };
    let text = |path: PathBuf| {
        let text = String::from_utf8(std::fs::read(&path).ok()?).ok().filter(|text| !text.contains('\0'))?;
        Some((path.strip_prefix(&root).ok()?.to_string_lossy().replace('\\', "/"), text))
    };
    paths.into_iter().filter_map(text).collect()
}

#[test]
fn nothing_of_this_machine_is_committed() {
    let mut words: Vec<String> = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("registry.npm", "js.org"),
        concat!("registry.yarn", "pkg.com"),
        concat!("static.cra", "tes.io"),
        concat!("index.cra", "tes.io"),
        concat!("deb.deb", "ian.org"),
    ]
    .map(str::to_string)
    .to_vec();
    words.extend(Some(project().to_string_lossy().into_owned()).filter(|path| path.len() > 4));
    let mut found = Vec::new();
    for (path, text) in tracked() {
        for word in words.iter().filter(|word| text.contains(word.as_str())) {
            found.push(format!("{path}: holds `{word}`"));
        }
    }
    none("no paths of a machine and no registry's host in the repository", found);
}

#[test]
fn lock_files_name_no_downloads() {
    let locks = tracked().into_iter().filter(|(path, _)| path.ends_with("package-lock.json"));
    let wrong = locks.filter(|(_, text)| text.contains("\"resolved\""));
    none("a lock file with download addresses", wrong.map(|(path, _)| path).collect());
}

// This file.

#[test]
fn the_reader_of_sources_reads_right() {
    let source = "let a = \"crate::x\"; // crate::y\nlet b = 'c'; fn f<'a>() { crate::z }\n#[cfg(test)]\nmod tests {\ncrate::w\n}\n";
    let code = code_of(source);
    assert_eq!(imports(&code), [(2, "z".to_string())]);
    assert_eq!(imports("use crate::{\n    a::B,\n    c::{d, e},\n};"), [(1, "a".to_string()), (1, "c".to_string())]);
    assert_eq!(code_of("r#\"a \" println!\"# + b\"x\""), " + b");
    assert_eq!(places("eprintln! println!", "println!").collect::<Vec<_>>(), [10]);
    let text = "impl A {\n    pub(in crate::a) fn f() {\n        x();\n    }\n}\n";
    assert_eq!(functions(text), [("f".to_string(), 2, 3)]);
    assert!(!may_import("base", "fs") && may_import("fs", "base") && !may_import("link", "graph"));
    assert!(may_import("pipeline", "seal") && !may_import("seal", "pipeline") && may_import("dev", "config"));
}

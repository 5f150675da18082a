//! Every folder of `fixtures/bad` raises what its `expect.json` says, and the previous output stays as it was.

mod support;

use std::path::Path;
use support::{copy, plimsoll, project, run, succeeds, tree};

struct Case {
    arguments: Vec<String>,
    exit: i32,
    code: String,
    contains: Vec<String>,
}

fn case(folder: &Path) -> Case {
    let text = std::fs::read_to_string(folder.join("expect.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let words = |key: &str| -> Vec<String> {
        value[key].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_string()).collect()
    };
    Case {
        arguments: words("args"),
        exit: value["exit"].as_i64().unwrap() as i32,
        code: value["code"].as_str().unwrap().to_string(),
        contains: words("contains"),
    }
}

#[test]
fn bad_input_is_explained_and_harms_nothing() {
    let previous = project(&[("index.html", "<!doctype html><title>The previous build</title>")]);
    succeeds(plimsoll(previous.path()).args(["build", "index.html", "--outdir", "dist"]));
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bad");
    let mut seen = 0;
    for entry in std::fs::read_dir(folders).unwrap() {
        let fixture = entry.unwrap().path();
        let name = fixture.file_name().unwrap().to_string_lossy().into_owned();
        let expected = case(&fixture);
        let place = tempfile::tempdir().unwrap();
        let work = place.path().join("work");
        copy(&fixture, &work);
        copy(&previous.path().join("dist"), &work.join("dist"));
        let before = tree(&work);
        let done = run(plimsoll(&work).env("XDG_CACHE_HOME", place.path().join("cache")).args(&expected.arguments));
        let said = format!("{name}\n{}{}", done.stdout, done.stderr);
        assert_eq!(done.status, expected.exit, "{said}");
        assert!(done.stderr.contains(&format!("[{}]", expected.code)), "{said}");
        assert!(done.stderr.contains("hint: ") || done.stderr.contains(" | "), "neither hint nor code frame: {said}");
        for part in &expected.contains {
            assert!(done.stderr.contains(part), "`{part}` is missing: {said}");
        }
        assert!(!done.stderr.contains("panicked"), "{said}");
        if done.status != 0 {
            assert!(tree(&work) == before, "files changed: {said}");
        }
        seen += 1;
    }
    assert!(seen >= 17, "{seen} cases");
}

#[test]
fn a_denied_warning_stops_the_build_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bad/circular-css-import");
    copy(&fixture, folder.path());
    let cache = tempfile::tempdir().unwrap();
    let build = |flags: &[&str]| {
        let mut command = plimsoll(folder.path());
        run(command.env("XDG_CACHE_HOME", cache.path()).args(["build", "index.html"]).args(flags))
    };
    assert_eq!(build(&["--silence", "circular-css-import"]).stderr, "");
    let before = tree(folder.path());
    std::fs::write(folder.path().join("index.html"), before["index.html"].repeat(2)).unwrap();
    let denied = build(&["--deny", "circular-css-import"]);
    assert_eq!(denied.status, 1);
    assert!(denied.stderr.contains("error[circular-css-import]"), "{}", denied.stderr);
    assert_eq!(tree(&folder.path().join("dist")), tree_of(&before, "dist/"));
}

fn tree_of(
    all: &std::collections::BTreeMap<String, Vec<u8>>,
    folder: &str,
) -> std::collections::BTreeMap<String, Vec<u8>> {
    all.iter().filter_map(|(name, bytes)| Some((name.strip_prefix(folder)?.to_string(), bytes.clone()))).collect()
}

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

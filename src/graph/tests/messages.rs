//! What bad input is told.

use super::*;
use crate::diag::Severity;

#[test]
fn a_typo_in_a_path() {
    let sample =
        Sample::new(&[("src/main.js", "// first\nimport { a } from './ui/buton';"), ("src/ui/button.tsx", "")]);
    let problem = sample.problem();
    assert_eq!((problem.code.as_str(), problem.severity), ("unresolved-import", Severity::Error));
    assert_eq!(problem.message, "could not resolve \"./ui/buton\"");
    let place = problem.location.unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("src/main.js", 2, 19));
    assert!(problem.notes.contains(&"did you mean \"./ui/button\"?".to_string()), "{:?}", problem.notes);
    sample.write("src/main.js", "import './u/button'");
    assert_eq!(sample.problem().notes, ["there is no folder \"src/u\""]);
}

#[test]
fn a_missing_package() {
    let sample = Sample::new(&[("src/main.js", "import 'raect/jsx-runtime'"), ("node_modules/react/index.js", "")]);
    let problem = sample.problem();
    assert!(problem.notes.contains(&"did you mean \"react/jsx-runtime\"?".to_string()), "{:?}", problem.notes);
    assert!(problem.hint.unwrap().starts_with("npm install raect, or --external raect"));
}

#[test]
fn a_subpath_that_is_not_exported() {
    let sample = Sample::new(&[
        ("src/main.js", "import 'lib/utls'"),
        ("node_modules/lib/package.json", r#"{"name":"lib","exports":{".":"./a.js","./utils":"./utils.js"}}"#),
        ("node_modules/lib/utils.js", ""),
        ("node_modules/lib/utls.js", ""),
    ]);
    let problem = sample.problem();
    assert!(
        problem.notes[0]
            .contains("does not export \"./utls\" under the conditions import, module, browser, production"),
        "{problem:?}"
    );
    assert_eq!(problem.notes[1], "did you mean \"lib/utils\"?");
}

#[test]
fn guarded_mentions_are_warnings() {
    let sample = Sample::new(&[("src/main.js", "try { require('optional') } catch {}")]);
    let built = sample.build();
    assert_eq!(built.problems[0].severity, Severity::Warning);
    assert_eq!(leads(&built.value, "src/main.js"), ["optional → unresolved"]);
}

#[test]
fn entries_that_are_not_there() {
    let sample = Sample::new(&[("src/mian.js", "")]);
    let problem = sample.problem();
    assert_eq!(
        (problem.code.as_str(), problem.message.as_str()),
        ("missing-entry", "there is no entry \"src/main.js\"")
    );
    assert!(problem.notes.contains(&"did you mean \"src/mian.js\"?".to_string()), "{:?}", problem.notes);
    let outside = Sample::new(&[("page.html", ""), ("inner/a.js", "")]).with(|options| {
        options.entries = vec![(None, options.root.join("page.html").to_string_lossy().into_owned())];
        options.root.push("inner");
    });
    assert_eq!(outside.problem().code, "entry-outside-root");
}

#[test]
fn unknown_files_and_bad_json() {
    let sample = Sample::new(&[("src/main.js", "import './a.xyz'"), ("src/a.xyz", "")]);
    let problem = sample.problem();
    assert_eq!(problem.code, "no-loader");
    assert!(problem.hint.unwrap().contains("--loader:.xyz=file"));
    let site = sample.with(|options| options.site = true).graph();
    assert_eq!(site.assets.len(), 1, "a site ships any file");

    let problem = Sample::new(&[("src/main.js", "import './a.json'"), ("src/a.json", "{\n \"a\": }")]).problem();
    let place = problem.location.unwrap();
    assert_eq!(
        (problem.code.as_str(), place.file.as_str(), place.line, place.column),
        ("bad-json", "src/a.json", 2, 7)
    );
}

#[test]
fn a_broken_tsconfig_is_told_once() {
    let sample = Sample::new(&[
        ("src/main.js", "import './b'"),
        ("src/b.js", ""),
        ("tsconfig.json", "{\n  \"compilerOptions\": [\n}"),
    ]);
    let problem = sample.problem();
    assert_eq!(problem.code, "bad-tsconfig");
    assert_eq!(problem.location.unwrap().file, "tsconfig.json");
}

#[test]
fn a_file_that_is_not_utf8() {
    let sample = Sample::new(&[]);
    sample.write("src/main.js", b"// \xe9\nexport {}");
    assert_eq!(sample.problem().code, "not-utf8");
}

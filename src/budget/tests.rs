use super::{Means, limits, read_directory};
use crate::config::BudgetSource;
use crate::diag::Noted;
use crate::model::{Contribution, Emitted, FileKind, Verdict, WhyLink};
use std::borrow::Cow;
use std::path::Path;

fn judge(emitted: &Emitted, source: &BudgetSource) -> Noted<Verdict> {
    let mut problems = Vec::new();
    let limits = limits(source, Path::new("/")).take(&mut problems);
    let contents = |path: &str| std::fs::read(emitted.directory.join(path)).map(Cow::Owned);
    let means = Means { contents: &contents, compress: &|_, _| None, inventory: None, baseline: None };
    let verdict = super::judge(emitted, &limits, &means).take(&mut problems);
    Noted::new(verdict, problems)
}

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

const PAGE: &str = r#"<link rel=stylesheet href=/base/assets/a.css><script type=module src=/base/assets/main.js></script>
<img src="assets/eager.png"><img loading=lazy src=assets/lazy.png><img src=https://example.com/x.png>"#;
const MAIN: &str = r#"import"./shared.js";import("./later.js");"#;
const SHARED: &str = r#"import"./main.js";export*from"./deep.js";"#;
const SHEET: &str = r#"body{font-family:F}@font-face{font-family:F;src:url(f.woff2)}@font-face{font-family:F;src:url(f.woff2)}
@font-face{font-family:F;src:url(g.woff2);unicode-range:U+400-4FF}"#;

fn site() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("index.html", PAGE),
        ("assets/main.js", MAIN),
        ("assets/shared.js", SHARED),
        ("assets/deep.js", "1234567"),
        ("assets/deep.js.br", "12"),
        ("assets/deep.js.gz", "123"),
        ("assets/later.js", "later"),
        ("assets/a.css", SHEET),
        ("assets/f.woff2", "font-face"),
        ("assets/g.woff2", "cyrillic"),
        ("assets/eager.png", "eager"),
        ("assets/lazy.png", "lazy-image"),
        ("lonely.br", "x"),
        (".hidden/x.js", "hidden"),
    ] {
        write(dir.path(), path, text);
    }
    dir
}

fn verdict(dir: &Path, budget: &str) -> Verdict {
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("budget.json");
    std::fs::write(&file, budget).unwrap();
    let judged = judge(&read_directory(dir).value.unwrap(), &BudgetSource::File(file));
    assert!(judged.problems.is_empty(), "{:?}", judged.problems);
    judged.value
}

#[test]
fn counts_what_a_browser_loads() {
    let dir = site();
    let judged = judge(&read_directory(dir.path()).value.unwrap(), &BudgetSource::Default);
    assert!(judged.problems.is_empty() && judged.value.passed());
    let [load, total] = judged.value.lines.as_slice() else { panic!("two lines") };
    assert_eq!(load.line.subject, "initial load of index.html");
    let mut paths: Vec<&str> = load.files.iter().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "assets/a.css",
            "assets/deep.js",
            "assets/eager.png",
            "assets/f.woff2",
            "assets/main.js",
            "assets/shared.js",
            "index.html"
        ]
    );
    let texts = (PAGE.len() + MAIN.len() + SHARED.len() + SHEET.len()) as u64;
    assert_eq!(load.actual, texts + 2 + 9 + 5);
    assert_eq!(total.line.subject, "all scripts and stylesheets");
    assert_eq!(total.actual, (MAIN.len() + SHARED.len() + SHEET.len() + 2 + 5) as u64);
}

#[test]
fn exactly_the_limit_passes() {
    let dir = site();
    let with = |max: &str| {
        verdict(dir.path(), &format!(r#"{{"limits":[{{"measure":"total","types":["font"],"max":"{max}"}}]}}"#))
    };
    assert!(with("17 B").passed());
    assert!(!with("16 B").passed());
}

#[test]
fn a_failing_line_names_the_largest() {
    let dir = site();
    let mut emitted = read_directory(dir.path()).value.unwrap();
    let deep = emitted.files.iter_mut().find(|file| file.path == "assets/deep.js").unwrap();
    (deep.bytes, deep.sidecars[0].bytes) = (1000, 500);
    let why = vec![WhyLink { file: "src/main.tsx".into(), line: 3, specifier: "./App".into() }];
    let part = |source: &str, package: &str, bytes| Contribution {
        source: source.into(),
        package: package.into(),
        bytes,
        why: why.clone(),
        spans: Vec::new(),
    };
    deep.contributions =
        vec![part("src/App.tsx", "", 200), part("p/a.js", "p@1.0.0", 300), part("p/b.js", "p@1.0.0", 400)];
    let file = dir.path().join("budget.json");
    std::fs::write(&file, r#"{"limits":[{"measure":"initial-load","max":"100 B"}]}"#).unwrap();
    let judged = judge(&emitted, &BudgetSource::File(file)).value;
    let line = &judged.lines[0];
    let packages: Vec<_> =
        line.packages.iter().map(|share| (share.package.as_str(), share.bytes, share.raw_bytes)).collect();
    assert_eq!(packages, [("p@1.0.0", 350, 700), ("", 100, 200)]);
    assert_eq!(line.sources[0].source, "p/b.js");
    assert_eq!(line.sources[2].chain, ["src/main.tsx:3 → ./App"]);
}

#[test]
fn reads_a_directory() {
    let dir = site();
    let files = read_directory(dir.path()).value.unwrap().files;
    assert!(files.is_sorted_by_key(|file| file.path.clone()));
    let deep = files.iter().find(|file| file.path == "assets/deep.js").unwrap();
    assert_eq!(deep.kind, FileKind::Script);
    assert_eq!(deep.sidecars.iter().map(|copy| copy.encoding.as_str()).collect::<Vec<_>>(), ["br", "gz"]);
    assert!(files.iter().any(|file| file.path == "lonely.br"));
    assert!(!files.iter().any(|file| file.path.contains("hidden") || file.path == "assets/deep.js.br"));
    let missing = read_directory(&dir.path().join("nowhere"));
    assert!(missing.value.is_none());
    assert_eq!(missing.problems[0].code, "missing-directory");
}

#[test]
fn bad_budgets_are_errors() {
    let dir = site();
    let emitted = read_directory(dir.path()).value.unwrap();
    let judged = judge(&emitted, &BudgetSource::File(dir.path().join("none.json")));
    assert_eq!(judged.problems[0].code, "invalid-budget");
    write(dir.path(), "b.json", r#"{"limits":[{"measure":"initial-load","pages":"shop/*","max":"1 B"}]}"#);
    let judged = judge(&emitted, &BudgetSource::File(dir.path().join("b.json")));
    assert_eq!(judged.problems[0].code, "unmatched-budget");
}

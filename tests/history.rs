//! Budgets over time: thirty commits of a project, each checked; a baseline that holds the line.

mod support;

use serde_json::Value;
use std::path::Path;
use std::process::Command;
use support::{git_is_missing, plimsoll, project, run, write};

/// Text that compresses as little as code does, the same for the same seed.
fn code(seed: u64, bytes: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut out = String::new();
    while out.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out += &format!("console.log(\"{state:x}\");\n");
    }
    out
}

fn check(site: &Path, more: &[&str]) -> (i32, Value, String) {
    let mut build = plimsoll(site);
    build.args([
        "build",
        "index.html",
        "--log-level=error",
        "--service-worker=off",
        "--budget=none",
        "--precompress=br",
    ]);
    assert_eq!(run(&mut build).status, 0);
    let mut check = plimsoll(site);
    check.args(["check", "--budget=b.json", "--json", "--precompress=br", "--service-worker=off"]).args(more);
    let done = run(&mut check);
    let json = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{}{}", done.stdout, done.stderr));
    (done.status, json, done.stderr)
}

const PAGE: &str = "<!doctype html><title>Shop</title><script type=module src=./main.js></script>";
const BUDGET: &str = r#"{ "limits": [{ "measure": "initial-load", "max": "28 kB" }] }"#;

#[test]
fn thirty_commits_a_step_and_a_forecast() {
    let site = project(&[("index.html", PAGE), ("b.json", BUDGET)]);
    let mut main = code(1, 60_000);
    for commit in 0..30u64 {
        // Every commit adds a little; one adds a library.
        main += &code(100 + commit, 400 + (commit * 37 % 5) as usize * 60);
        if commit == 19 {
            main += &code(7_777, 18_000);
        }
        write(&site.path().join("main.js"), main.as_bytes());
        let label = format!("--label=commit{commit}");
        let (status, _, told) = check(site.path(), &["--history=history.jsonl", &label]);
        assert_eq!(status, 0, "{told}");
    }
    let text = std::fs::read_to_string(site.path().join("history.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 30);
    let mut report = plimsoll(site.path());
    report.args(["check", "--budget=b.json", "--history=history.jsonl", "--label=commit29"]);
    let told = run(&mut report).stdout;
    let steps: Vec<&str> = told.lines().filter(|line| line.starts_with("history:")).collect();
    assert!(steps.len() == 1 && steps[0].contains("at commit19"), "{told}");
    let forecast = told.lines().find(|line| line.starts_with("forecast:")).unwrap_or_else(|| panic!("{told}"));
    // What every commit adds, and what is left, give the answer by hand.
    let values: Vec<f64> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["values"]["initial load of index.html"].as_f64().unwrap()
        })
        .collect();
    let slope = (values[29] - values[20]) / 9.0;
    let expected = (28_000.0 - values[29]) / slope;
    let builds: f64 = forecast.split("in about ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((builds - expected).abs() <= expected * 0.15 + 1.0, "{forecast}, by hand {expected}");
    // The same build again is no other build.
    assert_eq!(std::fs::read_to_string(site.path().join("history.jsonl")).unwrap().lines().count(), 30);
}

#[test]
fn a_ratchet_follows_improvements_and_rises_only_with_a_reason() {
    let budget =
        r#"{ "limits": [{ "measure": "initial-load", "ratchet": true }, { "measure": "total", "max": "+2 %" }] }"#;
    let site = project(&[("index.html", PAGE), ("b.json", budget)]);
    let at = site.path();
    let baseline = || -> Value {
        serde_json::from_str(&std::fs::read_to_string(at.join("budgets/baseline.json")).unwrap()).unwrap()
    };
    let best = || baseline()["best"]["initial load of index.html"].as_u64().unwrap();
    write(&at.join("main.js"), code(1, 30_000).as_bytes());
    assert_eq!(check(at, &[]).0, 0, "without a baseline nothing is held");
    assert_eq!(check(at, &["--update-baseline"]).0, 0);
    let first = best();
    // Smaller: the ratchet follows.
    write(&at.join("main.js"), code(1, 20_000).as_bytes());
    assert_eq!(check(at, &["--update-baseline"]).0, 0);
    let second = best();
    assert!(second + 1_000 < first, "{second} {first}");
    // Larger again: refused, whoever asks without a reason.
    write(&at.join("main.js"), code(1, 25_000).as_bytes());
    let (status, json, _) = check(at, &[]);
    assert_eq!(status, 3);
    assert_eq!(json["verdict"]["lines"][0]["growth"][0]["name"], "main.js", "{json:#}");
    let (status, _, told) = check(at, &["--update-baseline"]);
    assert_eq!((status, best()), (2, second), "{told}");
    let (status, ..) = check(at, &["--update-baseline", "--because=the new search"]);
    assert_eq!(status, 0);
    assert!(best() > second);
    assert_eq!(baseline()["raised"][0]["because"], "the new search");
    assert_eq!(check(at, &[]).0, 0);
}

#[test]
fn a_baseline_may_be_a_revision_or_a_directory() {
    if git_is_missing() {
        return;
    }
    let budget = r#"{ "limits": [{ "measure": "initial-load", "max": "+1 %" }] }"#;
    let site = project(&[("index.html", PAGE), ("b.json", budget)]);
    let at = site.path();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(at).args(["-c", "user.name=t", "-c", "user.email=t@localhost"]).args(arguments);
        let done = run(&mut git);
        assert_eq!(done.status, 0, "{}", done.stderr);
    };
    write(&at.join("main.js"), code(1, 20_000).as_bytes());
    check(at, &["--update-baseline"]);
    git(&["init", "-q", "."]);
    git(&["add", "budgets"]);
    git(&["commit", "-q", "-m", "first"]);
    std::fs::rename(at.join("dist"), at.join("before")).unwrap();
    write(&at.join("main.js"), code(1, 30_000).as_bytes());
    check(at, &["--update-baseline", "--because=more"]);
    assert_eq!(check(at, &[]).0, 0);
    assert_eq!(check(at, &["--baseline=HEAD"]).0, 3);
    assert_eq!(check(at, &["--baseline=before"]).0, 3);
    let (status, _, _) = check(at, &["--baseline=no-such-branch"]);
    assert_eq!(status, 2);
}

#[test]
fn every_channel_tells_it() {
    let site = project(&[("index.html", PAGE), ("main.js", &code(3, 9_000)), ("b.json", BUDGET)]);
    let at = site.path();
    write(&at.join("b.json"), br#"{ "limits": [{ "measure": "initial-load", "max": "1 kB" }] }"#);
    let files = ["--markdown=o.md", "--sarif=o.sarif", "--junit=o.xml", "--badge=o.svg"];
    assert_eq!(check(at, &files).0, 3);
    let text = |name: &str| std::fs::read_to_string(at.join(name)).unwrap();
    assert!(text("o.md").contains("| over | initial load of index.html |"));
    let sarif: Value = serde_json::from_str(&text("o.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    assert!(text("o.xml").contains("<failure ") && text("o.svg").contains("of 1 kB"));
    let mut check = plimsoll(at);
    check
        .args(["check", "--budget=b.json"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", at.join("summary.md"));
    let done = run(&mut check);
    assert!(done.stdout.contains("::error file="), "{}", done.stdout);
    assert!(text("summary.md").contains("plimsoll-budget"));
}

#[test]
fn what_cannot_be_read_is_not_written_over() {
    let site = project(&[("index.html", PAGE), ("main.js", &code(5, 9_000)), ("b.json", BUDGET)]);
    let at = site.path();
    std::fs::write(at.join("h.jsonl"), b"\xff\xfe not text").unwrap();
    let (status, _, told) = check(at, &["--history=h.jsonl"]);
    assert_eq!(status, 2, "{told}");
    assert_eq!(std::fs::read(at.join("h.jsonl")).unwrap(), b"\xff\xfe not text");
    std::fs::create_dir_all(at.join("budgets")).unwrap();
    std::fs::write(at.join("budgets/baseline.json"), "{ \"version\": 1").unwrap();
    let (status, _, told) = check(at, &["--update-baseline"]);
    assert_eq!(status, 2, "{told}");
    assert_eq!(std::fs::read_to_string(at.join("budgets/baseline.json")).unwrap(), "{ \"version\": 1");
}

#[test]
fn a_ratchet_holds_against_its_own_baseline_whatever_is_compared() {
    let budget = r#"{ "limits": [{ "measure": "initial-load", "ratchet": true }] }"#;
    let site = project(&[("index.html", PAGE), ("b.json", budget)]);
    let at = site.path();
    write(&at.join("main.js"), code(1, 20_000).as_bytes());
    assert_eq!(check(at, &["--update-baseline"]).0, 0);
    let before = std::fs::read_to_string(at.join("budgets/baseline.json")).unwrap();
    write(&at.join("main.js"), code(1, 30_000).as_bytes());
    check(at, &[]);
    let copy = at.join("larger");
    support::copy(&at.join("dist"), &copy);
    let (status, _, told) = check(at, &["--baseline=larger", "--update-baseline"]);
    assert_eq!(status, 2, "{told}");
    assert_eq!(std::fs::read_to_string(at.join("budgets/baseline.json")).unwrap(), before);
}

#[test]
fn files_on_a_host_of_their_own_count() {
    let site = project(&[("index.html", PAGE), ("main.js", &code(9, 40_000))]);
    let at = site.path();
    write(&at.join("b.json"), br#"{ "limits": [{ "measure": "initial-load", "max": "2 kB" }] }"#);
    let mut build = plimsoll(at);
    build.args([
        "build",
        "index.html",
        "--budget=b.json",
        "--public-path=https://cdn.example.com/x/",
        "--precompress=br",
    ]);
    let done = run(build.arg("--service-worker=off"));
    assert_eq!(done.status, 3, "{}{}", done.stdout, done.stderr);
}

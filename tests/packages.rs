//! Packages that projects use (`fixtures/packages`): each is imported by Node as it is and out of bundles built in
//! several ways, and must offer the same exports and return the same from a few calls.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use support::{files, installed, node_is_missing, plimsoll, run, succeeds};

/// CommonJS in an ES module needs a `require` for what is built into Node.
const REQUIRE: &str =
    "--banner=js=import { createRequire as from } from 'node:module'; const require = from(import.meta.url);";

struct Variant {
    name: &'static str,
    /// `whole`: every export is looked at. `used`: only the calls are there, so that the rest may be dropped.
    part: &'static str,
    extension: &'static str,
    flags: &'static [&'static str],
}

const VARIANTS: &[Variant] = &[
    Variant { name: "plain", part: "whole", extension: "mjs", flags: &["--no-minify", REQUIRE] },
    Variant { name: "minified", part: "whole", extension: "mjs", flags: &["--minify", REQUIRE] },
    Variant { name: "shaken", part: "used", extension: "mjs", flags: &["--minify", REQUIRE] },
    Variant { name: "max", part: "used", extension: "mjs", flags: &["--minify=max", REQUIRE] },
    Variant { name: "cjs", part: "used", extension: "cjs", flags: &["--format", "cjs", "--minify"] },
];

/// (package, variants, why they differ)
const KNOWN: &[(&str, &[&str], &str)] = &[
    ("tslib", &["plain", "minified"], "bundles take its `module` build, of which Node knows nothing"),
    ("css-tree", &["plain", "minified", "shaken", "max", "cjs"], "reads files beside itself through `createRequire`"),
    ("less", &["plain", "minified", "shaken", "max", "cjs"], "reads files beside itself through `createRequire`"),
];

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packages")
}

fn runner(arguments: &[&str], folders: &[&Path]) -> String {
    let mut node = Command::new("node");
    node.arg(fixture().join("run.mjs")).args(arguments).args(folders);
    succeeds(&mut node).stdout
}

/// Entries beside a link to the installed packages, outputs where no package is near.
fn entries(place: &Path) -> Vec<String> {
    if place.exists() {
        std::fs::remove_dir_all(place).unwrap();
    }
    let folder = place.join("entries");
    runner(&["entries"], &[&folder]);
    let whole = files(&folder).into_keys().filter_map(|name| name.strip_suffix(".whole.mjs").map(str::to_string));
    let names: Vec<String> = whole.collect();
    link(&fixture().join("node_modules"), &folder.join("node_modules"));
    names
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) {
    std::os::unix::fs::symlink(target, at).unwrap();
}

#[cfg(windows)]
fn link(target: &Path, at: &Path) {
    succeeds(Command::new("cmd").args(["/C", "mklink", "/J"]).arg(at).arg(target));
}

/// What the build said, if it failed.
fn build(place: &Path, name: &str, variant: &Variant) -> Option<String> {
    let Variant { part, extension, .. } = variant;
    let mut command = plimsoll(place);
    command.args(["build", &format!("entries/{name}.{part}.mjs"), "--platform", "node", "--no-cache"]);
    command.args(["--outfile", &format!("out/{}/{name}.{part}.{extension}", variant.name), "--log-level", "error"]);
    let done = run(command.args(variant.flags));
    (done.status != 0).then(|| format!("{name} {}: exit {}\n{}", variant.name, done.status, done.stderr))
}

/// Two builds at a time.
fn build_all(place: &Path, names: &[String]) -> Vec<String> {
    let all = names.iter().flat_map(|name| VARIANTS.iter().map(move |variant| (name, variant)));
    let queue = Mutex::new(all);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some((name, variant)) = next else { break };
                    if let Some(failure) = build(place, name, variant) {
                        failed.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap()
}

#[test]
fn packages_do_in_a_bundle_what_they_do_without() {
    if node_is_missing() {
        return;
    }
    installed(&fixture());
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    let names = entries(&place);
    assert!(names.len() >= 85, "{} packages", names.len());
    let failed = build_all(&place, &names);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let said = runner(&["compare"], &[&place.join("entries"), &place.join("out")]);
    let found = |word: &str| -> BTreeSet<&str> { said.lines().filter_map(|line| line.strip_prefix(word)).collect() };
    let (equal, differing) = (found("equal "), found("differs "));
    assert_eq!(equal.len() + differing.len(), names.len() * VARIANTS.len(), "some were not compared:\n{said}");
    let expand = |(name, variants, _): &(&str, &[&str], &str)| -> Vec<String> {
        variants.iter().map(|variant| format!("{name} {variant}")).collect()
    };
    let known: Vec<String> = KNOWN.iter().flat_map(expand).collect();
    let details: Vec<&str> = said.lines().filter(|line| !line.starts_with("equal ")).collect();
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    assert_eq!(differing, known, "the packages that differ are not those of the list:\n{}", details.join("\n"));
}

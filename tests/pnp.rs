//! Yarn Plug'n'Play (`fixtures/pnp`): Yarn installs the packages as archives, and a bundle must print what the sources print
//! under Yarn's own loader.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use support::{copy, installed, node_is_missing, plimsoll, run, succeeds, tree};

/// CommonJS in an ES module needs a `require` for what is built into Node.
const REQUIRE: &str =
    "--banner=js=import { createRequire as from } from 'node:module'; const require = from(import.meta.url);";

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where Yarn keeps what it has downloaded.
fn downloads() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("yarn")
}

/// Yarn in a folder, with no settings from around it.
fn yarn(folder: &Path) -> Command {
    static SERVER: OnceLock<String> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        installed(&here().join("tests/yarn"));
        succeeds(Command::new("npm").args(["config", "get", "registry"])).stdout.trim().to_string()
    });
    let mut command = Command::new("node");
    command.arg(here().join("tests/yarn/node_modules/@yarnpkg/cli-dist/bin/yarn.js")).current_dir(folder);
    command.env_remove("NODE_OPTIONS").env_remove("NODE_ENV").env("YARN_ENABLE_TELEMETRY", "0");
    command.env("YARN_NPM_REGISTRY_SERVER", server).env("YARN_GLOBAL_FOLDER", downloads());
    if let Some(host) = server.strip_prefix("http://").and_then(|rest| rest.split(['/', ':']).next()) {
        // A mirror on this machine.
        command.env("YARN_UNSAFE_HTTP_WHITELIST", host);
    }
    command
}

/// A copy of the fixture with its packages installed; `None` without Node. Archives of an earlier run are used again.
fn project() -> Option<&'static Path> {
    static PLACE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let install = || {
        if node_is_missing() {
            return None;
        }
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pnp");
        copy(&here().join("fixtures/pnp"), &place);
        succeeds(yarn(&place).args(["install", "--immutable"]));
        Some(place)
    };
    PLACE.get_or_init(install).as_deref()
}

/// The installed project in a folder of its own.
fn fresh(at: &Path) -> Option<PathBuf> {
    let place = at.join("project");
    copy(project()?, &place);
    Some(place)
}

/// What the sources print under Yarn's loader.
fn unbundled(place: &Path) -> String {
    succeeds(yarn(place).args(["node", "src/main.mjs"])).stdout
}

fn node(file: &Path) -> String {
    succeeds(Command::new("node").arg(file).env_remove("NODE_OPTIONS").env_remove("NODE_ENV")).stdout
}

/// A build for Node, from the folder with the cache beside it.
fn build(place: &Path, out: &str, flags: &[&str]) -> Command {
    let mut command = plimsoll(place);
    command.env("XDG_CACHE_HOME", place.with_file_name("cache"));
    command.args(["build", "src/main.mjs", "--platform", "node", "--outfile", out]).args(flags);
    command
}

fn archive(place: &Path, package: &str) -> PathBuf {
    let listed = std::fs::read_dir(place.join(".yarn/cache")).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut found = listed.filter(|path| name(path).starts_with(&format!("{package}-npm-")));
    found.next().unwrap_or_else(|| panic!("no archive of {package}"))
}

#[test]
fn a_bundle_prints_what_its_sources_print() {
    let folder = tempfile::tempdir().unwrap();
    let Some(place) = fresh(folder.path()) else { return };
    assert!(!place.join("node_modules").exists());
    let expected = unbundled(&place);
    assert_eq!(expected.lines().count(), 7, "{expected}");
    let variants: [(&str, &[&str]); 5] = [
        ("plain.mjs", &["--no-minify", REQUIRE]),
        ("minified.mjs", &["--minify", REQUIRE]),
        ("max.mjs", &["--minify=max", REQUIRE]),
        ("links.mjs", &["--preserve-symlinks", REQUIRE]),
        ("required.cjs", &["--format", "cjs", "--minify"]),
    ];
    for (name, flags) in variants {
        // Where Yarn's packages cannot be found any more.
        let out = folder.path().join("out").join(name);
        let done = succeeds(&mut build(&place, out.to_str().unwrap(), flags));
        assert_eq!(done.stderr, "", "{name}");
        assert_eq!(node(&out), expected, "{name}");
    }
}

#[test]
fn a_warm_build_is_a_cold_one_whatever_changed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(place) = fresh(folder.path()) else { return };
    let check = |what: &str| {
        let (warm, cold) = (folder.path().join("warm/main.mjs"), folder.path().join("cold/main.mjs"));
        succeeds(&mut build(&place, warm.to_str().unwrap(), &[REQUIRE]));
        succeeds(&mut build(&place, cold.to_str().unwrap(), &[REQUIRE, "--no-cache"]));
        assert!(tree(&folder.path().join("warm")) == tree(&folder.path().join("cold")), "{what}");
        let printed = node(&warm);
        assert_eq!(printed, unbundled(&place), "{what}");
        printed
    };
    let first = check("at first");
    assert_eq!(check("nothing"), first);
    let edit = |path: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(place.join(path)).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        std::fs::write(place.join(path), text.replace(from, to)).unwrap();
    };
    // A file with a virtual path of its own.
    edit("packages/part/index.mjs", "'count'", "'sum'");
    assert!(check("a workspace").contains("sum"));
    let (from, to) = ("\"ms\",\\\n            \"npm:2.0.0\"", "\"ms\",\\\n            \"npm:2.1.3\"");
    edit(".pnp.cjs", from, to);
    assert!(check("the map").contains("[true,3600000]"));
    let done = succeeds(&mut build(&place, "../warm/main.mjs", &[REQUIRE, "--timings"]));
    assert!(done.stderr.contains("nothing changed") || done.stdout.contains("nothing changed"), "{}", done.stderr);
    // Read again although nothing in it is other than it was.
    let stores = archive(&place, "nanostores");
    let bytes = std::fs::read(&stores).unwrap();
    std::fs::write(&stores, &bytes).unwrap();
    check("the time of an archive");
    std::fs::write(&stores, &bytes[..bytes.len() / 2]).unwrap();
    let done = run(&mut build(&place, "../warm/main.mjs", &[REQUIRE]));
    assert!(done.status == 1 && done.stderr.contains("[damaged-archive]"), "{}", done.stderr);
}

#[test]
fn sheets_and_pictures_come_out_of_archives() {
    let folder = tempfile::tempdir().unwrap();
    let Some(place) = fresh(folder.path()) else { return };
    let done = succeeds(plimsoll(&place).args(["build", "src/page.tsx", "--minify", "--outdir", "dist"]));
    assert_eq!(done.stderr, "", "the tsconfig extends one of a package");
    let built = tree(&place.join("dist"));
    let sheet = built.iter().find(|(name, _)| name.ends_with(".css")).map(|(_, bytes)| bytes).unwrap();
    let sheet = String::from_utf8(sheet.clone()).unwrap();
    assert!(sheet.contains(".leaflet-container") && sheet.contains("tab-size:4"), "{sheet}");
    let read = "process.stdout.write(require('fs').readFileSync(require.resolve('leaflet/dist/images/' + process.argv[1])).toString('hex'))";
    for picture in ["marker-icon.png", "layers-2x.png"] {
        let whole = succeeds(yarn(&place).args(["node", "--input-type=commonjs", "-e", read, picture])).stdout;
        let hex = |bytes: &Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let (name, _) = built.iter().find(|(_, bytes)| hex(bytes) == whole).unwrap_or_else(|| panic!("no {picture}"));
        let mentioned =
            built.iter().any(|(other, bytes)| other != name && String::from_utf8_lossy(bytes).contains(name));
        assert!(mentioned, "{name} is not mentioned");
    }
}

#[test]
fn mistakes_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let Some(place) = fresh(folder.path()) else { return };
    let fails = |entry: &str, parts: &[&str]| {
        let done = run(plimsoll(&place).args(["build", entry, "--platform", "node", "--outdir", "dist", "--no-cache"]));
        assert_eq!(done.status, 1, "{}", done.stderr);
        for part in parts {
            assert!(done.stderr.contains(part), "`{part}` is missing:\n{}", done.stderr);
        }
        assert!(!done.stderr.contains("panicked") && !place.join("dist").exists(), "{}", done.stderr);
    };
    let undeclared =
        ["src/undeclared.mjs:2:", "\"scheduler\" is not among the dependencies of \"plugged\"", "yarn add scheduler"];
    fails("src/undeclared.mjs", &undeclared);
    let react = archive(&place, "react");
    let bytes = std::fs::read(&react).unwrap();
    let name = react.file_name().unwrap().to_str().unwrap();
    std::fs::remove_file(&react).unwrap();
    fails("src/main.mjs", &[name, "which is not there", "yarn install"]);
    std::fs::write(&react, &bytes[..bytes.len() - 9]).unwrap();
    fails("src/main.mjs", &["[damaged-archive]", name, "yarn install"]);
    let mut other = bytes.clone();
    other[bytes.len() / 2..][..64].fill(0);
    std::fs::write(&react, &other).unwrap();
    fails("src/main.mjs", &["[damaged-archive]", name]);
    std::fs::write(&react, &bytes).unwrap();
    std::fs::write(place.join(".pnp.cjs"), "module.exports = 1;").unwrap();
    fails("src/main.mjs", &["[bad-pnp-map]", ".pnp.cjs", "yarn install"]);
}

#[test]
fn a_cache_outside_of_the_project_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let Some(first) = fresh(folder.path()) else { return };
    let second = folder.path().join("deeper/and/deeper");
    copy(&first, &second);
    let mut outputs = Vec::new();
    for (place, global) in [(&first, "global"), (&second, "another/place/for/it")] {
        let global = folder.path().join(global);
        copy(&downloads(), &global);
        std::fs::remove_dir_all(place.join(".yarn")).unwrap();
        let mut install = yarn(place);
        install.env("YARN_ENABLE_GLOBAL_CACHE", "1").env("YARN_GLOBAL_FOLDER", &global);
        succeeds(install.args(["install", "--immutable"]));
        assert!(!place.join(".yarn/cache").exists());
        succeeds(&mut build(place, "dist/main.mjs", &["--no-minify", "--sourcemap", REQUIRE]));
        succeeds(plimsoll(place).args([
            "build",
            "src/page.tsx",
            "--outdir",
            "dist/page",
            "--sourcemap",
            "--metafile",
            "dist.json",
        ]));
        let mut built = tree(&place.join("dist"));
        built.insert("dist.json".to_string(), std::fs::read(place.join("dist.json")).unwrap());
        assert_eq!(node(&place.join("dist/main.mjs")), unbundled(place));
        outputs.push(built);
    }
    let differing: Vec<&String> =
        outputs[0].keys().filter(|name| outputs[0].get(*name) != outputs[1].get(*name)).collect();
    assert!(differing.is_empty() && outputs[0].len() == outputs[1].len(), "{differing:?}");
    for (name, bytes) in &outputs[0] {
        let machine = folder.path().file_name().unwrap().to_str().unwrap();
        assert!(!String::from_utf8_lossy(bytes).contains(machine), "{name} names a folder of this machine");
    }
}

#[test]
fn a_workspace_is_built_from_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    let Some(place) = fresh(folder.path()) else { return };
    let part = place.join("packages/part");
    let done = run(plimsoll(&part).args(["build", "index.mjs", "--platform", "node", "--outdir", "dist"]));
    assert_eq!(done.status, 1);
    let parts = ["\"react\" is only a peer dependency of \"part\" (package.json)", "yarn add --dev react, or"];
    assert!(parts.iter().all(|part| done.stderr.contains(part)), "{}", done.stderr);
    let external = ["build", "index.mjs", "--platform", "node", "--outdir", "dist", "--external", "react"];
    succeeds(plimsoll(&part).args(external));
    assert!(part.join("dist/index.js").is_file());
}

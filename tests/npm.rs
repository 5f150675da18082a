//! The npm packages as their users meet them: packed, installed without a network, run through `npx`.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::node_is_missing;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    // Neither this machine's settings nor those of the `cargo test` around it.
    command.env_remove("PLIMSOLL_BINARY").env("npm_config_cache", folder.join(".npm-cache"));
    command.env("npm_config_update_notifier", "false").env("npm_config_audit", "false").env("npm_config_fund", "false");
    command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

#[track_caller]
fn succeeds(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = run(folder, program, arguments);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {}\n{stdout}\n{stderr}", output.status);
    stdout.into_owned()
}

/// Both tarballs: the platform's, the launcher's.
fn pack(out: &Path) -> Vec<PathBuf> {
    let script = project().join("npm/pack.mjs");
    let (script, out) = (script.to_str().unwrap(), out.to_str().unwrap());
    let binary = env!("CARGO_BIN_EXE_plimsoll");
    let printed = succeeds(Path::new(out), "node", &[script, "--binary", binary, "--out", out]);
    let tarballs: Vec<PathBuf> = printed.lines().map(PathBuf::from).collect();
    assert_eq!(tarballs.len(), 2, "{printed}");
    assert!(tarballs.iter().all(|tarball| tarball.is_file()), "{printed}");
    tarballs
}

fn install(folder: &Path, tarballs: &[&Path]) {
    std::fs::write(folder.join("package.json"), r#"{ "name": "app", "version": "1.0.0", "private": true }"#).unwrap();
    let mut arguments = vec!["install", "--offline", "--no-package-lock"];
    arguments.extend(tarballs.iter().map(|tarball| tarball.to_str().unwrap()));
    succeeds(folder, "npm", &arguments);
}

#[test]
fn installed_offline_it_builds_and_judges_an_app() {
    if node_is_missing() {
        return;
    }
    let packed = tempfile::tempdir().unwrap();
    let tarballs = pack(packed.path());
    let app = tempfile::tempdir().unwrap();
    install(app.path(), &[&tarballs[0], &tarballs[1]]);
    let version = succeeds(app.path(), "npx", &["--no-install", "plimsoll", "--version"]);
    assert_eq!(version.trim(), format!("plimsoll {}", env!("CARGO_PKG_VERSION")));

    let page = "<!doctype html><title>App</title><div id=app></div><script type=module src=./main.ts></script>";
    std::fs::write(app.path().join("index.html"), page).unwrap();
    let script = "import { name } from './name';\nconst text: string = `hello ${name}`;\ndocument.title = text;\n";
    std::fs::write(app.path().join("main.ts"), script).unwrap();
    std::fs::write(app.path().join("name.ts"), "export const name = 'plimsoll', unused = 'never shipped';\n").unwrap();
    succeeds(app.path(), "npx", &["--no-install", "plimsoll", "build"]);
    let built = std::fs::read_to_string(app.path().join("dist/index.html")).unwrap();
    assert!(built.contains("/assets/"), "{built}");
    succeeds(app.path(), "npx", &["--no-install", "plimsoll", "check"]);

    let refused = run(app.path(), "npx", &["--no-install", "plimsoll", "build", "--mnify"]);
    assert_eq!(refused.status.code(), Some(2), "the binary's exit status is the launcher's");
}

#[test]
fn without_a_binary_the_launcher_says_what_to_do() {
    if node_is_missing() {
        return;
    }
    let packed = tempfile::tempdir().unwrap();
    let tarballs = pack(packed.path());
    let app = tempfile::tempdir().unwrap();
    install(app.path(), &[&tarballs[0], &tarballs[1]]);
    // As after `npm install --omit=optional`, which has no way to run offline.
    std::fs::remove_dir_all(app.path().join("node_modules/@plimsoll")).unwrap();
    let output = run(app.path(), "npx", &["--no-install", "plimsoll", "build"]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{message}");
    for part in ["@plimsoll/linux-x64", "npm install", env!("CARGO_PKG_VERSION"), "PLIMSOLL_BINARY"] {
        assert!(message.contains(part), "the message does not mention {part}:\n{message}");
    }

    let launcher = app.path().join("node_modules/.bin/plimsoll");
    let own = Command::new(launcher).arg("--version").env("PLIMSOLL_BINARY", env!("CARGO_BIN_EXE_plimsoll")).output();
    assert!(own.unwrap().status.success(), "PLIMSOLL_BINARY takes its place");
}

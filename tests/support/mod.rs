//! What tests of the whole binary share: running it, copying projects, reading directories.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Exit status and what was said.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// `plimsoll` in a folder, with its cache there as well and no settings from around it.
pub fn plimsoll(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.current_dir(folder).env_remove("NO_COLOR").env_remove("NODE_ENV");
    command.env("XDG_CACHE_HOME", folder.join(".cache"));
    command
}

pub fn run(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { status: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
}

#[track_caller]
pub fn succeeds(command: &mut Command) -> Run {
    let done = run(command);
    assert_eq!(done.status, 0, "{command:?}\n{}\n{}", done.stdout, done.stderr);
    done
}

/// A folder with these files.
pub fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(&folder.path().join(path), text.as_bytes());
    }
    folder
}

pub fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Every file below `folder` with its bytes, by its path with slashes.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    files(folder).into_iter().map(|(name, path)| (name, std::fs::read(path).unwrap())).collect()
}

/// Every file below `folder`.
pub fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut out = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&current) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                out.insert(name, path);
            }
        }
    }
    out
}

/// A copy of a project without what was built or cached in it. Installed packages are linked, not copied, since nobody
/// writes to them.
pub fn copy(from: &Path, to: &Path) {
    copy_without(from, to, &["dist", ".cache", "expect.json"]);
}

fn copy_without(from: &Path, to: &Path, names: &[&str]) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if names.iter().any(|skipped| name == *skipped) {
            continue;
        }
        let (path, target) = (entry.path(), to.join(&name));
        if path.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(std::fs::read_link(&path).unwrap(), target).unwrap();
        } else if path.is_dir() {
            copy_without(&path, &target, &[]);
        } else if !path.components().any(|part| part.as_os_str() == "node_modules")
            || std::fs::hard_link(&path, &target).is_err()
        {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Node is no part of a Rust set-up; without it some tests have nothing to compare with.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub fn node_is_missing() -> bool {
    let missing = ["node", "npm"].iter().any(|tool| Command::new(tool).arg("--version").output().is_err());
    if missing {
        eprintln!("skipped: node and npm are not installed");
    }
    missing
}

/// Git is no part of a Rust set-up either.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub fn git_is_missing() -> bool {
    let missing = Command::new("git").arg("--version").output().is_err();
    if missing {
        eprintln!("skipped: git is not installed");
    }
    missing
}

/// The packages of a folder with a lock file, installed unless they are there already.
#[track_caller]
pub fn installed(folder: &Path) {
    let lock = folder.join("node_modules/.package-lock.json");
    let time = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    if time(&lock) >= time(&folder.join("package-lock.json")) && lock.is_file() {
        return;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--prefix"]).arg(folder);
    succeeds(&mut npm);
}

/// Where the browser is, whatever Debian and others call it.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub fn chromium() -> Option<String> {
    let known = ["chromium", "chromium-browser", "google-chrome"];
    let Some(found) = known.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok()) else {
        eprintln!("skipped: no Chromium is installed (looked for {})", known.join(", "));
        return None;
    };
    let path = Command::new("sh").args(["-c", &format!("command -v {found}")]).output().unwrap();
    Some(String::from_utf8(path.stdout).unwrap().trim().to_string())
}

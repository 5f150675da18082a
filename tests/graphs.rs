//! Graphs of modules made by chance do bundled what they do as they are, and so do those that once did not.
//!
//! More of them: `node tests/graphs/run.mjs --plimsoll target/release/plimsoll --seeds 20000 --from 1`.

mod support;

use std::path::Path;
use std::process::Command;
use support::{node_is_missing, run};

const SEEDS: &str = "300";

/// Kinds of statements that are known to differ: see Known limits in README.
const LIMITS: &str = "own-tdz,descriptor,cjs-live,cjs-view,cycle-reads";

#[track_caller]
fn graphs(arguments: &[&str]) {
    if node_is_missing() {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphs/run.mjs");
    let mut command = Command::new("node");
    command.arg(script).args(["--plimsoll", env!("CARGO_BIN_EXE_plimsoll")]).args(arguments);
    let done = run(&mut command);
    assert_eq!(done.status, 0, "{}\n{}", done.stdout, done.stderr);
}

#[test]
fn graphs_by_chance_do_what_their_sources_do() {
    graphs(&["--seeds", SEEDS, "--without", LIMITS]);
}

/// Named chunks, whatever is in them.
#[test]
fn graphs_in_named_chunks_do_what_their_sources_do() {
    graphs(&["--seeds", "60", "--from", "5000", "--manual", "--without", LIMITS]);
}

#[test]
fn kept_graphs_do_what_their_sources_do() {
    graphs(&["--cases"]);
}

//! What modules mean, one behaviour per case of `fixtures/modules`: built in several formats, executed, and compared with
//! what Node does with the sources.
//!
//! By hand: `node tests/modules/run.mjs --plimsoll target/debug/plimsoll CASE…`; the head of that file says what a case is.

mod support;

use std::path::Path;
use std::process::Command;
use support::{node_is_missing, run};

#[test]
fn modules_mean_what_the_language_says() {
    if node_is_missing() {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules/run.mjs");
    let done = run(Command::new("node").arg(script).args(["--plimsoll", env!("CARGO_BIN_EXE_plimsoll")]));
    assert_eq!(done.status, 0, "{}\n{}", done.stdout, done.stderr);
}

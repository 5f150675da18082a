//! Style sheets made by chance look in Chromium as their sources do.
//!
//! More of them: `node tests/sheets/run.mjs --plimsoll target/release/plimsoll --seeds 2000 --from 1`.

mod support;

use std::path::Path;
use std::process::Command;
use support::{chromium, installed, node_is_missing, run};

const SEEDS: &str = "60";

/// Which were wrong once.
const KEPT: [&str; 3] = ["7735", "20927", "21993"];

#[test]
fn sheets_by_chance_look_as_their_sources_do() {
    if node_is_missing() {
        return;
    }
    let Some(chromium) = chromium() else { return };
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    installed(&tests.join("browser"));
    for (from, seeds) in KEPT.map(|seed| (seed, "1")).into_iter().chain([("1", SEEDS)]) {
        let mut command = Command::new("node");
        command.arg(tests.join("sheets/run.mjs")).args(["--plimsoll", env!("CARGO_BIN_EXE_plimsoll")]);
        let done = run(command.args(["--from", from, "--seeds", seeds, "--chromium", &chromium]));
        assert_eq!(done.status, 0, "{}\n{}", done.stdout, done.stderr);
    }
}

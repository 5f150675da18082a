//! Every token of bundles of an app and of libraries, and the stacks of errors, looked up in their source maps
//! (`tests/sourcemaps`).

mod support;

use std::path::Path;
use std::process::Command;
use support::{chromium, installed, node_is_missing, succeeds};

#[test]
fn tokens_and_errors_come_from_where_the_maps_say() {
    if node_is_missing() {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checker = root.join("tests/sourcemaps");
    installed(&checker);
    installed(&root.join("fixtures/packages"));
    let mut node = Command::new("node");
    node.arg(checker.join("check.mjs")).arg("--plimsoll").arg(env!("CARGO_BIN_EXE_plimsoll"));
    if let Some(chromium) = chromium() {
        installed(&root.join("tests/browser"));
        node.args(["--chromium", &chromium]);
    }
    succeeds(&mut node);
}

#[test]
fn words_and_properties_of_sheets_come_from_where_their_maps_say() {
    if node_is_missing() {
        return;
    }
    let checker = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sourcemaps");
    installed(&checker);
    let mut node = Command::new("node");
    node.arg(checker.join("check.mjs")).arg("--plimsoll").arg(env!("CARGO_BIN_EXE_plimsoll"));
    succeeds(node.args(["--only", "sheets"]));
}

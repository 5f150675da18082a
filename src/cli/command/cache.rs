//! `plimsoll cache stats|prune|clear`.

use super::{wants_json, working_directory};
use crate::cache::{Cache, Room};
use crate::cli::{Exit, speak};
use crate::config::{self, RawOptions};
use crate::diag::Diagnostic;
use crate::fs::Disk;
use std::time::Duration;

pub(in crate::cli) fn run(mut raw: RawOptions) -> Exit {
    let json = wants_json(&raw);
    let action = std::mem::take(&mut raw.entries).pop().unwrap_or_default();
    let settled =
        working_directory().and_then(|cwd| config::resolve_without_entries(&raw, &cwd, &Disk, &super::environment()));
    let options = match settled {
        Ok(resolved) => resolved.value,
        Err(problems) => return speak::refuse_as(&problems, json),
    };
    let Some(folder) = options.cache_dir.clone() else {
        let problem = Diagnostic::error("no-cache", "there is no folder for a cache: neither node_modules nor HOME");
        return speak::refuse_as(&[problem.hint("name one with `--cache-dir DIR`")], json);
    };
    let cache = Cache::kept(Some(folder.clone()), options.cache_size, || Duration::ZERO);
    let (verb, Room { entries, bytes }) = match action.as_str() {
        "stats" => ("kept", cache.stored()),
        "prune" => ("removed", cache.prune()),
        "clear" => ("removed", cache.clear()),
        "warm" => {
            let problem = Diagnostic::error(
                "unavailable-command",
                format!("`plimsoll cache {action}` is not part of this version"),
            );
            return speak::refuse_as(&[problem], json);
        }
        other => {
            let problem = Diagnostic::error("invalid-value", format!("`plimsoll cache` does not know `{other}`"));
            return speak::refuse_as(
                &[problem.hint("`plimsoll cache stats`, `plimsoll cache prune` or `plimsoll cache clear`")],
                json,
            );
        }
    };
    if json {
        let folder = folder.to_string_lossy();
        speak::print_json(
            &serde_json::json!({ "folder": folder, "entries": entries, "bytes": bytes, "limit": options.cache_size }),
        );
    } else {
        let (bytes, limit) = (bytes as f64 / 1e6, options.cache_size as f64 / 1e6);
        let limit = if verb == "kept" { format!(" of at most {limit:.1} MB") } else { String::new() };
        let folder = folder.to_string_lossy();
        speak::report(&format!("{verb} {entries} results, {bytes:.1} MB{limit}, in {folder}\n"), &options);
    }
    Exit::Done
}

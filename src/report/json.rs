//! The report of a build for programs (`--json`).
//!
//! | field | value |
//! | --- | --- |
//! | `version` | 1; other numbers mean other fields |
//! | `ok` | no error |
//! | `outdir` | the output directory, or `null` when nothing was written |
//! | `files` | `path`, `kind`, `bytes`, `hashed`, `sidecars` (`encoding`, `bytes`), `contributions` (`source`, `package`, `bytes`, `why`), sorted by path |
//! | `totals` | by kind: `files`, `bytes`, `transferred` (the smallest copy of each) |
//! | `verdict` | `null` without a budget; else `passed` and `lines`, see [`crate::model::Verdict`] |
//! | `problems` | `code`, `severity`, `message`, `location`, `notes`, `hint` |
//! | `timings` | `stage`, `milliseconds`, in order |
//! | `cache` | `hits`, `misses`, `readBytes`, `writtenBytes`, `savedMs` (work that was not done again, all threads together), `unchanged`: `null`, or `lookedAt` (paths), `read` (files), `tookMs` (the build whose output was put in place) |

use super::terminal::kind_name;
use crate::diag::{Diagnostic, render_json};
use crate::model::{CacheUse, Contribution, Emitted, EmittedFile, FileKind, Timings, Verdict};
use serde_json::{Map, Value, json as value};
use std::collections::BTreeMap;

/// Everything a program may want to know of a build.
pub fn json(
    emitted: Option<&Emitted>,
    verdict: Option<&Verdict>,
    problems: &[Diagnostic],
    timings: &Timings,
    cache: &CacheUse,
) -> Value {
    let files = emitted.map_or(&[][..], |emitted| &emitted.files);
    let stages: Vec<Value> = timings
        .stages
        .iter()
        .map(|(stage, took)| value!({ "stage": stage, "milliseconds": took.as_micros() as f64 / 1e3 }))
        .collect();
    value!({
        "version": 1,
        "ok": !problems.iter().any(Diagnostic::is_error),
        "outdir": emitted.map(|emitted| emitted.directory.to_string_lossy()),
        "files": files.iter().map(file).collect::<Vec<Value>>(),
        "totals": emitted.map(totals),
        "verdict": verdict.map(|verdict| value!({ "passed": verdict.passed(), "lines": verdict.lines })),
        "problems": render_json(problems),
        "timings": stages,
        "cache": used(cache),
    })
}

fn file(file: &EmittedFile) -> Value {
    let part = |part: &Contribution| value!({ "source": part.source, "package": part.package, "bytes": part.bytes, "why": part.why });
    value!({
        "path": file.path,
        "kind": file.kind,
        "bytes": file.bytes,
        "hashed": file.hashed,
        "sidecars": file.sidecars,
        "contributions": file.contributions.iter().map(part).collect::<Vec<Value>>(),
    })
}

fn used(cache: &CacheUse) -> Value {
    let milliseconds = |time: std::time::Duration| time.as_micros() as f64 / 1e3;
    let unchanged = cache.unchanged.map(|unchanged| {
        value!({
            "lookedAt": unchanged.looked_at,
            "read": unchanged.read,
            "tookMs": milliseconds(unchanged.took),
        })
    });
    value!({
        "hits": cache.hits,
        "misses": cache.misses,
        "readBytes": cache.read_bytes,
        "writtenBytes": cache.written_bytes,
        "savedMs": milliseconds(cache.saved),
        "unchanged": unchanged,
    })
}

fn totals(emitted: &Emitted) -> Value {
    let mut kinds: BTreeMap<FileKind, (u64, u64, u64)> = BTreeMap::new();
    for file in &emitted.files {
        let total = kinds.entry(file.kind).or_default();
        let smallest = file.sidecars.iter().map(|sidecar| sidecar.bytes).min().unwrap_or(file.bytes);
        *total = (total.0 + 1, total.1 + file.bytes, total.2 + smallest.min(file.bytes));
    }
    let entry = |(kind, (files, bytes, transferred))| {
        (kind_name(kind).to_string(), value!({ "files": files, "bytes": bytes, "transferred": transferred }))
    };
    Value::Object(kinds.into_iter().map(entry).collect::<Map<_, _>>())
}

//! That a build is what it says: linked once more from another order, recorded, told to a collector.

use super::{Run, Services, explain, render};
use crate::base::trace::Event;
use crate::cache::{Cache, Whole};
use crate::config::Options;
use crate::diag::{Diagnostic, Location};
use crate::fs::Files;
use crate::model::{Emitted, EmittedFile, Sealed};
use crate::{budget, emit, graph, report};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Files that are found in another order, whatever the first was.
const SHUFFLE: u64 = 0x5EED_0F0D_DE12_3457;

/// Differing outputs that are named.
const NAMED_MAX: usize = 5;

/// `--verify-determinism`: builds again, without memory and from a shuffled order, and compares every byte.
pub(super) fn verify(options: &Options, sealed: &Sealed, services: &Services) -> Vec<Diagnostic> {
    if !options.proof.verify {
        return Vec::new();
    }
    let _span = crate::base::trace::span("stage", "verify");
    let shuffled =
        Options { shuffle: Some(options.shuffle.unwrap_or(0) ^ SHUFFLE), cache_dir: None, ..options.clone() };
    let again = Services {
        files: Arc::clone(&services.files),
        cache: Cache::default(),
        program: services.program.clone(),
        whole: false,
        progress: Box::new(|_| {}),
    };
    let mut run = Run { trial: true, ..Run::new(&shuffled, &again) };
    let graph = run.stage("graph", |services| graph::build(&shuffled, &services.files, &services.cache));
    let made = (!run.failed()).then(|| render(&shuffled, &graph, &mut run).0);
    let made = made.and_then(|files| explain::finished(&shuffled, &mut run, files));
    let Some(made) = made else {
        let problem = Diagnostic::error("nondeterministic-output", "the second build failed, and the first did not");
        return vec![problem.note("did a file change while it was built?")];
    };
    let mut problems = differences(sealed, &made);
    let more = problems.len().saturating_sub(NAMED_MAX);
    problems.truncate(NAMED_MAX);
    if let Some(last) = problems.last_mut().filter(|_| more > 0) {
        last.notes.push(format!("{more} more outputs differ"));
    }
    problems
}

fn differences(first: &Sealed, second: &Sealed) -> Vec<Diagnostic> {
    let by_path = |sealed: &Sealed| -> BTreeMap<String, Arc<[u8]>> {
        sealed.files.iter().map(|file| (file.path.clone(), Arc::clone(&file.bytes))).collect()
    };
    let (first, second) = (by_path(first), by_path(second));
    let differs = |path: &String| {
        let why = match (first.get(path), second.get(path)) {
            (Some(a), Some(b)) if a == b => return None,
            (Some(a), Some(b)) => {
                let at = a.iter().zip(b.iter()).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
                format!("{path} is another file when it is built again: the first difference is at byte {at}")
            }
            (Some(_), None) => format!("{path} is not there when it is built again"),
            _ => format!("{path} is there only when it is built again"),
        };
        let problem = Diagnostic::error("nondeterministic-output", why).at(Location::file(path));
        Some(problem.hint("please report it, with the project if you can"))
    };
    let paths: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    paths.into_iter().filter_map(differs).collect()
}

/// `--record`: what went in and came out.
pub(super) fn record(options: &Options, whole: &Whole, emitted: &Emitted, files: &dyn Files) -> Vec<Diagnostic> {
    let Some(path) = &options.proof.record else { return Vec::new() };
    let name = |path: &Path| crate::base::relative_path(&options.root, path);
    let input = |path: &std::path::PathBuf| Some((name(path), report::digest(&files.read(path).ok()?)));
    let inputs: BTreeMap<String, String> = whole.watched.iter().filter_map(input).collect();
    let output = |file: &crate::model::SealedFile| (file.path.clone(), report::digest(&file.bytes));
    let mut outputs: BTreeMap<String, String> = whole.sealed.files.iter().map(output).collect();
    // Copies are what is served.
    for copy in copies(emitted) {
        outputs.extend(budget::bytes_of(emitted, &copy).ok().map(|bytes| (copy, report::digest(&bytes))));
    }
    let entries: Vec<String> = options.entries.iter().map(|(_, entry)| entry.clone()).collect();
    let statement = report::record(&entries, &inputs, &outputs);
    let value = match &options.proof.sign_key {
        None => statement,
        Some(key) => {
            let signed = files.read(key).map_err(|error| error.to_string());
            let signed = signed.and_then(|key| report::signed(&statement, &String::from_utf8_lossy(&key)));
            match signed {
                Ok(signed) => signed,
                Err(why) => {
                    let message = format!("the record cannot be signed: {why}");
                    let problem = Diagnostic::error("invalid-key", message).at(Location::file(name(key)));
                    return vec![problem.hint("make one with `openssl genpkey -algorithm ed25519`")];
                }
            }
        }
    };
    emit::write_extra(path, format!("{value:#}\n").as_bytes()).into_iter().collect()
}

/// Paths of the compressed copies.
fn copies(emitted: &Emitted) -> Vec<String> {
    let of = |file: &EmittedFile| {
        file.sidecars.iter().map(|copy| format!("{}.{}", file.path, copy.encoding)).collect::<Vec<_>>()
    };
    emitted.files.iter().flat_map(of).collect()
}

/// A key that cannot sign is told before anything is built.
pub(super) fn key(options: &Options, files: &dyn Files) -> Option<Diagnostic> {
    let key = options.proof.sign_key.as_ref()?;
    let text = files.read(key).map_err(|error| error.to_string());
    let why = text.and_then(|key| report::signed(&serde_json::Value::Null, &String::from_utf8_lossy(&key))).err()?;
    let name = crate::base::relative_path(&options.root, key);
    let problem = Diagnostic::error("invalid-key", format!("the record cannot be signed: {why}"));
    Some(problem.at(Location::file(name)).hint("make a key with `openssl genpkey -algorithm ed25519`"))
}

/// Whether a directory is what a record says; else what is not.
pub(super) fn compare(options: &Options, emitted: &Emitted, files: &dyn Files) -> Vec<Diagnostic> {
    let Some(path) = &options.proof.record else { return Vec::new() };
    let name = crate::base::relative_path(&options.root, path);
    let refused = |why: String| {
        // A signature that is not there is what was to be found out; the rest is misuse.
        let code = if why.contains("not signed") { "unsigned-record" } else { "invalid-record" };
        vec![Diagnostic::error(code, format!("the record cannot be used: {why}")).at(Location::file(&name))]
    };
    let text = match files.read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return refused(error.to_string()),
    };
    let key = options.proof.public_key.as_ref().map(|key| files.read(key).unwrap_or_default());
    let key = key.as_ref().map(|key| String::from_utf8_lossy(key));
    let recorded = match report::recorded(&text, key.as_deref()) {
        Ok(recorded) => recorded,
        Err(why) => return refused(why),
    };
    let told = |message: String, path: &str| {
        Diagnostic::error("unrecorded-output", message).at(Location::file(path)).hint("build again, and record that")
    };
    let mut problems = Vec::new();
    let all = emitted.files.iter().map(|file| file.path.clone()).chain(copies(emitted));
    for path in all.filter(|path| !recorded.contains_key(path)) {
        problems.push(told(format!("{path} is not in the record"), &path));
    }
    for (path, digest) in &recorded {
        match budget::bytes_of(emitted, path) {
            Ok(bytes) if report::digest(&bytes) == *digest => {}
            Ok(_) => problems.push(told(format!("{path} is not the file of the record"), path)),
            Err(_) => problems.push(told(format!("{path} is in the record and not in the directory"), path)),
        }
    }
    problems
}

/// `--otlp`: the spans of the build. A collector that is not there is no fault of the build.
pub(super) fn send(options: &Options, events: &[Event], started: Duration) -> Option<Diagnostic> {
    let base = options.proof.otlp.as_deref()?;
    let text = report::otlp(events, started.as_nanos() as u64, options.proof.trace_parent.as_deref()).to_string();
    let bare = base.trim_end_matches('/');
    let url = if bare.ends_with("/v1/traces") { bare.to_string() } else { format!("{bare}/v1/traces") };
    let why = emit::post_json(&url, &text).err()?;
    Some(Diagnostic::warning("trace-not-sent", format!("the spans could not be sent to {url}")).note(why))
}

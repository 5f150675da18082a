//! Whether an output is on the disk already. What is there is left alone: programs that look at the times of files
//! (servers, `make`, copying to another machine) then see that nothing changed.

use super::Output;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

/// A plain file with just these bytes.
pub(super) fn is_there(directory: &Path, output: &Output) -> bool {
    let path = directory.join(&output.path);
    // Most that differ have another length.
    let same_length =
        std::fs::symlink_metadata(&path).is_ok_and(|data| data.is_file() && data.len() == output.bytes.len() as u64);
    same_length && std::fs::read(&path).is_ok_and(|bytes| *bytes == *output.bytes)
}

/// The directory holds these files and nothing else.
pub(super) fn exactly(directory: &Path, outputs: &[Output]) -> bool {
    if !directory.is_dir() || !outputs.par_iter().all(|output| is_there(directory, output)) {
        return false;
    }
    let paths: BTreeSet<&str> = outputs.iter().map(|output| output.path.as_str()).collect();
    let is_folder_of_ours = |name: &str| {
        let name = format!("{name}/");
        paths.range(name.as_str()..).next().is_some_and(|path| path.starts_with(&name))
    };
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(directory.join(&folder)) else { return false };
        for entry in entries {
            let found =
                entry.ok().and_then(|entry| Some((entry.file_name().into_string().ok()?, entry.file_type().ok()?)));
            let Some((name, kind)) = found else { return false };
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            match kind {
                kind if kind.is_dir() && is_folder_of_ours(&path) => folders.push(path),
                kind if kind.is_file() && paths.contains(path.as_str()) => {}
                _ => return false,
            }
        }
    }
    true
}

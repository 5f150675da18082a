//! Adding files to a directory that stays: each is written beside its place and then renamed, so that none is ever
//! half there. Between the first and the last rename the directory is a mixture; files with hashed names go first, so
//! that what mentions them finds them. A file that is there already, byte for byte, keeps its time.

use super::{Output, WriteError, present};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Writes `outputs` into `directory`, then removes `stale` (paths inside it).
pub(super) fn write(directory: &Path, outputs: &[Output], stale: &[String]) -> Result<(), WriteError> {
    make_folders(directory, outputs)?;
    let missing: Vec<&Output> = outputs.par_iter().filter(|output| !present::is_there(directory, output)).collect();
    let written: Result<Vec<()>, WriteError> = missing
        .par_iter()
        .map(|output| {
            let path = temporary(directory, output);
            std::fs::write(&path, &output.bytes).map_err(WriteError::at(&path))
        })
        .collect();
    let renamed = written.and_then(|_| rename_all(directory, &missing));
    if renamed.is_err() {
        for output in &missing {
            let _ = std::fs::remove_file(temporary(directory, output));
        }
    }
    renamed?;
    let kept: BTreeSet<&str> = outputs.iter().map(|output| output.path.as_str()).collect();
    for path in stale.iter().filter(|path| !kept.contains(path.as_str())) {
        // What cannot be removed is litter, not a failed build.
        let _ = std::fs::remove_file(directory.join(path));
    }
    Ok(())
}

/// Creates every folder that `outputs` need below `directory`.
pub(super) fn make_folders(directory: &Path, outputs: &[Output]) -> Result<(), WriteError> {
    let folders: BTreeSet<&str> =
        outputs.iter().map(|output| output.path.rsplit_once('/').map_or("", |(folder, _)| folder)).collect();
    for folder in folders {
        let path = directory.join(folder);
        std::fs::create_dir_all(&path).map_err(WriteError::at(&path))?;
    }
    Ok(())
}

fn rename_all(directory: &Path, outputs: &[&Output]) -> Result<(), WriteError> {
    for hashed in [true, false] {
        for output in outputs.iter().filter(|output| output.hashed == hashed) {
            let path = directory.join(&output.path);
            std::fs::rename(temporary(directory, output), &path).map_err(WriteError::at(&path))?;
        }
    }
    Ok(())
}

fn temporary(directory: &Path, output: &Output) -> PathBuf {
    let (folder, name) = output.path.rsplit_once('/').unwrap_or(("", &output.path));
    directory.join(folder).join(format!(".{name}.plimsoll-{}", std::process::id()))
}

/// A file that a killed build left behind.
pub(super) fn is_temporary(name: &str) -> bool {
    let number = name.strip_prefix('.').and_then(|name| name.rsplit_once(".plimsoll-"));
    number.is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

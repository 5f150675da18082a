//! Replacing a directory as a whole.
//!
//! The new output is written to a staging directory beside the old one, `.dist.plimsoll-1234` with the number of this
//! process, and then takes its place: where the system can, the two are exchanged in one step; elsewhere the old one
//! moves aside first (`…-old`), and a build that is killed in between is made good by the next. Where the directory
//! cannot be moved at all (a mount point, a read-only parent) files are replaced one by one, with a warning.

use super::{Output, WriteError, in_place, outdir, present};
use crate::diag::Diagnostic;
use rayon::prelude::*;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Makes `directory` hold exactly `outputs`.
pub(super) fn replace(directory: &Path, outputs: &[Output]) -> Result<Vec<Diagnostic>, WriteError> {
    let (Some(parent), Some(name)) = (directory.parent(), directory.file_name()) else {
        return Err(WriteError::at(directory)(io::Error::from(io::ErrorKind::InvalidInput)));
    };
    let name = name.to_string_lossy();
    std::fs::create_dir_all(parent).map_err(WriteError::at(parent))?;
    clean_up(parent, &name, directory);
    if present::exactly(directory, outputs) {
        return Ok(Vec::new());
    }
    let staging = match Staging::new(parent.join(staging_name(&name, std::process::id()))) {
        Ok(staging) => staging,
        Err(failure) if is_immovable(&failure.error) && directory.is_dir() => return file_by_file(directory, outputs),
        Err(failure) => return Err(failure),
    };
    staging.fill(outputs, directory)?;
    match staging.take_the_place_of(directory) {
        Ok(()) => Ok(Vec::new()),
        Err(error) if is_immovable(&error) => file_by_file(directory, outputs),
        Err(error) => Err(WriteError::at(directory)(error)),
    }
}

fn staging_name(outdir: &str, process: u32) -> String {
    format!(".{outdir}.plimsoll-{process}")
}

/// The process number and whether it is an old output, if `name` is exactly one of ours.
fn parse_staging_name(name: &str, outdir: &str) -> Option<(u32, bool)> {
    let rest = name.strip_prefix('.')?.strip_prefix(outdir)?.strip_prefix(".plimsoll-")?;
    let (number, old) = rest.strip_suffix("-old").map_or((rest, false), |number| (number, true));
    let process: u32 = number.parse().ok()?;
    (process.to_string() == number).then_some((process, old))
}

/// The directory cannot be renamed, though its content can be changed.
fn is_immovable(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

fn file_by_file(directory: &Path, outputs: &[Output]) -> Result<Vec<Diagnostic>, WriteError> {
    in_place::write(directory, outputs, &outdir::marked_paths(directory))?;
    let message = format!("{} cannot be replaced as a whole; its files were replaced one by one", directory.display());
    Ok(vec![
        Diagnostic::warning("outdir-not-atomic", message)
            .note("it is a mount point, or the folder around it is not writable: while the files were replaced, the directory was a mixture of two builds")
            .hint("build into a folder inside it"),
    ])
}

/// A directory that is removed when dropped, whatever is in it by then. The lock tells other processes that somebody
/// is at work here, also those that cannot see our process number (containers).
struct Staging {
    path: PathBuf,
    _lock: Option<File>,
}

impl Staging {
    fn new(path: PathBuf) -> Result<Self, WriteError> {
        std::fs::create_dir(&path).map_err(WriteError::at(&path))?;
        // Some file systems know no locks; the process number is then all there is.
        let lock = File::open(&path).ok().filter(|file| file.try_lock().is_ok());
        Ok(Staging { path, _lock: lock })
    }

    /// A file that is in the `old` output byte for byte is taken over with its times; to make a new one takes longer.
    fn fill(&self, outputs: &[Output], old: &Path) -> Result<(), WriteError> {
        in_place::make_folders(&self.path, outputs)?;
        outputs.par_iter().try_for_each(|output| {
            let path = self.path.join(&output.path);
            // Not every file system has links, and not every file may have a second one.
            if present::is_there(old, output) && std::fs::hard_link(old.join(&output.path), &path).is_ok() {
                return Ok(());
            }
            std::fs::write(&path, &output.bytes).map_err(WriteError::at(&path))
        })
    }

    fn take_the_place_of(&self, directory: &Path) -> io::Result<()> {
        let Ok(old) = std::fs::metadata(directory) else { return std::fs::rename(&self.path, directory) };
        // Whoever may read the old output (a server of another group) shall read the new one.
        let _ = std::fs::set_permissions(&self.path, old.permissions());
        match exchange(&self.path, directory) {
            Err(error) if cannot_exchange(&error) => self.move_aside(directory),
            result => result,
        }
    }

    fn move_aside(&self, directory: &Path) -> io::Result<()> {
        let mut aside = self.path.clone().into_os_string();
        aside.push("-old");
        std::fs::rename(directory, &aside)?;
        if let Err(error) = std::fs::rename(&self.path, directory) {
            std::fs::rename(&aside, directory)?;
            return Err(error);
        }
        let _ = std::fs::remove_dir_all(&aside);
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After the exchange this is the old output; if it stays, the next build removes it.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes what killed builds left beside the output directory, and brings back an output that was only moved aside.
fn clean_up(parent: &Path, name: &str, directory: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let Some((process, old)) = parse_staging_name(&found.to_string_lossy(), name) else { continue };
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) || !is_abandoned(&entry.path(), process) {
            continue;
        }
        if old && std::fs::symlink_metadata(directory).is_err() {
            let _ = std::fs::rename(entry.path(), directory);
        } else {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Nobody works in this staging directory: its process is gone (or has our own number, which in a container is often
/// that of the build before) and nobody holds its lock.
fn is_abandoned(path: &Path, process: u32) -> bool {
    (process == std::process::id() || !is_alive(process)) && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod system {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::process::{Pid, test_kill_process};
    use std::io;
    use std::path::Path;

    pub fn exchange(a: &Path, b: &Path) -> io::Result<()> {
        Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
    }

    /// The file system or the kernel does not know how.
    pub fn cannot_exchange(error: &io::Error) -> bool {
        use rustix::io::Errno;
        matches!(Errno::from_io_error(error), Some(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP))
    }

    pub fn is_alive(process: u32) -> bool {
        let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) else { return false };
        test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod system {
    use std::io;
    use std::path::Path;

    pub fn exchange(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
    pub fn cannot_exchange(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::Unsupported
    }
    /// Not known here; what is left behind then stays.
    pub fn is_alive(_: u32) -> bool {
        true
    }
}

use system::{cannot_exchange, exchange, is_alive};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names() {
        assert_eq!(parse_staging_name(".dist.plimsoll-12", "dist"), Some((12, false)));
        assert_eq!(parse_staging_name(".dist.plimsoll-12-old", "dist"), Some((12, true)));
        for other in [
            "dist.plimsoll-12",
            ".dist.plimsoll-",
            ".dist.plimsoll-12x",
            ".dist.plimsoll-+1",
            ".dist.plimsoll-01",
            ".my.dist.plimsoll-1",
        ] {
            assert_eq!(parse_staging_name(other, "dist"), None, "{other}");
        }
    }

    #[test]
    fn moving_aside_is_the_same_as_exchanging() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("dist");
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("old.txt"), "old").unwrap();
        let staging = Staging::new(folder.path().join(staging_name("dist", 7))).unwrap();
        std::fs::write(staging.path.join("new.txt"), "new").unwrap();
        staging.move_aside(&directory).unwrap();
        drop(staging);
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["dist"]);
        assert!(directory.join("new.txt").exists() && !directory.join("old.txt").exists());
    }

    #[test]
    fn an_output_left_aside_by_a_killed_build_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("dist");
        // No process has this number.
        let dead = i32::MAX as u32;
        let aside = folder.path().join(format!("{}-old", staging_name("dist", dead)));
        std::fs::create_dir(&aside).unwrap();
        std::fs::write(aside.join("index.html"), "old").unwrap();
        clean_up(folder.path(), "dist", &directory);
        assert_eq!(std::fs::read_to_string(directory.join("index.html")).unwrap(), "old");
    }

    #[test]
    fn only_abandoned_staging_directories_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: String| {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).unwrap();
            path
        };
        let abandoned = make(staging_name("dist", i32::MAX as u32));
        let of_another_outdir = make(staging_name("other", i32::MAX as u32));
        // Process 1 is always there.
        let living = make(staging_name("dist", 1));
        let locked = Staging::new(folder.path().join(staging_name("dist", i32::MAX as u32 - 1))).unwrap();
        clean_up(folder.path(), "dist", &folder.path().join("dist"));
        assert!(!abandoned.exists());
        assert!(of_another_outdir.exists() && living.exists() && locked.path.exists());
    }
}

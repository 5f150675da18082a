//! Writing, the only room that does so besides the cache.
//!
//! In: `Sealed`. Out: files on the disk, and `Emitted`: what is there and how large.
//!
//! Invariants:
//! - A site's output directory is replaced as a whole, in one step where the system can exchange two directories: at
//!   any moment, killed or not, it holds the old output or the new one, never a mixture (`staging.rs`).
//! - A directory that is not ours to clear is left alone (`outdir.rs`). Builds of scripts alone add and replace files
//!   and clear nothing (`in_place.rs`).
//! - A precompressed copy decodes to the bytes of its file and is smaller than it by enough to matter
//!   (`precompress.rs`).
//!
//! Not here: what is in the files. Start at: [`emit`].

mod in_place;
mod outdir;
mod post;
mod precompress;
mod present;
mod staging;

#[cfg(test)]
mod tests;

pub use outdir::{MARKER, check_inputs, check_outdir};

pub use post::post_json;

use crate::cache::Cache;
use crate::config::Options;
use crate::diag::{Diagnostic, Noted};
use crate::model::{Emitted, EmittedFile, Sealed, Sidecar};
use precompress::Copies;
use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

/// One file to write, by its path inside the output directory.
struct Output<'a> {
    path: String,
    bytes: Cow<'a, [u8]>,
    /// May be there before the files that mention it.
    hashed: bool,
}

/// What could not be written.
#[derive(Debug)]
struct WriteError {
    path: PathBuf,
    error: io::Error,
}

impl WriteError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| WriteError { path, error }
    }
}

/// Compresses and writes. `None` after an error, and then the previous output is as it was.
pub fn emit(sealed: &Sealed, options: &Options, cache: &Cache) -> Noted<Option<Emitted>> {
    if let Some(problem) = check_outdir(options) {
        return Noted::new(None, vec![problem]);
    }
    let copies = precompress::precompress(sealed, &options.precompress, cache);
    let outputs = outputs(sealed, &copies, options);
    let directory = outdir::resolve(&options.outdir);
    let written = if options.site {
        staging::replace(&directory, &outputs)
    } else {
        in_place::write(&directory, &outputs, &[]).map(|()| Vec::new())
    };
    match written {
        Ok(problems) => Noted::new(Some(emitted(sealed, &copies, options)), problems),
        Err(failure) => Noted::new(None, vec![write_failed(&failure, options)]),
    }
}

/// What [`emit`] would write, in sizes: for builds that are only tried out.
pub fn prepare(sealed: &Sealed, options: &Options, encodings: &[String], cache: &Cache) -> Emitted {
    emitted(sealed, &precompress::precompress(sealed, encodings, cache), options)
}

/// Bytes of a copy in an encoding (`br`, `gz`, `zst`); `None` when it would not be smaller.
pub fn compressed_size(bytes: &[u8], encoding: &str, cache: &Cache) -> Option<u64> {
    precompress::size(bytes, encoding, cache)
}

/// A gzip of bytes; nothing of none.
pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    precompress::gzip(bytes).unwrap_or_default()
}

/// Bytes as Brotli, roughly: at a level that takes a tenth of the time of the best.
pub fn rough_size(bytes: &[u8]) -> u64 {
    precompress::rough(bytes)
}

/// Writes a file that is not part of the output (a metafile, a trace): whole or not at all.
pub fn write_extra(path: &Path, bytes: &[u8]) -> Option<Diagnostic> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.plimsoll-{}", std::process::id()));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&temporary, bytes))
        .and_then(|()| std::fs::rename(&temporary, path));
    let error = written.err()?;
    let _ = std::fs::remove_file(&temporary);
    Some(Diagnostic::error("write-failed", format!("cannot write {}: {error}", path.display())))
}

fn outputs<'a>(sealed: &'a Sealed, copies: &'a [Copies], options: &Options) -> Vec<Output<'a>> {
    let mut out = Vec::new();
    for (file, copies) in sealed.files.iter().zip(copies) {
        out.push(Output { path: file.path.clone(), bytes: Cow::Borrowed(&file.bytes), hashed: file.hashed });
        out.extend(copies.iter().map(|copy| Output {
            path: format!("{}.{}", file.path, copy.encoding),
            bytes: Cow::Borrowed(&copy.bytes),
            hashed: file.hashed,
        }));
    }
    if options.site {
        let marker = outdir::marker(out.iter().map(|output| output.path.as_str()));
        out.push(Output { path: MARKER.to_string(), bytes: Cow::Owned(marker), hashed: false });
    }
    out
}

fn emitted(sealed: &Sealed, copies: &[Copies], options: &Options) -> Emitted {
    let file = |(file, copies): (&crate::model::SealedFile, &Copies)| EmittedFile {
        path: file.path.clone(),
        kind: file.kind,
        bytes: file.bytes.len() as u64,
        hashed: file.hashed,
        sidecars: copies
            .iter()
            .map(|copy| Sidecar { encoding: copy.encoding.to_string(), bytes: copy.bytes.len() as u64 })
            .collect(),
        contributions: file.contributions.clone(),
    };
    Emitted { directory: options.outdir.clone(), files: sealed.files.iter().zip(copies).map(file).collect() }
}

fn write_failed(failure: &WriteError, options: &Options) -> Diagnostic {
    let state = if options.site { "the previous output is as it was" } else { "some files may be from this build" };
    let problem =
        Diagnostic::error("write-failed", format!("cannot write {}: {}", failure.path.display(), failure.error))
            .note(state);
    match failure.error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => problem.hint("free some space and build again"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            problem.hint("make the folder writable, or choose another with --outdir")
        }
        _ => problem,
    }
}

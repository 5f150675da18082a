use super::{MARKER, check_inputs, check_outdir, emit, write_extra};
use crate::base::ContentHash;
use crate::cache::Cache;
use crate::config::Options;
use crate::model::{Emitted, FileKind, OutputKey, Sealed, SealedFile};
use std::io::Read;
use std::path::{Path, PathBuf};

fn file(path: &str, kind: FileKind, bytes: &[u8]) -> SealedFile {
    SealedFile {
        key: OutputKey::Named(path.to_string()),
        kind,
        path: path.to_string(),
        bytes: bytes.into(),
        hashed: false,
        hash: ContentHash::of(bytes),
        mentions: Vec::new(),
        contributions: Vec::new(),
        exports: Vec::new(),
    }
}

fn sealed(mut files: Vec<SealedFile>) -> Sealed {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Sealed { files }
}

fn page(text: &str) -> Sealed {
    sealed(vec![file("index.html", FileKind::Document, text.as_bytes())])
}

/// A project with an output directory `dist` and every encoding.
struct Project {
    folder: tempfile::TempDir,
    options: Options,
}

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::for_tests();
        options.root = folder.path().join("app");
        std::fs::create_dir(&options.root).unwrap();
        std::fs::write(options.root.join("index.html"), "source").unwrap();
        options.entries = vec![(None, "index.html".to_string())];
        options.outdir = folder.path().join("dist");
        options.precompress = ["br", "gz", "zst"].map(str::to_string).to_vec();
        Project { folder, options }
    }

    fn emit(&self, sealed: &Sealed) -> Emitted {
        let noted = emit(sealed, &self.options, &Cache::default());
        assert!(noted.problems.is_empty(), "{:?}", noted.problems);
        noted.value.unwrap()
    }

    fn refused(&self) -> (String, String) {
        let noted = emit(&page("new"), &self.options, &Cache::default());
        assert!(noted.value.is_none());
        let problem = check_outdir(&self.options).unwrap();
        assert_eq!(noted.problems, std::slice::from_ref(&problem));
        (problem.code, problem.notes.join("\n"))
    }

    fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.options.outdir.join(path)).unwrap()
    }
}

fn list(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn script() -> Vec<u8> {
    (0..400)
        .map(|n| format!("export function name{n}(value) {{ return value * {n} }}\n"))
        .collect::<String>()
        .into_bytes()
}

#[test]
fn copies_decode_to_the_same_bytes_and_are_smaller() {
    let project = Project::new();
    let bytes = script();
    let emitted = project.emit(&sealed(vec![file("assets/a.js", FileKind::Script, &bytes)]));
    let sidecars = &emitted.files[0].sidecars;
    assert_eq!(sidecars.iter().map(|sidecar| sidecar.encoding.as_str()).collect::<Vec<_>>(), ["br", "gz", "zst"]);
    for sidecar in sidecars {
        let copy = project.read(&format!("assets/a.js.{}", sidecar.encoding));
        assert_eq!(copy.len() as u64, sidecar.bytes);
        assert!(copy.len() < bytes.len());
        let mut decoded = Vec::new();
        match sidecar.encoding.as_str() {
            "br" => drop(brotli::Decompressor::new(&*copy, 4096).read_to_end(&mut decoded).unwrap()),
            "zst" => decoded = zstd::bulk::decompress(&copy, bytes.len()).unwrap(),
            _ => {
                assert_eq!(copy[4..8], [0; 4], "no time in the header");
                decoded.resize(bytes.len(), 0);
                libdeflater::Decompressor::new().gzip_decompress(&copy, &mut decoded).unwrap();
            }
        }
        assert_eq!(decoded, bytes);
    }
}

#[test]
fn only_what_shrinks_is_copied() {
    let project = Project::new();
    // Bytes that no encoder makes smaller.
    let noise: Vec<u8> = (0..200u32).flat_map(|n| blake3::hash(&n.to_le_bytes()).as_bytes().to_vec()).collect();
    let emitted = project.emit(&sealed(vec![
        file("noise.js", FileKind::Script, &noise),
        file("photo.jpg", FileKind::Image, &script()),
        file("a.js.map", FileKind::Map, &script()),
        file("_headers", FileKind::Server, &script()),
        file("small.css", FileKind::Stylesheet, &[b'a'; 1024]),
        file("large.css", FileKind::Stylesheet, &[b'a'; 1025]),
    ]));
    for file in &emitted.files {
        let expected = if file.path == "large.css" { 3 } else { 0 };
        assert_eq!(file.sidecars.len(), expected, "{}", file.path);
    }
}

#[test]
fn a_file_of_the_users_is_not_replaced_by_a_copy() {
    let project = Project::new();
    let emitted = project.emit(&sealed(vec![
        file("a.js", FileKind::Script, &script()),
        file("a.js.br", FileKind::Other, b"the user's own"),
    ]));
    assert_eq!(emitted.files[0].sidecars.len(), 2);
    assert_eq!(project.read("a.js.br"), b"the user's own");
}

#[test]
fn warm_is_cold() {
    let mut project = Project::new();
    let cache = Cache::new(Some(project.folder.path().join("cache")));
    let files = sealed(vec![file("a.js", FileKind::Script, &script()), file("b.js", FileKind::Script, &[7; 5000])]);
    let cold = emit(&files, &project.options, &cache).value.unwrap();
    let first = project.read("a.js.br");
    assert_eq!(cache.counts(), (0, 6));
    project.options.outdir = project.folder.path().join("again");
    let warm = emit(&files, &project.options, &cache).value.unwrap();
    assert_eq!(cache.counts(), (6, 6));
    assert_eq!(cold.files, warm.files);
    assert_eq!(first, project.read("a.js.br"));
}

#[test]
fn the_output_is_replaced_as_a_whole() {
    let project = Project::new();
    project
        .emit(&sealed(vec![file("index.html", FileKind::Document, b"old"), file("old/a.js", FileKind::Script, b"x")]));
    project.emit(&page("new"));
    assert_eq!(list(&project.options.outdir), [MARKER, "index.html"]);
    assert_eq!(project.read("index.html"), b"new");
    assert_eq!(project.read(MARKER), b"plimsoll output 1\nindex.html\n");
    assert_eq!(list(project.folder.path()), ["app", "dist"], "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn what_stays_the_same_keeps_its_time_and_is_nobody_elses_file() {
    let project = Project::new();
    let build = |text: &str| {
        let files = [("index.html", text), ("assets/same.txt", "same")];
        let files = files.map(|(path, text)| file(path, FileKind::Data, text.as_bytes()));
        project.emit(&sealed(files.to_vec()))
    };
    let time = || std::fs::metadata(project.options.outdir.join("assets/same.txt")).unwrap().modified().unwrap();
    build("first");
    let before = time();
    build("second");
    assert_eq!((time(), project.read("assets/same.txt")), (before, b"same".to_vec()));
    // What somebody makes of a file in the output is not what the next build takes over.
    std::fs::write(project.options.outdir.join("assets/same.txt"), "else").unwrap();
    build("third");
    assert_eq!((project.read("assets/same.txt"), project.read("index.html")), (b"same".to_vec(), b"third".to_vec()));
}

#[test]
fn a_linked_directory_is_replaced_where_it_is() {
    let project = Project::new();
    let real = project.folder.path().join("real");
    for _ in 0..2 {
        std::os::unix::fs::symlink("real", &project.options.outdir).ok();
        project.emit(&page("new"));
    }
    assert!(project.options.outdir.is_symlink());
    assert_eq!(list(&real), [MARKER, "index.html"]);
}

#[test]
fn a_directory_of_somebody_else_is_left_alone() {
    let project = Project::new();
    let outdir = &project.options.outdir;
    std::fs::create_dir(outdir).unwrap();
    std::fs::write(outdir.join(".DS_Store"), "").unwrap();
    assert_eq!(check_outdir(&project.options), None, "litter is nothing");
    std::fs::write(outdir.join("thesis.txt"), "years of work").unwrap();
    let (code, notes) = project.refused();
    assert_eq!(code, "outdir-not-ours");
    assert!(notes.contains("thesis.txt"), "{notes}");
    assert_eq!(project.read("thesis.txt"), b"years of work");
}

#[test]
fn a_working_copy_is_never_cleared() {
    let project = Project::new();
    project.emit(&page("old"));
    std::fs::create_dir(project.options.outdir.join(".git")).unwrap();
    assert_eq!(project.refused().0, "outdir-not-ours");
    assert!(project.options.outdir.join(".git").exists());
}

#[test]
fn sources_are_never_cleared() {
    let mut project = Project::new();
    let root = project.options.root.clone();
    for outdir in [root.clone(), project.folder.path().to_path_buf()] {
        project.options.outdir = outdir;
        assert_eq!(project.refused().0, "outdir-has-sources");
    }
    std::fs::create_dir_all(root.join("src/pages")).unwrap();
    std::fs::write(root.join("src/pages/a.html"), "a").unwrap();
    project.options.entries = vec![(None, "src/pages/a.html".to_string())];
    project.options.outdir = root.join("src");
    assert_eq!(project.refused().0, "outdir-has-sources");
    project.options.outdir = root.join("dist");
    assert_eq!(check_outdir(&project.options), None);
    assert_eq!(std::fs::read_to_string(root.join("index.html")).unwrap(), "source");
}

#[test]
fn scripts_are_added_to_what_is_there() {
    let mut project = Project::new();
    project.options.site = false;
    project.options.outdir = project.options.root.clone();
    let emitted =
        project.emit(&sealed(vec![file("out/a.js", FileKind::Script, b"a"), file("b.js", FileKind::Script, b"b")]));
    assert_eq!(emitted.files.len(), 2);
    assert_eq!(list(&project.options.outdir), ["b.js", "index.html", "out"]);
    assert_eq!(project.read("out/a.js"), b"a");
}

#[test]
fn a_source_is_not_overwritten() {
    let mut project = Project::new();
    project.options.site = false;
    project.options.outdir = project.options.root.clone();
    let inputs: Vec<PathBuf> = vec![project.options.root.join("index.html")];
    assert_eq!(check_inputs(&page("x"), &project.options, &inputs).unwrap().code, "outdir-has-sources");
    project.options.outdir = project.folder.path().join("dist");
    assert_eq!(check_inputs(&page("x"), &project.options, &inputs), None);
}

#[test]
fn what_cannot_be_written_leaves_the_old_output() {
    let project = Project::new();
    project.emit(&page("old"));
    // A file and a folder of one name cannot both be written.
    let files = sealed(vec![file("a", FileKind::Other, b"a"), file("a/b", FileKind::Other, b"b")]);
    let noted = emit(&files, &project.options, &Cache::default());
    assert!(noted.value.is_none());
    assert_eq!(noted.problems[0].code, "write-failed");
    assert_eq!(list(&project.options.outdir), [MARKER, "index.html"]);
    assert_eq!(list(project.folder.path()), ["app", "dist"], "the staging directory is removed");
}

#[test]
fn an_output_directory_that_is_a_file() {
    let project = Project::new();
    std::fs::write(&project.options.outdir, "text").unwrap();
    assert_eq!(project.refused().0, "outdir-not-ours");
}

#[test]
fn in_place_removes_what_the_last_build_left() {
    let project = Project::new();
    let outdir = &project.options.outdir;
    project
        .emit(&sealed(vec![file("index.html", FileKind::Document, b"old"), file("gone.js", FileKind::Script, b"x")]));
    std::fs::write(outdir.join("foreign.txt"), "kept").unwrap();
    let stale = super::outdir::marked_paths(outdir);
    let new = page("new");
    let copies = [Vec::new()];
    let outputs = super::outputs(&new, &copies, &project.options);
    assert!(super::in_place::write(outdir, &outputs, &stale).is_ok());
    assert_eq!(list(outdir), [MARKER, "foreign.txt", "index.html"]);
    assert_eq!(project.read("index.html"), b"new");
}

#[test]
fn a_marker_cannot_name_files_outside() {
    let folder = tempfile::tempdir().unwrap();
    let text = "plimsoll output 1\n../a\n/etc/x\na/../../b\nfine/x.js\na//b\n";
    std::fs::write(folder.path().join(MARKER), text).unwrap();
    assert_eq!(super::outdir::marked_paths(folder.path()), ["fine/x.js"]);
}

#[test]
fn extra_files_make_their_folders() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/meta.json");
    assert_eq!(write_extra(&path, b"{}"), None);
    assert_eq!(list(path.parent().unwrap()), ["meta.json"]);
    assert_eq!(write_extra(&path.join("under-a-file"), b"{}").unwrap().code, "write-failed");
}

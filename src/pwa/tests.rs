use super::{MAX_PRECACHE_BYTES, extend};
use crate::base::ContentHash;
use crate::config::Options;
use crate::model::{FileKind, OutputKey, Sealed, SealedFile};
use std::process::Command;

fn file(path: &str, kind: FileKind, hashed: bool, bytes: &[u8]) -> SealedFile {
    SealedFile {
        key: OutputKey::Named(path.to_string()),
        kind,
        path: path.to_string(),
        bytes: bytes.into(),
        hashed,
        hash: ContentHash::of(bytes),
        mentions: Vec::new(),
        contributions: Vec::new(),
        exports: Vec::new(),
    }
}

fn extended(mut files: Vec<SealedFile>) -> (Sealed, Vec<String>) {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let options = Options { service_worker: true, ..Options::for_tests() };
    let noted = extend(Sealed { files }, &options);
    assert!(noted.value.files.is_sorted_by(|a, b| a.path < b.path));
    (noted.value, noted.problems.into_iter().map(|problem| problem.code).collect())
}

fn worker(sealed: &Sealed) -> String {
    let file = sealed.files.iter().find(|file| file.path == "sw.js").expect("a worker");
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

fn manifest(sealed: &Sealed) -> Vec<(String, Option<String>)> {
    let text = worker(sealed);
    let json = text.lines().next().unwrap().trim_start_matches("const MANIFEST = ").trim_end_matches(';');
    let list: Vec<serde_json::Value> = serde_json::from_str(json).unwrap();
    list.iter().map(|e| (e["url"].as_str().unwrap().into(), e["revision"].as_str().map(str::to_string))).collect()
}

#[test]
fn lists_what_a_browser_loads() {
    let (sealed, problems) = extended(vec![
        file("index.html", FileKind::Document, false, b"page"),
        file("assets/a-AAAAAAAA.js", FileKind::Script, true, b"js"),
        file("assets/a-AAAAAAAA.js.map", FileKind::Map, true, b"map"),
        file("assets/f-BBBBBBBB.woff", FileKind::Font, true, b"woff"),
        file("assets/f-CCCCCCCC.woff2", FileKind::Font, true, b"woff2"),
        file("assets/g-BBBBBBBB.woff", FileKind::Font, true, b"other"),
        file("app.webmanifest", FileKind::Data, false, b"{}"),
        file("data.json", FileKind::Data, false, b"{}"),
        file("_headers", FileKind::Server, false, b""),
        file("big.png", FileKind::Image, false, &vec![0; MAX_PRECACHE_BYTES + 1]),
        file("a b.png", FileKind::Image, false, b"png"),
    ]);
    assert_eq!(problems, ["precache-too-large"]);
    let revision = |bytes: &[u8]| Some(ContentHash::of(bytes).hex());
    assert_eq!(
        manifest(&sealed),
        [
            ("a%20b.png".to_string(), revision(b"png")),
            ("app.webmanifest".to_string(), revision(b"{}")),
            ("assets/a-AAAAAAAA.js".to_string(), None),
            ("assets/f-CCCCCCCC.woff2".to_string(), None),
            ("assets/g-BBBBBBBB.woff".to_string(), None),
            ("index.html".to_string(), revision(b"page")),
        ]
    );
}

#[test]
fn leaves_a_worker_of_the_project() {
    let own = file("sw.js", FileKind::Script, false, b"own");
    let (sealed, problems) = extended(vec![file("index.html", FileKind::Document, false, b""), own]);
    assert_eq!(problems, ["service-worker-exists"]);
    assert_eq!(worker(&sealed), "own");
}

#[test]
fn no_page_no_worker() {
    let (sealed, _) = extended(vec![file("a.js", FileKind::Script, false, b"")]);
    assert_eq!(sealed.files.len(), 1);
}

#[test]
fn worker_behaves_in_a_browser_like_place() {
    if Command::new("node").arg("--version").output().is_err() {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: node is not installed");
        }
        return;
    }
    let (sealed, _) = extended(vec![
        file("index.html", FileKind::Document, false, b"root"),
        file("admin/index.html", FileKind::Document, false, b"admin"),
        file("assets/a-AAAAAAAA.js", FileKind::Script, true, b"js"),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sw.js");
    std::fs::write(&path, worker(&sealed)).unwrap();
    let out = Command::new("node").arg("-e").arg(include_str!("worker_test.js")).arg(&path).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

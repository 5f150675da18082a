use super::extend;
use crate::base::ContentHash;
use crate::config::Options;
use crate::model::{FileKind, OutputKey, Sealed, SealedFile};

fn file(path: &str, kind: FileKind, hashed: bool) -> SealedFile {
    SealedFile {
        key: OutputKey::Named(path.to_string()),
        kind,
        path: path.to_string(),
        bytes: (*b"x").into(),
        hashed,
        hash: ContentHash::of(b"x"),
        mentions: Vec::new(),
        contributions: Vec::new(),
        exports: Vec::new(),
    }
}

fn site() -> Vec<SealedFile> {
    let mut files = vec![
        file("index.html", FileKind::Document, false),
        file("admin/index.html", FileKind::Document, false),
        file("assets/a-AAAAAAAA.js", FileKind::Script, true),
        file("assets/img/b-AAAAAAAA.png", FileKind::Image, true),
        file("mixed/c-AAAAAAAA.png", FileKind::Image, true),
        file("mixed/plain.png", FileKind::Image, false),
        file("sw.js", FileKind::Script, false),
        file("app.webmanifest", FileKind::Data, false),
    ];
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn extended(files: Vec<SealedFile>, formats: &[&str]) -> (Sealed, Vec<String>) {
    let headers = formats.iter().map(|format| format.to_string()).collect();
    let noted = extend(Sealed { files }, &Options { headers, ..Options::for_tests() });
    assert!(noted.value.files.is_sorted_by(|a, b| a.path < b.path));
    (noted.value, noted.problems.into_iter().map(|problem| problem.code).collect())
}

fn text(sealed: &Sealed, path: &str) -> String {
    let file = sealed.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

/// All values of a header that a host would send for `path`.
fn sent(headers: &str, path: &str, name: &str) -> Vec<String> {
    let mut applies = false;
    let mut values = Vec::new();
    for line in headers.lines() {
        if let Some(header) = line.strip_prefix("  ") {
            let (found, value) = header.split_once(": ").unwrap();
            if applies && found == name {
                values.push(value.to_string());
            }
        } else {
            applies = line.strip_suffix('*').map_or(line == path, |start| path.starts_with(start));
        }
    }
    values
}

#[test]
fn every_path_has_one_cache_control() {
    let (sealed, problems) = extended(site(), &["netlify", "cloudflare"]);
    assert!(problems.is_empty());
    let headers = text(&sealed, "_headers");
    let immutable = ["public, max-age=31536000, immutable"];
    for path in ["/assets/a-AAAAAAAA.js", "/assets/img/b-AAAAAAAA.png", "/mixed/c-AAAAAAAA.png"] {
        assert_eq!(sent(&headers, path, "Cache-Control"), immutable, "{path}");
    }
    for path in
        ["/", "/index.html", "/admin", "/admin/", "/admin/index.html", "/sw.js", "/app.webmanifest", "/mixed/plain.png"]
    {
        assert_eq!(sent(&headers, path, "Cache-Control"), ["no-cache"], "{path}");
        assert_eq!(sent(&headers, path, "X-Content-Type-Options"), ["nosniff"], "{path}");
    }
    assert_eq!(sent(&headers, "/app.webmanifest", "Content-Type"), ["application/manifest+json"]);
    assert!(headers.contains("\n/assets/*\n"), "{headers}");
}

#[test]
fn keeps_headers_of_the_project() {
    let mut files = site();
    files.insert(0, file("_headers", FileKind::Server, false));
    let (sealed, problems) = extended(files, &["netlify", "json"]);
    assert_eq!(problems, ["headers-exist"]);
    assert_eq!(text(&sealed, "_headers"), "x");
    assert!(serde_json::from_str::<serde_json::Value>(&text(&sealed, "_headers.json")).is_ok());
}

#[test]
fn nothing_asked_for_nothing_added() {
    assert_eq!(extended(site(), &[]).0.files.len(), site().len());
}

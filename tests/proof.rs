//! Builds that can be checked: linked twice, recorded and signed, told to a collector.

mod support;

use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use support::{plimsoll, project, run, succeeds, write};

const FILES: [(&str, &str); 4] = [
    ("index.html", "<!doctype html><title>Shop</title><script type=module src=./main.js></script>"),
    ("main.js", "import { a } from './a.js';\nimport('./b.js');\nconsole.log(a);\n"),
    ("a.js", "export const a = [1, 2, 3].map(String);\n"),
    ("b.js", "import { a } from './a.js';\nexport const b = a.join();\n"),
];

#[test]
fn a_second_link_gives_the_same_bytes_cold_and_warm() {
    let site = project(&FILES);
    for _ in 0..2 {
        succeeds(plimsoll(site.path()).args(["build", "index.html", "--verify-determinism", "--log-level=error"]));
    }
}

fn openssl(arguments: &[&str], folder: &std::path::Path) -> bool {
    Command::new("openssl").current_dir(folder).args(arguments).output().is_ok_and(|done| done.status.success())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn a_record_says_what_came_of_what_and_is_signed() {
    let site = project(&FILES);
    let at = site.path();
    let page = format!("{}<p>{}</p>", FILES[0].1, "Small files have no copies. ".repeat(99));
    write(&at.join("index.html"), page.as_bytes());
    succeeds(plimsoll(at).args(["build", "index.html", "--record=build.json", "--log-level=error"]));
    let record: Value = serde_json::from_str(&std::fs::read_to_string(at.join("build.json")).unwrap()).unwrap();
    assert_eq!(record["predicateType"], "https://slsa.dev/provenance/v1");
    let inputs = record["predicate"]["buildDefinition"]["resolvedDependencies"].as_array().unwrap();
    assert!(inputs.iter().any(|input| input["name"] == "b.js"), "{record:#}");
    let check = |more: &[&str]| run(plimsoll(at).args(["check", "dist", "--record=build.json"]).args(more));
    assert_eq!(check(&[]).status, 0);
    let key = openssl(&["genpkey", "-algorithm", "ed25519", "-out", "key.pem"], at)
        && openssl(&["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"], at)
        && openssl(&["genpkey", "-algorithm", "ed25519", "-out", "other.pem"], at)
        && openssl(&["pkey", "-in", "other.pem", "-pubout", "-out", "wrong.pem"], at);
    if !key {
        eprintln!("skipped: openssl makes no Ed25519 keys here");
        return;
    }
    assert_eq!(check(&["--public-key=public.pem"]).status, 1, "it is not signed");
    let sign = ["build", "index.html", "--record=build.json", "--sign-key=key.pem", "--log-level=error"];
    succeeds(plimsoll(at).args(sign));
    assert_eq!(check(&["--public-key=public.pem"]).status, 0);
    let wrong = check(&["--public-key=wrong.pem"]);
    assert!(wrong.status == 1 && wrong.stderr.contains("not signed with this key"), "{}", wrong.stderr);
    assert_eq!(run(plimsoll(at).args(["check", "dist", "--record=nothing.json"])).status, 2);
    // What is served are the copies.
    let copies = support::files(&at.join("dist"));
    let (_, copy) = copies.iter().find(|(name, _)| name.ends_with(".br")).unwrap();
    let before = std::fs::read(copy).unwrap();
    write(copy, b"another copy");
    let changed = check(&["--public-key=public.pem"]);
    assert!(changed.status == 1 && changed.stderr.contains(".br is not the file"), "{}", changed.stderr);
    write(copy, &before);
    write(&at.join("dist/index.html"), b"<p>Another page</p>");
    let changed = check(&["--public-key=public.pem"]);
    assert!(
        changed.status == 1 && changed.stderr.contains("index.html is not the file of the record"),
        "{}",
        changed.stderr
    );
}

#[test]
fn spans_reach_a_collector() {
    let site = project(&FILES);
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", collector.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let (mut caller, _) = collector.accept().unwrap();
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let count = caller.read(&mut buffer).unwrap();
            bytes.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_string));
            if count == 0 || body.len() >= length.unwrap().parse::<usize>().unwrap() {
                caller.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}").unwrap();
                return (head.to_string(), body.to_string());
            }
        }
    });
    succeeds(plimsoll(site.path()).args(["build", "index.html", "--log-level=error", "--otlp", &url]));
    let (head, body) = heard.join().unwrap();
    assert!(head.starts_with("POST /v1/traces "), "{head}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    assert!(spans.iter().any(|span| span["name"] == "stage graph"), "{body:#}");
    // Nobody there: the build is done all the same.
    let done = run(plimsoll(site.path()).args(["build", "index.html", "--otlp=http://127.0.0.1:9"]));
    assert!(done.status == 0 && done.stderr.contains("trace-not-sent"), "{}", done.stderr);
}

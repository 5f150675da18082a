//! What becomes of files that are no scripts.

use super::*;
use crate::model::{AssetKind, EntryKind, Loader};

#[test]
fn every_loader_makes_a_module() {
    let sample = Sample::new(&[
        (
            "src/main.js",
            "import './a.json'; import './a.txt'; import './a.png'; import './a.bin'; import './a.html'; \
             import './a.css'; import './a.b64'; import './a.svg?raw'; import './a.svg?inline'; import './a.txt?url'; \
             import './a.none'",
        ),
        ("src/a.json", "{\"key\": [1]}"),
        ("src/a.txt", "\u{feff}line\n"),
        ("src/a.png", "not really"),
        ("src/a.bin", "\0\x01"),
        ("src/a.html", "<p>"),
        ("src/a.css", "a { color: red }"),
        ("src/a.b64", "abc"),
        ("src/a.svg", "<svg/>"),
        ("src/a.none", "anything"),
    ])
    .with(|options| {
        let more =
            [(".bin", Loader::Binary), (".html", Loader::Text), (".b64", Loader::Base64), (".none", Loader::Empty)];
        options.loaders = more.into_iter().map(|(suffix, loader)| (suffix.to_string(), loader)).collect();
    });
    let graph = sample.graph();
    let source = |name: &str| module(&graph, name).source.trim_end().to_string();
    assert_eq!(source("src/a.json"), "export const key = [1];\nexport default { \"key\": key };");
    assert_eq!(source("src/a.txt"), "export default \"line\\n\";");
    assert_eq!(source("src/a.bin"), "export default Uint8Array.from(atob(\"AAE=\"), c => c.charCodeAt(0));");
    assert_eq!(source("src/a.html"), "export default \"<p>\";");
    assert_eq!(source("src/a.b64"), "export default \"YWJj\";");
    assert_eq!(source("src/a.svg?raw"), "export default \"<svg/>\";");
    assert_eq!(source("src/a.svg?inline"), "export default \"data:image/svg+xml,%3Csvg/%3E\";");
    assert_eq!(source("src/a.none"), "");
    let asset = |name: &str| graph.assets[module(&graph, name).asset.unwrap()].name.as_str();
    assert_eq!((asset("src/a.png"), asset("src/a.txt?url")), ("src/a.png", "src/a.txt"));
    let png = &graph.assets[module(&graph, "src/a.png").asset.unwrap()];
    assert_eq!((png.kind, &png.bytes[..]), (AssetKind::Png, &b"not really"[..]));
    let css = module(&graph, "src/a.css");
    assert_eq!(graph.styles[css.style.unwrap()].name, "src/a.css");
    assert!(css.side_effects, "applying a sheet is an effect");
    assert!(!module(&graph, "src/a.json").side_effects, "data is not");
    assert!(module(&graph, "src/a.json").facts.exports.iter().any(|export| export.name == "key"));
}

#[test]
fn data_urls_are_modules() {
    let sample = Sample::new(&[
        (
            "src/main.js",
            "import 'data:text/javascript,import%20%22./src/other.js%22'; import 'data:application/json,{\"a\":1}'; \
             import 'data:image/png;base64,AAAA'",
        ),
        ("src/other.js", ""),
    ]);
    let graph = sample.graph();
    let leads = leads(&graph, "src/main.js");
    assert!(leads[0].contains("→ plimsoll:data:"), "{leads:?}");
    assert!(leads[2].ends_with("→ external data:image/png;base64,AAAA"), "{leads:?}");
    assert_eq!(names(&graph)[3], "src/other.js", "seen from the root");
}

#[test]
fn urls_and_workers() {
    let sample = Sample::new(&[
        (
            "src/main.js",
            "new URL('./pic%20one.png', import.meta.url); new URL('./tool.js', import.meta.url); \
             new Worker(new URL('./job.ts', import.meta.url)); new URL('https://x.example/', import.meta.url); \
             new URL('.', import.meta.url)",
        ),
        ("src/pic one.png", ""),
        ("src/tool.js", "import './never'"),
        ("src/job.ts", "import './shared'"),
        ("src/shared.ts", ""),
    ]);
    let graph = sample.graph();
    let leads = leads(&graph, "src/main.js");
    for expected in
        ["./pic%20one.png → asset src/pic one.png", "./tool.js → asset src/tool.js", "./job.ts → worker src/job.ts"]
    {
        assert!(leads.iter().any(|lead| lead == expected), "{expected} in {leads:?}");
    }
    assert_eq!(names(&graph), ["src/main.js", "src/job.ts", "src/shared.ts"], "tool.js is shipped, not read");
    let entries: Vec<_> = graph.entries.iter().map(|entry| (entry.name.as_str(), entry.kind)).collect();
    assert_eq!(entries[0], ("main", EntryKind::User));
    assert!(matches!(entries[1], ("job", EntryKind::Worker { .. })));
}

#[test]
fn the_public_folder_is_copied_under_its_own_names() {
    let sample = Sample::new(&[("src/main.js", ""), ("public/robots.txt", "x"), ("public/img/a.png", "y")])
        .with(|options| options.public_dir = Some(options.root.join("public")));
    let graph = sample.graph();
    let fixed: Vec<_> = graph.assets.iter().map(|asset| asset.fixed_name.as_deref().unwrap()).collect();
    assert_eq!(fixed, ["img/a.png", "robots.txt"]);
    assert_eq!(sample.with(|options| options.public_dir = Some(options.root.join("none"))).graph().assets.len(), 0);
}

#[test]
fn entries_have_names_of_their_own() {
    let sample = Sample::new(&[
        ("src/a.js", ""),
        ("src/deep/a.ts", ""),
        ("src/a.css", ""),
        ("other/b.js", ""),
        ("inject.js", ""),
    ])
    .with(|options| {
        let named = |name: Option<&str>, path: &str| (name.map(str::to_string), path.to_string());
        options.entries = vec![
            named(None, "src/a.js"),
            named(None, "src/deep/a"),
            named(None, "src/a.css"),
            named(Some("own/name"), "other/b.js"),
            named(None, "other/b.js"),
        ];
        options.inject = vec![options.root.join("inject.js")];
    });
    let graph = sample.graph();
    let entries: Vec<&str> = graph.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(entries, ["a", "deep/a", "a-2", "own/name"]);
    let injected: Vec<&str> = graph.injected.iter().map(|id| graph.modules[*id].name.as_str()).collect();
    assert_eq!(injected, ["inject.js"]);
}

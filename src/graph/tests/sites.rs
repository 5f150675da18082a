//! Pages and style sheets.

use super::*;
use crate::model::{AssetKind, EntryKind, Origin};

fn site(files: &[(&str, &str)], pages: &[&str]) -> Sample {
    Sample::new(files).with(|options| {
        options.site = true;
        options.entries = pages.iter().map(|page| (None, page.to_string())).collect();
        options.public_dir = Some(options.root.join("public"));
    })
}

/// What each reference of a page leads to.
fn refs(graph: &ModuleGraph, page: usize) -> Vec<String> {
    let page = &graph.pages.as_slice()[page];
    assert_eq!(page.targets.len(), page.facts.refs.len());
    let refs = page.facts.refs.iter().zip(&page.targets);
    refs.map(|(mention, target)| format!("{} → {}", mention.specifier, describe(graph, target))).collect()
}

#[test]
fn every_reference_of_a_page_leads_somewhere() {
    let sample = site(
        &[
            (
                "index.html",
                r#"<!doctype html><link rel="icon" href="/favicon.ico"><link rel="manifest" href="app.json">
<link rel="stylesheet" href="/css/main.css"><style>p { background: url(img/a.png) }</style>
<script type="module" src="/src/main.js"></script><script src="classic.js"></script>
<script type="module">import './src/inline.js'</script>
<img src="img/a.png?v=1" srcset="img/b%20b.png 2x"><i style="background: url('img/c.svg#x')"></i>
<img src="https://cdn.example/x.png"><a href="/admin/">admin</a><a href="nowhere.html">?</a>"#,
            ),
            ("admin/index.html", r#"<script type="module" src="../src/main.js"></script><a href="../">home</a>"#),
            ("app.json", r#"{"icons":[{"src":"img/a.png"},{"src":"/icon.png"}]}"#),
            ("css/main.css", ""),
            ("src/main.js", ""),
            ("src/inline.js", ""),
            ("classic.js", ""),
            ("img/a.png", "a"),
            ("img/b b.png", "b"),
            ("img/c.svg", "<svg/>"),
            ("public/favicon.ico", ""),
            ("public/icon.png", ""),
        ],
        &["index.html", "admin/index.html"],
    );
    let graph = sample.graph();
    assert_eq!(
        refs(&graph, 0),
        [
            "/favicon.ico → external /favicon.ico",
            "app.json → asset app.json",
            "/css/main.css → style css/main.css",
            " → style index.html?style=0",
            "/src/main.js → src/main.js",
            "classic.js → asset classic.js",
            " → index.html?script=0",
            "img/a.png?v=1 → asset img/a.png",
            "img/b%20b.png → asset img/b b.png",
            " → style index.html?style=1",
            "/admin/ → page admin/index.html",
            "nowhere.html → external nowhere.html",
        ]
    );
    assert_eq!(refs(&graph, 1), ["../src/main.js → src/main.js", "../ → page index.html"]);
    let entries: Vec<_> = graph.entries.iter().map(|entry| (entry.name.as_str(), entry.kind)).collect();
    let page = EntryKind::Page(crate::base::PageId(0));
    assert_eq!(entries, [("main", page), ("index", page)], "one entry, shared by the pages");
    let manifest = graph.assets.iter().find(|asset| asset.kind == AssetKind::WebManifest).unwrap();
    let leads: Vec<_> = manifest.references.iter().map(|(at, to)| (at.as_str(), describe(&graph, to))).collect();
    let expected = [("/icons/0/src", "asset img/a.png".into()), ("/icons/1/src", "external /icon.png".to_string())];
    assert_eq!(leads, expected);
    let outputs: Vec<&str> = graph.pages.iter().map(|page| page.output.as_str()).collect();
    assert_eq!(outputs, ["index.html", "admin/index.html"]);
    let attribute = graph.styles.iter().find(|style| style.name == "index.html?style=1").unwrap();
    assert_eq!(describe(&graph, &attribute.urls[0]), "asset img/c.svg");
    assert!(matches!(attribute.origin, Origin::Page(_)));
}

#[test]
fn sheets_import_sheets_and_files() {
    let sample = Sample::new(&[
        (
            "src/main.css",
            "@import 'part.css'; @import 'kit'; @import '~kit/more.css' layer(a); @import url(https://x.example/y.css);\n\
             a { background: url(../img/a.png) url(\"kit/b.woff2#iefix\") url(https://x.example/c.png) url(#d) }",
        ),
        ("src/part.css", ""),
        ("img/a.png", ""),
        ("node_modules/kit/package.json", r#"{"name":"kit","main":"a.js","style":"style.css","exports":{".":{"style":"./style.css"},"./*":"./*"}}"#),
        ("node_modules/kit/style.css", ""),
        ("node_modules/kit/more.css", ""),
        ("node_modules/kit/b.woff2", ""),
    ])
    .with(|options| options.entries = vec![(None, "src/main.css".into())]);
    let graph = sample.graph();
    let entry = &graph.modules[graph.entries[0].module];
    let main = &graph.styles[entry.style.unwrap()];
    let to = |targets: &[Target]| -> Vec<String> { targets.iter().map(|target| describe(&graph, target)).collect() };
    assert_eq!(
        to(&main.imports),
        [
            "style src/part.css",
            "style node_modules/kit/style.css",
            "style node_modules/kit/more.css",
            "external https://x.example/y.css"
        ]
    );
    let urls = to(&main.urls);
    assert_eq!(urls[..2], ["asset img/a.png", "asset node_modules/kit/b.woff2"]);
    assert!(urls[2..].iter().all(|url| url.starts_with("external ")), "{urls:?}");
    assert_eq!(graph.styles.iter().nth(2).unwrap().package.as_ref().unwrap().name, "kit");
}

#[test]
fn css_modules_are_scripts_and_sheets() {
    let sample = Sample::new(&[
        ("src/main.js", "import { box } from './a.module.css'"),
        ("src/a.module.css", ".box { composes: base from './b.module.css'; color: red }"),
        ("src/b.module.css", ".base { color: blue }"),
    ]);
    let graph = sample.graph();
    assert_eq!(leads(&graph, "src/a.module.css"), ["./b.module.css → src/b.module.css"]);
    let a = module(&graph, "src/a.module.css");
    assert!(a.facts.exports.iter().any(|export| export.name == "box"), "{}", a.source);
    let style = &graph.styles[a.style.unwrap()];
    assert!(style.local && style.name == "src/a.module.css");
    assert!(!a.source_is_file);
}

#[test]
fn what_a_page_lacks_is_told_where_it_is_asked_for() {
    let sample =
        site(&[("index.html", "<p>\n<img src=\"img/hrabour.png\">\n"), ("img/harbour.png", "")], &["index.html"]);
    let problem = sample.problem();
    let place = problem.location.as_ref().unwrap();
    assert_eq!((problem.code.as_str(), place.file.as_str(), place.line), ("unresolved-reference", "index.html", 2));
    assert!(problem.notes.contains(&"did you mean \"img/harbour.png\"?".to_string()), "{problem:?}");
    sample.write("index.html", "<p>\n<script type=\"module\" src=\"/src/mian.ts\"></script>");
    assert_eq!(sample.problem().code, "unresolved-reference");
    sample.write("index.html", "<style>\nb {}\np { background: url(no.png) }</style>");
    let problem = sample.problem();
    let place = problem.location.as_ref().unwrap();
    assert_eq!((problem.code.as_str(), place.file.as_str(), place.line), ("unresolved-url", "index.html", 3));
    sample.write("index.html", "<script type=module>\n\nimport './gone.js'</script>");
    let place = sample.problem().location.unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("index.html", 3, 8));
}

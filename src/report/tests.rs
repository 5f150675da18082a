use super::{json, metafile, terminal, verdict_text};
use crate::base::{AssetId, ChunkId, ContentHash, ModuleId, SheetId};
use crate::config::{LogLevel, Options};
use crate::diag::Diagnostic;
use crate::lang::js::{ImportKind, ImportRecord, ModuleFacts};
use crate::model::{
    BudgetLine, CacheUse, Chunk, ChunkKind, ChunkPlan, Contribution, CountedFile, Emitted, EmittedFile, FileKind,
    OutputKey, PackageShare, Sealed, SealedFile, Sheet, Sidecar, SourceShare, State, Timings, Unchanged, Verdict,
    VerdictLine,
};
use std::time::Duration;

fn emitted_file(path: &str, kind: FileKind, bytes: u64, br: Option<u64>) -> EmittedFile {
    let sidecars = br.map(|bytes| Sidecar { encoding: "br".into(), bytes }).into_iter().collect();
    EmittedFile { path: path.into(), kind, bytes, hashed: true, sidecars, contributions: Vec::new() }
}

fn emitted() -> Emitted {
    let files = vec![
        emitted_file("assets/photo.jpg", FileKind::Image, 50_000, None),
        emitted_file("assets/small.js", FileKind::Script, 2_000, Some(900)),
        emitted_file("assets/z-large.js", FileKind::Script, 612_345, Some(200_100)),
        emitted_file("index.html", FileKind::Document, 1_500, Some(700)),
    ];
    Emitted { directory: "/project/dist".into(), files }
}

fn line(subject: &str, limit: u64, actual: u64) -> VerdictLine {
    VerdictLine {
        line: BudgetLine { subject: subject.into(), limit },
        actual,
        passed: actual <= limit,
        files: vec![CountedFile { path: "assets/main.js".into(), kind: FileKind::Script, bytes: actual }],
        packages: vec![
            PackageShare { package: "three@0.160.0".into(), bytes: 900_000, raw_bytes: 3_000_000 },
            PackageShare { package: String::new(), bytes: 100_000, raw_bytes: 200_000 },
        ],
        sources: vec![SourceShare {
            source: "node_modules/three/build/three.module.js".into(),
            package: "three@0.160.0".into(),
            bytes: 900_000,
            raw_bytes: 3_000_000,
            chain: vec!["src/main.ts:3".into(), "src/scene.ts:1".into()],
        }],
        state: if actual <= limit { State::Passed } else { State::Failed },
        ..VerdictLine::default()
    }
}

fn show(emitted: &Emitted, width: usize, change: impl Fn(&mut Options)) -> String {
    let mut options = Options::for_tests();
    change(&mut options);
    terminal(emitted, (None, None), &Timings::default(), &CacheUse::default(), &options, false, width)
}

#[test]
fn files_by_kind_largest_first_with_totals() {
    let text = show(&emitted(), 60, |_| ());
    let expected = "
                                              raw         br
document (1 file)                          1.5 kB      700 B
  index.html                               1.5 kB      700 B
script (2 files)                         614.3 kB   201.0 kB
  assets/z-large.js                      612.3 kB   200.1 kB
  assets/small.js                          2.0 kB      900 B
image (1 file)                            50.0 kB    50.0 kB
  assets/photo.jpg                        50.0 kB    50.0 kB
total (4 files)                          665.8 kB   251.7 kB
";
    assert_eq!(format!("\n{text}"), expected);
}

#[test]
fn without_copies_there_is_one_column() {
    let mut emitted = emitted();
    for file in &mut emitted.files {
        file.sidecars.clear();
    }
    let text = show(&emitted, 60, |_| ());
    assert!(!text.contains("br"));
    assert!(text.lines().skip(1).all(|line| line.chars().count() == 60), "{text}");
}

#[test]
fn many_chunks_are_summed_up() {
    let files =
        (0..40).map(|n| emitted_file(&format!("assets/{n:02}.js"), FileKind::Script, 1_000 + n, None)).collect();
    let emitted = Emitted { directory: "/project/dist".into(), files };
    let text = show(&emitted, 60, |_| ());
    assert!(text.contains("assets/39.js") && !text.contains("assets/09.js"), "{text}");
    // The ten smallest: 1,000 to 1,009 bytes.
    let rest = text.lines().find(|line| line.contains("… and 10 more")).unwrap();
    assert!(rest.ends_with("10.0 kB"), "{rest}");
    assert!(show(&emitted, 60, |options| options.log_level = LogLevel::Verbose).contains("assets/09.js"));
}

#[test]
fn long_paths_lose_their_beginning() {
    let path = format!("assets/{}/end.js", "deep/".repeat(40));
    let emitted = Emitted { directory: "/d".into(), files: vec![emitted_file(&path, FileKind::Script, 1, None)] };
    let text = show(&emitted, 50, |_| ());
    assert!(text.contains("/end.js"));
    assert!(text.lines().all(|line| line.chars().count() <= 50), "{text}");
}

#[test]
fn stage_times_are_shown_when_asked() {
    let mut timings = Timings::default();
    timings.push("graph", Duration::from_millis(12));
    timings.push("emit", Duration::from_millis(1_500));
    let mut options = Options::for_tests();
    assert!(!terminal(&emitted(), (None, None), &timings, &CacheUse::default(), &options, false, 80).contains("graph"));
    options.timings = true;
    let text = terminal(&emitted(), (None, None), &timings, &used(), &options, false, 80);
    let expected = "
graph     12 ms
emit     1.50 s
total    1.51 s
nothing changed: 900 paths looked at, 1 file read; the build before took 2.50 s
cache: 3 found (1.5 kB), 4 made (0 B stored), 1.20 s of work saved
";
    assert!(text.ends_with(expected), "{text}");
}

fn used() -> CacheUse {
    let unchanged = Some(Unchanged { looked_at: 900, read: 1, took: Duration::from_millis(2_500) });
    let saved = Duration::from_millis(1_200);
    CacheUse { hits: 3, misses: 4, read_bytes: 1_500, written_bytes: 0, saved, unchanged }
}

#[test]
fn what_holds_is_one_line() {
    let verdict = Verdict { lines: vec![line("initial load of index.html", 1_000_000, 212_400)] };
    assert_eq!(verdict_text(&verdict, None, false, 80), "within budget: initial load of index.html 212.4 kB of 1 MB\n");
    let many = Verdict { lines: (0..8).map(|n| line(&format!("page {n}"), 1_000, n)).collect() };
    let text = verdict_text(&many, None, false, 80);
    assert_eq!(text.lines().count(), 6);
    assert!(text.starts_with("within budget: page 7 7 B of 1 kB\n"), "the least room first: {text}");
    assert!(text.ends_with("within budget: 3 more limits, with more room\n"), "{text}");
}

#[test]
fn what_does_not_hold_is_explained() {
    let verdict = Verdict { lines: vec![line("initial load of index.html", 1_000_000, 1_234_000)] };
    let expected = "\
over budget: initial load of index.html 1.23 MB of 1 MB, 234.0 kB too much
  largest files, as transferred
    1.23 MB  assets/main.js (script)
  by package
   900.0 kB  three@0.160.0
   100.0 kB  the project itself
  by source, and why it is there
   900.0 kB  node_modules/three/build/three.module.js
             src/main.ts:3 > src/scene.ts:1
";
    assert_eq!(verdict_text(&verdict, None, false, 80), expected);
}

#[test]
fn colour_adds_nothing() {
    let verdict = Verdict { lines: vec![line("a", 1_000_000, 1_234_000), line("b", 10, 1)] };
    let plain = |text: String| {
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find('\x1b') {
            out.push_str(&rest[..at]);
            rest = &rest[at..][rest[at..].find('m').unwrap() + 1..];
        }
        out + rest
    };
    let options = Options::for_tests();
    let timings = Timings::default();
    let colored = terminal(&emitted(), (Some(&verdict), None), &timings, &CacheUse::default(), &options, true, 80);
    assert!(colored.contains('\x1b'));
    assert_eq!(
        plain(colored),
        terminal(&emitted(), (Some(&verdict), None), &timings, &CacheUse::default(), &options, false, 80)
    );
}

#[test]
fn json_holds_everything() {
    let verdict = Verdict { lines: vec![line("a", 1_000, 2_000)] };
    let mut timings = Timings::default();
    timings.push("emit", Duration::from_micros(1_500));
    let problems = [Diagnostic::warning("some-warning", "beware")];
    let value = json(Some(&emitted()), Some(&verdict), &problems, &timings, &used());
    assert_eq!(value["ok"], true);
    assert_eq!(value["files"][2]["path"], "assets/z-large.js");
    assert_eq!(value["files"][2]["sidecars"][0], serde_json::json!({ "encoding": "br", "bytes": 200_100 }));
    assert_eq!(value["totals"]["script"], serde_json::json!({ "files": 2, "bytes": 614_345, "transferred": 201_000 }));
    assert_eq!(value["verdict"]["passed"], false);
    assert_eq!(value["verdict"]["lines"][0]["actual"], 2_000);
    assert_eq!(value["problems"][0]["code"], "some-warning");
    assert_eq!(value["timings"][0], serde_json::json!({ "stage": "emit", "milliseconds": 1.5 }));
    let unchanged = serde_json::json!({ "lookedAt": 900, "read": 1, "tookMs": 2500.0 });
    let used = serde_json::json!({
        "hits": 3, "misses": 4, "readBytes": 1500, "writtenBytes": 0, "savedMs": 1200.0, "unchanged": unchanged
    });
    assert_eq!(value["cache"], used);
    let failed = json(None, None, &[Diagnostic::error("syntax", "no")], &timings, &CacheUse::default());
    assert_eq!(failed["ok"], false);
    assert!(failed["outdir"].is_null() && failed["files"].as_array().unwrap().is_empty());
}

fn sealed_file(key: OutputKey, path: &str, mentions: &[&str], sources: &[(&str, u64)]) -> SealedFile {
    let contribution = |(source, bytes): &(&str, u64)| Contribution {
        source: source.to_string(),
        package: String::new(),
        bytes: *bytes,
        why: Vec::new(),
        spans: Vec::new(),
    };
    SealedFile {
        key,
        kind: FileKind::Script,
        path: path.into(),
        bytes: vec![b' '; 100].into(),
        hashed: true,
        hash: ContentHash::of(b""),
        mentions: mentions.iter().map(|path| path.to_string()).collect(),
        contributions: sources.iter().map(contribution).collect(),
        exports: Vec::new(),
    }
}

fn record(specifier: &str, kind: ImportKind) -> ImportRecord {
    let specifier = specifier.into();
    ImportRecord { specifier, kind, start: 0, end: 0, attribute: None, names: None, guarded: false }
}

#[test]
fn metafile_of_two_chunks() {
    let records = vec![record("./lazy", ImportKind::Dynamic), record("node:fs", ImportKind::Import)];
    let graph = super_small_graph(ModuleFacts { records, ..ModuleFacts::default() });
    let chunk = |kind, statics: &[u32]| Chunk {
        kind,
        name: String::new(),
        modules: Vec::new(),
        static_imports: statics.iter().map(|id| ChunkId(*id)).collect(),
        sheets: if kind == ChunkKind::Entry(0) { vec![SheetId(0)] } else { Vec::new() },
    };
    let plan = ChunkPlan {
        chunks: vec![
            chunk(ChunkKind::Entry(0), &[2]),
            chunk(ChunkKind::Dynamic(ModuleId(1)), &[]),
            chunk(ChunkKind::Shared, &[]),
        ]
        .into(),
        sheets: vec![Sheet { chunk: ChunkId(0), is_main: true, styles: Vec::new() }].into(),
        ..ChunkPlan::default()
    };
    let files = vec![
        sealed_file(OutputKey::Chunk(ChunkId(1)), "lazy.js", &[], &[("src/lazy.ts", 60)]),
        sealed_file(
            OutputKey::Chunk(ChunkId(0)),
            "main.js",
            &["lazy.js", "logo.png", "shared.js"],
            &[("src/main.ts", 10), ("plimsoll:runtime", 5), ("src/main.ts", 7)],
        ),
        sealed_file(OutputKey::Asset(AssetId(0)), "logo.png", &[], &[]),
        sealed_file(OutputKey::Chunk(ChunkId(2)), "shared.js", &[], &[]),
        sealed_file(OutputKey::Style(SheetId(0)), "style.css", &["logo.png"], &[]),
    ];
    let value = metafile(&graph, &plan, &Sealed { files }, &Options::for_tests());
    let main = &value["outputs"]["dist/main.js"];
    assert_eq!(main["bytes"], 100);
    assert_eq!(main["entryPoint"], "src/main.ts");
    assert_eq!(main["cssBundle"], "dist/style.css");
    assert_eq!(main["inputs"], serde_json::json!({ "src/main.ts": { "bytesInOutput": 17 } }));
    assert_eq!(
        main["imports"],
        serde_json::json!([
            { "path": "dist/lazy.js", "kind": "dynamic-import" },
            { "path": "dist/logo.png", "kind": "file-loader" },
            { "path": "dist/shared.js", "kind": "import-statement" },
        ])
    );
    assert_eq!(value["outputs"]["dist/lazy.js"]["entryPoint"], "src/lazy.ts");
    assert_eq!(value["outputs"]["dist/style.css"]["imports"][0]["kind"], "url-token");
    assert_eq!(
        value["inputs"]["src/main.ts"]["imports"],
        serde_json::json!([
            { "path": "src/lazy.ts", "kind": "dynamic-import", "original": "./lazy" },
            { "path": "node:fs", "kind": "import-statement", "external": true },
        ])
    );
    // Whatever an output names as its source is an input.
    for output in value["outputs"].as_object().unwrap().values() {
        for name in output["inputs"].as_object().unwrap().keys() {
            assert!(value["inputs"].get(name).is_some(), "{name}");
        }
    }
}

fn super_small_graph(main: ModuleFacts) -> crate::model::ModuleGraph {
    use crate::model::{Entry, EntryKind, Loader, Module, ModuleGraph, Origin, Target};
    let module = |name: &str, facts: ModuleFacts, targets: Vec<Target>| Module {
        parse: crate::lang::js::ParseOptions::default(),
        name: name.into(),
        path: name.into(),
        loader: Loader::Ts,
        source: "x".into(),
        source_hash: ContentHash::of(b"x"),
        source_is_file: true,
        shape: None,
        facts: facts.into(),
        tree: Default::default(),
        targets,
        style: None,
        asset: None,
        side_effects: true,
        node_esm: false,
        package: None,
        origin: Origin::Entry,
    };
    let targets = vec![Target::Module(ModuleId(1)), Target::External("node:fs".into())];
    ModuleGraph {
        modules: vec![module("src/main.ts", main, targets), module("src/lazy.ts", ModuleFacts::default(), Vec::new())]
            .into(),
        entries: vec![Entry { module: ModuleId(0), kind: EntryKind::User, name: "main".into() }],
        ..ModuleGraph::default()
    }
}

#[test]
fn a_trace_is_read_by_the_viewers_of_chrome() {
    use crate::base::trace::Event;
    let events = [Event {
        kind: "compile",
        what: "src/a.js".into(),
        start: Duration::from_micros(70),
        time: Duration::from_micros(2_500),
        lane: 1,
    }];
    let value = super::trace(&events);
    let expected = serde_json::json!({
        "name": "src/a.js", "cat": "compile", "ph": "X", "pid": 1, "tid": 1, "ts": 70, "dur": 2500,
    });
    assert_eq!(value["traceEvents"], serde_json::json!([expected]));
}

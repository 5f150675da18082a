//! What every build promises, whatever is built: the same bytes from the same sources, and a directory that is never
//! half written.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};
use support::{copy, plimsoll, project, succeeds, tree, write};

/// A site with everything that is decided in parallel: pages, routes that share code, styles, images, a worker.
fn site() -> tempfile::TempDir {
    let folder = project(&[
        ("package.json", r#"{ "name": "site", "type": "module" }"#),
        (
            "index.html",
            "<!doctype html><title>Site</title><link rel=stylesheet href=./base.css><img src=./photo.jpg alt=''><script type=module src=./src/main.ts></script>",
        ),
        (
            "about.html",
            "<!doctype html><title>About</title><img src=./photo.jpg alt=''><script type=module src=./src/route1.ts></script>",
        ),
        ("base.css", "@import './more.css';\nbody { color: rgb(0 0 255); background: url(./badge.png) }"),
        ("more.css", ".more { margin: 0 0 0 0 }"),
        (
            "src/worker.ts",
            "import { shared0 } from './shared0.ts';\nonmessage = (event) => postMessage(shared0(event.data));",
        ),
        ("src/legacy.cjs", "exports.answer = 42; exports.unused = require('./other.cjs');"),
        ("src/other.cjs", "module.exports = function other() { return 'other'; };"),
    ]);
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/storefront/images");
    for (from, to) in [("workshop-400.jpg", "photo.jpg"), ("badge.png", "badge.png")] {
        std::fs::copy(photos.join(from), folder.path().join(to)).unwrap();
    }
    for at in 0..12 {
        let text = format!(
            "export function shared{at}(value: number): string {{ return `shared {at} ${{value * {at}}}`; }}\nexport const unused{at} = [{at}];\n"
        );
        write(&folder.path().join(format!("src/shared{at}.ts")), text.as_bytes());
        let (next, third) = ((at + 1) % 12, (at * 5) % 12);
        let style = format!("src/route{at}.module.css");
        write(
            &folder.path().join(style),
            format!(".card{at} {{ padding: {at}px }} .title {{ top: {at}px }}").as_bytes(),
        );
        let text = format!(
            "import {{ shared{at} }} from './shared{at}.ts';\nimport {{ shared{next} as next }} from './shared{next}.ts';\nimport * as third from './shared{third}.ts';\nimport styles from './route{at}.module.css';\nexport const route = (value: number) => [styles.card{at}, shared{at}(value), next(value), third.shared{third}(value)].join();\n"
        );
        write(&folder.path().join(format!("src/route{at}.ts")), text.as_bytes());
    }
    write(&folder.path().join("src/main.ts"), main_script("first").as_bytes());
    folder
}

fn main_script(word: &str) -> String {
    let routes: String = (0..12).map(|at| format!("  () => import('./route{at}.ts'),\n")).collect();
    format!(
        "import {{ answer }} from './legacy.cjs';\nconst routes = [\n{routes}];\nnew Worker(new URL('./worker.ts', import.meta.url), {{ type: 'module' }});\nconst {{ route }} = await routes[answer % 12]!();\ndocument.title = '{word}' + route(1);\n"
    )
}

const BUILD: [&str; 5] = ["build", "index.html", "about.html", "--log-level", "error"];

fn build(folder: &Path, threads: &str, arguments: &[&str]) {
    succeeds(plimsoll(folder).env("RAYON_NUM_THREADS", threads).args(BUILD).args(arguments));
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let first = site();
    build(first.path(), "1", &["--no-cache"]);
    let expected = tree(&first.path().join("dist"));
    assert!(expected.len() > 40, "{:?}", expected.keys());
    let elsewhere = tempfile::tempdir().unwrap();
    let second = elsewhere.path().join("a/longer/path with a space");
    copy(first.path(), &second);
    for at in 0..10 {
        // Cold, then with what the runs before left; with two threads or one.
        let (folder, threads) = if at % 2 == 0 { (first.path(), "2") } else { (second.as_path(), "1") };
        build(folder, threads, &[]);
        let actual = tree(&folder.join("dist"));
        let differing: Vec<&String> =
            expected.keys().chain(actual.keys()).filter(|name| expected.get(*name) != actual.get(*name)).collect();
        assert!(differing.is_empty(), "run {at}: {differing:?}");
    }
}

#[test]
fn the_order_of_discovery_does_not_show() {
    let folder = site();
    build(folder.path(), "2", &["--no-cache"]);
    let expected = tree(&folder.path().join("dist"));
    for seed in 0..12_u32 {
        let mut command = plimsoll(folder.path());
        succeeds(command.env("PLIMSOLL_SHUFFLE", seed.to_string()).args(BUILD).arg("--no-cache"));
        assert!(tree(&folder.path().join("dist")) == expected, "PLIMSOLL_SHUFFLE={seed} gives other files");
    }
}

#[cfg(unix)]
#[test]
fn a_killed_build_leaves_the_old_or_the_new() {
    let folder = site();
    let (mut wanted, mut length) = (Vec::new(), Duration::ZERO);
    for word in ["first", "second"] {
        write(&folder.path().join("src/main.ts"), main_script(word).as_bytes());
        let start = Instant::now();
        build(folder.path(), "2", &[]);
        length = start.elapsed();
        wanted.push(tree(&folder.path().join("dist")));
    }
    assert!(wanted[0] != wanted[1]);
    let mut killed = 0;
    for at in 0..20_u32 {
        write(&folder.path().join("src/main.ts"), main_script(["first", "second"][at as usize % 2]).as_bytes());
        let mut command = plimsoll(folder.path());
        command.args(BUILD);
        let mut child = command.spawn().unwrap();
        // Most moments fall where files are being written, at the end.
        let part = 1.0 - (1.0 - f64::from(at) / 20.0).powi(2);
        std::thread::sleep(length.mul_f64(part));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let actual = tree(&folder.path().join("dist"));
        assert!(wanted.contains(&actual), "after {part} of a build: {:?}", actual.keys());
    }
    assert!(killed > 0, "no build was still running when it was to be killed");
    write(&folder.path().join("src/main.ts"), main_script("second").as_bytes());
    build(folder.path(), "2", &[]);
    assert!(tree(&folder.path().join("dist")) == wanted[1], "a build after killed ones is whole");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".plimsoll-")), "{left:?}");
}

/// Routes that share small functions in pairs ask for one chunk more, not for one per pair.
#[test]
fn small_shared_chunks_are_merged() {
    let pair = |name: &str, own: &str, other: &str| {
        let text = format!(
            "import {{ {own} }} from './{own}.js';\nimport {{ {other} }} from './{other}.js';\nexport const {name} = () => {own}() + {other}();\n"
        );
        (format!("{name}.js"), text)
    };
    let shared = |name: &str| (format!("{name}.js"), format!("export function {name}() {{ return '{name}'; }}\n"));
    let mut sources = vec![
        pair("a", "one", "two"),
        pair("b", "two", "three"),
        pair("c", "three", "one"),
        shared("one"),
        shared("two"),
        shared("three"),
    ];
    let routes = "export const routes = [() => import('./a.js'), () => import('./b.js'), () => import('./c.js')];\n";
    sources.push(("main.js".to_string(), routes.to_string()));
    let sources: Vec<(&str, &str)> = sources.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = project(&sources);
    let flags = ["build", "main.js", "--format", "esm", "--no-cache", "--log-level", "error"];
    succeeds(plimsoll(folder.path()).args(flags));
    let built: Vec<String> = tree(&folder.path().join("dist")).into_keys().collect();
    // Three functions, each needed by two routes: three chunks without merging.
    assert_eq!(built.iter().filter(|name| name.ends_with(".js")).count(), 5, "{built:?}");
}

/// A page with packages of both kinds, helpers, and code of its own.
fn with_vendor() -> tempfile::TempDir {
    project(&[
        ("package.json", r#"{ "name": "app", "type": "module" }"#),
        (
            "src/main.js",
            "import React from 'reactive';\nimport { chart } from 'charts';\nimport { title } from './title.js';\nconsole.log(title, React.version, chart(2));\nexport const late = () => import('./late.js');\n",
        ),
        ("src/title.js", "export const title = 'the first title of the page';\n"),
        (
            "src/late.js",
            "import { axis } from 'charts';\nimport React from 'reactive';\nexport const late = [axis(1), React.version];\n",
        ),
        (
            "src/admin.js",
            "import React from 'reactive';\nimport { title } from './title.js';\nconsole.log(title, React.version);\n",
        ),
        ("node_modules/reactive/package.json", r#"{ "name": "reactive", "version": "1.0.0", "main": "index.js" }"#),
        ("node_modules/reactive/index.js", "exports.version = require('./version.js');\nexports.self = this;\n"),
        ("node_modules/reactive/version.js", "module.exports = '1.0.0';\n"),
        ("node_modules/charts/package.json", r#"{ "name": "charts", "version": "1.0.0", "type": "module" }"#),
        (
            "node_modules/charts/index.js",
            "import { scale } from './scale.js';\nexport const chart = (n) => scale(n) + ' chart';\nexport const axis = (n) => scale(n) + ' axis';\nexport const unused = 1;\n",
        ),
        (
            "node_modules/charts/scale.js",
            "const table = new Map([[1, 'one'], [2, 'two']]);\nexport const scale = (n) => table.get(n);\n",
        ),
    ])
}

/// What changes in the application changes nothing in the chunk of the packages: visitors keep it.
#[test]
fn a_vendor_chunk_is_the_same_whatever_the_application_says() {
    for flags in [&["--minify"][..], &["--no-minify"], &["--minify=max"], &["--sourcemap=linked"]] {
        let folder = with_vendor();
        let vendor = |folder: &Path| -> std::collections::BTreeMap<String, Vec<u8>> {
            let mut command = plimsoll(folder);
            command.args(["build", "src/main.js", "src/admin.js", "--chunk", "vendor=node_modules/**", "--no-cache"]);
            succeeds(command.args(["--log-level", "error"]).args(flags));
            let files = tree(&folder.join("dist")).into_iter();
            files.filter(|(name, _)| name.starts_with("vendor-")).collect()
        };
        let before = vendor(folder.path());
        assert_eq!(before.len(), if flags[0] == "--sourcemap=linked" { 2 } else { 1 }, "{:?}", before.keys());
        for (file, text) in [
            ("src/title.js", "export const title = 'another title';\n"),
            (
                "src/title.js",
                "import { words } from './words.js';\nconst join = (all) => all.join();\nexport const title = join(words);\nglobalThis.title = title;\n",
            ),
            (
                "src/late.js",
                "import React from 'reactive';\nimport { axis } from 'charts';\nimport { words } from './words.js';\nexport const late = [React.version, axis(2), words, React.version];\n",
            ),
        ] {
            write(&folder.path().join("src/words.js"), b"export const words = ['many', 'words'];\n");
            write(&folder.path().join(file), text.as_bytes());
            assert!(vendor(folder.path()) == before, "{flags:?}: {file} changes the vendor chunk");
        }
        // What the application asks of it is another matter.
        write(&folder.path().join("src/late.js"), b"export { unused as late } from 'charts';\n");
        assert!(vendor(folder.path()) != before, "{flags:?}");
    }
}

#[test]
fn a_trace_has_every_stage_and_every_file() {
    let folder = site();
    let trace = folder.path().join("trace.json");
    build(folder.path(), "2", &["--no-cache", "--trace", trace.to_str().unwrap()]);
    let value: serde_json::Value = serde_json::from_slice(&std::fs::read(&trace).unwrap()).unwrap();
    let events = value["traceEvents"].as_array().unwrap();
    let has = |kind: &str, name: &str| {
        events.iter().any(|event| event["cat"] == kind && event["name"].as_str().unwrap().ends_with(name))
    };
    assert!(
        ["graph", "link", "script", "style", "image", "page", "seal", "emit"].iter().all(|name| has("stage", name))
    );
    assert!(has("load", "src/route3.ts") && has("load", "photo.jpg") && has("compile", "src/main.ts"));
    assert!(events.iter().all(|event| event["ts"].is_u64() && event["dur"].is_u64() && event["tid"].is_u64()));
}

/// Two entries, a lazy chunk and a worker that speak of the same properties.
fn with_private_names() -> tempfile::TempDir {
    project(&[
        (
            "one.mjs",
            "import { make } from './shared.mjs';\nimport('./lazy.mjs').then(({ show }) => console.log(show(make(2))));\nconst worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });\nworker.postMessage(make(3));\n",
        ),
        ("two.mjs", "import { make } from './shared.mjs';\nconsole.log(make(4).value_, make(5).often_);\n"),
        (
            "shared.mjs",
            "export const make = (n) => ({ value_: n, often_: [n], a: 0 });\nexport const often = (x) => x.often_ && x.often_ || x.often_;\n",
        ),
        ("lazy.mjs", "export const show = (x) => x.value_ + x.often_ + x.rare_;\n"),
        ("worker.mjs", "onmessage = ({ data }) => postMessage(data.value_);\n"),
    ])
}

#[test]
fn mangled_names_are_the_same_in_every_file_and_from_build_to_build() {
    let folder = with_private_names();
    let build = |flags: &[&str]| {
        let mut command = plimsoll(folder.path());
        command.args(["build", "one.mjs", "two.mjs", "--mangle-props", "_$", "--log-level", "error"]);
        succeeds(command.args(flags));
        let scripts = tree(&folder.path().join("dist")).into_iter().filter(|(name, _)| name.ends_with(".js"));
        scripts.map(|(name, text)| (name, String::from_utf8(text).unwrap())).collect::<Vec<_>>()
    };
    let names = folder.path().join("names.json");
    let cold = build(&["--mangle-cache", "names.json", "--no-cache"]);
    // The most used name is the shortest that is free: an unmangled property is called `a`.
    let expected = "{\n  \"often_\": \"b\",\n  \"rare_\": \"d\",\n  \"value_\": \"c\"\n}\n";
    assert_eq!(std::fs::read_to_string(&names).unwrap(), expected);
    let all: String = cold.iter().map(|(_, text)| text.as_str()).collect();
    assert!(!all.contains("value_") && !all.contains("often_"), "{cold:#?}");
    assert!(cold.iter().filter(|(_, text)| text.contains(".c")).count() >= 3, "{cold:#?}");
    for flags in [&["--mangle-cache", "names.json"][..], &[], &["--no-splitting"], &["--no-minify", "--no-splitting"]] {
        let (first, warm) = (build(flags), build(flags));
        assert!(first == warm, "{flags:?}");
        assert!(first.iter().all(|(_, text)| !text.contains("often_")), "{flags:?}");
    }
    // The file comes back, whoever removed it, though nothing else has changed.
    for _ in 0..3 {
        build(&["--mangle-cache", "again.json"]);
        let again = folder.path().join("again.json");
        assert_eq!(std::fs::read_to_string(&again).unwrap(), expected);
        std::fs::remove_file(&again).unwrap();
    }
    // What the file says stays, `false` means never, and a new name takes none that it has.
    write(&names, br#"{ "value_": "often", "rare_": false, "gone_": "b" }"#);
    let kept = build(&["--mangle-cache", "names.json"]);
    let text: String = kept.iter().map(|(_, text)| text.as_str()).collect();
    assert!(text.contains("rare_") && text.contains(".often") && !text.contains("often_"), "{text}");
    let expected = "{\n  \"gone_\": \"b\",\n  \"often_\": \"c\",\n  \"rare_\": false,\n  \"value_\": \"often\"\n}\n";
    assert_eq!(std::fs::read_to_string(&names).unwrap(), expected);
    // A build that fails writes nothing; neither does one that cannot read the file.
    write(&folder.path().join("two.mjs"), b"import './nothing.mjs'; export const x = { new_: 1 };\n");
    let arguments = ["build", "two.mjs", "--mangle-props", "_$", "--mangle-cache", "names.json"];
    assert_eq!(support::run(plimsoll(folder.path()).args(arguments)).status, 1);
    assert_eq!(std::fs::read_to_string(&names).unwrap(), expected);
    write(&folder.path().join("two.mjs"), b"export const x = { new_: 1 };\n");
    for wrong in ["[1]", "{ \"a_\": 1 }", "{ \"a_\": \"x\", \"b_\": \"x\" }", "{"] {
        write(&names, wrong.as_bytes());
        let refused = support::run(plimsoll(folder.path()).args(arguments));
        assert_eq!(refused.status, 1, "{wrong}");
        assert!(refused.stderr.contains("error[bad-mangle-cache]: \"names.json\""), "{}", refused.stderr);
        assert_eq!(std::fs::read_to_string(&names).unwrap(), wrong);
    }
}

#[test]
fn source_maps_say_what_mangled_names_were() {
    let folder = with_private_names();
    for flags in [&["--minify"][..], &["--no-minify"], &["--minify=max"]] {
        let mut command = plimsoll(folder.path());
        command.args(["build", "two.mjs", "--mangle-props", "_$", "--sourcemap", "--no-cache", "--log-level", "error"]);
        succeeds(command.args(flags));
        let map = std::fs::read(folder.path().join("dist/two.js.map")).unwrap();
        let map: serde_json::Value = serde_json::from_slice(&map).unwrap();
        let names: Vec<&str> = map["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!(names.contains(&"value_") && names.contains(&"often_"), "{flags:?}: {names:?}");
    }
}

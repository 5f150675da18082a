//! Projects whose packages Yarn keeps in archives.

use super::*;
use crate::fs::written::archive;
use serde_json::{Value, json};

/// One package of the map: name, reference, location, and what it may import (name, reference; `""`: nobody provides it).
type Listed<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);

fn map(packages: &[Listed]) -> String {
    let data = packages.iter().map(|(name, reference, location, dependencies)| {
        let target = |reference: &str| match reference.split_once('=') {
            Some((name, reference)) => json!([name, reference]),
            None if reference.is_empty() => Value::Null,
            None => json!(reference),
        };
        let dependencies: Vec<Value> = dependencies.iter().map(|(name, to)| json!([name, target(to)])).collect();
        json!([name, [[reference, { "packageLocation": location, "packageDependencies": dependencies }]]])
    });
    let roots: Vec<Value> = packages
        .iter()
        .filter(|(_, reference, _, _)| reference.starts_with("workspace:"))
        .map(|(name, reference, _, _)| json!({ "name": name, "reference": reference }))
        .collect();
    json!({ "dependencyTreeRoots": roots, "packageRegistryData": data.collect::<Vec<_>>() }).to_string()
}

fn plugged(files: &[(&str, &str)], packages: &[Listed], archives: &[(&str, &[(&str, &str)])]) -> Sample {
    let sample = Sample::new(files);
    sample.write(".pnp.data.json", map(packages));
    for (path, files) in archives {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        sample.write(path, archive(&files));
    }
    sample
}

const KIT: (&str, &[(&str, &str)]) = (
    ".yarn/cache/kit.zip",
    &[
        (
            "node_modules/kit/package.json",
            r##"{"name": "kit", "version": "1.0.0", "type": "module", "sideEffects": ["*.css"], "imports": {"#own": "./own.js", "#part": "part"},
                "exports": {".": {"browser": "./web.js", "default": "./node.js"}, "./*": "./*"}}"##,
        ),
        ("node_modules/kit/web.js", "import '#own'; import '#part'; import 'kit/more.js'; export const web = 1"),
        ("node_modules/kit/own.js", "globalThis.own = 1"),
        ("node_modules/kit/more.js", "globalThis.more = 1"),
        (
            "node_modules/kit/style.css",
            "@import './deep/more.css'; @import 'part/part.css'; a { background: url(img/a.png) }",
        ),
        ("node_modules/kit/deep/more.css", "@font-face { src: url(\"../font.woff2\") }"),
        ("node_modules/kit/img/a.png", "no picture"),
        ("node_modules/kit/font.woff2", "no font"),
        ("node_modules/kit/tsconfig.json", r#"{"compilerOptions": {"jsx": "react", "jsxFactory": "h"}}"#),
    ],
);

const PART: (&str, &[(&str, &str)]) = (
    ".yarn/cache/part.zip",
    &[
        (
            "node_modules/part/package.json",
            r#"{"name": "part", "version": "2.0.0", "main": "lib", "browser": {"./lib/node.js": "./lib/web.js"}}"#,
        ),
        ("node_modules/part/lib/index.js", "require('./node.js'); module.exports = 1"),
        ("node_modules/part/lib/node.js", ""),
        ("node_modules/part/lib/web.js", "require('kit')"),
        ("node_modules/part/part.css", "p { top: 0 }"),
    ],
);

const PACKAGES: [Listed; 3] = [
    ("app", "workspace:.", "./", &[("app", "workspace:."), ("kit", "npm:1.0.0"), ("old", "part=npm:2.0.0")]),
    ("kit", "npm:1.0.0", "./.yarn/cache/kit.zip/node_modules/kit/", &[("kit", "npm:1.0.0"), ("part", "npm:2.0.0")]),
    ("part", "npm:2.0.0", "./.yarn/cache/part.zip/node_modules/part/", &[("part", "npm:2.0.0"), ("kit", "")]),
];

const IN_KIT: &str = ".yarn/cache/kit.zip/node_modules/kit";
const IN_PART: &str = ".yarn/cache/part.zip/node_modules/part";

#[test]
fn packages_are_resolved_as_anywhere() {
    let part = [PART.1[0], PART.1[1], PART.1[2], ("node_modules/part/lib/web.js", "")];
    let files = [("src/main.js", "import 'kit'; import 'old'; import 'old/lib/web'")];
    let graph = plugged(&files, &PACKAGES, &[KIT, (PART.0, &part)]).graph();
    let (kit, part) = (|name| format!("{IN_KIT}/{name}"), |name| format!("{IN_PART}/lib/{name}"));
    let expected = [
        format!("kit → {}", kit("web.js")),
        format!("old → {}", part("index.js")),
        format!("old/lib/web → {}", part("web.js")),
    ];
    assert_eq!(leads(&graph, "src/main.js"), expected);
    let expected = ["#own → own.js", "kit/more.js → more.js"].map(|text| text.replace("→ ", &format!("→ {IN_KIT}/")));
    let mut found = leads(&graph, &kit("web.js"));
    assert_eq!(found.remove(1), format!("#part → {}", part("index.js")), "names of its own lead to packages");
    assert_eq!(found, expected);
    assert_eq!(leads(&graph, &part("index.js")), [format!("./node.js → {}", part("web.js"))]);
    let web = module(&graph, &kit("web.js"));
    assert!(web.node_esm && !web.side_effects && web.parse.in_package);
    assert_eq!(web.package.as_ref().map(|package| package.version.as_str()), Some("1.0.0"));
    assert_eq!(module(&graph, &part("index.js")).package.as_ref().unwrap().name, "part");
}

#[test]
fn sheets_and_files_come_out_of_archives() {
    let files = [("src/main.js", "import 'kit/style.css'; import picture from 'kit/img/a.png'; picture()")];
    let graph = plugged(&files, &PACKAGES, &[KIT, PART]).graph();
    let names: Vec<&str> = graph.styles.iter().map(|style| style.name.as_str()).collect();
    let expected = [format!("{IN_KIT}/style.css"), format!("{IN_KIT}/deep/more.css"), format!("{IN_PART}/part.css")];
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(expected.iter().all(|name| names.contains(&name.as_str())), "{names:?}");
    let mut assets: Vec<(&str, &[u8])> = graph.assets.iter().map(|asset| (&*asset.name, &*asset.bytes)).collect();
    assets.sort_unstable();
    let (font, picture) = (format!("{IN_KIT}/font.woff2"), format!("{IN_KIT}/img/a.png"));
    assert_eq!(assets, [(&*font, b"no font".as_slice()), (&*picture, b"no picture".as_slice())]);
}

#[test]
fn a_tsconfig_extends_one_of_a_package() {
    let files = [("src/main.jsx", "<a />"), ("tsconfig.json", r#"{"extends": "kit/tsconfig.json"}"#)];
    let sample = plugged(&files, &PACKAGES, &[KIT]).with(|options| options.entries[0].1 = "src/main.jsx".into());
    assert_eq!(module(&sample.graph(), "src/main.jsx").parse.jsx_factory.as_deref(), Some("h"));
}

#[test]
fn what_is_watched_is_on_the_disk() {
    let sample = plugged(&[("src/main.js", "import 'kit/own.js'")], &PACKAGES, &[KIT]);
    let watched = sample.graph().watched;
    for name in [".pnp.data.json", ".yarn/cache/kit.zip", "src/main.js"] {
        assert!(watched.contains(&sample.options.root.join(name)), "{name}: {watched:?}");
    }
    assert!(watched.iter().all(|path| path.is_file()), "{watched:?}");
}

const INSTANCES: [Listed; 5] = [
    ("app", "workspace:.", "./", &[("view", "virtual:1f#npm:1"), ("lib", "workspace:lib"), ("react", "npm:1")]),
    ("lib", "workspace:lib", "./lib/", &[("view", "virtual:2e#npm:1"), ("react", "npm:2")]),
    ("react", "npm:1", "./.yarn/cache/react-1.zip/node_modules/react/", &[]),
    (
        "view",
        "virtual:1f#npm:1",
        "./.yarn/__virtual__/view-virtual-1f/0/cache/view.zip/node_modules/view/",
        &[("react", "npm:1")],
    ),
    (
        "view",
        "virtual:2e#npm:1",
        "./.yarn/__virtual__/view-virtual-2e/0/cache/view.zip/node_modules/view/",
        &[("react", "npm:2")],
    ),
];

#[test]
fn instances_with_other_peers_are_other_modules() {
    let files = [("src/main.js", "import 'view'; import 'lib'"), ("lib/index.js", "import 'view'")];
    let second: Listed = ("react", "npm:2", "./.yarn/unplugged/react-2/node_modules/react/", &[]);
    let packages = [&INSTANCES[..], &[second]].concat();
    let archives: [(&str, &[(&str, &str)]); 2] = [
        (".yarn/cache/view.zip", &[("node_modules/view/index.js", "import 'react'")]),
        (".yarn/cache/react-1.zip", &[("node_modules/react/index.js", "")]),
    ];
    for preserve_symlinks in [false, true] {
        let sample =
            plugged(&files, &packages, &archives).with(|options| options.preserve_symlinks = preserve_symlinks);
        sample.write(".yarn/unplugged/react-2/node_modules/react/index.js", "");
        let graph = sample.graph();
        let view =
            |hash: &str| format!(".yarn/__virtual__/view-virtual-{hash}/0/cache/view.zip/node_modules/view/index.js");
        assert_eq!(leads(&graph, "src/main.js"), [format!("view → {}", view("1f")), "lib → lib/index.js".to_string()]);
        assert_eq!(leads(&graph, "lib/index.js"), [format!("view → {}", view("2e"))]);
        assert_eq!(leads(&graph, &view("1f")), ["react → .yarn/cache/react-1.zip/node_modules/react/index.js"]);
        assert_eq!(leads(&graph, &view("2e")), ["react → .yarn/unplugged/react-2/node_modules/react/index.js"]);
        assert!(graph.watched.contains(&sample.options.root.join(".yarn/cache/view.zip")));
    }
}

#[test]
fn a_cache_elsewhere_leaves_no_trace() {
    let sample = Sample::new(&[("app/src/main.js", "import { a } from 'kit'; a()")]);
    let packages: [Listed; 2] = [
        ("app", "workspace:.", "./", &[("kit", "virtual:1f#npm:1")]),
        (
            "kit",
            "virtual:1f#npm:1",
            "./.yarn/__virtual__/kit-virtual-1f/2/away/me/cache/kit.zip/node_modules/kit/",
            &[],
        ),
    ];
    sample.write("app/.pnp.data.json", map(&packages));
    sample.write("away/me/cache/kit.zip", archive(&[("node_modules/kit/index.js", b"export const a = 1")]));
    let sample = sample.with(|options| options.root = options.root.join("app"));
    let graph = sample.graph();
    let name = ".yarn/__virtual__/kit-virtual-1f/0/cache/kit.zip/node_modules/kit/index.js";
    assert_eq!(leads(&graph, "src/main.js"), [format!("kit → {name}")]);
    assert_eq!(module(&graph, name).path, sample.options.root.join(name));
    assert!(
        graph.watched.contains(&sample.path("away/me/cache/kit.zip").canonicalize().unwrap()),
        "{:?}",
        graph.watched
    );
}

#[test]
fn a_workspace_with_peers_changes_everywhere_at_once() {
    let packages: [Listed; 3] = [
        ("app", "workspace:.", "./", &[("lib", "virtual:1f#workspace:lib"), ("same", "lib=workspace:lib")]),
        ("lib", "workspace:lib", "./lib/", &[]),
        ("lib", "virtual:1f#workspace:lib", "./.yarn/__virtual__/lib-virtual-1f/1/lib/", &[]),
    ];
    let files = [("src/main.js", "import 'lib'; import 'same'"), ("lib/index.js", "globalThis.a = 1")];
    let cache = tempfile::tempdir().unwrap();
    let sample = plugged(&files, &packages, &[]).with(|options| options.cache_dir = Some(cache.path().to_path_buf()));
    let graph = sample.graph();
    let instance = ".yarn/__virtual__/lib-virtual-1f/1/lib/index.js";
    assert_eq!(leads(&graph, "src/main.js"), [format!("lib → {instance}"), "same → lib/index.js".to_string()]);
    sample.write("lib/index.js", "globalThis.a = 2");
    let path = sample.options.root.join("lib/index.js");
    let changed = [(path, crate::base::ContentHash::of(b"globalThis.a = 2"))];
    let patched = crate::graph::patch(graph, &changed, &sample.options, &Disk).unwrap();
    for name in [instance, "lib/index.js"] {
        assert_eq!(&*module(&patched, name).source, "globalThis.a = 2", "{name}");
    }
}

#[test]
fn what_is_not_declared_is_told_with_what_to_type() {
    let libraries: [Listed; 2] = [
        ("app", "workspace:.", "./", &[("kit", "npm:1.0.0"), ("lib", "workspace:lib")]),
        ("lib", "workspace:lib", "./lib/", &[("lib", "workspace:lib")]),
    ];
    let packages = [&libraries[..], &[PACKAGES[1], PACKAGES[2]]].concat();
    let files = [("src/main.js", "import 'kti/more.js'"), ("lib/package.json", "{}"), ("lib/index.js", "import 'kit'")];
    let sample = plugged(&files, &packages, &[KIT, PART]);
    let problem = sample.problem();
    assert_eq!(problem.notes[0], "\"kti\" is not among the dependencies of \"app\" (package.json)");
    assert_eq!(problem.notes[1], "did you mean \"kit/more.js\"?");
    assert_eq!(problem.hint.unwrap(), "yarn add kti, or --external kti leaves the import as it is");

    // The project above has it; so have others, and have lost it.
    sample.write("node_modules/kit/index.js", "");
    sample.write("src/main.js", "import 'lib'");
    let problem = sample.problem();
    assert_eq!(problem.location.unwrap().file, "lib/index.js");
    assert_eq!(problem.notes[0], "\"kit\" is not among the dependencies of \"lib\" (lib/package.json)");
    assert!(problem.hint.unwrap().starts_with("yarn workspace lib add kit, or "));

    // Found by a name of its own for it.
    sample.write("lib/package.json", r##"{"name": "lib", "imports": {"#kit": "kit"}}"##);
    sample.write("lib/index.js", "import '#kit'");
    let problem = sample.problem();
    assert!(problem.notes[0].ends_with("that is not among the dependencies of \"lib\""), "{problem:?}");
    assert_eq!(problem.location.unwrap().file, "lib/index.js");

    sample.write("src/main.js", "import 'kit/style.css'; import 'kit/missing.js'");
    let problem = sample.problem();
    assert!(problem.notes[0].contains(&format!("looked for \"{IN_KIT}/missing.js\"")), "{problem:?}");

    sample.write("lib/index.js", "require('kit')");
    let paths = r#"{"compilerOptions": {"paths": {"kit": ["./kit.js"]}}}"#;
    sample.write("lib/tsconfig.json", r#"{"compilerOptions": {"paths": {"other": ["./other.js"]}}}"#);
    sample.write("src/main.js", "import 'lib'");
    assert_eq!(sample.problem().location.unwrap().file, "lib/index.js");
    sample.write("lib/tsconfig.json", paths);
    sample.write("lib/kit.js", "");
    assert_eq!(leads(&sample.graph(), "lib/index.js"), ["kit → lib/kit.js"]);
}

#[test]
fn peers_that_nobody_has_are_told() {
    let sample = plugged(&[("src/main.js", "import 'old'")], &PACKAGES, &[KIT, PART]);
    let problem = sample.problem();
    assert_eq!(problem.location.unwrap().file, format!("{IN_PART}/lib/web.js"));
    assert_eq!(problem.notes, ["\"kit\" is a peer dependency of \"part\", and nobody who uses it has it"]);
    assert!(problem.hint.unwrap().starts_with("yarn add kit, or "));
}

#[test]
fn archives_that_are_missing_or_damaged_are_told() {
    let sample = plugged(&[("src/main.js", "import 'kit/own.js'")], &PACKAGES, &[]);
    let problem = sample.problem();
    assert!(sample.build().value.watched.contains(&sample.options.root.join(".yarn/cache/kit.zip")), "it may come");
    assert_eq!(problem.notes, ["\"kit\" is in \".yarn/cache/kit.zip\", which is not there"]);
    assert!(problem.hint.unwrap().starts_with("yarn install, or "));

    let damaged = |problems: &[Diagnostic]| {
        let problem = problems.iter().find(|problem| problem.code == "damaged-archive").unwrap();
        assert_eq!(problem.message, "could not read the archive \".yarn/cache/kit.zip\"");
        assert_eq!(problem.hint.as_deref(), Some("delete it, then: yarn install"));
        problem.notes[0].clone()
    };
    sample.write(".yarn/cache/kit.zip", "PK");
    assert_eq!(damaged(&sample.build().problems), "it ends before the list of what is in it");
    let files: Vec<(&str, &[u8])> = KIT.1.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let mut bytes = archive(&files);
    let at = bytes.windows(10).position(|bytes| bytes == b"globalThis").unwrap();
    bytes[at] = b'h';
    sample.write(".yarn/cache/kit.zip", bytes);
    let reason = "\"node_modules/kit/own.js\" in it has another checksum than the list says";
    assert_eq!(damaged(&sample.build().problems), reason);
}

#[test]
fn a_map_that_cannot_be_read_is_the_only_problem() {
    let sample =
        Sample::new(&[("src/main.js", "import 'kit'"), (".pnp.data.json", "{\n  \"packageRegistryData\": [}\n")]);
    let problem = sample.problem();
    assert_eq!(problem.code, "bad-pnp-map");
    let place = problem.location.unwrap();
    assert_eq!((place.file.as_str(), place.line), (".pnp.data.json", 2));
    assert!(problem.hint.unwrap().starts_with("yarn install"));
    assert_eq!(sample.build().value.watched, [sample.options.root.join(".pnp.data.json")]);
    sample.write(".pnp.cjs", "nothing of the kind");
    assert_eq!(sample.problem().location.unwrap().file, ".pnp.data.json");
}

//! Memory between builds: a build of an unchanged project does nothing again, a build of a changed one gives what a
//! build without memory gives, and several processes may share it.

mod support;

use std::collections::BTreeMap;
use std::fs::{File, FileTimes};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use support::{Run, plimsoll, project, run, succeeds, tree, write};

/// Something for every way in which a file, or its absence, decides what is built.
fn site() -> tempfile::TempDir {
    let folder = project(&[
        ("package.json", r#"{ "name": "site", "type": "module" }"#),
        ("plimsoll.json", r#"{ "define": { "FLAVOUR": "'plain'" }, "budget": "budget.json" }"#),
        ("budget.json", r#"{ "limits": [{ "measure": "initial-load", "max": "100 kB" }] }"#),
        ("tsconfig.json", r#"{ "extends": "./config/base.json" }"#),
        ("config/base.json", r#"{ "compilerOptions": { "paths": { "@/*": ["../src/first/*"] } } }"#),
        (".env", "VITE_GREETING=hello\n"),
        (
            "index.html",
            "<!doctype html><title>Site</title><link rel=stylesheet href=./base.css><img src=./photo.jpg alt=''><script type=module src=./src/main.tsx></script>",
        ),
        ("base.css", "@import './more.css';\nbody { color: rgb(0 0 255) }"),
        ("more.css", ".more { margin: 0 0 0 0 }"),
        (
            "src/main.tsx",
            "import { leaf } from './leaf';\nimport { thing } from './thing';\nimport { named } from '@/named';\nimport { linked } from './linked';\nimport 'kit';\nimport { tool } from 'tool';\nlet extra;\ntry { extra = require('not-installed'); } catch {}\nconst parts = import.meta.glob('./parts/*.ts', { eager: true });\nconsole.log(leaf, thing, named, linked, tool, extra, Object.keys(parts), import.meta.env.VITE_GREETING, FLAVOUR);\nimport('./later').then((later) => later.run());\n",
        ),
        ("src/leaf.ts", "export const leaf: string = 'leaf one';\n"),
        ("src/thing.ts", "export const thing = 'thing.ts';\n"),
        ("src/later.ts", "export const run = () => console.log('later');\n"),
        ("src/first/named.ts", "export const named = 'first';\n"),
        ("src/other/named.ts", "export const named = 'other';\n"),
        ("src/parts/a.ts", "export const part = 'a';\n"),
        ("src/linked-a.ts", "export const linked = 'link to a';\n"),
        ("src/linked-b.ts", "export const linked = 'link to b';\n"),
        ("public/robots.txt", "User-agent: *\n"),
        ("node_modules/kit/package.json", r#"{ "name": "kit", "version": "1.0.0", "sideEffects": false }"#),
        ("node_modules/kit/index.js", "globalThis.kit = 'kit was here';\n"),
        ("node_modules/tool/package.json", r#"{ "name": "tool", "version": "1.0.0", "main": "main.js" }"#),
        ("node_modules/tool/main.js", "export const tool = 'tool main';\n"),
        ("node_modules/tool/module.js", "export const tool = 'tool module';\n"),
    ]);
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/storefront/images");
    std::fs::copy(photos.join("workshop-400.jpg"), folder.path().join("photo.jpg")).unwrap();
    link("linked-a.ts", &folder.path().join("src/linked.ts"));
    folder
}

#[cfg(unix)]
fn link(target: &str, path: &Path) {
    let _ = std::fs::remove_file(path);
    std::os::unix::fs::symlink(target, path).unwrap();
}

#[cfg(not(unix))]
fn link(target: &str, path: &Path) {
    std::fs::copy(path.with_file_name(target), path).unwrap();
}

const FLAGS: [&str; 9] = [
    "build",
    "index.html",
    "--sourcemap",
    "--metafile",
    "meta.json",
    "--headers",
    "netlify,json",
    "--json",
    "--timings",
];

/// Everything that came of a build.
struct Built {
    status: i32,
    files: BTreeMap<String, Vec<u8>>,
    metafile: Vec<u8>,
    problems: serde_json::Value,
    report: serde_json::Value,
}

impl Built {
    fn of(folder: &Path, done: &Run) -> Built {
        let mut report: serde_json::Value =
            serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{}", done.stderr));
        Built {
            status: done.status,
            files: tree(&folder.join("dist")),
            metafile: std::fs::read(folder.join("meta.json")).unwrap_or_default(),
            problems: report["problems"].take(),
            report,
        }
    }

    fn is_unchanged(&self) -> bool {
        self.report["cache"]["unchanged"].is_object()
    }

    #[track_caller]
    fn equals(&self, other: &Built, what: &str) {
        let names = self.files.keys().chain(other.files.keys());
        let differing: Vec<&String> = names.filter(|name| self.files.get(*name) != other.files.get(*name)).collect();
        assert!(differing.is_empty(), "{what}: {differing:?}");
        assert!(self.metafile == other.metafile, "{what}: metafile");
        assert_eq!((self.status, &self.problems), (other.status, &other.problems), "{what}");
        for part in ["ok", "files", "totals", "verdict"] {
            assert_eq!(self.report[part], other.report[part], "{what}: {part}");
        }
    }
}

fn build(folder: &Path, more: &[&str]) -> Built {
    let _ = std::fs::remove_file(folder.join("meta.json"));
    Built::of(folder, &run(plimsoll(folder).args(FLAGS).args(more)))
}

/// As [`build`], knowing nothing and with nothing there.
fn build_anew(folder: &Path, more: &[&str]) -> Built {
    std::fs::remove_dir_all(folder.join("dist")).unwrap();
    let built = build(folder, &[more, &["--no-cache"]].concat());
    assert!(!built.is_unchanged());
    built
}

#[test]
fn an_unchanged_project_is_put_in_place() {
    let folder = site();
    let cold = build(folder.path(), &[]);
    assert!(cold.status == 0 && !cold.is_unchanged() && !cold.metafile.is_empty(), "{}", cold.problems);
    assert!(cold.problems.to_string().contains("not-installed"), "a warning, to be told again: {}", cold.problems);
    let times = |built: &Built| -> Vec<_> {
        let path = |name: &String| folder.path().join("dist").join(name);
        built.files.keys().map(|name| std::fs::metadata(path(name)).unwrap().modified().unwrap()).collect()
    };
    let before = times(&cold);
    let again = build(folder.path(), &[]);
    assert!(again.is_unchanged());
    again.equals(&cold, "with the output in place");
    assert_eq!(times(&again), before, "what is there is left alone");
    std::fs::remove_dir_all(folder.path().join("dist")).unwrap();
    let again = build(folder.path(), &[]);
    assert!(again.is_unchanged());
    again.equals(&cold, "with the output gone");
    write(&folder.path().join("dist/index.html"), b"damaged");
    write(&folder.path().join("dist/assets/foreign.js"), b"foreign");
    build(folder.path(), &[]).equals(&cold, "with the output damaged");
    build_anew(folder.path(), &[]).equals(&cold, "without memory");
}

/// Edits after which the graph is what it was, and edits after which it is not.
#[test]
fn an_edited_script_is_put_into_the_graph_that_is_known() {
    let folder = site();
    let root = folder.path();
    let main = std::fs::read_to_string(root.join("src/main.tsx")).unwrap();
    // What has warnings is always read anew, since they are about places.
    let main = main.replace("try { extra = require('not-installed'); } catch {}", "");
    write(&root.join("src/main.tsx"), main.as_bytes());
    let cold = build(root, &[]);
    assert_eq!(cold.problems, serde_json::json!([]));
    let leaf = |text: &str| ("src/leaf.ts", format!("export const leaf: string = {text};\n"));
    let later = |text: &str| ("src/later.ts", text.to_string());
    let edits = [
        (true, later("export const run = () => console.log('later on');\n")),
        (true, later("// A line above.\n\nexport const run = () => console.log('later on');\n")),
        (true, ("src/main.tsx", main.replace("later.run()", "later.run(1 + 1)"))),
        (true, later("export const run = () => console.log('later');\n")),
        (true, leaf("'leaf two'")),
        // A literal that others copy is a fact.
        (false, leaf("7")),
        (false, later("import { leaf } from './leaf';\nexport const run = () => console.log(leaf);\n")),
        (false, leaf("'leaf'; globalThis.seen = true")),
        // A byte order mark.
        (true, later("\u{feff}import { leaf } from './leaf';\nexport const run = () => console.log(leaf, 1);\n")),
        (false, later("")),
    ];
    for (patched, (path, text)) in edits {
        write(&root.join(path), text.as_bytes());
        let warm = build(root, &[]);
        let stages = &warm.report["timingsMs"];
        assert_eq!(stages["graph"].is_null(), patched, "{path}: {text}: {stages}");
        warm.equals(&build_anew(root, &[]), &text);
        assert!(build(root, &[]).is_unchanged() || warm.status != 0, "after {text}");
    }
}

/// A way in which a project can change, whether the output must, and how.
type Change = (&'static str, bool, fn(&Path));

const CHANGES: &[Change] = &[
    ("an edit that keeps size and time", true, |root| {
        let path = root.join("src/leaf.ts");
        let time = std::fs::metadata(&path).unwrap().modified().unwrap();
        write(&path, b"export const leaf: string = 'leaf two';\n");
        File::options().write(true).open(&path).unwrap().set_times(FileTimes::new().set_modified(time)).unwrap();
    }),
    ("a file that is found first", true, |root| {
        write(&root.join("src/thing.tsx"), b"export const thing = 'thing.tsx';\n");
    }),
    ("a file that is gone", true, |root| std::fs::remove_file(root.join("src/thing.tsx")).unwrap()),
    ("a file for a glob", true, |root| write(&root.join("src/parts/b.ts"), b"export const part = 'b';\n")),
    ("a file less for a glob", true, |root| std::fs::remove_file(root.join("src/parts/a.ts")).unwrap()),
    ("what the tsconfig extends", true, |root| {
        let text = br#"{ "compilerOptions": { "paths": { "@/*": ["../src/other/*"] } } }"#;
        write(&root.join("config/base.json"), text);
    }),
    ("a variable", true, |root| write(&root.join(".env"), b"VITE_GREETING=goodbye\n")),
    ("a file of variables that was not there", true, |root| {
        write(&root.join(".env.production"), b"VITE_GREETING=production\n");
    }),
    ("sideEffects of a package", true, |root| {
        write(
            &root.join("node_modules/kit/package.json"),
            br#"{ "name": "kit", "version": "1.0.0", "sideEffects": true }"#,
        );
    }),
    ("main of a package", true, |root| {
        let text = br#"{ "name": "tool", "version": "1.0.0", "main": "main.js", "module": "module.js" }"#;
        write(&root.join("node_modules/tool/package.json"), text);
    }),
    ("a package that is nearer", true, |root| {
        write(&root.join("src/node_modules/tool/index.js"), b"export const tool = 'nearer tool';\n");
    }),
    ("a package that was missing", true, |root| {
        write(&root.join("node_modules/not-installed/index.js"), b"module.exports = 'installed now';\n");
    }),
    ("the configuration", true, |root| {
        write(&root.join("plimsoll.json"), br#"{ "define": { "FLAVOUR": "'strong'" }, "budget": "budget.json" }"#);
    }),
    ("the budget", false, |root| {
        write(&root.join("budget.json"), br#"{ "limits": [{ "measure": "initial-load", "max": "1 kB" }] }"#);
    }),
    ("where a link leads", true, |root| link("linked-b.ts", &root.join("src/linked.ts"))),
    ("a file to be copied", true, |root| write(&root.join("public/humans.txt"), b"people\n")),
    ("another text of a file to be copied", true, |root| write(&root.join("public/robots.txt"), b"User-agent: no\n")),
    ("an imported sheet", true, |root| write(&root.join("more.css"), b".more { margin: 1px }")),
    ("the page", true, |root| {
        let path = root.join("index.html");
        let text = std::fs::read_to_string(&path).unwrap().replace("<title>Site", "<title>Home");
        write(&path, text.as_bytes());
    }),
    ("a module of another kind", false, |root| write(&root.join("src/package.json"), br#"{ "type": "commonjs" }"#)),
    ("an image", true, |root| {
        let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/storefront/images");
        std::fs::copy(photos.join("badge.png"), root.join("photo.jpg")).unwrap();
    }),
    ("a file that nobody asks for", false, |root| write(&root.join("src/idle.ts"), b"export {};\n")),
    ("a new time of an equal file", false, |root| {
        let text = std::fs::read(root.join("src/later.ts")).unwrap();
        write(&root.join("src/later.ts"), &text);
    }),
];

#[test]
fn whatever_changes_is_noticed() {
    let folder = site();
    let mut before = build(folder.path(), &[]);
    for (what, shows, change) in CHANGES {
        assert!(build(folder.path(), &[]).is_unchanged(), "before {what}");
        change(folder.path());
        let warm = build(folder.path(), &[]);
        assert_eq!(warm.files != before.files, *shows, "{what}");
        warm.equals(&build_anew(folder.path(), &[]), what);
        before = warm;
    }
}

#[test]
fn another_flag_is_another_build() {
    let folder = site();
    let flags: [&[&str]; 6] = [
        &[],
        &["--minify=fast"],
        &["--service-worker", "off"],
        &["--precompress", "none"],
        &["--sourcemap=none"],
        &["--silence", "all"],
    ];
    for more in flags {
        let first = build(folder.path(), more);
        assert!(!first.is_unchanged(), "{more:?}");
        first.equals(&build_anew(folder.path(), more), &format!("{more:?}"));
    }
    for more in flags {
        assert!(build(folder.path(), more).is_unchanged(), "{more:?}: one does not drive out the other");
    }
    let mut other = plimsoll(folder.path());
    let done = run(other.env("VITE_GREETING", "from outside").args(FLAGS));
    assert!(!Built::of(folder.path(), &done).is_unchanged(), "a variable of the environment");
}

#[test]
fn a_damaged_memory_is_none() {
    let folder = site();
    let cold = build(folder.path(), &[]);
    let entries = tree(&folder.path().join("node_modules/.cache/plimsoll"));
    assert!(entries.len() > 10);
    for (at, (path, bytes)) in entries.iter().enumerate() {
        let mut bytes = bytes.clone();
        let half = bytes.len() / 2;
        if at % 2 == 0 {
            bytes.truncate(half)
        } else {
            bytes[half] ^= 1
        }
        std::fs::write(folder.path().join("node_modules/.cache/plimsoll").join(path), bytes).unwrap();
    }
    let again = build(folder.path(), &[]);
    assert!(!again.is_unchanged());
    again.equals(&cold, "after damage");
    // The first finds which outputs are damaged.
    build(folder.path(), &[]).equals(&cold, "while it is being mended");
    assert!(build(folder.path(), &[]).is_unchanged(), "and mended");
}

#[test]
fn the_cache_keeps_its_limit_and_can_be_emptied() {
    let folder = site();
    let said = |arguments: &[&str]| -> serde_json::Value {
        let done = succeeds(plimsoll(folder.path()).args(["cache"]).args(arguments).arg("--json"));
        serde_json::from_str(&done.stdout).unwrap()
    };
    build(folder.path(), &[]);
    let all = said(&["stats"])["bytes"].as_u64().unwrap();
    assert!(all > 50_000, "{all}");
    let limit = (all / 2).to_string();
    assert!(said(&["prune", "--cache-size", &limit])["bytes"].as_u64().unwrap() >= all / 2);
    assert!(said(&["stats"])["bytes"].as_u64().unwrap() <= all / 2);
    let whole = build(folder.path(), &["--cache-size", &limit]);
    whole.equals(&build_anew(folder.path(), &[]), "with half of the memory gone");
    assert!(said(&["stats"])["bytes"].as_u64().unwrap() <= all / 2, "a build keeps the limit too");
    said(&["clear"]);
    assert_eq!(said(&["stats"])["entries"], 0);
}

/// Ten processes on one cache, five of them killed.
#[cfg(unix)]
#[test]
fn processes_share_the_cache_and_may_be_killed() {
    let folder = site();
    let expected = build_anew_in(folder.path());
    let names: Vec<String> = (0..10).map(|at| format!("out{at}")).collect();
    let mut children: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = plimsoll(folder.path());
            command
                .args(["build", "index.html", "--json", "--outdir", name])
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    let mut random = u64::from(std::process::id()) | 1;
    for child in children.iter_mut().step_by(2) {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(random >> 57));
        child.kill().unwrap();
    }
    for (at, child) in children.iter_mut().enumerate() {
        let status = child.wait().unwrap();
        if at % 2 == 1 {
            assert!(status.success(), "a survivor");
            assert!(tree(&folder.path().join(&names[at])) == expected, "a survivor's output");
        }
    }
    // What is left is sound: everything is found, and nothing is wrong.
    for name in [&names[1], &names[9]] {
        let done = succeeds(plimsoll(folder.path()).args(["build", "index.html", "--json", "--outdir", name]));
        let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        assert!(report["cache"]["unchanged"].is_object() && report["cache"]["misses"] == 0, "{}", report["cache"]);
        assert!(tree(&folder.path().join(name)) == expected);
    }
}

#[cfg(unix)]
fn build_anew_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    succeeds(plimsoll(folder).args(["build", "index.html", "--no-cache", "--log-level", "error"]));
    tree(&folder.join("dist"))
}

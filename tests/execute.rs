//! A bundle does what its sources do: each program runs in Node as it is and bundled in several ways, and must print
//! the same.

mod support;

use std::path::Path;
use std::process::Command;
use support::{node_is_missing, plimsoll, project, run, succeeds};

type Program = (&'static str, &'static [(&'static str, &'static str)]);

/// What only other tools run: (name, files, what `main.ts` must print).
const TYPED: &[(Program, &str)] = &[(
    (
        "enums and namespaces in blocks and merged",
        &[(
            "main.ts",
            "const id = (x: any) => x; const out: unknown[] = [];
         { enum a { b = 1 } out.push(id(a)[1]); }
         { enum a { c = 2 } out.push(id(a).c, id(a)[2], id(a).b); }
         export enum top { one = 1, two } export namespace top { export const three = top.two + 1; }
         namespace n { export let k = 1; export namespace m { export const deep = k + 1; } }
         class C { static x: number; } namespace C { C.x = 5; }
         out.push(top[2], top.three, n.k, n.m.deep, C.x); console.log(out.join());",
        )],
    ),
    "b,2,c,,two,3,1,2,5\n",
)];

const WAYS: &[&[&str]] = &[
    &["--minify", "--no-splitting"],
    &["--minify"],
    &["--minify=fast"],
    &["--minify=max"],
    &["--no-minify"],
    &["--no-minify", "--no-tree-shaking"],
    &["--mode", "development"],
];

const PROGRAMS: &[Program] = &[
    (
        "a variable set before a condition in parentheses is read in a branch",
        &[(
            "main.mjs",
            "let fiber = { memo: null, alternate: { memo: 1 } }, hook = { next: null }, log = {};
             function use(value) {
               var index = value.length;
               index = fiber;
               null === (null === hook ? index.memo : hook.next) &&
                 ((index = index.alternate), (log.kind = null === index || null === index.memo ? 'mount' : 'update'));
               return value;
             }
             console.log(use([1]), log); hook = null; console.log(use([2]), log);",
        )],
    ),
    (
        "parentheses that mean something",
        &[(
            "main.mjs",
            "const o = { a: { f() { return this === o.a; } }, n: null };
             console.log((o?.a).f(), (0, o.a.f)(), (o.n?.x)?.y, (-1) ** 2, (1, 2), (() => 3)(), (function () { return 4; })());
             function directive() { ('use strict'); return 5; } console.log(directive());
             let x; ({ x } = { x: 6 }); console.log(x, (async (y) => y) instanceof Function, new (class { z = 7 })().z);",
        )],
    ),
    (
        "what only looks harmless is kept",
        &[(
            "main.mjs",
            "const seen = []; function Menu() {} Object.assign(Menu, { Item: 1 }); const unused = Object.assign(Menu, { More: 2 });
             const shared = { a: 1 }; Object.freeze(shared); const { x1 } = { get x1() { seen.push('getter'); } };
             const lazy = { [Symbol.iterator]: function* () { seen.push('iterated'); } };
             Object.fromEntries(lazy); new Set(lazy);
             console.log(Menu.Item, Menu.More, Object.isFrozen(shared), seen.join());",
        )],
    ),
    (
        "folding keeps the receiver of a call",
        &[(
            "main.mjs",
            "const o = { f() { return this === o; } };
             console.log((true && o.f)(), (true ? o.f : null)(), (1, o.f)(), (true && o.f)``, (true ? o.f : 0)``, o.f(), (o.f)());",
        )],
    ),
    (
        "live bindings, cycles and hoisting",
        &[
            ("main.mjs", "import { count, add, late } from './a.mjs'; console.log(count); add(); console.log(count, late());"),
            ("a.mjs", "import { early } from './b.mjs'; export let count = early(); export function add() { count += 1; } export const late = () => count; export function hoisted() { return 10; }"),
            ("b.mjs", "import { hoisted } from './a.mjs'; export const early = () => hoisted(); console.log('b', hoisted());"),
        ],
    ),
    (
        "CommonJS in the middle",
        &[
            ("main.mjs", "import def, { named } from './lib.cjs'; import * as ns from './lib.cjs'; console.log(def.named, named, ns.default === def, Object.keys(def));"),
            ("lib.cjs", "const other = require('./other.cjs'); exports.named = other(); exports.more = typeof require; exports.self = module.exports === exports;"),
            ("other.cjs", "module.exports = function () { return 'other ' + typeof module; };"),
        ],
    ),
    (
        "imported on demand, sharing a module with a state",
        &[
            ("main.mjs", "import { state } from './state.mjs'; const { inc } = await import('./inc.mjs'); inc(); inc(); console.log(state.n); const ns = await import('./inc.mjs'); console.log(Object.keys(ns), ns.default);"),
            ("inc.mjs", "import { state } from './state.mjs'; export const inc = () => { state.n += 1; }; export default 'inc';"),
            ("state.mjs", "console.log('state'); export const state = { n: 0 };"),
        ],
    ),
    (
        "`return` at the top makes a file a CommonJS module",
        &[("main.mjs", "import './early.cjs'; console.log('after');"), ("early.cjs", "console.log('before'); if (1) return; console.log('never');")],
    ),
    (
        "scopes of every kind keep their variables",
        &[(
            "main.mjs",
            "const out = [];
             for (let i = 0; i < 3; i++) out.push(() => i);
             for (const k in { a: 1, b: 2 }) { const v = k + '!'; out.push(() => v); }
             switch (2) { case 1: throw 1; case 2: let s = undefined ?? 5; out.push(() => s); let t = 6; out.push(() => t); }
             try { throw { e: 1 }; } catch ({ e }) { var inner = e; out.push(() => e); }
             (function named(n) { if (n) named(n - 1); else out.push(() => typeof named); })(2);
             label: for (const x of [1, 2]) { for (const y of [3]) { if (x === 1) continue label; out.push(() => x + y); } }
             class A { static #p = 1; static get p() { return A.#p; } static { out.push(() => this.p); } }
             const { a = 1, ...rest } = { b: 2 }; out.push(() => [a, rest]);
             console.log(out.map((f) => { try { return f(); } catch (e) { return e.name; } }), inner);",
        )],
    ),
];

/// With `--keep-names`, names are the same as well.
const NAMES: &str = "const a = () => {}, b = function () {}, c = class {}, d = function named() {}, e = class Named {};
    let f, g; f = () => {}; g ??= () => {}; const { h = () => {} } = {}; function late() {} class Late { static s = this.name; }
    class Own { static name = 'own'; }
    console.log([a, b, c, d, e, f, g, h, late, Late, Own].map((x) => x.name).join(), Late.s);
    (function inner(i = () => {}) { console.log(inner.name, i.name); })();
    { function block() {} console.log(block.name); }";

fn node(folder: &Path, file: &str) -> String {
    let mut command = Command::new("node");
    command.arg(file).current_dir(folder);
    let done = run(&mut command);
    // A `ReferenceError` is a result too, without the place where it came from.
    let error = done.stderr.lines().find(|line| line.contains("Error")).unwrap_or_default().to_string();
    format!("{}{error}", done.stdout)
}

#[test]
fn typescript_means_what_it_says() {
    if node_is_missing() {
        return;
    }
    for ((name, files), expected) in TYPED {
        let folder = project(files);
        for way in WAYS {
            let mut build = plimsoll(folder.path());
            build.args(["build", "main.ts", "--platform", "node", "--outfile", "out.mjs", "--log-level", "error"]);
            succeeds(build.args(way.iter().filter(|flag| **flag != "--no-splitting")));
            assert_eq!(&node(folder.path(), "out.mjs"), expected, "{name}, built with {way:?}");
        }
    }
}

#[test]
fn what_may_not_be_declared_twice_is_an_error() {
    const WRONG: &[&str] = &[
        "let a; let a;",
        "let a; var a;",
        "const f = 1; function f() {}",
        "class A {} var A;",
        "import a from './b.mjs'; let a;",
        "let a; { var a; }",
        "{ var a; let a; }",
        "function f(a) { let a; }",
        "try {} catch (e) { let e; }",
        "try {} catch ({ e }) { var e; }",
        "function f() {} function f() {} export {};",
        "for (let i;;) { var i; }",
        "switch (1) { case 1: let a; case 2: let a; }",
        "export const a = 1, b = 2; export { b as a };",
        "export default 1; export default 2;",
    ];
    const RIGHT: &str = "export {}; var a; var a; { let a; } function f(b) { var b; var b; function b() {} } function g() {
        function h() {} function h() {} var h; } try {} catch (e) { var e; { let e; } } for (let i = 0; i < 0; i++) { let i; }
        { function k() {} } let k; (function k() { let k; }); class C { m() { let C; } } switch (1) { case 1: { let q; } case 2: let q; }
        label: for (var v of []) { var v; } var { x } = {}, [y = x] = [];";
    for text in WRONG {
        let folder = project(&[("main.mjs", text), ("b.mjs", "export default 1;")]);
        let refused = run(plimsoll(folder.path()).args(["build", "main.mjs", "--outfile", "out.js"]));
        assert_eq!(refused.status, 1, "{text}: {}", refused.stderr);
        assert!(
            refused.stderr.contains("error[duplicate-") && refused.stderr.contains("main.mjs:1:"),
            "{text}: {}",
            refused.stderr
        );
        assert!(!folder.path().join("out.js").exists());
    }
    let folder = project(&[("main.mjs", RIGHT)]);
    succeeds(plimsoll(folder.path()).args(["build", "main.mjs", "--outfile", "out.js"]));
}

/// The case's sources name what nobody reads `unread`.
#[test]
fn of_what_import_loads_only_what_is_read_is_in_the_output() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/modules/import-calls-of-which-names-are-read");
    let folder = tempfile::tempdir().unwrap();
    support::copy(&fixture, folder.path());
    for way in [&["--splitting"][..], &["--no-splitting"], &["--format", "cjs"]] {
        let mut build = plimsoll(folder.path());
        build.args(["build", "main.mjs", "--platform", "node", "--no-minify", "--outdir", "out"]);
        succeeds(build.args(["--log-level", "error"]).args(way));
        let texts = support::tree(&folder.path().join("out"));
        let all: String = texts.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
        // Names of CommonJS modules are read by more than can be seen.
        let kept: Vec<&str> = all.lines().filter(|line| line.contains("unread") && !line.contains("exports")).collect();
        assert!(kept.is_empty(), "{way:?}: {kept:#?}");
        assert!(!all.contains("Other") && !all.contains("never") && all.contains("what then gave"), "{way:?}: {all}");
    }
}

#[test]
fn decorators_for_later_tools_mean_the_same_when_those_have_run() {
    if node_is_missing() {
        return;
    }
    for case in ["class-decorators-replace-and-initialize", "decorators-in-javascript", "decorators-of-every-kind"] {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/modules").join(format!("standard-{case}"));
        let said: serde_json::Value =
            serde_json::from_slice(&std::fs::read(fixture.join("case.json")).unwrap()).unwrap();
        let lines: Vec<&str> = said["prints"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        for way in [&["--no-minify"][..], &["--minify"], &["--minify=max"]] {
            let folder = tempfile::tempdir().unwrap();
            support::copy(&fixture, folder.path());
            let entry = said["entries"][0].as_str().unwrap();
            let build = |from: &str, to: &str, flags: &[&str]| {
                let mut build = plimsoll(folder.path());
                build.args(["build", from, "--outfile", to, "--log-level", "error"]).args(flags);
                succeeds(&mut build);
            };
            build(entry, "next.mjs", &[&["--target", "esnext"], way].concat());
            let next = std::fs::read_to_string(folder.path().join("next.mjs")).unwrap();
            assert!(next.contains("class") && next.matches('@').count() > 1, "{case}, {way:?}: {next}");
            build("next.mjs", "out.mjs", &["--no-minify"]);
            assert_eq!(node(folder.path(), "out.mjs").lines().collect::<Vec<_>>(), lines, "{case}, {way:?}: {next}");
        }
    }
}

#[test]
fn bundles_print_what_their_sources_print() {
    if node_is_missing() {
        return;
    }
    let names: Program = ("names of functions and classes", &[("main.mjs", NAMES)]);
    for (name, files) in PROGRAMS.iter().chain([&names]) {
        let folder = project(files);
        let expected = node(folder.path(), "main.mjs");
        assert!(!expected.is_empty(), "{name} prints nothing");
        for way in WAYS {
            let mut build = plimsoll(folder.path());
            build
                .args(["build", "main.mjs", "--platform", "node", "--outdir", "out", "--entry-names", "[name]"])
                .args(*way);
            if *name == names.0 {
                build.arg("--keep-names");
            }
            succeeds(build.args(["--log-level", "error"]));
            std::fs::write(folder.path().join("out/package.json"), r#"{ "type": "module" }"#).unwrap();
            assert_eq!(node(folder.path(), "out/main.js"), expected, "{name}, built with {way:?}");
            std::fs::remove_dir_all(folder.path().join("out")).unwrap();
        }
    }
}

/// Beyond three million bytes the size pass works on pieces: here on two or more, whose modules use each other both ways.
#[test]
fn a_large_chunk_that_is_compressed_in_pieces_prints_the_same() {
    if node_is_missing() {
        return;
    }
    const MODULES: usize = 40;
    let folder =
        project(&[("last.cjs", "exports.word = 'common'; exports.count = 0; exports.more = () => ++exports.count;")]);
    for at in 0..MODULES {
        let (before, behind) = (at.saturating_sub(1), (at + 1) % MODULES);
        let filling: String =
            (0..13_000).map(|number| format!("{} ", (number * 7919 + at * 104_729) % 999_983)).collect();
        let text = format!(
            "import common, {{ more }} from './last.cjs';
             import {{ add as addBefore, Kind as Before }} from './m{before}.mjs';
             import {{ state as stateBehind }} from './m{behind}.mjs';
             export let state = {at};
             export function add(by) {{ state += by; return state; }}
             export class Kind {{ #own = {at}; get own() {{ return this.#own; }} static made = 0; constructor() {{ Kind.made++; }} }}
             const local = (value) => value ? common.word + more() : '';
             export const words = {filling:?} + local(globalThis.process);
             export const look = () => [state, addBefore(1), stateBehind, new Before().own, Before.made, words.length, local(0)];
             if (globalThis.process === 1) console.log(look);"
        );
        std::fs::write(folder.path().join(format!("m{at}.mjs")), text).unwrap();
    }
    let imports: String = (0..MODULES).map(|at| format!("import * as m{at} from './m{at}.mjs';\n")).collect();
    let all: Vec<String> = (0..MODULES).map(|at| format!("m{at}")).collect();
    let main = format!(
        "{imports}const all = [{}];
         for (const one of all) console.log(one.look().join(), one.words.slice(-12));
         console.log(all.map((one) => Object.keys(one).join()).join(';'));",
        all.join(",")
    );
    std::fs::write(folder.path().join("main.mjs"), main).unwrap();
    let expected = node(folder.path(), "main.mjs");
    assert_eq!(expected.lines().count(), MODULES + 1, "{expected}");
    let mut build = plimsoll(folder.path());
    build.args(["build", "main.mjs", "--platform", "node", "--outfile", "out.mjs", "--minify=max"]);
    succeeds(build.args(["--no-cache", "--trace", "trace.json", "--log-level", "error"]));
    let trace = std::fs::read_to_string(folder.path().join("trace.json")).unwrap();
    assert!(trace.matches("\"piece\"").count() > 1, "it went through in one piece");
    assert_eq!(node(folder.path(), "out.mjs"), expected);
}

//! Which file a specifier means.

use super::*;

#[test]
fn package_exports_follow_the_kind_of_import() {
    let sample = Sample::new(&[
        ("src/main.js", "import 'dual'; require('dual'); import 'dual/feature/x'; import '#inner'; import 'self/part'"),
        (
            "package.json",
            r##"{"name":"self","imports":{"#inner":"./src/inner.js"},"exports":{"./part":"./src/part.js"}}"##,
        ),
        ("src/inner.js", ""),
        ("src/part.js", ""),
        (
            "node_modules/dual/package.json",
            r#"{"name":"dual","version":"1.0.0","main":"never.js","exports":{
                ".":{"import":{"development":"./dev.js","browser":"./web.js"},"require":"./cjs.js"},
                "./feature/*":{"node":"./no.js","default":"./features/*.js"}}}"#,
        ),
        ("node_modules/dual/web.js", "export {}"),
        ("node_modules/dual/cjs.js", "exports.x = 1"),
        ("node_modules/dual/features/x.js", "export {}"),
    ]);
    assert_eq!(
        leads(&sample.graph(), "src/main.js"),
        [
            "dual → node_modules/dual/web.js",
            "dual/feature/x → node_modules/dual/features/x.js",
            "#inner → src/inner.js",
            "self/part → src/part.js",
            "dual → node_modules/dual/cjs.js",
        ]
    );
    let node = sample.with(|options| options.conditions = vec!["node".to_string()]);
    let built = node.build();
    assert!(leads(&built.value, "src/main.js")[1].ends_with("unresolved"), "a condition of the user's holds too");
}

#[test]
fn the_browser_field_replaces_and_disables() {
    let sample = Sample::new(&[
        ("src/main.js", "import 'lib'"),
        (
            "node_modules/lib/package.json",
            r#"{"name":"lib","main":"./node.js","browser":{"./node.js":"./web.js","fs":false,"./gone.js":false,"ws":"./socket.js"}}"#,
        ),
        ("node_modules/lib/web.js", "require('fs'); require('./gone'); require('ws')"),
        ("node_modules/lib/node.js", ""),
        ("node_modules/lib/gone.js", ""),
        ("node_modules/lib/socket.js", ""),
    ]);
    let graph = sample.graph();
    assert_eq!(leads(&graph, "src/main.js"), ["lib → node_modules/lib/web.js"]);
    let expected =
        ["fs → plimsoll:disabled:fs", "./gone → plimsoll:disabled:./gone", "ws → node_modules/lib/socket.js"];
    assert_eq!(leads(&graph, "node_modules/lib/web.js"), expected);
    let node = sample.with(|options| options.platform = Platform::Node).graph();
    assert_eq!(leads(&node, "src/main.js"), ["lib → node_modules/lib/node.js"]);
}

#[test]
fn main_fields_by_platform() {
    let files = [
        ("src/main.js", "import 'lib'"),
        (
            "node_modules/lib/package.json",
            r#"{"name":"lib","main":"./m.js","module":"./esm.js","browser":"./b.js","custom":"./c.js"}"#,
        ),
        ("node_modules/lib/m.js", ""),
        ("node_modules/lib/esm.js", ""),
        ("node_modules/lib/b.js", ""),
        ("node_modules/lib/c.js", ""),
        ("node_modules/lib/index.js", ""),
    ];
    let answer = |change: fn(&mut Options)| leads(&Sample::new(&files).with(change).graph(), "src/main.js").remove(0);
    assert_eq!(answer(|_| {}), "lib → node_modules/lib/b.js");
    assert_eq!(answer(|options| options.platform = Platform::Node), "lib → node_modules/lib/m.js");
    assert_eq!(answer(|options| options.platform = Platform::Neutral), "lib → node_modules/lib/index.js");
    assert_eq!(answer(|options| options.main_fields = vec!["custom".into()]), "lib → node_modules/lib/c.js");
}

#[test]
fn a_package_that_is_imported_and_required_is_there_once() {
    let files = [
        ("src/main.js", "import 'lib'; import './other'"),
        ("src/other.js", "require('lib')"),
        ("node_modules/lib/package.json", r#"{"name":"lib","main":"./m.js","module":"./esm.js"}"#),
        ("node_modules/lib/m.js", "exports.a = 1"),
        ("node_modules/lib/esm.js", "import './deep.js'"),
        ("node_modules/lib/deep.js", ""),
    ];
    let sample = Sample::new(&files);
    assert_eq!(names(&sample.graph()), ["src/main.js", "node_modules/lib/m.js", "src/other.js"]);
    sample.write("src/other.js", "import 'lib'");
    let expected = ["src/main.js", "node_modules/lib/esm.js", "src/other.js", "node_modules/lib/deep.js"];
    assert_eq!(names(&sample.graph()), expected);
}

#[test]
fn typescript_paths_and_extensions() {
    let sample = Sample::new(&[
        ("src/main.ts", "import '@/deep/a'; import 'based'; import './b.js'; import './c.mjs'; import './real.js'"),
        ("tsconfig.base.json", r#"{"compilerOptions":{"baseUrl":"./lib","jsx":"react","jsxFactory":"h"}}"#),
        (
            "tsconfig.json",
            r#"{"extends":"./tsconfig.base.json","include":["nothing-here"],"compilerOptions":{ // a comment
            "paths":{"@/*":["../src/*"]},"target":"es2020","experimentalDecorators":true,}}"#,
        ),
        ("src/deep/a.tsx", "export const a = <b/>; declare const h: any"),
        ("lib/based.ts", ""),
        ("src/b.tsx", ""),
        ("src/c.mts", ""),
        ("src/real.js", ""),
        ("src/real.ts", ""),
    ])
    .with(|options| options.entries = vec![(None, "src/main.ts".into())]);
    let graph = sample.graph();
    assert_eq!(
        leads(&graph, "src/main.ts"),
        [
            "@/deep/a → src/deep/a.tsx",
            "based → lib/based.ts",
            "./b.js → src/b.tsx",
            "./c.mjs → src/c.mts",
            "./real.js → src/real.js",
        ]
    );
    let parse = &module(&graph, "src/deep/a.tsx").parse;
    assert!(parse.typescript && parse.jsx && parse.legacy_decorators && !parse.define_class_fields);
    assert_eq!((parse.jsx_mode, parse.jsx_factory.as_deref()), (crate::lang::js::JsxRuntime::Classic, Some("h")));
    assert!(graph.watched.contains(&sample.path("tsconfig.json").canonicalize().unwrap()));
    assert!(module(&graph, "src/c.mts").node_esm);
}

#[test]
fn project_references_and_jsx_flags() {
    let sample = Sample::new(&[
        ("src/main.tsx", "export const a = <b/>"),
        ("tsconfig.json", r#"{"files":[],"references":[{"path":"./tsconfig.app.json"}]}"#),
        (
            "tsconfig.app.json",
            r#"{"include":["src"],"compilerOptions":{"jsx":"react-jsx","jsxImportSource":"preact"}}"#,
        ),
        ("node_modules/preact/package.json", r#"{"name":"preact"}"#),
        ("node_modules/preact/jsx-runtime.js", "export const jsx = 1"),
        ("node_modules/other/jsx-runtime.js", "export const jsx = 1"),
    ])
    .with(|options| options.entries = vec![(None, "src/main.tsx".into())]);
    let expected = ["preact/jsx-runtime → node_modules/preact/jsx-runtime.js"];
    assert_eq!(leads(&sample.graph(), "src/main.tsx"), expected);
    let flagged = sample.with(|options| options.jsx.import_source = Some("other".into()));
    let expected = ["other/jsx-runtime → node_modules/other/jsx-runtime.js"];
    assert_eq!(leads(&flagged.graph(), "src/main.tsx"), expected);
}

#[test]
fn externals_and_aliases() {
    let files = [
        (
            "src/main.js",
            "import 'react/jsx-runtime'; import 'https://cdn.example/x.js'; import '@app/deep/x'; import 'old/sub'; \
             import 'older'; import './vendor/big.js'; import 'kept'",
        ),
        ("src/shims/sub.js", ""),
        ("src/vendor/big.js", ""),
        ("node_modules/newer/index.js", ""),
        ("node_modules/kept/index.js", ""),
    ];
    let sample = Sample::new(&files).with(|options| {
        options.external = vec!["react".into(), "@app/*".into(), "./src/vendor/*".into()];
        options.alias = [("old".into(), "./src/shims".into()), ("older".into(), "newer".into())].into();
    });
    let mut expected = vec![
        "react/jsx-runtime → external react/jsx-runtime",
        "https://cdn.example/x.js → external https://cdn.example/x.js",
        "@app/deep/x → external @app/deep/x",
        "old/sub → src/shims/sub.js",
        "older → node_modules/newer/index.js",
        "./vendor/big.js → external ../src/vendor/big.js",
        "kept → node_modules/kept/index.js",
    ];
    assert_eq!(leads(&sample.graph(), "src/main.js"), expected);
    expected[6] = "kept → external kept";
    let sample = sample.with(|options| options.packages = Packages::External);
    assert_eq!(leads(&sample.graph(), "src/main.js"), expected);
}

#[test]
fn builtins_belong_to_node() {
    let files = [("src/main.js", "import 'node:fs'; import 'path'; import 'fs/promises'")];
    let node = Sample::new(&files).with(|options| options.platform = Platform::Node).graph();
    let expected = ["node:fs → external node:fs", "path → external path", "fs/promises → external fs/promises"];
    assert_eq!(leads(&node, "src/main.js"), expected);
    let problems = Sample::new(&files).build().problems;
    assert_eq!(problems.len(), 3);
    assert!(problems[1].hint.as_ref().unwrap().contains("--platform node"), "{problems:?}");
}

#[test]
#[cfg(unix)]
fn links_are_followed_unless_they_are_to_be_preserved() {
    let sample = Sample::new(&[
        ("src/main.js", "import 'linked'"),
        ("packages/linked/package.json", r#"{"name":"linked","main":"a.js"}"#),
        ("packages/linked/a.js", ""),
        ("node_modules/x/a.js", ""),
    ]);
    std::os::unix::fs::symlink(sample.path("packages/linked"), sample.path("node_modules/linked")).unwrap();
    assert_eq!(leads(&sample.graph(), "src/main.js"), ["linked → packages/linked/a.js"]);
    let sample = sample.with(|options| options.preserve_symlinks = true);
    assert_eq!(leads(&sample.graph(), "src/main.js"), ["linked → node_modules/linked/a.js"]);
}

#[test]
fn what_was_compiled_goes_before_its_source_in_packages() {
    let sample = Sample::new(&[
        ("src/main.js", "import 'lib'; import './both'"),
        ("src/both.ts", ""),
        ("src/both.js", ""),
        ("node_modules/lib/package.json", r#"{"name":"lib","main":"./index.js"}"#),
        ("node_modules/lib/index.js", "import './both'"),
        ("node_modules/lib/both.js", ""),
        ("node_modules/lib/both.ts", ""),
    ]);
    let graph = sample.graph();
    assert_eq!(leads(&graph, "src/main.js")[1], "./both → src/both.ts");
    assert_eq!(leads(&graph, "node_modules/lib/index.js"), ["./both → node_modules/lib/both.js"]);
}

#[test]
fn side_effects_and_package_names() {
    let sample = Sample::new(&[
        ("src/main.js", "import 'lib/a'; import 'lib/b'; import './own'"),
        ("src/own.js", ""),
        (
            "node_modules/lib/package.json",
            r#"{"name":"lib","version":"2.1.0","type":"module","sideEffects":["./b.js"]}"#,
        ),
        ("node_modules/lib/a.js", ""),
        ("node_modules/lib/b.js", ""),
    ]);
    let graph = sample.graph();
    let (a, b) = (module(&graph, "node_modules/lib/a.js"), module(&graph, "node_modules/lib/b.js"));
    assert!(!a.side_effects && b.side_effects && a.node_esm && a.parse.in_package);
    let package = a.package.as_ref().unwrap();
    assert_eq!((package.name.as_str(), package.version.as_str()), ("lib", "2.1.0"));
    let own = module(&graph, "src/own.js");
    assert!(own.side_effects && own.package.is_none() && !own.node_esm);
}

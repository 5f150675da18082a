//! What scripts have of style sheets: names of CSS modules, text, objects; and what nobody has of them.

mod support;

use std::path::Path;
use support::{Run, files, plimsoll, project, run};

const CARD: &str = ".card{color:red}.card-title{top:0}.unused{left:0}.card .gone{right:0}@keyframes old{to{top:1px}}\
                    .base{bottom:0}.composed{composes:base;composes:far from './far.module.css';margin:0}";
const FAR: &str = ".far{padding:0}.farther{padding:1px}";

fn build(sources: &[(&str, &str)], flags: &[&str]) -> (Run, String, String) {
    let folder = project(sources);
    let done =
        run(plimsoll(folder.path()).args(["build", "main.js", "--outdir=out", "--no-cache", "--json"]).args(flags));
    let text = |extension: &str| {
        let found = files(&folder.path().join("out"));
        let of_kind = found.values().filter(|path| path.extension().is_some_and(|suffix| suffix == extension));
        of_kind.map(|path: &std::path::PathBuf| std::fs::read_to_string(path as &Path).unwrap()).collect::<String>()
    };
    let (css, js) = (text("css"), text("js"));
    (done, css, js)
}

/// Sheet and script of a main script that has the card.
fn card(main: &str) -> (String, String) {
    let (done, css, js) = build(&[("main.js", main), ("card.module.css", CARD), ("far.module.css", FAR)], &[]);
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    (css, js)
}

fn declarations(css: &str) -> Vec<&str> {
    css.split(['{', '}']).filter(|text| text.contains(':') && !text.contains('.')).collect()
}

#[test]
fn classes_that_no_script_reads_go() {
    let (css, js) = card("import styles from './card.module.css'; console.log(styles.card, styles['card-title']);");
    assert_eq!(declarations(&css), ["color:red", "top:0"], "{css}");
    assert!(!js.contains("unused") && !js.contains("card-title"), "names are put in place: {js}");
    let (css, _) = card("import { card } from './card.module.css'; console.log(card);");
    assert_eq!(declarations(&css), ["color:red"], "{css}");
    let (css, _) = card("import * as styles from './card.module.css'; console.log(styles.card);");
    assert_eq!(declarations(&css), ["color:red"], "{css}");
    let (css, _) =
        card("import styles from './card.module.css'; const dead = () => styles.unused; console.log(styles.card);");
    assert_eq!(declarations(&css), ["color:red"], "{css}");
}

#[test]
fn what_a_class_composes_stays_with_it() {
    let (css, _) = card("import styles from './card.module.css'; console.log(styles.composed);");
    assert_eq!(declarations(&css), ["padding:0", "bottom:0", "margin:0"], "{css}");
}

#[test]
fn whoever_has_all_names_may_read_any() {
    for main in [
        "import styles from './card.module.css'; console.log(styles);",
        "import styles from './card.module.css'; console.log(styles.card, styles[location.hash]);",
        "import * as styles from './card.module.css'; console.log(Object.keys(styles));",
        "import('./card.module.css').then(console.log);",
        "export { default } from './card.module.css';",
    ] {
        let (css, _) = card(main);
        assert!(["left:0", "right:0", "bottom:0", "top:1px"].iter().all(|text| css.contains(text)), "{main}: {css}");
    }
    let sources = [
        ("main.js", "import styles from './card.module.css'; console.log(styles.card);"),
        ("card.module.css", CARD),
        ("far.module.css", FAR),
    ];
    let (_, css, _) = build(&sources, &["--no-tree-shaking"]);
    assert!(css.contains("left:0"), "{css}");
}

#[test]
fn an_unknown_class_is_an_error_with_near_names() {
    for main in [
        "import styles from './card.module.css';\nconsole.log(styles.crad);",
        "import * as styles from './card.module.css';\nconsole.log(styles.crad);",
    ] {
        let (done, ..) = build(&[("main.js", main), ("card.module.css", ".card{top:0}")], &[]);
        assert_eq!(done.status, 1, "{}", done.stdout);
        let told: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        let problem = &told["problems"][0];
        assert_eq!(problem["code"], "unknown-class");
        assert_eq!(problem["message"], "card.module.css has no class `crad`");
        assert_eq!(problem["hint"], "did you mean `card`?");
        assert_eq!(
            (&problem["location"]["line"], &problem["location"]["column"]),
            (&2.into(), &20.into()),
            "{problem}"
        );
    }
    let sources = [
        ("main.js", "import styles from './card.module.css';\nconsole.log(styles.card);"),
        ("card.module.css", ".card{\n  composes: fra from './far.module.css' }"),
        ("far.module.css", FAR),
    ];
    let (done, ..) = build(&sources, &[]);
    assert_eq!(done.status, 1, "{}", done.stdout);
    assert!(done.stdout.contains("far.module.css has no class `fra`"), "{}", done.stdout);
    assert!(done.stdout.contains(r#""file":"card.module.css","line":2,"column":13"#), "{}", done.stdout);
    let main = "import styles from './card.module.css'; console.log(styles.hasOwnProperty('card'));";
    assert_eq!(build(&[("main.js", main), ("card.module.css", ".card{top:0}")], &[]).0.status, 0);
}

#[test]
fn values_of_other_sheets() {
    let sources = [
        ("main.js", "import styles, { wide } from './a.module.css'; console.log(styles.a, styles.red, wide);"),
        (
            "a.module.css",
            "@value red, big as wide from './values.css';\n@value edge: 1px solid red;\n.a { color: red; border: edge; width: wide }",
        ),
        ("values.css", "@value base: 10px; @value big: calc(base * 2); @value red: #f00;"),
    ];
    let (done, css, js) = build(&sources, &[]);
    assert_eq!(done.status, 0, "{}", done.stdout);
    assert_eq!(css.split_once('{').unwrap().1, "color:red;border:1px solid red;width:20px}");
    assert!(js.contains("\"#f00\"") && js.contains("\"calc(10px * 2)\""), "{js}");
    let wrong = |text: &str| {
        let sources =
            [("main.js", "import './a.module.css';"), ("a.module.css", text), ("values.css", "@value big: 1px;")];
        build(&sources, &[]).0.stdout
    };
    assert!(wrong("\n@value bg from './values.css';").contains("has no `@value bg`"));
    assert!(wrong("\n@value a from './no.css';").contains(r#""file":"a.module.css","line":2,"column":1"#));
}

#[test]
fn sheets_as_text_are_compiled_with_what_they_import() {
    let sources = [
        ("main.js", "import text from './a.css?inline'; console.log(text);"),
        (
            "a.css",
            "@layer base;\n@import './sub/b.css' layer(base) screen;\n.a { color: #ff0000; background: url(x.svg) }",
        ),
        ("sub/b.css", "@import url(c.css);\n.b { color: rgb(0 0 255) }"),
        ("sub/c.css", ".c { color: green; }"),
        ("x.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ];
    let (done, css, js) = build(&sources, &[]);
    assert_eq!(done.status, 0, "{}", done.stdout);
    assert_eq!(css, "", "nothing is applied");
    for part in [
        "@layer base;",
        "@media screen{@layer base{",
        ".c{color:green}",
        ".b{color:#00f}",
        ".a{color:red;background:url(",
        "new URL(",
    ] {
        assert!(js.contains(part), "{part} in {js}");
    }
    let wrong = [("main.js", "import text from './a.css?inline'; console.log(text);"), ("a.css", "a { b }")];
    let (done, ..) = build(&wrong, &[]);
    assert_eq!(done.status, 1);
    assert!(done.stdout.contains("a.css") && done.stdout.contains("css-syntax-error"), "{}", done.stdout);
}

#[test]
fn sheets_as_objects() {
    let sources = [
        ("main.js", "import sheet from './a.css' with { type: 'css' }; document.adoptedStyleSheets = [sheet];"),
        ("a.css", ".a { color: #ff0000 }"),
    ];
    let (done, css, js) = build(&sources, &[]);
    assert_eq!((done.status, css.as_str()), (0, ""), "{}", done.stdout);
    assert!(js.contains("new CSSStyleSheet") && js.contains(".a{color:red}"), "{js}");
    let unused =
        [("main.js", "import sheet from './a.css' with { type: 'css' }; console.log(1);"), ("a.css", ".a{top:0}")];
    let (_, _, js) = build(&unused, &[]);
    assert!(!js.contains("CSSStyleSheet"), "{js}");
}

#[test]
fn languages_that_are_compiled_to_css_are_told_so() {
    for (file, language) in [("a.scss", "Sass"), ("a.less", "Less"), ("a.styl", "Stylus")] {
        let main = format!("import './{file}';");
        let (done, ..) = build(&[("main.js", &main), (file, "$a: 1px;")], &[]);
        assert_eq!(done.status, 1);
        assert!(done.stdout.contains(&format!("is {language}, which plimsoll does not compile")), "{}", done.stdout);
    }
    let sources = [("main.js", "import './a.css';"), ("a.css", "@import './b.scss';"), ("b.scss", "$a: 1px;")];
    assert!(build(&sources, &[]).0.stdout.contains("is Sass, which"));
}

/// What a build with memory of another gives must be what one without gives.
#[test]
fn edits_reach_values_texts_and_unused_names() {
    let main = "import styles from './a.module.css'; import text from './t.css?inline'; console.log(styles.a, text);";
    let sources = [
        ("main.js", main),
        ("a.module.css", "@value red from './values.css'; .a { color: red } .b { top: 0 }"),
        ("values.css", "@value red: #f00;"),
        ("t.css", "@import './u.css';"),
        ("u.css", ".u { left: 0 }"),
    ];
    let folder = project(&sources);
    let built = |flags: &[&str]| {
        let done = run(plimsoll(folder.path()).args(["build", "main.js", "--outdir=out"]).args(flags));
        assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
        support::tree(&folder.path().join("out"))
    };
    built(&[]);
    for (file, text) in [
        ("values.css", "@value red: #00f;"),
        ("u.css", ".u { left: 1px }"),
        ("main.js", &main.replace("styles.a", "styles.b")),
        ("main.js", &main.replace("styles.a", "styles")),
    ] {
        support::write(&folder.path().join(file), text.as_bytes());
        let warm = built(&[]);
        assert!(warm == built(&["--no-cache"]), "{file}");
    }
}

#[test]
fn maps_of_sheets_in_every_mode() {
    let sources = [
        ("main.js", "import './a.css'; import styles from './b.module.css'; console.log(styles.b);"),
        ("a.css", "@import './deep/c.css' print;\n.a {\n  color: red }"),
        ("deep/c.css", ".c { top: 0 }"),
        ("b.module.css", "@value red: #f00;\n.b { color: red }"),
    ];
    let built = |flags: &[&str]| {
        let folder = project(&sources);
        let done = run(plimsoll(folder.path()).args(["build", "main.js", "--outdir=out", "--no-cache"]).args(flags));
        assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
        support::tree(&folder.path().join("out"))
    };
    let text = |tree: &std::collections::BTreeMap<String, Vec<u8>>, name: &str| {
        String::from_utf8(tree.get(name).unwrap_or_else(|| panic!("{:?}", tree.keys())).clone()).unwrap()
    };
    let plain = text(&built(&[]), "main.css");
    let linked = built(&["--sourcemap"]);
    assert_eq!(text(&linked, "main.css"), format!("{plain}\n/*# sourceMappingURL=main.css.map */\n"));
    let map: serde_json::Value = serde_json::from_str(&text(&linked, "main.css.map")).unwrap();
    assert_eq!(map["sources"], serde_json::json!(["../deep/c.css", "../a.css", "../b.module.css"]));
    assert_eq!(map["names"], serde_json::json!(["b"]));
    assert_eq!(map["sourcesContent"][2], sources[3].1, "the file as it is, not with values in place");
    let external = built(&["--sourcemap=external", "--no-sources-content"]);
    assert_eq!(text(&external, "main.css"), plain);
    let map: serde_json::Value = serde_json::from_str(&text(&external, "main.css.map")).unwrap();
    assert!(map.get("sourcesContent").is_none() && map["mappings"].as_str().unwrap().len() > 20, "{map}");
    let inline = built(&["--sourcemap=inline"]);
    let start = format!("{plain}\n/*# sourceMappingURL=data:application/json;base64,");
    assert!(text(&inline, "main.css").starts_with(&start) && !inline.contains_key("main.css.map"));
}

const TWO: [(&str, &str); 3] = [
    (
        "main.js",
        "import one from './one/card.module.css'; import two from './two/card.module.css'; console.log(one.a, two.a);",
    ),
    ("one/card.module.css", ".a { color: red }"),
    ("two/card.module.css", ".a { color: blue }"),
];

#[test]
fn names_as_the_user_wants_them() {
    let (done, css, js) = build(&TWO, &["--css-names=[dir]-[name]__[local]"]);
    assert_eq!(done.status, 0, "{}", done.stdout);
    assert!(css.contains(".one-card__a{") && css.contains(".two-card__a{"), "{css}");
    assert!(js.contains("\"one-card__a\"") && js.contains("\"two-card__a\""), "{js}");
    let (_, development, _) = build(&TWO, &["--css-names=[dir]-[name]__[local]", "--mode=development"]);
    assert!(development.contains(".one-card__a {"), "the same in every mode: {development}");
    let (_, css, _) = build(&TWO, &["--css-names=x[hash]"]);
    let names: Vec<&str> = css.split('.').skip(1).map(|rest| rest.split('{').next().unwrap()).collect();
    assert!(names.len() == 2 && names[0] != names[1] && names.iter().all(|name| name.len() == 8), "{css}");
    let (done, ..) = build(&TWO, &["--css-names=[name]_[local]"]);
    assert_eq!(done.status, 1);
    let said = "`a` of two/card.module.css and `a` of one/card.module.css are both called `card_a`";
    assert!(done.stdout.contains("class-name-clash") && done.stdout.contains(said), "{}", done.stdout);
    for (pattern, why) in [
        ("[nam]_[local]", "does not know `[nam]`"),
        ("[name] [local]", "has ` `, which no name of a class can have"),
        ("[name]", "gives all classes of a file one name"),
    ] {
        let (done, ..) = build(&TWO, &[&format!("--css-names={pattern}")]);
        assert!(
            done.status == 2 && format!("{}{}", done.stdout, done.stderr).contains(why),
            "{}{}",
            done.stdout,
            done.stderr
        );
    }
}

#[test]
fn custom_properties_are_local_where_that_is_wanted() {
    let sources = [
        ("main.js", "import styles from './a.module.css'; console.log(styles.a, styles['--gap']);"),
        ("a.module.css", ".a { --gap: 1px; top: var(--gap); color: var(--ink from global) }"),
    ];
    let (done, css, js) = build(&sources, &["--css-dashed", "--css-names=[name]_[local]"]);
    assert_eq!(done.status, 0, "{}", done.stdout);
    assert!(css.contains("--a_gap:1px") && css.contains("var(--a_gap)") && css.contains("var(--ink)"), "{css}");
    assert!(js.contains("\"--a_gap\""), "{js}");
    let (_, css, _) =
        build(&[sources[0], ("a.module.css", ".a { --gap: 1px; top: var(--gap) }")], &["--no-tree-shaking"]);
    assert!(css.contains("--gap:1px"), "{css}");
    let (done, ..) =
        build(&[sources[0], ("a.module.css", ".a {\n  top: var(--gap from './b.module.css') }")], &["--css-dashed"]);
    assert_eq!(done.status, 1);
    assert!(done.stdout.contains("css-modules-dashed") && done.stdout.contains(r#""line":2"#), "{}", done.stdout);
}

#[test]
fn declarations_of_modules_stand_in_the_output() {
    let folder = project(&TWO);
    let done =
        run(plimsoll(folder.path()).args(["build", "main.js", "--outdir=out", "--no-cache", "--css-types=types"]));
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    let text = std::fs::read_to_string(folder.path().join("out/types/one/card.module.css.d.ts")).unwrap();
    assert!(text.contains("export declare const a: string;") && text.contains("readonly \"a\": string;"), "{text}");
    for outside in ["../types", "/types"] {
        let done = run(plimsoll(folder.path()).args(["build", "main.js", "--outdir=out", "--css-types", outside]));
        assert!(done.status == 2 && done.stderr.contains("must stay inside the output directory"), "{}", done.stderr);
    }
    assert!(!folder.path().join("types").exists());
}

use super::*;
use crate::diag::Noted;
use crate::lang::LanguageTarget;

fn options(minify: bool, engines: &[(&str, u32)]) -> CompileOptions {
    let engines = engines.iter().map(|(name, major)| (name.to_string(), major << 16)).collect();
    CompileOptions {
        target: LanguageTarget { es: Some(2022), engines, ..LanguageTarget::default() },
        minify,
        names: ModuleNames::new(minify),
    }
}

fn scan(source: &str, name: &str, local: bool, name_hash: &str, short: bool) -> Noted<Option<CssFacts>> {
    super::scan(source, name, local, name_hash, &ModuleNames::new(short))
}

fn sheet(source: &str) -> Sheet<'_> {
    Sheet { source, name: "src/a.css", local: false, name_hash: "src/a.css", unused: &[] }
}

fn module(source: &str) -> Sheet<'_> {
    Sheet { source, name: "src/card.module.css", local: true, name_hash: "src/card.module.css", unused: &[] }
}

/// Slots as `«number»`, those of strings as `‹number›`.
fn text(pieces: &[CssPiece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            CssPiece::Text(text) => text.clone(),
            CssPiece::Url(index) => format!("«{index}»"),
            CssPiece::UrlString(index) => format!("‹{index}›"),
        })
        .collect()
}

fn clean<T>(noted: Noted<T>) -> T {
    assert!(noted.problems.is_empty(), "{:?}", noted.problems);
    noted.value
}

fn minified(source: &str) -> String {
    text(&clean(compile(sheet(source), &options(true, &[]))).body)
}

fn scan_local(source: &str, short: bool) -> CssFacts {
    clean(scan(source, "src/card.module.css", true, "src/card.module.css", short)).unwrap()
}

#[test]
fn urls_become_slots() {
    let source = r##"a{background:url(a.png) no-repeat,url( "b b.png" );mask:url(#own);cursor:url(data:image/png;base64,AA==),auto}
        b{--x: url('c.png');background-image:image-set("d.png" 1x, url(e.png) 2x)}
        @font-face{font-family:"F F";src:url(f.eot?#iefix) format("embedded-opentype"),url("f.woff2")}"##;
    let facts = clean(scan(source, "src/a.css", false, "src/a.css", true)).unwrap();
    let names: Vec<_> = facts.urls.iter().map(|url| url.specifier.as_str()).collect();
    assert_eq!(names, ["a.png", "b b.png", "c.png", "d.png", "e.png", "f.eot?#iefix", "f.woff2"]);
    let out = minified(source);
    let rest = "b{--x:«2»;background-image:image-set(‹3›1x,‹4›2x)}";
    let font = "src:«5»format(\"embedded-opentype\"),«6»";
    for kept in ["«0»no-repeat", ",«1»", "url(#own)", "url(data:image/png;base64,AA==)", rest, font] {
        assert!(out.contains(kept), "{kept} in {out}");
    }
    assert!(!out.contains("plimurl"));
}

#[test]
fn a_placeholder_in_the_source_does_no_harm() {
    let out = minified("a{background:url(x.png)}.plimurl0z{color:red}");
    assert_eq!(out, "a{background:«0»}.plimurl0z{color:red}");
}

#[test]
fn imports_early_layers_and_namespaces_leave_the_body() {
    let source = "@charset 'utf-8';@layer a, b.c;@import 'x.css' print;@namespace svg url(http://s);\
                  @layer d{svg|a{color:red}}@layer e;@media print{@layer f.g{b{c:d}}}";
    let compiled = clean(compile(sheet(source), &options(true, &[])));
    assert_eq!(compiled.early_layers, ["a", "b.c"]);
    assert_eq!(compiled.namespaces, ["@namespace svg \"http://s\";"]);
    assert_eq!(compiled.layers, ["d", "e", "f.g"]);
    assert_eq!(text(&compiled.body), "@layer d{svg|a{color:red}}@layer e;@media print{@layer f.g{b{c:d}}}");
    // Without imports the statement stays where it is.
    assert_eq!(minified("@layer a,b;c{d:e}"), "@layer a,b;c{d:e}");
}

#[test]
fn lowers_for_old_browsers_only() {
    let source = ".a{color:red;&:hover{inset:0;color:#ff000080}}";
    let modern = text(&clean(compile(sheet(source), &options(true, &[("chrome", 130)]))).body);
    assert_eq!(modern, ".a{color:red;&:hover{color:#ff000080;inset:0}}");
    let old = text(&clean(compile(sheet(source), &options(true, &[("chrome", 60), ("node", 18)]))).body);
    assert!(old.starts_with(".a{color:red}.a:hover{"), "{old}");
    assert!(old.contains("top:0") && old.contains("rgba(255,0,0,.5"), "{old}");
    assert_eq!(minified(source), ".a{color:red;&:hover{color:#ff000080;inset:0}}", "a year of ECMAScript is no target");
    let plain = text(&clean(compile(sheet(".a{color:red}"), &options(false, &[]))).body);
    assert_eq!(plain, ".a {\n  color: red;\n}");
}

#[test]
fn conditions() {
    let options = options(true, &[("safari", 14)]);
    assert_eq!(compile_condition("media", "(width >= 600px)", &options), "(min-width:600px)");
    assert_eq!(compile_condition("media", "all", &options), "");
    assert_eq!(compile_condition("media", "not all", &options), "not all");
    assert_eq!(compile_condition("supports", "display: grid", &options), "(display:grid)");
    assert_eq!(compile_condition("supports", "not (display: grid)", &options), "not (display:grid)");
    assert_eq!(compile_condition("media", "print{} x", &options), "print{} x", "left as it is");
}

#[test]
fn attribute() {
    let out = compile_attribute("color: red; background: url('a b.png')", "index.html", &options(true, &[]));
    assert_eq!(text(&clean(out)), "color:red;background:«0»");
    let facts = clean(scan_attribute("background: url('a b.png')", "index.html")).unwrap();
    assert_eq!(facts.urls[0].specifier, "a b.png");
    assert_eq!(scan_attribute("color red", "index.html").problems[0].code, "css-syntax-error");
}

#[test]
fn legal_comments_are_set_aside() {
    let compiled = clean(compile(sheet("/*! one */a{b:c}/* no */d{/* @license two */e:f}"), &options(true, &[])));
    assert_eq!(compiled.legal, ["/*! one */", "/* @license two */"]);
    assert_eq!(text(&compiled.body), "a{b:c}d{e:f}");
}

/// The value that a script exports for a class.
fn exported(script: &str, name: &str) -> String {
    let const_start = format!("export const {name} = ");
    let member_start = format!("  \"{name}\": ");
    let line = script
        .lines()
        .find_map(|line| line.strip_prefix(&const_start).or_else(|| line.strip_prefix(&member_start)))
        .unwrap_or_else(|| panic!("no {name} in {script}"));
    let value = line.trim_end_matches([';', ',']);
    // Of names that cannot be declared the constant stands before.
    let constant = format!("const {value} = ");
    let value = script.lines().find_map(|line| line.strip_prefix(&constant)).unwrap_or(value);
    value.trim_end_matches(';').to_string()
}

const CARD: &str = ".card{animation:fade 1s;composes:base}.base{color:red}.a-b:hover #id{top:0}.sm\\:x{left:0}\
                    @keyframes fade{to{opacity:0}}:global(.free) .default{right:0}.\\31 0{bottom:0}";

/// What is left of a CSS module of which some names are not read.
fn without(source: &str, unused: &[&str]) -> String {
    let unused: Vec<String> = unused.iter().map(|name| name.to_string()).collect();
    let mut options = options(true, &[]);
    options.names = ModuleNames::new(false);
    let compiled = clean(compile(Sheet { unused: &unused, ..module(source) }, &options));
    let naming = super::names::Naming { sheet: "src/card.module.css", names: &options.names, values: &[] };
    let name = |local: &str| naming.of(local);
    ["a", "b", "k", "l"].iter().fold(text(&compiled.body), |css, local| css.replace(&name(local), local))
}

#[test]
fn rules_for_classes_that_nobody_reads_go() {
    assert_eq!(without(".a{top:0}.b{top:0}.a .b{left:0}#b:hover{top:0}", &["b"]), ".a{top:0}");
    assert_eq!(without(".a,.b:hover{top:0}", &["b"]), ".a{top:0}");
    // A list that some browsers skip as a whole.
    assert_eq!(without(".a,.b::foo{top:0}", &["b"]), ".a,.b::foo{top:0}");
    assert_eq!(without("@media print{.b{top:0}}@supports (top:0){.b{top:0}}.a{top:0}", &["b"]), ".a{top:0}");
    assert_eq!(without("@layer x{.b{top:0}}@layer y{.a{top:0}}", &["b"]), "@layer x;@layer y{.a{top:0}}");
    assert_eq!(without(".b{top:0;&:hover{top:0}.a{top:0}}.a{& .b{top:0}left:0}", &["b"]), ".a{left:0}");
}

#[test]
fn rules_that_may_match_without_the_class_stay() {
    let kept = [
        ".a:not(.b){top:0}",
        ".a:has(.b){top:0}",
        "i:is(.a,.b){top:0}",
        "i:not(.b){top:0}",
        ":global(.b){top:0}",
        ".b{:not(&){top:0}}",
    ];
    for source in kept {
        let wanted = source.replace(":global(.b)", ".b");
        assert_eq!(without(source, &["b"]), wanted, "{source}");
    }
    assert_eq!(without(":is(.b,#b) i{top:0}i{top:0}", &["b"]), "i{top:0}");
}

#[test]
fn rules_that_only_compose_go() {
    assert_eq!(without(".a{composes:b}.b{composes:b;top:0}@media print{.k{composes:b}}", &[]), ".b{top:0}");
}

#[test]
fn animations_go_with_the_last_rule_that_mentions_them() {
    let source = ".a{animation:k 1s}.b{animation:l 1s}@keyframes k{to{top:0}}@keyframes l{to{left:0}}";
    assert_eq!(without(source, &["b", "k", "l"]), ".a{animation:1s k}@keyframes k{to{top:0}}");
    assert_eq!(without(source, &["k"]), without(source, &[]), "what only the script does not read");
    assert!(without(source, &["b", "k"]).contains("@keyframes l"), "a script may set it");
}

#[test]
fn scan_and_compile_agree_on_names() {
    for short in [true, false] {
        let script = scan_local(CARD, short).script.unwrap();
        let mut options = options(true, &[]);
        options.names = ModuleNames::new(short);
        let css = text(&clean(compile(module(CARD), &options)).body);
        assert!(!css.contains("plimlocal"), "{css}");
        for name in ["base", "a-b", "id", "sm:x", "fade", "default", "10"] {
            let value = exported(&script, name);
            let value = value.trim_matches('"').replace(':', "\\:");
            assert!(css.contains(&value), "{name} = {value} in {css}");
            assert!(!css.contains(&format!(".{name}{{")), "{name} in {css}");
        }
        assert!(css.contains(".free "), "{css}");
        let (card, base) = (exported(&script, "card"), exported(&script, "base"));
        assert!(card.ends_with(&format!(" {}", base.trim_start_matches('"'))), "{card} composes {base}");
        assert!(script.contains("\n  \"default\": "), "no `export const default`: {script}");
    }
    let long = exported(&scan_local(CARD, false).script.unwrap(), "base");
    assert!(long.starts_with("\"card_base_") && long.len() == "\"card_base_12345\"".len(), "{long}");
    let short = exported(&scan_local(CARD, true).script.unwrap(), "base");
    assert!(short.len() == 9 && short.as_bytes()[1].is_ascii_alphabetic(), "{short}");
}

#[test]
fn composes_across_files() {
    let script = scan_local(
        ".a{composes:x from './b.module.css';composes:free from global;composes:c}.c{composes:y z-z from './d.module.css'}.d0{top:0}",
        false,
    )
    .script
    .unwrap();
    assert!(
        script.starts_with(
            "import { x as d_0 } from \"./b.module.css\";\nimport { y as d_1 } from \"./d.module.css\";\n\
             import { \"z-z\" as d_2 } from \"./d.module.css\";\n"
        ),
        "{script}"
    );
    let c = exported(&script, "c");
    let own = c.split(" \" + ").next().unwrap().trim_matches('"');
    assert_eq!(c, format!("\"{own} \" + d_1 + \" \" + d_2"));
    let a = exported(&script, "a");
    assert!(a.ends_with(&format!(" \" + d_0 + \" free {own} \" + d_1 + \" \" + d_2")), "{a}");
}

#[test]
fn scripts_export_values_beside_names() {
    let value = |name: &str, text: &str| (name.to_string(), text.to_string());
    let values = [value("red", "#f00"), value("a", "never"), value("x-y", "\"1\"")];
    let script =
        clean(scan_module(".a{color:#f00}", "m.module.css", &values, &ModuleNames::new(true))).unwrap().script.unwrap();
    assert!(script.contains("export const red = \"#f00\";"), "{script}");
    assert!(script.contains("  [\"red\"]: \"#f00\",") && script.contains("  [\"x-y\"]: \"\\\"1\\\"\","), "{script}");
    assert!(!script.contains("never"), "classes come first: {script}");
}

#[test]
fn module_problems_say_where() {
    let noted = scan(".button{}\n.a{composes:buton}", "m.module.css", true, "m.module.css", true);
    let problem = &noted.problems[0];
    assert_eq!(
        (problem.code.as_str(), problem.hint.as_deref()),
        ("css-modules-composes", Some("did you mean `button`?"))
    );
    let at = problem.location.as_ref().unwrap();
    assert_eq!((at.line, at.column, at.length), (2, 13, 5));

    let noted = scan(".a .b{composes:c}", "m.module.css", true, "m.module.css", true);
    assert!(noted.value.is_none());
    assert_eq!((noted.problems[0].code.as_str(), noted.problems[0].is_error()), ("css-modules-composes", true));
}

#[test]
fn syntax_errors_say_where() {
    let noted = scan("a{color:red}\n/* é😀 */ b{color red;}\n", "src/a.css", false, "src/a.css", true);
    assert!(noted.value.is_none());
    let problem = &noted.problems[0];
    assert!(problem.is_error() && problem.code == "css-syntax-error", "{problem:?}");
    let at = problem.location.as_ref().unwrap();
    assert_eq!((at.file.as_str(), at.line), ("src/a.css", 2));
    assert!((11..=20).contains(&at.column), "{at:?}");
    let noted = scan("a{}@import 'x.css';", "src/a.css", false, "src/a.css", true);
    assert!(noted.problems[0].hint.as_deref().unwrap().contains("above"), "{:?}", noted.problems);
}

#[test]
fn errors_in_packages_are_warnings() {
    let source = "a{*zoom:1;color:red}\nb{color red;}c{top:0}@unknown x;";
    let name = "node_modules/old/old.css";
    let noted = scan(source, name, false, name, true);
    assert!(noted.value.is_some());
    assert_eq!(noted.problems.len(), 1, "{:?}", noted.problems);
    assert!(!noted.problems[0].is_error() && noted.problems[0].notes[0].contains("1 more"), "{:?}", noted.problems);
    let compiled =
        clean(compile(Sheet { source, name, local: false, name_hash: name, unused: &[] }, &options(true, &[])));
    assert_eq!(text(&compiled.body), "a{color:red}c{top:0}@unknown x;");
}

#[test]
fn names_do_not_depend_on_the_place_of_the_project() {
    let one = scan(CARD, "/one/a/src/card.module.css", true, "src/card.module.css", true);
    let two = scan(CARD, "C:/b/src/card.module.css", true, "src/card.module.css", true);
    assert_eq!(one.value.unwrap().script, two.value.unwrap().script);
}

/// Real constructs, dense; also the seed of the mutations below.
const REAL: &str = include_str!("tests/real.css");

/// Everything that reads text, on a thread with the stack that workers have.
fn survives(source: &str, name: &str) {
    for local in [false, true] {
        let noted = scan(source, name, local, name, false);
        assert!(noted.value.is_some() || noted.problems.iter().any(|problem| problem.is_error()), "{source}");
        let facts = noted.value;
        for options in [options(true, &[("chrome", 60), ("safari", 10)]), options(false, &[])] {
            let compiled = compile(Sheet { source, name, local, name_hash: name, unused: &[] }, &options).value;
            if let Some(facts) = &facts {
                let out = text(&compiled.body);
                assert!(!out.contains("plimurl") && !out.contains("plimlocal"), "{source}\n{out}");
                assert!(compiled.body.iter().all(|piece| match piece {
                    CssPiece::Url(index) | CssPiece::UrlString(index) => (*index as usize) < facts.urls.len(),
                    CssPiece::Text(_) => true,
                }));
            }
        }
    }
    scan_attribute(source, name);
    compile_attribute(source, name, &options(true, &[]));
    compile_condition("media", source, &options(true, &[]));
}

#[test]
fn every_prefix_of_a_sheet_is_survived() {
    for at in (0..REAL.len()).filter(|at| REAL.is_char_boundary(*at)) {
        let name = if at % 2 == 0 { "a.css" } else { "node_modules/x/a.css" };
        survives(&REAL[..at], name);
    }
}

#[test]
fn mutations_are_survived() {
    const SPICE: &[&str] =
        &["{", "}", "(", ")", "\"", "'", "\\", "/*", ";", "@", "url(", ":is(", "&", "!", "\u{0}", "é", "@layer", ","];
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let chars: Vec<char> = REAL.chars().collect();
    for round in 0..600 {
        let start = random(chars.len() - 400);
        let mut text: Vec<String> = chars[start..start + 400].iter().map(char::to_string).collect();
        for _ in 0..1 + random(6) {
            let at = random(text.len());
            match random(3) {
                0 => text[at] = SPICE[random(SPICE.len())].to_string(),
                1 => drop(text.remove(at)),
                _ => text.insert(at, SPICE[random(SPICE.len())].to_string()),
            }
        }
        survives(&text.concat(), if round % 2 == 0 { "a.css" } else { "node_modules/x/a.css" });
    }
}

#[test]
fn deep_nesting_is_survived() {
    let parts = [
        ("a{", "}"),
        ("(", ")"),
        ("a{b:calc(1px + (", "))}"),
        ("@media (", "){}"),
        (":is(", ")"),
        ("@supports (", ")"),
        ("a,b{", "}"),
        ("a{b:var(--x,", ")}"),
        ("@media print{", "}"),
        ("[", "]"),
        (":not(:has(", "))"),
        ("@supports not (", "){}"),
        ("@container (", "){}"),
        ("a{width:min(", ")}"),
        ("a{color:color-mix(in srgb,", ")}"),
    ];
    for (open, close) in parts {
        for depth in [20, 60, 70, 100_000] {
            let started = std::time::Instant::now();
            survives(&(open.repeat(depth) + &close.repeat(depth)), "node_modules/x/a.css");
            survives(&open.repeat(depth), "a.css");
            // `calc(((…` and the like: the opening part once, what nests many times.
            if let Some(at) = open.rfind('(') {
                let head = &open[..at];
                survives(&format!("{head}{}1px{}{close}", "(".repeat(depth), ")".repeat(depth)), "a.css");
            }
            // Nothing here is quick without optimisation; what does not end would not have ended by then either.
            assert!(started.elapsed().as_secs() < 200, "{open} × {depth}: {:?}", started.elapsed());
        }
    }
}

#[test]
fn an_incomplete_property_is_left_out() {
    let source = "a{b:c}\n  @property --d{inherits:false;initial-value:0}\ne{f:g}";
    let noted = scan(source, "src/a.css", false, "src/a.css", true);
    assert!(noted.value.is_some());
    assert_eq!(noted.problems.len(), 1);
    assert_eq!(noted.problems[0].code, "css-incomplete-property");
    assert_eq!(noted.problems[0].message, "`@property --d` has no `syntax` and was left out");
    assert_eq!(noted.problems[0].location.as_ref().map(|at| (at.line, at.column)), Some((2, 3)));
    assert_eq!(minified(source), "a{b:c}e{f:g}");
    let noted = scan(source, "node_modules/x/a.css", false, "node_modules/x/a.css", true);
    assert!(noted.value.is_some() && noted.problems.is_empty());
}

#[test]
fn sheets_are_tightened_for_the_browsers_of_the_target() {
    let source =
        ".a{color:red;& .b{border:1px solid #fff}}@media (min-width:1px) and (max-width:2px){.a{min-width:initial}}";
    let new = text(&clean(compile(sheet(source), &options(true, &[("chrome", 130)]))).body);
    assert_eq!(new, ".a{color:red;.b{border:1px solid#fff}}@media(1px<=width<=2px){.a{min-width:auto}}");
    let known =
        ".a{color:red;& .b{border:1px solid#fff}}@media(min-width:1px)and (max-width:2px){.a{min-width:initial}}";
    assert_eq!(minified(source), known, "a year of ECMAScript is no target");
    let attribute = compile_attribute("border: 1px solid #fff", "index.html", &options(true, &[]));
    assert_eq!(text(&clean(attribute)), "border:1px solid#fff");
}

#[test]
fn comments_keep_words_apart() {
    assert_eq!(minified("a{--b:c/**/d;--e:1/*x*/2;f:g/**/h}"), "a{--b:c d;--e:1 2;f:g h}");
    assert_eq!(minified("a{--b:/**/c,/**/d}"), "a{--b:c,d}");
}

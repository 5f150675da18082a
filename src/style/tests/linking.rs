//! What comes in which order.

use super::*;

#[test]
fn imports_come_first_depth_first() {
    let files = [
        ("main.css", "@import 'a.css';@import 'b.css';main{top:0}"),
        ("a.css", "@import 'c.css';a{top:0}"),
        ("b.css", "b{top:0}"),
        ("c.css", "c{top:0}"),
    ];
    assert_eq!(linked(&files), "c{top:0}a{top:0}b{top:0}main{top:0}");
    assert_eq!(linked_roots(&files, &[2, 0]), "c{top:0}a{top:0}b{top:0}main{top:0}", "over several roots as well");
    assert_eq!(linked_roots(&files, &[0, 2]), "c{top:0}a{top:0}main{top:0}b{top:0}");
}

#[test]
fn the_last_of_several_imports_stays() {
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css';@import 'b.css';@import 'a.css';"),
            ("a.css", "a{top:0}"),
            ("b.css", "b{top:0}"),
        ]),
        "b{top:0}a{top:0}"
    );
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' print;@import 'b.css';@import 'a.css';"),
            ("a.css", "a{top:0}"),
            ("b.css", "b{top:0}"),
        ]),
        "b{top:0}a{top:0}",
        "a later one without conditions covers one with"
    );
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css';@import 'b.css';@import 'a.css' print;"),
            ("a.css", "a{top:0}"),
            ("b.css", "b{top:0}"),
        ]),
        "a{top:0}b{top:0}@media print{a{top:0}}",
        "a later one with conditions does not cover one without"
    );
}

#[test]
fn the_first_of_several_imports_stays_too_where_a_layer_without_a_name_has_something_important() {
    let files = |layer: &str| {
        let text = format!("{layer}{{@media print{{a{{top:0!important}}}}}}");
        linked(&[
            ("main.css", "@import 'a.css';@import 'b.css';@import 'a.css';"),
            ("a.css", &text),
            ("b.css", "b{top:0}"),
        ])
    };
    let once = "@layer{@media print{a{top:0!important}}}";
    assert_eq!(files("@layer"), format!("{once}b{{top:0}}{once}"), "important goes by the first layer");
    assert_eq!(files("@layer x"), "@layer x;b{top:0}@layer x{@media print{a{top:0!important}}}");
    assert_eq!(files("@supports (top:0)"), "b{top:0}@supports(top:0){@media print{a{top:0!important}}}");
}

#[test]
fn conditions_nest() {
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' layer(x) supports(display: grid) screen;"),
            ("a.css", "@import 'b.css' layer(y) (min-width: 1px);a{top:0}"),
            ("b.css", "b{top:0}"),
        ]),
        "@media screen{@supports(display:grid){@layer x{@media(min-width:1px){@layer y{b{top:0}}}a{top:0}}}}"
    );
}

#[test]
fn an_anonymous_layer_holds_all_of_its_import() {
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' layer;@import 'b.css' layer;m{top:0}"),
            ("a.css", "@import 'c.css';a{top:0}"),
            ("b.css", "b{top:0}"),
            ("c.css", "c{top:0}"),
        ]),
        "@layer{c{top:0}a{top:0}}@layer{b{top:0}}m{top:0}"
    );
    let twice = [
        ("main.css", "@import 'a.css' layer;@import 'b.css';@import 'a.css' layer;"),
        ("a.css", "a{top:0}"),
        ("b.css", "b{top:0}"),
    ];
    assert_eq!(linked(&twice), "@layer{a{top:0}}b{top:0}@layer{a{top:0}}", "two layers, not one");
}

#[test]
fn removed_sheets_leave_their_layers() {
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' layer(one);@import 'b.css' layer(two);@import 'a.css' layer(one);"),
            ("a.css", "@layer inner{a{top:0}}"),
            ("b.css", "b{top:0}"),
        ]),
        "@layer one{@layer inner;}@layer two{b{top:0}}@layer one{@layer inner{a{top:0}}}"
    );
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' layer(one);@import 'b.css' layer(two);@import 'a.css' layer(one);"),
            ("a.css", "a{top:0}"),
            ("b.css", "b{top:0}"),
        ]),
        "@layer one;@layer two{b{top:0}}@layer one{a{top:0}}"
    );
    assert_eq!(
        linked(&[
            ("main.css", "@layer reset,base;@import 'a.css' layer(base);@import 'b.css' layer(reset);m{top:0}"),
            ("a.css", "a{top:0}"),
            ("b.css", "b{top:0}"),
        ]),
        "@layer reset,base;@layer base{a{top:0}}@layer reset{b{top:0}}m{top:0}"
    );
}

#[test]
fn externals_go_to_the_top() {
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css';@import 'http://x/1.css' print;m{top:0}"),
            ("a.css", "@import 'http://x/2.css';a{top:0}"),
        ]),
        "@import\"http://x/2.css\";@import\"http://x/1.css\"print;a{top:0}m{top:0}"
    );
    assert_eq!(
        linked(&[
            ("main.css", "@layer one,two;@import 'a.css' layer(two) supports(display: grid) screen;"),
            ("a.css", "@import 'http://x/2.css' layer(in) print;a{top:0}"),
        ]),
        "@layer one,two;@import\"data:text/css,@import%22http://x/2.css%22layer(in)print;\"layer(two)\
         supports(display:grid)screen;@media screen{@supports(display:grid){@layer two{a{top:0}}}}"
    );
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' layer;@import 'b.css' layer;"),
            ("a.css", "@import 'http://x/2.css';a{top:0}"),
            ("b.css", "b{top:0}"),
        ]),
        "@import\"http://x/2.css\"layer(_anonymous0);@layer _anonymous0{a{top:0}}@layer{b{top:0}}",
        "still one layer"
    );
    assert_eq!(
        linked(&[("main.css", "@import 'http://x/1.css';@import 'http://x/2.css';@import 'http://x/1.css';")]),
        "@import\"http://x/2.css\";@import\"http://x/1.css\";"
    );
}

#[test]
fn layers_are_declared_before_externals_that_follow_them() {
    let found = linked(&[
        ("main.css", "@import 'a.css'; @import 'b.css' print; @import 'http://x/c.css'; @import 'd.css' layer(b);"),
        ("a.css", "@layer a; p{top:0}"),
        ("b.css", "@layer b{p{top:1px}}"),
        ("d.css", "p{top:2px}"),
    ]);
    let top = found.split("p{").next().unwrap_or_default();
    assert!(top.starts_with("@layer a;@import\"data:text/css,@layer b;\"print;@import\"http://x/c.css\";"), "{found}");
    // A layer statement behind an import would end the place of imports.
    let found = linked(&[
        ("main.css", "@import 'http://x/a.css'; @import 'b.css'; @import 'http://x/c.css';"),
        ("b.css", "@layer b{p{top:1px}}"),
    ]);
    assert!(
        found.starts_with("@import\"http://x/a.css\";@import\"data:text/css,@layer b;\";@import\"http://x/c.css\";"),
        "{found}"
    );
}

#[test]
fn cycles_end_with_a_warning() {
    let graph = graph(&[
        ("main.css", "@import 'a.css';m{top:0}"),
        ("a.css", "@import 'b.css';a{top:0}"),
        ("b.css", "@import 'a.css';b{top:0}"),
        ("self.css", "@import 'self.css';s{top:0}"),
    ]);
    let noted = render_with(&graph, &[0, 3], &Options::for_tests());
    assert_eq!(text(&graph, &noted.value.files[0].body), "b{top:0}a{top:0}m{top:0}s{top:0}");
    let messages: Vec<_> = noted.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "style sheets import each other: a.css → b.css → a.css",
            "style sheets import each other: self.css → self.css"
        ]
    );
    let at = noted.problems[0].location.as_ref().unwrap();
    assert_eq!(
        (at.file.as_str(), at.line, at.column, noted.problems[0].code.as_str()),
        ("b.css", 1, 1, "circular-css-import")
    );
}

#[test]
fn an_import_that_closes_a_circle_declares_its_layer() {
    let graph = graph(&[("main.css", "@import 'main.css' layer(late);@layer early{m{top:0}}m{top:0}")]);
    let noted = render_with(&graph, &[0], &Options::for_tests());
    assert_eq!(text(&graph, &noted.value.files[0].body), "@layer late;@layer early{m{top:0}}m{top:0}");
}

#[test]
fn layers_keep_their_order_within_one_without_a_name() {
    let out = linked(&[
        ("main.css", "@import 'a.css' layer;"),
        ("a.css", "@layer late;@import 'b.css';@layer late{a{top:0}}"),
        ("b.css", "@layer{b{top:0}}"),
    ]);
    assert_eq!(out, "@layer{@layer late;@layer{b{top:0}}@layer late{a{top:0}}}");
}

#[test]
fn imports_that_multiply_end() {
    for layer in ["", " layer(x)"] {
        let sources: Vec<(String, String)> = (0..40)
            .map(|at| {
                (format!("{at}.css"), format!("@import '{0}.css'{layer};@import '{0}.css' print;a{{top:0}}", at + 1))
            })
            .collect();
        let mut files: Vec<(&str, &str)> = sources.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        files.push(("40.css", "b{top:0}"));
        let graph = graph(&files);
        let noted = render_with(&graph, &[0], &Options::for_tests());
        assert!(noted.problems.iter().all(|problem| problem.code == "css-import-depth"), "{:?}", noted.problems);
    }
    let diamonds: Vec<(String, String)> = (0..40)
        .map(|at| (format!("{at}.css"), format!("@import '{0}.css';@import '{0}.css';a{{top:0}}", at + 1)))
        .collect();
    let mut files: Vec<(&str, &str)> = diamonds.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("40.css", "b{top:0}"));
    let out = linked(&files);
    assert_eq!(out, format!("b{{top:0}}{}", "a{top:0}".repeat(40)));
}

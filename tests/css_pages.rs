//! What flags make of the style sheets of pages: less of them, and what is needed first.

mod support;

use std::path::Path;
use support::{files, plimsoll, project, run, succeeds};

const PAGE: &str = "<!doctype html><html lang=en><head><meta charset=utf-8><title>x</title>\
                    <link rel=stylesheet href=./page.css></head>\
                    <body class=day><p class='lead md:w-1/2'>x</p><div id=root></div><script type=module src=./main.js></script></body></html>";
const OTHER: &str = "<!doctype html><html lang=en><head><meta charset=utf-8><title>y</title>\
                     <link rel=stylesheet href=./page.css><link rel=stylesheet href=./other.css></head>\
                     <body><p class=only-there>y</p></body></html>";
const SHEET: &str = ".lead{color:red}.gone{color:blue}.lead .gone,.day{top:0}.only-there{left:0}.md\\:w-1\\/2{width:50%}\
                     .btn-large{right:0}.js-kept{bottom:0}p:not(.gone){margin:0}";
const MAIN: &str = "import './main.css'; import styles from './card.module.css';
                    const dead = () => 'dead'; const size = location.hash;
                    document.querySelector('#root').className = `btn-${size} ${styles.card} late`;";

fn site(flags: &[&str]) -> (tempfile::TempDir, String) {
    let folder = project(&[
        ("index.html", PAGE),
        ("other.html", OTHER),
        ("page.css", SHEET),
        ("other.css", ".lead{order:1}.only-there{order:2}"),
        ("main.js", MAIN),
        ("main.css", "#root{order:3}.late{order:4}.dead{order:5}:root{--x:1}"),
        ("card.module.css", ".card{order:6}"),
    ]);
    let mut build = plimsoll(folder.path());
    build.args([
        "build",
        "index.html",
        "other.html",
        "--outdir=out",
        "--no-cache",
        "--precompress=none",
        "--headers=none",
    ]);
    let done = succeeds(build.args(["--budget=none", "--service-worker=off"]).args(flags));
    (folder, format!("{}{}", done.stdout, done.stderr))
}

fn text(folder: &Path, suffix: &str) -> String {
    let found = files(&folder.join("out"));
    found
        .iter()
        .filter(|(name, _)| name.ends_with(suffix))
        .map(|(_, path)| std::fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn rules_whose_names_no_page_has_go() {
    let (folder, told) = site(&["--purge-css", "--purge-keep=^js-", "--dump=purge"]);
    let css = text(folder.path(), ".css");
    for kept in
        [".lead{", "color:red", ".day{", ".only-there{left:0}", ".md\\:w-1\\/2{", ".btn-large{", ".js-kept{", "order:2"]
    {
        assert!(css.contains(kept), "{kept}: {css}");
    }
    for kept in ["margin:0", "order:3", "order:4", "order:6", "--x:1"] {
        assert!(css.contains(kept), "{kept}: {css}");
    }
    // `.lead` is on one page, and the sheet on the other.
    for gone in ["#00f", ".lead .gone", "order:5", "order:1"] {
        assert!(!css.contains(gone), "{gone}: {css}");
    }
    for line in ["page.css:1:17: .gone", "page.css:1:34: .lead .gone", "other.css:1:1: .lead", "main.css:1:29: .dead"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let (folder, _) = site(&[]);
    assert!(text(folder.path(), ".css").contains("color:#00f"), "nothing goes that nobody asked for");
}

#[test]
fn a_page_has_what_it_needs_first_and_its_sheets_last() {
    let (folder, _) = site(&["--critical-css"]);
    let page = std::fs::read_to_string(folder.path().join("out/index.html")).unwrap();
    let (head, body) = page.split_once("<body").unwrap();
    let style = head.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    for kept in [".lead{color:red}", ".day{top:0}", "#root{order:3}", ":root{--x:1}"] {
        assert!(style.contains(kept), "{kept}: {style}");
    }
    for later in [".gone{", ".only-there", ".late", "order:6"] {
        assert!(!style.contains(later), "{later}: {style}");
    }
    assert_eq!(head.matches("rel=\"preload\" as=\"style\"").count(), 2, "{head}");
    assert!(!head.contains("rel=stylesheet") && !head.contains("rel=\"stylesheet\""), "{head}");
    let sheets: Vec<&str> = body.split("<link rel=\"stylesheet\"").skip(1).collect();
    assert!(sheets.len() == 2 && sheets[0].contains("page-") && sheets[1].contains("main-"), "{body}");
    assert!(!page.contains(" onload"), "a policy may forbid handlers: {page}");
}

#[test]
fn what_would_change_the_order_of_styles_stays_where_it_is() {
    let folder = project(&[
        (
            "index.html",
            "<!doctype html><title>x</title><link rel=stylesheet href=a.css><style>p{top:0}</style>\
             <link rel=stylesheet href=b.css><link rel=stylesheet href=c.css media=print><link rel=stylesheet href=b.css><p>x</p>",
        ),
        (
            "body.html",
            "<!doctype html><title>x</title><link rel=stylesheet href=a.css><body><style>p{top:0}</style><p>x</p>",
        ),
        ("a.css", "p{left:0}"),
        ("b.css", "p{left:1px}"),
        ("c.css", "p{left:2px}"),
    ]);
    let mut build = plimsoll(folder.path());
    build.args([
        "build",
        "index.html",
        "body.html",
        "--outdir=out",
        "--no-cache",
        "--precompress=none",
        "--critical-css",
    ]);
    succeeds(build.args(["--headers=none", "--budget=none", "--service-worker=off"]));
    let page = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    let head = page("index.html").split_once("<p>").unwrap().0.to_string();
    // The last link alone stands behind everything that must stay.
    assert_eq!(head.matches("stylesheet").count(), 3, "{head}");
    assert!(
        page("index.html").ends_with(".css\">") || page("index.html").contains("</p><link rel=\"stylesheet\""),
        "{head}"
    );
    assert!(!page("body.html").contains("preload"), "{}", page("body.html"));
}

#[test]
fn patterns_that_are_none_are_refused() {
    let folder = project(&[("index.html", "<!doctype html>")]);
    let wrong = run(plimsoll(folder.path()).args(["build", "--purge-css", "--purge-keep=(a"]));
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("`--purge-keep` is no regular expression: `(a`"), "{}", wrong.stderr);
}

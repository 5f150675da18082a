//! What a page's author would notice: references found and replaced, nothing else changed, nothing lost.

use super::*;
use std::collections::BTreeMap;

fn listed(source: &str) -> Vec<String> {
    let noted = scan(source, "index.html");
    noted
        .value
        .refs
        .iter()
        .map(|reference| {
            let shown = reference.inline.as_deref().unwrap_or(&reference.specifier);
            format!("{:?} {shown}", reference.kind)
        })
        .collect()
}

fn printed(pieces: Vec<HtmlPiece<&'static str>>) -> String {
    pieces
        .into_iter()
        .map(|piece| match piece {
            HtmlPiece::Text(text) => text,
            HtmlPiece::Hole(hole) => format!("[{hole}]"),
        })
        .collect()
}

fn minified(source: &str) -> String {
    printed(Document::parse(source).rewrite(&Edits { minify: true, ..Edits::default() }))
}

/// Every reference replaced by a hole.
fn with_holes(source: &str, minify: bool) -> String {
    let document = Document::parse(source);
    let edit = Edit { value: Some(vec![HtmlPiece::Hole("url")]), ..Edit::default() };
    let references = (0..document.mentions().len()).map(|number| (number, edit.clone())).collect();
    printed(document.rewrite(&Edits { references, minify, ..Edits::default() }))
}

const PAGE: &str = r##"<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta property="og:image" content="/share.png"><meta property="og:image" content="https://cdn.example/x.png">
    <meta name="description" content="./not-a-url.png">
    <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
    <link rel="shortcut icon" href="data:,">
    <link rel=apple-touch-icon href=touch.png>
    <link rel="manifest" href="/manifest.webmanifest">
    <link rel="preload" as="image" href="hero.jpg" imagesrcset="hero.jpg 1x, hero@2x.jpg 2x">
    <link rel="stylesheet" href="./style.css" media="print">
    <link rel="stylesheet" href="//cdn.example/a.css"><link rel="canonical" href="/here">
    <style>.a { background: url(a.png) }</style>
    <script>var config = "src='no.js'";</script>
    <script src="classic.js"></script>
    <script src="https://cdn.example/x.js"></script>
    <script type="application/ld+json">{"image": "no.png"}</script>
    <script type="module">import "./inline.js";</script>
    <script type="module" src="/src/main.tsx"></script>
    <!-- <img src="commented.png"> -->
  </head>
  <body style="background: URL('bg.png')" >
    <img src="a&amp;b.png" alt="" srcset="a.png 1x, https://x.example/b.png 2x, c.png 3x" style="color: red">
    <picture><source media="(max-width: 9px)" srcset="small.png"><img src='big.png'></picture>
    <video src="v.mp4" poster="p.jpg"><track src="t.vtt"></video><audio><source src="s.ogg"></audio>
    <embed src="e.swf"><object data="o.pdf"></object><input type="image" src="go.png"><input src="no.png">
    <svg><use href="#local"/><use xlink:href="sprite.svg#icon"/><image href="i.png"/></svg>
    <a href="about.html">about</a><a href="mailto:x@example.org">mail</a><a href="#top">top</a>
    <img src="skip.png" vite-ignore><script src="skip.js" data-plimsoll-ignore></script>
    <img src="{{ template }}"><img src="%BASE_URL%x.png"><img src=""><img>
    <noscript><img src="no-script.png"></noscript>
    <template><img src="in-template.png"></template>
  </body>
</html>
"##;

#[test]
fn references_in_document_order() {
    assert_eq!(
        listed(PAGE),
        [
            "Other /share.png",
            "Icon /favicon.svg",
            "Icon touch.png",
            "Manifest /manifest.webmanifest",
            "Other hero.jpg",
            "Image hero.jpg",
            "Image hero@2x.jpg",
            "Stylesheet ./style.css",
            "InlineStyle .a { background: url(a.png) }",
            "Script { module: false } classic.js",
            "InlineScript import \"./inline.js\";",
            "Script { module: true } /src/main.tsx",
            "StyleAttribute background: URL('bg.png')",
            "Image a&b.png",
            "Image a.png",
            "Image c.png",
            "Image small.png",
            "Image big.png",
            "Other v.mp4",
            "Image p.jpg",
            "Other t.vtt",
            "Other s.ogg",
            "Other e.swf",
            "Other o.pdf",
            "Image go.png",
            "Image sprite.svg#icon",
            "Image i.png",
            "Page about.html",
            "Image no-script.png",
            "Image in-template.png",
        ]
    );
}

#[test]
fn positions_point_at_the_value() {
    for reference in scan(PAGE, "index.html").value.refs {
        let text = &PAGE[reference.start as usize..reference.end as usize];
        let shown = reference.inline.unwrap_or(reference.specifier);
        assert_eq!(text.replace("&amp;", "&"), shown);
    }
}

#[test]
fn a_page_without_edits_is_unchanged() {
    let document = Document::parse(PAGE);
    let kept = PAGE.replace(" vite-ignore", "").replace(" data-plimsoll-ignore", "");
    assert_eq!(printed(document.rewrite(&Edits::default())), kept);
}

#[test]
fn replacing_every_reference_leaves_the_rest() {
    let source = "<p title='é😀'><img alt=\"\"  src = 'a&amp;b.png'\n srcset=\"x.png 1x, http://e.example/&quot;.png 2x,y.png 3x\" hidden>\
        <style>a{b:url(c)}</style><svg><image href=i.png/><image href='j.png'/></svg><a href=x.html>t</a>";
    assert_eq!(
        with_holes(source, false),
        "<p title='é😀'><img alt=\"\"  src=\"[url]\"\n srcset=\"[url] 1x, http://e.example/&quot;.png 2x,[url] 3x\" hidden>\
        <style>[url]</style><svg><image href=\"[url]\"><image href=\"[url]\"/></svg><a href=\"[url]\">t</a>"
    );
}

#[test]
fn what_is_put_in_is_escaped() {
    let source = "<img src=a.png><style>x{}</style>";
    let value = |text: &str| Edit { value: Some(vec![HtmlPiece::Text(text.to_string())]), ..Edit::default() };
    let references = BTreeMap::from([(0, value("a\"b&lt;'")), (1, value("x{content:'</STYLE>'}"))]);
    let out = printed(Document::parse(source).rewrite(&Edits { references, ..Edits::default() }));
    assert_eq!(out, "<img src=\"a&quot;b&amp;lt;'\"><style>x{content:'<\\/STYLE>'}</style>");
}

#[test]
fn elements_are_changed_emptied_and_removed() {
    let source = "<script type=module>import 'a'</script>\n<script type=module src=b.js async></script><link rel=stylesheet href=c.css>";
    let script = Edit {
        set: vec![
            ("src".into(), Some(vec![HtmlPiece::Hole("a")])),
            ("crossorigin".into(), None),
            ("type".into(), Some(vec![HtmlPiece::Text("module".into())])),
        ],
        empty: true,
        ..Edit::default()
    };
    let second = Edit { unset: vec!["async".into()], ..script.clone() };
    let removed = Edit { remove: true, ..Edit::default() };
    let references = BTreeMap::from([(0, script), (1, second), (2, removed.clone())]);
    let out = printed(Document::parse(source).rewrite(&Edits { references, ..Edits::default() }));
    assert_eq!(
        out,
        "<script type=\"module\" src=\"[a]\" crossorigin></script>\n<script type=\"module\" src=\"[a]\" crossorigin></script>"
    );
    let references = BTreeMap::from([(0, removed.clone()), (1, removed)]);
    let out = printed(Document::parse(source).rewrite(&Edits { references, ..Edits::default() }));
    assert_eq!(out, "\n<link rel=stylesheet href=c.css>");
}

#[test]
fn additions_go_to_the_end_of_the_head_written_or_not() {
    let add = |source: &str| {
        let head_end = vec![HtmlPiece::Text("<+>".to_string())];
        printed(Document::parse(source).rewrite(&Edits { head_end, ..Edits::default() }))
    };
    assert_eq!(
        add("<html><head><title></head></title></head><body>"),
        "<html><head><title></head></title><+></head><body>"
    );
    assert_eq!(add("<!doctype html><title>x</title>\n<div>"), "<!doctype html><title>x</title>\n<+><div>");
    assert_eq!(add("<head><meta charset=utf-8><p>x</head>"), "<head><meta charset=utf-8><+><p>x</head>");
    assert_eq!(add("<title>x</title><body><link rel=x></head>"), "<title>x</title><+><body><link rel=x></head>");
    assert_eq!(add("<title>x</title>"), "<title>x</title><+>");
    assert_eq!(add(""), "<+>");
    assert_eq!(add("text"), "<+>text");
}

#[test]
fn the_encoding_stays_where_browsers_look_for_it() {
    let links: String = (0..30).map(|n| format!("<link rel=icon href=icon-{n}.png>")).collect();
    let source = format!("<!doctype html><html><head><!-- c -->{links}<meta charset=\"utf-8\"><title>é</title></head>");
    let out = with_holes(&source, true);
    assert!(out.starts_with("<!doctype html><html><head><meta charset=\"utf-8\"><link"), "{out}");
    assert_eq!(out.matches("charset").count(), 1);
    assert_eq!(out.matches("[url]").count(), 30);
    let near = "<html><head><link rel=icon href=a.png><meta charset=utf-8></head>";
    assert_eq!(minified(near), near, "moved only when it must be");
}

#[test]
fn minifying_keeps_what_readers_see() {
    assert_eq!(minified("<p>  a  <b> b </b>  c  </p>\n\n<p>d</p>"), "<p>a <b> b </b> c</p><p>d</p>");
    assert_eq!(minified("<a>x</a>\n<a>y</a>"), "<a>x</a> <a>y</a>");
    assert_eq!(minified("<ul>\n <li> a </li>\n <li>b</li>\n</ul>"), "<ul><li>a</li> <li>b</li></ul>");
    assert_eq!(minified("<pre>\n  a\n\n  b <i> c </i>\n</pre>"), "<pre>\n  a\n\n  b <i> c </i>\n</pre>");
    assert_eq!(minified("<pre><pre> </pre>  </pre>  <b>  x"), "<pre><pre> </pre>  </pre> <b> x");
    assert_eq!(minified("<textarea>\n a  b </textarea>"), "<textarea>\n a  b </textarea>");
    assert_eq!(minified("<p style='white-space: pre'>a  b</p>"), "<p style='white-space: pre'>a  b</p>");
    assert_eq!(minified("<p>a&nbsp; b \u{a0} c</p>"), "<p>a&nbsp; b \u{a0} c</p>");
    assert_eq!(minified("<b>x</b> <script> a  b </script> <i>y</i>"), "<b>x</b> <script> a  b </script> <i>y</i>");
    assert_eq!(
        minified("<script> a  b </script> <style> c  d </style>"),
        "<script> a  b </script><style> c  d </style>"
    );
    assert_eq!(minified("<p>a <!-- x --> b</p>"), "<p>a b</p>");
    assert_eq!(minified("<p>a<!-- x --> b<br> c </p>"), "<p>a b<br>c</p>");
    assert_eq!(
        minified("<head>\n  <title>a  b</title>\n</head>\n<body>\n x\n</body>"),
        "<head><title>a  b</title></head><body>x</body>"
    );
    assert_eq!(minified("<svg>\n<text> a  b </text></svg>"), "<svg>\n<text> a  b </text></svg>");
}

#[test]
fn minifying_keeps_comments_that_are_read() {
    for kept in
        ["<!--[if IE]>  <p>x  <![endif]-->", "<!--! licence -->", "<!--#include x -->", "<!--app-html-->", "<?x  y?>"]
    {
        assert_eq!(minified(kept), kept);
    }
    assert_eq!(minified("<div><!-- gone --></div><!-- Gone. -->"), "<div></div>");
    for kept in [
        "<p>a<!-- -->b<!----></p>",
        "<p><!--$-->a<!--/$--></p>",
        "<b><!-- ko if: x --><!-- /ko --></b>",
        "<!-- app-html -->",
    ] {
        assert_eq!(minified(kept), kept);
    }
}

#[test]
fn minifying_drops_what_is_said_twice() {
    assert_eq!(
        minified(
            "<script\n  type=\"text/javascript\"   src=x.js\n></script ><link rel=stylesheet type='text/css' href=a.css />"
        ),
        "<script src=x.js></script><link rel=stylesheet href=a.css>"
    );
    assert_eq!(minified("<input type=\"text\" value = ''  disabled>"), "<input type=\"text\" value='' disabled>");
    assert_eq!(minified("<script type=module>x</script>"), "<script type=module>x</script>");
    assert_eq!(minified("<svg><path d=M0 /><g id='a'/></svg>"), "<svg><path d=M0 /><g id='a'/></svg>");
}

#[test]
fn minified_twice_is_minified_once() {
    let once = minified(PAGE);
    assert_eq!(minified(&once), once);
    assert_eq!(listed(&once), listed(&printed(Document::parse(PAGE).rewrite(&Edits::default()))));
}

#[test]
fn variables_are_put_in_and_escaped() {
    let variables = BTreeMap::from([("VITE_TITLE".to_string(), "a<b> & \"c\"".to_string())]);
    let bare = "<p title=%VITE_TITLE% lang='%VITE_LANG%'>";
    let known = BTreeMap::from([("VITE_TITLE".into(), "a b>".into()), ("VITE_LANG".into(), "'".into())]);
    let out = printed(Document::parse(bare).rewrite(&Edits { variables: known, ..Edits::default() }));
    assert_eq!(out, "<p title=a&#32;b&#62; lang='&#39;'>");
    let source =
        "<title>%VITE_TITLE%</title><p title=\"%VITE_TITLE%\">%VITE_TITLE% 100%UNKNOWN%VITE_TITLE% %20%3C%</p>";
    let out = printed(Document::parse(source).rewrite(&Edits { variables, ..Edits::default() }));
    assert_eq!(
        out,
        "<title>a<b> & \"c\"</title><p title=\"a<b> &amp; &quot;c&quot;\">a&lt;b> &amp; \"c\" 100%UNKNOWNa&lt;b> &amp; \"c\" %20%3C%</p>"
    );
}

#[test]
fn no_truncation_panics() {
    for end in (0..=PAGE.len()).filter(|end| PAGE.is_char_boundary(*end)) {
        let source = &PAGE[..end];
        let facts = scan(source, "index.html");
        assert_eq!(facts.value.refs.len(), Document::parse(source).mentions().len());
        with_holes(source, true);
        let kept = printed(Document::parse(source).rewrite(&Edits::default()));
        assert!(kept.len() + 40 >= source.len());
    }
}

#[test]
fn deep_nesting_neither_recurses_nor_hangs() {
    for tag in ["<noscript>", "<div>", "<pre>", "<svg>", "<picture>", "</p>", "<!--", "<script>"] {
        let source = tag.repeat(20_000);
        assert_eq!(printed(Document::parse(&source).rewrite(&Edits::default())), source);
        minified(&source);
    }
}

#[test]
fn odd_bytes_never_panic() {
    let alphabet =
        ["<", ">", "/", "!", "--", "=", "\"", "'", " ", "a", "img", "src", "script", "svg", "é", "&", ";", "%", "pre"];
    let mut state = 12345u32;
    for _ in 0..3000 {
        let mut source = String::new();
        for _ in 0..24 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            source.push_str(alphabet[(state >> 16) as usize % alphabet.len()]);
        }
        assert_eq!(printed(Document::parse(&source).rewrite(&Edits::default())), source);
        with_holes(&source, true);
    }
}

#[test]
fn an_unfinished_page_is_said_to_be() {
    let codes = |source: &str| -> Vec<String> {
        scan(source, "a.html").problems.iter().map(|p| format!("{} {}", p.code, p.message)).collect()
    };
    assert_eq!(codes("<p>x</p><script src=a.js"), ["html-unfinished the file ends inside a tag"]);
    assert_eq!(codes("<title>x</title><script>var a;"), ["html-unfinished <script> is never closed"]);
    assert!(codes("<p>a<p>b").is_empty());
    assert!(codes("<script></script>").is_empty());
    assert!(codes("").is_empty());
}

#[test]
fn art_direction_is_seen() {
    let document = Document::parse("<picture><source media=x srcset=a.png><img src=b.png></picture><img src=c.png>");
    let directed: Vec<_> =
        document.mentions().iter().map(|m| (m.reference.specifier.as_str(), m.art_directed)).collect();
    assert_eq!(directed, [("a.png", true), ("b.png", true), ("c.png", false)]);
}

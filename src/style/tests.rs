use super::*;
use crate::base::{AssetId, IndexVec, ModuleId};
use crate::config::{LegalComments, Minify};
use crate::lang::LanguageTarget;
use crate::lang::html::{HtmlFacts, HtmlRef};
use crate::model::{Asset, AssetKind, Chunk, Origin, Package, Page, RefStyle, Style};
use std::sync::Arc;

/// A graph of sheets that name each other by file name. Images are assets, `http:` is external.
fn graph(files: &[(&str, &str)]) -> ModuleGraph {
    let mut graph = ModuleGraph::default();
    let style_id = |name: &str| files.iter().position(|(known, _)| *known == name).map(|at| StyleId(at as u32));
    for (at, (name, source)) in files.iter().enumerate() {
        let local = name.ends_with(".module.css");
        let scanned = css::scan(source, name, local, name, true);
        assert!(!scanned.problems.iter().any(Diagnostic::is_error), "{:?}", scanned.problems);
        let facts = scanned.value.unwrap();
        let imports = facts.imports.iter().map(|import| match style_id(&import.specifier) {
            Some(id) => Target::Style(id),
            None => Target::External(import.specifier.clone()),
        });
        let imports: Vec<Target> = imports.collect();
        let urls = facts.urls.iter().map(|url| match url.specifier.starts_with("http") {
            true => Target::External(url.specifier.clone()),
            false => Target::Asset(asset(&mut graph.assets, url.specifier.split(['?', '#']).next().unwrap())),
        });
        let urls: Vec<Target> = urls.collect();
        let importer = files.iter().take(at).position(|(_, text)| text.contains(name));
        let package = name.contains("node_modules").then(|| Package { name: "pkg".into(), version: "1.2.3".into() });
        graph.styles.push(Style {
            name: name.to_string(),
            path: format!("/project/{name}").into(),
            source: Arc::from(*source),
            source_hash: crate::base::ContentHash::of(source.as_bytes()),
            local,
            facts: Arc::new(facts),
            imports,
            urls,
            package,
            origin: importer.map_or(Origin::Entry, |at| Origin::Style(StyleId(at as u32))),
        });
    }
    graph
}

fn asset(assets: &mut IndexVec<AssetId, Asset>, name: &str) -> AssetId {
    if let Some((id, _)) = assets.iter_ids().find(|(_, asset)| asset.name == name) {
        return id;
    }
    assets.push(Asset {
        name: name.to_string(),
        path: format!("/project/{name}").into(),
        kind: AssetKind::Png,
        bytes: Arc::from(*b"x"),
        hash: crate::base::ContentHash::of(b"x"),
        references: Vec::new(),
        fixed_name: None,
        package: None,
        origin: Origin::Entry,
    })
}

fn plan(kind: ChunkKind, name: &str, styles: &[u32]) -> ChunkPlan {
    let styles = styles.iter().map(|id| StyleId(*id)).collect();
    let chunk = Chunk { kind, name: name.into(), modules: Vec::new(), static_imports: Vec::new(), styles };
    ChunkPlan { chunks: IndexVec::from(vec![chunk]), ..ChunkPlan::default() }
}

/// References as `<asset name>`.
fn text(graph: &ModuleGraph, pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => String::from_utf8(text.clone()).unwrap(),
            Piece::Ref(OutputKey::Asset(id), style) => format!("<{}{:?}>", graph.assets[*id].name, style),
            Piece::Ref(other, _) => format!("<{other:?}>"),
        })
        .collect()
}

fn render_with(graph: &ModuleGraph, roots: &[u32], options: &Options) -> Noted<RenderedStyles> {
    render(graph, &plan(ChunkKind::Entry(0), "main", roots), options, &Cache::new(None))
}

/// The minified sheet of the first file (or of `roots`), without problems.
fn linked_roots(files: &[(&str, &str)], roots: &[u32]) -> String {
    let graph = graph(files);
    let noted = render_with(&graph, roots, &Options::for_tests());
    assert!(noted.problems.is_empty(), "{:?}", noted.problems);
    text(&graph, &noted.value.files[0].body)
}

fn linked(files: &[(&str, &str)]) -> String {
    linked_roots(files, &[0])
}

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
        "@import \"http://x/2.css\";@import \"http://x/1.css\" print;a{top:0}m{top:0}"
    );
    assert_eq!(
        linked(&[
            ("main.css", "@layer one,two;@import 'a.css' layer(two) supports(display: grid) screen;"),
            ("a.css", "@import 'http://x/2.css' layer(in) print;a{top:0}"),
        ]),
        "@layer one,two;@import \"data:text/css,@import %22http://x/2.css%22 layer(in) print;\" layer(two) \
         supports((display:grid)) screen;@media screen{@supports(display:grid){@layer two{a{top:0}}}}"
    );
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' layer;@import 'b.css' layer;"),
            ("a.css", "@import 'http://x/2.css';a{top:0}"),
            ("b.css", "b{top:0}"),
        ]),
        "@import \"http://x/2.css\" layer(_anonymous0);@layer _anonymous0{a{top:0}}@layer{b{top:0}}",
        "still one layer"
    );
    assert_eq!(
        linked(&[("main.css", "@import 'http://x/1.css';@import 'http://x/2.css';@import 'http://x/1.css';")]),
        "@import \"http://x/2.css\";@import \"http://x/1.css\";"
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

#[test]
fn namespaces_stand_above_all_rules() {
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' print;@import 'http://x/1.css';@namespace svg 'http://s';svg|a{top:0}"),
            ("a.css", "@namespace svg url(http://s);svg|b{top:0}"),
        ]),
        "@import \"http://x/1.css\";@namespace svg \"http://s\";@media print{svg|b{top:0}}svg|a{top:0}"
    );
}

#[test]
fn urls_are_references() {
    let files = [(
        "main.css",
        "a{background:url(a.png),url('b (1).png'),url(http://x/y.png)}b{src:url(f.eot?#iefix),url(i.svg#dot);--x:image-set('a.png' 1x)}",
    )];
    assert_eq!(
        linked(&files),
        "a{background:url(<a.pngPublic>),url(\"<b (1).pngPublic>\"),url(http://x/y.png)}\
         b{src:url(<f.eotPublic>?#iefix),url(<i.svgPublic>#dot);--x:image-set(\"<a.pngPublic>\" 1x)}"
    );
    let graph = graph(&files);
    let options = Options { public_path: String::new(), ..Options::for_tests() };
    let noted = render_with(&graph, &[0], &options);
    assert!(noted.value.files[0].body.contains(&Piece::Ref(OutputKey::Asset(AssetId(0)), RefStyle::Relative)));
}

#[test]
fn names_and_contributions() {
    let graph = graph(&[
        ("src/main.css", "@import 'node_modules/pkg/a.css';\n@import 'node_modules/pkg/b.css';m{top:0}"),
        ("node_modules/pkg/a.css", "a{top:0}"),
        ("node_modules/pkg/b.css", "b{left:0}"),
    ]);
    let mut options = Options {
        site: false,
        entry_names: "[dir]/[name]".into(),
        chunk_names: "[name]-[hash]".into(),
        ..Options::for_tests()
    };
    let file = |kind, options: &Options| {
        render(&graph, &plan(kind, "admin/app", &[0]), options, &Cache::new(None)).value.files.remove(0)
    };
    let entry = file(ChunkKind::Entry(0), &options);
    assert_eq!(
        (entry.name.template.as_str(), entry.name.dir.as_str(), entry.name.name.as_str(), entry.name.ext.as_str()),
        ("[dir]/[name]", "admin", "app", ".css")
    );
    assert_eq!(entry.key, OutputKey::Style(ChunkId(0)));
    assert_eq!(file(ChunkKind::Dynamic(ModuleId(0)), &options).name.template, "[name]-[hash]");
    options.site = true;
    assert_eq!(file(ChunkKind::Entry(0), &options).name.template, "assets/[name]-[hash]");

    let rows: Vec<_> =
        entry.contributions.iter().map(|row| (row.source.as_str(), row.package.as_str(), row.bytes)).collect();
    assert_eq!(
        rows,
        [
            ("node_modules/pkg/a.css", "pkg@1.2.3", 8),
            ("node_modules/pkg/b.css", "pkg@1.2.3", 9),
            ("src/main.css", "", 8)
        ]
    );
    let why = &entry.contributions[1].why;
    assert_eq!(
        (why.len(), why[0].file.as_str(), why[0].line, why[0].specifier.as_str()),
        (1, "src/main.css", 2, "node_modules/pkg/b.css")
    );
}

#[test]
fn what_stands_around_the_rules() {
    let files = [("main.css", "@import 'a.css';/*! mine */m{content:'\u{e9}'}"), ("a.css", "/*! theirs */a{top:0}")];
    let graph = graph(&files);
    let mut options = Options::for_tests();
    options.banner.insert("css".into(), "/* top */".into());
    options.footer.insert("css".into(), "/* end */".into());
    let out = |options: &Options| text(&graph, &render_with(&graph, &[0], options).value.files[0].body);
    assert_eq!(out(&options), "@charset \"UTF-8\";/* top */\na{top:0}m{content:\"\u{e9}\"}\n/* end */\n");
    options.legal_comments = LegalComments::Eof;
    assert_eq!(
        out(&options),
        "@charset \"UTF-8\";/* top */\na{top:0}m{content:\"\u{e9}\"}\n/*! theirs */\n/*! mine */\n/* end */\n"
    );
    options.legal_comments = LegalComments::Inline;
    assert!(out(&options).contains("/*! theirs */\na{top:0}/*! mine */\nm{"), "{}", out(&options));
    let plain = Options { minify: Minify::Off, ..Options::for_tests() };
    assert!(out(&plain).contains("/* a.css */\na {\n  top: 0;\n}\n/* main.css */\nm {"), "{}", out(&plain));
}

#[test]
fn sheets_of_pages() {
    let mut graph = graph(&[
        ("main.css", "m{top:0}"),
        ("index.html?style", "@import 'main.css';a{content:'</STYLE>';background:url(a.png)}"),
    ]);
    let attribute = css::scan_attribute("color:red;background:url(a.png)", "index.html").value.unwrap();
    let urls = vec![Target::Asset(AssetId(0))];
    let like = &graph.styles[StyleId(0)];
    let style = Style {
        name: "index.html".into(),
        path: like.path.clone(),
        source: Arc::from("color:red;background:url(a.png)"),
        source_hash: like.source_hash,
        local: false,
        facts: Arc::new(attribute),
        imports: Vec::new(),
        urls,
        package: None,
        origin: Origin::Entry,
    };
    graph.styles.push(style);
    let mention = |kind| HtmlRef { kind, specifier: String::new(), inline: None, start: 0, end: 0 };
    let refs =
        vec![mention(HtmlRefKind::Stylesheet), mention(HtmlRefKind::InlineStyle), mention(HtmlRefKind::StyleAttribute)];
    graph.pages.push(Page {
        name: "index.html".into(),
        path: "/project/index.html".into(),
        output: "index.html".into(),
        source: Arc::from(""),
        facts: Arc::new(HtmlFacts { refs }),
        targets: (0..3).map(|id| Target::Style(StyleId(id))).collect(),
    });
    let noted = render(&graph, &ChunkPlan::default(), &Options::for_tests(), &Cache::new(None));
    assert!(noted.problems.is_empty(), "{:?}", noted.problems);
    let (page, files) = (PageId(0), &noted.value.files);
    assert_eq!((files.len(), &files[0].key), (1, &OutputKey::PageStyle(page, 0)));
    assert_eq!((files[0].name.template.as_str(), files[0].name.name.as_str()), ("assets/[name]-[hash]", "main"));
    assert_eq!(
        text(&graph, &noted.value.inline[&(page, 1)]),
        "m{top:0}a{content:\"<\\/STYLE>\";background:url(<a.pngPublic>)}"
    );
    assert_eq!(text(&graph, &noted.value.inline[&(page, 2)]), "color:red;background:url(<a.pngPublic>)");
}

#[test]
fn threads_and_cache_change_nothing() {
    let sources: Vec<(String, String)> = (0..60)
        .map(|at| (format!("s{at}.module.css"), format!(".a{at}{{top:{at}px;&:hover{{inset:0}}}}@media (width>={at}px){{.b{{left:0;background:url({at}.png)}}}}")))
        .collect();
    let files: Vec<(&str, &str)> = sources.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let graph = graph(&files);
    let roots: Vec<u32> = (0..60).collect();
    let engines = [("safari".to_string(), 13 << 16)].into_iter().collect();
    let options = Options { target: LanguageTarget { es: None, engines }, ..Options::for_tests() };
    let folder = tempfile::tempdir().unwrap();
    let run = |threads: usize, cache: &Cache| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let noted = pool.install(|| render(&graph, &plan(ChunkKind::Entry(0), "main", &roots), &options, cache));
        text(&graph, &noted.value.files[0].body)
    };
    let cold = run(1, &Cache::new(Some(folder.path().into())));
    let cache = Cache::new(Some(folder.path().into()));
    assert_eq!(run(4, &cache), cold);
    assert_eq!(cache.counts(), (60, 0), "all from the cache");
    assert_eq!(run(3, &Cache::new(None)), cold);
    assert!(cold.contains("min-width:") && !cold.contains(":hover{inset"), "{cold}");
}

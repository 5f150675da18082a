//! What is written, under which name.

use super::*;

#[test]
fn namespaces_stand_above_all_rules() {
    assert_eq!(
        linked(&[
            ("main.css", "@import 'a.css' print;@import 'http://x/1.css';@namespace svg 'http://s';svg|a{top:0}"),
            ("a.css", "@namespace svg url(http://s);svg|b{top:0}"),
        ]),
        "@import\"http://x/1.css\";@namespace svg \"http://s\";@media print{svg|b{top:0}}svg|a{top:0}"
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
        render(&graph, &Linked::default(), &plan(kind, "admin/app", &[0]), options, &Cache::new(None))
            .value
            .files
            .remove(0)
    };
    let entry = file(ChunkKind::Entry(0), &options);
    assert_eq!(
        (entry.name.template.as_str(), entry.name.dir.as_str(), entry.name.name.as_str(), entry.name.ext.as_str()),
        ("[dir]/[name]", "admin", "app", ".css")
    );
    assert_eq!(entry.key, OutputKey::Style(SheetId(0)));
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
        is_file: true,
        written: None,
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
    let noted = render(&graph, &Linked::default(), &ChunkPlan::default(), &Options::for_tests(), &Cache::new(None));
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
    let folder = tempfile::tempdir().unwrap();
    let cache_dir = Some(folder.path().to_path_buf());
    let options =
        Options { target: LanguageTarget { engines, ..LanguageTarget::default() }, cache_dir, ..Options::for_tests() };
    let run = |threads: usize, cache: &Cache| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let noted = pool.install(|| {
            render(&graph, &Linked::default(), &plan(ChunkKind::Entry(0), "main", &roots), &options, cache)
        });
        text(&graph, &noted.value.files[0].body)
    };
    let cold = run(1, &Cache::new(Some(folder.path().into())));
    let cache = Cache::new(Some(folder.path().into()));
    assert_eq!(run(4, &cache), cold);
    assert_eq!(cache.counts(), (60, 0), "all from the cache");
    assert_eq!(run(3, &Cache::new(None)), cold);
    assert!(cold.contains("min-width:") && !cold.contains(":hover{inset"), "{cold}");
}

//! Pages as a browser would get them, with names in place of URLs.

use super::render;
use crate::base::{AssetId, ChunkId, ContentHash, ModuleId, PageId, SheetId, StyleId};
use crate::config::{Format, Minify, Options};
use crate::lang::html::scan;
use crate::model::{
    Asset, AssetKind, Chunk, ChunkKind, ChunkPlan, CriticalStyles, Entry, EntryKind, ImageSets, InlineStyles,
    ModuleGraph, OptimizedImage, Origin, OutputKey, Page, Piece, RefStyle, RenderedFile, Sheet, Target,
};
use std::sync::Arc;

/// A site under construction: what the stages before would have made.
struct Made {
    graph: ModuleGraph,
    plan: ChunkPlan,
    images: ImageSets,
    inline: InlineStyles,
    critical: CriticalStyles,
    options: Options,
}

impl Made {
    fn new() -> Self {
        let options = Options { minify: Minify::Off, ..Options::for_tests() };
        Made {
            graph: ModuleGraph::default(),
            plan: ChunkPlan::default(),
            images: ImageSets::default(),
            inline: InlineStyles::new(),
            critical: CriticalStyles::new(),
            options,
        }
    }

    fn page(&mut self, output: &str, source: &str, targets: Vec<Target>) -> PageId {
        let facts = scan(source, output).value;
        assert_eq!(facts.refs.len(), targets.len(), "{:#?}", facts.refs);
        self.graph.pages.push(Page {
            name: output.into(),
            path: format!("/project/{output}").into(),
            output: output.into(),
            source: source.into(),
            facts: Arc::new(facts),
            targets,
        })
    }

    fn asset(&mut self, name: &str, size: Option<(u32, u32)>) -> AssetId {
        self.asset_of(name, AssetKind::Png, b"", size)
    }

    fn asset_of(&mut self, name: &str, kind: AssetKind, bytes: &[u8], size: Option<(u32, u32)>) -> AssetId {
        self.images.push(size.map(|(width, height)| OptimizedImage { bytes: Arc::from([]), width, height }));
        self.graph.assets.push(Asset {
            name: name.into(),
            path: format!("/project/{name}").into(),
            kind,
            bytes: bytes.into(),
            hash: ContentHash::of(bytes),
            references: Vec::new(),
            fixed_name: None,
            package: None,
            origin: Origin::Entry,
        })
    }

    /// An entry of the page with a chunk that imports `imports`; `styled` says which of its own style sheets it has.
    fn entry(&mut self, page: PageId, imports: &[ChunkId], styled: bool) -> (Target, ChunkId) {
        let module = ModuleId(self.graph.entries.len() as u32 + 1);
        let chunk = self.chunk(ChunkKind::Entry(self.graph.entries.len()), imports, styled);
        self.graph.entries.push(Entry { module, kind: EntryKind::Page(page), name: "main".into() });
        self.plan.entry_chunks.push(chunk);
        (Target::Module(module), chunk)
    }

    fn chunk(&mut self, kind: ChunkKind, imports: &[ChunkId], styled: bool) -> ChunkId {
        let mut sheets: Vec<SheetId> = Vec::new();
        imports.iter().for_each(|import| sheets.extend(&self.plan.chunks[*import].sheets));
        if styled {
            let chunk = ChunkId(self.plan.chunks.len() as u32);
            sheets.push(self.plan.sheets.push(Sheet { chunk, is_main: true, styles: vec![StyleId(0)] }));
        }
        self.plan.chunks.push(Chunk {
            kind,
            name: "chunk".into(),
            modules: Vec::new(),
            static_imports: imports.to_vec(),
            sheets,
        })
    }

    fn files(&self) -> Vec<RenderedFile> {
        render(&self.graph, &self.plan, &self.images, (&self.inline, &self.critical), &self.options).value
    }

    fn text(&self) -> String {
        printed(&self.files()[0])
    }

    fn codes(&self) -> Vec<String> {
        let noted = render(&self.graph, &self.plan, &self.images, (&self.inline, &self.critical), &self.options);
        noted.problems.into_iter().map(|problem| problem.code).collect()
    }
}

fn printed(file: &RenderedFile) -> String {
    let show = |piece: &Piece| match piece {
        Piece::Text(text) => String::from_utf8(text.clone()).unwrap(),
        Piece::Ref(key, style) => {
            let name = match key {
                OutputKey::Chunk(id) => format!("chunk{}", id.0),
                OutputKey::Style(id) => format!("style{}", id.0),
                OutputKey::PageStyle(page, number) => format!("page{}style{number}", page.0),
                OutputKey::Asset(id) => format!("asset{}", id.0),
                OutputKey::Page(id) => format!("page{}", id.0),
                OutputKey::Named(name) => name.clone(),
                other => format!("{other:?}"),
            };
            assert_eq!(*style, RefStyle::Public);
            format!("{{{name}}}")
        }
    };
    file.body.iter().map(show).collect()
}

#[test]
fn scripts_bring_their_styles_and_preloads_once() {
    let mut made = Made::new();
    let shared = made.chunk(ChunkKind::Shared, &[], true);
    let plain = made.chunk(ChunkKind::Shared, &[], false);
    let (first, _) = made.entry(PageId(0), &[shared], true);
    let (second, _) = made.entry(PageId(0), &[shared, plain], false);
    let source = "<head><meta charset=utf-8><link rel=stylesheet href=own.css media=print>\
        <script type=module src=/a.ts async></script></head>\
        <body><script type=module>import './b'</script><script type=module src=a.ts></script></body>";
    made.page("index.html", source, vec![Target::Style(StyleId(1)), first.clone(), second, first]);
    assert_eq!(
        made.text(),
        "<head><meta charset=utf-8><link rel=stylesheet href=\"{page0style0}\" media=print>\
        <script type=module src=\"{chunk2}\" async crossorigin></script>\
        <link rel=\"stylesheet\" crossorigin href=\"{style0}\">\n\
        <link rel=\"stylesheet\" crossorigin href=\"{style1}\">\n\
        <link rel=\"modulepreload\" crossorigin href=\"{chunk0}\">\n\
        <link rel=\"modulepreload\" crossorigin href=\"{chunk1}\">\n</head>\
        <body><script type=module crossorigin src=\"{chunk3}\"></script></body>"
    );
    let file = &made.files()[0];
    assert_eq!((file.name.fill("x"), &file.key), ("index.html".to_string(), &OutputKey::Page(PageId(0))));
}

#[test]
fn two_pages_with_one_script_each_get_it() {
    let mut made = Made::new();
    let (script, _) = made.entry(PageId(0), &[], false);
    made.page("a.html", "<script type=module src=a.ts></script>", vec![script.clone()]);
    made.page("b.html", "<script type=module src=a.ts></script>", vec![script]);
    for file in made.files() {
        assert_eq!(printed(&file), "<script type=module src=\"{chunk0}\" crossorigin></script>");
    }
}

#[test]
fn other_formats_run_like_modules() {
    let mut made = Made::new();
    made.options.format = Format::Iife;
    let (script, _) = made.entry(PageId(0), &[], true);
    made.page("index.html", "<script type=module src=a.ts></script><p>", vec![script]);
    assert_eq!(
        made.text(),
        "<script src=\"{chunk0}\" defer></script><link rel=\"stylesheet\" crossorigin href=\"{style0}\">\n<p>"
    );
}

#[test]
fn images_get_sizes_where_nothing_says_them() {
    let mut made = Made::new();
    let sized = Target::Asset(made.asset("a.png", Some((640, 480))));
    let unknown = Target::Asset(made.asset("b.svg", Some((0, 0))));
    let source = "<img src=a.png><img src=a.png width=3><img src=a.png style='WIDTH:1px'>\
        <img src=a.png srcset='a.png 2x'><img src=b.svg><input type=image src=a.png>\
        <picture><source media=x srcset=a.png><img src=a.png></picture>";
    let mut targets = vec![sized.clone(); 9];
    targets[5] = unknown;
    made.page("index.html", source, targets);
    assert_eq!(
        made.text(),
        "<img src=\"{asset0}\" width=\"640\" height=\"480\"><img src=\"{asset0}\" width=3>\
        <img src=\"{asset0}\" style='WIDTH:1px'><img src=\"{asset0}\" srcset=\"{asset0} 2x\"><img src=\"{asset1}\">\
        <input type=image src=\"{asset0}\"><picture><source media=x srcset=\"{asset0}\"><img src=\"{asset0}\"></picture>"
    );
}

#[test]
fn fragments_stay_and_queries_of_hashed_files_go() {
    let mut made = Made::new();
    let hashed = Target::Asset(made.asset("a.svg", None));
    let fixed = made.asset("favicon.ico", None);
    made.graph.assets[fixed].fixed_name = Some("favicon.ico".into());
    let source = "<svg><use href='a.svg?v=1#i&amp;j'/></svg><link rel=icon href=/favicon.ico?v=2&amp;x>";
    made.page("index.html", source, vec![hashed, Target::Asset(fixed)]);
    assert_eq!(made.text(), "<svg><use href=\"{asset0}#i&amp;j\"/></svg><link rel=icon href=\"{asset1}?v=2&amp;x\">");
}

#[test]
fn links_between_pages_keep_their_form() {
    let source = "<a href=about.html#x>1</a><a href='/admin/?q'>2</a><a href=elsewhere>3</a>";
    let targets = vec![Target::Page(PageId(1)), Target::Page(PageId(2)), Target::External("elsewhere".into())];
    let mut made = Made::new();
    made.page("deep/index.html", source, targets);
    made.page("about.html", "", vec![]);
    made.page("admin/index.html", "", vec![]);
    assert_eq!(made.text(), "<a href=\"{page1}#x\">1</a><a href=\"/admin/?q\">2</a><a href=elsewhere>3</a>");
    made.options.public_path = String::new();
    assert_eq!(made.text(), "<a href=\"{page1}#x\">1</a><a href=\"../admin/?q\">2</a><a href=elsewhere>3</a>");
}

#[test]
fn styles_in_the_page_are_replaced_and_escaped() {
    let mut made = Made::new();
    let bg = made.asset("bg.png", None);
    let pieces = |before: &str| {
        vec![
            Piece::Text(before.into()),
            Piece::Ref(OutputKey::Asset(bg), RefStyle::Public),
            Piece::Text(b"\")".to_vec()),
        ]
    };
    made.inline.insert((PageId(0), 0), pieces("a{b:url(\""));
    made.inline.insert((PageId(0), 1), pieces("b:url(\""));
    let source = "<style>a { b: url(bg.png) }</style><p style='b: url(bg.png)'>";
    made.page("index.html", source, vec![Target::Style(StyleId(0)), Target::Style(StyleId(1))]);
    assert_eq!(made.text(), "<style>a{b:url(\"{asset0}\")</style><p style=\"b:url(&quot;{asset0}&quot;)\">");
}

#[test]
fn the_environment_is_put_in() {
    let mut made = Made::new();
    made.options.define.insert("import.meta.env.VITE_NAME".into(), "\"A & B\"".into());
    made.options.define.insert("import.meta.env.DEV".into(), "false".into());
    made.page("index.html", "<p title='%VITE_NAME%'>%DEV% %OTHER%", vec![]);
    assert_eq!(made.text(), "<p title='A &amp; B'>false %OTHER%");
}

#[test]
fn the_worker_is_registered_by_a_file() {
    let mut made = Made::new();
    made.options.service_worker = true;
    made.options.public_path = "/app/".into();
    made.page("index.html", "<title>x</title><body>", vec![]);
    let files = made.files();
    assert_eq!(printed(&files[0]), "<title>x</title><script defer src=\"{register-sw.js}\"></script><body>");
    assert!(files[1].name.template.contains("[hash]"));
    assert!(printed(&files[1]).contains(".register(\"/app/sw.js\")"), "{}", printed(&files[1]));
    made.options.public_path = String::new();
    let text = printed(&made.files()[1]);
    assert!(text.contains("new URL(\"../sw.js\",document.currentScript.src)"), "{text}");
    made.options.public_path = "https://cdn.example/".into();
    assert_eq!(made.codes(), ["service-worker-cross-origin"]);
    assert_eq!(made.files().len(), 1);
}

#[test]
fn manifests_name_their_icons_and_keep_their_addresses() {
    let mut made = Made::new();
    let icon = made.asset("icon.png", None);
    let text = "\u{feff}{\n \"start_url\": \".\", \"scope\": \"/\", \"icons\": [{\"src\": \"icon.png\", \"x\": \"\u{E000}0\u{E000}\"}, \
        {\"src\": \"https://e.example/i.png\"}], \"shortcuts\": [{\"url\": \"cart?x#y\"}]}";
    let id = made.asset_of("manifest.webmanifest", AssetKind::WebManifest, text.as_bytes(), None);
    made.graph.assets[id].references =
        vec![("/icons/0/src".into(), Target::Asset(icon)), ("/icons/1/src".into(), Target::Unresolved)];
    made.options.minify = Minify::On;
    let file = &made.files()[0];
    assert_eq!(
        printed(file),
        "{\"start_url\":\"/\",\"scope\":\"/\",\"icons\":[{\"src\":\"{asset0}\",\"x\":\"\u{E000}0\u{E000}\"},\
        {\"src\":\"https://e.example/i.png\"}],\"shortcuts\":[{\"url\":\"/cart?x#y\"}]}"
    );
    assert_eq!(file.name.fill("HASH"), "assets/manifest-HASH.webmanifest");
    made.options.public_path = String::new();
    assert!(printed(&made.files()[0]).starts_with("{\"start_url\":\"../\",\"scope\":\"/\""));
    made.graph.assets[id].fixed_name = Some("manifest.webmanifest".into());
    assert!(made.files().is_empty(), "copied with the other fixed files");
}

#[test]
fn a_base_is_warned_of_where_it_breaks_urls() {
    let mut made = Made::new();
    made.page("index.html", "<base href=/x/>", vec![]);
    assert!(made.codes().is_empty());
    made.options.public_path = String::new();
    assert_eq!(made.codes(), ["base-href"]);
}

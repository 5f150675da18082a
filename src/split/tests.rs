//! Small projects, and the chunks that they become.

use crate::base::ChunkId;
use crate::cache::Cache;
use crate::config::Options;
use crate::fs::{Disk, Files};
use crate::model::{ChunkKind, ChunkPlan, Linked, ModuleGraph, Repairs};
use crate::{graph, link};
use std::collections::BTreeMap;
use std::sync::Arc;

struct Plan {
    graph: ModuleGraph,
    linked: Linked,
    plan: ChunkPlan,
}

fn disk() -> Arc<dyn Files> {
    Arc::new(Disk)
}

/// Splits a project whose entries are named `main*.js`.
fn split(files: &[(&str, &str)], chunks: &[(&str, &str)], max: Option<u64>) -> Plan {
    split_under(files, |options| {
        options.chunking.named = chunks.iter().map(|(name, pattern)| (name.to_string(), pattern.to_string())).collect();
        options.chunking.max_bytes = max;
    })
}

fn split_under(files: &[(&str, &str)], change: impl FnOnce(&mut Options)) -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let entries = files.iter().filter(|(path, _)| path.starts_with("main"));
    let mut options = Options::for_tests();
    options.entries = entries.map(|(path, _)| (None, path.to_string())).collect();
    options.site = false;
    options.outbase = root.clone();
    options.root = root;
    change(&mut options);
    let built = graph::build(&options, &disk(), &Cache::new(None));
    assert_eq!(built.problems, []);
    let graph = built.value;
    let entries: Vec<usize> = (0..graph.entries.len()).collect();
    let mut repairs = Repairs::default();
    let (linked, plan) = {
        let mut program = link::prepare(&graph, &options, &entries).value;
        loop {
            let linked = program.link(&repairs).value;
            let (plan, next) = super::split(&graph, &linked, &options, &repairs);
            if next == repairs {
                break (linked, plan);
            }
            repairs = next;
        }
    };
    Plan { graph, linked, plan }
}

impl Plan {
    /// Chunk names with a number for each of equal name, and the modules of each but the helpers.
    fn chunks(&self) -> BTreeMap<String, Vec<&str>> {
        let ids: Vec<ChunkId> = self.plan.chunks.ids().collect();
        let modules = |id: &ChunkId| {
            let all = self.plan.chunks[*id].modules.iter().map(|id| &self.graph.modules[*id]);
            all.filter(|module| !module.is_helper()).map(|module| module.name.as_str()).collect()
        };
        ids.iter().map(|id| (self.name(*id), modules(id))).collect()
    }

    fn name(&self, id: ChunkId) -> String {
        let chunk = &self.plan.chunks[id];
        let alike = self.plan.chunks.iter_ids().take_while(|(other, _)| *other != id);
        let number = alike.filter(|(_, other)| other.name == chunk.name).count();
        if number == 0 { chunk.name.clone() } else { format!("{}{}", chunk.name, number + 1) }
    }

    fn named(&self, name: &str) -> ChunkId {
        self.plan.chunks.ids().find(|id| self.name(*id) == name).unwrap()
    }

    fn imports(&self, name: &str) -> Vec<String> {
        self.plan.chunks[self.named(name)].static_imports.iter().map(|id| self.name(*id)).collect()
    }

    /// The sheets that a chunk applies, file by file.
    fn sheets(&self, name: &str) -> Vec<Vec<&str>> {
        let files = self.plan.chunks[self.named(name)].sheets.iter();
        let names = |id: &crate::base::SheetId| {
            self.plan.sheets[*id].styles.iter().map(|id| self.graph.styles[*id].name.as_str()).collect()
        };
        files.map(names).collect()
    }

    /// Modules that are called by their importers.
    fn called(&self) -> Vec<&str> {
        let all = self.linked.modules.iter_ids().filter(|(_, link)| link.included);
        let called = all.filter(|(_, link)| link.wrap != crate::model::Wrap::None && !link.eager);
        called.map(|(id, _)| self.graph.modules[id].name.as_str()).collect()
    }
}

#[test]
fn the_first_pattern_that_matches_takes_a_module_and_nothing_is_dragged_along() {
    let files = [
        ("main.js", "import { a } from './lib/a.js'; import './lib/b.js'; import 'dep'; console.log(a);"),
        ("lib/a.js", "import { x } from '../own.js'; export const a = () => x;"),
        ("lib/b.js", "globalThis.b = 1;"),
        ("own.js", "export const x = globalThis.y;"),
        ("node_modules/dep/package.json", r#"{ "main": "i.js" }"#),
        ("node_modules/dep/i.js", "globalThis.dep = 1;"),
    ];
    let made = split(&files, &[("first", "lib/a.js"), ("lib", "lib/**"), ("vendor", "node_modules/**")], None);
    let chunks = made.chunks();
    assert_eq!(chunks["first"], ["lib/a.js"]);
    assert_eq!(chunks["lib"], ["lib/b.js"]);
    assert_eq!(chunks["vendor"], ["node_modules/dep/i.js"]);
    assert_eq!(chunks["main"], ["main.js"]);
    assert_eq!(chunks["chunk"], ["own.js"], "what a named chunk needs is in a file that holds nothing else");
    assert_eq!(made.plan.chunks[made.named("first")].kind, ChunkKind::Shared);
    assert_eq!(made.imports("first"), ["chunk"]);
}

#[test]
fn a_root_evaluates_nothing_of_a_named_chunk_that_it_does_not_need() {
    let files = [
        ("main1.js", "import './lib/both.js'; import './lib/a.js';"),
        ("main2.js", "import './lib/both.js';"),
        ("lib/a.js", "import '../own.js'; globalThis.a = 1;"),
        ("lib/both.js", "globalThis.both = 1;"),
        ("own.js", "globalThis.own = 1;"),
    ];
    let made = split(&files, &[("lib", "lib/*")], None);
    assert_eq!(made.chunks()["lib"], ["lib/both.js", "lib/a.js"]);
    assert_eq!(made.called(), ["lib/a.js", "own.js"]);
    // What the chunk needs, and helpers, which both of these need.
    assert_eq!(made.imports("main2"), ["chunk", "chunk2", "lib"]);
}

#[test]
fn chunks_in_a_circle_leave_all_that_acts_to_the_roots() {
    let files = [
        ("main.js", "import './lib/a.js'; import { b } from './lib/b.js'; console.log(b);"),
        ("lib/a.js", "import { own } from '../own.js'; globalThis.a = own;"),
        ("own.js", "import { b, B } from './lib/b.js'; export class Own extends B {}; export const own = b + 1;"),
        ("lib/b.js", "export const b = 1; export class B {}"),
    ];
    let made = split(&files, &[("lib", "lib/*")], None);
    assert_eq!(made.chunks()["lib"], ["lib/b.js", "lib/a.js"]);
    assert!(made.called().contains(&"own.js") && made.called().contains(&"lib/a.js"), "{:?}", made.called());
}

#[test]
fn helpers_that_a_named_chunk_needs_are_in_it() {
    let files = [
        ("main.js", "import dep from './lib/c.cjs'; import('./late.js'); console.log(dep);"),
        ("late.js", "console.log(1)"),
        ("lib/c.cjs", "exports.a = 1; exports.b = this;"),
    ];
    let made = split(&files, &[("lib", "lib/*")], None);
    let runtime = made.graph.runtime.unwrap();
    assert_eq!(made.plan.chunk_of[runtime], Some(made.named("lib")));
    assert!(made.imports("lib").is_empty());
}

#[test]
fn large_chunks_are_cut_where_nothing_goes_back() {
    // Each needs the one before; the last two need each other.
    let module = |at: usize| {
        let needed = match at {
            0 => String::new(),
            18 => "import { x17 } from './m17.js'; import { x19 } from './m19.js';".to_string(),
            _ => format!("import {{ x{} }} from './m{}.js';", at - 1, at - 1),
        };
        let own = if at == 0 { "0".to_string() } else { format!("x{}()", at - 1) };
        (
            format!("lib/m{at}.js"),
            format!("{needed}\nexport function x{at}() {{ return 'text of the module' + {own}; }}\n"),
        )
    };
    let mut files: Vec<(String, String)> = (0..20).map(module).collect();
    files.push(("main.js".to_string(), "import { x19 } from './lib/m19.js'; console.log(x19);".to_string()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let whole = split(&files, &[("lib", "lib/*")], None);
    assert_eq!(whole.chunks()["lib"].len(), 20);
    let made = split(&files, &[("lib", "lib/*")], Some(150));
    let pieces: Vec<ChunkId> = made.plan.chunks.ids().filter(|id| made.plan.chunks[*id].name == "lib").collect();
    assert!(pieces.len() > 4, "{:?}", made.chunks());
    for piece in &pieces {
        let bytes: u64 =
            made.plan.chunks[*piece].modules.iter().map(|id| super::merge::bytes(&made.graph, &made.linked, *id)).sum();
        assert!(bytes <= 300, "minified code is taken for half of its source: {bytes}");
        for other in &made.plan.chunks[*piece].static_imports {
            assert!(!made.plan.chunks[*other].static_imports.contains(piece), "a circle of pieces");
        }
    }
    let of = |name: &str| made.plan.chunk_of[made.graph.modules.iter_ids().find(|(_, m)| m.name == name).unwrap().0];
    assert_eq!(of("lib/m18.js"), of("lib/m19.js"), "what needs each other stays together");
}

#[test]
fn a_pattern_without_modules_names_one_that_has_some() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    std::fs::create_dir_all(root.join("src/widgets")).unwrap();
    std::fs::write(root.join("src/widgets/a.js"), "export const a = 1;").unwrap();
    std::fs::write(root.join("main.js"), "export * from './src/widgets/a.js';").unwrap();
    let mut options = Options::for_tests();
    options.entries = vec![(None, "main.js".to_string())];
    (options.site, options.root) = (false, root);
    options.chunking.named = vec![("ui".into(), "src/wigdets/**".into()), ("all".into(), "src/**".into())];
    let graph = graph::build(&options, &disk(), &Cache::new(None)).value;
    let problems = super::unmatched(&graph, &options);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].code, "empty-chunk");
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean `--chunk ui=src/widgets/**`?"));
}

/// Three routes, of which two need what only makes values for itself.
fn routes<'a>(setup: &'a str, state: &'a str) -> Vec<(&'a str, &'a str)> {
    let route = "import './setup.js'; import { common } from './common.js'; import { values } from './values.js'; console.log(common, values);";
    vec![
        ("main.js", "import('./a.js'); import('./b.js'); import('./c.js');"),
        ("a.js", "import { common } from './common.js'; console.log(common);"),
        ("b.js", route),
        ("c.js", route),
        ("setup.js", setup),
        ("common.js", "export const common = () => 'common';"),
        ("state.js", state),
        ("make.js", "export function make(from) { return [from]; }"),
        (
            "values.js",
            "import { state } from './state.js'; import { make } from './make.js'; export const values = make(state.length);",
        ),
    ]
}

#[test]
fn small_modules_that_make_values_stand_with_what_more_roots_load() {
    let made = split(&routes("export {};", "export const state = [];"), &[], None);
    let together = ["common.js", "setup.js", "state.js", "make.js", "values.js"];
    assert_eq!(made.chunks()["chunk"], together);
    assert_eq!(made.called(), Vec::<&str>::new());
}

#[test]
fn nothing_is_made_for_a_root_that_does_not_need_it_before_what_acts_first_elsewhere() {
    let setup = "import { state } from './state.js'; state.push(globalThis.x);";
    let mut files = routes(setup, "export const state = [];");
    // One more route that needs the values, and not what acts before them for the others.
    files[0].1 = "import('./a.js'); import('./b.js'); import('./c.js'); import('./d.js');";
    files.push((
        "d.js",
        "import { common } from './common.js'; import { values } from './values.js'; console.log(common, values);",
    ));
    let made = split(&files, &[], None);
    let with = made.chunks().into_values().find(|modules| modules.contains(&"common.js")).unwrap();
    assert!(!with.contains(&"values.js"), "{:?}", made.chunks());
}

#[test]
fn what_may_fail_is_not_loaded_by_who_does_not_need_it() {
    let fails = "if (globalThis.x) throw new Error('x'); export const state = [];";
    let made = split(&routes("export {};", fails), &[], None);
    let with = made.chunks().into_values().find(|modules| modules.contains(&"common.js")).unwrap();
    assert!(!with.contains(&"values.js"), "{:?}", made.chunks());
    // Where all fail anyway, it makes no difference.
    let mut files = routes("export {};", fails);
    files[0].1 =
        "import { state } from './state.js'; import('./a.js'); import('./b.js'); import('./c.js'); console.log(state);";
    let made = split(&files, &[], None);
    let with = made.chunks().into_values().find(|modules| modules.contains(&"common.js")).unwrap();
    assert!(with.contains(&"values.js"), "{:?}", made.chunks());
}

#[test]
fn sheets_of_local_names_stand_with_what_more_roots_load() {
    let files = |sheet| {
        [
            ("main.js", "import('./a.js'); import('./b.js'); import('./c.js');"),
            ("a.js", "import { common } from './common.js'; console.log(common);"),
            (
                "b.js",
                "import { common } from './common.js'; import card from './card.module.css'; console.log(common, card);",
            ),
            (
                "c.js",
                "import { common } from './common.js'; import card from './card.module.css'; console.log(common, card, 1);",
            ),
            ("common.js", "export const common = () => 'common';"),
            ("card.module.css", sheet),
        ]
    };
    let card = "card.module.css";
    let with = |sheet| {
        let made = split(&files(sheet), &[], None);
        made.chunks().into_values().any(|modules| modules.contains(&"common.js") && modules.contains(&card))
    };
    assert!(with(".a { color: red } @media print { .a:hover > b { color: blue } } @keyframes k { to { top: 0 } }"));
    assert!(!with(".a { color: red } b { color: blue }"), "a rule for all elements");
    assert!(!with(".a { color: red } :global(.b) { color: blue }"), "a rule for a name of the page");
    assert!(!with(".a { color: red } :not(.a) { color: blue }"), "a rule for all others");
    assert!(!with("@layer x { .a { color: red } }"), "an order of layers");
}

#[test]
fn sheets_of_local_names_do_not_overtake_those_for_all_elements() {
    let files = |late: &'static str| {
        [
            ("main.js", "import './page.js'; import('./a.js');"),
            ("main2.js", "import './page.js'; import('./b.js');"),
            ("page.js", "import { common } from './common.js'; console.log(common);"),
            ("a.js", "import card from './card.module.css'; console.log(card);"),
            ("b.js", late),
            ("common.js", "export const common = () => 'common';"),
            ("card.module.css", ".a { color: red }"),
            ("late.css", "p { color: red }"),
        ]
    };
    let is_early = |late| {
        let made = split(&files(late), &[], None);
        made.chunks()
            .into_values()
            .any(|modules| modules.contains(&"common.js") && modules.contains(&"card.module.css"))
    };
    assert!(is_early("import card from './card.module.css'; console.log(card, 1);"));
    assert!(!is_early("import './late.css'; import card from './card.module.css'; console.log(card, 1);"));
}

#[test]
fn sheets_apply_in_the_order_of_the_language_for_every_root() {
    let rule = "p { color: red }";
    let files = [
        ("main.js", "import('./a.js'); import('./b.js');"),
        ("a.js", "import './first.css'; import './own.css'; import './last.css';"),
        ("b.js", "import './last.css'; import './first.css';"),
        ("first.css", rule),
        ("own.css", rule),
        ("last.css", rule),
    ];
    let made = split(&files, &[], None);
    assert_eq!(made.sheets("a"), [["first.css"], ["own.css"], ["last.css"]]);
    assert_eq!(made.sheets("b"), [["last.css"], ["first.css"]]);
}

#[test]
fn without_splitting_the_sheets_of_import_calls_come_last() {
    let rule = "p { color: red }";
    let files = [
        ("main.js", "import './own.css'; import('./a.js');"),
        ("main2.js", "import './last.css'; import('./a.js');"),
        ("a.js", "import './first.css'; import './last.css';"),
        ("first.css", rule),
        ("own.css", rule),
        ("last.css", rule),
    ];
    let made = split_under(&files, |options| options.splitting = false);
    assert_eq!(made.sheets("main"), [["own.css"], ["first.css"], ["last.css"]]);
    assert_eq!(made.sheets("main2"), [["last.css"], ["first.css"]]);
}

#[test]
fn sheets_of_local_names_stay_together_where_no_element_can_have_both() {
    let rule = ".x { color: red }";
    let files = |a| {
        [
            ("main.js", "import('./a.js'); import('./b.js');"),
            ("a.js", "import './x.js'; import './own.js'; import './y.js'; console.log(1);"),
            ("b.js", "import './y.js'; import './x.js'; console.log(2);"),
            ("x.js", "import x from './x.module.css'; console.log(x);"),
            ("y.js", "import y from './y.module.css'; console.log(y);"),
            ("own.js", a),
            ("x.module.css", rule),
            ("y.module.css", rule),
            ("own.module.css", rule),
        ]
    };
    let made = split(&files("import own from './own.module.css'; console.log(own);"), &[], None);
    assert_eq!(made.sheets("a"), [vec!["x.module.css", "y.module.css"], vec!["own.module.css"]]);
    // What is handed classes by its importer stands before it, or behind it, as imported.
    let made = split(&files("import own from './own.module.css'; import './y.js'; console.log(own);"), &[], None);
    assert_eq!(made.sheets("a"), [vec!["own.module.css"], vec!["x.module.css", "y.module.css"]]);
}

#[test]
fn a_page_that_may_fail_holds_what_its_routes_need() {
    let files = |main: &'static str, early: &'static str| {
        let route = "import { util } from './util.js'; console.log(util());";
        [
            ("main.html", "<script type=module src=./app.js></script>"),
            ("app.js", main),
            ("early.js", early),
            ("fails.js", "if (globalThis.x) throw new Error('x'); export const fails = 1;"),
            ("util.js", "export const util = () => document.title;"),
            ("a.js", route),
            ("b.js", route),
        ]
    };
    let with_util = |main, early| {
        let made = split_under(&files(main, early), |options| options.site = true);
        made.chunks().into_values().find(|modules| modules.contains(&"util.js")).unwrap().len() > 1
    };
    let app = "import './early.js'; import './fails.js'; import { util } from './util.js'; util(); ";
    let routes = "export const go = (a) => a ? import('./a.js') : import('./b.js'); globalThis.go = go;";
    let app_with_routes = "import './early.js'; import './fails.js'; import { util } from './util.js'; util(); \
        globalThis.go = (a) => a ? import('./a.js') : import('./b.js');";
    assert!(with_util(app_with_routes, "globalThis.y = 1;"));
    assert!(!with_util(app, routes), "routes may be asked for when the page has failed");
    let in_circle = "import './app.js'; globalThis.y = 1;";
    assert!(!with_util(app_with_routes, in_circle), "in a circle functions may be called before");
}

#[test]
fn a_worker_evaluates_nothing_that_only_pages_need() {
    let page = "import { util } from './util.js'; import { El } from './el.js'; console.log(util(), El);";
    let files = [
        (
            "main.js",
            "import('./a.js'); import('./b.js'); new Worker(new URL('./w.js', import.meta.url), { type: 'module' });",
        ),
        ("a.js", page),
        ("b.js", page),
        ("w.js", "import { util } from './util.js'; console.log(util());"),
        ("util.js", "export const util = () => 'util';"),
        ("el.js", "export class El extends HTMLElement {}"),
    ];
    let made = split(&files, &[], None);
    let with = made.chunks().into_values().find(|modules| modules.contains(&"util.js")).unwrap();
    assert_eq!(with, ["util.js"]);
}

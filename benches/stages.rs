//! What each stage costs, on one thread where it works module by module, and beside it what the parser, the transforms
//! and the printer cost alone on the same modules: the floor.
//!
//! ```text
//! npm ci --prefix fixtures/storefront && cargo bench --bench stages
//! PLIMSOLL_BENCH_APP=/path/to/an/app cargo bench --bench stages
//! ```

use divan::Bencher;
use divan::counter::BytesCount;
use plimsoll::cache::Cache;
use plimsoll::config::{Options, RawOptions, resolve};
use plimsoll::fs::{Disk, Files};
use plimsoll::lang::js::{CompilePlan, KeptTree, LanguageOptions, compile, scan};
use plimsoll::model::{Module, ModuleGraph, Repairs};
use plimsoll::{graph, link, script, split};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::errors::{HANDLER, Handler};
use swc_core::common::{BytePos, FileName, GLOBALS, Globals, Mark, SourceMap, sync::Lrc};
use swc_core::ecma::ast::{EsVersion, Pass, Program};
use swc_core::ecma::codegen::text_writer::JsWriter;
use swc_core::ecma::codegen::{Config, Emitter};
use swc_core::ecma::minifier::option::{CompressOptions, ExtraOptions, MinifyOptions};
use swc_core::ecma::parser::{EsSyntax, Lexer, Parser, StringInput, Syntax, TsSyntax};
use swc_core::ecma::transforms::base::fixer::{fixer, paren_remover};
use swc_core::ecma::transforms::base::helpers::{HELPERS, Helpers};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::{react, typescript};

fn main() {
    divan::main();
}

/// An app, and its modules as a build reads them.
struct App {
    options: Options,
    graph: ModuleGraph,
}

#[expect(clippy::disallowed_methods, reason = "which app to measure is no part of any build")]
fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let folder = std::env::var_os("PLIMSOLL_BENCH_APP").map_or(here.join("fixtures/storefront"), PathBuf::from);
        let raw = RawOptions { entries: vec![folder.to_string_lossy().into_owned()], given: Vec::new() }
            .with("no-cache", "true")
            .with("minify", "fast");
        let options = match resolve(&raw, &here, &Disk, &BTreeMap::new()) {
            Ok(found) => found.value,
            Err(problems) => panic!("{}: {problems:?}", folder.display()),
        };
        let found = read(&options);
        assert!(found.modules.len() > 1, "{}: nothing to read; run `npm ci` there", folder.display());
        App { options, graph: found }
    })
}

fn read(options: &Options) -> ModuleGraph {
    let files: Arc<dyn Files> = Arc::new(Disk);
    graph::build(options, &files, &Cache::new(None)).value
}

fn modules() -> impl Iterator<Item = &'static Module> {
    app().graph.modules.iter()
}

fn bytes() -> BytesCount {
    BytesCount::new(modules().map(|module| module.source.len()).sum::<usize>())
}

/// Read by swc, transformed and printed, with nothing asked of it.
fn floor(compress: bool) {
    for module in modules() {
        GLOBALS.set(&Globals::new(), || {
            let handler = Handler::with_emitter_writer(Box::new(std::io::sink()), None);
            HANDLER.set(&handler, || HELPERS.set(&Helpers::new(true), || divan::black_box(alone(module, compress))));
        });
    }
}

fn alone(module: &Module, compress: bool) -> Vec<u8> {
    let source_map: Lrc<SourceMap> = Lrc::default();
    let name = Lrc::new(FileName::Custom(module.name.clone()));
    let file = source_map.new_source_file(name, module.source.to_string());
    let comments = SingleThreadedComments::default();
    let parse = &module.parse;
    let syntax = match parse.typescript {
        true => Syntax::Typescript(TsSyntax { tsx: parse.jsx, ..TsSyntax::default() }),
        false => Syntax::Es(EsSyntax {
            jsx: parse.jsx,
            import_attributes: true,
            allow_return_outside_function: true,
            ..EsSyntax::default()
        }),
    };
    let end = file.start_pos + BytePos(module.source.len() as u32);
    let input = StringInput::new(&module.source, file.start_pos, end);
    let lexer = Lexer::new(syntax, EsVersion::EsNext, input, Some(&comments));
    let Ok(mut program) = Parser::new_from(lexer).parse_program() else { return Vec::new() };
    let (unresolved, top_level) = (Mark::new(), Mark::new());
    resolver(unresolved, top_level, parse.typescript).process(&mut program);
    if parse.typescript {
        typescript::strip(unresolved, top_level).process(&mut program);
    }
    if parse.jsx {
        let options = react::Options { runtime: Some(react::Runtime::Automatic), ..react::Options::default() };
        react::react(source_map.clone(), Some(&comments), options, top_level, unresolved).process(&mut program);
    }
    if compress {
        paren_remover(None).process(&mut program);
        let options = MinifyOptions {
            compress: Some(CompressOptions { passes: 1, ..CompressOptions::default() }),
            ..MinifyOptions::default()
        };
        let marks = ExtraOptions { unresolved_mark: unresolved, top_level_mark: top_level, mangle_name_cache: None };
        program =
            swc_core::ecma::minifier::optimize(program, source_map.clone(), Some(&comments), None, &options, &marks);
    }
    fixer(Some(&comments)).process(&mut program);
    print(&program, &source_map)
}

fn print(program: &Program, source_map: &Lrc<SourceMap>) -> Vec<u8> {
    let mut out = Vec::new();
    let writer = JsWriter::new(source_map.clone(), "\n", &mut out, None);
    let mut emitter =
        Emitter { cfg: Config::default().with_minify(true), cm: source_map.clone(), comments: None, wr: writer };
    emitter.emit_program(program).expect("memory takes what is written to it");
    out
}

#[divan::bench]
fn module_floor(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| floor(false));
}

#[divan::bench]
fn module_floor_compressed(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| floor(true));
}

#[divan::bench]
fn module_scan(bencher: Bencher) {
    let language = app().options.language();
    bencher.counter(bytes()).bench(|| {
        for module in modules() {
            divan::black_box(scan(&module.source, &module.name, &module.parse, &language));
        }
    });
}

/// Every statement of every module, where a build compiles what lives.
fn compile_all(language: &LanguageOptions) {
    let plan = CompilePlan::default();
    for module in modules() {
        drop(divan::black_box(compile(
            &module.source,
            &module.name,
            &module.parse,
            language,
            &plan,
            &KeptTree::default(),
        )));
    }
}

#[divan::bench]
fn module_compile(bencher: Bencher) {
    let language = LanguageOptions { compress: false, ..app().options.language() };
    bencher.counter(bytes()).bench(|| compile_all(&language));
}

#[divan::bench]
fn module_compile_compressed(bencher: Bencher) {
    let language = LanguageOptions { compress: true, ..app().options.language() };
    bencher.counter(bytes()).bench(|| compile_all(&language));
}

#[divan::bench]
fn stage_graph(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| read(&app().options));
}

#[divan::bench]
fn stage_link_and_split(bencher: Bencher) {
    let App { options, graph } = app();
    let entries: Vec<usize> = (0..graph.entries.len()).collect();
    bencher.bench(|| {
        let mut program = link::prepare(graph, options, &entries).value;
        let linked = program.link(&Repairs::default()).value;
        split::split(graph, &linked, options, &Repairs::default())
    });
}

#[divan::bench]
fn stage_script(bencher: Bencher) {
    let App { options, graph } = app();
    let entries: Vec<usize> = (0..graph.entries.len()).collect();
    let mut program = link::prepare(graph, options, &entries).value;
    let linked = program.link(&Repairs::default()).value;
    let (plan, _) = split::split(graph, &linked, options, &Repairs::default());
    let arrangement = script::Arrangement { linked: &linked, plan: &plan, key: None };
    let names = script::PropertyNames::default();
    bencher.bench(|| script::render(graph, arrangement, options, &names, &Cache::new(None)));
}

//! The spine: entries in, a directory out. The only file that knows every stage.

use crate::base::{ChunkId, trace};
use crate::cache::Cache;
use crate::config::Options;
use crate::diag::{Diagnostic, Noted};
use crate::fs::Files;
use crate::model::{
    AssetKind, ChunkPlan, Emitted, EntryKind, FileKind, ImageSets, Linked, ModuleGraph, NameTemplate, OutputKey, Piece,
    RenderedFile, Repairs, Verdict,
};
use crate::{budget, delivery, emit, graph, image, link, page, pwa, report, script, seal, split, style};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Abilities, never build data.
pub struct Services {
    pub files: Box<dyn Files>,
    pub cache: Cache,
    /// Told the name of each stage as it starts.
    pub progress: Box<dyn Fn(&str) + Sync + Send>,
}

/// Time by stage, in order.
pub type Timings = Vec<(String, Duration)>;

/// What came of a build.
#[derive(Debug, Default)]
pub struct Outcome {
    /// `None`: the build failed and nothing was written.
    pub emitted: Option<Emitted>,
    pub verdict: Option<Verdict>,
    pub problems: Vec<Diagnostic>,
    pub timings: Timings,
    /// Every file whose content or absence the build depended on.
    pub watched: Vec<PathBuf>,
    /// The report for people.
    pub text: String,
    /// The report for programs.
    pub json: serde_json::Value,
    /// What `--dump` asks for.
    pub dump: String,
}

/// A build under way: problems so far, and the clock.
struct Run<'a> {
    options: &'a Options,
    services: &'a Services,
    problems: Vec<Diagnostic>,
    timings: Timings,
    dump: String,
    properties: script::PropertyNames,
}

impl<'a> Run<'a> {
    fn new(options: &'a Options, services: &'a Services) -> Run<'a> {
        Run {
            options,
            services,
            problems: Vec::new(),
            timings: Vec::new(),
            dump: String::new(),
            properties: script::PropertyNames::default(),
        }
    }

    /// What `--deny` makes an error must stop the build before anything is written.
    fn note(&mut self, problems: Vec<Diagnostic>) {
        self.problems.extend(self.options.sift(problems));
    }

    fn stage<T>(&mut self, name: &str, work: impl FnOnce(&Services) -> crate::diag::Noted<T>) -> T {
        (self.services.progress)(name);
        let _span = trace::span("stage", name);
        let start = Instant::now();
        let mut problems = Vec::new();
        let value = work(self.services).take(&mut problems);
        self.note(problems);
        self.timings.push((name.to_string(), start.elapsed()));
        value
    }

    fn failed(&self) -> bool {
        self.problems.iter().any(Diagnostic::is_error)
    }

    fn fail(self, watched: Vec<PathBuf>) -> Outcome {
        Outcome { problems: self.problems, timings: self.timings, watched, dump: self.dump, ..Outcome::default() }
    }
}

/// Entries in, a directory out; and a trace of it, if one is asked for.
pub fn build(options: &Options, services: &Services) -> Outcome {
    let Some(path) = &options.trace else { return make(options, services) };
    let start = Instant::now();
    trace::record(move || start.elapsed());
    let mut outcome = make(options, services);
    let text = report::trace(&trace::take()).to_string();
    outcome.problems.extend(emit::write_extra(path, text.as_bytes()));
    outcome
}

fn make(options: &Options, services: &Services) -> Outcome {
    let mut run = Run::new(options, services);
    if let Some(problem) = emit::check_outdir(options) {
        run.problems.push(problem);
        return run.fail(Vec::new());
    }
    let graph = run.stage("graph", |services| graph::build(options, &*services.files, &services.cache));
    let watched = graph.watched.clone();
    if run.failed() {
        return run.fail(watched);
    }
    let (files, metafile) = render(options, &graph, &mut run);
    if run.failed() {
        return run.fail(watched);
    }
    let sealed = run.stage("seal", |_| seal::seal(files, options));
    let sealed = run.stage("pwa", |_| pwa::extend(sealed, options));
    let sealed = run.stage("delivery", |_| delivery::extend(sealed, options));
    if let Some(problem) = emit::check_inputs(&sealed, options, &watched) {
        run.problems.push(problem);
    }
    if run.failed() {
        return run.fail(watched);
    }
    let emitted = run.stage("emit", |services| emit::emit(&sealed, options, &services.cache));
    let Some(emitted) = emitted.filter(|_| !run.failed()) else { return run.fail(watched) };
    keep_names(options, &graph, &mut run);
    if let (Some(path), Some(plan)) = (&options.metafile, metafile) {
        let text = report::metafile(&graph, &plan, &sealed, options).to_string();
        run.note(emit::write_extra(path, text.as_bytes()).into_iter().collect());
    }
    conclude(options, emitted, run, watched)
}

/// `--mangle-cache`: what property names became is there for the next build.
fn keep_names(options: &Options, graph: &ModuleGraph, run: &mut Run<'_>) {
    let Some(path) = options.mangle.as_ref().and_then(|mangle| mangle.cache.as_deref()) else { return };
    let text = script::kept_names(graph, &run.properties);
    if run.services.files.read(path).ok().as_deref() != Some(text.as_bytes()) {
        run.note(emit::write_extra(path, text.as_bytes()).into_iter().collect());
    }
}

/// Code, styles, images and pages, in that order of need; images beside the scripts.
fn render(
    options: &Options,
    graph: &ModuleGraph,
    run: &mut Run<'_>,
) -> (Vec<RenderedFile>, Option<crate::model::ChunkPlan>) {
    let services = run.services;
    let start = Instant::now();
    let (images, scripts) = rayon::join(
        || {
            let _span = trace::span("stage", "image");
            let images = image::optimize(graph, options, &services.cache);
            (images, start.elapsed())
        },
        || scripts(options, graph, services),
    );
    let (images, image_time) = images;
    let mut problems = Vec::new();
    let images = images.take(&mut problems);
    run.note(problems);
    run.timings.extend(scripts.timings);
    run.timings.push(("image".into(), image_time));
    run.problems.extend(scripts.problems);
    run.dump.push_str(&scripts.dump);
    run.properties = scripts.properties;
    let mut files = scripts.files;
    let Some(plan) = scripts.plan else { return (files, None) };
    // Without splitting, entries are separate programs and their styles come with them; pages need one plan.
    let styles = run.stage("style", |services| style::render(graph, &plan, options, &services.cache));
    files.extend(scripts.more_styles);
    files.extend(styles.files);
    let pages = run.stage("page", |_| page::render(graph, &plan, &images, &styles.inline, options));
    files.extend(pages);
    files.extend(assets(graph, &images, options));
    (files, Some(plan))
}

#[derive(Default)]
struct Scripts {
    files: Vec<RenderedFile>,
    more_styles: Vec<RenderedFile>,
    plan: Option<crate::model::ChunkPlan>,
    problems: Vec<Diagnostic>,
    timings: Timings,
    dump: String,
    properties: script::PropertyNames,
}

fn scripts(options: &Options, graph: &ModuleGraph, services: &Services) -> Scripts {
    let mut run = Run::new(options, services);
    let mut out = Scripts::default();
    let programs = programs(options, graph);
    let mut known: Vec<(Linked, ChunkPlan)> = Vec::new();
    if options.mangle.is_some() {
        // Names are given for all programs together.
        known.extend(programs.iter().map(|entries| run.stage("link", |_| arrange(options, graph, entries))));
        out.properties =
            script::property_names(graph, &known.iter().map(|(linked, _)| linked).collect::<Vec<_>>(), options);
        known.reverse();
    }
    for (at, entries) in programs.into_iter().enumerate() {
        let (linked, plan) = match known.pop() {
            Some(known) => known,
            None => run.stage("link", |_| arrange(options, graph, &entries)),
        };
        out.dump.push_str(&report::shake(graph, &linked));
        if run.failed() {
            break;
        }
        let mut files = run.stage("script", |services| {
            script::render(graph, &linked, &plan, options, &out.properties, &services.cache)
        });
        if at > 0 {
            let mut styles = run.stage("style", |services| style::render(graph, &plan, options, &services.cache)).files;
            styles.retain(|file| matches!(file.key, OutputKey::Style(_)));
            files.iter_mut().chain(&mut styles).for_each(|file| renumber(file, at as u32));
            out.more_styles.extend(styles);
        } else {
            out.plan = Some(plan);
        }
        out.files.extend(files);
    }
    out.problems = run.problems;
    out.timings = run.timings;
    out
}

/// Links and splits until every root evaluates its modules in the order that the language gives.
fn arrange(options: &Options, graph: &ModuleGraph, entries: &[usize]) -> Noted<(Linked, ChunkPlan)> {
    let mut repairs = Repairs::default();
    let mut problems = Vec::new();
    let span = trace::span("link", "bind names");
    let mut program = link::prepare(graph, options, entries).take(&mut problems);
    if options.splits() {
        problems.extend(split::unmatched(graph, options));
    }
    drop(span);
    loop {
        let mut found = Vec::new();
        let span = trace::span("link", "what lives");
        let linked = program.link(&repairs).take(&mut found);
        drop(span);
        let span = trace::span("split", "chunks");
        let (plan, next) = split::split(graph, &linked, options, &repairs);
        drop(span);
        if next == repairs {
            problems.append(&mut found);
            return Noted::new((linked, plan), problems);
        }
        repairs = next;
    }
}

/// Entries that are linked together: all of them when code is split, else each entry of the user's by itself.
fn programs(options: &Options, graph: &ModuleGraph) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..graph.entries.len()).collect();
    let users: Vec<usize> = all.iter().copied().filter(|entry| graph.entries[*entry].kind == EntryKind::User).collect();
    if options.splits() || users.len() < 2 { vec![all] } else { users.into_iter().map(|entry| vec![entry]).collect() }
}

/// Chunk numbers of the `program`th program made distinct from those of the others.
fn renumber(file: &mut RenderedFile, program: u32) {
    const CHUNKS_MAX: u32 = 1 << 16;
    fn shift(key: &mut OutputKey, by: u32) {
        match key {
            OutputKey::Chunk(ChunkId(id)) | OutputKey::Style(ChunkId(id)) | OutputKey::Legal(ChunkId(id)) => *id += by,
            OutputKey::Map(inner) => shift(inner, by),
            _ => {}
        }
    }
    shift(&mut file.key, program * CHUNKS_MAX);
    for piece in &mut file.body {
        if let Piece::Ref(key, _) = piece {
            shift(key, program * CHUNKS_MAX);
        }
    }
}

/// Images, fonts and everything else that is shipped as bytes. Web app manifests are rendered with the pages.
fn assets(graph: &ModuleGraph, images: &ImageSets, options: &Options) -> Vec<RenderedFile> {
    let mut out = Vec::new();
    for (id, asset) in graph.assets.iter_ids() {
        if asset.kind == AssetKind::WebManifest && asset.fixed_name.is_none() {
            continue;
        }
        let bytes = match images.get(id) {
            Some(Some(image)) => image.bytes.to_vec(),
            _ => asset.bytes.to_vec(),
        };
        let source = asset.name.clone();
        let package =
            asset.package.as_ref().map(|package| format!("{}@{}", package.name, package.version)).unwrap_or_default();
        let contribution = crate::model::Contribution { source, package, bytes: bytes.len() as u64, why: Vec::new() };
        out.push(RenderedFile {
            key: OutputKey::Asset(id),
            kind: file_kind(asset.kind, &asset.name),
            name: asset_name(asset, options),
            body: vec![Piece::Text(bytes)],
            contributions: vec![contribution],
            exports: Vec::new(),
        });
    }
    out
}

fn asset_name(asset: &crate::model::Asset, options: &Options) -> NameTemplate {
    if let Some(name) = &asset.fixed_name {
        let (template, empty) = (name.clone(), String::new);
        return NameTemplate { template, dir: empty(), name: empty(), ext: empty() };
    }
    let file = asset.name.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let (name, ext) = file.rsplit_once('.').map_or((file, String::new()), |(name, ext)| (name, format!(".{ext}")));
    NameTemplate { template: options.asset_names.clone(), dir: String::new(), name: name.into(), ext }
}

fn file_kind(kind: AssetKind, name: &str) -> FileKind {
    match kind {
        AssetKind::Png
        | AssetKind::Jpeg
        | AssetKind::Gif
        | AssetKind::Svg
        | AssetKind::Webp
        | AssetKind::Avif
        | AssetKind::Ico => FileKind::Image,
        AssetKind::Font => FileKind::Font,
        AssetKind::Media => FileKind::Media,
        AssetKind::WebManifest => FileKind::Data,
        AssetKind::Wasm | AssetKind::Other => match name.rsplit('.').next().unwrap_or_default() {
            "html" | "htm" => FileKind::Document,
            "js" | "mjs" => FileKind::Script,
            "css" => FileKind::Stylesheet,
            "json" | "txt" | "xml" => FileKind::Data,
            _ => FileKind::Other,
        },
    }
}

fn conclude(options: &Options, emitted: Emitted, mut run: Run<'_>, watched: Vec<PathBuf>) -> Outcome {
    let verdict = options.budget.as_ref().map(|source| run.stage("budget", |_| budget::judge(&emitted, source)));
    let (text, json) = told(options, &emitted, verdict.as_ref(), &run);
    let Run { problems, timings, dump, .. } = run;
    Outcome { emitted: Some(emitted), verdict, problems, timings, watched, text, json, dump }
}

/// The report for people and the report for programs.
fn told(options: &Options, emitted: &Emitted, verdict: Option<&Verdict>, run: &Run<'_>) -> (String, serde_json::Value) {
    const WIDTH: usize = 100;
    let timings = crate::model::Timings { stages: run.timings.clone() };
    let text = report::terminal(emitted, verdict, &timings, options, false, WIDTH);
    let json = report::json(Some(emitted), verdict, &run.problems, &timings, run.services.cache.counts());
    (text, json)
}

/// A built directory against its budget.
pub fn check(directory: &Path, options: &Options, services: &Services) -> Outcome {
    let mut run = Run::new(options, services);
    let emitted = run.stage("read", |_| budget::read_directory(directory));
    let Some(emitted) = emitted.filter(|_| !run.failed()) else { return run.fail(Vec::new()) };
    let source = options.budget.clone().unwrap_or(crate::config::BudgetSource::Default);
    let verdict = run.stage("budget", |_| budget::judge(&emitted, &source));
    let (text, json) = told(options, &emitted, Some(&verdict), &run);
    Outcome {
        emitted: Some(emitted),
        verdict: Some(verdict),
        problems: run.problems,
        timings: run.timings,
        text,
        json,
        ..Outcome::default()
    }
}

//! The spine: entries in, a directory out. The only file that knows every stage.

mod alone;
mod assets;
mod check;
mod explain;
mod proof;
mod what_if;

pub use check::{Asked, check};

use crate::base::{ChunkId, ContentHash, SheetId, trace};
use crate::cache::{Arranged, Basis, Cache, Graphs, Whole, WholeBuilds};
use crate::config::{LogLevel, Options};
use crate::diag::{Diagnostic, Noted};
use crate::fs::{Files, Recording, Testimony, Upheld};
use crate::model::{
    CacheUse, ChunkPlan, Emitted, EntryKind, ImageSets, Linked, ModuleGraph, OutputKey, Past, Piece, RenderedFile,
    Repairs, Sealed, Unchanged, Verdict,
};
use crate::{delivery, emit, graph, image, link, page, pwa, report, script, seal, split, style};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Abilities, never build data.
pub struct Services {
    pub files: Arc<dyn Files>,
    pub cache: Cache,
    /// What tells this program from every other one.
    pub program: Vec<u8>,
    /// Whole builds are remembered: for a process that ends after one.
    pub whole: bool,
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
    /// The budget or the baseline cannot be used as it is written.
    pub misused: bool,
}

/// A build under way: problems so far, and the clock.
struct Run<'a> {
    options: &'a Options,
    services: &'a Services,
    problems: Vec<Diagnostic>,
    timings: Timings,
    /// Nothing was made: it had been before.
    unchanged: Option<Unchanged>,
    dump: String,
    properties: script::PropertyNames,
    misused: bool,
    /// What is made is only tried out: no arrangement and no chunk of it is remembered.
    trial: bool,
    /// Nothing is built: a directory is judged.
    judges: bool,
}

impl<'a> Run<'a> {
    fn new(options: &'a Options, services: &'a Services) -> Run<'a> {
        Run {
            options,
            services,
            problems: Vec::new(),
            timings: Vec::new(),
            unchanged: None,
            dump: String::new(),
            properties: script::PropertyNames::default(),
            misused: false,
            trial: false,
            judges: false,
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
        let Run { problems, timings, dump, misused, .. } = self;
        Outcome { problems, timings, watched, dump, misused, ..Outcome::default() }
    }
}

/// Entries in, a directory out; and a trace of it, if one is asked for.
pub fn build(options: &Options, services: &Services) -> Outcome {
    if options.trace.is_none() && options.proof.otlp.is_none() {
        return settled(options, services);
    }
    let (start, started) = (Instant::now(), Started::now());
    trace::record(move || start.elapsed());
    let mut outcome = settled(options, services);
    let events = trace::take();
    if let Some(path) = &options.trace {
        outcome.problems.extend(emit::write_extra(path, report::trace(&events).to_string().as_bytes()));
    }
    outcome.problems.extend(proof::send(options, &events, started.date));
    outcome
}

fn settled(options: &Options, services: &Services) -> Outcome {
    let outcome = make(options, services);
    services.cache.settle();
    outcome
}

fn make(options: &Options, services: &Services) -> Outcome {
    let mut run = Run::new(options, services);
    if let Some(problem) = emit::check_outdir(options) {
        run.problems.push(problem);
        return run.fail(Vec::new());
    }
    // What is wrong with a budget is said before anything is built.
    let limits = explain::limits(options, &mut run);
    if let Some(problem) = proof::key(options, &*services.files) {
        run.note(vec![problem]);
        run.misused = true;
    }
    if run.failed() {
        return run.fail(Vec::new());
    }
    let builds = services.whole.then(|| WholeBuilds::new(&services.cache, &services.program, options)).flatten();
    let graphs = Graphs::new(&services.cache, &services.program, options);
    let started = Started::now();
    let recall = || graphs.as_ref()?.recall(started.date);
    let basis = run.stage("recall", |_| Noted::clean(recall()));
    let same = basis.as_ref().and_then(|basis| Some((builds.as_ref()?.recall(basis)?, basis)));
    if let Some((whole, basis)) = same {
        return again(options, &whole, &basis.upheld, run, limits);
    }
    let (graph, standing) = graph_of(options, graphs.as_ref(), basis, &mut run);
    let watched = graph.watched.clone();
    if run.failed() {
        return run.fail(watched);
    }
    let keep = || standing.keep(graphs.as_ref(), &graph, &started);
    let ((files, arranged), basis) = rayon::join(|| render(options, &graph, &mut run), keep);
    if run.failed() {
        return run.fail(watched);
    }
    let sealed = run.stage("seal", |_| seal::seal(files, options));
    let sealed = run.stage("pwa", |_| pwa::extend(sealed, options));
    let sealed = run.stage("delivery", |_| delivery::extend(sealed, options));
    run.note(proof::verify(options, &sealed, services));
    if run.failed() {
        return run.fail(watched);
    }
    let told = arranged.as_ref().filter(|_| options.metafile.is_some());
    let metafile = told.map(|arranged| report::metafile(&graph, &arranged.plan, &sealed, options).to_string());
    let keeps_names = options.mangle.as_ref().is_some_and(|mangle| mangle.cache.is_some());
    let names = keeps_names.then(|| script::kept_names(&graph, &run.properties));
    let mut made = Some((graph, arranged));
    if options.budget.is_none() {
        // Large, and nobody waits for it to be gone.
        rayon::spawn(move || drop(made.take()));
        made = None;
    }
    let (problems, took) = (run.problems.clone(), started.clock.elapsed());
    let whole = Whole { sealed, problems, watched, metafile, names, took };
    let keep = || {
        if let (Some(builds), Some((id, changed))) = (builds, basis) {
            builds.keep(&whole, id, &changed);
        }
    };
    let study = made.and_then(|(graph, arranged)| Some(Study { graph, arranged: arranged? }));
    rayon::join(|| write(options, &whole, run, (study, limits)), keep).0
}

/// A build as it is before it is named: what explains its files.
struct Study {
    graph: ModuleGraph,
    arranged: Arrangement,
}

/// One program, and its images.
struct Arrangement {
    linked: Linked,
    plan: ChunkPlan,
    images: ImageSets,
}

/// An unchanged project: what the build before made is put in place.
fn again(options: &Options, whole: &Whole, upheld: &Upheld, mut run: Run<'_>, limits: explain::Limits) -> Outcome {
    run.problems.clone_from(&whole.problems);
    run.note(proof::verify(options, &whole.sealed, run.services));
    if run.failed() {
        return run.fail(whole.watched.clone());
    }
    run.unchanged = Some(Unchanged { looked_at: upheld.looked_at, read: upheld.read, took: whole.took });
    write(options, whole, run, (None, limits))
}

/// Puts the files in place and judges them.
fn write(
    options: &Options,
    whole: &Whole,
    mut run: Run<'_>,
    (study, limits): (Option<Study>, explain::Limits),
) -> Outcome {
    let watched = whole.watched.clone();
    if let Some(problem) = emit::check_inputs(&whole.sealed, options, &watched) {
        run.problems.push(problem);
        return run.fail(watched);
    }
    let emitted = run.stage("emit", |services| emit::emit(&whole.sealed, options, &services.cache));
    let Some(emitted) = emitted.filter(|_| !run.failed()) else { return run.fail(watched) };
    keep_names(options, whole, &mut run);
    run.note(proof::record(options, whole, &emitted, &*run.services.files));
    if let (Some(path), Some(text)) = (&options.metafile, &whole.metafile) {
        run.note(emit::write_extra(path, text.as_bytes()).into_iter().collect());
    }
    conclude(options, emitted, run, watched, (&whole.sealed, study, limits))
}

/// `--mangle-cache`: what property names became is there for the next build.
fn keep_names(options: &Options, whole: &Whole, run: &mut Run<'_>) {
    let path = options.mangle.as_ref().and_then(|mangle| mangle.cache.as_deref());
    let (Some(path), Some(text)) = (path, &whole.names) else { return };
    if run.services.files.read(path).ok().as_deref() != Some(text.as_bytes()) {
        run.note(emit::write_extra(path, text.as_bytes()).into_iter().collect());
    }
}

/// What a graph stands on.
enum Standing {
    /// One that is kept, and the files that have changed since.
    Kept(ContentHash, Vec<(PathBuf, ContentHash)>),
    /// Itself, made of what was asked of the disk; `quiet`: without problems.
    New { asked: Arc<Recording>, quiet: bool },
    /// Nothing is kept.
    Alone,
}

impl Standing {
    /// Keeps the graph if it is new. While others work with it: linking leaves a core idle.
    fn keep(
        self,
        graphs: Option<&Graphs<'_>>,
        graph: &ModuleGraph,
        started: &Started,
    ) -> Option<(ContentHash, Vec<(PathBuf, ContentHash)>)> {
        match self {
            Standing::Kept(id, changed) => Some((id, changed)),
            Standing::New { asked, quiet } => {
                let _span = trace::span("stage", "remember");
                let id = graphs?.keep(graph, &Testimony::of(&asked, started.date)?, quiet)?;
                Some((id, Vec::new()))
            }
            Standing::Alone => None,
        }
    }
}

/// The graph: that of an earlier build where only the text of scripts has changed, else a new one.
fn graph_of(
    options: &Options,
    graphs: Option<&Graphs<'_>>,
    basis: Option<Basis<'_>>,
    run: &mut Run<'_>,
) -> (ModuleGraph, Standing) {
    if let Some(basis) = basis {
        let changed = basis.upheld.changed.clone();
        let patch = |services: &Services| graph::patch(basis.graph()?, &changed, options, &*services.files);
        if let Some(graph) = run.stage("patch", |services| Noted::clean(patch(services))) {
            return (graph, Standing::Kept(basis.id, changed));
        }
    }
    if graphs.is_none() {
        let graph = run.stage("graph", |services| graph::build(options, &services.files, &services.cache));
        return (graph, Standing::Alone);
    }
    let asked = Arc::new(Recording::new(Arc::clone(&run.services.files)));
    let files: Arc<dyn Files> = Arc::<Recording>::clone(&asked);
    let told = run.problems.len();
    let graph = run.stage("graph", |services| graph::build(options, &files, &services.cache));
    let quiet = run.problems.len() == told;
    (graph, Standing::New { asked, quiet })
}

/// When a build began.
struct Started {
    clock: Instant,
    /// Since 1970.
    date: Duration,
}

impl Started {
    #[expect(clippy::disallowed_methods, reason = "compared with the times of files; no output depends on it")]
    fn now() -> Started {
        let date = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Started { clock: Instant::now(), date }
    }
}

/// Code, styles, images and pages, in that order of need; images beside the scripts.
fn render(options: &Options, graph: &ModuleGraph, run: &mut Run<'_>) -> (Vec<RenderedFile>, Option<Arrangement>) {
    let (services, trial) = (run.services, run.trial);
    let start = Instant::now();
    let (images, scripts) = rayon::join(
        || {
            let _span = trace::span("stage", "image");
            let images = image::optimize(graph, options, &services.cache);
            (images, start.elapsed())
        },
        || scripts(options, graph, services, trial),
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
    let Some((linked, plan)) = scripts.plan else { return (files, None) };
    // Without splitting, entries are separate programs and their styles come with them; pages need one plan.
    let styles = run.stage("style", |services| style::render(graph, &linked, &plan, options, &services.cache));
    run.dump.push_str(&styles.purged);
    files.extend(scripts.more_styles);
    files.extend(styles.files);
    let pages = run.stage("page", |_| page::render(graph, &plan, &images, (&styles.inline, &styles.critical), options));
    files.extend(pages);
    files.extend(assets::assets(graph, &images, options));
    (files, Some(Arrangement { linked, plan, images }))
}

#[derive(Default)]
struct Scripts {
    files: Vec<RenderedFile>,
    more_styles: Vec<RenderedFile>,
    plan: Option<(Linked, ChunkPlan)>,
    problems: Vec<Diagnostic>,
    timings: Timings,
    dump: String,
    properties: script::PropertyNames,
}

fn scripts(options: &Options, graph: &ModuleGraph, services: &Services, trial: bool) -> Scripts {
    let mut run = Run::new(options, services);
    let mut out = Scripts::default();
    let programs = programs(options, graph);
    let mut known: Vec<Arranging> = Vec::new();
    if options.mangle.is_some() {
        // Names are given for all programs together.
        known.extend(
            programs
                .iter()
                .map(|entries| run.stage("link", |services| arrange(options, graph, entries, services, trial))),
        );
        out.properties =
            script::property_names(graph, &known.iter().map(|known| &known.linked).collect::<Vec<_>>(), options);
        known.reverse();
    }
    for (at, entries) in programs.into_iter().enumerate() {
        let Arranging { linked, plan, key } = match known.pop() {
            Some(known) => known,
            None => run.stage("link", |services| arrange(options, graph, &entries, services, trial)),
        };
        out.dump.push_str(&report::shake(graph, &linked));
        if run.failed() {
            break;
        }
        let mut files = run.stage("script", |services| {
            let arrangement = script::Arrangement { linked: &linked, plan: &plan, key };
            script::render(graph, arrangement, options, &out.properties, &services.cache)
        });
        if at > 0 {
            let render = |services: &Services| style::render(graph, &linked, &plan, options, &services.cache);
            let mut styles = run.stage("style", render).files;
            let of_chunks = |key: &OutputKey| matches!(key, OutputKey::Style(_));
            styles.retain(|file| match &file.key {
                OutputKey::Map(inner) => of_chunks(inner),
                key => of_chunks(key),
            });
            files.iter_mut().chain(&mut styles).for_each(|file| renumber(file, at as u32));
            out.more_styles.extend(styles);
        } else {
            out.plan = Some((linked, plan));
        }
        out.files.extend(files);
    }
    out.problems = run.problems;
    out.timings = run.timings;
    out
}

/// As [`link_and_split`], unless an earlier build did. Only what gave no problems is remembered: they would have to be
/// told again, and are about places in sources.
fn arrange(
    options: &Options,
    graph: &ModuleGraph,
    entries: &[usize],
    services: &Services,
    trial: bool,
) -> Noted<Arranging> {
    let memory = || Arranged::new(&services.cache, &services.program, graph, options, entries);
    let memory = if trial { None } else { memory() };
    let key = memory.as_ref().map(Arranged::key);
    if let Some((linked, plan)) = memory.as_ref().and_then(Arranged::recall) {
        return Noted::clean(Arranging { linked, plan, key });
    }
    let Noted { value: made, problems } = link_and_split(options, graph, entries);
    if let Some(memory) = memory.filter(|_| problems.is_empty()) {
        memory.keep(&made);
    }
    Noted::new(Arranging { linked: made.0, plan: made.1, key }, problems)
}

/// One program, linked and split.
struct Arranging {
    linked: Linked,
    plan: ChunkPlan,
    /// Of everything that they depend on.
    key: Option<ContentHash>,
}

/// Links and splits until every root evaluates its modules in the order that the language gives.
fn link_and_split(options: &Options, graph: &ModuleGraph, entries: &[usize]) -> Noted<(Linked, ChunkPlan)> {
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
            OutputKey::Chunk(ChunkId(id)) | OutputKey::Style(SheetId(id)) | OutputKey::Legal(ChunkId(id)) => *id += by,
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

/// What stands in the output directory, against its budget.
fn conclude(
    options: &Options,
    mut emitted: Emitted,
    mut run: Run<'_>,
    watched: Vec<PathBuf>,
    (sealed, study, limits): (&Sealed, Option<Study>, explain::Limits),
) -> Outcome {
    let (mut verdict, mut past) = (None, None);
    if options.budget.is_some() {
        let judging = explain::Judging { sealed: Some(sealed), study, limits: &limits, explain: false };
        let judged = explain::judge(options, &mut emitted, &mut run, judging);
        let settled = check::settle(options, &mut run, (&mut emitted, Some(sealed), judged), limits);
        verdict = Some(settled.0.0.verdict);
        past = settled.1;
    }
    let (text, json) = told(options, &emitted, verdict.as_ref(), &run, past.as_ref());
    let Run { problems, timings, dump, misused, .. } = run;
    Outcome { emitted: Some(emitted), verdict, problems, timings, watched, text, json, dump, misused }
}

/// The report for people and the report for programs.
fn told(
    options: &Options,
    emitted: &Emitted,
    verdict: Option<&Verdict>,
    run: &Run<'_>,
    past: Option<&Past>,
) -> (String, serde_json::Value) {
    const WIDTH: usize = 100;
    let timings = crate::model::Timings { stages: run.timings.clone() };
    let memory = CacheUse { unchanged: run.unchanged, ..run.services.cache.used() };
    let mut text = match verdict {
        // Who asks for a verdict was told of the files when they were built.
        Some(verdict) if run.judges && options.log_level < LogLevel::Verbose => {
            report::verdict_text(verdict, past, false, WIDTH)
        }
        _ => report::terminal(emitted, (verdict, past), &timings, &memory, options, false, WIDTH),
    };
    if options.judging.github && !options.json {
        text += &verdict.map(|it| report::github(&check::in_workspace(options, it))).unwrap_or_default();
    }
    let json = if options.json {
        report::json(Some(emitted), verdict, &run.problems, &timings, &memory)
    } else {
        serde_json::Value::Null
    };
    (text, json)
}

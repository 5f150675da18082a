//! Loading one script: its text, or the text that stands for a file that is no script.

use super::demand::{self, Want};
use super::discover::{Body, Discovery, Early, Host, Importer, Inline, Key, Link, Node, hash};
use super::project::{Place, Project};
use super::resolve::Folder;
use super::{css_text, data_url, loaders, queries, records, sources, style, typescript};
use crate::base::ContentHash;
use crate::config::{Format, Platform};
use crate::diag::{Diagnostic, Location};
use crate::lang::js::{self, KeptTree, ParseOptions, RUNTIME_NAME, SourceTypeHint};
use crate::model::{Loader, Module, Origin};
use rayon::Scope;
use std::path::Path;
use std::sync::Arc;

/// The text of a module and what came of making it.
#[derive(Default)]
struct Text {
    source: String,
    /// Of `source`, if it is known.
    hash: Option<ContentHash>,
    /// The file's own text, not made from it.
    is_file: bool,
    /// What the module stands for.
    stands_for: Option<Key>,
    problems: Vec<Diagnostic>,
    /// The sheet that it was made from.
    sheet: Option<Arc<str>>,
}

pub(super) fn runtime(project: &Project) -> Node {
    let parse = ParseOptions { source_type: Some(SourceTypeHint::Esm), in_package: true, ..ParseOptions::default() };
    let place = Place::file(Path::new(RUNTIME_NAME));
    let mut module = blank(&place, RUNTIME_NAME.to_string(), Loader::Js);
    let options = project.options;
    let node_esm = options.platform == Platform::Node && options.format == Format::Esm;
    module.source = js::runtime_source(node_esm, options.critical_css).into();
    module.parse = parse;
    module.side_effects = false;
    let problems = scan(project, &mut module, None);
    let links = module.facts.records.iter().map(|record| Link::External(record.specifier.clone())).collect();
    Node { problems, links, ..Node::new(Body::Script(Box::new(module))) }
}

/// `None`: an ES module, which `discovery` keeps by its number until all that is asked of it is known.
pub(super) fn load<'s>(
    discovery: &'s Discovery,
    scope: &Scope<'s>,
    number: Early,
    place: Place,
    loader: Loader,
    inline: Option<Inline>,
) -> Option<Node> {
    let project = &discovery.project;
    let folder = project.folder(&place.path);
    let host = inline.as_ref().and_then(|inline| inline.host.clone());
    let text = text(project, &place, loader, inline);
    let mut module = blank(&place, project.place_name(&place), loader);
    module.source = text.source.into();
    module.source_is_file = text.is_file;
    describe(project, &folder, loader, &mut module);
    module.parse.injected = !project.language.inject.is_empty() && !project.is_injected(&place);
    if place.query.starts_with("helper:") {
        let source_type = Some(SourceTypeHint::Esm);
        module.parse = ParseOptions { source_type, in_package: true, ..ParseOptions::default() };
        module.side_effects = false;
    }
    if place.query.starts_with("disabled:") {
        module.side_effects = false;
    }
    if host.is_some() || queries::is_made(&place, loader) || place.query.starts_with("?script=") {
        module.parse.source_type = Some(SourceTypeHint::Esm);
    }
    let mut problems = text.problems;
    problems.extend(scan(project, &mut module, text.hash));
    if loader == Loader::LocalCss {
        // Its values are texts, whatever they are put together of: that has no effect.
        Arc::make_mut(&mut module.facts).parts.iter_mut().for_each(|part| part.side_effects = false);
    }
    let importer = Importer {
        name: &module.name,
        source: &module.source,
        host: host.as_ref(),
        made: !text.is_file,
        sheet: text.sheet.as_deref(),
    };
    let mut mentions = records::Mentions::new(discovery, scope, &folder, importer);
    mentions.of_script(&module, &place);
    let waits = demand::may_wait(&module, project.options.tree_shaking);
    let bare = if waits { module.facts.bare_imports() } else { Vec::new() };
    let only_default = queries::take_only_default(&module.facts);
    let follow = |(at, record)| {
        if waits && !bare.contains(&(at as u32)) {
            return Link::Unasked;
        }
        mentions.record(record, only_default[at])
    };
    let links: Vec<Link> = module.facts.records.iter().enumerate().map(follow).collect();
    let (found, missed) = mentions.finish();
    problems.extend(found);
    let attached = text.stands_for.map(|key| discovery.visit(scope, key, None));
    let is_named = demand::is_named(&module);
    let node = Node { body: Body::Script(Box::new(module)), links, attached, problems, missed };
    if is_named {
        discovery.has_read(scope, number, demand::Read::new(node, place, folder, waits)?);
        return None;
    }
    let everything = |link: &Link| match link {
        Link::To(to) | Link::Worker { to, .. } => Some((*to, Want::All)),
        _ => None,
    };
    discovery.ask(scope, node.links.iter().filter_map(everything).collect());
    Some(node)
}

/// Names that a script exports, for binding them before anything else is read. Its problems are told when it is loaded.
pub(super) fn exported(project: &Project, place: &Place, loader: Loader) -> Vec<String> {
    let text = text(project, place, loader, None);
    let mut module = blank(place, project.place_name(place), loader);
    module.source = text.source.into();
    describe(project, &project.folder(&place.path), loader, &mut module);
    scan(project, &mut module, text.hash);
    module.facts.exports.iter().map(|export| export.name.clone()).collect()
}

fn blank(place: &Place, name: String, loader: Loader) -> Module {
    Module {
        name,
        path: place.path.to_path_buf(),
        loader,
        source: "".into(),
        source_hash: hash(""),
        source_is_file: false,
        facts: Arc::default(),
        tree: KeptTree::default(),
        shape: None,
        parse: ParseOptions::default(),
        targets: Vec::new(),
        style: None,
        asset: None,
        side_effects: true,
        node_esm: false,
        package: None,
        origin: Origin::Entry,
    }
}

/// What the surroundings of the file say of it.
fn describe(project: &Project, folder: &Folder, loader: Loader, module: &mut Module) {
    let script = matches!(loader, Loader::Js | Loader::Jsx | Loader::Ts | Loader::Tsx);
    module.parse = if script {
        let config = folder.tsconfig.as_deref();
        typescript::parse_options(project.options, loader, &module.path, &folder.scope, config, folder.in_package)
    } else {
        ParseOptions { source_type: Some(SourceTypeHint::Esm), ..ParseOptions::default() }
    };
    module.package = folder.in_package.then(|| folder.scope.package.clone()).flatten();
    // `import()` in a file that only Node reads follows Node too.
    let node_only = matches!(loaders::extension(&module.path).as_str(), "cjs" | "cts");
    module.node_esm = script && (module.parse.source_type == Some(SourceTypeHint::Esm) || node_only);
    module.side_effects = may_act(project, folder, loader, &module.path);
}

/// May the module of a file do something when nothing of it is used?
pub(super) fn may_act(project: &Project, folder: &Folder, loader: Loader, path: &Path) -> bool {
    match loader {
        // Applying the sheet is why it is imported, whatever the package says.
        Loader::Css => true,
        Loader::Js | Loader::Jsx | Loader::Ts | Loader::Tsx | Loader::LocalCss => {
            project.options.ignore_annotations || folder.scope.side_effects(path)
        }
        _ => false,
    }
}

/// `known`: the hash of the source.
fn scan(project: &Project, module: &mut Module, known: Option<ContentHash>) -> Vec<Diagnostic> {
    module.source_hash = known.unwrap_or_else(|| hash(&module.source));
    let scanned = project.memory.facts(module.source_hash, &module.parse, || {
        let keep = || project.memory.has_room(module.source.len());
        js::scan_and_keep(&module.source, &module.name, &module.parse, &project.language, Some(&keep))
    });
    (module.facts, module.shape, module.tree) = scanned.value;
    scanned.problems
}

fn text(project: &Project, place: &Place, loader: Loader, inline: Option<Inline>) -> Text {
    let file = || Arc::clone(&place.path);
    match loader {
        Loader::Js | Loader::Jsx | Loader::Ts | Loader::Tsx => own_text(project, place, inline),
        Loader::Json => json(project, place, inline),
        Loader::Text => made(own_text(project, place, inline), |text| sources::text(&text)),
        Loader::CssText(local) => {
            let made = css_text::text(project, &style_place(place), local);
            Text { source: made.source, problems: made.problems, sheet: Some(made.sheet), ..Text::default() }
        }
        Loader::CssSheet => Text { source: css_text::sheet(&place.path), ..Text::default() },
        Loader::Base64 => from_bytes(project, place, |bytes| sources::text(&data_url::encode(bytes))),
        Loader::Binary => from_bytes(project, place, sources::binary),
        Loader::DataUrl => {
            from_bytes(project, place, |bytes| sources::text(&data_url::make(loaders::mime(&place.path), bytes)))
        }
        Loader::Empty => Text::default(),
        Loader::File | Loader::Copy => Text {
            source: sources::ASSET.to_string(),
            stands_for: Some(Key::Asset { path: file(), manifest: is_manifest(&place.path) }),
            ..Text::default()
        },
        Loader::Css => {
            // The sheet is read by whoever asks first; a data URL's text must be there before that.
            style::sheet(project, &sheet_place(place), false, inline.as_ref());
            Text { stands_for: Some(Key::Style { place: sheet_place(place), local: false }), ..Text::default() }
        }
        Loader::LocalCss => {
            let sheet = style::sheet(project, &sheet_place(place), true, inline.as_ref());
            Text {
                source: sheet.facts.script.clone().unwrap_or_default(),
                stands_for: Some(Key::Style { place: sheet_place(place), local: true }),
                sheet: Some(Arc::clone(&sheet.source)),
                ..Text::default()
            }
        }
    }
}

/// Sheets are the same for everybody.
fn sheet_place(place: &Place) -> Place {
    Place { worker: None, ..place.clone() }
}

/// The sheet itself, however it is asked for: it has the names that it has elsewhere.
fn style_place(place: &Place) -> Place {
    Place::new(Arc::clone(&place.path), "")
}

fn is_manifest(path: &Path) -> bool {
    loaders::extension(path) == "webmanifest"
}

fn own_text(project: &Project, place: &Place, inline: Option<Inline>) -> Text {
    if let Some(inline) = inline {
        return Text { source: inline.text.to_string(), ..Text::default() };
    }
    match project.hashed_text(&place.path) {
        Ok((source, problem, hash)) => {
            Text { source, hash, is_file: true, problems: problem.into_iter().collect(), ..Text::default() }
        }
        Err(problem) => Text { problems: vec![problem], ..Text::default() },
    }
}

fn made(text: Text, make: impl FnOnce(String) -> String) -> Text {
    Text { source: make(text.source), hash: None, is_file: false, ..text }
}

fn from_bytes(project: &Project, place: &Place, make: impl FnOnce(&[u8]) -> String) -> Text {
    match project.bytes(&place.path) {
        Ok(bytes) => Text { source: make(&bytes), ..Text::default() },
        Err(problem) => Text { problems: vec![problem], ..Text::default() },
    }
}

fn json(project: &Project, place: &Place, inline: Option<Inline>) -> Text {
    let mut own = own_text(project, place, inline);
    let readable = own.is_file || own.problems.is_empty();
    (own.is_file, own.hash) = (false, None);
    match sources::json(&own.source) {
        Ok(source) => own.source = source,
        // One problem is enough for a file that could not even be read.
        Err(_) if !readable => own.source.clear(),
        Err(bad) => {
            let offset = bad.offset(&own.source);
            let name = project.place_name(place);
            let location = Location::span(&*name, &own.source, offset, offset + 1);
            let problem = Diagnostic::error("bad-json", format!("\"{name}\" is not valid JSON: {}", bad.message));
            own.problems.push(problem.at(location));
            own.source.clear();
        }
    }
    own
}

/// The host of text that stands in a page, found again in the page's source.
pub(super) fn host(name: &str, source: &Arc<str>, text: &str, start: u32, end: u32) -> Option<Host> {
    let element = source.get(start as usize..).map(|rest| &rest[..rest.len().min((end - start) as usize + text.len())]);
    let offset = element.and_then(|element| element.find(text)).map(|at| start + at as u32)?;
    Some(Host { name: name.into(), source: Arc::clone(source), offset })
}

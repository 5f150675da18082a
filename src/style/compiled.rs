//! All sheets of a build, each compiled once, in parallel and from the cache.

use super::map;
use super::order::{Condition, Import, Layer, Leads, Node};
use crate::base::{ContentHash, StyleId};
use crate::cache::{Cache, Pack};
use crate::config::Options;
use crate::diag::{Diagnostic, Noted};
use crate::lang::css::{self, CompileOptions, CompiledCss, CssImport, CssOrigin, Sheet};
use crate::model::{ChunkKind, ChunkPlan, ModuleGraph, Style, Target};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Raise it when the same sheet would be compiled to something else.
const CACHE_VERSION: u32 = 8;

pub(super) fn compile_options(options: &Options) -> CompileOptions {
    CompileOptions {
        target: options.target.clone(),
        minify: options.minified(),
        // What `graph` gives to `scan`.
        names: options.module_names(),
    }
}

/// The sheets that `roots` apply, directly or by imports.
pub(super) fn reachable(graph: &ModuleGraph, roots: impl IntoIterator<Item = StyleId>) -> BTreeSet<StyleId> {
    let mut queue: Vec<StyleId> = roots.into_iter().collect();
    let mut out = BTreeSet::new();
    while let Some(id) = queue.pop() {
        let Some(style) = graph.styles.get(id) else { continue };
        if out.insert(id) {
            queue.extend(style.imports.iter().filter_map(|target| match target {
                Target::Style(id) => Some(*id),
                _ => None,
            }));
        }
    }
    out
}

/// What earlier builds of the same program made of its sheets.
pub(super) fn pack<'c>(plan: &ChunkPlan, options: &Options, cache: &'c Cache) -> Option<Pack<'c>> {
    options.cache_dir.as_ref()?;
    let entries = plan.chunks.iter().filter(|chunk| matches!(chunk.kind, ChunkKind::Entry(_)));
    let names: Vec<&str> = entries.map(|chunk| chunk.name.as_str()).collect();
    let names = postcard::to_stdvec(&(&options.entries, names)).unwrap_or_default();
    let root = options.root.to_string_lossy();
    Some(Pack::open(cache, Cache::key("css", CACHE_VERSION, &[root.as_bytes(), &names])))
}

/// What came of the sheets.
#[derive(Default)]
pub(super) struct Compiled {
    pub sheets: BTreeMap<StyleId, CompiledCss>,
    /// Which place of its file each part comes from. Nothing unless a map is asked for.
    pub origins: BTreeMap<StyleId, Vec<CssOrigin>>,
}

/// `maps`: source maps are asked for.
pub(super) fn compile_all(
    graph: &ModuleGraph,
    ids: &BTreeSet<StyleId>,
    unused: &BTreeMap<StyleId, Vec<String>>,
    options: &CompileOptions,
    maps: bool,
    pack: Option<&Pack<'_>>,
) -> Noted<Compiled> {
    let key = postcard::to_stdvec(options).unwrap_or_default();
    let ids: Vec<StyleId> = ids.iter().copied().collect();
    let names = |id: &StyleId| unused.get(id).map_or(&[][..], Vec::as_slice);
    let compile = |id: &StyleId| {
        let style = &graph.styles[*id];
        compile_one(style, names(id), options, maps && style.is_file, &key, pack)
    };
    let done: Vec<Noted<One>> = ids.par_iter().map(compile).collect();
    if let Some(pack) = pack {
        pack.store();
    }
    let mut problems = Vec::new();
    let mut out = Compiled::default();
    for (id, noted) in ids.into_iter().zip(done) {
        let (sheet, origins) = noted.take(&mut problems);
        out.sheets.insert(id, sheet);
        out.origins.insert(id, origins);
    }
    Noted::new(out, problems)
}

type One = (CompiledCss, Vec<CssOrigin>);

fn compile_one(
    style: &Style,
    unused: &[String],
    options: &CompileOptions,
    maps: bool,
    options_key: &[u8],
    pack: Option<&Pack<'_>>,
) -> Noted<One> {
    let sheet = Sheet { source: &style.source, name: &style.name, local: style.local, name_hash: &style.name, unused };
    let make = || {
        let Noted { value, problems } = css::compile(sheet, options);
        let origins = if maps { map::origins(style, &value, &options.names) } else { Vec::new() };
        Noted::new((value, origins), problems)
    };
    let Some(pack) = pack else { return make() };
    let unused_key = postcard::to_stdvec(unused).unwrap_or_default();
    let source = ContentHash::of(style.source.as_bytes());
    let written = if maps { map::written(style) } else { "" };
    let key = Cache::key(
        "css-compile",
        CACHE_VERSION,
        &[
            &source.0,
            style.name.as_bytes(),
            &[u8::from(style.local), u8::from(maps)],
            options_key,
            &unused_key,
            written.as_bytes(),
        ],
    );
    if let Some(bytes) = pack.get(key)
        && let Ok((value, problems)) = postcard::from_bytes::<(One, Vec<Diagnostic>)>(bytes)
    {
        return Noted::new(value, problems);
    }
    let noted = make();
    if let Ok(bytes) = postcard::to_stdvec(&(&noted.value, &noted.problems)) {
        pack.put(key, bytes);
    }
    noted
}

/// What `order` needs, with conditions lowered and in one spelling.
pub(super) fn nodes(
    graph: &ModuleGraph,
    compiled: &BTreeMap<StyleId, CompiledCss>,
    options: &CompileOptions,
) -> BTreeMap<StyleId, Node> {
    let node = |(id, sheet): (&StyleId, &CompiledCss)| {
        let style = &graph.styles[*id];
        let imports = style.facts.imports.iter().zip(&style.imports);
        let imports = imports.filter_map(|(import, target)| {
            let to = match target {
                Target::Style(id) => Leads::Sheet(*id),
                Target::External(url) => Leads::External(url.clone()),
                _ => return None,
            };
            Some(Import { to, condition: condition(import, options) })
        });
        let node = Node {
            imports: imports.collect(),
            early_layers: sheet.early_layers.clone(),
            layers: sheet.layers.clone(),
            first_counts: sheet.first_counts,
        };
        (*id, node)
    };
    compiled.par_iter().map(node).collect()
}

fn condition(import: &CssImport, options: &CompileOptions) -> Condition {
    let prelude = |at_rule: &str, text: &Option<String>| match text {
        Some(text) => css::compile_condition(at_rule, text, options),
        None => String::new(),
    };
    Condition {
        media: prelude("media", &import.media),
        supports: prelude("supports", &import.supports),
        layer: import.layer.as_ref().map(|name| match name.as_str() {
            "" => Layer::Anonymous(0),
            name => Layer::Named(name.to_string()),
        }),
    }
}

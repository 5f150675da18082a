//! The statements that stand between modules: namespace objects, CommonJS views, calls of entries, exports.

use super::Context;
use super::canon::{self, Externals};
use super::output::{property, quote};
use crate::base::{ChunkId, ModuleId};
use crate::config::Format;
use crate::lang::js::{Constant, Helper, INTEROP_EXPORT, NAMESPACE_EXPORT, sym};
use crate::model::{ChunkKind, EntryKind, ExportBinding, SymbolRef, Target, Wrap};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Bindings of a chunk that no module declares: values that are copied for an export clause.
pub const TEMPORARY: ModuleId = ModuleId(u32::MAX - 1);

/// Text with names in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Glue {
    Text(String),
    Name(SymbolRef),
}

fn text(text: impl Into<String>) -> Glue {
    Glue::Text(text.into())
}

fn helper(context: &Context<'_>, helper: Helper) -> Glue {
    let found = context.graph.runtime.zip(context.graph.helper_symbol(helper));
    found.map_or_else(|| text("undefined"), |(module, symbol)| Glue::Name(SymbolRef { module, symbol }))
}

fn own(module: ModuleId, symbol: u32) -> Glue {
    Glue::Name(SymbolRef { module, symbol })
}

/// The value of a binding as an expression.
fn value(context: &Context<'_>, externals: &Externals, id: ModuleId, binding: &ExportBinding, out: &mut Vec<Glue>) {
    let Some(symbol) = canon::binding(context, externals, id, binding) else {
        out.push(text("void 0"));
        return;
    };
    out.push(Glue::Name(symbol));
    let member = match binding {
        ExportBinding::CommonJs(binding) => context.linked.property(binding).map(|name| context.property(name)),
        ExportBinding::Property { object, name } => match object.base() {
            ExportBinding::External { .. } => Some(name.as_str()),
            _ => Some(context.property(name)),
        },
        ExportBinding::External { name, .. } if context.options.format != Format::Esm => Some(name.as_str()),
        _ => None,
    };
    if let Some(name) = member.filter(|name| *name != "*") {
        let key = property(name);
        out.push(text(if key.starts_with('"') { format!("[{key}]") } else { format!(".{key}") }));
    }
}

/// The view through which a name of CommonJS is read, if it is not there before a lazily evaluated module is, or before
/// those are that look at the namespace from its circle of imports: until then the name is undefined, and no error.
fn late_view(context: &Context<'_>, externals: &Externals, id: ModuleId, binding: &ExportBinding) -> Option<SymbolRef> {
    let ExportBinding::CommonJs(found) = binding else { return None };
    let lazy = context.linked.modules[found.via.0].wrap == Wrap::Esm;
    let late = lazy && context.linked.own_view(found.via.0, found.module) || context.linked.modules[id].in_circle;
    canon::binding(context, externals, id, binding).filter(|_| late && found.name != "*")
}

/// The namespace object of a module, if somebody needs it as a value.
pub fn namespace(context: &Context<'_>, externals: &Externals, id: ModuleId) -> Vec<Glue> {
    let link = &context.linked.modules[id];
    let mut out = views_until_made(context, id);
    if !link.needs_namespace {
        return out;
    }
    let plain = link.plain_namespace;
    out.extend([text("var "), own(id, sym::NAMESPACE), text("=")]);
    if plain {
        out.push(text("Object.freeze(Object.defineProperty({__proto__:null"));
    } else {
        out.extend([helper(context, Helper::EXPORT), text("({__proto__:null},{")]);
    }
    for (at, (name, binding)) in link.exports.iter().enumerate() {
        let comma = if plain || at > 0 { "," } else { "" };
        // `__proto__: value` in a literal would set the prototype.
        let key = if name == "__proto__" { "[\"__proto__\"]".into() } else { property(name) };
        if let Some(literal) = literal(context, id, binding) {
            out.push(text(format!("{comma}{key}:{}{literal}", if plain { "" } else { "()=>" })));
            continue;
        }
        if plain && is_there(context, id, binding) {
            out.push(text(format!("{comma}{key}:")));
            value(context, externals, id, binding, &mut out);
            continue;
        }
        let lead = if plain { format!("{comma}get {key}(){{return ") } else { format!("{comma}{key}:()=>") };
        out.push(text(lead));
        let marked = match binding {
            ExportBinding::Symbol(target) => {
                context.linked.modules[target.module].marked.binary_search(&target.symbol).is_ok()
            }
            _ => false,
        };
        if marked {
            out.extend([helper(context, Helper::TDZ), text("(")]);
        }
        if let Some(view) = late_view(context, externals, id, binding) {
            out.extend([Glue::Name(view), text("&&")]);
        }
        value(context, externals, id, binding, &mut out);
        if marked {
            out.push(text(format!(",{})", quote(name))));
        }
        if plain {
            out.push(text("}"));
        }
    }
    out.push(text(match link.dynamic_stars.is_empty() {
        _ if plain => "},Symbol.toStringTag,{value:\"Module\"}));",
        true => "});",
        false => "},1);",
    }));
    out
}

/// The literal that an export always is, where nobody looks at the namespace before it is made.
fn literal(context: &Context<'_>, id: ModuleId, binding: &ExportBinding) -> Option<String> {
    let ExportBinding::Symbol(target) = binding else { return None };
    let early = context.linked.modules[id].in_circle || context.linked.modules[target.module].in_circle;
    Some(match context.graph.constant(*target).filter(|_| !early)? {
        Constant::Undefined => "void 0".into(),
        Constant::Null => "null".into(),
        Constant::Bool(value) => value.to_string(),
        Constant::Number(value) => value.to_string(),
        Constant::Text(value) => quote(value),
    })
}

/// A function that is declared in the same file: it is there before anything runs, and stays what it is.
fn is_there(context: &Context<'_>, id: ModuleId, binding: &ExportBinding) -> bool {
    let ExportBinding::Symbol(target) = binding else { return false };
    let chunk = &context.plan.chunk_of;
    let declared = context.graph.modules[target.module].facts.declared(target.symbol);
    context.linked.modules[target.module].wrap == Wrap::None
        && chunk[target.module] == chunk[id]
        && declared.is_some_and(|found| found.constant && !found.lexical)
}

/// What stands for the views of a CommonJS module until it is called in its place, or where a module calls it that is not
/// wrapped itself, if somebody may look earlier.
fn views_until_made(context: &Context<'_>, id: ModuleId) -> Vec<Glue> {
    let link = &context.linked.modules[id];
    let module = &context.graph.modules[id];
    let mut out = Vec::new();
    let mut view = |view: SymbolRef, target: ModuleId, node: bool| {
        out.extend([
            text("var "),
            Glue::Name(view),
            text("="),
            helper(context, Helper::VIEW),
            text("(()=>"),
            own(target, sym::WRAPPER),
            text(if node { "(1),1);" } else { "(1));" }),
        ]);
    };
    if link.late && link.eager {
        for (needed, symbol, node) in
            [(link.needs_interop, sym::INTEROP, false), (link.needs_interop_node, sym::INTEROP_NODE, true)]
        {
            if needed {
                view(SymbolRef { module: id, symbol }, id, node);
            }
        }
    }
    if link.wrap == Wrap::None {
        for record in &link.late_records {
            if let Target::Module(target) = module.targets[*record as usize] {
                let symbol = module.facts.record_namespace(*record);
                view(SymbolRef { module: id, symbol }, target, module.node_esm);
            }
        }
    }
    out
}

/// Modules of a chunk whose start is left to another one: nothing runs between their place and that where a module starts that
/// depends on them, which starts them in the same order, or not at all when what precedes them has failed. The root of the
/// chunk starts them in the order of the language; what another leads to must have run, or be below the module itself. To
/// another no circles are left: they start where they stand, at the right member.
pub fn entered_later(context: &Context<'_>, chunk: ChunkId) -> BTreeSet<ModuleId> {
    let linked = &context.linked.modules;
    let starts = |id: ModuleId| linked[id].wrap == Wrap::Esm && linked[id].concurrent;
    let plan = &context.plan.chunks[chunk];
    let mut out = BTreeSet::new();
    if !plan.modules.iter().any(|id| linked[*id].eager && starts(*id)) {
        return out;
    }
    let places: FxHashMap<ModuleId, usize> = plan.modules.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let ran_before = |id: ModuleId, place: usize| {
        let home = context.plan.chunk_of[id];
        linked[id].eager
            && (home.is_some_and(|home| plan.static_imports.contains(&home))
                || places.get(&id).is_some_and(|own| *own < place))
    };
    // What the next start leads to, in order, and whether that is the root's.
    let mut next: Vec<ModuleId> = Vec::new();
    let mut by_root = false;
    if let Some((root, _)) = root(context, chunk).filter(|(root, _)| starts(*root)) {
        (next, by_root) = (entered(context, root), true);
    }
    for (place, id) in plan.modules.iter().copied().enumerate().rev() {
        let silent = match linked[id].wrap {
            Wrap::None => context.objects[id].as_ref().is_none_or(|object| object.text.trim().is_empty()),
            _ => !linked[id].eager,
        };
        if silent || context.graph.modules[id].is_helper() {
            continue;
        }
        if !starts(id) {
            (next, by_root) = (Vec::new(), false);
            continue;
        }
        let own = entered(context, id);
        let still_to_run = |entered: &[ModuleId]| -> Vec<ModuleId> {
            entered.iter().copied().filter(|id| !ran_before(*id, place)).collect()
        };
        let left = match next.iter().position(|entered| *entered == id) {
            Some(at) => by_root || linked[id].circle == 0 && still_to_run(&next[..at]) == still_to_run(&own),
            None => false,
        };
        if left {
            out.insert(id);
        } else {
            (next, by_root) = (own, false);
        }
    }
    out
}

/// The wrapped modules that run before one that waits when that starts, in order.
fn entered(context: &Context<'_>, id: ModuleId) -> Vec<ModuleId> {
    let below = |id: ModuleId| {
        let module = &context.graph.modules[id];
        let target = |record: &u32| match module.targets[*record as usize] {
            Target::Module(target) => Some(target),
            _ => None,
        };
        let called = |id: &ModuleId| {
            let link = &context.linked.modules[*id];
            link.included && link.wrap != Wrap::None
        };
        module.facts.import_order.iter().filter_map(target).filter(called).collect::<Vec<ModuleId>>().into_iter()
    };
    let mut seen = BTreeSet::from([id]);
    let mut out = Vec::new();
    let mut stack = vec![(id, below(id))];
    while let Some((id, rest)) = stack.last_mut() {
        match rest.next() {
            Some(next) if seen.insert(next) => stack.push((next, below(next))),
            Some(_) => {}
            None => {
                out.push(*id);
                stack.pop();
            }
        }
    }
    out.pop();
    out
}

/// The call of a wrapped module in its place in the order of evaluation.
pub fn call(context: &Context<'_>, id: ModuleId) -> Vec<Glue> {
    let link = &context.linked.modules[id];
    if !link.eager {
        return Vec::new();
    }
    if link.wrap == Wrap::Esm {
        return match (link.asynchronous, link.concurrent) {
            (false, _) => vec![own(id, sym::WRAPPER), text("();")],
            // It starts here; who depends on it waits for it.
            (true, true) => vec![own(id, sym::WRAPPER), text("(1);")],
            (true, false) => vec![text("await "), own(id, sym::WRAPPER), text("();")],
        };
    }
    let mut out = Vec::new();
    if link.needs_raw {
        out.extend([text("var "), own(id, sym::RAW), text("="), own(id, sym::WRAPPER), text("();")]);
    }
    for (needed, symbol, node) in
        [(link.needs_interop, sym::INTEROP, ""), (link.needs_interop_node, sym::INTEROP_NODE, ",1")]
    {
        if needed {
            out.extend([
                text(if link.late { "" } else { "var " }),
                own(id, symbol),
                text("="),
                helper(context, Helper::TO_ESM),
                text("("),
                own(id, sym::WRAPPER),
                text(format!("(){node});")),
            ]);
        }
    }
    if out.is_empty() {
        out.extend([own(id, sym::WRAPPER), text("();")]);
    }
    out
}

/// The module whose exports are the chunk's, and whether they are wanted.
pub fn root(context: &Context<'_>, chunk: ChunkId) -> Option<(ModuleId, bool)> {
    match context.plan.chunks[chunk].kind {
        ChunkKind::Entry(entry) => {
            let found = &context.graph.entries[entry];
            let loaded = context.plan.dynamic_chunks.get(&found.module) == Some(&chunk)
                && context.linked.modules.iter().any(|link| link.dynamic.iter().any(|(_, to)| *to == found.module));
            Some((found.module, found.kind == EntryKind::User || loaded))
        }
        ChunkKind::Dynamic(module) => Some((module, true)),
        ChunkKind::Shared => None,
    }
}

/// The end of a chunk: the root's own call, copies for exports, and the public export names with what they name.
#[derive(Clone)]
pub struct Tail {
    pub glue: Vec<Glue>,
    /// (local symbol, exported name)
    pub exports: Vec<(SymbolRef, String)>,
    /// Original names of temporaries.
    pub temporaries: Vec<String>,
    /// `export * from "x"`
    pub stars: Vec<String>,
}

pub fn tail(context: &Context<'_>, externals: &Externals, chunk: ChunkId) -> Tail {
    let mut tail = Tail { glue: Vec::new(), exports: Vec::new(), temporaries: Vec::new(), stars: Vec::new() };
    let Some((root, exported)) = root(context, chunk) else { return tail };
    let link = &context.linked.modules[root];
    let dynamic = matches!(context.plan.chunks[chunk].kind, ChunkKind::Dynamic(_));
    if dynamic && context.options.format == Format::Cjs {
        // Who loads it calls the wrapper.
        return tail;
    }
    match link.wrap {
        Wrap::CommonJs if dynamic => common_js_views(context, root, &mut tail),
        Wrap::CommonJs if exported => common_js_root(context, root, &mut tail),
        Wrap::CommonJs if !link.eager => tail.glue.extend([own(root, sym::WRAPPER), text("();")]),
        Wrap::CommonJs => {}
        wrap => {
            let waits = link.asynchronous && context.options.format == Format::Esm;
            let start = [text(if waits { "await " } else { "" }), own(root, sym::WRAPPER), text("();")];
            // Where nothing can wait, the exports are there from the start.
            let exports_first = link.asynchronous && context.options.format == Format::Cjs;
            if wrap == Wrap::Esm && !exports_first {
                tail.glue.extend(start.clone());
            }
            if dynamic && link.needs_namespace {
                let namespace = SymbolRef { module: root, symbol: sym::NAMESPACE };
                tail.exports.push((namespace, NAMESPACE_EXPORT.into()));
            } else if exported {
                esm_root(context, externals, root, &mut tail);
            }
            if wrap == Wrap::Esm && exports_first {
                tail.glue.extend(start);
            }
        }
    }
    tail
}

/// CommonJS as who loads it sees it: one namespace for all of them, and for static imports where these share one.
fn common_js_views(context: &Context<'_>, root: ModuleId, tail: &mut Tail) {
    let link = &context.linked.modules[root];
    let loaders = context.linked.modules.iter_ids().filter(|(_, link)| link.dynamic.iter().any(|(_, to)| *to == root));
    let rules: Vec<bool> = loaders.map(|(id, _)| context.graph.modules[id].node_esm).collect();
    let views = [
        (true, link.needs_interop_node, sym::INTEROP_NODE, ",1", NAMESPACE_EXPORT),
        (false, link.needs_interop, sym::INTEROP, "", INTEROP_EXPORT),
    ];
    for (_, known, symbol, node, name) in views.into_iter().filter(|view| rules.contains(&view.0)) {
        if known && link.eager {
            tail.exports.push((SymbolRef { module: root, symbol }, name.into()));
            continue;
        }
        let symbol = temporary(tail, "namespace");
        let made = [text("("), own(root, sym::WRAPPER), text(format!("(){node});"))];
        tail.glue.extend([text("var "), Glue::Name(symbol), text("="), helper(context, Helper::TO_ESM)]);
        tail.glue.extend(made);
        tail.exports.push((symbol, name.into()));
    }
}

fn common_js_root(context: &Context<'_>, root: ModuleId, tail: &mut Tail) {
    match context.options.format {
        Format::Esm => {
            let symbol = temporary(tail, "default");
            tail.glue.extend([text("var "), Glue::Name(symbol), text("="), own(root, sym::WRAPPER), text("();")]);
            tail.exports.push((symbol, "default".into()));
        }
        Format::Cjs => {
            tail.glue.extend([text("module.exports="), own(root, sym::WRAPPER), text("();")]);
            let names = context.graph.modules[root].facts.cjs_exports.iter();
            tail.glue.extend(annotation(names.map(|name| context.property(name))));
        }
        Format::Iife => tail.glue.extend([text("return "), own(root, sym::WRAPPER), text("();")]),
    }
}

/// Never runs; Node reads the names from it.
fn annotation<'n>(names: impl Iterator<Item = &'n str>) -> Option<Glue> {
    let target = |name: &str| match property(name) {
        quoted if quoted.starts_with('"') => format!("exports[{quoted}]="),
        name => format!("exports.{name}="),
    };
    let targets: String = names.map(target).collect();
    (!targets.is_empty()).then(|| text(format!("0&&({targets}0);")))
}

fn temporary(tail: &mut Tail, name: &str) -> SymbolRef {
    tail.temporaries.push(name.to_string());
    SymbolRef { module: TEMPORARY, symbol: tail.temporaries.len() as u32 - 1 }
}

fn esm_root(context: &Context<'_>, externals: &Externals, root: ModuleId, tail: &mut Tail) {
    let link = &context.linked.modules[root];
    if context.options.format != Format::Esm {
        if context.options.format == Format::Iife && context.options.global_name.is_none() {
            return;
        }
        let lead = if context.options.format == Format::Cjs { "module.exports=" } else { "return " };
        tail.glue.extend([
            text(lead),
            helper(context, Helper::TO_COMMON_JS),
            text("("),
            own(root, sym::NAMESPACE),
            text(");"),
        ]);
        if context.options.format == Format::Cjs {
            tail.glue.extend(annotation(link.exports.keys().map(String::as_str)));
        }
        return;
    }
    for (name, binding) in link.exports.iter() {
        let direct = match binding {
            ExportBinding::Symbol(_) | ExportBinding::Namespace(_) | ExportBinding::External { .. } => true,
            ExportBinding::CommonJs(binding) => binding.name == "*",
            ExportBinding::Literal(_) | ExportBinding::Undefined | ExportBinding::Property { .. } => false,
        };
        match canon::binding(context, externals, root, binding).filter(|_| direct) {
            Some(symbol) => tail.exports.push((symbol, name.clone())),
            None => {
                let symbol = temporary(tail, name);
                tail.glue.extend([text("var "), Glue::Name(symbol), text("=")]);
                value(context, externals, root, binding, &mut tail.glue);
                tail.glue.push(text(";"));
                tail.exports.push((symbol, name.clone()));
            }
        }
    }
    tail.stars = external_stars(context, root).iter().map(|specifier| quote(specifier)).collect();
}

/// What `export *` of a module leads to outside the build, through any number of modules.
fn external_stars<'c>(context: &Context<'c>, root: ModuleId) -> Vec<&'c str> {
    let mut seen = vec![root];
    let mut out: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(module) = seen.get(at).map(|id| &context.graph.modules[*id]) {
        at += 1;
        for record in &module.facts.stars {
            match &module.targets[*record as usize] {
                Target::External(specifier) if !out.contains(&specifier.as_str()) => out.push(specifier),
                Target::Module(target) if !seen.contains(target) => seen.push(*target),
                _ => {}
            }
        }
    }
    out
}

//! From source and plan to a [`ModuleObject`]: dead parts out, imports bound, wrapped, compressed, printed.

use super::apply::Applier;
use super::decorators;
use super::draft::{self, Draft, PartEnd};
use super::facts::{Constant, Helper, LocalSym};
use super::fold;
use super::guard;
use super::kept::{Kept, KeptTree};
use super::mangle::Mangler;
use super::numbering::{Numbered, TreeContext, number};
use super::object::ModuleObject;
use super::parse::{Reading, Tree, inside, with_tree};
use super::paths::Shortener;
use super::plan::{BindingPlan, CompilePlan, ModuleWrap};
use super::print::{Positions, PrintOptions, print};
use super::scopes::analyze;
use super::wrap;
use super::{JsxRuntime, LanguageOptions, ParseOptions};
use crate::diag::Diagnostic;
use rustc_hash::{FxHashMap, FxHashSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::{BytePos, DUMMY_SP, Mark, SourceMap, SyntaxContext, sync::Lrc};
use swc_core::ecma::ast::*;
use swc_core::ecma::minifier::option::{CompressOptions, ExtraOptions, MinifyOptions, TopLevelOptions};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// Compiles one module. The source must be one that `scan` accepted with the same options; `kept` is what it may have kept
/// of it.
pub fn compile(
    source: &str,
    name: &str,
    parse: &ParseOptions,
    language: &LanguageOptions,
    plan: &CompilePlan,
    kept: &KeptTree,
) -> Result<Arc<ModuleObject>, Vec<Diagnostic>> {
    let from_source = |language: &LanguageOptions, drafts: bool| {
        with_tree(Reading::Again, source, name, parse, language, |mut tree| {
            let module = std::mem::take(&mut tree.module);
            let context = TreeContext { source, name, tree: &tree };
            let mut numbered = number(module, &context, parse, language, Some(plan.shaken));
            if drafts && draft::is_plain(&numbered, &numbered.records, &tree, source, language) {
                let symbols = std::mem::take(&mut numbered.symbols);
                return Draft::made(numbered, &symbols, &tree, source, language, plan);
            }
            object(numbered, tree, source, name, parse, language, plan).map(Arc::new)
        })
    };
    let make = |language: &LanguageOptions| {
        let drafts = draft::are_made(language, parse) && draft::fits(plan);
        let made = match kept.take() {
            Some(Kept::Draft(draft)) => draft.object(plan),
            Some(Kept::Tree(read)) => {
                let (numbered, tree, globals) = read.open(source, name);
                inside(&globals, || object(numbered, tree, source, name, parse, language, plan).map(Arc::new))
            }
            None if drafts => from_source(language, true)?,
            None => None,
        };
        let made = match made {
            Some(object) => Some(object),
            None => from_source(language, false)?,
        };
        made.ok_or_else(|| {
            vec![Diagnostic::error("internal-error", format!("{name} could not be printed")).hint("please report this")]
        })
    };
    match catch_unwind(AssertUnwindSafe(|| make(language))) {
        // What the compressor gives up on stays as it is.
        Err(_) if language.compress => make(&LanguageOptions { compress: false, ..language.clone() }),
        Err(panic) => resume_unwind(panic),
        Ok(made) => made,
    }
}

fn object(
    mut numbered: Numbered,
    tree: Tree,
    source: &str,
    name: &str,
    parse: &ParseOptions,
    language: &LanguageOptions,
    plan: &CompilePlan,
) -> Option<ModuleObject> {
    let body = std::mem::take(&mut numbered.body);
    let mut body: Vec<Stmt> = body
        .into_iter()
        .enumerate()
        .filter(|(at, _)| plan.live_parts.get(*at).copied().unwrap_or(true))
        .map(|(_, statement)| statement)
        .collect();
    if name != super::RUNTIME_NAME && (language.keep_names || !tree.name_reads.names.is_empty()) {
        let only = (!language.keep_names).then_some(&tree.name_reads.names);
        super::names::declared(&mut body, &numbered, only);
    }
    super::mangle::of_module(&mut body, &tree, name, language);
    if !plan.paths.is_empty() {
        let known = numbered.ids.of(|symbol| plan.paths.binary_search(&symbol).is_ok()).map(|(id, _)| id).collect();
        body.visit_mut_with(&mut Shortener { paths: &numbered.rewritten.paths, known, steps: Vec::new() });
    }
    if matches!(plan.wrap, ModuleWrap::Esm { .. }) {
        wrap::inner_names(&mut body);
    }
    let mangler = Mangler::new(language.mangle.as_ref(), false);
    let mut applier = Applier::new(plan, &numbered, tree.unresolved, mangler);
    applier.apply(&mut body);
    let parameters = applier.finish();
    if plan.bindings.iter().any(|(_, binding)| *binding == BindingPlan::Constant(Constant::Undefined)) {
        fold::chains(&mut body);
    }
    let again = language.thorough && numbered.shakes;
    if again && plan.marked.is_empty() && plan.checked.is_empty() && is_news(plan, &numbered) {
        // Now it is known which exports others mention.
        let exported = numbered.ids.of(|symbol| plan.keep.binary_search(&symbol).is_ok()).map(|(id, _)| id).collect();
        super::shake::shake(&mut body, &super::numbering::scene(&tree, language, &exported));
    }
    let throws = body.iter().any(|statement| statement.is_throw());
    let body = wrap::wrap(body, plan, &numbered, parameters);
    let keeps_jsx = parse.jsx && parse.jsx_mode == JsxRuntime::Preserve && has_jsx(&body);
    let keeps_decorators = decorators::stay(&body, source, language);
    let strict = plan.strict_output || tree.strict || tree.has_module_syntax;
    // Behind a `throw` stand declarations that may be exported.
    let beyond =
        throws || keeps_jsx || keeps_decorators || numbered.rewritten.pins_names || guard::is_beyond(&body, strict);
    let body = if language.compress && !beyond { compress(body, &tree, language, plan, &numbered) } else { body };
    let (mut object, _) = emit(body, &tree, source, language, plan.strict_output, &numbered, false)?;
    if plan.wrap == ModuleWrap::None && object.text.is_empty() {
        object.globals.clear();
    }
    // `<Item/>` must not become `<a/>`, which is an element of the page.
    object.pinned |= keeps_jsx || keeps_decorators;
    Some(object)
}

/// The linker knows more than the module: some of its exports or statements are not wanted, or imports are constants.
fn is_news(plan: &CompilePlan, numbered: &Numbered) -> bool {
    let unwanted = |symbol: &LocalSym| plan.keep.binary_search(symbol).is_err();
    numbered.exported.iter().any(unwanted)
        || plan.live_parts.contains(&false)
        || plan.bindings.iter().any(|(_, binding)| matches!(binding, BindingPlan::Constant(_)))
}

fn has_jsx(body: &[Stmt]) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_jsx_opening_element(&mut self, _: &JSXOpeningElement) {
            self.0 = true;
        }
        fn visit_jsx_opening_fragment(&mut self, _: &JSXOpeningFragment) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    body.visit_with(&mut finder);
    finder.0
}

pub(super) fn is_directive(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(ExprStmt { expr, .. }) if matches!(&**expr, Expr::Lit(Lit::Str(_))))
}

pub(super) fn statement(expression: Expr) -> Stmt {
    Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: Box::new(expression) })
}

pub(super) fn call_of(callee: Ident, arguments: Vec<Expr>) -> Expr {
    Expr::Call(CallExpr {
        callee: Callee::Expr(Box::new(Expr::Ident(callee))),
        args: arguments.into_iter().map(Into::into).collect(),
        ..CallExpr::default()
    })
}

/// `__toESM(value)`, with `1` for Node's rule.
pub(super) fn to_esm(value: Expr, node: bool, numbered: &Numbered) -> Expr {
    let mut arguments = vec![value];
    if node {
        arguments.push(Expr::Lit(Lit::Num(1.0.into())));
    }
    call_of(numbered.helper(Helper::TO_ESM), arguments)
}

/// swc's compressor on the module alone. What other modules mention is exported, so that it stays.
fn compress(
    body: Vec<Stmt>,
    tree: &Tree,
    language: &LanguageOptions,
    plan: &CompilePlan,
    numbered: &Numbered,
) -> Vec<Stmt> {
    let mut items: Vec<ModuleItem> = body.into_iter().map(ModuleItem::Stmt).collect();
    if plan.wrap == ModuleWrap::None && plan.in_circle {
        let names = numbered.ids.of(|symbol| plan.keep.binary_search(&symbol).is_ok()).map(|(id, _)| id).collect();
        guard::hold_lets(&mut items, &names, tree.unresolved);
    }
    items.push(ModuleItem::ModuleDecl(kept(plan, numbered)));
    let setting = Setting {
        source_map: &tree.source_map,
        comments: &tree.comments,
        marks: (tree.unresolved_mark, tree.top_level_mark),
        unresolved: tree.unresolved,
        module: plan.strict_output || tree.strict || tree.has_module_syntax,
        directives: plan.strict_output,
        hoist_props: !language.keep_names && !tree.name_reads.members,
        passes: if language.thorough { 2 } else { 1 },
    };
    compressed(items, language, &setting)
}

/// What the compressor is told of a tree.
pub(super) struct Setting<'a> {
    pub source_map: &'a Lrc<SourceMap>,
    pub comments: &'a SingleThreadedComments,
    /// Of free names, and of the top level.
    pub marks: (Mark, Mark),
    pub unresolved: SyntaxContext,
    /// Strict.
    pub module: bool,
    /// `"use strict"` means something unless the whole output is strict.
    pub directives: bool,
    pub hoist_props: bool,
    pub passes: usize,
}

/// The statements of a module, compressed by swc. Imports and exports in it say what is declared or used elsewhere, and
/// are gone afterwards.
pub(super) fn compressed(mut items: Vec<ModuleItem>, language: &LanguageOptions, setting: &Setting<'_>) -> Vec<Stmt> {
    guard::hide(&mut items, setting.unresolved);
    let program = Program::Module(Module { body: items, ..Module::default() });
    let ecma = language.target.es.map_or(EsVersion::EsNext, super::lower::es_version);
    let pure = |name: &String| super::define::path_expression(name, setting.unresolved);
    let options = MinifyOptions {
        compress: Some(CompressOptions {
            ecma,
            module: setting.module,
            passes: setting.passes,
            // It takes results of arithmetic for numbers, which may be BigInts.
            comparisons: false,
            directives: setting.directives,
            hoist_props: setting.hoist_props,
            top_level: Some(TopLevelOptions { functions: true }),
            keep_classnames: language.keep_names,
            keep_fnames: language.keep_names,
            drop_debugger: language.drop_debugger,
            pure_funcs: language.pure.iter().filter_map(pure).collect(),
            ..CompressOptions::default()
        }),
        ..MinifyOptions::default()
    };
    let (unresolved_mark, top_level_mark) = setting.marks;
    let extra = ExtraOptions { unresolved_mark, top_level_mark, mangle_name_cache: None };
    let comments = (!language.ignore_annotations).then_some(setting.comments as &dyn Comments);
    let mut program =
        swc_core::ecma::minifier::optimize(program, setting.source_map.clone(), comments, None, &options, &extra);
    if let Program::Module(module) = &mut program {
        guard::show(&mut module.body, setting.unresolved);
    }
    match program {
        Program::Module(module) => module.body.into_iter().filter_map(|item| item.stmt()).collect(),
        Program::Script(script) => script.body,
    }
}

/// `export { … }` of every symbol that the linker or another module mentions.
fn kept(plan: &CompilePlan, numbered: &Numbered) -> ModuleDecl {
    let kept = numbered.ids.of(|symbol| plan.keep.binary_search(&symbol).is_ok());
    let by_symbol: FxHashMap<LocalSym, Id> = kept.map(|(id, symbol)| (symbol, id)).collect();
    let specifiers = plan
        .keep
        .iter()
        .filter_map(|symbol| by_symbol.get(symbol))
        .map(|id| {
            ExportSpecifier::Named(ExportNamedSpecifier {
                span: DUMMY_SP,
                orig: ModuleExportName::Ident(Ident::new(id.0.clone(), DUMMY_SP, id.1)),
                exported: None,
                is_type_only: false,
            })
        })
        .collect();
    ModuleDecl::ExportNamed(NamedExport { span: DUMMY_SP, specifiers, src: None, type_only: false, with: None })
}

/// `strict_output`: the output is an ES module. `parts`: where the statements end is told too.
pub(super) fn emit(
    mut body: Vec<Stmt>,
    tree: &Tree,
    source: &str,
    language: &LanguageOptions,
    strict_output: bool,
    numbered: &Numbered,
    parts: bool,
) -> Option<(ModuleObject, Vec<PartEnd>)> {
    if strict_output {
        body.retain(|statement| !is_use_strict(statement));
        if !tree.strict && !tree.has_module_syntax {
            super::sloppy::spell_strictly(&mut body);
        }
    }
    let strict = strict_output || tree.strict || tree.has_module_syntax;
    let first_extra = numbered.first_declared() + numbered.symbol_count;
    let mut tables = analyze(&body, strict, &numbered.ids, first_extra);
    if language.minify_whitespace && !language.keep_names && !numbered.rewritten.pins_names && !tables.idle.is_empty() {
        // Shorter, and as `name: function () {}` they still have a name.
        body.visit_mut_with(&mut Nameless { idle: &tables.idle });
        tables = analyze(&body, strict, &numbered.ids, first_extra);
    }
    let options = PrintOptions {
        source,
        base: tree.base,
        minify: language.minify_whitespace,
        properties: language.mangle.is_some(),
        positions: if language.source_map { Positions::Lines } else { Positions::None },
        target: language.target.es.map_or(EsVersion::EsNext, super::lower::es_version),
        parts,
    };
    let printed = print(body, &tables.symbols, &tree.source_map, &tree.comments, &options)?;
    let ends = printed.ends.into_iter().zip(tables.parts);
    let ends = ends.map(|(end, part)| PartEnd { scopes: part.scopes, globals: part.globals, ..end }).collect();
    let mut counts = tables.counts;
    counts.resize(first_extra as usize + tables.extra_names.len(), 0);
    let object = ModuleObject {
        text: printed.text,
        holes: printed.holes,
        properties: printed.properties,
        extra_names: tables.extra_names,
        extra_top_level: tables.extra_top_level,
        counts,
        scopes: tables.scopes,
        globals: tables.globals,
        pinned: numbered.rewritten.pins_names,
        mappings: printed.mappings,
        legal_comments: if language.legal_comments { legal_comments(&tree.comments) } else { Vec::new() },
        declared: tables.declared,
    };
    Some((object, ends))
}

/// Function expressions without the names that nobody mentions.
struct Nameless<'a> {
    idle: &'a FxHashSet<Id>,
}

impl VisitMut for Nameless<'_> {
    noop_visit_mut_type!();
    fn visit_mut_fn_expr(&mut self, function: &mut FnExpr) {
        function.ident.take_if(|name| self.idle.contains(&name.to_id()));
        function.visit_mut_children_with(self);
    }
}

pub(super) fn is_use_strict(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(ExprStmt { expr, .. })
        if matches!(&**expr, Expr::Lit(Lit::Str(text)) if text.value.as_str() == Some("use strict")))
}

/// `/*! … */`, `@license` and `@preserve`, in source order.
fn legal_comments(comments: &SingleThreadedComments) -> Vec<String> {
    let (leading, trailing) = comments.borrow_all();
    let mut found: Vec<(BytePos, String)> = leading
        .values()
        .chain(trailing.values())
        .flatten()
        .filter(|comment| {
            comment.text.starts_with('!') || comment.text.contains("@license") || comment.text.contains("@preserve")
        })
        .map(|comment| {
            let text = match comment.kind {
                swc_core::common::comments::CommentKind::Block => format!("/*{}*/", comment.text),
                swc_core::common::comments::CommentKind::Line => format!("//{}", comment.text),
            };
            (comment.span.lo, text)
        })
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, text)| text).collect()
}

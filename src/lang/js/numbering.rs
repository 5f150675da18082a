//! From a tree to plain statements with numbered symbols. `scan` and `compile` both start here, so that both see the
//! same statements and the same numbers.
//!
//! Imports and exports become tables. A site that mentions another module (`require('x')`, `import('x')`,
//! `new URL('x', import.meta.url)`) keeps its shape, with a marker identifier in the place of what the linker decides.

use super::declared::names;
use super::facts::HELPERS;
use super::facts::{ExportDecl, ExportTarget, Helper, ImportKind, ImportRecord, LocalSym, SymbolDecl, SymbolKind, sym};
use super::ids::Ids;
use super::notes;
use super::parse::Tree;
use super::rewrite::{AddedImport, Rewriter, Rewritten};
use super::tree::marker_name;
use super::{LanguageOptions, ParseOptions};
use crate::diag::{Diagnostic, Location};
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::common::{BytePos, DUMMY_SP, Mark, Span, Spanned, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::VisitMutWith;

/// A module as statements and tables.
pub(super) struct Numbered {
    pub body: Vec<Stmt>,
    /// Of `records`, which `scan` takes away, as it does `symbols` and `exports`.
    pub record_count: u32,
    /// Of `symbols`.
    pub symbol_count: u32,
    /// Symbols that are exported.
    pub exported: Vec<LocalSym>,
    pub records: Vec<ImportRecord>,
    pub import_order: Vec<u32>,
    pub symbols: Vec<SymbolDecl>,
    /// Every numbered binding: declared, imported, namespace members, and markers.
    pub ids: Ids,
    pub exports: Vec<ExportDecl>,
    pub stars: Vec<u32>,
    /// The syntax context of markers: bindings that exist only between modules.
    pub marker: SyntaxContext,
    pub rewritten: Rewritten,
    pub problems: Vec<Diagnostic>,
    /// The default export has a temporal dead zone.
    pub lexical_default: bool,
    /// Its statements may be shaken inside.
    pub shakes: bool,
    /// Shaking them changed something.
    pub shaken: bool,
}

impl Numbered {
    pub fn first_record(&self) -> LocalSym {
        sym::FIRST_HELPER + HELPERS.len() as u32
    }
    pub fn record_namespace(&self, record: u32) -> LocalSym {
        self.first_record() + 2 * record
    }
    pub fn record_target(&self, record: u32) -> LocalSym {
        self.first_record() + 2 * record + 1
    }
    pub fn first_declared(&self) -> LocalSym {
        self.first_record() + 2 * self.record_count
    }
    /// The identifier by which compiled code mentions a symbol that has no name in the source.
    pub fn marker(&self, symbol: LocalSym) -> Ident {
        Ident::new(marker_name(symbol), DUMMY_SP, self.marker)
    }
    pub fn helper(&self, helper: Helper) -> Ident {
        self.marker(helper.symbol())
    }
}

/// `shaken`: whether shaking inside of the statements changes them, if that is known.
///
/// Collects import and export declarations first, since what they bind decides how the rest is read.
pub(super) fn number(
    mut tree_module: Module,
    tree: &TreeContext<'_>,
    parse: &ParseOptions,
    language: &LanguageOptions,
    shaken: Option<bool>,
) -> Numbered {
    let marker = SyntaxContext::empty().apply_mark(Mark::fresh(Mark::root()));
    let spaces = imported_namespaces(&tree_module.body);
    let mut builder = Builder { tree, marker, out: Tables::default(), default_id: None, spaces };
    let items = std::mem::take(&mut tree_module.body);
    let mut body = Vec::with_capacity(items.len());
    for item in items {
        match item {
            ModuleItem::Stmt(statement) => push_statement(&mut body, statement),
            ModuleItem::ModuleDecl(declaration) => builder.declaration(declaration, &mut body),
        }
    }
    let Builder { mut out, default_id, .. } = builder;
    let namespaces = out.namespaces();
    let mut found = Vec::new();
    super::declared::top_level(&body, &mut found);
    let imported = out.imports.iter().map(|(local, _)| local);
    let declared =
        found.iter().map(|(ident, _)| ident).chain(imported).map(|ident| (ident.sym.clone(), ident.ctxt)).collect();
    let threads = threads(&out);
    let records = std::mem::take(&mut out.records);
    let rewriter = Rewriter::new(tree, parse, language, marker, namespaces, records, &declared);
    let starts = out.imports.iter().filter(|(_, kind)| matches!(kind, SymbolKindDraft::Named { .. }));
    let mut rewriter = rewriter.with_threads(threads).with_paths(starts.map(|(local, _)| local.to_id()).collect());
    let exported = out.exports.iter().filter_map(|export| match &export.target {
        ExportDraftTarget::Local(id) => Some(id.clone()),
        _ => None,
    });
    let exported: FxHashSet<Id> = exported.collect();
    rewriter = rewriter.with_awaited(super::awaited::names(&body, tree.source, |id| exported.contains(id)));
    body.visit_mut_with(&mut rewriter);
    let mut rewritten = rewriter.finish();
    if rewritten.pins_names || language.mangle.is_some() || !language.tree_shaking {
        rewritten.paths.clear();
    }
    let shakes = language.tree_shaking && language.shake_inside && may_shake(&body, &rewritten, tree, parse);
    let mut changed = false;
    if shakes && shaken != Some(false) {
        changed = super::shake::shake(&mut body, &scene(tree.tree, language, &exported));
    }
    Numbered { shakes, shaken: changed, ..finish(body, out, rewritten, marker, default_id, tree) }
}

/// What `import * as` binds.
fn imported_namespaces(items: &[ModuleItem]) -> FxHashSet<Id> {
    let imports = items.iter().filter_map(|item| item.as_module_decl().and_then(|found| found.as_import()));
    let specifiers = imports.filter(|import| !import.type_only).flat_map(|import| &import.specifiers);
    specifiers.filter_map(|specifier| specifier.as_namespace().map(|space| space.local.to_id())).collect()
}

/// What shaking inside of statements needs to know.
pub(super) fn scene<'s>(
    tree: &'s Tree,
    language: &'s LanguageOptions,
    exported: &'s FxHashSet<Id>,
) -> super::shake::Scene<'s> {
    super::shake::Scene {
        comments: &tree.comments,
        unresolved: tree.unresolved,
        ignore_annotations: language.ignore_annotations,
        pure_names: &language.pure,
        strict: tree.has_module_syntax,
        exported,
    }
}

/// Nothing but the module's own code sees what it does not export.
fn may_shake(body: &[Stmt], rewritten: &Rewritten, tree: &TreeContext<'_>, parse: &ParseOptions) -> bool {
    let common_js = rewritten.uses_exports
        || rewritten.uses_module
        || parse.source_type == Some(super::SourceTypeHint::CommonJs)
        || super::scan::returns(body);
    // Behind a `throw` stand declarations that are never made: looking at them is a mistake.
    let throws = body.iter().skip_while(|statement| !statement.is_throw());
    let throws = throws.flat_map(declares_lexically).next().is_some();
    !throws && !rewritten.pins_names && tree.name != super::RUNTIME_NAME && (tree.tree.has_module_syntax || !common_js)
}

/// Imports through which threads of Node are started: `Worker` and the namespace of the module that has it.
fn threads(tables: &Tables) -> Vec<Id> {
    let from_threads = |record: u32| {
        let specifier = tables.records[record as usize].specifier.as_str();
        matches!(specifier, "worker_threads" | "node:worker_threads")
    };
    let starts = |kind: &SymbolKindDraft| match kind {
        SymbolKindDraft::Named { record, name } => (name == "Worker" || name == "default") && from_threads(*record),
        SymbolKindDraft::Namespace { record } => from_threads(*record),
    };
    tables.imports.iter().filter(|(_, kind)| starts(kind)).map(|(local, _)| local.to_id()).collect()
}

/// What numbering needs of a tree whose module has been taken out.
pub(super) struct TreeContext<'a> {
    pub source: &'a str,
    pub name: &'a str,
    pub tree: &'a Tree,
}

#[derive(Default)]
struct Tables {
    records: Vec<ImportRecord>,
    record_numbers: FxHashMap<(String, Option<String>), u32>,
    import_order: Vec<u32>,
    /// Local binding → what it imports.
    imports: Vec<(Ident, SymbolKindDraft)>,
    exports: Vec<ExportDraft>,
    stars: Vec<u32>,
}

enum SymbolKindDraft {
    Named { record: u32, name: String },
    Namespace { record: u32 },
}

struct ExportDraft {
    name: String,
    target: ExportDraftTarget,
    span: Span,
}

enum ExportDraftTarget {
    Local(Id),
    From { record: u32, name: String },
    NamespaceFrom { record: u32 },
}

impl Tables {
    fn namespaces(&self) -> Vec<(Id, u32)> {
        self.imports
            .iter()
            .filter_map(|(local, kind)| match kind {
                SymbolKindDraft::Namespace { record } => Some((local.to_id(), *record)),
                SymbolKindDraft::Named { .. } => None,
            })
            .collect()
    }
}

struct Builder<'a> {
    tree: &'a TreeContext<'a>,
    spaces: FxHashSet<Id>,
    marker: SyntaxContext,
    out: Tables,
    default_id: Option<Ident>,
}

impl Builder<'_> {
    fn record(&mut self, source: &Str, with: Option<&ObjectLit>) -> u32 {
        let specifier = source.value.to_string_lossy().into_owned();
        let attribute = with.and_then(attribute_type);
        let base = self.tree.tree.base;
        let next = self.out.records.len() as u32;
        let number = *self.out.record_numbers.entry((specifier.clone(), attribute.clone())).or_insert(next);
        if number == next {
            self.out.records.push(ImportRecord {
                specifier,
                kind: ImportKind::Import,
                start: source.span.lo.0.saturating_sub(base.0),
                end: source.span.hi.0.saturating_sub(base.0),
                attribute,
                names: None,
                guarded: false,
            });
            self.out.import_order.push(number);
        }
        number
    }

    fn export(&mut self, name: String, target: ExportDraftTarget, span: Span) {
        self.out.exports.push(ExportDraft { name, target, span });
    }

    fn declaration(&mut self, declaration: ModuleDecl, body: &mut Vec<Stmt>) {
        match declaration {
            ModuleDecl::Import(import) => self.import(import),
            ModuleDecl::ExportDecl(export) => {
                let span = export.span;
                notes::of_export(&self.tree.tree.comments, span.lo, export.decl.span_lo());
                match &export.decl {
                    Decl::Class(class) => self.export_local(&class.ident, span),
                    Decl::Fn(function) => self.export_local(&function.ident, span),
                    Decl::Var(variables) => names(&variables.decls, |id| self.export_local(id, span)),
                    Decl::Using(using) => names(&using.decls, |id| self.export_local(id, span)),
                    _ => {}
                }
                push_statement(body, Stmt::Decl(export.decl));
            }
            ModuleDecl::ExportNamed(named) => self.export_named(named),
            ModuleDecl::ExportDefaultDecl(default) => self.export_default(default, body),
            // A namespace is the same whenever it is asked for.
            ModuleDecl::ExportDefaultExpr(ExportDefaultExpr { expr, span })
                if expr.as_ident().is_some_and(|name| self.spaces.contains(&name.to_id())) =>
            {
                let id = expr.expect_ident().to_id();
                self.export("default".into(), ExportDraftTarget::Local(id), span);
            }
            ModuleDecl::ExportDefaultExpr(default) => {
                let id = self.default_id();
                self.export("default".into(), ExportDraftTarget::Local(id.to_id()), default.span);
                // Others let a default export that stands for itself, through a circle of modules, be undefined.
                let alias = default.expr.is_ident();
                body.push(variable(
                    if alias { VarDeclKind::Var } else { VarDeclKind::Const },
                    id,
                    default.expr,
                    default.span,
                ));
            }
            ModuleDecl::ExportAll(all) => {
                let record = self.record(&all.src, all.with.as_deref());
                self.out.stars.push(record);
            }
            _ => {}
        }
    }

    fn export_local(&mut self, id: &Ident, _span: Span) {
        self.export(id.sym.to_string(), ExportDraftTarget::Local(id.to_id()), id.span);
    }

    fn default_id(&mut self) -> Ident {
        let marker = self.marker;
        self.default_id.get_or_insert_with(|| Ident::new(marker_name(sym::DEFAULT), DUMMY_SP, marker)).clone()
    }

    fn import(&mut self, import: ImportDecl) {
        if import.type_only {
            return;
        }
        let record = self.record(&import.src, import.with.as_deref());
        for specifier in import.specifiers {
            let (local, kind) = match specifier {
                ImportSpecifier::Named(named) if named.is_type_only => continue,
                ImportSpecifier::Named(named) => {
                    let name = named.imported.as_ref().map_or_else(|| named.local.sym.to_string(), export_name);
                    (named.local, SymbolKindDraft::Named { record, name })
                }
                ImportSpecifier::Default(default) => {
                    (default.local, SymbolKindDraft::Named { record, name: "default".into() })
                }
                ImportSpecifier::Namespace(namespace) => (namespace.local, SymbolKindDraft::Namespace { record }),
            };
            self.out.imports.push((local, kind));
        }
    }

    fn export_named(&mut self, named: NamedExport) {
        if named.type_only {
            return;
        }
        let record = named.src.as_ref().map(|source| self.record(source, named.with.as_deref()));
        for specifier in named.specifiers {
            match (specifier, record) {
                (ExportSpecifier::Named(name), _) if name.is_type_only => {}
                (ExportSpecifier::Named(name), Some(record)) => {
                    let exported = export_name(name.exported.as_ref().unwrap_or(&name.orig));
                    let target = ExportDraftTarget::From { record, name: export_name(&name.orig) };
                    self.export(exported, target, name.span);
                }
                (ExportSpecifier::Named(name), None) => {
                    let exported = export_name(name.exported.as_ref().unwrap_or(&name.orig));
                    if let ModuleExportName::Ident(local) = &name.orig {
                        self.export(exported, ExportDraftTarget::Local(local.to_id()), name.span);
                    }
                }
                (ExportSpecifier::Namespace(name), Some(record)) => {
                    self.export(export_name(&name.name), ExportDraftTarget::NamespaceFrom { record }, name.span);
                }
                (ExportSpecifier::Default(name), Some(record)) => {
                    let target = ExportDraftTarget::From { record, name: "default".into() };
                    self.export(name.exported.sym.to_string(), target, name.exported.span);
                }
                _ => {}
            }
        }
    }

    fn export_default(&mut self, default: ExportDefaultDecl, body: &mut Vec<Stmt>) {
        let span = default.span;
        match default.decl {
            DefaultDecl::Class(class) => {
                let ident = class.ident.unwrap_or_else(|| self.default_id());
                self.export("default".into(), ExportDraftTarget::Local(ident.to_id()), span);
                body.push(Stmt::Decl(Decl::Class(ClassDecl { ident, declare: false, class: class.class })));
            }
            DefaultDecl::Fn(function) => {
                notes::of_export(&self.tree.tree.comments, span.lo, function.function.span.lo);
                let ident = function.ident.unwrap_or_else(|| self.default_id());
                self.export("default".into(), ExportDraftTarget::Local(ident.to_id()), span);
                body.push(Stmt::Decl(Decl::Fn(FnDecl { ident, declare: false, function: function.function })));
            }
            DefaultDecl::TsInterfaceDecl(_) => {}
        }
    }
}

/// `with { type: "json" }` → `json`.
fn attribute_type(with: &ObjectLit) -> Option<String> {
    with.props.iter().find_map(|property| {
        let pair = property.as_prop()?.as_key_value()?;
        let key = match &pair.key {
            PropName::Ident(name) => name.sym.to_string(),
            PropName::Str(text) => text.value.to_string_lossy().into_owned(),
            _ => return None,
        };
        match &*pair.value {
            Expr::Lit(Lit::Str(value)) if key == "type" => Some(value.value.to_string_lossy().into_owned()),
            _ => None,
        }
    })
}

fn export_name(name: &ModuleExportName) -> String {
    match name {
        ModuleExportName::Ident(ident) => ident.sym.to_string(),
        ModuleExportName::Str(text) => text.value.to_string_lossy().into_owned(),
    }
}

/// `kind id = value;`
fn variable(kind: VarDeclKind, id: Ident, value: Box<Expr>, span: Span) -> Stmt {
    Stmt::Decl(Decl::Var(Box::new(VarDecl {
        span,
        kind,
        decls: vec![VarDeclarator { span, name: id.into(), init: Some(value), definite: false }],
        ..VarDecl::default()
    })))
}

/// One declarator per statement, so that each can live or die alone.
fn push_statement(body: &mut Vec<Stmt>, statement: Stmt) {
    match statement {
        Stmt::Decl(Decl::Var(variables)) if variables.decls.len() > 1 => {
            let VarDecl { span, ctxt, kind, declare, decls } = *variables;
            body.extend(decls.into_iter().map(|declarator| {
                let span = Span::new(declarator.span.lo.min(span.hi), declarator.span.hi);
                Stmt::Decl(Decl::Var(Box::new(VarDecl { span, ctxt, kind, declare, decls: vec![declarator] })))
            }));
        }
        Stmt::Empty(_) => {}
        other => body.push(other),
    }
}

fn finish(
    body: Vec<Stmt>,
    tables: Tables,
    mut rewritten: Rewritten,
    marker: SyntaxContext,
    default_id: Option<Ident>,
    tree: &TreeContext<'_>,
) -> Numbered {
    let records = std::mem::take(&mut rewritten.records);
    let names = 8 + tables.imports.len() + body.len();
    let first_declared = sym::FIRST_HELPER + (HELPERS.len() + 2 * records.len()) as LocalSym;
    let mut out = Numbered {
        body,
        record_count: records.len() as u32,
        symbol_count: 0,
        exported: Vec::new(),
        records,
        import_order: tables.import_order,
        symbols: Vec::new(),
        ids: Ids::new(marker, first_declared, names),
        exports: Vec::new(),
        stars: tables.stars,
        marker,
        rewritten,
        problems: Vec::new(),
        lexical_default: false,
        shakes: false,
        shaken: false,
    };
    let base = tree.tree.base.0;
    debug_assert!(default_id.is_none_or(|id| out.ids.contains_key(&id.to_id())));
    for (local, kind) in tables.imports {
        let kind = match kind {
            SymbolKindDraft::Named { record, name } => SymbolKind::Import { record, name },
            SymbolKindDraft::Namespace { record } => SymbolKind::Namespace { record },
        };
        declare(&mut out, local.to_id(), kind, true, local.span.lo.0.saturating_sub(base));
    }
    added(&mut out, tree);
    for (id, namespace, name, start) in std::mem::take(&mut out.rewritten.members) {
        if let Some(namespace) = out.ids.get(&namespace) {
            declare(&mut out, id, SymbolKind::Member { namespace, name }, true, start.saturating_sub(base));
        }
    }
    for (id, object, step, start) in std::mem::take(&mut out.rewritten.paths.list) {
        if let Some(namespace) = out.ids.get(&object) {
            declare(&mut out, id, step.of(namespace), true, start.saturating_sub(base));
        }
    }
    let mut found = Vec::new();
    super::declared::top_level(&out.body, &mut found);
    for (ident, constant) in found {
        declare(&mut out, ident.to_id(), SymbolKind::Local, constant, ident.span.lo.0.saturating_sub(base));
    }
    mark_lexical(&mut out);
    exports(&mut out, tables.exports, tree);
    out.symbol_count = out.symbols.len() as u32;
    out
}

fn exports(out: &mut Numbered, drafts: Vec<ExportDraft>, tree: &TreeContext<'_>) {
    let base = tree.tree.base.0;
    for export in drafts {
        let target = match export.target {
            ExportDraftTarget::Local(id) => match out.ids.get(&id) {
                Some(symbol) => {
                    out.exported.push(symbol);
                    ExportTarget::Symbol(symbol)
                }
                None => {
                    out.problems.push(undeclared_export(&id, export.span, tree));
                    continue;
                }
            },
            ExportDraftTarget::From { record, name } => ExportTarget::From { record, name },
            ExportDraftTarget::NamespaceFrom { record } => ExportTarget::NamespaceFrom { record },
        };
        let (start, end) = (export.span.lo.0.saturating_sub(base), export.span.hi.0.saturating_sub(base));
        out.exports.push(ExportDecl { name: export.name, target, start, end });
    }
}

/// Says of every symbol whether it has a temporal dead zone.
fn mark_lexical(out: &mut Numbered) {
    for id in lexical(&out.body) {
        match out.ids.get(&id) {
            Some(sym::DEFAULT) => out.lexical_default = true,
            Some(symbol) => {
                let first = out.first_declared();
                if let Some(declared) = symbol.checked_sub(first).and_then(|at| out.symbols.get_mut(at as usize)) {
                    declared.lexical = true;
                }
            }
            None => {}
        }
    }
}

/// What `let`, `const`, `using` and `class` declare at the top level.
fn lexical(body: &[Stmt]) -> Vec<Id> {
    body.iter().flat_map(declares_lexically).collect()
}

/// What one statement declares that has a temporal dead zone.
pub(super) fn declares_lexically(statement: &Stmt) -> Vec<Id> {
    match statement {
        Stmt::Decl(Decl::Var(variables)) if variables.kind != VarDeclKind::Var => find_pat_ids(&variables.decls),
        Stmt::Decl(Decl::Using(using)) => find_pat_ids(&using.decls),
        Stmt::Decl(Decl::Class(class)) => vec![class.ident.to_id()],
        _ => Vec::new(),
    }
}

/// Imports that no statement asks for. What `--inject` files export is evaluated before what the source imports.
fn added(out: &mut Numbered, tree: &TreeContext<'_>) {
    let mut first = Vec::new();
    for import in std::mem::take(&mut out.rewritten.imports) {
        let AddedImport { id, record, name, position, first: is_first } = import;
        let start = position.saturating_sub(tree.tree.base.0);
        declare(out, id, SymbolKind::Import { record, name }, true, start);
        if is_first && !first.contains(&record) {
            first.push(record);
        } else if !is_first {
            out.import_order.push(record);
        }
    }
    out.import_order.splice(0..0, first);
    if let Some(span) = out.rewritten.empty_import_meta {
        let problem = Diagnostic::warning("empty-import-meta", "import.meta is empty in this output format")
            .at(location(span, tree))
            .hint("--format esm keeps it; --define:import.meta.NAME=VALUE gives it a value");
        out.problems.push(problem);
    }
    for span in std::mem::take(&mut out.rewritten.bad_globs) {
        let problem = Diagnostic::error("bad-glob", "the arguments of import.meta.glob are not literals")
            .at(location(span, tree))
            .note("which files it means must be known before anything runs")
            .hint("write patterns and options out: import.meta.glob('./pages/*.ts', { eager: true })");
        out.problems.push(problem);
    }
}

fn declare(out: &mut Numbered, id: Id, kind: SymbolKind, constant: bool, start: u32) {
    let next = out.first_declared() + out.symbols.len() as u32;
    if out.ids.insert_new(id.clone(), next) {
        out.symbols.push(SymbolDecl { name: id.0.to_string(), kind, constant, lexical: false, start });
    }
}

fn location(span: Span, tree: &TreeContext<'_>) -> Location {
    let offset = |position: BytePos| position.0.saturating_sub(tree.tree.base.0);
    Location::span(tree.name, tree.source, offset(span.lo), offset(span.hi))
}

fn undeclared_export(id: &Id, span: Span, tree: &TreeContext<'_>) -> Diagnostic {
    Diagnostic::error("undeclared-export", format!("\"{}\" is exported but not declared in this file", id.0))
        .at(location(span, tree))
        .hint("declare it, import it, or remove the export")
}

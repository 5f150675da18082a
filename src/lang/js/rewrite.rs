//! One walk over a module: puts defines in, drops branches they decide, marks the sites that mention other modules,
//! and notes what the linker must know (top-level await, direct `eval`, use of `exports`).
//!
//! Dropping comes before marking: what stands in a dead branch is never resolved. `rewrite/sites.rs` has the marking.

mod sites;

use super::facts::{Helper, ImportKind, ImportRecord, LocalSym, sym};
use super::fold;
use super::glob::{self, Glob, GlobKind};
use super::meta;
use super::numbering::TreeContext;
use super::paths::Paths;
use super::tree;
use super::tree::marker_name;
use super::{INJECT_PREFIX, ImportMeta, LanguageOptions, ParseOptions, SourceTypeHint};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use swc_core::atoms::Atom;
use swc_core::common::{BytePos, DUMMY_SP, Mark, Span, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// What the walk found.
#[derive(Default)]
pub(super) struct Rewritten {
    pub records: Vec<ImportRecord>,
    /// (id, namespace binding, member name, position)
    pub members: Vec<(Id, Id, String, u32)>,
    pub top_level_await: bool,
    pub pins_names: bool,
    pub uses_exports: bool,
    pub uses_module: bool,
    pub uses_require: bool,
    /// `require` other than `require('literal')`.
    pub require_value: bool,
    pub uses_import_meta: bool,
    /// Helpers that passes before this one call.
    pub helpers: Vec<Helper>,
    /// `import.meta.url` became the address of the running script.
    pub script_url: bool,
    /// `import.meta` that has no meaning in the output's format.
    pub empty_import_meta: Option<Span>,
    pub uses_this: bool,
    /// Calls of `import.meta.glob` that cannot be read.
    pub bad_globs: Vec<Span>,
    /// Imports that no statement of the source asks for.
    pub imports: Vec<AddedImport>,
    pub paths: Paths,
}

/// An import of what an `--inject` file exports, or of a module that stands for many files.
pub(super) struct AddedImport {
    pub id: Id,
    pub record: u32,
    pub name: String,
    pub position: u32,
    /// Evaluated before what the source imports.
    pub first: bool,
}

const ASSET_URL: &str = "__plimsoll_asset_url__";

pub(super) struct Rewriter<'a> {
    context: &'a TreeContext<'a>,
    language: &'a LanguageOptions,
    defines: super::define::Defines<'a>,
    marker: SyntaxContext,
    unresolved: SyntaxContext,
    is_module: bool,
    /// The file's name or package says that it is an ES module.
    is_surely_module: bool,
    namespaces: FxHashMap<Id, SyntaxContext>,
    inject: &'a [(String, u32)],
    record_numbers: FxHashMap<(String, ImportKind, Option<String>), u32>,
    /// `Worker` of `node:worker_threads`, and that module's namespace, as they are imported here.
    threads: FxHashSet<Id>,
    /// See [`super::awaited`].
    awaited: FxHashMap<BytePos, BTreeSet<String>>,
    function_depth: u32,
    this_depth: u32,
    try_depth: u32,
    out: Rewritten,
    member_ids: FxHashMap<Id, ()>,
    /// Imported names: paths start there.
    starts: FxHashSet<Id>,
}

impl<'a> Rewriter<'a> {
    pub fn new(
        context: &'a TreeContext<'a>,
        parse: &ParseOptions,
        language: &'a LanguageOptions,
        marker: SyntaxContext,
        namespaces: Vec<(Id, u32)>,
        records: Vec<ImportRecord>,
        declared: &FxHashMap<Atom, SyntaxContext>,
    ) -> Self {
        let fresh = |(id, _): (Id, u32)| (id, SyntaxContext::empty().apply_mark(Mark::fresh(Mark::root())));
        Rewriter {
            context,
            language,
            defines: super::define::Defines::new(
                &language.define,
                context.source,
                context.tree.unresolved,
                declared,
                !context.tree.has_module_syntax,
            ),
            marker,
            unresolved: context.tree.unresolved,
            is_module: context.tree.has_module_syntax,
            namespaces: namespaces.into_iter().map(fresh).collect(),
            is_surely_module: parse.source_type == Some(SourceTypeHint::Esm),
            inject: if parse.injected { &language.inject } else { &[] },
            record_numbers: FxHashMap::default(),
            threads: FxHashSet::default(),
            awaited: FxHashMap::default(),
            function_depth: 0,
            this_depth: 0,
            try_depth: 0,
            out: Rewritten { records, paths: Paths::new(context.tree.unresolved), ..Rewritten::default() },
            member_ids: FxHashMap::default(),
            starts: FxHashSet::default(),
        }
    }

    /// Notes the paths that start at these imported names, and at members of namespaces.
    pub fn with_paths(mut self, starts: FxHashSet<Id>) -> Self {
        self.starts = starts;
        self
    }

    /// Imports through which threads of Node are started.
    pub fn with_threads(mut self, threads: impl IntoIterator<Item = Id>) -> Self {
        self.threads.extend(threads);
        self
    }

    /// What is read of the results of `import()`, by place.
    pub fn with_awaited(mut self, awaited: FxHashMap<BytePos, BTreeSet<String>>) -> Self {
        self.awaited = awaited;
        self
    }

    pub fn finish(mut self) -> Rewritten {
        if self.out.pins_names {
            self.out.records.iter_mut().for_each(|record| record.names = None);
        }
        self.out
    }

    fn marker(&self, symbol: LocalSym, span: Span) -> Ident {
        Ident::new(marker_name(symbol), span, self.marker)
    }

    fn is_global(&self, ident: &Ident, name: &str) -> bool {
        ident.ctxt == self.unresolved && &*ident.sym == name
    }

    fn namespace_member(&mut self, object: &Expr, property: &MemberProp, span: Span) -> Option<Ident> {
        let object = object.as_ident()?;
        let context = *self.namespaces.get(&object.to_id())?;
        let name: Atom = match property {
            MemberProp::Ident(name) => name.sym.clone(),
            MemberProp::Computed(computed) => Atom::from(literal(&computed.expr)?),
            MemberProp::PrivateName(_) => return None,
        };
        let id: Id = (name.clone(), context);
        if self.member_ids.insert(id.clone(), ()).is_none() {
            self.out.members.push((id, object.to_id(), name.to_string(), span.lo.0));
        }
        Some(Ident::new(name, span, context))
    }

    fn identifier(&mut self, ident: &Ident) -> Option<Expr> {
        if ident.ctxt != self.unresolved || self.injects(ident) {
            return None;
        }
        if let Some(helper) = tree::helper_of(&ident.sym) {
            if !self.out.helpers.contains(&helper) {
                self.out.helpers.push(helper);
            }
            return Some(Expr::Ident(self.marker(helper.symbol(), ident.span)));
        }
        match &*ident.sym {
            "exports" => self.out.uses_exports = true,
            "module" => self.out.uses_module = true,
            "require" => {
                self.out.uses_require = true;
                self.out.require_value = true;
            }
            ASSET_URL => return Some(Expr::Ident(self.marker(sym::ASSET, ident.span))),
            name @ ("__filename" | "__dirname") => {
                self.out.uses_exports |= !self.is_module;
                if self.language.import_meta == ImportMeta::NodeModule && !self.is_surely_module {
                    return Some(meta::native(&name[2..], ident.span));
                }
            }
            _ => {}
        }
        None
    }

    fn free_require(&self, span: Span) -> Expr {
        Expr::Ident(Ident::new("require".into(), span, self.unresolved))
    }

    fn has_no_such_name(&self, value: &Expr) -> bool {
        let Expr::Ident(name) = value else { return false };
        let names = ["require", "module", "exports", "__filename", "__dirname"];
        self.language.node
            && self.context.name != super::RUNTIME_NAME
            && self.is_surely_module
            && names.contains(&&*name.sym)
            && name.ctxt == self.unresolved
            && self.inject.binary_search_by(|(known, _)| known.as_str().cmp(&name.sym)).is_err()
    }

    /// `import.meta.url` and its like in a format that has no `import.meta`.
    fn import_meta(&mut self, member: &MemberExpr) -> Option<Expr> {
        self.out.uses_import_meta = true;
        let name = member.prop.as_ident()?.sym.clone();
        match self.language.import_meta {
            ImportMeta::Native | ImportMeta::NodeModule => None,
            ImportMeta::NodeScript => meta::in_node(&name, member.span, self.unresolved),
            ImportMeta::Script if &*name == "url" => {
                self.out.script_url = true;
                Some(Expr::Ident(self.marker(Helper::URL.symbol(), member.span)))
            }
            ImportMeta::Script => None,
        }
    }

    /// Whether an `--inject` file exports the free name: then it is imported from there.
    fn injects(&mut self, ident: &Ident) -> bool {
        let Ok(at) = self.inject.binary_search_by(|(name, _)| name.as_str().cmp(&ident.sym)) else { return false };
        if !self.out.imports.iter().any(|import| import.id == ident.to_id()) {
            let specifier = format!("{INJECT_PREFIX}{}", self.inject[at].1);
            let record = self.record(specifier, ImportKind::Import, ident.span);
            self.out.records[record as usize].guarded = false;
            let (id, name) = (ident.to_id(), ident.sym.to_string());
            self.out.imports.push(AddedImport { id, record, name, position: ident.span.lo.0, first: true });
        }
        true
    }

    /// The binding of the module that stands for all files of a pattern.
    fn glob(&mut self, glob: &Glob, span: Span) -> Expr {
        let record = self.record(glob.specifier(), ImportKind::Import, span);
        self.out.records[record as usize].guarded = false;
        let known = self.out.imports.iter().find(|import| import.record == record).map(|import| import.id.clone());
        let id = known.unwrap_or_else(|| {
            let id: Id = ("glob".into(), SyntaxContext::empty().apply_mark(Mark::fresh(Mark::root())));
            let (position, first) = (span.lo.0, false);
            self.out.imports.push(AddedImport { id: id.clone(), record, name: "default".into(), position, first });
            id
        });
        Expr::Ident(Ident::new(id.0, span, id.1))
    }

    fn expression(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Cond(conditional) => {
                conditional.test.visit_mut_with(self);
                if let Some(test) = fold::truthiness(&conditional.test) {
                    let kept = if test { &mut conditional.cons } else { &mut conditional.alt };
                    *expression = std::mem::take(&mut **kept);
                    self.visit_mut_expr(expression);
                    return fold::without_name(expression);
                }
                conditional.cons.visit_mut_with(self);
                conditional.alt.visit_mut_with(self);
            }
            Expr::Bin(binary) if fold::is_logical(binary.op) => {
                binary.left.visit_mut_with(self);
                match fold::short_circuit(binary.op, &binary.left) {
                    Some(fold::Side::Left) => {
                        *expression = std::mem::take(&mut *binary.left);
                        fold::without_name(expression);
                    }
                    Some(fold::Side::Right) => {
                        *expression = std::mem::take(&mut *binary.right);
                        self.visit_mut_expr(expression);
                        fold::without_name(expression);
                    }
                    None => binary.right.visit_mut_with(self),
                }
            }
            Expr::Bin(test) if meta::is_main(test, self.unresolved) => self.out.uses_module = true,
            Expr::Bin(_) => {
                expression.visit_mut_children_with(self);
                fold::comparison(expression);
                self.path(expression);
            }
            Expr::Unary(unary) if unary.op == UnaryOp::Delete => {
                if let Expr::Member(member) = &mut *unary.arg {
                    member.visit_mut_children_with(self);
                } else {
                    unary.visit_mut_children_with(self);
                }
            }
            // Node gives no such names to an ES module, whatever the output has.
            Expr::Unary(unary) if unary.op == UnaryOp::TypeOf && self.has_no_such_name(&unary.arg) => {
                *expression = Expr::Lit(Lit::Str("undefined".into()));
            }
            Expr::Unary(_) => {
                expression.visit_mut_children_with(self);
                fold::unary(expression);
            }
            Expr::Call(call) if glob::is_meta_glob(call) => match glob::meta(call) {
                Some(glob) => *expression = self.glob(&glob, call.span),
                None => self.out.bad_globs.push(call.span),
            },
            Expr::Call(call) => {
                if let Callee::Expr(callee) = &mut call.callee
                    && callee.as_member().is_some_and(|member| self.is_module_require(member))
                {
                    self.out.uses_module = true;
                    **callee = self.free_require(call.span);
                }
                if let Some(choice) = self.choice(call) {
                    *expression = choice;
                    return self.expression(expression);
                }
                if let Some(replacement) = self.call(call) {
                    *expression = replacement;
                    return;
                }
                let guards = is_guard(call);
                let chosen = call.callee.as_expr().is_some_and(|callee| fold::is_choice(callee));
                self.try_depth += u32::from(guards);
                call.visit_mut_children_with(self);
                if let (true, Callee::Expr(callee)) = (chosen, &mut call.callee) {
                    fold::without_receiver(callee);
                }
                self.try_depth -= u32::from(guards);
                if self.language.drop_console && self.is_console_call(expression) {
                    *expression = fold::void();
                }
            }
            Expr::TaggedTpl(tagged) if fold::is_choice(&tagged.tag) => {
                tagged.visit_mut_children_with(self);
                fold::without_receiver(&mut tagged.tag);
            }
            Expr::New(new) => {
                self.new_worker(new);
                self.new_url(new, ImportKind::Url, None);
                new.visit_mut_children_with(self);
            }
            Expr::Member(member) if self.is_module_require(member) => {
                let require = self.free_require(member.span);
                self.out.uses_module = true;
                *expression = require;
                self.expression(expression);
            }
            Expr::Member(member) if meta::is_import_meta(&member.obj) => {
                if let Some(value) = self.import_meta(member) {
                    *expression = value;
                } else {
                    member.visit_mut_children_with(self);
                }
            }
            Expr::Member(member) => {
                if let Some(ident) = self.namespace_member(&member.obj, &member.prop, member.span) {
                    *expression = Expr::Ident(ident);
                } else {
                    member.visit_mut_children_with(self);
                    self.path(expression);
                }
            }
            Expr::OptChain(chain) => {
                if let OptChainBase::Member(member) = &*chain.base
                    && let Some(ident) = self.namespace_member(&member.obj, &member.prop, member.span)
                {
                    *expression = Expr::Ident(ident);
                } else {
                    chain.visit_mut_children_with(self);
                }
            }
            Expr::Ident(ident) => {
                if let Some(replacement) = self.identifier(ident) {
                    *expression = replacement;
                }
            }
            Expr::This(this) if self.this_depth == 0 => {
                self.out.uses_this = true;
                let span = this.span;
                *expression = if self.is_module {
                    fold::void()
                } else {
                    self.out.uses_exports = true;
                    Expr::Ident(Ident::new("exports".into(), span, self.unresolved))
                };
            }
            Expr::Await(_) if self.function_depth == 0 => {
                self.out.top_level_await = true;
                expression.visit_mut_children_with(self);
            }
            Expr::MetaProp(meta) if meta.kind == MetaPropKind::ImportMeta => {
                self.out.uses_import_meta = true;
                if self.language.import_meta == ImportMeta::NodeScript {
                    *expression = meta::whole_in_node(meta.span, self.unresolved);
                    self.out.uses_exports |= !self.is_module;
                } else if self.language.import_meta == ImportMeta::Script {
                    self.out.empty_import_meta.get_or_insert(meta.span);
                    *expression = Expr::Object(ObjectLit { span: meta.span, props: Vec::new() });
                }
            }
            _ => expression.visit_mut_children_with(self),
        }
    }

    /// Notes what may turn out to be asked of a namespace.
    fn path(&mut self, expression: &Expr) {
        let (starts, members, spaces) = (&self.starts, &self.member_ids, &self.namespaces);
        let starts = |id: &Id| starts.contains(id) || members.contains_key(id);
        self.out.paths.note(expression, starts, |id| spaces.contains_key(id));
    }

    fn is_console_call(&self, expression: &Expr) -> bool {
        let Expr::Call(CallExpr { callee: Callee::Expr(callee), .. }) = expression else { return false };
        let mut object = &**callee;
        while let Expr::Member(member) = object {
            object = &member.obj;
        }
        !callee.is_ident() && object.as_ident().is_some_and(|name| self.is_global(name, "console"))
    }

    fn below_function<N: VisitMutWith<Self>>(&mut self, node: &mut N, shields_this: bool) {
        self.function_depth += 1;
        self.this_depth += u32::from(shields_this);
        let tries = std::mem::take(&mut self.try_depth);
        node.visit_mut_children_with(self);
        self.try_depth = tries;
        self.this_depth -= u32::from(shields_this);
        self.function_depth -= 1;
    }
}

impl VisitMut for Rewriter<'_> {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        if let Some(value) = self.defines.replace(expression) {
            *expression = value;
        }
        self.expression(expression);
    }

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        match statement {
            Stmt::If(branch) => {
                branch.test.visit_mut_with(self);
                if let Some(test) = fold::truthiness(&branch.test) {
                    *statement = fold::take_branch(branch, test);
                    return self.visit_mut_stmt(statement);
                }
                branch.cons.visit_mut_with(self);
                branch.alt.visit_mut_with(self);
            }
            Stmt::Try(block) => {
                self.try_depth += 1;
                block.block.visit_mut_with(self);
                self.try_depth -= 1;
                block.handler.visit_mut_with(self);
                block.finalizer.visit_mut_with(self);
            }
            Stmt::With(_) => {
                self.out.pins_names = true;
                statement.visit_mut_children_with(self);
            }
            Stmt::Debugger(_) if self.language.drop_debugger => *statement = Stmt::Empty(EmptyStmt { span: DUMMY_SP }),
            Stmt::ForOf(each) if each.is_await && self.function_depth == 0 => {
                self.out.top_level_await = true;
                statement.visit_mut_children_with(self);
            }
            _ => statement.visit_mut_children_with(self),
        }
    }

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        statements.visit_mut_children_with(self);
        statements.retain(|statement| !matches!(statement, Stmt::Empty(_)));
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        if let Prop::Shorthand(name) = property {
            let mut value = Expr::Ident(name.clone());
            self.visit_mut_expr(&mut value);
            if !matches!(&value, Expr::Ident(ident) if ident.to_id() == name.to_id()) {
                let key = PropName::Ident(IdentName::new(name.sym.clone(), name.span));
                *property = Prop::KeyValue(KeyValueProp { key, value: Box::new(value) });
            }
            return;
        }
        property.visit_mut_children_with(self);
    }

    fn visit_mut_update_expr(&mut self, update: &mut UpdateExpr) {
        match &mut *update.arg {
            Expr::Member(member) => member.visit_mut_children_with(self),
            Expr::Ident(ident) => {
                self.identifier(ident);
            }
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_simple_assign_target(&mut self, target: &mut SimpleAssignTarget) {
        if let SimpleAssignTarget::Ident(name) = target {
            self.identifier(&name.id);
        }
        target.visit_mut_children_with(self);
    }

    /// `[ns.a] = …` writes to the namespace, which refuses it at run time.
    fn visit_mut_pat(&mut self, pattern: &mut Pat) {
        match pattern {
            Pat::Expr(target) => match &mut **target {
                Expr::Member(member) => member.visit_mut_children_with(self),
                other => other.visit_mut_with(self),
            },
            pattern => pattern.visit_mut_children_with(self),
        }
    }

    fn visit_mut_function(&mut self, function: &mut Function) {
        self.below_function(function, true);
    }
    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        self.below_function(arrow, false);
    }
    fn visit_mut_constructor(&mut self, constructor: &mut Constructor) {
        self.below_function(constructor, true);
    }
    fn visit_mut_static_block(&mut self, block: &mut StaticBlock) {
        self.below_function(block, true);
    }
    fn visit_mut_getter_prop(&mut self, getter: &mut GetterProp) {
        self.below_function(getter, true);
    }
    fn visit_mut_setter_prop(&mut self, setter: &mut SetterProp) {
        self.below_function(setter, true);
    }
    fn visit_mut_class_prop(&mut self, property: &mut ClassProp) {
        property.key.visit_mut_with(self);
        self.this_depth += 1;
        property.value.visit_mut_with(self);
        self.this_depth -= 1;
        property.decorators.visit_mut_with(self);
    }
    fn visit_mut_private_prop(&mut self, property: &mut PrivateProp) {
        self.this_depth += 1;
        property.value.visit_mut_with(self);
        self.this_depth -= 1;
        property.decorators.visit_mut_with(self);
    }
}

/// A string literal, or literals put together.
pub(super) fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(Lit::Str(text)) => text.value.as_str().map(str::to_string),
        Expr::Tpl(template) => {
            let mut out = String::new();
            for (at, quasi) in template.quasis.iter().enumerate() {
                out.push_str(quasi.cooked.as_ref()?.as_str()?);
                if let Some(value) = template.exprs.get(at) {
                    out.push_str(&literal(value)?);
                }
            }
            Some(out)
        }
        Expr::Bin(binary) if binary.op == BinaryOp::Add => Some(literal(&binary.left)? + &literal(&binary.right)?),
        Expr::Paren(inner) => literal(&inner.expr),
        _ => None,
    }
}

/// `.catch(…)` and `.then(…, …)`: what fails below is handled.
fn is_guard(call: &CallExpr) -> bool {
    let Callee::Expr(callee) = &call.callee else { return false };
    let Some(name) = callee.as_member().and_then(|member| member.prop.as_ident()) else { return false };
    &*name.sym == "catch" || (&*name.sym == "then" && call.args.len() > 1)
}

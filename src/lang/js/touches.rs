//! What statements have to do with the exports of CommonJS modules: their own, and those of what they import.

use super::facts::{ExportTarget, ImportKind, LocalSym, SymbolKind, sym};
use super::numbering::Numbered;
use super::tree::strip;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// Of one statement.
#[derive(Default)]
pub(super) struct Touched {
    /// Properties of imported values that are read, of those of which nothing else is done: (symbol, property).
    pub members: Vec<(LocalSym, String)>,
    /// Names of the module's own exports that are read.
    pub reads: BTreeSet<String>,
    /// `exports` or `module` is used as a value.
    pub opaque: bool,
    /// `module.exports` is replaced by something that may be anything.
    pub replaced: bool,
}

pub(super) struct Touching<'a> {
    numbered: &'a Numbered,
    unresolved: SyntaxContext,
    common_js: bool,
    /// Variables that hold what a record of `require` gives, and nothing else.
    pub required: Vec<(LocalSym, u32)>,
    /// Of CommonJS: names whose `prototype` the module mentions. Their `this` is what `new` makes.
    constructors: FxHashSet<Id>,
    /// Something is imported by name.
    imports: bool,
    /// Something is required.
    requires: bool,
}

impl<'a> Touching<'a> {
    /// `replaced`: bindings that are given a value more than once.
    pub fn new(numbered: &'a Numbered, unresolved: SyntaxContext, common_js: bool, replaced: &FxHashSet<Id>) -> Self {
        let mut required = Vec::new();
        for statement in &numbered.body {
            let Stmt::Decl(Decl::Var(variables)) = statement else { continue };
            for declarator in &variables.decls {
                let (Pat::Ident(name), Some(init)) = (&declarator.name, declarator.init.as_deref()) else { continue };
                let id = name.to_id();
                let symbol = numbered.ids.get(&id).filter(|_| !replaced.contains(&id));
                if let (Some(symbol), Some(record)) = (symbol, required_record(numbered, init)) {
                    required.push((symbol, record));
                }
            }
        }
        // What is exported, others may do anything with.
        required.retain(|(symbol, _)| !is_exported(numbered, *symbol));
        required.sort_unstable();
        let mut constructors = Constructors::default();
        if common_js {
            numbered.body.visit_with(&mut constructors);
        }
        let imports = numbered.symbols.iter().any(|declared| is_imported(&declared.kind));
        let requires = numbered.records.iter().any(|record| record.kind == ImportKind::Require);
        Touching { numbered, unresolved, common_js, required, constructors: constructors.0, imports, requires }
    }

    pub fn statement(&self, statement: &Stmt) -> Touched {
        if !self.common_js && !self.requires {
            return self.of_imports(statement);
        }
        let mut reader = Reader {
            touching: self,
            members: FxHashMap::default(),
            wholes: FxHashSet::default(),
            classes: 0,
            functions: 0,
            own_this: false,
            exported: false,
            is_statement: false,
            out: Touched::default(),
        };
        statement.visit_with(&mut reader);
        let Reader { members, wholes, out, .. } = reader;
        Touched { members: alone(members, &wholes), ..out }
    }

    /// Where there are no other exports than those of imported modules.
    fn of_imports(&self, statement: &Stmt) -> Touched {
        if !self.imports {
            return Touched::default();
        }
        let mut members = Members { touching: self, found: FxHashMap::default(), wholes: FxHashSet::default() };
        statement.visit_with(&mut members);
        let Members { found, wholes, .. } = members;
        Touched { members: alone(found, &wholes), ..Touched::default() }
    }

    /// `module.exports = require('x')`, where that is all that the module does with its exports.
    pub fn alias(&self) -> Option<u32> {
        let mut found = None;
        for statement in &self.numbered.body {
            alias_of(self, statement, &mut found);
        }
        found
    }

    fn symbol(&self, name: &Ident) -> Option<LocalSym> {
        let symbol = self.numbered.ids.get(&name.to_id())?;
        let declared = symbol.checked_sub(self.numbered.first_declared());
        let imported = declared
            .and_then(|at| self.numbered.symbols.get(at as usize))
            .is_some_and(|declared| is_imported(&declared.kind));
        let required = self.required.binary_search_by_key(&symbol, |(known, _)| *known).is_ok();
        (imported || required).then_some(symbol)
    }

    /// The symbol of what a call of `require` names.
    fn call(&self, value: &Expr) -> Option<LocalSym> {
        required_record(self.numbered, value).map(|record| self.numbered.record_target(record))
    }

    fn is_free(&self, value: &Expr, name: &str) -> bool {
        strip(value).as_ident().is_some_and(|ident| ident.ctxt == self.unresolved && &*ident.sym == name)
    }

    fn is_exports(&self, value: &Expr) -> bool {
        self.is_free(value, "exports")
            || strip(value).as_member().is_some_and(|member| {
                self.is_free(&member.obj, "module") && static_name(&member.prop).is_some_and(|name| name == "exports")
            })
    }
}

fn is_imported(kind: &SymbolKind) -> bool {
    matches!(kind, SymbolKind::Import { .. } | SymbolKind::Member { .. })
}

/// What is read of symbols that are not used otherwise.
fn alone(members: Names, wholes: &FxHashSet<LocalSym>) -> Vec<(LocalSym, String)> {
    let alone = members.into_iter().filter(|(symbol, _)| !wholes.contains(symbol));
    let mut out: Vec<_> = alone.flat_map(|(symbol, names)| names.into_iter().map(move |name| (symbol, name))).collect();
    out.sort_unstable();
    out
}

/// Properties by symbol.
type Names = FxHashMap<LocalSym, BTreeSet<String>>;

/// What a statement reads of imported names.
struct Members<'a, 'b> {
    touching: &'b Touching<'a>,
    found: Names,
    wholes: FxHashSet<LocalSym>,
}

impl Visit for Members<'_, '_> {
    noop_visit_type!();

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        let symbol = strip(&member.obj).as_ident().and_then(|object| self.touching.symbol(object));
        match symbol.and_then(|symbol| Some((symbol, static_name(&member.prop)?))) {
            Some((symbol, name)) => drop(self.found.entry(symbol).or_default().insert(name)),
            None => member.visit_children_with(self),
        }
    }

    fn visit_ident(&mut self, name: &Ident) {
        self.wholes.extend(self.touching.symbol(name));
    }
}

fn alias_of(touching: &Touching<'_>, statement: &Stmt, found: &mut Option<u32>) {
    match statement {
        Stmt::Block(block) => block.stmts.iter().for_each(|statement| alias_of(touching, statement, found)),
        Stmt::Expr(expression) => {
            if let Expr::Assign(assign) = strip(&expression.expr)
                && assign.op == AssignOp::Assign
                && let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &assign.left
                && touching.is_free(&member.obj, "module")
            {
                *found = required_record(touching.numbered, &assign.right);
            }
        }
        _ => {}
    }
}

/// By a name, or as the value of the default export.
fn is_exported(numbered: &Numbered, symbol: LocalSym) -> bool {
    let meant = |value: &Expr| strip(value).as_ident().and_then(|name| numbered.ids.get(&name.to_id()));
    let is_default = |declarator: &VarDeclarator| {
        let name = declarator.name.as_ident().and_then(|name| numbered.ids.get(&name.to_id()));
        name == Some(sym::DEFAULT) && declarator.init.as_deref().and_then(meant) == Some(symbol)
    };
    numbered.exports.iter().any(|export| export.target == ExportTarget::Symbol(symbol))
        || numbered.body.iter().any(|statement| match statement {
            Stmt::Decl(Decl::Var(variables)) => variables.decls.iter().any(is_default),
            _ => false,
        })
}

fn is_own_object(value: &Expr) -> bool {
    match strip(value) {
        Expr::Object(object) => object.props.iter().all(|property| matches!(property, PropOrSpread::Prop(_))),
        Expr::Fn(_) | Expr::Arrow(_) | Expr::Class(_) => true,
        _ => false,
    }
}

/// See [`Touching::constructors`].
#[derive(Default)]
struct Constructors(FxHashSet<Id>);

impl Visit for Constructors {
    noop_visit_type!();

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if let (Expr::Ident(name), MemberProp::Ident(property)) = (strip(&member.obj), &member.prop)
            && &*property.sym == "prototype"
        {
            self.0.insert(name.to_id());
        }
        member.visit_children_with(self);
    }
}

/// What gets `this` only to pass it on to a function that is known, whose own reads count.
fn passes_this_on(call: &CallExpr) -> bool {
    let Callee::Expr(callee) = &call.callee else { return false };
    call.args.first().is_some_and(|first| first.spread.is_none() && first.expr.is_this())
        && match strip(callee) {
            Expr::Ident(helper) => matches!(&*helper.sym, "__awaiter" | "__generator"),
            Expr::Member(member) => static_name(&member.prop).is_some_and(|name| name == "call" || name == "apply"),
            _ => false,
        }
}

/// The record of `require('x')`.
fn required_record(numbered: &Numbered, value: &Expr) -> Option<u32> {
    let Expr::Call(call) = strip(value) else { return None };
    let Callee::Expr(callee) = &call.callee else { return None };
    let symbol = numbered.ids.get(&strip(callee).as_ident()?.to_id())?;
    let at = symbol.checked_sub(numbered.first_record())?;
    let record = (at / 2) as usize;
    let is_require = numbered.records.get(record).is_some_and(|record| record.kind == ImportKind::Require);
    (at % 2 == 1 && is_require && call.args.is_empty()).then_some(record as u32)
}

fn static_name(property: &MemberProp) -> Option<String> {
    match property {
        MemberProp::Ident(name) => Some(name.sym.to_string()),
        MemberProp::Computed(computed) => super::rewrite::literal(&computed.expr),
        MemberProp::PrivateName(_) => None,
    }
}

struct Reader<'a, 'b> {
    touching: &'b Touching<'a>,
    members: Names,
    wholes: FxHashSet<LocalSym>,
    /// Classes around: their `this` is theirs.
    classes: u32,
    /// Functions around that have a `this` of their own.
    functions: u32,
    /// The outermost function around is called with something else than the exports as `this`.
    own_this: bool,
    /// The next object literal is the exports.
    exported: bool,
    /// The next assignment is a statement: nobody has its value.
    is_statement: bool,
    out: Touched,
}

impl Reader<'_, '_> {
    fn member(&mut self, member: &MemberExpr) -> bool {
        let Some(name) = static_name(&member.prop) else {
            // Of a function that is called as a method of the exports, it may be any of them.
            self.out.opaque |= self.touching.common_js && member.obj.is_this() && self.classes == 0;
            return false;
        };
        if self.touching.common_js {
            if self.touching.is_exports(&member.obj) {
                self.out.reads.insert(name);
                return true;
            }
            // `module.exports` itself, or something else of `module`.
            if self.touching.is_free(&member.obj, "module") {
                self.out.opaque = true;
                return true;
            }
            if member.obj.is_this() {
                self.out.reads.insert(name);
                return true;
            }
        }
        let symbol = match strip(&member.obj) {
            Expr::Ident(object) => self.touching.symbol(object),
            other => self.touching.call(other),
        };
        symbol.is_some_and(|symbol| {
            self.members.entry(symbol).or_default().insert(name);
            true
        })
    }

    /// `const { a, b: c } = require('x')`
    fn taken_apart(&mut self, pattern: &Pat, init: &Expr) -> bool {
        let (Pat::Object(object), Some(symbol)) = (pattern, self.touching.call(init)) else { return false };
        let name = |property: &ObjectPatProp| match property {
            ObjectPatProp::Assign(assign) => Some(assign.key.sym.to_string()),
            ObjectPatProp::KeyValue(pair) => match &pair.key {
                PropName::Ident(name) => Some(name.sym.to_string()),
                PropName::Str(text) => text.value.as_str().map(str::to_string),
                _ => None,
            },
            ObjectPatProp::Rest(_) => None,
        };
        let names: Option<Vec<String>> = object.props.iter().map(name).collect();
        let Some(names) = names else { return false };
        self.members.entry(symbol).or_default().extend(names);
        pattern.visit_with(self);
        true
    }

    fn target(&mut self, target: &AssignTarget) -> bool {
        let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = target else { return false };
        let own = self.touching.common_js
            && (self.touching.is_exports(&member.obj) || self.touching.is_free(&member.obj, "module"));
        own && static_name(&member.prop).is_some()
    }
}

impl Reader<'_, '_> {
    /// Visits a value whose outermost functions are, if `own_this`, never called as methods of the exports.
    fn value(&mut self, own_this: bool, visit: impl FnOnce(&mut Self)) {
        let now = self.own_this || own_this && self.functions == 0;
        let before = std::mem::replace(&mut self.own_this, now);
        visit(self);
        self.own_this = before;
    }

    fn assigned(&mut self, assign: &AssignExpr) {
        let right = strip(&assign.right);
        let own = self.target(&assign.left);
        self.exported = own && right.is_object();
        let method = assign.left.as_simple().is_some_and(SimpleAssignTarget::is_member) && !own && right.is_fn_expr();
        self.value(method, |reader| assign.right.visit_with(reader));
    }
}

impl Visit for Reader<'_, '_> {
    noop_visit_type!();

    /// A function that is called as a method of the exports may do anything with them.
    fn visit_this_expr(&mut self, _: &ThisExpr) {
        self.out.opaque |= self.touching.common_js && self.classes == 0 && self.functions < 2 && !self.own_this;
    }

    fn visit_expr_stmt(&mut self, statement: &ExprStmt) {
        self.is_statement = strip(&statement.expr).is_assign();
        statement.visit_children_with(self);
    }

    fn visit_bin_expr(&mut self, binary: &BinExpr) {
        if binary.op != BinaryOp::InstanceOf || !binary.left.is_this() {
            binary.left.visit_with(self);
        }
        binary.right.visit_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        self.functions += 1;
        function.visit_children_with(self);
        self.functions -= 1;
    }

    fn visit_fn_decl(&mut self, function: &FnDecl) {
        let own_this = self.touching.constructors.contains(&function.ident.to_id());
        self.value(own_this, |reader| function.function.visit_with(reader));
    }

    fn visit_object_lit(&mut self, object: &ObjectLit) {
        let own_this = !std::mem::take(&mut self.exported);
        self.value(own_this, |reader| object.visit_children_with(reader));
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if !self.member(member) {
            member.visit_children_with(self);
        }
    }

    fn visit_class(&mut self, class: &Class) {
        self.classes += 1;
        class.visit_children_with(self);
        self.classes -= 1;
    }

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        if let Some(init) = declarator.init.as_deref() {
            let kept = declarator.name.as_ident().and_then(|name| self.touching.symbol(name)).is_some()
                && self.touching.call(init).is_some();
            if kept || self.taken_apart(&declarator.name, init) {
                return;
            }
        }
        let constructors = &self.touching.constructors;
        let own_this = declarator.name.as_ident().is_some_and(|name| constructors.contains(&name.to_id()));
        self.value(own_this, |reader| declarator.visit_children_with(reader));
    }

    fn visit_assign_expr(&mut self, assign: &AssignExpr) {
        let nested = !std::mem::take(&mut self.is_statement);
        // `this[name] = value` reads nothing.
        let written = match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) if member.obj.is_this() => Some(&member.prop),
            _ => None,
        };
        if let Some(property) = written.filter(|_| assign.op == AssignOp::Assign) {
            property.visit_with(self);
        } else if !self.target(&assign.left) || assign.op != AssignOp::Assign {
            assign.left.visit_with(self);
        } else if let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &assign.left
            && self.touching.is_free(&member.obj, "module")
        {
            self.out.replaced |= !is_own_object(&assign.right) && self.touching.call(&assign.right).is_none();
            // What has another name can be read through that.
            self.out.opaque |= nested;
            self.out.opaque |= match strip(&assign.right) {
                Expr::Ident(name) => self.touching.symbol(name).is_none(),
                Expr::Fn(function) => function.ident.is_some(),
                Expr::Class(class) => class.ident.is_some(),
                _ => false,
            };
        }
        self.assigned(assign);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        // `Object.defineProperty(exports, 'x', …)`
        if let (Callee::Expr(callee), Some(first)) = (&call.callee, call.args.first())
            && self.touching.common_js
            && self.touching.is_exports(&first.expr)
            && let Some(member) = callee.as_member()
            && self.touching.is_free(&member.obj, "Object")
            && static_name(&member.prop).is_some_and(|name| name == "defineProperty")
        {
            call.args[1..].visit_with(self);
            return;
        }
        if passes_this_on(call) {
            call.callee.visit_with(self);
            call.args[1..].visit_with(self);
            return;
        }
        call.visit_children_with(self);
    }

    fn visit_ident(&mut self, name: &Ident) {
        if name.ctxt == self.touching.unresolved {
            self.out.opaque |= matches!(&*name.sym, "exports" | "module");
        } else if let Some(symbol) = self.touching.symbol(name) {
            self.wholes.insert(symbol);
        } else if let Some(symbol) = self.touching.numbered.ids.get(&name.to_id()) {
            // `require('x')` as a value.
            self.wholes.insert(symbol);
        }
    }
}

//! What bindings hold, as far as one look at their declarations tells.

use super::super::notes;
use super::super::tree::strip;
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{BytePos, Spanned, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// A function that its module never replaces.
#[derive(Clone, Copy)]
pub(super) enum Callable<'a> {
    Function(&'a Function),
    Arrow(&'a ArrowExpr),
}

/// A value that was made where the binding is declared.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fresh {
    Object,
    Array,
    Function,
    Class,
    /// A string, number or the like.
    Primitive,
}

/// The declarations of some statements, without those in functions.
#[derive(Default)]
pub(super) struct Known<'a> {
    pub own: FxHashSet<Id>,
    pub callables: FxHashMap<Id, Callable<'a>>,
    pub classes: FxHashMap<Id, &'a Class>,
    pub fresh: FxHashMap<Id, Fresh>,
    /// Declared under `/* #__NO_SIDE_EFFECTS__ */`.
    pub annotated: FxHashSet<Id>,
    /// `const name = other;`
    aliases: Vec<(Id, Id)>,
}

pub(super) struct Looking<'c> {
    /// Bindings that are assigned to after their declarations.
    pub assigned: &'c FxHashSet<Id>,
    pub comments: Option<&'c SingleThreadedComments>,
}

impl<'a> Known<'a> {
    pub fn of(statements: &'a [Stmt], looking: &Looking<'_>) -> Self {
        let mut out = Known::default();
        statements.iter().for_each(|statement| out.statement(statement, looking));
        // Other names of functions that are said to do nothing. They may be declared further down.
        for (name, target) in std::mem::take(&mut out.aliases) {
            if out.annotated.contains(&target)
                && let Some(callable) = out.callables.get(&target).copied()
            {
                out.function(name, callable, true, looking);
            }
        }
        out
    }

    pub fn patterns<'p>(&mut self, patterns: impl Iterator<Item = &'p Pat>) {
        patterns.for_each(|pattern| self.own.extend(find_pat_ids::<_, Id>(pattern)));
    }

    fn statement(&mut self, statement: &'a Stmt, looking: &Looking<'_>) {
        match statement {
            Stmt::Decl(Decl::Fn(function)) => {
                let annotated = looking.annotated(function.span_lo()) || looking.annotated(function.function.span.lo);
                self.function(function.ident.to_id(), Callable::Function(&function.function), annotated, looking);
            }
            Stmt::Decl(Decl::Class(class)) => self.class(class.ident.to_id(), &class.class, looking),
            Stmt::Decl(Decl::Var(variables)) => self.variables(variables, looking),
            Stmt::Block(block) => self.all(&block.stmts, looking),
            Stmt::Labeled(labeled) => self.statement(&labeled.body, looking),
            Stmt::If(branch) => {
                self.statement(&branch.cons, looking);
                branch.alt.iter().for_each(|alt| self.statement(alt, looking));
            }
            Stmt::For(each) => {
                if let Some(VarDeclOrExpr::VarDecl(variables)) = &each.init {
                    self.variables(variables, looking);
                }
                self.statement(&each.body, looking);
            }
            Stmt::ForIn(ForInStmt { left, body, .. }) | Stmt::ForOf(ForOfStmt { left, body, .. }) => {
                if let ForHead::VarDecl(variables) = left {
                    self.patterns(variables.decls.iter().map(|declarator| &declarator.name));
                }
                self.statement(body, looking);
            }
            Stmt::While(WhileStmt { body, .. }) | Stmt::DoWhile(DoWhileStmt { body, .. }) => {
                self.statement(body, looking);
            }
            Stmt::Switch(switch) => switch.cases.iter().for_each(|case| self.all(&case.cons, looking)),
            Stmt::Try(attempt) => {
                self.all(&attempt.block.stmts, looking);
                if let Some(handler) = &attempt.handler {
                    self.patterns(handler.param.iter());
                    self.all(&handler.body.stmts, looking);
                }
                attempt.finalizer.iter().for_each(|block| self.all(&block.stmts, looking));
            }
            _ => {}
        }
    }

    fn all(&mut self, statements: &'a [Stmt], looking: &Looking<'_>) {
        statements.iter().for_each(|statement| self.statement(statement, looking));
    }

    fn function(&mut self, id: Id, callable: Callable<'a>, annotated: bool, looking: &Looking<'_>) {
        self.own.insert(id.clone());
        if looking.assigned.contains(&id) {
            return;
        }
        if annotated {
            self.annotated.insert(id.clone());
        }
        self.fresh.insert(id.clone(), Fresh::Function);
        self.callables.insert(id, callable);
    }

    fn class(&mut self, id: Id, class: &'a Class, looking: &Looking<'_>) {
        self.own.insert(id.clone());
        if looking.assigned.contains(&id) {
            return;
        }
        if !class.body.iter().any(is_setter) {
            self.fresh.insert(id.clone(), Fresh::Class);
        }
        self.classes.insert(id, class);
    }

    fn variables(&mut self, variables: &'a VarDecl, looking: &Looking<'_>) {
        self.patterns(variables.decls.iter().map(|declarator| &declarator.name));
        for declarator in &variables.decls {
            let (Pat::Ident(name), Some(init)) = (&declarator.name, declarator.init.as_deref()) else { continue };
            let id = name.to_id();
            let annotated =
                || [variables.span.lo, declarator.span.lo, init.span_lo()].into_iter().any(|at| looking.annotated(at));
            match strip(init) {
                Expr::Fn(function) => {
                    self.function(id, Callable::Function(&function.function), annotated(), looking);
                }
                Expr::Arrow(arrow) => self.function(id, Callable::Arrow(arrow), annotated(), looking),
                Expr::Class(class) => self.class(id, &class.class, looking),
                Expr::Ident(other) => self.aliases.push((id, other.to_id())),
                other => {
                    if let Some(fresh) = fresh(other).filter(|_| !looking.assigned.contains(&id)) {
                        self.fresh.insert(id, fresh);
                    }
                }
            }
        }
    }
}

impl Looking<'_> {
    fn annotated(&self, position: BytePos) -> bool {
        self.comments.is_some_and(|comments| notes::has(comments, position, notes::NO_SIDE_EFFECTS))
    }
}

/// What a literal makes. Not for objects with setters, which run when the object is changed.
pub(super) fn fresh(expression: &Expr) -> Option<Fresh> {
    match strip(expression) {
        Expr::Object(object) => {
            let harmless = |property: &PropOrSpread| {
                !matches!(property, PropOrSpread::Prop(property) if match &**property {
                    Prop::Setter(_) | Prop::Getter(_) => true,
                    Prop::KeyValue(pair) => is_prototype(&pair.key),
                    _ => false,
                })
            };
            object.props.iter().all(harmless).then_some(Fresh::Object)
        }
        Expr::Array(_) => Some(Fresh::Array),
        Expr::Fn(_) | Expr::Arrow(_) => Some(Fresh::Function),
        Expr::Class(class) => (!class.class.body.iter().any(is_setter)).then_some(Fresh::Class),
        Expr::Lit(Lit::Regex(_)) => None,
        Expr::Lit(_) | Expr::Tpl(_) => Some(Fresh::Primitive),
        _ => None,
    }
}

fn is_prototype(key: &PropName) -> bool {
    match key {
        PropName::Ident(name) => &*name.sym == "__proto__",
        PropName::Str(text) => text.value == *"__proto__",
        PropName::Computed(_) => true,
        _ => false,
    }
}

/// Accessors: reading or writing the class or its prototype runs them.
pub(super) fn is_setter(member: &ClassMember) -> bool {
    matches!(member, ClassMember::Method(method) if method.kind != MethodKind::Method)
}

/// What is changed somewhere in the module.
#[derive(Default)]
pub(super) struct Changed {
    /// Bindings that are given a value more than once.
    pub bindings: FxHashSet<Id>,
    /// Functions whose `prototype` is replaced by something that may be seen elsewhere.
    pub prototypes: FxHashSet<Id>,
    /// Properties that are defined by descriptors, of a binding's value or its prototype: they may run code.
    pub described: FxHashMap<Id, FxHashSet<String>>,
    /// Values that are given to functions while the module is evaluated: whose properties may be anything after.
    pub handed: FxHashSet<Id>,
}

/// `harmless`: a call that only makes a value, by its position.
pub(super) fn changed(body: &[Stmt], unresolved: SyntaxContext, harmless: &dyn Fn(BytePos) -> bool) -> Changed {
    let mut finder = Changes::default();
    body.visit_with(&mut finder);
    let mut giving = Giving { out: finder.out, unresolved, harmless, depth: 0 };
    body.visit_with(&mut giving);
    giving.out
}

/// `X` of `X` and `X.prototype`.
pub(super) fn base(expression: &Expr) -> Option<Id> {
    match strip(expression) {
        Expr::Ident(name) => Some(name.to_id()),
        Expr::Member(member) => base(&member.obj),
        _ => None,
    }
}

/// `__extends(Own, Base)`, as compilers to ES5 write it.
pub(super) fn is_extends(name: &Ident) -> bool {
    matches!(&*name.sym, "__extends" | "_inherits" | "_inheritsLoose" | "_inherits_loose")
}

struct Giving<'h> {
    out: Changed,
    unresolved: SyntaxContext,
    harmless: &'h dyn Fn(BytePos) -> bool,
    depth: u32,
}

impl Giving<'_> {
    /// `Object.name(…)`
    fn of_object<'c>(&self, call: &'c CallExpr) -> Option<&'c str> {
        let member = call.callee.as_expr().and_then(|callee| strip(callee).as_member())?;
        let object = member.obj.as_ident().filter(|name| name.ctxt == self.unresolved && &*name.sym == "Object");
        object.and(member.prop.as_ident()).map(|name| &*name.sym)
    }

    fn described(&mut self, call: &CallExpr) {
        let Some(id) = call.args.first().and_then(|first| base(&first.expr)) else { return };
        let key = call.args.get(1).and_then(|key| super::super::rewrite::literal(&key.expr));
        match key {
            Some(key) => drop(self.out.described.entry(id).or_default().insert(key)),
            None => drop(self.out.handed.insert(id)),
        }
    }

    fn given(&mut self, arguments: &[ExprOrSpread]) {
        if self.depth == 0 {
            self.out.handed.extend(arguments.iter().filter_map(|argument| base(&argument.expr)));
        }
    }
}

impl Visit for Giving<'_> {
    noop_visit_type!();

    fn visit_call_expr(&mut self, call: &CallExpr) {
        let looks = ["keys", "freeze", "assign", "create", "entries", "values", "getPrototypeOf", "seal"];
        match self.of_object(call) {
            Some("defineProperty") => self.described(call),
            Some(name) if looks.contains(&name) => {}
            _ if (self.harmless)(call.span.lo) => {}
            None if call.callee.as_expr().and_then(|callee| strip(callee).as_ident()).is_some_and(is_extends) => {}
            _ => self.given(&call.args),
        }
        // A function that is called where it stands runs now.
        if let Callee::Expr(callee) = &call.callee {
            match strip(callee) {
                Expr::Fn(function) => function.function.visit_children_with(self),
                Expr::Arrow(arrow) => arrow.visit_children_with(self),
                other => other.visit_with(self),
            }
        }
        call.args.visit_with(self);
    }
    fn visit_new_expr(&mut self, new: &NewExpr) {
        if !(self.harmless)(new.span.lo) {
            self.given(new.args.as_deref().unwrap_or_default());
        }
        new.visit_children_with(self);
    }
    fn visit_function(&mut self, function: &Function) {
        self.depth += 1;
        function.visit_children_with(self);
        self.depth -= 1;
    }
    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.depth += 1;
        arrow.visit_children_with(self);
        self.depth -= 1;
    }
    fn visit_constructor(&mut self, constructor: &Constructor) {
        self.depth += 1;
        constructor.visit_children_with(self);
        self.depth -= 1;
    }
}

#[derive(Default)]
struct Changes {
    out: Changed,
    given: FxHashSet<Id>,
}

impl Changes {
    fn given(&mut self, id: Id) {
        if !self.given.insert(id.clone()) {
            self.out.bindings.insert(id);
        }
    }
}

impl Visit for Changes {
    noop_visit_type!();

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        if declarator.init.is_some() {
            find_pat_ids::<_, Id>(&declarator.name).into_iter().for_each(|id| self.given(id));
        }
        declarator.visit_children_with(self);
    }
    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.given(function.ident.to_id());
        function.visit_children_with(self);
    }
    fn visit_assign_expr(&mut self, assign: &AssignExpr) {
        self.out.bindings.extend(find_pat_ids::<_, Id>(&assign.left));
        if let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &assign.left
            && member.prop.as_ident().is_some_and(|name| &*name.sym == "prototype")
            && fresh(&assign.right) != Some(Fresh::Object)
            && let Some(name) = strip(&member.obj).as_ident()
        {
            self.out.prototypes.insert(name.to_id());
        }
        assign.visit_children_with(self);
    }
    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        self.out.bindings.extend(strip(&update.arg).as_ident().map(|name| name.to_id()));
        update.visit_children_with(self);
    }
    fn visit_for_head(&mut self, head: &ForHead) {
        match head {
            ForHead::Pat(pattern) => self.out.bindings.extend(find_pat_ids::<_, Id>(pattern)),
            ForHead::VarDecl(variables) => {
                let names = variables.decls.iter().flat_map(|decl| find_pat_ids::<_, Id>(&decl.name));
                self.out.bindings.extend(names);
            }
            ForHead::UsingDecl(_) => {}
        }
        head.visit_children_with(self);
    }
}

//! Variables that a function may read before they have their values, because it is called above them: `var` and function
//! declarations exist from the start of their scope. The compressor takes the only value of such a variable for its value
//! everywhere.

use super::tree;
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// The variables, of all functions in a body.
pub(super) fn read_unset(body: &[ModuleItem]) -> FxHashSet<Id> {
    let mut scopes = Scopes::default();
    scopes.scope(body.iter().filter_map(|item| item.as_stmt()));
    body.visit_with(&mut scopes);
    scopes.out
}

#[derive(Default)]
struct Scopes {
    out: FxHashSet<Id>,
}

impl Scopes {
    fn scope<'a>(&mut self, statements: impl Iterator<Item = &'a Stmt> + Clone) {
        let declared = statements.clone().filter_map(|statement| statement.as_decl()?.as_fn_decl());
        let functions: FxHashMap<Id, &FnDecl> = declared.map(|found| (found.ident.to_id(), found)).collect();
        if functions.is_empty() {
            return;
        }
        let mut called = Called { functions: &functions, work: Vec::new(), read: FxHashSet::default() };
        for statement in statements {
            match statement {
                Stmt::Decl(Decl::Fn(_)) => {}
                Stmt::Decl(Decl::Var(variables)) if variables.kind == VarDeclKind::Var => {
                    for declarator in &variables.decls {
                        let name = declarator.name.as_ident().map(|name| name.to_id());
                        let copied = declarator.init.as_deref().is_some_and(may_be_copied);
                        self.out.extend(name.filter(|name| copied && called.read.contains(name)));
                        declarator.visit_with(&mut called);
                        called.follow();
                    }
                }
                _ => {
                    statement.visit_with(&mut called);
                    called.follow();
                }
            }
        }
    }
}

/// A value that the compressor may write where the variable is read.
pub(super) fn may_be_copied(value: &Expr) -> bool {
    match tree::strip(value) {
        Expr::Unary(unary) => unary.arg.is_lit(),
        value => matches!(value, Expr::Lit(_) | Expr::Fn(_) | Expr::Arrow(_) | Expr::Object(_) | Expr::Array(_)),
    }
}

impl Visit for Scopes {
    noop_visit_type!();

    fn visit_function_body(&mut self, body: &FunctionBody) {
        self.scope(body.stmts.iter());
        body.visit_children_with(self);
    }
}

/// What runs, as far as functions are called by their names or handed to calls.
struct Called<'a> {
    functions: &'a FxHashMap<Id, &'a FnDecl>,
    /// Declared functions that may have been called, to be looked into.
    work: Vec<Id>,
    /// Everything that those mention.
    read: FxHashSet<Id>,
}

impl Called<'_> {
    fn call(&mut self, name: &Ident) {
        let id = name.to_id();
        if self.functions.contains_key(&id) {
            self.work.push(id);
        }
    }

    fn follow(&mut self) {
        let mut seen = FxHashSet::default();
        while let Some(name) = self.work.pop() {
            let Some(found) = self.functions.get(&name).filter(|_| seen.insert(name)) else { continue };
            let mut names = Names::default();
            found.function.visit_with(&mut names);
            self.work.extend(names.names.iter().filter(|name| self.functions.contains_key(*name)).cloned());
            self.read.extend(names.names);
        }
    }

    fn called(&mut self, callee: &Expr, arguments: &[ExprOrSpread]) {
        match tree::strip(callee) {
            Expr::Ident(name) => self.call(name),
            Expr::Fn(function) => function.function.body.visit_with(self),
            Expr::Arrow(arrow) => arrow.body.visit_with(self),
            _ => {}
        }
        let mut names = Names { handed: true, ..Names::default() };
        arguments.visit_with(&mut names);
        self.work.extend(names.names.into_iter().filter(|name| self.functions.contains_key(name)));
    }
}

impl Visit for Called<'_> {
    noop_visit_type!();

    fn visit_function(&mut self, _: &Function) {}
    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Callee::Expr(callee) = &call.callee {
            self.called(callee, &call.args);
        }
        call.visit_children_with(self);
    }
    fn visit_opt_call(&mut self, call: &OptCall) {
        self.called(&call.callee, &call.args);
        call.visit_children_with(self);
    }
    fn visit_new_expr(&mut self, new: &NewExpr) {
        self.called(&new.callee, new.args.as_deref().unwrap_or_default());
        new.visit_children_with(self);
    }
    fn visit_tagged_tpl(&mut self, tagged: &TaggedTpl) {
        self.called(&tagged.tag, &[]);
        tagged.visit_children_with(self);
    }
}

/// Names that code mentions.
#[derive(Default)]
struct Names {
    names: FxHashSet<Id>,
    /// Without what properties of objects do when they are called: tables of functions, for getters, are handed to helpers.
    handed: bool,
}

impl Visit for Names {
    noop_visit_type!();

    fn visit_ident(&mut self, name: &Ident) {
        self.names.insert(name.to_id());
    }

    fn visit_prop(&mut self, property: &Prop) {
        let later = match property {
            Prop::KeyValue(pair) => matches!(tree::strip(&pair.value), Expr::Fn(_) | Expr::Arrow(_)),
            Prop::Getter(_) | Prop::Setter(_) | Prop::Method(_) => true,
            _ => false,
        };
        if !(self.handed && later) {
            property.visit_children_with(self);
        }
    }
}

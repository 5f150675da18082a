//! Wrappers: a CommonJS module becomes a function that runs once, an ES module that must wait becomes a function
//! declaration with its bindings hoisted out of it.
//!
//! A function declaration, not a `var`: it exists before the chunk's first statement runs, so that cycles find it.

use super::apply::Parameters;
use super::compile::{call_of, fresh_context, is_directive, statement};
use super::facts::{Helper, sym};
use super::numbering::Numbered;
use super::plan::{CompilePlan, ModuleWrap};
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

pub(super) fn wrap(body: Vec<Stmt>, plan: &CompilePlan, numbered: &Numbered, parameters: Parameters) -> Vec<Stmt> {
    match plan.wrap {
        ModuleWrap::None => body,
        ModuleWrap::CommonJs => common_js(body, numbered, parameters),
        ModuleWrap::Esm { asynchronous } => esm(body, numbered, asynchronous),
    }
}

/// `var require_x = __commonJS((exports, module) => { … });`
fn common_js(body: Vec<Stmt>, numbered: &Numbered, parameters: Parameters) -> Vec<Stmt> {
    let unused = || Ident::new("exports".into(), DUMMY_SP, fresh_context());
    let params = match (parameters.exports, parameters.module) {
        (exports, Some(module)) => vec![exports.unwrap_or_else(unused), module],
        (Some(exports), None) => vec![exports],
        (None, None) => Vec::new(),
    };
    let function = Expr::Arrow(ArrowExpr {
        params: params.into_iter().map(Into::into).collect(),
        body: Box::new(ArrowFunctionBody::FunctionBody(FunctionBody { span: DUMMY_SP, stmts: body })),
        ..ArrowExpr::default()
    });
    let value = call_of(numbered.helper(Helper::COMMON_JS), vec![function]);
    vec![variable(numbered.marker(sym::WRAPPER), Some(value))]
}

fn variable(name: Ident, init: Option<Expr>) -> Stmt {
    variables(vec![VarDeclarator { span: DUMMY_SP, name: name.into(), init: init.map(Box::new), definite: false }])
}

fn variables(decls: Vec<VarDeclarator>) -> Stmt {
    Stmt::Decl(Decl::Var(Box::new(VarDecl { kind: VarDeclKind::Var, decls, ..VarDecl::default() })))
}

/// `var a, b; function f() {} function init_x() { init_x = () => {}; … }`
fn esm(body: Vec<Stmt>, numbered: &Numbered, asynchronous: bool) -> Vec<Stmt> {
    let mut hoister = Hoister::default();
    let mut functions = Vec::new();
    let mut inner = Vec::new();
    for statement in body {
        match statement {
            Stmt::Decl(Decl::Fn(function)) => functions.push(Stmt::Decl(Decl::Fn(function))),
            directive if is_directive(&directive) => {}
            other => hoister.hoist(other, &mut inner),
        }
    }
    let mut out = Vec::new();
    if !hoister.names.is_empty() {
        let declarator = |name: Ident| VarDeclarator { span: DUMMY_SP, name: name.into(), init: None, definite: false };
        out.push(variables(hoister.names.into_iter().map(declarator).collect()));
    }
    out.append(&mut functions);
    let init = numbered.marker(sym::WRAPPER);
    out.push(if asynchronous { asynchronous_init(init, inner) } else { synchronous_init(init, inner) });
    out
}

fn function(name: Ident, stmts: Vec<Stmt>) -> Stmt {
    Stmt::Decl(Decl::Fn(FnDecl {
        ident: name,
        declare: false,
        function: Box::new(Function { body: Some(FunctionBody { span: DUMMY_SP, stmts }), ..Function::default() }),
    }))
}

fn assign(target: Ident, value: Expr) -> Expr {
    Expr::Assign(AssignExpr {
        span: DUMMY_SP,
        op: AssignOp::Assign,
        left: AssignTarget::Simple(SimpleAssignTarget::Ident(target.into())),
        right: Box::new(value),
    })
}

fn arrow(body: ArrowFunctionBody, is_async: bool) -> Expr {
    Expr::Arrow(ArrowExpr { body: Box::new(body), is_async, ..ArrowExpr::default() })
}

fn block(stmts: Vec<Stmt>) -> ArrowFunctionBody {
    ArrowFunctionBody::FunctionBody(FunctionBody { span: DUMMY_SP, stmts })
}

fn synchronous_init(init: Ident, inner: Vec<Stmt>) -> Stmt {
    let mut stmts = vec![statement(assign(init.clone(), arrow(block(Vec::new()), false)))];
    stmts.extend(inner);
    function(init, stmts)
}

/// `function init_x() { var p; init_x = () => p; return p = (async () => { … })(); }`
fn asynchronous_init(init: Ident, inner: Vec<Stmt>) -> Stmt {
    let promise = Ident::new("p".into(), DUMMY_SP, fresh_context());
    let again = arrow(ArrowFunctionBody::Expr(Box::new(Expr::Ident(promise.clone()))), false);
    let run = Expr::Call(CallExpr { callee: Callee::Expr(Box::new(arrow(block(inner), true))), ..CallExpr::default() });
    let stmts = vec![
        variable(promise.clone(), None),
        statement(assign(init.clone(), again)),
        Stmt::Return(ReturnStmt { span: DUMMY_SP, arg: Some(Box::new(assign(promise, run))) }),
    ];
    function(init, stmts)
}

/// Turns declarations into assignments and collects the names.
#[derive(Default)]
struct Hoister {
    names: Vec<Ident>,
}

impl Hoister {
    fn name(&mut self, ident: Ident) {
        if !self.names.iter().any(|known| known.to_id() == ident.to_id()) {
            self.names.push(ident);
        }
    }

    fn hoist(&mut self, statement: Stmt, out: &mut Vec<Stmt>) {
        match statement {
            Stmt::Decl(Decl::Var(variables)) => {
                let is_var = variables.kind == VarDeclKind::Var;
                if let Some(expression) = self.assignments(*variables, !is_var) {
                    out.push(self::statement(expression));
                }
            }
            Stmt::Decl(Decl::Class(class)) => {
                self.name(class.ident.clone());
                let value = Expr::Class(ClassExpr { ident: None, class: class.class });
                out.push(self::statement(assign(class.ident, value)));
            }
            Stmt::Decl(Decl::Using(using)) => {
                // The resource lives as long as the module's evaluation: keep the declaration, hand the value out.
                for declarator in &using.decls {
                    for ident in find_pat_ids::<_, Ident>(&declarator.name) {
                        self.name(ident);
                    }
                }
                for declarator in using.decls {
                    if let (Pat::Ident(name), Some(init)) = (declarator.name, declarator.init) {
                        out.push(self::statement(assign(name.id, *init)));
                    }
                }
            }
            mut nested => {
                nested.visit_mut_with(self);
                out.push(nested);
            }
        }
    }

    /// `a = 1, { b } = c`; declarators without a value assign `undefined` when the declaration is lexical.
    fn assignments(&mut self, variables: VarDecl, lexical: bool) -> Option<Expr> {
        let mut expressions: Vec<Box<Expr>> = Vec::new();
        for declarator in variables.decls {
            for ident in find_pat_ids::<_, Ident>(&declarator.name) {
                self.name(ident);
            }
            let init = match declarator.init {
                Some(init) => init,
                None if lexical => Box::new(super::fold::void()),
                None => continue,
            };
            let Ok(left) = AssignTarget::try_from(declarator.name) else { continue };
            expressions.push(Box::new(Expr::Assign(AssignExpr {
                span: declarator.span,
                op: AssignOp::Assign,
                left,
                right: init,
            })));
        }
        match expressions.len() {
            0 => None,
            1 => expressions.pop().map(|only| wrapped_pattern(*only)),
            _ => Some(Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: expressions })),
        }
    }
}

/// `({ a } = b)`: an expression statement must not start with a brace; the fixer adds the parentheses.
fn wrapped_pattern(expression: Expr) -> Expr {
    expression
}

impl VisitMut for Hoister {
    noop_visit_mut_type!();

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        if let Stmt::Decl(Decl::Var(variables)) = statement
            && variables.kind == VarDeclKind::Var
        {
            let taken = std::mem::take(&mut **variables);
            *statement = match self.assignments(taken, false) {
                Some(expression) => self::statement(expression),
                None => Stmt::Empty(EmptyStmt { span: DUMMY_SP }),
            };
            return;
        }
        statement.visit_mut_children_with(self);
    }

    fn visit_mut_var_decl_or_expr(&mut self, head: &mut VarDeclOrExpr) {
        if let VarDeclOrExpr::VarDecl(variables) = head
            && variables.kind == VarDeclKind::Var
        {
            let taken = std::mem::take(&mut **variables);
            let value = self.assignments(taken, false).unwrap_or_else(super::fold::void);
            *head = VarDeclOrExpr::Expr(Box::new(value));
        }
    }

    fn visit_mut_for_head(&mut self, head: &mut ForHead) {
        if let ForHead::VarDecl(variables) = head
            && variables.kind == VarDeclKind::Var
            && let Some(declarator) = variables.decls.pop()
        {
            for ident in find_pat_ids::<_, Ident>(&declarator.name) {
                self.name(ident);
            }
            *head = ForHead::Pat(Box::new(declarator.name));
        }
    }

    fn visit_mut_function(&mut self, _: &mut Function) {}
    fn visit_mut_arrow_expr(&mut self, _: &mut ArrowExpr) {}
    fn visit_mut_class(&mut self, _: &mut Class) {}
    fn visit_mut_expr(&mut self, _: &mut Expr) {}
}

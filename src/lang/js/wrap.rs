//! Wrappers: a CommonJS module becomes a function that runs once, an ES module that must wait becomes a function
//! declaration with its bindings hoisted out of it.
//!
//! A function declaration, not a `var`: it exists before the chunk's first statement runs, so that cycles find it.

use super::apply::Parameters;
use super::compile::{call_of, is_directive, statement, to_esm};
use super::facts::{Helper, sym};
use super::numbering::Numbered;
use super::plan::{CompilePlan, ImportCall, ModuleWrap};
use super::tree::{self, fresh_context};
use swc_core::common::{DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

pub(super) fn wrap(body: Vec<Stmt>, plan: &CompilePlan, numbered: &Numbered, parameters: Parameters) -> Vec<Stmt> {
    match plan.wrap {
        ModuleWrap::None => with_imports(body, plan, numbered, |name, value| variable(name, Some(value))),
        ModuleWrap::CommonJs => {
            // Others read views too, as names of the top level.
            let mut views = Vec::new();
            let body = with_imports(body, plan, numbered, |name: Ident, value| {
                views.push(variable(name.clone(), None));
                statement(assign(name, value))
            });
            views.extend(common_js(body, numbered, parameters));
            views
        }
        ModuleWrap::Esm { .. } => esm(body, plan, numbered),
    }
}

/// Inside of a class its name is a binding of its own, which is there before the one outside: `class A { static a = A }`
/// becomes `let A = class A { static a = A }`, so that the outer one can be hoisted.
pub(super) fn inner_names(body: &mut [Stmt]) {
    for statement in body {
        let Stmt::Decl(Decl::Class(class)) = statement else { continue };
        let mut inner = InnerName { outer: class.ident.to_id(), inner: fresh_context(), found: false };
        class.class.visit_mut_with(&mut inner);
        if !inner.found {
            continue;
        }
        let name = class.ident.clone();
        let own = Ident { ctxt: inner.inner, ..name.clone() };
        let class = std::mem::take(&mut class.class);
        let value = Box::new(Expr::Class(ClassExpr { ident: Some(own), class }));
        let declarator = VarDeclarator { span: name.span, name: name.into(), init: Some(value), definite: false };
        let decls = vec![declarator];
        *statement = Stmt::Decl(Decl::Var(Box::new(VarDecl { kind: VarDeclKind::Let, decls, ..VarDecl::default() })));
    }
}

struct InnerName {
    outer: Id,
    inner: SyntaxContext,
    found: bool,
}

impl VisitMut for InnerName {
    noop_visit_mut_type!();

    fn visit_mut_ident(&mut self, ident: &mut Ident) {
        if ident.ctxt == self.outer.1 && ident.sym == self.outer.0 {
            ident.ctxt = self.inner;
            self.found = true;
        }
    }
}

/// Calls that import statements stand for come first, in order.
fn with_imports(
    body: Vec<Stmt>,
    plan: &CompilePlan,
    numbered: &Numbered,
    mut view: impl FnMut(Ident, Expr) -> Stmt,
) -> Vec<Stmt> {
    let directives = body.iter().take_while(|statement| is_directive(statement)).count();
    let mut body = body.into_iter();
    let mut all: Vec<Stmt> = body.by_ref().take(directives).collect();
    for call in &plan.imports {
        all.push(match import_call(*call, plan, numbered) {
            Imported::Value(expression) => statement(expression),
            Imported::View(name, value) => view(name, value),
        });
    }
    all.extend(body);
    all
}

/// What an import statement does.
enum Imported {
    Value(Expr),
    /// A variable that holds the importer's view of a CommonJS module, and its value.
    View(Ident, Expr),
}

fn import_call(call: ImportCall, plan: &CompilePlan, numbered: &Numbered) -> Imported {
    let wrapper = |record| call_of(numbered.marker(numbered.record_target(record)), Vec::new());
    match call {
        ImportCall::Init { record, asynchronous: false } | ImportCall::Require { record } => {
            Imported::Value(wrapper(record))
        }
        ImportCall::Init { record, asynchronous: true } => {
            Imported::Value(Expr::Await(AwaitExpr { span: DUMMY_SP, arg: Box::new(wrapper(record)) }))
        }
        ImportCall::Interop { record, node } => {
            let id = numbered.marker(numbered.record_namespace(record));
            Imported::View(id, to_esm(wrapper(record), node, numbered))
        }
        ImportCall::Star { record, last } => {
            let names = [sym::NAMESPACE, numbered.record_namespace(record)];
            let mut arguments = names.map(|symbol| Expr::Ident(numbered.marker(symbol))).to_vec();
            let number = |value: f64| Expr::Lit(Lit::Num(value.into()));
            match (last, plan.contested.as_slice()) {
                (last, []) => arguments.extend(last.then(|| number(1.0))),
                (last, names) => {
                    let names = std::iter::once("default").chain(names.iter().map(String::as_str));
                    let elements = names.map(|name| Some(Expr::Lit(Lit::Str(name.into())).into())).collect();
                    arguments.push(number(f64::from(u8::from(last))));
                    arguments.push(Expr::Array(ArrayLit { span: DUMMY_SP, elems: elements }));
                }
            }
            Imported::Value(call_of(numbered.helper(Helper::RE_EXPORT), arguments))
        }
    }
}

/// `var require_x = __commonJS((exports, module) => { … });`
fn common_js(body: Vec<Stmt>, numbered: &Numbered, parameters: Parameters) -> Vec<Stmt> {
    let call = |function: Expr| {
        let value = call_of(numbered.helper(Helper::COMMON_JS), vec![function]);
        vec![variable(numbered.marker(sym::WRAPPER), Some(value))]
    };
    // What `eval` sees must be there, by name, and `this` must be what it is in a module.
    if numbered.rewritten.pins_names {
        let named = |name: &str, found: Option<Ident>| found.unwrap_or_else(|| tree::fresh(name));
        let names = [named("exports", parameters.exports), named("module", parameters.module)];
        let params = names.into_iter().map(|name| Param::from(Pat::from(name))).collect();
        let body = Some(FunctionBody { span: DUMMY_SP, stmts: body });
        let function = Box::new(Function { params, body, ..Function::default() });
        return call(Expr::Fn(FnExpr { ident: None, function }));
    }
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
    call(function)
}

fn variable(name: Ident, init: Option<Expr>) -> Stmt {
    variables(vec![VarDeclarator { span: DUMMY_SP, name: name.into(), init: init.map(Box::new), definite: false }])
}

fn variables(decls: Vec<VarDeclarator>) -> Stmt {
    Stmt::Decl(Decl::Var(Box::new(VarDecl { kind: VarDeclKind::Var, decls, ..VarDecl::default() })))
}

/// `var a, b; function f() {} function init_x() { … }`
fn esm(body: Vec<Stmt>, plan: &CompilePlan, numbered: &Numbered) -> Vec<Stmt> {
    let mut hoister = Hoister::default();
    let mut functions = Vec::new();
    let mut inner = Vec::new();
    let mut dependencies = Vec::new();
    let enter = Ident::new("enter".into(), DUMMY_SP, fresh_context());
    let deferred = matches!(plan.wrap, ModuleWrap::Esm { asynchronous: true, .. });
    for call in &plan.imports {
        let expression = match (call, import_call(*call, plan, numbered)) {
            (ImportCall::Init { record, .. }, _) if deferred => {
                let one = Expr::Lit(Lit::Num(1.0.into()));
                let entered = call_of(numbered.marker(numbered.record_target(*record)), vec![one]);
                dependencies.push(statement(call_of(enter.clone(), vec![entered])));
                continue;
            }
            (_, Imported::Value(expression)) => expression,
            (_, Imported::View(name, value)) => {
                hoister.name(name.clone());
                assign(name, value)
            }
        };
        match call {
            // What the run time copies must be there first.
            ImportCall::Star { .. } => inner.push(statement(expression)),
            _ if deferred => dependencies.push(statement(expression)),
            _ => inner.push(statement(expression)),
        }
    }
    for statement in body {
        match statement {
            Stmt::Decl(Decl::Fn(function)) => functions.push(Stmt::Decl(Decl::Fn(function))),
            directive if is_directive(&directive) => {}
            other => hoister.hoist(other, &mut inner),
        }
    }
    let mut out = Vec::new();
    if !hoister.names.is_empty() {
        let marked = |name: &Ident| {
            let symbol = numbered.ids.get(&name.to_id())?;
            plan.marked.binary_search(&symbol).ok().map(|_| Box::new(Expr::Ident(numbered.helper(Helper::EARLY))))
        };
        let views = views_until_made(plan, numbered);
        let declarator = |name: Ident| {
            let init = marked(&name)
                .or_else(|| views.iter().find(|(known, _)| *known == name.to_id()).map(|(_, view)| view.clone()));
            VarDeclarator { span: DUMMY_SP, name: name.into(), init, definite: false }
        };
        out.push(variables(hoister.names.into_iter().map(declarator).collect()));
    }
    out.append(&mut functions);
    out.push(match plan.wrap {
        ModuleWrap::Esm { asynchronous: true, waits, .. } => {
            let dependencies = Expr::Arrow(ArrowExpr {
                params: vec![enter.into()],
                body: Box::new(block(dependencies)),
                ..ArrowExpr::default()
            });
            asynchronous_init(numbered, dependencies, inner, waits)
        }
        ModuleWrap::Esm { circle, .. } => synchronous_init(numbered, inner, circle),
        _ => synchronous_init(numbered, inner, 0),
    });
    out
}

/// `__view(() => require_x(1))`, by the names of the views that others may read too early.
fn views_until_made(plan: &CompilePlan, numbered: &Numbered) -> Vec<(Id, Box<Expr>)> {
    let number = || Expr::Lit(Lit::Num(1.0.into()));
    let view = |call: &ImportCall| match call {
        ImportCall::Interop { record, node } if plan.late.binary_search(record).is_ok() => {
            let name = numbered.marker(numbered.record_namespace(*record)).to_id();
            let peek = call_of(numbered.marker(numbered.record_target(*record)), vec![number()]);
            let mut arguments = vec![arrow(ArrowFunctionBody::Expr(Box::new(peek)), false)];
            arguments.extend(node.then(number));
            Some((name, Box::new(call_of(numbered.helper(Helper::VIEW), arguments))))
        }
        _ => None,
    };
    plan.imports.iter().filter_map(view).collect()
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

/// `function init_x() { return (init_x = __esm(() => { … }))() }`, in a circle with its number as second argument.
fn synchronous_init(numbered: &Numbered, inner: Vec<Stmt>, circle: u32) -> Stmt {
    let init = numbered.marker(sym::WRAPPER);
    let mut arguments = vec![arrow(block(inner), false)];
    if circle > 0 {
        arguments.push(Expr::Lit(Lit::Num(f64::from(circle).into())));
    }
    init_function(init, call_of(numbered.helper(Helper::ESM), arguments), Vec::new())
}

/// `function init_x(inner) { return (init_x = __async(async () => { … }, (enter) => { enter(init_y(1)); … }, 1))(inner) }`
fn asynchronous_init(numbered: &Numbered, dependencies: Expr, inner: Vec<Stmt>, waits: bool) -> Stmt {
    let init = numbered.marker(sym::WRAPPER);
    let mut arguments = vec![arrow(block(inner), waits), dependencies];
    if waits {
        arguments.push(Expr::Lit(Lit::Num(1.0.into())));
    }
    let parameter = Ident::new("inner".into(), DUMMY_SP, fresh_context());
    init_function(init, call_of(numbered.helper(Helper::ASYNC), arguments), vec![parameter])
}

/// `function init(…) { return (init = made)(…) }`
fn init_function(init: Ident, made: Expr, parameters: Vec<Ident>) -> Stmt {
    let run = Expr::Call(CallExpr {
        callee: Callee::Expr(Box::new(assign(init.clone(), made))),
        args: parameters.iter().map(|name| Expr::Ident(name.clone()).into()).collect(),
        ..CallExpr::default()
    });
    let body = vec![Stmt::Return(ReturnStmt { span: DUMMY_SP, arg: Some(Box::new(run)) })];
    let params = parameters.into_iter().map(|name| Param::from(Pat::from(name))).collect();
    Stmt::Decl(Decl::Fn(FnDecl {
        ident: init,
        declare: false,
        function: Box::new(Function {
            params,
            body: Some(FunctionBody { span: DUMMY_SP, stmts: body }),
            ..Function::default()
        }),
    }))
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

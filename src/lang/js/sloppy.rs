//! Old meanings of the language that the resolver of scopes does not know.

use super::tree;
use swc_core::atoms::Atom;
use swc_core::common::{BytePos, Spanned, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::parser::error::{Error, SyntaxError};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// What strict code may not write, in words that it may: `if (x) function f() {}` as a block, `label: function f() {}`
/// without the label, `for (var x = 1 in y)` as two statements, `function (a, a) {}` with other names for all but the last.
/// Before scopes are resolved.
pub(super) fn plain_statements(program: &mut Program) {
    program.visit_mut_with(&mut Statements);
}

struct Statements;

/// The `for`-`in` loop below any labels, if its variable has a value.
fn initialized_loop(statement: &mut Stmt) -> Option<&mut ForInStmt> {
    match statement {
        Stmt::Labeled(labeled) => initialized_loop(&mut labeled.body),
        Stmt::ForIn(each) => {
            matches!(&each.left, ForHead::VarDecl(variables) if variables.decls.iter().any(|found| found.init.is_some()))
                .then_some(each)
        }
        _ => None,
    }
}

impl VisitMut for Statements {
    noop_visit_mut_type!();

    fn visit_mut_function(&mut self, function: &mut Function) {
        let mut names: Vec<Atom> = Vec::new();
        for (at, parameter) in function.params.iter_mut().enumerate().rev() {
            let Pat::Ident(name) = &mut parameter.pat else { continue };
            if names.contains(&name.sym) {
                name.id.sym = format!("__unused{at}").into();
            }
            names.push(name.sym.clone());
        }
        function.visit_mut_children_with(self);
    }

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        statement.visit_mut_children_with(self);
        if let Stmt::Labeled(labeled) = statement
            && labeled.body.is_decl()
        {
            *statement = std::mem::take(&mut *labeled.body);
        }
        let Some(each) = initialized_loop(statement) else { return };
        let Some(name) = each.left.as_var_decl().and_then(|found| found.decls[0].name.as_ident().cloned()) else {
            return;
        };
        let target = ForHead::Pat(Box::new(Pat::Ident(name)));
        let ForHead::VarDecl(variables) = std::mem::replace(&mut each.left, target) else { return };
        let stmts = vec![Stmt::Decl(Decl::Var(variables)), std::mem::take(statement)];
        *statement = Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() });
    }

    fn visit_mut_if_stmt(&mut self, branch: &mut IfStmt) {
        for statement in std::iter::once(&mut branch.cons).chain(branch.alt.as_mut()) {
            if statement.is_decl() {
                let stmts = vec![std::mem::take(&mut **statement)];
                **statement = Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() });
            }
        }
        branch.visit_mut_children_with(self);
    }
}

/// `delete` of what is no reference takes nothing away and gives `true`: says so, since what the value is folded to may be one.
pub(super) fn plain_deletes(program: &mut Program) {
    struct Deletes;
    impl VisitMut for Deletes {
        noop_visit_mut_type!();
        fn visit_mut_expr(&mut self, expression: &mut Expr) {
            expression.visit_mut_children_with(self);
            if let Expr::Unary(UnaryExpr { op: UnaryOp::Delete, arg, .. }) = expression
                && matches!(
                    tree::strip(arg),
                    Expr::Cond(_) | Expr::Bin(_) | Expr::Seq(_) | Expr::Lit(_) | Expr::Assign(_)
                )
            {
                let value = std::mem::take(&mut **arg);
                *expression = tree::sequence(vec![value, Expr::Lit(Lit::Bool(true.into()))]);
            }
        }
    }
    program.visit_mut_with(&mut Deletes);
}

/// `"use asm"` promises what no tool keeps, and engines complain.
pub(super) fn forget_asm(program: &mut Program) {
    struct Forgetter;
    impl VisitMut for Forgetter {
        noop_visit_mut_type!();
        fn visit_mut_function_body(&mut self, body: &mut FunctionBody) {
            let directives = body.stmts.iter().take_while(|statement| super::compile::is_directive(statement)).count();
            let mut at = 0;
            body.stmts.retain(|statement| {
                at += 1;
                at > directives || !is_text(statement, "use asm")
            });
            body.visit_mut_children_with(self);
        }
    }
    program.visit_mut_with(&mut Forgetter);
}

fn is_text(statement: &Stmt, text: &str) -> bool {
    matches!(statement, Stmt::Expr(ExprStmt { expr, .. })
        if matches!(&**expr, Expr::Lit(Lit::Str(found)) if found.value == *text))
}

/// `var exports, module` in CommonJS declares what is there already: without a value it says nothing, and
/// `exports = exports || {}` means the parameter. Before scopes are resolved, in files that are no ES modules.
pub(super) fn keep_parameters(script: &mut Script) {
    for name in ["exports", "module"] {
        let again = |declarator: &VarDeclarator| {
            declarator.name.as_ident().is_some_and(|found| found.sym == *name)
                && declarator.init.as_ref().is_none_or(|value| tree::mentions(&**value, name))
        };
        for statement in &mut script.body {
            if let Stmt::Decl(Decl::Var(variables)) = statement
                && variables.kind == VarDeclKind::Var
                && variables.decls.iter().any(again)
            {
                let mut stmts = Vec::new();
                for declarator in std::mem::take(&mut variables.decls) {
                    if !again(&declarator) {
                        stmts.push(tree::declare(
                            VarDeclKind::Var,
                            declarator.name,
                            declarator.init.map(|value| *value),
                        ));
                    } else if let Some(value) = declarator.init {
                        stmts.push(tree::expression(tree::assign(tree::plain(name), *value)));
                    }
                }
                *statement = match stmts.len() {
                    1 => stmts.remove(0),
                    _ => Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() }),
                };
            }
        }
    }
}

/// Begins with `"use strict"`.
pub(super) fn is_strict(body: &[Stmt]) -> bool {
    let directives = body.iter().take_while(|statement| super::compile::is_directive(statement));
    directives.into_iter().any(|statement| is_text(statement, "use strict"))
}

/// Whether the parser complains of a function that is a branch of `if`: old code may have that.
pub(super) fn is_branch(source: &str, base: BytePos, error: &Error) -> bool {
    let at = error.span().lo.0.saturating_sub(base.0) as usize;
    let before = source.get(..at).unwrap_or_default().trim_end();
    matches!(error.kind(), SyntaxError::DeclNotAllowed)
        && source.get(at..).is_some_and(|rest| rest.starts_with("function"))
        && (before.ends_with("else") || (before.ends_with(')') && opens_branch(before)))
}

/// The text ends with `if (…)`.
fn opens_branch(text: &str) -> bool {
    let mut depth = 0;
    for (at, character) in text.char_indices().rev() {
        match character {
            ')' => depth += 1,
            '(' if depth == 1 => return text[..at].trim_end().ends_with("if"),
            '(' => depth -= 1,
            _ => {}
        }
    }
    false
}

/// `catch (e) { var e = 1 }` declares a variable of the function and assigns to the parameter: says so in two statements.
/// Before scopes are resolved.
pub(super) fn split_catch_variables(program: &mut Program) {
    program.visit_mut_with(&mut Catches);
}

struct Catches;

impl VisitMut for Catches {
    noop_visit_mut_type!();

    fn visit_mut_try_stmt(&mut self, block: &mut TryStmt) {
        block.visit_mut_children_with(self);
        let Some(handler) = &mut block.handler else { return };
        let Some(Pat::Ident(name)) = &handler.param else { return };
        let name = name.id.clone();
        let mut vars = Vars { name: &name, found: false };
        handler.body.visit_mut_with(&mut vars);
        if vars.found {
            let mut outer = name.clone();
            outer.ctxt = SyntaxContext::empty();
            block.block.stmts.insert(0, tree::declare(VarDeclKind::Var, outer.into(), None));
        }
    }
}

/// Turns `var name = value` into `name = value`.
struct Vars<'a> {
    name: &'a Ident,
    found: bool,
}

impl Vars<'_> {
    fn is_ours(&self, variables: &VarDecl) -> bool {
        variables.kind == VarDeclKind::Var
            && variables.decls.iter().any(|declarator| {
                find_pat_ids::<_, Ident>(&declarator.name).iter().any(|found| found.sym == self.name.sym)
            })
    }

    /// Assignments, and declarations of the other names.
    fn taken_apart(&mut self, variables: &mut VarDecl) -> Vec<Stmt> {
        self.found = true;
        let mut out = Vec::new();
        for declarator in std::mem::take(&mut variables.decls) {
            let names = find_pat_ids::<_, Ident>(&declarator.name);
            let ours = names.iter().any(|found| found.sym == self.name.sym);
            if !ours {
                let decls = vec![declarator];
                out.push(Stmt::Decl(Decl::Var(Box::new(VarDecl {
                    kind: VarDeclKind::Var,
                    decls,
                    ..VarDecl::default()
                }))));
                continue;
            }
            for other in names.into_iter().filter(|found| found.sym != self.name.sym) {
                out.push(tree::declare(VarDeclKind::Var, other.into(), None));
            }
            if let (Some(value), Ok(left)) = (declarator.init, AssignTarget::try_from(declarator.name)) {
                let assign = AssignExpr { span: declarator.span, op: AssignOp::Assign, left, right: value };
                out.push(tree::expression(Expr::Assign(assign)));
            }
        }
        out
    }
}

impl VisitMut for Vars<'_> {
    noop_visit_mut_type!();

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        let mut out = Vec::with_capacity(statements.len());
        for mut statement in std::mem::take(statements) {
            match &mut statement {
                Stmt::Decl(Decl::Var(variables)) if self.is_ours(variables) => out.extend(self.taken_apart(variables)),
                other => {
                    other.visit_mut_with(self);
                    out.push(statement);
                }
            }
        }
        *statements = out;
    }

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        if let Stmt::Decl(Decl::Var(variables)) = statement
            && self.is_ours(variables)
        {
            let stmts = self.taken_apart(variables);
            *statement = Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() });
            return;
        }
        statement.visit_mut_children_with(self);
    }

    fn visit_mut_for_stmt(&mut self, each: &mut ForStmt) {
        if let Some(VarDeclOrExpr::VarDecl(variables)) = &mut each.init
            && self.is_ours(variables)
            && variables.decls.len() == 1
        {
            self.found = true;
            let declarator = variables.decls.remove(0);
            each.init = match (declarator.init, AssignTarget::try_from(declarator.name)) {
                (Some(right), Ok(left)) => {
                    let assign = AssignExpr { span: declarator.span, op: AssignOp::Assign, left, right };
                    Some(VarDeclOrExpr::Expr(Box::new(Expr::Assign(assign))))
                }
                _ => None,
            };
        }
        each.visit_mut_children_with(self);
    }

    fn visit_mut_for_head(&mut self, head: &mut ForHead) {
        if let ForHead::VarDecl(variables) = head
            && self.is_ours(variables)
            && let Some(declarator) = variables.decls.pop()
        {
            self.found = true;
            *head = ForHead::Pat(Box::new(match declarator.name {
                Pat::Ident(name) => Pat::Expr(Box::new(Expr::Ident(name.id))),
                other => other,
            }));
        }
    }

    fn visit_mut_function(&mut self, _: &mut Function) {}
    fn visit_mut_arrow_expr(&mut self, _: &mut ArrowExpr) {}
    fn visit_mut_class(&mut self, _: &mut Class) {}
    fn visit_mut_expr(&mut self, _: &mut Expr) {}
}

/// Numbers and strings as strict code may have them: `010` is 8.
pub(super) fn spell_strictly(body: &mut Vec<Stmt>) {
    struct Speller;
    impl VisitMut for Speller {
        noop_visit_mut_type!();
        fn visit_mut_number(&mut self, number: &mut Number) {
            let old = |raw: &str| raw.starts_with('0') && raw.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            if number.raw.as_deref().is_some_and(old) {
                number.raw = None;
            }
        }
        fn visit_mut_str(&mut self, text: &mut Str) {
            if text.raw.as_deref().is_some_and(|raw| raw.contains('\\')) {
                text.raw = None;
            }
        }
    }
    body.visit_mut_with(&mut Speller);
}

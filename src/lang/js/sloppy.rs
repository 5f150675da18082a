//! Old meanings of the language that the resolver of scopes does not know.

use super::tree;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

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

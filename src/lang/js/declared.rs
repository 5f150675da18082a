//! What a list of statements declares at its top level, in order of appearance.

use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// Bindings of the statements' own scope, `var`s of nested blocks included. The flag: declared by `const`, `class` or
/// `function`.
pub(super) fn top_level(body: &[Stmt], out: &mut Vec<(Ident, bool)>) {
    for statement in body {
        statement_declares(statement, out);
    }
}

/// What one statement declares at the top level.
pub(super) fn statement_declares(statement: &Stmt, out: &mut Vec<(Ident, bool)>) {
    match statement {
        Stmt::Decl(Decl::Var(variables)) => {
            let constant = variables.kind == VarDeclKind::Const;
            names(&variables.decls, |id| out.push((id.clone(), constant)));
        }
        Stmt::Decl(Decl::Using(using)) => names(&using.decls, |id| out.push((id.clone(), true))),
        Stmt::Decl(Decl::Fn(function)) => out.push((function.ident.clone(), true)),
        Stmt::Decl(Decl::Class(class)) => out.push((class.ident.clone(), true)),
        Stmt::Expr(_) | Stmt::Return(_) | Stmt::Throw(_) | Stmt::Empty(_) | Stmt::Debugger(_) => {}
        nested => nested.visit_with(&mut Vars { out }),
    }
}

/// Finds `var` below blocks, not below functions.
struct Vars<'a> {
    out: &'a mut Vec<(Ident, bool)>,
}

impl Visit for Vars<'_> {
    noop_visit_type!();

    fn visit_var_decl(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Var {
            names(&variables.decls, |id| self.out.push((id.clone(), false)));
        }
    }
    fn visit_function(&mut self, _: &Function) {}
    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
    fn visit_class(&mut self, _: &Class) {}
    fn visit_expr(&mut self, _: &Expr) {}
}

/// What declarators declare, in order.
pub(super) fn names(declarators: &[VarDeclarator], mut work: impl FnMut(&Ident)) {
    declarators.iter().for_each(|declarator| names_in(&declarator.name, &mut work));
}

/// What a pattern declares, in order. Most are single names.
pub(super) fn names_in(pattern: &Pat, mut work: impl FnMut(&Ident)) {
    match pattern {
        Pat::Ident(name) => work(&name.id),
        other => find_pat_ids::<_, Ident>(other).iter().for_each(work),
    }
}

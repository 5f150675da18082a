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
            out.extend(find_pat_ids::<_, Ident>(&variables.decls).into_iter().map(|id| (id, constant)));
        }
        Stmt::Decl(Decl::Using(using)) => {
            out.extend(find_pat_ids::<_, Ident>(&using.decls).into_iter().map(|id| (id, true)));
        }
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
            self.out.extend(find_pat_ids::<_, Ident>(&variables.decls).into_iter().map(|id| (id, false)));
        }
    }
    fn visit_function(&mut self, _: &Function) {}
    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
    fn visit_class(&mut self, _: &Class) {}
    fn visit_expr(&mut self, _: &Expr) {}
}

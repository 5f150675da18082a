//! Variables that `var` declares more than once. Every declaration but the first is an assignment, or nothing: the
//! compressor takes two of one name for neighbours, whatever stands between them.

use super::tree;
use rustc_hash::FxHashSet;
use swc_core::common::{DUMMY_SP, Spanned};
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;

/// The variables whose declarations were passed, in the order of the source. Names of different scopes differ.
#[derive(Default)]
pub(super) struct Repeated {
    seen: FxHashSet<Id>,
}

impl Repeated {
    /// `for (var a; …)` and its like: these stay.
    pub fn pass(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Var {
            self.seen.extend(find_pat_ids::<_, Id>(&variables.decls));
        }
    }

    /// Writes assignments for what `statement` declares again; the statements if it takes several, to be put in its place.
    pub fn assign(&mut self, statement: &mut Stmt) -> Option<Vec<Stmt>> {
        let Stmt::Decl(Decl::Var(variables)) = statement else { return None };
        if variables.kind != VarDeclKind::Var {
            return None;
        }
        let again: Vec<bool> = variables.decls.iter().map(|declarator| self.is_again(declarator)).collect();
        if !again.contains(&true) {
            return None;
        }
        let mut stmts: Vec<Stmt> = Vec::new();
        for (declarator, again) in std::mem::take(&mut variables.decls).into_iter().zip(again) {
            match (declarator, again) {
                (VarDeclarator { name: Pat::Ident(name), init, .. }, true) => stmts.extend(init.map(|value| {
                    let span = value.span();
                    let left = AssignTarget::Simple(SimpleAssignTarget::Ident(name));
                    tree::expression(Expr::Assign(AssignExpr { span, op: AssignOp::Assign, left, right: value }))
                })),
                (declarator, _) => {
                    let decls = vec![declarator];
                    stmts.push(Stmt::Decl(Decl::Var(Box::new(VarDecl { decls, ..(**variables).clone() }))));
                }
            }
        }
        if stmts.len() > 1 {
            return Some(stmts);
        }
        *statement = stmts.pop().unwrap_or(Stmt::Empty(EmptyStmt { span: DUMMY_SP }));
        None
    }

    fn is_again(&mut self, declarator: &VarDeclarator) -> bool {
        match &declarator.name {
            Pat::Ident(name) => !self.seen.insert(name.to_id()),
            pattern => {
                self.seen.extend(find_pat_ids::<_, Id>(pattern));
                false
            }
        }
    }
}

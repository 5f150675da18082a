//! Whether a module does something with the prototypes of built-in objects, so that any object may have more than it was
//! given.

use super::Scene;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

struct Finder<'s> {
    scene: &'s Scene<'s>,
    found: bool,
}

/// `Object.prototype` and its like stand somewhere else than before a property that is read.
pub(super) fn are_touched(body: &[Stmt], scene: &Scene<'_>) -> bool {
    let mut finder = Finder { scene, found: false };
    body.visit_with(&mut finder);
    finder.found
}

impl Finder<'_> {
    fn is_prototype(&self, expression: &Expr) -> bool {
        self.scene.global(expression).is_some_and(|path| path.ends_with(".prototype"))
    }
}

impl Visit for Finder<'_> {
    noop_visit_type!();

    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Member(member) if self.is_prototype(&member.obj) => member.prop.visit_with(self),
            _ if self.is_prototype(expression) => self.found = true,
            Expr::Unary(UnaryExpr { op: UnaryOp::Delete, arg, .. }) => arg.visit_children_with(self),
            other => other.visit_children_with(self),
        }
    }

    fn visit_pat(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Expr(target) => target.visit_children_with(self),
            other => other.visit_children_with(self),
        }
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        update.arg.visit_children_with(self);
    }
}

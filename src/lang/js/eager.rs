//! Which mentions of bindings are evaluated while the module is: those outside of functions, and those in functions that
//! a call is given or that are called where they stand. A function that is only declared runs later, as a rule.

use super::numbering::declares_lexically;
use rustc_hash::FxHashSet;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// Bindings of the top level that are mentioned, while the module is evaluated, before they are declared.
pub(super) fn early(body: &[Stmt]) -> FxHashSet<Id> {
    let mut ahead: FxHashSet<Id> = body.iter().flat_map(declares_lexically).collect();
    let mut reader = Reader { ahead: FxHashSet::default(), found: FxHashSet::default() };
    for statement in body {
        reader.ahead = std::mem::take(&mut ahead);
        statement.visit_with(&mut reader);
        ahead = std::mem::take(&mut reader.ahead);
        for id in declares_lexically(statement) {
            ahead.remove(&id);
        }
    }
    reader.found
}

struct Reader {
    ahead: FxHashSet<Id>,
    found: FxHashSet<Id>,
}

impl Reader {
    fn run(&mut self, expression: &Expr) {
        match super::tree::strip(expression) {
            Expr::Fn(function) => function.function.visit_children_with(self),
            Expr::Arrow(arrow) => arrow.visit_children_with(self),
            other => other.visit_with(self),
        }
    }
}

impl Visit for Reader {
    noop_visit_type!();

    fn visit_expr(&mut self, expression: &Expr) {
        if let Expr::Ident(name) = expression
            && self.ahead.contains(&name.to_id())
        {
            self.found.insert(name.to_id());
        }
        expression.visit_children_with(self);
    }

    fn visit_prop(&mut self, property: &Prop) {
        if let Prop::Shorthand(name) = property
            && self.ahead.contains(&name.to_id())
        {
            self.found.insert(name.to_id());
        }
        property.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        match &call.callee {
            Callee::Expr(callee) => self.run(callee),
            other => other.visit_with(self),
        }
        call.args.iter().for_each(|argument| self.run(&argument.expr));
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        new.callee.visit_with(self);
        new.args.iter().flatten().for_each(|argument| self.run(&argument.expr));
    }

    fn visit_decorator(&mut self, decorator: &Decorator) {
        self.run(&decorator.expr);
    }

    fn visit_function(&mut self, function: &Function) {
        function.decorators.visit_with(self);
    }
    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
    fn visit_constructor(&mut self, _: &Constructor) {}
    fn visit_class_prop(&mut self, property: &ClassProp) {
        property.decorators.visit_with(self);
        property.key.visit_with(self);
        if property.is_static {
            property.value.visit_with(self);
        }
    }
    fn visit_private_prop(&mut self, property: &PrivateProp) {
        property.decorators.visit_with(self);
        if property.is_static {
            property.value.visit_with(self);
        }
    }
}

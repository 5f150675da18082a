//! The names that a CommonJS module gives to its exports, as far as they can be read off: for messages about names that
//! nothing assigns, and for what an output shows of itself to Node.

use super::rewrite::literal;
use std::collections::BTreeSet;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// What was found.
#[derive(Default)]
pub(super) struct Names {
    /// Sorted.
    pub names: Vec<String>,
    /// Nothing else can get at the exports: there are no other names.
    pub complete: bool,
}

pub(super) fn names(body: &[Stmt], unresolved: SyntaxContext) -> Names {
    let mut finder = Finder { unresolved, names: BTreeSet::new(), complete: true };
    body.visit_with(&mut finder);
    Names { names: finder.names.into_iter().collect(), complete: finder.complete }
}

struct Finder {
    unresolved: SyntaxContext,
    names: BTreeSet<String>,
    complete: bool,
}

impl Finder {
    fn is_free(&self, value: &Expr, name: &str) -> bool {
        value.as_ident().is_some_and(|ident| ident.ctxt == self.unresolved && &*ident.sym == name)
    }

    fn is_module_exports(&self, member: &MemberExpr) -> bool {
        self.is_free(&member.obj, "module") && property(&member.prop).is_some_and(|name| name == "exports")
    }

    fn is_exports(&self, value: &Expr) -> bool {
        self.is_free(value, "exports") || value.as_member().is_some_and(|member| self.is_module_exports(member))
    }

    /// `exports.name` is written to.
    fn written(&mut self, member: &MemberExpr) {
        match property(&member.prop) {
            Some(name) => drop(self.names.insert(name)),
            None => {
                self.complete = false;
                member.prop.visit_with(self);
            }
        }
    }

    /// `module.exports = value`
    fn replaced(&mut self, value: &Expr) {
        match value {
            Expr::Object(object) => self.members(object),
            Expr::Assign(inner) => inner.visit_with(self),
            other => {
                self.complete = false;
                other.visit_with(self);
            }
        }
    }

    fn members(&mut self, object: &ObjectLit) {
        for property in &object.props {
            let name = match property {
                PropOrSpread::Spread(_) => None,
                PropOrSpread::Prop(property) => match &**property {
                    Prop::Shorthand(name) => Some(name.sym.to_string()),
                    Prop::KeyValue(pair) => key(&pair.key),
                    Prop::Method(method) => key(&method.key),
                    Prop::Getter(getter) => key(&getter.key),
                    Prop::Setter(setter) => key(&setter.key),
                    Prop::Assign(_) => None,
                },
            };
            match name {
                Some(name) => drop(self.names.insert(name)),
                None => self.complete = false,
            }
        }
        object.visit_with(self);
    }

    /// `Object.defineProperty(exports, 'x', …)`, `__export(exports, { x: () => x })`: true if it was one of these.
    fn defines(&mut self, call: &CallExpr) -> bool {
        let (Callee::Expr(callee), Some(first)) = (&call.callee, call.args.first()) else { return false };
        if !self.is_exports(&first.expr) {
            return false;
        }
        let Some(second) = call.args.get(1) else { return false };
        match (&**callee, &*second.expr) {
            (Expr::Member(member), key) if self.is_free(&member.obj, "Object") => {
                let is_define = property(&member.prop).is_some_and(|name| name == "defineProperty");
                let Some(name) = literal(key).filter(|_| is_define) else { return false };
                self.names.insert(name);
            }
            (Expr::Ident(helper), Expr::Object(members)) if matches!(&*helper.sym, "__export" | "_export") => {
                self.members(members);
            }
            _ => return false,
        }
        call.args[2..].visit_with(self);
        true
    }
}

impl Visit for Finder {
    noop_visit_type!();

    fn visit_assign_expr(&mut self, assign: &AssignExpr) {
        match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) if self.is_module_exports(member) => {
                return self.replaced(&assign.right);
            }
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) if self.is_exports(&member.obj) => {
                self.written(member);
                return assign.right.visit_with(self);
            }
            AssignTarget::Simple(SimpleAssignTarget::Ident(name))
                if name.ctxt == self.unresolved && &*name.sym == "exports" =>
            {
                return self.replaced(&assign.right);
            }
            _ => {}
        }
        assign.visit_children_with(self);
    }

    fn visit_pat(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Expr(target) => match &**target {
                Expr::Member(member) if self.is_exports(&member.obj) => self.written(member),
                other => other.visit_with(self),
            },
            pattern => pattern.visit_children_with(self),
        }
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if !self.defines(call) {
            call.visit_children_with(self);
        }
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        if unary.op != UnaryOp::TypeOf || !self.is_exports(&unary.arg) {
            unary.visit_children_with(self);
        }
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        // Reading one name leaves the rest as it is.
        if self.is_exports(&member.obj) {
            return member.prop.visit_with(self);
        }
        if self.is_module_exports(member) {
            self.complete = false;
            return;
        }
        if self.is_free(&member.obj, "module") && property(&member.prop).is_some() {
            return;
        }
        member.visit_children_with(self);
    }

    fn visit_ident(&mut self, ident: &Ident) {
        if ident.ctxt == self.unresolved && matches!(&*ident.sym, "exports" | "module" | "eval") {
            self.complete = false;
        }
    }
}

fn property(property: &MemberProp) -> Option<String> {
    match property {
        MemberProp::Ident(name) => Some(name.sym.to_string()),
        MemberProp::Computed(computed) => literal(&computed.expr),
        MemberProp::PrivateName(_) => None,
    }
}

fn key(key: &PropName) -> Option<String> {
    match key {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(text) => text.value.as_str().map(str::to_string),
        PropName::Computed(computed) => literal(&computed.expr),
        _ => None,
    }
}

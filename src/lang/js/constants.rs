//! Assignments to what cannot change: `const`, `using`, and a class's name inside itself.
//!
//! A bundle may turn `const` into `var`, so that the mistake would no longer be told when it runs.

use super::declared::names;
use crate::diag::{Diagnostic, Location};
use rustc_hash::FxHashMap;
use swc_core::atoms::Atom;
use swc_core::common::{BytePos, Span};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// One diagnostic per assignment; a warning in packages, whose authors do not read it. After scopes are resolved.
pub(super) fn assignments(
    program: &Program,
    source: &str,
    name: &str,
    base: BytePos,
    in_package: bool,
) -> Vec<Diagnostic> {
    let mut finder = Finder::default();
    program.visit_with(&mut finder);
    let at = |span: Span| {
        let offset = |position: BytePos| position.0.saturating_sub(base.0);
        Location::span(name, source, offset(span.lo), offset(span.hi))
    };
    let problem = |found: Found| {
        let text = format!("cannot assign to \"{}\": it is a constant", found.name);
        let new = if in_package { Diagnostic::warning } else { Diagnostic::error };
        let line = at(found.declared).line;
        let (note, hint) = if found.class {
            (format!("inside the class that {name}:{line} declares, its name cannot change"), "use another variable")
        } else {
            (format!("declared in {name}:{line}"), "declare it with `let`, or assign to another variable")
        };
        new("assign-to-const", text).at(at(found.assigned)).note(note).hint(hint)
    };
    finder.found().into_iter().map(problem).collect()
}

/// Every name that is assigned to, after scopes are resolved.
pub(super) fn assigned(program: &Program) -> Vec<Id> {
    let mut finder = Finder::default();
    program.visit_with(&mut finder);
    finder.assigned.into_iter().map(|(id, _, _)| id).collect()
}

struct Found {
    name: Atom,
    class: bool,
    declared: Span,
    assigned: Span,
}

#[derive(Default)]
struct Finder {
    /// Every `const` and `using` of the file, and names of class expressions.
    constants: FxHashMap<Id, Span>,
    /// Names of the declared classes around.
    classes: Vec<(Id, Span)>,
    /// Names that are assigned to, where, and the class around of that name.
    assigned: Vec<(Id, Span, Option<Span>)>,
}

impl Finder {
    fn found(self) -> Vec<Found> {
        let found = |((name, context), assigned, class): (Id, Span, Option<Span>)| {
            let id = (name, context);
            let declared = class.or_else(|| self.constants.get(&id).copied())?;
            Some(Found { name: id.0, class: class.is_some(), declared, assigned })
        };
        self.assigned.into_iter().filter_map(found).collect()
    }

    fn constants(&mut self, declarators: &[VarDeclarator]) {
        names(declarators, |name| {
            self.constants.insert(name.to_id(), name.span);
        });
    }

    fn assigned(&mut self, ident: &Ident) {
        let id = ident.to_id();
        let class = self.classes.iter().find(|(name, _)| *name == id).map(|(_, span)| *span);
        self.assigned.push((id, ident.span, class));
    }

    fn inside(&mut self, name: Option<&Ident>, class: &Class) {
        let depth = self.classes.len();
        self.classes.extend(name.map(|name| (name.to_id(), name.span)));
        class.visit_with(self);
        self.classes.truncate(depth);
    }

    fn target(&mut self, expression: &Expr) {
        match expression {
            Expr::Ident(name) => self.assigned(name),
            Expr::Paren(inner) => self.target(&inner.expr),
            Expr::TsNonNull(inner) => self.target(&inner.expr),
            Expr::TsAs(inner) => self.target(&inner.expr),
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Ident(name) => self.assigned(&name.id),
            Pat::Expr(target) => self.target(target),
            Pat::Array(array) => array.elems.iter().flatten().for_each(|element| self.pattern(element)),
            Pat::Object(object) => self.object(object),
            Pat::Assign(assign) => self.pattern(&assign.left),
            Pat::Rest(rest) => self.pattern(&rest.arg),
            Pat::Invalid(_) => {}
        }
    }

    fn object(&mut self, object: &ObjectPat) {
        for property in &object.props {
            match property {
                ObjectPatProp::KeyValue(pair) => self.pattern(&pair.value),
                ObjectPatProp::Assign(assign) => self.assigned(&assign.key.id),
                ObjectPatProp::Rest(rest) => self.pattern(&rest.arg),
            }
        }
    }
}

impl Visit for Finder {
    noop_visit_type!();

    fn visit_var_decl(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Const && !variables.declare {
            self.constants(&variables.decls);
        }
        variables.visit_children_with(self);
    }

    fn visit_using_decl(&mut self, using: &UsingDecl) {
        self.constants(&using.decls);
        using.visit_children_with(self);
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        self.constants.extend(class.ident.as_ref().map(|name| (name.to_id(), name.span)));
        class.visit_children_with(self);
    }

    fn visit_assign_expr(&mut self, assign: &AssignExpr) {
        match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.assigned(&name.id),
            AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => self.target(&inner.expr),
            AssignTarget::Pat(AssignTargetPat::Array(array)) => {
                array.elems.iter().flatten().for_each(|element| self.pattern(element));
            }
            AssignTarget::Pat(AssignTargetPat::Object(object)) => self.object(object),
            _ => {}
        }
        assign.visit_children_with(self);
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        self.target(&update.arg);
        update.visit_children_with(self);
    }

    fn visit_for_head(&mut self, head: &ForHead) {
        if let ForHead::Pat(pattern) = head {
            self.pattern(pattern);
        }
        head.visit_children_with(self);
    }

    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.inside(Some(&class.ident), &class.class);
    }

    /// The name of `export default class` is declared like that of any class, and can change outside.
    fn visit_export_default_decl(&mut self, default: &ExportDefaultDecl) {
        match &default.decl {
            DefaultDecl::Class(class) => self.inside(class.ident.as_ref(), &class.class),
            other => other.visit_with(self),
        }
    }

    fn visit_ts_module_decl(&mut self, module: &TsModuleDecl) {
        if !module.declare {
            module.visit_children_with(self);
        }
    }
}

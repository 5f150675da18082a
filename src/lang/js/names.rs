//! `--keep-names`: `name` of functions and classes says what it says in the source, whatever they are called in the
//! output. Works as the language does: declarations, named expressions, and anonymous ones where a name is inferred.

use super::compile::{call_of, statement};
use super::facts::{Helper, sym};
use super::numbering::{Numbered, marker_name};
use swc_core::atoms::Atom;
use swc_core::common::DUMMY_SP;
use swc_core::common::util::take::Take;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// Puts `__name(value, "name")` around or after whatever the output would name differently.
/// `static_blocks`: the output may have them, and the name is set before other static members are evaluated.
pub(super) fn keep(body: &mut Vec<Stmt>, numbered: &Numbered, static_blocks: bool) {
    body.visit_mut_with(&mut Keeper { numbered, default: marker_name("s", sym::DEFAULT), static_blocks });
}

struct Keeper<'a> {
    numbered: &'a Numbered,
    default: Atom,
    static_blocks: bool,
}

impl Keeper<'_> {
    fn named(&self, value: Expr, name: Atom) -> Expr {
        let name = if name == self.default { Atom::from("default") } else { name };
        let text = Expr::Lit(Lit::Str(Str::from(name)));
        call_of(self.numbered.helper(Helper::NAME), vec![value, text])
    }

    /// An anonymous function or class in a place where the language would call it `name`.
    fn infer(&self, value: &mut Expr, name: &Ident) {
        let is_anonymous = match &*value {
            Expr::Arrow(_) => true,
            Expr::Fn(function) => function.ident.is_none(),
            Expr::Class(class) => class.ident.is_none() && !has_own_name(&class.class),
            _ => false,
        };
        if !is_anonymous {
            return;
        }
        match value {
            Expr::Class(class) if self.static_blocks => {
                let block = self.static_block(name.sym.clone());
                class.class.body.insert(0, block);
            }
            _ => *value = self.named(value.take(), name.sym.clone()),
        }
    }

    /// `function f() {}` is there before the first statement runs, and so is its name.
    fn declared(&self, statements: &mut Vec<Stmt>) {
        let mut calls = Vec::new();
        let mut classes = Vec::new();
        for (at, found) in statements.iter_mut().enumerate() {
            match found {
                Stmt::Decl(Decl::Fn(function)) if function.function.body.is_some() => {
                    let value = Expr::Ident(function.ident.clone().without_loc());
                    calls.push(statement(self.named(value, function.ident.sym.clone())));
                }
                Stmt::Decl(Decl::Class(class)) if has_own_name(&class.class) => {}
                Stmt::Decl(Decl::Class(class)) if self.static_blocks => {
                    let block = self.static_block(class.ident.sym.clone());
                    class.class.body.insert(0, block);
                }
                Stmt::Decl(Decl::Class(class)) => {
                    let value = Expr::Ident(class.ident.clone().without_loc());
                    classes.push((at + 1, statement(self.named(value, class.ident.sym.clone()))));
                }
                _ => {}
            }
        }
        for (at, call) in classes.into_iter().rev() {
            statements.insert(at, call);
        }
        if !calls.is_empty() {
            let directives = statements.iter().take_while(|found| super::compile::is_directive(found)).count();
            statements.splice(directives..directives, calls);
        }
    }

    /// Before any other static member can see the class.
    fn static_block(&self, name: Atom) -> ClassMember {
        let call = self.named(Expr::This(ThisExpr { span: DUMMY_SP }), name);
        ClassMember::StaticBlock(StaticBlock {
            span: DUMMY_SP,
            body: BlockStmt { stmts: vec![statement(call)], ..BlockStmt::default() },
        })
    }
}

/// A static member `name` replaces what the language would set.
fn has_own_name(class: &Class) -> bool {
    let is_name = |key: &PropName| match key {
        PropName::Ident(name) => name.sym == *"name",
        PropName::Str(name) => name.value == *"name",
        PropName::Computed(_) => true,
        _ => false,
    };
    class.body.iter().any(|member| match member {
        ClassMember::Method(method) => method.is_static && is_name(&method.key),
        ClassMember::ClassProp(property) => property.is_static && is_name(&property.key),
        _ => false,
    })
}

impl VisitMut for Keeper<'_> {
    noop_visit_mut_type!();

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        statements.visit_mut_children_with(self);
        self.declared(statements);
    }

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        expression.visit_mut_children_with(self);
        match expression {
            Expr::Assign(assign)
                if matches!(
                    assign.op,
                    AssignOp::Assign | AssignOp::AndAssign | AssignOp::OrAssign | AssignOp::NullishAssign
                ) =>
            {
                if let AssignTarget::Simple(SimpleAssignTarget::Ident(name)) = &assign.left {
                    let name = name.id.clone();
                    self.infer(&mut assign.right, &name);
                }
            }
            Expr::Fn(FnExpr { ident: Some(name), .. }) => {
                let name = name.sym.clone();
                *expression = self.named(expression.take(), name);
            }
            Expr::Class(ClassExpr { ident: Some(name), class }) if !has_own_name(class) => {
                let name = name.sym.clone();
                if self.static_blocks {
                    let block = self.static_block(name);
                    class.body.insert(0, block);
                } else {
                    *expression = self.named(expression.take(), name);
                }
            }
            _ => {}
        }
    }

    fn visit_mut_var_declarator(&mut self, declarator: &mut VarDeclarator) {
        declarator.visit_mut_children_with(self);
        if let (Pat::Ident(name), Some(value)) = (&declarator.name, &mut declarator.init) {
            self.infer(value, &name.id);
        }
    }

    fn visit_mut_assign_pat(&mut self, pattern: &mut AssignPat) {
        pattern.visit_mut_children_with(self);
        if let Pat::Ident(name) = &*pattern.left {
            let name = name.id.clone();
            self.infer(&mut pattern.right, &name);
        }
    }

    fn visit_mut_assign_pat_prop(&mut self, property: &mut AssignPatProp) {
        property.visit_mut_children_with(self);
        let name = property.key.id.clone();
        if let Some(value) = &mut property.value {
            self.infer(value, &name);
        }
    }
}

//! `--keep-names`: `name` of functions and classes says what it says in the source, whatever they are called in the
//! output. Works as the language does: declarations, named expressions, and anonymous ones where a name is inferred.
//! Without the flag the same is done for bindings of which the file reads the name (`name_reads.rs`): `only` those.

use super::compile::statement;
use super::facts::{Helper, sym};
use super::numbering::Numbered;
use super::tree;
use super::tree::marker_name;
use rustc_hash::FxHashSet;
use swc_core::atoms::Atom;
use swc_core::common::util::take::Take;
use swc_core::common::{DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// Gives values their names, before anything is lowered: `__name(value, "name")`, for classes in a static block, which
/// runs before other static members see the class.
pub(super) fn infer(program: &mut Program, unresolved: SyntaxContext, only: Option<&FxHashSet<Id>>) {
    program.visit_mut_with(&mut Namer { unresolved, only });
}

/// `function f() {}` is there before the first statement runs, and so is its name. Only after dead code is gone: the call
/// would keep the function.
pub(super) fn declared(body: &mut Vec<Stmt>, numbered: &Numbered, only: Option<&FxHashSet<Id>>) {
    let default = marker_name(sym::DEFAULT);
    let mut declared = Declared { helper: numbered.helper(Helper::NAME), default, only };
    body.visit_mut_with(&mut declared);
}

/// Names the classes that standard decorators were lowered in.
pub(super) fn decorated(program: &mut Program, unresolved: SyntaxContext) {
    program.visit_mut_with(&mut Decorated { namer: Namer { unresolved, only: None } });
}

struct Decorated<'a> {
    namer: Namer<'a>,
}

/// A static block calls swc's helper.
fn is_decorated(class: &Class) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_ident(&mut self, name: &Ident) {
            self.0 |= name.sym == *"_apply_decs_2311";
        }
        fn visit_class(&mut self, _: &Class) {}
    }
    let mut finder = Finder(false);
    let blocks = class.body.iter().filter(|member| matches!(member, ClassMember::StaticBlock(_)));
    blocks.for_each(|block| block.visit_with(&mut finder));
    finder.0
}

impl VisitMut for Decorated<'_> {
    noop_visit_mut_type!();

    fn visit_mut_class_decl(&mut self, class: &mut ClassDecl) {
        class.visit_mut_children_with(self);
        if is_decorated(&class.class) {
            self.namer.class(&mut class.class, &class.ident.sym);
        }
    }

    fn visit_mut_class_expr(&mut self, class: &mut ClassExpr) {
        class.visit_mut_children_with(self);
        if let Some(name) = class.ident.as_ref().filter(|_| is_decorated(&class.class)) {
            self.namer.class(&mut class.class, &name.sym);
        }
    }
}

struct Declared<'a> {
    helper: Ident,
    default: Atom,
    only: Option<&'a FxHashSet<Id>>,
}

impl VisitMut for Declared<'_> {
    noop_visit_mut_type!();

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        statements.visit_mut_children_with(self);
        let mut calls = Vec::new();
        for found in statements.iter() {
            if let Stmt::Decl(Decl::Fn(function)) = found
                && function.function.body.is_some()
                && self.only.is_none_or(|only| only.contains(&function.ident.to_id()))
            {
                let name = if function.ident.sym == self.default { "default" } else { &function.ident.sym };
                let value = Expr::Ident(function.ident.clone().without_loc());
                calls.push(statement(tree::call(tree::ident(&self.helper), vec![value, tree::text(name)])));
            }
        }
        if !calls.is_empty() {
            let directives = statements.iter().take_while(|found| super::compile::is_directive(found)).count();
            statements.splice(directives..directives, calls);
        }
    }
}

struct Namer<'a> {
    unresolved: SyntaxContext,
    only: Option<&'a FxHashSet<Id>>,
}

impl Namer<'_> {
    fn wants(&self, name: &Ident) -> bool {
        self.only.is_none_or(|only| only.contains(&name.to_id()))
    }

    fn named(&self, value: Expr, name: &str) -> Expr {
        tree::call(tree::ident(&tree::helper(Helper::NAME, self.unresolved)), vec![value, tree::text(name)])
    }

    /// An anonymous function or class in a place where the language would call it `name`.
    fn infer(&self, value: &mut Expr, name: &str) {
        match value {
            Expr::Arrow(_) => *value = self.named(value.take(), name),
            Expr::Fn(function) if function.ident.is_none() => *value = self.named(value.take(), name),
            Expr::Class(class) if class.ident.is_none() => self.class(&mut class.class, name),
            Expr::Fn(FnExpr { ident: Some(own), .. }) if self.only.is_some() => {
                let own = own.sym.clone();
                *value = self.named(value.take(), &own);
            }
            Expr::Class(ClassExpr { ident: Some(own), class }) if self.only.is_some() => self.class(class, &own.sym),
            // Parentheses keep a name from being inferred only around more than the function itself.
            Expr::Paren(inner) => self.infer(&mut inner.expr, name),
            _ => {}
        }
    }

    fn class(&self, class: &mut Class, name: &str) {
        if has_own_name(class) {
            return;
        }
        let call = self.named(tree::this(), name);
        let body = BlockStmt { stmts: vec![statement(call)], ..BlockStmt::default() };
        class.body.insert(0, ClassMember::StaticBlock(StaticBlock { span: DUMMY_SP, body }));
    }
}

/// A static member `name` replaces what the language would set.
pub(super) fn has_own_name(class: &Class) -> bool {
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

impl VisitMut for Namer<'_> {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        expression.visit_mut_children_with(self);
        match expression {
            Expr::Assign(assign)
                if matches!(
                    assign.op,
                    AssignOp::Assign | AssignOp::AndAssign | AssignOp::OrAssign | AssignOp::NullishAssign
                ) =>
            {
                if let AssignTarget::Simple(SimpleAssignTarget::Ident(name)) = &assign.left
                    && self.wants(&name.id)
                {
                    let name = name.id.sym.clone();
                    self.infer(&mut assign.right, &name);
                }
            }
            Expr::Fn(FnExpr { ident: Some(name), .. }) if self.wants(name) => {
                let name = name.sym.clone();
                *expression = self.named(expression.take(), &name);
            }
            Expr::Class(ClassExpr { ident: Some(name), class }) if self.wants(name) => self.class(class, &name.sym),
            _ => {}
        }
    }

    /// `{ name: class { … } }`: the language names it, but not where lowering wraps the class into a call.
    fn visit_mut_key_value_prop(&mut self, property: &mut KeyValueProp) {
        property.visit_mut_children_with(self);
        if self.only.is_some() {
            return;
        }
        let name = match &property.key {
            PropName::Ident(name) if name.sym != *"__proto__" => name.sym.clone(),
            PropName::Str(name) if name.value != *"__proto__" => Atom::from(name.value.to_string_lossy()),
            _ => return,
        };
        if let Expr::Class(class) = &mut *property.value
            && class.ident.is_none()
            && !class
                .class
                .body
                .iter()
                .all(|member| matches!(member, ClassMember::Method(_) | ClassMember::Constructor(_)))
        {
            self.class(&mut class.class, &name);
        }
    }

    fn visit_mut_class_decl(&mut self, class: &mut ClassDecl) {
        class.visit_mut_children_with(self);
        if self.wants(&class.ident) {
            self.class(&mut class.class, &class.ident.sym);
        }
    }

    fn visit_mut_export_default_decl(&mut self, default: &mut ExportDefaultDecl) {
        default.visit_mut_children_with(self);
        if let DefaultDecl::Class(class) = &mut default.decl
            && class.ident.as_ref().map_or(self.only.is_none(), |name| self.wants(name))
        {
            let name = class.ident.as_ref().map_or(Atom::from("default"), |name| name.sym.clone());
            self.class(&mut class.class, &name);
        }
    }

    fn visit_mut_export_default_expr(&mut self, default: &mut ExportDefaultExpr) {
        default.visit_mut_children_with(self);
        if self.only.is_none() {
            self.infer(&mut default.expr, "default");
        }
    }

    fn visit_mut_var_declarator(&mut self, declarator: &mut VarDeclarator) {
        declarator.visit_mut_children_with(self);
        if let (Pat::Ident(name), Some(value)) = (&declarator.name, &mut declarator.init)
            && self.wants(&name.id)
        {
            self.infer(value, &name.id.sym);
        }
    }

    fn visit_mut_assign_pat(&mut self, pattern: &mut AssignPat) {
        pattern.visit_mut_children_with(self);
        if let Pat::Ident(name) = &*pattern.left
            && self.wants(&name.id)
        {
            let name = name.id.sym.clone();
            self.infer(&mut pattern.right, &name);
        }
    }

    fn visit_mut_assign_pat_prop(&mut self, property: &mut AssignPatProp) {
        property.visit_mut_children_with(self);
        let name = property.key.id.sym.clone();
        if let Some(value) = &mut property.value
            && self.wants(&property.key.id)
        {
            self.infer(value, &name);
        }
    }
}

//! Classes for targets without the class features of ES2022, and for TypeScript's assignment of fields.
//!
//! Everything stays inside the class, so that `this`, `super` and the class's own name mean what they meant: private
//! methods become methods with keys that no program uses and are taken out again, static initializers become one static
//! method that is called once. What other tools move out of the class loses one of the three.

mod accessors;
mod legacy;
mod members;
mod private;

pub(super) use accessors::accessors;
pub(super) use legacy::before as before_decorators;

use super::facts::Helper;
use super::tree::{self, fresh, fresh_context};
use members::Members;
use private::Private;
use rustc_hash::FxHashMap;
use swc_core::atoms::Atom;
use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::{DUMMY_SP, Spanned, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::replace_ident;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// What must be done to classes.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    /// The target has no fields, private names or static blocks.
    pub lower: bool,
    /// Fields are assigned, not defined: TypeScript without `useDefineForClassFields`.
    pub assign: bool,
    /// Texts that are made of names keep the places of those.
    pub places: bool,
}

pub(super) fn lower(program: &mut Program, wish: Wish, unresolved: SyntaxContext, comments: &SingleThreadedComments) {
    if wish.lower || wish.assign {
        program.visit_mut_with(&mut Lowerer { wish, unresolved, comments, temps: Vec::new(), privates: Vec::new() });
    }
}

struct Lowerer<'a> {
    wish: Wish,
    unresolved: SyntaxContext,
    comments: &'a SingleThreadedComments,
    /// Per list of statements being visited: bindings to declare before the statement.
    temps: Vec<Vec<Ident>>,
    /// Private names by class, innermost last.
    privates: Vec<FxHashMap<Atom, Private>>,
}

impl Lowerer<'_> {
    fn helper(&self, helper: Helper) -> Expr {
        tree::ident(&tree::helper(helper, self.unresolved))
    }

    fn temp(&mut self, name: &str) -> Ident {
        let name = fresh(name);
        if let Some(temps) = self.temps.last_mut() {
            temps.push(name.clone());
        }
        name
    }

    /// Runs `work` and gives a declaration of the temporaries that it made.
    fn framed(&mut self, work: impl FnOnce(&mut Self)) -> Option<Stmt> {
        self.temps.push(Vec::new());
        work(self);
        let temps = self.temps.pop().unwrap_or_default();
        let names = temps.into_iter().map(|name| (Pat::from(name), None)).collect::<Vec<_>>();
        (!names.is_empty()).then(|| tree::declare_all(VarDeclKind::Let, names))
    }

    /// Lowers a class; true when it must be passed through `__class` to run its static part.
    fn class(&mut self, class: &mut Class) -> bool {
        class.super_class.visit_mut_with(self);
        class.decorators.visit_mut_with(self);
        let wanted = Members::wanted(self.wish, &class.body);
        let names = if self.wish.lower { private::names(self, &class.body) } else { FxHashMap::default() };
        self.privates.push(names);
        class.body.visit_mut_with(self);
        let needs_init = wanted && Members::rebuild(self, class);
        self.privates.pop();
        needs_init
    }

    /// `__class(class { … })`
    fn initialized(&self, class: ClassExpr, pure: bool) -> Expr {
        let span = class.class.span;
        if pure && !span.is_dummy() {
            self.comments.add_pure_comment(span.lo);
        }
        let mut call = tree::call(self.helper(Helper::CLASS), vec![Expr::Class(class)]);
        if let Expr::Call(call) = &mut call {
            call.span = span;
        }
        call
    }

    /// `class X {}` as a variable; inside the class its name stays its own.
    fn declared(&mut self, declaration: &mut ClassDecl) -> Option<VarDecl> {
        let pure = members::is_inert(&declaration.class.body);
        if !self.class(&mut declaration.class) {
            return None;
        }
        let name = declaration.ident.clone();
        let mut inner = name.clone();
        inner.ctxt = fresh_context();
        let mut class = std::mem::take(&mut declaration.class);
        replace_ident(&mut class, name.to_id(), &inner);
        let span = class.span;
        let value = self.initialized(ClassExpr { ident: Some(inner), class }, pure);
        let decls = vec![VarDeclarator { span, name: name.into(), init: Some(Box::new(value)), definite: false }];
        Some(VarDecl { span, kind: VarDeclKind::Let, decls, ..VarDecl::default() })
    }

    /// `export default class`: a declaration and an export, when the class has become a value.
    fn default_class(&mut self, class: &mut ClassExpr, span: swc_core::common::Span) -> Option<Vec<ModuleItem>> {
        let Some(name) = class.ident.clone() else {
            let pure = members::is_inert(&class.class.body);
            if !self.class(&mut class.class) {
                return None;
            }
            let value = self.initialized(std::mem::take(class), pure);
            let export = ExportDefaultExpr { span, expr: Box::new(value) };
            return Some(vec![ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export))]);
        };
        let mut declaration =
            ClassDecl { ident: name.clone(), declare: false, class: std::mem::take(&mut class.class) };
        let Some(variable) = self.declared(&mut declaration) else {
            class.class = declaration.class;
            return None;
        };
        let specifier = ExportSpecifier::Named(ExportNamedSpecifier {
            span,
            orig: ModuleExportName::Ident(name),
            exported: Some(ModuleExportName::Ident(Ident::new("default".into(), DUMMY_SP, SyntaxContext::empty()))),
            is_type_only: false,
        });
        let export = NamedExport { span, specifiers: vec![specifier], src: None, type_only: false, with: None };
        Some(vec![
            ModuleItem::Stmt(Stmt::Decl(Decl::Var(Box::new(variable)))),
            ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)),
        ])
    }

    /// The body of a loop: temporaries inside it are of each turn.
    fn turn(&mut self, body: &mut Box<Stmt>) {
        if let Some(temps) = self.framed(|lowerer| body.visit_mut_with(lowerer)) {
            let stmts = vec![temps, std::mem::take(&mut **body)];
            **body = Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() });
        }
    }

    /// The value of a field: temporaries inside it are of each evaluation.
    fn field_value(&mut self, value: &mut Option<Box<Expr>>) {
        let Some(value) = value else { return };
        if self.wish.lower {
            value.visit_mut_with(&mut NoTarget);
        }
        if let Some(temps) = self.framed(|lowerer| value.visit_mut_with(lowerer)) {
            let result = Stmt::Return(ReturnStmt { span: DUMMY_SP, arg: Some(std::mem::take(value)) });
            **value = tree::call(tree::arrow(Vec::new(), tree::block(vec![temps, result])), Vec::new());
        }
    }
}

/// `new.target` is undefined in fields and static blocks; where they are moved to it is not.
struct NoTarget;

impl VisitMut for NoTarget {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match expression {
            Expr::MetaProp(meta) if meta.kind == MetaPropKind::NewTarget => *expression = super::fold::void(),
            other => other.visit_mut_children_with(self),
        }
    }
    fn visit_mut_function(&mut self, _: &mut Function) {}
    fn visit_mut_class(&mut self, class: &mut Class) {
        class.super_class.visit_mut_with(self);
    }
}

impl VisitMut for Lowerer<'_> {
    noop_visit_mut_type!();

    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        let mut out = Vec::with_capacity(items.len());
        for mut item in std::mem::take(items) {
            let mut made = None;
            let temps = self.framed(|lowerer| match &mut item {
                ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(default)) => match &mut default.decl {
                    DefaultDecl::Class(class) => made = lowerer.default_class(class, default.span),
                    other => other.visit_mut_with(lowerer),
                },
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
                    if let Decl::Class(class) = &mut export.decl {
                        if let Some(variable) = lowerer.declared(class) {
                            export.decl = Decl::Var(Box::new(variable));
                        }
                    } else {
                        export.visit_mut_with(lowerer);
                    }
                }
                other => other.visit_mut_with(lowerer),
            });
            out.extend(temps.map(ModuleItem::Stmt));
            match made {
                Some(made) => out.extend(made),
                None => out.push(item),
            }
        }
        *items = out;
    }

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        let mut out = Vec::with_capacity(statements.len());
        for mut statement in std::mem::take(statements) {
            out.extend(self.framed(|lowerer| statement.visit_mut_with(lowerer)));
            out.push(statement);
        }
        *statements = out;
    }

    /// A declaration in one case is seen by the others but may be jumped over: nothing is declared here.
    fn visit_mut_switch_case(&mut self, case: &mut SwitchCase) {
        case.test.visit_mut_with(self);
        case.cons.iter_mut().for_each(|statement| statement.visit_mut_with(self));
    }

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        if let Stmt::Decl(Decl::Class(class)) = statement {
            if let Some(variable) = self.declared(class) {
                *statement = Stmt::Decl(Decl::Var(Box::new(variable)));
            }
            return;
        }
        statement.visit_mut_children_with(self);
    }

    fn visit_mut_for_stmt(&mut self, each: &mut ForStmt) {
        each.init.visit_mut_with(self);
        each.test.visit_mut_with(self);
        each.update.visit_mut_with(self);
        self.turn(&mut each.body);
    }

    fn visit_mut_for_in_stmt(&mut self, each: &mut ForInStmt) {
        each.left.visit_mut_with(self);
        each.right.visit_mut_with(self);
        self.turn(&mut each.body);
    }

    fn visit_mut_for_of_stmt(&mut self, each: &mut ForOfStmt) {
        each.left.visit_mut_with(self);
        each.right.visit_mut_with(self);
        self.turn(&mut each.body);
    }

    fn visit_mut_while_stmt(&mut self, each: &mut WhileStmt) {
        each.test.visit_mut_with(self);
        self.turn(&mut each.body);
    }

    fn visit_mut_do_while_stmt(&mut self, each: &mut DoWhileStmt) {
        self.turn(&mut each.body);
        each.test.visit_mut_with(self);
    }

    fn visit_mut_static_block(&mut self, block: &mut StaticBlock) {
        if self.wish.lower {
            block.visit_mut_children_with(&mut NoTarget);
        }
        block.visit_mut_children_with(self);
    }

    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        arrow.params.visit_mut_with(self);
        let body = &mut *arrow.body;
        if let ArrowFunctionBody::Expr(value) = body {
            if let Some(temps) = self.framed(|lowerer| value.visit_mut_with(lowerer)) {
                let result = Stmt::Return(ReturnStmt { span: value.span(), arg: Some(std::mem::take(value)) });
                *body = tree::block(vec![temps, result]);
            }
        } else {
            body.visit_mut_children_with(self);
        }
    }

    fn visit_mut_class_prop(&mut self, property: &mut ClassProp) {
        property.key.visit_mut_with(self);
        self.field_value(&mut property.value);
    }

    fn visit_mut_private_prop(&mut self, property: &mut PrivateProp) {
        self.field_value(&mut property.value);
    }

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        if let Expr::Class(class) = expression {
            let pure = members::is_inert(&class.class.body);
            if self.class(&mut class.class) {
                let class = std::mem::take(class);
                *expression = self.initialized(class, pure);
            }
            return;
        }
        if self.wish.lower {
            private::join_optional(expression);
            if self.private_expression(expression) {
                return;
            }
        }
        expression.visit_mut_children_with(self);
    }

    fn visit_mut_pat(&mut self, pattern: &mut Pat) {
        if let Pat::Expr(target) = pattern
            && self.wish.lower
            && let Some(wrapper) = self.private_target(target)
        {
            **target = wrapper;
            return;
        }
        pattern.visit_mut_children_with(self);
    }
}

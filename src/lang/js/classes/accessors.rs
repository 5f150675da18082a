//! `accessor x = 1` as a private field with a getter and a setter.

use crate::lang::js::facts::Helper;
use crate::lang::js::tree;
use swc_core::common::{DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// `decorated`: those with decorators too, which then are the getter's (TypeScript's legacy decorators). Otherwise
/// classes with decorators are left to the pass that knows the standard ones.
pub(in crate::lang::js) fn accessors(program: &mut Program, decorated: bool, unresolved: SyntaxContext) {
    program.visit_mut_with(&mut Accessors { decorated, unresolved, temps: Vec::new() });
}

struct Accessors {
    decorated: bool,
    unresolved: SyntaxContext,
    temps: Vec<Ident>,
}

fn has_decorators(class: &Class) -> bool {
    !class.decorators.is_empty()
        || class.body.iter().any(|member| match member {
            ClassMember::AutoAccessor(accessor) => !accessor.decorators.is_empty(),
            ClassMember::ClassProp(property) => !property.decorators.is_empty(),
            ClassMember::PrivateProp(property) => !property.decorators.is_empty(),
            ClassMember::Method(method) => !method.function.decorators.is_empty(),
            ClassMember::PrivateMethod(method) => !method.function.decorators.is_empty(),
            _ => false,
        })
}

impl Accessors {
    fn members(&mut self, accessor: AutoAccessor, number: usize) -> Vec<ClassMember> {
        let AutoAccessor { span, key, value, is_static, decorators, .. } = accessor;
        let store = PrivateName { span, name: format!("_accessor{number}").into() };
        let place = || {
            let prop = MemberProp::PrivateName(store.clone());
            Expr::Member(MemberExpr { span: DUMMY_SP, obj: Box::new(tree::this()), prop })
        };
        let (first, second) = self.keys(key);
        let field = ClassMember::PrivateProp(PrivateProp {
            span,
            ctxt: SyntaxContext::empty(),
            key: store.clone(),
            value,
            type_ann: None,
            is_static,
            decorators: Vec::new(),
            accessibility: None,
            is_optional: false,
            is_override: false,
            readonly: false,
            definite: false,
        });
        let read = Stmt::Return(ReturnStmt { span: DUMMY_SP, arg: Some(Box::new(place())) });
        let getter = function(Vec::new(), read, decorators);
        let new = tree::fresh("value");
        let write = tree::expression(tree::assign_member(place(), tree::ident(&new)));
        let setter = function(vec![Param::from(Pat::from(new))], write, Vec::new());
        vec![
            field,
            method(first, getter, MethodKind::Getter, is_static),
            method(second, setter, MethodKind::Setter, is_static),
        ]
    }

    /// A computed key is evaluated once.
    fn keys(&mut self, key: Key) -> (Key, Key) {
        match key {
            Key::Public(PropName::Computed(computed)) if !computed.expr.is_lit() => {
                let kept = tree::fresh("_key");
                self.temps.push(kept.clone());
                let helper = tree::ident(&tree::helper(Helper::KEY, self.unresolved));
                let first = tree::assign(kept.clone(), tree::call(helper, vec![*computed.expr]));
                let named = |expr: Expr| {
                    Key::Public(PropName::Computed(ComputedPropName { span: DUMMY_SP, expr: Box::new(expr) }))
                };
                (named(first), named(tree::ident(&kept)))
            }
            key => (key.clone(), key),
        }
    }
}

fn function(params: Vec<Param>, statement: Stmt, decorators: Vec<Decorator>) -> Box<Function> {
    let body = Some(FunctionBody { span: DUMMY_SP, stmts: vec![statement] });
    Box::new(Function { params, body, decorators, ..Function::default() })
}

fn method(key: Key, function: Box<Function>, kind: MethodKind, is_static: bool) -> ClassMember {
    let (span, accessibility, is_abstract, is_optional, is_override) = (DUMMY_SP, None, false, false, false);
    match key {
        Key::Private(key) => ClassMember::PrivateMethod(PrivateMethod {
            span,
            key,
            function,
            kind,
            is_static,
            accessibility,
            is_abstract,
            is_optional,
            is_override,
        }),
        Key::Public(key) => ClassMember::Method(ClassMethod {
            span,
            key,
            function,
            kind,
            is_static,
            accessibility,
            is_abstract,
            is_optional,
            is_override,
        }),
    }
}

impl VisitMut for Accessors {
    noop_visit_mut_type!();

    fn visit_mut_class(&mut self, class: &mut Class) {
        class.visit_mut_children_with(self);
        let has_accessor = class.body.iter().any(|member| member.is_auto_accessor());
        if !has_accessor || (!self.decorated && has_decorators(class)) {
            return;
        }
        let mut out = Vec::with_capacity(class.body.len() + 4);
        for (number, member) in std::mem::take(&mut class.body).into_iter().enumerate() {
            match member {
                ClassMember::AutoAccessor(accessor) => out.extend(self.members(accessor, number)),
                other => out.push(other),
            }
        }
        class.body = out;
    }

    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        items.visit_mut_children_with(self);
        if let Some(declaration) = declaration(&mut self.temps) {
            let is_directive = |item: &&ModuleItem| item.as_stmt().is_some_and(super::super::compile::is_directive);
            let directives = items.iter().take_while(is_directive).count();
            items.insert(directives, ModuleItem::Stmt(declaration));
        }
    }

    fn visit_mut_script(&mut self, script: &mut Script) {
        script.visit_mut_children_with(self);
        if let Some(declaration) = declaration(&mut self.temps) {
            let directives = script.body.iter().take_while(|found| super::super::compile::is_directive(found)).count();
            script.body.insert(directives, declaration);
        }
    }
}

fn declaration(temps: &mut Vec<Ident>) -> Option<Stmt> {
    let names: Vec<(Pat, Option<Expr>)> = temps.drain(..).map(|name| (Pat::from(name), None)).collect();
    (!names.is_empty()).then(|| tree::declare_all(VarDeclKind::Var, names))
}

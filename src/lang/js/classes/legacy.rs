//! TypeScript's legacy decorators where the pass that lowers them needs help: a class that mentions itself means what its
//! decorators made of it, and decorators may mention private names.

use crate::lang::js::tree;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::replace_ident;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// Before decorators are lowered.
pub(in crate::lang::js) fn before(program: &mut Program, metadata: bool) {
    program.visit_mut_with(&mut Before { metadata, temps: Vec::new() });
}

struct Before {
    /// Types of decorated members are values too.
    metadata: bool,
    temps: Vec<Ident>,
}

struct Mentions<'a> {
    name: &'a Ident,
    found: bool,
}

impl Visit for Mentions<'_> {
    noop_visit_type!();
    fn visit_ident(&mut self, ident: &Ident) {
        self.found |= ident.sym == self.name.sym && ident.ctxt == self.name.ctxt;
    }
}

/// A decorated field without a type has the type of anything, and metadata that says so.
fn typed(member: &mut ClassMember) {
    if let ClassMember::ClassProp(property) = member
        && !property.decorators.is_empty()
        && property.type_ann.is_none()
    {
        let any = TsKeywordType { span: DUMMY_SP, kind: TsKeywordTypeKind::TsAnyKeyword };
        let type_ann = Box::new(TsType::TsKeywordType(any));
        property.type_ann = Some(Box::new(TsTypeAnn { span: DUMMY_SP, type_ann }));
    }
}

/// Types as metadata has them and swc does not: `readonly T[]` is an array, `...rest: T[]` is of type `T`.
struct MetadataTypes;

impl VisitMut for MetadataTypes {
    fn visit_mut_ts_type(&mut self, found: &mut TsType) {
        found.visit_mut_children_with(self);
        if let TsType::TsTypeOperator(operator) = found
            && operator.op == TsTypeOperatorOp::ReadOnly
        {
            *found = (*operator.type_ann).clone();
        }
    }
    fn visit_mut_rest_pat(&mut self, rest: &mut RestPat) {
        rest.visit_mut_children_with(self);
        if let Some(found) = &mut rest.type_ann
            && let TsType::TsArrayType(array) = &*found.type_ann
        {
            found.type_ann = array.elem_type.clone();
        }
    }
    fn visit_mut_function_body(&mut self, _: &mut FunctionBody) {}
}

/// Types that name the class itself.
struct OwnType<'a> {
    name: &'a Ident,
    alias: &'a Ident,
    found: bool,
}

impl VisitMut for OwnType<'_> {
    fn visit_mut_ts_type_ref(&mut self, found: &mut TsTypeRef) {
        if let TsEntityName::Ident(name) = &mut found.type_name
            && name.sym == self.name.sym
            && name.ctxt == self.name.ctxt
        {
            *name = self.alias.clone();
            self.found = true;
        }
        found.visit_mut_children_with(self);
    }
    fn visit_mut_function_body(&mut self, _: &mut FunctionBody) {}
    fn visit_mut_expr(&mut self, _: &mut Expr) {}
}

fn has_decorators(member: &ClassMember) -> bool {
    let of_function = |function: &Function| {
        !function.decorators.is_empty() || function.params.iter().any(|parameter| !parameter.decorators.is_empty())
    };
    match member {
        ClassMember::Method(method) => of_function(&method.function),
        ClassMember::ClassProp(property) => !property.decorators.is_empty(),
        _ => false,
    }
}

fn static_block(statement: Stmt) -> ClassMember {
    let body = BlockStmt { stmts: vec![statement], ..BlockStmt::default() };
    ClassMember::StaticBlock(StaticBlock { span: DUMMY_SP, body })
}

impl Before {
    /// Inside a decorated class its name is another variable, which its first decorator, the last to run, sets again.
    fn alias(&mut self, name: &Ident, class: &mut Class) {
        let decorated = !class.decorators.is_empty();
        let mut mentions = Mentions { name, found: false };
        if decorated {
            class.body.visit_with(&mut mentions);
        }
        // swc gives the type of the class itself up, by its name.
        let alias = tree::fresh(&format!("_{}", name.sym));
        let mut types = OwnType { name, alias: &alias, found: false };
        if self.metadata {
            class.body.iter_mut().filter(|member| decorated || has_decorators(member)).for_each(|member| {
                member.visit_mut_with(&mut types);
            });
        }
        if !mentions.found && !types.found {
            return;
        }
        self.temps.push(alias.clone());
        if decorated {
            replace_ident(&mut class.body, name.to_id(), &alias);
        }
        class.body.insert(0, static_block(tree::expression(tree::assign(alias.clone(), tree::this()))));
        if !decorated {
            return;
        }
        let made = tree::fresh("made");
        let set = tree::expression(tree::assign(alias, tree::ident(&made)));
        let keep = tree::arrow(vec![Pat::from(made)], tree::block(vec![set]));
        class.decorators.insert(0, Decorator { span: DUMMY_SP, expr: Box::new(keep) });
    }

    /// Decorators of members are evaluated outside the class: what mentions private names is wrapped in a function that
    /// stays inside.
    fn private_decorators(&mut self, class: &mut Class) {
        let mut blocks = Vec::new();
        let temps = &mut self.temps;
        let mut wrap = |decorators: &mut Vec<Decorator>| {
            for decorator in decorators.iter_mut().filter(|decorator| has_private(&decorator.expr)) {
                let thunk = tree::fresh("_decorator");
                temps.push(thunk.clone());
                let value = std::mem::replace(&mut *decorator.expr, tree::call(tree::ident(&thunk), Vec::new()));
                let function = tree::arrow(Vec::new(), ArrowFunctionBody::Expr(Box::new(value)));
                blocks.push(static_block(tree::expression(tree::assign(thunk, function))));
            }
        };
        for member in &mut class.body {
            match member {
                ClassMember::ClassProp(property) => wrap(&mut property.decorators),
                ClassMember::Method(method) => {
                    wrap(&mut method.function.decorators);
                    method.function.params.iter_mut().for_each(|parameter| wrap(&mut parameter.decorators));
                }
                ClassMember::Constructor(constructor) => {
                    for parameter in &mut constructor.params {
                        match parameter {
                            ParamOrTsParamProp::Param(parameter) => wrap(&mut parameter.decorators),
                            ParamOrTsParamProp::TsParamProp(parameter) => wrap(&mut parameter.decorators),
                        }
                    }
                }
                _ => {}
            }
        }
        class.body.splice(0..0, blocks);
    }
}

/// TypeScript decorates the members of objects before static ones, swc in the order of the source. Nothing but computed
/// keys can tell in which order members of the two kinds stand.
fn instance_first(class: &mut Class) {
    let is_static = |member: &ClassMember| match member {
        ClassMember::Method(method) => method.is_static,
        ClassMember::PrivateMethod(method) => method.is_static,
        ClassMember::ClassProp(property) => property.is_static,
        ClassMember::PrivateProp(property) => property.is_static,
        ClassMember::AutoAccessor(accessor) => accessor.is_static,
        ClassMember::StaticBlock(_) => true,
        _ => false,
    };
    let has_key = |member: &&ClassMember| match member {
        ClassMember::Method(ClassMethod { key: PropName::Computed(key), .. })
        | ClassMember::ClassProp(ClassProp { key: PropName::Computed(key), .. }) => !key.expr.is_lit(),
        _ => false,
    };
    let mut keyed = class.body.iter().filter(has_key).map(is_static);
    let first = keyed.next();
    if keyed.all(|kind| Some(kind) == first) {
        class.body.sort_by_key(is_static);
    }
}

fn has_private(expression: &Expr) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_private_name(&mut self, _: &PrivateName) {
            self.0 = true;
        }
        fn visit_class(&mut self, _: &Class) {}
    }
    let mut finder = Finder(false);
    expression.visit_with(&mut finder);
    finder.0
}

impl VisitMut for Before {
    noop_visit_mut_type!();

    fn visit_mut_class(&mut self, class: &mut Class) {
        class.visit_mut_children_with(self);
        if self.metadata {
            class.body.visit_mut_with(&mut MetadataTypes);
            class.body.iter_mut().for_each(typed);
        }
        instance_first(class);
        self.private_decorators(class);
    }

    fn visit_mut_class_decl(&mut self, class: &mut ClassDecl) {
        class.visit_mut_children_with(self);
        self.alias(&class.ident, &mut class.class);
    }

    fn visit_mut_class_expr(&mut self, class: &mut ClassExpr) {
        class.visit_mut_children_with(self);
        if let Some(name) = &class.ident {
            let name = name.clone();
            self.alias(&name, &mut class.class);
        }
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

//! Async arrow functions that mention `super` or `new.target`, for targets that get generators instead: a generator has
//! neither. What they mention is passed to them from where they stand: `(get => async () => get())(() => super.x)`.

use super::tree;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

pub(super) fn pass_super(program: &mut Program) {
    program.visit_mut_with(&mut Arrows);
}

struct Arrows;

impl VisitMut for Arrows {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        if let Expr::Arrow(arrow) = expression
            && arrow.is_async
            && mentions(arrow)
        {
            let mut passed = Passed::default();
            arrow.visit_mut_children_with(&mut passed);
            let inner = ArrowFunctionBody::Expr(Box::new(std::mem::take(expression)));
            let (names, values): (Vec<Pat>, Vec<Expr>) =
                passed.values.into_iter().map(|(name, value)| (Pat::from(name), value)).unzip();
            *expression = tree::call(tree::arrow(names, inner), values);
        }
        expression.visit_mut_children_with(self);
    }
}

fn mentions(arrow: &ArrowExpr) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_super_prop_expr(&mut self, _: &SuperPropExpr) {
            self.0 = true;
        }
        fn visit_meta_prop_expr(&mut self, meta: &MetaPropExpr) {
            self.0 |= meta.kind == MetaPropKind::NewTarget;
        }
        fn visit_function(&mut self, _: &Function) {}
        fn visit_class(&mut self, class: &Class) {
            class.super_class.visit_with(self);
            class.body.iter().filter_map(tree::computed_key).for_each(|key| key.visit_with(self));
        }
    }
    let mut finder = Finder(false);
    arrow.visit_children_with(&mut finder);
    finder.0
}

/// Replaces mentions by parameters; collects what they are given.
#[derive(Default)]
struct Passed {
    values: Vec<(Ident, Expr)>,
}

/// `super.x`, or `super[key]` with the parameter that the key is passed by.
fn property(prop: SuperProp) -> (SuperPropExpr, Option<Ident>, Option<Expr>) {
    let span = DUMMY_SP;
    let obj = Super { span };
    match prop {
        SuperProp::Ident(_) => (SuperPropExpr { span, obj, prop }, None, None),
        SuperProp::Computed(computed) => {
            let key = tree::fresh("key");
            let prop = SuperProp::Computed(ComputedPropName { span, expr: Box::new(tree::ident(&key)) });
            (SuperPropExpr { span, obj, prop }, Some(key), Some(*computed.expr))
        }
    }
}

fn accessor(params: Vec<Param>, statement: Stmt) -> Box<Function> {
    let body = Some(FunctionBody { span: DUMMY_SP, stmts: vec![statement] });
    Box::new(Function { params, body, ..Function::default() })
}

impl Passed {
    fn pass(&mut self, name: &str, value: Expr) -> Expr {
        let name = tree::fresh(name);
        self.values.push((name.clone(), value));
        tree::ident(&name)
    }

    /// `() => super.x` of a mention, called.
    fn read(&mut self, mention: &mut SuperPropExpr) -> Expr {
        mention.prop.visit_mut_with(self);
        let taken = std::mem::replace(&mut mention.prop, SuperProp::Ident(IdentName::default()));
        let (mention, parameter, key) = property(taken);
        let body = ArrowFunctionBody::Expr(Box::new(Expr::SuperProp(mention)));
        let get = self.pass("_super", tree::arrow(parameter.into_iter().map(Pat::from).collect(), body));
        tree::call(get, key.into_iter().collect())
    }

    /// `ref()._`, which can be read and assigned to.
    fn place(&mut self, mention: &mut SuperPropExpr) -> Expr {
        mention.prop.visit_mut_with(self);
        let taken = std::mem::replace(&mut mention.prop, SuperProp::Ident(IdentName::default()));
        let (mention, parameter, key) = property(taken);
        let (get, set, value, first) =
            (tree::fresh("get"), tree::fresh("set"), tree::fresh("value"), tree::fresh("value"));
        let read = tree::arrow(Vec::new(), ArrowFunctionBody::Expr(Box::new(Expr::SuperProp(mention.clone()))));
        let assign = AssignExpr {
            span: DUMMY_SP,
            op: AssignOp::Assign,
            left: AssignTarget::Simple(SimpleAssignTarget::SuperProp(mention)),
            right: Box::new(tree::ident(&value)),
        };
        let write = tree::arrow(vec![value.into()], ArrowFunctionBody::Expr(Box::new(Expr::Assign(assign))));
        let call = |function: &Ident, arguments: Vec<Expr>| tree::call(tree::ident(function), arguments);
        let result = Stmt::Return(ReturnStmt { span: DUMMY_SP, arg: Some(Box::new(call(&get, Vec::new()))) });
        let change = tree::expression(call(&set, vec![tree::ident(&first)]));
        let (span, dash) = (DUMMY_SP, PropName::Ident(IdentName::new("_".into(), DUMMY_SP)));
        let getter = GetterProp { span, key: dash.clone(), function: accessor(Vec::new(), result) };
        let setter = SetterProp { span, key: dash, function: accessor(vec![Param::from(Pat::from(first))], change) };
        let props = vec![
            PropOrSpread::Prop(Box::new(Prop::Getter(getter))),
            PropOrSpread::Prop(Box::new(Prop::Setter(setter))),
        ];
        let object = Expr::Object(ObjectLit { span: DUMMY_SP, props });
        let made = tree::call(
            tree::arrow(vec![get.into(), set.into()], ArrowFunctionBody::Expr(Box::new(object))),
            vec![read, write],
        );
        let body = ArrowFunctionBody::Expr(Box::new(made));
        let place = self.pass("_place", tree::arrow(parameter.into_iter().map(Pat::from).collect(), body));
        tree::member(tree::call(place, key.into_iter().collect()), "_")
    }
}

impl VisitMut for Passed {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match expression {
            Expr::SuperProp(mention) => *expression = self.read(mention),
            Expr::MetaProp(meta) if meta.kind == MetaPropKind::NewTarget => {
                let value = Expr::MetaProp(*meta);
                *expression = self.pass("_target", value);
            }
            Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. })
                if matches!(tree::strip(callee), Expr::SuperProp(_)) =>
            {
                if let Expr::SuperProp(mention) = tree::strip_mut(callee) {
                    **callee = tree::member(self.read(mention), "call");
                }
                args.visit_mut_with(self);
                args.insert(0, ExprOrSpread::from(tree::this()));
            }
            Expr::TaggedTpl(tagged) if matches!(tree::strip(&tagged.tag), Expr::SuperProp(_)) => {
                if let Expr::SuperProp(mention) = tree::strip_mut(&mut tagged.tag) {
                    *tagged.tag = tree::call(tree::member(self.read(mention), "bind"), vec![tree::this()]);
                }
                tagged.tpl.visit_mut_with(self);
            }
            Expr::OptChain(chain) => {
                let optional = chain.optional;
                if let OptChainBase::Call(call) = &mut *chain.base
                    && let Expr::SuperProp(mention) = tree::strip_mut(&mut call.callee)
                {
                    let prop = MemberProp::Ident(IdentName::new("call".into(), DUMMY_SP));
                    let member = MemberExpr { span: DUMMY_SP, obj: Box::new(self.read(mention)), prop };
                    let base = Box::new(OptChainBase::Member(member));
                    *call.callee = Expr::OptChain(OptChainExpr { span: DUMMY_SP, optional, base });
                    call.args.visit_mut_with(self);
                    call.args.insert(0, ExprOrSpread::from(tree::this()));
                    chain.optional = false;
                } else {
                    chain.visit_mut_children_with(self);
                }
            }
            Expr::Update(update) if matches!(tree::strip(&update.arg), Expr::SuperProp(_)) => {
                if let Expr::SuperProp(mention) = tree::strip_mut(&mut update.arg) {
                    *update.arg = self.place(mention);
                }
            }
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_simple_assign_target(&mut self, target: &mut SimpleAssignTarget) {
        if let SimpleAssignTarget::SuperProp(mention) = target
            && let Expr::Member(place) = self.place(mention)
        {
            *target = SimpleAssignTarget::Member(place);
            return;
        }
        target.visit_mut_children_with(self);
    }

    fn visit_mut_pat(&mut self, pattern: &mut Pat) {
        if let Pat::Expr(target) = pattern
            && let Expr::SuperProp(mention) = tree::strip_mut(target)
        {
            **target = self.place(mention);
            return;
        }
        pattern.visit_mut_children_with(self);
    }

    fn visit_mut_function(&mut self, _: &mut Function) {}

    fn visit_mut_class(&mut self, class: &mut Class) {
        class.super_class.visit_mut_with(self);
        class.body.iter_mut().filter_map(tree::computed_key_mut).for_each(|key| key.visit_mut_with(self));
    }
}

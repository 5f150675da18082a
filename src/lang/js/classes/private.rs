//! Private names without private names: what is stored where, and every way to mention it.

use super::Lowerer;
use crate::lang::js::facts::Helper;
use crate::lang::js::tree;
use rustc_hash::FxHashMap;
use swc_core::atoms::Atom;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitMutWith, VisitWith, noop_visit_type};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Field,
    /// A method or an accessor: all objects share it.
    Method,
}

/// Where a private name lives.
#[derive(Clone)]
pub(super) struct Private {
    pub number: usize,
    pub kind: Kind,
    pub is_static: bool,
    pub store: Ident,
    pub method: Option<Ident>,
    pub getter: Option<Ident>,
    pub setter: Option<Ident>,
}

/// The private names that a class body declares.
pub(super) fn names(lowerer: &mut Lowerer<'_>, members: &[ClassMember]) -> FxHashMap<Atom, Private> {
    let mut out: FxHashMap<Atom, Private> = FxHashMap::default();
    for member in members {
        let (name, is_static, kind, accessor) = match member {
            ClassMember::PrivateProp(property) => (&property.key.name, property.is_static, Kind::Field, None),
            ClassMember::PrivateMethod(method) => (&method.key.name, method.is_static, Kind::Method, Some(method.kind)),
            _ => continue,
        };
        if !out.contains_key(name) {
            let store = lowerer.temp(&format!("_{name}"));
            let number = out.len();
            let (method, getter, setter) = (None, None, None);
            out.insert(name.clone(), Private { number, kind, is_static, store, method, getter, setter });
        }
        let Some(private) = out.get_mut(name) else { continue };
        match accessor {
            Some(MethodKind::Method) => private.method = Some(lowerer.temp(&format!("{name}_method"))),
            Some(MethodKind::Getter) => private.getter = Some(lowerer.temp(&format!("get_{name}"))),
            Some(MethodKind::Setter) => private.setter = Some(lowerer.temp(&format!("set_{name}"))),
            None => {}
        }
    }
    out
}

/// A member whose key is a private name that some class around declares.
fn private_member(expression: &Expr) -> Option<&MemberExpr> {
    tree::strip(expression).as_member().filter(|member| member.prop.is_private_name())
}

impl Lowerer<'_> {
    fn private(&self, name: &PrivateName) -> Option<Private> {
        self.privates.iter().rev().find_map(|names| names.get(&name.name)).cloned()
    }

    fn get(&self, object: Expr, private: &Private) -> Expr {
        let store = tree::ident(&private.store);
        match (&private.method, &private.getter) {
            (Some(method), _) => {
                tree::call(self.helper(Helper::PRIVATE_METHOD), vec![object, store, tree::ident(method)])
            }
            (None, Some(getter)) => {
                tree::call(self.helper(Helper::PRIVATE_GET), vec![object, store, tree::ident(getter)])
            }
            (None, None) => tree::call(self.helper(Helper::PRIVATE_GET), vec![object, store]),
        }
    }

    fn set(&self, object: Expr, private: &Private, value: Expr) -> Expr {
        let mut arguments = vec![object, tree::ident(&private.store), value];
        arguments.extend(private.setter.as_ref().map(tree::ident));
        tree::call(self.helper(Helper::PRIVATE_SET), arguments)
    }

    /// `wrapper._`, which reads and writes the private member.
    fn wrapper(&self, object: Expr, private: &Private) -> Expr {
        let or_nothing = |name: &Option<Ident>| name.as_ref().map_or_else(super::super::fold::void, tree::ident);
        let mut arguments = vec![object, tree::ident(&private.store)];
        if private.setter.is_some() || private.getter.is_some() {
            arguments.extend([or_nothing(&private.setter), or_nothing(&private.getter)]);
        }
        tree::member(tree::call(self.helper(Helper::PRIVATE_WRAPPER), arguments), "_")
    }

    /// An expression to evaluate once, and one that gives its value again. Between the two a getter may run, which can
    /// assign to a variable.
    fn twice(&mut self, object: Expr) -> (Expr, Expr) {
        let getters = self.privates.iter().flat_map(|names| names.values()).any(|private| private.getter.is_some());
        if object.is_this() || object.is_ident() && !getters {
            return (object.clone(), object);
        }
        let kept = self.temp("_object");
        (tree::assign(kept.clone(), object), tree::ident(&kept))
    }

    /// The visited object and the place of a private member.
    fn opened(&mut self, member: &mut MemberExpr) -> Option<(Expr, Private)> {
        let MemberProp::PrivateName(name) = &member.prop else { return None };
        let private = self.private(name)?;
        member.obj.visit_mut_with(self);
        Some((std::mem::take(&mut *member.obj), private))
    }

    /// What stands for a private member on the left of a destructuring assignment.
    pub(super) fn private_target(&mut self, target: &mut Expr) -> Option<Expr> {
        private_member(target)?;
        let Expr::Member(member) = tree::strip_mut(target) else { return None };
        let (object, private) = self.opened(member)?;
        Some(self.wrapper(object, &private))
    }

    /// Replaces an expression that mentions a private name; false when it does not.
    pub(super) fn private_expression(&mut self, expression: &mut Expr) -> bool {
        let replaced = match expression {
            Expr::Member(_) => self.read(expression),
            Expr::Call(_) => self.called(expression),
            Expr::TaggedTpl(tagged) => self.tagged(tagged),
            Expr::Assign(_) => self.assigned(expression),
            Expr::Update(update) => match self.private_target(&mut update.arg) {
                Some(wrapper) => {
                    *update.arg = wrapper;
                    return true;
                }
                None => None,
            },
            Expr::Bin(binary) if binary.op == BinaryOp::In && binary.left.is_private_name() => self.tested(binary),
            Expr::OptChain(_) if has_private(expression) => {
                let chain = std::mem::take(expression);
                *expression = self.chain(chain, false);
                return true;
            }
            _ => None,
        };
        match replaced {
            Some(replaced) => {
                *expression = replaced;
                true
            }
            None => false,
        }
    }

    fn read(&mut self, expression: &mut Expr) -> Option<Expr> {
        let member = expression.as_mut_member()?;
        let (object, private) = self.opened(member)?;
        Some(self.get(object, &private))
    }

    fn called(&mut self, expression: &mut Expr) -> Option<Expr> {
        let Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) = expression else { return None };
        // (a?.#b)()
        if let Expr::Paren(inner) = &mut **callee
            && matches!(tree::strip(&inner.expr), Expr::OptChain(_))
        {
            let chain = std::mem::take(tree::strip_mut(&mut inner.expr));
            let function = self.chain(chain, true);
            args.visit_mut_with(self);
            let args = std::mem::take(args);
            return Some(Expr::Call(CallExpr {
                callee: Callee::Expr(Box::new(function)),
                args,
                ..CallExpr::default()
            }));
        }
        private_member(callee)?;
        let Expr::Member(member) = tree::strip_mut(callee) else { return None };
        let (object, private) = self.opened(member)?;
        let (first, again) = self.twice(object);
        args.visit_mut_with(self);
        let mut all = vec![ExprOrSpread::from(again)];
        all.append(args);
        let function = tree::member(self.get(first, &private), "call");
        Some(Expr::Call(CallExpr { callee: Callee::Expr(Box::new(function)), args: all, ..CallExpr::default() }))
    }

    fn tagged(&mut self, tagged: &mut TaggedTpl) -> Option<Expr> {
        let tag = &mut tagged.tag;
        if let Expr::Paren(inner) = &mut **tag
            && matches!(tree::strip(&inner.expr), Expr::OptChain(_))
        {
            let chain = std::mem::take(tree::strip_mut(&mut inner.expr));
            **tag = self.chain(chain, true);
        } else {
            private_member(tag)?;
            let Expr::Member(member) = tree::strip_mut(tag) else { return None };
            let (object, private) = self.opened(member)?;
            let (first, again) = self.twice(object);
            **tag = tree::call(tree::member(self.get(first, &private), "bind"), vec![again]);
        }
        tagged.tpl.visit_mut_with(self);
        Some(Expr::TaggedTpl(std::mem::take(tagged)))
    }

    fn assigned(&mut self, expression: &mut Expr) -> Option<Expr> {
        let Expr::Assign(assign) = expression else { return None };
        let target = match &mut assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => member,
            AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => {
                tree::strip_mut(&mut inner.expr).as_mut_member()?
            }
            _ => return None,
        };
        let (object, private) = self.opened(target)?;
        assign.right.visit_mut_with(self);
        let value = std::mem::take(&mut *assign.right);
        if assign.op == AssignOp::Assign {
            return Some(self.set(object, &private, value));
        }
        let (first, again) = self.twice(object);
        let op = assign.op.to_update()?;
        let left = Box::new(self.get(first, &private));
        let binary =
            |right: Expr, left: Box<Expr>| Expr::Bin(BinExpr { span: DUMMY_SP, op, left, right: Box::new(right) });
        Some(match op {
            BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing => {
                binary(self.set(again, &private, value), left)
            }
            _ => {
                // The object is evaluated by the first of both mentions.
                let (object, again) = match *left {
                    Expr::Call(call) => (call, again),
                    other => return Some(other),
                };
                let first = object.args.first().map(|argument| (*argument.expr).clone())?;
                let mut get = object;
                get.args[0] = ExprOrSpread::from(again);
                self.set(first, &private, binary(value, Box::new(Expr::Call(get))))
            }
        })
    }

    fn tested(&mut self, binary: &mut BinExpr) -> Option<Expr> {
        let Expr::PrivateName(name) = &*binary.left else { return None };
        let private = self.private(name)?;
        binary.right.visit_mut_with(self);
        let object = std::mem::take(&mut *binary.right);
        Some(tree::call(self.helper(Helper::PRIVATE_IN), vec![tree::ident(&private.store), object]))
    }

    /// An optional chain as conditions. `bound`: what it gives is called, with its object as `this`.
    fn chain(&mut self, mut chain: Expr, bound: bool) -> Expr {
        let Some(mut test) = self.open(&mut chain) else {
            if bound && let Expr::Member(member) = &mut chain {
                let object = std::mem::take(&mut *member.obj);
                let (first, again) = self.twice(object);
                *member.obj = first;
                chain.visit_mut_with(self);
                return tree::call(tree::member(chain, "bind"), vec![again]);
            }
            chain.visit_mut_with(self);
            return chain;
        };
        test.visit_mut_with(self);
        let rest = self.chain(chain, bound);
        Expr::Cond(CondExpr {
            span: DUMMY_SP,
            test: Box::new(tree::is_null(test)),
            cons: Box::new(super::super::fold::void()),
            alt: Box::new(rest),
        })
    }

    /// Makes the deepest optional link of a chain a plain one; gives what must not be nullish for that.
    fn open(&mut self, chain: &mut Expr) -> Option<Expr> {
        let Expr::OptChain(link) = chain else { return None };
        let optional = link.optional;
        let test = match &mut *link.base {
            OptChainBase::Member(member) => match self.open(&mut member.obj) {
                Some(test) => Some((test, !optional && !member.obj.is_opt_chain())),
                None if optional => {
                    let (first, again) = self.twice(std::mem::take(&mut *member.obj));
                    *member.obj = again;
                    Some((first, true))
                }
                None => None,
            },
            OptChainBase::Call(call) => match self.open(&mut call.callee) {
                Some(test) => Some((test, !optional && !call.callee.is_opt_chain())),
                None if optional => Some((self.open_call(call), true)),
                None => None,
            },
        };
        let plain = test.as_ref().is_none_or(|(_, plain)| *plain);
        if plain {
            *chain = match std::mem::replace(&mut *link.base, OptChainBase::Member(MemberExpr::default())) {
                OptChainBase::Member(member) => Expr::Member(member),
                OptChainBase::Call(call) => Expr::Call(CallExpr {
                    span: call.span,
                    callee: Callee::Expr(call.callee),
                    args: call.args,
                    ..CallExpr::default()
                }),
            };
        }
        // A link without a question mark and none below is plain from here on.
        test.map(|(test, _)| test)
    }

    /// `object.f?.(…)`: the function is tested, and called with the object as `this`.
    fn open_call(&mut self, call: &mut OptCall) -> Expr {
        let function = self.temp("_function");
        let mut callee = std::mem::take(&mut *call.callee);
        let object = match &mut callee {
            Expr::Member(member) => {
                let (first, again) = self.twice(std::mem::take(&mut *member.obj));
                *member.obj = first;
                Some(again)
            }
            Expr::SuperProp(_) => Some(tree::this()),
            _ => None,
        };
        *call.callee = match object {
            Some(object) => {
                call.args.insert(0, ExprOrSpread::from(object));
                tree::member(tree::ident(&function), "call")
            }
            None => tree::ident(&function),
        };
        tree::assign(function, callee)
    }
}

/// `(a?.b)?.()` is `a?.b?.()`: where the first part gives up, the second one does.
pub(super) fn join_optional(expression: &mut Expr) {
    let Expr::OptChain(link) = expression else { return };
    if !link.optional {
        return;
    }
    let base = match &mut *link.base {
        OptChainBase::Member(member) => &mut member.obj,
        OptChainBase::Call(call) => &mut call.callee,
    };
    if base.is_paren() && tree::strip(base).is_opt_chain() {
        **base = std::mem::take(tree::strip_mut(base));
    }
}

/// A private name somewhere along the chain.
fn has_private(chain: &Expr) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_private_name(&mut self, _: &PrivateName) {
            self.0 = true;
        }
        fn visit_function(&mut self, _: &Function) {}
        fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
        fn visit_class(&mut self, _: &Class) {}
    }
    let mut finder = Finder(false);
    chain.visit_with(&mut finder);
    finder.0
}

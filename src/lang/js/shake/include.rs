//! What an expression that stays needs.

use super::declare::address;
use super::effects::{Around, property_key};
use super::needs::Needs;
use super::values::*;
use super::world::Code;
use crate::lang::js::tree::strip;
use swc_core::atoms::Atom;
use swc_core::ecma::ast::*;

impl<'a> Needs<'a, '_, '_> {
    /// An expression that stays: for its value if that is used, else for what it does.
    pub(super) fn include(&mut self, expression: &'a Expr, used: bool) {
        if !self.flow.runs(expression) {
            return;
        }
        let whole = used || self.self_acts(expression, Around::HERE);
        if whole {
            self.changed |= self.kept.whole.insert(address(expression));
        }
        match expression {
            Expr::Ident(name) if whole => self.live(&name.to_id()),
            Expr::Paren(inner) => self.include(&inner.expr, used),
            Expr::Fn(function) if whole => self.body(self.site(address(&*function.function))),
            Expr::Arrow(arrow) if whole => self.body(self.site(address(arrow))),
            Expr::Class(class) if whole => self.class(&class.class),
            Expr::Object(object) => self.object(object, expression, whole),
            Expr::Array(array) => {
                array.elems.iter().flatten().for_each(|element| {
                    self.include(&element.expr, whole);
                    if whole && element.spread.is_some() {
                        self.observe(&self.flow.value(&element.expr), None);
                    }
                });
            }
            Expr::Tpl(template) => template.exprs.iter().for_each(|part| self.include(part, whole)),
            Expr::Unary(unary) => match strip(&unary.arg) {
                Expr::Member(member) if unary.op == UnaryOp::Delete => {
                    if whole {
                        self.member(member);
                    } else {
                        self.member_parts(member);
                    }
                }
                _ => self.include(&unary.arg, whole),
            },
            Expr::Update(update) => self.update(update, whole, used),
            Expr::Bin(binary) => self.binary(binary, whole, used),
            Expr::Cond(choice) => {
                let known = self.test(&choice.test);
                let either = [&choice.cons, &choice.alt];
                let matters = used || either.iter().any(|side| self.acts(side, Around::HERE));
                self.include(&choice.test, known.is_none() && matters);
                either.into_iter().for_each(|side| self.include(side, used));
            }
            Expr::Seq(sequence) => {
                let last = sequence.exprs.len().saturating_sub(1);
                for (at, part) in sequence.exprs.iter().enumerate() {
                    self.include(part, used && at == last);
                }
            }
            Expr::Assign(assign) => self.assign(assign, address(expression), whole, used),
            Expr::Member(member) => self.read(member, whole),
            Expr::Call(_) | Expr::New(_) | Expr::OptChain(_) => self.called(expression, whole),
            Expr::Await(AwaitExpr { arg, .. }) => self.include(arg, true),
            Expr::Yield(given) => given.arg.iter().for_each(|value| self.include(value, true)),
            Expr::TaggedTpl(tagged) => {
                self.include(&tagged.tag, whole);
                tagged.tpl.exprs.iter().for_each(|part| self.include(part, whole));
            }
            Expr::SuperProp(property) => {
                if let SuperProp::Computed(computed) = &property.prop {
                    self.include(&computed.expr, true);
                }
            }
            _ => {}
        }
    }

    fn update(&mut self, update: &'a UpdateExpr, whole: bool, used: bool) {
        match strip(&update.arg) {
            Expr::Ident(name) if used || whole && self.is_constant(&name.to_id()) => self.live(&name.to_id()),
            Expr::Member(member) if whole => {
                self.member(member);
                self.observe(&self.flow.value(&member.obj), self.key_of(&member.prop).as_ref());
            }
            Expr::Member(member) => self.member_parts(member),
            _ => {}
        }
    }

    fn binary(&mut self, binary: &'a BinExpr, whole: bool, used: bool) {
        if super::super::fold::is_logical(binary.op) {
            if !self.flow.runs(&binary.right) || self.ends(binary) {
                self.kept.cut.insert(address(&*binary.right));
                return self.include(&binary.left, used);
            }
            let matters = used || self.acts(&binary.right, Around::HERE);
            let left = self.flow.value(&binary.left);
            let decided = match binary.op {
                BinaryOp::NullishCoalescing => left.is_nullish(),
                _ => left.truthy().is_some(),
            };
            if decided {
                self.kept.decided.insert(address(&*binary.left), true);
            }
            self.include(&binary.left, matters && !decided);
            return self.include(&binary.right, used);
        }
        self.include(&binary.left, whole);
        self.include(&binary.right, whole);
        if whole && matches!(binary.op, BinaryOp::In | BinaryOp::InstanceOf) {
            self.observe(&self.flow.value(&binary.right), None);
            self.observe(&self.flow.value(&binary.left), None);
        }
    }

    /// The left side decides, so that the right one does not run.
    fn ends(&self, binary: &BinExpr) -> bool {
        let left = self.flow.value(&binary.left);
        match binary.op {
            BinaryOp::LogicalAnd => left.truthy() == Some(false),
            BinaryOp::LogicalOr => left.truthy() == Some(true),
            _ => !left.is_never() && !left.may_be_nullish(),
        }
    }

    fn read(&mut self, member: &'a MemberExpr, whole: bool) {
        if whole {
            self.observe(&self.flow.value(&member.obj), self.key_of(&member.prop).as_ref());
        }
        self.include(&member.obj, whole);
        if let MemberProp::Computed(computed) = &member.prop {
            self.include(&computed.expr, whole);
        }
    }

    fn assign(&mut self, assign: &'a AssignExpr, at: usize, whole: bool, used: bool) {
        match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => {
                let id = name.id.to_id();
                // The value that it had is part of the result.
                if assign.op != AssignOp::Assign && (used || whole) || self.is_constant(&id) {
                    self.live(&id);
                }
                self.include(&assign.right, used || self.is_live(&id));
            }
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                // Of a write that nobody sees, the value may be wanted.
                let writes = self.write_acts(member) || assign.op != AssignOp::Assign && whole;
                if writes {
                    self.changed |= self.kept.writes.insert(at);
                    self.member(member);
                    if assign.op != AssignOp::Assign {
                        self.observe(&self.flow.value(&member.obj), self.key_of(&member.prop).as_ref());
                    }
                } else {
                    self.member_parts(member);
                }
                self.include(&assign.right, used || writes);
            }
            AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => {
                self.target(&inner.expr);
                self.include(&assign.right, true);
            }
            AssignTarget::Simple(_) => self.include(&assign.right, true),
            AssignTarget::Pat(target) => {
                self.include(&assign.right, true);
                self.observe_all(&self.flow.value(&assign.right));
                self.assigned_pattern(target);
            }
        }
    }

    fn assigned_pattern(&mut self, target: &'a AssignTargetPat) {
        swc_core::ecma::utils::find_pat_ids::<_, Id>(target).iter().for_each(|id| self.live(id));
        match target {
            AssignTargetPat::Array(array) => {
                array.elems.iter().flatten().for_each(|element| self.pattern_live(element))
            }
            AssignTargetPat::Object(object) => {
                for property in &object.props {
                    match property {
                        ObjectPatProp::KeyValue(pair) => {
                            if let PropName::Computed(computed) = &pair.key {
                                self.include(&computed.expr, true);
                            }
                            self.pattern_live(&pair.value);
                        }
                        ObjectPatProp::Assign(assign) => {
                            self.live(&assign.key.id.to_id());
                            assign.value.iter().for_each(|value| self.include(value, true));
                        }
                        ObjectPatProp::Rest(rest) => self.pattern_live(&rest.arg),
                    }
                }
            }
            AssignTargetPat::Invalid(_) => {}
        }
    }

    fn object(&mut self, object: &'a ObjectLit, expression: &'a Expr, whole: bool) {
        let site = self.site(address(expression));
        for property in &object.props {
            let found = match property {
                PropOrSpread::Spread(spread) => {
                    self.include(&spread.expr, whole);
                    if whole {
                        self.observe(&self.flow.value(&spread.expr), None);
                    }
                    continue;
                }
                PropOrSpread::Prop(found) => &**found,
            };
            let key = self.property_name(found);
            let named =
                key.as_ref().is_none_or(|key| matches!(&**key, "__proto__" | "@@toStringTag" | "@@toPrimitive"));
            let value = found.as_key_value().map(|pair| &*pair.value);
            let acts = value.is_some_and(|value| self.acts(value, Around::HERE))
                || property_key(found).is_some_and(|key| self.acts(key, Around::HERE) || !self.is_key(key));
            let needed = whole && (named || acts || site.is_none_or(|site| self.is_observed(site, key.as_ref())));
            if !needed {
                value.into_iter().for_each(|value| self.include(value, false));
                property_key(found).into_iter().for_each(|key| self.include(key, false));
                continue;
            }
            self.changed |= self.kept.properties.insert(address(property));
            property_key(found).into_iter().for_each(|key| self.include(key, true));
            match found {
                Prop::Shorthand(name) => self.live(&name.to_id()),
                Prop::KeyValue(pair) => self.include(&pair.value, true),
                Prop::Method(MethodProp { function, .. })
                | Prop::Getter(GetterProp { function, .. })
                | Prop::Setter(SetterProp { function, .. }) => self.body(self.site(address(&**function))),
                Prop::Assign(_) => {}
            }
        }
    }

    fn property_name(&self, property: &Prop) -> Option<Atom> {
        let key = match property {
            Prop::Shorthand(name) => return Some(name.sym.clone()),
            Prop::KeyValue(pair) => &pair.key,
            Prop::Method(method) => &method.key,
            Prop::Getter(getter) => &getter.key,
            Prop::Setter(setter) => &setter.key,
            Prop::Assign(_) => return None,
        };
        match key {
            PropName::Ident(name) => Some(name.sym.clone()),
            PropName::Str(text) => text.value.as_str().map(Into::into),
            PropName::Num(number) => Value::number(number.value).key(),
            PropName::Computed(computed) => self.flow.known_key(&computed.expr, &self.flow.value(&computed.expr)),
            PropName::BigInt(_) => None,
        }
    }

    fn called(&mut self, expression: &'a Expr, whole: bool) {
        match expression {
            Expr::Call(call) => {
                if let Callee::Expr(callee) = &call.callee
                    && (whole || !self.flow.scene.is_annotated(call.span.lo))
                {
                    self.include(callee, whole);
                } else {
                    self.kept.annotated.insert(address(expression));
                }
                if whole && let Some(callee) = call.callee.as_expr().and_then(|callee| strip(callee).as_member()) {
                    self.looked_up(callee);
                }
                let function = call.callee.as_expr().map(|callee| self.flow.value(callee)).unwrap_or_default();
                self.arguments(&call.args, &function, address(expression), whole);
            }
            Expr::New(new) => {
                if whole || !self.flow.scene.is_annotated(new.span.lo) {
                    self.include(&new.callee, whole);
                } else {
                    self.kept.annotated.insert(address(expression));
                }
                let function = self.flow.value(&new.callee);
                self.arguments(new.args.as_deref().unwrap_or_default(), &function, address(expression), whole);
            }
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => {
                    if self.flow.is_cut(chain) {
                        self.kept.cut.insert(address(expression));
                        return self.include(&member.obj, false);
                    }
                    self.read(member, whole);
                }
                OptChainBase::Call(call) => {
                    let function = self.flow.value(&call.callee);
                    if self.flow.is_cut(chain) {
                        self.kept.cut.insert(address(expression));
                        return self.include(&call.callee, false);
                    }
                    self.include(&call.callee, true);
                    self.arguments(&call.args, &function, address(expression), true);
                }
            },
            _ => {}
        }
    }

    /// What every object has looks at what the object itself has.
    fn looked_up(&mut self, callee: &'a MemberExpr) {
        let name = callee.prop.as_ident().map(|name| &*name.sym);
        if matches!(name, Some("hasOwnProperty" | "propertyIsEnumerable" | "toString" | "toLocaleString" | "valueOf")) {
            self.observe(&self.flow.value(&callee.obj), None);
        }
    }

    fn arguments(&mut self, arguments: &'a [ExprOrSpread], function: &Value, at: usize, whole: bool) {
        let mut needed = 0;
        for (index, argument) in arguments.iter().enumerate() {
            if argument.spread.is_some()
                || self.acts(&argument.expr, Around::HERE)
                || !function.is_known()
                || function.sites.iter().any(|site| self.wants(*site, index))
            {
                needed = index + 1;
            }
        }
        if !whole {
            return arguments.iter().for_each(|argument| self.include(&argument.expr, false));
        }
        let known = self.kept.arguments.entry(at).or_default();
        if needed > *known {
            *known = needed;
            self.changed = true;
        }
        let needed = *known;
        for argument in &arguments[..needed] {
            self.include(&argument.expr, true);
            if argument.spread.is_some() || !function.is_known() {
                self.observe(&self.flow.value(&argument.expr), None);
            }
        }
    }

    /// The function looks at the argument with this number.
    fn wants(&self, site: Site, index: usize) -> bool {
        let Some(func) = self.flow.world.objects[site as usize].func else { return true };
        let func = &self.flow.world.funcs[func as usize];
        let of = |pattern: &Pat| match pattern {
            Pat::Ident(name) => self.is_live(&name.id.to_id()),
            _ => true,
        };
        let pattern = match func.code {
            _ if func.uses_arguments => return true,
            Code::Function(function) => function.params.get(index).map(|parameter| &parameter.pat),
            Code::Arrow(arrow) => arrow.params.get(index),
            Code::Constructor(constructor) => match constructor.params.get(index) {
                Some(ParamOrTsParamProp::Param(parameter)) => Some(&parameter.pat),
                Some(_) => return true,
                None => None,
            },
            Code::Default => return func.class.is_some_and(|class| class.super_class.is_some()),
        };
        let rest = match func.code {
            Code::Function(function) => function.params.last().is_some_and(|parameter| parameter.pat.is_rest()),
            Code::Arrow(arrow) => arrow.params.last().is_some_and(Pat::is_rest),
            _ => true,
        };
        pattern.map_or(rest, of)
    }

    pub(super) fn class(&mut self, class: &'a Class) {
        class.super_class.iter().for_each(|base| self.include(base, true));
        class.decorators.iter().for_each(|decorator| self.include(&decorator.expr, true));
        self.body(self.site(address(class)));
        for member in &class.body {
            super::super::tree::computed_key(member).into_iter().for_each(|key| self.include(key, true));
            match member {
                ClassMember::Method(method) => self.body(self.site(address(&*method.function))),
                ClassMember::PrivateMethod(method) => self.body(self.site(address(&*method.function))),
                ClassMember::ClassProp(property) => {
                    property.decorators.iter().for_each(|decorator| self.include(&decorator.expr, true));
                    let value = property.value.as_deref().filter(|_| property.is_static);
                    value.into_iter().for_each(|value| self.include(value, true));
                }
                ClassMember::PrivateProp(property) if property.is_static => {
                    property.value.iter().for_each(|value| self.include(value, true));
                }
                ClassMember::StaticBlock(block) => self.list(&block.body.stmts),
                _ => {}
            }
        }
    }
}

//! What evaluating code does that somebody may notice.

use super::declare::address;
use super::needs::Needs;
use super::values::*;
use super::world::{Code, Found, Kind};
use crate::lang::js::purity::builtins::{self, Given};
use crate::lang::js::tree::strip;
use swc_core::atoms::Atom;
use swc_core::ecma::ast::*;

/// Where an effect is looked for.
#[derive(Clone, Copy)]
pub(super) struct Around {
    /// The function whose own bindings do not count, by address; 0 for none: all count.
    pub own: usize,
    pub returns: bool,
    /// `break` and `continue` without a label stay inside of what is looked at.
    pub breaks: bool,
    pub continues: bool,
}

impl Around {
    pub const HERE: Around = Around { own: usize::MAX, returns: false, breaks: false, continues: false };

    pub(super) fn in_loop(self) -> Self {
        Around { breaks: true, continues: true, ..self }
    }
}

impl<'a> Needs<'a, '_, '_> {
    pub(super) fn acts(&mut self, expression: &'a Expr, around: Around) -> bool {
        if !self.flow.runs(expression) {
            return false;
        }
        self.self_acts(expression, around) || self.parts_act(expression, around)
    }

    fn any_acts(&mut self, expressions: impl IntoIterator<Item = &'a Expr>, around: Around) -> bool {
        expressions.into_iter().any(|expression| self.acts(expression, around))
    }

    /// An effect of what the expression is made of.
    fn parts_act(&mut self, expression: &'a Expr, around: Around) -> bool {
        match expression {
            Expr::Paren(inner) => self.acts(&inner.expr, around),
            Expr::Array(array) => self.any_acts(array.elems.iter().flatten().map(|element| &*element.expr), around),
            Expr::Object(object) => object.props.iter().any(|property| match property {
                PropOrSpread::Spread(spread) => self.acts(&spread.expr, around),
                PropOrSpread::Prop(property) => {
                    let value = property.as_key_value().is_some_and(|pair| self.acts(&pair.value, around));
                    value || property_key(property).is_some_and(|key| self.acts(key, around))
                }
            }),
            Expr::Tpl(template) => self.any_acts(template.exprs.iter().map(|part| &**part), around),
            Expr::Unary(unary) => {
                let named = unary.op == UnaryOp::TypeOf && unary.arg.is_ident();
                match strip(&unary.arg) {
                    Expr::Member(member) if unary.op == UnaryOp::Delete => self.member_parts_act(member, around),
                    arg => !named && self.acts(arg, around),
                }
            }
            Expr::Update(update) => match strip(&update.arg) {
                Expr::Member(member) => self.member_parts_act(member, around),
                _ => false,
            },
            Expr::Bin(binary) => self.acts(&binary.left, around) || self.acts(&binary.right, around),
            Expr::Cond(choice) => {
                let guarded = super::super::purity::guarded(&choice.test);
                self.acts(&choice.test, around)
                    || [&choice.cons, &choice.alt].into_iter().any(|side| {
                        let safe = guarded.is_some() && strip(side).as_ident().map(|name| name.to_id()) == guarded;
                        !safe && self.acts(side, around)
                    })
            }
            Expr::Seq(sequence) => self.any_acts(sequence.exprs.iter().map(|part| &**part), around),
            Expr::Assign(assign) => {
                let target = match &assign.left {
                    AssignTarget::Simple(SimpleAssignTarget::Member(member)) => self.member_parts_act(member, around),
                    _ => false,
                };
                target || self.acts(&assign.right, around)
            }
            Expr::Member(member) => self.member_parts_act(member, around),
            Expr::Call(call) => {
                let callee = match &call.callee {
                    Callee::Expr(callee) => !self.flow.scene.is_annotated(call.span.lo) && self.acts(callee, around),
                    _ => false,
                };
                callee || self.any_acts(call.args.iter().map(|argument| &*argument.expr), around)
            }
            Expr::New(new) => {
                let arguments = new.args.iter().flatten().map(|argument| &*argument.expr);
                let named = self.flow.scene.is_annotated(new.span.lo);
                !named && self.acts(&new.callee, around) || self.any_acts(arguments, around)
            }
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => self.member_parts_act(member, around),
                OptChainBase::Call(call) => {
                    self.acts(&call.callee, around)
                        || self.any_acts(call.args.iter().map(|argument| &*argument.expr), around)
                }
            },
            Expr::TaggedTpl(tagged) => {
                self.acts(&tagged.tag, around) || self.any_acts(tagged.tpl.exprs.iter().map(|part| &**part), around)
            }
            _ => false,
        }
    }

    fn member_parts_act(&mut self, member: &'a MemberExpr, around: Around) -> bool {
        let key = match &member.prop {
            MemberProp::Computed(computed) => self.acts(&computed.expr, around),
            _ => false,
        };
        key || self.acts(&member.obj, around)
    }

    /// An effect of the expression apart from those of its parts.
    pub(super) fn self_acts(&mut self, expression: &'a Expr, around: Around) -> bool {
        match expression {
            Expr::Lit(_) | Expr::Fn(_) | Expr::Arrow(_) | Expr::This(_) | Expr::MetaProp(_) | Expr::Paren(_) => false,
            Expr::Seq(_) | Expr::Cond(_) => false,
            Expr::Ident(name) => self.is_free(name) || self.is_early(name),
            Expr::Class(class) => self.class_acts(&class.class, around),
            Expr::Array(array) => array
                .elems
                .iter()
                .flatten()
                .any(|element| element.spread.is_some() && !self.flow.is_array(&self.flow.value(&element.expr))),
            Expr::Object(object) => object.props.iter().any(|property| self.property_acts(property)),
            Expr::Tpl(template) => template.exprs.iter().any(|part| !self.is_plain(part)),
            Expr::Unary(unary) => match unary.op {
                UnaryOp::TypeOf | UnaryOp::Bang | UnaryOp::Void => false,
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => !self.is_plain(&unary.arg),
                UnaryOp::Delete => match strip(&unary.arg) {
                    Expr::Member(member) => self.write_acts(member),
                    _ => true,
                },
            },
            Expr::Bin(binary) => self.binary_acts(binary),
            Expr::Assign(assign) => self.assign_acts(assign, around),
            Expr::Update(update) => match strip(&update.arg) {
                Expr::Ident(name) => {
                    self.is_constant(&name.to_id())
                        || self.target_acts(&name.to_id(), around)
                        || !self.is_plain(&update.arg)
                }
                Expr::Member(member) => {
                    !self.flow.value(&update.arg).is_primitive() || self.member_acts(member) || self.write_acts(member)
                }
                _ => true,
            },
            Expr::Member(member) => self.member_acts(member),
            // Where it stays, a constructor needs the call; whether it matters is asked of the constructor.
            Expr::Call(call) if call.callee.is_super_() => around.own == Around::HERE.own || self.call_acts(call),
            Expr::Call(call) => self.call_acts(call),
            Expr::New(new) => self.new_acts(new),
            Expr::OptChain(chain) => self.chain_acts(chain, around),
            Expr::TaggedTpl(tagged) => !self.flow.scene.is_annotated(tagged.span.lo),
            _ => true,
        }
    }

    pub(super) fn is_key(&self, expression: &Expr) -> bool {
        self.is_plain(expression) || self.flow.known_key(expression, &self.flow.value(expression)).is_some()
    }

    fn property_acts(&mut self, property: &'a PropOrSpread) -> bool {
        match property {
            PropOrSpread::Spread(spread) => {
                let value = self.flow.value(&spread.expr);
                value.kinds & UNKNOWN != 0 || value.sites.iter().any(|site| self.flow.world.may_have_accessors(*site))
            }
            PropOrSpread::Prop(property) => match &**property {
                Prop::Shorthand(name) => self.is_free(name) || self.is_early(name),
                Prop::Assign(_) => true,
                property => property_key(property).is_some_and(|key| !self.is_key(key)),
            },
        }
    }

    /// Its declaration stands below.
    fn is_early(&self, name: &Ident) -> bool {
        self.flow.world.early.contains(&address(name))
    }

    /// A name of nobody's, which may not exist.
    fn is_free(&self, name: &Ident) -> bool {
        name.ctxt == self.flow.scene.unresolved
            && !self.flow.world.ids.contains_key(&name.to_id())
            && !builtins::is_safe(&name.sym)
    }

    fn binary_acts(&mut self, binary: &'a BinExpr) -> bool {
        match binary.op {
            BinaryOp::EqEqEq
            | BinaryOp::NotEqEq
            | BinaryOp::LogicalAnd
            | BinaryOp::LogicalOr
            | BinaryOp::NullishCoalescing => false,
            BinaryOp::InstanceOf | BinaryOp::In => true,
            BinaryOp::EqEq | BinaryOp::NotEq
                if self.flow.value(&binary.left).is_nullish() || self.flow.value(&binary.right).is_nullish() =>
            {
                false
            }
            _ => !self.is_plain(&binary.left) || !self.is_plain(&binary.right) || self.refuses(binary),
        }
    }

    pub(super) fn target_acts(&self, id: &Id, around: Around) -> bool {
        match self.flow.world.ids.get(id) {
            Some(at) => self.live[*at as usize] && self.flow.world.variables[*at as usize].owner != around.own,
            None => true,
        }
    }

    /// It refuses every other value than its first.
    pub(super) fn is_constant(&self, id: &Id) -> bool {
        let variable = self.flow.world.ids.get(id).map(|at| &self.flow.world.variables[*at as usize]);
        variable.is_some_and(|variable| variable.binding == super::world::Binding::Constant)
    }

    fn assign_acts(&mut self, assign: &'a AssignExpr, around: Around) -> bool {
        let logical = matches!(assign.op, AssignOp::AndAssign | AssignOp::OrAssign | AssignOp::NullishAssign);
        let converts = assign.op != AssignOp::Assign && !logical;
        // What may not run does so after the look at the target.
        if logical && self.acts(&assign.right, around) {
            return true;
        }
        match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => {
                let known =
                    self.flow.world.ids.get(&name.id.to_id()).map(|at| &self.flow.world.variables[*at as usize]);
                let plain = known.is_some_and(|variable| variable.value.is_primitive());
                self.is_constant(&name.id.to_id())
                    || self.target_acts(&name.id.to_id(), around)
                    || converts && (!plain || !self.is_plain(&assign.right))
            }
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                assign.op != AssignOp::Assign && self.member_acts(member)
                    || converts && !self.is_plain(&assign.right)
                    || self.write_acts(member)
            }
            _ => true,
        }
    }

    pub(super) fn key_of(&self, property: &MemberProp) -> Option<Atom> {
        match property {
            MemberProp::Ident(name) => Some(name.sym.clone()),
            MemberProp::Computed(computed) => self.flow.known_key(&computed.expr, &self.flow.value(&computed.expr)),
            MemberProp::PrivateName(name) => Some(format!("#{}", name.name).into()),
        }
    }

    fn member_acts(&mut self, member: &'a MemberExpr) -> bool {
        if let MemberProp::Computed(computed) = &member.prop
            && !self.is_key(&computed.expr)
        {
            return true;
        }
        let key = self.key_of(&member.prop);
        let object = self.flow.value(&member.obj);
        let known = match strip(&member.obj) {
            Expr::MetaProp(_) | Expr::Lit(Lit::Regex(_)) => true,
            Expr::Ident(name) if self.flow.world.ids.contains_key(&name.to_id()) => false,
            // The global object is there; what it lacks is undefined.
            Expr::Ident(name) if &*name.sym == "arguments" => true,
            object @ (Expr::Ident(_) | Expr::Member(_)) => self.flow.scene.global(object).is_some_and(|path| {
                let prototypes = ["Object.prototype", "Array.prototype", "Function.prototype", "String.prototype"];
                matches!(&*path, "globalThis" | "window")
                    || builtins::has_property(&path)
                    || prototypes.contains(&&*path)
            }),
            _ => false,
        };
        !known && self.read_acts(&object, key.as_ref())
    }

    /// Reading a property of the value.
    pub(super) fn read_acts(&mut self, object: &Value, key: Option<&Atom>) -> bool {
        if object.kinds & (NULLISH | UNKNOWN) != 0 || object.is_never() {
            return true;
        }
        for site in &object.sites {
            let Some(key) = key else {
                if self.flow.world.may_have_accessors(*site) {
                    return true;
                }
                continue;
            };
            let mut found = Found::default();
            self.flow.world.find(*site, key, &mut found);
            if found.unknown
                || self.lacks_private(*site, key, &found)
                || found.getters.into_iter().any(|getter| self.site_acts(getter))
            {
                return true;
            }
        }
        false
    }

    /// A private name that the object may not have: using it is an error.
    fn lacks_private(&self, site: Site, key: &Atom, found: &Found) -> bool {
        let has = |site: &Site| self.flow.world.objects[*site as usize].properties.contains_key(key);
        let own = self.flow.world.objects[site as usize].kind != Kind::Instance;
        key.starts_with('#') && !if own { has(&site) } else { found.path.iter().any(has) }
    }

    pub(super) fn write_acts(&mut self, member: &'a MemberExpr) -> bool {
        if let MemberProp::Computed(computed) = &member.prop
            && !self.is_key(&computed.expr)
        {
            return true;
        }
        let object = self.flow.value(&member.obj);
        let key = self.key_of(&member.prop);
        if !object.is_known() {
            return true;
        }
        object.sites.iter().any(|site| self.writes_to(*site, key.as_ref()))
    }

    pub(super) fn writes_to(&mut self, site: Site, key: Option<&Atom>) -> bool {
        let object = &self.flow.world.objects[site as usize];
        let own = |name: &Atom| matches!(&**name, "name" | "length" | "prototype" | "arguments" | "caller");
        let refused = object.func.is_some() && key.is_none_or(own) || key.is_some_and(|key| &**key == "__proto__");
        // `prototype` of a function that is no class may be replaced.
        let refused = refused && !(object.kind == Kind::Function && key.is_some_and(|key| &**key == "prototype"));
        if object.escaped || object.frozen || refused || self.is_observed(site, key) {
            return true;
        }
        let Some(key) = key else { return self.flow.world.may_have_accessors(site) };
        let mut found = Found::default();
        self.flow.world.find(site, key, &mut found);
        found.unknown
            || self.flow.world.private_methods.contains(key)
            || self.lacks_private(site, key, &found)
            || !found.getters.is_empty() && found.setters.is_empty()
            || found.path.iter().any(|site| self.flow.world.objects[*site as usize].frozen)
            || found.setters.into_iter().any(|setter| self.site_acts(setter))
    }

    /// Calling the function.
    pub(super) fn site_acts(&mut self, site: Site) -> bool {
        match self.flow.world.objects[site as usize].func {
            Some(func) => self.function_acts(func),
            None => true,
        }
    }

    fn call_acts(&mut self, call: &'a CallExpr) -> bool {
        if call
            .args
            .iter()
            .any(|argument| argument.spread.is_some() && !self.flow.is_array(&self.flow.value(&argument.expr)))
        {
            return true;
        }
        let callee = match &call.callee {
            Callee::Expr(callee) => strip(callee),
            Callee::Super(_) => return self.base_acts(),
            Callee::Import(_) => return true,
        };
        if self.flow.scene.is_annotated(call.span.lo) {
            return false;
        }
        let function = self.flow.value(callee);
        if function.is_known() {
            return function
                .sites
                .iter()
                .any(|site| self.flow.world.objects[*site as usize].kind != Kind::Function || self.site_acts(*site));
        }
        !self.is_harmless_built_in(callee, &call.args)
    }

    fn is_harmless_built_in(&mut self, callee: &'a Expr, arguments: &'a [ExprOrSpread]) -> bool {
        let plain =
            |needs: &Self| arguments.iter().all(|argument| argument.spread.is_none() && needs.is_plain(&argument.expr));
        if let Some(path) = self.flow.scene.global(callee) {
            if self.flow.scene.is_pure_name(&path) {
                return true;
            }
            return match builtins::function(&path) {
                // A proxy that is made for the call notices it.
                Some(Given::Values) => arguments.iter().all(|argument| {
                    let named = strip(&argument.expr).is_ident() || strip(&argument.expr).is_member();
                    named || self.flow.value(&argument.expr).kinds & UNKNOWN == 0
                }),
                Some(Given::Primitives) => plain(self),
                Some(Given::NewValue) => arguments.first().is_some_and(|first| self.is_harmless_on(&path, &first.expr)),
                None => false,
            };
        }
        let Expr::Member(member) = callee else { return false };
        let Some(name) = member.prop.as_ident() else { return false };
        let this = self.flow.value(&member.obj);
        let of_any = ["hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "valueOf", "toLocaleString"];
        if this.is_primitive() && !this.may_be_nullish() && this.kinds & !(STRING | NUMBER | BOOL) == 0 {
            let known = match this.kinds {
                STRING => builtins::OF_STRINGS.contains(&&*name.sym),
                _ => builtins::OF_VALUES.contains(&&*name.sym) && this.kinds & STRING == 0,
            };
            if this.kinds == STRING && matches!(&*name.sym, "replace" | "replaceAll" | "match" | "matchAll" | "search")
            {
                return self.is_search(arguments);
            }
            return (known || of_any.contains(&&*name.sym)) && plain(self);
        }
        if !this.is_known() {
            return builtins::method(&member.obj, &name.sym) && plain(self);
        }
        let shadowed = this.sites.iter().any(|site| {
            let object = &self.flow.world.objects[*site as usize];
            object.escaped || object.properties.contains_key(&name.sym)
        });
        if shadowed {
            return false;
        }
        if self.flow.is_array(&this) {
            return !self.array_method_acts(&name.sym, &this, arguments);
        }
        let known = |argument: &ExprOrSpread| {
            let value = self.flow.value(&argument.expr);
            argument.spread.is_none() && value.kinds & UNKNOWN == 0
        };
        let looks = matches!(&*name.sym, "hasOwnProperty" | "propertyIsEnumerable") && plain(self)
            || &*name.sym == "isPrototypeOf" && arguments.iter().all(known);
        let converts = matches!(&*name.sym, "toString" | "toLocaleString") && self.is_bare(&this);
        looks || converts || &*name.sym == "valueOf"
    }

    /// Objects whose conversion is the language's own.
    fn is_bare(&self, value: &Value) -> bool {
        value.sites.iter().all(|site| {
            let object = &self.flow.world.objects[*site as usize];
            !object.wild
                && object.proto == super::world::Proto::Object
                && !object.properties.keys().any(|key| key.starts_with("@@") || &**key == "toString")
        })
    }

    /// What a text is searched for, and a function or text that replaces it.
    fn is_search(&mut self, arguments: &'a [ExprOrSpread]) -> bool {
        arguments.iter().all(|argument| {
            let value = self.flow.value(&argument.expr);
            let literal = strip(&argument.expr).is_lit() || self.is_plain(&argument.expr);
            let function = value.is_known() && value.sites.iter().all(|site| !self.site_acts(*site));
            argument.spread.is_none() && (literal || function)
        })
    }

    /// `Object.freeze(value)` and what reads all of a value.
    fn is_harmless_on(&mut self, path: &str, value: &'a Expr) -> bool {
        let value = self.flow.value(value);
        if matches!(path, "Object.freeze" | "Object.seal" | "Object.preventExtensions") {
            return value.is_known() && !value.sites.iter().any(|site| self.writes_to(*site, None));
        }
        let plain = |site: &Site| !self.flow.world.may_have_accessors(*site);
        let list = matches!(path, "Array.from" | "Object.fromEntries");
        value.is_known()
            && value.sites.iter().all(plain)
            && (!list || self.flow.is_array(&value) && path == "Array.from")
    }

    fn new_acts(&mut self, new: &'a NewExpr) -> bool {
        let arguments = new.args.as_deref().unwrap_or_default();
        if arguments
            .iter()
            .any(|argument| argument.spread.is_some() && !self.flow.is_array(&self.flow.value(&argument.expr)))
        {
            return true;
        }
        if self.flow.scene.is_annotated(new.span.lo) {
            return false;
        }
        let function = self.flow.value(&new.callee);
        if function.is_known() {
            return function.sites.iter().any(|site| {
                let func = self.flow.world.objects[*site as usize].func;
                func.is_none_or(|func| {
                    matches!(self.flow.world.funcs[func as usize].code, Code::Arrow(_)) || self.function_acts(func)
                })
            });
        }
        let Some(name) = self.flow.scene.global(strip(&new.callee)) else { return true };
        if matches!(&*name, "Map" | "Set" | "WeakMap" | "WeakSet") {
            return match arguments {
                [] => false,
                [only] => !self.is_collected(&name, &only.expr),
                _ => true,
            };
        }
        let plain = |argument: &'a ExprOrSpread| argument.spread.is_none() && self.is_plain(&argument.expr);
        !(builtins::constructor(&name) && arguments.iter().all(plain))
    }

    /// What a collection is made of.
    fn is_collected(&self, name: &str, given: &'a Expr) -> bool {
        match strip(given) {
            Expr::Lit(Lit::Null(_)) => true,
            Expr::Array(array) => {
                let weak = name.starts_with("Weak");
                let pair = name.ends_with("Map");
                array.elems.iter().all(|element| {
                    let Some(element) = element.as_ref().filter(|element| element.spread.is_none()) else {
                        return false;
                    };
                    let is_object = |value: &Expr| self.flow.value(value).is_known();
                    match strip(&element.expr) {
                        Expr::Array(entry) if pair => {
                            let key = entry.elems.first().and_then(|key| key.as_ref());
                            !weak || key.is_some_and(|key| is_object(&key.expr))
                        }
                        value => !pair && (!weak || is_object(value)),
                    }
                })
            }
            _ => false,
        }
    }

    fn chain_acts(&mut self, chain: &'a OptChainExpr, around: Around) -> bool {
        if self.flow.is_cut(chain) {
            return false;
        }
        // What stands behind runs only if the chain gets there.
        let (before, behind): (&Expr, Vec<&'a Expr>) = match &*chain.base {
            OptChainBase::Member(member) => {
                (&member.obj, member.prop.as_computed().map(|computed| &*computed.expr).into_iter().collect())
            }
            OptChainBase::Call(call) => (&call.callee, call.args.iter().map(|argument| &*argument.expr).collect()),
        };
        let may_end = strip(before).is_opt_chain() || self.flow.value(before).may_be_nullish();
        if may_end && self.any_acts(behind, around) {
            return true;
        }
        match &*chain.base {
            OptChainBase::Member(member) => {
                let object = self.flow.value(&member.obj);
                let key = self.key_of(&member.prop);
                let object = if chain.optional { object.present() } else { object };
                self.read_acts(&object, key.as_ref())
            }
            OptChainBase::Call(call) => {
                let function = self.flow.value(&call.callee);
                let function = if chain.optional { function.present() } else { function };
                let spread = call.args.iter().any(|argument| argument.spread.is_some());
                spread
                    || !function.is_known()
                    || function.sites.iter().any(|site| {
                        self.flow.world.objects[*site as usize].kind != Kind::Function || self.site_acts(*site)
                    })
            }
        }
    }
}

/// The computed key of a property.
pub(super) fn property_key(property: &Prop) -> Option<&Expr> {
    let key = match property {
        Prop::KeyValue(pair) => &pair.key,
        Prop::Method(method) => &method.key,
        Prop::Getter(getter) => &getter.key,
        Prop::Setter(setter) => &setter.key,
        Prop::Shorthand(_) | Prop::Assign(_) => return None,
    };
    key.as_computed().map(|key| &*key.expr)
}

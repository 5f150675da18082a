//! Calls, and the literals that make objects and functions.

use super::declare::address;
use super::flow::Flow;
use super::values::*;
use super::world::{Code, Kind, Property, Proto};
use crate::lang::js::purity::builtins;
use crate::lang::js::tree::strip;
use swc_core::atoms::Atom;
use swc_core::ecma::ast::*;

/// Arguments of a call as they were evaluated.
pub(super) struct Given {
    pub values: Vec<Value>,
    /// Followed by any number of others.
    pub spread: bool,
}

impl<'a> Flow<'a, '_> {
    pub(super) fn function_site(&mut self, function: &'a Function, at: usize) -> Site {
        if let Some(site) = self.sites.get(&at) {
            return *site;
        }
        let site = self.world.function(Code::Function(function), self.current, Kind::Function);
        self.world.prototype(site, Proto::Object);
        self.sites.insert(at, site);
        let harmless = self.scene.is_harmless(function.span.lo);
        let uses_arguments = self.arguments.contains(&at);
        let func = self.world.objects[site as usize].func.unwrap_or_default();
        let func = &mut self.world.funcs[func as usize];
        (func.harmless, func.uses_arguments) = (harmless, uses_arguments);
        if function.is_async || function.is_generator {
            func.returned = Value::of(UNKNOWN);
        }
        if !function.decorators.is_empty() {
            self.world.escape_site(site);
        }
        site
    }

    pub(super) fn arrow(&mut self, arrow: &'a ArrowExpr) -> Value {
        let at = address(arrow);
        let site = match self.sites.get(&at) {
            Some(site) => *site,
            None => {
                let site = self.world.function(Code::Arrow(arrow), self.current, Kind::Function);
                self.sites.insert(at, site);
                let harmless = self.scene.is_harmless(arrow.span.lo);
                let uses_arguments = self.arguments.contains(&at);
                let func = self.world.objects[site as usize].func.unwrap_or_default();
                let func = &mut self.world.funcs[func as usize];
                (func.harmless, func.uses_arguments) = (harmless, uses_arguments);
                if arrow.is_async {
                    func.returned = Value::of(UNKNOWN);
                }
                site
            }
        };
        let func = self.world.objects[site as usize].func.unwrap_or_default();
        let this = self.this.clone();
        let changed = self.world.funcs[func as usize].this.join(&this);
        self.world.given_changed(func, changed);
        Value::site(site)
    }

    pub(super) fn object(&mut self, object: &'a ObjectLit, at: usize) -> Value {
        let site = match self.sites.get(&at) {
            Some(site) => *site,
            None => {
                let site = self.world.object(Kind::Object, Proto::Object);
                self.sites.insert(at, site);
                site
            }
        };
        let mut made: Vec<(Atom, Property)> = Vec::new();
        for property in &object.props {
            match property {
                PropOrSpread::Spread(spread) => {
                    let value = self.expression(&spread.expr);
                    self.copied(site, &value);
                }
                PropOrSpread::Prop(property) => self.property(site, property, &mut made),
            }
        }
        for (key, property) in made {
            self.world.define(site, key, property);
        }
        Value::site(site)
    }

    /// `...value` in an object.
    fn copied(&mut self, site: Site, value: &Value) {
        if value.kinds & UNKNOWN != 0 {
            self.world.loosen(site, &Value::any());
        }
        for from in &value.sites {
            if self.world.may_have_accessors(*from) {
                self.world.escape_site(*from);
            }
            let contents = self.world.contents(*from);
            self.world.loosen(site, &contents);
        }
    }

    fn property(&mut self, site: Site, property: &'a Prop, made: &mut Vec<(Atom, Property)>) {
        let plain = |value: Value| Property { value, ..Property::default() };
        let (key, new) = match property {
            Prop::Shorthand(name) => {
                let value = match self.world.ids.get(&name.to_id()) {
                    Some(variable) => {
                        self.world.reads_variable(*variable);
                        self.world.variables[*variable as usize].value.clone()
                    }
                    None => Value::any(),
                };
                (Some(name.sym.clone()), plain(value))
            }
            Prop::KeyValue(pair) => {
                let key = self.key(&pair.key);
                let value = self.expression(&pair.value);
                let sets_prototype = !pair.key.is_computed() && key.as_ref().is_some_and(|key| &**key == "__proto__");
                if sets_prototype {
                    let proto = match value.sites[..] {
                        _ if value.is_nullish() && value.kinds == NULL => Proto::Null,
                        [only] if value.kinds == 0 => Proto::Site(only),
                        _ => Proto::Unknown,
                    };
                    let object = &mut self.world.objects[site as usize];
                    if proto != object.proto {
                        object.proto = proto;
                        self.world.object_changed(site, true);
                    }
                    if proto == Proto::Unknown {
                        self.world.escape(&value);
                    }
                    return;
                }
                (key, plain(value))
            }
            Prop::Method(method) => {
                let key = self.key(&method.key);
                let site = self.function_site(&method.function, address(&*method.function));
                (key, plain(Value::site(site)))
            }
            Prop::Getter(getter) => {
                let key = self.key(&getter.key);
                let site = self.function_site(&getter.function, address(&*getter.function));
                (key, Property { get: Some(site), ..Property::default() })
            }
            Prop::Setter(setter) => {
                let key = self.key(&setter.key);
                let site = self.function_site(&setter.function, address(&*setter.function));
                (key, Property { set: Some(site), ..Property::default() })
            }
            Prop::Assign(_) => return self.failed = true,
        };
        let Some(key) = key else {
            if new.get.is_some() || new.set.is_some() {
                [new.get, new.set].into_iter().flatten().for_each(|accessor| self.world.escape_site(accessor));
                self.world.escape_site(site);
            }
            self.world.doubt(site);
            return self.world.loosen(site, &new.value);
        };
        push(made, key, new);
    }

    pub(super) fn array(&mut self, array: &'a ArrayLit, at: usize) -> Value {
        let site = match self.sites.get(&at) {
            Some(site) => *site,
            None => {
                let site = self.world.object(Kind::Array, Proto::Array);
                self.sites.insert(at, site);
                site
            }
        };
        let mut spread = false;
        for (at, element) in array.elems.iter().enumerate() {
            let Some(element) = element else { continue };
            let value = self.expression(&element.expr);
            if element.spread.is_some() {
                spread = true;
                let elements = self.elements(&value);
                self.world.loosen(site, &elements);
            } else if spread {
                self.world.loosen(site, &value);
            } else {
                let property = Property { value, ..Property::default() };
                self.world.define(site, at.to_string().into(), property);
            }
        }
        Value::site(site)
    }

    pub(super) fn given(&mut self, arguments: &'a [ExprOrSpread]) -> Given {
        let mut out = Given { values: Vec::with_capacity(arguments.len()), spread: false };
        for argument in arguments {
            let value = self.expression(&argument.expr);
            if argument.spread.is_some() {
                let elements = self.elements(&value);
                self.world.escape(&elements);
                out.spread = true;
            } else if out.spread {
                self.world.escape(&value);
            } else {
                out.values.push(value);
            }
        }
        out
    }

    pub(super) fn call(&mut self, call: &'a CallExpr) -> Value {
        let callee = match &call.callee {
            Callee::Expr(callee) => &**callee,
            Callee::Super(_) => return self.super_call(&call.args),
            Callee::Import(_) => {
                call.args.iter().for_each(|argument| drop(self.given_away(&argument.expr)));
                return Value::any();
            }
        };
        let (function, this) = self.callee(callee);
        let given = self.given(&call.args);
        if function.is_never() {
            return function;
        }
        if let Some(value) = self.built_in(callee, &this, &given) {
            return value;
        }
        self.invoke(&function, &this, &given)
    }

    /// The function that is called, and its `this`.
    fn callee(&mut self, callee: &'a Expr) -> (Value, Value) {
        let function = self.expression(callee);
        (function, self.receiver(callee))
    }

    /// The `this` of a call of what the expression gives, once that is evaluated.
    pub(super) fn receiver(&self, callee: &Expr) -> Value {
        match strip(callee) {
            Expr::Member(member) => self.value(&member.obj),
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => self.value(&member.obj).present(),
                OptChainBase::Call(_) => Value::of(UNDEFINED),
            },
            _ => Value::of(UNDEFINED),
        }
    }

    pub(super) fn invoke(&mut self, function: &Value, this: &Value, given: &Given) -> Value {
        let mut out = Value::default();
        if function.kinds & !NULLISH != 0 {
            given.values.iter().for_each(|value| self.world.escape(value));
            self.world.escape(this);
            out = Value::any();
        }
        for site in &function.sites {
            out.join(&self.call_site(*site, this, &given.values, given.spread));
        }
        out
    }

    pub(super) fn call_site(&mut self, site: Site, this: &Value, arguments: &[Value], spread: bool) -> Value {
        let object = &self.world.objects[site as usize];
        let Some(func) = object.func.filter(|_| object.kind == Kind::Function) else { return Value::default() };
        let code = self.world.funcs[func as usize].code;
        let this = if matches!(code, Code::Arrow(_)) { &Value::default() } else { this };
        // Sloppy functions get another `this` than they are given.
        let this = if this.is_nullish() && !self.scene.strict { &Value::any() } else { this };
        self.world.call(func, this, arguments, spread);
        self.world.reads_result(func);
        self.world.funcs[func as usize].returned.clone()
    }

    pub(super) fn new_object(&mut self, new: &'a NewExpr) -> Value {
        let function = self.expression(&new.callee);
        let given = self.given(new.args.as_deref().unwrap_or_default());
        let mut out = Value::default();
        if function.kinds & UNKNOWN != 0 {
            let harmless = self.scene.global(strip(&new.callee)).is_some_and(|name| builtins::constructor(&name));
            if !harmless || given.values.iter().any(|value| !value.is_primitive()) {
                given.values.iter().for_each(|value| self.world.escape(value));
            }
            out = Value::of(UNKNOWN);
        }
        for site in function.sites {
            out.join(&self.construct(site, &given));
        }
        out
    }

    fn construct(&mut self, site: Site, given: &Given) -> Value {
        let Some(func) = self.world.objects[site as usize].func else { return Value::default() };
        let found = &self.world.funcs[func as usize];
        if matches!(found.code, Code::Arrow(_)) {
            return Value::default();
        }
        let instance = match found.instance {
            Some(instance) => instance,
            None => {
                let instance = self.world.object(Kind::Instance, Proto::PrototypeOf(site));
                self.world.funcs[func as usize].instance = Some(instance);
                if self.world.funcs[func as usize].open {
                    self.world.escape_site(instance);
                }
                instance
            }
        };
        let this = Value::site(instance);
        self.world.call(func, &this, &given.values, given.spread);
        if matches!(self.world.funcs[func as usize].code, Code::Default) {
            given.values.iter().for_each(|value| self.world.escape(value));
        }
        self.world.reads_result(func);
        let returned = &self.world.funcs[func as usize].returned;
        let replaced = Value { kinds: returned.kinds & UNKNOWN, exact: None, sites: returned.sites.clone() };
        this.joined(&replaced)
    }

    /// `super(…)`
    fn super_call(&mut self, arguments: &'a [ExprOrSpread]) -> Value {
        let given = self.given(arguments);
        let mut at = self.current;
        let mut class = None;
        while let Some(func) = at {
            let func = &self.world.funcs[func as usize];
            class = func.class;
            at = if class.is_some() { None } else { func.outer };
        }
        match class.and_then(|class| class.super_class.as_deref()) {
            Some(base) => {
                let base = self.value(base);
                self.construct_base(&base, &given.values, given.spread);
            }
            None => self.failed = true,
        }
        Value::of(UNDEFINED)
    }

    /// The constructor of a base class runs for an object of the class at hand.
    pub(super) fn construct_base(&mut self, base: &Value, arguments: &[Value], spread: bool) {
        let this = self.this.clone();
        if base.kinds & !NULLISH != 0 {
            self.world.escape(&this);
            arguments.iter().for_each(|value| self.world.escape(value));
        }
        for site in &base.sites {
            let Some(func) = self.world.objects[*site as usize].func else { continue };
            self.world.call(func, &this, arguments, spread);
            // It may give another object, which then is `this`.
            self.world.reads_result(func);
            let returned = self.world.funcs[func as usize].returned.clone();
            if !returned.is_primitive() {
                self.world.escape(&returned);
                self.world.escape(&this);
            }
        }
    }

    /// The chain ends before this link.
    pub fn is_cut(&self, chain: &OptChainExpr) -> bool {
        let before = match &*chain.base {
            OptChainBase::Member(member) => &*member.obj,
            OptChainBase::Call(call) => &*call.callee,
        };
        let above = matches!(strip(before), Expr::OptChain(inner) if self.is_cut(inner));
        above || chain.optional && self.value(before).is_nullish()
    }

    pub(super) fn chain(&mut self, chain: &'a OptChainExpr) -> Value {
        match &*chain.base {
            OptChainBase::Member(member) => {
                let object = self.expression(&member.obj);
                if self.is_cut(chain) {
                    return Value::of(UNDEFINED);
                }
                let key = self.member_key(&member.prop);
                let mut value = self.read(&object, key.as_ref());
                if chain.optional && object.may_be_nullish() || goes_on(&member.obj) {
                    value.join(&Value::of(UNDEFINED));
                }
                value
            }
            OptChainBase::Call(call) => {
                let function = self.expression(&call.callee);
                if self.is_cut(chain) {
                    return Value::of(UNDEFINED);
                }
                let this = self.receiver(&call.callee);
                let given = self.given(&call.args);
                let mut value = self.invoke(&function, &this, &given);
                if chain.optional && function.may_be_nullish() || goes_on(&call.callee) {
                    value.join(&Value::of(UNDEFINED));
                }
                value
            }
        }
    }

    /// Functions of the language, whose work is known.
    fn built_in(&mut self, callee: &Expr, this: &Value, given: &Given) -> Option<Value> {
        let callee = strip(callee);
        if let Some(path) = self.scene.global(callee) {
            return self.global_call(&path, given);
        }
        let member = callee.as_member()?;
        let name = member.prop.as_ident()?;
        if this.is_primitive() && this.kinds & NULLISH == 0 && this.kinds != 0 {
            given.values.iter().for_each(|value| self.world.escape(value));
            let kinds = match this.kinds {
                STRING | NUMBER | BOOL if &*name.sym == "valueOf" => this.kinds,
                STRING | NUMBER | BOOL => result(&name.sym),
                _ => 255,
            };
            return Some(Value::of(kinds));
        }
        let plain = this.is_known()
            && this.sites.iter().all(|site| {
                let object = &self.world.objects[*site as usize];
                self.world.reads_object(*site);
                !object.escaped
                    && object.kind == Kind::Object
                    && object.proto == Proto::Object
                    && !object.properties.contains_key(&name.sym)
            });
        if plain && matches!(&*name.sym, "hasOwnProperty" | "isPrototypeOf" | "propertyIsEnumerable") {
            given.values.iter().filter(|value| !value.is_primitive()).for_each(|value| self.world.escape(value));
            return Some(Value::of(BOOL));
        }
        let converts = matches!(&*name.sym, "toString" | "toLocaleString");
        let own = |site: &Site| self.world.objects[*site as usize].properties.keys().any(|key| **key == *"toString");
        if plain && (converts && !this.sites.iter().any(own) || &*name.sym == "valueOf") {
            return Some(if converts { Value::of(STRING) } else { this.clone() });
        }
        if self.is_array(this)
            && !this.sites.iter().any(|site| self.world.objects[*site as usize].properties.contains_key(&name.sym))
        {
            return self.array_method(&name.sym, this, given);
        }
        None
    }

    fn global_call(&mut self, path: &str, given: &Given) -> Option<Value> {
        if matches!(path, "Object.freeze" | "Object.seal" | "Object.preventExtensions") && !given.spread {
            let value = given.values.first()?;
            value.sites.iter().for_each(|site| self.world.freeze(*site));
            return Some(value.clone());
        }
        if matches!(path, "Object.values" | "Object.entries") && !given.spread {
            let value = given.values.first()?;
            if !value.is_known() || value.sites.iter().any(|site| self.world.may_have_accessors(*site)) {
                return None;
            }
            for site in &value.sites {
                let contents = self.world.contents(*site);
                self.world.escape(&contents);
            }
            return Some(Value::of(UNKNOWN));
        }
        let kind = match path {
            "Object.is"
            | "Object.isFrozen"
            | "Object.isSealed"
            | "Object.isExtensible"
            | "Array.isArray"
            | "Boolean"
            | "Number.isInteger"
            | "Number.isSafeInteger"
            | "Number.isNaN"
            | "Number.isFinite"
            | "ArrayBuffer.isView" => BOOL,
            "Object.keys" | "Object.getOwnPropertyNames" => UNKNOWN,
            "Symbol" | "Symbol.for" => SYMBOL,
            _ => return None,
        };
        if kind == SYMBOL {
            given.values.iter().for_each(|value| self.world.escape(value));
        }
        Some(Value::of(kind))
    }
}

/// The accessors of a literal belong together; whatever else has the key replaces it.
fn push(made: &mut Vec<(Atom, Property)>, key: Atom, new: Property) {
    let known = made.iter_mut().find(|(known, _)| *known == key);
    match known {
        Some((_, known)) if new.get.is_some() || new.set.is_some() => {
            known.value = Value::default();
            known.get = new.get.or(known.get);
            known.set = new.set.or(known.set);
        }
        Some((_, known)) => *known = new,
        None => made.push((key, new)),
    }
}

/// Part of the same optional chain: what stands before may have ended it.
fn goes_on(object: &Expr) -> bool {
    matches!(object, Expr::OptChain(_))
        || match object {
            Expr::Member(member) => goes_on(&member.obj),
            Expr::Call(call) => call.callee.as_expr().is_some_and(|callee| goes_on(callee)),
            _ => false,
        }
}

/// What a method of a string, number or boolean gives.
fn result(name: &str) -> u8 {
    match name {
        "charAt" | "concat" | "normalize" | "padEnd" | "padStart" | "repeat" | "replace" | "replaceAll" | "slice"
        | "substr" | "substring" | "toExponential" | "toFixed" | "toLocaleLowerCase" | "toLocaleString"
        | "toLocaleUpperCase" | "toLowerCase" | "toPrecision" | "toString" | "toUpperCase" | "trim" | "trimEnd"
        | "trimLeft" | "trimRight" | "trimStart" => STRING,
        "charCodeAt" | "indexOf" | "lastIndexOf" | "localeCompare" | "search" => NUMBER,
        "endsWith" | "includes" | "startsWith" => BOOL,
        "hasOwnProperty" | "isPrototypeOf" | "propertyIsEnumerable" => BOOL,
        "anchor" | "big" | "blink" | "bold" | "fixed" | "fontcolor" | "fontsize" | "italics" | "link" | "small"
        | "strike" | "sub" | "sup" => STRING,
        _ => 255,
    }
}

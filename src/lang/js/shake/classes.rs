//! What evaluating a class makes.

use super::declare::address;
use super::flow::Flow;
use super::values::*;
use super::world::{Code, Kind, Property, Proto};
use swc_core::atoms::Atom;
use swc_core::ecma::ast::*;

impl<'a> Flow<'a, '_> {
    pub(super) fn class(&mut self, class: &'a Class) -> Value {
        let base = class.super_class.as_deref().map(|base| self.expression(base));
        let at = address(class);
        let constructor = class.body.iter().find_map(|member| match member {
            ClassMember::Constructor(constructor) => Some(constructor),
            _ => None,
        });
        let site = match self.sites.get(&at) {
            Some(site) => *site,
            None => {
                let code = constructor.map_or(Code::Default, Code::Constructor);
                let site = self.world.function(code, self.current, Kind::Class);
                let func = self.world.objects[site as usize].func.unwrap_or_default();
                self.world.funcs[func as usize].class = Some(class);
                self.world.funcs[func as usize].uses_arguments =
                    constructor.is_some_and(|constructor| self.arguments.contains(&address(constructor)));
                self.world.prototype(site, Proto::Object);
                self.sites.insert(at, site);
                site
            }
        };
        let prototype = self.world.prototype_of(site);
        if let Some(base) = base {
            self.inherit(site, prototype, &base);
        }
        let outer = std::mem::replace(&mut self.this, Value::site(site));
        for member in &class.body {
            self.member(site, prototype, member);
        }
        self.this = outer;
        if !class.decorators.is_empty() {
            class.decorators.iter().for_each(|decorator| drop(self.given_away(&decorator.expr)));
            self.world.escape_site(site);
        }
        Value::site(site)
    }

    fn inherit(&mut self, site: Site, prototype: Option<Site>, base: &Value) {
        let (own, shared) = match base.sites[..] {
            [only] if base.kinds == 0 => (Proto::Site(only), Proto::PrototypeOf(only)),
            _ if base.kinds == NULL && base.sites.is_empty() => (Proto::Function, Proto::Null),
            _ if base.is_never() => return,
            _ => {
                self.world.escape(base);
                (Proto::Unknown, Proto::Unknown)
            }
        };
        for (at, proto) in [(Some(site), own), (prototype, shared)] {
            let Some(at) = at else { continue };
            let object = &mut self.world.objects[at as usize];
            if object.proto != proto {
                object.proto = proto;
                self.world.object_changed(at, true);
            }
        }
    }

    /// What evaluating the class makes of a member. Fields of objects are for the constructor.
    fn member(&mut self, site: Site, prototype: Option<Site>, member: &'a ClassMember) {
        let home = |is_static: bool| if is_static { Some(site) } else { prototype };
        match member {
            ClassMember::Method(method) => {
                let key = self.key(&method.key);
                let function = self.function_site(&method.function, address(&*method.function));
                self.method(home(method.is_static), key, method.kind, function);
            }
            ClassMember::PrivateMethod(method) => {
                let function = self.function_site(&method.function, address(&*method.function));
                let key: Atom = format!("#{}", method.key.name).into();
                if method.kind == MethodKind::Method {
                    self.world.private_methods.insert(key.clone());
                }
                self.method(home(method.is_static), Some(key), method.kind, function);
            }
            ClassMember::ClassProp(property) => {
                let key = self.key(&property.key);
                property.decorators.iter().for_each(|decorator| drop(self.given_away(&decorator.expr)));
                if property.is_static {
                    let value = property.value.as_deref().map_or(Value::of(UNDEFINED), |value| self.expression(value));
                    self.field(site, key, value);
                }
            }
            ClassMember::PrivateProp(property) if property.is_static => {
                let value = property.value.as_deref().map_or(Value::of(UNDEFINED), |value| self.expression(value));
                self.field(site, Some(format!("#{}", property.key.name).into()), value);
            }
            ClassMember::StaticBlock(block) => drop(self.statements(&block.body.stmts)),
            ClassMember::AutoAccessor(_) => self.failed = true,
            _ => {}
        }
    }

    fn method(&mut self, home: Option<Site>, key: Option<Atom>, kind: MethodKind, function: Site) {
        let Some(home) = home else { return self.world.escape_site(function) };
        let Some(key) = key else {
            if kind != MethodKind::Method {
                self.world.escape_site(home);
                self.world.escape_site(function);
            }
            self.world.doubt(home);
            return self.world.loosen(home, &Value::site(function));
        };
        let property = match kind {
            MethodKind::Method => Property { value: Value::site(function), ..Property::default() },
            MethodKind::Getter => Property { get: Some(function), ..Property::default() },
            MethodKind::Setter => Property { set: Some(function), ..Property::default() },
        };
        self.world.define(home, key, property);
    }

    fn field(&mut self, site: Site, key: Option<Atom>, value: Value) {
        match key {
            Some(key) => self.world.define(site, key, Property { value, ..Property::default() }),
            None => {
                self.world.doubt(site);
                self.world.loosen(site, &value);
            }
        }
    }

    /// Fields of the objects that a constructor makes.
    pub(super) fn fields(&mut self, class: &'a Class) {
        let this = self.this.clone();
        for member in &class.body {
            let (key, value) = match member {
                ClassMember::ClassProp(property) if !property.is_static => {
                    let key = match &property.key {
                        PropName::Computed(computed) => self.value(&computed.expr).key(),
                        key => self.key(key),
                    };
                    (key, &property.value)
                }
                ClassMember::PrivateProp(property) if !property.is_static => {
                    (Some(format!("#{}", property.key.name).into()), &property.value)
                }
                _ => continue,
            };
            let value = value.as_deref().map_or(Value::of(UNDEFINED), |value| self.expression(value));
            if this.kinds & UNKNOWN != 0 {
                self.world.escape(&value);
            }
            for site in &this.sites {
                self.field(*site, key.clone(), value.clone());
            }
        }
    }
}

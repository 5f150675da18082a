//! The objects, functions and bindings of a module, and what may be done with them.

use super::values::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use swc_core::atoms::Atom;
use swc_core::ecma::ast::*;

/// Longer chains of prototypes are not followed.
const CHAIN_MAX: usize = 16;

#[derive(Clone, Copy)]
pub(super) enum Code<'a> {
    Function(&'a Function),
    Arrow(&'a ArrowExpr),
    Constructor(&'a Constructor),
    /// The constructor that a class has if it says nothing of one.
    Default,
}

pub(super) struct Func<'a> {
    pub code: Code<'a>,
    /// Of a constructor.
    pub class: Option<&'a Class>,
    /// The function in which it stands.
    pub outer: Option<u32>,
    pub params: Vec<Value>,
    pub this: Value,
    pub returned: Value,
    pub called: bool,
    /// Unknown code may call it.
    pub open: bool,
    /// Made by `new`.
    pub instance: Option<Site>,
    pub uses_arguments: bool,
    /// `/* #__NO_SIDE_EFFECTS__ */`
    pub harmless: bool,
    /// Of what it is given.
    pub given: Mark,
    /// Of what it returns.
    pub result: Mark,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Proto {
    Object,
    Array,
    Function,
    Null,
    Unknown,
    Site(Site),
    /// The value of the `prototype` of a function or class.
    PrototypeOf(Site),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Kind {
    Object,
    Array,
    Function,
    Class,
    Instance,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Property {
    pub value: Value,
    pub get: Option<Site>,
    pub set: Option<Site>,
    /// May be absent: it was not there from the start.
    pub optional: bool,
}

pub(super) struct Object {
    pub kind: Kind,
    pub properties: FxHashMap<Atom, Property>,
    /// What unknown keys hold.
    pub rest: Value,
    /// It may have keys that are not known.
    pub wild: bool,
    pub proto: Proto,
    /// Unknown code may do with it what it likes.
    pub escaped: bool,
    pub frozen: bool,
    pub func: Option<u32>,
    pub mark: Mark,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Binding {
    Var,
    Lexical,
    Function,
    Parameter,
    /// The name of a function or class inside itself, and constants: giving it a value is a mistake.
    Constant,
}

pub(super) struct Variable {
    pub value: Value,
    pub binding: Binding,
    /// The function that declares it, by address; 0 for the top level.
    pub owner: usize,
    pub exported: bool,
    pub mark: Mark,
}

/// When a variable, object or function changed last, and when it was read last, by the clock of [`World`].
#[derive(Default)]
pub(super) struct Mark {
    changed: u32,
    read: Cell<u32>,
}

impl Mark {
    /// Whether who reads at this time has read it before.
    fn change(&mut self, clock: u32) -> bool {
        self.changed = clock;
        self.read.get() == clock
    }

    /// Whether this is the first time that the clock's reader reads it.
    fn is_news(&self, clock: u32) -> bool {
        self.read.replace(clock) != clock
    }
}

/// What code has read.
#[derive(Clone, Copy)]
pub(super) enum Read {
    Variable(u32),
    Object(Site),
    Given(u32),
    Result(u32),
}

/// What reading a property may give.
#[derive(Default)]
pub(super) struct Found {
    pub value: Value,
    pub getters: Vec<Site>,
    pub setters: Vec<Site>,
    /// Objects in which the key was looked for.
    pub path: Vec<Site>,
    pub unknown: bool,
}

#[derive(Default)]
pub(super) struct World<'a> {
    pub variables: Vec<Variable>,
    pub ids: FxHashMap<Id, u32>,
    /// Mentions of bindings that are not there yet, by address.
    pub early: FxHashSet<usize>,
    /// Objects may have more than they were given.
    pub touched_prototypes: bool,
    /// Private names of methods: writing to them is an error.
    pub private_methods: FxHashSet<Atom>,
    pub objects: Vec<Object>,
    pub funcs: Vec<Func<'a>>,
    pub changed: bool,
    /// Goes on with every function that is looked at.
    pub clock: u32,
    /// What the function at hand has read, each once.
    pub reads: RefCell<Vec<Read>>,
    /// It has changed something that it had read.
    pub feeds_back: bool,
    pub names: Names,
}

/// Keys that are looked for again and again.
pub(super) struct Names {
    pub prototype: Atom,
    pub iterator: Atom,
    pub nothing: Atom,
}

impl Default for Names {
    fn default() -> Self {
        Names { prototype: "prototype".into(), iterator: "@@iterator".into(), nothing: Atom::default() }
    }
}

impl<'a> World<'a> {
    pub fn reads_variable(&self, at: u32) {
        if self.variables[at as usize].mark.is_news(self.clock) {
            self.reads.borrow_mut().push(Read::Variable(at));
        }
    }

    pub fn reads_object(&self, at: Site) {
        if self.objects[at as usize].mark.is_news(self.clock) {
            self.reads.borrow_mut().push(Read::Object(at));
        }
    }

    pub fn reads_given(&self, func: u32) {
        if self.funcs[func as usize].given.is_news(self.clock) {
            self.reads.borrow_mut().push(Read::Given(func));
        }
    }

    pub fn reads_result(&self, func: u32) {
        if self.funcs[func as usize].result.is_news(self.clock) {
            self.reads.borrow_mut().push(Read::Result(func));
        }
    }

    /// Something of what was read has changed after `time`.
    pub fn is_stale(&self, reads: &[Read], time: u32) -> bool {
        let changed = |read: &Read| match *read {
            Read::Variable(at) => self.variables[at as usize].mark.changed,
            Read::Object(at) => self.objects[at as usize].mark.changed,
            Read::Given(func) => self.funcs[func as usize].given.changed,
            Read::Result(func) => self.funcs[func as usize].result.changed,
        };
        reads.iter().any(|read| changed(read) > time)
    }

    pub fn object_changed(&mut self, at: Site, changed: bool) {
        if changed {
            self.feeds_back |= self.objects[at as usize].mark.change(self.clock);
            self.changed = true;
        }
    }

    pub fn given_changed(&mut self, func: u32, changed: bool) {
        if changed {
            self.feeds_back |= self.funcs[func as usize].given.change(self.clock);
            self.changed = true;
        }
    }

    pub fn object(&mut self, kind: Kind, proto: Proto) -> Site {
        self.objects.push(Object {
            kind,
            properties: FxHashMap::default(),
            rest: Value::default(),
            wild: false,
            proto,
            escaped: false,
            frozen: false,
            func: None,
            mark: Mark { changed: self.clock, ..Mark::default() },
        });
        self.changed = true;
        self.objects.len() as Site - 1
    }

    pub fn function(&mut self, code: Code<'a>, outer: Option<u32>, kind: Kind) -> Site {
        let site = self.object(kind, Proto::Function);
        let count = match code {
            Code::Function(function) => function.params.len(),
            Code::Arrow(arrow) => arrow.params.len(),
            Code::Constructor(constructor) => constructor.params.len(),
            Code::Default => 0,
        };
        self.objects[site as usize].func = Some(self.funcs.len() as u32);
        self.funcs.push(Func {
            code,
            class: None,
            outer,
            params: vec![Value::default(); count],
            this: Value::default(),
            returned: Value::default(),
            called: false,
            open: false,
            instance: None,
            uses_arguments: false,
            harmless: false,
            given: Mark { changed: self.clock, ..Mark::default() },
            result: Mark { changed: self.clock, ..Mark::default() },
        });
        site
    }

    /// `prototype` of a function or class.
    pub fn prototype(&mut self, site: Site, proto: Proto) -> Site {
        let made = self.object(Kind::Object, proto);
        let constructor = Property { value: Value::site(site), ..Property::default() };
        self.objects[made as usize].properties.insert("constructor".into(), constructor);
        let property = Property { value: Value::site(made), ..Property::default() };
        self.objects[site as usize].properties.insert("prototype".into(), property);
        made
    }

    pub fn define(&mut self, site: Site, key: Atom, property: Property) {
        if self.objects[site as usize].escaped {
            self.escape(&property.value.clone());
            [property.get, property.set].into_iter().flatten().for_each(|accessor| self.escape_site(accessor));
        }
        let known = self.objects[site as usize].properties.entry(key);
        let mut changed = false;
        match known {
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(property);
                changed = true;
            }
            std::collections::hash_map::Entry::Occupied(mut occupied) => {
                let known = occupied.get_mut();
                changed |= known.value.join(&property.value);
                if property.get.is_some() && known.get != property.get {
                    known.get = property.get;
                    changed = true;
                }
                if property.set.is_some() && known.set != property.set {
                    known.set = property.set;
                    changed = true;
                }
            }
        }
        self.object_changed(site, changed);
    }

    pub fn assign(&mut self, variable: u32, value: &Value) {
        let found = &mut self.variables[variable as usize];
        let changed = found.value.join(value);
        let exported = found.exported;
        if changed {
            self.feeds_back |= found.mark.change(self.clock);
            self.changed = true;
        }
        if exported {
            self.escape(value);
        }
    }

    /// Keys may have been added that are not known.
    pub fn loosen(&mut self, site: Site, value: &Value) {
        let object = &mut self.objects[site as usize];
        let changed = object.rest.join(value) || !object.wild;
        object.wild = true;
        let escaped = object.escaped;
        self.object_changed(site, changed);
        if escaped {
            self.escape(value);
        }
    }

    /// A key that was thought to be known is not: what was defined may not be there.
    pub fn doubt(&mut self, site: Site) {
        let mut changed = false;
        for property in self.objects[site as usize].properties.values_mut() {
            changed |= !std::mem::replace(&mut property.optional, true);
        }
        self.object_changed(site, changed);
    }

    pub fn freeze(&mut self, site: Site) {
        let changed = !std::mem::replace(&mut self.objects[site as usize].frozen, true);
        self.object_changed(site, changed);
    }

    pub fn escape(&mut self, value: &Value) {
        value.sites.iter().for_each(|site| self.escape_site(*site));
    }

    pub fn escape_site(&mut self, site: Site) {
        let mut work = vec![site];
        while let Some(site) = work.pop() {
            let object = &mut self.objects[site as usize];
            if std::mem::replace(&mut object.escaped, true) {
                continue;
            }
            self.feeds_back |= object.mark.change(self.clock);
            self.changed = true;
            for property in object.properties.values() {
                work.extend(&property.value.sites);
                work.extend(property.get.iter().chain(&property.set));
            }
            work.extend(&object.rest.sites);
            match object.proto {
                Proto::Site(proto) | Proto::PrototypeOf(proto) => work.push(proto),
                _ => {}
            }
            if let Some(func) = object.func {
                self.open(func, &mut work);
            }
        }
    }

    /// Unknown code may call the function, with anything.
    fn open(&mut self, func: u32, work: &mut Vec<Site>) {
        let func = &mut self.funcs[func as usize];
        self.feeds_back |= func.given.change(self.clock);
        func.open = true;
        func.called = true;
        for parameter in &mut func.params {
            parameter.join(&Value::any());
        }
        func.this.join(&Value::any());
        work.extend(&func.returned.sites);
        work.extend(func.this.sites.iter().chain(&func.instance));
        work.extend(func.params.iter().flat_map(|parameter| &parameter.sites));
    }

    /// A call with these arguments; `spread`: and any number of unknown ones.
    pub fn call(&mut self, func: u32, this: &Value, arguments: &[Value], spread: bool) {
        let found = &mut self.funcs[func as usize];
        let mut changed = !std::mem::replace(&mut found.called, true);
        changed |= found.this.join(this);
        let absent = if spread { Value::any() } else { Value::of(UNDEFINED) };
        for (at, parameter) in found.params.iter_mut().enumerate() {
            let given = arguments.get(at).unwrap_or(&absent);
            // What has not been evaluated yet will come.
            changed |= parameter.join(given);
        }
        let beyond = found.uses_arguments || found.open || has_rest(found.code);
        self.given_changed(func, changed);
        if beyond {
            arguments.iter().for_each(|argument| self.escape(argument));
        }
        if self.funcs[func as usize].open {
            self.escape(this);
        }
    }

    pub fn returns(&mut self, func: u32, value: &Value) {
        let found = &mut self.funcs[func as usize];
        let changed = found.returned.join(value);
        let open = found.open;
        if changed {
            self.feeds_back |= found.result.change(self.clock);
            self.changed = true;
        }
        if open {
            self.escape(value);
        }
    }

    /// Looks a key up, along the prototypes.
    pub fn find(&self, site: Site, key: &Atom, out: &mut Found) {
        self.look_up(site, key, out);
        out.path.iter().for_each(|site| self.reads_object(*site));
    }

    /// The same for who writes: what the properties hold does not matter.
    pub fn look_up(&self, site: Site, key: &Atom, out: &mut Found) {
        let mut at = site;
        for _ in 0..CHAIN_MAX {
            let object = &self.objects[at as usize];
            out.path.push(at);
            if object.escaped {
                out.unknown = true;
                return;
            }
            if object.wild && object.kind == Kind::Array && key.bytes().all(|byte| byte.is_ascii_digit()) {
                out.value.join(&self.contents(at));
                return;
            }
            if object.wild {
                out.value.join(&object.rest);
            }
            if let Some(property) = object.properties.get(key) {
                out.value.join(&property.value);
                out.getters.extend(property.get);
                out.setters.extend(property.set);
                if property.get.is_none() && property.set.is_some() && property.value.is_never() {
                    out.value.join(&Value::of(UNDEFINED));
                }
                if !property.optional {
                    return;
                }
            }
            let inherited = match object.proto {
                Proto::Site(proto) => {
                    at = proto;
                    continue;
                }
                Proto::PrototypeOf(function) => match self.prototype_of(function) {
                    Some(proto) => {
                        at = proto;
                        continue;
                    }
                    None => break,
                },
                Proto::Unknown => break,
                Proto::Null => Value::of(UNDEFINED),
                Proto::Object => of_object(key),
                Proto::Array => of_array(key, object),
                Proto::Function => of_function(key),
            };
            out.value.join(&if self.touched_prototypes { Value::any() } else { inherited });
            return;
        }
        out.unknown = true;
    }

    /// The object that `prototype` of a function always is.
    pub fn prototype_of(&self, function: Site) -> Option<Site> {
        let object = &self.objects[function as usize];
        self.reads_object(function);
        let property = object.properties.get(&self.names.prototype).filter(|_| !object.escaped && !object.wild)?;
        match property.value.sites[..] {
            [only] if property.value.kinds == 0 && property.get.is_none() => Some(only),
            _ => None,
        }
    }

    /// An accessor stands somewhere in the object or its prototypes, or may.
    pub fn may_have_accessors(&self, site: Site) -> bool {
        let mut at = site;
        for _ in 0..CHAIN_MAX {
            let object = &self.objects[at as usize];
            self.reads_object(at);
            let accessor = |property: &Property| property.get.is_some() || property.set.is_some();
            if object.escaped || object.properties.values().any(accessor) {
                return true;
            }
            match object.proto {
                Proto::Site(proto) => at = proto,
                Proto::PrototypeOf(function) => match self.prototype_of(function) {
                    Some(proto) => at = proto,
                    None => return true,
                },
                Proto::Unknown => return true,
                _ => return false,
            }
        }
        true
    }

    /// Everything that may be read of an object.
    pub fn contents(&self, site: Site) -> Value {
        let object = &self.objects[site as usize];
        self.reads_object(site);
        let mut out = Value::any();
        out.join(&object.rest);
        for property in object.properties.values() {
            out.join(&property.value);
        }
        out
    }
}

fn has_rest(code: Code<'_>) -> bool {
    let last = match code {
        Code::Function(function) => function.params.last().map(|parameter| &parameter.pat),
        Code::Arrow(arrow) => arrow.params.last(),
        Code::Constructor(constructor) => match constructor.params.last() {
            Some(ParamOrTsParamProp::Param(parameter)) => Some(&parameter.pat),
            _ => None,
        },
        Code::Default => return true,
    };
    last.is_some_and(|pattern| pattern.is_rest())
}

fn of_object(key: &str) -> Value {
    const NAMES: &[&str] = &[
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    ];
    match key {
        _ if NAMES.contains(&key) => Value::of(UNKNOWN),
        _ if key.starts_with("__") || key.starts_with("@@") => Value::any(),
        _ => Value::of(UNDEFINED),
    }
}

fn of_array(key: &str, array: &Object) -> Value {
    match key {
        "length" => Value::of(NUMBER),
        _ if key.bytes().all(|byte| byte.is_ascii_digit()) => array.rest.clone().joined(&Value::of(UNDEFINED)),
        _ if key.starts_with("@@") => Value::of(UNKNOWN),
        _ if super::super::purity::builtins::is_array_method(key) => Value::of(UNKNOWN),
        _ => of_object(key),
    }
}

fn of_function(key: &str) -> Value {
    match key {
        "length" => Value::of(NUMBER),
        "name" => Value::of(STRING),
        "call" | "apply" | "bind" => Value::of(UNKNOWN),
        "arguments" | "caller" | "prototype" => Value::any(),
        _ => of_object(key),
    }
}

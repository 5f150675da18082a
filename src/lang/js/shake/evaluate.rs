//! What expressions give.

use super::arithmetic::arithmetic;
use super::declare::address;
use super::flow::Flow;
use super::values::*;
use super::world::{Found, Kind};
use crate::lang::js::tree::strip;
use swc_core::atoms::Atom;
use swc_core::ecma::ast::*;

/// Symbols of the language.
const WELL_KNOWN: &[&str] = &[
    "asyncIterator",
    "hasInstance",
    "isConcatSpreadable",
    "iterator",
    "match",
    "matchAll",
    "replace",
    "search",
    "species",
    "split",
    "toPrimitive",
    "toStringTag",
    "unscopables",
];

impl<'a> Flow<'a, '_> {
    /// What was found of an expression.
    pub fn value(&self, expression: &Expr) -> Value {
        match expression {
            Expr::Lit(literal) => of_literal(literal),
            _ => self.memo.get(&address(expression)).cloned().unwrap_or_default(),
        }
    }

    /// It may run.
    pub fn runs(&self, expression: &Expr) -> bool {
        expression.is_lit() || self.memo.contains_key(&address(expression))
    }

    pub(super) fn expression(&mut self, expression: &'a Expr) -> Value {
        self.depth += 1;
        if self.depth > super::flow::DEPTH_MAX || self.failed {
            self.failed = true;
            return Value::any();
        }
        let mut value = self.evaluate(expression);
        self.depth -= 1;
        if value.is_never() {
            self.unsettled = true;
            if self.settled {
                value = Value::any();
            }
        }
        if !expression.is_lit() {
            self.memo.insert(address(expression), value.clone());
        }
        value
    }

    fn evaluate(&mut self, expression: &'a Expr) -> Value {
        match expression {
            Expr::Lit(literal) => of_literal(literal),
            Expr::Ident(name) => self.identifier(name),
            Expr::This(_) => self.this.clone(),
            Expr::Paren(inner) => self.expression(&inner.expr),
            Expr::Fn(function) => {
                let site = self.function_site(&function.function, address(&*function.function));
                if let Some(name) = &function.ident {
                    self.assign_id(&name.to_id(), &Value::site(site));
                }
                Value::site(site)
            }
            Expr::Arrow(arrow) => self.arrow(arrow),
            Expr::Class(class) => {
                let value = self.class(&class.class);
                if let Some(name) = &class.ident {
                    self.assign_id(&name.to_id(), &value);
                }
                value
            }
            Expr::Object(object) => self.object(object, address(expression)),
            Expr::Array(array) => self.array(array, address(expression)),
            Expr::Tpl(template) => self.template(template),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Bin(binary) => self.binary(binary),
            Expr::Cond(choice) => self.choice(choice),
            Expr::Seq(sequence) => sequence.exprs.iter().fold(Value::default(), |_, part| self.expression(part)),
            Expr::Assign(assign) => self.assign(assign),
            Expr::Update(update) => {
                self.given_away(&update.arg);
                let value = Value::of(NUMBER | BIGINT);
                self.target(&update.arg, &value);
                value
            }
            Expr::Member(member) => {
                let object = self.expression(&member.obj);
                let key = self.member_key(&member.prop);
                self.read(&object, key.as_ref())
            }
            Expr::Call(call) => self.call(call),
            Expr::New(new) => self.new_object(new),
            Expr::OptChain(chain) => self.chain(chain),
            Expr::SuperProp(property) => {
                if let SuperProp::Computed(computed) = &property.prop {
                    self.computed_key(&computed.expr);
                }
                let this = self.this.clone();
                self.world.escape(&this);
                Value::any()
            }
            Expr::MetaProp(_) => Value::any(),
            Expr::PrivateName(_) => Value::any(),
            Expr::Await(wait) => self.given_away(&wait.arg),
            Expr::Yield(given) => {
                given.arg.iter().for_each(|value| drop(self.given_away(value)));
                Value::any()
            }
            Expr::TaggedTpl(tagged) => self.tagged(tagged),
            _ => {
                self.failed = true;
                Value::any()
            }
        }
    }

    fn tagged(&mut self, tagged: &'a TaggedTpl) -> Value {
        self.given_away(&tagged.tag);
        self.world.escape(&self.receiver(&tagged.tag));
        tagged.tpl.exprs.iter().for_each(|part| drop(self.given_away(part)));
        Value::any()
    }

    /// Unknown code gets it.
    pub(super) fn given_away(&mut self, expression: &'a Expr) -> Value {
        let value = self.expression(expression);
        self.world.escape(&value);
        Value::any()
    }

    fn identifier(&self, name: &Ident) -> Value {
        if let Some(variable) = self.world.ids.get(&name.to_id()) {
            self.world.reads_variable(*variable);
            let variable = &self.world.variables[*variable as usize];
            if self.world.early.contains(&address(name)) {
                return Value::any().joined(&variable.value);
            }
            return variable.value.clone();
        }
        match &*name.sym {
            _ if name.ctxt != self.scene.unresolved => Value::any(),
            "undefined" => Value::of(UNDEFINED),
            "NaN" | "Infinity" => Value::of(NUMBER),
            _ => Value::any(),
        }
    }

    fn template(&mut self, template: &'a Tpl) -> Value {
        let mut text = Some(String::new());
        for (at, quasi) in template.quasis.iter().enumerate() {
            match (&mut text, quasi.cooked.as_ref().and_then(|cooked| cooked.as_str())) {
                (Some(text), Some(cooked)) => text.push_str(cooked),
                _ => text = None,
            }
            let Some(part) = template.exprs.get(at) else { continue };
            let value = self.expression(part);
            self.world.escape(&value);
            match (&mut text, value.as_text()) {
                (Some(text), Some(part)) => text.push_str(&part),
                _ => text = None,
            }
        }
        text.map_or(Value::of(STRING), |text| Value::text(text.into()))
    }

    fn unary(&mut self, unary: &'a UnaryExpr) -> Value {
        let value = self.expression(&unary.arg);
        if value.is_never() {
            return value;
        }
        match unary.op {
            UnaryOp::Bang => Value::maybe(value.truthy().map(|truthy| !truthy)),
            UnaryOp::Void => Value::of(UNDEFINED),
            UnaryOp::TypeOf => match value.type_name() {
                Some(name) => Value::text(name.into()),
                None if value.is_known() => match self.all_functions(&value) {
                    Some(true) => Value::text("function".into()),
                    Some(false) => Value::text("object".into()),
                    None => Value::of(STRING),
                },
                None => Value::of(STRING),
            },
            UnaryOp::Delete => {
                if let Expr::Member(member) = strip(&unary.arg) {
                    self.delete(member);
                }
                Value::of(BOOL)
            }
            UnaryOp::Minus => match value.as_number() {
                Some(number) => Value::number(-number),
                None => self.converted(&value, NUMBER | BIGINT),
            },
            UnaryOp::Plus => match value.as_number() {
                Some(number) => Value::number(number),
                None => self.converted(&value, NUMBER),
            },
            UnaryOp::Tilde => self.converted(&value, NUMBER | BIGINT),
        }
    }

    fn all_functions(&self, value: &Value) -> Option<bool> {
        let mut kinds = value.sites.iter().map(|site| self.world.objects[*site as usize].func.is_some());
        let first = kinds.next()?;
        kinds.all(|kind| kind == first).then_some(first)
    }

    fn delete(&mut self, member: &'a MemberExpr) {
        let object = self.value(&member.obj);
        let key = self.member_key(&member.prop);
        for site in object.sites {
            match &key {
                Some(key) => {
                    let object = &mut self.world.objects[site as usize];
                    if let Some(property) = object.properties.get_mut(key)
                        && !property.optional
                    {
                        property.optional = true;
                        self.world.object_changed(site, true);
                    }
                }
                None => self.world.escape_site(site),
            }
        }
    }

    /// Conversion may run code of an object.
    fn converted(&mut self, value: &Value, kinds: u8) -> Value {
        self.world.escape(value);
        Value::of(kinds)
    }

    fn binary(&mut self, binary: &'a BinExpr) -> Value {
        if super::super::fold::is_logical(binary.op) {
            let left = self.expression(&binary.left);
            return self.logical(binary.op, left, &binary.right);
        }
        let left = self.expression(&binary.left);
        let right = self.expression(&binary.right);
        if left.is_never() || right.is_never() {
            return Value::default();
        }
        match binary.op {
            BinaryOp::EqEqEq => Value::maybe(left.equals(&right)),
            BinaryOp::NotEqEq => Value::maybe(left.equals(&right).map(|equal| !equal)),
            BinaryOp::EqEq | BinaryOp::NotEq => {
                let equal = left.loosely_equals(&right);
                if equal.is_none() && !left.is_nullish() && !right.is_nullish() {
                    self.world.escape(&left);
                    self.world.escape(&right);
                }
                Value::maybe(equal.map(|equal| equal == (binary.op == BinaryOp::EqEq)))
            }
            BinaryOp::InstanceOf => {
                self.world.escape(&right);
                Value::of(BOOL)
            }
            BinaryOp::In => {
                self.world.escape(&left);
                Value::of(BOOL)
            }
            _ => arithmetic(binary.op, &left, &right).unwrap_or_else(|| {
                self.world.escape(&left);
                self.world.escape(&right);
                let kinds = match binary.op {
                    BinaryOp::Lt | BinaryOp::LtEq | BinaryOp::Gt | BinaryOp::GtEq => BOOL,
                    BinaryOp::Add if (left.kinds == STRING && left.sites.is_empty()) || right.kinds == STRING => STRING,
                    BinaryOp::Add if left.kinds == NUMBER && right.kinds == NUMBER => NUMBER,
                    BinaryOp::Add => NUMBER | BIGINT | STRING,
                    _ => NUMBER | BIGINT,
                };
                Value::of(kinds)
            }),
        }
    }

    fn logical(&mut self, op: BinaryOp, left: Value, right: &'a Expr) -> Value {
        if left.is_never() {
            return left;
        }
        let goes_on = match op {
            BinaryOp::LogicalAnd => left.truthy(),
            BinaryOp::LogicalOr => left.truthy().map(|truthy| !truthy),
            _ if left.is_nullish() => Some(true),
            _ if !left.may_be_nullish() => Some(false),
            _ => None,
        };
        match goes_on {
            Some(true) => self.expression(right),
            Some(false) => left,
            None => {
                let right = self.expression(right);
                let kept = match op {
                    BinaryOp::LogicalAnd => falsy(left),
                    BinaryOp::LogicalOr => truthy(left),
                    _ => left.present(),
                };
                kept.joined(&right)
            }
        }
    }

    fn choice(&mut self, choice: &'a CondExpr) -> Value {
        let test = self.expression(&choice.test);
        match test.truthy() {
            _ if test.is_never() => Value::default(),
            Some(true) => self.expression(&choice.cons),
            Some(false) => self.expression(&choice.alt),
            None => {
                let cons = self.expression(&choice.cons);
                let alt = self.expression(&choice.alt);
                cons.joined(&alt)
            }
        }
    }

    fn assign(&mut self, assign: &'a AssignExpr) -> Value {
        let logical = match assign.op {
            AssignOp::Assign => {
                if let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &assign.left {
                    self.expression(&member.obj);
                    self.member_key(&member.prop);
                }
                let value = self.expression(&assign.right);
                self.assigned(&assign.left, &value);
                return value;
            }
            AssignOp::AndAssign => Some(BinaryOp::LogicalAnd),
            AssignOp::OrAssign => Some(BinaryOp::LogicalOr),
            AssignOp::NullishAssign => Some(BinaryOp::NullishCoalescing),
            _ => None,
        };
        let before = match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.identifier(&name.id),
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                let object = self.expression(&member.obj);
                let key = self.member_key(&member.prop);
                self.read(&object, key.as_ref())
            }
            _ => Value::any(),
        };
        let value = match logical {
            Some(op) => {
                let value = self.logical(op, before, &assign.right);
                if !self.runs(&assign.right) {
                    return value;
                }
                value
            }
            None => {
                let right = self.expression(&assign.right);
                self.world.escape(&before);
                self.world.escape(&right);
                let number = before.kinds == NUMBER && right.kinds == NUMBER || assign.op != AssignOp::AddAssign;
                Value::of(if number { NUMBER | BIGINT } else { NUMBER | BIGINT | STRING })
            }
        };
        self.assigned(&assign.left, &value);
        value
    }

    fn assigned(&mut self, target: &'a AssignTarget, value: &Value) {
        match target {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.assign_id(&name.id.to_id(), value),
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => self.write(member, value),
            AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => self.target(&inner.expr, value),
            AssignTarget::Simple(SimpleAssignTarget::SuperProp(_)) => {
                self.world.escape(value);
                let this = self.this.clone();
                self.world.escape(&this);
            }
            AssignTarget::Pat(AssignTargetPat::Object(object)) => {
                object.props.iter().for_each(|property| self.bind_property(property, value));
            }
            AssignTarget::Pat(AssignTargetPat::Array(array)) => self.bind_elements(array, value),
            _ => self.failed = true,
        }
    }

    fn target(&mut self, target: &'a Expr, value: &Value) {
        match strip(target) {
            Expr::Ident(name) => self.assign_id(&name.to_id(), value),
            Expr::Member(member) => self.write(member, value),
            Expr::SuperProp(_) => self.world.escape(value),
            _ => self.failed = true,
        }
    }

    pub(super) fn key(&mut self, key: &'a PropName) -> Option<Atom> {
        match key {
            PropName::Ident(name) => Some(name.sym.clone()),
            PropName::Str(text) => text.value.as_str().map(Into::into),
            PropName::Num(number) => Value::number(number.value).key(),
            PropName::Computed(computed) => self.computed_key(&computed.expr),
            PropName::BigInt(_) => None,
        }
    }

    /// What is no primitive is converted, which may run code of its own.
    pub(super) fn computed_key(&mut self, expression: &'a Expr) -> Option<Atom> {
        let value = self.expression(expression);
        self.world.escape(&value);
        self.known_key(expression, &value)
    }

    /// The key that a computed one is. Well-known symbols are written `@@name`.
    pub fn known_key(&self, expression: &Expr, value: &Value) -> Option<Atom> {
        if let Expr::Member(member) = expression
            && let (Expr::Ident(object), Some(name)) = (&*member.obj, member.prop.as_ident())
            && object.ctxt == self.scene.unresolved
            && &*object.sym == "Symbol"
            && WELL_KNOWN.contains(&&*name.sym)
        {
            return Some(format!("@@{}", name.sym).into());
        }
        value.key()
    }

    pub(super) fn member_key(&mut self, property: &'a MemberProp) -> Option<Atom> {
        match property {
            MemberProp::Ident(name) => Some(name.sym.clone()),
            MemberProp::Computed(computed) => self.computed_key(&computed.expr),
            MemberProp::PrivateName(name) => Some(format!("#{}", name.name).into()),
        }
    }

    /// What reading a property gives. Getters run.
    pub(super) fn read(&mut self, object: &Value, key: Option<&Atom>) -> Value {
        let mut out = Value::default();
        let primitives = object.kinds & !NULLISH;
        if primitives == STRING && key.is_some_and(|key| &**key == "length") {
            out.join(&Value::of(NUMBER));
        } else if primitives != 0 {
            out.join(&Value::any());
        }
        for site in &object.sites {
            let Some(key) = key else {
                if self.world.may_have_accessors(*site) {
                    self.world.escape_site(*site);
                }
                out.join(&self.world.contents(*site));
                continue;
            };
            let mut found = Found::default();
            self.world.find(*site, key, &mut found);
            out.join(&found.value);
            if found.unknown {
                out.join(&Value::any());
            }
            for getter in found.getters {
                let this = Value::site(*site);
                out.join(&self.call_site(getter, &this, &[], false));
            }
        }
        out
    }

    pub(super) fn write(&mut self, member: &'a MemberExpr, value: &Value) {
        let object = self.value(&member.obj);
        let key = match &member.prop {
            MemberProp::Ident(name) => Some(name.sym.clone()),
            MemberProp::Computed(computed) if !self.runs(&computed.expr) => self.computed_key(&computed.expr),
            MemberProp::Computed(computed) => {
                let value = self.value(&computed.expr);
                self.world.escape(&value);
                self.known_key(&computed.expr, &value)
            }
            MemberProp::PrivateName(name) => Some(format!("#{}", name.name).into()),
        };
        if object.is_never() {
            self.expression(&member.obj);
        }
        if object.kinds & UNKNOWN != 0 {
            self.world.escape(value);
        }
        for site in object.sites {
            self.write_to(site, key.clone(), value);
        }
    }

    fn write_to(&mut self, site: Site, key: Option<Atom>, value: &Value) {
        let Some(key) = key.filter(|key| &**key != "__proto__") else {
            if self.world.may_have_accessors(site) {
                self.world.escape_site(site);
            }
            return self.world.loosen(site, value);
        };
        let mut found = Found::default();
        self.world.look_up(site, &key, &mut found);
        for setter in &found.setters {
            self.call_site(*setter, &Value::site(site), std::slice::from_ref(value), false);
        }
        if found.unknown {
            self.world.escape(value);
        }
        let is_array = self.world.objects[site as usize].kind == Kind::Array;
        if self.world.objects[site as usize].func.is_some() && key == self.world.names.prototype {
            self.world.escape(value);
            self.world.escape_site(site);
        }
        if is_array {
            // `length` takes elements away, others change it.
            self.world.loosen(site, value);
        }
        let object = &mut self.world.objects[site as usize];
        let known = object.properties.contains_key(&key);
        // A private name is not added by writing to it.
        if key.starts_with('#') && !known {
            return;
        }
        let property = object.properties.entry(key.clone()).or_default();
        if !known {
            property.optional = true;
        }
        let changed = property.value.join(value) || !known;
        let escaped = object.escaped;
        self.world.object_changed(site, changed);
        if escaped {
            self.world.escape(value);
        }
    }
}

pub(super) fn of_literal(literal: &Lit) -> Value {
    match literal {
        Lit::Str(text) => text.value.as_str().map_or(Value::of(STRING), |text| Value::text(text.into())),
        Lit::Bool(value) => Value::bool(value.value),
        Lit::Null(_) => Value::of(NULL),
        Lit::Num(number) => Value::number(number.value),
        Lit::BigInt(_) => Value::of(BIGINT),
        Lit::Regex(_) => Value::of(UNKNOWN),
        Lit::JSXText(_) => Value::of(STRING),
    }
}

/// What is left of a value that was found to be falsy. `document.all` is an object.
fn falsy(mut value: Value) -> Value {
    value.sites.clear();
    value.kinds &= !SYMBOL;
    if value.exact.is_none() && value.kinds == BOOL {
        return Value::bool(false);
    }
    value
}

fn truthy(value: Value) -> Value {
    let value = value.present();
    if value.exact.is_none() && value.kinds == BOOL && value.sites.is_empty() {
        return Value::bool(true);
    }
    value
}

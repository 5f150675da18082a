//! Functions, classes, objects and patterns as minified text.

use super::code::{Printer, level};
use swc_core::common::Spanned;
use swc_core::ecma::ast::*;

impl<'a> Printer<'a> {
    pub(super) fn object(&mut self, object: &'a ObjectLit) {
        let wraps = self.statement_start == self.out.at() || self.arrow_start == self.out.at();
        self.open(wraps);
        self.out.mark(object.span.lo);
        self.out.push("{");
        self.list(&object.props, |printer, property| match property {
            PropOrSpread::Spread(spread) => {
                printer.out.push("...");
                printer.expression(&spread.expr, level::ASSIGN);
            }
            PropOrSpread::Prop(property) => printer.object_property(property),
        });
        self.out.push("}");
        self.close(wraps);
    }

    fn object_property(&mut self, property: &'a Prop) {
        match property {
            Prop::Shorthand(ident) => self.shorthand(ident),
            Prop::KeyValue(pair) => {
                self.key(&pair.key);
                self.out.push(":");
                self.expression(&pair.value, level::ASSIGN);
            }
            Prop::Assign(assign) => {
                self.shorthand(&assign.key);
                self.out.push("=");
                self.expression(&assign.value, level::ASSIGN);
            }
            Prop::Getter(getter) => {
                self.out.word_at(getter.span, "get");
                self.key(&getter.key);
                self.function_rest(&getter.function);
            }
            Prop::Setter(setter) => {
                self.out.word_at(setter.span, "set");
                self.key(&setter.key);
                self.function_rest(&setter.function);
            }
            Prop::Method(method) => self.method(&method.function, |printer| printer.key(&method.key)),
        }
    }

    /// `async`, `*`, the key, and the rest.
    fn method(&mut self, function: &'a Function, key: impl FnOnce(&mut Self)) {
        if function.is_async {
            self.out.word("async");
        }
        if function.is_generator {
            self.out.push("*");
        }
        key(self);
        self.function_rest(function);
    }

    pub(super) fn key(&mut self, key: &'a PropName) {
        match key {
            PropName::Ident(name) => self.out.name(name.span, &name.sym),
            PropName::Str(text) => self.string(text),
            // Compressors make keys of what was calculated.
            PropName::Num(found) if found.value.is_nan() => self.out.word_at(found.span, "NaN"),
            PropName::Num(found) if found.value == f64::INFINITY => self.out.word_at(found.span, "Infinity"),
            PropName::Num(found) if found.value.is_sign_negative() => {
                self.out.push("[");
                self.number(found, level::LOWEST);
                self.out.push("]");
            }
            PropName::Num(found) => self.number(found, level::LOWEST),
            PropName::BigInt(found) => self.big_integer(found, level::LOWEST),
            PropName::Computed(computed) => {
                self.out.mark(computed.span.lo);
                self.out.push("[");
                self.bracketed(|printer| printer.expression(&computed.expr, level::ASSIGN));
                self.out.push("]");
            }
        }
    }

    pub(super) fn function_expression(&mut self, function: &'a FnExpr) {
        let wraps = self.statement_start == self.out.at();
        self.open(wraps);
        self.function(&function.function, function.ident.as_ref());
        self.close(wraps);
    }

    pub(super) fn function(&mut self, function: &'a Function, name: Option<&Ident>) {
        self.out.space();
        self.out.mark(function.span.lo);
        self.out.push(if function.is_async { "async function" } else { "function" });
        if function.is_generator {
            self.out.push("*");
        }
        if let Some(name) = name {
            self.identifier(name);
        }
        self.function_rest(function);
    }

    /// Parameters and body.
    fn function_rest(&mut self, function: &'a Function) {
        if !function.decorators.is_empty() {
            self.fail();
        }
        self.out.push("(");
        self.list(&function.params, Self::parameter);
        self.out.push(")");
        match &function.body {
            Some(body) => self.body(body),
            None => self.fail(),
        }
    }

    fn parameter(&mut self, parameter: &'a Param) {
        if !parameter.decorators.is_empty() {
            self.fail();
        }
        self.pattern(&parameter.pat);
    }

    pub(super) fn body(&mut self, body: &'a FunctionBody) {
        self.out.push("{");
        self.bracketed(|printer| printer.statements(&body.stmts));
        self.end_block(body.span);
    }

    pub(super) fn arrow(&mut self, arrow: &'a ArrowExpr) {
        self.mark_start(arrow);
        if arrow.is_async {
            self.out.word("async");
        }
        if let [Pat::Ident(name)] = arrow.params.as_slice() {
            self.identifier(&name.id);
        } else {
            self.out.push("(");
            self.list(&arrow.params, Self::pattern);
            self.out.push(")");
        }
        self.out.push("=>");
        match &*arrow.body {
            ArrowFunctionBody::FunctionBody(body) => self.body(body),
            ArrowFunctionBody::Expr(value) => {
                self.arrow_start = self.out.at();
                self.expression(value, level::ASSIGN);
            }
        }
    }

    pub(super) fn class_expression(&mut self, class: &'a ClassExpr) {
        let wraps = self.statement_start == self.out.at();
        self.open(wraps);
        self.class(&class.class, class.ident.as_ref());
        self.close(wraps);
    }

    pub(super) fn class(&mut self, class: &'a Class, name: Option<&Ident>) {
        if !class.decorators.is_empty() {
            self.fail();
        }
        self.out.word_at(class.span, "class");
        if let Some(name) = name {
            self.identifier(name);
        }
        if let Some(base) = &class.super_class {
            self.out.word("extends");
            self.left(base);
        }
        self.out.push("{");
        self.bracketed(|printer| {
            for member in &class.body {
                printer.class_member(member);
            }
        });
        self.end_block(class.span);
    }

    fn class_member(&mut self, member: &'a ClassMember) {
        if matches!(member, ClassMember::Empty(_)) {
            return;
        }
        self.out.begin();
        self.mark_start(member);
        match member {
            ClassMember::Constructor(constructor) => self.constructor(constructor),
            ClassMember::Method(method) => {
                self.class_method(method.is_static, method.kind, &method.function, |printer| printer.key(&method.key));
            }
            ClassMember::PrivateMethod(method) => {
                let key = |printer: &mut Self| printer.private_name(&method.key);
                self.class_method(method.is_static, method.kind, &method.function, key);
            }
            ClassMember::ClassProp(field) => {
                if !field.decorators.is_empty() || field.declare {
                    self.fail();
                }
                self.field(field.is_static, field.value.as_deref(), |printer| printer.key(&field.key));
            }
            ClassMember::PrivateProp(field) => {
                if !field.decorators.is_empty() {
                    self.fail();
                }
                let key = |printer: &mut Self| printer.private_name(&field.key);
                self.field(field.is_static, field.value.as_deref(), key);
            }
            ClassMember::StaticBlock(block) => {
                self.out.push("static");
                self.block(&block.body);
            }
            _ => self.fail(),
        }
    }

    fn constructor(&mut self, constructor: &'a Constructor) {
        self.key(&constructor.key);
        self.out.push("(");
        self.list(&constructor.params, |printer, parameter| match parameter {
            ParamOrTsParamProp::Param(parameter) => printer.parameter(parameter),
            ParamOrTsParamProp::TsParamProp(_) => printer.fail(),
        });
        self.out.push(")");
        match &constructor.body {
            Some(body) => self.body(body),
            None => self.fail(),
        }
    }

    fn class_method(&mut self, is_static: bool, kind: MethodKind, function: &'a Function, key: impl FnOnce(&mut Self)) {
        if is_static {
            self.out.push("static");
        }
        match kind {
            MethodKind::Method => {}
            MethodKind::Getter => self.out.word("get"),
            MethodKind::Setter => self.out.word("set"),
        }
        self.method(function, key);
    }

    fn field(&mut self, is_static: bool, value: Option<&'a Expr>, key: impl FnOnce(&mut Self)) {
        if is_static {
            self.out.push("static");
        }
        key(self);
        if let Some(value) = value {
            self.out.push("=");
            self.expression(value, level::ASSIGN);
        }
        self.out.semicolon();
    }

    pub(super) fn pattern(&mut self, pattern: &'a Pat) {
        match pattern {
            Pat::Ident(name) => self.identifier(&name.id),
            Pat::Array(pattern) => self.array_pattern(pattern),
            Pat::Object(pattern) => self.object_pattern(pattern),
            Pat::Rest(rest) => {
                self.out.push("...");
                self.pattern(&rest.arg);
            }
            Pat::Assign(assign) => {
                self.pattern(&assign.left);
                self.out.push("=");
                self.expression(&assign.right, level::ASSIGN);
            }
            // With a default, where that was put together out of expressions.
            Pat::Expr(target) if target.is_assign() => self.expression(target, level::ASSIGN),
            Pat::Expr(target) => self.left(target),
            Pat::Invalid(_) => self.fail(),
        }
    }

    pub(super) fn array_pattern(&mut self, pattern: &'a ArrayPat) {
        self.out.mark(pattern.span.lo);
        self.elements(&pattern.elems, Self::pattern);
    }

    pub(super) fn object_pattern(&mut self, pattern: &'a ObjectPat) {
        self.out.mark(pattern.span.lo);
        self.out.push("{");
        self.list(&pattern.props, |printer, property| match property {
            ObjectPatProp::KeyValue(pair) => {
                printer.key(&pair.key);
                printer.out.push(":");
                printer.pattern(&pair.value);
            }
            ObjectPatProp::Assign(found) => {
                printer.shorthand(&found.key.id);
                if let Some(value) = &found.value {
                    printer.out.push("=");
                    printer.expression(value, level::ASSIGN);
                }
            }
            ObjectPatProp::Rest(rest) => {
                printer.out.push("...");
                printer.pattern(&rest.arg);
            }
        });
        self.out.push("}");
    }

    pub(super) fn declarators(&mut self, declarators: &'a [VarDeclarator]) {
        for (at, declarator) in declarators.iter().enumerate() {
            self.comma(at);
            self.declarator(declarator);
        }
    }

    fn declarator(&mut self, declarator: &'a VarDeclarator) {
        // A coined variable comes from where its value comes from.
        if let (Pat::Ident(name), Some(value), true) = (&declarator.name, &declarator.init, self.out.maps)
            && name.span.is_dummy()
        {
            self.out.space();
            let from = value.span_lo();
            if from.is_dummy() { self.out.nowhere() } else { self.out.mark(from) }
        }
        self.pattern(&declarator.name);
        if let Some(value) = &declarator.init {
            self.out.push("=");
            self.expression(value, level::ASSIGN);
        }
    }
}

//! Which statements and expressions can be dropped when nobody uses what they declare.
//!
//! Assumptions are those of every bundler: reading a declared binding has no effect (its temporal dead zone is not
//! waited for on purpose), and the built-ins named here were not replaced.

use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::{BytePos, SyntaxContext};
use swc_core::ecma::ast::*;

/// Globals whose mere mention does nothing.
const SAFE_GLOBALS: [&str; 54] = [
    "undefined",
    "NaN",
    "Infinity",
    "globalThis",
    "Object",
    "Function",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Symbol",
    "Math",
    "JSON",
    "Reflect",
    "Promise",
    "Proxy",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "WeakRef",
    "Date",
    "RegExp",
    "Error",
    "TypeError",
    "RangeError",
    "SyntaxError",
    "ReferenceError",
    "EvalError",
    "URIError",
    "AggregateError",
    "BigInt",
    "Intl",
    "ArrayBuffer",
    "DataView",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "encodeURIComponent",
    "decodeURIComponent",
    "console",
    "window",
];

/// Constructors and functions whose call does nothing but make a value (arguments are looked at separately).
const PURE_CALLS: [&str; 16] = [
    "Object.create",
    "Object.keys",
    "Symbol",
    "Symbol.for",
    "String",
    "Number",
    "Boolean",
    "Array.isArray",
    "Math.max",
    "Math.min",
    "Math.floor",
    "Math.round",
    "Math.abs",
    "Math.pow",
    "Math.sqrt",
    "Math.log",
];

/// Functions that change their first argument, or run its iterator: harmless on a value that was made for them.
const PURE_ON_NEW_VALUES: [&str; 3] = ["Object.freeze", "Object.seal", "Object.fromEntries"];

pub(super) struct Purity<'a> {
    pub comments: &'a SingleThreadedComments,
    pub unresolved: SyntaxContext,
    /// The name by which code calls `__name`.
    pub name_helper: Ident,
    /// `--pure`
    pub pure_names: &'a [String],
    pub ignore_annotations: bool,
}

impl Purity<'_> {
    pub fn statement(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Empty(_) => true,
            Stmt::Decl(Decl::Fn(_)) => true,
            Stmt::Decl(Decl::Class(class)) => self.class(&class.class),
            Stmt::Decl(Decl::Var(variables)) => variables.decls.iter().all(|declarator| {
                declarator
                    .init
                    .as_deref()
                    .is_none_or(|init| self.expression(init) && self.pattern(&declarator.name, init))
            }),
            Stmt::Expr(expression) => self.expression(&expression.expr),
            Stmt::Block(block) => block.stmts.iter().all(|statement| self.statement(statement)),
            Stmt::If(branch) => {
                self.expression(&branch.test)
                    && self.statement(&branch.cons)
                    && branch.alt.as_deref().is_none_or(|alt| self.statement(alt))
            }
            _ => false,
        }
    }

    /// Destructuring runs getters and iterators; taking apart a literal does not.
    fn pattern(&self, pattern: &Pat, init: &Expr) -> bool {
        match pattern {
            Pat::Ident(_) => true,
            Pat::Object(object) => {
                matches!(init, Expr::Object(literal) if literal.props.iter().all(is_plain))
                    && object.props.iter().all(|property| match property {
                        ObjectPatProp::Assign(assign) => {
                            assign.value.as_deref().is_none_or(|value| self.expression(value))
                        }
                        ObjectPatProp::KeyValue(pair) => pair.value.is_ident() && !pair.key.is_computed(),
                        ObjectPatProp::Rest(rest) => rest.arg.is_ident(),
                    })
            }
            Pat::Array(array) => {
                matches!(init, Expr::Array(_)) && array.elems.iter().flatten().all(|element| element.is_ident())
            }
            _ => false,
        }
    }

    pub fn expression(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Lit(_) | Expr::Fn(_) | Expr::Arrow(_) | Expr::This(_) | Expr::MetaProp(_) => true,
            Expr::Ident(name) => self.identifier(name),
            Expr::Paren(inner) => self.expression(&inner.expr),
            Expr::Class(class) => self.class(&class.class),
            Expr::Array(array) => {
                array.elems.iter().flatten().all(|element| element.spread.is_none() && self.expression(&element.expr))
            }
            Expr::Object(object) => object.props.iter().all(|property| self.property(property)),
            Expr::Tpl(template) => template.exprs.iter().all(|part| self.primitive(part)),
            Expr::Unary(unary) => match unary.op {
                UnaryOp::TypeOf => unary.arg.is_ident() || self.expression(&unary.arg),
                UnaryOp::Bang | UnaryOp::Void => self.expression(&unary.arg),
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => self.primitive(&unary.arg),
                UnaryOp::Delete => false,
            },
            Expr::Bin(binary) => self.binary(binary),
            Expr::Cond(conditional) => {
                self.expression(&conditional.test)
                    && self.expression(&conditional.cons)
                    && self.expression(&conditional.alt)
            }
            Expr::Seq(sequence) => sequence.exprs.iter().all(|part| self.expression(part)),
            Expr::Call(call) => self.call(call),
            Expr::New(new) => self.construct(new),
            Expr::Member(member) => self.member(member),
            Expr::TaggedTpl(tagged) => {
                self.annotated(tagged.span.lo) && tagged.tpl.exprs.iter().all(|part| self.expression(part))
            }
            _ => false,
        }
    }

    fn identifier(&self, name: &Ident) -> bool {
        name.ctxt != self.unresolved || SAFE_GLOBALS.contains(&&*name.sym)
    }

    /// A value whose conversion to a string or number runs no code.
    fn primitive(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Lit(Lit::Regex(_)) => false,
            Expr::Lit(_) => true,
            Expr::Tpl(template) => template.exprs.iter().all(|part| self.primitive(part)),
            Expr::Paren(inner) => self.primitive(&inner.expr),
            Expr::Unary(unary) => match unary.op {
                UnaryOp::TypeOf | UnaryOp::Bang | UnaryOp::Void => self.expression(&unary.arg),
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => self.primitive(&unary.arg),
                UnaryOp::Delete => false,
            },
            Expr::Bin(binary) if binary.op == BinaryOp::Add => {
                self.primitive(&binary.left) && self.primitive(&binary.right)
            }
            Expr::Bin(binary) => {
                matches!(
                    binary.op,
                    BinaryOp::EqEqEq | BinaryOp::NotEqEq | BinaryOp::Mul | BinaryOp::Sub | BinaryOp::Div
                ) && self.binary(binary)
            }
            Expr::Ident(name) => name.ctxt == self.unresolved && matches!(&*name.sym, "undefined" | "NaN" | "Infinity"),
            _ => false,
        }
    }

    fn binary(&self, binary: &BinExpr) -> bool {
        match binary.op {
            BinaryOp::EqEqEq
            | BinaryOp::NotEqEq
            | BinaryOp::LogicalAnd
            | BinaryOp::LogicalOr
            | BinaryOp::NullishCoalescing => self.expression(&binary.left) && self.expression(&binary.right),
            BinaryOp::In | BinaryOp::InstanceOf => false,
            _ => self.primitive(&binary.left) && self.primitive(&binary.right),
        }
    }

    fn property(&self, property: &PropOrSpread) -> bool {
        let PropOrSpread::Prop(property) = property else { return false };
        match &**property {
            Prop::Shorthand(name) => self.identifier(name),
            Prop::KeyValue(pair) => self.key(&pair.key) && self.expression(&pair.value),
            Prop::Method(method) => self.key(&method.key),
            Prop::Getter(getter) => self.key(&getter.key),
            Prop::Setter(setter) => self.key(&setter.key),
            Prop::Assign(_) => false,
        }
    }

    fn key(&self, key: &PropName) -> bool {
        match key {
            PropName::Computed(computed) => self.computed_key(&computed.expr),
            _ => true,
        }
    }

    fn computed_key(&self, expression: &Expr) -> bool {
        self.primitive(expression)
            || expression.as_member().is_some_and(|member| {
                member.obj.as_ident().is_some_and(|name| name.ctxt == self.unresolved && &*name.sym == "Symbol")
                    && member.prop.is_ident()
            })
    }

    fn class(&self, class: &Class) -> bool {
        if !class.decorators.is_empty() {
            return false;
        }
        let extends = class.super_class.as_deref().is_none_or(|base| match base {
            Expr::Ident(name) => self.identifier(name),
            Expr::Lit(Lit::Null(_)) => true,
            Expr::Call(call) => self.call(call),
            _ => false,
        });
        extends
            && class.body.iter().all(|member| match member {
                ClassMember::Constructor(_) | ClassMember::Empty(_) | ClassMember::PrivateMethod(_) => true,
                ClassMember::Method(method) => self.key(&method.key) && method.function.decorators.is_empty(),
                ClassMember::ClassProp(property) => {
                    self.key(&property.key)
                        && property.decorators.is_empty()
                        && (!property.is_static
                            || property.value.as_deref().is_none_or(|value| self.static_value(value)))
                }
                ClassMember::PrivateProp(property) => {
                    !property.is_static || property.value.as_deref().is_none_or(|value| self.static_value(value))
                }
                ClassMember::StaticBlock(block) => block.body.stmts.iter().all(|statement| self.statement(statement)),
                ClassMember::AutoAccessor(accessor) => accessor.decorators.is_empty() && accessor.value.is_none(),
                ClassMember::TsIndexSignature(_) => true,
            })
    }

    fn static_value(&self, value: &Expr) -> bool {
        self.expression(value)
    }

    fn annotated(&self, position: BytePos) -> bool {
        !self.ignore_annotations && self.comments.has_flag(position, "PURE")
    }

    fn arguments(&self, arguments: &[ExprOrSpread]) -> bool {
        arguments.iter().all(|argument| match argument.spread {
            Some(_) => matches!(&*argument.expr, Expr::Array(_)) && self.expression(&argument.expr),
            None => self.expression(&argument.expr),
        })
    }

    fn call(&self, call: &CallExpr) -> bool {
        let Callee::Expr(callee) = &call.callee else { return false };
        let on_new_value = || {
            call.args.first().is_some_and(|first| first.spread.is_none() && is_new_value(&first.expr))
                && self.global_path(callee).is_some_and(|name| PURE_ON_NEW_VALUES.contains(&name.as_str()))
        };
        let gives_name = callee.as_ident().is_some_and(|name| name.to_id() == self.name_helper.to_id());
        if gives_name || self.annotated(call.span.lo) || on_new_value() {
            return self.arguments(&call.args);
        }
        if let Some(name) = self.pure_callee(callee) {
            // All others convert what they are given.
            let looks_only = ["Object.create", "Object.keys", "Array.isArray", "Boolean"].contains(&name.as_str());
            return self.arguments(&call.args)
                && (looks_only
                    || self.pure_names.contains(&name)
                    || call.args.iter().all(|argument| self.primitive(&argument.expr)));
        }
        // An immediately called function without parameters and with a harmless body.
        match strip(callee) {
            Expr::Arrow(arrow) if arrow.params.is_empty() && call.args.is_empty() && !arrow.is_async => match &*arrow
                .body
            {
                ArrowFunctionBody::Expr(body) => self.expression(body),
                ArrowFunctionBody::FunctionBody(body) => body.stmts.iter().all(|statement| self.in_function(statement)),
            },
            Expr::Fn(function)
                if function.function.params.is_empty() && call.args.is_empty() && !function.function.is_generator =>
            {
                function
                    .function
                    .body
                    .as_ref()
                    .is_none_or(|body| body.stmts.iter().all(|statement| self.in_function(statement)))
            }
            _ => false,
        }
    }

    fn in_function(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Return(returned) => returned.arg.as_deref().is_none_or(|value| self.expression(value)),
            other => self.statement(other),
        }
    }

    fn pure_callee(&self, callee: &Expr) -> Option<String> {
        let name = self.global_path(callee)?;
        (PURE_CALLS.contains(&name.as_str()) || self.pure_names.contains(&name)).then_some(name)
    }

    /// `Object.freeze` for a path of plain names that starts at a global.
    fn global_path(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Ident(name) if name.ctxt == self.unresolved => Some(name.sym.to_string()),
            Expr::Ident(name) if self.pure_names.iter().any(|pure| pure == &*name.sym) => Some(name.sym.to_string()),
            Expr::Member(member) => Some(format!("{}.{}", self.global_path(&member.obj)?, member.prop.as_ident()?.sym)),
            _ => None,
        }
    }

    fn construct(&self, new: &NewExpr) -> bool {
        let arguments = new.args.as_deref().unwrap_or_default();
        if self.annotated(new.span.lo) {
            return self.arguments(arguments);
        }
        let Some(name) = new.callee.as_ident().filter(|name| name.ctxt == self.unresolved) else { return false };
        match &*name.sym {
            "Map" | "Set" | "WeakMap" | "WeakSet" => match arguments {
                [] => true,
                [only] => {
                    only.spread.is_none()
                        && match &*only.expr {
                            Expr::Lit(Lit::Null(_)) => true,
                            Expr::Array(array) => {
                                self.expression(&only.expr)
                                    && (&*name.sym == "Set"
                                        || array.elems.iter().flatten().all(|element| element.expr.is_array()))
                            }
                            _ => false,
                        }
                }
                _ => false,
            },
            "Object" | "Date" | "AbortController" | "TextEncoder" | "TextDecoder" | "Error" | "TypeError" => {
                arguments.is_empty() || arguments.iter().all(|argument| self.primitive(&argument.expr))
            }
            _ => false,
        }
    }

    /// Reads of well-known properties of built-ins, and of members of object literals' own bindings are left impure.
    fn member(&self, member: &MemberExpr) -> bool {
        let Some(property) = member.prop.as_ident() else { return false };
        match &*member.obj {
            Expr::Ident(object) if object.ctxt == self.unresolved => {
                matches!(
                    (&*object.sym, &*property.sym),
                    ("Object" | "Array" | "Math" | "Number" | "Symbol" | "Reflect" | "Promise" | "JSON" | "String", _)
                )
            }
            Expr::Member(inner) => {
                // Object.prototype.hasOwnProperty
                inner.prop.as_ident().is_some_and(|name| &*name.sym == "prototype")
                    && inner.obj.as_ident().is_some_and(|name| {
                        name.ctxt == self.unresolved && matches!(&*name.sym, "Object" | "Array" | "Function" | "String")
                    })
            }
            Expr::MetaProp(_) => true,
            _ => false,
        }
    }
}

/// Reading it runs no code.
fn is_plain(property: &PropOrSpread) -> bool {
    matches!(property, PropOrSpread::Prop(property) if !matches!(&**property, Prop::Getter(_)))
}

/// Nobody else has seen the value yet.
fn is_new_value(expression: &Expr) -> bool {
    matches!(strip(expression), Expr::Object(_) | Expr::Array(_) | Expr::Fn(_) | Expr::Arrow(_) | Expr::Class(_))
}

fn strip(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => strip(&inner.expr),
        other => other,
    }
}

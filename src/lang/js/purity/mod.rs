//! Which statements and expressions can be dropped when nobody uses what they declare.
//!
//! Assumptions are those of every bundler: reading a declared binding has no effect (its temporal dead zone is not
//! waited for on purpose), the built-ins named here were not replaced, and converting an argument of a function that
//! the module itself calls runs no code.

mod bodies;
pub(super) mod builtins;
mod known;

use super::facts::{LocalSym, SymbolKind};
use super::notes;
use super::numbering::Numbered;
use super::tree::strip;
use builtins::Given;
use known::{Callable, Fresh, Known, Looking};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{BytePos, SyntaxContext};
use swc_core::ecma::ast::*;

pub(super) struct Settings<'a> {
    pub comments: &'a SingleThreadedComments,
    pub unresolved: SyntaxContext,
    /// The name by which code calls `__name`.
    pub name_helper: Ident,
    /// `--pure`
    pub pure_names: &'a [String],
    pub ignore_annotations: bool,
    /// `exports` is the module's own.
    pub common_js: bool,
}

/// What running something does.
#[derive(Clone, Default, PartialEq, Debug)]
pub(super) struct Outcome {
    /// Somebody may notice.
    pub effects: bool,
    /// Bindings of the module that it changes: whoever uses one notices, nobody else does.
    pub changes: BTreeSet<LocalSym>,
    /// Names of the module's own exports that it sets, where the module is CommonJS.
    pub sets: BTreeSet<String>,
    /// Imported functions that it calls: it has effects if one of them has.
    pub calls: BTreeSet<LocalSym>,
}

pub(super) struct Purity<'a> {
    settings: Settings<'a>,
    numbered: &'a Numbered,
    changed: known::Changed,
    top: Known<'a>,
    /// Of calls of functions of the top level.
    memo: RefCell<FxHashMap<Id, Outcome>>,
    running: RefCell<Vec<Id>>,
    /// How often a function that was still being looked at was taken for pure.
    guesses: Cell<u32>,
    /// Calls followed for the statement or function at hand.
    work: Cell<u32>,
}

/// A run of code: the top level, or a call under way.
pub(super) struct Frame<'a, 'f> {
    parent: Option<&'f Frame<'a, 'f>>,
    known: Known<'a>,
    /// Parameters and what they are given, if it was made for them.
    aliases: FxHashMap<Id, (Root, Fresh)>,
    is_call: bool,
    /// `return` may be followed by a value.
    returns_value: bool,
    /// `this` was made for the run.
    this_is_new: bool,
    found: &'f RefCell<Outcome>,
}

/// Whose property is changed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Root {
    /// Something that this run made.
    Own,
    Symbol(LocalSym),
}

impl<'a> Purity<'a> {
    pub fn new(settings: Settings<'a>, numbered: &'a Numbered) -> Self {
        let annotated = |at: BytePos| !settings.ignore_annotations && notes::has(settings.comments, at, notes::PURE);
        let changed = known::changed(&numbered.body, settings.unresolved, &annotated);
        let comments = (!settings.ignore_annotations).then_some(settings.comments);
        let top = Known::of(&numbered.body, &Looking { assigned: &changed.bindings, comments });
        let (memo, running) = Default::default();
        Purity { settings, numbered, changed, top, memo, running, guesses: Cell::new(0), work: Cell::new(0) }
    }

    /// Bindings that are given a value more than once.
    pub fn replaced(&self) -> &FxHashSet<Id> {
        &self.changed.bindings
    }

    /// What running a statement of the top level does.
    pub fn statement(&self, statement: &'a Stmt) -> Outcome {
        self.work.set(0);
        let found = RefCell::new(Outcome::default());
        let frame = Frame::top(&found);
        let pure = self.run(statement, &frame);
        let mut outcome = found.into_inner();
        outcome.effects |= !pure;
        outcome
    }

    /// Running an expression of the top level does nothing that somebody may notice.
    pub fn is_pure(&self, expression: &'a Expr) -> bool {
        self.work.set(0);
        let found = RefCell::new(Outcome::default());
        let frame = Frame::top(&found);
        let pure = self.expression(expression, &frame);
        pure && !found.into_inner().effects
    }

    /// Functions of the top level whose calls have no effects, whatever they are given, each with the imported functions
    /// of which the same must be true.
    pub fn functions(&self) -> Vec<(LocalSym, Vec<LocalSym>)> {
        let harmless = |id: &Id| {
            let symbol = self.numbered.ids.get(id)?;
            if self.top.annotated.contains(id) {
                return Some((symbol, Vec::new()));
            }
            self.work.set(0);
            let outcome = self.called_by_name(id)?;
            let pure = !outcome.effects && outcome.changes.is_empty() && outcome.sets.is_empty();
            pure.then(|| (symbol, outcome.calls.into_iter().collect()))
        };
        let mut out: Vec<_> = self.top.callables.keys().filter_map(harmless).collect();
        out.sort_unstable();
        out
    }

    /// A value whose conversion to a string or number runs no code.
    fn primitive(&self, expression: &'a Expr, frame: &Frame<'a, '_>) -> bool {
        match strip(expression) {
            Expr::Lit(Lit::Regex(_)) => false,
            Expr::Lit(_) => true,
            Expr::Tpl(template) => template.exprs.iter().all(|part| self.primitive(part, frame)),
            Expr::Unary(unary) => match unary.op {
                UnaryOp::TypeOf | UnaryOp::Bang | UnaryOp::Void => self.expression(&unary.arg, frame),
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => self.primitive(&unary.arg, frame),
                UnaryOp::Delete => false,
            },
            Expr::Bin(binary) => match binary.op {
                BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing | BinaryOp::Add => {
                    self.primitive(&binary.left, frame) && self.primitive(&binary.right, frame)
                }
                _ => self.binary(binary, frame),
            },
            Expr::Cond(choice) => {
                self.expression(&choice.test, frame)
                    && self.primitive(&choice.cons, frame)
                    && self.primitive(&choice.alt, frame)
            }
            // `Color[Color.Red = 1] = 'Red'`
            Expr::Assign(assign) => {
                assign.op == AssignOp::Assign && self.primitive(&assign.right, frame) && self.assign(assign, frame)
            }
            Expr::Ident(name) if name.ctxt == self.settings.unresolved => {
                matches!(&*name.sym, "undefined" | "NaN" | "Infinity")
            }
            Expr::Ident(name) => {
                let is_argument = frame.is_call() && frame.owns(&name.to_id());
                is_argument || self.fresh(&name.to_id(), frame) == Some(Fresh::Primitive)
            }
            Expr::Member(member) => match (&*member.obj, member.prop.as_ident()) {
                (Expr::Ident(object), Some(name)) if object.ctxt == self.settings.unresolved => {
                    builtins::is_number(&object.sym, &name.sym)
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn binary(&self, binary: &'a BinExpr, frame: &Frame<'a, '_>) -> bool {
        match binary.op {
            BinaryOp::EqEqEq
            | BinaryOp::NotEqEq
            | BinaryOp::LogicalAnd
            | BinaryOp::LogicalOr
            | BinaryOp::NullishCoalescing => {
                self.expression(&binary.left, frame) && self.expression(&binary.right, frame)
            }
            BinaryOp::InstanceOf | BinaryOp::In => false,
            _ => self.primitive(&binary.left, frame) && self.primitive(&binary.right, frame),
        }
    }

    fn identifier(&self, name: &Ident) -> bool {
        name.ctxt != self.settings.unresolved || builtins::is_safe(&name.sym)
    }

    pub(super) fn expression(&self, expression: &'a Expr, frame: &Frame<'a, '_>) -> bool {
        match expression {
            Expr::Lit(_) | Expr::Fn(_) | Expr::Arrow(_) | Expr::This(_) | Expr::MetaProp(_) => true,
            Expr::Ident(name) => self.identifier(name),
            Expr::Paren(inner) => self.expression(&inner.expr, frame),
            Expr::Class(class) => self.class(&class.class, frame),
            Expr::Array(array) => {
                let is_plain = |element: &'a ExprOrSpread| match element.spread {
                    Some(_) => self.is_array(&element.expr, frame) && self.expression(&element.expr, frame),
                    None => self.expression(&element.expr, frame),
                };
                array.elems.iter().flatten().all(is_plain)
            }
            Expr::Object(object) => object.props.iter().all(|property| self.property(property, frame)),
            Expr::Tpl(template) => template.exprs.iter().all(|part| self.primitive(part, frame)),
            Expr::Unary(unary) => match unary.op {
                UnaryOp::TypeOf => unary.arg.is_ident() || self.expression(&unary.arg, frame),
                UnaryOp::Bang | UnaryOp::Void => self.expression(&unary.arg, frame),
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => self.primitive(&unary.arg, frame),
                UnaryOp::Delete => match strip(&unary.arg) {
                    Expr::Member(member) => self.change(member, frame),
                    _ => false,
                },
            },
            Expr::Bin(binary) => self.binary(binary, frame),
            Expr::Cond(choice) => {
                let guarded = guarded(&choice.test);
                let branch = |value: &'a Expr| {
                    guarded.is_some() && strip(value).as_ident().map(|name| name.to_id()) == guarded
                        || self.expression(value, frame)
                };
                self.expression(&choice.test, frame) && branch(&choice.cons) && branch(&choice.alt)
            }
            Expr::Seq(sequence) => sequence.exprs.iter().all(|part| self.expression(part, frame)),
            Expr::Call(call) => self.call(call, frame),
            Expr::New(new) => self.construct(new, frame),
            Expr::Member(member) => self.member(member, frame),
            Expr::Assign(assign) => self.assign(assign, frame),
            Expr::Update(update) => match strip(&update.arg) {
                Expr::Ident(name) => self.assigned_name(&name.to_id(), frame),
                Expr::Member(member) => self.change(member, frame),
                _ => false,
            },
            Expr::TaggedTpl(tagged) => {
                self.annotated(tagged.span.lo) && tagged.tpl.exprs.iter().all(|part| self.expression(part, frame))
            }
            _ => false,
        }
    }

    fn property(&self, property: &'a PropOrSpread, frame: &Frame<'a, '_>) -> bool {
        let property = match property {
            PropOrSpread::Prop(property) => property,
            PropOrSpread::Spread(spread) => {
                return match strip(&spread.expr) {
                    Expr::Ident(_) => self.root(&spread.expr, frame).is_some() && self.is_plain(&spread.expr),
                    other => known::fresh(other).is_some() && self.expression(other, frame),
                };
            }
        };
        match &**property {
            Prop::Shorthand(name) => self.identifier(name),
            Prop::KeyValue(pair) => self.key(&pair.key, frame) && self.expression(&pair.value, frame),
            Prop::Method(method) => self.key(&method.key, frame),
            Prop::Getter(getter) => self.key(&getter.key, frame),
            Prop::Setter(setter) => self.key(&setter.key, frame),
            Prop::Assign(_) => false,
        }
    }

    fn key(&self, key: &'a PropName, frame: &Frame<'a, '_>) -> bool {
        match key {
            PropName::Computed(computed) => self.computed_key(&computed.expr, frame),
            _ => true,
        }
    }

    fn computed_key(&self, expression: &'a Expr, frame: &Frame<'a, '_>) -> bool {
        let is_symbol = |member: &MemberExpr| {
            member.prop.is_ident()
                && member
                    .obj
                    .as_ident()
                    .is_some_and(|name| name.ctxt == self.settings.unresolved && &*name.sym == "Symbol")
        };
        self.primitive(expression, frame) || expression.as_member().is_some_and(is_symbol)
    }

    fn class(&self, class: &'a Class, frame: &Frame<'a, '_>) -> bool {
        let extends = class.super_class.as_deref().is_none_or(|base| match strip(base) {
            Expr::Ident(name) => self.identifier(name),
            Expr::Lit(Lit::Null(_)) => true,
            Expr::Call(call) => self.call(call, frame),
            _ => false,
        });
        let inside = frame.inside_class();
        let member = |member: &'a ClassMember| match member {
            ClassMember::Constructor(_) | ClassMember::Empty(_) => true,
            ClassMember::PrivateMethod(method) => method.function.decorators.is_empty(),
            ClassMember::Method(method) => self.key(&method.key, frame) && method.function.decorators.is_empty(),
            ClassMember::ClassProp(property) => {
                let value = property.value.as_deref().filter(|_| property.is_static);
                self.key(&property.key, frame)
                    && property.decorators.is_empty()
                    && value.is_none_or(|value| self.expression(value, &inside))
            }
            ClassMember::PrivateProp(property) => {
                let value = property.value.as_deref().filter(|_| property.is_static);
                property.decorators.is_empty() && value.is_none_or(|value| self.expression(value, &inside))
            }
            ClassMember::StaticBlock(block) => {
                block.body.stmts.iter().all(|statement| self.run_block(statement, &inside))
            }
            ClassMember::AutoAccessor(accessor) => accessor.decorators.is_empty() && accessor.value.is_none(),
            ClassMember::TsIndexSignature(_) => true,
        };
        class.decorators.is_empty() && extends && class.body.iter().all(member)
    }

    fn annotated(&self, position: BytePos) -> bool {
        !self.settings.ignore_annotations && notes::has(self.settings.comments, position, notes::PURE)
    }

    fn arguments(&self, arguments: &'a [ExprOrSpread], frame: &Frame<'a, '_>) -> bool {
        arguments.iter().all(|argument| match argument.spread {
            Some(_) => self.is_array(&argument.expr, frame) && self.expression(&argument.expr, frame),
            None => self.expression(&argument.expr, frame),
        })
    }

    fn is_array(&self, expression: &Expr, frame: &Frame<'a, '_>) -> bool {
        match strip(expression) {
            Expr::Array(_) => true,
            Expr::Ident(name) => self.fresh(&name.to_id(), frame) == Some(Fresh::Array),
            _ => false,
        }
    }

    fn call(&self, call: &'a CallExpr, frame: &Frame<'a, '_>) -> bool {
        let callee = match &call.callee {
            Callee::Expr(callee) => strip(callee),
            Callee::Super(_) => return self.arguments(&call.args, frame) && frame.this_is_new(),
            Callee::Import(_) => return false,
        };
        let gives_name = callee.as_ident().is_some_and(|name| name.to_id() == self.settings.name_helper.to_id());
        if gives_name || self.annotated(call.span.lo) {
            return self.arguments(&call.args, frame);
        }
        if let Some(path) = self.global_path(callee) {
            if path == "Object.defineProperty" && call.args.first().is_some_and(|first| self.is_exports(&first.expr)) {
                let name = call.args.get(1).and_then(|name| super::rewrite::literal(&name.expr));
                return self.arguments(&call.args[1..], frame) && name.is_some_and(|name| frame.set_export(name));
            }
            return self.arguments(&call.args, frame) && self.built_in(&path, &call.args, frame);
        }
        match callee {
            Expr::Member(member) => self.method(member, &call.args, frame),
            Expr::Fn(function) => self.run_call(Callable::Function(&function.function), &call.args, frame),
            Expr::Arrow(arrow) => self.run_call(Callable::Arrow(arrow), &call.args, frame),
            Expr::Ident(name) => {
                self.extends(name, &call.args, frame)
                    || self.arguments(&call.args, frame) && self.named(&name.to_id(), &call.args, frame)
            }
            _ => false,
        }
    }

    fn built_in(&self, path: &str, arguments: &'a [ExprOrSpread], frame: &Frame<'a, '_>) -> bool {
        if self.settings.pure_names.iter().any(|name| name == path) {
            return true;
        }
        let first = || arguments.first().filter(|first| first.spread.is_none());
        let on_own = || {
            builtins::CHANGES.contains(&path)
                && first().filter(|first| !first.expr.is_this()).is_some_and(|first| {
                    let Some((root, _)) = self.root(&first.expr, frame) else { return false };
                    let plain = arguments[1..].iter().all(|argument| argument.spread.is_none());
                    // Getters of what is copied would run.
                    let literal = path != "Object.assign"
                        || arguments[1..].iter().all(|argument| known::fresh(&argument.expr).is_some());
                    plain && literal && frame.changed(root)
                })
        };
        let primitive = |argument: &'a ExprOrSpread| argument.spread.is_none() && self.primitive(&argument.expr, frame);
        match builtins::function(path) {
            Some(Given::Values) => true,
            Some(Given::Primitives) => arguments.iter().all(primitive),
            Some(Given::NewValue) => first().is_some_and(|first| known::fresh(&first.expr).is_some()) || on_own(),
            None => on_own(),
        }
    }

    /// A method of a literal, or one that changes an array of the module's.
    fn method(&self, callee: &'a MemberExpr, arguments: &'a [ExprOrSpread], frame: &Frame<'a, '_>) -> bool {
        let Some(name) = callee.prop.as_ident() else { return false };
        if builtins::method(&callee.obj, &name.sym) {
            let primitive =
                |argument: &'a ExprOrSpread| argument.spread.is_none() && self.primitive(&argument.expr, frame);
            return self.expression(&callee.obj, frame) && arguments.iter().all(primitive);
        }
        let changes = builtins::CHANGES_ARRAY.contains(&&*name.sym) && self.is_array(&callee.obj, frame);
        changes
            && self.arguments(arguments, frame)
            && self.root(&callee.obj, frame).is_some_and(|(root, _)| frame.changed(root))
    }

    /// `exports` or `module.exports` of the module.
    fn is_exports(&self, expression: &Expr) -> bool {
        let is_free = |value: &Expr, name: &str| {
            strip(value).as_ident().is_some_and(|ident| ident.ctxt == self.settings.unresolved && &*ident.sym == name)
        };
        let is_member = |member: &MemberExpr| {
            is_free(&member.obj, "module") && member.prop.as_ident().is_some_and(|name| &*name.sym == "exports")
        };
        self.settings.common_js
            && (is_free(expression, "exports") || strip(expression).as_member().is_some_and(is_member))
    }

    /// `Object.freeze` for a path of plain names that starts at a global.
    fn global_path(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Ident(name) if name.ctxt == self.settings.unresolved => Some(name.sym.to_string()),
            Expr::Ident(name) if self.settings.pure_names.iter().any(|pure| pure == &*name.sym) => {
                Some(name.sym.to_string())
            }
            Expr::Member(member) => Some(format!("{}.{}", self.global_path(&member.obj)?, member.prop.as_ident()?.sym)),
            _ => None,
        }
    }

    fn construct(&self, new: &'a NewExpr, frame: &Frame<'a, '_>) -> bool {
        let arguments = new.args.as_deref().unwrap_or_default();
        if self.annotated(new.span.lo) {
            return self.arguments(arguments, frame);
        }
        let Some(name) = strip(&new.callee).as_ident() else { return false };
        if name.ctxt != self.settings.unresolved {
            return self.arguments(arguments, frame) && self.constructed(&name.to_id(), arguments, frame);
        }
        let is_collection = matches!(&*name.sym, "Map" | "Set" | "WeakMap" | "WeakSet");
        match arguments {
            [] if is_collection => true,
            [only] if is_collection => {
                only.spread.is_none()
                    && match strip(&only.expr) {
                        Expr::Lit(Lit::Null(_)) => true,
                        Expr::Array(array) => {
                            self.expression(&only.expr, frame)
                                && (&*name.sym == "Set"
                                    || array.elems.iter().flatten().all(|element| element.expr.is_array()))
                        }
                        _ => false,
                    }
            }
            _ if is_collection || !builtins::constructor(&name.sym) => false,
            _ => arguments.iter().all(|argument| {
                let is_list = name.sym.ends_with("Array") && self.is_array(&argument.expr, frame);
                argument.spread.is_none()
                    && (is_list || self.primitive(&argument.expr, frame))
                    && self.expression(&argument.expr, frame)
            }),
        }
    }

    /// Reads of well-known properties of built-ins, and of what the module made itself; getters are effects.
    fn member(&self, member: &'a MemberExpr, frame: &Frame<'a, '_>) -> bool {
        let key = match &member.prop {
            MemberProp::Ident(_) => true,
            MemberProp::Computed(computed) => self.primitive(&computed.expr, frame),
            MemberProp::PrivateName(_) => false,
        };
        let own = || self.root(&member.obj, frame).is_some() && !self.is_described(member);
        if key && (own() || self.is_exports(&member.obj)) {
            return true;
        }
        let Some(property) = member.prop.as_ident() else { return false };
        match strip(&member.obj) {
            Expr::Ident(object) if object.ctxt == self.settings.unresolved => builtins::has_property(&object.sym),
            Expr::Ident(object) => &*object.sym == "arguments" && frame.is_call(),
            // Object.prototype.hasOwnProperty
            Expr::Member(inner) => {
                inner.prop.as_ident().is_some_and(|name| &*name.sym == "prototype")
                    && inner.obj.as_ident().is_some_and(|name| {
                        name.ctxt == self.settings.unresolved
                            && matches!(&*name.sym, "Object" | "Array" | "Function" | "String")
                    })
            }
            Expr::MetaProp(_) => true,
            Expr::Lit(Lit::Str(_)) => &*property.sym == "length",
            _ => false,
        }
    }
}

/// `typeof name === '…'`: the name may be read where that holds.
pub(super) fn guarded(test: &Expr) -> Option<Id> {
    let Expr::Bin(binary) = strip(test) else { return None };
    let is_test = matches!(binary.op, BinaryOp::EqEq | BinaryOp::EqEqEq | BinaryOp::NotEq | BinaryOp::NotEqEq);
    let name = |value: &Expr| match strip(value) {
        Expr::Unary(unary) if unary.op == UnaryOp::TypeOf => strip(&unary.arg).as_ident().map(|name| name.to_id()),
        _ => None,
    };
    name(&binary.left).or_else(|| name(&binary.right)).filter(|_| is_test)
}

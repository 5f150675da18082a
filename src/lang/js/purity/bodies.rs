//! Calls of functions that the module itself declares: what their bodies do.

use super::super::tree::strip;
use super::known::{Callable, Fresh, Known, Looking};
use super::{Frame, LocalSym, Outcome, Purity, Root, SymbolKind};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use swc_core::ecma::ast::*;

/// Deeper chains of calls are taken to have effects.
const CALLS_MAX: usize = 24;

/// So is what needs more calls than this to be followed, of one statement: functions in functions that call each other
/// several times would be looked at again for every way to them.
const WORK_MAX: u32 = 2_000;

impl<'a, 'f> Frame<'a, 'f> {
    pub(super) fn top(found: &'f RefCell<Outcome>) -> Self {
        Frame {
            parent: None,
            known: Known::default(),
            aliases: FxHashMap::default(),
            is_call: false,
            returns_value: true,
            this_is_new: false,
            found,
        }
    }

    /// Static members and blocks of a class: `this` is the class.
    pub(super) fn inside_class(&'f self) -> Frame<'a, 'f> {
        Frame { parent: Some(self), this_is_new: true, is_call: self.is_call, ..Frame::top(self.found) }
    }

    pub(super) fn is_call(&self) -> bool {
        self.is_call
    }

    pub(super) fn this_is_new(&self) -> bool {
        self.this_is_new
    }

    fn chain(&self) -> impl Iterator<Item = &Frame<'a, 'f>> {
        std::iter::successors(Some(self), |frame| frame.parent)
    }

    pub(super) fn owns(&self, id: &Id) -> bool {
        self.chain().any(|frame| frame.known.own.contains(id))
    }

    /// Notes that an export is set. `__esModule` says what the module is: whoever reads anything reads that.
    pub(super) fn set_export(&self, name: String) -> bool {
        let plain = name != "__esModule" && name != "__proto__";
        self.found.borrow_mut().sets.insert(name);
        plain
    }

    /// Notes a change; it is no effect in itself.
    pub(super) fn changed(&self, root: Root) -> bool {
        if let Root::Symbol(symbol) = root {
            self.found.borrow_mut().changes.insert(symbol);
        }
        true
    }
}

impl<'a> Purity<'a> {
    /// What the binding was given where it is declared.
    pub(super) fn fresh(&self, id: &Id, frame: &Frame<'a, '_>) -> Option<Fresh> {
        let found = frame
            .chain()
            .find_map(|frame| frame.aliases.get(id).map(|(_, fresh)| *fresh).or(frame.known.fresh.get(id).copied()));
        found.or(self.top.fresh.get(id).copied())
    }

    /// Whose property `expression.name` is, if nobody's accessors can be behind it: a value that was made where its
    /// binding is declared, or the prototype of one.
    pub(super) fn root(&self, expression: &Expr, frame: &Frame<'a, '_>) -> Option<(Root, Fresh)> {
        match strip(expression) {
            Expr::This(_) => frame.this_is_new.then_some((Root::Own, Fresh::Object)),
            Expr::Ident(name) => {
                let id = name.to_id();
                if let Some(alias) = frame.chain().find_map(|frame| frame.aliases.get(&id)) {
                    return Some(*alias);
                }
                let fresh = self.fresh(&id, frame).filter(|_| !self.changed.handed.contains(&id))?;
                let plain = match fresh {
                    Fresh::Primitive => false,
                    Fresh::Class => !self.inherits_accessors(&id, frame),
                    _ => true,
                };
                Some((self.holder(&id, frame).filter(|_| plain)?, fresh))
            }
            Expr::Member(member) => {
                let is_prototype = member.prop.as_ident().is_some_and(|name| &*name.sym == "prototype");
                let name = strip(&member.obj).as_ident()?;
                if self.changed.prototypes.contains(&name.to_id()) {
                    return None;
                }
                let (root, fresh) = self.root(&member.obj, frame).filter(|_| is_prototype)?;
                matches!(fresh, Fresh::Function | Fresh::Class).then_some((root, Fresh::Object))
            }
            _ => None,
        }
    }

    /// A class of the module from which this one inherits has getters or setters.
    fn inherits_accessors(&self, id: &Id, frame: &Frame<'a, '_>) -> bool {
        let class = |id: &Id| {
            let nested = frame.chain().find_map(|frame| frame.known.classes.get(id));
            nested.or(self.top.classes.get(id)).copied()
        };
        let base = |class: &Class| Some(strip(class.super_class.as_deref()?).as_ident()?.to_id());
        let mut at = class(id).and_then(base);
        for _ in 0..CALLS_MAX {
            let Some(found) = at.as_ref().and_then(class) else { return false };
            if found.body.iter().any(super::known::is_setter) {
                return true;
            }
            at = base(found);
        }
        true
    }

    /// Who notices when the binding changes.
    fn holder(&self, id: &Id, frame: &Frame<'a, '_>) -> Option<Root> {
        if frame.owns(id) {
            return Some(Root::Own);
        }
        match self.numbered.ids.get(id) {
            Some(symbol) => self.is_local(symbol).then_some(Root::Symbol(symbol)),
            // A block's binding, met where the block runs.
            None if !frame.is_call && id.1 != self.settings.unresolved => Some(Root::Own),
            None => None,
        }
    }

    fn is_local(&self, symbol: LocalSym) -> bool {
        let declared = symbol.checked_sub(self.numbered.first_declared());
        let declared = declared.and_then(|at| self.numbered.symbols.get(at as usize));
        declared.is_some_and(|declared| matches!(declared.kind, SymbolKind::Local))
    }

    pub(super) fn assigned_name(&self, id: &Id, frame: &Frame<'a, '_>) -> bool {
        self.holder(id, frame).is_some_and(|root| frame.changed(root))
    }

    /// A change of a property.
    pub(super) fn change(&self, member: &'a MemberExpr, frame: &Frame<'a, '_>) -> bool {
        let key = match &member.prop {
            MemberProp::Ident(name) => &*name.sym != "__proto__",
            MemberProp::Computed(computed) => self.computed_key(&computed.expr, frame),
            MemberProp::PrivateName(_) => frame.this_is_new,
        };
        if self.is_exports(&member.obj) {
            let name = match &member.prop {
                MemberProp::Ident(name) => Some(name.sym.to_string()),
                MemberProp::Computed(computed) => super::super::rewrite::literal(&computed.expr),
                MemberProp::PrivateName(_) => None,
            };
            return name.is_some_and(|name| frame.set_export(name));
        }
        key && !self.is_described(member) && self.root(&member.obj, frame).is_some_and(|(root, _)| frame.changed(root))
    }

    /// A descriptor was given for the property.
    pub(super) fn is_described(&self, member: &MemberExpr) -> bool {
        let described = super::known::base(&member.obj).and_then(|id| self.changed.described.get(&id));
        described.is_some_and(|keys| match &member.prop {
            MemberProp::Ident(name) => keys.contains(&*name.sym),
            MemberProp::Computed(computed) => {
                super::super::rewrite::literal(&computed.expr).is_none_or(|name| keys.contains(&name))
            }
            MemberProp::PrivateName(_) => false,
        })
    }

    /// None of its properties was given a descriptor.
    pub(super) fn is_plain(&self, value: &Expr) -> bool {
        super::known::base(value).is_none_or(|id| !self.changed.described.contains_key(&id))
    }

    pub(super) fn assign(&self, assign: &'a AssignExpr, frame: &Frame<'a, '_>) -> bool {
        if !self.expression(&assign.right, frame) {
            return false;
        }
        match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.assigned_name(&name.id.to_id(), frame),
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => self.change(member, frame),
            _ => false,
        }
    }

    /// `__extends(Own, Base)`, as compilers to ES5 write it.
    pub(super) fn extends(&self, name: &Ident, arguments: &'a [ExprOrSpread], frame: &Frame<'a, '_>) -> bool {
        super::known::is_extends(name)
            && self.arguments(arguments, frame)
            && arguments
                .first()
                .and_then(|first| self.root(&first.expr, frame))
                .is_some_and(|(root, fresh)| fresh == Fresh::Function && frame.changed(root))
    }

    /// A call of a function by its name.
    pub(super) fn named(&self, id: &Id, arguments: &'a [ExprOrSpread], frame: &Frame<'a, '_>) -> bool {
        if let Some((callable, found)) = frame.chain().find_map(|f| f.known.callables.get(id).map(|found| (found, f))) {
            return found.known.annotated.contains(id) || self.run_call(*callable, arguments, frame);
        }
        if self.top.annotated.contains(id) {
            return true;
        }
        if self.top.callables.contains_key(id) {
            let Some(outcome) = self.called_by_name(id) else { return false };
            let mut found = frame.found.borrow_mut();
            found.changes.extend(outcome.changes);
            found.sets.extend(outcome.sets);
            found.calls.extend(outcome.calls);
            return !outcome.effects;
        }
        let imported = self.numbered.ids.get(id).filter(|symbol| {
            let declared = symbol.checked_sub(self.numbered.first_declared());
            let declared = declared.and_then(|at| self.numbered.symbols.get(at as usize));
            declared
                .is_some_and(|declared| matches!(declared.kind, SymbolKind::Import { .. } | SymbolKind::Member { .. }))
        });
        imported.is_some_and(|symbol| {
            frame.found.borrow_mut().calls.insert(symbol);
            true
        })
    }

    /// What a call of a function of the top level does, whatever it is given.
    pub(super) fn called_by_name(&self, id: &Id) -> Option<Outcome> {
        if let Some(known) = self.memo.borrow().get(id) {
            return Some(known.clone());
        }
        // Whoever calls itself does no more than it does otherwise.
        if self.running.borrow().contains(id) {
            self.guesses.set(self.guesses.get() + 1);
            return Some(Outcome::default());
        }
        if self.running.borrow().len() >= CALLS_MAX {
            return None;
        }
        let callable = *self.top.callables.get(id)?;
        self.running.borrow_mut().push(id.clone());
        let before = self.guesses.get();
        let found = RefCell::new(Outcome::default());
        let pure = self.run_call(callable, &[], &Frame::top(&found));
        self.running.borrow_mut().pop();
        let mut outcome = found.into_inner();
        outcome.effects |= !pure;
        // What rests on a guess about a function further up holds only there.
        if outcome.effects || self.guesses.get() == before || self.running.borrow().is_empty() {
            self.memo.borrow_mut().insert(id.clone(), outcome.clone());
        }
        Some(outcome)
    }

    fn may_enter(&self, around: &Frame<'a, '_>) -> bool {
        self.work.set(self.work.get() + 1);
        self.work.get() <= WORK_MAX && around.chain().count() <= CALLS_MAX
    }

    /// Runs a function's body. `around`: where it stands and is called.
    pub(super) fn run_call(
        &self,
        callable: Callable<'a>,
        arguments: &'a [ExprOrSpread],
        around: &Frame<'a, '_>,
    ) -> bool {
        self.run_function(callable, arguments, around, false)
    }

    fn run_function(
        &self,
        callable: Callable<'a>,
        arguments: &'a [ExprOrSpread],
        around: &Frame<'a, '_>,
        this_is_new: bool,
    ) -> bool {
        if !self.may_enter(around) || !self.arguments(arguments, around) {
            return false;
        }
        let mut frame = Frame { parent: Some(around), is_call: true, this_is_new, ..Frame::top(around.found) };
        let looking = Looking { assigned: &self.changed.bindings, comments: None };
        let patterns: Vec<&'a Pat> = match callable {
            Callable::Function(function) => function.params.iter().map(|parameter| &parameter.pat).collect(),
            Callable::Arrow(arrow) => {
                frame.this_is_new |= around.this_is_new;
                arrow.params.iter().collect()
            }
        };
        let (statements, is_plain): (&'a [Stmt], bool) = match callable {
            Callable::Function(function) => {
                let body = function.body.as_ref().map_or(&[] as &[Stmt], |body| &body.stmts);
                (body, !function.is_generator && !function.is_async)
            }
            Callable::Arrow(arrow) => match &*arrow.body {
                ArrowFunctionBody::FunctionBody(body) => (&body.stmts, !arrow.is_async),
                ArrowFunctionBody::Expr(_) => (&[], !arrow.is_async),
            },
        };
        frame.known = Known::of(statements, &looking);
        frame.known.patterns(patterns.iter().copied());
        for (at, pattern) in patterns.iter().enumerate() {
            if let (Pat::Ident(name), Some(argument)) = (pattern, arguments.get(at))
                && argument.spread.is_none()
                && !self.changed.bindings.contains(&name.to_id())
                && let Some(alias) = self.given(&argument.expr, around)
            {
                frame.aliases.insert(name.to_id(), alias);
            }
        }
        let is_simple = |pattern: &&'a Pat| match pattern {
            Pat::Ident(_) => true,
            Pat::Rest(rest) => rest.arg.is_ident(),
            Pat::Assign(assign) => assign.left.is_ident() && self.expression(&assign.right, &frame),
            _ => false,
        };
        if !is_plain || !patterns.iter().all(is_simple) {
            return false;
        }
        match callable {
            Callable::Arrow(arrow) if arrow.body.is_expr() => match &*arrow.body {
                ArrowFunctionBody::Expr(value) => self.expression(value, &frame),
                ArrowFunctionBody::FunctionBody(_) => false,
            },
            _ => statements.iter().all(|statement| self.run(statement, &frame)),
        }
    }

    /// What a parameter may be taken for: a value made for it, or what `X || (X = {})` fills, as enums and namespaces do.
    fn given(&self, argument: &'a Expr, frame: &Frame<'a, '_>) -> Option<(Root, Fresh)> {
        match strip(argument) {
            Expr::Bin(binary) if binary.op == BinaryOp::LogicalOr => {
                let name = strip(&binary.left).as_ident()?;
                let fresh = match strip(&binary.right) {
                    Expr::Assign(assign) if assign.op == AssignOp::Assign => {
                        let target = assign.left.as_ident()?;
                        (target.id.to_id() == name.to_id()).then(|| super::known::fresh(&assign.right)).flatten()?
                    }
                    other => super::known::fresh(other)?,
                };
                Some((self.holder(&name.to_id(), frame)?, fresh))
            }
            other => match super::known::fresh(other) {
                Some(Fresh::Primitive) => None,
                Some(fresh) => Some((Root::Own, fresh)),
                None => self.root(other, frame),
            },
        }
    }

    /// `new Name(…)`
    pub(super) fn constructed(&self, id: &Id, arguments: &'a [ExprOrSpread], frame: &Frame<'a, '_>) -> bool {
        let class = frame.chain().find_map(|frame| frame.known.classes.get(id)).or(self.top.classes.get(id)).copied();
        if let Some(class) = class {
            return self.may_enter(frame) && self.constructed_class(class, arguments, frame);
        }
        let callable = frame.chain().find_map(|frame| frame.known.callables.get(id)).or(self.top.callables.get(id));
        match callable.copied() {
            Some(callable @ Callable::Function(_)) => self.run_function(callable, arguments, frame, true),
            _ => false,
        }
    }

    fn constructed_class(&self, class: &'a Class, arguments: &'a [ExprOrSpread], frame: &Frame<'a, '_>) -> bool {
        // A setter of the class would run for its fields and assignments.
        let accessors = class.body.iter().any(super::known::is_setter);
        let base = class.super_class.as_deref().is_none_or(|base| match strip(base) {
            Expr::Ident(name) if name.ctxt == self.settings.unresolved => {
                matches!(&*name.sym, "Object" | "Error" | "Array" | "Map" | "Set" | "EventTarget")
            }
            Expr::Ident(name) => self.constructed(&name.to_id(), &[], frame),
            _ => false,
        });
        let inside = frame.inside_class();
        let field = |value: &'a Option<Box<Expr>>| value.as_deref().is_none_or(|value| self.expression(value, &inside));
        let member = |member: &'a ClassMember| match member {
            ClassMember::ClassProp(property) => property.is_static || field(&property.value),
            ClassMember::PrivateProp(property) => property.is_static || field(&property.value),
            ClassMember::AutoAccessor(_) => false,
            ClassMember::Constructor(constructor) => self.run_constructor(constructor, arguments, frame),
            _ => true,
        };
        !accessors && base && class.body.iter().all(member)
    }

    fn run_constructor(
        &self,
        constructor: &'a Constructor,
        arguments: &'a [ExprOrSpread],
        around: &Frame<'a, '_>,
    ) -> bool {
        let mut frame = Frame { parent: Some(around), is_call: true, this_is_new: true, ..Frame::top(around.found) };
        let statements = constructor.body.as_ref().map_or(&[] as &[Stmt], |body| &body.stmts);
        frame.known = Known::of(statements, &Looking { assigned: &self.changed.bindings, comments: None });
        let _ = arguments;
        for parameter in &constructor.params {
            let ParamOrTsParamProp::Param(parameter) = parameter else { return false };
            let simple = match &parameter.pat {
                Pat::Ident(_) => true,
                Pat::Rest(rest) => rest.arg.is_ident(),
                Pat::Assign(assign) => assign.left.is_ident() && self.expression(&assign.right, around),
                _ => false,
            };
            if !simple {
                return false;
            }
            frame.known.patterns(std::iter::once(&parameter.pat));
        }
        // What it returns gets the private members of classes that inherit it.
        frame.returns_value = false;
        statements.iter().all(|statement| self.run(statement, &frame))
    }

    /// A statement of a class's static block: its bindings are the block's.
    pub(super) fn run_block(&self, statement: &'a Stmt, frame: &Frame<'a, '_>) -> bool {
        self.run(statement, frame)
    }

    pub(super) fn run(&self, statement: &'a Stmt, frame: &Frame<'a, '_>) -> bool {
        let all = |statements: &'a [Stmt]| statements.iter().all(|statement| self.run(statement, frame));
        match statement {
            Stmt::Empty(_) | Stmt::Break(_) | Stmt::Continue(_) => true,
            Stmt::Decl(Decl::Fn(_)) => true,
            Stmt::Decl(Decl::Class(class)) => self.class(&class.class, frame),
            Stmt::Decl(Decl::Var(variables)) => self.variables(variables, frame),
            Stmt::Expr(expression) => self.expression(&expression.expr, frame),
            Stmt::Block(block) => all(&block.stmts),
            Stmt::Labeled(labeled) => self.run(&labeled.body, frame),
            Stmt::If(branch) => {
                self.expression(&branch.test, frame)
                    && self.run(&branch.cons, frame)
                    && branch.alt.as_deref().is_none_or(|alt| self.run(alt, frame))
            }
            // Of a CommonJS module, it would keep the rest from running.
            Stmt::Return(returned) => {
                frame.is_call
                    && (frame.returns_value || returned.arg.is_none())
                    && returned.arg.as_deref().is_none_or(|value| self.expression(value, frame))
            }
            Stmt::For(each) => {
                let init = match &each.init {
                    None => true,
                    Some(VarDeclOrExpr::VarDecl(variables)) => self.variables(variables, frame),
                    Some(VarDeclOrExpr::Expr(expression)) => self.expression(expression, frame),
                };
                // Without a test it may never end.
                let test = each.test.as_deref().is_some_and(|test| !test.is_lit() && self.expression(test, frame));
                let update = each.update.as_deref().is_none_or(|update| self.expression(update, frame));
                init && test && update && self.run(&each.body, frame)
            }
            Stmt::ForIn(each) => {
                matches!(&each.left, ForHead::VarDecl(head) if head.decls.iter().all(|decl| decl.name.is_ident()))
                    && self.expression(&each.right, frame)
                    && self.run(&each.body, frame)
            }
            Stmt::ForOf(each) => {
                !each.is_await
                    && matches!(&each.left, ForHead::VarDecl(head) if head.decls.iter().all(|decl| decl.name.is_ident()))
                    && self.is_array(&each.right, frame)
                    && self.expression(&each.right, frame)
                    && self.run(&each.body, frame)
            }
            Stmt::Switch(switch) => {
                self.expression(&switch.discriminant, frame)
                    && switch.cases.iter().all(|case| {
                        case.test.as_deref().is_none_or(|test| self.expression(test, frame)) && all(&case.cons)
                    })
            }
            Stmt::Try(attempt) => {
                all(&attempt.block.stmts)
                    && attempt.handler.as_ref().is_none_or(|handler| all(&handler.body.stmts))
                    && attempt.finalizer.as_ref().is_none_or(|block| all(&block.stmts))
            }
            _ => false,
        }
    }

    fn variables(&self, variables: &'a VarDecl, frame: &Frame<'a, '_>) -> bool {
        variables.decls.iter().all(|declarator| {
            declarator
                .init
                .as_deref()
                .is_none_or(|init| self.expression(init, frame) && self.pattern(&declarator.name, init, frame))
        })
    }

    /// Destructuring runs getters and iterators; taking apart a literal does not.
    fn pattern(&self, pattern: &'a Pat, init: &'a Expr, frame: &Frame<'a, '_>) -> bool {
        match pattern {
            Pat::Ident(_) => true,
            Pat::Object(object) => {
                let literal = match strip(init) {
                    Expr::Object(literal) => literal.props.iter().all(is_plain),
                    // `const { hasOwnProperty } = Object.prototype`
                    Expr::Member(member) => self.member(member, frame) && self.root(init, frame).is_none(),
                    Expr::Ident(name) if name.ctxt == self.settings.unresolved => {
                        super::builtins::has_property(&name.sym)
                    }
                    _ => self.root(init, frame).is_some() && self.is_plain(init),
                };
                literal
                    && object.props.iter().all(|property| match property {
                        ObjectPatProp::Assign(assign) => {
                            assign.value.as_deref().is_none_or(|value| self.expression(value, frame))
                        }
                        ObjectPatProp::KeyValue(pair) => pair.value.is_ident() && !pair.key.is_computed(),
                        ObjectPatProp::Rest(rest) => rest.arg.is_ident(),
                    })
            }
            Pat::Array(array) => {
                self.is_array(init, frame) && array.elems.iter().flatten().all(|element| element.is_ident())
            }
            _ => false,
        }
    }
}

/// Reading it runs no code.
fn is_plain(property: &PropOrSpread) -> bool {
    matches!(property, PropOrSpread::Prop(property) if !matches!(&**property, Prop::Getter(_)))
}

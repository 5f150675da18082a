//! The members of one class: fields into the constructor, static parts into one static method, keys in their order.

use super::private::Kind;
use super::{Lowerer, Wish};
use crate::lang::js::facts::Helper;
use crate::lang::js::tree;
use swc_core::common::{DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// The key of the static method that holds all static initializers until it has run.
const STATIC: &str = "#static";

/// A class being rebuilt.
#[derive(Default)]
pub(super) struct Members {
    body: Vec<ClassMember>,
    /// Of every new object, in order.
    instance: Vec<Stmt>,
    statics: Vec<Stmt>,
    /// Evaluations of keys that wait for the next computed key.
    pending: Vec<Expr>,
}

/// Evaluating the static members does nothing beyond making values.
pub(super) fn is_inert(members: &[ClassMember]) -> bool {
    let value = |value: &Option<Box<Expr>>| {
        value.as_deref().is_none_or(|value| matches!(value, Expr::Lit(_) | Expr::Arrow(_) | Expr::Fn(_)))
    };
    members.iter().all(|member| match member {
        ClassMember::ClassProp(property) => !property.is_static || value(&property.value),
        ClassMember::PrivateProp(property) => !property.is_static || value(&property.value),
        ClassMember::StaticBlock(block) => block.body.stmts.is_empty(),
        _ => true,
    })
}

fn method(key: PropName, is_static: bool, function: Box<Function>) -> ClassMember {
    ClassMember::Method(ClassMethod {
        span: DUMMY_SP,
        key,
        function,
        kind: MethodKind::Method,
        is_static,
        accessibility: None,
        is_abstract: false,
        is_optional: false,
        is_override: false,
    })
}

fn key_text(key: &str) -> PropName {
    PropName::Str(key.into())
}

impl Members {
    /// Whether anything of the class has to change.
    pub fn wanted(wish: Wish, members: &[ClassMember]) -> bool {
        members.iter().any(|member| match member {
            ClassMember::ClassProp(_) => true,
            ClassMember::PrivateProp(property) => wish.lower || (wish.assign && !property.is_static),
            ClassMember::PrivateMethod(_) | ClassMember::StaticBlock(_) => wish.lower,
            _ => false,
        })
    }

    /// True when the class got a static method that must be called.
    pub fn rebuild(lowerer: &mut Lowerer<'_>, class: &mut Class) -> bool {
        let mut out = Members::default();
        out.stores(lowerer);
        for member in std::mem::take(&mut class.body) {
            out.member(lowerer, member);
        }
        let derived = class.super_class.is_some();
        out.trailing_keys(lowerer, class);
        if !out.instance.is_empty() {
            let inits = std::mem::take(&mut out.instance);
            out.construct(lowerer, derived, inits);
        }
        let needs_init = !out.statics.is_empty();
        if needs_init {
            let body = Some(FunctionBody { span: DUMMY_SP, stmts: std::mem::take(&mut out.statics) });
            out.body.push(method(key_text(STATIC), true, Box::new(Function { body, ..Function::default() })));
        }
        class.body = out.body;
        needs_init
    }

    /// What holds the private members of this evaluation of the class.
    fn stores(&mut self, lowerer: &Lowerer<'_>) {
        let Some(names) = lowerer.privates.last() else { return };
        let mut all: Vec<_> = names.values().collect();
        all.sort_by_key(|private| private.number);
        for private in &all {
            let collection = if private.kind == Kind::Field { "WeakMap" } else { "WeakSet" };
            let global = Ident::new(collection.into(), DUMMY_SP, lowerer.unresolved);
            self.statics.push(tree::expression(tree::assign(private.store.clone(), tree::new(tree::ident(&global)))));
        }
        for private in all.iter().filter(|private| private.kind == Kind::Method) {
            let arguments = vec![tree::this(), tree::ident(&private.store)];
            let add = tree::expression(tree::call(lowerer.helper(Helper::PRIVATE_ADD), arguments));
            if private.is_static { self.statics.push(add) } else { self.instance.push(add) }
        }
    }

    fn member(&mut self, lowerer: &mut Lowerer<'_>, member: ClassMember) {
        let wish = lowerer.wish;
        match member {
            ClassMember::Method(mut method) => {
                self.attach(&mut method.key);
                self.body.push(ClassMember::Method(method));
            }
            ClassMember::PrivateMethod(found) if wish.lower => self.private_method(lowerer, found),
            ClassMember::ClassProp(property) => self.field(lowerer, property),
            ClassMember::PrivateProp(property) => self.private_field(lowerer, property),
            ClassMember::StaticBlock(block) if wish.lower => self.statics.push(Stmt::Block(block.body)),
            other => self.body.push(other),
        }
    }

    /// Puts waiting evaluations before that of a computed key.
    fn attach(&mut self, key: &mut PropName) {
        if let PropName::Computed(computed) = key
            && !self.pending.is_empty()
        {
            let mut parts = std::mem::take(&mut self.pending);
            parts.push(std::mem::take(&mut *computed.expr));
            *computed.expr = tree::sequence(parts);
        }
    }

    /// Evaluations after the last computed key that is left: behind it, else before the class body.
    fn trailing_keys(&mut self, lowerer: &mut Lowerer<'_>, class: &mut Class) {
        if self.pending.is_empty() {
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        let last = self.body.iter_mut().rev().find_map(|member| match member {
            ClassMember::Method(ClassMethod { key: PropName::Computed(key), .. })
            | ClassMember::ClassProp(ClassProp { key: PropName::Computed(key), .. }) => Some(&mut key.expr),
            _ => None,
        });
        let target = match last {
            Some(key) => key,
            None => class.super_class.get_or_insert_with(|| Box::new(Expr::default())),
        };
        let base = std::mem::take(&mut **target);
        if matches!(base, Expr::Invalid(_)) {
            // No class to extend: nothing was evaluated before, and a method with a key evaluates them as well.
            class.super_class = None;
            pending.push(tree::text(STATIC));
            let key = PropName::Computed(ComputedPropName { span: DUMMY_SP, expr: Box::new(tree::sequence(pending)) });
            self.body.push(method(
                key,
                true,
                Box::new(Function {
                    body: Some(FunctionBody { span: DUMMY_SP, stmts: Vec::new() }),
                    ..Function::default()
                }),
            ));
            // The method must go again.
            if !lowerer.wish.lower {
                let delete = tree::computed(tree::this(), tree::text(STATIC));
                let delete = UnaryExpr { span: DUMMY_SP, op: UnaryOp::Delete, arg: Box::new(delete) };
                self.body.push(static_block(vec![tree::expression(Expr::Unary(delete))]));
            } else if self.statics.is_empty() {
                self.statics.push(Stmt::Empty(EmptyStmt { span: DUMMY_SP }));
            }
            return;
        }
        let kept = lowerer.temp("_key");
        let mut parts = vec![tree::assign(kept.clone(), base)];
        parts.append(&mut pending);
        parts.push(tree::ident(&kept));
        **target = tree::sequence(parts);
    }

    fn private_method(&mut self, lowerer: &Lowerer<'_>, found: PrivateMethod) {
        let Some(private) = lowerer.privates.last().and_then(|names| names.get(&found.key.name)) else { return };
        let (prefix, target) = match found.kind {
            MethodKind::Method => ("#", &private.method),
            MethodKind::Getter => ("get #", &private.getter),
            MethodKind::Setter => ("set #", &private.setter),
        };
        let Some(target) = target.clone() else { return };
        let key = format!("{prefix}{}", found.key.name);
        let home = if found.is_static { tree::this() } else { tree::member(tree::this(), "prototype") };
        let take = tree::call(lowerer.helper(Helper::TAKE), vec![home, tree::text(&key)]);
        // Before anything of the static part uses it.
        let at = self.statics.iter().take_while(|statement| is_setup(statement)).count();
        self.statics.insert(at, tree::expression(tree::assign(target, take)));
        self.body.push(method(key_text(&key), found.is_static, found.function));
    }

    fn private_field(&mut self, lowerer: &Lowerer<'_>, mut property: PrivateProp) {
        if lowerer.wish.lower {
            let Some(private) = lowerer.privates.last().and_then(|names| names.get(&property.key.name)) else { return };
            let value = property.value.map_or_else(super::super::fold::void, |value| *value);
            let named = is_anonymous(&value);
            let mut arguments = vec![tree::this(), tree::ident(&private.store), value];
            arguments.extend(named.then(|| tree::text(&format!("#{}", property.key.name))));
            let add = tree::expression(tree::call(lowerer.helper(Helper::PRIVATE_ADD), arguments));
            if property.is_static {
                self.statics.push(add)
            } else {
                self.instance.push(add)
            }
            return;
        }
        if !property.is_static
            && lowerer.wish.assign
            && let Some(value) = property.value.take()
        {
            let prop = MemberProp::PrivateName(property.key.clone());
            let target = Expr::Member(MemberExpr { span: DUMMY_SP, obj: Box::new(tree::this()), prop });
            self.instance.push(tree::expression(tree::assign_member(target, *value)));
        }
        self.body.push(ClassMember::PrivateProp(property));
    }

    fn field(&mut self, lowerer: &mut Lowerer<'_>, property: ClassProp) {
        let Wish { lower, assign, places } = lowerer.wish;
        if property.declare || property.is_abstract {
            return;
        }
        let ClassProp { key, value, is_static, .. } = property;
        if assign && value.is_none() {
            if let PropName::Computed(computed) = key {
                self.pending.push(*computed.expr);
            }
            return;
        }
        let value = value.map_or_else(super::super::fold::void, |value| *value);
        let key = match key {
            PropName::Computed(computed) if !matches!(&*computed.expr, Expr::Lit(_)) => {
                let kept = lowerer.temp("_key");
                let made = tree::call(lowerer.helper(Helper::KEY), vec![*computed.expr]);
                self.pending.push(tree::assign(kept.clone(), made));
                tree::ident(&kept)
            }
            PropName::Computed(computed) => *computed.expr,
            PropName::Ident(name) if places => {
                Expr::Lit(Lit::Str(Str { span: name.span, value: name.sym.as_ref().into(), raw: None }))
            }
            PropName::Ident(name) => tree::text(&name.sym),
            PropName::Str(text) => Expr::Lit(Lit::Str(text)),
            PropName::Num(number) => Expr::Lit(Lit::Num(number)),
            PropName::BigInt(number) => tree::text(&number.value.to_string()),
        };
        let set = tree::expression(if assign {
            let target = match &key {
                Expr::Lit(Lit::Str(text))
                    if text.value.as_str().is_some_and(|name| Ident::verify_symbol(name).is_ok()) =>
                {
                    tree::member(tree::this(), text.value.as_str().unwrap_or_default())
                }
                _ => tree::computed(tree::this(), key),
            };
            tree::assign_member(target, value)
        } else {
            let named = is_anonymous(&value);
            let mut arguments = vec![tree::this(), key, value];
            arguments.extend(named.then(|| Expr::Lit(Lit::Num(1.0.into()))));
            tree::call(lowerer.helper(Helper::PUBLIC_FIELD), arguments)
        });
        match (is_static, lower) {
            (false, _) => self.instance.push(set),
            (true, true) => self.statics.push(set),
            (true, false) => self.body.push(static_block(vec![set])),
        }
    }

    /// Puts initializers into the constructor, which is made if there is none.
    fn construct(&mut self, lowerer: &mut Lowerer<'_>, derived: bool, inits: Vec<Stmt>) {
        let found = self.body.iter_mut().find_map(|member| match member {
            ClassMember::Constructor(constructor) if constructor.body.is_some() => Some(constructor),
            _ => None,
        });
        if let Some(constructor) = found {
            let body = constructor.body.get_or_insert_with(FunctionBody::default);
            return initialize(lowerer, body, derived, inits);
        }
        let mut stmts = Vec::new();
        let mut params = Vec::new();
        if derived {
            let args = tree::fresh("args");
            let rest =
                RestPat { span: DUMMY_SP, dot3_token: DUMMY_SP, arg: Box::new(args.clone().into()), type_ann: None };
            params.push(ParamOrTsParamProp::Param(Param::from(Pat::Rest(rest))));
            let spread = ExprOrSpread { spread: Some(DUMMY_SP), expr: Box::new(tree::ident(&args)) };
            let callee = Callee::Super(Super { span: DUMMY_SP });
            stmts.push(tree::expression(Expr::Call(CallExpr { callee, args: vec![spread], ..CallExpr::default() })));
        }
        stmts.extend(inits);
        let constructor = Constructor {
            span: DUMMY_SP,
            ctxt: SyntaxContext::empty(),
            key: PropName::Ident(IdentName::new("constructor".into(), DUMMY_SP)),
            params,
            body: Some(FunctionBody { span: DUMMY_SP, stmts }),
            accessibility: None,
            is_optional: false,
        };
        self.body.insert(0, ClassMember::Constructor(constructor));
    }
}

/// A function or class that the field would give its name to.
fn is_anonymous(value: &Expr) -> bool {
    match value {
        Expr::Arrow(_) => true,
        Expr::Fn(function) => function.ident.is_none(),
        Expr::Class(class) => class.ident.is_none() && !super::super::names::has_own_name(&class.class),
        Expr::Paren(inner) => is_anonymous(&inner.expr),
        // A class that has been lowered already.
        Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) => {
            if let Some(inner) = temporaries(callee) {
                return is_anonymous(inner);
            }
            let helper = callee.as_ident().and_then(|name| tree::helper_of(&name.sym));
            helper == Some(Helper::CLASS) && matches!(args.as_slice(), [class] if is_anonymous(&class.expr))
        }
        _ => false,
    }
}

/// The value in `(() => { let temp; return value; })()` that lowering has put around it.
fn temporaries(callee: &Expr) -> Option<&Expr> {
    let arrow = callee.as_arrow().filter(|arrow| arrow.span.is_dummy())?;
    let ArrowFunctionBody::FunctionBody(body) = &*arrow.body else { return None };
    body.stmts.last()?.as_return_stmt()?.arg.as_deref()
}

fn static_block(stmts: Vec<Stmt>) -> ClassMember {
    let body = BlockStmt { stmts, ..BlockStmt::default() };
    ClassMember::StaticBlock(StaticBlock { span: DUMMY_SP, body })
}

/// `_store = new WeakMap()`, `method = take(…)`, brands: what comes before the program's own static members.
fn is_setup(statement: &Stmt) -> bool {
    let Stmt::Expr(ExprStmt { expr, .. }) = statement else { return false };
    matches!(&**expr, Expr::Assign(assign) if matches!(&*assign.right, Expr::New(_) | Expr::Call(_)) && assign.left.as_ident().is_some())
}

fn is_super_call(expression: &Expr) -> bool {
    matches!(tree::strip(expression), Expr::Call(CallExpr { callee: Callee::Super(_), .. }))
}

fn initialize(lowerer: &mut Lowerer<'_>, body: &mut FunctionBody, derived: bool, inits: Vec<Stmt>) {
    let directives = body.stmts.iter().take_while(|statement| super::super::compile::is_directive(statement)).count();
    if !derived {
        body.stmts.splice(directives..directives, inits);
        return;
    }
    let mut calls = SuperCalls(0);
    body.stmts.visit_with(&mut calls);
    let at =
        body.stmts.iter().position(|statement| matches!(statement, Stmt::Expr(found) if is_super_call(&found.expr)));
    if let (1, Some(at)) = (calls.0, at) {
        body.stmts.splice(at + 1..at + 1, inits);
        return;
    }
    let _ = lowerer;
    let init = tree::fresh("_init");
    body.stmts.visit_mut_with(&mut AfterSuper { init: &init });
    let function = tree::arrow(Vec::new(), tree::block(inits));
    body.stmts.insert(directives, tree::declare(VarDeclKind::Const, init.into(), Some(function)));
}

/// Counts calls of the parent's constructor.
struct SuperCalls(u32);

impl Visit for SuperCalls {
    noop_visit_type!();
    fn visit_call_expr(&mut self, call: &CallExpr) {
        self.0 += u32::from(matches!(call.callee, Callee::Super(_)));
        call.visit_children_with(self);
    }
    fn visit_function(&mut self, _: &Function) {}
    fn visit_class(&mut self, _: &Class) {}
}

/// `super(…)` → `(super(…), init(), this)`
struct AfterSuper<'a> {
    init: &'a Ident,
}

impl VisitMut for AfterSuper<'_> {
    noop_visit_mut_type!();
    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        expression.visit_mut_children_with(self);
        if matches!(expression, Expr::Call(CallExpr { callee: Callee::Super(_), .. })) {
            let init = tree::call(tree::ident(self.init), Vec::new());
            *expression = tree::sequence(vec![std::mem::take(expression), init, tree::this()]);
        }
    }
    fn visit_mut_function(&mut self, _: &mut Function) {}
    fn visit_mut_class(&mut self, _: &mut Class) {}
}

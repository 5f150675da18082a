//! Small pieces of trees that several passes make.

use super::facts::{HELPERS, Helper};
use swc_core::atoms::Atom;
use swc_core::common::{DUMMY_SP, Mark, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// Names of helpers before anything is numbered: the walk that numbers turns them into markers.
pub(super) const HELPER_PREFIX: &str = "__plimsoll";

/// A context that belongs to nobody else.
pub(super) fn fresh_context() -> SyntaxContext {
    SyntaxContext::empty().apply_mark(Mark::fresh(Mark::root()))
}

/// A new binding, called `name` where names are kept.
pub(super) fn fresh(name: &str) -> Ident {
    Ident::new(name.into(), DUMMY_SP, fresh_context())
}

/// The number that [`marker_name`] was made of, if it is one.
pub(super) fn marked(name: &str) -> Option<u32> {
    name.strip_prefix("s$")?.bytes().try_fold(0u32, |number, digit| {
        number.checked_mul(10)?.checked_add(u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?))
    })
}

/// The name of the marker for symbol numbers that have no source name.
pub(super) fn marker_name(number: u32) -> Atom {
    // `format!` of these was a fortieth of a build.
    let mut text = [0u8; 12];
    let mut at = text.len();
    let mut rest = number;
    loop {
        at -= 1;
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    text[at - 2..at].copy_from_slice(b"s$");
    Atom::from(std::str::from_utf8(&text[at - 2..]).unwrap_or_default())
}

/// A name as the source has it, before scopes are resolved.
pub(super) fn plain(name: &str) -> Ident {
    Ident::new(name.into(), DUMMY_SP, SyntaxContext::empty())
}

/// The helper as a free name; see [`HELPER_PREFIX`].
pub(super) fn helper(helper: Helper, unresolved: SyntaxContext) -> Ident {
    let name = HELPERS[helper.0 as usize];
    Ident::new(format!("{HELPER_PREFIX}{name}").into(), DUMMY_SP, unresolved)
}

/// The helper that a free name stands for.
pub(super) fn helper_of(name: &str) -> Option<Helper> {
    let name = name.strip_prefix(HELPER_PREFIX)?;
    HELPERS.iter().position(|known| *known == name).map(|at| Helper(at as u8))
}

pub(super) fn ident(name: &Ident) -> Expr {
    Expr::Ident(name.clone())
}

pub(super) fn this() -> Expr {
    Expr::This(ThisExpr { span: DUMMY_SP })
}

pub(super) fn text(value: &str) -> Expr {
    Expr::Lit(Lit::Str(value.into()))
}

pub(super) fn call(callee: Expr, arguments: Vec<Expr>) -> Expr {
    Expr::Call(CallExpr {
        callee: Callee::Expr(Box::new(callee)),
        args: arguments.into_iter().map(Into::into).collect(),
        ..CallExpr::default()
    })
}

pub(super) fn member(object: Expr, name: &str) -> Expr {
    let prop = MemberProp::Ident(IdentName::new(name.into(), DUMMY_SP));
    Expr::Member(MemberExpr { span: DUMMY_SP, obj: Box::new(object), prop })
}

pub(super) fn computed(object: Expr, key: Expr) -> Expr {
    let prop = MemberProp::Computed(ComputedPropName { span: DUMMY_SP, expr: Box::new(key) });
    Expr::Member(MemberExpr { span: DUMMY_SP, obj: Box::new(object), prop })
}

pub(super) fn assign(target: Ident, value: Expr) -> Expr {
    let left = AssignTarget::Simple(SimpleAssignTarget::Ident(target.into()));
    Expr::Assign(AssignExpr { span: DUMMY_SP, op: AssignOp::Assign, left, right: Box::new(value) })
}

/// `target = value`, where the target is a member.
pub(super) fn assign_member(target: Expr, value: Expr) -> Expr {
    let Expr::Member(target) = target else { return value };
    let left = AssignTarget::Simple(SimpleAssignTarget::Member(target));
    Expr::Assign(AssignExpr { span: DUMMY_SP, op: AssignOp::Assign, left, right: Box::new(value) })
}

pub(super) fn sequence(parts: Vec<Expr>) -> Expr {
    match parts.len() {
        1 => parts.into_iter().next().unwrap_or_else(super::fold::void),
        _ => Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: parts.into_iter().map(Box::new).collect() }),
    }
}

pub(super) fn new(callee: Expr) -> Expr {
    Expr::New(NewExpr { callee: Box::new(callee), args: Some(Vec::new()), ..NewExpr::default() })
}

pub(super) fn expression(expression: Expr) -> Stmt {
    Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: Box::new(expression) })
}

/// `kind name = value;`
pub(super) fn declare(kind: VarDeclKind, name: Pat, value: Option<Expr>) -> Stmt {
    declare_all(kind, vec![(name, value)])
}

pub(super) fn declare_all(kind: VarDeclKind, names: Vec<(Pat, Option<Expr>)>) -> Stmt {
    let declarator = |(name, value): (Pat, Option<Expr>)| VarDeclarator {
        span: DUMMY_SP,
        name,
        init: value.map(Box::new),
        definite: false,
    };
    let decls = names.into_iter().map(declarator).collect();
    Stmt::Decl(Decl::Var(Box::new(VarDecl { kind, decls, ..VarDecl::default() })))
}

pub(super) fn is_null(value: Expr) -> Expr {
    let null = Expr::Lit(Lit::Null(Null { span: DUMMY_SP }));
    Expr::Bin(BinExpr { span: DUMMY_SP, op: BinaryOp::EqEq, left: Box::new(value), right: Box::new(null) })
}

pub(super) fn arrow(params: Vec<Pat>, body: ArrowFunctionBody) -> Expr {
    Expr::Arrow(ArrowExpr { params, body: Box::new(body), ..ArrowExpr::default() })
}

pub(super) fn block(stmts: Vec<Stmt>) -> ArrowFunctionBody {
    ArrowFunctionBody::FunctionBody(FunctionBody { span: DUMMY_SP, stmts })
}

/// Inside any number of parentheses.
pub(super) fn strip(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => strip(&inner.expr),
        other => other,
    }
}

/// The same, to be changed.
pub(super) fn strip_mut(expression: &mut Expr) -> &mut Expr {
    match expression {
        Expr::Paren(inner) => strip_mut(&mut inner.expr),
        other => other,
    }
}

/// The expression in `[…]` by which a member of a class is called: it belongs to the code around the class.
pub(super) fn computed_key(member: &ClassMember) -> Option<&Expr> {
    let key = match member {
        ClassMember::Method(method) => &method.key,
        ClassMember::ClassProp(property) => &property.key,
        ClassMember::AutoAccessor(AutoAccessor { key: Key::Public(key), .. }) => key,
        _ => return None,
    };
    key.as_computed().map(|key| &*key.expr)
}

/// The same, to be changed.
pub(super) fn computed_key_mut(member: &mut ClassMember) -> Option<&mut Expr> {
    let key = match member {
        ClassMember::Method(method) => &mut method.key,
        ClassMember::ClassProp(property) => &mut property.key,
        ClassMember::AutoAccessor(AutoAccessor { key: Key::Public(key), .. }) => key,
        _ => return None,
    };
    key.as_mut_computed().map(|key| &mut *key.expr)
}

/// An identifier of this name stands in the tree, whatever it is bound to.
pub(super) fn mentions(tree: &impl for<'a> VisitWith<Mentions<'a>>, name: &str) -> bool {
    let mut mentions = Mentions { name, found: false };
    tree.visit_with(&mut mentions);
    mentions.found
}

pub(super) struct Mentions<'a> {
    name: &'a str,
    found: bool,
}

impl Visit for Mentions<'_> {
    noop_visit_type!();
    fn visit_ident(&mut self, ident: &Ident) {
        self.found |= ident.sym == *self.name;
    }
}

/// `super(…)` stands in it.
pub(super) fn mentions_super(constructor: &Constructor) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_super(&mut self, _: &Super) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    constructor.body.visit_with(&mut finder);
    finder.0
}

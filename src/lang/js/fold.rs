//! The little evaluation that decides which branches exist: literals, `!`, `typeof` of literals, equality, logic.

use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

pub(super) enum Side {
    Left,
    Right,
}

pub(super) fn is_logical(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing)
}

/// `undefined`, without depending on the binding of that name.
pub(super) fn void() -> Expr {
    Expr::Unary(UnaryExpr { span: DUMMY_SP, op: UnaryOp::Void, arg: Box::new(Expr::Lit(Lit::Num(0.0.into()))) })
}

/// `void 0` and the like.
pub(super) fn is_void(expression: &Expr) -> bool {
    matches!(expression, Expr::Unary(unary) if unary.op == UnaryOp::Void && unary.arg.is_lit())
}

fn bool_literal(value: bool) -> Expr {
    Expr::Lit(Lit::Bool(Bool { span: DUMMY_SP, value }))
}

/// Whether a side-effect-free expression is truthy, when that is certain.
pub(super) fn truthiness(expression: &Expr) -> Option<bool> {
    match expression {
        Expr::Lit(Lit::Bool(value)) => Some(value.value),
        Expr::Lit(Lit::Str(text)) => Some(!text.value.is_empty()),
        Expr::Lit(Lit::Num(number)) => Some(number.value != 0.0 && !number.value.is_nan()),
        Expr::Lit(Lit::Null(_)) => Some(false),
        Expr::Paren(inner) => truthiness(&inner.expr),
        Expr::Unary(unary) if unary.op == UnaryOp::Bang => truthiness(&unary.arg).map(|value| !value),
        Expr::Unary(unary) if unary.op == UnaryOp::Void && unary.arg.is_lit() => Some(false),
        Expr::Object(object) if object.props.is_empty() => Some(true),
        Expr::Array(array) if array.elems.is_empty() => Some(true),
        Expr::Arrow(_) | Expr::Fn(_) => Some(true),
        _ => None,
    }
}

/// Which side a logical operator gives, when the left one decides.
pub(super) fn short_circuit(op: BinaryOp, left: &Expr) -> Option<Side> {
    match op {
        BinaryOp::LogicalAnd => truthiness(left).map(|value| if value { Side::Right } else { Side::Left }),
        BinaryOp::LogicalOr => truthiness(left).map(|value| if value { Side::Left } else { Side::Right }),
        BinaryOp::NullishCoalescing => match left {
            Expr::Lit(Lit::Null(_)) => Some(Side::Right),
            Expr::Lit(_) => Some(Side::Left),
            Expr::Unary(unary) if unary.op == UnaryOp::Void && unary.arg.is_lit() => Some(Side::Right),
            _ => None,
        },
        _ => None,
    }
}

/// `'production' !== 'development'` and the like.
pub(super) fn comparison(expression: &mut Expr) {
    let Expr::Bin(binary) = expression else { return };
    let negated = match binary.op {
        BinaryOp::EqEq | BinaryOp::EqEqEq => false,
        BinaryOp::NotEq | BinaryOp::NotEqEq => true,
        _ => return,
    };
    if let Some(equal) = same_literal(&binary.left, &binary.right) {
        *expression = bool_literal(equal != negated);
    }
}

/// Equality of two literals of the same type; of different types only where `===` and `==` agree.
fn same_literal(left: &Expr, right: &Expr) -> Option<bool> {
    match (strip(left), strip(right)) {
        (Expr::Lit(Lit::Str(a)), Expr::Lit(Lit::Str(b))) => Some(a.value == b.value),
        (Expr::Lit(Lit::Bool(a)), Expr::Lit(Lit::Bool(b))) => Some(a.value == b.value),
        (Expr::Lit(Lit::Num(a)), Expr::Lit(Lit::Num(b))) => Some(a.value == b.value),
        (Expr::Lit(Lit::Null(_)), Expr::Lit(Lit::Null(_))) => Some(true),
        (Expr::Lit(Lit::Null(_)), Expr::Lit(Lit::Str(_) | Lit::Bool(_) | Lit::Num(_)))
        | (Expr::Lit(Lit::Str(_) | Lit::Bool(_) | Lit::Num(_)), Expr::Lit(Lit::Null(_))) => Some(false),
        _ => None,
    }
}

fn strip(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => strip(&inner.expr),
        other => other,
    }
}

/// `!literal`, `typeof literal`.
pub(super) fn unary(expression: &mut Expr) {
    let Expr::Unary(unary) = expression else { return };
    match unary.op {
        UnaryOp::Bang => {
            if let Some(value) = truthiness(&unary.arg) {
                *expression = bool_literal(!value);
            }
        }
        UnaryOp::TypeOf => {
            let kind = match strip(&unary.arg) {
                Expr::Lit(Lit::Str(_)) => "string",
                Expr::Lit(Lit::Bool(_)) => "boolean",
                Expr::Lit(Lit::Num(_)) => "number",
                Expr::Lit(Lit::Null(_)) => "object",
                Expr::Unary(void) if void.op == UnaryOp::Void && void.arg.is_lit() => "undefined",
                _ => return,
            };
            *expression = Expr::Lit(Lit::Str(kind.into()));
        }
        _ => {}
    }
}

/// The branch that is taken; `var`s of the other one stay declared.
pub(super) fn take_branch(branch: &mut IfStmt, test: bool) -> Stmt {
    let nothing = || Stmt::Empty(EmptyStmt { span: DUMMY_SP });
    let cons = std::mem::replace(&mut *branch.cons, nothing());
    let alt = branch.alt.take().map_or_else(nothing, |alt| *alt);
    let (kept, dropped) = if test { (cons, alt) } else { (alt, cons) };
    let mut vars = DroppedVars::default();
    dropped.visit_with(&mut vars);
    if vars.names.is_empty() {
        return kept;
    }
    let declarator = |id: Ident| VarDeclarator { span: DUMMY_SP, name: id.into(), init: None, definite: false };
    let declaration = Stmt::Decl(Decl::Var(Box::new(VarDecl {
        kind: VarDeclKind::Var,
        decls: vars.names.into_iter().map(declarator).collect(),
        ..VarDecl::default()
    })));
    Stmt::Block(BlockStmt { span: DUMMY_SP, stmts: vec![declaration, kept], ..BlockStmt::default() })
}

/// `var`s below blocks, not below functions.
#[derive(Default)]
pub(super) struct DroppedVars {
    pub names: Vec<Ident>,
}

impl Visit for DroppedVars {
    noop_visit_type!();

    fn visit_var_decl(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Var {
            self.names.extend(find_pat_ids::<_, Ident>(&variables.decls));
        }
    }
    fn visit_function(&mut self, _: &Function) {}
    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
    fn visit_class(&mut self, _: &Class) {}
    fn visit_expr(&mut self, _: &Expr) {}
}

/// What folding may reduce to one of its operands.
pub(super) fn is_choice(expression: &Expr) -> bool {
    match expression {
        Expr::Cond(_) => true,
        Expr::Bin(binary) => is_logical(binary.op),
        _ => false,
    }
}

/// `(0, a.b)()` where the source called something else: `(true && a.b)()`, an imported name that became a member. Without
/// it `a` would be `this`. The same for `eval`, which would see the scope around it.
pub(super) fn without_receiver(callee: &mut Expr) {
    let has_receiver = match &*callee {
        Expr::Member(_) | Expr::OptChain(_) => true,
        Expr::Ident(name) => &*name.sym == "eval",
        _ => false,
    };
    if has_receiver {
        behind_zero(callee);
    }
}

/// `const f = (0, () => {})` where the source had a choice: what a choice gives takes no name from where it stands.
pub(super) fn without_name(value: &mut Expr) {
    let is_anonymous = match &*value {
        Expr::Arrow(_) => true,
        Expr::Fn(function) => function.ident.is_none(),
        Expr::Class(class) => class.ident.is_none(),
        _ => false,
    };
    if is_anonymous {
        behind_zero(value);
    }
}

/// Optional chains that end where they begin, since imported names turned out to be undefined.
pub(super) fn chains(body: &mut [Stmt]) {
    struct Chains;
    impl VisitMut for Chains {
        noop_visit_mut_type!();
        fn visit_mut_expr(&mut self, expression: &mut Expr) {
            if ends_at_once(expression) {
                *expression = void();
            }
            expression.visit_mut_children_with(self);
        }
    }
    body.iter_mut().for_each(|statement| statement.visit_mut_with(&mut Chains));
}

fn ends_at_once(expression: &Expr) -> bool {
    let Expr::OptChain(chain) = expression else { return false };
    let before = match &*chain.base {
        OptChainBase::Member(member) => &member.obj,
        OptChainBase::Call(call) => &call.callee,
    };
    chain.optional && is_void(before) || ends_at_once(before)
}

fn behind_zero(value: &mut Expr) {
    let zero = Expr::Lit(Lit::Num(0.0.into()));
    let taken = std::mem::take(value);
    *value = Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: vec![Box::new(zero), Box::new(taken)] });
}

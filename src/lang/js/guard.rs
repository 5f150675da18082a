//! What the compressor would get wrong is hidden from it, and shown again afterwards.

use super::{fold, tree};
use rustc_hash::FxHashSet;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// A function of this name would be called around what is hidden.
const GUARD: &str = "__plimsoll_guard";

/// Conversions whose result is not used but which may run code, and members of literals that may be inherited.
pub(super) fn hide(body: &mut Vec<ModuleItem>, unresolved: SyntaxContext) {
    body.visit_mut_with(&mut Hider { guard: Ident::new(GUARD.into(), swc_core::common::DUMMY_SP, unresolved) });
}

struct Hider {
    guard: Ident,
}

impl Hider {
    fn wrap(&self, expression: &mut Expr) {
        let value = std::mem::take(expression);
        *expression = tree::call(tree::ident(&self.guard), vec![value]);
    }
}

/// Evaluated for nothing, it may still call `toString`, `valueOf` or a trap.
fn converts(expression: &Expr) -> bool {
    match tree::strip(expression) {
        Expr::Tpl(template) => template.exprs.iter().any(|part| !part.is_lit()),
        Expr::Unary(unary) => {
            matches!(unary.op, UnaryOp::Plus | UnaryOp::Minus | UnaryOp::Tilde) && !unary.arg.is_lit()
        }
        Expr::Bin(binary) => match binary.op {
            BinaryOp::LogicalAnd
            | BinaryOp::LogicalOr
            | BinaryOp::NullishCoalescing
            | BinaryOp::EqEqEq
            | BinaryOp::NotEqEq => false,
            _ => !(binary.left.is_lit() && binary.right.is_lit()),
        },
        _ => false,
    }
}

impl VisitMut for Hider {
    noop_visit_mut_type!();

    fn visit_mut_expr_stmt(&mut self, statement: &mut ExprStmt) {
        statement.visit_mut_children_with(self);
        if converts(&statement.expr) {
            self.wrap(&mut statement.expr);
        }
    }

    /// `new String('x')` is an object, whatever it is compared with.
    fn visit_mut_new_expr(&mut self, new: &mut NewExpr) {
        new.visit_mut_children_with(self);
        if new
            .callee
            .as_ident()
            .is_some_and(|name| name.ctxt == self.guard.ctxt && matches!(&*name.sym, "String" | "Number" | "Boolean"))
        {
            self.wrap(&mut new.callee);
        }
    }

    fn visit_mut_member_expr(&mut self, member: &mut MemberExpr) {
        member.visit_mut_children_with(self);
        if matches!(tree::strip(&member.obj), Expr::Object(_)) {
            self.wrap(&mut member.obj);
        }
    }
}

/// Gives the `let`s that are given nothing a value until [`show`]: the compressor takes what stands above them to where
/// they are there already, and what is called there may read them.
pub(super) fn hold_lets(body: &mut [ModuleItem], names: &FxHashSet<&Id>, unresolved: SyntaxContext) {
    let hider = Hider { guard: Ident::new(GUARD.into(), swc_core::common::DUMMY_SP, unresolved) };
    for item in body {
        let ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) = item else { continue };
        for declarator in variables.decls.iter_mut().filter(|_| variables.kind == VarDeclKind::Let) {
            let named = declarator.name.as_ident().is_some_and(|name| names.contains(&name.to_id()));
            if named && declarator.init.is_none() {
                let mut value = fold::void();
                hider.wrap(&mut value);
                declarator.init = Some(Box::new(value));
            }
        }
    }
}

/// Puts back what [`hide`] took out of sight.
pub(super) fn show(body: &mut Vec<ModuleItem>, unresolved: SyntaxContext) {
    body.visit_mut_with(&mut Shower { unresolved });
}

struct Shower {
    unresolved: SyntaxContext,
}

impl VisitMut for Shower {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        if let Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) = expression
            && callee.as_ident().is_some_and(|name| name.ctxt == self.unresolved && &*name.sym == GUARD)
            && args.len() == 1
        {
            let value = args.remove(0);
            *expression = *value.expr;
        }
        expression.visit_mut_children_with(self);
    }

    fn visit_mut_var_decl(&mut self, variables: &mut VarDecl) {
        variables.visit_mut_children_with(self);
        for declarator in variables.decls.iter_mut().filter(|_| variables.kind == VarDeclKind::Let) {
            if declarator.init.as_deref().is_some_and(fold::is_void) && declarator.name.is_ident() {
                declarator.init = None;
            }
        }
    }
}

/// Sloppy code with functions in blocks, or with `arguments` that follow the parameters: the compressor takes all code
/// for strict. Methods called `__proto__`. And what may no longer stand where the compressor puts it: `new.target` outside of
/// constructors, private names in keys of their class, a `var` and a function of one name.
pub(super) fn is_beyond<T: VisitWith<Beyond>>(body: &[T], strict: bool) -> bool {
    let mut finder = Beyond { strict, ..Beyond::default() };
    body.iter().for_each(|item| item.visit_with(&mut finder));
    finder.found
}

#[derive(Default)]
pub(super) struct Beyond {
    found: bool,
    strict: bool,
    /// In a constructor of a class.
    constructs: bool,
}

impl Visit for Beyond {
    noop_visit_type!();
    fn visit_block_stmt(&mut self, block: &BlockStmt) {
        self.found |= !self.strict && block.stmts.iter().any(|statement| matches!(statement, Stmt::Decl(Decl::Fn(_))));
        block.visit_children_with(self);
    }
    fn visit_switch_case(&mut self, case: &SwitchCase) {
        self.found |= !self.strict && case.cons.iter().any(|statement| matches!(statement, Stmt::Decl(Decl::Fn(_))));
        case.visit_children_with(self);
    }
    fn visit_prop(&mut self, property: &Prop) {
        // A method of this name is none once it is written as a value.
        if let Prop::Method(method) = property {
            self.found |= matches!(&method.key, PropName::Ident(name) if &*name.sym == "__proto__")
                || matches!(&method.key, PropName::Str(name) if name.value == *"__proto__");
        }
        property.visit_children_with(self);
    }
    fn visit_meta_prop_expr(&mut self, meta: &MetaPropExpr) {
        self.found |= meta.kind == MetaPropKind::NewTarget && !self.constructs;
    }
    fn visit_constructor(&mut self, constructor: &Constructor) {
        let outer = std::mem::replace(&mut self.constructs, true);
        constructor.visit_children_with(self);
        self.constructs = outer;
    }
    fn visit_class(&mut self, class: &Class) {
        let outer = std::mem::take(&mut self.constructs);
        let mut names = Privates { found: false };
        class.body.iter().filter_map(tree::computed_key).for_each(|key| key.visit_with(&mut names));
        self.found |= names.found;
        class.visit_children_with(self);
        self.constructs = outer;
    }
    fn visit_function_body(&mut self, body: &FunctionBody) {
        let functions =
            body.stmts.iter().filter_map(|statement| Some(statement.as_decl()?.as_fn_decl()?.ident.to_id()));
        let functions: FxHashSet<Id> = functions.collect();
        if !functions.is_empty() {
            let variables = body.stmts.iter().filter_map(|statement| statement.as_decl()?.as_var());
            let mut names = variables.flat_map(|found| find_pat_ids::<_, Id>(&found.decls));
            self.found |= names.any(|name| functions.contains(&name));
        }
        body.visit_children_with(self);
    }
    fn visit_function(&mut self, function: &Function) {
        let outer = std::mem::take(&mut self.constructs);
        let mut uses = Arguments { found: false };
        function.body.visit_with(&mut uses);
        if !self.strict && uses.found && !function.params.is_empty() {
            let mut writes = Assigned { names: names_of(function), found: false };
            function.body.visit_with(&mut writes);
            self.found |= writes.found;
        }
        function.visit_children_with(self);
        self.constructs = outer;
    }
}

fn names_of(function: &Function) -> Vec<Id> {
    function.params.iter().filter_map(|parameter| parameter.pat.as_ident().map(|name| name.to_id())).collect()
}

/// Mentions private names.
struct Privates {
    found: bool,
}

impl Visit for Privates {
    noop_visit_type!();
    fn visit_private_name(&mut self, _: &PrivateName) {
        self.found = true;
    }
}

/// Mentions `arguments` of the function itself.
struct Arguments {
    found: bool,
}

impl Visit for Arguments {
    noop_visit_type!();
    fn visit_ident(&mut self, ident: &Ident) {
        self.found |= &*ident.sym == "arguments";
    }
    fn visit_function(&mut self, _: &Function) {}
}

/// Writes to one of the names, or to an element of `arguments`.
struct Assigned {
    names: Vec<Id>,
    found: bool,
}

impl Visit for Assigned {
    noop_visit_type!();
    fn visit_assign_target(&mut self, target: &AssignTarget) {
        if let AssignTarget::Simple(SimpleAssignTarget::Ident(name)) = target {
            self.found |= self.names.contains(&name.id.to_id());
        }
        if let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = target {
            self.found |= member.obj.as_ident().is_some_and(|name| &*name.sym == "arguments");
        }
        target.visit_children_with(self);
    }
    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        self.found |= update.arg.as_ident().is_some_and(|name| self.names.contains(&name.to_id()));
        update.visit_children_with(self);
    }
}

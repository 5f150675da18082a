//! What the compressor would get wrong is hidden from it, and shown again afterwards.

use super::repeated::Repeated;
use super::{fold, hoisted, tree};
use rustc_hash::FxHashSet;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// A function of this name would be called around what is hidden.
const GUARD: &str = "__plimsoll_guard";

/// One of this name would be called with a list of variables, and the test of a loop if it has one.
const LOOP: &str = "__plimsoll_loop";

/// Conversions whose result is not used but which may run code, members of literals that may be inherited, values of
/// variables that are read above, functions that are taken out of optional chains to be called without `this`, unused
/// variables of loops whose values must not be computed before those beside them, and what is declared [`Repeated`]ly.
pub(super) fn hide(body: &mut Vec<ModuleItem>, unresolved: SyntaxContext) {
    let guard = Ident::new(GUARD.into(), swc_core::common::DUMMY_SP, unresolved);
    let (unused, unset) = (unused_in_loops(body), hoisted::read_unset(body));
    body.visit_mut_with(&mut Hider { guard, unused, unset, repeated: Repeated::default() });
}

struct Hider {
    guard: Ident,
    /// As [`unused_in_loops`].
    unused: FxHashSet<Id>,
    /// As [`hoisted::read_unset`].
    unset: FxHashSet<Id>,
    repeated: Repeated,
}

/// Variables of `for (var a = 1, b = f(a); …)` that nobody mentions, after the first and with a value that may do something:
/// the compressor computes it before the loop, and before the others.
fn unused_in_loops(body: &[ModuleItem]) -> FxHashSet<Id> {
    #[derive(Default)]
    struct Declared(FxHashSet<Id>);
    impl Visit for Declared {
        noop_visit_type!();
        fn visit_for_stmt(&mut self, each: &ForStmt) {
            if let Some(VarDeclOrExpr::VarDecl(variables)) = &each.init {
                let acts = |value: &Expr| !value.is_lit() && !value.is_ident();
                let found = variables.decls.iter().skip(1).filter(|found| found.init.as_deref().is_some_and(acts));
                self.0.extend(found.filter_map(|found| found.name.as_ident()).map(|name| name.to_id()));
            }
            each.visit_children_with(self);
        }
    }
    struct Counter {
        names: FxHashSet<Id>,
        once: FxHashSet<Id>,
    }
    impl Visit for Counter {
        noop_visit_type!();
        fn visit_ident(&mut self, name: &Ident) {
            let id = name.to_id();
            if self.names.contains(&id) && !self.once.insert(id.clone()) {
                self.names.remove(&id);
            }
        }
    }
    let mut declared = Declared::default();
    body.visit_with(&mut declared);
    if declared.0.is_empty() {
        return declared.0;
    }
    let mut counter = Counter { names: declared.0, once: FxHashSet::default() };
    body.visit_with(&mut counter);
    counter.names
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
        Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) => is_array_of_length(callee, args),
        Expr::New(new) => is_array_of_length(&new.callee, new.args.as_deref().unwrap_or_default()),
        _ => false,
    }
}

/// `Array(length)` is a mistake where that is no length.
fn is_array_of_length(callee: &Expr, arguments: &[ExprOrSpread]) -> bool {
    let length = |value: &Expr| matches!(value, Expr::Lit(Lit::Num(number)) if number.value.fract() == 0.0 && number.value >= 0.0);
    let [argument] = arguments else { return false };
    callee.as_ident().is_some_and(|name| &*name.sym == "Array") && !length(&argument.expr)
}

impl VisitMut for Hider {
    noop_visit_mut_type!();

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        match self.repeated.assign(statement) {
            Some(mut stmts) => {
                stmts.iter_mut().for_each(|part| part.visit_mut_children_with(self));
                *statement = Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() });
            }
            None => statement.visit_mut_children_with(self),
        }
    }

    fn visit_mut_var_decl(&mut self, variables: &mut VarDecl) {
        self.repeated.pass(variables);
        variables.visit_mut_children_with(self);
    }

    fn visit_mut_var_declarator(&mut self, declarator: &mut VarDeclarator) {
        declarator.visit_mut_children_with(self);
        let unset = declarator.name.as_ident().is_some_and(|name| self.unset.contains(&name.to_id()));
        if let Some(value) = declarator.init.as_deref_mut().filter(|value| unset && hoisted::may_be_copied(value)) {
            self.wrap(value);
        }
    }

    /// Keys are computed when the class is made, however late it is used.
    fn visit_mut_class(&mut self, class: &mut Class) {
        class.visit_mut_children_with(self);
        for key in class.body.iter_mut().filter_map(tree::computed_key_mut) {
            let of_symbol = |object: &Expr| object.as_ident().is_some_and(|name| &*name.sym == "Symbol");
            if !key.is_lit() && !key.as_member().is_some_and(|member| of_symbol(&member.obj)) {
                self.wrap(key);
            }
        }
    }

    /// `(0, a?.b)()`
    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        call.visit_mut_children_with(self);
        if let Callee::Expr(callee) = &mut call.callee
            && let Expr::Seq(sequence) = &mut **callee
            && let Some(last) = sequence.exprs.last_mut().filter(|last| last.is_opt_chain())
        {
            self.wrap(last);
        }
    }

    /// A mention in the test of the loop keeps the variable where it is.
    fn visit_mut_for_stmt(&mut self, each: &mut ForStmt) {
        each.visit_mut_children_with(self);
        let Some(VarDeclOrExpr::VarDecl(variables)) = &each.init else { return };
        let names = variables.decls.iter().filter_map(|found| found.name.as_ident());
        let unused: Vec<Expr> =
            names.filter(|name| self.unused.contains(&name.to_id())).map(|name| tree::ident(&name.id)).collect();
        if !unused.is_empty() {
            let elems = unused.into_iter().map(|name| Some(name.into())).collect();
            let mentions = Expr::Array(ArrayLit { elems, ..ArrayLit::default() });
            let test = each.test.take().map(|test| *test);
            let hidden = Ident::new(LOOP.into(), swc_core::common::DUMMY_SP, self.guard.ctxt);
            each.test =
                Some(Box::new(tree::call(tree::ident(&hidden), std::iter::once(mentions).chain(test).collect())));
        }
    }

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
pub(super) fn hold_lets(body: &mut [ModuleItem], names: &FxHashSet<Id>, unresolved: SyntaxContext) {
    let guard = Ident::new(GUARD.into(), swc_core::common::DUMMY_SP, unresolved);
    let hider =
        Hider { guard, unused: FxHashSet::default(), unset: FxHashSet::default(), repeated: Repeated::default() };
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

    /// `-1..a` would be the negative of `1..a`.
    fn visit_mut_member_expr(&mut self, member: &mut MemberExpr) {
        member.visit_mut_children_with(self);
        if let Expr::Lit(Lit::Num(number)) = &mut *member.obj
            && number.value < 0.0
        {
            let arg = Box::new(Expr::Lit(Lit::Num((-number.value).into())));
            *member.obj = Expr::Unary(UnaryExpr { op: UnaryOp::Minus, arg, ..UnaryExpr::default() });
        }
    }

    fn visit_mut_callee(&mut self, callee: &mut Callee) {
        let hidden = |value: &Expr| {
            let call = value.as_call()?;
            let name = call.callee.as_expr()?.as_ident()?;
            (name.ctxt == self.unresolved && &*name.sym == GUARD).then_some(call.args.len() == 1)
        };
        let is_hidden = callee.as_expr().and_then(|value| hidden(value)).unwrap_or_default();
        callee.visit_mut_children_with(self);
        if let Callee::Expr(value) = callee
            && is_hidden
            && (value.is_opt_chain() || value.is_member())
        {
            let function = std::mem::take(&mut **value);
            **value = tree::sequence(vec![Expr::Lit(Lit::Num(0.0.into())), function]);
        }
    }

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        if let Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) = expression
            && callee.as_ident().is_some_and(|name| name.ctxt == self.unresolved && &*name.sym == GUARD)
            && args.len() == 1
        {
            let value = args.remove(0);
            *expression = *value.expr;
        }
        if let Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) = expression
            && callee.as_ident().is_some_and(|name| name.ctxt == self.unresolved && &*name.sym == LOOP)
        {
            let test = args.pop().filter(|_| !args.is_empty());
            *expression = test.map_or_else(|| Expr::Lit(Lit::Bool(true.into())), |test| *test.expr);
        }
        expression.visit_mut_children_with(self);
    }

    fn visit_mut_for_stmt(&mut self, each: &mut ForStmt) {
        each.visit_mut_children_with(self);
        let always = |test: &Expr| matches!(test, Expr::Lit(Lit::Bool(found)) if found.value);
        each.test = each.test.take().filter(|test| !always(test));
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
/// constructors, private names in keys of their class, a `var` and a function of one name. Variables called `NaN` or
/// `Infinity`; functions that are told to change their own name; tests behind the `default` of a `switch` that may do something.
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
    fn visit_binding_ident(&mut self, name: &BindingIdent) {
        self.found |= matches!(&*name.sym, "NaN" | "Infinity");
    }
    fn visit_fn_expr(&mut self, function: &FnExpr) {
        if let Some(name) = function.ident.as_ref().filter(|_| !self.strict) {
            let mut writes = Assigned { names: vec![name.to_id()], found: false };
            function.function.visit_with(&mut writes);
            self.found |= writes.found;
        }
        function.visit_children_with(self);
    }
    fn visit_switch_stmt(&mut self, switch: &SwitchStmt) {
        let behind = switch.cases.iter().skip_while(|case| case.test.is_some());
        let quiet = |test: &Expr| test.is_lit() || test.is_ident() || test.is_member() || test.is_unary();
        self.found |= behind.filter_map(|case| case.test.as_deref()).any(|test| !quiet(test));
        switch.visit_children_with(self);
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

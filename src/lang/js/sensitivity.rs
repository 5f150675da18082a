//! Which statements notice when they run: those that touch what other modules can see too (globals, the document, what
//! they import). Only their order among other modules matters; a module that merely makes values for its own bindings
//! may run a little earlier or later.

use super::declared::statement_declares;
use super::facts::{LocalSym, SymbolKind};
use super::numbering::Numbered;
use super::purity::builtins::is_standard;
use rustc_hash::FxHashSet;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// Globals of hosts whose functions, like those of the language, depend on nothing but their arguments.
const SELF_CONTAINED: [&str; 3] = ["URL", "TextEncoder", "TextDecoder"];

/// Methods that call their argument at once.
const CALL_NOW: [&str; 9] = ["forEach", "map", "filter", "reduce", "some", "every", "flatMap", "find", "call"];

/// Methods of `Object` and `Reflect` that change their first argument.
const CHANGE_FIRST: [&str; 8] =
    ["assign", "defineProperty", "defineProperties", "setPrototypeOf", "freeze", "seal", "preventExtensions", "set"];

/// What one statement does when it runs.
#[derive(Default)]
pub(super) struct Found {
    pub sensitive: bool,
    pub throws: bool,
    /// Imported names that are called, and whose module decides.
    pub calls: Vec<LocalSym>,
    /// Imported names of whose values something is read.
    pub looks_at: Vec<LocalSym>,
    /// Imported names whose values it changes, as far as that can be seen.
    pub alters: Vec<LocalSym>,
}

pub(super) struct Sensitivity<'a> {
    numbered: &'a Numbered,
    unresolved: SyntaxContext,
    /// Declarations with a function that touches what outlives its call: calling it may be noticed.
    pub stateful: FxHashSet<LocalSym>,
    universal: bool,
}

impl<'a> Sensitivity<'a> {
    pub fn new(numbered: &'a Numbered, unresolved: SyntaxContext) -> Self {
        let mut stateful = FxHashSet::default();
        let mut undecided = Vec::new();
        for statement in &numbered.body {
            let mut declared = Vec::new();
            statement_declares(statement, &mut declared);
            if declared.is_empty() {
                continue;
            }
            let symbols = declared.iter().filter_map(|(ident, _)| numbered.ids.get(&ident.to_id()));
            let symbols: Vec<LocalSym> = symbols.collect();
            let mut functions = Functions { numbered, unresolved, stateful: false };
            statement.visit_with(&mut functions);
            if functions.stateful {
                stateful.extend(symbols);
            } else {
                undecided.push((symbols, statement));
            }
        }
        // Whoever mentions one may call it.
        let mentions = |(symbols, statement): (Vec<LocalSym>, &Stmt)| {
            let mut mentions = Mentions { numbered, out: FxHashSet::default() };
            statement.visit_with(&mut mentions);
            (symbols, mentions.out)
        };
        let undecided = undecided.into_iter().filter(|_| !stateful.is_empty());
        let mut undecided: Vec<_> = undecided.map(mentions).collect();
        while !stateful.is_empty() {
            let before = undecided.len();
            undecided.retain(|(symbols, mentions)| {
                let found = mentions.iter().any(|symbol| stateful.contains(symbol));
                if found {
                    stateful.extend(symbols.iter().copied());
                }
                !found
            });
            if undecided.len() == before {
                break;
            }
        }
        let common_js = numbered.rewritten.uses_exports || numbered.rewritten.uses_module;
        let mut definition = Definition { unresolved, found: false };
        if common_js {
            numbered.body.iter().for_each(|statement| statement.visit_with(&mut definition));
        }
        Sensitivity { numbered, unresolved, stateful, universal: definition.found }
    }

    pub fn statement(&self, statement: &Stmt) -> Found {
        let mut walk = Walk {
            numbered: self.numbered,
            unresolved: self.unresolved,
            stateful: &self.stateful,
            universal: self.universal,
            own: None,
            out: Found::default(),
        };
        statement.visit_with(&mut walk);
        for names in [&mut walk.out.calls, &mut walk.out.looks_at, &mut walk.out.alters] {
            names.sort_unstable();
            names.dedup();
        }
        walk.out
    }
}

/// Finds the free `define` of a universal module definition.
struct Definition {
    unresolved: SyntaxContext,
    found: bool,
}

impl Visit for Definition {
    noop_visit_type!();

    fn visit_ident(&mut self, ident: &Ident) {
        self.found |= ident.ctxt == self.unresolved && &*ident.sym == "define";
    }
}

/// Numbered bindings that a statement mentions.
struct Mentions<'a> {
    numbered: &'a Numbered,
    out: FxHashSet<LocalSym>,
}

impl Visit for Mentions<'_> {
    noop_visit_type!();

    fn visit_ident(&mut self, ident: &Ident) {
        self.out.extend(self.numbered.ids.get(&ident.to_id()));
    }
}

/// Looks into every function body, however deep.
struct Functions<'a> {
    numbered: &'a Numbered,
    unresolved: SyntaxContext,
    stateful: bool,
}

impl Functions<'_> {
    fn body<N: VisitWith<Locals> + for<'w> VisitWith<Walk<'w>>>(&mut self, node: &N) {
        if self.stateful {
            return;
        }
        let none = FxHashSet::default();
        let mut locals = Locals::default();
        node.visit_with(&mut locals);
        let mut walk = Walk {
            numbered: self.numbered,
            unresolved: self.unresolved,
            stateful: &none,
            universal: false,
            own: Some(locals.0),
            out: Found::default(),
        };
        node.visit_children_with(&mut walk);
        self.stateful = walk.out.sensitive;
    }
}

impl Visit for Functions<'_> {
    noop_visit_type!();

    fn visit_function(&mut self, function: &Function) {
        self.body(function);
        function.visit_children_with(self);
    }
    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.body(arrow);
        arrow.visit_children_with(self);
    }
    fn visit_constructor(&mut self, constructor: &Constructor) {
        self.body(constructor);
        constructor.visit_children_with(self);
    }
}

/// Everything that a function declares, nested functions included.
#[derive(Default)]
struct Locals(FxHashSet<Id>);

impl Visit for Locals {
    noop_visit_type!();

    fn visit_pat(&mut self, pattern: &Pat) {
        self.0.extend(find_pat_ids::<_, Id>(pattern));
        pattern.visit_children_with(self);
    }
    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.0.insert(function.ident.to_id());
        function.visit_children_with(self);
    }
    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.0.insert(class.ident.to_id());
        class.visit_children_with(self);
    }
}

/// Where a chain of members and calls begins.
enum Root<'a> {
    Free(&'a str),
    Imported(LocalSym),
    /// Of the module's top level.
    Module(LocalSym),
    /// Of the function looked at, or a value made here.
    Own,
}

/// Walks code that runs now.
struct Walk<'a> {
    numbered: &'a Numbered,
    unresolved: SyntaxContext,
    stateful: &'a FxHashSet<LocalSym>,
    /// A universal module definition: its global is for pages without modules.
    universal: bool,
    /// Inside a function: what it declares. Changing what the module declares then outlives the call.
    own: Option<FxHashSet<Id>>,
    out: Found,
}

impl Walk<'_> {
    fn root<'e>(&self, mut expression: &'e Expr) -> Root<'e> {
        loop {
            expression = boxed(expression).unwrap_or(expression);
            expression = match expression {
                Expr::Member(member) => &member.obj,
                Expr::Call(CallExpr { callee: Callee::Expr(callee), .. }) => callee,
                Expr::New(new) => &new.callee,
                Expr::Paren(inner) => &inner.expr,
                Expr::OptChain(chain) => match &*chain.base {
                    OptChainBase::Member(member) => &member.obj,
                    OptChainBase::Call(call) => &call.callee,
                },
                Expr::Ident(name) => return self.name(name),
                _ => return Root::Own,
            }
        }
    }

    fn name<'e>(&self, name: &'e Ident) -> Root<'e> {
        if name.ctxt == self.unresolved {
            return match &*name.sym {
                "exports" | "module" if self.own.is_none() => Root::Own,
                free => Root::Free(free),
            };
        }
        if self.own.as_ref().is_some_and(|own| own.contains(&name.to_id())) {
            return Root::Own;
        }
        let Some(symbol) = self.numbered.ids.get(&name.to_id()) else { return Root::Own };
        let declared = symbol.checked_sub(self.numbered.first_declared());
        match declared.and_then(|at| self.numbered.symbols.get(at as usize)).map(|declared| &declared.kind) {
            Some(SymbolKind::Local) => Root::Module(symbol),
            Some(_) => Root::Imported(symbol),
            None => Root::Own,
        }
    }

    fn changes(&mut self, target: &Expr) {
        if is_result(target) {
            return;
        }
        self.out.sensitive |= match self.root(target) {
            Root::Free("window" | "self" | "globalThis" | "global") if self.universal => false,
            Root::Imported(symbol) => {
                self.out.alters.push(symbol);
                true
            }
            Root::Free(_) => true,
            Root::Module(_) => self.own.is_some(),
            Root::Own => false,
        };
    }

    /// A property is read when the module runs: others may set it, of the global object or of what is imported.
    fn reads(&mut self, object: &Expr) {
        if self.own.is_none()
            && let Root::Imported(symbol) = self.root(object)
        {
            self.out.looks_at.push(symbol);
        }
        let name = super::tree::strip(object).as_ident().filter(|name| name.ctxt == self.unresolved);
        let is_global = name.is_some_and(|name| matches!(&*name.sym, "window" | "self" | "globalThis" | "global"));
        self.out.sensitive |= is_global && self.own.is_none() && !self.universal;
    }

    /// `unused`: the statement is nothing but this call.
    fn called(&mut self, callee: &Expr, arguments: &[ExprOrSpread], unused: bool) {
        match self.root(callee) {
            Root::Free(name) if is_standard(name) || SELF_CONTAINED.contains(&name) => {
                let changes = callee
                    .as_member()
                    .and_then(|member| member.prop.as_ident())
                    .is_some_and(|method| matches!(name, "Object" | "Reflect") && CHANGE_FIRST.contains(&&*method.sym));
                if let Some(first) = arguments.first().filter(|_| changes) {
                    self.changes(&first.expr);
                }
            }
            // `define`: the other half of a universal module definition.
            Root::Free(name) => self.out.sensitive |= !matches!(name, "require" | "define"),
            Root::Imported(symbol) => {
                self.out.sensitive |= unused;
                self.out.calls.push(symbol);
                if self.own.is_none() {
                    let names = if unused { &mut self.out.alters } else { &mut self.out.looks_at };
                    names.push(symbol);
                }
            }
            Root::Module(symbol) => {
                let inside = self.own.is_some();
                self.out.sensitive |= if inside { callee.is_member() } else { self.stateful.contains(&symbol) };
            }
            Root::Own => {}
        }
    }

    /// Functions that are called on the spot.
    fn calls_now(&mut self, callee: &Expr, arguments: &[ExprOrSpread]) {
        if let Expr::Fn(_) | Expr::Arrow(_) = callee {
            self.inside(callee);
        }
        let method = callee.as_member().and_then(|member| member.prop.as_ident());
        if method.is_some_and(|method| CALL_NOW.contains(&&*method.sym)) {
            arguments.iter().for_each(|argument| self.inside(&argument.expr));
        }
    }

    fn inside(&mut self, function: &Expr) {
        match function {
            Expr::Fn(function) => function.function.visit_children_with(self),
            Expr::Arrow(arrow) => arrow.visit_children_with(self),
            _ => {}
        }
    }
}

/// `Object(x)` gives the object that it is given.
fn boxed(expression: &Expr) -> Option<&Expr> {
    let call = expression.as_call()?;
    let name = call.callee.as_expr()?.as_ident()?;
    (&*name.sym == "Object").then(|| call.args.first().map(|argument| &*argument.expr))?
}

/// What a call returned is taken for a new value.
fn is_result(mut expression: &Expr) -> bool {
    loop {
        expression = boxed(expression).unwrap_or(expression);
        expression = match expression {
            Expr::Member(member) => &member.obj,
            Expr::Paren(inner) => &inner.expr,
            Expr::Call(_) | Expr::New(_) => return true,
            _ => return false,
        }
    }
}

impl Visit for Walk<'_> {
    noop_visit_type!();

    fn visit_function(&mut self, function: &Function) {
        function.decorators.visit_with(self);
    }
    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
    fn visit_constructor(&mut self, _: &Constructor) {}

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        self.reads(&member.obj);
        member.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        if let (Pat::Object(_), Some(value)) = (&declarator.name, &declarator.init) {
            self.reads(value);
        }
        declarator.visit_children_with(self);
    }

    fn visit_expr_stmt(&mut self, statement: &ExprStmt) {
        match &*statement.expr {
            Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) => {
                // `require("x");`: for its effects.
                let bare_require = callee.as_ident().is_some_and(|name| name.ctxt == self.numbered.marker);
                self.out.sensitive |= bare_require;
                self.called(callee, args, true);
            }
            Expr::Await(_) => self.out.sensitive = true,
            _ => {}
        }
        statement.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Callee::Expr(callee) = &call.callee {
            self.called(callee, &call.args, false);
            self.calls_now(callee, &call.args);
        }
        call.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        self.called(&new.callee, new.args.as_deref().unwrap_or_default(), false);
        new.visit_children_with(self);
    }

    fn visit_tagged_tpl(&mut self, tagged: &TaggedTpl) {
        self.called(&tagged.tag, &[], false);
        tagged.visit_children_with(self);
    }

    fn visit_await_expr(&mut self, wait: &AwaitExpr) {
        self.out.sensitive = true;
        wait.visit_children_with(self);
    }

    fn visit_try_stmt(&mut self, attempt: &TryStmt) {
        let throws = self.out.throws;
        attempt.block.visit_with(self);
        if attempt.handler.is_some() {
            self.out.throws = throws;
        }
        attempt.handler.visit_with(self);
        attempt.finalizer.visit_with(self);
    }

    fn visit_throw_stmt(&mut self, _: &ThrowStmt) {
        self.out.sensitive |= self.own.is_none();
        self.out.throws |= self.own.is_none();
    }

    fn visit_decorator(&mut self, decorator: &Decorator) {
        self.out.sensitive = true;
        decorator.visit_children_with(self);
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        self.changes(&update.arg);
        update.visit_children_with(self);
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        if unary.op == UnaryOp::Delete {
            self.changes(&unary.arg);
        }
        unary.visit_children_with(self);
    }

    fn visit_assign_expr(&mut self, assign: &AssignExpr) {
        match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.changes(&Expr::Ident(name.id.clone())),
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => self.changes(&member.obj),
            AssignTarget::Simple(_) => {}
            AssignTarget::Pat(pattern) => {
                for name in find_pat_ids::<_, Ident>(pattern) {
                    self.changes(&Expr::Ident(name));
                }
            }
        }
        assign.visit_children_with(self);
    }
}

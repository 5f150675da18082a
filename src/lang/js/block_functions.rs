//! Functions in blocks of sloppy code, said so that strict code means the same: ECMA-262, annex B.3.2.
//!
//! `{ function f() {} }` becomes `{ let f = function () {}; f = f }`, where the `f` assigned to is a variable of the
//! function around, declared at its top. Two passes: [`spell_out`] before scopes are resolved, which then tell the two
//! names apart, and [`connect`] after, which makes the assignment mean the outer one.

use super::tree;
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::atoms::Atom;
use swc_core::common::{DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// What stands before the name of a variable of the function around; no program can write it.
const OUTER: &str = "outer ";

/// Of a sloppy script, before scopes are resolved. True when [`connect`] has something to do. Where `with` and direct
/// `eval` keep names from being changed, both names would be one again: nothing is done there.
pub(super) fn spell_out(script: &mut Script, source: &str) -> bool {
    let may_keep_names = || is_called(source, "with") || is_called(source, "eval");
    if !source.contains("function") || may_keep_names() && keeps_names(script) {
        return false;
    }
    let mut speller = Speller::default();
    speller.function(FxHashSet::default(), &mut script.body);
    speller.found
}

/// After scopes are resolved.
pub(super) fn connect(script: &mut Script) {
    let mut connector = Connector { functions: vec![variables(&script.body)] };
    script.visit_mut_children_with(&mut connector);
}

/// Functions in the cases of a `switch` exist in all of it: they go into a block around it, which the resolver of scopes
/// knows better. Not where they need what the cases declare. Before scopes are resolved, in code of any kind.
pub(super) fn lift_from_switches(program: &mut Program) {
    program.visit_mut_with(&mut Lifter);
}

struct Lifter;

impl VisitMut for Lifter {
    noop_visit_mut_type!();

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        statement.visit_mut_children_with(self);
        let Stmt::Switch(switch) = statement else { return };
        let all = || switch.cases.iter().flat_map(|case| &case.cons);
        let functions: Vec<&FnDecl> = all().filter_map(|found| found.as_decl()?.as_fn_decl()).collect();
        let bound: FxHashSet<Atom> = switch.cases.iter().flat_map(|case| lexical(&case.cons, false)).collect();
        let needs = |found: &&FnDecl| bound.iter().any(|name| tree::mentions(&*found.function, name));
        let hidden = |found: &&FnDecl| tree::mentions(&*switch.discriminant, &found.ident.sym);
        if functions.is_empty() || functions.iter().any(needs) || functions.iter().any(hidden) {
            return;
        }
        let mut stmts = Vec::new();
        for case in &mut switch.cases {
            let (functions, rest) = std::mem::take(&mut case.cons).into_iter().partition(is_function);
            stmts.extend::<Vec<Stmt>>(functions);
            case.cons = rest;
        }
        stmts.push(std::mem::take(statement));
        *statement = Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() });
    }
}

fn is_function(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Decl(Decl::Fn(_)))
}

/// Whether there is a `with`, or what may be a direct `eval`.
fn keeps_names(script: &Script) -> bool {
    #[derive(Default)]
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_with_stmt(&mut self, _: &WithStmt) {
            self.0 = true;
        }
        fn visit_callee(&mut self, callee: &Callee) {
            let name = callee.as_expr().and_then(|callee| super::tree::strip(callee).as_ident());
            self.0 |= name.is_some_and(|name| name.sym == *"eval");
            callee.visit_children_with(self);
        }
    }
    let mut finder = Finder::default();
    script.visit_with(&mut finder);
    finder.0
}

/// Whether the word stands before a parenthesis, be it in a text.
fn is_called(source: &str, word: &str) -> bool {
    let in_word = |before: &str| before.ends_with(|last: char| last.is_alphanumeric() || "_$.".contains(last));
    let mut found = source.match_indices(word);
    found.any(|(at, _)| !in_word(&source[..at]) && source[at + word.len()..].trim_start().starts_with('('))
}

#[derive(Default)]
struct Speller {
    functions: Vec<Frame>,
    /// Lexical names of the blocks around, in all functions.
    blocks: Vec<FxHashSet<Atom>>,
    found: bool,
}

struct Frame {
    strict: bool,
    parameters: FxHashSet<Atom>,
    /// Index of the function's own block.
    first_block: usize,
    /// Names to declare at the top of the function.
    hoisted: Vec<Atom>,
}

fn declared(statement: &Stmt) -> Option<&FnDecl> {
    statement.as_decl()?.as_fn_decl().filter(|found| found.function.body.is_some())
}

/// A declaration that annex B is about: others are of their block alone.
fn is_plain(found: &FnDecl) -> bool {
    !found.function.is_async && !found.function.is_generator
}

/// What the statements declare for their block alone. `functions`: those too.
fn lexical(statements: &[Stmt], functions: bool) -> FxHashSet<Atom> {
    let mut out = FxHashSet::default();
    for statement in statements {
        match statement {
            Stmt::Decl(Decl::Var(found)) if found.kind != VarDeclKind::Var => {
                out.extend(find_pat_ids::<_, Ident>(&found.decls).into_iter().map(|name| name.sym));
            }
            Stmt::Decl(Decl::Class(found)) => drop(out.insert(found.ident.sym.clone())),
            Stmt::Decl(Decl::Fn(found)) if functions => drop(out.insert(found.ident.sym.clone())),
            _ => {}
        }
    }
    out
}

fn head_names(head: &ForHead) -> Vec<Ident> {
    match head {
        ForHead::VarDecl(head) if head.kind != VarDeclKind::Var => find_pat_ids(&head.decls),
        _ => Vec::new(),
    }
}

fn named(patterns: impl Iterator<Item = Pat>) -> FxHashSet<Atom> {
    patterns.flat_map(|pattern| find_pat_ids::<_, Ident>(&pattern)).map(|name| name.sym).collect()
}

impl Speller {
    fn function(&mut self, parameters: FxHashSet<Atom>, body: &mut Vec<Stmt>) {
        let strict = self.functions.last().is_some_and(|frame| frame.strict) || super::sloppy::is_strict(body);
        self.functions.push(Frame { strict, parameters, first_block: self.blocks.len(), hoisted: Vec::new() });
        self.blocks.push(lexical(body, false));
        body.visit_mut_children_with(self);
        self.blocks.pop();
        let Some(frame) = self.functions.pop() else { return };
        let functions: FxHashSet<&Atom> = body
            .iter()
            .filter_map(|statement| statement.as_decl()?.as_fn_decl())
            .map(|found| &found.ident.sym)
            .collect();
        let missing = frame.hoisted.into_iter().filter(|name| !functions.contains(name));
        let names: Vec<(Pat, Option<Expr>)> = missing.map(|name| (tree::plain(&name).into(), None)).collect();
        if !names.is_empty() {
            let directives = body.iter().take_while(|statement| super::compile::is_directive(statement)).count();
            body.insert(directives, tree::declare_all(VarDeclKind::Var, names));
        }
    }

    /// The name is seen in the whole function: a `var` in its place would be no mistake.
    fn hoists(&mut self, name: &Atom) -> bool {
        let Some(frame) = self.functions.last_mut() else { return false };
        let hidden = self.blocks[frame.first_block..].iter().any(|names| names.contains(name));
        if hidden || frame.parameters.contains(name) {
            return false;
        }
        if !frame.hoisted.contains(name) {
            frame.hoisted.push(name.clone());
        }
        true
    }

    fn inside(&mut self, names: Vec<Ident>, work: impl FnOnce(&mut Self)) {
        self.blocks.push(names.into_iter().map(|name| name.sym).collect());
        work(self);
        self.blocks.pop();
    }

    fn strict(&mut self, work: impl FnOnce(&mut Self)) {
        let outer = self.functions.last_mut().map(|frame| std::mem::replace(&mut frame.strict, true));
        work(self);
        if let (Some(frame), Some(outer)) = (self.functions.last_mut(), outer) {
            frame.strict = outer;
        }
    }

    fn block(&mut self, statements: &mut Vec<Stmt>) {
        let sloppy = self.functions.last().is_some_and(|frame| !frame.strict);
        let functions = statements.iter().filter_map(declared);
        let names: Vec<Atom> =
            functions.clone().filter(|found| is_plain(found)).map(|found| found.ident.sym.clone()).collect();
        let any = functions.count() > 0;
        let outer: FxHashSet<Atom> = if sloppy {
            names.iter().filter(|name| self.hoists(name)).cloned().collect()
        } else {
            FxHashSet::default()
        };
        self.blocks.push(lexical(statements, true));
        statements.visit_mut_children_with(self);
        self.blocks.pop();
        if !sloppy || !any {
            return;
        }
        self.found = true;
        let mut values: Vec<(Ident, Box<Function>)> = Vec::new();
        let mut rest = Vec::with_capacity(statements.len() + 1);
        for statement in std::mem::take(statements) {
            if declared(&statement).is_none() {
                rest.push(statement);
                continue;
            }
            let Stmt::Decl(Decl::Fn(found)) = statement else { continue };
            if outer.contains(&found.ident.sym) {
                let target = Ident::new(format!("{OUTER}{}", found.ident.sym).into(), DUMMY_SP, SyntaxContext::empty());
                rest.push(tree::expression(tree::assign(target, tree::ident(&tree::plain(&found.ident.sym)))));
            }
            // Of several, the last one is what the block sees.
            values.retain(|(name, _)| name.sym != found.ident.sym);
            values.push((found.ident, found.function));
        }
        let functions = values.into_iter().map(|(name, function)| {
            tree::declare(VarDeclKind::Let, name.into(), Some(Expr::Fn(FnExpr { ident: None, function })))
        });
        *statements = functions.chain(rest).collect();
    }
}

impl VisitMut for Speller {
    noop_visit_mut_type!();

    fn visit_mut_block_stmt(&mut self, block: &mut BlockStmt) {
        self.block(&mut block.stmts);
    }

    fn visit_mut_switch_stmt(&mut self, switch: &mut SwitchStmt) {
        switch.discriminant.visit_mut_with(self);
        self.blocks.push(switch.cases.iter().flat_map(|case| lexical(&case.cons, true)).collect());
        switch.cases.visit_mut_with(self);
        self.blocks.pop();
    }

    fn visit_mut_for_stmt(&mut self, each: &mut ForStmt) {
        let names = match &each.init {
            Some(VarDeclOrExpr::VarDecl(head)) if head.kind != VarDeclKind::Var => find_pat_ids(&head.decls),
            _ => Vec::new(),
        };
        self.inside(names, |speller| each.visit_mut_children_with(speller));
    }

    fn visit_mut_for_in_stmt(&mut self, each: &mut ForInStmt) {
        self.inside(head_names(&each.left), |speller| each.visit_mut_children_with(speller));
    }

    fn visit_mut_for_of_stmt(&mut self, each: &mut ForOfStmt) {
        self.inside(head_names(&each.left), |speller| each.visit_mut_children_with(speller));
    }

    fn visit_mut_function(&mut self, function: &mut Function) {
        let parameters = named(function.params.iter().map(|parameter| parameter.pat.clone()));
        function.params.visit_mut_with(self);
        if let Some(body) = &mut function.body {
            self.function(parameters, &mut body.stmts);
        }
    }

    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        let parameters = named(arrow.params.iter().cloned());
        arrow.params.visit_mut_with(self);
        match &mut *arrow.body {
            ArrowFunctionBody::FunctionBody(body) => self.function(parameters, &mut body.stmts),
            ArrowFunctionBody::Expr(value) => value.visit_mut_with(self),
        }
    }

    fn visit_mut_class(&mut self, class: &mut Class) {
        self.strict(|speller| class.visit_mut_children_with(speller));
    }
}

/// What the statements of a function declare for all of it.
fn variables(statements: &[Stmt]) -> FxHashMap<Atom, SyntaxContext> {
    let mut out = FxHashMap::default();
    for statement in statements {
        match statement {
            Stmt::Decl(Decl::Var(found)) if found.kind == VarDeclKind::Var => {
                out.extend(find_pat_ids::<_, Id>(&found.decls));
            }
            Stmt::Decl(Decl::Fn(found)) => drop(out.insert(found.ident.sym.clone(), found.ident.ctxt)),
            _ => {}
        }
    }
    out
}

struct Connector {
    functions: Vec<FxHashMap<Atom, SyntaxContext>>,
}

impl VisitMut for Connector {
    noop_visit_mut_type!();

    fn visit_mut_function_body(&mut self, body: &mut FunctionBody) {
        self.functions.push(variables(&body.stmts));
        body.visit_mut_children_with(self);
        self.functions.pop();
    }

    fn visit_mut_ident(&mut self, ident: &mut Ident) {
        if let Some(name) = ident.sym.strip_prefix(OUTER) {
            let name = Atom::from(name);
            ident.ctxt = self.functions.last().and_then(|names| names.get(&name)).copied().unwrap_or(ident.ctxt);
            ident.sym = name;
        }
    }
}

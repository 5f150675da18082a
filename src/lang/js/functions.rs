//! Parameters of async functions, for targets that get generators instead: a default that throws must reject the promise,
//! and the number of parameters must stay what it was.

use super::tree;
use crate::lang::LanguageTarget;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// First versions that have async functions, `major << 16 | minor << 8`.
const ASYNC_ENGINES: [(&str, u32); 8] = [
    ("chrome", 55 << 16),
    ("edge", 15 << 16),
    ("firefox", 52 << 16),
    ("safari", 11 << 16),
    ("ios", 11 << 16),
    ("opera", 42 << 16),
    ("samsung", 6 << 16),
    ("node", 7 << 16 | 6 << 8),
];

pub(super) fn lacks_async(target: &LanguageTarget) -> bool {
    let old = |(engine, version): &(String, u32)| {
        ASYNC_ENGINES.iter().find(|(name, _)| name == engine).is_some_and(|(_, first)| version < first)
    };
    target.es.is_some_and(|year| year < 2017)
        || target.engines.iter().any(|(name, version)| old(&(name.clone(), *version)))
}

/// Moves what happens in parameter lists of async functions into their bodies.
pub(super) fn move_parameters(program: &mut Program) {
    program.visit_mut_with(&mut Mover { all: false });
}

/// Does the same for functions that would otherwise count more parameters than before: those with a rest of an object
/// and defaults behind it.
pub(super) fn keep_lengths(program: &mut Program) {
    program.visit_mut_with(&mut Mover { all: true });
}

struct Mover {
    /// Functions of all kinds, where an object has a rest; otherwise async functions.
    all: bool,
}

impl Mover {
    fn wants(&self, is_async: bool, is_generator: bool, patterns: &[Pat]) -> bool {
        if is_generator {
            return false;
        }
        if !self.all {
            return is_async && !patterns.iter().all(is_simple);
        }
        let first = patterns.iter().position(has_object_rest);
        first.is_some_and(|first| patterns[first..].iter().any(|pattern| pattern.is_assign()))
    }
}

fn has_object_rest(pattern: &Pat) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_object_pat_prop(&mut self, property: &ObjectPatProp) {
            self.0 |= property.is_rest();
            property.visit_children_with(self);
        }
    }
    let mut finder = Finder(false);
    pattern.visit_with(&mut finder);
    finder.0
}

fn is_simple(pattern: &Pat) -> bool {
    match pattern {
        Pat::Ident(_) => true,
        Pat::Rest(rest) => rest.arg.is_ident(),
        _ => false,
    }
}

/// Parameters that only name what is passed, and a statement that does the rest.
fn split(patterns: Vec<Pat>) -> (Vec<Pat>, Stmt) {
    let mut out = Vec::new();
    let mut taken: Vec<(Pat, Option<Expr>)> = Vec::new();
    let mut rest: Vec<Option<Pat>> = Vec::new();
    for pattern in patterns {
        match pattern {
            pattern if !rest.is_empty() => rest.push(Some(pattern)),
            Pat::Ident(name) => out.push(Pat::Ident(name)),
            pattern @ (Pat::Assign(_) | Pat::Rest(_)) => rest.push(Some(pattern)),
            pattern => {
                let whole = tree::fresh("parameter");
                out.push(whole.clone().into());
                taken.push((pattern, Some(tree::ident(&whole))));
            }
        }
    }
    if !rest.is_empty() {
        let all = tree::fresh("parameters");
        out.push(Pat::Rest(RestPat {
            span: DUMMY_SP,
            dot3_token: DUMMY_SP,
            arg: Box::new(all.clone().into()),
            type_ann: None,
        }));
        let array = ArrayPat { span: DUMMY_SP, elems: rest, optional: false, type_ann: None };
        taken.push((Pat::Array(array), Some(tree::ident(&all))));
    }
    (out, tree::declare_all(VarDeclKind::Var, taken))
}

/// The body declares nothing that parameters declare: both can share one scope.
fn fits(patterns: &[Pat], body: &[Stmt]) -> bool {
    struct Vars(Vec<Id>);
    impl Visit for Vars {
        noop_visit_type!();
        fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
            self.0.extend(find_pat_ids::<_, Id>(&declarator.name));
            declarator.visit_children_with(self);
        }
        fn visit_fn_decl(&mut self, function: &FnDecl) {
            self.0.push(function.ident.to_id());
        }
        fn visit_function(&mut self, _: &Function) {}
        fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
        fn visit_class(&mut self, _: &Class) {}
    }
    let mut vars = Vars(Vec::new());
    body.visit_with(&mut vars);
    let names = patterns.iter().flat_map(find_pat_ids::<_, Id>);
    names.into_iter().all(|name| !vars.0.iter().any(|var| var.0 == name.0))
}

impl VisitMut for Mover {
    noop_visit_mut_type!();

    fn visit_mut_function(&mut self, function: &mut Function) {
        function.visit_mut_children_with(self);
        let patterns: Vec<Pat> = function.params.iter().map(|parameter| parameter.pat.clone()).collect();
        let Some(body) = &mut function.body else { return };
        if !self.wants(function.is_async, function.is_generator, &patterns) || !fits(&patterns, &body.stmts) {
            return;
        }
        let (params, first) = split(patterns);
        function.params = params.into_iter().map(Param::from).collect();
        let directives = body.stmts.iter().take_while(|statement| super::compile::is_directive(statement)).count();
        body.stmts.insert(directives, first);
    }

    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        arrow.visit_mut_children_with(self);
        if !self.wants(arrow.is_async, false, &arrow.params) {
            return;
        }
        let stmts: &[Stmt] = match &*arrow.body {
            ArrowFunctionBody::FunctionBody(body) => &body.stmts,
            ArrowFunctionBody::Expr(_) => &[],
        };
        if !fits(&arrow.params, stmts) {
            return;
        }
        let (params, first) = split(std::mem::take(&mut arrow.params));
        arrow.params = params;
        match &mut *arrow.body {
            ArrowFunctionBody::FunctionBody(body) => body.stmts.insert(0, first),
            ArrowFunctionBody::Expr(value) => {
                let result = Stmt::Return(ReturnStmt { span: DUMMY_SP, arg: Some(std::mem::take(value)) });
                *arrow.body = tree::block(vec![first, result]);
            }
        }
    }
}

//! Early errors that the parser leaves to others: names declared twice, exports of one name, `{ a = b }` as a value,
//! private names that no class declares.
//!
//! Works on names as written, before scopes are resolved and types removed; what exists for types alone does not count.

use super::declared::{names, names_in};
use crate::diag::{Diagnostic, Location};
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::atoms::Atom;
use swc_core::common::{BytePos, Span, Spanned};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// One diagnostic per name that may not be declared, or exported, again, and per other mistake.
pub(super) fn errors(program: &Program, source: &str, name: &str, base: BytePos, typescript: bool) -> Vec<Diagnostic> {
    let strict = program.is_module();
    let mut checker = Checker { strict, typescript, ..Checker::default() };
    checker.scope(true, |checker| match program {
        Program::Module(module) => {
            for item in &module.body {
                match item {
                    ModuleItem::Stmt(statement) => checker.lexical(statement, strict),
                    ModuleItem::ModuleDecl(declaration) => checker.declaration(declaration),
                }
            }
            module.visit_children_with(checker);
        }
        Program::Script(script) => {
            script.body.iter().for_each(|statement| checker.lexical(statement, false));
            script.visit_children_with(checker);
        }
    });
    let at = |span: Span| {
        let offset = |position: BytePos| position.0.saturating_sub(base.0);
        Location::span(name, source, offset(span.lo), offset(span.hi))
    };
    let problem = |found: Found| {
        let Found { export, name: symbol, first, second } = found;
        let (code, what, hint) = if export {
            ("duplicate-export", "exported", "export it once, or give one of the two another name with `as`")
        } else {
            ("duplicate-declaration", "declared", "rename one of the two")
        };
        Diagnostic::error(code, format!("\"{symbol}\" is {what} twice"))
            .at(at(second))
            .note(format!("first {what} in {name}:{}", at(first).line))
            .hint(hint)
    };
    let misplaced = |span: &Span| {
        Diagnostic::error("syntax-error", "`name = value` has no meaning in an object that is a value")
            .at(at(*span))
            .note("it gives a default to a name that a pattern takes from an object")
            .hint("write `name: value`")
    };
    let forbidden = |(what, span, hint): &(String, Span, &'static str)| {
        Diagnostic::error("syntax-error", what.clone()).at(at(*span)).hint(*hint)
    };
    let mut problems: Vec<Diagnostic> = checker.misplaced.iter().map(misplaced).collect();
    problems.extend(checker.forbidden.iter().map(forbidden));
    problems.extend(checker.found.into_iter().map(problem));
    problems
}

struct Found {
    export: bool,
    name: Atom,
    first: Span,
    second: Span,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// `let`, `const`, `class`, imports.
    Lexical,
    /// A function in a block: sloppy code may repeat it.
    Function,
    Parameter,
    /// `catch (name)`: `var name` is allowed inside.
    CatchName,
}

#[derive(Default)]
struct Scope {
    /// `var` stops here.
    function: bool,
    lexical: FxHashMap<Atom, (Kind, Span)>,
    /// `var` names declared here or passing through on their way up.
    hoisted: FxHashMap<Atom, Span>,
}

#[derive(Default)]
struct Checker {
    scopes: Vec<Scope>,
    /// `{ a = b }` where it is no pattern.
    misplaced: Vec<Span>,
    /// Private names by class, innermost last.
    privates: Vec<FxHashSet<Atom>>,
    /// What the language forbids, where, and what to do.
    forbidden: Vec<(String, Span, &'static str)>,
    found: Vec<Found>,
    exports: FxHashMap<Atom, Span>,
    strict: bool,
    typescript: bool,
}

impl Checker {
    fn scope(&mut self, function: bool, work: impl FnOnce(&mut Self)) {
        self.scopes.push(Scope { function, ..Scope::default() });
        work(self);
        self.scopes.pop();
    }

    fn twice(&mut self, name: &Atom, first: Span, second: Span) {
        self.found.push(Found { export: false, name: name.clone(), first, second });
    }

    fn declare(&mut self, name: &Ident, kind: Kind) {
        let strict = self.strict;
        let Some(scope) = self.scopes.last_mut() else { return };
        let before = match scope.lexical.get(&name.sym) {
            Some((Kind::Parameter, _)) if kind == Kind::Parameter => None,
            Some((Kind::Function, _)) if kind == Kind::Function && !strict => None,
            Some((_, span)) => Some(*span),
            None => scope.hoisted.get(&name.sym).copied(),
        };
        match before {
            Some(first) => self.twice(&name.sym, first, name.span),
            None => drop(scope.lexical.insert(name.sym.clone(), (kind, name.span))),
        }
    }

    /// A getter and a setter may share a name, if both are static or neither is; nothing else may.
    fn private_names(&mut self, members: &[ClassMember]) {
        let mut seen: FxHashMap<&Atom, Vec<(Option<MethodKind>, bool)>> = FxHashMap::default();
        for member in members {
            let (key, kind, is_static) = match member {
                ClassMember::PrivateProp(property) => (&property.key, None, property.is_static),
                ClassMember::PrivateMethod(method) if method.function.body.is_some() => {
                    (&method.key, Some(method.kind), method.is_static)
                }
                _ => continue,
            };
            let before = seen.entry(&key.name).or_default();
            let pair = |(other, other_static): &(Option<MethodKind>, bool)| {
                let accessors = matches!(
                    (kind, other),
                    (Some(MethodKind::Getter), Some(MethodKind::Setter))
                        | (Some(MethodKind::Setter), Some(MethodKind::Getter))
                );
                accessors && *other_static == is_static
            };
            if !before.iter().all(pair) {
                self.forbidden.push((
                    format!("`#{}` is declared twice in one class", key.name),
                    key.span,
                    "rename one of the two",
                ));
            }
            before.push((kind, is_static));
        }
    }

    /// Only sloppy functions with plain parameters may give two of them one name.
    fn distinct<'p>(&mut self, patterns: impl Iterator<Item = &'p Pat> + Clone, strict: bool) {
        let plain = patterns.clone().all(Pat::is_ident);
        if plain && (!strict || patterns.clone().nth(1).is_none()) {
            return;
        }
        let mut seen = FxHashSet::default();
        for pattern in patterns {
            names_in(pattern, |name| {
                if !seen.insert(name.sym.clone()) {
                    self.forbidden.push((
                        format!("two parameters are called `{}`", name.sym),
                        name.span,
                        "rename one of the two",
                    ));
                }
            });
        }
    }

    fn hoist(&mut self, name: &Ident) {
        let mut conflict = None;
        for scope in self.scopes.iter_mut().rev() {
            if let Some((Kind::Lexical | Kind::Function, span)) = scope.lexical.get(&name.sym) {
                conflict = Some(*span);
                break;
            }
            scope.hoisted.entry(name.sym.clone()).or_insert(name.span);
            if scope.function {
                break;
            }
        }
        if let Some(first) = conflict {
            self.twice(&name.sym, first, name.span);
        }
    }

    /// What a statement declares in the block it stands in. `function_is_lexical`: not at the top of a function.
    fn lexical(&mut self, statement: &Stmt, function_is_lexical: bool) {
        if let Stmt::Decl(declaration) = statement {
            self.declared(declaration, function_is_lexical);
        }
    }

    fn declared(&mut self, declaration: &Decl, function_is_lexical: bool) {
        match declaration {
            Decl::Var(variables) if variables.kind != VarDeclKind::Var && !variables.declare => {
                names(&variables.decls, |name| self.declare(name, Kind::Lexical));
            }
            Decl::Using(using) => names(&using.decls, |name| self.declare(name, Kind::Lexical)),
            Decl::Class(class) if !class.declare => self.declare(&class.ident, Kind::Lexical),
            Decl::Fn(function) if function.function.body.is_some() && !function.declare => {
                if function_is_lexical {
                    self.declare(&function.ident, Kind::Function);
                } else {
                    self.hoist(&function.ident);
                }
            }
            _ => {}
        }
    }

    fn export(&mut self, name: Atom, span: Span) {
        match self.exports.get(&name).copied() {
            Some(first) => self.found.push(Found { export: true, name, first, second: span }),
            None => drop(self.exports.insert(name, span)),
        }
    }

    fn declaration(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::Import(import) if !self.typescript => {
                for specifier in &import.specifiers {
                    let local = match specifier {
                        ImportSpecifier::Named(named) => &named.local,
                        ImportSpecifier::Default(default) => &default.local,
                        ImportSpecifier::Namespace(namespace) => &namespace.local,
                    };
                    self.declare(local, Kind::Lexical);
                }
            }
            ModuleDecl::ExportDecl(export) => {
                self.declared(&export.decl, true);
                match &export.decl {
                    Decl::Var(variables) => {
                        names(&variables.decls, |name| self.export(name.sym.clone(), name.span));
                    }
                    Decl::Class(class) => self.export(class.ident.sym.clone(), class.ident.span),
                    Decl::Fn(function) if function.function.body.is_some() => {
                        self.export(function.ident.sym.clone(), function.ident.span);
                    }
                    _ => {}
                }
            }
            ModuleDecl::ExportNamed(named) if !named.type_only => {
                for specifier in &named.specifiers {
                    let name = match specifier {
                        ExportSpecifier::Named(named) if named.is_type_only => continue,
                        ExportSpecifier::Named(named) => named.exported.as_ref().unwrap_or(&named.orig),
                        ExportSpecifier::Namespace(namespace) => &namespace.name,
                        ExportSpecifier::Default(default) => {
                            self.export(default.exported.sym.clone(), default.exported.span);
                            continue;
                        }
                    };
                    self.export(name.atom().into_owned(), name.span());
                }
            }
            ModuleDecl::ExportDefaultDecl(default) => {
                match &default.decl {
                    DefaultDecl::Fn(function) if function.function.body.is_none() => return,
                    DefaultDecl::Fn(FnExpr { ident: Some(name), .. }) => self.declare(name, Kind::Function),
                    DefaultDecl::Class(ClassExpr { ident: Some(name), .. }) => self.declare(name, Kind::Lexical),
                    DefaultDecl::TsInterfaceDecl(_) => return,
                    _ => {}
                }
                self.export("default".into(), default.span.with_hi(default.span.lo + BytePos(14)));
            }
            ModuleDecl::ExportDefaultExpr(default) => {
                self.export("default".into(), default.span.with_hi(default.span.lo + BytePos(14)));
            }
            _ => {}
        }
    }

    fn parameters<'a>(&mut self, patterns: impl Iterator<Item = &'a Pat>) {
        for pattern in patterns {
            names_in(pattern, |name| self.declare(name, Kind::Parameter));
        }
    }

    fn head(&mut self, variables: &VarDecl) {
        if variables.kind != VarDeclKind::Var {
            names(&variables.decls, |name| self.declare(name, Kind::Lexical));
        }
    }
}

impl Visit for Checker {
    noop_visit_type!();

    fn visit_var_decl(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Var && !variables.declare {
            names(&variables.decls, |name| self.hoist(name));
        }
        variables.visit_children_with(self);
    }

    fn visit_class(&mut self, class: &Class) {
        class.super_class.visit_with(self);
        class.decorators.visit_with(self);
        let name = |member: &ClassMember| match member {
            ClassMember::PrivateProp(property) => Some(property.key.name.clone()),
            ClassMember::PrivateMethod(method) => Some(method.key.name.clone()),
            ClassMember::AutoAccessor(AutoAccessor { key: Key::Private(key), .. }) => Some(key.name.clone()),
            _ => None,
        };
        self.private_names(&class.body);
        self.privates.push(class.body.iter().filter_map(name).collect());
        class.body.visit_with(self);
        self.privates.pop();
    }

    fn visit_private_name(&mut self, name: &PrivateName) {
        if !self.privates.iter().any(|names| names.contains(&name.name)) {
            let what = format!("`#{}` is declared by no class around", name.name);
            self.forbidden.push((what, name.span, "declare it in the class"));
        }
    }

    fn visit_assign_prop(&mut self, property: &AssignProp) {
        self.misplaced.push(property.span);
        property.visit_children_with(self);
    }

    fn visit_block_stmt(&mut self, block: &BlockStmt) {
        self.scope(false, |checker| {
            block.stmts.iter().for_each(|statement| checker.lexical(statement, true));
            block.visit_children_with(checker);
        });
    }

    fn visit_switch_stmt(&mut self, switch: &SwitchStmt) {
        switch.discriminant.visit_with(self);
        self.scope(false, |checker| {
            for statement in switch.cases.iter().flat_map(|case| &case.cons) {
                checker.lexical(statement, true);
            }
            switch.cases.visit_with(checker);
        });
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        let arg = super::tree::strip(&unary.arg);
        if unary.op == UnaryOp::Delete && arg.as_member().is_some_and(|member| member.prop.is_private_name()) {
            self.forbidden.push(("private members cannot be deleted".to_string(), unary.span, "set it to `undefined`"));
        }
        unary.visit_children_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        let patterns = function.params.iter().map(|parameter| &parameter.pat);
        self.distinct(patterns, self.strict && function.body.is_some());
        self.scope(true, |checker| {
            checker.parameters(function.params.iter().map(|parameter| &parameter.pat));
            if let Some(body) = &function.body {
                body.stmts.iter().for_each(|statement| checker.lexical(statement, false));
            }
            function.visit_children_with(checker);
        });
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.distinct(arrow.params.iter(), true);
        self.scope(true, |checker| {
            checker.parameters(arrow.params.iter());
            if let ArrowFunctionBody::FunctionBody(body) = &*arrow.body {
                body.stmts.iter().for_each(|statement| checker.lexical(statement, false));
            }
            arrow.visit_children_with(checker);
        });
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        self.scope(true, |checker| {
            if let Some(body) = &constructor.body {
                body.stmts.iter().for_each(|statement| checker.lexical(statement, false));
            }
            constructor.visit_children_with(checker);
        });
    }

    fn visit_static_block(&mut self, block: &StaticBlock) {
        self.scope(true, |checker| {
            block.body.stmts.iter().for_each(|statement| checker.lexical(statement, false));
            block.body.visit_children_with(checker);
        });
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.scope(false, |checker| {
            match &clause.param {
                Some(Pat::Ident(name)) => checker.declare(&name.id, Kind::CatchName),
                Some(pattern) => {
                    names_in(pattern, |name| checker.declare(name, Kind::Lexical));
                }
                None => {}
            }
            clause.body.stmts.iter().for_each(|statement| checker.lexical(statement, true));
            clause.param.visit_with(checker);
            clause.body.visit_children_with(checker);
        });
    }

    fn visit_for_stmt(&mut self, each: &ForStmt) {
        self.scope(false, |checker| {
            if let Some(VarDeclOrExpr::VarDecl(variables)) = &each.init {
                checker.head(variables);
            }
            each.visit_children_with(checker);
        });
    }

    fn visit_for_in_stmt(&mut self, each: &ForInStmt) {
        self.scope(false, |checker| {
            if let ForHead::VarDecl(variables) = &each.left {
                checker.head(variables);
            }
            each.visit_children_with(checker);
        });
    }

    fn visit_for_of_stmt(&mut self, each: &ForOfStmt) {
        self.scope(false, |checker| {
            if let ForHead::VarDecl(variables) = &each.left {
                checker.head(variables);
            }
            each.visit_children_with(checker);
        });
    }

    fn visit_ts_module_decl(&mut self, _: &TsModuleDecl) {}
}

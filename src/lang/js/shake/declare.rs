//! The bindings of a module, those of its functions included.

use super::values::{UNDEFINED, Value};
use super::world::{Binding, Mark, Variable, World};
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

pub(super) fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node) as usize
}

/// Notes every binding; gives the functions that mention `arguments`, by address.
///
/// The order is that of the nodes: code that a lowering made has no positions, or those of what it was made from.
pub(super) fn declare(body: &[Stmt], exported: &FxHashSet<Id>, world: &mut World<'_>) -> FxHashSet<usize> {
    let mut finder = Finder {
        world,
        exported,
        owners: vec![(0, false)],
        vars: FxHashMap::default(),
        above: FxHashMap::default(),
        arguments: FxHashSet::default(),
        top: true,
    };
    finder.statements(body);
    let arguments = finder.arguments;
    for (id, _) in finder.vars.into_iter().filter(|(_, var)| var.early && !var.lexical) {
        let Some(at) = world.ids.get(&id) else { continue };
        let variable = &mut world.variables[*at as usize];
        if variable.binding == Binding::Var {
            variable.value.join(&Value::of(UNDEFINED));
        }
    }
    arguments
}

/// Where a `var` is given its first value, and whether it may be read before.
struct Var {
    /// Code from here on finds it with a value.
    ready: bool,
    early: bool,
    /// Has a temporal dead zone.
    lexical: bool,
}

struct Finder<'w, 'a> {
    world: &'w mut World<'a>,
    exported: &'w FxHashSet<Id>,
    /// The functions around, by address, and whether each may be called before what stands above it has run.
    owners: Vec<(usize, bool)>,
    vars: FxHashMap<Id, Var>,
    /// Names that are mentioned above their declarations: in how many functions, and the addresses of the mentions.
    above: FxHashMap<Id, Vec<(usize, usize)>>,
    arguments: FxHashSet<usize>,
    /// The statement at hand stands in no block.
    top: bool,
}

impl Finder<'_, '_> {
    fn declare(&mut self, id: Id, binding: Binding) {
        let owner = self.owners.last().map_or(0, |(owner, _)| *owner);
        let exported = self.exported.contains(&id);
        let next = self.world.variables.len() as u32;
        let at = *self.world.ids.entry(id).or_insert(next);
        if at == next {
            self.world.variables.push(Variable {
                value: Value::default(),
                binding,
                owner,
                exported,
                mark: Mark::default(),
            });
        }
    }

    /// The declaration of a variable; `ready`: what it is given first runs later.
    fn given(&mut self, id: Id, ready: bool, early: bool, lexical: bool) {
        if !lexical {
            self.vars.entry(id).or_insert(Var { ready, early, lexical });
            return;
        }
        let here = self.owners.len();
        let above = self.above.remove(&id).unwrap_or_default();
        self.world.early.extend(above.into_iter().filter(|(depth, _)| *depth == here).map(|(_, mention)| mention));
        self.vars.insert(id, Var { ready, early: false, lexical });
    }

    fn is_ready(&mut self, id: Id) {
        self.vars.entry(id).and_modify(|var| var.ready = true);
    }

    fn patterns<'p>(&mut self, patterns: impl Iterator<Item = &'p Pat>, binding: Binding) {
        for id in patterns.flat_map(find_pat_ids::<_, Id>) {
            self.declare(id, binding);
        }
    }

    fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.top = true;
            statement.visit_with(self);
        }
    }

    fn function(&mut self, owner: usize, hoisted: bool, work: impl FnOnce(&mut Self)) {
        let top = self.top;
        self.owners.push((owner, hoisted));
        work(self);
        self.owners.pop();
        self.top = top;
    }

    fn of_function(&mut self, function: &Function, hoisted: bool) {
        self.function(address(function), hoisted, |finder| {
            finder.patterns(function.params.iter().map(|parameter| &parameter.pat), Binding::Parameter);
            function.params.visit_with(finder);
            finder.statements(function.body.as_ref().map_or(&[], |body| &body.stmts));
        });
    }
}

impl Visit for Finder<'_, '_> {
    noop_visit_type!();

    fn visit_stmt(&mut self, statement: &Stmt) {
        let top = std::mem::take(&mut self.top);
        if let Stmt::Decl(Decl::Var(variables)) = statement {
            self.top = top;
            return self.visit_var_decl(variables);
        }
        statement.visit_children_with(self);
    }

    fn visit_var_decl(&mut self, variables: &VarDecl) {
        let top = std::mem::take(&mut self.top);
        let is_var = variables.kind == VarDeclKind::Var;
        let binding = match variables.kind {
            VarDeclKind::Var => Binding::Var,
            VarDeclKind::Let => Binding::Lexical,
            VarDeclKind::Const => Binding::Constant,
        };
        for declarator in &variables.decls {
            let later = declarator.init.as_deref().is_some_and(|init| init.is_arrow() || init.is_fn_expr());
            let ids = find_pat_ids::<_, Id>(&declarator.name);
            for id in ids.iter().cloned() {
                self.declare(id.clone(), binding);
                let early = is_var && (!top || declarator.init.is_none());
                self.given(id, later, early, !is_var);
            }
            declarator.init.visit_with(self);
            ids.into_iter().for_each(|id| self.is_ready(id));
            declarator.name.visit_with(self);
        }
    }

    fn visit_using_decl(&mut self, using: &UsingDecl) {
        self.patterns(using.decls.iter().map(|declarator| &declarator.name), Binding::Lexical);
        using.visit_children_with(self);
    }

    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.declare(function.ident.to_id(), Binding::Function);
        self.of_function(&function.function, true);
    }
    fn visit_class_decl(&mut self, class: &ClassDecl) {
        let id = class.ident.to_id();
        self.declare(id.clone(), Binding::Lexical);
        self.given(id.clone(), false, false, true);
        class.class.super_class.visit_with(self);
        self.is_ready(id);
        class.class.decorators.visit_with(self);
        class.class.body.visit_with(self);
    }
    fn visit_fn_expr(&mut self, function: &FnExpr) {
        if let Some(name) = &function.ident {
            self.declare(name.to_id(), Binding::Constant);
        }
        self.of_function(&function.function, false);
    }
    fn visit_class_expr(&mut self, class: &ClassExpr) {
        if let Some(name) = &class.ident {
            self.declare(name.to_id(), Binding::Constant);
        }
        class.class.visit_with(self);
    }
    fn visit_function(&mut self, function: &Function) {
        self.of_function(function, false);
    }
    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.function(address(arrow), false, |finder| {
            finder.patterns(arrow.params.iter(), Binding::Parameter);
            arrow.params.visit_with(finder);
            match &*arrow.body {
                ArrowFunctionBody::Expr(value) => value.visit_with(finder),
                ArrowFunctionBody::FunctionBody(body) => finder.statements(&body.stmts),
            }
        });
    }
    fn visit_constructor(&mut self, constructor: &Constructor) {
        constructor.key.visit_with(self);
        self.function(address(constructor), false, |finder| {
            for parameter in &constructor.params {
                if let ParamOrTsParamProp::Param(parameter) = parameter {
                    finder.patterns(std::iter::once(&parameter.pat), Binding::Parameter);
                }
            }
            constructor.params.visit_with(finder);
            finder.statements(constructor.body.as_ref().map_or(&[], |body| &body.stmts));
        });
    }
    /// What a field is given is evaluated by the constructor.
    fn visit_class_prop(&mut self, property: &ClassProp) {
        property.key.visit_with(self);
        property.decorators.visit_with(self);
        if property.is_static {
            return property.value.visit_with(self);
        }
        self.function(address(property), false, |finder| property.value.visit_with(finder));
    }
    fn visit_private_prop(&mut self, property: &PrivateProp) {
        property.decorators.visit_with(self);
        if property.is_static {
            return property.value.visit_with(self);
        }
        self.function(address(property), false, |finder| property.value.visit_with(finder));
    }
    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.patterns(clause.param.iter(), Binding::Parameter);
        clause.visit_children_with(self);
    }

    fn visit_ident(&mut self, name: &Ident) {
        if &*name.sym == "arguments" {
            // Arrow functions have those of the function around them.
            self.arguments.extend(self.owners.iter().map(|(owner, _)| *owner));
            return;
        }
        let id = name.to_id();
        let declared = self.world.ids.get(&id).map(|at| self.world.variables[*at as usize].owner);
        match (self.vars.get_mut(&id), declared) {
            (Some(var), Some(owner)) => {
                let around = self.owners.iter().rposition(|(function, _)| *function == owner).unwrap_or_default();
                let hoisted = self.owners[around + 1..].iter().any(|(_, hoisted)| *hoisted);
                let inside = around + 1 < self.owners.len();
                if !var.lexical {
                    var.early |= !var.ready || hoisted;
                } else if !var.ready && !inside {
                    // What functions read before there is a value, they wait for as a rule.
                    self.world.early.insert(address(name));
                }
            }
            // Mentioned above its declaration.
            (_, None) => {
                let mention = (self.owners.len(), address(name));
                self.vars.entry(id.clone()).or_insert(Var { ready: false, early: true, lexical: false });
                self.above.entry(id).or_default().push(mention);
            }
            _ => {}
        }
    }
}

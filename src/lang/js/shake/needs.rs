//! What must stay: what does something that may be noticed, and what that needs.

use super::declare::address;
use super::effects::Around;
use super::flow::Flow;
use super::values::*;
use super::world::{Code, Found, Kind};
use crate::lang::js::tree::strip;
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::atoms::Atom;
use swc_core::ecma::ast::*;

/// Code of which more is needed after each of so many looks is left alone.
const PASSES_MAX: u32 = 20;

/// What stays of a module, by the addresses of its nodes.
#[derive(Default)]
pub(super) struct Kept {
    pub statements: FxHashSet<usize>,
    /// Expressions that stay themselves. Of others the effects of their parts stay.
    pub whole: FxHashSet<usize>,
    /// Of object literals.
    pub properties: FxHashSet<usize>,
    /// How many arguments of a call are needed.
    pub arguments: FxHashMap<usize, usize>,
    /// Tests of which the outcome is known.
    pub decided: FxHashMap<usize, bool>,
    /// Optional chains that end where they begin, and right sides that do not run.
    pub cut: FxHashSet<usize>,
    /// Calls that are said to do nothing, and of which nobody wants the value.
    pub annotated: FxHashSet<usize>,
    /// Assignments to properties that somebody sees.
    pub writes: FxHashSet<usize>,
    /// Variables that nobody reads.
    pub dead: FxHashSet<Id>,
}

pub(super) struct Needs<'a, 'f, 's> {
    pub flow: &'f Flow<'a, 's>,
    pub kept: Kept,
    /// By variable: somebody reads it.
    pub live: Vec<bool>,
    observed: FxHashSet<(Site, Atom)>,
    /// By object: all of it, any of it.
    all: Vec<bool>,
    any: Vec<bool>,
    /// Functions whose bodies stay.
    bodies: Vec<bool>,
    pub(super) changed: bool,
    pub(super) known: FxHashMap<u32, bool>,
    pub(super) running: Vec<u32>,
    pub(super) guessed: Vec<u32>,
    pub(super) guesses: u32,
    /// Labels of statements inside of what is looked at.
    pub(super) labels: Vec<Atom>,
    /// In an async function.
    pub(super) waits: bool,
    /// In a `try`: what fails there may be waited for.
    pub(super) guarded: bool,
}

/// `None`: it never settles.
pub(super) fn needs<'a>(flow: &Flow<'a, '_>, body: &'a [Stmt]) -> Option<Kept> {
    let world = &flow.world;
    let mut needs = Needs {
        flow,
        kept: Kept::default(),
        live: world.variables.iter().map(|variable| variable.exported).collect(),
        observed: FxHashSet::default(),
        all: world.objects.iter().map(|object| object.escaped).collect(),
        any: world.objects.iter().map(|object| object.escaped).collect(),
        bodies: vec![false; world.funcs.len()],
        changed: true,
        known: FxHashMap::default(),
        running: Vec::new(),
        guessed: Vec::new(),
        guesses: 0,
        labels: Vec::new(),
        waits: false,
        guarded: false,
    };
    for _ in 0..PASSES_MAX {
        needs.changed = false;
        needs.known.clear();
        needs.list(body);
        let mut at = 0;
        while at < needs.bodies.len() {
            if needs.bodies[at] {
                needs.function(at as u32);
            }
            at += 1;
        }
        if !needs.changed {
            let dead = world.ids.iter().filter(|(_, at)| !needs.live[**at as usize]).map(|(id, _)| id.clone());
            needs.kept.dead = dead.collect();
            return Some(needs.kept);
        }
    }
    None
}

impl<'a> Needs<'a, '_, '_> {
    pub(super) fn live(&mut self, id: &Id) {
        if let Some(at) = self.flow.world.ids.get(id) {
            self.changed |= !std::mem::replace(&mut self.live[*at as usize], true);
        }
    }

    pub(super) fn is_live(&self, id: &Id) -> bool {
        self.flow.world.ids.get(id).is_none_or(|at| self.live[*at as usize])
    }

    pub(super) fn is_observed(&self, site: Site, key: Option<&Atom>) -> bool {
        let at = site as usize;
        let loose = self.flow.world.objects[at].kind == Kind::Array;
        match key {
            Some(key) if !loose => self.all[at] || self.observed.contains(&(site, key.clone())),
            _ => self.any[at],
        }
    }

    /// The property is read, wherever along the prototypes it may be.
    pub(super) fn observe(&mut self, value: &Value, key: Option<&Atom>) {
        for site in &value.sites {
            let mut found = Found::default();
            match key {
                Some(key) => self.flow.world.find(*site, key, &mut found),
                None => self.flow.world.find(*site, &self.flow.world.names.nothing, &mut found),
            }
            for site in found.path {
                if let super::world::Proto::PrototypeOf(function) = self.flow.world.objects[site as usize].proto {
                    let name = self.flow.world.names.prototype.clone();
                    self.changed |= self.observed.insert((function, name));
                    self.any[function as usize] = true;
                }
                self.changed |= !std::mem::replace(&mut self.any[site as usize], true);
                match key {
                    Some(key) => self.changed |= self.observed.insert((site, key.clone())),
                    None => self.changed |= !std::mem::replace(&mut self.all[site as usize], true),
                }
            }
        }
    }

    pub(super) fn body(&mut self, site: Option<Site>) {
        if let Some(func) = site.and_then(|site| self.flow.world.objects[site as usize].func) {
            self.changed |= !std::mem::replace(&mut self.bodies[func as usize], true);
        }
    }

    pub(super) fn site(&self, at: usize) -> Option<Site> {
        self.flow.sites.get(&at).copied()
    }

    fn function(&mut self, at: u32) {
        let func = &self.flow.world.funcs[at as usize];
        if !func.called {
            return;
        }
        match func.code {
            Code::Function(function) => {
                self.parameters(at, function.params.iter().map(|parameter| &parameter.pat));
                self.list(function.body.as_ref().map_or(&[], |body| &body.stmts));
            }
            Code::Arrow(arrow) => {
                self.parameters(at, arrow.params.iter());
                match &*arrow.body {
                    ArrowFunctionBody::FunctionBody(body) => self.list(&body.stmts),
                    ArrowFunctionBody::Expr(value) => self.include(value, true),
                }
            }
            Code::Constructor(constructor) => {
                let pattern = |parameter: &'a ParamOrTsParamProp| match parameter {
                    ParamOrTsParamProp::Param(parameter) => Some(&parameter.pat),
                    ParamOrTsParamProp::TsParamProp(_) => None,
                };
                self.parameters(at, constructor.params.iter().filter_map(pattern));
                self.list(constructor.body.as_ref().map_or(&[], |body| &body.stmts));
            }
            Code::Default => {}
        }
        for member in func.class.iter().flat_map(|class| &class.body) {
            match member {
                ClassMember::ClassProp(property) if !property.is_static => {
                    property.value.iter().for_each(|value| self.include(value, true));
                }
                ClassMember::PrivateProp(property) if !property.is_static => {
                    property.value.iter().for_each(|value| self.include(value, true));
                }
                _ => {}
            }
        }
    }

    fn parameters(&mut self, at: u32, patterns: impl Iterator<Item = &'a Pat>) {
        let outer = std::mem::take(&mut self.guarded);
        for (index, pattern) in patterns.enumerate() {
            self.pattern(pattern);
            let target = match pattern {
                Pat::Assign(assign) => &*assign.left,
                other => other,
            };
            if !target.is_ident() {
                let given = self.flow.world.funcs[at as usize].params.get(index).cloned().unwrap_or_default();
                self.observe_pattern(target, &given);
            }
        }
        self.guarded = outer;
    }

    /// From the end: what is needed there is declared further up, and then seen in one pass.
    pub(super) fn list(&mut self, statements: &'a [Stmt]) {
        statements.iter().rev().for_each(|statement| self.one(statement));
    }

    fn one(&mut self, statement: &'a Stmt) {
        if let Stmt::Decl(Decl::Fn(function)) = statement {
            if self.is_live(&function.ident.to_id()) {
                self.changed |= self.kept.statements.insert(address(statement));
                self.body(self.site(address(&*function.function)));
            }
            return;
        }
        let directive = super::super::compile::is_directive(statement);
        let guarded = self.guarded && self.flow.reached.contains(&address(statement));
        if directive || guarded || self.statement_acts(statement, Around::HERE) {
            self.changed |= self.kept.statements.insert(address(statement));
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Expr(expression) => self.include(&expression.expr, self.guarded),
            Stmt::Decl(Decl::Var(variables)) => self.variables(variables),
            Stmt::Decl(Decl::Class(class)) => self.class(&class.class),
            Stmt::Decl(Decl::Using(using)) => {
                for declarator in &using.decls {
                    declarator.init.iter().for_each(|init| self.include(init, true));
                    self.pattern_live(&declarator.name);
                }
            }
            Stmt::Return(returned) => returned.arg.iter().for_each(|value| self.include(value, true)),
            Stmt::Throw(thrown) => self.include(&thrown.arg, true),
            Stmt::If(branch) => {
                let known = self.test(&branch.test);
                self.include(&branch.test, known.is_none());
                self.one(&branch.cons);
                branch.alt.iter().for_each(|alt| self.one(alt));
            }
            Stmt::Block(block) => self.list(&block.stmts),
            Stmt::Labeled(labeled) => self.one(&labeled.body),
            Stmt::Try(attempt) => {
                let outer = std::mem::replace(&mut self.guarded, attempt.handler.is_some());
                self.list(&attempt.block.stmts);
                self.guarded = outer;
                if let Some(handler) = &attempt.handler {
                    handler.param.iter().for_each(|pattern| self.pattern(pattern));
                    self.list(&handler.body.stmts);
                }
                attempt.finalizer.iter().for_each(|block| self.list(&block.stmts));
            }
            Stmt::Switch(switch) => {
                self.include(&switch.discriminant, true);
                for case in &switch.cases {
                    case.test.iter().for_each(|test| self.include(test, true));
                    self.list(&case.cons);
                }
            }
            _ => self.each(statement),
        }
    }

    fn each(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::While(each) => {
                self.include(&each.test, true);
                self.one(&each.body);
            }
            Stmt::DoWhile(each) => {
                self.include(&each.test, true);
                self.one(&each.body);
            }
            Stmt::For(each) => {
                match &each.init {
                    Some(VarDeclOrExpr::VarDecl(variables)) => self.variables(variables),
                    Some(VarDeclOrExpr::Expr(value)) => self.include(value, false),
                    None => {}
                }
                each.test.iter().for_each(|test| self.include(test, true));
                each.update.iter().for_each(|update| self.include(update, false));
                self.one(&each.body);
            }
            Stmt::ForIn(each) => {
                self.include(&each.right, true);
                self.observe(&self.flow.value(&each.right), None);
                self.head(&each.left);
                self.one(&each.body);
            }
            Stmt::ForOf(each) => {
                self.include(&each.right, true);
                self.observe_all(&self.flow.value(&each.right));
                self.head(&each.left);
                self.one(&each.body);
            }
            _ => {}
        }
    }

    fn head(&mut self, head: &'a ForHead) {
        match head {
            ForHead::VarDecl(variables) => {
                variables.decls.iter().for_each(|declarator| self.pattern_live(&declarator.name));
            }
            ForHead::Pat(pattern) => self.pattern_live(pattern),
            ForHead::UsingDecl(using) => {
                using.decls.iter().for_each(|declarator| self.pattern_live(&declarator.name));
            }
        }
    }

    fn variables(&mut self, variables: &'a VarDecl) {
        for declarator in &variables.decls {
            let Some(init) = &declarator.init else { continue };
            match &declarator.name {
                Pat::Ident(name) => {
                    let used = self.guarded || self.is_live(&name.id.to_id());
                    self.include(init, used);
                }
                pattern => {
                    if self.acts(init, Around::HERE) || self.binding_acts(pattern, &self.flow.value(init), Around::HERE)
                    {
                        self.include(init, true);
                        self.observe_pattern(pattern, &self.flow.value(init));
                        self.pattern_live(pattern);
                    }
                }
            }
        }
    }

    /// Properties that a pattern reads.
    fn observe_pattern(&mut self, pattern: &'a Pat, value: &Value) {
        let Pat::Object(object) = pattern else { return self.observe_all(value) };
        for property in &object.props {
            match property {
                ObjectPatProp::Assign(assign) => self.observe(value, Some(&assign.key.id.sym)),
                ObjectPatProp::KeyValue(KeyValuePatProp { key: PropName::Ident(name), value: inner })
                    if inner.is_ident() =>
                {
                    self.observe(value, Some(&name.sym));
                }
                _ => self.observe_all(value),
            }
        }
    }

    /// Everything that may be reached from the value.
    pub(super) fn observe_all(&mut self, value: &Value) {
        let mut seen: FxHashSet<Site> = FxHashSet::default();
        let mut work = value.sites.clone();
        while let Some(site) = work.pop() {
            if seen.insert(site) {
                self.observe(&Value::site(site), None);
                work.extend(self.flow.world.contents(site).sites);
            }
        }
    }

    /// A pattern that stays, with all that it binds.
    pub(super) fn pattern_live(&mut self, pattern: &'a Pat) {
        swc_core::ecma::utils::find_pat_ids::<_, Id>(pattern).iter().for_each(|id| self.live(id));
        self.pattern(pattern);
    }

    /// A pattern that stays: what is evaluated in it.
    pub(super) fn pattern(&mut self, pattern: &'a Pat) {
        match pattern {
            Pat::Ident(_) | Pat::Invalid(_) => {}
            Pat::Assign(assign) => {
                self.include(&assign.right, true);
                if !assign.left.is_ident() {
                    self.observe_pattern(&assign.left, &self.flow.value(&assign.right));
                }
                self.pattern(&assign.left);
            }
            Pat::Rest(rest) => self.pattern(&rest.arg),
            Pat::Array(array) => array.elems.iter().flatten().for_each(|element| self.pattern(element)),
            Pat::Object(object) => {
                for property in &object.props {
                    match property {
                        ObjectPatProp::KeyValue(pair) => {
                            if let PropName::Computed(computed) = &pair.key {
                                self.include(&computed.expr, true);
                            }
                            self.pattern(&pair.value);
                        }
                        ObjectPatProp::Assign(assign) => {
                            assign.value.iter().for_each(|value| self.include(value, true));
                        }
                        ObjectPatProp::Rest(rest) => self.pattern(&rest.arg),
                    }
                }
            }
            Pat::Expr(target) => self.target(target),
        }
    }

    /// What is assigned to, where the assignment stays.
    pub(super) fn target(&mut self, target: &'a Expr) {
        match strip(target) {
            Expr::Member(member) => self.member(member),
            Expr::Ident(name) => self.live(&name.to_id()),
            other => self.include(other, true),
        }
    }

    pub(super) fn member(&mut self, member: &'a MemberExpr) {
        let (object, key) = (self.flow.value(&member.obj), self.key_of(&member.prop));
        for site in &object.sites {
            // The setter that a write runs stays.
            let mut found = Found::default();
            if let Some(key) = &key {
                self.flow.world.find(*site, key, &mut found);
            }
            if !found.setters.is_empty() || found.unknown || key.is_none() {
                self.observe(&Value::site(*site), key.as_ref());
            }
        }
        self.include(&member.obj, true);
        if let MemberProp::Computed(computed) = &member.prop {
            self.include(&computed.expr, true);
        }
    }

    /// What evaluating a member does that nobody reads.
    pub(super) fn member_parts(&mut self, member: &'a MemberExpr) {
        self.include(&member.obj, false);
        if let MemberProp::Computed(computed) = &member.prop {
            self.include(&computed.expr, false);
        }
    }

    /// The outcome of a test, if it is known.
    pub(super) fn test(&mut self, test: &'a Expr) -> Option<bool> {
        let known = self.flow.value(test).truthy();
        if let Some(known) = known {
            self.kept.decided.insert(address(test), known);
        }
        known
    }
}

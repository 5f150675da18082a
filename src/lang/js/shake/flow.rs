//! Which statements may run, and with which values. Code is looked at until nothing new is found.

use super::declare::address;
use super::values::*;
use super::world::{Code, Read, World};
use super::{Scene, declare};
use crate::lang::js::tree::strip;
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::ecma::ast::*;

/// Code that has not settled after this many looks at all of it is left alone.
const ROUNDS_MAX: u32 = 14;

/// So is code of which parts have not settled after this many looks at what may have changed.
const QUICK_ROUNDS_MAX: u32 = 100;

/// So is code that is nested deeper than this.
pub(super) const DEPTH_MAX: u32 = 250;

pub(super) struct Flow<'a, 's> {
    pub world: World<'a>,
    pub scene: &'s Scene<'s>,
    /// By the address of the expression: what it gives. Without an entry it does not run.
    pub memo: FxHashMap<usize, Value>,
    /// Statements that may run, by address.
    pub reached: FxHashSet<usize>,
    pub(super) sites: FxHashMap<usize, Site>,
    pub(super) arguments: FxHashSet<usize>,
    pub(super) current: Option<u32>,
    pub(super) this: Value,
    /// What was not evaluated may be anything.
    pub(super) settled: bool,
    /// Something that runs has no value.
    pub(super) unsettled: bool,
    /// Met something that it does not know.
    pub(super) failed: bool,
    /// Expressions and statements around the one at hand.
    pub(super) depth: u32,
    body: &'a [Stmt],
    /// What the statements outside of functions, and each function, read when they were looked at last.
    looks: Vec<Look>,
}

#[derive(Default)]
struct Look {
    time: u32,
    reads: Vec<Read>,
    /// Something had no value yet.
    unsettled: bool,
    /// It changed what it had read.
    feeds_back: bool,
}

impl<'a, 's> Flow<'a, 's> {
    /// `None`: nothing is known.
    pub fn of(body: &'a [Stmt], scene: &'s Scene<'s>) -> Option<Self> {
        let mut world = World { touched_prototypes: super::prototypes::are_touched(body, scene), ..World::default() };
        let arguments = declare::declare(body, scene.exported, &mut world);
        // About so many expressions and statements stand around so many variables.
        let size = world.variables.len();
        let mut flow = Flow {
            world,
            scene,
            memo: FxHashMap::with_capacity_and_hasher(size * 8 + 50, Default::default()),
            reached: FxHashSet::with_capacity_and_hasher(size * 2 + 20, Default::default()),
            sites: FxHashMap::default(),
            arguments,
            current: None,
            this: Value::default(),
            settled: false,
            unsettled: false,
            failed: false,
            depth: 0,
            body,
            looks: Vec::new(),
        };
        flow.run_all().then_some(flow)
    }

    /// Whether everything settled. After a look at all of it, what may have changed is looked at until nothing does; all
    /// of it once more shows whether that was everything.
    fn run_all(&mut self) -> bool {
        let mut quick = 0;
        for round in 0..ROUNDS_MAX {
            self.round(true);
            if round > 0 && !self.world.changed && !self.failed {
                return true;
            }
            loop {
                if self.failed || quick > QUICK_ROUNDS_MAX {
                    return false;
                }
                if !self.world.changed {
                    if self.settled || !self.looks.iter().any(|look| look.unsettled) {
                        break;
                    }
                    self.settled = true;
                }
                quick += 1;
                self.round(false);
            }
        }
        false
    }

    fn round(&mut self, all: bool) {
        self.world.changed = false;
        self.depth = 0;
        self.look(0, all, |flow| {
            flow.current = None;
            flow.this = flow.scene.this();
            flow.statements(flow.body);
        });
        let mut at = 0;
        while at < self.world.funcs.len() {
            if self.world.funcs[at].called {
                self.look(at + 1, all, |flow| flow.function(at as u32));
            }
            at += 1;
        }
    }

    /// Runs code if it was not looked at before, or reads what has changed since.
    fn look(&mut self, at: usize, always: bool, run: impl FnOnce(&mut Self)) {
        if self.looks.len() <= at {
            self.looks.resize_with(at + 1, Look::default);
        }
        let look = &self.looks[at];
        let again = look.feeds_back || look.unsettled && self.settled;
        if !always && look.time != 0 && !again && !self.world.is_stale(&look.reads, look.time) {
            return;
        }
        self.world.clock += 1;
        self.looks[at].time = self.world.clock;
        self.world.reads.borrow_mut().clear();
        self.unsettled = false;
        self.world.feeds_back = false;
        run(self);
        let reads = self.world.reads.take();
        self.looks[at].reads = reads;
        self.looks[at].unsettled = self.unsettled && !self.settled;
        self.looks[at].feeds_back = self.world.feeds_back;
    }

    /// The body of a function that is called.
    fn function(&mut self, at: u32) {
        self.world.reads_given(at);
        let func = &self.world.funcs[at as usize];
        let (code, class) = (func.code, func.class);
        self.current = Some(at);
        self.this = func.this.clone();
        if let Some(class) = class {
            self.fields(class);
        }
        let ends = match code {
            Code::Function(function) => {
                self.parameters(at, function.params.iter().map(|parameter| &parameter.pat));
                self.statements(function.body.as_ref().map_or(&[], |body| &body.stmts))
            }
            Code::Arrow(arrow) => {
                self.parameters(at, arrow.params.iter());
                match &*arrow.body {
                    ArrowFunctionBody::FunctionBody(body) => self.statements(&body.stmts),
                    ArrowFunctionBody::Expr(value) => {
                        let value = self.expression(value);
                        self.returns(&value);
                        false
                    }
                }
            }
            Code::Constructor(constructor) => {
                let pattern = |parameter: &'a ParamOrTsParamProp| match parameter {
                    ParamOrTsParamProp::Param(parameter) => Some(&parameter.pat),
                    ParamOrTsParamProp::TsParamProp(_) => None,
                };
                self.parameters(at, constructor.params.iter().filter_map(pattern));
                self.statements(constructor.body.as_ref().map_or(&[], |body| &body.stmts))
            }
            Code::Default => {
                let base = class.and_then(|class| class.super_class.as_deref());
                if let Some(base) = base {
                    let base = self.value(base);
                    self.construct_base(&base, &[], true);
                }
                true
            }
        };
        if ends {
            self.returns(&Value::of(UNDEFINED));
        }
    }

    fn parameters(&mut self, at: u32, patterns: impl Iterator<Item = &'a Pat>) {
        let func = &self.world.funcs[at as usize];
        let (mut given, any) = (func.params.clone(), func.uses_arguments);
        for (at, pattern) in patterns.enumerate() {
            if any {
                given[at].join(&Value::any());
            }
            self.bind(pattern, &given[at]);
        }
    }

    pub(super) fn returns(&mut self, value: &Value) {
        let Some(current) = self.current else { return self.world.escape(value) };
        match self.world.funcs[current as usize].code {
            Code::Function(Function { is_async: true, .. } | Function { is_generator: true, .. })
            | Code::Arrow(ArrowExpr { is_async: true, .. }) => self.world.escape(value),
            _ => self.world.returns(current, value),
        }
    }

    /// Runs statements; whether what stands after them may run.
    pub(super) fn statements(&mut self, statements: &'a [Stmt]) -> bool {
        for statement in statements {
            if let Stmt::Decl(Decl::Fn(function)) = statement {
                let site = self.function_site(&function.function, address(&*function.function));
                self.assign_id(&function.ident.to_id(), &Value::site(site));
            }
        }
        statements.iter().all(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &'a Stmt) -> bool {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            self.failed = true;
            return false;
        }
        let goes_on = self.run(statement);
        self.depth -= 1;
        goes_on
    }

    fn run(&mut self, statement: &'a Stmt) -> bool {
        self.reached.insert(address(statement));
        match statement {
            Stmt::Expr(expression) => drop(self.expression(&expression.expr)),
            Stmt::Decl(declaration) => self.declaration(declaration),
            Stmt::Return(returned) => {
                let value = match &returned.arg {
                    Some(value) => self.expression(value),
                    None => Value::of(UNDEFINED),
                };
                self.returns(&value);
                return false;
            }
            Stmt::Throw(thrown) => {
                let value = self.expression(&thrown.arg);
                self.world.escape(&value);
                return false;
            }
            Stmt::If(branch) => return self.branch(branch),
            Stmt::Block(block) => return self.statements(&block.stmts),
            Stmt::Labeled(labeled) => drop(self.statement(&labeled.body)),
            Stmt::Break(_) | Stmt::Continue(_) => return false,
            Stmt::Try(attempt) => return self.attempt(attempt),
            Stmt::Switch(switch) => return self.switch(switch),
            Stmt::Empty(_) | Stmt::Debugger(_) => {}
            Stmt::With(_) => self.failed = true,
            _ => self.each(statement),
        }
        true
    }

    fn branch(&mut self, branch: &'a IfStmt) -> bool {
        let test = self.expression(&branch.test);
        if test.is_never() {
            return false;
        }
        match test.truthy() {
            Some(true) => self.statement(&branch.cons),
            Some(false) => branch.alt.as_deref().is_none_or(|alt| self.statement(alt)),
            None => {
                let cons = self.statement(&branch.cons);
                let alt = branch.alt.as_deref().is_none_or(|alt| self.statement(alt));
                cons || alt
            }
        }
    }

    /// What stands after it does not run if the last case does not end, one of them runs, and none breaks off.
    fn switch(&mut self, switch: &'a SwitchStmt) -> bool {
        self.expression(&switch.discriminant);
        let mut ends = true;
        for case in &switch.cases {
            if let Some(test) = &case.test {
                self.expression(test);
            }
            ends = self.statements(&case.cons);
        }
        ends || switch.cases.iter().all(|case| case.test.is_some()) || super::pieces::breaks_off(switch)
    }

    fn attempt(&mut self, attempt: &'a TryStmt) -> bool {
        let mut ends = self.statements(&attempt.block.stmts);
        if let Some(handler) = &attempt.handler {
            if let Some(pattern) = &handler.param {
                self.bind(pattern, &Value::any());
            }
            ends |= self.statements(&handler.body.stmts);
        }
        attempt.finalizer.as_ref().is_none_or(|block| self.statements(&block.stmts)) && ends
    }

    /// Loops.
    fn each(&mut self, statement: &'a Stmt) {
        let runs = |flow: &mut Self, test: &'a Expr| {
            let test = flow.expression(test);
            !test.is_never() && test.truthy() != Some(false)
        };
        match statement {
            Stmt::While(each) => {
                if runs(self, &each.test) {
                    self.statement(&each.body);
                }
            }
            Stmt::DoWhile(each) => {
                self.statement(&each.body);
                self.expression(&each.test);
            }
            Stmt::For(each) => {
                match &each.init {
                    Some(VarDeclOrExpr::VarDecl(variables)) => self.variables(variables),
                    Some(VarDeclOrExpr::Expr(value)) => drop(self.expression(value)),
                    None => {}
                }
                if each.test.as_deref().is_none_or(|test| runs(self, test)) {
                    self.statement(&each.body);
                    each.update.iter().for_each(|update| drop(self.expression(update)));
                }
            }
            Stmt::ForIn(each) => {
                self.expression(&each.right);
                self.head(&each.left, &Value::of(STRING));
                self.statement(&each.body);
            }
            Stmt::ForOf(each) => {
                let values = self.expression(&each.right);
                let element = self.elements(&values);
                self.head(&each.left, &element);
                self.statement(&each.body);
            }
            _ => self.failed = true,
        }
    }

    fn head(&mut self, head: &'a ForHead, value: &Value) {
        match head {
            ForHead::VarDecl(variables) => {
                variables.decls.iter().for_each(|declarator| self.bind(&declarator.name, value));
            }
            ForHead::Pat(pattern) => self.bind(pattern, value),
            ForHead::UsingDecl(using) => {
                self.world.escape(value);
                using.decls.iter().for_each(|declarator| self.bind(&declarator.name, &Value::any()));
            }
        }
    }

    /// What iterating gives.
    pub(super) fn elements(&mut self, values: &Value) -> Value {
        if self.is_array(values) {
            let mut out = Value::default();
            for site in &values.sites {
                out.join(&self.world.contents(*site));
            }
            return out;
        }
        self.world.escape(values);
        Value::any()
    }

    /// Nothing but arrays of the module's, whose elements are all that iterating gives.
    pub(super) fn is_array(&self, values: &Value) -> bool {
        let plain = |site: &Site| {
            let object = &self.world.objects[*site as usize];
            self.world.reads_object(*site);
            object.kind == super::world::Kind::Array
                && !object.escaped
                && !object.properties.contains_key(&self.world.names.iterator)
        };
        values.is_known() && values.sites.iter().all(plain)
    }

    fn declaration(&mut self, declaration: &'a Decl) {
        match declaration {
            Decl::Class(class) => {
                let value = self.class(&class.class);
                self.assign_id(&class.ident.to_id(), &value);
            }
            Decl::Var(variables) => self.variables(variables),
            Decl::Using(using) => {
                for declarator in &using.decls {
                    if let Some(init) = &declarator.init {
                        let value = self.expression(init);
                        self.world.escape(&value);
                    }
                    self.bind(&declarator.name, &Value::any());
                }
            }
            _ => {}
        }
    }

    fn variables(&mut self, variables: &'a VarDecl) {
        for declarator in &variables.decls {
            match &declarator.init {
                Some(init) => {
                    let value = self.expression(init);
                    self.bind(&declarator.name, &value);
                }
                // `var` gives no value.
                None if variables.kind == VarDeclKind::Var => {}
                None => self.bind(&declarator.name, &Value::of(UNDEFINED)),
            }
        }
    }

    pub(super) fn assign_id(&mut self, id: &Id, value: &Value) {
        match self.world.ids.get(id) {
            Some(variable) => self.world.assign(*variable, value),
            None => self.world.escape(value),
        }
    }

    pub(super) fn bind(&mut self, pattern: &'a Pat, value: &Value) {
        match pattern {
            Pat::Ident(name) => self.assign_id(&name.id.to_id(), value),
            Pat::Assign(assign) => {
                let mut value = value.clone();
                if value.kinds & UNDEFINED != 0 {
                    value = Value { kinds: value.kinds & !UNDEFINED, ..value };
                    let given = self.expression(&assign.right);
                    value.join(&given);
                }
                self.bind(&assign.left, &value);
            }
            Pat::Object(object) => object.props.iter().for_each(|property| self.bind_property(property, value)),
            Pat::Array(array) => self.bind_elements(array, value),
            Pat::Rest(rest) => {
                self.world.escape(value);
                self.bind(&rest.arg, &Value::of(UNKNOWN));
            }
            Pat::Expr(target) => match strip(target) {
                Expr::Member(member) => self.write(member, value),
                Expr::Ident(name) => self.assign_id(&name.to_id(), value),
                _ => self.failed = true,
            },
            Pat::Invalid(_) => self.failed = true,
        }
    }

    pub(super) fn bind_property(&mut self, property: &'a ObjectPatProp, value: &Value) {
        match property {
            ObjectPatProp::KeyValue(pair) => {
                let key = self.key(&pair.key);
                let found = self.read(value, key.as_ref());
                self.bind(&pair.value, &found);
            }
            ObjectPatProp::Assign(assign) => {
                let mut found = self.read(value, Some(&assign.key.id.sym));
                if let Some(default) = &assign.value
                    && found.kinds & UNDEFINED != 0
                {
                    found = Value { kinds: found.kinds & !UNDEFINED, ..found };
                    let given = self.expression(default);
                    found.join(&given);
                }
                self.assign_id(&assign.key.id.to_id(), &found);
            }
            ObjectPatProp::Rest(rest) => {
                self.world.escape(value);
                self.bind(&rest.arg, &Value::of(UNKNOWN));
            }
        }
    }

    pub(super) fn bind_elements(&mut self, array: &'a ArrayPat, value: &Value) {
        if value.is_never() {
            return;
        }
        let known = self.is_array(value);
        if !known {
            self.world.escape(value);
        }
        for (at, element) in array.elems.iter().enumerate() {
            match element {
                Some(Pat::Rest(rest)) => {
                    self.world.escape(value);
                    self.bind(&rest.arg, &Value::of(UNKNOWN));
                }
                Some(pattern) if known => {
                    let found = self.read(value, Some(&at.to_string().into()));
                    self.bind(pattern, &found);
                }
                Some(pattern) => self.bind(pattern, &Value::any()),
                None => {}
            }
        }
    }
}

//! What running statements and calling functions does.

use super::declare::address;
use super::effects::Around;
use super::needs::Needs;
use super::values::*;
use super::world::Code;
use swc_core::ecma::ast::*;

/// Deeper chains of calls are taken to do something.
const CALLS_MAX: usize = 64;

impl<'a> Needs<'a, '_, '_> {
    /// A call of the function does something. What is still being looked at does no more than it does otherwise.
    pub(super) fn function_acts(&mut self, at: u32) -> bool {
        let func = &self.flow.world.funcs[at as usize];
        if func.harmless {
            return false;
        }
        // Called by nobody that runs.
        if !func.called {
            return false;
        }
        let (code, class) = (func.code, func.class);
        if let Some(known) = self.known.get(&at) {
            return *known;
        }
        // What rests on a guess about a function further up holds if that one does nothing.
        let depth = self.running.len();
        if self.guessed.contains(&at) || self.running.contains(&at) || depth >= CALLS_MAX {
            self.guesses += 1;
            return depth >= CALLS_MAX;
        }
        let (before, outer) = (self.guesses, self.waits);
        let labels = std::mem::take(&mut self.labels);
        self.waits = false;
        self.running.push(at);
        let acts = self.body_acts(code, class);
        self.running.pop();
        self.waits = outer;
        self.labels = labels;
        if acts || self.guesses == before {
            self.known.insert(at, acts);
        } else {
            self.guessed.push(at);
        }
        if depth == 0 {
            let guessed = std::mem::take(&mut self.guessed);
            if !acts {
                self.known.extend(guessed.into_iter().map(|at| (at, false)));
            }
        }
        acts
    }

    fn body_acts(&mut self, code: Code<'a>, class: Option<&'a Class>) -> bool {
        let around = |own: usize| Around { own, returns: true, breaks: false, continues: false };
        if let Some(class) = class
            && self.fields_act(class, around(0))
        {
            return true;
        }
        match code {
            Code::Function(function) => {
                let around = around(address(function));
                self.waits = function.is_async && !function.is_generator;
                function.params.iter().any(|parameter| self.pattern_acts(&parameter.pat, around))
                    || function.body.as_ref().is_some_and(|body| self.list_acts(&body.stmts, around))
            }
            Code::Arrow(arrow) => {
                let around = around(address(arrow));
                self.waits = arrow.is_async;
                arrow.params.iter().any(|parameter| self.pattern_acts(parameter, around))
                    || match &*arrow.body {
                        ArrowFunctionBody::FunctionBody(body) => self.list_acts(&body.stmts, around),
                        ArrowFunctionBody::Expr(value) => self.returned_acts(value, around),
                    }
            }
            Code::Constructor(constructor) => {
                let around = around(address(constructor));
                let derived = class.is_some_and(|class| class.super_class.is_some());
                let parameters = constructor.params.iter().any(|parameter| match parameter {
                    ParamOrTsParamProp::Param(parameter) => self.pattern_acts(&parameter.pat, around),
                    ParamOrTsParamProp::TsParamProp(_) => true,
                });
                // Without `super()` it throws.
                parameters
                    || derived && !super::super::tree::mentions_super(constructor)
                    || constructor.body.as_ref().is_some_and(|body| self.list_acts(&body.stmts, around))
            }
            Code::Default => match class.and_then(|class| class.super_class.as_deref()) {
                Some(base) => self.constructor_acts(base),
                None => false,
            },
        }
    }

    /// `super(…)`, in whatever class it stands: all base classes of the module are looked at.
    pub(super) fn base_acts(&mut self) -> bool {
        let bases: Vec<&'a Expr> =
            self.flow.world.funcs.iter().filter_map(|func| func.class?.super_class.as_deref()).collect();
        bases.into_iter().any(|base| self.constructor_acts(base))
    }

    fn constructor_acts(&mut self, base: &'a Expr) -> bool {
        let value = self.flow.value(base);
        if !value.is_known() {
            return !self.is_plain_base(base);
        }
        value.sites.iter().any(|site| match self.flow.world.objects[*site as usize].func {
            // An object that it returns gets the fields of the class.
            Some(func) => !self.flow.world.funcs[func as usize].returned.is_primitive() || self.function_acts(func),
            None => true,
        })
    }

    fn is_plain_base(&self, base: &Expr) -> bool {
        let name = self.flow.scene.global(super::super::tree::strip(base));
        name.is_some_and(|name| matches!(&*name, "Object" | "Error" | "Array" | "Map" | "Set" | "EventTarget"))
    }

    fn fields_act(&mut self, class: &'a Class, around: Around) -> bool {
        class.body.iter().any(|member| match member {
            ClassMember::ClassProp(property) if !property.is_static => {
                property.value.as_deref().is_some_and(|value| self.acts(value, around))
            }
            ClassMember::PrivateProp(property) if !property.is_static => {
                property.value.as_deref().is_some_and(|value| self.acts(value, around))
            }
            _ => false,
        })
    }

    /// Evaluating a class.
    pub(super) fn class_acts(&mut self, class: &'a Class, around: Around) -> bool {
        let base = class.super_class.as_deref().is_some_and(|base| {
            let value = self.flow.value(base);
            let known = value.is_known() || value.kinds == NULL && value.sites.is_empty();
            let named = super::super::tree::strip(base).is_ident();
            self.acts(base, around) || !known && !named
        });
        base || !class.decorators.is_empty() || class.body.iter().any(|member| self.member_acts_now(member, around))
    }

    fn member_acts_now(&mut self, member: &'a ClassMember, around: Around) -> bool {
        let key = super::super::tree::computed_key(member);
        if let Some(key) = key
            && (self.acts(key, around) || !self.is_key(key))
        {
            return true;
        }
        match member {
            ClassMember::ClassProp(property) => {
                !property.decorators.is_empty()
                    || property.is_static && property.value.as_deref().is_some_and(|value| self.acts(value, around))
            }
            ClassMember::PrivateProp(property) => {
                property.is_static && property.value.as_deref().is_some_and(|value| self.acts(value, around))
            }
            ClassMember::Method(method) => !method.function.decorators.is_empty(),
            ClassMember::StaticBlock(block) => self.list_acts(&block.body.stmts, around),
            ClassMember::AutoAccessor(_) => true,
            _ => false,
        }
    }

    pub(super) fn list_acts(&mut self, statements: &'a [Stmt], around: Around) -> bool {
        statements.iter().any(|statement| self.statement_acts(statement, around))
    }

    pub(super) fn statement_acts(&mut self, statement: &'a Stmt, around: Around) -> bool {
        if !self.flow.reached.contains(&address(statement)) {
            return false;
        }
        match statement {
            Stmt::Empty(_) | Stmt::Decl(Decl::Fn(_)) => false,
            Stmt::Expr(expression) => self.acts(&expression.expr, around),
            Stmt::Decl(Decl::Var(variables)) => self.variables_act(variables, around),
            Stmt::Decl(Decl::Class(class)) => {
                self.class_acts(&class.class, around) || self.target_acts(&class.ident.to_id(), around)
            }
            Stmt::Return(returned) => {
                !around.returns || returned.arg.as_deref().is_some_and(|value| self.returned_acts(value, around))
            }
            Stmt::If(branch) => {
                self.acts(&branch.test, around)
                    || self.statement_acts(&branch.cons, around)
                    || branch.alt.as_deref().is_some_and(|alt| self.statement_acts(alt, around))
            }
            Stmt::Block(block) => self.list_acts(&block.stmts, around),
            Stmt::Labeled(labeled) => {
                self.labels.push(labeled.label.sym.clone());
                let acts = self.statement_acts(&labeled.body, around);
                self.labels.pop();
                acts
            }
            Stmt::Break(BreakStmt { label: Some(label), .. })
            | Stmt::Continue(ContinueStmt { label: Some(label), .. }) => !self.labels.contains(&label.sym),
            Stmt::Break(_) => !around.breaks,
            Stmt::Continue(_) => !around.continues,
            Stmt::Try(attempt) => {
                self.list_acts(&attempt.block.stmts, around)
                    || attempt.handler.as_ref().is_some_and(|handler| self.list_acts(&handler.body.stmts, around))
                    || attempt.finalizer.as_ref().is_some_and(|block| self.list_acts(&block.stmts, around))
            }
            Stmt::Switch(switch) => {
                let inside = Around { breaks: true, ..around };
                self.acts(&switch.discriminant, around)
                    || switch.cases.iter().any(|case| {
                        case.test.as_deref().is_some_and(|test| self.acts(test, around))
                            || self.list_acts(&case.cons, inside)
                    })
            }
            _ => self.loop_acts(statement, around),
        }
    }

    /// What an async function returns is asked for its `then`.
    fn returned_acts(&mut self, value: &'a Expr, around: Around) -> bool {
        self.acts(value, around) || self.waits && !self.flow.value(value).is_primitive()
    }

    fn variables_act(&mut self, variables: &'a VarDecl, around: Around) -> bool {
        variables.decls.iter().any(|declarator| {
            let Some(init) = &declarator.init else {
                // `let x;` in a loop forgets the value; `var x;` says nothing that others do not.
                return match &declarator.name {
                    Pat::Ident(name) => self.target_acts(&name.id.to_id(), around),
                    _ => true,
                };
            };
            self.acts(init, around) || self.taking_apart_acts(&declarator.name, init, around)
        })
    }

    fn taking_apart_acts(&mut self, pattern: &'a Pat, init: &'a Expr, around: Around) -> bool {
        match pattern {
            Pat::Ident(name) => self.target_acts(&name.id.to_id(), around),
            _ => {
                let value = self.flow.value(init);
                self.binding_acts(pattern, &value, around)
            }
        }
    }

    /// Giving a value to a pattern.
    pub(super) fn binding_acts(&mut self, pattern: &'a Pat, value: &Value, around: Around) -> bool {
        match pattern {
            Pat::Ident(name) => self.target_acts(&name.id.to_id(), around),
            Pat::Assign(assign) => {
                self.flow.runs(&assign.right) && self.acts(&assign.right, around)
                    || self.binding_acts(&assign.left, &Value::any(), around)
            }
            Pat::Object(object) => {
                if !value.is_known() {
                    return true;
                }
                object.props.iter().any(|property| match property {
                    ObjectPatProp::Assign(assign) => {
                        self.read_acts(value, Some(&assign.key.id.sym))
                            || self.target_acts(&assign.key.id.to_id(), around)
                            || assign.value.as_deref().is_some_and(|value| self.acts(value, around))
                    }
                    ObjectPatProp::KeyValue(pair) => {
                        let PropName::Ident(name) = &pair.key else { return true };
                        let Pat::Ident(target) = &*pair.value else { return true };
                        self.read_acts(value, Some(&name.sym)) || self.target_acts(&target.id.to_id(), around)
                    }
                    ObjectPatProp::Rest(_) => true,
                })
            }
            Pat::Array(array) => {
                !self.flow.is_array(value)
                    || array.elems.iter().flatten().any(|element| match element {
                        Pat::Ident(name) => self.target_acts(&name.id.to_id(), around),
                        _ => true,
                    })
            }
            Pat::Rest(_) | Pat::Expr(_) | Pat::Invalid(_) => true,
        }
    }

    /// A parameter of a function that is called.
    fn pattern_acts(&mut self, pattern: &'a Pat, around: Around) -> bool {
        match pattern {
            Pat::Ident(_) => false,
            Pat::Rest(rest) => !rest.arg.is_ident(),
            Pat::Assign(assign) => {
                !assign.left.is_ident() || self.flow.runs(&assign.right) && self.acts(&assign.right, around)
            }
            _ => true,
        }
    }

    fn loop_acts(&mut self, statement: &'a Stmt, around: Around) -> bool {
        let inside = around.in_loop();
        let endless = |needs: &Self, test: &Expr| needs.flow.value(test).truthy() == Some(true);
        match statement {
            Stmt::While(each) => {
                endless(self, &each.test) || self.acts(&each.test, around) || self.statement_acts(&each.body, inside)
            }
            Stmt::DoWhile(each) => {
                endless(self, &each.test) || self.acts(&each.test, around) || self.statement_acts(&each.body, inside)
            }
            Stmt::For(each) => {
                let init = match &each.init {
                    Some(VarDeclOrExpr::VarDecl(variables)) => self.variables_act(variables, around),
                    Some(VarDeclOrExpr::Expr(value)) => self.acts(value, around),
                    None => false,
                };
                init || each.test.as_deref().is_none_or(|test| endless(self, test) || self.acts(test, around))
                    || each.update.as_deref().is_some_and(|update| self.acts(update, around))
                    || self.statement_acts(&each.body, inside)
            }
            Stmt::ForIn(each) => {
                self.acts(&each.right, around)
                    || self.head_acts(&each.left, &Value::of(STRING), around)
                    || self.statement_acts(&each.body, inside)
            }
            Stmt::ForOf(each) => {
                let values = self.flow.value(&each.right);
                each.is_await
                    || !self.flow.is_array(&values)
                    || self.acts(&each.right, around)
                    || self.head_acts(&each.left, &Value::any(), around)
                    || self.statement_acts(&each.body, inside)
            }
            _ => true,
        }
    }

    fn head_acts(&mut self, head: &'a ForHead, value: &Value, around: Around) -> bool {
        match head {
            ForHead::VarDecl(variables) => {
                variables.decls.iter().any(|declarator| self.binding_acts(&declarator.name, value, around))
            }
            ForHead::Pat(pattern) => self.binding_acts(pattern, value, around),
            ForHead::UsingDecl(_) => true,
        }
    }
}

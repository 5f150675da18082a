//! Takes out what does not stay.

use super::declare::address;
use super::needs::Kept;
use super::pieces::*;
use crate::lang::js::{compile, fold, tree};
use rustc_hash::FxHashSet;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type};

/// Whether anything may have changed.
pub(super) fn trim(body: &mut Vec<Stmt>, kept: &Kept) -> bool {
    let mut trimmer = Trimmer { kept, declared: FxHashSet::default(), depth: 0, changed: false };
    trimmer.list(body);
    trimmer.changed
}

struct Trimmer<'k> {
    kept: &'k Kept,
    /// `var`s that were declared again where their declarations went.
    declared: FxHashSet<Id>,
    /// Lists around the one at hand.
    depth: u32,
    changed: bool,
}

impl Trimmer<'_> {
    fn is_dead(&self, id: &Id) -> bool {
        self.kept.dead.contains(id)
    }

    fn is_whole(&self, expression: &Expr) -> bool {
        self.kept.whole.contains(&address(expression))
    }

    fn list(&mut self, statements: &mut Vec<Stmt>) {
        let goes = |trimmer: &mut Self, statement: &mut Stmt| {
            trimmer.statement(statement);
            !statement.is_empty() && !is_several(statement)
        };
        self.depth += 1;
        let mut plain = true;
        for statement in statements.iter_mut() {
            plain &= goes(self, statement);
        }
        self.depth -= 1;
        if plain {
            return;
        }
        let before = std::mem::take(statements);
        for statement in before {
            match statement {
                Stmt::Empty(_) => {}
                Stmt::Block(block) if block.span == SEVERAL => statements.extend(block.stmts),
                other => statements.push(other),
            }
        }
    }

    fn statement(&mut self, statement: &mut Stmt) {
        if !self.kept.statements.contains(&address(statement)) {
            self.changed |= !statement.is_empty();
            *statement = self.dropped(statement);
            return;
        }
        if compile::is_directive(statement) {
            return;
        }
        match statement {
            Stmt::Expr(expression) => {
                let at = address(&*expression.expr);
                let mut parts = Parts::new();
                self.effects(std::mem::take(&mut expression.expr), &mut parts);
                if parts.first().is_none_or(|first| address(&**first) != at) {
                    // A comment in front of it was about something else.
                    expression.span = DUMMY_SP;
                }
                match parts.len() {
                    1 => *expression.expr = sequence(parts),
                    _ => *statement = several(each_alone(parts)),
                }
            }
            Stmt::Decl(Decl::Var(variables)) => {
                let new = self.variables(variables);
                *statement = several(new);
            }
            Stmt::If(_) => self.branch(statement),
            Stmt::For(each) => self.each(each),
            Stmt::Block(block) => self.list(&mut block.stmts),
            Stmt::Labeled(labeled) => {
                self.single(&mut labeled.body);
                if labeled.body.is_empty() {
                    *statement = nothing();
                }
            }
            other => other.visit_mut_children_with(self),
        }
    }

    /// A statement that stands alone.
    fn single(&mut self, statement: &mut Stmt) {
        self.statement(statement);
        if let Stmt::Block(block) = statement
            && block.span == SEVERAL
        {
            block.span = DUMMY_SP;
        }
    }

    fn branch(&mut self, statement: &mut Stmt) {
        let Stmt::If(branch) = statement else { return };
        let known = self.kept.decided.get(&address(&*branch.test)).copied();
        let mut parts = Parts::new();
        match known {
            Some(_) => self.effects(std::mem::take(&mut branch.test), &mut parts),
            None => self.value(&mut branch.test),
        }
        self.single(&mut branch.cons);
        if let Some(alt) = &mut branch.alt {
            self.single(alt);
        }
        if branch.alt.as_deref().is_some_and(Stmt::is_empty) {
            branch.alt = None;
        }
        let Some(known) = known else { return };
        self.changed = true;
        let taken = fold::take_branch(branch, known);
        *statement = together(vec![of_parts(parts), taken]);
    }

    fn each(&mut self, each: &mut ForStmt) {
        match &mut each.init {
            Some(VarDeclOrExpr::VarDecl(variables)) => {
                for declarator in &mut variables.decls {
                    declarator.init.iter_mut().for_each(|init| self.value_or_void(init));
                    declarator.name.visit_mut_with(self);
                }
            }
            Some(VarDeclOrExpr::Expr(value)) => {
                let mut parts = Parts::new();
                self.effects(std::mem::take(value), &mut parts);
                each.init = (!parts.is_empty()).then(|| VarDeclOrExpr::Expr(Box::new(sequence(parts))));
            }
            None => {}
        }
        if let Some(test) = &mut each.test {
            self.value(test);
        }
        if let Some(update) = each.update.take() {
            let mut parts = Parts::new();
            self.effects(update, &mut parts);
            each.update = (!parts.is_empty()).then(|| Box::new(sequence(parts)));
        }
        self.single(&mut each.body);
    }

    /// A value that stays, or one that nobody uses.
    fn value_or_void(&mut self, value: &mut Box<Expr>) {
        if self.is_whole(value) {
            return self.value(value);
        }
        self.changed = true;
        let mut parts = Parts::new();
        self.effects(std::mem::take(value), &mut parts);
        parts.push(Box::new(fold::void()));
        **value = sequence(parts);
    }

    /// What is left of a statement that goes: bindings that somebody mentions.
    fn dropped(&mut self, statement: &Stmt) -> Stmt {
        let mut names = Vec::new();
        match statement {
            Stmt::Decl(Decl::Fn(_)) => return nothing(),
            Stmt::Decl(Decl::Class(class)) if self.depth == 1 => names.push(class.ident.clone()),
            Stmt::Decl(Decl::Var(variables)) if self.depth == 1 => {
                names = find_pat_ids::<_, Ident>(&variables.decls);
            }
            other => {
                let mut vars = fold::DroppedVars::default();
                other.visit_with(&mut vars);
                names = vars.names;
            }
        }
        names.retain(|name| !self.is_dead(&name.to_id()) && self.declared.insert(name.to_id()));
        if names.is_empty() {
            return nothing();
        }
        tree::declare_all(VarDeclKind::Var, names.into_iter().map(|name| (name.into(), None)).collect())
    }

    fn variables(&mut self, variables: &mut VarDecl) -> Vec<Stmt> {
        let mut out = Vec::new();
        let (kind, span, ctxt) = (variables.kind, variables.span, variables.ctxt);
        let mut left = Vec::new();
        let close = |left: &mut Vec<VarDeclarator>, out: &mut Vec<Stmt>| {
            if !left.is_empty() {
                let decls = std::mem::take(left);
                out.push(Stmt::Decl(Decl::Var(Box::new(VarDecl { span, ctxt, kind, declare: false, decls }))));
            }
        };
        for mut declarator in std::mem::take(&mut variables.decls) {
            let named = !find_pat_ids::<_, Id>(&declarator.name).iter().all(|id| self.is_dead(id));
            let Some(init) = &mut declarator.init else {
                self.changed |= !named;
                if named {
                    left.push(declarator);
                }
                continue;
            };
            let stays = if declarator.name.is_ident() { named } else { self.is_whole(init) };
            if stays {
                self.value(init);
                declarator.name.visit_mut_with(self);
                left.push(declarator);
                continue;
            }
            self.changed = true;
            let mut parts = Parts::new();
            self.effects(std::mem::take(init), &mut parts);
            if !parts.is_empty() {
                close(&mut left, &mut out);
                out.extend(each_alone(parts));
            }
        }
        close(&mut left, &mut out);
        out
    }

    /// What of an expression does something, its value not being used.
    fn effects(&mut self, mut expression: Box<Expr>, out: &mut Parts) {
        match &mut *expression {
            Expr::Paren(inner) => {
                self.changed = true;
                return self.effects(std::mem::take(&mut inner.expr), out);
            }
            Expr::Seq(sequence) => {
                self.changed = true;
                return std::mem::take(&mut sequence.exprs).into_iter().for_each(|part| self.effects(part, out));
            }
            Expr::Cond(choice) => return self.effects_of_choice(choice, out),
            Expr::Bin(binary) if fold::is_logical(binary.op) => {
                if self.kept.cut.contains(&address(&*binary.right)) {
                    self.changed = true;
                    return self.effects(std::mem::take(&mut binary.left), out);
                }
                let decided = self.kept.decided.contains_key(&address(&*binary.left));
                let mut right = Parts::new();
                self.effects(std::mem::take(&mut binary.right), &mut right);
                if decided || right.is_empty() {
                    self.changed = true;
                    self.effects(std::mem::take(&mut binary.left), out);
                    return out.append(&mut right);
                }
                self.value(&mut binary.left);
                *binary.right = sequence(right);
                return out.push(expression);
            }
            _ => {}
        }
        if self.is_whole(&expression) {
            self.value(&mut expression);
            out.push(expression);
        } else {
            self.changed = true;
            self.parts(&mut expression, out);
        }
    }

    fn effects_of_choice(&mut self, choice: &mut CondExpr, out: &mut Parts) {
        self.changed = true;
        let known = self.kept.decided.get(&address(&*choice.test)).copied();
        let (mut cons, mut alt) = (Parts::new(), Parts::new());
        if known != Some(false) {
            self.effects(std::mem::take(&mut choice.cons), &mut cons);
        }
        if known != Some(true) {
            self.effects(std::mem::take(&mut choice.alt), &mut alt);
        }
        let mut test = std::mem::take(&mut choice.test);
        if known.is_some() || cons.is_empty() && alt.is_empty() {
            self.effects(test, out);
            out.append(&mut cons);
            return out.append(&mut alt);
        }
        self.value(&mut test);
        let binary =
            |op, right| Expr::Bin(BinExpr { span: DUMMY_SP, op, left: test.clone(), right: Box::new(sequence(right)) });
        out.push(Box::new(match (cons.is_empty(), alt.is_empty()) {
            (false, true) => binary(BinaryOp::LogicalAnd, cons),
            (true, false) => binary(BinaryOp::LogicalOr, alt),
            _ => Expr::Cond(CondExpr {
                span: choice.span,
                test,
                cons: Box::new(sequence(cons)),
                alt: Box::new(sequence(alt)),
            }),
        }));
    }

    /// The effects of what an expression is made of.
    fn parts(&mut self, expression: &mut Expr, out: &mut Parts) {
        let at = address(expression);
        let mut take = |trimmer: &mut Self, part: &mut Box<Expr>| trimmer.effects(std::mem::take(part), out);
        match expression {
            Expr::Array(array) => {
                array.elems.iter_mut().flatten().for_each(|element| take(self, &mut element.expr));
            }
            Expr::Object(object) => {
                object.props.iter_mut().for_each(|property| self.property_parts(property, out));
            }
            Expr::Tpl(template) => template.exprs.iter_mut().for_each(|part| take(self, part)),
            Expr::Unary(unary) if unary.op != UnaryOp::Delete => take(self, &mut unary.arg),
            Expr::Unary(UnaryExpr { arg, .. }) | Expr::Update(UpdateExpr { arg, .. }) => {
                if let Expr::Member(member) = tree::strip_mut(arg) {
                    self.member_parts(member, out);
                }
            }
            Expr::Bin(binary) => {
                take(self, &mut binary.left);
                take(self, &mut binary.right);
            }
            Expr::Assign(assign) => {
                if let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &mut assign.left {
                    self.member_parts(member, out);
                }
                self.effects(std::mem::take(&mut assign.right), out);
            }
            Expr::Member(member) => self.member_parts(member, out),
            Expr::Call(call) => {
                if let Callee::Expr(callee) = &mut call.callee
                    && !self.kept.annotated.contains(&at)
                {
                    take(self, callee);
                }
                call.args.iter_mut().for_each(|argument| take(self, &mut argument.expr));
            }
            Expr::New(new) => {
                if !self.kept.annotated.contains(&at) {
                    take(self, &mut new.callee);
                }
                new.args.iter_mut().flatten().for_each(|argument| take(self, &mut argument.expr));
            }
            Expr::OptChain(chain) => match &mut *chain.base {
                OptChainBase::Member(member) => self.member_parts(member, out),
                OptChainBase::Call(call) => {
                    take(self, &mut call.callee);
                    call.args.iter_mut().for_each(|argument| take(self, &mut argument.expr));
                }
            },
            Expr::TaggedTpl(tagged) => {
                take(self, &mut tagged.tag);
                tagged.tpl.exprs.iter_mut().for_each(|part| take(self, part));
            }
            _ => {}
        }
    }

    fn property_parts(&mut self, property: &mut PropOrSpread, out: &mut Parts) {
        let property = match property {
            PropOrSpread::Spread(spread) => return self.effects(std::mem::take(&mut spread.expr), out),
            PropOrSpread::Prop(property) => &mut **property,
        };
        let key = match property {
            Prop::KeyValue(KeyValueProp { key, .. }) | Prop::Method(MethodProp { key, .. }) => key,
            Prop::Getter(getter) => &mut getter.key,
            Prop::Setter(setter) => &mut setter.key,
            _ => return,
        };
        if let PropName::Computed(computed) = key {
            self.effects(std::mem::take(&mut computed.expr), out);
        }
        if let Prop::KeyValue(pair) = property {
            self.effects(std::mem::take(&mut pair.value), out);
        }
    }

    fn member_parts(&mut self, member: &mut MemberExpr, out: &mut Parts) {
        self.effects(std::mem::take(&mut member.obj), out);
        if let MemberProp::Computed(computed) = &mut member.prop {
            self.effects(std::mem::take(&mut computed.expr), out);
        }
    }

    /// Takes out of an expression of which the value is used what does not stay.
    fn value(&mut self, expression: &mut Expr) {
        let at = address(expression);
        let mut parts = Parts::new();
        match expression {
            Expr::Cond(choice) => match self.kept.decided.get(&address(&*choice.test)).copied() {
                Some(known) => {
                    self.effects(std::mem::take(&mut choice.test), &mut parts);
                    let side = if known { &mut choice.cons } else { &mut choice.alt };
                    self.value(side);
                    parts.push(std::mem::take(side));
                }
                None => return expression.visit_mut_children_with(self),
            },
            Expr::Bin(binary) if fold::is_logical(binary.op) => {
                if self.kept.cut.contains(&address(&*binary.right)) {
                    self.value(&mut binary.left);
                    parts.push(std::mem::take(&mut binary.left));
                } else if self.kept.decided.contains_key(&address(&*binary.left)) {
                    self.effects(std::mem::take(&mut binary.left), &mut parts);
                    self.value(&mut binary.right);
                    parts.push(std::mem::take(&mut binary.right));
                } else {
                    return expression.visit_mut_children_with(self);
                }
            }
            Expr::Seq(sequence) => {
                let mut last = sequence.exprs.pop();
                std::mem::take(&mut sequence.exprs).into_iter().for_each(|part| self.effects(part, &mut parts));
                last.iter_mut().for_each(|last| self.value(last));
                parts.extend(last);
            }
            Expr::Assign(assign) if assign.op == AssignOp::Assign && !self.stays(&assign.left, at) => {
                if let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &mut assign.left {
                    self.member_parts(member, &mut parts);
                }
                self.value(&mut assign.right);
                parts.push(std::mem::take(&mut assign.right));
            }
            Expr::OptChain(_) if self.kept.cut.contains(&at) => {
                self.parts(expression, &mut parts);
                parts.push(Box::new(fold::void()));
            }
            _ => return self.inside(expression, at),
        }
        self.changed = true;
        *expression = sequence(parts);
        fold::without_name(expression);
    }

    /// The assignment is one that somebody sees.
    fn stays(&self, target: &AssignTarget, at: usize) -> bool {
        match target {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => !self.is_dead(&name.id.to_id()),
            AssignTarget::Simple(SimpleAssignTarget::Member(_)) => self.kept.writes.contains(&at),
            _ => true,
        }
    }

    fn inside(&mut self, expression: &mut Expr, at: usize) {
        let needed = self.kept.arguments.get(&at).copied().unwrap_or(usize::MAX);
        let mut changed = false;
        let mut cut = |arguments: &mut Vec<ExprOrSpread>| {
            changed |= arguments.len() > needed;
            arguments.truncate(needed);
        };
        match expression {
            Expr::Object(object) => {
                let kept = &self.kept.properties;
                let before = object.props.len();
                object.props.retain(|property| property.is_spread() || kept.contains(&address(property)));
                changed = object.props.len() < before;
                object.visit_mut_children_with(self);
            }
            Expr::Call(call) => {
                cut(&mut call.args);
                let chosen = call.callee.as_expr().is_some_and(|callee| callee.is_seq() || fold::is_choice(callee));
                call.visit_mut_children_with(self);
                if let (true, Callee::Expr(callee)) = (chosen, &mut call.callee) {
                    fold::without_receiver(callee);
                }
            }
            Expr::New(new) => {
                new.args.iter_mut().for_each(cut);
                new.visit_mut_children_with(self);
            }
            Expr::OptChain(chain) => {
                let mut chosen = false;
                if let OptChainBase::Call(call) = &mut *chain.base {
                    cut(&mut call.args);
                    chosen = call.callee.is_seq() || fold::is_choice(&call.callee);
                }
                chain.visit_mut_children_with(self);
                if let (true, OptChainBase::Call(call)) = (chosen, &mut *chain.base) {
                    fold::without_receiver(&mut call.callee);
                }
            }
            Expr::TaggedTpl(tagged) => {
                let chosen = tagged.tag.is_seq() || fold::is_choice(&tagged.tag);
                tagged.visit_mut_children_with(self);
                if chosen {
                    fold::without_receiver(&mut tagged.tag);
                }
            }
            other => other.visit_mut_children_with(self),
        }
        self.changed |= changed;
    }
}

impl Trimmer<'_> {
    /// Of a function, whose `length` is how many parameters stand before the first that has a default.
    fn parameter(&mut self, pattern: &mut Pat) {
        match pattern {
            Pat::Assign(assign) if !self.is_whole(&assign.right) => {
                assign.left.visit_mut_with(self);
                if !assign.right.is_lit() {
                    *assign.right = Lit::Num(0.0.into()).into();
                    self.changed = true;
                }
            }
            other => other.visit_mut_with(self),
        }
    }
}

impl VisitMut for Trimmer<'_> {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        self.value(expression);
    }
    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        self.single(statement);
    }
    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        self.list(statements);
    }

    fn visit_mut_param(&mut self, parameter: &mut Param) {
        parameter.decorators.visit_mut_with(self);
        self.parameter(&mut parameter.pat);
    }

    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        arrow.params.iter_mut().for_each(|parameter| self.parameter(parameter));
        match &mut *arrow.body {
            ArrowFunctionBody::FunctionBody(body) => self.list(&mut body.stmts),
            // Nobody calls it.
            ArrowFunctionBody::Expr(value) if !self.is_whole(value) => {
                self.changed |= !fold::is_void(value);
                **value = fold::void();
            }
            ArrowFunctionBody::Expr(value) => self.value(value),
        }
    }

    /// Defaults that are never needed go.
    fn visit_mut_pat(&mut self, pattern: &mut Pat) {
        pattern.visit_mut_children_with(self);
        if let Pat::Assign(assign) = pattern
            && !self.is_whole(&assign.right)
        {
            self.changed = true;
            *pattern = std::mem::replace(&mut *assign.left, Pat::Invalid(Invalid { span: DUMMY_SP }));
        }
    }
    fn visit_mut_assign_pat(&mut self, assign: &mut AssignPat) {
        assign.left.visit_mut_with(self);
        if self.is_whole(&assign.right) {
            let at = address(&*assign.right);
            self.value(&mut assign.right);
            debug_assert_eq!(at, address(&*assign.right));
        }
    }
    fn visit_mut_assign_pat_prop(&mut self, assign: &mut AssignPatProp) {
        if assign.value.as_deref().is_some_and(|value| !self.is_whole(value)) {
            assign.value = None;
            self.changed = true;
        }
        assign.value.visit_mut_with(self);
    }

    fn visit_mut_class_prop(&mut self, property: &mut ClassProp) {
        property.key.visit_mut_with(self);
        property.decorators.visit_mut_with(self);
        if property.value.as_deref().is_some_and(|value| !self.is_whole(value)) {
            property.value = None;
            self.changed = true;
        }
        property.value.visit_mut_with(self);
    }
    fn visit_mut_private_prop(&mut self, property: &mut PrivateProp) {
        property.decorators.visit_mut_with(self);
        if property.value.as_deref().is_some_and(|value| !self.is_whole(value)) {
            property.value = None;
            self.changed = true;
        }
        property.value.visit_mut_with(self);
    }
}

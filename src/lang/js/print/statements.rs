//! Statements as minified text.

use super::code::{Printer, level};
use swc_core::common::{BytePos, Span};
use swc_core::ecma::ast::*;

impl<'a> Printer<'a> {
    pub(super) fn statements(&mut self, statements: &'a [Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    /// One of a list of statements.
    pub(super) fn statement(&mut self, statement: &'a Stmt) {
        if statement.is_empty() {
            return;
        }
        self.out.begin();
        self.begun(statement);
    }

    /// What a loop, a condition or a label is for.
    fn inner(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Empty(_) => self.out.push(";"),
            // A declaration may not stand alone there, but for functions in old code, where it means the same.
            Stmt::Decl(Decl::Fn(_) | Decl::Class(_)) => self.braced(statement),
            _ => {
                self.out.begin();
                self.begun(statement);
            }
        }
    }

    fn braced(&mut self, statement: &'a Stmt) {
        self.out.push("{");
        self.statement(statement);
        self.out.close_brace();
    }

    /// A word that begins a statement.
    fn keyword(&mut self, span: Span, word: &str) {
        self.out.space();
        self.out.mark(span.lo);
        self.out.push(word);
    }

    fn begun(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Expr(found) => self.expression_statement(&found.expr),
            Stmt::Decl(declaration) => self.declaration(declaration),
            Stmt::Return(found) => {
                self.keyword(found.span, "return");
                if let Some(value) = &found.arg {
                    self.expression(value, level::LOWEST);
                }
                self.out.semicolon();
            }
            Stmt::If(found) => self.condition(found),
            Stmt::Block(block) => self.block(block),
            Stmt::For(found) => self.for_statement(found),
            Stmt::ForIn(found) => {
                self.keyword(found.span, "for(");
                self.head(&found.left, false);
                self.out.word("in");
                self.expression(&found.right, level::LOWEST);
                self.out.push(")");
                self.inner(&found.body);
            }
            Stmt::ForOf(found) => {
                self.keyword(found.span, if found.is_await { "for await(" } else { "for(" });
                self.head(&found.left, true);
                self.out.word("of");
                self.expression(&found.right, level::ASSIGN);
                self.out.push(")");
                self.inner(&found.body);
            }
            Stmt::While(found) => {
                self.keyword(found.span, "while(");
                self.expression(&found.test, level::LOWEST);
                self.out.push(")");
                self.inner(&found.body);
            }
            Stmt::DoWhile(found) => self.do_while(found),
            Stmt::Switch(found) => self.switch(found),
            Stmt::Throw(found) => {
                self.keyword(found.span, "throw");
                self.expression(&found.arg, level::LOWEST);
                self.out.semicolon();
            }
            Stmt::Try(found) => self.try_statement(found),
            Stmt::Labeled(found) => {
                self.out.word_at(found.label.span, &found.label.sym);
                self.out.push(":");
                self.inner(&found.body);
            }
            Stmt::Break(found) => self.jump(found.span, "break", found.label.as_ref()),
            Stmt::Continue(found) => self.jump(found.span, "continue", found.label.as_ref()),
            Stmt::Debugger(found) => {
                self.keyword(found.span, "debugger");
                self.out.semicolon();
            }
            Stmt::With(found) => {
                self.keyword(found.span, "with(");
                self.expression(&found.obj, level::LOWEST);
                self.out.push(")");
                self.inner(&found.body);
            }
            Stmt::Empty(_) => {}
        }
    }

    fn jump(&mut self, span: Span, word: &str, label: Option<&Ident>) {
        self.keyword(span, word);
        if let Some(label) = label {
            self.out.word(&label.sym);
        }
        self.out.semicolon();
    }

    pub(super) fn block(&mut self, block: &'a BlockStmt) {
        self.out.mark(block.span.lo);
        self.out.push("{");
        self.statements(&block.stmts);
        self.end_block(block.span);
    }

    /// The brace that ends what stands at `span`.
    pub(super) fn end_block(&mut self, span: Span) {
        if span.hi.0 > span.lo.0 {
            self.out.mark(span.hi - BytePos(1));
        }
        self.out.close_brace();
    }

    fn declaration(&mut self, declaration: &'a Decl) {
        match declaration {
            Decl::Var(variables) => {
                self.variables(variables);
                self.out.semicolon();
            }
            Decl::Fn(function) => self.function(&function.function, Some(&function.ident)),
            Decl::Class(class) => self.class(&class.class, Some(&class.ident)),
            Decl::Using(using) => {
                self.using(using);
                self.out.semicolon();
            }
            _ => self.fail(),
        }
    }

    fn variables(&mut self, variables: &'a VarDecl) {
        self.keyword(variables.span, variables.kind.as_str());
        self.declarators(&variables.decls);
    }

    fn using(&mut self, using: &'a UsingDecl) {
        self.keyword(using.span, if using.is_await { "await using" } else { "using" });
        self.declarators(&using.decls);
    }

    fn condition(&mut self, condition: &'a IfStmt) {
        self.keyword(condition.span, "if(");
        self.expression(&condition.test, level::LOWEST);
        self.out.push(")");
        let Some(otherwise) = &condition.alt else { return self.inner(&condition.cons) };
        if takes_else(&condition.cons) {
            self.braced(&condition.cons);
        } else {
            self.inner(&condition.cons);
        }
        self.out.commit();
        self.out.word("else");
        self.inner(otherwise);
    }

    fn for_statement(&mut self, found: &'a ForStmt) {
        self.keyword(found.span, "for(");
        self.without_in = true;
        match &found.init {
            Some(VarDeclOrExpr::VarDecl(variables)) => self.variables(variables),
            Some(VarDeclOrExpr::Expr(value)) => {
                // `let[` would be a declaration there too.
                self.statement_start = self.out.at();
                self.expression(value, level::LOWEST);
            }
            None => {}
        }
        self.without_in = false;
        self.out.push(";");
        if let Some(test) = &found.test {
            self.expression(test, level::LOWEST);
        }
        self.out.push(";");
        if let Some(update) = &found.update {
            self.expression(update, level::LOWEST);
        }
        self.out.push(")");
        self.inner(&found.body);
    }

    /// What stands before `in` or `of`.
    fn head(&mut self, head: &'a ForHead, of: bool) {
        self.without_in = true;
        match head {
            ForHead::VarDecl(variables) => self.variables(variables),
            ForHead::UsingDecl(using) => self.using(using),
            ForHead::Pat(pattern) => {
                // `for (let of` and `for (async of` are something else.
                let wraps = starts_with(pattern, "let") || of && is_name(pattern, "async");
                self.open(wraps);
                self.pattern(pattern);
                self.close(wraps);
            }
        }
        self.without_in = false;
    }

    fn do_while(&mut self, found: &'a DoWhileStmt) {
        self.keyword(found.span, "do");
        self.inner(&found.body);
        self.out.commit();
        self.out.word("while(");
        self.expression(&found.test, level::LOWEST);
        self.out.push(")");
        if self.target <= EsVersion::Es5 {
            self.out.semicolon();
        }
    }

    fn switch(&mut self, found: &'a SwitchStmt) {
        self.keyword(found.span, "switch(");
        self.expression(&found.discriminant, level::LOWEST);
        self.out.push("){");
        for case in &found.cases {
            self.out.commit();
            self.out.mark(case.span.lo);
            match &case.test {
                Some(test) => {
                    self.out.push("case");
                    self.expression(test, level::LOWEST);
                    self.out.push(":");
                }
                None => self.out.push("default:"),
            }
            self.statements(&case.cons);
        }
        self.end_block(found.span);
    }

    fn try_statement(&mut self, found: &'a TryStmt) {
        self.keyword(found.span, "try");
        self.block(&found.block);
        if let Some(handler) = &found.handler {
            self.out.mark(handler.span.lo);
            self.out.push("catch");
            if let Some(parameter) = &handler.param {
                self.out.push("(");
                self.pattern(parameter);
                self.out.push(")");
            }
            self.block(&handler.body);
        }
        if let Some(last) = &found.finalizer {
            self.out.push("finally");
            self.block(last);
        }
    }
}

/// Whether an `else` behind the statement would be taken for its own.
fn takes_else(statement: &Stmt) -> bool {
    match statement {
        Stmt::If(found) => found.alt.as_deref().is_none_or(takes_else),
        Stmt::For(found) => takes_else(&found.body),
        Stmt::ForIn(found) => takes_else(&found.body),
        Stmt::ForOf(found) => takes_else(&found.body),
        Stmt::While(found) => takes_else(&found.body),
        Stmt::With(found) => takes_else(&found.body),
        Stmt::Labeled(found) => takes_else(&found.body),
        _ => false,
    }
}

fn is_name(pattern: &Pat, name: &str) -> bool {
    match pattern {
        Pat::Ident(found) => &*found.id.sym == name,
        Pat::Expr(found) => found.is_ident_ref_to(name),
        _ => false,
    }
}

/// The first word of what is assigned to.
fn starts_with(pattern: &Pat, name: &str) -> bool {
    let first = |expression: &Expr| expression.leftmost().is_some_and(|found| &*found.sym == name);
    is_name(pattern, name) || pattern.as_expr().is_some_and(|expression| first(expression))
}

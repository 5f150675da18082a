//! Statements and expressions that stand for several, or for none.

use crate::lang::js::{fold, tree};
use swc_core::common::{BytePos, DUMMY_SP, Span};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

pub(super) type Parts = Vec<Box<Expr>>;

pub(super) fn nothing() -> Stmt {
    Stmt::Empty(EmptyStmt { span: DUMMY_SP })
}

pub(super) fn of_parts(parts: Parts) -> Stmt {
    if parts.is_empty() { nothing() } else { tree::expression(sequence(parts)) }
}

pub(super) fn sequence(mut parts: Parts) -> Expr {
    match parts.len() {
        1 => parts.pop().map_or_else(fold::void, |only| *only),
        _ => Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: parts }),
    }
}

/// The compressor takes statements for what they do, and parts of one for their values.
pub(super) fn each_alone(parts: Parts) -> Vec<Stmt> {
    parts.into_iter().map(|part| tree::expression(*part)).collect()
}

/// One statement for several.
pub(super) fn together(mut statements: Vec<Stmt>) -> Stmt {
    statements.retain(|statement| !statement.is_empty());
    match statements.len() {
        0 => nothing(),
        1 => statements.pop().unwrap_or_else(nothing),
        _ => Stmt::Block(BlockStmt { span: DUMMY_SP, stmts: statements, ..BlockStmt::default() }),
    }
}

/// Marks a block that stands for the statements in it.
pub(super) const SEVERAL: Span = Span { lo: BytePos(u32::MAX), hi: BytePos(u32::MAX) };

pub(super) fn several(mut statements: Vec<Stmt>) -> Stmt {
    match statements.len() {
        0 => nothing(),
        1 => statements.pop().unwrap_or_else(nothing),
        _ => Stmt::Block(BlockStmt { span: SEVERAL, stmts: statements, ..BlockStmt::default() }),
    }
}

pub(super) fn is_several(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Block(block) if block.span == SEVERAL)
}

/// A `break` without a label ends the `switch` somewhere. Those with labels end what bears the label.
pub(super) fn breaks_off(switch: &SwitchStmt) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_break_stmt(&mut self, found: &BreakStmt) {
            self.0 |= found.label.is_none();
        }
        fn visit_switch_stmt(&mut self, _: &SwitchStmt) {}
        fn visit_while_stmt(&mut self, _: &WhileStmt) {}
        fn visit_do_while_stmt(&mut self, _: &DoWhileStmt) {}
        fn visit_for_stmt(&mut self, _: &ForStmt) {}
        fn visit_for_in_stmt(&mut self, _: &ForInStmt) {}
        fn visit_for_of_stmt(&mut self, _: &ForOfStmt) {}
        fn visit_expr(&mut self, _: &Expr) {}
        fn visit_function(&mut self, _: &Function) {}
        fn visit_class(&mut self, _: &Class) {}
    }
    let mut finder = Finder(false);
    switch.cases.visit_with(&mut finder);
    finder.0
}

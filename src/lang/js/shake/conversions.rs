//! Which conversions of values run no code and do not fail.

use super::needs::Needs;
use super::values::*;
use crate::lang::js::purity::builtins;
use crate::lang::js::tree::strip;
use swc_core::ecma::ast::*;

impl Needs<'_, '_, '_> {
    /// Its conversion runs no code. Functions of the module convert what they are given.
    pub(super) fn is_plain(&self, expression: &Expr) -> bool {
        if self.flow.value(expression).is_primitive() {
            return true;
        }
        match strip(expression) {
            Expr::Ident(name) => {
                let variable = self.flow.world.ids.get(&name.to_id());
                variable.is_some_and(|at| {
                    let variable = &self.flow.world.variables[*at as usize];
                    variable.binding == super::world::Binding::Parameter && variable.value.sites.is_empty()
                })
            }
            Expr::Member(member) => match (&*member.obj, member.prop.as_ident()) {
                (Expr::Ident(object), Some(name)) if object.ctxt == self.flow.scene.unresolved => {
                    builtins::is_number(&object.sym, &name.sym)
                }
                _ => false,
            },
            Expr::Bin(binary) => match binary.op {
                BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing => {
                    self.is_plain(&binary.left) && self.is_plain(&binary.right)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Symbols are not converted, and BigInts are not mixed with numbers.
    pub(super) fn refuses(&self, binary: &BinExpr) -> bool {
        let (left, right) = (self.flow.value(&binary.left), self.flow.value(&binary.right));
        let equality = matches!(binary.op, BinaryOp::EqEq | BinaryOp::NotEq);
        let compares = matches!(binary.op, BinaryOp::Lt | BinaryOp::LtEq | BinaryOp::Gt | BinaryOp::GtEq);
        let joins = binary.op == BinaryOp::Add && (left.kinds == STRING || right.kinds == STRING);
        let big = (left.kinds == BIGINT, right.kinds == BIGINT);
        let mixed = big.0 != big.1 || binary.op == BinaryOp::ZeroFillRShift && big.0;
        !equality && ((left.kinds | right.kinds) & SYMBOL != 0 || mixed && !compares && !joins)
    }
}

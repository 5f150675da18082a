//! Constants of a module: literals, and what is calculated from literals and other constants, imported ones too.

use super::facts::{Constant, Formula, LocalSym, Operator, sym};
use super::numbering::Numbered;
use super::tree::strip;
use swc_core::ecma::ast::*;

/// Larger formulas are not looked at.
const TERMS_MAX: u32 = 24;

/// Literals that importers may copy.
pub(super) fn literals(numbered: &Numbered) -> Vec<(LocalSym, Constant)> {
    constants(numbered).filter_map(|(symbol, init)| Some((symbol, literal(init)?))).collect()
}

/// Of the other constants those that the linker may be able to calculate.
pub(super) fn formulas(numbered: &Numbered) -> Vec<(LocalSym, Formula)> {
    let others = constants(numbered).filter(|(_, init)| literal(init).is_none());
    let calculated = others.filter(|(_, init)| matches!(init, Expr::Bin(_) | Expr::Unary(_) | Expr::Tpl(_)));
    calculated.filter_map(|(symbol, init)| Some((symbol, formula(init, numbered, &mut 0)?))).collect()
}

/// Top-level constants with their values.
fn constants(numbered: &Numbered) -> impl Iterator<Item = (LocalSym, &Expr)> {
    let is_constant = |symbol: LocalSym| {
        let declared = symbol.checked_sub(numbered.first_declared());
        symbol == sym::DEFAULT
            || declared.and_then(|at| numbered.symbols.get(at as usize)).is_some_and(|declared| declared.constant)
    };
    let variables = numbered.body.iter().filter_map(|statement| match statement {
        Stmt::Decl(Decl::Var(variables)) => Some(&variables.decls),
        _ => None,
    });
    variables.flatten().filter_map(move |declarator| {
        let (Pat::Ident(name), Some(init)) = (&declarator.name, declarator.init.as_deref()) else { return None };
        let symbol = numbered.ids.get(&name.id.to_id())?;
        is_constant(symbol).then_some((symbol, init))
    })
}

/// Literals short enough that copying them never makes the output larger than a name would.
fn literal(expression: &Expr) -> Option<Constant> {
    value(expression).filter(Constant::is_short)
}

fn value(expression: &Expr) -> Option<Constant> {
    match strip(expression) {
        Expr::Lit(Lit::Bool(value)) => Some(Constant::Bool(value.value)),
        Expr::Lit(Lit::Null(_)) => Some(Constant::Null),
        Expr::Lit(Lit::Num(number)) => Some(Constant::Number(number.value)),
        Expr::Lit(Lit::Str(text)) => text.value.as_str().map(|text| Constant::Text(text.to_string())),
        Expr::Unary(unary) if unary.op == UnaryOp::Void && unary.arg.is_lit() => Some(Constant::Undefined),
        _ => None,
    }
}

fn formula(expression: &Expr, numbered: &Numbered, terms: &mut u32) -> Option<Formula> {
    *terms += 1;
    if *terms > TERMS_MAX {
        return None;
    }
    if let Some(value) = value(expression) {
        return Some(Formula::Literal(value));
    }
    let mut term = |part: &Expr| formula(part, numbered, terms);
    match strip(expression) {
        Expr::Ident(name) => numbered.ids.get(&name.to_id()).map(Formula::Name),
        Expr::Unary(unary) => {
            let (op, other) = match unary.op {
                UnaryOp::Minus => (Operator::Times, Formula::Literal(Constant::Number(-1.0))),
                UnaryOp::Tilde => (Operator::BitXor, Formula::Literal(Constant::Number(-1.0))),
                _ => return None,
            };
            Some(Formula::Of(op, Box::new((other, term(&unary.arg)?))))
        }
        Expr::Bin(binary) => {
            let op = operator(binary.op)?;
            Some(Formula::Of(op, Box::new((term(&binary.left)?, term(&binary.right)?))))
        }
        Expr::Tpl(template) => {
            let mut quasis = template.quasis.iter().map(|quasi| quasi.cooked.as_ref()?.as_str().map(str::to_string));
            let mut out = Formula::Literal(Constant::Text(quasis.next()??));
            for (part, text) in template.exprs.iter().zip(quasis) {
                out = Formula::Of(Operator::Plus, Box::new((out, term(part)?)));
                out = Formula::Of(Operator::Plus, Box::new((out, Formula::Literal(Constant::Text(text?)))));
            }
            Some(out)
        }
        _ => None,
    }
}

fn operator(op: BinaryOp) -> Option<Operator> {
    Some(match op {
        BinaryOp::Add => Operator::Plus,
        BinaryOp::Sub => Operator::Minus,
        BinaryOp::Mul => Operator::Times,
        BinaryOp::Div => Operator::Over,
        BinaryOp::Mod => Operator::Rest,
        BinaryOp::BitAnd => Operator::BitAnd,
        BinaryOp::BitOr => Operator::BitOr,
        BinaryOp::BitXor => Operator::BitXor,
        BinaryOp::LShift => Operator::Left,
        BinaryOp::RShift => Operator::Right,
        BinaryOp::EqEqEq => Operator::Same,
        BinaryOp::NotEqEq => Operator::Different,
        _ => return None,
    })
}

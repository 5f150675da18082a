//! What operators make of known numbers and texts.

use super::values::*;
use swc_core::ecma::ast::BinaryOp;

/// Exact arithmetic on numbers and texts.
pub(super) fn arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    if op == BinaryOp::Add && (left.kinds == STRING || right.kinds == STRING) {
        let text = left.as_text()? + &right.as_text()?;
        return (text.len() < 200).then(|| Value::text(text.into()));
    }
    if let (Some(Exact::Text(a)), Some(Exact::Text(b))) = (&left.exact, &right.exact) {
        return match op {
            BinaryOp::Lt => Some(Value::bool(a < b)).filter(|_| a.is_ascii() && b.is_ascii()),
            BinaryOp::Gt => Some(Value::bool(a > b)).filter(|_| a.is_ascii() && b.is_ascii()),
            _ => None,
        };
    }
    let (a, b) = (left.as_number()?, right.as_number()?);
    Some(match op {
        BinaryOp::Add => Value::number(a + b),
        BinaryOp::Sub => Value::number(a - b),
        BinaryOp::Mul => Value::number(a * b),
        BinaryOp::Div => Value::number(a / b),
        BinaryOp::Lt => Value::bool(a < b),
        BinaryOp::LtEq => Value::bool(a <= b),
        BinaryOp::Gt => Value::bool(a > b),
        BinaryOp::GtEq => Value::bool(a >= b),
        BinaryOp::Mod if b != 0.0 => Value::number(a % b),
        BinaryOp::Exp => Value::number(power(a, b)?),
        BinaryOp::BitOr => Value::number(f64::from(bits(a)? | bits(b)?)),
        BinaryOp::BitAnd => Value::number(f64::from(bits(a)? & bits(b)?)),
        BinaryOp::BitXor => Value::number(f64::from(bits(a)? ^ bits(b)?)),
        _ => return None,
    })
}

/// Where it is an integer that is exact.
fn power(base: f64, exponent: f64) -> Option<f64> {
    let whole = base.fract() == 0.0 && exponent.fract() == 0.0 && (0.0..64.0).contains(&exponent);
    let power = whole.then(|| base.powi(exponent as i32))?;
    (power.abs() < 9_007_199_254_740_992.0).then_some(power)
}

/// `ToInt32` of numbers that are no greater than what is exact.
fn bits(number: f64) -> Option<i32> {
    (number.is_nan() || number.abs() < 9_007_199_254_740_992.0).then_some(number as i64 as i32)
}

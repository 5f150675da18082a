//! Formulas of constants: numbers, strings and booleans, as the language calculates with them.

use super::facts::{Constant, Formula, LocalSym, Operator};

/// Longer strings are not put together.
const TEXT_MAX: usize = 1000;

impl Formula {
    /// The symbols that it mentions.
    pub fn names(&self, out: &mut Vec<LocalSym>) {
        match self {
            Formula::Literal(_) => {}
            Formula::Name(name) => out.push(*name),
            Formula::Of(_, sides) => {
                sides.0.names(out);
                sides.1.names(out);
            }
        }
    }

    /// Its value, if those of all names are known.
    pub fn value(&self, of: &impl Fn(LocalSym) -> Option<Constant>) -> Option<Constant> {
        match self {
            Formula::Literal(value) => Some(value.clone()),
            Formula::Name(name) => of(*name),
            Formula::Of(operator, sides) => operator.apply(sides.0.value(of)?, sides.1.value(of)?),
        }
    }
}

impl Operator {
    fn apply(self, left: Constant, right: Constant) -> Option<Constant> {
        use Constant::{Bool, Number, Text};
        match (self, left, right) {
            (Operator::Same, left, right) => Some(Bool(left == right)),
            (Operator::Different, left, right) => Some(Bool(left != right)),
            (Operator::Plus, Text(left), right) => joined(left, &text(&right)?),
            (Operator::Plus, left, Text(right)) => joined(text(&left)?, &right),
            (_, Number(left), Number(right)) => self.number(left, right).map(Number),
            _ => None,
        }
    }

    fn number(self, left: f64, right: f64) -> Option<f64> {
        Some(match self {
            Operator::Plus => left + right,
            Operator::Minus => left - right,
            Operator::Times => left * right,
            Operator::Over => left / right,
            Operator::Rest => left % right,
            Operator::BitAnd => f64::from(bits(left)? & bits(right)?),
            Operator::BitOr => f64::from(bits(left)? | bits(right)?),
            Operator::BitXor => f64::from(bits(left)? ^ bits(right)?),
            Operator::Left => f64::from(bits(left)?.wrapping_shl(bits(right)? as u32)),
            Operator::Right => f64::from(bits(left)?.wrapping_shr(bits(right)? as u32)),
            Operator::Same | Operator::Different => return None,
        })
    }
}

/// Whole numbers that bitwise operators take as they are.
fn bits(value: f64) -> Option<i32> {
    let whole = value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX);
    whole.then_some(value as i32)
}

/// As a string; of numbers only those that every notation writes alike.
fn text(value: &Constant) -> Option<String> {
    match value {
        Constant::Text(text) => Some(text.clone()),
        Constant::Bool(value) => Some(value.to_string()),
        Constant::Null => Some("null".into()),
        Constant::Undefined => Some("undefined".into()),
        Constant::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some((*value as i64).to_string()),
        Constant::Number(_) => None,
    }
}

fn joined(mut left: String, right: &str) -> Option<Constant> {
    left.push_str(right);
    (left.len() <= TEXT_MAX).then_some(Constant::Text(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(operator: Operator, left: Constant, right: Constant) -> Option<Constant> {
        Formula::Of(operator, Box::new((Formula::Literal(left), Formula::Literal(right)))).value(&|_| None)
    }

    #[test]
    fn formulas_give_what_the_language_gives() {
        use Constant::{Bool, Number, Text};
        let text = |text: &str| Text(text.into());
        assert_eq!(of(Operator::Rest, Number(-7.0), Number(4.0)), Some(Number(-3.0)));
        assert_eq!(of(Operator::Plus, text("a"), Number(-0.0)), Some(text("a0")));
        assert_eq!(of(Operator::Plus, Number(1.0), text("a")), Some(text("1a")));
        assert_eq!(of(Operator::Plus, Constant::Undefined, text("a")), Some(text("undefineda")));
        assert_eq!(of(Operator::Plus, Bool(true), Number(1.0)), None);
        assert_eq!(of(Operator::Plus, text("a"), Number(0.1)), None);
        assert_eq!(of(Operator::Left, Number(1.0), Number(33.0)), Some(Number(2.0)));
        assert_eq!(of(Operator::Left, Number(1.0), Number(31.0)), Some(Number(-2147483648.0)));
        assert_eq!(of(Operator::BitOr, Number(4294967296.0), Number(1.0)), None);
        assert_eq!(of(Operator::Same, Number(f64::NAN), Number(f64::NAN)), Some(Bool(false)));
        assert_eq!(of(Operator::Same, Number(0.0), Number(-0.0)), Some(Bool(true)));
        assert_eq!(of(Operator::Same, text("1"), Number(1.0)), Some(Bool(false)));
        assert!(!of(Operator::Times, Number(-1.0), Number(0.0)).is_some_and(|zero| zero.is_short()));
        assert!(!of(Operator::Over, Number(1.0), Number(0.0)).is_some_and(|infinite| infinite.is_short()));
    }
}

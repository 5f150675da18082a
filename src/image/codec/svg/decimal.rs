//! Decimal numbers, exactly: SVG's numbers are text, and must not take a detour through binary fractions.

/// `digits × 10^-scale`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

/// More digits than this are left as they are.
const MAX_DIGITS: u32 = 17;

impl Decimal {
    pub const ZERO: Decimal = Decimal { digits: 0, scale: 0 };

    /// `-12.50`, `+.5`, `5.`, `1e-3`. `None`: no number, or one that is too long.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((text, exponent)) => (text, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let all = || whole.bytes().chain(part.bytes());
        if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (mut digits, mut count) = (0i128, 0);
        for byte in all() {
            count += u32::from(count > 0 || byte != b'0');
            digits = digits * 10 + i128::from(byte - b'0');
            if count > MAX_DIGITS {
                return None;
            }
        }
        let scale = i32::try_from(part.len()).ok()?.checked_sub(exponent)?;
        if negative {
            digits = -digits;
        }
        let limit = MAX_DIGITS as i32;
        match scale {
            0.. if scale <= limit => Some(Decimal { digits, scale: scale as u32 }),
            _ if scale < 0 && scale >= -limit => {
                Some(Decimal { digits: digits.checked_mul(power(-scale as u32))?, scale: 0 })
            }
            _ => None,
        }
    }

    pub fn same(self, other: Self) -> bool {
        let scale = self.scale.max(other.scale);
        let at = |number: Self| number.digits * power(scale - number.scale);
        at(self) == at(other)
    }

    /// The shortest spelling: no zeros at either end that say nothing.
    pub fn text(self) -> String {
        let (mut digits, mut scale) = (self.digits.unsigned_abs(), self.scale);
        while scale > 0 && digits.is_multiple_of(10) {
            digits /= 10;
            scale -= 1;
        }
        let sign = if self.digits < 0 { "-" } else { "" };
        if scale == 0 {
            return format!("{sign}{digits}");
        }
        let unit = power(scale) as u128;
        let (whole, part) = (digits / unit, digits % unit);
        let whole = if whole == 0 { String::new() } else { whole.to_string() };
        format!("{sign}{whole}.{part:0width$}", width = scale as usize)
    }
}

fn power(exponent: u32) -> i128 {
    10i128.pow(exponent)
}

/// The length of the number at the start of `text`, 0 if there is none.
pub fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut at = sign + digits(sign);
    let mut any = at > sign;
    if bytes.get(at) == Some(&b'.') {
        let part = digits(at + 1);
        any |= part > 0;
        at += 1 + part;
    }
    if !any {
        return 0;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        // `1em` is a length, not an exponent.
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_spelling_of_the_same_number() {
        let short = |text: &str| Decimal::parse(text).map(Decimal::text);
        for (long, wanted) in [
            ("0.500", ".5"),
            ("-0.5", "-.5"),
            ("+12.", "12"),
            ("100", "100"),
            ("-0", "0"),
            ("1e-2", ".01"),
            ("1.5e3", "1500"),
            ("00.0", "0"),
            ("264.302633", "264.302633"),
        ] {
            assert_eq!(short(long).as_deref(), Some(wanted), "{long}");
        }
        for refused in ["", ".", "-", "1.2.3", "1px", "123456789012345678", "1e99", "é"] {
            assert_eq!(short(refused), None, "{refused}");
        }
    }

    #[test]
    fn the_same_number_in_other_words() {
        let number = |text| Decimal::parse(text).unwrap();
        assert!(number("1.10").same(number("11e-1")));
        assert!(!number("0.10000000000000001").same(number("0.1")), "they are the same as binary fractions");
    }
}

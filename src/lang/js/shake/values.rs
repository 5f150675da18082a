//! What an expression may give, as far as the module alone tells.

use swc_core::atoms::Atom;

/// An object, array, function or class, by the place where the code makes it.
pub(super) type Site = u32;

pub(super) const UNDEFINED: u8 = 1;
pub(super) const NULL: u8 = 2;
pub(super) const BOOL: u8 = 4;
pub(super) const NUMBER: u8 = 8;
pub(super) const STRING: u8 = 16;
pub(super) const BIGINT: u8 = 32;
pub(super) const SYMBOL: u8 = 64;
/// An object of which nothing is known.
pub(super) const UNKNOWN: u8 = 128;
pub(super) const NULLISH: u8 = UNDEFINED | NULL;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Exact {
    Bool(bool),
    Number(f64),
    Text(Atom),
}

/// A set of values: kinds of primitives, one of which may be known exactly, and objects that the module makes. The empty
/// set is what has not been evaluated.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Value {
    pub kinds: u8,
    /// The only value, where `kinds` has one bit and there are no objects.
    pub exact: Option<Exact>,
    /// Sorted.
    pub sites: Vec<Site>,
}

impl Value {
    pub fn any() -> Self {
        Value::of(255)
    }
    pub fn of(kinds: u8) -> Self {
        Value { kinds, exact: None, sites: Vec::new() }
    }
    pub fn site(site: Site) -> Self {
        Value { kinds: 0, exact: None, sites: vec![site] }
    }
    pub fn bool(value: bool) -> Self {
        Value { kinds: BOOL, exact: Some(Exact::Bool(value)), sites: Vec::new() }
    }
    pub fn number(value: f64) -> Self {
        let exact = (!value.is_nan()).then_some(Exact::Number(value));
        Value { kinds: NUMBER, exact, sites: Vec::new() }
    }
    pub fn text(value: Atom) -> Self {
        Value { kinds: STRING, exact: Some(Exact::Text(value)), sites: Vec::new() }
    }
    pub fn maybe(value: Option<bool>) -> Self {
        value.map_or(Value::of(BOOL), Value::bool)
    }

    pub fn is_never(&self) -> bool {
        self.kinds == 0 && self.sites.is_empty()
    }
    pub fn is_primitive(&self) -> bool {
        self.kinds & UNKNOWN == 0 && self.sites.is_empty()
    }
    pub fn may_be_nullish(&self) -> bool {
        self.kinds & NULLISH != 0
    }
    /// All of it is undefined or null.
    pub fn is_nullish(&self) -> bool {
        !self.is_never() && self.sites.is_empty() && self.kinds & !NULLISH == 0
    }
    /// One or more of the known objects, and nothing else.
    pub fn is_known(&self) -> bool {
        self.kinds == 0 && !self.sites.is_empty()
    }

    /// Adds what `other` may be; whether that is new.
    pub fn join(&mut self, other: &Value) -> bool {
        if self.is_never() {
            if other.is_never() {
                return false;
            }
            *self = other.clone();
            return true;
        }
        let kinds = self.kinds | other.kinds;
        let mut changed = kinds != self.kinds;
        if self.exact.is_some() && !other.is_never() && self.exact != other.exact {
            self.exact = None;
            changed = true;
        }
        self.kinds = kinds;
        for site in &other.sites {
            if let Err(at) = self.sites.binary_search(site) {
                self.sites.insert(at, *site);
                changed = true;
            }
        }
        changed
    }

    pub fn joined(mut self, other: &Value) -> Value {
        self.join(other);
        self
    }

    /// Whether it is truthy, where that is certain.
    pub fn truthy(&self) -> Option<bool> {
        if self.is_never() || self.kinds & UNKNOWN != 0 {
            return None;
        }
        if let Some(exact) = &self.exact {
            return Some(match exact {
                Exact::Bool(value) => *value,
                Exact::Number(value) => *value != 0.0,
                Exact::Text(value) => !value.is_empty(),
            });
        }
        let truthy = !self.sites.is_empty() || self.kinds & SYMBOL != 0;
        let falsy = self.kinds & NULLISH != 0;
        match self.kinds & !(NULLISH | SYMBOL) {
            0 if truthy != falsy => Some(truthy),
            _ => None,
        }
    }

    /// Without undefined and null.
    pub fn present(mut self) -> Value {
        self.kinds &= !NULLISH;
        self
    }

    /// The property key that it converts to.
    pub fn key(&self) -> Option<Atom> {
        match self.exact.as_ref()? {
            Exact::Text(text) => Some(text.clone()),
            Exact::Number(number) => Some(number_text(*number)?.into()),
            Exact::Bool(_) => None,
        }
    }

    /// The string that it converts to.
    pub fn as_text(&self) -> Option<String> {
        match &self.exact {
            Some(Exact::Text(text)) => Some(text.to_string()),
            Some(Exact::Number(number)) => number_text(*number),
            Some(Exact::Bool(value)) => Some(value.to_string()),
            None if !self.sites.is_empty() => None,
            None if self.kinds == UNDEFINED => Some("undefined".into()),
            None if self.kinds == NULL => Some("null".into()),
            None => None,
        }
    }

    pub fn as_number(&self) -> Option<f64> {
        match &self.exact {
            Some(Exact::Number(number)) => Some(*number),
            Some(Exact::Bool(value)) => Some(f64::from(u8::from(*value))),
            _ => None,
        }
    }

    /// `typeof`
    pub fn type_name(&self) -> Option<&'static str> {
        if !self.sites.is_empty() {
            return None;
        }
        Some(match self.kinds {
            UNDEFINED => "undefined",
            NULL => "object",
            BOOL => "boolean",
            NUMBER => "number",
            STRING => "string",
            BIGINT => "bigint",
            SYMBOL => "symbol",
            _ => return None,
        })
    }

    /// `===`, where it is certain.
    pub fn equals(&self, other: &Value) -> Option<bool> {
        if self.is_never() || other.is_never() || (self.kinds | other.kinds) & UNKNOWN != 0 {
            return None;
        }
        let objects = !self.sites.is_empty() && !other.sites.is_empty();
        if self.kinds & other.kinds == 0 && !objects {
            return Some(false);
        }
        if !self.sites.is_empty() || !other.sites.is_empty() {
            return None;
        }
        if self.kinds == other.kinds && matches!(self.kinds, UNDEFINED | NULL) {
            return Some(true);
        }
        match (&self.exact, &other.exact) {
            (Some(a), Some(b)) => Some(a == b),
            _ => None,
        }
    }

    /// `==`, where it is certain.
    pub fn loosely_equals(&self, other: &Value) -> Option<bool> {
        if self.is_nullish() || other.is_nullish() {
            let rest = if self.is_nullish() { other } else { self };
            return match rest.kinds & (NULLISH | UNKNOWN) {
                _ if rest.is_never() => None,
                0 => Some(false),
                _ if rest.is_nullish() => Some(true),
                _ => None,
            };
        }
        match (&self.exact, &other.exact) {
            (Some(Exact::Number(number)), Some(Exact::Text(text)))
            | (Some(Exact::Text(text)), Some(Exact::Number(number))) => {
                let plain = !text.is_empty() && text.len() < 15 && text.bytes().all(|byte| byte.is_ascii_digit());
                plain.then(|| text.parse::<f64>().ok()).flatten().map(|parsed| parsed == *number)
            }
            _ if self.kinds == other.kinds => self.equals(other),
            _ => None,
        }
    }
}

/// As the language writes it; only what is certain.
fn number_text(number: f64) -> Option<String> {
    (number.fract() == 0.0 && number.abs() < 1e15).then(|| format!("{}", number as i64))
}

//! Methods of arrays that the module makes: what they give, which functions they call, and whether that does something.

use super::calls::Given;
use super::flow::Flow;
use super::needs::Needs;
use super::values::*;
use super::world::Kind;
use crate::lang::js::purity::builtins;
use swc_core::ecma::ast::*;

/// They make something new of what the array holds, and of other arrays.
const COPIES: &[&str] = &["concat", "entries", "keys", "slice", "toReversed", "values"];

impl Flow<'_, '_> {
    /// `None`: nothing is known of the method.
    pub(super) fn array_method(&mut self, name: &str, this: &Value, given: &Given) -> Option<Value> {
        let mut contents = Value::of(UNDEFINED);
        for site in &this.sites {
            contents.join(&self.world.contents(*site));
        }
        if builtins::CHANGES_ARRAY.contains(&name) {
            for site in &this.sites {
                self.world.loosen(*site, &Value::of(UNDEFINED));
                given.values.iter().for_each(|value| self.world.loosen(*site, value));
            }
            if matches!(name, "splice" | "fill" | "reverse" | "copyWithin") {
                self.world.escape(&contents);
            }
            let same = matches!(name, "fill" | "reverse" | "copyWithin");
            return Some(if same { this.clone() } else { contents });
        }
        if COPIES.contains(&name) {
            self.world.escape(&contents);
            for site in given.values.iter().flat_map(|value| &value.sites) {
                match self.world.objects[*site as usize].kind {
                    // It is spread.
                    Kind::Array => {
                        let contents = self.world.contents(*site);
                        self.world.escape(&contents);
                    }
                    _ => self.world.escape_site(*site),
                }
            }
            return Some(Value::of(UNKNOWN));
        }
        match name {
            "includes" => Some(Value::of(BOOL)),
            "indexOf" | "lastIndexOf" => Some(Value::of(NUMBER)),
            "at" => Some(contents),
            _ if builtins::CALL_WITH_ELEMENTS.contains(&name) => self.each_element(name, this, contents, given),
            _ => None,
        }
    }

    /// A method that calls a function of the module for the elements.
    fn each_element(&mut self, name: &str, this: &Value, contents: Value, given: &Given) -> Option<Value> {
        let is_function = |site: &Site| self.world.objects[*site as usize].kind == Kind::Function;
        let function = given.values.first()?;
        if given.spread || !function.is_known() || !function.sites.iter().all(is_function) {
            return None;
        }
        let second = given.values.get(1).cloned();
        let call = |flow: &mut Self, receiver: &Value, before: Option<Value>| {
            let mut arguments: Vec<Value> = before.into_iter().collect();
            arguments.extend([contents.clone(), Value::of(NUMBER), this.clone()]);
            flow.invoke(function, receiver, &Given { values: arguments, spread: false })
        };
        if matches!(name, "reduce" | "reduceRight") {
            let mut total = second.unwrap_or_else(|| contents.clone());
            let nobody = Value::of(UNDEFINED);
            let next = call(self, &nobody, Some(total.clone()));
            total.join(&next);
            total.join(&call(self, &nobody, Some(total.clone())));
            return Some(total);
        }
        let result = call(self, &second.unwrap_or_else(|| Value::of(UNDEFINED)), None);
        Some(match name {
            "every" | "some" => Value::of(BOOL),
            "findIndex" | "findLastIndex" => Value::of(NUMBER),
            "find" | "findLast" => contents,
            "forEach" => Value::of(UNDEFINED),
            _ => {
                self.world.escape(if name == "filter" { &contents } else { &result });
                Value::of(UNKNOWN)
            }
        })
    }
}

impl<'a> Needs<'a, '_, '_> {
    /// Calling the method of an array that the module makes.
    pub(super) fn array_method_acts(&mut self, name: &str, this: &Value, arguments: &'a [ExprOrSpread]) -> bool {
        if builtins::CHANGES_ARRAY.contains(&name) {
            return this.sites.iter().any(|site| self.writes_to(*site, None));
        }
        if arguments.iter().any(|argument| argument.spread.is_some()) {
            return !matches!(name, "includes" | "indexOf" | "lastIndexOf" | "at");
        }
        match name {
            "includes" | "indexOf" | "lastIndexOf" | "at" | "entries" | "keys" | "toReversed" | "values" => false,
            "slice" => !arguments.iter().all(|argument| self.is_plain(&argument.expr)),
            // Of an object it asks whether it is to be spread.
            "concat" => arguments.iter().any(|argument| {
                let value = self.flow.value(&argument.expr);
                value.kinds & UNKNOWN != 0 || value.sites.iter().any(|site| self.flow.world.may_have_accessors(*site))
            }),
            // Without a value to begin with, an empty array is a mistake.
            "reduce" | "reduceRight" if arguments.len() < 2 => true,
            _ if builtins::CALL_WITH_ELEMENTS.contains(&name) => {
                let function = arguments.first().map(|first| self.flow.value(&first.expr)).unwrap_or_default();
                let is_function = |site: &Site| self.flow.world.objects[*site as usize].kind == Kind::Function;
                !function.is_known()
                    || !function.sites.iter().all(is_function)
                    || function.sites.iter().any(|site| self.site_acts(*site))
            }
            _ => true,
        }
    }
}

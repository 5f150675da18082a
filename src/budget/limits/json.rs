//! JSON with places: budget files are written by hand, and a mistake has a line.

use crate::config::JSONC;
use crate::diag::{Diagnostic, Location, nearest};
use jsonc_parser::CollectOptions;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;

/// A file that limits stand in, for messages.
pub struct Document<'a> {
    /// As the reader knows it.
    pub name: &'a str,
    pub text: &'a str,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    pub value: Value,
    start: u32,
    end: u32,
}

#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Property>),
}

#[derive(Clone, Debug)]
pub struct Property {
    pub key: String,
    start: u32,
    end: u32,
    pub value: Node,
}

pub fn invalid(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("invalid-budget", message)
}

impl Document<'_> {
    /// The value of the whole text, or what is wrong with it.
    pub fn parse(&self) -> Result<Node, Diagnostic> {
        match jsonc_parser::parse_to_ast(self.text, &CollectOptions::default(), &JSONC) {
            Ok(parsed) => match parsed.value {
                Some(value) => Ok(node(value)),
                None => Err(invalid("the budget file is empty").at(Location::file(self.name))),
            },
            Err(error) => {
                let mut message = error.kind().to_string();
                if let Some(first) = message.get(..1).map(str::to_lowercase) {
                    message.replace_range(..1, &first);
                }
                let range = error.range();
                let place = Location::span(self.name, self.text, range.start as u32, range.end as u32);
                Err(invalid(format!("the budget file is not JSON: {message}")).at(place))
            }
        }
    }

    pub fn place(&self, node: &Node) -> Location {
        Location::span(self.name, self.text, node.start, node.end)
    }

    /// Something is wrong with this value.
    pub fn refuse(&self, node: &Node, message: impl Into<String>) -> Diagnostic {
        invalid(message).at(self.place(node))
    }

    /// The object's properties, all of known names and each there once.
    pub fn object<'n>(&self, node: &'n Node, what: &str, known: &[&str]) -> Result<Object<'n>, Diagnostic> {
        let Value::Object(properties) = &node.value else {
            return Err(self.refuse(node, format!("{what} is {}, and must be an object", node.kind())));
        };
        for (at, property) in properties.iter().enumerate() {
            let place = || Location::span(self.name, self.text, property.start, property.end);
            if !known.contains(&property.key.as_str()) {
                let problem = invalid(format!("{what} has an unknown key {:?}", property.key)).at(place());
                return Err(match nearest(&property.key, known.iter().copied(), 1).pop() {
                    Some(near) => problem.hint(format!("did you mean {near:?}?")),
                    None => problem.hint(format!("allowed here: {}", known.join(", "))),
                });
            }
            if properties[..at].iter().any(|earlier| earlier.key == property.key) {
                return Err(invalid(format!("{what} has {:?} twice", property.key)).at(place()));
            }
        }
        Ok(Object { properties, node })
    }

    /// The elements of a list.
    pub fn list<'n>(&self, node: &'n Node, what: &str) -> Result<&'n [Node], Diagnostic> {
        match &node.value {
            Value::List(list) => Ok(list),
            _ => Err(self.refuse(node, format!("{what} is {}, and must be a list", node.kind()))),
        }
    }

    pub fn text<'n>(&self, node: &'n Node, what: &str) -> Result<&'n str, Diagnostic> {
        match &node.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.refuse(node, format!("{what} is {}, and must be a text", node.kind()))),
        }
    }

    pub fn bool(&self, node: &Node, what: &str) -> Result<bool, Diagnostic> {
        match &node.value {
            Value::Bool(value) => Ok(*value),
            _ => Err(self.refuse(node, format!("{what} is {}, and must be true or false", node.kind()))),
        }
    }

    /// A number that is none below zero and not so large that it would lose its last digits.
    pub fn number(&self, node: &Node, what: &str) -> Result<f64, Diagnostic> {
        let Value::Number(written) = &node.value else {
            return Err(self.refuse(node, format!("{what} is {}, and must be a number", node.kind())));
        };
        let number: f64 = written.parse().unwrap_or(f64::NAN);
        if number.is_nan() || number < 0.0 {
            return Err(self.refuse(node, format!("{what} is {written}, and must not be below 0")));
        }
        if number >= MOST {
            return Err(self.refuse(node, format!("{what} is {written}, which is beyond 2^53")));
        }
        Ok(number)
    }

    /// One of these words.
    pub fn word<'w>(&self, node: &Node, what: &str, words: &[&'w str]) -> Result<&'w str, Diagnostic> {
        let given = match &node.value {
            Value::Text(text) => text.as_str(),
            _ => "",
        };
        if let Some(word) = words.iter().find(|word| **word == given) {
            return Ok(word);
        }
        let problem = self.refuse(node, format!("{what} is {}", node.shown()));
        Err(match nearest(given, words.iter().copied(), 1).pop() {
            Some(near) => problem.hint(format!("did you mean {near:?}? One of: {}", words.join(", "))),
            None => problem.hint(format!("write one of: {}", words.join(", "))),
        })
    }
}

/// Sizes and counts stay below this: beyond, not every whole number has a double.
pub const MOST: f64 = (1u64 << 53) as f64;

/// An object whose keys are known.
#[derive(Clone, Copy)]
pub struct Object<'n> {
    properties: &'n [Property],
    pub node: &'n Node,
}

impl<'n> Object<'n> {
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.properties.iter().find(|property| property.key == key).map(|property| &property.value)
    }
}

impl Node {
    /// `a text`, `a list`.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// As it would be written, if that is short.
    pub fn shown(&self) -> String {
        match &self.value {
            Value::Bool(value) => value.to_string(),
            Value::Number(written) => written.clone(),
            Value::Text(text) => format!("{text:?}"),
            _ => self.kind().to_string(),
        }
    }

    /// The value of a key, whatever other keys there are: to tell formats from one another.
    pub fn peek(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Object(properties) => {
                properties.iter().find(|property| property.key == key).map(|property| &property.value)
            }
            _ => None,
        }
    }
}

fn node(value: ast::Value<'_>) -> Node {
    let range = value.range();
    let value = match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(it) => Value::Bool(it.value),
        ast::Value::NumberLit(it) => Value::Number(it.value.to_string()),
        ast::Value::StringLit(it) => Value::Text(it.value.into_owned()),
        ast::Value::Array(it) => Value::List(it.elements.into_iter().map(node).collect()),
        ast::Value::Object(it) => Value::Object(it.properties.into_iter().map(property).collect()),
    };
    Node { value, start: range.start as u32, end: range.end as u32 }
}

fn property(property: ast::ObjectProp<'_>) -> Property {
    let range = property.name.range();
    let key = property.name.into_string();
    Property { key, start: range.start as u32, end: range.end as u32, value: node(property.value) }
}

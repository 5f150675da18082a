//! The JSON schema of `plimsoll.json`, from the table of flags.

use crate::config::{FLAGS, Flag, Form};
use serde_json::{Map, Value, json};

/// The schema, as text.
pub(super) fn schema() -> String {
    let text = json!({"type": "string"});
    let mut properties = Map::new();
    properties.insert("$schema".to_string(), text.clone());
    properties.insert(
        "entries".to_string(),
        json!({
            "description": "files or directories to build; as an object, by output name",
            "anyOf": [
                text,
                {"type": "array", "items": text},
                {"type": "object", "additionalProperties": text},
            ],
        }),
    );
    for flag in FLAGS.iter().filter(|flag| flag.in_file) {
        properties.insert(flag.key(), property(flag));
    }
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "plimsoll.json",
        "description": format!("Configuration of plimsoll {}", env!("CARGO_PKG_VERSION")),
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    format!("{schema:#}\n")
}

fn property(flag: &Flag) -> Value {
    let mut value = shape(flag);
    let default = if flag.default.is_empty() { String::new() } else { format!(" (default: {})", flag.default) };
    if let Some(object) = value.as_object_mut() {
        object.insert("description".to_string(), format!("{}{default}", flag.doc).into());
    }
    value
}

fn shape(flag: &Flag) -> Value {
    let text = json!({"type": "string"});
    let boolean = json!({"type": "boolean"});
    match flag.form {
        Form::Switch => boolean,
        Form::Dial(words, on, off) => {
            let mut all: Vec<&str> = vec![on, off];
            all.extend(words.iter().filter(|word| **word != on && **word != off));
            json!({"anyOf": [boolean, {"enum": all}]})
        }
        Form::Choice(words) if words.contains(&"off") => json!({"anyOf": [boolean, {"enum": words}]}),
        Form::Choice(words) => json!({"enum": words}),
        Form::Text(_) | Form::Path(_) => text,
        Form::PathOr(..) => json!({"anyOf": [text, boolean]}),
        Form::PathOrNone(_) => json!({"anyOf": [text, {"const": false}]}),
        Form::Number(_) => json!({"type": "integer", "minimum": 0}),
        Form::Words(words) => {
            json!({"anyOf": [{"type": "array", "items": {"enum": words}}, {"const": "none"}, {"const": false}, text]})
        }
        Form::List(..) | Form::Paths(_) => json!({"anyOf": [text, {"type": "array", "items": text}]}),
        Form::Map(_) if flag.name == "define" => json!({"type": "object"}),
        Form::Map(_) if flag.name == "chunk" => json!({
            "type": "object",
            "additionalProperties": {"anyOf": [text, {"type": "array", "items": text}]},
        }),
        Form::Map(_) => json!({"type": "object", "additionalProperties": text}),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_of_the_file_is_described() {
        let schema: serde_json::Value = serde_json::from_str(&super::schema()).unwrap();
        for flag in crate::config::FLAGS.iter().filter(|flag| flag.in_file) {
            assert!(schema["properties"][flag.key()]["description"].is_string(), "{}", flag.name);
        }
        assert!(schema["properties"].get("config").is_none());
    }
}

//! `plimsoll.json`: JSON with comments, every key the camelCase name of a flag.

use super::flags::{FLAGS, Flag, Form};
use super::raw::{Given, Source, absolute, listed};
use crate::base::relative_path;
use crate::diag::{Diagnostic, Location, nearest};
use crate::fs::Files;
use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions};
use std::path::{Path, PathBuf};

/// The name looked for in the project's folder.
pub const CONFIG_FILE: &str = "plimsoll.json";

/// Keys that are no flags.
const OTHER_KEYS: [&str; 2] = ["$schema", "entries"];

/// What a config file says.
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    pub given: Vec<Given>,
    /// `NAME=ENTRY` or `ENTRY`, and where it stands.
    pub entries: Vec<(Option<String>, String, Location)>,
}

/// Reads the file, or says what is wrong with it and where.
pub(super) fn read(path: &Path, cwd: &Path, files: &dyn Files) -> Result<ConfigFile, Vec<Diagnostic>> {
    let shown = shown(path, cwd);
    let bytes = files.read(path).map_err(|error| {
        vec![
            Diagnostic::error("unreadable-config", format!("cannot read the configuration file `{shown}`"))
                .note(error.to_string()),
        ]
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
        vec![Diagnostic::error("invalid-config", "the configuration file is not UTF-8 text").at(Location::span(
            shown.clone(),
            &lossy,
            at as u32,
            at as u32 + 1,
        ))]
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let folder = path.parent().unwrap_or(Path::new("/")).to_path_buf();
    Reader { text, shown, folder, file: ConfigFile::default(), problems: Vec::new() }.read()
}

/// A path as the reader knows it: relative to where they are when it is below, else in full.
pub(super) fn shown(path: &Path, cwd: &Path) -> String {
    match path.strip_prefix(cwd) {
        Ok(_) => relative_path(cwd, path),
        Err(_) => path.to_string_lossy().into_owned(),
    }
}

/// Comments and trailing commas, nothing else that JSON does not have.
pub const JSONC: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// The value in a JSON text, or what is wrong with it.
pub(super) fn parse<'a>(text: &'a str, shown: &str) -> Result<Option<Value<'a>>, Diagnostic> {
    match jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &JSONC) {
        Ok(parsed) => Ok(parsed.value),
        Err(error) => {
            let mut message = error.kind().to_string();
            if let Some(first) = message.get(..1).map(str::to_lowercase) {
                message.replace_range(..1, &first);
            }
            let range = error.range();
            Err(Diagnostic::error("invalid-config", format!("not valid JSON: {message}")).at(Location::span(
                shown,
                text,
                range.start as u32,
                range.end as u32,
            )))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    shown: String,
    folder: PathBuf,
    file: ConfigFile,
    problems: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn read(mut self) -> Result<ConfigFile, Vec<Diagnostic>> {
        match parse(self.text, &self.shown).map_err(|problem| vec![problem])? {
            Some(Value::Object(object)) => self.object(&object),
            Some(other) => self.refuse(&other, "a configuration file holds one object, `{ … }`".to_string()),
            // Nothing but white space and comments: no choices made.
            None => {}
        }
        if self.problems.is_empty() { Ok(self.file) } else { Err(self.problems) }
    }

    fn object(&mut self, object: &Object<'a>) {
        let mut seen: Vec<&str> = Vec::new();
        for property in &object.properties {
            let key = property.name.as_str();
            if seen.contains(&key) {
                let problem = Diagnostic::error("invalid-config", format!("`\"{key}\"` is there twice"));
                self.problems.push(problem.at(self.place(&property.name)));
            }
            seen.push(key);
            match key {
                "$schema" => {}
                "entries" => self.entries(&property.value),
                _ => match FLAGS.iter().find(|flag| flag.in_file && flag.key() == key) {
                    Some(flag) => self.value(flag, &property.value),
                    None => self.unknown(property),
                },
            }
        }
    }

    fn unknown(&mut self, property: &ObjectProp<'a>) {
        let key = property.name.as_str();
        let place = self.place(&property.name);
        let problem = Diagnostic::error("unknown-key", format!("`\"{key}\"` is no setting of plimsoll")).at(place);
        let keys: Vec<String> = FLAGS.iter().filter(|flag| flag.in_file).map(Flag::key).collect();
        let names = keys.iter().map(String::as_str).chain(OTHER_KEYS);
        self.problems.push(if let Some(typed) = FLAGS.iter().find(|flag| !flag.in_file && flag.key() == key) {
            problem.hint(format!("`--{}` is for the command line only", typed.name))
        } else if let Some(near) = nearest(key, names, 1).pop() {
            problem.hint(format!("did you mean `\"{near}\"`?"))
        } else {
            problem.hint("`plimsoll schema` prints every key")
        });
    }

    fn value(&mut self, flag: &'static Flag, value: &Value<'a>) {
        match (flag.form, value) {
            (Form::Map(_), Value::Object(object)) => self.map(flag, object),
            (Form::Words(_) | Form::List(..) | Form::Paths(_), Value::Array(array)) => {
                match flag.form {
                    Form::Words(_) if array.elements.is_empty() => self.push(flag, "none".to_string(), value),
                    Form::List(..) if array.elements.is_empty() => self.push(flag, String::new(), value),
                    _ => {}
                }
                for element in &array.elements {
                    match element {
                        Value::StringLit(text) => self.push(flag, text.value.to_string(), element),
                        other => self.refuse(other, format!("`\"{}\"` is a list of texts", flag.key())),
                    }
                }
            }
            (form, value) => match scalar(form, value) {
                Some(text) => self.push(flag, text, value),
                None => self.refuse(value, format!("`\"{}\"` must be {}", flag.key(), expected(flag))),
            },
        }
    }

    fn map(&mut self, flag: &'static Flag, object: &Object<'a>) {
        for property in &object.properties {
            let key = property.name.as_str();
            match &property.value {
                Value::StringLit(text) => self.push(flag, format!("{key}={}", text.value), &property.value),
                Value::Array(array) if flag.name == "chunk" => {
                    for element in &array.elements {
                        match element {
                            Value::StringLit(text) => self.push(flag, format!("{key}={}", text.value), element),
                            other => self.refuse(other, "a pattern is a text".to_string()),
                        }
                    }
                }
                // JSON is a subset of the expressions, so that a number or an object can be written as it is.
                other if flag.name == "define" => {
                    self.push(flag, format!("{key}={}", other.text(self.text)), &property.value);
                }
                other => self.refuse(other, format!("a value of `\"{}\"` is a text", flag.key())),
            }
        }
    }

    fn entries(&mut self, value: &Value<'a>) {
        match value {
            Value::StringLit(text) => self.entry(None, &text.value, value),
            Value::Array(array) => {
                for element in &array.elements {
                    match element {
                        Value::StringLit(text) => self.entry(None, &text.value, element),
                        other => self.refuse(other, "an entry is a text".to_string()),
                    }
                }
            }
            Value::Object(object) => {
                for property in &object.properties {
                    match &property.value {
                        Value::StringLit(text) => {
                            self.entry(Some(property.name.as_str().to_string()), &text.value, &property.value);
                        }
                        other => self.refuse(other, "an entry is a text".to_string()),
                    }
                }
            }
            other => {
                self.refuse(other, "`\"entries\"` is a list of paths, or an object of names and paths".to_string())
            }
        }
    }

    fn entry(&mut self, name: Option<String>, text: &str, value: &Value<'a>) {
        let place = self.place(value);
        self.file.entries.push((name, text.to_string(), place));
    }

    fn push(&mut self, flag: &'static Flag, text: String, value: &Value<'a>) {
        let source = Source::File { location: self.place(value), folder: self.folder.clone() };
        self.file.given.push(Given { flag, text, source });
    }

    fn refuse(&mut self, value: &Value<'a>, message: String) {
        let place = self.place(value);
        self.problems.push(Diagnostic::error("invalid-config", message).at(place));
    }

    fn place(&self, node: &impl Ranged) -> Location {
        Location::span(self.shown.clone(), self.text, node.start() as u32, node.end() as u32)
    }
}

/// A JSON value as it would have been typed, `None` when the flag cannot have it.
fn scalar(form: Form, value: &Value) -> Option<String> {
    let text = match value {
        Value::StringLit(text) => match form {
            Form::Switch | Form::Number(_) | Form::Map(_) => return None,
            _ => text.value.to_string(),
        },
        Value::NumberLit(number) => match form {
            Form::Number(_) => number.value.to_string(),
            _ => return None,
        },
        Value::BooleanLit(boolean) => match (form, boolean.value) {
            (Form::Switch, value) => value.to_string(),
            (Form::Dial(_, on, _), true) => on.to_string(),
            (Form::Dial(_, _, off), false) => off.to_string(),
            (Form::Choice(words), value) if words.contains(&"off") => if value { "on" } else { "off" }.to_string(),
            (Form::Words(_) | Form::PathOrNone(_) | Form::PathOr(..), false) => "none".to_string(),
            (Form::PathOr(_, bare), true) => bare.to_string(),
            _ => return None,
        },
        _ => return None,
    };
    Some(text)
}

/// What a key wants, for people.
fn expected(flag: &Flag) -> String {
    match flag.form {
        Form::Switch => "`true` or `false`".to_string(),
        Form::Dial(words, ..) | Form::Choice(words) => listed(words),
        Form::Text(_) | Form::Path(_) | Form::PathOrNone(_) | Form::PathOr(..) => "a text".to_string(),
        Form::Number(_) => "a whole number of bytes".to_string(),
        Form::Words(_) | Form::List(..) | Form::Paths(_) => "a list of texts".to_string(),
        Form::Map(shape) => format!("an object of {}", shape.replace('=', ": ")),
    }
}

/// The folder's config file, if it has one.
pub(super) fn find(folder: &Path, files: &dyn Files) -> Option<PathBuf> {
    Some(absolute(folder, CONFIG_FILE)).filter(|path| files.is_file(path))
}

//! `--mangle-cache`: what property names became in earlier builds.

use crate::base::relative_path;
use crate::config::Options;
use crate::diag::{Diagnostic, Location, Noted};
use crate::fs::Files;
use serde_json::Value;
use std::collections::BTreeMap;

/// Name → what it becomes; `None`: it stays.
pub type KeptNames = BTreeMap<String, Option<String>>;

/// Nothing when there is no such file yet.
pub(super) fn read(options: &Options, files: &dyn Files) -> Noted<KeptNames> {
    let Some(path) = options.mangle.as_ref().and_then(|mangle| mangle.cache.as_deref()) else {
        return Noted::clean(KeptNames::new());
    };
    if !files.is_file(path) {
        return Noted::clean(KeptNames::new());
    }
    let shown = relative_path(&options.root, path);
    let wrong = |why: String| {
        let problem = Diagnostic::error("bad-mangle-cache", format!("\"{shown}\" does not say what names become"))
            .at(Location::file(shown.clone()))
            .note(why)
            .hint("write an object such as { \"name_\": \"a\", \"kept_\": false }, or remove the file");
        Noted::new(KeptNames::new(), vec![problem])
    };
    let text = match files.read(path) {
        Ok(text) => text,
        Err(error) => return wrong(error.to_string()),
    };
    match serde_json::from_slice(&text) {
        Ok(Value::Object(object)) => match object.into_iter().map(entry).collect() {
            Ok(names) => unlike(names).map_or_else(wrong, Noted::clean),
            Err(why) => wrong(why),
        },
        Ok(_) => wrong("it is no object".to_string()),
        Err(error) => wrong(error.to_string()),
    }
}

fn entry((name, value): (String, Value)) -> Result<(String, Option<String>), String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let is_name = |text: &str| text.chars().all(is_part) && !text.is_empty() && !text.starts_with(char::is_numeric);
    match value {
        Value::Bool(false) => Ok((name, None)),
        Value::String(text) if is_name(&text) => Ok((name, Some(text))),
        other => Err(format!("\"{name}\" is {other}: it must be a name or false")),
    }
}

/// Two properties of one name would be one.
fn unlike(names: KeptNames) -> Result<KeptNames, String> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, new) in names.iter().filter_map(|(name, new)| Some((name, new.as_deref()?))) {
        if let Some(other) = seen.insert(new, name) {
            return Err(format!("\"{other}\" and \"{name}\" are both \"{new}\""));
        }
    }
    Ok(names)
}

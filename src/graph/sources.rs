//! Script text made from files that are not scripts.

use super::data_url;
use serde_json::Value;

/// What a module of an asset says; the compiler turns the free name into a hole for the URL.
pub(super) const ASSET: &str = "export default __plimsoll_asset_url__;\n";

pub(super) fn text(text: &str) -> String {
    format!("export default {};\n", quote(text))
}

pub(super) fn binary(bytes: &[u8]) -> String {
    format!("export default Uint8Array.from(atob(\"{}\"), c => c.charCodeAt(0));\n", data_url::encode(bytes))
}

/// Why a file is not JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadJson {
    pub message: String,
    /// 1-based line and byte column, as the parser counts.
    pub line: usize,
    pub column: usize,
}

impl BadJson {
    /// Byte offset in the text that was parsed.
    pub fn offset(&self, text: &str) -> u32 {
        let before: usize = text.split_inclusive('\n').take(self.line.saturating_sub(1)).map(str::len).sum();
        (before + self.column.saturating_sub(1)) as u32
    }
}

pub(super) fn parse_json(text: &str) -> Result<Value, BadJson> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // The position is in the location already.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or("invalid JSON").to_string();
        BadJson { message, line, column }
    })
}

/// The text with U+FFFD for escapes of half a character, which JSON may have and UTF-8 cannot.
fn without_halves(text: &str) -> Option<String> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let (mut at, mut changed) = (0, false);
    while let Some(found) = text[at..].find('\\') {
        let escape = at + found;
        out.push_str(&text[at..escape]);
        let length = match (unit(escape), unit(escape + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => 6,
            // With what follows the backslash, one character.
            _ => 1 + text[escape + 1..].chars().next().map_or(0, char::len_utf8),
        };
        if length == 6 {
            out.push_str("\\ufffd");
            changed = true;
        } else {
            out.push_str(&text[escape..escape + length]);
        }
        at = escape + length;
    }
    out.push_str(&text[at..]);
    changed.then_some(out)
}

/// Named exports for the keys of an object that are identifiers, so that unused ones can be dropped, and the whole
/// as `default`.
pub(super) fn json(text: &str) -> Result<String, BadJson> {
    let value = match (parse_json(text), without_halves(text)) {
        // Only the run time can make such strings.
        (Err(_), Some(whole)) if parse_json(&whole).is_ok() => {
            return Ok(format!("export default /* @__PURE__ */ JSON.parse({});\n", quote(text)));
        }
        (parsed, _) => parsed?,
    };
    let Value::Object(members) = &value else {
        let mut out = "export default ".to_string();
        write_value(&mut out, &value);
        out.push_str(";\n");
        return Ok(out);
    };
    let mut out = String::with_capacity(text.len() * 2);
    let mut whole = String::new();
    for (key, member) in members {
        if !whole.is_empty() {
            whole.push_str(", ");
        }
        write_key(&mut whole, key);
        if !is_identifier(key) || key == "default" {
            write_value(&mut whole, member);
            continue;
        }
        let name = binding(key, |name| members.contains_key(name));
        whole.push_str(&name);
        let keyword = if name == *key { "export const " } else { "const " };
        out.push_str(keyword);
        out.push_str(&name);
        out.push_str(" = ");
        write_value(&mut out, member);
        out.push_str(";\n");
        if name != *key {
            out.push_str(&format!("export {{ {name} as {key} }};\n"));
        }
    }
    out.push_str(&format!("export default {{ {whole} }};\n"));
    Ok(out)
}

/// A name that may be declared: the key itself unless the language keeps it.
fn binding(key: &str, taken: impl Fn(&str) -> bool) -> String {
    if RESERVED.binary_search(&key).is_err() {
        return key.to_string();
    }
    let mut name = format!("_{key}");
    while taken(&name) {
        name.insert(0, '_');
    }
    name
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (at, (key, member)) in members.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_key(out, key);
                write_value(out, member);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

/// In JSON `__proto__` is a key like any other; in an object literal only a computed one is.
fn write_key(out: &mut String, key: &str) {
    let quoted = quote(key);
    if key == "__proto__" {
        out.push_str(&format!("[{quoted}]: "));
    } else {
        out.push_str(&quoted);
        out.push_str(": ");
    }
}

/// JSON strings are JavaScript strings since ES2019; older editions lack two separators.
fn quote(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    if quoted.contains(['\u{2028}', '\u{2029}']) {
        return quoted.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    }
    quoted
}

fn is_identifier(key: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
    !key.is_empty() && !key.as_bytes()[0].is_ascii_digit() && key.bytes().all(part)
}

/// Sorted: what cannot be declared in a module.
const RESERVED: [&str; 48] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_key() {
        assert!(RESERVED.is_sorted());
        let made =
            json(r#"{"a": 1, "x-y": [null, "é"], "class": {"__proto__": 2}, "default": 3, "_class": 4}"#).unwrap();
        assert_eq!(
            made,
            "export const a = 1;\nconst __class = {[\"__proto__\"]: 2};\nexport { __class as class };\n\
             export const _class = 4;\nexport default { \"a\": a, \"x-y\": [null, \"é\"], \"class\": __class, \
             \"default\": 3, \"_class\": _class };\n"
        );
        assert_eq!(json("[1, -2.5e3]").unwrap(), "export default [1, -2500.0];\n");
        assert_eq!(text("a\"\n\u{2028}"), "export default \"a\\\"\\n\\u2028\";\n");
    }

    #[test]
    fn halves_of_characters_are_left_to_the_run_time() {
        let text = r#"{"a": "\ud800", "b": "\\ud800", "c": "\ud83d\ude00"}"#;
        assert_eq!(without_halves(text).unwrap(), text.replacen("\\ud800", "\\ufffd", 1));
        assert!(json(text).unwrap().starts_with("export default /* @__PURE__ */ JSON.parse("));
        assert_eq!(without_halves("\"\\\\ud800\""), None);
    }

    #[test]
    fn bad_json_has_a_place() {
        let source = "{\n  \"a\": 1,\n  b: 2\n}";
        let bad = json(source).unwrap_err();
        assert_eq!((bad.line, bad.column), (3, 3));
        assert_eq!(&source[bad.offset(source) as usize..][..1], "b");
        assert!(!bad.message.contains("line"));
    }
}

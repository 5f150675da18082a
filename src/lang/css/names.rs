//! Class names of CSS modules, and the script that exports them.

use super::lex::{is_name_byte, unescape};
use crate::base::ContentHash;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// How names of CSS modules are made; the same for all of a build.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ModuleNames {
    /// Of `[dir]`, `[name]`, `[local]`, `[hash]` and text; empty: as short as can be.
    pub pattern: String,
    /// `--names` are local too.
    pub dashed: bool,
}

impl ModuleNames {
    /// Names of the sheet's file, the class, and five digits.
    pub const READABLE: &str = "[name]_[local]_[hash]";

    /// Without anything that the user says.
    pub fn new(short: bool) -> ModuleNames {
        ModuleNames { pattern: if short { String::new() } else { Self::READABLE.to_string() }, dashed: false }
    }
}

/// How one sheet renames its local names. Depends on nothing but the sheet's own name, so that `scan` and `compile`
/// agree without seeing each other.
#[derive(Clone, Copy)]
pub(super) struct Naming<'a> {
    /// The sheet's name relative to the project root.
    pub sheet: &'a str,
    pub names: &'a ModuleNames,
    /// What the script exports beside names.
    pub values: &'a [(String, String)],
}

impl Naming<'_> {
    /// Short: 7 characters, the first a letter (3 · 10¹² names: among 10,000 classes two meet once in 60,000
    /// builds). Else as the pattern says.
    pub fn of(&self, local: &str) -> String {
        if self.names.dashed
            && let Some(bare) = local.strip_prefix("--")
        {
            return format!("--{}", self.of(bare));
        }
        let hash = ContentHash::of_parts(&[self.sheet.as_bytes(), local.as_bytes()]);
        let (first, rest) = base62(&hash);
        let (short, pattern) = (format!("{first}{}", &rest[..6]), self.names.pattern.as_str());
        if pattern.is_empty() {
            return short;
        }
        // Beside the local name, five digits tell enough.
        let digits = if pattern.contains("[local]") { &rest[..5] } else { short.as_str() };
        let (folder, file) = self.sheet.rsplit_once('/').unwrap_or(("", self.sheet));
        let stem = file.split('.').next().unwrap_or(file);
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(open) = rest.find('[') {
            out.push_str(&rest[..open]);
            let (part, after) = rest[open..].split_once(']').unwrap_or((&rest[open..], ""));
            match part {
                "[dir" => out.push_str(&plain(folder)),
                "[name" => out.push_str(&plain(stem)),
                "[local" => out.push_str(local),
                _ => out.push_str(digits),
            }
            rest = after;
        }
        out.push_str(rest);
        // An identifier must not start with a digit or with a hyphen and a digit.
        if out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()) {
            out
        } else {
            format!("_{out}")
        }
    }
}

/// What a local name of a CSS module becomes.
pub fn module_name(sheet: &str, local: &str, names: &ModuleNames) -> String {
    Naming { sheet, names, values: &[] }.of(local)
}

/// What can stand in an identifier.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// A letter, and 19 digits in base 62.
fn base62(hash: &ContentHash) -> (char, String) {
    const DIGITS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut number = u128::from_le_bytes(hash.0);
    let mut digit = |base: u128| {
        let digit = DIGITS[(number % base) as usize] as char;
        number /= base;
        digit
    };
    let first = digit(52);
    (first, (0..19).map(|_| digit(62)).collect())
}

/// A name that a class of a CSS module adds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Composed {
    Local(String),
    Global(String),
    Dependency { specifier: String, name: String },
}

/// By local name: what it composes.
pub(super) type Locals = BTreeMap<String, Vec<Composed>>;

/// Puts final names in place of `sentinel` + local name in text that lightningcss printed.
pub(super) fn rename(text: &str, sentinel: &str, naming: &Naming) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(sentinel) {
        out.push_str(&rest[..at]);
        rest = &rest[at + sentinel.len()..];
        let length = name_length(rest);
        write_identifier(&mut out, &naming.of(&unescape(&rest[..length])));
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// Length of the name characters and escapes that a text starts with.
fn name_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if is_name_byte(*byte) {
            at += 1;
        } else if *byte == b'\\' && at + 1 < bytes.len() {
            let digits = bytes[at + 1..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            at += 1 + if digits > 0 { digits } else { text[at + 1..].chars().next().map_or(0, char::len_utf8) };
            if digits > 0 && bytes.get(at) == Some(&b' ') {
                at += 1;
            }
        } else {
            break;
        }
    }
    at
}

/// `name` as a CSS identifier; it starts with a letter or `_`.
fn write_identifier(out: &mut String, name: &str) {
    for c in name.chars() {
        match c {
            _ if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || !c.is_ascii() => out.push(c),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\{:x} ", c as u32);
            }
            c => {
                out.push('\\');
                out.push(c);
            }
        }
    }
}

/// The ES module that exports the names of `locals`.
pub(super) fn script(locals: &Locals, naming: &Naming, order: impl Fn(&str) -> usize) -> String {
    let mut prefix = "d".to_string();
    while locals.keys().any(|name| is_numbered(name, &prefix)) {
        prefix.push('_');
    }
    let mut out = String::new();
    let composed = write_imports(&mut out, locals, &prefix, order);
    // Every name is an export of its own: what nobody imports goes, here and in the sheet.
    let mut members = Vec::new();
    let mut constants = "c".to_string();
    while locals.keys().any(|name| is_numbered(name, &constants)) {
        constants.push('_');
    }
    for (number, name) in locals.keys().enumerate() {
        let value = expression(name, locals, naming, &composed);
        if is_exportable(name) {
            let _ = writeln!(out, "export const {name} = {value};");
            members.push(format!("  {name},\n"));
            continue;
        }
        let _ = writeln!(out, "const {constants}{number} = {value};");
        if name != "default" {
            let _ = writeln!(out, "export {{ {constants}{number} as {} }};", quoted(name));
        }
        // `{"__proto__": …}` would set the prototype.
        let key = if name == "__proto__" { format!("[{}]", quoted(name)) } else { quoted(name) };
        members.push(format!("  {key}: {constants}{number},\n"));
    }
    let mut values: BTreeMap<&str, &str> = naming.values.iter().map(|(name, text)| (&**name, &**text)).collect();
    values.retain(|name, _| !locals.contains_key(*name));
    for (name, text) in values {
        if is_exportable(name) && !is_numbered(name, &constants) && !is_numbered(name, &prefix) {
            let _ = writeln!(out, "export const {name} = {};", quoted(text));
        }
        members.push(format!("  [{}]: {},\n", quoted(name), quoted(text)));
    }
    let _ = writeln!(out, "export default {{\n{}}};", members.concat());
    out
}

fn is_numbered(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// By name: the local names that come with it.
pub(super) fn classes(locals: &Locals) -> Vec<(String, Vec<String>)> {
    let all = |name: &String| {
        let mut found = vec![name.clone()];
        let mut at = 0;
        while let Some(next) = found.get(at).and_then(|name| locals.get(name)) {
            for composed in next {
                match composed {
                    Composed::Local(local) if !found.contains(local) => found.push(local.clone()),
                    _ => {}
                }
            }
            at += 1;
        }
        (name.clone(), found)
    };
    locals.keys().map(all).collect()
}

/// By specifier and name: the variable that has it.
type Imported<'l> = BTreeMap<(&'l str, &'l str), String>;

/// One by one: of an object nobody could tell which of its names are read.
fn write_imports<'l>(
    out: &mut String,
    locals: &'l Locals,
    prefix: &str,
    order: impl Fn(&str) -> usize,
) -> Imported<'l> {
    let mut found: Vec<(&str, &str)> = locals
        .values()
        .flatten()
        .filter_map(|composed| match composed {
            Composed::Dependency { specifier, name } => Some((specifier.as_str(), name.as_str())),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(specifier, name)| (order(specifier), *specifier, *name));
    found.dedup();
    let mut imported = Imported::new();
    for (number, (specifier, name)) in found.into_iter().enumerate() {
        // No export can have this name but the object of all.
        if name == "default" {
            let _ = writeln!(out, "import {prefix}{number} from {};", quoted(specifier));
            imported.insert((specifier, name), format!("{prefix}{number}[\"default\"]"));
            continue;
        }
        let there = if is_exportable(name) { name.to_string() } else { quoted(name) };
        let _ = writeln!(out, "import {{ {there} as {prefix}{number} }} from {};", quoted(specifier));
        imported.insert((specifier, name), format!("{prefix}{number}"));
    }
    imported
}

/// `"own composed " + d0`: everything that `name` composes, directly or not, each once.
fn expression(name: &str, locals: &Locals, naming: &Naming, imported: &Imported) -> String {
    let mut seen = BTreeSet::from([name]);
    let mut terms: Vec<Term> = vec![Term::Text(naming.of(name))];
    let mut queue: std::collections::VecDeque<&Composed> = locals[name].iter().collect();
    while let Some(composed) = queue.pop_front() {
        let term = match composed {
            Composed::Local(local) => {
                if !seen.insert(local) {
                    continue;
                }
                queue.extend(locals.get(local).into_iter().flatten());
                Term::Text(naming.of(local))
            }
            Composed::Global(global) => Term::Text(global.clone()),
            Composed::Dependency { specifier, name } => {
                Term::Code(imported.get(&(specifier.as_str(), name.as_str())).cloned().unwrap_or_default())
            }
        };
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    join(&terms)
}

#[derive(PartialEq)]
enum Term {
    Text(String),
    Code(String),
}

fn join(terms: &[Term]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut text = String::new();
    for (at, term) in terms.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        match term {
            Term::Text(name) => text.push_str(name),
            Term::Code(code) => {
                parts.push(quoted(&std::mem::take(&mut text)));
                parts.push(code.clone());
            }
        }
    }
    if !text.is_empty() {
        parts.push(quoted(&text));
    }
    parts.join(" + ")
}

/// A JavaScript string literal.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Can be declared by `export const`.
pub(super) fn is_exportable(name: &str) -> bool {
    const RESERVED: &[&str] = &[
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
        "undefined",
        "var",
        "void",
        "while",
        "with",
        "yield",
    ];
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '$'))
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
        && !RESERVED.contains(&name)
}

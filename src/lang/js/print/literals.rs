//! Numbers, texts and templates in as few bytes as they need.

use super::code::{Printer, level};
use std::fmt::Write;
use swc_core::atoms::wtf8::Wtf8;
use swc_core::common::BytePos;
use swc_core::ecma::ast::*;

/// The shortest literal of a number that is finite and not negative.
pub(in super::super) fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    // One digit, a point and the others, `e`, a power of ten: the fewest digits that mean the number.
    let scientific = format!("{value:e}");
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let power: i32 = power.parse().unwrap_or(0);
    let count = digits.len() as i32;
    let plain = match power {
        ..0 => format!(".{}{digits}", "0".repeat((-power - 1) as usize)),
        _ if power + 1 >= count => format!("{digits}{}", "0".repeat((power + 1 - count) as usize)),
        _ => format!("{}.{}", &digits[..=power as usize], &digits[power as usize + 1..]),
    };
    let exponent = power + 1 - count;
    let shorter = |one: String, other: String| if other.len() < one.len() { other } else { one };
    let short = if exponent == 0 { plain } else { shorter(plain, format!("{digits}e{exponent}")) };
    let is_whole = value.fract() == 0.0 && value < u64::MAX as f64;
    if is_whole && short.len() > 12 { shorter(short, format!("{:#x}", value as u64)) } else { short }
}

/// Whether its literal has neither point nor exponent.
pub(super) fn is_integer(value: f64) -> bool {
    value.is_finite() && !value.is_sign_negative() && number(value).bytes().all(|byte| byte.is_ascii_digit())
}

/// What a text is written with: the quote that stands in it less often.
fn quote_for(value: &[u8]) -> u8 {
    let count = |quote: u8| value.iter().filter(|byte| **byte == quote).count();
    if count(b'"') > count(b'\'') { b'\'' } else { b'"' }
}

/// Nothing in it needs an escape between double quotes.
fn is_plain(value: &[u8]) -> bool {
    value.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'<' | b'>'))
}

/// Between quotes, with what must be escaped in a script, and in one that stands in a page.
fn quoted(value: &Wtf8, target: EsVersion) -> String {
    let quote = char::from(quote_for(value.as_bytes()));
    let mut out = String::with_capacity(value.len() + 2);
    out.push(quote);
    let mut points = value.code_points().peekable();
    while let Some(point) = points.next() {
        let Some(char) = point.to_char() else {
            let _ = write!(out, "\\u{:04X}", point.to_u32());
            continue;
        };
        match char {
            '\0' => {
                let digit = |next: Option<char>| next.is_some_and(|next| next.is_ascii_digit());
                out.push_str(if digit(points.peek().and_then(|next| next.to_char())) { "\\x00" } else { "\\0" });
            }
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{b}' => out.push_str("\\v"),
            '\t' => out.push('\t'),
            '\\' => out.push_str("\\\\"),
            '\u{1}'..='\u{1f}' => {
                let _ = write!(out, "\\x{:02x}", char as u32);
            }
            '\u{7f}'..='\u{ff}' if target <= EsVersion::Es5 => {
                let _ = write!(out, "\\x{:x}", char as u32);
            }
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            '\u{feff}' => out.push_str("\\uFEFF"),
            '\u{10000}'.. if target <= EsVersion::Es5 => {
                let mut units = [0; 2];
                for unit in char.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
            _ if char == quote => {
                out.push('\\');
                out.push(char);
            }
            _ => out.push(char),
        }
    }
    out.push(quote);
    harmless(&out)
}

/// What would end the script, or begin a comment, if the code stood in a page.
pub(super) fn harmless(text: &str) -> String {
    if !text.contains('<') && !text.contains("-->") {
        return text.to_string();
    }
    let text = text.replace("<!--", "<\\!--").replace("-->", "--\\>");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('<') {
        let (before, behind) = rest.split_at(at + 1);
        out.push_str(before);
        if ends_script(behind) {
            out.push('\\');
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// `/script` as a parser of HTML takes it for the end of a script.
fn ends_script(behind: &str) -> bool {
    behind.get(..7).is_some_and(|name| name.eq_ignore_ascii_case("/script"))
        && behind[7..].starts_with(['>', '/', ' ', '\t', '\n', '\u{c}', '\r'])
}

impl<'a> Printer<'a> {
    pub(super) fn literal(&mut self, literal: &Lit, wanted: u8) {
        match literal {
            Lit::Str(text) => self.string(text),
            Lit::Bool(found) => {
                let wraps = wanted > level::PREFIX;
                self.open(wraps);
                self.out.mark(found.span.lo);
                self.out.push(if found.value { "!0" } else { "!1" });
                self.close(wraps);
            }
            Lit::Null(found) => self.out.word_at(found.span, "null"),
            Lit::Num(found) => self.number(found, wanted),
            Lit::BigInt(found) => self.big_integer(found, wanted),
            Lit::Regex(found) => {
                self.out.mark(found.span.lo);
                self.out.regex(&found.exp, &found.flags);
            }
            Lit::JSXText(_) => self.fail(),
        }
    }

    /// Those that a compressor has calculated may be negative.
    pub(super) fn big_integer(&mut self, found: &BigInt, wanted: u8) {
        let signed = found.value.to_string();
        let decimal = signed.trim_start_matches('-');
        let wraps = signed.len() > decimal.len() && wanted > level::PREFIX;
        self.open(wraps);
        if signed.len() > decimal.len() {
            self.out.prefix("-");
        }
        self.out.space();
        self.out.mark(found.span.lo);
        if decimal.len() > 16 {
            self.out.push(&format!("0x{}", found.value.to_str_radix(16).trim_start_matches('-')));
        } else {
            self.out.push(decimal);
        }
        self.out.push("n");
        self.close(wraps);
    }

    pub(super) fn number(&mut self, found: &Number, wanted: u8) {
        let value = found.value;
        if value.is_nan() || value.is_infinite() {
            let wraps = wanted > level::MULTIPLY;
            self.open(wraps);
            if value.is_sign_negative() && !value.is_nan() {
                self.out.prefix("-");
            }
            self.out.space();
            self.out.mark(found.span.lo);
            self.out.push(if value.is_nan() { "0/0" } else { "1/0" });
            self.close(wraps);
        } else if value.is_sign_negative() {
            let wraps = wanted > level::PREFIX;
            self.open(wraps);
            self.out.prefix("-");
            self.out.push(&number(-value));
            self.close(wraps);
        } else {
            self.out.space();
            self.out.mark(found.span.lo);
            if found.span.is_dummy() {
                self.out.made_up();
            }
            // Most numbers are small.
            if value < 10.0 && value.fract() == 0.0 {
                self.out.text.push(char::from(b'0' + value as u8));
            } else {
                self.out.push(&number(value));
            }
        }
    }

    pub(super) fn string(&mut self, text: &Str) {
        if text.span.is_dummy() {
            self.out.made_up();
        }
        self.out.mark(text.span.lo);
        // With escapes it is no directive.
        if let Some(raw) = text.raw.as_ref().filter(|raw| raw.contains('\\') && &*text.value == "use strict") {
            return self.out.push(raw);
        }
        match text.value.as_str() {
            Some(value) if is_plain(value.as_bytes()) => {
                self.out.push("\"");
                self.out.raw(value);
                self.out.push("\"");
            }
            _ => {
                let text = quoted(&text.value, self.target);
                self.out.raw(&text);
            }
        }
    }

    /// `tagged`: what stands in it means something as it is written.
    pub(super) fn template(&mut self, template: &'a Tpl, tagged: bool) {
        self.out.mark(template.span.lo);
        self.out.push("`");
        for (at, element) in template.quasis.iter().enumerate() {
            self.template_text(element, tagged);
            if let Some(expression) = template.exprs.get(at) {
                self.out.push("${");
                self.bracketed(|printer| printer.expression(expression, level::LOWEST));
                self.out.push("}");
            }
        }
        self.out.push("`");
    }

    fn template_text(&mut self, element: &TplElement, tagged: bool) {
        let raw: &str = &element.raw;
        let start = element.span.lo;
        if raw.contains('\r') {
            // Both are line feeds to the language.
            self.out.mark(start);
            return self.template_line(&raw.replace("\r\n", "\n").replace('\r', "\n"), tagged);
        }
        let mut offset = 0;
        for line in raw.split_inclusive('\n') {
            if !start.is_dummy() {
                self.out.mark(start + BytePos(offset));
            }
            self.template_line(line, tagged);
            offset += line.len() as u32;
        }
    }

    fn template_line(&mut self, line: &str, tagged: bool) {
        if tagged || !line.contains(['<', '>']) {
            return self.out.raw(line);
        }
        let line = harmless(line);
        self.out.raw(&line);
    }
}

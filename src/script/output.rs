//! Text under construction: pieces, and positions for the source map.

use crate::lang::sourcemap::Token;
use crate::model::{OutputKey, Piece, RefStyle};

#[derive(Default)]
pub struct Output {
    pub pieces: Vec<Piece>,
    text: String,
    map: bool,
    line: u32,
    /// UTF-16 units since the line start.
    column: u32,
    pub tokens: Vec<Token>,
    last: u8,
    written: u64,
}

impl Output {
    pub fn new(map: bool) -> Self {
        Output { map, ..Output::default() }
    }

    pub fn push(&mut self, text: &str) {
        let Some(last) = text.as_bytes().last() else { return };
        self.last = *last;
        self.written += text.len() as u64;
        if self.map {
            self.advance(text);
        }
        self.text.push_str(text);
    }

    /// A reference whose final text will have about `length` characters.
    pub fn push_ref(&mut self, key: OutputKey, style: RefStyle, length: usize) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text).into_bytes()));
        }
        self.pieces.push(Piece::Ref(key, style));
        self.column += length as u32;
        self.written += length as u64;
        self.last = b'x';
    }

    fn advance(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let tail = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => {
                self.line += bytes.iter().filter(|byte| **byte == b'\n').count() as u32;
                self.column = 0;
                &bytes[at + 1..]
            }
            None => bytes,
        };
        let units: u32 = tail.iter().map(|byte| u32::from((byte & 0xC0) != 0x80) + u32::from(*byte >= 0xF0)).sum();
        self.column += units;
    }

    pub fn token(&mut self, source: u32, source_line: u32, source_column: u32, name: u32) {
        self.tokens.push(Token { line: self.line, column: self.column, source, source_line, source_column, name });
    }

    /// A line end, unless one is there or nothing is.
    pub fn end_line(&mut self) {
        if self.last != b'\n' && self.written > 0 {
            self.push("\n");
        }
    }

    /// Separates statements of different modules.
    pub fn end_statement(&mut self) {
        if !matches!(self.last, b'\n' | b';' | 0) {
            self.push(";");
        }
    }

    pub fn written(&self) -> u64 {
        self.written
    }

    pub fn finish(mut self) -> (Vec<Piece>, Vec<Token>) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(self.text.into_bytes()));
        }
        (self.pieces, self.tokens)
    }
}

/// `text` as a JavaScript string literal with double quotes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A property name: bare where the grammar allows it.
pub fn property(name: &str) -> String {
    if is_identifier(name) { name.to_string() } else { quote(name) }
}

pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

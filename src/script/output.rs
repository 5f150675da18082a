//! Text under construction: pieces, and positions for the source map.

use crate::lang::sourcemap::{Mappings, NOWHERE, Token};
use crate::model::{OutputKey, Piece, RefStyle, Span, Spot};

#[derive(Default)]
pub struct Output {
    pub pieces: Vec<Piece>,
    text: String,
    maps: bool,
    line: u32,
    /// UTF-16 units since the line start.
    column: u32,
    mappings: Mappings,
    last: u8,
    written: u64,
    refs: u32,
    /// Characters of mentions, as far as they can be guessed.
    guessed: u64,
    joined: Option<Joined>,
    /// Of a part: mappings that are not encoded yet.
    tokens: Option<Vec<Token>>,
}

/// What a module has of a chunk: bytes of text, and which mentions of other outputs.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    pub bytes: u64,
    pub spans: Vec<Span>,
}

impl Extent {
    /// What was written to a part that now begins at `start`.
    pub fn add(&mut self, part: Extent, start: Spot) {
        let moved = |spot: Spot| Spot { bytes: spot.bytes + start.bytes, mentions: spot.mentions + start.mentions };
        self.bytes += part.bytes;
        part.spans.into_iter().for_each(|span| self.span(moved(span.start), moved(span.end)));
    }

    fn span(&mut self, start: Spot, end: Spot) {
        match self.spans.last_mut() {
            _ if start == end => {}
            Some(last) if last.end == start => last.end = end,
            _ => self.spans.push(Span { start, end }),
        }
    }
}

/// Text for another pass: each literal that refers to another output is a name.
#[derive(Default)]
pub struct Joined {
    pub text: String,
    /// The literals, by number in the name.
    pub references: Vec<(OutputKey, RefStyle, usize)>,
    /// Their columns are bytes of the text.
    pub tokens: Vec<Token>,
    /// Where modules end, in order.
    pub ends: Vec<usize>,
    /// A literal has begun and not ended.
    open: bool,
    /// A reference is only part of a literal.
    failed: bool,
}

/// Of names for literals; a number follows.
pub const REFERENCE: &str = "R$";

impl Output {
    pub fn new(map: bool) -> Self {
        Output { maps: map, ..Output::default() }
    }

    /// To be put into another one that has text before it.
    pub fn part(map: bool) -> Self {
        Output { maps: map, tokens: Some(Vec::new()), last: b';', ..Output::default() }
    }

    /// Puts a part behind what there is. `names`: by number in the part.
    pub fn append(&mut self, part: Output, first_source: u32, names: &[u32]) {
        let (line, column) = (self.line, self.column);
        for (at, token) in part.tokens.unwrap_or_default().into_iter().enumerate() {
            let nowhere = token.source == NOWHERE;
            if at == 0 && nowhere && self.mappings.last().is_none_or(|last| last.source == NOWHERE) {
                continue;
            }
            self.map(Token {
                line: line + token.line,
                column: if token.line == 0 { column + token.column } else { token.column },
                source: if nowhere { NOWHERE } else { first_source + token.source },
                name: if token.name == u32::MAX { u32::MAX } else { names[token.name as usize] },
                ..token
            });
        }
        for piece in part.pieces {
            match piece {
                Piece::Text(text) => self.text.push_str(std::str::from_utf8(&text).unwrap_or_default()),
                mention => {
                    if !self.text.is_empty() {
                        self.pieces.push(Piece::Text(std::mem::take(&mut self.text).into_bytes()));
                    }
                    self.pieces.push(mention);
                }
            }
        }
        self.text.push_str(&part.text);
        self.column = if part.line == 0 { column + part.column } else { part.column };
        self.line += part.line;
        if part.written > 0 {
            self.last = part.last;
        }
        self.written += part.written;
        self.guessed += part.guessed;
        self.refs += part.refs;
    }

    pub fn joined() -> Self {
        Output { maps: true, joined: Some(Joined::default()), ..Output::default() }
    }

    pub fn push(&mut self, text: &str) {
        let Some(last) = text.as_bytes().last() else { return };
        self.last = *last;
        self.written += text.len() as u64;
        if let Some(joined) = &mut self.joined {
            let rest = if joined.open { text.strip_prefix('"') } else { Some(text) };
            joined.failed |= rest.is_none();
            joined.open = false;
            joined.text.push_str(rest.unwrap_or(text));
            return;
        }
        if self.maps {
            self.advance(text);
        }
        self.text.push_str(text);
    }

    /// A reference whose final text will have about `length` characters.
    pub fn push_ref(&mut self, key: OutputKey, style: RefStyle, length: usize) {
        self.last = b'x';
        self.written += length as u64;
        self.guessed += length as u64;
        self.refs += 1;
        if let Some(joined) = &mut self.joined {
            joined.failed |= joined.text.pop() != Some('"') || joined.open;
            joined.open = true;
            joined.text.push_str(&format!("{REFERENCE}{}", joined.references.len()));
            joined.references.push((key, style, length));
            return;
        }
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text).into_bytes()));
        }
        self.pieces.push(Piece::Ref(key, style));
        self.column += length as u32;
    }

    fn advance(&mut self, text: &str) {
        let bytes = text.as_bytes();
        // Most pieces are a few letters.
        let plain = match bytes.len() {
            ..16 => bytes.iter().all(|byte| *byte < 0x80 && *byte != b'\n'),
            _ => bytes.is_ascii() && !bytes.contains(&b'\n'),
        };
        if plain {
            self.column += bytes.len() as u32;
            return;
        }
        // U+2028 and U+2029 end lines too.
        let ends = |at: &usize| {
            bytes[*at] == b'\n'
                || matches!(bytes[*at], 0xA8 | 0xA9)
                    && at.checked_sub(2).is_some_and(|from| bytes[from..*at] == [0xE2, 0x80])
        };
        let lines = (0..bytes.len()).filter(ends);
        let tail = match lines.clone().next_back() {
            Some(at) => {
                self.line += lines.count() as u32;
                self.column = 0;
                &bytes[at + 1..]
            }
            None => bytes,
        };
        let units: u32 = tail.iter().map(|byte| u32::from((byte & 0xC0) != 0x80) + u32::from(*byte >= 0xF0)).sum();
        self.column += units;
    }

    /// What follows comes from no source.
    pub fn unmapped(&mut self) {
        let sourced = |last: Option<&Token>| last.is_some_and(|last| last.source != NOWHERE);
        let sourced = match (&self.joined, &self.tokens) {
            (Some(joined), _) => sourced(joined.tokens.last()),
            // What stands before a part is not known.
            (None, Some(tokens)) => tokens.is_empty() || sourced(tokens.last()),
            (None, None) => sourced(self.mappings.last()),
        };
        if self.maps && sourced {
            self.token(NOWHERE, 0, 0, u32::MAX);
        }
    }

    pub fn token(&mut self, source: u32, source_line: u32, source_column: u32, name: u32) {
        let token = |line, column| Token { line, column, source, source_line, source_column, name };
        let (line, column) = (self.line, self.column);
        match (&mut self.joined, &mut self.tokens) {
            (Some(joined), _) => note(&mut joined.tokens, token(0, joined.text.len() as u32)),
            (None, Some(tokens)) => note(tokens, token(line, column)),
            (None, None) => self.map(token(line, column)),
        }
    }

    fn map(&mut self, token: Token) {
        if replaces(&token, self.mappings.last()) {
            self.mappings.pop();
        }
        self.mappings.push(token);
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
        if let Some(joined) = &mut self.joined {
            joined.ends.push(joined.text.len());
        }
    }

    pub fn written(&self) -> u64 {
        self.written
    }

    /// Where the text is now, for [`Self::since`].
    pub fn mark(&self) -> Spot {
        Spot { bytes: self.written - self.guessed, mentions: self.refs }
    }

    /// Adds to `extent` what was written since.
    pub fn since(&self, start: Spot, extent: &mut Extent) {
        let end = self.mark();
        extent.bytes += end.bytes - start.bytes;
        extent.span(start, end);
    }

    pub fn is_joined(&self) -> bool {
        self.joined.is_some()
    }

    /// Bytes of the text for another pass so far.
    pub fn joined_bytes(&self) -> Option<usize> {
        self.joined.as_ref().map(|joined| joined.text.len())
    }

    /// The text for another pass; `None` if it cannot be given to one.
    pub fn into_joined(self) -> Option<Joined> {
        self.joined.filter(|joined| !joined.failed && !joined.open)
    }

    pub fn finish(mut self) -> (Vec<Piece>, Mappings) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(self.text.into_bytes()));
        }
        (self.pieces, self.mappings)
    }
}

/// Whether nothing stands between a mapping to nowhere and this one.
fn replaces(token: &Token, last: Option<&Token>) -> bool {
    last.is_some_and(|last| (last.line, last.column) == (token.line, token.column) && last.source == NOWHERE)
}

fn note(tokens: &mut Vec<Token>, token: Token) {
    if replaces(&token, tokens.last()) {
        tokens.pop();
    }
    tokens.push(token);
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

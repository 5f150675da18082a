//! CSS tokens with byte ranges, as CSS Syntax 3 section 4 defines them, as far as statements and URLs need it.
//!
//! lightningcss gives lines and columns of some nodes only; linking needs exact byte ranges of every URL and import.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Space,
    Comment,
    Ident,
    /// A name and its `(`.
    Function,
    AtKeyword,
    Hash,
    /// Numbers, percentages and dimensions.
    Number,
    String,
    /// `url(…)` without quotes, whole.
    Url,
    /// A string or URL that was never closed properly.
    Bad,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    Semicolon,
    /// `<!--` or `-->`.
    Cdx,
    Other,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

impl Token {
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        &source[self.start as usize..self.end as usize]
    }

    /// The name of an identifier, function or at-keyword: escapes decoded, lower case.
    pub fn name(&self, source: &str) -> String {
        let text = self.text(source);
        let text = match self.kind {
            Kind::Function => &text[..text.len() - 1],
            Kind::AtKeyword => &text[1..],
            _ => text,
        };
        unescape(text).to_ascii_lowercase()
    }

    /// Byte range of what is inside the quotes.
    pub fn inside_quotes(&self, source: &str) -> (u32, u32) {
        let text = self.text(source);
        let closed = text.len() > 1 && text.as_bytes()[0] == text.as_bytes()[text.len() - 1];
        (self.start + 1, self.end - u32::from(closed))
    }

    /// Byte range of what is inside `url(` and `)`, without white space around it.
    pub fn inside_url(&self, source: &str) -> (u32, u32) {
        let text = self.text(source);
        let open = text.find('(').map_or(0, |at| at + 1);
        let inner = text[open..].strip_suffix(')').unwrap_or(&text[open..]);
        let trimmed = inner.trim_start_matches(is_space);
        let start = open + inner.len() - trimmed.len();
        (self.start + start as u32, self.start + (start + trimmed.trim_end_matches(is_space).len()) as u32)
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

fn space(byte: u8) -> bool {
    is_space(byte as char)
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

/// Decodes CSS escapes, also the escaped line ends of strings.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits > 0 {
            let code = u32::from_str_radix(&rest[..digits], 16).unwrap_or(0);
            out.push(char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}'));
            rest = &rest[digits..];
            rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(is_space)).unwrap_or(rest);
        } else if let Some(after) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r', '\u{c}'])) {
            rest = after;
        } else if let Some(c) = rest.chars().next() {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out.push_str(rest);
    out
}

/// All tokens of a text; their ranges cover it without gaps. Never fails: what is no CSS becomes `Bad` or `Other`.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { bytes: source.as_bytes(), at: 0 };
    let mut out = Vec::with_capacity(source.len() / 4);
    while lexer.at < lexer.bytes.len() {
        let start = lexer.at;
        let kind = lexer.token();
        out.push(Token { kind, start: start as u32, end: lexer.at as u32 });
    }
    out
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Always moves on, always to a character boundary.
    fn token(&mut self) -> Kind {
        let byte = self.peek(0);
        match byte {
            _ if space(byte) => {
                self.skip_while(space);
                Kind::Space
            }
            b'/' if self.peek(1) == b'*' => self.comment(),
            b'"' | b'\'' => self.string(byte),
            b'#' if is_name_byte(self.peek(1)) || self.escape_at(1) => {
                self.at += 1;
                self.name();
                Kind::Hash
            }
            b'@' if self.name_starts(1) => {
                self.at += 1;
                self.name();
                Kind::AtKeyword
            }
            b'(' | b'[' | b'{' => self.single(Kind::Open(byte)),
            b')' | b']' | b'}' => self.single(Kind::Close(byte)),
            b';' => self.single(Kind::Semicolon),
            b'<' if self.bytes[self.at..].starts_with(b"<!--") => {
                self.at += 4;
                Kind::Cdx
            }
            b'-' if self.bytes[self.at..].starts_with(b"-->") => {
                self.at += 3;
                Kind::Cdx
            }
            _ if self.number_starts() => self.number(),
            _ if self.name_starts(0) => self.ident_like(),
            _ => self.single(Kind::Other),
        }
    }

    fn single(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        while self.at < self.bytes.len() && test(self.bytes[self.at]) {
            self.at += 1;
        }
    }

    fn comment(&mut self) -> Kind {
        let rest = &self.bytes[self.at + 2..];
        let length = rest.windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |at| at + 2);
        self.at += 2 + length;
        Kind::Comment
    }

    fn string(&mut self, quote: u8) -> Kind {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                byte if byte == quote => return self.single(Kind::String),
                b'\n' | b'\r' | 0xc => return Kind::Bad,
                b'\\' => self.escaped(),
                _ => self.at += 1,
            }
        }
        Kind::String
    }

    /// A backslash and the character after it, or up to six hexadecimal digits and the white space that ends them.
    fn escaped(&mut self) {
        self.at += 1;
        let digits = (0..6).take_while(|at| self.peek(*at).is_ascii_hexdigit()).count();
        if digits > 0 {
            self.at += digits;
            if self.peek(0) == b'\r' && self.peek(1) == b'\n' {
                self.at += 2;
            } else if matches!(self.peek(0), b' ' | b'\t' | b'\n' | b'\r' | 0xc) {
                self.at += 1;
            }
            return;
        }
        if self.peek(0) == b'\r' && self.peek(1) == b'\n' {
            self.at += 1;
        }
        if self.at < self.bytes.len() {
            self.at += 1;
            self.skip_while(|byte| byte & 0xc0 == 0x80);
        }
    }

    fn escape_at(&self, ahead: usize) -> bool {
        self.peek(ahead) == b'\\' && !matches!(self.peek(ahead + 1), b'\n' | b'\r' | 0xc | 0)
    }

    fn name_starts(&self, ahead: usize) -> bool {
        let byte = self.peek(ahead);
        if byte == b'-' {
            let next = self.peek(ahead + 1);
            return next == b'-' || is_name_start(next) || self.escape_at(ahead + 1);
        }
        is_name_start(byte) || self.escape_at(ahead)
    }

    fn number_starts(&self) -> bool {
        let sign = usize::from(matches!(self.peek(0), b'+' | b'-'));
        let dot = usize::from(self.peek(sign) == b'.');
        self.peek(sign + dot).is_ascii_digit()
    }

    fn number(&mut self) -> Kind {
        self.at += 1;
        self.skip_while(|byte| byte.is_ascii_digit());
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
        }
        self.name();
        Kind::Number
    }

    fn name(&mut self) {
        loop {
            if is_name_byte(self.peek(0)) {
                self.at += 1;
            } else if self.escape_at(0) {
                self.escaped();
            } else {
                return;
            }
        }
    }

    fn ident_like(&mut self) -> Kind {
        let start = self.at;
        self.name();
        if self.peek(0) != b'(' {
            return Kind::Ident;
        }
        let is_url = self.bytes[start..self.at].eq_ignore_ascii_case(b"url");
        self.at += 1;
        if !is_url {
            return Kind::Function;
        }
        let after_space = self.bytes[self.at..].iter().find(|byte| !space(**byte)).copied();
        if matches!(after_space, Some(b'"' | b'\'')) { Kind::Function } else { self.url() }
    }

    fn url(&mut self) -> Kind {
        self.skip_while(space);
        let mut kind = Kind::Url;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b')' => {
                    self.at += 1;
                    return kind;
                }
                b'\\' if self.escape_at(0) => self.escaped(),
                b'"' | b'\'' | b'(' | b'\\' => {
                    kind = Kind::Bad;
                    self.at += 1;
                }
                byte if space(byte) => {
                    self.skip_while(space);
                    if self.at < self.bytes.len() && self.peek(0) != b')' {
                        kind = Kind::Bad;
                    }
                }
                _ => self.at += 1,
            }
        }
        kind
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_the_text() {
        let source =
            "@import 'a\\\nb';/* x */a:hover{b:url( q.png ) 1e3px #fff;c:url(\"x)\")}\u{e9}\\26 B{}<!-- \"open";
        let tokens = tokens(source);
        let mut at = 0;
        for token in &tokens {
            assert_eq!(token.start, at);
            assert!(source.is_char_boundary(token.end as usize));
            at = token.end;
        }
        assert_eq!(at as usize, source.len());
        let url = tokens.iter().find(|token| token.kind == Kind::Url).unwrap();
        let (start, end) = url.inside_url(source);
        assert_eq!(&source[start as usize..end as usize], "q.png");
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"a\26 b\000063\)"), "a&bc)");
        assert_eq!(unescape("a\\\nb"), "ab");
        assert_eq!(unescape("\\0 \\110000 \\"), "\u{fffd}\u{fffd}");
        let source = r"\75rl(x)";
        assert_eq!(tokens(source)[0].name(source), "url");
    }
}

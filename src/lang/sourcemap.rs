//! Source map v3: encoding.

use serde::Serialize;

/// One mapping of a generated file; positions are 0-based, columns in UTF-16 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub line: u32,
    pub column: u32,
    /// [`NOWHERE`]: what follows comes from no source.
    pub source: u32,
    pub source_line: u32,
    pub source_column: u32,
    /// Index into the names, or `u32::MAX`.
    pub name: u32,
}

pub const NOWHERE: u32 = u32::MAX;

/// The `mappings` field under construction. Tokens come in order of their generated position and are encoded at once, since
/// a large output has millions of them.
#[derive(Default)]
pub struct Mappings {
    text: String,
    /// Not encoded yet.
    last: Option<Token>,
    /// A segment of the line is there.
    in_line: bool,
    line: u32,
    column: i64,
    source_line: i64,
    source_column: i64,
    sources: Numbers,
    names: Numbers,
}

/// Numbers given by first mention.
#[derive(Default)]
struct Numbers {
    /// By new number, the old one.
    used: Vec<u32>,
    /// By old number, the new one.
    new: Vec<u32>,
    last: i64,
}

impl Numbers {
    /// What to add to the number of the mention before.
    fn step(&mut self, old: u32) -> i64 {
        let at = old as usize;
        if at >= self.new.len() {
            self.new.resize(at + 1, u32::MAX);
        }
        if self.new[at] == u32::MAX {
            self.new[at] = self.used.len() as u32;
            self.used.push(old);
        }
        let now = i64::from(self.new[at]);
        now - std::mem::replace(&mut self.last, now)
    }
}

/// The `mappings` field, and what its numbers stand for.
pub struct Encoded {
    pub text: String,
    /// By number in the text, the number that tokens had.
    pub sources: Vec<u32>,
    pub names: Vec<u32>,
}

impl Mappings {
    pub fn of(tokens: impl IntoIterator<Item = Token>) -> Self {
        let mut out = Mappings::default();
        tokens.into_iter().for_each(|token| out.push(token));
        out
    }

    pub fn last(&self) -> Option<&Token> {
        self.last.as_ref()
    }

    pub fn push(&mut self, token: Token) {
        self.flush();
        self.last = Some(token);
    }

    /// Takes back the last token.
    pub fn pop(&mut self) {
        self.last = None;
    }

    pub fn finish(mut self) -> Encoded {
        let ends_nowhere = self.last.is_some_and(|last| last.source == NOWHERE);
        self.flush();
        if ends_nowhere {
            // Node 20 reads on behind a last segment of one field: it would come from where the one before comes from.
            self.text.push(';');
        }
        Encoded { text: self.text, sources: self.sources.used, names: self.names.used }
    }

    fn flush(&mut self) {
        let Some(token) = self.last.take() else { return };
        while self.line < token.line {
            self.text.push(';');
            (self.line, self.column, self.in_line) = (self.line + 1, 0, false);
        }
        if std::mem::replace(&mut self.in_line, true) {
            self.text.push(',');
        }
        let step = |before: &mut i64, now: u32| i64::from(now) - std::mem::replace(before, i64::from(now));
        push_vlq(&mut self.text, step(&mut self.column, token.column));
        if token.source == NOWHERE {
            return;
        }
        push_vlq(&mut self.text, self.sources.step(token.source));
        push_vlq(&mut self.text, step(&mut self.source_line, token.source_line));
        push_vlq(&mut self.text, step(&mut self.source_column, token.source_column));
        if token.name != u32::MAX {
            push_vlq(&mut self.text, self.names.step(token.name));
        }
    }
}

fn push_vlq(out: &mut String, value: i64) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut rest = if value < 0 { ((-value as u64) << 1) | 1 } else { (value as u64) << 1 };
    loop {
        let digit = rest & 31;
        rest >>= 5;
        out.push(DIGITS[(digit | if rest > 0 { 32 } else { 0 }) as usize] as char);
        if rest == 0 {
            break;
        }
    }
}

/// The whole map as JSON text.
pub fn encode(sources: &[String], contents: Option<&[&str]>, names: &[&str], ignore: &[u32], mappings: &str) -> String {
    let bytes: usize = contents.unwrap_or_default().iter().map(|text| text.len()).sum();
    let listed: usize = sources.iter().map(|name| name.len() + 8).chain(names.iter().map(|name| name.len() + 4)).sum();
    let ignore_list = (!ignore.is_empty()).then_some(ignore);
    let map = Map { version: 3, sources, sources_content: contents, names, mappings, ignore_list };
    // Line ends and quotes of the sources take two bytes. What is not needed of the room is never touched.
    let mut out = Vec::with_capacity(bytes + bytes / 4 + listed + mappings.len() + 1024);
    match serde_json::to_writer(&mut out, &map) {
        Ok(()) => String::from_utf8(out).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

/// A map as a URL.
pub fn data_url(map: &str) -> String {
    format!("data:application/json;base64,{}", base64(map.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            out.push(if at <= group.len() { DIGITS[(bits >> (18 - 6 * at)) as usize & 63] as char } else { '=' });
        }
    }
    out
}

/// In the order in which it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Map<'a> {
    version: u32,
    sources: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    sources_content: Option<&'a [&'a str]>,
    names: &'a [&'a str],
    mappings: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore_list: Option<&'a [u32]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vlq() {
        let token = |line, column, source_line, source_column| Token {
            line,
            column,
            source: 0,
            source_line,
            source_column,
            name: u32::MAX,
        };
        let nowhere = Token { source: NOWHERE, ..token(2, 9, 0, 0) };
        let encoded = |tokens: &[Token]| Mappings::of(tokens.iter().copied()).finish();
        let tokens = [token(0, 0, 0, 0), token(0, 16, 1, 0), token(2, 1, 0, 5)];
        assert_eq!(encoded(&tokens).text, "AAAA,gBACA;;CADK");
        assert_eq!(encoded(&[tokens[0], nowhere]).text, "AAAA;;S;");
        assert_eq!(encoded(&[]).text, "");
    }

    #[test]
    fn what_is_not_mentioned_has_no_number() {
        let token = |column, source, name| Token { line: 0, column, source, source_line: 0, source_column: 0, name };
        let mut mappings = Mappings::of([token(0, 4, u32::MAX), token(1, 2, 7), token(2, 9, 8)]);
        mappings.pop();
        mappings.push(token(3, 4, 3));
        let Encoded { text, sources, names } = mappings.finish();
        assert_eq!((text.as_str(), sources, names), ("AAAA,CCAAA,EDAAC", vec![4, 2], vec![7, 3]));
    }
}

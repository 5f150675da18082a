//! Source map v3: encoding.

use rayon::prelude::*;

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
    text: Vec<u8>,
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
            self.text.push(b';');
        }
        let text = String::from_utf8(self.text).unwrap_or_default();
        Encoded { text, sources: self.sources.used, names: self.names.used }
    }

    fn flush(&mut self) {
        let Some(token) = self.last.take() else { return };
        while self.line < token.line {
            self.text.push(b';');
            (self.line, self.column, self.in_line) = (self.line + 1, 0, false);
        }
        let mut segment = Segment { bytes: [b','; SEGMENT_BYTES], length: 0 };
        segment.length += usize::from(std::mem::replace(&mut self.in_line, true));
        let step = |before: &mut i64, now: u32| i64::from(now) - std::mem::replace(before, i64::from(now));
        segment.vlq(step(&mut self.column, token.column));
        if token.source != NOWHERE {
            segment.vlq(self.sources.step(token.source));
            segment.vlq(step(&mut self.source_line, token.source_line));
            segment.vlq(step(&mut self.source_column, token.source_column));
            if token.name != u32::MAX {
                segment.vlq(self.names.step(token.name));
            }
        }
        self.text.extend_from_slice(&segment.bytes[..segment.length]);
    }
}

/// A comma, and five numbers of 33 bits.
const SEGMENT_BYTES: usize = 1 + 5 * 7;

struct Segment {
    bytes: [u8; SEGMENT_BYTES],
    length: usize,
}

impl Segment {
    fn vlq(&mut self, value: i64) {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut rest = if value < 0 { ((-value as u64) << 1) | 1 } else { (value as u64) << 1 };
        loop {
            let digit = rest & 31;
            rest >>= 5;
            self.bytes[self.length] = DIGITS[(digit | if rest > 0 { 32 } else { 0 }) as usize];
            self.length += 1;
            if rest == 0 {
                break;
            }
        }
    }
}

/// The whole map as JSON text.
pub fn encode(sources: &[String], contents: Option<&[&str]>, names: &[&str], ignore: &[u32], mappings: &str) -> String {
    let list = |list: &[&str]| serde_json::to_string(list).unwrap_or_default();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let head = format!("{{\"version\":3,\"sources\":{}", list(&sources));
    let mut tail = format!(",\"names\":{},\"mappings\":", list(names));
    // A number of base 64, a comma or a semicolon needs no escape.
    tail.extend(["\"", mappings, "\""]);
    if !ignore.is_empty() {
        tail.push_str(&format!(",\"ignoreList\":{}", serde_json::Value::from(ignore)));
    }
    tail.push('}');
    let contents = contents.map(|contents| (contents, contents.par_iter().map(|text| quoted_length(text)).collect()));
    let room =
        contents.as_ref().map_or(0, |(_, lengths): &(_, Vec<usize>)| lengths.iter().sum::<usize>() + lengths.len());
    let mut out = Vec::with_capacity(head.len() + room + tail.len() + 32);
    out.extend_from_slice(head.as_bytes());
    if let Some((contents, lengths)) = contents {
        out.extend_from_slice(b",\"sourcesContent\":[");
        quote_all(contents, &lengths, &mut out);
        out.push(b']');
    }
    out.extend_from_slice(tail.as_bytes());
    String::from_utf8(out).unwrap_or_default()
}

/// Texts as JSON, with commas between them: they are most of a map, so each core writes some of them to their place.
fn quote_all(texts: &[&str], lengths: &[usize], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + (lengths.iter().sum::<usize>() + lengths.len()).saturating_sub(1), b',');
    let mut rest = &mut out[start..];
    let mut places = Vec::with_capacity(texts.len());
    for length in lengths {
        let (place, more) = rest.split_at_mut(*length);
        places.push(place);
        rest = more.split_first_mut().map_or(&mut [], |(_, more)| more);
    }
    texts.par_iter().zip(places).for_each(|(text, place)| quote(text.as_bytes(), place));
}

/// Of a text as JSON.
fn quoted_length(text: &str) -> usize {
    let short = |byte: u8| usize::from(byte == b'"' || byte == b'\\' || byte < b' ');
    let long = |byte: u8| usize::from(byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t' | 8 | 12));
    text.len() + 2 + text.bytes().map(|byte| short(byte) + 4 * long(byte)).sum::<usize>()
}

/// How many bytes from the start on need no escape. Eight at a time: see "Determine if a word has a byte less than n" in
/// the Bit Twiddling Hacks.
fn plain(text: &[u8]) -> usize {
    const EACH: u64 = u64::MAX / 255;
    let zero = |word: u64| word.wrapping_sub(EACH) & !word & (EACH << 7);
    let mut at = 0;
    while let Some(word) = text.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map(u64::from_le_bytes) {
        let control = word.wrapping_sub(EACH * 0x20) & !word & (EACH << 7);
        let found = control | zero(word ^ (EACH * u64::from(b'"'))) | zero(word ^ (EACH * u64::from(b'\\')));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    at + text[at..].iter().position(special).unwrap_or(text.len() - at)
}

/// `place` is as long as [`quoted_length`] says.
fn quote(text: &[u8], place: &mut [u8]) {
    let mut at = 0;
    let mut write = |bytes: &[u8]| {
        place[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    write(b"\"");
    let mut rest = text;
    loop {
        let length = plain(rest);
        write(&rest[..length]);
        match rest.get(length) {
            None => break,
            Some(b'\n') => write(b"\\n"),
            Some(b'\r') => write(b"\\r"),
            Some(b'\t') => write(b"\\t"),
            Some(8) => write(b"\\b"),
            Some(12) => write(b"\\f"),
            Some(byte @ (b'"' | b'\\')) => write(&[b'\\', *byte]),
            Some(byte) => write(format!("\\u{byte:04x}").as_bytes()),
        }
        rest = &rest[length + 1..];
    }
    write(b"\"");
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
    fn sources_are_quoted_as_json() {
        let every: String = (0..0x90u32).chain([0x2028, 0x1F600]).filter_map(char::from_u32).collect();
        let contents = [every.as_str(), "", "\"\\\n", "plain"];
        let sources = ["a\"b".to_string(), "c".to_string(), "d".to_string(), "e".to_string()];
        let text = encode(&sources, Some(&contents), &["x"], &[1, 3], "AAAA");
        let map = |contents: serde_json::Value| {
            serde_json::json!({ "version": 3, "sources": sources, "sourcesContent": contents, "names": ["x"],
                "mappings": "AAAA", "ignoreList": [1, 3] })
        };
        assert_eq!(text, map(serde_json::json!(contents)).to_string());
        let none: [&str; 0] = [];
        assert_eq!(
            encode(&[], Some(&none), &[], &[], ""),
            r#"{"version":3,"sources":[],"sourcesContent":[],"names":[],"mappings":""}"#
        );
        assert_eq!(encode(&[], None, &[], &[], ""), r#"{"version":3,"sources":[],"names":[],"mappings":""}"#);
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

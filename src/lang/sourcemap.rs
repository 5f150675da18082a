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

/// The `mappings` field for tokens sorted by generated position.
pub fn encode_mappings(tokens: &[Token]) -> String {
    let mut out = String::with_capacity(tokens.len() * 6);
    let (mut line, mut column, mut source, mut source_line, mut source_column, mut name) =
        (0u32, 0i64, 0i64, 0i64, 0i64, 0i64);
    let mut first = true;
    for token in tokens {
        while line < token.line {
            out.push(';');
            line += 1;
            column = 0;
            first = true;
        }
        if !first {
            out.push(',');
        }
        first = false;
        let mut delta = |previous: &mut i64, now: u32| {
            push_vlq(&mut out, i64::from(now) - *previous);
            *previous = i64::from(now);
        };
        delta(&mut column, token.column);
        if token.source == NOWHERE {
            continue;
        }
        delta(&mut source, token.source);
        delta(&mut source_line, token.source_line);
        delta(&mut source_column, token.source_column);
        if token.name != u32::MAX {
            delta(&mut name, token.name);
        }
    }
    if tokens.last().is_some_and(|last| last.source == NOWHERE) {
        // Node 20 reads on behind a last segment of one field: it would come from where the one before comes from.
        out.push(';');
    }
    out
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
pub fn encode(
    sources: &[String],
    contents: Option<&[&str]>,
    names: &[String],
    ignore: &[u32],
    tokens: &[Token],
) -> String {
    let map = Map {
        version: 3,
        sources,
        sources_content: contents,
        names,
        mappings: &encode_mappings(tokens),
        ignore_list: (!ignore.is_empty()).then_some(ignore),
    };
    serde_json::to_string(&map).unwrap_or_default()
}

/// Those of `all` that tokens mention, which are numbered anew.
pub fn used<T: Clone>(tokens: &mut [Token], all: &[T], number: impl Fn(&mut Token) -> &mut u32) -> Vec<T> {
    let mut new = vec![u32::MAX; all.len()];
    for token in tokens.iter_mut() {
        if let Some(place) = new.get_mut(*number(token) as usize) {
            *place = 0;
        }
    }
    let mut out = Vec::new();
    for (at, place) in new.iter_mut().enumerate().filter(|(_, place)| **place == 0) {
        *place = out.len() as u32;
        out.push(all[at].clone());
    }
    for token in tokens {
        let field = number(token);
        *field = new.get(*field as usize).copied().unwrap_or(u32::MAX);
    }
    out
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
    names: &'a [String],
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
        assert_eq!(encode_mappings(&[token(0, 0, 0, 0), token(0, 16, 1, 0), token(2, 1, 0, 5)]), "AAAA,gBACA;;CADK");
    }
}

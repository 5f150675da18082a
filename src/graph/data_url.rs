//! `data:` URLs: reading those in sources, making those of the `dataurl` loader. And base 64, which they need.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A parsed `data:` URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DataUrl {
    /// Lower case, without parameters.
    pub mime: String,
    pub bytes: Vec<u8>,
}

pub(super) fn parse(url: &str) -> Option<DataUrl> {
    let (head, body) = url.strip_prefix("data:")?.split_once(',')?;
    let base64 = head.to_ascii_lowercase().ends_with(";base64");
    let mime = head.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let raw = percent_decode(body);
    let bytes = if base64 { decode(&raw)? } else { raw };
    Some(DataUrl { mime, bytes })
}

/// The shorter of base 64 and percent encoding; the latter only for text.
pub(super) fn make(mime: &str, bytes: &[u8]) -> String {
    let base64 = format!("data:{mime};base64,{}", encode(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return base64 };
    let escaped = percent_encode(text);
    // `+ 5` is what `data:` and `,` take.
    if mime.len() + escaped.len() + 6 <= base64.len() { format!("data:{mime},{escaped}") } else { base64 }
}

/// Escapes what a URL inside quotes, in CSS, HTML or JavaScript, would not carry unharmed.
fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let end = text.trim_end_matches([' ', '\t', '\n']).len();
    for (at, c) in text.char_indices() {
        // Only a trailing space is lost by URL parsers, and only `%` before two digits is an escape.
        let plain = match c {
            '\t' | '\n' | '\r' | '#' | '"' | '\'' | '<' | '>' | '\\' | '(' | ')' => false,
            ' ' => at < end,
            '%' => !text[at + 1..].bytes().take(2).all(|byte| byte.is_ascii_hexdigit()),
            c => c >= ' ' && c != '\u{7f}',
        };
        if plain {
            out.push(c);
        } else {
            for byte in c.to_string().bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

pub(super) fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| (group << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = ALPHABET[(group >> (18 - 6 * at)) as usize & 63] as char;
            out.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut bits) = (0u32, 0);
    for byte in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'=' => break,
            b'-' => 62,
            b'_' => 63,
            byte => ALPHABET.iter().position(|letter| letter == byte)? as u32,
        };
        group = (group << 6) | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_every_remainder() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).unwrap(), bytes.as_bytes());
        }
        assert_eq!(decode(b"Zg!="), None);
    }

    #[test]
    fn reads_and_makes() {
        let url = parse("data:text/javascript;charset=utf-8,export%20default%201").unwrap();
        assert_eq!((url.mime.as_str(), url.bytes.as_slice()), ("text/javascript", &b"export default 1"[..]));
        assert_eq!(parse("data:application/json;base64,eyJhIjoxfQ==").unwrap().bytes, br#"{"a":1}"#);
        assert_eq!(parse("data:no-comma"), None);
        let svg = "<svg fill=\"#f00\">100%</svg>";
        let made = make("image/svg+xml", svg.as_bytes());
        assert_eq!(parse(&made).unwrap().bytes, svg.as_bytes(), "{made}");
        assert!(make("image/png", &[0x89, 0x50, 0xff]).starts_with("data:image/png;base64,"));
    }
}

//! Character references in attribute values.

use std::borrow::Cow;

/// The value a browser sees. Knows numeric references and the named ones that occur in URLs and style attributes;
/// others stay as written, which is also how [`escape`] leaves them readable.
pub(super) fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('&') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (decoded, length) = reference(rest).unwrap_or(('&', 1));
        out.push(decoded);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character reference at the start of `text` and its length in bytes.
fn reference(text: &str) -> Option<(char, usize)> {
    let body = &text[1..];
    if let Some(digits) = body.strip_prefix('#') {
        let (radix, digits, lead) = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => (16, hex, 3),
            None => (10, digits, 2),
        };
        let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let code = u32::from_str_radix(&digits[..length], radix).ok()?;
        let semicolon = usize::from(digits[length..].starts_with(';'));
        return Some((char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{FFFD}'), lead + length + semicolon));
    }
    const NAMED: [(&str, char); 9] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{A0}'),
        ("num", '#'),
        ("sol", '/'),
        ("colon", ':'),
    ];
    let (name, decoded) = *NAMED.iter().find(|(name, _)| body.starts_with(name))?;
    let after = body[name.len()..].chars().next();
    match after {
        Some(';') => Some((decoded, name.len() + 2)),
        // Without semicolon only the oldest names count, and in attributes not before `=` or a letter.
        Some(c) if c == '=' || c.is_ascii_alphanumeric() => None,
        _ if matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp") => Some((decoded, name.len() + 1)),
        _ => None,
    }
}

/// `text` for use between double quotes in an attribute.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

/// `text` for use between quotes of either kind.
pub(super) fn escape_quoted(text: &str) -> String {
    escape(text).replace('\'', "&#39;")
}

/// `text` for use in an attribute without quotes.
pub(super) fn escape_bare(text: &str) -> String {
    let special = |c: char| c.is_ascii_whitespace() || "\"'&<>=`".contains(c);
    text.chars().map(|c| if special(c) { format!("&#{};", u32::from(c)) } else { c.to_string() }).collect()
}

/// `text` for use between tags.
pub(super) fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_browsers_decode_attributes() {
        assert_eq!(decode("a.png?x=1&amp;y=2"), "a.png?x=1&y=2");
        assert_eq!(decode("a&#x20;b&#39;c&#128512;"), "a b'c😀");
        assert_eq!(decode("?a=1&lt=2&copy=3&amp"), "?a=1&lt=2&copy=3&");
        assert_eq!(decode("&unknown; & &#; &#x; &#xFFFFFFFFFF;"), "&unknown; & &#; &#x; &#xFFFFFFFFFF;");
        assert_eq!(decode(&escape("a&b\"c&amp;d")), "a&b\"c&amp;d");
    }
}

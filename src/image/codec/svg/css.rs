//! The style sheet of a drawing: comments and white space that say nothing go; nothing else changes.

/// `None` when something is not closed.
pub fn minify(sheet: &str) -> Option<String> {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet.trim();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("/*") => {
                rest = &rest[2 + rest[2..].find("*/")? + 2..];
                space(&mut out);
                continue;
            }
            '"' | '\'' => string_length(rest, first)?,
            // An escape may make a space part of a name.
            '\\' => 1 + rest[1..].chars().next()?.len_utf8(),
            _ if first.is_ascii_whitespace() => {
                space(&mut out);
                rest = rest.trim_ascii_start();
                continue;
            }
            '{' | '}' | ';' => {
                if out.ends_with(' ') && !out.ends_with("\\ ") {
                    out.pop();
                }
                if first == '}' && out.ends_with(';') {
                    out.pop();
                }
                1
            }
            _ => first.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Some(out.trim_end().to_string())
}

/// One space, unless what stands before makes it needless.
fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '{', '}', ';']) {
        out.push(' ');
    }
}

fn string_length(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return None,
            _ if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::minify;

    #[test]
    fn only_what_says_nothing_goes() {
        let sheet =
            "\n  /* a */ .a  .b > c {\n fill : red ; /* b */ stroke:none; }\n @media print { d:hover { x:'  ;}' } }\n";
        let wanted = ".a .b > c{fill : red;stroke:none}@media print{d:hover{x:'  ;}'}}";
        assert_eq!(minify(sheet).as_deref(), Some(wanted));
        assert_eq!(minify("a{}/* open"), None);
        assert_eq!(minify("a{b:'open}"), None);
    }
}

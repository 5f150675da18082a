//! What a script mentions: a scanner that knows strings, comments, templates and regular expressions apart.

/// What a script leads to.
#[derive(Default, Debug, PartialEq)]
pub struct Mentions {
    /// Specifiers of `import … from`, `import "…"` and `export … from` that are paths: loaded with the script.
    pub imports: Vec<String>,
    /// Every other text: what is loaded later is among them.
    pub texts: Vec<String>,
}

/// Texts longer than this are no URLs.
const URL_MAX: usize = 2000;

/// Everything in one pass.
pub fn mentions(js: &str) -> Mentions {
    let mut scanner = Scanner { text: js, at: 0 };
    let mut found = Mentions::default();
    let mut before = Before::default();
    while let Some(token) = scanner.next(&mut before) {
        match token {
            Token::Word(word @ ("import" | "export")) if !before.member => {
                let resume = scanner.at;
                match scanner.specifier(word == "import") {
                    Some(specifier) if specifier.starts_with(['.', '/']) => found.imports.push(specifier.to_string()),
                    Some(_) => {}
                    None => scanner.at = resume,
                }
            }
            Token::Text(text) if (2..URL_MAX).contains(&text.len()) && text.contains('.') => {
                found.texts.push(text.to_string());
            }
            _ => {}
        }
    }
    found
}

/// The imports alone, of a script in a page.
pub fn imports(js: &str) -> Vec<String> {
    mentions(js).imports
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
    Sign(u8),
    /// A template or a regular expression.
    Value,
}

/// What came before, as far as it says whether `/` divides.
#[derive(Default)]
struct Before {
    /// A value stands before: `/` divides.
    value: bool,
    /// The last word stands after a dot.
    member: bool,
    dot: bool,
    /// The last token is `if`, `while`, `for` or `with`.
    head: bool,
    /// Of each open parenthesis: it is the head of a statement, so what follows it is no operand.
    heads: Vec<bool>,
    /// Of each open brace: it is the hole of a template, whose text goes on after it.
    holes: Vec<bool>,
}

impl Before {
    fn note(&mut self, token: Token) {
        let head = std::mem::take(&mut self.head);
        let dot = std::mem::take(&mut self.dot);
        match token {
            Token::Word(word) => {
                self.member = dot;
                self.head = !dot && matches!(word, "if" | "while" | "for" | "with");
                self.value = dot || !(self.head || awaits_operand(word));
            }
            Token::Text(_) | Token::Value => self.value = true,
            Token::Sign(b'(') => {
                self.heads.push(head);
                self.value = false;
            }
            Token::Sign(b')') => self.value = !self.heads.pop().unwrap_or(false),
            Token::Sign(b']') => self.value = true,
            Token::Sign(sign) => {
                self.dot = sign == b'.';
                self.value = false;
            }
        }
    }
}

fn awaits_operand(word: &str) -> bool {
    matches!(
        word,
        "return"
            | "typeof"
            | "case"
            | "in"
            | "of"
            | "delete"
            | "void"
            | "throw"
            | "new"
            | "instanceof"
            | "do"
            | "else"
            | "await"
            | "yield"
            | "default"
            | "extends"
    )
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek(0) {
            let rest = &self.text.as_bytes()[self.at..];
            if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                let end = rest[2..].windows(2).position(|pair| pair == b"*/");
                self.at += end.map_or(rest.len(), |end| end + 4);
            } else {
                return;
            }
        }
    }

    fn next(&mut self, before: &mut Before) -> Option<Token<'a>> {
        self.skip_blank();
        let byte = self.peek(0)?;
        let token = match byte {
            b'"' | b'\'' => self.string(byte),
            b'`' => self.template(before),
            b'/' if !before.value => self.regex(),
            b'{' => {
                before.holes.push(false);
                self.sign(byte)
            }
            b'}' if before.holes.pop() == Some(true) => self.template(before),
            _ if is_word(byte) => self.word(),
            _ => self.sign(byte),
        };
        before.note(token);
        Some(token)
    }

    fn sign(&mut self, byte: u8) -> Token<'a> {
        self.at += 1;
        // `a++ / b` divides, and so does nearly all that follows `++`.
        if matches!(byte, b'+' | b'-') && self.peek(0) == Some(byte) {
            self.at += 1;
            return Token::Value;
        }
        Token::Sign(byte)
    }

    fn word(&mut self) -> Token<'a> {
        let start = self.at;
        while self.peek(0).is_some_and(is_word) {
            self.at += 1;
        }
        Token::Word(&self.text[start..self.at])
    }

    /// Ends at its quote, or at the end of the line: a mistaken quote costs a line, not the file.
    fn string(&mut self, quote: u8) -> Token<'a> {
        let start = self.at + 1;
        self.at = start;
        while let Some(byte) = self.peek(0).filter(|byte| *byte != quote && *byte != b'\n') {
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        let end = self.at.min(self.text.len());
        self.at = (end + 1).min(self.text.len());
        Token::Text(self.text.get(start..end).unwrap_or(""))
    }

    /// From a back-tick or the brace that ends a hole, to the next hole or the end.
    fn template(&mut self, before: &mut Before) -> Token<'a> {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => self.at += 2,
                b'`' => {
                    self.at += 1;
                    return Token::Value;
                }
                b'$' if self.peek(1) == Some(b'{') => {
                    self.at += 2;
                    before.holes.push(true);
                    return Token::Sign(b'{');
                }
                _ => self.at += 1,
            }
        }
        Token::Value
    }

    fn regex(&mut self) -> Token<'a> {
        let mut class = false;
        self.at += 1;
        while let Some(byte) = self.peek(0).filter(|byte| *byte != b'\n') {
            self.at += if byte == b'\\' { 2 } else { 1 };
            match byte {
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => break,
                _ => {}
            }
        }
        while self.peek(0).is_some_and(is_word) {
            self.at += 1;
        }
        Token::Value
    }

    /// After `import` or `export`: the specifier, if the clause has one.
    fn specifier(&mut self, import: bool) -> Option<&'a str> {
        let mut braces = false;
        let mut last = None;
        loop {
            self.skip_blank();
            let byte = self.peek(0)?;
            let token = match byte {
                b'"' | b'\'' => self.string(byte),
                b'{' | b'}' | b',' | b'*' => self.sign(byte),
                _ if is_word(byte) => self.word(),
                _ => return None,
            };
            match token {
                Token::Text(text) if !braces => {
                    let starts = last == Some(Token::Word("from")) || (import && last.is_none());
                    return starts.then_some(text);
                }
                Token::Sign(b'{') => braces = true,
                Token::Sign(b'}') => braces = false,
                Token::Word(word) if last == Some(Token::Sign(b'}')) && word != "from" => return None,
                // Only `*` and `{` can start an `export … from`.
                Token::Word(_) if !import && last.is_none() => return None,
                _ => {}
            }
            last = Some(token);
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn static_imports_only() {
        let js = r#"import"./a.js";import b,{c as d,"x y"as e}from'./b.js';import*as f from "./c.js"
            export*from"./d.js";export{g as default}from"../e.js";export{h};import{i}from"/f.js" with{type:"json"};
            import("./no.js");import.meta.url;import react from "react";const o={import:"./no.js"};o.import
            "./no.js";export const from="./no.js";"import'./no.js'";// import "./no.js"
            /* import "./no.js" */`import "./no.js" ${`import "./no.js"`} import "./no.js"`;
            const r=/["'`]/.test(x)?1/2:a/b;if(x)/"/.exec(y);import "./last.js""#;
        assert_eq!(imports(js), ["./a.js", "./b.js", "./c.js", "./d.js", "../e.js", "/f.js", "./last.js"]);
    }

    #[test]
    fn survives_cut_off_input() {
        let js = "import{é}from'./é.js';`é${\"\\é\"}`;/[é\\/]/;export{a}";
        for end in (0..=js.len()).filter(|end| js.is_char_boundary(*end)) {
            imports(&js[..end]);
        }
    }
}

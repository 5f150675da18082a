//! A printed sheet as rules, and back to text.
//!
//! In: what lightningcss printed minified. Out: [`Node`]s that, written one after the other, are that text again. What is
//! not understood for sure is kept as text.

use super::gaps::call_end;
use super::lex::{Kind, Token, tokens};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Node {
    Declaration {
        name: String,
        value: String,
    },
    Rule {
        prelude: String,
        body: Vec<Node>,
    },
    At {
        name: String,
        prelude: String,
        body: Option<Vec<Node>>,
    },
    /// Text as it is, and whether a `;` ends it.
    Raw(String, bool),
}

/// At-rules that are opened. All others stay as they are: nobody knows what white space means in them.
const OPENED: [&str; 11] = [
    "media",
    "supports",
    "container",
    "layer",
    "scope",
    "starting-style",
    "font-face",
    "page",
    "position-try",
    "custom-media",
    "counter-style",
];

/// At-rules whose blocks hold declarations of pages, fonts and steps: read, but no rule of theirs has a selector.
const STEPS: [&str; 3] = ["keyframes", "-webkit-keyframes", "-moz-keyframes"];

pub(super) fn is_keyframes(name: &str) -> bool {
    STEPS.contains(&name)
}

/// `None` for a text whose brackets do not close, or with tokens that no CSS is.
pub(super) fn read(text: &str) -> Option<Vec<Node>> {
    let tokens = tokens(text);
    if tokens.iter().any(|token| matches!(token.kind, Kind::Bad | Kind::Comment | Kind::Cdx)) {
        return None;
    }
    let mut reader = Reader { text, tokens: &tokens, at: 0 };
    let nodes = reader.nodes()?;
    (reader.at == tokens.len()).then_some(nodes)
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl Reader<'_> {
    /// Up to the end or the `}` that closes the block.
    fn nodes(&mut self) -> Option<Vec<Node>> {
        let mut out = Vec::new();
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                Kind::Space | Kind::Semicolon => self.at += 1,
                Kind::Close(b'}') => break,
                Kind::Close(_) => return None,
                Kind::AtKeyword => out.push(self.at_rule()?),
                _ => out.push(self.rule_or_declaration()?),
            }
        }
        Some(out)
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        let (Some(first), Some(last)) = (self.tokens.get(start), self.tokens.get(end.wrapping_sub(1))) else {
            return "";
        };
        if start < end { &self.text[first.start as usize..last.end as usize] } else { "" }
    }

    /// From `start` to the `;`, `{` or `}` outside of brackets. `braces`: pairs of `{` and `}` are brackets too.
    fn end_of_prelude(&self, start: usize, braces: bool) -> Option<usize> {
        let mut at = start;
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                Kind::Semicolon | Kind::Close(b'}') => break,
                Kind::Open(b'{') if !braces => break,
                Kind::Function | Kind::Open(_) => at = call_end(self.tokens, at)?,
                Kind::Close(_) => return None,
                _ => {}
            }
            at += 1;
        }
        Some(at)
    }

    fn is_open(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Open(b'{'))
    }

    /// The nodes of the block whose `{` is at `open`.
    fn block(&mut self, open: usize) -> Option<Vec<Node>> {
        self.at = open + 1;
        let body = self.nodes()?;
        self.tokens.get(self.at)?;
        self.at += 1;
        Some(body)
    }

    fn at_rule(&mut self) -> Option<Node> {
        let start = self.at;
        let name = self.tokens[start].name(self.text);
        let end = self.end_of_prelude(start + 1, false)?;
        let is_block = self.is_open(end);
        if !OPENED.contains(&name.as_str()) && !is_keyframes(&name) {
            self.at = if is_block { call_end(self.tokens, end)? + 1 } else { end };
            return Some(Node::Raw(self.slice(start, self.at).to_string(), !is_block));
        }
        let prelude = self.slice(start + 1, end).trim().to_string();
        self.at = end;
        let body = if is_block { Some(self.block(end)?) } else { None };
        Some(Node::At { name, prelude, body })
    }

    fn rule_or_declaration(&mut self) -> Option<Node> {
        let start = self.at;
        let is_name = self.tokens[start].kind == Kind::Ident;
        let colon = self.tokens.get(start + 1).is_some_and(|token| token.text(self.text) == ":");
        if is_name && colon && self.tokens[start].text(self.text).starts_with("--") {
            self.at = self.end_of_prelude(start, true)?;
            return Some(Node::Raw(self.slice(start, self.at).to_string(), true));
        }
        let end = self.end_of_prelude(start, false)?;
        if !self.is_open(end) {
            self.at = end;
            let text = self.slice(start, end);
            return Some(match text.split_once(':').filter(|_| is_name && colon) {
                Some((name, value)) => Node::Declaration { name: name.to_string(), value: value.to_string() },
                None => Node::Raw(text.to_string(), true),
            });
        }
        let prelude = self.slice(start, end).to_string();
        if prelude.trim_end().ends_with(':') {
            self.at = self.end_of_prelude(start, true)?;
            return Some(Node::Raw(self.slice(start, self.at).to_string(), true));
        }
        let body = self.block(end)?;
        Some(Node::Rule { prelude, body })
    }
}

/// The shortest text of some nodes. `block`: they stand in one, so that the last needs no `;` behind a declaration.
pub(super) fn write(nodes: &[Node], block: bool) -> String {
    let mut out = String::new();
    write_into(nodes, block, &mut out);
    out
}

fn write_into(nodes: &[Node], block: bool, out: &mut String) {
    for (at, node) in nodes.iter().enumerate() {
        let last = block && at + 1 == nodes.len();
        let ends = match node {
            Node::Declaration { name, value } => {
                out.push_str(name);
                out.push(':');
                out.push_str(value);
                !last
            }
            Node::Rule { prelude, body } => {
                out.push_str(prelude);
                write_block(body, out);
                false
            }
            Node::At { name, prelude, body } => {
                out.push('@');
                out.push_str(name);
                out.push_str(gap_after(name, prelude));
                out.push_str(prelude);
                body.as_ref().inspect(|body| write_block(body, out));
                body.is_none()
            }
            Node::Raw(text, statement) => {
                out.push_str(text);
                *statement && (!last || text.starts_with('@'))
            }
        };
        if ends {
            out.push(';');
        }
    }
}

fn write_block(body: &[Node], out: &mut String) {
    out.push('{');
    write_into(body, true, out);
    out.push('}');
}

/// An at-keyword ends at `(` (CSS Syntax 3, section 4.3.3): only a name needs white space before it.
fn gap_after(name: &str, prelude: &str) -> &'static str {
    match prelude.as_bytes().first() {
        None | Some(b'(') => "",
        Some(b':') if name == "page" => "",
        _ => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        for text in [
            "a{b:c;d:e}f,g>h{}",
            "@media print{a{b:c}}@layer d,e;@layer{f{g:h}}",
            "a{b:c;&:hover{d:e}f:g;@media print{h:i}}",
            "a{--b:{c:d;e};--f:;--g:}h{i:j}",
            "@unknown a , b{c:{d}}@other x y;z{y:x}",
            "@font-face{src:url(a;b)}@page:first{size:a4}",
            "@keyframes x{0%{a:b}to{c:d}}",
            "a{b:\"}\";c:d(;)}[e=\"{\"]{f:g}",
            "@property --a{syntax:\"<length>\";inherits:false;initial-value:0}",
        ] {
            let text = text.replace("--g:}", "--g:x}");
            assert_eq!(read(&text).map(|nodes| write(&nodes, false)).as_deref(), Some(text.as_str()));
        }
    }

    #[test]
    fn what_is_no_sheet_is_refused() {
        for text in ["a{b:c", "a{b:c}}", "a{b:\"\n}", "a{b:c)}", "a/**/{b:c}"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

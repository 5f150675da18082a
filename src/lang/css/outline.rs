//! A sheet as blocks, the words of their selectors, and declarations, each with its place.
//!
//! In: any text. Out: [`Outline`]: what can be told of it without knowing a single property. Nothing is refused: a text that
//! is no CSS has blocks as its brackets say.

use super::lex::{Kind, Token, tokens, unescape};
use std::collections::BTreeMap;

/// What a selector asks for (`.a`, `#b`, `:hover`, `[c`, a type, a combinator), or a word of an at-rule's prelude.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub text: String,
    /// Byte offset in the sheet.
    pub at: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Selector {
    /// As they stand in the prelude.
    pub own: Vec<Word>,
    /// With those of the rules around it, in the order in which `&` puts them.
    pub whole: Vec<Word>,
}

#[derive(Debug)]
pub(super) struct Declaration {
    pub name: String,
    pub at: u32,
    /// Tokens, apart.
    pub value: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Block {
    /// Where its prelude begins.
    pub at: u32,
    pub parent: Option<usize>,
    /// The name of an at-rule, lower case and without vendor prefix.
    pub rule: Option<String>,
    /// It has no braces: declarations in a condition in a rule.
    pub is_implied: bool,
    /// Of an at-rule one: all words of its prelude.
    pub selectors: Vec<Selector>,
    pub declarations: Vec<Declaration>,
}

#[derive(Debug)]
pub(super) struct Outline {
    pub blocks: Vec<Block>,
}

/// Selectors of a rule are put into those of the rules around it up to so many: more tell nothing new.
const PARENTS: usize = 12;

impl Outline {
    /// `names`: what a word stands for, where it is spelled otherwise.
    pub fn of(text: &str, names: &BTreeMap<String, String>) -> Outline {
        let all = tokens(text);
        let solid = all.into_iter().filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment | Kind::Cdx));
        let mut reader = Reader { text, tokens: solid.collect(), names, blocks: Vec::new(), open: Vec::new() };
        reader.read();
        Outline { blocks: reader.blocks }
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    names: &'a BTreeMap<String, String>,
    blocks: Vec<Block>,
    /// Blocks that are not closed yet.
    open: Vec<usize>,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut at = 0;
        while let Some(token) = self.tokens.get(at).copied() {
            match token.kind {
                Kind::Close(b'}') => drop(self.open.pop()),
                Kind::Semicolon => {}
                _ => {
                    at = self.statement(at);
                    continue;
                }
            }
            at += 1;
        }
    }

    /// From its first token. Returns what follows it, or its `{`.
    fn statement(&mut self, start: usize) -> usize {
        let first = self.tokens[start];
        let is_named = first.kind == Kind::Ident && self.is(start + 1, ":");
        let is_custom = is_named && first.text(self.text).starts_with("--") && !self.open.is_empty();
        let end = self.end(start, is_custom);
        let opens = !is_custom && self.tokens.get(end).is_some_and(|token| token.kind == Kind::Open(b'{'));
        if opens || first.kind == Kind::AtKeyword {
            let block = self.block(start, end);
            self.blocks.push(block);
            if opens {
                self.open.push(self.blocks.len() - 1);
                return end + 1;
            }
        } else if is_named && let Some(block) = self.holder(first.start) {
            let value = self.tokens[start + 2..end].iter().map(|token| token.text(self.text).to_ascii_lowercase());
            let value = value.collect();
            let name = first.text(self.text);
            let name = if is_custom { self.meant(name) } else { name.to_ascii_lowercase() };
            self.blocks[block].declarations.push(Declaration { name, at: first.start, value });
        }
        end
    }

    /// The block for a declaration: in a condition that stands in a rule, one with the selectors of that rule.
    fn holder(&mut self, at: u32) -> Option<usize> {
        let block = *self.open.last()?;
        let Some(around) = self.around().filter(|_| self.blocks[block].rule.is_some()) else { return Some(block) };
        let last = self.blocks.len() - 1;
        if self.blocks[last].parent == Some(block) && self.blocks[last].is_implied {
            return Some(last);
        }
        let whole = |selector: &Selector| Selector { own: Vec::new(), whole: selector.whole.clone() };
        let selectors = self.blocks[around].selectors.iter().map(whole).collect();
        let (parent, declarations) = (Some(block), Vec::new());
        self.blocks.push(Block { at, parent, rule: None, is_implied: true, selectors, declarations });
        Some(last + 1)
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.text(self.text) == text)
    }

    /// The `;`, `{` or `}` that ends a prelude or a declaration. `braces`: blocks are part of it.
    fn end(&self, start: usize, braces: bool) -> usize {
        let mut depth = 0usize;
        let ends = |token: &Token| {
            match token.kind {
                Kind::Semicolon | Kind::Close(b'}') if depth == 0 => return true,
                Kind::Open(b'{') if depth == 0 && !braces => return true,
                Kind::Function | Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            false
        };
        self.tokens[start..].iter().position(ends).map_or(self.tokens.len(), |length| start + length)
    }

    fn block(&self, start: usize, end: usize) -> Block {
        let (at, parent) = (self.tokens[start.min(self.tokens.len() - 1)].start, self.open.last().copied());
        let (selectors, declarations) = (Vec::new(), Vec::new());
        let mut block = Block { at, parent, rule: None, is_implied: false, selectors, declarations };
        let prelude = &self.tokens[start..end];
        if let Some(first) = prelude.first().filter(|token| token.kind == Kind::AtKeyword) {
            let own = self.condition(&prelude[1..]);
            block.rule = Some(unprefixed(&first.name(self.text)).to_string());
            block.selectors.push(Selector { whole: own.clone(), own });
            return block;
        }
        let around = self.around();
        for own in self.selectors(prelude) {
            let parents: &[Selector] = around.map_or(&[], |block| &self.blocks[block].selectors);
            for parent in parents.iter().take(PARENTS) {
                block.selectors.push(Selector { whole: nested(&parent.whole, &own), own: own.clone() });
            }
            if parents.is_empty() {
                block.selectors.push(Selector { whole: own.clone(), own });
            }
        }
        block
    }

    /// The style rule in which a rule stands.
    fn around(&self) -> Option<usize> {
        self.open.iter().copied().rfind(|block| self.blocks[*block].rule.is_none())
    }

    fn meant(&self, name: &str) -> String {
        let name = unescape(name);
        self.names.get(&name).cloned().unwrap_or(name)
    }

    /// Words of conditions, in one spelling of ranges: `(min-width:1px)` says what `(width>=1px)` says.
    fn condition(&self, prelude: &[Token]) -> Vec<Word> {
        let mut out = Vec::new();
        for token in prelude {
            let text = match token.kind {
                Kind::Ident | Kind::Function => {
                    let name = token.text(self.text).trim_end_matches('(');
                    let known = self.meant(name);
                    match known.strip_prefix("min-").or_else(|| known.strip_prefix("max-")) {
                        Some(rest) => rest.to_string(),
                        None => known,
                    }
                }
                Kind::Number | Kind::String | Kind::Hash | Kind::Url => token.text(self.text).to_ascii_lowercase(),
                _ => continue,
            };
            out.push(Word { text, at: token.start });
        }
        out
    }

    fn selectors(&self, prelude: &[Token]) -> Vec<Vec<Word>> {
        let mut out = vec![Vec::new()];
        let (mut depth, mut at) = (0usize, 0usize);
        while let Some(token) = prelude.get(at) {
            let text = token.text(self.text);
            match token.kind {
                Kind::Function | Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth = depth.saturating_sub(1),
                Kind::Other if text == "," && depth == 0 => out.push(Vec::new()),
                _ => {}
            }
            let (word, length) = self.word(&prelude[at..]);
            // A function that was consumed as part of a word is open all the same.
            if length > 1 && prelude[at + length - 1].kind == Kind::Function {
                depth += 1;
            }
            if let (Some(text), Some(last)) = (word, out.last_mut()) {
                last.push(Word { text, at: token.start });
            }
            at += length;
        }
        out.retain(|words| !words.is_empty());
        out
    }

    /// The word that some tokens begin with, and how many it takes.
    fn word(&self, rest: &[Token]) -> (Option<String>, usize) {
        let text = |at: usize| rest.get(at).map_or("", |token| token.text(self.text));
        let is = |at: usize, kind: Kind| rest.get(at).is_some_and(|token| token.kind == kind);
        match (rest[0].kind, text(0)) {
            (Kind::Other, ".") if is(1, Kind::Ident) => (Some(format!(".{}", self.meant(text(1)))), 2),
            (Kind::Hash, name) => (Some(format!("#{}", self.meant(&name[1..]))), 1),
            (Kind::Other, ":") => {
                let colons = 1 + usize::from(text(1) == ":");
                let name = text(colons).trim_end_matches('(').to_ascii_lowercase();
                if !is(colons, Kind::Ident) && !is(colons, Kind::Function) {
                    return (None, 1);
                }
                // They change nothing of what is asked for, and compilers add and drop them.
                const TRANSPARENT: [&str; 7] = ["is", "where", "matches", "-webkit-any", "-moz-any", "global", "local"];
                let word = (!TRANSPARENT.contains(&name.as_str())).then(|| format!(":{}", unprefixed(&name)));
                (word, colons + 1)
            }
            (Kind::Open(b'['), _) if is(1, Kind::Ident) => (Some(format!("[{}", text(1).to_ascii_lowercase())), 2),
            (Kind::Other, ">" | "+" | "~" | "&") => (Some(text(0).to_string()), 1),
            (Kind::Ident, name) => (Some(self.meant(name).to_ascii_lowercase()), 1),
            (Kind::String, name) => (Some(name[1..].trim_end_matches(['"', '\'']).to_ascii_lowercase()), 1),
            (Kind::Number, "0") if text(1) == "%" => (Some("from".to_string()), 2),
            (Kind::Number, "100") if text(1) == "%" => (Some("to".to_string()), 2),
            (Kind::Number, number) if text(1) == "%" => (Some(format!("{number}%")), 2),
            (Kind::Number, number) => (Some(number.to_ascii_lowercase()), 1),
            _ => (None, 1),
        }
    }
}

/// `-webkit-x` and `x`.
pub(super) fn unprefixed(name: &str) -> &str {
    if name.starts_with("--") {
        return name;
    }
    name.strip_prefix('-').and_then(|rest| rest.split_once('-')).map_or(name, |(_, rest)| rest)
}

/// A selector in a rule of another.
fn nested(parent: &[Word], own: &[Word]) -> Vec<Word> {
    let mut out = Vec::with_capacity(parent.len() + own.len());
    if !own.iter().any(|word| word.text == "&") {
        out.extend_from_slice(parent);
    }
    for word in own {
        if word.text == "&" { out.extend_from_slice(parent) } else { out.push(word.clone()) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let words = |words: &[Word]| words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let outline = Outline::of(text, &BTreeMap::new());
        let one = |block: &Block| {
            let selectors: Vec<String> = block.selectors.iter().map(|selector| words(&selector.whole)).collect();
            let names: Vec<&str> = block.declarations.iter().map(|declaration| declaration.name.as_str()).collect();
            let rule = block.rule.as_ref().map_or(String::new(), |rule| format!("@{rule} "));
            format!("{rule}{} {{{}}}", selectors.join(", "), names.join(" "))
        };
        outline.blocks.iter().map(one).collect()
    }

    #[test]
    fn blocks_and_words() {
        assert_eq!(
            told("@layer a,b;/* c */.a > B:Hover::before,[type='x'] i{color:red;--x:{y:z};top:0}"),
            ["@layer a b {}", ".a > b :hover :before, [type x i {color --x top}"]
        );
        assert_eq!(
            told(".a{& .b,.c &{top:0}@media (min-width:1px){d:hover{left:0}}}"),
            [".a {}", ".a .b, .c .a {top}", "@media width 1px {}", ".a d :hover {left}"]
        );
        assert_eq!(
            told("@-webkit-keyframes a{0%{top:0}}:is(.a,.b):not(.c){}"),
            ["@keyframes a {}", "from {top}", ".a .b :not .c {}"]
        );
    }

    #[test]
    fn declarations_in_conditions_in_rules() {
        assert_eq!(
            told(".a{@media print{top:0;& b{}}}@keyframes k{0%{}50%{}100%{}}"),
            [".a {}", "@media print {}", ".a {top}", ".a b {}", "@keyframes k {}", "from {}", "50% {}", "to {}"]
        );
    }

    #[test]
    fn what_is_no_sheet_has_an_outline_too() {
        for text in ["", "}", "{", "a{", "a{b:c", ")}{(", "@", "a:b;c", "{}}", ":", "a{--b:{", "[", ".", "a,{}", "::"] {
            told(text);
        }
    }
}

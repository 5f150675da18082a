//! Where the statements and URLs of a sheet are.
//!
//! In: source text. Out: the preamble (`@charset`, `@layer`, `@import`, `@namespace` statements before all other
//! rules), every URL, `@value` statements, legal comments, and how deep brackets are nested.

use super::lex::{Kind, Token, tokens, unescape};
use super::problems::MAX_DEPTH;
use super::{CssImport, CssUrl};

/// Byte range.
pub(super) type Span = (u32, u32);

#[derive(Debug)]
pub(super) enum Statement {
    Charset,
    /// `@layer a, b;` with its names.
    Layers(Vec<String>),
    Import(CssImport),
    Namespace,
}

/// A URL and the part of the source that spells it (inside quotes or parentheses).
#[derive(Debug)]
pub(super) struct UrlSpan {
    pub url: CssUrl,
    pub value: Span,
    pub quoted: bool,
}

#[derive(Debug, Default)]
pub(super) struct Anatomy {
    pub preamble: Vec<(Span, Statement)>,
    pub urls: Vec<UrlSpan>,
    /// `@value …;` at the top level.
    pub values: Vec<Span>,
    pub legal: Vec<Span>,
    /// Where brackets are deeper than [`MAX_DEPTH`].
    pub too_deep: Option<u32>,
}

impl Anatomy {
    pub fn of(source: &str) -> Anatomy {
        let tokens = tokens(source);
        let mut anatomy = Anatomy { preamble: preamble(source, &tokens), ..Anatomy::default() };
        anatomy.read_body(source, &tokens, false);
        anatomy
    }

    /// The declarations of a `style` attribute.
    pub fn of_attribute(source: &str) -> Anatomy {
        let mut anatomy = Anatomy::default();
        anatomy.read_body(source, &tokens(source), true);
        anatomy
    }

    pub fn imports(&self) -> impl Iterator<Item = &CssImport> {
        self.preamble.iter().filter_map(|(_, statement)| match statement {
            Statement::Import(import) => Some(import),
            _ => None,
        })
    }

    fn read_body(&mut self, source: &str, tokens: &[Token], attribute: bool) {
        let mut open: Vec<Block> = Vec::new();
        // Inside `@name …` up to its `{` or `;`: URLs there are no assets (`@namespace`, `@supports`).
        let mut prelude = false;
        for (at, token) in tokens.iter().enumerate() {
            let in_block = attribute || !open.is_empty();
            match token.kind {
                Kind::Comment if is_legal(token.text(source)) => self.legal.push((token.start, token.end)),
                Kind::AtKeyword => {
                    prelude = true;
                    if open.is_empty() && token.name(source) == "value" {
                        self.values.push((token.start, statement_end(tokens, at)));
                    }
                }
                Kind::Semicolon if !matches!(open.last(), Some(Block::Paren(_))) => prelude = false,
                Kind::Open(b'{') => {
                    prelude = false;
                    open.push(Block::Brace);
                }
                Kind::Open(b'(') => open.push(Block::Paren(Callee::Other)),
                Kind::Open(_) => open.push(Block::Bracket),
                Kind::Function => {
                    let callee = Callee::named(&token.name(source));
                    open.push(Block::Paren(callee));
                    if callee == Callee::Url && in_block && !prelude {
                        self.read_url_function(source, tokens, at);
                    }
                }
                Kind::Close(byte) if open.last().is_some_and(|block| block.closed_by(byte)) => {
                    prelude &= byte != b'}';
                    open.pop();
                }
                Kind::Url if in_block && !prelude => {
                    self.add_url(source, (token.start, token.end), token.inside_url(source), false);
                }
                Kind::String
                    if !prelude && matches!(open.last(), Some(Block::Paren(Callee::ImageSet | Callee::Src))) =>
                {
                    self.add_url(source, (token.start, token.end), token.inside_quotes(source), true);
                }
                _ => {}
            }
            if open.len() > MAX_DEPTH {
                self.too_deep.get_or_insert(token.start);
            }
        }
    }

    /// `url("…")`, with the function token at `at`.
    fn read_url_function(&mut self, source: &str, tokens: &[Token], at: usize) {
        let mut rest = tokens[at + 1..].iter().filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment));
        let Some(string) = rest.next().filter(|token| token.kind == Kind::String) else { return };
        let end = rest.next().map_or(string.end, |token| token.end);
        self.add_url(source, (tokens[at].start, end), string.inside_quotes(source), true);
    }

    fn add_url(&mut self, source: &str, whole: Span, value: Span, quoted: bool) {
        let specifier = unescape(&source[value.0 as usize..value.1 as usize]);
        let is_data = specifier.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
        if specifier.is_empty() || specifier.starts_with('#') || is_data {
            return;
        }
        self.urls.push(UrlSpan { url: CssUrl { specifier, start: whole.0, end: whole.1 }, value, quoted });
    }
}

/// Comments in declarations that alone keep two words apart: lightningcss drops comments, and `a/**/b` is not `ab`.
pub(super) fn parting_comments(source: &str) -> Vec<Span> {
    if !source.contains("/*") {
        return Vec::new();
    }
    let tokens = tokens(source);
    let mut out = Vec::new();
    let mut first = None;
    let mut in_value = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Semicolon | Kind::Open(b'{') | Kind::Close(b'}') => (first, in_value) = (None, false),
            Kind::Space => {}
            Kind::Comment if in_value => {
                let before = tokens.get(at.wrapping_sub(1)).map(|token| token.kind);
                let after = tokens[at..].iter().map(|token| token.kind).find(|kind| *kind != Kind::Comment);
                let word = matches!(before, Some(Kind::Ident | Kind::Number | Kind::Hash));
                if word && matches!(after, Some(Kind::Ident | Kind::Number | Kind::Function | Kind::Url)) {
                    out.push((token.start, token.end));
                }
            }
            Kind::Comment => {}
            _ if first.is_none() => first = Some(token.kind),
            Kind::Other if !in_value => {
                in_value = first == Some(Kind::Ident) && token.text(source) == ":";
            }
            _ => {}
        }
    }
    out
}

#[derive(Clone, Copy)]
enum Block {
    Brace,
    Bracket,
    Paren(Callee),
}

impl Block {
    fn closed_by(self, byte: u8) -> bool {
        match self {
            Block::Brace => byte == b'}',
            Block::Bracket => byte == b']',
            Block::Paren(_) => byte == b')',
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Callee {
    Url,
    Src,
    ImageSet,
    Other,
}

impl Callee {
    fn named(name: &str) -> Callee {
        match name {
            "url" => Callee::Url,
            "src" => Callee::Src,
            "image-set" | "-webkit-image-set" => Callee::ImageSet,
            _ => Callee::Other,
        }
    }
}

fn is_legal(comment: &str) -> bool {
    comment.starts_with("/*!") || comment.contains("@license") || comment.contains("@preserve")
}

/// End of the statement whose at-keyword is at `at`: after its `;`, or before a `{`, or the end of the text.
fn statement_end(tokens: &[Token], at: usize) -> u32 {
    let last = statement_tokens(tokens, at);
    match tokens.get(at + last) {
        Some(token) if token.kind == Kind::Semicolon => token.end,
        Some(token) => token.start,
        None => tokens.last().map_or(0, |token| token.end),
    }
}

/// Number of tokens from `at` to the `;` or `{` that ends the prelude, without it.
fn statement_tokens(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0usize;
    let end = tokens[at..].iter().position(|token| {
        match token.kind {
            Kind::Semicolon | Kind::Open(b'{') if depth == 0 => return true,
            Kind::Function | Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        false
    });
    end.unwrap_or(tokens.len() - at)
}

fn preamble(source: &str, tokens: &[Token]) -> Vec<(Span, Statement)> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut imports_may_follow = true;
    while let Some(token) = tokens.get(at) {
        if matches!(token.kind, Kind::Space | Kind::Comment | Kind::Cdx) {
            at += 1;
            continue;
        }
        let length = statement_tokens(tokens, at);
        let block = tokens.get(at + length).is_some_and(|token| token.kind == Kind::Open(b'{'));
        if token.kind != Kind::AtKeyword || block {
            break;
        }
        let body = &tokens[at + 1..at + length];
        let span = (token.start, statement_end(tokens, at));
        let statement = match token.name(source).as_str() {
            "charset" => Some(Statement::Charset),
            "layer" => {
                // A layer statement after an import ends the place where imports may stand.
                imports_may_follow &= !out.iter().any(|(_, seen)| matches!(seen, Statement::Import(_)));
                Some(Statement::Layers(layer_names(source, body)))
            }
            "import" if imports_may_follow => import(source, body, span).map(Statement::Import),
            "namespace" => {
                imports_may_follow = false;
                Some(Statement::Namespace)
            }
            _ => break,
        };
        out.extend(statement.map(|statement| (span, statement)));
        at += length + 1;
    }
    out
}

fn layer_names(source: &str, body: &[Token]) -> Vec<String> {
    text(source, body).split(',').map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect()
}

/// The source of some tokens without comments and outer white space.
fn text(source: &str, tokens: &[Token]) -> String {
    let mut out = String::new();
    for token in tokens.iter().filter(|token| token.kind != Kind::Comment) {
        out.push_str(token.text(source));
    }
    out.trim().to_string()
}

fn import(source: &str, body: &[Token], span: Span) -> Option<CssImport> {
    let mut rest = skip_space(body);
    let first = rest.first()?;
    let value = match first.kind {
        Kind::String => {
            rest = &rest[1..];
            first.inside_quotes(source)
        }
        Kind::Url => {
            rest = &rest[1..];
            first.inside_url(source)
        }
        Kind::Function if first.name(source) == "url" => {
            let (inside, after) = call(rest);
            rest = after;
            // With modifiers behind the string, which no browser has, it is another URL.
            let (string, more) = skip_space(inside).split_first()?;
            let is_plain = string.kind == Kind::String && skip_space(more).is_empty();
            is_plain.then_some(string)?.inside_quotes(source)
        }
        _ => return None,
    };
    let (layer, rest) = import_layer(source, skip_space(rest))?;
    let mut supports = None;
    let mut rest = skip_space(rest);
    if rest.first().is_some_and(|token| token.kind == Kind::Function && token.name(source) == "supports") {
        let (inside, after) = call(rest);
        supports = Some(text(source, inside));
        rest = after;
    }
    let media = Some(text(source, rest)).filter(|media| !media.is_empty());
    let specifier = unescape(&source[value.0 as usize..value.1 as usize]);
    Some(CssImport { specifier, layer, supports, media, start: span.0, end: span.1 })
}

/// `None`: `layer()`, which names none, so that browsers load nothing.
fn import_layer<'a>(source: &str, rest: &'a [Token]) -> Option<(Option<String>, &'a [Token])> {
    let Some(first) = rest.first() else { return Some((None, rest)) };
    match first.kind {
        Kind::Ident if first.name(source) == "layer" => Some((Some(String::new()), &rest[1..])),
        Kind::Function if first.name(source) == "layer" => {
            let (inside, after) = call(rest);
            let name = text(source, inside);
            (!name.is_empty()).then_some((Some(name), after))
        }
        _ => Some((None, rest)),
    }
}

fn skip_space(tokens: &[Token]) -> &[Token] {
    let count = tokens.iter().take_while(|token| matches!(token.kind, Kind::Space | Kind::Comment)).count();
    &tokens[count..]
}

/// For tokens that start with a function: its arguments, and what follows its `)`.
fn call(tokens: &[Token]) -> (&[Token], &[Token]) {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Function | Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&tokens[1..at], &tokens[at + 1..]);
        }
    }
    (&tokens[1..], &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(source: &str) -> Vec<String> {
        Anatomy::of(source).urls.iter().map(|span| span.url.specifier.clone()).collect()
    }

    #[test]
    fn urls_in_source_order() {
        let found = urls(
            r#"@import url(no.css); @namespace svg url(http://no); @supports (x: url(no.png)) {
            a { background: url(a.png), url("b b.png"), image-set("c.png" 1x type("image/png"), url('d.png') 2x);
                --x: url( e\).png ); content: "url(no)"; mask: url(#no); cursor: url(DATA:,no), auto;
                & b { src: src("f.woff2") } } }
            @font-face { src: url(g.eot?#iefix) format("x") } /* url(no) */"#,
        );
        assert_eq!(found, ["a.png", "b b.png", "c.png", "d.png", "e).png", "f.woff2", "g.eot?#iefix"]);
    }

    #[test]
    fn what_a_browser_does_not_import() {
        let anatomy = Anatomy::of("@import url('a.css' mod); @import 'b.css' layer(); @import url(\"./c\\65\n.css\");");
        let names: Vec<_> = anatomy.imports().map(|import| import.specifier.as_str()).collect();
        assert_eq!(names, ["./ce.css"], "the line end belongs to the escape");
    }

    #[test]
    fn comments_that_part_words() {
        let found = |source: &str| parting_comments(source).len();
        assert_eq!(found("a{--b:c/**/d;e:f 1px/*x*//**/2px}"), 2);
        assert_eq!(found("a{--b:c /**/d;e:/**/f/**/;g:h/**/,i}/**/.a/**/.b{c:d}"), 0);
    }

    #[test]
    fn imports_and_their_conditions() {
        let anatomy = Anatomy::of(
            "@charset \"x\"; @layer a, b.c;\n@import 'one.css';\
             @import url(two.css) layer;@import url( \"three.css\" ) layer( a.b ) supports(display: grid /* x */) \
             screen and (min-width: 1px), print;\
             @import 'four.css' supports(not (a: b));@namespace x 'y';@import 'late.css'; b{} @import 'no.css';",
        );
        let found: Vec<_> = anatomy.imports().collect();
        let names: Vec<_> = found.iter().map(|import| import.specifier.as_str()).collect();
        assert_eq!(names, ["one.css", "two.css", "three.css", "four.css"]);
        assert_eq!(found[0].layer, None);
        assert_eq!(found[1].layer.as_deref(), Some(""));
        assert_eq!(found[2].layer.as_deref(), Some("a.b"));
        assert_eq!(found[2].supports.as_deref(), Some("display: grid"));
        assert_eq!(found[2].media.as_deref(), Some("screen and (min-width: 1px), print"));
        assert_eq!(found[3].supports.as_deref(), Some("not (a: b)"));
        assert!(matches!(&anatomy.preamble[1].1, Statement::Layers(names) if names[..] == ["a", "b.c"]));
    }
}

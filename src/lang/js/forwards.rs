//! Files that only hand on what others export: an index of a package, a "barrel". They may name ten thousand files of
//! which three are used, so they are read without making a tree of them.
//!
//! Whatever is not plain here (escapes, attributes, texts as names, types, a second export of one name) is left to the
//! parser, which also says what is wrong with it.

use super::facts::{ExportDecl, ExportTarget, Helper, ImportKind, ImportRecord, ModuleFacts, SourceType};
use super::{LanguageOptions, ParseOptions, RUNTIME_NAME, SourceTypeHint};
use rustc_hash::{FxHashMap, FxHashSet};

/// The facts of a source that has nothing but `export … from`; `None` for every other, and where the parser should look.
pub(super) fn facts(source: &str, name: &str, parse: &ParseOptions, language: &LanguageOptions) -> Option<ModuleFacts> {
    if language.mangle.is_some() || parse.source_type == Some(SourceTypeHint::CommonJs) || name == RUNTIME_NAME {
        return None;
    }
    let mut reader = Reader { bytes: source.as_bytes(), at: 0 };
    reader.space()?;
    if !reader.bytes[reader.at..].starts_with(b"export") {
        return None;
    }
    let mut found = Found { source, out: ModuleFacts::default(), records: FxHashMap::default() };
    while reader.at < source.len() {
        found.statement(&mut reader, parse.typescript)?;
    }
    let mut out = found.out;
    let mut seen = FxHashSet::with_capacity_and_hasher(out.exports.len(), Default::default());
    if !out.exports.iter().all(|export| seen.insert(export.name.as_str())) {
        return None;
    }
    out.source_type = SourceType::Esm;
    out.strict = true;
    out.helpers.extend(language.keep_names.then_some(Helper::NAME));
    Some(out)
}

struct Found<'s> {
    source: &'s str,
    out: ModuleFacts,
    records: FxHashMap<&'s str, u32>,
}

/// A word or a text: where it starts and ends.
type Range = (usize, usize);

impl Found<'_> {
    /// One `export … from '…'` with what ends it and the space behind.
    fn statement(&mut self, reader: &mut Reader<'_>, typescript: bool) -> Option<()> {
        reader.keyword("export")?;
        reader.space()?;
        let first = self.out.exports.len();
        let mut star = false;
        let start = reader.at;
        if reader.take(b'*') {
            reader.space()?;
            let word = reader.word()?;
            if &self.source[word.0..word.1] == "as" {
                reader.space()?;
                let name = reader.word()?;
                self.export(name, (start, name.1), ExportTarget::NamespaceFrom { record: 0 });
                reader.space()?;
                reader.keyword("from")?;
            } else if &self.source[word.0..word.1] == "from" {
                star = true;
            } else {
                return None;
            }
        } else {
            self.names(reader, typescript)?;
            reader.keyword("from")?;
        }
        reader.space()?;
        let text = reader.text()?;
        let record = self.record(text);
        if star {
            self.out.stars.push(record);
        }
        for export in &mut self.out.exports[first..] {
            match &mut export.target {
                ExportTarget::From { record: of, .. } | ExportTarget::NamespaceFrom { record: of } => *of = record,
                ExportTarget::Symbol(_) => {}
            }
        }
        let new_line = reader.space()?;
        let ended = reader.take(b';');
        while reader.take(b';') || reader.at < reader.bytes.len() && reader.space_here()? {}
        (ended || new_line || reader.at == reader.bytes.len()).then_some(())
    }

    /// `{ a, b as c }` and the space behind.
    fn names(&mut self, reader: &mut Reader<'_>, typescript: bool) -> Option<()> {
        reader.take(b'{').then_some(())?;
        let before = self.out.exports.len();
        let mut types = false;
        loop {
            reader.space()?;
            if reader.take(b'}') {
                break;
            }
            let mut from = reader.word()?;
            reader.space()?;
            let is_type = typescript && &self.source[from.0..from.1] == "type";
            if is_type {
                from = reader.word().filter(|(start, end)| &self.source[*start..*end] != "as")?;
                reader.space()?;
                types = true;
            }
            let mut to = from;
            if !matches!(reader.peek(), Some(b',' | b'}')) {
                reader.keyword("as")?;
                reader.space()?;
                to = reader.word()?;
                reader.space()?;
            }
            if !is_type {
                let name = self.source[from.0..from.1].to_string();
                self.export(to, (from.0, to.1), ExportTarget::From { record: 0, name });
            }
            if !reader.take(b',') && reader.peek() != Some(b'}') {
                return None;
            }
        }
        reader.space()?;
        // Whether a statement that names nothing but types stays depends on the configuration.
        (!types || self.out.exports.len() > before).then_some(())
    }

    fn export(&mut self, name: Range, whole: Range, target: ExportTarget) {
        let name = self.source[name.0..name.1].to_string();
        self.out.exports.push(ExportDecl { name, target, start: whole.0 as u32, end: whole.1 as u32 });
    }

    fn record(&mut self, text: Range) -> u32 {
        let specifier = &self.source[text.0 + 1..text.1 - 1];
        let next = self.out.records.len() as u32;
        let number = *self.records.entry(specifier).or_insert(next);
        if number == next {
            self.out.records.push(ImportRecord {
                specifier: specifier.to_string(),
                kind: ImportKind::Import,
                start: text.0 as u32,
                end: text.1 as u32,
                attribute: None,
                names: None,
                guarded: false,
            });
            self.out.import_order.push(number);
        }
        number
    }
}

struct Reader<'s> {
    bytes: &'s [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Behind white space and comments; whether a line ended in them. `None` for a comment without an end.
    fn space(&mut self) -> Option<bool> {
        let mut new_line = false;
        loop {
            match self.peek() {
                Some(b'\n' | b'\r') => new_line = true,
                Some(b' ' | b'\t') => {}
                Some(b'/') => {
                    new_line |= self.comment()?;
                    continue;
                }
                _ => return Some(new_line),
            }
            self.at += 1;
        }
    }

    /// Whether there was any white space or comment.
    fn space_here(&mut self) -> Option<bool> {
        let before = self.at;
        self.space()?;
        Some(self.at > before)
    }

    /// Whether a line ended in it. The end of a comment to the line's end is not part of it.
    fn comment(&mut self) -> Option<bool> {
        let rest = &self.bytes[self.at..];
        match rest.get(1)? {
            b'/' => {
                self.at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
                // U+2028 and U+2029 end lines too.
                let text = &rest[..self.at - (self.bytes.len() - rest.len())];
                (!text.windows(2).any(|two| two == [0xe2, 0x80])).then_some(false)
            }
            b'*' => {
                let length = rest[2..].windows(2).position(|two| two == b"*/")? + 4;
                self.at += length;
                Some(rest[..length].iter().any(|byte| matches!(byte, b'\n' | b'\r')))
            }
            _ => None,
        }
    }

    fn word(&mut self) -> Option<Range> {
        let start = self.at;
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
        while self.peek().is_some_and(is_part) {
            self.at += 1;
        }
        let plain = self.at > start && !self.bytes[start].is_ascii_digit();
        // A name that goes on in other letters.
        (plain && !matches!(self.peek(), Some(b'\\' | 0x80..))).then_some((start, self.at))
    }

    fn keyword(&mut self, keyword: &str) -> Option<()> {
        let (start, end) = self.word()?;
        (&self.bytes[start..end] == keyword.as_bytes()).then_some(())
    }

    /// With its quotes.
    fn text(&mut self) -> Option<Range> {
        let start = self.at;
        let quote = self.peek().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let length =
            self.bytes[start + 1..].iter().position(|byte| matches!(byte, b'\\' | b'\n' | b'\r') || *byte == quote)?;
        self.at = start + length + 2;
        (self.bytes[self.at - 1] == quote).then_some((start, self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::scan_tree;
    use super::*;

    fn both(source: &str, parse: &ParseOptions, language: &LanguageOptions) -> bool {
        let Some(quick) = facts(source, "index.js", parse, language) else { return false };
        let slow = scan_tree(source, "index.js", parse, language, None);
        assert!(slow.problems.is_empty(), "{source}: {:?}", slow.problems);
        assert_eq!(Some(quick), slow.value.map(|(facts, _)| facts), "{source}");
        true
    }

    fn is_read(source: &str) -> bool {
        both(source, &ParseOptions::default(), &LanguageOptions::default())
    }

    #[test]
    fn files_that_hand_on_are_read_as_the_parser_reads_them() {
        for source in [
            "export { default as Abc } from './Abc.mjs';\nexport { default as AbcOutlined } from \"./AbcOutlined.mjs\";\n",
            "/** @license MIT */\n\nexport * from './a'\nexport * as b from './b'; export { c, d as e, default } from './a';",
            "export*from'./a';export*as b from'./b';export{c as default,d,}from'./c'",
            "export {} from './a' // for what it does\n;;;\n/* then */ export { if as class, $a_1, as, from, type as x } from './b'",
            "export { a } from './a' /* one\n line */ export { b } from 'ü/ü';",
            "export\n{\n  // the first\n  a,\n  b /* the second */ as\n  c }\nfrom\n'./a'",
            "export { a } from '';\r\nexport * from 'a';\r\nexport { as as as } from 'as'\r\nexport * as from from 'as'",
            "// first\nexport * as default from './a'",
        ] {
            assert!(is_read(source), "{source}");
            let types = ParseOptions { typescript: true, ..ParseOptions::default() };
            assert_eq!(both(source, &types, &LanguageOptions::default()), !source.contains("type as"), "{source}");
            let names = LanguageOptions { keep_names: true, ..LanguageOptions::default() };
            assert!(both(source, &ParseOptions::default(), &names), "{source}");
            let esm = ParseOptions { source_type: Some(SourceTypeHint::Esm), ..ParseOptions::default() };
            assert!(both(source, &esm, &LanguageOptions::default()), "{source}");
        }
    }

    #[test]
    fn types_are_passed_over_beside_values() {
        let types = ParseOptions { typescript: true, ..ParseOptions::default() };
        let is_read = |source: &str| both(source, &types, &LanguageOptions::default());
        assert!(is_read("export { type A, b } from './a'; export { c, type D as E, type F } from './b'"));
        assert!(is_read("export { type a, b as a } from './a'"));
        for source in [
            "export { type A } from './a'",
            "export { type A, type B } from './a'; export * from './b'",
            "export { type as } from './a'",
            "export { type as as, b } from './a'",
            "export { type, b } from './a'",
            "export { type A B, b } from './a'",
            "export type { A } from './a'; export { b } from './b'",
        ] {
            assert!(!is_read(source), "{source}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_parser() {
        for source in [
            "",
            "// nothing",
            "import './a'; export * from './b'",
            "export { a }",
            "export { a } from './a' export { b } from './b'",
            "export { a } from './a' with { type: 'json' }",
            "export { a } from './a'\nwith { type: 'json' }",
            "export { 'a b' as a } from './a'",
            "export { a as 'a b' } from './a'",
            "export * as 'a b' from './a'",
            "export { a } from './\\u0061'",
            "export { \\u0061 } from './a'",
            "export { é } from './a'",
            "export { aé } from './a'",
            "export { a, a } from './a'",
            "export { a } from './a'; export { b as a } from './b'",
            "export { a b } from './a'",
            "export { a as } from './a'",
            "export { , } from './a'",
            "export { 1a } from './a'",
            "export { a } from './a",
            "export { a } from './a\n'",
            "export { a } from './a' /* no end",
            "export { a } from './a' /",
            "export type { A } from './a'",
            "export default from './a'",
            "export * from './a'; let x = 1",
            "export * from './a'; exports",
            "'use client'; export * from './a'",
            "#!/usr/bin/env node\nexport * from './a'",
            "export * of './a'",
            "exports.a = 1",
            "export",
            "export { a } from './a' // \u{2028} let x = 1",
        ] {
            assert!(!is_read(source), "{source}");
        }
        let common = ParseOptions { source_type: Some(SourceTypeHint::CommonJs), ..ParseOptions::default() };
        assert!(!both("export * from './a'", &common, &LanguageOptions::default()));
    }
}

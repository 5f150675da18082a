//! From lightningcss's errors to diagnostics with byte ranges of the source.

use super::lex;
use crate::diag::{Diagnostic, Location};
use lightningcss::error::{Error, ErrorLocation, MinifyErrorKind, ParserError, PrinterErrorKind, SelectorError};
use lightningcss::printer::PrinterOptions;
use lightningcss::properties::custom::Token;
use lightningcss::traits::ToCss;

/// Brackets deeper than this are refused: parsers and printers of CSS recurse, some of them twice per level.
pub(super) const MAX_DEPTH: usize = 64;

pub(super) fn too_deep(name: &str, source: &str, at: u32) -> Diagnostic {
    Diagnostic::error("css-syntax-error", format!("blocks and parentheses are nested more than {MAX_DEPTH} deep"))
        .at(Location::span(name, source, at, at + 1))
        .note("no style sheet written by hand comes near this; the file may be damaged")
}

/// The text in which positions are, and how to get from it to the source.
pub(super) struct Place<'a> {
    pub name: &'a str,
    pub source: &'a str,
    /// The text that lightningcss read.
    pub prepared: &'a str,
    /// From an offset in `prepared` to one in `source`.
    pub to_source: &'a dyn Fn(u32) -> u32,
}

impl Place<'_> {
    fn location(&self, at: &Option<ErrorLocation>) -> Location {
        let Some(at) = at else { return Location::file(self.name) };
        let start = (self.to_source)(offset(self.prepared, at.line, at.column)).min(self.source.len() as u32);
        let token = self.source.get(start as usize..).and_then(|rest| lex::tokens(line_of(rest)).first().copied());
        Location::span(self.name, self.source, start, start + token.map_or(1, |token| token.end))
    }

    pub fn syntax_error(&self, error: &Error<ParserError<'_>>) -> Diagnostic {
        let problem = Diagnostic::error("css-syntax-error", sentence(&error.kind)).at(self.location(&error.loc));
        match hint(&error.kind) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    /// What lightningcss calls a warning: in files of packages a syntax error that a browser skips as well.
    pub fn warning(&self, error: &Error<ParserError<'_>>) -> Diagnostic {
        let code = match error.kind {
            ParserError::AtRuleInvalid(_) => "css-unknown-at-rule",
            _ => "css-syntax-error",
        };
        Diagnostic::warning(code, sentence(&error.kind)).at(self.location(&error.loc))
    }

    pub fn minify_error(&self, error: &Error<MinifyErrorKind>) -> Diagnostic {
        Diagnostic::error("css-not-compilable", lower_first(&error.kind.to_string())).at(self.location(&error.loc))
    }

    pub fn print_error(&self, error: &Error<PrinterErrorKind>) -> Diagnostic {
        let (code, message) = match &error.kind {
            PrinterErrorKind::InvalidComposesNesting => {
                ("css-modules-composes", "`composes` cannot stand in a nested rule".to_string())
            }
            PrinterErrorKind::InvalidComposesSelector => (
                "css-modules-composes",
                "`composes` can only stand in a rule whose selector is a single class".to_string(),
            ),
            other => ("css-not-compilable", lower_first(&other.to_string())),
        };
        Diagnostic::error(code, message).at(self.location(&error.loc))
    }
}

/// Byte offset of lightningcss's position: line from 0, column from 1 in UTF-16 units; form feeds end lines too.
fn offset(text: &str, line: u32, column: u32) -> u32 {
    let bytes = text.as_bytes();
    let mut at = 0;
    for _ in 0..line {
        let Some(end) = bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0xc)) else { break };
        at += end + 1;
        if bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n') {
            at += 1;
        }
    }
    let mut units = column.saturating_sub(1) as usize;
    for c in text[at..].chars() {
        if units == 0 || matches!(c, '\n' | '\r' | '\u{c}') {
            break;
        }
        units = units.saturating_sub(c.len_utf16());
        at += c.len_utf8();
    }
    at as u32
}

fn line_of(rest: &str) -> &str {
    rest.split(['\n', '\r']).next().unwrap_or("")
}

fn sentence(kind: &ParserError<'_>) -> String {
    match kind {
        ParserError::UnexpectedToken(token) => format!("unexpected {}", token_text(token)),
        ParserError::SelectorError(error) => selector_sentence(error),
        ParserError::DeprecatedCssModulesValueRule => "`@value` of CSS modules is not supported".to_string(),
        other => lower_first(&other.to_string()),
    }
}

fn selector_sentence(error: &SelectorError<'_>) -> String {
    match error {
        SelectorError::BadValueInAttr(token) => format!("invalid value in attribute selector: {}", token_text(token)),
        SelectorError::ClassNeedsIdent(token) => format!("expected a class name after `.`, got {}", token_text(token)),
        SelectorError::ExpectedBarInAttr(token)
        | SelectorError::ExplicitNamespaceUnexpectedToken(token)
        | SelectorError::InvalidQualNameInAttr(token)
        | SelectorError::NoQualifiedNameInAttributeSelector(token)
        | SelectorError::PseudoElementExpectedIdent(token)
        | SelectorError::UnexpectedTokenInAttributeSelector(token)
        | SelectorError::UnexpectedSelectorAfterPseudoElement(token) => {
            format!("unexpected {} in selector", token_text(token))
        }
        other => lower_first(&other.to_string()),
    }
}

fn token_text(token: &Token<'_>) -> String {
    match token.to_css_string(PrinterOptions::default()) {
        Ok(text) if !text.trim().is_empty() => format!("`{}`", text.trim()),
        _ => "white space".to_string(),
    }
}

fn hint(kind: &ParserError<'_>) -> Option<&'static str> {
    match kind {
        ParserError::EndOfInput => Some("close the block or parenthesis that is still open"),
        ParserError::UnexpectedImportRule => Some("move the `@import` above all other rules"),
        ParserError::UnexpectedNamespaceRule => Some("move the `@namespace` above all style rules"),
        _ => None,
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    match chars.next() {
        // `CSS modules …` keeps its capitals.
        Some(first) if !chars.as_str().starts_with(|c: char| c.is_ascii_uppercase()) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_string(),
    }
}

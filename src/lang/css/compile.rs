//! One sheet to final text with slots for its URLs.

use super::anatomy::{Anatomy, Span, Statement, parting_comments};
use super::layers::{declared_layers, first_counts};
use super::lex::{Kind, tokens};
use super::names::{ModuleNames, Naming, rename};
use super::parse::{compiler_failed, guarded, parse, parser_options, sentinel, targets};
use super::problems::{Place, too_deep};
use super::property::without_incomplete_properties;
use super::scan::{blank, exports};
use super::support::Versions;
use super::tighten::{Abilities, tighten, tighten_declarations};
use super::unused::{without_composing, without_keyframes, without_unused};
use crate::diag::{Diagnostic, Noted};
use crate::lang::LanguageTarget;
use lightningcss::stylesheet::{MinifyOptions, PrinterOptions, StyleAttribute, StyleSheet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One sheet as `compile` needs it.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    pub source: &'a str,
    /// For messages.
    pub name: &'a str,
    /// A CSS module.
    pub local: bool,
    /// As for `scan`.
    pub name_hash: &'a str,
    /// Names of a CSS module that no script reads: rules that ask for them go.
    pub unused: &'a [String],
}

/// How sheets are compiled; the same for all of a build.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CompileOptions {
    pub target: LanguageTarget,
    pub minify: bool,
    /// As for `scan`.
    pub names: ModuleNames,
}

/// Text, or the place of a URL: an index into [`super::CssFacts::urls`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CssPiece {
    Text(String),
    /// In place of a whole `url(…)`.
    Url(u32),
    /// In place of a string with its quotes.
    UrlString(u32),
}

/// A sheet without its imports.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CompiledCss {
    /// Names of `@layer` statements before the imports.
    pub early_layers: Vec<String>,
    /// `@namespace` statements: they must stand above all rules of the linked sheet.
    pub namespaces: Vec<String>,
    /// Every layer that `body` declares, in order, nested ones with dots.
    pub layers: Vec<String>,
    /// Where the sheet applies more than once, the first time is of use too.
    pub first_counts: bool,
    /// Legal comments, in source order.
    pub legal: Vec<String>,
    pub body: Vec<CssPiece>,
}

/// Lowers, renames and prints one sheet. A pure function of its arguments. Problems are only those that `scan` does
/// not report; a sheet that `scan` refused gives an empty one.
pub fn compile(sheet: Sheet, options: &CompileOptions) -> Noted<CompiledCss> {
    let anatomy = Anatomy::of(sheet.source);
    if let Some(at) = anatomy.too_deep {
        return Noted::new(CompiledCss::default(), vec![too_deep(sheet.name, sheet.source, at)]);
    }
    let prepared = Prepared::of(sheet.source, &anatomy);
    let place = Place {
        name: sheet.name,
        source: sheet.source,
        prepared: &prepared.text,
        to_source: &|at| prepared.to_source(at),
    };
    match print(sheet, &prepared, options, &place) {
        Ok(mut compiled) => {
            compiled.early_layers = early_layers(&anatomy);
            compiled.legal =
                anatomy.legal.iter().map(|span| sheet.source[span.0 as usize..span.1 as usize].to_string()).collect();
            Noted::clean(compiled)
        }
        Err(problem) => Noted::new(CompiledCss::default(), vec![problem]),
    }
}

fn print(
    sheet: Sheet,
    prepared: &Prepared,
    options: &CompileOptions,
    place: &Place,
) -> Result<CompiledCss, Diagnostic> {
    let local = sheet.local.then(|| sentinel("plimlocal_", sheet.source));
    let (parser, _) = parser_options(sheet.name, local.as_deref(), options.names.dashed);
    let mut parsed = parse(&prepared.text, parser, place)?;
    parsed.license_comments.clear();
    if !sheet.unused.is_empty() {
        shake(&mut parsed, sheet.unused, place)?;
    }
    if local.is_some() && options.minify {
        without_composing(&mut parsed.rules);
    }
    let layers = declared_layers(&parsed.rules);
    let first_counts = first_counts(&parsed.rules);
    let code = lower_and_print(&mut parsed, options, place)?;
    let code = match &local {
        Some(local) => rename(&code, local, &Naming { sheet: sheet.name_hash, names: &options.names, values: &[] }),
        None => code,
    };
    let code = if options.minify { tighten(&code, &Abilities::of(&options.target)) } else { code };
    let (namespaces, body) = split_namespaces(code);
    Ok(CompiledCss { layers, first_counts, namespaces, body: prepared.slots(&body), ..CompiledCss::default() })
}

/// Takes out what nobody can use. Animations go when no rule that is left mentions them.
fn shake(parsed: &mut StyleSheet<'_>, unused: &[String], place: &Place) -> Result<(), Diagnostic> {
    let unused: BTreeSet<&str> = unused.iter().map(String::as_str).collect();
    without_unused(&mut parsed.rules, &unused);
    let (printed, _) = exports(parsed, place)?;
    let unmentioned = |name: &str| printed.get(name).is_some_and(|export| !export.is_referenced);
    let names = unused.iter().filter(|name| unmentioned(name)).map(|name| name.to_string()).collect();
    without_keyframes(&mut parsed.rules, &names);
    Ok(())
}

fn lower_and_print(parsed: &mut StyleSheet<'_>, options: &CompileOptions, place: &Place) -> Result<String, Diagnostic> {
    let targets = targets(&options.target);
    let printed = guarded(|| {
        // This step also adds prefixes and fallbacks for the targets.
        if options.minify || targets.browsers.is_some() {
            parsed
                .minify(MinifyOptions { targets, ..MinifyOptions::default() })
                .map_err(|error| place.minify_error(&error))?;
        }
        parsed
            .to_css(PrinterOptions { minify: options.minify, targets, ..PrinterOptions::default() })
            .map_err(|error| place.print_error(&error))
    });
    match printed {
        Some(result) => Ok(result?.code.trim_end().to_string()),
        None => Err(compiler_failed(place.name)),
    }
}

/// The declarations of a `style="…"`, with slots. Not escaped for HTML.
pub fn compile_attribute(source: &str, name: &str, options: &CompileOptions) -> Noted<Vec<CssPiece>> {
    let anatomy = Anatomy::of_attribute(source);
    if let Some(at) = anatomy.too_deep {
        return Noted::new(Vec::new(), vec![too_deep(name, source, at)]);
    }
    let prepared = Prepared::of(source, &anatomy);
    let place = Place { name, source, prepared: &prepared.text, to_source: &|at| prepared.to_source(at) };
    let targets = targets(&options.target);
    let printed = guarded(|| {
        let (parser, _) = parser_options(name, None, false);
        let mut parsed = StyleAttribute::parse(&prepared.text, parser).map_err(|error| place.syntax_error(&error))?;
        if options.minify || targets.browsers.is_some() {
            parsed.minify(MinifyOptions { targets, ..MinifyOptions::default() });
        }
        parsed
            .to_css(PrinterOptions { minify: options.minify, targets, ..PrinterOptions::default() })
            .map_err(|error| place.print_error(&error))
    });
    match printed {
        Some(Ok(printed)) if options.minify => {
            Noted::clean(prepared.slots(&tighten_declarations(&printed.code, &Abilities::of(&options.target))))
        }
        Some(Ok(printed)) => Noted::clean(prepared.slots(&printed.code)),
        Some(Err(problem)) => Noted::new(Vec::new(), vec![problem]),
        None => Noted::new(Vec::new(), vec![compiler_failed(name)]),
    }
}

/// Only where imports follow: elsewhere the statement stays in the body.
fn early_layers(anatomy: &Anatomy) -> Vec<String> {
    if anatomy.imports().next().is_none() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (_, statement) in &anatomy.preamble {
        match statement {
            Statement::Layers(names) => out.extend(names.iter().cloned()),
            Statement::Import(_) => break,
            _ => {}
        }
    }
    out
}

/// Source text as lightningcss gets it: without imports, and with a placeholder for every URL.
struct Prepared {
    text: String,
    placeholder: String,
    /// (end of a replaced URL in `text`, its end in the source), ascending.
    shifts: Vec<Span>,
}

impl Prepared {
    fn of(source: &str, anatomy: &Anatomy) -> Prepared {
        let placeholder = sentinel("plimurl", source);
        let mut blanked = source.to_string();
        let has_imports = anatomy.imports().next().is_some();
        let mut seen_import = false;
        for (span, statement) in &anatomy.preamble {
            match statement {
                Statement::Import(_) => seen_import = true,
                Statement::Layers(_) if has_imports && !seen_import => {}
                Statement::Charset => {}
                _ => continue,
            }
            blank(&mut blanked, *span);
        }
        without_incomplete_properties(&mut blanked, source);
        parting_comments(source).into_iter().for_each(|span| blank(&mut blanked, span));
        let mut prepared = Prepared { text: String::with_capacity(source.len()), placeholder, shifts: Vec::new() };
        let mut at = 0;
        for (index, span) in anatomy.urls.iter().enumerate() {
            let (start, end) = span.value;
            // A string without its closing quote ends with the file: the quote that is put there closes it.
            let (start, end) = if span.quoted { (start - 1, (end + 1).min(source.len() as u32)) } else { (start, end) };
            prepared.text.push_str(&blanked[at..start as usize]);
            let quote = if span.quoted { "\"" } else { "" };
            prepared.text.push_str(&format!("{quote}{}{index}z{quote}", prepared.placeholder));
            at = end as usize;
            prepared.shifts.push((prepared.text.len() as u32, end));
        }
        prepared.text.push_str(&blanked[at..]);
        prepared
    }

    fn to_source(&self, offset: u32) -> u32 {
        match self.shifts.partition_point(|(end, _)| *end <= offset) {
            0 => offset.min(self.shifts.first().map_or(u32::MAX, |(_, source_end)| *source_end)),
            after => {
                let (end, source_end) = self.shifts[after - 1];
                source_end + (offset - end)
            }
        }
    }

    /// Splits printed text at the placeholders.
    fn slots(&self, text: &str) -> Vec<CssPiece> {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(&self.placeholder) {
            let number = &rest[at + self.placeholder.len()..];
            let digits = number.bytes().take_while(u8::is_ascii_digit).count();
            let Ok(index) = number[..digits].parse::<u32>() else { break };
            let (before, after) = (&rest[..at], number[digits..].strip_prefix('z').unwrap_or(&number[digits..]));
            let (before, piece, after) = around(before, after, index);
            if !before.is_empty() {
                out.push(CssPiece::Text(before.to_string()));
            }
            out.push(piece);
            rest = after;
        }
        if !rest.is_empty() {
            out.push(CssPiece::Text(rest.to_string()));
        }
        out
    }
}

/// Takes `url(` `)` or quotes around a placeholder into the slot.
fn around<'a>(before: &'a str, after: &'a str, index: u32) -> (&'a str, CssPiece, &'a str) {
    let forms = [("url(\"", "\")", true), ("url(", ")", true), ("\"", "\"", false)];
    for (open, close, whole) in forms {
        if let (Some(before), Some(after)) = (before.strip_suffix(open), after.strip_prefix(close)) {
            let piece = if whole { CssPiece::Url(index) } else { CssPiece::UrlString(index) };
            return (before, piece, after);
        }
    }
    (before, CssPiece::Url(index), after)
}

/// Takes `@namespace` statements out of the top of a printed sheet.
fn split_namespaces(code: String) -> (Vec<String>, String) {
    if !code.contains("@namespace") {
        return (Vec::new(), code);
    }
    let spans: Vec<Span> = Anatomy::of(&code)
        .preamble
        .into_iter()
        .filter(|(_, statement)| matches!(statement, Statement::Namespace))
        .map(|(span, _)| span)
        .collect();
    let mut out = Vec::new();
    let mut rest = code.clone();
    for (start, end) in spans.iter().rev() {
        out.insert(0, code[*start as usize..*end as usize].to_string());
        rest.replace_range(*start as usize..*end as usize, "");
    }
    (out, rest.trim_start().to_string())
}

/// `url(…)` for a text that is known: without quotes where that is shorter.
pub fn url_token(url: &str, minify: bool) -> String {
    let plain =
        url.bytes().all(|byte| byte > b' ' && byte != 0x7f && !matches!(byte, b'"' | b'\'' | b'(' | b')' | b'\\'));
    if minify && plain { format!("url({url})") } else { format!("url({})", string_token(url)) }
}

/// A CSS string.
pub fn string_token(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_ascii_control() => out.push_str(&format!("\\{:x} ", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A condition of an import as the prelude of an at-rule, lowered and minified: `print`, `(display:grid)`. Empty when
/// it always holds.
pub fn compile_condition(at_rule: &str, condition: &str, options: &CompileOptions) -> String {
    let given = if at_rule == "supports" { format!("({condition})") } else { condition.to_string() };
    let text = format!("@{at_rule} {given}{{a{{b:c}}}}");
    let sane = tokens(&text).iter().filter(|token| matches!(token.kind, Kind::Open(b'{'))).count() == 2;
    if !sane || Anatomy::of(&text).too_deep.is_some() {
        return given;
    }
    let place = Place { name: "", source: "", prepared: "", to_source: &|at| at };
    let (parser, _) = parser_options("", None, false);
    let printed = parse(&text, parser, &place)
        .and_then(|mut sheet| lower_and_print(&mut sheet, &CompileOptions { minify: true, ..options.clone() }, &place));
    let Ok(printed) = printed else { return given };
    // Conditions stay: a sheet that nobody needs is a matter of the linker.
    let abilities = Abilities { versions: Versions::NONE, ..Abilities::of(&options.target) };
    let printed = if options.minify { tighten(&printed, &abilities) } else { printed };
    if printed == "a{b:c}" {
        return String::new();
    }
    let inside = printed.strip_prefix('@').and_then(|rest| rest.strip_prefix(at_rule));
    match inside.and_then(|rest| rest.strip_suffix("{a{b:c}}")) {
        Some(prelude) => prelude.trim().to_string(),
        None => given,
    }
}

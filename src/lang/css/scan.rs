//! What one sheet says of itself.

use super::CssFacts;
use super::anatomy::{Anatomy, Span};
use super::local::is_local;
use super::names::{Composed, Locals, ModuleNames, Naming, classes, script};
use super::parse::{compiler_failed, guarded, is_package_file, parse, parser_options, recovered, sentinel};
use super::problems::{Place, too_deep};
use super::property::{Incomplete, incomplete_properties, without_incomplete_properties};
use crate::diag::{Diagnostic, Location, Noted};
use lightningcss::css_modules::{CssModuleExports, CssModuleReference, CssModuleReferences};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{StyleAttribute, StyleSheet};

/// Reads a sheet: its imports and URLs in source order, and for a CSS module (`local`) the script that exports its
/// names. `name_hash` is the sheet's name relative to the project root: names are made of it, so that they do not
/// depend on where the project lies. `None` when the sheet cannot be parsed.
pub fn scan(source: &str, name: &str, local: bool, name_hash: &str, names: &ModuleNames) -> Noted<Option<CssFacts>> {
    scan_with(source, name, local.then_some(Naming { sheet: name_hash, names, values: &[] }))
}

/// A CSS module with values, which the script exports too; they are in their places already.
pub fn scan_module(
    source: &str,
    name: &str,
    values: &[(String, String)],
    names: &ModuleNames,
) -> Noted<Option<CssFacts>> {
    scan_with(source, name, Some(Naming { sheet: name, names, values }))
}

fn scan_with(source: &str, name: &str, naming: Option<Naming>) -> Noted<Option<CssFacts>> {
    let anatomy = Anatomy::of(source);
    if let Some(at) = anatomy.too_deep {
        return Noted::new(None, vec![too_deep(name, source, at)]);
    }
    let mut problems = Vec::new();
    let mut text = source.to_string();
    without_incomplete_properties(&mut text, source);
    problems.extend(skipped_properties(source, name));
    match read(source, &text, name, naming.as_ref(), &mut problems) {
        Ok(Some(Read { script, classes, is_local })) => {
            let values = naming.iter().flat_map(|naming| naming.values).map(|(name, _)| name.clone()).collect();
            Noted::new(Some(CssFacts { is_local, classes, values, ..facts(&anatomy, Some(script)) }), problems)
        }
        Ok(None) => Noted::new(Some(facts(&anatomy, None)), problems),
        Err(problem) => {
            problems.push(problem);
            Noted::new(None, problems)
        }
    }
}

/// Reads the declarations of a `style="…"`.
pub fn scan_attribute(source: &str, name: &str) -> Noted<Option<CssFacts>> {
    let anatomy = Anatomy::of_attribute(source);
    if let Some(at) = anatomy.too_deep {
        return Noted::new(None, vec![too_deep(name, source, at)]);
    }
    let place = Place { name, source, prepared: source, to_source: &|at| at };
    let (options, warnings) = parser_options(name, None, false);
    match guarded(|| StyleAttribute::parse(source, options).map(|_| ())) {
        Some(Ok(())) => Noted::new(Some(facts(&anatomy, None)), recovered(&warnings, &place)),
        Some(Err(error)) => Noted::new(None, vec![place.syntax_error(&error)]),
        None => Noted::new(None, vec![compiler_failed(name)]),
    }
}

fn facts(anatomy: &Anatomy, script: Option<String>) -> CssFacts {
    CssFacts {
        imports: anatomy.imports().cloned().collect(),
        urls: anatomy.urls.iter().map(|span| span.url.clone()).collect(),
        script,
        classes: Vec::new(),
        values: Vec::new(),
        is_local: false,
    }
}

/// In files of packages what browsers skip is skipped without a word.
fn skipped_properties(source: &str, name: &str) -> Vec<Diagnostic> {
    if is_package_file(name) {
        return Vec::new();
    }
    let warning = |rule: Incomplete| {
        let message = format!("`@property {}` has no `{}` and was left out", rule.name, rule.lacks);
        Diagnostic::warning("css-incomplete-property", message)
            .at(Location::span(name, source, rule.span.0, rule.span.1))
            .note("browsers ignore such a rule")
    };
    incomplete_properties(source).into_iter().map(warning).collect()
}

/// Overwrites a range with spaces; lines stay where they are.
pub(super) fn blank(text: &mut String, (start, end): Span) {
    let range = start as usize..end as usize;
    let spaces: String = text[range.clone()]
        .bytes()
        .map(|byte| if matches!(byte, b'\n' | b'\r' | 0xc) { byte as char } else { ' ' })
        .collect();
    text.replace_range(range, &spaces);
}

/// What a CSS module says beside its URLs.
struct Read {
    script: String,
    classes: Vec<(String, Vec<String>)>,
    is_local: bool,
}

/// Parses, and for a CSS module makes its script, and says whether it is local.
fn read(
    source: &str,
    text: &str,
    name: &str,
    naming: Option<&Naming>,
    problems: &mut Vec<Diagnostic>,
) -> Result<Option<Read>, Diagnostic> {
    let place = Place { name, source, prepared: text, to_source: &|at| at };
    let sentinel = naming.map(|_| sentinel("plimlocal_", source));
    let dashed = naming.is_some_and(|naming| naming.names.dashed);
    let (options, warnings) = parser_options(name, sentinel.as_deref(), dashed);
    let sheet = parse(text, options, &place)?;
    problems.extend(recovered(&warnings, &place));
    let (Some(naming), Some(sentinel)) = (naming, sentinel) else { return Ok(None) };
    let (exports, references) = exports(&sheet, &place)?;
    problems.extend(foreign_properties(references, &place));
    let locals = locals(exports, &sentinel);
    problems.extend(unknown_composed(&locals, &place));
    let script = script(&locals, naming, |specifier| source.find(specifier).unwrap_or(usize::MAX));
    Ok(Some(Read { script, classes: classes(&locals), is_local: is_local(&sheet.rules) }))
}

/// What a CSS module exports, and what it mentions of others.
pub(super) fn exports(
    sheet: &StyleSheet<'_>,
    place: &Place,
) -> Result<(CssModuleExports, CssModuleReferences), Diagnostic> {
    match guarded(|| sheet.to_css(PrinterOptions::default())) {
        Some(Ok(printed)) => Ok((printed.exports.unwrap_or_default(), printed.references.unwrap_or_default())),
        Some(Err(error)) => Err(place.print_error(&error)),
        None => Err(compiler_failed(place.name)),
    }
}

/// `var(--name from "file")`: names of other sheets are not known here.
fn foreign_properties(references: CssModuleReferences, place: &Place) -> Vec<Diagnostic> {
    let mut found: Vec<(String, String)> = references
        .into_values()
        .filter_map(|reference| match reference {
            CssModuleReference::Dependency { name, specifier } => Some((name, specifier)),
            _ => None,
        })
        .collect();
    found.sort();
    let problem = |(name, specifier): (String, String)| {
        let start = place.source.find(&specifier).unwrap_or(0) as u32;
        let message =
            format!("`{name}` of \"{specifier}\" cannot be used here: names of other files are not known to this one");
        Diagnostic::error("css-modules-dashed", message)
            .at(Location::span(place.name, place.source, start, start + specifier.len() as u32))
            .note("`--css-dashed` makes custom properties local to their file")
            .hint(format!("write `var({name} from global)`, and declare it in a sheet that is no CSS module"))
    };
    found.into_iter().map(problem).collect()
}

fn locals(exports: CssModuleExports, sentinel: &str) -> Locals {
    let bare = |name: &str| name.strip_prefix(sentinel).unwrap_or(name).to_string();
    let composed = |reference: CssModuleReference| match reference {
        CssModuleReference::Local { name } => Composed::Local(bare(&name)),
        CssModuleReference::Global { name } => Composed::Global(name),
        CssModuleReference::Dependency { name, specifier } => Composed::Dependency { specifier, name },
    };
    exports.into_iter().map(|(name, export)| (name, export.composes.into_iter().map(composed).collect())).collect()
}

/// `composes: typo` names a class that the sheet does not have.
fn unknown_composed(locals: &Locals, place: &Place) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (name, composes) in locals {
        for composed in composes {
            let Composed::Local(missing) = composed else { continue };
            if locals.contains_key(missing) {
                continue;
            }
            let known = locals.keys().map(String::as_str).filter(|known| known != name);
            let near = crate::diag::nearest(missing, known, 1);
            let mut problem = Diagnostic::warning(
                "css-modules-composes",
                format!("`.{name}` composes `{missing}`, which this sheet does not declare"),
            )
            .at(composes_location(place, missing));
            problem.hint = Some(match near.first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write `composes: {missing} from \"./other.module.css\"` or `from global`"),
            });
            out.push(problem);
        }
    }
    out
}

/// The place of `name` in the first `composes` that mentions it.
fn composes_location(place: &Place, name: &str) -> Location {
    for (at, _) in place.source.match_indices("composes") {
        let rest = &place.source[at..];
        let declaration = &rest[..rest.find([';', '}']).unwrap_or(rest.len())];
        if let Some(found) = declaration.find(name) {
            let start = (at + found) as u32;
            return Location::span(place.name, place.source, start, start + name.len() as u32);
        }
    }
    Location::file(place.name)
}

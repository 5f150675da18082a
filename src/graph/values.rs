//! What the `@value` statements of a CSS module stand for, those of other sheets among them.

use super::project::{Place, Project};
use super::resolve::{Class, Resolved};
use crate::diag::{Diagnostic, Location, nearest};
use crate::lang::css::{self, ValueStatement};

/// Names and their texts, in order.
pub(super) fn of(
    project: &Project,
    place: &Place,
    source: &str,
    name: &str,
    problems: &mut Vec<Diagnostic>,
) -> Vec<(String, String)> {
    read(&Sheet { project, place, source, name }, &mut vec![place.clone()], problems)
}

struct Sheet<'a> {
    project: &'a Project<'a>,
    place: &'a Place,
    source: &'a str,
    name: &'a str,
}

/// `chain`: the sheets on the way here.
fn read(sheet: &Sheet<'_>, chain: &mut Vec<Place>, problems: &mut Vec<Diagnostic>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for statement in css::value_statements(sheet.source) {
        match statement {
            ValueStatement::Own { name, text } => {
                let text = css::value_text(&text, &out);
                out.push((name, text));
            }
            ValueStatement::Import { names, specifier, start, end } => {
                let at = Location::span(sheet.name, sheet.source, start, end);
                let found = other(sheet, &specifier, chain, &at, problems).unwrap_or_default();
                for (there, here) in names {
                    match found.iter().rfind(|(name, _)| *name == there) {
                        Some((_, text)) => out.push((here, text.clone())),
                        None if found.is_empty() => {}
                        None => problems.push(unknown(&there, &specifier, &found).at(at.clone())),
                    }
                }
            }
        }
    }
    out
}

/// The values of another sheet; `None` when it cannot be read, which was said.
fn other(
    sheet: &Sheet<'_>,
    specifier: &str,
    chain: &mut Vec<Place>,
    at: &Location,
    problems: &mut Vec<Diagnostic>,
) -> Option<Vec<(String, String)>> {
    let project = sheet.project;
    let folder = project.folder(&sheet.place.path);
    let problem = match &*project.resolution.resolve(&folder, Class::Style, false, specifier) {
        Resolved::File { path, .. } => {
            let place = Place::file(path);
            // A circle gives what is known by then: nothing.
            if chain.contains(&place) {
                return None;
            }
            match project.text(path) {
                Ok((text, _)) => {
                    let name = project.place_name(&place);
                    chain.push(place.clone());
                    let other = Sheet { project, place: &place, source: &text, name: &name };
                    let found = read(&other, chain, problems);
                    chain.pop();
                    if found.is_empty() {
                        let message = format!("\"{specifier}\" has no `@value`");
                        problems.push(Diagnostic::error("css-modules-value", message).at(at.clone()));
                    }
                    return Some(found);
                }
                Err(problem) => problem,
            }
        }
        _ => Diagnostic::error("unresolved-import", format!("could not resolve \"{specifier}\"")),
    };
    problems.push(problem.at(at.clone()));
    None
}

fn unknown(name: &str, specifier: &str, found: &[(String, String)]) -> Diagnostic {
    let names = found.iter().map(|(name, _)| name.as_str());
    let problem = Diagnostic::error("css-modules-value", format!("\"{specifier}\" has no `@value {name}`"));
    match nearest(name, names, 1).first() {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    }
}

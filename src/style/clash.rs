//! Names of CSS modules that a pattern of the user's gives twice.

use crate::config::Options;
use crate::diag::{Diagnostic, Location};
use crate::lang::css;
use crate::model::{ModuleGraph, Style};
use std::collections::BTreeMap;

/// One problem for each name of which two sheets think that it is theirs alone.
pub(super) fn clashes(graph: &ModuleGraph, options: &Options) -> Vec<Diagnostic> {
    let Some(pattern) = &options.css_modules.names else { return Vec::new() };
    let names = options.module_names();
    let mut known: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    let mut out = Vec::new();
    for style in graph.styles.iter().filter(|style| style.local) {
        for (local, _) in &style.facts.classes {
            let name = css::module_name(&style.name, local, &names);
            let first = *known.entry(name.clone()).or_insert((&style.name, local));
            if first == (style.name.as_str(), local) {
                continue;
            }
            let message =
                format!("`{local}` of {} and `{}` of {} are both called `{name}`", style.name, first.1, first.0);
            out.push(
                Diagnostic::error("class-name-clash", message)
                    .at(place(style, local))
                    .note(format!("`--css-names` is `{pattern}`"))
                    .hint(format!("tell files apart: `--css-names '{pattern}_[hash]'`")),
            );
        }
    }
    out
}

/// Where the sheet first says the name.
fn place(style: &Style, local: &str) -> Location {
    let found = style.source.find(&format!(".{local}")).map(|at| at as u32 + 1);
    let span = |start: u32| Location::span(&style.name, &style.source, start, start + local.len() as u32);
    found.map_or_else(|| Location::file(&style.name), span)
}

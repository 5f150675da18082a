//! The way into lightningcss: options, targets, and a guard against what it does not survive.

use super::problems::Place;
use super::tighten::Abilities;
use crate::diag::Diagnostic;
use crate::lang::LanguageTarget;
use lightningcss::css_modules::{Config, Pattern, Segment};
use lightningcss::error::{Error, ParserError};
use lightningcss::stylesheet::{ParserOptions, StyleSheet};
use lightningcss::targets::{Browsers, Features, Targets};
use std::sync::{Arc, RwLock};

type Warnings<'i> = Arc<RwLock<Vec<Error<ParserError<'i>>>>>;

/// Files of packages are read as a browser reads them: what is wrong is skipped. In the project's own files it is an
/// error.
pub(super) fn is_package_file(name: &str) -> bool {
    name.split('/').any(|part| part == "node_modules")
}

/// Options for one sheet, and where its warnings will be. `sentinel`: what stands before local names; `dashed`: before
/// custom properties too.
pub(super) fn parser_options<'i>(
    name: &str,
    sentinel: Option<&str>,
    dashed: bool,
) -> (ParserOptions<'i>, Warnings<'i>) {
    let warnings: Warnings = Arc::default();
    let css_modules = sentinel.map(|sentinel| Config {
        pattern: Pattern {
            segments: [Segment::Literal(sentinel.to_string().into()), Segment::Local].into_iter().collect(),
        },
        // Lines and areas of a grid reach its children only, which may well be styled by another sheet.
        grid: false,
        dashed_idents: dashed,
        ..Config::default()
    });
    let options = ParserOptions {
        filename: name.to_string(),
        css_modules,
        error_recovery: is_package_file(name),
        warnings: Some(warnings.clone()),
        ..ParserOptions::default()
    };
    (options, warnings)
}

/// What was recovered from: one warning for all of a package's sheet, each of its own for the project's.
pub(super) fn recovered(warnings: &Warnings<'_>, place: &Place) -> Vec<Diagnostic> {
    let Ok(warnings) = warnings.read() else { return Vec::new() };
    let mut found: Vec<Diagnostic> = warnings.iter().map(|warning| place.warning(warning)).collect();
    if is_package_file(place.name) {
        // Unknown at-rules are kept as they are: of a package nobody here can change, that is no news.
        found.retain(|problem| problem.code != "css-unknown-at-rule");
        let more = found.len().saturating_sub(1);
        found.truncate(1);
        if let Some(first) = found.first_mut().filter(|_| more > 0) {
            first.notes.push(format!("and {more} more in this file; browsers skip these declarations and rules too"));
        }
    }
    found
}

/// `None` when lightningcss itself fails (an alpha release: it has `unwrap`s that input can reach).
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}

pub(super) fn compiler_failed(name: &str) -> Diagnostic {
    Diagnostic::error("css-not-compilable", "the CSS compiler failed on this sheet")
        .at(crate::diag::Location::file(name))
        .hint("please report it, with this file")
}

pub(super) fn parse<'i>(
    text: &'i str,
    options: ParserOptions<'i>,
    place: &Place,
) -> Result<StyleSheet<'i>, Diagnostic> {
    match guarded(|| StyleSheet::parse(text, options)) {
        Some(Ok(sheet)) => Ok(sheet),
        Some(Err(error)) => Err(place.syntax_error(&error)),
        None => Err(compiler_failed(place.name)),
    }
}

/// Engines that CSS is lowered for. An ECMAScript edition says nothing of CSS.
pub(super) fn targets(target: &LanguageTarget) -> Targets {
    let mut browsers = Browsers::default();
    for (engine, version) in &target.engines {
        let slot = match engine.as_str() {
            "android" => &mut browsers.android,
            "chrome" => &mut browsers.chrome,
            "edge" => &mut browsers.edge,
            "firefox" => &mut browsers.firefox,
            "ie" => &mut browsers.ie,
            "ios" | "ios_saf" => &mut browsers.ios_saf,
            "opera" => &mut browsers.opera,
            "safari" => &mut browsers.safari,
            "samsung" => &mut browsers.samsung,
            _ => continue,
        };
        *slot = Some(slot.map_or(*version, |lowest: u32| lowest.min(*version)));
    }
    if browsers == Browsers::default() {
        // Without engines nothing is lowered, but the minifier must not ask more of them than the source did: left to
        // itself it writes `(min-width:1px)` as `(width>=1px)`.
        return Targets { include: Features::MediaRangeSyntax, ..Targets::default() };
    }
    // Its tables say that Firefox has no `color(display-p3 …)`; since 113 it has.
    let exclude = if Abilities::of(target).recent { Features::P3Colors } else { Features::empty() };
    Targets { browsers: Some(browsers), include: Features::empty(), exclude }
}

/// A name part that does not occur in `source`, so that it can be found again in what is printed.
pub(super) fn sentinel(stem: &str, source: &str) -> String {
    let mut sentinel = stem.to_string();
    while source.contains(&sentinel) {
        sentinel.push('q');
    }
    sentinel
}

//! Syntax that the target lacks and that nothing can lower: an error here, not a file that no engine reads.
//!
//! Looked for when dead branches are gone, so that code may ask first.

use crate::diag::{Diagnostic, Location};
use crate::lang::LanguageTarget;
use swc_core::common::{BytePos, Span, Spanned};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

const fn version(major: u32, minor: u32) -> u32 {
    major << 16 | minor << 8
}

/// What is missing, and who has it since when.
struct Feature {
    what: &'static str,
    year: u16,
    engines: [(&'static str, u32); 8],
    way_out: &'static str,
}

const fn engines(chrome: u32, edge: u32, firefox: u32, safari: u32, node: u32) -> [(&'static str, u32); 8] {
    // Opera and Samsung Internet follow Chrome's engine at a distance.
    let (opera, samsung) = (chrome - (13 << 16), samsung_of(chrome >> 16));
    [
        ("chrome", chrome),
        ("edge", edge),
        ("firefox", firefox),
        ("safari", safari),
        ("ios", safari),
        ("opera", opera),
        ("samsung", samsung),
        ("node", node),
    ]
}

/// The first Samsung Internet with the engine of a Chrome.
const fn samsung_of(chrome: u32) -> u32 {
    let major = match chrome {
        ..=56 => 6,
        57..=59 => 7,
        60..=63 => 8,
        64..=67 => 9,
        68..=71 => 10,
        72..=75 => 11,
        76..=79 => 12,
        80..=83 => 13,
        84..=87 => 14,
        88..=90 => 15,
        91..=92 => 16,
        93..=96 => 17,
        97..=99 => 18,
        100..=102 => 19,
        103..=106 => 20,
        107..=110 => 21,
        111 => 22,
        _ => 23,
    };
    version(major, 0)
}

const WRITE_IT_OUT: &str =
    "write the expression without it, or make it with `new RegExp()` where its absence is caught";

const BIGINT: Feature = Feature {
    what: "a BigInt literal",
    year: 2020,
    engines: engines(version(67, 0), version(79, 0), version(68, 0), version(14, 0), version(10, 4)),
    way_out: "call `BigInt()` with a text",
};
const TOP_LEVEL_AWAIT: Feature = Feature {
    what: "top-level await",
    year: 2022,
    engines: engines(version(89, 0), version(89, 0), version(89, 0), version(15, 0), version(14, 8)),
    way_out: "put the code into an async function and call it",
};
const LOOKBEHIND: Feature = Feature {
    what: "lookbehind in a regular expression",
    year: 2018,
    engines: engines(version(62, 0), version(79, 0), version(78, 0), version(16, 4), version(8, 10)),
    way_out: WRITE_IT_OUT,
};
/// Flags of regular expressions.
const FLAGS: [(char, Feature); 5] = [
    (
        'u',
        Feature {
            what: "the flag \"u\" of a regular expression",
            year: 2015,
            engines: engines(version(50, 0), version(12, 0), version(46, 0), version(10, 0), version(6, 0)),
            way_out: WRITE_IT_OUT,
        },
    ),
    (
        'y',
        Feature {
            what: "the flag \"y\" of a regular expression",
            year: 2015,
            engines: engines(version(49, 0), version(13, 0), version(3, 0), version(10, 0), version(6, 0)),
            way_out: WRITE_IT_OUT,
        },
    ),
    (
        's',
        Feature {
            what: "the flag \"s\" of a regular expression",
            year: 2018,
            engines: engines(version(62, 0), version(79, 0), version(78, 0), version(11, 1), version(8, 10)),
            way_out: "write `[^]` for the dot that matches line ends",
        },
    ),
    (
        'd',
        Feature {
            what: "the flag \"d\" of a regular expression",
            year: 2022,
            engines: engines(version(90, 0), version(90, 0), version(88, 0), version(15, 0), version(16, 0)),
            way_out: WRITE_IT_OUT,
        },
    ),
    (
        'v',
        Feature {
            what: "the flag \"v\" of a regular expression",
            year: 2024,
            engines: engines(version(112, 0), version(112, 0), version(116, 0), version(17, 0), version(20, 0)),
            way_out: WRITE_IT_OUT,
        },
    ),
];

impl Feature {
    /// The names of the targets that lack it.
    fn lacking(&self, target: &LanguageTarget) -> Vec<String> {
        let mut out: Vec<String> =
            target.es.filter(|year| *year < self.year).map(|year| format!("es{year}")).into_iter().collect();
        for (engine, version) in &target.engines {
            let first = self.engines.iter().find(|(name, _)| name == engine).map(|(_, first)| *first);
            if first.is_some_and(|first| *version < first) {
                let minor = version >> 8 & 255;
                let minor = if minor == 0 { String::new() } else { format!(".{minor}") };
                out.push(format!("{engine}{}{minor}", version >> 16));
            }
        }
        out
    }
}

/// One error per feature, at its first use.
pub(super) fn errors(
    body: &[Stmt],
    target: &LanguageTarget,
    source: &str,
    name: &str,
    base: BytePos,
) -> Vec<Diagnostic> {
    if target.es.is_none() && target.engines.is_empty() {
        return Vec::new();
    }
    let mut finder = Finder { depth: 0, found: Vec::new() };
    body.visit_with(&mut finder);
    let mut out = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for (feature, span) in finder.found {
        let lacking = feature.lacking(target);
        if lacking.is_empty() || told.contains(&feature.what) {
            continue;
        }
        told.push(feature.what);
        let offset = |position: BytePos| position.0.saturating_sub(base.0);
        out.push(
            Diagnostic::error(
                "unsupported-feature",
                format!("{} does not exist in {}", feature.what, lacking.join(", ")),
            )
            .at(Location::span(name, source, offset(span.lo), offset(span.hi)))
            .note(format!("it came with es{} and cannot be expressed in older syntax", feature.year))
            .hint(format!("{}, or raise --target", feature.way_out)),
        );
    }
    out
}

struct Finder {
    /// Functions around.
    depth: u32,
    found: Vec<(&'static Feature, Span)>,
}

impl Finder {
    fn regex(&mut self, pattern: &str, flags: &str, span: Span) {
        for (flag, feature) in &FLAGS {
            if flags.contains(*flag) {
                self.found.push((feature, span));
            }
        }
        if has_lookbehind(pattern) {
            self.found.push((&LOOKBEHIND, span));
        }
    }
}

/// `(?<=` or `(?<!`, not after a backslash and not in a class.
fn has_lookbehind(pattern: &str) -> bool {
    let (mut escaped, mut class) = (false, false);
    for (at, character) in pattern.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '(' if !class && (pattern[at..].starts_with("(?<=") || pattern[at..].starts_with("(?<!")) => return true,
            _ => {}
        }
    }
    false
}

fn text(argument: Option<&ExprOrSpread>) -> &str {
    match argument.map(|argument| &*argument.expr) {
        Some(Expr::Lit(Lit::Str(text))) => text.value.as_str().unwrap_or_default(),
        _ => "",
    }
}

impl Visit for Finder {
    noop_visit_type!();

    fn visit_lit(&mut self, literal: &Lit) {
        match literal {
            Lit::BigInt(number) => self.found.push((&BIGINT, number.span)),
            Lit::Regex(regex) => self.regex(&regex.exp, &regex.flags, regex.span),
            _ => {}
        }
    }

    /// `RegExp("…", "…")` in the place of a literal is what swc makes of one that the target lacks.
    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Callee::Expr(callee) = &call.callee
            && let Expr::Ident(name) = &**callee
            && name.sym == *"RegExp"
            && name.span.is_dummy()
            && !call.span.is_dummy()
        {
            self.regex(text(call.args.first()), text(call.args.get(1)), call.span);
        }
        call.visit_children_with(self);
    }

    fn visit_await_expr(&mut self, found: &AwaitExpr) {
        if self.depth == 0 {
            self.found.push((&TOP_LEVEL_AWAIT, found.span()));
        }
        found.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, each: &ForOfStmt) {
        if self.depth == 0 && each.is_await {
            self.found.push((&TOP_LEVEL_AWAIT, each.span));
        }
        each.visit_children_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        self.depth += 1;
        function.visit_children_with(self);
        self.depth -= 1;
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.depth += 1;
        arrow.visit_children_with(self);
        self.depth -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::has_lookbehind;

    #[test]
    fn lookbehind_is_not_what_only_looks_so() {
        let answers = [r"(?<=\$)\d+", "(?<!a)b", r"\(?<=a", "[(?<=]", "(?<name>a)"].map(has_lookbehind);
        assert_eq!(answers, [true, true, false, false, false]);
    }
}

//! Decorators, which no engine has yet: they are lowered for every target that names one. Files and classes without them
//! stay untouched.

use super::{LanguageOptions, ParseOptions, classes, lowered, names};
use swc_core::common::SyntaxContext;
use swc_core::common::util::take::Take;
use swc_core::ecma::ast::*;
use swc_core::ecma::transforms::proposal;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

pub(super) fn lower(
    program: &mut Program,
    parse: &ParseOptions,
    language: &LanguageOptions,
    unresolved: SyntaxContext,
) {
    if !has_decorators(program) || stays(parse, language) {
        return;
    }
    // swc declares what it needs in lists of module items only.
    lowered::make_module(program);
    if parse.legacy_decorators {
        classes::before_decorators(program, parse.decorator_metadata);
        proposal::decorators::decorators(proposal::decorators::Config {
            legacy: true,
            emit_metadata: parse.decorator_metadata,
            use_define_for_class_fields: parse.define_class_fields,
        })
        .process(program);
    } else {
        proposal::decorator_2023_11::decorator_2023_11().process(program);
        // Decorators are told the name of a class, whatever it is called in the output.
        names::decorated(program, unresolved);
    }
}

fn keeps(language: &LanguageOptions) -> bool {
    language.target.next && language.target.is_latest()
}

/// Fields that are assigned in the constructor cannot have any.
fn stays(parse: &ParseOptions, language: &LanguageOptions) -> bool {
    let assigns = parse.typescript && !parse.define_class_fields;
    keeps(language) && !parse.legacy_decorators && !assigns
}

/// The compressor does not know them, and they are told the names of classes.
pub(super) fn stay(body: &[Stmt], source: &str, language: &LanguageOptions) -> bool {
    keeps(language) && source.contains('@') && body.iter().any(has_decorators)
}

/// The printer puts no space behind `@name`; behind `@(name)` none is missed.
pub(super) fn spaced(body: &mut [Stmt]) {
    struct Spaced;
    impl VisitMut for Spaced {
        noop_visit_mut_type!();
        fn visit_mut_decorator(&mut self, decorator: &mut Decorator) {
            decorator.visit_mut_children_with(self);
            let inner = ParenExpr { span: decorator.span, expr: decorator.expr.take() };
            *decorator.expr = Expr::Paren(inner);
        }
    }
    body.iter_mut().for_each(|statement| statement.visit_mut_with(&mut Spaced));
}

/// An at sign in a comment or a text is none.
fn has_decorators(tree: &impl VisitWith<Finder>) -> bool {
    let mut finder = Finder(false);
    tree.visit_with(&mut finder);
    finder.0
}

struct Finder(bool);

impl Visit for Finder {
    noop_visit_type!();
    fn visit_decorator(&mut self, _: &Decorator) {
        self.0 = true;
    }
}

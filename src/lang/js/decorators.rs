//! Decorators, which no engine has yet, so that they are always lowered. Files and classes without them stay untouched.

use super::{ParseOptions, classes, lowered, names};
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::transforms::proposal;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

pub(super) fn lower(program: &mut Program, parse: &ParseOptions, unresolved: SyntaxContext) {
    if !has_decorators(program) {
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

/// An at sign in a comment or a text is none.
fn has_decorators(program: &Program) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_decorator(&mut self, _: &Decorator) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    program.visit_with(&mut finder);
    finder.0
}

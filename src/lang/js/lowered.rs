//! What lowered code calls: each helper is a module of its own, so that an output has it once.

use swc_core::common::DUMMY_SP;
use swc_core::common::Mark;
use swc_core::ecma::ast::*;
use swc_core::ecma::transforms::base::helpers::generated::{ALL, HelperDef};
use swc_core::ecma::transforms::base::helpers::inject_helpers;

/// What modules of helpers are imported by, before the helper's name. No file can be named so.
pub const HELPER_MODULE: &str = "plimsoll:helper:";
const PACKAGE: &str = "@swc/helpers/_/";

/// The source of the module of a helper (`_async_to_generator`), which exports it as `_`.
pub fn helper_module(name: &str) -> Option<String> {
    let found = ALL.iter().find(|helper| helper.local == name)?;
    let needed = |helper: &&HelperDef| found.deps.contains(helper.name) && helper.local != name;
    let import = |helper: &HelperDef| format!("import {{ _ as {0} }} from '{HELPER_MODULE}{0}';\n", helper.local);
    let imports: String = ALL.iter().filter(needed).map(import).collect();
    let source = corrected(name, found.source);
    Some(format!("{imports}{source}export {{ {name} as _ }};\n"))
}

/// Where helpers do not do what the language does: helper, what it says, what it has to say.
const CORRECTIONS: [(&str, &str, &str); 4] = [
    // `await` in a `finally` that runs because of `return()`: the generator goes on, it is not asked to return again.
    (
        "_async_generator",
        r#"var nextKey = key === "return" ? "return" : "next";"#,
        r#"var nextKey = key === "return" && value.k ? key : "next";"#,
    ),
    // `this` of strict functions may be a primitive; a sloppy function in between would make an object of it.
    ("_async_to_generator", "return function() {", "return function() { 'use strict';"),
    ("_wrap_async_generator", "return function() {", "return function() { 'use strict';"),
    ("_async_iterator", "var thr = this.s.return;", "var thr = this.s.throw;"),
];

/// swc's hangs on answers that are no objects, and loses errors where the inner iterator has no `throw`.
const DELEGATE: &str = include_str!("async_generator_delegate.js");

fn corrected(name: &str, source: &str) -> String {
    if name == "_async_generator_delegate" {
        return DELEGATE.to_string();
    }
    let ours = CORRECTIONS.iter().filter(|(helper, _, _)| *helper == name);
    ours.fold(source.to_string(), |source, (_, from, to)| source.replace(from, to))
}

/// A script as a module: what swc declares and imports goes into lists of module items.
pub(super) fn make_module(program: &mut Program) {
    if let Program::Script(script) = program {
        let Script { span, body, shebang } = std::mem::take(script);
        *program = Program::Module(Module { span, body: body.into_iter().map(ModuleItem::Stmt).collect(), shebang });
    }
}

/// Imports the helpers that lowering has asked for.
pub(super) fn import(program: Program, unresolved: Mark) -> Module {
    let mut program = program;
    // Helpers are imported by CommonJS too.
    make_module(&mut program);
    inject_helpers(unresolved).process(&mut program);
    let mut module = match program {
        Program::Module(module) => module,
        Program::Script(_) => Module::default(),
    };
    for item in &mut module.body {
        if let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item
            && import.span == DUMMY_SP
            && let Some(name) = import.src.value.as_str().and_then(|source| source.strip_prefix(PACKAGE))
        {
            *import.src = Str::from(format!("{HELPER_MODULE}{name}"));
        }
    }
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_find_what_they_correct() {
        for (helper, from, to) in CORRECTIONS {
            let known = ALL.iter().find(|known| known.local == helper).unwrap();
            assert_eq!(known.source.matches(from).count(), 1, "{helper}");
            assert!(helper_module(helper).unwrap().contains(to));
        }
    }

    #[test]
    fn a_helper_brings_what_it_calls() {
        let source = helper_module("_class_private_field_get").unwrap();
        assert!(source.contains(
            "import { _ as _class_apply_descriptor_get } from 'plimsoll:helper:_class_apply_descriptor_get'"
        ));
        assert!(source.ends_with("export { _class_private_field_get as _ };\n"));
        assert_eq!(helper_module("_no_such"), None);
    }
}

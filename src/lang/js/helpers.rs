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
    Some(format!("{imports}{}export {{ {name} as _ }};\n", found.source))
}

/// Imports the helpers that lowering has asked for.
pub(super) fn import(program: Program, unresolved: Mark) -> Module {
    // As a module, whatever it is: helpers are imported by CommonJS too.
    let mut program = Program::Module(match program {
        Program::Module(module) => module,
        Program::Script(script) => Module {
            span: script.span,
            body: script.body.into_iter().map(ModuleItem::Stmt).collect(),
            shebang: script.shebang,
        },
    });
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
            import.src = Box::new(Str::from(format!("{HELPER_MODULE}{name}")));
        }
    }
    module
}

#[cfg(test)]
mod tests {
    use super::*;

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

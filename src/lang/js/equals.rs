//! TypeScript's `export =` and `import x = require()`: CommonJS with types.

use swc_core::common::{DUMMY_SP, Spanned};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

fn is_external(import: &TsImportEqualsDecl) -> bool {
    matches!(import.module_ref, TsModuleRef::TsExternalModuleRef(_))
}

/// Whether a parsed program is an ES module: `export =` makes it CommonJS whatever else it has, and what only gives a
/// name to something says nothing.
pub(super) fn is_es_module(program: &Program) -> bool {
    let Program::Module(module) = program else { return false };
    let mut says_nothing = false;
    let mut es = false;
    for item in &module.body {
        match item {
            ModuleItem::ModuleDecl(ModuleDecl::TsExportAssignment(_)) => return false,
            ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) if is_external(import) || !import.is_export => {
                says_nothing = true;
            }
            ModuleItem::ModuleDecl(_) => es = true,
            ModuleItem::Stmt(_) => {}
        }
    }
    es || !says_nothing || waits(module)
}

/// `import.meta`, or `await` outside of functions.
fn waits(module: &Module) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_await_expr(&mut self, _: &AwaitExpr) {
            self.0 = true;
        }
        fn visit_meta_prop_expr(&mut self, meta: &MetaPropExpr) {
            self.0 |= meta.kind == MetaPropKind::ImportMeta;
        }
        fn visit_function(&mut self, _: &Function) {}
        fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
    }
    let mut finder = Finder(false);
    module.visit_with(&mut finder);
    finder.0
}

/// `export import x = require()` in an ES module: an import and an export of its name.
pub(super) fn split_exports(program: &mut Program) {
    let Program::Module(module) = program else { return };
    let mut names = Vec::new();
    for item in &mut module.body {
        if let ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) = item
            && import.is_export
            && !import.is_type_only
            && is_external(import)
        {
            import.is_export = false;
            names.push(import.id.clone());
        }
    }
    let specifier = |name: Ident| {
        let (span, orig) = (name.span(), ModuleExportName::Ident(name));
        ExportSpecifier::Named(ExportNamedSpecifier { span, orig, exported: None, is_type_only: false })
    };
    if !names.is_empty() {
        let specifiers = names.into_iter().map(specifier).collect();
        let export = NamedExport { span: DUMMY_SP, specifiers, src: None, type_only: false, with: None };
        module.body.push(ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)));
    }
}

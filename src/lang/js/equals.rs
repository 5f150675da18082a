//! What is CommonJS although it has module syntax: TypeScript's `export =` and `import x = require()`, and old code that
//! imports by statements and exports by `module.exports`.

use crate::base::contains;
use swc_core::common::{DUMMY_SP, Spanned};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

fn is_external(import: &TsImportEqualsDecl) -> bool {
    matches!(import.module_ref, TsModuleRef::TsExternalModuleRef(_))
}

/// Whether a parsed program is an ES module: `export =` makes it CommonJS whatever else it has, and what only gives a
/// name to something says nothing.
pub(super) fn is_es_module(program: &Program, source: &str) -> bool {
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
    (es || !says_nothing || waits(module)) && !(contains(source, "exports") && exports_by_assignment(module))
}

/// Import statements, no other module syntax, and `module.exports` or a free `exports`: compilers to CommonJS take such
/// files, and so do other bundlers. `typeof exports` and `module.hot` say nothing.
fn exports_by_assignment(module: &Module) -> bool {
    let imports = |item: &ModuleItem| matches!(item, ModuleItem::ModuleDecl(ModuleDecl::Import(_)));
    if !module.body.iter().filter(|item| item.is_module_decl()).all(imports) {
        return false;
    }
    let mut found = Mentions::default();
    module.visit_with(&mut found);
    (found.module_exports && !found.binds_module || found.exports && !found.binds_exports) && !waits(module)
}

/// Who mentions the names of CommonJS as a value, and who declares them, in whatever scope.
#[derive(Default)]
struct Mentions {
    exports: bool,
    module_exports: bool,
    binds_exports: bool,
    binds_module: bool,
}

impl Mentions {
    fn bind(&mut self, name: &str) {
        self.binds_exports |= name == "exports";
        self.binds_module |= name == "module";
    }
}

impl Visit for Mentions {
    noop_visit_type!();

    fn visit_expr(&mut self, value: &Expr) {
        self.exports |= value.as_ident().is_some_and(|name| &*name.sym == "exports");
        value.visit_children_with(self);
    }
    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        if unary.op != UnaryOp::TypeOf || !unary.arg.is_ident() {
            unary.visit_children_with(self);
        }
    }
    fn visit_member_expr(&mut self, member: &MemberExpr) {
        let on_module = member.obj.as_ident().is_some_and(|name| &*name.sym == "module");
        self.module_exports |= on_module && member.prop.as_ident().is_some_and(|name| &*name.sym == "exports");
        member.visit_children_with(self);
    }
    fn visit_assign_target(&mut self, target: &AssignTarget) {
        match target {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.exports |= &*name.sym == "exports",
            other => other.visit_children_with(self),
        }
    }
    fn visit_prop(&mut self, property: &Prop) {
        self.exports |= property.as_shorthand().is_some_and(|name| &*name.sym == "exports");
        property.visit_children_with(self);
    }
    fn visit_binding_ident(&mut self, name: &BindingIdent) {
        self.bind(&name.sym);
    }
    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.bind(&function.ident.sym);
        function.visit_children_with(self);
    }
    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.bind(&class.ident.sym);
        class.visit_children_with(self);
    }
    fn visit_import_decl(&mut self, import: &ImportDecl) {
        for specifier in &import.specifiers {
            self.bind(&specifier.local().sym);
        }
    }
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

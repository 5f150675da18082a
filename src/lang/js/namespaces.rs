//! Blocks of one TypeScript namespace see each other's exports, as blocks of one enum do: what another block exports is
//! `App.name` here. Before types are removed, after scopes are resolved.

use super::tree;
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::atoms::Atom;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

pub(super) fn share_exports(program: &mut Program) {
    let mut exports = Exports::default();
    program.visit_with(&mut exports);
    if exports.blocks.values().any(|count| *count > 1) {
        program.visit_mut_with(&mut Sharer { exports: &exports.names, levels: Vec::new() });
    }
}

/// The binding of the outermost name, the names below it, and what is there.
type Path = (Id, Vec<Atom>, Kind);

/// Blocks of namespaces see each other, and blocks of enums do: neither sees the other kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Namespace,
    Enum,
}

#[derive(Default)]
struct Exports {
    at: Option<Path>,
    names: FxHashMap<Path, FxHashSet<Atom>>,
    blocks: FxHashMap<Path, u32>,
}

fn below(at: &Option<Path>, name: &Ident, kind: Kind) -> Path {
    match at {
        Some((root, names, _)) => (root.clone(), names.iter().cloned().chain([name.sym.clone()]).collect(), kind),
        None => (name.to_id(), Vec::new(), kind),
    }
}

fn member_name(id: &TsEnumMemberId) -> Option<Atom> {
    match id {
        TsEnumMemberId::Ident(name) => Some(name.sym.clone()),
        TsEnumMemberId::Str(text) => text.value.as_str().map(Atom::from),
    }
}

impl Exports {
    fn inside(&mut self, path: Path, work: impl FnOnce(&mut Self)) {
        *self.blocks.entry(path.clone()).or_default() += 1;
        let outer = self.at.replace(path);
        work(self);
        self.at = outer;
    }

    fn export(&mut self, name: Atom) {
        if let Some(path) = &self.at {
            self.names.entry(path.clone()).or_default().insert(name);
        }
    }

    fn body(&mut self, body: &TsNamespaceBody) {
        match body {
            TsNamespaceBody::TsModuleBlock(block) => block.visit_with(self),
            TsNamespaceBody::TsNamespaceDecl(inner) => {
                self.export(inner.id.sym.clone());
                let path = below(&self.at, &inner.id, Kind::Namespace);
                self.inside(path, |exports| exports.body(&inner.body));
            }
        }
    }
}

impl Visit for Exports {
    noop_visit_type!();

    fn visit_ts_module_decl(&mut self, module: &TsModuleDecl) {
        if let (TsModuleName::Ident(name), Some(body), false) = (&module.id, &module.body, module.declare) {
            let path = below(&self.at, name, Kind::Namespace);
            self.inside(path, |exports| exports.body(body));
        }
    }

    fn visit_ts_enum_decl(&mut self, found: &TsEnumDecl) {
        let path = below(&self.at, &found.id, Kind::Enum);
        self.inside(path, |exports| {
            for name in found.members.iter().filter_map(|member| member_name(&member.id)) {
                exports.export(name);
            }
        });
    }

    fn visit_export_decl(&mut self, export: &ExportDecl) {
        match &export.decl {
            Decl::Var(variables) => {
                for name in find_pat_ids::<_, Ident>(&variables.decls) {
                    self.export(name.sym);
                }
            }
            Decl::Fn(function) => self.export(function.ident.sym.clone()),
            Decl::Class(class) => self.export(class.ident.sym.clone()),
            Decl::TsEnum(found) => self.export(found.id.sym.clone()),
            Decl::TsModule(module) => {
                if let TsModuleName::Ident(name) = &module.id {
                    self.export(name.sym.clone());
                }
            }
            _ => {}
        }
        export.visit_children_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        let outer = self.at.take();
        function.visit_children_with(self);
        self.at = outer;
    }
}

/// A block being rewritten.
struct Level {
    path: Path,
    /// Everything that is declared in it, at any depth.
    declared: FxHashSet<Id>,
    /// Members of the enum itself, which need no prefix.
    members: FxHashSet<Atom>,
}

struct Sharer<'a> {
    exports: &'a FxHashMap<Path, FxHashSet<Atom>>,
    levels: Vec<Level>,
}

fn declared(block: &impl VisitWith<Names>) -> FxHashSet<Id> {
    let mut names = Names::default();
    block.visit_with(&mut names);
    names.0
}

/// Bindings of any kind.
#[derive(Default)]
struct Names(FxHashSet<Id>);

impl Names {
    fn patterns<'a>(&mut self, patterns: impl Iterator<Item = &'a Pat>) {
        patterns.for_each(|pattern| self.0.extend(find_pat_ids::<_, Id>(pattern)));
    }
}

impl Visit for Names {
    noop_visit_type!();

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        self.0.extend(find_pat_ids::<_, Id>(&declarator.name));
        declarator.visit_children_with(self);
    }
    fn visit_function(&mut self, function: &Function) {
        self.patterns(function.params.iter().map(|parameter| &parameter.pat));
        function.visit_children_with(self);
    }
    fn visit_constructor(&mut self, constructor: &Constructor) {
        for parameter in &constructor.params {
            match parameter {
                ParamOrTsParamProp::Param(parameter) => self.patterns(std::iter::once(&parameter.pat)),
                ParamOrTsParamProp::TsParamProp(property) => match &property.param {
                    TsParamPropParam::Ident(name) => drop(self.0.insert(name.id.to_id())),
                    TsParamPropParam::Assign(assign) => self.patterns(std::iter::once(&*assign.left)),
                },
            }
        }
        constructor.visit_children_with(self);
    }
    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.patterns(arrow.params.iter());
        arrow.visit_children_with(self);
    }
    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.patterns(clause.param.iter());
        clause.visit_children_with(self);
    }
    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.0.insert(function.ident.to_id());
        function.visit_children_with(self);
    }
    fn visit_fn_expr(&mut self, function: &FnExpr) {
        self.0.extend(function.ident.as_ref().map(Ident::to_id));
        function.visit_children_with(self);
    }
    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.0.insert(class.ident.to_id());
        class.visit_children_with(self);
    }
    fn visit_class_expr(&mut self, class: &ClassExpr) {
        self.0.extend(class.ident.as_ref().map(Ident::to_id));
        class.visit_children_with(self);
    }
    fn visit_ts_enum_decl(&mut self, found: &TsEnumDecl) {
        self.0.insert(found.id.to_id());
        found.visit_children_with(self);
    }
    fn visit_ts_module_decl(&mut self, module: &TsModuleDecl) {
        if let TsModuleName::Ident(name) = &module.id {
            self.0.insert(name.to_id());
        }
        module.visit_children_with(self);
    }
    fn visit_ts_namespace_decl(&mut self, module: &TsNamespaceDecl) {
        self.0.insert(module.id.to_id());
        module.visit_children_with(self);
    }
    fn visit_ts_import_equals_decl(&mut self, import: &TsImportEqualsDecl) {
        self.0.insert(import.id.to_id());
    }
}

impl Sharer<'_> {
    fn at(&self) -> Option<Path> {
        self.levels.last().map(|level| level.path.clone())
    }

    /// `App.name`, if the name is another block's export.
    fn shared(&self, name: &Ident) -> Option<MemberExpr> {
        let id = name.to_id();
        for level in self.levels.iter().rev() {
            if level.declared.contains(&id) || level.members.contains(&name.sym) {
                return None;
            }
            if self.exports.get(&level.path).is_some_and(|names| names.contains(&name.sym)) {
                let (root, names, _) = &level.path;
                let root = tree::ident(&Ident::new(root.0.clone(), DUMMY_SP, root.1));
                let object = names.iter().fold(root, |object, name| tree::member(object, name));
                let prop = MemberProp::Ident(IdentName::new(name.sym.clone(), name.span));
                return Some(MemberExpr { span: name.span, obj: Box::new(object), prop });
            }
        }
        None
    }

    fn inside(&mut self, path: Path, declared: FxHashSet<Id>, members: FxHashSet<Atom>, work: impl FnOnce(&mut Self)) {
        self.levels.push(Level { path, declared, members });
        work(self);
        self.levels.pop();
    }

    fn body(&mut self, body: &mut TsNamespaceBody) {
        match body {
            TsNamespaceBody::TsModuleBlock(block) => block.visit_mut_with(self),
            TsNamespaceBody::TsNamespaceDecl(inner) => {
                let path = below(&self.at(), &inner.id, Kind::Namespace);
                let names = declared(&*inner.body);
                self.inside(path, names, FxHashSet::default(), |sharer| sharer.body(&mut inner.body));
            }
        }
    }
}

impl VisitMut for Sharer<'_> {
    noop_visit_mut_type!();

    fn visit_mut_ts_module_decl(&mut self, module: &mut TsModuleDecl) {
        let TsModuleName::Ident(name) = &module.id else { return };
        let path = below(&self.at(), name, Kind::Namespace);
        if let (Some(body), false) = (&mut module.body, module.declare) {
            let names = declared(&*body);
            self.inside(path, names, FxHashSet::default(), |sharer| sharer.body(body));
        }
    }

    fn visit_mut_ts_enum_decl(&mut self, found: &mut TsEnumDecl) {
        let path = below(&self.at(), &found.id, Kind::Enum);
        let names = declared(&found.members);
        let members = found.members.iter().filter_map(|member| member_name(&member.id)).collect();
        self.inside(path, names, members, |sharer| {
            found.members.iter_mut().for_each(|member| member.init.visit_mut_with(sharer));
        });
    }

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        if let Expr::Ident(name) = expression {
            if let Some(member) = self.shared(name) {
                *expression = Expr::Member(member);
            }
            return;
        }
        expression.visit_mut_children_with(self);
    }

    fn visit_mut_simple_assign_target(&mut self, target: &mut SimpleAssignTarget) {
        if let SimpleAssignTarget::Ident(name) = target
            && let Some(member) = self.shared(&name.id)
        {
            *target = SimpleAssignTarget::Member(member);
            return;
        }
        target.visit_mut_children_with(self);
    }

    fn visit_mut_pat(&mut self, pattern: &mut Pat) {
        if let Pat::Ident(name) = pattern {
            if let Some(member) = self.shared(&name.id) {
                *pattern = Pat::Expr(Box::new(Expr::Member(member)));
            }
            return;
        }
        pattern.visit_mut_children_with(self);
    }

    fn visit_mut_object_pat_prop(&mut self, property: &mut ObjectPatProp) {
        if let ObjectPatProp::Assign(assign) = property
            && let Some(member) = self.shared(&assign.key.id)
        {
            assign.value.visit_mut_with(self);
            let key = PropName::Ident(IdentName::new(assign.key.id.sym.clone(), assign.key.id.span));
            let target = Box::new(Pat::Expr(Box::new(Expr::Member(member))));
            let value = match assign.value.take() {
                Some(right) => Box::new(Pat::Assign(AssignPat { span: assign.span, left: target, right })),
                None => target,
            };
            *property = ObjectPatProp::KeyValue(KeyValuePatProp { key, value });
            return;
        }
        property.visit_mut_children_with(self);
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        if let Prop::Shorthand(name) = property {
            if let Some(member) = self.shared(name) {
                let key = PropName::Ident(IdentName::new(name.sym.clone(), name.span));
                *property = Prop::KeyValue(KeyValueProp { key, value: Box::new(Expr::Member(member)) });
            }
            return;
        }
        property.visit_mut_children_with(self);
    }

    fn visit_mut_jsx_element_name(&mut self, name: &mut JSXElementName) {
        if let JSXElementName::Ident(ident) = name
            && let Some(member) = self.shared(ident)
            && let Some(object) = jsx_object(&member.obj)
            && let MemberProp::Ident(prop) = member.prop
        {
            *name = JSXElementName::JSXMemberExpr(JSXMemberExpr { span: member.span, obj: object, prop });
        }
    }
}

/// A path of names as JSX writes it.
fn jsx_object(path: &Expr) -> Option<JSXObject> {
    match path {
        Expr::Ident(name) => Some(JSXObject::Ident(name.clone())),
        Expr::Member(MemberExpr { obj, prop: MemberProp::Ident(prop), span }) => {
            let member = JSXMemberExpr { span: *span, obj: jsx_object(obj)?, prop: prop.clone() };
            Some(JSXObject::JSXMemberExpr(Box::new(member)))
        }
        _ => None,
    }
}

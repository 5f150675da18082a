//! Which functions and classes have their `name` read in the file that declares them: those keep it, whatever they are
//! called in the output, without `--keep-names`.

use crate::base::contains;
use rustc_hash::FxHashSet;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

#[derive(Default)]
pub(super) struct NameReads {
    /// Bindings of which the file reads `.name`.
    pub names: FxHashSet<Id>,
    /// `.name` of what an object literal holds (`object.method.name`): its members must not become variables.
    pub members: bool,
}

/// After scopes are resolved.
pub(super) fn find(program: &Program, source: &str, unresolved: SyntaxContext) -> NameReads {
    if !is_mentioned(source) {
        return NameReads::default();
    }
    let mut finder = Finder { unresolved, ..Finder::default() };
    program.visit_with(&mut finder);
    let members = finder.owners.iter().any(|owner| finder.objects.contains(owner));
    NameReads { names: finder.names, members }
}

/// A function in the body that must be given its name where it is declared.
pub(super) fn has_declared(body: &[Stmt], reads: &NameReads) -> bool {
    struct Declared<'a>(&'a FxHashSet<Id>, bool);
    impl Visit for Declared<'_> {
        noop_visit_type!();
        fn visit_fn_decl(&mut self, function: &FnDecl) {
            self.1 |= self.0.contains(&function.ident.to_id());
            function.visit_children_with(self);
        }
    }
    let mut declared = Declared(&reads.names, false);
    if !reads.names.is_empty() {
        body.visit_with(&mut declared);
    }
    declared.1
}

/// `.name` stands in the text, and not as part of a longer word.
fn is_mentioned(source: &str) -> bool {
    let goes_on =
        |rest: &str| rest.chars().next().is_some_and(|next| next.is_alphanumeric() || next == '_' || next == '$');
    contains(source, ".name") && source.match_indices(".name").any(|(at, found)| !goes_on(&source[at + found.len()..]))
        || contains(source, "[\"name\"]")
        || contains(source, "['name']")
}

#[derive(Default)]
struct Finder {
    unresolved: SyntaxContext,
    /// Classes around, innermost last, where they have names.
    classes: Vec<Option<Id>>,
    /// `this` is the innermost class.
    is_static: bool,
    names: FxHashSet<Id>,
    /// Objects of a member whose name is read.
    owners: Vec<Id>,
    /// Bindings to object literals.
    objects: FxHashSet<Id>,
}

impl Finder {
    /// `this.name` in a static member, `this.constructor.name` and `new.target.name` in the others.
    fn own_class(&self, object: &Expr) -> Option<Id> {
        let is_class = match object {
            Expr::This(_) => self.is_static,
            Expr::MetaProp(meta) => meta.kind == MetaPropKind::NewTarget,
            Expr::Member(member) => {
                member.obj.is_this() && member.prop.as_ident().is_some_and(|name| name.sym == *"constructor")
            }
            _ => false,
        };
        self.classes.last().filter(|_| is_class)?.clone()
    }

    fn class(&mut self, name: Option<Id>, class: &Class) {
        class.super_class.visit_with(self);
        class.decorators.visit_with(self);
        self.classes.push(name);
        for member in &class.body {
            let outer = self.is_static;
            self.is_static = match member {
                ClassMember::Method(method) => method.is_static,
                ClassMember::PrivateMethod(method) => method.is_static,
                ClassMember::ClassProp(property) => property.is_static,
                ClassMember::PrivateProp(property) => property.is_static,
                ClassMember::StaticBlock(_) => true,
                _ => false,
            };
            // A method is a function of its own, with the `this` of the member.
            match member {
                ClassMember::Method(method) => {
                    method.key.visit_with(self);
                    method.function.visit_children_with(self);
                }
                ClassMember::PrivateMethod(method) => method.function.visit_children_with(self),
                other => other.visit_children_with(self),
            }
            self.is_static = outer;
        }
        self.classes.pop();
    }

    fn bound(&self, expression: &Expr) -> Option<Id> {
        let name = super::tree::strip(expression).as_ident()?;
        (name.ctxt != self.unresolved).then(|| name.to_id())
    }
}

fn is_name(property: &MemberProp) -> bool {
    match property {
        MemberProp::Ident(name) => name.sym == *"name",
        MemberProp::Computed(key) => matches!(&*key.expr, Expr::Lit(Lit::Str(text)) if text.value == *"name"),
        MemberProp::PrivateName(_) => false,
    }
}

impl Visit for Finder {
    noop_visit_type!();

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if is_name(&member.prop) {
            let object = super::tree::strip(&member.obj);
            self.names.extend(self.bound(object).or_else(|| self.own_class(object)));
            self.owners.extend(object.as_member().and_then(|owner| self.bound(&owner.obj)));
        }
        member.visit_children_with(self);
    }

    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.class(Some(class.ident.to_id()), &class.class);
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        self.class(class.ident.as_ref().map(Ident::to_id), &class.class);
    }

    fn visit_function(&mut self, function: &Function) {
        let outer = std::mem::replace(&mut self.is_static, false);
        function.visit_children_with(self);
        self.is_static = outer;
    }

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        if let (Pat::Ident(name), Some(Expr::Object(_))) = (&declarator.name, declarator.init.as_deref()) {
            self.objects.insert(name.to_id());
        }
        declarator.visit_children_with(self);
    }
}

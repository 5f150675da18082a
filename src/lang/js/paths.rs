//! Members of imported names: `z.string` after `import { z }`. What is imported may be a namespace, which only the linker
//! knows; then the path means what the namespace exports under that name, and the namespace object need not exist.
//!
//! Every path has a symbol of its own. The tree keeps the member expressions until the linker has said which paths it
//! knows the meaning of.

use super::rewrite::literal;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;
use swc_core::atoms::Atom;
use swc_core::common::{Mark, Spanned, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

#[derive(Default)]
pub(super) struct Paths {
    /// By the binding at its start and the name of the member.
    ids: FxHashMap<(Id, Atom), Id>,
    /// In order of mention: a path stands after the one that it goes on from. With the position of its start.
    pub list: Vec<(Id, Id, Atom, u32)>,
}

impl Paths {
    /// Notes a path if it starts at one of `starts` or goes on from a path that is known.
    pub fn note(&mut self, member: &MemberExpr, starts: impl Fn(&Id) -> bool) {
        let Some(name) = name_of(&member.prop) else { return };
        let base = match &*member.obj {
            Expr::Ident(start) if starts(&start.to_id()) => start.to_id(),
            Expr::Member(_) => match self.find(&member.obj) {
                Some(base) => base,
                None => return,
            },
            _ => return,
        };
        if let Entry::Vacant(entry) = self.ids.entry((base.clone(), name.clone())) {
            let id: Id = (name.clone(), SyntaxContext::empty().apply_mark(Mark::fresh(Mark::root())));
            entry.insert(id.clone());
            self.list.push((id, base, name, member.span.lo.0));
        }
    }

    /// The symbol of the path that the expression is.
    pub fn find(&self, expression: &Expr) -> Option<Id> {
        if self.ids.is_empty() {
            return None;
        }
        let Expr::Member(member) = expression else { return None };
        let base = match &*member.obj {
            Expr::Ident(start) => start.to_id(),
            object => self.find(object)?,
        };
        self.ids.get(&(base, name_of(&member.prop)?)).cloned()
    }

    pub fn clear(&mut self) {
        *self = Paths::default();
    }
}

fn name_of(property: &MemberProp) -> Option<Atom> {
    match property {
        MemberProp::Ident(name) => Some(name.sym.clone()),
        MemberProp::Computed(computed) => literal(&computed.expr).map(Atom::from),
        MemberProp::PrivateName(_) => None,
    }
}

/// Puts the symbols of paths in the place of those paths of which the linker knows the meaning.
pub(super) struct Shortener<'a> {
    pub paths: &'a Paths,
    pub known: FxHashSet<Id>,
}

impl VisitMut for Shortener<'_> {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match self.paths.find(expression) {
            Some(id) if self.known.contains(&id) => {
                let span = expression.span();
                *expression = Expr::Ident(Ident::new(id.0, span, id.1));
            }
            _ => match expression {
                Expr::Unary(UnaryExpr { op: UnaryOp::Delete, arg, .. }) => self.target(arg),
                Expr::Update(update) => self.target(&mut update.arg),
                other => other.visit_mut_children_with(self),
            },
        }
    }

    fn visit_mut_pat(&mut self, pattern: &mut Pat) {
        match pattern {
            Pat::Expr(target) => self.target(target),
            other => other.visit_mut_children_with(self),
        }
    }
}

impl Shortener<'_> {
    /// What is written to stays a member.
    fn target(&mut self, target: &mut Expr) {
        match target {
            Expr::Member(member) => member.visit_mut_children_with(self),
            other => other.visit_mut_with(self),
        }
    }
}

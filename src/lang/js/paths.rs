//! Members of imported names: `z.string` after `import { z }`. What is imported may be a namespace, which only the linker
//! knows; then the path means what the namespace exports under that name, and the namespace object need not exist. So it
//! is with `'string' in z` and `z[Symbol.toStringTag]`, which are paths too.
//!
//! Every path has a symbol of its own. The tree keeps the member expressions until the linker has said which paths it
//! knows the meaning of.

use super::facts::{LocalSym, SymbolKind};
use super::rewrite::literal;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;
use swc_core::atoms::Atom;
use swc_core::common::{BytePos, Mark, Spanned, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// What is asked of a namespace.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// `x.name`
    Member(Atom),
    /// `'name' in x`
    Has(Atom),
    /// `x[Symbol.toStringTag]`
    Tag,
}

impl Step {
    pub fn of(self, namespace: LocalSym) -> SymbolKind {
        match self {
            Step::Member(name) => SymbolKind::Member { namespace, name: name.to_string() },
            Step::Has(name) => SymbolKind::Asked { namespace, name: Some(name.to_string()) },
            Step::Tag => SymbolKind::Asked { namespace, name: None },
        }
    }
}

#[derive(Default)]
pub(super) struct Paths {
    /// By the binding at its start and the last step.
    ids: FxHashMap<(Id, Step), Id>,
    /// In order of mention: a path stands after the one that it goes on from. With the position of its start.
    pub list: Vec<(Id, Id, Step, u32)>,
    /// Of free names.
    unresolved: SyntaxContext,
}

impl Paths {
    pub fn new(unresolved: SyntaxContext) -> Self {
        Paths { unresolved, ..Paths::default() }
    }

    /// Notes a path if it starts at one of `starts` or goes on from a path that is known. `spaces`: namespaces, of whose
    /// members others take note.
    pub fn note(&mut self, expression: &Expr, starts: impl Fn(&Id) -> bool, spaces: impl Fn(&Id) -> bool) {
        let Some((object, step)) = self.step(expression) else { return };
        let base = match object {
            Expr::Ident(start) if starts(&start.to_id()) => start.to_id(),
            Expr::Ident(start) if !matches!(step, Step::Member(_)) && spaces(&start.to_id()) => start.to_id(),
            Expr::Member(_) => match self.find(object) {
                Some(base) => base,
                None => return,
            },
            _ => return,
        };
        if let Entry::Vacant(entry) = self.ids.entry((base.clone(), step.clone())) {
            let name = if let Step::Member(name) | Step::Has(name) = &step { name.clone() } else { "tag".into() };
            let id: Id = (name, SyntaxContext::empty().apply_mark(Mark::fresh(Mark::root())));
            entry.insert(id.clone());
            self.list.push((id, base, step, expression.span_lo().0));
        }
    }

    /// The symbol of the path that the expression is.
    pub fn find(&self, expression: &Expr) -> Option<Id> {
        if self.ids.is_empty() {
            return None;
        }
        let (object, step) = self.step(expression)?;
        let base = match object {
            Expr::Ident(start) => start.to_id(),
            object => self.find(object)?,
        };
        self.ids.get(&(base, step)).cloned()
    }

    /// What the expression asks, and of what.
    fn step<'e>(&self, expression: &'e Expr) -> Option<(&'e Expr, Step)> {
        match expression {
            Expr::Member(member) => {
                let step = match name_of(&member.prop) {
                    Some(name) => Step::Member(name),
                    None if self.is_tag(&member.prop) => Step::Tag,
                    None => return None,
                };
                Some((&member.obj, step))
            }
            Expr::Bin(BinExpr { op: BinaryOp::In, left, right, .. }) => Some((right, Step::Has(literal(left)?.into()))),
            _ => None,
        }
    }

    /// `[Symbol.toStringTag]`
    fn is_tag(&self, property: &MemberProp) -> bool {
        let MemberProp::Computed(computed) = property else { return false };
        let Expr::Member(member) = &*computed.expr else { return false };
        let named = matches!(&member.prop, MemberProp::Ident(name) if &*name.sym == "toStringTag");
        named && matches!(&*member.obj, Expr::Ident(name) if &*name.sym == "Symbol" && name.ctxt == self.unresolved)
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// All of them. `None`: not all are members.
    pub fn members(&self) -> Option<FxHashSet<Id>> {
        let member = |((_, step), id): (&(Id, Step), &Id)| matches!(step, Step::Member(_)).then(|| id.clone());
        self.ids.iter().map(member).collect()
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
    /// What has been replaced: the path, where it starts, and where its last step stands.
    pub steps: Vec<(Id, BytePos, BytePos)>,
}

impl VisitMut for Shortener<'_> {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match self.paths.find(expression) {
            Some(id) if self.known.contains(&id) => {
                let span = expression.span();
                if let Expr::Member(member) = expression {
                    self.steps.push((id.clone(), span.lo, member.prop.span_lo()));
                }
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

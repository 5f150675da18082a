//! Shaking inside of statements: what a module says that nobody notices goes, wherever it stands.
//!
//! In: the statements of a module and which of its bindings others may see. Out: the statements without what never runs
//! (branches whose test is known, functions that nobody calls), what does nothing (calls, writes to what nobody reads),
//! and what nobody reads (variables, properties of literals, arguments).
//!
//! First, what runs and with which values is looked for to a fixpoint (`flow`): objects and functions stand for the places
//! where they are made, and all that is ever given to a variable or property counts wherever it is read. What unknown code
//! gets hold of may be anything (`World::escape`). Then, what must stay is marked to a fixpoint (`needs`), from what does
//! something that may be noticed (`effects`, `bodies`). Last, the rest is taken out (`trim`).
//!
//! The assumptions are those of `purity`.

mod arithmetic;
mod arrays;
mod bodies;
mod calls;
mod classes;
mod conversions;
mod declare;
mod effects;
mod evaluate;
mod flow;
mod include;
mod needs;
mod pieces;
mod prototypes;
mod trim;
mod values;
mod world;

use super::notes;
use super::tree::strip;
use rustc_hash::FxHashSet;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{BytePos, SyntaxContext};
use swc_core::ecma::ast::*;
use values::{UNDEFINED, Value};

/// What is known of the module apart from its statements.
pub(super) struct Scene<'s> {
    pub comments: &'s SingleThreadedComments,
    pub unresolved: SyntaxContext,
    pub ignore_annotations: bool,
    /// `--pure`
    pub pure_names: &'s [String],
    /// Strict code: an ES module.
    pub strict: bool,
    /// Bindings that others may read.
    pub exported: &'s FxHashSet<Id>,
}

impl Scene<'_> {
    /// `this` outside of functions.
    fn this(&self) -> Value {
        if self.strict { Value::of(UNDEFINED) } else { Value::any() }
    }

    fn is_annotated(&self, position: BytePos) -> bool {
        !self.ignore_annotations && notes::has(self.comments, position, notes::PURE)
    }

    fn is_harmless(&self, position: BytePos) -> bool {
        !self.ignore_annotations && notes::has(self.comments, position, notes::NO_SIDE_EFFECTS)
    }

    fn is_pure_name(&self, path: &str) -> bool {
        self.pure_names.iter().any(|name| name == path)
    }

    /// `Object.freeze` for a path of plain names that starts at a global.
    fn global(&self, expression: &Expr) -> Option<String> {
        match strip(expression) {
            Expr::Ident(name) if name.ctxt == self.unresolved => Some(name.sym.to_string()),
            Expr::Member(member) => {
                let object = self.global(&member.obj)?;
                let name = &member.prop.as_ident()?.sym;
                Some(if object == "globalThis" { name.to_string() } else { format!("{object}.{name}") })
            }
            _ => None,
        }
    }
}

/// Takes out what nobody notices. Whether that may have changed anything.
pub(super) fn shake(body: &mut Vec<Stmt>, scene: &Scene<'_>) -> bool {
    let kept = {
        let Some(flow) = flow::Flow::of(body, scene) else { return false };
        let Some(kept) = needs::needs(&flow, body) else { return false };
        kept
    };
    trim::trim(body, &kept)
}

//! `...` in objects, and optional calls, where swc's lowering needs help to mean what the language means.

use super::facts::Helper;
use super::{functions, tree};
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// Before the target's lowering.
pub(super) fn prepare(program: &mut Program, unresolved: SyntaxContext) {
    functions::keep_lengths(program);
    program.visit_mut_with(&mut Preparer { unresolved });
}

struct Preparer {
    unresolved: SyntaxContext,
}

/// Evaluating it earlier than it stands cannot be told.
fn is_simple(expression: &Expr) -> bool {
    match expression {
        Expr::Ident(_) | Expr::This(_) | Expr::Lit(_) => true,
        Expr::Member(member) => matches!(member.prop, MemberProp::Ident(_)) && is_simple(&member.obj),
        _ => false,
    }
}

fn mentions(expression: &Expr, names: &[Id]) -> bool {
    struct Finder<'a>(&'a [Id], bool);
    impl Visit for Finder<'_> {
        noop_visit_type!();
        fn visit_ident(&mut self, ident: &Ident) {
            self.1 |= self.0.contains(&ident.to_id());
        }
    }
    let mut finder = Finder(names, false);
    expression.visit_with(&mut finder);
    finder.1
}

/// The value of `__proto__: value`, which sets the prototype.
fn prototype(property: &PropOrSpread) -> Option<&Expr> {
    let PropOrSpread::Prop(property) = property else { return None };
    match &**property {
        Prop::KeyValue(KeyValueProp { key: PropName::Ident(name), value }) if name.sym == *"__proto__" => Some(value),
        Prop::KeyValue(KeyValueProp { key: PropName::Str(name), value }) if name.value == *"__proto__" => Some(value),
        _ => None,
    }
}

impl VisitMut for Preparer {
    noop_visit_mut_type!();

    /// Properties behind a spread are copied one by one, and a prototype is none of them: it goes to the front.
    fn visit_mut_object_lit(&mut self, object: &mut ObjectLit) {
        object.visit_mut_children_with(self);
        let spread = object.props.iter().position(|property| property.is_spread());
        let proto = object.props.iter().position(|property| prototype(property).is_some_and(is_simple));
        if let (Some(spread), Some(proto)) = (spread, proto)
            && spread < proto
        {
            let property = object.props.remove(proto);
            object.props.insert(0, property);
        }
    }

    /// `{ [key]: a, ...rest }` mentions the key twice: it becomes a name once.
    fn visit_mut_object_pat(&mut self, pattern: &mut ObjectPat) {
        pattern.visit_mut_children_with(self);
        if !pattern.props.iter().any(|property| property.is_rest()) {
            return;
        }
        // A key may depend on what stands before it; swc evaluates calls too early for that.
        let names: Vec<Id> = find_pat_ids(&*pattern);
        for property in &mut pattern.props {
            if let ObjectPatProp::KeyValue(KeyValuePatProp { key: PropName::Computed(key), .. }) = property
                && !key.expr.is_lit()
                && !mentions(&key.expr, &names)
            {
                let helper = tree::ident(&tree::helper(Helper::KEY, self.unresolved));
                let value = std::mem::take(&mut *key.expr);
                *key.expr = tree::call(helper, vec![value]);
            }
        }
    }
}

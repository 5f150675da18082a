//! `...` in objects, and optional calls, where swc's lowering needs help to mean what the language means.

use super::facts::Helper;
use super::{functions, tree};
use swc_core::common::{DUMMY_SP, SyntaxContext};
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

/// A pattern with a rest, taken from a variable that the pattern may assign to.
fn reads_its_source_again(declarator: &VarDeclarator) -> bool {
    let (Pat::Object(pattern), Some(Expr::Ident(source))) = (&declarator.name, declarator.init.as_deref()) else {
        return false;
    };
    let runs_code = |property: &ObjectPatProp| match property {
        ObjectPatProp::KeyValue(pair) => {
            matches!(&pair.key, PropName::Computed(key) if !key.expr.is_lit()) || !pair.value.is_ident()
        }
        ObjectPatProp::Assign(assign) => assign.value.is_some(),
        ObjectPatProp::Rest(_) => false,
    };
    pattern.props.iter().any(|property| property.is_rest())
        && (pattern.props.iter().any(runs_code) || find_pat_ids::<_, Id>(pattern).contains(&source.to_id()))
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

    /// `var { a: x, ...rest } = x` reads `x` twice, and in between it is assigned to: a name of its own comes first.
    fn visit_mut_var_decl(&mut self, variables: &mut VarDecl) {
        variables.visit_mut_children_with(self);
        if !variables.decls.iter().any(reads_its_source_again) {
            return;
        }
        let mut out = Vec::with_capacity(variables.decls.len() + 1);
        for mut declarator in std::mem::take(&mut variables.decls) {
            if reads_its_source_again(&declarator) {
                let kept = tree::fresh("_source");
                let init = declarator.init.replace(Box::new(tree::ident(&kept)));
                out.push(VarDeclarator { span: DUMMY_SP, name: kept.into(), init, definite: false });
            }
            out.push(declarator);
        }
        variables.decls = out;
    }

    /// What is exported would get another name.
    fn visit_mut_export_decl(&mut self, export: &mut ExportDecl) {
        match &mut export.decl {
            Decl::Var(variables) => variables.visit_mut_children_with(self),
            other => other.visit_mut_with(self),
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

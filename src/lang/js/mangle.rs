//! Property names that are to be shortened (`--mangle-props`): found by `scan`, marked by `compile`.
//!
//! What a name becomes is decided for the whole build, long after a module is compiled: here it is only marked, and the
//! printer makes a hole of every mark, in names and in the middle of texts alike. The compressor sees marked names as
//! names unlike any other, so that it keeps apart what is quoted and what is not.

use super::facts::Properties;
use super::parse::Tree;
use super::{LanguageOptions, MangleOptions};
use crate::base::NamePattern;
use rustc_hash::FxHashSet;
use swc_core::atoms::Atom;
use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::{BytePos, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// Stands before and behind a marked name: a letter, so that the compressor takes the whole for a name, and one that no
/// program has in a name twice.
pub(super) const MARK: &str = "ꙮꙮ";

/// Names that mean something to the language or to other bundlers.
const NEVER: [&str; 6] = ["__proto__", "constructor", "prototype", "default", "__esModule", "module.exports"];

/// Longer names are never given, so that none of these can be in the way.
const SHORT: usize = 4;

/// Decides which names are shortened.
pub(super) struct Mangler {
    props: NamePattern,
    reserve: Option<NamePattern>,
    quoted: bool,
    /// The module is the bundler's own: its names stay.
    ours: bool,
}

impl Mangler {
    /// `None` also when the patterns are none, which the configuration has reported.
    pub fn new(options: Option<&MangleOptions>, ours: bool) -> Option<Self> {
        let options = options?;
        let reserve = options.reserve.as_deref().and_then(|text| NamePattern::new(text).ok());
        Some(Mangler { props: NamePattern::new(&options.props).ok()?, reserve, quoted: options.quoted, ours })
    }

    pub fn wants(&self, name: &str) -> bool {
        let reserved = || self.reserve.as_ref().is_some_and(|pattern| pattern.matches(name));
        !self.ours && !name.is_empty() && !NEVER.contains(&name) && self.props.matches(name) && !reserved()
    }

    /// The name as it stands in a tree that is to be printed.
    pub fn marked(&self, name: &str) -> Atom {
        if self.wants(name) { mark(name) } else { name.into() }
    }
}

fn mark(name: &str) -> Atom {
    Atom::from(format!("{MARK}{name}{MARK}"))
}

/// The first marked name in a text: what stands before it, the name, and what stands behind it.
pub(super) fn split_mark(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(MARK)?;
    let (name, behind) = rest.split_once(MARK)?;
    Some((before, name, behind))
}

/// Where the source mentions properties without quotes: passes that make texts of those keep the places.
pub(super) fn unquoted(program: &Program) -> FxHashSet<BytePos> {
    #[derive(Default)]
    struct Finder(FxHashSet<BytePos>);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_ident_name(&mut self, name: &IdentName) {
            self.0.insert(name.span.lo);
        }
        fn visit_assign_pat_prop(&mut self, property: &AssignPatProp) {
            self.0.insert(property.key.id.span.lo);
            property.visit_children_with(self);
        }
        fn visit_prop(&mut self, property: &Prop) {
            if let Prop::Shorthand(name) = property {
                self.0.insert(name.span.lo);
            }
            property.visit_children_with(self);
        }
        fn visit_ts_enum_member_id(&mut self, id: &TsEnumMemberId) {
            if let TsEnumMemberId::Ident(name) = id {
                self.0.insert(name.span.lo);
            }
        }
        fn visit_ts_param_prop_param(&mut self, param: &TsParamPropParam) {
            if let TsParamPropParam::Ident(name) = param {
                self.0.insert(name.id.span.lo);
            }
            param.visit_children_with(self);
        }
    }
    let mut finder = Finder::default();
    program.visit_with(&mut finder);
    finder.0.remove(&BytePos::DUMMY);
    finder.0
}

/// Marks the property names of a module. `None`: none are to be shortened.
pub(super) fn of_module(body: &mut [Stmt], tree: &Tree, name: &str, language: &LanguageOptions) -> Option<Properties> {
    let ours = name == super::RUNTIME_NAME || name.starts_with(super::HELPER_MODULE);
    let mangler = Mangler::new(language.mangle.as_ref(), ours)?;
    Some(mark_all(body, &mangler, &tree.comments, &tree.unquoted, tree.unresolved))
}

/// Marks the property names in a tree and says which there are.
fn mark_all(
    body: &mut [Stmt],
    mangler: &Mangler,
    comments: &SingleThreadedComments,
    unquoted: &FxHashSet<BytePos>,
    unresolved: SyntaxContext,
) -> Properties {
    let mut marker = Marker { mangler, comments, unquoted, unresolved, found: Properties::default() };
    body.iter_mut().for_each(|statement| statement.visit_mut_with(&mut marker));
    marker.found
}

/// Of the helpers by which legacy decorators are applied.
fn is_decorate(callee: &Ident) -> bool {
    callee.sym.contains("ts_decorate")
}

struct Marker<'a> {
    mangler: &'a Mangler,
    comments: &'a SingleThreadedComments,
    unquoted: &'a FxHashSet<BytePos>,
    unresolved: SyntaxContext,
    found: Properties,
}

impl Marker<'_> {
    /// What a name without quotes becomes.
    fn name(&mut self, name: &mut Atom) {
        if self.mangler.wants(name) {
            *self.found.wanted.entry(name.to_string()).or_default() += 1;
            *name = mark(name);
        } else {
            self.keep(name);
        }
    }

    fn keep(&mut self, name: &str) {
        if name.len() <= SHORT {
            self.found.kept.insert(name.to_string());
        }
    }

    /// A text; `key`: it stands where a property name does.
    fn text(&mut self, text: &mut Str, key: bool) {
        let Some(mut name) = text.value.as_str().map(Atom::from) else { return };
        // Texts without a place are made by passes, of names.
        let made = key && text.span.is_dummy();
        let is_name = made || self.unquoted.contains(&text.span.lo) || self.annotated(text.span.lo);
        if is_name || key && self.mangler.quoted {
            if self.mangler.wants(&name) {
                self.name(&mut name);
                text.value = name.into();
                text.raw = None;
                return;
            }
        } else if key && self.mangler.wants(&name) {
            self.found.quoted.insert(name.to_string());
        }
        self.keep(&name);
    }

    /// `/* @__KEY__ */`
    fn annotated(&self, at: BytePos) -> bool {
        !at.is_dummy() && self.comments.has_flag(at, "KEY")
    }

    /// Texts that are property names when the expression is one.
    fn key(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Lit(Lit::Str(text)) => self.text(text, true),
            Expr::Cond(choice) => {
                choice.test.visit_mut_with(self);
                self.key(&mut choice.cons);
                self.key(&mut choice.alt);
            }
            Expr::Seq(sequence) => {
                if let Some((last, rest)) = sequence.exprs.split_last_mut() {
                    rest.iter_mut().for_each(|part| part.visit_mut_with(self));
                    self.key(last);
                }
            }
            Expr::Paren(inner) => self.key(&mut inner.expr),
            other => other.visit_mut_with(self),
        }
    }

    /// Properties of what the bundler or the host gives have names that are not ours.
    fn is_given(&self, object: &Expr) -> bool {
        match object {
            Expr::MetaProp(_) => true,
            Expr::Ident(name) => name.ctxt == self.unresolved && matches!(&*name.sym, "module" | "require"),
            _ => false,
        }
    }
}

impl VisitMut for Marker<'_> {
    noop_visit_mut_type!();

    fn visit_mut_member_expr(&mut self, member: &mut MemberExpr) {
        let given = self.is_given(&member.obj);
        member.obj.visit_mut_with(self);
        match &mut member.prop {
            MemberProp::Ident(name) if given => self.keep(&name.sym),
            MemberProp::Ident(name) => self.name(&mut name.sym),
            MemberProp::Computed(computed) => self.key(&mut computed.expr),
            MemberProp::PrivateName(_) => {}
        }
    }

    fn visit_mut_super_prop(&mut self, property: &mut SuperProp) {
        match property {
            SuperProp::Ident(name) => self.name(&mut name.sym),
            SuperProp::Computed(computed) => self.key(&mut computed.expr),
        }
    }

    fn visit_mut_prop_name(&mut self, name: &mut PropName) {
        match name {
            PropName::Ident(name) => self.name(&mut name.sym),
            PropName::Str(text) => self.text(text, true),
            PropName::Computed(computed) => self.key(&mut computed.expr),
            PropName::Num(_) | PropName::BigInt(_) => {}
        }
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        if let Prop::Shorthand(ident) = property {
            let mut name = IdentName::new(ident.sym.clone(), ident.span);
            self.name(&mut name.sym);
            if name.sym != ident.sym {
                let value = Box::new(Expr::Ident(ident.clone()));
                *property = Prop::KeyValue(KeyValueProp { key: PropName::Ident(name), value });
            }
            return;
        }
        property.visit_mut_children_with(self);
    }

    fn visit_mut_object_pat_prop(&mut self, property: &mut ObjectPatProp) {
        if let ObjectPatProp::Assign(AssignPatProp { key, value, span, .. }) = property {
            value.visit_mut_with(self);
            let mut name = IdentName::new(key.id.sym.clone(), key.id.span);
            self.name(&mut name.sym);
            if name.sym != key.id.sym {
                let left = Pat::Ident(key.clone());
                let value = match value.take() {
                    Some(right) => Pat::Assign(AssignPat { span: *span, left: Box::new(left), right }),
                    None => left,
                };
                let key = PropName::Ident(name);
                *property = ObjectPatProp::KeyValue(KeyValuePatProp { key, value: Box::new(value) });
            }
            return;
        }
        property.visit_mut_children_with(self);
    }

    fn visit_mut_bin_expr(&mut self, binary: &mut BinExpr) {
        if binary.op == BinaryOp::In {
            self.key(&mut binary.left);
        } else {
            binary.left.visit_mut_with(self);
        }
        binary.right.visit_mut_with(self);
    }

    /// What is left of an object when these names are taken out; what a decorator is told of a member.
    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        call.callee.visit_mut_with(self);
        let decorates = call.callee.as_expr().and_then(|callee| callee.as_ident()).is_some_and(is_decorate);
        for argument in &mut call.args {
            match &mut *argument.expr {
                Expr::Array(array) => {
                    for element in array.elems.iter_mut().flatten() {
                        match &mut *element.expr {
                            Expr::Lit(Lit::Str(text)) if text.span.is_dummy() => self.text(text, true),
                            other => other.visit_mut_with(self),
                        }
                    }
                }
                Expr::Lit(Lit::Str(text)) if decorates && text.span.is_dummy() => self.text(text, true),
                other => other.visit_mut_with(self),
            }
        }
    }

    /// `Color[Color["red_"] = 1] = "red_"`, as enums are made.
    fn visit_mut_assign_expr(&mut self, assign: &mut AssignExpr) {
        let both_made = match (&assign.left, &*assign.right) {
            (AssignTarget::Simple(SimpleAssignTarget::Member(member)), Expr::Lit(Lit::Str(text))) => {
                text.span.is_dummy() && member.prop.as_computed().is_some_and(|computed| computed.expr.is_assign())
            }
            _ => false,
        };
        assign.left.visit_mut_with(self);
        match &mut *assign.right {
            Expr::Lit(Lit::Str(text)) if both_made => self.text(text, true),
            other => other.visit_mut_with(self),
        }
    }

    fn visit_mut_str(&mut self, text: &mut Str) {
        self.text(text, false);
    }

    fn visit_mut_tpl(&mut self, template: &mut Tpl) {
        if let ([quasi], true) = (template.quasis.as_mut_slice(), self.annotated(template.span.lo)) {
            let mut name = Atom::from(&*quasi.raw);
            if self.mangler.wants(&name) {
                self.name(&mut name);
                quasi.raw = name.clone();
                quasi.cooked = Some(name.into());
            }
        }
        template.visit_mut_children_with(self);
    }

    // What JSX leaves when it is preserved.
    fn visit_mut_jsx_member_expr(&mut self, member: &mut JSXMemberExpr) {
        member.obj.visit_mut_with(self);
        self.name(&mut member.prop.sym);
    }

    fn visit_mut_jsx_attr(&mut self, attribute: &mut JSXAttr) {
        if let JSXAttrName::Ident(name) = &mut attribute.name {
            self.name(&mut name.sym);
        }
        attribute.value.visit_mut_with(self);
    }
}

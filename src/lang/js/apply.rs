//! Puts the linker's decisions into the tree: imported names, sites that mention other modules, CommonJS names.

use super::compile::{call_of, to_esm};
use super::facts::{Constant, HELPERS, Helper, LocalSym, sym};
use super::fold;
use super::mangle::Mangler;
use super::numbering::{Numbered, declares_lexically};
use super::plan::{BindingPlan, CompilePlan, ModuleWrap, RecordPlan};
use super::tree::{self, fresh_context};
use rustc_hash::FxHashMap;
use swc_core::common::{DUMMY_SP, Span, SyntaxContext};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// `exports` and `module` of a CommonJS wrapper, where used.
#[derive(Default)]
pub(super) struct Parameters {
    pub exports: Option<Ident>,
    pub module: Option<Ident>,
}

pub(super) struct Applier<'a> {
    plan: &'a CompilePlan,
    numbered: &'a Numbered,
    unresolved: SyntaxContext,
    parameter_context: SyntaxContext,
    bindings: FxHashMap<Id, &'a BindingPlan>,
    parameters: Parameters,
    /// Imported names that may be in their temporal dead zone, and own ones that are until they are declared.
    risky: FxHashMap<Id, String>,
    /// Inside a function that runs later.
    later: u32,
    mangler: Option<Mangler>,
}

impl<'a> Applier<'a> {
    pub fn new(
        plan: &'a CompilePlan,
        numbered: &'a Numbered,
        unresolved: SyntaxContext,
        mangler: Option<Mangler>,
    ) -> Self {
        let by_symbol: FxHashMap<LocalSym, &BindingPlan> =
            plan.bindings.iter().map(|(symbol, binding)| (*symbol, binding)).collect();
        let bindings = if by_symbol.is_empty() {
            FxHashMap::default()
        } else {
            let found = numbered.ids.of(|symbol| by_symbol.contains_key(&symbol));
            found.map(|(id, symbol)| (id, by_symbol[&symbol])).collect()
        };
        Applier {
            plan,
            numbered,
            unresolved,
            parameter_context: fresh_context(),
            bindings,
            parameters: Parameters::default(),
            risky: risky(plan, numbered),
            later: 0,
            mangler,
        }
    }

    /// Statement after statement: what one declares is there for the next.
    pub fn apply(&mut self, body: &mut [Stmt]) {
        for statement in body {
            let declared = if self.risky.is_empty() { Vec::new() } else { declares_lexically(statement) };
            statement.visit_mut_with(self);
            for id in declared {
                self.risky.remove(&id);
            }
        }
    }

    /// A look at a name that may not be there yet.
    fn looked_at(&self, ident: &Ident) -> Option<Expr> {
        if self.later > 0 || self.risky.is_empty() {
            return None;
        }
        let name = self.risky.get(&ident.to_id())?;
        let text = Expr::Lit(Lit::Str(name.as_str().into()));
        Some(call_of(self.numbered.helper(Helper::TDZ), vec![Expr::Ident(ident.clone()), text]))
    }

    /// Functions that are called where they stand, or given to a call.
    fn now(&mut self, expression: &mut Expr) {
        match tree::strip_mut(expression) {
            Expr::Fn(function) => function.function.visit_mut_children_with(self),
            Expr::Arrow(arrow) => arrow.visit_mut_children_with(self),
            other => self.visit_mut_expr(other),
        }
    }

    pub fn finish(self) -> Parameters {
        self.parameters
    }

    /// The record whose target the marker is.
    fn marked_record(&self, ident: &Ident) -> Option<u32> {
        if ident.ctxt != self.numbered.marker {
            return None;
        }
        let symbol = self.numbered.ids.get(&ident.to_id())?;
        let first = sym::FIRST_HELPER + HELPERS.len() as u32;
        (symbol >= first && (symbol - first) % 2 == 1).then(|| (symbol - first) / 2)
    }

    fn record_plan(&self, record: u32) -> &'a RecordPlan {
        const NONE: &RecordPlan = &RecordPlan::None;
        self.plan.records.get(record as usize).unwrap_or(NONE)
    }

    fn target(&self, record: u32) -> Ident {
        self.numbered.marker(self.numbered.record_target(record))
    }

    fn namespace(&self, record: u32) -> Ident {
        self.numbered.marker(self.numbered.record_namespace(record))
    }

    fn bound(&self, ident: &Ident) -> Option<Expr> {
        match self.bindings.get(&ident.to_id())? {
            BindingPlan::Constant(value) => Some(constant(value)),
            BindingPlan::Member { name, foreign } => {
                let own = self.mangler.as_ref().filter(|_| !foreign).map(|mangler| mangler.marked(name));
                Some(member(Expr::Ident(ident.clone()), own.as_deref().unwrap_or(name)))
            }
        }
    }

    fn free(&mut self, ident: &mut Ident) -> Option<Expr> {
        if ident.ctxt != self.unresolved {
            return None;
        }
        match &*ident.sym {
            "exports" if self.plan.wrap == ModuleWrap::CommonJs => {
                ident.ctxt = self.parameter_context;
                self.parameters.exports.get_or_insert_with(|| ident.clone());
            }
            "module" if self.plan.wrap == ModuleWrap::CommonJs => {
                ident.ctxt = self.parameter_context;
                self.parameters.module.get_or_insert_with(|| ident.clone());
            }
            "require" if self.plan.require_helper => {
                return Some(Expr::Ident(self.numbered.helper(Helper::REQUIRE)));
            }
            _ => {}
        }
        None
    }

    /// `marker()` where `require('x')` stood.
    fn required(&self, record: u32, span: Span) -> Option<Expr> {
        let at = |mut call: Expr| {
            call.set_span(span);
            call
        };
        let call = || at(call_of(self.target(record), Vec::new()));
        Some(match self.record_plan(record) {
            RecordPlan::RequireCommonJs => call(),
            RecordPlan::RequireEsm { wrapped } => {
                let value =
                    call_of(self.numbered.helper(Helper::TO_COMMON_JS), vec![Expr::Ident(self.namespace(record))]);
                after(wrapped.then(call), at(value))
            }
            RecordPlan::RequireDefault { wrapped } => after(wrapped.then(call), Expr::Ident(self.namespace(record))),
            RecordPlan::RequireDisabled => Expr::Object(ObjectLit { span: DUMMY_SP, props: Vec::new() }),
            RecordPlan::RequireExternal { specifier, helper } => {
                let callee = if *helper {
                    self.numbered.helper(Helper::REQUIRE)
                } else {
                    Ident::new("require".into(), DUMMY_SP, self.unresolved)
                };
                at(call_of(callee, vec![Expr::Lit(Lit::Str(specifier.as_str().into()))]))
            }
            _ => return None,
        })
    }

    /// `require.resolve("x")`
    fn resolve_call(&self, specifier: &str, helper: bool) -> Expr {
        let require = if helper {
            self.numbered.helper(Helper::REQUIRE)
        } else {
            Ident::new("require".into(), DUMMY_SP, self.unresolved)
        };
        Expr::Call(CallExpr {
            callee: Callee::Expr(Box::new(member(Expr::Ident(require), "resolve"))),
            args: vec![Expr::Lit(Lit::Str(specifier.into())).into()],
            ..CallExpr::default()
        })
    }

    /// `import(marker)`. Attributes are for what is imported as it is.
    fn imported(&self, record: u32, mut import: Expr) -> Expr {
        let plan = self.record_plan(record);
        if let (Expr::Call(call), false) = (&mut import, matches!(plan, RecordPlan::DynamicExternal { .. })) {
            call.args.truncate(1);
        }
        match plan {
            RecordPlan::DynamicChunk { preload, namespace } => {
                let mut loaded = import;
                if *preload {
                    let arguments =
                        vec![arrow(Vec::new(), loaded), Expr::Ident(self.namespace(record)), import_meta_url()];
                    loaded = call_of(self.numbered.helper(Helper::PRELOAD), arguments);
                }
                let Some(name) = namespace else { return loaded };
                let parameter = Ident::new("m".into(), DUMMY_SP, fresh_context());
                let value = member(Expr::Ident(parameter.clone()), name);
                then(loaded, arrow(vec![parameter.into()], value))
            }
            RecordPlan::DynamicEsm { wrapped, asynchronous } => {
                let mut init = wrapped.then(|| call_of(self.target(record), Vec::new()));
                let namespace = Expr::Ident(self.namespace(record));
                if *asynchronous && let Some(call) = init.take() {
                    return then(
                        then(resolved(self.unresolved), arrow(Vec::new(), call)),
                        arrow(Vec::new(), namespace),
                    );
                }
                then(resolved(self.unresolved), arrow(Vec::new(), after(init, namespace)))
            }
            RecordPlan::DynamicCommonJs { node, chunk: false } => {
                let mut arguments = vec![Expr::Ident(self.target(record))];
                arguments.extend(node.then(|| Expr::Lit(Lit::Num(1.0.into()))));
                call_of(self.numbered.helper(Helper::IMPORT), arguments)
            }
            RecordPlan::DynamicCommonJs { node, chunk: true } => {
                let value = to_esm(call_of(self.target(record), Vec::new()), *node, self.numbered);
                then(resolved(self.unresolved), arrow(Vec::new(), value))
            }
            RecordPlan::DynamicDisabled => then(
                resolved(self.unresolved),
                arrow(Vec::new(), Expr::Object(ObjectLit { span: DUMMY_SP, props: Vec::new() })),
            ),
            RecordPlan::DynamicExternal { specifier } => {
                let Expr::Call(mut call) = import else { return import };
                call.args[0] = Expr::Lit(Lit::Str(specifier.as_str().into())).into();
                Expr::Call(call)
            }
            _ => import,
        }
    }

    fn call(&mut self, expression: &mut Expr) -> bool {
        let Expr::Call(call) = expression else { return false };
        match &mut call.callee {
            Callee::Import(_) => {
                let record = call.args.first().and_then(|argument| self.marked_record(argument.expr.as_ident()?));
                let Some(record) = record else { return false };
                let import = std::mem::take(expression);
                *expression = self.imported(record, import);
                true
            }
            Callee::Expr(callee) => {
                if let Some(record) = callee.as_ident().and_then(|ident| self.marked_record(ident)) {
                    if let Some(replacement) = self.required(record, call.span) {
                        *expression = replacement;
                    }
                    return true;
                }
                if let Some(value) = callee.as_ident().and_then(|ident| self.bound(ident)) {
                    **callee = value;
                    fold::without_receiver(callee);
                    call.args.visit_mut_with(self);
                    return true;
                }
                false
            }
            Callee::Super(_) => false,
        }
    }
}

impl VisitMut for Applier<'_> {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        if self.call(expression) {
            return;
        }
        match expression {
            Expr::Ident(ident) => {
                if let Some(record) = self.marked_record(ident) {
                    match self.record_plan(record) {
                        RecordPlan::ResolveExternal { specifier } => {
                            *expression = Expr::Lit(Lit::Str(specifier.as_str().into()));
                        }
                        RecordPlan::ResolveRequire { specifier, helper } => {
                            *expression = self.resolve_call(specifier, *helper);
                        }
                        _ => {}
                    }
                } else if let Some(value) = self.bound(ident) {
                    *expression = value;
                } else if let Some(value) = self.free(ident) {
                    *expression = value;
                } else if let Some(value) = self.looked_at(ident) {
                    *expression = value;
                }
            }
            Expr::Bin(test) if super::meta::is_main(test, self.unresolved) => {
                if let Some(is_main) = self.plan.is_main {
                    let equal = matches!(test.op, BinaryOp::EqEq | BinaryOp::EqEqEq);
                    *expression = Expr::Lit(Lit::Bool((is_main == equal).into()));
                }
            }
            Expr::Call(call) if !self.risky.is_empty() => {
                if let Callee::Expr(callee) = &mut call.callee {
                    self.now(callee);
                }
                call.args.iter_mut().for_each(|argument| self.now(&mut argument.expr));
            }
            Expr::New(new) if !self.risky.is_empty() => {
                new.callee.visit_mut_with(self);
                new.args.iter_mut().flatten().for_each(|argument| self.now(&mut argument.expr));
            }
            Expr::TaggedTpl(tagged) => {
                if let Some(value) = tagged.tag.as_ident().and_then(|ident| self.bound(ident)) {
                    *tagged.tag = value;
                    fold::without_receiver(&mut tagged.tag);
                    tagged.tpl.visit_mut_with(self);
                } else {
                    tagged.visit_mut_children_with(self);
                }
            }
            Expr::OptChain(chain) => {
                // `imported?.()` must not pass the object that the name is now read from.
                if let OptChainBase::Call(call) = &mut *chain.base
                    && let Some(value) = call.callee.as_ident().and_then(|ident| self.bound(ident))
                {
                    *call.callee = value;
                    fold::without_receiver(&mut call.callee);
                    call.args.visit_mut_with(self);
                } else {
                    chain.visit_mut_children_with(self);
                }
            }
            _ => expression.visit_mut_children_with(self),
        }
    }

    fn visit_mut_function(&mut self, function: &mut Function) {
        self.later += 1;
        function.visit_mut_children_with(self);
        self.later -= 1;
    }
    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        self.later += 1;
        arrow.visit_mut_children_with(self);
        self.later -= 1;
    }
    fn visit_mut_constructor(&mut self, constructor: &mut Constructor) {
        self.later += 1;
        constructor.visit_mut_children_with(self);
        self.later -= 1;
    }
    fn visit_mut_class_prop(&mut self, property: &mut ClassProp) {
        property.key.visit_mut_with(self);
        property.decorators.visit_mut_with(self);
        let later = u32::from(!property.is_static);
        self.later += later;
        property.value.visit_mut_with(self);
        self.later -= later;
    }

    fn visit_mut_jsx_element_name(&mut self, name: &mut JSXElementName) {
        if let JSXElementName::Ident(ident) = name
            && let Some(BindingPlan::Member { name: member, foreign }) = self.bindings.get(&ident.to_id())
        {
            let own = self.mangler.as_ref().filter(|_| !foreign).map(|mangler| mangler.marked(member));
            *name = JSXElementName::JSXMemberExpr(JSXMemberExpr {
                span: ident.span,
                obj: JSXObject::Ident(ident.clone()),
                prop: IdentName::new(own.unwrap_or_else(|| member.as_str().into()), DUMMY_SP),
            });
        }
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        if let Prop::Shorthand(name) = property {
            let mut value = Expr::Ident(name.clone());
            self.visit_mut_expr(&mut value);
            match value {
                Expr::Ident(ident) if ident.sym == name.sym => *name = ident,
                value => {
                    let key = match &*name.sym {
                        "__proto__" => PropName::Computed(ComputedPropName {
                            span: name.span,
                            expr: Box::new(Expr::Lit(Lit::Str("__proto__".into()))),
                        }),
                        _ => PropName::Ident(IdentName::new(name.sym.clone(), name.span)),
                    };
                    *property = Prop::KeyValue(KeyValueProp { key, value: Box::new(value) });
                }
            }
            return;
        }
        property.visit_mut_children_with(self);
    }

    fn visit_mut_simple_assign_target(&mut self, target: &mut SimpleAssignTarget) {
        if let SimpleAssignTarget::Ident(name) = target {
            self.free(&mut name.id);
            return;
        }
        target.visit_mut_children_with(self);
    }

    fn visit_mut_binding_ident(&mut self, name: &mut BindingIdent) {
        self.free(&mut name.id);
    }
}

fn risky(plan: &CompilePlan, numbered: &Numbered) -> FxHashMap<Id, String> {
    if plan.checked.is_empty() && plan.marked.is_empty() {
        return FxHashMap::default();
    }
    let wanted =
        |symbol: LocalSym| plan.checked.binary_search(&symbol).is_ok() || plan.marked.binary_search(&symbol).is_ok();
    let named = |(id, symbol): (Id, LocalSym)| {
        let name = if symbol == sym::DEFAULT { "default".to_string() } else { id.0.to_string() };
        (id, name)
    };
    numbered.ids.of(wanted).map(named).collect()
}

fn constant(value: &Constant) -> Expr {
    match value {
        Constant::Undefined => fold::void(),
        Constant::Null => Expr::Lit(Lit::Null(Null { span: DUMMY_SP })),
        Constant::Bool(value) => Expr::Lit(Lit::Bool((*value).into())),
        Constant::Number(value) if *value < 0.0 => Expr::Unary(UnaryExpr {
            span: DUMMY_SP,
            op: UnaryOp::Minus,
            arg: Box::new(Expr::Lit(Lit::Num((-*value).into()))),
        }),
        Constant::Number(value) => Expr::Lit(Lit::Num((*value).into())),
        Constant::Text(value) => Expr::Lit(Lit::Str(value.as_str().into())),
    }
}

fn member(object: Expr, name: &str) -> Expr {
    let prop = if Ident::verify_symbol(name).is_ok() {
        MemberProp::Ident(IdentName::new(name.into(), DUMMY_SP))
    } else {
        MemberProp::Computed(ComputedPropName { span: DUMMY_SP, expr: Box::new(Expr::Lit(Lit::Str(name.into()))) })
    };
    Expr::Member(MemberExpr { span: DUMMY_SP, obj: Box::new(object), prop })
}

fn after(first: Option<Expr>, value: Expr) -> Expr {
    match first {
        None => value,
        Some(first) => Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: vec![Box::new(first), Box::new(value)] }),
    }
}

fn arrow(params: Vec<Pat>, value: Expr) -> Expr {
    Expr::Arrow(ArrowExpr { params, body: Box::new(ArrowFunctionBody::Expr(Box::new(value))), ..ArrowExpr::default() })
}

fn then(promise: Expr, callback: Expr) -> Expr {
    Expr::Call(CallExpr {
        callee: Callee::Expr(Box::new(member(promise, "then"))),
        args: vec![callback.into()],
        ..CallExpr::default()
    })
}

fn resolved(unresolved: SyntaxContext) -> Expr {
    let promise = Ident::new("Promise".into(), DUMMY_SP, unresolved);
    Expr::Call(CallExpr {
        callee: Callee::Expr(Box::new(member(Expr::Ident(promise), "resolve"))),
        ..CallExpr::default()
    })
}

fn import_meta_url() -> Expr {
    let meta = Expr::MetaProp(MetaPropExpr { span: DUMMY_SP, kind: MetaPropKind::ImportMeta });
    member(meta, "url")
}

//! The expressions that mention other files: `require`, `import()`, `new URL`, workers and worklets.

use super::{Glob, GlobKind, Rewriter, glob, literal, meta};
use crate::lang::js::facts::{HELPERS, ImportKind, ImportRecord, sym};
use swc_core::common::{DUMMY_SP, Span, Spanned};
use swc_core::ecma::ast::*;

/// Around `new URL(…)` in made sources: the address of the worker that the file becomes.
const WORKER_URL: &str = "__plimsoll_worker_url__";

impl Rewriter<'_> {
    /// The number of the record for a specifier, made on first mention.
    pub(super) fn record(&mut self, specifier: String, kind: ImportKind, span: Span) -> u32 {
        self.record_with(specifier, kind, None, span)
    }

    fn record_with(&mut self, specifier: String, kind: ImportKind, attribute: Option<String>, span: Span) -> u32 {
        let next = self.out.records.len() as u32;
        let number = *self.record_numbers.entry((specifier.clone(), kind, attribute.clone())).or_insert(next);
        let guarded = self.try_depth > 0;
        if number == next {
            let base = self.context.tree.base.0;
            let (start, end) = (span.lo.0.saturating_sub(base), span.hi.0.saturating_sub(base));
            self.out.records.push(ImportRecord { specifier, kind, start, end, attribute, names: None, guarded });
        } else {
            self.out.records[number as usize].guarded &= guarded;
        }
        number
    }

    fn target_marker(&self, record: u32, span: Span) -> Ident {
        self.marker(sym::FIRST_HELPER + HELPERS.len() as u32 + 2 * record + 1, span)
    }

    /// `require('x')`, `require.resolve('x')`, `import('x')`, and calls that load what `new URL` names.
    pub(super) fn call(&mut self, call: &mut CallExpr) -> Option<Expr> {
        match &call.callee {
            Callee::Import(import) if import.phase == ImportPhase::Evaluation => self.import_call(call),
            Callee::Expr(callee) => match &**callee {
                Expr::Ident(name) if self.is_global(name, "require") => {
                    let span = name.span;
                    self.require_call(call, span)
                }
                // Also by a name of sloppy code, which may hold the function.
                Expr::Ident(name) if &*name.sym == "eval" => {
                    self.out.pins_names = true;
                    None
                }
                Expr::Ident(name) if self.is_global(name, WORKER_URL) => {
                    let mut address = call.args.first().map(|argument| (*argument.expr).clone())?;
                    let Expr::New(url) = &mut address else { return None };
                    self.new_url(url, ImportKind::Worker, None).then_some(address)
                }
                Expr::Member(member) if self.is_resolve(member) => {
                    let specifier = literal(&call.args.first()?.expr)?;
                    let record = self.record(specifier, ImportKind::RequireResolve, call.args[0].expr.span());
                    self.out.uses_require = true;
                    Some(Expr::Ident(self.target_marker(record, call.span)))
                }
                Expr::Member(member) => {
                    let loads = loads(member)?;
                    self.load_call(loads, call);
                    None
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// `require(a ? 'b' : 'c')` and `import()` of such: `a ? require('b') : require('c')`.
    pub(super) fn choice(&self, call: &CallExpr) -> Option<Expr> {
        let loads = match &call.callee {
            Callee::Import(import) => import.phase == ImportPhase::Evaluation,
            Callee::Expr(callee) => callee.as_ident().is_some_and(|name| self.is_global(name, "require")),
            Callee::Super(_) => false,
        };
        let [ExprOrSpread { spread: None, expr }] = call.args.as_slice() else { return None };
        let Expr::Cond(choice) = super::super::tree::strip(expr) else { return None };
        if !loads || !chooses_literals(choice) {
            return None;
        }
        let with =
            |specifier: &Expr| Box::new(Expr::Call(CallExpr { args: vec![specifier.clone().into()], ..call.clone() }));
        let (cons, alt) = (with(&choice.cons), with(&choice.alt));
        Some(Expr::Cond(CondExpr { span: choice.span, test: choice.test.clone(), cons, alt }))
    }

    fn is_resolve(&self, member: &MemberExpr) -> bool {
        let is_require = member.obj.as_ident().is_some_and(|object| self.is_global(object, "require"));
        is_require && member.prop.as_ident().is_some_and(|name| &*name.sym == "resolve")
    }

    fn import_call(&mut self, call: &mut CallExpr) -> Option<Expr> {
        let Some(specifier) = literal(&call.args.first()?.expr) else {
            self.computed(GlobKind::Import, call)?;
            return None;
        };
        let span = call.args[0].expr.span();
        let attribute = call.args.get(1).and_then(|options| attribute_of(&options.expr));
        let next = self.out.records.len() as u32;
        let record = self.record_with(specifier, ImportKind::Dynamic, attribute, span);
        let read = self.awaited.get(&call.span.lo).cloned();
        let names = &mut self.out.records[record as usize].names;
        let before = if record == next { Some(Vec::new()) } else { names.take() };
        *names = read.zip(before).map(|(mut read, before)| {
            read.extend(before);
            read.into_iter().collect()
        });
        call.args[0] = Expr::Ident(self.target_marker(record, span)).into();
        None
    }

    fn require_call(&mut self, call: &mut CallExpr, span: Span) -> Option<Expr> {
        let Some(specifier) = literal(&call.args.first()?.expr) else {
            self.computed(GlobKind::Require, call)?;
            self.out.uses_require = true;
            return None;
        };
        if call.args.len() != 1 {
            return None;
        }
        let record = self.record(specifier, ImportKind::Require, call.args[0].expr.span());
        self.out.uses_require = true;
        call.callee = Callee::Expr(Box::new(Expr::Ident(self.target_marker(record, span))));
        call.args.clear();
        None
    }

    /// `navigator.serviceWorker.register(new URL(…))`, `context.audioWorklet.addModule(new URL(…))`.
    fn load_call(&mut self, loads: ImportKind, call: &mut CallExpr) {
        let module = call.args.get(1).is_some_and(|options| is_module_option(&options.expr));
        let attribute = (loads == ImportKind::Worker || module).then(|| "module".to_string());
        if let Some(Expr::New(url)) = call.args.first_mut().map(|argument| &mut *argument.expr) {
            self.new_url(url, loads, attribute);
        }
    }

    /// `new URL('x?q#h', import.meta.url)` becomes `new URL(marker + '?q#h', import.meta.url)`.
    pub(super) fn new_url(&mut self, new: &mut NewExpr, kind: ImportKind, attribute: Option<String>) -> bool {
        let callee_is_url = self.is_global_value(&new.callee, "URL");
        let Some(args) = new.args.as_mut().filter(|args| callee_is_url && args.len() == 2) else { return false };
        let based_here = args[1].expr.as_member().is_some_and(|member| {
            meta::is_import_meta(&member.obj) && member.prop.as_ident().is_some_and(|name| &*name.sym == "url")
        });
        let Some(address) = literal(&args[0].expr).filter(|text| based_here && is_local(text)) else { return false };
        let (path, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
        let span = args[0].expr.span();
        let record = self.record_with(path.to_string(), kind, attribute, span);
        let marker = Expr::Ident(self.target_marker(record, span));
        let value = if rest.is_empty() {
            marker
        } else {
            Expr::Bin(BinExpr {
                span,
                op: BinaryOp::Add,
                left: Box::new(marker),
                right: Box::new(Expr::Lit(Lit::Str(rest.into()))),
            })
        };
        if let Some(args) = new.args.as_mut() {
            args[0] = value.into();
        }
        self.out.uses_import_meta = true;
        true
    }

    /// `name`, or `globalThis.name` and its like.
    fn is_global_value(&self, value: &Expr, name: &str) -> bool {
        match value {
            Expr::Ident(ident) => self.is_global(ident, name),
            Expr::Member(member) => {
                let object = member.obj.as_ident();
                let has_globals = |object: &Ident| {
                    ["globalThis", "self", "window"].iter().any(|global| self.is_global(object, global))
                };
                object.is_some_and(has_globals) && member.prop.as_ident().is_some_and(|found| &*found.sym == name)
            }
            _ => false,
        }
    }

    /// `Worker` of `node:worker_threads`, by its name or through the namespace.
    fn is_thread(&self, value: &Expr) -> bool {
        match value {
            Expr::Ident(ident) => self.threads.contains(&ident.to_id()),
            Expr::Member(member) => {
                let named = member.prop.as_ident().is_some_and(|name| &*name.sym == "Worker");
                named && member.obj.as_ident().is_some_and(|object| self.threads.contains(&object.to_id()))
            }
            _ => false,
        }
    }

    /// `new Worker(new URL(…), options)`: the worker is built as a module, so it is started as one. Threads of Node are
    /// told by the file what they are.
    pub(super) fn new_worker(&mut self, new: &mut NewExpr) {
        let is_thread = self.language.node && self.is_thread(&new.callee);
        let is_worker = ["Worker", "SharedWorker"].iter().any(|name| self.is_global_value(&new.callee, name));
        let Some(args) = new.args.as_mut().filter(|args| (is_thread || is_worker) && !args.is_empty()) else { return };
        let mut arguments = std::mem::take(args);
        if let Expr::New(url) = &mut *arguments[0].expr
            && self.new_url(url, ImportKind::Worker, None)
            && is_worker
        {
            start_as_module(&mut arguments);
        }
        new.args = Some(arguments);
    }

    /// `import()` and `require()` of a path that is put together at run time.
    fn computed(&mut self, kind: GlobKind, call: &mut CallExpr) -> Option<()> {
        if call.args.len() != 1 || call.args[0].spread.is_some() {
            return None;
        }
        let glob: Glob = glob::computed(kind, &call.args[0].expr)?;
        call.callee = Callee::Expr(Box::new(self.glob(&glob, call.span)));
        Some(())
    }

    /// `module.require` is `require`.
    pub(super) fn is_module_require(&self, member: &MemberExpr) -> bool {
        member.obj.as_ident().is_some_and(|object| self.is_global(object, "module"))
            && member.prop.as_ident().is_some_and(|name| &*name.sym == "require")
    }
}

/// What a method loads, by its name and that of its object.
fn chooses_literals(choice: &CondExpr) -> bool {
    [&choice.cons, &choice.alt].into_iter().all(|value| match super::super::tree::strip(value) {
        Expr::Cond(choice) => chooses_literals(choice),
        value => literal(value).is_some(),
    })
}

fn loads(member: &MemberExpr) -> Option<ImportKind> {
    let method = member.prop.as_ident()?;
    let object = match &*member.obj {
        Expr::Member(object) => object.prop.as_ident()?.sym.clone(),
        Expr::Ident(object) => object.sym.clone(),
        _ => return None,
    };
    match (&*method.sym, &*object) {
        ("register", "serviceWorker") => Some(ImportKind::ServiceWorker),
        ("addModule", object) if object.to_ascii_lowercase().ends_with("worklet") => Some(ImportKind::Worker),
        _ => None,
    }
}

/// `type` of `{ with: { type: '…' } }`, the second argument of `import()`.
fn attribute_of(options: &Expr) -> Option<String> {
    let with = member_of(options, "with").or_else(|| member_of(options, "assert"))?;
    literal(member_of(with, "type")?)
}

fn is_module_option(options: &Expr) -> bool {
    member_of(options, "type").and_then(literal).is_some_and(|kind| kind == "module")
}

fn member_of<'e>(object: &'e Expr, name: &str) -> Option<&'e Expr> {
    object.as_object()?.props.iter().find_map(|property| {
        let pair = property.as_prop()?.as_key_value()?;
        let found = match &pair.key {
            PropName::Ident(key) => &*key.sym == name,
            PropName::Str(key) => key.value.as_str() == Some(name),
            _ => false,
        };
        found.then_some(&*pair.value)
    })
}

fn is_local(specifier: &str) -> bool {
    let scheme = specifier.split(['/', '?', '#']).next().is_some_and(|head| head.len() > 1 && head.contains(':'));
    !scheme && !specifier.starts_with("//") && !specifier.starts_with(['#', '?']) && !specifier.is_empty()
}

fn start_as_module(arguments: &mut Vec<ExprOrSpread>) {
    let pair = || {
        PropOrSpread::Prop(Box::new(Prop::KeyValue(KeyValueProp {
            key: PropName::Ident(IdentName::new("type".into(), DUMMY_SP)),
            value: Box::new(Expr::Lit(Lit::Str("module".into()))),
        })))
    };
    match arguments.get_mut(1).map(|argument| &mut *argument.expr) {
        None => arguments.push(Expr::Object(ObjectLit { span: DUMMY_SP, props: vec![pair()] }).into()),
        Some(Expr::Object(options)) => {
            options.props.retain(|property| {
                !property
                    .as_prop()
                    .and_then(|property| property.as_key_value())
                    .is_some_and(|property| matches!(&property.key, PropName::Ident(name) if &*name.sym == "type"))
            });
            options.props.push(pair());
        }
        Some(_) => {}
    }
}

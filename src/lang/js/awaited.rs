//! Which names of its namespace are read where an `import()` stands: what others export is not needed there.
//!
//! Seen are `const { a } = await import('x')`, `(await import('x')).a`, `const x = await import('x')` if all that is done
//! with `x` is reading properties by name, `import('x').then(({ a }) => …)`, `import('x').then((x) => x.a)`, and statements
//! that do nothing with the result.

use super::tree::strip;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use swc_core::common::BytePos;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// By position of the call: the names. Calls of which more may be read are not there. `exported`: a variable that others
/// may look at.
pub(super) fn names(
    body: &[Stmt],
    source: &str,
    exported: impl Fn(&Id) -> bool,
) -> FxHashMap<BytePos, BTreeSet<String>> {
    if !source.contains("import(") {
        return FxHashMap::default();
    }
    let mut finder = Finder::default();
    body.visit_with(&mut finder);
    if !finder.variables.is_empty() {
        finder.variables.retain(|id, _| !exported(id));
        let mut reads = Reads { of: finder.variables.keys().map(|id| (id.clone(), Some(BTreeSet::new()))).collect() };
        body.visit_with(&mut reads);
        for (id, calls) in finder.variables {
            if let Some(Some(names)) = reads.of.remove(&id)
                && let [call] = calls[..]
            {
                finder.found.insert(call, names);
            }
        }
    }
    finder.found
}

/// Of `import('x')`, its place.
fn call(expression: &Expr) -> Option<BytePos> {
    match strip(expression) {
        Expr::Call(CallExpr { callee: Callee::Import(_), span, .. }) => Some(span.lo),
        _ => None,
    }
}

/// Of `await import('x')`, the place of the call.
fn awaited(expression: &Expr) -> Option<BytePos> {
    match strip(expression) {
        Expr::Await(wait) => call(&wait.arg),
        _ => None,
    }
}

/// The names that a pattern takes, if they are known.
fn taken(pattern: &ObjectPat) -> Option<BTreeSet<String>> {
    let name = |property: &ObjectPatProp| match property {
        ObjectPatProp::KeyValue(pair) => key(&pair.key),
        ObjectPatProp::Assign(assign) => Some(assign.key.sym.to_string()),
        ObjectPatProp::Rest(_) => None,
    };
    pattern.props.iter().map(name).collect()
}

fn key(name: &PropName) -> Option<String> {
    match name {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(text) => Some(text.value.as_str()?.to_string()),
        _ => None,
    }
}

fn member(property: &MemberProp) -> Option<String> {
    match property {
        MemberProp::Ident(name) => Some(name.sym.to_string()),
        MemberProp::Computed(computed) => match strip(&computed.expr) {
            Expr::Lit(Lit::Str(text)) => Some(text.value.as_str()?.to_string()),
            _ => None,
        },
        MemberProp::PrivateName(_) => None,
    }
}

/// What a function reads of its first argument.
fn read_by(function: &Expr) -> Option<BTreeSet<String>> {
    let first = match strip(function) {
        Expr::Arrow(arrow) => arrow.params.first().cloned(),
        Expr::Fn(function) if !mentions_arguments(&function.function) => {
            function.function.params.first().map(|parameter| parameter.pat.clone())
        }
        _ => return None,
    };
    match first {
        None => Some(BTreeSet::new()),
        Some(Pat::Object(pattern)) => taken(&pattern),
        Some(Pat::Ident(name)) => {
            let mut reads = Reads { of: FxHashMap::default() };
            reads.of.insert(name.to_id(), Some(BTreeSet::new()));
            match strip(function) {
                // Defaults of the parameters behind it may mention it too.
                Expr::Arrow(arrow) => {
                    arrow.params[1..].visit_with(&mut reads);
                    arrow.body.visit_with(&mut reads);
                }
                Expr::Fn(function) => {
                    function.function.params[1..].iter().for_each(|parameter| parameter.visit_with(&mut reads));
                    function.function.body.visit_with(&mut reads);
                }
                _ => return None,
            }
            reads.of.remove(&name.to_id())?
        }
        Some(_) => None,
    }
}

fn mentions_arguments(function: &Function) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_ident(&mut self, name: &Ident) {
            self.0 |= name.sym == *"arguments";
        }
    }
    let mut finder = Finder(false);
    function.visit_with(&mut finder);
    finder.0
}

/// What else calls a method.
macro_rules! visits_of_other_calls {
    () => {
        fn visit_opt_call(&mut self, call: &OptCall) {
            called(&call.callee, self);
            call.args.visit_with(self);
        }

        fn visit_tagged_tpl(&mut self, tagged: &TaggedTpl) {
            called(&tagged.tag, self);
            tagged.tpl.visit_with(self);
        }
    };
}

#[derive(Default)]
struct Finder {
    found: FxHashMap<BytePos, BTreeSet<String>>,
    /// Variables that hold a namespace, each with the calls that gave it.
    variables: FxHashMap<Id, Vec<BytePos>>,
}

impl Finder {
    fn unused(&mut self, expression: &Expr) {
        match strip(expression) {
            Expr::Unary(UnaryExpr { op: UnaryOp::Void, arg, .. }) => self.unused(arg),
            other => {
                if let Some(call) = call(other).or_else(|| awaited(other)) {
                    self.found.insert(call, BTreeSet::new());
                }
            }
        }
    }
}

impl Visit for Finder {
    noop_visit_type!();

    fn visit_expr_stmt(&mut self, statement: &ExprStmt) {
        self.unused(&statement.expr);
        statement.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        if let Some(call) = declarator.init.as_deref().and_then(awaited) {
            match &declarator.name {
                Pat::Object(pattern) => self.found.extend(taken(pattern).map(|names| (call, names))),
                Pat::Ident(name) => self.variables.entry(name.to_id()).or_default().push(call),
                _ => {}
            }
        }
        declarator.visit_children_with(self);
    }

    fn visit_member_expr(&mut self, read: &MemberExpr) {
        if let (Some(call), Some(name)) = (awaited(&read.obj), member(&read.prop)) {
            self.found.insert(call, BTreeSet::from([name]));
        }
        read.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, then: &CallExpr) {
        if let Callee::Expr(callee) = &then.callee
            && let Expr::Member(MemberExpr { obj, prop, .. }) = strip(callee)
            && let Some(place) = call(obj)
            && member(prop).as_deref() == Some("then")
            && let Some(ExprOrSpread { spread: None, expr }) = then.args.first()
            && let Some(names) = read_by(expr).filter(|names| !names.is_empty())
        {
            self.found.insert(place, names);
        }
        parts(then, self);
    }

    visits_of_other_calls!();
}

fn parts(call: &CallExpr, visitor: &mut impl Visit) {
    match &call.callee {
        Callee::Expr(callee) => called(callee, visitor),
        other => other.visit_with(visitor),
    }
    call.args.visit_with(visitor);
}

/// A method of the namespace is called: as its `this` the namespace may be asked for anything.
fn called(callee: &Expr, visitor: &mut impl Visit) {
    match strip(callee) {
        Expr::Member(member) => member.visit_children_with(visitor),
        other => other.visit_with(visitor),
    }
}

/// What is read of variables; `None` of those with which something else is done.
struct Reads {
    of: FxHashMap<Id, Option<BTreeSet<String>>>,
}

impl Visit for Reads {
    noop_visit_type!();

    fn visit_member_expr(&mut self, read: &MemberExpr) {
        if let Expr::Ident(object) = strip(&read.obj)
            && let Some(name) = member(&read.prop)
            && let Some(names) = self.of.get_mut(&object.to_id())
        {
            if let Some(names) = names {
                names.insert(name);
            }
            return;
        }
        read.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        // Where the variable is made. Of one that is made twice, not all calls are known.
        match (&declarator.name, declarator.init.as_deref().and_then(awaited)) {
            (Pat::Ident(_), Some(_)) => declarator.init.visit_with(self),
            (Pat::Object(pattern), None) => {
                if let Some(Expr::Ident(object)) = declarator.init.as_deref().map(strip)
                    && let Some(names) = self.of.get_mut(&object.to_id())
                    && let Some(taken) = taken(pattern)
                {
                    if let Some(names) = names {
                        names.extend(taken);
                    }
                    pattern.visit_with(self);
                } else {
                    declarator.visit_children_with(self);
                }
            }
            _ => declarator.visit_children_with(self),
        }
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        parts(call, self);
    }

    visits_of_other_calls!();

    fn visit_ident(&mut self, name: &Ident) {
        if let Some(names) = self.of.get_mut(&name.to_id()) {
            *names = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::js::{LanguageOptions, ParseOptions, SourceTypeHint, scan};

    fn names(source: &str) -> Option<Vec<String>> {
        let parse = ParseOptions { source_type: Some(SourceTypeHint::Esm), ..ParseOptions::default() };
        let facts = scan(source, "a.js", &parse, &LanguageOptions::default()).value.unwrap();
        facts.records.last().unwrap().names.clone()
    }

    #[test]
    fn what_is_read_of_a_namespace_is_seen() {
        let cases: &[(&str, &[&str])] = &[
            ("const { a, b: { c }, 'd e': f = 1 } = await import('x');", &["a", "b", "d e"]),
            ("use((await import('x')).a, (await import('x'))?.['b c']);", &["a", "b c"]),
            ("async () => { const x = await import('x'); x.a; x.b += new x.c(); }", &["a", "b", "c"]),
            ("async () => { const x = await import('x'), { a } = x; return [x.b, a]; }", &["a", "b"]),
            ("import('x').then(({ a }) => a, fail);", &["a"]),
            ("lazy(() => import('x').then((x) => ({ default: x.Page })));", &["Page"]),
            ("import('x').then(function (x) { return x.a; }).catch(fail);", &["a"]),
            ("import('x'); await import('x'); void import('x');", &[]),
        ];
        for (source, expected) in cases {
            let found = names(&format!("{source}\nexport {{}};"));
            assert_eq!(found.as_deref().unwrap_or_else(|| panic!("{source}: all")), *expected, "{source}");
        }
    }

    #[test]
    fn what_may_be_read_otherwise_is_everything() {
        let cases = [
            "use(await import('x'));",
            "const { a, ...rest } = await import('x');",
            "const { [a]: b } = await import('x');",
            "(await import('x'))[a];",
            "const x = await import('x'); x.a; use(x);",
            "const x = await import('x'); x.a; export { x };",
            "export const x = await import('x'); x.a;",
            "const x = await import('x'); x[a];",
            "let x = await import('x'); x = other; x.a;",
            "const x = await import('x'); x.a; use({ x });",
            "import('x').then((x) => use(x));",
            "import('x').then((x) => x.a());",
            "import('x').then((x, all = x) => x.a);",
            "import('x').then(function (x, { all } = { all: x }) { return x.a; });",
            "import('x').then(() => go());",
            "(await import('x')).a();",
            "(await import('x')).a?.();",
            "const x = await import('x'); x.a();",
            "const x = await import('x'); x?.a(); x.b``;",
            "import('x').then(({ a }) => a); import('x').then(all);",
            "import('x').then(function ({ a }) { return arguments; });",
            "import('x').then((...all) => all);",
            "const promise = import('x');",
            "export default () => import('x');",
        ];
        for source in cases {
            assert_eq!(names(&format!("{source}\nexport {{}};")), None, "{source}");
        }
    }
}

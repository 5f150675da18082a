//! `import.meta` where the output's format has none.

use swc_core::common::{DUMMY_SP, Span, SyntaxContext};
use swc_core::ecma::ast::*;

pub(super) fn is_import_meta(expression: &Expr) -> bool {
    matches!(expression, Expr::MetaProp(meta) if meta.kind == MetaPropKind::ImportMeta)
}

/// `import.meta.name`
pub(super) fn native(name: &str, span: Span) -> Expr {
    let meta = Expr::MetaProp(MetaPropExpr { span, kind: MetaPropKind::ImportMeta });
    member(meta, name)
}

fn member(object: Expr, name: &str) -> Expr {
    let prop = MemberProp::Ident(IdentName::new(name.into(), DUMMY_SP));
    Expr::Member(MemberExpr { span: DUMMY_SP, obj: Box::new(object), prop })
}

fn call(callee: Expr, argument: Expr) -> Expr {
    Expr::Call(CallExpr { callee: Callee::Expr(Box::new(callee)), args: vec![argument.into()], ..CallExpr::default() })
}

/// What a CommonJS module of Node says instead of `import.meta.name`.
pub(super) fn in_node(name: &str, span: Span, unresolved: SyntaxContext) -> Option<Expr> {
    let global = |name: &str| Expr::Ident(Ident::new(name.into(), span, unresolved));
    Some(match name {
        // require("url").pathToFileURL(__filename).href
        "url" => {
            let url = call(global("require"), Expr::Lit(Lit::Str("url".into())));
            member(call(member(url, "pathToFileURL"), global("__filename")), "href")
        }
        "filename" => global("__filename"),
        "dirname" => global("__dirname"),
        "main" => Expr::Bin(BinExpr {
            span,
            op: BinaryOp::EqEqEq,
            left: Box::new(member(global("require"), "main")),
            right: Box::new(global("module")),
        }),
        _ => return None,
    })
}

/// `import.meta` itself: an object with what a CommonJS module of Node knows of its file.
pub(super) fn whole_in_node(span: Span, unresolved: SyntaxContext) -> Expr {
    let pair = |key: &str, value: Expr| {
        let key = PropName::Ident(IdentName::new(key.into(), DUMMY_SP));
        PropOrSpread::Prop(Box::new(Prop::KeyValue(KeyValueProp { key, value: Box::new(value) })))
    };
    let mut props = vec![pair("__proto__", Expr::Lit(Lit::Null(Null { span: DUMMY_SP })))];
    let known = ["dirname", "filename", "url", "main"];
    props.extend(known.iter().filter_map(|name| Some(pair(name, in_node(name, span, unresolved)?))));
    Expr::Object(ObjectLit { span, props })
}

/// `require.main === module`, either way round: which module is the program is only known when the output is planned.
pub(super) fn is_main(test: &BinExpr, unresolved: SyntaxContext) -> bool {
    let free = |value: &Expr, name: &str| value.as_ident().is_some_and(|id| id.ctxt == unresolved && &*id.sym == name);
    let main = |value: &Expr| {
        let member = value.as_member();
        member.is_some_and(|member| {
            free(&member.obj, "require") && member.prop.as_ident().is_some_and(|name| &*name.sym == "main")
        })
    };
    matches!(test.op, BinaryOp::EqEq | BinaryOp::EqEqEq | BinaryOp::NotEq | BinaryOp::NotEqEq)
        && (main(&test.left) && free(&test.right, "module") || free(&test.left, "module") && main(&test.right))
}

//! What it is about a statement that keeps it: for people, and only when they ask.

use super::purity::Purity;
use super::tree::strip;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::*;

/// The effect of a statement that has one.
pub(super) fn blame<'a>(purity: &Purity<'a>, unresolved: SyntaxContext, statement: &'a Stmt) -> String {
    if let Stmt::Throw(_) = statement {
        return "throw".to_string();
    }
    let mut expressions = Vec::new();
    of_statement(statement, &mut expressions);
    match expressions.into_iter().find_map(|found| culprit(purity, found)) {
        Some(found) => describe(found, unresolved),
        None => match statement {
            Stmt::Decl(Decl::Var(_)) => "a pattern may call getters".to_string(),
            Stmt::Decl(Decl::Class(_)) => "the class may run code".to_string(),
            Stmt::Expr(found) if found.expr.is_lit() => "directive".to_string(),
            _ => "it may do something".to_string(),
        },
    }
}

/// The first that acts though nothing in it does.
fn culprit<'a>(purity: &Purity<'a>, expression: &'a Expr) -> Option<&'a Expr> {
    if purity.is_pure(expression) {
        return None;
    }
    let mut inner = Vec::new();
    of_expression(strip(expression), &mut inner);
    inner.into_iter().find_map(|found| culprit(purity, found)).or(Some(strip(expression)))
}

/// What runs when the statement does.
fn of_statement<'a>(statement: &'a Stmt, out: &mut Vec<&'a Expr>) {
    let mut all = |statements: &'a [Stmt]| statements.iter().for_each(|statement| of_statement(statement, out));
    match statement {
        Stmt::Expr(found) => out.push(&found.expr),
        Stmt::Decl(Decl::Var(variables)) => of_variables(variables, out),
        Stmt::Decl(Decl::Class(class)) => of_class(&class.class, out),
        Stmt::Block(block) => all(&block.stmts),
        Stmt::Labeled(labeled) => of_statement(&labeled.body, out),
        Stmt::If(branch) => {
            out.push(&branch.test);
            of_statement(&branch.cons, out);
            branch.alt.iter().for_each(|alt| of_statement(alt, out));
        }
        Stmt::Switch(switch) => {
            out.push(&switch.discriminant);
            switch.cases.iter().flat_map(|case| &case.cons).for_each(|statement| of_statement(statement, out));
        }
        Stmt::While(each) => {
            out.push(&each.test);
            of_statement(&each.body, out);
        }
        Stmt::DoWhile(each) => {
            of_statement(&each.body, out);
            out.push(&each.test);
        }
        Stmt::For(each) => {
            match &each.init {
                Some(VarDeclOrExpr::VarDecl(variables)) => of_variables(variables, out),
                Some(VarDeclOrExpr::Expr(init)) => out.push(init),
                None => {}
            }
            out.extend(each.test.as_deref());
            of_statement(&each.body, out);
            out.extend(each.update.as_deref());
        }
        Stmt::ForIn(ForInStmt { right, body, .. }) | Stmt::ForOf(ForOfStmt { right, body, .. }) => {
            out.push(right);
            of_statement(body, out);
        }
        Stmt::Try(attempt) => {
            all(&attempt.block.stmts);
            if let Some(finalizer) = &attempt.finalizer {
                all(&finalizer.stmts);
            }
        }
        _ => {}
    }
}

fn of_variables<'a>(variables: &'a VarDecl, out: &mut Vec<&'a Expr>) {
    out.extend(variables.decls.iter().filter_map(|declarator| declarator.init.as_deref()));
}

fn of_class<'a>(class: &'a Class, out: &mut Vec<&'a Expr>) {
    out.extend(class.super_class.as_deref());
    for member in &class.body {
        if let ClassMember::ClassProp(ClassProp { is_static: true, value: Some(value), .. }) = member {
            out.push(value);
        }
    }
}

/// What is evaluated before the expression itself acts.
fn of_expression<'a>(expression: &'a Expr, out: &mut Vec<&'a Expr>) {
    let arguments = |arguments: &'a [ExprOrSpread], out: &mut Vec<&'a Expr>| {
        out.extend(arguments.iter().map(|argument| &*argument.expr));
    };
    match expression {
        Expr::Array(array) => out.extend(array.elems.iter().flatten().map(|element| &*element.expr)),
        Expr::Object(object) => out.extend(object.props.iter().filter_map(|property| match property {
            PropOrSpread::Prop(property) => property.as_key_value().map(|pair| &*pair.value),
            PropOrSpread::Spread(spread) => Some(&*spread.expr),
        })),
        Expr::Unary(UnaryExpr { op: UnaryOp::TypeOf | UnaryOp::Delete, .. }) => {}
        Expr::Unary(unary) => out.push(&unary.arg),
        Expr::Bin(binary) => out.extend([&*binary.left, &*binary.right]),
        Expr::Assign(assign) => out.push(&assign.right),
        Expr::Member(member) => out.push(&member.obj),
        Expr::Cond(choice) => out.extend([&*choice.test, &*choice.cons, &*choice.alt]),
        Expr::Call(call) => {
            // `console.log` is not what acts in `console.log()`.
            if let Some(Expr::Call(inner)) = call.callee.as_expr().map(|callee| strip(callee)) {
                arguments(&inner.args, out);
            }
            arguments(&call.args, out);
        }
        Expr::New(new) => arguments(new.args.as_deref().unwrap_or_default(), out),
        Expr::Seq(sequence) => out.extend(sequence.exprs.iter().map(|part| &**part)),
        Expr::Tpl(template) => out.extend(template.exprs.iter().map(|part| &**part)),
        Expr::TaggedTpl(tagged) => out.extend(tagged.tpl.exprs.iter().map(|part| &**part)),
        Expr::Await(wait) => out.push(&wait.arg),
        Expr::Class(class) => of_class(&class.class, out),
        _ => {}
    }
}

fn describe(expression: &Expr, unresolved: SyntaxContext) -> String {
    let named = |what: &str, target: &Expr| match path(target, unresolved) {
        Some(name) => format!("{what} {name}"),
        None => format!("{what} an expression"),
    };
    match expression {
        Expr::Assign(assign) => match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => {
                named("assignment to", &Expr::Ident(name.id.clone()))
            }
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                named("assignment to", &Expr::Member(member.clone()))
            }
            _ => "assignment by a pattern".to_string(),
        },
        Expr::Update(update) => named("assignment to", &update.arg),
        Expr::Call(call) => match &call.callee {
            Callee::Expr(callee) => named("call of", callee),
            Callee::Super(_) => "call of super".to_string(),
            Callee::Import(_) => "import()".to_string(),
        },
        Expr::OptChain(_) => "an optional chain may call something".to_string(),
        Expr::New(new) => named("new", &new.callee),
        Expr::TaggedTpl(tagged) => named("call of", &tagged.tag),
        Expr::Await(_) => "await".to_string(),
        Expr::Unary(UnaryExpr { op: UnaryOp::Delete, arg, .. }) => named("delete of", arg),
        Expr::Member(_) => format!("{}, which may be a getter", named("read of", expression)),
        Expr::Ident(_) => format!("{}, which may not be there", named("read of", expression)),
        Expr::Class(_) => "the class may run code".to_string(),
        Expr::Object(_) | Expr::Array(_) => "a spread may call getters".to_string(),
        Expr::Tpl(_) | Expr::Bin(_) | Expr::Unary(_) => "a conversion may call toString or valueOf".to_string(),
        _ => "it may do something".to_string(),
    }
}

/// `a.b.c`, told to be global where nothing of the file declares it.
fn path(expression: &Expr, unresolved: SyntaxContext) -> Option<String> {
    match strip(expression) {
        Expr::Ident(name) if name.ctxt == unresolved => Some(format!("global {}", name.sym)),
        Expr::Ident(name) => Some(name.sym.to_string()),
        Expr::This(_) => Some("this".to_string()),
        Expr::Call(call) => Some(format!("{}()", path(call.callee.as_expr()?, unresolved)?)),
        Expr::Member(member) => {
            let object = path(&member.obj, unresolved)?;
            Some(match &member.prop {
                MemberProp::Ident(name) => format!("{object}.{}", name.sym),
                MemberProp::Computed(_) => format!("{object}[…]"),
                MemberProp::PrivateName(name) => format!("{object}.#{}", name.name),
            })
        }
        _ => None,
    }
}

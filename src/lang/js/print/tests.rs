//! The printer against the parser: what is printed means what was read.

use super::super::parse::{inside, source_map};
use super::{Positions, PrintOptions, minified, number};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use swc_core::common::util::take::Take;
use swc_core::common::{EqIgnoreSpan, Globals};
use swc_core::ecma::ast::*;
use swc_core::ecma::parser::{EsSyntax, Lexer, Parser, StringInput, Syntax};
use swc_core::ecma::transforms::base::fixer::paren_remover;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// The statements of a script, without parentheses, and whether it is a module, of which imports and exports are left out.
fn parse(source: &str, is_module: bool) -> Option<(Vec<Stmt>, bool)> {
    let (_, base) = source_map(source, "test.js");
    let input = StringInput::new(source, base, base + swc_core::common::BytePos(source.len() as u32));
    let syntax = Syntax::Es(EsSyntax {
        allow_return_outside_function: true,
        explicit_resource_management: true,
        ..EsSyntax::default()
    });
    let mut parser = Parser::new_from(Lexer::new(syntax, EsVersion::EsNext, input, None));
    let parsed = if is_module { parser.parse_module().map(Program::Module) } else { parser.parse_program() };
    let mut program = parsed.ok()?;
    if !parser.take_errors().is_empty() {
        return None;
    }
    program.visit_mut_with(&mut paren_remover(None));
    Some(match program {
        Program::Script(script) => (script.body, false),
        Program::Module(module) => (module.body.into_iter().filter_map(|item| item.stmt()).collect(), true),
    })
}

fn print_to(body: &[Stmt], target: EsVersion) -> Option<String> {
    let (_, base) = source_map("", "test.js");
    let options = PrintOptions {
        source: "",
        base,
        minify: true,
        properties: false,
        positions: Positions::None,
        target,
        parts: false,
    };
    minified(body, &FxHashMap::default(), &options).map(|raw| raw.text)
}

fn printed(source: &str) -> String {
    inside(&Globals::new(), || print_to(&parse(source, false).expect(source).0, EsVersion::EsNext).expect(source))
}

/// Makes trees equal that mean the same.
struct Plain;

impl VisitMut for Plain {
    noop_visit_mut_type!();

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        statements.retain(|statement| !statement.is_empty());
        statements.visit_mut_children_with(self);
    }
    /// What a condition or a loop is for may stand in braces.
    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        statement.visit_mut_children_with(self);
        if let Stmt::Block(block) = statement
            && let [inner] = block.stmts.as_mut_slice()
        {
            *statement = inner.take();
        }
    }
    fn visit_mut_class_members(&mut self, members: &mut Vec<ClassMember>) {
        members.retain(|member| !matches!(member, ClassMember::Empty(_)));
        members.visit_mut_children_with(self);
    }
    fn visit_mut_str(&mut self, text: &mut Str) {
        text.raw = None;
    }
    fn visit_mut_regex(&mut self, regex: &mut Regex) {
        let plain = regex.exp.replace("<\\x21--", "<!--").replace("--\\x3e", "-->").replace("<\\/script", "</script");
        regex.exp = plain.into();
    }
    fn visit_mut_number(&mut self, number: &mut Number) {
        number.raw = None;
    }
    fn visit_mut_big_int(&mut self, number: &mut BigInt) {
        number.raw = None;
    }
    fn visit_mut_tpl(&mut self, template: &mut Tpl) {
        template.visit_mut_children_with(self);
        template.quasis.iter_mut().for_each(|element| element.raw = "".into());
    }
    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        expression.visit_mut_children_with(self);
        match expression {
            Expr::Lit(Lit::Bool(found)) => {
                let value = if found.value { 0.0 } else { 1.0 };
                let arg = Box::new(Expr::Lit(Lit::Num(Number { span: found.span, value, raw: None })));
                *expression = Expr::Unary(UnaryExpr { span: found.span, op: UnaryOp::Bang, arg });
            }
            Expr::Lit(Lit::Num(found)) if found.value.is_infinite() => {
                let digit = |value: f64| Box::new(Expr::Lit(Lit::Num(value.into())));
                let quotient = BinExpr { op: BinaryOp::Div, left: digit(1.0), right: digit(0.0), ..BinExpr::dummy() };
                *expression = Expr::Bin(quotient);
            }
            Expr::New(new) if new.args.is_none() => new.args = Some(Vec::new()),
            // `a && (b && c)`: both ways are the same.
            Expr::Bin(outer) if outer.op.may_short_circuit() => {
                while let Expr::Bin(right) = &mut *outer.right
                    && right.op == outer.op
                {
                    let right = right.take();
                    let left = BinExpr { op: outer.op, left: outer.left.take(), right: right.left, ..right };
                    *outer.left = Expr::Bin(left);
                    outer.right = right.right;
                    outer.left.visit_mut_with(self);
                }
            }
            Expr::Seq(sequence) => {
                let flat = std::mem::take(&mut sequence.exprs).into_iter().flat_map(|expression| match *expression {
                    Expr::Seq(inner) => inner.exprs,
                    other => vec![Box::new(other)],
                });
                sequence.exprs = flat.collect();
            }
            _ => {}
        }
    }
}

/// Whether what is printed reads as the source does; what cannot be parsed or printed is not asked.
fn survives(source: &str) -> Result<(), String> {
    inside(&Globals::new(), || {
        let Some((mut before, is_module)) = parse(source, false) else { return Ok(()) };
        let Some(text) = print_to(&before, EsVersion::EsNext) else { return Ok(()) };
        let Some((mut after, _)) = parse(&text, is_module) else { return Err(format!("does not parse:\n{text}")) };
        let again = print_to(&after, EsVersion::EsNext).unwrap_or_default();
        before.visit_mut_with(&mut Plain);
        after.visit_mut_with(&mut Plain);
        if again != text {
            return Err(format!("is not stable:\n{text}\n{again}"));
        }
        for (one, other) in before.iter().zip(&after) {
            if !one.eq_ignore_span(other) {
                let one = print_to(std::slice::from_ref(one), EsVersion::EsNext).unwrap_or_default();
                let other = print_to(std::slice::from_ref(other), EsVersion::EsNext).unwrap_or_default();
                return Err(format!("means something else:\n{one}\n{other}"));
            }
        }
        if before.len() == after.len() { Ok(()) } else { Err("has other statements".into()) }
    })
}

/// By source: what is printed.
fn all(cases: &[(&str, &str)]) {
    for (source, wanted) in cases {
        assert_eq!(printed(source), *wanted, "{source}");
        survives(source).unwrap_or_else(|problem| panic!("{source}\n{problem}"));
    }
}

#[test]
fn parentheses_stand_where_they_are_needed() {
    let cases = [
        ("(a, b), c", "a,b,c;"),
        ("x = (a, b)", "x=(a,b);"),
        ("f((a, b), ...(c, d))", "f((a,b),...(c,d));"),
        ("(a ? b : c) ? d : (e ? f : g)", "(a?b:c)?d:e?f:g;"),
        ("(a = b) ? c : d", "(a=b)?c:d;"),
        ("a ? (b, c) : (d = e)", "a?(b,c):d=e;"),
        ("(a ?? b) || c", "(a??b)||c;"),
        ("a ?? (b || c)", "a??(b||c);"),
        ("(a && b) ?? c", "(a&&b)??c;"),
        ("a && (b && c)", "a&&b&&c;"),
        ("a + (b + c)", "a+(b+c);"),
        ("(a - b) - c", "a-b-c;"),
        ("(-a) ** b", "(-a)**b;"),
        ("(a ** b) ** c", "(a**b)**c;"),
        ("a ** (b ** c)", "a**b**c;"),
        ("a ** -b", "a**-b;"),
        ("(await_, a) in b", "(await_,a)in b;"),
        ("-(-a), +(+a), - --a, a - -b, a-- - b, a + ++b, a++ + b", "- -a,+ +a,- --a,a- -b,a---b,a+ ++b,a+++b;"),
        ("a < !--b, a-- > b", "a<! --b,a-- >b;"),
        ("typeof (a + b), typeof a + b, void (0)", "typeof(a+b),typeof a+b,void 0;"),
        ("!(a in b), !(function () {})()", "!(a in b),!function(){}();"),
        ("(function () {})(), (() => {})()", "(function(){})(),(()=>{})();"),
        ("(class {}).name; (class A extends (a, b) {})", "(class{}).name;(class A extends(a,b){});"),
        ("({}).a; ({ a } = b); [a] = b", "({}).a;({a}=b);[a]=b;"),
        ("x = () => ({}); x = () => ({}).a; x = () => ({ a } = b)", "x=()=>({});x=()=>({}).a;x=()=>({a}=b);"),
        ("x = (() => {}) || y; x = (() => {}) ? 1 : 2", "x=(()=>{})||y;x=(()=>{})?1:2;"),
        (
            "new (a().b)(); new (a.b()); new a.b(c).d; new (new a)(b)",
            "new(a().b);new(a.b());new a.b(c).d;new new a()(b);",
        ),
        ("new a; new a().b; new a()(); new (a`b`)", "new a;new a().b;new a()();new a`b`;"),
        ("new (import('a'))", "new(import(\"a\"));"),
        (
            "(a?.b).c; a?.b.c; (a?.b)(); a?.(b)?.[c]; (a?.b)`c`; new (a?.b)",
            "(a?.b).c;a?.b.c;(a?.b)();a?.(b)?.[c];(a?.b)`c`;new(a?.b);",
        ),
        ("delete (0, a.b); (0, a.b)()", "delete(0,a.b);(0,a.b)();"),
        ("[...1..a]; 1..a; 1.5.a; (-1).a; 1e100.a; 255 .a; (1)[a]", "[...1..a];1..a;1.5.a;(-1).a;1e100.a;255..a;1[a];"),
        ("/a/.b; a / /b/; /a/ in b; /a/g in b", "/a/.b;a/ /b/;/a/ in b;/a/g in b;"),
    ];
    all(&cases);
}

#[test]
fn statements_are_told_apart() {
    let cases = [
        ("for (var a = (b in c); ;);", "for(var a=(b in c);;);"),
        ("for (a = () => (b in c); ;);", "for(a=()=>(b in c);;);"),
        ("for (a = () => { b in c }; ;);", "for(a=()=>{b in c};;);"),
        ("for (a = [b in c], d(e in f); ;);", "for(a=[b in c],d(e in f);;);"),
        ("for ((async) of a); for ((let) in a); for (async in a);", "for((async)of a);for((let)in a);for(async in a);"),
        ("(let)[a] = b; (let[a] ? b : c)", "(let)[a]=b;(let)[a]?b:c;"),
        ("if (a) { if (b) c } else d", "if(a){if(b)c}else d;"),
        ("if (a) for (;;) { if (b) c } else d", "if(a)for(;;){if(b)c}else d;"),
        ("if (a) for (;;) if (b) c; else d; else e", "if(a)for(;;)if(b)c;else d;else e;"),
        ("if (a) while (b) if (c) d; else; else e", "if(a)while(b)if(c)d;else;else e;"),
        ("do a; while (b) c; do { a } while (b)", "do a;while(b)c;do{a}while(b)"),
        (
            "function* f() { yield; yield a, b; (yield a) + 1; yield* (a, b) }",
            "function*f(){yield;yield a,b;(yield a)+1;yield*(a,b)}",
        ),
        (
            "async function f() { await a; (await a)(); await (a, b); (await a) ** b; -await a; for await (a of b); }",
            "async function f(){await a;(await a)();await(a,b);(await a)**b;-await a;for await(a of b);}",
        ),
        ("x = [async a => a, async (a) => { }, async () => a]", "x=[async a=>a,async a=>{},async()=>a];"),
        ("throw (a, b)", "throw a,b;"),
        ("case_: for (;;) { continue case_; break }", "case_:for(;;){continue case_;break}"),
        ("switch (a) { case 1: b; case 'c': default: d }", "switch(a){case 1:b;case\"c\":default:d}"),
        ("try { a } catch { b } finally { c }", "try{a}catch{b}finally{c}"),
        ("let { a, b: c = 1, [d]: e, ...f } = g, [h, , i = 2, ...j] = k", "let{a,b:c=1,[d]:e,...f}=g,[h,,i=2,...j]=k;"),
        ("[, a, ,], [...b]", "[,a,,],[...b];"),
        (
            "x = { get a() { return 1 }, set a(b) {}, async *c() {}, get: 1, async: 2, get [d]() {}, 'e f': 3, 1: 4, static() {} }",
            "x={get a(){return 1},set a(b){},async*c(){},get:1,async:2,get[d](){},\"e f\":3,1:4,static(){}};",
        ),
        (
            "class A extends B { static a = 1; #b; c; static { d } static async *e() {} get #f() {} constructor() { super(); super.a } 'g' = 2; static; get; *h() {} }",
            "class A extends B{static a=1;#b;c;static{d}static async*e(){}get#f(){}constructor(){super();super.a}\"g\"=2;static;get;*h(){}}",
        ),
        ("class A { static async; b }", "class A{static async;b}"),
        ("`a${b}c\\n${(d, e)}`", "`a${b}c\\n${d,e}`;"),
        ("return_: { a }", "return_:{a}"),
    ];
    all(&cases);
}

#[test]
fn literals_are_short_and_mean_the_same() {
    let cases = [
        ("x = '</script>' + '<!--' + '-->' + `</Script >`", "x=\"<\\/script>\"+\"<\\!--\"+\"--\\>\"+`<\\/Script >`;"),
        (
            "x = '\"' + \"'\" + '\\'\"' + '\\u2028\\n\\t\\0' + '\\x001'",
            "x='\"'+\"'\"+\"'\\\"\"+\"\\u2028\\n\t\\0\"+\"\\x001\";",
        ),
        ("x = '\\ud800'", "x=\"\\uD800\";"),
        ("x = 10n + 0x1Fn + { 1n: 2 }", "x=10n+31n+{1n:2};"),
        ("x = [true, false, null, true.a]", "x=[!0,!1,null,(!0).a];"),
        ("'use\\x20strict'; a", "'use\\x20strict';a;"),
        ("a < /script>/.b", "a< /script>/.b;"),
        ("x = /[</script>]/ + /<!--/u", "x=/[<\\/script>]/+/<\\x21--/u;"),
    ];
    all(&cases);
    let numbers = [
        (0.0, "0"),
        (7.0, "7"),
        (10.0, "10"),
        (100.0, "100"),
        (1000.0, "1e3"),
        (1500.0, "1500"),
        (15000.0, "15e3"),
        (0.5, ".5"),
        (0.001, ".001"),
        (0.0001, "1e-4"),
        (0.00015, "15e-5"),
        (1.5, "1.5"),
        (123456.789, "123456.789"),
        (1e21, "1e21"),
        (1.7976931348623157e308, "17976931348623157e292"),
        (5e-324, "5e-324"),
        (4294967295.0, "4294967295"),
        (1099511627775.0, "0xffffffffff"),
        (9007199254740991.0, "9007199254740991"),
    ];
    for (value, wanted) in numbers {
        assert_eq!(number(value), wanted);
    }
}

#[test]
fn numbers_read_back_are_the_same() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..20_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        for value in [f64::from_bits(state >> 1), (state >> 20) as f64, (state >> 44) as f64 / 1000.0] {
            if !value.is_finite() || value.is_sign_negative() {
                continue;
            }
            let text = number(value);
            let read = match text.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).expect(&text) as f64,
                None => text.parse().expect(&text),
            };
            assert_eq!(read, value, "{text}");
        }
    }
}

fn scripts(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            scripts(&path, out);
        } else if path.extension().is_some_and(|ending| ["js", "mjs", "cjs"].iter().any(|known| ending == *known)) {
            out.push(path);
        }
    }
}

/// All scripts of the fixtures, with the packages that are installed there, and what `PLIMSOLL_SCRIPTS` names.
#[test]
#[expect(clippy::disallowed_methods, reason = "only whoever runs it by hand sets the variable")]
fn scripts_mean_what_they_meant() {
    let mut paths = Vec::new();
    match std::env::var_os("PLIMSOLL_SCRIPTS") {
        Some(folder) => scripts(Path::new(&folder), &mut paths),
        None => {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            ["fixtures/modules", "tests/programs", "tests/browser", "tests/graphs", "tests/support"]
                .iter()
                .for_each(|folder| scripts(&root.join(folder), &mut paths));
            paths.retain(|path| !path.components().any(|part| part.as_os_str() == "node_modules"));
        }
    }
    assert!(paths.len() > 100, "{} scripts", paths.len());
    let all = move || {
        let survives = |path: &PathBuf| std::fs::read_to_string(path).map_or(Ok(()), |source| survives(&source));
        let problems = paths.iter().filter_map(|path| Some((path, survives(path).err()?)));
        problems.take(20).map(|(path, problem)| format!("{}\n{problem:.1000}\n", path.display())).collect::<String>()
    };
    // Some are nested deeply.
    let done = std::thread::Builder::new().stack_size(1 << 28).spawn(all).expect("a thread").join();
    assert_eq!(done.expect("no panic"), "");
}

//! Text → the tree that both `scan` and `compile` work on: parsed, resolved, free of types and JSX, lowered.
//!
//! One `Globals` and one `SourceMap` per module: their locks are never contended and die with the module.

use super::name_reads::{self, NameReads};
use super::{JsxRuntime, LanguageOptions, ParseOptions, SourceTypeHint};
use super::{arrows, classes, constants, decorators, early, equals, functions, namespaces, object_rest};
use crate::base::contains;
use crate::diag::{Diagnostic, Location};
use rustc_hash::FxHashSet;
use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::errors::{HANDLER, Handler};
use swc_core::common::util::take::Take;
use swc_core::common::{BytePos, FileName, GLOBALS, Globals, Mark, SourceMap, Spanned, SyntaxContext, sync::Lrc};
use swc_core::ecma::ast::*;
use swc_core::ecma::parser::{EsSyntax, Lexer, Parser, StringInput, Syntax, TsSyntax};
use swc_core::ecma::transforms::base::fixer::paren_remover;
use swc_core::ecma::transforms::base::helpers::{HELPERS, Helpers};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::{react, typescript};
use swc_core::ecma::utils::replace_ident;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

/// A module ready for numbering, with what later passes need to know of it.
pub(super) struct Tree {
    pub module: Module,
    pub comments: SingleThreadedComments,
    pub source_map: Lrc<SourceMap>,
    pub unresolved_mark: Mark,
    pub top_level_mark: Mark,
    pub unresolved: SyntaxContext,
    /// `import`, `export`, `import.meta` or top-level await was there before types were removed.
    pub has_module_syntax: bool,
    /// `"use strict"` at the top.
    pub strict: bool,
    /// Position of the first byte of the source.
    pub base: BytePos,
    pub hashbang: Option<String>,
    /// See [`super::ModuleFacts::directives`].
    pub directives: Vec<String>,
    pub name_reads: NameReads,
    /// Where properties are mentioned without quotes; empty when no names are shortened.
    pub unquoted: FxHashSet<BytePos>,
    /// Mistakes that do not keep the module from being read; of the first reading only.
    pub problems: Vec<Diagnostic>,
}

/// Whether a source is read for the first time, or once more after that found nothing wrong.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reading {
    First,
    Again,
}

/// Parses and transforms `source`, then calls `work` with the tree, all under one `Globals`.
pub(super) fn with_tree<T>(
    reading: Reading,
    source: &str,
    name: &str,
    parse: &ParseOptions,
    language: &LanguageOptions,
    work: impl FnOnce(Tree) -> T,
) -> Result<T, Vec<Diagnostic>> {
    inside(&Globals::new(), || Ok(work(build(reading, source, name, parse, language)?)))
}

/// Where swc finds what belongs to one module.
pub(super) fn inside<T>(globals: &Globals, work: impl FnOnce() -> T) -> T {
    GLOBALS.set(globals, || {
        let handler = Handler::with_emitter_writer(Box::new(std::io::sink()), None);
        HANDLER.set(&handler, || HELPERS.set(&Helpers::new(true), work))
    })
}

/// Of one file; and the position of its first byte.
pub(super) fn source_map(source: &str, name: &str) -> (Lrc<SourceMap>, BytePos) {
    let source_map: Lrc<SourceMap> = Lrc::default();
    let file = source_map.new_source_file(Lrc::new(FileName::Custom(name.to_string())), source.to_string());
    let base = file.start_pos;
    (source_map, base)
}

pub(super) fn build(
    reading: Reading,
    source: &str,
    name: &str,
    parse: &ParseOptions,
    language: &LanguageOptions,
) -> Result<Tree, Vec<Diagnostic>> {
    let (source_map, base) = source_map(source, name);
    let comments = SingleThreadedComments::default();
    let kept = says_something(source, parse, language).then_some(&comments);
    let program = parse_program(source, name, parse, base, kept)?;
    if reading == Reading::First {
        let problems = early::errors(&program, source, name, base, parse.typescript);
        if !problems.is_empty() {
            return Err(problems);
        }
    }
    let has_module_syntax = parse.source_type == Some(SourceTypeHint::Esm) || equals::is_es_module(&program, source);
    let Preamble { mut strict, hashbang, directives } = preamble(&program);
    // CommonJS that TypeScript makes of a module is strict.
    strict |= program.is_module();
    let unresolved_mark = Mark::new();
    let top_level_mark = Mark::new();
    let mut program = program;
    let unquoted = if language.mangle.is_some() { super::mangle::unquoted(&program) } else { FxHashSet::default() };
    if parse.typescript && has_module_syntax {
        equals::split_exports(&mut program);
    }
    let marks = Marks { unresolved: unresolved_mark, top_level: top_level_mark };
    resolve(&mut program, source, parse, marks, strict, has_module_syntax);
    let problems = match reading {
        Reading::First => constants::assignments(&program, source, name, base, parse.in_package),
        Reading::Again => Vec::new(),
    };
    let is_ours = name == super::RUNTIME_NAME;
    let unresolved = SyntaxContext::empty().apply_mark(unresolved_mark);
    let name_reads = match language.keep_names || is_ours {
        true => NameReads::default(),
        false => name_reads::find(&program, source, unresolved),
    };
    let keeps = match language.keep_names {
        _ if is_ours => Keeps::Nothing,
        true => Keeps::All,
        false => Keeps::Read(&name_reads),
    };
    transform(&mut program, source, parse, language, &source_map, &comments, marks, keeps);
    without_parentheses(&mut program, source);
    let module = super::lowered::import(program, unresolved_mark);
    Ok(Tree {
        module,
        comments,
        source_map,
        unresolved_mark,
        top_level_mark,
        unresolved,
        has_module_syntax,
        strict,
        base,
        hashbang,
        directives,
        name_reads,
        unquoted,
        problems,
    })
}

/// Tells bindings apart by scope. What the resolver does not know of old code is said in other words first.
fn resolve(program: &mut Program, source: &str, parse: &ParseOptions, marks: Marks, strict: bool, is_module: bool) {
    if contains(source, "catch") && contains(source, "var ") {
        super::sloppy::split_catch_variables(program);
    }
    if !strict && (contains(source, "function") || contains(source, "for")) {
        super::sloppy::plain_statements(program);
    }
    if contains(source, "delete") {
        super::sloppy::plain_deletes(program);
    }
    if contains(source, "use asm") {
        super::sloppy::forget_asm(program);
    }
    if contains(source, "switch") && contains(source, "function") {
        super::block_functions::lift_from_switches(program);
    }
    let connects = match program {
        Program::Script(script) if !is_module => {
            if contains(source, "exports") || contains(source, "module") {
                super::sloppy::keep_parameters(script);
            }
            !strict && super::block_functions::spell_out(script, source)
        }
        _ => false,
    };
    resolver(marks.unresolved, marks.top_level, parse.typescript).process(program);
    if let (true, Program::Script(script)) = (connects, program) {
        super::block_functions::connect(script);
    }
}

/// The printer puts parentheses where they are needed; the compressor is only right on trees without them.
fn without_parentheses(program: &mut Program, source: &str) {
    if !source.contains('(') {
        return;
    }
    if may_have_texts_in_parentheses(source) {
        program.visit_mut_with(&mut NoDirectives);
    }
    program.visit_mut_with(&mut paren_remover(None));
}

/// Some statement may start with a text in parentheses: one that stands first on its line, or behind the end of another.
fn may_have_texts_in_parentheses(source: &str) -> bool {
    let bytes = source.as_bytes();
    let may_start = |at: usize| {
        let before = bytes[..at].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        before.is_none_or(|byte| matches!(byte, b';' | b'{' | b'}' | b'/' | ..b' ' | 0x80..))
    };
    let holds_text = |at: usize| {
        let inside = bytes[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
        matches!(inside, Some(b'"' | b'\''))
    };
    source.match_indices('(').any(|(at, _)| holds_text(at) && may_start(at))
}

/// `("use strict");` says nothing; without its parentheses it would be a directive.
struct NoDirectives;

impl VisitMut for NoDirectives {
    noop_visit_mut_type!();

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        let is_text = |expression: &Expr| matches!(expression, Expr::Lit(Lit::Str(_)));
        if let Stmt::Expr(expression) = statement
            && let Expr::Paren(inner) = &*expression.expr
            && is_text(&inner.expr)
        {
            statement.take();
            return;
        }
        statement.visit_mut_children_with(self);
    }
}

fn preamble(program: &Program) -> Preamble {
    let text = |statement: &swc_core::ecma::ast::Stmt| match statement.as_expr()?.expr.as_lit()? {
        swc_core::ecma::ast::Lit::Str(text) => text.value.as_str().map(str::to_string),
        _ => None,
    };
    let (texts, shebang): (Vec<String>, _) = match program {
        Program::Module(module) => {
            let statements = module.body.iter().map(|item| item.as_stmt().and_then(text));
            (statements.map_while(|text| text).collect(), &module.shebang)
        }
        Program::Script(script) => (script.body.iter().map(text).map_while(|text| text).collect(), &script.shebang),
    };
    let (strict, directives): (Vec<String>, _) = texts.into_iter().partition(|text| text == "use strict");
    Preamble { strict: !strict.is_empty(), hashbang: shebang.as_ref().map(|text| text.to_string()), directives }
}

/// What stands before the first statement that does something.
struct Preamble {
    strict: bool,
    hashbang: Option<String>,
    /// But for `use strict`.
    directives: Vec<String>,
}

/// Comments are printed, or may be of the kinds that mean something. Others are not kept.
fn says_something(source: &str, parse: &ParseOptions, language: &LanguageOptions) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| contains(source, word));
    !language.minify_whitespace
        || has(&["@__", "#__"])
        || parse.jsx && has(&["@jsx"])
        || language.legal_comments && has(&["/*!", "//!", "@license", "@preserve"])
}

fn parse_program(
    source: &str,
    name: &str,
    parse: &ParseOptions,
    base: BytePos,
    comments: Option<&SingleThreadedComments>,
) -> Result<Program, Vec<Diagnostic>> {
    let lexer = Lexer::new(
        syntax(parse),
        EsVersion::EsNext,
        StringInput::new(source, base, base + BytePos(source.len() as u32)),
        comments.map(|comments| comments as &dyn Comments),
    );
    let mut parser = Parser::new_from(lexer);
    let result = match parse.source_type {
        Some(SourceTypeHint::Esm) => parser.parse_module().map(Program::Module),
        // `.cts` may have imports and exports, which TypeScript compiles.
        Some(SourceTypeHint::CommonJs) if !parse.typescript => parser.parse_commonjs().map(Program::Script),
        _ => parser.parse_program(),
    };
    let sloppy = matches!(&result, Ok(Program::Script(script)) if !super::sloppy::is_strict(&script.body));
    let accepted =
        |error: &swc_core::ecma::parser::error::Error| sloppy && super::sloppy::is_branch(source, base, error);
    let problem = |error: swc_core::ecma::parser::error::Error| syntax_error(source, name, base, &error);
    let mut problems: Vec<Diagnostic> =
        parser.take_errors().into_iter().filter(|error| !accepted(error)).map(problem).collect();
    match result {
        Ok(program) if problems.is_empty() => Ok(program),
        Ok(_) => Err(problems),
        Err(error) => {
            problems.push(problem(error));
            Err(problems)
        }
    }
}

fn syntax_error(source: &str, name: &str, base: BytePos, error: &swc_core::ecma::parser::error::Error) -> Diagnostic {
    let span = error.span();
    let offset = |position: BytePos| position.0.saturating_sub(base.0);
    let message = error.kind().msg().to_string();
    let mut problem = Diagnostic::error("syntax-error", lower_first(message.trim_end_matches('.'))).at(Location::span(
        name,
        source,
        offset(span.lo),
        offset(span.hi),
    ));
    if looks_like_jsx(source, offset(span.lo)) {
        problem = problem.hint("if this is JSX, name the file .jsx or .tsx, or pass --loader .js=jsx");
    }
    problem
}

fn looks_like_jsx(source: &str, offset: u32) -> bool {
    source.get(..offset as usize).is_some_and(|before| before.trim_end().ends_with('<'))
        || source.get(offset as usize..).is_some_and(|rest| rest.starts_with('<'))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_string(),
    }
}

fn syntax(parse: &ParseOptions) -> Syntax {
    if parse.typescript {
        Syntax::Typescript(TsSyntax { tsx: parse.jsx, decorators: true, ..TsSyntax::default() })
    } else {
        Syntax::Es(EsSyntax {
            jsx: parse.jsx,
            decorators: true,
            decorators_before_export: true,
            import_attributes: true,
            allow_return_outside_function: true,
            auto_accessors: true,
            explicit_resource_management: true,
            ..EsSyntax::default()
        })
    }
}

#[expect(clippy::too_many_arguments, reason = "one call site; the arguments are the parts of a tree not yet made")]
fn transform(
    program: &mut Program,
    source: &str,
    parse: &ParseOptions,
    language: &LanguageOptions,
    source_map: &Lrc<SourceMap>,
    comments: &SingleThreadedComments,
    marks: Marks,
    keeps: Keeps<'_>,
) {
    let Marks { unresolved: unresolved_mark, top_level: top_level_mark } = marks;
    let unresolved = SyntaxContext::empty().apply_mark(unresolved_mark);
    let has_accessors = contains(source, "accessor ");
    if has_accessors {
        classes::accessors(program, parse.legacy_decorators, unresolved);
    }
    if source.contains('@') && contains(source, "class") {
        decorators::lower(program, parse, language, unresolved);
    }
    if parse.typescript {
        if contains(source, "namespace ") || contains(source, "module ") || contains(source, "enum ") {
            namespaces::share_exports(program);
        }
        strip_types(program, source, parse, source_map, comments, unresolved_mark, top_level_mark);
    }
    if parse.jsx && parse.jsx_mode != JsxRuntime::Preserve {
        let options = react::Options {
            runtime: Some(match parse.jsx_mode {
                JsxRuntime::Automatic => react::Runtime::Automatic,
                JsxRuntime::Classic => react::Runtime::Classic,
                JsxRuntime::Preserve => react::Runtime::Preserve,
            }),
            import_source: parse.jsx_import_source.as_deref().map(Into::into),
            pragma: parse.jsx_factory.as_deref().map(|text| text.to_string().into()),
            pragma_frag: parse.jsx_fragment.as_deref().map(|text| text.to_string().into()),
            development: Some(parse.jsx_dev),
            throw_if_namespace: Some(false),
            ..react::Options::default()
        };
        react::react(source_map.clone(), Some(comments), options, top_level_mark, unresolved_mark).process(program);
    }
    match keeps {
        Keeps::All => super::names::infer(program, unresolved, None),
        Keeps::Read(reads) if !reads.names.is_empty() => super::names::infer(program, unresolved, Some(&reads.names)),
        _ => {}
    }
    let lower = !super::lower::has_es2022(&language.target);
    let assign = parse.typescript && !parse.define_class_fields;
    if (lower || assign) && (contains(source, "class") || contains(source, "?.")) {
        classes::lower(
            program,
            classes::Wish { lower, assign, places: language.mangle.is_some() },
            unresolved,
            comments,
        );
    }
    if lower && contains(source, "...") {
        object_rest::prepare(program, unresolved);
    }
    if contains(source, "async") && functions::lacks_async(&language.target) {
        functions::move_parameters(program);
        arrows::pass_super(program);
    }
    super::lower::lower(program, source, language, comments, unresolved_mark);
}

/// Whose `name` must say what it says in the source.
#[derive(Clone, Copy)]
enum Keeps<'a> {
    Nothing,
    Read(&'a NameReads),
    All,
}

/// What swc tells bindings apart by.
#[derive(Clone, Copy)]
struct Marks {
    /// Of names that no scope of the file declares.
    unresolved: Mark,
    top_level: Mark,
}

fn strip_types(
    program: &mut Program,
    source: &str,
    parse: &ParseOptions,
    source_map: &Lrc<SourceMap>,
    comments: &SingleThreadedComments,
    unresolved_mark: Mark,
    top_level_mark: Mark,
) {
    let config = typescript::Config {
        verbatim_module_syntax: parse.verbatim_module_syntax,
        native_class_properties: parse.define_class_fields,
        ..typescript::Config::default()
    };
    if parse.jsx && parse.jsx_mode == JsxRuntime::Classic {
        let tsx = typescript::TsxConfig {
            pragma: parse.jsx_factory.as_deref().map(|text| text.to_string().into()),
            pragma_frag: parse.jsx_fragment.as_deref().map(|text| text.to_string().into()),
        };
        typescript::tsx(source_map.clone(), config, tsx, comments, unresolved_mark, top_level_mark).process(program);
    } else {
        typescript::typescript(config, unresolved_mark, top_level_mark).process(program);
    }
    if contains(source, "enum ") || contains(source, "namespace ") || contains(source, "module ") {
        own_parameters(program);
    }
}

/// `enum a {}` becomes `var a = function (a) { … }(a || {})` with one identity for both: give the parameter its own.
fn own_parameters(program: &mut Program) {
    #[derive(Default)]
    struct Declared(FxHashSet<Id>);
    impl Visit for Declared {
        noop_visit_type!();
        fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
            self.0.extend(declarator.name.as_ident().map(|name| name.to_id()));
            declarator.visit_children_with(self);
        }
        fn visit_fn_decl(&mut self, function: &FnDecl) {
            self.0.insert(function.ident.to_id());
            function.visit_children_with(self);
        }
        fn visit_class_decl(&mut self, class: &ClassDecl) {
            self.0.insert(class.ident.to_id());
            class.visit_children_with(self);
        }
    }
    impl VisitMut for Declared {
        noop_visit_mut_type!();
        fn visit_mut_function(&mut self, function: &mut Function) {
            if let [Param { pat: Pat::Ident(name), .. }] = function.params.as_slice()
                && self.0.contains(&name.id.to_id())
            {
                let (from, mut to) = (name.id.to_id(), name.id.clone());
                to.ctxt = SyntaxContext::empty().apply_mark(Mark::new());
                replace_ident(function, from, &to);
            }
            function.visit_mut_children_with(self);
        }
    }
    let mut declared = Declared::default();
    program.visit_with(&mut declared);
    program.visit_mut_with(&mut declared);
}

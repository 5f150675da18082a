//! The modules of one chunk, compressed once more as one program: what is used once moves to where it is used, across
//! modules.

use super::compile::{Setting, compressed, is_directive};
use super::declared::statement_declares;
use super::ids::Ids;
use super::object::ModuleObject;
use super::print::{Positions, PrintOptions, print};
use super::scopes::analyze;
use super::{LanguageOptions, LocalSym, guard, tree};
use rustc_hash::FxHashSet;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::errors::{HANDLER, Handler};
use swc_core::common::{BytePos, DUMMY_SP, FileName, GLOBALS, Globals, Mark, SourceMap, SyntaxContext, sync::Lrc};
use swc_core::ecma::ast::*;
use swc_core::ecma::parser::{EsSyntax, Lexer, Parser, StringInput, Syntax};
use swc_core::ecma::transforms::base::fixer::paren_remover;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::visit::VisitMutWith;

/// The third makes a bundle of react-dom, antd, three and others 0.1 % smaller.
const PASSES: usize = 3;

/// The statements of a chunk.
pub struct Whole<'a> {
    /// Strict code, in which every symbol that linking knows stands under its name in `names`.
    pub text: &'a str,
    /// By symbol number; unique, and mentioned nowhere else.
    pub names: &'a [String],
    /// Declared outside of the text, and never assigned to in it. Sorted.
    pub foreign: &'a [LocalSym],
    /// Mentioned outside of the text. Sorted.
    pub keep: &'a [LocalSym],
    /// The text goes on elsewhere: what it does not declare is declared there.
    pub is_piece: bool,
}

/// One object for the whole text. Its mappings are offsets: `line` is the byte of `text`, `column` is 0. `None` if the
/// text is better left as it is: the compressor is not right about everything (see `guard.rs`).
pub fn compress_whole(whole: &Whole<'_>, language: &LanguageOptions) -> Option<ModuleObject> {
    GLOBALS.set(&Globals::new(), || {
        let handler = Handler::with_emitter_writer(Box::new(std::io::sink()), None);
        HANDLER.set(&handler, || object(whole, language))
    })
}

fn object(whole: &Whole<'_>, language: &LanguageOptions) -> Option<ModuleObject> {
    let source_map: Lrc<SourceMap> = Lrc::default();
    let file = source_map.new_source_file(Lrc::new(FileName::Anon), whole.text.to_string());
    let base = file.start_pos;
    let comments = SingleThreadedComments::default();
    let mut items = parse(whole.text, base, &comments)?;
    if is_beyond(&items) {
        return None;
    }
    let (foreign, keep) =
        if whole.is_piece { sides(whole, &items) } else { (whole.foreign.to_vec(), whole.keep.to_vec()) };
    items.insert(0, imported(whole, &foreign));
    items.push(exported(whole, &keep));
    let marks = (Mark::new(), Mark::new());
    let mut program = Program::Module(Module { body: items, ..Module::default() });
    program.mutate(&mut resolver(marks.0, marks.1, false));
    program.visit_mut_with(&mut paren_remover(None));
    let top = SyntaxContext::empty().apply_mark(marks.1);
    if whole.is_piece && assigns(&program, whole, &foreign, top) {
        return None;
    }
    let Program::Module(module) = program else { return None };
    let setting = Setting {
        source_map: &source_map,
        comments: &comments,
        marks,
        unresolved: SyntaxContext::empty().apply_mark(marks.0),
        module: true,
        directives: true,
        hoist_props: !language.keep_names,
        passes: PASSES,
    };
    let body = compressed(module.body, language, &setting);
    let mut known = Ids::new(SyntaxContext::empty(), 0, whole.names.len());
    for (name, at) in whole.names.iter().zip(0..) {
        known.insert_new((name.as_str().into(), top), at);
    }
    let tables = analyze(&body, true, &known, whole.names.len() as LocalSym);
    let options = PrintOptions {
        source: whole.text,
        base,
        minify: true,
        properties: false,
        positions: Positions::Offsets,
        parts: false,
        target: language.target.es.map_or(EsVersion::EsNext, super::lower::es_version),
    };
    let printed = print(body, &tables.symbols, &source_map, &comments, &options)?;
    let mut counts = tables.counts;
    counts.resize(whole.names.len() + tables.extra_names.len(), 0);
    Some(ModuleObject {
        text: printed.text,
        holes: printed.holes,
        properties: Vec::new(),
        extra_names: tables.extra_names,
        extra_top_level: tables.extra_top_level,
        counts,
        scopes: tables.scopes,
        globals: tables.globals,
        mappings: printed.mappings,
        declared: tables.declared,
        ..ModuleObject::default()
    })
}

fn parse(text: &str, base: BytePos, comments: &SingleThreadedComments) -> Option<Vec<ModuleItem>> {
    let input = StringInput::new(text, base, base + BytePos(text.len() as u32));
    let syntax = Syntax::Es(EsSyntax { explicit_resource_management: true, ..EsSyntax::default() });
    let mut parser = Parser::new_from(Lexer::new(syntax, EsVersion::EsNext, input, Some(comments)));
    let module = parser.parse_module().ok()?;
    parser.take_errors().is_empty().then_some(module.body)
}

/// See `compile`: what is behind a `throw` would go, and what looks like a directive would become one.
fn is_beyond(items: &[ModuleItem]) -> bool {
    let statements: Vec<&Stmt> = items.iter().filter_map(|item| item.as_stmt()).collect();
    statements.iter().any(|statement| statement.is_throw() || is_directive(statement)) || guard::is_beyond(items, true)
}

/// Of a piece: what it mentions and does not declare, and what it declares for others.
fn sides(whole: &Whole<'_>, items: &[ModuleItem]) -> (Vec<LocalSym>, Vec<LocalSym>) {
    let mut declared = Vec::new();
    items.iter().filter_map(ModuleItem::as_stmt).for_each(|statement| statement_declares(statement, &mut declared));
    let declared: FxHashSet<&str> = declared.iter().map(|(name, _)| &*name.sym).collect();
    let is_own = |symbol: &LocalSym| declared.contains(whole.names[*symbol as usize].as_str());
    let foreign = (0..whole.names.len() as LocalSym).filter(|symbol| !is_own(symbol)).collect();
    (foreign, whole.keep.iter().copied().filter(is_own).collect())
}

/// It assigns to what another piece declares. A module does that with no name but its own, and is never cut in two.
fn assigns(program: &Program, whole: &Whole<'_>, foreign: &[LocalSym], top: SyntaxContext) -> bool {
    let assigned = super::constants::assigned(program);
    let names: FxHashSet<&str> = foreign.iter().map(|symbol| whole.names[*symbol as usize].as_str()).collect();
    assigned.iter().any(|(name, context)| *context == top && names.contains(&**name))
}

/// `import { a, b } from ""`: so that the names are bindings like others.
fn imported(whole: &Whole<'_>, foreign: &[LocalSym]) -> ModuleItem {
    let specifier = |symbol: &LocalSym| {
        ImportSpecifier::Named(ImportNamedSpecifier {
            span: DUMMY_SP,
            local: tree::plain(&whole.names[*symbol as usize]),
            imported: None,
            is_type_only: false,
        })
    };
    ModuleItem::ModuleDecl(ModuleDecl::Import(ImportDecl {
        span: DUMMY_SP,
        specifiers: foreign.iter().map(specifier).collect(),
        src: Box::new("".into()),
        type_only: false,
        with: None,
        phase: ImportPhase::Evaluation,
    }))
}

fn exported(whole: &Whole<'_>, keep: &[LocalSym]) -> ModuleItem {
    let specifier = |symbol: &LocalSym| {
        ExportSpecifier::Named(ExportNamedSpecifier {
            span: DUMMY_SP,
            orig: ModuleExportName::Ident(tree::plain(&whole.names[*symbol as usize])),
            exported: None,
            is_type_only: false,
        })
    };
    ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(NamedExport {
        span: DUMMY_SP,
        specifiers: keep.iter().map(specifier).collect(),
        src: None,
        type_only: false,
        with: None,
    }))
}

//! From a numbered module to [`ModuleFacts`].

use super::compile::is_directive;
use super::declared::statement_declares;
use super::draft::{self, Draft};
use super::eager;
use super::facts::{Helper, LocalSym, ModuleFacts, Part, SourceType, SymbolKind};
use super::kept::{Kept, KeptTree, ReadModule};
use super::numbering::{Numbered, TreeContext, number};
use super::parse::{Reading, Tree, build, inside};
use super::purity::{Purity, Settings};
use super::sensitivity::Sensitivity;
use super::touches::Touching;
use super::{LanguageOptions, ParseOptions, SourceTypeHint};
use crate::base::contains;
use crate::diag::{Diagnostic, Location, Noted};
use rustc_hash::{FxHashMap, FxHashSet};
use swc_core::common::{Globals, Spanned};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

/// Reads one module. `None` when it cannot be parsed; the problems then say why. `name` is for messages.
pub fn scan(source: &str, name: &str, parse: &ParseOptions, language: &LanguageOptions) -> Noted<Option<ModuleFacts>> {
    let Noted { value, problems } = scan_and_keep(source, name, parse, language, None);
    Noted::new(value.map(|(facts, _)| facts), problems)
}

/// `scan`, and what [`super::compile`] would else have to read again: a draft, or the tree if `keep` agrees. It is asked
/// only for trees that could be kept. `None`: nothing is kept.
pub fn scan_and_keep(
    source: &str,
    name: &str,
    parse: &ParseOptions,
    language: &LanguageOptions,
    keep: Option<&dyn Fn() -> bool>,
) -> Noted<Option<(ModuleFacts, KeptTree)>> {
    let Some(facts) = super::forwards::facts(source, name, parse, language) else {
        return scan_tree(source, name, parse, language, keep);
    };
    let drafts = keep.is_some() && draft::are_made(language, parse);
    let kept = if drafts { KeptTree::new(Kept::Draft(Draft::empty(&facts))) } else { KeptTree::default() };
    Noted::clean(Some((facts, kept)))
}

/// The same by way of a tree, whatever there is in it.
pub(super) fn scan_tree(
    source: &str,
    name: &str,
    parse: &ParseOptions,
    language: &LanguageOptions,
    keep: Option<&dyn Fn() -> bool>,
) -> Noted<Option<(ModuleFacts, KeptTree)>> {
    let globals = Globals::new();
    let found = inside(&globals, || {
        let mut tree = build(Reading::First, source, name, parse, language)?;
        let (facts, problems, numbered) = facts(&mut tree, source, name, parse, language);
        let is_plain = keep.is_some()
            && draft::are_made(language, parse)
            && draft::is_plain(&numbered, &facts.records, &tree, source, language);
        if is_plain {
            let draft = Draft::whole(numbered, &facts.symbols, &tree, source, language);
            return Ok((facts, problems, draft.map(Kept::Draft), None));
        }
        Ok((facts, problems, None, Some((numbered, tree))))
    });
    let (facts, problems, mut kept, read) = match found {
        Ok(found) => found,
        Err(problems) => return Noted::new(None, problems),
    };
    // Looking for names of properties to shorten changes the statements.
    let whole = read.filter(|_| problems.is_empty() && language.mangle.is_none());
    if let Some((numbered, tree)) = whole.filter(|_| keep.is_some_and(|keep| keep())) {
        kept = Some(Kept::Tree(Box::new(ReadModule::new(globals, numbered, tree))));
    }
    Noted::new(Some((facts, kept.map_or_else(KeptTree::default, KeptTree::new))), problems)
}

fn facts(
    tree: &mut Tree,
    source: &str,
    name: &str,
    parse: &ParseOptions,
    language: &LanguageOptions,
) -> (ModuleFacts, Vec<Diagnostic>, Numbered) {
    let module = std::mem::take(&mut tree.module);
    let mut numbered = number(module, &TreeContext { source, name, tree }, parse, language, None);
    let returns = !tree.has_module_syntax && contains(source, "return") && returns(&numbered.body);
    let source_type = if returns { SourceType::CommonJs } else { source_type(tree, &numbered, parse) };
    let ambiguous = !tree.has_module_syntax
        && !returns
        && parse.source_type.is_none()
        && !numbered.rewritten.uses_exports
        && !numbered.rewritten.uses_module;
    let mut mutated = FxHashSet::default();
    let sensitivity = Sensitivity::new(&numbered, tree.unresolved);
    let parts = parts(&numbered, tree, language, source_type, &sensitivity, &mut mutated);
    let stateful = sorted(sensitivity.stateful);
    let mut problems = assignments(&mut numbered, &mutated, tree, source, name);
    let read_early = read_early(&numbered);
    let exported = common_js_names(&numbered, source_type, tree);
    problems.append(&mut tree.problems);
    problems.extend(super::unsupported::errors(&numbered.body, &language.target, source, name, tree.base));
    let keeps_declared = name != super::RUNTIME_NAME
        && (language.keep_names || super::name_reads::has_declared(&numbered.body, &tree.name_reads));
    let facts = ModuleFacts {
        source_type,
        ambiguous,
        constants: super::formulas::literals(&numbered),
        formulas: super::formulas::formulas(&numbered),
        default_alias: super::aliases::of_default(&numbered, &mutated),
        import_order: std::mem::take(&mut numbered.import_order),
        symbols: std::mem::take(&mut numbered.symbols),
        exports: std::mem::take(&mut numbered.exports),
        stars: std::mem::take(&mut numbered.stars),
        parts: parts.parts,
        pure_functions: parts.pure_functions,
        cjs_simple: parts.simple,
        cjs_object: parts.object,
        cjs_alias: parts.alias,
        required: parts.required,
        helpers: [
            (numbered.rewritten.require_value, Helper::REQUIRE),
            (numbered.rewritten.script_url, Helper::URL),
            (keeps_declared, Helper::NAME),
        ]
        .into_iter()
        .filter_map(|(needed, helper)| needed.then_some(helper))
        .chain(std::mem::take(&mut numbered.rewritten.helpers))
        .collect(),
        cjs_complete: exported.complete,
        cjs_exports: exported.names,
        cjs_es_module: source_type == SourceType::CommonJs && contains(source, "__esModule"),
        top_level_await: numbered.rewritten.top_level_await,
        lexical_default: numbered.lexical_default,
        read_early,
        stateful,
        pins_names: numbered.rewritten.pins_names,
        shaken: numbered.shaken,
        strict: tree.strict || tree.has_module_syntax || parse.source_type == Some(SourceTypeHint::Esm),
        hashbang: tree.hashbang.clone(),
        directives: std::mem::take(&mut tree.directives),
        properties: super::mangle::of_module(&mut numbered.body, tree, name, language).unwrap_or_default(),
        effects: parts.effects,
        records: std::mem::take(&mut numbered.records),
    };
    (facts, problems, numbered)
}

fn sorted(symbols: impl IntoIterator<Item = LocalSym>) -> Vec<LocalSym> {
    let mut out: Vec<LocalSym> = symbols.into_iter().collect();
    out.sort_unstable();
    out
}

fn read_early(numbered: &Numbered) -> Vec<LocalSym> {
    let mut out: Vec<LocalSym> = eager::early(&numbered.body).iter().filter_map(|id| numbered.ids.get(id)).collect();
    out.sort_unstable();
    out
}

fn common_js_names(numbered: &Numbered, source_type: SourceType, tree: &Tree) -> super::commonjs::Names {
    let found = &numbered.rewritten;
    if source_type == SourceType::CommonJs && (found.uses_exports || found.uses_module) {
        return super::commonjs::names(&numbered.body, tree.unresolved);
    }
    super::commonjs::Names::default()
}

/// Marks the symbols that are assigned to, and reports those that are imported.
fn assignments(
    numbered: &mut Numbered,
    mutated: &FxHashSet<(LocalSym, (u32, u32))>,
    tree: &Tree,
    source: &str,
    name: &str,
) -> Vec<Diagnostic> {
    let mut problems = std::mem::take(&mut numbered.problems);
    let first_declared = numbered.first_declared();
    let mut first: FxHashMap<LocalSym, (u32, u32)> = FxHashMap::default();
    for (symbol, span) in mutated {
        let known = first.entry(*symbol).or_insert(*span);
        *known = (*known).min(*span);
    }
    for (at, symbol) in numbered.symbols.iter_mut().enumerate() {
        let Some(span) = first.get(&(first_declared + at as u32)) else { continue };
        symbol.constant = false;
        if matches!(symbol.kind, SymbolKind::Local) {
            continue;
        }
        let base = tree.base.0;
        let location = Location::span(name, source, span.0.saturating_sub(base), span.1.saturating_sub(base));
        problems.push(
            Diagnostic::error("assign-to-import", format!("cannot assign to \"{}\": it is imported", symbol.name))
                .at(location)
                .note("imported bindings are read-only; only the module that declares one can change it")
                .hint("export a function from that module that makes the change, and call it here"),
        );
    }
    problems
}

/// Module syntax decides; without it, `exports`, `module` and top-level `this` mean CommonJS, then the file's type. A file
/// that only requires others runs where it stands, unless somebody wants its exports.
fn source_type(tree: &Tree, numbered: &Numbered, parse: &ParseOptions) -> SourceType {
    let found = &numbered.rewritten;
    match parse.source_type {
        Some(SourceTypeHint::Esm) => SourceType::Esm,
        Some(SourceTypeHint::CommonJs) if !tree.has_module_syntax => SourceType::CommonJs,
        _ if tree.has_module_syntax => SourceType::Esm,
        _ if found.uses_exports || found.uses_module => SourceType::CommonJs,
        _ => SourceType::Esm,
    }
}

/// `return` outside of functions: only the body of a CommonJS module is one.
pub(super) fn returns(body: &[Stmt]) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        noop_visit_type!();
        fn visit_return_stmt(&mut self, _: &ReturnStmt) {
            self.0 = true;
        }
        fn visit_function(&mut self, _: &Function) {}
        fn visit_class(&mut self, _: &Class) {}
        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut finder = Finder(false);
    body.visit_with(&mut finder);
    finder.0
}

fn parts(
    numbered: &Numbered,
    tree: &Tree,
    language: &LanguageOptions,
    source_type: SourceType,
    sensitivity: &Sensitivity<'_>,
    mutated: &mut FxHashSet<(LocalSym, (u32, u32))>,
) -> Parts {
    let settings = Settings {
        comments: &tree.comments,
        unresolved: tree.unresolved,
        name_helper: numbered.helper(Helper::NAME),
        pure_names: &language.pure,
        ignore_annotations: language.ignore_annotations,
        common_js: source_type == SourceType::CommonJs,
    };
    let purity = Purity::new(settings, numbered);
    let keep_all = numbered.rewritten.pins_names || !language.tree_shaking;
    let common_js = source_type == SourceType::CommonJs;
    let touching = Touching::new(numbered, tree.unresolved, common_js, purity.replaced());
    let alias = if common_js { touching.alias() } else { None };
    let mut simple = common_js && !keep_all;
    let mut object = true;
    let mut out = Vec::with_capacity(numbered.body.len());
    for statement in &numbered.body {
        let mut declared = Vec::new();
        statement_declares(statement, &mut declared);
        let mut mentions = Mentions { numbered, uses: FxHashSet::default(), mutated };
        statement.visit_with(&mut mentions);
        let mut uses = sorted(mentions.uses);
        let mut declares = sorted(declared.iter().filter_map(|(ident, _)| numbered.ids.get(&ident.to_id())));
        declares.dedup();
        let mut records: Vec<u32> = uses
            .iter()
            .filter(|symbol| (numbered.first_record()..numbered.first_declared()).contains(symbol))
            .map(|symbol| (symbol - numbered.first_record()) / 2)
            .collect();
        records.dedup();
        uses.retain(|symbol| !(numbered.first_record()..numbered.first_declared()).contains(symbol));
        let found = sensitivity.statement(statement);
        let outcome = purity.statement(statement);
        let touched = touching.statement(statement);
        simple &= !touched.opaque;
        object &= !touched.replaced;
        let effects = keep_all || outcome.effects || common_js && is_directive(statement);
        out.push(Part {
            declares,
            uses,
            records,
            side_effects: effects,
            sets: if effects { Vec::new() } else { outcome.sets.into_iter().collect() },
            reads: touched.reads.into_iter().collect(),
            members: touched.members,
            changes: if effects { Vec::new() } else { outcome.changes.into_iter().collect() },
            pure_calls: if effects { Vec::new() } else { outcome.calls.into_iter().collect() },
            sensitive: found.sensitive,
            throws: found.throws,
            bytes: statement.span_hi().0.saturating_sub(statement.span_lo().0),
            start: statement.span_lo().0.checked_sub(tree.base.0).unwrap_or(u32::MAX),
            calls: found.calls,
            looks_at: found.looks_at,
            alters: found.alters,
        });
    }
    let pure_functions = if keep_all || common_js { Vec::new() } else { purity.functions() };
    let effects = if language.explain { effects(&out, numbered, &purity, tree, language) } else { Vec::new() };
    let (object, required) = (simple && object, touching.required);
    Parts { parts: out, pure_functions, simple, object, alias, required, effects }
}

/// In words, what each part does that does something.
fn effects<'a>(
    parts: &[Part],
    numbered: &'a Numbered,
    purity: &Purity<'a>,
    tree: &Tree,
    language: &LanguageOptions,
) -> Vec<(u32, String)> {
    let acting = parts.iter().enumerate().filter(|(_, part)| part.side_effects);
    let effect = |at: usize| match (language.tree_shaking, numbered.rewritten.pins_names) {
        (false, _) => "tree shaking is off".to_string(),
        (_, true) => "the file has eval or with, which may see everything".to_string(),
        _ => super::blame::blame(purity, tree.unresolved, &numbered.body[at]),
    };
    acting.map(|(at, _)| (at as u32, effect(at))).collect()
}

struct Parts {
    parts: Vec<Part>,
    pure_functions: Vec<(LocalSym, Vec<LocalSym>)>,
    simple: bool,
    object: bool,
    alias: Option<u32>,
    required: Vec<(LocalSym, u32)>,
    effects: Vec<(u32, String)>,
}

/// Collects numbered bindings that a statement mentions, and those it assigns to.
struct Mentions<'a> {
    numbered: &'a Numbered,
    uses: FxHashSet<LocalSym>,
    mutated: &'a mut FxHashSet<(LocalSym, (u32, u32))>,
}

impl Mentions<'_> {
    fn assigned(&mut self, ident: &Ident) {
        if let Some(symbol) = self.numbered.ids.get(&ident.to_id()) {
            let span = ident.span();
            self.mutated.insert((symbol, (span.lo.0, span.hi.0)));
        }
    }

    /// What is written to is no path.
    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Member(member) => member.visit_children_with(self),
            other => other.visit_with(self),
        }
    }

    fn assigned_pattern(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Ident(name) => self.assigned(&name.id),
            Pat::Expr(expression) => {
                if let Expr::Ident(name) = &**expression {
                    self.assigned(name);
                }
            }
            Pat::Array(array) => array.elems.iter().flatten().for_each(|element| self.assigned_pattern(element)),
            Pat::Object(object) => object.props.iter().for_each(|property| match property {
                ObjectPatProp::KeyValue(pair) => self.assigned_pattern(&pair.value),
                ObjectPatProp::Assign(assign) => self.assigned(&assign.key.id),
                ObjectPatProp::Rest(rest) => self.assigned_pattern(&rest.arg),
            }),
            Pat::Assign(assign) => self.assigned_pattern(&assign.left),
            Pat::Rest(rest) => self.assigned_pattern(&rest.arg),
            Pat::Invalid(_) => {}
        }
    }
}

impl Visit for Mentions<'_> {
    noop_visit_type!();

    /// A path is mentioned as a whole; the linker knows what it means.
    fn visit_expr(&mut self, expression: &Expr) {
        match self.numbered.rewritten.paths.find(expression).and_then(|id| self.numbered.ids.get(&id)) {
            Some(symbol) => drop(self.uses.insert(symbol)),
            None => match expression {
                Expr::Unary(UnaryExpr { op: UnaryOp::Delete, arg, .. }) => self.target(arg),
                other => other.visit_children_with(self),
            },
        }
    }

    fn visit_pat(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Expr(target) => self.target(target),
            other => other.visit_children_with(self),
        }
    }

    fn visit_ident(&mut self, ident: &Ident) {
        if let Some(symbol) = self.numbered.ids.get(&ident.to_id()) {
            self.uses.insert(symbol);
        }
    }

    fn visit_assign_expr(&mut self, assign: &AssignExpr) {
        match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.assigned(&name.id),
            AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => {
                if let Expr::Ident(name) = &*inner.expr {
                    self.assigned(name);
                }
            }
            AssignTarget::Pat(AssignTargetPat::Array(array)) => {
                array.elems.iter().flatten().for_each(|element| self.assigned_pattern(element));
            }
            AssignTarget::Pat(AssignTargetPat::Object(object)) => self.assigned_pattern(&Pat::Object(object.clone())),
            _ => {}
        }
        assign.visit_children_with(self);
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        if let Expr::Ident(name) = &*update.arg {
            self.assigned(name);
        }
        self.target(&update.arg);
    }

    fn visit_for_head(&mut self, head: &ForHead) {
        if let ForHead::Pat(pattern) = head {
            self.assigned_pattern(pattern);
        }
        head.visit_children_with(self);
    }
}

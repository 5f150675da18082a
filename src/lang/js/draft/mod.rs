//! Objects that `scan` makes of ES modules before anything is linked, so that a module is read once and its tree dies at
//! once. Most plans then only leave statements out and say where names are read from: that is done on the text.
//!
//! Only where nothing is compressed: what the compressor makes of a module depends on what lives. All objects of plain
//! modules are made so ([`is_plain`]), of those that `scan` did not read in this build too: of what lives, since that is known
//! then. It comes to the same text.

mod assembly;
#[cfg(test)]
mod tests;

use super::compile::{emit, is_use_strict};
use super::declared::statement_declares;
use super::facts::{ImportKind, ImportRecord, LocalSym, ModuleFacts, SymbolDecl, SymbolKind};
use super::numbering::Numbered;
use super::object::ModuleObject;
use super::parse::Tree;
use super::paths::Shortener;
use super::plan::{CompilePlan, ModuleWrap, RecordPlan};
use super::{JsxRuntime, LanguageOptions, ParseOptions};
use crate::base::LineIndex;
use assembly::Assembly;
use std::sync::Arc;
use swc_core::common::BytePos;
use swc_core::ecma::ast::{Id, Ident};
use swc_core::ecma::visit::VisitMutWith;

/// Where a statement ends in the tables of an object, and what it has of those that are not in order.
#[derive(Clone, Debug, Default)]
pub(super) struct PartEnd {
    pub text: u32,
    pub holes: u32,
    pub mappings: u32,
    pub scopes: u32,
    /// Indices into [`ModuleObject::globals`], sorted.
    pub globals: Vec<u32>,
}

/// A module of which every statement lives, and where each of them stands. Every path ([`super::paths`]) is a name in it.
pub(super) struct Draft {
    object: Arc<ModuleObject>,
    parts: Vec<PartEnd>,
    /// What each statement declares.
    declares: Vec<Vec<LocalSym>>,
    /// Names that may be read from elsewhere, as the source calls them, sorted.
    imports: Vec<(LocalSym, String)>,
    /// Sorted.
    paths: Vec<Path>,
    /// Sorted.
    steps: Vec<Step>,
}

/// Line and column.
type Place = (u32, u32);

/// A path, where it starts, and where its last step stands.
type Step = (LocalSym, Place, Place);

/// `base.name`
struct Path {
    symbol: LocalSym,
    base: LocalSym,
    name: String,
}

/// Whether drafts are made under these options.
pub(super) fn are_made(language: &LanguageOptions, parse: &ParseOptions) -> bool {
    !language.compress
        && language.minify_whitespace
        && !language.keep_names
        && language.mangle.is_none()
        && !(parse.jsx && parse.jsx_mode == JsxRuntime::Preserve)
}

/// Whether a module is one of those that have a draft: nothing in it but imported names is for the linker to decide.
pub(super) fn is_plain(
    numbered: &Numbered,
    records: &[ImportRecord],
    tree: &Tree,
    source: &str,
    language: &LanguageOptions,
) -> bool {
    let found = &numbered.rewritten;
    tree.has_module_syntax
        && tree.name_reads.names.is_empty()
        && !(found.pins_names || found.uses_require || found.require_value || found.script_url)
        && !(found.uses_exports || found.uses_module || found.top_level_await)
        && records.iter().all(|record| record.kind == ImportKind::Import)
        && !numbered.body.iter().any(is_use_strict)
        && found.paths.members().is_some()
        && !super::decorators::stay(&numbered.body, source, language)
}

/// Whether a plan asks for nothing that cannot be done on a text; [`Draft::object`] may find more.
pub(super) fn fits(plan: &CompilePlan) -> bool {
    plan.wrap == ModuleWrap::None
        && plan.imports.is_empty()
        && plan.marked.is_empty()
        && plan.checked.is_empty()
        && plan.records.iter().all(|record| *record == RecordPlan::None)
}

impl Draft {
    /// Of a module that has nothing but names of other modules.
    pub fn empty(facts: &ModuleFacts) -> Arc<Self> {
        let object = ModuleObject { counts: vec![0; facts.symbol_count() as usize], ..ModuleObject::default() };
        let (parts, declares, imports, paths, steps) = Default::default();
        Arc::new(Draft { object: Arc::new(object), parts, declares, imports, paths, steps })
    }

    /// Of all statements of a module that [`is_plain`]. `None`: it must be known first what lives.
    pub fn whole(
        numbered: Numbered,
        symbols: &[SymbolDecl],
        tree: &Tree,
        source: &str,
        language: &LanguageOptions,
    ) -> Option<Arc<Self>> {
        Self::new(numbered, symbols, tree, source, language)
            .filter(|draft| draft.object.extra_top_level == 0)
            .map(Arc::new)
    }

    /// The object of such a module, made of what lives. `None`: the plan asks for more than a draft can do, or the tree is
    /// broken.
    pub fn made(
        mut numbered: Numbered,
        symbols: &[SymbolDecl],
        tree: &Tree,
        source: &str,
        language: &LanguageOptions,
        plan: &CompilePlan,
    ) -> Option<Arc<ModuleObject>> {
        let mut lives = plan.live_parts.iter().copied().chain(std::iter::repeat(true));
        numbered.body.retain(|_| lives.next().unwrap_or(true));
        Self::new(numbered, symbols, tree, source, language)?.assemble(plan, |_| true)
    }

    fn new(
        mut numbered: Numbered,
        symbols: &[SymbolDecl],
        tree: &Tree,
        source: &str,
        language: &LanguageOptions,
    ) -> Option<Self> {
        let mut body = std::mem::take(&mut numbered.body);
        let mut steps = Vec::new();
        let mut paths = Vec::new();
        if !numbered.rewritten.paths.is_empty() {
            let known = numbered.rewritten.paths.members()?;
            paths = known.iter().filter_map(|id| Path::of(numbered.ids.get(id)?, &numbered, symbols)).collect();
            paths.sort_unstable_by_key(|path: &Path| path.symbol);
            let mut shortener = Shortener { paths: &numbered.rewritten.paths, known, steps };
            body.visit_mut_with(&mut shortener);
            steps = shortener.steps;
        }
        let mut found = Vec::new();
        let declared = |statement| {
            found.clear();
            statement_declares(statement, &mut found);
            found.iter().filter_map(|(ident, _): &(Ident, bool)| numbered.ids.get(&ident.to_id())).collect()
        };
        let declares: Vec<Vec<LocalSym>> = body.iter().map(declared).collect();
        let (mut object, parts) = emit(body, tree, source, language, false, &numbered, true)?;
        // The tables count what is imported among what is declared.
        let mut declared: Vec<LocalSym> = declares.iter().flatten().copied().collect();
        declared.sort_unstable();
        object.declared.retain(|symbol| declared.binary_search(symbol).is_ok());
        object.text.shrink_to_fit();
        object.mappings.shrink_to_fit();
        let steps = if language.source_map { placed(steps, &numbered, source, tree.base) } else { Vec::new() };
        let imports = (numbered.first_declared()..).zip(symbols);
        let is_read = |symbol: LocalSym| {
            object.counts.get(symbol as usize).is_some_and(|count| *count > 0)
                || paths.iter().any(|path| path.base == symbol)
        };
        let imports = imports
            .filter(|(symbol, declared)| declared.kind != SymbolKind::Local && is_read(*symbol))
            .map(|(symbol, declared)| (symbol, declared.name.clone()))
            .collect();
        Some(Draft { object: Arc::new(object), parts, declares, imports, paths, steps })
    }

    /// What the plan makes of a whole module. `None`: it asks for more than a draft can do.
    pub fn object(&self, plan: &CompilePlan) -> Option<Arc<ModuleObject>> {
        if !fits(plan) {
            return None;
        }
        self.assemble(plan, |part| plan.live_parts.get(part).copied().unwrap_or(true))
    }

    /// Of the statements that live.
    fn assemble(&self, plan: &CompilePlan, lives: impl Fn(usize) -> bool) -> Option<Arc<ModuleObject>> {
        let whole = (0..self.parts.len()).all(&lives);
        let mentioned = |symbol: LocalSym| self.object.counts.get(symbol as usize).is_some_and(|count| *count > 0);
        let bound = plan.bindings.iter().any(|(symbol, _)| mentioned(*symbol));
        let expands = |path: &Path| mentioned(path.symbol) && plan.paths.binary_search(&path.symbol).is_err();
        if whole && !bound && !self.paths.iter().any(expands) {
            return Some(Arc::clone(&self.object));
        }
        let mut assembly = Assembly::new(self, plan);
        let mut start = PartEnd::default();
        let mut globals = vec![false; self.object.globals.len()];
        for (at, end) in self.parts.iter().enumerate() {
            if lives(at) {
                assembly.part(&start, end)?;
                end.globals.iter().for_each(|global| globals[*global as usize] = true);
            } else {
                assembly.leave_out(start.holes..end.holes);
            }
            start = PartEnd { globals: Vec::new(), ..*end };
        }
        let mut out = assembly.finish();
        out.extra_names.clone_from(&self.object.extra_names);
        out.extra_top_level = self.object.extra_top_level;
        out.legal_comments.clone_from(&self.object.legal_comments);
        out.declared.clone_from(&self.object.declared);
        let mut declared: Vec<LocalSym> =
            (0..self.parts.len()).filter(|at| lives(*at)).flat_map(|at| &self.declares[at]).copied().collect();
        declared.sort_unstable();
        out.declared.retain(|symbol| declared.binary_search(symbol).is_ok());
        self.keep_globals(&globals, &mut out);
        Some(Arc::new(out))
    }

    /// What the source calls an imported name.
    fn name(&self, symbol: LocalSym) -> Option<&str> {
        let at = self.imports.binary_search_by_key(&symbol, |(known, _)| *known).ok()?;
        Some(&self.imports[at].1)
    }

    /// Where the last step of a path stands that starts at `place`.
    fn step(&self, symbol: LocalSym, place: (u32, u32)) -> Option<(u32, u32)> {
        let at = self.steps.binary_search_by_key(&(symbol, place), |(symbol, start, _)| (*symbol, *start)).ok()?;
        Some(self.steps[at].2)
    }

    fn path(&self, symbol: LocalSym) -> Option<&Path> {
        let at = self.paths.binary_search_by_key(&symbol, |path| path.symbol).ok()?;
        Some(&self.paths[at])
    }

    /// Free names of statements that are left out are nobody's concern.
    fn keep_globals(&self, kept: &[bool], out: &mut ModuleObject) {
        let mut numbers = vec![u32::MAX; kept.len()];
        for (at, name) in self.object.globals.iter().enumerate().filter(|(at, _)| kept[*at]) {
            numbers[at] = out.globals.len() as u32;
            out.globals.push(name.clone());
        }
        for scope in &mut out.scopes {
            scope.globals.iter_mut().for_each(|global| *global = numbers[*global as usize]);
        }
    }
}

impl Path {
    fn of(symbol: LocalSym, numbered: &Numbered, symbols: &[SymbolDecl]) -> Option<Self> {
        let declared = symbol.checked_sub(numbered.first_declared()).and_then(|at| symbols.get(at as usize))?;
        match &declared.kind {
            SymbolKind::Member { namespace, name } => Some(Path { symbol, base: *namespace, name: name.clone() }),
            _ => None,
        }
    }
}

/// Lines and columns of the steps of paths.
fn placed(steps: Vec<(Id, BytePos, BytePos)>, numbered: &Numbered, source: &str, base: BytePos) -> Vec<Step> {
    if steps.is_empty() {
        return Vec::new();
    }
    let index = LineIndex::new(source);
    let mut places = index.places(source);
    let mut place = |position: BytePos| Some(places.utf16(position.0.checked_sub(base.0)?));
    let step = |(id, start, step): (Id, BytePos, BytePos)| Some((numbered.ids.get(&id)?, place(start)?, place(step)?));
    let mut out: Vec<_> = steps.into_iter().filter_map(step).collect();
    out.sort_unstable();
    out
}

//! An object out of the text of a draft.

use super::super::facts::{Constant, LocalSym};
use super::super::object::{Hole, HoleKind, Mapping, ModuleObject, Scope, shorthand_key};
use super::super::plan::{BindingPlan, CompilePlan};
use super::super::print::number;
use super::{Draft, PartEnd, Path};
use std::ops::Range;
use swc_core::ecma::ast::Ident;

/// An object being put together out of the statements of a draft.
pub(super) struct Assembly<'a> {
    draft: &'a Draft,
    plan: &'a CompilePlan,
    out: ModuleObject,
    /// Statements have been left out since the last that was written.
    gap: bool,
}

/// What becomes of a name.
enum Change<'a> {
    Bound(&'a BindingPlan),
    Path(&'a Path),
}

/// Of one statement, those that have not been written yet.
type Mappings<'m> = std::iter::Peekable<std::slice::Iter<'m, Mapping>>;

impl<'a> Assembly<'a> {
    pub fn new(draft: &'a Draft, plan: &'a CompilePlan) -> Self {
        let out = ModuleObject { counts: draft.object.counts.clone(), ..ModuleObject::default() };
        Assembly { draft, plan, out, gap: false }
    }

    /// Text, holes, mappings, scopes and counts; the rest is the draft's.
    pub fn finish(self) -> ModuleObject {
        self.out
    }

    /// Of a statement that does not live.
    pub fn leave_out(&mut self, holes: Range<u32>) {
        for hole in &self.draft.object.holes[holes.start as usize..holes.end as usize] {
            self.no_longer(hole.symbol);
        }
        self.gap = true;
    }

    fn no_longer(&mut self, symbol: LocalSym) {
        if let Some(count) = self.out.counts.get_mut(symbol as usize) {
            *count = count.saturating_sub(1);
        }
    }

    fn change(&self, symbol: LocalSym) -> Option<Change<'a>> {
        if let Some(path) = self.expanded(symbol) {
            return Some(Change::Path(path));
        }
        let at = self.plan.bindings.binary_search_by_key(&symbol, |(known, _)| *known).ok()?;
        Some(Change::Bound(&self.plan.bindings[at].1))
    }

    /// A path of which the linker does not know the meaning.
    fn expanded(&self, symbol: LocalSym) -> Option<&'a Path> {
        self.draft.path(symbol).filter(|path| self.plan.paths.binary_search(&path.symbol).is_err())
    }

    /// Of one that lives; `None`: it needs a printer.
    pub fn part(&mut self, start: &PartEnd, end: &PartEnd) -> Option<()> {
        let object = &*self.draft.object;
        let mut mappings = object.mappings[start.mappings as usize..end.mappings as usize].iter().peekable();
        let begins = self.out.text.len() as u32;
        let unmapped = mappings.peek().is_none_or(|first| first.at > start.text);
        if self.gap && unmapped && self.out.mappings.last().is_some_and(|last| last.line != Mapping::NOWHERE) {
            self.out.mappings.push(Mapping { at: begins, line: Mapping::NOWHERE, column: 0 });
        }
        self.gap = false;
        let mut at = start.text;
        for hole in &object.holes[start.holes as usize..end.holes as usize] {
            self.copy(&mut at, hole.at, &mut mappings);
            match self.change(hole.symbol) {
                None => self.hole(hole.symbol, hole.kind, at, &mut mappings),
                Some(_) => {
                    if hole.kind == HoleKind::Shorthand {
                        self.out.text.push_str(shorthand_key(self.draft.name(hole.symbol)?));
                        self.out.text.push(':');
                    }
                    let behind = &object.text[at as usize + 1..end.text as usize];
                    let place = mappings.peek().filter(|mapping| mapping.at == at);
                    let place = place.map(|mapping| (mapping.line, mapping.column));
                    // Behind the name of a property stands no shorthand any more.
                    let kind = if hole.kind == HoleKind::Shorthand { HoleKind::Name } else { hole.kind };
                    self.changed(hole.symbol, kind, behind, place, at, &mut mappings)?;
                }
            }
            at += 1;
        }
        self.copy(&mut at, end.text, &mut mappings);
        self.scopes(start.scopes..end.scopes);
        Some(())
    }

    /// Text up to `to` and the mappings in it.
    fn copy(&mut self, at: &mut u32, to: u32, mappings: &mut Mappings<'_>) {
        let into = self.out.text.len() as u32;
        while let Some(mapping) = mappings.next_if(|mapping| mapping.at < to) {
            self.out.mappings.push(Mapping { at: mapping.at - *at + into, ..*mapping });
        }
        self.out.text.push_str(&self.draft.object.text[*at as usize..to as usize]);
        *at = to;
    }

    /// What stands where a hole was comes from where the hole came from.
    fn map(&mut self, at: u32, mappings: &mut Mappings<'_>) {
        let into = self.out.text.len() as u32;
        while let Some(mapping) = mappings.next_if(|mapping| mapping.at == at) {
            self.out.mappings.push(Mapping { at: into, ..*mapping });
        }
    }

    fn hole(&mut self, symbol: LocalSym, kind: HoleKind, at: u32, mappings: &mut Mappings<'_>) {
        self.map(at, mappings);
        self.out.holes.push(Hole { at: self.out.text.len() as u32, symbol, kind });
        self.out.text.push('_');
    }

    /// A name that may stand for a property, or for what is known of it. `place`: where it comes from.
    fn changed(
        &mut self,
        symbol: LocalSym,
        kind: HoleKind,
        behind: &str,
        place: Option<(u32, u32)>,
        at: u32,
        mappings: &mut Mappings<'_>,
    ) -> Option<()> {
        match self.change(symbol) {
            // A name of the module's own is also where it is declared.
            Some(Change::Bound(_)) if self.draft.name(symbol).is_none() => return None,
            None => self.hole(symbol, kind, at, mappings),
            Some(Change::Bound(BindingPlan::Member { name, .. })) => {
                let called = behind.starts_with(['(', '`']) || behind.starts_with("?.(");
                // Not with what it is read from as `this`.
                let alone = called && !ends_with_new(&self.out.text);
                if alone {
                    self.close_up("(");
                    self.out.text.push_str("(0,");
                }
                self.hole(symbol, kind, at, mappings);
                self.member(name)?;
                self.out.text.push_str(if alone { ")" } else { "" });
            }
            Some(Change::Bound(BindingPlan::Constant(value))) => {
                let literal = literal(value, &self.out.text, behind)?;
                self.close_up(&literal);
                self.map(at, mappings);
                self.out.text.push_str(&literal);
                self.no_longer(symbol);
            }
            Some(Change::Path(path)) => {
                self.no_longer(symbol);
                self.out.counts[path.base as usize] += 1;
                self.changed(path.base, HoleKind::Name, ".", place, at, mappings)?;
                let into = self.out.text.len() as u32 + 1;
                self.member(&path.name)?;
                if let Some((line, column)) = place.and_then(|place| self.draft.step(symbol, place)) {
                    self.out.mappings.push(Mapping { at: into, line, column });
                }
            }
        }
        Some(())
    }

    /// `.name`
    fn member(&mut self, name: &str) -> Option<()> {
        if Ident::verify_symbol(name).is_ok() {
            self.out.text.push('.');
            self.out.text.push_str(name);
        } else {
            self.out.text.push('[');
            self.out.text.push_str(&text(name)?);
            self.out.text.push(']');
        }
        Some(())
    }

    /// Behind a keyword, what is no word needs no space: `text` comes next.
    fn close_up(&mut self, text: &str) {
        if self.out.text.ends_with(' ') && text.starts_with(['(', '!', '-', '"', '\'']) {
            self.out.text.pop();
        }
    }

    /// Scopes of one statement lead to each other and to the top.
    fn scopes(&mut self, scopes: Range<u32>) {
        let into = self.out.scopes.len() as u32;
        let moved = |parent: u32| if parent == u32::MAX { parent } else { parent - scopes.start + into };
        let found = &self.draft.object.scopes[scopes.start as usize..scopes.end as usize];
        let expands = self.draft.paths.iter().any(|path| self.expanded(path.symbol).is_some());
        for scope in found {
            let mut scope = Scope { parent: moved(scope.parent), ..scope.clone() };
            if expands {
                for symbol in &mut scope.captures {
                    while let Some(path) = self.expanded(*symbol) {
                        *symbol = path.base;
                    }
                }
                scope.captures.sort_unstable();
                scope.captures.dedup();
            }
            self.out.scopes.push(scope);
        }
    }
}

/// `new` is the last word.
fn ends_with_new(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'#') || byte >= 0x80;
    text.strip_suffix("new ").is_some_and(|before| !before.bytes().last().is_some_and(is_word))
}

/// A literal between `before` and `behind`. `None` for what has to be printed with more care.
fn literal(value: &Constant, before: &str, behind: &str) -> Option<String> {
    let is_read = behind.starts_with(['.', '[', '(', '`']) || behind.starts_with("?.") || behind.starts_with("**");
    let in_parentheses = |text: String, needed: bool| if needed { format!("({text})") } else { text };
    let raised = is_read || before.ends_with("**");
    Some(match value {
        Constant::Undefined => return None,
        Constant::Null => "null".into(),
        Constant::Bool(value) => in_parentheses(if *value { "!0" } else { "!1" }.into(), raised),
        Constant::Number(value) if !value.is_finite() || value.fract() != 0.0 || value.abs() >= 1e15 => return None,
        Constant::Number(value) if value.is_sign_negative() => {
            in_parentheses(format!("-{}", number(-value)), raised || before.ends_with('-'))
        }
        Constant::Number(value) => in_parentheses(number(*value), is_read),
        // It could be read as a directive.
        Constant::Text(_)
            if (before.is_empty() || before.ends_with(['{', '}', ';']))
                && (behind.is_empty() || behind.starts_with([';', '}'])) =>
        {
            return None;
        }
        Constant::Text(value) => text(value)?,
    })
}

/// A text that needs no escapes, in quotes.
fn text(value: &str) -> Option<String> {
    let plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'<' | b'>'));
    match (plain, value.contains('"'), value.contains('\'')) {
        (true, false, _) => Some(format!("\"{value}\"")),
        (true, true, false) => Some(format!("'{value}'")),
        _ => None,
    }
}

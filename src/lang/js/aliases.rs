//! `export default name`: another name of a binding that never changes needs no variable of its own.

use super::declared::statement_declares;
use super::facts::{LocalSym, SymbolKind, sym};
use super::numbering::Numbered;
use super::tree::marker_name;
use rustc_hash::FxHashSet;
use swc_core::ecma::ast::*;

/// The symbol that the default export only repeats: an imported one, of which the linker knows whether it changes, or one
/// that a single statement before the export declares and nothing assigns.
pub(super) fn of_default(numbered: &Numbered, mutated: &FxHashSet<(LocalSym, (u32, u32))>) -> Option<LocalSym> {
    if numbered.rewritten.pins_names {
        return None;
    }
    let (at, name) =
        numbered.body.iter().enumerate().find_map(|(at, statement)| Some((at, repeated(numbered, statement)?)))?;
    let symbol = numbered.ids.get(&name.to_id())?;
    let declared = numbered.symbols.get(symbol.checked_sub(numbered.first_declared())? as usize)?;
    match declared.kind {
        SymbolKind::Import { .. } => Some(symbol),
        SymbolKind::Namespace { .. } | SymbolKind::Member { .. } | SymbolKind::Asked { .. } => None,
        SymbolKind::Local => {
            let mut found = Vec::new();
            let mut places = Vec::new();
            for (place, statement) in numbered.body.iter().enumerate() {
                statement_declares(statement, &mut found);
                places.extend(found.drain(..).filter(|(ident, _)| ident.to_id() == name.to_id()).map(|_| place));
            }
            let hoisted = |place: &usize| matches!(numbered.body[*place], Stmt::Decl(Decl::Fn(_)));
            let assigned = mutated.iter().any(|(assigned, _)| *assigned == symbol);
            (!assigned && places.len() == 1 && places.iter().all(|place| *place < at || hoisted(place)))
                .then_some(symbol)
        }
    }
}

/// The name in `var default = name`, which stands for `export default name`.
fn repeated<'n>(numbered: &Numbered, statement: &'n Stmt) -> Option<&'n Ident> {
    let Stmt::Decl(Decl::Var(variables)) = statement else { return None };
    let [declarator] = variables.decls.as_slice() else { return None };
    let target = declarator.name.as_ident()?;
    (target.id.ctxt == numbered.marker && target.id.sym == marker_name(sym::DEFAULT))
        .then(|| declarator.init.as_deref().and_then(Expr::as_ident))
        .flatten()
}

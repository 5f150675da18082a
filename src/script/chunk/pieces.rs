//! A large chunk goes through the size pass in pieces, side by side. What the compressor would merge across them is little,
//! and a piece that an edit does not touch is remembered.

use super::super::naming::NUMBERED;
use super::super::output::REFERENCE;
use crate::lang::js::{LocalSym, Mapping, ModuleObject, Scope};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Texts up to this stay whole, which is smallest.
const WHOLE_BYTES: usize = 3 << 20;

const PIECE_BYTES: usize = 2 << 20;

/// Where to cut a text, of whose statements some end at `ends`, in order.
pub fn ranges(text: &str, ends: &[usize]) -> Vec<Range<usize>> {
    let count = if text.len() > WHOLE_BYTES { text.len().div_ceil(PIECE_BYTES) } else { 1 };
    let mut out = Vec::with_capacity(count);
    let mut start = 0;
    for number in 1..count {
        let wanted = text.len() * number / count;
        let Some(end) = ends.get(ends.partition_point(|end| *end < wanted)) else { break };
        if *end > start && *end < text.len() {
            out.push(start..*end);
            start = *end;
        }
    }
    out.push(start..text.len());
    out
}

/// The numbers of all names in a text, sorted; some may be those of words in literals.
pub fn mentioned(text: &str, numbers: &FxHashMap<&str, LocalSym>) -> Vec<LocalSym> {
    let bytes = text.as_bytes();
    let name = |(at, _): (usize, &str)| {
        let start = at.checked_sub(1)?;
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let name = text.get(start..at + 1 + digits)?;
        (name.starts_with(NUMBERED) || name.starts_with(REFERENCE)).then_some(())?;
        numbers.get(name).copied()
    };
    let mut out: Vec<LocalSym> = text.match_indices('$').filter_map(name).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// A piece after the pass.
pub struct Piece {
    /// Where it began in the text.
    pub start: usize,
    /// By its symbol numbers: those of the chunk.
    pub symbols: Vec<LocalSym>,
    pub object: ModuleObject,
}

/// One object for all pieces, in order. `first`: how many symbols the chunk knows.
pub fn joined(pieces: Vec<Piece>, first: usize) -> ModuleObject {
    let top = |piece: &Piece| piece.object.extra_top_level;
    let mut out = ModuleObject { extra_top_level: pieces.iter().map(top).sum(), ..ModuleObject::default() };
    let halves = pieces.iter().map(|piece| piece.object.extra_names.split_at(top(piece) as usize));
    let (tops, nested): (Vec<&[String]>, Vec<&[String]>) = halves.unzip();
    out.extra_names = tops.into_iter().chain(nested).flatten().cloned().collect();
    out.counts = vec![0; first + out.extra_names.len()];
    let mut globals: FxHashMap<String, u32> = FxHashMap::default();
    // Of symbols that the pass has made: the next numbers.
    let (mut next_top, mut next_nested) = (first as LocalSym, first as LocalSym + out.extra_top_level);
    for piece in pieces {
        let Piece { start, symbols, object } = piece;
        let (own, tops) = (symbols.len() as LocalSym, object.extra_top_level);
        let number = |symbol: LocalSym| match symbol.checked_sub(own) {
            None => symbols[symbol as usize],
            Some(extra) if extra < tops => next_top + extra,
            Some(extra) => next_nested + extra - tops,
        };
        if !matches!(out.text.as_bytes().last(), None | Some(b';' | b'\n')) {
            out.text.push(';');
        }
        let at = out.text.len() as u32;
        out.text.push_str(&object.text);
        out.holes.extend(object.holes.into_iter().map(|mut hole| {
            (hole.at, hole.symbol) = (hole.at + at, number(hole.symbol));
            hole
        }));
        out.mappings.extend(object.mappings.into_iter().map(|mapping| {
            let line = if mapping.line == Mapping::NOWHERE { mapping.line } else { mapping.line + start as u32 };
            Mapping { at: mapping.at + at, line, ..mapping }
        }));
        for (symbol, count) in object.counts.iter().enumerate() {
            out.counts[number(symbol as LocalSym) as usize] += count;
        }
        out.declared.extend(object.declared.iter().map(|symbol| number(*symbol)));
        let of_global = |name: String| {
            let next = globals.len() as u32;
            *globals.entry(name).or_insert(next)
        };
        let own_globals: Vec<u32> = object.globals.into_iter().map(of_global).collect();
        let scopes = out.scopes.len() as u32;
        out.scopes.extend(object.scopes.into_iter().map(|scope| Scope {
            parent: if scope.parent == u32::MAX { u32::MAX } else { scope.parent + scopes },
            declares: scope.declares.into_iter().map(number).collect(),
            captures: sorted(scope.captures.into_iter().map(number)),
            globals: sorted(scope.globals.into_iter().map(|global| own_globals[global as usize])),
        }));
        next_top += tops;
        next_nested += object.extra_names.len() as LocalSym - tops;
    }
    out.declared.sort_unstable();
    let mut named: Vec<(String, u32)> = globals.into_iter().collect();
    named.sort_unstable_by_key(|(_, number)| *number);
    out.globals = named.into_iter().map(|(name, _)| name).collect();
    out
}

fn sorted(numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut out: Vec<u32> = numbers.collect();
    out.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_where_statements_end() {
        let text = "x;".repeat(PIECE_BYTES * 2);
        let ends: Vec<usize> = (1..=4).map(|part| part * PIECE_BYTES).collect();
        let cut = ranges(&text, &ends);
        assert_eq!(
            cut,
            [
                0..PIECE_BYTES,
                PIECE_BYTES..2 * PIECE_BYTES,
                2 * PIECE_BYTES..3 * PIECE_BYTES,
                3 * PIECE_BYTES..4 * PIECE_BYTES
            ]
        );
        assert_eq!(ranges(&text, &[]).len(), 1, "there is no place to cut");
        assert_eq!(ranges(&text, &[text.len() - 2]), [0..text.len() - 2, text.len() - 2..text.len()]);
        assert_eq!(ranges("a;b;", &[2, 4]).len(), 1, "it is small");
    }

    #[test]
    fn names_are_found() {
        let numbers = FxHashMap::from_iter([("P$1", 0), ("P$12", 1), ("R$0", 2)]);
        assert_eq!(mentioned("P$12(R$0,$,P$3,a$1,P$12)", &numbers), [1, 2]);
    }
}

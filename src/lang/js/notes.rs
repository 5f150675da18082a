//! Comments that say something to bundlers: `/* @__PURE__ */`, `// #__NO_SIDE_EFFECTS__`.

use swc_core::common::BytePos;
use swc_core::common::comments::{Comments, SingleThreadedComments};

pub(super) const PURE: &str = "__PURE__";
pub(super) const NO_SIDE_EFFECTS: &str = "__NO_SIDE_EFFECTS__";

/// A comment before `at` has the note, among others or alone, in a line or a block.
pub(super) fn has(comments: &SingleThreadedComments, at: BytePos, note: &str) -> bool {
    let says = |text: &str| text.match_indices(note).any(|(at, _)| text[..at].ends_with(['@', '#']));
    !at.is_dummy() && comments.with_leading(at, |found| found.iter().any(|comment| says(&comment.text)))
}

/// What stands before `export` is said of the declaration.
pub(super) fn of_export(comments: &SingleThreadedComments, export: BytePos, declaration: BytePos) {
    if export != declaration && has(comments, export, NO_SIDE_EFFECTS) {
        comments.move_leading(export, declaration);
    }
}

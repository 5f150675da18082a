//! What waits between `scan` and `compile`, so that a module is read once: drafts, and trees of modules that have none. A
//! tree takes ten times the memory of its source, so a build keeps as many as it can afford; what has none is read again,
//! which gives the same.

use super::draft::Draft;
use super::name_reads::NameReads;
use super::numbering::Numbered;
use super::parse::Tree;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use swc_core::common::comments::{Comment, SingleThreadedComments};
use swc_core::common::{BytePos, Globals, Mark, SyntaxContext};

/// What `scan` keeps of a source for `compile`, if it was kept and nobody has taken it. Copies are of the same.
#[derive(Clone, Default)]
pub struct KeptTree(Option<Arc<Mutex<Option<Kept>>>>);

pub(super) enum Kept {
    Tree(Box<ReadModule>),
    /// What `compile` would make, but for what the linker decides.
    Draft(Arc<Draft>),
}

impl KeptTree {
    pub(super) fn new(kept: Kept) -> Self {
        KeptTree(Some(Arc::new(Mutex::new(Some(kept)))))
    }

    /// A tree can be taken once. A draft stays for the other modules of the same source.
    pub(super) fn take(&self) -> Option<Kept> {
        let shared = self.0.as_ref()?;
        let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some(Kept::Draft(draft)) if Arc::strong_count(shared) > 1 => Some(Kept::Draft(Arc::clone(draft))),
            _ => kept.take(),
        }
    }

    /// Nobody will ask for it, whoever has a copy.
    pub fn clear(&self) {
        if let Some(shared) = &self.0 {
            drop(shared.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }

    /// This one's holder will not ask for it.
    pub fn forget(&self) {
        if let Some(shared) = self.0.as_ref().filter(|shared| Arc::strong_count(shared) == 1) {
            drop(shared.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}

impl fmt::Debug for KeptTree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "KeptTree" } else { "nothing kept" })
    }
}

type CommentsAt = FxHashMap<BytePos, Vec<Comment>>;

/// A module as `scan` leaves it: numbered, and of its tree what `compile` asks for. Unlike the tree it may go to another
/// thread.
pub(super) struct ReadModule {
    pub globals: Globals,
    numbered: Numbered,
    comments: (CommentsAt, CommentsAt),
    unresolved_mark: Mark,
    top_level_mark: Mark,
    unresolved: SyntaxContext,
    has_module_syntax: bool,
    strict: bool,
    name_reads: NameReads,
}

impl ReadModule {
    pub fn new(globals: Globals, numbered: Numbered, tree: Tree) -> Self {
        let (leading, trailing) = tree.comments.take_all();
        ReadModule {
            globals,
            numbered,
            comments: (leading.take(), trailing.take()),
            unresolved_mark: tree.unresolved_mark,
            top_level_mark: tree.top_level_mark,
            unresolved: tree.unresolved,
            has_module_syntax: tree.has_module_syntax,
            strict: tree.strict,
            name_reads: tree.name_reads,
        }
    }

    /// As it was; to be worked on with its globals.
    pub fn open(self, source: &str, name: &str) -> (Numbered, Tree, Globals) {
        let (leading, trailing) = self.comments;
        let shared = |comments| Rc::new(RefCell::new(comments));
        let (source_map, base) = super::parse::source_map(source, name);
        let tree = Tree {
            comments: SingleThreadedComments::from_leading_and_trailing(shared(leading), shared(trailing)),
            source_map,
            unresolved_mark: self.unresolved_mark,
            top_level_mark: self.top_level_mark,
            unresolved: self.unresolved,
            has_module_syntax: self.has_module_syntax,
            strict: self.strict,
            base,
            name_reads: self.name_reads,
            module: Default::default(),
            hashbang: None,
            directives: Vec::new(),
            unquoted: Default::default(),
            problems: Vec::new(),
        };
        (self.numbered, tree, self.globals)
    }
}

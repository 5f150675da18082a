//! Made by `link`, when somebody asks. Read by `report`.

use crate::base::{IndexVec, ModuleId};
use crate::lang::js::LocalSym;

/// Who asked first for a module or a part of it to live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// An entry, by number.
    Entry(usize),
    /// `--inject`
    Injected,
    /// That a module is evaluated.
    Module(ModuleId),
    /// A part that lives, by number.
    Part(ModuleId, u32),
}

/// How it asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// By what it is: an import, a call, the evaluation of a module that has effects.
    Plainly,
    /// By this symbol of the module that is asked for.
    Name(LocalSym),
    /// By the whole namespace of this module.
    Namespace(ModuleId),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    pub cause: Cause,
    pub how: How,
}

/// The first mark of everything that lives.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    pub modules: IndexVec<ModuleId, Option<Mark>>,
    pub parts: IndexVec<ModuleId, Vec<Option<Mark>>>,
}

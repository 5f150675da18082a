//! budget
use crate::{config::BudgetSource, diag::Noted, model::*};
pub fn judge(_: &Emitted, _: &BudgetSource) -> Noted<Verdict> { Noted::clean(Verdict::default()) }
pub fn read_directory(_: &std::path::Path) -> Noted<Option<Emitted>> { Noted::clean(None) }

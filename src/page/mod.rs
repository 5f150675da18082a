//! page
use crate::{config::Options, diag::Noted, model::*};
pub fn render(_: &ModuleGraph, _: &ChunkPlan, _: &ImageSets, _: &InlineStyles, _: &Options) -> Noted<Vec<RenderedFile>> { Noted::clean(Vec::new()) }

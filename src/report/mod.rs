//! report
use crate::model::*;
use std::time::Duration;
pub fn terminal(_: &Emitted, _: Option<&Verdict>, t: &[(String, Duration)], _: bool) -> String { format!("{t:?}") }
pub fn json(_: &Emitted, _: Option<&Verdict>, _: &[(String, Duration)]) -> serde_json::Value { serde_json::Value::Null }
pub fn metafile(_: &ModuleGraph, _: &ChunkPlan, _: &Sealed) -> String { "{}".into() }

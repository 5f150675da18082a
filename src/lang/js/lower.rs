//! Lowering by target, through swc's own tables of what engines can do.

use super::LanguageOptions;
use crate::lang::LanguageTarget;
use swc_core::common::Mark;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::ecma::ast::{EsVersion, Pass, Program};
use swc_core::ecma::preset_env::{Config, EnvConfig, Targets, transform_from_env, transform_from_es_version};
use swc_core::ecma::transforms::base::assumptions::Assumptions;

/// First versions that have all of ES2022, `major << 16 | minor << 8`.
const ES2022_ENGINES: [(&str, u32); 8] = [
    ("chrome", 94 << 16),
    ("edge", 94 << 16),
    ("firefox", 93 << 16),
    ("safari", 16 << 16 | 4 << 8),
    ("ios", 16 << 16 | 4 << 8),
    ("opera", 80 << 16),
    ("samsung", 17 << 16),
    ("node", 16 << 16 | 11 << 8),
];

/// Lowers what the target lacks. Most builds target ES2022 or later, and then this costs nothing: newer syntax that
/// swc can lower (`using`) is looked for in the text first.
pub(super) fn lower(
    program: &mut Program,
    source: &str,
    language: &LanguageOptions,
    comments: &SingleThreadedComments,
    unresolved_mark: Mark,
) {
    let target = &language.target;
    if source.contains("using ") && !target.is_latest() {
        swc_core::ecma::transforms::proposal::explicit_resource_management::explicit_resource_management()
            .process(program);
    }
    if let Some(version) = target.es.filter(|year| *year < 2022) {
        transform_from_es_version(unresolved_mark, Some(comments), es_version(version), Assumptions::default(), false)
            .process(program);
    }
    if !engines_have_es2022(target) {
        let Ok(targets) = targets(target) else { return };
        let config = Config { targets: Some(targets), ..Config::default() };
        transform_from_env(unresolved_mark, Some(comments), EnvConfig::from(config), Assumptions::default())
            .process(program);
    }
}

/// Classes may have static blocks, fields and private names.
pub(super) fn has_es2022(target: &LanguageTarget) -> bool {
    target.es.is_none_or(|year| year >= 2022) && engines_have_es2022(target)
}

fn engines_have_es2022(target: &LanguageTarget) -> bool {
    target.engines.iter().all(|(engine, version)| {
        ES2022_ENGINES.iter().find(|(name, _)| name == engine).is_none_or(|(_, first)| version >= first)
    })
}

fn targets(target: &LanguageTarget) -> Result<Targets, serde_json::Error> {
    let versions: serde_json::Map<String, serde_json::Value> = target
        .engines
        .iter()
        .map(|(engine, version)| {
            (engine.clone(), format!("{}.{}.{}", version >> 16, version >> 8 & 255, version & 255).into())
        })
        .collect();
    serde_json::from_value(versions.into())
}

/// The edition of a year; `None` (esnext) is the latest.
pub(super) fn es_version(year: u16) -> EsVersion {
    match year {
        ..=2014 => EsVersion::Es5,
        2015 => EsVersion::Es2015,
        2016 => EsVersion::Es2016,
        2017 => EsVersion::Es2017,
        2018 => EsVersion::Es2018,
        2019 => EsVersion::Es2019,
        2020 => EsVersion::Es2020,
        2021 => EsVersion::Es2021,
        2022 => EsVersion::Es2022,
        _ => EsVersion::EsNext,
    }
}

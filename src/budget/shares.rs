//! Who gave how much to some files.

use crate::model::{EmittedFile, PackageShare, SourceShare};
use std::collections::BTreeMap;

/// How many packages and sources a failing line names, together.
const NAMED: usize = 15;
const NAMED_PACKAGES: usize = 7;

/// The part of `counted` that `bytes` of the file's raw bytes stand for.
pub fn share_of(bytes: u64, file: &EmittedFile, counted: u64) -> u64 {
    let sum: u64 = file.contributions.iter().map(|part| part.bytes).sum();
    let whole = u128::from(sum.max(file.bytes).max(1));
    (u128::from(counted) * u128::from(bytes) / whole) as u64
}

/// Who gave most to these files; each with how many bytes of it count.
pub fn largest(files: &[(&EmittedFile, u64)]) -> (Vec<PackageShare>, Vec<SourceShare>) {
    let mut packages: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut sources: BTreeMap<(&str, &str), SourceShare> = BTreeMap::new();
    for (file, counted) in files {
        for part in &file.contributions {
            let bytes = share_of(part.bytes, file, *counted);
            let package = packages.entry(&part.package).or_default();
            package.0 += bytes;
            package.1 += part.bytes;
            let source = sources.entry((&part.source, &part.package)).or_insert_with(|| SourceShare {
                source: part.source.clone(),
                package: part.package.clone(),
                bytes: 0,
                raw_bytes: 0,
                chain: part.why.iter().map(|at| format!("{}:{} → {}", at.file, at.line, at.specifier)).collect(),
            });
            source.bytes += bytes;
            source.raw_bytes += part.bytes;
        }
    }
    let mut packages: Vec<PackageShare> = packages
        .into_iter()
        .map(|(package, (bytes, raw_bytes))| PackageShare { package: package.to_string(), bytes, raw_bytes })
        .collect();
    // Both sorts are stable: ties stay by name.
    packages.sort_by_key(|share| std::cmp::Reverse((share.bytes, share.raw_bytes)));
    packages.truncate(NAMED_PACKAGES);
    let mut sources: Vec<SourceShare> = sources.into_values().collect();
    sources.sort_by_key(|share| std::cmp::Reverse((share.bytes, share.raw_bytes)));
    sources.truncate(NAMED - packages.len());
    (packages, sources)
}

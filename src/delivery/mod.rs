//! How a server should deliver the files: header rules in the formats of hosts and servers.
//!
//! In: `Sealed`, `Options::headers`. Out: `Sealed` with a file for each format (`_headers`, …).
//!
//! Invariants:
//! - Every path gets exactly one `Cache-Control`: hosts join the values of all the rules that match.
//! - What has a hash in its path is cached for ever, everything else is asked for again.
//! - Rules are sorted; a file of the project itself is never replaced.
//!
//! Not here: sending anything. Start at: [`extend`]; the rules are in `rules.rs`, their spelling in `formats.rs`.

mod formats;
mod rules;

#[cfg(test)]
mod tests;

use crate::base::ContentHash;
use crate::config::Options;
use crate::diag::{Diagnostic, Noted};
use crate::model::{FileKind, OutputKey, Sealed, SealedFile};
use std::collections::BTreeMap;

/// Adds the header files of the chosen formats.
pub fn extend(mut sealed: Sealed, options: &Options) -> Noted<Sealed> {
    let mut problems = Vec::new();
    let rules = rules::rules(&sealed.files);
    let mut made: BTreeMap<&str, String> = BTreeMap::new();
    for format in &options.headers {
        match format.as_str() {
            "netlify" | "cloudflare" => {
                let text = formats::underscore_headers(&rules);
                if format == "cloudflare" && rules.len() + 1 > formats::CLOUDFLARE_RULES {
                    problems.push(too_many(rules.len() + 1));
                }
                made.insert("_headers", text);
            }
            "json" => drop(made.insert("_headers.json", formats::json(&rules))),
            "nginx" => drop(made.insert("_headers.nginx.conf", formats::nginx(&rules))),
            "caddy" => drop(made.insert("_headers.Caddyfile", formats::caddy(&rules))),
            // `config` knows the names.
            _ => {}
        }
    }
    for (path, text) in made {
        if sealed.files.iter().any(|file| file.path == path) {
            problems.push(exists(path));
        } else {
            let at = sealed.files.partition_point(|file| file.path.as_str() < path);
            sealed.files.insert(at, server_file(path, text));
        }
    }
    Noted::new(sealed, problems)
}

fn exists(path: &str) -> Diagnostic {
    Diagnostic::warning("headers-exist", format!("the site has a {path} of its own, so none was generated"))
        .hint(format!("remove {path} to get the generated one, or pass --headers none"))
}

fn too_many(count: usize) -> Diagnostic {
    let most = formats::CLOUDFLARE_RULES;
    Diagnostic::warning("too-many-headers", format!("_headers has {count} rules; Cloudflare reads the first {most}"))
        .hint("put hashed files into a folder of their own, where one rule covers them: --asset-names assets/[name]-[hash]")
}

fn server_file(path: &str, text: String) -> SealedFile {
    let bytes = text.into_bytes();
    SealedFile {
        key: OutputKey::Named(path.to_string()),
        kind: FileKind::Server,
        path: path.to_string(),
        hash: ContentHash::of(&bytes),
        bytes: bytes.into(),
        hashed: false,
        mentions: Vec::new(),
        contributions: Vec::new(),
        exports: Vec::new(),
    }
}

//! The script that registers the service worker: a file of its own, so that a policy against inline scripts
//! (`script-src 'self'`) allows it.

use super::{is_cross_origin, way_up};
use crate::base::join_url;
use crate::config::Options;
use crate::diag::{Diagnostic, Location, Noted};
use crate::lang::js::ImportKind;
use crate::model::{FileKind, ModuleGraph, NameTemplate, OutputKey, Piece, RenderedFile};

/// Where `pwa` puts the worker: a worker governs the pages of its own folder and below, so it lies at the top.
const WORKER: &str = "sw.js";

pub(super) fn key() -> OutputKey {
    OutputKey::Named("register-sw.js".to_string())
}

/// Whether pages register the worker of the build.
pub(super) fn wanted(graph: &ModuleGraph, options: &Options) -> Noted<bool> {
    if !options.service_worker || graph.pages.is_empty() {
        return Noted::clean(false);
    }
    if is_cross_origin(options) {
        let message = format!("no service worker: files are loaded from {}", options.public_path);
        let problem = Diagnostic::warning("service-worker-cross-origin", message)
            .note("a worker must come from the origin of the pages that it serves")
            .hint("--service-worker off says that this is meant");
        return Noted::new(false, vec![problem]);
    }
    match own_registration(graph) {
        Some(place) => {
            let problem = Diagnostic::warning("service-worker-twice", "the project registers a service worker itself")
                .at(place)
                .note("the worker of the build is written, but no page registers it: two would replace each other")
                .hint("--service-worker off leaves it out");
            Noted::new(false, vec![problem])
        }
        None => Noted::clean(true),
    }
}

fn own_registration(graph: &ModuleGraph) -> Option<Location> {
    graph.modules.iter().find_map(|module| {
        let record = module.facts.records.iter().find(|record| record.kind == ImportKind::ServiceWorker)?;
        Some(Location::span(module.name.clone(), &module.source, record.start, record.end))
    })
}

pub(super) fn script(options: &Options) -> RenderedFile {
    let name = NameTemplate {
        template: hashed_template(&options.chunk_names),
        dir: String::new(),
        name: "register-sw".to_string(),
        ext: ".js".to_string(),
    };
    // Without a public path nobody knows where the site is, but this script knows where it came from.
    let (before, address) = match options.public_path.as_str() {
        "" => {
            let up = serde_json::Value::from(format!("{}{WORKER}", way_up(&name)));
            (format!("var u=new URL({up},document.currentScript.src).href;"), "u".to_string())
        }
        public => (String::new(), serde_json::Value::from(join_url(public, WORKER)).to_string()),
    };
    // After `load`, so that filling the cache does not compete with the page.
    let text = format!(
        "(function(){{if(!(\"serviceWorker\"in navigator))return;{before}\
         addEventListener(\"load\",function(){{navigator.serviceWorker.register({address})\
         .catch(function(e){{console.warn(\"service worker:\",e)}})}})}})();\n"
    );
    RenderedFile {
        key: key(),
        kind: FileKind::Script,
        name,
        body: vec![Piece::Text(text.into_bytes())],
        contributions: Vec::new(),
        exports: Vec::new(),
    }
}

/// Chunks may be named without a hash; this file still must not be kept for ever under one name.
fn hashed_template(template: &str) -> String {
    if template.contains("[hash]") { template.to_string() } else { "assets/[name]-[hash]".to_string() }
}

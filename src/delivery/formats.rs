//! The rules in the spelling of each host and server.

use super::rules::Rules;
use std::fmt::Write;

/// Cloudflare ignores what comes after.
pub(super) const CLOUDFLARE_RULES: usize = 100;

const EVERYWHERE: (&str, &str) = ("X-Content-Type-Options", "nosniff");

/// `_headers` of Netlify and Cloudflare: values of all matching rules are joined.
pub(super) fn underscore_headers(rules: &Rules) -> String {
    let mut out = format!("/*\n  {}: {}\n", EVERYWHERE.0, EVERYWHERE.1);
    for (path, headers) in rules {
        let _ = writeln!(out, "\n{path}");
        for (name, value) in headers {
            let _ = writeln!(out, "  {name}: {value}");
        }
    }
    out
}

/// `[{path, headers}]`; all matching entries apply.
pub(super) fn json(rules: &Rules) -> String {
    let object = |headers: &[(&'static str, &'static str)]| -> serde_json::Map<String, serde_json::Value> {
        headers.iter().map(|(name, value)| (name.to_string(), (*value).into())).collect()
    };
    let mut list = vec![serde_json::json!({ "path": "/*", "headers": object(&[EVERYWHERE]) })];
    list.extend(rules.iter().map(|(path, headers)| serde_json::json!({ "path": path, "headers": object(headers) })));
    let mut out = serde_json::to_string_pretty(&list).unwrap_or_else(|_| "[]".to_string());
    out.push('\n');
    out
}

/// `location` blocks, to be included in a `server` block. nginx compares decoded paths, and the headers of a block
/// replace those outside of it.
pub(super) fn nginx(rules: &Rules) -> String {
    let mut out = format!("add_header {} {} always;\n", EVERYWHERE.0, EVERYWHERE.1);
    for (path, headers) in rules {
        let decoded = crate::base::decode_url_path(path).unwrap_or_else(|| path.clone());
        let quoted =
            |path: &str| format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$"));
        let _ = match decoded.strip_suffix('*') {
            Some(folder) => writeln!(out, "location ^~ {} {{", quoted(folder)),
            None => writeln!(out, "location = {} {{", quoted(&decoded)),
        };
        let _ = writeln!(out, "    add_header {} {} always;", EVERYWHERE.0, EVERYWHERE.1);
        for (name, value) in headers {
            let _ = match *name {
                // `add_header` would send a second one.
                "Content-Type" => writeln!(out, "    types {{ }}\n    default_type {value};"),
                _ => writeln!(out, "    add_header {name} \"{value}\";"),
            };
        }
        out.push_str("}\n");
    }
    out
}

/// `header` directives, to be imported in a site block. Later ones replace earlier ones.
pub(super) fn caddy(rules: &Rules) -> String {
    let mut out = format!("header {} {}\n", EVERYWHERE.0, EVERYWHERE.1);
    for (path, headers) in rules {
        let decoded = crate::base::decode_url_path(path).unwrap_or_else(|| path.clone());
        let quoted = format!("\"{}\"", decoded.replace('\\', "\\\\").replace('"', "\\\""));
        for (name, value) in headers {
            let _ = writeln!(out, "header {quoted} {name} \"{value}\"");
        }
    }
    out
}

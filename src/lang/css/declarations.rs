//! What TypeScript is told of a CSS module.

use super::CssFacts;
use super::names::is_exportable;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The text of `card.module.css.d.ts`: every name that the script of the module exports. Readonly and exact, so that
/// `styles.typo` is an error in an editor as it is in a build.
pub fn declarations(facts: &CssFacts) -> String {
    let mut names: BTreeSet<&str> = facts.classes.iter().map(|(name, _)| name.as_str()).collect();
    names.extend(facts.values.iter().map(String::as_str));
    let mut out = String::new();
    for name in names.iter().filter(|name| is_exportable(name)) {
        let _ = writeln!(out, "export declare const {name}: string;");
    }
    out.push_str("declare const styles: {\n");
    for name in &names {
        let key = serde_json::Value::from(*name);
        let _ = writeln!(out, "  readonly {key}: string;");
    }
    out.push_str("};\nexport default styles;\n");
    out
}

#[cfg(test)]
mod tests {
    use super::super::{ModuleNames, scan_module};
    use super::*;

    #[test]
    fn every_name_that_a_script_may_read() {
        let values = [("wide".to_string(), "1px".to_string())];
        let source = ".card{}.a-b{}.default{}#id{}@keyframes spin{}";
        let facts = scan_module(source, "a.module.css", &values, &ModuleNames::new(true)).value.unwrap();
        assert_eq!(
            declarations(&facts),
            "export declare const card: string;\nexport declare const id: string;\nexport declare const spin: string;\n\
             export declare const wide: string;\ndeclare const styles: {\n  readonly \"a-b\": string;\n  \
             readonly \"card\": string;\n  readonly \"default\": string;\n  readonly \"id\": string;\n  \
             readonly \"spin\": string;\n  readonly \"wide\": string;\n};\nexport default styles;\n"
        );
    }
}

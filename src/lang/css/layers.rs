//! Which cascade layers a sheet declares.

use lightningcss::printer::PrinterOptions;
use lightningcss::rules::layer::LayerName;
use lightningcss::rules::{CssRule, CssRuleList};
use lightningcss::traits::ToCss;

/// Names in order of first declaration, nested ones with dots. What is inside an anonymous layer has no name that
/// another place could mention.
pub(super) fn declared_layers(rules: &CssRuleList<'_>) -> Vec<String> {
    let mut out = Vec::new();
    collect(rules, "", &mut out);
    out
}

fn collect(rules: &CssRuleList<'_>, parent: &str, out: &mut Vec<String>) {
    for rule in &rules.0 {
        match rule {
            CssRule::LayerStatement(statement) => {
                for name in &statement.names {
                    add(full_name(parent, name), out);
                }
            }
            CssRule::LayerBlock(block) => {
                let Some(name) = &block.name else { continue };
                let name = full_name(parent, name);
                add(name.clone(), out);
                collect(&block.rules, &name, out);
            }
            CssRule::Media(rule) => collect(&rule.rules, parent, out),
            CssRule::Supports(rule) => collect(&rule.rules, parent, out),
            CssRule::Container(rule) => collect(&rule.rules, parent, out),
            _ => {}
        }
    }
}

fn full_name(parent: &str, name: &LayerName<'_>) -> String {
    let name = name.to_css_string(PrinterOptions::default()).unwrap_or_default();
    if parent.is_empty() { name } else { format!("{parent}.{name}") }
}

fn add(name: String, out: &mut Vec<String>) {
    if !name.is_empty() && !out.contains(&name) {
        out.push(name);
    }
}

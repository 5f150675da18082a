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

/// Something in a layer without a name is `!important`: it goes before that of all later layers, and the sheet's next
/// occurrence has another layer, so the first occurrence counts.
pub(super) fn first_counts(rules: &CssRuleList<'_>) -> bool {
    any_rules(rules, &|rule| match rule {
        CssRule::LayerBlock(block) => block.name.is_none() && any_rules(&block.rules, &is_important),
        _ => false,
    })
}

fn is_important(rule: &CssRule<'_>) -> bool {
    match rule {
        CssRule::Style(style) => !style.declarations.important_declarations.is_empty(),
        CssRule::NestedDeclarations(nested) => !nested.declarations.important_declarations.is_empty(),
        _ => false,
    }
}

/// Of these, and those inside of them.
fn any_rules(rules: &CssRuleList<'_>, is: &impl Fn(&CssRule<'_>) -> bool) -> bool {
    let inside = |rule: &CssRule<'_>| match rule {
        CssRule::Style(rule) => any_rules(&rule.rules, is),
        CssRule::LayerBlock(rule) => any_rules(&rule.rules, is),
        CssRule::Media(rule) => any_rules(&rule.rules, is),
        CssRule::Supports(rule) => any_rules(&rule.rules, is),
        CssRule::Container(rule) => any_rules(&rule.rules, is),
        CssRule::Scope(rule) => any_rules(&rule.rules, is),
        CssRule::StartingStyle(rule) => any_rules(&rule.rules, is),
        _ => false,
    };
    rules.0.iter().any(|rule| is(rule) || inside(rule))
}

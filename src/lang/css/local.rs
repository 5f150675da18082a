//! Whether a sheet says anything of elements without its own local names.

use lightningcss::rules::{CssRule, CssRuleList};
use lightningcss::selector::{Component, Selector};

/// Every rule of a CSS module asks for one of its own classes or ids: a document in which nobody uses these looks the same
/// with the sheet and without it. Rules that name something for all sheets (`@font-face`, `@property`, layers) do not.
pub(super) fn is_local(rules: &CssRuleList<'_>) -> bool {
    rules.0.iter().all(|rule| is_local_rule(rule, false))
}

/// `inside`: of a rule that asks for such a class itself.
fn is_local_rule(rule: &CssRule<'_>, inside: bool) -> bool {
    let all = |rules: &CssRuleList<'_>, inside| rules.0.iter().all(|rule| is_local_rule(rule, inside));
    match rule {
        CssRule::Style(rule) => {
            rule.selectors.0.iter().all(|selector| asks_for_local(selector, inside)) && all(&rule.rules, true)
        }
        CssRule::Nesting(rule) => {
            rule.style.selectors.0.iter().all(|selector| asks_for_local(selector, inside))
                && all(&rule.style.rules, true)
        }
        CssRule::Media(rule) => all(&rule.rules, inside),
        CssRule::Supports(rule) => all(&rule.rules, inside),
        CssRule::Container(rule) => all(&rule.rules, inside),
        CssRule::StartingStyle(rule) => all(&rule.rules, inside),
        CssRule::NestedDeclarations(_) => inside,
        // Their names are local.
        CssRule::Keyframes(_) | CssRule::Ignored => true,
        _ => false,
    }
}

/// `:global(.name)` is a pseudo-class here, and a class within `:is()`, `:not()` or `:has()` does not count.
fn asks_for_local(selector: &Selector<'_>, inside: bool) -> bool {
    selector.iter_raw_match_order().any(|part| match part {
        Component::Class(_) | Component::ID(_) => true,
        Component::Nesting => inside,
        _ => false,
    })
}

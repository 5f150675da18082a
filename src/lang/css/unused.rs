//! Rules of CSS modules that no element can match: they ask for a class or an id that nobody gets hold of.

use lightningcss::properties::Property;
use lightningcss::rules::keyframes::KeyframesName;
use lightningcss::rules::style::StyleRule;
use lightningcss::rules::{CssRule, CssRuleList};
use lightningcss::selector::{Component, PseudoClass, Selector};
use std::collections::{BTreeSet, HashSet};

/// Takes out rules and selectors that ask for one of `unused`, and conditions with nothing left in them.
pub(super) fn without_unused(rules: &mut CssRuleList<'_>, unused: &BTreeSet<&str>) {
    rules.0.retain_mut(|rule| stays(rule, unused));
}

/// Takes out animations that `unused` names.
pub(super) fn without_keyframes(rules: &mut CssRuleList<'_>, unused: &HashSet<String>) {
    rules.0.retain_mut(|rule| match rule {
        CssRule::Keyframes(keyframes) => match &keyframes.name {
            KeyframesName::Ident(name) => !unused.contains(name.0.as_ref()),
            KeyframesName::Custom(_) => true,
        },
        _ => within(rule, |rules| without_keyframes(rules, unused)),
    });
}

/// Takes out rules that only compose: the script says what they say.
pub(super) fn without_composing(rules: &mut CssRuleList<'_>) {
    rules.0.retain_mut(|rule| {
        if let CssRule::Style(rule) = rule {
            let block = &rule.declarations;
            let composes = |property: &Property<'_>| matches!(property, Property::Composes(_));
            let only = !block.declarations.is_empty() && block.declarations.iter().all(composes);
            return !(only && block.important_declarations.is_empty() && rule.rules.0.is_empty());
        }
        if let Some(rules) = inner(rule) {
            without_composing(rules);
        }
        true
    });
}

/// What stands in a condition. Not of layers: an empty one has its place among the others.
fn inner<'a, 'i>(rule: &'a mut CssRule<'i>) -> Option<&'a mut CssRuleList<'i>> {
    match rule {
        CssRule::Media(rule) => Some(&mut rule.rules),
        CssRule::Supports(rule) => Some(&mut rule.rules),
        CssRule::Container(rule) => Some(&mut rule.rules),
        CssRule::StartingStyle(rule) => Some(&mut rule.rules),
        _ => None,
    }
}

/// Works on what stands in a condition. Whether the rule stays: it does not if that left nothing.
fn within<'i>(rule: &mut CssRule<'i>, work: impl FnOnce(&mut CssRuleList<'i>)) -> bool {
    let Some(rules) = inner(rule) else { return true };
    let before = rules.0.len();
    work(rules);
    before == 0 || !rules.0.is_empty()
}

fn stays(rule: &mut CssRule<'_>, unused: &BTreeSet<&str>) -> bool {
    match rule {
        CssRule::Style(rule) => style_stays(rule, unused),
        CssRule::LayerBlock(rule) => {
            without_unused(&mut rule.rules, unused);
            true
        }
        _ => within(rule, |rules| without_unused(rules, unused)),
    }
}

fn style_stays(rule: &mut StyleRule<'_>, unused: &BTreeSet<&str>) -> bool {
    let asks = |selector: &Selector<'_>| asks_for(selector, unused, false);
    if rule.selectors.0.iter().all(asks) {
        return !rule.rules.0.iter().all(|rule| is_dead_inside(rule, unused));
    }
    // Rules within mean the whole list by `&`, with its specificity.
    if rule.rules.0.is_empty() {
        rule.selectors.0.retain(|selector| !(asks(selector) && is_plain(selector)));
    } else {
        without_unused(&mut rule.rules, unused);
    }
    true
}

/// Of a rule that matches nothing.
fn is_dead_inside(rule: &CssRule<'_>, unused: &BTreeSet<&str>) -> bool {
    let all = |rules: &CssRuleList<'_>| rules.0.iter().all(|rule| is_dead_inside(rule, unused));
    match rule {
        CssRule::Style(rule) => {
            rule.selectors.0.iter().all(|selector| asks_for(selector, unused, true)) && all(&rule.rules)
        }
        CssRule::Media(rule) => all(&rule.rules),
        CssRule::Supports(rule) => all(&rule.rules),
        CssRule::Container(rule) => all(&rule.rules),
        CssRule::StartingStyle(rule) => all(&rule.rules),
        CssRule::NestedDeclarations(_) => true,
        _ => false,
    }
}

/// `nested`: `&` matches nothing.
fn asks_for(selector: &Selector<'_>, unused: &BTreeSet<&str>, nested: bool) -> bool {
    selector.iter_raw_match_order().any(|part| match part {
        Component::Class(name) | Component::ID(name) => unused.contains(name.0.as_ref()),
        Component::Is(list) | Component::Where(list) => {
            !list.is_empty() && list.iter().all(|selector| asks_for(selector, unused, nested))
        }
        Component::Nesting => nested,
        _ => false,
    })
}

/// Browsers know all of it: a list with something else in it is skipped as a whole.
fn is_plain(selector: &Selector<'_>) -> bool {
    selector.iter_raw_match_order().all(|part| match part {
        Component::Combinator(_)
        | Component::ExplicitUniversalType
        | Component::LocalName(_)
        | Component::ID(_)
        | Component::Class(_)
        | Component::AttributeInNoNamespaceExists { .. }
        | Component::Root
        | Component::Nth(_) => true,
        Component::AttributeInNoNamespace { .. } | Component::AttributeOther(_) => true,
        Component::NonTSPseudoClass(class) => {
            matches!(class, PseudoClass::Hover | PseudoClass::Active | PseudoClass::Focus)
        }
        _ => false,
    })
}

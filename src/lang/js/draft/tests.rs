//! Drafts against modules that are read again.

use super::super::facts::Constant;
use super::super::object::{Mapping, Scope};
use super::super::plan::BindingPlan;
use super::super::{KeptTree, compile, scan_and_keep};
use super::*;

const SOURCES: &[&str] = &[
    "import { a, b as c, tag, Base, ns, n, t, flag } from './x';
     import d, * as all from './y';
     export const one = a(1) + new a(2) + new a.b(3) + new (a())(4), two = { a, c, d, one: c?.(a) };
     /* dead or alive */ export function three(e, f = a) {
         for (const g of f) { try { return () => tag`x${g}`; } catch (h) { throw c(h, one), d.e.f(g), ns.x.y; } }
         return ns.x(e) in all, typeof a, n ** -n, (-n) ** 2, n.toFixed(), n + +n - -n, [...c, n], `${n}${t}`;
     }
     export default class extends Base { static #p = a; [t] = t; get [d]() { return super.m(a), this.#q, flag ? t : !flag; } #q = n; }
     function only() { return only, document, inner(); function inner() { return window.a + new.target; } }
     only(); a(); (b => b(a, c))(c); t; ns.x = 1; delete ns.y.z; label: while (flag) { break label; }
     export { d as four }; if (n) console.log(a); else console.log(c, all.x, all);",
    "import { k } from './k'; export const f = ({ k: o = k, ...rest }) => ({ k, o, rest }), g = async function* named() { yield k; };
     export const h = function k2() { return k2(k); }, { p, q: [r = k] } = k, s = class { static { k(); } };",
    "import { x } from './x'; x\nx()\nx\n;[x].map(x)\nexport let y = x, z; z = y; y = z ?? x;",
];

/// What an object is, in names.
fn shown(object: &ModuleObject) -> String {
    let first = object.counts.len() - object.extra_names.len();
    let name = |symbol: LocalSym| match (symbol as usize).checked_sub(first) {
        Some(at) => object.extra_names[at].clone(),
        None => format!("#{symbol}"),
    };
    let holes: Vec<_> = object.holes.iter().map(|hole| (hole.at, name(hole.symbol), hole.kind)).collect();
    let scope = |scope: &Scope| {
        let list = |symbols: &[LocalSym]| symbols.iter().map(|symbol| name(*symbol)).collect::<Vec<_>>();
        let mut captures = list(&scope.captures);
        captures.sort();
        let mut globals: Vec<&str> = scope.globals.iter().map(|at| object.globals[*at as usize].as_str()).collect();
        globals.sort_unstable();
        format!("{} {:?} {captures:?} {globals:?}", scope.parent, list(&scope.declares))
    };
    let scopes: Vec<String> = object.scopes.iter().map(scope).collect();
    let mut globals = object.globals.clone();
    globals.sort();
    let mut mappings = object.mappings.clone();
    mappings.dedup_by(|next, last| next.line == Mapping::NOWHERE && last.line == Mapping::NOWHERE);
    let (counts, declared) = (&object.counts[..first], &object.declared);
    format!("{}\n{holes:?}\n{scopes:#?}\n{globals:?}\n{counts:?}\n{declared:?}\n{mappings:?}", object.text)
}

/// Imports read as they may be.
fn bindings(facts: &ModuleFacts, seed: usize) -> (Vec<(LocalSym, BindingPlan)>, Vec<LocalSym>) {
    let (mut bindings, mut paths) = (Vec::new(), Vec::new());
    for (at, declared) in facts.symbols.iter().enumerate() {
        let symbol = facts.first_declared() + at as LocalSym;
        let is_path = facts.path_base(symbol).is_some();
        let chance = (at + 1) * (seed + 3) % 11;
        if is_path && chance.is_multiple_of(2) {
            paths.push(symbol);
        }
        let member = |name: &str| BindingPlan::Member { name: name.into(), foreign: false };
        let found = match chance {
            _ if declared.kind == SymbolKind::Local || is_path && chance % 2 == 1 => continue,
            0 | 1 => member(&declared.name),
            2 => member("not-a-name"),
            3 => BindingPlan::Constant(Constant::Number(-5000.0)),
            4 => BindingPlan::Constant(Constant::Number(25000.0)),
            5 => BindingPlan::Constant(Constant::Text("tex't".into())),
            6 => BindingPlan::Constant(Constant::Bool(true)),
            7 => BindingPlan::Constant(Constant::Null),
            _ => continue,
        };
        bindings.push((symbol, found));
    }
    (bindings, paths)
}

#[test]
fn what_lives_is_the_same_of_a_draft_and_of_a_module_that_is_read_again() {
    let (mut same, mut made) = (0, 0);
    for (at, source) in SOURCES.iter().enumerate() {
        let language = LanguageOptions {
            minify_whitespace: true,
            source_map: true,
            tree_shaking: true,
            ..LanguageOptions::default()
        };
        let parse = ParseOptions::default();
        let name = format!("{at}.js");
        let keep = || false;
        let scanned = scan_and_keep(source, &name, &parse, &language, Some(&keep)).value.unwrap();
        for seed in 0..400 {
            let (facts, _) = &scanned;
            let live = |part: usize| seed == 0 || (part + 1) * (seed + 1) % 7 > 2;
            let (bindings, paths) = if seed % 3 == 0 { Default::default() } else { bindings(facts, seed) };
            let plan = CompilePlan {
                live_parts: (0..facts.parts.len()).map(live).collect(),
                bindings,
                paths,
                strict_output: true,
                ..CompilePlan::default()
            };
            let again = compile(source, &name, &parse, &language, &plan, &KeptTree::default()).unwrap();
            let draft = whole(source, &name, &parse, &language);
            match draft.object(&plan) {
                Some(drafted) => {
                    assert_eq!(shown(&drafted), shown(&again), "{source} {plan:?}");
                    same += 1;
                }
                None => made += 1,
            }
        }
    }
    assert!(same > 10 * made, "{same} drafts were of use, {made} were not");
}

fn whole(source: &str, name: &str, parse: &ParseOptions, language: &LanguageOptions) -> Arc<Draft> {
    use super::super::numbering::{TreeContext, number};
    use super::super::parse::{Reading, with_tree};
    let made = with_tree(Reading::First, source, name, parse, language, |mut tree| {
        let module = std::mem::take(&mut tree.module);
        let context = TreeContext { source, name, tree: &tree };
        let mut numbered = number(module, &context, parse, language, None);
        assert!(is_plain(&numbered, &numbered.records, &tree, source, language));
        let symbols = std::mem::take(&mut numbered.symbols);
        Draft::whole(numbered, &symbols, &tree, source, language).unwrap()
    });
    made.unwrap_or_else(|problems| panic!("{problems:?}"))
}

// The scripts of a graph: modules that import sheets, CSS modules and each other, of which one or two pages run one each;
// some are loaded later. What CSS modules become is written for browsers too, under names that say where they come from.
import { ELEMENTS, declarations } from './generate.mjs';

const CLASSES = ['a', 'b', 'c', 'd-d'];

/** CSS modules by name: `text`, `native`, and by class what it adds to an element. `needs`: those that come before it. */
function localSheets(r, plain, number) {
  const out = new Map();
  for (let at = r.between(0, 3); at >= 1; at--) {
    const name = `k${at}.module.css`;
    const composed = new Map(CLASSES.map((own) => [own, [`k${at}_${own}`]]));
    const imported = r.chance(0.2) ? [r.pick(plain)] : [];
    const needs = [];
    const lines = imported.map((to) => [`@import './${to}';`, `@import './${to}';`]);
    const rule = (own) => {
      let first = '';
      if (r.chance(0.25)) {
        const others = [...out.keys()];
        if (others.length && r.chance(0.6)) {
          const from = r.pick(others);
          const other = r.pick(CLASSES);
          first = `composes: ${other} from './${from}'; `;
          composed.get(own).push(...out.get(from).composed.get(other));
          needs.push(from);
        } else {
          const other = CLASSES[CLASSES.indexOf(own) - 1];
          if (other) {
            first = `composes: ${other}; `;
            composed.get(own).push(...composed.get(other));
          }
        }
      }
      const body = declarations(r, number);
      return [`.${own} { ${first}${body} }`, `.k${at}_${own} { ${body} }`];
    };
    const more = (own) => {
      const other = r.pick(CLASSES);
      const body = `{ ${declarations(r, number)} }`;
      const [local, native] = r.pick([
        [`.${own}`, `.k${at}_${own}`],
        [`div.${own}`, `div.k${at}_${own}`],
        [`.${own}, .${other}`, `.k${at}_${own}, .k${at}_${other}`],
        [`.${own}.${other}`, `.k${at}_${own}.k${at}_${other}`],
        [`.${own}:not(.${other})`, `.k${at}_${own}:not(.k${at}_${other})`],
        [`:is(.${own}, .${other}) > :global(.in)`, `:is(.k${at}_${own}, .k${at}_${other}) > .in`],
        [`:global(.all).${own}`, `.all.k${at}_${own}`],
        [`.${own} > :global(.in)`, `.k${at}_${own} > .in`],
        [`:global(#boxes) .${own}`, `#boxes .k${at}_${own}`],
        [`.${own} ~ .${other}`, `.k${at}_${own} ~ .k${at}_${other}`],
        [`.${own}:has(> :global(.in))`, `.k${at}_${own}:has(> .in)`],
      ]);
      return r.chance(0.2) ? [`@media (min-width: 1px) { ${local} ${body} }`, `@media (min-width: 1px) { ${native} ${body} }`] : [`${local} ${body}`, `${native} ${body}`];
    };
    for (const own of CLASSES) lines.push(rule(own));
    for (let left = r.between(0, 4); left > 0; left--) lines.push(more(r.pick(CLASSES)));
    out.set(name, { text: `${lines.map(([local]) => local).join('\n')}\n`, native: `${lines.map(([, native]) => native).join('\n')}\n`, composed, needs });
  }
  return out;
}

/** How a module names a class, with the statements that it takes. */
const MENTIONS = [
  (from, own, id) => ({ head: `import s${id} from './${from}';`, value: own === 'd-d' ? `s${id}['d-d']` : `s${id}.${own}` }),
  (from, own, id) => ({ head: `import s${id} from './${from}';`, value: own === 'd-d' ? `s${id}['d-d']` : `s${id}.${own}` }),
  (from, own, id) => (own === 'd-d' ? null : { head: `import { ${own} as s${id} } from './${from}';`, value: `s${id}` }),
  (from, own, id) => (own === 'd-d' ? null : { head: `import * as s${id} from './${from}';`, value: `s${id}.${own}` }),
  (from, own, id) => ({ head: `import s${id} from './${from}';`, value: `Object.entries(s${id}).find(([name]) => name === '${own}')[1]` }),
  (from, own, id) => ({ head: `import s${id} from './${from}';`, value: `s${id}['${own}'.slice(0)]` }),
];

export function scripts(r, plain, files, number) {
  const locals = r.chance(0.5) ? localSheets(r, plain, number) : new Map();
  const native = new Map();
  for (const [name, { text, native: twin }] of locals) {
    files.set(name, text);
    native.set(name, twin);
  }
  const sheets = [...plain, ...locals.keys()];
  const count = r.between(2, 6);
  const late = r.between(0, Math.min(3, count - 1));
  const modules = Array.from({ length: count }, (_, at) => ({ name: `m${at}.js`, imports: [], adds: [] }));
  modules.forEach((module, at) => {
    const below = modules.slice(Math.max(at + 1, 1 + late)).map(({ name }) => name);
    module.imports = r.shuffle([...r.shuffle(sheets).slice(0, r.between(0, 4)), ...r.shuffle(below).slice(0, r.between(0, 2))]);
  });
  const later = modules.slice(1, 1 + late).map(({ name }) => name);
  const starts = [{ name: 'm0.js', later }];
  if (r.chance(0.35)) {
    const below = modules.slice(1 + late).map(({ name }) => name);
    modules.push({ name: 'n0.js', imports: r.shuffle([...r.shuffle(sheets).slice(0, r.between(0, 3)), ...r.shuffle(below).slice(0, 2)]), adds: [] });
    starts.push({ name: 'n0.js', later: r.shuffle(later).slice(0, r.between(0, 2)) });
  }
  const byName = new Map(modules.map((module) => [module.name, module]));
  if (locals.size) addClasses(r, starts, byName, locals);
  modules.forEach((module, at) => files.set(module.name, text(r, module, at, starts)));
  const pages = starts.map(({ name, later }) => {
    const seen = new Set();
    return { start: name, steps: [name, ...later].map((module) => step(module, byName, locals, seen)) };
  });
  return { native, pages };
}

/**
 * An element gets classes of sheets along one way of imports only: of two CSS modules that do not know each other the order
 * is nobody's business (README).
 */
function addClasses(r, starts, byName, locals) {
  for (let box = 0; box < ELEMENTS; box++) {
    const start = r.pick(starts);
    let at = byName.get(start.name);
    let first = true;
    while (at) {
      const own = at.imports.filter((name) => locals.has(name));
      if (own.length && r.chance(0.7)) at.adds.push({ box, from: r.pick(own), own: r.pick(CLASSES) });
      const next = at.imports.filter((name) => byName.has(name));
      if (first) next.push(...start.later);
      first = false;
      at = next.length ? byName.get(r.pick(next)) : null;
    }
  }
}

function text(r, { name, imports, adds }, at, starts) {
  const start = starts.find((start) => start.name === name);
  const lines = imports.map((to) => `import './${to}';`);
  adds.forEach(({ box, from, own }, id) => {
    const { head, value } = r.pick(MENTIONS)(from, own, id) ?? MENTIONS[0](from, own, id);
    lines.push(head, `document.querySelector('.b${box}').classList.add(...${value}.split(' '));`);
  });
  if (start) {
    lines.push(`window.loaders = [${start.later.map((to) => `() => import('./${to}')`).join(', ')}];`, 'window.started = true;');
  } else {
    // Small chunks are merged: some are not small.
    lines.push(`window.m${at} = '${r.chance(0.5) ? 'weight '.repeat(8000) : ''}';`);
  }
  return `${lines.join('\n')}\n`;
}

/** What the language evaluates: sheets in order, and the classes that are added. */
function step(start, byName, locals, seen) {
  const out = { sheets: [], classes: [] };
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    if (!name.endsWith('.css')) {
      const { imports, adds } = byName.get(name);
      imports.forEach(visit);
      for (const { box, from, own } of adds) out.classes.push([box, locals.get(from).composed.get(own)]);
      return;
    }
    // What a sheet composes comes first. What it imports stands within it.
    locals.get(name)?.needs.forEach(visit);
    out.sheets.push(name);
  };
  visit(start);
  return out;
}

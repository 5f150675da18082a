// A graph of style sheets from a seed: sheets that import each other under conditions, linked by a page or imported by
// scripts, some of which are loaded later. Every declaration has a number of its own, so that what an element ends up
// with says which one won.
import { random } from '../graphs/random.mjs';
import { scripts } from './scripts.mjs';

export const ELEMENTS = 6;
const NUMBERS = ['z-index', 'order', 'widows', 'orphans'];
/** Values of several parts, with a number in each. */
const VALUES = {
  'border-left': (n) => `${n}px solid #0${n % 10}${n % 7}`,
  'box-shadow': (n) => `0 -1px ${n}px #000000${10 + (n % 90)}, inset 1px 1px ${n}px red`,
  // Not mixed of `currentcolor`: for the parent's Chromium now and then takes another element's.
  color: (n) => `rgb(${n % 256} ${n % 7} 0)`,
  'background-color': (n) => `oklch(${n % 100}% .1 20)`,
  'font-family': (n) => `"f ${n}" , serif`,
  'grid-template-columns': (n) => `[a b] ${n}px [c] calc(var(--n) * 2px)`,
  'grid-area': (n) => `${n} / span 2 / auto / a`,
  'min-width': (n) => (n % 3 ? `calc(${n}px * 2 - (var(--n) * 1px + 1px) / 2)` : 'initial'),
  opacity: (n) => (n % 3 ? `calc(1 / ${n})` : 'initial'),
  quotes: (n) => `"${n}" "\\2019  " '(' ")"`,
  transform: (n) => `translateX( ${n}px ) rotate(.25turn) scale(var(--n))`,
};
/** What is compared. */
export const PROPERTIES = [...NUMBERS, ...Object.keys(VALUES)];

const LAYERS = ['base', 'ui', 'base.deep', 'late'];
const MEDIA = ['screen', '(min-width: 1px) and (max-width: 9999px)', '(max-width: 1px) and (min-width: 9px)', 'print', '(min-width: 1px)', '(max-width: 1px)', 'screen and (min-height: 1px)', 'not print', 'print, screen'];
const SUPPORTS = ['display: grid', 'not (display: grid)', 'nothing: known', '(display: grid) and (order: 1)', '(nothing: known) or (not (order: x))'];

/**
 * `files`: name to text. `pages`: what is compared, one after the other. Of each `links`, what it links in order, or `start`,
 * the module that it runs, with `steps`: what becomes of it at first and with every later `import()`, as sheets to
 * link (of CSS modules those in `native`) and classes to add.
 */
export function generate(seed) {
  const r = random(seed);
  const scripted = r.chance(0.6);
  const count = scripted ? r.between(2, 6) : r.between(2, 9);
  const names = Array.from({ length: count }, (_, at) => (r.chance(0.2) ? `deep/s${at}.css` : `s${at}.css`));
  const files = new Map();
  let number = 0;
  const next = () => (number += 1);
  names.forEach((name, at) => files.set(name, sheet(r, names, at, next)));
  if (!scripted) {
    const roots = r.shuffle(names).slice(0, r.between(1, Math.min(3, count)));
    return { files, native: new Map(), pages: [{ links: roots.includes(names[0]) ? roots : [names[0], ...roots] }] };
  }
  return { files, ...scripts(r, names, files, next) };
}

function sheet(r, names, at, number) {
  const own = names[at];
  const out = [];
  if (r.chance(0.2)) out.push(`@layer ${r.shuffle(LAYERS).slice(0, r.between(1, 3)).join(', ')};`);
  const imports = r.pick([0, 0, 1, 1, 2, 3]);
  for (let left = imports; left > 0; left--) {
    // Mostly downwards: a circle now and then.
    const to = r.chance(0.06) ? r.pick(names) : names[r.between(Math.min(at + 1, names.length - 1), names.length - 1)];
    if (to === own && !r.chance(0.3)) continue;
    out.push(`@import ${spelling(r, own, to)}${conditions(r)};`);
  }
  if (r.chance(0.15)) out.push(`@layer ${r.shuffle(LAYERS).slice(0, 2).join(', ')};`);
  for (let left = r.between(0, 4); left > 0; left--) out.push(block(r, number, 0));
  return apart(`${out.join('\n')}\n`, at);
}

/**
 * Chromium remembers what `:has()` found by the text of its argument, and so takes the `&` of one rule for that of another. A class
 * that no element has makes each text another.
 */
function apart(text, at) {
  let count = 0;
  return text.replaceAll(':has(&)', () => `:has(&:not(.no${at}-${(count += 1)}))`);
}

function spelling(r, own, to) {
  const up = own.startsWith('deep/') ? (to.startsWith('deep/') ? `./${to.slice(5)}` : `../${to}`) : `./${to}`;
  return r.pick([`'${up}'`, `"${up}"`, `url(${up})`, `url("${up}")`]);
}

function conditions(r) {
  let out = '';
  if (r.chance(0.3)) out += r.chance(0.3) ? ' layer' : ` layer(${r.pick(LAYERS)})`;
  if (r.chance(0.15)) out += ` supports(${r.pick(SUPPORTS)})`;
  if (r.chance(0.25)) out += ` ${r.pick(MEDIA)}`;
  return out;
}

function block(r, number, depth) {
  const wrap = depth < 2 && r.chance(0.35);
  if (!wrap) return rule(r, number);
  const inside = Array.from({ length: r.between(1, 2) }, () => block(r, number, depth + 1)).join(' ');
  const prelude = r.pick([() => `@media ${r.pick(MEDIA)}`, () => `@supports (${r.pick(SUPPORTS)})`, () => `@layer ${r.pick(LAYERS)}`, () => '@layer']);
  return `${prelude()} { ${inside} }`;
}

function rule(r, number) {
  const b = r.int(ELEMENTS);
  const other = (b + 1) % ELEMENTS;
  const selector = r.pick([
    `.b${b}`,
    `.b${b}`,
    `.b${b}`,
    `div.b${b}`,
    '.all',
    `:where(.b${b})`,
    `.b${b}, .b${other}`,
    `:is(.b${b}, .b${other}, .b${b})`,
    `:is(.b${b}, div), .b${b}`,
    `.b${b} > .in`,
    '#boxes .all',
  ]);
  if (r.chance(0.08)) return twins(r, number, b, other);
  const one = `${selector} { ${inside(r, number, 0)} }`;
  if (selector.includes(',') || !r.chance(0.4)) return one;
  // Neighbours that start alike.
  const like = () => `${selector}${r.pick(['.all', ':not(.in)', ' .in', ' > i', ' + div', ' ~ .all .in', ':has(.in) i'])}`;
  const more = Array.from({ length: r.between(1, 3) }, () => `${r.chance(0.2) ? `${like()}, ` : ''}${like()} { ${inside(r, number, 2)} }`);
  return [...(r.chance(0.7) ? [one] : []), ...more].join(' ');
}

/**
 * Neighbours that say the same, of selectors that Chromium knows, forgives or drops the rule for. None is in a list with
 * others where Chromium drops it: lightningcss makes rules of their own of those.
 */
function twins(r, number, b, other) {
  const same = declarations(r, number);
  const selectors = [`.b${b}`, `div.b${other}`, `.all, .b${b}::-webkit-nothing`, `.b${b}::-moz-nothing`, `.b${other}::-ms-track`, `.b${other}:nothing`, `.b${b}:nothing`, `.b${b}::before, .b${other}`];
  return r.shuffle(selectors).slice(0, r.between(2, 4)).map((selector) => `${selector} { ${same} }`).join(' ');
}

/** Declarations, rules that are nested among them or stand alone, and conditions around both. */
function inside(r, number, depth) {
  const nested = depth < 3 && r.chance(0.3);
  const out = nested && r.chance(0.5) ? [] : [declarations(r, number)];
  if (!nested) return out.join(' ');
  for (let left = r.between(1, 2); left > 0; left--) {
    const prelude = r.pick([
      '& .in',
      '> .in',
      '.in',
      'i',
      '&.all',
      '&:not(.b0)',
      '& > i, & + .all',
      '+ div',
      '~ .all, .in',
      '#boxes &',
      '.all:has(&)',
      ':is(i, .in)',
      '&',
      `@media ${r.pick(MEDIA)}`,
      `@supports (${r.pick(SUPPORTS)})`,
    ]);
    out.push(`${prelude} { ${inside(r, number, depth + 1)} }`);
    if (r.chance(0.2)) out.push(declarations(r, number));
  }
  return out.join(' ');
}

export function declarations(r, number) {
  const names = r.shuffle(r.chance(0.5) ? NUMBERS : Object.keys(VALUES)).slice(0, r.between(1, 2));
  const one = (name) => `${name}: ${(VALUES[name] ?? String)(number())}${r.chance(0.08) ? ' !important' : ''};`;
  const out = names.map(one);
  if (r.chance(0.1)) out.push(r.pick(out));
  // What a variable replaces, be it valid or not, and what no browser reads any more.
  if (r.chance(0.1)) out.push(`order: var(--n${r.pick(['', ', x', 'o, 3', 'o'])})${r.chance(0.2) ? ' !important' : ''};`);
  if (r.chance(0.1)) out.unshift(`-ms-order: ${number()}; -o-order: 1; order: ${number()};`);
  return out.join(' ');
}

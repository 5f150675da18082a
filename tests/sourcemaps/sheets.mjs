// What the maps of built style sheets say, held against the texts: every word of a selector, every at-rule and every name of
// a property. The reader of CSS here has nothing in common with the compiler's.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from './build.mjs';
import { judgeMap, lookup, readMap } from './map.mjs';

const TOKEN = /\/\*[\s\S]*?(?:\*\/|$)|\s+|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|url\(\s*[^"'\s)][^)]*\)|[#@.]?(?:--|-?(?:[A-Za-z_\u0080-\uffff]|\\.))(?:[\w\u0080-\uffff-]|\\.)*\(?|[+-]?\d*\.?\d+(?:e[+-]?\d+)?(?:%|[A-Za-z]+)?|#[\w-]+|::?|[\s\S]/gi;
const FORGIVING = new Set([':is(', ':where(', ':-webkit-any(', ':-moz-any(', ':global(', ':local(']);

/** Numbers of three digits stand in one declaration only, or in several that become one. */
const numbers = (text) => (text ?? '').match(/(?<![\d.])\d{3}(?!\d)/g) ?? [];

/** `-webkit-x` and `x` are one. */
const unprefixed = (name) => name.replace(/^(:*)-(?!-)\w+-/, '$1');

/** Words of preludes, names of at-rules and of properties, in order, each with its place, and for properties the value. */
export function sheetTokens(text) {
  const all = [...text.matchAll(TOKEN)].filter(([token]) => !/^(\/\*|\s)/.test(token)).map(({ 0: token, index }) => ({ token, index }));
  const out = [];
  const open = [];
  for (let at = 0; at < all.length; ) {
    if (all[at].token === '}' || all[at].token === ';') {
      if (all[at].token === '}') open.pop();
      at += 1;
      continue;
    }
    const start = at;
    const custom = open.length && all[at].token.startsWith('--') && all[at + 1]?.token === ':';
    for (let depth = 0; at < all.length; at += 1) {
      const { token } = all[at];
      if (!depth && (token === ';' || token === '}' || (token === '{' && !custom))) break;
      if (/[([{]$/.test(token) && !/^["']/.test(token) && !/^url\(.*\)$/.test(token)) depth += 1;
      if (/^[)\]}]$/.test(token)) depth -= 1;
    }
    const opens = all[at]?.token === '{';
    const statement = all.slice(start, at);
    const first = statement[0];
    // What is set in the block, and in blocks in it too; filled in as it is read.
    const inside = { own: [], all: [] };
    if (first?.token.startsWith('@')) out.push({ kind: 'at', value: unprefixed(first.token.slice(1).replace('(', '').toLowerCase()), at: first.index });
    else if (opens) prelude(statement, out, inside);
    else if (open.length && statement[1]?.token.startsWith(':')) {
      const found = numbers(statement.map(({ token }) => token).join(' '));
      open.at(-1).own.push(...found);
      for (const block of open) block.all.push(...found);
      out.push({ kind: 'property', value: first.token, at: first.index, set: statement.slice(2).map(({ token }) => token.toLowerCase()).join(' ') });
    }
    if (opens) {
      open.push(inside);
      at += 1;
    }
  }
  return out;
}

const STEPS = { '0%': 'from', '100%': 'to' };

function prelude(statement, out, inside) {
  for (let at = 0; at < statement.length; at += 1) {
    const { token, index } = statement[at];
    const push = (value) => out.push({ kind: 'word', value, at: index, inside });
    if (/^[.#][^\d]/.test(token)) push(token);
    else if (/^::?$/.test(token)) {
      const name = statement[++at]?.token.toLowerCase() ?? '';
      if (!FORGIVING.has(`:${name}`)) push(`:${unprefixed(name)}`);
    } else if (token === '[') push(`[${statement[++at]?.token.toLowerCase()}`);
    else if (/^\d+%$/.test(token)) push(STEPS[token] ?? token);
    else if (/^[a-z][\w-]*$/i.test(token) && statement[at - 1]?.token !== '=') push(token.toLowerCase());
  }
}

const plain = (text) => text.replaceAll('\\', '');
/** Words that compilers write in place of each other. */
const SAME = [new Set([':nth-child(', ':first-child'])];

function compare(token, segment, map, source) {
  const own = segment[0] === token.column;
  const offset = source.starts[segment[2]] + segment[3];
  const there = source.tokens.get(offset);
  const name = own && segment[4] >= 0 ? map.names[segment[4]] : null;
  const value = name && token.value.startsWith('.') ? `.${name}` : (name ?? token.value);
  if (!own) return ['inherited', there];
  if (!there) return ['wrong', there];
  if (there.kind === token.kind && plain(there.value) === plain(value)) return [name ? 'renamed' : 'exact', there];
  if (token.kind === 'property' && there.kind === 'property') {
    const [one, other] = [token.value, there.value].map(unprefixed);
    return [one === other ? 'exact' : 'construct', there];
  }
  if (token.kind === 'word' && there.kind === 'word' && SAME.some((set) => set.has(value) && set.has(there.value))) return ['construct', there];
  return [token.kind === there.kind && token.kind === 'word' ? 'wrong' : 'construct', there];
}

class Source {
  constructor(text) {
    this.text = text;
    const ends = [...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length);
    this.starts = [0, ...ends];
    this.tokens = new Map(sheetTokens(text).map((token) => [token.at, token]));
  }
}

/** One sheet: a verdict for each token. */
export function judgeSheet(sheet, { map, lines }) {
  const sources = map.sourcesContent.map((text) => new Source(text));
  const starts = new Source(sheet).starts;
  return sheetTokens(sheet).map((token) => {
    const line = starts.findLastIndex((start) => start <= token.at);
    Object.assign(token, { line, column: token.at - starts[line] });
    const segment = lookup(lines, line, token.column);
    if (!segment || segment[1] < 0) return { token, verdict: 'unmapped' };
    const [verdict, there] = compare(token, segment, map, sources[segment[1]]);
    const source = `${map.sources[segment[1]]}:${segment[2] + 1}:${segment[3] + 1}`;
    return { token, verdict, there, source };
  });
}

const readable = ({ token, verdict, there, source }, sheet) => `${verdict}: ${JSON.stringify(sheet.slice(Math.max(0, token.at - 25), token.at))}⟦${sheet.slice(token.at, token.at + 30)} → ${source ?? 'nowhere'} ${there?.value ?? ''} ${there?.set ?? ''}`;

/** A build's sheets. `marked`: numbers say which declaration is which. */
function judgeFolder(label, folder, marked, show) {
  const files = readdirSync(folder, { recursive: true }).map(String).sort();
  const sheets = files.filter((file) => file.endsWith('.css') && files.includes(`${file}.map`));
  const failures = sheets.length ? [] : [`${label}: no sheet has a map`];
  const counts = {};
  const [bad, stray] = [[], []];
  for (const file of sheets) {
    const sheet = readFileSync(join(folder, file), 'utf8');
    const read = readMap(join(folder, `${file}.map`));
    for (const problem of judgeMap(read, sheet, `${basename(file)}.map`)) failures.push(`${label}: ${file}: ${problem}`);
    for (const judged of judgeSheet(sheet, read)) {
      if (judged.token.kind === 'property' && marked && judged.there?.kind === 'property') {
        const known = numbers(judged.there.set);
        if (numbers(judged.token.set).some((number) => !known.includes(number) && known.length)) judged.verdict = 'wrong';
      }
      // Conditions of imports stand in no sheet as at-rules.
      if (judged.verdict === 'unmapped' && judged.token.kind !== 'at') stray.push(readable(judged, sheet));
      const [made, written] = [judged.token.inside?.own ?? [], judged.there?.inside?.all ?? []];
      if (marked && judged.token.kind === 'word' && made.length && written.length && !made.some((number) => written.includes(number))) judged.verdict = 'wrong';
      counts[judged.verdict] = (counts[judged.verdict] ?? 0) + 1;
      if (judged.verdict === 'wrong' || (show > 0 && judged.verdict !== 'exact' && judged.verdict !== 'renamed')) bad.push(readable(judged, sheet));
    }
  }
  console.log(`${label}: ${Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`);
  for (const text of bad.slice(0, Math.max(show, 3))) console.log(`  ${text}`);
  const lost = stray.length;
  if (lost) failures.push(`${label}: ${lost} words and properties lead nowhere, such as ${stray[0]}`);
  if (counts.wrong) failures.push(`${label}: ${counts.wrong} places are wrong`);
  return failures;
}

const folder = join(import.meta.dirname, 'sheets');
const TARGETS = { new: 'chrome130', earlier: 'chrome111,firefox114,safari16.4', old: 'chrome80,safari13' };

export function sheets(plimsoll, outdir, storefront, show) {
  const failures = [];
  for (const mode of ['off', 'on']) {
    for (const [name, target] of Object.entries(TARGETS)) {
      const out = join(outdir, 'sheets', mode, name);
      build(plimsoll, { entry: join(folder, 'entry.js'), cwd: folder }, mode, out, ['--target', target]);
      failures.push(...judgeFolder(`sheets ${mode} ${name}`, out, true, show));
    }
    if (!storefront) continue;
    const out = join(outdir, 'sheets', mode, 'storefront');
    build(plimsoll, { entry: storefront, cwd: storefront }, mode, out, ['--target', TARGETS.earlier]);
    failures.push(...judgeFolder(`sheets ${mode} storefront`, out, false, show));
  }
  return failures;
}

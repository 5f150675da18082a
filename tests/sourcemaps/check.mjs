// node check.mjs --plimsoll FILE [--only CASE,…] [--mode MODE,…] [--show N] [--all] [--keep DIR] [--chromium FILE]
// node check.mjs --dir DIR [--show N] [--all]   scripts that are built already
//
// --show N: examples of each kind of mistake; --all: also of tokens that lead to the start of another token.
//
// Looks up every identifier, property name, string and number of bundles in their source maps, judges the maps as such,
// and reads where errors were thrown from stack traces of Node and, with --chromium, of Chromium; words of selectors and
// names of properties of style sheets likewise. Tokens are exact (the same in the source), renamed, at the start of
// another token ("construct"), wrong, or unmapped, as what the bundler writes itself should be; "own segment": the map
// mentions the very place of the token; "without name": renamed, and the map does not say from what.
// Exit status 0: as it should be; 1: not; 2: bad usage.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, cases, installed, MODES, scripts } from './build.mjs';

function usage(message) {
  console.error(`sourcemaps: ${message}\nusage: node check.mjs --plimsoll FILE [--only CASE,…] [--mode MODE,…] [--show N] [--all] [--keep DIR] [--chromium FILE] | --dir DIR [--show N] [--all]`);
  process.exit(2);
}

function read() {
  const text = { type: 'string' };
  const options = { plimsoll: text, dir: text, only: text, mode: text, keep: text, chromium: text, show: { ...text, default: '3' }, all: { type: 'boolean', default: false } };
  try {
    const { values } = parseArgs({ options });
    if (!values.plimsoll && !values.dir) usage('--plimsoll is missing');
    if (values.dir && !existsSync(values.dir)) usage(`${values.dir} is no folder`);
    return values;
  } catch (error) {
    return usage(error.message);
  }
}

const options = read();
installed(import.meta.dirname);
// Both need what has just been installed.
const { count, judgeTokens, tell, VERDICTS } = await import('./judge.mjs');
const { judgeMap, readMap } = await import('./map.mjs');
const { sheets } = await import('./sheets.mjs');
const { stacks } = await import('./stacks.mjs');

const failures = [];
const rows = [];

const kind = ({ verdict, why, own }) => `${verdict}${own ? '' : ', inherited'}${why && `, ${why}`}`;

/** Verdicts and reasons by how many tokens have them, with examples. */
function explain(label, found) {
  const classes = new Map();
  for (const one of found) classes.set(kind(one), [...(classes.get(kind(one)) ?? []), one]);
  for (const [name, members] of [...classes].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`${label}: ${members.length} × ${name}`);
    for (const one of members.slice(0, Number(options.show))) console.log(`  ${tell(one)}`);
  }
}

/** All scripts of a folder. */
function judgeFolder(label, folder) {
  const files = scripts(folder);
  if (!files.length) failures.push(`${label}: no script has a map`);
  const all = files.flatMap((file) => {
    const script = readFileSync(file, 'utf8');
    const map = readMap(`${file}.map`);
    for (const problem of judgeMap(map, script, `${basename(file)}.map`)) failures.push(`${label}: ${basename(file)}: ${problem}`);
    return judgeTokens(script, map);
  });
  const counts = count(all);
  rows.push([label, counts]);
  const wrong = all.filter(({ verdict }) => verdict === 'wrong').length;
  if (wrong) failures.push(`${label}: ${wrong} tokens are wrong`);
  explain(label, all.filter(({ verdict }) => ['wrong', 'unmapped', ...(options.all ? ['construct'] : [])].includes(verdict)));
}

function table() {
  const percent = (part, whole) => `${((100 * part) / whole).toFixed(2)} %`;
  console.log(`\n| bundle | tokens | ${VERDICTS.join(' | ')} | own segment | without name |\n| --- |${' --: |'.repeat(VERDICTS.length + 3)}`);
  for (const [label, counts] of rows) {
    const parts = [...VERDICTS, 'own', 'unnamed'].map((name) => percent(counts[name], counts.tokens));
    console.log(`| ${label} | ${counts.tokens} | ${parts.join(' | ')} |`);
  }
}

async function buildAll(place) {
  const plimsoll = resolve(options.plimsoll);
  const chosen = (list, name) => !list || list.split(',').includes(name);
  const modes = options.mode?.split(',') ?? MODES;
  for (const { name, entry } of cases(place).filter(({ name }) => chosen(options.only, name))) {
    const from = entry();
    for (const mode of modes) {
      const out = join(place, name, mode);
      build(plimsoll, from, mode, out);
      judgeFolder(`${name} ${mode}`, out);
    }
  }
  const storefront = chosen(options.only, 'storefront') && cases(place)[0].entry().entry;
  if (chosen(options.only, 'sheets')) failures.push(...sheets(plimsoll, place, storefront, options.all ? Number(options.show) : 0));
  if (chosen(options.only, 'stacks')) failures.push(...(await stacks(plimsoll, join(place, 'stacks'), modes, options.chromium)));
}

if (options.dir) {
  judgeFolder(options.dir, resolve(options.dir));
} else {
  const place = options.keep ? resolve(options.keep) : mkdtempSync(join(tmpdir(), 'plimsoll-maps-'));
  try {
    await buildAll(place);
  } finally {
    if (!options.keep) rmSync(place, { recursive: true, force: true });
  }
}
table();
for (const failure of failures) console.log(`failed: ${failure}`);
process.exitCode = failures.length ? 1 : 0;

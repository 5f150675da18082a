// node run.mjs --plimsoll FILE [--seeds N] [--from N] [--these SEED,…] [--formats] [--manual] [--keep DIR] [--without TAG,…] [--only WAY] [--lanes N]
// node run.mjs --plimsoll FILE --cases [--folder DIR]   kept graphs, of cases/ or DIR
// node run.mjs --native [--seeds N]   no builds: the same log twice, and what the graphs have
// node run.mjs --print SEED   the sources of one seed
//
// Not compared, since no bundler can say it: which names of CommonJS the lexer of Node finds (see realm.mjs), what sloppy
// code does in an output that is strict, and graphs in which Node 20 fails by itself (counted as "broken": an import of
// CommonJS that threw when it was required).
//
// --keep writes every failing graph there, as small as it gets in --budget tries; --without leaves out statements with
// these tags (see generate.mjs); --formats adds cjs and iife for graphs of one entry without top-level await; --manual has
// the ways with named chunks instead of all others.
//
// Makes module graphs from seeds, bundles them in every way, and compares what the bundles log with what Node logs for
// the sources. Exit status 0: all the same; 1: differences, each said with its seed; 2: bad usage.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generate, traits } from './generate.mjs';
import { difference, FORMATS, heard, Lane, MANUAL, wayOf, WAYS } from './lane.mjs';
import { entriesOf, print, prune } from './model.mjs';
import { shrink } from './shrink.mjs';

const here = dirname(fileURLToPath(import.meta.url));

function usage(message) {
  console.error(`graphs: ${message}\nusage: node run.mjs --plimsoll FILE [--seeds N] [--from N] [--these SEED,…] [--formats] [--manual] [--keep DIR] [--without TAG,…] [--only WAY] [--lanes N] [--cases [--folder DIR]] [--native] [--quiet] [--budget N] [--print SEED]`);
  process.exit(2);
}

function read() {
  const options = {
    plimsoll: { type: 'string' }, these: { type: 'string' }, seeds: { type: 'string', default: '60' }, from: { type: 'string', default: '1' },
    formats: { type: 'boolean', default: false }, manual: { type: 'boolean', default: false }, keep: { type: 'string' }, without: { type: 'string', default: '' },
    only: { type: 'string' }, lanes: { type: 'string', default: '2' }, cases: { type: 'boolean', default: false },
    native: { type: 'boolean', default: false }, print: { type: 'string' }, quiet: { type: 'boolean', default: false },
    budget: { type: 'string', default: '400' }, folder: { type: 'string', default: join(here, 'cases') },
  };
  try {
    const { values } = parseArgs({ options });
    if (!values.plimsoll && !values.native && !values.print) usage('--plimsoll is missing');
    if (values.plimsoll) values.plimsoll = resolve(values.plimsoll);
    values.without = values.without.split(',').filter(Boolean);
    return values;
  } catch (error) {
    return usage(error.message);
  }
}

const options = read();
const counts = { graphs: 0, stuck: 0, broken: 0, invalid: 0, unstable: 0 };
const seen = {};
const failures = [];

/** The way a difference shows, so that shrinking does not wander off to another one. */
const kind = (found) => (found.actual === 'the build failed' ? 'build' : found.actual === 'never settled' || found.actual === 'never returned' ? 'stuck' : /^entry threw SyntaxError/.test(found.actual) ? 'syntax' : 'log');

const waysFor = (entries, topAwait) => {
  const usual = options.manual ? MANUAL : WAYS;
  const names = Object.keys(usual).concat(options.formats && entries.length === 1 && !topAwait ? Object.keys(FORMATS) : []);
  const suits = (name) => !wayOf(name).single || (options.formats && entries.length === 1 && !topAwait);
  return names.filter((name) => suits(name) && (!options.only || name.startsWith(options.only)));
};

const invalid = (logs) => logs.shared.concat(logs.alone).flat().some((line) => /threw SyntaxError/.test(line));
// Node itself fails: nothing to compare with.
const broken = (logs) => logs.shared.concat(logs.alone).flat().some((line) => /a bug of Node|^the process ended$/.test(line));
const stuck = (logs) => logs.shared.concat(logs.alone).flat().some((line) => /^never/.test(line));

/** Milliseconds that a promise has, and has when the machine may have been busy the first time. */
const [WAIT, LONG_WAIT] = [1000, 15000];

async function bundled(lane, place, entries, way) {
  const actual = await lane.bundled(place, entries, way, WAIT);
  const never = actual.flat().some((line) => /^never/.test(line));
  if (!never) return actual;
  // A process of its own: modules are cached by path.
  lane.stop();
  return lane.bundled(place, entries, way, LONG_WAIT);
}

/** Whether `graph` still differs in this way. */
async function differs(lane, graph, way, like) {
  const place = lane.write(print(graph));
  const entries = entriesOf(graph);
  const expected = await lane.native(place, entries, 400);
  if (stuck(expected) || broken(expected) || invalid(expected)) return null;
  const actual = await lane.bundled(place, entries, way, 400);
  const found = difference(heard(expected[wayOf(way).shared ? 'shared' : 'alone'], way), heard(actual, way), way);
  return found && kind(found) === like ? { found, expected, actual, entries } : null;
}

function keep(name, graph, way, result) {
  const folder = join(options.keep, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of print(graph)) writeFileSync(join(folder, file), text);
  const expected = { entries: result.entries, topAwait: traits(graph).tla, shared: result.expected.shared, alone: result.expected.alone };
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  writeFileSync(join(folder, 'actual.json'), `${JSON.stringify({ way, actual: result.actual, found: result.found }, null, 2)}\n`);
}

function tell(name, way, found) {
  console.log(`${name}: ${way}, entry ${found.entry + 1}, line ${found.line + 1}\n  expected ${found.expected}\n  actual   ${found.actual}`);
}

/** All ways of one graph. `known`: why it still differs; then it must. */
async function judge(lane, name, place, entries, topAwait, expected, known) {
  const found = [];
  for (const way of waysFor(entries, topAwait)) {
    const actual = await bundled(lane, place, entries, way);
    const first = difference(heard(expected[wayOf(way).shared ? 'shared' : 'alone'], way), heard(actual, way), way);
    if (first) found.push({ way, found: first });
  }
  if (known) {
    if (found.length) return found;
    console.log(`${name}: is said to differ and does not: remove "known"`);
    failures.push({ name, ways: ['known'] });
  } else if (found.length) {
    failures.push({ name, ways: found.map(({ way }) => way) });
    if (!options.quiet) for (const one of found) tell(name, one.way, one.found);
  }
  return found;
}

async function seed(lane, number) {
  const graph = prune(generate(number), options.without);
  const entries = entriesOf(graph);
  const has = traits(graph);
  const place = lane.write(print(graph));
  const expected = await lane.native(place, entries, WAIT);
  counts.graphs += 1;
  for (const [name, value] of Object.entries(has)) seen[name] = (seen[name] ?? 0) + Number(value);
  if (invalid(expected)) {
    counts.invalid += 1;
    return console.log(`seed ${number}: not a valid program`);
  }
  if (stuck(expected) || broken(expected)) {
    counts[stuck(expected) ? 'stuck' : 'broken'] += 1;
    return undefined;
  }
  if (options.native) {
    const again = await lane.native(lane.write(print(graph)), entries, WAIT);
    const found = difference(expected.shared.concat(expected.alone), again.shared.concat(again.alone));
    if (found) {
      counts.unstable += 1;
      tell(`seed ${number}`, 'not the same twice', found);
    }
    return undefined;
  }
  const found = await judge(lane, `seed ${number}`, place, entries, has.tla, expected);
  if (!found.length || !options.keep) return undefined;
  const { way, found: first } = found[0];
  const like = kind(first);
  const small = await shrink(graph, (candidate) => differs(lane, candidate, way, like), Number(options.budget));
  const result = await differs(lane, small, way, like);
  if (result) keep(`seed-${number}`, small, way, result);
  return undefined;
}

async function kept(lane, name) {
  const folder = join(options.folder, name);
  const { entries, topAwait, known, ...expected } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const place = lane.copyOf(folder);
  const native = await lane.native(place, entries, WAIT);
  const wrong = difference(expected.shared.concat(expected.alone), native.shared.concat(native.alone));
  counts.graphs += 1;
  if (wrong) {
    failures.push({ name, ways: ['native'] });
    return tell(name, 'native', wrong);
  }
  return judge(lane, name, place, entries, topAwait, expected, known);
}

const folders = (place) => readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();

async function main() {
  if (options.print) {
    for (const [file, text] of print(prune(generate(Number(options.print)), options.without))) console.log(`// ${file}\n${text}`);
    return;
  }
  const seeds = options.these?.split(',').map(Number) ?? Array.from({ length: Number(options.seeds) }, (_, i) => Number(options.from) + i);
  const tasks = options.cases
    ? folders(options.folder).map((name) => (lane) => kept(lane, name))
    : seeds.map((number) => (lane) => seed(lane, number));
  const folder = join(tmpdir(), `plimsoll-graphs-${process.pid}`);
  const start = Date.now();
  const lanes = Array.from({ length: Number(options.lanes) }, (_, i) => new Lane(join(folder, String(i)), options.plimsoll));
  let next = 0;
  await Promise.all(lanes.map(async (lane) => {
    while (next < tasks.length) await tasks[next++](lane);
    lane.stop();
  }));
  rmSync(folder, { recursive: true, force: true });
  const ways = {};
  for (const way of failures.flatMap((failure) => failure.ways)) ways[way] = (ways[way] ?? 0) + 1;
  console.log(JSON.stringify({ ...counts, failed: failures.length, ways, milliseconds: Date.now() - start, has: seen }));
  process.exitCode = failures.length || counts.invalid || counts.unstable ? 1 : 0;
}

await main();

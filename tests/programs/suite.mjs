// node suite.mjs --suite DIR --plimsoll FILE [--filter TEXT] [--limit N] [--ways LIST] [--keep DIR] [--lanes N]
//
// Runs the `expect_stdout` cases of a public suite for compressors: files of labelled blocks, each with an `input` (a
// statement of code) and the text that it prints. DIR is a folder of such files, as the suites of terser and uglify-js
// keep them in `test/compress`; nothing of them is stored here.
//
// A case counts if Node prints the expected text for the input as it is. Each way builds all inputs of a file at once,
// as entries of their own, and runs every output. Options of a case are not read: they are another tool's.
//
// Exit status 0: all the same; 1: differences, each said with its case; 2: bad usage.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { parse } = createRequire(new URL('../sourcemaps/package.json', import.meta.url))('acorn');

/** Milliseconds that a program may take. */
const LIMIT = 20000;

const WAYS = {
  plain: ['--no-minify'],
  fast: ['--minify=fast'],
  minified: ['--minify'],
  max: ['--minify=max'],
};

function usage(message) {
  console.error(`suite: ${message}\nusage: node suite.mjs --suite DIR --plimsoll FILE [--filter TEXT] [--limit N] [--ways ${Object.keys(WAYS).join(',')}] [--keep DIR] [--lanes N]`);
  process.exit(2);
}

function read() {
  const options = {
    suite: { type: 'string' }, plimsoll: { type: 'string' }, filter: { type: 'string', default: '' }, limit: { type: 'string', default: 'Infinity' },
    ways: { type: 'string', default: Object.keys(WAYS).join(',') }, keep: { type: 'string' }, lanes: { type: 'string', default: '2' },
  };
  try {
    const { values } = parseArgs({ options });
    if (!values.suite || !existsSync(values.suite)) usage('--suite is not a folder');
    if (!values.plimsoll) usage('--plimsoll is missing');
    values.plimsoll = resolve(values.plimsoll);
    values.ways = values.ways.split(',');
    const unknown = values.ways.find((way) => !WAYS[way]);
    if (unknown) usage(`no way is called ${unknown}`);
    return values;
  } catch (error) {
    return usage(error.message);
  }
}

/** The text that a literal, or a list of them, stands for; `true` if only that nothing changes is asked. */
function expected(node) {
  if (!node) return undefined;
  if (node.type === 'Literal') return node.value === true || typeof node.value === 'string' ? node.value : undefined;
  const texts = node.type === 'ArrayExpression' ? node.elements.map((element) => element?.value) : [];
  return texts.length && texts.every((text) => typeof text === 'string') ? texts.join('\n') : undefined;
}

/** Labelled blocks: from a label at the start of a line to a brace there. */
const blocks = (text) => text.match(/^\w+: *\{\n[^]*?^\}/gm) ?? [];

function caseOf(text, file) {
  let test;
  try {
    const options = { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true, allowAwaitOutsideFunction: true };
    [test] = parse(text, options).body;
  } catch {
    // Code of one language only, or modules, which are not read as blocks.
    return [];
  }
  let input, stdout;
  for (const node of test.body.body) {
    if (node.type === 'LabeledStatement' && node.label.name === 'input') {
      input = node.body.type === 'BlockStatement' ? text.slice(node.body.start + 1, node.body.end - 1) : text.slice(node.body.start, node.body.end);
    }
    if (node.type === 'LabeledStatement' && node.label.name === 'expect_stdout') stdout = expected(node.body.expression);
  }
  return input === undefined || stdout === undefined ? [] : [{ name: `${basename(file)}:${test.label.name}`, input, stdout }];
}

const casesOf = (file) => blocks(readFileSync(file, 'utf8')).flatMap((text) => caseOf(text, file));

const run = (file) =>
  new Promise((done) => {
    const child = spawn(process.execPath, ['--no-warnings', file], { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT, killSignal: 'SIGKILL' });
    let out = '';
    let problem = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (problem += data));
    child.on('close', (code, signal) => done({ out, problem, failed: code !== 0, slow: signal !== null }));
  });

async function lanes(count, jobs, work) {
  const queue = jobs.slice();
  const lane = async () => {
    while (queue.length) await work(queue.shift());
  };
  await Promise.all(Array.from({ length: count }, lane));
}

/** How a program ends: what it prints, and the kind of its error if it fails. */
const told = (result) => (result.failed ? `${result.out}[fails: ${/^(?:Uncaught )?(\w*Error)\b/m.exec(result.problem)?.[1] ?? 'otherwise'}]` : result.out);

const options = read();
const folder = join(tmpdir(), `plimsoll-programs-${process.pid}`);
const lanesWanted = Number(options.lanes);
const counts = { cases: 0, left: 0 };
const differences = [];

/** Outputs of one way for the cases of a file; a case that does not build does not keep the others from it. */
function build(cases, way, source, out) {
  const args = (files) => ['build', ...files, '--outdir', out, '--format=cjs', '--platform=node', '--no-splitting', '--log-level=error', '--no-cache', ...WAYS[way]];
  rmSync(out, { recursive: true, force: true });
  const all = spawnSync(options.plimsoll, args(cases.map((item) => item.file)), { cwd: source, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (all.status === 0) return new Map();
  const problems = new Map();
  for (const item of cases) {
    const one = join(out, `only-${item.file}`);
    const result = spawnSync(options.plimsoll, [...args([item.file]).slice(0, 3), one, ...args([]).slice(3)], { cwd: source, encoding: 'utf8', timeout: 60000 });
    if (result.status !== 0) problems.set(item, (result.stderr || result.stdout || `ends with ${result.status ?? result.signal}`).trim().split('\n')[0]);
    item.outputs = { ...item.outputs, [way]: join(one, item.file.replace('.cjs', '.js')) };
  }
  return problems;
}

async function judge(file) {
  const cases = casesOf(file).filter((item) => item.name.includes(options.filter)).slice(0, Number(options.limit));
  if (!cases.length) return;
  const source = join(folder, basename(file, '.js'));
  mkdirSync(source, { recursive: true });
  cases.forEach((item, at) => {
    item.file = `case${at}.cjs`;
    writeFileSync(join(source, item.file), item.input);
  });
  await lanes(lanesWanted, cases, async (item) => {
    const result = await run(join(source, item.file));
    item.told = told(result);
    item.counts = !result.slow && (item.stdout === true || (!result.failed && result.out.trim() === item.stdout.trim()));
  });
  const kept = cases.filter((item) => item.counts);
  counts.cases += kept.length;
  counts.left += cases.length - kept.length;
  for (const way of options.ways) {
    const out = join(folder, 'out');
    const problems = build(kept, way, source, out);
    await lanes(lanesWanted, kept, async (item) => {
      const output = item.outputs?.[way] ?? join(out, item.file.replace('.cjs', '.js'));
      const actual = problems.has(item) ? `[no output: ${problems.get(item)}]` : told(await run(output));
      if (actual === item.told) return;
      differences.push(`${item.name} ${way}`);
      console.log(`${item.name}: ${way}\n  expected ${JSON.stringify(item.told.slice(0, 300))}\n  actual   ${JSON.stringify(actual.slice(0, 300))}`);
      if (options.keep) {
        mkdirSync(options.keep, { recursive: true });
        const name = join(options.keep, item.name.replace(/[^\w.-]/g, '-'));
        writeFileSync(`${name}.cjs`, item.input);
        if (existsSync(output)) writeFileSync(`${name}.${way}.js`, readFileSync(output));
      }
    });
  }
  rmSync(source, { recursive: true, force: true });
}

try {
  for (const file of readdirSync(options.suite).filter((name) => name.endsWith('.js')).sort()) await judge(join(options.suite, file));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify({ ...counts, different: differences.length, cases_that_differ: new Set(differences.map((name) => name.split(' ')[0])).size }));
process.exit(differences.length ? 1 : 0);

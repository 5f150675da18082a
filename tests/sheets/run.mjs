// node run.mjs --plimsoll FILE [--seeds N] [--from N] [--keep DIR] [--chromium PATH] [--lanes N]
// node run.mjs --print SEED
//
// Makes graphs of style sheets from seeds, and compares the computed styles of their page in Chromium as it is with those
// of what plimsoll makes of it, minified and not, also for browsers that have nesting. Where scripts import sheets, the page as it is has a link for each sheet
// in the order in which the language evaluates the imports. Exit status 0: all the same; 1: differences; 2: bad usage.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ELEMENTS, PROPERTIES, generate } from './generate.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = createRequire(join(here, '../browser/visit.mjs'))('playwright-core');
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.png': 'image/png' };
const WAYS = [
  ['plain', ['--no-minify', '--target=esnext']],
  ['minified', ['--minify', '--target=esnext']],
  ['minified for new browsers', ['--minify', '--target=chrome130']],
];
const LIMIT = 15000;

function usage(message) {
  console.error(`sheets: ${message}\nusage: node run.mjs --plimsoll FILE [--seeds N] [--from N] [--keep DIR] [--chromium PATH] [--lanes N] [--print SEED]`);
  process.exit(2);
}

function read() {
  const text = (fallback) => ({ type: 'string', default: fallback });
  const options = { plimsoll: { type: 'string' }, seeds: text('100'), from: text('1'), keep: { type: 'string' }, chromium: text('/usr/bin/chromium'), lanes: text('2'), print: { type: 'string' } };
  try {
    const { values } = parseArgs({ options });
    if (!values.plimsoll && !values.print) usage('--plimsoll is missing');
    return { ...values, plimsoll: values.plimsoll && resolve(values.plimsoll) };
  } catch (error) {
    return usage(error.message);
  }
}

const options = read();

const boxes = `<div id="boxes">${Array.from({ length: ELEMENTS }, (_, at) => `<div class="all b${at}"><i class="all in"></i></div>`).join('')}</div>`;
const page = (head) => `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>sheets</title>\n<style>:root{--n:3}</style>\n${head}\n</head>\n<body>${boxes}</body>\n</html>\n`;
const link = (href) => `<link rel="stylesheet" href="${href}">`;

/** The page as a browser without bundler has it, and as plimsoll gets it. */
function write(folder, { files, links, scripts }) {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  writeFileSync(join(folder, 'native.html'), page((scripts?.first ?? links).map(link).join('\n')));
  writeFileSync(join(folder, 'index.html'), page(scripts ? `<script type="module" src="./${scripts.start}"></script>` : links.map(link).join('\n')));
}

class Lane {
  constructor(browser, folder) {
    Object.assign(this, { browser, folder, root: folder });
    this.server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
      try {
        const bytes = readFileSync(join(this.root, path));
        response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
        response.end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    });
  }

  async open() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.base = `http://127.0.0.1:${this.server.address().port}`;
    this.context = await this.browser.newContext();
  }

  async close() {
    await this.context.close();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** What the elements have, at first and after every later step. */
  async look(root, path, steps, scripts) {
    this.root = root;
    const tab = await this.context.newPage();
    const problems = [];
    tab.on('pageerror', (error) => problems.push(error.message));
    const styles = () => tab.evaluate((names) => [...document.querySelectorAll('.all')].map((box) => names.map((name) => getComputedStyle(box)[name]).join(' ')).join(' / '), PROPERTIES);
    try {
      await tab.goto(`${this.base}/${path}`, { waitUntil: 'load', timeout: LIMIT });
      if (scripts) await tab.waitForFunction(() => window.started, null, { timeout: LIMIT });
      const seen = [await styles()];
      for (const [at, sheets] of steps.entries()) {
        if (scripts) await tab.evaluate((at) => window.loaders[at](), at);
        else await tab.evaluate((sheets) => Promise.all(sheets.map((href) => new Promise((done) => document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: done, onerror: done }))))), sheets);
        seen.push(await styles());
      }
      return [...seen, ...problems];
    } catch (error) {
      return [`failed: ${error.message.split('\n')[0]}`, ...problems];
    } finally {
      await tab.close();
    }
  }

  build(from, to, flags) {
    const common = ['build', 'index.html', `--outdir=${to}`, '--no-cache', '--log-level=error', '--precompress=none', '--service-worker=off', '--headers=none', '--budget=none'];
    return new Promise((done) => {
      const child = spawn(options.plimsoll, [...common, ...flags], { cwd: from, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT });
      let text = '';
      child.stdout.on('data', (data) => (text += data));
      child.stderr.on('data', (data) => (text += data));
      child.on('close', (code) => done(code === 0 ? null : `the build failed (${code}): ${text.trim().split('\n')[0]}`));
    });
  }

  /** Differences of one graph: way, what should be, what is. */
  async judge(graph) {
    const from = join(this.folder, 'from');
    write(from, graph);
    const steps = graph.scripts?.later ?? [];
    const expected = await this.look(from, 'native.html', steps, false);
    const out = [];
    for (const [way, flags] of WAYS) {
      const to = join(this.folder, 'to');
      rmSync(to, { recursive: true, force: true });
      const failed = await this.build(from, to, flags);
      const actual = failed ? [failed] : await this.look(to, 'index.html', steps, graph.scripts !== null);
      if (actual.join('\n') !== expected.join('\n')) out.push({ way, expected, actual });
    }
    return out;
  }
}

async function main() {
  if (options.print) {
    const { files, links, scripts } = generate(Number(options.print));
    for (const [name, text] of files) console.log(`/* ${name} */\n${text}`);
    return console.log(JSON.stringify({ links, scripts }));
  }
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sheets-'));
  const browser = await chromium.launch({ executablePath: options.chromium, args: ARGS });
  const lanes = Array.from({ length: Number(options.lanes) }, (_, at) => new Lane(browser, join(folder, String(at))));
  let next = Number(options.from);
  const end = next + Number(options.seeds);
  let failed = 0;
  await Promise.all(lanes.map(async (lane) => {
    await lane.open();
    while (next < end) {
      const seed = next++;
      const graph = generate(seed);
      const found = await lane.judge(graph);
      if (!found.length) continue;
      failed += 1;
      for (const { way, expected, actual } of found) {
        const at = Math.max(0, expected.findIndex((line, at) => line !== actual[at]));
        console.log(`seed ${seed}: ${way}${graph.scripts ? ', scripts' : ''}, step ${at}\n  expected ${expected[at]}\n  actual   ${actual[at]}`);
      }
      if (options.keep) cpSync(join(lane.folder, 'from'), join(options.keep, `seed-${seed}`), { recursive: true });
    }
    await lane.close();
  }));
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
  console.log(JSON.stringify({ graphs: Number(options.seeds), failed }));
  process.exitCode = failed ? 1 : 0;
}

await main();

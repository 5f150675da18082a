// node run.mjs --plimsoll FILE [--seeds N] [--from N] [--keep DIR] [--chromium PATH] [--lanes N]
// node run.mjs --print SEED
//
// Makes graphs of style sheets from seeds, and compares the computed styles of their page in Chromium as it is with those
// of what plimsoll makes of it, minified and not, also for browsers that have nesting, and with critical styles in the page. Where scripts import sheets, the page
// as it is has a link for each sheet in the order in which the language evaluates the imports, and scripts are built split and
// unsplit; unsplit everything applies from the start, so that only the end is compared. Exit status 0: all the same; 1:
// differences; 2: bad usage.
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
  ['critical', ['--minify', '--target=chrome130', '--critical-css']],
];
const UNSPLIT = [
  ['unsplit', ['--no-minify', '--target=esnext', '--no-splitting']],
  ['unsplit and minified', ['--minify', '--target=chrome130', '--no-splitting']],
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

/** The pages as a browser without bundler has them, and as plimsoll gets them. */
function write(folder, { files, native, pages }) {
  rmSync(folder, { recursive: true, force: true });
  const put = (name, text) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  files.forEach((text, name) => put(name, text));
  native.forEach((text, name) => put(`native.${name}`, text));
  pages.forEach(({ links, start }, at) => {
    put(`native${at}.html`, page((links ?? []).map(link).join('\n')));
    put(`page${at}.html`, page(start ? `<script type="module" src="./${start}"></script>` : links.map(link).join('\n')));
  });
}

/** In the page: sheets are linked, one after the other in the document, and classes added. */
function apply({ sheets, classes }) {
  const add = (href) => new Promise((done) => document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: done, onerror: done })));
  return Promise.all(sheets.map((name) => add(name.startsWith('k') ? `native.${name}` : name))).then(() => {
    for (const [box, names] of classes) document.querySelector(`.b${box}`).classList.add(...names);
  });
}

class Lane {
  constructor(browser, folder) {
    Object.assign(this, { browser, folder, root: folder });
    this.server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
      try {
        const bytes = readFileSync(join(this.root, path));
        response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'cache-control': 'no-store' });
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
    // One tab for all pages: a new one takes longer than what is looked at in it.
    this.tab = await this.context.newPage();
    this.tab.on('pageerror', (error) => this.problems.push(error.message));
  }

  async close() {
    await this.context.close();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** What the elements have, at first and after every later step. `native`: the steps are made by hand. */
  async look(root, path, { steps }, native) {
    this.root = root;
    const { tab } = this;
    const problems = (this.problems = []);
    // Engines print six digits, of which compilers may have rounded the last.
    const rounded = (text) => text.replace(/\d*\.\d{5,}/g, (number) => String(Number(Number(number).toPrecision(5))));
    const styles = async () => rounded(await tab.evaluate((names) => [...document.querySelectorAll('.all')].map((box) => names.map((name) => getComputedStyle(box)[name]).join(' | ')).join(' || '), PROPERTIES));
    try {
      await tab.goto(`${this.base}/${path}`, { waitUntil: 'load', timeout: LIMIT });
      if (!steps) return [await styles(), ...problems];
      if (!native) await tab.waitForFunction(() => window.started, null, { timeout: LIMIT });
      const seen = [];
      for (const [at, step] of steps.entries()) {
        if (native) await tab.evaluate(apply, step);
        else if (at > 0) await tab.evaluate((at) => window.loaders[at](), at - 1);
        seen.push(await styles());
      }
      return [...seen, ...problems];
    } catch (error) {
      return [`failed: ${error.message.split('\n')[0]}`, ...problems];
    }
  }

  build(from, to, pages, flags) {
    const common = ['build', ...pages.map((_, at) => `page${at}.html`), `--outdir=${to}`, '--no-cache', '--log-level=error', '--precompress=none', '--service-worker=off', '--headers=none', '--budget=none'];
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
    const { pages } = graph;
    const all = [];
    for (const [at, page] of pages.entries()) all.push(await this.look(from, `native${at}.html`, page, true));
    const out = [];
    for (const [way, flags] of pages[0].start ? [...WAYS, ...UNSPLIT] : WAYS) {
      const to = join(this.folder, 'to');
      rmSync(to, { recursive: true, force: true });
      const failed = await this.build(from, to, pages, flags);
      for (const [at, page] of pages.entries()) {
        const seen = failed ? [failed] : await this.look(to, `page${at}.html`, page, false);
        const atEnd = way.startsWith('unsplit');
        const [expected, actual] = [all[at], seen].map((list) => (atEnd ? list.slice(-1) : list));
        if (actual.join('\n') !== expected.join('\n')) out.push({ way: `${way}, page ${at}`, expected, actual });
        if (failed) break;
      }
    }
    return out;
  }
}

/** The first property of the first element that differs. */
function difference(expected, actual) {
  const [should, is] = [expected, actual].map((text) => text.split(' || ').map((box) => box.split(' | ')));
  const box = should.findIndex((values, at) => values.join() !== is[at]?.join());
  const at = should[box]?.findIndex((value, at) => value !== is[box]?.[at]) ?? -1;
  if (at < 0 || should.length !== is.length) return `expected ${expected.slice(0, 200)}, is ${actual.slice(0, 200)}`;
  return `element ${box}: ${PROPERTIES[at]} should be ${should[box][at]} and is ${is[box][at]}`;
}

async function main() {
  if (options.print) {
    const { files, native, pages } = generate(Number(options.print));
    for (const [name, text] of files) console.log(`/* ${name} */\n${text.replace(/(weight )+/, '$1')}`);
    for (const [name, text] of native) console.log(`/* native.${name} */\n${text}`);
    return console.log(JSON.stringify(pages));
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
        console.log(`seed ${seed}: ${way}${graph.pages[0].start ? ', scripts' : ''}, step ${at}: ${difference(expected[at] ?? '', actual[at] ?? '')}`);
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

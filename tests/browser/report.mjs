// node report.mjs --file REPORT.html [--chromium PATH] [--shots DIR] [--limit MS]
// node report.mjs --page BUILT.html --modules N [--keep REPORT.html] [...]
//
// Goes through the page that `plimsoll report` writes, in Chromium, light and dark, with axe-core in every part of it.
// `--modules` puts a made-up build of N modules into the page first (always the same); `--modules 0` an empty one.
// One line of JSON on stdout: {"ok":true,"loadMs":…,"violations":[],"problems":[],…}; exit status 0 or 1, 2 for bad usage.
// `loadMs` is what a reader waits, of five loads the one in the middle; `mainThreadMs` hardly knows how busy the machine is.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const TABS = ['overview', 'contents', 'duplicates', 'loading', 'images', 'changes', 'history'];
const LOADS = 5;

function usage(message) {
  console.error(`report: ${message}\nusage: node report.mjs (--file REPORT.html | --page BUILT.html --modules N [--keep FILE]) [--chromium PATH] [--shots DIR] [--limit MS]`);
  process.exit(2);
}

function read() {
  const options = {
    file: { type: 'string' },
    page: { type: 'string' },
    modules: { type: 'string' },
    keep: { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    shots: { type: 'string' },
    limit: { type: 'string' },
  };
  try {
    const { values } = parseArgs({ options });
    if (values.modules ? !values.page : !values.file) usage(values.modules ? '--page is missing' : '--file is missing');
    return values;
  } catch (error) {
    return usage(error.message);
  }
}

/** Numbers from 0 to 1, the same in every run. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS = 'button card chart list table form dialog menu route store query cache parse format date price image cart order search filter account session layout header footer grid tree panel field input theme color motion scroll event worker stream buffer token node graph'.split(' ');
const PACKAGES = 'react react-dom scheduler zustand date-fns recharts d3-shape d3-scale lodash-es @tanstack/query-core @tanstack/react-query zod immer classnames @radix-ui/react-dialog @radix-ui/react-popover markdown-it highlight.js three i18next'.split(' ');

const pick = (list, random) => list[Math.floor(random() * list.length)];

function packagesFor(modules, random) {
  const packages = PACKAGES.map((name) => ({ name, version: `${1 + Math.floor(random() * 18)}.${Math.floor(random() * 20)}.${Math.floor(random() * 9)}`, askedBy: [] }));
  for (let n = 0; n < modules / 60; n++) packages.push({ name: `@vendor/${pick(WORDS, random)}-${pick(WORDS, random)}-${n}`, version: `${Math.floor(random() * 5)}.${n % 10}.0`, askedBy: [] });
  for (const name of ['scheduler', 'lodash-es', 'zod']) packages.push({ name, version: '0.9.1', askedBy: [] });
  return packages;
}

function sourcesFor(modules, packages, random) {
  const sources = [];
  for (let n = 0; n < modules; n++) {
    const owner = n < modules * 0.35 ? -1 : Math.floor(random() ** 2.2 * packages.length);
    const words = [pick(WORDS, random), pick(WORDS, random), pick(WORDS, random)];
    const own = n === 0 ? 'src/main.tsx' : n === 5 ? 'src/<img src=x onerror=alert(1)>.ts' : `src/${pick(['routes', 'components', 'features', 'lib'], random)}/${words[0]}/${words[1]}-${words[2]}-${n}.ts${n % 2 ? 'x' : ''}`;
    const name = owner < 0 ? own : `node_modules/${packages[owner].name}/${pick(['dist', 'es', 'lib', 'esm/internal'], random)}/${words[1]}/${words[2]}-${n}.js`;
    const edge = (from) => [from, 1 + Math.floor(random() * 40), owner < 0 ? `./${words[1]}-${words[2]}-${n}` : packages[owner].name, random() < 0.1 ? 1 : 0];
    const importers = n === 0 ? [] : Array.from({ length: 1 + Math.floor(random() * 3) }, () => edge(Math.floor(random() ** 1.5 * n)));
    if (owner >= 0 && importers.length && packages[owner].askedBy.length < 6) packages[owner].askedBy.push(importers[0].slice(0, 3));
    sources.push({
      name,
      package: owner,
      bytes: 200 + Math.floor(random() ** 3 * 20000),
      why: importers[0] ?? null,
      importers,
      asks: words.slice(0, Math.floor(random() * 4)),
      // What is empty is left out, as the program may.
      ...(random() < 0.02 && { pinned: [3, `register("${words[0]}", ${words[1]});`] }),
      ...(owner >= 0 && owner % 7 === 0 && { common: true }),
    });
  }
  return sources;
}

function output(kind, name, extension, role, parts, hash) {
  const bytes = parts.reduce((sum, value, at) => sum + (at % 2 ? value : 0), 0);
  const packs = kind !== 'image' && kind !== 'font';
  return { path: `${name}-${hash}.${extension}`, name: `${name}.${extension}`, kind, bytes, gz: packs ? Math.ceil(bytes * 0.31) : null, br: packs ? Math.ceil(bytes * 0.27) : null, zst: packs ? Math.ceil(bytes * 0.29) : null, role, parts, imports: [], lazy: [] };
}

function filesFor(sources, random) {
  const chunks = Math.max(3, Math.round(sources.length / 67));
  const parts = Array.from({ length: chunks }, () => []);
  sources.forEach((source, index) => {
    const chunk = index < 60 ? 0 : source.package >= 0 && source.package < 4 ? 1 : Math.floor(random() ** 1.4 * chunks);
    const bytes = Math.floor(source.bytes * (0.2 + random() * 0.3));
    if (bytes) parts[chunk].push(index, bytes);
  });
  const hash = () => Math.floor(random() * 0xffffffff).toString(16).padStart(8, '0');
  const files = parts.map((list, n) => output('script', n === 0 ? 'assets/main' : n === 1 ? 'assets/framework' : `assets/${pick(WORDS, random)}-${n}`, 'js', n === 0 ? 'entry' : n < 4 ? 'shared' : 'async', list, hash()));
  files.forEach((file, n) => {
    if (n > 1) file.imports.push(1);
    if (n > 3) files[n % 3 ? 0 : 2].lazy.push(n);
  });
  files[0].imports = [1, 2];
  const style = output('stylesheet', 'assets/main', 'css', 'asset', [0, 31200], hash());
  const font = output('font', 'assets/inter', 'woff2', 'asset', [0, 48211], hash());
  const page = { ...output('document', 'index', 'html', 'page', [0, 4210], ''), path: 'index.html' };
  const map = output('map', 'assets/main', 'js.map', 'none', [0, 912000], hash());
  return [...files, style, font, page, map];
}

function verdictFor(total) {
  const advice = [
    { text: 'load recharts only when it is needed', at: 'src/main.tsx:12', saves: 84000, detail: 'It is imported by the entry, and only one route draws with it.' },
    { text: 'use one version of lodash-es', at: 'src/main.tsx:3', saves: 21400, detail: null },
  ];
  const line = (subject, unit, actual, limit, state, given = []) => ({ subject, unit, size: 'transferred', actual, limit, warn: Math.round(limit * 0.9), state, advice: given });
  return {
    passed: false,
    lines: [
      line('initial load of index.html', 'bytes', 412345, 350000, 'failed', advice),
      line('all scripts and stylesheets', 'bytes', total, Math.round(total * 1.04), 'warned'),
      line('requests of index.html', 'requests', 7, 12, 'passed'),
      line('stylesheets', 'bytes', 8420, 50000, 'passed'),
    ],
  };
}

function baselineFor(files, sources, packages, random) {
  const now = new Map();
  for (const { parts } of files) for (let at = 0; at < parts.length; at += 2) now.set(parts[at], (now.get(parts[at]) ?? 0) + parts[at + 1]);
  const before = (value) => (random() < 0.8 ? value : Math.round(value * (0.8 + random() * 0.3)));
  const weights = new Map();
  for (const [index, bytes] of now) {
    const owner = packages[sources[index].package];
    if (owner) weights.set(`${owner.name}@${owner.version}`, (weights.get(`${owner.name}@${owner.version}`) ?? 0) + bytes);
  }
  const kept = files.filter((_, n) => n % 29 !== 7).map(({ name, kind, bytes, gz, br }) => ({ name, kind, bytes: before(bytes), gz, br }));
  return {
    label: 'main@1a2b3c',
    files: [...kept, { name: 'assets/legacy.js', kind: 'script', bytes: 40100, gz: 13000, br: 11800 }],
    sources: [...[...now].filter(([index]) => index % 31 !== 3).map(([index, bytes]) => [sources[index].name, before(bytes)]), ['src/legacy/polyfills.ts', 18200]],
    packages: [...weights].map(([key, bytes]) => [key.startsWith('react@') ? 'react@0.14.0' : key, before(bytes)]),
  };
}

function historyFor(total, random) {
  let initial = 330000;
  return Array.from({ length: 24 }, (_, n) => {
    const step = n === 14 ? 41200 : (random() - 0.35) * 6000;
    initial = Math.round(initial + step);
    return { label: `c${(n * 7919).toString(16).padStart(6, '0')}`, values: { 'initial load of index.html': n === 23 ? 412345 : initial, 'all scripts and stylesheets': Math.round(total * (0.8 + n / 115)), 'requests of index.html': 6 + (n > 9 ? 1 : 0) }, flag: n === 14 ? 'initial load of index.html: a step of +41200; all scripts and stylesheets: a step of +39000' : null };
  });
}

/** A build that could be, of so many modules. */
function invent(modules) {
  if (!modules) return { version: 1, tool: 'plimsoll 0.1.0', project: 'empty', files: [], sources: [], packages: [], pages: [], images: [], verdict: null, baseline: null, history: [], forecast: null };
  const random = chance(1876);
  const packages = packagesFor(modules, random);
  const sources = sourcesFor(modules, packages, random);
  const files = filesFor(sources, random);
  const [style, font, page] = [files.length - 4, files.length - 3, files.length - 2];
  const images = Array.from({ length: 18 }, (_, n) => {
    const before = 20000 + Math.floor(random() * 400000);
    const after = Math.floor(before * (0.35 + random() * 0.6));
    files.push({ path: `assets/photo-${n}-0f0f.avif`, name: `assets/photo-${n}.avif`, kind: 'image', bytes: after, gz: null, br: null, zst: null, role: 'asset', parts: [], imports: [], lazy: [] });
    return { file: files.length - 1, source: `images/${pick(WORDS, random)}/photo-${n}.jpg`, before, after, width: 640 * (1 + (n % 3)), height: 480 * (1 + (n % 3)) };
  });
  const routes = files.flatMap((file, n) => (file.role === 'async' && file.parts.length ? [{ name: sources[file.parts[0]].name, source: file.parts[0], files: [n] }] : []));
  const loads = [[page, page, 'document'], [0, page, 'module'], [1, page, 'preload'], [style, page, 'style'], [2, 0, 'import'], [font, style, 'font'], [files.length - 1, page, 'image']];
  const total = files.filter(({ kind }) => kind === 'script' || kind === 'stylesheet').reduce((sum, file) => sum + file.br, 0);
  return {
    version: 1,
    tool: 'plimsoll 0.1.0',
    project: 'storefront',
    files,
    sources,
    packages,
    pages: [{ path: 'index.html', loads, routes, install: 512000 }, { path: 'admin/index.html', loads: loads.slice(0, 4), routes: routes.slice(0, 2), install: null }],
    images,
    verdict: verdictFor(total),
    baseline: baselineFor(files, sources, packages, random),
    history: historyFor(total, random),
    forecast: [{ subject: 'initial load of index.html', perBuild: 3421.5, crossesIn: 0, limit: 350000 }, { subject: 'all scripts and stylesheets', perBuild: total / 115, crossesIn: 5, limit: Math.round(total * 1.04) }],
  };
}

function fill(built, modules, file) {
  const data = invent(modules);
  const more = data.sources.map(({ importers = [], asks = [], why }) => [importers, asks, importers.length ? 0 : (why ?? null)]);
  for (const source of data.sources) for (const key of ['importers', 'asks', 'why', ...Object.keys(source).filter((one) => !source[one])]) if (key !== 'package' && key !== 'bytes') delete source[key];
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  const packed = gzipSync(JSON.stringify(more)).toString('base64');
  const html = readFileSync(built, 'utf8').replace(/(id="?more"?[^>]*>)(<\/script>)/, (_, open, close) => open + packed + close);
  const place = /(<script\b[^>]*\bid="?data"?[^>]*>)[^<]*(<\/script>)/;
  if (!place.test(html)) usage(`${built} has no data element`);
  writeFileSync(file, html.replace(place, (_, open, close) => open + json + close));
}

const options = read();
const problems = [];
const violations = new Map();
const scratch = mkdtempSync(join(tmpdir(), 'report-'));
const file = resolve(options.modules ? (options.keep ?? join(scratch, 'report.html')) : options.file);
if (options.modules) fill(options.page, Number(options.modules), file);
if (options.shots) mkdirSync(options.shots, { recursive: true });
const url = pathToFileURL(file).href;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath: options.chromium, args: ARGS });
let where = 'start';

const complain = (text) => problems.push(`${where}: ${text}`);
const check = (holds, text) => holds || complain(text);

async function open(colorScheme, viewport = { width: 1500, height: 940 }, hash = '') {
  const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complain(`console: ${message.text().slice(0, 300)}`));
  page.on('pageerror', (error) => complain(`uncaught ${String(error.stack ?? error).slice(0, 300)}`));
  page.on('dialog', (dialog) => (complain('a dialog opened'), dialog.dismiss()));
  page.on('request', (request) => /^(file|data):/.test(request.url()) && request.url().split('#')[0] === url || request.url().startsWith('data:') || complain(`request for ${request.url()}`));
  page.meter = await context.newCDPSession(page);
  await page.meter.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(url + hash);
  await page.waitForFunction(() => document.documentElement.dataset.ready, undefined, { timeout: 30000 });
  return page;
}

const shoot = (page, name) => options.shots && page.screenshot({ path: join(options.shots, `${name}.png`) });
const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 80))));

async function audit(page) {
  const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ['violations'] })`);
  for (const { id, impact, help, nodes } of found.violations) {
    const known = violations.get(id) ?? { id, impact, help, where: [], nodes: nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary.split('\n')[1]?.trim() ?? ''}`) };
    known.where.push(where);
    violations.set(id, known);
  }
}

/** Milliseconds from the start of navigation to the first complete frame, and what the main thread worked in them. */
async function time() {
  const loads = [];
  const work = [];
  for (let n = 0; n < LOADS; n++) {
    const page = await open('light');
    loads.push(await page.evaluate(() => Number(document.documentElement.dataset.ready)));
    const { metrics } = await page.meter.send('Performance.getMetrics');
    work.push(Math.round(metrics.find(({ name }) => name === 'TaskDuration').value * 1000));
    await page.context().close();
  }
  return [loads, work].map((list) => list.sort((a, b) => a - b));
}

async function visitTabs(scheme, viewport, name) {
  const page = await open(scheme, viewport);
  for (const tab of TABS) {
    where = `${name} ${tab}`;
    await page.click(`#nav a[data-tab="${tab}"]`);
    await settle(page);
    check((await page.locator('main > :not([hidden]) h2').first().textContent())?.toLowerCase() === tab, 'the part is not shown');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(wide <= 0, `the page is ${wide} px wider than the window`);
    await shoot(page, `${name}-${tab}`);
    await audit(page);
  }
  check((await page.locator('main img').count()) === 0, 'a name became an element');
  await page.context().close();
}

const dataOf = (page) => page.evaluate(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const deep = data.sources.findLast((source) => source.why && data.files.some(({ parts }) => parts.some((value, at) => at % 2 === 0 && data.sources[value] === source)));
  return { files: data.files.length, name: deep?.name, importer: deep ? data.sources[deep.why[0]].name : '', specifier: deep?.why[2] };
});

/** Tab to the map, arrows, Enter, Escape; what has the focus is said. */
async function keyboard() {
  where = 'keyboard';
  const page = await open('light', undefined, '#contents');
  const { files } = await dataOf(page);
  if (!files) return page.context().close();
  let tabs = 0;
  const onMap = () => page.evaluate(() => document.activeElement?.classList.contains('map'));
  while (!(await onMap()) && tabs++ < 60) await page.keyboard.press('Tab');
  check(await onMap(), 'Tab does not come to the map');
  const said = async () => (await settle(page), await page.locator('#live').textContent());
  await settle(page);
  const first = await said();
  check(first, 'the first part is not said');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  const second = await said();
  if (files > 2) check(second && second !== first, 'arrows do not move');
  await shoot(page, 'keyboard');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await settle(page);
  check(/[?&](at|sel)=/.test(await page.evaluate(() => location.hash)), 'Enter does not open');
  await shoot(page, 'zoomed');
  if (!(await onMap())) await page.keyboard.press('Escape');
  await settle(page);
  check(await onMap(), 'the focus does not come back to the map');
  await page.keyboard.press('Escape');
  await settle(page);
  check(!/[?&]at=/.test(await page.evaluate(() => location.hash)), 'Escape does not go out');
  await page.context().close();
}

/** Types a name, opens the module, reads its chain; then back. */
async function search(scheme) {
  where = `search ${scheme}`;
  const page = await open(scheme, undefined, '#contents');
  const { name, importer, specifier } = await dataOf(page);
  if (!name) return page.context().close();
  await page.fill('#search', name);
  const row = page.locator('.list .open').first();
  await page.waitForFunction((wanted) => document.querySelector('.list .open [title]')?.getAttribute('title') === wanted, name, { timeout: 5000 }).catch(() => complain(`${name} is not found`));
  await row.focus();
  await page.keyboard.press('Enter');
  await settle(page);
  const text = (await page.locator('.panel').textContent().catch(() => '')) ?? '';
  for (const part of ['Why is this here', name, importer, `"${specifier}"`, 'entry']) check(text.includes(part), `the panel does not say ${part}`);
  check(await page.evaluate(() => document.activeElement?.id === 'why-title'), 'the panel does not take the focus');
  await shoot(page, `why-${scheme}`);
  await audit(page);
  const shared = await page.evaluate(() => location.hash);
  await page.focus('input[name="size"]:checked');
  await page.keyboard.press('ArrowLeft');
  await settle(page);
  check(await page.evaluate(() => document.activeElement?.getAttribute('name') === 'size'), 'another size takes the focus away');
  check((await page.locator('.panel').textContent())?.includes(name), 'another size closes the panel');
  await page.goBack();
  await page.goBack();
  await settle(page);
  check(!(await page.locator('.panel').isVisible()), 'Back does not close the panel');
  await page.context().close();
  const again = await open(scheme, undefined, shared);
  check((await again.locator('.panel').textContent())?.includes(name), 'a shared link does not open the panel');
  await again.context().close();
}

/** Rows at the end of a long list, and its order. */
async function scrolled() {
  where = 'list';
  const page = await open('light', undefined, '#contents?list=modules');
  const { files } = await dataOf(page);
  if (!files) return page.context().close();
  await page.locator('.list .open').first().focus();
  await page.keyboard.press('End');
  await settle(page);
  const at = await page.evaluate(() => ({ row: Number(document.activeElement?.closest('tr')?.getAttribute('aria-rowindex')), rows: Number(document.querySelector('.list')?.getAttribute('aria-rowcount')), drawn: document.querySelectorAll('.list tbody tr').length }));
  check(at.row === at.rows, `End comes to row ${at.row} of ${at.rows}`);
  check(at.drawn < 120, `${at.drawn} rows are drawn`);
  await page.click('.list th button >> nth=0');
  check((await page.locator('.list th').first().getAttribute('aria-sort')) === 'ascending', 'the order is not said');
  await page.context().close();
}

const [loads, work] = await time();
await visitTabs('light', undefined, 'light');
await visitTabs('dark', undefined, 'dark');
await visitTabs('light', { width: 400, height: 800 }, 'narrow');
await keyboard();
await search('light');
await search('dark');
await scrolled();
await browser.close();
rmSync(scratch, { recursive: true, force: true });

const loadMs = loads[Math.floor(LOADS / 2)];
where = 'load';
if (options.limit) check(loadMs <= Number(options.limit), `${loadMs} ms, the limit is ${options.limit} ms`);
const ok = !problems.length && !violations.size;
console.log(JSON.stringify({ ok, loadMs, loads, mainThreadMs: work[Math.floor(LOADS / 2)], violations: [...violations.values()], problems }));
process.exit(ok ? 0 : 1);

// node visit.mjs --dir BUILT_DIR [--expect FILE] [--chromium PATH] [--no-offline] [--no-manifest] [--seconds N] [--shots DIR]
//
// Serves a built site, goes through it in Chromium as `expect.json` says, then once more with the server stopped.
// One line of JSON on stdout: {"ok":true,…} or {"ok":false,"problems":[…],…}; exit status 0 or 1, 2 for bad usage.
import { mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { act, fonts, images, manifest, see, styles } from './page.mjs';
import { serve } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

function usage(message) {
  console.error(`visit: ${message}\nusage: node visit.mjs --dir BUILT_DIR [--expect FILE] [--chromium PATH] [--no-offline] [--no-manifest] [--seconds N] [--shots DIR]`);
  process.exit(2);
}

function read() {
  const options = {
    dir: { type: 'string' },
    expect: { type: 'string', default: join(here, '../../fixtures/storefront/expect.json') },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    'no-offline': { type: 'boolean', default: false },
    'no-manifest': { type: 'boolean', default: false },
    seconds: { type: 'string', default: '120' },
    shots: { type: 'string' },
  };
  try {
    const { values } = parseArgs({ options });
    if (!values.dir) usage('--dir is missing');
    return { ...values, dir: realpathSync(values.dir), expect: JSON.parse(readFileSync(values.expect, 'utf8')) };
  } catch (error) {
    return usage(error.message);
  }
}

const options = read();
const { expect } = options;
const problems = [];
const seen = { pages: 0, routes: 0, images: new Set(), scripts: new Set(), lazyScripts: 0, offlineRoutes: 0 };
let shot = 0;

// Whatever the browser complains about, said with the place where the visitor stood. `phase.offline`: the server is gone.
function listen(context, phase) {
  const where = () => phase.where;
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    const place = message.location()?.url?.replace(/^https?:\/\/[^/]+/, '') ?? '';
    problems.push(`${where()}: console error: ${message.text().split('\n')[0].slice(0, 300)}${place ? ` (${place})` : ''}`);
  });
  context.on('weberror', (error) => problems.push(`${where()}: uncaught ${String(error.error()?.stack ?? error.error()).split('\n').slice(0, 2).join(' ').slice(0, 300)}`));
  context.on('request', (request) => {
    if (request.resourceType() === 'script' && !request.serviceWorker()) seen.scripts.add(new URL(request.url()).pathname);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${where()}: ${response.status()} for ${new URL(response.url()).pathname}`);
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'failed';
    // The visitor went on before a picture had come: nobody's fault. A worker that asks a stopped server may fail.
    if (reason === 'net::ERR_ABORTED' || (phase.offline && request.serviceWorker())) return;
    problems.push(`${where()}: request for ${new URL(request.url()).pathname}: ${reason}`);
  });
}

async function route(page, stop, phase, label) {
  phase.where = `${label}${stop.name}`;
  const before = problems.length;
  if (stop.click) {
    await act(page, [{ click: stop.click }], phase.where, problems);
    if (problems.length > before) return;
  }
  if (stop.url) {
    const there = await page.waitForURL((url) => url.pathname === stop.url, { timeout: 6000 }).then(() => true, () => false);
    if (!there) problems.push(`${phase.where}: the address is ${new URL(page.url()).pathname}, expected ${stop.url}`);
  }
  for (const expected of stop.see ?? []) await see(page, expected, phase.where, problems);
  for (const src of await images(page, stop.images, phase.where, problems)) seen.images.add(new URL(src).pathname);
  await styles(page, stop.styles, phase.where, problems);
  await act(page, stop.do ?? [], phase.where, problems);
  if (options.shots) {
    mkdirSync(options.shots, { recursive: true });
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(options.shots, `${String(++shot).padStart(2, '0')}-${stop.name}.png`) });
  }
}

async function online(browser, server) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const phase = { where: 'start', offline: false };
  listen(context, phase);
  for (const visit of expect.pages) {
    const page = await context.newPage();
    phase.where = visit.name;
    await page.goto(server.origin + visit.path, { waitUntil: 'load' });
    const first = seen.scripts.size;
    for (const [n, stop] of visit.routes.entries()) {
      await route(page, stop, phase, `${visit.name} / `);
      if (n === 0) await fonts(page, visit.fonts, phase.where, problems);
      seen.routes++;
    }
    const lazy = seen.scripts.size - first;
    seen.lazyScripts += lazy;
    if (lazy < (visit.lazyScripts ?? 0)) problems.push(`${visit.name}: ${lazy} scripts were loaded on the way, expected at least ${visit.lazyScripts}`);
    phase.where = `${visit.name} / manifest`;
    if (!options['no-manifest'] && visit.manifest) await manifest(page, phase.where, problems);
    seen.pages++;
    await page.close();
  }
  await context.close();
}

// Active means installed, and installing means that everything was fetched. Then the caches must have come to rest.
async function installed(page) {
  const state = await page.evaluate(async () => {
    if (!navigator.serviceWorker) return 'no service workers here';
    const late = new Promise((resolve) => setTimeout(resolve, 20000, null));
    const registration = await Promise.race([navigator.serviceWorker.ready, late]);
    if (!registration) return 'no service worker became ready within 20 s';
    while (registration.active?.state !== 'activated') {
      if ((await Promise.race([new Promise((r) => setTimeout(r, 50, 'again')), late])) === null) return `the service worker is ${registration.active?.state}`;
    }
    const entries = async () => {
      let count = 0;
      for (const name of await caches.keys()) count += (await (await caches.open(name)).keys()).length;
      return count;
    };
    for (let last = -1, still = 0, tries = 0; still < 3 && tries < 60; tries++) {
      const now = await entries();
      still = now === last ? still + 1 : 0;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return (await entries()) > 0 ? 'ready' : 'the service worker is active, but nothing is in its caches';
  });
  return state === 'ready' ? null : state;
}

async function offline(browser, server) {
  const plan = expect.offline;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const phase = { where: 'before going offline', offline: false };
  listen(context, phase);
  const page = await context.newPage();
  await page.goto(server.origin + plan.visit, { waitUntil: 'load' });
  const wrong = await installed(page);
  if (wrong) problems.push(`offline: ${wrong}`);
  else {
    Object.assign(phase, { where: 'offline / reload', offline: true });
    await server.stop();
    const loaded = await page.reload({ waitUntil: 'load', timeout: 10000 }).then(() => null, (error) => error.message.split('\n')[0]);
    if (loaded) problems.push(`offline / reload: ${loaded}`);
    else for (const stop of plan.routes) seen.offlineRoutes += (await route(page, stop, phase, 'offline / '), 1);
    for (const stop of loaded ? [] : plan.open ?? []) {
      phase.where = `offline / open ${stop.path}`;
      const failed = await page.goto(server.origin + stop.path, { waitUntil: 'load', timeout: 10000 }).then(() => null, (error) => error.message.split('\n')[0]);
      if (failed) problems.push(`${phase.where}: ${failed}`);
      else await route(page, { name: `open ${stop.path}`, ...stop }, phase, 'offline / ');
      seen.offlineRoutes++;
    }
  }
  await context.close();
}

// Words that must be in no script, style or page: what nobody uses, and what nobody may read.
function absent() {
  const texts = readdirSync(options.dir, { recursive: true }).filter((file) => /\.(m?js|css|html|json)$/.test(file));
  for (const file of texts) {
    const text = readFileSync(join(options.dir, file), 'utf8');
    for (const word of expect.absent ?? []) if (text.includes(word)) problems.push(`${file} holds ${JSON.stringify(word)}`);
  }
}

function finish(server) {
  const ok = problems.length === 0;
  const { served } = server ?? {};
  const summary = { ok, pages: seen.pages, routes: seen.routes, images: seen.images.size, scripts: seen.scripts.size, lazyScripts: seen.lazyScripts, offlineRoutes: seen.offlineRoutes };
  if (served) Object.assign(summary, { requests: served.requests, br: served.br, zstd: served.zstd, gzip: served.gzip });
  console.log(JSON.stringify(ok ? summary : { ...summary, problems: [...new Set(problems)] }));
  process.exit(ok ? 0 : 1);
}

let server;
setTimeout(() => {
  problems.push(`not finished after ${options.seconds} s`);
  finish(server);
}, Number(options.seconds) * 1000).unref();

try {
  absent();
  server = await serve(options.dir);
  const browser = await chromium.launch({ executablePath: options.chromium, headless: true, args: ARGS, timeout: 30000 });
  await online(browser, server);
  if (!options['no-offline'] && expect.offline) await offline(browser, server);
  await browser.close();
} catch (error) {
  problems.push(`visit broke off: ${String(error.stack ?? error).split('\n').slice(0, 3).join(' ')}`);
}
finish(server);

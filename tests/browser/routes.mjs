// node routes.mjs --routes PATH,… [--chromium PATH] NAME=DIR …
//
// What a visitor loads who opens a route with nothing cached: for each build of one app, how many scripts and sheets are
// requested on each route, and their bytes in brotli. A build without a page is given one that loads its main.js and
// main.css. Prints the first route and the mean of the others; exit status 1 if a route showed nothing or an error.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { chromium } from 'playwright-core';

const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const { values: options, positionals } = parseArgs({
  options: { routes: { type: 'string', default: '/' }, chromium: { type: 'string', default: '/usr/bin/chromium' } },
  allowPositionals: true,
});
if (!positionals.length || positionals.some((build) => !build.includes('='))) {
  console.error('usage: node routes.mjs --routes PATH,… [--chromium PATH] NAME=DIR …');
  process.exit(2);
}

/** The page of a build; addresses in it are those of the root, whatever route asks for it. */
function document(folder) {
  const file = join(folder, 'index.html');
  if (existsSync(file)) return readFileSync(file, 'utf8').replace(/<head[^>]*>/, '$&<base href="/">');
  const sheet = existsSync(join(folder, 'main.css')) ? '<link rel="stylesheet" href="/main.css">' : '';
  return `<!doctype html><html><head><meta charset="utf-8"><base href="/">${sheet}</head><body><div id="root"></div><script type="module" src="/main.js"></script></body></html>`;
}

function serve(folder) {
  const page = document(folder);
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const file = join(folder, path);
    if (!extname(path)) response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    else if (!existsSync(file)) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const compressed = new Map();
function brotli(file) {
  if (!compressed.has(file)) {
    compressed.set(file, brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length);
  }
  return compressed.get(file);
}

/** Scripts and sheets of one cold visit. */
async function visit(browser, origin, folder, route) {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  const asked = new Set();
  const problems = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (['.js', '.css'].includes(extname(pathname))) asked.add(pathname);
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(origin + route, { waitUntil: 'networkidle' });
  const shows = page.waitForFunction(() => globalThis.document.body.innerText.trim(), undefined, { timeout: 30000 });
  await shows.catch(() => problems.push('nothing is shown'));
  await page.waitForLoadState('networkidle');
  await context.close();
  const bytes = [...asked].reduce((sum, path) => sum + brotli(join(folder, path)), 0);
  return { requests: asked.size, bytes, problems };
}

const browser = await chromium.launch({ executablePath: options.chromium, args: ARGS });
let failed = false;
for (const build of positionals) {
  const [name, folder] = [build.slice(0, build.indexOf('=')), build.slice(build.indexOf('=') + 1)];
  const server = await serve(folder);
  const visits = [];
  for (const route of options.routes.split(',')) {
    const found = await visit(browser, `http://127.0.0.1:${server.address().port}`, folder, route);
    visits.push(found);
    for (const problem of found.problems) console.log(`${name}: ${route}: ${problem}`);
    failed ||= found.problems.length > 0;
  }
  server.close();
  const [first, ...rest] = visits;
  const mean = (key) => rest.reduce((sum, one) => sum + one[key], 0) / rest.length;
  console.log(`${name}: first ${first.requests} requests, ${first.bytes} bytes${rest.length ? `; others, mean ${mean('requests').toFixed(1)} requests, ${Math.round(mean('bytes'))} bytes` : ''}`);
}
await browser.close();
process.exit(failed ? 1 : 0);

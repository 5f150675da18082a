// node --test visit.test.mjs [CHROMIUM=/usr/bin/chromium]: the visitor itself is worth nothing unless it notices.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parseHeaders } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const photo = join(here, '../../fixtures/storefront/images/workshop-400.jpg');

const page = `<!doctype html><meta charset="utf-8"><title>Tiny</title><link rel="stylesheet" href="/a.css"><link rel="icon" href="data:,">
<h1>Start</h1><a id="go" href="/second">on</a><img src="/photo.jpg" alt="photo" width="400" height="500"><script type="module" src="/a.js"></script>`;
const script = `document.querySelector('#go').onclick = async (event) => {
  event.preventDefault();
  history.pushState(null, '', '/second');
  const { title } = await import('/b.js');
  document.querySelector('h1').textContent = title;
};
navigator.serviceWorker.register('/sw.js');`;
const worker = (list) => `addEventListener('install', (e) => e.waitUntil(caches.open('a').then((c) => c.addAll(${JSON.stringify(list)}))));
addEventListener('fetch', (e) => e.respondWith(caches.match(e.request.mode === 'navigate' ? '/' : e.request, { ignoreVary: true }).then((r) => r ?? fetch(e.request))));`;
const all = ['/', '/a.css', '/a.js', '/b.js', '/photo.jpg'];

const second = { name: 'second', click: '#go', url: '/second', see: [{ selector: 'h1', equals: 'Second' }] };
const expected = {
  pages: [
    {
      name: 'tiny',
      path: '/',
      lazyScripts: 1,
      routes: [{ name: 'start', url: '/', see: [{ selector: 'h1', equals: 'Start' }], images: [{ selector: 'img', ratio: 0.8 }], styles: [{ selector: 'h1', property: 'color', value: 'rgb(1, 2, 3)' }] }, second],
    },
  ],
};
const alsoOffline = {
  ...expected,
  offline: { visit: '/', routes: [{ name: 'start', see: [{ selector: 'h1', equals: 'Start' }] }, second] },
};

function visit(change = {}, expectation = expected) {
  const dir = mkdtempSync(join(tmpdir(), 'visit-'));
  try {
    mkdirSync(join(dir, 'site'));
    const files = { 'index.html': page, 'a.css': 'h1 { color: rgb(1, 2, 3) }', 'a.js': script, 'b.js': 'export const title = "Second";', 'sw.js': worker(all), ...change };
    if (!('photo.jpg' in files)) copyFileSync(photo, join(dir, 'site/photo.jpg'));
    for (const [name, text] of Object.entries(files)) if (text !== null) writeFileSync(join(dir, 'site', name), text);
    writeFileSync(join(dir, 'expect.json'), JSON.stringify(expectation));
    const run = spawnSync(process.execPath, [join(here, 'visit.mjs'), '--dir', join(dir, 'site'), '--expect', join(dir, 'expect.json'), '--chromium', process.env.CHROMIUM ?? '/usr/bin/chromium'], { encoding: 'utf8' });
    const result = JSON.parse(run.stdout);
    assert.equal(run.status, result.ok ? 0 : 1);
    return result;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const complains = (result, pattern) => {
  assert.equal(result.ok, false);
  assert.match(result.problems.join('\n'), pattern);
};

test('a good site passes, sidecars are served, offline works', () => {
  const result = visit({ 'a.js.gz': gzipSync(script) }, alsoOffline);
  assert.deepEqual(result.problems, undefined);
  assert.equal(result.offlineRoutes, 2);
  assert.ok(result.gzip > 0);
});
test('a missing image', () => complains(visit({ 'photo.jpg': null }), /404 for \/photo\.jpg[^]*image "photo" \(\/photo\.jpg\) shows nothing/));
test('a broken image', () => complains(visit({ 'photo.jpg': 'not a photo' }), /image "photo" \(\/photo\.jpg\) shows nothing/));
test('a picture on its side', () => complains(visit({ 'index.html': page.replace('width="400" height="500"', 'width="500" height="400"') }), /is 400 x 500 but its attributes say 500 x 400/));
test('a missing chunk', () => complains(visit({ 'b.js': null, 'sw.js': worker(['/']) }), /404 for \/b\.js/));
test('nothing is lazy', () => complains(visit({ 'index.html': page + '<script type="module" src="/b.js"></script>' }), /0 scripts were loaded on the way/));
test('a lost style', () => complains(visit({ 'a.css': '' }), /h1 has color: rgb\(0, 0, 0\), expected rgb\(1, 2, 3\)/));
test('a secret in a script', () => complains(visit({ 'b.js': 'export const title = "Second"; // token-7' }, { ...expected, absent: ['token-7'] }), /b\.js holds "token-7"/));
test('an uncaught error', () => complains(visit({ 'b.js': 'export const title = "Second"; throw new Error("on the rocks");' }), /uncaught Error: on the rocks/));
test('a console error', () => complains(visit({ 'b.js': 'export const title = "Second"; console.error("leak");' }), /console error: leak/));
test('a chunk that was not precached', () => complains(visit({ 'sw.js': worker(all.filter((f) => f !== '/b.js')) }, alsoOffline), /offline \/ second: request for \/b\.js/));
test('a font that is declared and does not load', () => {
  const fonts = [{ family: 'Ghost', weight: '400' }];
  const css = 'h1 { color: rgb(1, 2, 3); font-family: Ghost } @font-face { font-family: Ghost; src: url(/ghost.woff2) }';
  complains(visit({ 'a.css': css }, { pages: [{ ...expected.pages[0], fonts }] }), /font Ghost 400 is error/);
});

test('rules of _headers', () => {
  const [first, other] = parseHeaders('# note\n/assets/*\n  Cache-Control: immutable\n  ! X-Old\n\n/p/:id\n  X-A: b:c\n');
  assert.ok(first.matches.test('/assets/a/b.js') && !first.matches.test('/assets'));
  assert.deepEqual([first.set, first.drop], [[['Cache-Control', 'immutable']], ['X-Old']]);
  assert.ok(other.matches.test('/p/7') && !other.matches.test('/p/7/8'));
  assert.deepEqual(other.set, [['X-A', 'b:c']]);
});

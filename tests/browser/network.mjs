// node network.mjs --dir BUILT_DIR --check CHECK.json [--chromium PATH] [--seconds N]
//
// Whether what `plimsoll check` says that each page loads is what Chromium's network panel says. CHECK.json is the output of
// `plimsoll check BUILT_DIR --budget B.json --json` with the one limit {"measure":"initial-load","max":"100 MB"}.
//
// Every page is opened twice in a window of 1280 by 720, with nothing in any cache and no service worker: as it is, and with a
// policy that lets no script run. What is loaded the second time too, the page asks for itself: not to have counted it is a
// fault. What is loaded only the first time, a script asked for. One line of JSON on stdout; exit status 0 or 1, 2 for bad usage.
import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WINDOW = { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1, serviceWorkers: 'block' };
/** Milliseconds without any request after which a page has come to rest. */
const QUIET = 1000;
const SUBJECT = 'initial load of ';

function usage(message) {
  console.error(`network: ${message}\nusage: node network.mjs --dir BUILT_DIR --check CHECK.json [--chromium PATH] [--seconds N]`);
  process.exit(2);
}

function read() {
  const options = {
    dir: { type: 'string' },
    check: { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    seconds: { type: 'string', default: '120' },
  };
  try {
    const { values } = parseArgs({ options });
    if (!values.dir || !values.check) usage('--dir or --check is missing');
    const { verdict } = JSON.parse(readFileSync(values.check, 'utf8'));
    const lines = verdict.lines.filter(({ line }) => line.subject.startsWith(SUBJECT));
    if (!lines.length) usage('CHECK.json has no line of an initial load');
    return { ...values, dir: realpathSync(values.dir), lines };
  } catch (error) {
    return usage(error.message);
  }
}

const options = read();

/** The file of the directory that the server sends for a URL. */
function fileOf(url, origin) {
  if (!url.startsWith(`${origin}/`)) return;
  const path = decodeURIComponent(new URL(url).pathname).slice(1);
  const found = [path, join(path, 'index.html')].find((path) => existsSync(join(options.dir, path)) && statSync(join(options.dir, path)).isFile());
  return found ?? (path.split('/').pop().includes('.') ? undefined : 'index.html');
}

/**
 * Notes all that goes over the wire. The body as sent is what `loadingFinished` counts without the head, whose bytes
 * `responseReceivedExtraInfo` has; Content-Length must say the same, and `dataReceived` where it says anything: of documents
 * it has no encoded lengths.
 */
async function listen(page, origin) {
  const requests = new Map();
  const state = { requests, open: new Set(), last: Date.now() };
  const session = await page.context().newCDPSession(page);
  const known = (id) => {
    state.last = Date.now();
    if (!requests.has(id)) requests.set(id, { data: 0 });
    return requests.get(id);
  };
  session.on('Network.requestWillBeSent', ({ requestId, request, initiator, type }) => {
    if (!request.url.startsWith(`${origin}/`)) return;
    state.open.add(requestId);
    Object.assign(known(requestId), { url: request.url, file: fileOf(request.url, origin), initiator, type });
  });
  session.on('Network.responseReceivedExtraInfo', ({ requestId, headersText }) => {
    known(requestId).head = headersText && Buffer.byteLength(headersText, 'latin1');
  });
  session.on('Network.responseReceived', ({ requestId, response }) => {
    const header = (name) => Object.entries(response.headers).find(([key]) => key.toLowerCase() === name)?.[1];
    Object.assign(known(requestId), { status: response.status, coding: header('content-encoding') ?? 'identity', length: Number(header('content-length')), received: response.encodedDataLength, cached: response.fromDiskCache || response.fromPrefetchCache });
  });
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => (known(requestId).data += encodedDataLength));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    known(requestId).total = encodedDataLength;
    state.open.delete(requestId);
  });
  session.on('Network.loadingFailed', ({ requestId, errorText }) => {
    known(requestId).failed = errorText;
    state.open.delete(requestId);
  });
  await session.send('Network.enable');
  return state;
}

async function rest(state) {
  while (state.open.size || Date.now() - state.last < QUIET) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Opens a page in a browser that knows nothing, and waits until it asks for nothing more. */
async function open(browser, url, origin, scripts) {
  const context = await browser.newContext(WINDOW);
  const page = await context.newPage();
  const state = await listen(page, origin);
  if (!scripts) {
    await page.route(url, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': "script-src 'none'" } });
    });
  }
  await page.goto(url, { waitUntil: 'load' });
  await rest(state);
  return { context, page, loaded: [...state.requests.values()].filter((request) => request.url) };
}

/** By file: the selectors of the rules that mention it, and whether one of them matches an element of `html`. */
function mentions({ html, files }) {
  const still = new DOMParser().parseFromString(html, 'text/html');
  const out = {};
  const matches = (selector) => {
    const plain = selector.replace(/::?(before|after|marker|placeholder|selection|first-line|first-letter|hover|focus|active|focus-visible)\b/g, '');
    try {
      return plain.split(',').some((one) => still.querySelector(one.trim() || '*'));
    } catch {
      return false;
    }
  };
  const walk = (rules, sheet) => {
    for (const rule of rules) {
      const own = rule.style?.cssText ?? '';
      for (const [file, end] of files.filter(([, end]) => own.includes(end))) {
        const name = rule.selectorText ?? `@font-face ${rule.style.getPropertyValue('font-family')} ${rule.style.getPropertyValue('font-weight')} ${rule.style.getPropertyValue('font-style')}`;
        (out[file] ??= []).push({ sheet, rule: name.trim(), matches: rule.selectorText ? matches(rule.selectorText) : null });
      }
      if (rule.cssRules) walk(rule.cssRules, sheet);
    }
  };
  for (const sheet of document.styleSheets) {
    try {
      walk(sheet.cssRules, sheet.href ? new URL(sheet.href).pathname : 'a style of the page');
    } catch {}
  }
  return out;
}

const place = (url) => (url ? url.replace(/^https?:\/\/[^/]+/, '') : undefined);

/** Who asked: the parser, a script (and whether by `import()`), a sheet with its rules. */
function initiator(request, rules) {
  const { initiator, file, type } = request;
  const frame = initiator.stack?.callFrames?.[0] ?? initiator.stack?.parent?.callFrames?.[0];
  const by = { type: initiator.type, url: place(frame?.url ?? initiator.url) };
  if (frame) by.at = `${frame.functionName || '(anonymous)'}:${frame.lineNumber + 1}:${frame.columnNumber + 1}`;
  if (initiator.type === 'script' && (type === 'Script' || /\.m?js$/.test(file ?? ''))) by.import = true;
  if (!frame && (rules?.length || by.url?.endsWith('.css'))) by.type = 'css';
  if (rules?.length) by.rules = rules.map(({ sheet, rule, matches }) => `${sheet} ${rule}${matches === null ? '' : matches ? ' (matches the page as sent)' : ' (matches nothing of the page as sent)'}`);
  return by;
}

function why(request, bare, by) {
  if (bare.has(request.file)) return 'the page itself: it is loaded with no script running';
  if (by.import) return 'a script: import() after start, for the address of the page';
  if (by.type === 'script') return 'a script: it asked for it, or for an element that does';
  if (request.type === 'Script') return 'a script: import of a module that was loaded after start';
  return 'a script: elements that it made, or that rules of its sheets match';
}

/** The counts of the body's bytes; they must be one. */
function bodyOf(request) {
  const head = request.head ?? request.received;
  const counts = { finished: request.total - head, data: request.data, length: request.length };
  const same = counts.length === counts.finished && (counts.data === counts.finished || (request.type === 'Document' && counts.data === 0));
  return { bytes: counts.finished, counts: same ? undefined : counts };
}

async function compare(browser, origin, { line, files, actual }, asked) {
  const name = line.subject.slice(SUBJECT.length);
  const url = `${origin}/${name.replace(/(^|\/)index\.html$/, '$1')}`;
  const still = await open(browser, url, origin, false);
  const bare = new Set(still.loaded.filter((request) => request.status === 200 && !request.failed).map((request) => request.file));
  await still.context.close();
  asked.clear();
  const { context, page, loaded } = await open(browser, url, origin, true);
  const html = readFileSync(join(options.dir, name), 'utf8');
  const ends = [...new Set(loaded.map((request) => request.file).filter(Boolean))].map((file) => [file, file.split('/').pop()]);
  const rules = await page.evaluate(mentions, { html, files: ends });
  await context.close();
  const out = { page: name, counted: actual, onTheWire: 0, equal: [], wrongSize: [], notLoaded: [], notCounted: [], twice: [], unseen: [] };
  const seen = new Map();
  for (const request of loaded) {
    if (seen.has(request.file)) out.twice.push(request.file);
    else seen.set(request.file, request);
  }
  for (const { path, kind, bytes } of files) {
    const request = seen.get(path);
    if (!request || request.failed) {
      out.notLoaded.push({ path, kind, bytes, failed: request?.failed, withoutScripts: bare.has(path) });
      continue;
    }
    const body = bodyOf(request);
    out.onTheWire += body.bytes;
    if (body.bytes === bytes && !body.counts) out.equal.push({ path, kind, bytes });
    else out.wrongSize.push({ path, kind, bytes, wire: body.bytes, coding: request.coding, counts: body.counts });
  }
  for (const [file, request] of seen) {
    if (files.some(({ path }) => path === file)) continue;
    const by = initiator(request, rules[file]);
    out.notCounted.push({ path: file ?? place(request.url), bytes: bodyOf(request).bytes, initiator: by, why: why(request, bare, by), fault: bare.has(file) });
  }
  // What the browser asks for and shows in no panel: icons, manifests.
  out.unseen = [...asked].filter((path) => !loaded.some((request) => place(request.url) === path));
  return out;
}

const isRight = (page) => !page.wrongSize.length && page.notLoaded.every((file) => file.withoutScripts) && page.notCounted.every((file) => !file.fault);

setTimeout(() => {
  console.log(JSON.stringify({ ok: false, problem: `not finished after ${options.seconds} s` }));
  process.exit(1);
}, Number(options.seconds) * 1000).unref();

let report;
try {
  const asked = new Set();
  subscribe('http.server.request.start', ({ request }) => asked.add(request.url));
  const server = await serve(options.dir);
  const browser = await chromium.launch({ executablePath: options.chromium, headless: true, args: ARGS, timeout: 30000 });
  const pages = [];
  for (const line of options.lines) pages.push(await compare(browser, server.origin, line, asked));
  await browser.close();
  report = { ok: pages.every(isRight), pages };
} catch (error) {
  report = { ok: false, problem: `broke off: ${String(error.stack ?? error).split('\n').slice(0, 3).join(' ')}` };
}
console.log(JSON.stringify(report));
process.exit(report.ok ? 0 : 1);

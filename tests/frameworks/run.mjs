// node run.mjs --plimsoll FILE [--target LIST] [--keep DIR] [--only NAME,...] [--slack PX] [--chromium PATH]
//
// Builds four pages with the sheets of Bootstrap, Tailwind, antd and MUI, and compares the computed styles of a sample of
// their elements, ::before, ::after and ::placeholder with those of the page as it is: at two widths, in both colour schemes
// where a sheet asks for them, at rest and with everything hovered, focused and pressed. Then says how large the sheet is
// beside those of esbuild, lightningcss and cssnano for the same browsers. The packages are those of `npm ci` here. Lengths
// may differ by the slack (0): numbers of many digits lose the last, and layout then rounds to another 64th of a pixel.
//
// Exit status 0: all the same, whatever the sizes; 1: differences, each said with its element and property; 2: bad usage.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';

const PAGES = ['bootstrap', 'tailwind', 'antd', 'mui'];
const TARGET = 'chrome125,edge125,firefox126,safari17.5,ios17.5';
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const FLAGS = ['--no-cache', '--log-level=error', '--budget=none', '--service-worker=off', '--precompress=none', '--headers=none'];
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const WIDTHS = [1280, 500];
const PSEUDOS = ['', '::before', '::after', '::placeholder'];
/** Elements that are looked at, and the fewest that a page must have. */
const SAMPLE = 250;
const FEWEST = 200;
/** Milliseconds into every animation. */
const MOMENT = 400;
const LIMIT = 60000;
/** Differences that are said of one page. */
const SAID = 40;

function usage(message) {
  console.error(`frameworks: ${message}\nusage: node run.mjs --plimsoll FILE [--target LIST] [--keep DIR] [--only ${PAGES.join(',')}] [--slack PX] [--chromium PATH]`);
  process.exit(2);
}

/** Browsers by name, with the versions that they have at least. */
function browsers(target) {
  return target.split(',').map((text) => {
    const [, name, major, minor] = text.match(/^(chrome|edge|firefox|safari|ios)(\d+)(?:\.(\d+))?$/) ?? usage(`not a browser with its version: ${text}`);
    return { name, major: Number(major), minor: Number(minor ?? 0), version: minor ? `${major}.${minor}` : major };
  });
}

function read() {
  const text = (fallback) => ({ type: 'string', default: fallback });
  const options = { plimsoll: text(), target: text(TARGET), keep: text(), only: text(PAGES.join(',')), slack: text('0'), chromium: text('/usr/bin/chromium') };
  try {
    const { values } = parseArgs({ options });
    if (!values.plimsoll || !existsSync(values.plimsoll)) usage('--plimsoll is not a file');
    const only = values.only.split(',');
    const unknown = only.find((name) => !PAGES.includes(name));
    if (unknown !== undefined) usage(`no page is called ${unknown}`);
    if (!(Number(values.slack) >= 0)) usage('--slack is not a number of pixels');
    return { ...values, plimsoll: resolve(values.plimsoll), only, slack: Number(values.slack), browsers: browsers(values.target) };
  } catch (error) {
    return usage(error.message);
  }
}

const options = read();
// What React and its libraries make differs otherwise.
process.env.NODE_ENV = 'production';
const { chromium } = createRequire(new URL('../browser/package.json', import.meta.url))('playwright-core');

const pageOf = (body) => `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>frameworks</title>\n<link rel="stylesheet" href="./page.css">\n</head>\n<body>${body}</body>\n</html>\n`;

function build(from, to) {
  const args = ['build', 'index.html', `--outdir=${to}`, '--minify', `--target=${options.target}`, ...FLAGS];
  const { status, stdout, stderr } = spawnSync(options.plimsoll, args, { cwd: from, encoding: 'utf8', timeout: LIMIT });
  return status === 0 ? null : `the build failed (${status}): ${`${stdout}${stderr}`.trim().split('\n').slice(0, 5).join(' / ')}`;
}

async function serve(root) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    try {
      const bytes = readFileSync(join(root, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'cache-control': 'no-store' });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { base: `http://127.0.0.1:${server.address().port}`, close };
}

/** In the page: names of all elements, and every property of the sample's elements and pseudo-elements. */
function look({ sample, pseudos, moment }) {
  // A transition that ends may start others, of what inherits.
  for (let round = 0; round < 20; round += 1) {
    const running = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    running.forEach((animation) => animation.finish());
    if (!running.length) break;
  }
  for (const animation of document.getAnimations()) {
    animation.pause();
    animation.currentTime = moment;
  }
  const all = [document.documentElement, document.body, ...document.body.querySelectorAll('*')];
  const path = (element) => {
    const { parentElement: parent, localName } = element;
    if (!parent) return localName;
    const alike = [...parent.children].filter((child) => child.localName === localName);
    return `${path(parent)} > ${localName}${alike.length > 1 ? `:nth-of-type(${alike.indexOf(element) + 1})` : ''}`;
  };
  const picked = all.filter((_, at) => all.length <= sample || Math.floor((at * sample) / all.length) !== Math.floor(((at - 1) * sample) / all.length));
  const isCustom = (property) => property.startsWith('--');
  // The list has the custom properties of the element too, in no order.
  const properties = [...getComputedStyle(document.body)].filter((property) => !isCustom(property));
  const values = (element, pseudo) => {
    const style = getComputedStyle(element, pseudo || null);
    const custom = pseudo ? [] : [...style].filter(isCustom).map((property) => [property, style.getPropertyValue(property)]);
    return { all: properties.map((property) => style.getPropertyValue(property)).join('\u0001'), custom: custom.sort().flat().join('\u0001') };
  };
  const boxes = picked.flatMap((element) => {
    const name = `${path(element)}${element.classList.length ? ` (.${[...element.classList].join('.')})` : ''}`;
    const own = pseudos.filter((pseudo) => pseudo !== '::placeholder' || element.matches('input, textarea'));
    // What a pseudo-element is in is the element itself.
    const parent = element.parentElement && getComputedStyle(element.parentElement).display;
    return own.map((pseudo) => ({ name: name + pseudo, parent: pseudo ? getComputedStyle(element).display : parent, ...values(element, pseudo) }));
  });
  return { elements: all.map((element) => element.localName), picked: picked.length, properties, boxes };
}

/** What the page has in every view: width, colour scheme and state. */
async function visit(browser, root, schemes) {
  const server = await serve(root);
  const problems = [];
  const views = new Map();
  for (const colorScheme of schemes) {
    for (const width of WIDTHS) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const tab = await context.newPage();
      tab.on('pageerror', (error) => problems.push(error.message));
      tab.on('response', (response) => response.status() >= 400 && !response.url().endsWith('/favicon.ico') && problems.push(`${response.status()} for ${response.url()}`));
      await tab.goto(`${server.base}/index.html`, { waitUntil: 'load', timeout: LIMIT });
      const input = { sample: SAMPLE, pseudos: PSEUDOS, moment: MOMENT };
      views.set(`${width} ${colorScheme}`, await tab.evaluate(look, input));
      const session = await context.newCDPSession(tab);
      await session.send('DOM.enable');
      await session.send('CSS.enable');
      const { root: { nodeId } } = await session.send('DOM.getDocument', { depth: 0 });
      const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId, selector: 'body *' });
      await Promise.all(nodeIds.map((nodeId) => session.send('CSS.forcePseudoState', { nodeId, forcedPseudoClasses: ['hover', 'focus', 'focus-visible', 'focus-within', 'active'] })));
      views.set(`${width} ${colorScheme} pressed`, await tab.evaluate(look, input));
      await context.close();
    }
  }
  await server.close();
  return { views, problems };
}

/** The same but for digits: engines print six, of which compilers may have rounded the last. Lengths may differ by the slack. */
function near(should, is, slack) {
  if (should === is) return true;
  const [left, right] = [should, is].map((text) => text.split(/(-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)/));
  const room = (at) => Math.max(2e-5, 1e-5 * Math.abs(left[at]), left[at + 1].startsWith('px') ? slack : 0);
  return left.length === right.length && left.every((text, at) => (at % 2 ? Math.abs(text - right[at]) <= room(at) : text === right[at]));
}

/** Why a difference is none: nobody sees it. */
function known(property, should, is, style) {
  // Where an image would be.
  if (/^background-position/.test(property) && style('background-image') === 'none' && should.replaceAll('0px', '0%') === is.replaceAll('0px', '0%')) return 'background-position';
  // Of an old kind of box, which the element is not in.
  if (/^-webkit-box-(align|direction|flex|ordinal-group|orient|pack)$/.test(property) && !/-webkit-(inline-)?box/.test(`${style('display')} ${style('parent')}`)) return '-webkit-box';
  // A list that is shorter than the list of properties starts again.
  if (property.startsWith('transition-') && new Set([should, ...is.split(', ')]).size === 1) return 'repetition';
  return near(should, is, options.slack) ? 'slack' : undefined;
}

/** In a page: values of custom properties without what may be written otherwise: colours, times, zeros and white space. */
function plain(texts) {
  const probe = document.body.appendChild(document.createElement('i'));
  const colour = (text) => {
    probe.style.color = '';
    probe.style.color = text;
    return probe.style.color ? getComputedStyle(probe).color : text;
  };
  return texts.map((text) => text
    .replace(/#[\da-f]{3,8}\b|\bcolor-mix\((?:[^()]|\([^()]*\))*\)|\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\([^()]*\)/gi, colour)
    .replace(/(?<![\w.#-])(\d*\.?\d+)ms\b/g, (_, number) => `${number / 1000}s`)
    .replace(/(?<![\w.])0+(?=\.\d)/g, '')
    .replace(/(\.\d*?)0+(?!\d)/g, '$1')
    .replace(/\s*([,/()*])\s*/g, '$1')
    .replace(/'/g, '"')
    .replace(/\s+/g, ' ')
    .trim());
}

/** Differences, each with its element and view, the known ones by kind, and how many values were compared. */
async function compare(browser, expected, actual) {
  const all = [];
  const kinds = {};
  let values = 0;
  for (const [view, should] of expected) {
    const is = actual.get(view);
    if (should.elements.join() !== is.elements.join()) {
      all.push({ view, name: 'html', text: 'the elements are not the same' });
      continue;
    }
    const add = (name, property, from, to, custom) => all.push({ view, name, text: `${property} should be ${from} and is ${to}`, custom });
    should.boxes.forEach(({ name, ...box }, at) => {
      const [left, right] = [box, is.boxes[at]].map(({ all }) => all.split('\u0001'));
      const style = (property) => (property === 'parent' ? box.parent : left[should.properties.indexOf(property)]);
      values += left.length;
      left.forEach((value, at) => {
        const property = should.properties[at];
        if (near(value, right[at], 0)) return;
        const kind = known(property, value, right[at], style);
        if (kind) kinds[kind] = (kinds[kind] ?? 0) + 1;
        else add(name, property, value, right[at]);
      });
      const [own, others] = [box, is.boxes[at]].map(({ custom }) => new Map([...custom.matchAll(/([^\u0001]+)\u0001([^\u0001]*)/g)].map(([, name, value]) => [name, value])));
      values += own.size;
      for (const property of new Set([...own.keys(), ...others.keys()])) {
        const [value, other] = [own.get(property), others.get(property)];
        if (value !== other) add(name, property, value, other, [value ?? '', other ?? '']);
      }
    });
  }
  const texts = [...new Set(all.flatMap(({ custom }) => custom ?? []))];
  const tab = await browser.newPage();
  const meant = new Map((await tab.evaluate(plain, texts)).map((text, at) => [texts[at], text]));
  await tab.close();
  const found = all.filter(({ custom }) => !custom || !near(meant.get(custom[0]), meant.get(custom[1]), 0));
  return { found, kinds, values };
}

/** One line for each property with its two values, the first element that has them, and how many more do. */
function told(found) {
  const groups = new Map();
  for (const { name, view, text } of found) {
    const { names, views } = groups.get(text) ?? groups.set(text, { names: new Set(), views: new Set() }).get(text);
    names.add(name);
    views.add(view);
  }
  return [...groups].map(([text, { names, views }]) => `${[...names][0]}: ${text}${names.size > 1 ? `, and of ${names.size - 1} more` : ''} [${[...views].join(', ')}]`);
}

const sheetsOf = (folder) => readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.css')).map((name) => readFileSync(join(folder, name), 'utf8')).join('');

/** The same sheet by others, for the same browsers. */
async function peers(css) {
  const [esbuild, lightningcss, { default: cssnano }, { default: postcss }, { default: browserslist }] = await Promise.all(['esbuild', 'lightningcss', 'cssnano', 'postcss', 'browserslist'].map((name) => import(name)));
  const queries = options.browsers.map(({ name, version }) => `${name === 'ios' ? 'ios_saf' : name} ${version}`);
  const targets = Object.fromEntries(options.browsers.map(({ name, major, minor }) => [name === 'ios' ? 'ios_saf' : name, (major << 16) | (minor << 8)]));
  // Says so if it does not know a version; cssnano would take its own.
  browserslist(queries);
  const [by, nano] = await Promise.all([
    esbuild.transform(css, { loader: 'css', minify: true, target: options.target.split(','), logLevel: 'silent' }),
    postcss([cssnano({ preset: ['default', { overrideBrowserslist: queries }] })]).process(css, { from: undefined }),
  ]);
  const lightning = lightningcss.transform({ filename: 'page.css', code: Buffer.from(css), minify: true, targets });
  return { esbuild: by.code, lightningcss: lightning.code.toString(), cssnano: nano.css };
}

function brotli(text) {
  const bytes = Buffer.from(text);
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
}

function table(name, css, plimsoll, others) {
  const sizes = Object.entries({ source: css, plimsoll, ...others }).map(([tool, text]) => ({ tool, raw: Buffer.byteLength(text), brotli: brotli(text) }));
  const [, own, ...rest] = sizes;
  const best = rest.reduce((least, peer) => (peer.brotli < least.brotli ? peer : least));
  console.log(`${name.padEnd(14)}${'raw'.padStart(10)}${'brotli'.padStart(10)}`);
  for (const { tool, raw, brotli } of sizes) console.log(`  ${tool.padEnd(12)}${String(raw).padStart(10)}${String(brotli).padStart(10)}`);
  console.log(`  plimsoll / ${best.tool}: ${(own.brotli / best.brotli).toFixed(4)} in brotli`);
}

/** Of one page: elements, values and differences. */
async function judge(browser, name, folder) {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  const { css, body } = await (await import(`./pages/${name}.mjs`)).default();
  mkdirSync(from, { recursive: true });
  writeFileSync(join(from, 'index.html'), pageOf(body));
  writeFileSync(join(from, 'page.css'), css);
  const failed = build(from, to);
  if (failed) {
    console.log(`${name}: ${failed}`);
    return { elements: 0, values: 0, differences: 1 };
  }
  const schemes = css.includes('prefers-color-scheme') ? ['light', 'dark'] : ['light'];
  const [before, after] = [await visit(browser, from, schemes), await visit(browser, to, schemes)];
  const { found, kinds, values } = await compare(browser, before.views, after.views);
  const [{ elements, picked }] = before.views.values();
  if (elements.length < FEWEST) found.push({ view: 'all', name: 'html', text: `the page has ${elements.length} elements only` });
  for (const [problems, where] of [[before.problems, 'as it is'], [after.problems, 'as built']]) problems.forEach((text) => found.push({ view: where, name: 'html', text }));
  const lines = told(found);
  writeFileSync(join(folder, 'differences.txt'), lines.join('\n'));
  for (const line of lines.slice(0, SAID)) console.log(`${name}: ${line}`);
  if (lines.length > SAID) console.log(`${name}: and ${lines.length - SAID} more`);
  const sheets = { plimsoll: sheetsOf(to), ...await peers(css) };
  for (const [tool, text] of Object.entries(sheets)) writeFileSync(join(folder, `${tool}.css`), text);
  const { plimsoll, ...others } = sheets;
  table(name, css, plimsoll, others);
  const said = Object.entries(kinds).map(([kind, count]) => `, ${count} of ${kind}`).join('');
  console.log(`  ${picked} of ${elements.length} elements, ${before.views.size} views, ${values} values: ${found.length} differ; known${said || ': none'}`);
  return { elements: picked, values, differences: found.length };
}

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-frameworks-'));
const browser = await chromium.launch({ executablePath: options.chromium, args: ARGS });
const sum = { pages: 0, elements: 0, values: 0, differences: 0 };
console.log(`target: ${options.target}`);
try {
  for (const name of options.only) {
    const { elements, values, differences } = await judge(browser, name, join(folder, name));
    sum.pages += 1;
    sum.elements += elements;
    sum.values += values;
    sum.differences += differences;
  }
} finally {
  await browser.close();
  if (options.keep) cpSync(folder, options.keep, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(sum));
process.exitCode = sum.differences ? 1 : 0;

// node alike.mjs --expect FILE [--chromium PATH] [--visit NAME] NAME=BUILT_DIR NAME=BUILT_DIR…
//
// Goes through builds of one site as `expect.json` says and compares what every element has at every stop: classes and all
// computed styles, custom properties and pseudo-elements too; with --visit, on one of its visits. The first build says what is right. Names of CSS modules are
// the same name, or the same hash: readable ones are `file_name_HASH`, short ones have these five digits behind their letter.
// One line of JSON on stdout; exit status 0: all alike; 1: differences; 2: bad usage.
import { readFileSync, realpathSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { act, images, see } from './page.mjs';
import { serve } from './server.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const MOST = 12;
/** Looks at most, and milliseconds between them. */
const [LOOKS, PAUSE] = [20, 150];

function usage(message) {
  console.error(`alike: ${message}\nusage: node alike.mjs --expect FILE [--chromium PATH] [--visit NAME] NAME=BUILT_DIR NAME=BUILT_DIR…`);
  process.exit(2);
}

function read() {
  const options = { expect: { type: 'string' }, chromium: { type: 'string', default: '/usr/bin/chromium' }, visit: { type: 'string' } };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (!values.expect) usage('--expect is missing');
    if (positionals.length < 2) usage('two builds are needed to compare');
    const builds = positionals.map((text) => [text.slice(0, text.indexOf('=')), realpathSync(text.slice(text.indexOf('=') + 1))]);
    return { ...values, builds, expect: JSON.parse(readFileSync(values.expect, 'utf8')) };
  } catch (error) {
    return usage(error.message);
  }
}

/** In the page: what every element has. `probes`: elements whose text tells the builds apart get the same one. */
function look(probes) {
  for (const probe of document.querySelectorAll(probes)) probe.textContent = 'the same';
  // Where an animation stands is a matter of time.
  for (const animation of document.getAnimations()) {
    if (animation instanceof CSSTransition) animation.finish();
    else Object.assign(animation, { currentTime: 0 }).pause();
  }
  const plain = (value) => (value.includes('url(') ? value.replaceAll(location.origin, '').replace(/-[0-9A-Za-z_]{8,}(?=\.\w+["')?#])/g, '') : value);
  const names = [...getComputedStyle(document.documentElement)];
  // One text of all values: most elements are only asked whether it is the same.
  const values = (style) => names.map((name) => plain(style.getPropertyValue(name))).join('\n');
  const customs = (element) => [...element.computedStyleMap()].filter(([name]) => name.startsWith('--')).map(([name, value]) => `${name}: ${plain(value.join(' ')).replace(/\s+/g, ' ').trim()}`).join('\n');
  const PSEUDO = { '::before': '*', '::after': '*', '::marker': 'li, summary', '::placeholder': 'input, textarea' };
  const one = (element) => {
    const styles = { '': values(getComputedStyle(element)), custom: customs(element) };
    for (const [pseudo, selector] of Object.entries(PSEUDO)) {
      if (!element.matches(selector)) continue;
      const style = getComputedStyle(element, pseudo);
      if (selector !== '*' || style.content !== 'none') styles[pseudo] = values(style);
    }
    return { name: element.localName + (element.id && `#${element.id}`), classes: [...element.classList], styles };
  };
  // What stands in the head differs: links of sheets and chunks.
  const all = [document.documentElement, ...document.querySelectorAll('body, body *:not(script, link, style)')];
  return { names, all: all.map(one) };
}

/** What there is to see once nothing is asked for, and nothing has changed since the look before. */
async function settled(page, where, probes, problems) {
  await images(page, [], where, problems);
  await page.mouse.move(0, 0);
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.evaluate(() => document.fonts.ready.then(() => scrollTo(0, 0)));
  let [before, seen] = ['', await page.evaluate(look, probes)];
  for (let tries = 0; tries < LOOKS && before !== (before = JSON.stringify(seen)); tries += 1) {
    await page.waitForTimeout(PAUSE);
    seen = await page.evaluate(look, probes);
  }
  return seen;
}

/** A busy machine may need more than the patience of one visitor. */
async function seeAtLast(page, expected, where, problems) {
  for (let left = 3; left > 0; left -= 1) {
    const found = [];
    await see(page, expected, where, found);
    if (!found.length) return;
    if (left === 1) problems.push(...found);
  }
}

async function go(browser, dir, { expect, visit: only }, problems, visitor) {
  const server = await serve(dir);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block' });
  context.on('weberror', (error) => problems.push(`uncaught ${String(error.error()).split('\n')[0]}`));
  const probes = expect.modes?.join() ?? ':not(*)';
  const isProbe = ({ selector }) => expect.modes?.includes(selector);
  for (const visit of expect.pages.filter(({ name }) => !only || name === only)) {
    const page = await context.newPage();
    await page.goto(server.origin + visit.path, { waitUntil: 'load' });
    for (const stop of visit.routes) {
      const where = `${visit.name} / ${stop.name}`;
      if (stop.click) await act(page, [{ click: stop.click }], where, problems);
      for (const expected of stop.see ?? []) if (!isProbe(expected)) await seeAtLast(page, expected, where, problems);
      visitor(where, await settled(page, where, probes, problems));
      if (!stop.do) continue;
      await act(page, stop.do, where, problems);
      visitor(`${where}, then`, await settled(page, where, probes, problems));
    }
    await page.close();
  }
  await context.close();
  await server.stop();
}

/** Whether names of CSS modules are two spellings of one: equal, or a readable and a short one with the same hash. */
class Names {
  constructor() {
    this.pairs = new Map();
  }

  same(one, other) {
    if (one === other) return true;
    const [long, short] = one.length > other.length ? [one, other] : [other, one];
    const hash = /^[\w-]+_([0-9A-Za-z]{5})$/.exec(long)?.[1];
    if (!hash || !/^[A-Za-z][0-9A-Za-z]{6}$/.test(short) || short.slice(1, 6) !== hash) return false;
    for (const [from, to] of [[long, short], [short, long]]) {
      if ((this.pairs.get(from) ?? to) !== to) return false;
      this.pairs.set(from, to);
    }
    return true;
  }

  list(one, other) {
    return one.length === other.length && one.every((name, at) => this.same(name, other[at]));
  }

  /** `spin_x_ab3de, none` and `qab3de5, none`. `background:none` and `background:0 0` put no image at the same place. */
  text(one, other) {
    if (one === other) return true;
    const words = (text) => text.replaceAll('0% 0%', '0px 0px').split(/[\s,]+/);
    return this.list(words(one), words(other));
  }
}

/** What differs between two looks at one place. */
function differences(names, { names: properties, all: expected }, { all: actual }) {
  if (expected.length !== actual.length) return [`${actual.length} elements, expected ${expected.length}`];
  const out = [];
  expected.forEach((element, at) => {
    const { name, classes, styles } = actual[at];
    const label = `element ${at}, ${element.name}.${element.classes.join('.')}`;
    if (element.name !== name) out.push(`${label}: is ${name}`);
    if (!names.list(element.classes, classes)) out.push(`${label}: has the classes ${classes.join(' ')}`);
    for (const pseudo of new Set([...Object.keys(element.styles), ...Object.keys(styles)])) {
      if (element.styles[pseudo] === styles[pseudo]) continue;
      const [should, is] = [element.styles[pseudo] ?? '', styles[pseudo] ?? ''].map((text) => text.split('\n'));
      for (let at = 0; at < Math.max(should.length, is.length); at += 1) {
        const [one, other] = [should[at] ?? 'nothing', is[at] ?? 'nothing'];
        const property = pseudo === 'custom' ? 'a custom property' : `${pseudo} ${properties[at]}`.trim();
        if (!names.text(one, other)) out.push(`${label}: ${property} should be ${one} and is ${other}`);
      }
    }
  });
  return out;
}

const options = read();
const [problems, found, names] = [[], [], new Names()];
const browser = await chromium.launch({ executablePath: options.chromium, headless: true, args: ARGS, timeout: 30000 });
const looks = await Promise.all(options.builds.map(async ([build, dir]) => {
  const [wrong, stops] = [[], new Map()];
  await go(browser, dir, options, wrong, (where, all) => stops.set(where, all));
  problems.push(...wrong.map((text) => `${build}: ${text}`));
  return stops;
}));
await browser.close();
const [expected, ...others] = looks;
others.forEach((stops, at) => {
  for (const [where, all] of stops) found.push(...differences(names, expected.get(where), all).map((text) => `${options.builds[at + 1][0]}: ${where}: ${text}`));
});
const elements = [...expected.values()].flatMap(({ all }) => all);
const values = elements.flatMap(({ styles }) => Object.values(styles)).reduce((sum, text) => sum + text.split('\n').length, 0);
const classes = new Set(elements.flatMap(({ classes }) => classes)).size;
const all = [...problems.sort(), ...found];
const more = all.length > MOST ? [`and ${all.length - MOST} more`] : [];
const seen = { builds: options.builds.length, stops: expected.size, elements: elements.length, values, classes, pairs: names.pairs.size / 2 };
console.log(JSON.stringify({ ok: all.length === 0, ...seen, problems: [...all.slice(0, MOST), ...more] }));
process.exitCode = all.length ? 1 : 0;

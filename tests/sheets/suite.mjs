// node suite.mjs --suite DIR --plimsoll FILE [--chromium PATH] [FILTER]
//
// Reads cases of CSS imports, folders with a style.css (the layout of the public css-import-tests), renders each in Chromium
// as it is and bundled, plain and minified, as files of the project and as files of a package, whose mistakes are passed
// over. Compared is every computed property of every element. Prints what differs; exit status 1 if anything does.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = createRequire(join(here, '../browser/visit.mjs'))('playwright-core');
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.png': 'image/png' };
const BODY = '<div class="donut-edge"><div class="donut-body"><div class="donut-hole"><div class="box"></div></div></div></div><div class="box"></div>';
const BASE = '<style>@layer base { :where(.box) { width: 100px; height: 100px; background-color: red } }</style>';
const page = (href) => `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>case</title>\n${BASE}\n<link rel="stylesheet" href="${href}">\n</head>\n<body>${BODY}</body>\n</html>\n`;
const WAYS = [['plain', ['--no-minify']], ['minified', ['--minify']]];

const { values: options, positionals } = parseArgs({
  options: { suite: { type: 'string' }, plimsoll: { type: 'string' }, chromium: { type: 'string', default: '/usr/bin/chromium' } },
  allowPositionals: true,
});
if (!options.suite || !options.plimsoll) {
  console.error('usage: node suite.mjs --suite DIR --plimsoll FILE [--chromium PATH] [FILTER]');
  process.exit(2);
}

function cases(folder) {
  const found = readdirSync(folder, { withFileTypes: true });
  if (found.some((entry) => entry.name === 'style.css')) return [folder];
  return found.filter((entry) => entry.isDirectory()).flatMap((entry) => cases(join(folder, entry.name))).sort();
}

const work = mkdtempSync(join(tmpdir(), 'plimsoll-css-imports-'));
let root = work;
const server = createServer((request, response) => {
  try {
    const path = join(root, decodeURIComponent(new URL(request.url, 'http://x').pathname));
    const bytes = readFileSync(path);
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: options.chromium, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
const context = await browser.newContext();
// Nothing but this server is asked for anything.
await context.route((url) => url.host !== new URL(base).host, (route) => route.abort());

async function look(folder, path) {
  root = folder;
  const tab = await context.newPage();
  await tab.goto(`${base}/${path}`, { waitUntil: 'load', timeout: 15000 });
  const styles = await tab.evaluate(() => [...document.querySelectorAll('body *')].map((element) => {
    const all = getComputedStyle(element);
    return [...all].map((name) => `${name}: ${all.getPropertyValue(name)}`).filter((line) => !line.includes('url('));
  }));
  await tab.close();
  return styles;
}

function differ(expected, actual) {
  for (const [at, lines] of expected.entries()) {
    const line = lines.findIndex((text, index) => text !== actual[at]?.[index]);
    if (line >= 0) return `element ${at}: ${lines[line]} became ${actual[at]?.[line]}`;
  }
  return null;
}

const sets = {
  project: (from, to) => (cpSync(from, to, { recursive: true }), 'style.css'),
  package: (from, to) => {
    cpSync(from, join(to, 'node_modules/case'), { recursive: true });
    writeFileSync(join(to, 'node_modules/case/package.json'), '{ "name": "case", "version": "1.0.0" }');
    return 'node_modules/case/style.css';
  },
};

const counts = { cases: 0, equal: 0, differ: 0, refused: 0 };
for (const folder of cases(resolve(options.suite)).filter((name) => !positionals.length || positionals.some((text) => name.includes(text)))) {
  const name = relative(resolve(options.suite), folder);
  counts.cases += 1;
  const found = [];
  for (const [set, place] of Object.entries(sets)) {
    const from = join(work, set);
    rmSync(from, { recursive: true, force: true });
    mkdirSync(from, { recursive: true });
    writeFileSync(join(from, 'index.html'), page(`./${place(folder, from)}`));
    const expected = await look(from, 'index.html');
    for (const [way, flags] of WAYS) {
      const out = join(work, 'out');
      rmSync(out, { recursive: true, force: true });
      const built = spawnSync(resolve(options.plimsoll), ['build', 'index.html', '--outdir', out, '--no-cache', '--log-level=error', '--precompress=none', '--service-worker=off', '--headers=none', '--budget=none', '--external', '*.png', ...flags], { cwd: from, encoding: 'utf8', timeout: 15000 });
      const said = built.status === 0 ? differ(expected, await look(out, 'index.html')) : `refused: ${built.stderr.trim().split('\n')[0]}`;
      if (said) found.push(`  ${set} ${way}: ${said}`);
    }
  }
  const kind = found.length === 0 ? 'equal' : found.every((line) => line.includes(': refused: ')) ? 'refused' : 'differ';
  counts[kind] += 1;
  if (found.length) console.log(`${name}\n${found.join('\n')}`);
}
await browser.close();
server.close();
rmSync(work, { recursive: true, force: true });
console.log(JSON.stringify(counts));
process.exitCode = counts.differ + counts.refused ? 1 : 0;

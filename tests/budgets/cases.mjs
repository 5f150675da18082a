// Sites and configurations: the examples of each tool's documentation, and what lies on either side of a limit.

/** Letters that compress somewhat, always the same ones. */
function letters(count, seed) {
  let state = seed * 2654435761 + 1;
  let out = '';
  while (out.length < count) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    out += 'abcdefghijklmnop'[state >>> 28];
  }
  return out;
}

/** A script or sheet of exactly so many bytes that begins with `code`. */
function sized(bytes, code = '', seed = bytes) {
  const rest = bytes - code.length - 4;
  if (rest < 0) throw new Error(`${code} has more than ${bytes} bytes`);
  return `${code}/*${letters(rest, seed)}*/`;
}

const page = (...tags) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>${tags.join('')}</head><body><p>Text</p></body></html>`;
const script = (path) => `<script type="module" src="${path}"></script>`;
const sheet = (path) => `<link rel="stylesheet" href="${path}">`;

/** Compressed here and there by different programs. */
const roughly = ({ actual }) => actual * 0.08 + 16;

// size-limit.

const several = {
  'dist/index.html': page(script('app.js')),
  'dist/app.js': sized(10_000, 'console.log(1);'),
  'dist/vendor.js': sized(5_000, 'console.log(2);'),
  'dist/sub/lazy.js': sized(2_000, 'console.log(3);'),
  'dist/app.css': sized(1_024, 'a{color:red}'),
};
const raw = (path, limit, more) => ({ path, limit, brotli: false, ...more });
const checks = (name, json, more) => ({ tool: 'size-limit', name, files: several, config: { name: '.size-limit.json', json }, ...more });
const sizeLimit = [
  checks('exactly the limit passes', [raw('dist/app.js', '10 kB'), raw('dist/app.js', '9.999 kB'), raw('dist/app.css', '1 KiB')]),
  checks('units', [
    raw('dist/app.js', '10000'),
    raw('dist/app.js', '9999 B'),
    raw('dist/app.js', '10KB'),
    raw('dist/app.js', '9.765625 KiB'),
    raw('dist/app.js', '0.01 mb'),
    raw('dist/app.js', 9999),
    raw('dist/vendor.js', '5.0009 kB'),
    raw('dist/vendor.js', '4.9999 kB'),
  ]),
  checks('patterns', [
    raw('dist/*.js', '15 kB'),
    raw('dist/**/*.js', '16.999 kB'),
    raw(['dist/*.js', '!dist/vendor.js'], '10 kB'),
    raw('dist/{app,vendor}.js', '14.999 kB'),
    raw('dist/app{,.min}.js', '10 kB'),
    raw(['./dist/app.js', 'dist/app.js'], '10 kB'),
    raw('dist/?pp.js', '10 kB'),
    raw('dist/**', '1 B'),
  ]),
  checks('folders', [raw('dist/sub', '2 kB'), raw('dist/*', '1 B'), raw(['dist', '!dist/sub'], '16.1 kB')]),
  checks('compressed here', [{ path: 'dist/*.js', limit: '20 kB' }, { path: 'dist/app.js', limit: '1 kB' }, { path: 'dist/app.js', limit: '1 kB', gzip: true }], {
    slack: roughly,
  }),
  checks('compressed before', [{ path: 'dist/app.js', limit: '20 kB' }, { path: 'dist/*.js', limit: '1 kB', gzip: true }, raw('dist/app.js', '10 kB')], {
    copies: true,
    slack: roughly,
  }),
  checks('without a limit', [{ path: 'dist/app.js', brotli: false }]),
  checks('options of other plugins', [raw('dist/app.js', '10 kB', { name: 'app', message: 'm', disablePlugins: ['@size-limit/webpack'] })]),
  checks('no such file', [raw('dist/nothing.js', '10 kB')]),
  checks('an unknown option', [raw('dist/app.js', '10 kB', { limits: '1 kB' })]),
  checks('an example: a part of a module, timed', [{ path: 'index.js', import: '{ createStore }', limit: '500 ms' }], { unsupported: true }),
  {
    tool: 'size-limit',
    name: 'an example: package.json',
    files: several,
    config: { name: 'package.json', json: { name: 'site', 'size-limit': [raw('dist/app.js', '9 kB')], devDependencies: { '@size-limit/file': '14.3.0' } } },
  },
];

// bundlewatch.

const watched = {
  'dist/index.html': page(script('app.js')),
  'dist/app.js': sized(102_400, 'console.log(1);'),
  'dist/vendor.js': sized(102_401, 'console.log(2);'),
  'dist/app.4f2a.css': sized(1_025, 'a{color:red}'),
  'dist/sub/lazy.js': sized(500, 'console.log(3);'),
};
const watch = (name, json, more) => ({ tool: 'bundlewatch', name, files: watched, config: { name: 'bundlewatch.config.json', json }, ...more });
const plain = (path, maxSize) => ({ path, maxSize, compression: 'none' });
const bundlewatch = [
  {
    tool: 'bundlewatch',
    name: 'an example: package.json',
    files: watched,
    slack: roughly,
    config: { name: 'package.json', json: { name: 'site', bundlewatch: { files: [{ path: 'dist/*.js', maxSize: '100kB' }] } } },
  },
  watch('exactly the size passes', { files: [plain('dist/*.js', '100 KB'), plain('dist/*.css', '1 kb')] }),
  watch('units', { files: [plain('dist/app.js', '102400'), plain('dist/vendor.js', '102400.9 B'), plain('dist/*.css', '0.002 MB')], defaultCompression: 'brotli' }),
  watch('the last path that matches', { files: [plain('dist/*.js', '1 KB'), plain('dist/vendor.js', '101 KB'), plain('dist/**/lazy.js', '499')] }),
  watch('a path that matches again', { files: [plain('dist/vendor.js', '1 KB'), plain('./dist/*.css', '2 KB')] }),
  watch('compressed here', { files: [{ path: 'dist/app.js', maxSize: '10 KB' }, { path: 'dist/vendor.js', maxSize: '90 KB', compression: 'brotli' }] }, { slack: roughly }),
  watch('compressed before', { files: [{ path: 'dist/*.js', maxSize: '80 KB' }], defaultCompression: 'brotli' }, { copies: true, slack: roughly }),
  watch('names without hashes', { files: [plain('dist/*.css', '2 KB')], normalizeFilenames: '^.+?(\\.\\w+)\\.(?:js|css)$', ci: { trackBranches: ['main'] } }),
  watch('a number is compared with nothing', { files: [plain('dist/app.js', 5)] }),
  watch('no such file', { files: [plain('dist/nothing.js', '1 KB')] }),
  watch('an unknown compression', { files: [plain('dist/app.js', '1 KB')], defaultCompression: 'zip' }),
];

// Angular.

const application = {
  'dist/index.html': page(sheet('styles.css'), script('main.js')),
  'dist/styles.css': sized(1_000, 'a{color:red}'),
  'dist/main.js': sized(6_000, 'import"./chunk.js";globalThis.later=()=>import("./lazy.js");'),
  'dist/main.js.map': '{}',
  'dist/chunk.js': sized(3_000, 'console.log(1);'),
  'dist/lazy.js': sized(2_000, 'console.log(2);'),
  'dist/logo.png': 'x'.repeat(5_000),
};
const chunks = [
  { file: 'styles.css', name: 'styles', initial: true },
  { file: 'main.js', name: 'main', initial: true },
  { file: 'chunk.js', initial: true },
  { file: 'lazy.js', name: 'lazy', initial: false },
];
const project = (budgets) => ({ projects: { app: { architect: { build: { configurations: { production: { budgets } }, options: { budgets: [{ type: 'all', maximumError: '1b' }] } } } } } });
const budgets = (name, list, json = list) => ({ tool: 'angular', name, files: application, chunks, budgets: list, config: { name: 'angular.json', json } });
const fresh = [{ type: 'initial', maximumWarning: '500kB', maximumError: '1MB' }];
const angular = [
  budgets('an example: a new application', fresh, project(fresh)),
  budgets('exactly the limit passes', [
    { type: 'initial', maximumError: '10kb' },
    { type: 'initial', maximumError: '9999b' },
    { type: 'initial', maximumWarning: '9.999 kb', maximumError: '0.01mb' },
    { type: 'all', maximumError: '12kb' },
    { type: 'allScript', maximumError: '10999' },
    { type: 'allScript', maximumError: '11000' },
  ]),
  budgets('each file', [{ type: 'any', maximumWarning: '2kb', maximumError: '5999b' }, { type: 'anyScript', maximumError: '3kb' }]),
  budgets('by name', [{ type: 'bundle', name: 'main', maximumError: '6kb' }, { type: 'bundle', name: 'lazy', maximumError: '1999b' }, { type: 'bundle', name: 'styles', maximumWarning: '1b' }]),
  budgets('minimums', [{ type: 'all', minimumError: '12kb' }, { type: 'all', minimumError: '12001b' }, { type: 'all', minimumWarning: '13kb' }]),
  budgets('baselines', [
    { type: 'all', baseline: '10kb', maximumError: '20%' },
    { type: 'all', baseline: '10kb', maximumError: '19%' },
    { type: 'all', baseline: '10kb', warning: '1kb', error: '2kb' },
    { type: 'all', baseline: '15kb', warning: '10%', error: '3kb' },
    { type: 'all', baseline: '15kb', minimumError: '20%' },
    { type: 'all', warning: '12kb' },
    { type: 'all', error: '11kb' },
  ]),
];

// webpack.

const modules = {
  'src/main.js': `import url from './logo.png';\nconsole.log(url, ${JSON.stringify(letters(3_000, 1))});`,
  'src/other.js': `console.log(${JSON.stringify(letters(2_000, 2))});`,
  'src/logo.png': 'x'.repeat(5_000),
};
const packed = (name, json, more) => ({ tool: 'webpack', name, files: modules, config: { name: 'webpack.json', json }, ...more });
const webpack = [
  packed('nothing said', { performance: {} }),
  packed('an example: errors', { performance: { hints: 'error', maxAssetSize: 4_999, maxEntrypointSize: 2_500 } }),
  packed('exactly the limit passes', { performance: { hints: 'error', maxAssetSize: 5_000, maxEntrypointSize: 400_000 } }),
  packed('warnings', { performance: { maxAssetSize: 2_500, maxEntrypointSize: 2_500 } }),
  packed('source maps do not count', { performance: { hints: 'error', maxAssetSize: 5_000 } }, { maps: true }),
  packed('no hints', { performance: { hints: false, maxAssetSize: 1 } }, { files: several, unsupported: true }),
  packed('an unknown option', { performance: { maxAsset: 1 } }),
];

// Lighthouse.

const pages = {
  'dist/index.html': page(sheet('app.css'), script('app.js')),
  'dist/blog/a.html': page(script('../app.js'), script('../more.js')),
  'dist/app.css': sized(1_024, 'a{color:red}'),
  'dist/app.js': sized(10_240, 'console.log(1);'),
  'dist/more.js': sized(5_121, 'console.log(2);'),
};
const loads = { '/index.html': ['index.html', 'app.css', 'app.js'], '/blog/a.html': ['blog/a.html', 'app.js', 'more.js'] };
/** With a browser: response headers. */
const headers = (result) => (process.argv.includes('--lighthouse') && result.requests ? 600 * result.requests : 0);
const visit = (name, json, more) => ({ tool: 'lighthouse', name, files: pages, pages: loads, slack: headers, config: { name: 'budget.json', json }, ...more });
const size = (resourceType, budget) => ({ resourceType, budget });
/** At a limit, headers would decide. */
const edge = (one) => (process.argv.includes('--lighthouse') ? [] : [one]);
const lighthouse = [
  visit('an example', [
    {
      path: '/*',
      resourceSizes: [size('script', 300), size('image', 100), size('total', 1000)],
      resourceCounts: [size('script', 1), size('total', 3)],
    },
  ]),
  ...edge(visit('exactly the size passes', [{ resourceSizes: [size('stylesheet', 1), size('script', 10)] }])),
  visit('fractions', [{ resourceSizes: [size('stylesheet', 0.5), size('script', 20.5)], resourceCounts: [size('script', 1.5)] }]),
  visit('the last budget of a page', [
    { path: '/', resourceSizes: [size('script', 100)] },
    { path: '/blog/*.html$', resourceSizes: [size('script', 5)] },
  ]),
  visit('a last budget without limits', [{ path: '/', resourceSizes: [size('script', 1)] }, { path: '/blog' }]),
  visit('paths', [{ path: '/index.html$', resourceSizes: [size('total', 1)] }, { path: '/*a.html', resourceCounts: [size('total', 2)] }]),
  visit('compressed before', [{ resourceSizes: [size('script', 12), size('document', 1), size('total', 4)] }], { copies: true }),
  visit('times and third parties', [{ timings: [{ metric: 'interactive', budget: 3000 }], resourceCounts: [size('third-party', 1)] }], { unsupported: true }),
  visit('an unknown type', [{ resourceSizes: [size('scripts', 1)] }]),
  visit('a type twice', [{ resourceSizes: [size('script', 1), size('script', 2)] }]),
  visit('a path without a slash', [{ path: 'blog', resourceSizes: [size('script', 1)] }]),
  visit('a host with a scheme', [{ options: { firstPartyHostnames: ['https://example.com'] }, resourceSizes: [size('script', 1)] }]),
  visit('an unknown key', [{ resourceSizes: [{ ...size('script', 1), tolerance: 1 }] }]),
];

export const cases = [...sizeLimit, ...bundlewatch, ...lighthouse, ...angular, ...webpack];

// Cases, and how they are built.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const fixtures = resolve(import.meta.dirname, '../../fixtures');

export const MODES = ['off', 'on', 'max'];
/** Packages written as ES modules, with classes, compiled from TypeScript, and as CommonJS. */
const PACKAGES = ['lodash-es', 'rxjs', 'date-fns', 'vue', 'ajv'];
const FLAGS = [
  '--format', 'esm', '--target', 'es2022', '--no-cache', '--sourcemap', 'linked', '--headers', 'none', '--budget', 'none', '--precompress', 'none',
  '--service-worker', 'off', '--images', 'off', '--legal-comments', 'none', '--log-level', 'error',
];

function run(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${done.error ?? done.stdout + done.stderr}`);
}

export function installed(folder) {
  if (!existsSync(join(folder, 'node_modules/.package-lock.json'))) run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', folder]);
}

/** Every case: its name, and a function that gives what to build and where from. */
export function cases(place) {
  const storefront = join(fixtures, 'storefront');
  const shop = { name: 'storefront', entry: () => (installed(storefront), { entry: storefront, cwd: storefront }) };
  const library = (name) => ({ name, entry: () => packageEntry(place, name) });
  return [shop, ...PACKAGES.map(library)];
}

function packageEntry(place, name) {
  const packages = join(fixtures, 'packages');
  installed(packages);
  const folder = join(place, 'entries', name);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'node_modules'))) symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'entry.mjs'), `import * as all from '${name}';\nexport * from '${name}';\nexport default all;\n`);
  return { entry: join(folder, 'entry.mjs'), cwd: folder };
}

export function build(plimsoll, { entry, cwd }, mode, outdir, more = []) {
  run(plimsoll, ['build', entry, '--outdir', outdir, ...FLAGS, `--minify=${mode}`, ...more], cwd);
}

/** The scripts under a folder that have a map. */
export function scripts(folder) {
  const files = readdirSync(folder, { recursive: true }).map(String).sort();
  return files.filter((file) => /\.[mc]?js$/.test(file) && files.includes(`${file}.map`)).map((file) => join(folder, file));
}

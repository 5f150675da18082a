// Builds a folder of sources in every way and runs it in Node beside the sources. One lane does one graph at a time.
import { fork, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const realm = new URL('realm.mjs', import.meta.url);

const PAGE = ['--images', 'off', '--service-worker', 'off', '--headers', 'none', '--budget', 'none', '--precompress', 'none', '--public-path', './'];

/**
 * name → flags, how the output is loaded, and whether outputs share their modules. `page`: entries are scripts of pages, whose
 * exports nobody sees, so that their chunks hold what others need.
 */
export const WAYS = {
  'unsplit plain': { flags: ['--format', 'esm', '--no-splitting', '--no-minify'], how: 'import' },
  'unsplit minified': { flags: ['--format', 'esm', '--no-splitting', '--minify'], how: 'import' },
  'split plain': { flags: ['--format', 'esm', '--splitting', '--no-minify'], how: 'import', shared: true },
  'split minified': { flags: ['--format', 'esm', '--splitting', '--minify'], how: 'import', shared: true },
  'split fast': { flags: ['--format', 'esm', '--splitting', '--minify=fast'], how: 'import', shared: true },
  'unsplit max': { flags: ['--format', 'esm', '--no-splitting', '--minify=max'], how: 'import' },
  'split max': { flags: ['--format', 'esm', '--splitting', '--minify=max'], how: 'import', shared: true },
  pages: { flags: ['--format', 'esm', '--minify', ...PAGE], how: 'import', shared: true, silent: true, page: true },
};

/** For graphs of one entry without top-level await. */
export const FORMATS = {
  'cjs plain': { flags: ['--format', 'cjs', '--no-splitting', '--no-minify'], how: 'require', scripts: true },
  'cjs minified': { flags: ['--format', 'cjs', '--no-splitting', '--minify'], how: 'require', scripts: true },
  'iife plain': { flags: ['--format', 'iife', '--no-splitting', '--no-minify'], how: 'require', scripts: true, silent: true },
  'iife minified': { flags: ['--format', 'iife', '--no-splitting', '--minify'], how: 'require', scripts: true, silent: true },
};

const thirds = ['0369', '147', '258'].flatMap((digits, at) => ['--chunk', `third${at}=*[${digits}].?js`]);

/** Every module in one of three chunks, by the last digit of its file name; entries too. */
export const MANUAL = {
  'manual plain': { flags: ['--format', 'esm', '--splitting', '--no-minify', ...thirds], how: 'import', shared: true },
  'manual minified': { flags: ['--format', 'esm', '--splitting', '--minify', ...thirds], how: 'import', shared: true },
  'manual some': { flags: ['--format', 'esm', '--splitting', '--no-minify', ...thirds.slice(0, 2), '--max-chunk-size', '600'], how: 'import', shared: true },
  // With --formats. Two `import()`s of one CommonJS module give two namespaces there, named chunks or not.
  'manual cjs': { flags: ['--format', 'cjs', '--splitting', '--minify', ...thirds], how: 'require', scripts: true, single: true },
};

export const wayOf = (name) => WAYS[name] ?? FORMATS[name] ?? MANUAL[name];

const pageOf = (entry) => entry.file.replace(/\.mjs$/, '.html');

/** The script that a built page names. */
const scriptOf = (page) => join(page, '..', /<script[^>]* src="([^"]+)"/.exec(readFileSync(page, 'utf8'))?.[1] ?? 'none');

export class Lane {
  /** `folder` is emptied and used by this lane alone. */
  constructor(folder, plimsoll) {
    Object.assign(this, { folder, plimsoll, runs: 0, graphs: 0 });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  start() {
    this.child = fork(realm, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: ['--no-warnings', '--stack-size=600'] });
    this.served = 0;
  }

  stop() {
    this.child?.kill('SIGKILL');
    this.child = null;
  }

  /** Logs of these entries, loaded one after the other. A process that ends by itself (V8 does, at times) is tried again. */
  async run(how, entries, limit, silent = false) {
    return (await this.once(how, entries, limit, silent)) ?? (await this.once(how, entries, limit, silent)) ?? entries.map(() => ['the process ended']);
  }

  once(how, entries, limit, silent) {
    if (!this.child || this.served > 1500) {
      this.stop();
      this.start();
    }
    this.served += 1;
    this.runs += 1;
    const id = this.runs;
    const { child } = this;
    return new Promise((done) => {
      const over = (logs) => {
        clearTimeout(timer);
        child.removeAllListeners();
        done(logs);
      };
      const gone = () => {
        this.child = null;
        over(null);
      };
      const timer = setTimeout(() => {
        child.removeAllListeners();
        this.stop();
        over(entries.map(() => ['never returned']));
      }, limit * entries.length * 4 + 5000);
      child.on('exit', gone);
      child.on('message', (message) => message.id === id && over(message.logs));
      child.send({ id, how, entries, limit, silent });
    });
  }

  /** A new folder for a graph; modules are cached by path, so no path is used twice. */
  place() {
    rmSync(join(this.folder, String(this.graphs)), { recursive: true, force: true });
    this.graphs += 1;
    const place = join(this.folder, String(this.graphs));
    mkdirSync(join(place, 'src'), { recursive: true });
    for (const [name, type] of [['esm', 'module'], ['scripts', 'commonjs']]) {
      mkdirSync(join(place, name));
      writeFileSync(join(place, name, 'package.json'), JSON.stringify({ type }));
    }
    return place;
  }

  write(files) {
    const place = this.place();
    for (const [name, text] of files) writeFileSync(join(place, 'src', name), text);
    return place;
  }

  copyOf(folder) {
    const place = this.place();
    for (const name of readdirSync(folder)) if (/\.[mc]js$/.test(name)) copyFileSync(join(folder, name), join(place, 'src', name));
    return place;
  }

  /** What Node says: `shared` with all entries in one realm, `alone` with each in its own. */
  async native(place, entries, limit) {
    const at = (folder) => entries.map((entry) => ({ ...entry, file: join(place, folder, entry.file) }));
    const shared = await this.run('import', at('src'), limit);
    if (entries.length === 1) return { shared, alone: shared };
    const alone = [];
    for (const [i, entry] of entries.entries()) {
      cpSync(join(place, 'src'), join(place, `alone${i}`), { recursive: true });
      alone.push(...(await this.run('import', [{ ...entry, file: join(place, `alone${i}`, entry.file) }], limit)));
    }
    return { shared, alone };
  }

  build(place, entries, out, { flags, page }) {
    const files = entries.map((entry) => (page ? pageOf(entry) : entry.file));
    if (page) for (const entry of entries) writeFileSync(join(place, 'src', pageOf(entry)), `<script type="module" src="./${entry.file}"></script>`);
    const args = ['build', ...files, '--outdir', out, '--entry-names', '[name]', '--platform', 'node', '--no-cache', '--log-level', 'error', ...flags];
    return new Promise((done) => {
      const child = spawn(this.plimsoll, args, { cwd: join(place, 'src'), stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.on('data', (data) => (said += data));
      child.on('error', (error) => done(String(error)));
      child.on('close', (status) => done(status === 0 ? null : said || `status ${status}`));
    });
  }

  /** Logs of one way: like `native`, one list per entry. */
  async bundled(place, entries, name, limit) {
    const way = wayOf(name);
    const out = join(place, way.scripts ? 'scripts' : 'esm', `${name.replace(' ', '-')}`);
    const wrong = await this.build(place, entries, out, way);
    if (wrong) return entries.map(() => ['the build failed', ...wrong.split('\n').slice(0, 6)]);
    const built = entries.map((entry) => ({ ...entry, file: way.page ? scriptOf(join(out, pageOf(entry))) : join(out, entry.file.replace(/\.mjs$/, '.js')) }));
    if (!built.every((entry) => existsSync(entry.file))) return entries.map(() => ['the output is not there']);
    if (way.shared) return this.run(way.how, built, limit, way.silent);
    const logs = [];
    for (const entry of built) logs.push(...(await this.run(way.how, [entry], limit, way.silent)));
    return logs;
  }
}

// Node says this for CommonJS that throws below a module that waits, although the import is caught.
const isRejection = (line) => line.startsWith('unhandled ');

/** First difference of two lists of logs, or null. */
export function difference(expected, actual, way) {
  // The pass over whole chunks does not wait for dead zones (README, Known limits): what comes after is not compared.
  const known = (line) => /max$/.test(way ?? '') && /threw ReferenceError/.test(line ?? '');
  for (const [entry, whole] of expected.entries()) {
    const log = whole.filter((line) => !isRejection(line));
    const other = (actual[entry] ?? []).filter((line) => !isRejection(line) || !whole.includes(line));
    for (let at = 0; at < Math.max(log.length, other.length); at++) {
      if (log[at] !== other[at] && known(log[at])) break;
      if (log[at] !== other[at]) return { entry, line: at, expected: log[at] ?? '(nothing)', actual: other[at] ?? '(nothing)' };
    }
  }
  return null;
}

/** Logs without what an output of this kind cannot say. */
export function heard(logs, way) {
  const { silent, shared } = wayOf(way);
  if (silent) logs = logs.map((log) => log.filter((line) => !/^exports? /.test(line)));
  // A chunk fails as a whole: of an entry that failed, what ran before cannot be loaded later, where code is split.
  return shared ? logs.map((log) => log.slice(0, (log.findIndex((line) => /^entry threw/.test(line)) + 1 || Infinity))) : logs;
}

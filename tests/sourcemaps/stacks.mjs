// Errors thrown in bundles, and where Node and Chromium say that it was.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { chromium } from './chromium.mjs';

const folder = join(import.meta.dirname, 'throws');
const linesOf = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8').split('\n')]));

/** By mark: where `// throws MARK` or `// through MARK` stands, as file and line. */
function marked(word) {
  const found = new Map();
  for (const [file, lines] of linesOf) {
    lines.forEach((line, at) => {
      const mark = new RegExp(`// ${word} (\\S+)`).exec(line)?.[1];
      if (mark) found.set(mark, `${file}:${at + 1}`);
    });
  }
  return found;
}

/** `at name (file:///folder/file.ts:3:9)` → `file.ts:3` */
function place(frame) {
  const [, path, line] = /\(?([^\s()]+):(\d+):\d+\)?$/.exec(frame) ?? [];
  return path ? `${path.split('/').pop()}:${line}` : frame;
}

/** What the program says in Node. */
function said(file) {
  const done = spawnSync(process.execPath, ['--enable-source-maps', file], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${file}\n${done.stderr}`);
  return JSON.parse(done.stdout);
}

const framesOf = (stack) => stack.split('\n').filter((line) => /^\s+at /.test(line)).map((line) => line.trim());

/**
 * Whether a frame below the first stands in a line that calls nothing. A function that the compressor moved to its only
 * call is called where it ends.
 */
function callsNothing(frame) {
  const [file, line] = place(frame).split(':');
  return linesOf.has(file) && !/\(|^\s*\}/.test(linesOf.get(file)[line - 1] ?? '');
}

/** `thrown`: the mark of each error, and its stack. */
function judge(label, thrown) {
  const [first, later] = [marked('throws'), marked('through')];
  const failures = [];
  for (const { mark, stack } of thrown) {
    const frames = framesOf(stack);
    if (place(frames[0] ?? '') !== first.get(mark)) failures.push(`${label}: ${mark} was thrown in ${first.get(mark)}, the stack says ${frames[0]}`);
    first.delete(mark);
    const through = later.get(mark);
    if (through && !frames.some((frame) => place(frame) === through)) failures.push(`${label}: ${mark} went through ${through}, the stack says\n    ${frames.join('\n    ')}`);
    for (const frame of frames.slice(1).filter(callsNothing)) failures.push(`${label}: ${mark}: no call stands there: ${frame}`);
  }
  for (const mark of first.keys()) failures.push(`${label}: ${mark} was not thrown`);
  return failures;
}

const WAYS = {
  esm: { flags: ['--platform', 'node'] },
  lowered: { flags: ['--platform', 'node', '--target', 'es2018'] },
  cjs: { flags: ['--platform', 'node', '--format', 'cjs'], type: 'commonjs' },
  iife: { flags: ['--platform', 'node', '--format', 'iife'], type: 'commonjs' },
  browser: { flags: ['--platform', 'browser'], attributes: 'type="module"' },
  split: { flags: ['--platform', 'browser', '--splitting'], attributes: 'type="module"' },
  'browser-iife': { flags: ['--platform', 'browser', '--format', 'iife'], attributes: 'defer' },
};

/** `executable`: Chromium's, or the ways for browsers are left out. */
export async function stacks(plimsoll, outdir, modes, executable) {
  const from = { entry: join(folder, 'entry.ts'), cwd: folder };
  const ways = Object.entries(WAYS).filter(([, { attributes }]) => executable || !attributes);
  const browser = executable && (await chromium(executable));
  const failures = [];
  try {
    for (const mode of modes) {
      for (const [way, { flags, type = 'module', attributes }] of ways) {
        const out = join(outdir, mode, way);
        // The last of a flag counts.
        build(plimsoll, from, mode, out, ['--entry-names', '[name]', ...flags]);
        writeFileSync(join(out, 'package.json'), JSON.stringify({ type }));
        const thrown = attributes ? await browser.said(out, attributes) : said(join(out, 'entry.js'));
        failures.push(...judge(`stacks ${mode} ${way}`, thrown));
      }
    }
  } finally {
    await browser?.close();
  }
  const skipped = executable ? '' : '; Chromium was not asked: no --chromium';
  console.log(`stacks: ${marked('throws').size} errors in ${modes.length * ways.length} builds, ${failures.length} led elsewhere${skipped}`);
  return failures;
}

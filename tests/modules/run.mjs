// node run.mjs --plimsoll FILE [--lanes N] [CASE…]
//
// Builds and runs the cases of fixtures/modules. A case is a folder of sources with a case.json:
//   native    file that Node runs as it is; what it prints is what every bundle must print
//   prints    lines that every bundle must print, where Node cannot run the sources
//   entries   of the build; default: `native`, else the file called main.*
//   builds    a list of { flags, as, run, prints }: `as` is how the output is loaded: `esm` (default, or by --format),
//             `cjs`, `script` (in a new realm with `console` only); `run`: the file to run, default: the first entry's;
//             `prints`: instead of the case's. Default: one build with --format esm.
//             Each is built plain, with --minify=fast, --minify and --minify=max, unless its flags say so or `minify` is false.
//   error     the code of the error that must stop the build; `says`: texts that its message must have
//   warns     codes of the warnings that the build must give: these and no others; default: none
//   max       why the case fails under --minify=max today; it fails the run when it no longer does
//   slow      why the case is not built under --minify=max
//   known     why the case fails today; it fails the run when it no longer does
//   files     files that the output must have, `*` for anything
// Flags that every build has: --platform node, --no-cache, --log-level warning, --outdir.
// Exit status 0: all as they should be; 1: differences, each told; 2: bad usage.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const fixtures = join(here, '../../fixtures/modules');
const runner = join(here, 'load.cjs');
const LIMIT = 90000;

function read() {
  const options = { plimsoll: { type: 'string' }, lanes: { type: 'string', default: String(Math.min(availableParallelism(), 8)) } };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (!values.plimsoll) throw new Error('--plimsoll is missing');
    return { ...values, plimsoll: resolve(values.plimsoll), cases: positionals.map((name) => basename(name)) };
  } catch (error) {
    console.error(`modules: ${error.message}\nusage: node run.mjs --plimsoll FILE [--lanes N] [CASE…]`);
    return process.exit(2);
  }
}

const options = read();

function run(command, args, cwd) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT);
    child.stdout.on('data', (data) => (said.out += data));
    child.stderr.on('data', (data) => (said.err += data));
    child.on('error', (error) => done({ status: -1, out: '', err: String(error) }));
    child.on('close', (status) => {
      clearTimeout(timer);
      done({ status, ...said });
    });
  });
}

const lines = (text) => text.split('\n').filter((line, at, all) => line || at < all.length - 1);
const codes = (text) => [...text.matchAll(/^(warning|error)\[([\w-]+)\]/gm)].map(([, severity, code]) => ({ severity, code }));
const matches = (pattern, name) => new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(name);

function filesOf(folder, prefix = '') {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesOf(join(folder, entry.name), `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]);
}

function asOf(build) {
  if (build.as) return build.as;
  const flags = build.flags ?? [];
  const format = flags.includes('--format') ? flags[flags.indexOf('--format') + 1] : flags.find((flag) => flag.startsWith('--format='))?.slice(9);
  return { cjs: 'cjs', iife: 'script' }[format] ?? 'esm';
}

/** Every build of a case: plain and minified. */
function* variants(builds, slow, lacks) {
  for (const build of builds) {
    const decided = build.minify === false || (build.flags ?? []).some((flag) => /^--(no-)?minify/.test(flag));
    if (build.minify !== false && !decided) {
      yield { ...build, flags: ['--no-minify', ...(build.flags ?? [])] };
      // Without it that way leaves statements as they are.
      const inside = lacks ? ['--shake-inside'] : [];
      yield { ...build, flags: ['--minify=fast', ...inside, ...(build.flags ?? [])] };
      yield { ...build, flags: ['--minify', ...(build.flags ?? [])] };
      if (!slow) yield { ...build, flags: ['--minify=max', ...(build.flags ?? [])] };
    } else {
      yield { ...build, flags: [...(decided && build.minify === false ? ['--no-minify'] : []), ...(build.flags ?? [])] };
    }
  }
}

async function judge(name, place) {
  const source = join(fixtures, name);
  const plan = JSON.parse(readFileSync(join(source, 'case.json'), 'utf8'));
  cpSync(source, join(place, 'src'), { recursive: true, verbatimSymlinks: true });
  for (const [link, target] of Object.entries(plan.links ?? {})) {
    mkdirSync(dirname(join(place, 'src', link)), { recursive: true });
    symlinkSync(target, join(place, 'src', link));
  }
  const src = join(place, 'src');
  const wrong = [];
  const main = plan.native ?? plan.entries?.[0] ?? readdirSync(src).find((file) => /^main\.[a-z]+$/.test(file));
  const entries = plan.entries ?? [main];
  let expected = plan.prints;
  if (plan.native && !plan.error) {
    const native = await run(process.execPath, ['--no-warnings', ...(plan.node ?? []), plan.native], src);
    if (native.status !== 0) wrong.push(`Node itself fails: ${native.err.trim().split('\n').slice(0, 8).join('\n    ')}`);
    const said = lines(native.out);
    if (expected && expected.join('\n') !== said.join('\n')) wrong.push(`"prints" is not what Node prints:\n    ${said.join('\n    ')}`);
    expected = said;
  }
  let number = 0;
  for (const build of variants(plan.builds ?? [{}], plan.slow, plan.lacks)) {
    number += 1;
    const as = asOf(build);
    const out = join(place, `out${number}`);
    mkdirSync(out);
    writeFileSync(join(out, 'package.json'), JSON.stringify({ type: as === 'esm' ? 'module' : 'commonjs' }));
    const outdir = (build.flags ?? []).some((flag) => flag.startsWith('--outfile')) ? [] : ['--outdir', join(out, 'dist')];
    const flags = build.flags.map((flag) => flag.replaceAll('<out>', join(out, 'dist')));
    const args = ['build', ...entries, '--platform', 'node', '--no-cache', '--log-level', 'warning', ...outdir, ...flags];
    const built = await run(options.plimsoll, args, src);
    const label = flags.join(' ');
    const said = codes(built.err);
    const show = (text) => text.trim().split('\n').slice(0, 14).join('\n    ');
    if (plan.error) {
      if (built.status !== 1 || !said.some(({ severity, code }) => severity === 'error' && code === plan.error)) {
        wrong.push(`${label}: should fail with ${plan.error}, exit status ${built.status}\n    ${show(built.err)}`);
      }
      for (const text of plan.says ?? []) if (!built.err.includes(text)) wrong.push(`${label}: the message lacks "${text}"\n    ${show(built.err)}`);
      continue;
    }
    if (built.status !== 0) {
      wrong.push(`${label}: the build failed, exit status ${built.status}\n    ${show(built.err)}`);
      continue;
    }
    const warned = [...new Set(said.map(({ code }) => code))].sort();
    const wanted = [...new Set(build.warns ?? plan.warns ?? [])].sort();
    if (warned.join() !== wanted.join()) wrong.push(`${label}: warns of [${warned}], not of [${wanted}]\n    ${show(built.err)}`);
    for (const text of plan.says ?? []) if (!built.err.includes(text)) wrong.push(`${label}: no message has "${text}"\n    ${show(built.err)}`);
    const files = filesOf(join(out, 'dist'));
    for (const pattern of build.files ?? plan.files ?? []) {
      const [absent, glob] = pattern.startsWith('!') ? [true, pattern.slice(1)] : [false, pattern];
      if (files.some((file) => matches(glob, file)) === absent) wrong.push(`${label}: ${absent ? 'has' : 'lacks'} a file "${glob}": ${files.join(' ')}`);
    }
    for (const text of build.lacks ?? plan.lacks ?? []) {
      for (const file of files.filter((file) => /\.(js|css)$/.test(file))) {
        if (readFileSync(join(out, 'dist', file), 'utf8').includes(text)) wrong.push(`${label}: ${file} has "${text}"`);
      }
    }
    const wantedLines = build.prints ?? expected;
    if (!wantedLines) continue;
    const first = build.run ?? basename(entries[0]).replace(/^[^=]*=/, '').replace(/\.[^.]+$/, '.js');
    const ran = await run(process.execPath, ['--no-warnings', ...(plan.node ?? []), runner, as, join(out, 'dist', first)], join(out, 'dist'));
    const printed = lines(ran.out);
    if (ran.status !== 0) wrong.push(`${label}: running ${first} fails\n    ${show(ran.err)}`);
    if (printed.join('\n') !== wantedLines.join('\n')) {
      const at = printed.findIndex((line, at) => line !== wantedLines[at]);
      const line = at < 0 ? Math.min(printed.length, wantedLines.length) : at;
      wrong.push(`${label}: line ${line + 1} is\n    ${printed[line]}\n  instead of\n    ${wantedLines[line]}`);
    }
  }
  if (!plan.max) return wrong;
  const others = wrong.filter((text) => !text.startsWith('--minify=max'));
  if (others.length === wrong.length) others.push('is said to fail under --minify=max and does not: remove "max"');
  return others;
}

async function main() {
  const all = readdirSync(fixtures, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  const names = options.cases.length ? options.cases : all;
  const folder = join(tmpdir(), `plimsoll-modules-${process.pid}`);
  let next = 0;
  let failed = 0;
  const lane = async () => {
    while (next < names.length) {
      const name = names[next++];
      const place = join(folder, name);
      mkdirSync(place, { recursive: true });
      let wrong;
      try {
        wrong = await judge(name, place);
      } catch (error) {
        wrong = [String(error.stack)];
      }
      const known = JSON.parse(readFileSync(join(fixtures, name, 'case.json'), 'utf8')).known;
      if (known) wrong = wrong.length ? [] : ['is said to fail and does not: remove "known"'];
      if (wrong.length) {
        failed += 1;
        console.log(`${name}\n  ${wrong.join('\n  ')}`);
      }
      rmSync(place, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Number(options.lanes) }, lane));
  rmSync(folder, { recursive: true, force: true });
  console.log(`${names.length} cases, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

await main();

// Packs both npm packages: node npm/pack.mjs [--binary target/release/plimsoll] [--out target/npm]
// Versions come from Cargo.toml. Prints the paths of the tarballs, the platform's first.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

function argument(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return path.resolve(at < 0 ? path.join(project, otherwise) : process.argv[at + 1]);
}

function version() {
  const manifest = readFileSync(path.join(project, 'Cargo.toml'), 'utf8');
  const found = /^version = "(.+)"$/m.exec(manifest);
  if (!found) throw new Error('Cargo.toml has no version');
  return found[1];
}

/** Copies a package's folder, lets `complete` add to it, and packs it into `out`. */
function pack(folder, out, complete) {
  const staging = mkdtempSync(path.join(tmpdir(), 'plimsoll-pack-'));
  try {
    cpSync(path.join(project, 'npm', folder), staging, { recursive: true });
    for (const name of ['LICENSE', 'NOTICE']) {
      if (existsSync(path.join(project, name))) copyFileSync(path.join(project, name), path.join(staging, name));
    }
    const file = path.join(staging, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    manifest.version = version();
    for (const name of Object.keys(manifest.optionalDependencies ?? {})) manifest.optionalDependencies[name] = version();
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
    complete(staging);
    const printed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], {
      cwd: staging,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [{ filename }] = JSON.parse(printed);
    // Older npm prints scoped names with their slash.
    return path.join(out, filename.replace(/^@/, '').replace('/', '-'));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

const binary = argument('binary', 'target/release/plimsoll');
const out = argument('out', 'target/npm');
if (!existsSync(binary)) {
  console.error(`there is no binary at ${binary}\n  hint: cargo build --release, or name one with --binary`);
  process.exit(1);
}
mkdirSync(out, { recursive: true });
const platform = pack('linux-x64', out, (staging) => {
  mkdirSync(path.join(staging, 'bin'), { recursive: true });
  copyFileSync(binary, path.join(staging, 'bin', 'plimsoll'));
  chmodSync(path.join(staging, 'bin', 'plimsoll'), 0o755);
});
console.log(platform);
console.log(pack('plimsoll', out, () => {}));

#!/usr/bin/env node
'use strict';
// Starts the native binary. CommonJS and nothing but `child_process`: this runs before every build, and each module more
// is milliseconds.

const { spawn } = require('child_process');

/** Platform as Node names it → the package that holds its binary. */
const PACKAGES = { 'linux-x64': '@plimsoll/linux-x64' };

const platform = `${process.platform}-${process.arch}`;
const binary = process.env.PLIMSOLL_BINARY || installed();

if (binary) run(binary);

function installed() {
  const name = PACKAGES[platform];
  if (!name) {
    const known = Object.keys(PACKAGES).join(', ');
    return explain(`plimsoll has no binary for this platform: ${platform}`, [`it has one for: ${known}`], [
      'build it from source with `cargo build --release`, and set PLIMSOLL_BINARY to the result',
    ]);
  }
  try {
    return require.resolve(`${name}/bin/plimsoll${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    return explain(
      `plimsoll's binary for ${platform} is not installed: package ${name}`,
      ['it is an optional dependency of plimsoll; `--omit=optional`, `--no-optional`, or a lock file or node_modules made on another platform leave it out'],
      [`install it: npm install --save-dev ${name}@${require('../package.json').version}`, 'or set PLIMSOLL_BINARY to a plimsoll binary'],
    );
  }
}

function run(file) {
  const child = spawn(file, process.argv.slice(2), { stdio: 'inherit', windowsHide: true });
  // Ctrl-C reaches the child by itself; what is sent to this process alone must be passed on, and must not end it first.
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => child.kill(signal);
  for (const signal of forwarded) process.on(signal, forward);
  child.on('error', (error) => {
    const hint = process.env.PLIMSOLL_BINARY ? 'PLIMSOLL_BINARY must name an executable file' : 'install plimsoll again';
    explain(`cannot start ${file}`, [error.message], [hint]);
  });
  child.on('exit', (code, signal) => {
    for (const other of forwarded) process.off(other, forward);
    // Ending as the child did is what a shell or a CI runner looks at.
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

function explain(message, notes, hints) {
  const lines = [`error[no-binary]: ${message}`, ...notes.map((note) => `  note: ${note}`), ...hints.map((hint) => `  hint: ${hint}`)];
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exitCode = 1;
}

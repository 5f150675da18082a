// What a script says in Chromium, which gives places in the script: they are looked up in its map here.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installed } from './build.mjs';
import { lookup, readMap } from './map.mjs';

const tests = join(import.meta.dirname, '../browser');
const PATIENCE = 20000;

/** `at name (http://host/entry.js:1:90)` → `at name (/folder/file.ts:3:9)`; other frames stay. */
function original(frame, maps) {
  return frame.replace(/http:\/\/[^/\s]+\/([^\s():]+):(\d+):(\d+)/, (place, file, line, column) => {
    const map = maps(file);
    const [, source = -1, originalLine, originalColumn] = lookup(map.lines, line - 1, column - 1) ?? [];
    return source < 0 ? place : `${map.paths[source]}:${originalLine + 1}:${originalColumn + 1}`;
  });
}

/** A browser; `said(folder, attributes)` runs `entry.js` of a folder, with those attributes of its `<script>`. */
export async function chromium(executablePath) {
  installed(tests);
  const { chromium } = createRequire(join(tests, 'package.json'))('playwright-core');
  const { serve } = await import('../browser/server.mjs');
  const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox'], timeout: 30000 });
  const said = async (folder, attributes) => {
    writeFileSync(join(folder, 'index.html'), `<!doctype html><title>errors</title><link rel="icon" href="data:,"><script ${attributes} src="/entry.js"></script>`);
    const server = await serve(folder);
    const page = await browser.newPage();
    try {
      const uncaught = new Promise((_, reject) => page.on('pageerror', reject));
      const message = page.waitForEvent('console', { timeout: PATIENCE });
      await Promise.all([page.goto(server.origin), Promise.race([message, uncaught])]);
      const known = new Map();
      const maps = (file) => known.get(file) ?? known.set(file, readMap(join(folder, `${file}.map`))).get(file);
      const lines = (stack) => stack.split('\n').map((line) => original(line, maps)).join('\n');
      return JSON.parse((await message).text()).map(({ mark, stack }) => ({ mark, stack: lines(stack) }));
    } finally {
      await page.close();
      await server.stop();
    }
  };
  return { said, close: () => browser.close() };
}

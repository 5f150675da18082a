// A plain static host: sidecars, `_headers`, and index.html for the paths that only the app knows.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml; charset=utf-8',
};

const SIDECARS = [
  ['br', '.br'],
  ['zstd', '.zst'],
  ['gzip', '.gz'],
];

const isFile = (path) => existsSync(path) && statSync(path).isFile();

// Netlify's and Cloudflare's format: a path alone on a line, then indented `Name: value` or `! Name`.
export function parseHeaders(text) {
  const rules = [];
  for (const line of text.split(/\r?\n/)) {
    if (!line.trim() || line.trim().startsWith('#')) continue;
    if (!/^\s/.test(line)) {
      const pattern = line
        .trim()
        .split(/(\*|:[A-Za-z]\w*)/)
        .map((part, n) => (n % 2 ? (part === '*' ? '.*' : '[^/]+') : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')));
      rules.push({ matches: new RegExp(`^${pattern.join('')}$`), set: [], drop: [] });
    } else if (rules.length) {
      const [, name, value] = line.match(/^\s+([^:!\s]+)\s*:\s*(.*)$/) ?? [];
      if (name) rules.at(-1).set.push([name, value.trim()]);
      else if (line.trim().startsWith('!')) rules.at(-1).drop.push(line.trim().slice(1).trim());
    }
  }
  return rules;
}

/** Serves `dir`. `served` counts answers by content coding, and lists what was not there. */
export async function serve(dir) {
  const rules = isFile(join(dir, '_headers')) ? parseHeaders(readFileSync(join(dir, '_headers'), 'utf8')) : [];
  const served = { requests: 0, plain: 0, br: 0, zstd: 0, gzip: 0, missing: [] };

  const find = (path) => {
    const inside = normalize(join(dir, path));
    if (inside !== dir && !inside.startsWith(dir + sep)) return;
    if (path.split('/').pop() === '_headers') return;
    if (isFile(inside)) return inside;
    const index = join(inside, 'index.html');
    if (isFile(index)) return index;
  };

  const server = createServer((request, response) => {
    served.requests++;
    let path = '/';
    try {
      path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    } catch {
      return response.writeHead(400).end();
    }
    let file = find(path);
    if (!file && (request.headers.accept ?? '').includes('text/html')) file = find('/index.html');
    if (!file || !['GET', 'HEAD'].includes(request.method)) {
      served.missing.push(path);
      return response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    }
    response.setHeader('content-type', TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream');
    response.setHeader('vary', 'accept-encoding');
    for (const rule of rules.filter((r) => r.matches.test(path))) {
      for (const [name, value] of rule.set) response.setHeader(name, value);
      for (const name of rule.drop) response.removeHeader(name);
    }
    const accepted = (request.headers['accept-encoding'] ?? '').split(',').map((a) => a.split(';')[0].trim());
    const [coding, suffix] = SIDECARS.find(([name, end]) => accepted.includes(name) && isFile(file + end)) ?? ['plain', ''];
    served[coding]++;
    if (suffix) response.setHeader('content-encoding', coding);
    response.setHeader('content-length', statSync(file + suffix).size);
    response.writeHead(200);
    if (request.method === 'HEAD') return response.end();
    createReadStream(file + suffix).on('error', () => response.destroy()).pipe(response);
  });

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    served,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

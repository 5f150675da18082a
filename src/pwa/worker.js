const MANIFEST = self.__PRECACHE;
const PREFIX = "plimsoll-";
const SCOPE = self.registration.scope;
// Caches belong to the origin: two sites under one origin must not delete each other's.
const OWN = PREFIX + encodeURIComponent(new URL(SCOPE).pathname) + "-";
const CACHE = OWN + self.__VERSION;
const absolute = (path) => new URL(path, SCOPE).href;
const KNOWN = new Set(MANIFEST.map((entry) => absolute(entry.url)));

const olderCaches = async () => (await caches.keys()).filter((name) => name.startsWith(OWN) && name !== CACHE);

async function store(cache, older, entry) {
  const url = absolute(entry.url);
  if (entry.revision === null) {
    for (const old of older) {
      const kept = await old.match(url);
      if (kept) return cache.put(url, kept);
    }
  }
  const response = await fetch(url, { cache: entry.revision === null ? "default" : "reload", credentials: "same-origin" });
  if (!response.ok) throw new Error(`precaching ${url}: status ${response.status}`);
  // A redirected response may not answer a navigation.
  const clean = response.redirected ? new Response(await response.blob(), { headers: response.headers }) : response;
  return cache.put(url, clean);
}

async function install() {
  const older = await Promise.all((await olderCaches()).map((name) => caches.open(name)));
  const cache = await caches.open(CACHE);
  const queue = MANIFEST.slice();
  const lane = async () => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) await store(cache, older, entry);
  };
  try {
    await Promise.all(Array.from({ length: 6 }, lane));
  } catch (error) {
    queue.length = 0;
    throw error;
  }
}

async function activate() {
  const older = await olderCaches();
  await Promise.all(older.map((name) => caches.delete(name)));
  // Open pages of an older version keep their own files until they are reloaded.
  if (!older.length) await self.clients.claim();
}

function target(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  url.hash = "";
  for (const name of [...url.searchParams.keys()]) {
    if (name.startsWith("utm_") || name === "fbclid") url.searchParams.delete(name);
  }
  if (KNOWN.has(url.href)) return url.href;
  if (request.mode !== "navigate" || !url.href.startsWith(SCOPE)) return;
  url.search = "";
  const path = url.href.slice(SCOPE.length);
  const folder = path && !path.endsWith("/") ? path + "/" : path;
  const page = absolute("./" + folder + "index.html");
  if (KNOWN.has(page)) return page;
  const root = absolute("index.html");
  const isFile = path.split("/").pop().includes(".");
  if (!isFile && !/^api(\/|$)/.test(path) && !url.pathname.startsWith("/api/") && KNOWN.has(root)) return root;
}

async function ranged(response, range) {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  if (!asked || (!asked[1] && !asked[2])) return response;
  const body = await response.blob();
  const size = body.size;
  const start = asked[1] ? +asked[1] : Math.max(0, size - +asked[2]);
  const end = asked[1] && asked[2] ? Math.min(+asked[2], size - 1) : size - 1;
  const headers = new Headers(response.headers);
  // The stored body is decoded.
  headers.delete("Content-Encoding");
  if (start > end) {
    headers.delete("Content-Length");
    headers.set("Content-Range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set("Content-Range", `bytes ${start}-${end}/${size}`);
  headers.set("Content-Length", String(end - start + 1));
  return new Response(body.slice(start, end + 1), { status: 206, headers });
}

async function answer(request, url) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(url, { ignoreVary: true });
  if (!kept) return fetch(request);
  const range = request.headers.get("Range");
  return range ? ranged(kept, range) : kept;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data && event.data.type === "SKIP_WAITING") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const url = target(event.request);
  if (url) event.respondWith(answer(event.request, url));
});

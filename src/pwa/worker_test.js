// The worker against a small stand-in for a browser. Runs from `tests.rs`; the worker's path is the argument.
const assert = require("node:assert");
const source = require("node:fs").readFileSync(process.argv[1], "utf8");
const ORIGIN = "https://x.test/app/";

function browser(stores = new Map(), failing = "") {
  const seen = { fetched: [], modes: {}, claimed: 0, skipped: 0, stores, most: 0 };
  let active = 0;
  const open = (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    const map = stores.get(name);
    return { match: async (url) => map.get(url)?.clone(), put: async (url, response) => void map.set(url, response) };
  };
  const caches = {
    keys: async () => [...stores.keys()],
    open: async (name) => open(name),
    delete: async (name) => stores.delete(name),
  };
  const fetch = async (request, init = {}) => {
    const url = request.url ?? request;
    seen.fetched.push(url);
    seen.modes[url] = init.cache;
    seen.most = Math.max(seen.most, ++active);
    await new Promise((done) => setTimeout(done, 1));
    active--;
    return new Response("body of " + url, { status: failing && url.includes(failing) ? 404 : 200 });
  };
  const on = {};
  const self = {
    registration: { scope: ORIGIN },
    location: new URL(ORIGIN + "sw.js"),
    clients: { claim: async () => void seen.claimed++ },
    skipWaiting: () => void seen.skipped++,
    addEventListener: (type, run) => (on[type] = run),
  };
  new Function("self", "caches", "fetch", source)(self, caches, fetch);
  const life = (type) => { let wait; on[type]({ waitUntil: (promise) => (wait = promise) }); return wait; };
  const ask = async (path, mode = "navigate", headers = {}, method = "GET") => {
    let answer;
    const request = { url: new URL(path, ORIGIN).href, method, mode, headers: new Headers(headers) };
    on.fetch({ request, respondWith: (promise) => (answer = promise) });
    return answer && (await answer);
  };
  return { seen, life, ask, message: (data) => on.message({ data }) };
}

(async () => {
  const first = browser();
  await first.life("install");
  await first.life("activate");
  assert.equal(first.seen.fetched.length, 3);
  assert.equal(first.seen.modes[ORIGIN + "index.html"], "reload");
  assert.notEqual(first.seen.modes[ORIGIN + "assets/a-AAAAAAAA.js"], "reload");
  assert.equal(first.seen.claimed, 1, "the first install takes the open page");
  assert.ok(first.seen.most <= 6);

  const text = async (...args) => (await first.ask(...args))?.text();
  const page = (path) => "body of " + ORIGIN + path;
  assert.equal(await text(""), page("index.html"));
  assert.equal(await text("?utm_source=a&fbclid=b"), page("index.html"));
  assert.equal(await text("admin"), page("admin/index.html"));
  assert.equal(await text("admin/"), page("admin/index.html"));
  assert.equal(await text("cart/3"), page("index.html"));
  assert.equal(await text("api/orders"), undefined);
  assert.equal(await text("/api/orders"), undefined);
  assert.equal(await text("missing.pdf"), undefined);
  assert.equal(await text("https://other.test/"), undefined);
  assert.equal(await text("index.html", "navigate", {}, "POST"), undefined);
  assert.equal(await text("assets/gone.js", "no-cors"), undefined, "a page never answers for a script");
  assert.equal(await text("assets/a-AAAAAAAA.js?utm_medium=x", "no-cors"), page("assets/a-AAAAAAAA.js"));
  assert.equal(first.seen.fetched.length, 3, "all of it without the network");

  const part = await first.ask("assets/a-AAAAAAAA.js", "no-cors", { Range: "bytes=0-3" });
  assert.equal(part.status, 206);
  assert.equal(await part.text(), "body");
  assert.match(part.headers.get("Content-Range"), /^bytes 0-3\/\d+$/);
  assert.equal((await first.ask("assets/a-AAAAAAAA.js", "no-cors", { Range: "bytes=9999-" })).status, 416);

  first.message({ type: "OTHER" });
  assert.equal(first.seen.skipped, 0);
  first.message({ type: "SKIP_WAITING" });
  assert.equal(first.seen.skipped, 1);

  // The same caches under an older version's name, and a cache of somebody else.
  const [[name, content]] = [...first.seen.stores];
  const old = name.slice(0, name.lastIndexOf("-")) + "-OLDOLDOL";
  const next = browser(new Map([[old, content], ["theirs", new Map()]]));
  await next.life("install");
  assert.ok(!next.seen.fetched.some((url) => url.includes("assets/")), "a hashed file is copied, not fetched");
  assert.equal(next.seen.fetched.length, 2);
  await next.life("activate");
  assert.equal(next.seen.claimed, 0);
  assert.deepEqual([...next.seen.stores.keys()].sort(), [name, "theirs"].sort());

  await assert.rejects(browser(new Map(), "admin").life("install"), /404/);
})().catch((error) => { console.error(error); process.exit(1); });

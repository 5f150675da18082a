// Runs modules in one process, as told by messages, and says what they logged.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

let lines = [];
let rejected = [];
let waiting = [];
let laters = [];

const isError = (value) => Object.prototype.toString.call(value) === '[object Error]';

function describe(value) {
  // Node 20 cannot import CommonJS that threw when it was required; see run.mjs.
  if (value?.code === 'ERR_INTERNAL_ASSERTION') return 'a bug of Node';
  if (!isError(value)) return `threw ${show(value)}`;
  return / fails$/.test(value.message) ? `threw ${value.name}: ${value.message}` : `threw ${value.name}`;
}

/** A name of CommonJS, seen through its namespace: which of them are there is a guess of Node's lexer. */
const isView = ({ default: whole }, key) => key === '__esModule' || (Object(whole) === whole && key !== 'default' && Object.hasOwn(whole, key));

function show(value, depth = 0) {
  if (typeof value === 'function') return 'function';
  if (typeof value === 'string') return depth ? JSON.stringify(value) : value;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (isError(value)) return describe(value);
  if (depth > 2) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => show(item, depth + 1)).join(', ')}]`;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const keys = Object.keys(value).filter((key) => kind !== 'Module' || !isView(value, key)).map((key) => `${key}: ${show(value[key], depth + 1)}`);
  return `${kind === 'Object' ? '' : kind}{ ${keys.join(', ')} }`;
}

Object.assign(globalThis, {
  LOG: { push: (line) => lines.push(line) },
  log(text, value) {
    if (lines.length < 2000) lines.push(String(text));
    return value;
  },
  show: (value) => show(value),
  describe,
  peek(read) {
    try {
      return show(read());
    } catch (error) {
      return describe(error);
    }
  },
  later: (task) => void laters.push(task),
  // Waited for later: its error is not unhandled, however soon it comes.
  soon(promise) {
    promise.catch(() => {});
    waiting.push(promise);
  },
  boom(message) {
    throw new Error(message);
  },
});

process.on('unhandledRejection', (error) => rejected.push(`unhandled ${describe(error)}`));
process.on('uncaughtException', (error) => rejected.push(`uncaught ${describe(error)}`));

const turns = async (count) => {
  for (let i = 0; i < count; i++) await new Promise((done) => setImmediate(done));
};

/** Until nothing more is said. After an error, other modules may still be loading files, here or there. */
async function drained(failed) {
  await turns(2);
  for (let before = -1; failed && before < lines.length; ) {
    before = lines.length;
    await new Promise((done) => setTimeout(done, 5));
    await turns(5);
  }
}

async function settle(promise, limit) {
  let timer;
  const late = new Promise((done) => {
    timer = setTimeout(done, limit, { never: true });
  });
  const result = await Promise.race([promise.then((value) => ({ value }), (error) => ({ error })), late]);
  clearTimeout(timer);
  return result;
}

const load = {
  import: async (file) => import(pathToFileURL(file).href),
  require: async (file) => createRequire(file)(file),
};

function observe(space, { names, exact }) {
  for (const name of names) lines.push(`export ${name} = ${peek(() => space[name])}`);
  if (exact) lines.push(`exports ${Object.keys(Object(space)).filter((name) => name !== '__esModule').sort()}`);
}

/** One entry: evaluated, then what it promised, then what was put off, then what it exports. */
async function entry(how, entry, limit, silent) {
  lines = [];
  const say = ({ error, never }) => {
    if (never) lines.push('never settled');
    else if (error !== undefined) lines.push(`entry ${describe(error)}`);
  };
  const done = await settle(load[how](entry.file), limit);
  await drained('error' in done);
  const promised = async () => {
    for (const promise of waiting.splice(0)) say(await settle(Promise.resolve(promise), limit));
  };
  await promised();
  say(done);
  for (const task of laters.splice(0)) {
    say(await settle((async () => task())(), limit));
    // What is evaluated this late may promise something too.
    await promised();
  }
  await drained();
  if (!('value' in done)) lines.push('no exports');
  else if (!silent) observe(done.value, entry);
  lines.push(...rejected.splice(0).sort());
  return lines;
}

process.on('message', async ({ id, how, entries, limit, silent }) => {
  const logs = [];
  for (const one of entries) logs.push(await entry(how, one, limit, silent));
  waiting = [];
  laters = [];
  process.send({ id, logs });
});

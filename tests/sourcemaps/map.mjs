// A source map: decoded, looked up, and judged as a whole.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));

function numbers(text) {
  const out = [];
  let [value, shift] = [0, 0];
  for (const digit of text) {
    const bits = VALUES.get(digit);
    if (bits === undefined) throw new Error(`\`${digit}\` is no digit of mappings`);
    value += (bits & 31) * 2 ** shift;
    shift += 5;
    if (bits & 32) continue;
    out.push(value % 2 ? -Math.floor(value / 2) : value / 2);
    [value, shift] = [0, 0];
  }
  return out;
}

/** By generated line: segments of column, source, original line and column, name. -1: the segment has none. */
export function decode(mappings) {
  const last = [0, 0, 0, 0, 0];
  return mappings.split(';').map((line) => {
    last[0] = 0;
    if (!line) return [];
    return line.split(',').map((text) => {
      const deltas = numbers(text);
      if (![1, 4, 5].includes(deltas.length)) throw new Error(`a segment of ${deltas.length} numbers`);
      deltas.forEach((delta, at) => (last[at] += delta));
      return last.map((value, at) => (at < deltas.length ? value : -1));
    });
  });
}

/** The last segment at or before a place, on its line. */
export function lookup(lines, line, column) {
  const segments = lines[line] ?? [];
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle][0] <= column) low = middle + 1;
    else high = middle;
  }
  return segments[low - 1] ?? null;
}

export const linesOf = (text) => text.split(/\r\n|\n|\r/);

export function readMap(file) {
  const map = JSON.parse(readFileSync(file, 'utf8'));
  // Sources are URLs: `#`, `?` and `%` in the name of a file must be escaped.
  const path = (source) => fileURLToPath(new URL((map.sourceRoot ?? '') + source, pathToFileURL(file)));
  return { map, paths: map.sources.map(path), lines: decode(map.mappings) };
}

function judgeSources({ map, paths }, say) {
  if (map.version !== 3) say(`version ${map.version}`);
  if (new Set(map.sources).size !== map.sources.length) say('a source is there twice');
  if (map.sourcesContent?.length !== map.sources.length) say('not every source has its text');
  paths.forEach((path, at) => {
    if (!existsSync(path)) say(`${map.sources[at]} is no file`);
    // A byte order mark is no text: those who show the file leave it out as well.
    else if (readFileSync(path, 'utf8').replace(/^\uFEFF/, '') !== map.sourcesContent?.[at]?.replace(/^\uFEFF/, '')) say(`the text of ${map.sources[at]} is not the file's`);
  });
  const foreign = paths.flatMap((path, at) => (path.includes('/node_modules/') ? [at] : []));
  const ignored = [...(map.ignoreList ?? [])].sort((a, b) => a - b);
  if (foreign.join() !== ignored.join()) say(`ignoreList has ${ignored.length} sources, ${foreign.length} are of packages`);
}

function judgeSegments({ map, lines }, script, say) {
  // Browsers and Node count these two as line ends as well.
  const generated = script.split(/\r\n|[\n\r\u2028\u2029]/);
  const originals = (map.sourcesContent ?? []).map(linesOf);
  const [sources, names] = [new Set(), new Set()];
  lines.forEach((segments, line) => {
    if (segments.length && line >= generated.length) say(`line ${line + 1} is behind the end`);
    segments.forEach(([column, source, originalLine, originalColumn, name], at) => {
      const place = `segment ${line + 1}:${column}`;
      if (at && column <= segments[at - 1][0]) say(`${place} is not behind the one before it`);
      if (column > (generated[line] ?? '').length) say(`${place} is behind the end of its line`);
      if (source < 0) return;
      sources.add(source);
      if (name >= 0) names.add(name);
      if (source >= map.sources.length || name >= map.names.length) say(`${place} has a number out of range`);
      const original = originals[source]?.[originalLine];
      if (original === undefined || originalColumn < 0 || originalColumn > original.length) say(`${place} is outside of ${map.sources[source]}`);
    });
  });
  map.sources.forEach((source, at) => sources.has(at) || say(`${source} has no mapping`));
  const idle = map.names.filter((_, at) => !names.has(at));
  if (idle.length) say(`${idle.length} names have no mapping, such as ${idle.slice(0, 3).join(', ')}`);
}

/** What is wrong with the map besides where it leads. */
export function judgeMap(read, script, mapName) {
  const found = [];
  const say = (problem) => found.push(problem);
  judgeSources(read, say);
  judgeSegments(read, script, say);
  const link = /\n\/[/*]# sourceMappingURL=(\S+)(?: \*\/)?\s*$/.exec(script)?.[1];
  if (link !== mapName) say(`the file names ${link ?? 'no map'}`);
  return found;
}

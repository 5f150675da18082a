// Where the tokens of a script lead.
import { lookup } from './map.mjs';
import { generatedTokens, sourceTokens, tokenAt } from './tokens.mjs';

export const VERDICTS = ['exact', 'renamed', 'construct', 'wrong', 'unmapped'];

class Source {
  constructor(text, path) {
    this.text = text;
    this.path = path;
    this.starts = [0];
    for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) this.starts.push(index + end.length);
    this.tokens = sourceTokens(text, path);
  }

  offset(line, column) {
    const start = this.starts[line];
    if (start === undefined) return null;
    const at = start + column;
    return at <= (this.starts[line + 1] ?? this.text.length) ? at : null;
  }
}

/** Names that come of JSX and of imports, and stand in no source. */
const MADE = new Set(['jsx', 'jsxs', 'jsxDEV', 'Fragment', 'children', 'createElement', 'default']);

/** `ns.name` becomes one binding, which has the name of the member. */
const isMember = (text, name) => new RegExp(`^[\\w$]+(\\s*\\??\\.\\s*[\\w$]+)*?\\s*\\.\\s*${name.replaceAll('$', '\\$')}(?![\\w$])`).test(text);

/** What stands at the offset: the verdict and why. */
function compare(token, name, source, offset) {
  if (offset === null) return ['wrong', 'out of range'];
  if (!source.tokens) return ['construct', 'a file of another language'];
  const found = tokenAt(source.tokens, offset);
  if (!found) return ['wrong', offset >= source.text.length ? 'at the end of the file' : 'in white space'];
  if (found.kind === 'comment') return ['wrong', 'in a comment'];
  if (found.start !== offset) return ['wrong', `inside of ${found.kind}`];
  const isNamed = name === null || found.kind !== 'identifier' || found.value === name || isMember(source.text.slice(offset, offset + 300), name);
  if (!isNamed) return ['wrong', `${name} in the map, ${found.value} in the source`];
  if (found.value === token.value) return ['exact', ''];
  // `#a` is two tokens for babel.
  if (token.kind === 'private' && found.source === '#') return [source.text.startsWith(token.value, offset + 1) ? 'exact' : 'renamed', ''];
  if (token.kind === 'identifier' && !token.fixed && found.kind === 'identifier') return ['renamed', ''];
  return ['construct', `${token.kind} for ${found.kind}`];
}

/** The token is of no source, or of another: it only stands behind a segment that is none of its own. */
function stray(token, source, offset, own, column) {
  if (token.glue) return 'an import or export of the chunk';
  if (!own && column < token.unit) return 'behind another statement';
  const found = tokenAt(source.tokens ?? [], offset);
  // Names of outputs in place of specifiers, and before them those of what to load ahead; values of `--define`.
  if (found?.kind === 'string' && (own || /-[A-Z0-9]{8}\.\w+$/.test(token.value))) return null;
  if (/^(import\.meta|process)\b/.test(source.text.slice(offset, offset + 12))) return null;
  if (MADE.has(token.value)) return null;
  if (token.kind === 'string' && (token.value.match(/\w{4,}/g) ?? []).every((word) => source.text.includes(word))) return null;
  if (token.kind !== 'string' && !(token.kind === 'identifier' && token.fixed)) return null;
  return source.text.includes(token.value) ? null : 'text that the source does not have';
}

/** One entry per token: the verdict, the reason, whether a segment begins at it, and where it leads. */
export function judgeTokens(script, { map, paths, lines }) {
  const sources = map.sources.map(() => null);
  const source = (at) => (sources[at] ??= new Source(map.sourcesContent[at], paths[at]));
  return generatedTokens(script).map((token) => {
    const segment = lookup(lines, token.line, token.column);
    if (!segment || segment[1] < 0) return { script, token, verdict: 'unmapped', why: token.glue ? 'import or export' : '', own: false };
    const [column, at, line, originalColumn, name] = segment;
    const own = column === token.column;
    const from = source(at);
    const offset = from.offset(line, originalColumn);
    let [verdict, why] = compare(token, own && name >= 0 ? map.names[name] : null, from, offset);
    const led = verdict === 'exact' || verdict === 'wrong' ? null : stray(token, from, offset, own, column);
    if (led) [verdict, why] = ['wrong', led];
    const unnamed = verdict === 'renamed' && !(own && name >= 0);
    return { script, token, verdict, why, own, unnamed, source: paths[at], line, column: originalColumn, offset, text: from.text };
  });
}

export function count(judged) {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  for (const { verdict } of judged) counts[verdict] += 1;
  return { ...counts, tokens: judged.length, own: judged.filter(({ own }) => own).length, unnamed: judged.filter(({ unnamed }) => unnamed).length };
}

/** What a reader needs to see the mistake. */
export function tell({ script, token, verdict, why, own, source, line, column, offset, text }) {
  const clip = (all, at) => JSON.stringify(`${all.slice(Math.max(0, at - 30), at)}⟦${all.slice(at, at + 40)}`);
  const here = `${token.line + 1}:${token.column} ${clip(script, token.start)}`;
  const there = source ? ` → ${source.split('/').slice(-3).join('/')}:${line + 1}:${column} ${clip(text, offset ?? 0)}` : '';
  return `${verdict}${own ? '' : ' (inherited)'}${why && `, ${why}`}: ${here}${there}`;
}

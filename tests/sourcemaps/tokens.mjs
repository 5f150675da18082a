// The tokens of generated scripts (acorn) and of sources (babel, which knows TypeScript and JSX).
import { parse as parseSource, parseExpression } from '@babel/parser';
import { parse as parseScript } from 'acorn';

const LITERALS = new Set(['string', 'number', 'bigint']);

/** What a token stands for, so that `"a"` and `a`, or `1e3` and `1000`, count as the same. */
const valueOf = (node) => String(node.bigint ?? node.value ?? node.name);

/**
 * Identifiers, property names, strings and numbers. `fixed`: no binding, so that it keeps its name. `glue`: what a chunk
 * has from others and gives to others. `unit`: the column where its top-level statement or variable begins, if on its line.
 */
export function generatedTokens(text) {
  const tree = parseScript(text, { ecmaVersion: 'latest', sourceType: 'module', locations: true, allowHashBang: true });
  const found = new Map();
  const add = (node, kind, fixed, { glue, unit }) => {
    const { start, end, loc } = node;
    if (found.has(start)) return;
    const { line, column } = loc.start;
    found.set(start, { start, end, line: line - 1, column, value: valueOf(node), kind, fixed, glue, unit: unit.line === line ? unit.column : 0 });
  };
  const visit = (node, fixed, place) => {
    if (node.type === 'Identifier') return add(node, 'identifier', fixed, place);
    if (node.type === 'PrivateIdentifier') return add(node, 'private', false, place);
    if (node.type === 'Literal') return LITERALS.has(typeof node.value) ? add(node, typeof node.value, true, place) : undefined;
    for (const [key, child] of Object.entries(node)) {
      const isName = (key === 'key' || key === 'property') && !node.computed;
      for (const one of Array.isArray(child) ? child : [child]) if (one?.type) visit(one, isName && !node.shorthand, place);
    }
    return undefined;
  };
  for (const statement of tree.body) {
    const glue = /^(Import|Export)\w*Declaration$/.test(statement.type);
    const later = statement.type === 'VariableDeclaration' ? statement.declarations.slice(1) : [];
    visit({ ...statement, declarations: statement.declarations?.slice(0, 1) }, false, { glue, unit: statement.loc.start });
    for (const variable of later) visit(variable, false, { glue, unit: variable.loc.start });
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

function babelTokens(text, path) {
  if (path.endsWith('.json')) return parseExpression(text, { tokens: true }).tokens;
  const typed = /\.[mc]?tsx?$/.test(path);
  const plugins = [];
  if (!/\.[mc]?ts$/.test(path)) plugins.push('jsx');
  if (typed) plugins.push('typescript', 'decorators-legacy');
  const options = { sourceType: 'unambiguous', tokens: true, errorRecovery: true, plugins, attachComment: false };
  return parseSource(text, { ...options, allowReturnOutsideFunction: true, allowUndeclaredExports: true }).tokens;
}

function plain(text, { type, value, start, end }) {
  const source = text.slice(start, end);
  const kind = typeof type === 'string' ? 'comment' : type.label;
  if (kind === 'num') return { start, end, kind: 'number', value: String(value), source };
  if (kind === 'bigint') return { start, end, kind, value: String(BigInt(value)), source };
  if (kind === 'name' || kind === 'jsxName') return { start, end, kind: 'identifier', value: source, source };
  if (type.keyword) return { start, end, kind: 'keyword', value: source, source };
  if (kind === 'jsxText') return { start, end, kind: 'string', value: value.trim(), source };
  return { start, end, kind, value: kind === 'string' ? value : source, source };
}

/** Tokens in order, comments among them; null: the file is none that a script is written in. */
export function sourceTokens(text, path) {
  if (!/\.([mc]?[jt]sx?|json)$/.test(path)) return null;
  return babelTokens(text, path).filter((token) => token.end > token.start).map((token) => plain(text, token)).sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The token that begins at an offset or has it inside; null: white space or nothing. */
export function tokenAt(tokens, offset) {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle].start <= offset) low = middle + 1;
    else high = middle;
  }
  const found = tokens[low - 1];
  return found && offset < found.end ? found : null;
}

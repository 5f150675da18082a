// What a build has that its baseline had not, and the other way round.
import { data, isSent, packageKey, placements, sizeOf, type Baseline } from "./data.js";
import type { Size } from "./format.js";

export type Change = "added" | "removed" | "grown" | "shrunk";
export const CHANGES: Change[] = ["added", "removed", "grown", "shrunk"];

export interface Delta {
  name: string;
  before: number;
  after: number;
  change: Change;
}

function compare(before: Map<string, number>, after: Map<string, number>): Delta[] {
  const deltas: Delta[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(name), after.get(name)];
    const step = (now ?? 0) - (old ?? 0);
    if (old !== undefined && now !== undefined && Math.abs(step) < 0.5) continue;
    const change = old === undefined ? "added" : now === undefined ? "removed" : step > 0 ? "grown" : "shrunk";
    deltas.push({ name, before: old ?? 0, after: now ?? 0, change });
  }
  return deltas;
}

function summed(pairs: Iterable<[string, number]>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, value] of pairs) sums.set(name, (sums.get(name) ?? 0) + value);
  return sums;
}

const rawOfSources = (): number[] =>
  placements().map((pairs) => {
    let sum = 0;
    for (let at = 1; at < pairs.length; at += 2) sum += pairs[at] ?? 0;
    return sum;
  });

export function fileDeltas(baseline: Baseline, size: Size): Delta[] {
  const before = baseline.files.filter(({ kind }) => kind !== "map" && kind !== "server");
  return compare(
    summed(before.map((file) => [file.name, sizeOf(file, size)])),
    summed(data.files.filter(isSent).map((file) => [file.name, sizeOf(file, size)])),
  );
}

export function sourceDeltas(baseline: Baseline): Delta[] {
  // A baseline names the project's own sources; packages are compared as such.
  const now = rawOfSources().flatMap((raw, index): [string, number][] =>
    raw && data.sources[index]?.package === -1 ? [[data.sources[index]?.name ?? "?", raw]] : [],
  );
  return compare(summed(baseline.sources), summed(now));
}

/** `react@19.2.0` and `react@19.3.1` are one line where each side has one version of it. */
export function packageDeltas(baseline: Baseline): Delta[] {
  const sums = new Map<string, number>();
  rawOfSources().forEach((raw, index) => {
    const owner = data.sources[index]?.package ?? -1;
    if (owner >= 0 && raw) sums.set(packageKey(owner), (sums.get(packageKey(owner)) ?? 0) + raw);
  });
  return joined(compare(summed(baseline.packages), sums));
}

const nameOf = (key: string): string => key.replace(/(.)@[^@/]*$/, "$1");
const versionOf = (key: string): string => key.slice(nameOf(key).length + 1);

function joined(deltas: Delta[]): Delta[] {
  const gone = deltas.filter(({ change }) => change === "removed");
  const come = deltas.filter(({ change }) => change === "added");
  const pairs = new Map<Delta, Delta>();
  for (const old of gone) {
    const [now, ...others] = come.filter(({ name }) => nameOf(name) === nameOf(old.name));
    if (now && !others.length && gone.filter(({ name }) => nameOf(name) === nameOf(old.name)).length === 1)
      pairs.set(old, now);
  }
  const taken = new Set(pairs.values());
  return deltas
    .filter((delta) => !taken.has(delta))
    .map((delta) => {
      const now = pairs.get(delta);
      if (!now) return delta;
      return {
        name: `${nameOf(now.name)} ${versionOf(delta.name)} → ${versionOf(now.name)}`,
        before: delta.before,
        after: now.after,
        change: now.after >= delta.before ? "grown" : "shrunk",
      };
    });
}

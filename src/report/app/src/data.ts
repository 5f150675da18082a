// The data that the program put into the page, and what is read off it directly.
import type { Size } from "./format.js";

export type Kind =
  "document" | "script" | "stylesheet" | "image" | "font" | "media" | "map" | "data" | "server" | "other";

export interface OutputFile {
  path: string;
  name: string;
  kind: Kind;
  bytes: number;
  gz?: number | null;
  br?: number | null;
  zst?: number | null;
  role: string;
  parts: number[];
  imports: number[];
  lazy: number[];
}

export type Edge = [source: number, line: number, specifier: string, lazy?: number | boolean];

export interface Source {
  name: string;
  package: number;
  bytes: number;
  why: Edge | null;
  importers?: Edge[];
  asks?: string[];
  pinned?: [line: number, text: string] | null;
  common?: boolean;
  /** Bytes of Brotli that would go with it; of the largest. */
  alone?: number;
}

export interface Package {
  name: string;
  version: string;
  askedBy: Edge[];
}

export interface Route {
  name: string;
  source: number;
  files: number[];
}

export type Load = [file: number, by: number | null, how: string];

export interface Page {
  path: string;
  loads: Load[];
  routes: Route[];
  install?: number | null;
}

export interface Image {
  file: number;
  source: string;
  before: number;
  after: number;
  width?: number;
  height?: number;
}

export interface Advice {
  text: string;
  at?: string | null;
  saves?: number | null;
  detail?: string | null;
}

export interface VerdictLine {
  subject: string;
  unit: string;
  size: string;
  actual: number;
  limit: number;
  warn?: number | null;
  state: "passed" | "warned" | "failed";
  /** What was found, of lines that are about names. */
  notes?: string[];
  advice: Advice[];
}

export interface Baseline {
  label: string;
  files: { name: string; kind: Kind; bytes: number; gz?: number | null; br?: number | null }[];
  sources: [name: string, bytes: number][];
  packages: [name: string, bytes: number][];
}

export interface Moment {
  label: string;
  values: Record<string, number>;
  flag?: string | null;
}

export interface Forecast {
  subject: string;
  perBuild: number;
  crossesIn?: number | null;
  limit?: number | null;
}

export interface Data {
  tool: string;
  project: string;
  files: OutputFile[];
  sources: Source[];
  packages: Package[];
  pages: Page[];
  images: Image[];
  verdict: { passed: boolean; lines: VerdictLine[] } | null;
  baseline: Baseline | null;
  history: Moment[];
  forecast: Forecast[] | null;
}

function read(): Data {
  const given = JSON.parse(document.getElementById("data")?.textContent || "{}") as Partial<Data>;
  const none: Data = {
    tool: "plimsoll",
    project: "",
    files: [],
    sources: [],
    packages: [],
    pages: [],
    images: [],
    verdict: null,
    baseline: null,
    history: [],
    forecast: null,
  };
  const known = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  const all = Object.assign(none, Object.fromEntries(known));
  // What is empty may have been left out. Sources are too many to go through here.
  for (const file of all.files)
    Object.assign(file, { parts: file.parts ?? [], imports: file.imports ?? [], lazy: file.lazy ?? [] });
  for (const found of all.packages) found.askedBy ??= [];
  for (const page of all.pages) page.routes ??= [];
  for (const line of all.verdict?.lines ?? []) line.advice ??= [];
  return all;
}

export const data: Data = read();

/** Computed at the first call. */
export function once<T>(make: () => T): () => T {
  let value: { it: T } | undefined;
  return () => (value ??= { it: make() }).it;
}

/** Importers of every source and the names that are asked of it: packed, since few of them are looked at. */
export const details = once(async (): Promise<[importers: Edge[], asks: string[]][]> => {
  const packed = document.getElementById("more")?.textContent?.trim();
  if (!packed) return data.sources.map(({ importers = [], asks = [] }) => [importers, asks]);
  const all = await unpacked(packed);
  // Who is first on the shortest way is one of the importers, by its place; or comes along.
  all.forEach(([importers, , why], index) => {
    const source = data.sources[index];
    if (source) source.why = typeof why === "number" ? (importers[why] ?? null) : (why ?? source.why ?? null);
  });
  return all.map(([importers, asks]) => [importers, asks]);
});

type Packed = [importers: Edge[], asks: string[], why?: number | Edge | null];

async function unpacked(packed: string): Promise<Packed[]> {
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(text).json()) as Packed[];
}

/** Bytes of a file as it is sent; without such a copy it is sent as it is. */
export function sizeOf(file: { bytes: number; gz?: number | null; br?: number | null }, size: Size): number {
  return (size === "gzip" ? file.gz : size === "brotli" ? file.br : null) ?? file.bytes;
}

/** What one raw byte of a file weighs when it is sent. */
export const ratio = (file: OutputFile, size: Size): number => (file.bytes ? sizeOf(file, size) / file.bytes : 1);

export const defaultSize: Size = data.files.some((file) => file.br)
  ? "brotli"
  : data.files.some((file) => file.gz)
    ? "gzip"
    : "raw";

/** Neither maps nor files for the server weigh on a visitor. */
export const isSent = (file: OutputFile): boolean => file.kind !== "map" && file.kind !== "server";

export const OWN = "(the project’s own)";

export function packageKey(index: number): string {
  const found = data.packages[index];
  return !found ? OWN : found.version ? `${found.name}@${found.version}` : found.name;
}

const byName = once(() => new Map(data.sources.map((source, index) => [source.name, index])));
export const sourceIndex = (name: string): number => byName().get(name) ?? -1;

const packagesByKey = once(() => new Map(data.packages.map((_, index) => [packageKey(index), index])));
export const packageIndex = (key: string): number => packagesByKey().get(key) ?? -1;

/** What a file is called here: without its hash, unless two would be called the same. */
const fileLabels = once(() => {
  const seen = new Map<string, number>();
  for (const { name } of data.files) seen.set(name, (seen.get(name) ?? 0) + 1);
  return data.files.map(({ name, path }) => (seen.get(name) === 1 ? name : path));
});
export const fileLabel = (index: number): string => fileLabels()[index] ?? "?";

const filesByLabel = once(
  () =>
    new Map([
      ...data.files.map(({ name }, index): [string, number] => [name, index]),
      ...fileLabels().map((label, index): [string, number] => [label, index]),
    ]),
);
export const fileIndex = (label: string): number => filesByLabel().get(label) ?? -1;

/** For every source: flat pairs of file and bytes, in what visitors are sent. */
export const placements = once(() => {
  const places: number[][] = data.sources.map(() => []);
  data.files.forEach((file, index) => {
    if (!isSent(file)) return;
    for (let at = 0; at < file.parts.length; at += 2) places[file.parts[at] ?? 0]?.push(index, file.parts[at + 1] ?? 0);
  });
  return places;
});

export const sourcesOfPackage = once(() => {
  const lists: number[][] = data.packages.map(() => []);
  data.sources.forEach((source, index) => lists[source.package]?.push(index));
  return lists;
});

const LAST = "node_modules/";
/** The path of a source within its package, or within the project. */
export function pathWithin(index: number): string {
  const source = data.sources[index];
  if (!source) return "";
  const name = data.packages[source.package]?.name;
  if (!name) return source.name;
  const start = source.name.lastIndexOf(`${LAST}${name}/`);
  return start < 0 ? source.name : source.name.slice(start + LAST.length + name.length + 1);
}

/** Bytes of every package (the last number: the project's own) in what visitors are sent. */
export function packageTotals(size: Size): Float64Array {
  const totals = new Float64Array(data.packages.length + 1);
  for (const file of data.files) {
    if (!isSent(file)) continue;
    const weight = ratio(file, size);
    for (let at = 0; at < file.parts.length; at += 2) {
      const owner = data.sources[file.parts[at] ?? 0]?.package ?? -1;
      const slot = owner < 0 ? data.packages.length : owner;
      totals[slot] = (totals[slot] ?? 0) + (file.parts[at + 1] ?? 0) * weight;
    }
  }
  return totals;
}

/** Names of packages that are there in several versions, with the indices of those. */
export const duplicates = once(() => {
  const groups = new Map<string, number[]>();
  data.packages.forEach(({ name }, index) => groups.set(name, [...(groups.get(name) ?? []), index]));
  return [...groups].filter(([, indices]) => indices.length > 1);
});

// The hierarchy file → package → folder → module, built only as far as somebody looks.
import { data, fileLabel, OWN, packageKey, pathWithin, ratio } from "./data.js";
import type { Filter } from "./filter.js";
import type { Size } from "./format.js";

export type NodeKind = "root" | "file" | "package" | "folder" | "module" | "rest";

export interface TreeNode {
  kind: NodeKind;
  label: string;
  parent: TreeNode | null;
  file: number;
  package: number;
  source: number;
  /** Raw bytes in the file; of the root: of all. */
  raw: number;
  /** Flat pairs of source and bytes. */
  parts: number[];
  /** Letters of the path that the nodes above have said. */
  said: number;
  kids: TreeNode[] | null;
  /** A file that is made of one source, such as an image: nothing to go into. */
  whole: boolean;
}

const DEFAULTS = { parent: null, file: -1, package: -2, source: -1, raw: 0, said: 0, whole: false };
const node = (kind: NodeKind, label: string, more: Partial<TreeNode>): TreeNode => ({
  ...DEFAULTS,
  parts: [],
  kids: null,
  kind,
  label,
  ...more,
});

/** Bytes of a node as they are sent: of a part, its share of the file. */
export function weigh(one: TreeNode, size: Size): number {
  if (one.kind === "root") return kids(one).reduce((sum, kid) => sum + weigh(kid, size), 0);
  const file = data.files[one.file];
  return file ? one.raw * ratio(file, size) : 0;
}

export function kids(one: TreeNode): TreeNode[] {
  if (!one.kids)
    one.kids =
      one.kind === "file" ? packagesIn(one) : one.kind === "package" || one.kind === "folder" ? foldersIn(one) : [];
  return one.kids;
}

export const isLeaf = (one: TreeNode): boolean =>
  one.kind === "module" || one.kind === "rest" || (one.kind === "file" && (one.whole || !one.parts.length));

function partsOf(parts: number[], mask: Uint8Array | null): [parts: number[], raw: number] {
  const kept: number[] = mask ? [] : parts;
  let raw = 0;
  for (let at = 0; at < parts.length; at += 2) {
    const source = parts[at] ?? 0;
    const size = parts[at + 1] ?? 0;
    if (mask && !mask[source]) continue;
    if (mask) kept.push(source, size);
    raw += size;
  }
  return [kept, raw];
}

function soleOwner(parts: number[], filter: Filter): Partial<TreeNode> {
  if (parts.length !== 2 || filter.sources) return {};
  return { whole: true, package: data.sources[parts[0] ?? -1]?.package ?? -1 };
}

export function grow(filter: Filter): TreeNode {
  const root = node("root", data.project || "everything", { kids: [] });
  data.files.forEach((file, index) => {
    if (!filter.files[index]) return;
    const [parts, raw] = partsOf(file.parts, filter.sources);
    const size = filter.sources ? raw : file.bytes;
    if (size > 0)
      root.kids?.push(
        node("file", fileLabel(index), { parent: root, file: index, raw: size, parts, ...soleOwner(parts, filter) }),
      );
  });
  return root;
}

/** What no part accounts for, as a leaf of its own. */
function withRest(one: TreeNode, children: TreeNode[]): TreeNode[] {
  const rest = one.raw - children.reduce((sum, kid) => sum + kid.raw, 0);
  if (rest >= 1 && children.length)
    children.push(node("rest", "not told apart", { parent: one, file: one.file, raw: rest }));
  return children;
}

function packagesIn(one: TreeNode): TreeNode[] {
  const groups = new Map<number, TreeNode>();
  for (let at = 0; at < one.parts.length; at += 2) {
    const source = one.parts[at] ?? 0;
    const size = one.parts[at + 1] ?? 0;
    const owner = data.sources[source]?.package ?? -1;
    let group = groups.get(owner);
    if (!group)
      groups.set(
        owner,
        (group = node("package", owner < 0 ? OWN : packageKey(owner), { parent: one, file: one.file, package: owner })),
      );
    group.parts.push(source, size);
    group.raw += size;
  }
  return withRest(one, [...groups.values()]);
}

function foldersIn(one: TreeNode): TreeNode[] {
  const groups = new Map<string, TreeNode>();
  for (let at = 0; at < one.parts.length; at += 2) {
    const source = one.parts[at] ?? 0;
    const size = one.parts[at + 1] ?? 0;
    const path = pathWithin(source);
    const slash = path.indexOf("/", one.said);
    const end = slash < 0 ? path.length : slash;
    const label = path.slice(one.said, end);
    const key = slash < 0 ? `${label}\n${source}` : label;
    let group = groups.get(key);
    if (!group) {
      const place = {
        parent: one,
        file: one.file,
        package: one.package,
        source: slash < 0 ? source : -1,
        said: end + 1,
      };
      groups.set(key, (group = node(slash < 0 ? "module" : "folder", label, place)));
    }
    group.parts.push(source, size);
    group.raw += size;
  }
  return [...groups.values()].map(shorten);
}

/** A folder whose only content is a folder is one with it: `src/components`. */
function shorten(one: TreeNode): TreeNode {
  if (one.kind !== "folder") return one;
  const path = pathWithin(one.parts[0] ?? -1);
  for (let slash = path.indexOf("/", one.said); slash >= 0; slash = path.indexOf("/", one.said)) {
    const segment = path.slice(one.said, slash + 1);
    for (let at = 2; at < one.parts.length; at += 2)
      if (!pathWithin(one.parts[at] ?? -1).startsWith(segment, one.said)) return one;
    one.label += `/${segment.slice(0, -1)}`;
    one.said = slash + 1;
  }
  return one;
}

/** Groups whose only content is a group are passed by: the last of them, and what all are called. */
export function through(one: TreeNode): { node: TreeNode; label: string } {
  let { label } = one;
  for (
    let [only, ...others] = isLeaf(one) ? [] : kids(one);
    only && !others.length && !isLeaf(only);
    [only, ...others] = kids(one)
  ) {
    one = only;
    label += ` › ${one.label}`;
  }
  return { node: one, label };
}

/** One step out, past what holds nothing else. */
export function out(one: TreeNode): TreeNode | null {
  let parent = one.parent;
  while (parent?.parent && kids(parent).length === 1) ({ parent } = parent);
  return parent;
}

const quote = (label: string): string => label.replace(/%/g, "%25").replace(/\|/g, "%7C");

/** The labels from the root, as they stand in the address. */
export function trail(one: TreeNode): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at: TreeNode | null = one; at; at = at.parent) nodes.unshift(at);
  return nodes;
}

export const pathOf = (one: TreeNode): string =>
  trail(one)
    .slice(1)
    .map(({ label }) => quote(label))
    .join("|");

/** As far as the path still leads. */
export function find(root: TreeNode, path: string): TreeNode {
  let at = root;
  for (const label of path ? path.split("|") : []) {
    const next = kids(at).find((kid) => quote(kid.label) === label);
    if (!next || isLeaf(next)) break;
    at = next;
  }
  return at;
}

export function describe(one: TreeNode): string {
  if (one.kind === "root") return "all files";
  if (one.kind === "package") return one.package < 0 ? "the project’s own modules" : "package";
  if (one.kind === "rest") return "bytes of the file that belong to no source";
  return one.kind;
}

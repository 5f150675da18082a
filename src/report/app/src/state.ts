// What is looked at, in the address: `#contents?q=react&sel=…`. Links can be shared and the back button works.
import { defaultSize } from "./data.js";
import type { Size } from "./format.js";

export const TABS = ["overview", "contents", "duplicates", "loading", "images", "changes", "history"] as const;
export type Tab = (typeof TABS)[number];

export type Key =
  | "size"
  | "q"
  | "page"
  | "file"
  | "pkg"
  | "type"
  | "at"
  | "sel"
  | "list"
  | "sort"
  | "net"
  | "on"
  | "add"
  | "of"
  | "only"
  | "line";
export type Patch = Partial<Record<Key, string | null>>;

export interface State {
  tab: Tab;
  get(key: Key): string;
  size: Size;
  query: string;
}

const isTab = (name: string): name is Tab => (TABS as readonly string[]).includes(name);
const isSize = (name: string | null): name is Size => name === "raw" || name === "gzip" || name === "brotli";

function parse(hash: string): State {
  const [name = "", query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  const params = new URLSearchParams(query);
  const size = params.get("size");
  return {
    tab: isTab(name) ? name : "overview",
    get: (key) => params.get(key) ?? "",
    size: isSize(size) ? size : defaultSize,
    query,
  };
}

export let state: State = parse(location.hash);
let listener: (before: State) => void = () => undefined;

/** The address of another view, changed from the query of one. The size of the moment goes along. */
export function address(tab: Tab, patch: Patch = {}, from = ""): string {
  const params = new URLSearchParams(from);
  params.delete("size");
  if (state.size !== defaultSize) params.set("size", state.size);
  for (const [key, value] of Object.entries(patch)) {
    if (value) params.set(key, value);
    else params.delete(key);
  }
  const query = params.toString();
  return `#${tab}${query ? `?${query}` : ""}`;
}

function arrive(): void {
  const before = state;
  state = parse(location.hash);
  listener(before);
}

/** Changes the view; a step of its own in the history unless it is one of many small ones. */
export function go(patch: Patch, step = true): void {
  const next = address(state.tab, patch, state.query);
  if (next === location.hash) return;
  if (step) history.pushState(null, "", next);
  else history.replaceState(null, "", next);
  arrive();
}

export function listen(react: (before: State) => void): void {
  listener = react;
  addEventListener("hashchange", () => {
    if (location.hash !== "#main") arrive();
  });
}

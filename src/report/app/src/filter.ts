// Which files and sources are looked at: by page, file, package, type and words of their names.
import { data, fileIndex, isSent, once, packageIndex, type Source } from "./data.js";
import { type State } from "./state.js";

export interface Filter {
  files: boolean[];
  /** null: all of them. */
  sources: Uint8Array | null;
  /** Something beside the default is asked for. */
  narrowed: boolean;
}

/** What people write, by the name `code`. */
const CODE = ["document", "script", "stylesheet"];

/** Words that ask for what is known of a source, not for its name. */
const FACTS: Record<string, (source: Source) => boolean> = {
  "is:commonjs": (source) => source.common === true,
  "is:pinned": (source) => !!source.pinned,
  "is:own": (source) => source.package === -1,
  "is:package": (source) => source.package >= 0,
};

/** One word of the search: a part of the name, a fact, or either of them with a minus for what is not wanted. */
function matches(word: string, name: string, source: Source): boolean {
  const not = word.length > 1 && word.startsWith("-");
  const bare = not ? word.slice(1) : word;
  const fact = FACTS[bare];
  return (fact ? fact(source) : name.includes(bare)) !== not;
}

const lowered = once(() => data.sources.map((source) => source.name.toLowerCase()));

function ofPage(choice: string): Set<number> | null {
  const now = choice.endsWith("!");
  const page = data.pages.find(({ path }) => path === (now ? choice.slice(0, -1) : choice));
  if (!page) return null;
  const files = new Set(page.loads.map(([file]) => file));
  if (!now) for (const route of page.routes) for (const file of route.files) files.add(file);
  return files;
}

function allowedFiles(state: State): boolean[] {
  const ofThat = ofPage(state.get("page"));
  const name = state.get("file");
  const only = name ? fileIndex(name) : -1;
  const type = state.get("type");
  const isType = (kind: string): boolean => (type === "code" ? CODE.includes(kind) : kind === type);
  return data.files.map(
    (file, index) =>
      (!ofThat || ofThat.has(index)) &&
      (!name || index === only) &&
      (type ? isType(file.kind) : name !== "" || isSent(file)),
  );
}

function allowedSources(state: State): Uint8Array | null {
  const words = state.get("q").toLowerCase().split(/\s+/).filter(Boolean);
  const key = state.get("pkg");
  if (!words.length && !key) return null;
  const owner = key === "own" ? -1 : packageIndex(key);
  const names = lowered();
  const mask = new Uint8Array(data.sources.length);
  data.sources.forEach((source, index) => {
    if (key && source.package !== owner) return;
    const name = names[index] ?? "";
    if (words.every((word) => matches(word, name, source))) mask[index] = 1;
  });
  return mask;
}

export function filterOf(state: State): Filter {
  const narrowed = (["q", "page", "file", "pkg", "type"] as const).some((key) => state.get(key) !== "");
  return { files: allowedFiles(state), sources: allowedSources(state), narrowed };
}

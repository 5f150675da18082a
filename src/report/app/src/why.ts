// The panel "Why is this here": of a module, a package or an output file.
import { data, fileIndex, fileLabel, once, OWN, packageIndex, packageKey, pathWithin, placements, sizeOf, sourceIndex, sourcesOfPackage, type Edge, details } from "./data.js";
import { h, type Child } from "./dom.js";
import { bytes, count, percent, signed, whole, type Size } from "./format.js";
import { address } from "./state.js";

/** What is selected, as it stands in the address: `m:src/app.tsx`, `p:react@19.3.1`, `f:assets/main.js`. */
export const moduleKey = (source: number): string => `m:${data.sources[source]?.name ?? ""}`;
export const ownerKey = (owner: number): string => `p:${owner < 0 ? "" : packageKey(owner)}`;
export const fileKey = (file: number): string => `f:${fileLabel(file)}`;

function link(key: string, text: string): HTMLElement {
  return h("a", { class: "path", href: address("contents", { sel: key }), "data-sel": key }, text);
}
export const moduleLink = (source: number, text = data.sources[source]?.name ?? "?"): HTMLElement =>
  link(moduleKey(source), text);
export const packageLink = (owner: number): HTMLElement =>
  owner < 0 ? h("span", {}, OWN) : link(ownerKey(owner), packageKey(owner));
export const fileLink = (file: number): HTMLElement => link(fileKey(file), fileLabel(file));

/** `src/app.tsx:12 imports "react"`. */
export function edge([source, line, specifier, lazy]: Edge): HTMLElement {
  const name = data.sources[source]?.name ?? "?";
  const place = moduleLink(source, line ? `${name}:${line}` : name);
  return h("span", { class: "edge" }, place, ` ${lazy ? "import()" : "imports"} `, h("code", {}, `"${specifier}"`));
}

const MANY = 100;
/** A list of which the rest unfolds. */
export function listOf(items: (() => Node)[], first = 8, ordered = false): HTMLElement {
  const list = h(ordered ? "ol" : "ul", { class: ordered ? "chain" : "items" });
  for (const item of items.slice(0, first)) list.append(h("li", {}, item()));
  let shown = first;
  if (items.length <= shown) return list;
  const more = h("button", { type: "button", class: "more" });
  const say = (): void => more.replaceChildren(`${whole(items.length - shown)} more`);
  more.addEventListener("click", () => {
    const added = items.slice(shown, shown + MANY).map((item) => h("li", {}, item()));
    list.append(...added);
    shown += added.length;
    added[0]?.querySelector<HTMLElement>("a")?.focus();
    if (shown < items.length) say();
    else more.remove();
  });
  say();
  return h("div", {}, list, more);
}

const section = (title: string, ...content: Child[]): HTMLElement => h("section", {}, h("h4", {}, title), ...content);
const fact = (name: string, value: Child): HTMLElement => h("div", {}, h("dt", {}, name), h("dd", {}, value));
const says = (text: string): HTMLElement => h("p", { class: "quiet" }, text);

/** From the entry down to the module: every step says who imports it, where and as what. */
function chain(source: number): HTMLElement {
  const steps: { at: number; by: Edge | null }[] = [];
  const seen = new Set<number>();
  for (let at = source; at >= 0 && !seen.has(at);) {
    seen.add(at);
    const by = data.sources[at]?.why ?? null;
    steps.unshift({ at, by });
    at = by ? by[0] : -1;
  }
  const items = steps.map(({ at, by }, index) => () => {
    const name = at === source ? h("strong", { class: "path" }, data.sources[at]?.name ?? "?") : moduleLink(at);
    if (!by) return h("span", {}, name, h("span", { class: "tag" }, "entry"));
    const before = steps[index - 1];
    const from = before ? `${before.at === by[0] ? "" : data.sources[by[0]]?.name + " "}line ${by[1]}: ` : "";
    return h(
      "span",
      {},
      h("span", { class: "step" }, from, by[3] ? "import() of " : "imports ", h("code", {}, `"${by[2]}"`)),
      name,
      by[3] ? h("span", { class: "tag" }, "lazy") : null,
    );
  });
  return listOf(items, 60, true);
}

function share(file: number, part: number, size: Size): number {
  const found = data.files[file];
  return found?.bytes ? (part * sizeOf(found, size)) / found.bytes : 0;
}

function whereabouts(parts: Map<number, number>, size: Size): HTMLElement {
  const rows = [...parts].sort((a, b) => b[1] - a[1]);
  if (!rows.length) return says("In none: all of it was left out, or it only hands on what others export.");
  return listOf(
    rows.map(
      ([file, part]) =>
        () =>
          h(
            "span",
            { class: "pair" },
            fileLink(file),
            h(
              "span",
              { class: "num" },
              `${bytes(part)} raw`,
              size === "raw" ? "" : `, ${bytes(share(file, part, size))} ${size} share`,
            ),
          ),
    ),
  );
}

function spots(sources: number[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const source of sources) {
    const pairs = placements()[source] ?? [];
    for (let at = 0; at < pairs.length; at += 2)
      found.set(pairs[at] ?? 0, (found.get(pairs[at] ?? 0) ?? 0) + (pairs[at + 1] ?? 0));
  }
  return found;
}

function sizes(parts: Map<number, number>): Child[] {
  const copied = [...parts.keys()].some((file) => data.files[file]?.br || data.files[file]?.gz);
  return (copied ? (["raw", "gzip", "brotli"] as const) : (["raw"] as const)).map((size) => {
    const total = [...parts].reduce((sum, [file, part]) => sum + share(file, part, size), 0);
    return fact(size === "raw" ? "raw" : `${size} share`, bytes(total));
  });
}

const rawBefore = once(() => new Map([...(data.baseline?.sources ?? []), ...(data.baseline?.packages ?? [])]));

/** What the baseline had of it. */
function since(name: string, parts: Map<number, number>): Child {
  if (!data.baseline) return null;
  const before = rawBefore().get(name);
  const now = [...parts.values()].reduce((sum, part) => sum + part, 0);
  return fact(`since ${data.baseline.label}`, before === undefined ? "new" : `${signed(now - before)} raw`);
}

function ofModule(index: number, size: Size): Child[] {
  const source = data.sources[index];
  if (!source) return [says("This build has no module of that name.")];
  const parts = spots([index]);
  const more = h("div");
  void details().then((all) => more.replaceChildren(...askedOf(...(all[index] ?? [[], []]))));
  const glue = source.name.startsWith("plimsoll:");
  return [
    h(
      "dl",
      { class: "facts" },
      ...sizes(parts),
      source.bytes ? fact("source file", bytes(source.bytes)) : null,
      source.alone === undefined ? null : fact("brotli that goes with it", bytes(source.alone)),
      source.package === -1 ? since(source.name, parts) : null,
      fact("package", packageLink(source.package)),
    ),
    source.common
      ? h(
          "p",
          { class: "note" },
          h("strong", {}, "CommonJS. "),
          "It is not shaken as well as an ES module: what nobody asks for may stay.",
        )
      : null,
    section(
      "Shortest way from an entry",
      glue && !source.why ? says("Glue that the build added itself.") : chain(index),
    ),
    source.pinned
      ? section(
          "Kept by a side effect",
          h(
            "p",
            { class: "quiet" },
            `Line ${source.pinned[0]} does something when the module runs, so it stays though nothing of it is used:`,
          ),
          h("pre", { tabindex: 0, "aria-label": "Statement" }, source.pinned[1]),
        )
      : null,
    more,
    section("In these files", whereabouts(parts, size)),
  ];
}

/** What is asked of a module, and by whom. */
function askedOf(importers: Edge[], asks: string[]): HTMLElement[] {
  return [
    section(
      "Asked for",
      asks.length
        ? h("p", { class: "names" }, ...asks.map((name) => h("code", {}, name)))
        : says("No export of it by name."),
    ),
    section(
      `All importers (${importers.length}${importers.length === 50 ? ", the first ones" : ""})`,
      importers.length ? listOf(importers.map((one) => () => edge(one))) : says("Nobody: it is an entry, or glue."),
    ),
  ];
}

function ofPackage(owner: number, size: Size): Child[] {
  const found = data.packages[owner];
  if (!found) return [says("This build has no package of that name.")];
  const members = sourcesOfPackage()[owner] ?? [];
  const weight = (source: number): number =>
    [...spots([source])].reduce((sum, [file, part]) => sum + share(file, part, size), 0);
  const modules = members.map((source) => ({ source, weight: weight(source) })).sort((a, b) => b.weight - a.weight);
  const versions = data.packages.flatMap(({ name }, index) => (name === found.name ? [index] : []));
  const nearest = members.find(
    (source) => data.sources[source]?.why && data.sources[data.sources[source].why[0]]?.package !== owner,
  );
  const others =
    versions.length > 1
      ? section(
          "Versions",
          h("p", { class: "note" }, `${count(versions.length, "version")} of ${found.name} are in this build.`),
          ...versions.map((index) =>
            h(
              "div",
              { class: "version" },
              h("p", {}, packageLink(index)),
              listOf(
                (data.packages[index]?.askedBy ?? []).map((one) => () => edge(one)),
                4,
              ),
            ),
          ),
        )
      : null;
  const common = members.filter((source) => data.sources[source]?.common).length;
  return [
    h(
      "dl",
      { class: "facts" },
      ...sizes(spots(members)),
      fact("modules", String(members.length)),
      fact("version", found.version || "unknown"),
      since(packageKey(owner), spots(members)),
    ),
    common
      ? h(
          "p",
          { class: "note" },
          `${count(common, "module")} of it ${common === 1 ? "is" : "are"} CommonJS, not shaken as well as ES modules.`,
        )
      : null,
    section(
      "Asked for by",
      found.askedBy.length ? listOf(found.askedBy.map((one) => () => edge(one))) : says("Nobody outside of it."),
    ),
    others,
    nearest === undefined ? null : section("Shortest way from an entry", chain(nearest)),
    section(
      "Its modules",
      listOf(
        modules.map(
          ({ source, weight: own }) =>
            () =>
              h(
                "span",
                { class: "pair" },
                moduleLink(source, pathWithin(source)),
                h("span", { class: "num" }, bytes(own)),
              ),
        ),
      ),
    ),
    section("In these files", whereabouts(spots(members), size)),
  ];
}

function ofFile(index: number, size: Size): Child[] {
  const file = data.files[index];
  if (!file) return [says("This build has no file of that name.")];
  const names = (list: number[], none: string): HTMLElement =>
    list.length ? listOf(list.map((one) => () => fileLink(one))) : says(none);
  const pages = data.pages.flatMap(({ path, loads, routes }) => {
    const load = loads.find(([one]) => one === index);
    if (load) return [`${path}: at once (${load[2]})`];
    const route = routes.find(({ files }) => files.includes(index));
    return route ? [`${path}: with ${route.name}`] : [];
  });
  const by = data.files.flatMap((other, at) =>
    other.imports.includes(index) || other.lazy.includes(index) ? [at] : [],
  );
  const modules: [number, number][] = [];
  for (let at = 0; at < file.parts.length; at += 2) modules.push([file.parts[at] ?? 0, file.parts[at + 1] ?? 0]);
  modules.sort((a, b) => b[1] - a[1]);
  return [
    h(
      "dl",
      { class: "facts" },
      fact("raw", bytes(file.bytes)),
      ...(["gz", "br", "zst"] as const).map((copy) =>
        file[copy] ? fact(copy, `${bytes(file[copy])}, ${percent(file[copy], file.bytes)}`) : null,
      ),
      fact("kind", file.kind),
      fact("role", file.role),
    ),
    section("Written to", h("p", { class: "path" }, file.path)),
    section(
      "Loaded by pages",
      pages.length
        ? h("ul", { class: "items" }, ...pages.slice(0, 50).map((text) => h("li", {}, text)))
        : says("By none."),
    ),
    section("Wanted by files", names(by, "By none.")),
    section("Imports", names(file.imports, "Nothing.")),
    section("Loads later, import()", names(file.lazy, "Nothing.")),
    section(
      "Its modules",
      modules.length
        ? listOf(
            modules.map(
              ([source, part]) =>
                () =>
                  h(
                    "span",
                    { class: "pair" },
                    moduleLink(source),
                    h("span", { class: "num" }, bytes(share(index, part, size))),
                  ),
            ),
          )
        : says("It is not made of modules."),
    ),
  ];
}

/** The content of the panel for what is selected. */
export function panel(key: string, size: Size, close: () => void): HTMLElement {
  const [kind, name] = [key.slice(0, 2), key.slice(2)];
  const make = (): Child[] =>
    kind === "p:"
      ? ofPackage(packageIndex(name), size)
      : kind === "f:"
        ? ofFile(fileIndex(name), size)
        : ofModule(sourceIndex(name), size);
  const content = h("div");
  const fill = (): void => content.replaceChildren(...make().filter((one): one is Node | string => Boolean(one)));
  if (kind === "f:") fill();
  else void details().then(fill);
  const title = kind === "f:" ? "What is in this file" : "Why is this here?";
  const heading = h("h3", { id: "why-title", tabindex: -1 }, title);
  return h(
    "div",
    { class: "why" },
    h("div", { class: "why-head" }, heading, h("button", { type: "button", class: "close", click: close }, "Close")),
    h("p", { class: "subject path" }, name || OWN),
    content,
  );
}

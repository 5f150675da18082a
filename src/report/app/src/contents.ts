// What is in the build: filters, the map, its list, and why a part is there.
import { data, fileLabel, isSent, OWN, packageKey, packageTotals, ratio } from "./data.js";
import { announce, h, picker, segments } from "./dom.js";
import { filterOf, type Filter } from "./filter.js";
import { bytes, count, percent } from "./format.js";
import { List } from "./list.js";
import { go, state, type Key, type State } from "./state.js";
import { find, grow, isLeaf, kids, pathOf, trail, weigh, type TreeNode } from "./tree.js";
import { Treemap } from "./treemap.js";
import type { View } from "./view.js";
import { fileKey, moduleKey, ownerKey, packageLink, panel } from "./why.js";

interface Row {
  id: string;
  label: string;
  owner: number;
  weight: number;
  open(): void;
}

const FILTERS = ["q", "page", "file", "pkg", "type"] as const;

/** What is selected when somebody picks this part of the map. */
function keyOf(node: TreeNode): string {
  if (node.kind === "module") return moduleKey(node.source);
  if (node.kind === "package" || node.kind === "folder") return node.package < 0 ? "" : ownerKey(node.package);
  return node.file < 0 ? "" : fileKey(node.file);
}

const select = (key: string): void => go({ sel: key });

function partRows(at: TreeNode): Row[] {
  return kids(at).map((node) => {
    const open = (): void => (isLeaf(node) ? select(keyOf(node)) : go({ at: pathOf(node) }));
    return {
      id: isLeaf(node) ? keyOf(node) : `at:${pathOf(node)}`,
      label: node.label,
      owner: node.package,
      weight: weigh(node, state.size),
      open,
    };
  });
}

/** Weights of the sources within a node. */
function sourceWeights(at: TreeNode): Map<number, number> {
  const weights = new Map<number, number>();
  for (const node of at.kind === "root" ? kids(at) : [at]) {
    const file = data.files[node.file];
    const weight = file ? ratio(file, state.size) : 1;
    for (let n = 0; n < node.parts.length; n += 2) {
      const source = node.parts[n] ?? 0;
      weights.set(source, (weights.get(source) ?? 0) + (node.parts[n + 1] ?? 0) * weight);
    }
  }
  return weights;
}

const moduleRows = (at: TreeNode): Row[] =>
  [...sourceWeights(at)].map(([source, weight]) => {
    const { name, package: owner } = data.sources[source] ?? { name: "?", package: -1 };
    return { id: moduleKey(source), label: name, owner, weight, open: () => select(moduleKey(source)) };
  });

function packageRows(at: TreeNode): Row[] {
  const weights = new Map<number, number>();
  for (const [source, weight] of sourceWeights(at)) {
    const owner = data.sources[source]?.package ?? -1;
    weights.set(owner, (weights.get(owner) ?? 0) + weight);
  }
  return [...weights].map(([owner, weight]) => {
    const open = (): void => (owner < 0 ? go({ pkg: "own", list: "modules" }) : select(ownerKey(owner)));
    return { id: ownerKey(owner), label: owner < 0 ? OWN : packageKey(owner), owner, weight, open };
  });
}

function fileRows(at: TreeNode): Row[] {
  return (at.kind === "root" ? kids(at) : [at]).map((node) => ({
    id: fileKey(node.file),
    label: fileLabel(node.file),
    owner: -2,
    weight: weigh(node, state.size),
    open: () => select(fileKey(node.file)),
  }));
}

const ROWS: Record<string, (at: TreeNode) => Row[]> = {
  parts: partRows,
  modules: moduleRows,
  packages: packageRows,
  files: fileRows,
};
const listKind = (now: State): string => now.get("list") || (now.get("q") ? "modules" : "parts");

/** A path of which the end is always seen. */
export function tail(label: string): HTMLElement {
  const slash = label.lastIndexOf("/");
  return h(
    "span",
    { class: "tail", title: label },
    h("span", {}, label.slice(0, slash + 1)),
    h("b", {}, label.slice(slash + 1)),
  );
}

export class Contents implements View {
  readonly element: HTMLElement;
  private readonly search = h("input", {
    type: "search",
    id: "search",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "react, src/routes …",
    input: () => this.typed(),
  });
  private readonly pickers = new Map<Key, HTMLSelectElement>();
  private readonly reset = h(
    "button",
    { type: "button", class: "plain", click: () => go({ q: null, page: null, file: null, pkg: null, type: null }) },
    "Clear filters",
  );
  private readonly crumbs = h("nav", { "aria-label": "Place in the map", class: "crumbs" });
  private readonly summary = h("p", { class: "quiet summary" });
  private readonly map = new Treemap({
    zoom: (node) => go({ at: pathOf(node) || null }),
    select: (node) => select(keyOf(node)),
  });
  private readonly list: List<Row>;
  private readonly kinds = h("div");
  private readonly aside = h("aside", { class: "panel", "aria-labelledby": "why-title", hidden: true });
  private readonly legend = h("ul", { class: "legend", "aria-label": "Colours of the map" });
  private filter: Filter | null = null;
  private root: TreeNode | null = null;
  private total = 0;
  private signs: Record<string, string> = {};
  private origin: Element | null = null;
  private waiting = 0;

  constructor() {
    this.list = new List<Row>({
      label: "Parts by size",
      sort: "-size",
      id: (row) => row.id,
      open: (row) => row.open(),
      sorted: (sort) => go({ sort: sort === "-size" ? null : sort }, false),
      columns: [
        { key: "name", title: "Name", cell: (row) => this.name(row), rank: (row) => row.label },
        { key: "size", title: "Size", number: true, cell: (row) => bytes(row.weight), rank: (row) => row.weight },
        { key: "share", title: "Share", number: true, cell: (row) => this.share(row) },
      ],
    });
    const help = h(
      "p",
      { id: "map-help", class: "quiet help" },
      "Click or Enter goes in, Escape goes out, arrow keys move, Space selects. The list has the same parts. Compressed sizes of a part are its share of the compressed file.",
    );
    const stage = h(
      "section",
      { class: "stage", "aria-label": "Map" },
      this.crumbs,
      this.map.element,
      this.legend,
      help,
    );
    const side = h("section", { class: "side", "aria-label": "List" }, this.kinds, this.summary, this.list.element);
    this.aside.addEventListener("click", (event) => this.follow(event));
    this.aside.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.element = h(
      "div",
      { class: "contents" },
      h("h2", {}, "Contents"),
      this.filters(),
      h("div", { class: "columns" }, stage, side, this.aside),
    );
  }

  private filters(): HTMLElement {
    const choose = (key: Key, label: string, options: [string, string][]): HTMLElement => {
      const element = picker(label, options, "", (value) => go({ [key]: value || null }));
      const select = element.querySelector("select");
      if (select) this.pickers.set(key, select);
      return element;
    };
    const pages = data.pages.flatMap(({ path, routes }): [string, string][] => [
      [path, routes.length ? `${path}, with its routes` : path],
      ...(routes.length ? [[`${path}!`, `${path}, at once`] as [string, string]] : []),
    ]);
    const kinds = [...new Set(data.files.map(({ kind }) => kind))].sort().map((kind): [string, string] => [kind, kind]);
    const files = data.files.map((_, index): [string, string] => [fileLabel(index), fileLabel(index)]);
    const totals = packageTotals("raw");
    const packages = data.packages
      .map((_, index) => index)
      .filter((index) => totals[index])
      .map((index): [string, string] => [packageKey(index), packageKey(index)]);
    packages.sort(([a], [b]) => (a < b ? -1 : 1));
    const hidden = data.files.filter((file) => !isSent(file)).length;
    const search = h("label", { class: "pick grow" }, h("span", {}, "Search: names, -without, is:commonjs, is:pinned"), this.search);
    return h(
      "search",
      { class: "filters", "aria-label": "Filters" },
      search,
      choose("page", "Page", [["", "All pages"], ...pages]),
      choose("file", "File", [["", "All files"], ...files]),
      choose("pkg", "Package", [["", "All packages"], ["own", OWN], ...packages]),
      choose("type", "Type", [
        ["", hidden ? "All but maps, server files" : "All types"],
        ["code", "Pages, scripts, sheets"],
        ...kinds,
      ]),
      this.reset,
    );
  }

  /** Links of the panel leave the filters as they are. */
  private follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-sel]") : null;
    if (!link?.dataset.sel || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    select(link.dataset.sel);
  }

  private typed(): void {
    clearTimeout(this.waiting);
    const { value } = this.search;
    this.waiting = setTimeout(() => go({ q: value || null, at: null }, state.get("q") === ""), 60);
  }

  private name(row: Row): HTMLElement {
    const hue = row.owner === -2 ? null : row.owner === -1 ? "own" : this.map.hueOf(row.owner);
    return h(
      "span",
      { class: "cell" },
      hue === null ? null : h("i", { class: `dot hue-${hue}`, "aria-hidden": "true" }),
      tail(row.label),
    );
  }

  private share(row: Row): HTMLElement {
    const bar = h("i", { class: "meter", "aria-hidden": "true" });
    bar.style.setProperty("--part", `${this.total ? (row.weight / this.total) * 100 : 0}%`);
    return h("span", { class: "share" }, percent(row.weight, this.total), bar);
  }

  private changed(name: string, ...values: string[]): boolean {
    const sign = values.join("\n");
    const is = this.signs[name] !== sign;
    this.signs[name] = sign;
    return is;
  }

  update(): void {
    const first = !this.root;
    const filters = FILTERS.map((key) => state.get(key));
    const grown = this.changed("filter", ...filters);
    if (grown || !this.root) {
      this.filter = filterOf(state);
      this.root = grow(this.filter);
      this.sync();
    }
    const at = find(this.root, state.get("at"));
    const selected = state.get("sel");
    const place = [...filters, state.size, state.get("at")];
    const moved = this.changed("list", ...place, listKind(state), state.get("sort"));
    if (this.changed("total", ...place)) this.total = weigh(at, state.size);
    const chosen = this.changed("selected", selected);
    if (this.changed("panel", selected, state.size)) this.explain(selected, chosen && !first);
    if (this.changed("map", ...place, selected))
      this.map.show(
        at,
        state.size,
        (node) =>
          selected !== "" &&
          node.kind === (selected[0] === "m" ? "module" : selected[0] === "p" ? "package" : "file") &&
          keyOf(node) === selected,
      );
    if (this.changed("hues", state.size)) this.fillLegend();
    if (moved) this.fillList(at, selected);
    else this.list.select(selected);
    this.drawCrumbs(at);
  }

  private sync(): void {
    if (document.activeElement !== this.search) this.search.value = state.get("q");
    for (const [key, select] of this.pickers) select.value = state.get(key);
    this.reset.disabled = !this.filter?.narrowed;
  }

  private fillList(at: TreeNode, selected: string): void {
    const kind = listKind(state);
    const rows = (ROWS[kind] ?? partRows)(at);
    this.list.toTop();
    this.list.show(rows, selected, state.get("sort") || "-size");
    const nouns: Record<string, string> = { parts: "part", modules: "module", packages: "package", files: "file" };
    const text = `${count(rows.length, nouns[kind] ?? "part")}, ${bytes(this.total)} ${state.size}`;
    if (this.summary.textContent && this.summary.textContent !== text)
      announce(rows.length ? text : "Nothing matches the filters.");
    this.summary.textContent = rows.length ? text : "Nothing matches the filters.";
    if (!this.changed("kind", kind)) return;
    this.kinds.replaceChildren(
      segments(
        "List by",
        "list",
        [
          ["parts", "part"],
          ["modules", "module"],
          ["packages", "package"],
          ["files", "file"],
        ],
        kind,
        (value) => go({ list: value, sort: null }),
      ),
    );
  }

  private fillLegend(): void {
    const item = (hue: string, content: Node): HTMLElement =>
      h("li", {}, h("i", { class: `dot hue-${hue}`, "aria-hidden": "true" }), content);
    const packages = this.map.legend().map(([index, hue]) => item(String(hue), packageLink(index)));
    this.legend.replaceChildren(
      item("own", document.createTextNode("the project’s own")),
      ...packages,
      item("rest", document.createTextNode("others, files")),
    );
    this.legend.onclick = (event) => this.follow(event);
  }

  private drawCrumbs(at: TreeNode): void {
    const items = trail(at).map((node, index, all) => {
      const text = node.kind === "root" ? "All files" : node.label;
      if (index === all.length - 1) return h("li", { "aria-current": "location" }, text);
      return h(
        "li",
        {},
        h("button", { type: "button", class: "plain", click: () => go({ at: pathOf(node) || null }) }, text),
      );
    });
    const key = keyOf(at);
    const about = h(
      "button",
      { type: "button", class: "plain", click: () => select(key) },
      at.kind === "file" ? "About this file" : "Why is it here?",
    );
    this.crumbs.replaceChildren(
      h("ol", {}, ...items),
      key ? about : "",
      h("span", { class: "num quiet" }, bytes(this.total)),
    );
  }

  private explain(selected: string, byHand: boolean): void {
    this.element.classList.toggle("selected", selected !== "");
    this.aside.hidden = !selected;
    if (!selected) return this.aside.replaceChildren();
    if (!this.aside.contains(document.activeElement)) this.origin = document.activeElement;
    this.aside.replaceChildren(panel(selected, state.size, () => this.close()));
    this.aside.scrollTop = 0;
    if (byHand) this.aside.querySelector<HTMLElement>("#why-title")?.focus();
  }

  private close(): void {
    go({ sel: null });
    const back =
      this.origin instanceof HTMLElement && this.origin.isConnected
        ? this.origin
        : this.list.element.querySelector<HTMLElement>("button[tabindex='0']");
    back?.focus();
  }
}

// The difference to the baseline: of files, packages and sources.
import { data, isSent, sizeOf, type Baseline } from "./data.js";
import { announce, empty, h, segments } from "./dom.js";
import { CHANGES, fileDeltas, packageDeltas, sourceDeltas, type Change, type Delta } from "./diff.js";
import { bytes, count, signed } from "./format.js";
import { List } from "./list.js";
import { tail } from "./contents.js";
import { address, go, state } from "./state.js";
import type { View } from "./view.js";

const SIGNS: Record<Change, string> = { added: "+", removed: "−", grown: "▲", shrunk: "▼" };
const step = (delta: Delta): number => delta.after - delta.before;

function changeMark(change: Change): HTMLElement {
  return h("span", { class: `change ${change}` }, h("span", { "aria-hidden": "true" }, SIGNS[change]), ` ${change}`);
}

function totals(baseline: Baseline): HTMLElement {
  const rows = (["raw", "gzip", "brotli"] as const).map((size) => {
    const before = baseline.files
      .filter(({ kind }) => kind !== "map" && kind !== "server")
      .reduce((sum, file) => sum + sizeOf(file, size), 0);
    const after = data.files.filter(isSent).reduce((sum, file) => sum + sizeOf(file, size), 0);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, size),
      ...[
        bytes(before),
        bytes(after),
        signed(after - before),
        `${after > before ? "+" : ""}${before ? (((after - before) / before) * 100).toFixed(1) : 0} %`.replace(
          "-",
          "−",
        ),
      ].map((text) => h("td", { class: "num" }, text)),
    );
  });
  const head = ["All files", "Before", "Now", "Difference", "Of before"].map((title, index) =>
    h("th", { scope: "col", class: index ? "num" : null }, title),
  );
  const table = h(
    "table",
    { class: "plain-table totals" },
    h("thead", {}, h("tr", {}, ...head)),
    h("tbody", {}, ...rows),
  );
  return h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Totals" }, table);
}

/** A link to what is still there. */
function nameOf({ name, change }: Delta): HTMLElement {
  const of = state.get("of") || "files";
  if (change === "removed" || (of === "packages" && name.includes(" → "))) return tail(name);
  const key = of === "files" ? "f:" : of === "packages" ? "p:" : "m:";
  return h("a", { href: address("contents", { sel: key + name }) }, tail(name));
}

export class Changes implements View {
  readonly element = h("div", {}, h("h2", {}, "Changes"));
  private readonly controls = h("div", { class: "filters" });
  private readonly summary = h("p", { class: "quiet" });
  private readonly list: List<Delta> | null = null;
  private readonly cache = new Map<string, Delta[]>();
  private sign = "";

  constructor() {
    if (!data.baseline) {
      this.element.append(
        empty(
          "No baseline",
          "There is nothing to compare this build with. Keep the numbers of a build, then name them in the next report:",
          "plimsoll check --update-baseline\nplimsoll report --baseline FILE",
        ),
      );
      return;
    }
    this.list = new List<Delta>({
      label: "Changes by size",
      sort: "-step",
      id: (delta) => delta.name,
      sorted: (sort) => go({ sort }, false),
      columns: [
        { key: "name", title: "Name", cell: (delta) => nameOf(delta), rank: (delta) => delta.name },
        { key: "change", title: "Change", cell: (delta) => changeMark(delta.change), rank: (delta) => delta.change },
        {
          key: "before",
          title: "Before",
          number: true,
          cell: (delta) => (delta.change === "added" ? "–" : bytes(delta.before)),
          rank: (delta) => delta.before,
        },
        {
          key: "after",
          title: "Now",
          number: true,
          cell: (delta) => (delta.change === "removed" ? "–" : bytes(delta.after)),
          rank: (delta) => delta.after,
        },
        {
          key: "step",
          title: "Difference",
          number: true,
          cell: (delta) => signed(step(delta)),
          rank: (delta) => Math.abs(step(delta)),
        },
      ],
    });
    this.list.element.classList.add("tall");
    this.list.element.tabIndex = 0;
    this.element.append(
      h("p", { class: "lead" }, "Compared with ", h("strong", {}, data.baseline.label), "."),
      totals(data.baseline),
      this.controls,
      this.summary,
      this.list.element,
    );
  }

  private deltas(baseline: Baseline, of: string): Delta[] {
    const key = of === "files" ? `files ${state.size}` : of;
    const known = this.cache.get(key);
    if (known) return known;
    const made =
      of === "files"
        ? fileDeltas(baseline, state.size)
        : of === "packages"
          ? packageDeltas(baseline)
          : sourceDeltas(baseline);
    this.cache.set(key, made);
    return made;
  }

  update(): void {
    if (!data.baseline || !this.list) return;
    const of = state.get("of") || "files";
    const only = state.get("only");
    const sign = [of, only, state.size].join("\n");
    const all = this.deltas(data.baseline, of);
    const rows = only ? all.filter(({ change }) => change === only) : all;
    this.list.show(rows, "", state.get("sort") || "-step");
    if (sign === this.sign) return;
    if (!this.sign.startsWith(`${of}\n${only}\n`)) this.fill(of, only);
    const unit = of === "files" ? state.size : "raw";
    const parts = CHANGES.map(
      (change) => `${count(all.filter((delta) => delta.change === change).length, change, change)}`,
    ).join(", ");
    this.summary.textContent = all.length
      ? `${parts}. Together ${signed(rows.reduce((sum, delta) => sum + step(delta), 0))}, ${unit}.`
      : "Nothing has changed.";
    if (this.sign) announce(`${count(rows.length, "change")}. ${this.summary.textContent}`);
    this.sign = sign;
  }

  private fill(of: string, only: string): void {
    const held =
      document.activeElement instanceof HTMLInputElement && this.controls.contains(document.activeElement)
        ? document.activeElement.name
        : "";
    this.controls.replaceChildren(
      segments(
        "Changes of",
        "of",
        [
          ["files", "files"],
          ["packages", "packages"],
          ["sources", "sources"],
        ],
        of,
        (value) => go({ of: value }),
      ),
      segments(
        "Show",
        "only",
        [["", "all"], ...CHANGES.map((change): [string, string] => [change, change])],
        only,
        (value) => go({ only: value || null }),
      ),
    );
    if (held) this.controls.querySelector<HTMLInputElement>(`input[name="${held}"]:checked`)?.focus();
  }
}

// Packages that are in the build in several versions: who asked for which, and what each weighs.
import { data, duplicates, packageTotals } from "./data.js";
import { empty, h } from "./dom.js";
import { bytes, count } from "./format.js";
import { state } from "./state.js";
import type { View } from "./view.js";
import { edge, listOf, packageLink } from "./why.js";

function group(name: string, versions: number[], totals: Float64Array): HTMLElement {
  const ranked = [...versions].sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0));
  const spare = ranked.slice(1).reduce((sum, index) => sum + (totals[index] ?? 0), 0);
  const rows = ranked.map((index) => {
    const askedBy = data.packages[index]?.askedBy ?? [];
    const who = askedBy.length
      ? listOf(
          askedBy.map((one) => () => edge(one)),
          3,
        )
      : h("span", { class: "quiet" }, "nobody outside of it");
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, packageLink(index)),
      h("td", { class: "num" }, bytes(totals[index] ?? 0)),
      h("td", {}, who),
    );
  });
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "Version"),
    h("th", { scope: "col", class: "num" }, state.size === "raw" ? "Raw" : `${state.size} share`),
    h("th", { scope: "col" }, "Asked for by"),
  );
  return h(
    "section",
    { class: "card" },
    h(
      "h3",
      {},
      name,
      h("span", { class: "aside num" }, ` ${count(versions.length, "version")}, one alone may save ${bytes(spare)}`),
    ),
    h(
      "div",
      { class: "wide", role: "region", tabindex: 0, "aria-label": `Versions of ${name}` },
      h("table", { class: "plain-table" }, h("thead", {}, head), h("tbody", {}, ...rows)),
    ),
  );
}

export class Duplicates implements View {
  readonly element = h("div");
  private size = "";

  update(): void {
    if (this.size === state.size) return;
    this.size = state.size;
    const totals = packageTotals(state.size);
    const spare = (versions: number[]): number =>
      versions.reduce((sum, index) => sum + (totals[index] ?? 0), 0) -
      Math.max(...versions.map((index) => totals[index] ?? 0));
    const groups = [...duplicates()].sort((a, b) => spare(b[1]) - spare(a[1]));
    this.element.replaceChildren(h("h2", {}, "Duplicates"));
    if (!groups.length)
      return this.element.append(empty("No duplicates", "Every package is in this build in one version."));
    const all = groups.reduce((sum, [, versions]) => sum + spare(versions), 0);
    this.element.append(
      h(
        "p",
        { class: "lead" },
        `${count(groups.length, "package")} in several versions. With one version of each, the largest of them, the build would weigh ${bytes(all)} less.`,
      ),
      ...groups.map(([name, versions]) => group(name, versions, totals)),
    );
  }
}

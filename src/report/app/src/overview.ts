// The first page: the verdict, what to do about it, and where the bytes are.
import {
  data,
  defaultSize,
  duplicates,
  isSent,
  packageKey,
  packageTotals,
  sizeOf,
  type Advice,
  type VerdictLine,
} from "./data.js";
import { empty, h, type Child } from "./dom.js";
import { bytes, count, percent, quantity, signed } from "./format.js";
import { address, state } from "./state.js";
import type { View } from "./view.js";
import { moduleLink, ownerKey } from "./why.js";

const WORDS = { passed: "within the line", warned: "close to the line", failed: "over the line" };

/** A word with a sign of its own shape. */
function badge(kind: VerdictLine["state"]): HTMLElement {
  return h(
    "span",
    { class: `state ${kind}` },
    h("span", { "aria-hidden": "true" }, { passed: "✓", warned: "▲", failed: "✕" }[kind]),
    ` ${WORDS[kind]}`,
  );
}

/** The load against its line: the mark stands where the limit is. */
function gauge(line: VerdictLine): HTMLElement {
  const span = Math.max(line.limit, line.actual, 1) * 1.12;
  const at = (value: number): string => `${(value / span) * 100}%`;
  const load = h("i", { class: "load" });
  load.style.width = at(Math.min(line.actual, line.limit));
  const bar = h("div", { class: `gauge ${line.state}`, "aria-hidden": "true" }, load);
  if (line.actual > line.limit) {
    const over = h("i", { class: "over" });
    Object.assign(over.style, { left: at(line.limit), width: at(line.actual - line.limit) });
    bar.append(over);
  }
  for (const [kind, value] of [
    ["warn", line.warn],
    ["limit", line.limit],
  ] as const) {
    if (!value) continue;
    const mark = h("i", { class: kind });
    mark.style.left = at(value);
    bar.append(mark);
  }
  return bar;
}

function verdictLine(line: VerdictLine): HTMLElement {
  const rest = line.limit - line.actual;
  const room = rest >= 0 ? `${quantity(rest, line.unit)} to spare` : `${quantity(-rest, line.unit)} too much`;
  return h(
    "li",
    { class: "line" },
    h("div", { class: "line-head" }, h("h4", {}, line.subject), badge(line.state)),
    h(
      "p",
      { class: "num line-size" },
      h("strong", {}, quantity(line.actual, line.unit)),
      ` of ${quantity(line.limit, line.unit)} `,
      h(
        "span",
        { class: "quiet" },
        `${line.unit === "bytes" ? `${line.size}, ` : ""}${line.limit ? `${percent(line.actual, line.limit)}, ` : ""}${room}`,
      ),
    ),
    line.notes?.length ? h("ul", { class: "quiet" }, ...line.notes.map((note) => h("li", {}, note))) : null,
    line.limit || line.unit === "bytes" ? gauge(line) : null,
  );
}

function place(at: string): HTMLElement {
  const [, name = at, line = ""] = /^(.*?)(?::(\d+))?(?::\d+)?$/.exec(at) ?? [];
  const source = data.sources.findIndex((one) => one.name === name);
  return source < 0 ? h("code", {}, at) : moduleLink(source, line ? `${name}:${line}` : name);
}

function adviceItem(advice: Advice): HTMLElement {
  return h(
    "li",
    {},
    h(
      "p",
      {},
      h("strong", {}, advice.text),
      advice.saves ? h("span", { class: "saves num" }, `saves ${bytes(advice.saves)}`) : null,
    ),
    advice.at ? h("p", { class: "quiet" }, "at ", place(advice.at)) : null,
    advice.detail ? h("p", { class: "quiet" }, advice.detail) : null,
  );
}

function verdict(): HTMLElement {
  if (!data.verdict)
    return h(
      "section",
      {},
      h("h3", {}, "Verdict"),
      empty(
        "No budget",
        "This build was not judged. With a budget, this page says what is over its line and what to do about it. To judge a built directory:",
        "plimsoll check",
      ),
    );
  const { lines, passed } = data.verdict;
  const over = lines.filter((line) => line.state === "failed").length;
  const close = lines.filter((line) => line.state === "warned").length;
  const order = { failed: 0, warned: 1, passed: 2 };
  const sorted = [...lines].sort((a, b) => order[a.state] - order[b.state]);
  const title = passed ? "Within the line" : "Over the line";
  const said = [
    over
      ? `${over} of ${count(lines.length, "limit")} ${over === 1 ? "is" : "are"} exceeded`
      : `All ${count(lines.length, "limit")} are kept`,
    close ? `${close} ${close === 1 ? "is" : "are"} close` : "",
  ]
    .filter(Boolean)
    .join(", ");
  return h(
    "section",
    { class: "verdict" },
    h("h3", { class: passed ? "good" : "bad" }, title),
    h("p", { class: "quiet" }, `${said}.`),
    h("ul", { class: "lines" }, ...sorted.map(verdictLine)),
  );
}

function advices(): HTMLElement | null {
  const all = new Map<string, Advice>();
  for (const line of data.verdict?.lines ?? [])
    for (const advice of line.advice) all.set(`${advice.text}\n${advice.at ?? ""}`, advice);
  const sorted = [...all.values()].sort((a, b) => (b.saves ?? 0) - (a.saves ?? 0));
  if (!sorted.length) return null;
  return h(
    "section",
    {},
    h("h3", {}, "What to do"),
    h("ol", { class: "advice" }, ...sorted.slice(0, 12).map(adviceItem)),
  );
}

function bars(title: string, rows: { name: Child; weight: number }[], total: number): HTMLElement {
  const most = rows[0]?.weight ?? 1;
  const body = rows.map(({ name, weight }) => {
    const bar = h("i", { class: "bar" });
    bar.style.width = `${(weight / most) * 100}%`;
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", { class: "num" }, bytes(weight)),
      h("td", { class: "num" }, percent(weight, total)),
      h("td", { class: "track", "aria-hidden": "true" }, bar),
    );
  });
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "Name"),
    h("th", { scope: "col", class: "num" }, "Size"),
    h("th", { scope: "col", class: "num" }, "Share"),
    h("td", { "aria-hidden": "true" }),
  );
  return h(
    "section",
    {},
    h("h3", {}, title),
    h("table", { class: "bars" }, h("thead", {}, head), h("tbody", {}, ...body)),
  );
}

function packages(): HTMLElement {
  const totals = packageTotals(state.size);
  const total = totals.reduce((sum, value) => sum + value, 0);
  const rows = [...totals]
    .map((weight, index) => ({ index, weight }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const link = (index: number): HTMLElement => {
    const own = index === data.packages.length;
    return h(
      "a",
      {
        href: own
          ? address("contents", { pkg: "own", list: "modules" })
          : address("contents", { sel: ownerKey(index) }),
      },
      packageKey(index),
    );
  };
  return bars(
    `Biggest packages, ${state.size === "raw" ? "raw" : `${state.size} share`}`,
    rows.slice(0, 12).map(({ index, weight }) => ({ name: link(index), weight })),
    total,
  );
}

function kinds(): HTMLElement {
  const weights = new Map<string, number>();
  for (const file of data.files)
    if (isSent(file)) weights.set(file.kind, (weights.get(file.kind) ?? 0) + sizeOf(file, state.size));
  const rows = [...weights].sort((a, b) => b[1] - a[1]);
  const total = rows.reduce((sum, [, weight]) => sum + weight, 0);
  return bars(
    `Types of files, ${state.size}`,
    rows.map(([kind, weight]) => ({ name: h("a", { href: address("contents", { type: kind }) }, kind), weight })),
    total,
  );
}

function facts(): HTMLElement {
  const sent = data.files.filter(isSent);
  const total = sent.reduce((sum, file) => sum + sizeOf(file, state.size), 0);
  const doubled = duplicates().length;
  const tile = (value: string, name: string, href: string): HTMLElement =>
    h("li", {}, h("a", { href }, h("strong", { class: "num" }, value), h("span", {}, name)));
  const before = data.baseline?.files
    .filter(({ kind }) => kind !== "map" && kind !== "server")
    .reduce((sum, file) => sum + sizeOf(file, state.size), 0);
  return h(
    "ul",
    { class: "tiles" },
    tile(bytes(total), `${state.size}, ${count(sent.length, "file")}`, address("contents")),
    before === undefined
      ? tile("–", "no baseline", address("changes"))
      : tile(signed(total - before), `since ${data.baseline?.label ?? ""}`, address("changes")),
    tile(count(data.sources.length, "module"), "in the build", address("contents", { list: "modules" })),
    tile(
      count(data.packages.length, "package"),
      doubled ? `${doubled} in several versions` : "each in one version",
      address("duplicates"),
    ),
  );
}

export class Overview implements View {
  readonly element = h("div", { class: "overview" });
  private size = "";

  update(): void {
    if (this.size === state.size) return;
    this.size = state.size;
    this.element.replaceChildren(h("h2", {}, "Overview"));
    if (!data.files.length)
      return this.element.append(
        empty(
          "An empty build",
          "There is no file in this report. Build something first:",
          "plimsoll build index.html\nplimsoll report",
        ),
      );
    const note =
      state.size !== "raw" && defaultSize === "raw"
        ? h("p", { class: "note" }, "No compressed copies were made in this build: every file counts as it is.")
        : null;
    this.element.append(
      facts(),
      note ?? "",
      h("div", { class: "halves" }, h("div", {}, verdict(), advices()), h("div", {}, packages(), kinds())),
    );
  }
}

// Sizes over builds: a line for a subject, its limit, and the builds at which something happened.
import { data, once, type Forecast } from "./data.js";
import { empty, h, picker, svg } from "./dom.js";
import { count, quantity, signedQuantity } from "./format.js";
import { go, state } from "./state.js";
import type { View } from "./view.js";

interface Point {
  label: string;
  value: number;
  flag: string | null;
}

const subjects = once((): string[] => [...new Set(data.history.flatMap(({ values }) => Object.keys(values)))]);
const lineOf = (subject: string) => data.verdict?.lines.find((line) => line.subject === subject);
const unitOf = (subject: string): string => lineOf(subject)?.unit ?? "bytes";

/** What is said of a build and this subject. A remark without a subject is of them all. */
function flagOf(flag: string, subject: string): string | null {
  const remarks = flag.split("; ").map((remark) => {
    const about = subjects().find((name) => remark.startsWith(`${name}: `));
    return { about, text: about ? remark.slice(about.length + 2) : remark };
  });
  const said = remarks.filter(({ about }) => about === undefined || about === subject).map(({ text }) => text);
  const withUnit = (text: string): string =>
    text.replace(
      /^(a step of )([+-]?\d+)$/,
      (_, words: string, by: string) => words + signedQuantity(Number(by), unitOf(subject)),
    );
  return said.length ? said.map(withUnit).join("; ") : null;
}

function pointsOf(subject: string): Point[] {
  return data.history.flatMap(({ label, values, flag }) => {
    const value = values[subject];
    return value === undefined ? [] : [{ label, value, flag: flag ? flagOf(flag, subject) : null }];
  });
}

const WIDTH = 860;
const HEIGHT = 280;
const [LEFT, RIGHT, TOP, BOTTOM] = [78, 24, 34, 34];

/** Round numbers for the axis, three or four of them. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 3 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  const all: number[] = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) all.push(at);
  return all;
}

function scales(
  points: Point[],
  limit: number | null,
): { x(index: number): number; y(value: number): number; low: number; high: number } {
  const values = points.map(({ value }) => value);
  if (limit !== null) values.push(limit);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least || most || 1) * 0.12;
  const [low, high] = [Math.max(0, least - room), most + room];
  return {
    x: (index) =>
      LEFT + (points.length > 1 ? (index / (points.length - 1)) * (WIDTH - LEFT - RIGHT) : (WIDTH - LEFT - RIGHT) / 2),
    y: (value) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM),
    low,
    high,
  };
}

function chart(subject: string, points: Point[], limit: number | null): SVGElement {
  const unit = unitOf(subject);
  const { x, y, low, high } = scales(points, limit);
  const root = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: "chart",
    role: "img",
    "aria-label": `${subject} over ${count(points.length, "build")}; the table below has the numbers`,
  });
  for (const tick of ticks(low, high)) {
    root.append(
      svg("path", { class: "grid", d: `M${LEFT} ${y(tick)}H${WIDTH - RIGHT}` }),
      svg("text", { class: "axis", x: LEFT - 10, y: y(tick) + 4, "text-anchor": "end" }, quantity(tick, unit)),
    );
  }
  if (limit !== null) {
    const at = y(limit);
    root.append(
      svg("path", { class: "limit", d: `M${LEFT} ${at}H${WIDTH - RIGHT}` }),
      svg("circle", { class: "limit", cx: WIDTH - RIGHT - 16, cy: at, r: 7 }),
      svg("text", { class: "limit-text", x: LEFT + 6, y: at - 7 }, `limit ${quantity(limit, unit)}`),
    );
  }
  root.append(
    svg("path", {
      class: "trend",
      d: points.map(({ value }, index) => `${index ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join(""),
    }),
  );
  points.forEach(({ label, value, flag }, index) => {
    const [px, py] = [x(index), y(value)];
    const title = svg("title", {}, `${label}: ${quantity(value, unit)}${flag ? `, ${flag}` : ""}`);
    root.append(
      flag
        ? svg("path", { class: "flag", d: `M${px} ${py - 8}l8 8l-8 8l-8 -8z` }, title)
        : svg("circle", { class: "dot", cx: px, cy: py, r: points.length > 60 ? 2 : 3.5 }, title),
    );
    if (flag)
      root.append(
        svg(
          "text",
          {
            class: "flag-text",
            x: Math.min(Math.max(px, LEFT + 60), WIDTH - RIGHT - 60),
            y: py > TOP + 22 ? py - 14 : py + 24,
            "text-anchor": "middle",
          },
          flag,
        ),
      );
    if (index === 0 || index === points.length - 1)
      root.append(svg("text", { class: "axis", x: px, y: HEIGHT - 10, "text-anchor": index ? "end" : "start" }, label));
  });
  return root;
}

function forecastText(forecast: Forecast | undefined, unit: string): string {
  if (!forecast) return "Too few builds for a forecast.";
  const trend = `${signedQuantity(forecast.perBuild, unit)} per build`;
  if (!forecast.limit) return `The trend is ${trend}.`;
  if (forecast.crossesIn === null || forecast.crossesIn === undefined)
    return `The trend is ${trend}: it does not come to its limit of ${quantity(forecast.limit, unit)}.`;
  if (forecast.crossesIn <= 0)
    return `The trend is ${trend}; the limit of ${quantity(forecast.limit, unit)} is crossed.`;
  return `The trend is ${trend}: at this rate the limit of ${quantity(forecast.limit, unit)} is crossed in ${count(forecast.crossesIn, "build")}.`;
}

function numbers(subject: string, points: Point[]): HTMLElement {
  const unit = unitOf(subject);
  const rows = points.map(({ label, value, flag }, index) => {
    const before = points[index - 1];
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, label),
      h("td", { class: "num" }, quantity(value, unit)),
      h("td", { class: "num" }, before ? signedQuantity(value - before.value, unit) : "–"),
      h("td", {}, flag ? `◆ ${flag}` : ""),
    );
  });
  const head = ["Build", "Value", "Step", "Remark"].map((title, index) =>
    h("th", { scope: "col", class: index === 1 || index === 2 ? "num" : null }, title),
  );
  return h(
    "table",
    { class: "plain-table" },
    h("caption", {}, `${subject}, latest first`),
    h("thead", {}, h("tr", {}, ...head)),
    h("tbody", {}, ...rows.reverse()),
  );
}

export class History implements View {
  readonly element = h("div", {}, h("h2", {}, "History"));
  private readonly controls = h("div", { class: "filters" });
  private readonly body = h("div");
  private sign = "";

  constructor() {
    const all = subjects();
    if (!all.length) {
      this.element.append(
        empty(
          "No history",
          "No build has been recorded yet. Every recorded build adds a point; the first one is made by:",
          "plimsoll check --update-baseline",
        ),
      );
      return;
    }
    const first = lineOf(state.get("line"))?.subject ?? state.get("line");
    this.controls.append(
      picker(
        "Subject",
        all.map((name) => [name, name]),
        all.includes(first) ? first : (all[0] ?? ""),
        (value) => go({ line: value }),
      ),
    );
    this.element.append(this.controls, this.body);
  }

  update(): void {
    const all = subjects();
    const subject = all.includes(state.get("line")) ? state.get("line") : (all[0] ?? "");
    if (!subject || subject === this.sign) return;
    this.sign = subject;
    const select = this.controls.querySelector("select");
    if (select) select.value = subject;
    const forecast = data.forecast?.find((one) => one.subject === subject);
    const limit = lineOf(subject)?.limit ?? forecast?.limit ?? null;
    const points = pointsOf(subject);
    this.body.replaceChildren(
      h("p", { class: "lead" }, forecastText(forecast, unitOf(subject))),
      h(
        "div",
        { class: "wide chart-box", role: "region", tabindex: 0, "aria-label": "Chart" },
        chart(subject, points, limit),
      ),
      h(
        "p",
        { class: "key" },
        h("span", { class: "diamond", "aria-hidden": "true" }, "◆"),
        " a build at which something happened; the line with the disc is the limit",
      ),
      h(
        "details",
        {},
        h("summary", {}, "The numbers as a table"),
        h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Numbers" }, numbers(subject, points)),
      ),
    );
  }
}

// How a page comes in: a waterfall of what a browser loads at once, and of the routes that are added.
import { data, sizeOf, type Page } from "./data.js";
import { announce, empty, h, picker } from "./dom.js";
import { bytes, count, seconds } from "./format.js";
import { go, state } from "./state.js";
import type { View } from "./view.js";
import { HANDSHAKES, NETWORKS, simulate, type Network, type Request, type Timing } from "./waterfall.js";
import { fileLink } from "./why.js";

const ROUTES = 400;

const size = (file: number): number => (data.files[file] ? sizeOf(data.files[file], state.size) : 0);

/** The page's own requests, then those of the routes, which start when the page is complete. */
function requestsOf(page: Page, routes: string[]): { requests: Request[]; own: number } {
  const requests: Request[] = [];
  const at = new Map<number, number>();
  for (const [file, , how] of page.loads) {
    if (at.has(file)) continue;
    at.set(file, requests.length);
    requests.push({ file, bytes: size(file), after: null, how });
  }
  for (const [file, by] of page.loads) {
    const request = requests[at.get(file) ?? -1];
    if (request && by !== null && by !== file && request.after === null && at.get(file) !== 0)
      request.after = at.get(by) ?? null;
  }
  const own = requests.length;
  for (const route of page.routes) {
    if (!routes.includes(route.name)) continue;
    for (const file of route.files) {
      if (at.has(file)) continue;
      at.set(file, requests.length);
      requests.push({ file, bytes: size(file), after: null, how: `route ${route.name}` });
    }
  }
  return { requests, own };
}

/** Bytes of script that a phone of the middle class reads and compiles in a second. */
const PARSED_PER_SECOND = 1_000_000;

/** How long the scripts take to parse, as an estimate. */
function parsing(requests: Request[]): string {
  const scripts = requests.map(({ file }) => data.files[file]).filter((file) => file?.kind === "script");
  const raw = scripts.reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
  return raw > 0 ? ` Its scripts, ${bytes(raw)} raw, take about ${seconds((raw / PARSED_PER_SECOND) * 1000)} to parse (an estimate).` : "";
}

function timingsOf({ requests, own }: { requests: Request[]; own: number }, network: Network): Timing[] {
  const first = simulate(requests.slice(0, own), network);
  const complete = Math.max(0, ...first.map(({ end }) => (end < Infinity ? end : 0)));
  const later = simulate(requests.slice(own), network).map((timing) => {
    const shift = complete - HANDSHAKES * network.roundTrip;
    return { asked: timing.asked + shift, first: timing.first + shift, end: timing.end + shift };
  });
  return [...first, ...later];
}

function bar(timing: Timing, span: number, since: number): HTMLElement {
  const at = (ms: number): string => `${(ms / span) * 100}%`;
  const wait = h("i", { class: "wait" });
  Object.assign(wait.style, { left: at(since), width: at(timing.first - since) });
  const body = h("i", { class: "body" });
  Object.assign(body.style, { left: at(timing.first), width: at(timing.end - timing.first) });
  return h("div", { class: "falls" }, wait, body);
}

function axis(span: number): HTMLElement {
  const step = [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5].find((one) => span / one <= 6) ?? span;
  const marks: HTMLElement[] = [];
  for (let at = step; at < span * 0.95; at += step) {
    const mark = h("span", {}, at < 1e3 ? `${at} ms` : `${at / 1e3} s`);
    mark.style.left = `${(at / span) * 100}%`;
    marks.push(mark);
  }
  return h("div", { class: "falls axis" }, ...marks);
}

function table(requests: Request[], timings: Timing[]): HTMLElement {
  const span = Math.max(1, ...timings.map(({ end }) => (end < Infinity ? end : 0)));
  const rows = requests.map((request, index) => {
    const timing = timings[index] ?? { asked: 0, first: 0, end: 0 };
    const kind = data.files[request.file]?.kind ?? "other";
    const reached = timing.end < Infinity;
    return h(
      "tr",
      { class: `of-${kind}` },
      h("th", { scope: "row" }, fileLink(request.file)),
      h("td", {}, request.how),
      h("td", { class: "num" }, bytes(request.bytes)),
      h("td", { class: "num" }, reached ? seconds(timing.asked) : "–"),
      h("td", { class: "num" }, reached ? seconds(timing.end) : "–"),
      h("td", { class: "track", "aria-hidden": "true" }, reached ? bar(timing, span, index ? timing.asked : 0) : null),
    );
  });
  const titles = ["File", "As", "Size", "Asked for at", "Complete at"].map((title, index) =>
    h("th", { scope: "col", class: index > 1 ? "num" : null }, title),
  );
  return h(
    "table",
    { class: "plain-table waterfall" },
    h("caption", { class: "sr" }, "Requests of the simulated load"),
    h("thead", {}, h("tr", {}, ...titles, h("td", { class: "track", "aria-hidden": "true" }, axis(span)))),
    h("tbody", {}, ...rows),
  );
}

function routePicker(page: Page, chosen: string[]): HTMLElement | null {
  if (!page.routes.length) return null;
  const toggle = (name: string): void =>
    go({ add: (chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]).join("|") || null });
  const boxes = page.routes.slice(0, ROUTES).map(({ name, files }) => {
    const input = h("input", { type: "checkbox", name: "route", value: name, change: () => toggle(name) });
    input.checked = chosen.includes(name);
    return h(
      "label",
      {},
      input,
      h("span", { class: "path" }, name),
      h("span", { class: "num quiet" }, `+${bytes(files.reduce((sum, file) => sum + size(file), 0))}`),
    );
  });
  return h("fieldset", { class: "routes" }, h("legend", {}, "Add routes"), h("div", { class: "boxes" }, ...boxes));
}

export class Loading implements View {
  readonly element = h("div", {}, h("h2", {}, "Loading"));
  private readonly controls = h("div", { class: "filters" });
  private readonly result = h("div");
  private readonly routes = h("div");
  private sign = "";

  constructor() {
    if (data.pages.length) this.element.append(this.controls, this.routes, this.result);
    else
      this.element.append(
        empty(
          "No page",
          "This build has no HTML page, so there is nothing that a browser loads by itself. A build of a page has one:",
          "plimsoll build index.html",
        ),
      );
  }

  update(): void {
    const page = data.pages.find(({ path }) => path === state.get("on")) ?? data.pages[0];
    const network = NETWORKS.find(({ key }) => key === state.get("net")) ?? NETWORKS[1];
    if (!page || !network) return;
    const chosen = state.get("add").split("|").filter(Boolean);
    const controls = [page.path, network.key, state.size].join("\n");
    if (controls !== this.sign) this.fill(page, network, chosen);
    this.sign = controls;
    this.routes
      .querySelectorAll<HTMLInputElement>("input")
      .forEach((input) => (input.checked = chosen.includes(input.value)));
    this.draw(page, network, chosen);
  }

  private fill(page: Page, network: Network, chosen: string[]): void {
    const held =
      document.activeElement instanceof HTMLSelectElement
        ? [...this.controls.querySelectorAll("select")].indexOf(document.activeElement)
        : -1;
    this.controls.replaceChildren(
      picker(
        "Page",
        data.pages.map(({ path }) => [path, path]),
        page.path,
        (path) => go({ on: path, add: null }),
      ),
      picker(
        "Network",
        NETWORKS.map(({ key, name }) => [key, name]),
        network.key,
        (key) => go({ net: key }),
      ),
    );
    this.controls.querySelectorAll("select")[held]?.focus();
    this.routes.replaceChildren(routePicker(page, chosen) ?? "");
  }

  private draw(page: Page, network: Network, chosen: string[]): void {
    const all = requestsOf(page, chosen);
    const timings = timingsOf(all, network);
    const total = all.requests.reduce((sum, request) => sum + request.bytes, 0);
    const own = all.requests.slice(0, all.own).reduce((sum, request) => sum + request.bytes, 0);
    const latest = (some: Timing[]): number =>
      Math.max(0, ...some.map((timing) => (timing.end < Infinity ? timing.end : 0)));
    const [end, last] = [latest(timings.slice(0, all.own)), latest(timings)];
    const text = `${page.path}: ${count(all.requests.length, "request")}, ${bytes(total)}, the page complete after ${seconds(end)}`;
    if (this.result.firstChild) announce(text);
    this.result.replaceChildren(
      h(
        "p",
        { class: "lead num" },
        h("strong", {}, seconds(end)),
        ` until all that the page loads at once is there: ${count(all.own, "request")}, ${bytes(own)} ${state.size}.`,
        all.requests.length > all.own
          ? ` The routes add ${count(all.requests.length - all.own, "request")}, ${bytes(total - own)}, complete at ${seconds(last)}.`
          : "",
        parsing(all.requests.slice(0, all.own)),
        page.install ? ` The service worker loads ${bytes(page.install)} more when it is installed.` : "",
      ),
      h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Waterfall" }, table(all.requests, timings)),
      h(
        "p",
        { class: "note" },
        h("strong", {}, "A simulation, not a measurement. "),
        "The time to parse is an estimate: scripts before compression, at 1 MB a second, as a phone of the middle class does. ",
        `${network.name}: ${HANDSHAKES} round trips until the connection stands, one per request, the bandwidth shared evenly by all files under way (HTTP/2, one host). Nothing is counted for the server, for running scripts, for slow start, or for what a browser finds before a file is complete. Routes are asked for when the page is complete.`,
      ),
      h("p", { class: "key" }, h("i", { class: "wait" }), " waiting ", h("i", { class: "body" }), " arriving"),
    );
  }
}

// The page: header, parts, and which of them is in sight.
import { Changes } from "./changes.js";
import { Contents } from "./contents.js";
import { data, duplicates } from "./data.js";
import { announce, byId, empty, h, segments } from "./dom.js";
import { Duplicates } from "./duplicates.js";
import { History } from "./history.js";
import { Images } from "./images.js";
import { Loading } from "./loading.js";
import { Overview } from "./overview.js";
import { address, go, listen, state, TABS, type Tab } from "./state.js";
import { themeSwitch } from "./theme.js";
import type { View } from "./view.js";

const TITLES: Record<Tab, string> = {
  overview: "Overview",
  contents: "Contents",
  duplicates: "Duplicates",
  loading: "Loading",
  images: "Images",
  changes: "Changes",
  history: "History",
};

const MAKE: Record<Tab, () => View> = {
  overview: () => new Overview(),
  contents: () => (data.files.length ? new Contents() : nothing()),
  duplicates: () => new Duplicates(),
  loading: () => new Loading(),
  images: () => new Images(),
  changes: () => new Changes(),
  history: () => new History(),
};

function nothing(): View {
  const element = h(
    "div",
    {},
    h("h2", {}, TITLES.contents),
    empty(
      "An empty build",
      "There is no file in this report. Build something first:",
      "plimsoll build index.html\nplimsoll report",
    ),
  );
  return { element, update: () => undefined };
}

const views = new Map<Tab, View>();
/** How the parts were left. */
const left = new Map<Tab, string>();
const main = byId("main");

/** A part is made when it is first opened, and kept. */
function viewOf(tab: Tab): View {
  const known = views.get(tab);
  if (known) return known;
  const view = MAKE[tab]();
  views.set(tab, view);
  main.append(view.element);
  return view;
}

const COUNTS: Partial<Record<Tab, () => number>> = {
  duplicates: () => duplicates().length,
  images: () => data.images.length,
};

function nav(): void {
  const links = TABS.map((tab) => {
    const query = left.get(tab);
    const number = COUNTS[tab]?.() ?? 0;
    return h(
      "li",
      {},
      h(
        "a",
        { href: address(tab, {}, query), "data-tab": tab, "aria-current": tab === state.tab ? "page" : null },
        TITLES[tab],
        number ? h("span", { class: "count num" }, String(number)) : null,
      ),
    );
  });
  const bar = byId("nav");
  const held = bar.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.tab : undefined;
  bar.replaceChildren(h("ul", {}, ...links));
  if (held) bar.querySelector<HTMLElement>(`[data-tab="${held}"]`)?.focus();
}

function show(): void {
  const view = viewOf(state.tab);
  for (const [tab, other] of views) other.element.hidden = tab !== state.tab;
  view.update();
  document.title = `${TITLES[state.tab]} · ${data.project || "plimsoll"} report`;
}

function header(): void {
  byId("project").textContent = data.project || "plimsoll report";
  byId("tool").textContent = `${data.tool}: what is in the build, why, and what changed`;
  byId("switches").append(
    segments(
      "Sizes",
      "size",
      [
        ["raw", "raw"],
        ["gzip", "gzip"],
        ["brotli", "brotli"],
      ],
      state.size,
      (size) => go({ size }),
    ),
    themeSwitch(),
  );
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
}

listen((before) => {
  if (before.tab !== state.tab) {
    left.set(before.tab, before.query);
    scrollTo(0, 0);
    announce(TITLES[state.tab]);
  }
  if (before.tab !== state.tab || before.size !== state.size) nav();
  const radio = document.querySelector<HTMLInputElement>(`input[name="size"][value="${state.size}"]`);
  if (radio) radio.checked = true;
  show();
});
header();
nav();
show();
requestAnimationFrame(() =>
  setTimeout(() => (document.documentElement.dataset.ready = String(Math.round(performance.now())))),
);

// Makes elements. Data only ever becomes text nodes and attribute values, never markup.

export type Child = Node | string | null | false | undefined;
type Value = string | number | boolean | null | undefined | ((event: Event) => void);

function fill(element: Element, attributes: Record<string, Value>, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

export function svg(tag: string, attributes: Record<string, Value> = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attributes, children);
  return element;
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element;
}

let pending = 0;
/** Says something to screen readers, once the reader has stopped typing. */
export function announce(text: string, wait = 350): void {
  clearTimeout(pending);
  pending = setTimeout(() => (byId("live").textContent = text), wait);
}

/** A labelled drop-down. */
export function picker(
  label: string,
  options: [value: string, text: string][],
  value: string,
  pick: (value: string) => void,
): HTMLLabelElement {
  const select = h("select", { change: () => pick(select.value) });
  for (const [key, text] of options) select.append(h("option", { value: key }, text));
  select.value = value;
  return h("label", { class: "pick" }, h("span", {}, label), select);
}

/** A row of exclusive choices, as radio buttons. */
export function segments(
  label: string,
  name: string,
  options: [value: string, text: string][],
  value: string,
  pick: (value: string) => void,
): HTMLFieldSetElement {
  const set = h("fieldset", { class: "segments" }, h("legend", {}, label));
  const row = h("span", { class: "row" });
  for (const [key, text] of options) {
    const input = h("input", { type: "radio", name, value: key, change: () => pick(key) });
    input.checked = key === value;
    row.append(h("label", {}, input, h("span", {}, text)));
  }
  set.append(row);
  return set;
}

/** What stands where there is nothing to show: what is missing and what to type. */
export function empty(title: string, text: string, command?: string): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    h("h3", {}, title),
    h("p", {}, text),
    command ? h("pre", { tabindex: 0, "aria-label": "Command" }, command) : null,
  );
}

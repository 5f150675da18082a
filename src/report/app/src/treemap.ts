// The map: drawn on a canvas, gone through with the pointer or the arrow keys. Its list says the same in words.
import { packageTotals, sizeOf, data } from "./data.js";
import { announce, h } from "./dom.js";
import { bytes, percent, type Size } from "./format.js";
import { layout, type Cell } from "./layout.js";
import { describe, isLeaf, out, trail, weigh, type TreeNode } from "./tree.js";

export interface MapEvents {
  zoom(node: TreeNode): void;
  select(node: TreeNode): void;
}

interface Ink {
  text: string;
  quiet: string;
  line: string;
  focus: string;
  own: Fill;
  other: Fill;
  hues: Fill[];
}

/** Of a leaf; of what holds others. */
type Fill = [leaf: string, group: string];

const HUES = 8;

/** The eight largest packages have hues of their own, the rest shares a grey. */
function hues(size: Size): Map<number, number> {
  const totals = packageTotals(size);
  const order = data.packages.map((_, index) => index).sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0));
  return new Map(order.slice(0, HUES).map((index, hue) => [index, hue]));
}

export function whatItIs(node: TreeNode, size: Size, of: number): string {
  const file = data.files[node.file];
  const sizes = file
    ? (["raw", "gzip", "brotli"] as const)
        .map((one) => `${one} ${bytes(file.bytes ? (node.raw * sizeOf(file, one)) / file.bytes : 0)}`)
        .join(", ")
    : bytes(weigh(node, size));
  return `${node.label}, ${describe(node)}, ${sizes}, ${percent(weigh(node, size), of)} of what is shown`;
}

export class Treemap {
  readonly element: HTMLElement;
  private readonly canvas = h("canvas", { "aria-hidden": "true" });
  private readonly tip = h("div", { class: "tip", "aria-hidden": "true", hidden: true });
  private readonly ring = h("div", { class: "ring", "aria-hidden": "true", hidden: true });
  private cells: Cell[] = [];
  private root: TreeNode | null = null;
  private size: Size = "raw";
  private focused: Cell | null = null;
  private chosen: (node: TreeNode) => boolean = () => false;
  private hue = new Map<number, number>();
  private total = 0;

  constructor(private readonly events: MapEvents) {
    this.element = h(
      "div",
      { class: "map", tabindex: 0, role: "group", "aria-label": "Treemap", "aria-describedby": "map-help" },
      this.canvas,
      this.ring,
      this.tip,
    );
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("focus", () => this.focus(this.focused ?? this.level()[0]));
    this.element.addEventListener("blur", () => this.unfocus());
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => this.hideTip());
    this.canvas.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    document.addEventListener("themechange", () => this.draw());
  }

  show(root: TreeNode, size: Size, chosen: (node: TreeNode) => boolean): void {
    if (!this.hue.size || size !== this.size) this.hue = hues(size);
    const from = this.root;
    this.root = root;
    this.size = size;
    this.chosen = chosen;
    this.total = weigh(root, size);
    this.draw();
    // Who comes out of a part stands on it.
    if (from && from !== root) this.focused = this.level().find(({ node }) => trail(from).includes(node)) ?? null;
    this.hideTip();
    if (document.activeElement === this.element) this.focus(this.focused ?? this.level()[0]);
  }

  /** The colour of a package, as in the map; null: one of the rest. */
  hueOf(index: number): number | null {
    return this.hue.get(index) ?? null;
  }

  legend(): [index: number, hue: number][] {
    return [...this.hue];
  }

  private level(): Cell[] {
    return this.cells.filter((cell) => cell.depth === 0);
  }

  private ink(): Ink {
    const style = getComputedStyle(this.element);
    const read = (name: string): string => style.getPropertyValue(name).trim();
    const fill = (name: string): Fill => [read(name), `color-mix(in srgb, ${read(name)} 48%, ${read("--map")})`];
    return {
      text: read("--ink"),
      quiet: read("--quiet"),
      line: read("--map"),
      focus: read("--focus"),
      own: fill("--own"),
      other: fill("--rest"),
      hues: Array.from({ length: HUES }, (_, hue) => fill(`--hue${hue}`)),
    };
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!this.root || !width || !height) return;
    const scale = devicePixelRatio || 1;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    this.cells = layout(this.root, width, height, this.size);
    this.focused = this.level().find(({ node }) => node === this.focused?.node) ?? null;
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.scale(scale, scale);
    const ink = this.ink();
    context.fillStyle = ink.line;
    context.fillRect(0, 0, width, height);
    context.textBaseline = "middle";
    for (const cell of this.cells) this.paint(context, cell, ink);
  }

  private fill(cell: Cell, ink: Ink): string {
    const { node } = cell;
    const hue = this.hue.get(node.package);
    const [leaf, group] = node.package === -1 ? ink.own : (ink.hues[hue ?? -1] ?? ink.other);
    return cell.opened || node.kind === "file" ? group : leaf;
  }

  private paint(context: CanvasRenderingContext2D, cell: Cell, ink: Ink): void {
    const { x, y, w, h: height, node, label, head } = cell;
    context.fillStyle = this.fill(cell, ink);
    context.fillRect(x, y, w, height);
    if (this.chosen(node) && w > 5 && height > 5) {
      context.strokeStyle = ink.focus;
      context.lineWidth = 2;
      context.strokeRect(x + 1, y + 1, w - 2, height - 2);
    }
    if (w < 34 || height < 14 || (cell.opened && !head)) return;
    const bold = cell.depth === 0 ? "600 " : "";
    context.font = `${bold}11.5px system-ui, sans-serif`;
    context.fillStyle = ink.text;
    const middle = head ? y + head / 2 + 0.5 : y + Math.min(height / 2, 10);
    const used = this.write(context, label, x + 5, middle, w - 10);
    const amount = bytes(cell.weight);
    context.font = "11px system-ui, sans-serif";
    const room = context.measureText(amount).width;
    if (head && used + room + 18 < w) context.fillText(amount, x + w - room - 5, middle);
    else if (!head && height > 32 && room + 10 < w) context.fillText(amount, x + 5, middle + 15);
  }

  private write(context: CanvasRenderingContext2D, label: string, x: number, y: number, room: number): number {
    let full = context.measureText(label).width;
    for (const shorter of [/ › .*/, /^(?!@).*\//]) {
      if (full <= room) break;
      label = label.replace(shorter, "");
      full = context.measureText(label).width;
    }
    const letters = full <= room ? label.length : Math.floor((label.length * room) / full - 1.4);
    if (letters < 3 && letters < label.length) return room;
    context.fillText(letters < label.length ? `${label.slice(0, letters)}…` : label, x, y);
    return Math.min(full, room);
  }

  private under(event: MouseEvent): Cell | null {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    for (let at = this.cells.length - 1; at >= 0; at--) {
      const cell = this.cells[at];
      if (cell && x >= cell.x && x < cell.x + cell.w && y >= cell.y && y < cell.y + cell.h) return cell;
    }
    return null;
  }

  private hover(event: PointerEvent): void {
    const cell = this.under(event);
    if (!cell) return this.hideTip();
    this.outline(cell);
    const box = this.element.getBoundingClientRect();
    this.tell(cell, event.clientX - box.left, event.clientY - box.top);
  }

  private tell(cell: Cell, x: number, y: number): void {
    const { node } = cell;
    const file = data.files[node.file];
    const path = trail(node).slice(1);
    this.tip.replaceChildren(
      h("strong", {}, node.label),
      h(
        "span",
        { class: "tip-path" },
        path
          .slice(0, -1)
          .map(({ label }) => label)
          .join(" › ") || describe(node),
      ),
    );
    if (file) {
      const rows = (["raw", "gzip", "brotli"] as const).map((size) => {
        const value = file.bytes ? (node.raw * sizeOf(file, size)) / file.bytes : 0;
        const note = node.kind === "file" || size === "raw" ? "" : " share";
        return h(
          "tr",
          { class: size === this.size ? "now" : null },
          h("td", {}, size + note),
          h("td", { class: "num" }, bytes(value)),
        );
      });
      this.tip.append(
        h("table", {}, h("tbody", {}, ...rows)),
        h("span", {}, `${percent(cell.weight, this.total)} of what is shown`),
      );
    }
    this.tip.hidden = false;
    const { clientWidth, clientHeight } = this.element;
    const { offsetWidth, offsetHeight } = this.tip;
    this.tip.style.left = `${Math.max(4, x + 16 + offsetWidth > clientWidth ? x - offsetWidth - 12 : x + 16)}px`;
    this.tip.style.top = `${Math.max(4, Math.min(y + 14, clientHeight - offsetHeight - 4))}px`;
  }

  private hideTip(): void {
    this.tip.hidden = true;
    if (this.focused && document.activeElement === this.element) this.outline(this.focused);
    else this.ring.hidden = true;
  }

  private outline(cell: Cell): void {
    this.ring.hidden = false;
    Object.assign(this.ring.style, {
      left: `${cell.x}px`,
      top: `${cell.y}px`,
      width: `${cell.w}px`,
      height: `${cell.h}px`,
    });
  }

  private click(event: MouseEvent): void {
    const cell = this.under(event);
    if (cell) this.open(cell);
  }

  private open({ node }: Cell): void {
    if (isLeaf(node)) this.events.select(node);
    else this.events.zoom(node);
  }

  private focus(cell: Cell | undefined): void {
    if (!cell) return;
    this.focused = cell;
    if (!this.element.matches(":focus-visible")) return;
    this.outline(cell);
    this.tell(cell, cell.x + Math.min(cell.w / 2, 60), cell.y + Math.min(cell.h / 2, 30));
    announce(whatItIs(cell.node, this.size, this.total), 60);
  }

  private unfocus(): void {
    this.ring.hidden = true;
    this.tip.hidden = true;
  }

  private key(event: KeyboardEvent): void {
    const cell = this.focused ?? this.level()[0];
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (direction && cell) this.focus(this.neighbour(cell, direction[0] ?? 0, direction[1] ?? 0));
    else if (event.key === "Home") this.focus(this.level()[0]);
    else if (event.key === "End") this.focus(this.level().at(-1));
    else if (event.key === "Enter" && cell) this.open(cell);
    else if (event.key === " " && cell) this.events.select(cell.node);
    else if ((event.key === "Escape" || event.key === "Backspace") && this.root?.parent)
      this.events.zoom(out(this.root) ?? this.root.parent);
    else return;
    event.preventDefault();
  }

  /** The nearest cell of the same level that way. */
  private neighbour(from: Cell, dx: number, dy: number): Cell {
    const middle = (cell: Cell): [number, number] => [cell.x + cell.w / 2, cell.y + cell.h / 2];
    const [x, y] = middle(from);
    let best = from;
    let least = Infinity;
    for (const cell of this.level()) {
      const [cx, cy] = middle(cell);
      const ahead = (cx - x) * dx + (cy - y) * dy;
      const aside = Math.abs((cx - x) * dy) + Math.abs((cy - y) * dx);
      const distance = ahead + 2 * aside;
      if (cell !== from && ahead > 0.5 && distance < least) [best, least] = [cell, distance];
    }
    return best;
  }
}

// A sortable table of which only the rows in sight exist, so that 20,000 cost no more than 20.
import { h, type Child } from "./dom.js";

export interface Column<Row> {
  key: string;
  title: string;
  number?: boolean;
  cell(row: Row): Child;
  /** Absent: not sortable. Numbers sort downwards first. */
  rank?(row: Row): number | string;
}

interface Options<Row> {
  label: string;
  columns: Column<Row>[];
  sort: string;
  /** The key of a row: what is selected, what has the focus. */
  id(row: Row): string;
  open?(row: Row): void;
  sorted?(sort: string): void;
}

const HEIGHT = 30;
const AROUND = 8;

export class List<Row> {
  readonly element: HTMLElement;
  private readonly table: HTMLTableElement;
  private readonly body = h("tbody");
  private readonly headers = new Map<string, HTMLTableCellElement>();
  private rows: Row[] = [];
  private sort: string;
  private active = 0;
  private shown = "";
  private selected = "";

  constructor(private readonly options: Options<Row>) {
    this.sort = options.sort;
    const head = h("tr", {}, ...options.columns.map((column) => this.header(column)));
    this.table = h(
      "table",
      { class: "list" },
      h("caption", { class: "sr" }, options.label),
      h("thead", {}, head),
      this.body,
    );
    const focusable = options.open ? {} : { tabindex: 0 };
    this.element = h("div", { class: "scroll", role: "region", "aria-label": options.label, ...focusable }, this.table);
    this.element.addEventListener("scroll", () => this.draw(), { passive: true });
    this.element.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  show(rows: Row[], selected = "", sort = this.sort): void {
    this.selected = selected;
    this.sort = sort;
    this.rows = rows;
    this.arrange();
    this.active = Math.max(0, selected ? this.rows.findIndex((row) => this.options.id(row) === selected) : 0);
    this.table.setAttribute("aria-rowcount", String(rows.length + 1));
    this.draw(true);
  }

  select(id: string): void {
    this.selected = id;
    this.draw(true);
  }

  toTop(): void {
    this.element.scrollTop = 0;
  }

  private header(column: Column<Row>): HTMLTableCellElement {
    const cell = h("th", { scope: "col", class: column.number ? "num" : null });
    if (column.rank) cell.append(h("button", { type: "button", click: () => this.by(column) }, column.title));
    else cell.append(column.title);
    this.headers.set(column.key, cell);
    return cell;
  }

  private by(column: Column<Row>): void {
    const down = `-${column.key}`;
    const first = column.number ? down : column.key;
    this.sort = this.sort !== first ? first : first === down ? column.key : down;
    this.arrange();
    this.toTop();
    this.active = 0;
    this.draw(true);
    this.options.sorted?.(this.sort);
  }

  private arrange(): void {
    const down = this.sort.startsWith("-");
    const key = this.sort.replace(/^-/, "");
    for (const [name, cell] of this.headers) {
      if (name === key) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    const column = this.options.columns.find((one) => one.key === key);
    if (!column?.rank) return;
    const rank = column.rank.bind(column);
    const ranked = this.rows.map((row) => ({ row, rank: rank(row) }));
    ranked.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
    this.rows = ranked.map(({ row }) => row);
    if (down) this.rows.reverse();
  }

  private draw(force = false): void {
    const { scrollTop, clientHeight } = this.element;
    const from = Math.max(0, Math.min(this.rows.length, Math.floor(scrollTop / HEIGHT)) - AROUND);
    const to = Math.min(this.rows.length, Math.ceil((scrollTop + (clientHeight || 600)) / HEIGHT) + AROUND);
    const range = `${from}-${to}`;
    if (!force && range === this.shown) return;
    this.shown = range;
    const held = this.body.contains(document.activeElement);
    const rows = this.rows.slice(from, to).map((row, at) => this.row(row, from + at));
    this.body.replaceChildren(this.gap(from), ...rows, this.gap(this.rows.length - to));
    if (held) this.focusActive();
  }

  private gap(rows: number): Child & Node {
    if (rows <= 0) return document.createDocumentFragment();
    const cell = h("td", { colspan: this.options.columns.length });
    cell.style.height = `${rows * HEIGHT}px`;
    return h("tr", { "aria-hidden": "true", class: "gap" }, cell);
  }

  private row(row: Row, index: number): HTMLTableRowElement {
    const { columns, open, id } = this.options;
    const chosen = this.selected !== "" && id(row) === this.selected;
    const line = h("tr", { "aria-rowindex": index + 2, class: chosen ? "chosen" : null });
    columns.forEach((column, at) => {
      const content = column.cell(row);
      if (at > 0) return line.append(h("td", { class: column.number ? "num" : null }, content));
      const inner = open
        ? h(
            "button",
            {
              type: "button",
              class: "open",
              tabindex: index === this.active ? 0 : -1,
              "aria-current": chosen ? "true" : null,
              click: () => this.pick(row, index),
            },
            content,
          )
        : content;
      line.append(h("th", { scope: "row" }, inner));
    });
    return line;
  }

  private pick(row: Row, index: number): void {
    this.active = index;
    this.options.open?.(row);
  }

  private key(event: KeyboardEvent): void {
    if (!this.options.open || !this.body.contains(event.target as Node)) return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / HEIGHT) - 2);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.rows.length,
      End: this.rows.length,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.active = Math.max(0, Math.min(this.rows.length - 1, this.active + step));
    const top = this.active * HEIGHT;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + 2 * HEIGHT > scrollTop + clientHeight) this.element.scrollTop = top + 2 * HEIGHT - clientHeight;
    this.draw(true);
    this.focusActive();
  }

  private focusActive(): void {
    this.body.querySelector<HTMLElement>("button[tabindex='0']")?.focus({ preventScroll: true });
  }
}

// Squarified rectangles for a tree; what would be smaller than three pixels is left out.
import type { Size } from "./format.js";
import { isLeaf, kids, through, weigh, type TreeNode } from "./tree.js";

export interface Cell {
  node: TreeNode;
  label: string;
  x: number;
  y: number;
  w: number;
  h: number;
  depth: number;
  /** Height of the strip with the name; 0: a leaf, or too small to open. */
  head: number;
  /** Its parts are drawn on it. */
  opened: boolean;
  weight: number;
}

const SMALLEST = 3;
const HEAD = 17;
const GAP = 1;

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Areas, largest first, into rows whose rectangles are as square as can be (Bruls, Huizing, van Wijk). */
function squarify(areas: number[], box: Box, place: (index: number, box: Box) => void): void {
  let { x, y, w, h } = box;
  for (let from = 0; from < areas.length;) {
    const side = Math.min(w, h);
    if (side <= 0) return;
    let sum = 0;
    let to = from;
    const largest = areas[from] ?? 0;
    for (let worst = Infinity; to < areas.length; to++) {
      const next = areas[to] ?? 0;
      const total = sum + next;
      const thick = total / side;
      const ratio = Math.max((side * side * largest) / (total * total), (thick * thick) / next);
      if (ratio > worst) break;
      worst = ratio;
      sum = total;
    }
    const thick = sum / side;
    let along = 0;
    for (let at = from; at < to; at++) {
      const length = (areas[at] ?? 0) / thick;
      place(at, w >= h ? { x, y: y + along, w: thick, h: length } : { x: x + along, y, w: length, h: thick });
      along += length;
    }
    if (w >= h) [x, w] = [x + thick, w - thick];
    else [y, h] = [y + thick, h - thick];
    from = to;
  }
}

function inside(cell: Cell): Box {
  const pad = cell.head ? 2 : 0.5;
  return { x: cell.x + pad, y: cell.y + (cell.head || pad), w: cell.w - 2 * pad, h: cell.h - (cell.head || pad) - pad };
}

function spread(parent: TreeNode, box: Box, depth: number, size: Size, cells: Cell[]): void {
  if (box.w < SMALLEST || box.h < SMALLEST) return;
  const children = kids(parent)
    .map((node) => ({ node, weight: weigh(node, size) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const total = children.reduce((sum, { weight }) => sum + weight, 0);
  const scale = (box.w * box.h) / total;
  const areas = children.map(({ weight }) => weight * scale);
  squarify(areas, box, (index, { x, y, w, h }) => {
    const child = children[index];
    if (!child || w < SMALLEST || h < SMALLEST) return;
    const gap = Math.min(w, h) > 8 ? GAP : 0.5;
    const cell: Cell = {
      ...through(child.node),
      weight: child.weight,
      x,
      y,
      w: w - gap,
      h: h - gap,
      depth,
      head: 0,
      opened: false,
    };
    cells.push(cell);
    if (isLeaf(cell.node) || Math.min(w, h) < 10) return;
    cell.opened = true;
    if (w > 44 && h > 36) cell.head = HEAD;
    spread(cell.node, inside(cell), depth + 1, size, cells);
  });
}

/** Parents stand before their children. */
export function layout(root: TreeNode, width: number, height: number, size: Size): Cell[] {
  const cells: Cell[] = [];
  spread(root, { x: 0, y: 0, w: width, h: height }, 0, size, cells);
  return cells;
}

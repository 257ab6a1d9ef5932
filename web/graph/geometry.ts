import type { Place } from "./layout.ts";

/** Sizes in pixels. */
export const NODE_HEIGHT = 46;
const ROW_GAP = 34;
const GAP = 8;
const NARROWEST = 104;
const WIDEST = 178;
/** Room that an edge takes where it passes a layer. */
const PASSAGE = 18;
const MARGIN = 4;

export interface Point {
  x: number;
  y: number;
}

export interface Geometry {
  width: number;
  height: number;
  nodeWidth: number;
  /** Middle of a place's upper border. */
  at(place: Place): Point;
}

/** Fits the layers into `frameWidth`: nodes as wide as there is room for; wider than the frame when that is too little. */
export function fitInto(layers: readonly Place[][], frameWidth: number): Geometry {
  const passages = (row: Place[]) => row.filter((each) => each.name === undefined).length * (PASSAGE + GAP);
  const nodes = (row: Place[]) => Math.max(1, row.filter((each) => each.name !== undefined).length);
  const room = layers.map((row) => (frameWidth - 2 * MARGIN - passages(row) + GAP) / nodes(row) - GAP);
  const nodeWidth = Math.max(NARROWEST, Math.min(WIDEST, ...room));
  const taken = (each: Place) => (each.name === undefined ? PASSAGE : nodeWidth) + GAP;
  const rowWidth = (row: Place[]) => row.reduce((sum, each) => sum + taken(each), 0) - GAP;
  const width = Math.max(frameWidth, ...layers.map((row) => rowWidth(row) + 2 * MARGIN));
  return {
    nodeWidth,
    width,
    height: layers.length * (NODE_HEIGHT + ROW_GAP) - ROW_GAP + 2 * MARGIN,
    at(place) {
      const row = layers[place.layer] ?? [];
      const before = row.slice(0, place.index).reduce((sum, each) => sum + taken(each), 0);
      const start = (width - rowWidth(row)) / 2;
      return {
        x: start + before + (taken(place) - GAP) / 2,
        y: MARGIN + place.layer * (NODE_HEIGHT + ROW_GAP),
      };
    },
  };
}

/** From the lower border of the first place to the upper border of the last, straight past those between. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let from = { x: first.x, y: first.y + NODE_HEIGHT };
  let path = `M${from.x} ${from.y}`;
  for (const [index, to] of rest.entries()) {
    const middle = (from.y + to.y) / 2;
    path += ` C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
    if (index < rest.length - 1) path += ` V${to.y + NODE_HEIGHT}`;
    from = { x: to.x, y: to.y + NODE_HEIGHT };
  }
  return path;
}

/** Where the nodes of a step graph stand and how its edges run: layer by layer, from what comes first downwards. */
export interface GraphInput {
  name: string;
  after: readonly string[];
}

/** A place in a layer: a node, or where an edge that spans several layers passes through. */
export interface Place {
  layer: number;
  /** Position in its layer, from 0. */
  index: number;
  /** Undefined where only an edge passes. */
  name: string | undefined;
}

export interface GraphLayout {
  layers: Place[][];
  /** Where each node stands. */
  places: Map<string, Place>;
  /** Each edge as the places it goes through, first and last being nodes. */
  edges: { from: string; to: string; through: Place[] }[];
}

const SWEEPS = 6;

/**
 * Lays a graph out in layers (Sugiyama, Tagawa and Toda 1981): each node below all it comes after, as close above what
 * needs it as it can; neighbours ordered by the mean of theirs (barycentre), so that few edges cross. Names in `after`
 * that are no nodes are left out.
 */
export function layOut(nodes: readonly GraphInput[]): GraphLayout {
  const layerOf = assignLayers(nodes);
  const layers: Place[][] = [];
  const places = new Map<string, Place>();
  const addPlace = (layer: number, name: string | undefined): Place => {
    while (layers.length <= layer) layers.push([]);
    const row = layers[layer] as Place[];
    const place: Place = { layer, index: row.length, name };
    row.push(place);
    return place;
  };
  for (const { name } of nodes) places.set(name, addPlace(layerOf.get(name) ?? 0, name));
  const edges: GraphLayout["edges"] = [];
  for (const node of nodes)
    for (const before of known(node, places)) {
      const from = places.get(before) as Place;
      const to = places.get(node.name) as Place;
      const passed = range(from.layer + 1, to.layer).map((layer) => addPlace(layer, undefined));
      edges.push({ from: before, to: node.name, through: [from, ...passed, to] });
    }
  orderLayers(layers, edges);
  return { layers, places, edges };
}

/** Longest way from the top; then whatever has no need to be early moves down to just above what reads it. */
function assignLayers(nodes: readonly GraphInput[]): Map<string, number> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const layers = new Map<string, number>();
  const visit = (node: GraphInput): number => {
    const done = layers.get(node.name);
    if (done !== undefined) return done;
    layers.set(node.name, 0); // a cycle, which no stored graph has, ends here instead of never
    const depth =
      Math.max(-1, ...known(node, byName).map((name) => visit(byName.get(name) as GraphInput))) + 1;
    layers.set(node.name, depth);
    return depth;
  };
  for (const node of nodes) visit(node);
  const readers = new Map<string, string[]>();
  for (const node of nodes)
    for (const name of known(node, byName)) readers.set(name, [...(readers.get(name) ?? []), node.name]);
  const deepestFirst = [...nodes].sort((a, b) => (layers.get(b.name) ?? 0) - (layers.get(a.name) ?? 0));
  for (const { name } of deepestFirst) {
    const below = (readers.get(name) ?? []).map((reader) => layers.get(reader) ?? 0);
    if (below.length > 0) layers.set(name, Math.max(layers.get(name) ?? 0, Math.min(...below) - 1));
  }
  return layers;
}

function orderLayers(layers: Place[][], edges: GraphLayout["edges"]): void {
  const above = new Map<Place, Place[]>();
  const below = new Map<Place, Place[]>();
  for (const { through } of edges)
    for (let i = 1; i < through.length; i++) {
      const [upper, lower] = [through[i - 1] as Place, through[i] as Place];
      above.set(lower, [...(above.get(lower) ?? []), upper]);
      below.set(upper, [...(below.get(upper) ?? []), lower]);
    }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? layers : layers.toReversed()) sortRow(row, down ? above : below, layers);
  }
}

function sortRow(row: Place[], neighbours: Map<Place, Place[]>, layers: Place[][]): void {
  const relative = (place: Place) => (place.index + 0.5) / (layers[place.layer] as Place[]).length;
  const weight = new Map(
    row.map((place) => {
      const near = neighbours.get(place) ?? [];
      const mean = near.reduce((sum, each) => sum + relative(each), 0) / near.length;
      return [place, near.length === 0 ? relative(place) : mean];
    }),
  );
  row.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
  for (const [index, place] of row.entries()) place.index = index;
}

function known(node: GraphInput, names: ReadonlyMap<string, unknown>): string[] {
  return node.after.filter((name) => names.has(name) && name !== node.name);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

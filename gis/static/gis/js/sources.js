/** Which tile source carries which layer: base layers in one, buildings (nine tenths of all bytes) and what rights limit in others, the rest alone. Pure. */

const TOGETHER = {
  base: ['district', 'subdistricts', 'communities', 'grids', 'roads', 'waters', 'greens'],
  built: ['buildings'],
  marks: ['places', 'cameras', 'camera_views'],
};

/**
 * @param {{id: string, tiles: unknown}[]} described
 * @returns {Map<string, string[]>} source id -> its layers
 */
export function plan(described) {
  const tiled = described.filter((layer) => layer.tiles).map((layer) => layer.id);
  const sources = new Map();
  for (const [id, members] of Object.entries(TOGETHER)) {
    const present = members.filter((layer) => tiled.includes(layer));
    if (present.length) sources.set(id, present);
  }
  const placed = new Set([...sources.values()].flat());
  for (const layer of tiled) if (!placed.has(layer)) sources.set(`only-${layer}`, [layer]);
  return sources;
}

/** Layer in a tile -> the attribute by which its state on the map is kept; a camera's view goes with the camera. */
const STATE_IDS = { buildings: 'id', grids: 'code', communities: 'code', communities_label: 'code', cameras: 'id', camera_views: 'camera' };

/**
 * A MapLibre source from TileJSON; addresses made absolute, as a worker has no page to start from. Version and scope
 * stay out of them: they change while the page is open and are added to each request (see `withQuery`).
 */
export function vectorSource(tileJson, origin) {
  return {
    type: 'vector',
    tiles: tileJson.tiles.map((tile) => (tile.startsWith('/') ? origin + tile : tile).split('?')[0]),
    minzoom: tileJson.minzoom ?? 0,
    maxzoom: tileJson.maxzoom ?? 16,
    ...(tileJson.bounds && { bounds: tileJson.bounds }),
    promoteId: { ...STATE_IDS },
  };
}

/** Layers of a tile address -> its version and scope, from the TileJSON of each source. */
export function queriesOf(tileJsons) {
  return new Map(tileJsons.map(({ tiles: [first] }) => [layersIn(first), first.split('?')[1] ?? '']));
}

function layersIn(address) {
  return /\/tiles\/([^/]+)\//.exec(address)?.[1] ?? '';
}

/** A tile's address with the version and scope that hold now. */
export function withQuery(address, queries) {
  const query = queries.get(decodeURIComponent(layersIn(address)));
  return query ? `${address}?${query}` : address;
}

/** Whether a layer has a newer version: the part of the query that is not the scope. */
export function newer(before, after) {
  const version = (query) => new URLSearchParams(query).get('v');
  return [...after].some(([layers, query]) => before.has(layers) && version(before.get(layers)) !== version(query));
}

/** What decides the style of a map: layers and sources, without what only counts rows. */
export function drawnAs({ described, specs }) {
  return JSON.stringify([described.map(({ count, version, bbox, ...drawn }) => drawn), specs]);
}

/**
 * Whether a list of layers holds what a message of the stream told: that a layer has a version, was described or went.
 * @param {object[]} all @param {{op: string, layer: string, version: number, kind: string}} told
 */
export function known(all, { op, layer, version, kind }) {
  const one = all.find(({ id }) => id === layer);
  if (kind === 'layer.retired') return !one;
  return Boolean(one) && (op === 'described' ? one.described : one.version) >= version;
}

/** Layer -> source, as the style asks it. @param {Map<string, string[]>} sources */
export function sourceLookup(sources) {
  const lookup = new Map([...sources].flatMap(([id, layers]) => layers.map((layer) => [layer, id])));
  return (layer) => lookup.get(layer);
}

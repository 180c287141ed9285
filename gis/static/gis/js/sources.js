/** Which tile source carries which layer: base layers in one, what rights limit in another, the rest alone. Pure. */

const TOGETHER = {
  base: ['district', 'subdistricts', 'communities', 'grids', 'buildings', 'roads', 'waters', 'greens'],
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

/** A MapLibre source from TileJSON; addresses made absolute, as a worker has no page to start from. */
export function vectorSource(tileJson, origin) {
  return {
    type: 'vector',
    tiles: tileJson.tiles.map((tile) => (tile.startsWith('/') ? origin + tile : tile)),
    minzoom: tileJson.minzoom ?? 0,
    maxzoom: tileJson.maxzoom ?? 16,
    ...(tileJson.bounds && { bounds: tileJson.bounds }),
    promoteId: 'id',
  };
}

/** Layer -> source, as the style asks it. @param {Map<string, string[]>} sources */
export function sourceLookup(sources) {
  const lookup = new Map([...sources].flatMap(([id, layers]) => layers.map((layer) => [layer, id])));
  return (layer) => lookup.get(layer);
}

/** What lies under a point of a map, by the ranks that its style gives. */

/** What a click at a point means: the hit whose style layer ranks highest, else null. @param {object} map of the library */
export function pickAt(map, { x, y }) {
  const hit = hitAt(map, { x, y });
  return hit ? { layer: hit.layer.metadata.layer, id: String(hit.properties.id) } : null;
}

/** The same hit with all its properties. Surfaces count where the point is, lines and marks also close to it. */
export function hitAt(map, { x, y }) {
  const pickable = map.getStyle().layers.filter((layer) => layer.metadata?.pick !== undefined && layer.layout?.visibility !== 'none');
  const rank = new Map(pickable.map((layer) => [layer.id, layer.metadata.pick]));
  const near = map.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers: [...rank.keys()] });
  const exact = map.queryRenderedFeatures([x, y], { layers: [...rank.keys()] });
  const lines = near.filter((hit) => !['fill', 'fill-extrusion'].includes(hit.layer.type));
  const hits = [...lines, ...exact].filter((hit) => hit.properties.id);
  hits.sort((a, b) => rank.get(b.layer.id) - rank.get(a.layer.id));
  return hits[0] ?? null;
}

/** Ids of the rivers in the tiles that are loaded. */
export function riverIds(map, source) {
  const found = map.querySourceFeatures(source, { sourceLayer: 'waters', filter: ['==', ['get', 'kind'], 'river'] });
  return [...new Set(found.map((one) => String(one.properties.id)))];
}

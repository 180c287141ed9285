/** Boundaries: grid dashed, community solid, subdistrict long dash, district solid. Pure. */

/** The drawing of each area layer: zoom it appears at, widths, dash, token. */
export const BORDERS = {
  unit_grids: { from: 15, width: [[15, 0.5], [18, 0.8]], dash: [1, 3], token: 'm-grid', strong: 0.7 },
  grids: { from: 13.4, width: [[13.4, 0.7], [16, 1]], dash: [2, 2], token: 'm-grid', strong: 0.9 },
  communities: { from: 12.5, width: [[12.5, 0.8], [14, 1], [16, 1.3]], dash: null, token: 'm-com', strong: 0.9 },
  subdistricts: { from: 10, width: [[11, 1], [13, 1.5], [16, 2]], dash: [7, 2.5], token: 'm-sub', strong: 1 },
  district: { from: 8, width: [[9, 1.2], [13, 2], [16, 2.6]], dash: null, token: 'm-sub', strong: 1 },
};

/** The borders of one area layer; above 14.8 they step back to 30 %, on the sheet's edge less so. */
export function border(b, source, layer) {
  const rule = BORDERS[layer];
  const level = b.tilted && layer !== 'district' ? 0.4 : 1;
  const far = layer === 'district' ? 0.75 : layer === 'unit_grids' ? 0.7 : 0.45;
  const width = b.steps(...rule.width);
  return [{
    id: `${layer}-border`, type: 'line', source, 'source-layer': layer, minzoom: b.z(rule.from),
    metadata: { // not picked: a border clipped by a tile has edges nobody sees
      layer,
      legend: { swatch: 'border', colour: b.t[rule.token], dash: rule.dash, width: rule.width[rule.width.length - 1][1] },
    },
    layout: { 'line-join': 'round', 'line-cap': 'butt' },
    paint: {
      'line-color': b.t[rule.token], 'line-width': width,
      'line-opacity': b.fade([14.3, rule.strong * level], [14.9, far * level]),
      ...(rule.dash && { 'line-dasharray': rule.dash }),
    },
  }];
}

/** Invisible surfaces of an area layer, so that a click on plain ground finds its area. */
export function ground(b, source, layer, minzoom, maxzoom) {
  return [{
    id: `${layer}-ground`, type: 'fill', source, 'source-layer': layer, minzoom: b.z(minzoom),
    ...(maxzoom && { maxzoom: b.z(maxzoom) }),
    metadata: { layer, pick: 0 },
    paint: { 'fill-color': b.t['m-land'], 'fill-opacity': 0 },
  }];
}

/** Land, greens and waters: the ground must stay ground. Pure. */

import { among } from './brush.js';

/** Land and greens. */
export function land(b, source) {
  return [
    { id: 'land', type: 'background', paint: { 'background-color': b.t['m-land'] } },
    {
      id: 'greens', type: 'fill', source, 'source-layer': 'greens',
      metadata: { layer: 'greens', pick: 2, legend: { swatch: 'fill', colour: b.t['m-green'] } },
      paint: { 'fill-color': b.t['m-green'], 'fill-opacity': ['match', ['get', 'kind'], ['park', 'belt'], 1, 0.75] },
    },
  ];
}

/** Waters below the roads, for the whole district seen from afar. */
export function water(b, source) {
  return [{
    id: 'waters', type: 'fill', source, 'source-layer': 'waters',
    metadata: { layer: 'waters', pick: 3, legend: { swatch: 'fill', colour: b.t['m-water'] } },
    paint: { 'fill-color': b.t['m-water'] },
  }];
}

/** The same waters again above the boundaries: a border that runs in a river is not drawn in it. */
export function waterOverBorders(b, source) {
  return [{
    id: 'waters-over-borders', type: 'fill', source, 'source-layer': 'waters', minzoom: b.z(12),
    metadata: { layer: 'waters' },
    filter: among('kind', ['river', 'canal', 'lake']),
    paint: { 'fill-color': b.t['m-water'] },
  }];
}

/** The sheet outside the district, dimmed but not hidden. */
export function outside(b) {
  return [{
    id: 'outside', type: 'fill', source: 'outside',
    paint: { 'fill-color': b.t['m-out'], 'fill-opacity': 0.62, 'fill-antialias': false },
  }];
}

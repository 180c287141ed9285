/** Buildings: flat texture in plan, quiet volumes in 3D. Uses differ in lightness only. Pure. */

import { mix } from '../colour.js';

/** Use -> [token to lean to, how far]: what is public stands out a little, sheds sink into the ground. */
export const USES = {
  residential: ['m-bld', 0],
  mixed: ['ink', 0.05],
  commercial: ['ink', 0.11],
  office: ['ink', 0.15],
  public: ['m-water-ink', 0.22],
  school: ['m-water-ink', 0.22],
  hospital: ['m-water-ink', 0.3],
  industrial: ['m-land', 0.3],
  shed: ['m-land', 0.5],
};

/** The ground colour of each use in one theme. */
export function useColours(b) {
  return Object.fromEntries(
    Object.entries(USES).map(([use, [token, part]]) => [use, mix(b.t['m-bld'], b.t[token], part)]),
  );
}

function byUse(colours, fallback) {
  return ['match', ['get', 'use'], ...Object.entries(colours).flat(), fallback];
}

/** Footprints. */
export function footprints(b, source) {
  const colours = useColours(b);
  return [
    {
      id: 'buildings', type: 'fill', source, 'source-layer': 'buildings', minzoom: b.z(12.5),
      metadata: { layer: 'buildings', pick: 6, legend: { swatch: 'fills', field: 'use', colours, edge: b.t['m-bld-edge'] } },
      paint: { 'fill-color': byUse(colours, b.t['m-bld']), 'fill-antialias': true },
    },
    {
      id: 'buildings-edge', type: 'line', source, 'source-layer': 'buildings', minzoom: b.z(15.2),
      metadata: { layer: 'buildings' },
      paint: { 'line-color': b.t['m-bld-edge'], 'line-width': b.steps([15.2, 0.5], [17, 1]), 'line-opacity': b.fade([15.2, 0], [15.6, 1]) },
    },
  ];
}

/** Volumes by height; lighter with height, a soft light from the upper left, no glass, no night windows. */
export function volumes(b, source) {
  const lean = b.t['m-label'];
  const base = Object.fromEntries(Object.entries(useColours(b)).map(([use, c]) => [use, mix(c, lean, b.dark ? 0.12 : 0)]));
  const lit = Object.fromEntries(Object.entries(base).map(([use, c]) => [use, mix(c, b.dark ? lean : b.t['m-halo'], b.dark ? 0.26 : 0.35)]));
  const height = ['to-number', ['get', 'height_m'], 6];
  return [{
    id: 'buildings-3d', type: 'fill-extrusion', source, 'source-layer': 'buildings', minzoom: b.z(12.5),
    metadata: { layer: 'buildings', pick: 6, legend: { swatch: 'fills', field: 'use', colours: base, edge: b.t['m-bld-edge'] } },
    paint: {
      'fill-extrusion-color': ['case', ['boolean', ['feature-state', 'selected'], false], b.t.sel, ['interpolate', ['linear'], height, 6, byUse(base, base.residential), 60, byUse(lit, lit.residential)]],
      'fill-extrusion-height': height,
      'fill-extrusion-opacity': 1,
      'fill-extrusion-vertical-gradient': true,
    },
  }];
}

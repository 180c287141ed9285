/** Style layers of what lies over the grids: choropleth, hatch of what is not known, heat. Pure. */

import { faded } from '../../colour.js';
import { NO_DATA, RAMP } from './classes.js';

const CLASS = ['coalesce', ['feature-state', 'class'], -2];

/** Grids in the colour of their class; without a class (-2) they are not coloured, without a value (-1) hatched. */
export function choropleth(b, source, { stale }) {
  const colours = RAMP.flatMap((token, at) => [at, b.t[token]]);
  // By the class even when all are grey: MapLibre fails on a tile in which a colour by state has become a plain one.
  const greyed = RAMP.flatMap((_, at) => [at, b.t['stale-fill']]);
  const opacity = (share) => ['case', ['==', CLASS, -2], 0, share];
  const [far, close] = b.dark ? [0.62, 0.3] : [0.72, 0.36];
  return [
    {
      id: 'choropleth', type: 'fill', source, 'source-layer': 'grids', minzoom: 0,
      paint: {
        'fill-color': ['match', CLASS, ...(stale ? greyed : colours), NO_DATA, b.t['stale-fill'], b.t['m-land']],
        'fill-opacity': b.fade([14.2, opacity(far)], [16, opacity(close)]),
      },
    },
    {
      id: 'choropleth-hatch', type: 'fill', source, 'source-layer': 'grids', minzoom: 0,
      paint: { 'fill-pattern': 'hatch', 'fill-opacity': stale ? ['case', ['==', CLASS, -2], 0, 1] : ['case', ['==', CLASS, NO_DATA], 1, 0] },
    },
  ];
}

/** Where cases were reported: one ramp, from nothing to its lightest; grey when it is too old. */
export function heat(b, { stale }) {
  const tokens = stale ? ['stale-fill', 'stale-fill', 'stale-ink', 'stale-ink'] : ['d1', 'd2', 'd3', 'd4'];
  const stops = tokens.flatMap((token, at) => [[0.12, 0.35, 0.62, 0.9][at], faded(b.t[token], [0.35, 0.6, 0.75, 0.85][at])]);
  return [{
    id: 'heat', type: 'heatmap', source: 'wall-heat',
    paint: {
      'heatmap-weight': ['interpolate', ['linear'], ['get', 'weight'], 0, 0, 1, 1],
      'heatmap-radius': b.grow([12, 14], [14, 34], [16, 90]), 'heatmap-intensity': b.fade([12, 0.8], [15, 1.3]),
      'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, faded(b.t.d1, 0), ...stops],
      'heatmap-opacity': 0.9,
    },
  }];
}

/** Points with weights between 0 and 1: the ninth decile weighs 1, so that one sore spot does not hide all others. */
export function heatPoints(points) {
  const sorted = points.map(([, , cases]) => cases).sort((a, b) => a - b);
  const top = sorted[Math.floor(sorted.length * 0.9)] || 1;
  return {
    type: 'FeatureCollection',
    features: points.map(([lon, lat, cases]) => ({ type: 'Feature', properties: { weight: Math.min(1, cases / top) }, geometry: { type: 'Point', coordinates: [lon, lat] } })),
  };
}

/** Colour of a standing building by the class of its grid, which its code begins with. @param {Map<string, number>} classes */
export function builtColour(b, classes, { stale }) {
  const by = RAMP.map((token, at) => [[...classes].filter(([, one]) => one === at).map(([code]) => code), b.t[token]]).filter(([codes]) => codes.length);
  if (stale || !by.length) return b.t['stale-fill'];
  return ['match', ['slice', ['get', 'code'], 0, 15], ...by.flat(), b.t['stale-fill']];
}

/** Incidents and units on the map, from the live state; what they look like is in the data, so stale needs no other style. Pure. */

import { BOLD, REGULAR, halo, nameIn } from './brush.js';
import { MARK_TOKENS, SEVERITIES, SHAPES } from './shapes.js';

/** Layer -> its GeoJSON source. */
export const LIVE_SOURCES = { incidents: 'live-incidents', units: 'live-units' };


function marks(b, severities, minzoom, changes = {}) {
  return {
    id: `incidents-${severities.join('')}`, type: 'symbol', source: LIVE_SOURCES.incidents, minzoom: b.z(minzoom),
    filter: ['in', ['get', 'severity'], ['literal', severities]],
    metadata: { layer: 'incidents', pick: 20 - severities[0], ...changes.metadata },
    layout: {
      'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-padding': 0, 'symbol-sort-key': ['-', ['get', 'severity']],
      'symbol-z-order': 'source', ...changes.layout,
    },
    ...(changes.paint && { paint: changes.paint }),
  };
}

/** A title beside the mark where there is room: for the urgent always, in bold. */
function named(b) {
  return {
    layout: {
      'text-field': nameIn(b), 'text-font': BOLD, 'text-size': b.steps([12.5, 11.5], [15, 13]), 'text-optional': true, 'text-max-width': b.chinese ? 12 : 11, 'text-line-height': 1.2,
      'text-variable-anchor-offset': ['left', [1.1, 0], 'right', [-1.1, 0], 'top', [0, 1], 'bottom', [0, -1]], 'text-justify': 'auto', 'text-padding': b.px(3),
    },
    paint: { 'text-color': ['case', ['get', 'stale'], b.t['ink-3'], b.t.ink], ...halo(b, b.t['m-halo'], 1.8) },
  };
}

/** Marks, from the least urgent to the most: the last is placed first and lies on top. */
export function incidents(b) {
  const categories = { swatch: 'marks', field: 'category', marks: Object.fromEntries(Object.entries(SHAPES).map(([value, shape]) => [value, `mark:${shape}:key`])), colours: { key: b.t['ink-2'] } };
  const severities = { swatch: 'marks', field: 'severity', marks: Object.fromEntries(Object.keys(SEVERITIES).map((value) => [value, `mark:circle:${value}`])), colours: coloursOf(b) };
  return [
    marks(b, [3, 4], 13.4, { metadata: { legend: categories } }),
    marks(b, [2], 12.5, { ...named(b), metadata: { legend: severities } }),
    marks(b, [1], 0, { ...named(b), metadata: { legend: categories } }),
  ];
}

/** Teams as dots from afar, then ring and dot that point where they go, with their names. */
export function units(b) {
  const legend = { swatch: 'marks', marks: { unit: 'unit:moving' }, colours: coloursOf(b) };
  const ink = ['case', ['get', 'stale'], b.t['stale-ink'], b.t.unit];
  return [
    {
      id: 'units-dot', type: 'circle', source: LIVE_SOURCES.units, minzoom: b.z(12.5), maxzoom: b.z(13.4), metadata: { layer: 'units', pick: 15, legend },
      paint: { 'circle-radius': b.px(2.5), 'circle-color': ink, 'circle-stroke-color': b.t['m-halo'], 'circle-stroke-width': b.px(1.2) },
    },
    {
      id: 'units', type: 'symbol', source: LIVE_SOURCES.units, minzoom: b.z(13.4), metadata: { layer: 'units', pick: 15, legend },
      layout: {
        'icon-image': ['get', 'icon'], 'icon-rotate': ['get', 'bearing'], 'icon-rotation-alignment': 'map', 'icon-allow-overlap': true, 'icon-padding': 0,
        'symbol-z-order': 'source', 'text-field': called(b), 'text-font': ['step', ['zoom'], ['literal', REGULAR], b.z(14.4), ['literal', BOLD]],
        'text-size': b.steps([13.4, 10.5], [16, 13]), 'text-optional': true, 'text-rotation-alignment': 'viewport', 'text-max-width': 9, 'text-padding': b.px(2),
        'text-variable-anchor-offset': ['bottom-left', [0.6, -0.3], 'top-left', [0.6, 0.3], 'bottom-right', [-0.6, -0.3], 'top-right', [-0.6, 0.3]], 'text-justify': 'auto',
      },
      paint: { 'text-color': ink, ...halo(b, b.t['m-halo'], 1.6) },
    },
  ];
}

/** What people call a unit, and for how long nothing was heard of it. */
function called(b) {
  const short = ['get', b.chinese ? 'short' : 'short_en'];
  return ['case', ['has', 'note'], ['concat', short, b.chinese ? '，' : ', ', ['get', 'note']], short];
}

function coloursOf(b) {
  return Object.fromEntries(MARK_TOKENS.map((name) => [name, b.t[name]]));
}

/** The live layers of those that are described, as [below the other, above]. */
export function liveLayers(b, described) {
  const [low, ...high] = described.includes('incidents') ? incidents(b) : [];
  return [...(low ? [low] : []), ...(described.includes('units') ? units(b) : []), ...high];
}

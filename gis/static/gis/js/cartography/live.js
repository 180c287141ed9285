/** Incidents and units on the map, from the live state; what they look like is in the data, so stale needs no other style. Pure. */

import { BOLD, REGULAR, halo, nameIn } from './brush.js';
import { MARK_TOKENS, SEVERITIES, SHAPES } from './shapes.js';

/** Layer -> its GeoJSON source. */
export const LIVE_SOURCES = { incidents: 'live-incidents', units: 'live-units' };

const of = (severities) => ['in', ['get', 'severity'], ['literal', severities]];


function marks(b, severities, minzoom, legend) {
  return {
    id: `incidents-${severities.join('')}`, type: 'symbol', source: LIVE_SOURCES.incidents, minzoom: b.z(minzoom), filter: of(severities),
    metadata: { layer: 'incidents', pick: 20 - severities[0], legend },
    layout: { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-padding': 0, 'symbol-sort-key': ['-', ['get', 'severity']], 'symbol-z-order': 'source' },
  };
}

/** The title of an urgent incident beside its mark, clear of it by `away` of its size; a critical one is named even where there is no room. */
function title(b, severity, away) {
  return {
    id: `incidents-name-${severity}`, type: 'symbol', source: LIVE_SOURCES.incidents, minzoom: b.z(12.5), filter: of([severity]),
    metadata: { layer: 'incidents', pick: 20 - severity },
    layout: {
      'text-field': nameIn(b), 'text-font': BOLD, 'text-size': b.steps([12.5, 11.5], [15, 13]), 'text-max-width': b.chinese ? 12 : 11, 'text-line-height': 1.2,
      'text-variable-anchor-offset': [
        'left', [away, 0], 'right', [-away, 0], 'top', [0, away - 0.1], 'bottom', [0, 0.1 - away],
        'top-left', [away - 0.3, 0.6], 'bottom-left', [away - 0.3, -0.6], 'top-right', [0.3 - away, 0.6], 'bottom-right', [0.3 - away, -0.6],
      ],
      'text-justify': 'auto', 'text-padding': b.px(1), ...(severity === 1 && { 'text-overlap': 'always' }),
    },
    paint: { 'text-color': ['case', ['get', 'stale'], b.t['ink-3'], b.t.ink], ...halo(b, b.t['m-halo'], 1.8) },
  };
}

/** Marks, from the least urgent to the most: the last is placed first and lies on top. */
function incidents(b) {
  const colours = coloursOf(b);
  const categories = { swatch: 'marks', field: 'category', marks: Object.fromEntries(Object.entries(SHAPES).map(([value, shape]) => [value, `mark:${shape}:key`])), colours: { key: b.t['ink-2'] } };
  const severities = { swatch: 'marks', field: 'severity', marks: Object.fromEntries(Object.keys(SEVERITIES).map((value) => [value, `mark:circle:${value}`])), colours };
  return [marks(b, [3, 4], 13.4, categories), marks(b, [2], 12.5, severities), marks(b, [1], 0, categories)];
}

/** Teams as dots from afar, then ring and dot that point where they go. */
export function units(b) {
  const legend = { swatch: 'marks', marks: { unit: 'unit:moving' }, colours: coloursOf(b) };
  const base = { type: 'symbol', source: LIVE_SOURCES.units, minzoom: b.z(13.4) };
  return [
    {
      id: 'units-dot', type: 'circle', source: LIVE_SOURCES.units, minzoom: b.z(12.5), maxzoom: b.z(13.4), metadata: { layer: 'units', pick: 15, legend },
      paint: { 'circle-radius': b.px(2.5), 'circle-color': unitInk(b), 'circle-stroke-color': b.t['m-halo'], 'circle-stroke-width': b.px(1.2) },
    },
    {
      ...base, id: 'units-heading', filter: ['get', 'moving'], metadata: { layer: 'units' },
      layout: {
        'icon-image': 'unit:heading', 'icon-rotate': ['get', 'bearing'], 'icon-rotation-alignment': 'map', 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'symbol-z-order': 'source',
      },
    },
    {
      ...base, id: 'units', metadata: { layer: 'units', pick: 15, legend },
      layout: { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-padding': 0, 'symbol-z-order': 'source' },
    },
  ];
}

/** What people call a team, beside its mark. */
export function unitNames(b) {
  return {
    id: 'units-name', type: 'symbol', source: LIVE_SOURCES.units, minzoom: b.z(13.4), metadata: { layer: 'units', pick: 15 },
    layout: {
      'text-field': called(b), 'text-font': ['step', ['zoom'], ['literal', REGULAR], b.z(14.4), ['literal', BOLD]], 'text-size': b.steps([13.4, 10.5], [16, 13]), 'text-max-width': 9,
      'text-variable-anchor-offset': ['bottom-left', [1, 0.1], 'top-left', [1, -0.1], 'bottom-right', [-1, 0.1], 'top-right', [-1, -0.1]], 'text-justify': 'auto', 'text-padding': b.px(1),
    },
    paint: { 'text-color': unitInk(b), ...halo(b) },
  };
}

function unitInk(b) {
  return ['case', ['get', 'stale'], b.t['stale-ink'], b.t.unit];
}

/** What people call a unit, and for how long nothing was heard of it. */
function called(b) {
  const short = ['get', b.chinese ? 'short' : 'short_en'];
  return ['case', ['has', 'note'], ['concat', short, b.chinese ? '，' : ', ', ['get', 'note']], short];
}

function coloursOf(b) {
  return Object.fromEntries(MARK_TOKENS.map((name) => [name, b.t[name]]));
}

/**
 * The live layers of those that are described. Marks are placed before all names, so that no name covers one; then the
 * names by rank: critical, urgent, teams.
 */
export function liveLayers(b, described) {
  const [some, teams] = ['incidents', 'units'].map((id) => described.includes(id));
  return [
    ...(teams ? [unitNames(b)] : []), ...(some ? [title(b, 2, 1.3), title(b, 1, 1.55)] : []),
    ...(teams ? units(b) : []), ...(some ? incidents(b) : []),
  ];
}

/** Style layers of what lives on the wall's map: cases, counts, teams with their minutes, rings. Pure. */

import { BOLD, REGULAR, halo, nameIn } from '../../cartography/brush.js';
import { unitNames, units } from '../../cartography/live.js';

/** Sources of ours, all GeoJSON. */
export const SOURCES = ['outside', 'river-lines', 'selection', 'live-incidents', 'live-units', 'live-tails', 'wall-rings', 'wall-heat', 'wall-measure', 'wall-fence', 'wall-worst', 'wall-edge'];

/** Height of a stem by severity, in design pixels. */
export const STEMS = { 1: 92, 2: 66, 3: 44, 4: 30 };

/** Clear of the bracket round what was chosen, in sizes of the type. */
const CLEAR = 2.05;
/** Nearer than this one is among its streets: which community is worst is told by the panel. */
export const NEAR_CASE = 15.2;
/** From here on a tilted sheet has the room to name ordinary cases. */
const NAMED_IN_3D = 15;
/** Size of a title, in design pixels. */
const TITLE = 13;

const ink = (b, plain, grey) => ['case', ['get', 'stale'], b.t[grey], b.t[plain]];
const faint = (full = 1, weak = 0.18) => ['case', ['get', 'faint'], weak, full];

/** Title and, below it, the time that is left. */
function words(b) {
  return ['format', nameIn(b), { 'text-font': ['literal', BOLD], 'text-color': ink(b, 'ink', 'ink-3') }, ['case', ['==', ['get', 'note'], ''], '', ['concat', '\n', ['get', 'note']]], { 'text-font': ['literal', REGULAR], 'text-color': ink(b, 'ink-2', 'ink-3'), 'font-scale': 0.92 }];
}

/** Size of a title by severity, in design pixels: a critical one is read from further off. */
const sizeOf = (severity) => (severity === 1 ? 18 : TITLE);

/** Clear of the mark by `away` of the size of the type; on a stem beside its head. */
function place(b, severity, away = severity === 1 ? 1.4 : 1.3) {
  if (b.tilted) {
    const head = STEMS[severity] / sizeOf(severity);
    return { 'text-variable-anchor-offset': ['left', [away, -head], 'right', [-away, -head], 'bottom', [0, -head - away + 0.1]], 'text-justify': 'auto' };
  }
  return { 'text-variable-anchor-offset': [...around(away), ...around(away + 1.1)], 'text-justify': 'auto' };
}

/** Eight places round a mark, the sides first. */
function around(away) {
  return [
    'left', [away, 0], 'right', [-away, 0], 'top', [0, away - 0.1], 'bottom', [0, 0.1 - away],
    'top-left', [away - 0.3, 0.6], 'bottom-left', [away - 0.3, -0.6], 'top-right', [0.3 - away, 0.6], 'bottom-right', [0.3 - away, -0.6],
  ];
}

const is = (...severities) => ['in', ['get', 'severity'], ['literal', severities]];
const SINGLE = ['has', 'version'];

function mark(b, severity) {
  return {
    id: `incidents-${severity}`, type: 'symbol', source: 'live-incidents', filter: ['all', SINGLE, is(severity)], metadata: { layer: 'incidents', pick: 20 - severity },
    layout: {
      'icon-image': ['get', 'icon'], 'icon-anchor': b.tilted ? 'bottom' : 'center', 'icon-allow-overlap': true, 'icon-padding': 0,
      'icon-ignore-placement': b.tilted, 'symbol-z-order': b.tilted ? 'viewport-y' : 'source', 'icon-size': b.tilted ? 1 : b.fade([11, 0.8], [13.4, 1]),
    },
    paint: { 'icon-opacity': faint() },
  };
}

function title(b, id, filter, severity, away) {
  return {
    id: `incidents-title-${id}`, type: 'symbol', source: 'live-incidents', filter: ['all', SINGLE, ...filter], metadata: { layer: 'incidents', pick: 20 - severity },
    layout: {
      'text-field': words(b), 'text-font': BOLD, 'text-size': b.px(sizeOf(severity)), 'text-max-width': 14, 'text-line-height': 1.25, 'text-padding': b.px(1),
      ...((severity === 1 || (b.tilted && severity === 2)) && { 'text-overlap': 'always' }), ...place(b, severity, away),
    },
    paint: { 'text-opacity': faint(1, 0), ...halo(b, b.t['m-halo'], b.tilted ? 3 : 1.8) },
  };
}

/** Unseen stems that take their room before any title does: titles stand before the thin stems, and beside them where they can. */
export function stemRoom() {
  return [{ id: 'incidents-room', type: 'symbol', source: 'live-incidents', filter: SINGLE, layout: { 'icon-image': ['get', 'icon'], 'icon-anchor': 'bottom', 'icon-allow-overlap': true, 'icon-padding': 0 }, paint: { 'icon-opacity': 0 } }];
}

/** Counts of cases: a square-cornered figure with a bar of its severities. */
function counts(b) {
  return {
    id: 'incidents-counts', type: 'symbol', source: 'live-incidents', filter: ['has', 'group'], metadata: { layer: 'incidents' },
    layout: { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-padding': b.px(2) },
    paint: { 'icon-opacity': faint(1, 0.3) },
  };
}

/** Marks of cases: the least urgent first, the most urgent on top and placed first. */
export function cases(b) {
  return [mark(b, 4), counts(b), mark(b, 3), mark(b, 2), mark(b, 1)];
}

/** Titles of cases: always of the first two severities, of the third in 3D when one is near, of any that was chosen. */
export function titles(b) {
  const chosen = ['==', ['get', 'chosen'], true];
  const other = ['!', chosen];
  return [
    ...(b.tilted ? [{ ...title(b, '3', [is(3), other], 3), minzoom: b.z(NAMED_IN_3D) }] : []), title(b, '2', [is(2), other], 2), title(b, '1', [is(1), other], 1),
    ...[4, 3, 2, 1].map((severity) => title(b, `chosen-${severity}`, [is(severity), chosen], severity, (CLEAR * TITLE) / sizeOf(severity))),
  ];
}

/** Names of the teams. */
export const teamNames = (b) => [unitNames(b)];

/** The minutes behind the teams, fading, and the teams. */
export function teams(b) {
  const tails = {
    id: 'units-tails', type: 'circle', source: 'live-tails', minzoom: b.z(13.4), metadata: { layer: 'units' },
    paint: {
      'circle-radius': b.steps([13.4, 1.3], [16, 2]), 'circle-color': ink(b, 'unit', 'stale-ink'),
      'circle-opacity': ['-', 1, ['*', 0.13, ['get', 'age']]], 'circle-pitch-alignment': 'map',
    },
  };
  return [tails, ...units(b)];
}

/** The name of the community where it is worst: never left out, whatever else stands there. */
export function worstName(b) {
  return [{
    id: 'worst-name', type: 'symbol', source: 'wall-worst', maxzoom: b.z(NEAR_CASE),
    layout: {
      'text-field': ['get', 'label'], 'text-font': BOLD, 'text-size': b.px(15), 'text-max-width': 14, 'text-line-height': 1.2, 'text-padding': b.px(2), 'text-overlap': 'always', 'text-justify': 'auto',
      'text-variable-anchor-offset': ['center', [0, 0], 'bottom', [0, -1.2], 'top', [0, 1.2], 'left', [1.5, 0], 'right', [-1.5, 0], 'bottom', [0, -2.6], 'top', [0, 2.6], 'left', [3, 0.8], 'right', [-3, -0.8], 'left', [6, 0], 'right', [-6, 0], 'bottom', [0, -4.6], 'top', [0, 4.6], 'bottom', [0, -6.4], 'top', [0, 6.4]],
    },
    paint: { 'text-color': b.t.sel, ...halo(b, b.t['m-halo'], 2.4) },
  }];
}

/** 200 and 500 m round a critical case. */
export function rings(b) {
  return [
    {
      id: 'rings', type: 'line', source: 'wall-rings', filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': b.t['ink-2'], 'line-width': b.px(1), 'line-opacity': 0.75 },
    },
    {
      id: 'rings-figure', type: 'symbol', source: 'wall-rings', filter: ['==', ['geometry-type'], 'Point'],
      layout: { 'text-field': ['get', 'label'], 'text-font': REGULAR, 'text-size': b.px(11.5), 'text-allow-overlap': true, 'text-anchor': 'left', 'text-offset': [0.3, -0.3] },
      paint: { 'text-color': b.t['ink-2'], ...halo(b, b.t['m-halo'], 1.6) },
    },
  ];
}

/** The line or surface that is being measured. */
export function measured(b) {
  return [
    { id: 'measure-fill', type: 'fill', source: 'wall-measure', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': b.t.link, 'fill-opacity': 0.14 } },
    { id: 'measure-halo', type: 'line', source: 'wall-measure', filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': b.t['m-halo'], 'line-width': b.px(4.5), 'line-opacity': 0.7 } },
    { id: 'measure-line', type: 'line', source: 'wall-measure', filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': b.t.link, 'line-width': b.px(2) } },
    { id: 'measure-dot', type: 'circle', source: 'wall-measure', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': b.px(3.5), 'circle-color': b.t['m-halo'], 'circle-stroke-color': b.t.link, 'circle-stroke-width': b.px(2) } },
  ];
}

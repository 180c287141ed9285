/**
 * What an import changes, drawn so that no meaning rests on colour alone: added is solid with a plus, removed a dashed
 * outline with a cross, moved dashed where it was and tinted with an arrow where it goes, reshaped a thick outline,
 * attributes alone a dot. Pure.
 */

import { BOLD, REGULAR, halo } from './brush.js';
import { nothing } from './style.js';

/** GeoJSON sources that this module draws. */
export const DIFF_SOURCES = ['diff', 'diff-marks', 'offences', 'candidates', 'focus'];

/** Kind of a change -> token of its colour. */
export const DIFF_TOKENS = { added: 'add', removed: 'del', moved: 'move', reshaped: 'chg', changed: 'chg' };

const is = (name, ...values) => ['in', ['get', name], ['literal', values]];
const SURFACE = ['in', ['geometry-type'], ['literal', ['Polygon', 'MultiPolygon']]];
const FLAT = ['in', ['geometry-type'], ['literal', ['Polygon', 'MultiPolygon', 'LineString', 'MultiLineString']]];
const DOT = ['in', ['geometry-type'], ['literal', ['Point', 'MultiPoint']]];
const STROKES = ['in', ['geometry-type'], ['literal', ['LineString', 'MultiLineString']]];

function colourOf(b) {
  return ['match', ['get', 'kind'], ...Object.entries(DIFF_TOKENS).flatMap(([kind, token]) => [kind, b.t[token]]), b.t['ink-2']];
}

/** The changes: surfaces, outlines, points. `side` says which of both states is drawn plainly instead: `before`, `after` or nothing. */
export function diffShapes(b, side = '') {
  if (side) return plain(b, side);
  const colour = colourOf(b);
  const line = (id, filter, paint) => ({
    id, type: 'line', source: 'diff', filter: ['all', FLAT, ...filter], metadata: { diff: true }, layout: { 'line-join': 'miter', 'line-cap': 'butt' },
    paint: { 'line-color': colour, ...paint },
  });
  return [
    {
      id: 'diff-fill', type: 'fill', source: 'diff', filter: ['all', SURFACE, ['!', ['all', is('kind', 'moved'), is('state', 'before')]], ['!', ['all', is('kind', 'reshaped'), is('state', 'before')]]],
      metadata: { diff: true },
      paint: { 'fill-color': colour, 'fill-opacity': ['match', ['get', 'kind'], 'added', 0.85, 'removed', 0.08, 'moved', 0.3, 'reshaped', 0.22, 0] },
    },
    line('diff-old', [is('kind', 'moved', 'reshaped'), is('state', 'before')], { 'line-width': b.px(1.1), 'line-dasharray': [2.5, 1.8] }),
    line('diff-removed', [is('kind', 'removed')], { 'line-width': ['case', STROKES, b.px(2.4), b.px(1.4)], 'line-dasharray': [2.5, 1.8] }),
    line('diff-added', [is('kind', 'added')], { 'line-width': ['case', STROKES, b.px(3), b.px(1)] }),
    line('diff-moved', [is('kind', 'moved'), is('state', 'after')], { 'line-width': ['case', STROKES, b.px(2.4), b.px(1.3)] }),
    line('diff-reshaped', [is('kind', 'reshaped'), is('state', 'after')], { 'line-width': b.px(2.6) }),
    {
      id: 'diff-point', type: 'circle', source: 'diff', filter: DOT, metadata: { diff: true },
      paint: {
        'circle-radius': b.steps([12, 2.2], [15, 5], [18, 7]), 'circle-color': colour, 'circle-stroke-color': colour, 'circle-stroke-width': b.px(1.5),
        'circle-opacity': ['case', ['any', is('kind', 'removed'), is('state', 'before')], 0.1, 0.9],
      },
    },
  ];
}

/** One state as it would look alone, in the ground's own colours. */
function plain(b, side) {
  const of = (geometry) => ['all', geometry, is('state', side)];
  return [
    { id: 'plain-fill', type: 'fill', source: 'diff', filter: of(SURFACE), metadata: { diff: true }, paint: { 'fill-color': b.t['m-bld'] } },
    { id: 'plain-line', type: 'line', source: 'diff', filter: of(FLAT), metadata: { diff: true }, paint: { 'line-color': ['case', STROKES, b.t['m-road-b'], b.t['m-bld-edge']], 'line-width': ['case', STROKES, b.px(3), b.px(0.7)] } },
    {
      id: 'plain-point', type: 'circle', source: 'diff', filter: of(DOT), metadata: { diff: true },
      paint: { 'circle-radius': b.px(3.5), 'circle-color': b.t['m-label'], 'circle-stroke-color': b.t['m-halo'], 'circle-stroke-width': b.px(1.2) },
    },
  ];
}

/** The signs of the changes: dots for a whole district, from a street's width the symbol of each kind. */
export function diffMarks(b) {
  const colour = colourOf(b);
  return [
    {
      id: 'diff-dots', type: 'circle', source: 'diff-marks', maxzoom: b.z(14.7), filter: ['!=', ['get', 'spot'], true], metadata: { diff: true },
      paint: { 'circle-radius': b.steps([10, 1.6], [14.7, 2.8]), 'circle-color': colour, 'circle-stroke-color': b.t['m-halo'], 'circle-stroke-width': b.px(0.7) },
    },
    {
      id: 'diff-edits', type: 'circle', source: 'diff-marks', minzoom: b.z(14.7), filter: is('kind', 'changed'), metadata: { diff: true },
      paint: { 'circle-radius': b.steps([14.7, 2.8], [18, 5]), 'circle-color': colour, 'circle-stroke-color': b.t['m-halo'], 'circle-stroke-width': b.px(1) },
    },
    {
      id: 'diff-signs', type: 'symbol', source: 'diff-marks', minzoom: b.z(14.7), filter: is('kind', 'added', 'removed', 'moved'), metadata: { diff: true },
      layout: {
        'icon-image': ['concat', 'diff-', ['get', 'kind']], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'icon-size': ['interpolate', ['linear'], ['zoom'], b.z(14.7), 0.55, b.z(17), 0.9],
        'icon-rotation-alignment': 'map', 'icon-rotate': ['case', is('kind', 'moved'), ['-', ['get', 'bearing'], 90], 0],
      },
    },
  ];
}

/** Pairs that break a rule of the layer, with their area. */
export function offences(b) {
  return [
    { id: 'offence-fill', type: 'fill', source: 'offences', filter: SURFACE, metadata: { offence: true }, paint: { 'fill-color': b.t['sev1-fill'], 'fill-opacity': 0.55 } },
    { id: 'offence-line', type: 'line', source: 'offences', filter: FLAT, metadata: { offence: true }, paint: { 'line-color': b.t['sev1-fill'], 'line-width': b.px(2) } },
    {
      id: 'offence-ring', type: 'circle', source: 'offences', filter: ['==', ['get', 'mark'], true], metadata: { offence: true },
      paint: { 'circle-radius': b.px(9), 'circle-color': b.t['sev1-fill'], 'circle-opacity': 0, 'circle-stroke-color': b.t['sev1-fill'], 'circle-stroke-width': b.px(1.6) },
    },
    {
      id: 'offence-text', type: 'symbol', source: 'offences', minzoom: b.z(13), filter: ['==', ['get', 'mark'], true], metadata: { offence: true },
      layout: { 'text-field': ['get', 'label'], 'text-font': BOLD, 'text-size': b.px(12), 'text-offset': [0, 1.1], 'text-anchor': 'top' },
      paint: { 'text-color': b.t.ink, ...halo(b) },
    },
  ];
}

/** Where each answer to a question would put the data: the chosen one filled and bold, the others dashed. */
export function candidates(b) {
  const on = ['==', ['get', 'on'], true];
  return [
    { id: 'candidate-fill', type: 'fill', source: 'candidates', filter: ['all', SURFACE, on], metadata: { candidate: true }, paint: { 'fill-color': b.t.move, 'fill-opacity': 0.16 } },
    { id: 'candidate-line', type: 'line', source: 'candidates', filter: ['all', FLAT, ['!', on]], metadata: { candidate: true }, paint: { 'line-color': b.t['ink-2'], 'line-width': b.px(1.2), 'line-dasharray': [3, 2] } },
    { id: 'candidate-on', type: 'line', source: 'candidates', filter: ['all', FLAT, on], metadata: { candidate: true }, paint: { 'line-color': b.t.move, 'line-width': b.px(2.2) } },
    {
      id: 'candidate-text', type: 'symbol', source: 'candidates', filter: DOT, metadata: { candidate: true },
      layout: { 'text-field': ['get', 'label'], 'text-font': ['case', on, ['literal', BOLD], ['literal', REGULAR]], 'text-size': b.px(12), 'text-anchor': 'bottom-left', 'text-offset': [0.2, -0.3], 'text-justify': 'left', 'text-max-width': 40, 'text-allow-overlap': true },
      paint: { 'text-color': ['case', on, b.t.move, b.t['m-label']], ...halo(b) },
    },
  ];
}

/** A ring round what a line of the report is about, with its words. */
export function focusRing(b) {
  return [
    { id: 'focus-ring', type: 'line', source: 'focus', filter: FLAT, metadata: { focus: true }, paint: { 'line-color': b.t.sel, 'line-width': b.px(1.4) } },
    {
      id: 'focus-text', type: 'symbol', source: 'focus', filter: DOT, metadata: { focus: true },
      layout: { 'text-field': ['get', 'label'], 'text-font': BOLD, 'text-size': b.px(14), 'text-anchor': 'bottom', 'text-offset': [0, -0.5], 'text-allow-overlap': true },
      paint: { 'text-color': b.t.ink, ...halo(b, b.t['m-halo'], 2) },
    },
  ];
}

/**
 * The map's style with all of this in it: shapes below the names, signs above everything.
 * @param {object} style of `buildStyle` @param {{b: object, layer?: string, side?: string, hidden?: string[]}} given
 *   `layer`: whose rows change; `side`: the state that is drawn plainly; `hidden`: ids that the ground leaves out then
 */
export function withDiff(style, { b, layer = '', side = '', hidden = [] }) {
  const without = ['!', ['in', ['get', 'id'], ['literal', hidden]]];
  const ground = style.layers.map((one) => (hidden.length && one.metadata?.layer === layer ? { ...one, filter: one.filter ? ['all', one.filter, without] : without } : one))
    .map((one) => (one.id === 'buildings' && layer === 'buildings' && !side ? { ...one, paint: { ...one.paint, 'fill-opacity': 0.75 } } : one));
  const firstName = ground.findIndex((one) => one.type === 'symbol');
  const at = firstName < 0 ? ground.length : firstName;
  return {
    ...style,
    sources: { ...style.sources, ...Object.fromEntries(DIFF_SOURCES.map((name) => [name, { type: 'geojson', data: nothing() }])) },
    layers: [...ground.slice(0, at), ...candidates(b).slice(0, 3), ...diffShapes(b, side), ...offences(b).slice(0, 2), ...ground.slice(at), ...(side ? [] : diffMarks(b)), ...offences(b).slice(2), ...focusRing(b), ...candidates(b).slice(3)],
  };
}

/**
 * The whole map style, made from the tokens, the layer descriptions and the state of the switches. Pure: the same
 * input gives the same style. Layers carry `metadata.layer` (whose switch hides them), `metadata.pick` (which of
 * several hits a click means) and `metadata.legend` (how the legend draws them, with the very colours used here).
 */

import { border, ground } from './areas.js';
import { brush } from './brush.js';
import { footprints, volumes } from './built.js';
import { land, outside, water, waterOverBorders } from './ground.js';
import { names } from './labels.js';
import { LIVE_SOURCES, liveLayers } from './live.js';
import { cameras, fabric, places, sectors } from './marks.js';
import { bridges, roads } from './roads.js';
import { selectionMark, selectionShape, selectionStreet } from './selection.js';
import { staffLayer } from './staff.js';

/** Layers that this style knows how to draw; all others of /api/layers are drawn plainly. */
export const DRAWN = [
  'district', 'subdistricts', 'communities', 'grids', 'unit_grids', 'buildings', 'roads', 'waters', 'greens',
  'places', 'cameras', 'camera_views',
];

/** The layers that are none of `DRAWN`, as they are described. @param {string[]} known @param {object[]} own */
export function ownLayers(known, own) {
  return known.filter((id) => !DRAWN.includes(id)).map((id) => own.find((layer) => layer.id === id) ?? { id });
}

/** Layers that stay off until someone asks for them. */
export const OFF_AT_FIRST = ['unit_grids'];

/**
 * @param {{tokens: Record<string,string>, language: string, scale?: number, tilted?: boolean,
 *   sources: Record<string, object>, sourceOf: (layer: string) => string|undefined, hidden?: Iterable<string>,
 *   known?: string[], own?: object[], live?: string[], fontFaces?: object}} given `own`: descriptions of the layers that staff made
 * @returns {object} a MapLibre style
 */
export function buildStyle({ tokens, language, scale, tilted = false, sources, sourceOf, hidden = [], known = DRAWN, own = [], live = [], fontFaces }) {
  const b = brush({ tokens, language, scale, tilted });
  const off = new Set(hidden);
  const has = (layer) => sourceOf(layer) !== undefined;
  const draw = (layer, make) => (has(layer) ? make(b, sourceOf(layer)) : []);
  const marks = [...draw('places', places), ...draw('cameras', cameras)].filter((layer) => !tilted || ['places-14', 'cameras-off', 'cameras-symbol'].includes(layer.id));
  const layers = [
    ...draw('greens', land).concat(has('greens') ? [] : land(b, '').slice(0, 1)),
    ...draw('waters', water),
    ...(has('subdistricts') ? ground(b, sourceOf('subdistricts'), 'subdistricts', 9, 12.5) : []),
    ...(has('communities') ? ground(b, sourceOf('communities'), 'communities', 12.5, 13.4) : []),
    ...(has('grids') ? ground(b, sourceOf('grids'), 'grids', 13.4) : []),
    ...(tilted ? [] : draw('buildings', footprints)),
    ...draw('roads', roads),
    ...draw('places', fabric),
    ...['unit_grids', 'grids', 'communities', 'subdistricts'].flatMap((id) => draw(id, (p, s) => border(p, s, id))),
    ...draw('waters', waterOverBorders),
    ...draw('roads', bridges),
    ...ownLayers(known, own).flatMap((layer) => draw(layer.id, (p, s) => staffLayer(p, s, layer))),
    ...outside(b),
    ...draw('district', (p, s) => border(p, s, 'district')),
    ...draw('roads', selectionStreet),
    ...draw('camera_views', sectors),
    ...(tilted ? selectionShape(b) : []),
    ...(tilted ? draw('buildings', volumes) : []),
    ...(tilted ? [] : selectionShape(b)),
    ...groundNames(b, sourceOf, marks),
    ...liveLayers(b, live),
    ...selectionMark(b),
  ];
  return {
    version: 8,
    name: `wangge ${tilted ? '3d' : '2d'}`,
    ...(fontFaces && { 'font-faces': fontFaces }),
    light: { anchor: 'viewport', position: [1.3, 315, 42], color: '#ffffff', intensity: b.dark ? 0.4 : 0.14 },
    transition: { duration: 0, delay: 0 },
    sources: {
      ...sources,
      outside: { type: 'geojson', data: nothing() },
      selection: { type: 'geojson', data: nothing() },
      'river-lines': { type: 'geojson', data: nothing() },
      ...Object.fromEntries(live.map((id) => [LIVE_SOURCES[id], { type: 'geojson', data: nothing() }])),
    },
    layers: layers.map((layer) => (off.has(layer.metadata?.layer) ? hide(layer) : layer)),
  };
}

function groundNames(b, sourceOf, marks) {
  const base = ['communities', 'roads', 'waters', 'greens'].map(sourceOf).find((id) => id !== undefined);
  if (base === undefined) return marks;
  return names(b, base, marks, sourceOf('buildings')).filter((layer) => !layer.metadata || sourceOf(layer.metadata.layer) !== undefined);
}

function hide(layer) {
  return { ...layer, layout: { ...layer.layout, visibility: 'none' } };
}

/** A GeoJSON collection of nothing. */
export function nothing() {
  return { type: 'FeatureCollection', features: [] };
}

/** The whole style of the wall's map, from the same parts as the map page's: calm ground below, live marks above. Pure. */

import { border, ground } from '../../cartography/areas.js';
import { brush } from '../../cartography/brush.js';
import { footprints, volumes } from '../../cartography/built.js';
import { land, outside, water, waterOverBorders } from '../../cartography/ground.js';
import { names } from '../../cartography/labels.js';
import { cameras, fabric, places, sectors } from '../../cartography/marks.js';
import { bridges, roads } from '../../cartography/roads.js';
import { fenceMarks } from './fence.js';
import { selectionMark, selectionShape } from '../../cartography/selection.js';
import { staffLayer } from '../../cartography/staff.js';
import { nothing, ownLayers } from '../../cartography/style.js';
import { mix } from '../../colour.js';
import { builtColour, choropleth, heat } from './load.js';
import { NEAR_CASE, SOURCES, cases, measured, rings, stemRoom, teamNames, teams, titles, worstName } from './marks.js';

/** What moves every second is cut into few tiles: each that arrives draws the whole sheet again. A tile's unit is a metre then. */
const MOVING = ['live-units', 'live-tails'];
const COARSE = 12;
/** Layers of a scene that can be off; the ground is always on. */
const SWITCHED = ['subdistricts', 'communities', 'grids', 'unit_grids', 'places', 'cameras', 'camera_views', 'units', 'incidents'];
/** What a wall shows before any scene says otherwise. */
export const AT_FIRST = ['subdistricts', 'communities', 'grids', 'places', 'cameras', 'units', 'incidents'];

/** What a first picture can do without: the texture of the city, and what stands in it for years. */
const LATER = ['buildings', 'places', 'cameras', 'camera_views'];

/** Sources that are empty until somebody chooses, measures or waits: each that is there is cut into tiles all the same. */
const RESTING = ['selection', 'river-lines', 'live-tails', 'wall-rings', 'wall-heat', 'wall-measure'];

/** Names of areas are placed before those of teams: there are few of them, and they tell where everything else is. */
const AREA_NAMES = ['subdistricts-name', 'communities-name', 'district-name'];

/**
 * @param {{tokens: Record<string, string>, language: string, scale: number, size: number, tilted: boolean,
 *   sources: Record<string, object>, sourceOf: (layer: string) => string|undefined, tiled: string[], on: Set<string>, light: object, sky: object,
 *   classes: Map<string, number>|null, loadStale: boolean, data: Record<string, object>, marks?: boolean, first?: boolean, fontFaces?: object}} given
 *   `on`: layers that are shown; `classes` of the choropleth by grid; `data`: what the GeoJSON sources hold;
 *   `first`: a picture that is soon there
 */
export function wallStyle({ tokens, language, scale, size, tilted, sources, sourceOf: known, tiled, own = [], on, light, sky, classes, loadStale, data, marks = true, first = false, fontFaces }) {
  const sourceOf = (layer) => (first && LATER.includes(layer) ? undefined : known(layer));
  const b = brush({ tokens, language, scale, size, tilted });
  const resting = first ? RESTING.filter((id) => !data[id]?.features.length) : [];
  const has = (layer) => sourceOf(layer) !== undefined;
  const draw = (layer, make) => (has(layer) ? make(b, sourceOf(layer)) : []);
  const shown = ({ metadata }) => !SWITCHED.includes(metadata?.layer) || on.has(metadata.layer) || (metadata.pick === 0 && metadata.layer !== 'unit_grids');
  const stale = { stale: loadStale };
  const named = groundNames(b, sourceOf, draw);
  const layers = [
    ...draw('greens', land).concat(has('greens') ? [] : land(b, '').slice(0, 1)),
    ...draw('waters', water),
    ...draw('subdistricts', (p, s) => ground(p, s, 'subdistricts', 9, 12.5)),
    ...draw('communities', (p, s) => ground(p, s, 'communities', 12.5, 13.4)),
    ...draw('grids', (p, s) => ground(p, s, 'grids', 13.4)),
    ...(classes && !tilted ? draw('grids', (p, s) => choropleth(p, s, stale)) : []),
    ...(tilted ? [] : draw('buildings', (p, s) => quiet(footprints(p, s), classes))),
    ...draw('roads', roads),
    ...draw('places', fabric),
    ...['unit_grids', 'grids', 'communities', 'subdistricts'].flatMap((id) => draw(id, (p, s) => border(p, s, id))),
    ...draw('waters', waterOverBorders),
    ...draw('roads', bridges),
    ...ownLayers(tiled, own).flatMap((layer) => draw(layer.id, (p, s) => staffLayer(p, s, layer))).filter(({ metadata }) => on.has(metadata.layer)),
    ...outside(b), ...fading(b),
    ...draw('district', (p, s) => border(p, s, 'district')),
    ...draw('communities', worstPlace),
    ...(tilted ? [] : heat(b, stale)),
    ...draw('camera_views', sectors),
    ...(tilted ? selectionShape(b) : []),
    ...(tilted ? [...rings(b).slice(0, 1), ...draw('buildings', (p, s) => standing(p, s, classes, stale)), ...heat(b, stale)] : [...selectionShape(b), ...rings(b).slice(0, 1)]),
    ...named.filter(({ id }) => !AREA_NAMES.includes(id)),
    ...(marks ? teamNames(b) : []),
    ...named.filter(({ id }) => AREA_NAMES.includes(id)).map((layer) => roomy(b, layer)),
    ...(marks ? [...worstName(b), ...above(b)] : []),
    ...rings(b).slice(1),
    ...fenceMarks(),
    ...selectionMark(b),
    ...measured(b),
  ].filter(shown).filter(({ source }) => !resting.includes(source));
  return {
    version: 8, name: `wangge wall ${tilted ? '3d' : '2d'}`, ...(fontFaces && { 'font-faces': fontFaces }),
    light, sky, transition: { duration: 0, delay: 0 },
    sources: { ...sources, ...Object.fromEntries(SOURCES.filter((id) => !resting.includes(id)).map((id) => [id, { type: 'geojson', data: data[id] ?? nothing(), ...(MOVING.includes(id) && { maxzoom: COARSE }) }])) },
    layers,
  };
}

function groundNames(b, sourceOf, draw) {
  const kept = ['places-14', 'cameras-off', 'cameras-symbol'];
  const points = [...draw('places', places), ...draw('cameras', cameras)].filter(({ id }) => !b.tilted || kept.includes(id));
  const base = ['communities', 'roads', 'waters', 'greens'].map(sourceOf).find((id) => id !== undefined);
  if (base === undefined) return points;
  return names(b, base, points, sourceOf('buildings')).filter(({ metadata }) => !metadata || sourceOf(metadata.layer) !== undefined);
}

/** On the flat sheet no title covers a mark; in 3D titles stand before the thin stems, beside them where there is room. */
function above(b) {
  return b.tilted ? [...teams(b), ...cases(b), ...titles(b), ...stemRoom()] : [...titles(b), ...teams(b), ...cases(b)];
}

/** Beyond the delivered ground there is nothing: streets and rivers fade before they end, so that no edge is cut. */
function fading(b) {
  return [{
    id: 'edge', type: 'line', source: 'wall-edge', layout: { 'line-join': 'round' },
    paint: { 'line-color': mix(b.t['m-land'], b.t['m-out'], 0.62), 'line-width': b.grow([11, 30], [14, 240]), 'line-blur': b.grow([11, 15], [14, 120]) },
  }];
}

/** The community where it is worst, outlined; nearer than a street's length its outline steps back. */
function worstPlace(b, source) {
  const is = (share) => ['case', ['boolean', ['feature-state', 'worst'], false], share, 0];
  const line = (id, colour, width, share) => ({
    id, type: 'line', source, 'source-layer': 'communities', metadata: { layer: 'communities', pick: 0 }, layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': colour, 'line-width': b.px(width), 'line-opacity': b.fade([14.8, is(share)], [15.4, is(share * 0.3)]) },
  });
  return [line('worst-halo', b.t['m-halo'], 7, 0.85), line('worst-line', b.t.sel, 3, 1)];
}

/** A name of an area may move further from its middle, as the marks of cases stand everywhere; that of the worst place is written apart. */
function roomy(b, layer) {
  const { 'text-variable-anchor': _, 'text-radial-offset': __, ...layout } = layer.layout;
  const places = ['center', [0, 0], 'bottom', [0, -0.9], 'top', [0, 0.9], 'left', [1, 0], 'right', [-1, 0], 'bottom', [0, -2.2], 'top', [0, 2.2]];
  return { ...layer, layout: { ...layout, 'text-variable-anchor-offset': places, 'text-justify': 'auto' }, paint: { ...layer.paint, ...(layer.id === 'communities-name' && { 'text-opacity': ['step', ['zoom'], ['case', ['boolean', ['feature-state', 'worst'], false], 0, 1], b.z(NEAR_CASE), 1] }) } };
}

/** Footprints step back under a choropleth: they are texture, the classes are the message. */
function quiet(layers, classes) {
  if (!classes) return layers;
  return layers.map((layer) => (layer.type === 'fill' ? { ...layer, paint: { ...layer.paint, 'fill-opacity': 0.35 } } : layer));
}

/** Buildings stand by their floors where no height was measured; coloured by use, or by the class of their grid, never both. */
function standing(b, source, classes, stale) {
  return volumes(b, source).map((layer) => ({
    ...layer,
    paint: {
      ...layer.paint,
      'fill-extrusion-height': ['coalesce', ['get', 'height_m'], ['*', 3, ['to-number', ['get', 'floors'], 2]]],
      ...(classes && { 'fill-extrusion-color': ['case', ['boolean', ['feature-state', 'selected'], false], b.t.sel, builtColour(b, classes, stale)] }),
    },
  }));
}

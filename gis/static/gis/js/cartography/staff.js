/** Layers that staff made from a dataset, drawn as their description says: one colour each, told apart by name. Pure. */

import { REGULAR, halo, nameIn } from './brush.js';
import { faded } from '../colour.js';

/** How a layer is drawn that says nothing of it. */
const PLAIN = { geometry: 'mixed', colour: 'link', size: 3.5, width: 1.2, opacity: 0.14 };
const ANY = ['Point', 'MultiLineString', 'MultiPolygon'];

const of = (...types) => ['in', ['geometry-type'], ['literal', types]];

/** The words that name a feature: its name, or the value of another field, in the words of its code list. */
export function labelText(b, { label = 'name', fields = [] }) {
  if (label === 'name') return nameIn(b);
  const value = ['to-string', ['get', label]];
  const values = Object.entries(fields.find(({ name }) => name === label)?.values ?? {});
  return values.length ? ['match', ['get', label], ...values.flatMap(([code, words]) => [code, b.chinese ? words.zh : words.en]), value] : value;
}

/**
 * Surface, line, dot and names of one such layer, as far as it holds them.
 * @param {{id: string, style?: object, geometry_types?: string[], label?: string, label_zoom?: number|null, fields?: object[]}} layer
 */
export function staffLayer(b, source, layer) {
  const { id } = layer;
  const { geometry, colour: token, size, width, opacity } = { ...PLAIN, ...layer.style };
  const colour = b.t[token] ?? b.t.link;
  const holds = (kind) => (layer.geometry_types ?? ANY).some((type) => type.includes(kind));
  const sign = {
    fill: { swatch: 'fill', colour: faded(colour, Math.max(opacity, 0.2)), edge: colour },
    line: { swatch: 'line', colour, casing: '', width },
    point: { swatch: 'dot', colour, halo: b.t['m-halo'] },
  };
  const legend = (kind) => (geometry === kind || (geometry === 'mixed' && kind === (['fill', 'line', 'point'].find((one) => holds(KINDS[one])))) ? { legend: sign[kind] } : {});
  const common = { source, 'source-layer': id };
  return [
    holds('Polygon') && {
      id: `own-${id}-fill`, type: 'fill', ...common, filter: of('Polygon', 'MultiPolygon'),
      metadata: { layer: id, pick: 1, ...legend('fill') }, paint: { 'fill-color': colour, 'fill-opacity': opacity },
    },
    (holds('Line') || holds('Polygon')) && {
      id: `own-${id}-line`, type: 'line', ...common, filter: of('LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'),
      metadata: { layer: id, pick: 5, ...legend('line') }, layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': colour, 'line-width': b.px(width) },
    },
    holds('Point') && {
      id: `own-${id}-dot`, type: 'circle', ...common, filter: of('Point', 'MultiPoint'), metadata: { layer: id, pick: 8, ...legend('point') },
      paint: {
        'circle-radius': b.px(size), 'circle-color': colour, 'circle-opacity': geometry === 'point' ? opacity : 1,
        'circle-stroke-color': b.t['m-halo'], 'circle-stroke-width': b.px(1.2),
      },
    },
    ...names(b, source, layer, size, holds),
  ].filter(Boolean);
}

const KINDS = { fill: 'Polygon', line: 'Line', point: 'Point' };

/** Names of points stand in the layer itself, those of lines and surfaces in the tiles' own layer of labels. */
function names(b, source, layer, size, holds) {
  const { id, label = 'name', label_zoom: from = 14.4 } = layer;
  if (!label || from === null) return [];
  const text = (part, layout) => ({
    id: `own-${id}-${part}`, type: 'symbol', source, minzoom: b.z(from), metadata: { layer: id, pick: 8, listed: true },
    layout: { 'text-field': labelText(b, layer), 'text-font': REGULAR, 'text-size': b.px(11), ...layout },
    paint: { 'text-color': b.t['m-label'], ...halo(b) },
  });
  const shapes = holds('Polygon') || holds('Line');
  const below = { 'text-offset': [0, 0.4 + size / 9], 'text-anchor': 'top' };
  const along = !holds('Polygon') && !holds('Point') ? { 'symbol-placement': 'line' } : {};
  return [
    holds('Point') && !shapes && { ...text('text', below), 'source-layer': id, filter: of('Point', 'MultiPoint') },
    shapes && { ...text('name', along), 'source-layer': `${id}_label` },
  ];
}

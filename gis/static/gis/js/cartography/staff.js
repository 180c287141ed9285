/** Layers that staff made from a dataset: plain ink on ground, told apart by name, not by colour. Pure. */

import { REGULAR, halo, nameIn } from './brush.js';
import { faded } from '../colour.js';

/** Surface, line, dot and name of one such layer. */
export function staffLayer(b, source, layer) {
  const colour = b.t.link;
  const of = (...types) => ['in', ['geometry-type'], ['literal', types]];
  return [
    {
      id: `${layer}-fill`, type: 'fill', source, 'source-layer': layer, filter: of('Polygon', 'MultiPolygon'),
      metadata: { layer, pick: 1, legend: { swatch: 'fill', colour: faded(colour, 0.25) } }, paint: { 'fill-color': colour, 'fill-opacity': 0.14 },
    },
    {
      id: `${layer}-line`, type: 'line', source, 'source-layer': layer, filter: of('LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'),
      metadata: { layer, pick: 5 }, paint: { 'line-color': colour, 'line-width': b.px(1.2) },
    },
    {
      id: `${layer}-dot`, type: 'circle', source, 'source-layer': layer, filter: of('Point', 'MultiPoint'),
      metadata: { layer, pick: 8 },
      paint: { 'circle-radius': b.px(3.5), 'circle-color': colour, 'circle-stroke-color': b.t['m-halo'], 'circle-stroke-width': b.px(1.2) },
    },
    {
      id: `${layer}-text`, type: 'symbol', source, 'source-layer': layer, minzoom: b.z(14.4), filter: of('Point', 'MultiPoint'),
      metadata: { layer, pick: 8, listed: true },
      layout: { 'text-field': nameIn(b), 'text-font': REGULAR, 'text-size': b.px(11), 'text-offset': [0, 0.8], 'text-anchor': 'top' },
      paint: { 'text-color': b.t['m-label'], ...halo(b) },
    },
  ];
}

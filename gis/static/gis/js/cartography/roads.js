/** Streets by class: casings first, then surfaces from the least to the greatest, bridges again above the water. Pure. */

import { truthy } from './brush.js';

/** Width in design pixels by zoom, the zoom at which a class appears, and its tokens. */
export const CLASSES = [
  { id: 'alley', from: 15, stops: [[15, 0.8], [16, 1.6], [18, 5], [20, 20]], colour: 'm-road-d', casing: 0 },
  { id: 'lane', from: 14.2, stops: [[14.2, 0.7], [15, 1.5], [16, 3.4], [18, 12], [20, 48]], colour: 'm-road-d', casing: 0.6 },
  { id: 'street', from: 12.7, stops: [[12.7, 0.6], [14, 1.8], [15, 3.6], [16, 7], [18, 26], [20, 104]], colour: 'm-road-c', casing: 0.8 },
  { id: 'collector', from: 11.6, stops: [[11.6, 0.6], [13, 1.7], [14, 3.2], [15, 6], [16, 11], [18, 42], [20, 168]], colour: 'm-road-b', faded: 'm-road-b2', casing: 1 },
  { id: 'arterial', from: 9, stops: [[9, 0.6], [12, 1.8], [13, 3], [14, 5.4], [15, 9.5], [16, 17], [18, 64], [20, 256]], colour: 'm-road-a', faded: 'm-road-a2', casing: 1.2 },
];

function width(b, road, extra) {
  return b.grow(...road.stops.map(([zoom, size]) => [zoom, size + 2 * extra]));
}

/** In dark, wide roads must not glow: the two great classes sink from 13.8 to 14.8. */
function colour(b, road) {
  return road.faded ? b.fade([13.8, b.t[road.colour]], [14.8, b.t[road.faded]]) : b.t[road.colour];
}

function surface(b, source, road, part, filter) {
  const cased = road.casing > 0;
  return {
    id: `roads-${road.id}${part}`, type: 'line', source, 'source-layer': 'roads', minzoom: b.z(road.from), filter,
    metadata: {
      layer: 'roads', pick: 4,
      ...(part === '' && { legend: { swatch: 'line', field: 'class', value: road.id, colour: b.t[road.colour], casing: cased ? b.t['m-case'] : '', width: { arterial: 5, collector: 4, street: 3, lane: 2, alley: 1 }[road.id] } }),
    },
    layout: { 'line-cap': part === '' ? 'round' : 'butt', 'line-join': 'round' },
    paint: { 'line-color': colour(b, road), 'line-width': width(b, road, 0) },
  };
}

function casing(b, source, road, part, filter) {
  return {
    id: `roads-${road.id}-case${part}`, type: 'line', source, 'source-layer': 'roads', minzoom: b.z(Math.max(road.from, 12.5)), filter,
    metadata: { layer: 'roads' },
    layout: { 'line-cap': 'butt', 'line-join': 'round' },
    paint: { 'line-color': b.t['m-case'], 'line-width': width(b, road, part ? road.casing + 0.4 : road.casing) },
  };
}

/** All streets on land. */
export function roads(b, source) {
  const of = (road) => ['==', ['get', 'class'], road.id];
  return [
    ...CLASSES.filter((road) => road.casing).map((road) => casing(b, source, road, '', of(road))),
    ...CLASSES.map((road) => surface(b, source, road, '', of(road))),
  ];
}

/** Bridges, drawn again above the waters that hid the borders. */
export function bridges(b, source) {
  const of = (road) => ['all', ['==', ['get', 'class'], road.id], truthy('bridge')];
  const wide = CLASSES.filter((road) => road.casing);
  return [
    ...wide.map((road) => casing(b, source, road, '-bridge', of(road))),
    ...wide.map((road) => surface(b, source, road, '-bridge', of(road))),
  ];
}

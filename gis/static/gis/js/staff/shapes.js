/** Shapes of changes for the map: where the sign of each stands, and which way it points. Pure. */

import { boundsOf, together } from '../bounds.js';
import { nothing } from '../cartography/style.js';

const RADIANS = Math.PI / 180;

/** The middle of a geometry's box: good enough for a sign. */
export function middleOf(geometry) {
  const box = boundsOf(geometry);
  return box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

/** Degrees clockwise from north from one position to another, over distances of a city. */
export function bearing([x0, y0], [x1, y1]) {
  const east = (x1 - x0) * Math.cos(((y0 + y1) / 2) * RADIANS);
  return ((Math.atan2(east, y1 - y0) / RADIANS) + 360) % 360;
}

/** One collection of points, one a change, from the shapes of both states. @param {{features: object[]}} collection */
export function marksOf({ features }) {
  const changes = new Map();
  for (const { geometry, properties } of features) {
    const at = middleOf(geometry);
    if (!at) continue;
    const one = changes.get(properties.ordinal) ?? { ordinal: properties.ordinal, kind: properties.kind, spot: geometry.type.endsWith('Point') };
    one[properties.state] = at;
    changes.set(properties.ordinal, one);
  }
  return {
    type: 'FeatureCollection',
    features: [...changes.values()].map(({ ordinal, kind, spot, before, after }) => ({
      type: 'Feature', geometry: { type: 'Point', coordinates: after ?? before },
      properties: { ordinal, kind, spot, bearing: before && after ? bearing(before, after) : 0 },
    })),
  };
}

/** Ids of the features that the ground must leave out when the other state is drawn: those that have a row there. */
export function idsWith({ features }, state) {
  return [...new Set(features.filter(({ properties }) => properties.state === state).map(({ properties }) => properties.feature))];
}

/** The corner of a geometry that lies closest to its middle: a sliver along a border has nothing in the middle itself. */
export function cornerOf(geometry) {
  const middle = middleOf(geometry);
  let best = null;
  let least = Infinity;
  const look = (part) => {
    if (part.type === 'GeometryCollection') { part.geometries.forEach(look); return; }
    const numbers = part.coordinates.flat(Infinity);
    for (let at = 0; at < numbers.length; at += 2) {
      const far = (numbers[at] - middle[0]) ** 2 + (numbers[at + 1] - middle[1]) ** 2;
      if (far < least) [best, least] = [[numbers[at], numbers[at + 1]], far];
    }
  };
  if (middle) look(geometry);
  return best;
}

/** The pairs that break a rule, each with a mark in its middle that says how much. @param {object[]} offences @param {(one: object) => string} label */
export function offenceShapes(offences, label) {
  return {
    type: 'FeatureCollection',
    features: offences.filter(({ geometry }) => geometry).flatMap((one, at) => {
      const mark = cornerOf(one.geometry);
      return [
        { type: 'Feature', geometry: one.geometry, properties: { at } },
        ...(mark ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: mark }, properties: { at, mark: true, label: label(one) } }] : []),
      ];
    }),
  };
}

/** The boxes that a question offers, with their words at the upper left corner. @param {{label: string, bounds: number[], on: boolean}[]} boxes */
export function boxShapes(boxes) {
  const corners = new Map();
  return {
    type: 'FeatureCollection',
    features: boxes.flatMap(({ label, bounds: [w, s, e, n], on }) => {
      // Systems that put the data on the same spot would write their names over each other: one below the other instead.
      const key = `${w.toFixed(3)} ${n.toFixed(3)}`;
      const taken = corners.get(key) ?? 0;
      corners.set(key, taken + 1);
      const step = ((n - s) || 0.001) * 0.12 * taken;
      return [
        { type: 'Feature', geometry: { type: 'Polygon', coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] }, properties: { on } },
        { type: 'Feature', geometry: { type: 'Point', coordinates: [w, n + step] }, properties: { on, label } },
      ];
    }),
  };
}

/** A ring round a box, and the point above it where its words stand. @param {number[]|null} box @param {string} label */
export function ringRound(box, label) {
  if (!box) return nothing();
  const [w, s, e, n] = box;
  const [x, y] = [(w + e) / 2, (s + n) / 2];
  const stretch = Math.cos(y * RADIANS);
  const radius = Math.max(Math.hypot((e - w) * stretch, n - s) / 2 * 1.08, 0.00025);
  const ring = Array.from({ length: 73 }, (_, step) => [x + (radius / stretch) * Math.sin(step * 5 * RADIANS), y + radius * Math.cos(step * 5 * RADIANS)]);
  return {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', geometry: { type: 'LineString', coordinates: ring }, properties: {} },
      { type: 'Feature', geometry: { type: 'Point', coordinates: [x, y + radius] }, properties: { label } },
    ],
  };
}

/** The box round all boxes of changes. */
export function boxAround(changes) {
  return together(changes.map(({ bbox }) => bbox));
}

/** Measuring on the ground: points by click or Enter, a running length, an area from three points on; Escape takes it back. */

import { grouped, metres } from '../../numbers.js';
import { areaOf, lengthOf } from './metric.js';

/** `0.12 km²`, `4 180 m²`. Pure. */
export function squareMetres(value) {
  return value >= 1e6 ? `${grouped(value / 1e6, 2)} km²` : `${grouped(value, 0)} m²`;
}

/** What is drawn of the points. Pure. @param {[number, number][]} points @param {[number, number]|null} next where the pointer is */
export function measuredShape(points, next) {
  const line = next && points.length ? [...points, next] : points;
  const feature = (type, coordinates) => ({ type: 'Feature', properties: {}, geometry: { type, coordinates } });
  return {
    type: 'FeatureCollection',
    features: [
      ...(line.length > 2 ? [feature('Polygon', [[...line, line[0]]])] : []),
      ...(line.length > 1 ? [feature('LineString', line)] : []),
      ...points.map((one) => feature('Point', one)),
    ],
  };
}

/** @param {{box: HTMLElement, say: Function, put: (shape: object) => void, ended: () => void}} given `box` shows the figures */
export function measure({ box, say, put, ended }) {
  let points = [];
  let open = false;
  let on = false;
  box.className = 'wall-measure';
  box.setAttribute('role', 'status');
  box.hidden = true;

  function draw(next = null) {
    const line = next && open && points.length ? [...points, next] : points;
    put(measuredShape(points, open ? next : null));
    box.dataset.points = String(points.length);
    box.dataset.length = lengthOf(line).toFixed(1);
    box.dataset.area = areaOf(line).toFixed(1);
    const area = line.length > 2 ? `\u3000${say('area {area}', { area: squareMetres(areaOf(line)) })}` : '';
    box.textContent = line.length > 1 ? `${say('length {length}', { length: metres(lengthOf(line)) })}${area}` : say('Click or press Enter to set points; double click ends, Escape takes back.');
  }

  function begin() {
    points = [];
    open = true;
    draw();
  }

  return {
    get on() { return on; },
    turn(next) {
      on = next;
      box.hidden = !next;
      if (next) return begin();
      points = [];
      open = false;
      return draw();
    },
    point(place) {
      if (!open) begin();
      points.push(place);
      draw();
    },
    pointing(place) { if (open) draw(place); },
    finish() {
      open = false;
      draw();
    },
    /** Takes the last point back; without any it ends. */
    back() {
      if (!points.length) return ended();
      points.pop();
      open = true;
      return draw();
    },
  };
}

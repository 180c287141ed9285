import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundsOf, together, widened } from '../../gis/static/gis/js/bounds.js';
import { midline } from '../../gis/static/gis/js/cartography/midline.js';
import { outsideOf } from '../../gis/static/gis/js/cartography/outside.js';

test('bounds of points, lines, polygons and of nothing', () => {
  assert.deepEqual(boundsOf({ type: 'Point', coordinates: [114, 33] }), [114, 33, 114, 33]);
  assert.deepEqual(boundsOf({ type: 'MultiLineString', coordinates: [[[0, 1], [2, 3]], [[-1, 5], [0, 0]]] }), [-1, 0, 2, 5]);
  assert.equal(boundsOf(null), null);
  assert.equal(boundsOf({ type: 'Point', coordinates: [NaN, 1] }), null);
  assert.deepEqual(widened([0, 0, 2, 4], 0.5), [-1, -2, 3, 6]);
  assert.deepEqual(together([[0, 0, 1, 1], null, [-1, 0.5, 0, 3]]), [-1, 0, 1, 3]);
  assert.equal(together([null]), null);
});

test('the outside is a frame with the district cut out, parts and all', () => {
  const ring = [[114, 33], [115, 33], [115, 34], [114, 33]];
  const { geometry } = outsideOf({ type: 'MultiPolygon', coordinates: [[ring], [ring]] });
  assert.equal(geometry.coordinates.length, 3);
  assert.deepEqual(geometry.coordinates[1], ring);
});

test('the middle of a bent ribbon stays within it and runs west to east', () => {
  const bank = (offset) => Array.from({ length: 41 }, (_, i) => [i / 4, Math.sin(i / 8) + offset]);
  const ring = [...bank(0.3), ...bank(-0.3).reverse()];
  const { coordinates } = midline({ type: 'Polygon', coordinates: [[...ring, ring[0]]] });
  assert.ok(coordinates[0][0] < coordinates[coordinates.length - 1][0]);
  for (const [x, y] of coordinates) assert.ok(Math.abs(y - Math.sin(x / 2)) < 0.25, `${x} ${y}`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameOf, sheetOf } from '../../../gis/static/gis/js/wall/locator.js';
import { shiftAt } from '../../../gis/static/gis/js/wall/look.js';
import { fencePoints } from '../../../gis/static/gis/js/wall/map/fence.js';
import { degrees, tiltedFit, world } from '../../../gis/static/gis/js/wall/map/fit.js';

const BOX = [113.99, 33.54, 114.06, 33.59];
const INSETS = { top: 36, right: 0, bottom: 0, left: 0 };

/** Where a tilted camera of the library shows a place, in pixels of the picture. */
function seen({ center, zoom, bearing, pitch }, { width, height, insets }, place) {
  const [turn, tilt] = [bearing, pitch].map((angle) => (angle * Math.PI) / 180);
  const scale = 2 ** zoom;
  const [[x, y], [px, py]] = [world(center), world(place)];
  const [east, north] = [(px - x) * scale, (y - py) * scale];
  const [u, v] = [east * Math.cos(turn) - north * Math.sin(turn), east * Math.sin(turn) + north * Math.cos(turn)];
  const depth = 1.5 * height + v * Math.sin(tilt);
  const factor = (1.5 * height) / depth;
  return [(width + insets.left - insets.right) / 2 + u * factor, (height + insets.top - insets.bottom) / 2 - v * Math.cos(tilt) * factor];
}

for (const [width, height] of [[1488, 862], [973, 605], [2976, 1724], [2832, 862], [1080, 480]]) for (const [pitch, bearing] of [[56, -18], [56, 0], [30, 25], [1, 0]]) {
  test(`a tilted camera shows the whole box, ${width} by ${height}, pitch ${pitch}, bearing ${bearing}`, () => {
    const how = { width, height, insets: INSETS, bearing, pitch, room: 24, head: 48, nearest: 17 };
    const camera = tiltedFit(BOX, how);
    const corners = [[0, 1], [2, 1], [2, 3], [0, 3]].map(([x, y]) => seen(camera, how, [BOX[x], BOX[y]]));
    const [xs, ys] = [0, 1].map((axis) => corners.map((one) => one[axis]));
    assert.ok(Math.min(...xs) >= 23 && Math.max(...xs) <= width - 23, `${xs}`);
    assert.ok(Math.min(...ys) >= INSETS.top + 24 + 47 && Math.max(...ys) <= height - 23, `${ys}`);
    const [left, right] = [Math.min(...xs) - 24, width - 24 - Math.max(...xs)];
    const free = Math.min(Math.max(left, right), Math.min(...ys) - INSETS.top - 72);
    assert.ok(free < 4, `it is no further away than it must be: ${free}`);
    assert.ok(Math.abs(left - right) < 1, 'in the middle');
  });
}

test('degrees and the world of the map are each other\'s way back', () => {
  const [lon, lat] = degrees(world([114.0213, 33.5712]));
  assert.ok(Math.abs(lon - 114.0213) < 1e-9 && Math.abs(lat - 33.5712) < 1e-9);
});

test('a picture that is nearer than it may be stays where it may', () => {
  const camera = tiltedFit([114, 33.5, 114.0001, 33.5001], { width: 900, height: 600, insets: INSETS, bearing: 0, pitch: 56, room: 24, nearest: 16.6 });
  assert.ok(camera.zoom <= 16.6 && camera.zoom > 16.59);
});

test('the fence runs all round the picture without a gap a name could slip through, and over the panels', () => {
  const points = fencePoints(400, 300, [{ x: 100, y: 50, width: 60, height: 40 }], 20);
  const near = (x, y) => Math.min(...points.map(([px, py]) => Math.hypot(px - x, py - y)));
  for (let x = 0; x <= 400; x += 5) for (const y of [5, 295]) assert.ok(near(x, y) <= 15, `${x} ${y}`);
  for (let y = 0; y <= 300; y += 5) for (const x of [5, 395]) assert.ok(near(x, y) <= 20, `${x} ${y}`);
  for (let x = 100; x <= 160; x += 5) for (let y = 50; y <= 90; y += 5) assert.ok(near(x, y) <= 15, `${x} ${y}`);
  assert.ok(near(250, 150) > 60, 'the middle is free');
});

test('the frame of the locator is what a flat map shows, on every screen the same ground', () => {
  const sheet = sheetOf(BOX);
  assert.deepEqual(sheet.at([BOX[0], BOX[3]]), [0, 0]);
  assert.deepEqual(sheet.at([BOX[2], BOX[1]]), [100, sheet.height]);
  const view = { center: [114.025, 33.565], zoom: 15, pitch: 0 };
  const small = frameOf(view, { width: 1488, height: 862, lines: 1 }, sheet);
  assert.deepEqual(frameOf(view, { width: 2976, height: 1724, lines: 2 }, sheet), small);
  assert.ok(Math.abs(small.x + small.width / 2 - 50) < 0.2 && small.width < 100);
  assert.equal(frameOf({ ...view, pitch: 56 }, { width: 1488, height: 862, lines: 1 }, sheet), null, 'what a tilted map shows is no rectangle');
});

test('the sheet stands in four places in turn, one an hour, two pixels at most beside its own', () => {
  const hour = 3_600_000;
  const places = [0, 1, 2, 3].map((count) => shiftAt(1_800_000_000_000 + count * hour).join());
  assert.deepEqual([...places].sort(), ['0,0', '0,2', '2,0', '2,2']);
  assert.deepEqual(shiftAt(1_800_000_000_000), shiftAt(1_800_000_000_000 + 4 * hour));
  assert.deepEqual(shiftAt(0), shiftAt(hour - 1));
});

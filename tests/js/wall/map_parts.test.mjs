import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mix } from '../../../gis/static/gis/js/colour.js';
import { BREAKS, NO_DATA, classOf, classText, classesOf, legendOf } from '../../../gis/static/gis/js/wall/map/classes.js';
import { bandOf, grouped } from '../../../gis/static/gis/js/wall/map/clusters.js';
import { drawnCases, timeLeft } from '../../../gis/static/gis/js/wall/map/drawn.js';
import { legs } from '../../../gis/static/gis/js/wall/map/flight.js';
import { barParts, wanted } from '../../../gis/static/gis/js/wall/map/images.js';
import { heatPoints } from '../../../gis/static/gis/js/wall/map/load.js';
import { measuredShape, squareMetres } from '../../../gis/static/gis/js/wall/map/measure.js';
import { areaOf, lengthOf, planeOf } from '../../../gis/static/gis/js/wall/map/metric.js';
import { away, ringsRound } from '../../../gis/static/gis/js/wall/map/rings.js';
import { lightOf, partOfDay, sunAt } from '../../../gis/static/gis/js/wall/map/sunlight.js';
import { nearestDot } from '../../../gis/static/gis/js/wall/map/swarm.js';
import { painter } from '../../../gis/static/gis/js/wall/map/painted.js';
import { pace } from '../../../gis/static/gis/js/wall/map/pacing.js';
import { tailKeeper } from '../../../gis/static/gis/js/wall/map/tails.js';
import { speaker } from '../../../gis/static/gis/js/words.js';
import { tokens } from '../fixture.mjs';

const say = speaker('zh-hans');
const PLACE = [114.02, 33.58];
const caseAt = (id, severity, coordinates = PLACE, properties = {}) => ({ id, geometry: { type: 'Point', coordinates }, properties: { version: 1, severity, category: 'A', community: '411102001001', ...properties } });

test('zero is the first class, breaks are fixed, and no value is no class', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 6, 7, 90].map((value) => classOf('open_now', value)), [0, 1, 2, 2, 3, 3, 4, 4]);
  assert.deepEqual([0, 0.5, 5, 29.9, 30].map((value) => classOf('per_km2', value)), [0, 1, 2, 3, 4]);
  assert.deepEqual([null, 0, 239, 240, 4320].map((value) => classOf('oldest', value)), [0, 1, 1, 2, 4]);
  assert.equal(classOf('open_now', null), NO_DATA);
  assert.equal(classOf('per_km2', NaN), NO_DATA);
  for (const breaks of Object.values(BREAKS)) assert.ok(breaks.length + 2 <= 5, 'at most five classes');
});

test('the legend prints every class with the number of areas in it', () => {
  const legend = legendOf('open_now', classesOf('open_now', new Map([['a', 0], ['b', 0], ['c', 3], ['d', 12], ['e', null]])));
  assert.deepEqual(legend.classes.map(({ count }) => count), [2, 0, 1, 0, 1]);
  assert.equal(legend.none, 1);
  assert.deepEqual(legend.classes.map((one) => classText('open_now', one, say)), ['0', '1', '2–3', '4–6', '7+']);
  const ages = legendOf('oldest', new Map());
  assert.deepEqual(ages.classes.map((one) => classText('oldest', one, say)), ['无未结', '< 4 时', '4 时–1 天', '1 天–3 天', '≥ 3 天']);
});

test('a critical case is in no count at any zoom, and near ones stand alone', () => {
  const all = Array.from({ length: 40 }, (_, at) => caseAt(`c${String(at).padStart(2, '0')}`, (at % 4) + 1));
  for (const band of ['far', 'middle', 'near']) {
    const { single, groups } = grouped(all, band, { middleOf: () => PLACE });
    assert.equal(single.filter(({ properties }) => properties.severity === 1).length, 10, band);
    for (const { counts } of groups) assert.equal(counts[0], 0, band);
    assert.equal(single.length + groups.reduce((sum, { members }) => sum + members.length, 0), 40, `${band}: every case is drawn once`);
  }
  assert.deepEqual([bandOf(12.4), bandOf(12.5), bandOf(13.4), bandOf(13.6, 1)], ['far', 'middle', 'near', 'middle']);
});

test('counts by community stand in its middle, and the same cases give the same piles', () => {
  const all = [caseAt('a', 3), caseAt('b', 4), caseAt('c', 2, [114.05, 33.6], { community: '411102001002' })];
  const { single, groups } = grouped(all, 'far', { middleOf: (code) => (code === '411102001001' ? [1, 2] : null) });
  assert.deepEqual(groups.map(({ place, counts }) => [place, counts]), [[[1, 2], [0, 0, 1, 1]]]);
  assert.deepEqual(single.map(({ id }) => id), ['c'], 'one alone needs no count');
  const piles = (list) => grouped(list, 'middle', {}).groups.map(({ key }) => key);
  assert.deepEqual(piles(all), piles([...all].reverse()));
});

test('what is drawn of a case: most urgent last, faint outside the set, grey and without a promise when it is old', () => {
  const how = { band: 'near', stale: false, tilted: false, apart: new Set(['b']), chosen: 'b', now: 0, say, middleOf: () => null, size: 1, shift: 0 };
  const { features } = drawnCases([caseAt('a', 1, PLACE, { due: new Date(46 * 60_000 + 59_000).toISOString() }), caseAt('b', 3)], how);
  assert.deepEqual(features.map(({ properties }) => [properties.id, properties.faint, properties.icon]), [['b', false, 'mark:circle:3'], ['a', true, 'mark:circle:1']]);
  assert.equal(features[1].properties.note, '剩 46 分');
  const old = drawnCases([caseAt('a', 1, PLACE, { due: new Date(60_000).toISOString() })], { ...how, stale: true, tilted: true }).features[0].properties;
  assert.deepEqual([old.icon, old.note], ['stem:circle:stale:1', '']);
  assert.equal(drawnCases([{ ...caseAt('x', 2), geometry: null }], how).features.length, 0);
});

test('time that is left is rounded down, and time that is over says so', () => {
  assert.equal(timeLeft(new Date(119_000).toISOString(), 0, say), '剩 1 分');
  assert.equal(timeLeft(new Date(0).toISOString(), 3 * 3_600_000 + 61_000, say), '超 3 时 1 分');
  assert.equal(timeLeft(undefined, 0, say), '');
  assert.equal(timeLeft(new Date(0).toISOString(), NaN, say), '');
});

test('six dots at most stand behind a unit, one a minute, none where it stands still', () => {
  const keeper = tailKeeper();
  const unit = (step) => [{ id: 'u', geometry: { type: 'Point', coordinates: [114 + step * 0.001, 33.5] }, properties: {} }];
  for (let second = 0; second <= 600; second += 1) keeper.see(unit(second / 60), second * 1000);
  const dots = keeper.drawn(unit(10.5), { stale: false }).features;
  assert.deepEqual(dots.map(({ properties }) => properties.age), [1, 2, 3, 4, 5, 6]);
  assert.ok(dots[0].geometry.coordinates[0] > dots[5].geometry.coordinates[0], 'the newest is the nearest');
  const still = tailKeeper();
  for (let minute = 0; minute < 9; minute += 1) still.see(unit(0), minute * 60_000);
  assert.equal(still.drawn(unit(0), { stale: false }).features.length, 0);
  still.see([], 10 * 60_000);
  assert.equal(still.drawn(unit(5), { stale: false }).features.length, 0, 'a unit that left is forgotten');
  const crowd = tailKeeper();
  for (const minute of [0, 1, 2]) crowd.see(Array.from({ length: 401 }, (_, at) => ({ ...unit(minute)[0], id: at ? `u${at}` : 'u' })), minute * 60_000);
  assert.equal(crowd.drawn(unit(3), { stale: false }).features.length, 0, 'of very many none is kept');
});

test('metres are those of the district\'s own metric system', () => {
  const [x, y] = planeOf([114.0213, 33.5766]);
  assert.ok(Math.abs(x - 501_977.5052) < 0.001 && Math.abs(y - 3_716_698.7228) < 0.001, `${x} ${y}`);
  assert.ok(Math.abs(lengthOf([[114.0213, 33.5766], [114.06, 33.61]]) - Math.hypot(505_568.29102 - 501_977.50518, 3_720_404.69645 - 3_716_698.72281)) < 0.001);
  const square = [[0, 0], [1000, 0], [1000, 1000], [0, 1000]].map(([east, north]) => away(away(PLACE, east, 90), north, 0));
  assert.ok(Math.abs(areaOf(square) - 1e6) < 6_000, String(areaOf(square)));
  assert.equal(areaOf(square.slice(0, 2)), 0);
  assert.equal(squareMetres(1_250_000), '1.25 km²');
  assert.equal(squareMetres(4180), '4\u2009180 m²');
});

test('a measured shape has a surface from three points on, and the pointer counts as the next', () => {
  const kinds = (points, next) => measuredShape(points, next).features.map(({ geometry }) => geometry.type);
  assert.deepEqual(kinds([[0, 0]], null), ['Point']);
  assert.deepEqual(kinds([[0, 0], [1, 1]], [2, 0]), ['Polygon', 'LineString', 'Point', 'Point']);
  assert.deepEqual(kinds([], [1, 1]), []);
});

test('rings lie as far out as they say', () => {
  const { features } = ringsRound(PLACE);
  assert.deepEqual(features.filter(({ geometry }) => geometry.type === 'Point').map(({ properties }) => properties.label), ['200 m', '500 m']);
  for (const { geometry, properties } of features.filter(({ geometry: { type } }) => type === 'LineString')) {
    for (const point of geometry.coordinates) assert.ok(Math.abs(lengthOf([PLACE, point]) / properties.metres - 1) < 0.006);
  }
  assert.equal(ringsRound(null).features.length, 0);
});

test('the sun stands where almanacs say, and the light follows it', () => {
  const noon = sunAt(Date.parse('2026-06-21T04:26:00Z'), PLACE);
  assert.ok(Math.abs(noon.height - 79.86) < 0.3, String(noon.height));
  const rise = sunAt(Date.parse('2026-03-20T22:28:00Z'), PLACE);
  assert.ok(Math.abs(rise.height) < 1.2 && Math.abs(rise.direction - 90) < 2, JSON.stringify(rise));
  assert.deepEqual([-20, 0, 40].map(partOfDay), ['night', 'dusk', 'day']);
  for (const theme of ['dark', 'light']) {
    for (const hour of [0, 6, 12, 18]) {
      const { light, sky } = lightOf(Date.parse('2026-09-16T00:00:00+08:00') + hour * 3_600_000, PLACE, theme, tokens(theme), mix);
      assert.ok(light.intensity <= 0.45 && light.position[2] >= 28 && light.position[2] <= 62, `${theme} ${hour}: soft and never from the horizon`);
      assert.match(sky['sky-color'], /^#[0-9a-f]{6}$/);
    }
  }
  assert.equal(lightOf(NaN, PLACE, 'dark', tokens('dark'), mix).part, 'night');
});

test('the flight keeps north within 30 degrees and stays over the district', () => {
  const box = [114, 33.5, 114.1, 33.6];
  for (const { center: [lon, lat], bearing } of legs(box, { zoom: 14, pitch: 56 })) assert.ok(Math.abs(bearing) <= 30 && lon > box[0] && lon < box[2] && lat > box[1] && lat < box[3]);
});

test('images are known by their names, and every severity that is there shows in the bar', () => {
  assert.deepEqual(wanted('count:0-1-20-3:stale'), { kind: 'count', counts: [0, 1, 20, 3], stale: true });
  assert.deepEqual(wanted('stem:diamond:stale:2'), { kind: 'stem', shape: 'diamond', look: 'stale', severity: 2 });
  assert.equal(wanted('mark:circle:1'), null);
  assert.equal(wanted('stem:star:1'), null);
  const parts = barParts([0, 1, 200, 3], 40);
  assert.equal(parts[0], 0);
  assert.ok(parts[1] >= 3 && Math.abs(parts.reduce((sum, one) => sum + one) - 40) < 1e-9);
});

test('one sore spot does not hide the heat of all others', () => {
  const weights = heatPoints([...Array.from({ length: 20 }, () => [114, 33.5, 4]), [114, 33.5, 900]]).features.map(({ properties }) => properties.weight);
  assert.deepEqual(new Set(weights), new Set([1]));
  assert.equal(heatPoints([]).features.length, 0);
});

test('of very many teams the nearest within reach is meant', () => {
  const dots = [{ id: 'a', x: 0, y: 0 }, { id: 'b', x: 8, y: 0 }];
  assert.equal(nearestDot(dots, { x: 5, y: 0 }).id, 'b');
  assert.equal(nearestDot(dots, { x: 0, y: 11 }), null);
});

test('images that no data name any more are taken away once there are very many', () => {
  const there = new Set();
  const map = { hasImage: (id) => there.has(id), addImage: (id) => there.add(id), removeImage: (id) => there.delete(id) };
  const images = painter({ map, image: (id) => (id === 'unknown' ? null : { data: id, ratio: 1 }) });
  const named = (...ids) => ({ features: ids.map((icon) => ({ properties: { icon } })) });
  images.of('teams', named('standing', 'unknown'));
  for (let count = 0; count <= 300; count += 1) images.of('cases', named(`count:${count}`, 'mark'));
  assert.ok(there.size < 10, String(there.size));
  for (const id of ['count:300', 'mark', 'standing']) assert.ok(there.has(id), `${id} is shown`);
});

test('a sheet that is not whole is drawn four times a second at most, a whole or moving one at once', () => {
  let now = 0;
  let drawn = 0;
  const waiting = [];
  const map = { style: {}, whole: false, moving: false, triggerRepaint() { drawn += 1; }, isMoving: () => map.moving, areTilesLoaded: () => map.whole };
  pace({ map, now: () => now, later: (act, wait) => waiting.push({ act, wait }) });
  map.triggerRepaint();
  now = 100;
  map.triggerRepaint();
  map.triggerRepaint();
  assert.equal(drawn, 1);
  assert.deepEqual(waiting.map(({ wait }) => wait), [150]);
  now = 250;
  waiting[0].act();
  assert.equal(drawn, 2);
  now = 260;
  map.moving = true;
  map.triggerRepaint();
  map.moving = false;
  map.whole = true;
  map.triggerRepaint();
  assert.equal(drawn, 4);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaScene, caseScene, commands, director } from '../../../gis/static/gis/js/wall/director.js';
import { TOUCH_MS, scenePlayer } from '../../../gis/static/gis/js/wall/scenes.js';
import { wallStore } from '../../../gis/static/gis/js/wall/store.js';
import { NOW, aCase, layersOf } from './fixture.mjs';

const scene = (id, seconds = 10, kind = 'district') => ({ id, kind, duration_s: seconds, layers: ['incidents'], choropleth: 'none', heat: 'none' });
const three = [scene('a'), scene('b', 20), scene('c')];

/** What was shown at each of the given seconds. */
function played(player, seconds) {
  return seconds.map((at) => player.tick(at * 1000)?.id ?? null);
}

test('scenes follow each other, each for its own time, and begin anew', () => {
  assert.deepEqual(played(scenePlayer({ scenes: three }), [0, 9, 10, 29, 30, 40]), ['a', null, 'b', null, 'c', 'a']);
});

test('a touch holds the scene for two minutes', () => {
  const player = scenePlayer({ scenes: three });
  player.tick(0);
  player.touched(5_000);
  assert.equal(player.tick(60_000), null);
  assert.deepEqual(player.state(60_000), { word: 'touched', left: TOUCH_MS - 55_000 });
  assert.equal(player.tick(5_000 + TOUCH_MS).id, 'b');
});

test('a critical case takes the wall at once, stays as long as it waits, and gives it back', () => {
  const player = scenePlayer({ scenes: three });
  player.tick(0);
  player.touched(1_000);
  player.jump(scene('case:x'));
  assert.equal(player.tick(1_001).id, 'case:x');
  player.jump(scene('case:x'));
  assert.equal(player.tick(500_000), null);
  assert.equal(player.state(500_000).word, 'critical');
  player.release(500_000);
  assert.equal(player.tick(500_000).id, 'a');
  assert.equal(player.tick(505_000), null);
  assert.equal(player.tick(510_000).id, 'b');
});

test('a second critical case replaces the first', () => {
  const player = scenePlayer({ scenes: three });
  player.jump(scene('case:x'));
  player.tick(0);
  player.jump(scene('case:y'));
  assert.equal(player.tick(1).id, 'case:y');
});

test('stopped stays stopped until it is told to go on; a wall may be made to stand still', () => {
  const player = scenePlayer({ scenes: three });
  player.tick(0);
  player.pause();
  assert.equal(player.tick(99_000), null);
  player.next(99_000);
  assert.equal(player.tick(99_000).id, 'b');
  player.resume(100_000);
  assert.equal(player.tick(120_000).id, 'c');
  const still = scenePlayer({ scenes: three, rotate: false });
  assert.deepEqual(played(still, [0, 100]), ['a', null]);
  assert.equal(still.state(0).word, 'paused');
});

test('backwards goes round the corner; a scene with nothing to show is passed over', () => {
  const player = scenePlayer({ scenes: [...three, scene('incident', 10, 'incident')], possible: ({ kind }) => kind !== 'incident' });
  player.tick(0);
  player.previous(1_000);
  assert.equal(player.tick(1_000).id, 'c');
});

test('a scene of no rotation is shown for its time and then the wall goes back', () => {
  const player = scenePlayer({ scenes: three });
  player.tick(0);
  assert.equal(player.show('zz', 1_000), false);
  assert.ok(player.show('other', 1_000, scene('other', 5)));
  assert.deepEqual(played(player, [1, 5, 6]), ['other', null, 'a']);
});

test('a wall without scenes shows none and breaks nothing', () => {
  const player = scenePlayer({ scenes: [] });
  player.next(0);
  assert.equal(player.tick(0), null);
  assert.equal(player.state(0).word, 'single');
});

function staged(live = {}) {
  const told = [];
  const map = new Proxy({}, { get: (_, name) => (...args) => told.push([name, ...args]) });
  const store = wallStore({ now: () => NOW });
  store.layers(layersOf(live));
  const player = scenePlayer({ scenes: [{ ...scene('district'), choropleth: 'open_now' }, scene('incident', 10, 'incident')] });
  const heats = [];
  const config = { areas: [{ level: 'grid', code: '411102001004001', area_km2: 1 }] };
  const clock = { now: 0 };
  const stage = director({ map: () => map, player, store, config, polls: { heat: (window) => heats.push(window) }, now: () => clock.now });
  const looks = [];
  const obey = commands({ player, director: stage, map: () => map, scenes: [], find: (id) => store.table('incidents').get(id) ?? null, areaName: (code) => `name of ${code}`, look: (one) => looks.push(one), now: () => clock.now });
  return { told, stage, player, obey, looks, heats, clock, last: (name) => told.findLast(([one]) => one === name)?.slice(1) };
}

test('a scene goes to the map with the colours of the grids, once', () => {
  const { told, stage, last } = staged({ incidents: [aCase('a', 3, 10)] });
  stage.tick();
  assert.equal(last('applyScene')[0].id, 'district');
  assert.deepEqual([...last('choropleth')[1]], [['411102001004001', 1]]);
  const before = told.length;
  stage.tick();
  assert.equal(told.length, before);
});

test('the scene of a single case shows the worst one', () => {
  const { stage, clock, last } = staged({ incidents: [aCase('a', 3, 10), aCase('b', 2, 5)] });
  stage.tick();
  clock.now = 10_000;
  stage.tick();
  assert.equal(last('applyScene')[0].case, 'b');
  assert.deepEqual(last('select')[0], { layer: 'incidents', id: 'b' });
});

test('every command of the remote control does its one thing; an unknown one does nothing', () => {
  const { stage, obey, looks, heats, player, last } = staged({ incidents: [aCase('a', 2, 10)] });
  stage.tick();
  obey('fly', { lon: 114, lat: 33.5, zoom: 15 });
  assert.deepEqual(last('flyTo')[0], { center: [114, 33.5], zoom: 15 });
  obey('incident', { id: 'a' });
  stage.tick();
  assert.equal(last('applyScene')[0].id, 'case:a');
  obey('area', { code: '411102001' });
  stage.tick();
  assert.equal(last('applyScene')[0].area, '411102001');
  obey('three_d', { on: true });
  assert.deepEqual(last('threeD'), [true]);
  obey('split', { on: true });
  assert.deepEqual(last('split'), [true]);
  obey('layers', { id: 'cameras', on: false });
  assert.ok(!last('layers')[0].includes('cameras'));
  obey('heat', { heat: '7d' });
  assert.equal(heats.at(-1), '7d');
  obey('theme', { theme: 'light' });
  obey('language', { language: 'en' });
  assert.deepEqual(looks, [{ theme: 'light' }, { language: 'en' }]);
  obey('pause', {});
  assert.equal(player.state(0).word, 'shown');
  assert.doesNotThrow(() => { obey('dance', {}); obey('constructor', {}); obey('incident', { id: 'gone' }); });
});

test('a critical case is shown flat, a case without a place without a camera', () => {
  const wall = [{ ...scene('incident', 45, 'incident'), three_d: true }];
  assert.equal(caseScene(wall, aCase('a', 1, 1), { critical: true }).three_d, false);
  assert.equal(caseScene(wall, aCase('a', 1, 1)).camera.pitch, 56);
  assert.equal(caseScene([], { ...aCase('a', 1, 1), geometry: null }).camera, null);
  assert.equal(areaScene('411102', '源汇区').title_zh, '源汇区');
});

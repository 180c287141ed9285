import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choroplethValues, passes, wallStore } from '../../../gis/static/gis/js/wall/store.js';
import { NOW, aCase, layersOf, unit } from './fixture.mjs';

const OTHER = '411102002001';

function shown(live, now = NOW) {
  const store = wallStore({ now: () => now });
  store.layers(layersOf(live));
  return store;
}

test('an empty wall has no worst case and no worst place', () => {
  const store = wallStore({ now: () => NaN });
  assert.equal(store.openCount, 0);
  assert.equal(store.worstCase(), null);
  assert.deepEqual(store.places('community'), []);
  assert.deepEqual(store.bySeverity(), { 1: 0, 2: 0, 3: 0, 4: 0 });
  assert.equal(store.oldest(), null);
});

test('the worst case is the most severe, among equals the one that waits longest', () => {
  const store = shown({ incidents: [aCase('a', 2, 500), aCase('b', 1, 3), aCase('c', 1, 12), aCase('d', 4, 9000)] });
  assert.equal(store.worstCase().id, 'c');
  assert.deepEqual(store.cases().map(({ id }) => id), ['c', 'b', 'a', 'd']);
  assert.deepEqual(store.cases({}, 'time').map(({ id }) => id), ['b', 'c', 'a', 'd']);
});

test('one critical case makes a place worse than many ordinary ones, and the reason is named', () => {
  const many = Array.from({ length: 20 }, (_, n) => aCase(`m${n}`, 3, n + 1, { community: OTHER }));
  const [first, second] = shown({ incidents: [...many, aCase('gas', 1, 12), aCase('x', 2, 40)] }).places('community');
  assert.equal(first.code, '411102001004');
  assert.deepEqual(first.counts, { 1: 1, 2: 1, 3: 0, 4: 0 });
  assert.equal(first.worst.id, 'gas');
  assert.equal(second.total, 20);
});

test('equal loads are told apart by who waits longer, then by code', () => {
  const places = shown({ incidents: [aCase('a', 2, 5), aCase('b', 2, 50, { community: OTHER })] }).places('community');
  assert.deepEqual(places.map(({ code }) => code), [OTHER, '411102001004']);
});

test('only a critical case that nobody accepted takes the wall over, the longest waiting first', () => {
  const store = shown({ incidents: [aCase('a', 1, 5, { state: 'reported' }), aCase('b', 1, 9, { state: 'reported' }), aCase('c', 1, 30, { state: 'accepted' }), aCase('d', 2, 60, { state: 'reported' })] });
  assert.deepEqual(store.takeovers().map(({ id }) => id), ['b', 'a']);
});

test('filters narrow by severity, category and any area of the chain', () => {
  const one = aCase('a', 2, 5, { category: 'B' });
  for (const area of ['', '411102', '411102001', '411102001004', '411102001004001']) assert.ok(passes(one, { area }), area);
  assert.ok(!passes(one, { area: '41110200100400' }));
  assert.ok(!passes(aCase('g', 2, 5, { grid: '' }), { area: '411102001004001' }));
  assert.ok(passes(one, { severities: [1, 2], categories: ['B'] }));
  assert.ok(!passes(one, { severities: [1] }));
  assert.ok(!passes(one, { categories: ['A'] }));
});

test('a severity nobody knows counts as the least, an unreadable time as the newest', () => {
  const strange = aCase('s', 9, 1);
  strange.properties.reported_at = 'yesterday';
  const store = shown({ incidents: [strange, aCase('a', 4, 10)] });
  assert.equal(store.bySeverity()[4], 2);
  assert.deepEqual(store.cases().map(({ id }) => id), ['a', 's']);
});

test('arrivals are those of the last hour by the clock of the server', () => {
  assert.equal(shown({ incidents: [aCase('a', 3, 59), aCase('b', 3, 60), aCase('c', 3, 61)] }).arrivals().length, 2);
});

test('every feed has its own age, and none is due from teams that are off duty', () => {
  const store = shown({ units: [unit('u', 'on_duty', true), unit('v', 'off_duty')] });
  store.answered('counts', { at: new Date(NOW - 100_000).toISOString() });
  const states = (live) => Object.fromEntries(store.feeds(live).map(({ feed, state }) => [feed, state]));
  assert.deepEqual(states({ beat: 1_000, frame: 15_000 }), { incidents: 'ok', units: 'late', cameras: 'ok', heartbeat: 'ok', counts: 'ok', duty: 'waiting' });
  assert.equal(states({ beat: 10_001, frame: 20_001 }).units, 'stale');
  assert.equal(states({ beat: 10_001, frame: 0 }).incidents, 'stale');
  assert.equal(states({ beat: 25_000, frame: 0 }).cameras, 'late');
  assert.equal(store.unitsStale().length, 1);
  store.layers(layersOf({ units: [unit('v', 'off_duty')] }));
  assert.equal(states({ beat: 0, frame: 99_999 }).units, 'idle');
});

test('grids are coloured by what lies open in them; a grid without cases has no oldest one', () => {
  const grids = [{ level: 'grid', code: '411102001004001', area_km2: 0.5 }, { level: 'grid', code: '411102001004002', area_km2: 0 }];
  const cases = [aCase('a', 3, 10), aCase('b', 3, 40), aCase('g', 3, 40, { grid: '' })];
  assert.deepEqual([...choroplethValues(cases, grids, 'open_now', NOW).values()], [2, 0]);
  assert.deepEqual([...choroplethValues(cases, grids, 'per_km2', NOW).values()], [4, null]);
  assert.deepEqual([...choroplethValues(cases, grids, 'oldest', NOW).values()], [40, null]);
});

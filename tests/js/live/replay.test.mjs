import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replayOf } from '../../../gis/static/gis/js/live/replay.js';
import { feature, plainOf } from './store.mjs';

const snapshot = (layers = {}) => ({
  seq: 10, at: '2026-09-16T12:00:00Z',
  layers: Object.fromEntries(['incidents', 'units', 'cameras'].map((layer) => [layer, { type: 'FeatureCollection', features: layers[layer] ?? [] }])),
});
const event = (seq, one, changes = {}) => ({ seq, at: `2026-09-16T12:00:${seq}Z`, kind: 'incident.reported', layer: 'incidents', id: one.id, version: one.properties.version, feature: one, ...changes });
const POINT = { type: 'Point', coordinates: [114.03, 33.57] };

test('a feature that is new is added, one that is known is replaced whole', () => {
  const state = replayOf(snapshot({ incidents: [feature('a', 1, { state: 'reported', note: 'x' })] }));
  const added = state.apply('incident.reported', event(11, feature('b')), '11');
  assert.deepEqual(added.map(({ op, id, previous, seq, kind, layer }) => [op, id, previous, seq, kind, layer]), [['add', 'b', null, 11, 'incident.reported', 'incidents']]);
  const [changed] = state.apply('incident.moved', event(12, feature('a', 2, { state: 'accepted' })), '12');
  assert.equal(changed.op, 'change');
  assert.equal(changed.previous.properties.state, 'reported');
  assert.equal('note' in state.layers.get('incidents').get('a').properties, false);
  assert.equal(state.seq, 12);
});

test('what leaves is removed; what was never here leaves without a word', () => {
  const state = replayOf(snapshot({ incidents: [feature('a')] }));
  const [gone] = state.apply('remove', { seq: 11, at: 'x', kind: 'incident.closed', layer: 'incidents', id: 'a', version: 2 }, '11');
  assert.deepEqual([gone.op, gone.id, gone.feature, gone.previous.id], ['remove', 'a', null, 'a']);
  assert.deepEqual(state.apply('remove', { seq: 12, at: 'x', kind: 'incident.closed', layer: 'incidents', id: 'zz', version: 2 }, '12'), []);
  assert.equal(state.seq, 12);
});

test('what is already in the state changes nothing', () => {
  const state = replayOf(snapshot());
  assert.deepEqual(state.apply('incident.reported', event(10, feature('a')), '10'), []);
  assert.deepEqual(state.apply('incident.reported', event(3, feature('a')), '3'), []);
  assert.equal(state.layers.get('incidents').size, 0);
  assert.equal(state.seq, 10);
});

test('the messages of one event take effect together, when the one with the id has come', () => {
  const state = replayOf(snapshot({ cameras: [feature('c')] }));
  assert.deepEqual(state.apply('people.assigned', event(11, feature('a')), null), []);
  assert.deepEqual(state.apply('remove', event(11, feature('c'), { layer: 'cameras' }), null), []);
  assert.deepEqual([state.seq, state.amid, state.layers.get('incidents').size], [10, true, 0]);
  const all = state.apply('people.assigned', event(11, feature('b')), '11');
  assert.deepEqual(all.map(({ op, id }) => [op, id]), [['add', 'a'], ['remove', 'c'], ['add', 'b']]);
  assert.deepEqual([state.seq, state.amid], [11, false]);
});

test('a cut amid an event forgets its part: it comes again whole', () => {
  const state = replayOf(snapshot());
  state.apply('people.assigned', event(11, feature('a')), null);
  state.cut();
  state.apply('people.assigned', event(11, feature('a')), null);
  const all = state.apply('people.assigned', event(11, feature('b')), '11');
  assert.deepEqual(all.map(({ id }) => id), ['a', 'b']);
});

test('a frame moves units and no others, and gives a place or takes it', () => {
  const state = replayOf(snapshot({ units: [feature('u1', 1, { status: 'on_duty' }, null), feature('u2', 1, { status: 'on_duty' }, POINT)] }));
  const moved = state.frame({ at: '2026-09-16T12:00:30Z', full: true, units: [['u1', 114.01, 33.56, '2026-09-16T12:00:29Z', 1.2, 90], ['u2', null, null, null, null, null], ['zz', 1, 2, 'x', 0, 0]] });
  assert.deepEqual(moved.map(({ id }) => id), ['u1', 'u2']);
  const units = state.layers.get('units');
  assert.deepEqual(units.get('u1').geometry, { type: 'Point', coordinates: [114.01, 33.56] });
  assert.deepEqual(['at', 'speed_mps', 'bearing_deg', 'status'].map((name) => units.get('u1').properties[name]), ['2026-09-16T12:00:29Z', 1.2, 90, 'on_duty']);
  assert.equal(units.get('u2').geometry, null);
  assert.equal(units.size, 2);
  assert.equal(state.seq, 10, 'a frame is no event');
  assert.equal(state.times.get('units'), '2026-09-16T12:00:30Z');
});

test('newer tiles are told and change no feature', () => {
  const state = replayOf(snapshot());
  const [told] = state.apply('layer.published', { seq: 11, at: 'x', kind: 'layer.published', layer: 'roads', version: 4 }, '11');
  assert.deepEqual([told.op, told.layer, told.version], ['published', 'roads', 4]);
  assert.deepEqual(Object.keys(plainOf(state)), ['incidents', 'units', 'cameras']);
});

test('a command to a wall is told, moves the cursor on and changes no feature', () => {
  const state = replayOf(snapshot());
  const [told] = state.apply('wall.command', { seq: 11, at: 'x', kind: 'wall.command', wall: 'main', command: 'scene', args: { id: 'flight' } }, '11');
  assert.deepEqual([told.op, told.wall, told.command, told.args], ['command', 'main', 'scene', { id: 'flight' }]);
  assert.equal(state.seq, 11);
  assert.deepEqual(Object.keys(plainOf(state)), ['incidents', 'units', 'cameras']);
});

test('a verified beat moves the cursor on, never back, never amid an event', () => {
  const state = replayOf(snapshot());
  state.reached(20);
  state.reached(15);
  assert.equal(state.seq, 20);
  state.apply('people.assigned', event(21, feature('a')), null);
  state.reached(30);
  assert.equal(state.seq, 20);
});

test('a kind that this screen does not know and that is about no feature only moves the cursor', () => {
  const state = replayOf(snapshot({ incidents: [feature('a')] }));
  assert.deepEqual(state.apply('shift.ended', { seq: 11, at: 'x', kind: 'shift.ended' }, '11'), []);
  assert.deepEqual([state.seq, state.layers.get('incidents').size], [11, 1]);
});

test('what cannot be replayed is refused and leaves the state alone', () => {
  const state = replayOf(snapshot());
  for (const bad of [{}, { seq: '11' }, { seq: NaN }, { seq: 11, layer: 'incidents', id: 'a', feature: null }, { seq: 11, layer: 'incidents', id: 'a', feature: { id: 'a' } }]) {
    assert.throws(() => state.apply('incident.reported', bad, '11'), TypeError, JSON.stringify(bad));
  }
  assert.equal(state.seq, 10);
});

test('a layer that the state did not name, and names that objects have from birth, are plain keys', () => {
  const state = replayOf(snapshot());
  state.apply('x', event(11, feature('__proto__'), { layer: 'constructor' }), '11');
  assert.equal(state.layers.get('constructor').get('__proto__').id, '__proto__');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newUuid } from '../../gis/static/gis/js/api.js';
import { CHOICES, SILENT_S, ageOf, choose, phaseOf, scenesOf } from '../../gis/static/gis/js/remote/screens.js';
import { speaker } from '../../gis/static/gis/js/words.js';

const screen = (phase, age_s) => ({ phase, age_s });
const wall = (name, steer, ...screens) => ({ name, steer, screens, scenes: [] });

test('ages are rounded down and carry their unit', () => {
  const say = speaker('en');
  assert.deepEqual([0.9, 119.9, 120, 7199, 7200, 86400].map((s) => ageOf(s, say)), ['0 s', '119 s', '2 min', '119 min', '2 h', '24 h']);
  assert.equal(ageOf(61, speaker('zh-hans')), '61 秒');
});

test('a screen that has said nothing for too long is live no more, whatever it said last', () => {
  assert.equal(phaseOf(screen('live', 10), 0), 'live');
  assert.equal(phaseOf(screen('stale', 10), 0), 'stale');
  assert.equal(phaseOf(screen('live', SILENT_S - 5), 10), 'silent');
});

test('the chosen wall stays chosen; else one that is on and may be steered comes first', () => {
  const walls = [wall('a', false, screen('live', 1)), wall('b', true), wall('c', true, screen('live', 1))];
  assert.equal(choose(walls, 'a').name, 'a');
  assert.equal(choose(walls, 'gone').name, 'c');
  assert.equal(choose(walls.slice(0, 2), '').name, 'b');
  assert.equal(choose([walls[0]], '').name, 'a');
  assert.equal(choose([], 'a'), null);
});

test('a wall with scenes of its own lists these in its order, without those one may not see', () => {
  const scenes = [{ id: 'x' }, { id: 'y' }];
  assert.deepEqual(scenesOf({ scenes: [] }, scenes), scenes);
  assert.deepEqual(scenesOf({ scenes: ['y', 'gone', 'x'] }, scenes).map(({ id }) => id), ['y', 'x']);
});

test('every word of a button has its Chinese or is a language of its own', () => {
  const say = speaker('zh-hans');
  for (const { title, choices } of CHOICES) for (const words of [title, ...choices.map(([one]) => one)]) if (words !== 'English') assert.match(say(words), /[\u4e00-\u9fff]/, words);
});

test('a UUID made without TLS is one of version 4', () => {
  const made = new Set(Array.from({ length: 50 }, newUuid));
  assert.equal(made.size, 50);
  for (const one of made) assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

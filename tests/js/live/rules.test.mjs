import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { backoff } from '../../../gis/static/gis/js/live/backoff.js';
import { beatsOf } from '../../../gis/static/gis/js/live/beats.js';
import { layerHash, linesOf, stateHash } from '../../../gis/static/gis/js/live/hash.js';
import { sha256 } from '../../../gis/static/gis/js/live/sha256.js';
import { chance } from './chance.mjs';
import { feature } from './store.mjs';

const hex = (text) => createHash('sha256').update(text).digest('hex');
const layer = (...pairs) => new Map(pairs.map(([id, version]) => [id, feature(id, version)]));

test('a layer\'s hash is that of its sorted lines, an empty layer\'s that of nothing', async () => {
  assert.equal(linesOf(layer(['b', 2], ['a', 10])), 'a\t10\nb\t2\n');
  assert.equal(await layerHash(layer(['b', 2], ['a', 10])), hex('a\t10\nb\t2\n'));
  assert.equal(await layerHash(layer()), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('ids are sorted by code point, not by what a language likes', () => {
  assert.equal(linesOf(layer(['a', 1], ['B', 1], ['_', 1], ['10', 1], ['9', 1])), '10\t1\n9\t1\nB\t1\n_\t1\na\t1\n');
  assert.equal(linesOf(layer(['\u{1f6a8}', 1], ['\uff01', 1], ['\u{1f6a8}a', 1])), '\uff01\t1\n\u{1f6a8}\t1\n\u{1f6a8}a\t1\n');
});

test('the whole is hashed from the layers, units left out', async () => {
  const layers = new Map([['units', layer(['u', 1])], ['incidents', layer(['a', 1])], ['cameras', layer()]]);
  const { hash, hashes } = await stateHash(layers);
  assert.deepEqual(Object.keys(hashes).sort(), ['cameras', 'incidents']);
  assert.equal(hash, hex(`cameras\t${hex('')}\nincidents\t${hex('a\t1\n')}\n`));
  layers.get('units').set('v', feature('v'));
  assert.equal((await stateHash(layers)).hash, hash);
  layers.get('incidents').get('a').properties.version = 2;
  assert.notEqual((await stateHash(layers)).hash, hash);
});

test('our own SHA-256 is SHA-256 at every length', () => {
  const { below } = chance(11);
  for (const length of [...Array(140).keys(), 1000, 65_537]) {
    const bytes = Uint8Array.from({ length }, () => below(256));
    assert.equal(Buffer.from(sha256(bytes)).toString('hex'), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`);
  }
});

test('a page without crypto.subtle hashes the same', async () => {
  const kept = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  const with_ = await layerHash(layer(['案', 1]));
  Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
  try {
    assert.equal(await layerHash(layer(['案', 1])), with_);
  } finally {
    Object.defineProperty(globalThis, 'crypto', kept);
  }
});

test('waiting doubles up to half a minute and starts anew after a good minute only', () => {
  const waits = backoff({ random: () => 0.999999 });
  assert.deepEqual(Array.from({ length: 9 }, () => Math.ceil(waits.next() / 100) / 10), [0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
  waits.held(59_999);
  assert.ok(waits.next() > 29_000);
  waits.held(60_000);
  assert.ok(waits.next() < 500);
});

test('waiting is spread over the whole range', () => {
  const { random } = chance(5);
  const waits = backoff({ random });
  for (let i = 0; i < 10; i += 1) waits.next();
  const drawn = Array.from({ length: 2000 }, () => waits.next());
  for (let part = 0; part < 10; part += 1) {
    const share = drawn.filter((wait) => wait >= part * 3000 && wait < (part + 1) * 3000).length / drawn.length;
    assert.ok(share > 0.07 && share < 0.13, `${part}: ${share}`);
  }
});

const T0 = Date.parse('2026-09-16T12:00:00Z');
const iso = (ms) => new Date(T0 + ms).toISOString();

test('a beat that did not come stays visible, one too many does not count', () => {
  let now = 0;
  const beats = beatsOf({ now: () => now });
  for (const at of [0, 5_000, 10_000, 10_900, 16_000, 31_000, 36_100]) { now = at; beats.beat(iso(at)); }
  assert.deepEqual(beats.ticks, [true, true, true, true, false, false, true, true]);
  assert.equal(beats.gaps, 2);
  for (let at = 41_000; at < 600_000; at += 5_000) { now = at; beats.beat(iso(at)); }
  assert.equal(beats.ticks.length, 48);
  assert.equal(beats.gaps, 0);
});

test('ages are counted on the server\'s clock, whatever ours says and however late beats come', () => {
  let now = 1_000_000;
  const beats = beatsOf({ now: () => now });
  assert.ok(Number.isNaN(beats.age(iso(0))));
  beats.beat(iso(0));
  now += 3_000;
  assert.equal(beats.age(iso(0)), 3_000);
  now += 60_000;
  beats.beat(iso(5_000));
  assert.equal(beats.age(beats.last), 58_000, 'a beat that lay in a buffer for a minute is old');
  beats.beat(iso(63_000));
  assert.equal(beats.age(beats.last), 0);
  assert.equal(beats.serverNow(), T0 + 63_000);
  beats.beat('never');
  assert.equal(beats.last, T0 + 63_000);
});

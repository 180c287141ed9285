import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageText, bytesText, grouped, processWord, screenWord, share, verdictOf, verdictWord } from '../../gis/static/gis/js/ops/figures.js';
import { speaker } from '../../gis/static/gis/js/words.js';

const en = speaker('en');
const zh = speaker('zh-hans');

test('ages carry their unit and are never rounded up', () => {
  const cases = [[0, '0 s'], [59.9, '59 s'], [60, '1 min'], [3599, '59 min'], [3600, '1 h'], [172799, '47 h'], [172800, '2 d'], [-3, '0 s']];
  for (const [seconds, text] of cases) assert.equal(ageText(seconds, en), text);
  assert.equal(ageText(61, zh), '1 分');
});

test('the verdict is that of the worst warning', () => {
  assert.equal(verdictOf([]), 'ok');
  assert.equal(verdictOf([{ level: 'warn' }]), 'warn');
  assert.equal(verdictOf([{ level: 'warn' }, { level: 'alarm' }]), 'alarm');
});

test('every level has its word, and an unknown one says that nothing is known', () => {
  assert.deepEqual(['ok', 'warn', 'alarm', 'unknown'].map((level) => verdictWord(level, zh)), ['正常', '留意', '告警', '读不到']);
  assert.deepEqual(['ok', 'warn', 'alarm'].map((level) => processWord(level, en)), ['running', 'late', 'silent']);
});

test('a screen is called silent before anything it said of itself is believed', () => {
  const screen = { age_s: 4, phase: 'live', hash_ok: true };
  const told = (changes) => screenWord({ ...screen, ...changes }, en);
  assert.deepEqual([told({}), told({ phase: 'stale' }), told({ phase: 'dark' }), told({ hash_ok: false }), told({ hash_ok: null }), told({ age_s: 91, hash_ok: false })], ['live', 'stale', 'dark', 'not that of the store', 'live', 'silent screen']);
});

test('numbers are grouped and bytes rounded down', () => {
  assert.equal(grouped(4182907), '4\u2009182\u2009907');
  assert.equal(bytesText(1_990_000_000), '1.9 GB');
  assert.equal(bytesText(640_900_000), '640 MB');
  assert.equal(share(30, 15), 1);
  assert.equal(share(-1, 15), 0);
});

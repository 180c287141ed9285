import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageState, pictureState } from '../../../gis/static/gis/js/wall/ages.js';
import { bars, hourOf, line, scaleEnd, share, untilNow } from '../../../gis/static/gis/js/wall/figures.js';
import { frozen, nextNight, quiet } from '../../../gis/static/gis/js/wall/guard/verdicts.js';
import { sizeOf } from '../../../gis/static/gis/js/wall/look.js';
import { spanParts, spanText, threes } from '../../../gis/static/gis/js/wall/span.js';
import { sunHeight, themeAt } from '../../../gis/static/gis/js/wall/sun.js';

const en = (text, { count }) => text.replace('{count}', count);

test('spans are rounded down and carry their units', () => {
  for (const [seconds, text] of [[0, '0 s'], [59.9, '59 s'], [60, '1 min'], [119, '1 min'], [4_260, '1 h 11 min'], [3_600, '1 h'], [86_399, '23 h 59 min'], [90_000, '1 d 1 h'], [-5, '0 s']]) assert.equal(spanText(seconds * 1000, en), text);
  assert.equal(spanText(402_000, en, { fine: true }), '6 min 42 s');
  assert.deepEqual(spanParts(NaN), []);
});

test('numbers are grouped by threes', () => {
  assert.deepEqual(threes(4_182_907), ['4', '182', '907']);
  assert.deepEqual(threes(7), ['7']);
});

test('an age is judged against its own limit', () => {
  for (const [age, state] of [[0, 'ok'], [6_999, 'ok'], [7_000, 'late'], [10_000, 'late'], [10_001, 'stale'], [NaN, 'waiting']]) assert.equal(ageState(age, 10_000), state, String(age));
});

test('the picture is live only when its hash was proven', () => {
  assert.equal(pictureState({ phase: 'live', hashOk: true }), 'live');
  assert.equal(pictureState({ phase: 'live', hashOk: false }), 'mismatch');
  assert.equal(pictureState({ phase: 'stale', hashOk: null }), 'stale');
  assert.equal(pictureState({ phase: 'connecting', hashOk: null }), 'waiting');
  assert.equal(pictureState({ phase: 'signed-out', hashOk: null }), 'dark');
});

test('a scale ends at a round number that is not below any value', () => {
  for (const [values, end] of [[[], 1], [[0, null], 1], [[7], 8], [[22.4], 25], [[100], 100], [[101], 150], [[NaN, 3], 3]]) assert.equal(scaleEnd(values), end, String(values));
});

test('bars stand in their places, the least value is still seen, what is missing is not drawn', () => {
  const frame = { width: 40, height: 10, end: 1000, gap: 0.5 };
  assert.deepEqual(bars([1000, 1, 0, null], frame), [{ x: 2.5, y: 0, width: 5, height: 10, at: 0 }, { x: 12.5, y: 9, width: 5, height: 1, at: 1 }]);
});

test('a line breaks where a value is missing', () => {
  assert.equal(line([0, 10, null, 5], { width: 40, height: 10, end: 10 }), 'M5 10L15 0M35 5');
});

test('hours that have not come are not zero', () => {
  assert.deepEqual(untilNow([4, 5, 0], 1), [4, 5, null]);
  assert.equal(hourOf(Date.parse('2026-07-19T16:05:00Z')), 0);
  assert.equal(hourOf(NaN), 0);
  assert.equal(share(3, 0), 0);
});

test('a stopped clock is told from a machine that slept', () => {
  const facts = { clockAge: 0, watcherGap: 1_000, hidden: false, pageAge: 1e6 };
  assert.equal(frozen(facts), null);
  assert.equal(frozen({ ...facts, clockAge: 10_001 }), 'reload');
  assert.equal(frozen({ ...facts, clockAge: 10_001, hidden: true }), null);
  assert.equal(frozen({ ...facts, clockAge: 10_001, pageAge: 5_000 }), null);
  assert.equal(frozen({ ...facts, clockAge: 1e6, watcherGap: 1e6 }), 'wake');
});

test('the page is renewed at four in the morning of the district, when nobody would miss it', () => {
  const evening = Date.parse('2026-07-19T12:00:00Z');
  assert.equal(new Date(nextNight(evening, 0.5)).toISOString(), '2026-07-19T20:00:00.000Z');
  assert.equal(nextNight(evening, 1) - nextNight(evening, 0), 1_200_000);
  assert.equal(new Date(nextNight(Date.parse('2026-07-19T20:00:01Z'), 0.5)).toISOString(), '2026-07-20T20:00:00.000Z');
  assert.ok(quiet({ busy: false, touchedAgo: 120_000, picture: 'live' }));
  for (const change of [{ busy: true }, { touchedAgo: 1_000 }, { picture: 'stale' }]) assert.ok(!quiet({ busy: false, touchedAgo: 120_000, picture: 'live', ...change }));
});

test('a wall by the sun is light at noon and dark at midnight', () => {
  const place = [114.02, 33.57];
  assert.equal(themeAt('by-sun', Date.parse('2026-06-21T04:20:00Z'), place), 'light');
  assert.equal(themeAt('by-sun', Date.parse('2026-06-21T16:20:00Z'), place), 'dark');
  assert.equal(themeAt('light', Date.parse('2026-06-21T16:20:00Z'), place), 'light');
  assert.ok(Math.abs(sunHeight(Date.parse('2026-06-21T04:26:00Z'), ...place) - 79.9) < 1);
});

test('the size of type stays between four fifths and one and a half', () => {
  for (const [text, size] of [[null, 1], ['1.2', 1.2], ['9', 1.5], ['0.1', 0.8], ['x', 1]]) assert.equal(sizeOf(text), size);
});

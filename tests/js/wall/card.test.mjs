import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standpoint, waysOn } from '../../../gis/static/gis/js/wall/card.js';
import { reasonOf } from '../../../gis/static/gis/js/wall/cardnear.js';
import { speaker } from '../../../gis/static/gis/js/words.js';

const say = speaker('en');

test('links lead only to screens that the site has, and cases alone to the desk', () => {
  assert.deepEqual(waysOn({ near: '/api/near' }, { layer: 'incidents', id: 'a' }), []);
  const urls = { desk: '/desk/?case={id}', plan: '/plan/?{layer}={id}' };
  assert.deepEqual(waysOn(urls, { layer: 'incidents', id: 'a b' }).map(({ href }) => href), ['/desk/?case=a%20b', '/plan/?incidents=a%20b']);
  assert.deepEqual(waysOn(urls, { layer: 'grids', id: 'g' }).map(({ screen }) => screen), ['plan']);
});

test('every team says why it stands where it does', () => {
  assert.equal(reasonOf({ reason: 'own_grid', age_s: 4 }, say), 'team of this grid');
  assert.equal(reasonOf({ reason: 'nearest', age_s: 4 }, say), 'by distance');
  assert.match(reasonOf({ reason: 'stale_not_recommended', age_s: 600 }, say), /^not recommended: .*10 min/);
  assert.equal(reasonOf({ reason: 'of a newer server', age_s: 0 }, say), '');
});

test('a feature stands at its point or in the middle of its box', () => {
  assert.deepEqual(standpoint({ geometry: { type: 'Point', coordinates: [1, 2] } }), [1, 2]);
  assert.deepEqual(standpoint({ geometry: { type: 'LineString', coordinates: [[0, 0], [4, 2]] } }), [2, 1]);
  assert.equal(standpoint({ geometry: null }), null);
});

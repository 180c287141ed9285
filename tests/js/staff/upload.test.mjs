import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../gis/static/gis/js/api.js';
import { pauseMs, piecesFrom, refusalOf, sendAll } from '../../../gis/static/gis/js/staff/upload.js';
import { idFrom, layerFor } from '../../../gis/static/gis/js/staff/start.js';
import { exportBody } from '../../../gis/static/gis/js/staff/exportform.js';
import { whyNot } from '../../../gis/static/gis/js/staff/deeds.js';

/** A server that holds what it was sent, and fails as told: a list of errors, one a call, null for none. */
function server(failures = []) {
  const held = [];
  return {
    held,
    async send(offset, piece) {
      const failure = failures.shift();
      if (failure?.before !== false && failure) throw failure;
      if (offset !== held.length) throw new ApiError(409, { offset: held.length });
      held.push(...new Uint8Array(await piece.arrayBuffer()));
      return held.length;
    },
  };
}
const bytes = Uint8Array.from({ length: 25 }, (_, n) => n);
const file = new Blob([bytes]);
const waits = [];
const run = (one, more = {}) => sendAll({ file, offset: 0, chunk: 10, send: one.send, wait: async (ms) => { waits.push(ms); }, told: () => {}, stopped: () => false, ...more });

test('the pieces cover the rest of the file once', () => {
  assert.deepEqual(piecesFrom(25, 10, 10), [{ offset: 10, end: 20 }, { offset: 20, end: 25 }]);
  assert.deepEqual(piecesFrom(25, 25, 10), []);
});

test('a file arrives whole, byte for byte', async () => {
  const one = server();
  const told = [];
  assert.equal(await run(one, { told: ({ sent }) => told.push(sent) }), 25);
  assert.deepEqual(one.held, [...bytes]);
  assert.deepEqual(told, [0, 10, 20, 25]);
});

test('an upload goes on from what the server holds', async () => {
  const one = server();
  one.held.push(...bytes.slice(0, 13));
  assert.equal(await run(one), 25);
  assert.deepEqual(one.held, [...bytes]);
});

test('a lost connection and an overloaded server are waited out, longer each time', async () => {
  waits.length = 0;
  const one = server([new ApiError(0, {}), new ApiError(503, {}), null, new ApiError(502, {})]);
  await run(one);
  assert.deepEqual(one.held, [...bytes]);
  assert.deepEqual(waits, [500, 1000, 500]);
  assert.equal(pauseMs(30), 20_000);
});

test('a refusal is final, and patience ends', async () => {
  await assert.rejects(run(server([new ApiError(413, {})])), { status: 413 });
  await assert.rejects(run(server(Array.from({ length: 20 }, () => new ApiError(0, {}))), { patience: 3 }), { status: 0 });
});

test('what was stopped sends nothing more', async () => {
  const one = server();
  assert.equal(await run(one, { stopped: () => one.held.length >= 10 }), 10);
});

test('empty and huge files are refused before anything is sent', () => {
  assert.equal(refusalOf({ size: 1 }), '');
  assert.match(refusalOf({ size: 0 }), /empty/);
  assert.match(refusalOf({ size: 201 * 1024 * 1024 }), /200 MB/);
});

test('a file’s name suggests an id and a layer', () => {
  assert.equal(idFrom('Flood Points 2026 (final).geojson'), 'flood_points_2026_final');
  assert.equal(idFrom('内涝点.zip'), '');
  assert.equal(idFrom('2026_shops.csv'), 'shops');
  const layers = [{ id: 'buildings', title_zh: '建筑' }, { id: 'roads', title_zh: '道路' }];
  assert.equal(layerFor('yuanhui_road_2026.zip', layers), 'roads');
  assert.equal(layerFor('源汇区建筑物.zip', layers), 'buildings');
  assert.equal(layerFor('x.zip', layers), '');
});

test('an export asks for no more than its format knows', () => {
  const form = { layer: 'roads', format: 'csv', crs: '4547', encoding: 'GBK', when: 'day', day: '2026-01-01', version: '3' };
  assert.deepEqual(exportBody(form), { layer: 'roads', format: 'csv', crs: 4547, at: '2026-01-01' });
  assert.deepEqual(exportBody({ ...form, format: 'shp.zip', when: 'version' }), { layer: 'roads', format: 'shp.zip', crs: 4547, encoding: 'GBK', version: 3 });
  assert.deepEqual(exportBody({ ...form, when: '' }), { layer: 'roads', format: 'csv', crs: 4547 });
});

test('a locked commit says why', () => {
  const can = { may_commit: true };
  const ask = { severity: 'question', option: '--crs', candidates: [], message_zh: '', message_en: '' };
  assert.equal(whyNot({ status: 'asking', can, report: { findings: [ask] } }, 'en').text, 'answer one question first');
  assert.equal(whyNot({ status: 'asking', can, report: { findings: [ask, { ...ask, option: '--encoding' }] } }, 'en').values.count, 2);
  assert.equal(whyNot({ status: 'ready', can: { may_commit: false } }, 'en').text, 'somebody who may edit here has to commit');
  assert.equal(whyNot({ status: 'ready', can }, 'en'), null);
  assert.equal(whyNot({ status: 'committed', can }, 'en'), null);
});

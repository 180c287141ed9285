import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerRows } from '../../gis/static/gis/js/layerlist.js';
import { brief, buildLegend, swatchesOf, zoomRange } from '../../gis/static/gis/js/legend.js';
import { speaker } from '../../gis/static/gis/js/words.js';
import { make } from './fixture.mjs';

const roads = {
  id: 'roads', title_zh: '道路', title_en: 'Roads', group: 'ground', count: 1482, min_zoom: 9,
  fields: [{ name: 'class', values: { arterial: { zh: '主干路', en: 'Arterial' }, collector: { zh: '次干路', en: 'Collector' }, street: { zh: '支路', en: 'Street' }, lane: { zh: '巷', en: 'Lane' } } }],
};
const buildings = {
  id: 'buildings', title_zh: '建筑', title_en: 'Buildings', group: 'built', count: 12040, min_zoom: 12,
  fields: [{ name: 'use', values: { residential: { zh: '住宅', en: 'Residential' }, school: { zh: '学校', en: 'School' } } }],
};
const views = { id: 'camera_views', title_zh: '摄像机视域', title_en: 'Camera views', group: 'watch', count: 4, min_zoom: 14, fields: [{ name: 'status', values: { online: { zh: '在线', en: 'Online' }, offline: { zh: '离线', en: 'Offline' } } }] };
const labels = (entries) => entries.map((entry) => entry.label);

test('the legend shows what is drawn at the zoom, in the words of the description', () => {
  assert.deepEqual(labels(buildLegend(make(), [roads], 11, 'zh-hans')), ['主干路']);
  assert.deepEqual(labels(buildLegend(make(), [roads], 15, 'en')), ['Arterial', 'Collector', 'Street', 'Lane']);
});

test('a sign carries the very colour that the map uses', () => {
  const style = make();
  const [entry] = buildLegend(style, [roads], 11, 'en');
  const drawn = JSON.stringify(style.layers.find((layer) => layer.id === 'roads-arterial').paint['line-color']);
  assert.ok(drawn.includes(entry.colour));
});

test('only values that the description names get a sign', () => {
  assert.deepEqual(labels(buildLegend(make(), [buildings], 14, 'zh-hans')), ['住宅', '学校']);
});

test('a hidden layer has no sign on the map and keeps its sign in the switch', () => {
  const style = make({ hidden: ['roads'] });
  assert.deepEqual(buildLegend(style, [roads], 15, 'en'), []);
  assert.ok(swatchesOf(style, roads, 'en').length > 3);
});

test('the strip has one sign a layer, but all great streets', () => {
  const entries = brief(buildLegend(make(), [roads, buildings, views], 15, 'zh-hans'), [roads, buildings, views], 'zh-hans');
  assert.deepEqual(labels(entries), ['主干路', '次干路', '支路', '建筑', '摄像机视域']);
});

test('the switch says from which zoom a layer is drawn, by group, with grouped counts', () => {
  const groups = layerRows({ described: [buildings, roads, views], style: make(), zoom: 13, hidden: new Set(['roads']), language: 'zh-hans', say: speaker('zh-hans') });
  assert.deepEqual(groups.map((group) => group.title), ['地物', '建筑', '视频']);
  assert.equal(groups[0].rows[0].on, false);
  assert.equal(groups[1].rows[0].count, '12\u2009040');
  assert.equal(groups[1].rows[0].hint, '');
  assert.match(groups[2].rows[0].hint, /放大后显示（14\.4 级起）/);
  assert.equal(zoomRange(make(), views).from, 14.4);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildLegend, brief } from '../../../gis/static/gis/js/legend.js';
import { dotsOf, drawnIncidents, drawnUnits, shortNames, urgentFor } from '../../../gis/static/gis/js/live/drawing.js';
import { noticeText, span, stripText } from '../../../gis/static/gis/js/livestrip.js';
import { MARK_TOKENS, SEVERITIES, SHAPES, outline, strokesNamed } from '../../../gis/static/gis/js/cartography/shapes.js';
import { speaker } from '../../../gis/static/gis/js/words.js';
import { make } from '../fixture.mjs';
import { feature } from './store.mjs';

const incident = (id, properties) => feature(id, 1, { category: 'C', severity: 3, state: 'reported', name: '路灯', ...properties });
const only = (collection) => collection.features.map((one) => one.properties);

test('shape says what, fill says how urgent: every category and severity has a mark of its own', () => {
  const icons = new Set();
  for (const category of Object.keys(SHAPES)) {
    for (const severity of [1, 2, 3, 4]) icons.add(only(drawnIncidents([incident('a', { category, severity })], { stale: false }))[0].icon);
  }
  assert.equal(icons.size, 16);
  const drawings = [...icons].map((icon) => JSON.stringify(strokesNamed(icon)));
  assert.equal(new Set(drawings).size, 16, 'no two are drawn alike');
});

test('marks grow with urgency, and only the most urgent has a ring', () => {
  const sizes = [1, 2, 3, 4].map((severity) => SEVERITIES[severity].size);
  assert.deepEqual(sizes, [1.25, 1, 0.86, 0.7]);
  const ringed = [1, 2, 3, 4].map((severity) => strokesNamed(`mark:circle:${severity}`).some((one) => one.stroke === 'sel'));
  assert.deepEqual(ringed, [true, false, false, false]);
});

test('stale marks keep their shape and lose all colour', () => {
  for (const shape of Object.values(SHAPES)) {
    const strokes = strokesNamed(`mark:${shape}:stale`);
    assert.ok(strokes.every((one) => !one.fill && one.stroke === 'stale-ink' && one.dash.length), shape);
  }
  assert.equal(strokesNamed('camera'), null);
  assert.match(outline('circle', 8), /^M-8 0A8 8/);
});

test('the most urgent is drawn last, what has no place is not drawn', () => {
  const drawn = only(drawnIncidents([incident('a', { severity: 1 }), incident('b', { severity: 4 }), { ...incident('c'), geometry: null }], { stale: false }));
  assert.deepEqual(drawn.map((one) => one.id), ['b', 'a']);
});

test('values nobody foresaw are drawn as the quietest mark, and nothing nested reaches the map', () => {
  const [drawn] = only(drawnIncidents([incident('a', { severity: 'x', category: '<img>', name: { html: 1 } })], { stale: false }));
  assert.equal(drawn.icon, 'mark:circle:4');
  assert.equal(typeof drawn.severity, 'number');
});

const how = { stale: false, age: () => 420_000, ago: (ms) => `${ms / 60_000} min` };
const unit = (properties) => feature('u', 1, { name: '滨西社区第1网格队', name_en: '', status: 'on_duty', at: 't', ...properties });

test('a unit points where it goes, stands without a wedge, and is grey with its age when nothing is heard of it', () => {
  assert.deepEqual(only(drawnUnits([unit({ speed_mps: 1.2, bearing_deg: 90 })], how)).map((one) => [one.icon, one.moving, one.bearing, one.note]), [['unit:standing', true, 90, undefined]]);
  assert.deepEqual(only(drawnUnits([unit({ speed_mps: 0.1, bearing_deg: 90 })], how)).map((one) => [one.icon, one.moving, one.bearing]), [['unit:standing', false, 0]]);
  assert.equal(only(drawnUnits([unit({ speed_mps: 2, bearing_deg: null })], how))[0].moving, false);
  assert.deepEqual(only(drawnUnits([unit({ stale: true, speed_mps: 2, bearing_deg: 5 })], how)).map((one) => [one.icon, one.stale, one.moving, one.note]), [['unit:stale', true, false, '7 min']]);
  assert.equal(only(drawnUnits([unit({})], { ...how, stale: true }))[0].icon, 'unit:stale');
});

test('teams are called as people call them; other names stay', () => {
  assert.deepEqual(shortNames({ name: '滨西社区第12网格队', name_en: 'Binxi Community Grid 12 team' }), { short: '滨西12队', short_en: 'Binxi 12' });
  assert.deepEqual(shortNames({ name: '巡逻电动车01', name_en: 'Patrol E-bike 01' }), { short: '巡逻电动车01', short_en: 'Patrol E-bike 01' });
  assert.deepEqual(shortNames({}), { short: '', short_en: '' });
});

test('only what is critical and waits for somebody pulses, for a minute', () => {
  assert.equal(urgentFor(incident('a', { severity: 1 }), 20_000), 40_000);
  assert.equal(urgentFor(incident('a', { severity: 1 }), NaN), 60_000);
  assert.equal(urgentFor(incident('a', { severity: 1 }), 90_000), 0);
  assert.equal(urgentFor(incident('a', { severity: 1, state: 'accepted' }), 0), 0);
  assert.equal(urgentFor(incident('a', { severity: 2 }), 0), 0);
});

const zh = { say: speaker('zh-hans'), language: 'zh-hans' };
const en = { say: speaker('en'), language: 'en' };
const status = (changes = {}) => ({ phase: 'live', since: null, seq: 4182907, at: 'x', hashOk: true, gaps: 0, age: 2_900, oldUnits: 0, ...changes });

test('the strip says up to which number the screen is complete, and rounds ages down', () => {
  assert.deepEqual(stripText(status(), zh), { seq: '完整至 seq 4\u2009182\u2009907', state: '与库一致，2 秒前', more: '' });
  assert.deepEqual(stripText(status({ gaps: 1, oldUnits: 2 }), en), { seq: 'Complete to seq 4\u2009182\u2009907', state: 'matches the store, 2 s ago', more: '1 beats missing in 4 minutes\u30002 units without a recent position' });
  assert.equal(stripText(status({ hashOk: false }), zh).state, '画面与库不一致，正在重取');
  assert.equal(stripText(status({ phase: 'connecting', seq: null }), zh).state, '等待实时数据');
});

test('a stale strip says since when, in the district\'s time', () => {
  const since = Date.parse('2026-09-16T12:14:36Z');
  assert.equal(stripText(status({ phase: 'stale', since }), zh).state, '实时连接 20:14:36 中断，正在重连');
  assert.equal(stripText(status({ phase: 'stale' }), en).state, 'Live connection lost, trying again');
  assert.match(noticeText(status({ phase: 'stale', since }), zh), /停在 20:14:36/);
  assert.match(noticeText(status({ phase: 'stale' }), en), /do not arrive/);
  assert.equal(noticeText(status(), zh), '');
  assert.equal(stripText(status({ phase: 'signed-out' }), zh).state, '已退出登录，实时数据停止');
});

test('spans carry their units', () => {
  assert.deepEqual([59_999, 60_000, 3_599_000, 7_300_000].map((ms) => span(ms, zh.say)), ['59 秒', '1 分', '59 分', '2 时']);
});

const codes = (...values) => Object.fromEntries(values.map((value) => [value, { zh: `${value}类`, en: value }]));
const described = [
  { id: 'incidents', title_zh: '案卷', title_en: 'Incidents', fields: [{ name: 'category', values: codes('A', 'B', 'C', 'D') }, { name: 'severity', values: codes('1', '2', '3', '4') }] },
  { id: 'units', title_zh: '队伍', title_en: 'Units', fields: [] },
];

test('the legend explains every shape and every fill once, in the words of the description', () => {
  const style = make({ live: ['incidents', 'units'] });
  const entries = buildLegend(style, described, 14, 'zh-hans');
  assert.deepEqual(entries.map((one) => one.label), ['A类', 'B类', 'C类', 'D类', '1类', '2类', '3类', '4类', '队伍']);
  const roads = { layer: 'roads', swatch: 'line', value: 'arterial', label: '主干路' };
  assert.deepEqual(brief([roads, ...entries], described, 'zh-hans').map((one) => one.label), [...entries.map((one) => one.label), '主干路']);
  for (const entry of entries) for (const stroke of strokesNamed(entry.mark)) assert.ok([stroke.fill, stroke.stroke].filter(Boolean).every((token) => entry.colours[token] || token === 'key'), entry.mark);
});

test('marks are placed before all names, critical ones on top, then names by rank; a switch hides them', () => {
  const ids = make({ live: ['incidents', 'units'] }).layers.map((layer) => layer.id);
  const places = ['communities-name', 'units-name', 'incidents-name-2', 'incidents-name-1', 'units', 'incidents-34', 'incidents-2', 'incidents-1', 'selection-mark'].map((id) => ids.indexOf(id));
  assert.deepEqual([...places].sort((a, b) => a - b), places);
  const hidden = make({ live: ['incidents', 'units'], hidden: ['units'] }).layers.filter((layer) => layer.metadata?.layer === 'units');
  assert.ok(hidden.length && hidden.every((layer) => layer.layout.visibility === 'none'));
  assert.ok(!make().layers.some((layer) => ['incidents', 'units'].includes(layer.metadata?.layer)), 'who may not see them gets none');
});

test('all colours of the marks are tokens of the map', () => {
  const style = make({ live: ['incidents', 'units'] });
  const legend = style.layers.find((layer) => layer.id === 'incidents-2').metadata.legend;
  for (const token of MARK_TOKENS) assert.match(legend.colours[token], /^#[0-9a-f]{6}$/, token);
});

test('of very many teams a dot tells where each stands and whether it is known; one without a place has none', () => {
  const team = (id, geometry, stale = false) => ({ id, geometry, properties: { id, stale } });
  const at = { type: 'Point', coordinates: [114, 33.5] };
  const dots = (stale) => dotsOf([team('a', at), team('b', at, true), team('c', null)], { stale }).map(({ id, place, icon }) => [id, place[0], icon]);
  assert.deepEqual(dots(false), [['a', 114, 'unit:standing'], ['b', 114, 'unit:stale']]);
  assert.deepEqual(dots(true), [['a', 114, 'unit:stale'], ['b', 114, 'unit:stale']]);
});

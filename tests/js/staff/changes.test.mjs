import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speaker } from '../../../gis/static/gis/js/words.js';
import { area, differences, distance, fieldsOf, gist, inShort, touched, towards, valueText } from '../../../gis/static/gis/js/staff/changes.js';
import { bearing, boxAround, boxShapes, cornerOf, idsWith, marksOf, middleOf, offenceShapes, ringRound } from '../../../gis/static/gis/js/staff/shapes.js';
import { constantly, deliveredValues, edited, forAnswer, fromColumn, mappingRows, sameMapping, sharedColumns, sureness, translated, unusedColumns } from '../../../gis/static/gis/js/staff/fields.js';
import { bytes, dayAndTime, dayOf, shortHash, since } from '../../../gis/static/gis/js/staff/instants.js';

const say = speaker('zh-hans');
const words = { say, language: 'zh-hans' };
const FIELDS = new Map([
  ['floors', { name: 'floors', type: 'integer', title_zh: '层数', title_en: 'Floors', unit: '', values: {} }],
  ['height_m', { name: 'height_m', type: 'number', title_zh: '高度', title_en: 'Height', unit: 'm', values: {} }],
  ['use', { name: 'use', type: 'text', title_zh: '用途', title_en: 'Use', unit: '', values: { school: { zh: '学校', en: 'School' } } }],
]);

test('values are said in words, with units, and nothing is a dash', () => {
  assert.equal(valueText('school', FIELDS.get('use'), words), '学校');
  assert.equal(valueText(18.4, FIELDS.get('height_m'), words), '18.4 m');
  assert.equal(valueText(12040, FIELDS.get('floors'), words), '12\u2009040');
  assert.equal(valueText('', FIELDS.get('use'), words), '—');
  assert.equal(valueText(true, undefined, words), '是');
  assert.equal(valueText('other', FIELDS.get('use'), words), 'other');
});

test('a change says what it does in one line', () => {
  assert.equal(gist({ kind: 'moved', distance_m: 2.4, bearing_deg: 91, columns: [], before: {}, after: {} }, FIELDS, words), '东移 2.4 m');
  assert.equal(gist({ kind: 'reshaped', area_change_m2: -12.34, columns: ['floors'], before: { floors: 5 }, after: { floors: 6 } }, FIELDS, words), '−12.3 m²\u3000层数 5 → 6');
  assert.equal(gist({ kind: 'reshaped', area_change_m2: 0, columns: [], before: {}, after: {} }, FIELDS, words), '轮廓');
  assert.equal(gist({ kind: 'added', columns: [], before: null, after: { floors: 1 } }, FIELDS, words), '');
});

test('attributes are told from what to what', () => {
  assert.deepEqual(differences({ columns: ['use', 'x'], before: { use: 'school', x: 1 }, after: { use: null, x: 2 } }, FIELDS, words), [
    { name: 'use', title: '用途', before: '学校', after: '—' }, { name: 'x', title: 'x', before: '1', after: '2' },
  ]);
});

test('counts are short and leave out what is nothing', () => {
  assert.equal(inShort({ added: 214, removed: 37, moved: 1, reshaped: 2, changed: 3, unchanged: 9 }), '+214 −37 ~6');
  assert.equal(inShort({ added: 0, removed: 0, moved: 0, reshaped: 0, changed: 0, unchanged: 9 }), '');
  assert.equal(touched({ added: 1, unchanged: 5 }), 1);
});

test('directions and sizes are rounded for people', () => {
  assert.deepEqual([0, 44, 46, 181, 359, -90].map(towards), ['north', 'northeast', 'northeast', 'south', 'north', 'west']);
  assert.deepEqual([0.004, 0.3, 2.44, 1500].map(distance), ['4 mm', '30 cm', '2.4 m', '1.5 km']);
  assert.equal(area(2_500_000), '2.5 km²');
});

test('fields are offered by how many rows they change', () => {
  assert.deepEqual(fieldsOf({ use: 2, floors: 9, none: 0 }, FIELDS, 'en'), [{ name: 'floors', count: 9, title: 'Floors' }, { name: 'use', count: 2, title: 'Use' }]);
});

const square = (x, y) => ({ type: 'Polygon', coordinates: [[[x, y], [x + 2, y], [x + 2, y + 2], [x, y + 2], [x, y]]] });
const shape = (ordinal, kind, state, geometry, feature = `f${ordinal}`) => ({ type: 'Feature', geometry, properties: { ordinal, kind, state, feature } });
const SHAPES = { features: [shape(0, 'moved', 'before', square(0, 0)), shape(0, 'moved', 'after', square(4, 0)), shape(1, 'removed', 'before', square(9, 9)), shape(2, 'added', 'after', { type: 'Point', coordinates: [5, 5] })] };

test('every change has one sign, where it will be or was, pointing where it goes', () => {
  const { features } = marksOf(SHAPES);
  assert.deepEqual(features.map(({ geometry, properties }) => [properties.ordinal, properties.kind, geometry.coordinates]), [[0, 'moved', [5, 1]], [1, 'removed', [10, 10]], [2, 'added', [5, 5]]]);
  assert.ok(Math.abs(features[0].properties.bearing - 90) < 0.1);
  assert.ok(Math.abs(bearing([0, 0], [0, 1])) < 0.1);
});

test('what has a row in a state is known by its id, once', () => {
  assert.deepEqual(idsWith(SHAPES, 'before'), ['f0', 'f1']);
  assert.deepEqual(idsWith(SHAPES, 'after'), ['f0', 'f2']);
});

test('pairs without a place are left to the list', () => {
  const drawn = offenceShapes([{ geometry: square(0, 0), area_m2: 6.2 }, { geometry: null, area_m2: 1 }], (one) => `${one.area_m2}`);
  assert.equal(drawn.features.length, 2);
  assert.deepEqual(drawn.features[1].properties, { at: 0, mark: true, label: '6.2' });
  const sliver = { type: 'GeometryCollection', geometries: [{ type: 'LineString', coordinates: [[0, 0], [0, 10], [9, 10]] }, { type: 'Point', coordinates: [9, 9] }] };
  assert.deepEqual(cornerOf(sliver), [9, 9]);
  assert.deepEqual(middleOf(square(0, 0)), [1, 1]);
});

test('candidates on the same spot do not write over each other', () => {
  const labels = boxShapes([{ label: 'a', bounds: [0, 0, 1, 1], on: true }, { label: 'b', bounds: [0, 0, 1, 1], on: false }]).features.filter(({ geometry }) => geometry.type === 'Point');
  assert.notDeepEqual(labels[0].geometry.coordinates, labels[1].geometry.coordinates);
});

test('a ring goes round its box with its words above', () => {
  const [ring, label] = ringRound([114, 33.5, 114.01, 33.51], 'words').features;
  const ys = ring.geometry.coordinates.map(([, y]) => y);
  assert.ok(Math.max(...ys) > 33.51 && Math.min(...ys) < 33.5);
  assert.ok(label.geometry.coordinates[1] >= Math.max(...ys) - 1e-9);
  assert.deepEqual(ringRound(null, '').features, []);
  assert.deepEqual(boxAround([{ bbox: [0, 0, 1, 1] }, { bbox: null }, { bbox: [2, 2, 3, 3] }]), [0, 0, 3, 3]);
});

const COLUMNS = [{ name: 'YT', type: 'text', samples: ['学校'], filled: 3 }, { name: 'GD', type: 'number', samples: [1], filled: 2 }, { name: 'BZ', type: 'text', samples: [], filled: 0 }];
const entry = (field, more = {}) => ({ field, column: '', constant: null, values: {}, factor: 1, confidence: 1, reason: '', ...more });
const MAPPING = { fields: [entry('use', { column: 'YT', confidence: 0.7, reason: 'alias' }), entry('height_m', { column: 'GD', confidence: 0.9, factor: 0.01 }), entry('floors')] };

test('rows of the mapping say what fills a field and how surely', () => {
  const rows = mappingRows({ mapping: MAPPING, columns: COLUMNS, fields: [...FIELDS.values()], language: 'zh-hans' });
  assert.deepEqual(rows.map(({ title, sureness: sure, lists, filled }) => [title, sure, lists, filled]), [['用途', 'likely', true, 3], ['高度', 'sure', false, 2], ['层数', 'none', false, null]]);
  assert.deepEqual([0.2, 0.6, 0.85, 1].map((confidence) => sureness({ column: 'a', confidence })), ['weak', 'likely', 'sure', 'said']);
});

test('a column that the file lacks is said', () => {
  assert.equal(mappingRows({ mapping: { fields: [entry('gone', { column: 'NOT' })] }, columns: COLUMNS, fields: [], language: 'en' })[0].missing, true);
});

test('edits make new mappings, and what a person says counts fully', () => {
  const other = fromColumn(MAPPING, 'height_m', 'BZ');
  assert.deepEqual(other.fields[1], entry('height_m', { column: 'BZ' }));
  assert.equal(MAPPING.fields[1].column, 'GD');
  assert.equal(constantly(MAPPING, 'floors', '3').fields[2].constant, '3');
  assert.equal(constantly(MAPPING, 'floors', '').fields[2].constant, null);
  assert.equal(edited(MAPPING, 'use', { factor: 2 }).fields[0].confidence, 1);
  const meaning = translated(MAPPING, 'use', '学校', 'school');
  assert.deepEqual(meaning.fields[0].values, { 学校: 'school' });
  assert.deepEqual(translated(meaning, 'use', '学校', '').fields[0].values, {});
  assert.equal(sameMapping(MAPPING, edited(MAPPING, 'use', {})), true);
  assert.equal(sameMapping(MAPPING, other), false);
  assert.deepEqual(forAnswer(MAPPING).fields.map(({ confidence }) => confidence), [1, 1, 1]);
});

test('columns that fill nothing or two fields are named', () => {
  assert.deepEqual(unusedColumns(MAPPING, COLUMNS).map(({ name }) => name), ['BZ']);
  assert.deepEqual(sharedColumns(fromColumn(MAPPING, 'floors', 'GD')), ['GD']);
});

test('a delivered value stands for what was said, for a code, or for a code of that name', () => {
  const row = { choices: FIELDS.get('use').values, values: { 中学: 'school' } };
  assert.deepEqual(deliveredValues(row, ['中学', 'school', '学校', 'School', '其它']).map(({ code }) => code), ['school', 'school', 'school', 'school', '']);
});

test('times are those of the district and spans are rounded down', () => {
  assert.equal(dayAndTime('2026-09-16T02:26:08Z'), '2026-09-16 10:26');
  assert.equal(dayOf('2026-09-15T17:00:00Z'), '2026-09-16');
  assert.equal(dayOf('2026-09-15'), '2026-09-15');
  assert.equal(dayOf(null), '');
  const now = new Date('2026-09-16T02:26:08Z');
  assert.deepEqual(['2026-09-16T02:26:07Z', '2026-09-16T02:24:09Z', '2026-09-14T02:26:09Z'].map((then) => since(then, now, say)), ['1 秒前', '1 分前', '1 天前']);
});

test('sizes and hashes are short enough to compare by eye', () => {
  assert.deepEqual([0, 999, 4_812_330, 199_990_000, 2e9].map(bytes), ['0 B', '999 B', '4.8 MB', '200 MB', '2 GB']);
  assert.equal(shortHash(`4b7e90d2${'0'.repeat(52)}61af`), '4b7e 90d2 … 61af');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardOf, layerOfLevel, valueText } from '../../gis/static/gis/js/card.js';

const layer = {
  id: 'buildings', title_zh: '建筑', title_en: 'Buildings',
  fields: [
    { name: 'id', type: 'text', title_zh: '编号', title_en: 'Id' }, { name: 'name', type: 'text', title_zh: '名称', title_en: 'Name' },
    { name: 'name_en', type: 'text', title_zh: '英文名', title_en: 'English name' },
    { name: 'use', type: 'text', title_zh: '用途', title_en: 'Use', values: { school: { zh: '学校', en: 'School' } } },
    { name: 'height_m', type: 'number', title_zh: '高度', title_en: 'Height', unit: 'm' },
    { name: 'height_estimated', type: 'boolean', title_zh: '高度为估算', title_en: 'Height estimated' },
    { name: 'built_year', type: 'integer', title_zh: '建成年份', title_en: 'Built in' },
    { name: 'households', type: 'integer', title_zh: '户数', title_en: 'Households' },
    { name: 'community', type: 'text', title_zh: '社区', title_en: 'Community' },
    { name: 'address', type: 'text', title_zh: '地址', title_en: 'Address' },
  ],
};
const feature = {
  type: 'Feature', id: 'u1',
  chain: [{ level: 'community', code: '411102001001', name: '滨西社区', name_en: 'Binxi Community' }],
  properties: { id: 'u1', name: '二中', name_en: 'No. 2 School', use: 'school', height_m: 18.10, height_estimated: true, built_year: 1989, households: 1234, community: '411102001001', address: null, surprise: 7 },
};
const row = (card, name) => [...card.attributes, ...card.record].find((one) => one.name === name);

test('every attribute is on the card, with title, unit and code list in both languages', () => {
  const card = cardOf(feature, layer, 'zh-hans');
  assert.equal(card.title, '二中');
  assert.equal(card.subtitle, 'No. 2 School');
  assert.equal(card.kind, '学校');
  assert.deepEqual([row(card, 'use').value, row(card, 'use').other], ['学校', 'School']);
  assert.deepEqual([row(card, 'use').title, row(card, 'use').titleOther], ['用途', 'Use']);
  assert.equal(row(card, 'height_m').value, '18.1\u00a0m');
  assert.deepEqual([row(card, 'height_estimated').value, row(card, 'height_estimated').other], ['是', 'Yes']);
  const shown = new Set([...card.attributes, ...card.record].map((one) => one.name));
  for (const name of Object.keys(feature.properties)) assert.ok(shown.has(name) || ['name', 'name_en'].includes(name), name);
});

test('moments are told in the district\'s time, in both languages; a date stays a date', () => {
  assert.deepEqual(valueText({ name: 'due', type: 'datetime' }, '2026-09-16T12:14:36Z'), { zh: '9月16日 周三 20:14:36', en: 'Wed 16 Sept 20:14:36' });
  assert.deepEqual(valueText({ name: 'due', type: 'datetime' }, 'soon'), { zh: 'soon', en: 'soon' });
  assert.equal(valueText({ name: 'valid_from', type: 'date' }, '2026-09-16').zh, '2026-09-16');
});

test('a unit of which nothing was heard says so beside its kind, not as a row', () => {
  const units = { id: 'units', title_zh: '队伍', title_en: 'Units', fields: [{ name: 'kind', type: 'text', values: { team: { zh: '网格队伍', en: 'Grid team' } } }] };
  const of = (stale) => cardOf({ id: 'u', properties: { id: 'u', kind: 'team', stale } }, units, 'zh-hans');
  assert.equal(of(true).kind, '网格队伍\u3000停更');
  assert.equal(of(false).kind, '网格队伍');
  assert.equal(row(of(true), 'stale'), undefined);
});

test('years are not grouped, counts are, nothing is a dash', () => {
  const card = cardOf(feature, layer, 'en');
  assert.equal(row(card, 'built_year').value, '1989');
  assert.equal(row(card, 'households').value, '1\u2009234');
  assert.equal(row(card, 'address').value, '—');
  assert.ok(row(card, 'address').empty);
});

test('an area code shows the name of the area and leads to it', () => {
  const found = row(cardOf(feature, layer, 'en'), 'community');
  assert.deepEqual([found.value, found.other, found.area], ['Binxi Community', '411102001001', '411102001001']);
  assert.equal(layerOfLevel('community'), 'communities');
  assert.equal(layerOfLevel('galaxy'), '');
});

test('a value outside the code list is shown as it is', () => {
  assert.deepEqual(valueText(layer.fields[3], 'bunker'), { zh: 'bunker', en: 'bunker' });
});

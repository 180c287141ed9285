import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flat, groupResults, marked, onKey, whole, worthAsking } from '../../gis/static/gis/js/search.js';

const described = [
  { id: 'roads', title_zh: '道路', title_en: 'Roads', fields: [{ name: 'class', values: { arterial: { zh: '主干路', en: 'Arterial' } } }] },
  { id: 'places', title_zh: '地点', title_en: 'Places', fields: [{ name: 'kind', values: { park: { zh: '公园', en: 'Park' } } }] },
];
const results = [
  { layer: 'places', id: '1', kind: 'park', name: '人民公园', name_en: 'Renmin Park', chain_zh: '老街街道 滨西社区', chain_en: 'Binxi, Laojie' },
  { layer: 'roads', id: '2', kind: 'arterial', name: '人民路', name_en: 'Renmin Road' },
  { layer: 'places', id: '3', kind: 'other', name: '', name_en: 'Kiosk', code: 'CD1' },
];

test('results stand under their layers, layers by their best result', () => {
  const groups = groupResults(results, described, 'zh-hans');
  assert.deepEqual(groups.map((group) => [group.title, group.items.length]), [['地点', 2], ['道路', 1]]);
  assert.deepEqual(flat(groups).map((item) => item.id), ['1', '3', '2']);
  assert.equal(groups[0].items[0].kindTitle, '公园');
  assert.equal(groups[0].items[0].chain, '老街街道 滨西社区');
  assert.equal(groups[0].items[1].title, 'Kiosk');
});

test('a layer that has no description still shows its results', () => {
  assert.equal(groupResults([{ layer: 'x', id: '9', name: 'n' }], described, 'en')[0].title, 'x');
});

test('keys walk the list round and round; Enter takes the first when none is chosen', () => {
  const cases = [
    [{ active: -1, count: 3 }, 'ArrowDown', 0, 'move'], [{ active: 2, count: 3 }, 'ArrowDown', 0, 'move'],
    [{ active: -1, count: 3 }, 'ArrowUp', 2, 'move'], [{ active: 0, count: 3 }, 'End', 2, 'move'],
    [{ active: -1, count: 3 }, 'End', -1, 'none'], [{ active: -1, count: 0 }, 'ArrowDown', -1, 'none'],
    [{ active: -1, count: 3 }, 'Enter', 0, 'choose'], [{ active: 1, count: 3 }, 'Enter', 1, 'choose'],
    [{ active: -1, count: 0 }, 'Enter', -1, 'none'], [{ active: 1, count: 3 }, 'Escape', -1, 'close'],
    [{ active: 1, count: 3 }, 'a', 1, 'none'],
  ];
  for (const [state, key, active, act] of cases) assert.deepEqual(onKey(state, key), { active, act }, `${key} ${state.active}/${state.count}`);
});

test('one Chinese character is worth a request, one letter is not', () => {
  assert.deepEqual(['沙', 'rm', 'r', ' ', ''].map(worthAsking), [true, true, false, false, false]);
});

test('the part that was typed is marked, whatever its case', () => {
  assert.deepEqual(marked('Renmin Road', 'min r'), [{ text: 'Ren', hit: false }, { text: 'min R', hit: true }, { text: 'oad', hit: false }]);
  assert.deepEqual(marked('人民路', 'rml'), [{ text: '人民路', hit: false }]);
  assert.deepEqual(marked('<img onerror>', 'img').map((run) => run.text).join(''), '<img onerror>');
});

test('the pieces of a street are one result with the box of all of them', () => {
  const piece = (id, bbox) => ({ layer: 'roads', id, name: '人民路', bbox });
  const found = whole([piece('1', [0, 0, 1, 1]), { layer: 'places', id: '9', name: '人民路' }, piece('2', [-1, 2, 0, 3])]);
  assert.deepEqual(found.map((one) => [one.id, one.pieces]), [['1', 2], ['9', 1]]);
  assert.deepEqual(found[0].bbox, [-1, 0, 1, 3]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speaker } from '../../../gis/static/gis/js/words.js';
import { becomes, chosen, factsOf, rowRuns, rowsText, weigh } from '../../../gis/static/gis/js/staff/report.js';
import { answerTo, asksForFields, boxesOf, givenAnswers, questionsOf, withoutFigure } from '../../../gis/static/gis/js/staff/questions.js';
import { lookAgainMs, shareOf, stepsOf, toneOf } from '../../../gis/static/gis/js/staff/steps.js';
import { format, parse } from '../../../gis/static/gis/js/staff/place.js';

const say = speaker('zh-hans');
const finding = (severity, rows = [], more = {}) => ({ code: 'x', severity, rows, field: null, layer: null, message_zh: '句', message_en: 'words', remedy: '办', remedy_en: 'do', ...more });

test('findings are weighed and the weightiest stand first, else in the order of the report', () => {
  const all = [finding('info'), finding('warning', [1]), finding('error'), finding('warning', [2]), finding('question')];
  assert.deepEqual(weigh(all), { all: 5, error: 1, question: 1, warning: 2, info: 1 });
  assert.deepEqual(chosen(all, 'all').map(({ severity, rows }) => severity + rows), ['error', 'question', 'warning1', 'warning2', 'info']);
  assert.deepEqual(chosen(all, 'warning').map(({ rows }) => rows[0]), [1, 2]);
});

test('one row is named, several are counted, a cut list says so', () => {
  assert.equal(rowsText(finding('info'), say), '');
  assert.equal(rowsText(finding('info', [2318]), say), '2\u2009318');
  assert.equal(rowsText(finding('info', [1, 2]), say), '2 行');
  assert.equal(rowsText(finding('info', Array.from({ length: 1000 }, (_, n) => n)), say), '1\u2009000+ 行');
});

test('neighbouring rows are written as runs', () => {
  assert.equal(rowRuns([7, 3, 4, 5, 12]), '3–5, 7, 12');
  assert.equal(rowRuns([1, 3, 5], 2), '1, 3 …');
  assert.equal(rowRuns([]), '');
});

test('what becomes of a row follows from the weight alone', () => {
  assert.deepEqual(['error', 'question', 'warning', 'info'].map((weight) => becomes(finding(weight), false)), ['Nothing is stored', 'To be answered', 'Stored, flaw noted', 'Stored']);
  assert.equal(becomes(finding('question'), true), 'Answered');
});

test('the facts of a file are those of its one layer, or how many there are', () => {
  const layer = { crs: 'EPSG:4490', source_datum: 'cgcs2000', encoding: 'GB18030', encoding_confidence: 0.93, count: 12046 };
  assert.deepEqual(factsOf({ layers: [layer] }, say), ['EPSG:4490', 'CGCS2000', 'GB18030 93%', '12\u2009046 行']);
  assert.deepEqual(factsOf({ layers: [layer, { ...layer, count: 4 }] }, say), ['2 个图层', '12\u2009050 行']);
  assert.deepEqual(factsOf(null, say), []);
});

const BOXED = { value: '4547', label_zh: '甲', label_en: 'A', bounds_4326: [113, 33, 114, 34] };
const asked = { findings: [finding('question', [], { option: '--crs', candidates: [BOXED, { value: '4548', label_zh: '乙', label_en: 'B', bounds_4326: null }] }), finding('question', [], { option: '--crs', candidates: [BOXED] }), finding('question', [], { option: '--swap-axes' }), finding('warning')] };

test('findings that one answer settles are one question', () => {
  const questions = questionsOf(asked, 'zh-hans');
  assert.deepEqual(questions.map(({ option, findings, choices }) => [option, findings.length, choices.map(({ value }) => value)]), [['--crs', 2, ['4547', '4548']], ['--swap-axes', 1, ['yes']]]);
  assert.equal(questionsOf(asked, 'en')[0].choices[0].label, 'A');
  assert.deepEqual(questionsOf(null, 'en'), []);
});

test('answers are typed as the interface takes them, and nonsense is no answer', () => {
  const cases = [
    ['--crs', '4547', { crs: 4547 }], ['--crs', ' EPSG:4548 ', { crs: 4548 }], ['--crs', 'moon', null], ['--crs', '', null],
    ['--encoding', 'GB18030', { encoding: 'GB18030' }], ['--swap-axes', 'yes', { swap_axes: true }], ['--source-datum', 'gcj02', { source_datum: 'gcj02' }],
    ['--datum-params', '−12.3, 4；5', { datum_params: [-12.3, 4, 5] }], ['--datum-params', '1 2', null], ['--new-thing', 'x', { new_thing: 'x' }], ['--new-thing', '', null],
  ];
  for (const [option, text, wanted] of cases) assert.deepEqual(answerTo(option, text), wanted, `${option} ${text}`);
});

test('only candidates with a place are drawn, the chosen one marked', () => {
  const boxes = boxesOf(questionsOf(asked, 'en'), new Map([['--crs', '4547']]));
  assert.deepEqual(boxes.map(({ value, on }) => [value, on]), [['4547', true]]);
  assert.deepEqual(boxesOf(questionsOf(asked, 'en'), new Map()).map(({ on }) => on), [false]);
});

test('answers that were given are told, the rest is not', () => {
  assert.deepEqual(givenAnswers({ crs: 4547, swap_axes: true, encoding: null, datum_params: [], mapping: {} }).map(({ name, value }) => [name, value]), [['crs', '4547'], ['swap_axes', '']]);
});

test('a consequence does not say its figure twice', () => {
  assert.equal(withoutFigure('41 宗在办案卷将换网格', 41), '宗在办案卷将换网格');
  assert.equal(withoutFigure('walls that lose their area: 3', 3), 'walls that lose their area');
  assert.equal(withoutFigure('410 cases', 41), '410 cases');
  assert.equal(withoutFigure('words', undefined), 'words');
});

test('questions about the mapping lead to the fields', () => {
  assert.equal(asksForFields({ option: '--mapping' }), true);
  assert.equal(asksForFields({ option: '--crs' }), false);
});

test('the four steps follow the state', () => {
  const states = (one) => stepsOf(one).map(({ state }) => state).join(' ');
  assert.equal(states({ status: 'uploading' }), 'now todo todo todo');
  assert.equal(states({ status: 'reading' }), 'done now todo todo');
  assert.equal(states({ status: 'asking' }), 'done now todo todo');
  assert.equal(states({ status: 'asking', diff: {} }), 'done done now todo');
  assert.equal(states({ status: 'refused' }), 'done failed todo todo');
  assert.equal(states({ status: 'ready', diff: {} }), 'done done now todo');
  assert.equal(states({ status: 'committed' }), 'done done done done');
  assert.equal(states({ status: 'failed', progress: { step: 'committing' } }), 'done done done failed');
  assert.equal(states({ status: 'cancelled', diff: {}, report: {} }), 'done done stopped todo');
  assert.equal(toneOf('refused'), 'bad');
});

test('the page looks soon while a process works and rarely while a person thinks', () => {
  assert.ok(lookAgainMs('reading', 1) < 1000);
  assert.ok(lookAgainMs('reading', 100) <= 3000);
  assert.ok(lookAgainMs('asking', 1) > lookAgainMs('reading', 100));
  assert.ok(lookAgainMs('committed', 1) >= lookAgainMs('asking', 1));
});

test('a share is known only where a total is', () => {
  assert.equal(shareOf({ done: 3, total: 4 }), 0.75);
  assert.equal(shareOf({ done: 9, total: 4 }), 1);
  assert.equal(shareOf({ done: 0, total: 0 }), null);
  assert.equal(shareOf(null), null);
});

test('a place survives its address, and an address cannot name what is not there', () => {
  const place = { ...parse(''), tab: 'changes', kind: 'moved', page: 3, change: 214, side: 'after', text: '人民路 & 1' };
  assert.deepEqual(parse(format(place)), place);
  assert.equal(format(parse('')), '#');
  assert.deepEqual(parse('#tab=evil&kind=gone&page=-3&side=left&change=1e9&weight=x'), parse(''));
});

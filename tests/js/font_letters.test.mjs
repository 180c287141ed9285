import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

import { lettersOf, tablesOf } from '../../gis/local/font_letters.mjs';

const FOLDER = new URL('../../node_modules/@fontsource/noto-sans-sc/files/', import.meta.url);
const pieces = readdirSync(FOLDER).filter((name) => /-(\d+|latin)-400-normal\.woff2$/.test(name)).map((name) => readFileSync(new URL(name, FOLDER)));

test('letters of several pieces become one file, and what no piece has is not claimed', () => {
  const { file, codes } = lettersOf(pieces, '源汇区ABé源\u{1F600}\u0E01');
  assert.deepEqual(codes.map((code) => String.fromCodePoint(code)), ['A', 'B', 'é', '区', '汇', '源']);
  const tables = tablesOf(file);
  assert.equal(tables.get('maxp').bytes.readUInt16BE(4), 1 + codes.length, 'no letter, and each letter');
  assert.equal(tables.get('hmtx').bytes.length, 4 * tables.get('maxp').bytes.readUInt16BE(4));
  assert.equal(file.readUInt32BE(8), file.length);
  assert.ok(file.length < 4_000);
});

test('a letter keeps its outline and its width', () => {
  const once = lettersOf(pieces, '源').file;
  const again = lettersOf([once], '源');
  assert.deepEqual(again.codes, ['源'.codePointAt(0)]);
  for (const tag of ['glyf', 'hmtx', 'cmap']) assert.deepEqual(tablesOf(again.file).get(tag).bytes, tablesOf(once).get(tag).bytes);
});

test('another file is refused', () => {
  assert.throws(() => tablesOf(Buffer.from('OTTO and more')), /not a WOFF2/);
  assert.ok(existsSync(FOLDER));
});

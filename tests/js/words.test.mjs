import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { WALL_ZH } from '../../gis/static/gis/js/wall/words.js';
import { ZH as PAGE_ZH, nameOf, speaker, titleOf } from '../../gis/static/gis/js/words.js';

const ZH = { ...PAGE_ZH, ...WALL_ZH };
const HERE = new URL('../../gis/static/gis/js/', import.meta.url);
const scripts = readdirSync(HERE, { recursive: true }).filter((name) => name.endsWith('.js'));

test('every sentence the scripts say has its Chinese', () => {
  const missing = [];
  for (const name of scripts) {
    const text = readFileSync(new URL(name, HERE), 'utf8');
    for (const [, said] of text.matchAll(/\bsay\('((?:[^'\\]|\\.)*)'/g)) if (!(said in ZH)) missing.push(`${name}: ${said}`);
  }
  assert.deepEqual(missing, []);
});

test('every word that the wall picks from a table has its Chinese', () => {
  const missing = [];
  for (const name of scripts.filter((one) => one.startsWith('wall/') && !one.startsWith('wall/map/') && !one.endsWith('words.js'))) {
    const text = readFileSync(new URL(name, HERE), 'utf8');
    const tables = [...text.matchAll(/^const (?:TITLES|WORDS|KINDS|STATES|STATE_WORDS|REASONS) = \{([^}]*(?:\{[a-z]+\}[^}]*)*)\};/gms)].map(([, body]) => body);
    for (const body of tables) for (const [, said] of body.matchAll(/: '((?:[^'\\]|\\.)+)'/g)) if (!(said in ZH)) missing.push(`${name}: ${said}`);
    for (const [, said] of text.matchAll(/\btext: '([^']+)'|heading\('([^']+)'\)/g)) if (said && !(said in ZH)) missing.push(`${name}: ${said}`);
  }
  assert.deepEqual(missing, []);
});

test('both languages name the same values', () => {
  const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
  for (const [en, zh] of Object.entries(ZH)) assert.deepEqual(values(zh), values(en), en);
});

test('a value that is not given stays visible instead of vanishing', () => {
  assert.equal(speaker('en')('{count} results', { count: 3 }), '3 results');
  assert.equal(speaker('zh-hans')('{count} results', { count: 3 }), '3 条结果');
  assert.equal(speaker('en')('{count} results'), '{count} results');
});

test('names fall back to the other language, then to the code', () => {
  assert.equal(nameOf({ name: '沙河', name_en: 'Sha River' }, 'en'), 'Sha River');
  assert.equal(nameOf({ name: '沙河', name_en: '' }, 'en'), '沙河');
  assert.equal(nameOf({ code: '411102' }, 'zh-hans'), '411102');
  assert.equal(titleOf({ title_zh: '道路', title_en: 'Roads' }, 'zh-hans'), '道路');
});

test('no script writes markup, and only the adapters know the map library', () => {
  for (const name of scripts) {
    const text = readFileSync(new URL(name, HERE), 'utf8');
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|\beval\(|new Function/, name);
    assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/, `${name} names an outside address`);
    if (!['map.js', 'wall/map/pane.js'].includes(name)) assert.doesNotMatch(text, /from 'maplibre-gl'/, name);
  }
});

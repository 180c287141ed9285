import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { DRAWN } from '../../gis/static/gis/js/cartography/style.js';
import { MAP_TOKENS } from '../../gis/static/gis/js/theme.js';
import { make, tokens } from './fixture.mjs';

test('every token the map asks for is in tokens.css, in both themes', () => {
  for (const theme of ['dark', 'light']) for (const [name, value] of Object.entries(tokens(theme))) assert.match(value, /^#[0-9a-f]{6}$/, `${theme} ${name}`);
});

test('the style is valid for the library that draws it', { skip: !existsSync(new URL('../../node_modules/@maplibre/maplibre-gl-style-spec', import.meta.url)) }, async () => {
  const { validateStyleMin } = await import('@maplibre/maplibre-gl-style-spec');
  for (const theme of ['dark', 'light']) {
    for (const tilted of [false, true]) {
      for (const language of ['zh-hans', 'en']) {
        const style = make({ tokens: tokens(theme), tilted, language, known: [...DRAWN, 'new:wells'], live: ['incidents', 'units'] });
        assert.deepEqual(validateStyleMin(style).map((one) => one.message), [], `${theme} ${tilted} ${language}`);
      }
    }
  }
});

test('no two style layers share an id and all sources exist', () => {
  for (const tilted of [false, true]) {
    const style = make({ tilted, live: ['incidents', 'units'] });
    const ids = style.layers.map((layer) => layer.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const layer of style.layers) if (layer.source) assert.ok(layer.source in style.sources, layer.id);
  }
});

test('colours come from the tokens alone: other tokens, no old colour left', () => {
  const plain = Object.fromEntries(MAP_TOKENS.map((name) => [name, '#123456']));
  const text = JSON.stringify(make({ tokens: plain, live: ['incidents', 'units'] }).layers);
  const colours = new Set(text.match(/#[0-9a-f]{6}/gi));
  assert.deepEqual([...colours], ['#123456']);
});

test('a layer that is switched off is hidden, all of it, and nothing else is', () => {
  const style = make({ hidden: ['roads'] });
  for (const layer of style.layers) {
    assert.equal(layer.layout?.visibility === 'none', layer.metadata?.layer === 'roads', layer.id);
  }
});

test('borders lie below the river water and bridges above it', () => {
  const ids = make().layers.map((layer) => layer.id);
  const at = (id) => ids.indexOf(id);
  assert.ok(at('communities-border') < at('waters-over-borders'));
  assert.ok(at('waters-over-borders') < at('roads-arterial-bridge'));
  assert.ok(at('outside') < at('district-border'), 'the outside is dimmed, the border is not');
});

test('names stand in the order of their rank: the last is placed first', () => {
  const ids = make().layers.map((layer) => layer.id);
  const ranked = ['grids-name', 'greens-name', 'roads-name-street', 'waters-name-zh', 'roads-name-arterial', 'communities-name'];
  const places = ranked.map((id) => ids.indexOf(id));
  assert.ok(places.every((place) => place > 0), String(places));
  assert.deepEqual([...places].sort((a, b) => a - b), places);
});

test('in 3D buildings stand up and only communities and rivers keep their names', () => {
  const ids = make({ tilted: true }).layers.map((layer) => layer.id);
  assert.ok(ids.includes('buildings-3d') && !ids.includes('buildings'));
  assert.ok(ids.includes('communities-name') && !ids.some((id) => id.startsWith('roads-name')));
});

test('a large screen shifts every zoom and widens every line by the same factor', () => {
  const [one, two] = [make(), make({ scale: 2 })];
  const minzoom = (style, id) => style.layers.find((layer) => layer.id === id).minzoom;
  assert.equal(minzoom(two, 'grids-border'), minzoom(one, 'grids-border') + 1);
});

test('a layer nobody may see leaves no trace in the style', () => {
  const style = make({ sourceOf: (layer) => (['cameras', 'camera_views', 'places'].includes(layer) ? undefined : 'base') });
  assert.ok(!style.layers.some((layer) => ['cameras', 'camera_views', 'places'].includes(layer.metadata?.layer)));
});

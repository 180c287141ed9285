import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { mix } from '../../../gis/static/gis/js/colour.js';
import { MAP_TOKENS } from '../../../gis/static/gis/js/theme.js';
import { lookOf } from '../../../gis/static/gis/js/wall/map/picture.js';
import { lightOf } from '../../../gis/static/gis/js/wall/map/sunlight.js';
import { AT_FIRST, wallStyle } from '../../../gis/static/gis/js/wall/map/style.js';
import { tokens } from '../fixture.mjs';

const TILED = ['district', 'subdistricts', 'communities', 'grids', 'buildings', 'roads', 'waters', 'greens', 'places', 'cameras', 'camera_views', 'new:wells'];
const CLASSES = new Map([['411102001001001', 0], ['411102001001002', 3], ['411102001001003', -1]]);

function make(changes = {}) {
  const theme = changes.theme ?? 'dark';
  return wallStyle({
    tokens: tokens(theme), language: 'zh-hans', scale: 1, size: 1, tilted: false, sources: { base: { type: 'vector', tiles: ['http://127.0.0.1/{z}/{x}/{y}'] } }, sourceOf: () => 'base', tiled: TILED,
    on: new Set(AT_FIRST), ...lightOf(Date.parse('2026-09-16T12:00:00Z'), [114, 33.5], theme, tokens(theme), mix), classes: null, loadStale: false, data: {}, ...changes,
  });
}
const ids = (style) => style.layers.map(({ id }) => id);

test('the wall\'s style is valid for the library that draws it', { skip: !existsSync(new URL('../../../node_modules/@maplibre/maplibre-gl-style-spec', import.meta.url)) }, async () => {
  const { validateStyleMin } = await import('@maplibre/maplibre-gl-style-spec');
  for (const theme of ['dark', 'light']) for (const tilted of [false, true]) for (const classes of [null, CLASSES, new Map()]) for (const loadStale of [false, true]) for (const language of ['zh-hans', 'en']) {
    const style = make({ theme, tilted, classes, loadStale, language, on: new Set([...AT_FIRST, 'camera_views', 'new:wells', 'unit_grids']) });
    assert.deepEqual(validateStyleMin(style).map(({ message }) => message), [], `${theme} ${tilted} ${language}`);
    assert.equal(new Set(ids(style)).size, style.layers.length, 'no id twice');
    for (const layer of style.layers) if (layer.source) assert.ok(layer.source in style.sources, layer.id);
  }
});

test('colours come from the tokens alone', () => {
  const plain = Object.fromEntries(MAP_TOKENS.map((name) => [name, '#123456']));
  for (const tilted of [false, true]) assert.deepEqual([...new Set(JSON.stringify(make({ tokens: plain, tilted, classes: CLASSES }).layers).match(/#[0-9a-f]{6}/gi))], ['#123456']);
});

test('a layer that the scene leaves out is not drawn, and the ground always is', () => {
  const style = make({ on: new Set(['communities']) });
  const layers = new Set(style.layers.filter(({ metadata }) => metadata && metadata.pick !== 0).map(({ metadata }) => metadata.layer));
  for (const one of ['incidents', 'units', 'cameras', 'grids', 'places', 'new:wells']) assert.ok(!layers.has(one), one);
  for (const one of ['buildings', 'roads', 'waters', 'district', 'communities']) assert.ok(layers.has(one), one);
});

test('a critical case lies on top, marks lie above titles, titles above the ground', () => {
  const order = ids(make());
  const at = (id) => order.indexOf(id);
  assert.deepEqual(['roads-name-street', 'units-name', 'communities-name', 'incidents-title-2', 'incidents-title-1', 'units', 'incidents-4', 'incidents-2', 'incidents-1'].map(at), ['roads-name-street', 'units-name', 'communities-name', 'incidents-title-2', 'incidents-title-1', 'units', 'incidents-4', 'incidents-2', 'incidents-1'].map(at).sort((a, b) => a - b));
  assert.ok(!order.includes(undefined) && at('choropleth') < 0);
});

test('the choropleth lies below buildings and streets; in 3D it colours the buildings instead', () => {
  const order = ids(make({ classes: CLASSES }));
  assert.ok(order.indexOf('choropleth') < order.indexOf('buildings') && order.indexOf('choropleth-hatch') > 0);
  const tilted = make({ classes: CLASSES, tilted: true });
  assert.ok(!ids(tilted).includes('choropleth'));
  const colour = JSON.stringify(tilted.layers.find(({ id }) => id === 'buildings-3d').paint['fill-extrusion-color']);
  assert.ok(colour.includes('411102001001002') && colour.includes(tokens('dark').d3));
  const stale = JSON.stringify(make({ classes: CLASSES, tilted: true, loadStale: true }).layers.find(({ id }) => id === 'buildings-3d').paint['fill-extrusion-color']);
  assert.ok(!stale.includes(tokens('dark').d3), 'what is too old has no colour');
});

test('a 4K screen at scale 1 shows each detail one zoom later, so that the sheet is the same', () => {
  const from = (style, id) => style.layers.find((layer) => layer.id === id).minzoom;
  assert.equal(from(make({ scale: 2, size: 2 }), 'grids-border'), from(make(), 'grids-border') + 1);
});

test('side by side: marks at the left, load at the right, or the other view where there is no load', () => {
  const state = { split: true, tilted: false, classes: CLASSES, heat: null };
  assert.deepEqual([lookOf(0, state), lookOf(1, state)], [{ tilted: false, load: false, marks: true }, { tilted: false, load: true, marks: false }]);
  assert.deepEqual(lookOf(1, { ...state, classes: null }), { tilted: true, load: false, marks: true });
  assert.deepEqual(lookOf(0, { ...state, split: false }), { tilted: false, load: true, marks: true });
});

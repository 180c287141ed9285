import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { brush } from '../../gis/static/gis/js/cartography/brush.js';
import { labelText, staffLayer } from '../../gis/static/gis/js/cartography/staff.js';
import { DRAWN, ownLayers } from '../../gis/static/gis/js/cartography/style.js';
import { layerRows } from '../../gis/static/gis/js/layerlist.js';
import { buildLegend, swatchesOf } from '../../gis/static/gis/js/legend.js';
import { drawnAs, known } from '../../gis/static/gis/js/sources.js';
import { speaker } from '../../gis/static/gis/js/words.js';
import { make, tokens } from './fixture.mjs';

const hydrants = {
  id: 'hydrants', title_zh: '消火栓', title_en: 'Hydrants', group: 'own', staff: true, geometry_types: ['Point'], min_zoom: 12, label: 'state', label_zoom: 15,
  style: { geometry: 'point', colour: 'cat-city', size: 5, width: 1, opacity: 0.8 }, fields: [{ name: 'state', values: { ok: { zh: '正常', en: 'Fine' } } }],
};
const surfaces = { ...hydrants, id: 'works', geometry_types: ['MultiPolygon'], label: 'name', style: { geometry: 'fill', colour: 'ink', size: 3, width: 2, opacity: 0.3 } };
const lines = { ...surfaces, id: 'pipes', geometry_types: ['MultiLineString'], style: { ...surfaces.style, geometry: 'line' } };
const mixed = { ...surfaces, id: 'all_kinds', geometry_types: ['Point', 'MultiLineString', 'MultiPolygon'], style: { ...surfaces.style, geometry: 'mixed' } };
const all = [hydrants, surfaces, lines, mixed];
const styled = (changes = {}) => make({ known: [...DRAWN, ...all.map(({ id }) => id)], own: all, ...changes });
const b = brush({ tokens: tokens('dark'), language: 'zh-hans' });
const parts = (layer) => staffLayer(b, 'only', layer);

test('a layer is drawn in the colour, size and opacity that its description says', () => {
  const [dot] = parts(hydrants);
  assert.equal(dot.type, 'circle');
  assert.deepEqual([dot.paint['circle-color'], dot.paint['circle-radius'], dot.paint['circle-opacity']], [tokens('dark')['cat-city'], 5, 0.8]);
  const [fill, edge] = parts(surfaces);
  assert.deepEqual([fill.paint['fill-color'], fill.paint['fill-opacity'], edge.paint['line-width']], [tokens('dark').ink, 0.3, 2]);
});

test('only what a layer holds is drawn, and its names come from where the tiles have them', () => {
  assert.deepEqual(parts(hydrants).map(({ type }) => type), ['circle', 'symbol']);
  assert.deepEqual(parts(surfaces).map(({ type }) => type), ['fill', 'line', 'symbol']);
  assert.deepEqual(parts(lines).map(({ type }) => type), ['line', 'symbol']);
  assert.deepEqual(parts(mixed).map(({ type }) => type), ['fill', 'line', 'circle', 'symbol']);
  assert.deepEqual(all.map((layer) => parts(layer).at(-1)['source-layer']), ['hydrants', 'works_label', 'pipes_label', 'all_kinds_label']);
  assert.equal(parts(lines).at(-1).layout['symbol-placement'], 'line');
});

test('names follow the description: none, the name, or another field in the words of its code list', () => {
  assert.equal(parts({ ...hydrants, label: '' }).length, 1);
  assert.equal(parts({ ...hydrants, label_zoom: null }).length, 1);
  assert.deepEqual(labelText(b, hydrants), ['match', ['get', 'state'], 'ok', '正常', ['to-string', ['get', 'state']]]);
  assert.deepEqual(labelText(b, { ...hydrants, fields: [] }), ['to-string', ['get', 'state']]);
});

test('the style with such layers is valid in both themes, and no id stands twice', { skip: !existsSync(new URL('../../node_modules/@maplibre/maplibre-gl-style-spec', import.meta.url)) }, async () => {
  const { validateStyleMin } = await import('@maplibre/maplibre-gl-style-spec');
  for (const theme of ['dark', 'light']) {
    for (const tilted of [false, true]) {
      const style = styled({ tokens: tokens(theme), tilted });
      assert.deepEqual(validateStyleMin(style).map((one) => one.message), []);
      assert.equal(new Set(style.layers.map(({ id }) => id)).size, style.layers.length);
    }
  }
});

test('a layer called like a part of the style of ours takes nothing from it', () => {
  const own = [{ ...hydrants, id: 'selection' }, { ...surfaces, id: 'outside' }, { ...lines, id: 'roads_bridge' }];
  const ids = make({ known: [...DRAWN, ...own.map(({ id }) => id)], own }).layers.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('the switch and the legend show it by its own sign and name, and switching it off hides all of it', () => {
  const style = styled();
  const rows = layerRows({ described: all, style, zoom: 14, hidden: new Set(['works']), language: 'zh-hans', say: speaker('zh-hans') });
  assert.deepEqual(rows.map(({ id, title }) => [id, title]), [['own', '自有图层']]);
  assert.deepEqual(rows[0].rows.map(({ on }) => on), [true, false, true, true]);
  assert.deepEqual(all.map((layer) => swatchesOf(style, layer, 'en').map(({ swatch, label }) => [swatch, label])), [[['dot', 'Hydrants']], [['fill', 'Hydrants']], [['line', 'Hydrants']], [['fill', 'Hydrants']]]);
  const off = styled({ hidden: ['works'] });
  assert.equal(buildLegend(off, [surfaces], 14, 'en').length, 0);
  assert.ok(off.layers.filter(({ metadata }) => metadata?.layer === 'works').every(({ layout }) => layout.visibility === 'none'));
});

test('a layer of which nothing is known is drawn plainly', () => {
  assert.deepEqual(ownLayers(['roads', 'wells'], []), [{ id: 'wells' }]);
  assert.equal(parts({ id: 'wells' })[0].paint['fill-color'], tokens('dark').link);
});

test('rows that came are no other style; another colour, layer or source is', () => {
  const now = { described: [{ ...hydrants, count: 3, version: 1, bbox: null }], specs: { only: { type: 'vector', maxzoom: 16 } } };
  const same = { ...now, described: [{ ...now.described[0], count: 4, version: 2, bbox: [1, 2, 3, 4] }] };
  assert.equal(drawnAs(now), drawnAs(same));
  assert.notEqual(drawnAs(now), drawnAs({ ...now, described: [{ ...now.described[0], style: { ...hydrants.style, colour: 'ink' } }] }));
  assert.notEqual(drawnAs(now), drawnAs({ ...now, described: [] }));
  assert.notEqual(drawnAs(now), drawnAs({ ...now, specs: { only: { type: 'vector', maxzoom: 15 } } }));
});

test('what the stream told is known once the list holds it', () => {
  const list = [{ id: 'hydrants', version: 2, described: 5 }];
  const told = (op, kind, version) => known(list, { op, kind, layer: 'hydrants', version });
  assert.equal(told('published', 'layer.published', 2), true);
  assert.equal(told('published', 'layer.published', 3), false);
  assert.equal(told('described', 'layer.described', 5), true);
  assert.equal(told('described', 'layer.described', 6), false);
  assert.equal(told('described', 'layer.retired', 6), false);
  assert.equal(known([], { op: 'described', kind: 'layer.retired', layer: 'hydrants', version: 6 }), true);
  assert.equal(known([], { op: 'described', kind: 'layer.made', layer: 'hydrants', version: 1 }), false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shanghai } from '../../gis/static/gis/js/clock.js';
import { mix, parse as colour } from '../../gis/static/gis/js/colour.js';
import { facesOf, ranges } from '../../gis/static/gis/js/fonts.js';
import { listInView } from '../../gis/static/gis/js/inview.js';
import { coordinates, grouped, metres, scaleBar } from '../../gis/static/gis/js/numbers.js';
import { format, parse } from '../../gis/static/gis/js/place.js';
import { newer, plan, queriesOf, sourceLookup, vectorSource, withQuery } from '../../gis/static/gis/js/sources.js';
import { themeOf } from '../../gis/static/gis/js/theme.js';

test('the clock tells the district\'s time whatever the machine\'s zone', () => {
  const moment = new Date('2026-09-16T12:14:36Z');
  assert.deepEqual(shanghai(moment, 'zh-hans'), { day: '9月16日 周三', time: '20:14:36' });
  assert.deepEqual(shanghai(moment, 'en'), { day: 'Wed 16 Sept', time: '20:14:36' });
  assert.equal(shanghai(new Date('2026-09-16T16:00:00Z'), 'en').time, '00:00:00');
});

test('figures are grouped thinly and the scale bar is 1, 2 or 5', () => {
  assert.equal(grouped(4182907, 0), '4\u2009182\u2009907');
  assert.equal(grouped(-1234.5), '−1\u2009234.5');
  assert.equal(grouped(NaN), '—');
  assert.equal(metres(1500), '1.5 km');
  for (let zoom = 10; zoom <= 20; zoom += 0.7) {
    const bar = scaleBar(33.57, zoom, 112);
    assert.ok(bar.pixels <= 112 && bar.pixels > 40, `${zoom}: ${bar.pixels}`);
    assert.match(String(bar.metres), /^(1|2|5)0*$/);
  }
  assert.equal(coordinates(114.0213, 33.5766), '114.02130°E 33.57660°N');
});

test('a view survives the address, and a broken address is no view', () => {
  const view = { zoom: 15.2, lat: 33.578, lon: 114.025, bearing: -18, pitch: 56, selected: { layer: 'grids', id: '411102001001001' } };
  assert.deepEqual(parse(format(view)), view);
  for (const bad of ['', '#', '#a/b/c', '#14/NaN/114', '#14/33', '#14/1e400/114', '#14/95/114', '#99/33/114']) assert.equal(parse(bad), null, bad);
  assert.equal(parse('#14/33/114;<img>:1').selected, null);
});

test('a kept theme wins over the system\'s', () => {
  assert.equal(themeOf('light', false), 'light');
  assert.equal(themeOf(null, true), 'light');
  assert.equal(themeOf('purple', false), 'dark');
});

test('colours mix and refuse what is not one', () => {
  assert.equal(mix('#000000', '#ffffff', 0.5), '#808080');
  assert.deepEqual(colour('rgb(1, 2, 3)'), [1, 2, 3]);
  assert.throws(() => colour('url(x)'), RangeError);
});

test('base layers share one source, layers under rights another, hidden ones none', () => {
  const described = ['district', 'buildings', 'roads', 'unit_grids', 'cameras', 'places', 'new:wells'].map((id) => ({ id, tiles: `/tiles/${id}.json` }));
  const sources = plan([...described, { id: 'incidents', tiles: null }]);
  assert.deepEqual([...sources], [['base', ['district', 'roads']], ['built', ['buildings']], ['marks', ['places', 'cameras']], ['only-unit_grids', ['unit_grids']], ['only-new:wells', ['new:wells']]]);
  assert.equal(sourceLookup(sources)('incidents'), undefined);
  assert.equal(vectorSource({ tiles: ['/tiles/a/{z}/{x}/{y}.mvt?v=1'] }, 'http://h').tiles[0], 'http://h/tiles/a/{z}/{x}/{y}.mvt');
});

test('font pieces reach the map with their ranges, other families do not', () => {
  const rule = { family: '"Noto Sans SC"', weight: '700', source: 'url("files/a.woff2") format("woff2"), url(files/a.woff)', range: 'U+4E00-4FFF, U+FF01', base: 'http://h/static/fonts.css' };
  assert.deepEqual(facesOf([rule, { ...rule, family: 'Other' }]), { 'Noto Sans SC Bold': [{ url: 'http://h/static/files/a.woff2', 'unicode-range': ['U+4E00-4FFF', 'U+FF01'] }] });
  const later = { ...rule, source: 'url(b.woff2)', range: 'U+4E00' };
  assert.deepEqual(facesOf([rule, later])['Noto Sans SC Bold'].map(({ url }) => url), ['http://h/static/b.woff2', 'http://h/static/files/a.woff2'], 'the later rule is asked first');
  assert.deepEqual(ranges(''), []);
});

test('the list beside the map names each thing once and counts what it cuts', () => {
  const described = [{ id: 'roads', title_zh: '道路', title_en: 'Roads', fields: [] }];
  const drawn = ['1', '2', '2', '3'].map((id) => ({ layer: 'roads', properties: { id, name: `路${id}` } }));
  const { total, groups } = listInView([...drawn, { layer: 'roads', properties: { id: '4', name: '' } }], described, 'zh-hans', 2);
  assert.equal(total, 3);
  assert.deepEqual(groups[0].items.map((item) => item.title), ['路1', '路2']);
  assert.equal(groups[0].more, 1);
});

test('each tile request carries the version and scope that hold now', () => {
  const first = queriesOf([{ tiles: ['/tiles/a,b/{z}/{x}/{y}.mvt?v=1.1&s=public'] }, { tiles: ['/tiles/c/{z}/{x}/{y}.mvt?v=1&s=x'] }]);
  assert.equal(withQuery('http://h/tiles/a,b/14/1/2.mvt', first), 'http://h/tiles/a,b/14/1/2.mvt?v=1.1&s=public');
  assert.equal(withQuery('http://h/tiles/a%2Cb/14/1/2.mvt', first), 'http://h/tiles/a%2Cb/14/1/2.mvt?v=1.1&s=public');
  assert.equal(withQuery('http://h/other.mvt', first), 'http://h/other.mvt');
  const signedAgain = queriesOf([{ tiles: ['/tiles/c/{z}/{x}/{y}.mvt?v=1&s=y'] }]);
  const published = queriesOf([{ tiles: ['/tiles/c/{z}/{x}/{y}.mvt?v=2&s=y'] }]);
  assert.equal(newer(first, signedAgain), false);
  assert.equal(newer(first, published), true);
});

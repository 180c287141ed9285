/**
 * Names by rank. The engine places the last layer first, so the order here is the rank from least to greatest:
 * grid number, park, street, river, arterial, subdistrict, community. Pure.
 */

import { BOLD, REGULAR, among, halo, nameIn } from './brush.js';

/** Names along streets: [id, classes, from, size stops, bold]. */
const STREETS = [
  ['lane', ['lane', 'alley'], 15.5, [[15.5, 10.5], [18, 13]]],
  ['street', ['street'], 14.4, [[14.4, 10.5], [17, 13]]],
  ['collector', ['collector'], 13.6, [[13.6, 11], [17, 14]]],
  ['arterial', ['arterial'], 12.3, [[12.3, 11], [14, 12.5], [17, 15]]],
];

/** From the streets themselves: the library joins the pieces of a name and spaces it along the whole street. */
function street(b, source, [id, classes, from, size]) {
  const great = id === 'arterial';
  return {
    id: `roads-name-${id}`, type: 'symbol', source, 'source-layer': 'roads', minzoom: b.z(from),
    filter: ['all', among('class', classes), ['!=', ['coalesce', ['get', 'name'], ''], '']],
    metadata: { layer: 'roads', pick: 4, listed: true },
    layout: {
      'symbol-placement': 'line', 'text-field': nameIn(b), 'text-font': REGULAR, 'text-size': b.steps(...size),
      'text-letter-spacing': b.chinese ? (great ? 0.2 : 0.12) : 0.02, 'symbol-spacing': b.px(great ? 340 : 260),
      'text-max-angle': 32, 'text-padding': b.px(6), 'text-rotation-alignment': 'map', 'text-pitch-alignment': 'viewport',
    },
    paint: { 'text-color': great ? b.t['m-label'] : b.t['m-label-2'], ...halo(b, b.t['m-halo'], great ? 1.8 : 1.4) },
  };
}

/** Rivers along their middle, in both scripts as on a printed sheet; ponds at their point, later. */
function rivers(b, source) {
  const paint = { 'text-color': b.t['m-water-ink'], ...halo(b, b.t['m-water'], 1) };
  const river = (id, name, offset, size, spacing) => ({
    id: `waters-name-${id}`, type: 'symbol', source: 'river-lines', minzoom: b.z(10.5),
    metadata: { layer: 'waters', pick: 3, listed: true },
    layout: {
      'symbol-placement': 'line', 'text-field': name, 'text-font': REGULAR, 'text-size': b.steps(...size),
      'text-letter-spacing': spacing, 'symbol-spacing': b.px(620), 'text-max-angle': 50, 'text-padding': b.px(2),
      'text-offset': [0, offset], 'text-pitch-alignment': 'viewport',
    },
    paint,
  });
  const size = [[11, 11], [13.5, 15], [17, 20]];
  const ponds = {
    id: 'waters-name-pond', type: 'symbol', source, 'source-layer': 'waters_label', minzoom: b.z(15.2),
    filter: ['!=', ['get', 'kind'], 'river'],
    metadata: { layer: 'waters', pick: 3, listed: true },
    layout: { 'text-field': nameIn(b), 'text-font': REGULAR, 'text-size': b.steps([15.2, 10.5], [18, 14]), 'text-letter-spacing': b.chinese ? 0.2 : 0 },
    paint,
  };
  const first = b.chinese ? river('zh', ['get', 'name'], 0, size, 1.2) : river('en', ['get', 'name_en'], 0, size, 0.15);
  return b.tilted ? [first] : [ponds, first];
}

function parks(b, source) {
  return [{
    id: 'greens-name', type: 'symbol', source, 'source-layer': 'greens_label', minzoom: b.z(14),
    filter: among('kind', ['park']),
    metadata: { layer: 'greens', pick: 2, listed: true },
    layout: {
      'text-field': nameIn(b), 'text-font': REGULAR, 'text-size': b.steps([14, 10.5], [17, 13]), 'text-max-width': 6, 'text-padding': b.px(8),
    },
    paint: { 'text-color': b.t['m-green-ink'], ...halo(b, b.t['m-green'], 1.2) },
  }];
}

/** The two digits by which people call a grid: the number in its name, else the last two of its code. */
export function gridNumber() {
  return ['slice', ['get', 'code'], -2];
}

function grids(b, source) {
  return [{
    id: 'grids-name', type: 'symbol', source, 'source-layer': 'grids_label', minzoom: b.z(13.4), maxzoom: b.z(15.5),
    metadata: { layer: 'grids', pick: 1, listed: true },
    layout: { 'text-field': gridNumber(), 'text-font': REGULAR, 'text-size': b.steps([13.4, 10.5], [15.5, 13]), 'text-padding': b.px(2) },
    paint: { 'text-color': b.t['m-label-2'], ...halo(b) },
  }];
}

function areaNames(b, source, layer, from, to, size, tone) {
  return {
    id: `${layer}-name`, type: 'symbol', source, 'source-layer': `${layer}_label`, minzoom: b.z(from), ...(to && { maxzoom: b.z(to) }),
    metadata: { layer, pick: 7, listed: true },
    layout: {
      'text-field': nameIn(b), 'text-font': BOLD, 'text-size': b.steps(...size.map(([zoom, px]) => [zoom, b.chinese ? px : px * 0.88])), 'text-max-width': b.chinese ? 8 : 7,
      'text-line-height': 1.2, 'text-padding': b.px(4), 'text-variable-anchor': ['center', 'top', 'bottom'], 'text-radial-offset': 0.2,
    },
    paint: { 'text-color': b.t[tone], ...halo(b, b.t['m-halo'], 2) },
  };
}

/** `人民路小区2号楼` -> `2号楼`, `No. 33 Xiangyi Road` -> `No. 33`: the street is named beside it already. */
function doorNumber(b) {
  const name = nameIn(b);
  if (!b.chinese) return ['let', 'n', name, ['case', ['==', ['index-of', 'No. ', ['var', 'n']], 0], ['slice', ['var', 'n'], 0, ['index-of', ' ', ['concat', ['var', 'n'], ' '], 4]], ['var', 'n']]];
  const cuts = ['同', '区', '院', '村', '巷', '街', '路'].flatMap((mark) => {
    const at = ['index-of', mark, ['var', 'n']];
    return [['all', ['>=', at, 0], ['>', ['length', ['var', 'n']], ['+', at, 1]]], ['slice', ['var', 'n'], ['+', at, 1]]];
  });
  return ['let', 'n', name, ['case', ...cuts, ['var', 'n']]];
}

function buildings(b, source) {
  return [{
    id: 'buildings-name', type: 'symbol', source, 'source-layer': 'buildings_label', minzoom: b.z(17),
    metadata: { layer: 'buildings', pick: 6, listed: true },
    layout: { 'text-field': doorNumber(b), 'text-font': REGULAR, 'text-size': b.steps([17, 10], [18.5, 12]), 'text-max-width': 5, 'text-padding': b.px(4) },
    paint: { 'text-color': b.t['m-label-2'], ...halo(b, b.t['m-bld'], 1.2) },
  }];
}

/** All ground names; in 3D only communities and rivers, as the screen would fill otherwise. @param {string} [built] source of the buildings */
export function names(b, source, ranks, built = source) {
  const communities = areaNames(b, source, 'communities', 12.5, 17, [[12.5, 11.5], [14, 14], [16, 16]], 'm-label');
  const subdistricts = areaNames(b, source, 'subdistricts', 9.5, 12.5, [[10, 11], [12.5, 16]], 'm-label');
  const district = areaNames(b, source, 'district', 7, 10.2, [[8, 12], [10, 16]], 'm-label');
  if (b.tilted) return [...ranks, ...rivers(b, source), subdistricts, communities, district];
  return [
    ...buildings(b, built), ...grids(b, source), ...parks(b, source),
    ...STREETS.slice(0, 3).map((rule) => street(b, source, rule)), ...ranks,
    ...rivers(b, source), street(b, source, STREETS[3]), subdistricts, communities, district,
  ];
}

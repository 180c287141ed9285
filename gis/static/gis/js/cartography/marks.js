/** Places, alleys, compounds, cameras with their sectors. Shape says what; nothing here is coloured by kind. Pure. */

import { REGULAR, among, halo, nameIn } from './brush.js';
import { faded } from '../colour.js';

/** Kind of place -> [its symbol, the zoom from which it is marked, order of importance]. */
export const KINDS = {
  service_center: ['service-centre', 14, 0],
  hospital: ['hospital', 14.2, 1],
  fire_station: ['fire-station', 14.4, 1],
  square: ['square', 14.2, 1],
  park: ['park', 14.2, 1],
  shelter: ['shelter', 14.8, 2],
  school: ['school', 14.6, 2],
  police_box: ['police-box', 15, 2],
  pump: ['pump', 15, 2],
  market: ['market', 15, 3],
  office: ['office', 15, 3],
  kindergarten: ['kindergarten', 15.2, 3],
  clinic: ['clinic', 15.4, 4],
  bus_stop: ['bus-stop', 15.8, 4],
  hotel: ['building', 16, 5],
  bank: ['place', 16.2, 5],
  pharmacy: ['clinic', 16.2, 5],
  shop: ['shop', 16.4, 6],
  restaurant: ['place', 16.6, 6],
  toilet: ['toilet', 16.2, 6],
  parking: ['place', 16.6, 6],
  waste: ['place', 16.8, 7],
  other: ['place', 16.8, 7],
};

/** Walls of old compounds and the lines of the named alleys, subtly. */
export function fabric(b, source) {
  return [
    {
      id: 'places-compound', type: 'fill', source, 'source-layer': 'places', minzoom: b.z(14.6),
      filter: ['all', ['==', ['geometry-type'], 'Polygon'], ['==', ['get', 'kind'], 'compound']],
      metadata: { layer: 'places', pick: 1 },
      paint: { 'fill-color': faded(b.t.ink, 0.035) },
    },
    {
      id: 'places-compound-wall', type: 'line', source, 'source-layer': 'places', minzoom: b.z(15),
      filter: ['all', ['==', ['geometry-type'], 'Polygon'], ['==', ['get', 'kind'], 'compound']],
      metadata: { layer: 'places', legend: { swatch: 'border', field: 'kind', value: 'compound', colour: b.t['m-label-2'], dash: [4, 2], width: 0.8 } },
      paint: { 'line-color': b.t['m-label-2'], 'line-width': b.steps([15, 0.5], [17, 0.9]), 'line-dasharray': [4, 2], 'line-opacity': 0.7 },
    },
    {
      id: 'places-alley', type: 'line', source, 'source-layer': 'places', minzoom: b.z(14.8),
      filter: ['all', ['==', ['geometry-type'], 'LineString'], ['==', ['get', 'kind'], 'alley']],
      metadata: { layer: 'places', pick: 5, legend: { swatch: 'border', field: 'kind', value: 'alley', colour: b.t['m-label'], dash: [1, 2], width: 1.2 } },
      layout: { 'line-cap': 'butt' },
      paint: { 'line-color': b.t['m-label'], 'line-width': b.steps([14.8, 0.8], [17, 1.6]), 'line-dasharray': [1, 2], 'line-opacity': 0.55 },
    },
  ];
}

/** What a camera's live state makes of it: the stream's word, else the survey's in the tile. */
const STATUS = ['coalesce', ['feature-state', 'status'], ['get', 'status']];
const ONLINE = ['==', STATUS, 'online'];

function cameraInk(b) {
  return ['case', ['==', STATUS, 'unknown'], b.t['stale-ink'], b.t.cam];
}

/** Camera sectors; an offline camera keeps only its edge. */
export function sectors(b, source) {
  const seen = (opacity) => ['case', ONLINE, opacity, 0];
  return [
    {
      id: 'camera-views', type: 'fill', source, 'source-layer': 'camera_views', minzoom: b.z(b.tilted ? 15.6 : 14.4),
      metadata: { layer: 'camera_views', pick: 1, legend: { swatch: 'sector', field: 'status', value: 'online', colour: b.t.cam, fill: faded(b.t.cam, 0.16) } },
      paint: { 'fill-color': b.t.cam, 'fill-opacity': b.fade([14.4, 0], [14.7, seen(0.08)], [16, seen(0.16)]) },
    },
    {
      id: 'camera-views-edge', type: 'line', source, 'source-layer': 'camera_views', minzoom: b.z(b.tilted ? 15.6 : 14.4),
      metadata: { layer: 'camera_views', legend: { swatch: 'sector', field: 'status', value: 'offline', colour: b.t.cam, fill: '' } },
      paint: { 'line-color': cameraInk(b), 'line-width': b.px(0.6), 'line-opacity': b.fade([14.4, 0], [14.8, 0.45], [16, 0.8]) },
    },
  ];
}

/** Cameras: one or two pixels from afar, a dot later, their symbol when there is room. */
export function cameras(b, source) {
  const symbol = (id, image, opacity, changes = {}) => ({
    id, type: 'symbol', source, 'source-layer': 'cameras', minzoom: b.z(16.2), metadata: { layer: 'cameras', pick: 8 },
    layout: { 'icon-image': image, 'icon-size': 1, 'icon-allow-overlap': true, ...changes.layout },
    paint: { 'icon-opacity': opacity, ...changes.paint },
  });
  const name = {
    layout: {
      'text-optional': true, 'text-field': ['step', ['zoom'], '', b.z(17.4), nameIn(b)], 'text-font': REGULAR, 'text-size': b.px(11), 'text-offset': [0, 1.1], 'text-anchor': 'top',
    },
    paint: { 'text-color': b.t['m-label-2'], ...halo(b) },
  };
  return [
    {
      id: 'cameras', type: 'circle', source, 'source-layer': 'cameras', minzoom: b.z(13.4), maxzoom: b.z(16.2),
      metadata: { layer: 'cameras', pick: 8, legend: { swatch: 'dot', colour: b.t.cam, halo: b.t['m-halo'] } },
      paint: {
        'circle-radius': b.steps([13.4, 0.8], [14.4, 1.4], [16, 3]),
        'circle-color': ['case', ONLINE, b.t.cam, b.t['m-land']],
        'circle-stroke-color': cameraInk(b), 'circle-stroke-width': ['case', ONLINE, 0, b.px(0.8)],
        'circle-pitch-alignment': 'map',
      },
    },
    symbol('cameras-off', 'camera-off', ['case', ONLINE, 0, 1]),
    symbol('cameras-symbol', 'camera', ['case', ONLINE, 1, 0], name),
  ];
}

/** Marks of places with their names, the important ones first. */
export function places(b, source) {
  const visibleAt = (zoom) => Object.keys(KINDS).filter((kind) => KINDS[kind][1] <= zoom);
  const bands = [...new Set(Object.values(KINDS).map(([, from]) => from))].sort((x, y) => x - y);
  return bands.map((from, index) => ({
    id: `places-${String(from).replace('.', '_')}`, type: 'symbol', source, 'source-layer': 'places_label', minzoom: b.z(from),
    filter: among('kind', visibleAt(from).filter((kind) => KINDS[kind][1] === from)),
    metadata: {
      layer: 'places', pick: 9,
      legend: { swatch: 'icons', field: 'kind', icons: Object.fromEntries(visibleAt(from).filter((kind) => KINDS[kind][1] === from).map((kind) => [kind, KINDS[kind][0]])), colour: b.t['m-label'] },
    },
    layout: {
      'icon-image': ['match', ['get', 'kind'], ...Object.entries(KINDS).flatMap(([kind, [icon]]) => [kind, icon]), 'place'],
      'icon-size': b.fade([14, 0.75], [16, 0.95]), 'icon-padding': b.px(3),
      'text-field': b.tilted ? '' : ['step', ['zoom'], '', b.z(Math.max(from + 0.4, 14.6)), nameIn(b)],
      'text-font': REGULAR, 'text-size': b.steps([14, 10.5], [17, 12.5]), 'text-max-width': 7, 'text-line-height': 1.2,
      'text-variable-anchor-offset': ['top', [0, 0.85], 'right', [-0.95, 0], 'left', [0.95, 0]], 'text-justify': 'auto', 'text-optional': true,
      'symbol-sort-key': ['match', ['get', 'kind'], ...Object.entries(KINDS).flatMap(([kind, rule]) => [kind, rule[2]]), 8],
    },
    paint: {
      'text-color': ['match', ['get', 'kind'], ['park'], b.t['m-green-ink'], b.t['m-label']], ...halo(b, b.t['m-halo'], 1.4),
    },
  })).reverse();
}

/** The map page: puts the parts together. */

import { getJson } from './api.js';
import { boundsOf, widened } from './bounds.js';
import { cardView } from './cardview.js';
import { midline } from './cartography/midline.js';
import { outsideOf } from './cartography/outside.js';
import { byId } from './dom.js';
import { account, clock, languageForm, themeSwitch } from './header.js';
import { keys } from './keys.js';
import { layerPanel } from './layerpanel.js';
import { legendView } from './legendview.js';
import { createMap } from './map.js';
import { coordinates } from './numbers.js';
import { format, parse } from './place.js';
import { searchBox } from './searchbox.js';
import { openSheet } from './sheet.js';
import { inView, tabs } from './sidepanel.js';
import { setState, statusLine } from './status.js';
import { shanghai } from './clock.js';
import { tools } from './tools.js';
import { speaker } from './words.js';

const config = JSON.parse(byId('map-config').textContent);
const { language } = config;
const say = speaker(language);
const page = byId('page').dataset;
const files = { url: page.icons, ownUrl: page.ownIcons, own: new Set() };
const status = statusLine(say);
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
const now = () => shanghai(new Date(), language).time.slice(0, 5);

let sheet;
let map;
let tilted = false;
let style;
let selected = null;
let theme = null;

setState('loading');
clock(language);
account(config.me ?? {}, language);
languageForm();
tabs();
theme = themeSwitch({ say, iconUrl: files.ownUrl, changed: () => redraw() });
start();

async function start() {
  try {
    sheet = await openSheet({ config, files });
  } catch (failure) {
    setState('error');
    status.show(say('The layer list did not arrive ({time}).', { time: now() }), () => location.reload());
    throw failure;
  }
  build();
}

const views = {};

function build() {
  const view = parse(location.hash);
  tilted = (view?.pitch ?? 0) > 0;
  style = sheet.style(tilted);
  Object.assign(views, {
    layers: layerPanel({ say, language, toggle: (id, on) => { sheet.toggle(id, on); redraw(); } }),
    legend: legendView({ language }),
    seen: inView({ say, language, go: select }),
    card: cardView({ say, language, files, go: select, zoomTo, close: deselect }),
    search: searchBox({ urls: sheet.urls, described: sheet.all, language, say, choose: (one) => { select(one.layer, one.id, { box: one.pieces > 1 ? one.bbox : null }); }, tell: announce }),
    tools: tools({ say, files, act: { closer: () => map.zoomBy(1), farther: () => map.zoomBy(-1), tilt, north: () => map.northUp(), home } }),
  });
  try {
    map = createMap({
      container: byId('map'), workerUrl: page.worker, style, view, bounds: config.home.bbox, limits: widened(config.home.bbox, 1.5),
      label: say('Map of the district. Arrow keys pan, plus and minus zoom, Shift with arrows turns and tilts, Enter tells what is at the centre.'),
      image: sheet.image, still,
    });
  } catch (failure) {
    setState('error');
    status.show(say('This browser cannot draw the map: WebGL 2 is missing or switched off. Search and cards still work.'));
    panels();
    console.error(failure);
    return;
  }
  wire();
  panels();
  dimOutside();
  map.once('idle', nameRivers);
  if (view?.selected) select(view.selected.layer, view.selected.id, { fly: false });
}

function wire() {
  let broken = false;
  map.on('movestart', () => { if (!broken) setState('loading'); });
  map.on('move', moving);
  map.on('moveend', remember);
  map.on('zoomend', panels);
  map.on('idle', () => { if (!broken) setState('ready'); views.seen.draw(map.drawn(), sheet.described); });
  map.on('error', ({ error, sourceId, tile }) => {
    if (!sourceId && !tile) return console.error(error);
    broken = true;
    setState('error');
    status.show(say('Map tiles did not arrive ({time}); search and cards still work.', { time: now() }), () => {
      broken = false;
      status.hide();
      setState('loading');
      map.retry();
    });
  });
  map.on('click', ({ point }) => pickAt(point));
  map.on('mousemove', ({ lngLat }) => { byId('where').textContent = where(lngLat); });
  watchContext();
  keys({
    '/': () => views.search.focus(), g: () => map.canvas.focus(), h: home, 3: tilt, l: () => theme.flip(), n: () => map.northUp(),
    Escape: () => { if (selected) deselect(); }, Enter: () => pickAt(map.centre()),
  });
  moving();
}

/** A lost drawing context comes back by itself; after ten seconds without it the page starts again. */
function watchContext() {
  let lost = 0;
  map.on('webglcontextlost', () => {
    setState('loading');
    status.show(say('The drawing was interrupted; restoring.'));
    lost = setTimeout(() => location.reload(), 10_000);
  });
  map.on('webglcontextrestored', () => { clearTimeout(lost); status.hide(); });
}

function moving() {
  const view = map.view();
  views.tools.draw({ ...view, tilted });
  views.legend.scale(view.lat, view.zoom, sheet.rem());
  byId('where').textContent = where({ lng: view.lon, lat: view.lat });
}

function where({ lng, lat }) {
  return `${coordinates(lng, lat)}\u3000${say('zoom {zoom}', { zoom: map.zoom().toFixed(1) })}`;
}

function remember() {
  history.replaceState(null, '', format({ ...map.view(), selected }));
}

function panels() {
  const given = { described: sheet.described, style, flat: tilted ? sheet.style(false) : style, zoom: map ? map.zoom() : 13, hidden: sheet.hidden, symbols: sheet.symbols };
  views.layers.draw(given);
  views.legend.draw(given);
}

function redraw() {
  if (!map) return;
  setState('loading');
  style = sheet.style(tilted);
  map.restyle(style);
  panels();
}

function tilt() {
  tilted = !tilted;
  redraw();
  map.tilt(tilted);
}

function home() {
  map.home(config.home.bbox);
}

async function dimOutside() {
  const district = sheet.described.find((layer) => layer.id === 'district');
  const code = config.district ?? '411102';
  if (!district) return;
  try {
    const feature = await getJson(sheet.urls.feature('district', code));
    map.setOutside(outsideOf(feature.geometry));
  } catch (failure) {
    console.error(failure);
  }
}

/** River names run along the middle of the whole river, which no single tile knows. */
async function nameRivers() {
  const source = sheet.sourceOf('waters');
  if (!source) return;
  const found = await Promise.allSettled(map.riverIds(source).map((id) => getJson(sheet.urls.feature('waters', id))));
  const rivers = found.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
  map.setRivers({
    type: 'FeatureCollection',
    features: rivers.map(({ id, geometry, properties }) => ({
      type: 'Feature', geometry: midline(geometry), properties: { id: properties.id ?? id, name: properties.name, name_en: properties.name_en },
    })),
  });
}

function pickAt(point) {
  const hit = map.pick(point);
  if (hit) select(hit.layer, hit.id, { fly: false });
  else {
    deselect();
    announce(say('Nothing here at this zoom'));
  }
}

async function select(layer, id, { fly = true, box = null } = {}) {
  selected = { layer, id };
  const description = sheet.all.find((one) => one.id === layer);
  let feature;
  try {
    feature = await getJson(sheet.urls.feature(layer, id));
  } catch (failure) {
    if (selected?.id === id) deselect();
    return status.show(say('The feature did not arrive; it may be gone or outside what you may see.'), () => { status.hide(); select(layer, id, { fly, box }); });
  }
  if (selected?.id !== id || !description) return;
  status.hide();
  const card = views.card.show(feature, description);
  map?.setSelection({ ...feature, properties: { area: description.group === 'areas' } });
  announce(say('Selected: {name}', { name: card.title }));
  if (fly) zoomTo(feature, box);
  else if (map) remember();
}

function zoomTo(feature, wider = null) {
  const box = wider ?? boundsOf(feature.geometry);
  if (box && map) requestAnimationFrame(() => map.fly(box, box[0] === box[2] ? 16.6 : 17.2));
}

function deselect() {
  selected = null;
  views.card.hide();
  map?.setSelection(null);
  if (map) remember();
}

function announce(text) {
  byId('spoken').textContent = text;
}

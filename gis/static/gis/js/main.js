/** The map page: puts the parts together. */

import { widened } from './bounds.js';
import { cardView } from './cardview.js';
import { announce, choice } from './choice.js';
import { shanghai } from './clock.js';
import { byId } from './dom.js';
import { account, accountMenu, clock, languageForm, themeSwitch } from './header.js';
import { keys } from './keys.js';
import { layerPanel } from './layerpanel.js';
import { legendView } from './legendview.js';
import { liveMap } from './livemap.js';
import { createMap } from './map.js';
import { coordinates } from './numbers.js';
import { dimOutside, nameRivers } from './overlays.js';
import { format, parse } from './place.js';
import { searchBox } from './searchbox.js';
import { openSheet } from './sheet.js';
import { inView, tabs } from './sidepanel.js';
import { setState, statusLine } from './status.js';
import { tools } from './tools.js';
import { watch } from './watch.js';
import { speaker } from './words.js';

const config = JSON.parse(byId('map-config').textContent);
const { language } = config;
const say = speaker(language);
const page = byId('page').dataset;
const files = { url: page.icons, ownUrl: page.ownIcons, own: new Set() };
const status = statusLine(say);
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
const now = () => shanghai(new Date(), language).time.slice(0, 5);
const views = {};

let sheet;
let map;
let chosen;
let live;
let style;
let tilted = false;
let newTiles = () => {};

setState('loading');
clock(language);
account(config.me ?? {}, language);
accountMenu();
languageForm();
tabs();
const theme = themeSwitch({ say, iconUrl: files.ownUrl, changed: () => redraw() });
start();

async function start() {
  try {
    sheet = await openSheet({ config, files });
  } catch (failure) {
    setState('error');
    status.show(say('The layer list did not arrive ({time}).', { time: now() }), () => location.reload());
    throw failure;
  }
  const view = parse(location.hash);
  tilted = (view?.pitch ?? 0) > 0;
  style = sheet.style(tilted);
  chosen = choice({ say, sheet, status, card: () => views.card, map: () => map, remember, live: () => live });
  makeViews();
  const drawing = openMap(view);
  if (drawing) wire();
  panels();
  if (drawing) goLive();
  if (view?.selected) chosen.select(view.selected.layer, view.selected.id, { fly: false });
}

function makeViews() {
  const { select, deselect, zoomTo } = chosen;
  const found = (one) => select(one.layer, one.id, { box: one.pieces > 1 ? one.bbox : null });
  Object.assign(views, {
    layers: layerPanel({ say, language, toggle: (id, on) => { sheet.toggle(id, on); redraw(); } }),
    legend: legendView({ language }),
    seen: inView({ say, language, go: select }),
    card: cardView({ say, language, files, go: select, zoomTo, close: deselect }),
    search: searchBox({ urls: sheet.urls, described: sheet.all, language, say, choose: found, tell: announce }),
    tools: tools({ say, files, act: { closer: () => map.zoomBy(1), farther: () => map.zoomBy(-1), tilt, north: () => map.northUp(), home } }),
  });
}

function openMap(view) {
  try {
    map = createMap({
      container: byId('map'), workerUrl: page.worker, style, view, bounds: config.home.bbox, limits: sheet.extent ?? widened(config.home.bbox, 1),
      label: say('Map of the district. Arrow keys pan, plus and minus zoom, Shift with arrows turns and tilts, Enter tells what is at the centre.'),
      image: sheet.image, tileAddress: sheet.tileAddress, sourceOf: sheet.sourceOf, still,
    });
    return true;
  } catch (failure) {
    setState('error');
    status.show(say('This browser cannot draw the map: WebGL 2 is missing or switched off. Search and cards still work.'));
    console.error(failure);
    return false;
  }
}

function goLive() {
  live = liveMap({
    map, sheet, say, language, still, counted: (layer, text) => { sheet.counts.set(layer, text); views.layers.count(layer, text); },
    selected: () => chosen.current(), changed: (feature) => chosen.changed(feature), published: (told) => newTiles(told),
  });
  live.start();
}

function wire() {
  newTiles = watch({ map, sheet, status, say, now, drawn: () => views.seen.draw(map.drawn(), sheet.described), redraw, counted: panels });
  map.on('move', moving);
  map.on('moveend', remember);
  map.on('zoomend', panels);
  map.on('click', ({ point }) => chosen.pickAt(point));
  map.on('mousemove', ({ lngLat }) => { byId('where').textContent = where(lngLat); });
  map.once('idle', () => nameRivers(sheet, map));
  dimOutside(sheet, map, config.district ?? '411102');
  keys({
    '/': () => views.search.focus(), g: () => map.canvas.focus(), h: home, 3: tilt, l: () => theme.flip(), n: () => map.northUp(),
    Escape: () => { if (chosen.current()) chosen.deselect(); }, Enter: () => chosen.pickAt(map.centre()),
  });
  moving();
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
  if (map) history.replaceState(null, '', format({ ...map.view(), selected: chosen.current() }));
}

function panels() {
  const given = { described: sheet.described, style, flat: tilted ? sheet.style(false) : style, zoom: map ? map.zoom() : 13, hidden: sheet.hidden, symbols: sheet.symbols, counts: sheet.counts };
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

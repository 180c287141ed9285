/** The one or two maps of the wall: each draws the same state in its own look, and they move together. */

import { widened } from '../../bounds.js';
import { dimOutside, nameRivers } from '../../overlays.js';
import { chosenOnMap } from './chosen.js';
import { FENCE_IMAGE, fenceImage } from './fence.js';
import { flight } from './flight.js';
import { wallImage } from './images.js';
import { measure } from './measure.js';
import { createPane } from './pane.js';
import { lookOf, pictureOf, sizes } from './picture.js';
import { statesOnMap } from './states.js';
import { MOST_TEAMS, swarm } from './swarm.js';
import { arrivals } from './arrivals.js';
import { tend } from './tending.js';

/** A first picture that is not complete by then waits no longer for what it left out. */
const FIRST_MS = 15_000;

const nothing = () => ({ type: 'FeatureCollection', features: [] });

/** Whether data of a source differ from the last; the same object is not looked into. @returns {(source: string, data: object) => boolean} */
function newsOf() {
  const said = new Map();
  return (source, data) => {
    const before = said.get(source);
    if (before?.data === data) return false;
    const text = JSON.stringify(data);
    said.set(source, { data, text });
    return before?.text !== text;
  };
}

/** The edge of what is delivered, where the sheet fades away. */
const edgeOf = ([w, s, e, n]) => ({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[w, s], [e, s], [e, n], [w, n], [w, s], [e, s]] } });

/** @param {{given: object, state: object, material: object, emit: Function, told: Function, touched: Function, picked: Function, moving: Function}} parts */
export function panes({ given, state, material, emit, told, touched, picked, moving }) {
  const { container, config, say, still } = given;
  const shared = { outside: nothing(), selection: nothing(), 'river-lines': nothing(), 'wall-rings': nothing(), 'wall-measure': nothing(), 'wall-worst': nothing(), 'wall-edge': material.extent ? edgeOf(material.extent) : nothing() };
  const list = [];
  let loaded = '';
  let leading = null;

  const mark = (...all) => list.forEach(({ pane }) => pane.mark(...all));
  const figures = document.createElement('p');
  container.append(figures);
  const ruler = measure({ box: figures, say, put: (shape) => put('wall-measure', shape), ended: () => { state.measuring = false; told({ measuring: 'no' }); api.measure(false); emit('measured', false); } });
  const quiet = flight({ pane: () => list[0].pane });
  const chosen = chosenOnMap({ state, material: () => material, put, mark, told });
  const states = statesOnMap({ state, mark });
  const pulse = arrivals({ state, pane: () => list[0].pane, still, now: given.now, told });
  const image = (id) => (id === FENCE_IMAGE ? fenceImage(sizes(material.rem()).size) : null) ?? wallImage(id, { tokens: material.tokens(), size: sizes(material.rem()).size }) ?? material.image(id, sizes(material.rem()).size);
  const tending = tend({ material, panes: () => list.map(({ pane }) => pane), told, light: () => list.forEach((one) => { const { light, sky } = picture(one).style({}); one.pane.setLight(light, sky); }), redraw: () => api.restyle() });

  function put(source, data) {
    shared[source] = data;
    for (const { pane } of list) pane.put(source, data);
  }

  const picture = (one) => pictureOf({ state, material, given, look: lookOf(list.indexOf(one), state), zoom: one.pane?.zoom() ?? 13 });

  function dataOf(one) {
    const look = lookOf(Math.max(0, list.indexOf(one)), state);
    const made = pictureOf({ state, material, given, look, zoom: one.pane?.zoom() ?? 13 });
    one.band = made.band;
    const dots = look.marks && state.on.has('units') ? made.dots() : [];
    const many = dots.length > MOST_TEAMS;
    return {
      style: made.style, many: many ? dots : [], teams: dots.length,
      data: {
        ...shared, 'wall-heat': look.load && state.heat ? state.heat : nothing(),
        'live-incidents': look.marks ? made.cases() : nothing(), 'live-units': many || !dots.length ? nothing() : made.units(), 'live-tails': look.marks && !many ? made.tails() : nothing(),
      },
    };
  }

  function open(box) {
    const one = { box, news: newsOf() };
    list.push(one);
    const { style, data } = dataOf(one);
    one.pane = createPane({
      container: box, material, image, size: () => sizes(material.rem()).size, covered: given.covered ?? (() => []), still, bounds: config.district.bbox, limits: widened(material.extent ?? config.district.bbox, 1.2), padding: insetsOf(one),
      style: style(data), camera: list[0].pane?.view() ?? null, heard: (event, fact) => HEARD[event]?.(one, fact),
      label: say('Map of the district. Arrow keys pan, plus and minus zoom, Shift with arrows turns and tilts, Enter tells what is at the centre.'),
    });
    one.swarm = swarm({ box, project: one.pane.project, image });
    one.pane.canvas.addEventListener('keydown', (event) => keyed(one, event));
    return one;
  }

  const HEARD = {
    touched: () => touched(),
    click: (one, { point, place }) => (state.measuring ? ruler.point(place) : pick(one, point)),
    dblclick: (_, event) => { if (state.measuring) { event.preventDefault(); ruler.finish(); } },
    pointing: (_, { place }) => { if (state.measuring) ruler.pointing(place); },
    moving(one) {
      one.swarm?.moved();
      if (leading && leading !== one) return;
      leading = one;
      const { center, zoom, bearing } = one.pane.view();
      for (const other of list) if (other !== one) other.pane.jump({ center, zoom, bearing });
      leading = null;
      if (one === list[0]) moving();
    },
    moved(one) {
      for (const each of list) if (picture(each).band !== each.band) draw(each);
      if (one === list[0]) emit('moved');
    },
    idle(one) {
      if (one !== list[0]) { told({ second: 'ready' }); return; }
      if (state.first) {
        told({ ready: 'useful' });
        emit('useful');
        whole();
        return;
      }
      told({ ready: 'yes' });
      nameRiversOnce();
      emit('idle');
    },
    lost: (one) => { if (one === list[0]) emit('lost'); },
    restored: (one) => { if (one === list[0]) emit('restored'); },
    refused: (_, fact) => tending.refused(fact),
  };

  /** The first picture stands, or takes too long: now all of it. */
  function whole() {
    if (!state.first) return;
    state.first = false;
    api.restyle();
  }
  const impatient = setTimeout(whole, FIRST_MS);

  let named = false;
  function nameRiversOnce() {
    if (named) return;
    named = true;
    nameRivers(material, { riverIds: list[0].pane.riverIds, setRivers: (collection) => put('river-lines', collection) });
  }

  function pick(one, point) {
    const group = one.pane.groupAt(point);
    if (group) { touched(); one.pane.move({ center: group.geometry.coordinates, zoom: one.pane.zoom() + 1.2 }); return; }
    const hit = one.pane.hitAt(point);
    const team = hit?.layer.metadata.layer === 'incidents' ? null : one.swarm.hit(point);
    if (team) { picked({ layer: 'units', id: team.id, lngLat: team.place }); return; }
    const lngLat = hit?.geometry.type === 'Point' ? hit.geometry.coordinates : one.pane.placeAt(point);
    picked(hit ? { layer: hit.layer.metadata.layer === 'camera_views' ? 'cameras' : hit.layer.metadata.layer, id: String(hit.properties.camera ?? hit.properties.id), lngLat } : null);
  }

  function keyed(one, event) {
    if (event.key === 'Enter') {
      event.preventDefault();
      if (state.measuring) ruler.point(one.pane.view().center);
      else pick(one, one.pane.middle());
    }
    if (event.key === 'Escape' && state.measuring) {
      event.preventDefault();
      event.stopPropagation();
      ruler.back();
    }
  }

  /** Data of one pane; only what differs from the last time reaches the map. */
  function draw(one) {
    const { data, many, teams } = dataOf(one);
    one.swarm.show(many);
    for (const [source, value] of Object.entries(data)) if (one.news(source, value)) one.pane.put(source, value);
    if (one === list[0]) count(one, data, teams);
  }

  function count({ band }, { 'live-incidents': cases, 'live-tails': tails }, teams) {
    told({ band, incidents: cases.features.filter(({ properties }) => properties.id).length, groups: cases.features.filter(({ properties }) => properties.group !== undefined).length, units: teams, tails: tails.features.length });
  }

  function insetsOf(one) {
    const { top, right, bottom, left } = state.insets;
    if (!state.split) return { top, right, bottom, left };
    return list.indexOf(one) <= 0 ? { top, bottom, left, right: 0 } : { top, bottom, right, left: 0 };
  }

  function divide() {
    const { left, right } = state.insets;
    const at = left + (container.clientWidth - left - right) / 2;
    container.style.setProperty('--split-at', `${state.split ? at : container.clientWidth}px`);
    list.forEach((one) => { one.pane.resize(); one.pane.setPadding(insetsOf(one)); });
  }

  const loadKey = () => JSON.stringify([Boolean(state.classes), state.dim, state.ages.incidents, state.tilted && state.classes ? [...state.classes] : '', Boolean(state.heat) && state.split]);
  loaded = loadKey();

  const first = document.createElement('div');
  first.className = 'wall-pane';
  container.append(first);
  open(first);
  dimOutside(material, { setOutside: (feature) => put('outside', feature) }, config.district.code);
  let wide = 0;
  let drawnFor = JSON.stringify(sizes(material.rem()));
  const watcher = new ResizeObserver(() => {
    const before = wide;
    wide = container.clientWidth + container.clientHeight / 1e5;
    if (!before || before === wide) return;
    divide();
    const now = JSON.stringify(sizes(material.rem()));
    if (now !== drawnFor) api.restyle({ images: true }); // another screen; a margin that grew changes neither type nor zoom levels
    drawnFor = now;
  });
  watcher.observe(container);

  const api = {
    main: list[0].pane,
    flight: { ...quiet },
    rem: () => material.rem(),
    /** Levels by which this screen stands nearer than one of 1080 lines, so that both show the same ground. */
    nearer: () => Math.log2(sizes(material.rem()).scale),
    renew: (told) => tending.renew(told),
    restyle({ images = false } = {}) {
      for (const one of list) {
        const { style, data, teams } = dataOf(one);
        if (one === list[0]) count(one, data, teams);
        one.pane.restyle(style(data));
        for (const [source, value] of Object.entries(data)) one.news(source, value);
        if (!images) continue;
        one.pane.redrawImages();
        one.swarm.anew();
      }
    },
    live() {
      list.forEach(draw);
      states.cameras();
      chosen.moved();
      pulse();
    },
    /** Choropleth and heat anew: colours alone where the same layers stay, else the style. */
    load() {
      states.grids();
      const key = loadKey();
      if (key === loaded) return list.forEach(draw);
      loaded = key;
      return api.restyle();
    },
    choose: () => chosen.show(),
    worst() {
      states.worst();
      const place = state.middles.get(state.worst);
      put('wall-worst', place ? { type: 'FeatureCollection', features: [{ type: 'Feature', properties: { label: state.worstLabel }, geometry: { type: 'Point', coordinates: place } }] } : nothing());
    },
    split() {
      if (state.split && list.length === 1) {
        const second = document.createElement('div');
        second.className = 'wall-pane wall-pane-second';
        container.append(second);
        divide();
        open(second);
      }
      if (!state.split && list.length === 2) {
        const { pane, box } = list.pop();
        pane.remove();
        box.remove();
      }
      divide();
      states.forget();
      states.grids();
      states.cameras();
      api.worst();
      api.restyle();
    },
    measure(on) {
      ruler.turn(on);
      for (const { pane } of list) { pane.cursor(on ? 'crosshair' : ''); pane.doubleZoom(!on); }
    },
    pad: divide,
    remove() {
      watcher.disconnect();
      clearTimeout(impatient);
      quiet.end();
      tending.end();
      for (const { pane, box } of list) { pane.remove(); box.remove(); }
      figures.remove();
    },
  };
  divide();
  return api;
}

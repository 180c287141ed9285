/** The map of the wall, as `wall/types.js` describes it: what is to be seen is kept as state, and drawn when it can be. */

import { addresses } from '../../api.js';
import { askMaterial, openMaterial } from '../../material.js';
import { scaleBar } from '../../numbers.js';
import { classesOf, legendOf } from './classes.js';
import { heatPoints } from './load.js';
import { middleOf } from './picture.js';
import { warm } from './pane.js';
import { panes as openPanes } from './panes.js';
import { AT_FIRST } from './style.js';
import { tailKeeper } from './tails.js';

const PITCH = 56;
const BEARING = -18;
/** How much nearer a tilted map stands than a flat one over the same place. */
const TILTED_NEARER = 0.85;
/** Room for what stands at the far edge of a tilted sheet, in rem. */
const HEADROOM = 3;
/** Half the width shows the same ground from so much further away. */
const SPLIT_FARTHER = 0.6;
const AGAIN_MS = 5_000;
const NONE = { incidents: new Map(), units: new Map(), cameras: new Map() };

const materialOf = ({ urls, vendor }) => ({
  urls: addresses({ layers_url: urls.layers, search_url: urls.search, feature_url: urls.feature, tiles_url: urls.tiles, chain_url: urls.chain }),
  files: { url: vendor.icons, ownUrl: vendor.own_icons, own: new Set() },
});

/**
 * Begins what a map needs before there is a place for it. @param {{config: object, workerUrl: string}} given
 * @returns {Promise<object>} to be given to `createWallMap` as `asked`
 */
export function prepareWallMap({ config, workerUrl }) {
  warm(workerUrl);
  const asked = askMaterial(materialOf(config));
  asked.catch(() => {}); // whoever opens the map is told
  return asked;
}

/** @param {import('../types.js').WallMapGiven} given @returns {import('../types.js').WallMap & {renew: (told?: object) => void, legend: () => object|null}} */
export function createWallMap(given) {
  const { container, config } = given;
  let asked = given.asked ?? prepareWallMap(given);
  const listeners = new Map();
  const emit = (event, fact) => { for (const listen of listeners.get(event) ?? []) listen(fact); };
  const told = (facts) => { for (const [name, value] of Object.entries(facts)) container.dataset[name] = String(value); };
  const state = {
    theme: given.theme, first: true, tilted: false, on: new Set(AT_FIRST), live: NONE, apart: null, chosen: null, classes: null, legend: null, heat: null, dim: 'live', ages: {}, worst: null,
    split: false, followed: null, measuring: false, insets: { top: 0, right: 0, bottom: 0, left: 0 }, tails: tailKeeper(),
    middles: new Map((config.areas ?? []).filter(({ level }) => level === 'community').map(({ code, bbox }) => [code, middleOf(bbox)])),
  };
  let drawn = null;
  let travel = () => framed(config.district.bbox);
  /** The box that the camera was put round last, while nobody has moved it away. */
  let held = null;
  let gone = false;

  container.classList.add('wall-map');
  container.dataset.theme = given.theme;
  told({ ready: 'no', state: 'live', tilted: 'no' });
  open();

  async function open() {
    let material;
    try {
      material = await openMaterial({ ...materialOf(config), root: container, radius: 9, asked });
    } catch (failure) {
      console.warn(failure);
      told({ ready: 'waiting' });
      setTimeout(() => { if (gone) return; asked = prepareWallMap(given); open(); }, AGAIN_MS);
      return;
    }
    if (gone) return;
    drawn = openPanes({ given, state, material, emit, told, touched, picked: (hit) => emit('pick', hit), moving });
    drawn.load();
    drawn.live();
    drawn.choose();
    drawn.worst();
    drawn.measure(state.measuring);
    if (state.split) drawn.split();
    travel({ at: 'once' });
  }

  /** The newest journey; one that is asked for before there is a map is made when there is one. */
  function go(journey) {
    travel = journey;
    held = null;
    drawn?.flight.end();
    if (drawn) journey({});
  }

  function framed(box, { at = '', room = 24, nearest } = {}) {
    const there = drawn.main.framing(box, { room, nearest, ...(state.tilted && { bearing: BEARING, pitch: PITCH, head: HEADROOM * drawn.rem() }) });
    if (!there) return;
    held = { box, nearest };
    if (at === 'once') drawn.main.jump(there);
    else drawn.main.move(there);
  }

  function touched() {
    held = null;
    drawn.flight.end();
    if (state.followed) api.follow(null);
    emit('touched');
  }

  function moving() {
    if (!drawn) return;
    const { center: [, lat], zoom } = drawn.main.view();
    emit('scale', scaleBar(lat, zoom, 8 * drawn.rem()));
  }

  function follow() {
    const unit = state.followed && state.live.units.get(state.followed);
    if (unit?.geometry) drawn?.main.move({ center: unit.geometry.coordinates });
  }

  const api = {
    setTheme(theme) {
      if (theme === state.theme) return;
      state.theme = theme;
      container.dataset.theme = theme;
      drawn?.restyle({ images: true });
    },
    setLive(live) {
      state.live = live;
      state.tails.see([...live.units.values()], given.now() || Date.now());
      drawn?.live();
      follow();
    },
    showSet(ids) {
      state.apart = ids ? new Set([...ids].map(String)) : null;
      told({ apart: ids ? state.apart.size : '' });
      drawn?.live();
    },
    fit(box) { go((how) => framed(box ?? config.district.bbox, { ...how, nearest: 16.6 })); },
    select(chosen) {
      state.chosen = chosen;
      drawn?.choose();
    },
    applyScene(scene) {
      state.on = new Set(scene.layers);
      state.tilted = scene.three_d;
      if (scene.choropleth === 'none') Object.assign(state, { classes: null, legend: null });
      if (scene.heat === 'none') state.heat = null;
      told({ scene: scene.id, tilted: scene.three_d ? 'yes' : 'no' });
      drawn?.restyle();
      const box = (config.areas ?? []).find(({ code }) => code === scene.area)?.bbox ?? config.district.bbox;
      if (scene.kind === 'flight') {
        return go((how) => {
          framed(box, how);
          const { zoom } = drawn.main.framing(box) ?? drawn.main.view();
          drawn.flight.begin(box, { zoom: zoom + TILTED_NEARER + 0.3, pitch: PITCH }, scene.duration_s);
        });
      }
      if (!scene.camera) return go((how) => framed(box, how));
      const { lon, lat, ...rest } = scene.camera;
      return api.flyTo({ center: [lon, lat], ...rest });
    },
    choropleth(kind, values) {
      const off = kind === 'none' || !values;
      state.classes = off ? null : classesOf(kind, values);
      state.legend = off ? null : legendOf(kind, state.classes);
      told({ choropleth: off ? '' : kind });
      drawn?.load();
      return state.legend;
    },
    heat(points) {
      state.heat = points ? heatPoints(points) : null;
      told({ heat: points ? points.length : '' });
      drawn?.load();
    },
    layers(ids) {
      state.on = new Set(ids);
      drawn?.restyle();
    },
    threeD(on) {
      if (on === state.tilted) return;
      state.tilted = on;
      told({ tilted: on ? 'yes' : 'no' });
      drawn?.restyle();
      if (held) {
        const { box, nearest } = held;
        return go((how) => framed(box, { ...how, nearest }));
      }
      const nearer = (zoom) => zoom + (on ? TILTED_NEARER : -TILTED_NEARER);
      return go(() => drawn.main.move(on ? { pitch: PITCH, bearing: BEARING, zoom: nearer(drawn.main.zoom()) } : { pitch: 0, bearing: 0, zoom: nearer(drawn.main.zoom()) }));
    },
    flyTo(camera) {
      go(({ at }) => {
        const there = { ...camera, ...(camera.zoom !== undefined && { zoom: camera.zoom + drawn.nearer() }) };
        if (at === 'once') drawn.main.jump(there);
        else drawn.main.move(there);
      });
    },
    worst(code, label = '') {
      if (code === state.worst) return;
      Object.assign(state, { worst: code, worstLabel: label });
      told({ worst: code ?? '' });
      drawn?.worst();
    },
    dim(next, ages = {}) {
      if (next === state.dim && JSON.stringify(ages) === JSON.stringify(state.ages)) return;
      Object.assign(state, { dim: next, ages: { ...ages } });
      told({ state: next, stale: Object.keys(ages).filter((layer) => ages[layer] === 'stale').join(' ') });
      drawn?.load();
      drawn?.live({ all: true });
    },
    split(on) {
      if (on === state.split) return;
      state.split = on;
      told({ split: on ? 'yes' : 'no' });
      drawn?.split();
      if (drawn) go(() => drawn.main.move({ zoom: drawn.main.zoom() + (on ? -SPLIT_FARTHER : SPLIT_FARTHER) }));
    },
    follow(unit) {
      state.followed = unit;
      told({ follow: unit ?? '' });
      follow();
    },
    measure(on) {
      state.measuring = on;
      told({ measuring: on ? 'yes' : 'no' });
      drawn?.measure(on);
    },
    padding(insets) {
      state.insets = { ...insets };
      drawn?.pad();
    },
    view() {
      const seen = drawn?.main.view();
      return seen ? { ...seen, zoom: seen.zoom - drawn.nearer() } : { center: middleOf(config.district.bbox), zoom: 13, bearing: 0, pitch: 0 };
    },
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
    /** Newer tiles, now: a layer was published. */
    renew(told) { drawn?.renew(told); },
    /** Classes of the choropleth with the number of areas in each, or null. */
    legend: () => state.legend,
    remove() {
      gone = true;
      drawn?.remove();
      listeners.clear();
    },
  };
  return api;
}

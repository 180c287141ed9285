/** Puts scenes on the map: camera, layers, colours of the grids, heat; obeys the remote control. */

import { choroplethValues } from './store.js';

const CASE_ZOOM = 16.2;

/** A scene of one case, made from the wall's own scene of that kind. @param {object[]} scenes all that there are */
export function caseScene(scenes, feature, { critical = false } = {}) {
  const base = scenes.find(({ kind }) => kind === 'incident') ?? { id: 'incident', title_zh: '单个案卷', title_en: 'One case', layers: ['communities', 'grids', 'cameras', 'camera_views', 'units', 'incidents'], duration_s: 45 };
  const [lon, lat] = feature.geometry?.coordinates ?? [NaN, NaN];
  const pitch = base.three_d && !critical ? 56 : 0;
  return {
    ...base, id: `case:${feature.id}`, base: base.id, case: String(feature.id), kind: 'incident', three_d: pitch > 0, choropleth: 'none', heat: 'none',
    camera: Number.isFinite(lon) ? { lon, lat, zoom: CASE_ZOOM, bearing: 0, pitch } : null,
  };
}

/** A scene of one area by command. */
export function areaScene(code, title) {
  return { id: `area:${code}`, base: '', title_zh: title, title_en: title, kind: 'area', area: code, camera: null, three_d: false, layers: ['communities', 'grids', 'places', 'cameras', 'camera_views', 'units', 'incidents'], choropleth: 'none', heat: 'none', duration_s: 120 };
}

/** @param {{map: () => object|null, player: object, store: object, config: object, polls: object, now: () => number}} given `now` never steps back */
export function director({ map, player, store, config, polls, now }) {
  let shown = null;
  let colours = { choropleth: 'none', heat: 'none', key: '' };

  /** A scene that names no case shows the worst one. */
  function whole(scene) {
    if (scene.kind !== 'incident' || scene.case) return scene;
    const worst = store.worstCase();
    return worst ? { ...scene, ...caseScene([scene], worst), id: scene.id, title_zh: scene.title_zh, title_en: scene.title_en } : scene;
  }

  function put(scene) {
    shown = whole(scene);
    colours = { choropleth: shown.choropleth ?? 'none', heat: shown.heat ?? 'none', key: '' };
    map()?.applyScene(shown);
    map()?.select(shown.case ? { layer: 'incidents', id: shown.case } : null);
    polls.heat(colours.heat);
    paint();
  }

  /** The colours of the grids and the heat as they are now; nothing when they are as they were. */
  function paint() {
    const { choropleth, heat } = colours;
    const values = choropleth === 'none' ? null : choroplethValues(store.table('incidents').values(), config.areas ?? [], choropleth, store.now());
    const answer = heat === 'none' ? null : store.answer('heat');
    const points = answer?.window === heat ? answer.points : null;
    const key = JSON.stringify([choropleth, values && [...values], heat, points && answer.at]);
    if (key === colours.key) return;
    colours.key = key;
    map()?.choropleth(choropleth, values);
    map()?.heat(points);
  }

  function set(changes) {
    colours = { ...colours, ...changes, key: '' };
    polls.heat(colours.heat);
    paint();
  }

  return {
    /** Goes on to the scene that is due. */
    tick() {
      const next = player.tick(now());
      if (next) put(next);
      else paint();
      return Boolean(next);
    },
    shown: () => shown,
    /** Everything again onto a map that was made anew. */
    again() { if (shown) put(shown); },
    set,
    /** Switches a layer of what is shown. */
    layer(id, on) {
      if (!shown) return;
      const layers = on ? [...new Set([...(shown.layers ?? []), id])] : (shown.layers ?? []).filter((one) => one !== id);
      shown = { ...shown, layers };
      map()?.layers(layers);
    },
  };
}

/**
 * What each command of the remote control does; unknown ones do nothing, for a newer server may know more.
 * @param {{player: object, director: object, map: () => object|null, scenes: object[], find: (id: string) => object|null,
 *   areaName: (code: string) => string, look: (changes: {theme?: string, language?: string}) => void, now: () => number}} given
 * @returns {(command: string, args: object) => void}
 */
export function commands({ player, director: stage, map, scenes, find, areaName, look, now }) {
  const table = {
    next: () => player.next(now()),
    previous: () => player.previous(now()),
    pause: () => player.pause(),
    resume: () => player.resume(now()),
    scene: ({ id }) => player.show(id, now(), scenes.find((scene) => scene.id === id) ?? null),
    fly: ({ lon, lat, zoom }) => { player.touched(now()); map()?.flyTo({ center: [lon, lat], ...(zoom && { zoom }) }); },
    incident: ({ id }) => { const one = find(id); if (one) { const scene = caseScene(scenes, one); player.show(scene.id, now(), scene); } },
    area: ({ code }) => { const scene = areaScene(code, areaName(code)); player.show(scene.id, now(), scene); },
    theme: ({ theme }) => look({ theme }),
    language: ({ language }) => look({ language }),
    three_d: ({ on }) => map()?.threeD(on),
    layers: ({ id, on }) => stage.layer(id, on),
    choropleth: ({ choropleth }) => stage.set({ choropleth }),
    heat: ({ heat }) => stage.set({ heat }),
    split: ({ on }) => map()?.split(on),
  };
  return (command, args = {}) => { if (Object.hasOwn(table, command)) table[command](args); };
}

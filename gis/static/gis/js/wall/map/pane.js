/** One drawn map of the wall: the only module of the wall that speaks to MapLibre. It knows sources, states and cameras, not what they mean. */

import * as maplibregl from 'maplibre-gl';
import { hitAt, riverIds } from '../../hits.js';
import { FENCE_SOURCE, fence } from './fence.js';
import { tiltedFit } from './fit.js';
import { heal } from './healing.js';
import { pace } from './pacing.js';
import { painter } from './painted.js';

const FLIGHT_MS = 600;
const nothing = () => ({ type: 'FeatureCollection', features: [] });

/** Starts the worker that cuts tiles; it takes as long as the page does to build its panels. @param {string} workerUrl */
export function warm(workerUrl) {
  maplibregl.setWorkerUrl(new URL(workerUrl, location.href).href);
  maplibregl.prewarm();
}

/**
 * @param {{container: HTMLElement, style: object, camera: object|null, bounds: number[], limits: number[], padding: object,
 *   label: string, material: object, image: (id: string) => ({data: ImageData, ratio: number}|null), size: () => number, covered: () => DOMRect[], still: boolean,
 *   heard: (event: string, fact?: any) => void}} given `heard`: `touched`, `click`, `moved`, `moving`, `idle`, `lost`, `restored`, `refused`
 */
export function createPane({ container, style, camera, bounds, limits, padding, label, material, image, size, covered, still, heard }) {
  const [w, s, e, n] = bounds;
  const map = new maplibregl.Map({
    container, style, attributionControl: false, maxPitch: 60, minZoom: 9, maxZoom: 20, maxBounds: limits, fadeDuration: 0,
    transformRequest: (url, type) => ({ url: type === 'Tile' ? material.tileAddress(url) : url }),
    renderWorldCopies: false, clickTolerance: 6, boxZoom: false, ...(camera ?? { center: [(w + e) / 2, (s + n) / 2], zoom: 13 }),
  });
  pace({ map });
  map.setPadding(padding);
  const canvas = map.getCanvas();
  canvas.setAttribute('role', 'region');
  canvas.setAttribute('aria-label', label);
  const images = painter({ map, image });
  // Without a style (not yet, or the drawing context is lost) the newest style and data wait for one.
  let styled = false;
  let waiting = null;
  const late = new Map();
  map.on('style.load', () => {
    styled = true;
    if (waiting) replace(waiting);
    waiting = null;
    for (const [source, data] of late) map.getSource(source)?.setData(images.of(source, data));
    late.clear();
    showAll();
  });
  map.on('webglcontextlost', () => { styled = false; });
  const states = new Map();
  const failed = new Map();

  function replace(next) {
    for (const [source, { data }] of Object.entries(next.sources)) if (data) images.of(source, data);
    map.setStyle(next, { diff: true });
  }
  map.setMissingStyleImageResolver(async (id) => images.paint(id));
  map.on('movestart', ({ originalEvent }) => { if (originalEvent) heard('touched'); });
  map.on('click', ({ point, lngLat }) => heard('click', { point, place: [lngLat.lng, lngLat.lat] }));
  map.on('dblclick', (event) => heard('dblclick', event));
  map.on('mousemove', ({ point, lngLat }) => heard('pointing', { point, place: [lngLat.lng, lngLat.lat] }));
  map.on('move', () => heard('moving'));
  map.on('moveend', () => { names.mend(); heard('moved'); });
  map.on('resize', () => names.mend());
  map.on('idle', () => heard('idle'));
  map.on('error', ({ error, sourceId, tile }) => {
    if (sourceId && tile) failed.set(sourceId, [...(failed.get(sourceId) ?? []), tile.tileID.canonical]);
    heard('refused', { error, tile: Boolean(tile ?? sourceId) });
  });

  function show(key, target, state) {
    states.set(key, { target, state });
    if (styled && map.getSource(target.source)) map.setFeatureState(target, state);
  }
  function showAll() {
    for (const { target, state } of states.values()) if (map.getSource(target.source)) map.setFeatureState(target, state);
  }
  heal({ map, container, ground: Object.keys(material.specs), heard });
  let fenced = nothing();
  const put = (source, data) => (styled ? map.getSource(source)?.setData(images.of(source, data)) : late.set(source, data));
  const names = fence({ map, container, size, covered, put: (data) => { fenced = data; put(FENCE_SOURCE, data); } });

  const move = (options, milliseconds) => (still ? map.jumpTo(options) : map.easeTo({ duration: milliseconds ?? FLIGHT_MS, essential: true, ...options }));

  return {
    canvas,
    /** Draws another style in place; states of features stay. */
    restyle(next) {
      if (!styled) {
        waiting = next;
        late.clear();
        names.mend();
        return;
      }
      next.sources[FENCE_SOURCE].data = fenced;
      replace(next);
      showAll();
    },
    /** Draws again what is made of the theme's colours, in another size where the screen has changed. */
    redrawImages() {
      if (!styled) return;
      for (const id of map.listImages()) {
        const made = image(id);
        if (!made) continue;
        const { width, height } = map.getImage(id).data;
        if (width === made.data.width && height === made.data.height) map.updateImage(id, made.data);
        else {
          map.removeImage(id);
          map.addImage(id, made.data, { pixelRatio: made.ratio });
        }
      }
    },
    put,
    /** A state of a feature in tiles, kept over styles and lost contexts. @param {string} layer a layer of tiles @param {string} id */
    mark(layer, id, state) {
      const source = material.sourceOf(layer.replace(/_label$/, ''));
      if (source) show(`${layer}:${id}:${Object.keys(state)[0]}`, { source, sourceLayer: layer, id }, state);
    },
    setLight(light, sky) {
      if (!styled) return;
      map.setLight(light);
      map.setSky(sky);
    },
    /** Keeps an element at a position of the ground. @returns {() => void} takes it away */
    pin(element, [lon, lat]) {
      const pinned = new maplibregl.Marker({ element, anchor: 'center' }).setLngLat([lon, lat]).addTo(map);
      return () => pinned.remove();
    },
    view() {
      const { lng, lat } = map.getCenter();
      return { center: [lng, lat], zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() };
    },
    /** The camera that shows a box within the padding. */
    framing([west, south, east, north], { bearing = 0, pitch = 0, nearest = 17.5, room = 24, head = 0 } = {}) {
      const { clientWidth: width, clientHeight: height } = container;
      if (pitch > 0 && width && height) return tiltedFit([west, south, east, north], { width, height, insets: map.getPadding(), bearing, pitch, room, head, nearest });
      const found = map.cameraForBounds([[west, south], [east, north]], { padding: room, maxZoom: nearest, bearing });
      return found ? { center: [found.center.lng, found.center.lat], zoom: found.zoom, bearing, pitch } : null;
    },
    move,
    /** A slow movement at one speed, for the quiet flight; never when nothing may move. */
    drift(options, milliseconds) {
      if (still) return;
      put(FENCE_SOURCE, nothing());
      map.easeTo({ duration: milliseconds, easing: (part) => part, essential: true, ...options });
    },
    stop: () => map.stop(),
    jump: (options) => map.jumpTo(options),
    /** A new padding; what was in the middle of the old stays in the middle of the new. */
    setPadding: (insets) => map.jumpTo({ padding: insets }),
    hitAt: (point) => (styled ? hitAt(map, point) : null),
    /** The count of cases under a point, or null. */
    groupAt({ x, y }) {
      if (!styled || !map.getLayer('incidents-counts')) return null;
      return map.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers: ['incidents-counts'] })[0] ?? null;
    },
    placeAt({ x, y }) {
      const { lng, lat } = map.unproject([x, y]);
      return [lng, lat];
    },
    /** The middle of what panels leave free. */
    middle: () => map.project(map.getCenter()),
    riverIds: (source) => riverIds(map, source),
    project: (place) => map.project(place),
    zoom: () => map.getZoom(),
    cursor: (name) => { canvas.style.cursor = name; },
    doubleZoom: (on) => (on ? map.doubleClickZoom.enable() : map.doubleClickZoom.disable()),
    /** Asks again for the tiles that failed, by their numbers. */
    retry() {
      if (!styled) return;
      for (const [id, tiles] of failed) map.refreshTiles(id, tiles);
      failed.clear();
    },
    /** Draws newer tiles; what is on the sheet stays until they come. */
    reload() {
      if (!styled) return;
      for (const [id, source] of Object.entries(map.getStyle().sources)) if (source.type === 'vector') map.getSource(id).setTiles(source.tiles);
    },
    resize: () => map.resize(),
    remove: () => map.remove(),
  };
}

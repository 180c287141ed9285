/** The one module that knows MapLibre. Everything else speaks of styles, features and views. */

import * as maplibregl from 'maplibre-gl';
import { LIVE_SOURCES } from './cartography/live.js';
import { streetFilter } from './cartography/selection.js';
import { nothing } from './cartography/style.js';
import { pickAt, riverIds } from './hits.js';

const FLIGHT_MS = 600;
const TILT = 56;
const TURN = 30;
/** Below this a tilted district is a small board on a large table. */
const TILTED_ZOOM = 14.4;

/**
 * @param {{container: HTMLElement, workerUrl: string, style: object, view: object|null, bounds: number[], limits: number[],
 *   label: string, tileAddress: (url: string) => string, sourceOf: (layer: string) => string|undefined, image: (id: string) => ({data: ImageData, ratio: number}|null), still: () => boolean, farthest?: number}} given
 *   `limits`: null leaves the whole earth open; `farthest`: the widest zoom
 */
export function createMap({ container, workerUrl, style, view, bounds, limits, label, tileAddress, sourceOf, image, still, farthest = 9 }) {
  maplibregl.setWorkerUrl(new URL(workerUrl, location.href).href);
  const map = new maplibregl.Map({
    container, style, attributionControl: false, maxPitch: 60, minZoom: farthest, maxZoom: 20, ...(limits && { maxBounds: limits }), fadeDuration: still() ? 0 : 120,
    transformRequest: (url, type) => ({ url: type === 'Tile' ? tileAddress(url) : url }),
    dragRotate: true, pitchWithRotate: true, touchPitch: true, boxZoom: true, renderWorldCopies: false, clickTolerance: 4,
    ...(view ? { center: [view.lon, view.lat], zoom: view.zoom, bearing: view.bearing, pitch: view.pitch } : { bounds, fitBoundsOptions: { padding: homePadding(container) } }),
  });
  const canvas = map.getCanvas();
  canvas.setAttribute('role', 'region');
  canvas.setAttribute('aria-label', label);
  map.keyboard.enable();
  const data = Object.fromEntries(Object.entries(style.sources).filter(([, source]) => source.type === 'geojson').map(([name]) => [name, nothing()]));
  const watched = new Map();
  const failed = new Map();
  map.on('error', ({ sourceId, tile }) => {
    if (sourceId && tile) failed.set(sourceId, [...(failed.get(sourceId) ?? []), tile.tileID.canonical]);
  });
  let marked = null;
  let street = '';
  function mark(on) {
    if (marked) map.setFeatureState({ source: sourceOf('buildings'), sourceLayer: 'buildings', id: marked }, { selected: on });
  }
  /** A camera's live state, on its mark and on its view. */
  function show(id, status) {
    for (const sourceLayer of ['cameras', 'camera_views']) {
      if (sourceOf(sourceLayer)) map.setFeatureState({ source: sourceOf(sourceLayer), sourceLayer, id }, { status });
    }
  }
  let tilted = (view?.pitch ?? 0) > 0;
  map.setMissingStyleImageResolver(async (id) => {
    const made = image(id);
    if (made && !map.hasImage(id)) map.addImage(id, made.data, { pixelRatio: made.ratio });
  });
  map.on('rotate', () => {
    const bearing = map.getBearing();
    if (tilted && Math.abs(bearing) > TURN) map.setBearing(Math.sign(bearing) * TURN);
  });

  function put(name, value) {
    data[name] = value;
    map.getSource(name)?.setData(value);
  }
  const move = (options) => (still() ? map.jumpTo(options) : map.easeTo({ duration: FLIGHT_MS, ...options }));

  return {
    canvas,
    on: (event, act) => map.on(event, act),
    once: (event, act) => map.once(event, act),
    /** Draws another style in place: same sources, other paint; what was selected stays. */
    restyle(next) {
      for (const [name, value] of Object.entries(data)) next.sources[name] = { type: 'geojson', data: value };
      for (const layer of next.layers) if (layer.id === 'selection-street') layer.filter = streetFilter(street);
      map.setStyle(next, { diff: true });
      for (const [id, status] of watched) show(id, status);
      for (const id of map.listImages()) {
        const made = image(id);
        if (made) map.updateImage(id, made.data);
      }
    },
    setOutside: (feature) => put('outside', feature),
    setRivers: (collection) => put('river-lines', collection),
    /** Draws another collection in one of the style's own sources. */
    setData: (name, collection) => put(name, collection),
    /** Draws a live layer anew. */
    setLive: (layer, collection) => put(LIVE_SOURCES[layer], collection),
    /** Colours cameras by their live state. @param {Map<string, string>} states id -> status; only what differs is drawn */
    setCameras(states) {
      for (const [id, status] of states) if (watched.get(id) !== status) show(id, status);
      watched.clear();
      for (const [id, status] of states) watched.set(id, status);
    },
    /** Keeps an element at a position of the ground. @returns {() => void} takes it away */
    pin(element, [lon, lat]) {
      const pinned = new maplibregl.Marker({ element, anchor: 'center' }).setLngLat([lon, lat]).addTo(map);
      return () => pinned.remove();
    },
    /** Marks one feature: outline or bracket, the standing building in 3D, the whole street of a section. */
    setSelection(feature, layer = '') {
      put('selection', feature ?? nothing());
      mark(false);
      marked = feature && layer === 'buildings' ? feature.id : null;
      mark(true);
      street = feature && layer === 'roads' ? feature.properties.name ?? '' : '';
      if (map.getLayer('selection-street')) map.setFilter('selection-street', streetFilter(street));
    },
    view() {
      const { lng, lat } = map.getCenter();
      return { lon: lng, lat, zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() };
    },
    zoom: () => map.getZoom(),
    zoomBy: (step) => move({ zoom: map.getZoom() + step }),
    northUp: () => move({ bearing: 0, ...(tilted ? {} : { pitch: 0 }) }),
    /** Tilts to the pitch of the 3D rule, or lies flat with north up again. */
    tilt(on) {
      tilted = on;
      move(on ? { pitch: TILT, bearing: -18, zoom: Math.max(map.getZoom(), TILTED_ZOOM) } : { pitch: 0, bearing: 0 });
    },
    /** Flies so that a box fills the sheet; a point gets a street's surroundings. */
    fly([w, s, e, n], nearest = 17) {
      const camera = map.cameraForBounds([[w, s], [e, n]], { padding: 60, maxZoom: nearest, bearing: map.getBearing() });
      if (camera) move({ center: camera.center, zoom: camera.zoom });
    },
    home(box) {
      const camera = map.cameraForBounds([[box[0], box[1]], [box[2], box[3]]], { padding: homePadding(container), bearing: 0 });
      if (camera) move({ center: camera.center, zoom: camera.zoom + (tilted ? 0.7 : 0), bearing: 0, pitch: tilted ? TILT : 0 });
    },
    /** Whether a position lies inside the drawn sheet with some room to spare. */
    sees([lon, lat]) {
      const { x, y } = map.project([lon, lat]);
      return x > 40 && y > 40 && x < container.clientWidth - 40 && y < container.clientHeight - 40;
    },
    /** What a click at a point means: the hit whose style layer ranks highest, else null. */
    pick: (point) => pickAt(map, point),
    /** Properties of what the style layers named here draw at a point and close to it, the uppermost first. */
    hits({ x, y }, layers) {
      const there = layers.filter((id) => map.getLayer(id));
      return there.length ? map.queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers: there }).map((hit) => hit.properties) : [];
    },
    /** West, south, east, north of what is shown. */
    box() {
      const bounds = map.getBounds();
      return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    },
    /** Ids of the rivers in the tiles that are loaded. */
    riverIds: (source) => riverIds(map, source),
    centre: () => ({ x: container.clientWidth / 2, y: container.clientHeight / 2 }),
    /** Features of the layers whose names or marks are listed beside the map. */
    drawn() {
      const listed = map.getStyle().layers.filter((layer) => layer.metadata?.layer && layer.type === 'symbol' && layer.layout?.visibility !== 'none');
      return map.queryRenderedFeatures({ layers: listed.map((layer) => layer.id) })
        .map((hit) => ({ layer: hit.layer.metadata.layer, properties: hit.properties }));
    },
    /** Asks again for the tiles that failed. By their numbers: a reload of the source would leave them waiting for ever. */
    retry() {
      for (const [id, tiles] of failed) map.refreshTiles(id, tiles);
      failed.clear();
    },
    /** Draws newer tiles; what is on the sheet stays until they come. */
    reload() {
      for (const [id, source] of Object.entries(map.getStyle().sources)) if (source.type === 'vector') map.getSource(id).setTiles(source.tiles);
    },
    styled: () => Boolean(map.getStyle()?.layers?.length),
    resize: () => map.resize(),
    remove: () => map.remove(),
  };
}

/** Room round the whole district: the strip below and the buttons at the right must not cover it. */
function homePadding(container) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const sides = container.clientWidth < 44 * rem ? { top: 1.5, bottom: 4.5, left: 1, right: 1 } : { top: 2, bottom: 3.75, left: 2.5, right: 4 };
  return Object.fromEntries(Object.entries(sides).map(([side, size]) => [side, size * rem]));
}

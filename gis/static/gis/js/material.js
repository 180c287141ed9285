/** What every map of ours is made of: layer descriptions, tile sources, symbols, the images drawn from them. */

import { getJson } from './api.js';
import { together } from './bounds.js';
import { LIVE_SOURCES } from './cartography/live.js';
import { RADIUS, strokesNamed } from './cartography/shapes.js';
import { facesOf, fontRules } from './fonts.js';
import { drawBracket, drawSymbol, symbolsOf } from './images.js';
import { drawStrokes } from './markimages.js';
import { drawnAs, known, newer, plan, queriesOf, sourceLookup, vectorSource, withQuery } from './sources.js';
import { tokensOf } from './theme.js';

/** After so long every server process knows what the stream has told. */
const AGAIN_MS = 1_200;
const LISTS = ['all', 'described', 'own', 'live', 'tiled'];

/** True for layers that come from the stream and not in tiles. */
const isLive = (layer) => layer.id in LIVE_SOURCES;

/** Asks for all of it; may be begun before there is a page to draw on. @param {{urls: object, files: object}} given as below */
export async function askMaterial({ urls, files }) {
  const [layers, symbols, own] = await Promise.all([askLayers(urls), symbolsOf(files.url), symbolsOf(files.ownUrl)]);
  return { layers, symbols, own };
}

/**
 * Loads it. @param {{urls: object, files: {url: string, ownUrl: string, own: Set<string>}, root?: Element, radius?: number, asked?: Promise<object>}} given
 *   `urls`: addresses as `api.js` makes them; `root`: whose theme the images are drawn in; `radius` of a mark of size 1;
 *   `asked`: what `askMaterial` began
 */
export async function openMaterial({ urls, files, root = document.documentElement, radius = RADIUS, asked = askMaterial({ urls, files }) }) {
  const { layers, symbols, own } = await asked;
  let { queries, lookup } = layers;
  let last = Promise.resolve();
  files.own = new Set(own.keys());
  const shapes = new Map([...symbols, ...own]);
  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

  /** Takes in what the server says now; lists that others hold stay the same lists. */
  async function read() {
    const now = await askLayers(urls);
    const found = { newer: newer(queries, now.queries), changed: drawnAs(material) !== drawnAs(now) };
    ({ queries, lookup } = now);
    for (const name of LISTS) material[name].splice(0, Infinity, ...now[name]);
    material.specs = now.specs;
    return found;
  }

  const material = {
    ...Object.fromEntries(LISTS.map((name) => [name, layers[name]])), specs: layers.specs,
    urls, symbols: shapes, rem,
    sourceOf: (layer) => lookup(layer),
    fontFaces: facesOf(fontRules(document)),
    extent: together(layers.described.map((layer) => layer.bbox)),
    tokens: () => tokensOf(root),
    tileAddress: (url) => withQuery(url, queries),
    /**
     * Asks for layers and tile addresses again, as they end after some minutes: `newer` when a layer has a newer version,
     * `changed` when layers came, went or are drawn otherwise. What a message of the stream told (`awaited`) is asked for
     * twice: a server process may go by what it knew a second ago.
     * @param {{op: string, layer: string, version: number, kind: string}|null} [awaited]
     */
    renew(awaited = null) {
      const asked = last.catch(() => {}).then(async () => {
        const first = await read();
        if (!awaited || known(material.all, awaited)) return first;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        const second = await read();
        return { newer: first.newer || second.newer, changed: first.changed || second.changed };
      });
      last = asked;
      return asked;
    },
    /** Pixels of an image of the map by its name, or null. @param {number} [size] CSS pixels per design pixel */
    image(id, size = rem() / 16) {
      const tokens = tokensOf(root);
      const ratio = Math.max(1, devicePixelRatio) * size;
      const look = { ink: tokens['m-label'], halo: tokens['m-halo'], ratio };
      const strokes = strokesNamed(id, radius);
      if (strokes) return { data: drawStrokes(strokes, { tokens, ratio }), ratio: devicePixelRatio };
      if (id === 'bracket') return { data: drawBracket({ ...look, ink: tokens.sel }), ratio: devicePixelRatio };
      const symbol = shapes.get(id);
      return symbol ? { data: drawSymbol(symbol, id.startsWith('camera') ? { ...look, ink: tokens.cam } : look), ratio: devicePixelRatio } : null;
    },
  };
  return material;
}

/** Every layer the caller may see, and where its tiles are. */
async function askLayers(urls) {
  const { layers: all } = await getJson(urls.layers());
  const described = all.filter((layer) => layer.tiles || isLive(layer));
  const tiled = described.filter((layer) => !isLive(layer));
  const sources = plan(tiled);
  const tileJsons = await Promise.all([...sources.values()].map((ids) => getJson(urls.tiles(ids))));
  return {
    all, described, own: tiled.filter((layer) => layer.staff),
    live: described.filter(isLive).map((layer) => layer.id), tiled: tiled.map((layer) => layer.id),
    lookup: sourceLookup(sources), queries: queriesOf(tileJsons),
    specs: Object.fromEntries([...sources.keys()].map((id, at) => [id, vectorSource(tileJsons[at], location.origin)])),
  };
}

/** What every map of ours is made of: layer descriptions, tile sources, symbols, the images drawn from them. */

import { getJson } from './api.js';
import { together } from './bounds.js';
import { LIVE_SOURCES } from './cartography/live.js';
import { RADIUS, strokesNamed } from './cartography/shapes.js';
import { facesOf, fontRules } from './fonts.js';
import { drawBracket, drawSymbol, symbolsOf } from './images.js';
import { drawStrokes } from './markimages.js';
import { newer, plan, queriesOf, sourceLookup, vectorSource, withQuery } from './sources.js';
import { tokensOf } from './theme.js';

/** True for layers that come from the stream and not in tiles. */
const isLive = (layer) => layer.id in LIVE_SOURCES;

/** Asks for all of it; may be begun before there is a page to draw on. @param {{urls: object, files: object}} given as below */
export async function askMaterial({ urls, files }) {
  const [{ layers }, symbols, own] = await Promise.all([getJson(urls.layers()), symbolsOf(files.url), symbolsOf(files.ownUrl)]);
  const described = layers.filter((layer) => layer.tiles || isLive(layer));
  const tiled = described.filter((layer) => !isLive(layer));
  const sources = plan(tiled);
  const askTiles = () => Promise.all([...sources.values()].map((ids) => getJson(urls.tiles(ids))));
  return { layers, symbols, own, described, tiled, sources, askTiles, tileJsons: await askTiles() };
}

/**
 * Loads it. @param {{urls: object, files: {url: string, ownUrl: string, own: Set<string>}, root?: Element, radius?: number, asked?: Promise<object>}} given
 *   `urls`: addresses as `api.js` makes them; `root`: whose theme the images are drawn in; `radius` of a mark of size 1;
 *   `asked`: what `askMaterial` began
 */
export async function openMaterial({ urls, files, root = document.documentElement, radius = RADIUS, asked = askMaterial({ urls, files }) }) {
  const { layers, symbols, own, described, tiled, sources, askTiles, tileJsons } = await asked;
  let queries = queriesOf(tileJsons);
  files.own = new Set(own.keys());
  const shapes = new Map([...symbols, ...own]);
  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

  return {
    urls, described, all: layers, symbols: shapes, rem,
    live: described.filter(isLive).map((layer) => layer.id),
    tiled: tiled.map((layer) => layer.id),
    sourceOf: sourceLookup(sources),
    specs: Object.fromEntries([...sources.keys()].map((id, at) => [id, vectorSource(tileJsons[at], location.origin)])),
    fontFaces: facesOf(fontRules(document)),
    extent: together(described.map((layer) => layer.bbox)),
    tokens: () => tokensOf(root),
    tileAddress: (url) => withQuery(url, queries),
    /** Asks for tile addresses again, as they end after some minutes; true when a layer has a newer version. */
    async renew() {
      const before = queries;
      queries = queriesOf(await askTiles());
      return newer(before, queries);
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
}

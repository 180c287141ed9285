/** What is drawn: tile sources, switches, theme and tilt, turned into one style. */

import { addresses, getJson } from './api.js';
import { together } from './bounds.js';
import { LIVE_SOURCES } from './cartography/live.js';
import { strokesNamed } from './cartography/shapes.js';
import { OFF_AT_FIRST, buildStyle } from './cartography/style.js';
import { facesOf, fontRules } from './fonts.js';
import { drawBracket, drawSymbol, symbolsOf } from './images.js';
import { drawStrokes } from './markimages.js';
import { newer, plan, queriesOf, sourceLookup, vectorSource, withQuery } from './sources.js';
import { tokensOf } from './theme.js';

const KEPT = 'wangge.hidden';

function keptHidden(known) {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null');
    if (Array.isArray(kept)) return new Set(kept.filter((id) => known.includes(id)));
  } catch (unreadable) { /* an old or refused store: start from the defaults */ }
  return new Set(OFF_AT_FIRST);
}

/** Loads what the map is made of. @param {{config: object, files: object}} given */
export async function openSheet({ config, files }) {
  const urls = addresses(config);
  const [{ layers }, symbols, own] = await Promise.all([getJson(urls.layers()), symbolsOf(files.url), symbolsOf(files.ownUrl)]);
  const isLive = (layer) => layer.id in LIVE_SOURCES;
  const described = layers.filter((layer) => layer.tiles || isLive(layer));
  const live = described.filter(isLive).map((layer) => layer.id);
  const tiled = described.filter((layer) => !isLive(layer));
  const sources = plan(tiled);
  const askTiles = () => Promise.all([...sources.values()].map((ids) => getJson(urls.tiles(ids))));
  const tileJsons = await askTiles();
  let queries = queriesOf(tileJsons);
  const specs = Object.fromEntries([...sources.keys()].map((id, at) => [id, vectorSource(tileJsons[at], location.origin)]));
  files.own = new Set(own.keys());
  const root = document.documentElement;
  const state = {
    urls, described, live, all: layers, symbols: new Map([...symbols, ...own]), hidden: keptHidden(described.map((layer) => layer.id)), counts: new Map(live.map((id) => [id, ''])), tilted: false,
  };
  const fontFaces = facesOf(fontRules(document));
  const rem = () => parseFloat(getComputedStyle(root).fontSize) || 16;

  return {
    ...state,
    rem,
    sourceOf: sourceLookup(sources),
    extent: together(described.map((layer) => layer.bbox)),
    style(tilted) {
      return buildStyle({
        tokens: tokensOf(root), language: config.language, scale: rem() / 16, tilted, hidden: state.hidden, sourceOf: sourceLookup(sources),
        sources: { ...specs }, known: tiled.map((layer) => layer.id), live,
        ...(Object.keys(fontFaces).length && { fontFaces }),
      });
    },
    tileAddress: (url) => withQuery(url, queries),
    /** Asks for tile addresses again, as they end after some minutes; true when a layer has a newer version. */
    async renew() {
      const before = queries;
      queries = queriesOf(await askTiles());
      return newer(before, queries);
    },
    toggle(layer, on) {
      if (on) state.hidden.delete(layer);
      else state.hidden.add(layer);
      try { localStorage.setItem(KEPT, JSON.stringify([...state.hidden])); } catch (refused) { /* not remembered, still switched */ }
    },
    image(id) {
      const tokens = tokensOf(root);
      const ratio = Math.max(1, devicePixelRatio) * (rem() / 16);
      const look = { ink: tokens['m-label'], halo: tokens['m-halo'], ratio };
      const strokes = strokesNamed(id);
      if (strokes) return { data: drawStrokes(strokes, { tokens, ratio }), ratio: devicePixelRatio };
      if (id === 'bracket') return { data: drawBracket({ ...look, ink: tokens.sel }), ratio: devicePixelRatio };
      const symbol = state.symbols.get(id);
      return symbol ? { data: drawSymbol(symbol, id.startsWith('camera') ? { ...look, ink: tokens.cam } : look), ratio: devicePixelRatio } : null;
    },
  };
}

/** What the map page draws: the material, the switches of the layers, theme and tilt, turned into one style. */

import { addresses } from './api.js';
import { OFF_AT_FIRST, buildStyle } from './cartography/style.js';
import { openMaterial } from './material.js';

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
  const material = await openMaterial({ urls: addresses(config), files });
  const { described, live, tiled, own, fontFaces, sourceOf, tokens, rem } = material;
  const hidden = keptHidden(described.map((layer) => layer.id));

  return Object.assign(material, {
    hidden,
    counts: new Map(live.map((id) => [id, ''])),
    style(tilted) {
      return buildStyle({
        tokens: tokens(), language: config.language, scale: rem() / 16, tilted, hidden, sourceOf,
        sources: { ...material.specs }, known: tiled, own, live,
        ...(Object.keys(fontFaces).length && { fontFaces }),
      });
    },
    toggle(layer, on) {
      if (on) hidden.delete(layer);
      else hidden.add(layer);
      try { localStorage.setItem(KEPT, JSON.stringify([...hidden])); } catch (refused) { /* not remembered, still switched */ }
    },
  });
}

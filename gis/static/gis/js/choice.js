/** The selected feature: fetched, shown on the card, marked on the map, kept in the address. */

import { getJson } from './api.js';
import { boundsOf } from './bounds.js';
import { byId } from './dom.js';

/** The areas of something that moves are asked for again after so long. */
const CHAIN_MS = 10_000;

/** Says something to those who do not see the page. */
export function announce(text) {
  byId('spoken').textContent = text;
}

/**
 * @param {{say: Function, sheet: object, status: object, card: () => object, map: () => object|undefined,
 *   remember: () => void, live: () => object|undefined}} given
 */
export function choice({ say, sheet, status, card, map, remember, live }) {
  let selected = null;

  function zoomTo(feature, wider = null) {
    const box = wider ?? boundsOf(feature.geometry);
    if (box && map()) requestAnimationFrame(() => map().fly(box, box[0] === box[2] ? 16.6 : 17.2));
  }

  function deselect() {
    selected = null;
    card().hide();
    map()?.setSelection(null);
    remember();
  }

  async function select(layer, id, { fly = true, box = null } = {}) {
    selected = { layer, id };
    const description = sheet.all.find((one) => one.id === layer);
    let feature;
    try {
      feature = await fetched(layer, id);
    } catch (failure) {
      if (selected?.id === id) deselect();
      return status.show(say('The feature did not arrive; it may be gone or outside what you may see.'), () => { status.hide(); select(layer, id, { fly, box }); });
    }
    if (selected?.id !== id || !description) return undefined;
    status.hide();
    const shown = card().show(feature, description);
    mark(feature, description);
    announce(say('Selected: {name}', { name: shown.title }));
    return fly ? zoomTo(feature, box) : remember();
  }

  function mark(feature, { id, group }) {
    map()?.setSelection({ ...feature, properties: { name: feature.properties.name, area: group === 'areas' } }, id);
  }

  /** Incidents and units come from the stream; what a camera does now is the stream's word too. */
  async function fetched(layer, id) {
    if (sheet.live.includes(layer)) return withChain(await live().feature(layer, id));
    const feature = await getJson(sheet.urls.feature(layer, id));
    const now = live()?.now(layer, id);
    return now ? { ...feature, properties: { ...feature.properties, status: now.properties.status } } : feature;
  }

  async function withChain(feature) {
    if (!feature.geometry) return feature;
    const kept = selected?.chain;
    if (kept && performance.now() - kept.at < CHAIN_MS) return { ...feature, chain: kept.areas };
    const { chain } = await getJson(sheet.urls.chain(...feature.geometry.coordinates));
    if (selected?.id === feature.id) selected.chain = { areas: chain, at: performance.now() };
    return { ...feature, chain };
  }

  /** What the stream says of the selected feature; null when it left what may be seen. */
  async function changed(feature) {
    const { layer, id } = selected;
    const description = sheet.all.find((one) => one.id === layer);
    if (!feature) return deselect();
    if (!sheet.live.includes(layer)) return select(layer, id, { fly: false });
    mark(feature, description);
    if (card().busy()) return undefined;
    const whole = await withChain(feature);
    return selected?.id === id && !card().busy() ? card().show(whole, description, { again: true }) : undefined;
  }

  function pickAt(point) {
    const hit = map().pick(point);
    if (hit) return select(hit.layer, hit.id, { fly: false });
    deselect();
    return announce(say('Nothing here at this zoom'));
  }

  return { select, deselect, pickAt, zoomTo, current: () => selected, changed };
}

/** The selected feature: fetched, shown on the card, marked on the map, kept in the address. */

import { getJson } from './api.js';
import { boundsOf } from './bounds.js';
import { byId } from './dom.js';

/** Says something to those who do not see the page. */
export function announce(text) {
  byId('spoken').textContent = text;
}

/**
 * @param {{say: Function, sheet: object, status: object, card: () => object, map: () => object|undefined,
 *   remember: () => void}} given
 */
export function choice({ say, sheet, status, card, map, remember }) {
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
      feature = await getJson(sheet.urls.feature(layer, id));
    } catch (failure) {
      if (selected?.id === id) deselect();
      return status.show(say('The feature did not arrive; it may be gone or outside what you may see.'), () => { status.hide(); select(layer, id, { fly, box }); });
    }
    if (selected?.id !== id || !description) return undefined;
    status.hide();
    const shown = card().show(feature, description);
    map()?.setSelection({ ...feature, properties: { name: feature.properties.name, area: description.group === 'areas' } }, layer);
    announce(say('Selected: {name}', { name: shown.title }));
    return fly ? zoomTo(feature, box) : remember();
  }

  function pickAt(point) {
    const hit = map().pick(point);
    if (hit) return select(hit.layer, hit.id, { fly: false });
    deselect();
    return announce(say('Nothing here at this zoom'));
  }

  return { select, deselect, pickAt, zoomTo, current: () => selected };
}

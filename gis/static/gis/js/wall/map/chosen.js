/** The chosen feature on the map: bracket or outline, the standing building, rings round a critical case. */

import { getJson } from '../../api.js';
import { severityOf } from './clusters.js';
import { ringsRound } from './rings.js';

/** Nothing of GeoJSON. */
const nothing = () => ({ type: 'FeatureCollection', features: [] });

/**
 * @param {{state: object, material: () => object, put: (source: string, data: object) => void,
 *   mark: (layer: string, id: string, state: object) => void, told: (facts: object) => void}} given
 */
export function chosenOnMap({ state, material, put, mark, told }) {
  let standing = '';

  async function found({ layer, id }) {
    const live = state.live[layer]?.get(id);
    if (live) return live;
    if (['incidents', 'units'].includes(layer)) return null;
    return getJson(material().urls.feature(layer, id));
  }

  function draw(feature, layer) {
    const area = material().all.find((one) => one.id === layer)?.group === 'areas';
    put('selection', feature?.geometry ? { type: 'Feature', geometry: feature.geometry, properties: { area } } : nothing());
    const centre = feature?.geometry && layer === 'incidents' && severityOf(feature) === 1 ? feature.geometry.coordinates : null;
    put('wall-rings', ringsRound(centre));
    if (standing) mark('buildings', standing, { selected: false });
    standing = feature && layer === 'buildings' ? String(feature.id) : '';
    if (standing) mark('buildings', standing, { selected: true });
    told({ chosen: feature ? `${layer}:${feature.id}` : '', rings: centre ? '200 500' : '' });
  }

  return {
    /** Draws what `state.chosen` names; what cannot be had is drawn as nothing. */
    async show() {
      const one = state.chosen;
      if (!one) return draw(null, '');
      try {
        const feature = await found(one);
        if (state.chosen === one) draw(feature, one.layer);
      } catch (failure) {
        console.warn(failure);
        if (state.chosen === one) draw(null, '');
      }
      return undefined;
    },
    /** A chosen thing that lives may have moved. */
    moved() {
      const one = state.chosen;
      if (one && one.layer in state.live && one.layer !== 'cameras') draw(state.live[one.layer].get(one.id) ?? null, one.layer);
    },
  };
}

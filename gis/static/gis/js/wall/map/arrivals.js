/** The one thing that pulses: a case that has just come, once; a critical one that nobody has taken in hand, for a minute. */

import { pulses } from '../../pulses.js';

/**
 * @param {{state: object, pane: () => object, still: boolean, now: () => number, told: (facts: object) => void}} given
 * @returns {() => void} compares the cases with those of the last time
 */
export function arrivals({ state, pane, still, now, told }) {
  let known = null;
  let rings = null;
  return () => {
    const cases = state.live.incidents;
    if (!known && !cases.size && !state.live.units.size && !state.live.cameras.size) return;
    rings ??= pulses({ map: { pin: (...all) => pane().pin(...all) }, still: () => still, age: (at) => now() - Date.parse(at), told: (count) => told({ pulses: count }) });
    if (state.dim !== 'live' || state.ages.incidents === 'stale') {
      rings.none();
      known = null;
      return;
    }
    if (!known) rings.all(cases.values());
    else {
      for (const [id, feature] of cases) {
        if (!known.has(id)) rings.arrived(feature);
        else if (known.get(id) !== feature.properties.version) rings.changed(id, feature);
      }
      for (const id of known.keys()) if (!cases.has(id)) rings.changed(id, null);
    }
    known = new Map([...cases].map(([id, { properties }]) => [id, properties.version]));
  };
}

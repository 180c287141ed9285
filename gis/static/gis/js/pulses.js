/** The one thing that may pulse: a new incident once, an unacknowledged critical one until someone acts or a minute has passed. */

import { urgentFor } from './live/drawing.js';

const ONCE_MS = 700;

/** @param {{map: object, still: () => boolean, age: (at: string) => number, told: (count: number) => void}} given */
export function pulses({ map, still, age, told }) {
  const pinned = new Map();

  function end(id) {
    const one = pinned.get(id);
    if (!one) return;
    clearTimeout(one.timer);
    one.remove();
    pinned.delete(id);
    told(pinned.size);
  }

  function begin(id, place, kind, milliseconds) {
    end(id);
    if (still()) return;
    const element = document.createElement('div');
    element.className = `pulse pulse-${kind}`;
    element.dataset.id = id;
    element.setAttribute('aria-hidden', 'true');
    element.append(document.createElement('i'));
    const remove = map.pin(element, place);
    element.removeAttribute('aria-label');
    element.removeAttribute('role');
    pinned.set(id, { remove, kind, timer: setTimeout(() => end(id), milliseconds) });
    told(pinned.size);
  }

  function urgent({ id, geometry, properties }) {
    const left = geometry ? urgentFor({ properties }, properties.reported_at ? age(properties.reported_at) : NaN) : 0;
    if (left > 0) begin(id, geometry.coordinates, 'urgent', left);
    return left > 0;
  }

  return {
    /** An incident that came while the page was open. */
    arrived(feature) {
      if (!urgent(feature) && feature.geometry) begin(feature.id, feature.geometry.coordinates, 'arrival', ONCE_MS);
    },
    /** An incident that is not what it was; null: it left. */
    changed(id, feature) {
      if (pinned.get(id)?.kind === 'urgent' || !feature) end(id);
      if (feature) urgent(feature);
    },
    /** All incidents anew: only what still waits for somebody goes on. */
    all(features) {
      for (const id of [...pinned.keys()]) end(id);
      for (const feature of features) urgent(feature);
    },
    none() { for (const id of [...pinned.keys()]) end(id); },
  };
}

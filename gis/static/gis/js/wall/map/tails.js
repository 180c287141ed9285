/** Where units were: one position a minute, six at most, kept in memory only. Pure. */

import { MOST_TEAMS } from './swarm.js';

const EVERY_MS = 60_000;
const DOTS = 6;
/** Closer to the dot before it (degrees, about 6 m) a dot says nothing. */
const NEAR = 0.00006;

export function tailKeeper() {
  const kept = new Map();
  return {
    /** Takes the positions of now; of very many teams, which have no tails, none. @param {{id: string, geometry: object|null}[]} units @param {number} now milliseconds */
    see(units, now) {
      if (units.length > MOST_TEAMS) return kept.clear();
      const seen = new Set();
      for (const { id, geometry } of units) {
        seen.add(id);
        if (!geometry) continue;
        const line = kept.get(id) ?? [];
        if (line.length && now - line[line.length - 1].at < EVERY_MS) continue;
        line.push({ at: now, place: geometry.coordinates });
        while (line.length > DOTS + 1) line.shift();
        kept.set(id, line);
      }
      for (const id of kept.keys()) if (!seen.has(id)) kept.delete(id);
      return undefined;
    },
    /**
     * Dots behind each unit, `age` 1 for the newest; none where a unit stands still.
     * @param {Iterable<object>} units @param {{stale: boolean}} how
     */
    drawn(units, { stale }) {
      const features = [];
      for (const { id, geometry, properties } of units) {
        if (!geometry) continue;
        let last = geometry.coordinates;
        let age = 0;
        for (const { place } of [...(kept.get(id) ?? [])].reverse()) {
          if (age >= DOTS || (Math.abs(place[0] - last[0]) < NEAR && Math.abs(place[1] - last[1]) < NEAR)) continue;
          age += 1;
          last = place;
          features.push({ type: 'Feature', properties: { unit: id, age, stale: stale || properties.stale === true }, geometry: { type: 'Point', coordinates: place } });
        }
      }
      return { type: 'FeatureCollection', features };
    },
  };
}

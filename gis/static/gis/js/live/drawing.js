/** What the map draws of the live state: features with the image, the turn and the word of each. Pure. */

import { SHAPES } from '../cartography/shapes.js';

/** So long an unacknowledged incident of severity 1 pulses. */
export const URGENT_MS = 60_000;
/** Slower than this nobody goes anywhere. */
const MOVING_MPS = 0.3;

/** A feature with plain values only: nothing nested reaches the map. */
function plain({ id, version, name, name_en, code }) {
  return { id, version, name: name ?? '', name_en: name_en ?? '', ...(code !== undefined && { code }) };
}

/**
 * @param {Iterable<object>} features @param {{stale: boolean}} how
 * @returns {object} a FeatureCollection, the most urgent last
 */
export function drawnIncidents(features, { stale }) {
  const drawn = [...features].filter((one) => one.geometry).map(({ id, geometry, properties }) => {
    const severity = [1, 2, 3, 4].includes(properties.severity) ? properties.severity : 4;
    const shape = SHAPES[properties.category] ?? 'circle';
    return {
      type: 'Feature', geometry,
      properties: { ...plain({ ...properties, id }), severity, category: String(properties.category ?? ''), stale, icon: `mark:${shape}:${stale ? 'stale' : severity}` },
    };
  });
  drawn.sort((a, b) => b.properties.severity - a.properties.severity);
  return { type: 'FeatureCollection', features: drawn };
}

/** `滨西社区第1网格队` -> `滨西1队`, `Binxi Community Grid 1 team` -> `Binxi 1`: as people say it; other names stay. */
export function shortNames({ name, name_en }) {
  const zh = String(name ?? '').replace(/社区第(\d+)网格队$/, '$1队');
  const en = String(name_en ?? '').replace(/(?: Community)?,? Grid (?:No\. )?(\d+) team$/i, ' $1');
  return { short: zh || en, short_en: en || zh };
}

/** Whether the store says that nothing was heard of a unit on duty for too long. */
export function unheard({ geometry, properties }) {
  return Boolean(geometry) && properties.stale === true;
}

/**
 * @param {Iterable<object>} features
 * @param {{stale: boolean, age: (at: string) => number, ago: (ageMs: number) => string}} how `ago`: how long nothing
 *   was heard, in words
 */
export function drawnUnits(features, { stale, age, ago }) {
  const drawn = [...features].filter((one) => one.geometry).map((one) => {
    const { id, geometry, properties } = one;
    const old = unheard(one);
    const gone = old && properties.at ? age(properties.at) : NaN;
    const moving = properties.speed_mps > MOVING_MPS && Number.isFinite(properties.bearing_deg);
    return {
      type: 'Feature', geometry,
      properties: {
        ...plain({ ...properties, id }), ...shortNames(properties), kind: String(properties.kind ?? ''), status: String(properties.status ?? ''), stale: stale || old,
        bearing: moving ? properties.bearing_deg : 0, moving: moving && !stale && !old, icon: `unit:${stale || old ? 'stale' : 'standing'}`, ...(gone > 0 && { note: ago(gone) }),
      },
    };
  });
  return { type: 'FeatureCollection', features: drawn };
}

/** Very many teams: where each stands and the image of its dot, no more. @param {Iterable<object>} features @param {{stale: boolean}} how */
export function dotsOf(features, { stale }) {
  const dots = [];
  for (const one of features) if (one.geometry) dots.push({ id: String(one.id), place: one.geometry.coordinates, icon: stale || unheard(one) ? 'unit:stale' : 'unit:standing' });
  return dots;
}

/** Milliseconds for which an incident may still pulse; 0 for all that are acknowledged or not critical. */
export function urgentFor({ properties }, ageMs) {
  if (properties.severity !== 1 || properties.state !== 'reported') return 0;
  return Math.max(0, URGENT_MS - (Number.isNaN(ageMs) ? 0 : ageMs));
}

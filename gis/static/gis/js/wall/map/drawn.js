/** What the wall's map draws of the live state: plain values by which its style chooses images and words. Pure. */

import { SHAPES } from '../../cartography/shapes.js';
import { grouped, severityOf } from './clusters.js';

/** `剩 46 分`, `超 2 时`: rounded down, and only to the minute, so that nothing on the map changes by the second. */
export function timeLeft(due, now, say) {
  const at = Date.parse(due ?? '');
  if (Number.isNaN(at) || !Number.isFinite(now)) return '';
  const minutes = Math.floor(Math.abs(at - now) / 60_000);
  const span = minutes >= 1440 ? say('{count} d', { count: Math.floor(minutes / 1440) }) : minutes >= 60 ? say('{count} h {minutes} min', { count: Math.floor(minutes / 60), minutes: minutes % 60 }) : say('{count} min', { count: minutes });
  return at >= now ? say('{span} left', { span }) : say('{span} over', { span });
}

function markOf(feature, { stale, tilted, apart, chosen, now, say }) {
  const { id, geometry, properties } = feature;
  const severity = severityOf(feature);
  const shape = SHAPES[properties.category] ?? 'circle';
  return {
    type: 'Feature', geometry,
    properties: {
      id: String(id), version: properties.version, severity, stale, faint: Boolean(apart && !apart.has(String(id))), chosen: id === chosen,
      name: properties.name ?? '', name_en: properties.name_en ?? '', note: severity <= 2 && !stale ? timeLeft(properties.due, now, say) : '',
      icon: `${tilted ? 'stem' : 'mark'}:${shape}:${stale ? 'stale' : severity}${tilted && stale ? `:${severity}` : ''}`,
    },
  };
}

/**
 * @param {Iterable<object>} features
 * @param {{band: 'far'|'middle'|'near', stale: boolean, tilted: boolean, apart: Set<string>|null, chosen: string, now: number,
 *   say: Function, middleOf: Function, size: number, shift: number}} how `apart`: these alone stand out
 * @returns {object} a FeatureCollection, the most urgent last; counts have `group` and no `id`
 */
export function drawnCases(features, how) {
  const standing = [...features].filter((one) => one.geometry);
  const { single, groups } = grouped(standing, how.tilted ? 'near' : how.band, how);
  const counted = groups.map(({ key, place, counts, members }) => ({
    type: 'Feature', geometry: { type: 'Point', coordinates: place },
    properties: {
      id: '', group: key, count: members.length, severity: 4, stale: how.stale, faint: Boolean(how.apart && !members.some(({ id }) => how.apart.has(String(id)))),
      icon: `count:${counts.join('-')}:${how.stale ? 'stale' : 'live'}`,
    },
  }));
  const marks = single.map((one) => markOf(one, how));
  marks.sort((a, b) => b.properties.severity - a.properties.severity);
  return { type: 'FeatureCollection', features: [...counted, ...marks] };
}

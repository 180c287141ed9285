/** The layer switch as data: groups, rows, hints. Pure. */

import { zoomRange } from './legend.js';
import { grouped } from './numbers.js';
import { titleOf } from './words.js';

const GROUPS = { areas: 'Areas', ground: 'Ground', built: 'Built', places: 'Places', watch: 'Watch', live: 'Live', own: 'Own layers' };

/**
 * @param {{described: object[], style: object, zoom: number, hidden: Set<string>, language: string, say: Function, counts?: Map<string, string>}} given
 *   `counts`: figures of layers that have no number of their own
 * @returns {{id: string, title: string, rows: {id: string, title: string, other: string, count: string, on: boolean,
 *   hint: string}[]}[]}
 */
export function layerRows({ described, style, zoom, hidden, language, say, counts = new Map() }) {
  const groups = [];
  for (const layer of described) {
    const range = zoomRange(style, layer);
    const key = layer.group in GROUPS ? layer.group : 'other';
    let group = groups.find((one) => one.id === key);
    if (!group) groups.push((group = { id: key, title: say(GROUPS[key] ?? 'Other'), rows: [] }));
    group.rows.push({
      id: layer.id,
      title: titleOf(layer, language),
      other: titleOf(layer, language.startsWith('zh') ? 'en' : 'zh-hans'),
      count: counts.has(layer.id) ? counts.get(layer.id) : Number.isFinite(layer.count) ? grouped(layer.count, 0) : '',
      on: !hidden.has(layer.id),
      hint: hintOf(range, zoom, say),
    });
  }
  const order = Object.keys(GROUPS);
  const place = (group) => (order.indexOf(group.id) + order.length + 1) % (order.length + 1);
  return groups.sort((a, b) => place(a) - place(b));
}

function hintOf({ from, to }, zoom, say) {
  const at = (value) => String(Math.round(value * 10) / 10);
  if (zoom < from) return say('shown from zoom {zoom}', { zoom: at(from) });
  if (zoom >= to) return say('up to zoom {zoom}', { zoom: at(to) });
  return '';
}

/** The parallel list of what is in view, from what the map drew. Pure. */

import { nameOf, titleOf } from './words.js';

/**
 * @param {{layer: string, properties: object}[]} drawn features of the listed style layers, topmost first
 * @param {object[]} described
 * @param {string} language
 * @param {number} most rows a layer shows before it is cut
 * @returns {{total: number, groups: {layer: string, title: string, items: {layer: string, id: string, title: string,
 *   note: string}[], more: number}[]}}
 */
export function listInView(drawn, described, language, most = 60) {
  const groups = [];
  let total = 0;
  for (const layer of described) {
    const seen = new Map();
    for (const feature of drawn) {
      const id = feature.properties.id;
      if (feature.layer !== layer.id || !id || seen.has(id)) continue;
      const title = nameOf(feature.properties, language);
      if (title) seen.set(id, { layer: layer.id, id: String(id), title, note: noteOf(layer, feature.properties, language) });
    }
    if (!seen.size) continue;
    const items = [...seen.values()].sort((a, b) => a.title.localeCompare(b.title, language.startsWith('zh') ? 'zh-Hans' : 'en', { numeric: true }));
    total += items.length;
    groups.push({ layer: layer.id, title: titleOf(layer, language), items: items.slice(0, most), more: Math.max(0, items.length - most) });
  }
  return { total, groups };
}

function noteOf(layer, properties, language) {
  const coded = layer.fields?.find((one) => ['severity', 'kind', 'class', 'use', 'status'].includes(one.name) && one.values?.[properties[one.name]]);
  return coded ? titleOf(coded.values[properties[coded.name]], language) : '';
}

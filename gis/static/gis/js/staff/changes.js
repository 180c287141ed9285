/** What an import changes, as rows to read: kinds, how far, which attributes from what to what. Pure. */

import { grouped } from '../numbers.js';
import { titleOf } from '../words.js';

/** The six kinds in the order of the contract; their keys are 1 to 6. `look` names the colour, `sign` the symbol. */
export const KINDS = [
  { id: 'added', words: 'Added', look: 'add', sign: 'plus' },
  { id: 'removed', words: 'Removed', look: 'del', sign: 'cross' },
  { id: 'moved', words: 'Moved', look: 'move', sign: 'move' },
  { id: 'reshaped', words: 'Reshaped', look: 'chg', sign: 'change' },
  { id: 'changed', words: 'Edited', look: 'chg', sign: 'change' },
  { id: 'unchanged', words: 'Same', look: 'same', sign: 'check' },
];

/** The kind of an id. */
export function kindOf(id) {
  return KINDS.find((kind) => kind.id === id) ?? KINDS[4];
}

/** How many features a diff touches: all but the unchanged. */
export function touched(diff) {
  return diff ? KINDS.slice(0, 5).reduce((sum, { id }) => sum + (diff[id] ?? 0), 0) : 0;
}

/** `+214 −37`, with what is altered as `~`; nothing for a diff that changes nothing. */
export function inShort(diff) {
  if (!diff) return '';
  const altered = (diff.moved ?? 0) + (diff.reshaped ?? 0) + (diff.changed ?? 0);
  return [[diff.added ?? 0, '+'], [diff.removed ?? 0, '−'], [altered, '~']].filter(([count]) => count).map(([count, sign]) => `${sign}${grouped(count, 0)}`).join(' ');
}

const COMPASS = ['north', 'northeast', 'east', 'southeast', 'south', 'southwest', 'west', 'northwest'];

/** The name of the eighth of the compass that a bearing in degrees lies in. */
export function towards(bearing) {
  return COMPASS[Math.round((((bearing % 360) + 360) % 360) / 45) % 8];
}

/** A distance between millimetres and kilometres, to about two figures. */
export function distance(metres) {
  if (metres < 0.01) return `${grouped(metres * 1000, 0)} mm`;
  if (metres < 1) return `${grouped(metres * 100, 0)} cm`;
  return metres < 1000 ? `${grouped(metres, metres < 100 ? 1 : 0)} m` : `${grouped(metres / 1000, 1)} km`;
}

/** An area in m², with its sign where it tells a change. */
export function area(m2, signed = false) {
  const text = Math.abs(m2) >= 1e6 ? `${grouped(Math.abs(m2) / 1e6, 2)} km²` : `${grouped(Math.abs(m2), Math.abs(m2) < 100 ? 1 : 0)} m²`;
  return signed ? `${m2 < 0 ? '−' : '+'}${text}` : text;
}

/** What a value of an attribute says: the words of its code list, yes or no, a dash for nothing. */
export function valueText(value, field, { language, say }) {
  if (value === null || value === undefined || value === '') return '—';
  const words = field?.values?.[String(value)];
  if (words) return titleOf(words, language);
  if (typeof value === 'boolean') return say(value ? 'Yes' : 'No');
  const text = typeof value === 'number' ? (Number.isInteger(value) && /^(year|code)/.test(field?.name ?? '') ? String(value) : grouped(value, 6)) : String(value);
  return field?.unit ? `${text} ${field.unit}` : text;
}

/** The attributes that a change touches, from what to what. @param {Map<string, object>} fields described, by name */
export function differences(change, fields, words) {
  const { before, after } = change;
  const names = change.columns?.length ? change.columns : Object.keys(after ?? before ?? {});
  return names.map((name) => {
    const field = fields.get(name);
    return {
      name, title: field ? titleOf(field, words.language) : name,
      before: before && name in before ? valueText(before[name], field, words) : null, after: after && name in after ? valueText(after[name], field, words) : null,
    };
  });
}

/** One line that says what happens to the feature. */
export function gist(change, fields, words) {
  const { say } = words;
  const edits = change.kind === 'added' || change.kind === 'removed' ? [] : differences(change, fields, words);
  const parts = [];
  if (change.kind === 'moved' && change.distance_m) {
    parts.push(change.bearing_deg === null || change.bearing_deg === undefined ? distance(change.distance_m) : say(`{distance} ${towards(change.bearing_deg)}`, { distance: distance(change.distance_m) }));
  }
  if (change.kind === 'reshaped') parts.push(Math.abs(change.area_change_m2) >= 0.05 ? area(change.area_change_m2, true) : say('outline'));
  parts.push(...edits.slice(0, 2).map(({ title, before, after }) => `${title} ${before ?? '—'} → ${after ?? '—'}`));
  if (edits.length > 2) parts.push(say('and {count} more', { count: edits.length - 2 }));
  return parts.join('\u3000');
}

/** Fields that change most, for the filter: name, title, how many rows. @param {Record<string, number>} counts */
export function fieldsOf(counts, fields, language) {
  return Object.entries(counts ?? {}).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1])
    .map(([name, count]) => ({ name, count, title: fields.get(name) ? titleOf(fields.get(name), language) : name }));
}

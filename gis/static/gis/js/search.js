/** Search without the page: grouping of results, and the list that the keyboard walks. Pure. */

import { isChinese, nameOf, titleOf } from './words.js';

/** True when the text is worth a request: one Chinese character, or two of anything else. */
export function worthAsking(text) {
  const plain = text.trim();
  return plain.length >= 2 || /[\u3400-\u9fff]/.test(plain);
}

/**
 * Results under their layers, layers in the order of their best result, results in the server's order.
 * @returns {{layer: string, title: string, items: object[]}[]}
 */
export function groupResults(results, described, language) {
  const groups = new Map();
  for (const result of whole(results)) {
    if (!groups.has(result.layer)) {
      const layer = described.find((one) => one.id === result.layer);
      groups.set(result.layer, { layer: result.layer, title: layer ? titleOf(layer, language) : result.layer, items: [] });
    }
    groups.get(result.layer).items.push(describe(result, described, language));
  }
  return [...groups.values()];
}

/** Pieces of one street become one result with the box of all of them; the first piece stands for the rest. */
export function whole(results) {
  const kept = new Map();
  for (const result of results) {
    const key = result.layer === 'roads' && result.name ? `${result.name}|${result.chain_zh ?? ''}` : `${result.layer}|${result.id}`;
    const first = kept.get(key);
    if (!first) kept.set(key, { ...result, pieces: result.pieces ?? 1 });
    else kept.set(key, { ...first, pieces: first.pieces + (result.pieces ?? 1), bbox: joined(first.bbox, result.bbox) });
  }
  return [...kept.values()];
}

function joined(a, b) {
  if (!a || !b) return a ?? b;
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

function describe(result, described, language) {
  const chinese = isChinese(language);
  const fields = described.find((one) => one.id === result.layer)?.fields ?? [];
  const coded = fields.find((one) => ['kind', 'class', 'use'].includes(one.name) && one.values?.[result.kind]);
  return {
    ...result,
    title: nameOf(result, language),
    other: (chinese ? result.name_en : result.name) ?? '',
    kindTitle: coded ? titleOf(coded.values[result.kind], language) : '',
    chain: (chinese ? result.chain_zh : result.chain_en) ?? '',
  };
}

/** The results in the order in which the arrow keys meet them. */
export function flat(groups) {
  return groups.flatMap((group) => group.items);
}

/**
 * What a key does in the search box.
 * @param {{active: number, count: number}} state `active` is -1 when the text itself is active
 * @param {string} key
 * @returns {{active: number, act: 'none'|'move'|'choose'|'close'}}
 */
export function onKey({ active, count }, key) {
  const moved = (next) => ({ active: next, act: count ? 'move' : 'none' });
  switch (key) {
    case 'ArrowDown': return moved(count ? (active + 1) % count : -1);
    case 'ArrowUp': return moved(count ? (active <= 0 ? count - 1 : active - 1) : -1);
    case 'Home': return active < 0 ? { active, act: 'none' } : moved(0);
    case 'End': return active < 0 ? { active, act: 'none' } : moved(count - 1);
    case 'Enter': return count ? { active: Math.max(active, 0), act: 'choose' } : { active: -1, act: 'none' };
    case 'Escape': return { active: -1, act: 'close' };
    default: return { active, act: 'none' };
  }
}

/** Cuts a title into runs, the part that the text names marked. */
export function marked(title, text) {
  const needle = text.trim();
  const at = needle ? title.toLowerCase().indexOf(needle.toLowerCase()) : -1;
  if (at < 0) return [{ text: title, hit: false }];
  return [
    { text: title.slice(0, at), hit: false },
    { text: title.slice(at, at + needle.length), hit: true },
    { text: title.slice(at + needle.length), hit: false },
  ].filter((run) => run.text);
}

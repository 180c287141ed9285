/** The hashes of the contract, by which a screen proves that it shows what the store holds. Pure. */

import { sha256 } from './sha256.js';

/** Positions are no events: the layer that they make up has no part in the hash. */
export const UNHASHED = ['units'];

const ASTRAL = /[\ud800-\udfff]/;

/** By code point, as the store sorts; the language's own order differs beyond the basic plane only. */
function byCodePoint(a, b) {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((char, i) => char !== y[i]);
  if (at < 0) return x.length - y.length;
  return at >= y.length ? 1 : x[at].codePointAt(0) - y[at].codePointAt(0);
}

function sorted(lines) {
  return lines.some((line) => ASTRAL.test(line)) ? lines.sort(byCodePoint) : lines.sort();
}

async function hexOf(text) {
  const bytes = new TextEncoder().encode(text);
  const digest = globalThis.crypto?.subtle ? new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)) : sha256(bytes);
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The sorted lines `id<TAB>version<LF>` of one layer as one text. @param {Map<string, object>} features */
export function linesOf(features) {
  return sorted([...features].map(([id, { properties }]) => `${id}\t${properties.version}\n`)).join('');
}

/** @param {Map<string, object>} features @returns {Promise<string>} 64 hex digits */
export function layerHash(features) {
  return hexOf(linesOf(features));
}

/**
 * The hash of a whole state. The state is read before the first wait: what changes meanwhile has no part in it.
 * @param {Map<string, Map<string, object>>} layers
 * @returns {Promise<{hash: string, hashes: Record<string, string>}>}
 */
export async function stateHash(layers) {
  const texts = [...layers].filter(([layer]) => !UNHASHED.includes(layer)).map(([layer, features]) => [layer, linesOf(features)]);
  const hashes = Object.fromEntries(await Promise.all(texts.map(async ([layer, text]) => [layer, await hexOf(text)])));
  return { hash: await hexOf(sorted(Object.entries(hashes).map(([layer, hash]) => `${layer}\t${hash}\n`)).join('')), hashes };
}

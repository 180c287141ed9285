/** The style as tests make it, with the tokens of the page's own file. */

import { readFileSync } from 'node:fs';
import { buildStyle } from '../../gis/static/gis/js/cartography/style.js';
import { MAP_TOKENS } from '../../gis/static/gis/js/theme.js';

const css = readFileSync(new URL('../../gis/static/gis/css/tokens.css', import.meta.url), 'utf8');

/** The tokens of a theme, read from the one file that holds them. */
export function tokens(theme) {
  const block = css.slice(css.indexOf(`[data-theme=${theme}]`)).split('}')[0];
  return Object.fromEntries(MAP_TOKENS.map((name) => [name, new RegExp(`--${name}:([^;]+)`).exec(block)?.[1].trim() ?? '']));
}

const sources = { base: { type: 'vector', tiles: ['http://127.0.0.1/{z}/{x}/{y}'] } };
/** A dark, flat, Chinese style unless told otherwise. */
export const make = (changes = {}) => buildStyle({
  tokens: tokens('dark'), language: 'zh-hans', sources: { ...sources }, sourceOf: () => 'base', ...changes,
});

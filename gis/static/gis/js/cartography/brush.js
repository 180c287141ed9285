/**
 * What every part of the style draws with: tokens, the zoom shift and the size factor of large screens, shared shapes
 * of expressions. Pure.
 */

import { parse } from '../colour.js';

export const REGULAR = ['Noto Sans SC Regular'];
export const BOLD = ['Noto Sans SC Bold'];

/**
 * @param {{tokens: Record<string, string>, scale?: number, size?: number, language: string, tilted?: boolean}} given
 *   `scale`: CSS pixels per design pixel (1 at 1080 lines, 2 on a 4K wall at device scale 1).
 *   `size`: the same for type and lines where they may not shrink with a small screen.
 */
export function brush({ tokens, scale = 1, size = scale, language, tilted = false }) {
  const shift = Math.log2(scale);
  const z = (zoom) => Math.round((zoom + shift) * 100) / 100;
  const px = (length) => Math.round(length * size * 100) / 100;
  return {
    t: tokens, z, px, language, tilted, chinese: language.startsWith('zh'), scale,
    dark: parse(tokens['m-land'])[0] < 128,
    /** Straight interpolation between [zoom, value] stops, values in design pixels. */
    steps: (...stops) => ['interpolate', ['linear'], ['zoom'], ...stops.flatMap(([at, v]) => [z(at), px(v)])],
    /** Growth with the map, doubling per zoom, between [zoom, value] stops in design pixels. */
    grow: (...stops) => ['interpolate', ['exponential', 2], ['zoom'], ...stops.flatMap(([at, v]) => [z(at), px(v)])],
    /** Interpolation of opacities or colours, which do not grow with the screen. */
    fade: (...stops) => ['interpolate', ['linear'], ['zoom'], ...stops.flatMap(([at, v]) => [z(at), v])],
  };
}

/** The name in the reader's language, else the other one. */
export function nameIn(b) {
  return b.chinese
    ? ['coalesce', ['get', 'name'], ['get', 'name_en'], '']
    : ['case', ['has', 'name_en'], ['case', ['==', ['get', 'name_en'], ''], ['get', 'name'], ['get', 'name_en']], ['coalesce', ['get', 'name'], '']];
}

/** Filter on one of several values of an attribute. */
export function among(field, values) {
  return ['in', ['get', field], ['literal', values]];
}

/** True where the row says so, as a boolean or as a number. */
export function truthy(field) {
  return ['in', ['to-string', ['get', field]], ['literal', ['true', '1']]];
}

/** The two letters of halo around ground labels. */
export function halo(b, colour = b.t['m-halo'], width = 1.6) {
  return { 'text-halo-color': colour, 'text-halo-width': b.px(width), 'text-halo-blur': 0 };
}

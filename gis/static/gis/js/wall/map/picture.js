/** What one pane draws: the state of the wall's map turned into a style and the data of its sources. */

import { mix } from '../../colour.js';
import { dotsOf, drawnUnits } from '../../live/drawing.js';
import { bandOf } from './clusters.js';
import { drawnCases } from './drawn.js';
import { lightOf } from './sunlight.js';
import { wallStyle } from './style.js';

/** Type and lines shrink with a small screen no further than this. */
const SMALLEST = 0.86;

/** CSS pixels per design pixel: of the zoom levels by the height of the screen, of type and marks by the page's own size. */
export function sizes(rem) {
  const scale = Math.min(3, Math.max(0.66, Math.min(innerWidth, innerHeight) / 1080));
  return { scale, size: Math.max(SMALLEST, rem / 16) };
}

/**
 * @param {{state: object, material: object, given: object, look: {tilted: boolean, load: boolean, marks: boolean}, zoom: number}} what
 *   `look`: this pane is tilted, carries choropleth and heat, carries live marks
 */
export function pictureOf({ state, material, given, look, zoom }) {
  const { scale, size } = sizes(material.rem());
  const tokens = material.tokens();
  const grey = (layer) => state.dim !== 'live' || state.ages[layer] === 'stale';
  const band = bandOf(zoom, Math.log2(scale));
  const ago = (milliseconds) => given.say('no position for {ago}', { ago: given.say('{count} min', { count: Math.floor(milliseconds / 60_000) }) });
  const units = [...state.live.units.values()];
  const age = (at) => given.now() - Date.parse(at);
  const { light, sky } = lightOf(given.now(), middleOf(given.config.district.bbox), state.theme, tokens, mix);

  return {
    band,
    style: (data) => wallStyle({
      tokens, language: given.language, scale, size, tilted: look.tilted, sources: { ...material.specs }, sourceOf: material.sourceOf, tiled: material.tiled, own: material.own, on: state.on,
      light, sky, classes: look.load ? state.classes : null, loadStale: grey('incidents'), data, marks: look.marks, first: state.first && !look.tilted,
      ...(Object.keys(material.fontFaces).length && { fontFaces: material.fontFaces }),
    }),
    cases: () => drawnCases(state.live.incidents.values(), {
      band, tilted: look.tilted, stale: grey('incidents'), apart: state.apart, chosen: state.chosen?.layer === 'incidents' ? state.chosen.id : '', now: given.now(), say: given.say,
      size, shift: Math.log2(scale), middleOf: (community) => state.middles.get(community) ?? null,
    }),
    dots: () => dotsOf(units, { stale: grey('units') }),
    units: () => drawnUnits(units, { stale: grey('units'), age, ago }),
    tails: () => state.tails.drawn(units, { stale: grey('units') }),
  };
}

/** What a pane shows: alone everything; beside another the live marks at the left, choropleth and heat (or the other view) at the right. */
export function lookOf(at, state) {
  if (!state.split) return { tilted: state.tilted, load: true, marks: true };
  const loaded = Boolean(state.classes || state.heat);
  if (at === 0) return { tilted: state.tilted, load: false, marks: true };
  return loaded ? { tilted: state.tilted, load: true, marks: false } : { tilted: !state.tilted, load: false, marks: true };
}

/** The middle of a box. */
export function middleOf([w, s, e, n]) {
  return [(w + e) / 2, (s + n) / 2];
}

/** Live state of each camera as it may be shown. @returns {Map<string, string>} */
export function cameraStates(state) {
  const grey = state.dim !== 'live' || state.ages.cameras === 'stale';
  return new Map([...state.live.cameras].map(([id, { properties }]) => [id, grey ? 'unknown' : properties.status]));
}

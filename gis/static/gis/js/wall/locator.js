/** Where in the district a map of one case lies: its outline, every open case as a dot, and the frame of what the map shows. */

import { el } from '../dom.js';
import { grouped } from '../numbers.js';
import { world } from './map/fit.js';
import { redraw, setAttr, setText, svg } from './parts.js';
import { severityOf } from './worst.js';

const WIDE = 100;

/** Positions of the world as places of a picture `WIDE` wide round a box. Pure. @param {number[]} box west, south, east, north */
export function sheetOf([west, south, east, north]) {
  const [[left, top], [right, bottom]] = [world([west, north]), world([east, south])];
  const scale = WIDE / (right - left);
  const at = (place) => { const [x, y] = world(place); return [(x - left) * scale, (y - top) * scale].map((value) => Math.round(value * 10) / 10); };
  return { at, scale, height: Math.round((bottom - top) * scale * 10) / 10 };
}

/** The frame of a flat map of so many pixels, `lines` of them for each of a screen of 1080; null for a tilted one, whose frame is no rectangle. Pure. */
export function frameOf({ center, zoom, pitch }, { width, height, lines }, { at, scale }) {
  if (pitch > 0) return null;
  const [x, y] = at(center);
  const [w, h] = [width, height].map((pixels) => Math.round((pixels / lines / 2 ** zoom) * scale * 10) / 10);
  return { x: x - w / 2, y: y - h / 2, width: w, height: h };
}

const rings = ({ type, coordinates }) => (type === 'MultiPolygon' ? coordinates.map(([outer]) => outer) : [coordinates[0]]);
const shape = (ring, at) => `M${ring.map((place) => at(place).join(' ')).join('L')}Z`;

/** @param {object} ctx of the wall; `ctx.map()` and `ctx.shown()` tell of the map and its scene */
export function locatorView(ctx) {
  const { say, store, config, lang } = ctx;
  const title = el('p', { class: 'locator-title', lang });
  const picture = el('div', { class: 'locator-map', 'aria-hidden': 'true' });
  const node = el('div', { class: 'locator', role: 'group', 'aria-label': say('Where in the district'), hidden: true }, title, picture);
  const sheet = sheetOf(config.district?.bbox ?? [0, 0, 1, 1]);
  let outline = '';
  let asked = false;

  /** The outline is asked for once, when a case is shown for the first time. */
  function ask() {
    if (asked || !config.district?.code || !config.urls.feature) return;
    asked = true;
    ctx.fetch(config.urls.feature.replace('{layer}', 'district').replace('{id}', config.district.code)).then(({ geometry }) => {
      outline = rings(geometry).map((ring) => shape(ring, sheet.at)).join('');
    }).catch((failure) => console.warn(`outline: ${failure.message}`));
  }

  function dots() {
    const places = { 1: '', 2: '', 3: '', 4: '' };
    for (const one of store.table('incidents').values()) if (one.geometry) places[severityOf(one)] += `M${sheet.at(one.geometry.coordinates).join(' ')}h0`;
    return places;
  }

  return {
    node,
    draw() {
      const map = ctx.map();
      const on = Boolean(map && ctx.shown()?.case);
      setAttr(node, 'hidden', !on);
      if (!on) return;
      ask();
      setText(title, say('{count} open in all; frame: this map', { count: grouped(store.openCount, 0) }));
      const frame = frameOf(map.view(), ctx.mapSize(), sheet);
      const places = dots();
      redraw(picture, JSON.stringify([places, frame, outline.length]), () => [svg('svg', { viewBox: `-3 -3 ${WIDE + 6} ${sheet.height + 6}` },
        outline && svg('path', { d: outline, class: 'locator-outline' }),
        ...[4, 3, 2, 1].map((severity) => svg('path', { d: places[severity] || 'M0 0', class: `locator-dot locator-dot-${severity}` })),
        frame && svg('rect', { ...frame, class: 'locator-frame' }))]);
    },
  };
}

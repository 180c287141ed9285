/** The strip on the map: what is drawn now, and the scale. */

import { byId, el } from './dom.js';
import { brief, buildLegend } from './legend.js';
import { scaleBar } from './numbers.js';
import { swatch } from './swatch.js';

/** @param {{language: string}} given */
export function legendView({ language }) {
  const list = byId('legend-list');
  const bar = byId('scale');
  let last = '';
  return {
    draw({ style, described, zoom, symbols }) {
      const entries = brief(buildLegend(style, described, zoom, language), described, language);
      const key = JSON.stringify(entries);
      if (key === last) return;
      last = key;
      list.replaceChildren(...entries.map((entry) => el('li', {}, swatch(entry, symbols), el('span', {}, entry.label))));
    },
    scale(latitude, zoom, rem) {
      const { pixels, text } = scaleBar(latitude, zoom, 7 * rem);
      bar.querySelector('.scale-bar').style.width = `${pixels.toFixed(1)}px`;
      bar.querySelector('.scale-text').textContent = text;
    },
  };
}

/** The buttons on the map: zoom, home, tilt, north. */

import { byId, el, icon } from './dom.js';

/** @param {{say: Function, files: object, act: Record<string, () => void>}} given */
export function tools({ say, files, act }) {
  const button = (name, sign, label, extra = {}) => el('button', { class: 'tool', type: 'button', id: `tool-${name}`, 'aria-label': label, title: label, onclick: act[name], ...extra },
    typeof sign === 'string' ? sign : sign);
  const needle = icon('north', files);
  const tilt = button('tilt', '3D', say('3D view'), { 'aria-pressed': 'false' });
  const north = button('north', needle, say('Turn north up'));
  byId('tools').replaceChildren(
    el('div', { class: 'tool-group' }, button('closer', icon('plus', files), say('Zoom in')), button('farther', icon('minus', files), say('Zoom out'))),
    el('div', { class: 'tool-group' }, tilt, north, button('home', icon('home', files), say('Whole district'))),
  );
  return {
    draw({ bearing, pitch, tilted }) {
      tilt.setAttribute('aria-pressed', String(tilted));
      needle.style.transform = `rotate(${(-bearing).toFixed(1)}deg) scaleY(${Math.cos((pitch * Math.PI) / 180).toFixed(3)})`;
    },
  };
}

/** The layer switch: a row a layer with its sign, count and the zoom it appears at. */

import { byId, el, langOf } from './dom.js';
import { layerRows } from './layerlist.js';
import { swatchesOf } from './legend.js';
import { swatch } from './swatch.js';

/** @param {{say: Function, language: string, toggle: (layer: string, on: boolean) => void}} given */
export function layerPanel({ say, language, toggle }) {
  const pane = byId('layers');
  const other = language.startsWith('zh') ? 'en' : 'zh-hans';

  function row(one, layer, style, symbols) {
    const signs = swatchesOf(style, layer, language);
    const sign = signs.find((entry) => entry.value === 'collector') ?? signs.find((entry) => entry.swatch !== 'border' || layer.id !== 'places') ?? signs[0];
    const box = el('input', { type: 'checkbox', id: `layer-${one.id}`, 'aria-describedby': one.hint ? `hint-${one.id}` : null, onchange: (event) => toggle(one.id, event.target.checked) });
    box.checked = one.on;
    return el('li', { class: `layer${one.on ? '' : ' layer-off'}${one.hint ? ' layer-later' : ''}` },
      el('label', { for: `layer-${one.id}` }, box,
        sign ? swatch(sign, symbols) : swatch({ swatch: 'icon', icon: 'place', colour: 'currentColor' }, symbols),
        el('span', { class: 'layer-title' }, one.title, el('span', { class: 'least', lang: langOf(other) }, one.other)),
        el('span', { class: 'layer-count', 'data-layer': one.id }, one.count)),
      signs.length > 1 && el('ul', { class: 'classes', 'aria-label': one.title }, ...signs.map((entry) => el('li', {}, swatch(entry, symbols), el('span', {}, entry.label)))),
      one.hint && el('span', { class: 'layer-hint', id: `hint-${one.id}` }, one.hint));
  }

  return {
    /** The figure of one layer alone, without drawing the switch anew under the hand. */
    count(layer, text) {
      const cell = pane.querySelector(`.layer-count[data-layer="${CSS.escape(layer)}"]`);
      if (cell && cell.textContent !== text) cell.textContent = text;
    },
    draw({ described, style, flat, zoom, hidden, symbols, counts }) {
      const focused = document.activeElement?.id;
      const groups = layerRows({ described, style, zoom, hidden, language, say, counts });
      pane.replaceChildren(...groups.map((group) => el('section', {},
        el('h2', { class: 'group-title' }, group.title),
        el('ul', {}, ...group.rows.map((one) => row(one, described.find((layer) => layer.id === one.id), flat, symbols))))));
      if (focused?.startsWith('layer-')) document.getElementById(focused)?.focus();
    },
  };
}

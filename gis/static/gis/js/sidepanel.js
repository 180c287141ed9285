/** The left margin's two tabs, and the parallel list of what is in view. */

import { byId, el } from './dom.js';
import { listInView } from './inview.js';

/** Tabs by click and by arrow keys. */
export function tabs() {
  const all = ['layers', 'inview'].map((id) => ({ tab: byId(`tab-${id}`), pane: byId(id) }));
  function open(chosen) {
    for (const { tab, pane } of all) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      pane.hidden = tab !== chosen;
    }
  }
  all.forEach(({ tab }, index) => {
    tab.addEventListener('click', () => open(tab));
    tab.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
      const next = all[(index + 1) % all.length].tab;
      open(next);
      next.focus();
    });
  });
}

/** @param {{say: Function, language: string, go: (layer: string, id: string) => void}} given */
export function inView({ say, language, go }) {
  const pane = byId('inview');
  const count = byId('inview-count');
  return {
    draw(drawn, described) {
      const { total, groups } = listInView(drawn, described, language);
      count.textContent = String(total);
      pane.setAttribute('aria-label', say('{count} in view', { count: total }));
      if (!total) return pane.replaceChildren(el('p', { class: 'empty' }, say('Nothing is drawn here at this zoom.')));
      pane.replaceChildren(...groups.map((group) => el('section', {},
        el('h2', { class: 'group-title' }, group.title, el('span', { class: 'count' }, String(group.items.length + group.more))),
        el('ul', {}, ...group.items.map((item) => el('li', {},
          el('button', { class: 'seen', type: 'button', onclick: () => go(item.layer, item.id) }, item.title, item.note && el('span', { class: 'least' }, item.note))))),
        group.more > 0 && el('p', { class: 'empty' }, say('and {count} more', { count: group.more })))));
    },
  };
}

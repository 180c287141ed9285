/** The card of the selected feature, in the right margin. */

import { cardOf, layerOfCode, layerOfLevel } from './card.js';
import { byId, el, icon, langOf } from './dom.js';
import { metres } from './numbers.js';

/** @param {{say: Function, language: string, files: object, go: Function, zoomTo: Function, close: Function}} given */
export function cardView({ say, language, files, go, zoomTo, close }) {
  const root = byId('card');
  const other = langOf(language.startsWith('zh') ? 'en' : 'zh-hans');

  /** Filled attributes one a row; those without a value by name in one line. */
  function rows(list) {
    const empty = list.filter((row) => row.empty);
    return [table(list.filter((row) => !row.empty)), empty.length > 0 && el('p', { class: 'unfilled' }, `${say('Not recorded')}\u3000`,
      ...empty.flatMap((row, at) => [at > 0 && say(', '), el('span', { title: row.titleOther }, row.title)]))];
  }

  function table(list) {
    return el('dl', { class: 'rows' }, ...list.flatMap((row) => [
      el('dt', {}, row.title, el('span', { class: 'least', lang: other }, row.titleOther === row.title ? '' : row.titleOther)),
      el('dd', { class: row.empty ? 'least' : row.code ? 'code' : null },
        row.area ? el('button', { class: 'link', type: 'button', onclick: () => go(layerOfCode(row.area), row.area) }, row.value) : row.value,
        row.other && el('span', { class: 'least', lang: row.area ? null : other }, row.other)),
    ]));
  }

  function chain(card) {
    const steps = card.chain.filter((step) => layerOfLevel(step.level) && !(layerOfLevel(step.level) === card.layer && step.title === card.title));
    if (!steps.length) return null;
    return el('nav', { class: 'chain', 'aria-label': say('Lies in') }, el('ol', {}, ...steps.map((step) => el('li', {},
      el('button', { class: 'link', type: 'button', title: step.code, onclick: () => go(layerOfLevel(step.level), step.id ?? step.code) }, step.title)))));
  }

  function section(title, ...content) {
    return el('section', { class: 'card-part' }, el('h3', {}, title), ...content);
  }

  return {
    show(feature, layer, { again = false } = {}) {
      const scrolled = again ? root.querySelector('.card-body')?.scrollTop ?? 0 : 0;
      const card = cardOf(feature, layer, language);
      root.dataset.layer = card.layer;
      root.replaceChildren(
        el('header', { class: 'card-head' },
          el('p', { class: 'card-kind' }, el('span', {}, [...new Set([card.layerTitle, card.kind])].filter(Boolean).join('\u3000')),
            el('button', { class: 'plain-button', type: 'button', id: 'card-close', 'aria-label': say('Close'), onclick: close }, icon('cross', files))),
          el('h2', { tabindex: '-1', id: 'card-title' }, card.title),
          card.subtitle && el('p', { class: 'card-other', lang: other }, card.subtitle),
          chain(card)),
        el('div', { class: 'card-body' },
          card.attributes.length > 0 && section(say('Attributes'), ...rows(card.attributes)),
          card.near.length > 0 && section(say('Nearby'), el('ul', { class: 'near' }, ...card.near.map((one) => el('li', {},
            el('button', { class: 'link', type: 'button', onclick: () => go(one.layer, one.id) }, one.title),
            Number.isFinite(one.distance_m) && el('span', { class: 'quiet' }, metres(one.distance_m)))))),
          card.record.length > 0 && section(say('Record'), ...rows(card.record))),
        el('footer', { class: 'card-foot' }, el('button', { class: 'button button-main', type: 'button', onclick: () => zoomTo(feature) }, say('Zoom to it'))));
      root.hidden = false;
      root.querySelector('.card-body').scrollTop = scrolled;
      return card;
    },
    hide() {
      root.hidden = true;
      root.replaceChildren();
    },
    open: () => !root.hidden,
    /** True while someone is at the card: then it must not change under the hand. */
    busy: () => root.contains(document.activeElement) || root.matches(':hover'),
  };
}

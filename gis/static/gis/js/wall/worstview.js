/** The first thing a stranger reads: where it is worst, and why. */

import { el } from '../dom.js';
import { isChinese, nameOf } from '../words.js';
import { caseMark, drawSpan, redraw, setAttr, setText } from './parts.js';
import { reportedAt, severityOf } from './worst.js';

const WORDS = { 1: 'Critical', 2: 'Urgent', 3: 'Normal', 4: 'Low' };

/** `特急 1　紧急 3　一般 5`: only what there is. @param {Record<1|2|3|4, number>} counts */
export function countsText(counts, say) {
  return [1, 2, 3, 4].filter((severity) => counts[severity]).map((severity) => `${say(WORDS[severity])} ${counts[severity]}`).join('\u3000');
}

/** @param {object} ctx of the wall */
export function worstView(ctx) {
  const { say, store, language, areas } = ctx;
  const placeName = isChinese(language) ? areas.name : areas.short;
  const place = el('b', { class: 'worst-place' });
  const total = el('span', { class: 'worst-total' });
  const counts = el('span', { class: 'worst-counts' });
  const mark = el('span', { class: 'worst-mark' });
  const title = el('span', { class: 'worst-title' });
  const age = el('span', { class: 'worst-age' });
  const next = el('span', { class: 'worst-next' });
  let code = '';
  let chosen = null;
  const open = el('button', { class: 'worst-open', type: 'button', onclick: (event) => code && ctx.act.openArea(code, event.currentTarget) }, el('span', { class: 'worst-label' }, say('Worst now')), place, total);
  const why = el('button', { class: 'worst-why', type: 'button', onclick: () => chosen && ctx.act.pickCase(chosen.id) }, mark, title, age);
  const node = el('section', { class: 'worst', 'aria-label': say('The worst place and why') }, open, counts, why, next);

  return {
    node,
    draw() {
      const [first, second] = store.places('community');
      setAttr(node, 'data-severity', first ? severityOf(first.worst) : 'none');
      code = first?.code ?? '';
      chosen = first?.worst ?? null;
      setAttr(open, 'disabled', !first);
      setAttr(why, 'hidden', !first);
      setText(place, first ? placeName(first.code) : say('Nothing open'));
      setText(total, first ? say('{count} open', { count: first.total }) : '');
      redraw(counts, first ? JSON.stringify(first.counts) : '', () => (first ? [1, 2, 3, 4].filter((severity) => first.counts[severity]).map((severity) => el('span', { 'data-severity': severity }, `${say(WORDS[severity])} ${first.counts[severity]}`)) : []));
      setText(next, second ? say('then {place}: {counts}', { place: placeName(second.code), counts: countsText(second.counts, say) }) : '');
      if (!first) return;
      redraw(mark, `${chosen.properties.category}:${severityOf(chosen)}`, () => [caseMark(chosen.properties.category, severityOf(chosen))]);
      setText(title, nameOf(chosen.properties, language));
      drawSpan(age, store.since(reportedAt(chosen)), say);
    },
  };
}

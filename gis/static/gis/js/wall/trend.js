/** Today by the hour against the usual day, and the communities as small pictures of the same kind. */

import { el } from '../dom.js';
import { grouped } from '../numbers.js';
import { bars, hourOf, line, scaleEnd, untilNow } from './figures.js';
import { panel, redraw, setAttr, setText, svg, tableTwin } from './parts.js';
import { severityOf } from './worst.js';

const WIDE = { width: 480, height: 96 };
const SMALL = { width: 72, height: 18 };

function barsSvg(values, frame, hour) {
  return bars(values, frame).map(({ x, y, width, height, at }) => svg('rect', { x, y, width, height, class: at === hour ? 'bar bar-now' : 'bar' }));
}

/** @param {object} ctx of the wall */
export function trendView(ctx) {
  const { say, store } = ctx;
  const picture = el('div', { class: 'trend' });
  const axis = el('div', { class: 'trend-axis', 'aria-hidden': 'true' }, ...[0, 6, 12, 18, 24].map((hour) => el('span', {}, say('{hour}:00', { hour }))));
  const { node, note } = panel('trend', ctx.heading('Received today'), picture, axis);
  return {
    node,
    draw() {
      const counts = store.answer('counts');
      const hour = hourOf(store.now());
      const today = untilNow(counts?.hours.today ?? [], hour);
      const usual = counts?.hours.usual ?? [];
      const end = scaleEnd([...today, ...usual]);
      setText(note, !counts ? say('awaited') : usual.length ? say('line: mean of {n} weeks', { n: counts.hours.n }) : say('no usual day yet'));
      redraw(picture, JSON.stringify([today, usual, hour]), () => [
        svg('svg', { class: 'chart', viewBox: `0 0 ${WIDE.width} ${WIDE.height + 1}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
          ...barsSvg(today, { ...WIDE, end }, hour), svg('path', { d: `M0 ${WIDE.height + 0.5}H${WIDE.width}`, class: 'chart-base' }),
          usual.length && svg('path', { d: line(usual, { ...WIDE, end }), class: 'chart-line', 'vector-effect': 'non-scaling-stroke' })),
        el('span', { class: 'chart-end', 'aria-hidden': 'true' }, grouped(end, 0)),
        tableTwin(say('Received today'), [say('Hour'), say('Today'), say('Usual')], today.map((value, at) => [`${at}:00`, value ?? '—', usual[at] ?? '—'])),
      ]);
    },
  };
}

/** The nineteen communities: each with its open cases and its day, in the order of their codes so that each keeps its place. */
export function communitiesView(ctx) {
  const { say, store, areas } = ctx;
  const list = el('ul', { class: 'multiples' });
  const { node, note } = panel('communities', ctx.heading('Communities'), list);
  const cells = areas.at('community').map(({ code }) => {
    const number = el('b', {});
    const picture = el('span', { class: 'multiple-chart', 'aria-hidden': 'true' });
    const spoken = el('span', { class: 'visually-hidden' });
    const cell = el('li', { class: 'multiple' }, el('button', { type: 'button', 'data-area': code, onclick: (event) => ctx.act.openArea(code, event.currentTarget) }, el('span', { class: 'multiple-name' }, areas.short(code)), number, spoken, picture));
    list.append(cell);
    return { code, cell, number, picture, spoken };
  });
  return {
    node,
    draw() {
      const counts = store.answer('counts');
      const places = new Map(store.places('community').map((place, rank) => [place.code, { ...place, rank }]));
      const hour = hourOf(store.now());
      const days = cells.map(({ code }) => untilNow(counts?.communities[code]?.hours ?? [], hour));
      const end = scaleEnd(days.flat());
      setText(note, say('open; bars by the hour, to {end}', { end }));
      cells.forEach(({ code, cell, number, picture, spoken }, at) => {
        const place = places.get(code);
        setText(number, place?.total ?? 0);
        setAttr(cell, 'data-worst', place?.rank === 0);
        setAttr(cell, 'data-severity', place ? severityOf(place.worst) : null);
        setText(spoken, say('{count} open', { count: place?.total ?? 0 }));
        redraw(picture, JSON.stringify([days[at], end]), () => [svg('svg', { viewBox: `0 0 ${SMALL.width} ${SMALL.height + 1}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
          ...barsSvg(days[at], { ...SMALL, end, gap: 0.3 }, hour), svg('path', { d: `M0 ${SMALL.height + 0.5}H${SMALL.width}`, class: 'chart-base' }))]);
      });
    },
  };
}

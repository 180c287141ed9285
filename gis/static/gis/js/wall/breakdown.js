/** Open cases by category, and who is on duty by subdistrict: bars with their numbers, every one opens its list. */

import { el } from '../dom.js';
import { grouped } from '../numbers.js';
import { share } from './figures.js';
import { caseMark, panel, redraw, setAttr, setText, unitMark } from './parts.js';
import { categoryWord } from './rows.js';

const CATEGORIES = ['A', 'B', 'C', 'D'];

function barRow(sign, name, click, data) {
  const number = el('b', {});
  const more = el('span', { class: 'bar-more' });
  const fill = el('i', {});
  const node = el('li', { class: 'bar-row' }, el('button', { type: 'button', onclick: click, ...data }, sign, el('span', { class: 'bar-name' }, name), el('span', { class: 'bar-track', 'aria-hidden': 'true' }, fill), number, more));
  return {
    node,
    draw(value, part, words) {
      setText(number, value);
      setText(more, words);
      const width = `${Math.round(part * 1000) / 10}%`;
      if (fill.style.width !== width) fill.style.width = width;
    },
  };
}

/** @param {object} ctx of the wall */
export function categoriesView(ctx) {
  const { say, store } = ctx;
  const rows = CATEGORIES.map((code) => ({ code, ...barRow(caseMark(code, 'key'), categoryWord(code, say), (event) => ctx.act.openCategory(code, event.currentTarget), { 'data-category': code }) }));
  const { node, note } = panel('categories', ctx.heading('By category'), el('ul', { class: 'bar-rows' }, ...rows.map((row) => row.node)));
  return {
    node,
    draw() {
      const open = store.byCategory();
      const most = Math.max(1, ...open.values());
      const known = new Map((store.answer('counts')?.categories ?? []).map((one) => [one.category, one]));
      setText(note, known.size ? say('today/usual') : say('open'));
      for (const row of rows) {
        const one = known.get(row.code);
        const usual = one && one.usual !== null ? grouped(Math.round(one.usual), 0) : '—';
        row.draw(open.get(row.code) ?? 0, share(open.get(row.code) ?? 0, most), one ? `${one.today} / ${usual}` : '');
        row.node.dataset.category = row.code;
      }
    },
  };
}

/** Teams on duty by subdistrict: heard of, and those of which nothing is heard. */
export function dutyView(ctx) {
  const { say, store, areas } = ctx;
  const rows = areas.at('subdistrict').map(({ code }) => ({ code, ...barRow(unitMark('standing'), areas.short(code), (event) => ctx.act.openDuty(code, event.currentTarget), { 'data-duty': code }) }));
  const posts = el('section', { class: 'duty-posts', 'aria-label': say('Posts of the teams on duty') });
  const { node, note } = panel('duty', ctx.heading('On duty'), el('ul', { class: 'bar-rows' }, ...rows.map((row) => row.node)));
  return {
    node,
    /** The posts of the teams on duty, below both halves: they are more than one half holds. */
    posts,
    draw() {
      const answer = store.answer('duty');
      const units = [...store.table('units').values()].filter(({ properties }) => properties.kind === 'team');
      let silent = 0;
      for (const row of rows) {
        const own = units.filter(({ properties }) => String(properties.community ?? properties.grid).startsWith(row.code));
        const on = own.filter(({ properties }) => properties.status !== 'off_duty');
        const stale = on.filter(({ properties }) => properties.stale === true).length;
        silent += stale;
        row.draw(on.length, share(on.length, own.length), say('of {count}', { count: own.length }));
        setAttr(row.node, 'data-late', stale > 0);
      }
      setText(note, silent ? say('{count} silent', { count: silent }) : say('teams'));
      const seats = (answer?.posts ?? []).filter(({ filled }) => filled > 0);
      redraw(posts, JSON.stringify(seats), () => seats.map((post) => el('span', {}, `${ctx.title(post)} `, el('b', {}, String(post.filled)))));
    },
  };
}

/** The cases that are open, the worst first, as many as fit; filters by severity and category above them. */

import { el } from '../dom.js';
import { grouped } from '../numbers.js';
import { caseMark, panel, setAttr, setText } from './parts.js';
import { caseRow, categoryWord, keptRows, severityWord } from './rows.js';
import { passes } from './store.js';

const SEVERITIES = [1, 2, 3, 4];
const CATEGORIES = ['A', 'B', 'C', 'D'];

/** @param {object} ctx of the wall */
export function feedView(ctx) {
  const { say, store } = ctx;
  const filter = { severities: [], categories: [], area: '' };
  let order = 'weight';
  const list = el('ol', { class: 'rows' });
  const empty = el('p', { class: 'empty', hidden: true });
  const chips = [];

  function chip(kind, value, sign, label) {
    const count = el('span', { class: 'chip-count' });
    const node = el('button', { class: 'chip', type: 'button', 'aria-pressed': 'false', title: label, 'data-filter': `${kind}:${value}`, onclick: () => {
      const chosen = filter[kind];
      filter[kind] = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
      setAttr(node, 'aria-pressed', String(filter[kind].includes(value)));
      ctx.act.filtered(active() ? filter : null);
      draw();
    } }, sign, el('span', { class: 'visually-hidden' }, label), count);
    chips.push({ kind, value, count });
    return node;
  }

  const active = () => filter.severities.length > 0 || filter.categories.length > 0;
  const orderButton = el('button', { class: 'chip chip-order', type: 'button', onclick: () => { order = order === 'weight' ? 'time' : 'weight'; draw(); } });
  const bar = el('div', { class: 'chips', role: 'group', 'aria-label': say('Filter') },
    ...SEVERITIES.map((one) => chip('severities', one, caseMark('A', one), severityWord(one, say))), el('i', { class: 'chips-gap', 'aria-hidden': 'true' }),
    ...CATEGORIES.map((one) => chip('categories', one, caseMark(one, 'key'), categoryWord(one, say))));
  const { node, note } = panel('feed', ctx.heading('Open cases'), bar, list, empty);
  note.before(orderButton);
  const rows = keptRows(list, (id) => caseRow(ctx, id));
  let fits = 8;
  let skipped = '';

  /** How many whole rows there is room for. */
  function measure() {
    const row = list.firstElementChild?.getBoundingClientRect().height;
    if (row) fits = Math.max(2, Math.floor((list.getBoundingClientRect().height + 1) / row));
  }

  function draw() {
    const cases = store.cases(filter, order).filter(({ id }) => String(id) !== skipped);
    measure();
    rows(cases.slice(0, fits));
    setText(orderButton, order === 'weight' ? say('worst first') : say('newest first'));
    setText(note, skipped ? say('{count} others', { count: grouped(cases.length, 0) }) : say('first {shown} of {count}', { shown: Math.min(fits, cases.length), count: grouped(cases.length, 0) }));
    setAttr(empty, 'hidden', cases.length > 0);
    setAttr(list, 'data-empty', cases.length === 0);
    if (!cases.length) setText(empty, active() ? say('No case passes this filter.') : skipped ? say('No other case is open.') : say('No case is open.'));
    for (const { kind, value, count } of chips) setText(count, store.cases({ ...filter, [kind]: [value] }).length);
  }

  return {
    node, draw,
    /** A case that the takeover shows already. */
    skip(id) { skipped = id; },
    /** Whether a case is among those of the filter. */
    shows: (feature) => passes(feature, filter),
  };
}

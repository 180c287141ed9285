/** The head of the wall: whose it is, how it stands in one word, the numbers that open their lists, date and clock. */

import { shanghai } from '../clock.js';
import { el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { drawSpan, redraw, setAttr, setText } from './parts.js';
import { reportedAt } from './worst.js';

/** Counters in their order: the list each opens, and what it counts. `live` come from the stream, others from the poll. */
const COUNTERS = [
  { id: 'open', text: 'Open', live: true },
  { id: 'sev2', text: 'Urgent', live: true },
  { id: 'hour', text: 'Last hour' },
  { id: 'today', text: 'Received today' },
  { id: 'closed', text: 'Closed today' },
  { id: 'duty', text: 'On duty', live: true, unit: 'teams' },
];

/** What the state in words opens. */
const OPENS = { critical: 'sev1', urgent: 'sev2', calm: 'open' };

/** The numbers by counter; null where the poll brought none yet. */
export function counterValues(store) {
  const severities = store.bySeverity();
  const counts = store.answer('counts');
  return {
    open: store.openCount, sev2: severities[2], hour: counts?.reported_last_hour ?? null,
    today: counts?.reported_today ?? null, closed: counts?.closed_today ?? null, duty: store.unitsOnDuty().length,
  };
}

/**
 * The state in words. @returns {{kind: string, word: string, more: string, since: number}} `since`: milliseconds it lasts, NaN for none
 */
export function stateWords(store, picture, since, say, language) {
  if (picture === 'stale') return { kind: 'stale', word: say('Connection lost'), more: since === null ? '' : say('as of {time}', { time: shanghai(new Date(since), language).time }), since: since === null ? NaN : store.since(since) };
  if (picture === 'mismatch') return { kind: 'stale', word: say('Differs from the store, fetching again'), more: '', since: NaN };
  if (picture !== 'live') return { kind: 'waiting', word: say('Waiting for live data'), more: '', since: NaN };
  const severities = store.bySeverity();
  for (const [severity, kind, word] of [[1, 'critical', 'Critical'], [2, 'urgent', 'Urgent']]) {
    if (!severities[severity]) continue;
    const oldest = store.cases({ severities: [severity] })[0];
    return { kind, word: `${say(word)} ${severities[severity]}`, more: say('longest'), since: store.since(reportedAt(oldest)) };
  }
  return { kind: 'calm', word: say('Calm'), more: say('no critical, no urgent'), since: NaN };
}

/** @param {object} ctx of the wall */
export function headerView(ctx) {
  const { say, language, store, config } = ctx;
  const state = { word: el('b', { class: 'state-word' }), more: el('span', { class: 'state-more' }), since: el('span', { class: 'state-since' }) };
  const block = el('button', { class: 'state', 'data-state': 'waiting', type: 'button', onclick: (event) => { const id = OPENS[block.dataset.state]; if (id) ctx.act.openCounter(id, event.currentTarget); } }, el('i', { class: 'state-square', 'aria-hidden': 'true' }), state.word, el('span', { class: 'state-age' }, state.more, state.since));
  const counters = COUNTERS.map((one) => ({ ...one, number: el('b', { class: 'counter-number' }), unitNode: one.unit ? el('small', {}, say(one.unit)) : null }));
  for (const one of counters) {
    one.node = el('button', { class: 'counter', type: 'button', 'data-counter': one.id, onclick: (event) => ctx.act.openCounter(one.id, event.currentTarget) }, el('span', { class: 'counter-text' }, say(one.text)), one.number, one.unitNode);
  }
  const [day, time] = [el('span', { class: 'wall-day' }), el('time', { class: 'wall-clock' })];
  const node = el('header', { class: 'wall-head' },
    el('div', { class: 'wall-mark' }, icon('grid', config.icons, false), el('b', { lang: 'zh-Hans' }, '网格'), el('span', { class: 'wall-title', lang: 'zh-Hans' }, config.wall?.title_zh ?? ''), el('span', { class: 'wall-title-en', lang: 'en' }, config.wall?.title_en ?? '')),
    block, el('div', { class: 'counters', role: 'group', 'aria-label': say('Numbers') }, ...counters.map((one) => one.node)),
    el('div', { class: 'wall-time' }, day, time));

  return {
    node,
    /** The clock alone, once a second. @param {number} now the server's time, or the machine's before it is known */
    clock(now) {
      const words = shanghai(new Date(now), language);
      setText(day, words.day);
      setText(time, words.time);
    },
    draw({ picture, since }) {
      const words = stateWords(store, picture, since, say, language);
      setAttr(block, 'data-state', words.kind);
      setText(state.word, words.word);
      setText(state.more, words.more);
      if (Number.isFinite(words.since)) drawSpan(state.since, words.since, say, { fine: words.kind !== 'urgent' });
      else redraw(state.since, '', () => []);
      const values = counterValues(store);
      const old = store.feeds({ beat: NaN, frame: NaN }).find(({ feed }) => feed === 'counts').state === 'stale';
      for (const one of counters) {
        const value = values[one.id];
        setText(one.number, value === null ? '—' : grouped(value, 0));
        setAttr(one.node, 'data-old', one.live ? !['live', 'waiting'].includes(picture) : old);
        setAttr(one.node, 'data-zero', value === 0);
      }
    },
  };
}

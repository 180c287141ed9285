/** Rows of cases and teams, kept by id: a row that is there already is moved, never made anew. */

import { shanghai } from '../clock.js';
import { el } from '../dom.js';
import { shortNames } from '../live/drawing.js';
import { isChinese, nameOf } from '../words.js';
import { caseMark, drawSpan, redraw, setAttr, setText, unitMark } from './parts.js';
import { reportedAt, severityOf } from './worst.js';

const WORDS = { 1: 'Critical', 2: 'Urgent', 3: 'Normal', 4: 'Low' };
const KINDS = { A: 'Service', B: 'Dispute', C: 'City', D: 'Hazard' };
const STATES = {
  reported: 'Reported', accepted: 'Accepted', verifying: 'Verifying', registered: 'Registered', dispatched: 'Dispatched', handling: 'In hand',
  suspended: 'Suspended', replied: 'Replied', checking: 'Checking', closed: 'Closed',
};

/** The state of a case in words. */
export const stateWord = (state, say) => say(STATES[state] ?? 'Open');
/** Severity and category in words. */
export const severityWord = (severity, say) => say(WORDS[severity] ?? 'Low');
export const categoryWord = (category, say) => (KINDS[category] ? say(KINDS[category]) : String(category ?? ''));

/** A team as people call it. */
export function teamName(unit, language) {
  const { short, short_en: english } = shortNames(unit);
  return isChinese(language) ? short : english;
}

/** A list that keeps its rows. @param {(id: string) => {node: HTMLElement, draw: (one: object) => void}} make */
export function keptRows(list, make) {
  const rows = new Map();
  return (ones) => {
    const wanted = new Set(ones.map(({ id }) => String(id)));
    for (const [id, row] of rows) if (!wanted.has(id)) { row.node.remove(); rows.delete(id); }
    ones.forEach((one, at) => {
      const id = String(one.id);
      const row = rows.get(id) ?? make(id);
      rows.set(id, row);
      row.draw(one);
      if (list.children[at] !== row.node) list.insertBefore(row.node, list.children[at] ?? null);
    });
  };
}

const lineOf = (...parts) => el('span', { class: 'row-line' }, ...parts);

/** One row of a case: mark, what, where and how far it is, how long it waits. */
export function caseRow(ctx, id) {
  const { say, language, areas, store } = ctx;
  const mark = el('span', { class: 'row-mark' });
  const title = el('span', { class: 'row-title' });
  const where = el('span', { class: 'row-where' });
  const age = el('span', { class: 'row-age' });
  const at = el('span', { class: 'row-at' });
  const spoken = el('span', { class: 'visually-hidden' });
  const node = el('li', { class: 'row', 'data-id': id }, el('button', { class: 'row-button', type: 'button', onclick: () => ctx.act.pickCase(id) }, mark, spoken, lineOf(title, age), lineOf(where, at)));
  return {
    node,
    draw({ properties }) {
      const severity = severityOf({ properties });
      setAttr(node, 'data-severity', severity);
      redraw(mark, `${properties.category}:${severity}`, () => [caseMark(properties.category, severity)]);
      setText(spoken, `${severityWord(severity, say)}, ${categoryWord(properties.category, say)}: `);
      setText(title, nameOf(properties, language));
      setText(where, `${areas.place(properties)}\u3000${stateWord(properties.state, say)}`);
      const reported = reportedAt({ properties });
      drawSpan(age, store.since(reported), say, { fine: severity === 1 });
      setText(at, say('since {time}', { time: timeOf(reported, store.now(), language) }));
    },
  };
}

/** The time of day, with the day before it when it is another one. */
export function timeOf(time, now, language) {
  if (!Number.isFinite(time)) return '—';
  const [one, today] = [shanghai(new Date(time), language), shanghai(new Date(Number.isFinite(now) ? now : Date.now()), language)];
  const clock = one.time.slice(0, 5);
  return one.day === today.day ? clock : `${one.day.replace(/\s?(周|星期).$/, '').replace(/^\w{3} (?=\d)/, '')} ${clock}`;
}

/** One row of a team: whether it is heard of, where it belongs, how old its position is. */
export function unitRow(ctx, id) {
  const { say, language, areas, store } = ctx;
  const mark = el('span', { class: 'row-mark' });
  const [title, where, age, at] = ['row-title', 'row-where', 'row-age', 'row-at'].map((name) => el('span', { class: name }));
  const node = el('li', { class: 'row', 'data-id': id }, el('button', { class: 'row-button', type: 'button', onclick: () => ctx.act.pickUnit(id) }, mark, lineOf(title, age), lineOf(where, at)));
  return {
    node,
    draw({ properties }) {
      setAttr(node, 'data-stale', properties.stale === true);
      redraw(mark, String(properties.stale === true), () => [unitMark(properties.stale === true ? 'stale' : 'standing')]);
      setText(title, teamName(properties, language));
      setText(where, areas.name(properties.community));
      drawSpan(age, store.since(properties.at), say);
      setText(at, properties.stale === true ? say('Stale') : say('position age'));
    },
  };
}

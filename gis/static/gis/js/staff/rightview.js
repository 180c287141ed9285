/** What follows from an import: consequences, questions, the day from which it holds, versions. */

import { el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { isChinese, titleOf } from '../words.js';
import { area, inShort } from './changes.js';
import { dayOf, since } from './instants.js';
import { answerTo, asksForFields, givenAnswers, questionsOf, withoutFigure } from './questions.js';
import { sentence } from './report.js';
import { stylePart } from './styleview.js';

/** Pairs that are listed at once, and at most. */
const [FIRST, MOST] = [5, 200];

/** @param {{staff: object, pane: HTMLElement, picked: Map<string, string>, pick: (typing: boolean) => void, answer: (answers: object) => void, offence: (at: number) => void, fields: () => void}} given */
export function rightView({ staff, pane, picked, pick, answer, offence, fields }) {
  const { say, language, files, title, config, urls } = staff;

  function consequences(one) {
    const items = one.consequences ?? [];
    const versus = one.version_before ?? one.base_version;
    return el('section', { class: 'part', id: 'consequences' }, el('div', { class: 'section-head' }, el('h2', {}, say(one.status === 'committed' ? 'What followed' : one.status === 'rolled_back' ? 'What had followed' : 'After the commit')), versus ? el('span', { class: 'least' }, say('against v{version}', { version: versus })) : ''),
      one.status === 'ready' && one.layer_version > (one.base_version ?? 0) && el('p', { class: 'moved-on' }, say('The layer is at v{version} by now: a commit compares again first.', { version: one.layer_version })),
      items.length ? el('ul', { class: 'consequences' }, ...items.map((item) => el('li', { class: item.severity === 'warning' ? 'grave' : null }, el('b', { class: 'figure' }, figure(item)), el('span', {}, withoutFigure(words(item, 'message') || words(item, ''), item.count), words(item, 'detail') && el('span', { class: 'detail' }, words(item, 'detail')))))) : el('p', { class: 'quiet' }, say(one.diff ? 'Nothing else follows: no case, camera or team is touched.' : 'Known once the file is compared.')));
  }

  const words = (item, name) => (isChinese(language) ? item[name ? `${name}_zh` : 'zh'] : item[name ? `${name}_en` : 'en']) ?? '';
  const figure = (item) => (item.count === null || item.count === undefined ? '' : grouped(item.count, 0));

  function offences(one) {
    const items = one.offences ?? [];
    if (!items.length) return '';
    const line = (item, at) => el('li', {}, el('button', { class: 'bare', type: 'button', onclick: () => offence(at) }, ...offenceWords(item)), el('span', { class: 'num' }, item.area_m2 ? area(item.area_m2) : ''));
    const rest = items.slice(FIRST, MOST);
    return el('section', { class: 'part', id: 'offences' }, el('div', { class: 'section-head' }, el('h2', {}, say('Pairs that break the topology')), el('span', { class: 'least' }, grouped(items.length, 0))), el('ol', { class: 'offences' }, ...items.slice(0, FIRST).map(line)),
      rest.length > 0 && el('details', {}, el('summary', { class: 'detail' }, say('and {count} more', { count: items.length - FIRST })), el('ol', { class: 'offences' }, ...rest.map((item, at) => line(item, at + FIRST)))));
  }

  function offenceWords(item) {
    const pair = [item.one_name || item.one, item.other_name || item.other].filter(Boolean).join(' / ');
    const kinds = { overlap: 'overlap', gap: 'gap', excess: 'beyond the area above', child: 'areas below do not fit', orphan: 'no area above', isolated: 'not connected', dangling: 'loose end' };
    return [el('span', { class: 'offence-kind' }, say(kinds[item.kind] ?? item.kind)), pair];
  }

  function question(one, entry) {
    if (asksForFields(entry)) {
      return el('div', { class: 'question', 'data-option': entry.option }, ...entry.findings.map((finding) => el('p', {}, sentence(finding, language))),
        el('button', { class: 'button button-small wide', type: 'button', id: 'to-fields', onclick: fields }, say('Look through the fields')));
    }
    const name = `q-${entry.name}`;
    const current = picked.get(entry.option) ?? '';
    const free = entry.free && !entry.choices.some(({ value }) => value === current) ? current : '';
    const ready = answerTo(entry.option, current) !== null && current !== '';
    const input = entry.free && el('input', { type: 'text', id: `${name}-free`, value: free, placeholder: entry.example, 'aria-label': say(entry.words), autocomplete: 'off', disabled: !one.can.answer, oninput: () => { picked.set(entry.option, input.value); pick(true); } });
    return el('fieldset', { class: 'question', 'data-option': entry.option }, el('legend', { class: 'visually-hidden' }, say(entry.words || 'Question')),
      ...entry.findings.map((finding) => el('p', {}, sentence(finding, language))),
      ...entry.choices.map(({ value, label, bounds }, at) => el('label', { class: 'choice' }, el('input', { type: 'radio', name, id: `${name}-${at}`, value, checked: value === current, disabled: !one.can.answer, onchange: () => { picked.set(entry.option, value); pick(false); } }), el('span', {}, label, bounds && el('span', { class: 'detail' }, awayText(bounds))))),
      input && el('div', { class: 'field free' }, el('label', { for: `${name}-free` }, say(entry.choices.length ? 'Other' : entry.words)), input),
      el('button', { class: 'button button-small wide', type: 'button', 'data-answer': entry.option, disabled: !ready || !one.can.answer, onclick: () => answer(answerTo(entry.option, picked.get(entry.option))) }, say('Answer and check again')));
  }

  /** How far from the district a candidate would put the data, in words. */
  function awayText([w, s, e, n]) {
    const [dw, ds, de, dn] = config.home.bbox;
    if (w < de && e > dw && s < dn && n > ds) return say('in the district');
    const [dx, dy] = [((w + e) / 2 - (dw + de) / 2) * Math.cos((ds * Math.PI) / 180) * 111.3, ((s + n) / 2 - (ds + dn) / 2) * 111.3];
    return say('{distance} km from the district', { distance: grouped(Math.hypot(dx, dy), 0) });
  }

  function questions(one) {
    const open = one.status === 'asking' || one.status === 'refused' ? questionsOf(one.report, language) : [];
    if (!open.length) return '';
    return el('section', { class: 'part', id: 'questions' }, el('h2', { class: 'asks' }, say(open.length === 1 ? 'One question for you' : '{count} questions for you', { count: open.length })), ...open.map((entry) => question(one, entry)));
  }

  function answers(one) {
    const given = givenAnswers(one.answers);
    if (!given.length) return '';
    return el('section', { class: 'part' }, el('h2', {}, say('Answered')), el('ul', { class: 'plain-list' }, ...given.map(({ name, words: asked, value }) => el('li', { class: 'given' }, el('span', {}, `${say(asked)}\u3000${value || say('swapped')}`), one.can.answer && el('button', { class: 'link', type: 'button', onclick: () => answer({ [name]: null }) }, say('take back'))))));
  }

  function settings(one) {
    if (!one.can.answer || !one.report?.verdict) return one.effective ? el('section', { class: 'part' }, el('h2', {}, say('Holds from')), el('p', {}, one.effective)) : '';
    const day = el('input', { type: 'date', id: 'effective', value: one.effective ?? '', onchange: () => answer({ effective: day.value || null }) });
    const missing = one.answers.missing ?? 'remove';
    return el('section', { class: 'part', id: 'settings' }, el('h2', {}, say('Settings')),
      el('div', { class: 'field' }, el('label', { for: 'effective' }, say('Holds from')), day),
      el('p', { class: 'least' }, say(one.effective ? 'Until then the present version stays in force.' : 'Empty: from the day of the commit.')),
      !one.makes_layer && el('fieldset', { class: 'plain-set' }, el('legend', {}, say('Rows that the file lacks')), ...[['remove', 'are removed'], ['keep', 'stay']].map(([value, text]) => el('label', { class: 'choice' }, el('input', { type: 'radio', name: 'missing', value, checked: missing === value, onchange: () => answer({ missing: value }) }), el('span', {}, say(text))))));
  }

  function versions(one, history) {
    const now = new Date();
    const mine = one.version_after;
    const pending = !mine && one.diff && !['cancelled', 'refused', 'failed'].includes(one.status);
    const next = (history?.[0]?.version ?? one.layer_version ?? 0) + 1;
    const rows = (history ?? []).slice(0, pending ? 4 : 5);
    if (!rows.length && !pending) return '';
    return el('section', { class: 'part' }, el('div', { class: 'section-head' }, el('h2', {}, say('Versions')), history && (!one.makes_layer || one.version_after) && el('a', { href: urls.layerPage(one.layer) }, say('history'))),
      el('table', { class: 'versions' }, el('tbody', {},
        pending && el('tr', { class: 'mine' }, el('th', { scope: 'row' }, `v${next}`), el('td', {}, say('this one, not committed')), el('td', { class: 'num' }, inShort(one.diff))),
        ...rows.map((row) => versionRow(row, mine, now)))));
  }

  function versionRow(row, mine, now) {
    const back = row.kind === 'rollback' && el('span', { class: 'detail' }, say('took back v{version}', { version: row.undoes ?? '' }));
    return el('tr', { class: row.version === mine ? 'mine' : null }, el('th', { scope: 'row' }, `v${row.version}`),
      el('td', {}, row.version === mine ? say('this one') : dayOf(row.published_at), '\u3000', titleOf({ title_zh: row.by?.name, title_en: row.by?.name_en }, language), back),
      el('td', { class: 'num', title: since(row.published_at, now, say) }, inShort({ added: row.added, removed: row.removed, changed: row.changed })));
  }

  return {
    draw(one, history) {
      const trouble = one.error && el('section', { class: 'part' }, el('h2', { class: 'grave' }, el('span', { class: 'sign' }, icon('cross', files), say('What went wrong'))), el('p', {}, words(one.error, '') || words(one.error, 'detail') || words(one.error, 'message') || one.error.detail || one.error.code || ''), words(one.error, 'remedy') && el('p', { class: 'quiet' }, words(one.error, 'remedy')));
      const focused = document.activeElement?.id;
      pane.replaceChildren(...[trouble, questions(one), consequences(one), offences(one), stylePart({ staff, one, apply: (description) => answer({ description }) }), settings(one), answers(one), versions(one, history)].filter(Boolean));
      if (focused && pane.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus({ preventScroll: true });
      pane.setAttribute('aria-label', say('What follows from {title}', { title: title(one) }));
    },
  };
}

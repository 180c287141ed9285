/** The quality of one layer, part by part: age, checks, how far each field is filled, what the import in force noted. */

import { el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { titleOf } from '../words.js';
import { since } from './instants.js';

/** @param {{staff: object, quality: object}} given @returns {HTMLElement[]} sections */
export function qualityParts({ staff, quality }) {
  const { say, language, files, urls } = staff;
  const { age, rows } = quality;
  const now = new Date();

  const checks = el('section', { class: 'section', id: 'checks' }, el('h2', {}, say('Checks')), el('table', {}, el('tbody', {}, ...quality.checks.map((check) => el('tr', {},
    el('th', { scope: 'row' }, titleOf(check, language), check.features.length > 0 && el('details', {}, el('summary', { class: 'detail' }, say('{count} rows', { count: check.features.length })), ...check.features.map((feature) => el('span', { class: 'detail' }, feature)))),
    el('td', { class: 'num' }, el('span', { class: `sign ${check.ok ? 'ok-sign' : 'bad-sign'}` }, icon(check.ok ? 'check' : 'gap', files), check.ok ? say('sound') : say('{count} at fault', { count: grouped(check.count, 0) }))))))));

  const filled = el('section', { class: 'section', id: 'completeness' }, el('div', { class: 'section-head' }, el('h2', {}, say('Completeness')), el('span', { class: 'least' }, say('all {count} rows', { count: grouped(rows, 0) }))),
    el('table', {}, el('tbody', {}, ...quality.completeness.map((field) => el('tr', { 'data-field': field.field },
      el('th', { scope: 'row' }, titleOf(field, language), field.required && el('span', { class: 'must' }, ' *')),
      el('td', {}, el('meter', { class: 'meter', min: 0, max: Math.max(rows, 1), value: field.filled, 'aria-label': titleOf(field, language) })),
      el('td', { class: 'num', title: say('{filled} of {count}', { filled: grouped(field.filled, 0), count: grouped(rows, 0) }) }, rows ? `${Math.floor((field.filled / rows) * 1000) / 10} %` : '—'))))));

  const last = age.last_import;
  const times = el('section', { class: 'section', id: 'age' }, el('h2', {}, say('Age')), el('ul', { class: 'plain-list' },
    age.published_at && el('li', {}, say('Published {ago}', { ago: since(age.published_at, now, say) })), age.effective && el('li', { class: 'quiet' }, say('in force since {day}', { day: age.effective })),
    el('li', { class: 'quiet' }, last ? el('a', { href: urls.page(last.id) }, say('last import {day}, {file}', { day: (last.committed_at ?? '').slice(0, 10), file: last.file })) : say('no import yet'))));

  const flaws = quality.flaws.findings.length > 0 && el('section', { class: 'section', id: 'flaws' }, el('div', { class: 'section-head' }, el('h2', {}, say('Noted by the import in force')), el('a', { href: urls.page(quality.flaws.import) }, say('Report'))),
    el('ul', { class: 'plain-list' }, ...quality.flaws.findings.map((flaw) => el('li', {}, language.startsWith('zh') ? flaw.message_zh : flaw.message_en))));

  return [times, checks, filled, flaws].filter(Boolean);
}

/** The findings of a report: one row each, the chosen one opened with its remedy and its rows. */

import { el } from '../dom.js';
import { WEIGHT_WORDS, becomes, chosen, remedy, rowRuns, rowsText, sentence, weigh } from './report.js';

/** @param {{staff: object, pane: HTMLElement, head: HTMLElement, select: (at: number) => void, weight: (weight: string) => void, locate: (finding: object) => void}} given */
export function findingsView({ staff, pane, head, select, weight, locate }) {
  const { say, language } = staff;

  function chips(findings, state) {
    const counts = weigh(findings);
    head.replaceChildren(el('div', { class: 'chips', role: 'group', 'aria-label': say('Findings by weight') },
      ...['all', 'error', 'question', 'warning', 'info'].filter((one) => one === 'all' || counts[one] || state.weight === one).map((one) => el('button', {
        class: 'chip', type: 'button', 'data-weight': one, 'aria-pressed': String(state.weight === one), onclick: () => weight(one),
      }, `${say(WEIGHT_WORDS[one])} ${counts[one]}`))));
  }

  function row(finding, at, state) {
    const open = state.finding === at;
    const text = sentence(finding, language);
    return [
      el('tr', { class: `finding weight-${finding.severity}`, 'data-at': at, 'data-code': finding.code, 'aria-current': open ? 'true' : null, onclick: () => select(open ? -1 : at) },
        el('td', { class: 'weight' }, say(WEIGHT_WORDS[finding.severity])),
        el('td', { class: 'num' }, rowsText(finding, say)),
        el('td', { class: 'what' }, el('button', { class: 'bare', type: 'button', 'aria-expanded': String(open), onclick: (event) => { event.stopPropagation(); select(open ? -1 : at); } }, text)),
        el('td', { class: 'least-cell' }, say(becomes(finding, state.answered)))),
      open && el('tr', { class: 'opened' }, el('td', { colspan: 4 }, detail(finding))),
    ];
  }

  function detail(finding) {
    const facts = [[say('What to do'), remedy(finding, language)], [say('Field'), finding.field], [say('Layer'), finding.layer], [say('Row numbers'), finding.rows.length ? rowRuns(finding.rows) + (finding.rows.length >= 1000 ? ` ${say('(the first thousand)')}` : '') : '']].filter(([, value]) => value);
    return el('div', { class: 'opened-body' }, el('dl', { class: 'rows' }, ...facts.flatMap(([words, value]) => [el('dt', {}, words), el('dd', {}, value)])),
      finding.rows.length > 0 && el('button', { class: 'button button-small', type: 'button', onclick: (event) => { event.stopPropagation(); locate(finding); } }, say('Show on the map')));
  }

  return {
    draw(report, state) {
      const findings = report?.findings ?? [];
      chips(findings, state);
      const shown = chosen(findings, state.weight);
      if (!shown.length) return pane.replaceChildren(el('p', { class: 'empty' }, say(!report?.verdict ? 'The file was not read yet.' : findings.length ? 'Nothing of this weight.' : 'Nothing to remark: everything is declared and consistent.')));
      return pane.replaceChildren(el('table', { class: 'list-table findings' },
        el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, say('Weight')), el('th', { scope: 'col', class: 'num' }, say('Row')), el('th', { scope: 'col' }, say('Found')), el('th', { scope: 'col' }, say('Becomes')))),
        el('tbody', {}, ...shown.flatMap((finding, at) => row(finding, at, state)).filter(Boolean))));
    },
    shown: (report, state) => chosen(report?.findings ?? [], state.weight),
  };
}

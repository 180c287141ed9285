/** The changes of an import, page by page: filtered by kind, field and name, the chosen one opened. */

import { el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { area, differences, distance, fieldsOf, gist, kindOf } from './changes.js';

/** @param {{staff: object, pane: HTMLElement, head: HTMLElement, fields: () => Map<string, object>, select: (ordinal: number|null) => void, filter: (change: object) => void}} given */
export function changesView({ staff, pane, head, fields, select, filter }) {
  const { say, language, files } = staff;
  const words = { say, language };

  function controls(state, counts) {
    if (head.dataset.for === 'changes' && document.activeElement?.id === 'change-text') { mark(state); return; }
    head.dataset.for = 'changes';
    let timer = 0;
    const text = el('input', { type: 'search', id: 'change-text', value: state.text, placeholder: say('Name or id'), 'aria-label': say('Find among the changes'), maxlength: 60, oninput: () => { clearTimeout(timer); timer = setTimeout(() => filter({ text: text.value.trim(), page: 1 }), 250); } });
    const options = fieldsOf(counts, fields(), language);
    const select_ = el('select', { id: 'change-field', 'aria-label': say('Changes of a field'), onchange: () => filter({ field: select_.value, page: 1 }) },
      el('option', { value: '' }, say('Every field')), ...options.map(({ name, title, count }) => el('option', { value: name, selected: name === state.field }, `${title} ${grouped(count, 0)}`)));
    head.replaceChildren(el('div', { class: 'pane-controls' }, text, select_));
  }

  function mark(state) {
    const select_ = head.querySelector('#change-field');
    if (select_) select_.value = state.field;
  }

  function row(change, state) {
    const kind = kindOf(change.kind);
    const open = state.change === change.ordinal;
    return [
      el('tr', { class: 'change', 'data-ordinal': change.ordinal, 'data-kind': change.kind, 'aria-current': open ? 'true' : null, onclick: () => select(open ? null : change.ordinal) },
        el('td', { class: `kind ${kind.look}` }, el('span', { class: 'sign' }, icon(kind.sign, files), say(kind.words))),
        el('td', { class: 'num' }, change.row === null ? '' : grouped(change.row, 0)),
        el('td', { class: 'what' }, el('button', { class: 'bare', type: 'button', 'aria-expanded': String(open), onclick: (event) => { event.stopPropagation(); select(open ? null : change.ordinal); } }, change.name || change.feature),
          el('span', { class: 'detail' }, gist(change, fields(), words)))),
      open && el('tr', { class: 'opened' }, el('td', { colspan: 3 }, detail(change))),
    ];
  }

  function detail(change) {
    const edits = differences(change, fields(), words);
    const both = change.before && change.after;
    const facts = [[say('Id'), change.feature], change.kind === 'moved' && [say('Moved by'), distance(change.distance_m)], Math.abs(change.area_change_m2) >= 0.05 && change.kind !== 'added' && change.kind !== 'removed' && [say('Area'), area(change.area_change_m2, true)]].filter(Boolean);
    return el('div', { class: 'opened-body' },
      el('dl', { class: 'rows' }, ...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])),
      edits.length > 0 && el('table', { class: 'edits' },
        el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, say('Field')), (both || change.before) && el('th', { scope: 'col' }, say('Before')), (both || change.after) && el('th', { scope: 'col' }, say('After')))),
        el('tbody', {}, ...edits.filter(({ before, after }) => both || (before ?? after) !== '—').map(({ title, before, after }) => el('tr', {}, el('th', { scope: 'row' }, title), (both || change.before) && el('td', {}, before ?? '—'), (both || change.after) && el('td', {}, after ?? '—'))))));
  }

  function pager({ page, pages, total }, at) {
    const step = (to) => () => filter({ page: to });
    return el('nav', { class: 'pager', 'aria-label': say('Pages') },
      el('button', { class: 'button button-small', type: 'button', disabled: page <= 1, onclick: step(page - 1) }, say('Page before')),
      el('span', {}, say('{page} of {pages}, {total} changes', { page, pages, total: grouped(total, 0) })),
      el('button', { class: 'button button-small', type: 'button', disabled: page >= pages, onclick: step(page + 1) }, say('Next page')), at);
  }

  return {
    controls,
    draw(found, state) {
      if (!found) return pane.replaceChildren(el('p', { class: 'empty' }, say('Searching')));
      if (state.kind === 'unchanged') return pane.replaceChildren(el('p', { class: 'empty' }, say('Rows that are the same in every attribute and lie within 1 mm are left as they are; they are not listed.')));
      if (!found.changes.length) return pane.replaceChildren(el('p', { class: 'empty' }, say('No such change.')));
      return pane.replaceChildren(el('table', { class: 'list-table changes' },
        el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, say('Kind')), el('th', { scope: 'col', class: 'num' }, say('Row')), el('th', { scope: 'col' }, say('What changes')))),
        el('tbody', {}, ...found.changes.flatMap((change) => row(change, state)).filter(Boolean))), found.pages > 1 ? pager(found) : '');
    },
  };
}

/** How the file's columns fill the layer's fields: guesses with their sureness, samples, translations, units. */

import { el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { titleOf } from '../words.js';
import { UNITS, constantly, deliveredValues, edited, fromColumn, mappingRows, sameMapping, sharedColumns, translated, unusedColumns } from './fields.js';

const SURENESS = { said: 'set by hand', sure: 'sure', likely: 'likely', weak: 'to be checked', none: 'stays empty' };
const CONSTANT = '\u0000constant';
/** A sample longer than this is cut. */
const LONGEST = 16;

const short = (value) => (String(value).length > LONGEST ? `${String(value).slice(0, LONGEST - 1)}…` : String(value));

/** @param {{staff: object, pane: HTMLElement, head: HTMLElement, described: () => object[], apply: (mapping: object) => void}} given */
export function fieldsView({ staff, pane, head, described, apply }) {
  const { say, language, files } = staff;
  let kept = null;
  let mapping = null;
  let open = '';

  /** What a person changed since the import was prepared; it stays through a redraw. */
  function draw(one) {
    const given = one.mapping ?? { fields: [] };
    if (!kept || kept.version !== one.version) {
      kept = { version: one.version, mapping: given, columns: one.columns ?? [], writable: one.can.answer, asks: one.status === 'asking' && one.report.findings.some((finding) => finding.option === '--mapping'), flagged: new Set((one.report?.findings ?? []).filter((finding) => finding.option === '--mapping').map(({ field }) => field)) };
      mapping = given;
    }
    render();
  }

  function render() {
    const rows = mappingRows({ mapping, columns: kept.columns, fields: described(), language });
    const dirty = !sameMapping(mapping, kept.mapping);
    head.dataset.for = 'fields';
    head.replaceChildren(el('div', { class: 'pane-controls' },
      el('p', { class: 'quiet' }, say('{count} of {all} fields filled', { count: rows.filter(({ sureness }) => sureness !== 'none').length, all: rows.length })),
      kept.writable && el('button', { class: `button button-small${dirty || kept.asks ? ' button-main' : ''}`, type: 'button', id: 'apply-fields', disabled: !dirty && !kept.asks, onclick: () => apply(mapping) }, say(kept.asks && !dirty ? 'Right so, check again' : 'Check again so'))));
    if (!rows.length) { pane.replaceChildren(el('p', { class: 'empty' }, say('The file was not read yet.'))); return; }
    const unused = unusedColumns(mapping, kept.columns);
    const shared = sharedColumns(mapping);
    pane.replaceChildren(el('ul', { class: 'field-list' }, ...rows.map(fieldRow)),
      unused.length > 0 && el('section', { class: 'section' }, el('h2', {}, say('Columns that fill nothing')), el('p', { class: 'quiet' }, unused.map(({ name }) => name).join('\u3000'))),
      shared.length > 0 && el('p', { class: 'empty' }, say('Used for more than one field: {columns}', { columns: shared.join(', ') })));
  }

  function change(next, focus) {
    mapping = next;
    render();
    if (focus) pane.querySelector(`#${CSS.escape(focus)}`)?.focus();
  }

  function fieldRow(row) {
    const id = `from-${row.field}`;
    const chosen = row.column || (row.constant !== null && row.constant !== undefined ? CONSTANT : '');
    const select = el('select', { id, disabled: !kept.writable, onchange: () => {
      if (select.value === CONSTANT) change(edited(mapping, row.field, { column: '', constant: '', values: {}, factor: 1 }), id);
      else change(fromColumn(mapping, row.field, select.value), id);
    } },
    el('option', { value: '' }, say('nothing')), ...kept.columns.map(({ name, type }) => el('option', { value: name, selected: name === chosen }, `${name}（${type}）`)),
    row.missing && el('option', { value: row.column, selected: true }, say('{column}, not in the file', { column: row.column })),
    el('option', { value: CONSTANT, selected: chosen === CONSTANT }, say('one value for all')));
    return el('li', { class: `field-row${kept.flagged.has(row.field) ? ' is-flagged' : ''}`, 'data-field': row.field },
      el('div', { class: 'field-line' }, el('label', { for: id }, row.title, row.required && el('span', { class: 'must', title: say('must be filled') }, ' *')), el('span', { class: 'least' }, row.field), el('span', { class: `sure sure-${row.sureness}` }, row.sureness === 'none' || row.sureness === 'said' ? say(SURENESS[row.sureness]) : `${say(SURENESS[row.sureness])} ${Math.round(row.confidence * 100)}%`)),
      el('div', { class: 'field-line' }, select, chosen === CONSTANT ? constantInput(row) : unitSelect(row)),
      row.column && el('p', { class: 'samples' }, row.samples.length ? row.samples.slice(0, 4).map(short).join('\u3000') : say('no value'), row.filled !== null && el('span', { class: 'least' }, say('{count} filled', { count: grouped(row.filled, 0) }))),
      row.reason && row.reason !== 'said' && row.sureness !== 'none' && el('p', { class: 'least' }, why(row.reason)),
      row.lists && row.column && lists(row));
  }

  /** What a guess rests on, in words where there are some. */
  function why(reason) {
    const words = say(`guessed by ${reason}`);
    return words.startsWith('guessed by ') && language.startsWith('zh') ? reason : words;
  }

  function constantInput(row) {
    if (row.lists) {
      const select = el('select', { 'aria-label': say('Value of {field}', { field: row.title }), disabled: !kept.writable, onchange: () => change(edited(mapping, row.field, { constant: select.value, column: '' })) },
        el('option', { value: '' }, '—'), ...codes(row, row.constant));
      return select;
    }
    const input = el('input', { type: 'text', value: row.constant ?? '', 'aria-label': say('Value of {field}', { field: row.title }), disabled: !kept.writable, maxlength: 200, onchange: () => change(constantly(mapping, row.field, input.value)) });
    return input;
  }

  const codes = (row, chosen) => Object.entries(row.choices).map(([code, words]) => el('option', { value: code, selected: code === chosen }, titleOf(words, language)));

  function unitSelect(row) {
    const units = UNITS[row.unit];
    if (!units || !row.column) return row.unit ? el('span', { class: 'quiet' }, row.unit) : '';
    const known = units.some(([, factor]) => Math.abs(factor - row.factor) < 1e-9);
    const select = el('select', { class: 'unit', 'aria-label': say('Unit of the column'), disabled: !kept.writable, onchange: () => change(edited(mapping, row.field, { factor: Number(select.value) })) },
      ...units.map(([name, factor]) => el('option', { value: factor, selected: Math.abs(factor - row.factor) < 1e-9 }, name)), !known && el('option', { value: row.factor, selected: true }, `× ${row.factor}`));
    return select;
  }

  /** The delivered values beside the code list: what each stands for. */
  function lists(row) {
    const column = kept.columns.find(({ name }) => name === row.column);
    const values = deliveredValues(row, (column?.values ?? column?.samples ?? []).slice(0, 60));
    if (!values.length) return '';
    const unknown = values.filter(({ code }) => !code).length;
    const shown = open === row.field || unknown > 0;
    return el('details', { class: 'lists', open: shown, ontoggle: (event) => { if (event.target.open) open = row.field; } },
      el('summary', {}, unknown ? el('span', { class: 'sign bad-sign' }, icon('gap', files), say('{count} values have no code', { count: unknown })) : say('{count} values, each with its code', { count: values.length })),
      el('table', {}, el('tbody', {}, ...values.map(({ text, code }) => {
        const select = el('select', { 'aria-label': say('{value} means', { value: text }), disabled: !kept.writable, onchange: () => change(translated(mapping, row.field, text, select.value)) }, el('option', { value: '' }, say('nothing')), ...codes(row, code));
        return el('tr', {}, el('th', { scope: 'row' }, text), el('td', {}, select));
      }))));
  }

  return { draw };
}

/** How the columns of a file fill the fields of a layer, as a person edits it. Pure: every edit gives a new mapping. */

import { titleOf } from '../words.js';

/** Units that surveyors write, by the unit that a field is kept in: factor from theirs to ours. */
export const UNITS = {
  m: [['m', 1], ['cm', 0.01], ['mm', 0.001], ['km', 1000], ['尺', 1 / 3], ['ft', 0.3048]],
  'm²': [['m²', 1], ['亩', 2000 / 3], ['公顷', 10_000], ['km²', 1_000_000]],
  '°': [['°', 1]],
};

/** How sure a guess is: `said` by a person, `sure`, `likely`, `weak`, or `none` where nothing fills the field. */
export function sureness(entry) {
  if (!entry.column && (entry.constant === null || entry.constant === undefined || entry.constant === '')) return 'none';
  if (entry.confidence >= 1) return 'said';
  if (entry.confidence >= 0.85) return 'sure';
  return entry.confidence >= 0.6 ? 'likely' : 'weak';
}

/**
 * Rows of the screen: every field of the layer that the mapping names, in its order.
 * @param {{mapping: {fields: object[]}, columns: object[], fields: object[], language: string}} given
 *   `columns`: of the file, `{name, type, samples, filled}`; `fields`: of the layer, as described
 */
export function mappingRows({ mapping, columns, fields, language }) {
  const described = new Map(fields.map((field) => [field.name, field]));
  const found = new Map(columns.map((column) => [column.name, column]));
  return (mapping?.fields ?? []).map((entry) => {
    const field = described.get(entry.field) ?? { name: entry.field, type: 'text', values: {} };
    const column = found.get(entry.column) ?? null;
    return {
      ...entry, title: titleOf(field, language) || entry.field, type: field.type, unit: field.unit ?? '', required: Boolean(field.required),
      lists: Object.keys(field.values ?? {}).length > 0, choices: field.values ?? {}, samples: column?.samples ?? [], filled: column?.filled ?? null,
      sureness: sureness(entry), missing: Boolean(entry.column) && !column,
    };
  });
}

/** Columns that fill no field. */
export function unusedColumns(mapping, columns) {
  const used = new Set((mapping?.fields ?? []).map(({ column }) => column).filter(Boolean));
  return columns.filter(({ name }) => !used.has(name));
}

/** Columns that fill two fields or more: allowed, worth saying. */
export function sharedColumns(mapping) {
  const counts = new Map();
  for (const { column } of mapping?.fields ?? []) if (column) counts.set(column, (counts.get(column) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([column]) => column);
}

/** The mapping with one field filled otherwise; what a person says counts fully. */
export function edited(mapping, field, change) {
  return { ...mapping, fields: mapping.fields.map((entry) => (entry.field === field ? { ...entry, ...change, confidence: 1, reason: '' } : entry)) };
}

/** Fills a field from a column, or from nothing: translations and factor were those of the other column. */
export function fromColumn(mapping, field, column) {
  return edited(mapping, field, { column, constant: null, values: {}, factor: 1 });
}

/** Gives every row the same value. */
export function constantly(mapping, field, text) {
  return edited(mapping, field, { column: '', constant: text === '' ? null : text, values: {}, factor: 1 });
}

/** What a delivered value stands for in the code list; an empty choice forgets it. */
export function translated(mapping, field, delivered, code) {
  const values = { ...mapping.fields.find((entry) => entry.field === field).values };
  if (code) values[delivered] = code;
  else delete values[delivered];
  return edited(mapping, field, { values });
}

/** Delivered values of a column with a code list, each with the code it stands for now (nothing when unknown). */
export function deliveredValues(row, columnValues) {
  const known = row.choices;
  return columnValues.map((value) => {
    const text = String(value);
    return { text, code: row.values?.[text] ?? (text in known ? text : codeNamed(known, text)) };
  });
}

function codeNamed(choices, text) {
  return Object.keys(choices).find((code) => choices[code].zh === text || choices[code].en === text) ?? '';
}

/** Whether two mappings fill the layer alike. */
export function sameMapping(one, other) {
  const plain = (mapping) => JSON.stringify((mapping?.fields ?? []).map(({ field, column, constant, values, factor }) => [field, column ?? '', constant ?? null, Object.entries(values ?? {}).sort(), factor ?? 1]));
  return plain(one) === plain(other);
}

/** The mapping as the interface takes it: whoever sends it has said yes to all of it. */
export function forAnswer(mapping) {
  return { fields: mapping.fields.map(({ field, column, constant, values, factor }) => ({ field, column: column ?? '', constant: constant ?? null, values: values ?? {}, factor: factor ?? 1, confidence: 1 })) };
}

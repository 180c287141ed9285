/** The report of an import as something to read: findings weighed, filtered and worded. Pure. */

import { grouped } from '../numbers.js';
import { isChinese } from '../words.js';

/** From the weightiest; the first three have words of their own, the last is the rest. */
export const WEIGHTS = ['error', 'question', 'warning', 'info'];

/** How many findings of each weight there are, and in all. */
export function weigh(findings) {
  const counts = { all: findings.length, error: 0, question: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** Findings of a weight (`all` for every one), the weightiest first, else in the order of the report. */
export function chosen(findings, weight) {
  const kept = weight === 'all' ? findings : findings.filter((one) => one.severity === weight);
  return kept.map((one, at) => [one, at]).sort(([a, i], [b, j]) => WEIGHTS.indexOf(a.severity) - WEIGHTS.indexOf(b.severity) || i - j).map(([one]) => one);
}

/** The sentence of a finding. */
export function sentence(finding, language) {
  return isChinese(language) ? finding.message_zh : finding.message_en;
}

/** What to do about it. */
export function remedy(finding, language) {
  return isChinese(language) ? finding.remedy : finding.remedy_en;
}

/** `2 318` for one row, `58 rows` for several, nothing for none. A report names at most a thousand rows. */
export function rowsText(finding, say) {
  const { rows } = finding;
  if (!rows.length) return '';
  if (rows.length === 1) return grouped(rows[0], 0);
  return say(rows.length >= 1000 ? '{count}+ rows' : '{count} rows', { count: grouped(rows.length, 0) });
}

/** All rows that a report names, joined as people write them: `3–7, 12`. @param {number[]} rows @param {number} most runs */
export function rowRuns(rows, most = 60) {
  const runs = [];
  for (const row of [...new Set(rows)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === row) last[1] = row;
    else runs.push([row, row]);
  }
  const words = runs.slice(0, most).map(([from, to]) => (from === to ? String(from) : `${from}–${to}`));
  return words.join(', ') + (runs.length > most ? ' …' : '');
}

/** What becomes of the rows of a finding, as a text of the dictionary. */
export function becomes(finding, answered) {
  if (finding.severity === 'error') return 'Nothing is stored';
  if (finding.severity === 'question') return answered ? 'Answered' : 'To be answered';
  return finding.severity === 'warning' ? 'Stored, flaw noted' : 'Stored';
}

/** The words for the weight of a finding. */
export const WEIGHT_WORDS = { error: 'Reject', question: 'Ask', warning: 'Warn', info: 'Note', all: 'All' };

/** What stands beside the file's name: system, encoding, rows of the layers that were read. */
export function factsOf(report, say) {
  const layers = report?.layers ?? [];
  const facts = [];
  const one = layers[0];
  if (layers.length > 1) facts.push(say('{count} layers', { count: layers.length }));
  else if (one) {
    if (one.crs) facts.push(one.crs);
    if (one.source_datum && !String(one.crs ?? '').toLowerCase().includes(one.source_datum)) facts.push(one.source_datum.toUpperCase());
    if (one.encoding) facts.push(one.encoding_confidence !== null && one.encoding_confidence < 1 ? `${one.encoding} ${Math.round(one.encoding_confidence * 100)}%` : one.encoding);
  }
  if (layers.length) facts.push(say('{count} rows', { count: grouped(layers.reduce((sum, layer) => sum + layer.count, 0), 0) }));
  return facts;
}

/** Questions of a report, and the answers to them. Pure. */

import { isChinese } from '../words.js';

/** Option of the command line -> name of the answer, how it is given where the report offers nothing, and how it is read. */
const OPTIONS = {
  '--crs': { name: 'crs', words: 'Coordinate system (EPSG)', example: '4547', read: epsg },
  '--encoding': { name: 'encoding', words: 'Encoding', example: 'GB18030', read: plain },
  '--source-layer': { name: 'source_layer', words: 'Layer of the file', example: '', read: plain },
  '--source-datum': { name: 'source_datum', words: 'Datum', example: 'gcj02', read: plain },
  '--swap-axes': { name: 'swap_axes', words: 'Axes', example: '', read: () => true },
  '--datum-params': { name: 'datum_params', words: 'Datum parameters', example: '−12.3, 45.6, 0.7', read: numbers },
};

function epsg(text) {
  const code = /^\s*(?:epsg\s*:?\s*)?(\d{4,6})\s*$/i.exec(text)?.[1];
  return code ? Number(code) : null;
}

function plain(text) {
  return text.trim() || null;
}

function numbers(text) {
  const parts = text.replaceAll('−', '-').split(/[\s,;，；、]+/).filter(Boolean).map(Number);
  return [3, 4, 7].includes(parts.length) && parts.every(Number.isFinite) ? parts : null;
}

/**
 * What a person has to say, one question an option, in the order of the report.
 * @param {{findings: object[]}|null} report
 * @returns {{option: string, name: string, findings: object[], choices: object[], free: boolean, example: string, words: string}[]}
 */
export function questionsOf(report, language) {
  const byOption = new Map();
  for (const finding of report?.findings ?? []) {
    if (finding.severity !== 'question') continue;
    const option = finding.option ?? '';
    if (!byOption.has(option)) byOption.set(option, []);
    byOption.get(option).push(finding);
  }
  return [...byOption].map(([option, findings]) => {
    const known = OPTIONS[option] ?? { name: option.replace(/^--/, '').replaceAll('-', '_'), words: '', example: '' };
    return { option, name: known.name, words: known.words, example: known.example, findings, choices: choicesOf(option, findings, language), free: ['--crs', '--encoding', '--datum-params'].includes(option) };
  });
}

function choicesOf(option, findings, language) {
  const chinese = isChinese(language);
  const seen = new Map();
  for (const candidate of findings.flatMap((one) => one.candidates ?? [])) {
    if (seen.has(candidate.value)) continue;
    seen.set(candidate.value, { value: candidate.value, label: (chinese ? candidate.label_zh : candidate.label_en) || candidate.value, bounds: candidate.bounds_4326 ?? null });
  }
  if (!seen.size && option === '--swap-axes') return [{ value: 'yes', label: chinese ? '对调两轴，再读一遍' : 'Swap the axes and read again', bounds: null }];
  return [...seen.values()];
}

/**
 * The answer to a question as the interface takes it, or null when what was given cannot be read.
 * @param {string} option @param {string} text value of a choice, or what was typed
 * @returns {Record<string, unknown>|null}
 */
export function answerTo(option, text) {
  const known = OPTIONS[option];
  if (!known) return text ? { [option.replace(/^--/, '').replaceAll('-', '_')]: text } : null;
  const value = known.read(String(text));
  return value === null ? null : { [known.name]: value };
}

/** Answers already given, in words of the page's dictionary with their values. */
export function givenAnswers(answers = {}) {
  return Object.values(OPTIONS)
    .filter(({ name }) => answers[name] !== undefined && answers[name] !== null && answers[name] !== false && answers[name] !== '' && !(Array.isArray(answers[name]) && !answers[name].length))
    .map(({ name, words }) => ({ name, words, value: answers[name] === true ? '' : Array.isArray(answers[name]) ? answers[name].join(', ') : String(answers[name]) }));
}

/** Every box that a question offers, to be drawn: label, bounds, and which is chosen. */
export function boxesOf(questions, picked) {
  return questions.flatMap(({ option, choices }) => choices.filter(({ bounds }) => bounds).map(({ value, label, bounds }, at) => ({ option, value, label, bounds, at, on: picked.get(option) === value })));
}

/** What a consequence says beside its figure: the sentence without the number that stands in front or at the end. */
export function withoutFigure(text, count) {
  const figure = String(count ?? '');
  if (!figure) return text;
  if (text.startsWith(`${figure} `)) return text.slice(figure.length + 1);
  return text.endsWith(`: ${figure}`) ? text.slice(0, -figure.length - 2) : text;
}

/** True for questions that the mapping of fields answers, not a choice. */
export function asksForFields({ option }) {
  return option === '--mapping';
}

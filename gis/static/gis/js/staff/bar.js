/** The bar over an import: its layer and file, what is known of it, the four steps; the six kinds; the line at the foot. */

import { byId, el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { KINDS } from './changes.js';
import { bytes, shortHash } from './instants.js';
import { factsOf } from './report.js';
import { STATUS_WORDS, stepsOf, toneOf } from './steps.js';

const STEP_WORDS = { upload: 'Upload', check: 'Check', compare: 'Compare', commit: 'Commit' };
const SIGN_OF_STEP = { done: 'check', failed: 'cross', stopped: 'cross' };

/** Draws it. @param {object} staff @param {object} one the import */
export function drawBar({ say, files, title }, one) {
  const name = title(one);
  byId('title').textContent = one.makes_layer ? say('{layer}, a new layer', { layer: name }) : name;
  document.title = `${name}\u3000${say(STATUS_WORDS[one.status])}`;
  byId('facts').replaceChildren(...[one.file.name, bytes(one.file.bytes), ...factsOf(one.report, say)].map((fact) => el('span', {}, fact)),
    el('span', { class: `state state-${toneOf(one.status)}`, id: 'state' }, say(STATUS_WORDS[one.status])));
  byId('steps').replaceChildren(...stepsOf(one).map(({ id, state }) => el('li', { class: `step step-${state}`, 'aria-current': state === 'now' ? 'step' : null },
    SIGN_OF_STEP[state] && icon(SIGN_OF_STEP[state], files), say(STEP_WORDS[id]))));
}

/** The six kinds with their counts, each a filter. @param {(kind: string) => void} choose */
export function drawKinds({ say, files }, one, chosen, choose) {
  byId('kinds').replaceChildren(...KINDS.map(({ id, words, look, sign }, at) => el('button', {
    class: 'kind-button', type: 'button', 'data-kind': id, 'aria-pressed': String(chosen === id), disabled: !one.diff, title: `${say(words)}（${at + 1}）`, onclick: () => choose(id),
  }, el('span', { class: `sign ${look}` }, icon(sign, files), say(words)), el('b', {}, one.diff ? grouped(one.diff[id] ?? 0, 0) : '—'))));
}

/** The legend of the map: each kind as it is drawn there. */
export function drawLegend({ say, files }, one) {
  const kinds = KINDS.slice(0, 5).filter(({ id }) => one.diff?.[id]);
  byId('legend').replaceChildren(...kinds.map(({ id, words, look, sign }) => el('li', {}, el('span', { class: `key key-${id} ${look}` }, id === 'changed' || id === 'reshaped' ? '' : icon(sign, files)), say(id === 'moved' ? 'Moved, dashed where it was' : words))),
    one.offences?.length ? el('li', {}, el('span', { class: 'key key-offence' }), say('Breaks the topology')) : '');
  byId('legend').hidden = !kinds.length && !one.offences?.length;
}

/** What the file was, to the byte. */
export function drawFoot({ say }, one) {
  byId('foot').replaceChildren(...[one.file.sha256 && `sha256 ${shortHash(one.file.sha256)}`, one.matched_by && say(`matched by ${one.matched_by}`), one.file.sha256 && say('version {version}', { version: one.version })].filter(Boolean).map((text) => el('span', { title: text.startsWith('sha256') ? one.file.sha256 : null }, text)));
}

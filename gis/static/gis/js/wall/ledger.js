/** The foot of the wall: how far the screen is complete, every beat of the last four minutes, and the age of each feed. */

import { shanghai } from '../clock.js';
import { el } from '../dom.js';
import { share } from './figures.js';
import { drawSpan, redraw, setAttr, setText, svg } from './parts.js';
import { threes } from './span.js';

const SHOWN = 48;
const TITLES = { incidents: 'Cases', units: 'Team positions', cameras: 'Cameras', counts: 'Counts', duty: 'Duty roster' };
const LIMIT_WORDS = [[60_000, 'limit {count} min', 60_000], [0, 'limit {count} s', 1_000]];

function limitWords(limit, say) {
  const [, text, unit] = LIMIT_WORDS.find(([from]) => limit >= from);
  return say(text, { count: limit / unit });
}

function ticksSvg(ticks) {
  const shown = ticks.slice(-SHOWN);
  const first = SHOWN - shown.length;
  return svg('svg', { class: 'beat-ticks', viewBox: `0 0 ${SHOWN * 6} 12`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...shown.map((came, at) => svg('rect', { x: (first + at) * 6, y: came ? 0 : 11, width: 4, height: came ? 12 : 1, class: came && at === shown.length - 1 ? 'tick tick-now' : 'tick' })));
}

/** What line two of the strip says. @param {{picture: string, gaps: number, ticks: number}} facts */
export function beatWords({ picture, gaps, ticks }, say) {
  if (picture === 'stale') return say('no heartbeat');
  if (gaps) return say('{count} of {all} beats missing', { count: gaps, all: ticks });
  return ticks ? say('no gap in {count}', { count: ticks }) : say('awaited');
}

/** Whether the picture is that of the store, with the first digits of the hash that proves it. */
export function proofWords({ picture, hashOk, hash }, say) {
  if (hashOk && hash) return say('matches store {hash}', { hash: `${hash.slice(0, 4)} ${hash.slice(4, 8)}` });
  return picture === 'mismatch' ? say('differs, fetching again') : say('not compared yet');
}

/** @param {object} ctx of the wall */
export function ledgerView(ctx) {
  const { say, store, language } = ctx;
  const seq = el('b', { class: 'beat-seq' });
  const strip = el('div', { class: 'beat-strip' });
  const [line, proof] = [el('span', { class: 'beat-line' }), el('span', { class: 'beat-proof' })];
  const beats = el('section', { class: 'beats-panel', 'aria-label': say('Heartbeat') }, el('div', { class: 'beat-top' }, el('span', {}, say('Complete to seq')), seq), strip, el('div', { class: 'beat-foot' }, line, proof));
  const cells = Object.entries(TITLES).map(([feed, title]) => {
    const age = el('span', { class: 'cell-age' });
    const fill = el('i', {});
    const words = el('span', { class: 'cell-words' });
    return { feed, age, fill, words, node: el('li', { class: 'cell', 'data-feed': feed }, el('span', { class: 'cell-title' }, say(title)), age, el('span', { class: 'cell-track', 'aria-hidden': 'true' }, fill), words) };
  });
  const node = el('footer', { class: 'ledger', 'aria-label': say('Age of every feed') }, beats, el('ul', { class: 'cells' }, ...cells.map((cell) => cell.node)));

  function drawCell(cell, { age, limit, state }) {
    setAttr(cell.node, 'data-age', state);
    if (state === 'idle') redraw(cell.age, 'idle', () => [el('b', { class: 'cell-idle' }, say('none on duty'))]);
    else drawSpan(cell.age, age, say);
    const width = `${state === 'idle' ? 0 : Math.round(share(age, limit) * 100)}%`;
    if (cell.fill.style.width !== width) cell.fill.style.width = width;
    const since = () => shanghai(new Date(store.now() - age), language).time.slice(0, 5);
    setText(cell.words, state === 'stale' ? say('no news since {time}, {limit}', { time: since(), limit: limitWords(limit, say) }) : state === 'waiting' ? say('awaited') : limitWords(limit, say));
  }

  return {
    node,
    /** @param {{picture: string, status: object, ticks: boolean[], beat: number, frame: number, hash: string}} live */
    draw({ picture, status, ticks, beat, frame, hash }) {
      const number = status.seq === null ? '—' : threes(status.seq).join('\u2009');
      setText(seq, number);
      setAttr(beats, 'data-picture', picture);
      redraw(strip, ticks.map(Number).join(''), () => [ticksSvg(ticks)]);
      setText(line, beatWords({ picture, gaps: ticks.filter((came) => !came).length, ticks: ticks.length }, say));
      setText(proof, proofWords({ picture, hashOk: status.hashOk, hash }, say));
      for (const feed of store.feeds({ beat, frame })) {
        const cell = cells.find((one) => one.feed === feed.feed);
        if (cell) drawCell(cell, feed);
      }
    },
  };
}


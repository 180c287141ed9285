/** The line that says how far the screen is complete, and the words of a stale one. */

import { shanghai } from './clock.js';
import { byId, el } from './dom.js';
import { grouped } from './numbers.js';

const SVG = 'http://www.w3.org/2000/svg';
const SHOWN = 24;

/** A span of time in words, rounded down. @param {number} milliseconds */
export function span(milliseconds, say) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return say('{count} s', { count: seconds });
  if (seconds < 3600) return say('{count} min', { count: Math.floor(seconds / 60) });
  return say('{count} h', { count: Math.floor(seconds / 3600) });
}

/**
 * What the strip says, as pure text.
 * @param {{phase: string, since: number|null, seq: number|null, hashOk: boolean|null, gaps: number, age: number, oldUnits: number}} status
 * @returns {{seq: string, state: string, more: string}}
 */
export function stripText({ phase, since, seq, hashOk, gaps, age, oldUnits }, { say, language }) {
  const complete = seq === null ? '' : say('Complete to seq {seq}', { seq: grouped(seq, 0) });
  const more = [
    gaps > 0 && say('{count} beats missing in 4 minutes', { count: gaps }), oldUnits > 0 && say('{count} units without a recent position', { count: oldUnits }),
  ].filter(Boolean).join('\u3000');
  if (phase === 'signed-out') return { seq: complete, state: say('Signed out: live data has stopped'), more: '' };
  if (phase === 'stale') {
    const lost = since === null ? say('Live connection lost, trying again') : say('Live connection lost since {time}, trying again', { time: shanghai(new Date(since), language).time });
    return { seq: complete, state: lost, more: '' };
  }
  if (phase === 'connecting' || Number.isNaN(age)) return { seq: complete, state: say('Waiting for live data'), more };
  if (hashOk === false) return { seq: complete, state: say('differs from the store, fetching again'), more };
  const ago = say('{ago} ago', { ago: span(age, say) });
  return { seq: complete, state: say(hashOk ? 'matches the store, {ago}' : 'not compared with the store yet, {ago}', { ago }), more };
}

/** What stands over the map while the live layers are grey; empty while they are not. */
export function noticeText({ phase, since }, { say, language }) {
  if (phase === 'signed-out') return say('Signed out: live data has stopped');
  if (phase !== 'stale') return '';
  return since === null ? say('Live data do not arrive; the map, search and cards still work.') : say('Live data are as of {time}; marks are grey until they come again.', { time: shanghai(new Date(since), language).time });
}

function ticksOf(ticks) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'beats');
  svg.setAttribute('viewBox', `0 0 ${SHOWN * 3} 10`);
  svg.setAttribute('aria-hidden', 'true');
  const shown = ticks.slice(-SHOWN);
  shown.forEach((came, at) => {
    const bar = document.createElementNS(SVG, 'rect');
    const newest = at === shown.length - 1;
    const place = { x: (SHOWN - shown.length + at) * 3, y: came ? 0 : 9, width: 2, height: came ? 10 : 1, class: newest && came ? 'beat beat-now' : 'beat' };
    for (const [name, value] of Object.entries(place)) bar.setAttribute(name, String(value));
    svg.append(bar);
  });
  return svg;
}

/** @param {{say: Function, language: string}} given */
export function liveStrip({ say, language }) {
  const root = byId('live');
  const parts = { seq: el('b', { class: 'live-seq' }), beats: el('span', { class: 'live-beats' }), state: el('span', { class: 'live-state' }), more: el('span', { class: 'live-more' }) };
  root.setAttribute('aria-label', say('Live data'));
  root.replaceChildren(...Object.values(parts));
  const notice = byId('live-notice');
  let beats = '';
  let told = '';
  return {
    /** @param {object} status of the client, with `age` of the last beat, `ticks` and `oldUnits` */
    draw(status) {
      const text = stripText(status, { say, language });
      for (const name of ['seq', 'state', 'more']) if (parts[name].textContent !== text[name]) parts[name].textContent = text[name];
      const words = noticeText(status, { say, language });
      if (words !== told) {
        told = words;
        const again = status.phase === 'signed-out' && el('button', { class: 'link', type: 'button', onclick: () => location.reload() }, say('Sign in again'));
        notice.replaceChildren(el('span', {}, words), ...(again ? [again] : []));
        notice.hidden = !words;
      }
      root.dataset.phase = status.hashOk === false ? 'differs' : status.phase;
      const key = status.ticks.map(Number).join('');
      if (key === beats) return;
      beats = key;
      parts.beats.replaceChildren(ticksOf(status.ticks));
    },
  };
}

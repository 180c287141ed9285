/** What the marks mean, the scale of the map, and which scene is shown. */

import { el } from '../dom.js';
import { classText } from './map/classes.js';
import { caseMark, redraw, setAttr, setText, unitMark } from './parts.js';
import { categoryWord, severityWord } from './rows.js';
import { spanText } from './span.js';

const STATE_WORDS = {
  rotating: 'next in {left}', touched: 'waiting after a touch, {left}', paused: 'stopped', single: '', critical: 'critical case', shown: 'by remote control',
};

/** What the colours say; the figures in brackets are grids. */
const COLOURINGS = { open_now: 'Open by grid (grids)', per_km2: 'Open per km² (grids)', oldest: 'Oldest case (grids)' };

function swatch(colour) {
  const node = el('i', { class: colour ? 'legend-swatch' : 'legend-swatch stale-hatch', 'aria-hidden': 'true' });
  if (colour) node.style.background = colour;
  return node;
}

/** @param {object} ctx of the wall */
export function legendView(ctx) {
  const { say, config } = ctx;
  const item = (sign, words) => el('li', {}, sign, words);
  const scaleBar = el('span', { class: 'scale-bar', 'aria-hidden': 'true' });
  const scaleText = el('span', { class: 'scale-text' });
  const scale = el('span', { class: 'legend-scale', hidden: true }, scaleBar, scaleText);
  const classes = el('ul', { class: 'legend-classes', hidden: true });
  const scene = el('b', { class: 'scene-title' });
  const turn = el('span', { class: 'scene-turn' });
  const legend = el('div', { class: 'legend', role: 'group', 'aria-label': say('Legend') },
    el('ul', {}, ...['A', 'B', 'C', 'D'].map((one) => item(caseMark(one, 'key'), categoryWord(one, say)))),
    el('ul', {}, ...[1, 2, 3, 4].map((one) => item(caseMark('A', one), severityWord(one, say)))),
    el('ul', {}, item(unitMark('standing'), say('Team')), item(caseMark('A', 'stale'), say('Stale')), item(el('i', { class: 'legend-worst', 'aria-hidden': 'true' }), say('Worst community'))), classes);
  const notice = el('p', { class: 'wall-notice' }, ...noticeNodes(config.notice, ctx.language));
  const caption = el('div', { class: 'scene', role: 'group', 'aria-label': say('Scene') }, scene, turn);
  return {
    legend, notice, scale, caption,
    measure({ pixels, text }) {
      setAttr(scale, 'hidden', false);
      const width = `${Math.round(pixels)}px`;
      if (scaleBar.style.width !== width) scaleBar.style.width = width;
      setText(scaleText, text);
    },
    /** The colours of the grids, each with its breaks and how many grids it has. @param {{kind: string, classes: object[], none: number}|null} told by the map */
    classes(told) {
      setAttr(classes, 'hidden', !told);
      if (!told) return;
      redraw(classes, JSON.stringify(told), () => [
        el('li', {}, say(COLOURINGS[told.kind] ?? COLOURINGS.open_now)),
        ...told.classes.map((one) => item(swatch(`var(--${one.token})`), el('span', {}, classText(told.kind, one, say), el('small', {}, `\u2009(${one.count})`)))),
        ...(told.none ? [item(swatch(''), el('span', {}, say('no data'), el('small', {}, `\u2009(${told.none})`)))] : []),
      ]);
    },
    /** @param {object|null} shown @param {{word: string, left: number|null}} state of the player */
    scene(shown, { word, left }) {
      setText(scene, shown ? ctx.title(shown) : '');
      const whole = left === null ? null : Math.ceil(left / 10_000) * 10_000;
      setText(turn, STATE_WORDS[word] ? say(STATE_WORDS[word], { left: whole === null ? '' : spanText(whole, say, { fine: true }) }) : '');
      setAttr(caption, 'data-turn', word);
    },
  };
}

function noticeNodes(notice, language) {
  const words = { zh: el('span', { lang: 'zh-Hans' }, notice?.zh ?? ''), en: el('span', { lang: 'en' }, notice?.en ?? '') };
  return language.startsWith('zh') ? [words.zh] : [words.en];
}

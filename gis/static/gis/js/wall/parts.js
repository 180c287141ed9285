/** Small pieces that every panel is made of. Nothing is written into the page that stands there already. */

import { strokesOf, unitStrokes, SHAPES } from '../cartography/shapes.js';
import { el } from '../dom.js';
import { spanParts, spanText } from './span.js';

const SVG = 'http://www.w3.org/2000/svg';

/** An element of SVG; colours go in by `style` as tokens. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'fill' || name === 'stroke') node.style.setProperty(name, value);
    else node.setAttribute(name, String(value));
  }
  node.append(...children.filter(Boolean));
  return node;
}

/** Writes a text where it differs. */
export function setText(node, text) {
  if (node.textContent !== String(text)) node.textContent = String(text);
}

/** Sets or takes away an attribute where it differs. */
export function setAttr(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

/** Replaces the children when the key differs from that of the last time. @param {() => Node[]} make */
export function redraw(node, key, make) {
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.replaceChildren(...make());
}

function strokes(list, box) {
  const ink = (token) => (token === 'key' ? 'var(--ink-2)' : `var(--${token})`);
  return svg('svg', { class: 'wmark', viewBox: `${-box} ${-box} ${2 * box} ${2 * box}`, 'aria-hidden': 'true' }, ...list.map(({ d, fill, stroke, width, dash }) => svg('path', {
    d, fill: fill ? ink(fill) : 'none', stroke: stroke ? ink(stroke) : 'none', 'stroke-width': width, 'stroke-dasharray': dash?.join(' '),
  })));
}

/** The mark of a case: the shape says what, the fill how urgent. */
export const caseMark = (category, severity) => strokes(strokesOf(SHAPES[category] ?? 'circle', severity), 12.5);
/** The mark of a team. */
export const unitMark = (look) => strokes(unitStrokes(look), 12.5);

/** A span of time: figures large, units small. */
export function spanNodes(milliseconds, say, how) {
  return spanParts(milliseconds, how).flatMap(({ count, unit }) => [el('b', {}, String(count)), el('small', {}, say(unit))]);
}

/** Draws such a span into a node when it changed. */
export function drawSpan(node, milliseconds, say, how) {
  const text = spanText(milliseconds, say, how);
  redraw(node, text, () => (text ? spanNodes(milliseconds, say, how) : [el('b', {}, '—')]));
}

/** A panel with its heading and a note at its right. @returns {{node: HTMLElement, body: HTMLElement, note: HTMLElement}} */
export function panel(name, heading, ...children) {
  const note = el('span', { class: 'panel-note' });
  const body = el('div', { class: 'panel-body' }, ...children);
  const node = el('section', { class: `panel panel-${name}`, 'data-panel': name, 'aria-labelledby': `panel-${name}` }, el('header', { class: 'panel-head' }, el('h2', { id: `panel-${name}` }, ...heading), note), body);
  return { node, body, note };
}

/** A table for those who read instead of look. @param {string} caption @param {string[]} heads @param {(string|number)[][]} rows */
export function tableTwin(caption, heads, rows) {
  return el('table', { class: 'visually-hidden' }, el('caption', {}, caption),
    el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, ...rows.map(([first, ...rest]) => el('tr', {}, el('th', { scope: 'row' }, String(first)), ...rest.map((cell) => el('td', {}, String(cell)))))));
}

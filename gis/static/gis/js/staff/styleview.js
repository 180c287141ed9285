/** What a layer that an import makes will be called, and how it is drawn: words, colour, sizes. */

import { el } from '../dom.js';

/** The figures of a style that count for a geometry, with their limits. Pure. */
export function figuresOf(geometry) {
  const figures = [];
  if (['point', 'mixed'].includes(geometry)) figures.push({ name: 'size', words: 'Radius', min: 1, max: 12, step: 0.5 });
  if (geometry !== 'point') figures.push({ name: 'width', words: 'Line width', min: 0.25, max: 8, step: 0.25 });
  if (geometry !== 'line') figures.push({ name: 'opacity', words: 'Opacity', min: 0.05, max: 1, step: 0.05 });
  return figures;
}

/**
 * @param {{staff: object, one: object, apply: (description: object) => void}} given @returns {HTMLElement|string} a part of the page
 */
export function stylePart({ staff, one, apply }) {
  const { say, title, config } = staff;
  const { description } = one;
  if (!one.makes_layer || !description?.style || !one.can.answer) return '';
  const { style } = description;
  const text = (id, words, value) => ({ row: el('div', { class: 'field' }, el('label', { for: id }, words), el('input', { type: 'text', id, value, maxlength: 60, oninput: ready })), read: () => document.getElementById(id).value.trim() });
  const zh = text('style-zh', say('Chinese'), description.title_zh);
  const en = text('style-en', say('English'), description.title_en);
  const colours = el('div', { class: 'colours', role: 'radiogroup', 'aria-label': say('Colour') }, ...config.colours.map((colour) => {
    const sample = el('span', { class: 'colour-sample', 'aria-hidden': 'true' });
    sample.style.background = `var(--${colour.id})`;
    return el('label', { class: 'colour', title: title(colour) }, el('input', { class: 'visually-hidden', type: 'radio', name: 'style-colour', value: colour.id, checked: colour.id === style.colour, onchange: ready }), sample, el('span', { class: 'visually-hidden' }, title(colour)));
  }));
  const figures = figuresOf(style.geometry).map(({ name, words, ...limits }) => ({ name, row: el('div', { class: 'field' }, el('label', { for: `style-${name}` }, say(words)), el('input', { type: 'number', id: `style-${name}`, value: style[name], oninput: ready, ...limits })) }));
  const button = el('button', { class: 'button button-small wide', type: 'submit', id: 'style-apply', disabled: true }, say('Apply'));
  function ready() { button.disabled = !form.checkValidity(); }
  function send(event) {
    event.preventDefault();
    const said = one.answers.description ?? {};
    const chosen = colours.querySelector('input:checked')?.value ?? style.colour;
    apply({ ...said, title_zh: zh.read() || en.read(), title_en: en.read() || zh.read(), style: { ...said.style, colour: chosen, ...Object.fromEntries(figures.map(({ name, row }) => [name, Number(row.querySelector('input').value)])) } });
  }
  const form = el('form', { class: 'style-form', onsubmit: send }, zh.row, en.row, colours, ...figures.map(({ row }) => row), button);
  return el('section', { class: 'part', id: 'style' }, el('h2', {}, say('The layer')), form);
}

/** Beginning an import: a file that was dropped or chosen, where it goes, and the way to its page. */

import { newUuid } from '../api.js';
import { byId, el } from '../dom.js';
import { isChinese } from '../words.js';
import { bytes } from './instants.js';
import { keepFile } from './kept.js';
import { failureText, postJson } from './page.js';
import { refusalOf } from './upload.js';

const NEW = 'new:';
const LAYER_ID = /^[a-z][a-z0-9_]{1,39}$/;

/** A layer's id from a file's name: small letters, digits and underscores. Pure. */
export function idFrom(name) {
  const plain = name.replace(/\.[^.]*$/, '').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 40);
  return LAYER_ID.test(plain) ? plain : '';
}

/** The layer whose id or name a file's name speaks of, or nothing. Pure. */
export function layerFor(name, layers) {
  const plain = name.toLowerCase();
  return layers.find((one) => plain.includes(one.id) || plain.includes(one.id.replace(/s$/, '')) || plain.includes(one.title_zh))?.id ?? '';
}

/** @param {object} staff what `openStaff` gave */
export function startForm(staff) {
  const { config, say, language, title, urls } = staff;
  const targets = config.layers.filter((one) => one.imports);
  const [form, input, zone, more, trouble] = ['start', 'file', 'drop', 'start-more', 'start-trouble'].map(byId);
  let file = null;
  let wanted = new URLSearchParams(location.hash.slice(1)).get('into') ?? '';

  const complain = (text) => { trouble.textContent = text; trouble.hidden = !text; };

  function take(chosen) {
    if (!chosen) return;
    const refusal = refusalOf(chosen, config.limits.bytes);
    file = refusal ? null : chosen;
    complain(refusal ? say(refusal) : '');
    draw();
  }

  function choose(layer) {
    wanted = layer;
    draw();
    if (file) more.querySelector('button[type=submit]')?.focus();
    else input.click();
  }

  function draw() {
    const label = byId('chosen');
    label.hidden = !file;
    label.textContent = file ? `${file.name}\u3000${bytes(file.size)}` : '';
    zone.classList.toggle('has-file', Boolean(file));
    more.hidden = !file;
    if (!file) return;
    const guess = wanted || layerFor(file.name, targets);
    const select = el('select', { id: 'target', onchange: () => own(select.value === NEW) },
      el('option', { value: '' }, say('Choose the layer')),
      ...targets.map((one) => el('option', { value: one.id, selected: one.id === guess }, title(one))),
      el('option', { value: NEW }, say('As a new layer')));
    const fields = el('div', { class: 'own-layer', id: 'own-layer', hidden: true },
      field('own-zh', say('Name in Chinese'), { value: isChinese(language) ? file.name.replace(/\.[^.]*$/, '') : '', maxlength: 40 }),
      field('own-en', say('Name in English'), { maxlength: 60 }),
      field('own-id', say('Id'), { value: idFrom(file.name), maxlength: 40, pattern: '[a-z][a-z0-9_]{1,39}', autocapitalize: 'off', spellcheck: 'false' }, say('small letters, digits, _; chosen once')));
    more.replaceChildren(
      el('div', { class: 'field' }, el('label', { for: 'target' }, say('Into')), select), fields,
      field('reason', say('Why (kept in the history)'), { maxlength: 200, value: '' }),
      el('button', { class: 'button button-main', type: 'submit', id: 'begin' }, say('Upload and check')),
      el('p', { class: 'least' }, say('Nothing changes until you commit.')));
    function own(on) { fields.hidden = !on; }
  }

  function field(id, words, attributes, hint = '') {
    return el('div', { class: 'field' }, el('label', { for: id }, words), el('input', { id, type: 'text', autocomplete: 'off', ...attributes, ...(hint && { 'aria-describedby': `${id}-hint` }) }), hint && el('span', { class: 'least', id: `${id}-hint` }, hint));
  }

  const value = (id) => byId(id).value.trim();

  async function begin() {
    const target = value('target');
    if (!target) { complain(say('Choose the layer that the file goes into.')); byId('target').focus(); return; }
    const answers = {};
    let layer = target;
    if (target === NEW) {
      const [zh, en, id] = ['own-zh', 'own-en', 'own-id'].map(value);
      if (!LAYER_ID.test(id)) { complain(say('The id starts with a small letter and holds small letters, digits and _.')); byId('own-id').focus(); return; }
      if (!zh && !en) { complain(say('Give the layer a name.')); byId('own-zh').focus(); return; }
      answers.description = { title_zh: zh || en, title_en: en || zh };
      layer = NEW + id;
    }
    const button = byId('begin');
    button.disabled = true;
    complain('');
    try {
      const { id } = await postJson(urls.begin(), { client_id: newUuid(), layer, file_name: file.name, size: file.size, reason: value('reason'), answers });
      await keepFile(id, file);
      location.assign(urls.page(id));
    } catch (failure) {
      complain(failureText(failure, say));
      button.disabled = false;
    }
  }

  input.addEventListener('change', () => take(input.files[0]));
  form.addEventListener('submit', (event) => { event.preventDefault(); begin(); });
  for (const name of ['dragenter', 'dragover']) {
    document.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add('is-over'); });
  }
  document.addEventListener('dragleave', (event) => { if (!event.relatedTarget) zone.classList.remove('is-over'); });
  document.addEventListener('drop', (event) => { event.preventDefault(); zone.classList.remove('is-over'); take(event.dataTransfer?.files?.[0]); });
  draw();
  return { choose };
}

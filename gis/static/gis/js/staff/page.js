/** What every page of GIS staff starts with: configuration, words, header, dialog, the address of everything. */

import { ApiError, getJson, postJson } from '../api.js';
import { byId, el } from '../dom.js';
import { account, accountMenu, clock, languageForm, themeSwitch } from '../header.js';
import { speaker, titleOf } from '../words.js';

const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));

/** The addresses of the interface, from the page's configuration. */
export function staffUrls({ urls }) {
  const of = (id) => `${urls.imports}/${encodeURIComponent(id)}`;
  return {
    imports: (query = {}) => `${urls.imports}?${new URLSearchParams(query)}`,
    begin: () => urls.imports,
    one: of,
    act: (id, act) => `${of(id)}/${act}`,
    content: (id, offset) => `${of(id)}/content?offset=${offset}`,
    changes: (id, query) => `${of(id)}/changes?${new URLSearchParams(query)}`,
    shapes: (id, query) => `${of(id)}/changes.geojson?${new URLSearchParams(query)}`,
    standing: (id) => `${of(id)}/standing`,
    report: (id, form) => `${of(id)}/report.${form}`,
    quality: () => urls.quality,
    layerQuality: (layer) => fill(urls.layer_quality, { layer }),
    history: (layer) => fill(urls.history, { layer }),
    exports: () => urls.exports,
    export: (id) => `${urls.exports}/${encodeURIComponent(id)}`,
    page: (id) => `${urls.pages}imports/${encodeURIComponent(id)}/`,
    layerPage: (layer) => `${urls.pages}layers/${encodeURIComponent(layer)}/`,
  };
}

/** Starts the page. @param {{changed?: (theme: string) => void}} [given] `changed`: told when the theme was turned */
export function openStaff({ changed = () => {} } = {}) {
  const config = JSON.parse(byId('staff-config').textContent);
  const { language } = config;
  const say = speaker(language);
  const page = byId('page').dataset;
  clock(language);
  account(config.me ?? {}, language);
  accountMenu();
  languageForm();
  const theme = themeSwitch({ say, iconUrl: page.ownIcons, changed });
  // The own symbols are few and known: what is not among them lies in the shared file.
  const files = { url: page.icons, ownUrl: page.ownIcons, own: new Set(['chevron', 'home', 'north', 'minus', 'tilt', 'sun', 'moon', 'person', 'place']) };
  return { config, language, say, files, theme, urls: staffUrls(config), title: (thing) => titleOf(thing, language), state: (state) => { page.state = state; } };
}

/** The sentence of a failure, with what to do about it. */
export function failureText(failure, say) {
  if (!(failure instanceof ApiError)) return String(failure?.message ?? failure);
  if (failure.status === 0) return say('The server did not answer; nothing was changed.');
  const { detail, title, remedy } = failure.problem;
  return [detail ?? title ?? `HTTP ${failure.status}`, remedy].filter(Boolean).join('\u3000');
}

/** Says a sentence to whoever listens instead of looks. */
export function speak(text) {
  byId('spoken').textContent = text;
}

/**
 * Asks before something is done that counts. @returns {Promise<boolean>}
 * @param {{title: string, lines: (string|Node)[], yes: string, no: string, grave?: boolean}} given
 */
export function confirmed({ title, lines, yes, no, grave = false }) {
  const dialog = byId('dialog');
  return new Promise((resolve) => {
    const close = (answer) => () => { dialog.close(answer ? 'yes' : ''); };
    const confirm = el('button', { class: grave ? 'button button-main button-grave' : 'button button-main', type: 'button', id: 'dialog-yes', onclick: close(true) }, yes);
    dialog.replaceChildren(
      el('h2', { id: 'dialog-title' }, title), ...lines.map((line) => (typeof line === 'string' ? el('p', {}, line) : line)),
      el('div', { class: 'dialog-deeds' }, el('button', { class: 'button', type: 'button', onclick: close(false) }, no), confirm),
    );
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
    dialog.returnValue = '';
    dialog.showModal();
    confirm.focus();
  });
}

export { getJson, postJson };

/** A PUT of bytes. @returns {Promise<object>} the answer's JSON */
export async function putBytes(url, bytes, signal) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? '';
  let response;
  try {
    response = await fetch(url, { method: 'PUT', body: bytes, signal, credentials: 'same-origin', headers: { Accept: 'application/json', 'Content-Type': 'application/octet-stream', 'X-CSRFToken': token } });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new ApiError(0, { title: failure.message });
  }
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  return response.json();
}

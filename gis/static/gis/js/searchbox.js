/** The search box: text in, grouped results out, all of it by keyboard. */

import { ApiError, getJson } from './api.js';
import { byId, el, langOf } from './dom.js';
import { flat, groupResults, marked, onKey, worthAsking } from './search.js';

const WAIT_MS = 160;

/**
 * @param {{urls: object, described: object[], language: string, say: Function, choose: (result: object) => void,
 *   tell: (text: string) => void}} given
 */
export function searchBox({ urls, described, language, say, choose, tell }) {
  const input = byId('search-text');
  const list = byId('search-results');
  let state = { active: -1, count: 0 };
  let items = [];
  let timer = 0;
  let asked = null;

  function show(nodes, open) {
    list.replaceChildren(...nodes);
    list.hidden = !open;
    input.setAttribute('aria-expanded', String(open));
    document.documentElement.dataset.searching = open ? 'yes' : 'no';
    activate(-1);
  }

  function activate(index) {
    state = { active: index, count: items.length };
    const rows = list.querySelectorAll('[role=option]');
    rows.forEach((row, at) => row.setAttribute('aria-selected', String(at === index)));
    const row = rows[index];
    if (row) { input.setAttribute('aria-activedescendant', row.id); row.scrollIntoView({ block: 'nearest' }); } else input.removeAttribute('aria-activedescendant');
  }

  function option(item, index, text) {
    const title = el('b', { class: 'result-title' }, ...marked(item.title, text).map((run) => (run.hit ? el('mark', {}, run.text) : run.text)));
    const note = [item.kindTitle, item.chain].filter(Boolean).join('\u3000');
    return el('div', { role: 'option', id: `result-${index}`, class: 'result', 'aria-selected': 'false', onmousedown: (event) => { event.preventDefault(); pick(index); } },
      el('span', { class: 'result-line' }, title, item.other && el('span', { class: 'least', lang: language.startsWith('zh') ? 'en' : 'zh-Hans' }, item.other)),
      el('span', { class: 'result-note' }, note),
      item.pieces > 1 ? el('span', { class: 'result-note result-code' }, say('{count} sections', { count: item.pieces })) : item.code && el('span', { class: 'result-note result-code' }, item.code));
  }

  function draw(results, text) {
    const groups = groupResults(results, described, language);
    items = flat(groups);
    if (!items.length) return show([el('p', { class: 'empty' }, say('No match for “{text}”. Try a shorter name, pinyin initials (rml) or a code.', { text }))], true);
    let index = 0;
    show(groups.map((group) => el('div', { role: 'group', 'aria-label': group.title },
      el('h2', { class: 'group-title' }, group.title, el('span', { class: 'count' }, String(group.items.length))),
      ...group.items.map((item) => option(item, index++, text)))), true);
    tell(say('{count} results', { count: items.length }));
  }

  async function ask() {
    const text = input.value.trim();
    asked?.abort();
    if (!worthAsking(text)) { items = []; return show([], false); }
    asked = new AbortController();
    try {
      const answer = await getJson(urls.search(text), asked.signal);
      if (input.value.trim() === text) draw(answer.results, text);
    } catch (failure) {
      if (failure.name === 'AbortError') return;
      if (!(failure instanceof ApiError)) throw failure;
      items = [];
      show([el('p', { class: 'empty', role: 'alert' }, failure.status >= 400 && failure.status < 500 ? failure.message : say('Search failed: the list and the map still work. Press Enter to try again.'))], true);
    }
  }

  function pick(index) {
    const item = items[index];
    if (!item) return;
    input.value = item.title;
    items = [];
    show([], false);
    choose(item);
  }

  input.setAttribute('lang', langOf(language));
  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, WAIT_MS); });
  input.addEventListener('focus', () => { input.select(); });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const next = onKey(state, event.key);
    if (next.act === 'move') { event.preventDefault(); activate(next.active); }
    if (next.act === 'choose') { event.preventDefault(); pick(next.active); }
    if (next.act === 'close') { event.preventDefault(); event.stopPropagation(); input.value = ''; items = []; show([], false); input.blur(); }
    if (event.key === 'Enter' && next.act === 'none') ask();
  });
  return { focus: () => input.focus() };
}

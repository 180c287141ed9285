/** Tools of the wall's map for whoever stands before it: search, measure, 3D, two maps, the whole district. They show while somebody is there. */

import { addresses, getJson } from '../api.js';
import { el, icon } from '../dom.js';
import { typing } from '../keys.js';
import { searchBox } from '../searchbox.js';
import { setAttr } from './parts.js';

/** Key -> tool. */
const KEYS = { '/': 'search', m: 'measure', 3: 'three', 2: 'two', h: 'home' };

/**
 * @param {object} ctx of the wall
 * @param {{map: () => object|null, urls: Record<string, string>, touched: () => void, go: (layer: string, id: string, box: number[]|null) => void}} given
 */
export function toolsView(ctx, { map, urls, touched, go }) {
  const { say, language, config } = ctx;
  const on = { measure: false, three: false, two: false };
  const words = { search: 'Search', measure: 'Measure', three: '3D view', two: 'Two maps', home: 'Whole district' };
  const sign = (name) => (name === 'search' ? icon('search', config.icons) : name === 'three' ? '3D' : say(words[name]));
  const acts = {
    search: () => { setAttr(box, 'hidden', !box.hidden); if (!box.hidden) ready().focus(); },
    measure: () => turn('measure', (next) => map()?.measure(next)),
    three: () => turn('three', (next) => map()?.threeD(next)),
    two: () => turn('two', (next) => map()?.split(next)),
    home: () => map()?.fit(null),
  };
  const key = (name) => Object.keys(KEYS).find((one) => KEYS[one] === name).toUpperCase();
  const buttons = Object.fromEntries(Object.keys(words).map((name) => [name, el('button', {
    class: 'wall-tool', type: 'button', 'data-tool': name, 'aria-label': say(words[name]), title: `${say(words[name])} ${key(name)}`, ...(name in on && { 'aria-pressed': 'false' }), onclick: () => use(name),
  }, sign(name))]));
  const results = el('div', { class: 'results', id: 'search-results', role: 'listbox', 'aria-label': say('Results'), hidden: true });
  const input = el('input', {
    id: 'search-text', type: 'search', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'search-results', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false', maxlength: '80',
    'aria-label': say('Search the map'), placeholder: say('Name, pinyin initials or code'),
  });
  const box = el('div', { class: 'wall-search', role: 'search', hidden: true }, input, results);
  const node = el('div', { class: 'wall-tools', role: 'group', 'aria-label': say('Map tools') }, el('div', { class: 'wall-tool-row' }, ...Object.values(buttons)), box);
  let search = null;

  /** The box asks for the descriptions of the layers when it is wanted for the first time. */
  function ready() {
    if (search) return search;
    const where = addresses({ layers_url: urls.layers, search_url: urls.search, feature_url: urls.feature, tiles_url: urls.tiles, chain_url: urls.chain });
    const described = [];
    getJson(where.layers()).then(({ layers }) => described.push(...layers)).catch((failure) => console.warn(failure));
    search = searchBox({ urls: where, described, language, say, tell: (text) => ctx.announce(false, text), choose: (one) => { setAttr(box, 'hidden', true); go(one.layer, one.id, one.bbox ?? null); } });
    return search;
  }

  function turn(name, act) {
    on[name] = !on[name];
    setAttr(buttons[name], 'aria-pressed', String(on[name]));
    act(on[name]);
  }

  function use(name) {
    touched();
    acts[name]();
  }

  return {
    node,
    /** Whether a key was one of ours. @param {KeyboardEvent} event */
    key(event) {
      const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!name || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return false;
      event.preventDefault();
      use(name);
      return true;
    },
    /** Closes the search; true when it was open. */
    close() {
      if (box.hidden) return false;
      setAttr(box, 'hidden', true);
      return true;
    },
    /** What the map does by a scene or by itself. @param {Partial<Record<'measure'|'three'|'two', boolean>>} state */
    show(state) {
      for (const [name, value] of Object.entries(state)) {
        on[name] = value;
        setAttr(buttons[name], 'aria-pressed', String(value));
      }
    },
  };
}

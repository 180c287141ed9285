/** The list behind a number: it opens in the margin, the map shows the same cases, Escape closes it. */

import { el } from '../dom.js';
import { grouped } from '../numbers.js';
import { setAttr, setText } from './parts.js';
import { caseRow, keptRows, timeOf, unitRow } from './rows.js';

/**
 * What a list shows. `live` gives its rows anew each second; `asked` were fetched once.
 * @typedef {{id: string, heading: string, kind: 'cases'|'units', live?: () => object[], asked?: {features: object[], total: number, at: number}|null, note?: string}} Listing
 */

/** @param {object} ctx of the wall @param {{closed: () => void, drawn: (ids: string[]) => void}} told */
export function listView(ctx, { closed, drawn }) {
  const { say, store, language } = ctx;
  const heading = el('h2', { id: 'list-title', tabindex: '-1' });
  const note = el('span', { class: 'panel-note' });
  const rows = el('ol', { class: 'rows rows-list' });
  const empty = el('p', { class: 'empty', hidden: true });
  const close = el('button', { class: 'list-close', type: 'button', onclick: () => shut() }, say('Close'), el('kbd', { 'aria-hidden': 'true' }, 'Esc'));
  const node = el('aside', { class: 'list', 'aria-labelledby': 'list-title', hidden: true, onkeydown: walk }, el('header', { class: 'panel-head' }, heading, note, close), rows, empty);
  let listing = null;
  let opener = null;
  let keep = () => {};
  let told = '';

  function walk(event) {
    const step = { ArrowDown: 1, j: 1, J: 1, ArrowUp: -1, k: -1, K: -1 }[event.key];
    if (!step) return;
    const buttons = [...rows.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement);
    buttons[at < 0 ? 0 : Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus();
    event.preventDefault();
  }

  function draw() {
    if (!listing) return;
    const ones = listing.live ? listing.live() : listing.asked?.features ?? [];
    const total = listing.live ? ones.length : listing.asked?.total ?? null;
    keep(ones);
    const at = listing.live ? store.now() : listing.asked?.at ?? NaN;
    const words = total === null ? say('awaited') : say(listing.kind === 'units' ? '{count} teams, as of {time}' : '{count} cases, as of {time}', { count: grouped(total, 0), time: timeOf(at, at, language) });
    setText(note, total !== null && ones.length < total ? `${words}\u3000${say('newest {count} listed', { count: ones.length })}` : words);
    setAttr(empty, 'hidden', ones.length > 0 || total === null);
    setText(empty, listing.failed ?? say('Nothing to list.'));
    const ids = ones.map(({ id }) => String(id));
    if (told !== ids.join()) { told = ids.join(); drawn(listing.kind === 'cases' ? ids : []); }
  }

  function shut() {
    if (!listing) return;
    listing = null;
    told = '';
    setAttr(node, 'hidden', true);
    keep([]);
    closed();
    if (opener?.isConnected) opener.focus();
  }

  return {
    node, draw, close: shut,
    get id() { return listing?.id ?? ''; },
    /** @param {Listing} next @param {HTMLElement|null} from what opened it: it gets the focus back */
    open(next, from) {
      opener = from;
      listing = next;
      told = '';
      rows.replaceChildren();
      keep = keptRows(rows, (id) => (next.kind === 'units' ? unitRow : caseRow)(ctx, id));
      setText(heading, next.heading);
      setAttr(node, 'hidden', false);
      setAttr(node, 'data-list', next.id);
      draw();
      heading.focus();
    },
    /** An answer for the list that is open. */
    fill(id, asked, failed = '') {
      if (listing?.id !== id) return;
      Object.assign(listing, { asked: asked ?? { features: [], total: 0, at: NaN }, failed: failed || undefined });
      draw();
    },
  };
}

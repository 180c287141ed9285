/** One line about what is wrong, with one way on; and the state that tests and people can wait for. */

import { byId, el } from './dom.js';

/** `loading`, `ready` or `error` at the root element. */
export function setState(state) {
  document.documentElement.dataset.mapState = state;
}

/** @param {Function} say */
export function statusLine(say) {
  const node = byId('status');
  return {
    show(text, retry) {
      node.replaceChildren(el('span', {}, text), ...(retry ? [el('button', { class: 'link', type: 'button', onclick: retry }, say('Try again'))] : []));
      node.hidden = false;
    },
    hide() {
      node.hidden = true;
      node.replaceChildren();
    },
  };
}

/** Keys of the whole page; single keys are off while someone types. */

/** True when a key belongs to a field. Pure. */
export function typing(target) {
  return Boolean(target?.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]'));
}

/** @param {Record<string, () => void>} acts by key in lower case */
export function keys(acts) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (typing(event.target) && event.key !== 'Escape')) return;
    if (event.key === 'Enter' && event.target.tagName !== 'CANVAS') return;
    event.preventDefault();
    act();
  });
}

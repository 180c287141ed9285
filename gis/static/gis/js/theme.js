/** Dark or light: what was chosen, else what the system prefers. Pure but for `tokensOf`, which reads the page. */

/** @returns {'dark'|'light'} */
export function themeOf(kept, prefersLight) {
  if (kept === 'dark' || kept === 'light') return kept;
  return prefersLight ? 'light' : 'dark';
}

/** The other one. */
export function otherTheme(theme) {
  return theme === 'dark' ? 'light' : 'dark';
}

/** The tokens that the map draws with; all of them are in tokens.css. */
export const MAP_TOKENS = [
  'ink', 'ink-2', 'ink-3', 'sel', 'link', 'cam', 'panel', 'line-2', 'm-out', 'm-land', 'm-water', 'm-water-ink', 'm-green',
  'm-green-ink', 'm-bld', 'm-bld-edge', 'm-road-a', 'm-road-a2', 'm-road-b', 'm-road-b2', 'm-road-c', 'm-road-d', 'm-case',
  'm-grid', 'm-com', 'm-sub', 'm-label', 'm-label-2', 'm-halo', 'sev1-fill', 'sev2-fill', 'sev3', 'sev4', 'unit', 'stale-ink', 'stale-fill', 'add', 'del', 'move', 'chg', 'd0', 'd1', 'd2', 'd3', 'd4',
  'cat-service', 'cat-dispute', 'cat-city', 'cat-hazard',
];

/** The values of the tokens in the theme that is on. @param {Element} root */
export function tokensOf(root) {
  const style = getComputedStyle(root);
  return Object.fromEntries(MAP_TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

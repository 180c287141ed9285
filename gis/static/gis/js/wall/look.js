/** How the wall looks: language, theme, size of type; set by its row, by the remote control, by the address. */

import { themeAt } from './sun.js';

const KEPT = 'wangge.wall.look';

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '{}');
  } catch (unreadable) {
    console.warn(`the look kept by this browser is not readable: ${unreadable.message}`);
    return {};
  }
}

/** What the wall was told to look like. @param {object} config @param {URLSearchParams} query */
export function wantedLook(config, query) {
  const told = { ...kept(), ...Object.fromEntries([...query].filter(([name]) => ['theme', 'language'].includes(name))) };
  const own = config.display ? config.wall?.language : (config.language?.startsWith('zh') ? (config.wall?.language === 'both' ? 'both' : 'zh') : 'en');
  return { theme: told.theme ?? config.wall?.theme ?? 'dark', language: told.language ?? own ?? 'zh' };
}

/** Keeps what the remote control said until the browser is closed. */
export function keepLook(changes) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...kept(), ...changes }));
  } catch (refused) {
    console.warn(`the look is not kept: ${refused.name}`);
  }
}

/** The size of type by the distance people stand at, from 0.8 to 1.5. Pure. @param {string|null} text of the address */
export function sizeOf(text) {
  const size = Number(text);
  return text !== null && Number.isFinite(size) && size > 0 ? Math.min(1.5, Math.max(0.8, size)) : 1;
}

/** Pixels by which the sheet stands beside its place in an hour, right and down: four places in turn. Pure. @param {number} time milliseconds */
export function shiftAt(time) {
  return [[0, 0], [2, 0], [2, 2], [0, 2]][Math.floor(time / 3_600_000) % 4];
}

/** The theme at a time over the middle of the district. */
export function themeNow(wanted, time, bbox) {
  const [west, south, east, north] = bbox ?? [114, 33.5, 114.1, 33.6];
  return themeAt(wanted, time, [(west + east) / 2, (south + north) / 2]);
}

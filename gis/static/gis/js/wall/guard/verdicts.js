/** When a wall must act for itself: a clock that stopped, a machine that slept, a new build, the nightly renewal. Pure. */

/** A clock that has not ticked for so long is a frozen page; a slow machine that draws without a graphics card stands for seconds. */
export const FROZEN_MS = 10_000;
const QUIET_MS = 120_000;
const DAY_MS = 86_400_000;
const ZONE_MS = 8 * 3_600_000;
const NIGHT_MS = 4 * 3_600_000;
const JITTER_MS = 600_000;
/** A page that was loaded so lately is not loaded again by itself, lest it does nothing else. */
const YOUNG_MS = 60_000;

/**
 * `reload` when the clock stands still though the watcher beside it went on, `wake` when both stood still: the machine
 * slept, and fetching anew is enough. A hidden page is slowed down by the browser and not judged.
 * @param {{clockAge: number, watcherGap: number, hidden: boolean, pageAge: number}} facts milliseconds
 * @returns {'reload'|'wake'|null}
 */
export function frozen({ clockAge, watcherGap, hidden, pageAge }) {
  if (watcherGap > FROZEN_MS) return 'wake';
  if (hidden || clockAge <= FROZEN_MS) return null;
  return pageAge >= YOUNG_MS ? 'reload' : null;
}

/** Whether nobody would miss anything now. @param {{busy: boolean, touchedAgo: number, picture: string}} facts */
export function quiet({ busy, touchedAgo, picture }) {
  return !busy && touchedAgo >= QUIET_MS && picture === 'live';
}

/**
 * The next 04:00 of the district, ten minutes more or less so that not all walls ask at once.
 * @param {number} now milliseconds @param {number} chance 0 to 1
 */
export function nextNight(now, chance) {
  const midnight = Math.floor((now + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
  const time = midnight + NIGHT_MS + Math.round((chance * 2 - 1) * JITTER_MS);
  return time > now + JITTER_MS * 2 ? time : time + DAY_MS;
}

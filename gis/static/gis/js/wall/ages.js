/** How old each feed may be, and what it is called when it is older: the wall must not show an old picture as new. Pure. */

/** Feed -> limit in milliseconds; the ledger has one cell for each and no other. */
export const LIMITS = {
  incidents: 10_000, units: 20_000, cameras: 30_000, heartbeat: 10_000, counts: 180_000, duty: 180_000,
};
const LATE = 0.7;

/**
 * `ok` below 70 % of the limit, `late` up to it, `stale` beyond, `waiting` before anything came.
 * @param {number} ageMs @param {number} limitMs
 * @returns {'ok'|'late'|'stale'|'waiting'}
 */
export function ageState(ageMs, limitMs) {
  if (!Number.isFinite(ageMs)) return 'waiting';
  if (ageMs > limitMs) return 'stale';
  return ageMs >= limitMs * LATE ? 'late' : 'ok';
}

/**
 * Every feed with its age and state. Cases and cameras are complete up to the last heartbeat, for it speaks of all
 * events; positions come by frames of their own, and none are due while no unit is on duty.
 * @param {{beat: number, frame: number, counts: number, duty: number, onDuty: number}} ages milliseconds, NaN for unknown
 * @returns {{feed: string, age: number, limit: number, state: string}[]}
 */
export function feedAges({ beat, frame, counts, duty, onDuty }) {
  const ages = { incidents: beat, units: frame, cameras: beat, heartbeat: beat, counts, duty };
  return Object.entries(LIMITS).map(([feed, limit]) => ({
    feed, limit, age: ages[feed], state: feed === 'units' && onDuty === 0 ? 'idle' : ageState(ages[feed], limit),
  }));
}

/** The worst state of several feeds; nothing of none. @param {{state: string}[]} feeds */
export function worstState(feeds) {
  return ['stale', 'late', 'waiting', 'ok', 'idle'].find((state) => feeds.some((one) => one.state === state)) ?? '';
}

/**
 * What the whole picture is: `dark` nobody may look, `mismatch` it differs from the store, `stale` no heartbeat for too
 * long, `waiting` nothing came yet, `live`.
 * @param {{phase: string, hashOk: boolean|null}} status of the live client
 */
export function pictureState({ phase, hashOk }) {
  if (phase === 'signed-out') return 'dark';
  if (phase === 'stale') return 'stale';
  if (hashOk === false) return 'mismatch';
  return phase === 'live' ? 'live' : 'waiting';
}
